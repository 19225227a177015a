//! A line across the page that says what is the matter and what to do.

use egui::{CornerRadius, Frame, Margin, Stroke, Ui};

use super::{Kind, button, ends, glyph, wrapped};
use crate::{
    cx::Cx,
    theme::{Type, icons, radius},
};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Info,
    Warn,
    Danger,
}

/// Shows a text and perhaps one thing to do. `true`: do it.
pub(crate) fn banner(ui: &mut Ui, cx: &Cx<'_>, tone: Tone, text: &str, action: Option<&str>) -> bool {
    let t = cx.tokens();
    let (icon, color) = match tone {
        Tone::Info => (icons::INFO, t.accent),
        Tone::Warn => (icons::WARNING, t.warn),
        Tone::Danger => (icons::WARNING_OCTAGON, t.danger),
    };
    let frame = Frame::new()
        .fill(t.bg_raised)
        .stroke(Stroke::new(1.0, if cx.theme.edges { t.border } else { color.gamma_multiply(0.55) }))
        .corner_radius(CornerRadius::same(radius::ROW))
        .inner_margin(Margin::symmetric(12, 8));
    let mut pressed = false;
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let (start, _) = ends(cx);
        let layout = if cx.lang.rtl() { start } else { start.with_main_wrap(true) };
        ui.allocate_ui_with_layout(egui::vec2(ui.available_width(), 20.0), layout, |ui| {
            glyph(ui, cx, icon, 18.0, color, true);
            let style = Type::SMALL.weight(500.0);
            let text = cx.theme.paragraph(ui, text, style, t.text);
            wrapped(ui, text);
            if let Some(action) = action {
                pressed = button(ui, cx, Kind::Quiet, None, action).clicked();
            }
        });
    });
    pressed
}
