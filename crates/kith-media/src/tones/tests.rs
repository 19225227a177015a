use super::*;
use crate::sound::{amplitude_of, greatest_step, rms_dbfs};

const ALL: [Tone; 7] =
    [Tone::Ringing, Tone::Ringback, Tone::Busy, Tone::Joined, Tone::Left, Tone::Muted, Tone::Unmuted];

fn sound(tone: Tone, frames: usize) -> Vec<f32> {
    tone.frames().take(frames).flatten().collect()
}

#[test]
fn all_are_about_as_loud_as_speech() {
    for tone in ALL {
        let sound = sound(tone, 600);
        // Where it sounds: pieces of 50 ms that are not silent.
        let heard: Vec<f32> = sound.chunks(2_400).filter(|piece| rms_dbfs(piece) > -50.0).flatten().copied().collect();
        let (level, peak) = (rms_dbfs(&heard), heard.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs())));
        println!("{tone:?}: {level} dBFS, peak {peak}");
        assert!((-23.0..-18.0).contains(&level), "{tone:?}: {level} dBFS");
        assert!(peak < 0.6, "{tone:?}: peak {peak}");
    }
}

#[test]
fn they_end_when_they_should() {
    let length = |tone: Tone| tone.frames().take(2_000).count();
    for (tone, frames) in [
        (Tone::Ringing, 2_000),
        (Tone::Ringback, 2_000),
        (Tone::Busy, 400),
        (Tone::Joined, 50),
        (Tone::Left, 50),
        (Tone::Muted, 17),
        (Tone::Unmuted, 17),
    ] {
        assert_eq!(length(tone), frames, "{tone:?}");
    }
    let mut busy = Tone::Busy.frames();
    assert_eq!(busy.by_ref().count(), 400);
    assert!(busy.next().is_none(), "what has ended stays so");
}

#[test]
fn loops_repeat_exactly() {
    for (tone, round) in [(Tone::Ringing, 300), (Tone::Ringback, 500)] {
        let sound = sound(tone, 2 * round);
        let (first, second) = sound.split_at(sound.len() / 2);
        assert_eq!(first, second, "{tone:?}");
    }
}

#[test]
fn none_begins_ends_or_goes_on_with_a_click() {
    for tone in ALL {
        let sound = sound(tone, 600);
        assert_eq!(sound[0], 0.0, "{tone:?}");
        assert!(sound.last().unwrap().abs() < 1e-3, "{tone:?}");
        // Two notes of 988 Hz with their overtones at once move by about 0.1 a sample; a click by more than that.
        assert!(greatest_step(&sound) < 0.09, "{tone:?}: a step of {}", greatest_step(&sound));
        let onset = sound.iter().take(96).fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        assert!(onset < 0.03, "{tone:?} is at {onset} after 2 ms");
    }
}

#[test]
fn the_exchange_has_its_cadence() {
    let ringback = sound(Tone::Ringback, 500);
    assert!((amplitude_of(&ringback[4_800..43_200], 425.0, RATE) - 0.14).abs() < 0.005);
    assert!(ringback[48_000..].iter().all(|sample| *sample == 0.0));
    let busy = sound(Tone::Busy, 100);
    assert!(rms_dbfs(&busy[..24_000]) > -21.0);
    assert!(busy[24_000..].iter().all(|sample| *sample == 0.0));
}

#[test]
fn coming_goes_up_and_leaving_goes_down() {
    for (tone, first, second) in
        [(Tone::Joined, D5, G5), (Tone::Left, G5, D5), (Tone::Unmuted, G4, B4), (Tone::Muted, B4, G4)]
    {
        let sound = sound(tone, 50);
        let (before, after) = (&sound[..2_400], &sound[sound.len() / 3..]);
        assert!(amplitude_of(before, first, RATE) > 2.0 * amplitude_of(before, second, RATE), "{tone:?} at first");
        assert!(amplitude_of(after, second, RATE) > amplitude_of(after, first, RATE), "{tone:?} then");
    }
}
