//! The network as a node sees it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether the node is connected to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NetworkState {
    /// To nobody.
    Offline,
    /// To peers, but to no bootstrap node.
    Local,
    /// To a bootstrap node over TCP alone: this network seems to block UDP, and people are reached through relays more often.
    Degraded,
    /// Connected.
    Online,
}

/// The network as this node sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkStatus {
    /// In one word.
    pub state: NetworkState,
    /// The libp2p peer id of this node, which changes with its transport key; empty before the network runs.
    #[serde(default)]
    pub peer: String,
    /// Whether the connection in use costs by volume, as was set or as the desktop says: then the node keeps fewer connections.
    #[serde(default)]
    pub metered: bool,
    /// Whether somebody else answers where bootstrap nodes should be: the network seems to want a login in a web browser.
    #[serde(default)]
    pub portal: bool,
    /// What sits between this node and the internet, as far as is known.
    pub nat: String,
    /// Addresses under which this node can be reached.
    pub addresses: Vec<String>,
    /// Addresses at which the router says that it lets others in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mapped: Vec<String>,
    /// Connected peers.
    pub peers: u32,
    /// The bootstrap nodes.
    pub bootstraps: Vec<Bootstrap>,
    /// Relays that hold a place for this node.
    pub relays: Vec<String>,
    /// How far it got with being reachable, step by step, as `network.test` tells it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<TestStep>,
    /// Bytes since the start.
    pub traffic: Traffic,
}

/// A bootstrap node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bootstrap {
    /// Its address or link.
    pub address: String,
    /// The name or IP address of its machine.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host: String,
    /// Its transport key, as `Path::via` names a relay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
    /// Whether it is connected and serves this node.
    pub ok: bool,
    /// Round-trip time in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<u32>,
    /// What it says that it offers: `relay`, `rendezvous`, `slots`, `autonat`, `kad`, `gossip`, `mailbox`, `stun`, `turn`,
    /// `iroh_relay`; `private` if it serves members only. Empty until it said so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<String>,
    /// What its operator has to say, one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notice: String,
    /// Whether it serves members only, and this node is none: its link needs the token of its community.
    #[serde(default)]
    pub refused: bool,
    /// Whether nobody chose it: it is a neighbour of those that were chosen, and used while none of them answers.
    #[serde(default)]
    pub borrowed: bool,
}

/// Bytes moved since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Traffic {
    /// Received.
    pub bytes_in: u64,
    /// Sent.
    pub bytes_out: u64,
}

/// One step of a network test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestStep {
    /// What was tried.
    pub name: String,
    /// Whether it worked.
    pub ok: bool,
    /// What was seen.
    pub detail: String,
}

/// What a desktop knows about the connection in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metered {
    /// Whether it costs by volume.
    pub metered: bool,
}
