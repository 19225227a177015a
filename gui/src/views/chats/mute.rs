//! How loud a conversation is: its rule, and muting it for a time.

use egui::Ui;
use kith_node::{
    ChatId,
    views::{Chat, NotifyRule},
};

use crate::{
    action::{Action, Mute},
    cx::Cx,
    i18n::Arg,
    theme::{icons, space},
    widgets::{card, dropdown, glyph, link_button, muted, paragraph, section_title, segmented, side_by_side},
};

const HOUR_MS: u64 = 3_600_000;
/// The morning until which a conversation can be muted.
const MORNING: i8 = 8;
/// Who muted one for so long did not say for how long.
const FOREVER_MS: u64 = 100 * 365 * 24 * HOUR_MS;

const RULES: [(NotifyRule, &str); 3] = [
    (NotifyRule::All, "chat-notify-all"),
    (NotifyRule::Mentions, "chat-notify-mentions"),
    (NotifyRule::Nothing, "chat-notify-nothing"),
];

/// For how long a conversation can be muted, in words.
pub(super) fn choices(cx: &Cx<'_>) -> Vec<(String, Mute)> {
    let morning = cx.lang.on(cx.model.now, 1, MORNING).map(|at| {
        let clock = cx.lang.clock(at);
        (cx.with("chat-mute-morning", &[("time", Arg::Text(&clock))]), Mute::Until(at))
    });
    let mut choices =
        vec![(cx.t("chat-mute-hour"), Mute::For(HOUR_MS)), (cx.t("chat-mute-hours"), Mute::For(8 * HOUR_MS))];
    choices.extend(morning);
    choices.push((cx.t("chat-mute-always"), Mute::Always));
    choices
}

/// Of what in it one is told, and whether it is muted.
pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId) {
    let Some(chat) = cx.model.chats.get(&chat) else { return };
    let name = cx.t("chat-notify-title");
    section_title(ui, cx, &name);
    card(ui, cx, |ui, cx| {
        let texts: Vec<_> = RULES.iter().map(|(_, key)| cx.t(key)).collect();
        let at = RULES.iter().position(|(rule, _)| *rule == chat.notify).unwrap_or(0);
        if let Some(at) = segmented(ui, cx, &name, &texts, at) {
            cx.act(Action::NotifyOf(chat.chat, RULES[at].0));
        }
        muted(ui, cx, &cx.t("chat-notify-about"));
        ui.add_space(space::S);
        mute(ui, cx, chat);
    });
}

fn mute(ui: &mut Ui, cx: &mut Cx<'_>, chat: &Chat) {
    let now = cx.model.now;
    if let Some(until) = chat.muted_until.filter(|until| *until > now) {
        let text = if until > now + FOREVER_MS {
            cx.t("chat-muted")
        } else {
            cx.with("chat-muted-until", &[("time", Arg::Text(&cx.lang.short_ahead(until, now)))])
        };
        side_by_side(ui, cx, |ui, cx| {
            glyph(ui, cx, icons::BELL_SLASH, 20.0, cx.tokens().text_2, false);
            paragraph(ui, cx, &text);
        });
        if link_button(ui, cx, &cx.t("chat-unmute")).clicked() {
            cx.act(Action::Mute(chat.chat, Mute::Off));
        }
        return;
    }
    let choices = choices(cx);
    let texts: Vec<_> =
        std::iter::once(cx.t("chat-mute-not")).chain(choices.iter().map(|(text, _)| text.clone())).collect();
    if let Some(at) = dropdown(ui, cx, &cx.t("chat-mute-name"), &texts, 0, false) {
        cx.act(Action::Mute(chat.chat, choices[at - 1].1));
    }
}
