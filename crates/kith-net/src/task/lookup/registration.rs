//! What one rendezvous point knows of us, and when it is told again. Pure: the caller brings the clock.

use std::time::{Duration, Instant};

use crate::limits;
use crate::rendezvous::Status;

/// Our registration at one point.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::task) struct Registration {
    /// The day last asked for, and when to ask again.
    asked: Option<(u64, Instant)>,
    /// The day it has a registration for, and until when.
    held: Option<(u64, Instant)>,
}

impl Registration {
    /// Whether contacts find us there.
    pub(in crate::task) fn held(&self, now: Instant) -> bool {
        self.held.is_some_and(|(_, until)| until > now)
    }

    /// What is registered is no longer right.
    pub(super) fn hurry(&mut self) {
        self.asked = None;
    }

    /// Whether to register for `today` now; if so, it counts as asked.
    pub(super) fn begin(&mut self, today: u64, now: Instant) -> bool {
        let due = self.asked.is_none_or(|(day, again)| day != today || again <= now);
        if due {
            self.asked = Some((today, now + limits::REGISTER_AGAIN));
        }
        due
    }

    /// Takes the answer for `day`: seconds it holds, or why not. Returns the day whose registration to take back.
    pub(super) fn answered(&mut self, day: u64, answer: Result<u64, Status>, now: Instant) -> Option<u64> {
        if self.asked.is_some_and(|(asked, _)| asked != day) {
            // The day changed meanwhile.
            return answer.is_ok().then_some(day);
        }
        let ttl = answer.map(|ttl_s| Duration::from_secs(ttl_s.min(limits::REGISTER_TTL_S)));
        // Whatever the point says, it is not asked too often, and is not believed to remember for longer than we asked.
        let pause =
            ttl.map_or(limits::REGISTER_AGAIN, |ttl| (ttl / 2).clamp(limits::REGISTER_AGAIN, limits::REGISTER_EVERY));
        if let Some((_, again)) = &mut self.asked {
            *again = now + pause;
        }
        let ttl = ttl.ok()?;
        let outdated = self.held.map(|(held, _)| held).filter(|held| *held != day);
        self.held = Some((day, now + ttl));
        outdated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn it_is_renewed_before_it_ends_and_soon_after_a_refusal() {
        let (mut registration, now) = (Registration::default(), Instant::now());
        assert!(registration.begin(1, now) && !registration.begin(1, now));
        assert_eq!(registration.answered(1, Err(Status::Unavailable), now), None);
        assert!(!registration.held(now));
        assert!(registration.begin(1, now + limits::REGISTER_AGAIN));
        registration.answered(1, Ok(limits::REGISTER_TTL_S), now);
        assert!(registration.held(now) && !registration.held(now + 2 * HOUR));
        assert!(!registration.begin(1, now + HOUR / 2));
        assert!(registration.begin(1, now + HOUR));
        registration.hurry();
        assert!(registration.begin(1, now));
        // Two questions after each other: the first was granted, the second, with other addresses, was not.
        registration.answered(1, Ok(limits::REGISTER_TTL_S), now);
        registration.answered(1, Err(Status::Unavailable), now);
        assert!(registration.begin(1, now + limits::REGISTER_AGAIN));
    }

    #[test]
    fn a_points_ttl_neither_overflows_nor_makes_us_ask_all_the_time() {
        let now = Instant::now();
        for (ttl_s, again) in [(u64::MAX, HOUR), (0, limits::REGISTER_AGAIN), (600, Duration::from_secs(300))] {
            let mut registration = Registration::default();
            registration.begin(1, now);
            registration.answered(1, Ok(ttl_s), now);
            assert!(!registration.begin(1, now + again - Duration::from_secs(1)), "{ttl_s}");
            assert!(registration.begin(1, now + again), "{ttl_s}");
            assert!(!registration.held(now + 24 * HOUR), "{ttl_s}");
        }
    }

    #[test]
    fn a_new_day_is_registered_at_once_and_the_old_one_taken_back() {
        let (mut registration, now) = (Registration::default(), Instant::now());
        registration.begin(1, now);
        assert_eq!(registration.answered(1, Ok(7200), now), None);
        assert!(registration.begin(2, now), "a new day");
        assert_eq!(registration.answered(2, Ok(7200), now), Some(1));
        assert!(registration.begin(3, now));
        assert_eq!(registration.answered(3, Err(Status::Unavailable), now), None);
        assert!(registration.begin(3, now + limits::REGISTER_AGAIN));
        assert_eq!(registration.answered(3, Ok(7200), now), Some(2), "not forgotten by a refusal");
        assert_eq!(registration.answered(3, Ok(7200), now), None, "once");
        assert!(registration.begin(4, now));
        assert_eq!(registration.answered(4, Ok(7200), now), Some(3));
        assert_eq!(registration.answered(3, Ok(7200), now), Some(3), "granted too late");
        assert_eq!(registration.answered(4, Ok(7200), now), None, "today's is not taken back");
    }
}
