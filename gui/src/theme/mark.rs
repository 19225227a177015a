//! The mark of Kith as pixels, for places where egui does not paint: the tray and the window's icon.

use super::{Color, Mode};

/// Samples along each side of a pixel.
const FINE: usize = 4;

/// A square picture of `size` pixels a side, RGBA; `dot`: something waits to be read.
pub(crate) fn pixels(size: usize, dot: bool) -> Vec<u8> {
    let tokens = Mode::Dark.tokens();
    let mut picture = Vec::with_capacity(size * size * 4);
    for y in 0..size {
        for x in 0..size {
            let at = |part: usize, of: usize| (part as f32 + 0.5) / FINE as f32 + of as f32;
            let samples =
                (0..FINE * FINE).map(|n| sample(at(n % FINE, x) / size as f32, at(n / FINE, y) / size as f32, dot));
            let found: Vec<Color> = samples
                .flatten()
                .map(|part| match part {
                    Part::Back => tokens.bubble_out,
                    Part::Front => tokens.accent,
                    Part::Dot => tokens.danger,
                })
                .collect();
            picture.extend(mean(&found));
        }
    }
    picture
}

enum Part {
    Back,
    Front,
    Dot,
}

/// What covers a point; the whole picture is one wide and one high.
fn sample(x: f32, y: f32, dot: bool) -> Option<Part> {
    const LENGTH: f32 = 0.62;
    let (front_x, front_y) = (x - (1.0 - LENGTH), y - (1.0 - LENGTH));
    let near_dot = (x - 0.79).hypot(y - 0.21);
    if dot && near_dot < 0.27 {
        return (near_dot < 0.21).then_some(Part::Dot);
    }
    if in_bubble(front_x, front_y, LENGTH, 0.24, (LENGTH, LENGTH)) {
        return Some(Part::Front);
    }
    let gap = 0.04;
    let around = in_bubble(front_x + gap, front_y + gap, LENGTH + 2.0 * gap, 0.26, (-1.0, -1.0));
    (!around && in_bubble(x, y, LENGTH, 0.24, (0.0, LENGTH))).then_some(Part::Back)
}

/// Whether a point is in a square with round corners, one of them pointed.
fn in_bubble(x: f32, y: f32, side: f32, round: f32, pointed: (f32, f32)) -> bool {
    if !(0.0..=side).contains(&x) || !(0.0..=side).contains(&y) {
        return false;
    }
    let corner = (if x < side / 2.0 { 0.0 } else { side }, if y < side / 2.0 { 0.0 } else { side });
    let round = if corner == pointed { 0.06 } else { round };
    let inside = |at: f32, corner: f32| round - (at - corner).abs();
    let (dx, dy) = (inside(x, corner.0), inside(y, corner.1));
    dx <= 0.0 || dy <= 0.0 || dx.hypot(dy) <= round
}

fn mean(found: &[Color]) -> [u8; 4] {
    let Some(first) = found.first() else { return [0; 4] };
    let mix = |of: fn(&Color) -> u8| {
        let sum: usize = found.iter().map(|color| usize::from(of(color))).sum();
        u8::try_from(sum / found.len()).unwrap_or(u8::MAX)
    };
    let alpha = u8::try_from(found.len() * 255 / (FINE * FINE)).unwrap_or(u8::MAX);
    if found.len() == 1 {
        return [first.r(), first.g(), first.b(), alpha];
    }
    [mix(|color| color.r()), mix(|color| color.g()), mix(|color| color.b()), alpha]
}

#[cfg(test)]
mod tests {
    use super::pixels;

    #[test]
    fn two_bubbles_and_perhaps_a_dot() {
        let (plain, dotted) = (pixels(32, false), pixels(32, true));
        let alpha = |picture: &[u8], x: usize, y: usize| picture[(y * 32 + x) * 4 + 3];
        assert_eq!((plain.len(), dotted.len()), (4096, 4096));
        for picture in [&plain, &dotted] {
            assert_eq!((alpha(picture, 6, 10), alpha(picture, 22, 22)), (255, 255));
            assert_eq!(alpha(picture, 2, 30), 0);
        }
        assert_eq!((alpha(&plain, 26, 6), alpha(&dotted, 26, 6)), (0, 255));
    }
}
