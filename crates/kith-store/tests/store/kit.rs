//! A profile folder, fixed keys and rows to put into it.

use std::path::Path;

use kith_crypto::{CurveKey, Key};
use kith_store::{
    ChatKind, ChatRow, ContactRow, ContactState, DeliveryState, DeviceRow, Direction, Marks, MessageRow, NewOutbox,
    OuterKeyRow, SessionRow, Store,
};
use kith_wire::{AccountId, ChatId, DeviceId, Hlc, MsgId, TransportId};
use rusqlite::Connection;
use tempfile::TempDir;
use zeroize::Zeroizing;

pub(crate) const T0: u64 = 1_700_000_000_000;

pub(crate) fn key() -> Key {
    Key::from_bytes(&[0x11; 32])
}

pub(crate) fn ratchet_key() -> Key {
    Key::from_bytes(&[0x22; 32])
}

/// A profile folder that is deleted at the end of the test.
pub(crate) struct Profile(TempDir);

impl Profile {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn open(&self) -> Store {
        Store::open(self.path(), &key(), &ratchet_key()).expect("the store opens")
    }

    /// A second connection with the page key, for tests that play an intruder.
    pub(crate) fn raw(&self) -> Connection {
        let conn = Connection::open(self.path().join("kith.db")).expect("the file opens");
        conn.execute_batch(&format!("PRAGMA key = \"x'{}'\"", "11".repeat(32))).expect("the key is set");
        conn
    }
}

pub(crate) fn memory() -> Store {
    Store::in_memory(&ratchet_key()).expect("a store in memory")
}

pub(crate) fn account(n: u8) -> AccountId {
    AccountId::from_bytes([n; 32])
}

pub(crate) fn device(n: u8) -> DeviceId {
    DeviceId::from_bytes([n; 32])
}

pub(crate) fn transport(n: u8) -> TransportId {
    TransportId::from_bytes([n; 32])
}

pub(crate) fn msg(n: u32) -> MsgId {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    MsgId::from_bytes(bytes)
}

pub(crate) fn chat_id(n: u8) -> ChatId {
    ChatId::from_bytes([n; 16])
}

pub(crate) fn contact(n: u8) -> ContactRow {
    ContactRow {
        account: account(n),
        state: ContactState::Introduced,
        blocked: false,
        name: format!("Person {n}"),
        petname: Some(format!("Pet {n}")),
        status_text: "here".into(),
        log: vec![n; 300],
        log_seq: 7,
        log_hash: [n; 32],
        alarm: false,
        request_text: "hello".into(),
        invite_tag: Some([n; 16]),
        created_at_ms: T0,
        last_seen_ms: None,
        status_until_ms: None,
    }
}

pub(crate) fn device_row(n: u8) -> DeviceRow {
    DeviceRow {
        device: device(n),
        account: account(n),
        transport: transport(n),
        renewed: 0,
        olm: CurveKey::from_bytes([n; 32]),
        kem_hash: [n; 32],
        kem: Some(vec![n; 1216]),
        revoked_at_ms: None,
        last_reset_ms: Some(T0),
    }
}

pub(crate) fn chat(n: u8) -> ChatRow {
    ChatRow {
        chat: chat_id(n),
        kind: ChatKind::Direct,
        account: Some(account(n)),
        created_at_ms: T0,
        pinned: false,
        muted_until_ms: None,
        read_row: 0,
        draft: None,
        archived: false,
        notify: Default::default(),
        expires_s: None,
    }
}

/// Stores contact, device and chat number `n`.
pub(crate) fn befriend(store: &Store, n: u8) {
    store.put_contact(&contact(n)).expect("a contact");
    store.put_device(&device_row(n)).expect("a device");
    assert!(store.ensure_chat(&chat(n)).expect("a chat"));
}

/// An incoming message number `n` of person `from`, written `n` ms after `T0`.
pub(crate) fn incoming(from: u8, n: u32, text: &str) -> MessageRow {
    let at = T0 + u64::from(n);
    MessageRow {
        row: 0,
        msg: msg(n),
        chat: chat_id(from),
        author: account(from),
        outgoing: false,
        hlc: Hlc::new(at, 0),
        sent_at_ms: at,
        received_at_ms: Some(at + 5),
        kind: 1,
        text: Some(text.into()),
        reply_to: None,
        body: text.as_bytes().to_vec(),
        state: DeliveryState::Received,
        marks: Marks::default(),
    }
}

/// An outgoing message number `n` to person `to`.
pub(crate) fn outgoing(to: u8, n: u32, text: &str) -> MessageRow {
    MessageRow {
        author: account(0),
        outgoing: true,
        received_at_ms: None,
        state: DeliveryState::Queued,
        ..incoming(to, n, text)
    }
}

pub(crate) fn session(to: u8, id: u8, generation: u32, pickle: &[u8]) -> SessionRow {
    SessionRow {
        device: device(to),
        session: [id; 32],
        generation,
        created_at_ms: T0,
        last_received_at_ms: None,
        dead: false,
        positions: vec![1, 2, 3],
        pickle: Zeroizing::new(pickle.to_vec()),
    }
}

pub(crate) fn outer_key(to: u8, id: u8, direction: Direction, created_at_ms: u64) -> OuterKeyRow {
    OuterKeyRow {
        key_id: [id; 16],
        device: device(to),
        direction,
        key: Key::from_bytes(&[id; 32]),
        encapsulated: Some(vec![id; 1120]),
        confirmed: false,
        created_at_ms,
    }
}

pub(crate) fn queued(to: u8, n: u32, next_at_ms: u64) -> NewOutbox {
    NewOutbox {
        device: device(to),
        msg: msg(n),
        kind: 1,
        chat: chat_id(to),
        hlc: Hlc::new(T0, 0),
        body: b"body".to_vec(),
        created_at_ms: T0,
        expires_at_ms: T0 + 1_000_000,
        next_at_ms,
    }
}
