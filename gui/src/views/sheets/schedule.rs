//! Sheets about messages written ahead: when one is sent, and all that wait.

use egui::Ui;
use kith_node::{ChatId, views::Scheduled};

use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{Later, Sheet},
    text::inline,
    theme::{Type, icons, space},
    update::Target,
    widgets::{
        Field, Kind, button, card, field, label, link_button, muted, paragraph, sheet, sheet_buttons, side_by_side,
    },
};

/// What stands in the fields first: tomorrow at this hour.
const HOUR: i8 = 9;

pub(super) fn later(ui: &mut Ui, cx: &mut Cx<'_>, later: &Later) {
    let title = cx.t("later-title");
    sheet(ui, cx, &title, 420.0, |ui, cx| {
        let first = later.at.or_else(|| cx.lang.on(cx.model.now, 1, HOUR)).unwrap_or(cx.model.now);
        let (day, clock) = cx.lang.typed(first);
        let (date, time) = (later.date.clone().unwrap_or(day), later.time.clone().unwrap_or(clock));
        if let Some((message, text)) = &later.change {
            let (name, hint) = (cx.t("later-text"), cx.t("composer-hint"));
            let shown = Field { label: &name, hint: &hint, rows: 4, limit: 16_000, ..Field::default() };
            if let (Some(text), _) = field(ui, cx, "later text", text, shown) {
                edit(cx, Later { change: Some((*message, text)), ..later.clone() });
            }
            ui.add_space(space::S);
        }
        let (name, hint) = (cx.t("later-date"), cx.t("later-date-hint"));
        let shown = Field { label: &name, hint: &hint, limit: 10, target: Some(Target::Field), ..Field::default() };
        let (changed, entered) = field(ui, cx, "later date", &date, shown);
        if let Some(date) = changed {
            edit(cx, Later { date: Some(date), ..later.clone() });
        }
        ui.add_space(space::S);
        let (name, hint) = (cx.t("later-time"), cx.t("later-time-hint"));
        let shown = Field { label: &name, hint: &hint, limit: 5, ..Field::default() };
        let (changed, entered_time) = field(ui, cx, "later time", &time, shown);
        if let Some(time) = changed {
            edit(cx, Later { time: Some(time), ..later.clone() });
        }
        ui.add_space(space::S);
        let at = cx.lang.read(&date, &time);
        let line = match at {
            Some(at) if at > cx.model.now => cx.with("later-at", &[("time", Arg::Text(&cx.lang.full(at)))]),
            Some(_) => cx.t("later-over"),
            None => cx.t("later-unclear"),
        };
        muted(ui, cx, &line);
        muted(ui, cx, &cx.t("later-about"));
        let at = at.filter(|at| *at > cx.model.now);
        buttons(ui, cx, later, at, entered || entered_time);
    });
}

fn buttons(ui: &mut Ui, cx: &mut Cx<'_>, later: &Later, at: Option<u64>, entered: bool) {
    sheet_buttons(ui, cx, |ui, cx| {
        let filled = later.change.as_ref().is_none_or(|(_, text)| !text.trim().is_empty());
        let text = cx.t(if later.change.is_some() { "save" } else { "later-do" });
        let can = at.is_some() && filled;
        let pressed = ui.add_enabled_ui(can, |ui| button(ui, cx, Kind::Primary, None, &text).clicked()).inner;
        if let Some(at) = at.filter(|_| filled && (pressed || entered)) {
            cx.act(match &later.change {
                Some((message, text)) => Action::Reschedule(*message, Some(text.clone()), Some(at)),
                None => Action::Schedule(later.chat, at),
            });
        }
        if button(ui, cx, Kind::Secondary, None, &cx.t("cancel")).clicked() {
            cx.act(match later.change {
                Some(_) => Action::ShowScheduled(later.chat),
                None => Action::CloseSheet,
            });
        }
    });
}

fn edit(cx: &mut Cx<'_>, later: Later) {
    cx.act(Action::EditSheet(Sheet::Later(later)));
}

pub(super) fn list(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId, rows: Option<&[Scheduled]>) {
    let title = cx.t("scheduled-title");
    sheet(ui, cx, &title, 460.0, |ui, cx| {
        let Some(rows) = rows else { return drop(muted(ui, cx, "…")) };
        if rows.is_empty() {
            muted(ui, cx, &cx.t("scheduled-none"));
        }
        for row in rows {
            card(ui, cx, |ui, cx| one(ui, cx, chat, row));
            ui.add_space(space::S);
        }
    });
}

fn one(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId, row: &Scheduled) {
    let when = cx.lang.full(row.at);
    label(ui, cx.theme.text(&when, Type::SMALL.weight(600.0), cx.tokens().text_2));
    paragraph(ui, cx, &inline::plain(&row.text));
    if let Some(code) = row.error {
        let why = cx.t(&crate::update::error_key(code));
        let text = cx.theme.paragraph(ui, &why, Type::SMALL, cx.tokens().danger);
        crate::widgets::wrapped(ui, text);
    }
    side_by_side(ui, cx, |ui, cx| {
        if button(ui, cx, Kind::Secondary, Some(icons::PAPER_PLANE_RIGHT), &cx.t("scheduled-now")).clicked() {
            cx.act(Action::Reschedule(row.message, None, Some(0)));
        }
        if link_button(ui, cx, &cx.t("scheduled-change")).clicked() {
            let change = Some((row.message, row.text.clone()));
            let later = Later { chat, change, date: None, time: None, at: Some(row.at) };
            cx.act(Action::OpenSheet(Sheet::Later(later)));
        }
        if link_button(ui, cx, &cx.t("message-discard")).clicked() {
            cx.act(Action::Unschedule(row.message));
        }
    });
}
