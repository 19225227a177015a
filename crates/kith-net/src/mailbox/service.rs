//! A mailbox as a swarm task holds it: limits on who may ask, and the way to the thread and back.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use kith_crypto::SigningKey;
use kith_wire::{MailboxDenial, MailboxResponse, TransportId};
use libp2p::request_response::{self, InboundRequestId, ResponseChannel};
use libp2p::swarm::ConnectionId;
use tokio::sync::mpsc;

use super::config::MailboxConfig;
use super::stats::MailboxStats;
use super::store::MailboxError;
use super::worker::{Control, JOBS_MAX, Worker};
use super::{MailboxEvent, MailboxFrame};
use crate::ids;
use crate::server::shares::Shares;
use crate::server::source::{Prefix, RateLimiter, Source};

/// Requests that were read and whose answers were not written yet. A page has up to 272 KiB: at most 34 MiB.
const OPEN_MAX: usize = JOBS_MAX;
/// Of them, those of one address: a reader who is slow on purpose holds up itself.
const OPEN_PER_PREFIX: u32 = 32;
/// Addresses with recent requests that are remembered.
const PREFIXES_MAX: usize = 16_384;

/// Where an answer goes.
pub(crate) type Channel = ResponseChannel<MailboxResponse>;

/// The connection an event of the protocol is about.
pub(crate) fn connection_of(event: &MailboxEvent) -> ConnectionId {
    match event {
        MailboxEvent::Message { connection_id, .. }
        | MailboxEvent::OutboundFailure { connection_id, .. }
        | MailboxEvent::InboundFailure { connection_id, .. }
        | MailboxEvent::ResponseSent { connection_id, .. } => *connection_id,
    }
}

/// A running mailbox.
pub(crate) struct Mailbox {
    worker: Worker<Channel>,
    answers: mpsc::Receiver<(Channel, MailboxResponse)>,
    prefixes: RateLimiter<Prefix>,
    total: RateLimiter<()>,
    open: HashMap<InboundRequestId, Option<Prefix>>,
    open_by_prefix: Shares<Prefix>,
    stats: MailboxStats,
}

impl Mailbox {
    /// Opens the mailbox of the node with this key.
    pub(crate) fn start(config: MailboxConfig, key: SigningKey, stats: MailboxStats) -> Result<Self, MailboxError> {
        let limits = config.limits.clone();
        let (worker, answers) = Worker::start(config, key, stats.clone())?;
        Ok(Self {
            worker,
            answers,
            prefixes: RateLimiter::new(
                limits.prefix_burst,
                Duration::from_millis(limits.prefix_interval_ms),
                PREFIXES_MAX,
            ),
            total: RateLimiter::new(limits.total_burst, Duration::from_micros(limits.total_interval_us), 1),
            open: HashMap::new(),
            open_by_prefix: Shares::new(OPEN_PER_PREFIX),
            stats,
        })
    }

    /// The way to change the rules while it runs.
    pub(crate) fn control(&self) -> Option<Control<Channel>> {
        self.worker.control()
    }

    /// Takes in an event of a connection from `source`; returns what can be answered at once.
    pub(crate) fn on_event(&mut self, event: MailboxEvent, source: Source) -> Option<(Channel, MailboxResponse)> {
        match event {
            MailboxEvent::Message {
                peer,
                message: request_response::Message::Request { request_id, request, channel },
                ..
            } => {
                let Some(client) = ids::transport_id(&peer) else { return Some(self.limited(channel)) };
                if !self.may_ask(source, Instant::now()) || !self.opened(request_id, source.prefix()) {
                    return Some(self.limited(channel));
                }
                self.submit(channel, request, client)
            }
            MailboxEvent::ResponseSent { request_id, .. } | MailboxEvent::InboundFailure { request_id, .. } => {
                self.closed(request_id);
                None
            }
            MailboxEvent::Message { message: request_response::Message::Response { .. }, .. }
            | MailboxEvent::OutboundFailure { .. } => None,
        }
    }

    /// The next answer of the thread of a mailbox, if there is one. Waits for ever if there is none, or if its thread has
    /// failed, which ends nothing else.
    pub(crate) async fn answer_of(mailbox: &mut Option<Self>) -> (Channel, MailboxResponse) {
        if let Some(mailbox) = mailbox
            && let Some(answer) = mailbox.answers.recv().await
        {
            return answer;
        }
        std::future::pending().await
    }

    fn submit(
        &mut self,
        channel: Channel,
        frame: MailboxFrame,
        client: TransportId,
    ) -> Option<(Channel, MailboxResponse)> {
        let refused = self.worker.submit(channel, frame, client).err()?;
        Some(self.limited(refused))
    }

    fn limited(&self, channel: Channel) -> (Channel, MailboxResponse) {
        self.stats.request("any", "limited");
        (channel, MailboxResponse::Denied(MailboxDenial::Limited))
    }

    fn may_ask(&mut self, source: Source, now: Instant) -> bool {
        source.prefix().is_none_or(|prefix| self.prefixes.allow(prefix, now)) && self.total.allow((), now)
    }

    fn opened(&mut self, request: InboundRequestId, prefix: Option<Prefix>) -> bool {
        if self.open.len() >= OPEN_MAX || prefix.is_some_and(|prefix| !self.open_by_prefix.has_room(&prefix)) {
            return false;
        }
        if let Some(prefix) = prefix {
            self.open_by_prefix.add(prefix);
        }
        self.open.insert(request, prefix);
        true
    }

    fn closed(&mut self, request: InboundRequestId) {
        if let Some(Some(prefix)) = self.open.remove(&request) {
            self.open_by_prefix.remove(&prefix);
        }
    }
}
