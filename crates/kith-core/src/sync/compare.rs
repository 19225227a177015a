//! Comparing what two connected devices have of their conversation, by negentropy.
//!
//! The names of what is compared are hashes under a key that both contribute to, new for every comparison: nobody can
//! write messages whose names cancel out in a fingerprint.

use std::{collections::BTreeMap, fmt};

use kith_crypto::domain::HashLabel;
use kith_store::{DeviceRow, Entry, What};
use kith_wire::{ChatId, DeviceId, Sync, limits};
use negentropy::{Id, Negentropy, NegentropyStorageVector};
use rand::Rng as _;

use super::{IDLE_MS, OVERLAP_MS, SERVED_MAX, SESSIONS_MAX};
use crate::{
    Output, Timestamp,
    core::Core,
    error::{CoreError, refuse},
};

/// Messages of one comparison; of a longer history the months before come after.
const MESSAGES_MAX: u32 = 100_000;
/// Those, and what became of them.
pub(super) const ENTRIES_MAX: u32 = 200_000;
/// Messages of one comparison each way.
pub(super) const ROUNDS_MAX: u32 = 16;
/// Comparisons in a row, of one part of a history after the other.
const PARTS_MAX: u32 = 64;

/// A comparison under way.
pub(crate) struct Session {
    id: [u8; 16],
    nonce: [u8; 32],
    from_ms: u64,
    until_ms: u64,
    /// Of a whole history: the part before this one comes next.
    whole: bool,
    parts: u32,
    rounds: u32,
    /// When the other side was last heard.
    pub(super) at: Timestamp,
    entries: BTreeMap<[u8; 32], Entry>,
    names: Option<NegentropyStorageVector>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("rounds", &self.rounds)
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Names everything under the key of the session.
    fn fill(&mut self, key: &[u8; 32], entries: Vec<Entry>) -> Result<(), CoreError> {
        let mut names = NegentropyStorageVector::with_capacity(entries.len());
        for entry in entries {
            let name = name(key, &entry);
            if self.entries.insert(name, entry).is_none() {
                names.insert(0, Id::from_byte_array(name)).map_err(|_full| broken())?;
            }
        }
        names.seal().map_err(|_sealed| broken())?;
        self.names = Some(names);
        Ok(())
    }

    fn compare(&self) -> Result<Negentropy<'_, NegentropyStorageVector>, CoreError> {
        let Some(names) = &self.names else { return refuse("a comparison that has not begun") };
        let limit = u64::try_from(limits::SYNC_BYTES_MAX).unwrap_or(u64::MAX);
        Negentropy::borrowed(names, limit).map_err(|_limit| broken())
    }
}

fn broken() -> CoreError {
    CoreError::Refused { reason: "a comparison that is not one" }
}

fn session_key(chat: &ChatId, beginner: &[u8; 32], other: &[u8; 32]) -> [u8; 32] {
    HashLabel::SYNC_SESSION.hash(&[chat.to_bytes().as_slice(), beginner, other].concat())
}

fn name(key: &[u8; 32], entry: &Entry) -> [u8; 32] {
    let what: u8 = match entry.what {
        What::Message => 0,
        What::Deleted => 1,
        What::Edit => 2,
        What::Reaction => 3,
        What::Vote => 4,
        What::Closed => 5,
    };
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(&[what]).update(&entry.author.to_bytes()).update(&entry.id.to_bytes());
    *hasher.finalize().as_bytes()
}

impl Core {
    /// Begins to compare: the next part of a history, or else what is due.
    pub(super) fn begin_session(
        &mut self,
        device: DeviceId,
        part: Option<(u64, u32)>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(row) = self.store.device(&device)?.filter(|row| self.up.contains_key(&row.transport)) else {
            self.sync_peer_down(device);
            return Ok(());
        };
        // Until it ends, or for the next attempt.
        let tries = self.sync.due.get(&device).map_or(0, |(_, tries)| *tries);
        self.sync.due.insert(device, (now.saturating_add(2 * IDLE_MS), tries));
        if !self.syncs_with(&row)? || self.sync.sessions.len() >= SESSIONS_MAX {
            self.sync_failed(device, now);
            return Ok(());
        }
        let chat = ChatId::direct(&self.me, &row.account);
        let (until_ms, parts) = part.unwrap_or((u64::MAX, 0));
        let last = self.synced(device)?.filter(|(_, wanted)| !wanted && part.is_none());
        let from_ms = match last {
            Some((last, _)) => last.saturating_sub(OVERLAP_MS),
            None => self.store.entries_from(&chat, until_ms, MESSAGES_MAX)?,
        };
        let from_ms = from_ms.max(self.past_from(device)?);
        if from_ms >= until_ms {
            return self.sync_done(device, now);
        }
        let (mut id, mut nonce) = ([0; 16], [0; 32]);
        self.rng.fill_bytes(&mut id);
        self.rng.fill_bytes(&mut nonce);
        let whole = last.is_none();
        let session = Session {
            id,
            nonce,
            from_ms,
            until_ms,
            whole,
            parts,
            rounds: 0,
            at: now,
            entries: BTreeMap::new(),
            names: None,
        };
        self.sync.sessions.insert((device, true), session);
        self.send_sync(&row, Sync::Open { session: id, nonce, from_ms, until_ms }, now, out)
    }

    /// A step goes out on the connection or not at all.
    fn send_sync(
        &mut self,
        device: &DeviceRow,
        sync: Sync,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        if !self.up.contains_key(&device.transport) {
            return Ok(());
        }
        self.send_ephemeral(device.device, &kith_wire::Body::Sync(sync), now, out)
    }

    /// The other side wants to compare.
    pub(super) fn session_opened(
        &mut self,
        device: &DeviceRow,
        id: [u8; 16],
        theirs: [u8; 32],
        (from_ms, until_ms): (u64, u64),
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        if !self.syncs_with(device)? || from_ms >= until_ms {
            return refuse("a comparison with somebody who has no part in it");
        }
        let full =
            self.sync.sessions.len() >= SESSIONS_MAX && !self.sync.sessions.contains_key(&(device.device, false));
        let served = self.sync.served(device.device, now);
        if full || served.sessions >= SERVED_MAX {
            return refuse("too many comparisons");
        }
        served.sessions += 1;
        let chat = ChatId::direct(&self.me, &device.account);
        let from_ms = from_ms.max(self.store.entries_from(&chat, until_ms, MESSAGES_MAX)?);
        let from_ms = from_ms.max(self.past_from(device.device)?);
        let mut nonce = [0; 32];
        self.rng.fill_bytes(&mut nonce);
        if from_ms >= until_ms {
            return self.send_sync(device, Sync::Accept { session: id, nonce, from_ms: until_ms }, now, out);
        }
        let mut session = Session {
            id,
            nonce,
            from_ms,
            until_ms,
            whole: false,
            parts: 0,
            rounds: 0,
            at: now,
            entries: BTreeMap::new(),
            names: None,
        };
        session.fill(&session_key(&chat, &theirs, &nonce), self.entries_of(&chat, from_ms, until_ms)?)?;
        self.sync.sessions.insert((device.device, false), session);
        self.send_sync(device, Sync::Accept { session: id, nonce, from_ms }, now, out)
    }

    fn entries_of(&self, chat: &ChatId, from_ms: u64, until_ms: u64) -> Result<Vec<Entry>, CoreError> {
        let entries = self.store.entries(chat, from_ms, until_ms, ENTRIES_MAX)?;
        if entries.len() >= ENTRIES_MAX as usize {
            return refuse("more changes than can be compared");
        }
        Ok(entries)
    }

    /// The other side compares with us.
    pub(super) fn session_accepted(
        &mut self,
        device: &DeviceRow,
        id: [u8; 16],
        theirs: [u8; 32],
        from_ms: u64,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let key = (device.device, true);
        let waiting = |session: &Session| session.id == id && session.names.is_none();
        let Some(mut session) = self.sync.sessions.remove(&key).filter(waiting) else {
            return refuse("an answer to no comparison");
        };
        if from_ms < session.from_ms || from_ms > session.until_ms {
            return refuse("a comparison of another time than was asked for");
        }
        if from_ms == session.until_ms {
            // Nothing of that time is for this device.
            return self.sync_done(device.device, now);
        }
        session.from_ms = from_ms;
        session.at = now;
        let chat = ChatId::direct(&self.me, &device.account);
        let entries = self.entries_of(&chat, from_ms, session.until_ms)?;
        session.fill(&session_key(&chat, &session.nonce, &theirs), entries)?;
        let bytes = session.compare()?.initiate().map_err(|_begun| broken())?;
        self.sync.sessions.insert(key, session);
        self.send_sync(device, Sync::Round { session: id, bytes, wanted: Vec::new() }, now, out)
    }

    /// A round of a comparison, or a wish for what it found.
    pub(super) fn session_round(
        &mut self,
        device: &DeviceRow,
        id: [u8; 16],
        bytes: &[u8],
        wanted: &[[u8; 32]],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        for mine in [true, false] {
            let key = (device.device, mine);
            if let Some(session) = self.sync.sessions.remove(&key) {
                if session.id != id {
                    self.sync.sessions.insert(key, session);
                } else if mine {
                    return self.round_answered(device, session, bytes, now, out);
                } else {
                    return self.round_asked(device, session, bytes, wanted, now, out);
                }
            }
        }
        refuse("a round of no comparison")
    }

    /// As the side that answers: says where we differ, and sends what it is asked for.
    fn round_asked(
        &mut self,
        device: &DeviceRow,
        mut session: Session,
        bytes: &[u8],
        wanted: &[[u8; 32]],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        session.at = now;
        // Once each: asking again gives nothing.
        let given: Vec<Entry> = wanted.iter().filter_map(|name| session.entries.remove(name)).collect();
        for entry in &given {
            self.give(device, entry, now)?;
        }
        let answer = if bytes.is_empty() {
            None
        } else {
            session.rounds += 1;
            if session.rounds > ROUNDS_MAX {
                return refuse("a comparison without end");
            }
            Some(session.compare()?.reconcile(bytes).map_err(|_malformed| broken())?)
        };
        // A frame that neither compares nor wants ends it.
        let over = bytes.is_empty() && wanted.is_empty();
        let id = session.id;
        if over && session.from_ms == 0 && session.until_ms == u64::MAX {
            self.sync_done(device.device, now)?;
        }
        if !over {
            self.sync.sessions.insert((device.device, false), session);
        }
        match answer {
            Some(bytes) => self.send_sync(device, Sync::Round { session: id, bytes, wanted: Vec::new() }, now, out),
            None => Ok(()),
        }
    }

    /// As the side that began: gives what the other lacks, asks for what is lacking here, and goes on.
    fn round_answered(
        &mut self,
        device: &DeviceRow,
        mut session: Session,
        bytes: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        session.at = now;
        session.rounds += 1;
        let (mut have, mut need) = (Vec::new(), Vec::new());
        let next = {
            let mut comparison = session.compare()?;
            comparison.set_initiator();
            comparison.reconcile_with_ids(bytes, &mut have, &mut need).map_err(|_malformed| broken())?
        };
        let given: Vec<Entry> = have.iter().filter_map(|id| session.entries.remove(&id.to_bytes())).collect();
        tracing::debug!(have = given.len(), need = need.len(), rounds = session.rounds, "compared");
        for entry in &given {
            self.give(device, entry, now)?;
        }
        let id = session.id;
        let need: Vec<[u8; 32]> = need.iter().map(|id| id.to_bytes()).collect();
        for wanted in need.chunks(limits::SYNC_WANTED_MAX) {
            let round = Sync::Round { session: id, bytes: Vec::new(), wanted: wanted.to_vec() };
            self.send_sync(device, round, now, out)?;
        }
        match next {
            Some(bytes) if session.rounds < ROUNDS_MAX => {
                self.sync.sessions.insert((device.device, true), session);
                self.send_sync(device, Sync::Round { session: id, bytes, wanted: Vec::new() }, now, out)
            }
            // More differs than one comparison finds: what was found is on its way, the rest is left for the next.
            Some(_more) => {
                self.sync_failed(device.device, now);
                Ok(())
            }
            None => {
                let end = Sync::Round { session: id, bytes: Vec::new(), wanted: Vec::new() };
                self.send_sync(device, end, now, out)?;
                if session.whole && session.from_ms > 0 && session.parts < PARTS_MAX {
                    let part = (session.from_ms, session.parts + 1);
                    return self.begin_session(device.device, Some(part), now, out);
                }
                self.sync_done(device.device, now)
            }
        }
    }
}
