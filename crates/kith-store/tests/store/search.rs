//! Search takes what people type literally and finds what they mean.

use kith_store::{Inserted, SEARCH_MAX, Search, Store};
use kith_wire::Hlc;
use proptest::prelude::*;

use crate::kit::*;

fn store_with(texts: &[&str]) -> Store {
    let store = memory();
    befriend(&store, 1);
    for (n, text) in (0..).zip(texts) {
        assert!(matches!(store.insert_message(&incoming(1, n, text)).unwrap(), Inserted::New(_)));
    }
    store
}

fn find(store: &Store, query: &str) -> Vec<String> {
    let hits = store.search(&Search { query, limit: 100, ..Default::default() }).unwrap();
    hits.into_iter().map(|hit| hit.message.text.unwrap()).collect()
}

#[test]
fn all_words_must_occur_and_the_last_may_be_begun() {
    let store = store_with(&["coffee tomorrow", "coffee today", "tea tomorrow", "a b"]);
    assert_eq!(find(&store, "coffee tom"), ["coffee tomorrow"]);
    assert_eq!(find(&store, "TOMORROW coffee"), ["coffee tomorrow"]);
    assert_eq!(find(&store, "cof"), ["coffee today", "coffee tomorrow"]);
    assert_eq!(find(&store, "cof tomorrow"), Vec::<String>::new(), "only the last word may be begun");
    assert_eq!(find(&store, "t"), Vec::<String>::new(), "one letter is a word");
    assert_eq!(find(&store, "b"), ["a b"]);
}

#[test]
fn diacritics_and_case_do_not_matter() {
    let store = store_with(&["un café crème", "Straße", "ПРИВЕТ мир", "日本 語", "naïve"]);
    assert_eq!(find(&store, "cafe creme"), ["un café crème"]);
    assert_eq!(find(&store, "CAFÉ"), ["un café crème"]);
    assert_eq!(find(&store, "привет"), ["ПРИВЕТ мир"]);
    assert_eq!(find(&store, "日"), ["日本 語"]);
    assert_eq!(find(&store, "naive"), ["naïve"]);
}

#[test]
fn the_language_of_the_index_means_nothing() {
    let store = store_with(&[
        "one AND two",
        "one or two",
        "text colon",
        "say \"hi\" now",
        "c++ and c#",
        "don't",
        "a-b",
        "near here",
    ]);
    assert_eq!(find(&store, "one AND two"), ["one AND two"]);
    assert_eq!(find(&store, "one OR two"), ["one or two"]);
    assert_eq!(find(&store, "NOT"), Vec::<String>::new());
    assert_eq!(find(&store, "text: colon"), ["text colon"]);
    assert_eq!(find(&store, "\"hi\""), ["say \"hi\" now"]);
    assert_eq!(find(&store, "\"hi"), ["say \"hi\" now"]);
    assert_eq!(find(&store, "c++ an"), ["c++ and c#"]);
    assert_eq!(find(&store, "don't"), ["don't"]);
    assert_eq!(find(&store, "a-b"), ["a-b"]);
    assert_eq!(find(&store, "NEAR(near here)"), Vec::<String>::new());
    assert_eq!(find(&store, "near* ^here"), ["near here"]);
    for nothing in ["", " ", "\"", "***", "!!! ???", "\0", "'", "--", "(", "^", "\u{301}"] {
        assert_eq!(find(&store, nothing), Vec::<String>::new(), "{nothing:?}");
    }
}

#[test]
fn filters_narrow() {
    let store = memory();
    befriend(&store, 1);
    befriend(&store, 2);
    for n in 0..10 {
        let mut row = if n % 2 == 0 { incoming(1, n, "word") } else { outgoing(2, n, "word") };
        row.kind = n % 3;
        store.insert_message(&row).unwrap();
    }
    let ids = |search: Search<'_>| {
        let hits = store.search(&Search { query: "word", limit: 100, ..search }).unwrap();
        hits.iter().map(|hit| hit.message.hlc.millis() - T0).collect::<Vec<_>>()
    };
    let all = Search::default();
    assert_eq!(ids(all), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], "newest first");
    assert_eq!(ids(Search { chat: Some(chat_id(1)), ..all }), [8, 6, 4, 2, 0]);
    assert_eq!(ids(Search { from: Some(account(0)), ..all }), [9, 7, 5, 3, 1]);
    assert_eq!(ids(Search { kind: Some(1), ..all }), [7, 4, 1]);
    assert_eq!(ids(Search { since_ms: Some(T0 + 3), until_ms: Some(T0 + 6), ..all }), [5, 4, 3]);
    assert_eq!(ids(Search { chat: Some(chat_id(1)), from: Some(account(0)), ..all }), Vec::<u64>::new());
    assert_eq!(ids(Search { chat: Some(chat_id(9)), ..all }), Vec::<u64>::new());
    assert_eq!(ids(Search { from: Some(account(9)), ..all }), Vec::<u64>::new());
    assert_eq!(ids(Search { until_ms: Some(u64::MAX), since_ms: Some(0), ..all }).len(), 10);
}

#[test]
fn what_is_no_text_is_found_without_words() {
    let store = memory();
    befriend(&store, 1);
    befriend(&store, 2);
    for n in 0..10 {
        let mut row = if n % 2 == 0 { incoming(1, n, "a [question]") } else { outgoing(2, n, "another") };
        row.kind = [1, 24, 27, 24, 1, 24, 27, 24, 24, 24][n as usize];
        store.insert_message(&row).unwrap();
    }
    let ids = |search: Search<'_>| {
        let hits = store.search(&Search { limit: 100, ..search }).unwrap();
        hits.iter().map(|hit| hit.message.hlc.millis() - T0).collect::<Vec<_>>()
    };
    let polls = Search { kind: Some(24), query: " ! ", ..Search::default() };
    assert_eq!(ids(polls), [9, 8, 7, 5, 3, 1], "newest first");
    assert_eq!(ids(Search { kind: Some(27), ..polls }), [6, 2]);
    assert_eq!(ids(Search { kind: Some(1), ..polls }), [0; 0], "all texts are no answer");
    assert_eq!(ids(Search { kind: None, ..polls }), [0; 0]);
    assert_eq!(ids(Search { chat: Some(chat_id(1)), ..polls }), [8]);
    assert_eq!(ids(Search { from: Some(account(0)), until_ms: Some(T0 + 6), ..polls }), [5, 3, 1]);
    assert_eq!(store.search(&Search { limit: 2, ..polls }).unwrap().len(), 2);
    let row = store.search(&Search { limit: 1, ..polls }).unwrap().remove(0);
    assert_eq!(row.snippet, "another");
    store.erase(row.message.row).unwrap();
    assert_eq!(ids(polls), [8, 7, 5, 3, 1], "not what was deleted");
    let row = store.search(&Search { limit: 1, ..polls }).unwrap().remove(0);
    assert!(store.take_back(row.message.row).unwrap());
    assert_eq!(ids(polls), [7, 5, 3, 1], "nor what was taken back");
}

#[test]
fn hits_are_bounded_in_display_order_and_show_where() {
    let store = memory();
    befriend(&store, 1);
    store.begin().unwrap();
    for n in 0..300 {
        let mut row = incoming(1, n, &format!("{} needle {}", "before ".repeat(60), "after ".repeat(60)));
        row.hlc = Hlc::new(T0 + u64::from(n ^ 1), 0);
        store.insert_message(&row).unwrap();
    }
    store.commit().unwrap();
    let hits = store.search(&Search { query: "needle", limit: u32::MAX, ..Default::default() }).unwrap();
    assert_eq!(hits.len(), SEARCH_MAX as usize);
    assert!(hits.windows(2).all(|pair| pair[0].message.hlc > pair[1].message.hlc));
    assert_eq!(hits[0].message.hlc.millis(), T0 + 299);
    assert!(hits[0].snippet.contains("[needle]") && hits[0].snippet.len() < 200, "{}", hits[0].snippet);
    assert!(store.search(&Search { query: "needle", limit: 0, ..Default::default() }).unwrap().is_empty());
}

#[test]
fn messages_without_text_are_not_found() {
    let store = memory();
    befriend(&store, 1);
    let mut row = incoming(1, 1, "");
    row.text = None;
    row.body = b"hidden".to_vec();
    store.insert_message(&row).unwrap();
    assert!(find(&store, "hidden").is_empty());
}

fn typed() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        ".{0,12}",
        "\\PC{0,6}",
        prop::sample::select(vec![
            "\"",
            "\"\"",
            "*",
            "^",
            "AND",
            "OR",
            "NOT",
            "NEAR(a b, 2)",
            "text:",
            "{text}:",
            "-",
            "+",
            "(",
            ")",
            "'",
            ";",
            "\0",
            "\u{301}",
            "\u{200b}",
            "rank",
            "messages_fts",
            "%",
            "_",
            "a",
            "é",
            "日本",
            "🦀",
            "\u{10ffff}",
            "½",
            "_x_",
        ])
        .prop_map(String::from),
    ];
    prop::collection::vec(fragment, 0..30)
        .prop_flat_map(|parts| prop::sample::select(vec!["", " ", "\t"]).prop_map(move |between| parts.join(between)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn nothing_typed_is_an_error(query in typed()) {
        thread_local! {
            static STORE: Store = store_with(&["one two", "é 日本 🦀 ½", "a b c", "text near rank"]);
        }
        STORE.with(|store| {
            let found = store.search(&Search { query: &query, limit: 10, ..Default::default() });
            prop_assert!(found.is_ok(), "{query:?}: {found:?}");
            Ok(())
        })?;
    }

    /// Whatever a message says, its own words find it.
    #[test]
    fn a_word_finds_its_message(words in prop::collection::vec("[a-zA-Zäöüéа-я0-9]{2,12}", 1..10), pick in any::<prop::sample::Index>()) {
        thread_local! {
            static STORE: Store = store_with(&[]);
        }
        let word = pick.get(&words);
        STORE.with(|store| {
            let text = words.join(" ");
            store.begin().unwrap();
            store.insert_message(&incoming(1, 1, &text)).unwrap();
            let whole = find(store, word);
            let begun: String = word.chars().take(2).collect();
            let begun = find(store, &begun);
            store.rollback().unwrap();
            prop_assert_eq!(whole, vec![text.clone()]);
            prop_assert_eq!(begun, vec![text]);
            Ok(())
        })?;
    }
}
