//! One connection's share of our protocols. Runs inside libp2p's connection task.
//!
//! Gates are closed at protocol negotiation: to a peer that is not tracked this node does not speak `/kith/dm/1` and
//! `/kith/hello/1` at all, so no byte of such a stream is ever read.

use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    net::IpAddr,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use libp2p::{
    Multiaddr, PeerId, Stream, StreamProtocol,
    core::upgrade::{InboundUpgrade, ReadyUpgrade, UpgradeInfo},
    swarm::{
        ConnectionHandler, ConnectionHandlerEvent, StreamUpgradeError, SubstreamProtocol,
        handler::{ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound},
    },
};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::{
    Shared,
    silence::{Silence, Verdict},
    work,
};
use crate::{addr, api::RequestError, limits};

/// Direct messages to contacts.
pub(super) const DM: StreamProtocol = StreamProtocol::new("/kith/dm/1");
/// Addresses for contacts.
pub(super) const HELLO: StreamProtocol = StreamProtocol::new("/kith/hello/1");
/// Contact requests from anybody.
pub(super) const REQUEST: StreamProtocol = StreamProtocol::new("/kith/request/1");

static FOR_CONTACTS: [StreamProtocol; 3] = [DM, HELLO, REQUEST];
static FOR_STRANGERS: [StreamProtocol; 1] = [REQUEST];

/// What the behaviour tells one connection.
#[derive(Debug)]
pub(crate) enum Command {
    /// Opens or closes the gates; `keep` holds the connection although nothing happens on it.
    Gates { tracked: bool, keep: bool },
    /// Writes a dm frame; answered by [`Report::Dm`].
    Dm { ticket: u64, bytes: Vec<u8> },
    /// A better connection took over: close the dm stream when its queue is written.
    LeaveDm,
    /// Writes a hello; answered by [`Report::HelloSent`].
    Hello { bytes: Vec<u8> },
    /// Asks; answered by [`Report::Answered`].
    Request { ticket: u64, bytes: Vec<u8> },
    /// The node's answer to an inbound request.
    Answer { stream: u64, bytes: Vec<u8> },
    /// Finds out whether the connection still leads anywhere; [`Report::Dead`] if not. One that is `doubted` has half as
    /// long to answer.
    Probe { doubted: bool },
}

/// What one connection tells the behaviour.
#[derive(Debug)]
pub(crate) enum Report {
    Dm { ticket: u64, ok: bool },
    HelloSent { ok: bool },
    HelloReceived { bytes: Vec<u8> },
    Answered { ticket: u64, answer: Result<Vec<u8>, RequestError> },
    RequestReceived { stream: u64, bytes: Vec<u8> },
    RequestClosed { stream: u64 },
    Alive,
    Dead,
}

/// What a finished piece of stream work left.
pub(super) enum Done {
    DmOut,
    DmIn,
    HelloOut { ok: bool },
    HelloIn { bytes: Option<Vec<u8>> },
    RequestOut { ticket: u64, answer: Result<Vec<u8>, RequestError> },
    RequestRead { asked: Option<(Stream, Vec<u8>)>, permit: OwnedSemaphorePermit },
    RequestAnswered { stream: u64 },
    Turned,
}

/// A stream to open, with what it is for.
#[derive(Debug)]
pub(crate) enum Open {
    Dm,
    Hello(Vec<u8>),
    Request { ticket: u64, bytes: Vec<u8> },
    Probe,
}

impl Open {
    fn protocol(&self) -> StreamProtocol {
        match self {
            Open::Dm => DM,
            // Whether the other side speaks it does not matter: saying so is an answer.
            Open::Hello(_) | Open::Probe => HELLO,
            Open::Request { .. } => REQUEST,
        }
    }
}

/// The outbound dm stream.
enum DmOut {
    Closed,
    Opening,
    Open(mpsc::Sender<(u64, Vec<u8>)>),
}

/// The inbound protocols a peer may negotiate right now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gate {
    protocols: &'static [StreamProtocol],
}

impl UpgradeInfo for Gate {
    type Info = StreamProtocol;
    type InfoIter = std::iter::Cloned<std::slice::Iter<'static, StreamProtocol>>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.protocols.iter().cloned()
    }
}

impl InboundUpgrade<Stream> for Gate {
    type Output = (StreamProtocol, Stream);
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Output, Self::Error>>;

    fn upgrade_inbound(self, stream: Stream, protocol: StreamProtocol) -> Self::Future {
        std::future::ready(Ok((protocol, stream)))
    }
}

/// One connection's streams.
pub(crate) struct Handler {
    peer: PeerId,
    ip: Option<IpAddr>,
    shared: Arc<Shared>,
    tracked: bool,
    keep: bool,
    dm: DmOut,
    dm_waiting: VecDeque<(u64, Vec<u8>)>,
    flushed: mpsc::Receiver<(u64, bool)>,
    flushed_sender: mpsc::Sender<(u64, bool)>,
    opening: VecDeque<Open>,
    requests_out: usize,
    work: FuturesUnordered<BoxFuture<'static, Done>>,
    dm_in: VecDeque<oneshot::Sender<()>>,
    dm_in_working: usize,
    hello_in: usize,
    request_in: usize,
    answers: BTreeMap<u64, oneshot::Sender<Vec<u8>>>,
    next_stream: u64,
    reports: VecDeque<Report>,
    silence: Silence,
    /// How long the other side may take to open a stream before it counts as gone.
    patience: Duration,
    /// The question that is open was asked because something else says that it is gone.
    doubted: bool,
}

impl Handler {
    pub(super) fn new(peer: PeerId, remote: &Multiaddr, shared: Arc<Shared>, tracked: bool, keep: bool) -> Self {
        let ip = addr::ip_of(remote);
        // Streams of one TCP connection wait for each other: a long batch may be on its way before the question.
        let side_by_side =
            addr::shape(remote).is_some_and(|shape| shape.over == addr::Over::Quic && shape.relay.is_none());
        let patience = if side_by_side { shared.tuning.answer } else { shared.tuning.answer * 3 };
        let silence = Silence::new(shared.tuning.silence, Arc::clone(&shared.line));
        let (flushed_sender, flushed) = mpsc::channel(limits::DM_IN_FLIGHT_MAX);
        Self {
            peer,
            ip,
            shared,
            tracked,
            keep,
            dm: DmOut::Closed,
            dm_waiting: VecDeque::new(),
            flushed,
            flushed_sender,
            opening: VecDeque::new(),
            requests_out: 0,
            work: FuturesUnordered::new(),
            dm_in: VecDeque::new(),
            dm_in_working: 0,
            hello_in: 0,
            request_in: 0,
            answers: BTreeMap::new(),
            next_stream: 0,
            reports: VecDeque::new(),
            silence,
            patience,
            doubted: false,
        }
    }

    fn probe(&mut self, doubted: bool) {
        self.doubted = doubted;
        self.opening.push_back(Open::Probe);
    }

    fn send_dm(&mut self, ticket: u64, bytes: Vec<u8>) {
        self.silence.sent();
        let frame = (ticket, bytes);
        let frame = match &self.dm {
            DmOut::Open(sender) => match sender.try_send(frame) {
                Ok(()) => return,
                Err(mpsc::error::TrySendError::Full((ticket, _))) => {
                    self.reports.push_back(Report::Dm { ticket, ok: false });
                    return;
                }
                Err(mpsc::error::TrySendError::Closed(frame)) => frame,
            },
            DmOut::Opening => {
                self.dm_waiting.push_back(frame);
                return;
            }
            DmOut::Closed => frame,
        };
        self.dm_waiting.push_back(frame);
        self.dm = DmOut::Opening;
        self.opening.push_back(Open::Dm);
    }

    fn dm_opened(&mut self, stream: Stream) {
        let (sender, frames) = mpsc::channel(limits::DM_IN_FLIGHT_MAX);
        let limit = self.shared.tuning.write;
        let line = Arc::clone(&self.shared.line);
        self.work.push(Box::pin(work::write_dm(stream, frames, self.flushed_sender.clone(), limit, line)));
        self.dm = DmOut::Open(sender);
        for (ticket, bytes) in std::mem::take(&mut self.dm_waiting) {
            self.send_dm(ticket, bytes);
        }
    }

    fn dm_failed(&mut self) {
        self.dm = DmOut::Closed;
        let failed = std::mem::take(&mut self.dm_waiting);
        self.reports.extend(failed.into_iter().map(|(ticket, _)| Report::Dm { ticket, ok: false }));
    }

    fn inbound(&mut self, protocol: &StreamProtocol, stream: Stream) {
        // A gate may have closed while this stream was being negotiated.
        if *protocol == REQUEST {
            self.inbound_request(stream);
        } else if !self.tracked {
            drop(stream);
        } else if *protocol == DM {
            while self.dm_in.len() >= limits::DM_INBOUND_PER_CONNECTION {
                // The oldest is the one its sender left.
                drop(self.dm_in.pop_front());
            }
            if self.dm_in_working > limits::DM_INBOUND_PER_CONNECTION * 2 {
                return;
            }
            let (stop, stopped) = oneshot::channel();
            self.dm_in.push_back(stop);
            self.dm_in_working += 1;
            let events = self.shared.events.clone();
            let limit = self.shared.tuning.frame;
            self.work.push(Box::pin(work::read_dm(stream, self.peer, events, limit, self.silence.heard(), stopped)));
        } else if self.hello_in < limits::HELLO_INBOUND_PER_CONNECTION {
            self.hello_in += 1;
            self.work.push(Box::pin(work::read_hello(stream)));
        }
    }

    fn inbound_request(&mut self, mut stream: Stream) {
        stream.ignore_for_keep_alive();
        if self.request_in >= limits::REQUEST_INBOUND_PER_CONNECTION {
            return;
        }
        self.request_in += 1;
        let admitted = self.shared.admit(self.peer, self.ip, Instant::now());
        let permit = Arc::clone(&self.shared.requests).try_acquire_owned().ok().filter(|_| admitted);
        let limit = self.shared.tuning.request_read;
        match permit {
            Some(permit) => self.work.push(Box::pin(work::read_request(stream, permit, limit))),
            None => self.work.push(Box::pin(work::turn_away(stream, limit))),
        }
    }

    fn request_read(&mut self, stream: Stream, bytes: Vec<u8>, permit: OwnedSemaphorePermit) {
        let number = self.next_stream;
        self.next_stream = self.next_stream.wrapping_add(1);
        let (sender, answer) = oneshot::channel();
        self.answers.insert(number, sender);
        let limit = self.shared.tuning.request_answer;
        self.work.push(Box::pin(work::answer_request(stream, number, answer, permit, limit)));
        self.reports.push_back(Report::RequestReceived { stream: number, bytes });
    }

    fn outbound(&mut self, stream: Stream, open: Open) {
        match open {
            Open::Dm => self.dm_opened(stream),
            Open::Hello(bytes) => self.work.push(Box::pin(work::write_hello(stream, bytes))),
            Open::Probe => {
                self.silence.answered();
                self.reports.push_back(Report::Alive);
            }
            Open::Request { ticket, bytes } => {
                let limit = self.shared.tuning.request_total;
                self.work.push(Box::pin(work::ask(stream, ticket, bytes, limit)));
            }
        }
    }

    fn outbound_failed(&mut self, open: Open, refused: bool) {
        match open {
            // To be told that it does not speak the protocol is an answer.
            Open::Probe if refused => {
                self.silence.answered();
                self.reports.push_back(Report::Alive);
            }
            Open::Probe => match self.silence.unanswered() {
                Verdict::Alive => self.reports.push_back(Report::Alive),
                Verdict::Busy => self.probe(false),
                Verdict::Dead => self.reports.push_back(Report::Dead),
            },
            Open::Dm => self.dm_failed(),
            Open::Hello(_) => self.reports.push_back(Report::HelloSent { ok: false }),
            Open::Request { ticket, .. } => {
                self.requests_out = self.requests_out.saturating_sub(1);
                let error = if refused { RequestError::Refused } else { RequestError::Unreachable };
                self.reports.push_back(Report::Answered { ticket, answer: Err(error) });
            }
        }
    }

    fn done(&mut self, done: Done) {
        match done {
            Done::DmOut => {
                if matches!(&self.dm, DmOut::Open(sender) if sender.is_closed()) {
                    self.dm = DmOut::Closed;
                }
            }
            Done::DmIn => {
                self.dm_in_working = self.dm_in_working.saturating_sub(1);
                self.dm_in.retain(|stop| !stop.is_closed());
            }
            Done::HelloOut { ok } => self.reports.push_back(Report::HelloSent { ok }),
            Done::HelloIn { bytes } => {
                self.hello_in = self.hello_in.saturating_sub(1);
                if let Some(bytes) = bytes.filter(|_| self.tracked) {
                    self.reports.push_back(Report::HelloReceived { bytes });
                }
            }
            Done::RequestOut { ticket, answer } => {
                self.requests_out = self.requests_out.saturating_sub(1);
                self.reports.push_back(Report::Answered { ticket, answer });
            }
            Done::RequestRead { asked: Some((stream, bytes)), permit } => self.request_read(stream, bytes, permit),
            Done::RequestRead { asked: None, .. } | Done::Turned => {
                self.request_in = self.request_in.saturating_sub(1);
            }
            Done::RequestAnswered { stream } => {
                self.request_in = self.request_in.saturating_sub(1);
                self.answers.remove(&stream);
                self.reports.push_back(Report::RequestClosed { stream });
            }
        }
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Command;
    type ToBehaviour = Report;
    type InboundProtocol = Gate;
    type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = Open;

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        let protocols: &'static [StreamProtocol] = if self.tracked { &FOR_CONTACTS } else { &FOR_STRANGERS };
        SubstreamProtocol::new(Gate { protocols }, ()).with_timeout(limits::STREAM_OPEN_TIMEOUT)
    }

    fn connection_keep_alive(&self) -> bool {
        self.tracked || self.keep || self.requests_out > 0
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, Self::OutboundOpenInfo, Self::ToBehaviour>> {
        loop {
            if let Some(report) = self.reports.pop_front() {
                return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(report));
            }
            if let Poll::Ready(Some((ticket, ok))) = self.flushed.poll_recv(cx) {
                return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(Report::Dm { ticket, ok }));
            }
            if self.silence.is_due(cx) {
                self.probe(false);
            }
            if let Some(open) = self.opening.pop_front() {
                let upgrade = ReadyUpgrade::new(open.protocol());
                let limit = match open {
                    Open::Probe if self.silence.asks_again() => self.patience * 2,
                    Open::Probe if self.doubted => self.patience / 2,
                    Open::Probe => self.patience,
                    Open::Dm | Open::Hello(_) | Open::Request { .. } => limits::STREAM_OPEN_TIMEOUT,
                };
                let protocol = SubstreamProtocol::new(upgrade, open).with_timeout(limit);
                return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
            }
            match self.work.poll_next_unpin(cx) {
                Poll::Ready(Some(done)) => self.done(done),
                Poll::Ready(None) | Poll::Pending => {
                    // Work may have flushed frames while it was polled.
                    match self.flushed.poll_recv(cx) {
                        Poll::Ready(Some((ticket, ok))) => self.reports.push_back(Report::Dm { ticket, ok }),
                        Poll::Ready(None) | Poll::Pending => return Poll::Pending,
                    }
                }
            }
        }
    }

    fn on_behaviour_event(&mut self, command: Command) {
        match command {
            Command::Gates { tracked, keep } => {
                self.tracked = tracked;
                self.keep = keep;
                if !tracked {
                    self.dm_in.clear();
                    self.dm = DmOut::Closed;
                    self.dm_failed();
                }
            }
            Command::Dm { ticket, bytes } => self.send_dm(ticket, bytes),
            Command::LeaveDm => {
                if matches!(self.dm, DmOut::Open(_)) {
                    self.dm = DmOut::Closed;
                }
            }
            Command::Hello { bytes } => {
                if self.opening.len() < limits::OUTBOUND_PER_CONNECTION {
                    self.opening.push_back(Open::Hello(bytes));
                } else {
                    self.reports.push_back(Report::HelloSent { ok: false });
                }
            }
            Command::Request { ticket, bytes } => {
                self.requests_out += 1;
                self.opening.push_back(Open::Request { ticket, bytes });
            }
            Command::Probe { doubted } => {
                // Who is being asked already may have longer to answer than doubt has.
                if self.silence.ask() || doubted {
                    self.probe(doubted);
                }
            }
            Command::Answer { stream, bytes } => {
                if let Some(answer) = self.answers.remove(&stream) {
                    // The stream may have ended meanwhile; then nobody is told.
                    drop(answer.send(bytes));
                }
            }
        }
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<Self::InboundProtocol, Self::OutboundProtocol, (), Self::OutboundOpenInfo>,
    ) {
        if let ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
            protocol: (protocol, stream), ..
        }) = event
        {
            self.inbound(&protocol, stream);
        } else if let ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol, info }) = event {
            self.outbound(protocol, info);
        } else if let ConnectionEvent::DialUpgradeError(DialUpgradeError { info, error }) = event {
            self.outbound_failed(info, matches!(error, StreamUpgradeError::NegotiationFailed));
        }
    }
}
