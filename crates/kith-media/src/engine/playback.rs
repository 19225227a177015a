//! The thread between whoever has something to play and a sink.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use rtrb::Producer;

use super::Frames;
use crate::{
    clock::{Next, TICK},
    frame::{FRAME, Frame, SILENCE},
    mixer::Stereo,
    sink::{Null, Speaker},
};

pub(super) struct Playback {
    pub(super) sinks: Receiver<Box<dyn Speaker>>,
    pub(super) references: Producer<Frame>,
    pub(super) play: Box<dyn FnMut(&mut Stereo) + Send>,
    pub(super) frames: Arc<Frames>,
    pub(super) stop: Arc<AtomicBool>,
}

impl Playback {
    /// Until it is to stop, or nobody sends sinks any more.
    pub(super) fn run(mut self) {
        let mut sink: Box<dyn Speaker> = Box::new(Null::default());
        while !self.stop.load(Ordering::SeqCst) {
            let wait = match sink.next(Instant::now()) {
                Next::Frame => {
                    self.pass(&mut *sink);
                    Duration::ZERO
                }
                Next::Wait(wait) => wait.min(TICK),
            };
            match self.sinks.recv_timeout(wait) {
                Ok(next) => sink = next,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    }

    fn pass(&mut self, sink: &mut dyn Speaker) {
        let (mut sound, mut reference) = ([0.0; 2 * FRAME], SILENCE);
        (self.play)(&mut sound);
        self.frames.played.fetch_add(1, Ordering::Relaxed);
        for (mono, [left, right]) in reference.iter_mut().zip(sound.as_chunks::<2>().0) {
            *mono = (left + right) / 2.0;
        }
        // Before it is played, so that the chain knows it before its echo.
        if self.references.push(reference).is_err() {
            self.frames.unheard.fetch_add(1, Ordering::Relaxed);
        }
        sink.write(&sound);
    }
}
