//! The emoji under a message.

use std::sync::Arc;

use egui::{
    CornerRadius, CursorIcon, Galley, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, WidgetText, pos2, vec2,
};

use super::data::Chip;
use crate::{cx::Cx, theme::Type};

const HEIGHT: f32 = 26.0;
const PAD: f32 = 9.0;
const GAP: f32 = 4.0;

/// Chips laid out in lines.
pub(super) struct Laid {
    chips: Vec<(Rect, Arc<Galley>)>,
    height: f32,
}

impl Laid {
    pub(super) fn height(&self) -> f32 {
        self.height
    }
}

pub(super) fn lay(ui: &Ui, cx: &Cx<'_>, chips: &[Chip], room: f32) -> Laid {
    let t = cx.tokens();
    let (mut x, mut y, mut laid) = (0.0, GAP, Vec::new());
    for chip in chips {
        let text = format!("{} {}", chip.emoji, chip.count);
        let color = if chip.mine { t.accent } else { t.text_2 };
        let text = cx.theme.text(text, Type::SMALL.weight(550.0), color);
        let galley =
            WidgetText::from(text).into_galley(ui, Some(egui::TextWrapMode::Truncate), room, egui::TextStyle::Body);
        let width = galley.size().x + 2.0 * PAD;
        if x > 0.0 && x + width > room {
            (x, y) = (0.0, y + HEIGHT + GAP);
        }
        laid.push((Rect::from_min_size(pos2(x, y), vec2(width, HEIGHT)), galley));
        x += width + GAP;
    }
    let height = if laid.is_empty() { 0.0 } else { y + HEIGHT };
    Laid { chips: laid, height }
}

/// Paints the chips under a bubble, at its side of the window; the one that was pressed.
pub(super) fn show<'a>(
    ui: &Ui,
    cx: &Cx<'_>,
    chips: &'a [Chip],
    laid: &Laid,
    bubble: Rect,
    right: bool,
    sense: Sense,
) -> Option<&'a Chip> {
    let t = cx.tokens();
    let mut pressed = None;
    for (chip, (place, galley)) in chips.iter().zip(&laid.chips) {
        // A line stands at the side of the bubble and is read in reading direction.
        let in_line = laid.chips.iter().filter(|(other, _)| other.top() == place.top());
        let line = in_line.fold(0.0, |widest: f32, (other, _)| widest.max(other.right()));
        let start = if right { bubble.right() - line } else { bubble.left() };
        let x = if cx.lang.rtl() { start + line - place.right() } else { start + place.left() };
        let rect = Rect::from_min_size(pos2(x, bubble.bottom() + place.top()), place.size());
        let response = ui.interact(rect, ui.unique_id().with(("reaction", &chip.emoji)), sense);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, chip.mine, &chip.spoken));
        let fill = if chip.mine || response.hovered() { t.bg_selected } else { t.bg_raised };
        ui.painter().rect_filled(rect, CornerRadius::same(13), fill);
        let edge = if chip.mine { t.accent } else { t.border };
        ui.painter().rect_stroke(rect, CornerRadius::same(13), Stroke::new(1.0, edge), StrokeKind::Inside);
        ui.painter().galley(rect.center() - galley.size() / 2.0, galley.clone(), t.text_2);
        crate::widgets::focus_ring(ui, cx.theme, &response, rect, 13);
        if response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(&chip.spoken).clicked() {
            pressed = Some(chip);
        }
    }
    pressed
}
