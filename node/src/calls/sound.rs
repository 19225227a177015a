//! Which microphone and which speaker, what becomes of sound before it leaves, and what of all that is in use.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use kith_api::{
    Command, Event, Reply,
    params::Nothing,
    views::{SoundDevice, SoundDevices, SoundNoise, SoundProblem, SoundSettings},
};
use kith_media::{
    AudioIn, AudioOut, CaptureSettings, DeviceError, DeviceInfo, Direction, Endpoint, EngineEvent, Noise,
};
use tokio::sync::{Notify, mpsc, oneshot, watch};

use super::tones;
use crate::{
    core_thread::ToCore,
    events::{Events, Hub},
    tasks::Tasks,
};

/// A list of devices that is not older than this is given again: who asks often does not keep the sound system busy.
const FRESH: Duration = Duration::from_millis(500);
/// A call tells of its microphone and of its speaker: both are told together.
const TOGETHER: Duration = Duration::from_millis(100);

/// Where sound comes from and goes to if nothing is chosen: the default devices. Anything else was given by whoever started
/// the program, and counts before what is chosen.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) input: AudioIn,
    pub(crate) output: AudioOut,
}

/// What uses devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Call,
    Check,
}

/// Devices in use, by whatever uses them.
pub(super) type InUse = BTreeMap<u64, (Use, Option<String>, Option<String>)>;

/// What is chosen and what is in use. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Sound {
    given: Given,
    settings: watch::Receiver<SoundSettings>,
    in_use: Arc<watch::Sender<InUse>>,
    next: Arc<AtomicU64>,
    /// Something is in use that was not, or the other way round.
    moved: Arc<Notify>,
    listed: Arc<tokio::sync::Mutex<Option<(Instant, Listed)>>>,
    tasks: Tasks,
}

#[derive(Debug, Clone, Default)]
struct Listed {
    devices: Vec<DeviceInfo>,
    problem: Option<SoundProblem>,
}

impl Sound {
    /// With what is chosen now; what is chosen later comes from the events. Calls ring from here on.
    pub(crate) fn new(
        given: Given,
        settings: SoundSettings,
        (hub, core, tasks): (&Arc<Hub>, &mpsc::Sender<ToCore>, &Tasks),
    ) -> Self {
        let (chosen, settings) = watch::channel(settings);
        let sound = Self {
            given,
            settings,
            in_use: Arc::new(watch::Sender::new(InUse::new())),
            next: Arc::default(),
            moved: Arc::default(),
            listed: Arc::default(),
            tasks: tasks.clone(),
        };
        tasks.spawn(tones::run(sound.clone(), hub.read_new(), tasks.clone()));
        tasks.spawn(follow(chosen, hub.read_new(), core.clone()));
        let (telling, hub) = (sound.clone(), Arc::clone(hub));
        tasks.spawn(async move { telling.tell(&hub).await });
        sound
    }

    /// What is chosen, now and later.
    pub(crate) fn settings(&self) -> watch::Receiver<SoundSettings> {
        self.settings.clone()
    }

    /// Where sound comes from now.
    pub(crate) fn input(&self) -> AudioIn {
        match &self.given.input {
            AudioIn::Device(None) => AudioIn::Device(self.settings.borrow().input.clone()),
            given @ (AudioIn::Device(Some(_)) | AudioIn::Tone(_) | AudioIn::Silence | AudioIn::Wav(_)) => given.clone(),
        }
    }

    /// Where it goes to.
    pub(crate) fn output(&self) -> AudioOut {
        self.output_or(|settings| settings.output.clone())
    }

    /// Where it rings.
    pub(crate) fn ring_output(&self) -> AudioOut {
        self.output_or(|settings| settings.ring_output.clone().or_else(|| settings.output.clone()))
    }

    fn output_or(&self, chosen: impl FnOnce(&SoundSettings) -> Option<String>) -> AudioOut {
        match &self.given.output {
            AudioOut::Device(None) => AudioOut::Device(chosen(&self.settings.borrow())),
            given @ (AudioOut::Device(Some(_)) | AudioOut::Null | AudioOut::Wav(_)) => given.clone(),
        }
    }

    /// Tells whether a call has sound, now and later.
    pub(super) fn uses(&self) -> watch::Receiver<InUse> {
        self.in_use.subscribe()
    }

    /// What hears the events of an engine, as long as the engine lives.
    pub(crate) fn listens(&self, by: Use) -> impl FnMut(EngineEvent) + Send + use<> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.in_use.send_modify(|all| drop(all.insert(id, (by, None, None))));
        let listening = Listening { id, sound: self.clone() };
        move |event| listening.hear(&event)
    }

    /// The devices there are and those that are chosen. Waits for the sound system, for six seconds at most.
    pub(crate) async fn devices(&self) -> SoundDevices {
        let listed = self.list().await;
        let chosen = self.settings.borrow().clone();
        let in_use = self.in_use.borrow().clone();
        let of = |direction: Direction, chosen: &[&Option<String>], used: &dyn Fn(&str) -> bool| {
            let there = listed.devices.iter().filter(|info| info.direction == direction).map(|info| SoundDevice {
                in_use: used(&info.id),
                id: info.id.clone(),
                name: info.name.clone(),
                default: info.default,
                present: true,
            });
            let mut devices: Vec<_> = there.collect();
            for id in chosen.iter().copied().flatten() {
                if !devices.iter().any(|device| device.id == *id || device.name == *id) {
                    devices.push(missing(id));
                }
            }
            devices
        };
        let inputs = of(Direction::Input, &[&chosen.input], &|id| {
            in_use.values().any(|(_, input, _)| input.as_deref() == Some(id))
        });
        let outputs = of(Direction::Output, &[&chosen.output, &chosen.ring_output], &|id| {
            in_use.values().any(|(_, _, output)| output.as_deref() == Some(id))
        });
        SoundDevices {
            inputs,
            outputs,
            problem: listed.problem,
            input_given: self.given.input != AudioIn::Device(None),
            output_given: self.given.output != AudioOut::Device(None),
        }
    }

    /// One list at a time: a sound system that hangs keeps one thread, not one for everybody who asks.
    async fn list(&self) -> Listed {
        let mut listed = self.listed.lock().await;
        if let Some((at, known)) = &*listed
            && at.elapsed() < FRESH
        {
            return known.clone();
        }
        let fresh = match self.tasks.blocking(kith_media::list_devices).await {
            // ALSA answers where there is nothing to be heard as well.
            Ok(Ok(devices)) => Listed { problem: devices.is_empty().then_some(SoundProblem::NoSoundSystem), devices },
            Ok(Err(error)) => {
                tracing::info!(%error, "sound devices are not to be had");
                Listed { devices: Vec::new(), problem: Some(problem(&error)) }
            }
            Err(_stopping) => return Listed::default(),
        };
        *listed = Some((Instant::now(), fresh.clone()));
        fresh
    }

    /// Tells of what is in use, whenever that changes.
    async fn tell(&self, hub: &Hub) {
        loop {
            self.moved.notified().await;
            tokio::time::sleep(TOGETHER).await;
            // What was known may be from before.
            *self.listed.lock().await = None;
            hub.publish(Event::CallsDevices { devices: self.devices().await });
        }
    }
}

/// Hears the events of an engine.
struct Listening {
    id: u64,
    sound: Sound,
}

impl Listening {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is for who looks closely, whatever it is")]
    fn hear(&self, event: &EngineEvent) {
        match event {
            EngineEvent::Switched { to, device } => {
                let id = device.as_ref().map(|device| device.id.clone());
                let (id, input) = (id, matches!(to, Endpoint::In(_)));
                self.sound.in_use.send_if_modified(|all| match all.get_mut(&self.id) {
                    Some((_, of_input, of_output)) => {
                        let place = if input { of_input } else { of_output };
                        let changed = *place != id;
                        *place = id;
                        changed
                    }
                    None => false,
                });
                self.sound.moved.notify_one();
            }
            EngineEvent::Failed { wanted, error } => tracing::warn!(?wanted, %error, "no sound from or to here"),
            EngineEvent::Lost { device, reason } => {
                tracing::info!(device = device.name, ?reason, "a sound device is gone");
            }
            other => tracing::debug!(event = ?other, "sound"),
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut used = false;
        self.sound.in_use.send_if_modified(|all| {
            let gone = all.remove(&self.id);
            used = gone.is_some_and(|(_, input, output)| input.is_some() || output.is_some());
            true
        });
        if used {
            self.sound.moved.notify_one();
        }
    }
}

/// Keeps to what is chosen.
async fn follow(chosen: watch::Sender<SoundSettings>, mut events: Events, core: mpsc::Sender<ToCore>) {
    while let Some(event) = events.next().await {
        #[expect(clippy::wildcard_enum_match_arm, reason = "two kinds of event are about this")]
        let settings = match event.event.clone() {
            Event::SettingsChanged { settings } => settings,
            Event::Lagged { .. } => match settings(&core).await {
                Some(settings) => settings,
                None => continue,
            },
            _ => continue,
        };
        let settings = SoundSettings::read(&settings);
        chosen.send_if_modified(|now| {
            let changed = *now != settings;
            *now = settings;
            changed
        });
    }
}

async fn settings(core: &mpsc::Sender<ToCore>) -> Option<kith_api::views::Settings> {
    let (answer, answered) = oneshot::channel();
    core.send(ToCore::Call(Command::SettingsGet(Nothing {}), answer)).await.ok()?;
    match answered.await.ok()? {
        Ok(Reply::SettingsGet(reply)) => Some(reply.settings),
        _ => None,
    }
}

/// Whether a call has sound.
pub(super) fn talks(in_use: &InUse) -> bool {
    in_use.values().any(|(by, ..)| *by == Use::Call)
}

/// A device that was chosen and is not there: its id names it without the word for the sound system.
fn missing(id: &str) -> SoundDevice {
    let name = id.split_once(':').map_or(id, |(_, name)| name).to_owned();
    SoundDevice { id: id.to_owned(), name, default: false, present: false, in_use: false }
}

/// What is worked on. A file is sent as it is: it has no echo, and whoever plays it chose how loud it is.
pub(super) fn chain(settings: &SoundSettings, device: bool) -> CaptureSettings {
    if !device {
        return CaptureSettings { echo: false, noise: Noise::Keep, gain: false, high_pass: false };
    }
    let noise = match settings.noise {
        SoundNoise::Off => Noise::Keep,
        SoundNoise::Strong => Noise::SuppressStrongly,
        SoundNoise::Normal | _ => Noise::Suppress,
    };
    CaptureSettings { echo: settings.echo, noise, gain: settings.gain, high_pass: true }
}

/// What people are told of why a device does not work.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest is for the log")]
pub(super) fn problem(error: &DeviceError) -> SoundProblem {
    match error {
        DeviceError::NoSoundSystem => SoundProblem::NoSoundSystem,
        DeviceError::Timeout { .. } | DeviceError::Stuck { .. } => SoundProblem::NoAnswer,
        DeviceError::NotFound { direction, .. } | DeviceError::NoDefault { direction } => match direction {
            Direction::Input => SoundProblem::NoMicrophone,
            Direction::Output => SoundProblem::NoSpeaker,
        },
        denied if denied.is_denied() => SoundProblem::NotAllowed,
        _ => SoundProblem::Failed,
    }
}
