//! Names and seals derived from a transport key and the day, so that only who knows the key finds and reads its card.
//!
//! The key is no secret to relays and bootstraps the device talks to; it is one to everybody who merely stores records.

use data_encoding::BASE32_NOPAD;
use kith_crypto::{KdfInfo, Key};
use kith_wire::{TransportCard, TransportId, UnverifiedCard};

use crate::limits;

/// How the rendezvous namespaces of devices begin.
const NAMESPACES: &str = "kith/dev/";
const DAY_MS: u64 = 24 * 3600 * 1000;
/// Around midnight clocks may disagree about the day by this much.
const MARGIN_MS: u64 = 2 * 3600 * 1000;

/// The day a time belongs to.
pub(crate) fn day(now_ms: u64) -> u64 {
    now_ms / DAY_MS
}

/// The days to look under: today, and a neighbour when it is near.
pub(crate) fn days(now_ms: u64) -> Vec<u64> {
    let today = day(now_ms);
    let into = now_ms % DAY_MS;
    let mut days = vec![today];
    if into < MARGIN_MS {
        days.push(today.saturating_sub(1));
    } else if into > DAY_MS - MARGIN_MS {
        days.push(today.saturating_add(1));
    }
    days
}

/// The days a name may be of when a server with another clock sees it.
fn days_about(now_ms: u64) -> impl Iterator<Item = u64> {
    let today = day(now_ms);
    [today.saturating_sub(1), today, today.saturating_add(1)].into_iter()
}

fn derived(transport: &TransportId, info: KdfInfo, purpose: u8, day: u64) -> Key {
    let mut context = [0_u8; 9];
    if let Some((first, rest)) = context.split_first_mut() {
        *first = purpose;
        rest.copy_from_slice(&day.to_be_bytes());
    }
    Key::from_bytes(&transport.to_bytes()).derive_with(info, &context)
}

/// The rendezvous namespace of a device on a day.
pub(crate) fn namespace(transport: &TransportId, day: u64) -> String {
    let name = derived(transport, KdfInfo::RENDEZVOUS, 0, day);
    format!("{NAMESPACES}{}", BASE32_NOPAD.encode(name.as_bytes()).to_ascii_lowercase())
}

/// Whether a peer may register under a namespace: its own about now, or one that is no device's.
pub(crate) fn may_register(transport: Option<&TransportId>, name: &str, now_ms: u64) -> bool {
    let own = |transport| days_about(now_ms).any(|day| namespace(transport, day) == name);
    !name.starts_with(NAMESPACES) || transport.is_some_and(own)
}

/// The key of a device's card record on a day.
pub(crate) fn record_key(transport: &TransportId, day: u64) -> [u8; 32] {
    *derived(transport, KdfInfo::RENDEZVOUS, 1, day).as_bytes()
}

/// `key`, if it is one of the device's record keys about now.
pub(crate) fn own_record_key(transport: &TransportId, key: &[u8], now_ms: u64) -> Option<[u8; 32]> {
    days_about(now_ms).map(|day| record_key(transport, day)).find(|own| own == key)
}

/// Seals a signed card for those who know the device.
pub(crate) fn seal(transport: &TransportId, day: u64, card: &[u8]) -> Vec<u8> {
    derived(transport, KdfInfo::CARD_SEAL, 0, day).seal(&record_key(transport, day), card)
}

/// Opens a record value: bounded, then authenticated, then signed by the device itself, then fresh.
pub(crate) fn open(transport: &TransportId, day: u64, value: &[u8], now_ms: u64) -> Option<TransportCard> {
    if value.len() > limits::RECORD_MAX + 64 {
        return None;
    }
    let plain = derived(transport, KdfInfo::CARD_SEAL, 0, day).open(&record_key(transport, day), value).ok()?;
    let card = UnverifiedCard::decode(&plain).ok()?.verify(now_ms).ok()?;
    (card.transport == *transport).then_some(card)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kith_crypto::SigningKey;

    const NOW_MS: u64 = 1_800_000_000_000;

    fn device() -> (SigningKey, TransportId) {
        let key = SigningKey::generate();
        let id = TransportId::from_bytes(key.public().to_bytes());
        (key, id)
    }

    #[test]
    fn only_the_right_device_and_day_open_a_card() {
        let ((key, id), (other_key, other)) = (device(), device());
        let card = TransportCard::create(id, vec!["/ip4/9.9.9.9/tcp/4100".to_owned()], NOW_MS, 0);
        let sealed = seal(&id, 7, &card.sign(&key));
        assert_eq!(open(&id, 7, &sealed, NOW_MS).map(|c| c.addresses), Some(card.addresses.clone()));
        assert!(open(&id, 8, &sealed, NOW_MS).is_none());
        assert!(open(&other, 7, &sealed, NOW_MS).is_none());
        assert!(open(&id, 7, &seal(&id, 7, &card.sign(&other_key)), NOW_MS).is_none(), "somebody else's signature");
        assert!(open(&id, 7, &sealed, NOW_MS + 27 * 3600 * 1000).is_none(), "stale");
    }

    #[test]
    fn names_differ_by_device_day_and_use() {
        let ((_, a), (_, b)) = (device(), device());
        assert_ne!(namespace(&a, 1), namespace(&a, 2));
        assert_ne!(namespace(&a, 1), namespace(&b, 1));
        assert!(namespace(&a, 1).starts_with("kith/dev/") && namespace(&a, 1).len() <= 255);
        assert_ne!(record_key(&a, 1), record_key(&a, 2));
    }

    #[test]
    fn near_midnight_two_days_are_asked() {
        assert_eq!(days(10 * DAY_MS + DAY_MS / 2), [10]);
        assert_eq!(days(10 * DAY_MS + 5), [10, 9]);
        assert_eq!(days(11 * DAY_MS - 5), [10, 11]);
    }
}
