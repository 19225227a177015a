//! The keyring of the operating system: the Secret Service on Linux, the Keychain on macOS, the Credential Manager on
//! Windows.

use std::{sync::mpsc, time::Duration};

use kith_crypto::Key;
use zeroize::Zeroizing;

use crate::tasks;

/// Under which our keys are listed.
const SERVICE: &str = "kith";
/// The keyring may ask its owner to unlock it first.
const PATIENCE: Duration = Duration::from_secs(60);

/// The keyring did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// It said why.
    #[error(transparent)]
    Refused(#[from] keyring::v1::Error),
    /// It gave something that is no key.
    #[error("what it keeps is not a key")]
    NotAKey,
    /// It did not answer.
    #[error("it does not answer")]
    Silent,
}

/// Whether there can be a keyring at all: on Linux, whether there is a session bus to ask for one.
pub(crate) fn present() -> bool {
    if cfg!(any(target_os = "macos", target_os = "windows")) {
        return true;
    }
    let named = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|address| !address.is_empty());
    named
        || std::env::var_os("XDG_RUNTIME_DIR").is_some_and(|folder| std::path::Path::new(&folder).join("bus").exists())
}

/// Keeps a key; `false` if there is one for the account already, which stays.
pub(crate) fn store_new(account: &str, key: &Key) -> Result<bool, KeyringError> {
    let (account, key) = (account.to_owned(), key.duplicate());
    patiently(move || {
        let entry = keyring::v1::Entry::new(SERVICE, &account)?;
        match entry.get_secret() {
            Ok(known) => {
                drop(Zeroizing::new(known));
                return Ok(false);
            }
            Err(keyring::v1::Error::NoEntry) => {}
            Err(error) => return Err(error.into()),
        }
        entry.set_secret(key.as_bytes())?;
        // A keyring that forgets at once would lock its owner out.
        read(&entry).map(|_kept| true)
    })
}

pub(crate) fn load(account: &str) -> Result<Key, KeyringError> {
    let account = account.to_owned();
    patiently(move || read(&keyring::v1::Entry::new(SERVICE, &account)?))
}

pub(crate) fn delete(account: &str) -> Result<(), KeyringError> {
    let account = account.to_owned();
    patiently(move || Ok(keyring::v1::Entry::new(SERVICE, &account)?.delete_credential()?))
}

/// The counter of a profile, kept where a copy of its folder does not reach; `None` before the first.
pub(crate) fn load_counter(account: &str) -> Result<Option<u64>, KeyringError> {
    let name = counter_name(account);
    patiently(move || match keyring::v1::Entry::new(SERVICE, &name)?.get_secret() {
        Ok(bytes) => Ok(<[u8; 8]>::try_from(bytes.as_slice()).ok().map(u64::from_be_bytes)),
        Err(keyring::v1::Error::NoEntry) => Ok(None),
        Err(error) => Err(error.into()),
    })
}

pub(crate) fn store_counter(account: &str, counter: u64) -> Result<(), KeyringError> {
    let name = counter_name(account);
    patiently(move || Ok(keyring::v1::Entry::new(SERVICE, &name)?.set_secret(&counter.to_be_bytes())?))
}

pub(crate) fn delete_counter(account: &str) -> Result<(), KeyringError> {
    let name = counter_name(account);
    patiently(move || match keyring::v1::Entry::new(SERVICE, &name)?.delete_credential() {
        Ok(()) | Err(keyring::v1::Error::NoEntry) => Ok(()),
        Err(error) => Err(error.into()),
    })
}

fn counter_name(account: &str) -> String {
    format!("{account} generation")
}

fn read(entry: &keyring::v1::Entry) -> Result<Key, KeyringError> {
    let secret = Zeroizing::new(entry.get_secret()?);
    <&[u8; 32]>::try_from(secret.as_slice()).map(Key::from_bytes).map_err(|_length| KeyringError::NotAKey)
}

/// A keyring that hangs must not hang the start.
fn patiently<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KeyringError> + Send + 'static,
) -> Result<T, KeyringError> {
    let (answer, answered) = mpsc::sync_channel(1);
    let started = tasks::thread("kith-keyring", move || {
        // Nobody waits any more: the answer came too late.
        let _late = answer.send(work());
    });
    match started {
        Ok(_detached) => answered.recv_timeout(PATIENCE).unwrap_or(Err(KeyringError::Silent)),
        Err(error) => {
            tracing::warn!(%error, "no thread for the keyring");
            Err(KeyringError::Silent)
        }
    }
}
