//! A client of the local API: one WebSocket, JSON only.

use std::{collections::VecDeque, fs, path::Path};

use anyhow::{Context as _, Result, bail};
use futures::{SinkExt as _, StreamExt as _};
use kith_node::{ADDRESS_FILE, TOKEN_FILE};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

/// Where a running node is, and what opens it.
#[derive(Debug)]
pub(super) struct Place {
    address: String,
    token: String,
}

/// An open connection.
pub(super) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last_id: u64,
    /// Events that came while an answer was awaited.
    events: VecDeque<Value>,
}

/// Something the node said.
#[derive(Debug)]
pub(super) enum Said {
    /// The answer to a call with this number.
    Answer(u64, std::result::Result<Value, Refusal>),
    /// An event.
    Event(Value),
}

/// An error the node answered with.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {message}{}", if hint.is_empty() { String::new() } else { format!(" ({hint})") })]
pub(super) struct Refusal {
    pub(super) code: String,
    message: String,
    hint: String,
}

impl Place {
    /// Finds the node that runs on the profile in `folder`.
    pub(super) fn find(folder: &Path) -> Result<Self> {
        let read = |name: &str| fs::read_to_string(folder.join(name)).map(|text| text.trim().to_owned());
        let Ok(address) = read(ADDRESS_FILE) else {
            bail!("no node is running on {}: start kithd --profile {0}", folder.display());
        };
        let token = read(TOKEN_FILE).with_context(|| format!("the token {TOKEN_FILE} of the profile"))?;
        Ok(Self { address, token })
    }

    pub(super) async fn connect(&self) -> Result<Client> {
        let host = self.address.strip_prefix("http://").context("the address of the node is not http")?;
        let mut request = format!("ws://{host}/v1/ws").into_client_request()?;
        request.headers_mut().insert("Authorization", HeaderValue::from_str(&format!("Bearer {}", self.token))?);
        let connected = tokio_tungstenite::connect_async(request).await;
        let (socket, _) = connected.with_context(|| format!("the node does not answer at {}", self.address))?;
        Ok(Client { socket, last_id: 0, events: VecDeque::new() })
    }
}

impl Client {
    /// Sends a call; [`Said::Answer`] with the returned number follows.
    pub(super) async fn ask(&mut self, method: &str, params: Value) -> Result<u64> {
        self.last_id += 1;
        let id = self.last_id;
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.socket.send(Message::text(request.to_string())).await.context("the node is gone")?;
        Ok(id)
    }

    /// Calls a method and waits for its answer; events are kept for [`next`](Self::next).
    pub(super) async fn call(&mut self, method: &str, params: Value) -> Result<Value> {
        let id = self.ask(method, params).await?;
        loop {
            match self.read().await? {
                Said::Answer(to, answer) if to == id => return Ok(answer?),
                Said::Answer(..) => {}
                Said::Event(event) => self.events.push_back(event),
            }
        }
    }

    /// What the node says next.
    pub(super) async fn next(&mut self) -> Result<Said> {
        match self.events.pop_front() {
            Some(event) => Ok(Said::Event(event)),
            None => self.read().await,
        }
    }

    pub(super) async fn close(mut self) {
        // The node may have closed first.
        let _closed = self.socket.close(None).await;
    }

    async fn read(&mut self) -> Result<Said> {
        loop {
            match self.socket.next().await.context("the node is gone")?.context("the node is gone")? {
                Message::Text(text) => return understand(serde_json::from_str(&text)?),
                Message::Close(_) => bail!("the node is stopping"),
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }
}

fn understand(mut value: Value) -> Result<Said> {
    if value["method"] == "event" {
        return Ok(Said::Event(value["params"].take()));
    }
    let id = value["id"].as_u64().with_context(|| format!("the node answered {value}"))?;
    let error = value["error"].take();
    if error.is_null() {
        return Ok(Said::Answer(id, Ok(value["result"].take())));
    }
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (code, hint) = (word(&error["data"]["code"]), word(&error["data"]["hint"]));
    Ok(Said::Answer(id, Err(Refusal { code, message: word(&error["message"]), hint })))
}
