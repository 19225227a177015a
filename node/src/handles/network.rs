//! The network as this node sees it.

use kith_api::{
    ApiError, method,
    params::{BootstrapParams, Nothing},
    views::{NetworkStatus, TestStep},
};

use crate::Node;

/// Methods about the network: [`Node::network`].
#[derive(Debug, Clone, Copy)]
pub struct Network<'a>(&'a Node);

impl Node {
    /// The network as this node sees it.
    #[must_use]
    pub fn network(&self) -> Network<'_> {
        Network(self)
    }
}

impl Network<'_> {
    /// Connections, addresses, bootstrap nodes, traffic.
    ///
    /// # Errors
    /// `shutting_down`.
    pub async fn status(&self) -> Result<NetworkStatus, ApiError> {
        self.0.call::<method::NetworkGet>(Nothing {}).await
    }

    /// Adds a bootstrap node, a link `kith:b/1/…` or a multiaddr that ends in `/p2p/PEER`, and keeps it.
    ///
    /// # Errors
    /// `bad_link`, `invalid_argument`, `already_exists`, `too_large`, `storage`, `shutting_down`.
    pub async fn add_bootstrap(&self, address: impl Into<String>) -> Result<(), ApiError> {
        self.0.call::<method::NetworkAddBootstrap>(BootstrapParams { address: address.into() }).await.map(drop)
    }

    /// Removes a bootstrap node, spelled as it was added.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn remove_bootstrap(&self, address: impl Into<String>) -> Result<(), ApiError> {
        self.0.call::<method::NetworkRemoveBootstrap>(BootstrapParams { address: address.into() }).await.map(drop)
    }

    /// Tries the network step by step.
    ///
    /// # Errors
    /// `shutting_down`.
    pub async fn test(&self) -> Result<Vec<TestStep>, ApiError> {
        Ok(self.0.call::<method::NetworkTest>(Nothing {}).await?.steps)
    }
}
