//! Where a search looks: in which conversation, for whose messages, how far back.

use egui::{Ui, vec2};
use kith_node::{AccountId, ChatId, views::MessageKind};

use super::data;
use crate::{action::Action, cx::Cx, model::Narrow, widgets::dropdown};

/// How far back one can look, in days.
const DAYS: [(&str, Option<u16>); 4] =
    [("narrow-any-time", None), ("narrow-week", Some(7)), ("narrow-month", Some(30)), ("narrow-year", Some(365))];

/// What can be looked for: what has a text.
const KINDS: [(&str, Option<MessageKind>); 4] = [
    ("narrow-any-kind", None),
    ("narrow-texts", Some(MessageKind::Text)),
    ("narrow-polls", Some(MessageKind::Poll)),
    ("narrow-stickers", Some(MessageKind::Sticker)),
];

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let now = cx.model.view.narrow;
    let (start, _) = crate::widgets::ends(cx);
    let wrapped = start.with_main_wrap(true).with_cross_align(egui::Align::Min);
    ui.add_space(4.0);
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 28.0), wrapped, |ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        let (chats, chat) = chats(cx, now.chat);
        let (people, from) = people(cx, now.from);
        let times: Vec<_> = DAYS.iter().map(|(key, _)| cx.t(key)).collect();
        let days = DAYS.iter().position(|(_, days)| *days == now.days).unwrap_or(0);
        if let Some(at) = dropdown(ui, cx, &cx.t("narrow-where"), &names(&chats), chat, now.chat.is_some()) {
            cx.act(Action::Narrow(Narrow { chat: chats[at].1, ..now }));
        }
        if let Some(at) = dropdown(ui, cx, &cx.t("narrow-who"), &names(&people), from, now.from.is_some()) {
            cx.act(Action::Narrow(Narrow { from: people[at].1, ..now }));
        }
        if let Some(at) = dropdown(ui, cx, &cx.t("narrow-when"), &times, days, now.days.is_some()) {
            cx.act(Action::Narrow(Narrow { days: DAYS[at].1, ..now }));
        }
        let kinds: Vec<_> = KINDS.iter().map(|(key, _)| cx.t(key)).collect();
        let kind = KINDS.iter().position(|(_, kind)| *kind == now.kind).unwrap_or(0);
        if let Some(at) = dropdown(ui, cx, &cx.t("narrow-what"), &kinds, kind, now.kind.is_some()) {
            cx.act(Action::Narrow(Narrow { kind: KINDS[at].1, ..now }));
        }
    });
}

/// Everywhere and every conversation, and which of them is chosen.
fn chats(cx: &Cx<'_>, chosen: Option<ChatId>) -> (Vec<(String, Option<ChatId>)>, usize) {
    let chats = cx.model.chats_in_order();
    let named = chats.into_iter().map(|chat| (data::title(cx.model, cx.lang, chat), Some(chat.chat)));
    let list: Vec<_> = std::iter::once((cx.t("narrow-everywhere"), None)).chain(named).collect();
    let at = list.iter().position(|(_, chat)| *chat == chosen).unwrap_or(0);
    (list, at)
}

/// Anyone, me and everybody I write with, and who of them is chosen.
fn people(cx: &Cx<'_>, chosen: Option<AccountId>) -> (Vec<(String, Option<AccountId>)>, usize) {
    let me = cx.model.me.iter().map(|me| (cx.t("you"), Some(me.account)));
    let mut others: Vec<_> =
        cx.model.contacts.values().map(|contact| (cx.model.name_of(contact.account), Some(contact.account))).collect();
    others.sort_by_key(|(name, _)| name.to_lowercase());
    let list: Vec<_> = std::iter::once((cx.t("narrow-anyone"), None)).chain(me).chain(others).collect();
    let at = list.iter().position(|(_, account)| *account == chosen).unwrap_or(0);
    (list, at)
}

fn names<T>(list: &[(String, T)]) -> Vec<String> {
    list.iter().map(|(name, _)| name.clone()).collect()
}
