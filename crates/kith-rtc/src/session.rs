//! The handle of a session.

use crate::{
    actor::{Actor, Command},
    api::{AudioPacket, Candidate, Description, MAX_AUDIO, MAX_DATA, MAX_VIDEO, SessionConfig, Stats, VideoFrame},
    connection::{check_servers, local_track},
    error::Error,
    estimator::Estimator,
    media::{Agreed, Incoming, send_audio, send_video},
    overlay::Overlay,
    queue::{Events, Queue},
    sdp::is_candidate,
    tap::Link,
};
use bytes::Bytes;
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use std::sync::{Arc, atomic::AtomicU64};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

/// Commands that wait; each is answered, so a caller that waits for answers leaves one.
const COMMANDS: usize = 64;
/// 320 ms of sound: beyond, the connection does not keep up.
const AUDIO_OUT: usize = 16;
/// A picture that waits is late already.
const VIDEO_OUT: usize = 2;

/// A WebRTC session with one peer. Dropping it ends everything.
#[derive(Debug)]
pub struct Session {
    commands: mpsc::Sender<Command>,
    audio: mpsc::Sender<AudioPacket>,
    video: mpsc::Sender<VideoFrame>,
    agreed: Arc<Agreed>,
    link: Arc<Link>,
    keyframe: Arc<Notify>,
    token: CancellationToken,
    ended: CancellationToken,
    cancel: DropGuard,
}

impl Session {
    /// A session that has sent nothing, bound no socket and asked no server yet: that begins with [`Session::start`] or
    /// the first offer. Its task runs on `tracker` and ends when the session is closed or dropped, or `cancel` is
    /// cancelled.
    ///
    /// # Errors
    ///
    /// [`Error::IceServer`].
    pub fn open(
        config: SessionConfig,
        tracker: &TaskTracker,
        cancel: &CancellationToken,
    ) -> Result<(Self, Events), Error> {
        check_servers(&config.ice_servers)?;
        let queue = Arc::new(Queue::default());
        let link = Arc::new(Link::new(Estimator::new(config.bandwidth), queue.clone()));
        let (agreed, keyframe) = (Arc::new(Agreed::default()), Arc::new(Notify::new()));
        let (token, ended) = (cancel.child_token(), CancellationToken::new());
        let (commands, commands_out) = mpsc::channel(COMMANDS);
        let (audio, audio_out) = mpsc::channel(AUDIO_OUT);
        let (video, video_out) = mpsc::channel(VIDEO_OUT);
        let incoming = Incoming {
            queue: queue.clone(),
            duplicates: Arc::new(AtomicU64::new(0)),
            keyframe: keyframe.clone(),
            token: token.clone(),
        };
        // Ends with the session; its end is waited for by the session's own task.
        let tasks = TaskTracker::new();
        let audio_track = config.audio.then(|| local_track(RtpCodecKind::Audio));
        let video_track = config.video.then(|| local_track(RtpCodecKind::Video));
        if let Some(track) = audio_track.clone() {
            tasks.spawn(send_audio(track, audio_out, agreed.clone(), token.clone()));
        }
        if let Some(track) = video_track.clone() {
            tasks.spawn(send_video(track, video_out, agreed.clone(), token.clone()));
        }
        let actor = Actor::new(
            config,
            incoming,
            link.clone(),
            agreed.clone(),
            tasks,
            [audio_track, video_track].map(|t| t.map(|t| t.0)),
        );
        tracker.spawn(actor.run(commands_out, ended.clone()));
        let session = Self {
            commands,
            audio,
            video,
            agreed,
            link,
            keyframe,
            token: token.clone(),
            ended,
            cancel: token.drop_guard(),
        };
        Ok((session, Events { queue }))
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<Result<T, Error>>) -> Command) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        if self.commands.send(command(answer)).await.is_err() {
            return Err(Error::Closed);
        }
        answered.await.unwrap_or(Err(Error::Closed))
    }

    /// Offers, and begins to gather candidates. Calling it again offers again.
    ///
    /// # Errors
    ///
    /// [`Error::NoRelay`] (with [`State::Failed`](crate::State::Failed) as an event), [`Error::Stack`], [`Error::Closed`].
    pub async fn start(&self) -> Result<(), Error> {
        self.ask(Command::Start).await
    }

    /// Takes a description of the other side; an answer to an offer comes as an event. An offer that crosses one of ours
    /// wins on the polite side and is passed over on the other, without an error.
    ///
    /// # Errors
    ///
    /// [`Error::Sdp`], [`Error::UnexpectedAnswer`], [`Error::FingerprintChanged`], and those of [`Session::start`]. The
    /// session goes on with what it had.
    pub async fn remote_description(&self, description: Description) -> Result<(), Error> {
        self.ask(|answer| Command::Describe(description, answer)).await
    }

    /// Takes a candidate of the other side, also before its description. An empty line (the end of candidates) is
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Candidate`], [`Error::TooManyCandidates`], [`Error::Closed`].
    pub async fn remote_candidate(&self, candidate: Candidate) -> Result<(), Error> {
        if candidate.line.is_empty() {
            return Ok(());
        }
        if !is_candidate(&candidate.line) || candidate.mid.as_ref().is_some_and(|mid| mid.len() > 32) {
            return Err(Error::Candidate);
        }
        self.ask(|answer| Command::Candidate(candidate, answer)).await
    }

    /// Looks for a new path with new sockets, as after a change of network. Media goes on over the old path meanwhile if
    /// it can. One side is enough.
    ///
    /// # Errors
    ///
    /// As [`Session::start`].
    pub async fn restart_ice(&self) -> Result<(), Error> {
        self.ask(Command::Restart).await
    }

    /// Sends a sound packet; for a thread that may not wait.
    ///
    /// # Errors
    ///
    /// [`Error::TooLong`], [`Error::NotNegotiated`], [`Error::Full`], [`Error::Closed`].
    pub fn send_audio(&self, packet: AudioPacket) -> Result<(), Error> {
        bounded(packet.payload.len(), MAX_AUDIO)?;
        self.ready(self.agreed.audio().is_some())?;
        queued(self.audio.try_send(packet))
    }

    /// Sends a picture of the codec [`Stats::video_codec`] names; for a thread that may not wait.
    ///
    /// # Errors
    ///
    /// As [`Session::send_audio`]; [`Error::NotNegotiated`] also for another codec.
    pub fn send_video(&self, frame: VideoFrame) -> Result<(), Error> {
        bounded(frame.payload.len(), MAX_VIDEO)?;
        self.ready(self.agreed.video().is_some_and(|(_, codec)| codec == frame.codec))?;
        queued(self.video.try_send(frame))
    }

    /// Asks the other side for a picture that stands alone, at most once a second.
    pub fn want_keyframe(&self) {
        self.keyframe.notify_one();
    }

    /// Sends a message of 1 to [`MAX_DATA`] bytes. They arrive in order.
    ///
    /// # Errors
    ///
    /// [`Error::TooLong`], [`Error::NotNegotiated`] until [`SessionEvent::DataOpen`](crate::SessionEvent::DataOpen),
    /// [`Error::Full`] while 256 KiB wait, [`Error::Closed`].
    pub async fn send_data(&self, message: Bytes) -> Result<(), Error> {
        bounded(message.len(), MAX_DATA)?;
        self.ask(|answer| Command::Data(message, answer)).await
    }

    /// Opens a tunnel for what cannot go over UDP, instead of one that was opened before, and begins to try it; the other
    /// side has to do the same. Somebody has to carry its datagrams, of at most `limit` bytes, which is taken for at least
    /// [`OVERLAY_DATAGRAM_MIN`](crate::OVERLAY_DATAGRAM_MIN). A tunnel that is opened while another path is looked for may win
    /// over it, whatever its priority: it is for when others had their time.
    ///
    /// # Errors
    ///
    /// [`Error::NotNegotiated`] if the session was not opened with [`SessionConfig::overlay`], [`Error::Closed`].
    pub async fn overlay(&self, limit: usize) -> Result<Overlay, Error> {
        self.ask(|answer| Command::Overlay(limit, answer)).await
    }

    /// The session in numbers.
    ///
    /// # Errors
    ///
    /// [`Error::Closed`].
    pub async fn stats(&self) -> Result<Stats, Error> {
        self.ask(Command::Stats).await
    }

    /// What may be sent in all, in bits per second: cheap enough to ask before every picture.
    pub fn bandwidth(&self) -> u32 {
        self.link.target()
    }

    /// Ends the session and waits until nothing of it runs.
    pub async fn close(self) {
        drop(self.cancel);
        self.ended.cancelled().await;
    }

    fn ready(&self, negotiated: bool) -> Result<(), Error> {
        if self.token.is_cancelled() {
            Err(Error::Closed)
        } else if negotiated {
            Ok(())
        } else {
            Err(Error::NotNegotiated)
        }
    }
}

fn bounded(bytes: usize, limit: usize) -> Result<(), Error> {
    if (1..=limit).contains(&bytes) { Ok(()) } else { Err(Error::TooLong { bytes, limit }) }
}

fn queued<T>(result: Result<(), mpsc::error::TrySendError<T>>) -> Result<(), Error> {
    result.map_err(|error| match error {
        mpsc::error::TrySendError::Full(_) => Error::Full,
        mpsc::error::TrySendError::Closed(_) => Error::Closed,
    })
}
