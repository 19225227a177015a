//! How many strangers get to ask. A link that went round may bring a flood: what it takes comes off the share of that
//! invite, and neither the work of reading requests nor the list of them grows without end. Who is turned away is told
//! what a node that has too much to do says, and comes again.

use std::collections::BTreeMap;

use kith_wire::TransportId;

use crate::{Output, Timestamp, core::Core, error::CoreError};

/// How many people may be waiting for an answer.
pub(crate) const OPEN_MAX: u64 = 100;
/// How many requests of one share are looked at at once.
pub(crate) const BURST: u64 = 10;
/// How long until it is one more.
pub(crate) const EACH_MS: u64 = 6 * 60 * 1000;

/// What a request counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Share {
    /// Strangers through an invite.
    Invite([u8; 16]),
    /// Strangers through the public address, whatever the week.
    PublicAddress,
    /// A device that is known: it asks again when an answer was lost, which takes nothing from others.
    Device(TransportId),
}

/// How many came of late, by share: of those there are no more than invites and devices that are known. In memory alone,
/// so that a flood writes nothing.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(BTreeMap<Share, Bucket>);

#[derive(Debug)]
struct Bucket {
    taken: u64,
    /// When the count was last right; the rest of an interval that has not passed stays.
    since: Timestamp,
}

impl Arrivals {
    /// How many more requests may be looked at now.
    pub(crate) fn room(&self, share: Share, now: Timestamp) -> u64 {
        let taken = self.0.get(&share).map_or(0, |bucket| bucket.after(now).taken);
        BURST.saturating_sub(taken)
    }

    /// Looks at one of them; to be asked only while there is [`room`](Self::room).
    pub(crate) fn take(&mut self, share: Share, now: Timestamp) {
        self.0.retain(|_, bucket| bucket.after(now).taken > 0);
        let before = self.0.get(&share).map_or(Bucket { taken: 0, since: now }, |bucket| bucket.after(now));
        self.0.insert(share, Bucket { taken: before.taken.saturating_add(1), ..before });
    }
}

impl Bucket {
    fn after(&self, now: Timestamp) -> Self {
        let back = now.saturating_sub(self.since) / EACH_MS;
        match self.taken.saturating_sub(back) {
            0 => Self { taken: 0, since: now },
            taken => Self { taken, since: self.since.saturating_add(back.saturating_mul(EACH_MS)) },
        }
    }
}

/// Who leaves a full list for somebody new.
enum Room {
    /// There is room.
    Free,
    /// Nobody: too many came through this invite already.
    None,
    /// The newest of the invite that brought most, which is not this one.
    Of(Option<[u8; 16]>),
}

impl Core {
    /// What a stranger's request through an invite counts for.
    pub(crate) fn share_of(&self, tag: &[u8; 16]) -> Result<Share, CoreError> {
        let public = self.store.address_week_of(tag)?.is_some();
        Ok(if public { Share::PublicAddress } else { Share::Invite(*tag) })
    }

    /// Whether somebody new who came through an invite could wait for an answer.
    pub(super) fn has_room(&self, tag: &[u8; 16]) -> Result<bool, CoreError> {
        Ok(!matches!(self.room_for(tag)?, Room::None))
    }

    /// Sees that they can. When too many wait already, the newest of the invite that brought most of them gives way: who
    /// came before a flood stays, and who comes through another link gets in.
    pub(super) fn make_room(
        &mut self,
        tag: &[u8; 16],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<bool, CoreError> {
        match self.room_for(tag)? {
            Room::Free => Ok(true),
            Room::None => Ok(false),
            Room::Of(crowded) => {
                let Some(account) = self.store.newest_requested(crowded.as_ref())? else { return Ok(false) };
                self.forget(account, now, out)?;
                Ok(true)
            }
        }
    }

    fn room_for(&self, tag: &[u8; 16]) -> Result<Room, CoreError> {
        let shares = self.store.requested_by_invite()?;
        if shares.iter().map(|(_, count)| count).sum::<u64>() < OPEN_MAX {
            return Ok(Room::Free);
        }
        let own = shares.iter().find(|(of, _)| of.as_ref() == Some(tag)).map_or(0, |(_, count)| *count);
        let crowded = shares.into_iter().max_by_key(|(_, count)| *count);
        // With the newcomer this invite would be the fullest: then the newest is the newcomer.
        let other = crowded.filter(|(_, count)| *count > own.saturating_add(1));
        Ok(other.map_or(Room::None, |(of, _)| Room::Of(of)))
    }
}
