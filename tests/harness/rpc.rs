//! A client of the local API that knows HTTP, WebSocket and JSON, and no type of Kith.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout, timeout_at},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

use crate::lab::Namespace;

/// How long a single call may take, key stretching and a loaded machine included.
pub const CALL_LIMIT: Duration = Duration::from_secs(30);
/// How long something that needs the network may take to come true.
pub const WAIT_LIMIT: Duration = Duration::from_secs(60);

/// An error the API answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RpcError {
    /// The JSON-RPC number.
    pub number: i64,
    /// The word in `data.code`.
    pub code: String,
    /// The sentence.
    pub message: String,
}

impl std::fmt::Display for RpcError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.number, self.message)
    }
}

impl std::error::Error for RpcError {}

/// An HTTP answer.
#[derive(Debug, Clone)]
pub struct HttpReply {
    /// The status code.
    pub status: u16,
    /// The head, as it came.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpReply {
    /// The body as JSON.
    ///
    /// # Errors
    /// If it is not JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("status {}, body {:?}", self.status, String::from_utf8_lossy(&self.body)))
    }
}

/// A node's local API.
#[derive(Debug, Clone)]
pub struct Api {
    host: String,
    token: String,
    namespace: Option<Namespace>,
}

impl Api {
    /// An API at `url` (`http://127.0.0.1:PORT`), spoken to with `token`.
    ///
    /// # Errors
    /// If `url` is not plain HTTP.
    pub fn new(url: &str, token: &str) -> Result<Self> {
        let host = url.strip_prefix("http://").with_context(|| format!("{url} is not http"))?.trim_end_matches('/');
        Ok(Self { host: host.to_owned(), token: token.trim().to_owned(), namespace: None })
    }

    /// The same API with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// The same API, on a host of a lab.
    #[must_use]
    pub fn on(self, namespace: Option<Namespace>) -> Self {
        Self { namespace, ..self }
    }

    async fn connect(&self) -> Result<TcpStream> {
        let Some(namespace) = &self.namespace else {
            return TcpStream::connect(&self.host).await.with_context(|| format!("connecting to {}", self.host));
        };
        let stream = namespace.connect(self.host.parse()?)?;
        stream.set_nonblocking(true)?;
        Ok(TcpStream::from_std(stream)?)
    }

    /// `127.0.0.1:PORT`.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    ///
    /// # Errors
    /// If the address has none.
    pub fn port(&self) -> Result<u16> {
        Ok(self.host.rsplit(':').next().context("no port")?.parse()?)
    }

    /// The header a request needs.
    #[must_use]
    pub fn authorization(&self) -> (String, String) {
        ("Authorization".to_owned(), format!("Bearer {}", self.token))
    }

    /// Calls a method.
    ///
    /// # Errors
    /// [`RpcError`] if the API answers with one; otherwise what went wrong on the way.
    pub async fn call(&self, method: &str, params: Value) -> Result<Value> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let reply = self.post(&body).await?.json()?;
        outcome(method, &reply)
    }

    /// Calls a method that has to fail, and answers with the word of its error.
    ///
    /// # Errors
    /// If it succeeds.
    pub async fn error_of(&self, method: &str, params: Value) -> Result<String> {
        match self.call(method, params).await {
            Ok(result) => bail!("{method} succeeded with {result}"),
            Err(error) => Ok(error.downcast::<RpcError>()?.code),
        }
    }

    /// Posts a body to `/v1/rpc`.
    ///
    /// # Errors
    /// If the connection fails.
    pub async fn post(&self, body: &Value) -> Result<HttpReply> {
        self.http("POST", "/v1/rpc", &[self.authorization()], body.to_string().as_bytes()).await
    }

    /// Sends one HTTP request; `Host` is the right one unless `headers` has another.
    ///
    /// # Errors
    /// If the connection fails or the answer is not HTTP.
    pub async fn http(&self, method: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Result<HttpReply> {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| name == "Host") {
            request.push_str(&format!("Host: {}\r\n", self.host));
        }
        if !body.is_empty() {
            request.push_str("Content-Type: application/json\r\n");
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        let talk = async { exchange(self.connect().await?, request.as_bytes(), body).await };
        timeout(CALL_LIMIT, talk).await.context("no answer in time")?
    }

    /// A WebSocket.
    ///
    /// # Errors
    /// If the node refuses it.
    pub async fn socket(&self) -> Result<Socket> {
        let mut request = format!("ws://{}/v1/ws", self.host).into_client_request()?;
        request.headers_mut().insert("Authorization", HeaderValue::from_str(&self.authorization().1)?);
        let stream = MaybeTlsStream::Plain(self.connect().await?);
        let (stream, _) = timeout(CALL_LIMIT, tokio_tungstenite::client_async(request, stream)).await??;
        Ok(Socket { stream, next_id: 0, waiting: Vec::new() })
    }

    /// A WebSocket subscribed to events.
    ///
    /// # Errors
    /// If the node refuses it.
    pub async fn events(&self) -> Result<Events> {
        let mut socket = self.socket().await?;
        let reply = socket.call("events.subscribe", json!({})).await?;
        let seq = reply["seq"].as_u64().with_context(|| format!("no seq in {reply}"))?;
        Ok(Events { socket, seq, log: Vec::new() })
    }
}

async fn exchange(mut stream: TcpStream, head: &[u8], body: &[u8]) -> Result<HttpReply> {
    stream.write_all(head).await?;
    stream.write_all(body).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let split = answer.windows(4).position(|w| w == b"\r\n\r\n").context("no end of head")?;
    let head = String::from_utf8(answer[..split].to_vec())?;
    let status = head.split(' ').nth(1).context("no status")?.parse()?;
    let body = answer[split + 4..].to_vec();
    ensure!(!head.to_ascii_lowercase().contains("transfer-encoding: chunked"), "chunked answers are not understood");
    Ok(HttpReply { status, head, body })
}

fn outcome(method: &str, reply: &Value) -> Result<Value> {
    if let Some(error) = reply.get("error") {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        return Err(RpcError {
            number: error["code"].as_i64().unwrap_or_default(),
            code: text(&error["data"]["code"]),
            message: text(&error["message"]),
        }
        .into());
    }
    reply.get("result").cloned().with_context(|| format!("{method} answered {reply}"))
}

/// One WebSocket: calls and notifications on the same connection.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next_id: u64,
    waiting: Vec<Value>,
}

impl Socket {
    /// Calls a method; notifications that come in between are kept for [`Socket::notification`].
    ///
    /// # Errors
    /// [`RpcError`], or what went wrong on the way.
    pub async fn call(&mut self, method: &str, params: Value) -> Result<Value> {
        self.next_id += 1;
        let id = self.next_id;
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        self.stream.send(Message::text(request.to_string())).await?;
        let end = Instant::now() + CALL_LIMIT;
        loop {
            let value = self.read(end).await.with_context(|| format!("answer to {method}"))?;
            if value["id"] == id {
                return outcome(method, &value);
            }
            self.waiting.push(value);
        }
    }

    /// The next notification's `params`.
    ///
    /// # Errors
    /// If none comes before `end`.
    pub async fn notification(&mut self, end: Instant) -> Result<Value> {
        if !self.waiting.is_empty() {
            return Ok(self.waiting.remove(0)["params"].take());
        }
        Ok(self.read(end).await?["params"].take())
    }

    async fn read(&mut self, end: Instant) -> Result<Value> {
        loop {
            let message = timeout_at(end, self.stream.next()).await.context("nothing came in time")?;
            match message.context("the node closed the socket")?? {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                Message::Close(frame) => bail!("the node closed the socket: {frame:?}"),
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }
}

/// A subscription to events, with everything it has seen.
pub struct Events {
    socket: Socket,
    /// The number of the last event before the subscription.
    pub seq: u64,
    /// Every event that came, in order.
    pub log: Vec<Value>,
}

impl Events {
    /// The next event.
    ///
    /// # Errors
    /// If none comes before `end`.
    pub async fn next(&mut self, end: Instant) -> Result<Value> {
        let event = self.socket.notification(end).await?;
        self.log.push(event.clone());
        Ok(event)
    }

    /// Waits for an event of `kind` that `fits`, among those already seen too.
    ///
    /// # Errors
    /// If none comes within [`WAIT_LIMIT`].
    pub async fn wait_for(&mut self, kind: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
        let end = Instant::now() + WAIT_LIMIT;
        if let Some(event) = self.log.iter().find(|event| event["kind"] == kind && fits(event)) {
            return Ok(event.clone());
        }
        loop {
            let event = self.next(end).await.with_context(|| self.summary(kind))?;
            if event["kind"] == kind && fits(&event) {
                return Ok(event);
            }
        }
    }

    /// Asks `probe` after every event until it answers.
    ///
    /// # Errors
    /// If it has not answered within [`WAIT_LIMIT`].
    pub async fn wait_until<T>(&mut self, what: &str, mut probe: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
        let end = Instant::now() + WAIT_LIMIT;
        loop {
            if let Some(answer) = probe().await? {
                return Ok(answer);
            }
            self.next(end).await.with_context(|| self.summary(what))?;
        }
    }

    fn summary(&self, what: &str) -> String {
        let kinds: Vec<_> = self.log.iter().filter_map(|event| event["kind"].as_str()).collect();
        format!("waiting for {what}; so far {kinds:?}")
    }
}

/// Tries something that does not hold yet, and that no event tells of.
///
/// # Errors
/// What the last attempt says, after 20 seconds.
pub async fn soon<T>(what: &str, mut attempt: impl AsyncFnMut() -> Result<T>) -> Result<T> {
    let started = Instant::now();
    loop {
        match attempt().await {
            Ok(done) => return Ok(done),
            Err(error) if started.elapsed() > Duration::from_secs(20) => return Err(error).context(what.to_owned()),
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}
