//! A sticker in its message, and pictures between the words of one.

use egui::{Rect, Ui, Vec2, pos2, vec2};

use super::data::Bubble;
use crate::{cx::Cx, model::PictureOf, text::layout::Body, widgets::paint_small};

/// The side of a sticker.
const SIDE: f32 = 160.0;

/// Whether the message is a picture that can be shown. Otherwise its words say what it is.
pub(super) fn is_shown(cx: &Cx<'_>, bubble: &Bubble) -> bool {
    bubble.sticker.as_ref().is_some_and(|sticker| !cx.model.pictures.is_broken(PictureOf::Small(sticker.picture)))
}

pub(super) fn size(room: f32) -> Vec2 {
    vec2(SIDE.min(room), SIDE.min(room))
}

/// Paints a sticker whose upper edge is at `top`.
pub(super) fn show(ui: &Ui, cx: &mut Cx<'_>, bubble: &Bubble, inner: Rect, top: f32) {
    let Some(sticker) = bubble.sticker.as_ref().filter(|_| is_shown(cx, bubble)) else { return };
    let size = size(inner.width());
    let right = bubble.mine != cx.lang.rtl();
    let left = if right { inner.right() - size.x } else { inner.left() };
    paint_small(ui, cx, sticker.picture, Rect::from_min_size(pos2(left, top), size));
}

/// Paints the pictures over the names in a text that begins at `origin`.
pub(super) fn over_words(ui: &Ui, cx: &mut Cx<'_>, body: &Body, origin: egui::Pos2) {
    for (place, picture) in &body.pictures {
        let place = place.translate(origin.to_vec2());
        if ui.is_rect_visible(place) {
            paint_small(ui, cx, *picture, place);
        }
    }
}
