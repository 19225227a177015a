//! The local API as a program in another language sees it.

use std::{fs, net::SocketAddr, path::Path};

use futures::{SinkExt as _, StreamExt as _};
use kith_node::{Node, views::Scope};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::people::{LIMIT, builder};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn node(folder: &Path) -> (Node, SocketAddr, String) {
    let node = builder(folder, "alice").api("127.0.0.1:0".parse().unwrap()).spawn().await.unwrap();
    let address = node.api_address().unwrap();
    let token = fs::read_to_string(folder.join("alice/api-token")).unwrap().trim().to_owned();
    assert_eq!(fs::read_to_string(folder.join("alice/api-address")).unwrap().trim(), format!("http://{address}"));
    (node, address, token)
}

/// One HTTP request with these header lines; status and body.
async fn http(address: SocketAddr, line: &str, headers: &[String], body: &[u8]) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut head = format!("{line} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    // A server that refuses a long body need not read it to the end.
    let _cut_short = stream.write_all(body).await;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(LIMIT, stream.read_to_end(&mut answer)).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{read:?}: {answer:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

fn host(address: SocketAddr) -> String {
    format!("Host: {address}")
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

async fn call(address: SocketAddr, token: &str, method: &str, params: Value) -> Value {
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params }).to_string();
    let (status, answer) = http(address, "POST /v1/rpc", &[host(address), bearer(token)], body.as_bytes()).await;
    assert_eq!((status, &answer["id"], &answer["jsonrpc"]), (200, &json!(7), &json!("2.0")), "{answer}");
    answer
}

async fn socket(address: SocketAddr, header: &'static str, value: &str) -> Result<Socket, tungstenite::Error> {
    let mut request = format!("ws://{address}/v1/ws").into_client_request().unwrap();
    request.headers_mut().insert(header, HeaderValue::from_str(value).unwrap());
    tokio_tungstenite::connect_async(request).await.map(|(socket, _)| socket)
}

async fn say(socket: &mut Socket, id: u64, method: &str, params: Value) {
    let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
    socket.send(Message::text(request.to_string())).await.unwrap();
}

async fn hear(socket: &mut Socket) -> Option<Value> {
    loop {
        match tokio::time::timeout(LIMIT, socket.next()).await.unwrap()? {
            Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_answer_with_results_and_errors_of_json_rpc() {
    let folder = tempfile::tempdir().unwrap();
    let (node, address, token) = node(folder.path()).await;
    let answer = call(address, &token, "profile.get", json!({})).await;
    assert_eq!(answer["result"]["account"], json!(node.account()));
    let answer = call(address, &token, "contacts.add", json!({ "link": "no link" })).await;
    assert_eq!((&answer["error"]["code"], &answer["error"]["data"]["code"]), (&json!(-32000), &json!("bad_link")));
    let answer = call(address, &token, "nothing.there", Value::Null).await;
    assert_eq!(answer["error"]["code"], -32601);
    assert!(answer["error"]["data"]["hint"].as_str().is_some_and(|hint| hint.contains("openrpc")));
    let answer = call(address, &token, "contacts.get", json!({ "account": 3 })).await;
    assert_eq!(answer["error"]["code"], -32602);
    let answer = call(address, &token, "events.subscribe", json!({})).await;
    assert_eq!(answer["error"]["data"]["code"], "unsupported");
    let answer = call(address, &token, "network.status", json!({})).await;
    assert!(answer["result"]["bootstraps"].is_array(), "{answer}");

    let headers = [host(address), bearer(&token)];
    let (status, document) = http(address, "GET /v1/openrpc.json", &headers, b"").await;
    assert_eq!(status, 200);
    assert!(document["methods"].as_array().is_some_and(|methods| methods.len() > 20));
    let notification = br#"{"jsonrpc":"2.0","method":"profile.get"}"#;
    assert_eq!(http(address, "POST /v1/rpc", &headers, notification).await, (204, Value::Null));
    node.shutdown().await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_foreign_pages_and_foreign_hosts_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (node, address, token) = node(folder.path()).await;
    let body = br#"{"jsonrpc":"2.0","id":1,"method":"profile.get"}"#;
    let own = format!("http://localhost:{}", address.port());
    for (headers, expected) in [
        (vec![host(address), bearer(&token)], 200),
        (vec![format!("Host: localhost:{}", address.port()), bearer(&token)], 200),
        (vec![host(address), bearer(&token), format!("Origin: {own}")], 200),
        (vec![host(address)], 401),
        (vec![host(address), bearer("")], 401),
        (vec![host(address), bearer(&"0".repeat(64))], 401),
        (vec![host(address), format!("Authorization: Basic {token}")], 401),
        (vec![bearer(&token)], 403),
        (vec!["Host: example.org".to_owned(), bearer(&token)], 403),
        (vec![format!("Host: example.org:{}", address.port()), bearer(&token)], 403),
        (vec![format!("Host: 127.0.0.1:{}", address.port().wrapping_add(1)), bearer(&token)], 403),
        (vec![host(address), bearer(&token), "Origin: http://example.org".to_owned()], 403),
        (vec![host(address), bearer(&token), "Origin: null".to_owned()], 403),
        (vec![host(address), bearer(&token), format!("Origin: http://localhost:{}.example.org", address.port())], 403),
    ] {
        let (status, answer) = http(address, "POST /v1/rpc", &headers, body).await;
        assert_eq!(status, expected, "{headers:?}");
        if expected != 200 {
            assert_eq!(answer["error"]["data"]["code"], "unauthorized", "{headers:?}");
        }
    }
    let (status, _) = http(address, "GET /v1/openrpc.json", &[host(address)], b"").await;
    assert_eq!(status, 401);
    let long = vec![b' '; (1 << 20) + 1];
    let (status, answer) = http(address, "POST /v1/rpc", &[host(address), bearer(&token)], &long).await;
    assert_eq!((status, &answer["error"]["data"]["code"]), (413, &json!("too_large")));
    assert!(socket(address, "Authorization", "Bearer wrong").await.is_err());
    assert!(socket(address, "Sec-WebSocket-Protocol", "bearer.wrong").await.is_err());
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_do_what_their_scopes_say_until_they_are_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let (node, address, token) = node(folder.path()).await;
    let made = call(address, &token, "tokens.create", json!({ "name": "bot", "scopes": ["read"] })).await;
    let secret = made["result"]["secret"].as_str().unwrap().to_owned();
    let code = |answer: Value| answer["error"]["data"]["code"].clone();
    assert!(call(address, &secret, "chats.list", json!({})).await["result"]["chats"].is_array());
    assert_eq!(code(call(address, &secret, "contacts.invite", json!({})).await), "unauthorized");
    assert_eq!(code(call(address, &secret, "tokens.list", json!({})).await), "unauthorized");
    assert_eq!(code(call(address, &secret, "profile.recovery_phrase", json!({})).await), "unauthorized");
    let listed = call(address, &token, "tokens.list", json!({})).await;
    assert_eq!(listed["result"]["tokens"][0]["name"], "bot");
    assert!(!listed.to_string().contains(&secret));

    let mut open = socket(address, "Authorization", &format!("Bearer {secret}")).await.unwrap();
    say(&mut open, 1, "events.subscribe", json!({})).await;
    assert!(hear(&mut open).await.unwrap()["result"]["seq"].is_u64());
    node.tokens().revoke(made["result"]["token"].as_str().unwrap().parse().unwrap()).await.unwrap();
    let body = br#"{"jsonrpc":"2.0","id":1,"method":"chats.list"}"#;
    let (status, _) = http(address, "POST /v1/rpc", &[host(address), bearer(&secret)], body).await;
    assert_eq!(status, 401);
    node.profile().set_status_text("not for the revoked").await.unwrap();
    while let Some(heard) = hear(&mut open).await {
        assert_ne!(heard["params"]["kind"], "profile.changed");
    }

    let sender = node.tokens().create("sender", vec![Scope::Send]).await.unwrap().secret;
    assert_eq!(code(call(address, &sender, "chats.list", json!({})).await), "unauthorized");
    node.shutdown().await;
    for file in fs::read_dir(folder.path().join("alice")).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(secret.len()).any(|window| window == sender.as_bytes()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_over_the_socket_in_order_and_from_where_a_client_was() {
    let folder = tempfile::tempdir().unwrap();
    let (node, address, token) = node(folder.path()).await;
    let protocol = format!("bearer.{token}");
    let mut open = socket(address, "Sec-WebSocket-Protocol", &protocol).await.unwrap();
    say(&mut open, 1, "events.subscribe", json!({})).await;
    let from = hear(&mut open).await.unwrap()["result"]["seq"].as_u64().unwrap();
    for n in 0..3 {
        node.profile().set_status_text(format!("line {n}")).await.unwrap();
    }
    let mut seq = from;
    let mut lines = Vec::new();
    while lines.len() < 3 {
        let event = hear(&mut open).await.unwrap();
        assert_eq!((&event["jsonrpc"], &event["method"]), (&json!("2.0"), &json!("event")));
        seq += 1;
        assert_eq!(event["params"]["seq"], seq);
        if event["params"]["kind"] == "profile.changed" {
            lines.push(event["params"]["profile"]["status_text"].clone());
        }
    }
    assert_eq!(lines, ["line 0", "line 1", "line 2"]);

    let mut late = socket(address, "Authorization", &format!("Bearer {token}")).await.unwrap();
    say(&mut late, 1, "events.subscribe", json!({ "from": from })).await;
    assert_eq!(hear(&mut late).await.unwrap()["result"]["seq"], from);
    assert_eq!(hear(&mut late).await.unwrap()["params"]["seq"], from + 1);
    for wrong in [1, seq + 1_000_000] {
        let mut lost = socket(address, "Authorization", &format!("Bearer {token}")).await.unwrap();
        say(&mut lost, 1, "events.subscribe", json!({ "from": wrong })).await;
        assert_eq!(hear(&mut lost).await.unwrap()["error"]["data"]["code"], "snapshot_needed");
        say(&mut lost, 2, "profile.get", json!({})).await;
        assert_eq!(hear(&mut lost).await.unwrap()["id"], 2);
    }
    node.shutdown().await;
    while hear(&mut open).await.is_some() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_is_for_this_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    let error = builder(folder.path(), "alice").api("0.0.0.0:0".parse().unwrap()).spawn().await.unwrap_err();
    assert!(error.to_string().contains("loopback"), "{error}");
    assert!(!folder.path().join("alice").exists());
}
