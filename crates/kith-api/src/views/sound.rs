//! Microphones, speakers, and what becomes of sound before it leaves.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Settings;
use crate::ids::AccountId;

/// String, the default device unless set: the `id` of the microphone of calls. The default one stands in for it while it is
/// not there.
pub const SOUND_INPUT: &str = "sound.input";

/// String, the default device unless set: the `id` of the speaker of calls. The default one stands in for it while it is
/// not there.
pub const SOUND_OUTPUT: &str = "sound.output";

/// String, the speaker of calls unless set: the `id` of the speaker on which a call rings.
pub const SOUND_RING_OUTPUT: &str = "sound.ring_output";

/// A [`SoundNoise`], `normal` unless set: what is taken from the background.
pub const SOUND_NOISE: &str = "sound.noise";

/// Boolean, true unless set: whether the microphone is kept from hearing the speaker.
pub const SOUND_ECHO: &str = "sound.echo";

/// Boolean, true unless set: whether quiet and loud voices are brought to one level.
pub const SOUND_GAIN: &str = "sound.gain";

/// A [`SoundMode`], `always` unless set: when the microphone is let out.
pub const SOUND_MODE: &str = "sound.mode";

/// Object, empty unless set: how loud people are in calls by account, in percent from 0 to 200; who is missing has 100.
/// `calls.set` writes it.
pub const SOUND_VOLUMES: &str = "sound.volumes";

/// The greatest volume, in percent.
pub const VOLUME_MAX: u16 = 200;

/// How long the id of a device may be, in bytes.
pub const DEVICE_ID_MAX: usize = 512;

/// What is taken from the background.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SoundNoise {
    /// Nothing.
    Off,
    /// Steady noise, by about 15 dB.
    #[default]
    Normal,
    /// Keyboards and dogs as well, by 20 dB and more; the voice is 10 ms later and takes more of the processor.
    Strong,
}

/// When the microphone is let out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SoundMode {
    /// While somebody speaks.
    Voice,
    /// As long as it is on.
    #[default]
    Always,
    /// While `calls.set` says `talk`.
    PushToTalk,
}

/// What the settings say about the sound of calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundSettings {
    /// The id of the microphone; none for the default one.
    pub input: Option<String>,
    /// The id of the speaker; none for the default one.
    pub output: Option<String>,
    /// The id of the speaker that rings; none for that of calls.
    pub ring_output: Option<String>,
    /// What is taken from the background.
    pub noise: SoundNoise,
    /// The microphone is kept from hearing the speaker.
    pub echo: bool,
    /// Voices are brought to one level.
    pub gain: bool,
    /// When the microphone is let out.
    pub mode: SoundMode,
    /// Volumes other than 100 %.
    pub volumes: BTreeMap<AccountId, u16>,
}

impl Default for SoundSettings {
    fn default() -> Self {
        Self::read(&Settings::new())
    }
}

impl SoundSettings {
    /// What is set. What makes no sense counts as not set.
    #[must_use]
    pub fn read(settings: &Settings) -> Self {
        fn known<T: serde::de::DeserializeOwned>(settings: &Settings, key: &str) -> Option<T> {
            settings.get(key).and_then(|value| serde_json::from_value(value.clone()).ok())
        }
        Self {
            input: known(settings, SOUND_INPUT),
            output: known(settings, SOUND_OUTPUT),
            ring_output: known(settings, SOUND_RING_OUTPUT),
            noise: known(settings, SOUND_NOISE).unwrap_or_default(),
            echo: known(settings, SOUND_ECHO).unwrap_or(true),
            gain: known(settings, SOUND_GAIN).unwrap_or(true),
            mode: known(settings, SOUND_MODE).unwrap_or_default(),
            volumes: known(settings, SOUND_VOLUMES).unwrap_or_default(),
        }
    }

    /// How loud somebody is, in percent.
    #[must_use]
    pub fn volume(&self, account: &AccountId) -> u16 {
        self.volumes.get(account).copied().unwrap_or(100).min(VOLUME_MAX)
    }
}

/// A microphone or speaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SoundDevice {
    /// Names it in settings, and stays the same from one start to the next.
    pub id: String,
    /// For people; two devices may have the same.
    pub name: String,
    /// The system takes it where none is chosen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
    /// It is there. One that is not stands here because it was chosen.
    pub present: bool,
    /// A call or `calls.check_start` uses it now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_use: bool,
}

/// The devices of this computer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SoundDevices {
    /// Microphones, and what plays on a speaker where that can be listened to; the default one first.
    pub inputs: Vec<SoundDevice>,
    /// Speakers, the default one first.
    pub outputs: Vec<SoundDevice>,
    /// Why there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<SoundProblem>,
    /// The microphone was given when the program was started: `sound.input` does not count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub input_given: bool,
    /// The speaker was given when the program was started: `sound.output` and `sound.ring_output` do not count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub output_given: bool,
}

/// Why there is no sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SoundProblem {
    /// This computer has no sound system, or it does not run.
    NoSoundSystem,
    /// The sound system gives no answer.
    NoAnswer,
    /// There is no microphone.
    NoMicrophone,
    /// There is no speaker.
    NoSpeaker,
    /// The system does not let this program use it.
    NotAllowed,
    /// It does not open for another reason, which the log says.
    Failed,
}

/// What the check of microphone and speaker is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum CheckPhase {
    /// It shows how loud the microphone is.
    Listening,
    /// It records what is said.
    Recording,
    /// It plays what was recorded.
    Playing,
    /// It plays a tone.
    Tone,
    /// It has ended.
    Over,
}

/// How the check of microphone and speaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SoundCheck {
    /// What it is doing.
    pub phase: CheckPhase,
    /// How loud the microphone is as others would hear it, 0 (silent) to 100.
    pub level: u8,
    /// How long this goes on, in milliseconds; absent if that depends on what is called next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_ms: Option<u32>,
    /// Why nothing is heard of the microphone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_problem: Option<SoundProblem>,
    /// Why nothing can be played.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_problem: Option<SoundProblem>,
}
