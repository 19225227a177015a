//! A poll to ask.

use egui::Ui;

use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{NewPoll, Sheet},
    theme::{icons, space},
    update::Target,
    widgets::{
        Field, Kind, button, field, icon_button, muted, section_title, segmented, sheet, sheet_buttons, switch_row,
    },
};

const HOUR: u64 = 3600;
/// After how long a poll closes by itself, if it does.
const CLOSES: [u64; 3] = [HOUR, 24 * HOUR, 7 * 24 * HOUR];

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, new: &NewPoll) {
    let title = cx.t("poll-new");
    sheet(ui, cx, &title, 440.0, |ui, cx| {
        let (name, hint) = (cx.t("poll-question"), cx.t("poll-question-hint"));
        let shown = Field { label: &name, hint: &hint, limit: 300, target: Some(Target::Field), ..Field::default() };
        if let (Some(question), _) = field(ui, cx, "poll question", &new.question, shown) {
            edit(cx, NewPoll { question, ..new.clone() });
        }
        section_title(ui, cx, &cx.t("poll-answers"));
        for at in 0..new.options.len() {
            answer(ui, cx, new, at);
        }
        if new.options.len() < NewPoll::OPTIONS_MAX
            && button(ui, cx, Kind::Quiet, Some(icons::PLUS), &cx.t("poll-add")).clicked()
        {
            let mut next = new.clone();
            next.options.push(String::new());
            edit(cx, next);
        }
        ui.add_space(space::S);
        if let Some(multiple) = switch_row(ui, cx, &cx.t("poll-multiple"), "", new.multiple) {
            edit(cx, NewPoll { multiple, ..new.clone() });
        }
        section_title(ui, cx, &cx.t("poll-closes"));
        let mut names = vec![cx.t("poll-closes-never")];
        names.extend(CLOSES.iter().map(|seconds| cx.lang.span(*seconds)));
        let at = new.closes_s.and_then(|s| CLOSES.iter().position(|other| *other == s)).map_or(0, |at| at + 1);
        if let Some(pressed) = segmented(ui, cx, &cx.t("poll-closes"), &names, at) {
            let closes_s = pressed.checked_sub(1).and_then(|at| CLOSES.get(at).copied());
            edit(cx, NewPoll { closes_s, ..new.clone() });
        }
        ui.add_space(space::S);
        muted(ui, cx, &cx.t("poll-about"));
        sheet_buttons(ui, cx, |ui, cx| {
            let text = cx.t("poll-ask");
            if ui.add_enabled_ui(new.is_whole(), |ui| button(ui, cx, Kind::Primary, None, &text).clicked()).inner {
                cx.act(Action::AskPoll);
            }
            if button(ui, cx, Kind::Secondary, None, &cx.t("cancel")).clicked() {
                cx.act(Action::CloseSheet);
            }
        });
    });
}

fn answer(ui: &mut Ui, cx: &mut Cx<'_>, new: &NewPoll, at: usize) {
    let number = at as u64 + 1;
    let name = cx.with("poll-answer", &[("count", Arg::Count(number))]);
    let (start, end) = crate::widgets::ends(cx);
    ui.allocate_ui_with_layout(egui::vec2(ui.available_width(), 44.0), end, |ui| {
        if new.options.len() > 2 {
            let label = cx.with("poll-remove", &[("count", Arg::Count(number))]);
            if icon_button(ui, cx, icons::X, &label, false).clicked() {
                let mut next = new.clone();
                next.options.remove(at);
                edit(cx, next);
            }
        }
        ui.with_layout(start, |ui| {
            let shown = Field { label: &name, hint: &name, quiet: true, limit: 100, ..Field::default() };
            if let (Some(text), _) = field(ui, cx, &format!("poll answer {at}"), &new.options[at], shown) {
                let mut next = new.clone();
                next.options[at] = text;
                edit(cx, next);
            }
        });
    });
}

fn edit(cx: &mut Cx<'_>, new: NewPoll) {
    cx.act(Action::EditSheet(Sheet::Poll(new)));
}
