//! A tone through the codec and a bad network.

use super::*;
use crate::{Decoder, Encoder, EncoderConfig};

/// What the network does to one packet.
struct Link {
    loss: f64,
    jitter: u64,
    seed: u64,
}

struct Call {
    sound: Vec<f32>,
    kinds: Vec<Played>,
    stats: Stats,
    lost: u64,
    /// Lost packets whose successor came and has a copy.
    recoverable: u64,
}

fn call(link: &Link, source: impl Fn(usize) -> f32, config: EncoderConfig) -> Call {
    let mut random = StdRng::seed_from_u64(link.seed);
    let mut encoder = Encoder::new(config).unwrap();
    let decoder = Decoder::new().unwrap();
    let samples = encoder.samples();
    let (mut arrivals, mut sequence, mut lost, mut recoverable) = (Arrivals::new(), 0_u16, 0, 0);
    let mut before = true;
    for number in 0..20 * 48_000 / samples {
        let sound: Vec<f32> = (number * samples..(number + 1) * samples).map(&source).collect();
        let Some(payload) = encoder.encode(&sound).unwrap() else { continue };
        let gone = (100..975).contains(&number) && random.random_bool(link.loss);
        let timestamp = u32::try_from(number * samples).unwrap();
        if gone {
            lost += 1;
        } else {
            recoverable += u64::from(!before && decoder.inspect(payload).unwrap().copy > 0);
            let sent = (number + 1) as u64 * samples as u64 * 1_000 / 48;
            let at = sent + random.random_range(0..=link.jitter);
            arrivals.push((at, Packet { sequence, timestamp, payload: payload.to_vec() }));
        }
        before = !gone;
        sequence = sequence.wrapping_add(1);
    }
    arrivals.sort_by_key(|(at, _)| *at);
    let mut buffer = JitterBuffer::new(decoder);
    let (kinds, sound) = listen(&mut buffer, arrivals, 19_900);
    Call { sound, kinds, stats: buffer.stats(), lost, recoverable }
}

fn tone(at: usize) -> f32 {
    0.3 * ((at % 48_000) as f32 / 48_000.0 * 440.0 * TAU).sin()
}

/// A buzz that rises and falls four times a second, for which Opus uses its speech layer, where the copies are.
fn voice(at: usize) -> f32 {
    let time = (at % 48_000) as f32 / 48_000.0;
    let loudness = 0.6 + 0.4 * (time * 4.0 * TAU).sin();
    (1..12).map(|part| (time * 120.0 * part as f32 * TAU).sin() / part as f32).sum::<f32>() * loudness * 0.2
}

/// The frequency from 380 to 500 Hz there is most of, in half seconds taken together: guesses break a tone up, and
/// counting its waves would count the guesses.
fn loudest(sound: &[f32]) -> f32 {
    let power = |hertz: f32| -> f32 {
        sound
            .chunks_exact(24_000)
            .map(|chunk| {
                let (mut sine, mut cosine) = (0.0, 0.0);
                for (at, sample) in chunk.iter().enumerate().step_by(8) {
                    let window = (at as f32 / 24_000.0 * TAU / 2.0).sin();
                    let phase = at as f32 / 48_000.0 * hertz * TAU;
                    sine += sample * window * phase.sin();
                    cosine += sample * window * phase.cos();
                }
                sine * sine + cosine * cosine
            })
            .sum()
    };
    let mut best = (0.0, 0.0);
    for hertz in 380..=500 {
        let hertz = hertz as f32;
        if power(hertz) > best.1 {
            best = (hertz, power(hertz));
        }
    }
    best.0
}

const STEADY: EncoderConfig = EncoderConfig {
    packet_time: crate::PacketTime::Twenty,
    bitrate: 32_000,
    expected_loss: 20,
    fec: true,
    dtx: false,
    complexity: 5,
};

#[test]
fn a_clean_link_changes_nothing() {
    let call = call(&Link { loss: 0.0, jitter: 0, seed: 1 }, tone, STEADY);
    assert_eq!((call.stats.concealed_samples, call.stats.recovered, call.stats.accelerated_samples), (0, 0, 0));
    assert!((hertz(&call.sound[48_000..]) / 440.0 - 1.0).abs() < 0.001);
    assert!(call.kinds[5..].iter().all(|played| *played == Played::Speech));
}

#[test]
fn jitter_alone_keeps_the_tone_and_does_not_click() {
    let clean = call(&Link { loss: 0.0, jitter: 0, seed: 1 }, tone, STEADY);
    for (jitter, seed) in [(15_000, 2), (60_000, 3), (120_000, 4)] {
        let call = call(&Link { loss: 0.0, jitter, seed }, tone, STEADY);
        let (rough, smooth) = (roughness(&call.sound[192_000..]), roughness(&clean.sound[192_000..]));
        println!("jitter {jitter}: roughness {rough}, clean {smooth}; {:?}", call.stats);
        assert!((hertz(&call.sound[192_000..]) / 440.0 - 1.0).abs() < 0.01, "{}", hertz(&call.sound[192_000..]));
        assert!(rough < CLICK && smooth < CLICK, "{rough} {smooth}");
    }
}

#[test]
fn what_is_concealed_is_what_is_lost_less_what_is_recovered() {
    for (loss, seed) in [(0.05, 5), (0.1, 6), (0.2, 7)] {
        let call = call(&Link { loss, jitter: 15_000, seed }, voice, STEADY);
        println!("loss {loss}: {} lost, {} recoverable; {:?}", call.lost, call.recoverable, call.stats);
        assert_eq!(call.stats.recovered, call.recoverable);
        assert_eq!(call.stats.concealed_samples, (call.lost - call.recoverable) * 960);
        assert!(call.recoverable * 10 > call.lost * 4, "{} {}", call.recoverable, call.lost);
    }
}

#[test]
fn a_tone_is_still_that_tone_with_a_tenth_of_it_lost() {
    let call = call(&Link { loss: 0.1, jitter: 30_000, seed: 8 }, tone, STEADY);
    let loudest = loudest(&call.sound[48_000..]);
    assert!((loudest / 440.0 - 1.0).abs() < 0.01, "{loudest}");
}

#[test]
fn words_and_pauses_with_silence_not_sent_conceal_nothing() {
    let talk = |at: usize| if at / 48_000 % 4 < 2 { voice(at) } else { 0.0 };
    let config = EncoderConfig { dtx: true, ..STEADY };
    let call = call(&Link { loss: 0.0, jitter: 10_000, seed: 9 }, talk, config);
    println!("{:?}", call.stats);
    assert!(call.stats.received < 800, "{:?}", call.stats);
    assert_eq!((call.stats.concealed_samples, call.stats.late), (0, 0));
    assert!(call.kinds.iter().filter(|played| **played == Played::Quiet).count() > 500);
    assert!(!call.kinds.contains(&Played::Concealed));
}
