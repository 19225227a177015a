//! Sound that is decoded and not yet played, and a little of what was.

use std::collections::VecDeque;

use super::{
    Played,
    stretch::{self, COMPARED, Direction, FADE, MAX_LAG, Splice},
};
use crate::{FRAME, Frame};

/// Samples set aside once: what was played, a frame, what is decoded ahead, and a packet of 120 ms.
const ROOM: usize = 16_384;

/// Played samples kept before most are thrown away together.
const MAX_HISTORY: usize = 4_096;

/// Played samples kept always: what is needed to go on with a sound as it was.
const MIN_HISTORY: usize = COMPARED + MAX_LAG;

/// A queue of samples that knows where they are from.
#[derive(Debug)]
pub(super) struct Playout {
    /// What was played, up to `head`, and what will be.
    sound: Vec<f32>,
    head: usize,
    runs: VecDeque<(Played, usize)>,
}

impl Playout {
    pub(super) fn new() -> Self {
        Self { sound: Vec::with_capacity(ROOM), head: 0, runs: VecDeque::with_capacity(FRAME) }
    }

    /// Samples to be played.
    pub(super) fn len(&self) -> usize {
        self.sound.len() - self.head
    }

    /// Samples set aside.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.sound.capacity()
    }

    /// The next samples to be played, at most so many.
    pub(super) fn ahead(&self, samples: usize) -> &[f32] {
        let end = self.sound.len().min(self.head + samples);
        self.sound.get(self.head..end).unwrap_or_default()
    }

    /// Whether anything to be played is made up.
    pub(super) fn is_concealing(&self) -> bool {
        self.runs.iter().any(|(played, _)| *played == Played::Concealed)
    }

    /// Adds samples, brought to -1 to 1 and 0 for what is no number. Unless they are `joined` to those before, those
    /// are gone on with for a moment, and faded over.
    pub(super) fn extend(&mut self, played: Played, sound: &[f32], joined: bool) {
        let from = self.sound.len();
        self.sound.extend(sound.iter().copied().map(tame));
        if !joined {
            self.join(from);
        }
        match self.runs.back_mut() {
            Some((last, run)) if *last == played => *run += sound.len(),
            Some(_) | None => self.runs.push_back((played, sound.len())),
        }
    }

    /// Fades from the sound before `from`, as it would have gone on, to the sound behind.
    fn join(&mut self, from: usize) {
        let Some(&last) = from.checked_sub(1).and_then(|last| self.sound.get(last)) else { return };
        let before = self.sound.get(..from).unwrap_or_default();
        let splice = from.checked_sub(COMPARED).and_then(|at| stretch::find(before, at, Direction::Behind));
        for at in 0..FADE.min(self.sound.len() - from) {
            let old = splice.and_then(|splice| self.sound.get(from - splice.lag + at)).copied().unwrap_or(last);
            if let Some(new) = self.sound.get_mut(from + at) {
                *new = old + (*new - old) * stretch::rise(at, FADE);
            }
        }
    }

    /// Where the next samples can be cut without being heard.
    pub(super) fn find(&self, direction: Direction) -> Option<Splice> {
        stretch::find(&self.sound, self.head, direction)
    }

    /// Leaves out `lag` samples. Says whether there was enough sound for it.
    pub(super) fn shorten(&mut self, lag: usize) -> bool {
        if lag < FADE || self.len() < lag + FADE {
            return false;
        }
        stretch::shorten(&mut self.sound, self.head, lag);
        self.forget(lag);
        true
    }

    /// Plays the last `lag` samples once more. Says whether there was enough sound for it.
    pub(super) fn lengthen(&mut self, lag: usize) -> bool {
        if lag < FADE || self.head < lag || self.len() < FADE {
            return false;
        }
        stretch::lengthen(&mut self.sound, self.head, lag);
        if let Some((_, run)) = self.runs.front_mut() {
            *run += lag;
        }
        true
    }

    /// Moves the next frame to `out`; silence where there is none. Says where most of it is from.
    pub(super) fn pop(&mut self, out: &mut Frame) -> Played {
        let next = self.sound.get(self.head..self.sound.len().min(self.head + FRAME)).unwrap_or_default();
        let samples = next.len();
        for (sample, next) in out.iter_mut().zip(next.iter().chain(std::iter::repeat(&0.0))) {
            *sample = *next;
        }
        self.head += samples;
        let mut counts =
            [(Played::Speech, 0), (Played::Recovered, 0), (Played::Concealed, 0), (Played::Quiet, FRAME - samples)];
        self.take_runs(samples, |played, run| {
            for (kind, count) in &mut counts {
                *count += if *kind == played { run } else { 0 };
            }
        });
        if self.head > MAX_HISTORY {
            self.sound.drain(..self.head - MIN_HISTORY);
            self.head = MIN_HISTORY;
        }
        counts.into_iter().max_by_key(|(_, count)| *count).map_or(Played::Quiet, |(played, _)| played)
    }

    fn forget(&mut self, samples: usize) {
        self.take_runs(samples, |_, _| ());
    }

    fn take_runs(&mut self, mut samples: usize, mut each: impl FnMut(Played, usize)) {
        while samples > 0 {
            let Some((played, run)) = self.runs.front_mut() else { return };
            let taken = samples.min(*run);
            each(*played, taken);
            *run -= taken;
            samples -= taken;
            if *run == 0 {
                self.runs.pop_front();
            }
        }
    }
}

/// Full scale at most, and always a number.
const fn tame(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }
}
