//! The real programs talk: through a bootstrap node, past crashes, and without anybody's help.

use anyhow::{Context as _, Result, ensure};
use kith_tests::{
    people::{Person, befriend, text},
    process::BootstrapHome,
    rpc::WAIT_LIMIT,
};
use kith_wire::invite::InviteLink;
use serde_json::{Value, json};

/// Messages each side writes around a crash.
const AROUND_A_CRASH: usize = 12;

#[tokio::test]
async fn three_people_meet_and_talk_through_a_bootstrap_node() -> Result<()> {
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let arguments = ["--bootstrap", &bootstrap.link()];
    let mut alice = Person::new(root.path(), "alice", &arguments).await?;
    let mut bob = Person::new(root.path(), "bob", &arguments).await?;
    let mut carol = Person::new(root.path(), "carol", &arguments).await?;
    befriend(&mut alice, &mut bob, "it is me").await?;
    befriend(&mut bob, &mut carol, "it is me").await?;
    assert_eq!(alice.node.api.error_of("chats.open", json!({ "account": carol.account })).await?, "not_a_contact");

    let question = alice.write(&bob.account, "Did the violet umbrella arrive?").await?;
    alice.sees_state(&bob.account, &question, "delivered").await?;
    let answer = bob.write(&alice.account, "Yes, this morning.").await?;
    bob.sees_state(&alice.account, &answer, "delivered").await?;
    let unread = bob.call("chats.get", json!({ "chat": bob.chat_with(&alice.account).await? })).await?;
    assert_eq!(unread["unread"], 1, "{unread}");
    bob.call("chats.mark_read", json!({ "chat": bob.chat_with(&alice.account).await? })).await?;
    alice.sees_state(&bob.account, &question, "seen").await?;
    bob.reads(&alice.account, &["Did the violet umbrella arrive?".into(), "Yes, this morning.".into()]).await?;
    assert!(carol.texts(&bob.account).await?.is_empty(), "a third person reads nothing");

    let hits = |found: Value| found["hits"].as_array().map_or(0, Vec::len);
    assert_eq!(hits(alice.call("chats.search", json!({ "query": "umbr" })).await?), 1);
    assert_eq!(hits(bob.call("chats.search", json!({ "query": "violet umbrella" })).await?), 1);
    assert_eq!(hits(carol.call("chats.search", json!({ "query": "umbrella" })).await?), 0);
    assert_eq!(hits(bob.call("chats.search", json!({ "query": "umbrella", "kind": "text" })).await?), 1);
    assert_eq!(
        bob.node.api.error_of("chats.search", json!({ "query": "umbrella", "kind": "unknown" })).await?,
        "invalid_argument"
    );

    let (hers, his) = (alice.account.clone(), bob.account.clone());
    let other = carol.write(&his, "An umbrella for you too").await?;
    bob.has_read(&carol.account, 1).await?;
    let first = bob.call("chats.search", json!({ "query": "umbrella" })).await?["hits"][1].clone();
    let written = first["message"]["sent_at"].as_u64().context("a time")?;
    let chat = bob.chat_with(&carol.account).await?;
    for (narrowed, found) in [
        (json!({ "query": "umbrella" }), vec![&other, &question]),
        (json!({ "query": "umbrella", "from": hers }), vec![&question]),
        (json!({ "query": "umbrella", "chat": chat }), vec![&other]),
        (json!({ "query": "umbrella", "since": written + 1 }), vec![&other]),
        (json!({ "query": "umbrella", "until": written + 1 }), vec![&question]),
        (json!({ "query": "umbrella", "limit": 1 }), vec![&other]),
    ] {
        let hits = bob.call("chats.search", narrowed.clone()).await?;
        let ids: Vec<_> = hits["hits"].as_array().into_iter().flatten().map(|hit| &hit["message"]["id"]).collect();
        assert_eq!(ids, found, "{narrowed}: newest first");
    }
    assert_eq!(first["snippet"], "Did the violet [umbrella] arrive?", "{first}");
    let numbers = [
        alice.call("contacts.safety_number", json!({ "account": his })).await?,
        bob.call("contacts.safety_number", json!({ "account": hers })).await?,
    ];
    assert_eq!(numbers[0], numbers[1]);

    for person in [alice, bob, carol] {
        assert!(person.node.terminate().await?.success());
    }
    assert!(bootstrap.terminate().await?.success());
    Ok(())
}

#[tokio::test]
async fn a_killed_node_loses_and_doubles_nothing() -> Result<()> {
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let arguments = ["--bootstrap", &bootstrap.link()];
    let mut alice = Person::new(root.path(), "alice", &arguments).await?;
    let mut bob = Person::new(root.path(), "bob", &arguments).await?;
    befriend(&mut alice, &mut bob, "it is me").await?;

    let mut written = Vec::new();
    for round in 0..3 {
        for number in 0..AROUND_A_CRASH {
            for (writer, reader, name) in [(&alice, &bob, "alice"), (&bob, &alice, "bob")] {
                let words = format!("{name} {round}.{number}");
                writer.write(&reader.account, &words).await?;
                written.push(words);
            }
        }
        // Killed at once: what was answered is on disk, and most of it has not been sent.
        bob = bob.crash_and_restart().await?;
        if round == 1 {
            alice = alice.crash_and_restart().await?;
        }
    }
    let everything = |mut texts: Vec<String>| {
        texts.sort();
        texts
    };
    let expected = everything(written);
    let (hers, his) = (alice.account.clone(), bob.account.clone());
    for (reader, writer) in [(&mut alice, &his), (&mut bob, &hers)] {
        reader.has_read(writer, expected.len()).await?;
        assert_eq!(everything(reader.texts(writer).await?), expected);
    }
    assert_eq!(alice.texts(&bob.account).await?, bob.texts(&alice.account).await?, "both see one order");
    let last = alice.write(&bob.account, "all there").await?;
    alice.sees_state(&bob.account, &last, "delivered").await?;
    let history = alice.history(&his).await?;
    for message in history.iter().filter(|message| message["author"] == hers.as_str()) {
        alice.sees_state(&his, &text(message, "id")?, "delivered").await?;
    }
    Ok(())
}

#[tokio::test]
async fn friends_find_each_other_without_any_bootstrap_node() -> Result<()> {
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let arguments = ["--bootstrap", &bootstrap.link()];
    let mut alice = Person::new(root.path(), "alice", &arguments).await?;
    let mut bob = Person::new(root.path(), "bob", &arguments).await?;
    befriend(&mut alice, &mut bob, "it is me").await?;
    let before = alice.write(&bob.account, "before").await?;
    alice.sees_state(&bob.account, &before, "delivered").await?;

    assert!(bootstrap.terminate().await?.success());
    assert!(alice.node.terminate().await?.success());
    assert!(bob.node.terminate().await?.success());
    let mut alice = Person::at(alice.home).await?;
    alice.write(&bob.account, "while bob is away").await?;
    let mut bob = Person::at(bob.home).await?;
    alice.meets(&bob.account).await?;
    bob.reads(&alice.account, &["before".into(), "while bob is away".into()]).await?;
    let answer = bob.write(&alice.account, "found you").await?;
    bob.sees_state(&alice.account, &answer, "delivered").await?;
    Ok(())
}

#[tokio::test]
async fn links_that_are_no_good_say_why() -> Result<()> {
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let arguments = ["--bootstrap", &bootstrap.link()];
    let mut alice = Person::new(root.path(), "alice", &arguments).await?;
    let mut bob = Person::new(root.path(), "bob", &arguments).await?;
    let mut carol = Person::new(root.path(), "carol", &arguments).await?;
    alice.is_online().await?;
    carol.is_online().await?;
    let api = carol.node.api.clone();
    // A look at a link fails as adding does.
    let refused = async |link: String| {
        let looked = api.error_of("contacts.preview", json!({ "link": link })).await?;
        let asked = api.error_of("contacts.add", json!({ "link": link })).await?;
        ensure!(looked == asked, "a look says {looked}, adding {asked}");
        Ok(asked)
    };

    let brief = text(&alice.call("contacts.invite", json!({ "expires_s": 1 })).await?, "link")?;
    let ended = async {
        while !alice.call("contacts.invites", json!({})).await?["invites"].as_array().is_none_or(Vec::is_empty) {}
        Ok::<_, anyhow::Error>(())
    };
    tokio::time::timeout(WAIT_LIMIT, ended).await.context("the brief invite does not end")??;
    assert_eq!(refused(brief).await?, "expired_link");

    // The bootstrap node may hear the question before the maker's word that it is over.
    let over = async |link: String| {
        let found = async || while api.call("contacts.preview", json!({ "link": link })).await.is_ok() {};
        tokio::time::timeout(WAIT_LIMIT, found()).await.context("a link stays good")
    };
    let revoked = alice.call("contacts.invite", json!({})).await?;
    alice.call("contacts.revoke_invite", json!({ "invite": revoked["invite"] })).await?;
    over(text(&revoked, "link")?).await?;
    let word = refused(text(&revoked, "link")?).await?;
    assert!(["used_link", "expired_link"].contains(&word.as_str()), "{word}");

    let used = alice.invite().await?;
    bob.asks(&used, "").await?;
    alice.events.wait_for("contact.requested", |_| true).await?;
    over(used.clone()).await?;
    assert_eq!(refused(used).await?, "used_link");

    let good = alice.invite().await?;
    let mut typo = good.clone().into_bytes();
    let place = typo.len() / 2;
    typo[place] = if typo[place] == b'a' { b'b' } else { b'a' };
    assert_eq!(refused(String::from_utf8(typo)?).await?, "bad_link");
    assert_eq!(refused("https://example.org/".into()).await?, "bad_link");
    let real = InviteLink::parse(&good)?;
    let forged = InviteLink::from_secret(real.secret(), bob.account.parse()?, real.hints().to_vec());
    assert_eq!(refused(forged.to_string()).await?, "bad_link");
    let made_up = InviteLink::new(alice.account.parse()?, real.hints().to_vec());
    assert_eq!(refused(made_up.to_string()).await?, "bad_link");
    assert!(carol.call("contacts.list", json!({})).await?["contacts"].as_array().is_some_and(Vec::is_empty));
    assert_eq!(alice.node.api.error_of("contacts.add", json!({ "link": good })).await?, "invalid_argument");
    assert_eq!(alice.call("contacts.preview", json!({ "link": good })).await?["mine"], true);

    let looked = carol.call("contacts.preview", json!({ "link": good })).await?;
    assert_eq!((&looked["account"], &looked["name"]), (&json!(alice.account), &json!("alice")));
    assert_eq!((&looked["mine"], &looked["single_use"], &looked["state"]), (&json!(false), &json!(true), &Value::Null));
    assert!(carol.call("contacts.list", json!({})).await?["contacts"].as_array().is_some_and(Vec::is_empty));
    let added = carol.asks(&good, "").await?;
    assert_eq!(added["account"], alice.account.as_str());
    Ok(())
}

#[tokio::test]
async fn an_unreachable_bootstrap_node_is_no_obstacle() -> Result<()> {
    let root = tempfile::tempdir()?;
    let nowhere = "/ip4/127.0.0.1/tcp/9/p2p/12D3KooWRQP9FEpTGtRGyGWcjJoDKjxMU7Bz3tYFUdaA5Mm4gaL1";
    let mut alice = Person::new(root.path(), "alice", &["--bootstrap", nowhere]).await?;
    let mut bob = Person::new(root.path(), "bob", &["--bootstrap", nowhere]).await?;
    let status = alice.call("network.status", json!({})).await?;
    assert_eq!(status["bootstraps"][0]["ok"], false, "{status}");
    assert_eq!(status["peers"], 0, "{status}");

    // Without a bootstrap node to name, a link names its maker.
    alice.call("network.remove_bootstrap", json!({ "address": nowhere })).await?;
    let link = alice.invite().await?;
    bob.call("contacts.add", json!({ "link": link })).await?;
    alice.events.wait_for("contact.requested", |_| true).await?;
    alice.call("contacts.accept", json!({ "account": bob.account })).await?;
    bob.meets(&alice.account).await?;
    let message = bob.write(&alice.account, "nobody in between").await;
    bob.sees_state(&alice.account, &message?, "delivered").await
}
