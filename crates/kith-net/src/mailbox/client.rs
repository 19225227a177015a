//! Asking mailboxes, each time as somebody else.
//!
//! A connection under the node's own key would tell a mailbox whose queues it keeps. So each mailbox is asked for our own
//! mail on a connection with a key made for it, and each queue of somebody else is written to on another: a small swarm
//! per such connection, which ends when nobody used it for a while.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use futures::StreamExt;
use kith_crypto::{SigningKey, random_bytes};
use kith_wire::{
    Admission, DepositId, MailboxDenial, MailboxOperation, MailboxRequest, MailboxResponse, TransportId,
    mailbox::find_work,
};
use libp2p::request_response::{Event, Message, OutboundRequestId, ProtocolSupport};
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, PeerId, Swarm};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use zeroize::Zeroizing;

use super::{MailboxBehaviour, MailboxFrame, behaviour};
use crate::api::{NetError, NetEvent};
use crate::{ids, swarm};

/// Connections at once; one more errand than fits is told that nobody could be asked, and comes again.
const SESSIONS_MAX: usize = 48;
/// Errands that may wait for one connection.
const WAITING_MAX: usize = 128;
/// A connection nobody uses ends after this.
const IDLE: Duration = Duration::from_secs(60);
/// An errand, dials and retries included, ends within this.
const LIMIT: Duration = Duration::from_secs(45);

/// Something to ask of a mailbox.
pub(crate) struct Errand {
    pub(crate) id: u64,
    pub(crate) peer: PeerId,
    pub(crate) addresses: Vec<Multiaddr>,
    pub(crate) operation: MailboxOperation,
    pub(crate) seed: Zeroizing<[u8; 32]>,
}

/// What one connection is for. Nothing on it tells who else it belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Purpose {
    Own,
    Deposit(DepositId),
}

/// The connections to mailboxes.
pub(crate) struct Errands {
    sessions: HashMap<(PeerId, Purpose), mpsc::Sender<Errand>>,
    events: mpsc::Sender<NetEvent>,
    tracker: TaskTracker,
}

impl Errands {
    pub(crate) fn new(events: mpsc::Sender<NetEvent>, tracker: &TaskTracker) -> Self {
        Self { sessions: HashMap::new(), events, tracker: tracker.clone() }
    }

    /// Takes an errand; gives it back if there is no room for it.
    pub(crate) fn run(&mut self, errand: Errand) -> Result<(), u64> {
        let purpose = match &errand.operation {
            MailboxOperation::Put { deposit, .. } | MailboxOperation::Check { deposit, .. } => {
                Purpose::Deposit(*deposit)
            }
            MailboxOperation::New { .. }
            | MailboxOperation::Fetch { .. }
            | MailboxOperation::Ack { .. }
            | MailboxOperation::Drop { .. } => Purpose::Own,
        };
        let key = (errand.peer, purpose);
        let Some(session) = self.sessions.get(&key) else { return self.open(key, errand) };
        match session.try_send(errand) {
            Ok(()) => Ok(()),
            Err(mpsc::error::TrySendError::Full(errand)) => Err(errand.id),
            Err(mpsc::error::TrySendError::Closed(errand)) => self.open(key, errand),
        }
    }

    fn open(&mut self, key: (PeerId, Purpose), errand: Errand) -> Result<(), u64> {
        self.sessions.retain(|_, session| !session.is_closed());
        if self.sessions.len() >= SESSIONS_MAX {
            return Err(errand.id);
        }
        let id = errand.id;
        let session = match Session::new(errand.peer, &self.tracker, self.events.clone()) {
            Ok(session) => session,
            Err(error) => {
                tracing::warn!(%error, "no connection to a mailbox can be made");
                return Err(id);
            }
        };
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        sender.try_send(errand).map_err(|_full_at_once| id)?;
        self.tracker.spawn(session.run(receiver));
        self.sessions.insert(key, sender);
        Ok(())
    }
}

struct Pending {
    errand: Errand,
    since: Instant,
}

struct Session {
    swarm: Swarm<MailboxBehaviour>,
    me: TransportId,
    mailbox: TransportId,
    peer: PeerId,
    pending: BTreeMap<OutboundRequestId, Pending>,
    events: mpsc::Sender<NetEvent>,
    /// Errands whose work is done.
    worked: (mpsc::Sender<Errand>, mpsc::Receiver<Errand>),
    /// Errands whose work is under way.
    working: usize,
    tracker: TaskTracker,
}

impl Session {
    fn new(peer: PeerId, tracker: &TaskTracker, events: mpsc::Sender<NetEvent>) -> Result<Self, NetError> {
        let key = SigningKey::from_seed(&Zeroizing::new(random_bytes()));
        let swarm = swarm::small(&key, behaviour(ProtocolSupport::Outbound), tracker)?;
        Ok(Self {
            swarm,
            me: TransportId::from(key.public()),
            mailbox: ids::transport_id(&peer).ok_or(NetError::Key)?,
            peer,
            pending: BTreeMap::new(),
            events,
            worked: mpsc::channel(WAITING_MAX),
            working: 0,
            tracker: tracker.clone(),
        })
    }

    async fn run(mut self, mut errands: mpsc::Receiver<Errand>) {
        let mut used = Instant::now();
        loop {
            let busy = !self.pending.is_empty() || self.working > 0;
            tokio::select! {
                errand = errands.recv() => match errand {
                    Some(errand) => {
                        used = Instant::now();
                        self.ask(errand, Instant::now());
                    }
                    // The node ends.
                    None => return,
                },
                Some(errand) = self.worked.1.recv() => {
                    self.working = self.working.saturating_sub(1);
                    self.ask(errand, Instant::now());
                }
                event = self.swarm.select_next_some() => {
                    used = Instant::now();
                    if !self.on_event(event).await {
                        return;
                    }
                }
                () = tokio::time::sleep_until(used + IDLE), if !busy => {
                    // Those that came in this moment are told that nobody could be asked, and come again.
                    errands.close();
                    while let Some(errand) = errands.recv().await {
                        self.answer(errand.id, None).await;
                    }
                    return;
                }
                () = tokio::time::sleep(Duration::from_secs(1)), if busy => self.give_up_late().await,
            }
        }
    }

    fn ask(&mut self, errand: Errand, since: Instant) {
        let key = SigningKey::from_seed(&errand.seed);
        let frame = MailboxRequest::encode(&errand.operation, &key, &self.mailbox, &self.me);
        let addresses = errand.addresses.clone();
        let behaviour = self.swarm.behaviour_mut();
        let id = behaviour.send_request_with_addresses(&self.peer, MailboxFrame(frame), addresses);
        self.pending.insert(id, Pending { errand, since });
    }

    /// `false`: nobody listens any more.
    async fn on_event(&mut self, event: SwarmEvent<Event<MailboxFrame, MailboxResponse>>) -> bool {
        let SwarmEvent::Behaviour(event) = event else { return true };
        let (id, response) = match event {
            Event::Message { message: Message::Response { request_id, response }, .. } => (request_id, Some(response)),
            Event::OutboundFailure { request_id, error, .. } => {
                tracing::debug!(%error, "a mailbox was not reached");
                (request_id, None)
            }
            Event::Message { message: Message::Request { .. }, .. }
            | Event::InboundFailure { .. }
            | Event::ResponseSent { .. } => return true,
        };
        let Some(Pending { errand, .. }) = self.pending.remove(&id) else { return true };
        match response {
            Some(MailboxResponse::Denied(MailboxDenial::Admission { work_bits })) if wants_work(&errand, work_bits) => {
                self.work(errand, work_bits);
                true
            }
            response => self.answer(errand.id, response).await,
        }
    }

    /// Does the work a mailbox asks for, beside everything else.
    fn work(&mut self, errand: Errand, bits: u8) {
        let (done, mailbox) = (self.worked.0.clone(), self.mailbox);
        self.working += 1;
        self.tracker.spawn_blocking(move || {
            let mut errand = errand;
            if let MailboxOperation::New { receive, admission, .. } = &mut errand.operation {
                let stop = || done.is_closed();
                if let Some(nonce) = find_work(&mailbox, receive, bits, stop) {
                    *admission = Admission::Work(nonce);
                }
            }
            // The session waits for it, or is gone.
            drop(done.try_send(errand));
        });
    }

    async fn give_up_late(&mut self) {
        let late = |pending: &Pending| pending.since.elapsed() >= LIMIT;
        let late: Vec<OutboundRequestId> =
            self.pending.iter().filter(|(_, pending)| late(pending)).map(|(id, _)| *id).collect();
        for id in late {
            if let Some(Pending { errand, .. }) = self.pending.remove(&id) {
                self.answer(errand.id, None).await;
            }
        }
    }

    async fn answer(&mut self, id: u64, response: Option<MailboxResponse>) -> bool {
        self.events.send(NetEvent::Mailbox { id, response }).await.is_ok()
    }
}

/// Whether work was asked for that was not done yet.
fn wants_work(errand: &Errand, bits: u8) -> bool {
    bits > 0 && matches!(&errand.operation, MailboxOperation::New { admission: Admission::Open, .. })
}
