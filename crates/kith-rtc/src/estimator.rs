//! How much may be sent: an estimate from queueing delay and loss, without a clock of its own.
//!
//! The queueing delay of a packet is its one-way delay less the smallest of the last fifteen seconds, so the two clocks
//! need not agree. Packets of one picture leave together and queue behind each other; what counts is the packet of a
//! report that waited least, which tells the queue that stands. Above [`DELAY_HIGH`] or with more than [`LOSS_HIGH`] lost, the estimate falls below what arrives, and
//! the queue drains; below [`DELAY_LOW`] it grows. A peer that does not report arrivals is judged by the loss in its
//! receiver reports.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// How far back the smallest one-way delay is looked for: longer than a queue takes to drain, shorter than clocks drift.
const FLOOR_WINDOW: Duration = Duration::from_secs(15);
/// Over what the arriving bitrate is counted.
const RATE_WINDOW: Duration = Duration::from_millis(500);
/// Over what loss is counted.
const LOSS_WINDOW: Duration = Duration::from_millis(1000);
/// Fewer packets than this in [`LOSS_WINDOW`] say nothing about loss.
const LOSS_PACKETS: usize = 10;
/// Queueing delay above which the estimate falls, in milliseconds.
const DELAY_HIGH: f64 = 30.0;
/// Queueing delay below which the estimate grows, in milliseconds.
const DELAY_LOW: f64 = 12.0;
/// Share of packets lost above which the estimate falls.
const LOSS_HIGH: f64 = 0.10;
/// Share of packets lost below which a receiver report lets the estimate grow.
const LOSS_LOW: f64 = 0.02;
/// What part of the arriving bitrate the estimate falls to.
const CUT: f64 = 0.85;
/// Between two cuts: what the first one did has to be seen before the next.
const CUT_INTERVAL: Duration = Duration::from_millis(250);
/// After a cut the estimate does not grow for so long: the queue drains first.
const HOLD: Duration = Duration::from_millis(500);
/// Growth in a second, as a factor.
const GROWTH: f64 = 1.10;
/// The estimate does not grow beyond this multiple of what is known to pass.
const PROVEN: f64 = 1.5;
/// Weight of a report in the smoothed delay.
const SMOOTHING: f64 = 0.5;
/// A queue between the two thresholds for so long does not go away by itself.
const STANDING: Duration = Duration::from_millis(250);
/// A one-way delay that jumps by more is a clock that was set, not a queue.
const CLOCK_JUMP: f64 = 5_000.0;
/// After arrivals were reported, receiver reports say nothing new for so long.
const ARRIVALS_FRESH: Duration = Duration::from_secs(3);
/// Packets remembered for the arriving bitrate and the loss: a second at 50 Mbit/s.
const MAX_REMEMBERED: usize = 8192;

/// The bounds of an estimate, in bits per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// It never falls below.
    pub min: u32,
    /// Where it begins.
    pub start: u32,
    /// It never grows above.
    pub max: u32,
}

impl Default for Limits {
    /// 48 kbit/s (a voice) to 8 Mbit/s (a screen), beginning at 500 kbit/s.
    fn default() -> Self {
        Self { min: 48_000, start: 500_000, max: 8_000_000 }
    }
}

/// What became of one packet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrival {
    /// When it left here.
    pub departed: Instant,
    /// When it arrived, on the other side's clock; nothing if it is lost.
    pub arrived: Option<Duration>,
    /// Its size.
    pub bytes: usize,
}

/// See the module.
#[derive(Debug)]
pub struct Estimator {
    limits: Limits,
    target: f64,
    /// Where departures are counted from.
    base: Option<Instant>,
    /// Smallest one-way delays in ms, rising, each with when it was reported.
    floor: VecDeque<(Instant, f64)>,
    last_delay: Option<f64>,
    /// Smoothed queueing delay in ms.
    queueing: f64,
    received: VecDeque<(Duration, usize)>,
    fates: VecDeque<(Instant, bool)>,
    last_arrivals: Option<Instant>,
    last_change: Option<Instant>,
    last_cut: Option<Instant>,
    /// Since when the delay is above [`DELAY_LOW`].
    queued_since: Option<Instant>,
    /// That was answered with a cut. Once is enough: what stays is a path that grew longer, not a queue.
    answered: bool,
}

impl Estimator {
    /// An estimate that begins at `limits.start`.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            target: f64::from(limits.start),
            base: None,
            floor: VecDeque::new(),
            last_delay: None,
            queueing: 0.0,
            received: VecDeque::new(),
            fates: VecDeque::new(),
            last_arrivals: None,
            last_change: None,
            last_cut: None,
            queued_since: None,
            answered: false,
        }
    }

    /// The estimate in bits per second.
    pub fn target(&self) -> u32 {
        self.target as u32
    }

    /// The smoothed queueing delay.
    pub fn queueing_delay(&self) -> Duration {
        Duration::from_secs_f64(self.queueing.max(0.0) / 1000.0)
    }

    /// Whether the other side reports arrivals.
    pub fn hears_arrivals(&self, now: Instant) -> bool {
        self.last_arrivals.is_some_and(|last| now.saturating_duration_since(last) < ARRIVALS_FRESH)
    }

    /// Takes what the other side said of packets, in the order they were sent.
    pub fn on_arrivals(&mut self, now: Instant, packets: &[Arrival]) {
        if packets.is_empty() {
            return;
        }
        self.last_arrivals = Some(now);
        let mut waited_least: Option<f64> = None;
        for packet in packets {
            self.fates.push_back((now, packet.arrived.is_some()));
            if let Some(arrived) = packet.arrived {
                let waited = self.on_arrival(now, packet, arrived);
                waited_least = Some(waited_least.map_or(waited, |least| least.min(waited)));
            }
        }
        if let Some(waited) = waited_least {
            self.queueing += SMOOTHING * (waited - self.queueing);
        }
        self.forget(now);
        self.decide(now);
    }

    /// How long the packet waited in queues, in ms.
    fn on_arrival(&mut self, now: Instant, packet: &Arrival, arrived: Duration) -> f64 {
        let base = *self.base.get_or_insert(packet.departed);
        let departed = millis_since(packet.departed, base);
        let delay = arrived.as_secs_f64() * 1000.0 - departed;
        if self.last_delay.is_some_and(|last| (delay - last).abs() > CLOCK_JUMP) {
            self.floor.clear();
            self.received.clear();
            self.queueing = 0.0;
        }
        self.last_delay = Some(delay);
        while self.floor.back().is_some_and(|(_, smallest)| *smallest >= delay) {
            self.floor.pop_back();
        }
        self.floor.push_back((now, delay));
        let smallest = self.floor.front().map_or(delay, |(_, smallest)| *smallest);
        self.received.push_back((arrived, packet.bytes));
        delay - smallest
    }

    fn forget(&mut self, now: Instant) {
        while self.floor.len() > 1
            && self.floor.front().is_some_and(|(at, _)| now.saturating_duration_since(*at) > FLOOR_WINDOW)
        {
            self.floor.pop_front();
        }
        let newest = self.received.iter().map(|(at, _)| *at).max().unwrap_or_default();
        while self.received.front().is_some_and(|(at, _)| newest.saturating_sub(*at) > RATE_WINDOW)
            || self.received.len() > MAX_REMEMBERED
        {
            self.received.pop_front();
        }
        while self.fates.front().is_some_and(|(at, _)| now.saturating_duration_since(*at) > LOSS_WINDOW)
            || self.fates.len() > MAX_REMEMBERED
        {
            self.fates.pop_front();
        }
        while self.floor.len() > MAX_REMEMBERED {
            self.floor.pop_front();
        }
    }

    /// Bits per second that arrived over the last [`RATE_WINDOW`]; nothing while too few did to say.
    fn received_rate(&self) -> Option<f64> {
        let first = self.received.iter().map(|(at, _)| *at).min()?;
        let last = self.received.iter().map(|(at, _)| *at).max()?;
        let span = (last - first).max(RATE_WINDOW / 2).as_secs_f64();
        // The first packet opens the span: what it carried arrived before it.
        let bytes: usize = self.received.iter().skip(1).map(|(_, bytes)| bytes).sum();
        (self.received.len() > 2).then(|| bytes as f64 * 8.0 / span)
    }

    /// Share of packets lost over the last [`LOSS_WINDOW`].
    fn loss(&self) -> f64 {
        if self.fates.len() < LOSS_PACKETS {
            return 0.0;
        }
        self.fates.iter().filter(|(_, arrived)| !arrived).count() as f64 / self.fates.len() as f64
    }

    fn decide(&mut self, now: Instant) {
        let elapsed = self.since_change(now);
        let Some(received) = self.received_rate() else { return };
        let lossy = self.loss() > LOSS_HIGH;
        let queued_since = (self.queueing >= DELAY_LOW).then(|| self.queued_since.unwrap_or(now));
        self.queued_since = queued_since;
        self.answered &= queued_since.is_some();
        let standing =
            !self.answered && queued_since.is_some_and(|since| now.saturating_duration_since(since) >= STANDING);
        if self.queueing > DELAY_HIGH || standing || lossy {
            if self.last_cut.is_none_or(|last| now.saturating_duration_since(last) >= CUT_INTERVAL) {
                self.last_cut = Some(now);
                self.answered = queued_since.is_some();
                self.set(self.target.min(CUT * received));
                if lossy {
                    // What was lost before the cut says nothing about after it.
                    self.fates.clear();
                }
            }
        } else if queued_since.is_none() && self.last_cut.is_none_or(|last| now.saturating_duration_since(last) >= HOLD)
        {
            self.grow(elapsed, PROVEN * received);
        }
    }

    /// Takes a receiver report: the share lost since the last one (0 to 1) and the bits per second that were sent. It
    /// counts only while arrivals are not reported.
    pub fn on_receiver_report(&mut self, now: Instant, lost: f64, sent_bits_per_second: f64) {
        if self.hears_arrivals(now) {
            return;
        }
        let elapsed = self.since_change(now);
        let lost = lost.clamp(0.0, 1.0);
        if lost > LOSS_HIGH {
            self.last_cut = Some(now);
            self.set(self.target.min(sent_bits_per_second) * (1.0 - 0.5 * lost));
        } else if lost < LOSS_LOW {
            self.grow(elapsed, PROVEN * sent_bits_per_second);
        }
    }

    /// Time the estimate may grow for: reports that stay away for long do not add up.
    fn since_change(&mut self, now: Instant) -> Duration {
        let last = self.last_change.replace(now).unwrap_or(now);
        now.saturating_duration_since(last).min(Duration::from_secs(2))
    }

    fn grow(&mut self, elapsed: Duration, proven: f64) {
        let grown = self.target * GROWTH.powf(elapsed.as_secs_f64());
        self.set(grown.min(proven.max(self.target)));
    }

    fn set(&mut self, target: f64) {
        self.target = target.clamp(f64::from(self.limits.min), f64::from(self.limits.max));
    }
}

/// Milliseconds from `base` to `at`, which may be earlier.
fn millis_since(at: Instant, base: Instant) -> f64 {
    match at.checked_duration_since(base) {
        Some(after) => after.as_secs_f64() * 1000.0,
        None => -base.saturating_duration_since(at).as_secs_f64() * 1000.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PACKET: usize = 1200;
    const FRAME: Duration = Duration::from_millis(33);
    const FEEDBACK: Duration = Duration::from_millis(100);
    const PROPAGATION: Duration = Duration::from_millis(20);
    /// The other side's clock began long before.
    const THEIR_CLOCK: Duration = Duration::from_secs(70_000);

    /// A sender at the estimate's rate, a link with a queue of two seconds, and a receiver that reports.
    struct Link {
        estimator: Estimator,
        start: Instant,
        now: Duration,
        rate: f64,
        /// When the queue is empty.
        free_at: Duration,
        /// In flight: departed, arrived (nothing: dropped).
        sent: VecDeque<(Duration, Option<Duration>)>,
        next_feedback: Duration,
        owed: f64,
        /// What the newest picture found in the queue.
        delay: Duration,
    }

    impl Link {
        fn new(start_bits: u32, rate: f64) -> Self {
            Self {
                estimator: Estimator::new(Limits { start: start_bits, ..Limits::default() }),
                start: Instant::now(),
                now: Duration::ZERO,
                rate,
                free_at: Duration::ZERO,
                sent: VecDeque::new(),
                next_feedback: FEEDBACK,
                owed: 0.0,
                delay: Duration::ZERO,
            }
        }

        fn frame(&mut self) {
            self.owed += f64::from(self.estimator.target()) * FRAME.as_secs_f64() / 8.0;
            self.delay = self.free_at.saturating_sub(self.now);
            while self.owed >= PACKET as f64 {
                self.owed -= PACKET as f64;
                let begins = self.free_at.max(self.now);
                let queued = begins - self.now;
                if queued > Duration::from_secs(2) {
                    self.sent.push_back((self.now, None));
                    continue;
                }
                self.free_at = begins + Duration::from_secs_f64(PACKET as f64 * 8.0 / self.rate);
                self.sent.push_back((self.now, Some(self.free_at + PROPAGATION)));
            }
            self.now += FRAME;
            if self.now >= self.next_feedback {
                self.next_feedback += FEEDBACK;
                self.report();
            }
        }

        fn report(&mut self) {
            let seen = self.now.saturating_sub(PROPAGATION);
            let mut packets = Vec::new();
            while let Some((departed, arrived)) = self.sent.front().copied() {
                // A dropped packet is known to be lost when a later one arrives.
                let known = arrived.or_else(|| self.sent.iter().find_map(|(_, arrived)| *arrived));
                if known.is_none_or(|at| at > seen) {
                    break;
                }
                self.sent.pop_front();
                packets.push(Arrival {
                    departed: self.start + departed,
                    arrived: arrived.map(|at| THEIR_CLOCK + at),
                    bytes: PACKET,
                });
            }
            self.estimator.on_arrivals(self.start + self.now, &packets);
        }

        /// Runs for `seconds`; mean use of the link and the largest and mean queueing delay.
        fn run(&mut self, seconds: u64) -> (f64, Duration, Duration) {
            let until = self.now + Duration::from_secs(seconds);
            let (mut frames, mut bits, mut delays, mut worst) = (0_u32, 0.0, Duration::ZERO, Duration::ZERO);
            while self.now < until {
                self.frame();
                frames += 1;
                bits += f64::from(self.estimator.target());
                delays += self.delay;
                worst = worst.max(self.delay);
            }
            (bits / f64::from(frames) / self.rate, worst, delays / frames)
        }
    }

    #[test]
    fn a_megabit_is_used_without_a_standing_queue() {
        let mut link = Link::new(300_000, 1e6);
        link.run(30);
        let (used, worst, mean) = link.run(60);
        println!("1 Mbit/s: {:.1} % used, queue {mean:?} mean, {worst:?} worst", used * 100.0);
        assert!((0.80..=0.95).contains(&used), "{used}");
        assert!(mean < Duration::from_millis(15), "{mean:?}");
        assert!(worst < Duration::from_millis(100), "{worst:?}");
    }

    #[test]
    fn a_link_that_shrinks_is_followed_within_six_seconds_and_recovered_from() {
        let mut link = Link::new(300_000, 1e6);
        link.run(40);
        link.rate = 400e3;
        let (_, worst, _) = link.run(6);
        let after = link.delay;
        let (used, later, _) = link.run(20);
        println!("400 kbit/s: {worst:?} worst in 6 s, {after:?} after them, then {later:?} worst, {used:.3} used");
        assert!(after < Duration::from_millis(100), "{after:?}");
        assert!(later < Duration::from_millis(150), "{later:?}");
        assert!((0.75..=1.0).contains(&used), "{used}");
        link.rate = 2e6;
        link.run(25);
        let (used, worst, mean) = link.run(30);
        println!("2 Mbit/s: {used:.3} used, {mean:?} mean, {worst:?} worst");
        assert!((0.80..=0.97).contains(&used), "{used}");
    }

    #[test]
    fn loss_alone_cuts_the_estimate() {
        let mut estimator = Estimator::new(Limits::default());
        let start = Instant::now();
        let packets = |every: usize, at: Duration| -> Vec<Arrival> {
            (0..40)
                .map(|index| {
                    let departed = at + Duration::from_millis(2 * index as u64);
                    let arrived = (index % every != 0).then_some(THEIR_CLOCK + departed);
                    Arrival { departed: start + departed, arrived, bytes: PACKET }
                })
                .collect()
        };
        estimator.on_arrivals(start, &packets(100, Duration::ZERO));
        assert_eq!(estimator.target(), 500_000);
        for tick in 1..10_u64 {
            let at = Duration::from_millis(300 * tick);
            let few: Vec<_> = packets(4, at).into_iter().step_by(4).chain(packets(4, at)).take(14).collect();
            estimator.on_arrivals(start + at, &few);
        }
        assert!(estimator.target() < 450_000, "{}", estimator.target());
    }

    #[test]
    fn a_peer_without_arrival_reports_is_judged_by_its_receiver_reports() {
        let mut estimator = Estimator::new(Limits::default());
        let start = Instant::now();
        for second in 0..10 {
            let sent = f64::from(estimator.target());
            estimator.on_receiver_report(start + Duration::from_secs(second), 0.0, sent);
        }
        let grown = estimator.target();
        assert!((1_100_000..1_250_000).contains(&grown), "{grown}");
        estimator.on_receiver_report(start + Duration::from_secs(10), 0.30, f64::from(grown));
        assert_eq!(estimator.target(), (f64::from(grown) * 0.85) as u32);
        // Between the two thresholds nothing moves.
        let held = estimator.target();
        estimator.on_receiver_report(start + Duration::from_secs(11), 0.05, f64::from(held));
        assert_eq!(estimator.target(), held);
    }

    #[test]
    fn receiver_reports_are_not_asked_while_arrivals_are_reported() {
        let mut link = Link::new(300_000, 1e6);
        link.run(5);
        let (now, before) = (link.start + link.now, link.estimator.target());
        link.estimator.on_receiver_report(now, 0.9, 1e6);
        assert_eq!(link.estimator.target(), before);
        link.estimator.on_receiver_report(now + ARRIVALS_FRESH, 0.9, 1e6);
        assert!(link.estimator.target() < before);
    }

    #[test]
    fn silence_does_not_let_the_estimate_grow() {
        let mut estimator = Estimator::new(Limits::default());
        let start = Instant::now();
        for second in 0..60 {
            // Little is sent, so little is proven.
            estimator.on_receiver_report(start + Duration::from_secs(second), 0.0, 40_000.0);
        }
        assert_eq!(estimator.target(), 500_000);
    }

    #[test]
    fn a_clock_that_is_set_is_not_a_queue() {
        let mut link = Link::new(300_000, 1e6);
        link.run(10);
        let before = link.estimator.target();
        let at = link.now;
        let packets: Vec<Arrival> = (0..20)
            .map(|index| {
                let departed = at + Duration::from_millis(index);
                let arrived = Some(2 * THEIR_CLOCK + departed);
                Arrival { departed: link.start + departed, arrived, bytes: PACKET }
            })
            .collect();
        link.estimator.on_arrivals(link.start + at, &packets);
        assert!(link.estimator.target() >= before);
    }

    proptest! {
        #[test]
        fn the_estimate_stays_within_its_limits_whatever_is_reported(
            batches in proptest::collection::vec(
                (0_u64..5_000, proptest::collection::vec((0_u64..10_000, proptest::option::of(0_u64..100_000_000), 0_usize..2000), 0..30)),
                0..60,
            ),
            lost in 0.0_f64..=1.0,
        ) {
            let limits = Limits::default();
            let mut estimator = Estimator::new(limits);
            let start = Instant::now();
            let mut now = start;
            for (pause, packets) in batches {
                now += Duration::from_millis(pause);
                let packets: Vec<Arrival> = packets
                    .into_iter()
                    .map(|(ago, arrived, bytes)| Arrival {
                        departed: start + Duration::from_millis(ago),
                        arrived: arrived.map(Duration::from_millis),
                        bytes,
                    })
                    .collect();
                estimator.on_arrivals(now, &packets);
                estimator.on_receiver_report(now, lost, 1e6 * lost);
                prop_assert!((limits.min..=limits.max).contains(&estimator.target()));
                prop_assert!(estimator.received.len() <= MAX_REMEMBERED && estimator.fates.len() <= MAX_REMEMBERED);
            }
        }

        #[test]
        fn any_steady_link_is_used_well(rate in 150_000_u32..4_000_000, start in 100_000_u32..2_000_000) {
            let mut link = Link::new(start, f64::from(rate));
            link.run(60);
            let (used, _, mean) = link.run(30);
            prop_assert!((0.70..=1.0).contains(&used), "{} of {}", used, rate);
            prop_assert!(mean < Duration::from_millis(100), "{:?} at {}", mean, rate);
        }
    }
}
