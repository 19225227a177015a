//! What each bootstrap node says of itself, and joining the private ones.

use std::time::{Duration, Instant};

use kith_wire::{
    BootstrapLink, CommunityToken, ServiceDescriptor, ServicesDenial, ServicesRequest, ServicesResponse, services,
};
use libp2p::request_response::{Event, Message};
use libp2p::{PeerId, StreamProtocol};

use super::bootstraps::Bootstrap;
use super::{Task, now_ms};
use crate::ids;
use crate::services::{SERVICES_PROTOCOL, ServicesEvent};

/// A bootstrap node that did not answer whether it lets us in is asked again after this.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// What a connected one offers is asked again after this; sooner at first, because one that has just started has not met
/// its neighbours yet.
const DESCRIBED_EVERY: Duration = Duration::from_secs(3600);

/// Whether a connected bootstrap node lets us use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Membership {
    /// As far as we know it serves everybody.
    Open,
    /// It is asked to let us in; asked again at this time if no answer came.
    Asked(Instant),
    /// It let us in.
    Member,
    /// It serves members only, and we have no token that it knows.
    Refused,
}

impl Bootstrap {
    /// What lets us in, if one of its links says so; the last one that was added is the newest.
    pub(super) fn token(&self) -> Option<CommunityToken> {
        self.lines.iter().rev().find_map(|(line, _)| BootstrapLink::parse(line).ok()?.token)
    }

    /// Whether it is connected and lets us use it.
    pub(super) fn serves(&self) -> bool {
        self.connected.is_some() && matches!(self.membership, Membership::Open | Membership::Member)
    }

    /// What it offers, by name.
    pub(super) fn offers(&self) -> Vec<&'static str> {
        services::names(self.descriptor.as_ref().map_or(0, |descriptor| descriptor.services))
    }
}

impl Task {
    /// Shows the token to a bootstrap node that did not let us in before.
    pub(super) fn join_again(&mut self, peer: &PeerId) {
        let refused = |known: &&Bootstrap| known.peer == *peer && known.membership == Membership::Refused;
        if self.bootstraps.iter().any(|known| refused(&known)) {
            self.join(peer, Instant::now());
        }
    }

    fn join(&mut self, peer: &PeerId, now: Instant) {
        let Some(known) = self.bootstraps.iter_mut().find(|known| known.peer == *peer) else { return };
        if let Some(token) = known.token() {
            known.membership = Membership::Asked(now + ASK_AGAIN);
            self.swarm.behaviour_mut().services.send_request(peer, ServicesRequest::Join { token });
        }
    }

    /// Asks those again that did not answer, or not now.
    pub(super) fn tend_memberships(&mut self, now: Instant) {
        let silent = |known: &&Bootstrap| {
            known.connected.is_some() && matches!(known.membership, Membership::Asked(again) if again <= now)
        };
        let silent: Vec<PeerId> = self.bootstraps.iter().filter(silent).map(|known| known.peer).collect();
        for peer in silent {
            self.join(&peer, now);
        }
    }

    /// Asks a bootstrap node that has just said what it speaks. What needs its consent waits for the answer.
    pub(super) fn ask_services(&mut self, peer: &PeerId, protocols: &[StreamProtocol]) {
        if !protocols.contains(&SERVICES_PROTOCOL) {
            return;
        }
        let Some(known) = self.bootstraps.iter_mut().find(|known| known.peer == *peer) else { return };
        let first = known.descriptor.is_none();
        if first {
            let pause = self.tuning.watchdog;
            known.described = (Instant::now() + pause, pause);
        }
        if known.membership != Membership::Member {
            self.join(peer, Instant::now());
        }
        if first {
            self.swarm.behaviour_mut().services.send_request(peer, ServicesRequest::Describe);
        }
    }

    /// Asks those again whose answer is not new any more: neighbours come and go.
    pub(super) fn watch_services(&mut self, now: Instant) {
        for known in &mut self.bootstraps {
            let (due, pause) = known.described;
            if known.connected.is_some() && known.descriptor.is_some() && due <= now {
                let pause = DESCRIBED_EVERY.min(pause * 2);
                known.described = (now + pause, pause);
                self.swarm.behaviour_mut().services.send_request(&known.peer, ServicesRequest::Describe);
            }
        }
    }

    pub(super) fn on_services(&mut self, event: ServicesEvent) {
        let (peer, request, response) = match event {
            Event::Message { peer, message: Message::Response { request_id, response }, .. } => {
                (peer, request_id, response)
            }
            Event::OutboundFailure { peer, request_id, error, .. } => {
                tracing::debug!(%peer, %error, "a bootstrap did not say what it offers");
                return self.ice_answered(request_id, None);
            }
            Event::Message { message: Message::Request { .. }, .. }
            | Event::InboundFailure { .. }
            | Event::ResponseSent { .. } => return,
        };
        let Some(known) = self.bootstraps.iter_mut().find(|known| known.peer == peer) else { return };
        match response {
            ServicesResponse::Joined => {
                known.membership = Membership::Member;
                self.bootstrap_serves();
            }
            ServicesResponse::Denied { reason: ServicesDenial::NotMember } => {
                tracing::warn!(%peer, "a private bootstrap does not know our token");
                known.membership = Membership::Refused;
                self.ice_answered(request, None);
            }
            ServicesResponse::Described { descriptor } => {
                let Some(descriptor) = verified(&peer, &descriptor) else { return };
                let private = descriptor.services & services::PRIVATE != 0;
                if private && known.membership == Membership::Open {
                    known.membership = Membership::Refused;
                }
                self.neighbours_named(&peer, &descriptor);
                if let Some(known) = self.bootstraps.iter_mut().find(|known| known.peer == peer) {
                    known.descriptor = Some(descriptor);
                }
            }
            ServicesResponse::Turn(credentials) => self.ice_answered(request, Some(credentials)),
            ServicesResponse::Denied { .. } => self.ice_answered(request, None),
        }
    }

    /// Everything that waited for a bootstrap node need not wait any more.
    pub(super) fn bootstrap_serves(&mut self) {
        let now = Instant::now();
        self.hurry_relays(now);
        self.tend_relays(now);
        self.records_due(now);
        self.tend_lookup(now);
        self.tell_mailboxes();
        self.hurry_peers(now);
        self.tend_peers(now);
        self.hurry_slots();
        self.hurry_requests();
    }
}

fn verified(peer: &PeerId, bytes: &[u8]) -> Option<ServiceDescriptor> {
    let transport = ids::transport_id(peer)?;
    match ServiceDescriptor::read(bytes, transport, now_ms()) {
        Ok(descriptor) => Some(descriptor),
        Err(error) => {
            tracing::warn!(%peer, %error, "what a bootstrap says of itself cannot be used");
            None
        }
    }
}
