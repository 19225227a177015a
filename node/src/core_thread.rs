//! The thread that owns the core.
//!
//! It takes everything that waits, at most [`BATCH`] inputs, runs one transaction with a savepoint per input, commits,
//! and only then lets anything out. So what peers and clients see is on disk, and one disk flush serves many messages.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use kith_api::{ApiError, Command, ErrorCode, Method, Reply, Snapshot, method, params::Nothing};
use kith_core::{CallCommand, CallNews, CommandId, Core, FailedBatch, Input, NewSticker, Output, Timestamp};
use kith_net::NetCommand;
use kith_store::ProfileLock;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    clock::{now_ms, zone},
    events::{Events, Hub},
    keys::Counter,
    link_preview::Wanted,
    public_address::Labour,
    router::{self, Outgoing},
};

/// Inputs that share a transaction. More would only make the first of them wait longer.
const BATCH: usize = 64;
/// Inputs that may wait: some batches, so that the network and clients are slowed down early.
pub(crate) const CORE_QUEUE: usize = 1024;
/// Commands to the network that may wait: one `Track` for every contact's device at start-up, and room to spare.
pub(crate) const NET_QUEUE: usize = 8192;
/// The timer looks at the clock at least this often, because the clock can be set.
const CLOCK_CHECK: Duration = Duration::from_secs(30);

/// A database that refuses, because the disk is full, is not asked again sooner than this.
const RETRY_AFTER_FAILURE_MS: u64 = 1000;

pub(crate) type Answer = oneshot::Sender<Result<Reply, ApiError>>;

/// What the thread is told.
pub(crate) enum ToCore {
    /// A client calls.
    Call(Command, Answer),
    /// A client adds a picture, which is ready to be kept.
    AddSticker(NewSticker, Answer),
    /// Something happened.
    Input(Input),
    /// A client wants to see everything, and what follows.
    Snapshot(oneshot::Sender<Result<(Snapshot, Events), ApiError>>),
    /// Answer when everything before this is handled and released.
    Flush(oneshot::Sender<()>),
    /// Close the database and end.
    Stop,
}

/// What the thread works with.
pub(crate) struct CoreThread {
    pub(crate) core: Core,
    pub(crate) inbox: mpsc::Receiver<ToCore>,
    pub(crate) outgoing: Released,
    pub(crate) wake: watch::Sender<Option<Timestamp>>,
    pub(crate) counter: Counter,
    /// What the core was told of the place.
    pub(crate) zone: Option<jiff::tz::TimeZone>,
    /// Held until the database is closed.
    pub(crate) lock: ProfileLock,
}

/// Where released outputs go.
pub(crate) struct Released {
    net: mpsc::Sender<NetCommand>,
    work: mpsc::Sender<Labour>,
    sessions: mpsc::Sender<CallCommand>,
    hub: Arc<Hub>,
    /// The page to look at.
    pages: watch::Sender<Wanted>,
    /// Envelopes on their way through the network.
    in_flight: watch::Sender<u64>,
    calls: BTreeMap<CommandId, Answer>,
    last_call: u64,
    /// Commands that found no room, in order; only those that the core is not told about.
    held: VecDeque<NetCommand>,
    /// What the core is told about the others.
    refused: Vec<Input>,
}

impl CoreThread {
    /// Runs until told to stop, or until nobody is left who could tell.
    ///
    /// `first` is what the core must know before it starts up.
    pub(crate) fn run(mut self, first: Input) {
        let (now, here) = (now_ms(), self.moved());
        let started = self.core.batch(now, |core, out| {
            core.handle(first, now, out)?;
            here.map_or(Ok(()), |here| core.handle(here, now, out))?;
            core.startup(now, out)
        });
        match started {
            Ok(out) => self.outgoing.release(out),
            Err(error) => tracing::error!(%error, "the start-up of the core failed"),
        }
        let next = self.next_wake();
        self.wake.send_replace(next);
        loop {
            self.outgoing.retry_held();
            let mut inputs = std::mem::take(&mut self.outgoing.refused);
            if inputs.is_empty() {
                let Some(first) = self.inbox.blocking_recv() else { return };
                if !self.take(first, &mut inputs) {
                    return self.close();
                }
            }
            while inputs.len() < BATCH
                && let Ok(next) = self.inbox.try_recv()
            {
                if !self.take(next, &mut inputs) {
                    return self.close();
                }
            }
            self.batch(&mut inputs);
        }
    }

    /// Collects an input; handles what is no input after everything before it. False means stop.
    fn take(&mut self, message: ToCore, inputs: &mut Vec<Input>) -> bool {
        match message {
            ToCore::Call(command, answer) => inputs.push(Input::Command(self.outgoing.remember(answer), command)),
            ToCore::AddSticker(new, answer) => inputs.push(Input::AddSticker(self.outgoing.remember(answer), new)),
            ToCore::Input(input) => inputs.push(input),
            ToCore::Snapshot(answer) => {
                self.batch(inputs);
                // A client that went away needs no snapshot.
                let _gone = answer.send(self.snapshot());
            }
            ToCore::Flush(answer) => {
                self.batch(inputs);
                let _gone = answer.send(());
            }
            ToCore::Stop => {
                self.batch(inputs);
                return false;
            }
        }
        true
    }

    /// One transaction for all of `inputs`.
    fn batch(&mut self, inputs: &mut Vec<Input>) {
        if inputs.is_empty() {
            return;
        }
        inputs.extend(self.moved());
        let inputs = std::mem::take(inputs);
        let woken = inputs.iter().any(|input| matches!(input, Input::Wake));
        let asked = |input: &Input| {
            if let Input::Command(id, _) | Input::AddSticker(id, _) = input { Some(*id) } else { None }
        };
        let asked: Vec<CommandId> = inputs.iter().filter_map(asked).collect();
        let now = now_ms();
        let done = self.core.batch(now, |core, out| {
            for input in inputs {
                // The core has taken back what this one input did, and told the client if there is one.
                if let Err(error) = core.handle(input, now, out) {
                    tracing::debug!(%error, "an input was refused");
                }
            }
            Ok(())
        });
        let failed = done.is_err();
        match done {
            Ok(out) => self.outgoing.release(out),
            Err(FailedBatch { error, answered }) => {
                tracing::error!(%error, "a batch was not committed; nothing of it happened");
                self.outgoing.fail(asked.into_iter().chain(answered), &error.to_api());
            }
        }
        if woken {
            self.renew(now);
        }
        let mut next = self.next_wake();
        if failed {
            next = Some(next.unwrap_or(0).max(now_ms() + RETRY_AFTER_FAILURE_MS));
        }
        self.wake.send_if_modified(|wake| {
            let changed = *wake != next || woken;
            *wake = next;
            changed
        });
    }

    /// Takes another transport key if it is time.
    fn renew(&mut self, now: Timestamp) {
        match self.core.renew_transport_while_running(now) {
            Ok(out) => self.outgoing.release(out),
            Err(FailedBatch { error, answered }) => {
                tracing::error!(%error, "the transport key stays");
                self.outgoing.fail(answered.into_iter(), &error.to_api());
            }
        }
    }

    /// Tells of the place if it is another one.
    fn moved(&mut self) -> Option<Input> {
        let here = Some(zone());
        if self.zone == here {
            return None;
        }
        self.zone.clone_from(&here);
        here.map(Input::Zone)
    }

    fn next_wake(&self) -> Option<Timestamp> {
        self.core.next_wake().unwrap_or_else(|error| {
            tracing::error!(%error, "the core does not know when it is due");
            Some(now_ms() + RETRY_AFTER_FAILURE_MS)
        })
    }

    /// Everything a client shows first, and the events that follow it: nothing is published in between, because only
    /// this thread publishes what the core says.
    fn snapshot(&mut self) -> Result<(Snapshot, Events), ApiError> {
        let profile = self.ask::<method::ProfileGet>(Nothing {})?;
        let contacts = self.ask::<method::ContactsList>(Nothing {})?.contacts;
        let chats = self.ask::<method::ChatsList>(Nothing {})?.chats;
        let settings = self.ask::<method::SettingsGet>(Nothing {})?.settings;
        let calls = self.ask::<method::CallsList>(Nothing {})?.calls;
        let events = self.outgoing.hub.read_new();
        let (_, network) = self.outgoing.hub.position();
        Ok((Snapshot { seq: events.seq(), profile, contacts, chats, network, settings, calls }, events))
    }

    fn ask<M: Method>(&mut self, params: M::Params) -> Result<M::Reply, ApiError> {
        let id = self.outgoing.next_id();
        let command = M::command(params);
        let now = now_ms();
        let out = self.core.batch(now, |core, out| core.handle(Input::Command(id, command), now, out));
        let out = out.map_err(|failed| failed.error.to_api())?;
        let mut reply = Err(no_answer());
        let mut rest = Vec::new();
        for output in out {
            match router::outgoing(output) {
                Outgoing::Reply(to, answer) if to == id => reply = answer,
                other @ (Outgoing::Reply(..)
                | Outgoing::Event(_)
                | Outgoing::Net(_)
                | Outgoing::Page(_)
                | Outgoing::Work(_)
                | Outgoing::Call(_)) => rest.push(other),
            }
        }
        for output in rest {
            self.outgoing.let_out(output);
        }
        M::reply(reply?).ok_or_else(no_answer)
    }

    /// Closes the database properly and gives the profile back.
    fn close(self) {
        let Self { core, mut counter, lock, .. } = self;
        let store = core.into_store();
        match store.bump_generation() {
            Ok(_) if counter.forget_wiped() => {}
            Ok(generation) => {
                if let Err(error) = counter.write(generation) {
                    tracing::warn!(%error, "the counter that notices a copied-back database was not written");
                }
            }
            Err(error) => tracing::warn!(%error, "the generation of the database was not raised"),
        }
        if let Err(error) = store.checkpoint() {
            tracing::warn!(%error, "the database was not checkpointed; the next start does it");
        }
        drop(store);
        drop(lock);
    }
}

fn no_answer() -> ApiError {
    ApiError::new(ErrorCode::Internal, "the core gave no answer")
}

impl Released {
    pub(crate) fn new(
        (net, pages, work): (mpsc::Sender<NetCommand>, watch::Sender<Wanted>, mpsc::Sender<Labour>),
        sessions: mpsc::Sender<CallCommand>,
        hub: Arc<Hub>,
        in_flight: watch::Sender<u64>,
    ) -> Self {
        let (calls, held, refused) = (BTreeMap::new(), VecDeque::new(), Vec::new());
        Self { net, work, sessions, pages, hub, in_flight, calls, last_call: 0, held, refused }
    }

    fn next_id(&mut self) -> CommandId {
        self.last_call += 1;
        CommandId(self.last_call)
    }

    fn remember(&mut self, answer: Answer) -> CommandId {
        let id = self.next_id();
        self.calls.insert(id, answer);
        id
    }

    /// Lets committed outputs out.
    fn release(&mut self, out: Vec<Output>) {
        for output in out {
            self.let_out(router::outgoing(output));
        }
    }

    fn let_out(&mut self, output: Outgoing) {
        match output {
            Outgoing::Reply(id, reply) => self.answer(id, reply),
            Outgoing::Event(event) => self.hub.publish(event),
            Outgoing::Net(command) => self.send(command),
            Outgoing::Page(wanted) => {
                self.pages.send_replace(wanted);
            }
            Outgoing::Work(labour) => self.order(labour),
            Outgoing::Call(command) => self.order_call(command),
        }
    }

    /// Tells everybody who asked, or would have been answered, that the batch failed.
    fn fail(&mut self, commands: impl Iterator<Item = CommandId>, error: &ApiError) {
        for id in commands {
            self.answer(id, Err(error.clone()));
        }
    }

    fn answer(&mut self, id: CommandId, reply: Result<Reply, ApiError>) {
        if let Some(answer) = self.calls.remove(&id) {
            // A client that went away needs no answer.
            let _gone = answer.send(reply);
        }
    }

    /// Never waits: a call whose orders find no room is over.
    fn order_call(&mut self, command: CallCommand) {
        if let Err(mpsc::error::TrySendError::Full(command)) = self.sessions.try_send(command) {
            self.refused.push(Input::Call { call: command.call(), news: CallNews::Broken });
        }
    }

    /// Never waits either.
    fn order(&mut self, labour: Labour) {
        if let Err(mpsc::error::TrySendError::Full(Labour::Do { id, .. })) = self.work.try_send(labour) {
            self.refused.push(Input::Worked { id, nonce: None });
        }
    }

    /// Never waits: the network may itself be waiting for the core to take its events.
    fn send(&mut self, command: NetCommand) {
        if matches!(command, NetCommand::Send { .. }) {
            self.in_flight.send_modify(|count| *count += 1);
        }
        let result = if self.held.is_empty() {
            self.net.try_send(command)
        } else {
            Err(mpsc::error::TrySendError::Full(command))
        };
        match result {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(command)) => match router::refused(command) {
                Ok(input) => {
                    if matches!(input, Input::SendResult { .. }) {
                        self.in_flight.send_modify(|count| *count = count.saturating_sub(1));
                    }
                    self.refused.push(input);
                }
                Err(command) => self.held.push_back(*command),
            },
            // The network is stopping, and so is this node.
            Err(mpsc::error::TrySendError::Closed(_)) => {}
        }
    }

    fn retry_held(&mut self) {
        while let Some(command) = self.held.pop_front() {
            if let Err(mpsc::error::TrySendError::Full(command)) = self.net.try_send(command) {
                self.held.push_front(command);
                return;
            }
        }
    }
}

/// Tells the core when its time has come.
pub(crate) async fn timer(mut wake: watch::Receiver<Option<Timestamp>>, core: mpsc::Sender<ToCore>) {
    loop {
        let next = *wake.borrow_and_update();
        let due = next.map(|at| Duration::from_millis(at.saturating_sub(now_ms())));
        match due {
            Some(Duration::ZERO) => {
                if core.send(ToCore::Input(Input::Wake)).await.is_err() || wake.changed().await.is_err() {
                    return;
                }
            }
            Some(wait) => {
                // Either the time has come or it was changed: both are looked at again above.
                if let Ok(Err(_closed)) = tokio::time::timeout(wait.min(CLOCK_CHECK), wake.changed()).await {
                    return;
                }
            }
            None => {
                if wake.changed().await.is_err() {
                    return;
                }
            }
        }
    }
}
