//! Making sure that both sides of a conversation have the same of it.
//!
//! Every message names those it follows, so one that is missing is noticed by the next that comes; it is asked for by
//! its id, by mail if need be (`fetch.rs`). And two devices that are connected compare all they have now and then
//! (`compare.rs`): after one lost its memory nothing else would tell. What one lacks is sent again by its author, as if it
//! had never been sent; what its author lost, the other gives back (`give.rs`).
//!
//! An author takes back only what they know as theirs: every message carries a code that only its author can make or
//! check. A contact cannot put words into my mouth after I restored an old copy, and what is given back proves nothing to
//! anybody else, because whoever could check the code could have made it.

mod compare;
mod fetch;
mod give;

use std::collections::BTreeMap;

use kith_store::{DeviceRow, Store};
use kith_wire::{AccountId, ChatId, DeviceId, Hlc, MsgId, Sync};
use rand::{Rng as _, rngs::StdRng};
use zeroize::Zeroizing;

pub(crate) use self::compare::Session;
use crate::{Output, Timestamp, convert, core::Core, error::CoreError};

/// How often two devices that are connected compare what they have, if nothing calls for it.
const EVERY_MS: u64 = 6 * 3600 * 1000;
/// How long after a connection came a comparison begins: by then most of what was under way is there.
const SETTLE_MS: u64 = 5_000;
/// How much longer the device with the higher id waits for the other to begin.
const YIELD_MS: u64 = 60_000;
/// How long until a comparison that came to nothing is tried again, the first time.
const AGAIN_MS: u64 = 30_000;
/// How long a comparison waits for the other side.
const IDLE_MS: u64 = 30_000;
/// How much older than the last comparison a message may be to be compared again: authors' clocks differ.
const OVERLAP_MS: u64 = 31 * 24 * 3600 * 1000;
/// Comparisons at once.
const SESSIONS_MAX: usize = 8;
/// Comparisons one device may begin in an hour.
const SERVED_MAX: u32 = 30;
/// Messages one device may ask for by their ids in an hour.
const FETCHED_MAX: u32 = 512;
const HOUR_MS: u64 = 3600 * 1000;

/// What is not in the database.
#[derive(Debug, Default)]
pub(crate) struct Syncing {
    /// By device, and whether we began.
    sessions: BTreeMap<(DeviceId, bool), Session>,
    /// When to compare with a device that is connected, and how often that came to nothing.
    due: BTreeMap<DeviceId, (Timestamp, u32)>,
    /// What devices had of us since when.
    served: BTreeMap<DeviceId, Served>,
    /// When gaps are looked at.
    gaps_at: Option<Timestamp>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Served {
    since: Timestamp,
    sessions: u32,
    fetched: u32,
    again: bool,
}

impl Syncing {
    fn served(&mut self, device: DeviceId, now: Timestamp) -> &mut Served {
        let served = self.served.entry(device).or_default();
        if now >= served.since.saturating_add(HOUR_MS) || now < served.since {
            *served = Served { since: now, ..Served::default() };
        }
        served
    }
}

/// Where the key of the codes is kept. A backup has to have it.
pub(crate) const META_WORDS: &str = "own_words";

/// Makes the key of the codes, before anything is written that may have to come back.
pub(crate) fn make_key(store: &Store, rng: &mut StdRng) -> Result<(), CoreError> {
    if store.meta(META_WORDS)?.is_none() {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(key.as_mut_slice());
        store.set_meta(META_WORDS, key.as_slice())?;
    }
    Ok(())
}

/// Forgets with whom this was compared with: it is an older copy.
pub(crate) fn forget(store: &Store) -> Result<(), CoreError> {
    for contact in store.contacts()? {
        for device in store.devices_of(&contact.account)? {
            store.delete_meta(&meta_synced(device.device))?;
        }
    }
    Ok(())
}

fn meta_synced(device: DeviceId) -> String {
    format!("synced:{device}")
}

fn meta_past(device: DeviceId) -> String {
    format!("past_from:{device}")
}

impl Core {
    fn words_key(&self) -> Result<Zeroizing<[u8; 32]>, CoreError> {
        let key = self.store.meta(META_WORDS)?.and_then(|bytes| bytes.try_into().ok());
        key.map(Zeroizing::new).ok_or(CoreError::Damaged { what: "key of own words" })
    }

    /// The code by which I know something as mine.
    pub(crate) fn proof_of(
        &self,
        chat: ChatId,
        msg: MsgId,
        hlc: Hlc,
        parents: &[[u8; 16]],
        kind: u32,
        body: &[u8],
    ) -> Result<[u8; 16], CoreError> {
        let mut hasher = blake3::Hasher::new_keyed(&*self.words_key()?);
        hasher.update(&chat.to_bytes()).update(&msg.to_bytes()).update(&hlc.to_bytes());
        hasher.update(&kind.to_be_bytes()).update(&[u8::try_from(parents.len()).unwrap_or(u8::MAX)]);
        for parent in parents {
            hasher.update(parent);
        }
        hasher.update(body);
        let mut proof = [0; 16];
        hasher.finalize_xof().fill(&mut proof);
        Ok(proof)
    }

    /// When something is due.
    pub(crate) fn sync_next_wake(&self) -> Option<Timestamp> {
        let due = self.sync.due.values().map(|(at, _)| *at).min();
        let idle = self.sync.sessions.values().map(|session| session.at.saturating_add(IDLE_MS)).min();
        [due, idle, self.sync.gaps_at].into_iter().flatten().min()
    }

    pub(crate) fn sync_startup(&mut self) -> Result<(), CoreError> {
        self.sync.gaps_at = self.store.gaps_next_at()?;
        Ok(())
    }

    pub(crate) fn sync_wake(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        self.gaps_wake(now, out)?;
        let over = |session: &Session| now >= session.at.saturating_add(IDLE_MS);
        let ended: Vec<_> =
            self.sync.sessions.iter().filter(|(_, session)| over(session)).map(|(key, _)| *key).collect();
        for (device, mine) in ended {
            self.sync.sessions.remove(&(device, mine));
            if mine {
                self.sync_failed(device, now);
            }
        }
        let due: Vec<DeviceId> = self.sync.due.iter().filter(|(_, (at, _))| *at <= now).map(|(id, _)| *id).collect();
        for device in due {
            self.begin_session(device, None, now, out)?;
        }
        Ok(())
    }

    /// A contact's device is connected.
    pub(crate) fn sync_peer_up(&mut self, device: &DeviceRow, now: Timestamp) -> Result<(), CoreError> {
        let soon = now.saturating_add(SETTLE_MS);
        let turn = if self.my_device > device.device { soon.saturating_add(YIELD_MS) } else { soon };
        let at = match self.synced(device.device)? {
            // I lost something: nobody else knows.
            Some((_, true)) => soon,
            Some((last, false)) => last.saturating_add(EVERY_MS).max(turn),
            None => turn,
        };
        self.sync.due.insert(device.device, (at, 0));
        Ok(())
    }

    pub(crate) fn sync_peer_down(&mut self, device: DeviceId) {
        self.sync.due.remove(&device);
        self.sync.sessions.retain(|(other, _), _| *other != device);
    }

    /// Something suggests that one of the two lost its memory.
    pub(crate) fn sync_wanted(&mut self, device: &DeviceRow, now: Timestamp) -> Result<(), CoreError> {
        let last = self.synced(device.device)?.map_or(0, |(last, _)| last);
        self.set_synced(device.device, last, true)?;
        if self.up.contains_key(&device.transport) && !self.sync.sessions.contains_key(&(device.device, true)) {
            let soon = now.saturating_add(SETTLE_MS);
            let entry = self.sync.due.entry(device.device).or_insert((soon, 0));
            entry.0 = entry.0.min(soon);
        }
        Ok(())
    }

    fn sync_failed(&mut self, device: DeviceId, now: Timestamp) {
        let tries = self.sync.due.get(&device).map_or(0, |(_, tries)| *tries);
        let wait = self.jitter((AGAIN_MS << tries.min(10)).min(EVERY_MS));
        self.sync.due.insert(device, (now.saturating_add(wait), tries.saturating_add(1)));
    }

    fn sync_done(&mut self, device: DeviceId, now: Timestamp) -> Result<(), CoreError> {
        self.set_synced(device, now, false)?;
        let next = now.saturating_add(self.jitter(EVERY_MS));
        if self.sync.due.contains_key(&device) {
            self.sync.due.insert(device, (next, 0));
        }
        Ok(())
    }

    /// A device that an account added: what was written before is not for it. Whoever finds somebody's 24 words may add
    /// one, and must not be sent the history of years by everybody they know.
    pub(crate) fn keep_past_from(&self, device: DeviceId) -> Result<(), CoreError> {
        let from_ms = self.clock.last().millis().saturating_add(1);
        Ok(self.store.set_meta(&meta_past(device), &from_ms.to_be_bytes())?)
    }

    /// A device that has the account's past already, and lacks what came since.
    pub(crate) fn share_past_with(&self, device: DeviceId) -> Result<(), CoreError> {
        Ok(self.store.delete_meta(&meta_past(device))?)
    }

    /// Since when (Unix ms) what was written is for a device.
    fn past_from(&self, device: DeviceId) -> Result<u64, CoreError> {
        let bytes = self.store.meta(&meta_past(device))?.and_then(|bytes| bytes.try_into().ok());
        Ok(bytes.map_or(0, u64::from_be_bytes))
    }

    /// When everything was last compared with a device, and whether something has called for it since.
    fn synced(&self, device: DeviceId) -> Result<Option<(Timestamp, bool)>, CoreError> {
        let bytes: Option<[u8; 9]> = self.store.meta(&meta_synced(device))?.and_then(|bytes| bytes.try_into().ok());
        Ok(bytes.map(|[at @ .., wanted]| (u64::from_be_bytes(at), wanted != 0)))
    }

    fn set_synced(&self, device: DeviceId, at: Timestamp, wanted: bool) -> Result<(), CoreError> {
        let bytes = [at.to_be_bytes().as_slice(), &[u8::from(wanted)]].concat();
        Ok(self.store.set_meta(&meta_synced(device), &bytes)?)
    }

    /// A step of the other side. Returns whether it is to be acknowledged. One that does not fit is over with: it must not
    /// come again, and what it was sealed with is used.
    pub(crate) fn receive_sync(
        &mut self,
        account: AccountId,
        device: &DeviceRow,
        sync: &Sync,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<bool, CoreError> {
        match self.sync_step(account, device, sync, now, out) {
            Err(error @ (CoreError::Refused { .. } | CoreError::Wire(_))) => {
                tracing::debug!(%error, "a step of a comparison came to nothing");
            }
            other => other?,
        }
        Ok(matches!(sync, Sync::Fetch { .. } | Sync::Returned { .. }))
    }

    fn sync_step(
        &mut self,
        account: AccountId,
        device: &DeviceRow,
        sync: &Sync,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        match sync {
            Sync::Open { session, nonce, from_ms, until_ms } => {
                self.session_opened(device, *session, *nonce, (*from_ms, *until_ms), now, out)
            }
            Sync::Accept { session, nonce, from_ms } => {
                self.session_accepted(device, *session, *nonce, *from_ms, now, out)
            }
            Sync::Round { session, bytes, wanted } => self.session_round(device, *session, bytes, wanted, now, out),
            Sync::Fetch { wanted, gone, again } => self.fetched(device, wanted, gone, *again, now, out),
            Sync::Returned { kind, msg, hlc, parents, body, proof } => {
                let what = give::Returned { kind: *kind, msg: *msg, hlc: *hlc, parents, body, proof: *proof };
                self.returned(account, device, &what, now, out)
            }
        }
    }

    /// Whether anything is to be compared with the owner of a device.
    fn syncs_with(&self, device: &DeviceRow) -> Result<bool, CoreError> {
        let contact = self.store.contact(&device.account)?;
        Ok(device.revoked_at_ms.is_none() && contact.as_ref().is_some_and(convert::is_open))
    }
}
