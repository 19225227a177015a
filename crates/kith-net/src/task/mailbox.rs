//! Mail this node keeps for others, if its user agreed to.
//!
//! Opening and closing the store waits for the disk, so it happens beside the task: one order at a time.

use std::{collections::VecDeque, path::PathBuf};

use kith_wire::MailboxResponse;
use libp2p::Multiaddr;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use super::Task;
use crate::{
    addr,
    api::NetEvent,
    mailbox::{
        self, AdmissionRules, Channel, Mailbox, MailboxConfig, MailboxError, MailboxEvent, MailboxLimits, MailboxRules,
        MailboxStats, MailboxUsage, connection_of,
    },
    server::source::{Exempt, Source},
};

/// What is to be done with the mailbox.
struct Order {
    id: u64,
    serve: Option<MailboxRules>,
    erase: bool,
}

/// What was done.
pub(super) struct Done {
    id: u64,
    /// The mailbox, if it was opened.
    opened: Option<Mailbox>,
    outcome: Result<MailboxUsage, MailboxError>,
}

/// What the task hears of its mailbox.
pub(super) enum Happened {
    Answer(Channel, MailboxResponse),
    Done(Box<Done>),
}

/// The mailbox of a node.
pub(super) struct Keeping {
    /// Where it may lie; without a folder this node keeps nothing.
    dir: Option<PathBuf>,
    open: Option<Mailbox>,
    serving: bool,
    orders: VecDeque<Order>,
    under_way: Option<(u64, oneshot::Receiver<Done>)>,
    stats: MailboxStats,
    tracker: TaskTracker,
}

impl Keeping {
    pub(super) fn new(dir: Option<PathBuf>, stats: MailboxStats, tracker: &TaskTracker) -> Self {
        Self {
            dir,
            open: None,
            serving: false,
            orders: VecDeque::new(),
            under_way: None,
            stats,
            tracker: tracker.clone(),
        }
    }

    /// What happens next.
    pub(super) async fn next(&mut self) -> Happened {
        let done = async {
            let Some((id, work)) = &mut self.under_way else { return std::future::pending().await };
            let failed = |id| {
                let outcome = Err(MailboxError::Store { reason: "it was given up".to_owned() });
                Done { id, opened: None, outcome }
            };
            work.await.unwrap_or_else(|_dropped| failed(*id))
        };
        tokio::select! {
            (channel, response) = Mailbox::answer_of(&mut self.open) => Happened::Answer(channel, response),
            done = done => {
                self.under_way = None;
                Happened::Done(Box::new(done))
            }
        }
    }
}

impl Task {
    /// Keeps mail by these rules, or answers nobody any more; says what is kept.
    pub(super) fn serve_mailbox(&mut self, id: u64, serve: Option<MailboxRules>, erase: bool) {
        self.keeping.orders.push_back(Order { id, serve, erase });
        self.next_order();
    }

    fn next_order(&mut self) {
        if self.keeping.under_way.is_some() {
            return;
        }
        let Some(Order { id, serve, erase }) = self.keeping.orders.pop_front() else { return };
        let Some(dir) = self.keeping.dir.clone() else {
            let outcome = Err(MailboxError::Store { reason: "this node has no folder for it".to_owned() });
            self.emit(NetEvent::MailboxServed { id, outcome });
            return self.next_order();
        };
        // Nobody is let in before the rules are there, and nobody after they are gone.
        let serving = serve.is_some() && !erase;
        if !serving {
            self.set_serving(false);
        }
        let (answer, answered) = oneshot::channel();
        self.keeping.under_way = Some((id, answered));
        let (key, stats) = (self.key.duplicate(), self.keeping.stats.clone());
        let open = if erase { self.keeping.open.take() } else { None };
        let control = self.keeping.open.as_ref().and_then(Mailbox::control);
        self.keeping.tracker.spawn_blocking(move || {
            drop(open);
            let (opened, outcome) = match control {
                _ if erase => (None, mailbox::erase(&dir).map(|()| MailboxUsage::default())),
                Some(control) => (None, control.apply(serve)),
                None if serve.is_none() && !mailbox::is_there(&dir) => (None, Ok(MailboxUsage::default())),
                None => {
                    let MailboxRules { admission, limits } = serve.unwrap_or_else(nobody);
                    let config = MailboxConfig { dir, admission, limits };
                    let opened = Mailbox::start(config, key, stats);
                    match opened.map(|opened| (opened.control(), opened)) {
                        Ok((Some(control), opened)) => (Some(opened), control.apply(None)),
                        Ok((None, _)) => (None, Err(MailboxError::Store { reason: "it has ended".to_owned() })),
                        Err(error) => (None, Err(error)),
                    }
                }
            };
            // Whoever asked is this task, which is gone only when the node ends.
            drop(answer.send(Done { id, opened, outcome }));
        });
        self.keeping.serving = serving;
    }

    pub(super) fn on_keeping(&mut self, happened: Happened) {
        match happened {
            Happened::Answer(channel, response) => self.answer_mail(channel, response),
            Happened::Done(done) => self.order_done(*done),
        }
    }

    fn order_done(&mut self, done: Done) {
        let Done { id, opened, outcome } = done;
        if opened.is_some() {
            self.keeping.open = opened;
        }
        if let Err(error) = &outcome {
            tracing::warn!(%error, "the mailbox of this node");
        }
        self.set_serving(self.keeping.serving && outcome.is_ok());
        self.emit(NetEvent::MailboxServed { id, outcome });
        self.next_order();
    }

    fn set_serving(&mut self, on: bool) {
        self.keeping.serving = on;
        self.swarm.behaviour_mut().mailbox.set(on);
    }

    pub(super) fn on_mailbox(&mut self, event: MailboxEvent) {
        let connection = connection_of(&event);
        let remote = self.links.values().find_map(|links| links.get(&connection)).map(|link| &link.remote);
        let source = Source::of(remote.unwrap_or(&Multiaddr::empty()), Exempt::Loopback);
        let serving = self.keeping.serving;
        let Some(mailbox) = self.keeping.open.as_mut().filter(|_| serving) else { return };
        if let Some((channel, response)) = mailbox.on_event(event, source) {
            self.answer_mail(channel, response);
        }
    }

    fn answer_mail(&mut self, channel: Channel, response: MailboxResponse) {
        if self.keeping.serving && self.swarm.behaviour_mut().mailbox.answer(channel, response).is_err() {
            tracing::debug!("the asker is gone");
        }
    }

    /// Where anybody can reach this node by itself: what was confirmed, or, while nobody is there to confirm anything,
    /// what looks as if.
    pub(super) fn reachable(&self) -> Vec<Multiaddr> {
        let lab = self.own.lab;
        let open = |address: &Multiaddr| !addr::is_circuit(address) && addr::for_everybody(address, lab);
        let confirmed: Vec<Multiaddr> =
            self.swarm.external_addresses().cloned().map(addr::without_peer).filter(open).collect();
        let nobody_to_ask = self.bootstraps.is_empty();
        let all = &self.own.addresses;
        let known = |address: &&Multiaddr| open(address) && (nobody_to_ask || confirmed.contains(address));
        all.iter().filter(known).cloned().collect()
    }
}

/// The rules of a mailbox that only waits for what it has to expire.
fn nobody() -> MailboxRules {
    MailboxRules { admission: AdmissionRules::default(), limits: MailboxLimits::contact() }
}
