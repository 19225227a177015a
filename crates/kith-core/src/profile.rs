//! My own profile.

use kith_api::{ErrorCode, Event, params::ProfileSetParams, views};
use kith_wire::{limits, message::Body};
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    Output, Timestamp, convert,
    core::Core,
    error::{CoreError, deny},
    setup,
};

/// A name as it may be stored and shown: composed, without control or direction characters, 1 to 64 characters.
pub(crate) fn clean_name(name: &str) -> Result<String, CoreError> {
    let composed: String = name.nfc().collect();
    if composed.chars().count() > limits::NAME_MAX_CHARS {
        let message = format!("a name has at most {} characters", limits::NAME_MAX_CHARS);
        return deny(ErrorCode::TooLarge, &message);
    }
    let cleaned = kith_wire::text::clean_name(&composed);
    if cleaned.is_empty() {
        return deny(ErrorCode::InvalidArgument, "a name has at least one visible character");
    }
    Ok(cleaned)
}

impl Core {
    pub(crate) fn my_name(&self) -> Result<String, CoreError> {
        self.text_meta(setup::META_NAME)
    }

    fn text_meta(&self, key: &str) -> Result<String, CoreError> {
        let bytes = self.store.meta(key)?.unwrap_or_default();
        String::from_utf8(bytes).map_err(|_not_text| CoreError::Damaged { what: "profile text" })
    }

    pub(crate) fn profile(&self) -> Result<views::Profile, CoreError> {
        let device = |record: &kith_wire::DeviceRecord| views::Device {
            device: kith_api::DeviceId::from_bytes(record.device.to_bytes()),
            added_at: record.added_at_ms,
            this: record.device == self.my_device,
        };
        Ok(views::Profile {
            account: convert::account_id(self.me),
            name: self.my_name()?,
            status_text: self.text_meta(setup::META_STATUS)?,
            presence: views::Presence::Online,
            devices: self.log.devices().iter().map(device).collect(),
        })
    }

    pub(crate) fn set_profile(
        &mut self,
        params: ProfileSetParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<views::Profile, CoreError> {
        if let Some(name) = &params.name {
            self.store.set_meta(setup::META_NAME, clean_name(name)?.as_bytes())?;
        }
        if let Some(status) = &params.status_text {
            let composed: String = status.nfc().collect();
            if composed.chars().count() > limits::STATUS_MAX_CHARS {
                let message = format!("a status text has at most {} characters", limits::STATUS_MAX_CHARS);
                return deny(ErrorCode::TooLarge, &message);
            }
            self.store.set_meta(setup::META_STATUS, kith_wire::text::clean_status(&composed).as_bytes())?;
        }
        let profile = self.profile()?;
        let body = Body::Profile { name: profile.name.clone(), status_text: profile.status_text.clone() };
        for contact in self.store.contacts()? {
            if convert::is_open(&contact) {
                self.enqueue_control(contact.account, &body, now)?;
            }
        }
        out.push(Output::Event(Event::ProfileChanged { profile: profile.clone() }));
        Ok(profile)
    }
}
