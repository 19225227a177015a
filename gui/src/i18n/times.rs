//! Times as people read them. All times are Unix milliseconds; the zone is the system's.

use jiff::{Timestamp, ToSpan as _, Zoned, civil::Date};

use super::{Arg, Lang};

const WEEKDAYS: [&str; 7] = [
    "weekday-monday",
    "weekday-tuesday",
    "weekday-wednesday",
    "weekday-thursday",
    "weekday-friday",
    "weekday-saturday",
    "weekday-sunday",
];
const MONTHS: [&str; 12] = [
    "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8", "month-9", "month-10",
    "month-11", "month-12",
];

impl Lang {
    fn zoned(&self, ms: u64) -> Zoned {
        let time = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        time.unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(self.zone.clone())
    }

    /// Names the day, to tell days from each other.
    pub(crate) fn day_number(&self, ms: u64) -> i64 {
        let date = self.zoned(ms).date();
        i64::from(date.year()) * 512 + i64::from(date.day_of_year())
    }

    /// `09:41` or `9:41 am`.
    pub(crate) fn clock(&self, ms: u64) -> String {
        let time = self.zoned(ms);
        self.time_of_day(time.hour(), time.minute())
    }

    /// The same of a time of any day.
    pub(crate) fn time_of_day(&self, hour: i8, minute: i8) -> String {
        if self.hours24 {
            return format!("{hour:02}:{minute:02}");
        }
        let key = if hour < 12 { "time-am" } else { "time-pm" };
        let short = format!("{}:{minute:02}", if hour % 12 == 0 { 12 } else { hour % 12 });
        self.with(key, &[("time", Arg::Text(&short))])
    }

    /// For a list: the time today, the weekday this week, else the date.
    pub(crate) fn short(&self, ms: u64, now: u64) -> String {
        let (then, today) = (self.zoned(ms).date(), self.zoned(now).date());
        match days_between(then, today) {
            0 => self.clock(ms),
            1 => self.t("day-yesterday"),
            2..=6 => self.weekday(then),
            _ if then.year() == today.year() => self.date("date-short", then),
            _ => self.date("date-short-year", then),
        }
    }

    /// For what is to come: the time today, else date and time.
    pub(crate) fn short_ahead(&self, ms: u64, now: u64) -> String {
        if self.day_number(ms) == self.day_number(now) { self.clock(ms) } else { self.full(ms) }
    }

    /// Between messages: today, yesterday, else the date in full.
    pub(crate) fn day(&self, ms: u64, now: u64) -> String {
        let (then, today) = (self.zoned(ms).date(), self.zoned(now).date());
        match days_between(then, today) {
            0 => self.t("day-today"),
            1 => self.t("day-yesterday"),
            _ if then.year() == today.year() => self.date("date-long", then),
            _ => self.date("date-long-year", then),
        }
    }

    /// Date and time.
    pub(crate) fn full(&self, ms: u64) -> String {
        let date = self.date("date-long-year", self.zoned(ms).date());
        self.with("date-and-time", &[("date", Arg::Text(&date)), ("time", Arg::Text(&self.clock(ms)))])
    }

    /// `just now`, `5 minutes ago`, else the day and time.
    pub(crate) fn ago(&self, ms: u64, now: u64) -> String {
        let minutes = now.saturating_sub(ms) / 60_000;
        match minutes {
            0 => self.t("ago-now"),
            1..=59 => self.with("ago-minutes", &[("count", Arg::Count(minutes))]),
            _ => {
                let day = self.day(ms, now);
                self.with("date-and-time", &[("date", Arg::Text(&day)), ("time", Arg::Text(&self.clock(ms)))])
            }
        }
    }

    /// A time of day so many days from now, where the clock of this place has it.
    pub(crate) fn on(&self, now: u64, days: i64, hour: i8) -> Option<u64> {
        let date = self.zoned(now).date().checked_add(days.days()).ok()?;
        self.moment(date.at(hour, 0, 0, 0))
    }

    /// A moment as it is typed: `2026-11-22` and `09:00`.
    pub(crate) fn typed(&self, ms: u64) -> (String, String) {
        let time = self.zoned(ms);
        (time.date().to_string(), format!("{:02}:{:02}", time.hour(), time.minute()))
    }

    /// The moment that was typed, if it is one.
    pub(crate) fn read(&self, date: &str, time: &str) -> Option<u64> {
        let date: Date = date.trim().parse().ok()?;
        let (hour, minute) = time.trim().split_once(':')?;
        let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
        self.moment(date.to_datetime(jiff::civil::Time::new(hour, minute, 0, 0).ok()?))
    }

    fn moment(&self, at: jiff::civil::DateTime) -> Option<u64> {
        u64::try_from(at.to_zoned(self.zone.clone()).ok()?.timestamp().as_millisecond()).ok()
    }

    /// A length of time in its largest unit: `1 day`.
    pub(crate) fn span(&self, seconds: u64) -> String {
        let (count, [key, _]) = in_units(seconds, u64::is_multiple_of);
        self.with(key, &[("count", Arg::Count(count))])
    }

    /// What is left of a length of time, in few letters: `23 h`.
    pub(crate) fn left(&self, seconds: u64) -> String {
        let (count, [_, key]) = in_units(seconds, |left, unit| left >= unit);
        self.apart(&self.with(key, &[("count", Arg::Count(count))]))
    }

    /// How long something lasts, in whole seconds: `0:42`, `1:02:03`.
    pub(crate) fn duration(&self, ms: u64) -> String {
        let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
        self.apart(&match hours {
            0 => format!("{minutes}:{seconds:02}"),
            _ => format!("{hours}:{minutes:02}:{seconds:02}"),
        })
    }

    /// The days of a week, Monday first.
    pub(crate) fn weekdays(&self) -> Vec<String> {
        WEEKDAYS.iter().map(|key| self.t(key)).collect()
    }

    fn weekday(&self, date: Date) -> String {
        let at = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
        WEEKDAYS.get(at).map_or_else(String::new, |key| self.t(key))
    }

    fn date(&self, key: &str, date: Date) -> String {
        let month = usize::try_from(date.month() - 1).ok().and_then(|at| MONTHS.get(at));
        let month = month.map_or_else(String::new, |key| self.t(key));
        let (day, year) = (date.day().to_string(), date.year().to_string());
        self.with(
            key,
            &[
                ("weekday", Arg::Text(&self.weekday(date))),
                ("day", Arg::Text(&day)),
                ("month", Arg::Text(&month)),
                ("year", Arg::Text(&year)),
            ],
        )
    }
}

/// How many of the largest unit that `fits`, and the keys of the unit.
fn in_units(seconds: u64, fits: impl Fn(u64, u64) -> bool) -> (u64, [&'static str; 2]) {
    const UNITS: [(u64, [&str; 2]); 5] = [
        (7 * 86_400, ["span-weeks", "left-weeks"]),
        (86_400, ["span-days", "left-days"]),
        (3_600, ["span-hours", "left-hours"]),
        (60, ["span-minutes", "left-minutes"]),
        (1, ["span-seconds", "left-seconds"]),
    ];
    let fitting = UNITS.into_iter().find(|(unit, _)| seconds >= *unit && fits(seconds, *unit));
    let (unit, keys) = fitting.unwrap_or((1, ["span-seconds", "left-seconds"]));
    (seconds / unit, keys)
}

fn days_between(then: Date, today: Date) -> i32 {
    then.until(today).map_or(i32::MAX, |span| span.get_days())
}
