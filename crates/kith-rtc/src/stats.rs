//! The stack's statistics as plain numbers.

use crate::{
    api::{Path, PathKind, Stats},
    overlay::is_far,
    queue::Queue,
    tap::Link,
};
use rtc::{
    rtp_transceiver::rtp_sender::RtpCodecKind,
    statistics::{
        StatsSelector,
        report::{RTCStatsReport, RTCStatsReportEntry},
    },
};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use webrtc::peer_connection::{PeerConnection, RTCIceCandidateType};

/// Bytes counted so far, to tell a bitrate from the next count.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    at: Option<Instant>,
    bytes: [u64; 4],
    rates: [u32; 4],
}

/// A bitrate over less than this would jump about.
const MIN_INTERVAL: Duration = Duration::from_millis(500);

impl Rates {
    fn update(&mut self, now: Instant, stats: &mut Stats) {
        let mut streams = [&mut stats.audio_out, &mut stats.audio_in, &mut stats.video_out, &mut stats.video_in];
        let elapsed = self.at.map(|at| now.saturating_duration_since(at));
        if elapsed.is_none_or(|elapsed| elapsed >= MIN_INTERVAL) {
            self.at = Some(now);
            for ((stream, last), rate) in streams.iter().zip(&mut self.bytes).zip(&mut self.rates) {
                let bits = stream.bytes.saturating_sub(*last) as f64 * 8.0;
                *rate = elapsed.map_or(0, |elapsed| (bits / elapsed.as_secs_f64()) as u32);
                *last = stream.bytes;
            }
        }
        for (stream, rate) in streams.iter_mut().zip(self.rates) {
            stream.bits_per_second = rate;
        }
    }
}

fn seconds(value: f64) -> Option<Duration> {
    (value > 0.0).then(|| Duration::try_from_secs_f64(value).ok()).flatten()
}

fn ticks(kind: RtpCodecKind, value: f64) -> Option<Duration> {
    seconds(value / if kind == RtpCodecKind::Audio { 48_000.0 } else { 90_000.0 })
}

/// Reads everything. Counters of packets that were copies are in [`Stats::duplicates`], which the caller knows.
pub(crate) async fn read(pc: &dyn PeerConnection, link: &Link, queue: &Queue, rates: &mut Rates) -> Stats {
    let now = Instant::now();
    let report = pc.get_stats(now, StatsSelector::None).await;
    let (queueing, arrivals_reported) = link.queueing(now);
    let (audio_dropped, video_dropped) = queue.dropped();
    let mut stats = Stats {
        bandwidth: link.target(),
        queueing,
        arrivals_reported,
        audio_dropped,
        video_dropped,
        ..Stats::default()
    };
    for entry in report.iter() {
        if let RTCStatsReportEntry::InboundRtp(inbound) = entry {
            let received = &inbound.received_rtp_stream_stats;
            let rtp = &received.rtp_stream_stats;
            let (stream, clock) = match rtp.kind {
                RtpCodecKind::Audio => (&mut stats.audio_in, &mut stats.audio_clock),
                RtpCodecKind::Video => (&mut stats.video_in, &mut stats.video_clock),
                RtpCodecKind::Unspecified | RtpCodecKind::Application | _ => continue,
            };
            stream.packets += received.packets_received;
            stream.bytes += inbound.bytes_received;
            let expected = received.packets_received as f64 + received.packets_lost.max(0) as f64;
            stream.loss = (expected > 0.0).then(|| (received.packets_lost.max(0) as f64 / expected) as f32);
            stream.jitter = ticks(rtp.kind, received.jitter);
            *clock = link.clock(rtp.ssrc).or(*clock);
        } else if let RTCStatsReportEntry::OutboundRtp(outbound) = entry {
            let sent = &outbound.sent_rtp_stream_stats;
            let rtp = &sent.rtp_stream_stats;
            let stream = match rtp.kind {
                RtpCodecKind::Audio => &mut stats.audio_out,
                RtpCodecKind::Video => &mut stats.video_out,
                RtpCodecKind::Unspecified | RtpCodecKind::Application | _ => continue,
            };
            stream.packets += sent.packets_sent;
            stream.bytes += sent.bytes_sent;
            if let Some(reported) = link.reported(rtp.ssrc) {
                stream.loss = Some(reported.loss as f32);
                stream.jitter = ticks(rtp.kind, f64::from(reported.jitter));
            }
        }
    }
    let check = checked(&report);
    stats.path = path(pc).await.map(|path| Path { rtt: check, ..path });
    stats.rtt = link.rtt().or(check);
    rates.update(now, &mut stats);
    stats
}

async fn path(pc: &dyn PeerConnection) -> Option<Path> {
    let ice = pc.sctp().await?.transport().ice_transport();
    let pair = ice.get_selected_candidate_pair().await.ok()??;
    let (local, remote) = (pair.local(), pair.remote());
    let relayed = [local, remote].into_iter().any(|candidate| candidate.typ == RTCIceCandidateType::Relay);
    let address: Option<SocketAddr> = remote.address.parse().ok().map(|address| SocketAddr::new(address, remote.port));
    if address.is_some_and(|address| is_far(address.ip())) {
        return Some(Path { kind: PathKind::Overlay, remote: None, rtt: None });
    }
    Some(Path { kind: if relayed { PathKind::Relayed } else { PathKind::Direct }, remote: address, rtt: None })
}

/// Round trip of the last connectivity check on the selected pair.
fn checked(report: &RTCStatsReport) -> Option<Duration> {
    let selected = report.iter().find_map(|entry| {
        if let RTCStatsReportEntry::Transport(transport) = entry {
            Some(&transport.selected_candidate_pair_id)
        } else {
            None
        }
    })?;
    let Some(RTCStatsReportEntry::IceCandidatePair(pair)) = report.get(selected) else { return None };
    seconds(pair.current_round_trip_time)
}
