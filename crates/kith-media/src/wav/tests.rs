use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::sound::{amplitude_of, noise, phase_of, sine};

/// A file in memory: header by hand, so that it can lie.
struct Header {
    format: u16,
    channels: u16,
    rate: u32,
    bits: u16,
    claimed: Option<u32>,
}

const PLAIN: Header = Header { format: 1, channels: 1, rate: 48_000, bits: 16, claimed: None };

impl Header {
    fn file(&self, data: &[u8]) -> Vec<u8> {
        let length = self.claimed.unwrap_or(data.len() as u32);
        let align = self.channels * (self.bits / 8);
        let mut file = b"RIFF".to_vec();
        file.extend(length.wrapping_add(36).to_le_bytes());
        file.extend(b"WAVEfmt \x10\0\0\0");
        file.extend(self.format.to_le_bytes());
        file.extend(self.channels.to_le_bytes());
        file.extend(self.rate.to_le_bytes());
        file.extend((self.rate * u32::from(align)).to_le_bytes());
        file.extend(align.to_le_bytes());
        file.extend(self.bits.to_le_bytes());
        file.extend(b"data");
        file.extend(length.to_le_bytes());
        file.extend(data);
        file
    }

    /// Every sample in every channel.
    fn sound(&self, sound: &[f32]) -> Vec<u8> {
        let mut data = Vec::new();
        for sample in sound {
            let bytes = match (self.format, self.bits) {
                (1, 8) => vec![(sample * 127.0 + 128.0).round() as u8],
                (1, 16) => ((sample * 32_767.0).round() as i16).to_le_bytes().to_vec(),
                (1, 24) => ((sample * 8_388_607.0).round() as i32).to_le_bytes()[..3].to_vec(),
                (1, 32) => ((f64::from(*sample) * 2_147_483_647.0).round() as i32).to_le_bytes().to_vec(),
                _ => sample.to_le_bytes().to_vec(),
            };
            for _ in 0..self.channels {
                data.extend(&bytes);
            }
        }
        self.file(&data)
    }
}

fn read(file: Vec<u8>) -> Result<Vec<f32>, WavError> {
    let mut out = Vec::new();
    for frame in WavSource::new(Cursor::new(file), false)? {
        out.extend_from_slice(&frame?);
    }
    Ok(out)
}

#[test]
fn every_encoding_gives_the_same_sound() {
    let sound = sine(440.0, 48_000, 0.8, 4_800);
    for (format, bits, close) in [(1, 8, 0.012), (1, 16, 1e-4), (1, 24, 1e-6), (1, 32, 1e-6), (3, 32, 0.0)] {
        for channels in [1, 2, 6] {
            let out = read(Header { format, channels, bits, ..PLAIN }.sound(&sound)).unwrap();
            assert_eq!(out.len(), sound.len());
            let worst = out.iter().zip(&sound).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst <= close + f32::EPSILON, "{bits} bits of {channels} channels are off by {worst}");
        }
    }
}

#[test]
fn channels_are_averaged() {
    let data: Vec<u8> = (0..960).flat_map(|n| (if n % 2 == 0 { 16_384_i16 } else { 0 }).to_le_bytes()).collect();
    let out = read(Header { channels: 2, ..PLAIN }.file(&data)).unwrap();
    assert!(out.iter().all(|sample| *sample == 0.25), "{}", out[0]);
}

#[test]
fn every_rate_is_brought_to_48_khz_with_its_length() {
    for rate in [8_000, 11_025, 16_000, 22_050, 44_100, 44_101, 96_000, 192_000] {
        let sound = sine(500.0, rate, 0.5, rate as usize);
        let out = read(Header { rate, ..PLAIN }.sound(&sound)).unwrap();
        assert_eq!(out.len(), 48_000, "{rate} Hz");
        let heard = &out[4_800..43_200];
        let amplitude = amplitude_of(heard, 500.0, 48_000);
        assert!((amplitude - 0.5).abs() < 0.005, "{rate} Hz: {amplitude}");
        // The tone is where it was, to half a sample of the file: a transform of odd length has its middle between two.
        let shift = phase_of(heard, 500.0, 48_000) / std::f64::consts::TAU * 48_000.0 / 500.0;
        assert!(shift.abs() < 0.55 * 48_000.0 / f64::from(rate), "{rate} Hz is {shift} samples off");
    }
}

#[test]
fn the_last_frame_is_filled_with_silence() {
    let out = read(PLAIN.sound(&[0.5; 500])).unwrap();
    assert_eq!(out.len(), 2 * FRAME);
    assert!(out[499] > 0.4 && out[500..].iter().all(|sample| *sample == 0.0));
}

#[test]
fn a_loop_has_no_gap() {
    for rate in [48_000_u32, 44_100] {
        // Exactly ten periods, so that the end meets the beginning.
        let sound = sine(rate as f32 / 150.0, rate, 0.5, 1_500);
        let file = Header { rate, ..PLAIN }.sound(&sound);
        let source = WavSource::new(Cursor::new(file), true).unwrap();
        let out: Vec<f32> = source.take(300).flat_map(Result::unwrap).collect();
        assert_eq!(out.len(), 300 * FRAME, "{rate} Hz ended");
        let hz = f64::from(rate) / 150.0;
        assert!((amplitude_of(&out[4_800..], hz, 48_000) - 0.5).abs() < 0.005, "{rate} Hz");
    }
}

#[test]
fn nothing_is_not_repeated_for_ever() {
    for length in [0, 1, 479] {
        let source = WavSource::new(Cursor::new(PLAIN.sound(&vec![0.5; length])), true).unwrap();
        assert_eq!(source.take(10).count(), usize::from(length > 0), "{length} samples");
    }
}

#[test]
fn a_header_that_claims_more_than_there_is_is_not_believed() {
    for claimed in [0x7fff_f000, 0xffff_fffe] {
        let mut file = Header { claimed: Some(claimed), ..PLAIN }.sound(&[0.5; 960]);
        // Half a sample at the end as well.
        file.push(1);
        let out = read(file).unwrap();
        assert_eq!(out.len(), 960, "{claimed:#x}");
        assert!(out.iter().all(|sample| (*sample - 0.5).abs() < 1e-4));
    }
}

#[test]
fn what_is_not_supported_is_refused_with_a_reason() {
    let open = |file: Vec<u8>| WavSource::new(Cursor::new(file), false).map(|_| ());
    assert!(matches!(open(Vec::new()), Err(WavError::Io { .. })));
    assert!(matches!(open(b"OggS and more of it".to_vec()), Err(WavError::Malformed { .. })));
    assert!(matches!(open(Header { rate: 7_999, ..PLAIN }.sound(&[])), Err(WavError::Rate { .. })));
    assert!(matches!(open(Header { rate: 400_000, ..PLAIN }.sound(&[])), Err(WavError::Rate { .. })));
    assert!(matches!(open(Header { format: 2, ..PLAIN }.sound(&[])), Err(WavError::Encoding)));
    assert!(matches!(open(Header { channels: 0, ..PLAIN }.sound(&[])), Err(WavError::Malformed { .. })));
}

#[test]
fn a_file_can_be_written_and_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("call.wav");
    let sound = noise(1, 0.9, 10 * FRAME);
    let mut sink = WavSink::create(&path, Channels::Mono).unwrap();
    for frame in sound.chunks(FRAME) {
        sink.write(frame).unwrap();
    }
    sink.finish().unwrap();
    let out: Vec<f32> = WavSource::open(&path, false).unwrap().flat_map(Result::unwrap).collect();
    assert_eq!(out.len(), sound.len());
    assert!(out.iter().zip(&sound).all(|(a, b)| (a - b).abs() < 1e-4));
}

#[test]
fn two_channels_are_written_side_by_side() {
    let mut file = Cursor::new(Vec::new());
    let mut sink = WavSink::new(&mut file, Channels::Stereo).unwrap();
    sink.write(&[0.5, -0.25].repeat(FRAME)).unwrap();
    assert!(matches!(sink.write(&[0.0; 3]), Err(WavError::Uneven { samples: 3, channels: 2 })));
    sink.finish().unwrap();
    let mut reader = hound::WavReader::new(Cursor::new(file.into_inner())).unwrap();
    assert_eq!((reader.spec().channels, reader.spec().sample_rate, reader.duration()), (2, 48_000, 480));
    let first: Vec<i16> = reader.samples().take(2).map(Result::unwrap).collect();
    assert_eq!(first, [16_384, -8_192]);
}

#[test]
fn what_is_beyond_full_scale_is_clipped_and_not_wrapped() {
    let mut file = Cursor::new(Vec::new());
    let mut sink = WavSink::new(&mut file, Channels::Mono).unwrap();
    sink.write(&[2.0, -2.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY]).unwrap();
    sink.finish().unwrap();
    let mut reader = hound::WavReader::new(Cursor::new(file.into_inner())).unwrap();
    let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
    assert_eq!(samples, [i16::MAX, i16::MIN, 0, i16::MAX, i16::MIN]);
}

#[test]
fn what_a_killed_process_leaves_can_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("killed.wav");
    let mut sink = WavSink::create(&path, Channels::Mono).unwrap();
    assert_eq!(WavSource::open(&path, false).unwrap().count(), 0, "an empty file is one already");
    for _ in 0..250 {
        sink.write(&[0.5; FRAME]).unwrap();
    }
    // As a kill does: nothing is dropped, nothing is flushed.
    std::mem::forget(sink);
    let frames: Vec<Frame> = WavSource::open(&path, false).unwrap().map(Result::unwrap).collect();
    assert!((200..=250).contains(&frames.len()), "{} frames of 250 are left", frames.len());
    assert!(frames.iter().flatten().all(|sample| (*sample - 0.5).abs() < 1e-4));
}

/// Garbage that gets past the first checks.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop::collection::vec(any::<u8>(), 0..600);
    let mutated =
        (bytes.clone(), prop::collection::vec((0_usize..80, any::<u8>()), 0..6)).prop_map(|(data, changes)| {
            let mut file = PLAIN.file(&data);
            for (at, byte) in changes {
                if let Some(old) = file.get_mut(at) {
                    *old = byte;
                }
            }
            file
        });
    let headers = (
        prop::sample::select(vec![1_u16, 2, 3, 0xfffe]),
        0_u16..9,
        prop_oneof![8_000_u32..192_000, 0_u32..10_000_000],
        prop::sample::select(vec![0_u16, 1, 8, 12, 16, 24, 32, 64]),
        any::<Option<u32>>(),
        bytes.clone(),
    )
        .prop_map(|(format, channels, rate, bits, claimed, data)| {
            Header { format, channels, rate, bits, claimed }.file(&data)
        });
    prop_oneof![bytes, mutated, headers]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn garbage_neither_panics_nor_goes_on_for_ever(file in hostile(), looping in any::<bool>()) {
        let length = file.len();
        if let Ok(source) = WavSource::new(Cursor::new(file), looping) {
            let block = source.block.capacity();
            prop_assert!(block <= 1_920);
            let frames = source.take(1_000).take_while(Result::is_ok).map(Result::unwrap);
            let mut count = 0;
            for frame in frames {
                count += 1;
                prop_assert!(frame.iter().all(|sample| (-1.0..=1.0).contains(sample)));
            }
            // A sample is at least a byte, and at 8 kHz becomes six of ours.
            prop_assert!(looping || count <= 6 * length / FRAME + 1, "{count} frames of {length} bytes");
        }
    }
}
