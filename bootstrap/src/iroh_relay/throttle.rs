//! Keeps all clients of the relay together under a total: iroh-relay bounds each client only.

use std::num::NonZeroU32;

/// A client that has little may still say something, as long as all of them can.
const FLOOR: u64 = 16 * 1024;

/// The rate every client gets, set anew once a second from what went through.
///
/// It follows the part of the total that was used, and grows by a quarter at most, up to what one client may have: whoever
/// sends less than the rate is not slowed, and the others share what is left. What went beyond the total, as when many begin
/// at once, is taken from the seconds after.
#[derive(Debug)]
pub(super) struct Throttle {
    most: NonZeroU32,
    total: u64,
    floor: u32,
    rate: NonZeroU32,
    owed: u64,
}

impl Throttle {
    /// All of at most `clients` may have `total` bytes per second, one at most `most`.
    pub(super) fn new(most: NonZeroU32, total: u64, clients: usize) -> Self {
        let share = total / u64::try_from(clients).unwrap_or(u64::MAX).max(1);
        let floor = u32::try_from(share.clamp(1, FLOOR)).unwrap_or(1).min(most.get());
        Self { most, total: total.max(1), floor, rate: most, owed: 0 }
    }

    /// The rate from now on, if it changed, after a second in which `received` bytes came.
    pub(super) fn next(&mut self, received: u64) -> Option<NonZeroU32> {
        let now = u64::from(self.rate.get());
        self.owed = self.owed.saturating_add(received).saturating_sub(self.total);
        let total = self.total - (self.owed / 4).min(self.total / 2);
        let shared = u128::from(now) * u128::from(total) / u128::from(received.max(1));
        let wanted = shared.min(u128::from(now + (now / 4).max(1)));
        let most = self.most.get();
        let rate = u32::try_from(wanted).unwrap_or(most).clamp(self.floor, most);
        let rate = NonZeroU32::new(rate)?;
        let changed = rate != self.rate;
        self.rate = rate;
        changed.then_some(rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle(most: u32, total: u64) -> Throttle {
        Throttle::new(NonZeroU32::new(most).unwrap(), total, 16)
    }

    /// Ten who send what they may, and one who sends little.
    #[test]
    fn all_together_come_to_the_total_and_who_sends_little_is_not_slowed() {
        let mut throttle = throttle(2_000_000, 5_000_000);
        let (mut sum, mut least) = (0, u64::MAX);
        for second in 0..200 {
            let rate = u64::from(throttle.rate.get());
            let received = 10 * rate + 50_000.min(rate);
            throttle.next(received);
            if second >= 100 {
                sum += received;
                least = least.min(rate);
            }
        }
        let mean = sum / 100;
        assert!((4_900_000..=5_010_000).contains(&mean), "{mean}");
        assert!(least > 50_000, "{least}");
    }

    /// Each time the rate changes, iroh-relay lets every client send twice as much at once.
    #[test]
    fn bursts_after_silence_are_paid_back() {
        let mut throttle = throttle(2_000_000, 5_000_000);
        let (mut sum, seconds) = (0, 3_000);
        for second in 0..seconds {
            let rate = u64::from(throttle.rate.get());
            // Ten who are silent for 20 seconds and send for 20.
            let received = match second % 40 {
                0..20 => 0,
                20 => 30 * rate,
                _ => 10 * rate,
            };
            throttle.next(received);
            sum += received;
        }
        assert!(sum / seconds <= 5_050_000, "{}", sum / seconds);
    }

    #[test]
    fn it_recovers_and_stays_in_its_bounds() {
        let mut throttle = throttle(1_000_000, 1_000);
        assert_eq!(throttle.next(100_000).unwrap().get(), 5_000);
        assert_eq!(throttle.next(100_000).unwrap().get(), 62, "a share of the total");
        let seconds = (0..500).position(|_| throttle.next(0).is_none()).unwrap();
        assert_eq!((throttle.rate.get(), seconds < 60), (1_000_000, true));
        assert_eq!(throttle.next(500), None, "nothing changes while there is room");
        let mut tiny = self::throttle(1, 1);
        assert_eq!(tiny.next(u64::MAX), None);
    }
}
