use kith_crypto::Key;
use kith_wire::{AccountId, ChatId, Hlc, MsgId};

use super::*;
use crate::{ChatKind, ChatRow, DeliveryState, Inserted, Marks};

const T0: u64 = 1_700_000_000_000;

fn store() -> Store {
    let store = Store::in_memory(&Key::from_bytes(&[4; 32])).unwrap();
    let row = ChatRow {
        chat: ChatId::from_bytes([2; 16]),
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

fn came(store: &Store, id: u8, kind: u32) -> i64 {
    let message = MessageRow {
        row: 0,
        msg: MsgId::from_bytes([id; 16]),
        chat: ChatId::from_bytes([2; 16]),
        author: AccountId::from_bytes([3; 32]),
        outgoing: false,
        hlc: Hlc::new(T0 + u64::from(id), 0),
        sent_at_ms: T0,
        received_at_ms: Some(T0),
        kind,
        text: None,
        reply_to: None,
        body: vec![1],
        state: DeliveryState::Received,
        marks: Marks::default(),
    };
    let Inserted::New(row) = store.insert_message(&message).unwrap() else { panic!("it is there") };
    row
}

#[test]
fn a_call_ends_once_and_is_open_until_then() {
    let store = store();
    let (call, other, text) = (came(&store, 1, 28), came(&store, 2, 28), came(&store, 3, 1));
    let open = || store.open_calls().unwrap().iter().map(|row| row.row).collect::<Vec<_>>();
    assert_eq!(open(), [call, other]);
    assert!(store.end_call(call, CallOutcome::Talked, 61_000).unwrap());
    assert!(!store.end_call(call, CallOutcome::Failed, 1).unwrap(), "it had ended");
    assert!(!store.end_call(text, CallOutcome::Failed, 1).unwrap(), "it is none");
    let marks = store.message_in(call).unwrap().unwrap().marks;
    assert_eq!((marks.call, marks.talked_ms), (Some(CallOutcome::Talked), 61_000));
    assert_eq!(open(), [other]);
    assert!(store.take_back(other).unwrap());
    assert!(!store.end_call(other, CallOutcome::Talked, 1).unwrap(), "it was taken back");
    assert_eq!(open(), [0; 0], "of what was taken back nothing is left");
}

#[test]
fn every_end_is_read_back() {
    for outcome in CallOutcome::ALL {
        assert_eq!(CallOutcome::of(outcome.code()).unwrap(), outcome);
    }
    assert!(CallOutcome::of(0).is_err());
}
