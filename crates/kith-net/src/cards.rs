//! Peer exchange over gossip: which messages are cards. One rule for everybody who passes them on.
//!
//! A node that passed on what its neighbours reject would be punished by them, and be cut off for what a stranger said.

use kith_wire::{CardError, UnverifiedCard};
use libp2p::gossipsub::{self, MessageAcceptance, MessageId};
use libp2p::{Multiaddr, PeerId};

use crate::{addr, ids};

/// The topic of peer exchange.
pub const TOPIC: &str = "/kith/1/peers";

/// A fresh card that its author signed and published.
#[derive(Debug)]
pub(crate) struct Announcement {
    /// Whose card it is.
    pub(crate) author: PeerId,
    /// Where he is, without his peer id. On a network that is all on one machine, these are loopback addresses.
    pub(crate) addresses: Vec<Multiaddr>,
}

/// The name of a message, which must be the same everywhere: what is offered under one name is asked for under it.
pub(crate) fn message_id(message: &gossipsub::Message) -> MessageId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(message.topic.as_str().as_bytes()).update(&[0]).update(&message.data);
    let mut id = [0; 20];
    hasher.finalize_xof().fill(&mut id);
    MessageId::new(&id)
}

/// Takes a message apart, or says what to do with it.
///
/// Rejecting costs the peer that forwarded it, so it is for what was wrong from the start. A card that is only too old
/// may have been fresh when it was forwarded, and clocks differ.
pub(crate) fn read(message: &gossipsub::Message, now_ms: u64) -> Result<Announcement, MessageAcceptance> {
    let author = message.source.ok_or(MessageAcceptance::Reject)?;
    let card = UnverifiedCard::decode(&message.data).map_err(|_malformed| MessageAcceptance::Reject)?;
    let card = card.verify(now_ms).map_err(|error| {
        let late_or_early = matches!(error, CardError::Stale { .. } | CardError::NotYetValid { .. });
        if late_or_early { MessageAcceptance::Ignore } else { MessageAcceptance::Reject }
    })?;
    if ids::transport_id(&author) != Some(card.transport) {
        return Err(MessageAcceptance::Reject);
    }
    // Whoever publishes private addresses makes others scan.
    let public = |text: &String| {
        addr::parse(text).and_then(|address| addr::of_peer(address, &author)).filter(|a| addr::for_everybody(a, true))
    };
    let addresses: Option<Vec<Multiaddr>> = card.addresses.iter().map(public).collect();
    Ok(Announcement { author, addresses: addresses.ok_or(MessageAcceptance::Reject)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kith_crypto::SigningKey;
    use kith_wire::{TransportCard, TransportId};

    const NOW_MS: u64 = 1_800_000_000_000;
    const HOUR_MS: u64 = 3_600_000;

    struct Author(SigningKey);

    impl Author {
        fn id(&self) -> TransportId {
            TransportId::from_bytes(self.0.public().to_bytes())
        }

        fn card(&self, addresses: &[&str], at_ms: u64) -> Vec<u8> {
            let addresses = addresses.iter().map(|text| (*text).to_owned()).collect();
            TransportCard::create(self.id(), addresses, at_ms, 0).sign(&self.0)
        }

        fn says(&self, data: Vec<u8>) -> Result<Vec<String>, &'static str> {
            let topic = gossipsub::IdentTopic::new(TOPIC).hash();
            let message = gossipsub::Message { source: ids::peer_id(&self.id()), data, sequence_number: None, topic };
            match read(&message, NOW_MS) {
                Ok(heard) => Ok(heard.addresses.iter().map(ToString::to_string).collect()),
                Err(MessageAcceptance::Reject) => Err("rejected"),
                Err(MessageAcceptance::Ignore) => Err("ignored"),
                Err(MessageAcceptance::Accept) => Err("accepted without a card"),
            }
        }
    }

    #[test]
    fn a_card_is_its_authors_own_fresh_and_names_places_for_everybody() {
        let (author, other) = (Author(SigningKey::generate()), Author(SigningKey::generate()));
        let public = "/ip4/9.9.9.9/tcp/4100";
        let (name, other_name) = (ids::peer_id(&author.id()).unwrap(), ids::peer_id(&other.id()).unwrap());
        let named = format!("{public}/p2p/{name}");
        assert_eq!(author.says(author.card(&[public, &named], NOW_MS)), Ok(vec![public.to_owned(); 2]));
        assert_eq!(author.says(author.card(&["/ip4/127.0.0.1/tcp/4100"], NOW_MS)).map(|found| found.len()), Ok(1));
        assert_eq!(author.says(other.card(&[public], NOW_MS)), Err("rejected"), "somebody else's");
        let mut forged = author.card(&[public], NOW_MS);
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(author.says(forged), Err("rejected"));
        assert_eq!(author.says(b"junk".to_vec()), Err("rejected"));
        assert_eq!(author.says(author.card(&[public], NOW_MS - 27 * HOUR_MS)), Err("ignored"));
        assert_eq!(author.says(author.card(&[public], NOW_MS + HOUR_MS)), Err("ignored"));
        let others = format!("{public}/p2p/{other_name}");
        for bad in ["/ip4/10.0.0.1/tcp/4100", "/dns4/localhost/tcp/4100", "/ip4/9.9.9.9/ip4/10.0.0.1/tcp/1", &others] {
            assert_eq!(author.says(author.card(&[public, bad], NOW_MS)), Err("rejected"), "{bad}");
        }
    }
}
