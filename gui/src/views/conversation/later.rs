//! Sending later: the menu at the button that sends, and the line that says what waits.

use egui::{Response, Ui};
use kith_node::ChatId;

use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{Later, Sheet},
    theme::icons,
    widgets::{context_menu, glyph, link_button, menu_item, side_by_side},
};

/// The hours of the usual choices.
const TONIGHT: i8 = 20;
const MORNING: i8 = 9;
/// Tonight is no choice any more when it is this close.
const SOON_MS: u64 = 15 * 60_000;

/// When what is written is sent, if not now.
pub(super) fn menu(send: &Response, cx: &mut Cx<'_>, chat: ChatId) {
    context_menu(send, cx, |ui, cx| {
        let now = cx.model.now;
        let tonight = cx.lang.on(now, 0, TONIGHT).filter(|at| *at > now + SOON_MS);
        let choices = [("later-tonight", tonight), ("later-morning", cx.lang.on(now, 1, MORNING))];
        for (key, at) in choices {
            let Some(at) = at else { continue };
            let clock = cx.lang.clock(at);
            if menu_item(ui, cx, icons::CLOCK, &cx.with(key, &[("time", Arg::Text(&clock))]), false) {
                cx.act(Action::Schedule(chat, at));
            }
        }
        if menu_item(ui, cx, icons::CALENDAR_BLANK, &cx.t("later-open"), false) {
            let later = Later { chat, change: None, date: None, time: None, at: None };
            cx.act(Action::OpenSheet(Sheet::Later(later)));
        }
    });
}

/// That something is written ahead in this conversation.
pub(super) fn notice(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId) {
    let count = cx.model.chats.get(&chat).map_or(0, |chat| chat.scheduled);
    if count == 0 {
        return;
    }
    side_by_side(ui, cx, |ui, cx| {
        glyph(ui, cx, icons::CALENDAR_BLANK, 16.0, cx.tokens().text_2, false);
        if link_button(ui, cx, &cx.with("later-waiting", &[("count", Arg::Count(count))])).clicked() {
            cx.act(Action::ShowScheduled(chat));
        }
    });
}
