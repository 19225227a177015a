//! Mail of this node: which bootstraps keep it, and asking mailboxes.

use kith_wire::{BootstrapLink, MailboxOperation, services};
use libp2p::Multiaddr;
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;
use zeroize::Zeroizing;

use super::Task;
use crate::{
    addr::{self, Source},
    api::NetEvent,
    ids, limits,
    mailbox::client::{Errand, Errands},
};

/// What was said about mailboxes, and the connections to them.
pub(super) struct Mail {
    errands: Errands,
    told: Option<Vec<String>>,
}

impl Mail {
    pub(super) fn new(events: mpsc::Sender<NetEvent>, tracker: &TaskTracker) -> Self {
        Self { errands: Errands::new(events, tracker), told: None }
    }
}

impl Task {
    /// Tells the node which bootstraps keep mail, when that changed.
    pub(super) fn tell_mailboxes(&mut self) {
        let lab = self.own.lab;
        let links: Vec<String> = self
            .bootstraps
            .iter()
            .filter(|known| known.serves() && known.mail == Some(true) && known.borrowed.is_none())
            .filter_map(|known| {
                let transport = ids::transport_id(&known.peer)?;
                let lines = known.lines.iter().flat_map(|(_, addresses)| addresses);
                let addresses = lines.chain(&known.connected).filter(|address| addr::for_contacts(address, lab));
                let mut texts: Vec<String> = addresses.map(ToString::to_string).collect();
                texts.dedup();
                Some(BootstrapLink::new(transport, texts, services::MAILBOX).to_string())
            })
            .collect();
        // One that has not said yet what it does may keep mail: an empty answer waits for it.
        let mut chosen = self.bootstraps.iter().filter(|known| known.borrowed.is_none());
        let unclear = chosen.any(|known| known.is_dialing() || known.mail.is_none());
        if links.is_empty() && unclear && self.mail.told.is_none() {
            return;
        }
        if self.mail.told.as_ref() != Some(&links) {
            self.mail.told = Some(links.clone());
            self.emit(NetEvent::MailboxesSeen { links });
        }
    }

    pub(super) fn ask_mailbox(
        &mut self,
        id: u64,
        mailbox: &str,
        operation: MailboxOperation,
        seed: Zeroizing<[u8; 32]>,
    ) {
        let asked = BootstrapLink::parse(mailbox).ok().and_then(|link| {
            let peer = ids::peer_id(&link.transport)?;
            let known = self.is_bootstrap(&peer);
            if self.own.relay_only && !known {
                return None;
            }
            let source = if known { Source::Bootstrap } else { Source::Service };
            let addresses: Vec<Multiaddr> = link
                .addresses
                .iter()
                .filter_map(|text| addr::parse(text))
                .filter(|address| addr::may_dial(address, source, self.own.lab, |peer| self.is_bootstrap(peer)))
                .filter_map(|address| addr::with_peer(address, peer))
                .take(limits::DIAL_ADDRESSES_MAX)
                .collect();
            (!addresses.is_empty()).then_some((peer, addresses))
        });
        let refused = match asked {
            Some((peer, addresses)) => self.mail.errands.run(Errand { id, peer, addresses, operation, seed }).err(),
            None => Some(id),
        };
        if let Some(id) = refused {
            self.emit(NetEvent::Mailbox { id, response: None });
        }
    }
}
