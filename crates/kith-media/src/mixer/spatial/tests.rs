use proptest::prelude::*;

use super::*;
use crate::sound::{amplitude_of, frames, greatest_step, noise, rms_dbfs, sine};

fn at(x: f32, y: f32) -> Option<Place> {
    Some(Place { x, y })
}

/// Left and right.
fn render(sound: &[f32], place: Option<Place>) -> [Vec<f32>; 2] {
    let mut spatial = Spatial::new(place);
    let mut out = [Vec::new(), Vec::new()];
    for frame in frames(sound) {
        let mut stereo = [0.0; 2 * FRAME];
        spatial.add(&frame, place, &mut stereo);
        for (ear, out) in out.iter_mut().enumerate() {
            out.extend(stereo.iter().skip(ear).step_by(2));
        }
    }
    out
}

/// By how many samples `late` is behind `early`, with parts of a sample, from the peak of the cross-correlation.
fn lag(early: &[f32], late: &[f32]) -> f32 {
    let score = |shift: isize| -> f64 {
        (100..early.len() - 100)
            .map(|n| f64::from(early[n]) * f64::from(late[n.checked_add_signed(shift).unwrap()]))
            .sum()
    };
    let best = (-60..60).max_by(|a, b| score(*a).total_cmp(&score(*b))).unwrap();
    let (before, peak, after) = (score(best - 1), score(best), score(best + 1));
    best as f32 + ((before - after) / (2.0 * (before - 2.0 * peak + after))) as f32
}

/// Noise without the highest frequencies, so that its correlation has a round peak.
fn hum() -> Vec<f32> {
    let mut low = 0.0;
    let mut lower = 0.0;
    noise(5, 0.5, 48_000)
        .iter()
        .map(|sample| {
            low += (sample - low) * 0.2;
            lower += (low - lower) * 0.2;
            lower
        })
        .collect()
}

#[test]
fn the_far_ear_hears_later_by_woodworths_formula() {
    for degrees in [10.0_f32, 30.0, 60.0, 90.0, 135.0] {
        let angle = degrees.to_radians();
        let [left, right] = render(&hum(), at(angle.sin(), angle.cos()));
        let side = if degrees > 90.0 { std::f32::consts::PI - angle } else { angle };
        let expected = 0.0875 / 343.0 * (side + side.sin()) * 48_000.0;
        // The shadow is a filter, and its own delay is a part of what is measured.
        let measured = lag(&right, &left);
        assert!(
            (measured - expected).abs() < 4.0 && measured >= expected - 0.2,
            "{degrees}°: {measured} and not {expected}"
        );
        assert!(expected <= 0.0007 * 48_000.0);
    }
    let [left, right] = render(&hum(), at(-1.0, 0.0));
    assert!(lag(&left, &right) > 30.0, "from the left the right ear is the far one");
    let [left, right] = render(&hum(), at(0.0, 1.0));
    assert!(lag(&left, &right).abs() < 0.01);
}

#[test]
fn the_delay_alone_is_exact() {
    for delay in [0.0, 7.25, 19.5, 31.5] {
        let mut line = [0.0; LINE];
        let sound = hum();
        let late: Vec<f32> = sound
            .iter()
            .enumerate()
            .map(|(n, sample)| {
                line[n % LINE] = *sample;
                read(&line, n % LINE, delay)
            })
            .collect();
        assert!((lag(&sound, &late) - delay).abs() < 0.05, "{delay}: {}", lag(&sound, &late));
    }
}

#[test]
fn the_power_is_the_same_wherever_one_stands() {
    for degrees in (0..360).step_by(5) {
        let angle = (degrees as f32).to_radians();
        let [left, right] = ears(at(angle.sin(), angle.cos()));
        let power = left.gain * left.gain + right.gain * right.gain;
        assert!((power - 2.0).abs() < 1e-4, "{degrees}°: {power}");
    }
    let low = sine(60.0, 48_000, 0.3, 48_000);
    let plain = 10.0 * 2.0_f32.log10() + rms_dbfs(&low);
    for degrees in [0.0_f32, 45.0, 90.0, 200.0, 270.0] {
        let [left, right] = render(&low, at(degrees.to_radians().sin(), degrees.to_radians().cos()));
        let sum = 10.0 * (10.0_f32.powf(rms_dbfs(&left) / 10.0) + 10.0_f32.powf(rms_dbfs(&right) / 10.0)).log10();
        assert!((sum - plain).abs() < 0.2, "{degrees}°: {sum} dBFS and not {plain}");
    }
}

#[test]
fn left_is_left_and_right_is_right() {
    let [left, right] = ears(at(2.0, 0.0));
    assert!(
        (right.gain / left.gain - 3.08).abs() < 0.01 && right.gain > 0.67 && left.delay > 30.0 && right.delay == 0.0
    );
    let [left, right] = ears(at(-0.5, 0.5));
    assert!(left.gain > right.gain && left.delay == 0.0 && right.delay > 10.0);
}

#[test]
fn twice_as_far_is_half_as_loud_and_nobody_is_louder_than_at_a_metre() {
    let gain = |y| ears(at(0.0, y))[0].gain;
    assert!((gain(1.0) - 1.0).abs() < 1e-6 && (gain(2.0) - 0.5).abs() < 1e-6 && (gain(10.0) - 0.1).abs() < 1e-6);
    assert_eq!(gain(0.1), gain(1.0));
}

#[test]
fn the_head_shades_the_highs_of_the_far_ear_only() {
    let of = |hz: f32, place| {
        let [left, right] = render(&sine(hz, 48_000, 0.3, 48_000), place);
        [left, right].map(|ear| amplitude_of(&ear[4_800..], f64::from(hz), 48_000) / 0.3)
    };
    let place = at(0.866, 0.5);
    let [far_low, near_low] = of(100.0, place);
    let [far_high, near_high] = of(6_000.0, place);
    assert!((near_high / near_low - 1.0).abs() < 0.01, "the near ear is coloured by {}", near_high / near_low);
    // α at 150° is the model's least, 0.1, and straight ahead 0.756.
    let shade = far_high / far_low;
    assert!((0.15..0.35).contains(&shade), "the far ear keeps {shade} of the highs");
    let [left, right] = of(6_000.0, at(0.0, 3.0));
    assert!((left - 1.0 / 3.0).abs() < 0.01 && (right - 1.0 / 3.0).abs() < 0.01, "ahead nothing is coloured");
}

#[test]
fn without_a_place_both_ears_hear_exactly_the_source() {
    let sound = noise(6, 1.0, 4_800);
    let [left, right] = render(&sound, None);
    assert_eq!(left, sound);
    assert_eq!(right, sound);
    assert_eq!(ears(at(f32::NAN, 1.0)), NOWHERE);
    assert_eq!(ears(at(1.0, f32::INFINITY)), NOWHERE);
}

#[test]
fn moving_does_not_click() {
    let sound = sine(300.0, 48_000, 0.5, 48_000);
    let mut spatial = Spatial::new(at(-1.0, 0.0));
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (n, frame) in frames(&sound).iter().enumerate() {
        let mut stereo = [0.0; 2 * FRAME];
        let place = [at(-1.0, 0.0), at(1.0, 0.0), None, at(0.0, 9.0)][n / 5 % 4];
        spatial.add(frame, place, &mut stereo);
        left.extend(stereo.iter().step_by(2).copied());
        right.extend(stereo.iter().skip(1).step_by(2).copied());
    }
    // The tone itself moves by 0.0196 a sample, √2 times that at the side, a little more while it comes nearer.
    for ear in [left, right] {
        assert!(greatest_step(&ear[480..]) < 0.032, "a step of {}", greatest_step(&ear[480..]));
    }
}

proptest! {
    #[test]
    fn ears_are_sane_anywhere(x in any::<f32>(), y in any::<f32>()) {
        for ear in ears(at(x, y)) {
            prop_assert!((0.0..=1.4143).contains(&ear.gain.abs()), "{ear:?}");
            prop_assert!((0.0..=33.6).contains(&ear.delay), "{ear:?}");
            prop_assert!((0.0..=1.0).contains(&ear.open), "{ear:?}");
        }
    }
}

#[test]
fn silence_leaves_nothing_in_the_filters() {
    let mut spatial = Spatial::new(at(1.0, 0.0));
    let mut stereo = [0.0; 2 * FRAME];
    spatial.add(&[0.5; FRAME], at(1.0, 0.0), &mut stereo);
    for _ in 0..4 {
        spatial.add(&[0.0; FRAME], at(1.0, 0.0), &mut stereo);
    }
    assert_eq!(spatial.low, [0.0; 2]);
}
