//! Stickers and emoji of one's own: to choose one, to keep them.

use egui::{Sense, Ui, vec2};
use kith_node::ChatId;

use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{NewSticker, PictureFrom, Sheet},
    theme::{Type, icons, space},
    update::Target,
    widgets::{
        Field, Kind, button, empty_state, ends, field, icon_button, label, link_button, muted, paint_small,
        picture_button, section_title, sheet, sheet_buttons, side_by_side,
    },
};

/// The side of a sticker to choose.
const CHOICE: f32 = 80.0;
/// The side of an emoji to choose.
const EMOJI: f32 = 40.0;
/// The side of a sticker in the list.
const SHOWN: f32 = 40.0;
/// The side of what is about to be kept.
const NEW: f32 = 96.0;

/// Where to send one.
pub(super) fn choose(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId) {
    if cx.model.stickers.is_empty() {
        let (title, about, add) = (cx.t("stickers-none"), cx.t("stickers-none-about"), cx.t("stickers-add"));
        if empty_state(ui, cx, icons::SMILEY, &title, &about, &[(Kind::Primary, &add)]).is_some() {
            manage(cx);
        }
        return;
    }
    ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
    ui.horizontal_wrapped(|ui| {
        for own in &cx.model.stickers {
            if picture_button(ui, cx, own.picture, &words(cx, &own.name), CHOICE) {
                cx.act(Action::SendSticker(chat, own.name.clone()));
            }
        }
    });
    ui.add_space(space::S);
    if link_button(ui, cx, &cx.t("stickers-manage")).clicked() {
        manage(cx);
    }
}

/// Those of one's own, to write one.
pub(super) fn own_emoji(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId) {
    if cx.model.stickers.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for own in &cx.model.stickers {
            let name = format!(":{}:", own.name);
            if picture_button(ui, cx, own.emoji, &name, EMOJI) {
                cx.act(Action::Insert(chat, name));
            }
        }
    });
    ui.add_space(space::S);
}

fn manage(cx: &mut Cx<'_>) {
    cx.act(Action::OpenSheet(Sheet::Stickers(NewSticker::default())));
}

fn words(cx: &Cx<'_>, name: &str) -> String {
    cx.with("sticker-words", &[("name", Arg::Text(name))])
}

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, new: &NewSticker) {
    let title = cx.t("stickers-own");
    sheet(ui, cx, &title, 440.0, |ui, cx| {
        muted(ui, cx, &cx.t("stickers-about"));
        ui.add_space(space::S);
        add(ui, cx, new);
        section_title(ui, cx, &cx.t("stickers-yours"));
        if cx.model.stickers.is_empty() {
            muted(ui, cx, &cx.t("stickers-none"));
        }
        for own in &cx.model.stickers {
            let (start, end) = ends(cx);
            ui.allocate_ui_with_layout(vec2(ui.available_width(), SHOWN + 4.0), end, |ui| {
                let remove = cx.with("sticker-remove", &[("name", Arg::Text(&own.name))]);
                if icon_button(ui, cx, icons::TRASH, &remove, false).clicked() {
                    cx.act(Action::RemoveSticker(own.name.clone()));
                }
                ui.with_layout(start, |ui| {
                    let (rect, _) = ui.allocate_exact_size(vec2(SHOWN, SHOWN), Sense::hover());
                    if ui.is_rect_visible(rect) {
                        paint_small(ui, cx, own.emoji, rect);
                    }
                    label(ui, cx.theme.text(format!(":{}:", own.name), Type::BODY, cx.tokens().text));
                });
            });
        }
    });
}

/// A picture, what to call it, and adding it.
fn add(ui: &mut Ui, cx: &mut Cx<'_>, new: &NewSticker) {
    match &new.from {
        Some(PictureFrom::Message(picture)) => {
            let (rect, _) = ui.allocate_exact_size(vec2(NEW, NEW), Sense::hover());
            paint_small(ui, cx, *picture, rect);
        }
        Some(PictureFrom::File(path)) => {
            let name = std::path::Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned();
            label(ui, cx.theme.text(name, Type::BODY.weight(500.0), cx.tokens().text));
        }
        Some(PictureFrom::Clipboard(_)) => {
            let text = cx.t("sticker-from-clipboard");
            label(ui, cx.theme.text(text, Type::BODY.weight(500.0), cx.tokens().text));
        }
        None => {}
    }
    side_by_side(ui, cx, |ui, cx| {
        if button(ui, cx, Kind::Secondary, Some(icons::IMAGE), &cx.t("sticker-choose")).clicked() {
            cx.act(Action::ChoosePicture);
        }
        if button(ui, cx, Kind::Secondary, Some(icons::CLIPBOARD), &cx.t("sticker-paste")).clicked() {
            cx.act(Action::PastePicture);
        }
    });
    ui.add_space(space::S);
    let (name, hint, wrong) = (cx.t("sticker-name"), cx.t("sticker-name-hint"), cx.t("sticker-name-wrong"));
    let error = (!new.name.trim().is_empty() && !new.is_named()).then_some(wrong.as_str());
    let limit = NewSticker::NAME_MAX;
    let shown = Field { label: &name, hint: &hint, limit, error, target: Some(Target::Field), ..Field::default() };
    let (changed, entered) = field(ui, cx, "sticker name", &new.name, shown);
    if let Some(name) = changed {
        cx.act(Action::EditSheet(Sheet::Stickers(NewSticker { name, ..new.clone() })));
    }
    sheet_buttons(ui, cx, |ui, cx| {
        let can = new.from.is_some() && new.is_named() && !new.busy;
        let text = cx.t("sticker-add");
        let pressed = ui.add_enabled_ui(can, |ui| button(ui, cx, Kind::Primary, None, &text).clicked()).inner;
        if pressed || (can && entered) {
            cx.act(Action::AddSticker);
        }
    });
}
