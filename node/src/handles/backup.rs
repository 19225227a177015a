//! Backups: everything worth keeping in one encrypted file.

use std::path::Path;

use kith_api::{
    ApiError, ErrorCode, Password, method,
    params::{BackupExportParams, BackupExportReply, BackupSetParams, Nothing},
    views::Backups,
};

use crate::Node;

/// Methods about backups: [`Node::backup`].
#[derive(Debug, Clone, Copy)]
pub struct BackupHandle<'a>(&'a Node);

impl Node {
    /// Backups.
    #[must_use]
    pub fn backup(&self) -> BackupHandle<'_> {
        BackupHandle(self)
    }
}

impl BackupHandle<'_> {
    /// Writes a backup to `file`, which must be outside of the profile; another backup of that name is replaced. With
    /// `password` that is what opens it, and it brings the account back; without, the 24 words open it.
    /// `profile_password` is needed if the profile has one. It is read back before this answers.
    ///
    /// # Errors
    /// `wrong_password`, `invalid_argument`, `already_exists`, `not_allowed` while another is being made, `cancelled`,
    /// `storage_full`, `storage`, `shutting_down`; no file is left then.
    pub async fn export(
        &self,
        file: impl AsRef<Path>,
        password: Option<String>,
        profile_password: Option<String>,
    ) -> Result<BackupExportReply, ApiError> {
        let Some(path) = file.as_ref().to_str().map(str::to_owned) else {
            return Err(ApiError::new(ErrorCode::InvalidArgument, "path: not UTF-8"));
        };
        let (password, profile_password) = (password.map(Password::from), profile_password.map(Password::from));
        self.0.call::<method::BackupExport>(BackupExportParams { path, password, profile_password }).await
    }

    /// Stops the backup that is being made.
    ///
    /// # Errors
    /// `not_found` if there is none, `shutting_down`.
    pub async fn cancel(&self) -> Result<(), ApiError> {
        self.0.call::<method::BackupCancel>(Nothing {}).await.map(drop)
    }

    /// The backups that are made without being asked for.
    ///
    /// # Errors
    /// `shutting_down`.
    pub async fn status(&self) -> Result<Backups, ApiError> {
        self.0.call::<method::BackupStatus>(Nothing {}).await
    }

    /// Makes backups by itself, the first at once, or without a folder no longer.
    ///
    /// # Errors
    /// `wrong_password`, `invalid_argument`, `storage_full`, `storage`, `shutting_down`.
    pub async fn set(&self, params: BackupSetParams) -> Result<Backups, ApiError> {
        self.0.call::<method::BackupSet>(params).await
    }
}
