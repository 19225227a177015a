//! Stickers and emoji of one's own, between two programs.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use data_encoding::BASE64;
use kith_tests::people::{Person, text};
use serde_json::{Value, json};

use crate::messages::{message, sees, two};

/// A PNG of one red pixel.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\
    \0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

async fn add(person: &Person, folder: &Path, name: &str) -> Result<Value> {
    let path = folder.join("picture.png");
    fs::write(&path, PNG)?;
    person.call("stickers.add", json!({ "name": name, "path": path })).await
}

async fn send(person: &Person, other: &str, name: &str) -> Result<String> {
    let chat = person.chat_with(other).await?;
    text(&person.call("chats.send_sticker", json!({ "chat": chat, "name": name })).await?, "message")
}

async fn image(person: &Person, picture: &Value) -> Result<Vec<u8>> {
    let image = person.call("stickers.image", json!({ "picture": picture })).await?;
    Ok(BASE64.decode(image["data"].as_str().context("no data")?.as_bytes())?)
}

#[tokio::test]
async fn a_sticker_reaches_somebody_who_was_away_and_leaves_nothing_when_it_is_taken_back() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (mut alice, bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let mine = add(&alice, root.path(), "Party").await?;
    assert_eq!(mine["name"], "party");
    let all = alice.events.wait_for("stickers.changed", |_| true).await?;
    assert_eq!(all["stickers"], json!([mine]));

    // Bob is away, and Alice before he comes back: the mailbox has it.
    bob.node.terminate().await?;
    let sent = send(&alice, &b, "party").await?;
    alice.sees_state(&b, &sent, "stored").await?;
    alice.node.terminate().await?;
    let mut bob = Person::at(bob.home).await?;
    let there = sees(&mut bob, &a, &sent, |message| message["kind"] == "sticker").await?;
    assert_eq!(there["sticker"], json!({ "name": "party", "picture": mine["picture"] }));
    let shown = image(&bob, &there["sticker"]["picture"]).await?;
    assert!(shown.starts_with(b"\x89PNG"));

    // He passes it on, makes it one of his own, and answers with it between words.
    let mut alice = Person::at(alice.home).await?;
    bob.meets(&a).await?;
    let chat = bob.chat_with(&a).await?;
    let on = bob.call("chats.forward", json!({ "message": sent, "to": [chat] })).await?;
    let on = on["messages"][0].as_str().context("no message")?.to_owned();
    let passed = sees(&mut alice, &b, &on, |message| message["forwarded"] == true).await?;
    assert_eq!(passed["sticker"], there["sticker"]);
    let his = bob.call("stickers.add", json!({ "name": "hers", "picture": there["sticker"]["picture"] })).await?;
    let words = bob.write(&a, "what a :hers: that was").await?;
    let read = sees(&mut alice, &b, &words, |_| true).await?;
    assert_eq!(read["emoji"], json!([{ "name": "hers", "picture": his["emoji"] }]));
    assert_eq!(image(&alice, &his["emoji"]).await?, image(&bob, &his["emoji"]).await?);

    // Taken back everywhere, and no longer among his own, the picture is nowhere at Bob's.
    bob.call("stickers.remove", json!({ "name": "hers" })).await?;
    for message in [&on, &words] {
        bob.call("chats.delete", json!({ "message": message, "for": "everyone" })).await?;
        sees(&mut alice, &b, message, |message| message["deleted"] == true).await?;
    }
    alice.call("chats.delete", json!({ "message": sent, "for": "everyone" })).await?;
    let gone = sees(&mut bob, &a, &sent, |message| message["deleted"] == true).await?;
    assert!(gone["sticker"].is_null() && gone["text"].is_null(), "{gone}");
    for picture in [&mine["picture"], &his["picture"], &his["emoji"]] {
        let code = bob.node.api.error_of("stickers.image", json!({ "picture": picture })).await?;
        assert_eq!(code, "not_found");
    }
    assert!(message(&alice, &b, &sent).await?.is_some_and(|message| message["sticker"].is_null()));
    assert_eq!(image(&alice, &mine["picture"]).await?, shown, "hers stays hers");
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_a_sticker_says_why() -> Result<()> {
    let root = tempfile::tempdir()?;
    let alice = Person::new(root.path(), "alice", &[]).await?;
    add(&alice, root.path(), "party").await?;
    let none = root.path().join("notes.txt");
    fs::write(&none, "no picture")?;
    let data = BASE64.encode(PNG);
    for (params, code) in [
        (json!({ "name": "party", "data": data }), "already_exists"),
        (json!({ "name": "two words", "data": data }), "invalid_argument"),
        (json!({ "name": "other" }), "invalid_argument"),
        (json!({ "name": "other", "data": data, "path": none }), "invalid_argument"),
        (json!({ "name": "other", "data": "no base64!" }), "invalid_argument"),
        (json!({ "name": "other", "path": none }), "invalid_argument"),
        (json!({ "name": "other", "path": "picture.png" }), "invalid_argument"),
        (json!({ "name": "other", "path": root.path().join("nothing.png") }), "not_found"),
        (json!({ "name": "other", "picture": "00".repeat(32) }), "not_found"),
    ] {
        assert_eq!(alice.node.api.error_of("stickers.add", params.clone()).await?, code, "{params}");
    }
    let all = alice.call("stickers.list", json!({})).await?;
    assert_eq!(all["stickers"].as_array().map(Vec::len), Some(1));

    // They outlive the node, and a crash.
    let alice = alice.crash_and_restart().await?;
    assert_eq!(alice.call("stickers.list", json!({})).await?, all);
    Ok(())
}
