//! What stands where there is nothing yet, and what to do about it.

use egui::{CornerRadius, Sense, Ui, vec2};

use super::{Kind, button, muted, wrapped};
use crate::{
    cx::Cx,
    theme::{Type, icons::Icon, space},
};

/// An icon, a sentence, an explanation and buttons, one under the other. Gives the button that was pressed.
pub(crate) fn empty_state(
    ui: &mut Ui,
    cx: &Cx<'_>,
    icon: Icon,
    title: &str,
    about: &str,
    buttons: &[(Kind, &str)],
) -> Option<usize> {
    let mut pressed = None;
    ui.vertical_centered(|ui| {
        ui.set_max_width(ui.available_width().min(360.0));
        let (rect, _) = ui.allocate_exact_size(vec2(72.0, 72.0), Sense::hover());
        ui.painter().rect_filled(rect, CornerRadius::same(36), cx.tokens().bg_hover);
        super::button::paint_icon(ui, cx, rect.center(), icon, 34.0, cx.tokens().accent, false);
        ui.add_space(space::S);
        let title = cx.theme.text(title, Type::TITLE, cx.tokens().text);
        wrapped(ui, title);
        muted(ui, cx, about);
        ui.add_space(space::S);
        for (at, (kind, text)) in buttons.iter().enumerate() {
            if button(ui, cx, *kind, None, text).clicked() {
                pressed = Some(at);
            }
        }
    });
    pressed
}
