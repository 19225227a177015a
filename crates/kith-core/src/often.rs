//! How often each contact does something, so that it can be had enough of.

use std::collections::BTreeMap;

use kith_wire::AccountId;

use crate::Timestamp;

/// Since when each contact is counted, and how often they did it since.
#[derive(Debug, Default)]
pub(crate) struct Often(BTreeMap<AccountId, (Timestamp, u32)>);

impl Often {
    /// Counts once more. `false`: it was more than `max` times within `ms`.
    pub(crate) fn allows(&mut self, account: AccountId, max: u32, ms: u64, now: Timestamp) -> bool {
        let (since, count) = self.0.entry(account).or_insert((now, 0));
        if now >= since.saturating_add(ms) || now < *since {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        *count <= max
    }
}
