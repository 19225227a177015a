use egui::{Align2, CornerRadius, Frame, Id, Key, Margin, Modal, Modifiers, Role, Sense, Stroke, Ui, WidgetText, vec2};

use super::data::{self, Entry};
use crate::{
    action::Action,
    cx::Cx,
    theme::{Color, Type, icons, radius, space},
    widgets::{Field, Flow, field, muted, tell_choice},
};

pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(palette) = &cx.model.view.palette else { return };
    let t = cx.tokens();
    let entries = data::entries(cx.model, cx.lang, &palette.query);
    let row = palette.row.min(entries.len().saturating_sub(1));
    let (moved, chosen) = keys(ui, row, entries.len());
    let frame = Frame::new()
        .fill(if t.light { t.bg_app } else { t.bg_panel })
        .stroke(Stroke::new(1.0, t.border))
        .shadow(egui::Shadow { offset: [0, 6], blur: 24, spread: 0, color: t.shadow })
        .corner_radius(CornerRadius::same(radius::CARD))
        .inner_margin(Margin::same(10));
    let area = Modal::default_area(Id::unique("palette")).anchor(Align2::CENTER_TOP, vec2(0.0, 84.0));
    let modal =
        Modal::new(Id::unique("palette")).area(area).frame(frame).backdrop_color(t.backdrop).show(ui.ctx(), |ui| {
            ui.set_width((ui.ctx().content_rect().width() - 60.0).min(520.0));
            input(ui, cx, &palette.query);
            ui.add_space(space::XS);
            ui.spacing_mut().item_spacing.y = 1.0;
            if entries.is_empty() {
                muted(ui, cx, &cx.t("search-nothing"));
            }
            let mut pressed = None;
            for (at, entry) in entries.iter().enumerate() {
                if line(ui, cx, entry, at == row) {
                    pressed = Some(at);
                }
            }
            pressed
        });
    if let Some(row) = moved {
        cx.act(Action::PaletteRow(row));
    }
    let closed = modal.should_close();
    let run = modal.inner.or(chosen.then_some(row)).and_then(|at| entries.into_iter().nth(at));
    if let Some(entry) = run {
        cx.act(Action::TogglePalette);
        cx.act(entry.action);
    } else if closed {
        cx.act(Action::TogglePalette);
    }
}

/// The arrow keys and Enter belong to the list while the field has the keyboard.
fn keys(ui: &Ui, row: usize, len: usize) -> (Option<usize>, bool) {
    ui.input_mut(|input| {
        let mut moved = None;
        if input.consume_key(Modifiers::NONE, Key::ArrowDown) && len > 0 {
            moved = Some((row + 1) % len);
        }
        if input.consume_key(Modifiers::NONE, Key::ArrowUp) && len > 0 {
            moved = Some((row + len - 1) % len);
        }
        (moved, input.consume_key(Modifiers::NONE, Key::Enter))
    })
}

fn input(ui: &mut Ui, cx: &mut Cx<'_>, query: &str) {
    let (name, hint) = (cx.t("palette"), cx.t("palette-hint"));
    let shown = Field {
        label: &name,
        hint: &hint,
        icon: Some(icons::MAGNIFYING_GLASS),
        quiet: true,
        limit: 100,
        ..Field::default()
    };
    let (changed, _) = field(ui, cx, "palette", query, shown);
    // It is the only field there is; a person who opened it wants to type.
    ui.memory_mut(|memory| memory.request_focus(Id::unique(("field", "palette"))));
    if let Some(query) = changed {
        cx.act(Action::PaletteQuery(query));
    }
}

fn line(ui: &mut Ui, cx: &Cx<'_>, entry: &Entry, on: bool) -> bool {
    let t = cx.tokens();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 38.0), Sense::click());
    tell_choice(ui, &response, Role::ListBoxOption, on, &entry.text);
    let fill = match (on, response.hovered()) {
        (true, _) => t.bg_selected,
        (false, true) => t.bg_hover,
        (false, false) => Color::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, CornerRadius::same(radius::CONTROL), fill);
    let galley = |text: WidgetText| text.into_galley(ui, None, f32::INFINITY, egui::TextStyle::Body);
    let mut flow = Flow::new(rect.shrink2(vec2(10.0, 0.0)), cx.lang.rtl());
    let icon = galley(cx.theme.icon(entry.icon, 18.0, t.text_2).into());
    ui.painter().galley(flow.start(18.0).center() - icon.size() / 2.0, icon, t.text_2);
    flow.start(10.0);
    if let Some(shortcut) = entry.shortcut {
        let keys = galley(cx.theme.text(ui.ctx().format_shortcut(&shortcut.keys()), Type::CAPTION, t.text_3).into());
        ui.painter().galley(flow.end(keys.size().x).center() - keys.size() / 2.0, keys, t.text_3);
    }
    let text = galley(cx.theme.text(&entry.text, Type::BODY, t.text).into());
    let room = flow.rest();
    let x = if cx.lang.rtl() { room.right() - text.size().x } else { room.left() };
    ui.painter().galley(egui::pos2(x, room.center().y - text.size().y / 2.0), text, t.text);
    response.clicked()
}
