//! The slot store: sealed invite bundles, kept on disk until they are taken back or expire.
//!
//! One file per slot, written beside and renamed over, so a crash leaves the old file or the new one. The node sees
//! only opaque bytes, the hash of an owner token, and a date. A slot that was deleted or has expired leaves a
//! tombstone for a while, so that somebody with an old link is told what happened.

mod file;
pub(crate) mod worker;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use kith_wire::SlotId;
use kith_wire::limits::SLOT_BLOB_MAX;

use super::shares::Shares;
use super::source::Prefix;
use file::{Header, State};

/// A slot lives at most this long without being put again.
pub(crate) const LIFETIME_MAX_MS: u64 = 90 * DAY_MS;
/// A tombstone is kept this long.
pub(crate) const TOMBSTONE_MS: u64 = 30 * DAY_MS;
const DAY_MS: u64 = 24 * 3_600 * 1_000;
/// Tombstones are one small file each: this many for every slot allowed.
const TOMBSTONES_PER_SLOT: usize = 2;

/// Why the store could not be opened or a file not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SlotStoreError {
    /// The folder or a file in it cannot be read or written.
    #[error("{action} failed in the slot folder: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// What the system answered.
        source: io::Error,
    },
}

impl SlotStoreError {
    pub(crate) fn io(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, source }
    }
}

/// How much the store may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SlotLimits {
    /// Live slots.
    pub(crate) slots_max: usize,
    /// Bytes of all sealed blobs.
    pub(crate) bytes_max: u64,
    /// Live slots from one address prefix.
    pub(crate) per_prefix: u32,
}

/// Why a slot was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PutRefusal {
    /// No room for another slot or for its bytes, or none for the address it comes from.
    Full,
    /// Somebody else's slot, or one that was already used.
    Taken,
    /// More than [`SLOT_BLOB_MAX`] bytes.
    Size,
    /// The expiry date is in the past.
    Expired,
}

/// What a slot holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// The sealed bytes.
    Found(Vec<u8>),
    /// Nothing is known about it.
    Missing,
    /// It was there: taken back by its owner (`used`) or expired.
    Gone {
        /// Whether the owner took it back.
        used: bool,
    },
}

/// What became of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removal {
    /// It is gone now.
    Deleted,
    /// It was gone already.
    Gone {
        /// Whether it was taken back by its owner.
        used: bool,
    },
    /// The token is not the owner's.
    NotOwner,
    /// Nothing is known about it.
    Missing,
}

#[derive(Debug, Clone, Copy)]
struct Live {
    owner_hash: [u8; 32],
    expires_at_ms: u64,
    len: u64,
    /// Whose share it counts in. Not on the disk, which knows nothing of addresses: after a restart nobody's.
    prefix: Option<Prefix>,
}

#[derive(Debug, Clone, Copy)]
struct Tombstone {
    owner_hash: [u8; 32],
    used: bool,
    forget_at_ms: u64,
}

/// The store. Synchronous; [`worker`] runs it on a thread of its own.
#[derive(Debug)]
pub(crate) struct SlotStore {
    dir: PathBuf,
    limits: SlotLimits,
    live: BTreeMap<SlotId, Live>,
    tombstones: BTreeMap<SlotId, Tombstone>,
    bytes: u64,
    per_prefix: Shares<Prefix>,
}

impl SlotStore {
    /// Opens the folder, creating it if needed; removes leftovers of a crash, damaged files and what has expired.
    pub(crate) fn open(dir: &Path, limits: SlotLimits, now_ms: u64) -> Result<Self, SlotStoreError> {
        file::create_dir(dir).map_err(SlotStoreError::io("creating it"))?;
        let mut store = Self {
            dir: dir.to_owned(),
            limits,
            live: BTreeMap::new(),
            tombstones: BTreeMap::new(),
            bytes: 0,
            per_prefix: Shares::new(limits.per_prefix),
        };
        for entry in std::fs::read_dir(dir).map_err(SlotStoreError::io("listing"))? {
            let path = entry.map_err(SlotStoreError::io("listing"))?.path();
            match file::slot_of(&path).zip(file::read_header(&path).ok()) {
                Some((slot, (header, len))) => store.load(slot, header, len),
                None => std::fs::remove_file(&path).map_err(SlotStoreError::io("removing a damaged file"))?,
            }
        }
        store.expire(now_ms)?;
        Ok(store)
    }

    fn load(&mut self, slot: SlotId, header: Header, len: u64) {
        let Header { state, owner_hash, at_ms } = header;
        match state {
            State::Live => {
                self.bytes = self.bytes.saturating_add(len);
                self.live.insert(slot, Live { owner_hash, expires_at_ms: at_ms, len, prefix: None });
            }
            State::Used | State::Expired => {
                let used = state == State::Used;
                self.tombstones.insert(slot, Tombstone { owner_hash, used, forget_at_ms: at_ms });
            }
        }
    }

    /// Stores or replaces a slot for somebody at `prefix`, if that counts. `Ok(Err(…))` is a polite refusal, `Err` a disk that does not work.
    pub(crate) fn put(
        &mut self,
        slot: SlotId,
        owner_hash: [u8; 32],
        expires_at_ms: u64,
        blob: &[u8],
        prefix: Option<Prefix>,
        now_ms: u64,
    ) -> Result<Result<(), PutRefusal>, SlotStoreError> {
        if blob.len() > SLOT_BLOB_MAX {
            return Ok(Err(PutRefusal::Size));
        }
        if expires_at_ms <= now_ms {
            return Ok(Err(PutRefusal::Expired));
        }
        let len = u64::try_from(blob.len()).unwrap_or(u64::MAX);
        let old = self.live.get(&slot).copied();
        let foreign = old.is_some_and(|live| live.owner_hash != owner_hash)
            || self.tombstones.get(&slot).is_some_and(|stone| stone.used || stone.owner_hash != owner_hash);
        if foreign {
            return Ok(Err(PutRefusal::Taken));
        }
        let old_len = old.map_or(0, |live| live.len);
        let bytes = self.bytes.saturating_sub(old_len).saturating_add(len);
        // A slot stays in the share it was first counted in, wherever its owner goes.
        let counted = old.and_then(|live| live.prefix);
        let share_full = counted.is_none() && prefix.is_some_and(|prefix| !self.per_prefix.has_room(&prefix));
        let full = old.is_none() && self.live.len() >= self.limits.slots_max;
        if full || share_full || bytes > self.limits.bytes_max {
            return Ok(Err(PutRefusal::Full));
        }
        let expires_at_ms = expires_at_ms.min(now_ms.saturating_add(LIFETIME_MAX_MS));
        let header = Header { state: State::Live, owner_hash, at_ms: expires_at_ms };
        file::write(&self.dir, slot, &header, blob).map_err(SlotStoreError::io("writing"))?;
        self.bytes = bytes;
        if let (None, Some(prefix)) = (counted, prefix) {
            self.per_prefix.add(prefix);
        }
        self.live.insert(slot, Live { owner_hash, expires_at_ms, len, prefix: counted.or(prefix) });
        self.tombstones.remove(&slot);
        Ok(Ok(()))
    }

    /// Reads a slot. A file that does not match its checksum counts as missing and is removed.
    pub(crate) fn get(&mut self, slot: SlotId, now_ms: u64) -> Result<Lookup, SlotStoreError> {
        if let Some(stone) = self.tombstones.get(&slot) {
            return Ok(Lookup::Gone { used: stone.used });
        }
        let Some(live) = self.live.get(&slot).copied() else {
            return Ok(Lookup::Missing);
        };
        if live.expires_at_ms <= now_ms {
            self.bury(slot, live, false, now_ms)?;
            return Ok(Lookup::Gone { used: false });
        }
        match file::read_blob(&self.dir, slot) {
            Ok(blob) => Ok(Lookup::Found(blob)),
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::NotFound) => {
                self.forget(slot)?;
                Ok(Lookup::Missing)
            }
            Err(error) => Err(SlotStoreError::io("reading")(error)),
        }
    }

    /// Takes a slot back. `token` is the preimage of the owner hash.
    pub(crate) fn delete(&mut self, slot: SlotId, token: &[u8; 32], now_ms: u64) -> Result<Removal, SlotStoreError> {
        let hash = blake3::hash(token);
        let owner = |owner_hash: &[u8; 32]| hash == blake3::Hash::from_bytes(*owner_hash);
        if let Some(stone) = self.tombstones.get(&slot) {
            return Ok(if owner(&stone.owner_hash) { Removal::Gone { used: stone.used } } else { Removal::NotOwner });
        }
        let Some(live) = self.live.get(&slot).copied() else {
            return Ok(Removal::Missing);
        };
        if !owner(&live.owner_hash) {
            return Ok(Removal::NotOwner);
        }
        self.bury(slot, live, true, now_ms)?;
        Ok(Removal::Deleted)
    }

    /// Turns expired slots into tombstones and forgets old tombstones. Returns how many slots expired.
    pub(crate) fn expire(&mut self, now_ms: u64) -> Result<usize, SlotStoreError> {
        let expired: Vec<(SlotId, Live)> = self
            .live
            .iter()
            .filter(|(_, live)| live.expires_at_ms <= now_ms)
            .map(|(slot, live)| (*slot, *live))
            .collect();
        for (slot, live) in &expired {
            self.bury(*slot, *live, false, now_ms)?;
        }
        let forgotten: Vec<SlotId> =
            self.tombstones.iter().filter(|(_, stone)| stone.forget_at_ms <= now_ms).map(|(slot, _)| *slot).collect();
        for slot in forgotten {
            self.forget(slot)?;
        }
        Ok(expired.len())
    }

    /// Live slots.
    pub(crate) fn len(&self) -> usize {
        self.live.len()
    }

    /// Bytes of all sealed blobs.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    fn bury(&mut self, slot: SlotId, live: Live, used: bool, now_ms: u64) -> Result<(), SlotStoreError> {
        let forget_at_ms = now_ms.saturating_add(TOMBSTONE_MS);
        let state = if used { State::Used } else { State::Expired };
        let header = Header { state, owner_hash: live.owner_hash, at_ms: forget_at_ms };
        file::write(&self.dir, slot, &header, &[]).map_err(SlotStoreError::io("writing"))?;
        self.uncount(slot);
        self.tombstones.insert(slot, Tombstone { owner_hash: live.owner_hash, used, forget_at_ms });
        if self.tombstones.len() > self.limits.slots_max.saturating_mul(TOMBSTONES_PER_SLOT) {
            let oldest = self.tombstones.iter().min_by_key(|(_, stone)| stone.forget_at_ms).map(|(slot, _)| *slot);
            if let Some(oldest) = oldest {
                self.forget(oldest)?;
            }
        }
        Ok(())
    }

    fn forget(&mut self, slot: SlotId) -> Result<(), SlotStoreError> {
        file::remove(&self.dir, slot).map_err(SlotStoreError::io("removing"))?;
        self.uncount(slot);
        self.tombstones.remove(&slot);
        Ok(())
    }

    fn uncount(&mut self, slot: SlotId) {
        let Some(live) = self.live.remove(&slot) else { return };
        self.bytes = self.bytes.saturating_sub(live.len);
        if let Some(prefix) = live.prefix {
            self.per_prefix.remove(&prefix);
        }
    }
}

#[cfg(test)]
mod tests;
