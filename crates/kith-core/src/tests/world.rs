//! A few cores and a carrier that delivers everything at once.

use std::collections::BTreeMap;

use kith_api::{ApiError, Command, Event, Reply, params, views::PathOver};
use kith_crypto::{DeviceSecrets, Key, RecoveryPhrase};
use kith_store::{MessageRow, Store};
use kith_wire::{AccountId, ChatId, FindKey, RequestAnswer, SlotId, TransportId, WorkTask};

use crate::{
    CallCommand, CommandId, Core, Identity, Input, MailboxUsage, Options, Output, PageOutcome, PeerPath, SlotOutcome,
    setup,
};

pub(super) const NOW: u64 = 1_800_000_000_000;

pub(super) struct Person {
    pub(super) core: Core,
    pub(super) phrase: RecoveryPhrase,
    pub(super) replies: Vec<Result<Reply, ApiError>>,
    pub(super) events: Vec<Event>,
    pub(super) answers: Vec<RequestAnswer>,
    /// Envelopes and requests they sent, kept back instead of delivered if `hold` is set.
    pub(super) held: Vec<Output>,
    pub(super) hold: bool,
    /// By which they may be found.
    pub(super) findable: Vec<FindKey>,
    /// Work they are asked to do is not done.
    pub(super) idle: bool,
}

/// How people who are online are connected here.
pub(super) const DIRECT: PeerPath = PeerPath::Direct { rtt_ms: Some(1), over: PathOver::Lan };

/// People who reach each other at once, and a place for invite bundles.
pub(super) struct World {
    pub(super) people: Vec<Person>,
    pub(super) now: u64,
    slots: BTreeMap<SlotId, Option<Vec<u8>>>,
    /// The links of which pages were asked for.
    pub(super) fetched: Vec<String>,
    /// What looking at any page gives; nothing yet, if `None`.
    pub(super) page: Option<PageOutcome>,
    owners: BTreeMap<SlotId, [u8; 32]>,
    /// What another node has.
    pub(super) elsewhere: BTreeMap<SlotId, Vec<u8>>,
    /// Work that was asked for, and work that is not needed any more.
    pub(super) worked: Vec<WorkTask>,
    pub(super) stopped: Vec<u64>,
    /// What the sessions of calls were told, and whose.
    pub(super) sessions: Vec<(usize, CallCommand)>,
}

impl World {
    pub(super) fn new(count: usize) -> Self {
        let people = (0..count).map(|at| Person::new(&format!("Person {at}"))).collect();
        let (slots, owners, elsewhere) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (fetched, worked, stopped, sessions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { people, now: NOW, slots, fetched, page: None, owners, elsewhere, worked, stopped, sessions }
    }

    pub(super) fn account(&self, who: usize) -> kith_api::AccountId {
        kith_api::AccountId::from_bytes(self.people[who].core.account().to_bytes())
    }

    pub(super) fn transport(&self, who: usize) -> TransportId {
        TransportId::from_bytes(self.people[who].core.device.transport.public().to_bytes())
    }

    /// Calls and carries until nothing moves.
    pub(super) fn call(&mut self, who: usize, command: Command) -> Result<Reply, ApiError> {
        self.people[who].replies.clear();
        self.give(who, Input::Command(CommandId(1), command));
        self.people[who].replies.pop().expect("answered")
    }

    pub(super) fn give(&mut self, who: usize, input: Input) {
        let mut queue = vec![(who, input)];
        while !queue.is_empty() {
            let (who, input) = queue.remove(0);
            let outputs = self.people[who].run(input, self.now);
            self.carry(who, outputs, &mut queue);
        }
    }

    fn carry(&mut self, who: usize, outputs: Vec<Output>, queue: &mut Vec<(usize, Input)>) {
        let me = self.transport(who);
        for output in outputs {
            if self.people[who].hold && matches!(output, Output::Send { .. } | Output::Request { .. }) {
                self.people[who].held.push(output);
                continue;
            }
            match output {
                Output::Reply(_, reply) => self.people[who].replies.push(reply),
                Output::Event(event) => self.people[who].events.push(event),
                Output::Send { to, bytes, .. } => {
                    if let Some(to) = self.find(to) {
                        queue.push((to, Input::Peer { from: me, bytes }));
                    }
                }
                Output::Request { to, id, bytes, .. } => {
                    let Some(to) = self.find(to) else { continue };
                    self.people[to].answers.clear();
                    let outputs = self.people[to].run(Input::Request { from: me, request: 1, bytes }, self.now);
                    self.carry(to, outputs, queue);
                    let answer = self.people[to].answers.pop();
                    queue.push((who, Input::RequestAnswered { id, answer }));
                }
                Output::AnswerRequest { answer, .. } => self.people[who].answers.push(answer),
                Output::Track { peer, .. } => {
                    if self.find(peer).is_some() && !self.people[who].core.up.contains_key(&peer) {
                        queue.push((who, Input::PeerUp { peer, path: DIRECT }));
                    }
                }
                Output::ServeMailbox { id, .. } => {
                    queue.push((who, Input::MailboxServed { id, outcome: Ok(MailboxUsage::default()) }));
                }
                Output::Findable(keys) => self.people[who].findable = keys,
                Output::RelayOnly(_)
                | Output::PortMapping(_)
                | Output::Metered(_)
                | Output::Untrack { .. }
                | Output::Renew { .. }
                | Output::ServeSlots(_)
                | Output::Mailbox { .. }
                | Output::StopFetching => {}
                // A page of which every word is known.
                Output::FetchPage { id, url } => {
                    self.fetched.push(url);
                    if let Some(outcome) = self.page.clone() {
                        queue.push((who, Input::PageFetched { id, outcome }));
                    }
                }
                Output::PutSlot { slot, blob, id, owner_hash, .. } => {
                    if *self.owners.entry(slot).or_insert(owner_hash) == owner_hash {
                        let place = self.slots.entry(slot).or_insert_with(|| Some(Vec::new()));
                        *place = place.is_some().then_some(blob);
                        queue.push((who, Input::SlotPut { id, stored: 1 }));
                    } else {
                        queue.push((who, Input::SlotPut { id, stored: 0 }));
                    }
                }
                Output::GetSlot { id, slot, not, .. } => {
                    let outcome = self.slot_outcome(&slot, &not);
                    queue.push((who, Input::SlotGot { id, outcome }));
                }
                Output::Work { id, task } => {
                    self.worked.push(task);
                    if !self.people[who].idle {
                        queue.push((who, Input::Worked { id, nonce: task.find(|| false) }));
                    }
                }
                Output::Call(command) => self.sessions.push((who, command)),
                Output::StopWork { id } => self.stopped.push(id),
                Output::DeleteSlot { slot, .. } => {
                    self.slots.insert(slot, None);
                }
            }
        }
    }

    fn slot_outcome(&self, slot: &SlotId, not: &[[u8; 32]]) -> SlotOutcome {
        let is_it = |blob: &&Vec<u8>| !not.contains(blake3::hash(blob).as_bytes());
        match self.slots.get(slot) {
            Some(None) => SlotOutcome::Gone { used: true },
            Some(Some(blob)) if is_it(&blob) => SlotOutcome::Found(blob.clone()),
            Some(Some(_)) | None => match self.elsewhere.get(slot) {
                Some(blob) if is_it(&blob) => SlotOutcome::Found(blob.clone()),
                _ => SlotOutcome::Missing,
            },
        }
    }

    /// Puts a deleted bundle back, as a bootstrap node that lies would.
    pub(super) fn restore_slots(&mut self, kept: &BTreeMap<SlotId, Option<Vec<u8>>>) {
        self.slots.clone_from(kept);
    }

    pub(super) fn slots(&self) -> BTreeMap<SlotId, Option<Vec<u8>>> {
        self.slots.clone()
    }

    pub(super) fn find(&self, transport: TransportId) -> Option<usize> {
        (0..self.people.len()).find(|who| self.transport(*who) == transport)
    }

    pub(super) fn invite(&mut self, who: usize, single_use: bool, expires_s: Option<u64>) -> String {
        let params = params::InviteParams { single_use, expires_s, note: None, spoken: false };
        match self.call(who, Command::ContactsInvite(params)) {
            Ok(Reply::ContactsInvite(reply)) => reply.link,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn add(&mut self, who: usize, link: &str) -> Result<Reply, ApiError> {
        self.call(who, Command::ContactsAdd(params::AddParams { link: link.to_owned(), message: Some("hi".into()) }))
    }

    pub(super) fn accept(&mut self, who: usize, other: usize) {
        let account = self.account(other);
        self.call(who, Command::ContactsAccept(params::AccountParams { account })).unwrap();
    }

    /// The first invites, the second adds, the first accepts.
    pub(super) fn introduce(&mut self, inviter: usize, adder: usize) {
        let link = self.invite(inviter, true, None);
        self.add(adder, &link).unwrap();
        self.accept(inviter, adder);
    }

    pub(super) fn chat(&self, a: usize, b: usize) -> ChatId {
        ChatId::direct(&self.people[a].core.account(), &self.people[b].core.account())
    }

    pub(super) fn send(&mut self, from: usize, to: usize, text: &str) -> Result<Reply, ApiError> {
        let chat = kith_api::ChatId::from_bytes(self.chat(from, to).to_bytes());
        self.call(
            from,
            Command::ChatsSend(params::SendParams {
                chat,
                text: text.into(),
                reply_to: None,
                expires_s: None,
                preview: None,
            }),
        )
    }

    pub(super) fn texts(&mut self, who: usize, other: usize) -> Vec<MessageRow> {
        let chat = self.chat(who, other);
        let page = self.people[who].core.store.history(&chat, &kith_store::Anchor::End, 500, 0).unwrap();
        page.messages
    }

    /// Lets time pass for everybody, waking whoever wants it.
    pub(super) fn pass(&mut self, ms: u64) {
        let end = self.now + ms;
        while self.now < end {
            self.now = (self.now + 1000).min(end);
            for who in 0..self.people.len() {
                if self.people[who].core.next_wake().unwrap().is_some_and(|wake| wake <= self.now) {
                    self.give(who, Input::Wake);
                }
            }
        }
    }
}

impl Person {
    fn new(name: &str) -> Self {
        let (phrase, device) = (RecoveryPhrase::generate(), DeviceSecrets::generate());
        let mut store = Store::in_memory(&Key::random()).unwrap();
        let account = setup::create_profile(&mut store, &phrase, &device, name, NOW).unwrap();
        let seed = account.to_bytes();
        let core = Core::open(store, Identity { account, device }, seed, Options::default(), NOW).unwrap();
        Self {
            core,
            phrase,
            replies: Vec::new(),
            events: Vec::new(),
            answers: Vec::new(),
            held: Vec::new(),
            hold: false,
            findable: Vec::new(),
            idle: false,
        }
    }

    pub(super) fn run(&mut self, input: Input, now: u64) -> Vec<Output> {
        let batch = self.core.batch(now, |core, out| {
            if let Err(error) = core.handle(input, now, out) {
                eprintln!("refused: {error}");
            }
            Ok(())
        });
        batch.unwrap()
    }

    /// Puts something into the outbox that the product never would.
    pub(super) fn say(&mut self, to: AccountId, body: &kith_wire::Body, now: u64) -> Vec<Output> {
        self.core.batch(now, |core, _| core.enqueue_control(to, body, now)).unwrap()
    }

    pub(super) fn contact(&self, account: kith_api::AccountId) -> Option<kith_api::views::Contact> {
        self.core.get_contact(account).ok()
    }
}
