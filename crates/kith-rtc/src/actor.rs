//! The task of a session: the only one that changes it.

use crate::{
    api::{
        Candidate, Description, DescriptionKind, MAX_CANDIDATES, PathKind, SessionConfig, SessionEvent, State, Stats,
    },
    connection::{build, has_relay},
    error::{Error, stack},
    handler::{Handler, Told},
    media::{Agreed, Incoming, receive, receive_data},
    overlay::{FAR_CANDIDATE, Overlay, Port, names_far},
    sdp::{Checked, SdpError, relayed, relayed_only},
    stats::{Rates, read},
    tap::Link,
};
use bytes::{Bytes, BytesMut};
use futures::FutureExt;
use rtc::{peer_connection::configuration::RTCOfferOptions, rtp_transceiver::rtp_sender::RtpCodecKind};
use std::{
    net::SocketAddr,
    panic::AssertUnwindSafe,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::MissedTickBehavior,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use webrtc::{
    data_channel::{DataChannel, RTCDataChannelInit},
    media_stream::{
        track_local::{TrackLocal, static_rtp::TrackLocalStaticRTP},
        track_remote::TrackRemote,
    },
    peer_connection::{PeerConnection, RTCIceCandidateInit, RTCSessionDescription},
    rtp_transceiver::RtpSender,
};

/// What the stack tells: candidates and states of one negotiation.
const TOLD: usize = 256;
/// Streams of the other side that are read at all; the first of each kind is taken.
const MAX_STREAMS: usize = 4;
const STATS_INTERVAL: Duration = Duration::from_secs(1);
/// The data channel both sides open by themselves, so that offers that cross make one of it.
const CHANNEL: &str = "kith";
const CHANNEL_ID: u16 = 0;

pub(crate) type Answer<T> = oneshot::Sender<Result<T, Error>>;

#[derive(Debug)]
pub(crate) enum Command {
    Start(Answer<()>),
    Describe(Description, Answer<()>),
    Candidate(Candidate, Answer<()>),
    Restart(Answer<()>),
    Data(Bytes, Answer<()>),
    Overlay(usize, Answer<Overlay>),
    Stats(Answer<Stats>),
}

/// The stack, once something was sent or came.
struct Connection {
    pc: Arc<dyn PeerConnection>,
    data: Arc<dyn DataChannel>,
    senders: Vec<(RtpCodecKind, Arc<dyn RtpSender>)>,
}

pub(crate) struct Actor {
    config: SessionConfig,
    incoming: Incoming,
    link: Arc<Link>,
    port: Arc<Port>,
    agreed: Arc<Agreed>,
    tasks: TaskTracker,
    tracks: [Option<Arc<TrackLocalStaticRTP>>; 2],
    connection: Option<Connection>,
    told_in: mpsc::Sender<Told>,
    /// An offer of ours waits for its answer.
    offering: bool,
    /// To be offered when that is over; true with an ICE restart.
    again: Option<bool>,
    /// The offer that waits restarts ICE.
    restarting: bool,
    peer: Option<[u8; 32]>,
    described: bool,
    early: Vec<Candidate>,
    /// Of the other side, since its last description.
    candidates: usize,
    /// Of ours, since our last description.
    gathered: usize,
    streams: Vec<RtpCodecKind>,
    path: Option<(PathKind, Option<SocketAddr>)>,
    rates: Rates,
    connected: bool,
}

impl Actor {
    pub(crate) fn new(
        config: SessionConfig,
        incoming: Incoming,
        link: Arc<Link>,
        agreed: Arc<Agreed>,
        tasks: TaskTracker,
        tracks: [Option<Arc<TrackLocalStaticRTP>>; 2],
    ) -> Self {
        Self {
            config,
            incoming,
            link,
            port: Arc::default(),
            agreed,
            tasks,
            tracks,
            connection: None,
            // Replaced when the task runs.
            told_in: mpsc::channel(1).0,
            offering: false,
            again: None,
            restarting: false,
            peer: None,
            described: false,
            early: Vec::new(),
            candidates: 0,
            gathered: 0,
            streams: Vec::new(),
            path: None,
            rates: Rates::default(),
            connected: false,
        }
    }

    /// Runs until the token is cancelled, the other side is gone or the reader is; then leaves nothing behind.
    pub(crate) async fn run(mut self, commands: mpsc::Receiver<Command>, ended: CancellationToken) {
        let (told_in, told) = mpsc::channel(TOLD);
        self.told_in = told_in;
        // The stack is young and reads what strangers wrote: if it panics, this session is over, and cleanly.
        if AssertUnwindSafe(self.serve(commands, told)).catch_unwind().await.is_err() {
            tracing::error!("the WebRTC stack panicked");
        }
        self.incoming.token.cancel();
        if let Some(connection) = self.connection.take() {
            let closed = AssertUnwindSafe(connection.pc.close()).catch_unwind().await;
            if !matches!(closed, Ok(Ok(()))) {
                tracing::debug!("a connection did not close cleanly");
            }
        }
        // Whoever waits for room for a message stops waiting.
        self.incoming.queue.end();
        self.port.close();
        self.tasks.close();
        self.tasks.wait().await;
        ended.cancel();
    }

    async fn serve(&mut self, mut commands: mpsc::Receiver<Command>, mut told: mpsc::Receiver<Told>) {
        let token = self.incoming.token.clone();
        let mut tick = tokio::time::interval(STATS_INTERVAL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let goes_on = tokio::select! {
                biased;
                () = token.cancelled() => false,
                told = told.recv() => match told {
                    Some(told) => self.on_told(told).await,
                    None => false,
                },
                command = commands.recv() => match command {
                    Some(command) => {
                        self.on_command(command).await;
                        true
                    }
                    None => false,
                },
                _ = tick.tick(), if self.connected => self.tell_stats().await,
            };
            if !goes_on {
                return;
            }
        }
    }

    fn tell(&self, event: SessionEvent) -> bool {
        self.incoming.queue.control(event)
    }

    async fn on_command(&mut self, command: Command) {
        // Whoever asked may be gone: then nobody wants the answer.
        match command {
            Command::Start(answer) => answer.send(self.start(false).await).ok(),
            Command::Restart(answer) => answer.send(self.start(true).await).ok(),
            Command::Describe(description, answer) => answer.send(self.describe(description).await).ok(),
            Command::Candidate(candidate, answer) => answer.send(self.candidate(candidate).await).ok(),
            Command::Data(message, answer) => answer.send(self.send_data(message).await).ok(),
            Command::Overlay(limit, answer) => answer.send(self.overlay(limit).await).ok(),
            Command::Stats(answer) => {
                let stats = self.stats().await;
                answer.send(Ok(stats)).ok();
                None
            }
        };
    }

    async fn connection(&mut self) -> Result<&Connection, Error> {
        if self.connection.is_none() {
            if self.config.relay_only && !self.config.overlay && !has_relay(&self.config.ice_servers) {
                self.tell(SessionEvent::State(State::Failed));
                return Err(Error::NoRelay);
            }
            let handler = Arc::new(Handler::new(self.told_in.clone()));
            let pc = build(&self.config, (&self.link, &self.port), handler).await?;
            let connection = self.furnish(pc.clone()).await;
            match connection {
                Ok(connection) => self.connection = Some(connection),
                Err(error) => {
                    pc.close().await.map_err(stack("close"))?;
                    return Err(error);
                }
            }
        }
        self.connection.as_ref().ok_or(Error::Closed)
    }

    async fn furnish(&self, pc: Arc<dyn PeerConnection>) -> Result<Connection, Error> {
        let mut senders = Vec::new();
        for (track, kind) in self.tracks.iter().zip([RtpCodecKind::Audio, RtpCodecKind::Video]) {
            if let Some(track) = track {
                let track: Arc<dyn TrackLocal> = track.clone();
                senders.push((kind, pc.add_track(track).await.map_err(stack("add a track"))?));
            }
        }
        let init = RTCDataChannelInit { negotiated: Some(CHANNEL_ID), ..RTCDataChannelInit::default() };
        let data = pc.create_data_channel(CHANNEL, Some(init)).await.map_err(stack("open a data channel"))?;
        let (channel, queue, token) = (data.clone(), self.incoming.queue.clone(), self.incoming.token.clone());
        // The channel lasts as long as the session: when the other side closes it, it has closed the session.
        self.tasks.spawn(async move {
            token.run_until_cancelled(receive_data(channel, queue)).await;
            token.cancel();
        });
        Ok(Connection { pc, data, senders })
    }

    async fn start(&mut self, restart: bool) -> Result<(), Error> {
        let known = self.connection.is_some();
        self.connection().await?;
        if self.offering {
            self.again = Some(restart || self.again == Some(true));
            return Ok(());
        }
        self.offer(restart && known).await
    }

    async fn offer(&mut self, restart: bool) -> Result<(), Error> {
        let pc = self.connection().await?.pc.clone();
        let options = restart.then_some(RTCOfferOptions { ice_restart: true });
        let offer = pc.create_offer(options).await.map_err(stack("offer"))?;
        self.gathered = 0;
        pc.set_local_description(offer.clone()).await.map_err(stack("take its own offer"))?;
        self.offering = true;
        self.restarting = restart;
        self.tell_description(DescriptionKind::Offer, offer.sdp);
        Ok(())
    }

    fn tell_description(&self, kind: DescriptionKind, sdp: String) {
        let sdp = if self.config.relay_only { relayed_only(&sdp) } else { sdp };
        self.tell(SessionEvent::LocalDescription(Description { kind, sdp }));
    }

    /// Perfect negotiation: an offer that crosses ours wins on the polite side, and is passed over on the other.
    async fn describe(&mut self, description: Description) -> Result<(), Error> {
        let checked = Checked::of(&description.sdp)?;
        let is = checked.binding.fingerprint;
        if let Some(was) = self.peer.filter(|was| *was != is) {
            return Err(Error::FingerprintChanged { was, is });
        }
        let refused = |error: webrtc::error::Error| Error::Sdp(SdpError::Refused { reason: error.to_string() });
        match description.kind {
            DescriptionKind::Offer => {
                let offer = RTCSessionDescription::offer(checked.text).map_err(refused)?;
                if self.offering && !self.config.polite {
                    tracing::debug!("offers crossed; ours stands");
                    return Ok(());
                }
                self.take_offer(offer).await?;
            }
            DescriptionKind::Answer => {
                if !self.offering {
                    return Err(Error::UnexpectedAnswer);
                }
                let answer = RTCSessionDescription::answer(checked.text).map_err(refused)?;
                self.connection().await?.pc.set_remote_description(answer).await.map_err(refused)?;
                self.offering = false;
            }
        }
        self.peer = Some(is);
        self.candidates = 0;
        self.negotiated().await;
        for line in checked.candidates.into_iter().take(MAX_CANDIDATES) {
            if crate::sdp::is_candidate(&line) {
                self.add(Candidate { line, mid: None, index: None }).await;
            }
        }
        for candidate in std::mem::take(&mut self.early) {
            self.add(candidate).await;
        }
        self.add_overlay().await;
        match self.again.take() {
            Some(restart) => self.offer(restart).await,
            None => Ok(()),
        }
    }

    async fn take_offer(&mut self, offer: RTCSessionDescription) -> Result<(), Error> {
        let rollback = || RTCSessionDescription::rollback(None).map_err(stack("roll back"));
        let pc = self.connection().await?.pc.clone();
        if self.offering {
            pc.set_local_description(rollback()?).await.map_err(stack("take its offer back"))?;
            self.offering = false;
            // What our offer was for goes into another one, unless it was only to begin.
            if self.restarting {
                self.again = Some(true);
            }
        }
        if let Err(error) = pc.set_remote_description(offer).await {
            if let Err(error) = pc.set_remote_description(rollback()?).await {
                tracing::debug!("a refused offer was not taken back: {error}");
            }
            return Err(Error::Sdp(SdpError::Refused { reason: error.to_string() }));
        }
        let answer = pc.create_answer(None).await.map_err(stack("answer"))?;
        self.gathered = 0;
        pc.set_local_description(answer.clone()).await.map_err(stack("take its own answer"))?;
        self.tell_description(DescriptionKind::Answer, answer.sdp);
        Ok(())
    }

    async fn negotiated(&mut self) {
        self.described = true;
        self.restarting = false;
        let Some(connection) = &self.connection else { return };
        for (kind, sender) in &connection.senders {
            self.agreed.read(*kind, sender.as_ref()).await;
        }
    }

    async fn candidate(&mut self, candidate: Candidate) -> Result<(), Error> {
        if self.candidates >= MAX_CANDIDATES {
            return Err(Error::TooManyCandidates { limit: MAX_CANDIDATES });
        }
        self.candidates += 1;
        if self.described {
            self.add(candidate).await;
        } else {
            self.early.push(candidate);
        }
        Ok(())
    }

    /// Opens a tunnel, and lets the stack try it.
    async fn overlay(&mut self, limit: usize) -> Result<Overlay, Error> {
        if !self.config.overlay {
            return Err(Error::NotNegotiated);
        }
        let tunnel = self.port.open(limit);
        self.add_overlay().await;
        Ok(tunnel)
    }

    async fn add_overlay(&self) {
        if self.described && self.port.is_open() {
            self.add_as_it_is(Candidate { line: FAR_CANDIDATE.to_owned(), mid: None, index: Some(0) }).await;
        }
    }

    /// A candidate of the other side's, which knows no tunnels.
    async fn add(&self, candidate: Candidate) {
        if !names_far(&candidate.line) {
            self.add_as_it_is(candidate).await;
        }
    }

    /// A candidate the stack has no use for is no reason to stop: another one may be the path.
    async fn add_as_it_is(&self, candidate: Candidate) {
        let Some(connection) = &self.connection else { return };
        let init = RTCIceCandidateInit {
            candidate: candidate.line,
            sdp_mid: candidate.mid,
            sdp_mline_index: candidate.index,
            ..RTCIceCandidateInit::default()
        };
        if let Err(error) = connection.pc.add_ice_candidate(init).await {
            tracing::debug!("a candidate was refused: {error}");
        }
    }

    async fn send_data(&self, message: Bytes) -> Result<(), Error> {
        let Some(connection) = &self.connection else { return Err(Error::NotNegotiated) };
        let sent = connection.data.try_send(BytesMut::from(message)).await;
        sent.map_err(|error| {
            use webrtc::error::Error::{ErrDataChannelClosed, ErrDataChannelNotOpen, ErrSendBufferFull};
            if matches!(error, ErrSendBufferFull) {
                Error::Full
            } else if matches!(error, ErrDataChannelClosed | ErrDataChannelNotOpen) {
                Error::NotNegotiated
            } else {
                stack("send a message")(error)
            }
        })
    }

    /// False when the session is over.
    async fn on_told(&mut self, told: Told) -> bool {
        match told {
            Told::Candidate { line, mid, index } => {
                let line = if self.config.relay_only { relayed(&line) } else { Some(line) };
                let Some(line) = line else { return true };
                self.gathered += 1;
                self.tell(SessionEvent::LocalCandidate(Candidate { line, mid, index }))
            }
            Told::Gathered => {
                // Without an address of our own nothing can come of it.
                self.tell(SessionEvent::LocalCandidatesEnd)
                    && (self.gathered > 0
                        || self.connected
                        || self.config.overlay
                        || self.tell(SessionEvent::State(State::Failed)))
            }
            Told::State(state) => {
                if state == State::Closed {
                    return false;
                }
                self.connected = state == State::Connected;
                self.tell(SessionEvent::State(state)) && (!self.connected || self.tell_stats().await)
            }
            Told::Track(track) => {
                self.on_track(track).await;
                true
            }
        }
    }

    async fn on_track(&mut self, track: Arc<dyn TrackRemote>) {
        if self.streams.len() >= MAX_STREAMS {
            return;
        }
        let kind = track.kind().await;
        let allowed = match kind {
            RtpCodecKind::Audio => self.config.audio,
            RtpCodecKind::Video => self.config.video,
            RtpCodecKind::Unspecified | RtpCodecKind::Application | _ => false,
        };
        let wanted = allowed && !self.streams.contains(&kind);
        self.streams.push(kind);
        self.tasks.spawn(receive(track, wanted, self.incoming.clone()));
    }

    async fn stats(&mut self) -> Stats {
        let Some(connection) = &self.connection else {
            return Stats { bandwidth: self.link.target(), ..Stats::default() };
        };
        let mut stats = read(connection.pc.as_ref(), &self.link, &self.incoming.queue, &mut self.rates).await;
        stats.duplicates = self.incoming.duplicates.load(Ordering::Relaxed);
        stats.video_codec = self.agreed.video().map(|(_, codec)| codec);
        stats
    }

    async fn tell_stats(&mut self) -> bool {
        let stats = self.stats().await;
        let mut goes_on = true;
        if let Some(path) = &stats.path {
            let now = Some((path.kind, path.remote));
            if self.path != now {
                self.path = now;
                goes_on = self.tell(SessionEvent::Path(path.clone()));
            }
        }
        self.incoming.queue.stats(stats);
        goes_on
    }
}
