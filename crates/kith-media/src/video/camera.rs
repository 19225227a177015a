//! A source and an encoder, each on a thread of its own: a source that is slow to give a picture delays no encoding, and
//! an encoder that is slow leaves pictures out.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    Encoded, H264Encoder, Kind, Latest, Picture, VideoError, VideoIn, codec::MIN_BITRATE, source, source::Lens,
};
use crate::threads::Worker;

/// How long the end of a thread is waited for: a large screen takes a while to copy.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the encoder waits for a picture before it looks whether an old one is wanted again.
const IDLE: Duration = Duration::from_millis(200);
/// Between two pictures that stand alone: they are large.
const KEY_INTERVAL: Duration = Duration::from_secs(1);
/// What does not move is encoded so many times, each better than the one before, and then no more.
const STILL: u32 = 15;
/// Below so many bits for a pixel, a smaller picture looks better; and so much above that, the larger one does again.
const POOR: f64 = 0.025;
const RICH: f64 = 2.0;
/// Pictures are halved so often at most.
const MAX_HALVINGS: u32 = 2;

/// What is done with what a camera gives. All of it is done on its threads.
pub struct CameraHandlers {
    /// Takes what is to be sent, and when it was taken, since the beginning; whether it found room.
    pub encoded: Box<dyn FnMut(Encoded, Duration) -> bool + Send>,
    /// Takes what is filmed.
    pub seen: Box<dyn FnMut(Arc<Picture>) + Send>,
    /// There are no more pictures.
    pub failed: Box<dyn FnOnce(VideoError) + Send>,
}

impl fmt::Debug for CameraHandlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CameraHandlers")
    }
}

/// A camera in numbers, since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CameraNumbers {
    /// Pictures taken.
    pub taken: u64,
    /// Of those, pictures the encoder was too slow for.
    pub dropped: u64,
    /// Of those, pictures that were sent.
    pub sent: u64,
    /// Of those, pictures that stand alone.
    pub keys: u64,
    /// What is sent, in pixels.
    pub width: u32,
    /// What is sent, in pixels.
    pub height: u32,
}

#[derive(Debug, Default)]
struct Shared {
    waiting: Latest<Arc<Picture>>,
    stop: Latest<()>,
    /// In bits per second; nothing is sent at 0.
    bitrate: AtomicU32,
    key: AtomicBool,
    numbers: Mutex<CameraNumbers>,
}

impl Shared {
    fn count(&self, count: impl FnOnce(&mut CameraNumbers)) {
        // No code that can panic runs under the lock.
        count(&mut self.numbers.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// An open camera. Dropping it closes it.
#[derive(Debug)]
pub struct Camera {
    shared: Arc<Shared>,
    _threads: [Worker; 2],
}

impl Camera {
    /// Opens one, at so many bits a second. Waits until the source is open.
    ///
    /// # Errors
    ///
    /// [`VideoError`].
    pub fn start(input: &VideoIn, bitrate: u32, handlers: CameraHandlers) -> Result<Self, VideoError> {
        Self::through(source::open(input)?, input.kind(), bitrate, handlers)
    }

    fn through(lens: Box<dyn Lens>, kind: Kind, bitrate: u32, handlers: CameraHandlers) -> Result<Self, VideoError> {
        let shared = Arc::new(Shared { bitrate: AtomicU32::new(bitrate), ..Shared::default() });
        let CameraHandlers { encoded, seen, failed } = handlers;
        let rate = lens.rate();
        let (films, encodes) = (Arc::clone(&shared), Arc::clone(&shared));
        let film = Worker::start("kith camera", PATIENCE, move || film(&films, lens, seen, failed));
        let encode = Worker::start("kith encoder", PATIENCE, move || {
            Encoding::new(encodes, kind, rate, encoded).run();
        });
        match (film, encode) {
            (Ok(film), Ok(encode)) => Ok(Self { shared, _threads: [film, encode] }),
            (Err(error), _) | (_, Err(error)) => {
                shared.stop.close();
                shared.waiting.close();
                Err(VideoError::Thread(error))
            }
        }
    }

    /// From the next picture on, in bits per second. At 0 nothing is sent, and the first picture after that stands alone.
    pub fn set_bitrate(&self, bitrate: u32) {
        self.shared.bitrate.store(bitrate, Ordering::Relaxed);
    }

    /// A picture that stands alone is wanted: the next one is it, unless one was sent within a second.
    pub fn want_key(&self) {
        self.shared.key.store(true, Ordering::Relaxed);
    }

    /// The camera in numbers.
    #[must_use]
    pub fn numbers(&self) -> CameraNumbers {
        *self.shared.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.shared.stop.close();
        self.shared.waiting.close();
    }
}

fn film(
    shared: &Shared,
    mut lens: Box<dyn Lens>,
    mut seen: Box<dyn FnMut(Arc<Picture>) + Send>,
    failed: Box<dyn FnOnce(VideoError) + Send>,
) {
    let interval = Duration::from_secs(1) / lens.rate().max(1);
    let mut due = Instant::now();
    while !shared.stop.is_closed() {
        match lens.next() {
            Ok(Some(picture)) => {
                let picture = Arc::new(picture);
                shared.count(|numbers| numbers.taken += 1);
                if shared.waiting.put(Arc::clone(&picture)).is_some() {
                    shared.count(|numbers| numbers.dropped += 1);
                }
                seen(picture);
            }
            // What was filmed last stays.
            Ok(None) => return,
            Err(error) => return failed(error),
        }
        // A picture that is late moves those after it.
        due = (due + interval).max(Instant::now());
        shared.stop.take(due.saturating_duration_since(Instant::now()));
    }
}

struct Encoding {
    shared: Arc<Shared>,
    encoder: H264Encoder,
    rate: u32,
    encoded: Box<dyn FnMut(Encoded, Duration) -> bool + Send>,
    begun: Instant,
    last: Option<Arc<Picture>>,
    /// How often the last one was seen again.
    still: u32,
    halvings: u32,
    key_at: Option<Instant>,
    /// What was encoded last did not leave: nothing after it can be shown.
    broken: bool,
}

impl Encoding {
    fn new(
        shared: Arc<Shared>,
        kind: Kind,
        rate: u32,
        encoded: Box<dyn FnMut(Encoded, Duration) -> bool + Send>,
    ) -> Self {
        let encoder = H264Encoder::new(kind, rate, shared.bitrate.load(Ordering::Relaxed));
        let (begun, last, key_at) = (Instant::now(), None, None);
        Self { shared, encoder, rate, encoded, begun, last, still: 0, halvings: 0, key_at, broken: false }
    }

    fn run(mut self) {
        while !self.shared.waiting.is_closed() {
            let picture = match self.shared.waiting.take(IDLE) {
                Some(picture) => {
                    let same = self.last.as_ref().is_some_and(|last| **last == *picture);
                    self.still = if same { self.still.saturating_add(1) } else { 0 };
                    self.last = Some(Arc::clone(&picture));
                    picture
                }
                // Somebody who joins has seen nothing yet.
                None => match self.last.clone().filter(|_| self.shared.key.load(Ordering::Relaxed)) {
                    Some(picture) => picture,
                    None => continue,
                },
            };
            if let Err(error) = self.encode(&picture) {
                tracing::warn!(%error, "a picture is not encoded");
                self.broken = true;
            }
        }
    }

    fn encode(&mut self, picture: &Picture) -> Result<(), VideoError> {
        let bitrate = self.shared.bitrate.load(Ordering::Relaxed);
        if bitrate < MIN_BITRATE {
            self.broken = true;
            return Ok(());
        }
        let wanted = self.shared.key.load(Ordering::Relaxed);
        let may = self.key_at.is_none_or(|at| at.elapsed() >= KEY_INTERVAL);
        let key = (wanted || self.broken) && may;
        if self.broken && !may || self.still > STILL && !key {
            return Ok(());
        }
        if key {
            self.shared.key.store(false, Ordering::Relaxed);
            self.encoder.want_key();
        }
        self.encoder.set_bitrate(bitrate);
        let (width, height) = self.size(picture, bitrate);
        let at = self.begun.elapsed();
        let encoded = if (width, height) == (picture.width(), picture.height()) {
            self.encoder.encode(picture, at)?
        } else {
            self.encoder.encode(&picture.scaled(width, height)?, at)?
        };
        let Some(encoded) = encoded else {
            if key {
                self.shared.key.store(true, Ordering::Relaxed);
            }
            return Ok(());
        };
        if encoded.key {
            self.key_at = Some(Instant::now());
        }
        let is_key = u64::from(encoded.key);
        self.broken = !(self.encoded)(encoded, at);
        let sent = u64::from(!self.broken);
        self.shared.count(|numbers| {
            numbers.sent += sent;
            numbers.keys += sent * is_key;
            (numbers.width, numbers.height) = (width, height);
        });
        Ok(())
    }

    /// In which size a picture looks best at this rate.
    fn size(&mut self, picture: &Picture, bitrate: u32) -> (u32, u32) {
        let per_pixel = |halvings: u32| {
            let pixels = f64::from(picture.width() >> halvings) * f64::from(picture.height() >> halvings);
            f64::from(bitrate) / (pixels * f64::from(self.rate))
        };
        if self.halvings < MAX_HALVINGS && per_pixel(self.halvings) < POOR {
            self.halvings += 1;
        } else if self.halvings > 0 && per_pixel(self.halvings - 1) > POOR * RICH {
            self.halvings -= 1;
        }
        let side = |side: u32| (side >> self.halvings & !1).max(16);
        (side(picture.width()), side(picture.height()))
    }
}

#[cfg(test)]
mod tests;
