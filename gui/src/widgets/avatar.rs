//! Pictures of people, made from their key until they choose one.

use egui::{Align2, FontId, Mesh, Painter, Pos2, Rect, Response, Sense, Stroke, Ui, vec2};
use kith_node::views::Presence;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::theme::{Color, Theme, avatars::pair_of};

/// Who is shown.
pub(crate) struct Face<'a> {
    pub(crate) name: &'a str,
    pub(crate) key: &'a [u8],
    /// Whether they are there, where that is shown.
    pub(crate) online: Option<Presence>,
}

/// A face of its own size in a layout.
pub(crate) fn avatar(ui: &mut Ui, theme: &Theme, face: &Face<'_>, size: f32, ground: Color) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(size, size), Sense::hover());
    paint_avatar(ui.painter(), theme, rect, face, ground);
    response
}

/// A face in a rectangle; `ground` is what is behind it.
pub(crate) fn paint_avatar(painter: &Painter, theme: &Theme, rect: Rect, face: &Face<'_>, ground: Color) {
    let pair = pair_of(face.key);
    let (center, radius) = (rect.center(), rect.width() / 2.0);
    painter.add(disc(center, radius, |height| pair.bright.lerp_to_gamma(pair.dark, height)));
    let font = FontId::proportional(rect.width() * 0.38);
    painter.text(center, Align2::CENTER_CENTER, initials(face.name), font, theme.tokens.on_bubble_out);
    if let Some(online) = face.online {
        let at = center + vec2(radius, radius) * 0.72;
        let size = (radius * 0.24).max(4.0);
        painter.circle_filled(at, size + 2.0, ground);
        paint_presence(painter, theme, at, size, online, ground);
    }
}

/// How somebody is there: a disc, a crescent, a disc with a bar, a ring; colours are not needed to tell them apart.
fn paint_presence(painter: &Painter, theme: &Theme, at: Pos2, size: f32, presence: Presence, ground: Color) {
    let t = &theme.tokens;
    match presence {
        Presence::Online => {
            painter.circle_filled(at, size, t.ok);
        }
        Presence::Away => {
            painter.circle_filled(at, size, t.warn);
            painter.circle_filled(at + vec2(-0.45, -0.45) * size, size * 0.72, ground);
        }
        Presence::Dnd => {
            painter.circle_filled(at, size, t.danger);
            let half = vec2(size * 0.5, 0.0);
            painter.line_segment([at - half, at + half], Stroke::new((size * 0.45).max(1.5), ground));
        }
        Presence::Offline | Presence::Invisible => {
            painter.circle_stroke(at, size - 0.75, Stroke::new(1.5, t.text_3));
        }
    }
}

/// A filled circle whose colour goes from top to bottom.
fn disc(center: Pos2, radius: f32, color: impl Fn(f32) -> Color) -> Mesh {
    const STEPS: u32 = 48;
    let mut mesh = Mesh::default();
    mesh.colored_vertex(center, color(0.5));
    for step in 0..STEPS {
        let angle = step as f32 / STEPS as f32 * std::f32::consts::TAU;
        mesh.colored_vertex(center + vec2(angle.cos(), angle.sin()) * radius, color(angle.sin() * 0.5 + 0.5));
    }
    for step in 0..STEPS {
        mesh.add_triangle(0, 1 + step, 1 + (step + 1) % STEPS);
    }
    mesh
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.graphemes(true).next());
    let first = words.next().unwrap_or("?");
    let last = words.next_back().unwrap_or("");
    format!("{}{}", first.to_uppercase(), last.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_whole_letters() {
        let cases =
            [("Mara Okafor", "MO"), ("noor", "N"), ("José da Silva", "JS"), ("", "?"), ("👩‍👧 x", "👩‍👧X"), ("é à", "ÉÀ")];
        for (name, expected) in cases {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}
