//! A contact's device list changed.

use kith_crypto::KemPublic;
use kith_store::{ContactRow, DeviceRow};
use kith_wire::{AccountId, DeviceRecord, LogRelation, UnverifiedIdentityLog, identity::IdentityLog};

use crate::{
    Output, convert,
    core::Core,
    error::{CoreError, refuse},
};

impl Core {
    /// Takes a newer device list, refuses an older one, and raises the alarm at two that contradict each other.
    pub(crate) fn identity_changed(
        &mut self,
        contact: &ContactRow,
        log: &[u8],
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let log = UnverifiedIdentityLog::decode(log)?.verify().map_err(|_broken_chain| CoreError::Refused {
            reason: "a device list that is not signed by its account",
        })?;
        if log.account() != contact.account {
            return refuse("a device list of another account");
        }
        match log.relation_to(contact.log_seq, &contact.log_hash) {
            // What stands beside the list may be newer.
            LogRelation::Same => self.take_log(contact, &log, out),
            LogRelation::Older => Ok(()),
            LogRelation::Newer => {
                self.take_log(contact, &log, out)?;
                self.contact_changed(contact.account, out)
            }
            LogRelation::Fork => self.raise_alarm(contact, out),
        }
    }

    /// Takes a device list that is newer than the known one, or the first.
    pub(crate) fn take_log(
        &mut self,
        contact: &ContactRow,
        log: &IdentityLog,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let mut contact = contact.clone();
        contact.log = log.encode();
        contact.log_seq = log.seq();
        contact.log_hash = log.head_hash();
        self.store.put_contact(&contact)?;
        for record in log.devices() {
            self.adopt_device(contact.account, record, None, out)?;
        }
        for mut device in self.store.devices_of(&contact.account)? {
            let revoked = log.revoked().iter().find(|entry| entry.device == device.device);
            let gone = log.device(&device.device).is_none() || revoked.is_some();
            if gone && device.revoked_at_ms.is_none() {
                device.revoked_at_ms = Some(revoked.map_or(0, |entry| entry.at_ms));
                self.store.put_device(&device)?;
                self.let_go(device.transport, out);
                self.inherit_outbox(device.device, contact.account)?;
            }
        }
        if convert::is_listened_to(&contact) {
            self.track(&contact, out)?;
        }
        Ok(())
    }

    /// Refuses a device that is another's already: a list says whose a device is, but nobody can take one over with it.
    pub(crate) fn check_claim(&self, account: AccountId, record: &DeviceRecord) -> Result<(), CoreError> {
        let known = self.store.device(&record.device)?;
        let holder = self.store.device_by_transport(&record.transport)?;
        let mine = record.device == self.my_device || record.transport == self.device.transport.public().into();
        if mine || known.iter().chain(&holder).any(|taken| taken.account != account) {
            return refuse("a device that belongs to somebody else");
        }
        Ok(())
    }

    /// The only way a device becomes an account's, or gets another transport key. `kem` is its key, if it came along and fits
    /// the record.
    pub(crate) fn adopt_device(
        &mut self,
        account: AccountId,
        record: &DeviceRecord,
        kem: Option<&KemPublic>,
        out: &mut Vec<Output>,
    ) -> Result<DeviceRow, CoreError> {
        self.check_claim(account, record)?;
        let known = self.store.device(&record.device)?;
        if known.is_none() && !self.store.devices_of(&account)?.is_empty() {
            self.keep_past_from(record.device)?;
        }
        let same_kem = known.as_ref().filter(|device| device.kem_hash == record.kem_hash);
        // Renewals come on several ways; the newest stays.
        let newer = known.as_ref().filter(|device| device.renewed > record.renewed);
        let (transport, renewed) =
            newer.map_or((record.transport, record.renewed), |device| (device.transport, device.renewed));
        if let Some(known) = known.as_ref().filter(|device| device.transport != transport) {
            self.let_go(known.transport, out);
            self.store.forget_addresses(&known.transport)?;
        }
        let device = DeviceRow {
            device: record.device,
            account,
            transport,
            renewed,
            olm: record.olm,
            kem_hash: record.kem_hash,
            kem: match kem {
                Some(kem) => Some(kem.as_bytes().to_vec()),
                None => same_kem.and_then(|device| device.kem.clone()),
            },
            revoked_at_ms: known.as_ref().and_then(|device| device.revoked_at_ms),
            last_reset_ms: known.and_then(|device| device.last_reset_ms),
        };
        self.store.put_device(&device)?;
        Ok(device)
    }

    /// Two device lists, both signed by the account: somebody else has its key. Nothing is believed any more.
    pub(crate) fn raise_alarm(&mut self, contact: &ContactRow, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let mut contact = contact.clone();
        contact.alarm = true;
        self.store.put_contact(&contact)?;
        self.untrack(&contact, out)?;
        self.contact_changed(contact.account, out)
    }
}
