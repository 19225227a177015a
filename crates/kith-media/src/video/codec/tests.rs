use proptest::prelude::*;

use super::*;
use crate::video::pattern;

const FRAME: Duration = Duration::from_millis(33);

/// Encodes pictures of these numbers and sizes, and tells which numbers come out of the decoder, and how many bytes went in.
fn through(encoder: &mut H264Encoder, pictures: impl Iterator<Item = (u32, u32, u32)>) -> (Vec<u32>, usize) {
    let (mut decoder, mut seen, mut bytes) = (H264Decoder::default(), Vec::new(), 0);
    for (at, (number, width, height)) in (0..).zip(pictures) {
        let picture = pattern::draw(number, width, height).unwrap();
        let Some(encoded) = encoder.encode(&picture, FRAME * at).unwrap() else { continue };
        bytes += encoded.payload.len();
        assert_eq!(encoded.key, is_key(&encoded.payload));
        let shown = decoder.decode(&encoded.payload).unwrap().expect("a picture");
        assert_eq!((shown.width(), shown.height()), (width, height));
        seen.push(pattern::number(&shown).expect("a number"));
    }
    (seen, bytes)
}

#[test]
fn numbers_survive_low_rates() {
    for (width, height, bitrate) in [(320, 180, 60_000), (640, 360, 200_000)] {
        let mut encoder = H264Encoder::new(Kind::Camera, 30, bitrate);
        let (seen, bytes) = through(&mut encoder, (1..=150).map(|number| (number, width, height)));
        assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
        assert!(seen.len() > 100, "{} of 150 at {width}", seen.len());
        let rate = bytes * 8 / 5;
        assert!(rate < bitrate as usize * 3 / 2, "{rate} instead of {bitrate}");
    }
}

#[test]
fn the_rate_of_a_running_encoder_changes_without_a_picture_that_stands_alone() {
    let mut encoder = H264Encoder::new(Kind::Camera, 30, 100_000);
    let mut phase = |bitrate: u32, from: u32| {
        encoder.set_bitrate(bitrate);
        let (mut bytes, mut keys) = (0, 0);
        for number in from..from + 150 {
            // Noise takes what it is given.
            let mut picture = Picture::new(640, 360).unwrap();
            let [(y, _), ..] = picture.planes_mut();
            let mut seed = number.wrapping_mul(2_654_435_761) | 1;
            for sample in y {
                seed ^= seed << 13;
                seed ^= seed >> 17;
                seed ^= seed << 5;
                *sample = 96 + (seed >> 26) as u8;
            }
            if let Some(encoded) = encoder.encode(&picture, FRAME * number).unwrap() {
                (bytes, keys) = (bytes + encoded.payload.len(), keys + u32::from(encoded.key));
            }
        }
        (bytes * 8 / 5, keys)
    };
    let (low, _) = phase(100_000, 0);
    let (high, keys) = phase(1_500_000, 150);
    let (again, no_keys) = phase(100_000, 300);
    assert!(high > low * 4, "{low} {high}");
    assert!(again < high / 4, "{high} {again}");
    assert_eq!((keys, no_keys), (0, 0));
}

#[test]
fn a_picture_that_stands_alone_comes_when_it_is_wanted_and_only_then() {
    let mut encoder = H264Encoder::new(Kind::Camera, 30, 300_000);
    let mut keys = Vec::new();
    for number in 0..40 {
        if number == 20 {
            encoder.want_key();
        }
        let picture = pattern::draw(number, 320, 180).unwrap();
        if let Some(encoded) = encoder.encode(&picture, FRAME * number).unwrap()
            && encoded.key
        {
            keys.push(number);
            let shown = H264Decoder::default().decode(&encoded.payload).unwrap().unwrap();
            assert_eq!(pattern::number(&shown), Some(number), "it stands alone");
        }
    }
    assert_eq!(keys, [0, 20]);
}

#[test]
fn the_size_may_change_within_a_stream() {
    let mut encoder = H264Encoder::new(Kind::Camera, 30, 400_000);
    let sizes = [(640, 360), (320, 180), (360, 640), (640, 360)];
    let pictures = (0..80).map(|number: u32| {
        let (width, height) = sizes[number as usize / 20];
        (number, width, height)
    });
    let (seen, _) = through(&mut encoder, pictures);
    assert!(seen.len() > 60 && seen.is_sorted_by(|a, b| a < b), "{seen:?}");
}

#[test]
fn a_lost_picture_is_an_error_and_one_that_stands_alone_goes_on() {
    let mut encoder = H264Encoder::new(Kind::Camera, 30, 300_000);
    let (mut decoder, mut errors, mut shown) = (H264Decoder::default(), 0, Vec::new());
    for number in 0..30 {
        if number == 20 {
            encoder.want_key();
        }
        let picture = pattern::draw(number, 320, 180).unwrap();
        let Some(encoded) = encoder.encode(&picture, FRAME * number).unwrap() else { continue };
        if number == 10 {
            continue;
        }
        match decoder.decode(&encoded.payload) {
            Ok(Some(picture)) => shown.push(pattern::number(&picture)),
            Ok(None) | Err(_) => errors += 1,
        }
    }
    assert!(errors > 0, "it is noticed");
    assert_eq!(shown.last(), Some(&Some(29)));
    assert!(shown.iter().all(Option::is_some), "nothing damaged is shown: {shown:?}");
}

#[test]
fn what_asks_for_too_much_is_not_decoded() {
    let mut decoder = H264Decoder::default();
    // 4096×4096, by an SPS of baseline profile.
    let hostile = [0, 0, 0, 1, 0x67, 66, 0xc0, 31, 0xda, 0x00, 0x40, 0x04, 0x00, 0x40, 0xf0];
    assert!(matches!(decoder.decode(&hostile), Err(VideoError::Stream)));
}

fn stream() -> Vec<Vec<u8>> {
    let mut encoder = H264Encoder::new(Kind::Camera, 30, 300_000);
    let units = (0..6).filter_map(|number| {
        let picture = pattern::draw(number, 160, 96).unwrap();
        encoder.encode(&picture, FRAME * number).unwrap().map(|encoded| encoded.payload)
    });
    units.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn anything_at_all_is_decoded_or_refused(units in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 1..8)) {
        let mut decoder = H264Decoder::default();
        for unit in units {
            let mut started = vec![0, 0, 0, 1];
            started.extend(unit);
            if let Ok(Some(picture)) = decoder.decode(&started) {
                prop_assert!(picture.width() <= 1920 && picture.height() <= 1920);
            }
        }
    }

    #[test]
    fn damage_is_decoded_or_refused(cut in 0_usize..4000, flips in prop::collection::vec((0_usize..4000, 0_u8..8), 0..12)) {
        let mut decoder = H264Decoder::default();
        for mut unit in stream() {
            for (at, bit) in &flips {
                let length = unit.len();
                unit[at % length] ^= 1 << bit;
            }
            unit.truncate(cut.max(5));
            if let Ok(Some(picture)) = decoder.decode(&unit) {
                prop_assert!(picture.width() <= 1920 && picture.height() <= 1920);
            }
        }
        // And what is whole after that is shown.
        let whole = stream().iter().filter_map(|unit| decoder.decode(unit).ok().flatten()).last();
        prop_assert!(whole.is_some());
    }
}
