//! H.264, constrained baseline, Annex B, one thread.
//!
//! The decoder is given what strangers made. It is in C++; what it is asked to make room for is read before it sees it
//! ([`sps`](super::sps)), and after any error a new one takes its place.

use std::{ffi::c_int, ptr::from_mut, time::Duration};

use openh264::{
    OpenH264API,
    decoder::{Decoder, DecoderConfig},
    encoder::{
        BitRate, Complexity, Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, Profile, RateControlMode,
        UsageType,
    },
    formats::{YUVSlices, YUVSource as _},
};
use openh264_sys2::{
    ENCODER_OPTION, ENCODER_OPTION_BITRATE, ENCODER_OPTION_MAX_BITRATE, LAYER_NUM, SBitrateInfo, SPATIAL_LAYER_0,
    SPATIAL_LAYER_ALL,
};

use super::{
    picture::{Picture, SizeError},
    sps,
};

/// The lowest rate that shows anything, in bits per second.
pub(crate) const MIN_BITRATE: u32 = 20_000;
const MAX_BITRATE: u32 = 20_000_000;

/// Pictures cannot be taken, encoded or decoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VideoError {
    /// No picture has this size.
    #[error(transparent)]
    Size(#[from] SizeError),
    /// OpenH264 refuses.
    #[error("H.264: {0}")]
    Codec(String),
    /// A stream asks for what is not shown here.
    #[error("the stream is not one for calls")]
    Stream,
    /// A file does not serve.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// What is the matter with it.
        source: super::Y4mError,
    },
    /// The screen cannot be seen.
    #[error("the screen cannot be seen: {0}")]
    Screen(String),
    /// Nothing gives pictures here.
    #[error("there is no camera")]
    NoCamera,
    /// No thread.
    #[error("no thread for pictures: {0}")]
    Thread(std::io::Error),
}

impl From<openh264::Error> for VideoError {
    fn from(error: openh264::Error) -> Self {
        Self::Codec(error.to_string())
    }
}

/// What pictures show: it changes what is saved on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The world: it moves, and noise does not matter.
    Camera,
    /// A screen: it stands still, and edges matter.
    Screen,
}

/// An encoded picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// One access unit in Annex B.
    pub payload: Vec<u8>,
    /// It stands alone.
    pub key: bool,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// Encodes pictures of one size; another size begins anew.
pub struct H264Encoder {
    kind: Kind,
    rate: u32,
    bitrate: u32,
    running: Option<Running>,
    key: bool,
}

struct Running {
    encoder: Encoder,
    size: (u32, u32),
    bitrate: u32,
}

impl std::fmt::Debug for H264Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("H264Encoder").field("kind", &self.kind).field("bitrate", &self.bitrate).finish_non_exhaustive()
    }
}

impl H264Encoder {
    /// For at most `rate` pictures a second and `bitrate` bits a second.
    #[must_use]
    pub fn new(kind: Kind, rate: u32, bitrate: u32) -> Self {
        let bitrate = bitrate.clamp(MIN_BITRATE, MAX_BITRATE);
        Self { kind, rate: rate.clamp(1, 60), bitrate, running: None, key: false }
    }

    /// From the next picture on, in bits per second.
    pub fn set_bitrate(&mut self, bitrate: u32) {
        self.bitrate = bitrate.clamp(MIN_BITRATE, MAX_BITRATE);
    }

    /// The next picture stands alone.
    pub fn want_key(&mut self) {
        self.key = true;
    }

    /// Nothing where the picture is left out to keep to the rate. `at` is the time since the beginning of the stream.
    ///
    /// # Errors
    ///
    /// [`VideoError::Codec`].
    pub fn encode(&mut self, picture: &Picture, at: Duration) -> Result<Option<Encoded>, VideoError> {
        let (width, height) = (picture.width(), picture.height());
        let mut running = match self.running.take() {
            Some(running) if running.size == (width, height) => running,
            Some(_) | None => Running { encoder: self.open()?, size: (width, height), bitrate: self.bitrate },
        };
        if running.bitrate != self.bitrate {
            change(&mut running.encoder, running.bitrate, self.bitrate);
            running.bitrate = self.bitrate;
        }
        if std::mem::take(&mut self.key) {
            running.encoder.force_intra_frame();
        }
        let [(y, y_stride), (u, u_stride), (v, v_stride)] = picture.planes();
        let size = (width as usize, height as usize);
        let source = YUVSlices::new((y, u, v), size, (y_stride, u_stride, v_stride));
        let ms = openh264::Timestamp::from_millis(u64::try_from(at.as_millis()).unwrap_or(0));
        let encoded = running.encoder.encode_at(&source, ms)?;
        let (key, payload) = (encoded.frame_type() == FrameType::IDR, encoded.to_vec());
        self.running = Some(running);
        if payload.is_empty() {
            return Ok(None);
        }
        Ok(Some(Encoded { payload, key, width, height }))
    }

    fn open(&self) -> Result<Encoder, VideoError> {
        let config = EncoderConfig::new()
            .bitrate(BitRate::from_bps(self.bitrate))
            .max_frame_rate(FrameRate::from_hz(self.rate as f32))
            .rate_control_mode(RateControlMode::Bitrate)
            // Without leaving pictures out, the rate is only a wish.
            .skip_frames(true)
            .usage_type(match self.kind {
                Kind::Camera => UsageType::CameraVideoRealTime,
                Kind::Screen => UsageType::ScreenContentRealTime,
            })
            // It would answer them with pictures that stand alone, which are large.
            .scene_change_detect(false)
            .complexity(Complexity::Low)
            .profile(Profile::Baseline)
            .intra_frame_period(IntraFramePeriod::from_num_frames(0))
            .num_threads(1);
        Ok(Encoder::with_api_config(OpenH264API::from_source(), config)?)
    }
}

/// Another rate for an encoder that runs: opening a new one would cost a picture that stands alone.
fn change(encoder: &mut Encoder, from: u32, to: u32) {
    // The bound is never below the rate.
    let (bound, rate) = ((ENCODER_OPTION_MAX_BITRATE, SPATIAL_LAYER_0), (ENCODER_OPTION_BITRATE, SPATIAL_LAYER_ALL));
    let steps = if to > from { [bound, rate] } else { [rate, bound] };
    for (option, layer) in steps {
        if !set(encoder, option, layer, to) {
            tracing::debug!(to, "the rate of pictures was not changed");
        }
    }
}

#[expect(unsafe_code, reason = "the crate offers the rate of a running encoder only through its raw interface")]
fn set(encoder: &mut Encoder, option: ENCODER_OPTION, layer: LAYER_NUM, bitrate: u32) -> bool {
    let mut info = SBitrateInfo { iLayer: layer, iBitrate: c_int::try_from(bitrate).unwrap_or(c_int::MAX) };
    // SAFETY: both options read one `SBitrateInfo`, which lives until the call returns and is not kept. The encoder has
    // encoded a picture, so it is initialised; no parameter that the crate relies on is a rate.
    unsafe { encoder.raw_api().set_option(option, from_mut(&mut info).cast()) == 0 }
}

/// Decodes what strangers made.
#[derive(Default)]
pub struct H264Decoder {
    decoder: Option<Decoder>,
}

impl std::fmt::Debug for H264Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("H264Decoder").field("running", &self.decoder.is_some()).finish()
    }
}

impl H264Decoder {
    /// The picture of an access unit in Annex B, if it has one.
    ///
    /// # Errors
    ///
    /// [`VideoError::Stream`], [`VideoError::Codec`], [`VideoError::Size`]; then only a picture that stands alone can follow.
    pub fn decode(&mut self, unit: &[u8]) -> Result<Option<Picture>, VideoError> {
        let decoded = self.decoded(unit);
        if decoded.is_err() {
            self.decoder = None;
        }
        decoded
    }

    fn decoded(&mut self, unit: &[u8]) -> Result<Option<Picture>, VideoError> {
        if !sps::is_harmless(unit) {
            return Err(VideoError::Stream);
        }
        let mut decoder = match self.decoder.take() {
            Some(decoder) => decoder,
            None => Decoder::with_api_config(OpenH264API::from_source(), DecoderConfig::new())?,
        };
        let picture = match decoder.decode(unit)? {
            Some(shown) => {
                let (width, height) = shown.dimensions_i32();
                let size = |side: i32| u32::try_from(side).unwrap_or(0);
                let (strides, planes) = (shown.strides(), (shown.y(), shown.u(), shown.v()));
                let planes = [(planes.0, strides.0), (planes.1, strides.1), (planes.2, strides.2)];
                Some(Picture::from_planes(size(width), size(height), planes)?)
            }
            None => None,
        };
        self.decoder = Some(decoder);
        Ok(picture)
    }
}

/// Whether a picture of this access unit stands alone.
pub(crate) fn is_key(unit: &[u8]) -> bool {
    let mut slices = sps::units(unit).filter_map(sps::kind).filter(|kind| (sps::SLICE..=sps::IDR).contains(kind));
    slices.next() == Some(sps::IDR)
}

#[cfg(test)]
mod tests;
