//! A decoder on a thread of its own.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::Duration,
};

use super::{H264Decoder, Picture, VideoError, VideoOut, codec::is_key, sink::Wall};
use crate::threads::Worker;

/// Encoded pictures that wait: half a second. Each may have a mebibyte.
const QUEUE: usize = 16;
/// How long the end of the thread is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is done with what is decoded. All of it is done on the thread.
pub struct ViewerHandlers {
    /// Takes a picture.
    pub shown: Box<dyn FnMut(Arc<Picture>) + Send>,
    /// Nothing can be shown until a picture comes that stands alone. Called for every picture that cannot be shown.
    pub key_wanted: Box<dyn FnMut() + Send>,
}

impl fmt::Debug for ViewerHandlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ViewerHandlers")
    }
}

/// What was seen, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ViewerNumbers {
    /// Pictures shown.
    pub shown: u64,
    /// How often the picture stood still, because one was lost or could not be read.
    pub frozen: u64,
    /// Of the last picture, in pixels.
    pub width: u32,
    /// Of the last picture, in pixels.
    pub height: u32,
}

/// Shows what comes. Dropping it ends that.
#[derive(Debug)]
pub struct Viewer {
    queue: Option<SyncSender<Vec<u8>>>,
    lost: Arc<AtomicBool>,
    numbers: Arc<Mutex<ViewerNumbers>>,
    _thread: Worker,
}

impl Viewer {
    /// Begins.
    ///
    /// # Errors
    ///
    /// [`VideoError::File`], [`VideoError::Thread`].
    pub fn start(out: &VideoOut, handlers: ViewerHandlers) -> Result<Self, VideoError> {
        let wall = Wall::open(out)?;
        let (queue, units) = sync_channel(QUEUE);
        let (lost, numbers) = (Arc::<AtomicBool>::default(), Arc::<Mutex<ViewerNumbers>>::default());
        let viewing = Viewing { wall, handlers, lost: Arc::clone(&lost), numbers: Arc::clone(&numbers), blind: true };
        let thread = Worker::start("kith decoder", PATIENCE, move || viewing.run(&units));
        Ok(Self { queue: Some(queue), lost, numbers, _thread: thread.map_err(VideoError::Thread)? })
    }

    /// Takes an access unit in Annex B. One that finds no room is lost, as it would be on the way.
    pub fn push(&self, unit: Vec<u8>) {
        if self.queue.as_ref().is_some_and(|queue| queue.try_send(unit).is_err()) {
            self.lost.store(true, Ordering::Relaxed);
        }
    }

    /// What was seen, in numbers.
    #[must_use]
    pub fn numbers(&self) -> ViewerNumbers {
        *self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.queue = None;
    }
}

struct Viewing {
    wall: Wall,
    handlers: ViewerHandlers,
    lost: Arc<AtomicBool>,
    numbers: Arc<Mutex<ViewerNumbers>>,
    /// Only a picture that stands alone can be shown.
    blind: bool,
}

impl Viewing {
    fn run(mut self, units: &Receiver<Vec<u8>>) {
        let mut decoder = H264Decoder::default();
        for unit in units {
            if self.lost.swap(false, Ordering::Relaxed) {
                self.freeze();
            }
            if self.blind && !is_key(&unit) {
                (self.handlers.key_wanted)();
                continue;
            }
            match decoder.decode(&unit) {
                Ok(Some(picture)) => self.show(picture),
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(%error, "a picture is not shown");
                    self.freeze();
                    (self.handlers.key_wanted)();
                }
            }
        }
    }

    fn freeze(&mut self) {
        if !std::mem::replace(&mut self.blind, true) {
            self.count(|numbers| numbers.frozen += 1);
        }
    }

    fn show(&mut self, picture: Picture) {
        self.blind = false;
        self.count(|numbers| {
            numbers.shown += 1;
            (numbers.width, numbers.height) = (picture.width(), picture.height());
        });
        self.wall.show(&picture);
        (self.handlers.shown)(Arc::new(picture));
    }

    fn count(&self, count: impl FnOnce(&mut ViewerNumbers)) {
        // No code that can panic runs under the lock.
        count(&mut self.numbers.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
