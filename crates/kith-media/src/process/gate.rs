//! Whether anything leaves.

use crate::frame::{FRAME, Frame};

/// Whether the microphone is let out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Always.
    Open,
    /// Never.
    Muted,
    /// While a key is held.
    PushToTalk {
        /// It is.
        held: bool,
    },
    /// While somebody speaks, and a quarter of a second longer.
    Voice,
}

impl Gate {
    pub(super) fn is_open(self, speaking: bool) -> bool {
        match self {
            Self::Voice => speaking,
            Self::Open | Self::PushToTalk { held: true } => true,
            Self::Muted | Self::PushToTalk { held: false } => false,
        }
    }
}

/// Opens and closes within one frame, on half a cosine: no step, no corner.
pub(super) struct Ramp {
    open: bool,
}

impl Ramp {
    pub(super) fn new() -> Self {
        Self { open: true }
    }

    pub(super) fn pass(&mut self, frame: &mut Frame, open: bool) {
        let was = std::mem::replace(&mut self.open, open);
        match (was, open) {
            (true, true) => {}
            (false, false) => frame.fill(0.0),
            (true, false) => {
                for (index, sample) in frame.iter_mut().enumerate() {
                    *sample *= 1.0 - risen(index);
                }
            }
            (false, true) => {
                for (index, sample) in frame.iter_mut().enumerate() {
                    *sample *= risen(index);
                }
            }
        }
    }
}

fn risen(index: usize) -> f32 {
    let part = (index + 1) as f32 / FRAME as f32;
    (1.0 - (std::f32::consts::PI * part).cos()) / 2.0
}
