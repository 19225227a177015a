//! Which queues belong to whoever was given a token of their own, and how much of the mailbox they use together.
//!
//! On the disk such a queue has a label: a hash of its name under the token that opened it. Without the tokens, which are
//! not kept here, labels say nothing, not even which queues have the same owner.

use std::collections::HashMap;

use kith_wire::ReceiveId;
use redb::ReadableTable;

use super::{Batch, Db, QueueId, Store};
use crate::mailbox::config::Grant;

/// The first half of the keyed hash: labels are compared with those of few tokens.
pub(super) type Label = [u8; 16];

fn label(token: &[u8; 32], receive: &[u8; 32]) -> Label {
    let hash = blake3::keyed_hash(token, receive);
    hash.as_bytes().first_chunk().copied().unwrap_or_default()
}

/// Who holds which queues.
#[derive(Default)]
pub(super) struct Grants {
    all: Vec<Grant>,
    /// By queue: the place in `all`.
    of: HashMap<QueueId, usize>,
    /// Counted bytes and queues, by the place in `all`.
    used: Vec<(u64, u64)>,
}

impl Grants {
    fn change(&mut self, id: QueueId, change: impl FnOnce(&mut (u64, u64))) {
        if let Some(used) = self.of.get(&id).and_then(|at| self.used.get_mut(*at)) {
            change(used);
        }
    }

    pub(super) fn more(&mut self, id: QueueId, cost: u64) {
        self.change(id, |(bytes, _)| *bytes = bytes.saturating_add(cost));
    }

    pub(super) fn less(&mut self, id: QueueId, cost: u64) {
        self.change(id, |(bytes, _)| *bytes = bytes.saturating_sub(cost));
    }

    pub(super) fn gone(&mut self, id: QueueId) {
        self.change(id, |(_, queues)| *queues = queues.saturating_sub(1));
        self.of.remove(&id);
    }

    /// Whether the queue belongs to anybody.
    pub(super) fn holds(&self, id: QueueId) -> bool {
        self.of.contains_key(&id)
    }

    /// Whether whoever holds this queue may keep so much more.
    pub(super) fn has_room(&self, id: QueueId, cost: u64) -> bool {
        let Some(at) = self.of.get(&id) else { return true };
        let (grant, used) = (self.all.get(*at), self.used.get(*at));
        grant.zip(used).is_none_or(|(grant, (bytes, _))| bytes.saturating_add(cost) <= grant.bytes)
    }

    fn hold(&mut self, id: QueueId, at: usize, bytes: u64) {
        self.of.insert(id, at);
        self.change(id, |used| *used = (used.0.saturating_add(bytes), used.1.saturating_add(1)));
    }
}

impl Store {
    /// Replaces the grants. The queues of those that are not among them any more go, with what is in them.
    pub(in crate::mailbox) fn grant(&mut self, all: &[Grant]) -> Db<()> {
        let work = |batch: &mut Batch<'_, '_>| batch.regrant(all);
        self.batch(work).map(|((), _)| ())
    }
}

impl Batch<'_, '_> {
    fn regrant(&mut self, all: &[Grant]) -> Db<()> {
        self.grants = Grants { all: all.to_vec(), of: HashMap::new(), used: vec![(0, 0); all.len()] };
        let mut labelled = Vec::new();
        for row in self.labels.iter()? {
            let (id, label) = row?;
            labelled.push((QueueId(id.value()), *label.value()));
        }
        for (id, found) in labelled {
            let queue = self.queue(id)?;
            match all.iter().position(|grant| label(&grant.token, &queue.receive) == found) {
                Some(at) => self.grants.hold(id, at, queue.bytes),
                None => self.remove_queue(id)?,
            }
        }
        Ok(())
    }

    /// Whether the holder of a grant may open another queue.
    pub(in crate::mailbox) fn may_open(&self, grant: usize) -> bool {
        let (all, used) = (self.grants.all.get(grant), self.grants.used.get(grant));
        all.zip(used).is_some_and(|(grant, (_, queues))| *queues < grant.queues)
    }

    /// Notes down that a queue just opened is the holder's of a grant.
    pub(in crate::mailbox) fn belongs(&mut self, receive: &ReceiveId, grant: usize) -> Db<()> {
        let Some(id) = self.receives.get(receive.as_bytes())?.map(|id| QueueId(id.value())) else { return Ok(()) };
        let Some(token) = self.grants.all.get(grant).map(|grant| grant.token.clone()) else { return Ok(()) };
        self.dirty = true;
        self.labels.insert(id.0, &label(&token, receive.as_bytes()))?;
        self.grants.hold(id, grant, 0);
        Ok(())
    }
}
