//! From packets as they come to sound without gaps: a jitter buffer on virtual time.
//!
//! Packets go in when they come, a frame comes out every 10 ms. In between packets wait as long as 95 in a hundred of
//! them need; a packet that is not there when its time has come is recovered from the copy in the next one, or else
//! concealed. Sound that waits too long is played faster, too short slower, at the same pitch. This also takes up
//! the difference between the sender's clock and ours.

use std::time::Duration;

use self::{
    comfort::{Comfort, loudness},
    delay::Delays,
    playout::Playout,
    queue::{Queue, Waiting, samples},
    stretch::{COMPARED, Direction, FADE, MAX_LAG, rise},
    timeline::{Place, Timeline},
};
use crate::{CONCEAL_STEP, Decode, FRAME, Frame, MAX_PACKET, MAX_PACKET_SAMPLES};

mod comfort;
mod delay;
mod playout;
mod queue;
mod stretch;
#[cfg(test)]
mod tests;
mod timeline;

/// Samples guessed in a row: five packets of 20 ms. Longer guesses buzz.
const MAX_GUESSED: usize = 10 * FRAME;

/// Above target by more than this, in microseconds, sound is played faster.
const SLACK: i64 = 20_000;

/// Off by more than this, in microseconds, the delay is corrected as fast as can be listened to.
const HURRY: i64 = 60_000;

/// Above target by more than this, in microseconds, the oldest packets are not played at all: what half a second is
/// late makes people talk at the same time, and playing it faster takes another one.
const MAX_EXCESS: i64 = 500_000;

/// Frames between two corrections that need not hurry.
const REST: u32 = 3;

/// How alike two places have to be for an unhurried correction.
const ALIKE: f32 = 0.4;

/// Below this loudness, -60 dB of full scale, nothing is missed: frames are left out or repeated whole.
const QUIET: f32 = 0.001;

/// Samples added to what counts as concealed for one gap, at most: a minute.
const MAX_OWED: i64 = 60 * 48_000;

/// A packet of sound, as RTP brings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// Goes up by one with each packet.
    pub sequence: u16,
    /// The first sample in it, at 48 kHz.
    pub timestamp: u32,
    /// What the codec made, at most [`MAX_PACKET`] bytes.
    pub payload: Vec<u8>,
}

/// Where most of a frame is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Played {
    /// A packet of its own.
    Speech,
    /// The copy in the packet after.
    Recovered,
    /// Made up, in place of a packet lost or late.
    Concealed,
    /// A pause, filled with silence or faint noise.
    Quiet,
}

/// Counts since the buffer was made, and the delay as of the last frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Packets pushed, of whatever kind.
    pub received: u64,
    /// Packets that came when their time was over.
    pub late: u64,
    /// Packets that had come before.
    pub duplicate: u64,
    /// Packets that were empty, too large, not well-formed or far off the sequence.
    pub refused: u64,
    /// Packets that waited and were never played, because too many did or for too long.
    pub dropped: u64,
    /// Samples made up, or left silent, in place of packets lost or late. Falls back by at most 100 ms when what
    /// looked like loss turns out to be a pause.
    pub concealed_samples: u64,
    /// Packets recovered from the copy in the next.
    pub recovered: u64,
    /// Samples left out to lower the delay.
    pub accelerated_samples: u64,
    /// Samples put in to raise the delay.
    pub expanded_samples: u64,
    /// How much later sound is played than the fastest packet could have brought it.
    pub delay: Duration,
    /// The delay aimed at.
    pub target: Duration,
}

/// Where the stream goes on behind what is decoded.
#[derive(Debug, Clone, Copy)]
struct Next {
    sequence: i64,
    timestamp: i64,
    /// Samples in a packet, as far as known.
    usual: i64,
}

/// Packets in, frames out.
#[derive(Debug)]
pub struct JitterBuffer<D> {
    decoder: D,
    timeline: Timeline,
    delays: Delays,
    queue: Queue,
    playout: Playout,
    comfort: Comfort,
    scratch: Vec<f32>,
    /// `None` until a packet was played or dropped.
    next: Option<Next>,
    /// Otherwise it is quiet until the next packet is due.
    playing: bool,
    /// Whether the last packet was too quiet for its successor to be missed.
    silence: bool,
    /// Whether the decoder goes on where the sound left off.
    joined: bool,
    /// Samples guessed since the last packet.
    guessed: usize,
    /// Those of them guessed while nothing was there at all; `next` does not know of them.
    borrowed: i64,
    /// Frames until the next correction.
    rest: u32,
    stats: Stats,
}

impl<D: Decode> JitterBuffer<D> {
    /// An empty buffer.
    pub fn new(decoder: D) -> Self {
        Self {
            decoder,
            timeline: Timeline::default(),
            delays: Delays::new(),
            queue: Queue::new(),
            playout: Playout::new(),
            comfort: Comfort::new(),
            scratch: vec![0.0; MAX_PACKET_SAMPLES],
            next: None,
            playing: false,
            silence: false,
            joined: false,
            guessed: 0,
            borrowed: 0,
            rest: 0,
            stats: Stats::default(),
        }
    }

    /// Takes a packet that came at `now`, a time since any origin that never goes back.
    pub fn push(&mut self, packet: Packet, now: Duration) {
        self.stats.received += 1;
        let shape = match self.decoder.inspect(&packet.payload) {
            Ok(shape) if packet.payload.len() <= MAX_PACKET && (1..=MAX_PACKET_SAMPLES).contains(&shape.samples) => {
                shape
            }
            Ok(_) | Err(_) => {
                self.stats.refused += 1;
                return;
            }
        };
        let (sequence, timestamp) = match self.timeline.place(packet.sequence, packet.timestamp, now) {
            Place::At(sequence, timestamp) => (sequence, timestamp),
            Place::Anew(sequence, timestamp) => {
                self.forget();
                (sequence, timestamp)
            }
            Place::Stray => {
                self.stats.refused += 1;
                return;
            }
        };
        if !self.queue.is_new(sequence) {
            self.stats.duplicate += 1;
            return;
        }
        self.delays.record(timestamp, now);
        if self.next.is_some_and(|next| sequence < next.sequence) {
            self.stats.late += 1;
            return;
        }
        let arrival = micros(now);
        self.queue.insert(Waiting { sequence, timestamp, arrival, shape, payload: packet.payload });
        while self.queue.is_over() {
            self.drop_oldest();
        }
    }

    /// The next 10 ms, to be played at `now`; samples are from -1 to 1.
    pub fn pull(&mut self, now: Duration, out: &mut Frame) -> Played {
        while self.queue.len() > 1
            && self.queue.front().is_some_and(|front| self.excess(front.timestamp, now) > SLACK + MAX_EXCESS)
        {
            self.drop_oldest();
        }
        let early = self.playout.len() % FRAME;
        self.fill(now);
        self.correct(early, now);
        self.fill(now);
        self.playout.pop(out)
    }

    /// What has happened so far.
    pub fn stats(&self) -> Stats {
        Stats { target: duration(self.delays.target()), ..self.stats }
    }

    /// Another stream begins.
    fn forget(&mut self) {
        self.queue.clear();
        self.delays.clear();
        self.next = None;
        self.playing = false;
        self.joined = false;
        self.guessed = 0;
        self.borrowed = 0;
    }

    fn drop_oldest(&mut self) {
        let Some(packet) = self.queue.take() else { return };
        self.stats.dropped += 1;
        self.pass(&packet);
        self.joined = false;
    }

    /// The stream goes on behind this packet.
    fn pass(&mut self, packet: &Waiting) {
        let usual = packet.samples();
        self.next = Some(Next { sequence: packet.sequence + 1, timestamp: packet.timestamp + usual, usual });
        self.guessed = 0;
        self.borrowed = 0;
    }

    /// By how much the delay would be above target if this sample were played now, in microseconds.
    fn excess(&self, timestamp: i64, now: Duration) -> i64 {
        self.delays.of(timestamp, now) - self.delays.target()
    }

    /// Decodes, recovers or conceals until there is a frame.
    fn fill(&mut self, now: Duration) {
        while self.playout.len() < FRAME {
            if self.playing || self.resume(now) {
                self.go_on();
            } else {
                let missing = FRAME - self.playout.len();
                for sample in self.scratch.iter_mut().take(missing) {
                    *sample = self.comfort.sample();
                }
                self.append(Played::Quiet, 0..missing);
                self.joined = false;
            }
        }
    }

    /// Appends a part of the scratch buffer.
    fn append(&mut self, played: Played, part: std::ops::Range<usize>) {
        self.playout.extend(played, self.scratch.get(part).unwrap_or_default(), self.joined);
        self.joined = true;
    }

    /// After a pause: whether the first packet, or the copy in it of the one before, is due.
    fn resume(&mut self, now: Duration) -> bool {
        let Some(front) = self.queue.front() else { return false };
        let lost = self.next.map_or(0, |next| front.sequence - next.sequence);
        let recovers = self.next.is_some_and(|next| lost > 0 && front.timestamp - front.copy() >= next.timestamp);
        let copy = if recovers { front.copy() } else { 0 };
        let waited = micros(now) - front.arrival - self.delays.target();
        if self.excess(front.timestamp - copy, now).max(waited) < 0 {
            return false;
        }
        self.playing = true;
        if let Some(next) = &mut self.next {
            if lost > 0 {
                let owed = lost.saturating_mul(next.usual) - samples(self.guessed) - copy;
                self.stats.concealed_samples += owed.clamp(0, MAX_OWED).cast_unsigned();
            } else if front.timestamp - next.timestamp >= samples(CONCEAL_STEP) {
                self.stats.concealed_samples = self.stats.concealed_samples.saturating_sub(self.guessed as u64);
            }
            let sequence = front.sequence - i64::from(copy > 0);
            *next = Next { sequence, timestamp: front.timestamp - copy, usual: next.usual.max(copy) };
        }
        self.guessed = 0;
        self.borrowed = 0;
        true
    }

    /// While playing: the next piece of sound, or the beginning of a pause.
    fn go_on(&mut self) {
        let Some(front) = self.queue.front() else {
            if self.silence {
                self.pause();
            } else if self.guess(FRAME) {
                self.borrowed += samples(FRAME);
            }
            return;
        };
        let Some(next) = &mut self.next else { return self.play() };
        let lost = front.sequence - next.sequence;
        let gap = front.timestamp - next.timestamp;
        if lost <= 0 {
            if gap >= samples(CONCEAL_STEP) {
                self.stats.concealed_samples = self.stats.concealed_samples.saturating_sub(self.guessed as u64);
                self.guessed = 0;
                self.pause();
            } else {
                self.play();
            }
            return;
        }
        if gap > (lost + 1).saturating_mul(next.usual) {
            // More is missing than the packets lost can have held: the rest is a pause.
            self.pause();
            return;
        }
        next.timestamp += self.borrowed.min(gap.max(0));
        self.borrowed = 0;
        let gap = usize::try_from(front.timestamp - next.timestamp).unwrap_or_default();
        let copy = front.shape.copy;
        if gap < CONCEAL_STEP {
            (next.sequence, next.timestamp) = (front.sequence, front.timestamp);
        } else if gap <= copy {
            (next.sequence, next.timestamp) = (front.sequence, front.timestamp);
            self.recover(gap);
        } else {
            let piece = (gap - copy).min(FRAME) / CONCEAL_STEP * CONCEAL_STEP;
            let piece = piece.max(CONCEAL_STEP);
            next.timestamp += samples(piece);
            self.guess(piece);
        }
    }

    /// Plays the first packet.
    fn play(&mut self) {
        let Some(packet) = self.queue.take() else { return };
        let guessed = self.guessed;
        // What was guessed while it was late went on without it.
        self.joined &= self.borrowed == 0 && self.next.is_some_and(|next| next.timestamp == packet.timestamp);
        self.pass(&packet);
        match self.decoder.decode(&packet.payload, &mut self.scratch) {
            Ok(decoded) if decoded > 0 => {
                let sound = self.scratch.get(..decoded).unwrap_or_default();
                self.comfort.hear(sound);
                self.silence = packet.shape.silence || loudness(sound) < QUIET;
                let played = if packet.shape.silence { Played::Quiet } else { Played::Speech };
                self.append(played, 0..decoded);
            }
            Ok(_) | Err(_) => {
                self.guessed = guessed;
                let whole = packet.shape.samples.div_ceil(CONCEAL_STEP) * CONCEAL_STEP;
                self.guess(whole.min(MAX_PACKET_SAMPLES));
            }
        }
    }

    /// Plays the last `gap` samples of the copy in the first packet.
    fn recover(&mut self, gap: usize) {
        let Some(front) = self.queue.front() else { return };
        let copy = front.shape.copy;
        let recovered = self.scratch.get_mut(..copy).map(|out| self.decoder.decode_fec(&front.payload, out));
        if recovered.is_some_and(|done| done.is_ok()) {
            self.guessed = 0;
            self.stats.recovered += 1;
            self.joined &= gap == copy;
            self.append(Played::Recovered, copy - gap..copy);
        } else {
            self.guess(gap.div_ceil(CONCEAL_STEP) * CONCEAL_STEP);
        }
    }

    /// Makes up sound, unless this went on for too long: then a pause begins, and it says no.
    fn guess(&mut self, count: usize) -> bool {
        if self.guessed >= MAX_GUESSED {
            self.pause();
            return false;
        }
        self.conceal(count);
        self.guessed += count;
        self.stats.concealed_samples += count as u64;
        self.append(Played::Concealed, 0..count);
        true
    }

    /// Lets the sound die away into noise.
    fn pause(&mut self) {
        self.playing = false;
        self.conceal(FRAME);
        for (at, sample) in self.scratch.iter_mut().take(FRAME).enumerate() {
            let share = rise(at, FRAME);
            *sample = *sample * (1.0 - share) + self.comfort.sample() * share;
        }
        self.append(Played::Quiet, 0..FRAME);
    }

    /// Fills the front of the scratch buffer with what may have been next.
    fn conceal(&mut self, count: usize) {
        let Some(out) = self.scratch.get_mut(..count) else { return };
        if self.decoder.conceal(out).is_err() {
            out.fill(0.0);
        }
    }

    /// Brings the delay nearer to its target. Once sound was stretched, frames and packets no longer begin together: a
    /// packet has to be there so many samples `early`, which is as if the delay were so much shorter.
    fn correct(&mut self, early: usize, now: Duration) {
        let Some(next) = self.next.filter(|_| self.playing) else { return };
        let timestamp = next.timestamp - samples(self.playout.len());
        self.stats.delay = duration(self.delays.of(timestamp, now));
        self.rest = self.rest.saturating_sub(1);
        let excess = self.excess(timestamp + samples(early), now);
        if self.playout.is_concealing() {
            return;
        }
        if excess > SLACK {
            self.accelerate(excess > SLACK + HURRY);
        } else if excess < 0 {
            self.expand(excess < -HURRY);
        }
    }

    fn accelerate(&mut self, hurry: bool) {
        if self.rest > 0 && !hurry {
            return;
        }
        self.look_ahead(COMPARED + MAX_LAG);
        if self.playout.is_concealing() || !self.playing {
            return;
        }
        let quiet = self.playout.len() >= 2 * FRAME && loudness(self.playout.ahead(FRAME + FADE)) < QUIET;
        let Some(lag) = self.lag(quiet, hurry, Direction::Ahead) else { return };
        if self.playout.shorten(lag) {
            self.stats.accelerated_samples += lag as u64;
            self.rest = if quiet { 0 } else { REST };
        }
    }

    fn expand(&mut self, hurry: bool) {
        if self.rest > 0 && !hurry {
            return;
        }
        let quiet = loudness(self.playout.ahead(FRAME)) < QUIET;
        let Some(lag) = self.lag(quiet, hurry, Direction::Behind) else { return };
        if self.playout.lengthen(lag) {
            self.stats.expanded_samples += lag as u64;
            self.rest = if quiet { 0 } else { REST };
        }
    }

    /// Samples to leave out or to repeat, if that can be done unheard.
    fn lag(&self, quiet: bool, hurry: bool, direction: Direction) -> Option<usize> {
        if quiet {
            return Some(FRAME);
        }
        let splice = self.playout.find(direction)?;
        (hurry || splice.likeness >= ALIKE).then_some(splice.lag)
    }

    /// Decodes what follows without a gap, until there is so much sound or no such packet.
    fn look_ahead(&mut self, want: usize) {
        while self.playing && self.playout.len() < want {
            let Some((front, next)) = self.queue.front().zip(self.next) else { return };
            if front.sequence != next.sequence || front.timestamp - next.timestamp >= samples(CONCEAL_STEP) {
                return;
            }
            self.play();
        }
    }
}

fn micros(time: Duration) -> i64 {
    // A thousand times less than what fits, so that sums do.
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX).min(i64::MAX / 1_000)
}

fn duration(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}
