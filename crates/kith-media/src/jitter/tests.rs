//! A virtual network and decoders whose sound tells what was played.

use std::{f32::consts::TAU, time::Duration};

use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::*;
use crate::{CodecError, SILENCE, Shape};

mod endurance;
mod opus;
mod rules;
mod stretching;

/// Samples in the packets of most tests.
const PACKET: u32 = 960;

/// What a packet of the fakes carries beside its number: flags and length.
const COPY: u8 = 1;
const DTX: u8 = 2;
const BROKEN: u8 = 4;

/// A packet the fakes understand, of 20 ms.
fn packet(sequence: u16, timestamp: u32, flags: u8) -> Packet {
    let mut payload = sequence.to_be_bytes().to_vec();
    payload.extend_from_slice(&timestamp.to_be_bytes());
    payload.push(flags);
    payload.push(8);
    Packet { sequence, timestamp, payload }
}

fn timestamp_of(payload: &[u8]) -> u32 {
    u32::from_be_bytes(payload[2..6].try_into().unwrap())
}

fn fake_shape(payload: &[u8]) -> Result<Shape, CodecError> {
    if payload.len() != 8 || !(1..=48).contains(&payload[7]) {
        return Err(CodecError::Empty);
    }
    let samples = usize::from(payload[7]) * CONCEAL_STEP;
    let copy = if payload[6] & COPY != 0 { samples } else { 0 };
    Ok(Shape { samples, copy, silence: payload[6] & DTX != 0 })
}

/// The sample all of packet `sequence` is made of.
fn level(sequence: u16) -> f32 {
    0.1 + f32::from(sequence % 800) / 1000.0
}

/// The sample all that is made up is made of.
const GUESS: f32 = -0.5;

/// Sound that is the number of the packet it is from.
struct Numbers;

impl Decode for Numbers {
    fn inspect(&self, packet: &[u8]) -> Result<Shape, CodecError> {
        fake_shape(packet)
    }

    fn decode(&mut self, packet: &[u8], out: &mut [f32]) -> Result<usize, CodecError> {
        let shape = fake_shape(packet)?;
        if packet[6] & BROKEN != 0 {
            return Err(CodecError::Empty);
        }
        out[..shape.samples].fill(if shape.silence { 0.0 } else { level(u16::from_be_bytes([packet[0], packet[1]])) });
        Ok(shape.samples)
    }

    fn decode_fec(&mut self, next: &[u8], out: &mut [f32]) -> Result<(), CodecError> {
        assert_eq!(out.len(), fake_shape(next)?.copy);
        out.fill(level(u16::from_be_bytes([next[0], next[1]]).wrapping_sub(1)));
        Ok(())
    }

    fn conceal(&mut self, out: &mut [f32]) -> Result<(), CodecError> {
        assert!(out.len().is_multiple_of(CONCEAL_STEP) && !out.is_empty());
        out.fill(GUESS);
        Ok(())
    }
}

/// A tone whose phase is the timestamp; guesses go on with it.
struct Tone {
    hertz: f32,
    at: u32,
}

impl Tone {
    fn of(hertz: f32) -> Self {
        Self { hertz, at: 0 }
    }

    fn fill(&mut self, out: &mut [f32]) {
        for sample in out {
            // A whole second keeps the argument small enough for f32.
            *sample = 0.3 * ((self.at % 48_000) as f32 / 48_000.0 * self.hertz * TAU).sin();
            self.at = self.at.wrapping_add(1);
        }
    }
}

impl Decode for Tone {
    fn inspect(&self, packet: &[u8]) -> Result<Shape, CodecError> {
        fake_shape(packet)
    }

    fn decode(&mut self, packet: &[u8], out: &mut [f32]) -> Result<usize, CodecError> {
        let samples = fake_shape(packet)?.samples;
        self.at = timestamp_of(packet);
        self.fill(&mut out[..samples]);
        Ok(samples)
    }

    fn decode_fec(&mut self, next: &[u8], out: &mut [f32]) -> Result<(), CodecError> {
        self.at = timestamp_of(next).wrapping_sub(out.len() as u32);
        self.fill(out);
        Ok(())
    }

    fn conceal(&mut self, out: &mut [f32]) -> Result<(), CodecError> {
        self.fill(out);
        Ok(())
    }
}

/// Packets on their way, and when they arrive, in microseconds.
type Arrivals = Vec<(u64, Packet)>;

/// A steady stream: a packet every 20 ms, each delayed by what `delay` says; `None` is lost.
fn stream(count: u16, flags: u8, mut delay: impl FnMut(u16) -> Option<u64>) -> Arrivals {
    let mut arrivals: Arrivals = (0..count)
        .filter_map(|number| {
            let late = delay(number)?;
            Some((20_000 * u64::from(number) + late, packet(number, u32::from(number) * PACKET, flags)))
        })
        .collect();
    arrivals.sort_by_key(|(at, _)| *at);
    arrivals
}

/// Pulls a frame every 10 ms for so many milliseconds and calls `heard` with each.
fn play<D: Decode>(
    buffer: &mut JitterBuffer<D>,
    arrivals: Arrivals,
    millis: u64,
    mut heard: impl FnMut(u64, Played, &Frame, Stats),
) {
    let mut arrivals = arrivals.into_iter().peekable();
    for now in (0..millis).step_by(10) {
        while let Some((at, packet)) = arrivals.next_if(|(at, _)| *at <= now * 1_000) {
            buffer.push(packet, Duration::from_micros(at));
        }
        let mut out = SILENCE;
        let played = buffer.pull(Duration::from_millis(now), &mut out);
        heard(now, played, &out, buffer.stats());
    }
}

/// Everything that is heard of a stream.
fn listen<D: Decode>(buffer: &mut JitterBuffer<D>, arrivals: Arrivals, millis: u64) -> (Vec<Played>, Vec<f32>) {
    let (mut kinds, mut sound) = (Vec::new(), Vec::new());
    play(buffer, arrivals, millis, |_, played, out, _| {
        kinds.push(played);
        sound.extend_from_slice(out);
    });
    (kinds, sound)
}

/// A roughness that is heard as a click: a hundredth of full scale.
const CLICK: f32 = 0.01;

/// The largest change of slope from one sample to the next: what a click has and a tone has not.
fn roughness(sound: &[f32]) -> f32 {
    sound.windows(3).map(|three| (three[0] - 2.0 * three[1] + three[2]).abs()).fold(0.0, f32::max)
}

/// The frequency of a tone, of the number of times it rises from well below zero to well above.
fn hertz(sound: &[f32]) -> f32 {
    let (mut ups, mut low) = (Vec::new(), false);
    for (at, sample) in sound.iter().enumerate() {
        if *sample > 0.05 && low {
            ups.push(at);
        }
        low = *sample < -0.05 || low && *sample <= 0.05;
    }
    (ups.len() - 1) as f32 * 48_000.0 / (ups[ups.len() - 1] - ups[0]) as f32
}
