//! The bootstrap nodes this node uses: built in, given at the start, and added through the API, which are kept.

use kith_api::{ApiError, ErrorCode};
use kith_wire::{bootstrap::BootstrapLink, limits::ADDRESS_MAX_BYTES, link::LinkError};
use serde::{Deserialize, Serialize};

use crate::keys::{Sealed, SealedError};

/// Public nodes every new profile starts with. There are none: whoever runs one shares its link.
pub const DEFAULT_BOOTSTRAPS: &[&str] = &[];

/// Bootstrap nodes in use at once; more do not make a node easier to find.
const BOOTSTRAPS_MAX: usize = 32;

/// The bootstrap nodes of a profile.
pub(crate) struct Bootstraps {
    file: Sealed,
    kept: Kept,
    /// Given at the start, for this run only.
    given: Vec<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Kept {
    bootstraps: Vec<String>,
}

/// Something that is no address of a bootstrap node.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum BadBootstrap {
    /// A link that cannot be read.
    #[error("{address}: {source}")]
    Link {
        /// What was given.
        address: String,
        /// What is wrong with it.
        source: LinkError,
    },
    /// Neither a link nor a multiaddr that names a peer.
    #[error("{address} is neither a link kith:b/1/… nor an address /…/p2p/PEER")]
    Address {
        /// What was given.
        address: String,
    },
}

impl Bootstraps {
    pub(crate) fn load(file: Sealed, given: Vec<String>) -> Result<Self, SealedError> {
        let kept = file.read()?.unwrap_or_default();
        Ok(Self { file, kept, given })
    }

    /// All in use, those given at the start first.
    pub(crate) fn all(&self) -> Vec<String> {
        let mut all = self.given.clone();
        all.extend(self.kept.bootstraps.iter().filter(|kept| !self.given.contains(kept)).cloned());
        all
    }

    /// Keeps one more. Writes to disk.
    pub(crate) fn add(&mut self, address: &str) -> Result<(), ApiError> {
        check(address).map_err(|error| {
            let code = match error {
                BadBootstrap::Link { .. } => ErrorCode::BadLink,
                BadBootstrap::Address { .. } => ErrorCode::InvalidArgument,
            };
            ApiError::new(code, error.to_string())
        })?;
        if self.kept.bootstraps.iter().any(|kept| kept == address) {
            return Err(ApiError::new(ErrorCode::AlreadyExists, "this bootstrap node is there already"));
        }
        if self.all().len() >= BOOTSTRAPS_MAX {
            let message = format!("there are {BOOTSTRAPS_MAX} bootstrap nodes already");
            return Err(ApiError::new(ErrorCode::TooLarge, message).hint("remove one with network.remove_bootstrap"));
        }
        let mut kept = self.kept.clone();
        kept.bootstraps.push(address.to_owned());
        self.keep(kept)
    }

    /// Forgets one. Writes to disk; one that was given at the start comes back with the next start.
    pub(crate) fn remove(&mut self, address: &str) -> Result<(), ApiError> {
        if !self.all().iter().any(|known| known == address) {
            return Err(ApiError::new(ErrorCode::NotFound, "no such bootstrap node")
                .hint("network.status lists them as they were given"));
        }
        let mut kept = self.kept.clone();
        kept.bootstraps.retain(|other| other != address);
        self.keep(kept)?;
        self.given.retain(|other| other != address);
        Ok(())
    }

    fn keep(&mut self, kept: Kept) -> Result<(), ApiError> {
        self.file.write(&kept).map_err(|error| error.to_api())?;
        self.kept = kept;
        Ok(())
    }
}

/// Whether `address` can be the address of a bootstrap node.
pub(crate) fn check(address: &str) -> Result<(), BadBootstrap> {
    if address.starts_with("kith:") {
        return match BootstrapLink::parse(address) {
            Ok(_) => Ok(()),
            Err(source) => Err(BadBootstrap::Link { address: address.to_owned(), source }),
        };
    }
    let parts: Vec<&str> = address.split('/').collect();
    let names_peer = matches!(parts.as_slice(), ["", _, .., "p2p", peer] if !peer.is_empty());
    if address.len() > ADDRESS_MAX_BYTES || !names_peer {
        return Err(BadBootstrap::Address { address: address.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kith_crypto::{Key, SigningKey};
    use kith_wire::ids::TransportId;

    use super::*;

    #[test]
    fn added_ones_are_kept_and_given_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::random();
        let file = || Sealed::new(folder.path(), "network", &key);
        let given = "/ip4/127.0.0.1/tcp/4200/p2p/12D3KooWGiven".to_owned();
        let transport = TransportId::from(SigningKey::generate().public());
        let added = BootstrapLink::new(transport, vec!["/ip4/192.0.2.1/tcp/4200".to_owned()], 0).to_string();
        let mut bootstraps = Bootstraps::load(file(), vec![given.clone()]).unwrap();
        bootstraps.add(&added).unwrap();
        assert_eq!(bootstraps.add(&added).unwrap_err().code, ErrorCode::AlreadyExists);
        assert_eq!(bootstraps.all(), [given.clone(), added.clone()]);
        bootstraps.remove(&given).unwrap();
        assert_eq!(bootstraps.all(), std::slice::from_ref(&added));

        let mut bootstraps = Bootstraps::load(file(), Vec::new()).unwrap();
        assert_eq!(bootstraps.all(), std::slice::from_ref(&added));
        bootstraps.remove(&added).unwrap();
        assert_eq!(bootstraps.remove(&added).unwrap_err().code, ErrorCode::NotFound);
        assert!(Bootstraps::load(file(), Vec::new()).unwrap().all().is_empty());
    }

    #[test]
    fn what_is_no_bootstrap_node_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut bootstraps =
            Bootstraps::load(Sealed::new(folder.path(), "network", &Key::random()), Vec::new()).unwrap();
        for (address, code) in [
            ("", ErrorCode::InvalidArgument),
            ("example.org:4200", ErrorCode::InvalidArgument),
            ("/ip4/127.0.0.1/tcp/4200", ErrorCode::InvalidArgument),
            ("/ip4/127.0.0.1/tcp/4200/p2p/", ErrorCode::InvalidArgument),
            ("kith:b/1/aaaa", ErrorCode::BadLink),
            ("kith:i/1/aaaa", ErrorCode::BadLink),
        ] {
            assert_eq!(bootstraps.add(address).unwrap_err().code, code, "{address}");
        }
        assert!(bootstraps.all().is_empty());
    }
}
