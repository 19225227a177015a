use jiff::{
    SignedDuration, ToSpan as _,
    civil::{DateTime, date},
    tz::{AmbiguousOffset, TimeZone},
};
use kith_api::{
    Command, ErrorCode, Event, Reply, params,
    views::{self, Presence, QuietHours},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::world::World;
use crate::{
    Input, Timestamp,
    quiet::{next_change, until},
};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

/// Clocks that are set by an hour in different months, by half an hour, at midnight, and never.
const ZONES: [&str; 6] =
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu", "Pacific/Apia"];

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("the zones of the system (tzdata)")
}

fn at(time: DateTime, zone: &TimeZone) -> Timestamp {
    time.to_zoned(zone.clone()).unwrap().timestamp().as_millisecond().try_into().unwrap()
}

fn local(at: Timestamp, zone: &TimeZone) -> DateTime {
    jiff::Timestamp::from_millisecond(at.try_into().unwrap()).unwrap().to_zoned(zone.clone()).datetime()
}

fn night() -> QuietHours {
    QuietHours { on: true, ..QuietHours::default() }
}

#[test]
fn a_night_is_quiet_from_evening_to_morning() {
    let zone = zone("Europe/Berlin");
    let hours = QuietHours { days: [true, true, true, true, false, false, true], ..night() };
    // 21 November 2026 is a Saturday.
    let day = |day, hour, minute| at(date(2026, 11, day).at(hour, minute, 0, 0), &zone);
    assert_eq!(until(&hours, day(19, 21, 59), &zone), None);
    assert_eq!(until(&hours, day(19, 22, 0), &zone), Some(day(20, 7, 0)));
    assert_eq!(until(&hours, day(20, 6, 59), &zone), Some(day(20, 7, 0)));
    assert_eq!(until(&hours, day(20, 7, 0), &zone), None);
    assert_eq!(until(&hours, day(21, 3, 0), &zone), None, "not the night that began on Friday");
    assert_eq!(until(&hours, day(22, 23, 0), &zone), Some(day(23, 7, 0)));
    assert_eq!(next_change(&hours, day(20, 7, 0), &zone), Some(day(22, 22, 0)));
    assert_eq!(next_change(&hours, day(22, 23, 0), &zone), Some(day(23, 7, 0)));
    let lunch = QuietHours { from_min: 12 * 60, to_min: 13 * 60 + 30, ..night() };
    assert_eq!(until(&lunch, day(21, 12, 0), &zone), Some(day(21, 13, 30)));
    let off = QuietHours { on: false, ..night() };
    assert_eq!((until(&off, day(19, 23, 0), &zone), next_change(&off, day(19, 23, 0), &zone)), (None, None));
    let never = QuietHours { days: [false; 7], ..night() };
    assert_eq!(next_change(&never, day(19, 23, 0), &zone), None);
    let always = QuietHours { from_min: 0, to_min: 0, ..night() };
    assert!(until(&always, day(19, 23, 0), &zone).is_some_and(|end| end > day(24, 0, 0)));
}

#[test]
fn a_night_on_which_the_clock_is_set_is_longer_or_shorter() {
    let zone = zone("Europe/Berlin");
    for (evening, hours) in [(date(2026, 3, 27), 9), (date(2026, 3, 28), 8), (date(2026, 10, 24), 10)] {
        let from = at(evening.at(22, 0, 0, 0), &zone);
        assert_eq!(until(&night(), from, &zone), Some(from + hours * HOUR), "{evening}");
    }
    // From and to within the hour that is skipped, or comes twice.
    let short = QuietHours { from_min: 2 * 60, to_min: 2 * 60 + 30, ..night() };
    let skipped = at(date(2026, 3, 29).at(3, 0, 0, 0), &zone);
    assert_eq!(until(&short, skipped, &zone), Some(skipped + 30 * MINUTE));
    let first = at(date(2026, 10, 25).at(2, 0, 0, 0), &zone);
    assert_eq!(until(&short, first, &zone), Some(first + 30 * MINUTE));
    assert_eq!(until(&short, first + HOUR, &zone), None, "once is enough");
}

fn hours() -> impl Strategy<Value = QuietHours> {
    (0_u16..1440, 0_u16..1440, any::<[bool; 7]>()).prop_map(|(from_min, to_min, days)| QuietHours {
        on: true,
        from_min,
        to_min,
        days,
        presence: true,
        mentions: false,
    })
}

/// What the clock on the wall says.
fn by_the_wall(hours: &QuietHours, time: DateTime) -> bool {
    let minutes = u16::try_from(time.hour()).unwrap() * 60 + u16::try_from(time.minute()).unwrap();
    let begins = |time: DateTime| hours.days[usize::try_from(time.weekday().to_monday_zero_offset()).unwrap()];
    let (today, yesterday) = (begins(time), begins(time.checked_sub(1.day()).unwrap()));
    if hours.from_min < hours.to_min {
        today && (hours.from_min..hours.to_min).contains(&minutes)
    } else {
        today && minutes >= hours.from_min || yesterday && minutes < hours.to_min
    }
}

/// Quiet hours and a moment of two years: any, or one close to their edges when a clock was set.
fn moment() -> impl Strategy<Value = (QuietHours, TimeZone, Timestamp)> {
    let near = prop::option::weighted(0.8, (0..2_i64, any::<bool>(), 0..180_i64));
    (hours(), 0..ZONES.len(), 0..2 * 366 * 24 * 60_u64, near).prop_map(|(hours, name, minute, near)| {
        let zone = zone(ZONES[name]);
        let time = at(date(2026, 1, 1).at(0, 0, 0, 0), &zone) + minute * MINUTE;
        let from = jiff::Timestamp::from_millisecond(time.try_into().unwrap()).unwrap();
        let set = zone.following(from).next().map(|set| set.timestamp().to_zoned(zone.clone()).date());
        let edge = near.zip(set).map(|((days, end, minutes), date)| {
            let edge = if end { hours.to_min } else { hours.from_min };
            let midnight = date.checked_add(days.days()).unwrap().at(0, 0, 0, 0);
            at(midnight.checked_add((i64::from(edge) + minutes - 90).minutes()).unwrap(), &zone)
        });
        (hours, zone, edge.unwrap_or(time))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn the_clock_on_the_wall_says_the_same((hours, zone, time) in moment()) {
        let wall = local(time, &zone);
        // Two hours around it have the same offset: nothing is skipped and nothing comes twice.
        let span = [-2, 2].map(|by| wall.checked_add(SignedDuration::from_hours(by)).unwrap());
        let offset = |time: DateTime| match zone.to_ambiguous_zoned(time).offset() {
            AmbiguousOffset::Unambiguous { offset } => Some(offset),
            AmbiguousOffset::Gap { .. } | AmbiguousOffset::Fold { .. } => None,
        };
        let offsets = span.map(offset);
        prop_assume!(offsets[0].is_some() && offsets[0] == offsets[1] && offset(wall) == offsets[0]);
        prop_assert_eq!(until(&hours, time, &zone).is_some(), by_the_wall(&hours, wall), "{}", wall);
    }

    /// Between now and the next change nothing changes, and then it does.
    #[test]
    fn the_next_change_is_one((hours, zone, time) in moment()) {
        let quiet = |at| until(&hours, at, &zone).is_some();
        let Some(next) = next_change(&hours, time, &zone) else {
            prop_assert!(!hours.days.contains(&true) && !quiet(time));
            return Ok(());
        };
        prop_assert!(next > time);
        let always = hours.from_min == hours.to_min;
        prop_assert!(quiet(next) != quiet(time) || always && quiet(next));
        for part in 0..50 {
            prop_assert_eq!(quiet(time + (next - time) * part / 50), quiet(time));
        }
        prop_assert_eq!(quiet(next - 1), quiet(time));
    }

    /// As often as a day they begin they end, whatever the clocks do.
    #[test]
    fn a_day_begins_them_once(from_min in 0_u16..1440, to_min in 0_u16..1440, name in 0..ZONES.len(), day in 0..700_i64) {
        prop_assume!(from_min.abs_diff(to_min) > 120 && from_min.abs_diff(to_min) < 1320);
        let zone = zone(ZONES[name]);
        let hours = QuietHours { from_min, to_min, ..night() };
        let start = date(2026, 1, 1).checked_add(day.days()).unwrap();
        let (mut time, end) = (at(start.at(0, 0, 0, 0), &zone), at(start.checked_add(7.days()).unwrap().at(0, 0, 0, 0), &zone));
        let mut changes = 0;
        while let Some(next) = next_change(&hours, time, &zone).filter(|next| *next <= end) {
            (time, changes) = (next, changes + 1);
        }
        prop_assert!((13..=15).contains(&changes), "{} changes", changes);
    }
}

fn set(world: &mut World, value: Value) -> Result<(), ErrorCode> {
    let params = params::SettingsSetParams { key: "notify.quiet".into(), value };
    world.call(0, Command::SettingsSet(params)).map(drop).map_err(|error| error.code)
}

fn hours_json(from_min: u64, to_min: u64) -> Value {
    json!({ "on": true, "from_min": from_min, "to_min": to_min, "days": [true, true, true, true, true, true, true],
        "presence": true, "mentions": true })
}

fn profile(world: &mut World) -> views::Profile {
    match world.call(0, Command::ProfileGet(params::Nothing {})) {
        Ok(Reply::ProfileGet(profile)) => profile,
        other => panic!("{other:?}"),
    }
}

#[test]
fn quiet_hours_begin_and_end_by_themselves() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let seen = |world: &World| world.people[1].contact(world.account(0)).unwrap().presence;
    let told = |world: &mut World, text: &str| {
        world.people[0].events.clear();
        world.send(1, 0, text).unwrap();
        world.people[0].events.iter().any(|event| matches!(event, Event::Notify { .. }))
    };
    // 15 January 2027, 08:00 UTC; 09:00 in Berlin.
    world.give(0, Input::Zone(zone("Europe/Berlin")));
    set(&mut world, hours_json(9 * 60 + 1, 9 * 60 + 3)).unwrap();
    assert_eq!((profile(&mut world).quiet_until, seen(&world)), (None, Presence::Online));
    assert!(told(&mut world, "early"));
    world.pass(MINUTE);
    let end = world.now + 2 * MINUTE;
    assert_eq!((profile(&mut world).quiet_until, seen(&world)), (Some(end), Presence::Dnd));
    assert!(!told(&mut world, "psst"));
    assert!(told(&mut world, "@Person 0, it burns"), "mentions break through");
    world.people[0].events.clear();
    world.pass(2 * MINUTE);
    assert!(world.people[0].events.iter().any(|event| matches!(event, Event::ProfileChanged { .. })));
    assert_eq!((profile(&mut world).quiet_until, seen(&world)), (None, Presence::Online));
    assert!(told(&mut world, "good morning"));

    // Set while they last, without presence and without mentions, and taken back.
    let mut quiet = hours_json(9 * 60, 10 * 60);
    (quiet["presence"], quiet["mentions"]) = (json!(false), json!(false));
    set(&mut world, quiet).unwrap();
    assert_eq!((profile(&mut world).quiet_until.is_some(), seen(&world)), (true, Presence::Online));
    assert!(!told(&mut world, "@Person 0"));
    world.give(0, Input::Zone(TimeZone::UTC));
    assert!(told(&mut world, "somewhere else it is earlier"));
    world.give(0, Input::Zone(zone("Europe/Berlin")));
    assert!(profile(&mut world).quiet_until.is_some());
    set(&mut world, json!(null)).unwrap();
    assert_eq!(profile(&mut world).quiet_until, None);
    for wrong in [json!(true), hours_json(1440, 0), hours_json(0, 1440), json!({ "on": true }), json!([])] {
        assert_eq!(set(&mut world, wrong), Err(ErrorCode::InvalidArgument));
    }
}

#[test]
fn somebody_away_is_not_to_be_disturbed_meanwhile() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let away = params::ProfileSetParams { presence: Some(Presence::Away), ..Default::default() };
    world.call(0, Command::ProfileSet(away)).unwrap();
    set(&mut world, hours_json(7 * 60, 8 * 60 + 1)).unwrap();
    let seen = |world: &World| world.people[1].contact(world.account(0)).unwrap().presence;
    assert_eq!((seen(&world), profile(&mut world).presence), (Presence::Dnd, Presence::Away));
    world.pass(MINUTE);
    assert_eq!(seen(&world), Presence::Away);
}
