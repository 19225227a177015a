//! After how long messages disappear: for the panel about a person, and as a sheet.

use egui::Ui;
use kith_node::ChatId;

use crate::{
    action::Action,
    cx::Cx,
    model::{Sheet, Span},
    theme::space,
    update::Target,
    widgets::{Field, Kind, button, field, muted, paragraph, section_title, segmented, sheet, side_by_side},
};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
/// What people choose; anything else can be typed.
const USUAL: [u64; 4] = [HOUR, DAY, 7 * DAY, 28 * DAY];
/// The longest time there is.
const LONGEST: u64 = 366 * DAY;

/// The sheet where any time can be typed.
pub(crate) fn sheet_for(chat: ChatId, expires_s: Option<u64>) -> Sheet {
    let unit = Span::ALL.into_iter().rev().find(|unit| expires_s.is_some_and(|s| s.is_multiple_of(unit.seconds())));
    let unit = unit.unwrap_or(Span::Minutes);
    let amount = expires_s.map_or_else(String::new, |seconds| (seconds / unit.seconds()).max(1).to_string());
    Sheet::Expiry { chat, amount, unit }
}

/// The usual choices, the one made among them.
pub(crate) fn choices(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId) {
    let Some(chosen) = cx.model.chats.get(&chat).map(|chat| chat.expires_s) else { return };
    let typed = chosen.filter(|seconds| !USUAL.contains(seconds));
    let mut names = vec![cx.t("expiry-off")];
    names.extend(USUAL.iter().map(|seconds| cx.lang.span(*seconds)));
    names.push(typed.map_or_else(|| cx.t("expiry-other"), |seconds| cx.lang.span(seconds)));
    let other = names.len() - 1;
    let at = match chosen {
        None => 0,
        Some(seconds) => USUAL.iter().position(|usual| *usual == seconds).map_or(other, |at| at + 1),
    };
    match segmented(ui, cx, &cx.t("expiry-title"), &names, at) {
        None => {}
        Some(0) => cx.act(Action::SetExpiry(chat, None)),
        Some(pressed) if pressed == other => cx.act(Action::OpenSheet(sheet_for(chat, chosen))),
        Some(pressed) => cx.act(Action::SetExpiry(chat, USUAL.get(pressed - 1).copied())),
    }
}

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId, amount: &str, unit: Span) {
    let title = cx.t("expiry-title");
    sheet(ui, cx, &title, 460.0, |ui, cx| {
        paragraph(ui, cx, &cx.t("expiry-about"));
        ui.add_space(space::S);
        choices(ui, cx, chat);
        section_title(ui, cx, &cx.t("expiry-own"));
        let label = cx.t("expiry-amount");
        let shown = Field { label: &label, quiet: true, limit: 5, target: Some(Target::Field), ..Field::default() };
        let (changed, entered) = field(ui, cx, "expiry amount", amount, shown);
        if let Some(amount) = changed {
            let amount = amount.chars().filter(char::is_ascii_digit).collect();
            cx.act(Action::EditSheet(Sheet::Expiry { chat, amount, unit }));
        }
        let count = amount.parse::<u64>().unwrap_or(0);
        let names: Vec<_> = ["unit-minutes", "unit-hours", "unit-days", "unit-weeks"].map(|key| cx.t(key)).into();
        let at = Span::ALL.iter().position(|other| *other == unit).unwrap_or(0);
        if let Some(unit) = segmented(ui, cx, &cx.t("expiry-unit"), &names, at).and_then(|at| Span::ALL.get(at)) {
            cx.act(Action::EditSheet(Sheet::Expiry { chat, amount: amount.to_owned(), unit: *unit }));
        }
        ui.add_space(space::S);
        let seconds = count.saturating_mul(unit.seconds());
        let fits = (1..=LONGEST).contains(&seconds);
        if seconds > LONGEST {
            muted(ui, cx, &cx.t("expiry-too-long"));
        }
        side_by_side(ui, cx, |ui, cx| {
            let text = cx.t("expiry-set");
            let pressed = ui.add_enabled_ui(fits, |ui| button(ui, cx, Kind::Primary, None, &text).clicked()).inner;
            if fits && (pressed || entered) {
                cx.act(Action::SetExpiry(chat, Some(seconds)));
            }
        });
    });
}
