//! Connections to sound systems, used again.
//!
//! In cpal 0.18 the thread of a connection to PulseAudio ends only if the server has something to say after everything
//! that uses it was dropped: each list of devices would leave a thread and a connection behind, of which a server has 64.

use std::sync::{Mutex, PoisonError};

use cpal::{ErrorKind, Host, HostId};

use super::DeviceError;

/// Sound systems in the order they are tried. `cpal::default_host` is not asked: it may hang, and it falls back by panic.
/// PipeWire answers as PulseAudio.
const HOSTS: [&str; 4] = ["pulseaudio", "alsa", "wasapi", "coreaudio"];

/// Connections kept: those of an input and an output, and of the two that take their place in a switch.
const MAX_IDLE: usize = 4;

static IDLE: Mutex<Vec<Host>> = Mutex::new(Vec::new());

/// A connection that nobody else uses: one to PulseAudio carries one playback stream. Whoever drops it before its streams
/// lets others have it too early.
pub(super) struct Connection {
    /// None in its drop.
    host: Option<Host>,
    pulseaudio: bool,
}

impl Connection {
    /// Asks on a connection that was used before, or on a new one, which takes two seconds where PulseAudio hangs.
    pub(super) fn ask<T>(question: impl Fn(&Host) -> Result<T, DeviceError>) -> Result<(Self, T), DeviceError> {
        loop {
            let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let used = idle.is_some();
            let host = idle.map_or_else(connect, Ok)?;
            match question(&host) {
                // Its server has ended. There may be another.
                Err(error) if has_ended(&error) && used => {}
                Err(error) if has_ended(&error) => return Err(error),
                answer => {
                    let pulseaudio = host.id().to_string() == HOSTS[0];
                    let connection = Self { host: Some(host), pulseaudio };
                    return answer.map(|answer| (connection, answer));
                }
            }
        }
    }

    /// Whether it is one to PulseAudio, or to PipeWire in its place.
    pub(super) fn is_pulseaudio(&self) -> bool {
        self.pulseaudio
    }

    /// What to ask on it.
    pub(super) fn host(&self) -> Option<&Host> {
        self.host.as_ref()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        // Others are not kept: PulseAudio may be there the next time.
        if self.pulseaudio && idle.len() < MAX_IDLE {
            idle.extend(self.host.take());
        }
    }
}

fn has_ended(error: &DeviceError) -> bool {
    matches!(error, DeviceError::System { source, .. }
        if matches!(source.kind(), ErrorKind::StreamInvalidated | ErrorKind::HostUnavailable))
}

/// To the first sound system that answers.
fn connect() -> Result<Host, DeviceError> {
    let available = cpal::available_hosts();
    let mut wanted =
        HOSTS.into_iter().filter_map(|name| name.parse::<HostId>().ok()).filter(|id| available.contains(id));
    wanted.find_map(|id| cpal::host_from_id(id).ok()).ok_or(DeviceError::NoSoundSystem)
}
