use super::*;
use crate::{
    frame::FRAME,
    sound::{amplitude_of, frames, greatest_step, noise, rms_dbfs, sine, speech},
};

const OFF: CaptureSettings = CaptureSettings { echo: false, noise: Noise::Keep, gain: false, high_pass: false };

fn run(capture: &mut Capture, near: &[f32]) -> (Vec<f32>, Vec<Heard>) {
    let mut out = Vec::new();
    let mut heard = Vec::new();
    for mut frame in frames(near) {
        heard.push(capture.process(&mut frame, 0));
        out.extend_from_slice(&frame);
    }
    (out, heard)
}

fn alone(settings: CaptureSettings, near: &[f32]) -> Vec<f32> {
    run(&mut Capture::new(settings).unwrap(), near).0
}

fn seconds(sound: &[f32], from: usize, to: usize) -> &[f32] {
    &sound[from * 48_000..to * 48_000]
}

/// What a microphone hears of a loudspeaker across a room: 80 ms later, by several ways.
fn room(far: &[f32]) -> Vec<f32> {
    const WAYS: [(usize, f32); 7] =
        [(3_840, 0.35), (3_905, -0.18), (4_013, 0.14), (4_230, -0.10), (4_555, 0.07), (5_011, 0.05), (5_760, -0.03)];
    (0..far.len())
        .map(|n| WAYS.iter().filter_map(|(late, gain)| Some(gain * far[n.checked_sub(*late)?])).sum())
        .collect()
}

fn with_speaker(settings: CaptureSettings, far: &[f32], near: &[f32]) -> Vec<f32> {
    let mut capture = Capture::new(settings).unwrap();
    let mut out = Vec::new();
    for (far, mut near) in frames(far).iter().zip(frames(near)) {
        capture.render(far);
        capture.process(&mut near, 80);
        out.extend_from_slice(&near);
    }
    out
}

#[test]
fn the_echo_of_the_speaker_is_taken_out() {
    let far = speech(1, 12.0);
    let echo = room(&far);
    for settings in
        [CaptureSettings { echo: true, ..OFF }, CaptureSettings { gain: false, ..CaptureSettings::default() }]
    {
        let out = with_speaker(settings, &far, &echo);
        let erle = rms_dbfs(seconds(&echo, 5, 12)) - rms_dbfs(seconds(&out, 5, 12));
        println!("{settings:?}: ERLE {erle:.1} dB");
        assert!(erle >= 20.0, "{settings:?}: ERLE {erle} dB");
    }
    // With everything on the gain control must not bring it back.
    let out = with_speaker(CaptureSettings::default(), &far, &echo);
    let erle = rms_dbfs(seconds(&echo, 5, 12)) - rms_dbfs(seconds(&out, 5, 12));
    println!("all on: ERLE {erle:.1} dB");
    assert!(erle >= 20.0, "with gain control: {erle} dB");
    let out = with_speaker(OFF, &far, &echo);
    assert!((rms_dbfs(seconds(&echo, 5, 12)) - rms_dbfs(seconds(&out, 5, 12))).abs() < 0.1, "switched off, it stays");
}

/// What a microphone hears of a loudspeaker as loud as it can be, by a clock that is 500 ppm faster.
fn drifting(far: &[f32]) -> Vec<f32> {
    (0..far.len())
        .map(|n| {
            let at = n as f64 * 1.0005 - 3_840.0;
            let (whole, part) = (at.floor(), at.rem_euclid(1.0) as f32);
            let sample = |n: f64| if n < 0.0 { 0.0 } else { far.get(n as usize).copied().unwrap_or(0.0) };
            sample(whole) * (1.0 - part) + sample(whole + 1.0) * part
        })
        .collect()
}

/// Nobody speaks here, and what the canceller leaves is the only voice to be heard.
#[test]
fn what_is_left_of_an_echo_is_not_made_louder() {
    let far = speech(5, 22.0);
    let echo = drifting(&far);
    let [plain, levelled] = [false, true].map(|gain| {
        let settings = CaptureSettings { gain, ..CaptureSettings::default() };
        let mut capture = Capture::new(CaptureSettings { echo: false, ..settings }).unwrap();
        let mut out = Vec::new();
        for (n, (far, mut near)) in frames(&far).iter().zip(frames(&echo)).enumerate() {
            if n == 900 {
                capture.set(settings);
            }
            capture.render(far);
            capture.process(&mut near, 80);
            out.extend_from_slice(&near);
        }
        rms_dbfs(seconds(&echo, 18, 22)) - rms_dbfs(seconds(&out, 18, 22))
    });
    println!("ERLE {plain:.1} dB, with gain control {levelled:.1} dB");
    assert!((10.0..20.0).contains(&plain), "there is something left: {plain} dB");
    assert!(levelled > plain - 1.0, "{plain} dB, with gain control {levelled} dB");
}

#[test]
fn ones_own_voice_survives_the_echo_canceller() {
    let (far, own) = (speech(1, 12.0), speech(2, 12.0));
    // First they speak, then we do.
    let mut far_first = far;
    far_first[6 * 48_000..].fill(0.0);
    let near: Vec<f32> = room(&far_first)
        .iter()
        .zip(&own)
        .enumerate()
        .map(|(n, (echo, own))| if n < 6 * 48_000 { *echo } else { echo + own })
        .collect();
    let out = with_speaker(CaptureSettings { echo: true, ..OFF }, &far_first, &near);
    let change = rms_dbfs(seconds(&out, 7, 12)) - rms_dbfs(seconds(&own, 7, 12));
    assert!(change.abs() < 3.0, "the voice changed by {change} dB");
}

#[test]
fn noise_goes_down_and_the_voice_stays() {
    // Uniform noise: its RMS is 1/√3 of its peak, here -38.7 dBFS.
    let hiss = noise(3, 0.0201, 8 * 48_000);
    let voice = speech(4, 8.0);
    let both: Vec<f32> = voice.iter().zip(&hiss).map(|(voice, hiss)| voice + hiss).collect();
    for (setting, least) in [(Noise::Suppress, 8.0), (Noise::SuppressStrongly, 18.0)] {
        let settings = CaptureSettings { noise: setting, ..OFF };
        let floor = rms_dbfs(seconds(&alone(settings, &hiss), 5, 8));
        let lowered = rms_dbfs(&hiss) - floor;
        let change = rms_dbfs(seconds(&alone(settings, &both), 3, 8)) - rms_dbfs(seconds(&voice, 3, 8));
        println!("{setting:?}: floor {floor:.1} dBFS, lowered by {lowered:.1} dB; voice changed by {change:.1} dB");
        assert!(lowered >= least, "{setting:?} lowered the floor by {lowered} dB only");
        assert!(change.abs() < 4.0, "{setting:?} changed the voice by {change} dB");
    }
}

#[test]
fn with_everything_off_the_sound_is_what_it_was() {
    let sound = speech(5, 1.0);
    let out = alone(OFF, &sound);
    let difference: Vec<f32> = out.iter().zip(&sound).map(|(out, sound)| out - sound).collect();
    assert!(rms_dbfs(&difference) < -80.0, "{} dBFS of difference", rms_dbfs(&difference));
}

#[test]
fn rumble_is_taken_out_when_asked() {
    let level = |high_pass, hz: f32| {
        let out = alone(CaptureSettings { high_pass, ..OFF }, &sine(hz, 48_000, 0.3, 2 * 48_000));
        20.0 * (amplitude_of(seconds(&out, 1, 2), f64::from(hz), 48_000) / 0.3).log10()
    };
    assert!(level(true, 30.0) < -10.0, "30 Hz: {} dB", level(true, 30.0));
    assert!(level(true, 1_000.0).abs() < 0.5);
    assert!(level(false, 30.0).abs() < 0.5);
}

#[test]
fn gain_control_raises_a_quiet_voice_and_not_a_loud_one() {
    let loud = speech(6, 10.0);
    let quiet: Vec<f32> = loud.iter().map(|sample| sample * 0.05).collect();
    let settings = CaptureSettings { gain: true, ..OFF };
    let raised = rms_dbfs(seconds(&alone(settings, &quiet), 6, 10)) - rms_dbfs(seconds(&quiet, 6, 10));
    let changed = rms_dbfs(seconds(&alone(settings, &loud), 6, 10)) - rms_dbfs(seconds(&loud, 6, 10));
    println!("quiet {raised:+.1} dB, loud {changed:+.1} dB");
    assert!(raised > 10.0, "the quiet voice was raised by {raised} dB");
    assert!(changed < raised - 5.0, "the loud voice was changed by {changed} dB");
}

#[test]
fn muted_is_exactly_nothing_within_ten_milliseconds_and_without_a_jump() {
    let tone = sine(200.0, 48_000, 0.5, 60 * FRAME);
    let natural = greatest_step(&tone);
    let shut = [Gate::Muted, Gate::PushToTalk { held: false }];
    for (closed, open) in shut.into_iter().zip([Gate::Open, Gate::PushToTalk { held: true }]) {
        let mut capture = Capture::new(OFF).unwrap();
        let mut out = Vec::new();
        for (n, mut frame) in frames(&tone).into_iter().enumerate() {
            match n {
                20 => capture.set_gate(closed),
                40 => capture.set_gate(open),
                _ => {}
            }
            capture.process(&mut frame, 0);
            out.extend_from_slice(&frame);
        }
        let frame = |n: usize| &out[n * FRAME..(n + 1) * FRAME];
        assert!(rms_dbfs(frame(19)) > -10.0);
        assert_eq!(frame(20)[FRAME - 1], 0.0);
        for n in 21..40 {
            assert!(frame(n).iter().all(|sample| sample.to_bits() == 0), "something leaves in frame {n}");
        }
        assert!(rms_dbfs(frame(41)) > -10.0, "it comes back");
        // Half a cosine over 10 ms adds at most 0.5 * π / 960 to what the tone does itself.
        assert!(greatest_step(&out[FRAME..]) < natural + 0.0017, "a step of {}", greatest_step(&out[FRAME..]));
    }
}

#[test]
fn a_gate_that_was_never_opened_lets_nothing_out() {
    let mut capture = Capture::new(OFF).unwrap();
    capture.set_gate(Gate::Muted);
    let (out, _) = run(&mut capture, &noise(7, 0.5, 4 * FRAME));
    assert!(out[FRAME..].iter().all(|sample| sample.to_bits() == 0));
}

#[test]
fn a_voice_is_noticed_even_if_muted_and_then_forgotten() {
    let mut capture = Capture::new(CaptureSettings::default()).unwrap();
    capture.set_gate(Gate::Muted);
    let mut sound = vec![0.0; 48_000];
    sound.extend(speech(8, 4.0));
    sound.extend(vec![0.0; 2 * 48_000]);
    let (_, heard) = run(&mut capture, &sound);
    let speaking = |from: usize, to: usize| heard[from..to].iter().filter(|heard| heard.speaking).count();
    println!(
        "silent {} of 100, speech {} of 400, after {} of 150",
        speaking(0, 100),
        speaking(100, 500),
        speaking(550, 700)
    );
    assert_eq!(speaking(0, 100), 0);
    assert!(speaking(100, 500) > 200, "noticed in {} frames of 400", speaking(100, 500));
    assert_eq!(speaking(550, 700), 0);
}

#[test]
fn a_gate_for_voices_is_open_while_somebody_speaks() {
    let mut capture = Capture::new(CaptureSettings::default()).unwrap();
    capture.set_gate(Gate::Voice);
    let mut sound = noise(10, 0.05, 48_000);
    sound.extend(speech(8, 4.0));
    sound.extend(vec![0.0; 2 * 48_000]);
    let (out, heard) = run(&mut capture, &sound);
    assert!(heard.iter().all(|heard| heard.open == heard.speaking));
    let silent = |from: usize, to: usize| out[from * FRAME..to * FRAME].iter().all(|sample| *sample == 0.0);
    assert!(silent(50, 100) && !silent(100, 500) && silent(580, 700));
}

#[test]
fn noise_and_hum_are_no_voice() {
    for sound in [noise(9, 0.05, 3 * 48_000), sine(100.0, 48_000, 0.2, 3 * 48_000)] {
        let (_, heard) = run(&mut Capture::new(CaptureSettings::default()).unwrap(), &sound);
        let wrong = heard[100..].iter().filter(|heard| heard.speaking).count();
        assert!(wrong < 20, "{wrong} of 200 frames were taken for a voice");
    }
}

#[test]
fn the_meter_tells_levels() {
    let mut capture = Capture::new(OFF).unwrap();
    let (_, heard) = run(&mut capture, &sine(1_000.0, 48_000, 1.0, 20 * FRAME));
    assert!((heard[19].level_dbfs + 3.01).abs() < 0.1, "{:?}", heard[19]);
    assert!(heard[19].peak_dbfs.abs() < 0.1, "{:?}", heard[19]);
    let (_, heard) = run(&mut capture, &vec![0.0; 171 * FRAME]);
    assert!(heard[20].level_dbfs == -100.0, "{:?}", heard[20]);
    let fallen = heard[0].peak_dbfs - heard[170].peak_dbfs;
    assert!((fallen - 20.0).abs() < 0.5, "the peak fell by {fallen} dB in 1.7 s");
}

#[test]
fn what_is_not_a_number_spoils_nothing() {
    for settings in
        [CaptureSettings::default(), CaptureSettings { noise: Noise::SuppressStrongly, ..CaptureSettings::default() }]
    {
        let mut capture = Capture::new(settings).unwrap();
        for poison in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
            let mut frame = [poison; FRAME];
            capture.render(&frame);
            capture.process(&mut frame, u32::MAX);
            assert!(frame.iter().all(|sample| (-1.0..=1.0).contains(sample)));
        }
        let (out, heard) = run(&mut capture, &speech(10, 4.0));
        assert!(out.iter().all(|sample| (-1.0..=1.0).contains(sample)));
        assert!(rms_dbfs(&out[2 * 48_000..]) > -40.0 && heard.iter().all(|heard| heard.level_dbfs.is_finite()));
    }
}

#[test]
fn parts_can_be_switched_while_it_runs() {
    let hiss = noise(11, 0.0201, 4 * 48_000);
    let mut capture = Capture::new(OFF).unwrap();
    let mut last = |noise| {
        capture.set(CaptureSettings { noise, ..OFF });
        rms_dbfs(seconds(&run(&mut capture, &hiss).0, 3, 4))
    };
    let levels = [last(Noise::Keep), last(Noise::SuppressStrongly), last(Noise::Suppress), last(Noise::Keep)];
    assert!(levels[1] < levels[0] - 18.0 && levels[2] < levels[0] - 8.0 && levels[2] > levels[1], "{levels:?}");
    assert!((levels[3] - levels[0]).abs() < 0.1, "{levels:?}");
}
