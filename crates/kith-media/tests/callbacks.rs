//! What a device calls, called as a device would, and what works on every frame, under an allocator that counts.
#![expect(unsafe_code, reason = "an allocator is unsafe by its trait")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    sync::Arc,
};

use kith_media::{
    Capture, CaptureSettings, Counters, FRAME, Framer, Mixer, Noise, Place, RATE, Resampler, SILENCE, SourceId, Tone,
    capture_ring, playback_ring,
};

thread_local! {
    /// Allocations and releases of this thread.
    static TOUCHED: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes on to the allocator of the system, unchanged. What counts neither allocates nor has a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        TOUCHED.set(TOUCHED.get() + 1);
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        TOUCHED.set(TOUCHED.get() + 1);
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        TOUCHED.set(TOUCHED.get() + 1);
        // SAFETY: as above.
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `work` touched the heap.
fn touches(work: impl FnOnce()) -> u64 {
    let before = TOUCHED.get();
    work();
    TOUCHED.get() - before
}

/// Sizes that devices were seen to use, and everything up to a third of a second.
fn sizes() -> Vec<usize> {
    let mut sizes = vec![0, 1, 24, 320, 480, 512, 1_024, 16_384];
    sizes.extend((1..16_384).step_by(61));
    sizes
}

#[test]
fn the_counting_allocator_counts() {
    assert_eq!(touches(|| drop(std::hint::black_box(Box::new(1)))), 2);
}

#[test]
fn a_capture_callback_never_touches_the_heap() {
    for channels in [1, 2, 6] {
        let counters = Arc::new(Counters::default());
        let (mut callback, mut reader) = capture_ring(channels, counters.clone());
        let (floats, whole) = (vec![0.5_f32; 16_384 * 6], vec![1_i16; 16_384 * 6]);
        let (mut frame, mut given, mut read) = (SILENCE, 0, 0);
        let sizes = sizes();
        let touched = touches(|| {
            for (index, &size) in sizes.iter().enumerate() {
                let samples = size * usize::from(channels);
                if index % 2 == 0 {
                    callback.run(&floats[..samples])
                } else {
                    callback.run(&whole[..samples])
                }
                given += size;
                // Every third time nobody reads, so that the ring runs full too.
                while index % 3 != 0 && reader.read(&mut frame) {
                    read += FRAME;
                }
            }
        });
        assert_eq!(touched, 0);
        let counted = counters.read();
        assert!(counted.gaps > 0 && read > 0, "{counted:?}");
        assert_eq!(counted.frames as usize, given);
        assert_eq!(read + reader.held() + counted.gap_frames as usize, given, "nothing is lost uncounted");
    }
}

#[test]
fn a_playback_callback_never_touches_the_heap() {
    for channels in [1, 2, 6] {
        let counters = Arc::new(Counters::default());
        let (mut callback, mut writer) = playback_ring(channels, counters.clone());
        let (mut floats, mut whole) = (vec![0.5_f32; 16_384 * 6], vec![1_i16; 16_384 * 6]);
        let (sound, now) = ([0.5; 2 * FRAME], std::time::Instant::now());
        let (mut asked, mut written) = (0, 0);
        let sizes = sizes();
        // The first sound: silence before it is no gap.
        writer.write(&sound);
        written += FRAME;
        let touched = touches(|| {
            for (index, &size) in sizes.iter().enumerate() {
                let samples = size * usize::from(channels);
                if index % 2 == 0 {
                    callback.run(&mut floats[..samples])
                } else {
                    callback.run(&mut whole[..samples])
                }
                asked += size;
                // Every third time nobody writes, so that the ring runs dry too.
                while index % 3 != 0 && writer.held() < writer.target(now) {
                    writer.write(&sound);
                    written += FRAME;
                }
            }
        });
        assert_eq!(touched, 0);
        let counted = counters.read();
        assert!(counted.gaps > 0, "{counted:?}");
        assert_eq!(asked - counted.gap_frames as usize + writer.held(), written, "nothing is played twice or lost");
    }
}

#[test]
fn a_callback_whose_other_end_is_gone_never_touches_the_heap() {
    let counters = Arc::new(Counters::default());
    let (mut capture, reader) = capture_ring(2, counters.clone());
    let (mut playback, writer) = playback_ring(2, counters.clone());
    drop((reader, writer));
    let mut samples = vec![0.5_f32; 960];
    let touched = touches(|| {
        for _ in 0..100 {
            capture.run(&samples);
            playback.run(&mut samples);
        }
    });
    assert_eq!(touched, 0);
    assert_eq!(counters.read().callbacks, 200);
}

#[test]
fn mixing_never_touches_the_heap() {
    let mut mixer = Mixer::new();
    for id in 0..24 {
        mixer.add(SourceId(id)).unwrap();
        mixer.set_place(SourceId(id), Some(Place { x: id as f32 - 12.0, y: 1.0 }));
    }
    let mut out = [0.0; 2 * FRAME];
    let touched = touches(|| {
        for _ in 0..100 {
            mixer.mix(|_, frame| frame.fill(0.5), &mut out);
        }
    });
    assert_eq!(touched, 0);
    let mut tone = Tone::Ringing.frames();
    assert_eq!(touches(|| assert_eq!(tone.by_ref().take(600).count(), 600)), 0, "a tone");
}

#[test]
fn resampling_never_touches_the_heap() {
    for (from, to) in [(44_100, RATE), (RATE, 44_100), (16_000, RATE), (RATE, 96_000), (44_101, RATE)] {
        let mut resampler = Resampler::new(from, to).unwrap();
        let mut framer = Framer::default();
        let touched = touches(|| {
            for _ in 0..100 {
                resampler.push(&[0.5; 333], |samples| framer.push(samples, |_| {}));
            }
        });
        assert_eq!(touched, 0, "from {from} to {to} Hz");
    }
}

/// The echo canceller, its gain control and its filter take memory as they go, which is theirs to change.
#[test]
fn what_is_said_is_worked_on_without_touching_the_heap() {
    let off = CaptureSettings { echo: false, noise: Noise::Keep, gain: false, high_pass: false };
    for settings in [off, CaptureSettings { noise: Noise::SuppressStrongly, ..off }] {
        let mut capture = Capture::new(settings).unwrap();
        let mut work = |frames: usize| {
            for n in 0..frames {
                let mut frame = SILENCE;
                for (at, sample) in frame.iter_mut().enumerate() {
                    *sample = ((n * FRAME + at) as f32 * 0.05).sin() * 0.3;
                }
                capture.render(&frame);
                capture.process(&mut frame, 40);
            }
        };
        // Tables that are made on first use.
        work(20);
        assert_eq!(touches(|| work(100)), 0, "{settings:?}");
    }
}
