//! Short messages at the edge of the window.

use egui::{Align2, Area, CornerRadius, Frame, Id, Margin, Order, Stroke, Ui, vec2};

use super::{glyph, icon_button, label};
use crate::{
    action::Action,
    cx::Cx,
    model::{Stage, ToastKind},
    theme::{Type, icons, radius},
};

pub(crate) fn toasts(ui: &mut Ui, cx: &mut Cx<'_>) {
    let t = cx.tokens();
    let list: Vec<_> = cx.model.view.toasts.iter().cloned().collect();
    if list.is_empty() {
        return;
    }
    // Above the composer; pages without one have their buttons down there.
    let composer = matches!(cx.model.stage, Stage::Ready) && cx.model.view.welcome.is_none();
    let (edge, offset) = if composer { (Align2::CENTER_BOTTOM, -88.0) } else { (Align2::CENTER_TOP, 24.0) };
    Area::new(Id::unique("toasts")).order(Order::Foreground).anchor(edge, vec2(0.0, offset)).show(ui.ctx(), |ui| {
        for toast in list {
            let text = cx.t(&toast.text);
            let (icon, color) = match toast.kind {
                ToastKind::Done => (icons::CHECK_CIRCLE, t.ok),
                ToastKind::Problem => (icons::WARNING_CIRCLE, t.danger),
            };
            let frame = Frame::new()
                .fill(t.bg_raised)
                .stroke(Stroke::new(1.0, t.border))
                .shadow(egui::Shadow { offset: [0, 4], blur: 18, spread: 0, color: t.shadow })
                .corner_radius(CornerRadius::same(radius::CARD))
                .inner_margin(Margin::symmetric(14, 6));
            let shown = frame.show(ui, |ui| {
                ui.horizontal(|ui| {
                    glyph(ui, cx, icon, 19.0, color, true);
                    let style = Type::BODY.weight(500.0);
                    label(ui, cx.theme.text(&text, style, t.text));
                    if icon_button(ui, cx, icons::X, &cx.t("dismiss"), false).clicked() {
                        cx.act(Action::DismissToast(toast.id));
                    }
                });
            });
            // Read out when it appears, without taking the keyboard.
            ui.ctx().accesskit_node_builder(shown.response.id, |node| {
                node.set_role(egui::Role::Status);
                node.set_live(egui::accesskit::Live::Polite);
                node.set_label(text.clone());
            });
        }
    });
}
