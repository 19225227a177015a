//! What a call sounds like before anybody is heard: it rings here, it rings there, or nobody wants it.

use std::time::Duration;

use kith_api::{
    Event,
    views::{Call, CallOutcome, CallPhase},
};
use kith_media::{AudioIn, AudioOut, Engine, EngineError, Frame, Handlers, Process, Stereo, Tone, ToneFrames};
use tokio::time::Instant;

use super::sound::Sound;
use crate::{events::Events, tasks::Tasks};

/// How long the sound of a call that was not wanted takes.
const BUSY: Duration = Duration::from_secs(4);

/// Plays what the events of calls ask for, until there are no more. Only a speaker rings: nobody hears a file.
pub(crate) async fn run(sound: Sound, mut events: Events, tasks: Tasks) {
    if !matches!(sound.output(), AudioOut::Device(_)) {
        return;
    }
    let mut playing: Option<(Tone, Engine)> = None;
    let mut over: Option<Instant> = None;
    loop {
        let wanted = tokio::select! {
            event = events.next() => match event {
                Some(event) => wanted(&event.event),
                None => return,
            },
            () = super::at(over) => Some(None),
        };
        let Some(wanted) = wanted else { continue };
        if playing.as_ref().map(|(tone, _)| *tone) == wanted {
            continue;
        }
        if let Some((_, engine)) = playing.take() {
            // A stream takes a while to close.
            let _stopped = tasks.blocking(move || drop(engine)).await;
        }
        over = (wanted == Some(Tone::Busy)).then(|| Instant::now() + BUSY);
        playing = match wanted.map(|tone| (tone, play(tone, output(tone, &sound)))) {
            Some((tone, Ok(engine))) => Some((tone, engine)),
            Some((_, Err(error))) => {
                tracing::warn!(%error, "a call does not ring");
                None
            }
            None => None,
        };
    }
}

/// What is to be heard after an event, if it says anything about that.
#[expect(clippy::wildcard_enum_match_arm, reason = "two kinds of event are about this")]
fn wanted(event: &Event) -> Option<Option<Tone>> {
    match event {
        Event::CallIncoming { call } => Some((!call.silent).then_some(Tone::Ringing)),
        Event::CallChanged { call } => after(call),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "in all other phases it does not ring")]
fn after(call: &Call) -> Option<Option<Tone>> {
    match call.phase {
        CallPhase::Incoming => None,
        CallPhase::Ringing => Some(Some(Tone::Ringback)),
        CallPhase::Ended => {
            let unwanted = matches!(call.outcome, Some(CallOutcome::Busy | CallOutcome::Declined));
            Some((call.outgoing && unwanted).then_some(Tone::Busy))
        }
        _ => Some(None),
    }
}

/// It rings where that is chosen; what a caller hears comes from where they will hear the other side.
fn output(tone: Tone, sound: &Sound) -> AudioOut {
    if tone == Tone::Ringing { sound.ring_output() } else { sound.output() }
}

fn play(tone: Tone, output: AudioOut) -> Result<Engine, EngineError> {
    let mut frames = tone.frames();
    let handlers = Handlers {
        chain: Box::new(Nothing),
        captured: Box::new(|_| {}),
        play: Box::new(move |out| next(&mut frames, out)),
        event: Box::new(|event| tracing::debug!(?event, "ringing")),
    };
    Engine::start(AudioIn::Silence, output, handlers)
}

/// The next 10 ms, the same on both sides; nothing when the sound is over.
fn next(frames: &mut ToneFrames, out: &mut Stereo) {
    let Some(frame) = frames.next() else { return };
    for (pair, sample) in out.chunks_exact_mut(2).zip(frame) {
        pair.fill(sample);
    }
}

/// Nobody listens while it rings.
struct Nothing;

impl Process for Nothing {
    fn process(&mut self, _frame: &mut Frame) {}

    fn render(&mut self, _frame: &Frame) {}
}

#[cfg(test)]
mod tests {
    use kith_api::{AccountId, ChatId, MessageId};

    use super::*;

    fn call(phase: CallPhase, outgoing: bool) -> Call {
        Call {
            call: MessageId::from_bytes([1; 16]),
            chat: ChatId::from_bytes([2; 16]),
            account: AccountId::from_bytes([3; 32]),
            outgoing,
            phase,
            outcome: None,
            started_at: 0,
            connected_at: None,
            until: None,
            mic: true,
            their_mic: true,
            camera: false,
            screen: false,
            their_camera: false,
            their_screen: false,
            silent: false,
        }
    }

    fn ended(outgoing: bool, outcome: CallOutcome) -> Event {
        Event::CallChanged { call: Call { outcome: Some(outcome), ..call(CallPhase::Ended, outgoing) } }
    }

    #[test]
    fn it_rings_until_it_is_answered_and_not_where_it_must_be_silent() {
        let incoming = call(CallPhase::Incoming, false);
        assert_eq!(wanted(&Event::CallIncoming { call: incoming.clone() }), Some(Some(Tone::Ringing)));
        let silent = Call { silent: true, ..incoming.clone() };
        assert_eq!(wanted(&Event::CallIncoming { call: silent }), Some(None));
        assert_eq!(wanted(&Event::CallChanged { call: incoming }), None, "a switch of the microphone");
        for phase in [CallPhase::Connecting, CallPhase::Connected, CallPhase::Reconnecting, CallPhase::Calling] {
            assert_eq!(wanted(&Event::CallChanged { call: call(phase, true) }), Some(None), "{phase:?}");
        }
        let ringing = Event::CallChanged { call: call(CallPhase::Ringing, true) };
        assert_eq!(wanted(&ringing), Some(Some(Tone::Ringback)));
        assert_eq!(wanted(&Event::ContactRemoved { account: AccountId::from_bytes([3; 32]) }), None);
    }

    #[test]
    fn who_called_hears_that_nobody_wants_it() {
        for outcome in [CallOutcome::Busy, CallOutcome::Declined] {
            assert_eq!(wanted(&ended(true, outcome)), Some(Some(Tone::Busy)));
            assert_eq!(wanted(&ended(false, outcome)), Some(None));
        }
        assert_eq!(wanted(&ended(true, CallOutcome::Talked)), Some(None));
    }

    #[test]
    fn a_tone_is_on_both_sides_and_then_over() {
        let mut frames = Tone::Muted.frames();
        let (mut loudest, mut out) = (0.0_f32, [0.0; 2 * kith_media::FRAME]);
        for _ in 0..100 {
            out.fill(0.0);
            next(&mut frames, &mut out);
            assert!(out.chunks_exact(2).all(|pair| pair[0] == pair[1]));
            loudest = out.iter().fold(loudest, |loudest, sample| loudest.max(sample.abs()));
        }
        assert!(loudest > 0.05, "{loudest}");
        assert!(out.iter().all(|sample| *sample == 0.0), "it is over");
    }
}
