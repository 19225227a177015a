#![expect(clippy::wildcard_enum_match_arm, reason = "an event that is not expected is a failure, whichever it is")]

use std::{
    sync::mpsc::{Receiver, sync_channel},
    time::Instant,
};

use super::*;
use crate::frame::{FRAME, SILENCE};

/// Longer than anything here takes on a busy machine.
const LONG: Duration = Duration::from_secs(30);

/// Turns the sound over, and tells of what was played.
struct Chain(SyncSender<f32>);

impl Process for Chain {
    fn process(&mut self, frame: &mut Frame) {
        frame.iter_mut().for_each(|sample| *sample = -*sample);
    }

    fn render(&mut self, frame: &Frame) {
        self.0.try_send(frame[0]).ok();
    }
}

struct Running {
    engine: Engine,
    captured: Receiver<Frame>,
    rendered: Receiver<f32>,
    events: Receiver<EngineEvent>,
}

/// It plays 1, 2, 3 … on the left, and nothing on the right.
fn start(input: AudioIn, output: AudioOut) -> Running {
    let (frames, captured) = sync_channel(100);
    let (references, rendered) = sync_channel(100);
    let (told, events) = sync_channel(100);
    let mut count = 0.0;
    let handlers = Handlers {
        chain: Box::new(Chain(references)),
        captured: Box::new(move |frame| {
            frames.try_send(*frame).ok();
        }),
        play: Box::new(move |sound| {
            count += 1.0;
            sound.as_chunks_mut::<2>().0.iter_mut().for_each(|[left, _]| *left = count / 1_024.0);
        }),
        event: Box::new(move |event| told.try_send(event).unwrap()),
    };
    Running { engine: Engine::start(input, output, handlers).unwrap(), captured, rendered, events }
}

impl Running {
    fn switched(&self) -> Endpoint {
        match self.events.recv_timeout(LONG).unwrap() {
            EngineEvent::Switched { to, device: None } => to,
            other => panic!("{other:?}"),
        }
    }

    /// The first frame with something to be heard.
    fn heard(&self) -> Frame {
        let since = Instant::now();
        loop {
            assert!(since.elapsed() < LONG, "nothing but silence");
            let frame = self.captured.recv_timeout(LONG).unwrap();
            if frame != SILENCE {
                return frame;
            }
        }
    }
}

#[test]
fn sound_goes_through_the_chain_and_what_is_played_is_its_reference() {
    let running = start(AudioIn::Tone(1_000), AudioOut::Null);
    assert_eq!(running.switched(), Endpoint::In(AudioIn::Tone(1_000)));
    assert_eq!(running.switched(), Endpoint::Out(AudioOut::Null));
    // A quarter of a period of 1 kHz is 12 samples.
    assert!((running.heard()[12] + 0.25).abs() < 1e-6, "turned over");
    for count in 1_u8..=20 {
        let reference = running.rendered.recv_timeout(LONG).unwrap();
        assert_eq!(reference, f32::from(count) / 2_048.0, "the mean of left and right, in order");
    }
    let statistics = running.engine.statistics();
    assert!(statistics.captured > 0 && statistics.played >= 20);
    assert_eq!((statistics.input.callbacks, statistics.output.callbacks), (0, 0));
}

#[test]
fn a_source_is_exchanged_while_it_runs() {
    let running = start(AudioIn::Silence, AudioOut::Null);
    running.engine.set_input(AudioIn::Tone(4_000)).unwrap();
    assert_eq!(running.switched(), Endpoint::In(AudioIn::Silence));
    assert_eq!(running.switched(), Endpoint::Out(AudioOut::Null));
    assert_eq!(running.switched(), Endpoint::In(AudioIn::Tone(4_000)));
    assert!((running.heard()[3] + 0.25).abs() < 1e-6);
}

#[test]
fn what_does_not_open_leaves_everything_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (gone, out) = (folder.path().join("gone.wav"), folder.path().join("out.wav"));
    let running = start(AudioIn::Wav(gone.clone()), AudioOut::Wav(out.clone()));
    let failed = |event| match event {
        EngineEvent::Failed { wanted, error: OpenError::File(_) } => wanted,
        other => panic!("{other:?}"),
    };
    assert_eq!(failed(running.events.recv_timeout(LONG).unwrap()), Endpoint::In(AudioIn::Wav(gone)));
    assert_eq!(running.switched(), Endpoint::Out(AudioOut::Wav(out.clone())), "and no microphone in its place");
    let nowhere = AudioOut::Wav(folder.path().join("none/out.wav"));
    running.engine.set_output(nowhere.clone()).unwrap();
    assert_eq!(failed(running.events.recv_timeout(LONG).unwrap()), Endpoint::Out(nowhere));
    let (before, since) = (running.engine.statistics(), Instant::now());
    let mut now = before;
    while now.captured < before.captured + 3 || now.played < before.played + 3 {
        assert!(since.elapsed() < LONG, "{now:?}");
        running.captured.recv_timeout(LONG).unwrap();
        now = running.engine.statistics();
    }
    drop(running);
    let samples: Vec<i16> = hound::WavReader::open(out).unwrap().samples().map(Result::unwrap).collect();
    assert!(samples.len() >= FRAME && samples.len().is_multiple_of(FRAME));
    let first = usize::from(samples[0].unsigned_abs()) / 16;
    assert!((first + samples.len() / FRAME) as u64 > now.played, "to the end");
    for (index, sample) in samples.into_iter().enumerate() {
        assert_eq!(usize::from(sample.unsigned_abs()), 16 * (first + index / FRAME), "sample {index}");
    }
}
