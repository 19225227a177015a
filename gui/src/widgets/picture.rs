//! Small pictures: those of messages and of one's own, painted once they are here.

use egui::{
    ColorImage, CornerRadius, CursorIcon, Id, Rect, Role, Sense, StrokeKind, TextureHandle, TextureOptions, Ui,
    WidgetInfo, pos2, vec2,
};
use kith_node::PictureId;

use super::{focus_ring, paint_glyph};
use crate::{
    action::Action,
    cx::Cx,
    model::{Picture, Pixels},
    theme::{Color, icons},
};

/// Bytes of textures that are kept beyond those on the screen.
const KEPT_MAX: usize = 24 << 20;

/// The pictures that the graphics card has, by when they were last shown.
#[derive(Clone, Default)]
struct Textures {
    shown: Vec<(PictureId, TextureHandle, u64)>,
}

impl Textures {
    fn get(&mut self, id: PictureId, frame: u64) -> Option<TextureHandle> {
        let (_, texture, last) = self.shown.iter_mut().find(|(of, ..)| *of == id)?;
        *last = frame;
        Some(texture.clone())
    }

    fn add(&mut self, id: PictureId, texture: TextureHandle, frame: u64) {
        self.shown.push((id, texture, frame));
        self.shown.sort_by_key(|(.., last)| *last);
        let bytes = |shown: &[(PictureId, TextureHandle, u64)]| {
            shown.iter().map(|(_, texture, _)| texture.size()[0] * texture.size()[1] * 4).sum::<usize>()
        };
        while bytes(&self.shown) > KEPT_MAX && self.shown.first().is_some_and(|(.., last)| *last < frame) {
            self.shown.drain(..1);
        }
    }
}

/// Paints a picture as large as it fits into `room`; what is not here is asked for, what cannot be shown is a sign that
/// says so. Gives the place it takes.
pub(crate) fn paint_picture(ui: &Ui, cx: &mut Cx<'_>, id: PictureId, room: Rect) -> Rect {
    let frame = ui.ctx().cumulative_frame_nr();
    let key = Id::unique("textures of pictures");
    let kept = ui.data_mut(|data| data.get_temp_mut_or_default::<Textures>(key).get(id, frame));
    let texture = match (kept, cx.model.pictures.get(id)) {
        (Some(texture), _) => texture,
        (None, Some(Picture::Ready(pixels))) => {
            let texture = ui.ctx().load_texture(format!("picture {id}"), image(pixels), TextureOptions::LINEAR);
            ui.data_mut(|data| data.get_temp_mut_or_default::<Textures>(key).add(id, texture.clone(), frame));
            texture
        }
        (None, Some(Picture::Broken)) => {
            paint_glyph(ui, cx, room.center(), icons::IMAGE, room.height().min(28.0), cx.tokens().text_3);
            return room;
        }
        (None, Some(Picture::Asked)) => return room,
        (None, None) => {
            cx.act(Action::NeedPicture(id));
            return room;
        }
    };
    let place = fit(texture.size_vec2(), room);
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().image(texture.id(), place, whole, Color::WHITE);
    place
}

/// As large as it fits, in the middle.
fn fit(size: egui::Vec2, room: Rect) -> Rect {
    let scale = (room.width() / size.x.max(1.0)).min(room.height() / size.y.max(1.0));
    Rect::from_center_size(room.center(), size * scale)
}

fn image(pixels: &Pixels) -> ColorImage {
    ColorImage::from_rgba_unmultiplied([pixels.width, pixels.height], &pixels.rgba)
}

/// A picture to press.
pub(crate) fn picture_button(ui: &mut Ui, cx: &mut Cx<'_>, id: PictureId, name: &str, side: f32) -> bool {
    let t = cx.tokens();
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    if !ui.is_rect_visible(rect) {
        return response.clicked();
    }
    if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(10), t.bg_hover);
        if cx.theme.edges {
            let stroke = egui::Stroke::new(1.0, t.border);
            ui.painter().rect_stroke(rect, CornerRadius::same(10), stroke, StrokeKind::Inside);
        }
    }
    paint_picture(ui, cx, id, rect.shrink(side * 0.1));
    focus_ring(ui, cx.theme, &response, rect, 10);
    response.on_hover_text(name).on_hover_cursor(CursorIcon::PointingHand).clicked()
}
