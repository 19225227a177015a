use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::*;

/// Something like speech: syllables of changing pitch and colour, with pauses.
fn speech(seconds: usize) -> Vec<f32> {
    let mut random = StdRng::seed_from_u64(11);
    let mut sound = Vec::new();
    while sound.len() < seconds * 48_000 {
        let (pitch, colour) = (random.random_range(90.0..220.0), random.random_range(2..20));
        let length = random.random_range(4_800..14_400);
        for at in 0..length {
            let time = at as f32 / 48_000.0;
            let loudness = (at as f32 / length as f32 * TAU / 2.0).sin() * 0.2;
            let buzz: f32 = (1..colour).map(|part| (time * pitch * part as f32 * TAU).sin() / part as f32).sum();
            sound.push(buzz * loudness + random.random_range(-0.01..0.01) * loudness);
        }
        sound.extend(std::iter::repeat_n(0.0, random.random_range(0..9_600)));
    }
    sound
}

fn shifted(sound: &[f32], by: usize) -> Vec<f32> {
    std::iter::repeat_n(0.0, by).chain(sound.iter().copied()).collect()
}

fn similarity(reference: &[f32], received: &[f32]) -> f32 {
    compare(reference, received, 24_000).unwrap().similarity
}

#[test]
fn a_copy_is_the_same_however_late() {
    let sound = speech(3);
    for late in [0, 1, 480, 4_567, 23_999] {
        let score = compare(&sound, &shifted(&sound, late), 24_000).unwrap();
        assert_eq!(score.delay, late);
        assert!(score.similarity > 0.999, "{score:?}");
    }
}

#[test]
fn the_more_noise_the_less_alike() {
    let sound = speech(3);
    let noisy = |loudness: f32| {
        let mut random = StdRng::seed_from_u64(12);
        let noise = sound.iter().map(|sample| sample + random.random_range(-loudness..loudness));
        similarity(&sound, &shifted(&noise.collect::<Vec<_>>(), 1_000))
    };
    let scores = [noisy(0.0001), noisy(0.002), noisy(0.02), noisy(0.2)];
    assert!(scores.windows(2).all(|two| two[0] > two[1] + 0.01), "{scores:?}");
    assert!(scores[0] > 0.9 && scores[3] < 0.4, "{scores:?}");
}

#[test]
fn the_more_is_lost_the_less_alike() {
    let sound = speech(5);
    let dropped = |every: usize| {
        let mut sound = sound.clone();
        for frame in sound.chunks_mut(WINDOW).step_by(every) {
            frame.fill(0.0);
        }
        similarity(&speech(5), &sound)
    };
    let scores = [dropped(20), dropped(10), dropped(4), dropped(2)];
    assert!(scores.windows(2).all(|two| two[0] > two[1] + 0.02), "{scores:?}");
    assert!(scores[0] > 0.9 && scores[3] < 0.65, "{scores:?}");
}

#[test]
fn a_stretch_within_the_call_is_followed() {
    let sound = speech(4);
    let mut stretched = sound[..96_000].to_vec();
    stretched.extend(std::iter::repeat_n(0.0, 2_400));
    stretched.extend_from_slice(&sound[96_000..]);
    assert!(similarity(&sound, &stretched) > 0.95, "{}", similarity(&sound, &stretched));
}

#[test]
fn another_recording_is_not_alike() {
    let sound = speech(6);
    let score = similarity(&sound[..144_000], &sound[144_000..]);
    assert!(score < 0.5, "{score}");
}

#[test]
fn silence_has_no_score() {
    let sound = speech(1);
    assert_eq!(compare(&sound, &vec![0.0; 48_000], 4_800), None);
    assert_eq!(compare(&vec![0.0; 48_000], &sound, 4_800), None);
    assert_eq!(compare(&sound, &[], 4_800), None);
    assert_eq!(compare(&[], &sound, 4_800), None);
}
