//! Where a call can go over iroh: the relays of the bootstrap nodes we use.

use kith_wire::services;

use super::Task;
use crate::api::{OverlayAccess, OverlayRelay};
use crate::ids;

impl Task {
    /// What the user's own bootstrap nodes that serve us say of their relays, each signed by its node.
    pub(super) fn overlay(&self) -> OverlayAccess {
        let serving = self.bootstraps.iter().filter(|known| known.serves() && known.borrowed.is_none());
        let relays = serving.filter_map(|known| {
            let said = known.descriptor.as_ref().filter(|said| said.services & services::IROH_RELAY != 0)?;
            let relay = said.iroh_relay.as_ref()?;
            Some(OverlayRelay { node: ids::transport_id(&known.peer)?, url: relay.url.clone(), pin: relay.pin })
        });
        OverlayAccess { key: self.key.duplicate(), relays: relays.collect() }
    }
}
