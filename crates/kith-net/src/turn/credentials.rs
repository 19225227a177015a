//! Who may make allocations: user names and passwords that were handed out in the last minutes.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use super::message;

/// Whose credentials they are; opaque here.
pub(crate) type Owner = [u8; 32];

/// The key of RFC 8489 §9.2.2: MD5 of user name, realm and password.
pub(super) type AuthKey = Zeroizing<Vec<u8>>;

struct Entry {
    key: AuthKey,
    owner: Owner,
    until: Instant,
}

/// All credentials in force.
pub(super) struct Credentials {
    lifetime: Duration,
    per_owner: usize,
    total: usize,
    entries: HashMap<String, Entry>,
}

impl Credentials {
    pub(super) fn new(lifetime: Duration, per_owner: usize, total: usize) -> Self {
        Self { lifetime, per_owner, total, entries: HashMap::new() }
    }

    /// New credentials for `owner`; `None` if there are too many in force.
    ///
    /// Random, and not the name of the peer as the TURN REST convention has it: user names travel in the clear.
    pub(super) fn issue(&mut self, owner: Owner, now: Instant) -> Option<(String, Zeroizing<String>)> {
        self.expire(now);
        let of_owner = self.entries.values().filter(|entry| entry.owner == owner).count();
        if of_owner >= self.per_owner || self.entries.len() >= self.total {
            return None;
        }
        let username = BASE64URL_NOPAD.encode(&kith_crypto::random_bytes::<12>());
        let password = Zeroizing::new(BASE64URL_NOPAD.encode(&kith_crypto::random_bytes::<18>()));
        let key = message::key(&username, &password)?;
        self.entries.insert(username.clone(), Entry { key, owner, until: now + self.lifetime });
        Some((username, password))
    }

    /// The key and the owner of credentials in force.
    pub(super) fn find(&self, username: &str, now: Instant) -> Option<(AuthKey, Owner)> {
        let entry = self.entries.get(username).filter(|entry| entry.until > now)?;
        Some((entry.key.clone(), entry.owner))
    }

    pub(super) fn expire(&mut self, now: Instant) {
        self.entries.retain(|_, entry| entry.until > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_few_and_end() {
        let (now, lifetime) = (Instant::now(), Duration::from_secs(600));
        let mut credentials = Credentials::new(lifetime, 2, 3);
        let (first, _) = credentials.issue([1; 32], now).unwrap();
        assert!(credentials.issue([1; 32], now).is_some() && credentials.issue([1; 32], now).is_none());
        assert!(
            credentials.issue([2; 32], now).is_some() && credentials.issue([3; 32], now).is_none(),
            "the node is full"
        );
        assert_eq!(credentials.find(&first, now).unwrap().1, [1; 32]);
        assert!(credentials.find(&first, now + lifetime).is_none());
        assert!(credentials.issue([1; 32], now + lifetime).is_some(), "expired ones make room");
        credentials.expire(now + lifetime * 2);
        assert!(credentials.entries.is_empty());
    }
}
