//! How much of what may be sent is for pictures.

use std::time::{Duration, Instant};

/// Sound with its headers, in bits per second: it always has that.
const SOUND: u32 = 45_000;
/// Of what is left, pictures take so much; the rest is for their headers and for what is repeated.
const SHARE: f64 = 0.88;
/// A picture of less than this is worth nothing, in bits per second.
const LEAST: u32 = 24_000;
/// What more than this is spent on is not seen, in bits per second.
const MOST_CAMERA: u32 = 2_000_000;
const MOST_SCREEN: u32 = 4_000_000;
/// An estimate may be low for a moment.
const LOW_FOR: Duration = Duration::from_millis(1500);
/// After a rest of this length it is tried again: only what is sent shows that there is room for it.
const REST: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub(super) struct Share {
    low_since: Option<Instant>,
    rests_since: Option<Instant>,
}

impl Share {
    /// Bits per second for pictures, when `bandwidth` may be sent in all; 0 while they rest.
    pub(super) fn of(&mut self, bandwidth: u32, screen: bool, now: Instant) -> u32 {
        let left = f64::from(bandwidth.saturating_sub(SOUND)) * SHARE;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a u32")]
        let left = left as u32;
        let passed = |since: Instant, time| now.saturating_duration_since(since) >= time;
        if let Some(since) = self.rests_since {
            if left < LEAST || !passed(since, REST) {
                return 0;
            }
            (self.rests_since, self.low_since) = (None, None);
        }
        if left >= LEAST {
            self.low_since = None;
        } else if passed(*self.low_since.get_or_insert(now), LOW_FOR) {
            self.rests_since = Some(now);
            return 0;
        }
        left.clamp(LEAST, if screen { MOST_SCREEN } else { MOST_CAMERA })
    }

    pub(super) fn rests(&self) -> bool {
        self.rests_since.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_comes_first_and_pictures_take_the_rest() {
        let (mut share, now) = (Share::default(), Instant::now());
        assert_eq!(share.of(545_000, false, now), 440_000);
        assert_eq!(share.of(u32::MAX, false, now), MOST_CAMERA);
        assert_eq!(share.of(u32::MAX, true, now), MOST_SCREEN);
    }

    #[test]
    fn pictures_rest_when_there_is_no_room_and_are_tried_again() {
        let (mut share, begin) = (Share::default(), Instant::now());
        let at = |ms| begin + Duration::from_millis(ms);
        assert_eq!(share.of(50_000, false, at(0)), LEAST, "it may be for a moment");
        assert!(share.of(200_000, false, at(1000)) > LEAST);
        assert_eq!(share.of(50_000, false, at(1400)), LEAST);
        assert_eq!(share.of(50_000, false, at(2900)), 0);
        assert!(share.rests());
        assert_eq!(share.of(200_000, false, at(7800)), 0, "not yet");
        assert_eq!(share.of(50_000, false, at(7900)), 0, "there is none");
        assert!(share.of(75_000, false, at(8000)) >= LEAST);
        assert!(!share.rests());
    }
}
