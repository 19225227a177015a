//! Microphones and speakers of this machine, through cpal.
//!
//! A sound system may block for seconds or for ever, so every call into one is made on a thread for that, and who waits
//! for it waits up to a limit. A connection to PulseAudio carries one playback stream: every stream has its own.

mod config;
mod connection;
mod list;
mod stream;

use std::{fmt, time::Duration};

pub use list::list as list_devices;
pub(crate) use stream::{Lost, OpenStream, open_input, open_output};

/// Whether sound comes from it or goes to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// A microphone, or what plays on a speaker.
    Input,
    /// A speaker.
    Output,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Input => "input",
            Self::Output => "output",
        })
    }
}

/// A microphone or speaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Names it in [`AudioIn`](crate::AudioIn) and [`AudioOut`](crate::AudioOut), and stays the same from one start to the
    /// next: `pulseaudio:alsa_input.usb-…`.
    pub id: String,
    /// For people; two devices may have the same.
    pub name: String,
    /// Which of the two it is.
    pub direction: Direction,
    /// Whether the sound system takes it where none is named.
    pub default: bool,
}

/// Why a device does not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// Neither PulseAudio nor what the system has besides answers.
    #[error("no sound system answers")]
    NoSoundSystem,
    /// There is none of that id or name.
    #[error("there is no {direction} {name:?}")]
    NotFound {
        /// Which kind was looked for.
        direction: Direction,
        /// The id or name looked for.
        name: String,
    },
    /// No device was named, and the sound system has none of its own choice.
    #[error("there is no {direction}")]
    NoDefault {
        /// Which kind was looked for.
        direction: Direction,
    },
    /// It does not run at 48 kHz.
    #[error("{name} does not run at 48 kHz but at {nearest} Hz")]
    Rate {
        /// The device.
        name: String,
        /// The nearest rate that it has, in Hz.
        nearest: u32,
    },
    /// It has no format of samples that is known here.
    #[error("{name} has no usable format of samples")]
    Format {
        /// The device.
        name: String,
    },
    /// The sound system did not get it done in time.
    #[error("the sound system did not {doing} within {} s", limit.as_secs())]
    Timeout {
        /// What it was asked to do.
        doing: &'static str,
        /// How long it was given.
        limit: Duration,
    },
    /// Too many earlier calls still hang in the sound system.
    #[error("{threads} threads wait for the sound system")]
    Stuck {
        /// How many.
        threads: usize,
    },
    /// The sound system refused.
    #[error("cannot {doing}: {source}")]
    System {
        /// What it was asked to do.
        doing: &'static str,
        /// What it said.
        source: cpal::Error,
    },
    /// No thread could be started for it.
    #[error("cannot start a thread")]
    Thread(#[source] std::io::Error),
}

impl DeviceError {
    /// Whether the system does not let this program have it.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::System { source, .. } if source.kind() == cpal::ErrorKind::PermissionDenied)
    }

    fn system(doing: &'static str) -> impl FnOnce(cpal::Error) -> Self {
        move |source| Self::System { doing, source }
    }
}
