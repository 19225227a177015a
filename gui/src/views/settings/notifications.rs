//! What is told outside the window, how much, and when not.

use egui::Ui;
use kith_node::views::{NotifyContent, QuietHours};

use super::ui::set;
use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    theme::{Type, space},
    widgets::{card, dropdown, label, muted, section_title, segmented, side_by_side, switch_row, toggles},
};

const CONTENTS: [(NotifyContent, &str); 3] = [
    (NotifyContent::Text, "notify-say-text"),
    (NotifyContent::Name, "notify-say-name"),
    (NotifyContent::Nothing, "notify-say-nothing"),
];

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let settings = cx.model.settings.clone();
    card(ui, cx, |ui, cx| {
        let (title, about) = (cx.t("notify"), cx.t("notify-about"));
        if let Some(on) = switch_row(ui, cx, &title, &about, settings.notify) {
            set(cx, |settings| settings.notify = on);
        }
        let (title, about) = (cx.t("notify-sound"), cx.t("notify-sound-about"));
        let changed =
            ui.add_enabled_ui(settings.notify, |ui| switch_row(ui, cx, &title, &about, settings.notify_sound)).inner;
        if let Some(on) = changed {
            set(cx, |settings| settings.notify_sound = on);
        }
        let name = cx.t("notify-say");
        label(ui, cx.theme.text(&name, Type::BODY.weight(500.0), cx.tokens().text));
        let texts: Vec<_> = CONTENTS.iter().map(|(_, key)| cx.t(key)).collect();
        let at = CONTENTS.iter().position(|(content, _)| *content == settings.notify_content).unwrap_or(0);
        if let Some(at) = segmented(ui, cx, &name, &texts, at) {
            cx.act(Action::NotifySay(CONTENTS[at].0));
        }
        muted(ui, cx, &cx.t("notify-say-about"));
    });
    quiet(ui, cx, settings.quiet);
}

fn quiet(ui: &mut Ui, cx: &mut Cx<'_>, hours: QuietHours) {
    section_title(ui, cx, &cx.t("quiet-title"));
    card(ui, cx, |ui, cx| {
        let until = cx.model.me.as_ref().and_then(|me| me.quiet_until).filter(|until| *until > cx.model.now);
        let about = match until {
            Some(until) => cx.with("quiet-now", &[("time", Arg::Text(&cx.lang.clock(until)))]),
            None => cx.t("quiet-about"),
        };
        let title = cx.t("quiet");
        if let Some(on) = switch_row(ui, cx, &title, &about, hours.on) {
            cx.act(Action::Quiet(QuietHours { on, ..hours }));
        }
        if !hours.on {
            return;
        }
        side_by_side(ui, cx, |ui, cx| {
            if let Some(from_min) = time(ui, cx, "quiet-from", hours.from_min) {
                cx.act(Action::Quiet(QuietHours { from_min, ..hours }));
            }
            ui.add_space(space::S);
            if let Some(to_min) = time(ui, cx, "quiet-to", hours.to_min) {
                cx.act(Action::Quiet(QuietHours { to_min, ..hours }));
            }
        });
        let name = cx.t("quiet-days");
        label(ui, cx.theme.text(&name, Type::BODY.weight(500.0), cx.tokens().text));
        if let Some(at) = toggles(ui, cx, &name, &cx.lang.weekdays(), &hours.days) {
            let mut days = hours.days;
            days[at] = !days[at];
            cx.act(Action::Quiet(QuietHours { days, ..hours }));
        }
        ui.add_space(space::S);
        let (title, about) = (cx.t("quiet-presence"), cx.t("quiet-presence-about"));
        if let Some(presence) = switch_row(ui, cx, &title, &about, hours.presence) {
            cx.act(Action::Quiet(QuietHours { presence, ..hours }));
        }
        let (title, about) = (cx.t("quiet-mentions"), cx.t("quiet-mentions-about"));
        if let Some(mentions) = switch_row(ui, cx, &title, &about, hours.mentions) {
            cx.act(Action::Quiet(QuietHours { mentions, ..hours }));
        }
    });
}

/// A time of the day to choose, in quarters of an hour and whatever it is now.
fn time(ui: &mut Ui, cx: &mut Cx<'_>, key: &str, now: u16) -> Option<u16> {
    let mut times: Vec<u16> = (0..24 * 60).step_by(15).collect();
    if let Err(at) = times.binary_search(&now) {
        times.insert(at, now);
    }
    let clock = |minutes: &u16| {
        let part = |number: u16| i8::try_from(number).unwrap_or_default();
        cx.lang.time_of_day(part(minutes / 60), part(minutes % 60))
    };
    let texts: Vec<String> = times.iter().map(clock).collect();
    let chosen = times.iter().position(|time| *time == now).unwrap_or(0);
    let title = cx.t(key);
    label(ui, cx.theme.text(&title, Type::BODY, cx.tokens().text));
    dropdown(ui, cx, &title, &texts, chosen, false).map(|at| times[at])
}
