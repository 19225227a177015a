//! Link previews, between two programs and a site that counts who comes.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::Result;
use data_encoding::BASE64;
use kith_tests::people::{Person, text};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinSet,
};

use crate::messages::{message, sees, two};

/// A PNG of 64 by 64 pixels.
fn picture() -> Vec<u8> {
    let mut written = std::io::Cursor::new(Vec::new());
    let made = image::DynamicImage::ImageRgb8(image::RgbImage::new(64, 64));
    made.write_to(&mut written, image::ImageFormat::Png).expect("a picture in memory");
    written.into_inner()
}

/// Serves a page and a picture for as long as the set lives.
async fn site(tasks: &mut JoinSet<()>) -> Result<(String, Arc<AtomicUsize>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let count = Arc::new(AtomicUsize::new(0));
    let came = Arc::clone(&count);
    tasks.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            came.fetch_add(1, Ordering::SeqCst);
            let mut read = vec![0; 4096];
            let length = stream.read(&mut read).await.unwrap_or(0);
            let (kind, body) = if read[..length].starts_with(b"GET /picture ") {
                ("image/png", picture())
            } else {
                let page = "<title>Violet &amp; green</title><meta property=og:image content=picture></head>";
                ("text/html; charset=utf-8", page.as_bytes().to_vec())
            };
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n", body.len());
            // Whoever looks may have seen enough.
            let _gone = stream.write_all(&[head.as_bytes(), &body].concat()).await;
        }
    });
    Ok((url, count))
}

async fn switch(person: &Person, on: bool) -> Result<()> {
    person.call("settings.set", json!({ "key": "previews.make", "value": on })).await?;
    Ok(())
}

#[tokio::test]
async fn a_sender_who_wants_it_looks_and_nobody_else_does() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (alice, mut bob, _bootstrap) = two(root.path()).await?;
    let mut tasks = JoinSet::new();
    let (site, count) = site(&mut tasks).await?;
    let came = || count.load(Ordering::SeqCst);
    let url = format!("{site}/page");
    let look = json!({ "url": url });
    assert_eq!(alice.node.api.error_of("chats.preview_link", look.clone()).await?, "not_allowed");
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let chat = alice.chat_with(&b).await?;
    let plain =
        text(&alice.call("chats.send", json!({ "chat": chat, "text": format!("see {url}") })).await?, "message")?;
    sees(&mut bob, &a, &plain, |message| message["preview"].is_null()).await?;
    assert_eq!(came(), 0, "off by default");

    switch(&alice, true).await?;
    switch(&bob, true).await?;
    let seen = alice.call("chats.preview_link", look).await?;
    assert_eq!((&seen["preview"]["title"], &seen["preview"]["host"]), (&json!("Violet & green"), &json!("127.0.0.1")));
    let send = json!({ "chat": chat, "text": format!("see {url}"), "preview": seen["id"] });
    let with = text(&alice.call("chats.send", send).await?, "message")?;
    let there = sees(&mut bob, &a, &with, |message| message["preview"]["url"] == url.as_str()).await?;
    assert_eq!(there["preview"], seen["preview"]);
    let picture = bob.call("chats.preview_picture", json!({ "message": with })).await?;
    assert_eq!((&picture["format"], &picture["size"]["width"]), (&json!("jpeg"), &json!(64)));
    let data = BASE64.decode(text(&picture, "data")?.as_bytes())?;
    assert!(data.starts_with(b"\xff\xd8\xff") && data.len() <= 24 * 1024);
    assert_eq!(bob.node.api.error_of("chats.preview_picture", json!({ "message": plain })).await?, "not_found");
    assert_eq!(came(), 2, "the page and its picture, once, by the sender");

    alice.call("chats.edit", json!({ "message": with, "text": "never mind" })).await?;
    sees(&mut bob, &a, &with, |message| message["preview"].is_null()).await?;
    assert_eq!(bob.node.api.error_of("chats.preview_picture", json!({ "message": with })).await?, "not_found");
    alice.call("chats.edit", json!({ "message": with, "text": url })).await?;
    sees(&mut bob, &a, &with, |message| message["preview"].is_object()).await?;
    let bob = Person::at({
        bob.node.terminate().await?;
        bob.home
    })
    .await?;
    let kept = message(&bob, &a, &with).await?.unwrap_or_default();
    assert_eq!(kept["preview"], seen["preview"]);
    for (url, code) in [
        ("https://192.168.1.1/", "invalid_argument"),
        ("https://example.org/", "invalid_argument"),
        ("ftp://127.0.0.1/", "invalid_argument"),
        ("http://127.0.0.1:1/", "offline"),
    ] {
        assert_eq!(alice.node.api.error_of("chats.preview_link", json!({ "url": url })).await?, code, "{url}");
    }
    assert_eq!(came(), 2);
    Ok(())
}
