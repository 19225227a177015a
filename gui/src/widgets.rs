//! What views are built of. The only place that calls egui's own widgets; views call these.

mod avatar;
mod badge;
mod banner;
mod button;
mod calls;
mod card;
mod dropdown;
mod empty_state;
mod field;
mod flow;
mod health_dot;
mod label;
mod list_row;
mod menu;
mod picture;
mod progress;
mod qr;
mod segmented;
mod sheet;
mod switch;
pub(crate) mod timeline;
mod toast;
mod typing;
mod video;
mod words;

pub(crate) use avatar::{Face, avatar, paint_avatar};
pub(crate) use badge::{paint_badge, tag};
pub(crate) use banner::{Tone, banner};
pub(crate) use button::{Kind, button, button_wide, icon_button, icon_toggle, link_button, rail_button, tell_choice};
pub(crate) use calls::{hang_up_button, hold_button, meter, microphone_button, paint_in_disc, paint_muted};
pub(crate) use card::{card, section_title, setting_row};
pub(crate) use dropdown::dropdown;
pub(crate) use empty_state::empty_state;
pub(crate) use field::{Field, field};
pub(crate) use flow::{Flow, ends, side_by_side, start_align};
pub(crate) use health_dot::{Health, health_dot, paint_health};
pub(crate) use label::{glyph, heading, label, muted, one_line, paragraph, selectable, wrapped};
pub(crate) use list_row::{Row, list_row};
pub(crate) use menu::{context_menu, context_menu_or, menu_item};
pub(crate) use picture::{paint_filling, paint_small, picture_button};
pub(crate) use progress::{loudness, progress};
pub(crate) use qr::qr;
pub(crate) use segmented::{segmented, toggles};
pub(crate) use sheet::{sheet, sheet_buttons};
pub(crate) use switch::{slider, switch_row};
pub(crate) use toast::toasts;
pub(crate) use typing::typing;
pub(crate) use video::{moving_picture, paint_note, switch_button};
pub(crate) use words::word_grid;

use egui::{CornerRadius, Rect, Response, Stroke, StrokeKind, Ui};

use crate::{
    cx::Cx,
    theme::{Color, Theme, icons::Icon},
};

/// The ring around what has the keyboard.
pub(crate) fn focus_ring(ui: &Ui, theme: &Theme, response: &Response, rect: Rect, radius: u8) {
    if response.has_focus() {
        let stroke = Stroke::new(2.0, theme.tokens.focus);
        ui.painter().rect_stroke(rect, CornerRadius::same(radius), stroke, StrokeKind::Inside);
    }
}

/// An icon beside painted words that say the same.
pub(crate) fn paint_glyph(ui: &Ui, cx: &Cx<'_>, at: egui::Pos2, icon: Icon, size: f32, color: Color) {
    button::paint_icon(ui, cx, at, icon, size, color, false);
}
