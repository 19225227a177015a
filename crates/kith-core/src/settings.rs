//! Settings: what this core goes by, and what clients keep for themselves.

use kith_api::{
    ErrorCode, Event,
    params::{Done, SettingsSetParams},
    views::{
        LINK_PREVIEWS, MAILBOXES_USE, METERED, NOTIFY_CONTENT, NOTIFY_QUIET, NotifyContent, PORT_MAPPING, RELAY_ONLY,
        RENEW_KEY, Settings,
    },
};
use serde_json::Value;

use crate::{
    Output, Timestamp,
    calls::sound,
    contacts::sharing::Shared,
    core::Core,
    error::{CoreError, deny},
    quiet,
};

/// How long the name of a setting may be.
const KEY_MAX_BYTES: usize = 64;
/// How long one value may be, as JSON.
const VALUE_MAX_BYTES: usize = 16 * 1024;
/// How many settings there may be.
const SETTINGS_MAX: usize = 256;
/// How long all values together may be: every change tells all of them, and thousands of events are kept.
const ALL_MAX_BYTES: usize = 256 * 1024;
/// How deep a value may be nested, so that every client can read it.
const LEVELS_MAX: usize = 32;

impl Core {
    pub(crate) fn settings(&self) -> Result<Settings, CoreError> {
        let read = |(key, value): (String, String)| {
            let value = serde_json::from_str(&value).map_err(|_not_json| CoreError::Damaged { what: "setting" })?;
            Ok((key, value))
        };
        self.store.settings()?.into_iter().map(read).collect()
    }

    pub(crate) fn set_setting(
        &mut self,
        params: SettingsSetParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let SettingsSetParams { key, value } = params;
        check_key(&key)?;
        let changed = if value.is_null() { self.store.delete_setting(&key)? } else { self.put_setting(&key, &value)? };
        if changed {
            if let Some(what) = Shared::of_setting(&key) {
                self.sharing_with_all_changed(what, now, out)?;
            }
            if key == RELAY_ONLY {
                out.push(Output::RelayOnly(self.relay_only()?));
                self.previews_changed(out)?;
            }
            if key == PORT_MAPPING {
                out.push(Output::PortMapping(self.port_mapping()?));
            }
            if key == METERED {
                out.push(Output::Metered(self.metered()?));
            }
            if key == MAILBOXES_USE {
                self.keeps_mail_changed(now)?;
            }
            if key == RENEW_KEY {
                self.renewal_wanted(now);
            }
            if key == LINK_PREVIEWS {
                self.previews_changed(out)?;
            }
            out.push(Output::Event(Event::SettingsChanged { settings: self.settings()? }));
            if key == NOTIFY_QUIET {
                self.quiet_changed(now, out)?;
            }
        }
        Ok(Done {})
    }

    /// `true` if it was another value before.
    fn put_setting(&mut self, key: &str, value: &Value) -> Result<bool, CoreError> {
        if (matches!(key, MAILBOXES_USE | RELAY_ONLY | PORT_MAPPING | METERED | RENEW_KEY | LINK_PREVIEWS)
            || Shared::of_setting(key).is_some())
            && !value.is_boolean()
        {
            return deny(ErrorCode::InvalidArgument, &format!("{key} is true or false"));
        }
        if key == NOTIFY_QUIET {
            quiet::check(value)?;
        }
        sound::check(key, value)?;
        if key == NOTIFY_CONTENT && serde_json::from_value::<NotifyContent>(value.clone()).is_err() {
            return deny(ErrorCode::InvalidArgument, &format!("{key} is text, name or nothing"));
        }
        if !is_shallow(value, LEVELS_MAX) {
            return deny(ErrorCode::InvalidArgument, "a value has at most 32 levels");
        }
        let value = value.to_string();
        if value.len() > VALUE_MAX_BYTES {
            return deny(ErrorCode::TooLarge, "a value has at most 16 KiB");
        }
        let others = self.store.settings()?;
        if others.get(key) == Some(&value) {
            return Ok(false);
        }
        let others = others.iter().filter(|(other, _)| *other != key).map(|(_, value)| value.len());
        let (count, bytes) = others.fold((0, 0), |(count, bytes), len| (count + 1, bytes + len));
        if count >= SETTINGS_MAX {
            return deny(ErrorCode::TooLarge, "there are 256 settings; remove some first");
        }
        if bytes + value.len() > ALL_MAX_BYTES {
            return deny(ErrorCode::TooLarge, "all settings together have at most 256 KiB; remove some first");
        }
        self.store.put_setting(key, &value)?;
        Ok(true)
    }
}

impl Core {
    /// Whether contacts are met through relays alone; not unless that was chosen.
    ///
    /// # Errors
    /// [`CoreError::Store`].
    pub fn relay_only(&self) -> Result<bool, CoreError> {
        Ok(self.store.setting(RELAY_ONLY)?.is_some_and(|value| value == "true"))
    }

    /// Whether the router is asked to let others in, unless that was switched off.
    ///
    /// # Errors
    /// [`CoreError::Store`].
    pub fn port_mapping(&self) -> Result<bool, CoreError> {
        Ok(self.store.setting(PORT_MAPPING)?.is_none_or(|value| value == "true"))
    }

    /// Whether the connection costs by volume, if that was set.
    ///
    /// # Errors
    /// [`CoreError::Store`].
    pub fn metered(&self) -> Result<Option<bool>, CoreError> {
        Ok(self.store.setting(METERED)?.map(|value| value == "true"))
    }

    /// How much of a message may be told.
    pub(crate) fn notify_content(&self) -> Result<NotifyContent, CoreError> {
        let kept = self.store.setting(NOTIFY_CONTENT)?;
        Ok(kept.and_then(|value| serde_json::from_str(&value).ok()).unwrap_or_default())
    }
}

fn check_key(key: &str) -> Result<(), CoreError> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-');
    if key.is_empty() || key.len() > KEY_MAX_BYTES || !key.bytes().all(fits) {
        return deny(ErrorCode::InvalidArgument, "a key has 1 to 64 characters of a-z, 0-9, '.', '_' and '-'");
    }
    Ok(())
}

fn is_shallow(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| is_shallow(item, levels - 1)),
        Value::Object(fields) => levels > 0 && fields.values().all(|field| is_shallow(field, levels - 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}
