//! What the way to somebody means, and why they are reached through a relay, as far as this node can know.

use kith_node::views::{Contact, NetworkState, NetworkStatus, PathKind};

/// The key of the sentence about the way to a contact.
pub(super) fn about_way(contact: &Contact) -> &'static str {
    match contact.path.kind {
        PathKind::Direct => "path-direct-about",
        PathKind::Relayed => "path-relayed-about",
        PathKind::None if contact.mailboxes > 0 => "path-none-kept-about",
        PathKind::None => "path-none-about",
    }
}

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
    use kith_node::views::Path;

    use super::*;
    use crate::model::samples::contact;

    #[test]
    fn where_messages_wait_depends_on_the_mailboxes_of_a_contact() {
        for (kind, mailboxes, key) in [
            (PathKind::None, 0, "path-none-about"),
            (PathKind::None, 2, "path-none-kept-about"),
            (PathKind::Direct, 2, "path-direct-about"),
            (PathKind::Relayed, 0, "path-relayed-about"),
        ] {
            let path = Path { kind, rtt_ms: None, over: None, via: None };
            let contact = Contact { path, mailboxes, ..contact(1, "Mara") };
            assert_eq!(about_way(&contact), key, "{kind:?}, {mailboxes} mailboxes");
        }
    }

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
