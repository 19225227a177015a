//! The check of microphone and speaker, before a call has to show that they do not work.

use std::{
    f32::consts::TAU,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use kith_api::{
    ApiError, ErrorCode, Event,
    views::{CheckPhase, SoundCheck, SoundProblem, SoundSettings},
};
use kith_media::{
    AudioIn, AudioOut, Capture, Endpoint, Engine, EngineEvent, FRAME, Frame, Gate, Handlers, OpenError, Process, RATE,
    ResampleError, SILENCE, Stereo,
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, MissedTickBehavior, interval},
};

use super::{
    sound::{self, Sound, Use},
    voice::shown,
};
use crate::{events::Hub, tasks::Tasks};

/// How often it is told how loud the microphone is.
const LEVELS: Duration = Duration::from_millis(100);
/// A microphone does not stay open for somebody who went away.
const PATIENCE: Duration = Duration::from_secs(120);
/// Orders that wait.
const ORDERS: usize = 16;

/// How much is recorded, in samples.
const RECORDED: usize = 3 * RATE as usize;
/// How long the tone is, in samples.
const TONE: usize = 3 * RATE as usize / 2;
/// How high, in Hz, and how loud.
const TONE_HZ: f32 = 523.25;
const TONE_LEVEL: f32 = 0.2;
/// How long it takes to get there and to end, in samples.
const FADE: usize = RATE as usize / 50;
/// From what is played to what the microphone gives of it, as a hint, in ms.
const ECHO_DELAY_MS: u32 = 60;

/// What a client wants of the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Start,
    Record,
    Tone,
    Stop,
}

type Order = (Wish, oneshot::Sender<Result<SoundCheck, ApiError>>);

/// Where wishes go.
#[derive(Debug, Clone)]
pub(crate) struct Check(mpsc::Sender<Order>);

impl Check {
    /// At rest.
    pub(crate) fn new(sound: Sound, hub: &Arc<Hub>, tasks: &Tasks) -> Self {
        let (orders, taken) = mpsc::channel(ORDERS);
        let calls = sound.uses();
        let bench = Bench { sound, hub: Arc::clone(hub), tasks: tasks.clone(), running: None };
        tasks.spawn(bench.run(taken, calls));
        Self(orders)
    }

    pub(crate) async fn wish(&self, wish: Wish) -> Result<SoundCheck, ApiError> {
        let stopping = || ApiError::new(ErrorCode::ShuttingDown, "the node is shutting down");
        let (answer, answered) = oneshot::channel();
        self.0.send((wish, answer)).await.map_err(|_ended| stopping())?;
        answered.await.map_err(|_ended| stopping())?
    }
}

/// What the threads of sound do.
enum Work {
    Listening,
    Recording(Vec<f32>),
    Playing(Vec<f32>, usize),
    Tone(usize),
}

/// What the threads of sound and the task share.
struct Shared {
    work: Mutex<Work>,
    level: AtomicU8,
    problems: Mutex<(Option<SoundProblem>, Option<SoundProblem>)>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Held for a few samples by code that cannot panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn view(&self) -> SoundCheck {
        let ms = |samples: usize| u32::try_from(samples * 1000 / RATE as usize).ok();
        let (phase, left_ms) = match &*locked(&self.work) {
            Work::Listening => (CheckPhase::Listening, None),
            Work::Recording(kept) => (CheckPhase::Recording, ms(RECORDED.saturating_sub(kept.len()))),
            Work::Playing(kept, at) => (CheckPhase::Playing, ms(kept.len().saturating_sub(*at))),
            Work::Tone(at) => (CheckPhase::Tone, ms(TONE.saturating_sub(*at))),
        };
        let (input_problem, output_problem) = *locked(&self.problems);
        SoundCheck { phase, level: self.level.load(Ordering::Relaxed), left_ms, input_problem, output_problem }
    }

    fn captured(&self, frame: &Frame) {
        let mut work = locked(&self.work);
        if let Work::Recording(kept) = &mut *work {
            kept.extend_from_slice(frame);
            if kept.len() >= RECORDED {
                let kept = std::mem::take(kept);
                *work = Work::Playing(kept, 0);
            }
        }
    }

    fn play(&self, out: &mut Stereo) {
        let mut work = locked(&self.work);
        let mut frame = SILENCE;
        let over = match &mut *work {
            Work::Listening | Work::Recording(_) => return,
            Work::Playing(kept, at) => {
                for (sample, kept) in frame.iter_mut().zip(kept.iter().skip(*at)) {
                    *sample = *kept;
                }
                *at += FRAME;
                *at >= kept.len()
            }
            Work::Tone(at) => {
                for (index, sample) in (*at..).zip(frame.iter_mut()) {
                    *sample = tone(index);
                }
                *at += FRAME;
                *at >= TONE
            }
        };
        if over {
            *work = Work::Listening;
        }
        for (pair, sample) in out.chunks_exact_mut(2).zip(frame) {
            pair.fill(sample);
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest says nothing about what does not work")]
    fn hear(&self, event: &EngineEvent) {
        let mut problems = locked(&self.problems);
        match event {
            // Silence takes the place of what does not work.
            EngineEvent::Switched { to: Endpoint::In(AudioIn::Silence) | Endpoint::Out(AudioOut::Null), .. } => {}
            EngineEvent::Switched { to: Endpoint::In(_), .. } => problems.0 = None,
            EngineEvent::Switched { to: Endpoint::Out(_), .. } => problems.1 = None,
            EngineEvent::Failed { wanted, error } => {
                let problem = match error {
                    OpenError::Device(error) => sound::problem(error),
                    _ => SoundProblem::Failed,
                };
                match wanted {
                    Endpoint::In(_) => problems.0 = Some(problem),
                    Endpoint::Out(_) => problems.1 = Some(problem),
                }
            }
            _ => {}
        }
    }
}

/// A sample of the tone.
fn tone(index: usize) -> f32 {
    let edge = index.min(TONE.saturating_sub(index)).min(FADE);
    TONE_LEVEL * (edge as f32 / FADE as f32) * (TAU * TONE_HZ * index as f32 / RATE as f32).sin()
}

/// What is heard goes through the chain of calls, so that a recording sounds as others would hear it.
struct Chain {
    capture: Capture,
    settings: watch::Receiver<SoundSettings>,
    device: bool,
    shared: Arc<Shared>,
}

impl Chain {
    fn new(sound: &Sound, shared: Arc<Shared>) -> Result<Self, ResampleError> {
        let (mut settings, device) = (sound.settings(), matches!(sound.input(), AudioIn::Device(_)));
        let chain = sound::chain(&settings.borrow_and_update(), device);
        Ok(Self { capture: Capture::new(chain)?, settings, device, shared })
    }
}

impl Process for Chain {
    fn process(&mut self, frame: &mut Frame) {
        if self.settings.has_changed().unwrap_or(false) {
            let chain = sound::chain(&self.settings.borrow_and_update(), self.device);
            self.capture.set(chain);
        }
        self.capture.set_gate(Gate::Open);
        let heard = self.capture.process(frame, ECHO_DELAY_MS);
        self.shared.level.store(shown(heard.level_dbfs), Ordering::Relaxed);
    }

    fn render(&mut self, frame: &Frame) {
        self.capture.render(frame);
    }
}

/// A check that goes on.
struct Running {
    engine: Engine,
    shared: Arc<Shared>,
    ends: (AudioIn, AudioOut),
    told: SoundCheck,
    until: Instant,
}

struct Bench {
    sound: Sound,
    hub: Arc<Hub>,
    tasks: Tasks,
    running: Option<Running>,
}

impl Bench {
    async fn run(mut self, mut orders: mpsc::Receiver<Order>, mut uses: watch::Receiver<sound::InUse>) {
        let mut settings = self.sound.settings();
        let mut levels = interval(LEVELS);
        levels.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let goes = self.running.is_some();
            tokio::select! {
                order = orders.recv() => match order {
                    Some((wish, answer)) => {
                        let talks = sound::talks(&uses.borrow());
                        // Who asked may have gone.
                        let _gone = answer.send(self.obey(wish, talks).await);
                    }
                    None => return self.stop().await,
                },
                _ = levels.tick(), if goes => self.tell().await,
                Ok(()) = uses.changed(), if goes => {
                    let talks = sound::talks(&uses.borrow_and_update());
                    if talks {
                        self.stop().await;
                    }
                }
                Ok(()) = settings.changed(), if goes => self.settle(),
            }
        }
    }

    async fn obey(&mut self, wish: Wish, talks: bool) -> Result<SoundCheck, ApiError> {
        if talks && wish != Wish::Stop {
            let message = "a call goes on, which has the microphone and the speaker";
            return Err(ApiError::new(ErrorCode::NotAllowed, message));
        }
        match wish {
            Wish::Start if self.running.is_none() => self.running = Some(self.start()?),
            Wish::Stop => {
                self.stop().await;
                return Ok(over(None));
            }
            Wish::Start | Wish::Record | Wish::Tone => {}
        }
        let Some(running) = &mut self.running else {
            return Err(ApiError::new(ErrorCode::NotAllowed, "calls.check_start begins a check"));
        };
        running.until = Instant::now() + PATIENCE;
        match wish {
            Wish::Record => *locked(&running.shared.work) = Work::Recording(Vec::with_capacity(RECORDED + FRAME)),
            Wish::Tone => *locked(&running.shared.work) = Work::Tone(0),
            Wish::Start | Wish::Stop => {}
        }
        Ok(running.shared.view())
    }

    fn start(&self) -> Result<Running, ApiError> {
        let failed = |error: &dyn std::fmt::Display| {
            tracing::warn!(%error, "the check of microphone and speaker does not start");
            ApiError::new(ErrorCode::Internal, "the check does not start")
        };
        let (level, problems) = (AtomicU8::new(0), Mutex::default());
        let shared = Arc::new(Shared { work: Mutex::new(Work::Listening), level, problems });
        let [takes, plays, hears] = [(); 3].map(|()| Arc::clone(&shared));
        let mut listens = self.sound.listens(Use::Check);
        let handlers = Handlers {
            chain: Box::new(Chain::new(&self.sound, Arc::clone(&shared)).map_err(|error| failed(&error))?),
            captured: Box::new(move |frame| takes.captured(frame)),
            play: Box::new(move |out| plays.play(out)),
            event: Box::new(move |event| {
                hears.hear(&event);
                listens(event);
            }),
        };
        let ends = (self.sound.input(), self.sound.output());
        let engine = Engine::start(ends.0.clone(), ends.1.clone(), handlers).map_err(|error| failed(&error))?;
        let told = shared.view();
        Ok(Running { engine, shared, ends, told, until: Instant::now() + PATIENCE })
    }

    /// Tells what has changed.
    async fn tell(&mut self) {
        let Some(running) = &mut self.running else { return };
        let now = running.shared.view();
        if now != running.told {
            running.told = now;
            self.hub.publish(Event::CallsCheck { check: now });
        }
        if running.until <= Instant::now() {
            self.stop().await;
        }
    }

    /// Takes the devices that are chosen now.
    fn settle(&mut self) {
        let Some(running) = &mut self.running else { return };
        let (input, output) = (self.sound.input(), self.sound.output());
        if input != running.ends.0 {
            let told = running.engine.set_input(input.clone());
            running.ends.0 = input;
            if let Err(error) = told {
                tracing::warn!(%error, "another microphone is not taken");
            }
        }
        if output != running.ends.1 {
            let told = running.engine.set_output(output.clone());
            running.ends.1 = output;
            if let Err(error) = told {
                tracing::warn!(%error, "another speaker is not taken");
            }
        }
    }

    async fn stop(&mut self) {
        let Some(running) = self.running.take() else { return };
        self.hub.publish(Event::CallsCheck { check: over(Some(running.told)) });
        // Streams take a while to close.
        let _stopped = self.tasks.blocking(move || drop(running)).await;
    }
}

/// One that is over, for the reasons for which nothing was heard.
fn over(last: Option<SoundCheck>) -> SoundCheck {
    let (input_problem, output_problem) = last.map_or((None, None), |last| (last.input_problem, last.output_problem));
    SoundCheck { phase: CheckPhase::Over, level: 0, left_ms: None, input_problem, output_problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(work: Work) -> Shared {
        Shared { work: Mutex::new(work), level: AtomicU8::new(7), problems: Mutex::default() }
    }

    #[test]
    fn what_is_said_for_three_seconds_is_played_and_then_it_listens_again() {
        let shared = shared(Work::Recording(Vec::new()));
        let mut out = [0.0; 2 * FRAME];
        for n in 0..300_u16 {
            shared.play(&mut out);
            assert_eq!(shared.view().phase, CheckPhase::Recording);
            assert_eq!(shared.view().left_ms, Some(3000 - 10 * u32::from(n)));
            shared.captured(&[f32::from(n) / 300.0; FRAME]);
        }
        for n in 0..300_u16 {
            assert_eq!(shared.view().phase, CheckPhase::Playing);
            shared.captured(&[9.0; FRAME]);
            shared.play(&mut out);
            assert!(out.iter().all(|sample| *sample == f32::from(n) / 300.0), "{n}");
        }
        let view = shared.view();
        assert_eq!((view.phase, view.level, view.left_ms), (CheckPhase::Listening, 7, None));
    }

    #[test]
    fn a_tone_begins_and_ends_softly() {
        let shared = shared(Work::Tone(0));
        let (mut played, mut out) = (Vec::new(), [0.0; 2 * FRAME]);
        while shared.view().phase == CheckPhase::Tone {
            shared.play(&mut out);
            played.extend(out.chunks_exact(2).map(|pair| pair[0]));
        }
        assert_eq!(played.len(), TONE);
        let step = played.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(step < TONE_LEVEL * TAU * TONE_HZ / RATE as f32 * 1.1, "{step}");
        assert!(played[0].abs() < 1e-3 && played[TONE - 1].abs() < 1e-3);
        assert!(played.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs())) > TONE_LEVEL * 0.99);
    }
}
