//! My profile.

use kith_api::{
    ApiError, Password, method,
    params::{Nothing, PhraseParams, ProfileSetParams, SetPasswordParams, WipeParams},
    views::{Presence, Profile},
};

use crate::Node;

/// Methods about my profile: [`Node::profile`].
#[derive(Debug, Clone, Copy)]
pub struct ProfileHandle<'a>(&'a Node);

impl Node {
    /// My profile.
    #[must_use]
    pub fn profile(&self) -> ProfileHandle<'_> {
        ProfileHandle(self)
    }
}

impl ProfileHandle<'_> {
    /// My account, name, line about me and devices.
    ///
    /// # Errors
    /// `storage`, `shutting_down`.
    pub async fn get(&self) -> Result<Profile, ApiError> {
        self.0.call::<method::ProfileGet>(Nothing {}).await
    }

    /// Changes my name, 1 to 64 characters, and tells my contacts.
    ///
    /// # Errors
    /// `invalid_argument`, `too_large`, `storage`, `shutting_down`.
    pub async fn set_name(&self, name: impl Into<String>) -> Result<Profile, ApiError> {
        let params = ProfileSetParams { name: Some(name.into()), ..ProfileSetParams::default() };
        self.0.call::<method::ProfileSet>(params).await
    }

    /// Changes the line about me, at most 140 characters, and tells my contacts.
    ///
    /// # Errors
    /// `too_large`, `storage`, `shutting_down`.
    pub async fn set_status_text(&self, text: impl Into<String>) -> Result<Profile, ApiError> {
        let params = ProfileSetParams { status_text: Some(text.into()), ..ProfileSetParams::default() };
        self.0.call::<method::ProfileSet>(params).await
    }

    /// Changes how I want to be seen: anything but `Offline`.
    ///
    /// # Errors
    /// `invalid_argument`, `storage`, `shutting_down`.
    pub async fn set_presence(&self, presence: Presence) -> Result<Profile, ApiError> {
        let params = ProfileSetParams { presence: Some(presence), ..ProfileSetParams::default() };
        self.0.call::<method::ProfileSet>(params).await
    }

    /// Says that nobody is at this device, or that somebody is again: then contacts see that I am away. Not kept.
    ///
    /// # Errors
    /// `storage`, `shutting_down`.
    pub async fn set_idle(&self, idle: bool) -> Result<Profile, ApiError> {
        let params = ProfileSetParams { idle: Some(idle), ..ProfileSetParams::default() };
        self.0.call::<method::ProfileSet>(params).await
    }

    /// The 24 words that are this account. The profile's password is needed if it has one; checking it takes about a
    /// second.
    ///
    /// # Errors
    /// `wrong_password`, `storage`, `shutting_down`.
    pub async fn recovery_phrase(&self, password: Option<String>) -> Result<Vec<String>, ApiError> {
        let params = PhraseParams { password: password.map(Password::from) };
        Ok(self.0.call::<method::ProfileRecoveryPhrase>(params).await?.words)
    }

    /// Makes the profile unreadable at once, whatever happens next, and ends the node; [`Node::shutdown`] then deletes what
    /// is left of it. Backups outside of the profile stay. [`wipe_profile`](crate::wipe_profile) does the same where no node
    /// runs.
    ///
    /// # Errors
    /// `storage` if the keys could not be overwritten, `shutting_down`.
    pub async fn wipe(&self) -> Result<(), ApiError> {
        let params = WipeParams { confirm: "wipe".to_owned() };
        self.0.call::<method::ProfileWipe>(params).await.map(drop)
    }

    /// Gives the profile a password, another one, or with `None` none any more; then the keyring opens it or a key file,
    /// as the preset says for a new profile. `current` is needed if it has one. Each password to check or make takes
    /// about a second.
    ///
    /// The keys of the database stay: a copy of the profile folder from before still opens with what opened it then, and
    /// from it a later copy of the database.
    ///
    /// # Errors
    /// `wrong_password`, `invalid_argument`, `too_large`, `storage_full`, `storage`, `shutting_down`; nothing has
    /// changed then.
    pub async fn set_password(&self, current: Option<String>, new: Option<String>) -> Result<(), ApiError> {
        let params = SetPasswordParams { current: current.map(Password::from), new: new.map(Password::from) };
        self.0.call::<method::ProfileSetPassword>(params).await.map(drop)
    }
}
