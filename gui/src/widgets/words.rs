use egui::{Align, Layout, Ui, vec2};

use super::selectable;
use crate::{cx::Cx, theme::space};

/// Words in their order, numbered, in so many columns of text of this size. They are English, so they are read from the
/// left whatever the language of the window is.
pub(crate) fn word_grid(ui: &mut Ui, cx: &Cx<'_>, words: &[String], (columns, size): (usize, f32)) {
    let width = ui.available_width();
    let (across, cell) = (Layout::left_to_right(Align::Center), vec2(width / columns as f32, size * 1.6));
    for (row, words) in words.chunks(columns).enumerate() {
        if row > 0 {
            ui.add_space(space::XS);
        }
        ui.allocate_ui_with_layout(vec2(width, cell.y), across, |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            for (at, word) in words.iter().enumerate() {
                let text = format!("{:>2}  {word}", row * columns + at + 1);
                ui.allocate_ui_with_layout(cell, across, |ui| {
                    ui.set_min_width(cell.x);
                    selectable(ui, cx.theme.code(text, size, cx.tokens().text));
                });
            }
        });
    }
}
