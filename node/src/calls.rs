//! The sessions of calls: the core says what each is to do ([`Output::Call`](kith_core::Output)), and is told what comes of
//! it. A session and its sound live in one task, which ends both.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

pub(crate) mod check;
mod overlay;
pub(crate) mod sound;
mod tones;
pub(crate) mod video;
mod voice;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use kith_api::{ApiError, ErrorCode, Event, views};
use kith_core::{CallCommand, CallNews, Input, Shows};
use kith_net::{Net, NetCommand};
use kith_rtc::{Binding, Candidate, Description, DescriptionKind, Events, Session, SessionConfig, SessionEvent, State};
use kith_wire::{MsgId, limits};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

use crate::{core_thread::ToCore, events::Hub, tasks::Tasks};
use overlay::Way;
use sound::Sound;
use video::{Pictures, Sight, Video};
use voice::Voice;

/// Commands that may wait. A session has a description and some dozen candidates to take.
pub(crate) const CALL_QUEUE: usize = 256;
/// How long candidates are gathered before they are sent together.
const TOGETHER: Duration = Duration::from_millis(20);
/// How often levels are told.
const LEVELS: Duration = Duration::from_millis(100);
/// How often another way is looked for while there is none.
const RESTART: Duration = Duration::from_secs(5);
/// When the session ends, the other side has mostly hung up, and its word is still under way.
const LAST_WORD: Duration = Duration::from_secs(2);

/// How the calls that go on go.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers(Arc<Mutex<BTreeMap<MsgId, views::CallStats>>>);

impl Numbers {
    fn locked(&self) -> std::sync::MutexGuard<'_, BTreeMap<MsgId, views::CallStats>> {
        // No code that can panic runs under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn of(&self, call: kith_api::MessageId) -> Result<views::CallStats, ApiError> {
        let call = MsgId::from_bytes(call.to_bytes());
        let missing = || ApiError::new(ErrorCode::NotFound, "no such call, or nobody has answered it");
        self.locked().get(&call).cloned().ok_or_else(missing)
    }
}

/// What sessions are made with.
#[derive(Clone)]
pub(crate) struct Shell {
    pub(crate) net: Net,
    pub(crate) core: mpsc::Sender<ToCore>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) tasks: Tasks,
    pub(crate) sound: Sound,
    pub(crate) sight: Sight,
    /// Only the loopback interface: the node listens nowhere else.
    pub(crate) loopback: bool,
    pub(crate) numbers: Numbers,
    pub(crate) pictures: Pictures,
}

/// Carries out what the core says, until it says no more.
pub(crate) async fn run(shell: Shell, mut commands: mpsc::Receiver<CallCommand>) {
    let mut open: BTreeMap<MsgId, mpsc::Sender<CallCommand>> = BTreeMap::new();
    while let Some(command) = commands.recv().await {
        let call = command.call();
        match command {
            CallCommand::Open { offers, relay_only, microphone, shows, .. } => {
                let (orders, taken) = mpsc::channel(CALL_QUEUE);
                open.insert(call, orders);
                let how = How { call, offers, relay_only, microphone, shows };
                let shell = shell.clone();
                shell.tasks.clone().spawn(async move { shell.session(how, taken).await });
            }
            // Its task ends when nobody can order anything any more.
            CallCommand::Close { .. } => drop(open.remove(&call)),
            order @ (CallCommand::Describe { .. }
            | CallCommand::Candidates { .. }
            | CallCommand::Overlay { .. }
            | CallCommand::Restart { .. }
            | CallCommand::Microphone { .. }
            | CallCommand::Talk { .. }
            | CallCommand::Volume { .. }
            | CallCommand::Show { .. }) => {
                let full = open.get(&call).is_some_and(|orders| orders.try_send(order).is_err());
                if full {
                    tracing::warn!("a call takes no orders any more");
                    open.remove(&call);
                }
            }
        }
    }
}

/// How a session is opened.
#[derive(Clone, Copy)]
struct How {
    call: MsgId,
    offers: bool,
    relay_only: bool,
    microphone: bool,
    shows: Shows,
}

impl Shell {
    async fn session(self, how: How, orders: mpsc::Receiver<CallCommand>) {
        let config = SessionConfig {
            ice_servers: self.ice_servers().await,
            relay_only: how.relay_only,
            // Who hides and has no relay of any kind has no way, and is told so at once.
            overlay: !how.relay_only || self.has_overlay().await,
            loopback: self.loopback,
            // Who was called gives way.
            polite: !how.offers,
            audio: true,
            // Always: a camera that is switched on needs no other session.
            video: true,
            ..SessionConfig::default()
        };
        let opened = Session::open(config, self.tasks.tracker(), self.tasks.cancel());
        let (session, events) = match opened {
            Ok((session, events)) => (Arc::new(session), events),
            Err(error) => {
                tracing::warn!(%error, "no session for a call");
                return self.tell(how.call, CallNews::Broken).await;
            }
        };
        let voice = match Voice::start(&self.sound, &session, how.microphone) {
            Ok(voice) => voice,
            Err(error) => {
                tracing::warn!(%error, "a call has no sound");
                return self.tell(how.call, CallNews::Broken).await;
            }
        };
        let (video, failures) = Video::new(how.call, &self.sight, &session, &self.pictures, how.shows);
        let mut talk = Talk::new(self.clone(), how, Arc::clone(&session), voice, video);
        talk.run(orders, events, failures).await;
        self.numbers.locked().remove(&how.call);
        let Talk { voice, video, session: second, .. } = talk;
        // Streams take a while to close.
        let closing = self.tasks.blocking(move || {
            drop(voice);
            video.close();
        });
        let _stopped = closing.await;
        drop(second);
        if let Some(session) = Arc::into_inner(session) {
            session.close().await;
        }
    }

    async fn tell(&self, call: MsgId, news: CallNews) {
        // Without a core there is nobody to tell.
        let _stopping = self.core.send(ToCore::Input(Input::Call { call, news })).await;
    }

    async fn ice_servers(&self) -> Vec<kith_rtc::IceServer> {
        let (answer, answered) = oneshot::channel();
        if self.net.command(NetCommand::IceServers(answer)).await.is_err() {
            return Vec::new();
        }
        let server = |server: kith_net::IceServer| kith_rtc::IceServer {
            urls: server.urls,
            username: server.username.unwrap_or_default(),
            credential: server.credential.map(|text| text.to_string()).unwrap_or_default(),
        };
        answered.await.unwrap_or_default().into_iter().map(server).collect()
    }
}

/// A session with its sound.
struct Talk {
    shell: Shell,
    how: How,
    session: Arc<Session>,
    voice: Voice,
    video: Video,
    /// Candidates that wait for others, and until when.
    candidates: Vec<String>,
    together: Option<Instant>,
    up: bool,
    /// The session has given up looking.
    failed: bool,
    way: Way,
    /// When another way is looked for, if there is none.
    restart: Option<Instant>,
    told: (u8, u8),
    /// The session has ended: when that is told.
    broken: Option<Instant>,
}

impl Talk {
    fn new(shell: Shell, how: How, session: Arc<Session>, voice: Voice, video: Video) -> Self {
        let (candidates, together, restart, broken) = (Vec::new(), None, None, None);
        let (up, failed, way) = (false, false, Way::default());
        Self { shell, how, session, voice, video, candidates, together, up, failed, way, restart, told: (0, 0), broken }
    }

    async fn run(
        &mut self,
        mut orders: mpsc::Receiver<CallCommand>,
        mut events: Events,
        mut failures: mpsc::Receiver<()>,
    ) {
        if self.how.offers && !self.offer().await {
            return;
        }
        let mut levels = interval(LEVELS);
        levels.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut settings = self.shell.sound.settings();
        loop {
            let (together, restart, broken, overlay) = (self.together, self.restart, self.broken, self.way.due);
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.obey(order).await,
                    None => return,
                },
                event = events.next(), if broken.is_none() => match event {
                    Some(event) => self.hear(event).await,
                    None => self.ends(),
                },
                () = at(broken) => return self.shell.tell(self.how.call, CallNews::Broken).await,
                () = at(together) => self.send_candidates().await,
                () = at(restart) => self.restart().await,
                () = at(overlay) => self.offer_overlay().await,
                Some(met) = self.way.met() => self.carry(met).await,
                Some(()) = failures.recv() => self.shell.tell(self.how.call, CallNews::Blind).await,
                _ = levels.tick() => {
                    self.tell_levels();
                    self.video.keep_to_the_rate();
                }
                Ok(()) = settings.changed() => self.voice.settle(),
            }
        }
    }

    async fn offer(&mut self) -> bool {
        let Err(error) = self.session.start().await else {
            self.way.is_looked_for();
            return true;
        };
        tracing::warn!(%error, "a call cannot be offered");
        self.shell.tell(self.how.call, CallNews::Broken).await;
        false
    }

    async fn obey(&mut self, order: CallCommand) {
        match order {
            CallCommand::Describe { offer, sdp, fingerprint, ufrag, .. } => {
                let signed = Binding::of(&sdp).is_ok_and(|told| told.fingerprint == fingerprint && told.ufrag == ufrag);
                if !signed {
                    tracing::warn!("the description of a call is not what was signed");
                    return self.shell.tell(self.how.call, CallNews::Broken).await;
                }
                let kind = if offer { DescriptionKind::Offer } else { DescriptionKind::Answer };
                if let Err(error) = self.session.remote_description(Description { kind, sdp }).await {
                    tracing::warn!(%error, "the description of a call was refused");
                }
            }
            CallCommand::Candidates { candidates, .. } => {
                for line in candidates {
                    // All sections are bundled: each candidate is of the first.
                    let candidate = Candidate { line, mid: None, index: Some(0) };
                    if let Err(error) = self.session.remote_candidate(candidate).await {
                        tracing::debug!(%error, "a candidate was refused");
                    }
                }
            }
            CallCommand::Overlay { endpoint, relays, .. } => self.meet(endpoint, &relays).await,
            CallCommand::Restart { .. } => self.restart().await,
            CallCommand::Microphone { on, .. } => self.voice.set_microphone(on),
            CallCommand::Talk { held, .. } => self.voice.set_talk(held),
            CallCommand::Volume { percent, .. } => self.voice.set_volume(percent),
            CallCommand::Show { shows, .. } => self.video.show(shows, &self.shell.tasks).await,
            CallCommand::Open { .. } | CallCommand::Close { .. } => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "other kinds are what calls do not use")]
    async fn hear(&mut self, event: SessionEvent) {
        match event {
            SessionEvent::LocalDescription(description) => self.described(description).await,
            SessionEvent::LocalCandidate(candidate) => {
                if candidate.line.len() <= limits::CANDIDATE_MAX_BYTES {
                    self.candidates.push(candidate.line);
                    self.together.get_or_insert_with(|| Instant::now() + TOGETHER);
                }
                if self.candidates.len() >= limits::CANDIDATES_MAX {
                    self.send_candidates().await;
                }
            }
            SessionEvent::State(state) => self.stands(state).await,
            SessionEvent::Audio(packet) => self.voice.take(packet),
            SessionEvent::Video(frame) => self.video.take(frame),
            SessionEvent::KeyframeWanted => self.video.key_wanted(),
            SessionEvent::Stats(stats) => {
                if let Some(path) = &stats.path {
                    self.way.is_found(path.kind == kith_rtc::PathKind::Overlay);
                }
                let numbers = self.voice.numbers();
                let pictures = self.video.numbers(&stats);
                self.shell.numbers.locked().insert(self.how.call, call_stats(&stats, &numbers, pictures));
            }
            _ => {}
        }
    }

    async fn described(&mut self, description: Description) {
        let Ok(Binding { fingerprint, ufrag, .. }) = Binding::of(&description.sdp) else {
            tracing::error!("a description of ours says nothing that could be signed");
            return self.shell.tell(self.how.call, CallNews::Broken).await;
        };
        let offer = description.kind == DescriptionKind::Offer;
        self.shell.tell(self.how.call, CallNews::Described { offer, sdp: description.sdp, fingerprint, ufrag }).await;
    }

    async fn send_candidates(&mut self) {
        self.together = None;
        let candidates = std::mem::take(&mut self.candidates);
        if !candidates.is_empty() {
            self.shell.tell(self.how.call, CallNews::Candidates(candidates)).await;
        }
    }

    async fn stands(&mut self, state: State) {
        match state {
            State::Connected => {
                (self.up, self.failed, self.restart, self.way.due) = (true, false, None, None);
                self.voice.begin();
                self.video.begin(&self.shell.tasks).await;
                self.shell.tell(self.how.call, CallNews::Up).await;
            }
            State::Disconnected | State::Failed => {
                let was_up = std::mem::replace(&mut self.up, false);
                self.failed = state == State::Failed;
                if self.how.offers {
                    self.way.is_looked_for();
                    self.restart.get_or_insert_with(|| Instant::now() + RESTART);
                }
                if was_up {
                    // What broke this broke others, which notice later; and the way on is agreed on over those.
                    let _stopping = self.shell.net.command(NetCommand::Doubt).await;
                    self.shell.tell(self.how.call, CallNews::Down).await;
                }
            }
            State::Closed => self.ends(),
            State::New | State::Connecting => {}
        }
    }

    fn ends(&mut self) {
        (self.up, self.restart, self.way.due) = (false, None, None);
        self.broken.get_or_insert_with(|| Instant::now() + LAST_WORD);
    }

    /// Looks for another way, and again while there is none.
    async fn restart(&mut self) {
        self.restart = (!self.up).then(|| Instant::now() + RESTART);
        if let Err(error) = self.session.restart_ice().await {
            tracing::debug!(%error, "no other way is looked for");
        }
    }

    fn tell_levels(&mut self) {
        let now = self.voice.levels();
        if self.up && now != self.told {
            self.told = now;
            let (mine, theirs) = now;
            let call = kith_api::MessageId::from_bytes(self.how.call.to_bytes());
            self.shell.hub.publish(Event::CallLevel { call, mine, theirs });
        }
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

fn call_stats(
    session: &kith_rtc::Stats,
    voice: &voice::VoiceNumbers,
    [video_out, video_in]: [Option<views::VideoStats>; 2],
) -> views::CallStats {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share is from 0 to 1")]
    let permille = |share: f32| (share.clamp(0.0, 1.0) * 1000.0).round() as u32;
    let ms = |time: Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
    let share = voice.concealed_samples.saturating_mul(1000).checked_div(voice.played_samples).unwrap_or(0);
    views::CallStats {
        path: session.path.as_ref().map(|path| match path.kind {
            kith_rtc::PathKind::Direct => views::CallPath::Direct,
            kith_rtc::PathKind::Relayed => views::CallPath::Relayed,
            kith_rtc::PathKind::Overlay => views::CallPath::Overlay,
        }),
        rtt_ms: session.rtt.map(ms),
        lost_permille: session.audio_in.loss.map_or(0, permille),
        their_lost_permille: session.audio_out.loss.map(permille),
        jitter_ms: session.audio_in.jitter.map(ms),
        buffered_ms: ms(voice.delay),
        concealed_permille: u32::try_from(share).unwrap_or(u32::MAX),
        codec: "opus".to_owned(),
        bitrate_out: session.audio_out.bits_per_second,
        bitrate_in: session.audio_in.bits_per_second,
        packets_out: session.audio_out.packets,
        packets_in: session.audio_in.packets,
        bandwidth: session.bandwidth,
        video_out,
        video_in,
    }
}
