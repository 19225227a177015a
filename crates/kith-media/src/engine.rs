//! Devices, threads and the pace between them, joined.
//!
//! Three threads beside those of streams. `kith audio in` takes 10 ms after 10 ms from a source, has the chain work on it
//! and hands it out. `kith audio out` asks for 10 ms whenever a sink is about to run out, and passes them to the chain as
//! what the microphone will hear of them. `kith audio control` opens, switches and closes, and notices what is lost.
//! The first two never wait for the third: while a device is opened they go on with the one before, or with silence.

mod capture;
mod control;
mod playback;

use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    time::Duration,
};

use rtrb::RingBuffer;

use crate::{
    device::{DeviceError, DeviceInfo},
    frame::Frame,
    mixer::Stereo,
    ring::{Counters, RingStatistics},
    sink::AudioOut,
    source::{AudioIn, FileError},
    threads::Worker,
};
use capture::Capture;
use control::{Command, Control, Side};
use playback::Playback;

/// Commands that wait for the control thread. People press a button a few times while a device opens, not more often.
const COMMANDS: usize = 16;

/// New sources that wait for the capture thread, and sinks for the playback thread: one while the one before is still
/// being taken.
const PARTS: usize = 2;

/// Frames that were played and not yet shown to the chain: 320 ms, for a capture thread that is not scheduled for a while.
const REFERENCES: usize = 32;

/// For the end of a thread that waits for nothing but handlers.
const PATIENCE: Duration = Duration::from_secs(1);

/// For the end of the control thread, which may be opening or closing a stream.
const CONTROL_PATIENCE: Duration = Duration::from_secs(3);

/// What becomes of sound between the microphone and [`Handlers::captured`], such as echo cancelling. Called on the capture
/// thread only.
pub trait Process: Send {
    /// Works on 10 ms from the source, in place.
    fn process(&mut self, frame: &mut Frame);

    /// Hears 10 ms that a sink is about to play, as the mean of left and right. Comes before the frame that may carry its echo.
    fn render(&mut self, frame: &Frame);
}

/// What an engine calls. None of them may wait: their threads have 10 ms for everything.
pub struct Handlers {
    /// Works on what the source gives.
    pub chain: Box<dyn Process>,
    /// Gets every frame that comes out of the chain.
    pub captured: Box<dyn FnMut(&Frame) + Send>,
    /// Fills 10 ms of left and right, interleaved (960 samples), which are silence if left alone.
    pub play: Box<dyn FnMut(&mut Stereo) + Send>,
    /// Hears what happens, on the control thread.
    pub event: Box<dyn FnMut(EngineEvent) + Send>,
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handlers").finish_non_exhaustive()
    }
}

/// A source or a sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A source.
    In(AudioIn),
    /// A sink.
    Out(AudioOut),
}

/// Why a device was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossReason {
    /// The sound system said so: it was unplugged, or the sound system itself ended.
    Gone,
    /// It neither gave nor took anything for five seconds.
    Stalled,
}

/// Why a source or sink does not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The device.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The thread that would use it takes nothing: a handler hangs or has panicked.
    #[error("the audio thread does not take it")]
    Hangs,
}

/// What happens in an engine.
#[derive(Debug)]
#[non_exhaustive]
pub enum EngineEvent {
    /// This source or sink is in use from now on.
    Switched {
        /// What is in use; silence or nothing while no device is to be had.
        to: Endpoint,
        /// The device behind it.
        device: Option<DeviceInfo>,
    },
    /// This device does not work any more. What takes its place follows: the default one until this is back, or silence
    /// until there is one.
    Lost {
        /// The device, of the direction it says.
        device: DeviceInfo,
        /// How that was noticed.
        reason: LossReason,
    },
    /// This source or sink did not open. The one before stays in use, or, if it is a device, the default one is taken until
    /// it is there. Said once, even if it is tried again.
    Failed {
        /// What did not open.
        wanted: Endpoint,
        /// Why.
        error: OpenError,
    },
    /// The answer to [`Engine::list_devices`].
    Devices(Result<Vec<DeviceInfo>, DeviceError>),
}

/// Why a command was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// No thread could be started.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
    /// Sixteen commands wait already: the sound system is slow.
    #[error("the sound system is busy")]
    Busy,
    /// The control thread has ended: a handler panicked.
    #[error("the engine has stopped")]
    Stopped,
}

/// What an engine has counted since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineStatistics {
    /// Of the devices listened to.
    pub input: RingStatistics,
    /// Of the devices played on.
    pub output: RingStatistics,
    /// Frames of 10 ms handed to [`Handlers::captured`].
    pub captured: u64,
    /// Frames of 10 ms asked of [`Handlers::play`].
    pub played: u64,
    /// Frames played that the chain never heard of, because the capture thread was late.
    pub unheard: u64,
}

/// What the audio threads count.
#[derive(Debug, Default)]
struct Frames {
    captured: AtomicU64,
    played: AtomicU64,
    unheard: AtomicU64,
}

/// A running engine. Dropping it stops it; that takes as long as a stream takes to close, and three seconds at most each for
/// what hangs.
#[derive(Debug)]
pub struct Engine {
    commands: SyncSender<Command>,
    stop: Arc<AtomicBool>,
    input: Arc<Counters>,
    output: Arc<Counters>,
    frames: Arc<Frames>,
    // Dropped in this order.
    _control: Worker,
    _capture: Worker,
    _playback: Worker,
}

impl Engine {
    /// Starts with this source and this sink. They are opened afterwards: until [`EngineEvent::Switched`] there is silence.
    ///
    /// # Errors
    ///
    /// When the system grants no further thread.
    pub fn start(input: AudioIn, output: AudioOut, handlers: Handlers) -> Result<Self, EngineError> {
        let Handlers { chain, captured, play, event } = handlers;
        let (commands, received) = sync_channel(COMMANDS);
        let (sources, new_sources) = sync_channel(PARTS);
        let (sinks, new_sinks) = sync_channel(PARTS);
        let (played, references) = RingBuffer::new(REFERENCES);
        let (stop, frames) = (Arc::new(AtomicBool::new(false)), Arc::new(Frames::default()));
        let capture =
            Capture { sources: new_sources, references, chain, captured, frames: frames.clone(), stop: stop.clone() };
        let playback =
            Playback { sinks: new_sinks, references: played, play, frames: frames.clone(), stop: stop.clone() };
        let (input, output) = (Side::new(input, sources), Side::new(output, sinks));
        let counters = (input.counters.clone(), output.counters.clone());
        let control = Control { input, output, event, commands: received, wake: commands.clone(), stop: stop.clone() };
        let capture = Worker::start("kith audio in", PATIENCE, || capture.run()).map_err(EngineError::Thread)?;
        let playback = Worker::start("kith audio out", PATIENCE, || playback.run()).map_err(EngineError::Thread)?;
        let control =
            Worker::start("kith audio control", CONTROL_PATIENCE, || control.run()).map_err(EngineError::Thread)?;
        let (input, output) = counters;
        Ok(Self { commands, stop, input, output, frames, _control: control, _capture: capture, _playback: playback })
    }

    /// Takes another source. [`EngineEvent::Switched`] or [`EngineEvent::Failed`] tells what became of it.
    ///
    /// # Errors
    ///
    /// [`EngineError::Busy`] and [`EngineError::Stopped`].
    pub fn set_input(&self, input: AudioIn) -> Result<(), EngineError> {
        self.command(Command::Input(input))
    }

    /// Takes another sink. [`EngineEvent::Switched`] or [`EngineEvent::Failed`] tells what became of it.
    ///
    /// # Errors
    ///
    /// [`EngineError::Busy`] and [`EngineError::Stopped`].
    pub fn set_output(&self, output: AudioOut) -> Result<(), EngineError> {
        self.command(Command::Output(output))
    }

    /// Asks which devices there are. [`EngineEvent::Devices`] answers, within six seconds.
    ///
    /// # Errors
    ///
    /// [`EngineError::Busy`] and [`EngineError::Stopped`].
    pub fn list_devices(&self) -> Result<(), EngineError> {
        self.command(Command::List)
    }

    /// What has been counted up to now.
    pub fn statistics(&self) -> EngineStatistics {
        EngineStatistics {
            input: self.input.read(),
            output: self.output.read(),
            captured: self.frames.captured.load(Ordering::Relaxed),
            played: self.frames.played.load(Ordering::Relaxed),
            unheard: self.frames.unheard.load(Ordering::Relaxed),
        }
    }

    fn command(&self, command: Command) -> Result<(), EngineError> {
        self.commands.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => EngineError::Busy,
            TrySendError::Disconnected(_) => EngineError::Stopped,
        })
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Where this finds no room the thread has something to wake for already.
        self.commands.try_send(Command::Look).ok();
    }
}

#[cfg(test)]
mod tests;
