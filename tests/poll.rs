//! Polls, between two programs.

use anyhow::Result;
use kith_tests::people::text;
use serde_json::{Value, json};

use crate::messages::{message, sees, two};

fn voters(message: &Value) -> Value {
    let options = message["poll"]["options"].as_array().into_iter().flatten();
    options.map(|option| option["voters"].clone()).collect()
}

#[tokio::test]
async fn two_people_vote_and_one_was_away() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (mut alice, mut bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let chat = alice.chat_with(&b).await?;
    let params = json!({ "chat": chat, "question": "Which day?", "options": ["Monday", "Tuesday"], "multiple": true });
    let poll = text(&alice.call("chats.poll", params).await?, "message")?;
    let there = sees(&mut bob, &a, &poll, |message| message["kind"] == "poll").await?;
    assert_eq!((&there["text"], &there["poll"]["question"]), (&json!("Which day?"), &json!("Which day?")));
    bob.call("chats.vote", json!({ "message": poll, "options": [0, 1] })).await?;
    sees(&mut alice, &b, &poll, |message| voters(message) == json!([[b], [b]])).await?;
    let found = bob.call("chats.search", json!({ "query": "which", "kind": "poll" })).await?;
    assert_eq!(found["hits"][0]["message"]["id"], poll.as_str());

    bob.node.terminate().await?;
    alice.call("chats.vote", json!({ "message": poll, "options": [1] })).await?;
    alice.call("chats.close_poll", json!({ "message": poll })).await?;
    let mut bob = kith_tests::people::Person::at(bob.home).await?;
    let all = json!([[b], [b, a]]);
    let end = sees(&mut bob, &a, &poll, |message| message["poll"]["closed"] == true).await?;
    let end = if voters(&end) == all { end } else { sees(&mut bob, &a, &poll, |m| voters(m) == all).await? };
    let mine = message(&alice, &b, &poll).await?.map(|message| message["poll"].clone());
    assert_eq!(mine.as_ref(), Some(&end["poll"]));
    let late = json!({ "message": poll, "options": [0] });
    assert_eq!(bob.node.api.error_of("chats.vote", late).await?, "not_allowed");
    let wrong = json!({ "chat": chat, "question": "?", "options": ["only one"] });
    assert_eq!(alice.node.api.error_of("chats.poll", wrong).await?, "invalid_argument");
    Ok(())
}
