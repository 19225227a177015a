//! Where a message is written.

use egui::{CornerRadius, Frame, Id, Key, KeyboardShortcut, Margin, Modifiers, Role, Stroke, TextEdit, Ui, WidgetInfo};
use kith_node::{
    ChatId,
    views::{ChatKind, ContactState},
};

use super::{aim, completion, data, later, link_preview};
use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{Aim, EmojiFor, NewPoll, Sheet, shown_name},
    text::{bidi, layout::Ink, live, names::Names},
    theme::{Type, icons},
    update::Target,
    widgets::{icon_button, muted, wrapped},
};

/// Lines shown before it scrolls.
const LINES_MAX: f32 = 8.0;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId) {
    if let Some(why) = closed(cx, chat) {
        Frame::new().inner_margin(Margin::symmetric(20, 16)).show(ui, |ui| {
            ui.vertical_centered(|ui| muted(ui, cx, &why));
        });
        return;
    }
    let t = cx.tokens();
    let id = composer_id(chat);
    let focused = cx.model.view.focused && ui.memory(|memory| memory.has_focus(id));
    let edge = if focused { t.focus } else { t.border_input };
    Frame::new().inner_margin(Margin { left: 16, right: 16, top: 6, bottom: 12 }).show(ui, |ui| {
        later::notice(ui, cx, chat);
        aim::show(ui, cx, chat);
        link_preview::strip(ui, cx, chat);
        in_order(ui, cx, chat);
        Frame::new()
            .fill(if t.light { t.bg_panel } else { t.bg_raised })
            .stroke(Stroke::new(if focused { 2.0 } else { 1.0 }, edge))
            .corner_radius(CornerRadius::same(14))
            .inner_margin(Margin { left: 14, right: 6, top: 4, bottom: 4 })
            .show(ui, |ui| line(ui, cx, chat, id));
    });
}

/// What is being written as it will be read: the field shows right-to-left words from left to right.
fn in_order(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId) {
    let Some(draft) = cx.model.talks.get(&chat).map(|talk| talk.draft.as_str()) else { return };
    if !bidi::needs_reordering(draft) || !draft.trim().contains(char::is_whitespace) {
        return;
    }
    let text = cx.theme.paragraph(ui, draft.trim(), Type::SMALL, cx.tokens().text_2);
    let align = if bidi::direction(draft) == bidi::Direction::Rtl { egui::Align::Max } else { egui::Align::Min };
    ui.with_layout(egui::Layout::top_down(align), |ui| wrapped(ui, text));
}

/// Whether the keys of this frame go to what the field of a conversation offers.
pub(crate) fn completing(ui: &Ui, chat: ChatId) -> bool {
    completion::is_open(ui, composer_id(chat))
}

pub(crate) fn composer_id(chat: ChatId) -> Id {
    Id::unique(("composer", chat.to_bytes()))
}

/// Why nothing can be written here now.
fn closed(cx: &Cx<'_>, chat: ChatId) -> Option<String> {
    let chat = cx.model.chats.get(&chat)?;
    if chat.kind == ChatKind::Notes {
        return None;
    }
    let Some(contact) = cx.model.contact_of(chat) else { return Some(cx.t("composer-removed")) };
    let name = shown_name(contact);
    let name = [("name", Arg::Text(&name))];
    match contact.state {
        _ if contact.alarm => Some(cx.t("composer-alarm")),
        ContactState::Waiting => Some(cx.with("composer-waiting", &name)),
        ContactState::Requested => Some(cx.t("composer-requested")),
        ContactState::Blocked => Some(cx.t("composer-blocked")),
        ContactState::Introduced | ContactState::Verified => None,
    }
}

fn line(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId, id: Id) {
    let draft = cx.model.talks.get(&chat).map_or("", |talk| talk.draft.as_str());
    let mut text = draft.to_owned();
    let sends = sends(ui, cx, id);
    let (_, end) = crate::widgets::ends(cx);
    ui.with_layout(end.with_cross_align(egui::Align::Max), |ui| {
        let can = !text.trim().is_empty();
        let label = cx.t("composer-send");
        let send = ui.add_enabled_ui(can, |ui| icon_button(ui, cx, icons::PAPER_PLANE_RIGHT, &label, can)).inner;
        if can && !cx.model.talks.get(&chat).is_some_and(|talk| matches!(talk.aim, Some(Aim::Edit { .. }))) {
            later::menu(&send, cx, chat);
        }
        let pressed = send.clicked();
        if icon_button(ui, cx, icons::SMILEY, &cx.t("composer-emoji"), false).clicked() {
            cx.act(Action::OpenSheet(Sheet::Emoji(EmojiFor::Draft(chat))));
        }
        if icon_button(ui, cx, icons::LIST_CHECKS, &cx.t("poll-new"), false).clicked() {
            cx.act(Action::OpenSheet(Sheet::Poll(NewPoll::new(chat))));
        }
        let up = KeyboardShortcut::new(Modifiers::NONE, Key::ArrowUp);
        let again = text.is_empty() && ui.memory(|memory| memory.has_focus(id));
        if again && ui.input_mut(|input| input.consume_shortcut(&up)) {
            cx.act(Action::EditLast(chat));
        }
        edit(ui, cx, chat, id, &mut text);
        if can && (pressed || sends) {
            cx.act(Action::Send(chat));
        }
    });
}

/// Whether Enter was pressed to send. Taken before the field sees it, but not from somebody who is choosing a word with
/// an input method.
fn sends(ui: &Ui, cx: &Cx<'_>, id: Id) -> bool {
    let composing = ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Ime(_))));
    if composing || completion::is_open(ui, id) || !ui.memory(|memory| memory.has_focus(id)) {
        return false;
    }
    let modifiers = if cx.model.settings.enter_is_newline { Modifiers::COMMAND } else { Modifiers::NONE };
    ui.input_mut(|input| input.consume_shortcut(&KeyboardShortcut::new(modifiers, Key::Enter)))
}

fn edit(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId, id: Id, text: &mut String) {
    let name = cx.t("composer-name");
    let hint = cx.theme.text(cx.t("composer-hint"), Type::BODY, cx.tokens().text_3);
    let newline = if cx.model.settings.enter_is_newline { Modifiers::NONE } else { Modifiers::SHIFT };
    let height = LINES_MAX * Type::BODY.line * cx.theme.text_scale;
    let t = cx.tokens();
    let ink = Ink { text: t.text, muted: t.text_3, link: t.link };
    let names = Names { mine: None, ..data::names(cx.model, chat) };
    let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
        let mut job = live::job(cx.theme, text.as_str(), ink, &names);
        job.wrap.max_width = width;
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let layout = egui::Layout::top_down(if cx.lang.rtl() { egui::Align::Max } else { egui::Align::Min });
    let response = ui
        .with_layout(layout, |ui| {
            egui::ScrollArea::vertical().max_height(height).stick_to_bottom(true).show(ui, |ui| {
                let field = TextEdit::multiline(text)
                    .hint_text(hint)
                    .desired_rows(1)
                    .desired_width(f32::INFINITY)
                    .align(if cx.lang.rtl() { egui::Align2::RIGHT_TOP } else { egui::Align2::LEFT_TOP })
                    .text_color(t.text)
                    .frame(Frame::NONE.inner_margin(Margin::symmetric(0, 8)))
                    .char_limit(16_000)
                    .layouter(&mut layouter)
                    .return_key(KeyboardShortcut::new(newline, Key::Enter));
                completion::show(ui, cx, id, field, &names)
            })
        })
        .inner
        .inner;
    response.widget_info(|| WidgetInfo::labeled(Role::MultilineTextInput, true, &name));
    if response.changed() {
        cx.act(Action::Draft(chat, text.clone()));
    }
    if cx.take_focus(Target::Composer) {
        response.request_focus();
    }
}
