//! Small pictures on the screen, painted once they are here.

use egui::{
    ColorImage, CornerRadius, CursorIcon, Id, Image, Rect, Role, Sense, StrokeKind, TextureHandle, TextureOptions, Ui,
    WidgetInfo, load::SizedTexture, pos2, vec2,
};
use kith_node::PictureId;

use super::{focus_ring, paint_glyph};
use crate::{
    action::Action,
    cx::Cx,
    model::{Drawn, PictureOf, Pixels},
    theme::{Color, icons},
};

/// Bytes of textures that are kept beyond those on the screen.
const KEPT_MAX: usize = 24 << 20;

/// A picture that the graphics card has.
#[derive(Clone)]
struct Held {
    of: PictureOf,
    /// Of the pixels it was made of.
    number: u64,
    texture: TextureHandle,
    /// The frame it was last shown in.
    shown: u64,
}

impl Held {
    fn bytes(&self) -> usize {
        self.texture.size()[0] * self.texture.size()[1] * 4
    }
}

/// All of them, those first that were not shown for longest when the last one came.
#[derive(Clone, Default)]
struct Textures(Vec<Held>);

impl Textures {
    /// `number`: the pixels it has to be made of, if they are at hand; it outlives them.
    fn get(&mut self, of: PictureOf, number: Option<u64>, frame: u64) -> Option<TextureHandle> {
        let fits = |held: &&mut Held| held.of == of && number.is_none_or(|number| held.number == number);
        let held = self.0.iter_mut().find(fits)?;
        held.shown = frame;
        Some(held.texture.clone())
    }

    fn add(&mut self, new: Held) {
        let frame = new.shown;
        self.0.retain(|held| held.of != new.of);
        self.0.push(new);
        self.0.sort_by_key(|held| held.shown);
        while self.0.iter().map(Held::bytes).sum::<usize>() > KEPT_MAX
            && self.0.first().is_some_and(|held| held.shown < frame)
        {
            self.0.drain(..1);
        }
    }
}

/// How far a picture has come on its way to the screen.
enum Found {
    Here(TextureHandle),
    Broken,
    Asked,
}

/// The picture as the graphics card has it. What is not here is asked for.
fn find(ui: &Ui, cx: &mut Cx<'_>, of: PictureOf) -> Found {
    let (frame, key) = (ui.ctx().cumulative_frame_nr(), Id::unique("textures of pictures"));
    let get = |number| ui.data_mut(|data| data.get_temp_mut_or_default::<Textures>(key).get(of, number, frame));
    match cx.model.pictures.get(of) {
        Some(Drawn::Here(pixels)) => Found::Here(get(Some(pixels.number)).unwrap_or_else(|| {
            let texture = ui.ctx().load_texture("picture", image(pixels), TextureOptions::LINEAR);
            let held = Held { of, number: pixels.number, texture: texture.clone(), shown: frame };
            ui.data_mut(|data| data.get_temp_mut_or_default::<Textures>(key).add(held));
            texture
        })),
        Some(Drawn::Broken) => Found::Broken,
        Some(Drawn::Asked) => get(None).map_or(Found::Asked, Found::Here),
        None => match get(None) {
            Some(texture) => Found::Here(texture),
            None => {
                cx.act(Action::WantPicture(of));
                Found::Asked
            }
        },
    }
}

fn image(pixels: &Pixels) -> ColorImage {
    ColorImage::from_rgba_unmultiplied([pixels.width, pixels.height], &pixels.rgba)
}

/// Fills the room with a picture; what does not fit into it is cut off at both ends. `false`: it is not here.
pub(crate) fn paint_filling(ui: &Ui, cx: &mut Cx<'_>, of: PictureOf, room: Rect, corners: CornerRadius) -> bool {
    let Found::Here(texture) = find(ui, cx, of) else { return false };
    let size = texture.size_vec2();
    let scale = (room.width() / size.x).max(room.height() / size.y);
    let part = room.size() / (size * scale);
    let uv = Rect::from_center_size(pos2(0.5, 0.5), part);
    Image::new(SizedTexture::new(texture.id(), room.size())).uv(uv).corner_radius(corners).paint_at(ui, room);
    true
}

/// Paints a small picture as large as it fits into `room`; one that cannot be shown is a sign that says so.
pub(crate) fn paint_small(ui: &Ui, cx: &mut Cx<'_>, id: PictureId, room: Rect) {
    match find(ui, cx, PictureOf::Small(id)) {
        Found::Here(texture) => {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(texture.id(), fit(texture.size_vec2(), room), whole, Color::WHITE);
        }
        Found::Broken => {
            paint_glyph(ui, cx, room.center(), icons::IMAGE, room.height().min(28.0), cx.tokens().text_3);
        }
        Found::Asked => {}
    }
}

/// As large as it fits, in the middle.
pub(super) fn fit(size: egui::Vec2, room: Rect) -> Rect {
    let scale = (room.width() / size.x.max(1.0)).min(room.height() / size.y.max(1.0));
    Rect::from_center_size(room.center(), size * scale)
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
    paint_small(ui, cx, id, rect.shrink(side * 0.1));
    focus_ring(ui, cx.theme, &response, rect, 10);
    response.on_hover_text(name).on_hover_cursor(CursorIcon::PointingHand).clicked()
}
