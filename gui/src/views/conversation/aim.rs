//! Above the composer: what the text in it will be, if no message of its own.

use egui::{CornerRadius, Frame, Margin, Ui, vec2};
use kith_node::ChatId;

use super::data;
use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::Aim,
    theme::{Type, icons},
    widgets::{glyph, icon_button},
};

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId) {
    let Some(talk) = cx.model.talks.get(&chat) else { return };
    let (icon, id) = match &talk.aim {
        Some(Aim::Reply(message)) => (icons::ARROW_BEND_UP_LEFT, *message),
        Some(Aim::Edit { message, .. }) => (icons::PENCIL_SIMPLE, *message),
        None => return,
    };
    let quoted = data::quoted(cx.model, cx.lang, talk, id);
    let title = match &talk.aim {
        Some(Aim::Reply(_)) => cx.with("reply-to", &[("name", Arg::Text(&quoted.name))]),
        Some(Aim::Edit { .. }) | None => cx.t("edit-strip"),
    };
    let t = cx.tokens();
    let (start, end) = crate::widgets::ends(cx);
    Frame::new().fill(t.bg_hover).corner_radius(CornerRadius::same(10)).inner_margin(Margin::symmetric(10, 4)).show(
        ui,
        |ui| {
            ui.allocate_ui_with_layout(vec2(ui.available_width(), 40.0), end, |ui| {
                if icon_button(ui, cx, icons::X, &cx.t("aim-drop"), false).clicked() {
                    cx.act(Action::DropAim(chat));
                }
                ui.with_layout(start, |ui| {
                    glyph(ui, cx, icon, 18.0, t.accent, false);
                    ui.with_layout(egui::Layout::top_down(crate::widgets::start_align(cx)), |ui| {
                        ui.spacing_mut().item_spacing.y = 0.0;
                        ui.add_space(2.0);
                        let width = ui.available_width();
                        let title = cx.theme.cut(ui, &title, Type::CAPTION.weight(600.0), t.accent, width);
                        ui.add(egui::Label::new(title).selectable(false).truncate());
                        let line = cx.theme.cut(ui, &quoted.text, Type::SMALL, t.text_2, width);
                        ui.add(egui::Label::new(line).selectable(false).truncate());
                    });
                });
            });
        },
    );
    ui.add_space(6.0);
}
