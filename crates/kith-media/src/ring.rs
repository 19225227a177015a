//! Between the callbacks of a device and our threads: rings without locks, and what passed through them.
//!
//! The callbacks here copy and count. They neither allocate nor lock nor log; `tests/callbacks.rs` proves the first.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use cpal::{FromSample, Sample};
use rtrb::{Consumer, Producer, RingBuffer};

use crate::{
    frame::{FRAME, Frame},
    mixer::Stereo,
};

/// More than any sound card that people talk through; a ring is allocated for it.
pub(crate) const MAX_CHANNELS: u16 = 32;

/// Of the capture ring, in sample frames: 200 ms, which outlasts a thread that is not scheduled for a while.
const CAPTURE_ROOM: usize = 20 * FRAME;

/// Of the playback ring, in sample frames: 400 ms, for devices that take a third of a second at once. It is only
/// filled up to [`PlaybackWriter::target`].
const PLAYBACK_ROOM: usize = 40 * FRAME;

/// The least that is kept ready for a speaker, in sample frames: 20 ms.
const PLAYBACK_TARGET: usize = 2 * FRAME;

/// How long a large callback is remembered at least.
const MEMORY: Duration = Duration::from_secs(1);

/// What one side, input or output, has counted since the start, over all its devices. Written by callbacks.
#[derive(Debug, Default)]
pub struct Counters {
    callbacks: AtomicU64,
    frames: AtomicU64,
    gaps: AtomicU64,
    gap_frames: AtomicU64,
    smallest: AtomicU32,
    largest: AtomicU32,
    recent: AtomicU32,
    held: AtomicU32,
    xruns: AtomicU64,
    errors: AtomicU64,
}

/// A reading of [`Counters`]. Frames are sample frames: one sample of every channel, 48,000 a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RingStatistics {
    /// Calls by devices.
    pub callbacks: u64,
    /// Sample frames that devices gave or took.
    pub frames: u64,
    /// Input: callbacks that found the ring full. Output: callbacks that found too little in it.
    pub gaps: u64,
    /// Input: sample frames dropped. Output: sample frames of silence played instead.
    pub gap_frames: u64,
    /// The smallest callback, in sample frames.
    pub smallest: u32,
    /// The largest callback, in sample frames.
    pub largest: u32,
    /// What the ring held when its thread last looked, in sample frames.
    pub held: u32,
    /// Overruns and underruns that the sound system itself reported.
    pub xruns: u64,
    /// Other errors of the sound system after which the stream went on.
    pub errors: u64,
}

impl Counters {
    /// What it reads now. Values of one moment, not of one instant: callbacks go on meanwhile.
    pub fn read(&self) -> RingStatistics {
        RingStatistics {
            callbacks: self.callbacks.load(Relaxed),
            frames: self.frames.load(Relaxed),
            gaps: self.gaps.load(Relaxed),
            gap_frames: self.gap_frames.load(Relaxed),
            // Kept as one's complement: nothing counted yet is the largest value then.
            smallest: match self.smallest.load(Relaxed) {
                0 => 0,
                complement => !complement,
            },
            largest: self.largest.load(Relaxed),
            held: self.held.load(Relaxed),
            xruns: self.xruns.load(Relaxed),
            errors: self.errors.load(Relaxed),
        }
    }

    pub(crate) fn callbacks(&self) -> u64 {
        self.callbacks.load(Relaxed)
    }

    pub(crate) fn xrun(&self) {
        self.xruns.fetch_add(1, Relaxed);
    }

    pub(crate) fn error(&self) {
        self.errors.fetch_add(1, Relaxed);
    }

    fn called(&self, frames: usize) {
        let size = u32::try_from(frames).unwrap_or(u32::MAX);
        self.callbacks.fetch_add(1, Relaxed);
        self.frames.fetch_add(frames as u64, Relaxed);
        self.smallest.fetch_max(!size, Relaxed);
        self.largest.fetch_max(size, Relaxed);
        self.recent.fetch_max(size, Relaxed);
    }

    fn gap(&self, frames: usize) {
        self.gaps.fetch_add(1, Relaxed);
        self.gap_frames.fetch_add(frames as u64, Relaxed);
    }

    fn holds(&self, frames: usize) {
        self.held.store(u32::try_from(frames).unwrap_or(u32::MAX), Relaxed);
    }
}

/// The end of a capture ring that a device calls.
#[derive(Debug)]
pub struct CaptureCallback {
    ring: Producer<f32>,
    channels: usize,
    counters: Arc<Counters>,
}

/// The end of a capture ring that a thread reads.
#[derive(Debug)]
pub struct CaptureReader {
    ring: Consumer<f32>,
    channels: usize,
    counters: Arc<Counters>,
}

/// A ring of 200 ms for a device that gives `channels` (1 to 32) interleaved channels at 48 kHz.
pub fn capture_ring(channels: u16, counters: Arc<Counters>) -> (CaptureCallback, CaptureReader) {
    let channels = usize::from(channels.clamp(1, MAX_CHANNELS));
    let (producer, consumer) = RingBuffer::new(CAPTURE_ROOM * channels);
    let reader = CaptureReader { ring: consumer, channels, counters: counters.clone() };
    (CaptureCallback { ring: producer, channels, counters }, reader)
}

impl CaptureCallback {
    /// Takes what a device gave, of any length. What the ring has no room for is dropped and counted.
    pub fn run<T: Sample>(&mut self, data: &[T])
    where
        f32: FromSample<T>,
    {
        let frames = data.len() / self.channels;
        self.counters.called(frames);
        if self.ring.is_abandoned() {
            // Another device is listened to already.
            return;
        }
        let taken = frames.min(self.ring.slots() / self.channels);
        if taken < frames {
            self.counters.gap(frames - taken);
        }
        if let Ok(chunk) = self.ring.write_chunk_uninit(taken * self.channels) {
            chunk.fill_from_iter(data.iter().map(|&sample| sample.to_sample::<f32>()));
        }
    }
}

impl CaptureReader {
    /// Sample frames that wait to be read.
    pub fn held(&self) -> usize {
        let held = self.ring.slots() / self.channels;
        self.counters.holds(held);
        held
    }

    /// Moves 10 ms into `frame`, false if there is less. Of two and more channels the first two are averaged: more than
    /// two belong to interfaces whose further inputs are not this person's voice.
    pub fn read(&mut self, frame: &mut Frame) -> bool {
        let Ok(chunk) = self.ring.read_chunk(FRAME * self.channels) else { return false };
        let (first, second) = chunk.as_slices();
        let mut samples = first.iter().chain(second).copied();
        for mono in frame.iter_mut() {
            let mut sum = 0.0;
            for channel in 0..self.channels {
                let sample = samples.next().unwrap_or(0.0);
                sum += if channel < 2 { sample } else { 0.0 };
            }
            *mono = if self.channels > 1 { sum / 2.0 } else { sum };
        }
        chunk.commit_all();
        true
    }
}

/// The end of a playback ring that a device calls.
#[derive(Debug)]
pub struct PlaybackCallback {
    ring: Consumer<f32>,
    channels: usize,
    started: bool,
    counters: Arc<Counters>,
}

/// The end of a playback ring that a thread writes.
#[derive(Debug)]
pub struct PlaybackWriter {
    ring: Producer<f32>,
    channels: usize,
    counters: Arc<Counters>,
    largest: [u32; 2],
    turned: Option<Instant>,
}

/// A ring of 400 ms for a device that takes `channels` (1 to 32) interleaved channels at 48 kHz.
pub fn playback_ring(channels: u16, counters: Arc<Counters>) -> (PlaybackCallback, PlaybackWriter) {
    let channels = usize::from(channels.clamp(1, MAX_CHANNELS));
    let (producer, consumer) = RingBuffer::new(PLAYBACK_ROOM * channels);
    let callback = PlaybackCallback { ring: consumer, channels, started: false, counters: counters.clone() };
    (callback, PlaybackWriter { ring: producer, channels, counters, largest: [0; 2], turned: None })
}

impl PlaybackCallback {
    /// Fills what a device asks for, of any length. What the ring lacks is silence, and counted once sound has begun.
    pub fn run<T: Sample + FromSample<f32>>(&mut self, out: &mut [T]) {
        let frames = out.len() / self.channels;
        self.counters.called(frames);
        let taken = frames.min(self.ring.slots() / self.channels);
        self.started |= taken > 0;
        if taken < frames && self.started && !self.ring.is_abandoned() {
            self.counters.gap(frames - taken);
        }
        let mut rest = out.iter_mut();
        if let Ok(chunk) = self.ring.read_chunk(taken * self.channels) {
            let (first, second) = chunk.as_slices();
            // The samples first: `zip` asks the one on its left once more than it hands out.
            for (&sample, slot) in first.iter().chain(second).zip(rest.by_ref()) {
                *slot = T::from_sample(sample);
            }
            chunk.commit_all();
        }
        rest.for_each(|slot| *slot = T::EQUILIBRIUM);
    }
}

impl PlaybackWriter {
    /// Sample frames that wait to be played.
    pub fn held(&self) -> usize {
        let room = self.ring.slots() / self.channels;
        let held = PLAYBACK_ROOM.saturating_sub(room);
        self.counters.holds(held);
        held
    }

    /// Sample frames to keep ready: 20 ms, or one large callback of the last seconds and 10 ms.
    pub fn target(&mut self, now: Instant) -> usize {
        let [_, current] = &mut self.largest;
        *current = (*current).max(self.counters.recent.swap(0, Relaxed));
        if now.saturating_duration_since(*self.turned.get_or_insert(now)) >= MEMORY {
            self.turned = Some(now);
            self.largest = [self.largest[1], 0];
        }
        let largest = self.largest.into_iter().max().unwrap_or(0) as usize;
        (largest + FRAME).clamp(PLAYBACK_TARGET, PLAYBACK_ROOM - FRAME)
    }

    /// Adds 10 ms of left and right. A device of one channel gets their mean, one of more gets them on its first two. What
    /// there is no room for is dropped: who keeps to [`PlaybackWriter::target`] never sees that.
    pub fn write(&mut self, sound: &Stereo) {
        let channels = self.channels;
        let frames = FRAME.min(self.ring.slots() / channels);
        let Ok(chunk) = self.ring.write_chunk_uninit(frames * channels) else { return };
        chunk.fill_from_iter(sound.as_chunks::<2>().0.iter().flat_map(|&[left, right]| {
            (0..channels).map(move |channel| match (channels, channel) {
                (1, _) => (left + right) / 2.0,
                (_, 0) => left,
                (_, 1) => right,
                (_, _) => 0.0,
            })
        }));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The mean of left and right is `value`, and they differ.
    fn stereo(value: f32) -> Stereo {
        let mut sound = [0.0; 2 * FRAME];
        for [left, right] in sound.as_chunks_mut::<2>().0 {
            (*left, *right) = (value + 0.25, value - 0.25);
        }
        sound
    }

    proptest! {
        #[test]
        fn captured_samples_come_out_in_order_whatever_the_callbacks(
            channels in 1_u16..=8,
            sizes in prop::collection::vec(1_usize..3_000, 1..60),
        ) {
            let counters = Arc::new(Counters::default());
            let (mut callback, mut reader) = capture_ring(channels, counters.clone());
            let (mut given, mut expected, mut frame) = (0_u64, 0_u64, [0.0; FRAME]);
            for size in sizes {
                let value = |index: u64| index as f32 / 1e6;
                let data: Vec<f32> = (given..given + size as u64)
                    .flat_map(|index| (0..channels).map(move |channel| if channel < 2 { value(index) } else { 9.0 }))
                    .collect();
                callback.run(&data);
                given += size as u64;
                while reader.read(&mut frame) {
                    for sample in frame {
                        prop_assert_eq!(sample, value(expected));
                        expected += 1;
                    }
                }
            }
            prop_assert_eq!(given - expected, reader.held() as u64);
            prop_assert!(reader.held() < FRAME);
            prop_assert_eq!(counters.read().gap_frames, 0);
            prop_assert_eq!(counters.read().frames, given);
        }

        #[test]
        fn played_samples_come_out_in_order_whatever_the_callbacks(
            channels in 1_u16..=8,
            sizes in prop::collection::vec(1_usize..3_000, 1..60),
        ) {
            let counters = Arc::new(Counters::default());
            let (mut callback, mut writer) = playback_ring(channels, counters.clone());
            let (mut written, mut played, now) = (0_u32, 0_u32, Instant::now());
            for size in sizes {
                while writer.held() < writer.target(now).max(size) {
                    written += 1;
                    writer.write(&stereo(written as f32));
                }
                let mut out = vec![7.0_f32; size * usize::from(channels)];
                callback.run(&mut out);
                for frame in out.chunks_exact(usize::from(channels)) {
                    let value = (played / FRAME as u32 + 1) as f32;
                    prop_assert_eq!(frame[0], if channels == 1 { value } else { value + 0.25 });
                    prop_assert!(channels < 2 || frame[1] == value - 0.25);
                    prop_assert!(frame.iter().skip(2).all(|&sample| sample == 0.0));
                    played += 1;
                }
            }
            prop_assert_eq!(counters.read().gap_frames, 0);
        }
    }

    #[test]
    fn what_does_not_fit_is_dropped_and_counted() {
        let counters = Arc::new(Counters::default());
        let (mut callback, mut reader) = capture_ring(2, counters.clone());
        callback.run(&vec![0.5_f32; 2 * (CAPTURE_ROOM + 7)]);
        let read = counters.read();
        assert_eq!((read.gaps, read.gap_frames), (1, 7));
        assert_eq!(reader.held(), CAPTURE_ROOM);
        assert_eq!(counters.read().held as usize, CAPTURE_ROOM);
        assert!(reader.read(&mut [0.0; FRAME]));
        drop(reader);
        callback.run(&vec![0.5_f32; 2 * (CAPTURE_ROOM + 7)]);
        assert_eq!(counters.read().gaps, 1, "nobody misses what nobody reads");
    }

    #[test]
    fn silence_is_counted_from_the_first_sound_to_the_last() {
        let counters = Arc::new(Counters::default());
        let (mut callback, mut writer) = playback_ring(1, counters.clone());
        let mut out = [7.0_f32; FRAME + 100];
        callback.run(&mut out);
        assert!(out.iter().all(|&sample| sample == 0.0));
        assert_eq!(counters.read().gaps, 0, "nothing was to be played yet");
        writer.write(&stereo(0.5));
        callback.run(&mut out);
        assert!(out[..FRAME].iter().all(|&sample| sample == 0.5));
        assert!(out[FRAME..].iter().all(|&sample| sample == 0.0));
        let read = counters.read();
        assert_eq!((read.callbacks, read.gaps, read.gap_frames), (2, 1, 100));
        drop(writer);
        callback.run(&mut out);
        assert_eq!(counters.read().gaps, 1, "the writer went to another device");
    }

    #[test]
    fn whole_numbers_become_full_scale() {
        let counters = Arc::new(Counters::default());
        let (mut callback, mut reader) = capture_ring(1, counters.clone());
        callback.run(&[i16::MIN; FRAME]);
        let mut frame = [0.0; FRAME];
        assert!(reader.read(&mut frame));
        assert!(frame.iter().all(|&sample| sample == -1.0));
        let (mut callback, mut writer) = playback_ring(1, counters);
        writer.write(&stereo(0.5));
        let mut out = [1_i16; 2];
        callback.run(&mut out);
        assert_eq!(out, [1 << 14; 2]);
    }

    #[test]
    fn the_target_follows_large_callbacks_and_forgets_them() {
        let counters = Arc::new(Counters::default());
        let (mut callback, mut writer) = playback_ring(1, counters.clone());
        let start = Instant::now();
        assert_eq!(writer.target(start), PLAYBACK_TARGET);
        callback.run(&mut [0.0_f32; 1_024]);
        assert_eq!(writer.target(start), 1_024 + FRAME);
        assert_eq!(writer.target(start + MEMORY), 1_024 + FRAME);
        callback.run(&mut [0.0_f32; 480]);
        assert_eq!(writer.target(start + MEMORY * 2), PLAYBACK_TARGET);
        callback.run(&mut vec![0.0_f32; 48_000]);
        assert_eq!(writer.target(start + MEMORY * 2), PLAYBACK_ROOM - FRAME, "more does not fit");
        let read = counters.read();
        assert_eq!((read.smallest, read.largest), (480, 48_000));
    }
}
