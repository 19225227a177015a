//! What there is in a folder, before anything is opened.

use std::path::Path;

use kith_crypto::SlotKind;

use super::{KeyError, read_keystore};

/// Whether a folder holds a profile, and whether it takes a person to open it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProfileState {
    /// There is no profile.
    Missing,
    /// There is one with a password.
    Password,
    /// There is one that the operating system's keyring opens.
    Keyring,
    /// There is one that a key file in the folder opens: who has the folder has everything.
    KeyFile,
}

/// What a node started on `folder` would find. Reads one small file, opens and writes nothing, and stretches no
/// password; the profile may be in use.
///
/// # Errors
/// [`KeyError::KeystoreMissing`], [`KeyError::Keystore`] if the keystore is damaged, [`KeyError::Io`].
pub fn profile_state(folder: impl AsRef<Path>) -> Result<ProfileState, KeyError> {
    Ok(match read_keystore(folder.as_ref())? {
        None => ProfileState::Missing,
        Some(keystore) if keystore.slots().contains(&SlotKind::Password) => ProfileState::Password,
        Some(keystore) if keystore.slots().contains(&SlotKind::KeyFile) => ProfileState::KeyFile,
        Some(_) => ProfileState::Keyring,
    })
}
