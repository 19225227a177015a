//! The sound of a call: from the microphone to packets, and from packets to the speaker.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

use kith_media::{
    AudioIn, Capture, CaptureSettings, CodecError, Decoder, Encoder, EncoderConfig, Engine, EngineError, EngineEvent,
    FRAME, Frame, Gate, Handlers, JitterBuffer, Mixer, MixerError, Noise, Packet, Process, ResampleError, SourceId,
    Stereo,
};
use kith_rtc::{AudioPacket, RtpPacket, Session};

use super::Sound;

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
    /// What is heard once the other side can hear it.
    later: Option<AudioIn>,
}

impl Voice {
    /// Opens the devices, and sends what they give from then on.
    pub(super) fn start(sound: &Sound, session: &Arc<Session>, microphone: bool) -> Result<Self, VoiceError> {
        let shared = Arc::new(Shared {
            microphone: AtomicBool::new(microphone),
            begun: AtomicBool::new(false),
            mine: AtomicU8::new(0),
            theirs: AtomicU8::new(0),
            numbers: Mutex::new(VoiceNumbers::default()),
        });
        let (packets, taken) = sync_channel(PACKETS);
        let chain = Chain { capture: Capture::new(settings(&sound.input))?, shared: Arc::clone(&shared) };
        let mut speech = Speech::new(Arc::clone(session), Arc::clone(&shared))?;
        let mut hearing = Hearing::new(taken, Arc::clone(&shared))?;
        let handlers = Handlers {
            chain: Box::new(chain),
            captured: Box::new(move |frame| speech.take(frame)),
            play: Box::new(move |out| hearing.play(out)),
            event: Box::new(|event| tell(&event)),
        };
        // A device takes a while to open; a file is to be heard from its beginning.
        let (first, later) = match &sound.input {
            device @ AudioIn::Device(_) => (device.clone(), None),
            other @ (AudioIn::Tone(_) | AudioIn::Silence | AudioIn::Wav(_)) => (AudioIn::Silence, Some(other.clone())),
        };
        let engine = Engine::start(first, sound.output.clone(), handlers)?;
        Ok(Self { shared, packets, engine, later })
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

/// What is worked on. A file is sent as it is: it has no echo, and whoever plays it chose how loud it is.
fn settings(input: &AudioIn) -> CaptureSettings {
    match input {
        AudioIn::Device(_) => CaptureSettings::default(),
        AudioIn::Tone(_) | AudioIn::Silence | AudioIn::Wav(_) => {
            CaptureSettings { echo: false, noise: Noise::Keep, gain: false, high_pass: false }
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest is for who looks closely, whatever it is")]
fn tell(event: &EngineEvent) {
    match event {
        EngineEvent::Failed { wanted, error } => tracing::warn!(?wanted, %error, "no sound from or to here"),
        EngineEvent::Lost { device, reason } => tracing::info!(device = device.name, ?reason, "a sound device is gone"),
        other => tracing::debug!(event = ?other, "sound"),
    }
}

/// A level from 0 to 100, even in what ears hear.
fn shown(dbfs: f32) -> u8 {
    let share = ((dbfs - SILENT_DBFS) / -SILENT_DBFS).clamp(0.0, 1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 100")]
    let percent = (share * 100.0).round() as u8;
    percent
}

struct Chain {
    capture: Capture,
    shared: Arc<Shared>,
}

impl Process for Chain {
    fn process(&mut self, frame: &mut Frame) {
        let on = self.shared.microphone.load(Ordering::Relaxed);
        self.capture.set_gate(if on { Gate::Open } else { Gate::Muted });
        let heard = self.capture.process(frame, ECHO_DELAY_MS);
        let level = if on { shown(heard.level_dbfs) } else { 0 };
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
