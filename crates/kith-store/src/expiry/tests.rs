use std::path::Path;

use kith_crypto::Key;
use kith_wire::{AccountId, Hlc};

use super::*;
use crate::{ChatKind, ChatRow, DATABASE_FILE, DeliveryState, Inserted, Marks, Stamp, open};

const T0: u64 = 1_700_000_000_000;
const MARKER: &str = "xylophonemarker";

fn chat() -> ChatId {
    ChatId::from_bytes([2; 16])
}

fn message(n: u8, outgoing: bool, expires_s: Option<u32>) -> MessageRow {
    let expires_at_ms = expires_s.filter(|_| outgoing).map(|seconds| T0 + u64::from(seconds) * 1000);
    MessageRow {
        row: 0,
        msg: MsgId::from_bytes([n; 16]),
        chat: chat(),
        author: AccountId::from_bytes([if outgoing { 4 } else { 3 }; 32]),
        outgoing,
        hlc: Hlc::new(T0 + u64::from(n), 0),
        sent_at_ms: T0,
        received_at_ms: (!outgoing).then_some(T0 + 1),
        kind: 1,
        text: Some(format!("{MARKER} number {n} {MARKER}")),
        reply_to: None,
        body: Vec::new(),
        state: if outgoing { DeliveryState::Queued } else { DeliveryState::Received },
        marks: Marks { expires_s, expires_at_ms, ..Marks::default() },
    }
}

fn with_chat(store: Store) -> Store {
    let row = ChatRow {
        chat: chat(),
        kind: ChatKind::Direct,
        account: Some(AccountId::from_bytes([3; 32])),
        created_at_ms: T0,
        pinned: false,
        muted_until_ms: None,
        read_row: 0,
        draft: None,
        archived: false,
        notify: Default::default(),
        expires_s: None,
    };
    store.ensure_chat(&row).unwrap();
    store
}

fn store() -> Store {
    with_chat(Store::in_memory(&Key::from_bytes(&[4; 32])).unwrap())
}

fn insert(store: &Store, message: &MessageRow) -> i64 {
    let Inserted::New(row) = store.insert_message(message).unwrap() else { panic!("it is there") };
    row
}

#[test]
fn the_time_of_what_is_sent_runs_and_of_what_came_once_it_is_read() {
    let store = store();
    insert(&store, &message(1, true, Some(60)));
    insert(&store, &message(2, false, Some(30)));
    insert(&store, &message(3, false, None));
    assert_eq!(store.next_expiry().unwrap(), Some(T0 + 60_000));
    assert_eq!(store.start_expiry(&chat(), T0).unwrap(), [], "nobody has read anything");
    store.mark_read(&chat(), None).unwrap();
    let started = store.start_expiry(&chat(), T0 + 5_000).unwrap();
    let expected = Marks { expires_s: Some(30), expires_at_ms: Some(T0 + 35_000), ..Marks::default() };
    assert_eq!(
        started.iter().map(|row| (row.msg, &row.marks)).collect::<Vec<_>>(),
        [(message(2, false, None).msg, &expected)]
    );
    assert_eq!(store.start_expiry(&chat(), T0 + 9_000).unwrap(), [], "it began once");
    assert_eq!(store.next_expiry().unwrap(), Some(T0 + 35_000));

    let expired = |at, limit| store.expired(at, limit).unwrap().iter().map(|row| row.msg).collect::<Vec<_>>();
    let [first, second] = [1, 2].map(|n| MsgId::from_bytes([n; 16]));
    assert_eq!(expired(T0 + 34_999, 9), []);
    assert_eq!(expired(T0 + 35_000, 9), [second]);
    assert_eq!(expired(T0 + 60_000, 9), [second, first]);
    assert_eq!(expired(T0 + 60_000, 1), [second]);
    for row in store.expired(T0 + 60_000, 9).unwrap() {
        store.erase(row.row).unwrap();
    }
    assert_eq!(store.next_expiry().unwrap(), None);
    assert!(store.start_expiry(&ChatId::from_bytes([9; 16]), T0).is_err());
}

#[test]
fn a_message_that_was_taken_back_stays_as_a_note() {
    let store = store();
    let row = insert(&store, &message(1, true, Some(60)));
    store.take_back(row).unwrap();
    assert_eq!(store.next_expiry().unwrap(), None);
    let marks = Marks { deleted: true, ..Marks::default() };
    assert_eq!(store.message(&message(1, true, None).msg).unwrap().unwrap().marks, marks);
}

#[test]
fn in_any_order_the_highest_setting_counts() {
    let event = |n: u8| MsgId::from_bytes([n; 16]);
    let sets = [(Some(60), 1, event(9)), (None, 2, event(1)), (Some(30), 2, event(5)), (Some(90), 1, event(1))];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
        let store = store();
        for at in order {
            let (expires_s, number, event) = &sets[at];
            store.set_expiry(&chat(), *expires_s, *number, event).unwrap();
        }
        assert_eq!(store.chat(&chat()).unwrap().unwrap().expires_s, Some(30), "{order:?}");
        assert_eq!(store.expiry_number(&chat()).unwrap(), 2);
        assert!(!store.set_expiry(&chat(), None, 2, &event(5)).unwrap(), "the same again");
    }
    let nowhere = ChatId::from_bytes([9; 16]);
    assert!(matches!(store().set_expiry(&nowhere, None, 1, &event(1)), Err(StoreError::UnknownChat)));
    assert!(matches!(store().expiry_number(&nowhere), Err(StoreError::UnknownChat)));
}

fn holds(folder: &Path, file: &str) -> bool {
    let bytes = std::fs::read(folder.join(file)).unwrap_or_default();
    bytes.windows(MARKER.len()).any(|part| part == MARKER.as_bytes())
}

/// In a database whose pages can be read: what was erased is in none of them, nor in the write-ahead log.
#[test]
fn what_is_erased_is_in_no_page_and_not_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let conn = open::plain(folder.path()).unwrap();
    let store = with_chat(Store::over(conn, &Key::from_bytes(&[4; 32])));
    let rows: Vec<i64> = (1..=60).map(|n| insert(&store, &message(n, n % 2 == 0, Some(60)))).collect();
    for row in &rows {
        let stamp = Stamp { hlc: Hlc::new(T0, 1), event: MsgId::from_bytes([200; 16]) };
        store.add_version(*row, stamp, T0, &format!("{MARKER} once more")).unwrap();
    }
    let log = format!("{DATABASE_FILE}-wal");
    assert!(holds(folder.path(), &log), "it is looked for where it was");
    store.checkpoint().unwrap();
    assert!(holds(folder.path(), DATABASE_FILE));
    rows.iter().for_each(|row| store.erase(*row).unwrap());
    assert!(holds(folder.path(), DATABASE_FILE), "until the log is emptied");
    store.checkpoint().unwrap();
    assert!(!holds(folder.path(), DATABASE_FILE) && !holds(folder.path(), &log));
    assert_eq!(std::fs::metadata(folder.path().join(log)).unwrap().len(), 0);
    store.check().unwrap();
}
