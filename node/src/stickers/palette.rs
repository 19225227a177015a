//! Writing a small picture as a PNG: exactly, or with 256 colours that were chosen for it.

use std::io::Write as _;

use image::RgbaImage;
use png::{BitDepth, ColorType, Compression, Encoder, Filter};

const COLORS: usize = 256;

type Color = [u8; 4];

/// With all its colours. `None`: that cannot be written.
pub(super) fn exact(picture: &RgbaImage) -> Option<Vec<u8>> {
    if picture.pixels().any(|pixel| pixel[3] < u8::MAX) {
        return write(picture, ColorType::Rgba, None, picture.as_raw());
    }
    let opaque: Vec<u8> = picture.pixels().flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    write(picture, ColorType::Rgb, None, &opaque)
}

/// With at most 256 colours.
pub(super) fn reduced(picture: &RgbaImage) -> Option<Vec<u8>> {
    let (colors, indices) = choose(&picture.pixels().map(|pixel| pixel.0).collect::<Vec<_>>());
    write(picture, ColorType::Indexed, Some(&colors), &indices)
}

fn write(picture: &RgbaImage, color: ColorType, palette: Option<&[Color]>, pixels: &[u8]) -> Option<Vec<u8>> {
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, picture.width(), picture.height());
    encoder.set_color(color);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::High);
    encoder.set_filter(if palette.is_some() { Filter::NoFilter } else { Filter::Adaptive });
    if let Some(colors) = palette {
        encoder.set_palette(colors.iter().flat_map(|color| [color[0], color[1], color[2]]).collect::<Vec<_>>());
        encoder.set_trns(colors.iter().map(|color| color[3]).collect::<Vec<_>>());
    }
    let mut writer = encoder.write_header().ok()?;
    let mut stream = writer.stream_writer().ok()?;
    stream.write_all(pixels).ok()?;
    stream.finish().ok()?;
    writer.finish().ok()?;
    Some(png)
}

/// Colours that come near those of `pixels`, and which one each of these gets. The group of pixels that differ most is
/// halved until there are enough groups; each gets its mean.
fn choose(pixels: &[Color]) -> (Vec<Color>, Vec<u8>) {
    let mut order: Vec<usize> = (0..pixels.len()).collect();
    let mut groups = vec![Group::of(pixels, 0..order.len(), &order)];
    while groups.len() < COLORS {
        let widest = groups.iter().enumerate().max_by_key(|(_, group)| group.weight());
        let Some((at, group)) = widest.filter(|(_, group)| group.spread > 0) else { break };
        let (range, channel) = (group.range.clone(), group.channel);
        let part = &mut order[range.clone()];
        part.sort_unstable_by_key(|at| pixels[*at][channel]);
        // Equal values stay together, or a colour would be split between groups.
        let middle = pixels[part[part.len() / 2]][channel];
        let cut = match part.partition_point(|at| pixels[*at][channel] < middle) {
            0 => part.partition_point(|at| pixels[*at][channel] <= middle),
            cut => cut,
        };
        let cut = range.start + cut;
        groups[at] = Group::of(pixels, range.start..cut, &order);
        groups.push(Group::of(pixels, cut..range.end, &order));
    }
    let mut indices = vec![0; pixels.len()];
    let mut colors = Vec::with_capacity(groups.len());
    for (index, group) in (0..=u8::MAX).zip(&groups) {
        let members = &order[group.range.clone()];
        colors.push(mean(members.iter().map(|at| pixels[*at])));
        members.iter().for_each(|at| indices[*at] = index);
    }
    (colors, indices)
}

/// Pixels that get one colour: a part of the order.
struct Group {
    range: std::ops::Range<usize>,
    /// Where they differ most, and how much.
    channel: usize,
    spread: u8,
}

impl Group {
    fn of(pixels: &[Color], range: std::ops::Range<usize>, order: &[usize]) -> Self {
        let mut ends = [(u8::MAX, u8::MIN); 4];
        for at in &order[range.clone()] {
            for (end, value) in ends.iter_mut().zip(pixels[*at]) {
                *end = (end.0.min(value), end.1.max(value));
            }
        }
        let spreads = ends.map(|(low, high)| high.saturating_sub(low));
        let (channel, spread) = (0..4).zip(spreads).max_by_key(|(_, spread)| *spread).unwrap_or((0, 0));
        Self { range, channel, spread }
    }

    /// Many pixels that differ much come first; a few that differ very much are not forgotten.
    fn weight(&self) -> u64 {
        let count = self.range.len() as u64;
        u64::from(self.spread) * u64::from(self.spread) * count.isqrt()
    }
}

/// What they show together: a transparent pixel has little to say about the colour.
fn mean(colors: impl Iterator<Item = Color>) -> Color {
    let (mut sums, mut alphas, mut count) = ([0_u64; 3], 0_u64, 0_u64);
    for color in colors {
        let alpha = u64::from(color[3]);
        sums.iter_mut().zip(color).for_each(|(sum, value)| *sum += u64::from(value) * alpha);
        (alphas, count) = (alphas + alpha, count + 1);
    }
    let byte = |value: u64| u8::try_from(value).unwrap_or(u8::MAX);
    let [red, green, blue] = sums.map(|sum| byte(sum / alphas.max(1)));
    [red, green, blue, byte(alphas / count.max(1))]
}
