//! Mail this node keeps for others, if its user agreed to.

use kith_wire::MailboxResponse;
use libp2p::Multiaddr;

use super::Task;
use crate::{
    mailbox::{Channel, MailboxEvent, connection_of},
    server::source::{Exempt, Source},
};

impl Task {
    pub(super) fn on_mailbox(&mut self, event: MailboxEvent) {
        let connection = connection_of(&event);
        let remote = self.links.values().find_map(|links| links.get(&connection)).map(|link| &link.remote);
        let source = Source::of(remote.unwrap_or(&Multiaddr::empty()), Exempt::Loopback);
        let answer = self.mailbox.as_mut().and_then(|mailbox| mailbox.on_event(event, source));
        if let Some((channel, response)) = answer {
            self.answer_mail(channel, response);
        }
    }

    pub(super) fn answer_mail(&mut self, channel: Channel, response: MailboxResponse) {
        let behaviour = self.swarm.behaviour_mut().mailbox.as_mut();
        if behaviour.is_some_and(|mailbox| mailbox.send_response(channel, response).is_err()) {
            tracing::debug!("the asker is gone");
        }
    }
}
