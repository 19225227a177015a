//! How a peer is named in logs: a short hash that changes every day and with every start.

use std::time::{SystemTime, UNIX_EPOCH};

use libp2p::PeerId;

/// Names peers for logs so that lines of one day can be put together, and nothing else.
#[derive(Debug)]
pub(crate) struct Tags {
    salt: [u8; 32],
}

impl Tags {
    /// Names with a fresh salt that is never written anywhere.
    pub(crate) fn new() -> Self {
        Self { salt: kith_crypto::random_bytes() }
    }

    /// The name of `peer` today: 8 hex digits.
    pub(crate) fn of(&self, peer: &PeerId) -> String {
        let day = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / 86_400;
        self.on_day(peer, day)
    }

    fn on_day(&self, peer: &PeerId, day: u64) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.salt);
        hasher.update(&day.to_be_bytes()).update(&peer.to_bytes());
        let mut tag = [0; 4];
        hasher.finalize_xof().fill(&mut tag);
        data_encoding::HEXLOWER.encode(&tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_stable_for_a_day_and_links_nothing_beyond() {
        let (tags, peer) = (Tags::new(), PeerId::random());
        assert_eq!(tags.on_day(&peer, 1), tags.on_day(&peer, 1));
        assert_ne!(tags.on_day(&peer, 1), tags.on_day(&peer, 2));
        assert_ne!(tags.on_day(&peer, 1), Tags::new().on_day(&peer, 1));
        assert!(!peer.to_string().contains(&tags.of(&peer)));
    }
}
