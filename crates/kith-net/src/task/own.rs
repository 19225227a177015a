//! Our own addresses: listening, collecting, telling.

use std::time::Instant;

use kith_wire::{Hello, TransportCard};
use libp2p::{Multiaddr, TransportError, multiaddr::Protocol};

use super::{Task, now_ms};
use crate::{
    addr,
    api::{NetError, NetEvent},
    limits, port,
};

/// Cards are signed anew after this, well before anybody thinks them stale.
const CARD_EVERY: std::time::Duration = std::time::Duration::from_secs(3600);
/// Features this build has; none are optional yet.
const FEATURES: u64 = 0;

/// What is known about our own addresses.
#[derive(Default)]
pub(super) struct Own {
    /// This node was told to listen on loopback only, or nowhere and only knows bootstraps there: loopback is its
    /// world. What it happens to be bound to does not matter: without a network that is loopback, too.
    pub(super) lab: bool,
    /// Nobody but bootstraps is to learn where it is.
    pub(super) relay_only: bool,
    /// Whether it was told to listen at all.
    listens: bool,
    /// All addresses contacts may use: direct ones, then circuits.
    pub(super) addresses: Vec<Multiaddr>,
    /// Those at which anybody can reach this node.
    reachable: Vec<Multiaddr>,
    /// Counts changes of the addresses.
    pub(super) version: u64,
    hello: Option<(u64, Instant, Vec<u8>)>,
}

impl Task {
    /// Binds the configured addresses; a port that is taken falls back to a free one.
    pub(super) fn listen(&mut self, addresses: &[String]) -> Result<(), NetError> {
        let mut first_error = None;
        let mut bound = 0_usize;
        for text in addresses {
            let address: Multiaddr = text.parse().map_err(|_malformed| NetError::Address { address: text.clone() })?;
            let address =
                if port::check_free(&address).is_err() { any_port(&address).unwrap_or(address) } else { address };
            let tried = self.swarm.listen_on(address.clone()).or_else(|error| match any_port(&address) {
                Some(other) => self.swarm.listen_on(other),
                None => Err(error),
            });
            match tried {
                Ok(_listener) => bound += 1,
                Err(error) => {
                    let source = match error {
                        TransportError::Other(source) => source,
                        TransportError::MultiaddrNotSupported(_) => {
                            std::io::Error::from(std::io::ErrorKind::Unsupported)
                        }
                    };
                    first_error.get_or_insert(NetError::Listen { address: text.clone(), source });
                }
            }
        }
        match first_error {
            Some(error) if bound == 0 => Err(error),
            Some(error) => {
                // A machine without IPv6 is ordinary.
                tracing::info!(%error, "not listening everywhere");
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Decides whether loopback is the world, from what was configured.
    pub(super) fn decide_lab(&mut self, listen: &[String]) {
        self.own.listens = !listen.is_empty();
        let lab = if self.own.listens {
            addr::is_loopback_only(listen)
        } else {
            !self.bootstraps.is_empty() && self.bootstraps_on_loopback()
        };
        self.set_lab(lab);
    }

    /// A node that listens nowhere leaves the lab with its first bootstrap outside.
    pub(super) fn review_lab(&mut self) {
        if self.own.lab && !self.own.listens && !self.bootstraps_on_loopback() {
            self.set_lab(false);
        }
    }

    fn set_lab(&mut self, lab: bool) {
        self.own.lab = lab;
        self.swarm.behaviour_mut().guard.lab = lab;
    }

    /// Keeps only confirmed addresses that somebody on the internet could use. A circuit is as good as its relay, which
    /// the user chose: it may have a name or stand in the same house.
    pub(super) fn confirmed(&mut self, address: &Multiaddr) {
        if !addr::is_circuit(address) && !addr::for_everybody(&addr::without_peer(address.clone()), self.own.lab) {
            self.swarm.remove_external_address(address);
        }
    }

    /// Collects our addresses and tells everybody who should know when they changed.
    pub(super) fn refresh_own(&mut self) {
        let (circuits, direct): (Vec<Multiaddr>, Vec<Multiaddr>) =
            self.swarm.listeners().cloned().partition(addr::is_circuit);
        let (lab, only) = (self.own.lab, self.own.relay_only);
        if lab {
            for address in &direct {
                self.swarm.add_external_address(address.clone());
            }
        }
        // Circuits among them too: the listener names a relay by its number, this by the name it was configured with.
        let external: Vec<Multiaddr> = self.swarm.external_addresses().cloned().collect();
        let mut found: Vec<Multiaddr> = external
            .into_iter()
            .chain(direct)
            .chain(circuits)
            .map(addr::without_peer)
            .filter(|address| addr::for_contacts(address, lab) && (!only || addr::is_circuit(address)))
            .collect();
        // Sorted, so that the order libp2p happens to keep does not look like a change.
        found.sort_by_key(|address| (addr::is_circuit(address), !addr::for_everybody(address, lab), address.clone()));
        let addresses = addr::merge(found, Vec::new(), limits::ADDRESSES_PER_PEER);
        if addresses != self.own.addresses {
            self.own.addresses = addresses;
            self.own.version = self.own.version.wrapping_add(1);
            let addresses = self.own.addresses.iter().map(ToString::to_string).collect();
            self.emit(NetEvent::Listening { addresses });
            self.greet_all();
            self.records_stale();
        }
        self.refresh_reachable();
    }

    /// Tells the node where anybody can reach it, if that changed.
    pub(super) fn refresh_reachable(&mut self) {
        let reachable = self.reachable();
        if reachable != self.own.reachable {
            let addresses = reachable.iter().map(ToString::to_string).collect();
            self.own.reachable = reachable;
            self.emit(NetEvent::Reachable { addresses });
        }
    }

    /// A card of ours, signed now.
    pub(super) fn card(&self, public_only: bool) -> Vec<u8> {
        self.own_card(public_only).sign(&self.key)
    }

    pub(super) fn own_card(&self, public_only: bool) -> TransportCard {
        let addresses = self
            .own
            .addresses
            .iter()
            .filter(|address| !public_only || addr::for_everybody(address, self.own.lab))
            .map(ToString::to_string)
            .collect();
        TransportCard::create(self.id, addresses, now_ms(), FEATURES)
    }

    /// Our hello for contacts.
    pub(super) fn hello(&mut self) -> Vec<u8> {
        if let Some((version, made, bytes)) = &self.own.hello
            && *version == self.own.version
            && made.elapsed() < CARD_EVERY
        {
            return bytes.clone();
        }
        let bytes = Hello { features: FEATURES, card: self.card(false) }.encode();
        self.own.hello = Some((self.own.version, Instant::now(), bytes.clone()));
        bytes
    }
}

/// The same address with a port the system picks, if it had a fixed one.
fn any_port(address: &Multiaddr) -> Option<Multiaddr> {
    let mut changed = false;
    let other = address
        .iter()
        .map(|part| {
            let any = if matches!(part, Protocol::Tcp(1..)) {
                Protocol::Tcp(0)
            } else if matches!(part, Protocol::Udp(1..)) {
                Protocol::Udp(0)
            } else {
                return part;
            };
            changed = true;
            any
        })
        .collect();
    changed.then_some(other)
}
