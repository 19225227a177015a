use proptest::prelude::*;
use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::*;

fn tone(from: usize, samples: usize) -> Vec<f32> {
    (from..from + samples).map(|at| (at as f32 * 440.0 * std::f32::consts::TAU / RATE as f32).sin() * 0.3).collect()
}

/// Packets of something like a voice: a buzz that rises and falls, so that Opus uses its speech layer.
fn voice_packets(config: EncoderConfig, count: usize) -> Vec<Vec<u8>> {
    let mut encoder = Encoder::new(config).unwrap();
    let samples = encoder.samples();
    let mut packets = Vec::new();
    for number in 0..count {
        let sound: Vec<f32> = (number * samples..(number + 1) * samples)
            .map(|at| {
                let time = at as f32 / RATE as f32;
                let loudness = 0.6 + 0.4 * (time * 4.0 * std::f32::consts::TAU).sin();
                let buzz: f32 =
                    (1..12).map(|part| (time * 120.0 * part as f32 * std::f32::consts::TAU).sin() / part as f32).sum();
                buzz * loudness * 0.2
            })
            .collect();
        packets.extend(encoder.encode(&sound).unwrap().map(<[u8]>::to_vec));
    }
    packets
}

fn power(sound: &[f32]) -> f32 {
    sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len() as f32
}

#[test]
fn a_tone_comes_out_as_loud_as_it_went_in() {
    for packet_time in [PacketTime::Ten, PacketTime::Twenty] {
        let config = EncoderConfig { packet_time, ..EncoderConfig::default() };
        let mut encoder = Encoder::new(config).unwrap();
        let mut decoder = Decoder::new().unwrap();
        let mut heard = Vec::new();
        let mut out = [0.0; MAX_PACKET_SAMPLES];
        let samples = encoder.samples();
        for number in 0..50 {
            let packet = encoder.encode(&tone(number * samples, samples)).unwrap().unwrap().to_vec();
            assert_eq!(shape(&packet).unwrap().samples, samples);
            let got = decoder.decode(&packet, &mut out).unwrap();
            assert_eq!(got, samples);
            heard.extend_from_slice(&out[..got]);
        }
        let loudness = power(&heard[samples * 10..]) / power(&tone(0, samples * 40));
        assert!((0.7..1.3).contains(&loudness), "{packet_time:?}: {loudness}");
    }
}

#[test]
fn only_whole_packets_are_encoded() {
    let mut encoder = Encoder::new(EncoderConfig::default()).unwrap();
    assert_eq!(encoder.encode(&[0.0; 480]), Err(CodecError::Length { samples: 480, expected: 960 }));
}

#[test]
fn silence_is_sent_once_and_then_not() {
    let mut encoder = Encoder::new(EncoderConfig::default()).unwrap();
    for number in 0..25 {
        encoder.encode(&tone(number * 960, 960)).unwrap().unwrap();
    }
    let sent: Vec<Option<usize>> = (0..40).map(|_| encoder.encode(&[0.0; 960]).unwrap().map(<[u8]>::len)).collect();
    let begins = sent.iter().position(|bytes| bytes.is_some_and(|bytes| bytes <= DTX_PACKET)).unwrap();
    assert_eq!(sent[begins + 1], None, "{sent:?}");
    assert!(sent.iter().filter(|bytes| bytes.is_none()).count() > 15, "{sent:?}");
}

#[test]
fn without_dtx_silence_is_sent() {
    let config = EncoderConfig { dtx: false, ..EncoderConfig::default() };
    let mut encoder = Encoder::new(config).unwrap();
    assert!((0..60).all(|_| encoder.encode(&[0.0; 960]).unwrap().is_some_and(|packet| packet.len() > DTX_PACKET)));
}

#[test]
fn copies_of_the_packet_before_are_seen_where_they_are() {
    for packet_time in [PacketTime::Ten, PacketTime::Twenty] {
        let with = EncoderConfig { packet_time, expected_loss: 20, ..EncoderConfig::default() };
        let without = EncoderConfig { fec: false, ..with };
        let copies = |config| {
            let packets = voice_packets(config, 100);
            packets.iter().filter(|packet| shape(packet).unwrap().copy == packet_time.samples()).count()
        };
        assert!(copies(with) > 50, "{packet_time:?}: {}", copies(with));
        assert_eq!(copies(without), 0);
    }
}

#[test]
fn a_copy_is_nearer_to_what_was_said_than_a_guess() {
    let packets = voice_packets(EncoderConfig { expected_loss: 20, ..EncoderConfig::default() }, 100);
    let (mut guessed, mut copied) = (0.0, 0.0);
    for lost in (20..90).step_by(5).filter(|lost| shape(&packets[lost + 1]).unwrap().copy > 0) {
        let replay = |recover: &dyn Fn(&mut Decoder, &mut [f32])| {
            let mut decoder = Decoder::new().unwrap();
            let mut out = [0.0; 960];
            for packet in &packets[..lost] {
                decoder.decode(packet, &mut out).unwrap();
            }
            recover(&mut decoder, &mut out);
            out
        };
        let truth = replay(&|decoder, out| assert_eq!(decoder.decode(&packets[lost], out), Ok(960)));
        let guess = replay(&|decoder, out| decoder.conceal(out).unwrap());
        let copy = replay(&|decoder, out| decoder.decode_fec(&packets[lost + 1], out).unwrap());
        let error = |other: &[f32]| power(&truth.iter().zip(other).map(|(a, b)| a - b).collect::<Vec<_>>());
        guessed += error(&guess);
        copied += error(&copy);
    }
    assert!(copied < guessed * 0.7, "{copied} {guessed}");
}

#[test]
fn more_copies_are_sent_when_more_loss_is_expected() {
    let copies = |expected_loss| {
        let packets = voice_packets(EncoderConfig { expected_loss, ..EncoderConfig::default() }, 100);
        packets.iter().filter(|packet| shape(packet).unwrap().copy > 0).count()
    };
    assert_eq!(copies(0), 0);
    assert!(copies(20) > 50);
}

#[test]
fn bits_a_second_are_kept_to() {
    let bits = |bitrate| {
        let config = EncoderConfig { bitrate, fec: false, dtx: false, ..EncoderConfig::default() };
        voice_packets(config, 100).iter().map(Vec::len).sum::<usize>() as u32 * 8 / 2
    };
    assert!((10_000..15_000).contains(&bits(12_000)), "{}", bits(12_000));
    assert!((34_000..55_000).contains(&bits(48_000)), "{}", bits(48_000));
}

#[test]
fn a_packet_with_too_much_sound_never_reaches_a_small_buffer() {
    // Two frames of 60 ms each, in the narrow band; Opus allows it, 20 ms of room do not.
    let long = [0b0001_1001, 0, 0, 0, 0];
    assert_eq!(shape(&long).unwrap().samples, 5760);
    let mut decoder = Decoder::new().unwrap();
    assert_eq!(decoder.decode(&long, &mut [0.0; 960]), Err(CodecError::TooLong { samples: 5760, room: 960 }));
    // Three of them are 180 ms, which is no Opus.
    assert!(matches!(shape(&[0b0001_1011, 3, 0, 0, 0]), Err(CodecError::Opus { .. })));
}

#[test]
fn sizes_are_bounded_before_anything_is_read() {
    let mut decoder = Decoder::new().unwrap();
    let mut out = [0.0; MAX_PACKET_SAMPLES];
    assert_eq!(decoder.decode(&[], &mut out), Err(CodecError::Empty));
    assert_eq!(decoder.decode(&[0; MAX_PACKET + 1], &mut out), Err(CodecError::TooBig { bytes: MAX_PACKET + 1 }));
    assert_eq!(decoder.conceal(&mut [0.0; 100]), Err(CodecError::Length { samples: 100, expected: 120 }));
    assert_eq!(decoder.conceal(&mut []), Err(CodecError::Length { samples: 0, expected: 120 }));
    assert_eq!(decoder.conceal(&mut [0.0; 5880]), Err(CodecError::TooLong { samples: 5880, room: 5760 }));
    assert_eq!(decoder.decode_fec(&[0; 3], &mut [0.0; 7]), Err(CodecError::Length { samples: 7, expected: 120 }));
}

#[test]
fn damaged_packets_are_refused_or_decoded_but_never_break_the_decoder() {
    let mut random = StdRng::seed_from_u64(1);
    let packets = voice_packets(EncoderConfig::default(), 50);
    let mut decoder = Decoder::new().unwrap();
    let mut out = [0.0; MAX_PACKET_SAMPLES];
    for _ in 0..2_000 {
        let mut packet = packets[random.random_range(0..packets.len())].clone();
        for _ in 0..random.random_range(1..8) {
            let at = random.random_range(0..packet.len());
            packet[at] ^= 1 << random.random_range(0..8);
        }
        if let Ok(samples) = decoder.decode(&packet, &mut out) {
            assert!(out[..samples].iter().all(|sample| sample.is_finite()));
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_stay_within_the_room_there_is(packet in prop::collection::vec(any::<u8>(), 0..1400), room in 0_usize..5800) {
        let mut decoder = Decoder::new().unwrap();
        let mut out = vec![0.0; room];
        if let Ok(samples) = decoder.decode(&packet, &mut out) {
            prop_assert!(samples <= room && samples == shape(&packet).unwrap().samples);
        }
        let mut out = [0.0; 960];
        if decoder.decode_fec(&packet, &mut out).is_ok() {
            prop_assert!(out.iter().all(|sample| sample.is_finite()));
        }
    }
}
