//! What the local API promises to programs in other languages, over HTTP, WebSocket and JSON only.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result};
use kith_tests::{
    people::{Person, text},
    process::{example, workspace},
    rpc::{Api, HttpReply},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::{Instant, timeout},
};
use tokio_tungstenite::tungstenite::{client::IntoClientRequest, http::HeaderValue};

const EVENT_LIMIT: Duration = Duration::from_secs(20);
const BOT_LIMIT: Duration = Duration::from_secs(20);

async fn alone(root: &tempfile::TempDir) -> Result<Person> {
    Person::new(root.path(), "alice", &[]).await
}

fn word(reply: &HttpReply) -> Result<String> {
    text(&reply.json()?["error"]["data"], "code")
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

async fn ask(api: &Api, headers: &[(String, String)]) -> Result<HttpReply> {
    api.http("POST", "/v1/rpc", headers, br#"{"jsonrpc":"2.0","id":1,"method":"profile.get"}"#).await
}

#[tokio::test]
async fn only_the_owner_of_a_token_gets_in() -> Result<()> {
    let root = tempfile::tempdir()?;
    let alice = alone(&root).await?;
    let api = &alice.node.api;
    let token_file = text(alice.node.ready(), "token_file")?;
    assert_eq!(fs::metadata(&token_file)?.permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&alice.home.profile)?.permissions().mode() & 0o777, 0o700);

    assert_eq!(ask(api, &[api.authorization()]).await?.status, 200);
    for headers in [vec![], vec![header("Authorization", "Bearer 00")], vec![header("Authorization", "Basic 00")]] {
        let reply = ask(api, &headers).await?;
        assert_eq!((reply.status, word(&reply)?.as_str()), (401, "unauthorized"), "{headers:?}");
    }
    for foreign in [
        header("Origin", "https://example.org"),
        header("Origin", "http://127.0.0.1:1"),
        header("Origin", "null"),
        header("Host", "example.org"),
        header("Host", "127.0.0.1.example.org"),
    ] {
        let reply = ask(api, &[api.authorization(), foreign.clone()]).await?;
        assert_eq!((reply.status, word(&reply)?.as_str()), (403, "unauthorized"), "{foreign:?}");
    }
    let own = header("Origin", &format!("http://{}", api.host()));
    assert_eq!(ask(api, &[api.authorization(), own]).await?.status, 200);
    for path in ["/v1/openrpc.json", "/v1/ws", "/nowhere"] {
        assert_eq!(api.http("GET", path, &[], b"").await?.status, 401, "{path} without a token");
    }
    Ok(())
}

#[tokio::test]
async fn a_browser_may_name_its_token_as_a_subprotocol() -> Result<()> {
    let root = tempfile::tempdir()?;
    let alice = alone(&root).await?;
    let token = fs::read_to_string(text(alice.node.ready(), "token_file")?)?;
    let url = format!("ws://{}/v1/ws", alice.node.api.host());
    let request = |protocol: &str| -> Result<_> {
        let mut request = url.as_str().into_client_request()?;
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_str(protocol)?);
        Ok(request)
    };
    let offered = format!("bearer.{}", token.trim());
    let (_socket, answer) = tokio_tungstenite::connect_async(request(&offered)?).await?;
    assert_eq!(answer.headers()["Sec-WebSocket-Protocol"], offered.as_str());
    assert!(tokio_tungstenite::connect_async(request("bearer.00")?).await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say_until_it_is_revoked() -> Result<()> {
    let root = tempfile::tempdir()?;
    let alice = alone(&root).await?;
    let make = async |scope: &str| alice.call("tokens.create", json!({ "name": scope, "scopes": [scope] })).await;
    let (read, send) = (make("read").await?, make("send").await?);
    let reader = alice.node.api.with_token(&text(&read, "secret")?);
    let sender = alice.node.api.with_token(&text(&send, "secret")?);

    reader.call("contacts.list", json!({})).await?;
    assert_eq!(reader.error_of("contacts.invite", json!({})).await?, "unauthorized");
    assert_eq!(reader.error_of("chats.send", json!({ "chat": "0".repeat(32), "text": "x" })).await?, "unauthorized");
    assert_eq!(reader.error_of("profile.recovery_phrase", json!({})).await?, "unauthorized");
    assert_eq!(sender.error_of("chats.send", json!({ "chat": "0".repeat(32), "text": "x" })).await?, "not_found");
    assert_eq!(sender.error_of("tokens.create", json!({ "name": "x", "scopes": ["admin"] })).await?, "unauthorized");

    let listed = alice.call("tokens.list", json!({})).await?;
    assert_eq!(listed["tokens"].as_array().map(Vec::len), Some(2));
    assert!(!listed.to_string().contains(&text(&read, "secret")?), "a secret is shown once");

    let mut events = reader.events().await?;
    alice.call("tokens.revoke", json!({ "token": read["token"] })).await?;
    assert_eq!(ask(&reader, &[reader.authorization()]).await?.status, 401);
    alice.call("profile.set", json!({ "status_text": "unseen" })).await?;
    assert!(events.next(Instant::now() + EVENT_LIMIT).await.is_err(), "its events have ended");
    assert!(events.log.is_empty());
    Ok(())
}

#[tokio::test]
async fn every_method_is_described_and_refuses_what_it_does_not_know() -> Result<()> {
    let root = tempfile::tempdir()?;
    let alice = alone(&root).await?;
    let api = &alice.node.api;
    let description = api.http("GET", "/v1/openrpc.json", &[api.authorization()], b"").await?.json()?;
    let described: Vec<_> =
        description["methods"].as_array().into_iter().flatten().map(|m| m["name"].clone()).collect();
    let existing: Vec<_> = kith_api::METHODS.iter().map(|method| Value::from(method.name)).collect();
    assert_eq!(described, existing);
    for method in kith_api::METHODS {
        let error = api.error_of(method.name, json!({ "no_such_field": 1 })).await?;
        assert_eq!(error, "invalid_argument", "{}", method.name);
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_request_is_answered_as_json_rpc_says() -> Result<()> {
    let root = tempfile::tempdir()?;
    let alice = alone(&root).await?;
    let api = &alice.node.api;
    let post = async |body: &[u8]| api.http("POST", "/v1/rpc", &[api.authorization()], body).await;
    for (body, number) in [
        (br#"{"jsonrpc":"#.as_slice(), -32700),
        (b"[]", -32600),
        (br#"{"id":1,"method":"profile.get"}"#, -32600),
        (br#"{"jsonrpc":"2.0","id":1,"method":"profile.get","params":[1]}"#, -32602),
        (br#"{"jsonrpc":"2.0","id":1,"method":"no.such"}"#, -32601),
        (br#"{"jsonrpc":"2.0","id":1,"method":"chats.get","params":{"chat":"x"}}"#, -32602),
    ] {
        assert_eq!(post(body).await?.json()?["error"]["code"], number, "{}", String::from_utf8_lossy(body));
    }
    let notification = post(br#"{"jsonrpc":"2.0","method":"profile.get"}"#).await?;
    assert_eq!((notification.status, notification.body.len()), (204, 0));
    let large = post(&vec![b' '; 2 << 20]).await;
    assert!(large.is_err() || large.is_ok_and(|reply| reply.status == 413), "two megabytes are no request");
    assert_eq!(api.error_of("events.subscribe", json!({})).await?, "unsupported", "over HTTP");
    Ok(())
}

#[tokio::test]
async fn events_are_numbered_and_can_be_picked_up_again() -> Result<()> {
    let root = tempfile::tempdir()?;
    let mut alice = alone(&root).await?;
    let before = alice.events.seq;
    alice.call("profile.set", json!({ "status_text": "first" })).await?;
    alice.call("profile.set", json!({ "status_text": "second" })).await?;
    let changed = |text: &'static str| move |event: &Value| event["profile"]["status_text"] == text;
    alice.events.wait_for("profile.changed", changed("first")).await?;
    let last = alice.events.wait_for("profile.changed", changed("second")).await?;
    let numbers: Vec<_> = alice.events.log.iter().filter_map(|event| event["seq"].as_u64()).collect();
    let expected: Vec<_> = (before + 1..).take(numbers.len()).collect();
    assert_eq!(numbers, expected);

    let mut socket = alice.node.api.socket().await?;
    socket.call("events.subscribe", json!({ "from": before })).await?;
    for event in &alice.events.log {
        assert_eq!(&socket.notification(Instant::now() + EVENT_LIMIT).await?, event);
    }
    let mut late = alice.node.api.socket().await?;
    let future = last["seq"].as_u64().unwrap_or_default() + 1_000_000;
    for gone in [1, future] {
        let error = late.call("events.subscribe", json!({ "from": gone })).await.expect_err("not a number it has");
        assert!(error.to_string().contains("snapshot_needed"), "{error:#}");
    }
    Ok(())
}

#[tokio::test]
async fn settings_drafts_and_notes_outlive_a_crash() -> Result<()> {
    let root = tempfile::tempdir()?;
    let mut alice = alone(&root).await?;
    let layout = json!({ "panes": [200, 0.5], "open": true });
    alice.call("settings.set", json!({ "key": "gui.layout", "value": layout })).await?;
    alice.events.wait_for("settings.changed", |event| event["settings"]["gui.layout"] == layout).await?;
    alice.call("settings.set", json!({ "key": "gui.gone", "value": 1 })).await?;
    alice.call("settings.set", json!({ "key": "gui.gone", "value": null })).await?;
    for (params, word) in [
        (json!({ "key": "Layout", "value": 1 }), "invalid_argument"),
        (json!({ "key": "gui.layout" }), "invalid_argument"),
        (json!({ "key": "receipts.seen", "value": "no" }), "invalid_argument"),
        (json!({ "key": "gui.large", "value": "x".repeat(16 << 10) }), "too_large"),
    ] {
        assert_eq!(alice.node.api.error_of("settings.set", params.clone()).await?, word, "{params}");
    }

    let notes = alice.chat_with(&alice.account).await?;
    let note = alice.write(&alice.account, "water the violets").await?;
    alice.call("chats.set_draft", json!({ "chat": notes, "text": "and the" })).await?;
    alice.events.wait_for("chat.changed", |event| event["chat"]["draft"] == "and the").await?;
    alice.call("chats.mark_read", json!({ "chat": notes })).await?;

    let make = async |scope: &str| alice.call("tokens.create", json!({ "name": scope, "scopes": [scope] })).await;
    let (read, send) = (make("read").await?, make("send").await?);
    let reader = alice.node.api.with_token(&text(&read, "secret")?);
    let sender = alice.node.api.with_token(&text(&send, "secret")?);
    assert_eq!(reader.call("settings.get", json!({})).await?["settings"], json!({ "gui.layout": layout }));
    assert_eq!(reader.error_of("settings.set", json!({ "key": "a", "value": 1 })).await?, "unauthorized");
    assert_eq!(reader.error_of("chats.set_draft", json!({ "chat": notes, "text": "" })).await?, "unauthorized");
    assert_eq!(reader.error_of("contacts.preview", json!({ "link": "x" })).await?, "unauthorized");
    assert_eq!(sender.error_of("profile.set_password", json!({ "new": "x" })).await?, "unauthorized");
    sender.call("chats.set_draft", json!({ "chat": notes, "text": "and the roses" })).await?;

    let alice = alice.crash_and_restart().await?;
    assert_eq!(alice.call("settings.get", json!({})).await?["settings"], json!({ "gui.layout": layout }));
    let chats = alice.call("chats.list", json!({})).await?;
    let [chat] = chats["chats"].as_array().context("a list")?.as_slice() else { anyhow::bail!("{chats}") };
    assert_eq!((&chat["kind"], &chat["title"], &chat["unread"]), (&json!("notes"), &json!(""), &json!(0)));
    assert_eq!((&chat["account"], &chat["draft"]), (&json!(alice.account), &json!("and the roses")));
    assert_eq!((&chat["last"]["id"], &chat["last"]["state"]), (&json!(note), &json!("seen")));
    let found = alice.call("chats.search", json!({ "query": "violet" })).await?;
    assert_eq!(found["hits"][0]["message"]["id"], note.as_str());
    Ok(())
}

/// Starts a bot, and answers with the link it prints.
pub(crate) async fn bot(mut command: Command) -> Result<(Child, String)> {
    let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("stdout is piped")?).lines();
    let link = timeout(BOT_LIMIT, lines.next_line()).await??.context("the bot ended")?;
    Ok((child, link))
}

#[tokio::test]
async fn the_bots_in_other_languages_say_back_what_they_are_told() -> Result<()> {
    let root = tempfile::tempdir()?;
    let mut alice = alone(&root).await?;
    let node_22 = workspace().join("tests/interop/node_modules/.bin/node");
    for (name, program, script) in [("python", Path::new("python3"), "echo_bot.py"), ("js", &node_22, "echo_bot.mjs")] {
        if !program.is_relative() && !program.exists() {
            assert!(std::env::var_os("KITH_CI").is_none(), "tests/interop is not installed");
            eprintln!("Node is not installed in tests/interop, {script} was not run");
            continue;
        }
        let echo = Person::new(root.path(), name, &[]).await?;
        let mut command = Command::new(program);
        command.arg(workspace().join("examples/http").join(script)).arg(&echo.home.profile);
        let (_child, link) = bot(command).await?;
        hears_an_echo(&mut alice, &link).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_bot_in_rust_says_back_what_it_is_told() -> Result<()> {
    let root = tempfile::tempdir()?;
    let mut alice = alone(&root).await?;
    let mut command = Command::new(example("echo_bot")?);
    command.arg("--local").arg("--profile").arg(root.path().join("echo"));
    let (_child, link) = bot(command).await?;
    hears_an_echo(&mut alice, &link).await
}

async fn hears_an_echo(alice: &mut Person, link: &str) -> Result<()> {
    let account = text(&alice.asks(link, "").await?, "account")?;
    alice.meets(&account).await?;
    let accepted =
        |event: &Value| event["contact"]["account"] == account.as_str() && event["contact"]["state"] == "introduced";
    alice.events.wait_for("contact.changed", accepted).await?;
    let said = format!("is there an echo in {account}?");
    let message = alice.write(&account, &said).await?;
    let back = |event: &Value| event["message"]["author"] == account.as_str();
    let back = alice.events.wait_for("message.upserted", back).await?;
    assert_eq!((&back["message"]["text"], &back["message"]["reply_to"]), (&json!(said), &json!(message)));
    alice.sees_state(&account, &message, "seen").await?;
    Ok(())
}
