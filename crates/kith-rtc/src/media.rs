//! Sound and pictures on their way out and in.

use crate::{
    api::{AudioPacket, MAX_AUDIO, RtpPacket, SessionEvent, VideoCodec, VideoFrame},
    connection::{H264, OPUS, VP8},
    queue::Queue,
    video::{Assembler, Cutter, Piece},
    window::Window,
};
use bytes::Bytes;
use rtc::{
    rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication,
    rtp::{Packet, header::Header},
    rtp_transceiver::rtp_sender::RtpCodecKind,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;
use webrtc::{
    media_stream::{
        track_local::{TrackLocal, static_rtp::TrackLocalStaticRTP},
        track_remote::{TrackRemote, TrackRemoteEvent},
    },
    rtp_transceiver::RtpSender,
};

/// Between two requests for a key frame.
const KEYFRAME_INTERVAL: Duration = Duration::from_secs(1);
/// Not negotiated.
const NONE: u32 = u32::MAX;

/// What the two sides agreed to send us with: the payload type of Opus, and of the pictures with their codec.
#[derive(Debug)]
pub(crate) struct Agreed {
    audio: AtomicU32,
    video: AtomicU32,
}

impl Default for Agreed {
    fn default() -> Self {
        Self { audio: AtomicU32::new(NONE), video: AtomicU32::new(NONE) }
    }
}

impl Agreed {
    pub(crate) fn audio(&self) -> Option<u8> {
        u8::try_from(self.audio.load(Ordering::Relaxed)).ok()
    }

    pub(crate) fn video(&self) -> Option<(u8, VideoCodec)> {
        let packed = self.video.load(Ordering::Relaxed);
        let codec = if packed & 0x100 == 0 { VideoCodec::H264 } else { VideoCodec::Vp8 };
        (packed != NONE).then_some((packed as u8, codec))
    }

    /// Reads what was negotiated for a sender: the first codec we have.
    pub(crate) async fn read(&self, kind: RtpCodecKind, sender: &dyn RtpSender) {
        let Ok(parameters) = sender.get_parameters().await else { return };
        let found = parameters.rtp_parameters.codecs.iter().find_map(|codec| {
            let mime = &codec.rtp_codec.mime_type;
            let bit = if kind == RtpCodecKind::Audio {
                mime.eq_ignore_ascii_case(OPUS).then_some(0)
            } else if mime.eq_ignore_ascii_case(VP8) {
                Some(0x100)
            } else {
                mime.eq_ignore_ascii_case(H264).then_some(0)
            };
            bit.map(|bit| bit | u32::from(codec.payload_type))
        });
        let place = if kind == RtpCodecKind::Audio { &self.audio } else { &self.video };
        place.store(found.unwrap_or(NONE), Ordering::Relaxed);
    }
}

/// One stream of ours: numbers packets, each under a header of its own.
struct Numbered {
    track: Arc<TrackLocalStaticRTP>,
    ssrc: u32,
    next: u16,
}

impl Numbered {
    fn new((track, ssrc): (Arc<TrackLocalStaticRTP>, u32)) -> Self {
        Self { track, ssrc, next: rand::random() }
    }

    async fn send(&mut self, payload_type: u8, timestamp: u32, marker: bool, payload: Bytes) {
        let header = Header {
            version: 2,
            marker,
            payload_type,
            sequence_number: self.next,
            timestamp,
            ssrc: self.ssrc,
            ..Header::default()
        };
        self.next = self.next.wrapping_add(1);
        if let Err(error) = self.track.write_rtp(Packet { header, payload }).await {
            tracing::debug!("a media packet was not sent: {error}");
        }
    }
}

pub(crate) async fn send_audio(
    track: (Arc<TrackLocalStaticRTP>, u32),
    mut packets: mpsc::Receiver<AudioPacket>,
    agreed: Arc<Agreed>,
    token: CancellationToken,
) {
    let mut stream = Numbered::new(track);
    while let Some(Some(packet)) = token.run_until_cancelled(packets.recv()).await {
        if let Some(payload_type) = agreed.audio() {
            stream.send(payload_type, packet.timestamp, packet.onset, packet.payload).await;
        }
    }
}

pub(crate) async fn send_video(
    track: (Arc<TrackLocalStaticRTP>, u32),
    mut frames: mpsc::Receiver<VideoFrame>,
    agreed: Arc<Agreed>,
    token: CancellationToken,
) {
    let mut stream = Numbered::new(track);
    let mut cutter = Cutter::default();
    while let Some(Some(frame)) = token.run_until_cancelled(frames.recv()).await {
        let Some((payload_type, codec)) = agreed.video() else { continue };
        if codec != frame.codec {
            continue;
        }
        let payloads = cutter.cut(codec, &frame.payload);
        let last = payloads.len().saturating_sub(1);
        for (index, payload) in payloads.into_iter().enumerate() {
            stream.send(payload_type, frame.timestamp, index == last, payload).await;
        }
    }
}

/// Where what comes in goes.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    pub(crate) queue: Arc<Queue>,
    pub(crate) duplicates: Arc<AtomicU64>,
    /// The application cannot decode and needs a key frame.
    pub(crate) keyframe: Arc<Notify>,
    pub(crate) token: CancellationToken,
}

/// Reads a stream until it ends. A stream nobody takes is read too: the stack complains of every packet otherwise.
pub(crate) async fn receive(track: Arc<dyn TrackRemote>, wanted: bool, incoming: Incoming) {
    let kind = track.kind().await;
    let mut reader = Reader { track: track.clone(), incoming: incoming.clone(), stream: None, keyframe_asked: None };
    loop {
        tokio::select! {
            () = incoming.token.cancelled() => return,
            () = incoming.keyframe.notified(), if wanted && kind == RtpCodecKind::Video => reader.ask_for_keyframe().await,
            event = track.poll() => match event {
                None | Some(TrackRemoteEvent::OnEnded) => return,
                Some(TrackRemoteEvent::OnRtpPacket(packet)) if wanted => reader.take(kind, packet).await,
                Some(_) => {}
            },
        }
    }
}

struct Stream {
    ssrc: u32,
    window: Window,
    assembler: Option<(u8, Assembler, VideoCodec)>,
}

struct Reader {
    track: Arc<dyn TrackRemote>,
    incoming: Incoming,
    stream: Option<Stream>,
    keyframe_asked: Option<Instant>,
}

impl Reader {
    async fn take(&mut self, kind: RtpCodecKind, packet: Packet) {
        let arrived = Instant::now();
        let (header, payload) = (packet.header, packet.payload);
        // A sender that begins a stream again does so under another number.
        let stream = match self.stream.take().filter(|stream| stream.ssrc == header.ssrc) {
            Some(stream) => self.stream.insert(stream),
            None => self.stream.insert(Stream { ssrc: header.ssrc, window: Window::default(), assembler: None }),
        };
        let Some(sequence) = stream.window.fresh(header.sequence_number) else {
            self.incoming.duplicates.fetch_add(1, Ordering::Relaxed);
            return;
        };
        if kind == RtpCodecKind::Audio {
            // Probes are empty.
            if (1..=MAX_AUDIO).contains(&payload.len()) {
                let (sequence, timestamp) = (header.sequence_number, header.timestamp);
                self.incoming.queue.audio(RtpPacket { sequence, timestamp, payload, arrived });
            }
        } else if kind == RtpCodecKind::Video {
            self.take_video(arrived, sequence, &header, payload).await;
        }
    }

    async fn take_video(&mut self, now: Instant, sequence: u64, header: &Header, payload: Bytes) {
        let Some(stream) = &mut self.stream else { return };
        if stream.assembler.as_ref().is_none_or(|(payload_type, ..)| *payload_type != header.payload_type) {
            let codec = self.track.codec(header.ssrc).await.map(|codec| codec.mime_type).unwrap_or_default();
            let codec = if codec.eq_ignore_ascii_case(H264) {
                VideoCodec::H264
            } else if codec.eq_ignore_ascii_case(VP8) {
                VideoCodec::Vp8
            } else {
                return;
            };
            stream.assembler = Some((header.payload_type, Assembler::new(codec), codec));
        }
        let Some((_, assembler, codec)) = &mut stream.assembler else { return };
        let codec = *codec;
        let out = assembler.push(now, sequence, Piece { timestamp: header.timestamp, last: header.marker, payload });
        let mut broken = out.broken;
        for (timestamp, payload) in out.pictures {
            broken |= !self.incoming.queue.video(VideoFrame { codec, timestamp, payload });
        }
        if broken {
            self.ask_for_keyframe().await;
        }
    }

    async fn ask_for_keyframe(&mut self) {
        let Some(media_ssrc) = self.stream.as_ref().map(|stream| stream.ssrc) else { return };
        let now = Instant::now();
        if self.keyframe_asked.is_some_and(|last| now.saturating_duration_since(last) < KEYFRAME_INTERVAL) {
            return;
        }
        self.keyframe_asked = Some(now);
        let request = PictureLossIndication { sender_ssrc: 0, media_ssrc };
        if let Err(error) = self.track.write_rtcp(vec![Box::new(request)]).await {
            tracing::debug!("a key frame was not asked for: {error}");
        }
    }
}

/// Tells messages until the channel closes; true if the other side closed it.
pub(crate) async fn receive_data(channel: Arc<dyn webrtc::data_channel::DataChannel>, queue: Arc<Queue>) -> bool {
    use webrtc::data_channel::DataChannelEvent;
    while let Some(event) = channel.poll().await {
        match event {
            DataChannelEvent::OnOpen => {
                if !queue.control(SessionEvent::DataOpen) {
                    return true;
                }
            }
            DataChannelEvent::OnMessage(message) if message.data.len() <= crate::MAX_DATA => {
                queue.data(message.data.freeze()).await;
            }
            DataChannelEvent::OnMessage(message) => {
                tracing::debug!("a message of {} bytes: the session ends", message.data.len());
                return true;
            }
            DataChannelEvent::OnClose | DataChannelEvent::OnClosing => return true,
            DataChannelEvent::OnError
            | DataChannelEvent::OnBufferedAmountLow
            | DataChannelEvent::OnBufferedAmountHigh
            | _ => {}
        }
    }
    true
}
