//! Nonces that need no memory: a flood of first requests from made-up addresses leaves nothing behind.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;

/// How long a nonce is good for.
const LIFETIME: Duration = Duration::from_secs(600);
const MAC_LEN: usize = 12;

/// Makes nonces and knows its own again: `seconds 4 ‖ the first 12 bytes of a keyed hash of seconds and client`.
pub(super) struct Nonces {
    key: [u8; 32],
    start: Instant,
}

impl Nonces {
    pub(super) fn new(now: Instant) -> Self {
        Self { key: kith_crypto::random_bytes(), start: now }
    }

    /// A nonce for `client`.
    pub(super) fn make(&self, client: SocketAddr, now: Instant) -> String {
        let seconds = self.seconds(now);
        let mut bytes = seconds.to_be_bytes().to_vec();
        bytes.extend(self.mac(seconds, client));
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Whether `nonce` was made for `client` in the last ten minutes.
    pub(super) fn is_good(&self, nonce: &str, client: SocketAddr, now: Instant) -> bool {
        let Ok(bytes) = BASE64URL_NOPAD.decode(nonce.as_bytes()) else { return false };
        let Some((seconds, mac)) = bytes.split_first_chunk::<4>() else { return false };
        let seconds = u32::from_be_bytes(*seconds);
        let age = self.seconds(now).checked_sub(seconds).map(u64::from);
        bool::from(mac.ct_eq(&self.mac(seconds, client))) && age.is_some_and(|age| age <= LIFETIME.as_secs())
    }

    fn seconds(&self, now: Instant) -> u32 {
        u32::try_from(now.saturating_duration_since(self.start).as_secs()).unwrap_or(u32::MAX)
    }

    fn mac(&self, seconds: u32, client: SocketAddr) -> [u8; MAC_LEN] {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&seconds.to_be_bytes());
        match client {
            SocketAddr::V4(v4) => hasher.update(&v4.ip().octets()),
            SocketAddr::V6(v6) => hasher.update(&v6.ip().octets()),
        };
        hasher.update(&client.port().to_be_bytes());
        let mut mac = [0; MAC_LEN];
        hasher.finalize_xof().fill(&mut mac);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_for_its_client_and_for_ten_minutes() {
        let now = Instant::now();
        let nonces = Nonces::new(now);
        let (client, other) = ("192.0.2.1:5".parse().unwrap(), "192.0.2.1:6".parse().unwrap());
        let nonce = nonces.make(client, now);
        assert!(nonces.is_good(&nonce, client, now + LIFETIME));
        assert!(!nonces.is_good(&nonce, client, now + LIFETIME + Duration::from_secs(1)));
        assert!(!nonces.is_good(&nonce, other, now) && !Nonces::new(now).is_good(&nonce, client, now));
        for wrong in ["", "AAAA", "not base64!", nonce.strip_suffix(|_| true).unwrap()] {
            assert!(!nonces.is_good(wrong, client, now), "{wrong}");
        }
    }
}
