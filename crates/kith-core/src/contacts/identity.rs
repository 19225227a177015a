//! A contact's device list changed.

use kith_store::{ContactRow, DeviceRow};
use kith_wire::{LogRelation, UnverifiedIdentityLog, identity::IdentityLog};

use crate::{
    Output,
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
            LogRelation::Same | LogRelation::Older => Ok(()),
            LogRelation::Newer => self.take_log(contact, &log, out),
            LogRelation::Fork => self.raise_alarm(contact, out),
        }
    }

    fn take_log(&mut self, contact: &ContactRow, log: &IdentityLog, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let mut contact = contact.clone();
        contact.log = log.encode();
        contact.log_seq = log.seq();
        contact.log_hash = log.head_hash();
        self.store.put_contact(&contact)?;
        for record in log.devices() {
            let known = self.store.device(&record.device)?;
            if known.as_ref().is_some_and(|device| device.account != contact.account) {
                return refuse("a device that belongs to somebody else");
            }
            let same_kem = known.as_ref().filter(|device| device.kem_hash == record.kem_hash);
            self.store.put_device(&DeviceRow {
                device: record.device,
                account: contact.account,
                transport: record.transport,
                olm: record.olm,
                kem_hash: record.kem_hash,
                kem: same_kem.and_then(|device| device.kem.clone()),
                revoked_at_ms: None,
                last_reset_ms: known.and_then(|device| device.last_reset_ms),
            })?;
        }
        for mut device in self.store.devices_of(&contact.account)? {
            let revoked = log.revoked().iter().find(|entry| entry.device == device.device);
            let gone = log.device(&device.device).is_none() || revoked.is_some();
            if gone && device.revoked_at_ms.is_none() {
                device.revoked_at_ms = Some(revoked.map_or(0, |entry| entry.at_ms));
                self.store.put_device(&device)?;
                self.up.remove(&device.transport);
                out.push(Output::Untrack { peer: device.transport });
            }
        }
        self.track(&contact, out)?;
        self.contact_changed(contact.account, out)
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
