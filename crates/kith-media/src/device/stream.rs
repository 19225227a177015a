//! Streams, each on a thread of its own from opening to closing.
//!
//! Opening, playing and dropping a stream may block, and one of cpal cannot be given up halfway. So the thread that
//! controls sound never does it itself: it starts a thread that does, and waits up to a limit. A thread that comes through
//! later finds nobody waiting, and closes what it opened.

use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::Duration,
};

use cpal::{
    BufferSize, Device, ErrorKind, FromSample, SampleFormat, SizedSample, Stream, StreamConfig,
    traits::{DeviceTrait as _, StreamTrait as _},
};

use super::{
    DeviceError, DeviceInfo, Direction,
    config::{Choice, choose},
    connection::Connection,
    list::{find, missing},
};
use crate::{
    frame::FRAME,
    ring::{CaptureCallback, CaptureReader, Counters, PlaybackCallback, PlaybackWriter, capture_ring, playback_ring},
    threads::Worker,
};

/// For anything asked of a sound system. An idle PulseAudio sink takes two seconds to start, a hanging server two to be
/// given up in favour of ALSA.
const LIMIT: Duration = Duration::from_secs(6);

/// For closing a stream: nobody waits for that to hear something, but the thread that controls sound does.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// How often a device is looked for that is in use.
const PRESENCE: Duration = Duration::from_secs(1);

/// Threads in sound systems at any time in this process: two streams, two that are being opened and a list for each of
/// two engines, and a few that hang.
const MAX_THREADS: usize = 16;

static THREADS: AtomicUsize = AtomicUsize::new(0);

/// Counts a thread as long as it lives.
struct Counted;

impl Counted {
    fn new() -> Result<Self, DeviceError> {
        let threads = THREADS.fetch_add(1, Ordering::SeqCst);
        let counted = Self;
        if threads >= MAX_THREADS { Err(DeviceError::Stuck { threads }) } else { Ok(counted) }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        THREADS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Asks a sound system something that needs no stream, on a thread of its own, for up to [`LIMIT`].
pub(super) fn ask<T: Send + 'static>(
    doing: &'static str,
    question: impl FnOnce() -> Result<T, DeviceError> + Send + 'static,
) -> Result<T, DeviceError> {
    let counted = Counted::new()?;
    let (answer, answered) = sync_channel(1);
    let worker = Worker::start("kith audio list", Duration::ZERO, move || {
        let _counted = counted;
        // Nobody waits any more if this fails.
        answer.send(question()).ok();
    });
    // Left to itself when this returns: by then it has answered or hangs.
    let _worker = worker.map_err(DeviceError::Thread)?;
    answered.recv_timeout(LIMIT).unwrap_or(Err(DeviceError::Timeout { doing, limit: LIMIT }))
}

/// Called when a device is gone, at most once per stream and not on the caller's thread.
pub(crate) trait Lost: Fn() + Send + Sync + 'static {}

impl<F: Fn() + Send + Sync + 'static> Lost for F {}

/// Says once that a device is gone.
struct Gone {
    said: AtomicBool,
    /// Whether the sound system ended this stream, and not itself.
    killed: AtomicBool,
    lost: Box<dyn Fn() + Send + Sync>,
}

impl Gone {
    fn say(&self) {
        if !self.said.swap(true, Ordering::SeqCst) {
            (self.lost)();
        }
    }
}

/// A stream that plays or listens until dropped.
#[derive(Debug)]
pub(crate) struct OpenStream {
    pub(crate) device: DeviceInfo,
    // Before the thread, which ends when nobody holds the other end of this.
    _stop: SyncSender<()>,
    _thread: Worker,
}

/// Listens to the input of this id or name, or to the default one.
pub(crate) fn open_input(
    name: Option<&str>,
    counters: &Arc<Counters>,
    lost: impl Lost,
) -> Result<(OpenStream, CaptureReader), DeviceError> {
    let counters = counters.clone();
    open(Direction::Input, name, lost, move |device, Choice { config, format }, gone| {
        let (callback, reader) = capture_ring(config.channels, counters.clone());
        let failed = on_error(counters.clone(), gone.clone());
        let stream = if format == SampleFormat::I16 {
            build_input::<i16>(device, config, callback, failed)
        } else if format == SampleFormat::I32 {
            build_input::<i32>(device, config, callback, failed)
        } else {
            build_input::<f32>(device, config, callback, failed)
        };
        stream.map(|stream| (stream, reader))
    })
}

/// Plays on the output of this id or name, or on the default one.
pub(crate) fn open_output(
    name: Option<&str>,
    counters: &Arc<Counters>,
    lost: impl Lost,
) -> Result<(OpenStream, PlaybackWriter), DeviceError> {
    let counters = counters.clone();
    open(Direction::Output, name, lost, move |device, Choice { config, format }, gone| {
        let (callback, writer) = playback_ring(config.channels, counters.clone());
        let failed = on_error(counters.clone(), gone.clone());
        let stream = if format == SampleFormat::I16 {
            build_output::<i16>(device, config, callback, failed)
        } else if format == SampleFormat::I32 {
            build_output::<i32>(device, config, callback, failed)
        } else {
            build_output::<f32>(device, config, callback, failed)
        };
        stream.map(|stream| (stream, writer))
    })
}

fn build_input<T: SizedSample>(
    device: &Device,
    config: StreamConfig,
    mut callback: CaptureCallback,
    failed: impl FnMut(cpal::Error) + Send + 'static,
) -> Result<Stream, cpal::Error>
where
    f32: FromSample<T>,
{
    device.build_input_stream(config, move |data: &[T], _| callback.run(data), failed, Some(LIMIT))
}

fn build_output<T: SizedSample + FromSample<f32>>(
    device: &Device,
    config: StreamConfig,
    mut callback: PlaybackCallback,
    failed: impl FnMut(cpal::Error) + Send + 'static,
) -> Result<Stream, cpal::Error> {
    device.build_output_stream(config, move |data: &mut [T], _| callback.run(data), failed, Some(LIMIT))
}

/// What a stream does with errors. Sound systems call it between callbacks: it counts, and says once that all is over.
fn on_error(counters: Arc<Counters>, gone: Arc<Gone>) -> impl FnMut(cpal::Error) + Send + 'static {
    move |error| {
        let kind = error.kind();
        if kind == ErrorKind::Xrun {
            counters.xrun();
        } else if matches!(
            kind,
            ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated | ErrorKind::HostUnavailable
        ) {
            gone.killed.fetch_or(kind == ErrorKind::DeviceNotAvailable, Ordering::SeqCst);
            gone.say();
        } else if !matches!(kind, ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied) {
            counters.error();
        }
    }
}

/// Makes a stream and our end of its ring; called again where its buffer size was refused.
trait Build<P>: Fn(&Device, Choice, &Arc<Gone>) -> Result<(Stream, P), cpal::Error> + Send + 'static {}

impl<P, F: Fn(&Device, Choice, &Arc<Gone>) -> Result<(Stream, P), cpal::Error> + Send + 'static> Build<P> for F {}

fn open<P: Send + 'static>(
    direction: Direction,
    name: Option<&str>,
    lost: impl Lost,
    build: impl Build<P>,
) -> Result<(OpenStream, P), DeviceError> {
    let counted = Counted::new()?;
    let name = name.map(str::to_owned);
    let gone = Arc::new(Gone { said: AtomicBool::new(false), killed: AtomicBool::new(false), lost: Box::new(lost) });
    let (stop, stopped) = sync_channel(0);
    let (answer, answered) = sync_channel(1);
    let thread = Worker::start("kith audio dev", CLOSE_LIMIT, move || {
        let _counted = counted;
        match Playing::start(direction, name.as_deref(), build, &gone) {
            Ok((playing, part)) => {
                // Nobody waits any more if this fails.
                if answer.send(Ok((playing.info.clone(), part))).is_ok() {
                    playing.stay(&stopped, &gone);
                }
            }
            Err(error) => drop(answer.send(Err(error))),
        }
    });
    let thread = thread.map_err(DeviceError::Thread)?;
    let timeout = DeviceError::Timeout { doing: "open a stream", limit: LIMIT };
    let (device, part) = answered.recv_timeout(LIMIT).unwrap_or(Err(timeout))?;
    Ok((OpenStream { device, _stop: stop, _thread: thread }, part))
}

/// A stream, on its thread.
struct Playing {
    // Before the connection: others may use that as soon as it is dropped.
    stream: Stream,
    connection: Connection,
    info: DeviceInfo,
}

impl Playing {
    fn start<P>(
        direction: Direction,
        name: Option<&str>,
        build: impl Build<P>,
        gone: &Arc<Gone>,
    ) -> Result<(Self, P), DeviceError> {
        let (connection, (device, info)) = Connection::ask(|host| find(host, direction, name))?;
        let formats = match direction {
            Direction::Input => device.supported_input_configs().map(Iterator::collect::<Vec<_>>),
            Direction::Output => device.supported_output_configs().map(Iterator::collect),
        };
        let formats = formats.map_err(DeviceError::system("ask for the formats of the device"))?;
        let mut choice = choose(&info.name, direction, formats.into_iter())?;
        let mut built = build(&device, choice, gone);
        // Some cards take other buffers than they say. PulseAudio, whose default is seconds, takes any.
        for buffer_size in [BufferSize::Fixed(2 * FRAME as u32), BufferSize::Default] {
            if built.as_ref().is_err_and(|error| error.kind() == ErrorKind::UnsupportedConfig) {
                choice.config.buffer_size = buffer_size;
                built = build(&device, choice, gone);
            }
        }
        let (stream, part) = built.map_err(DeviceError::system("open a stream"))?;
        stream.play().map_err(DeviceError::system("start a stream"))?;
        Ok((Self { stream, connection, info }, part))
    }

    /// Until the handle is dropped. PulseAudio moves the streams of a device that is unplugged to the default one and tells
    /// nobody, so it is asked.
    fn stay(self, stopped: &Receiver<()>, gone: &Gone) {
        let pulseaudio = self.connection.is_pulseaudio();
        while stopped.recv_timeout(PRESENCE) == Err(RecvTimeoutError::Timeout) {
            if pulseaudio && self.connection.host().is_some_and(|host| missing(host, &self.info)) {
                gone.say();
            }
        }
        if pulseaudio && self.info.direction == Direction::Output && gone.killed.load(Ordering::SeqCst) {
            // A drop would wait for ever: in cpal 0.18 for a thread that waits for the end of a stream, which the client
            // never hears of where the server ended it. That idle thread stays.
            mem::forget(self.stream);
        }
    }
}
