//! Which of the formats a device offers is used.

use cpal::{BufferSize, SampleFormat, StreamConfig, SupportedBufferSize, SupportedStreamConfigRange};

use super::{DeviceError, Direction};
use crate::{
    frame::{FRAME, RATE},
    ring::MAX_CHANNELS,
};

/// The best first. Everything else is for devices that people do not talk through.
const FORMATS: [SampleFormat; 3] = [SampleFormat::F32, SampleFormat::I32, SampleFormat::I16];

/// What a stream is opened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) config: StreamConfig,
    pub(super) format: SampleFormat,
}

/// One channel to listen and two to play, or as near as there is, at 48 kHz in callbacks of 10 ms.
pub(super) fn choose(
    name: &str,
    direction: Direction,
    offered: impl Iterator<Item = SupportedStreamConfigRange>,
) -> Result<Choice, DeviceError> {
    let channels = match direction {
        Direction::Input => 1,
        Direction::Output => 2,
    };
    let (mut best, mut nearest) = (None, None::<u32>);
    for range in offered {
        let Some(format) = FORMATS.iter().position(|format| *format == range.sample_format()) else { continue };
        if range.channels() == 0 || range.channels() > MAX_CHANNELS {
            continue;
        }
        let rate = RATE.clamp(range.min_sample_rate(), range.max_sample_rate().max(range.min_sample_rate()));
        if nearest.is_none_or(|nearest| rate.abs_diff(RATE) < nearest.abs_diff(RATE)) {
            nearest = Some(rate);
        }
        // Rather a channel too many than one too few: a card of two inputs may have its microphone on either.
        let rank = (range.channels() < channels, range.channels().abs_diff(channels), format);
        if rate == RATE && best.as_ref().is_none_or(|(known, _)| rank < *known) {
            best = Some((rank, range));
        }
    }
    match (best, nearest) {
        (Some((_, range)), _) => Ok(Choice { config: config(&range), format: range.sample_format() }),
        (None, Some(nearest)) => Err(DeviceError::Rate { name: name.to_owned(), nearest }),
        (None, None) => Err(DeviceError::Format { name: name.to_owned() }),
    }
}

fn config(range: &SupportedStreamConfigRange) -> StreamConfig {
    let frames = FRAME as u32;
    let frames = match *range.buffer_size() {
        SupportedBufferSize::Range { min, max } => frames.clamp(min, max.max(min)),
        SupportedBufferSize::Unknown => frames,
    };
    // Never `BufferSize::Default`: PulseAudio takes two seconds at once then.
    StreamConfig { channels: range.channels(), sample_rate: RATE, buffer_size: BufferSize::Fixed(frames) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(channels: u16, rates: (u32, u32), buffer: (u32, u32), format: SampleFormat) -> SupportedStreamConfigRange {
        let buffer = SupportedBufferSize::Range { min: buffer.0, max: buffer.1 };
        SupportedStreamConfigRange::new(channels, rates.0, rates.1, buffer, format)
    }

    fn chosen(direction: Direction, offered: &[SupportedStreamConfigRange]) -> (u16, BufferSize, SampleFormat) {
        let choice = choose("card", direction, offered.iter().copied()).unwrap();
        assert_eq!(choice.config.sample_rate, RATE);
        (choice.config.channels, choice.config.buffer_size, choice.format)
    }

    #[test]
    fn one_channel_is_heard_and_two_are_played() {
        let any = (1, 192_000);
        let offered: Vec<_> = [SampleFormat::I16, SampleFormat::F32]
            .into_iter()
            .flat_map(|format| (1..8).map(move |channels| range(channels, any, (1, 100_000), format)))
            .collect();
        assert_eq!(chosen(Direction::Input, &offered), (1, BufferSize::Fixed(480), SampleFormat::F32));
        assert_eq!(chosen(Direction::Output, &offered), (2, BufferSize::Fixed(480), SampleFormat::F32));
    }

    #[test]
    fn the_nearest_is_taken_where_that_is_not_offered() {
        let offered = [
            range(8, (48_000, 48_000), (1_024, 4_096), SampleFormat::F32),
            range(2, (44_100, 96_000), (1_024, 4_096), SampleFormat::U8),
            range(2, (44_100, 96_000), (1_024, 4_096), SampleFormat::I16),
        ];
        assert_eq!(chosen(Direction::Input, &offered), (2, BufferSize::Fixed(1_024), SampleFormat::I16));
        let mono = [range(1, (48_000, 48_000), (1, 240), SampleFormat::I32)];
        assert_eq!(chosen(Direction::Output, &mono), (1, BufferSize::Fixed(240), SampleFormat::I32));
        let surround = [mono[0], range(6, (48_000, 48_000), (1, 240), SampleFormat::I32)];
        assert_eq!(chosen(Direction::Output, &surround).0, 6, "more channels before fewer");
    }

    #[test]
    fn a_device_that_has_no_48_khz_is_refused_with_what_it_has() {
        let offered = [
            range(2, (8_000, 16_000), (1, 4_096), SampleFormat::F32),
            range(2, (44_100, 44_100), (1, 4_096), SampleFormat::F32),
        ];
        let error = choose("card", Direction::Input, offered.into_iter()).unwrap_err();
        assert_eq!(error.to_string(), "card does not run at 48 kHz but at 44100 Hz");
        let error = choose("card", Direction::Input, [].into_iter()).unwrap_err();
        assert_eq!(error.to_string(), "card has no usable format of samples");
    }
}
