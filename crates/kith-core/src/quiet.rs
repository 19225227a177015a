//! Quiet hours: when they are, by the clock of a place, over midnight and over the days on which clocks are set.

use jiff::{
    ToSpan as _,
    civil::{Date, Time},
    tz::TimeZone,
};
use kith_api::{
    ErrorCode, Event,
    views::{self, NOTIFY_QUIET, QuietHours},
};
use serde_json::Value;

use crate::{
    Output, Timestamp,
    core::Core,
    error::{CoreError, deny},
    notify,
};

const MINUTES_A_DAY: u16 = 24 * 60;
/// How far ahead their next beginning can be: a week, and a day for what began yesterday.
const DAYS_AHEAD: i64 = 8;
/// Until when hours that never end are followed: then they are looked at again.
const JOINED_MAX: usize = 8;

/// Whether these can be quiet hours.
pub(crate) fn is_valid(hours: &QuietHours) -> bool {
    hours.from_min < MINUTES_A_DAY && hours.to_min < MINUTES_A_DAY
}

/// The quiet hours that begin on `date`: when they begin and end.
fn on(hours: &QuietHours, date: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).ok()?;
    if !hours.on || !*hours.days.get(weekday)? {
        return None;
    }
    let end = if hours.to_min > hours.from_min { date } else { date.checked_add(1.day()).ok()? };
    let moment = |date: Date, minutes: u16| {
        let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
        // A time that the clock skips is as much later; of one that comes twice the first counts.
        let time = date.to_datetime(Time::new(hour, minute, 0, 0).ok()?).to_zoned(zone.clone()).ok()?;
        u64::try_from(time.timestamp().as_millisecond()).ok()
    };
    Some((moment(date, hours.from_min)?, moment(end, hours.to_min)?))
}

/// Those that begin from the day before to a week after `now`, in their order.
fn around(hours: &QuietHours, now: Timestamp, zone: &TimeZone) -> Vec<(Timestamp, Timestamp)> {
    let time = i64::try_from(now).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let Some(today) = time.map(|time| time.to_zoned(zone.clone()).date()) else { return Vec::new() };
    let dates = (-1..=DAYS_AHEAD).filter_map(|days| today.checked_add(days.days()).ok());
    dates.filter_map(|date| on(hours, date, zone)).filter(|(from, to)| from < to).collect()
}

/// Until when it is quiet at `now`; none if it is not.
#[must_use]
pub fn until(hours: &QuietHours, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let all = around(hours, now, zone);
    let after = |at: Timestamp| all.iter().filter(|(from, to)| *from <= at && at < *to).map(|(_, to)| *to).max();
    let mut end = after(now)?;
    for _ in 0..JOINED_MAX {
        match after(end) {
            Some(later) => end = later,
            None => break,
        }
    }
    Some(end)
}

/// When it is quiet next, or not any more; none if that never changes.
#[must_use]
pub fn next_change(hours: &QuietHours, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    if let Some(end) = until(hours, now, zone) {
        return Some(end);
    }
    around(hours, now, zone).into_iter().map(|(from, _)| from).filter(|from| *from > now).min()
}

/// What a core knows about the time it is quiet.
pub(crate) struct QuietTime {
    zone: TimeZone,
    hours: QuietHours,
    /// Until when it is quiet.
    until: Option<Timestamp>,
    /// When to look again.
    next: Option<Timestamp>,
}

impl Default for QuietTime {
    fn default() -> Self {
        Self { zone: TimeZone::UTC, hours: QuietHours::default(), until: None, next: None }
    }
}

impl QuietTime {
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        self.next
    }

    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.until
    }

    /// Contacts see that I am not to be disturbed.
    pub(crate) fn shows(&self) -> bool {
        self.until.is_some() && self.hours.presence
    }

    /// The batch failed: what was read in it may not be so.
    pub(crate) fn doubt(&mut self) {
        self.next = Some(0);
    }
}

impl Core {
    /// The clock of this place.
    pub(crate) fn set_zone(&mut self, zone: TimeZone, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        self.quiet.zone = zone;
        self.quiet_changed(now, out)
    }

    /// Quiet hours begin, end, or are other ones.
    pub(crate) fn quiet_changed(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let kept = self.store.setting(NOTIFY_QUIET)?;
        let hours = kept.and_then(|value| serde_json::from_str(&value).ok()).unwrap_or_default();
        let zone = &self.quiet.zone;
        let (until, next) = (until(&hours, now, zone), next_change(&hours, now, zone));
        let (before, showed) = (self.quiet.until, self.quiet.shows());
        (self.quiet.hours, self.quiet.until, self.quiet.next) = (hours, until, next);
        if showed != self.quiet.shows() {
            self.say_presence_to_all()?;
        }
        if before != until {
            out.push(Output::Event(Event::ProfileChanged { profile: self.profile()? }));
        }
        Ok(())
    }

    pub(crate) fn quiet_wake(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if self.quiet.next.is_some_and(|next| next <= now) {
            self.quiet_changed(now, out)?;
        }
        Ok(())
    }

    /// Whether one is told of anything now.
    pub(crate) fn how_quiet(&self, now: Timestamp) -> Result<notify::Quiet, CoreError> {
        if self.my_presence()? == views::Presence::Dnd {
            return Ok(notify::Quiet::Yes);
        }
        Ok(match self.quiet.until.filter(|until| *until > now) {
            None => notify::Quiet::No,
            Some(_) if self.quiet.hours.mentions => notify::Quiet::ButMentions,
            Some(_) => notify::Quiet::Yes,
        })
    }
}

/// Quiet hours as a client wrote them.
pub(crate) fn check(value: &Value) -> Result<(), CoreError> {
    match serde_json::from_value::<QuietHours>(value.clone()) {
        Ok(hours) if is_valid(&hours) => Ok(()),
        Ok(_) => deny(ErrorCode::InvalidArgument, "quiet hours begin and end at minute 0 to 1439 of a day"),
        Err(error) => deny(ErrorCode::InvalidArgument, &format!("{NOTIFY_QUIET}: {error}")),
    }
}
