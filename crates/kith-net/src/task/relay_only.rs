//! Being met through relays alone, so that contacts do not learn this node's address.
//!
//! Only the bootstraps the user configured are connected to directly. Everybody else is reached, and reaches us, by
//! circuits through those: whoever names another node, as a relay, a mailbox or the keeper of an invite, may run it.

use libp2p::mdns;

use super::Task;

impl Task {
    /// Hides this node behind its bootstraps, or shows it again. All connections are made anew.
    pub(super) fn relay_only(&mut self, on: bool) {
        if on == self.own.relay_only {
            return;
        }
        self.own.relay_only = on;
        let announce = self.exchange.mdns && !on;
        let mdns = announce.then(|| mdns::tokio::Behaviour::new(mdns::Config::default(), self.me).ok()).flatten();
        let behaviour = self.swarm.behaviour_mut();
        behaviour.guard.relay_only = on;
        behaviour.punch.off = on;
        behaviour.mdns = mdns.into();
        self.exchange.forget_nearby();
        tracing::info!(on, "relays only");
        self.reconnect();
    }
}
