//! Which devices there are.

use cpal::{
    Device, Host, HostId,
    traits::{DeviceTrait as _, HostTrait as _},
};

use super::{DeviceError, DeviceInfo, Direction, stream};

/// Sound systems in the order they are tried. `cpal::default_host` is not asked: it may hang, and it falls back by panic.
/// PipeWire answers as PulseAudio.
const HOSTS: [&str; 4] = ["pulseaudio", "alsa", "wasapi", "coreaudio"];

/// More than people have: what is listed goes into events and menus.
const MAX_DEVICES: usize = 256;

/// All microphones and speakers, inputs first, the default ones first among them. Waits for the sound system for up to
/// six seconds.
pub(crate) fn list() -> Result<Vec<DeviceInfo>, DeviceError> {
    stream::ask("list its devices", || {
        let host = host()?;
        let mut infos = Vec::new();
        for direction in [Direction::Input, Direction::Output] {
            let default = default(&host, direction).as_ref().and_then(id);
            let mut found: Vec<DeviceInfo> = devices(&host, direction)?
                .iter()
                .filter_map(|device| info(device, direction, default.as_deref()))
                .collect();
            found.sort_by_key(|info| !info.default);
            infos.extend(found.into_iter().take(MAX_DEVICES));
        }
        Ok(infos)
    })
}

/// The first sound system that answers. Takes up to two seconds where PulseAudio hangs.
pub(super) fn host() -> Result<Host, DeviceError> {
    let available = cpal::available_hosts();
    let mut wanted =
        HOSTS.into_iter().filter_map(|name| name.parse::<HostId>().ok()).filter(|id| available.contains(id));
    wanted.find_map(|id| cpal::host_from_id(id).ok()).ok_or(DeviceError::NoSoundSystem)
}

/// The device of this id, or else of this name; the default one without either.
pub(super) fn find(host: &Host, direction: Direction, name: Option<&str>) -> Result<(Device, DeviceInfo), DeviceError> {
    let default = default(host, direction);
    let default_id = default.as_ref().and_then(id);
    let device = match name {
        None => default.ok_or(DeviceError::NoDefault { direction })?,
        Some(name) => {
            let mut all = devices(host, direction)?;
            let rank = |device: &Device| {
                let id = device.id().ok();
                if id.as_ref().is_some_and(|id| id.to_string() == name || id.id() == name) {
                    0
                } else if device.to_string() == name {
                    1
                } else {
                    2
                }
            };
            all.retain(|device| rank(device) < 2);
            all.sort_by_key(rank);
            let not_found = || DeviceError::NotFound { direction, name: name.to_owned() };
            all.into_iter().next().ok_or_else(not_found)?
        }
    };
    let info = info(&device, direction, default_id.as_deref()).ok_or(DeviceError::NoDefault { direction })?;
    Ok((device, info))
}

/// Whether there is still such a device. One that cannot be asked for is not missing: its stream will say so.
pub(super) fn present(host: &Host, info: &DeviceInfo) -> bool {
    devices(host, info.direction)
        .map_or(true, |devices| devices.iter().any(|device| id(device).as_ref() == Some(&info.id)))
}

fn default(host: &Host, direction: Direction) -> Option<Device> {
    match direction {
        Direction::Input => host.default_input_device(),
        Direction::Output => host.default_output_device(),
    }
}

fn devices(host: &Host, direction: Direction) -> Result<Vec<Device>, DeviceError> {
    let devices = host.devices().map_err(DeviceError::system("list the devices"))?;
    Ok(devices
        .filter(|device| match direction {
            Direction::Input => device.supports_input(),
            Direction::Output => device.supports_output(),
        })
        .collect())
}

fn id(device: &Device) -> Option<String> {
    device.id().ok().map(|id| id.to_string())
}

/// None for a device that left meanwhile.
fn info(device: &Device, direction: Direction, default: Option<&str>) -> Option<DeviceInfo> {
    let id = id(device)?;
    let name = device.description().ok()?.name().to_owned();
    Some(DeviceInfo { default: default == Some(&id), id, name, direction })
}
