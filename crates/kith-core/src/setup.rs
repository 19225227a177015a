//! Makes a new profile in an empty database.

use kith_crypto::{keystore::DeviceSecrets, olm::OlmAccount, phrase::RecoveryPhrase};
use kith_store::Store;
use kith_wire::{
    identity::{IdentityLog, NewDevice, UnverifiedIdentityLog},
    ids::AccountId,
};

use crate::{CoreError, Timestamp, profile};

/// There while the account's list is not continued on this device.
pub(crate) const META_RECOVERY: &str = "recovery";
/// Whether a contact was heard before the list was continued.
pub(crate) const META_RESTORED: &str = "recovery_confirmed";
pub(crate) const META_LOG: &str = "identity_log";
pub(crate) const META_NAME: &str = "name";
pub(crate) const META_STATUS: &str = "status_text";

/// How an account comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovering {
    /// With its contacts, who are asked and told.
    WithContacts,
    /// From its words alone.
    Alone,
}

/// Whether the account of this database is still to be continued on this device: then [`Core::recover`](crate::Core::recover)
/// wants its key.
///
/// # Errors
/// [`CoreError::Store`].
pub fn recovering(store: &Store) -> Result<Option<Recovering>, CoreError> {
    let how = store.meta(META_RECOVERY)?;
    Ok(how.map(|how| if how == ALONE { Recovering::Alone } else { Recovering::WithContacts }))
}

/// Whether the database has an account, though perhaps no device of it.
///
/// # Errors
/// [`CoreError::Store`].
pub fn has_account(store: &Store) -> Result<bool, CoreError> {
    Ok(store.meta(META_LOG)?.is_some())
}

/// Makes a database that a backup filled this device's: with keys of its own, the account to be continued.
///
/// # Errors
/// [`CoreError::Damaged`] if it is another account's; [`CoreError::Store`].
pub fn restore_profile(store: &mut Store, phrase: &RecoveryPhrase) -> Result<(), CoreError> {
    let damaged = CoreError::Damaged { what: "identity log" };
    let Some(log) = store.meta(META_LOG)? else { return Err(damaged) };
    let log = UnverifiedIdentityLog::decode(&log)?.verify().map_err(|_damaged| damaged)?;
    if log.account() != phrase.account_key().public().into() {
        return Err(CoreError::Damaged { what: "identity log (another account's)" });
    }
    store.begin()?;
    store.set_meta(META_RECOVERY, WITH_CONTACTS)?;
    store.put_olm_account(&OlmAccount::new().pickle())?;
    Ok(store.commit()?)
}

const WITH_CONTACTS: &[u8] = b"contacts";
const ALONE: &[u8] = b"alone";

/// As [`create_profile`], for an account that others may know already: only its words are left of it.
///
/// # Errors
/// As [`create_profile`].
pub fn create_from_words(
    store: &mut Store,
    phrase: &RecoveryPhrase,
    device: &DeviceSecrets,
    name: &str,
    now: Timestamp,
) -> Result<AccountId, CoreError> {
    create(store, phrase, device, name, now, Some(ALONE))
}

/// Writes the identity of a new account with its first device: the signed device list, the session account, the name.
///
/// # Errors
/// [`CoreError::Api`] with `invalid_argument` or `too_large` if the name will not do; [`CoreError::Store`].
pub fn create_profile(
    store: &mut Store,
    phrase: &RecoveryPhrase,
    device: &DeviceSecrets,
    name: &str,
    now: Timestamp,
) -> Result<AccountId, CoreError> {
    create(store, phrase, device, name, now, None)
}

fn create(
    store: &mut Store,
    phrase: &RecoveryPhrase,
    device: &DeviceSecrets,
    name: &str,
    now: Timestamp,
    recovery: Option<&[u8]>,
) -> Result<AccountId, CoreError> {
    let name = profile::clean_name(name)?;
    let olm = OlmAccount::new();
    let account = phrase.account_key();
    let first = NewDevice::new(account.public().into(), device, olm.identity_key(), now);
    let log = IdentityLog::create(&account, vec![first], now)
        .map_err(|_refused| CoreError::Damaged { what: "new identity log" })?;
    store.begin()?;
    store.set_meta(META_LOG, &log.encode())?;
    store.set_meta(META_NAME, name.as_bytes())?;
    if let Some(recovery) = recovery {
        store.set_meta(META_RECOVERY, recovery)?;
    }
    store.put_olm_account(&olm.pickle())?;
    store.commit()?;
    Ok(log.account())
}
