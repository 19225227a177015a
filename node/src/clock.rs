//! The only place that reads the clock, and where it stands.

use std::time::{SystemTime, UNIX_EPOCH};

use kith_core::Timestamp;

/// Unix milliseconds.
pub(crate) fn now_ms() -> Timestamp {
    // A clock before 1970 reads as 1970: messages get odd times, nothing breaks.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// The clock that people here go by. The system may be told of another one at any time; asking costs little.
pub(crate) fn zone() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::system()
}
