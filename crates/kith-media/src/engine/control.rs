//! The thread that opens, switches and closes sources and sinks.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender},
    },
    time::{Duration, Instant},
};

use super::{Endpoint, EngineEvent, LossReason, OpenError};
use crate::{
    device::{self, Lost, OpenStream, open_input, open_output},
    ring::Counters,
    sink::{AudioOut, Null, Speaker, WavFile},
    source::{AudioIn, Microphone, silence, tone, wav_file},
};

/// How often it looks at what nobody tells it of.
const LOOK: Duration = Duration::from_millis(500);

/// A device that calls for nothing as long as this has ended without saying so.
const STALLED: Duration = Duration::from_secs(5);

/// Until a device is looked for again where there was none.
const RETRY: Duration = Duration::from_secs(5);

/// Until a device that was asked for is looked for again while the default one stands in for it.
const RETAKE: Duration = Duration::from_secs(2);

/// A device that is lost so soon after it was opened is not tried again at once.
const SOON: Duration = Duration::from_secs(1);

/// What the control thread is told.
#[derive(Debug)]
pub(super) enum Command {
    Input(AudioIn),
    Output(AudioOut),
    List,
    /// Something may be lost, or all is to stop.
    Look,
}

/// What a side of the engine can be connected to.
pub(super) trait End: Clone + PartialEq {
    /// What the audio thread gets.
    type Part: Send;
    const DEFAULT: Self;
    /// Always there.
    const IDLE: Self;

    fn open(&self, counters: &Arc<Counters>, lost: impl Lost) -> Result<(Option<OpenStream>, Self::Part), OpenError>;
    fn is_device(&self) -> bool;
    fn endpoint(&self) -> Endpoint;
}

impl End for AudioIn {
    type Part = Box<dyn Microphone>;
    const DEFAULT: Self = Self::Device(None);
    const IDLE: Self = Self::Silence;

    fn open(&self, counters: &Arc<Counters>, lost: impl Lost) -> Result<(Option<OpenStream>, Self::Part), OpenError> {
        Ok(match self {
            Self::Device(name) => {
                let (stream, reader) = open_input(name.as_deref(), counters, lost)?;
                (Some(stream), Box::new(reader))
            }
            Self::Tone(hz) => (None, tone(*hz)),
            Self::Silence => (None, silence()),
            Self::Wav(path) => (None, wav_file(path)?),
        })
    }

    fn is_device(&self) -> bool {
        matches!(self, Self::Device(_))
    }

    fn endpoint(&self) -> Endpoint {
        Endpoint::In(self.clone())
    }
}

impl End for AudioOut {
    type Part = Box<dyn Speaker>;
    const DEFAULT: Self = Self::Device(None);
    const IDLE: Self = Self::Null;

    fn open(&self, counters: &Arc<Counters>, lost: impl Lost) -> Result<(Option<OpenStream>, Self::Part), OpenError> {
        Ok(match self {
            Self::Device(name) => {
                let (stream, writer) = open_output(name.as_deref(), counters, lost)?;
                (Some(stream), Box::new(writer))
            }
            Self::Null => (None, Box::new(Null::default())),
            Self::Wav(path) => (None, Box::new(WavFile::create(path)?)),
        })
    }

    fn is_device(&self) -> bool {
        matches!(self, Self::Device(_))
    }

    fn endpoint(&self) -> Endpoint {
        Endpoint::Out(self.clone())
    }
}

/// A device in use.
struct InUse {
    stream: OpenStream,
    lost: Arc<AtomicBool>,
    opened: Instant,
    /// Callbacks seen, and when their number changed last.
    alive: (u64, Instant),
}

/// Why a side looks for something to connect to; what fails is told accordingly.
#[derive(Clone, Copy)]
enum Why {
    /// Everything is told.
    Start,
    /// That the device is lost was told already.
    Loss,
    /// What failed was told when it failed first.
    Retry,
}

impl Why {
    fn tell_failure(self, wanted: Endpoint, error: OpenError, tell: Tell<'_>) {
        match self {
            Self::Start | Self::Loss => tell(EngineEvent::Failed { wanted, error }),
            Self::Retry => tracing::debug!(%error, "there is still no device"),
        }
    }
}

/// The input or the output.
pub(super) struct Side<E: End> {
    pub(super) counters: Arc<Counters>,
    wanted: E,
    parts: SyncSender<E::Part>,
    in_use: Option<InUse>,
    retry: Option<Instant>,
}

type Tell<'a> = &'a mut (dyn FnMut(EngineEvent) + Send);

impl<E: End> Side<E> {
    pub(super) fn new(wanted: E, parts: SyncSender<E::Part>) -> Self {
        Self { counters: Arc::default(), wanted, parts, in_use: None, retry: None }
    }

    /// Opens `end`, hands it over, and only then closes the one before.
    fn switch(&mut self, end: &E, wake: &SyncSender<Command>) -> Result<EngineEvent, OpenError> {
        let lost = Arc::new(AtomicBool::new(false));
        let (flag, wake) = (lost.clone(), wake.clone());
        let (stream, part) = end.open(&self.counters, move || {
            flag.store(true, Ordering::SeqCst);
            // Where there is no room, the flag is seen after the commands that wait.
            wake.try_send(Command::Look).ok();
        })?;
        self.parts.try_send(part).map_err(|_hangs| OpenError::Hangs)?;
        let now = Instant::now();
        let alive = (self.counters.callbacks(), now);
        self.in_use = stream.map(|stream| InUse { stream, lost, opened: now, alive });
        self.retry = None;
        let device = self.in_use.as_ref().map(|in_use| in_use.stream.device.clone());
        Ok(EngineEvent::Switched { to: end.endpoint(), device })
    }

    /// What a person asked for. If it fails, all stays as it is, unless it is a device: the default one stands in for that.
    fn set(&mut self, end: E, wake: &SyncSender<Command>, tell: Tell<'_>) {
        match self.switch(&end, wake) {
            Ok(event) => {
                self.wanted = end;
                tell(event);
            }
            Err(error) if end.is_device() => {
                self.wanted = end.clone();
                tell(EngineEvent::Failed { wanted: end.endpoint(), error });
                self.stand_in(Why::Start, wake, tell);
            }
            Err(error) => tell(EngineEvent::Failed { wanted: end.endpoint(), error }),
        }
    }

    /// Takes the default device in place of the one that is wanted, unless that is the one.
    fn stand_in(&mut self, why: Why, wake: &SyncSender<Command>, tell: Tell<'_>) {
        if self.wanted != E::DEFAULT {
            match self.switch(&E::DEFAULT, wake) {
                Ok(event) => {
                    self.retry = Some(Instant::now() + RETAKE);
                    return tell(event);
                }
                Err(error) => why.tell_failure(E::DEFAULT.endpoint(), error, tell),
            }
        }
        self.retry = Some(Instant::now() + RETRY);
    }

    /// Takes what is wanted, or else the default device, or else nothing until it is time to try again. Never a device in
    /// place of something that is none: who asked for a file does not want to be heard.
    fn settle(&mut self, why: Why, wake: &SyncSender<Command>, tell: Tell<'_>) {
        match self.switch(&self.wanted.clone(), wake) {
            Ok(event) => return tell(event),
            Err(error) if matches!(why, Why::Loss) && self.wanted.is_device() && self.wanted != E::DEFAULT => {
                tracing::debug!(%error, "it is lost");
            }
            Err(error) => why.tell_failure(self.wanted.endpoint(), error, tell),
        }
        if self.wanted.is_device() {
            self.stand_in(why, wake, tell);
        }
    }

    /// Looks for what is wanted while something stands in for it, which goes on if it is not there.
    fn retake(&mut self, wake: &SyncSender<Command>, tell: Tell<'_>) {
        match self.switch(&self.wanted.clone(), wake) {
            Ok(event) => tell(event),
            Err(error) => {
                tracing::debug!(%error, "a device is not back yet");
                self.retry = Some(Instant::now() + RETAKE);
            }
        }
    }

    /// Notices a loss, and that it is time to try again.
    fn look(&mut self, now: Instant, wake: &SyncSender<Command>, tell: Tell<'_>) {
        if let Some(reason) = self.loss(now) {
            self.replace(reason, wake, tell);
        } else if self.retry.is_some_and(|retry| retry <= now) {
            if self.in_use.is_some() { self.retake(wake, tell) } else { self.settle(Why::Retry, wake, tell) }
        }
    }

    fn loss(&mut self, now: Instant) -> Option<LossReason> {
        let in_use = self.in_use.as_mut()?;
        if in_use.lost.load(Ordering::SeqCst) {
            return Some(LossReason::Gone);
        }
        let callbacks = self.counters.callbacks();
        if in_use.alive.0 != callbacks {
            in_use.alive = (callbacks, now);
        }
        (now.saturating_duration_since(in_use.alive.1) >= STALLED).then_some(LossReason::Stalled)
    }

    /// Goes on with silence at once, and then with another device.
    fn replace(&mut self, reason: LossReason, wake: &SyncSender<Command>, tell: Tell<'_>) {
        let Some(InUse { stream, opened, .. }) = self.in_use.take() else { return };
        let soon = opened.elapsed() < SOON;
        tell(EngineEvent::Lost { device: stream.device.clone(), reason });
        let idle = self.switch(&E::IDLE, wake);
        drop(stream);
        if !soon {
            self.settle(Why::Loss, wake, tell);
        } else {
            self.retry = Some(Instant::now() + RETRY);
        }
        if self.in_use.is_none() {
            match idle {
                Ok(event) => tell(event),
                Err(error) => tell(EngineEvent::Failed { wanted: E::IDLE.endpoint(), error }),
            }
        }
    }
}

pub(super) struct Control {
    pub(super) input: Side<AudioIn>,
    pub(super) output: Side<AudioOut>,
    pub(super) event: Box<dyn FnMut(EngineEvent) + Send>,
    pub(super) commands: Receiver<Command>,
    /// Given to streams, so that they can say that they are lost.
    pub(super) wake: SyncSender<Command>,
    pub(super) stop: Arc<AtomicBool>,
}

impl Control {
    /// Until it is to stop. Streams are closed then.
    pub(super) fn run(mut self) {
        let Self { input, output, event, commands, wake, stop } = &mut self;
        let tell = &mut **event;
        input.settle(Why::Start, wake, tell);
        output.settle(Why::Start, wake, tell);
        while !stop.load(Ordering::SeqCst) {
            match commands.recv_timeout(LOOK) {
                Ok(Command::Input(end)) => input.set(end, wake, tell),
                Ok(Command::Output(end)) => output.set(end, wake, tell),
                Ok(Command::List) => tell(EngineEvent::Devices(device::list_devices())),
                Ok(Command::Look) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let now = Instant::now();
            input.look(now, wake, tell);
            output.look(now, wake, tell);
        }
    }
}
