//! Small pictures on the screen.

use std::collections::BTreeMap;

use egui::{
    ColorImage, CornerRadius, Id, Image, Rect, TextureHandle, TextureOptions, Ui, Vec2, load::SizedTexture, pos2,
};

use crate::model::Pixels;

/// Pictures that the graphics card holds; those made first go first.
const HELD: usize = 40;

/// Fills the room with a picture; what does not fit into it is cut off at both ends.
pub(crate) fn paint(ui: &Ui, pixels: &Pixels, room: Rect, corners: CornerRadius) {
    let texture = texture(ui, pixels);
    let size = Vec2::new(pixels.width as f32, pixels.height as f32);
    let scale = (room.width() / size.x).max(room.height() / size.y);
    let part = room.size() / (size * scale);
    let uv = Rect::from_center_size(pos2(0.5, 0.5), part);
    Image::new(SizedTexture::new(texture.id(), room.size())).uv(uv).corner_radius(corners).paint_at(ui, room);
}

fn texture(ui: &Ui, pixels: &Pixels) -> TextureHandle {
    let place = Id::unique("pictures");
    let held: BTreeMap<u64, TextureHandle> = ui.data(|data| data.get_temp(place)).unwrap_or_default();
    if let Some(texture) = held.get(&pixels.number) {
        return texture.clone();
    }
    let image = ColorImage::from_rgba_unmultiplied([pixels.width, pixels.height], &pixels.rgba);
    let texture = ui.ctx().load_texture(format!("picture {}", pixels.number), image, TextureOptions::LINEAR);
    let mut held = held;
    held.insert(pixels.number, texture.clone());
    while held.len() > HELD {
        held.pop_first();
    }
    ui.data_mut(|data| data.insert_temp(place, held));
    texture
}
