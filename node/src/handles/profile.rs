//! My profile.

use kith_api::{
    ApiError, method,
    params::{Nothing, PhraseParams, ProfileSetParams},
    views::Profile,
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
        let params = ProfileSetParams { name: Some(name.into()), status_text: None };
        self.0.call::<method::ProfileSet>(params).await
    }

    /// Changes the line about me, at most 140 characters, and tells my contacts.
    ///
    /// # Errors
    /// `too_large`, `storage`, `shutting_down`.
    pub async fn set_status_text(&self, text: impl Into<String>) -> Result<Profile, ApiError> {
        let params = ProfileSetParams { name: None, status_text: Some(text.into()) };
        self.0.call::<method::ProfileSet>(params).await
    }

    /// The 24 words that are this account. The profile's password is needed if it has one; checking it takes about a
    /// second.
    ///
    /// # Errors
    /// `wrong_password`, `storage`, `shutting_down`.
    pub async fn recovery_phrase(&self, password: Option<String>) -> Result<Vec<String>, ApiError> {
        Ok(self.0.call::<method::ProfileRecoveryPhrase>(PhraseParams { password }).await?.words)
    }
}
