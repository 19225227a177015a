//! A web site on this machine that counts who comes and does what it is told.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread::Builder,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned, pki_types::CertificateDer};

/// What a site does with a request.
#[derive(Clone)]
pub(super) enum Does {
    Answer {
        kind: String,
        headers: String,
        body: Vec<u8>,
    },
    Redirect(String),
    Missing,
    /// Says this and hangs up.
    Say(String),
    /// Says this and nothing else, until the other side hangs up.
    Wait(String),
    /// Goes on and on.
    Endless {
        kind: String,
        start: String,
        more: String,
    },
}

pub(super) struct Site {
    port: u16,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// `does` is asked with the path and the own host.
    pub(super) fn new(does: impl Fn(&str, &str) -> Does + Send + Sync + 'static) -> Self {
        Self::serving(does, Some)
    }

    fn serving<S: Read + Write + 'static>(
        does: impl Fn(&str, &str) -> Does + Send + Sync + 'static,
        opened: impl Fn(TcpStream) -> Option<S> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (connections, requests) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let site = Self { port, connections: Arc::clone(&connections), requests: Arc::clone(&requests) };
        let host = site.host();
        let both = Arc::new((does, opened));
        let listen = move || {
            for stream in listener.incoming().map_while(Result::ok) {
                connections.fetch_add(1, Ordering::SeqCst);
                let (both, requests, host) = (Arc::clone(&both), Arc::clone(&requests), host.clone());
                let serve = move || {
                    let Some(mut stream) = both.1(stream) else { return };
                    let Some(request) = request(&mut stream) else { return };
                    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                    requests.lock().unwrap().push(request);
                    // The other side may hang up whenever it likes.
                    let _gone = answer(&mut stream, both.0(&path, &host));
                };
                Builder::new().name("visitor".into()).spawn(serve).unwrap();
            }
        };
        Builder::new().name("site".into()).spawn(listen).unwrap();
        site
    }

    /// The address of one that has closed.
    pub(super) fn closed() -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host())
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// What was asked for, as it came.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// A site with a certificate for these names, and who vouches for it.
pub(super) fn secure(names: &[&str], does: Does) -> (Site, CertificateDer<'static>) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let certificate = made.cert.der().clone();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate.clone()], key.into()).unwrap();
    let config = Arc::new(config);
    let opened = move |stream| {
        let connection = ServerConnection::new(Arc::clone(&config)).ok()?;
        Some(StreamOwned::new(connection, stream))
    };
    (Site::serving(move |_, _| does.clone(), opened), certificate)
}

/// The head of a request, if one comes.
fn request(stream: &mut impl Read) -> Option<String> {
    let mut read = Vec::new();
    let mut byte = [0];
    while !read.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        read.push(byte[0]);
    }
    String::from_utf8(read).ok()
}

fn answer(stream: &mut (impl Read + Write), does: Does) -> std::io::Result<()> {
    match does {
        Does::Answer { kind, headers, body } => {
            let length = body.len();
            let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
            write!(stream, "HTTP/1.1 200 OK\r\n{kind}{headers}Content-Length: {length}\r\n\r\n")?;
            stream.write_all(&body)
        }
        Does::Redirect(to) => write!(stream, "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"),
        Does::Missing => write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
        Does::Say(text) => stream.write_all(text.as_bytes()),
        Does::Wait(text) => {
            stream.write_all(text.as_bytes())?;
            stream.flush()?;
            stream.read(&mut [0; 16]).map(drop)
        }
        Does::Endless { kind, start, more } => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n{start}")?;
            loop {
                stream.write_all(more.as_bytes())?;
            }
        }
    }?;
    stream.flush()
}
