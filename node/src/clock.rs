//! The only place that reads the clock.

use std::time::{SystemTime, UNIX_EPOCH};

use kith_core::Timestamp;

/// Unix milliseconds.
pub(crate) fn now_ms() -> Timestamp {
    // A clock before 1970 reads as 1970: messages get odd times, nothing breaks.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
