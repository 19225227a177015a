//! What is read off the packets on their way: an interceptor next to the wire that changes nothing, and the estimator's
//! place in the stack's chain.

use crate::{
    api::{MediaClock, SessionEvent},
    estimator::{Arrival, Estimator},
    queue::Queue,
};
use rtc::{
    interceptor::{BandwidthEstimator, Interceptor, Packet, PacketReport, StreamInfo, TaggedPacket},
    rtcp::{
        self,
        payload_feedbacks::{full_intra_request::FullIntraRequest, picture_loss_indication::PictureLossIndication},
        receiver_report::ReceiverReport,
        reception_report::ReceptionReport,
        sender_report::SenderReport,
    },
    sansio::Protocol,
    shared::error::Error,
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

/// Streams of the other side whose clocks are kept.
const MAX_STREAMS: usize = 8;
/// Sender reports of ours an answer may come for: one a second for each stream.
const MAX_REPORTS: usize = 16;
/// Between two requests for a key frame that are passed on.
const KEYFRAME_INTERVAL: Duration = Duration::from_secs(1);
/// Over what the bitrate sent is counted for receiver reports.
const SENT_WINDOW: Duration = Duration::from_secs(1);

/// What the other side last reported of a stream of ours.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reported {
    /// 0 to 1.
    pub(crate) loss: f64,
    /// In the stream's ticks.
    pub(crate) jitter: u32,
}

#[derive(Debug)]
struct Seen {
    estimator: Estimator,
    clocks: BTreeMap<u32, MediaClock>,
    reported: BTreeMap<u32, Reported>,
    /// The middle 32 bits of the NTP time of our sender reports, and when each left.
    reports: VecDeque<(u32, Instant)>,
    rtt: Option<Duration>,
    sent: VecDeque<(Instant, usize)>,
    sent_bytes: usize,
    keyframe_asked: Option<Instant>,
}

/// Shared between the chain, which writes, and the session, which reads.
#[derive(Debug)]
pub(crate) struct Link {
    seen: Mutex<Seen>,
    /// The estimate, for encoders that ask at every frame.
    target: AtomicU32,
    queue: Arc<Queue>,
}

impl Link {
    pub(crate) fn new(estimator: Estimator, queue: Arc<Queue>) -> Self {
        let target = AtomicU32::new(estimator.target());
        let seen = Seen {
            estimator,
            clocks: BTreeMap::new(),
            reported: BTreeMap::new(),
            reports: VecDeque::new(),
            rtt: None,
            sent: VecDeque::new(),
            sent_bytes: 0,
            keyframe_asked: None,
        };
        Self { seen: Mutex::new(seen), target, queue }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn target(&self) -> u32 {
        self.target.load(Ordering::Relaxed)
    }

    pub(crate) fn queueing(&self, now: Instant) -> (Duration, bool) {
        let seen = self.lock();
        (seen.estimator.queueing_delay(), seen.estimator.hears_arrivals(now))
    }

    pub(crate) fn rtt(&self) -> Option<Duration> {
        self.lock().rtt
    }

    pub(crate) fn reported(&self, ssrc: u32) -> Option<Reported> {
        self.lock().reported.get(&ssrc).copied()
    }

    pub(crate) fn clock(&self, ssrc: u32) -> Option<MediaClock> {
        self.lock().clocks.get(&ssrc).copied()
    }

    fn on_sent(&self, now: Instant, packet: &Packet) {
        let mut seen = self.lock();
        match packet {
            Packet::Rtp(packet) => {
                let bytes = packet.payload.len() + 12;
                seen.sent.push_back((now, bytes));
                seen.sent_bytes += bytes;
                seen.forget_sent(now);
            }
            Packet::Rtcp(packets) => {
                for report in packets.iter().filter_map(|packet| packet.as_any().downcast_ref::<SenderReport>()) {
                    seen.reports.push_back(((report.ntp_time >> 16) as u32, now));
                    if seen.reports.len() > MAX_REPORTS {
                        seen.reports.pop_front();
                    }
                }
            }
            // The stack's enum may grow; there is nothing to read in what is not known.
            _ => {}
        }
    }

    fn on_rtcp(&self, now: Instant, packets: &[Box<dyn rtcp::Packet>]) {
        let mut wanted = false;
        let mut seen = self.lock();
        for packet in packets {
            let packet = packet.as_any();
            if let Some(report) = packet.downcast_ref::<SenderReport>() {
                if seen.clocks.len() < MAX_STREAMS || seen.clocks.contains_key(&report.ssrc) {
                    seen.clocks.insert(report.ssrc, MediaClock { ntp: report.ntp_time, timestamp: report.rtp_time });
                }
                seen.on_reports(now, &report.reports);
            } else if let Some(report) = packet.downcast_ref::<ReceiverReport>() {
                seen.on_reports(now, &report.reports);
            } else {
                wanted |= packet.is::<PictureLossIndication>() || packet.is::<FullIntraRequest>();
            }
        }
        let due = seen.keyframe_asked.is_none_or(|last| now.saturating_duration_since(last) >= KEYFRAME_INTERVAL);
        if wanted && due {
            seen.keyframe_asked = Some(now);
        }
        self.target.store(seen.estimator.target(), Ordering::Relaxed);
        drop(seen);
        if wanted && due && !self.queue.control(SessionEvent::KeyframeWanted) {
            tracing::debug!("nobody reads the events of a session");
        }
    }
}

impl Seen {
    fn forget_sent(&mut self, now: Instant) {
        while let Some((at, bytes)) = self.sent.front().copied() {
            if now.saturating_duration_since(at) <= SENT_WINDOW {
                break;
            }
            self.sent.pop_front();
            self.sent_bytes -= bytes;
        }
    }

    fn on_reports(&mut self, now: Instant, reports: &[ReceptionReport]) {
        self.forget_sent(now);
        let mut worst: Option<f64> = None;
        for report in reports.iter().take(MAX_STREAMS) {
            let loss = f64::from(report.fraction_lost) / 256.0;
            worst = Some(worst.map_or(loss, |worst| worst.max(loss)));
            if self.reported.len() < MAX_STREAMS || self.reported.contains_key(&report.ssrc) {
                self.reported.insert(report.ssrc, Reported { loss, jitter: report.jitter });
            }
            let sent = self.reports.iter().find(|(ntp, _)| *ntp == report.last_sender_report && *ntp != 0);
            if let Some((_, at)) = sent {
                let held = Duration::from_secs_f64(f64::from(report.delay) / 65_536.0);
                self.rtt = Some(now.saturating_duration_since(*at).saturating_sub(held));
            }
        }
        if let Some(loss) = worst {
            let sent = self.sent_bytes as f64 * 8.0 / SENT_WINDOW.as_secs_f64();
            self.estimator.on_receiver_report(now, loss, sent);
        }
    }
}

/// The estimator as the stack's chain wants it.
#[derive(Debug)]
pub(crate) struct Estimate(pub(crate) Arc<Link>);

impl BandwidthEstimator for Estimate {
    fn on_reports(&mut self, now: Instant, reports: &[PacketReport]) {
        let arrivals: Vec<Arrival> = reports
            .iter()
            // Reported without a time: it arrived, and says nothing about delay.
            .filter(|report| !report.arrived || report.arrival.is_some())
            .map(|report| Arrival { departed: report.departure, arrived: report.arrival, bytes: report.size })
            .collect();
        let mut seen = self.0.lock();
        seen.estimator.on_arrivals(now, &arrivals);
        self.0.target.store(seen.estimator.target(), Ordering::Relaxed);
    }

    fn target_bitrate(&self) -> f64 {
        f64::from(self.0.target())
    }
}

/// See the module.
pub(crate) struct Tap {
    link: Arc<Link>,
    reads: VecDeque<TaggedPacket>,
    writes: VecDeque<TaggedPacket>,
}

impl Tap {
    pub(crate) fn new(link: Arc<Link>) -> Self {
        Self { link, reads: VecDeque::new(), writes: VecDeque::new() }
    }
}

// The chain takes out of both queues what one call put in, before the next call.
impl Protocol<TaggedPacket, TaggedPacket, ()> for Tap {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(packets) = &packet.message.packet {
            self.link.on_rtcp(packet.now, packets);
        }
        self.reads.push_back(packet);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.reads.pop_front()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        self.link.on_sent(packet.now, &packet.message.packet);
        self.writes.push_back(packet);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.writes.pop_front()
    }
}

impl Interceptor for Tap {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}
