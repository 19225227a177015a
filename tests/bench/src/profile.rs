//! Profiles with a past.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result};
use kith_crypto::{DeviceSecrets, Key, Keystore, OlmAccount, Secret, SigningKey, SlotKind};
use kith_node::{Node, local};
use kith_store::{ChatKind, ChatRow, ContactRow, ContactState, DeliveryState, DeviceRow, Marks, MessageRow, Store};
use kith_wire::{AccountId, Body, ChatId, Hlc, IdentityLog, MsgId, NewDevice};

use crate::words::Words;

/// How many people the profile knows.
pub(crate) const CONTACTS: usize = 50;
/// Time between two messages.
const EVERY_MS: u64 = 60_000;

/// Whose messages they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spread {
    /// Everybody's, some people's much more than others'.
    Many,
    /// One person's.
    One,
}

/// A profile whose node does not run.
pub(crate) struct Profile {
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// The key of its database.
    pub(crate) database: Key,
    /// The chat with most messages.
    pub(crate) busiest: ChatId,
    /// Whose it is.
    pub(crate) me: AccountId,
    /// Those it knows.
    pub(crate) people: Vec<Person>,
}

impl Profile {
    /// Makes a profile with [`CONTACTS`] contacts, and puts a history of `messages` messages into it.
    pub(crate) async fn make(folder: PathBuf, messages: usize, spread: Spread, words: &mut Words) -> Result<Self> {
        let node = Node::builder(&folder).name("bench").preset(local()).spawn().await?;
        let me = AccountId::from_bytes(node.account().to_bytes());
        node.shutdown().await;
        let (database, ratchet) = keys(&folder)?;
        let store = Store::open(&folder, &database, &ratchet)?;
        store.begin()?;
        let now_ms = now_ms();
        let people: Vec<Person> =
            (0..CONTACTS).map(|number| Person::new(&store, me, number, now_ms)).collect::<Result<_>>()?;
        let begin_ms = now_ms.saturating_sub(u64::try_from(messages)? * EVERY_MS);
        for number in 0..messages {
            let at_ms = begin_ms + u64::try_from(number)? * EVERY_MS;
            let many = words.below(CONTACTS);
            let whose = if spread == Spread::One { 0 } else { words.below(1 + many) };
            let person = people.get(whose).context("a person")?;
            store.insert_message(&person.message(me, at_ms, words))?;
        }
        for person in &people {
            store.mark_read(&person.chat, None)?;
        }
        store.commit()?;
        store.checkpoint()?;
        let busiest = people.first().context("a person")?.chat;
        Ok(Self { folder, database, busiest, me, people })
    }

    /// A builder for its node, on loopback.
    pub(crate) fn builder(&self) -> kith_node::NodeBuilder {
        Node::builder(&self.folder).preset(local())
    }
}

/// The wall clock, Unix milliseconds.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Somebody it knows.
pub(crate) struct Person {
    account: AccountId,
    chat: ChatId,
}

impl Person {
    /// A contact with one device that was never connected.
    fn new(store: &Store, me: AccountId, number: usize, now_ms: u64) -> Result<Self> {
        let (root, keys) = (SigningKey::generate(), DeviceSecrets::generate());
        let account = AccountId::from(root.public());
        let device = NewDevice::new(account, &keys, OlmAccount::new().identity_key(), now_ms);
        let record = device.record().clone();
        let log = IdentityLog::create(&root, vec![device], now_ms)?;
        store.put_contact(&ContactRow {
            account,
            state: ContactState::Introduced,
            blocked: false,
            name: format!("Contact {number}"),
            petname: None,
            status_text: String::new(),
            log: log.encode(),
            log_seq: log.seq(),
            log_hash: log.head_hash(),
            alarm: false,
            request_text: String::new(),
            invite_tag: None,
            created_at_ms: now_ms,
            last_seen_ms: None,
            status_until_ms: None,
        })?;
        store.put_device(&DeviceRow {
            device: record.device,
            account,
            transport: record.transport,
            renewed: 0,
            olm: record.olm,
            kem_hash: record.kem_hash,
            kem: Some(keys.kem.public().as_bytes().to_vec()),
            revoked_at_ms: None,
            last_reset_ms: None,
        })?;
        let chat = ChatId::direct(&me, &account);
        store.ensure_chat(&ChatRow {
            chat,
            kind: ChatKind::Direct,
            account: Some(account),
            created_at_ms: now_ms,
            pinned: false,
            muted_until_ms: None,
            read_row: 0,
            draft: None,
            archived: false,
            notify: Default::default(),
            expires_s: None,
        })?;
        Ok(Self { account, chat })
    }

    /// A message to them or from them.
    pub(crate) fn message(&self, me: AccountId, at_ms: u64, words: &mut Words) -> MessageRow {
        let outgoing = words.below(2) == 0;
        MessageRow {
            row: 0,
            msg: MsgId::random(),
            chat: self.chat,
            author: if outgoing { me } else { self.account },
            outgoing,
            hlc: Hlc::new(at_ms, 0),
            sent_at_ms: at_ms,
            received_at_ms: (!outgoing).then_some(at_ms),
            kind: Body::TEXT,
            text: Some(words.text()),
            reply_to: None,
            body: Vec::new(),
            state: if outgoing { DeliveryState::Delivered } else { DeliveryState::Received },
            marks: Marks::default(),
        }
    }
}

/// Opens the keystore of a profile without a password, as its node does.
pub(crate) fn keys(folder: &Path) -> Result<(Key, Key)> {
    let keystore = Keystore::from_bytes(&fs::read(folder.join("identity.kith"))?)?;
    let key: [u8; 32] = fs::read(folder.join("identity.key"))?.as_slice().try_into()?;
    let unlocked = keystore.unlock(Secret::Key(SlotKind::KeyFile, &Key::from_bytes(&key)))?;
    Ok((unlocked.master.database(), unlocked.master.ratchet()))
}
