//! Two people meet, talk, and stop and start their nodes.

use std::fs;

use futures::future::join_all;
use kith_node::{
    ChatId, EVENTS_KEPT, ErrorCode, Event, Node,
    params::{Around, HistoryParams, SearchParams},
    views::MessageState,
};

use crate::people::{LIMIT, Person, builder, introduce, tell};

fn all(chat: ChatId) -> HistoryParams {
    HistoryParams { chat, around: Around::End, before: Some(500), after: None }
}

fn words(query: &str) -> SearchParams {
    SearchParams { query: query.to_owned(), chat: None, from: None, kind: None, since: None, until: None, limit: None }
}

async fn texts(node: &Node, chat: ChatId) -> Vec<String> {
    let page = node.chats().history(all(chat)).await.unwrap();
    page.messages.into_iter().filter_map(|message| message.text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_meet_talk_and_find_each_other_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut alice = Person::start(folder.path(), "alice").await;
    let mut bob = Person::start(folder.path(), "bob").await;
    let chat = introduce(&mut alice, &mut bob).await;

    let hello = tell(&mut bob, &mut alice, chat, "hello dear Alice").await;
    tell(&mut alice, &mut bob, chat, "hello dear Bob").await;
    alice.node.chats().mark_read(chat, None).await.unwrap();
    bob.wait_state(hello, MessageState::Seen).await;
    let hits = alice.node.chats().search(words("dea bob")).await.unwrap();
    assert!(hits.is_empty(), "only the last word may be a beginning: {hits:?}");
    let hits = alice.node.chats().search(words("dear bo")).await.unwrap();
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].message.text.as_deref(), Some("hello dear Bob"));

    let (alice_at, bob_at) = (alice.node.listening(LIMIT).await, bob.node.listening(LIMIT).await);
    bob.shutdown().await;
    let waiting = alice.node.chats().send(chat, "are you there?").await.unwrap();
    alice.shutdown().await;
    let mut alice = Person::of(builder(folder.path(), "alice").listen(alice_at).spawn().await.unwrap()).await;
    let mut bob = Person::of(builder(folder.path(), "bob").listen(bob_at).spawn().await.unwrap()).await;
    assert_eq!(alice.snapshot.chats.len(), 1);
    assert_eq!(bob.wait_text("are you there?").await, waiting);
    alice.wait_state(waiting, MessageState::Delivered).await;
    let said = ["hello dear Alice", "hello dear Bob", "are you there?"];
    assert_eq!(texts(&alice.node, chat).await, said);
    assert_eq!(texts(&bob.node, chat).await, said);
    tell(&mut bob, &mut alice, chat, "I am").await;
    alice.shutdown().await;
    bob.shutdown().await;
}

/// A copy of the database from before some messages is put back: keys that were used must not be used again, and the
/// two must still understand each other.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_put_back_is_noticed_and_the_conversation_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut alice = Person::start(folder.path(), "alice").await;
    let mut bob = Person::start(folder.path(), "bob").await;
    let chat = introduce(&mut alice, &mut bob).await;
    tell(&mut alice, &mut bob, chat, "one").await;
    let at = alice.node.listening(LIMIT).await;
    alice.shutdown().await;
    let (database, copy) = (folder.path().join("alice/kith.db"), folder.path().join("copy"));
    fs::copy(&database, &copy).unwrap();

    let again = || builder(folder.path(), "alice").listen(at.clone()).spawn();
    let mut alice = Person::of(again().await.unwrap()).await;
    assert!(!alice.node.found_older_database());
    tell(&mut alice, &mut bob, chat, "two").await;
    tell(&mut bob, &mut alice, chat, "three").await;
    alice.shutdown().await;
    fs::copy(&copy, &database).unwrap();

    let mut alice = Person::of(again().await.unwrap()).await;
    assert!(alice.node.found_older_database());
    assert_eq!(texts(&alice.node, chat).await, ["one"]);
    tell(&mut alice, &mut bob, chat, "four").await;
    tell(&mut bob, &mut alice, chat, "five").await;
    assert_eq!(texts(&bob.node, chat).await, ["one", "two", "three", "four", "five"]);
    alice.shutdown().await;
    let alice = again().await.unwrap();
    assert!(!alice.found_older_database());
    alice.shutdown().await;
    bob.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_and_its_events_have_no_gap() {
    let folder = tempfile::tempdir().unwrap();
    let mut alice = Person::start(folder.path(), "alice").await;
    let mut bob = Person::start(folder.path(), "bob").await;
    let chat = introduce(&mut alice, &mut bob).await;
    bob.shutdown().await;

    const MESSAGES: usize = 300;
    let writer = alice.node.clone();
    let writing = async {
        for n in 0..MESSAGES {
            writer.chats().send(chat, format!("message {n}")).await.unwrap();
        }
    };
    let reading = async {
        let (snapshot, mut events) = alice.node.subscribe().await.unwrap();
        let chat = snapshot.chats.into_iter().find(|other| other.chat == chat).unwrap();
        // What the snapshot shows last, then every message after it, in order and numbered without a hole.
        let shown = chat.last.and_then(|message| message.text);
        let mut next = shown.map_or(0, |text| text["message ".len()..].parse::<usize>().unwrap() + 1);
        let mut seq = snapshot.seq;
        while next < MESSAGES {
            let event = tokio::time::timeout(LIMIT, events.next()).await.unwrap().unwrap();
            seq += 1;
            assert_eq!(event.seq, seq);
            if let Event::MessageUpserted { message } = event.event {
                assert_eq!(message.text.as_deref(), Some(format!("message {next}").as_str()));
                next += 1;
            }
        }
    };
    tokio::join!(writing, reading);
    alice.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_falls_behind_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut alice = Person::start(folder.path(), "alice").await;
    let changes = EVENTS_KEPT + 50;
    let mut left: Vec<usize> = (0..changes).collect();
    while !left.is_empty() {
        let some = left.split_off(left.len().saturating_sub(500));
        join_all(some.into_iter().map(async |n| {
            alice.node.profile().set_status_text(n.to_string()).await.unwrap();
        }))
        .await;
    }
    let first = alice.events.next().await.unwrap();
    let Event::Lagged { missed } = first.event else { panic!("{first:?}") };
    assert!(missed >= 50, "{missed}");
    assert_eq!(first.seq, alice.snapshot.seq + missed);
    assert_eq!(alice.events.next().await.unwrap().seq, first.seq + 1);
    alice.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_shutdown_nothing_runs_and_the_profile_opens_again_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let metrics = tokio::runtime::Handle::current().metrics();
    let before = metrics.num_alive_tasks();
    for _ in 0..2 {
        let node = builder(folder.path(), "alice").api("127.0.0.1:0".parse().unwrap()).spawn().await.unwrap();
        let (_, mut events) = node.subscribe().await.unwrap();
        assert!(metrics.num_alive_tasks() > before);
        let other = node.clone();
        tokio::join!(node.shutdown(), other.shutdown());
        // The runtime counts a task out a moment after it has ended.
        let counted_out = async {
            while metrics.num_alive_tasks() > before {
                tokio::task::yield_now().await;
            }
        };
        let left = tokio::time::timeout(LIMIT, counted_out).await;
        assert!(left.is_ok(), "{} tasks outlive the node", metrics.num_alive_tasks() - before);
        let refused = other.profile().get().await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::ShuttingDown);
        while let Some(event) = events.next().await {
            assert!(!matches!(event.event, Event::Lagged { .. }));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_last_handle_gives_the_profile_back() {
    let folder = tempfile::tempdir().unwrap();
    let node = builder(folder.path(), "alice").api("127.0.0.1:0".parse().unwrap()).spawn().await.unwrap();
    let account = node.account();
    let clone = node.clone();
    drop(node);
    assert!(clone.profile().get().await.is_ok_and(|profile| profile.account == account));
    drop(clone);
    let reopened = async {
        loop {
            match builder(folder.path(), "alice").spawn().await {
                Ok(node) => return node,
                Err(_still_open) => tokio::task::yield_now().await,
            }
        }
    };
    let node = tokio::time::timeout(LIMIT, reopened).await.unwrap();
    assert_eq!(node.account(), account);
    node.shutdown().await;
}
