//! Conversion between transport ids and libp2p's peer ids: pure computation, both are the Ed25519 key.

use kith_wire::TransportId;
use libp2p::{
    PeerId,
    identity::{PublicKey, ed25519},
};

/// The peer id of a transport key, or `None` if the bytes are no curve point.
pub(crate) fn peer_id(id: &TransportId) -> Option<PeerId> {
    let key = ed25519::PublicKey::try_from_bytes(&id.to_bytes()).ok()?;
    Some(PublicKey::from(key).to_peer_id())
}

/// The transport key inside a peer id, or `None` if the peer id is not an inlined Ed25519 key.
pub(crate) fn transport_id(peer: &PeerId) -> Option<TransportId> {
    let key = PublicKey::try_decode_protobuf(peer.as_ref().digest()).ok()?;
    let key = key.try_into_ed25519().ok()?;
    Some(TransportId::from_bytes(key.to_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use libp2p::identity::Keypair;

    #[test]
    fn ids_convert_both_ways() {
        for _ in 0..20 {
            let peer = Keypair::generate_ed25519().public().to_peer_id();
            let id = transport_id(&peer).expect("ed25519 peer ids are inlined");
            assert_eq!(peer_id(&id), Some(peer));
        }
    }
}
