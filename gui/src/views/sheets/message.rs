//! Sheets about one message: delete it, pass it on, what it said before, an emoji for it.

use std::collections::BTreeSet;

use egui::{CornerRadius, CursorIcon, Role, Sense, Ui, WidgetInfo, WidgetText, vec2};
use kith_node::{
    ChatId, MessageId,
    params::{DeleteFor, EditedText},
    views::ChatKind,
};

use super::stickers;
use crate::{
    action::Action,
    cx::Cx,
    model::{EmojiFor, Sheet},
    text::inline,
    theme::{Type, icons, space},
    views::chats,
    widgets::{
        Face, Kind, Row, button, button_wide, context_menu, list_row, menu_item, muted, paragraph, section_title,
        segmented, sheet, sheet_buttons,
    },
};

/// What people put on messages most.
pub(crate) const QUICK: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🎉"];

const EMOJI: [&str; 88] = [
    "👍", "👎", "❤️", "😂", "😮", "😢", "🎉", "🙏", "😀", "😃", "😄", "😁", "😆", "😅", "🤣", "🙂", "🙃", "😉", "😊",
    "😇", "🥰", "😍", "😘", "😋", "😜", "🤔", "🤨", "😐", "🙄", "😏", "😬", "😌", "😴", "😎", "🤓", "🥳", "😕", "😟",
    "🙁", "😧", "😰", "😭", "😱", "😡", "🤯", "🤗", "🤝", "👏", "🙌", "👌", "✌️", "🤞", "👋", "💪", "👀", "🧠", "💔",
    "💯", "🔥", "✨", "⭐", "🌈", "☀️", "🌧️", "❄️", "🌹", "🌻", "🍀", "🍎", "🍕", "🍰", "☕", "🍺", "🍷", "⚽", "🎵",
    "🎸", "🎁", "🏆", "✅", "❌", "❓", "❗", "💡", "🐶", "🐱", "🦀", "🚀",
];

pub(super) fn delete(ui: &mut Ui, cx: &mut Cx<'_>, message: MessageId) {
    let Some(found) = cx.model.message(message) else { return };
    let notes = cx.model.chats.get(&found.chat).is_some_and(|chat| chat.kind == ChatKind::Notes);
    let everyone = cx.model.is_me(found.author) && !found.deleted && !notes;
    let title = cx.t("delete-title");
    sheet(ui, cx, &title, 440.0, |ui, cx| {
        paragraph(ui, cx, &cx.t("delete-about"));
        if everyone {
            ui.add_space(space::S);
            paragraph(ui, cx, &cx.t("delete-about-everyone"));
        }
        ui.add_space(space::M);
        // One below the other: in some languages they do not fit side by side.
        if everyone && button_wide(ui, cx, Kind::Danger, None, &cx.t("delete-for-everyone")).clicked() {
            cx.act(Action::Delete(message, DeleteFor::Everyone));
        }
        let kind = if everyone { Kind::Secondary } else { Kind::Danger };
        if button_wide(ui, cx, kind, None, &cx.t("delete-for-me")).clicked() {
            cx.act(Action::Delete(message, DeleteFor::Me));
        }
        if button_wide(ui, cx, Kind::Quiet, None, &cx.t("cancel")).clicked() {
            cx.act(Action::CloseSheet);
        }
    });
}

pub(super) fn forward(ui: &mut Ui, cx: &mut Cx<'_>, message: MessageId, to: &BTreeSet<ChatId>) {
    let title = cx.t("forward-title");
    sheet(ui, cx, &title, 420.0, |ui, cx| {
        muted(ui, cx, &cx.t("forward-about"));
        ui.add_space(space::S);
        ui.spacing_mut().item_spacing.y = 1.0;
        for chat in cx.model.chats_in_order() {
            let writable =
                chat.kind == ChatKind::Notes || cx.model.contact_of(chat).is_some_and(crate::model::can_write_to);
            if !writable {
                continue;
            }
            let name = chats::data::title(cx.model, cx.lang, chat);
            let key = chat.account.map_or_else(|| chat.chat.to_bytes().to_vec(), |account| account.to_bytes().to_vec());
            let chosen = to.contains(&chat.chat);
            let row = Row {
                face: Face { name: &name, key: &key, online: None },
                title: &name,
                line: "",
                line_words: &[],
                line_color: cx.tokens().text_2,
                time: "",
                badge: None,
                mark: chosen.then_some((crate::theme::icons::CHECK_CIRCLE, cx.tokens().accent)),
                unread: 0,
                mention: false,
                verified: false,
                selected: chosen,
                spoken: &name,
            };
            if list_row(ui, cx, &row).clicked() {
                let mut to = to.clone();
                if !to.remove(&chat.chat) {
                    to.insert(chat.chat);
                }
                cx.actions.push(Action::EditSheet(Sheet::Forward { message, to }));
            }
        }
        sheet_buttons(ui, cx, |ui, cx| {
            let can = !to.is_empty();
            let text = cx.t("forward-do");
            if ui.add_enabled_ui(can, |ui| button(ui, cx, Kind::Primary, None, &text).clicked()).inner {
                cx.act(Action::Forward(message, to.clone()));
            }
            if button(ui, cx, Kind::Secondary, None, &cx.t("cancel")).clicked() {
                cx.act(Action::CloseSheet);
            }
        });
    });
}

pub(super) fn edits(ui: &mut Ui, cx: &mut Cx<'_>, message: MessageId, edits: Option<&[EditedText]>) {
    let title = cx.t("edits-title");
    sheet(ui, cx, &title, 460.0, |ui, cx| {
        for edit in edits.unwrap_or_default() {
            section_title(ui, cx, &cx.lang.full(edit.at));
            paragraph(ui, cx, &inline::plain(&edit.text));
            ui.add_space(space::S);
        }
        let now = cx.model.message(message);
        if let Some((at, text)) = now.and_then(|now| Some((now.edited_at?, now.text.clone()?))) {
            let title = format!("{} · {}", cx.lang.full(at), cx.t("edits-now"));
            section_title(ui, cx, &title);
            paragraph(ui, cx, &inline::plain(&text));
        }
        if edits.is_none() {
            muted(ui, cx, "…");
        }
    });
}

pub(super) fn pinned(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId) {
    let title = cx.t("pinned-title");
    let messages = cx.model.talks.get(&chat).map_or(&[][..], |talk| &talk.pinned);
    sheet(ui, cx, &title, 460.0, |ui, cx| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for message in messages {
            let name = cx.model.name_of(message.author);
            let key = message.author.to_bytes();
            let text = message.text.as_deref().map_or_else(String::new, inline::plain);
            let time = cx.lang.short(message.sent_at, cx.model.now);
            let row = Row {
                face: Face { name: &name, key: &key, online: None },
                title: &name,
                line: &text,
                line_words: &[],
                line_color: cx.tokens().text_2,
                time: &time,
                badge: None,
                mark: None,
                unread: 0,
                mention: false,
                verified: false,
                selected: false,
                spoken: &format!("{name}: {text}"),
            };
            let response = list_row(ui, cx, &row);
            if response.clicked() {
                cx.act(Action::ShowMessage(chat, message.id));
            }
            context_menu(&response, cx, |ui, cx| {
                if menu_item(ui, cx, icons::PUSH_PIN_SLASH, &cx.t("message-unpin"), false) {
                    cx.act(Action::PinMessage(message.id, false));
                }
            });
        }
        if messages.is_empty() {
            muted(ui, cx, &cx.t("pinned-none"));
        }
    });
}

pub(super) fn emoji(ui: &mut Ui, cx: &mut Cx<'_>, what: EmojiFor) {
    let title = cx.t(if matches!(what, EmojiFor::Sticker(_)) { "stickers-title" } else { "emoji-title" });
    sheet(ui, cx, &title, 380.0, |ui, cx| {
        if let EmojiFor::Draft(chat) | EmojiFor::Sticker(chat) = what {
            let tabs = ["emoji-tab", "stickers-tab"].map(|key| cx.t(key));
            let at = usize::from(matches!(what, EmojiFor::Sticker(_)));
            let other = [EmojiFor::Draft(chat), EmojiFor::Sticker(chat)];
            if let Some(what) = segmented(ui, cx, &title, &tabs, at).and_then(|at| other.get(at)) {
                cx.act(Action::EditSheet(Sheet::Emoji(*what)));
            }
            ui.add_space(space::S);
        }
        if let EmojiFor::Sticker(chat) = what {
            return stickers::choose(ui, cx, chat);
        }
        ui.spacing_mut().item_spacing = vec2(2.0, 2.0);
        if let EmojiFor::Draft(chat) = what {
            stickers::own_emoji(ui, cx, chat);
        }
        ui.horizontal_wrapped(|ui| {
            for emoji in EMOJI {
                if emoji_button(ui, cx, emoji) {
                    chosen(cx, what, emoji);
                }
            }
        });
    });
}

fn chosen(cx: &mut Cx<'_>, what: EmojiFor, emoji: &str) {
    match what {
        EmojiFor::Reaction(message) => cx.act(Action::React(message, emoji.to_owned(), true)),
        EmojiFor::Draft(chat) | EmojiFor::Sticker(chat) => cx.act(Action::Insert(chat, emoji.to_owned())),
    }
}

/// An emoji to press.
pub(crate) fn emoji_button(ui: &mut Ui, cx: &Cx<'_>, emoji: &str) -> bool {
    let t = cx.tokens();
    let (rect, response) = ui.allocate_exact_size(vec2(40.0, 40.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, emoji));
    if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(10), t.bg_hover);
    }
    let text = cx.theme.text(emoji, Type::BODY.size(23.0), t.text);
    let galley = WidgetText::from(text).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Body);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, t.text);
    crate::widgets::focus_ring(ui, cx.theme, &response, rect, 10);
    response.on_hover_cursor(CursorIcon::PointingHand).clicked()
}
