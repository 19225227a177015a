//! The pictures of the call that goes on.

use kith_node::views::{Call, CallPhase};

use super::Pixels;

/// Whose picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What I show.
    Mine,
    /// What the other person shows.
    Theirs,
}

/// The pictures of the call that goes on, and what could be shown in it.
#[derive(Debug, Default, Clone)]
pub struct Video {
    /// There is a camera.
    pub camera: bool,
    /// The screen can be shown.
    pub screen: bool,
    /// What I show, as it was last.
    pub mine: Option<Pixels>,
    /// What they show, as it was last.
    pub theirs: Option<Pixels>,
}

impl Video {
    /// A side shows something else, or nothing any more.
    pub fn see(&mut self, side: Side, pixels: Option<Pixels>) {
        match side {
            Side::Mine => self.mine = pixels,
            Side::Theirs => self.theirs = pixels,
        }
    }
}

/// Whether a side says that it shows something.
#[must_use]
pub fn shows(call: &Call, side: Side) -> bool {
    match side {
        Side::Mine => call.camera || call.screen,
        Side::Theirs => call.their_camera || call.their_screen,
    }
}

/// Whether there is something to look at.
#[must_use]
pub fn is_on(call: &Call) -> bool {
    let connected = matches!(call.phase, CallPhase::Connected | CallPhase::Reconnecting);
    connected && (shows(call, Side::Mine) || shows(call, Side::Theirs))
}
