use proptest::prelude::*;

use super::*;
use crate::{
    frame::RATE,
    sound::{amplitude_of, greatest_step, noise, rms_dbfs, sine},
};

fn convert(samples: &[f32], from: u32, to: u32, piece: usize) -> Vec<f32> {
    let mut resampler = Resampler::new(from, to).unwrap();
    let mut out = Vec::new();
    for piece in samples.chunks(piece) {
        resampler.push(piece, |made| out.extend_from_slice(made));
    }
    out
}

#[test]
fn a_tone_keeps_its_frequency_and_level_from_any_rate_and_to_any_rate() {
    for hz in [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 88_200, 96_000, 176_400, 192_000, 47_999, 44_101]
    {
        for (from, to) in [(hz, RATE), (RATE, hz)] {
            let out = convert(&sine(1_000.0, from, 0.5, 2 * from as usize), from, to, 480);
            let settled = &out[to as usize / 2..];
            let amplitude = amplitude_of(&settled[..to as usize], 1_000.0, to);
            assert!((amplitude - 0.5).abs() < 0.005, "{from} to {to} Hz: amplitude {amplitude}");
            // What is not the tone: nothing may be left but 60 dB below it.
            let all = rms_dbfs(&settled[..to as usize]);
            let tone = 20.0 * (amplitude / 2.0_f64.sqrt()).log10() as f32;
            assert!((all - tone).abs() < 0.01, "{from} to {to} Hz: {all} dBFS of which the tone is {tone}");
        }
    }
}

#[test]
fn what_the_lower_rate_cannot_carry_does_not_come_back_as_another_tone() {
    for to in [8_000, 16_000, 44_100, 44_101] {
        let above = to as f32 / 2.0 + 1_500.0;
        let out = convert(&sine(above, RATE, 0.5, RATE as usize), RATE, to, 480);
        let level = rms_dbfs(&out[to as usize / 4..]);
        assert!(level < -70.0, "{above} Hz came to {to} Hz with {level} dBFS");
    }
}

#[test]
fn as_much_comes_out_as_goes_in() {
    for hz in [8_000, 22_050, 44_100, 192_000, 48_001] {
        let out = convert(&noise(1, 0.5, 3 * hz as usize), hz, RATE, 77);
        let missing = 3 * RATE as usize - out.len();
        assert!(missing < 2 * FRAME, "{missing} samples of {hz} Hz were held back");
    }
}

#[test]
fn the_delay_is_what_it_says() {
    for hz in [16_000_u32, 44_100, 96_000, 44_101] {
        let mut click = vec![0.0; hz as usize / 2];
        click[hz as usize / 10] = 1.0;
        let mut resampler = Resampler::new(hz, RATE).unwrap();
        let mut out = Vec::new();
        resampler.push(&click, |made| out.extend_from_slice(made));
        let peak = (0..out.len()).max_by(|a, b| out[*a].total_cmp(&out[*b])).unwrap();
        let expected = RATE as usize / 10 + resampler.delay();
        assert!(peak.abs_diff(expected) <= 2, "{hz} Hz: {peak} instead of {expected}");
    }
}

#[test]
fn equal_rates_change_nothing() {
    let sound = noise(2, 1.0, 1_000);
    assert_eq!(convert(&sound, 44_100, 44_100, 33), sound);
    assert_eq!(Resampler::new(RATE, RATE).unwrap().delay(), 0);
}

#[test]
fn rates_out_of_bounds_are_refused() {
    for hz in [0, 7_999, 192_001, u32::MAX] {
        assert!(matches!(Resampler::new(hz, RATE), Err(ResampleError::Rate { hz: refused }) if refused == hz));
        assert!(matches!(Resampler::new(RATE, hz), Err(ResampleError::Rate { hz: refused }) if refused == hz));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_size_of_the_pieces_makes_no_difference(pieces in prop::collection::vec(1_usize..2_000, 1..20), hz in 8_000_u32..192_000) {
        let sound = noise(3, 0.5, pieces.iter().sum());
        let mut resampler = Resampler::new(hz, RATE).unwrap();
        let (mut out, mut rest) = (Vec::new(), sound.as_slice());
        for piece in pieces {
            let (now, later) = rest.split_at(piece);
            resampler.push(now, |made| out.extend_from_slice(made));
            rest = later;
        }
        prop_assert_eq!(out, convert(&sound, hz, RATE, sound.len()));
    }

    #[test]
    fn frames_hold_the_stream_in_order(pieces in prop::collection::vec(0_usize..1_500, 0..12)) {
        let sound: Vec<f32> = (0..pieces.iter().sum()).map(|n: usize| n as f32).collect();
        let (mut framer, mut out, mut rest) = (Framer::default(), Vec::new(), sound.as_slice());
        for piece in pieces {
            let (now, later) = rest.split_at(piece);
            framer.push(now, |frame| out.extend_from_slice(frame));
            rest = later;
        }
        prop_assert_eq!(out.len(), sound.len() / FRAME * FRAME);
        prop_assert_eq!(&out[..], &sound[..out.len()]);
    }
}

#[test]
fn blocks_join_without_a_seam() {
    for hz in [16_000, 44_100, 96_000, 44_101] {
        let out = convert(&sine(300.0, hz, 0.5, hz as usize), hz, RATE, 441);
        let step = greatest_step(&out[RATE as usize / 10..]);
        assert!(step < 0.5 * std::f32::consts::TAU * 300.0 / RATE as f32 * 1.02, "{hz} Hz: a step of {step}");
    }
}
