use kith_crypto::Key;
use proptest::prelude::*;

use super::*;
use crate::{ChatKind, ChatRow, DeliveryState, Inserted, Marks, Search};

const T0: u64 = 1_700_000_000_000;
const MARKER: &str = "xylophonemarker";

fn account(n: u8) -> AccountId {
    AccountId::from_bytes([n; 32])
}

fn message() -> MessageRow {
    MessageRow {
        row: 0,
        msg: MsgId::from_bytes([1; 16]),
        chat: ChatId::from_bytes([2; 16]),
        author: account(3),
        outgoing: false,
        hlc: Hlc::new(T0, 0),
        sent_at_ms: T0,
        received_at_ms: Some(T0 + 1),
        kind: 1,
        text: Some(format!("first {MARKER}")),
        reply_to: None,
        body: Vec::new(),
        state: DeliveryState::Received,
        marks: Marks::default(),
    }
}

fn store() -> Store {
    let store = Store::in_memory(&Key::from_bytes(&[4; 32])).unwrap();
    let chat = ChatRow {
        chat: message().chat,
        kind: ChatKind::Direct,
        account: Some(account(3)),
        created_at_ms: T0,
        pinned: false,
        muted_until_ms: None,
        read_row: 0,
        draft: None,
        archived: false,
        notify: Default::default(),
        expires_s: None,
    };
    store.ensure_chat(&chat).unwrap();
    store
}

fn stored(store: &Store) -> i64 {
    let Inserted::New(row) = store.insert_message(&message()).unwrap() else { panic!("it is there") };
    row
}

fn now(store: &Store) -> MessageRow {
    store.message(&message().msg).unwrap().unwrap()
}

fn stamp(n: u32) -> Stamp {
    let mut event = [0; 16];
    event[..4].copy_from_slice(&n.to_be_bytes());
    Stamp { hlc: Hlc::new(T0 + u64::from(n / 3), 0), event: MsgId::from_bytes(event) }
}

#[derive(Debug, Clone)]
enum Change {
    Text(u32),
    Emoji { who: u8, emoji: u8, shown: bool, at: u32 },
    Back,
}

fn apply(store: &Store, row: i64, change: &Change) -> bool {
    match change {
        Change::Text(n) => store.add_version(row, stamp(*n), T0 + u64::from(*n), &format!("text {n}")).unwrap(),
        Change::Emoji { who, emoji, shown, at } => {
            // A change has one content: the stamp says all of it.
            let emoji = char::from_u32(0x1f600 + u32::from(*emoji)).unwrap();
            store.react(row, &account(*who), &emoji.to_string(), *shown, stamp(*at)).unwrap()
        }
        Change::Back => store.take_back(row).unwrap(),
    }
}

/// Changes, each with a stamp of its own.
fn changes(max: usize) -> impl Strategy<Value = Vec<Change>> {
    let one = prop_oneof![
        20 => any::<()>().prop_map(|()| Change::Text(0)),
        20 => (0..3u8, 0..60u8, any::<bool>())
            .prop_map(|(who, emoji, shown)| Change::Emoji { who, emoji, shown, at: 0 }),
        1 => any::<()>().prop_map(|()| Change::Back),
    ];
    proptest::collection::vec(one, 0..max).prop_map(|mut all| {
        for (n, change) in all.iter_mut().enumerate() {
            let n = n as u32;
            match change {
                Change::Text(at) | Change::Emoji { at, .. } => *at = n,
                Change::Back => {}
            }
        }
        all
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any order, and any change twice, gives the same message.
    #[test]
    fn changes_agree_in_any_order((one, other) in changes(400).prop_flat_map(|all| {
        (Just(all.clone()), Just([all.clone(), all].concat()).prop_shuffle())
    })) {
        let (left, right) = (store(), store());
        for (store, changes) in [(&left, &one), (&right, &other)] {
            let row = stored(store);
            for change in changes {
                apply(store, row, change);
            }
        }
        prop_assert_eq!(now(&left), now(&right));
        let row = now(&left).row;
        prop_assert_eq!(left.versions(row).unwrap(), right.versions(row).unwrap());
        prop_assert!(left.versions(row).unwrap().len() <= VERSIONS_MAX as usize);
    }

    /// A change that says nothing changed has changed nothing, and the other way round.
    #[test]
    fn what_changed_is_told(changes in changes(60).prop_shuffle()) {
        let store = store();
        let row = stored(&store);
        for change in changes {
            let before = (now(&store), store.versions(row).unwrap());
            let told = apply(&store, row, &change);
            prop_assert_eq!(told, before != (now(&store), store.versions(row).unwrap()), "{:?}", change);
            prop_assert!(!apply(&store, row, &change), "{:?} again", change);
        }
    }
}

/// Every value of every table that has the marker in it, the search index included.
fn places(store: &Store) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut statement = store.conn.prepare(sql).unwrap();
    let tables: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut found = Vec::new();
    for table in tables {
        let mut statement = store.conn.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                let value = row.get_ref(column).unwrap();
                let bytes = match value {
                    rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) => bytes,
                    rusqlite::types::ValueRef::Null
                    | rusqlite::types::ValueRef::Integer(_)
                    | rusqlite::types::ValueRef::Real(_) => continue,
                };
                if bytes.windows(5).any(|part| part == &MARKER.as_bytes()[4..9]) {
                    found.push(table.clone());
                }
            }
        }
    }
    found.dedup();
    found
}

fn edited_and_liked(store: &Store) -> i64 {
    let row = stored(store);
    assert!(store.add_version(row, stamp(3), T0, &format!("second {MARKER}")).unwrap());
    assert!(store.react(row, &account(9), "👍", true, stamp(4)).unwrap());
    assert_eq!(places(store), ["messages", "messages_fts", "messages_fts_data", "versions"]);
    row
}

#[test]
fn a_message_taken_back_leaves_only_that_it_was_there() {
    let store = store();
    let row = edited_and_liked(&store);
    store.set_message_pinned(row, Some(T0)).unwrap();
    assert!(store.take_back(row).unwrap());
    assert_eq!(places(&store), Vec::<String>::new());
    let left = now(&store);
    let marks = Marks { deleted: true, ..Marks::default() };
    assert_eq!((left.text, left.body, left.marks), (None, Vec::new(), marks));
    assert_eq!(store.chat_summary(&message().chat).unwrap().unwrap().unread, 0);
    assert!(store.pinned(&message().chat).unwrap().is_empty());
    assert!(!store.add_version(row, stamp(99), T0, "back").unwrap(), "it stays taken back");
    assert!(!store.react(row, &account(9), "👍", true, stamp(99)).unwrap());
    assert_eq!(store.insert_message(&message()).unwrap(), Inserted::Duplicate, "it comes again");
    assert_eq!(now(&store).text, None);
    store.check().unwrap();
}

#[test]
fn an_erased_message_is_gone_and_does_not_come_back() {
    let store = store();
    let row = edited_and_liked(&store);
    store.erase(row).unwrap();
    assert_eq!(places(&store), Vec::<String>::new());
    assert_eq!(store.insert_message(&message()).unwrap(), Inserted::Duplicate);
    assert_eq!(store.message(&message().msg).unwrap(), None);
    assert!(store.is_erased(&message().chat, &message().author, &message().msg).unwrap());
    assert_eq!(store.chat_summary(&message().chat).unwrap().unwrap().unread, 0);
    store.check().unwrap();
}

#[test]
fn search_finds_the_text_a_message_shows() {
    let store = store();
    let row = stored(&store);
    store.add_version(row, stamp(1), T0, "something else").unwrap();
    let find = |query| store.search(&Search { query, limit: 9, ..Default::default() }).unwrap().len();
    assert_eq!((find(MARKER), find("else")), (0, 1));
    assert_eq!(store.insert_message(&message()).unwrap(), Inserted::Duplicate, "an edited message comes again");
}

#[test]
fn changes_wait_once_and_not_for_ever() {
    let store = store();
    let change = |n: u32, target: u8| WaitingChange {
        chat: message().chat,
        author: account(3),
        target: MsgId::from_bytes([target; 16]),
        stamp: stamp(n),
        kind: 20,
        at_ms: T0 + u64::from(n),
        body: vec![7],
        proof: Some([8; 16]),
    };
    for n in [0, 1, 2, 2] {
        store.keep_change(&change(n, 1), 0, 10).unwrap();
    }
    store.keep_change(&change(3, 5), T0, 10).unwrap();
    assert_eq!(store.take_changes(&message().chat, &message().msg).unwrap(), [0, 1, 2].map(|n| change(n, 1)));
    assert_eq!(store.take_changes(&message().chat, &message().msg).unwrap(), []);
    for n in 10..30 {
        store.keep_change(&change(n, 6), T0, 10).unwrap();
    }
    assert_eq!(store.waiting_changes().unwrap(), 10, "the newest of one author");
    store.keep_change(&change(90, 7), T0 + 29, 10).unwrap();
    store.prune_changes(T0 + 29).unwrap();
    assert_eq!(
        store.waiting_changes().unwrap(),
        1,
        "what came too long ago is dropped, whatever its author's clock says"
    );
    store.keep_change(&WaitingChange { kind: 21, ..change(91, 7) }, T0 + 30, 10).unwrap();
    store.keep_change(&change(92, 7), T0 + 31, 10).unwrap();
    let left = store.take_changes(&message().chat, &MsgId::from_bytes([7; 16])).unwrap();
    assert_eq!(left.iter().map(|change| change.kind).collect::<Vec<_>>(), [21], "no text of what was taken back");
}

#[test]
fn the_last_pinned_comes_first() {
    let store = store();
    let row = stored(&store);
    let second = MessageRow { msg: MsgId::from_bytes([2; 16]), ..message() };
    let Inserted::New(other) = store.insert_message(&second).unwrap() else { panic!() };
    store.set_message_pinned(other, Some(T0 + 1)).unwrap();
    store.set_message_pinned(row, Some(T0 + 2)).unwrap();
    let pinned = |store: &Store| store.pinned(&message().chat).unwrap().iter().map(|row| row.row).collect::<Vec<_>>();
    assert_eq!(pinned(&store), [row, other]);
    store.set_message_pinned(row, None).unwrap();
    assert_eq!(pinned(&store), [other]);
}
