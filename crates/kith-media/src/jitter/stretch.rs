//! Making sound shorter or longer by some of its own periods, so that its pitch stays (WSOLA).
//!
//! A splice joins two places that look alike by a cross-fade: further on to leave out what is between, further back to
//! play it twice.

/// The shortest piece taken out or put in: 5 ms, a period of a high voice or two.
pub(super) const MIN_LAG: usize = 240;

/// The longest: 15 ms, a period of the lowest voice.
pub(super) const MAX_LAG: usize = 720;

/// Samples compared to find places alike.
pub(super) const COMPARED: usize = 480;

/// Samples of a cross-fade.
pub(super) const FADE: usize = 240;

/// The first look compares every so many samples, at every so many lags.
const COARSE: usize = 4;

/// Where two places of a sound are most alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Splice {
    /// Samples between them.
    pub(super) lag: usize,
    /// How alike: 1 is the same, 0 not at all.
    pub(super) likeness: f32,
}

/// Which way to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// For a place further on.
    Ahead,
    /// For a place further back.
    Behind,
}

/// The place within the shortest and the longest lag most like the one `at`; `None` without enough sound around it.
pub(super) fn find(sound: &[f32], at: usize, direction: Direction) -> Option<Splice> {
    let here = sound.get(at..at + COMPARED)?;
    let place = |lag: usize| {
        let from = match direction {
            Direction::Ahead => at + lag,
            Direction::Behind => at.checked_sub(lag)?,
        };
        sound.get(from..from + COMPARED)
    };
    let best = |lags: &mut dyn Iterator<Item = usize>, step: usize| {
        let mut best: Option<Splice> = None;
        for lag in lags {
            let Some(there) = place(lag) else { continue };
            let likeness = likeness(here, there, step);
            if best.is_none_or(|best| likeness > best.likeness) {
                best = Some(Splice { lag, likeness });
            }
        }
        best
    };
    let coarse = best(&mut (MIN_LAG..=MAX_LAG).step_by(COARSE), COARSE)?;
    let around = coarse.lag.saturating_sub(COARSE).max(MIN_LAG)..=(coarse.lag + COARSE).min(MAX_LAG);
    best(&mut { around }, 1)
}

/// The normalized correlation.
fn likeness(here: &[f32], there: &[f32], step: usize) -> f32 {
    let (mut both, mut one, mut other) = (0.0_f32, 1e-9_f32, 1e-9_f32);
    for (a, b) in here.iter().zip(there).step_by(step) {
        both += a * b;
        one += a * a;
        other += b * b;
    }
    both / (one * other).sqrt()
}

/// The share of the new sound `at` samples into a fade of `length`: half a turn of a cosine.
pub(super) fn rise(at: usize, length: usize) -> f32 {
    0.5 - 0.5 * (std::f32::consts::PI * (at as f32 + 0.5) / length as f32).cos()
}

/// Takes `lag` samples out of `sound` behind `at`, which has [`FADE`] more. The sound gets shorter.
pub(super) fn shorten(sound: &mut Vec<f32>, at: usize, lag: usize) {
    if sound.len() < at + lag + FADE {
        return;
    }
    fade_into(sound, at + lag, at, at + lag);
    sound.drain(at..at + lag);
}

/// Puts the `lag` samples before `at` into `sound` once more; it has [`FADE`] behind `at`. The sound gets longer.
pub(super) fn lengthen(sound: &mut Vec<f32>, at: usize, lag: usize) {
    if at < lag || lag < FADE || sound.len() < at + FADE {
        return;
    }
    let end = sound.len();
    sound.resize(end + lag, 0.0);
    sound.copy_within(at..end, at + lag);
    // What was `at` is `lag` further on, and the room made for the repetition begins `at`.
    sound.copy_within(at - lag..at, at);
    fade_into(sound, at, at + lag, at);
}

/// Fades from the sound at `old` to the sound at `new`; the outcome is at `into`, which is one of the two.
fn fade_into(sound: &mut [f32], into: usize, old: usize, new: usize) {
    for offset in 0..FADE {
        let share = rise(offset, FADE);
        let (Some(&a), Some(&b)) = (sound.get(old + offset), sound.get(new + offset)) else { return };
        if let Some(sample) = sound.get_mut(into + offset) {
            *sample = a + (b - a) * share;
        }
    }
}
