//! Why somebody is reached through a relay, as far as this node can know.

use kith_node::views::{NetworkState, NetworkStatus};

/// The key of the sentence that says it.
pub(super) fn why_relayed(network: Option<&NetworkStatus>, relay_only: bool) -> &'static str {
    match network {
        _ if relay_only => "path-because-chosen",
        Some(status) if status.state == NetworkState::Degraded => "path-because-no-udp",
        Some(status) if status.nat == "symmetric" => "path-because-symmetric",
        Some(_) | None => "path-because-other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_what_this_node_knows_of_itself() {
        let status =
            |state, nat: &str| NetworkStatus { state, nat: nat.to_owned(), ..crate::model::samples::network() };
        let online = |nat| status(NetworkState::Online, nat);
        for (network, relay_only, key) in [
            (None, false, "path-because-other"),
            (Some(online("mapped")), false, "path-because-other"),
            (Some(online("symmetric")), false, "path-because-symmetric"),
            (Some(status(NetworkState::Degraded, "symmetric")), false, "path-because-no-udp"),
            (Some(online("symmetric")), true, "path-because-chosen"),
        ] {
            assert_eq!(why_relayed(network.as_ref(), relay_only), key);
        }
    }
}
