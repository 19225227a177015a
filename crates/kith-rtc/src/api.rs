//! The vocabulary: what a session is given, and what it tells.

use crate::estimator::Limits;
use bytes::Bytes;
use std::{
    fmt,
    net::SocketAddr,
    time::{Duration, Instant},
};

/// The longest message on the data channel, in bytes.
pub const MAX_DATA: usize = 16 * 1024;
/// The longest sound packet, in bytes: Opus makes at most 1,275.
pub const MAX_AUDIO: usize = 1275;
/// The longest encoded picture, in bytes: a key frame of a full screen.
pub const MAX_VIDEO: usize = 1024 * 1024;
/// Candidates of the other side that are kept, in all generations together.
pub const MAX_CANDIDATES: usize = 128;

/// A STUN or TURN server. No other than those given is ever asked.
#[derive(Clone, PartialEq, Eq)]
pub struct IceServer {
    /// `stun:host:port`, `turn:host:port?transport=udp`.
    pub urls: Vec<String>,
    /// For TURN.
    pub username: String,
    /// For TURN.
    pub credential: String,
}

impl fmt::Debug for IceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IceServer").field("urls", &self.urls).finish_non_exhaustive()
    }
}

/// What a session is opened with.
#[derive(Debug, Clone, Default)]
pub struct SessionConfig {
    /// May be empty: then only paths without a server are found.
    pub ice_servers: Vec<IceServer>,
    /// Only paths through a TURN server or a tunnel: the other side learns no address of this device.
    pub relay_only: bool,
    /// May get a [`Overlay`](crate::Overlay), by [`Session::overlay`](crate::Session::overlay).
    pub overlay: bool,
    /// Only the loopback interface: for tests and labs.
    pub loopback: bool,
    /// Who gives way when both offer at once. The two sides have to differ.
    pub polite: bool,
    /// Offer and take sound.
    pub audio: bool,
    /// Offer and take one picture stream.
    pub video: bool,
    /// Bounds of the estimate of what may be sent.
    pub bandwidth: Limits,
}

/// Offer or answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DescriptionKind {
    /// Asks.
    Offer,
    /// Answers an offer.
    Answer,
}

/// A session description, which has the addresses of a device in it: for the other side's eyes only.
#[derive(Clone, PartialEq, Eq)]
pub struct Description {
    /// Offer or answer.
    pub kind: DescriptionKind,
    /// Opaque text of at most [`MAX_SDP`](crate::MAX_SDP) bytes.
    pub sdp: String,
}

impl fmt::Debug for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {} bytes", self.kind, self.sdp.len())
    }
}

/// An address the other side may try, for the other side's eyes only.
#[derive(Clone, PartialEq, Eq)]
pub struct Candidate {
    /// `candidate:…`, at most 512 bytes.
    pub line: String,
    /// The media section it is of.
    pub mid: Option<String>,
    /// The index of that section.
    pub index: Option<u16>,
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "candidate of section {:?}", self.mid)
    }
}

/// How a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Nothing was sent.
    New,
    /// Looking for a path.
    Connecting,
    /// Media flows.
    Connected,
    /// The path stopped answering; it may come back, or [`Session::restart_ice`](crate::Session::restart_ice) finds another.
    Disconnected,
    /// No path. Only an ICE restart helps.
    Failed,
    /// Over.
    Closed,
}

/// A sound packet to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioPacket {
    /// In samples of 48 kHz. A gap is silence, not loss.
    pub timestamp: u32,
    /// Opus, 1 to [`MAX_AUDIO`] bytes.
    pub payload: Bytes,
    /// The first packet after silence.
    pub onset: bool,
}

/// A sound packet that came, once, in the order of arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RtpPacket {
    /// Counts packets, wrapping. A gap is loss or a packet under way.
    pub sequence: u16,
    /// In samples of 48 kHz, wrapping.
    pub timestamp: u32,
    /// Opus, 1 to [`MAX_AUDIO`] bytes.
    pub payload: Bytes,
    /// When it was read.
    pub arrived: Instant,
}

/// How pictures are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VideoCodec {
    /// Constrained baseline, Annex B.
    H264,
    /// RFC 6386.
    Vp8,
}

/// An encoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoFrame {
    /// How it is encoded.
    pub codec: VideoCodec,
    /// In ticks of 90 kHz, wrapping.
    pub timestamp: u32,
    /// One access unit, 1 to [`MAX_VIDEO`] bytes.
    pub payload: Bytes,
}

/// A pair of addresses media flows between, or a tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    /// From device to device.
    Direct,
    /// Through a TURN server of either side.
    Relayed,
    /// Through the session's tunnel.
    Overlay,
}

/// The path media takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Direct, relayed or through the tunnel.
    pub kind: PathKind,
    /// The other end, for the local user's eyes only: never logged, never sent. Nothing where the stack knows it by name,
    /// and in a tunnel.
    pub remote: Option<SocketAddr>,
    /// Round trip of the last connectivity check.
    pub rtt: Option<Duration>,
}

/// Where the clock of a stream stands, from the sender's last report: for lip sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaClock {
    /// The sender's wall clock, as NTP time (seconds since 1900 in 32.32 bits).
    pub ntp: u64,
    /// The stream's timestamp at that moment.
    pub timestamp: u32,
}

/// One kind of media, one way. Counters begin with the session.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StreamStats {
    /// Packets.
    pub packets: u64,
    /// Payload bytes.
    pub bytes: u64,
    /// Over the last second or so.
    pub bits_per_second: u32,
    /// Share of packets lost, 0 to 1: of those sent, what the other side reported last; of those expected here, in all.
    pub loss: Option<f32>,
    /// Interarrival jitter (RFC 3550): as the other side reported it, or as it is here.
    pub jitter: Option<Duration>,
}

/// A session in numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stats {
    /// The path, once there is one.
    pub path: Option<Path>,
    /// Round trip from receiver reports, or from connectivity checks while there are none.
    pub rtt: Option<Duration>,
    /// What may be sent in all, in bits per second.
    pub bandwidth: u32,
    /// How long packets of ours wait in the path's queues.
    pub queueing: Duration,
    /// Whether the other side reports arrivals (TWCC); if not, [`Stats::bandwidth`] goes by loss alone.
    pub arrivals_reported: bool,
    /// Sound sent.
    pub audio_out: StreamStats,
    /// Sound that came.
    pub audio_in: StreamStats,
    /// Pictures sent.
    pub video_out: StreamStats,
    /// Pictures that came.
    pub video_in: StreamStats,
    /// The codec of pictures that are sent.
    pub video_codec: Option<VideoCodec>,
    /// Sound packets the application was too slow for.
    pub audio_dropped: u64,
    /// Pictures the application was too slow for.
    pub video_dropped: u64,
    /// Copies of packets that were there already.
    pub duplicates: u64,
    /// The clock of the other side's sound.
    pub audio_clock: Option<MediaClock>,
    /// The clock of the other side's pictures.
    pub video_clock: Option<MediaClock>,
}

/// What a session tells.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SessionEvent {
    /// To be brought to the other side.
    LocalDescription(Description),
    /// To be brought to the other side, after the description before it.
    LocalCandidate(Candidate),
    /// No more candidates until the next description.
    LocalCandidatesEnd,
    /// How the session stands.
    State(State),
    /// The path changed.
    Path(Path),
    /// The data channel is open.
    DataOpen,
    /// A message of at most [`MAX_DATA`] bytes.
    Data(Bytes),
    /// A sound packet.
    Audio(RtpPacket),
    /// A picture.
    Video(VideoFrame),
    /// The other side needs a picture that stands alone; at most once a second.
    KeyframeWanted,
    /// Numbers, once a second while connected; only the newest is kept.
    Stats(Box<Stats>),
}
