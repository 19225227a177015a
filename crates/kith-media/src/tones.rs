//! The sounds that the program makes itself, computed from notes.

use std::f64::consts::{PI, TAU};

use crate::frame::{Frame, RATE, SILENCE};

/// Which sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Somebody calls: chimes, again every three seconds, until stopped.
    Ringing,
    /// It rings over there: 425 Hz, one second of five, until stopped.
    Ringback,
    /// Busy or declined: 425 Hz, half a second of every second, four times.
    Busy,
    /// Somebody came: two notes upwards.
    Joined,
    /// Somebody left: two notes downwards.
    Left,
    /// The microphone was closed: a low blip.
    Muted,
    /// The microphone was opened: a high blip.
    Unmuted,
}

/// The colour of a sound.
#[derive(Clone, Copy)]
enum Voice {
    /// A sine that stays, as telephones have it.
    Steady,
    /// Struck, with overtones, fading.
    Chime,
}

/// Times in ms.
struct Note {
    at: u32,
    hz: f64,
    length: u32,
}

#[derive(Clone, Copy)]
enum Repeat {
    Times(u64),
    Forever,
}

struct Score {
    voice: Voice,
    /// Amplitude of the fundamental.
    amplitude: f64,
    notes: &'static [Note],
    /// Length of one round, in ms.
    round: u32,
    repeat: Repeat,
}

const fn note(at: u32, hz: f64, length: u32) -> Note {
    Note { at, hz, length }
}

const G4: f64 = 391.995;
const B4: f64 = 493.883;
const D5: f64 = 587.330;
const G5: f64 = 783.991;
const B5: f64 = 987.767;
/// What most of the world's exchanges sound like: ITU-T E.180 recommends 400 to 450 Hz.
const EXCHANGE: f64 = 425.0;

/// Onset and end of every note, in ms: enough that it does not click.
const SOFT: f64 = 12.0;
/// A struck note has fallen to 1/e after this part of its length.
const DECAY: f64 = 0.3;

const STEADY: f64 = 0.14;
const CHIME: f64 = 0.26;
/// Of what is over so soon, more.
const BLIP: f64 = 0.36;

static RINGING: Score = Score {
    voice: Voice::Chime,
    amplitude: CHIME,
    notes: &[note(0, D5, 700), note(180, G5, 900), note(620, D5, 700), note(800, B5, 1_100)],
    round: 3_000,
    repeat: Repeat::Forever,
};
static RINGBACK: Score = Score {
    voice: Voice::Steady,
    amplitude: STEADY,
    notes: &[note(0, EXCHANGE, 1_000)],
    round: 5_000,
    repeat: Repeat::Forever,
};
static BUSY: Score = Score {
    voice: Voice::Steady,
    amplitude: STEADY,
    notes: &[note(0, EXCHANGE, 500)],
    round: 1_000,
    repeat: Repeat::Times(4),
};
static JOINED: Score = Score {
    voice: Voice::Chime,
    amplitude: CHIME,
    notes: &[note(0, D5, 300), note(110, G5, 390)],
    round: 500,
    repeat: Repeat::Times(1),
};
static LEFT: Score = Score {
    voice: Voice::Chime,
    amplitude: CHIME,
    notes: &[note(0, G5, 300), note(110, D5, 390)],
    round: 500,
    repeat: Repeat::Times(1),
};
static MUTED: Score = Score {
    voice: Voice::Chime,
    amplitude: BLIP,
    notes: &[note(0, B4, 90), note(60, G4, 110)],
    round: 170,
    repeat: Repeat::Times(1),
};
static UNMUTED: Score = Score {
    voice: Voice::Chime,
    amplitude: BLIP,
    notes: &[note(0, G4, 90), note(60, B4, 110)],
    round: 170,
    repeat: Repeat::Times(1),
};

impl Tone {
    /// From its beginning. The frames are the same every time.
    #[must_use]
    pub fn frames(self) -> ToneFrames {
        let score = match self {
            Self::Ringing => &RINGING,
            Self::Ringback => &RINGBACK,
            Self::Busy => &BUSY,
            Self::Joined => &JOINED,
            Self::Left => &LEFT,
            Self::Muted => &MUTED,
            Self::Unmuted => &UNMUTED,
        };
        ToneFrames { score, round: 0, at: 0 }
    }
}

/// A sound, 10 ms at a time; nothing is allocated.
pub struct ToneFrames {
    score: &'static Score,
    /// Rounds that are over.
    round: u64,
    /// Samples into this round.
    at: u32,
}

impl Iterator for ToneFrames {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        let over = match self.score.repeat {
            Repeat::Times(times) => self.round >= times,
            Repeat::Forever => false,
        };
        if over {
            return None;
        }
        let mut frame = SILENCE;
        for sample in &mut frame {
            *sample = self.score.at(self.at);
            self.at += 1;
        }
        if self.at >= samples(self.score.round) {
            self.at = 0;
            self.round = self.round.saturating_add(1);
        }
        Some(frame)
    }
}

impl Score {
    fn at(&self, sample: u32) -> f32 {
        let ms = f64::from(sample) * 1_000.0 / f64::from(RATE);
        let sounding = self.notes.iter().filter(|note| (note.at..note.at + note.length).contains(&(ms as u32)));
        let sum: f64 = sounding.map(|note| note.at(self.voice, ms - f64::from(note.at))).sum();
        (self.amplitude * sum) as f32
    }
}

impl Note {
    /// `ms` after its beginning.
    fn at(&self, voice: Voice, ms: f64) -> f64 {
        let length = f64::from(self.length);
        let edge = |distance: f64| (1.0 - (PI * (distance / SOFT).clamp(0.0, 1.0)).cos()) / 2.0;
        let soft = edge(ms) * edge(length - ms);
        let phase = TAU * self.hz * ms / 1_000.0;
        match voice {
            Voice::Steady => soft * phase.sin(),
            Voice::Chime => {
                // The higher a partial, the faster it goes.
                let fade = |speed: f64| (-ms * speed / (length * DECAY)).exp();
                let partials = fade(1.0) * phase.sin()
                    + 0.35 * fade(2.0) * (2.0 * phase).sin()
                    + 0.12 * fade(4.0) * (3.0 * phase).sin();
                soft * partials
            }
        }
    }
}

/// All rounds are whole frames.
const fn samples(ms: u32) -> u32 {
    ms * (RATE / 1_000)
}

#[cfg(test)]
mod tests;
