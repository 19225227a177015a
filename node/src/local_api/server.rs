//! The HTTP server: loopback only, tokens only, no foreign page or host name.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Request, State, WebSocketUpgrade, rejection::BytesRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use kith_api::{ApiError as CallError, ErrorCode, openrpc};
use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::{
    auth::{self, Grant},
    events, rpc,
};
use crate::{keys::write_private, node::Shared};

/// The admin token.
pub const TOKEN_FILE: &str = "api-token";
/// Where the running node serves, for `kithd call` and `kithd chat`.
pub const ADDRESS_FILE: &str = "api-address";
/// Largest request: many times the largest message.
const BODY_MAX_BYTES: usize = 1 << 20;
/// Connections at once: some programs of one user.
const CONNECTIONS: usize = 128;
/// WebSockets at once.
const SOCKETS: usize = 64;
/// A client that sends its header slower than this is no client.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// The subprotocol that carries the token where a browser cannot set headers.
const BEARER_PROTOCOL: &str = "bearer.";

/// Why the local API did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// The address is not on this machine.
    #[error("the local API is for this machine only: {address} is not a loopback address")]
    NotLoopback {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The address is taken or not allowed.
    #[error("the local API cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The token or address file cannot be read or written.
    #[error("{}: {source}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What every connection knows. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Api {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    owner: blake3::Hash,
    port: u16,
    /// Cancelled when the node refuses new calls.
    closing: CancellationToken,
    openrpc: Bytes,
    sockets: Arc<Semaphore>,
}

/// A server that listens but does not serve yet.
pub(crate) struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

impl Bound {
    /// Takes the port. The address must be loopback.
    pub(crate) async fn bind(address: SocketAddr) -> Result<Self, ApiError> {
        if !address.ip().is_loopback() {
            return Err(ApiError::NotLoopback { address });
        }
        let listen = |source| ApiError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Puts a new token into the profile folder. Each start has its own: a port that a killed node left behind may be
/// somebody else's by now, and who still asks there tells them no token that will ever be good.
pub(crate) fn new_owner_token(folder: &Path) -> Result<Zeroizing<String>, ApiError> {
    let file = folder.join(TOKEN_FILE);
    let secret = Zeroizing::new(auth::new_secret());
    write_private(&file, format!("{}\n", *secret).as_bytes()).map_err(|source| ApiError::File { file, source })?;
    Ok(secret)
}

/// Tells other programs of this user where to call.
pub(crate) fn write_address(folder: &Path, address: SocketAddr) -> Result<(), ApiError> {
    let file = folder.join(ADDRESS_FILE);
    write_private(&file, format!("http://{address}\n").as_bytes()).map_err(|source| ApiError::File { file, source })
}

impl Api {
    pub(crate) fn new(shared: Arc<Shared>, owner: &str, address: SocketAddr, closing: CancellationToken) -> Self {
        let openrpc = Bytes::from(openrpc::openrpc().to_string());
        let inner = Inner {
            shared,
            owner: auth::hash(owner),
            port: address.port(),
            closing,
            openrpc,
            sockets: Arc::new(Semaphore::new(SOCKETS)),
        };
        Self { inner: Arc::new(inner) }
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.inner.shared
    }

    /// Waits until the node stops.
    pub(super) async fn closing(&self) {
        self.inner.closing.cancelled().await;
    }

    /// Accepts connections until the node stops.
    pub(crate) async fn serve(self, bound: Bound) {
        let router = Router::new()
            .route("/v1/rpc", post(call))
            .route("/v1/ws", get(socket))
            .route("/v1/openrpc.json", get(describe))
            .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
            .layer(middleware::from_fn_with_state(self.clone(), admit))
            .with_state(self.clone());
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let accepted = tokio::select! {
                accepted = bound.listener.accept() => accepted,
                () = self.closing() => return,
            };
            let (api, router) = (self.clone(), router.clone());
            match accepted {
                Ok((stream, _)) => self.shared().tasks().spawn(async move {
                    api.connection(stream, router).await;
                    drop(place);
                }),
                Err(error) => {
                    tracing::warn!(%error, "a connection to the local API failed");
                    // Out of file descriptors, most likely: give others the time to close some.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    async fn connection(&self, stream: TcpStream, router: Router) {
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
        let connection =
            builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)).with_upgrades();
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.closing() => {
                // Requests at work are answered, then the connection ends.
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection to the local API broke");
        }
    }

    fn is_own_host(&self, host: &str) -> bool {
        let port = self.inner.port;
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| {
            host.strip_prefix(name).is_some_and(|rest| rest.strip_prefix(':') == Some(port.to_string().as_str()))
        })
    }
}

/// Refuses foreign hosts and pages, and everybody without a token.
async fn admit(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    if let Err(why) = check_origin(&api, headers) {
        return refusal(StatusCode::FORBIDDEN, &why);
    }
    let grant = presented(headers).and_then(|secret| api.shared().tokens().grant(&api.inner.owner, secret));
    let Some(grant) = grant else {
        let why = CallError::new(ErrorCode::Unauthorized, "the token is missing or unknown")
            .hint(format!("send Authorization: Bearer TOKEN; the owner's is in {TOKEN_FILE} in the profile folder"));
        return refusal(StatusCode::UNAUTHORIZED, &why);
    };
    request.extensions_mut().insert(grant);
    next.run(request).await
}

fn check_origin(api: &Api, headers: &HeaderMap) -> Result<(), CallError> {
    let hosts: Vec<_> = headers.get_all(header::HOST).iter().collect();
    let own_host = matches!(hosts.as_slice(), [host] if host.to_str().is_ok_and(|host| api.is_own_host(host)));
    if !own_host {
        return Err(CallError::new(ErrorCode::Unauthorized, "the Host header names another machine"));
    }
    let foreign = headers.get_all(header::ORIGIN).iter().any(|origin| {
        let host = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
        !host.is_some_and(|host| api.is_own_host(host))
    });
    if foreign {
        return Err(CallError::new(ErrorCode::Unauthorized, "pages of other sites may not use the local API"));
    }
    Ok(())
}

/// The token in the `Authorization` header, or in a WebSocket subprotocol.
fn presented(headers: &HeaderMap) -> Option<&str> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| token.trim());
    }
    let protocol = bearer_protocol(headers)?;
    protocol.strip_prefix(BEARER_PROTOCOL)
}

fn bearer_protocol(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .find(|protocol| protocol.starts_with(BEARER_PROTOCOL))
}

async fn call(
    State(api): State<Api>,
    axum::Extension(grant): axum::Extension<Grant>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(rejection) => {
            let status = rejection.status();
            let why = if status == StatusCode::PAYLOAD_TOO_LARGE {
                CallError::new(ErrorCode::TooLarge, format!("a request has at most {BODY_MAX_BYTES} bytes"))
            } else {
                CallError::new(ErrorCode::InvalidArgument, rejection.body_text())
            };
            return refusal(status, &why);
        }
    };
    let request = match rpc::parse(&body) {
        Ok(request) => request,
        Err(answer) => return json_response(StatusCode::OK, &answer),
    };
    let result = match rpc::only_on_socket(&request.method) {
        Some(error) => Err(error),
        None => rpc::run(&api, grant, &request.method, request.params).await,
    };
    match rpc::answer(request.id, result) {
        Some(answer) => json_response(StatusCode::OK, &answer),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn socket(
    State(api): State<Api>,
    axum::Extension(grant): axum::Extension<Grant>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Ok(place) = Arc::clone(&api.inner.sockets).try_acquire_owned() else {
        let why = CallError::new(ErrorCode::RateLimited, format!("{SOCKETS} WebSockets are open already"));
        return refusal(StatusCode::SERVICE_UNAVAILABLE, &why);
    };
    let mut upgrade = upgrade.max_message_size(BODY_MAX_BYTES).max_frame_size(BODY_MAX_BYTES);
    // A browser ends the connection unless one of the protocols it offered is chosen.
    if let Some(protocol) = bearer_protocol(&headers) {
        upgrade = upgrade.protocols([protocol.to_owned()]);
    }
    // axum spawns the task itself: the token makes the shutdown wait for it all the same.
    let counted = api.shared().tasks().token();
    upgrade.on_upgrade(async move |socket| {
        let cancel = api.shared().tasks().cancel().clone();
        let _cut_off = cancel.run_until_cancelled(events::serve(socket, &api, grant)).await;
        drop((api, place, counted));
    })
}

async fn describe(State(api): State<Api>) -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], Body::from(api.inner.openrpc.clone())).into_response()
}

fn refusal(status: StatusCode, why: &CallError) -> Response {
    json_response(status, &rpc::error_answer(&Value::Null, why))
}

fn json_response(status: StatusCode, answer: &Value) -> Response {
    (status, axum::Json(answer)).into_response()
}
