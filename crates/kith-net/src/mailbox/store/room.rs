//! Whose envelopes make room for a new one when the mailbox is full.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use redb::ReadableTable;

use super::{Batch, Db, QueueId};

/// How many envelopes are looked at to make room for one, so that a full mailbox is not a slow one.
const CANDIDATES_MAX: usize = if cfg!(test) { 8 } else { 4_096 };

struct Candidate {
    queue: QueueId,
    seq: u64,
    cost: u64,
}

impl Batch<'_, '_> {
    /// Sees to it that `cost` bytes more can be kept, for a queue that then holds `bytes`. Of the envelopes that expire
    /// soonest those of queues over their fair share go first. Others go only for a queue that stays within its share.
    /// `false`, and nothing is lost, if that is not enough.
    pub(super) fn make_room(&mut self, bytes: u64, cost: u64) -> Db<bool> {
        let wanted = self.totals.bytes.saturating_add(cost).saturating_sub(self.limits.bytes);
        if wanted == 0 {
            return Ok(true);
        }
        let share = self.limits.bytes / self.totals.queues.max(1);
        let (mut left, mut held, mut freed) = (self.candidates()?, HashMap::new(), 0u64);
        let mut victims = Vec::new();
        let mut spared = Vec::new();
        for one in left.drain(..) {
            let holds = match held.entry(one.queue) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(self.queue(one.queue)?.bytes),
            };
            if freed < wanted && *holds > share {
                *holds = holds.saturating_sub(one.cost);
                freed = freed.saturating_add(one.cost);
                victims.push((one.queue, one.seq));
            } else {
                spared.push(one);
            }
        }
        let within = bytes <= share;
        for one in spared.into_iter().take_while(|_| within) {
            if freed >= wanted {
                break;
            }
            freed = freed.saturating_add(one.cost);
            victims.push((one.queue, one.seq));
        }
        if freed < wanted {
            return Ok(false);
        }
        self.forget(&victims)?;
        self.gone.evicted = self.gone.evicted.saturating_add(u64::try_from(victims.len()).unwrap_or(u64::MAX));
        Ok(true)
    }

    /// The envelopes that expire soonest, soonest first.
    fn candidates(&self) -> Db<Vec<Candidate>> {
        let mut all = Vec::new();
        for row in self.expiry.range::<(u64, u64, u64)>(..)?.take(CANDIDATES_MAX) {
            let (key, cost) = row?;
            let (_, queue, seq) = key.value();
            all.push(Candidate { queue: QueueId(queue), seq, cost: cost.value() });
        }
        Ok(all)
    }
}
