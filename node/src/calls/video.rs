//! The pictures of a call: from a source to packets, and from packets to whoever looks.

mod share;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use kith_api::views;
use kith_core::Shows;
use kith_media::video::{
    Camera, CameraHandlers, Encoded, Picture, VideoError, VideoIn, VideoOut, Viewer, ViewerHandlers,
};
use kith_rtc::{Session, VideoCodec, VideoFrame};
use kith_wire::MsgId;
use tokio::sync::{mpsc, watch};

use crate::tasks::Tasks;
use share::Share;

/// Ticks of a picture's timestamp in a second.
const CLOCK: u128 = 90_000;
/// Until the first estimate, in bits per second.
const START: u32 = 300_000;

/// Where the pictures of a camera come from, and where those of others go beside the window.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sight {
    pub(crate) input: VideoIn,
    pub(crate) output: VideoOut,
}

/// The newest picture of each side of a call. Whoever is slow misses some.
#[derive(Debug, Clone)]
pub struct CallPictures {
    /// What this side shows; nothing while it shows nothing.
    pub mine: watch::Receiver<Option<Arc<Picture>>>,
    /// What the other side showed last. Whether it still does, the call says.
    pub theirs: watch::Receiver<Option<Arc<Picture>>>,
}

/// The pictures of the calls that go on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pictures(Arc<Mutex<BTreeMap<MsgId, CallPictures>>>);

impl Pictures {
    fn locked(&self) -> MutexGuard<'_, BTreeMap<MsgId, CallPictures>> {
        // No code that can panic runs under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn of(&self, call: kith_api::MessageId) -> Option<CallPictures> {
        self.locked().get(&MsgId::from_bytes(call.to_bytes())).cloned()
    }
}

/// Pictures of one call. To be ended by [`Video::close`].
pub(super) struct Video {
    call: MsgId,
    sight: Sight,
    session: Arc<Session>,
    pictures: Pictures,
    mine: Arc<watch::Sender<Option<Arc<Picture>>>>,
    theirs: Arc<watch::Sender<Option<Arc<Picture>>>>,
    failed: mpsc::Sender<()>,
    begun: Option<Instant>,
    shows: Shows,
    camera: Option<Camera>,
    viewer: Option<Viewer>,
    /// Looking at what comes was tried.
    tried: bool,
    share: Share,
    counted: [Counted; 2],
}

/// How many pictures there were, and when.
#[derive(Default)]
struct Counted {
    at: Option<Instant>,
    frames: u64,
    rate: u32,
}

impl Counted {
    /// Pictures a second since the last question.
    fn rate(&mut self, frames: u64, now: Instant) -> u32 {
        if let Some(at) = self.at.replace(now) {
            let seconds = now.saturating_duration_since(at).as_secs_f64().max(0.1);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 60 of them a second")]
            let rate = (frames.saturating_sub(self.frames) as f64 / seconds).round() as u32;
            self.rate = rate;
        }
        self.frames = frames;
        self.rate
    }
}

impl Video {
    /// Nothing is opened before [`Video::begin`]. What is told when a camera fails comes out of the receiver.
    pub(super) fn new(
        call: MsgId,
        sight: &Sight,
        session: &Arc<Session>,
        pictures: &Pictures,
        shows: Shows,
    ) -> (Self, mpsc::Receiver<()>) {
        let (failed, failures) = mpsc::channel(1);
        let (mine, mine_seen) = watch::channel(None);
        let (theirs, theirs_seen) = watch::channel(None);
        pictures.locked().insert(call, CallPictures { mine: mine_seen, theirs: theirs_seen });
        let video = Self {
            call,
            sight: sight.clone(),
            session: Arc::clone(session),
            pictures: pictures.clone(),
            mine: Arc::new(mine),
            theirs: Arc::new(theirs),
            failed,
            begun: None,
            shows,
            camera: None,
            viewer: None,
            tried: false,
            share: Share::default(),
            counted: Default::default(),
        };
        (video, failures)
    }

    /// The other side sees something from now on.
    pub(super) async fn begin(&mut self, tasks: &Tasks) {
        if self.begun.is_none() {
            self.begun = Some(Instant::now());
            self.show(self.shows, tasks).await;
        }
    }

    /// Shows something else, once there is somebody to show it to.
    pub(super) async fn show(&mut self, shows: Shows, tasks: &Tasks) {
        self.shows = shows;
        let before = self.camera.take();
        let Some(begun) = self.begun else { return };
        let input = match shows {
            Shows::Nothing => None,
            Shows::Camera => Some(self.sight.input.clone()),
            Shows::Screen => Some(VideoIn::Screen),
        };
        let handlers = self.handlers(begun);
        // Devices take a while to close and to open.
        let opened = tasks.blocking(move || {
            drop(before);
            input.map(|input| Camera::start(&input, START, handlers)).transpose()
        });
        match opened.await {
            Ok(Ok(camera)) => self.camera = camera,
            Ok(Err(error)) => failed(&self.failed, &error),
            Err(stopped) => tracing::debug!(%stopped, "nothing is shown any more"),
        }
        if self.camera.is_none() {
            self.mine.send_replace(None);
        }
        self.share = Share::default();
        self.keep_to_the_rate();
    }

    fn handlers(&self, begun: Instant) -> CameraHandlers {
        let (session, mine, failure) = (Arc::clone(&self.session), Arc::clone(&self.mine), self.failed.clone());
        let offset = begun.elapsed();
        CameraHandlers {
            encoded: Box::new(move |encoded, at| send(&session, encoded, offset + at)),
            seen: Box::new(move |picture| drop(mine.send_replace(Some(picture)))),
            failed: Box::new(move |error| failed(&failure, &error)),
        }
    }

    /// What comes, as an access unit.
    pub(super) fn take(&mut self, frame: VideoFrame) {
        if frame.codec != VideoCodec::H264 {
            return;
        }
        if !std::mem::replace(&mut self.tried, true) {
            let (theirs, session) = (Arc::clone(&self.theirs), Arc::clone(&self.session));
            let handlers = ViewerHandlers {
                shown: Box::new(move |picture| drop(theirs.send_replace(Some(picture)))),
                key_wanted: Box::new(move || session.want_keyframe()),
            };
            match Viewer::start(&self.sight.output, handlers) {
                Ok(viewer) => self.viewer = Some(viewer),
                Err(error) => tracing::warn!(%error, "what the other side shows is not seen"),
            }
        }
        if let Some(viewer) = &self.viewer {
            viewer.push(frame.payload.to_vec());
        }
    }

    /// The other side has nothing to build on.
    pub(super) fn key_wanted(&self) {
        if let Some(camera) = &self.camera {
            camera.want_key();
        }
    }

    /// Sound comes first: the picture takes what is left.
    pub(super) fn keep_to_the_rate(&mut self) {
        if let Some(camera) = &self.camera {
            let screen = self.shows == Shows::Screen;
            camera.set_bitrate(self.share.of(self.session.bandwidth(), screen, Instant::now()));
        }
    }

    /// What is sent and what comes, once a second.
    pub(super) fn numbers(&mut self, session: &kith_rtc::Stats) -> [Option<views::VideoStats>; 2] {
        let now = Instant::now();
        let [counted_out, counted_in] = &mut self.counted;
        let out = self.camera.as_ref().map(|camera| {
            let numbers = camera.numbers();
            views::VideoStats {
                codec: "h264".to_owned(),
                width: numbers.width,
                height: numbers.height,
                frames_per_second: counted_out.rate(numbers.sent, now),
                frames: numbers.sent,
                bitrate: session.video_out.bits_per_second,
                frozen: 0,
                paused: self.share.rests(),
            }
        });
        let seen = self.viewer.as_ref().map(|viewer| {
            let numbers = viewer.numbers();
            views::VideoStats {
                codec: "h264".to_owned(),
                width: numbers.width,
                height: numbers.height,
                frames_per_second: counted_in.rate(numbers.shown, now),
                frames: numbers.shown,
                bitrate: session.video_in.bits_per_second,
                frozen: numbers.frozen,
                paused: false,
            }
        });
        [out, seen]
    }

    /// Closes everything. Blocks.
    pub(super) fn close(self) {
        self.pictures.locked().remove(&self.call);
    }
}

fn failed(failed: &mpsc::Sender<()>, error: &VideoError) {
    tracing::warn!(%error, "what was to be shown in a call is not");
    // One that waits says the same.
    let _told = failed.try_send(());
}

fn send(session: &Session, encoded: Encoded, at: Duration) -> bool {
    let ticks = at.as_micros() * CLOCK / 1_000_000;
    #[expect(clippy::cast_possible_truncation, reason = "it wraps, as RTP says")]
    let timestamp = ticks as u32;
    let frame = VideoFrame { codec: VideoCodec::H264, timestamp, payload: encoded.payload.into() };
    match session.send_video(frame) {
        Ok(()) => true,
        Err(error) => {
            tracing::debug!(%error, "a picture is not sent");
            false
        }
    }
}
