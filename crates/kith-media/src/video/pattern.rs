//! A test pattern that says which picture it is, so that the far end can tell what became of it.
//!
//! The upper half has 40 blocks, black or white, with the number and a check of it; the lower half has bars that move. Blocks
//! are large enough to survive any codec at any rate that shows something.

use super::picture::{Picture, SizeError};

/// Blocks in a row.
const COLUMNS: u32 = 10;
/// Rows of blocks.
const ROWS: u32 = 4;
/// Of 235 levels.
const BLACK: u8 = 24;
const WHITE: u8 = 220;

/// The picture of this number.
///
/// # Errors
///
/// [`SizeError`].
pub fn draw(number: u32, width: u32, height: u32) -> Result<Picture, SizeError> {
    let mut picture = Picture::new(width, height)?;
    let code = code(number);
    // An eighth of the width each second, at 30 pictures a second.
    let moved = number.wrapping_mul(width / 240 + 1) % width;
    let [(y, stride), (u, half), (v, _)] = picture.planes_mut();
    let blocks = block_height(height) * ROWS;
    for (line, row) in (0..).zip(y.chunks_mut(stride)) {
        for (column, sample) in (0..).zip(row) {
            *sample = if line < blocks {
                let block = line / block_height(height) * COLUMNS + (column * COLUMNS / width);
                if code >> block & 1 == 1 { WHITE } else { BLACK }
            } else {
                let bar = (column + moved) * 8 / width % 8;
                #[expect(clippy::cast_possible_truncation, reason = "at most 60 + 7 * 18")]
                let shade = (60 + bar * 18) as u8;
                shade
            };
        }
    }
    for (line, (blue, red)) in (0..).zip(u.chunks_mut(half).zip(v.chunks_mut(half))) {
        if line * 2 >= blocks {
            for (column, (blue, red)) in (0..).zip(blue.iter_mut().zip(red)) {
                let bar = (column * 2 + moved) * 8 / width % 8;
                (*blue, *red) = if bar & 1 == 0 { (100, 150) } else { (150, 100) };
            }
        }
    }
    Ok(picture)
}

/// Which picture of the pattern this is, if it is one. Its size may be another than the one it was drawn in.
#[must_use]
pub fn number(picture: &Picture) -> Option<u32> {
    let (width, height) = (picture.width(), picture.height());
    let [(y, stride), ..] = picture.planes();
    let (wide, high) = (width / COLUMNS, block_height(height));
    let mut read = 0_u64;
    for block in 0..COLUMNS * ROWS {
        let (left, top) = (block % COLUMNS * width / COLUMNS, block / COLUMNS * high);
        // The middle of the block: its edges may be of its neighbours.
        let columns = (left + wide / 4) as usize..(left + wide * 3 / 4).max(left + wide / 4 + 1) as usize;
        let rows = (top + high / 4) as usize..(top + high * 3 / 4).max(top + high / 4 + 1) as usize;
        let lines = y.chunks(stride).take(rows.end).skip(rows.start);
        let samples = lines.filter_map(|line| line.get(columns.clone())).flatten();
        let (sum, count) = samples.fold((0_u64, 0_u64), |(sum, count), one| (sum + u64::from(*one), count + 1));
        let mean = sum.checked_div(count)?;
        read |= u64::from(mean > u64::from(BLACK.midpoint(WHITE))) << block;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the number is in the lower 32 bits")]
    let found = read as u32;
    (code(found) == read).then_some(found)
}

/// The same of pixels of four bytes, of which the second is green: it is close enough to brightness.
#[must_use]
pub fn number_in_rgba(width: u32, height: u32, rgba: &[u8]) -> Option<u32> {
    let mut picture = Picture::new(width, height).ok()?;
    let [(y, _), ..] = picture.planes_mut();
    for (sample, pixel) in y.iter_mut().zip(rgba.chunks_exact(4)) {
        *sample = *pixel.get(1)?;
    }
    number(&picture)
}

fn block_height(height: u32) -> u32 {
    height / 2 / ROWS
}

/// The number with its check above it.
fn code(number: u32) -> u64 {
    let check = number.to_le_bytes().into_iter().fold(0x5a_u8, |check, byte| (check ^ byte).rotate_left(3) ^ 0x1d);
    u64::from(check) << 32 | u64::from(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_read_back_in_every_size() {
        for (width, height) in [(160, 90), (320, 180), (640, 360), (1280, 720), (360, 640)] {
            for drawn in [0, 1, 2, 255, 65_536, 0x5555_5555, u32::MAX] {
                let picture = draw(drawn, width, height).unwrap();
                assert_eq!(number(&picture), Some(drawn), "{width} {height}");
                let smaller = picture.scaled(width / 4 * 2, height / 4 * 2).unwrap();
                assert_eq!(number(&smaller), Some(drawn), "{width} {height} halved");
                assert_eq!(number_in_rgba(width, height, &picture.rgba()), Some(drawn), "{width} {height} in colour");
            }
        }
    }

    #[test]
    fn what_is_no_pattern_has_no_number() {
        assert_eq!(number(&Picture::new(320, 180).unwrap()), None);
        let mut picture = draw(7, 320, 180).unwrap();
        let [(y, stride), ..] = picture.planes_mut();
        y.chunks_mut(stride).take(22).for_each(|row| row[..32].fill(BLACK));
        assert_eq!(number(&picture), None, "one block is another");
    }
}
