//! Microphone and speaker: what there is, and the check of them.

use kith_node::views::{CallPhase, CheckPhase, SoundCheck, SoundDevice, SoundDevices, SoundMode};

use super::{Model, Route, Section, Sheet};

/// How often it is asked for devices while they are shown: one may be plugged in.
pub const DEVICES_MS: u64 = 3_000;
/// The keys of push to talk to choose from, by number: they write nothing.
pub const TALK_KEYS: std::ops::RangeInclusive<u8> = 1..=12;

/// What the window knows of microphone and speaker.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Sound {
    /// Those of this computer, once the node has told.
    pub devices: Option<SoundDevices>,
    /// When it was last asked, Unix milliseconds.
    pub devices_at: u64,
    /// The check that goes on.
    pub check: Option<SoundCheck>,
    /// The node was asked to begin it and has not answered.
    pub starting: bool,
    /// The key of push to talk is held, and the button.
    pub held: (bool, bool),
}

/// What a person does with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoundAction {
    /// The screen shows devices.
    AskDevices,
    /// Listen to another microphone, by its id.
    Input(Option<String>),
    /// Play on another speaker.
    Output(Option<String>),
    /// Ring on another one.
    RingOutput(Option<String>),
    /// Take more or less from the background.
    Noise(kith_node::views::SoundNoise),
    /// Keep the microphone from hearing the speaker, or not.
    Echo(bool),
    /// Bring voices to one level, or not.
    Gain(bool),
    /// Let the microphone out at other times.
    Mode(SoundMode),
    /// Check microphone and speaker.
    Check,
    /// Record, and play that.
    Record,
    /// Play a tone.
    Tone,
    /// No more of that.
    CheckStop,
    /// The key of push to talk is held, or not any more.
    HoldKey(bool),
    /// The same with the button.
    HoldButton(bool),
    /// The other person of the call is louder or quieter here, in percent.
    Volume(u16),
}

impl Sound {
    /// The check goes on, or has ended.
    pub fn checked(&mut self, check: SoundCheck) {
        self.check = Some(check).filter(|check| check.phase != CheckPhase::Over);
        self.starting = false;
    }

    /// The node says so by itself. One that was left tells that it is over.
    pub fn told(&mut self, check: SoundCheck) {
        if self.check.is_some() || self.starting {
            self.checked(check);
        }
    }

    /// The node has begun it. It may have been left before it began.
    pub fn started(&mut self, check: SoundCheck) {
        if self.starting {
            self.checked(check);
        }
    }

    /// Whether it is time to ask for devices.
    #[must_use]
    pub fn wants_devices(&self, now: u64) -> bool {
        now >= self.devices_at.saturating_add(DEVICES_MS) || self.devices_at == 0
    }
}

/// The chosen one of these devices that is not there.
#[must_use]
pub fn missing<'a>(devices: &'a [SoundDevice], chosen: Option<&str>) -> Option<&'a SoundDevice> {
    devices.iter().find(|device| Some(&*device.id) == chosen && !device.present)
}

/// Whether a call goes on that has the microphone and the speaker.
#[must_use]
pub fn is_talking(model: &Model) -> bool {
    let phases = [CallPhase::Connecting, CallPhase::Connected, CallPhase::Reconnecting];
    model.calls.live.as_ref().is_some_and(|call| phases.contains(&call.phase))
}

/// Whether the microphone of a call waits for a key.
#[must_use]
pub fn waits_for_key(model: &Model) -> bool {
    is_talking(model) && model.settings.sound.mode == SoundMode::PushToTalk
}

/// Whether the page about sound is shown, on which a check goes on.
#[must_use]
pub fn is_shown(model: &Model) -> bool {
    model.view.route == Route::Settings(Section::Sound)
}

/// Whether devices are shown.
#[must_use]
pub fn shows_devices(model: &Model) -> bool {
    is_shown(model) || matches!(model.view.sheet, Some(Sheet::Sound))
}
