use proptest::prelude::*;

use super::*;
use crate::{
    frame::FRAME,
    sound::{greatest_step, sine},
};

fn limit(sound: &[f32]) -> Vec<f32> {
    let mut limiter = Limiter::new();
    let mut out = Vec::new();
    for chunk in sound.chunks_exact(2 * FRAME) {
        let mut frame: Stereo = chunk.try_into().unwrap();
        limiter.process(&mut frame);
        out.extend_from_slice(&frame);
    }
    out
}

fn stereo(mono: &[f32]) -> Vec<f32> {
    mono.iter().flat_map(|sample| [*sample, *sample]).collect()
}

#[test]
fn below_three_decibels_nothing_changes_but_the_time() {
    let sound = stereo(&sine(440.0, 48_000, 0.707, 10 * FRAME));
    let out = limit(&sound);
    assert_eq!(out[BLOCK..], sound[..sound.len() - BLOCK]);
}

#[test]
fn what_was_limited_is_clean_again_within_a_second() {
    let mut sound = stereo(&sine(440.0, 48_000, 4.0, 10 * FRAME));
    sound.extend(stereo(&sine(440.0, 48_000, 0.5, 110 * FRAME)));
    let out = limit(&sound);
    let late = 110 * 2 * FRAME;
    assert_eq!(out[late..], sound[late - BLOCK..sound.len() - BLOCK]);
}

#[test]
fn a_loud_tone_is_turned_down_and_not_bent() {
    for hz in [1_000.0, 3_000.0] {
        let out = limit(&stereo(&sine(hz, 48_000, 2.0, 100 * FRAME)));
        let left: Vec<f32> = out.iter().step_by(2).copied().skip(48_000 / 2).collect();
        let fundamental = crate::sound::amplitude_of(&left, f64::from(hz), 48_000);
        let third = crate::sound::amplitude_of(&left, f64::from(3.0 * hz), 48_000);
        assert!((0.9..1.0).contains(&fundamental), "{fundamental}");
        assert!(third < fundamental * 0.01, "third harmonic {third} of {fundamental}");
    }
}

#[test]
fn the_gain_is_down_before_the_peak_comes() {
    let mut sound = stereo(&sine(200.0, 48_000, 0.1, 20 * FRAME));
    let quiet = greatest_step(&sound.iter().step_by(2).copied().collect::<Vec<_>>());
    sound[10 * 2 * FRAME + 400] = 8.0;
    let out: Vec<f32> = limit(&sound).iter().skip(1).step_by(2).copied().collect();
    // The other channel only hears the gain move.
    assert!(greatest_step(&out) < quiet * 1.5, "a step of {}", greatest_step(&out));
}

#[test]
fn louder_is_never_quieter() {
    let mut last = 0.0;
    for step in 0..2_000 {
        let peak = step as f32 * 0.01;
        let out = allowed(peak) * peak;
        assert!(out >= last - 1e-6 && out <= 1.0, "{peak} became {out} after {last}");
        last = out;
    }
}

fn anything() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => -2.0_f32..2.0,
        2 => any::<f32>(),
        1 => Just(0.0),
        1 => Just(f32::NAN),
        1 => Just(f32::INFINITY),
        1 => Just(f32::MAX),
        1 => Just(f32::MIN),
        1 => Just(f32::MIN_POSITIVE / 2.0),
    ]
}

/// Loud and quiet by turns: the gain comes back and has to go again.
fn bursts() -> impl Strategy<Value = Vec<f32>> {
    let burst = (prop::sample::select(vec![0.0_f32, 0.3, 0.8, 1.0, 1.5, 6.0, 1e30]), 1_usize..700, any::<u64>());
    prop::collection::vec(burst, 12).prop_map(|bursts| {
        let burst = |(amplitude, length, seed)| crate::sound::noise(seed, amplitude, length);
        let mut sound: Vec<f32> = bursts.into_iter().flat_map(burst).collect();
        sound.resize(sound.len().next_multiple_of(2 * FRAME), 0.0);
        sound
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn nothing_gets_beyond_full_scale(
        sound in prop_oneof![prop::collection::vec(anything(), 4 * FRAME), bursts()],
    ) {
        for sample in limit(&sound) {
            prop_assert!((-1.0..=1.0).contains(&sample), "{sample}");
        }
    }
}
