//! What runs every 10 ms takes no memory, and a WAV file takes little, whatever its header claims.

use std::io::Cursor;

use kith_media::{
    Capture, CaptureSettings, FRAME, Framer, Mixer, Noise, Place, RATE, Resampler, SILENCE, SourceId, Tone, WavSource,
};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// What a WAV file may take: filters for odd rates, buffers of the converter, 10 ms of sound.
const WAV_BYTES: usize = 512 * 1024;

fn measure(work: impl FnOnce()) -> dhat::HeapStats {
    let _profiler = dhat::Profiler::builder().testing().build();
    work();
    dhat::HeapStats::get()
}

fn header(rate: u32, channels: u16, claimed: u32) -> Vec<u8> {
    let mut file = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0".to_vec();
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(channels)).to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(8_u16.to_le_bytes());
    file.extend(b"data");
    file.extend(claimed.to_le_bytes());
    file.extend([200; 50_000]);
    file
}

/// One test, for the allocator counts for the whole process.
#[test]
fn work_on_a_frame_takes_no_memory_and_a_wav_file_little() {
    let mut mixer = Mixer::new();
    for id in 0..24 {
        mixer.add(SourceId(id)).unwrap();
        mixer.set_place(SourceId(id), Some(Place { x: id as f32 - 12.0, y: 1.0 }));
    }
    let mut out = [0.0; 2 * FRAME];
    let stats = measure(|| {
        for _ in 0..100 {
            mixer.mix(|_, frame| frame.fill(0.5), &mut out);
        }
    });
    assert_eq!(stats.total_blocks, 0, "the mixer");

    for (from, to) in [(44_100, RATE), (RATE, 44_100), (16_000, RATE), (RATE, 96_000), (44_101, RATE)] {
        let mut resampler = Resampler::new(from, to).unwrap();
        let mut framer = Framer::default();
        let stats = measure(|| {
            for _ in 0..100 {
                resampler.push(&[0.5; 333], |samples| framer.push(samples, |_| {}));
            }
        });
        assert_eq!(stats.total_blocks, 0, "from {from} to {to} Hz");
    }

    let mut tone = Tone::Ringing.frames();
    let stats = measure(|| assert_eq!(tone.by_ref().take(600).count(), 600));
    assert_eq!(stats.total_blocks, 0, "a tone");

    let off = CaptureSettings { echo: false, noise: Noise::Keep, gain: false, high_pass: false };
    for (name, settings, allowed) in [
        ("nothing", off, Some(0)),
        ("strong noise suppression", CaptureSettings { noise: Noise::SuppressStrongly, ..off }, Some(0)),
        ("noise suppression", CaptureSettings { noise: Noise::Suppress, ..off }, None),
        ("echo", CaptureSettings { echo: true, ..off }, None),
        ("gain", CaptureSettings { gain: true, ..off }, None),
        ("high pass", CaptureSettings { high_pass: true, ..off }, None),
        ("all", CaptureSettings::default(), None),
    ] {
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
        let stats = measure(|| work(100));
        println!("{name}: {} blocks, {} bytes in 100 frames", stats.total_blocks, stats.total_bytes);
        if let Some(allowed) = allowed {
            assert_eq!(stats.total_blocks, allowed, "{name}");
        }
    }

    for (rate, channels, claimed) in
        [(48_000, 1, u32::MAX), (191_999, 1, u32::MAX - 1), (8_001, 1, u32::MAX), (44_100, 65_535, 65_535 * 65_535)]
    {
        let file = header(rate.min(u32::MAX / u32::from(channels)), channels, claimed);
        let mut frames = 0;
        let stats = measure(|| {
            if let Ok(source) = WavSource::new(Cursor::new(file.as_slice()), false) {
                frames = source.take_while(Result::is_ok).count();
            }
        });
        println!("{rate} Hz, {channels} channels: {frames} frames, at most {} bytes", stats.max_bytes);
        assert!(stats.max_bytes <= WAV_BYTES, "{rate} Hz took {} bytes", stats.max_bytes);
    }
}
