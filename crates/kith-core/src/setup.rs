//! Makes a new profile in an empty database.

use kith_crypto::{keystore::DeviceSecrets, olm::OlmAccount, phrase::RecoveryPhrase};
use kith_store::Store;
use kith_wire::{
    identity::{IdentityLog, NewDevice},
    ids::AccountId,
};

use crate::{CoreError, Timestamp, profile};

pub(crate) const META_LOG: &str = "identity_log";
pub(crate) const META_NAME: &str = "name";
pub(crate) const META_STATUS: &str = "status_text";

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
    let name = profile::clean_name(name)?;
    let olm = OlmAccount::new();
    let account = phrase.account_key();
    let first = NewDevice::new(account.public().into(), device, olm.identity_key(), now);
    let log = IdentityLog::create(&account, vec![first], now)
        .map_err(|_refused| CoreError::Damaged { what: "new identity log" })?;
    store.begin()?;
    store.set_meta(META_LOG, &log.encode())?;
    store.set_meta(META_NAME, name.as_bytes())?;
    store.put_olm_account(&olm.pickle())?;
    store.commit()?;
    Ok(log.account())
}
