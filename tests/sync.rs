//! Two real nodes whose histories differ end with the same history.

use std::{fs, path::Path};

use anyhow::{Result, ensure};
use kith_tests::people::{Person, befriend};
use serde_json::{Value, json};

const FILES: [&str; 3] = ["kith.db", "kith.db-wal", "kith.db-shm"];

fn copy_database(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for name in FILES {
        let (from, to) = (from.join(name), to.join(name));
        if from.exists() {
            fs::copy(from, to)?;
        } else if to.exists() {
            fs::remove_file(to)?;
        }
    }
    Ok(())
}

/// What somebody sees of a conversation.
async fn seen(person: &Person, other: &str) -> Result<Vec<Value>> {
    let history = person.history(other).await?;
    let shown = |message: &Value| {
        let reactions: Vec<&Value> =
            message["reactions"].as_array().into_iter().flatten().map(|reaction| &reaction["emoji"]).collect();
        json!([message["id"], message["author"], message["text"], message["sent_at"], reactions])
    };
    Ok(history.iter().map(shown).collect())
}

async fn ends(person: Person) -> Result<kith_tests::process::Home> {
    let Person { home, node, .. } = person;
    ensure!(node.terminate().await?.success(), "it did not end in order");
    Ok(home)
}

/// Alice puts back a copy of her database from before most of the conversation. Neither has anything to send: what she
/// lost of both sides' words comes from Bob.
#[tokio::test]
async fn a_database_put_back_is_filled_from_the_other_side() -> Result<()> {
    let root = tempfile::tempdir()?;
    let mut alice = Person::new(root.path(), "alice", &[]).await?;
    let mut bob = Person::new(root.path(), "bob", &[]).await?;
    befriend(&mut alice, &mut bob, "I am Bob").await?;
    let (alice_account, bob_account) = (alice.account.clone(), bob.account.clone());
    let first = alice.write(&bob_account, "from before the copy").await?;
    alice.sees_state(&bob_account, &first, "delivered").await?;

    let home = ends(alice).await?;
    let copy = root.path().join("copy");
    copy_database(&home.profile, &copy)?;
    let mut alice = Person::at(home).await?;
    alice.meets(&bob_account).await?;

    let mut last = String::new();
    for number in 0..20 {
        if number % 2 == 0 {
            last = alice.write(&bob_account, &format!("Alice says {number}")).await?;
            alice.sees_state(&bob_account, &last, "delivered").await?;
        } else {
            let theirs = bob.write(&alice_account, &format!("Bob says {number}")).await?;
            bob.sees_state(&alice_account, &theirs, "delivered").await?;
        }
    }
    alice.call("chats.edit", json!({ "message": last, "text": "Alice said something else" })).await?;
    alice.call("chats.react", json!({ "message": last, "emoji": "👍", "on": true })).await?;
    let chat = bob.chat_with(&alice_account).await?;
    let api = bob.node.api.clone();
    let changed = bob.events.wait_until("the edit and the reaction", async || {
        let page = api.call("chats.history", json!({ "chat": chat, "around": last, "before": 0, "after": 0 })).await?;
        let message = &page["messages"][0];
        let done = message["text"] == "Alice said something else" && message["reactions"][0]["emoji"] == "👍";
        Ok(done.then_some(()))
    });
    changed.await?;
    let before = seen(&bob, &alice_account).await?;
    ensure!(before.len() == 21 && seen(&alice, &bob_account).await? == before, "the same on both sides at first");

    let home = ends(alice).await?;
    copy_database(&copy, &home.profile)?;
    let mut alice = Person::at(home).await?;
    ensure!(alice.history(&bob_account).await?.len() == 1, "the copy is from before");
    alice.meets(&bob_account).await?;
    let chat = alice.chat_with(&bob_account).await?;
    let api = alice.node.api.clone();
    let back = alice.events.wait_until("everything is back", async || {
        let page = api.call("chats.history", json!({ "chat": chat, "before": 500, "after": 0 })).await?;
        let all = page["messages"].as_array().cloned().unwrap_or_default();
        let edited = all.iter().any(|one| one["text"] == "Alice said something else" && one["reactions"] != json!([]));
        Ok((all.len() >= 21 && edited).then_some(()))
    });
    back.await?;
    let after = seen(&alice, &bob_account).await?;
    ensure!(after == before, "all of it, once, in order: {after:?}");
    ensure!(seen(&bob, &alice_account).await? == before, "nothing changed for Bob");
    for message in alice.history(&bob_account).await? {
        let mine = message["author"] == alice_account.as_str();
        ensure!(mine == (message["state"] == "delivered"), "what came back was delivered: {message}");
    }

    // And they go on.
    let next = alice.write(&bob_account, "I am back").await?;
    alice.sees_state(&bob_account, &next, "delivered").await?;
    let answer = bob.write(&alice_account, "so I see").await?;
    bob.sees_state(&alice_account, &answer, "delivered").await?;
    ensure!(seen(&alice, &bob_account).await? == seen(&bob, &alice_account).await?, "the same on both sides");
    Ok(())
}
