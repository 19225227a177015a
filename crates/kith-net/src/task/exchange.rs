//! Peers nobody configured: gossip peer exchange and the local network.

use std::{collections::BTreeMap, time::Instant};

use libp2p::{
    Multiaddr, PeerId,
    gossipsub::{self, MessageAcceptance},
    mdns,
    swarm::dial_opts::PeerCondition,
};

use super::{Task, jitter, now_ms};
use crate::{
    addr::{self, Source},
    api::Tuning,
    bans::{Misdeed, is_graylisted},
    cards, limits,
};

/// A peer that announced itself.
struct Announced {
    addresses: Vec<Multiaddr>,
    at: Instant,
}

/// What was heard.
pub(super) struct Exchange {
    announced: BTreeMap<PeerId, Announced>,
    nearby: BTreeMap<PeerId, Vec<Multiaddr>>,
    pub(super) mdns: bool,
    next_card: Instant,
    next_meeting: Instant,
}

impl Exchange {
    pub(super) fn new(mdns: bool, tuning: &Tuning) -> Self {
        let now = Instant::now();
        let (announced, nearby) = (BTreeMap::new(), BTreeMap::new());
        Self { announced, nearby, mdns, next_card: now + tuning.first_card, next_meeting: now + tuning.meet }
    }

    /// Addresses a peer announced on the local network.
    pub(super) fn nearby(&self, peer: &PeerId) -> &[Multiaddr] {
        self.nearby.get(peer).map_or(&[], Vec::as_slice)
    }

    /// Nobody was heard.
    pub(super) fn forget_nearby(&mut self) {
        self.nearby.clear();
    }

    /// Peers on the local network.
    pub(super) fn neighbours(&self) -> impl Iterator<Item = &PeerId> {
        self.nearby.keys()
    }
}

impl Task {
    pub(super) fn tend_exchange(&mut self, now: Instant) {
        for peer in self.swarm.behaviour().guard.suspects() {
            if is_graylisted(self.swarm.behaviour().gossip.peer_score(&peer)) {
                self.blame(peer, Misdeed::Graylisted);
            }
        }
        if self.exchange.next_card <= now {
            self.exchange.next_card = now + limits::GOSSIP_EVERY;
            let public = self.own.addresses.iter().any(|address| addr::for_everybody(address, self.own.lab));
            let card = self.card(true);
            if public
                && !self.metered.now()
                && let Err(error) =
                    self.swarm.behaviour_mut().gossip.publish(gossipsub::IdentTopic::new(cards::TOPIC), card)
            {
                tracing::debug!(%error, "card not announced");
                self.exchange.next_card = now + self.tuning.first_card;
            }
        }
        if self.exchange.next_meeting <= now {
            self.exchange.next_meeting = now + self.tuning.meet;
            self.meet();
        }
    }

    /// Connects to one announced stranger while there are few connections: peer exchange needs a mesh.
    fn meet(&mut self) {
        let alone = self.own.relay_only || self.metered.now();
        // Who came in by themselves may be a crowd of one person's, there to leave no room for others.
        let chosen = self.links.values().filter(|links| links.values().any(|link| link.dialled)).count();
        if alone || self.bootstraps.is_empty() || chosen >= limits::OVERLAY_TARGET {
            return;
        }
        let lab = self.own.lab;
        let strangers: Vec<(PeerId, Vec<Multiaddr>)> = self
            .exchange
            .announced
            .iter()
            .filter(|(peer, _)| !self.links.contains_key(peer))
            .map(|(peer, announced)| {
                let dialled = announced
                    .addresses
                    .iter()
                    .filter(|a| addr::may_dial(a, Source::Stranger, lab, |_| false))
                    .filter_map(|a| addr::with_peer(a.clone(), *peer));
                (*peer, dialled.collect::<Vec<_>>())
            })
            .filter(|(_, addresses)| !addresses.is_empty())
            .collect();
        let chosen = usize::try_from(jitter()).unwrap_or_default().checked_rem(strangers.len()).unwrap_or_default();
        if let Some((peer, addresses)) = strangers.into_iter().nth(chosen) {
            // One of many; its failure changes nothing.
            let _attempt = self.dial(&peer, addresses, PeerCondition::DisconnectedAndNotDialing);
        }
    }

    pub(super) fn on_gossip(&mut self, event: gossipsub::Event) {
        let gossipsub::Event::Message { propagation_source, message_id, message } = event else { return };
        let verdict = self.judge(&message);
        if matches!(verdict, MessageAcceptance::Reject) {
            self.blame(propagation_source, Misdeed::Card);
        }
        self.swarm.behaviour_mut().gossip.report_message_validation_result(&message_id, &propagation_source, verdict);
    }

    /// A peer passed on what no node of ours does.
    fn blame(&mut self, peer: PeerId, misdeed: Misdeed) {
        let direct =
            self.links.get(&peer).and_then(|links| links.values().find(|link| !addr::is_circuit(&link.remote)));
        let address = direct.map(|link| link.remote.clone());
        if self.swarm.behaviour_mut().guard.blame(peer, address.as_ref(), misdeed) {
            tracing::info!(%peer, "banned");
            self.disconnect(peer);
        }
    }

    /// Accepts a fresh card that its author signed, with public addresses only, at most once per ten minutes.
    fn judge(&mut self, message: &gossipsub::Message) -> MessageAcceptance {
        if message.source == Some(self.me) {
            return MessageAcceptance::Ignore;
        }
        let cards::Announcement { author, addresses } = match cards::read(message, now_ms()) {
            Ok(announcement) => announcement,
            Err(verdict) => return verdict,
        };
        let lab = self.own.lab;
        let now = Instant::now();
        let slack = limits::GOSSIP_EVERY / 2;
        if let Some(known) = self.exchange.announced.get(&author)
            && now.duration_since(known.at) < slack
        {
            return MessageAcceptance::Ignore;
        }
        if self.exchange.announced.len() >= limits::GOSSIP_PEERS_MAX && !self.exchange.announced.contains_key(&author) {
            let oldest = self.exchange.announced.iter().min_by_key(|(_, known)| known.at).map(|(peer, _)| *peer);
            if let Some(oldest) = oldest {
                self.exchange.announced.remove(&oldest);
            }
        }
        let usable: Vec<Multiaddr> = addresses.into_iter().filter(|a| addr::for_everybody(a, lab)).collect();
        if self.peers.contains_key(&author) {
            self.learned(&author, usable.clone());
        }
        self.exchange.announced.insert(author, Announced { addresses: usable, at: now });
        MessageAcceptance::Accept
    }

    pub(super) fn on_mdns(&mut self, event: mdns::Event) {
        match event {
            mdns::Event::Discovered(found) => {
                for (peer, address) in found {
                    self.heard_nearby(peer, addr::without_peer(address));
                }
                let now = Instant::now();
                let near: Vec<PeerId> =
                    self.exchange.nearby.keys().filter(|peer| !self.links.contains_key(peer)).copied().collect();
                for peer in near {
                    self.hurry_peer(&peer, now);
                }
                self.tend_peers(now);
                self.hurry_slots();
                self.hurry_requests();
            }
            mdns::Event::Expired(gone) => {
                for (peer, address) in gone {
                    let address = addr::without_peer(address);
                    if let Some(known) = self.exchange.nearby.get_mut(&peer) {
                        known.retain(|other| *other != address);
                        if known.is_empty() {
                            self.exchange.nearby.remove(&peer);
                        }
                    }
                }
            }
        }
    }

    fn heard_nearby(&mut self, peer: PeerId, address: Multiaddr) {
        let lab = self.own.lab;
        let full = self.exchange.nearby.len() >= limits::MDNS_PEERS_MAX && !self.exchange.nearby.contains_key(&peer);
        if peer == self.me || full || !addr::may_dial(&address, Source::LocalNetwork, lab, |_| false) {
            return;
        }
        let known = self.exchange.nearby.entry(peer).or_default();
        *known = addr::merge(vec![address], std::mem::take(known), limits::ADDRESSES_PER_PEER);
    }
}
