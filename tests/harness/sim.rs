//! The simulator: real cores and real databases in one thread, with a virtual clock and a virtual network.
//!
//! A seed decides everything the world does: who people are, delays (so order), losses, duplicates, partitions, crashes
//! before and after commits, skewed clocks. The ciphers draw session keys and ids of their own, and of two new sessions
//! the one with the lower id is used: a failing seed, which the test prints, may take a few runs to fail again.
//!
//! While it runs, the world checks what must hold at every moment (see [`check`]); tests check what must hold at the
//! end.

pub mod check;
pub mod mailbox;
pub mod person;
pub mod pool;

use std::collections::{BTreeMap, BTreeSet};

use kith_api::{
    Command, Event, Reply, params,
    views::{self, MessageState},
};
use kith_core::{CommandId, Input, MailboxUsage, Output, PeerPath, SendId, SlotOutcome};
use kith_wire::{MailboxOperation, MailboxResponse, RequestAnswer, SlotId, TransportId, UnverifiedRenewal, request};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use self::{
    check::Checks,
    mailbox::{Mailbox, Malice},
    person::{Crash, Person},
};

/// What the world does to people.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    /// Of a hundred sends, how many are lost.
    pub loss: u32,
    /// Of a hundred sends, how many arrive twice.
    pub duplicate: u32,
    /// The longest delay in milliseconds; the shortest is one.
    pub delay_ms: u64,
    /// Of a thousand batches, how many end in a crash.
    pub crash: u32,
    /// Of a thousand steps, how many cut or mend the connection of two people.
    pub partition: u32,
    /// Of a thousand steps, how many replace the connection of two people by another.
    pub reroute: u32,
    /// How far clocks may be off, in milliseconds either way.
    pub skew_ms: u64,
    /// Of a thousand steps, how many keep somebody's disk or put an older one back.
    pub rollback: u32,
    /// Of a hundred crashes, how many end with another transport key.
    pub renew: u32,
}

impl Faults {
    /// A kind world.
    pub const NONE: Self = Self {
        loss: 0,
        duplicate: 0,
        delay_ms: 20,
        crash: 0,
        partition: 0,
        reroute: 0,
        skew_ms: 0,
        rollback: 0,
        renew: 0,
    };
    /// Everything that goes wrong, often.
    pub const ROUGH: Self = Self {
        loss: 15,
        duplicate: 10,
        delay_ms: 3_000,
        crash: 30,
        partition: 10,
        reroute: 10,
        skew_ms: 120_000,
        ..Self::NONE
    };
    /// And disks go back in time.
    pub const FORGETFUL: Self = Self { rollback: 10, ..Self::ROUGH };
}

/// Something under way.
#[derive(Debug)]
enum Parcel {
    Input(Input),
    /// A request: the world remembers who to give the answer to.
    Request {
        from: usize,
        id: SendId,
        bytes: Vec<u8>,
    },
    /// A question to a mailbox.
    Mail {
        id: u64,
        mailbox: String,
        operation: MailboxOperation,
    },
}

/// What happens to the connection of two people.
#[derive(Debug, Clone, Copy)]
enum Link {
    Up,
    /// Another carries it from now on.
    Other,
    Down,
}

#[derive(Debug, Clone)]
struct Slot {
    blob: Option<Vec<u8>>,
    expires_at_ms: u64,
}

/// How often somebody wants another transport key while running: each time gives everybody more to do.
const RENEWALS: u32 = 3;

/// A world of people.
pub struct Sim {
    /// The true time, Unix milliseconds.
    pub now: u64,
    /// Everybody.
    pub people: Vec<Person>,
    /// What goes wrong.
    pub faults: Faults,
    /// How many envelopes were sent on connections, and how many questions were put to mailboxes.
    pub sent: (u64, u64),
    /// How many batches everybody has run.
    pub batches: u64,
    /// The batch that ends in a crash whatever the faults are, by its number.
    pub crash_at: Option<(u64, Crash)>,
    rng: StdRng,
    under_way: BTreeMap<(u64, u64), (usize, Parcel)>,
    order: u64,
    slots: BTreeMap<SlotId, Slot>,
    cut: BTreeMap<(usize, usize), bool>,
    linked: BTreeMap<(usize, usize), bool>,
    requests: BTreeMap<u64, (usize, SendId)>,
    /// When somebody may next look for somebody's record, or tell them at the door who they are.
    /// How often somebody may yet want another transport key while running.
    renewals: u32,
    looks: BTreeMap<(usize, usize), u64>,
    checks: Checks,
    /// Nodes that keep mail.
    pub mailboxes: Vec<Mailbox>,
    /// Who reaches no mailbox at the moment.
    pub away: BTreeSet<usize>,
}

/// How often a record is looked for.
const LOOK_EVERY_MS: u64 = 300_000;
const START_MS: u64 = 1_800_000_000_000;

impl Sim {
    /// A world of `count` people with fresh profiles, named after their number.
    #[must_use]
    pub fn new(seed: u64, count: usize, faults: Faults) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let people = (0..count)
            .map(|at| {
                let range = i64::try_from(faults.skew_ms).unwrap_or(0);
                let skew = rng.random_range(-range..=range);
                Person::new(at, rng.random(), skew, START_MS)
            })
            .collect();
        let mut sim = Self {
            now: START_MS,
            people,
            faults,
            sent: (0, 0),
            batches: 0,
            crash_at: None,
            rng,
            under_way: BTreeMap::new(),
            order: 0,
            slots: BTreeMap::new(),
            cut: BTreeMap::new(),
            linked: BTreeMap::new(),
            requests: BTreeMap::new(),
            looks: BTreeMap::new(),
            renewals: RENEWALS,
            checks: Checks::default(),
            mailboxes: Vec::new(),
            away: BTreeSet::new(),
        };
        for at in 0..count {
            let addresses = vec![format!("/memory/{at}")];
            sim.give(at, vec![Input::Addresses(addresses)]);
        }
        sim
    }

    /// A number up to `below`, from the world's seed.
    pub fn chance(&mut self, below: u32) -> u32 {
        self.rng.random_range(0..below)
    }

    /// Calls a method of a person and runs the world until it is answered.
    ///
    /// # Panics
    /// If the world stands still before, or ten virtual minutes pass.
    pub fn call(&mut self, who: usize, command: Command) -> Result<Reply, kith_api::ApiError> {
        let id = self.people[who].next_command();
        self.give(who, vec![Input::Command(id, command)]);
        let end = self.now + 600_000;
        loop {
            if let Some(reply) = self.people[who].replies.remove(&id) {
                return reply;
            }
            if self.people[who].lost_commands.remove(&id) {
                return Err(kith_api::ApiError::new(kith_api::ErrorCode::ShuttingDown, "crashed"));
            }
            assert!(self.step() && self.now < end, "no answer to a command");
        }
    }

    /// Writes a text in the chat of two people. `None` if the writer crashed before it was stored.
    pub fn send(&mut self, from: usize, to: usize, text: &str) -> Option<kith_api::MessageId> {
        let chat = self.people[from].chat_with(&self.people[to]);
        let params = params::SendParams { chat, text: text.to_owned(), reply_to: None, expires_s: None, preview: None };
        match self.call(from, Command::ChatsSend(params)) {
            Ok(Reply::ChatsSend(reply)) => Some(reply.message),
            Ok(other) => panic!("{other:?}"),
            Err(error) if error.code == kith_api::ErrorCode::ShuttingDown => None,
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Makes two people contacts: one invites, the other adds, the first accepts.
    pub fn introduce(&mut self, inviter: usize, adder: usize) {
        let faults = self.faults;
        self.faults = Faults { crash: 0, partition: 0, reroute: 0, rollback: 0, ..faults };
        let link = self.invite(inviter, true);
        let add = Command::ContactsAdd(params::AddParams { link, message: Some("hello".into()) });
        self.call(adder, add).expect("added");
        let account = self.people[adder].account();
        self.run_until("the request arrives", |sim| sim.people[inviter].knows(account));
        self.call(inviter, Command::ContactsAccept(params::AccountParams { account })).expect("accepted");
        let account = self.people[inviter].account();
        self.run_until("the acceptance arrives", |sim| sim.people[adder].is_open(account));
        self.faults = faults;
    }

    /// An invite link of a person.
    pub fn invite(&mut self, who: usize, single_use: bool) -> String {
        let params = params::InviteParams { single_use, expires_s: None, note: None, spoken: false };
        match self.call(who, Command::ContactsInvite(params)) {
            Ok(Reply::ContactsInvite(reply)) => reply.link,
            other => panic!("{other:?}"),
        }
    }

    /// Runs until `done`, at most ten virtual minutes of a world that is kind but for delays.
    pub fn run_until(&mut self, what: &str, mut done: impl FnMut(&mut Self) -> bool) {
        let end = self.now + 3_600_000;
        while !done(self) {
            assert!(self.step() && self.now < end, "never happened: {what}: {}", self.describe());
        }
    }

    /// Runs for some virtual time.
    pub fn run_for(&mut self, ms: u64) {
        let end = self.now + ms;
        while self.now < end && self.step() {}
        self.now = self.now.max(end);
    }

    /// Mends everything and runs until nobody has anything to send and nothing is under way, at most a virtual day.
    pub fn settle(&mut self) {
        self.faults = Faults::NONE;
        self.cut.clear();
        let end = self.now + 24 * 3_600_000;
        loop {
            self.relink();
            let quiet = self.under_way.is_empty() && self.people.iter_mut().all(Person::is_done);
            if quiet {
                return;
            }
            assert!(self.step() && self.now < end, "the world does not come to rest: {}", self.describe());
        }
    }

    fn describe(&mut self) -> String {
        let people: Vec<String> = self.people.iter_mut().map(|p| p.describe()).collect();
        format!("{} under way, {people:?}", self.under_way.len())
    }

    /// Cuts or mends the connection of two people.
    pub fn set_cut(&mut self, a: usize, b: usize, cut: bool) {
        self.cut.insert((a.min(b), a.max(b)), cut);
        self.relink();
    }

    /// The next thing happens: a parcel arrives, or somebody's alarm clock rings. `false` if nothing is left to happen.
    pub fn step(&mut self) -> bool {
        self.maybe_partition();
        self.maybe_reroute();
        self.maybe_roll_back();
        self.relink();
        let parcel = self.under_way.keys().next().map(|(at, _)| *at);
        let alarm = (0..self.people.len()).filter_map(|who| Some((self.people[who].next_wake()?, who))).min();
        match (parcel, alarm) {
            (Some(at), alarm) if alarm.is_none_or(|(wake, _)| at <= wake) => {
                self.now = self.now.max(at);
                if let Some((_, (to, parcel))) = self.under_way.pop_first() {
                    self.arrive(to, parcel);
                }
                true
            }
            (_, Some((wake, who))) => {
                self.now = self.now.max(wake);
                self.give(who, vec![Input::Wake]);
                true
            }
            (_, None) => false,
        }
    }

    fn arrive(&mut self, to: usize, parcel: Parcel) {
        match parcel {
            Parcel::Input(input) => {
                let mut batch = vec![input];
                // What arrives within the same five milliseconds shares a transaction, as it would in the node.
                while let Some(entry) = self.under_way.first_entry() {
                    if entry.key().0 > self.now + 5 || entry.get().0 != to || batch.len() >= 8 {
                        break;
                    }
                    let (key, (_, parcel)) = entry.remove_entry();
                    match parcel {
                        Parcel::Input(input) => batch.push(input),
                        other @ (Parcel::Request { .. } | Parcel::Mail { .. }) => {
                            self.under_way.insert(key, (to, other));
                            break;
                        }
                    }
                }
                batch.retain(|input| self.still_holds(to, input));
                self.give(to, batch);
            }
            // Who asked may be gone by now; the mailbox does what it was asked all the same.
            Parcel::Mail { id, mailbox, operation } => {
                let away = self.away.contains(&to);
                let response = if away { None } else { self.ask_mailbox(&mailbox, operation) };
                self.post(to, Parcel::Input(Input::Mailbox { id, response }));
            }
            Parcel::Request { from, id, bytes } => {
                if self.is_cut(from, to) {
                    self.post(from, Parcel::Input(Input::RequestAnswered { id, answer: None }));
                    return;
                }
                self.order += 1;
                let request = self.order;
                self.requests.insert(request, (from, id));
                let sender = self.people[from].transport();
                self.give(to, vec![Input::Request { from: sender, request, bytes }]);
                if self.requests.remove(&request).is_some() {
                    self.post(from, Parcel::Input(Input::RequestAnswered { id, answer: None }));
                }
            }
        }
    }

    /// The transport hands nothing over from a peer that is gone, and says nothing about it.
    fn still_holds(&self, to: usize, input: &Input) -> bool {
        let Input::Peer { from, .. } = input else { return true };
        self.find(*from).is_some_and(|from| self.is_linked(from, to))
    }

    /// Hands a batch to a person, maybe crashes them, and carries out what they ask.
    pub fn give(&mut self, who: usize, inputs: Vec<Input>) {
        if inputs.is_empty() {
            return;
        }
        self.batches += 1;
        let woken = inputs.iter().any(|input| matches!(input, Input::Wake));
        let rate = self.faults.crash;
        let crash = if let Some((_, crash)) = self.crash_at.filter(|(at, _)| *at == self.batches) {
            crash
        } else if rate == 0 || self.chance(1000) >= rate {
            Crash::No
        } else if self.chance(2) == 0 {
            Crash::BeforeCommit
        } else {
            Crash::AfterCommit
        };
        let now = self.now;
        let outputs = self.people[who].run(inputs, now, crash);
        if crash != Crash::No {
            self.unlink_all(who);
            if self.faults.renew > 0 && self.chance(100) < self.faults.renew {
                self.people[who].want_new_key();
            }
            let outputs = self.people[who].start(now);
            self.carry_out(who, outputs);
            self.sees_mailboxes(who);
            return;
        }
        self.carry_out(who, outputs);
        if woken {
            self.renew(who);
        }
        if self.faults.renew > 0 && self.renewals > 0 && self.chance(1000) < self.faults.renew {
            self.renewals -= 1;
            let wish = params::SettingsSetParams { key: views::RENEW_KEY.into(), value: true.into() };
            self.tell(who, Input::Command(CommandId(u64::MAX), Command::SettingsSet(wish)));
        }
    }

    /// Somebody takes another transport key while they run, if it is time. Those they were connected to see the endpoint of
    /// before go.
    fn renew(&mut self, who: usize) {
        let (now, before) = (self.now, self.people[who].transport());
        let outputs = self.people[who].renew_while_running(now);
        if self.people[who].transport() != before {
            // Who loses a connection looks for it at once.
            self.looks.retain(|(one, other), _| *one != who && *other != who);
            self.lose_requests_of(who);
            for other in 0..self.people.len() {
                if other != who && self.is_linked(who, other) {
                    self.linked.insert((who.min(other), who.max(other)), false);
                    self.tell(other, Input::PeerDown { peer: before });
                    self.tell_link(who, other, Link::Down);
                }
            }
        }
        self.carry_out(who, outputs);
    }

    /// The connections their requests go over are closed.
    fn lose_requests_of(&mut self, who: usize) {
        let of = |parcel: &Parcel| match parcel {
            Parcel::Request { from, id, .. } => (*from == who).then_some(*id),
            Parcel::Input(_) | Parcel::Mail { .. } => None,
        };
        let lost: Vec<SendId> = self.under_way.values().filter_map(|(_, parcel)| of(parcel)).collect();
        self.under_way.retain(|_, (_, parcel)| of(parcel).is_none());
        for id in lost {
            self.post(who, Parcel::Input(Input::RequestAnswered { id, answer: None }));
        }
    }

    fn carry_out(&mut self, who: usize, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Reply(id, reply) => {
                    self.people[who].replies.insert(id, reply);
                }
                Output::Event(event) => self.event(who, event),
                Output::Send { to, id, bytes } => self.transmit(who, to, id, bytes),
                Output::Request { to, id, bytes, .. } => match self.find(to) {
                    Some(to) => self.post(to, Parcel::Request { from: who, id, bytes }),
                    None => self.post(who, Parcel::Input(Input::RequestAnswered { id, answer: None })),
                },
                Output::AnswerRequest { request, answer } => self.answer(request, answer),
                Output::Track { peer, .. } => {
                    self.people[who].tracked.insert(peer);
                }
                Output::Untrack { peer } => {
                    self.people[who].tracked.remove(&peer);
                }
                Output::PutSlot { id, slot, blob, expires_at_ms, .. } => {
                    let place =
                        self.slots.entry(slot).or_insert_with(|| Slot { blob: Some(Vec::new()), expires_at_ms });
                    *place = Slot { blob: place.blob.is_some().then_some(blob), expires_at_ms };
                    self.post(who, Parcel::Input(Input::SlotPut { id, stored: 1 }));
                }
                Output::GetSlot { id, slot, not, .. } => {
                    let outcome = match self.slots.get(&slot) {
                        None => SlotOutcome::Missing,
                        Some(Slot { expires_at_ms, .. }) if *expires_at_ms <= self.now => {
                            SlotOutcome::Gone { used: false }
                        }
                        // There is one node with slots: what lies there was brought before.
                        Some(Slot { blob: Some(_), .. }) if !not.is_empty() => SlotOutcome::Missing,
                        Some(Slot { blob: Some(blob), .. }) => SlotOutcome::Found(blob.clone()),
                        Some(Slot { blob: None, .. }) => SlotOutcome::Gone { used: true },
                    };
                    self.post(who, Parcel::Input(Input::SlotGot { id, outcome }));
                }
                Output::DeleteSlot { slot, .. } => {
                    if let Some(slot) = self.slots.get_mut(&slot) {
                        slot.blob = None;
                    }
                }
                Output::Mailbox { id, mailbox, operation, .. } => {
                    self.post(who, Parcel::Mail { id, mailbox, operation });
                }
                Output::ServeMailbox { id, .. } => {
                    let outcome = Ok(MailboxUsage::default());
                    self.post(who, Parcel::Input(Input::MailboxServed { id, outcome }));
                }
                Output::Work { id, task } => {
                    let nonce = task.find(|| false);
                    self.post(who, Parcel::Input(Input::Worked { id, nonce }));
                }
                Output::Renew { .. } => self.people[who].tracked.clear(),
                // Nobody here sends links, or calls.
                Output::ServeSlots(_)
                | Output::Call(_)
                | Output::Findable(_)
                | Output::RelayOnly(_)
                | Output::PortMapping(_)
                | Output::Metered(_)
                | Output::FetchPage { .. }
                | Output::StopFetching
                | Output::StopWork { .. } => {}
            }
        }
    }

    fn ask_mailbox(&mut self, link: &str, operation: MailboxOperation) -> Option<MailboxResponse> {
        self.sent.1 += 1;
        let (loss, now) = (self.faults.loss, self.now);
        // Lost on the way there, or on the way back.
        if loss > 0 && self.chance(100) < loss {
            return None;
        }
        let mailbox = self.mailboxes.iter_mut().find(|mailbox| mailbox.link() == link)?;
        let response = mailbox.ask(operation, now, &mut self.rng);
        if loss > 0 && self.chance(100) < loss { None } else { response }
    }

    /// Sets up nodes that keep mail, one for each kind of malice, and lets everybody see them.
    pub fn with_mailboxes(mut self, malice: &[Malice]) -> Self {
        let numbered = (0..).zip(malice);
        self.mailboxes = numbered.map(|(at, malice)| Mailbox::new(at, *malice)).collect();
        for who in 0..self.people.len() {
            self.sees_mailboxes(who);
        }
        self.run_for(1_000);
        self
    }

    fn sees_mailboxes(&mut self, who: usize) {
        let links: Vec<String> = self.mailboxes.iter().map(Mailbox::link).collect();
        if !links.is_empty() {
            self.post(who, Parcel::Input(Input::MailboxesSeen(links)));
        }
    }

    /// Sees to it that nobody is connected to anybody from now on.
    pub fn cut_everybody(&mut self) {
        for a in 0..self.people.len() {
            for b in a + 1..self.people.len() {
                self.set_cut(a, b, true);
            }
        }
    }

    /// Ends all faults but what is cut, and runs until nobody has anything to send, at most thirty virtual days.
    pub fn settle_by_mail(&mut self) {
        self.faults = Faults::NONE;
        for mailbox in &mut self.mailboxes {
            mailbox.malice = Malice::default();
        }
        let end = self.now + 30 * 24 * 3_600_000;
        while !self.people.iter_mut().all(Person::is_done) {
            assert!(self.step() && self.now < end, "the world does not come to rest: {}", self.describe());
        }
    }

    fn answer(&mut self, request: u64, answer: RequestAnswer) {
        if let Some((from, id)) = self.requests.remove(&request) {
            let lost = self.faults.loss > 0 && self.chance(100) < self.faults.loss;
            let answer = (!lost).then_some(answer);
            self.post(from, Parcel::Input(Input::RequestAnswered { id, answer }));
        }
    }

    fn event(&mut self, who: usize, event: Event) {
        if let Event::Notify { message, .. } = &event {
            self.checks.shown(who, *message);
        }
        if let Event::MessageState { message, state, .. } = &event {
            self.checks.state(who, *message, *state);
            if matches!(state, MessageState::Delivered | MessageState::Seen) {
                let stored = self
                    .people
                    .iter_mut()
                    .enumerate()
                    .any(|(at, p)| at != who && (p.has(*message) || p.lost.contains(message)));
                assert!(stored, "delivered, but nobody has it (I4)");
            }
        }
        self.people[who].events.push(event);
    }

    fn transmit(&mut self, who: usize, to: TransportId, id: SendId, bytes: Vec<u8>) {
        let Some(to) = self.find(to).filter(|to| self.is_linked(who, *to)) else {
            self.post(who, Parcel::Input(Input::SendResult { id, ok: false }));
            return;
        };
        self.sent.0 += 1;
        self.checks.sent(&self.people[who], &self.people[to], &bytes);
        self.post(who, Parcel::Input(Input::SendResult { id, ok: true }));
        let from = self.people[who].transport();
        if self.faults.loss > 0 && self.chance(100) < self.faults.loss {
            return;
        }
        if self.faults.duplicate > 0 && self.chance(100) < self.faults.duplicate {
            self.post(to, Parcel::Input(Input::Peer { from, bytes: bytes.clone() }));
        }
        self.post(to, Parcel::Input(Input::Peer { from, bytes }));
    }

    fn post(&mut self, to: usize, parcel: Parcel) {
        let delay = self.rng.random_range(1..=self.faults.delay_ms.max(1));
        self.order += 1;
        self.under_way.insert((self.now + delay, self.order), (to, parcel));
    }

    fn find(&self, transport: TransportId) -> Option<usize> {
        self.people.iter().position(|person| person.transport() == transport)
    }

    fn is_cut(&self, a: usize, b: usize) -> bool {
        self.cut.get(&(a.min(b), a.max(b))).copied().unwrap_or(false)
    }

    fn is_linked(&self, a: usize, b: usize) -> bool {
        self.linked.get(&(a.min(b), a.max(b))).copied().unwrap_or(false)
    }

    fn maybe_partition(&mut self) {
        if self.faults.partition == 0 || self.chance(1000) >= self.faults.partition || self.people.len() < 2 {
            return;
        }
        let count = u32::try_from(self.people.len()).unwrap_or(2);
        let (a, b) = (self.chance(count) as usize, self.chance(count) as usize);
        if a != b {
            let cut = !self.is_cut(a, b);
            self.set_cut(a, b, cut);
        }
    }

    fn maybe_reroute(&mut self) {
        if self.faults.reroute == 0 || self.chance(1000) >= self.faults.reroute || self.people.len() < 2 {
            return;
        }
        let count = u32::try_from(self.people.len()).unwrap_or(2);
        let (a, b) = (self.chance(count) as usize, self.chance(count) as usize);
        if a != b && self.is_linked(a, b) {
            self.reroute(a, b);
        }
    }

    /// Replaces the connection of two linked people by another. Some of what is under way on the old one is lost. Either
    /// hears that the path changed; or the first noticed that the old one was dead before there was another.
    fn reroute(&mut self, a: usize, b: usize) {
        let (at_a, at_b) = (self.people[a].transport(), self.people[b].transport());
        let between = |to: usize, parcel: &Parcel| match parcel {
            Parcel::Input(Input::Peer { from, .. }) => (to == a && *from == at_b) || (to == b && *from == at_a),
            Parcel::Input(_) | Parcel::Request { .. } | Parcel::Mail { .. } => false,
        };
        let lost = [0, 50, 100][self.chance(3) as usize];
        let rng = &mut self.rng;
        self.under_way.retain(|_, (to, parcel)| !between(*to, parcel) || rng.random_range(0..100) >= lost);
        if self.chance(2) == 0 {
            self.tell_link(a, b, Link::Down);
            self.tell_link(a, b, Link::Up);
        } else {
            self.tell_link(a, b, Link::Other);
        }
        self.tell_link(b, a, Link::Other);
    }

    fn maybe_roll_back(&mut self) {
        if self.faults.rollback == 0 || self.chance(1000) >= self.faults.rollback {
            return;
        }
        let count = u32::try_from(self.people.len()).unwrap_or(1);
        let who = self.chance(count) as usize;
        if self.people[who].kept.is_none() {
            self.people[who].keep_disk();
        } else {
            self.roll_back(who);
        }
    }

    /// Puts somebody's disk back as it was when it was last kept, if it was, and starts them.
    pub fn roll_back(&mut self, who: usize) {
        let now = self.now;
        if self.people[who].kept.is_none() {
            return;
        }
        self.unlink_all(who);
        self.people[who].put_disk_back(now);
        self.checks.forget(who);
        let outputs = self.people[who].start(now);
        self.carry_out(who, outputs);
        self.sees_mailboxes(who);
        self.give(who, vec![Input::Addresses(vec![format!("/memory/{who}")])]);
    }

    /// Connects those who let each other in and are not cut off, disconnects the others.
    fn relink(&mut self) {
        for a in 0..self.people.len() {
            for b in a + 1..self.people.len() {
                self.look(a, b);
                self.look(b, a);
                let wanted = !self.is_cut(a, b)
                    && self.people[a].lets_in(&self.people[b])
                    && self.people[b].lets_in(&self.people[a]);
                if wanted != self.is_linked(a, b) {
                    self.linked.insert((a, b), wanted);
                    let link = if wanted { Link::Up } else { Link::Down };
                    self.tell_link(a, b, link);
                    self.tell_link(b, a, link);
                }
            }
        }
    }

    /// Who looks for somebody by a key that is not theirs any more finds their record, cut off or not; who is not let in by
    /// somebody who would let them in says who they are.
    fn look(&mut self, who: usize, other: usize) {
        let (me, them) = (&self.people[who], &self.people[other]);
        let searches = me.looks_for_former(them);
        let at_the_door = !self.is_cut(who, other) && me.lets_in(them) && them.looks_for_former(me);
        if !(searches || at_the_door) || self.looks.get(&(who, other)).is_some_and(|next| *next > self.now) {
            return;
        }
        self.looks.insert((who, other), self.now + LOOK_EVERY_MS);
        let renewal = |person: &mut Person| person.core().renewal().expect("they have another key");
        if searches {
            let encoded = renewal(&mut self.people[other]).encode();
            let renewal = UnverifiedRenewal::decode(&encoded).expect("a renewal");
            self.post(who, Parcel::Input(Input::Moved { renewal, addresses: vec![format!("/memory/{other}")] }));
        }
        if at_the_door {
            let bytes = request::moved_frame(&renewal(&mut self.people[who]));
            self.post(other, Parcel::Request { from: who, id: SendId(u64::MAX), bytes });
        }
    }

    fn tell_link(&mut self, who: usize, other: usize, link: Link) {
        let peer = self.people[other].transport();
        let path = PeerPath::Direct { rtt_ms: None, over: kith_api::views::PathOver::Lan };
        let input = match link {
            Link::Up => Input::PeerUp { peer, path },
            Link::Other => Input::PeerPath { peer, path },
            Link::Down => Input::PeerDown { peer },
        };
        self.tell(who, input);
    }

    fn tell(&mut self, who: usize, input: Input) {
        let (now, faults) = (self.now, self.faults);
        self.faults.crash = 0;
        self.give(who, vec![input]);
        self.faults = faults;
        self.now = now;
    }

    fn unlink_all(&mut self, who: usize) {
        for other in 0..self.people.len() {
            if other != who && self.is_linked(who, other) {
                self.linked.insert((who.min(other), who.max(other)), false);
                self.tell_link(other, who, Link::Down);
            }
        }
        self.under_way.retain(|_, (to, parcel)| *to != who || !matches!(parcel, Parcel::Input(_)));
    }
}
