//! WebRTC sessions behind plain commands and events.
//!
//! **What it is.** One [`Session`] per peer: sound, pictures and a data channel, end to end. It takes descriptions and
//! candidates of the other side, which are opaque text that somebody else carries, and gives its own as events. No type
//! of the WebRTC stack crosses the border.
//!
//! **What it never does.** It knows no chats and no identities: whoever opens a session signs the [`Binding`] of each
//! description inside an encrypted channel, and gives the session no description whose binding is not signed. It asks
//! no server but those it is given, and sends nothing before [`Session::start`] or the first offer. It queues nothing
//! without a bound: sound and pictures the application is too slow for are dropped, oldest first, and counted.
//!
//! **Tasks.** The session's task runs on the tracker it is given, and waits for all it began: nothing outlives it.
//!
//! **Where to start reading.** `api.rs` (the vocabulary), `actor.rs` (the task, negotiation), `connection.rs` (how the
//! stack is set up), `overlay.rs` (where no UDP goes through), `tap.rs` and `estimator.rs` (what may be sent), `sdp.rs` (what is let in and out).
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod actor;
mod api;
mod connection;
mod error;
mod estimator;
mod handler;
mod media;
mod overlay;
mod queue;
mod sdp;
mod session;
mod stats;
mod tap;
mod video;
mod window;

pub use api::{
    AudioPacket, Candidate, Description, DescriptionKind, IceServer, MAX_AUDIO, MAX_CANDIDATES, MAX_DATA, MAX_VIDEO,
    MediaClock, Path, PathKind, RtpPacket, SessionConfig, SessionEvent, State, Stats, StreamStats, VideoCodec,
    VideoFrame,
};
pub use error::Error;
pub use estimator::{Arrival, Estimator, Limits};
pub use overlay::{MAX_PACKET, OVERLAY_DATAGRAM_MAX, OVERLAY_DATAGRAM_MIN, Overlay};
pub use queue::Events;
pub use sdp::{Binding, MAX_SDP, SdpError, Setup};
pub use session::Session;
