//! Settings: what this node goes by, and what clients keep for themselves.

use kith_api::{
    ApiError, method,
    params::{Nothing, SettingsSetParams},
    views::Settings,
};
use serde_json::Value;

use crate::Node;

/// Methods about settings: [`Node::settings`].
#[derive(Debug, Clone, Copy)]
pub struct SettingsHandle<'a>(&'a Node);

impl Node {
    /// Settings.
    #[must_use]
    pub fn settings(&self) -> SettingsHandle<'_> {
        SettingsHandle(self)
    }
}

impl SettingsHandle<'_> {
    /// All that are set; the others have their defaults.
    ///
    /// # Errors
    /// `storage`, `shutting_down`.
    pub async fn get(&self) -> Result<Settings, ApiError> {
        Ok(self.0.call::<method::SettingsGet>(Nothing {}).await?.settings)
    }

    /// Changes a setting; null removes it. See [`Settings`] for the names there are and [`SettingsSetParams`] for the
    /// limits.
    ///
    /// # Errors
    /// `invalid_argument`, `too_large`, `storage`, `shutting_down`.
    pub async fn set(&self, key: impl Into<String>, value: impl Into<Value>) -> Result<(), ApiError> {
        let params = SettingsSetParams { key: key.into(), value: value.into() };
        self.0.call::<method::SettingsSet>(params).await.map(drop)
    }
}
