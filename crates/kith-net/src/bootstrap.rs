//! How a bootstrap node is written down: a `kith:b/1/…` link, or a multiaddr that ends in `/p2p/PEER`.

use kith_wire::{BootstrapLink, TransportId, link::LinkError};
use libp2p::{Multiaddr, PeerId};

use crate::{addr, ids, limits};

/// Why a text is no bootstrap node this node can use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BootstrapError {
    /// A link that cannot be read.
    #[error("the bootstrap link cannot be used")]
    Link(#[from] LinkError),
    /// Neither a link nor an address that could be dialled.
    #[error(
        "neither a link kith:b/1/… nor an address /HOST/tcp/PORT/p2p/PEER, /HOST/udp/PORT/quic-v1/p2p/PEER or /HOST/tcp/PORT/tls/ws/p2p/PEER"
    )]
    Address,
    /// A link whose addresses this node cannot dial.
    #[error("the link names no address that could be dialled")]
    NoAddress,
    /// The peer is not named by an Ed25519 key.
    #[error("the peer id is not that of an Ed25519 key")]
    Key,
    /// The node itself.
    #[error("this is the node's own address")]
    Own,
    /// As many bootstrap nodes as there may be are configured.
    #[error("there are {max} bootstrap nodes already")]
    TooMany {
        /// The bound.
        max: usize,
    },
}

/// Whether a node with the transport key `own` can use `text` as a bootstrap node.
///
/// # Errors
/// Says what is wrong with the text; never [`BootstrapError::TooMany`].
pub fn check_bootstrap(text: &str, own: TransportId) -> Result<(), BootstrapError> {
    match parse(text)? {
        (peer, _) if ids::transport_id(&peer) == Some(own) => Err(BootstrapError::Own),
        (_, _) => Ok(()),
    }
}

/// Who it is, and the addresses it is dialled at, without the peer id.
pub(crate) fn parse(text: &str) -> Result<(PeerId, Vec<Multiaddr>), BootstrapError> {
    if text.starts_with("kith:") {
        let link = BootstrapLink::parse(text)?;
        let peer = ids::peer_id(&link.transport).ok_or(BootstrapError::Key)?;
        let direct = |text: &String| direct(text).filter(|(named, _)| named.is_none_or(|named| named == peer));
        let addresses: Vec<Multiaddr> = link
            .addresses
            .iter()
            .filter_map(direct)
            .map(|(_, address)| address)
            .take(limits::ADDRESSES_PER_PEER)
            .collect();
        return if addresses.is_empty() { Err(BootstrapError::NoAddress) } else { Ok((peer, addresses)) };
    }
    let Some((Some(peer), address)) = direct(text) else { return Err(BootstrapError::Address) };
    ids::transport_id(&peer).ok_or(BootstrapError::Key)?;
    Ok((peer, vec![address]))
}

/// An address of one of our forms that is not a circuit: what helps others to be reached must be reached itself.
fn direct(text: &str) -> Option<(Option<PeerId>, Multiaddr)> {
    let address = addr::parse(text)?;
    let shape = addr::shape(&address).filter(|shape| shape.relay.is_none())?;
    Some((shape.peer, addr::without_peer(address)))
}

#[cfg(test)]
mod tests {
    use kith_crypto::SigningKey;

    use super::*;

    fn device() -> (TransportId, PeerId) {
        let id = TransportId::from_bytes(SigningKey::generate().public().to_bytes());
        (id, ids::peer_id(&id).expect("a key"))
    }

    #[test]
    fn what_can_be_dialled_and_names_somebody_else_is_a_bootstrap_node() {
        let ((own, me), (other, peer)) = (device(), device());
        let link = |id, addresses: &[&str]| {
            BootstrapLink::new(id, addresses.iter().map(|&text| text.to_owned()).collect(), 0).to_string()
        };
        let (good, circuit) = ("/ip4/9.9.9.9/udp/4200/quic-v1", format!("/ip4/9.9.9.9/tcp/4200/p2p/{me}/p2p-circuit"));
        let keyless = PeerId::random();
        for (text, expected) in [
            (format!("{good}/p2p/{peer}"), Ok(())),
            (format!("/dns4/example.org/tcp/443/p2p/{peer}"), Ok(())),
            (link(other, &[good]), Ok(())),
            (link(other, &["/ip4/9.9.9.9/tcp/80/ws", good]), Ok(())),
            (link(other, &[]), Err(BootstrapError::NoAddress)),
            (link(other, &["/ip4/9.9.9.9/tcp/80/ws"]), Err(BootstrapError::NoAddress)),
            (link(own, &[good]), Err(BootstrapError::Own)),
            (format!("{good}/p2p/{me}"), Err(BootstrapError::Own)),
            (format!("{good}/p2p/{keyless}"), Err(BootstrapError::Key)),
            (format!("{circuit}/p2p/{peer}"), Err(BootstrapError::Address)),
            (format!("{good}/p2p/12D3KooWGiven"), Err(BootstrapError::Address)),
            (format!("/ip4/9.9.9.9/tcp/80/ws/p2p/{peer}"), Err(BootstrapError::Address)),
            (format!("/ip4/224.0.0.1/tcp/80/p2p/{peer}"), Err(BootstrapError::Address)),
            (good.to_owned(), Err(BootstrapError::Address)),
            ("example.org:4200".to_owned(), Err(BootstrapError::Address)),
            (String::new(), Err(BootstrapError::Address)),
            ("kith:i/1/aaaa".to_owned(), Err(BootstrapError::Link(LinkError::NotALink))),
            ("kith:b/1/aaaa".to_owned(), Err(BootstrapError::Link(LinkError::Damaged))),
        ] {
            assert_eq!(check_bootstrap(&text, own), expected, "{text}");
        }
    }
}
