//! A WAV file takes little memory, whatever its header claims.

use std::io::Cursor;

use kith_media::WavSource;

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

#[test]
fn a_wav_file_takes_little() {
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
