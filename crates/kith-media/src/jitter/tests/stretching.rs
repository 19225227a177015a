use super::*;
use crate::jitter::stretch::{FADE, MAX_LAG, MIN_LAG, find, lengthen, shorten};

fn tone(hertz: f32, samples: usize) -> Vec<f32> {
    (0..samples).map(|at| 0.3 * (at as f32 / 48_000.0 * hertz * TAU).sin()).collect()
}

#[test]
fn the_best_lag_of_a_tone_is_a_multiple_of_its_period() {
    for hertz in [80.0, 100.0, 220.0, 440.0, 1_000.0, 3_000.0] {
        let sound = tone(hertz, 4_000);
        for direction in [Direction::Ahead, Direction::Behind] {
            let splice = find(&sound, 1_500, direction).unwrap();
            let periods = splice.lag as f32 * hertz / 48_000.0;
            assert!((periods - periods.round()).abs() < 0.05, "{hertz} {splice:?}");
            assert!(splice.likeness > 0.98 && (MIN_LAG..=MAX_LAG).contains(&splice.lag), "{hertz} {splice:?}");
        }
    }
}

#[test]
fn noise_has_no_places_alike() {
    let mut random = StdRng::seed_from_u64(3);
    let noise: Vec<f32> = (0..4_000).map(|_| random.random_range(-0.3..0.3)).collect();
    assert!(find(&noise, 1_500, Direction::Ahead).unwrap().likeness < ALIKE);
}

#[test]
fn a_tone_made_shorter_or_longer_keeps_its_pitch_and_does_not_click() {
    for hertz in [100.0, 440.0, 1_000.0] {
        let sound = tone(hertz, 9_600);
        let (mut short, mut long) = (sound.clone(), sound.clone());
        for at in [1_000, 3_000, 5_000] {
            let lag = find(&short, at, Direction::Ahead).unwrap().lag;
            let before = short.len();
            shorten(&mut short, at, lag);
            assert_eq!(short.len(), before - lag);
            let lag = find(&long, at, Direction::Behind).unwrap().lag;
            let before = long.len();
            lengthen(&mut long, at, lag);
            assert_eq!(long.len(), before + lag);
        }
        for stretched in [&short, &long] {
            assert!((self::hertz(stretched) / hertz - 1.0).abs() < 0.005, "{hertz}");
            assert!(roughness(stretched) < roughness(&sound) * 1.5 + 0.001, "{hertz}: {}", roughness(stretched));
        }
    }
}

#[test]
fn sound_around_a_splice_stays_as_it_was() {
    let sound: Vec<f32> = (0..3_000).map(|at| at as f32).collect();
    let mut short = sound.clone();
    shorten(&mut short, 1_000, 500);
    assert_eq!(short[..1_000], sound[..1_000]);
    assert_eq!(short[1_000 + FADE..], sound[1_500 + FADE..]);
    let mut long = sound.clone();
    lengthen(&mut long, 1_000, 500);
    assert_eq!(long[..1_000], sound[..1_000]);
    assert_eq!(long[1_000 + FADE..1_500], sound[500 + FADE..1_000]);
    assert_eq!(long[1_500..], sound[1_000..]);
}

#[test]
fn where_there_is_too_little_sound_nothing_is_done() {
    let sound = tone(440.0, 500);
    assert_eq!(find(&sound, 21, Direction::Ahead), None);
    assert_eq!(find(&sound, 20, Direction::Behind), None);
    for (at, lag) in [(0, 300), (400, 240), (300, 100)] {
        let mut same = sound.clone();
        lengthen(&mut same, at, lag);
        assert_eq!(same, sound);
    }
    let mut same = sound.clone();
    shorten(&mut same, 100, 300);
    assert_eq!(same, sound);
}

#[test]
fn faster_and_slower_play_keeps_the_pitch_and_does_not_click() {
    // Jitter comes and goes, so that the delay has to rise and to fall.
    let mut random = StdRng::seed_from_u64(5);
    let arrivals =
        stream(1_000, 0, |number| Some(if (200..600).contains(&number) { random.random_range(0..100_000) } else { 0 }));
    let mut buffer = JitterBuffer::new(Tone::of(440.0));
    let (_, sound) = listen(&mut buffer, arrivals, 20_000);
    let stats = buffer.stats();
    assert!(stats.accelerated_samples > 2_000 && stats.expanded_samples > 1_000, "{stats:?}");
    // Some packets came too late and were concealed, others while they were: that is faded over as well.
    assert!(stats.concealed_samples > 0);
    assert!(roughness(&sound[9_600..]) < CLICK, "{}", roughness(&sound[9_600..]));
    assert!((hertz(&sound[9_600..]) / 440.0 - 1.0).abs() < 0.01, "{}", hertz(&sound[9_600..]));
}
