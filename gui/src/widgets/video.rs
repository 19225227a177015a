//! Pictures that move, and the buttons that switch them.

use egui::{
    Align2, ColorImage, CornerRadius, Id, Image, Pos2, Rect, Response, Role, Sense, Stroke, TextureHandle,
    TextureOptions, Ui, WidgetInfo, WidgetText, load::SizedTexture, pos2, vec2,
};

use super::{calls::round, paint_in_disc, picture::fit};
use crate::{
    cx::Cx,
    model::Pixels,
    theme::{Type, icons::Icon, radius},
};

/// Switches what is shown; `on` as it is.
pub(crate) fn switch_button(ui: &mut Ui, cx: &Cx<'_>, icon: Icon, on: bool, label: &str) -> Response {
    let t = cx.tokens();
    let (ground, over) = if on { (t.accent, t.accent.gamma_multiply(0.85)) } else { (t.bg_selected, t.bg_hover) };
    let (rect, response) = round(ui, cx, ground, over, label);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_toggled(on.into()));
    paint_in_disc(ui, cx, rect.center(), icon, 20.0, if on { t.on_accent } else { t.text });
    response
}

/// A picture as the graphics card has it, and which one that is.
#[derive(Clone)]
struct Held {
    texture: TextureHandle,
    number: u64,
}

/// Paints the newest picture of `what` as large as it fits, and says `says` of it.
pub(crate) fn moving_picture(
    ui: &mut Ui,
    what: &'static str,
    pixels: &Pixels,
    room: Rect,
    corners: CornerRadius,
    says: &str,
) {
    let key = Id::unique("moving pictures").with(what);
    let held: Option<Held> = ui.data(|data| data.get_temp(key));
    let image = || ColorImage::from_rgba_premultiplied([pixels.width, pixels.height], &pixels.rgba);
    let held = match held {
        Some(held) if held.number == pixels.number => held,
        Some(Held { mut texture, .. }) => {
            texture.set(image(), TextureOptions::LINEAR);
            Held { texture, number: pixels.number }
        }
        None => Held { texture: ui.ctx().load_texture(what, image(), TextureOptions::LINEAR), number: pixels.number },
    };
    let place = fit(vec2(pixels.width as f32, pixels.height as f32), room);
    let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    let response = ui.interact(place, ui.unique_id().with(what), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, says));
    Image::new(SizedTexture::new(held.texture.id(), place.size())).uv(uv).corner_radius(corners).paint_at(ui, place);
    ui.data_mut(|data| data.insert_temp(key, held));
}

/// Words over a picture, which may have any colour.
pub(crate) fn paint_note(ui: &Ui, cx: &Cx<'_>, at: Pos2, anchor: Align2, text: &str) {
    let t = cx.tokens();
    let words = cx.theme.text(text, Type::SMALL.weight(550.0), t.text);
    let galley = WidgetText::from(words).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Small);
    let place = anchor.anchor_size(at, galley.size() + vec2(20.0, 10.0));
    let edge = Stroke::new(1.0, t.border);
    ui.painter().rect(place, CornerRadius::same(radius::CHIP), t.bg_raised, edge, egui::StrokeKind::Inside);
    ui.painter().galley(place.center() - galley.size() / 2.0, galley, t.text);
}
