//! Transport keys that change: mine, so that nobody outside can follow this device by its endpoint for longer than a month,
//! and those of contacts, who say so beside their device list, in the records by which they are found, or to our face.

use kith_api::{Event, views::RENEW_KEY};
use kith_crypto::SigningKey;
use kith_store::Store;
use kith_wire::{
    AccountId, Body, BootstrapLink, RequestAnswer, TransportId,
    identity::{IdentityLog, Renewal, UnverifiedIdentityLog, UnverifiedRenewal},
};
use zeroize::Zeroizing;

use crate::{
    Output, Timestamp, convert,
    core::{Core, FailedBatch, META_HLC},
    error::CoreError,
    setup,
};

/// How long a transport key is used.
const RENEW_MS: u64 = 30 * 24 * 3600 * 1000;
/// How often a running node looks whether its key is that old.
pub(crate) const LOOK_EVERY_MS: u64 = 6 * 3600 * 1000;
/// When it looks again if it is due, and cannot be now.
const AGAIN_MS: u64 = 60 * 1000;
/// The seed of the key that took the place of the one the device was made with.
const META_TRANSPORT: &str = "transport_key";

/// The transport key of this device, if it is not the one it was made with.
pub(crate) fn renewed_key(
    store: &Store,
    device: &SigningKey,
    log: &IdentityLog,
) -> Result<Option<SigningKey>, CoreError> {
    let Some(seed) = store.meta(META_TRANSPORT)?.map(Zeroizing::new) else { return Ok(None) };
    let damaged = CoreError::Damaged { what: "transport key" };
    let Ok(seed) = <[u8; 32]>::try_from(seed.as_slice()).map(Zeroizing::new) else { return Err(damaged) };
    let key = SigningKey::from_seed(&seed);
    let told = log.renewal(&device.public().into()).map(Renewal::transport);
    if told != Some(key.public().into()) {
        return Err(damaged);
    }
    Ok(Some(key))
}

impl Core {
    /// Before the network starts: takes a new transport key if the one of now is a month old, somebody wants it, or the
    /// database is an older copy, whose key contacts may not know any more. Not while people could lose this device by it:
    /// those that keep mail here know it by its key, and without a bootstrap node (`meet`) nobody would find it.
    ///
    /// # Errors
    /// [`CoreError::Store`].
    pub fn renew_transport_if_due(&mut self, meet: bool, restored: bool, now: Timestamp) -> Result<(), CoreError> {
        if !self.is_renewal_due(restored, now)? {
            return Ok(());
        }
        self.store.begin()?;
        let made = self.renew(meet, now).and_then(|made| {
            self.store.set_meta(META_HLC, &self.clock.last().to_u64().to_be_bytes())?;
            self.store.commit()?;
            Ok(made)
        });
        match made {
            Ok(made) => {
                self.take(made);
                Ok(())
            }
            Err(error) => {
                self.rollback()?;
                Err(error)
            }
        }
    }

    /// Looks whether it is time. What comes of it, [`renew_transport_while_running`](Self::renew_transport_while_running) does,
    /// which needs a transaction of its own.
    pub(crate) fn renewal_wake(&mut self, now: Timestamp) -> Result<(), CoreError> {
        if now >= self.renewal_look_at {
            self.renewal_due = self.is_renewal_due(false, now)?;
            self.renewal_look_at = now.saturating_add(LOOK_EVERY_MS);
        }
        Ok(())
    }

    /// After a wake, while the network runs and no call does: the same if it is time. If there is a new key, the network is to
    /// begin again with it ([`Output::Renew`]), and is told everything once more.
    ///
    /// # Errors
    /// Nothing happened.
    pub fn renew_transport_while_running(&mut self, now: Timestamp) -> Result<Vec<Output>, FailedBatch> {
        if !std::mem::take(&mut self.renewal_due) {
            return Ok(Vec::new());
        }
        let meet = !self.bootstraps.is_empty();
        let in_call = self.calls.any();
        // Nothing is written for a key that has to stay.
        if !in_call && matches!(self.may_renew(meet, now), Ok(false)) {
            return Ok(Vec::new());
        }
        self.renewal_look_at = now.saturating_add(AGAIN_MS);
        if in_call {
            return Ok(Vec::new());
        }
        let mut made = None;
        let said = self.batch(now, |core, out| {
            made = core.renew(meet, now)?;
            if made.is_some() {
                out.push(Output::Event(Event::SettingsChanged { settings: core.settings()? }));
                core.say_to_network(now, out)?;
            }
            Ok(())
        })?;
        let Some(renewal) = made.as_ref().and_then(|(log, _)| log.renewal(&self.my_device).cloned()) else {
            return Ok(said);
        };
        self.take(made);
        self.renewal_look_at = now.saturating_add(LOOK_EVERY_MS);
        Ok([Output::Renew { key: self.transport_key(), renewal }].into_iter().chain(said).collect())
    }

    /// The wish was uttered or taken back, or there are other bootstrap nodes.
    pub(crate) fn renewal_wanted(&mut self, now: Timestamp) {
        self.renewal_look_at = now;
    }

    fn is_renewal_due(&self, restored: bool, now: Timestamp) -> Result<bool, CoreError> {
        let Some(record) = self.log.device(&self.my_device) else { return Ok(false) };
        let since = if record.renewed == 0 { record.added_at_ms } else { record.renewed };
        let wanted = self.store.setting(RENEW_KEY)?.is_some_and(|value| value == "true");
        Ok(wanted || restored || now.saturating_sub(since) > RENEW_MS)
    }

    /// Whether nobody could lose this device by it.
    fn may_renew(&self, meet: bool, now: Timestamp) -> Result<bool, CoreError> {
        let keeps_mail = self.store.own_mailbox()?.is_some_and(|mailbox| mailbox.serving);
        Ok(meet && !keeps_mail && self.recovery.is_none() && !self.leads_here(now)?)
    }

    /// A new key and the log that has it, written to the database, if that may be.
    fn renew(&mut self, meet: bool, now: Timestamp) -> Result<Option<(IdentityLog, SigningKey)>, CoreError> {
        if !self.may_renew(meet, now)? {
            return Ok(None);
        }
        let Some(record) = self.log.device(&self.my_device) else { return Ok(None) };
        let number = now.max(record.renewed.saturating_add(1));
        let (mut log, key) = (self.log.clone(), SigningKey::generate());
        if let Err(error) = log.renew(&self.device.sign, &key, number) {
            tracing::warn!(%error, "this device keeps its transport key");
            return Ok(None);
        }
        self.keep_renewal(&log, &key, now)?;
        Ok(Some((log, key)))
    }

    /// It is committed.
    fn take(&mut self, made: Option<(IdentityLog, SigningKey)>) {
        if let Some(made) = made {
            (self.log, self.device.transport) = made;
            tracing::info!("this device has a new transport key");
        }
    }

    fn keep_renewal(&mut self, log: &IdentityLog, key: &SigningKey, now: Timestamp) -> Result<(), CoreError> {
        self.store.set_meta(setup::META_LOG, &log.encode())?;
        self.store.set_meta(META_TRANSPORT, &*key.seed())?;
        self.store.delete_setting(RENEW_KEY)?;
        for contact in self.store.contacts()? {
            if convert::is_open(&contact) {
                self.enqueue_control(contact.account, &Body::Identity { log: log.encode() }, now)?;
            }
        }
        Ok(())
    }

    /// Whether somebody holds a link that leads to this endpoint and to no other.
    fn leads_here(&self, now: Timestamp) -> Result<bool, CoreError> {
        let me = self.transport();
        let here = |hint: &String| BootstrapLink::parse(hint).is_ok_and(|link| link.transport == me);
        Ok(self.open_links(now)?.iter().any(|row| row.hints.iter().any(here)))
    }

    /// The transport key of this device now.
    #[must_use]
    pub fn transport_key(&self) -> SigningKey {
        self.device.transport.duplicate()
    }

    /// Its public half, which names the endpoint.
    #[must_use]
    pub fn transport(&self) -> TransportId {
        self.device.transport.public().into()
    }

    /// What made it that, if it is not the one the device was made with.
    #[must_use]
    pub fn renewal(&self) -> Option<Renewal> {
        self.log.renewal(&self.my_device).cloned()
    }

    /// Tells a contact who may have missed it.
    pub(crate) fn tell_transport(&mut self, account: AccountId, now: Timestamp) -> Result<(), CoreError> {
        if self.renewal().is_none() {
            return Ok(());
        }
        self.enqueue_control(account, &Body::Identity { log: self.log.encode() }, now)
    }

    /// An endpoint we do not let in says that it is a contact's device.
    pub(crate) fn judge_moved(
        &mut self,
        from: TransportId,
        renewal: UnverifiedRenewal,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<RequestAnswer, CoreError> {
        if renewal.transport() != from {
            return Ok(RequestAnswer::Unknown);
        }
        let known = self.moved(renewal, &[], now, out)?;
        Ok(if known { RequestAnswer::Received } else { RequestAnswer::Unknown })
    }

    /// A device of a contact has another transport key. `false`: it is nobody's we know.
    pub(crate) fn moved(
        &mut self,
        renewal: UnverifiedRenewal,
        addresses: &[String],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<bool, CoreError> {
        let Some(device) = self.store.device(&renewal.device())?.filter(|row| row.revoked_at_ms.is_none()) else {
            return Ok(false);
        };
        let Some(mut contact) = self.store.contact(&device.account)? else { return Ok(false) };
        if renewal.number() > device.renewed {
            let Ok(renewal) = renewal.verify(device.account) else { return Ok(false) };
            let transport = renewal.transport();
            let damaged = |_damaged| CoreError::Damaged { what: "identity log of a contact" };
            let mut log = UnverifiedIdentityLog::decode(&contact.log)?.verify().map_err(damaged)?;
            // Beside the list of another time it may not fit; the list of now comes.
            if log.take_renewal(renewal).is_ok_and(|taken| taken) {
                contact.log = log.encode();
                self.take_log(&contact, &log, out)?;
                self.store.set_addresses(&transport, addresses, now)?;
                // Who was asked to be a contact has not heard it yet.
                self.store.outbox_unsent(&device.device, Body::REQUEST, now)?;
                self.wake_device(device.device, now)?;
            }
        }
        if convert::is_listened_to(&contact) {
            self.track(&contact, out)?;
        }
        Ok(true)
    }
}
