//! Which devices there are.

use cpal::{
    Device, Host,
    traits::{DeviceTrait as _, HostTrait as _},
};

use super::{DeviceError, DeviceInfo, Direction, connection::Connection, stream};

/// More than people have: what is listed goes into events and menus.
const MAX_DEVICES: usize = 256;

/// All microphones and speakers, inputs first, the default ones first among them. Waits for the sound system for up to
/// six seconds: not for a thread that somebody waits for.
///
/// # Errors
/// [`DeviceError::NoSoundSystem`]; [`DeviceError::Timeout`] and [`DeviceError::Stuck`] where it hangs.
pub fn list() -> Result<Vec<DeviceInfo>, DeviceError> {
    stream::ask("list its devices", || {
        let (_connection, infos) = Connection::ask(|host| {
            let mut infos = Vec::new();
            for direction in [Direction::Input, Direction::Output] {
                let devices = devices(host, direction)?;
                let default = default(host, direction).as_ref().and_then(id);
                let mut found: Vec<_> =
                    devices.iter().filter_map(|device| info(device, direction, default.as_deref())).collect();
                found.sort_by_key(|info| !info.default);
                infos.extend(found.into_iter().take(MAX_DEVICES));
            }
            Ok(infos)
        })?;
        Ok(infos)
    })
}

/// The device of this id, or else of this name; the default one without either.
pub(super) fn find(host: &Host, direction: Direction, name: Option<&str>) -> Result<(Device, DeviceInfo), DeviceError> {
    // First, because this fails where the connection has ended; there is no default device then either.
    let mut all = devices(host, direction)?;
    let default = default(host, direction);
    let default_id = default.as_ref().and_then(id);
    let device = match name {
        None => default.ok_or(DeviceError::NoDefault { direction })?,
        Some(name) => {
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

/// Whether the sound system has this device no longer. One that cannot be asked for is not missing: its stream will say so.
pub(super) fn missing(host: &Host, info: &DeviceInfo) -> bool {
    let devices = devices(host, info.direction);
    devices.is_ok_and(|devices| !devices.iter().any(|device| id(device).as_ref() == Some(&info.id)))
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
