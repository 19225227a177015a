//! The ports a device listens on.
//!
//! Friends find each other again through the addresses they remember, so a device that may take any port takes the same
//! one each time it starts: one that follows from its transport key. If somebody else has it, any port has to do.

use kith_crypto::{PublicKey, domain::HashLabel};

/// Registered ports that the kernel hands out to nobody by itself.
const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

/// `listen` with every port 0 replaced by the device's own.
pub(crate) fn steady(listen: &[String], transport: &PublicKey) -> Vec<String> {
    let [high, low, ..] = HashLabel::LISTEN_PORT.hash(transport.as_bytes());
    let port = FIRST + u16::from_be_bytes([high, low]) % COUNT;
    let mut steady = Vec::new();
    for address in listen {
        let mut parts: Vec<String> = address.split('/').map(str::to_owned).collect();
        for at in 1..parts.len() {
            if parts[at] == "0" && matches!(parts[at - 1].as_str(), "tcp" | "udp") {
                parts[at] = port.to_string();
            }
        }
        steady.push(parts.join("/"));
    }
    steady
}

#[cfg(test)]
mod tests {
    use kith_crypto::SigningKey;

    use super::*;

    #[test]
    fn the_same_device_takes_the_same_port() {
        let key = SigningKey::from_seed(&[7; 32]).public();
        let listen = ["/ip4/127.0.0.1/udp/0/quic-v1", "/ip4/0.0.0.0/tcp/0", "/ip6/::/tcp/4100"].map(str::to_owned);
        let once = steady(&listen, &key);
        assert_eq!(once, steady(&listen, &key));
        assert_eq!(once[2], listen[2]);
        assert!(once[0].starts_with("/ip4/127.0.0.1/udp/2") && once[0].ends_with("/quic-v1"), "{}", once[0]);
        assert_ne!(once, steady(&listen, &SigningKey::from_seed(&[8; 32]).public()));
    }
}
