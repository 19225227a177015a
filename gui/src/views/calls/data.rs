//! Calls in words.

use kith_node::views::{Call, CallOutcome, CallPath, CallPhase, CallRecord, CallStats};

use crate::{
    i18n::{Arg, Lang},
    model::{
        Model,
        calls::{OVER_MS, is_missed},
    },
    text::links,
};

/// Of a thousand packets so many may be lost without being heard.
const LOST_UNHEARD: u32 = 10;
/// So many are heard by everybody.
const LOST_POOR: u32 = 50;
/// A longer round trip makes people talk at once.
const RTT_POOR: u32 = 400;

/// The other person of a call.
pub(crate) fn name(model: &Model, call: &Call) -> String {
    links::safe_name(&model.name_of(call.account)).into_owned()
}

/// What stands under the name: where the call is, or for how long it goes on.
pub(crate) fn line(model: &Model, lang: &Lang, call: &Call) -> String {
    let talked = || call.connected_at.map_or(0, |since| model.now.saturating_sub(since));
    match call.phase {
        CallPhase::Calling => lang.t("call-calling"),
        CallPhase::Ringing => lang.t("call-ringing"),
        CallPhase::Incoming => lang.t(calls_you(call)),
        CallPhase::Connecting => lang.t("call-connecting"),
        CallPhase::Connected if call.their_mic => lang.duration(talked()),
        CallPhase::Connected => format!("{} · {}", lang.duration(talked()), lang.t("call-muted")),
        CallPhase::Reconnecting => {
            let left = call.until.map_or(0, |until| until.saturating_sub(model.now).div_ceil(1000));
            lang.with("call-reconnecting", &[("left", Arg::Text(&lang.left(left)))])
        }
        // What is not known yet is not said.
        CallPhase::Ended | _ => over(model, lang, call),
    }
}

/// What somebody does who calls, by the key of the text.
pub(crate) fn calls_you(call: &Call) -> &'static str {
    if call.their_camera { "call-you-video" } else { "call-you" }
}

/// How a call has ended.
fn over(model: &Model, lang: &Lang, call: &Call) -> String {
    let ended = model.calls.over.as_ref().map_or(model.now, |(_, until)| until.saturating_sub(OVER_MS));
    let talked_ms = call.connected_at.map_or(0, |since| ended.saturating_sub(since));
    let record = CallRecord { outcome: call.outcome, talked_ms };
    match call.outcome {
        Some(CallOutcome::Talked) | None => format!("{} · {}", lang.t("call-ended"), lang.duration(talked_ms)),
        _ if is_missed(&record, call.outgoing) => lang.t("call-missed"),
        _ => about(lang, &record, call.outgoing),
    }
}

/// What a call in the history is, by the key of the text.
pub(crate) fn title(record: &CallRecord, mine: bool) -> &'static str {
    match mine {
        true => "call-outgoing",
        false if is_missed(record, mine) => "call-missed",
        false => "call-incoming",
    }
}

/// How it ended, or for how long they talked.
pub(crate) fn about(lang: &Lang, record: &CallRecord, mine: bool) -> String {
    let missed = is_missed(record, mine);
    let key = match record.outcome {
        None => "call-going-on",
        Some(CallOutcome::Talked) => return lang.duration(record.talked_ms),
        Some(CallOutcome::Failed) if record.talked_ms > 0 => {
            return format!("{} · {}", lang.duration(record.talked_ms), lang.t("call-lost"));
        }
        Some(CallOutcome::Busy) if missed => "call-was-busy",
        Some(CallOutcome::Cancelled | CallOutcome::NoAnswer) if missed => "call-not-answered",
        Some(CallOutcome::Cancelled) => "call-cancelled",
        Some(CallOutcome::Declined) => "call-declined",
        Some(CallOutcome::Busy) => "call-busy",
        Some(CallOutcome::NoAnswer) => "call-no-answer",
        Some(CallOutcome::Failed) => "call-failed",
        Some(CallOutcome::Replaced) => "call-replaced",
        Some(_) => "call-ended",
    };
    lang.t(key)
}

/// A call in one line: what it is and, if that says more, how it ended.
pub(crate) fn words(lang: &Lang, record: &CallRecord, mine: bool) -> String {
    let what = lang.t(title(record, mine));
    if is_missed(record, mine) { what } else { format!("{what} · {}", about(lang, record, mine)) }
}

/// How the sound comes, in few and in more words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Quality {
    pub(crate) short: String,
    pub(crate) full: String,
    /// It is heard that it does not come well.
    pub(crate) poor: bool,
}

/// Nothing before the sound has found its way.
pub(crate) fn quality(lang: &Lang, stats: &CallStats) -> Option<Quality> {
    let [short, full] = match stats.path? {
        CallPath::Direct => ["path-direct-short", "call-way-direct"],
        CallPath::Overlay => ["path-relayed-short", "call-way-overlay"],
        CallPath::Relayed | _ => ["path-relayed-short", "call-way-relayed"],
    };
    let (mut short, mut full) = (vec![lang.t(short)], vec![lang.t(full)]);
    if let Some(rtt) = stats.rtt_ms {
        let ms = lang.apart(&format!("{rtt} ms"));
        full.push(lang.with("call-round-trip", &[("time", Arg::Text(&ms))]));
        short.push(ms);
    }
    // Whichever direction is worse.
    let lost = stats.lost_permille.max(stats.their_lost_permille.unwrap_or(0));
    let percent = format!("{}.{}", lost / 10, lost % 10);
    full.push(lang.with("call-lost-share", &[("percent", Arg::Text(&percent))]));
    if lost >= LOST_UNHEARD {
        short.push(lang.with("call-lost-short", &[("percent", Arg::Count(u64::from(lost / 10)))]));
    }
    let poor = lost >= LOST_POOR || stats.rtt_ms.is_some_and(|rtt| rtt >= RTT_POOR);
    Some(Quality { short: short.join(" · "), full: full.join(" "), poor })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        i18n::Code,
        model::samples::{NOW, account, call, contact},
    };

    fn lang() -> Lang {
        Lang::new(Code::En, Some(true)).in_utc()
    }

    fn model() -> Model {
        let mut model = Model { now: NOW + 42_300, ..Model::default() };
        model.contacts.insert(account(1), contact(1, "Mara"));
        model
    }

    #[test]
    fn every_phase_has_words() {
        let model = model();
        let words = |phase| {
            let (connected_at, until) = (Some(NOW), Some(NOW + 60_000));
            line(&model, &lang(), &Call { connected_at, until, ..call(1, phase) })
        };
        let phases = [CallPhase::Calling, CallPhase::Ringing, CallPhase::Incoming, CallPhase::Connecting];
        assert_eq!(phases.map(words), ["Calling…", "Ringing…", "calls you", "Connecting…"]);
        assert_eq!([CallPhase::Connected, CallPhase::Reconnecting].map(words), ["0:42", "Reconnecting… 18 s"]);
        let muted = Call { their_mic: false, connected_at: Some(NOW), ..call(1, CallPhase::Connected) };
        assert_eq!(line(&model, &lang(), &muted), "0:42 · muted");
        let hours = Call { connected_at: Some(NOW - 3_600_000), ..call(1, CallPhase::Connected) };
        assert_eq!(line(&model, &lang(), &hours), "1:00:42");
    }

    #[test]
    fn every_end_has_words_on_both_sides() {
        let ends = [
            (CallOutcome::Talked, "Call ended · 0:42", "Call ended · 0:42"),
            (CallOutcome::Cancelled, "Cancelled", "Missed call"),
            (CallOutcome::Declined, "Declined", "Declined"),
            (CallOutcome::Busy, "In another call", "Missed call"),
            (CallOutcome::NoAnswer, "No answer", "Missed call"),
            (CallOutcome::Failed, "0:42 · Connection lost", "0:42 · Connection lost"),
        ];
        for (outcome, mine, theirs) in ends {
            for (outgoing, says) in [(true, mine), (false, theirs)] {
                let (outcome, connected_at) = (Some(outcome), Some(NOW));
                let over = Call { outgoing, outcome, connected_at, ..call(1, CallPhase::Ended) };
                let mut model = model();
                model.calls.fold(over.clone(), NOW + 42_300);
                // It stays as long while it is shown.
                model.now += 2_000;
                assert_eq!(line(&model, &lang(), &over), says);
            }
        }
        let over = Call { outcome: Some(CallOutcome::Failed), ..call(1, CallPhase::Ended) };
        assert_eq!(line(&model(), &lang(), &over), "Could not connect");
    }

    #[test]
    fn the_history_says_what_became_of_it() {
        let said = |outcome, talked_ms, mine| words(&lang(), &CallRecord { outcome, talked_ms }, mine);
        assert_eq!(said(None, 0, true), "Outgoing call · Not over yet");
        assert_eq!(said(Some(CallOutcome::Talked), 3_723_000, false), "Incoming call · 1:02:03");
        for missed in [CallOutcome::Cancelled, CallOutcome::NoAnswer, CallOutcome::Busy] {
            assert_eq!(said(Some(missed), 0, false), "Missed call");
        }
        assert_eq!(said(Some(CallOutcome::Busy), 0, true), "Outgoing call · In another call");
        assert_eq!(said(Some(CallOutcome::Declined), 0, false), "Incoming call · Declined");
        assert_eq!(said(Some(CallOutcome::Failed), 0, true), "Outgoing call · Could not connect");
        assert_eq!(said(Some(CallOutcome::Replaced), 0, true), "Outgoing call · Went on in another call");
        let record = CallRecord { outcome: Some(CallOutcome::Busy), talked_ms: 0 };
        assert_eq!(about(&lang(), &record, false), "You were in another call");
    }

    #[test]
    fn the_quality_is_that_of_the_worse_direction() {
        let mut stats = CallStats {
            path: None,
            rtt_ms: None,
            lost_permille: 4,
            their_lost_permille: None,
            jitter_ms: None,
            buffered_ms: 40,
            concealed_permille: 0,
            codec: "opus".into(),
            bitrate_out: 0,
            bitrate_in: 0,
            packets_out: 0,
            packets_in: 0,
            bandwidth: 500_000,
            video_out: None,
            video_in: None,
        };
        assert_eq!(quality(&lang(), &stats), None);
        (stats.path, stats.rtt_ms) = (Some(CallPath::Direct), Some(12));
        let good = quality(&lang(), &stats).unwrap();
        assert_eq!((good.short.as_str(), good.poor), ("direct · 12 ms", false));
        assert_eq!(good.full, "The sound goes from device to device. There and back in 12 ms. 0.4 % lost on the way.");
        (stats.path, stats.their_lost_permille) = (Some(CallPath::Relayed), Some(83));
        let poor = quality(&lang(), &stats).unwrap();
        assert_eq!((poor.short.as_str(), poor.poor), ("through a relay · 12 ms · 8 % lost", true));
        (stats.path, stats.their_lost_permille) = (Some(CallPath::Overlay), None);
        let told = quality(&lang(), &stats).unwrap();
        assert_eq!(told.short, "through a relay · 12 ms");
        assert!(
            told.full.starts_with("No UDP gets through, so the sound goes over TCP through a relay"),
            "{}",
            told.full
        );
    }
}
