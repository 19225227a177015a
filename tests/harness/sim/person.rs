//! A person: a real core over a real database, and what they were told.

use std::collections::{BTreeMap, BTreeSet};

use kith_api::{AccountId, ApiError, ChatId, Command, Event, MessageId, Reply, params, views};
use kith_core::{CommandId, Core, CoreError, Identity, Input, Options, Output, setup};
use kith_crypto::{DeviceSecrets, KemSecret, Key, RecoveryPhrase, SigningKey};
use kith_store::{Anchor, Image, MessageRow, Store};
use kith_wire::{DeviceId, TransportId};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// Where a batch ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// It does not.
    No,
    /// Before the commit: nothing of the batch ever happened.
    BeforeCommit,
    /// After the commit, before anything left.
    AfterCommit,
}

fn secrets([sign, transport, kem]: &[[u8; 32]; 3]) -> DeviceSecrets {
    DeviceSecrets {
        sign: SigningKey::from_seed(sign),
        transport: SigningKey::from_seed(transport),
        kem: KemSecret::from_seed(kem),
    }
}

/// A person.
pub struct Person {
    core: Option<Core>,
    /// The keys of the account, for signing device lists in tests.
    pub phrase: RecoveryPhrase,
    account: AccountId,
    device: DeviceSecrets,
    seed: u64,
    skew: i64,
    commands: u64,
    /// Answers not yet picked up.
    pub replies: BTreeMap<CommandId, Result<Reply, ApiError>>,
    /// Commands that went down with a crash.
    pub lost_commands: BTreeSet<CommandId>,
    waiting: BTreeSet<CommandId>,
    /// Commands not yet handed over, for tests that hand over several at once.
    pub pending: Vec<Input>,
    /// Everything they were told.
    pub events: Vec<Event>,
    /// The devices they let in.
    pub tracked: BTreeSet<TransportId>,
    /// What their disk held earlier, for putting it back.
    pub kept: Option<Image>,
    /// Messages they had before an older disk was put back.
    pub lost: BTreeSet<MessageId>,
    /// The disk is an older one that was put back, and they did not start since.
    restored: bool,
    /// Transport keys they had.
    moved_from: BTreeSet<TransportId>,
}

/// A person at one moment.
#[derive(Debug)]
pub struct Frozen {
    disk: Image,
    phrase: String,
    device: [[u8; 32]; 3],
    skew: i64,
    commands: u64,
}

impl Person {
    /// Somebody new, whose clock is off by `skew` milliseconds. Rows of different people have different numbers, so that
    /// mixing two databases up shows.
    #[must_use]
    pub fn new(at: usize, seed: u64, skew: i64, now: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let phrase = RecoveryPhrase::from_entropy(&rng.random());
        let device = secrets(&[rng.random(), rng.random(), rng.random()]);
        let mut store = Store::in_memory(&Key::random()).expect("a database");
        setup::create_profile(&mut store, &phrase, &device, &format!("person {at}"), now).expect("a profile");
        let mut person = Self {
            core: None,
            account: AccountId::from_bytes(phrase.account_key().public().to_bytes()),
            phrase,
            device,
            seed,
            skew,
            commands: 1000 * (at as u64 + 1),
            replies: BTreeMap::new(),
            lost_commands: BTreeSet::new(),
            waiting: BTreeSet::new(),
            pending: Vec::new(),
            events: Vec::new(),
            tracked: BTreeSet::new(),
            kept: None,
            lost: BTreeSet::new(),
            restored: false,
            moved_from: BTreeSet::new(),
        };
        person.open(store, now);
        person.start(now);
        person
    }

    /// As they are now.
    pub fn freeze(&mut self) -> Frozen {
        Frozen {
            disk: self.store().image().expect("read"),
            phrase: self.phrase.words().join(" "),
            device: [*self.device.sign.seed(), *self.device.transport.seed(), *self.device.kem.seed()],
            skew: self.skew,
            commands: self.commands,
        }
    }

    /// As they were, after a start; `seed` decides what they do from here on.
    #[must_use]
    pub fn thaw(frozen: &Frozen, seed: u64, now: u64) -> Self {
        let phrase = RecoveryPhrase::from_words(&frozen.phrase).expect("words");
        let mut person = Self {
            core: None,
            account: AccountId::from_bytes(phrase.account_key().public().to_bytes()),
            phrase,
            device: secrets(&frozen.device),
            seed,
            skew: frozen.skew,
            commands: frozen.commands,
            replies: BTreeMap::new(),
            lost_commands: BTreeSet::new(),
            waiting: BTreeSet::new(),
            pending: Vec::new(),
            events: Vec::new(),
            tracked: BTreeSet::new(),
            kept: None,
            lost: BTreeSet::new(),
            restored: false,
            moved_from: BTreeSet::new(),
        };
        person.open(Store::from_image(&frozen.disk).expect("a database"), now);
        person.start(now);
        person
    }

    /// Remembers what their disk holds now.
    pub fn keep_disk(&mut self) {
        self.kept = Some(self.store().image().expect("read"));
    }

    /// Puts the disk back that was kept, if one was.
    pub fn put_disk_back(&mut self, now: u64) {
        let Some(image) = self.kept.take() else { return };
        let contacts = self.store().contacts().expect("read");
        for contact in contacts {
            let me = kith_wire::AccountId::from_bytes(self.account.to_bytes());
            let chat = ChatId::from_bytes(kith_wire::ChatId::direct(&me, &contact.account).to_bytes());
            let had: Vec<_> = self.history(&chat).iter().map(|row| MessageId::from_bytes(row.msg.to_bytes())).collect();
            self.lost.extend(had);
        }
        drop(self.core.take());
        self.lost_commands.append(&mut self.waiting);
        self.open_with(Store::from_image(&image).expect("a database"), now, Options { restored: true });
    }

    fn identity(&self) -> Identity {
        let device = DeviceSecrets {
            sign: self.device.sign.duplicate(),
            transport: self.device.transport.duplicate(),
            kem: KemSecret::from_seed(&self.device.kem.seed()),
        };
        Identity { account: kith_wire::AccountId::from_bytes(self.account.to_bytes()), device }
    }

    /// Their device's keys.
    #[must_use]
    pub fn device(&self) -> &DeviceSecrets {
        &self.device
    }

    fn open(&mut self, store: Store, now: u64) {
        self.open_with(store, now, Options::default());
    }

    fn open_with(&mut self, store: Store, now: u64, options: Options) {
        let mut seed = [0; 32];
        self.seed += 1;
        seed[..8].copy_from_slice(&self.seed.to_be_bytes());
        let now = self.local(now);
        self.restored = options.restored;
        let mut core = Core::open(store, self.identity(), seed, options, now).expect("the core opens");
        // Who has none keeps their transport key.
        let bootstraps = Input::Bootstraps(vec!["/memory/0".to_owned()]);
        core.batch(now, |core, out| core.handle(bootstraps, now, out)).expect("told");
        self.core = Some(core);
    }

    /// What a fresh start asks for.
    pub fn start(&mut self, now: u64) -> Vec<Output> {
        let mut out = Vec::new();
        let now = self.local(now);
        self.tracked.clear();
        let (before, restored) = (self.transport(), std::mem::take(&mut self.restored));
        self.core().renew_transport_if_due(true, restored, now).expect("read");
        if self.transport() != before {
            self.moved_from.insert(before);
        }
        self.core().startup(now, &mut out).expect("started");
        for output in &out {
            if let Output::Track { peer, .. } = output {
                self.tracked.insert(*peer);
            }
        }
        out
    }

    /// What taking another key while running asks for.
    pub fn renew_while_running(&mut self, now: u64) -> Vec<Output> {
        let (before, now) = (self.transport(), self.local(now));
        let out = self.core().renew_transport_while_running(now).expect("committed");
        let after = self.transport();
        let told = matches!(out.first(), Some(Output::Renew { key, .. }) if TransportId::from(key.public()) == after);
        assert_eq!(told, after != before, "the network goes on as the device");
        if told {
            self.moved_from.insert(before);
        }
        out
    }

    /// Their clock.
    #[must_use]
    pub fn local(&self, now: u64) -> u64 {
        now.saturating_add_signed(self.skew)
    }

    /// The machine.
    pub fn core(&mut self) -> &mut Core {
        self.core.as_mut().expect("running")
    }

    /// The database.
    pub fn store(&mut self) -> &mut Store {
        self.core().store_mut()
    }

    /// A name for the next command.
    pub fn next_command(&mut self) -> CommandId {
        self.commands += 1;
        CommandId(self.commands)
    }

    /// Runs a batch as the node would.
    pub fn run(&mut self, inputs: Vec<Input>, now: u64, crash: Crash) -> Vec<Output> {
        let now_here = self.local(now);
        for input in &inputs {
            if let Input::Command(id, _) = input {
                self.waiting.insert(*id);
            }
        }
        let core = self.core.as_mut().expect("running");
        let batch = core.batch(now_here, |core, out| {
            for input in inputs {
                // What breaks the rules or comes from nobody is refused; that it changes nothing is what is tested.
                if let Err(error @ CoreError::Store(_)) = core.handle(input, now_here, out) {
                    return Err(error);
                }
            }
            // A crash before the commit and a batch that fails leave the same database behind.
            if crash == Crash::BeforeCommit { Err(CoreError::NoPrekey) } else { Ok(()) }
        });
        if crash != Crash::No {
            assert_eq!(batch.is_err(), crash == Crash::BeforeCommit, "outputs of a batch that did not happen (I1)");
            self.crash(now);
            return Vec::new();
        }
        let out = batch.expect("committed");
        for output in &out {
            if let Output::Reply(id, _) = output {
                self.waiting.remove(id);
            }
        }
        out
    }

    fn crash(&mut self, now: u64) {
        let store = self.core.take().expect("running").into_store();
        self.lost_commands.append(&mut self.waiting);
        self.open(store, now);
    }

    /// Stops and starts with the sessions of an older copy: what a database put back from a backup looks like.
    pub fn restart_restored(&mut self, now: u64) -> Vec<Output> {
        let store = self.core.take().expect("running").into_store();
        self.open_with(store, now, Options { restored: true });
        self.start(now)
    }

    /// When they want to be woken, by the true clock.
    pub fn next_wake(&mut self) -> Option<u64> {
        let skew = self.skew;
        let wake = self.core().next_wake().expect("read")?;
        Some(wake.saturating_add_signed(-skew))
    }

    /// Readies a text to somebody.
    pub fn write(&mut self, chat: ChatId, text: &str) {
        let params = params::SendParams { chat, text: text.to_owned(), reply_to: None, expires_s: None, preview: None };
        let id = self.next_command();
        self.pending.push(Input::Command(id, Command::ChatsSend(params)));
    }

    /// Readies adding somebody.
    pub fn add(&mut self, link: String) {
        let id = self.next_command();
        self.pending.push(Input::Command(id, Command::ContactsAdd(params::AddParams { link, message: None })));
    }

    /// Their device.
    #[must_use]
    pub fn device_id(&self) -> DeviceId {
        DeviceId::from_bytes(self.device.sign.public().to_bytes())
    }

    /// The session they would use towards a device.
    pub fn current_session(&mut self, other: &DeviceId) -> Option<[u8; 32]> {
        let sessions = self.store().sessions(other).expect("read");
        sessions.into_iter().find(|row| !row.dead).map(|row| row.session)
    }

    /// Their transport key.
    #[must_use]
    pub fn transport(&self) -> TransportId {
        self.core.as_ref().expect("running").transport()
    }

    /// Whether they look for this person's device by a key it had.
    #[must_use]
    pub fn looks_for_former(&self, other: &Self) -> bool {
        !self.lets_in(other) && other.moved_from.iter().any(|former| self.tracked.contains(former))
    }

    /// At the next start they take a new transport key.
    pub fn want_new_key(&mut self) {
        self.store().put_setting(views::RENEW_KEY, "true").expect("written");
    }

    /// Their account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The chat with somebody.
    #[must_use]
    pub fn chat_with(&self, other: &Self) -> ChatId {
        let me = kith_wire::AccountId::from_bytes(self.account().to_bytes());
        let them = kith_wire::AccountId::from_bytes(other.account().to_bytes());
        ChatId::from_bytes(kith_wire::ChatId::direct(&me, &them).to_bytes())
    }

    /// Whether they let this person's device in.
    #[must_use]
    pub fn lets_in(&self, other: &Self) -> bool {
        self.tracked.contains(&other.transport())
    }

    /// Whether they have heard of an account.
    pub fn knows(&mut self, account: AccountId) -> bool {
        self.contact(account).is_some()
    }

    /// Whether they write to an account.
    pub fn is_open(&mut self, account: AccountId) -> bool {
        let state = self.contact(account).map(|contact| contact.state);
        matches!(state, Some(views::ContactState::Introduced | views::ContactState::Verified))
    }

    /// A contact as they see it.
    pub fn contact(&mut self, account: AccountId) -> Option<views::Contact> {
        let id = CommandId(u64::MAX);
        let command = Command::ContactsGet(params::AccountParams { account });
        let out = self.core().batch(0, |core, out| core.handle(Input::Command(id, command), 0, out)).expect("read");
        match out.into_iter().next() {
            Some(Output::Reply(_, Ok(Reply::ContactsGet(contact)))) => Some(contact),
            _ => None,
        }
    }

    /// Everything in the chat with somebody, oldest first.
    pub fn history(&mut self, other: &kith_api::ChatId) -> Vec<MessageRow> {
        let chat = kith_wire::ChatId::from_bytes(other.to_bytes());
        let mut all = Vec::new();
        let mut anchor = Anchor::End;
        loop {
            let Ok(page) = self.store().history(&chat, &anchor, 500, 0) else { return Vec::new() };
            let Some(first) = page.messages.first() else { break };
            anchor = Anchor::Message(first.msg);
            let more = page.more_before;
            all.splice(0..0, page.messages);
            if !more {
                break;
            }
        }
        all.dedup_by_key(|row| row.msg);
        all
    }

    /// Whether a message is on their disk.
    pub fn has(&mut self, message: MessageId) -> bool {
        let msg = kith_wire::MsgId::from_bytes(message.to_bytes());
        self.store().message(&msg).expect("read").is_some()
    }

    /// Whether nothing of theirs waits to be sent.
    pub fn is_done(&mut self) -> bool {
        self.store().outbox_len().expect("read") == 0
    }

    /// In one line, for a failing test.
    pub fn describe(&mut self) -> String {
        let len = self.store().outbox_len().expect("read");
        let wake = self.next_wake();
        let contacts = self.store().contacts().expect("read");
        let contacts: Vec<_> = contacts.iter().map(|row| (row.state, row.blocked, row.alarm)).collect();
        let rows: Vec<_> = self.store().outbox_due(u64::MAX / 2, 20).expect("read");
        let rows: Vec<_> = rows.iter().map(|row| (row.kind, row.attempts, row.next_at_ms)).collect();
        format!("{contacts:?}, {len} in the outbox: {rows:?}, wakes at {wake:?}, lets {} in", self.tracked.len())
    }
}
