//! Pictures: from a source to H.264, and back.
//!
//! What is newer replaces what waits: a picture that is late is worth nothing. Only encoded pictures are kept in order, for
//! each builds on the one before; when one is lost, nothing is shown until one comes that stands alone.

mod bits;
mod camera;
mod codec;
mod latest;
pub mod pattern;
mod picture;
#[cfg(target_os = "linux")]
mod screen;
mod sink;
mod source;
mod sps;
mod viewer;
mod y4m;

pub use camera::{Camera, CameraHandlers, CameraNumbers};
pub use codec::{Encoded, H264Decoder, H264Encoder, Kind, VideoError};
pub use latest::Latest;
pub use picture::{MAX_SIDE, Picture, SizeError};
pub use sink::VideoOut;
pub use source::{VideoIn, screens_can_be_shown};
pub use viewer::{Viewer, ViewerHandlers, ViewerNumbers};
pub use y4m::{Y4mError, Y4mSink, Y4mSource};
