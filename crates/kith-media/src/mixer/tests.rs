use proptest::prelude::*;

use super::*;
use crate::sound::{frames, greatest_step, sine};

const A: SourceId = SourceId(1);
const B: SourceId = SourceId(2);

/// What the limiter holds back, in samples of one channel.
const LATE: usize = 48;

fn mixer(ids: &[SourceId]) -> Mixer {
    let mut mixer = Mixer::new();
    for id in ids {
        mixer.add(*id).unwrap();
    }
    mixer
}

/// Left, right, and the sum in one channel.
fn run(mixer: &mut Mixer, count: usize, mut pull: impl FnMut(usize, SourceId, &mut Frame)) -> [Vec<f32>; 3] {
    let mut out = [Vec::new(), Vec::new(), Vec::new()];
    for n in 0..count {
        let mut stereo = [0.0; 2 * FRAME];
        out[2].extend_from_slice(mixer.mix(|id, frame| pull(n, id, frame), &mut stereo));
        out[0].extend(stereo.iter().step_by(2));
        out[1].extend(stereo.iter().skip(1).step_by(2));
    }
    out
}

#[test]
fn one_source_is_heard_as_it_is() {
    let sound = frames(&sine(440.0, 48_000, 0.3, 9_600));
    let [left, right, mono] = run(&mut mixer(&[A]), 20, |n, _, frame| *frame = sound[n]);
    let flat = sound.concat();
    // The first 10 ms fade in.
    assert_eq!(left[FRAME + LATE..], flat[FRAME..flat.len() - LATE]);
    assert_eq!(left, right);
    assert_eq!(left, mono);
}

#[test]
fn sources_add_up_at_their_volumes() {
    let mut mixer = mixer(&[A, B]);
    mixer.set_volume(A, 0.5);
    mixer.set_volume(B, 2.0);
    let [left, ..] = run(&mut mixer, 3, |_, id, frame| frame.fill(if id == A { 0.2 } else { 0.1 }));
    assert!((left[2 * FRAME] - 0.3).abs() < 1e-6, "{}", left[2 * FRAME]);
}

#[test]
fn volume_stays_within_its_bounds() {
    for (asked, given) in [(-1.0, 0.0), (9.0, 2.0), (f32::NAN, 0.0), (f32::INFINITY, 2.0), (1.5, 1.5)] {
        let mut mixer = mixer(&[A]);
        mixer.set_volume(A, asked);
        let [left, ..] = run(&mut mixer, 3, |_, _, frame| frame.fill(0.1));
        assert!((left[2 * FRAME] - 0.1 * given).abs() < 1e-6, "{asked} gave {}", left[2 * FRAME]);
    }
}

#[test]
fn no_change_clicks() {
    let sound = frames(&sine(200.0, 48_000, 0.3, 60 * FRAME));
    let mut mixer = mixer(&[A]);
    let mut all = Vec::new();
    for (n, sound) in sound.iter().enumerate() {
        match n {
            10 => mixer.set_volume(A, 0.0),
            20 => mixer.set_volume(A, 2.0),
            30 => mixer.remove(A),
            32 => mixer.add(A).unwrap(),
            40 => mixer.set_place(A, Some(Place { x: 1.0, y: 0.0 })),
            50 => mixer.set_place(A, None),
            _ => {}
        }
        let [left, ..] = run(&mut mixer, 1, |_, _, frame| *frame = *sound);
        all.extend(left);
    }
    // At twice the volume the tone moves by 0.0157 a sample; fading over 10 ms adds 0.6 / 480, the head 0.002.
    assert!(greatest_step(&all) < 0.02, "a step of {}", greatest_step(&all));
    assert!(all[12 * FRAME..20 * FRAME].iter().all(|sample| *sample == 0.0), "volume 0 is silence");
    assert!(all[31 * FRAME + LATE..32 * FRAME].iter().all(|sample| *sample == 0.0), "who was removed is silent");
}

#[test]
fn who_is_removed_is_asked_once_more_and_then_never() {
    let mut mixer = mixer(&[A, B]);
    run(&mut mixer, 1, |_, _, _| {});
    mixer.remove(A);
    let mut asked = Vec::new();
    run(&mut mixer, 3, |n, id, _| asked.push((n, id)));
    assert_eq!(asked, [(0, A), (0, B), (1, B), (2, B)]);
}

#[test]
fn there_is_room_for_so_many_and_each_only_once() {
    let mut mixer = Mixer::new();
    for id in 0..MAX_SOURCES as u64 {
        mixer.add(SourceId(id)).unwrap();
        assert_eq!(mixer.add(SourceId(id)), Err(MixerError::Taken { id: SourceId(id) }));
    }
    assert_eq!(mixer.add(SourceId(99)), Err(MixerError::Full { max: MAX_SOURCES }));
    mixer.remove(SourceId(3));
    run(&mut mixer, 1, |_, _, _| {});
    mixer.add(SourceId(99)).unwrap();
}

#[test]
fn who_comes_back_while_leaving_starts_afresh() {
    let mut mixer = mixer(&[A]);
    mixer.set_volume(A, 0.1);
    run(&mut mixer, 2, |_, _, frame| frame.fill(0.2));
    mixer.remove(A);
    mixer.add(A).unwrap();
    let [left, ..] = run(&mut mixer, 3, |_, _, frame| frame.fill(0.2));
    assert!((left[2 * FRAME] - 0.2).abs() < 1e-6);
}

#[test]
fn one_broken_frame_spoils_nothing_after_it() {
    for poison in [f32::NAN, f32::INFINITY, f32::MAX] {
        let mut mixer = mixer(&[A, B]);
        mixer.set_place(A, Some(Place { x: 1.0, y: 1.0 }));
        let [left, right, _] = run(&mut mixer, 200, |n, id, frame| {
            frame.fill(if n == 0 && id == A { poison } else { 0.1 });
        });
        for ear in [left, right] {
            assert!(ear.iter().all(|sample| sample.is_finite()));
            assert!((0.11..0.25).contains(&ear[199 * FRAME]), "{}", ear[199 * FRAME]);
        }
    }
}

#[test]
fn twenty_four_at_full_scale_stay_within_it() {
    let ids: Vec<SourceId> = (0..MAX_SOURCES as u64).map(SourceId).collect();
    let mut mixer = mixer(&ids);
    let sound = frames(&sine(300.0, 48_000, 1.0, 50 * FRAME));
    let [left, right, mono] = run(&mut mixer, 50, |n, _, frame| *frame = sound[n]);
    for channel in [left, right, mono] {
        assert!(channel.iter().all(|sample| sample.abs() <= 1.0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_is_pulled_stays_within_full_scale(
        samples in prop::collection::vec(any::<f32>(), 3 * FRAME),
        volume in any::<f32>(),
        x in any::<f32>(),
        y in any::<f32>(),
    ) {
        let mut mixer = mixer(&[A]);
        mixer.set_volume(A, volume);
        mixer.set_place(A, Some(Place { x, y }));
        let sound = frames(&samples);
        for channel in run(&mut mixer, 4, |n, _, frame| *frame = sound.get(n).copied().unwrap_or(SILENCE)) {
            prop_assert!(channel.iter().all(|sample| (-1.0..=1.0).contains(sample)));
        }
    }
}
