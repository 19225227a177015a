//! What the settings say about the sound of calls.

use std::collections::BTreeMap;

use kith_api::{
    AccountId, ErrorCode,
    params::SettingsSetParams,
    views::{
        DEVICE_ID_MAX, SOUND_ECHO, SOUND_GAIN, SOUND_INPUT, SOUND_MODE, SOUND_NOISE, SOUND_OUTPUT, SOUND_RING_OUTPUT,
        SOUND_VOLUMES, SoundMode, SoundNoise, SoundSettings, VOLUME_MAX,
    },
};
use kith_wire::MsgId;
use serde_json::Value;

use crate::{
    CallCommand, Output, Timestamp, convert,
    core::Core,
    error::{CoreError, deny},
};

/// Of how many people a volume is kept: as many as fit into the value of a setting.
const VOLUMES_MAX: usize = 200;

/// Whether a value will do for a setting of sound, if `key` is one.
pub(crate) fn check(key: &str, value: &Value) -> Result<(), CoreError> {
    let (fits, what) = match key {
        SOUND_INPUT | SOUND_OUTPUT | SOUND_RING_OUTPUT => {
            let fits = |id: &str| (1..=DEVICE_ID_MAX).contains(&id.len()) && !id.chars().any(char::is_control);
            (value.as_str().is_some_and(fits), "the id of a device, of 1 to 512 bytes")
        }
        SOUND_ECHO | SOUND_GAIN => (value.is_boolean(), "true or false"),
        SOUND_NOISE => (serde_json::from_value::<SoundNoise>(value.clone()).is_ok(), "off, normal or strong"),
        SOUND_MODE => (serde_json::from_value::<SoundMode>(value.clone()).is_ok(), "voice, always or push_to_talk"),
        SOUND_VOLUMES => {
            let fits = |volumes: BTreeMap<AccountId, u16>| {
                volumes.len() <= VOLUMES_MAX && volumes.values().all(|percent| *percent <= VOLUME_MAX)
            };
            (
                serde_json::from_value(value.clone()).is_ok_and(fits),
                "an object of at most 200 accounts, each with a number from 0 to 200",
            )
        }
        _ => return Ok(()),
    };
    if fits { Ok(()) } else { deny(ErrorCode::InvalidArgument, &format!("{key} is {what}")) }
}

impl Core {
    /// What the settings say about the sound of calls.
    ///
    /// # Errors
    /// [`CoreError::Store`], [`CoreError::Damaged`].
    pub fn sound(&self) -> Result<SoundSettings, CoreError> {
        Ok(SoundSettings::read(&self.settings()?))
    }

    /// What a session has to be told about the volume of somebody.
    pub(super) fn volume_command(
        &self,
        call: MsgId,
        account: kith_wire::AccountId,
    ) -> Result<Option<Output>, CoreError> {
        let percent = self.sound()?.volume(&convert::account_id(account));
        Ok((percent != 100).then_some(Output::Call(CallCommand::Volume { call, percent })))
    }

    /// Keeps how loud somebody is. Who has 100 % needs no entry.
    pub(super) fn set_volume(
        &mut self,
        account: kith_wire::AccountId,
        percent: u16,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        if percent > VOLUME_MAX {
            return deny(ErrorCode::InvalidArgument, "a volume is from 0 to 200 percent");
        }
        let mut volumes = self.sound()?.volumes;
        let account = convert::account_id(account);
        if percent == 100 {
            volumes.remove(&account);
        } else {
            volumes.insert(account, percent);
        }
        if volumes.len() > VOLUMES_MAX {
            return deny(ErrorCode::TooLarge, "the volumes of 200 people are kept; set that of somebody to 100 first");
        }
        self.keep_volumes(&volumes, now, out)
    }

    /// Forgets how loud somebody was who is no contact any more.
    pub(crate) fn forget_volume(
        &mut self,
        account: kith_wire::AccountId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let mut volumes = self.sound()?.volumes;
        match volumes.remove(&convert::account_id(account)) {
            Some(_) => self.keep_volumes(&volumes, now, out),
            None => Ok(()),
        }
    }

    fn keep_volumes(
        &mut self,
        volumes: &BTreeMap<AccountId, u16>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let volumes = volumes.iter().map(|(account, percent)| (account.to_string(), Value::from(*percent)));
        let object: serde_json::Map<_, _> = volumes.collect();
        let value = if object.is_empty() { Value::Null } else { Value::Object(object) };
        self.set_setting(SettingsSetParams { key: SOUND_VOLUMES.to_owned(), value }, now, out).map(drop)
    }
}
