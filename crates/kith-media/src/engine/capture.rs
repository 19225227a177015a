//! The thread between a source and whoever wants its frames.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use rtrb::Consumer;

use super::{Frames, Process};
use crate::{
    clock::{Next, TICK},
    frame::{Frame, SILENCE},
    source::{Microphone, silence},
};

pub(super) struct Capture {
    pub(super) sources: Receiver<Box<dyn Microphone>>,
    pub(super) references: Consumer<Frame>,
    pub(super) chain: Box<dyn Process>,
    pub(super) captured: Box<dyn FnMut(&Frame) + Send>,
    pub(super) frames: Arc<Frames>,
    pub(super) stop: Arc<AtomicBool>,
}

impl Capture {
    /// Until it is to stop, or nobody sends sources any more.
    pub(super) fn run(mut self) {
        let (mut source, mut frame) = (silence(), SILENCE);
        while !self.stop.load(Ordering::SeqCst) {
            while let Ok(reference) = self.references.pop() {
                self.chain.render(&reference);
            }
            let wait = match source.next(&mut frame, Instant::now()) {
                Next::Frame => {
                    self.chain.process(&mut frame);
                    (self.captured)(&frame);
                    self.frames.captured.fetch_add(1, Ordering::Relaxed);
                    Duration::ZERO
                }
                Next::Wait(wait) => wait.min(TICK),
            };
            match self.sources.recv_timeout(wait) {
                Ok(next) => source = next,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    }
}
