//! A QR code, drawn, so that it is sharp at every size.

use egui::{CornerRadius, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use qrcode::{EcLevel, QrCode};

use crate::theme::Color;

/// Shows `text` as a code of about `size` points; dark on light in every theme, because scanners want it so.
pub(crate) fn qr(ui: &mut Ui, text: &str, size: f32, label: &str) {
    let (rect, response) = ui.allocate_exact_size(vec2(size, size), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, label));
    ui.painter().rect_filled(rect, CornerRadius::same(12), Color::WHITE);
    // Links in lower case need the byte mode; the lowest level of redundancy keeps the squares big on a screen.
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::L) else { return };
    let modules = code.width();
    // Four modules of quiet around, as ISO/IEC 18004 has it.
    let pitch = size / (modules + 8) as f32;
    let origin = rect.min + vec2(4.0, 4.0) * pitch;
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == qrcode::Color::Dark {
            let (x, y) = ((at % modules) as f32, (at / modules) as f32);
            let min = pos2(origin.x + x * pitch, origin.y + y * pitch);
            // A little larger than the square: else light hairlines show between neighbours.
            ui.painter().rect_filled(Rect::from_min_size(min, vec2(pitch + 0.3, pitch + 0.3)), 0.0, Color::BLACK);
        }
    }
}
