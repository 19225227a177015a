//! Somebody is writing: their name, and three dots that breathe while anybody can see them.

use std::time::Duration;

use egui::{Sense, Ui, vec2};

use super::label;
use crate::{cx::Cx, i18n::Arg, theme::Type};

/// How long one breath takes, in seconds.
const BREATH: f64 = 1.2;
/// Pictures of a breath: enough to look alive, few enough to cost nothing.
const STEP: Duration = Duration::from_millis(100);

pub(crate) fn typing(ui: &mut Ui, cx: &Cx<'_>, name: &str) {
    let (start, _) = super::ends(cx);
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 18.0), start, |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        dots(ui, cx);
        let name = crate::text::links::safe_name(name);
        let text = cx.with("typing-who", &[("name", Arg::Text(&name))]);
        label(ui, cx.theme.text(text, Type::CAPTION, cx.tokens().accent));
    });
}

fn dots(ui: &mut Ui, cx: &Cx<'_>) {
    let (rect, _) = ui.allocate_exact_size(vec2(20.0, 12.0), Sense::hover());
    let moves = !cx.theme.still && cx.model.view.focused && ui.is_rect_visible(rect);
    if moves {
        ui.ctx().request_repaint_after(STEP);
    }
    let time = ui.input(|input| input.time);
    for dot in 0..3_u8 {
        let phase = (time / BREATH - f64::from(dot) * 0.16).fract();
        let lift = if moves { (phase * std::f64::consts::TAU).sin().max(0.0) as f32 } else { 0.5 };
        let at = rect.left_center() + vec2(3.0 + f32::from(dot) * 6.5, 1.0 - lift * 2.0);
        let color = cx.tokens().accent.gamma_multiply(0.45 + 0.55 * lift);
        ui.painter().circle_filled(at, 2.2, color);
    }
}
