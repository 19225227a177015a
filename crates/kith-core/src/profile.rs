//! My own profile.

use kith_api::{ErrorCode, Event, params::ProfileSetParams, views};
use kith_wire::{AccountId, limits, message::Body};
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    Output, Timestamp,
    contacts::sharing::Shared,
    convert,
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
            status_until: self.status_until()?,
            presence: self.my_presence()?,
            idle: self.presence.idle,
            quiet_until: self.quiet.until(),
            devices: self.log.devices().iter().map(device).collect(),
            public_address: self.public_address_view()?,
            recovery: self.recovery_view()?,
            restored: self.restored,
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
            let until = params.status_expires_s.map(|seconds| checked_until(seconds, now)).transpose()?;
            self.keep_status(&kith_wire::text::clean_status(&composed), until)?;
        } else if params.status_expires_s.is_some() {
            return deny(ErrorCode::InvalidArgument, "only a status text that is set has an end");
        }
        if params.name.is_some() || params.status_text.is_some() {
            for contact in self.store.contacts()? {
                if convert::is_open(&contact) {
                    self.tell_profile(contact.account, now)?;
                }
            }
        }
        if let Some(idle) = params.idle {
            self.presence.idle = idle;
            self.say_presence_to_all()?;
        }
        if let Some(presence) = params.presence {
            self.set_presence(presence, now, out)?;
        }
        let profile = self.profile()?;
        out.push(Output::Event(Event::ProfileChanged { profile: profile.clone() }));
        Ok(profile)
    }

    /// Tells a contact my name, and what I say of myself if they are to know.
    pub(crate) fn tell_profile(&mut self, account: AccountId, now: Timestamp) -> Result<(), CoreError> {
        let (mut status_text, mut status_until_ms) = (String::new(), None);
        if self.shares(account, Shared::Status)? {
            (status_text, status_until_ms) = (self.text_meta(setup::META_STATUS)?, self.status_until()?);
        }
        let body = Body::Profile { name: self.my_name()?, status_text, status_until_ms };
        self.enqueue_control(account, &body, now)
    }

    /// Tells somebody new what everybody else knows.
    pub(crate) fn say_status(&mut self, account: AccountId, now: Timestamp) -> Result<(), CoreError> {
        if self.text_meta(setup::META_STATUS)?.is_empty() || !self.shares(account, Shared::Status)? {
            return Ok(());
        }
        self.tell_profile(account, now)
    }

    fn keep_status(&mut self, text: &str, until: Option<Timestamp>) -> Result<(), CoreError> {
        self.store.set_meta(setup::META_STATUS, text.as_bytes())?;
        match until.filter(|_| !text.is_empty()) {
            Some(until) => Ok(self.store.set_meta(META_STATUS_UNTIL, &until.to_be_bytes())?),
            None => Ok(self.store.delete_meta(META_STATUS_UNTIL)?),
        }
    }

    /// Until when my status text counts.
    pub(crate) fn status_until(&self) -> Result<Option<Timestamp>, CoreError> {
        let until = self.store.meta(META_STATUS_UNTIL)?;
        Ok(until.and_then(|bytes| bytes.try_into().ok()).map(Timestamp::from_be_bytes))
    }

    /// The time of my status text may be over. Contacts know when, and are told nothing.
    pub(crate) fn status_wake(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if self.status_until()?.is_some_and(|until| until <= now) {
            self.keep_status("", None)?;
            out.push(Output::Event(Event::ProfileChanged { profile: self.profile()? }));
        }
        Ok(())
    }
}

const META_STATUS_UNTIL: &str = "status_until";
/// The longest a status text can be told to count, in seconds.
const STATUS_MAX_S: u64 = 366 * 24 * 3600;

fn checked_until(seconds: u64, now: Timestamp) -> Result<Timestamp, CoreError> {
    if seconds == 0 || seconds > STATUS_MAX_S {
        return deny(ErrorCode::InvalidArgument, "a status text counts for a second to a year");
    }
    Ok(now.saturating_add(seconds * 1000))
}
