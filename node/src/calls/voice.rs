//! The sound of a call: from the microphone to packets, and from packets to the speaker.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicU16, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

use kith_api::views::{SoundMode, SoundSettings};
use kith_media::{
    AudioIn, AudioOut, Capture, CodecError, Decoder, Encoder, EncoderConfig, Engine, EngineError, FRAME, Frame, Gate,
    Handlers, JitterBuffer, Mixer, MixerError, Packet, Process, ResampleError, SourceId, Stereo,
};
use kith_rtc::{AudioPacket, RtpPacket, Session};
use tokio::sync::watch;

use super::sound::{self, Sound, Use};

/// Packets that wait for the playback thread, which takes them every 10 ms: a second of them.
const PACKETS: usize = 64;
/// From what is about to be played to what the microphone gives of it, as a hint: two device buffers and a frame.
const ECHO_DELAY_MS: u32 = 60;
/// The other side, to the mixer.
const THEM: SourceId = SourceId(1);
/// What is as quiet as this is shown as silence, in dBFS.
const SILENT_DBFS: f32 = -60.0;

/// Why a call has no sound.
#[derive(Debug, thiserror::Error)]
pub(super) enum VoiceError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Codec(#[from] CodecError),
    #[error(transparent)]
    Chain(#[from] ResampleError),
    #[error(transparent)]
    Mixer(#[from] MixerError),
}

/// What was counted of the sound that came.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct VoiceNumbers {
    pub(super) concealed_samples: u64,
    pub(super) played_samples: u64,
    pub(super) delay: Duration,
}

/// What the threads of sound and the task of the call share.
struct Shared {
    microphone: AtomicBool,
    /// The key of push to talk is held.
    talk: AtomicBool,
    /// Of the other side, in percent.
    volume: AtomicU16,
    /// The other side hears something.
    begun: AtomicBool,
    /// From 0 to 100.
    mine: AtomicU8,
    theirs: AtomicU8,
    numbers: Mutex<VoiceNumbers>,
}

/// The sound of one call. Dropping it closes its streams, and waits for that.
pub(super) struct Voice {
    shared: Arc<Shared>,
    packets: SyncSender<RtpPacket>,
    engine: Engine,
    sound: Sound,
    /// What the engine was told last.
    ends: (AudioIn, AudioOut),
    /// What is heard once the other side can hear it.
    later: Option<AudioIn>,
}

impl Voice {
    /// Opens the devices, and sends what they give from then on.
    pub(super) fn start(sound: &Sound, session: &Arc<Session>, microphone: bool) -> Result<Self, VoiceError> {
        let shared = Arc::new(Shared {
            microphone: AtomicBool::new(microphone),
            talk: AtomicBool::new(false),
            volume: AtomicU16::new(100),
            begun: AtomicBool::new(false),
            mine: AtomicU8::new(0),
            theirs: AtomicU8::new(0),
            numbers: Mutex::new(VoiceNumbers::default()),
        });
        let (packets, taken) = sync_channel(PACKETS);
        let chain = Chain::new(sound, Arc::clone(&shared))?;
        let mut speech = Speech::new(Arc::clone(session), Arc::clone(&shared))?;
        let mut hearing = Hearing::new(taken, Arc::clone(&shared))?;
        let handlers = Handlers {
            chain: Box::new(chain),
            captured: Box::new(move |frame| speech.take(frame)),
            play: Box::new(move |out| hearing.play(out)),
            event: Box::new(sound.listens(Use::Call)),
        };
        // A device takes a while to open; a file is to be heard from its beginning.
        let ends = (sound.input(), sound.output());
        let (first, later) = match &ends.0 {
            device @ AudioIn::Device(_) => (device.clone(), None),
            other @ (AudioIn::Tone(_) | AudioIn::Silence | AudioIn::Wav(_)) => (AudioIn::Silence, Some(other.clone())),
        };
        let engine = Engine::start(first, ends.1.clone(), handlers)?;
        Ok(Self { shared, packets, engine, sound: sound.clone(), ends, later })
    }

    /// Takes the devices that are chosen now, without a gap longer than one takes to open. What becomes of sound is looked
    /// up where it is done.
    pub(super) fn settle(&mut self) {
        let (input, output) = (self.sound.input(), self.sound.output());
        let mut told = Ok(());
        if input != self.ends.0 {
            told = self.engine.set_input(input.clone());
            self.ends.0 = input;
        }
        if output != self.ends.1 {
            told = told.and(self.engine.set_output(output.clone()));
            self.ends.1 = output;
        }
        if let Err(error) = told {
            tracing::warn!(%error, "another device is not taken");
        }
    }

    /// The other side hears something from now on.
    pub(super) fn begin(&mut self) {
        self.shared.begun.store(true, Ordering::Relaxed);
        if let Some(input) = self.later.take()
            && let Err(error) = self.engine.set_input(input)
        {
            tracing::warn!(%error, "a call has no sound from here");
        }
    }

    pub(super) fn set_microphone(&self, on: bool) {
        self.shared.microphone.store(on, Ordering::Relaxed);
    }

    pub(super) fn set_talk(&self, held: bool) {
        self.shared.talk.store(held, Ordering::Relaxed);
    }

    pub(super) fn set_volume(&self, percent: u16) {
        self.shared.volume.store(percent, Ordering::Relaxed);
    }

    /// Takes a packet of the other side. One that finds no room is lost, as it would be on the way.
    pub(super) fn take(&self, packet: RtpPacket) {
        let _lost = self.packets.try_send(packet);
    }

    /// How loud this side and the other are.
    pub(super) fn levels(&self) -> (u8, u8) {
        (self.shared.mine.load(Ordering::Relaxed), self.shared.theirs.load(Ordering::Relaxed))
    }

    pub(super) fn numbers(&self) -> VoiceNumbers {
        *self.shared.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A level from 0 to 100, even in what ears hear.
pub(super) fn shown(dbfs: f32) -> u8 {
    let share = ((dbfs - SILENT_DBFS) / -SILENT_DBFS).clamp(0.0, 1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 100")]
    let percent = (share * 100.0).round() as u8;
    percent
}

struct Chain {
    capture: Capture,
    settings: watch::Receiver<SoundSettings>,
    /// What is worked on comes from a microphone.
    device: bool,
    mode: SoundMode,
    shared: Arc<Shared>,
}

impl Chain {
    fn new(sound: &Sound, shared: Arc<Shared>) -> Result<Self, ResampleError> {
        let (mut settings, device) = (sound.settings(), matches!(sound.input(), AudioIn::Device(_)));
        let now = settings.borrow_and_update().clone();
        Ok(Self { capture: Capture::new(sound::chain(&now, device))?, settings, device, mode: now.mode, shared })
    }

    fn gate(&self) -> Gate {
        if !self.shared.microphone.load(Ordering::Relaxed) {
            return Gate::Muted;
        }
        match self.mode {
            SoundMode::Voice => Gate::Voice,
            SoundMode::PushToTalk => Gate::PushToTalk { held: self.shared.talk.load(Ordering::Relaxed) },
            SoundMode::Always | _ => Gate::Open,
        }
    }
}

impl Process for Chain {
    fn process(&mut self, frame: &mut Frame) {
        if self.settings.has_changed().unwrap_or(false) {
            let now = self.settings.borrow_and_update();
            self.mode = now.mode;
            self.capture.set(sound::chain(&now, self.device));
        }
        self.capture.set_gate(self.gate());
        let heard = self.capture.process(frame, ECHO_DELAY_MS);
        let level = if heard.open { shown(heard.level_dbfs) } else { 0 };
        self.shared.mine.store(level, Ordering::Relaxed);
    }

    fn render(&mut self, frame: &Frame) {
        self.capture.render(frame);
    }
}

/// From 10 ms of sound to packets.
struct Speech {
    session: Arc<Session>,
    shared: Arc<Shared>,
    encoder: Encoder,
    waiting: Vec<f32>,
    timestamp: u32,
    silent: bool,
}

impl Speech {
    fn new(session: Arc<Session>, shared: Arc<Shared>) -> Result<Self, VoiceError> {
        let encoder = Encoder::new(EncoderConfig::default())?;
        let waiting = Vec::with_capacity(encoder.samples());
        Ok(Self { session, shared, encoder, waiting, timestamp: 0, silent: true })
    }

    fn take(&mut self, frame: &Frame) {
        if !self.shared.begun.load(Ordering::Relaxed) {
            return;
        }
        self.waiting.extend_from_slice(frame);
        if self.waiting.len() < self.encoder.samples() {
            return;
        }
        let timestamp = self.timestamp;
        // At most 960 samples; 32 bits wrap after a day, as RTP says.
        self.timestamp = timestamp.wrapping_add(u32::try_from(self.waiting.len()).unwrap_or(0));
        match self.encoder.encode(&self.waiting) {
            Ok(Some(payload)) => {
                let onset = std::mem::replace(&mut self.silent, false);
                let packet = AudioPacket { timestamp, payload: payload.to_vec().into(), onset };
                // When the line does not keep up, sound is lost, not kept.
                let _lost = self.session.send_audio(packet);
            }
            Ok(None) => self.silent = true,
            Err(error) => tracing::debug!(%error, "10 ms of sound were not encoded"),
        }
        self.waiting.clear();
    }
}

/// From packets to 10 ms of sound.
struct Hearing {
    packets: Receiver<RtpPacket>,
    jitter: JitterBuffer<Decoder>,
    mixer: Mixer,
    begun: Instant,
    played: u64,
    shared: Arc<Shared>,
}

impl Hearing {
    fn new(packets: Receiver<RtpPacket>, shared: Arc<Shared>) -> Result<Self, VoiceError> {
        let mut mixer = Mixer::new();
        mixer.add(THEM)?;
        let jitter = JitterBuffer::new(Decoder::new()?);
        Ok(Self { packets, jitter, mixer, begun: Instant::now(), played: 0, shared })
    }

    fn play(&mut self, out: &mut Stereo) {
        let Self { packets, jitter, mixer, begun, played, shared } = self;
        for packet in packets.try_iter() {
            let RtpPacket { sequence, timestamp, payload, arrived } = packet;
            let at = arrived.saturating_duration_since(*begun);
            jitter.push(Packet { sequence, timestamp, payload: payload.to_vec() }, at);
        }
        let now = begun.elapsed();
        let mut level = SILENT_DBFS;
        mixer.set_volume(THEM, f32::from(shared.volume.load(Ordering::Relaxed)) / 100.0);
        mixer.mix(
            |_, frame| {
                jitter.pull(now, frame);
                level = dbfs(frame);
            },
            out,
        );
        *played += FRAME as u64;
        shared.theirs.store(shown(level), Ordering::Relaxed);
        // Whoever reads the numbers holds the lock for a moment; the next frame has them as well.
        if let Ok(mut numbers) = shared.numbers.try_lock() {
            let stats = jitter.stats();
            *numbers = VoiceNumbers {
                concealed_samples: stats.concealed_samples,
                played_samples: *played,
                delay: stats.delay,
            };
        }
    }
}

fn dbfs(frame: &Frame) -> f32 {
    let power = frame.iter().map(|sample| sample * sample).sum::<f32>() / FRAME as f32;
    10.0 * power.max(1e-10).log10()
}
