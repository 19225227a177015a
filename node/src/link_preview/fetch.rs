//! One GET after the other, at addresses that were looked at before anything connects to them.

use std::{net::IpAddr, pin::pin, sync::Arc, time::Duration};

use axum::body::Body;
use futures::StreamExt as _;
use futures_rustls::TlsConnector;
use hyper::{
    Request, Response, StatusCode, Uri,
    body::Incoming,
    client::conn::http1,
    header::{self, HeaderMap},
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_util::compat::{FuturesAsyncReadCompatExt as _, TokioAsyncReadCompatExt as _};
use url::{Host, Url};

use super::{address::Reach, html};
use crate::tasks::Tasks;

/// How often a site may send us elsewhere.
const REDIRECTS_MAX: usize = 3;
/// Addresses of one name that are tried.
const ADDRESSES_MAX: usize = 4;
/// How long one of several addresses may take to answer before the next is tried.
const CONNECT_LIMIT: Duration = Duration::from_millis(1500);
/// Bytes of a page; what it says about itself stands at its beginning.
const PAGE_MAX: usize = 512 * 1024;
/// Bytes of a picture.
const PICTURE_MAX: usize = 2 * 1024 * 1024;
/// Bytes of all headers of an answer.
const HEADERS_MAX_BYTES: usize = 64 * 1024;
const HEADERS_MAX: usize = 100;
/// The same for everybody.
const AGENT: &str = "Mozilla/5.0 (compatible; KithLinkPreview/1)";

/// What is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    Page,
    Picture,
}

impl Want {
    fn max(self) -> usize {
        match self {
            Self::Page => PAGE_MAX,
            Self::Picture => PICTURE_MAX,
        }
    }

    fn accept(self) -> &'static str {
        match self {
            Self::Page => "text/html, application/xhtml+xml",
            Self::Picture => "image/jpeg, image/png, image/webp",
        }
    }

    /// Whether a site says that it gives this. Without a word of it there is nothing to go by.
    fn takes(self, kind: &str) -> bool {
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        self.accept().split(", ").any(|taken| taken == kind)
    }
}

/// Why there is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// Its address, or one that leads to it, is not one for this.
    Refused,
    /// It is not what was wanted, or there is none.
    Nothing,
    /// Nobody answers, or not as they should.
    Unreachable,
}

/// What was fetched. Cut off where it is larger than it may be.
pub(super) struct Found {
    pub(super) url: Url,
    pub(super) charset: Option<String>,
    pub(super) body: Vec<u8>,
}

pub(super) struct Fetcher {
    reach: Reach,
    tasks: Tasks,
    /// Made of the system's list of authorities when first needed.
    tls: Option<Arc<ClientConfig>>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Fetcher {
    pub(super) fn new(reach: Reach, tasks: Tasks) -> Self {
        Self { reach, tasks, tls: None }
    }

    /// One that trusts these authorities.
    #[cfg(test)]
    pub(super) fn trusting(reach: Reach, tasks: Tasks, roots: RootCertStore) -> Option<Self> {
        Some(Self { reach, tasks, tls: Some(tls(roots)?) })
    }

    /// Gets what is at `url`, wherever that leads.
    pub(super) async fn get(&mut self, mut url: Url, want: Want) -> Result<Found, Failure> {
        for _ in 0..=REDIRECTS_MAX {
            let answer = self.ask(&url, want).await?;
            match answer {
                Answer::Found { charset, body } => return Ok(Found { url, charset, body }),
                Answer::Elsewhere(next) => url = next,
            }
        }
        Err(Failure::Nothing)
    }

    /// Host and port, if they are ones for this.
    fn check<'url>(&self, url: &'url Url) -> Result<(Host<&'url str>, u16), Failure> {
        let usual = match self.reach {
            Reach::Internet => url.scheme() == "https" && url.port().is_none(),
            Reach::ThisMachine => matches!(url.scheme(), "http" | "https"),
        };
        let named = !url.username().is_empty() || url.password().is_some();
        match (url.host(), url.port_or_known_default()) {
            (Some(host), Some(port)) if usual && !named => Ok((host, port)),
            _ => Err(Failure::Refused),
        }
    }

    async fn ask(&mut self, url: &Url, want: Want) -> Result<Answer, Failure> {
        let (host, port) = self.check(url)?;
        let stream = self.connect(&host, port).await?;
        let stream: Box<dyn Stream> =
            if url.scheme() == "https" { Box::new(self.secure(&host, stream).await?) } else { Box::new(stream) };
        let request = request(url, want)?;
        let mut http = http1::Builder::new();
        http.max_buf_size(HEADERS_MAX_BYTES).max_headers(HEADERS_MAX);
        let (mut sender, connection) =
            http.handshake(TokioIo::new(stream)).await.map_err(|_broken| Failure::Unreachable)?;
        let mut exchange = pin!(async {
            let response = sender.send_request(request).await.map_err(|_broken| Failure::Unreachable)?;
            answer(url, response, want).await
        });
        tokio::select! {
            biased;
            done = &mut exchange => done,
            // What came before the end is still there.
            _ended = connection => exchange.await,
        }
    }

    /// Connects to an address that was looked at: the name is not asked for again.
    async fn connect(&self, host: &Host<&str>, port: u16) -> Result<TcpStream, Failure> {
        let found: Vec<IpAddr> = match host {
            Host::Ipv4(ip) => vec![IpAddr::V4(*ip)],
            Host::Ipv6(ip) => vec![IpAddr::V6(*ip)],
            // Not even a resolver is asked about what is elsewhere.
            Host::Domain(name) if self.reach == Reach::ThisMachine && *name != "localhost" => Vec::new(),
            Host::Domain(name) => {
                let found = tokio::net::lookup_host((*name, port)).await.map_err(|_unknown| Failure::Unreachable)?;
                found.map(|address| address.ip()).collect()
            }
        };
        let mut allowed = found.into_iter().filter(|ip| self.reach.allows(*ip)).take(ADDRESSES_MAX).peekable();
        if allowed.peek().is_none() {
            return Err(Failure::Refused);
        }
        for ip in allowed {
            if let Ok(Ok(stream)) = tokio::time::timeout(CONNECT_LIMIT, TcpStream::connect((ip, port))).await {
                return Ok(stream);
            }
        }
        Err(Failure::Unreachable)
    }

    async fn secure(&mut self, host: &Host<&str>, stream: TcpStream) -> Result<impl Stream + use<>, Failure> {
        let name = match host {
            Host::Domain(name) => ServerName::try_from((*name).to_owned()).map_err(|_malformed| Failure::Refused)?,
            Host::Ipv4(ip) => ServerName::from(IpAddr::V4(*ip)),
            Host::Ipv6(ip) => ServerName::from(IpAddr::V6(*ip)),
        };
        if self.tls.is_none() {
            // Reads files.
            let loaded = self.tasks.blocking(system_tls).await;
            self.tls = loaded.map_err(|_stopped| Failure::Unreachable)?;
        }
        let config = self.tls.clone().ok_or(Failure::Unreachable)?;
        let secure = TlsConnector::from(config).connect(name, stream.compat()).await;
        Ok(secure.map_err(|_refused| Failure::Unreachable)?.compat())
    }
}

fn system_tls() -> Option<Arc<ClientConfig>> {
    let loaded = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (added, _unreadable) = roots.add_parsable_certificates(loaded.certs);
    if added == 0 {
        tracing::warn!("this system has no list of authorities: pages cannot be looked at");
        return None;
    }
    tls(roots)
}

fn tls(roots: RootCertStore) -> Option<Arc<ClientConfig>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    // No visit can be connected with one before.
    config.resumption = rustls::client::Resumption::disabled();
    Some(Arc::new(config))
}

/// The same for everybody, but for where it goes.
fn request(url: &Url, want: Want) -> Result<Request<Body>, Failure> {
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let target: Uri = target.parse().map_err(|_malformed| Failure::Refused)?;
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    Request::get(target)
        .header(header::HOST, host)
        .header(header::USER_AGENT, AGENT)
        .header(header::ACCEPT, want.accept())
        .header(header::ACCEPT_ENCODING, "identity")
        .header(header::CONNECTION, "close")
        .body(Body::empty())
        .map_err(|_malformed| Failure::Refused)
}

enum Answer {
    Found { charset: Option<String>, body: Vec<u8> },
    Elsewhere(Url),
}

async fn answer(url: &Url, response: Response<Incoming>, want: Want) -> Result<Answer, Failure> {
    let headers = response.headers();
    let status = response.status();
    if matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        let next = text_of(headers, header::LOCATION).and_then(|next| url.join(next).ok());
        return next.map(Answer::Elsewhere).ok_or(Failure::Nothing);
    }
    let kind = text_of(headers, header::CONTENT_TYPE).unwrap_or_default();
    // Nothing packed was asked for: what unpacks to anything is not looked at.
    let packed = text_of(headers, header::CONTENT_ENCODING).is_some_and(|how| !how.eq_ignore_ascii_case("identity"));
    if status != StatusCode::OK || !want.takes(kind) || packed {
        return Err(Failure::Nothing);
    }
    let charset = html::charset_in(kind).map(str::to_owned);
    let length = text_of(headers, header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if want == Want::Picture && length.is_some_and(|length| length > PICTURE_MAX as u64) {
        return Err(Failure::Nothing);
    }
    let body = read(response.into_body(), want).await?;
    Ok(Answer::Found { charset, body })
}

async fn read(body: Incoming, want: Want) -> Result<Vec<u8>, Failure> {
    let mut body = Body::new(body).into_data_stream();
    let mut read: Vec<u8> = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_broken| Failure::Unreachable)?;
        let room = want.max().saturating_sub(read.len());
        let (kept, cut) = chunk.split_at(chunk.len().min(room));
        let before = read.len();
        read.extend_from_slice(kept);
        match want {
            // Half a picture is none.
            Want::Picture if !cut.is_empty() => return Err(Failure::Nothing),
            Want::Page if !cut.is_empty() || html::head_ends(&read, before) => break,
            Want::Picture | Want::Page => {}
        }
    }
    Ok(read)
}

fn text_of(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
