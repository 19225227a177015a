//! A large profile opens, lists its chats and answers searches; the times are printed. That no query of a chat reads all
//! of it is tested by its plan; `kith-bench coldstart` measures. `KITH_MESSAGES=100000` fills a larger one.

use std::time::Instant;

use kith_store::{Anchor, Search, Store};

use crate::kit::*;

const MESSAGES: u32 = 10_000;
const WORDS: [&str; 16] = [
    "hello",
    "meeting",
    "tomorrow",
    "coffee",
    "the",
    "and",
    "please",
    "send",
    "file",
    "picture",
    "room",
    "café",
    "привет",
    "train",
    "holiday",
    "rust",
];

fn fill(store: &Store, messages: u32) {
    for n in 1..=200 {
        befriend(store, n);
    }
    let mut seed = 88_172_645_463_325_252_u64;
    let mut random = |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    store.begin().unwrap();
    for n in 0..messages {
        let mut words: Vec<&str> = (0..4 + random(9)).map(|_| WORDS[random(16) as usize]).collect();
        let needle = format!("needle{n}x");
        if n % 1000 == 0 {
            words.push(&needle);
        }
        // Half of all messages are in the first chat.
        let chat = if random(2) == 0 { 1 } else { 1 + random(200) as u8 };
        let text = words.join(" ");
        store
            .insert_message(&if random(2) == 0 { incoming(chat, n, &text) } else { outgoing(chat, n, &text) })
            .unwrap();
    }
    store.commit().unwrap();
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let outcome = work();
    println!("{what}: {:?}", start.elapsed());
    outcome
}

#[test]
fn a_large_profile_answers() {
    let profile = Profile::new();
    let messages = std::env::var("KITH_MESSAGES").map_or(MESSAGES, |number| number.parse().unwrap());
    timed("filling", || {
        let store = profile.open();
        fill(&store, messages);
        store.checkpoint().unwrap();
    });
    let store = timed("open", || profile.open());
    assert_eq!(timed("chats", || store.chats().unwrap()).len(), 200);
    timed("last page", || store.history(&chat_id(1), &Anchor::End, 50, 0).unwrap());
    timed("first unread", || store.history(&chat_id(1), &Anchor::Unread, 25, 25).unwrap());
    timed("in the middle", || store.history(&chat_id(1), &Anchor::At(T0 + u64::from(messages) / 2), 25, 25).unwrap());
    let find = |query, chat| store.search(&Search { query, chat, limit: 50, ..Default::default() }).unwrap().len();
    assert_eq!(timed("rare word", || find("needle7000x", None)), 1);
    assert_eq!(timed("common words", || find("coffee tomorrow", None)), 50);
    assert!(timed("common and rare word", || find("tomorrow needle7000x", None)) <= 1);
    assert_eq!(timed("three letters", || find("cof", None)), 50);
    assert_eq!(timed("two letters", || find("co", None)), 50);
    assert!(timed("in a small chat", || find("coffee tomorrow", Some(chat_id(77)))) > 0);
    assert_eq!(timed("not in this chat", || find("nowhere coffee", Some(chat_id(77)))), 0);
    assert!(!timed("marking read", || store.mark_read(&chat_id(1), None).unwrap()).is_empty());
    timed("5 single commits", || {
        for n in 0..5 {
            store.insert_message(&incoming(1, messages + n, "one live message")).unwrap();
        }
    });
}

#[test]
fn a_store_in_memory_is_cheap() {
    timed("100 stores in memory", || {
        for _ in 0..100 {
            befriend(&memory(), 1);
        }
    });
}
