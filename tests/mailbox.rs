//! Two people who are never online together, and a bootstrap node that keeps their mail.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use kith_tests::{
    people::{Person, befriend, text},
    process::{BootstrapHome, Home},
    rpc::WAIT_LIMIT,
};
use serde_json::json;

use crate::messages::sees;

/// Asks until the answer is yes. Nothing tells of what is asked for here.
async fn until(what: &str, asked: impl AsyncFn() -> Result<bool>) -> Result<()> {
    let mut again = tokio::time::interval(Duration::from_millis(50));
    let answered = async {
        while !asked().await? {
            again.tick().await;
        }
        Ok(())
    };
    tokio::time::timeout(WAIT_LIMIT, answered).await.with_context(|| format!("never: {what}"))?
}

/// Waits until nothing waits to be sealed, or sealed to be taken by a mailbox.
async fn everything_is_left(person: &Person) -> Result<()> {
    let left = async || {
        let listed = person.call("mailboxes.list", json!({})).await?;
        Ok(listed["unsealed"] == 0 && listed["waiting"] == 0)
    };
    until("everything is at the mailbox", left).await
}

/// Waits until somebody has this many open queues at mailboxes.
async fn has_queues(person: &Person, count: u64) -> Result<()> {
    let open = async || {
        let listed = person.call("mailboxes.list", json!({})).await?;
        let queues = listed["mailboxes"].as_array().into_iter().flatten().filter_map(|one| one["queues"].as_u64());
        Ok(queues.sum::<u64>() >= count)
    };
    until("open queues", open).await
}

async fn knows(person: &Person, other: &str, state: &str) -> Result<()> {
    let known = async || {
        let listed = person.call("contacts.list", json!({})).await?;
        let mut contacts = listed["contacts"].as_array().into_iter().flatten();
        Ok(contacts.any(|contact| contact["account"] == other && contact["state"] == state))
    };
    until("the contact", known).await
}

/// Ends the node in order and gives its home back.
async fn leaves(person: Person) -> Result<Home> {
    let Person { home, node, .. } = person;
    ensure!(node.terminate().await?.success(), "it did not end in order");
    Ok(home)
}

/// `kill -9`: what is on the disk is enough.
async fn dies(person: Person) -> Result<Home> {
    let Person { home, node, .. } = person;
    node.kill().await?;
    Ok(home)
}

/// Two contacts who have never been online together: the first has left "hello, Bob" for the second.
struct Apart {
    alice: Home,
    bob: Home,
    /// Their accounts.
    names: [String; 2],
    /// The message of the first.
    hello: String,
}

impl Apart {
    async fn introduce(root: &std::path::Path, link: &str) -> Result<Self> {
        let arguments = ["--bootstrap", link];
        let alice = Person::new(root, "alice", &arguments).await?;
        let invite = alice.invite().await?;
        let a = alice.account.clone();
        let alice = leaves(alice).await?;

        let mut bob = Person::new(root, "bob", &arguments).await?;
        has_queues(&bob, 1).await?;
        let asked = bob.asks(&invite, "I am Bob").await?;
        assert_eq!((&asked["account"], &asked["state"]), (&json!(a), &json!("waiting")), "{asked}");
        everything_is_left(&bob).await?;
        let b = bob.account.clone();
        let bob = leaves(bob).await?;

        let mut alice = Person::at(alice).await?;
        knows(&alice, &b, "requested").await?;
        let request = alice.call("contacts.get", json!({ "account": b })).await?;
        assert_eq!((&request["name"], &request["request_text"]), (&json!("bob"), &json!("I am Bob")));
        alice.call("contacts.accept", json!({ "account": b })).await?;
        let hello = alice.write(&b, "hello, Bob").await?;
        alice.sees_state(&b, &hello, "stored").await?;
        everything_is_left(&alice).await?;
        let around = json!({ "chat": alice.chat_with(&b).await?, "around": hello, "before": 0, "after": 0 });
        let page = alice.call("chats.history", around).await?;
        let kept = &page["messages"][0];
        assert_eq!(kept["stored_at"].as_array().map(Vec::len), Some(1), "{kept}");
        assert!(kept["stored_until"].as_u64() > kept["sent_at"].as_u64(), "{kept}");
        Ok(Self { alice: leaves(alice).await?, bob, names: [a, b], hello })
    }
}

/// The mailbox dies in the middle of what the second writes, and the writer when everything is left there.
#[tokio::test]
async fn two_people_who_never_meet_become_contacts_and_talk() -> Result<()> {
    let root = tempfile::tempdir()?;
    let mut home = BootstrapHome::init(root.path()).await?;
    let mut bootstrap = home.start().await?;
    home.keep_addresses(&bootstrap);
    let Apart { alice, bob, names: [a, b], hello } = Apart::introduce(root.path(), &bootstrap.link()).await?;

    let mut bob = Person::at(bob).await?;
    knows(&bob, &a, "introduced").await?;
    let mut expected = vec!["hello, Bob".to_owned()];
    bob.reads(&a, &expected).await?;
    let mut sent = Vec::new();
    for number in 0..200 {
        expected.push(format!("message {number}"));
        sent.push(bob.write(&a, &format!("message {number}")).await?);
        if number == 100 {
            bob.sees_state(&a, &sent[20], "stored").await?;
            bootstrap.kill().await?;
            bootstrap = home.start().await?;
        }
    }
    bob.sees_state(&a, &sent[199], "stored").await?;
    everything_is_left(&bob).await?;
    let bob = dies(bob).await?;

    let mut alice = Person::at(alice).await?;
    alice.reads(&b, &expected).await?;
    alice.sees_state(&b, &hello, "delivered").await?;
    everything_is_left(&alice).await?;
    let alice = dies(alice).await?;

    let mut bob = Person::at(bob).await?;
    bob.sees_state(&a, &sent[199], "delivered").await?;
    bob.reads(&a, &expected).await?;

    // And when both are there at last, nothing comes twice.
    let mut alice = Person::at(alice).await?;
    alice.meets(&b).await?;
    let answer = alice.write(&b, "there you are").await?;
    alice.sees_state(&b, &answer, "delivered").await?;
    expected.push("there you are".to_owned());
    bob.reads(&a, &expected).await?;
    alice.reads(&b, &expected).await
}

/// What is done with messages waits at the mailbox like the messages, whoever dies meanwhile.
#[tokio::test]
async fn what_is_done_with_messages_reaches_who_is_never_there() -> Result<()> {
    let root = tempfile::tempdir()?;
    let mut home = BootstrapHome::init(root.path()).await?;
    let bootstrap = home.start().await?;
    home.keep_addresses(&bootstrap);
    let Apart { alice, bob, names: [a, b], hello } = Apart::introduce(root.path(), &bootstrap.link()).await?;

    let mut bob = Person::at(bob).await?;
    bob.reads(&a, &["hello, Bob".to_owned()]).await?;
    bob.call("chats.react", json!({ "message": hello, "emoji": "👍" })).await?;
    let slip = bob.write(&a, "the password is swordfish").await?;
    let date = bob.write(&a, "until tomorow").await?;
    bob.sees_state(&a, &date, "stored").await?;
    bootstrap.kill().await?;
    bob.call("chats.edit", json!({ "message": date, "text": "until tomorrow" })).await?;
    bob.call("chats.delete", json!({ "message": slip, "for": "everyone" })).await?;
    // With all of it on the disk alone.
    let bob = Person::at(dies(bob).await?).await?;
    let bootstrap = home.start().await?;
    everything_is_left(&bob).await?;
    let bob = dies(bob).await?;

    let mut alice = Person::at(alice).await?;
    let liked = json!([{ "emoji": "👍", "authors": [b] }]);
    sees(&mut alice, &b, &hello, |message| message["reactions"] == liked).await?;
    sees(&mut alice, &b, &slip, |message| message["deleted"] == true && message["text"].is_null()).await?;
    let edited = sees(&mut alice, &b, &date, |message| message["text"] == "until tomorrow").await?;
    assert!(edited["edited_at"].as_u64() >= edited["sent_at"].as_u64(), "{edited}");
    alice.reads(&b, &["hello, Bob".to_owned(), "until tomorrow".to_owned()]).await?;
    alice.call("chats.edit", json!({ "message": hello, "text": "hello, dear Bob" })).await?;
    alice.call("chats.react", json!({ "message": date, "emoji": "🎉" })).await?;
    let alice = Person::at(dies(alice).await?).await?;
    everything_is_left(&alice).await?;
    let alice = dies(alice).await?;
    bootstrap.kill().await?;
    let _bootstrap = home.start().await?;

    let mut bob = Person::at(bob).await?;
    let both = ["hello, dear Bob".to_owned(), "until tomorrow".to_owned()];
    sees(&mut bob, &a, &hello, |message| message["text"] == both[0].as_str() && message["reactions"] == liked).await?;
    let celebrated = json!([{ "emoji": "🎉", "authors": [a] }]);
    sees(&mut bob, &a, &date, |message| message["reactions"] == celebrated).await?;

    // And when both are there at last, they see the same.
    let mut alice = Person::at(alice).await?;
    alice.meets(&b).await?;
    let answer = bob.write(&a, "there you are").await?;
    bob.sees_state(&a, &answer, "delivered").await?;
    let same = [both[0].clone(), both[1].clone(), "there you are".to_owned()];
    alice.reads(&b, &same).await?;
    bob.reads(&a, &same).await
}

#[tokio::test]
async fn mailboxes_can_be_seen_added_and_switched_off() -> Result<()> {
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let alice = Person::new(root.path(), "alice", &["--bootstrap", &bootstrap.link()]).await?;
    has_queues(&alice, 1).await?;
    let listed = alice.call("mailboxes.list", json!({})).await?;
    let shown = &listed["mailboxes"][0];
    assert_eq!((&shown["added"], &shown["in_use"]), (&json!(false), &json!(true)), "{listed}");
    assert!(shown["answered_at"].is_u64(), "{listed}");
    let address = text(shown, "address")?;

    assert_eq!(alice.node.api.error_of("mailboxes.add", json!({ "address": "hello" })).await?, "bad_link");
    let token = json!({ "address": address, "token": "short" });
    assert_eq!(alice.node.api.error_of("mailboxes.add", token).await?, "invalid_argument");
    alice.call("mailboxes.add", json!({ "address": address })).await?;
    let listed = alice.call("mailboxes.list", json!({})).await?;
    assert_eq!(listed["mailboxes"][0]["added"], true, "{listed}");

    alice.call("settings.set", json!({ "key": "mailboxes.use", "value": false })).await?;
    let closed = async || {
        let listed = alice.call("mailboxes.list", json!({})).await?;
        let one = &listed["mailboxes"][0];
        Ok(one["in_use"] == false && one["queues"] == 0)
    };
    until("closed queues", closed).await?;
    alice.call("mailboxes.remove", json!({ "address": address })).await?;
    let gone = alice.node.api.error_of("mailboxes.remove", json!({ "address": address })).await?;
    assert_eq!(gone, "not_found");
    let listed = alice.call("mailboxes.list", json!({})).await?;
    ensure!(listed["mailboxes"].as_array().is_some_and(Vec::is_empty), "{listed}");
    Ok(())
}

/// One mailbox is enough as long as there was a second one.
#[tokio::test]
async fn what_two_mailboxes_keep_arrives_when_one_is_gone_for_good() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (here, there) = (root.path().join("here"), root.path().join("there"));
    let (first, second) = (BootstrapHome::init(&here).await?, BootstrapHome::init(&there).await?);
    let (first, second) = (first.start().await?, second.start().await?);
    let arguments = ["--bootstrap", &first.link(), "--bootstrap", &second.link()];
    let mut alice = Person::new(root.path(), "alice", &arguments).await?;
    let mut bob = Person::new(root.path(), "bob", &arguments).await?;
    befriend(&mut alice, &mut bob, "it is me").await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    for (person, other) in [(&alice, &b), (&bob, &a)] {
        let found = async || Ok(person.call("contacts.get", json!({ "account": other })).await?["mailboxes"] == 2);
        until("two mailboxes of a contact are known", found).await?;
    }
    let bob = leaves(bob).await?;

    let kept = alice.write(&b, "kept twice").await?;
    let chat = alice.chat_with(&b).await?;
    let around = json!({ "chat": chat, "around": kept, "before": 0, "after": 0 });
    until("two mailboxes have it", async || {
        let page = alice.call("chats.history", around.clone()).await?;
        Ok(page["messages"][0]["stored_at"].as_array().map(Vec::len) == Some(2))
    })
    .await?;
    let _alice = leaves(alice).await?;
    first.kill().await?;

    let mut bob = Person::at(bob).await?;
    bob.reads(&a, &["kept twice".to_owned()]).await?;
    second.terminate().await?;
    Ok(())
}
