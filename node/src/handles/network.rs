//! The network as this node sees it.

use kith_api::{
    ApiError, method,
    params::{BootstrapParams, Nothing},
    views::{IceServer, Metered, NetworkStatus, TestStep},
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

    /// Tells the node whether the connection in use costs by volume.
    ///
    /// # Errors
    /// `shutting_down`.
    pub async fn metered(&self, metered: bool) -> Result<(), ApiError> {
        self.0.call::<method::NetworkMetered>(Metered { metered }).await.map(drop)
    }

    /// STUN and TURN servers of the bootstrap nodes in use, for a call.
    ///
    /// # Errors
    /// `shutting_down`.
    pub async fn ice_servers(&self) -> Result<Vec<IceServer>, ApiError> {
        Ok(self.0.call::<method::NetworkIceServers>(Nothing {}).await?.servers)
    }

    /// Tries the network step by step.
    ///
    /// # Errors
    /// `shutting_down`.
    pub async fn test(&self) -> Result<Vec<TestStep>, ApiError> {
        Ok(self.0.call::<method::NetworkTest>(Nothing {}).await?.steps)
    }
}
