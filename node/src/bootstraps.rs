//! The bootstrap nodes this node uses: built in, given at the start, and kept: those added through the API, or named by the
//! first invite that was followed.

use std::sync::Arc;

use kith_api::{ApiError, Command, ErrorCode};
use kith_net::{BootstrapError, check_bootstrap};
use kith_wire::{BootstrapLink, InviteLink, ids::TransportId};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::{
    keys::{Sealed, SealedError},
    node::Shared,
};

/// Public nodes every new profile starts with. There are none: whoever runs one shares its link.
pub const DEFAULT_BOOTSTRAPS: &[&str] = &[];

/// The sealed file that has them.
pub(crate) const FILE: &str = "network";
/// Bootstrap nodes in use at once; more do not make a node easier to find.
const BOOTSTRAPS_MAX: usize = 32;
/// Of those an invite names so many are used: two operators are enough to be found.
const NAMED_MAX: usize = 2;

/// The bootstrap nodes of a profile.
pub(crate) struct Bootstraps {
    file: Sealed,
    kept: Kept,
    /// Given at the start, for this run only.
    given: Vec<String>,
    own: TransportId,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Kept {
    bootstraps: Vec<String>,
    /// Their neighbours, for when none of them answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    spares: Vec<String>,
}

/// Something that is no bootstrap node this node can use.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{address}: {source}")]
pub struct BadBootstrap {
    /// What was given.
    pub address: String,
    /// What is wrong with it.
    pub source: BootstrapError,
}

impl Bootstraps {
    /// Those of the node with the transport key `own`.
    pub(crate) fn load(file: Sealed, given: Vec<String>, own: TransportId) -> Result<Self, SealedError> {
        let kept = file.read()?.unwrap_or_default();
        Ok(Self { file, kept, given, own })
    }

    /// Writes those that a backup names into a new profile; what is none is left out.
    pub(crate) fn restore(file: &Sealed, named: Vec<String>) -> Result<(), SealedError> {
        let own = TransportId::from_bytes([0; 32]);
        let mut bootstraps = named;
        bootstraps.retain(|address| check(address, own).is_ok());
        bootstraps.truncate(BOOTSTRAPS_MAX);
        if bootstraps.is_empty() { Ok(()) } else { file.write(&Kept { bootstraps, spares: Vec::new() }) }
    }

    /// All in use, those given at the start first.
    pub(crate) fn all(&self) -> Vec<String> {
        let mut all = self.given.clone();
        all.extend(self.kept.bootstraps.iter().filter(|kept| !self.given.contains(kept)).cloned());
        all
    }

    /// Those to turn to while none of them answers.
    pub(crate) fn spares(&self) -> &[String] {
        &self.kept.spares
    }

    /// The node has another transport key.
    pub(crate) fn renewed(&mut self, own: TransportId) {
        self.own = own;
    }

    /// Keeps these to turn to. Writes to disk.
    fn keep_spares(&mut self, spares: Vec<String>) -> Result<(), ApiError> {
        if self.kept.spares == spares { Ok(()) } else { self.keep(Kept { spares, ..self.kept.clone() }) }
    }

    /// Keeps one more. Writes to disk.
    pub(crate) fn add(&mut self, address: &str) -> Result<(), ApiError> {
        check(address, self.own).map_err(|error| {
            let link = matches!(error.source, BootstrapError::Link(_));
            ApiError::new(if link { ErrorCode::BadLink } else { ErrorCode::InvalidArgument }, error.to_string())
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

/// Keeps the neighbours of bootstrap nodes as the network tells them, until it ends.
pub(crate) async fn keep_spares(node: Arc<Shared>, mut told: watch::Receiver<Vec<String>>) {
    while told.changed().await.is_ok() {
        let spares = told.borrow_and_update().clone();
        let mut bootstraps = Arc::clone(&node.bootstraps).lock_owned().await;
        if let Err(error) = node.on_disk(move || bootstraps.keep_spares(spares)).await {
            tracing::warn!(code = ?error.code, "neighbours of bootstrap nodes are not kept");
        }
    }
}

/// The bootstrap nodes in the link that somebody is to be asked by.
pub(crate) fn named_by(command: &Command) -> Vec<String> {
    let Command::ContactsAdd(params) = command else { return Vec::new() };
    let Ok(link) = InviteLink::parse(params.link.trim()) else { return Vec::new() };
    // Without bootstrap nodes of their own somebody names their device, which offers nothing.
    let offers = |hint: &&String| BootstrapLink::parse(hint).is_ok_and(|link| link.services != 0);
    link.hints().iter().filter(offers).take(NAMED_MAX).cloned().collect()
}

/// Whether the node with the transport key `own` can use `address` as a bootstrap node.
pub(crate) fn check(address: &str, own: TransportId) -> Result<(), BadBootstrap> {
    check_bootstrap(address, own).map_err(|source| BadBootstrap { address: address.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kith_crypto::{Key, SigningKey};

    const PEER: &str = "12D3KooWRQP9FEpTGtRGyGWcjJoDKjxMU7Bz3tYFUdaA5Mm4gaL1";

    fn transport() -> TransportId {
        TransportId::from(SigningKey::from_seed(&[8; 32]).public())
    }

    #[test]
    fn added_ones_are_kept_and_given_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::random();
        let file = || Sealed::new(folder.path(), "network", &key);
        let given = format!("/ip4/127.0.0.1/tcp/4200/p2p/{PEER}");
        let other = TransportId::from(SigningKey::generate().public());
        let added = BootstrapLink::new(other, vec!["/ip4/192.0.2.1/tcp/4200".to_owned()], 0).to_string();
        let mut bootstraps = Bootstraps::load(file(), vec![given.clone()], transport()).unwrap();
        bootstraps.add(&added).unwrap();
        assert_eq!(bootstraps.add(&added).unwrap_err().code, ErrorCode::AlreadyExists);
        assert_eq!(bootstraps.all(), [given.clone(), added.clone()]);
        bootstraps.remove(&given).unwrap();
        assert_eq!(bootstraps.all(), std::slice::from_ref(&added));

        let mut bootstraps = Bootstraps::load(file(), Vec::new(), transport()).unwrap();
        assert_eq!(bootstraps.all(), std::slice::from_ref(&added));
        bootstraps.remove(&added).unwrap();
        assert_eq!(bootstraps.remove(&added).unwrap_err().code, ErrorCode::NotFound);
        assert!(Bootstraps::load(file(), Vec::new(), transport()).unwrap().all().is_empty());
    }

    #[test]
    fn what_is_no_bootstrap_node_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut bootstraps =
            Bootstraps::load(Sealed::new(folder.path(), "network", &Key::random()), Vec::new(), transport()).unwrap();
        let own = BootstrapLink::new(transport(), vec!["/ip4/192.0.2.1/tcp/4200".to_owned()], 0).to_string();
        for (address, code) in [
            (own.as_str(), ErrorCode::InvalidArgument),
            (
                "/dnsaddr/bootstrap.example/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN",
                ErrorCode::InvalidArgument,
            ),
            ("/ip4/127.0.0.1/tcp/4200/p2p/12D3KooWGiven", ErrorCode::InvalidArgument),
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
