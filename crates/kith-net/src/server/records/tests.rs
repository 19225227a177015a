use super::*;
use crate::server::source::Exempt;
use kith_crypto::SigningKey;
use kith_wire::{FindKey, TransportCard, TransportId, whereabouts};
use proptest::prelude::*;

const DAY_MS: u64 = 24 * 3_600 * 1_000;
const NOW_MS: u64 = 20_000 * DAY_MS;
const DAY: u64 = 20_000;

fn source(host: u8) -> Source {
    Source::of(&format!("/ip4/9.9.9.{host}/tcp/1").parse().unwrap(), Exempt::Loopback)
}

fn record(find: &FindKey, day: u64, made_at_ms: u64) -> Vec<u8> {
    let key = SigningKey::from_seed(&[1; 32]);
    let card = TransportCard::create(TransportId::from_bytes(key.public().to_bytes()), Vec::new(), made_at_ms, 0);
    find.record(day, made_at_ms, &card, &key, None)
}

#[test]
fn a_record_is_put_by_whoever_holds_its_key_and_only_by_a_newer_one_replaced() {
    let mut book = RecordBook::default();
    let (find, other) = (FindKey::random(), FindKey::random());
    let name = find.name(DAY);
    let mut put = |name: &[u8], record: &[u8], now_ms| book.admit(name, record, source(1), now_ms);
    assert_eq!(put(&name, &record(&other, DAY, NOW_MS), NOW_MS), Err(Refusal::Foreign), "not even first");
    assert_eq!(put(&name, &record(&find, DAY + 1, NOW_MS), NOW_MS), Err(Refusal::Foreign), "of another day");
    let first = record(&find, DAY, NOW_MS);
    assert_eq!(put(&name, &first, NOW_MS), Ok(NOW_MS + TTL_MS));
    let later = NOW_MS + 60_000;
    assert_eq!(put(&name, &record(&find, DAY, later), later), Ok(later + TTL_MS));
    assert_eq!(put(&name, &first, later), Err(Refusal::Old), "an older one sent again");
    assert_eq!(put(&name, &record(&find, DAY, NOW_MS - 27 * 3_600_000), NOW_MS), Err(Refusal::Old));
    for name in [b"".as_slice(), b"name", &[name.as_slice(), &[0]].concat()] {
        assert_eq!(put(name, &first, NOW_MS), Err(Refusal::Size));
    }
    assert_eq!(put(&name, &first[1..], NOW_MS), Err(Refusal::Size));
    assert_eq!(put(&name, &[first.as_slice(), &[0]].concat(), NOW_MS), Err(Refusal::Size));
    assert_eq!(book.len(), 1);
}

#[test]
fn an_address_has_a_limit() {
    let mut book = RecordBook::default();
    let mut admit = |host| {
        let find = FindKey::random();
        book.admit(&find.name(DAY), &record(&find, DAY, NOW_MS), source(host), NOW_MS)
    };
    assert_eq!((0..PER_PREFIX + 9).filter(|_| admit(1).is_ok()).count(), PER_PREFIX as usize);
    assert!(admit(2).is_ok(), "another address");
}

proptest! {
    /// Whatever is put and whatever expires, nobody is counted for what is not there.
    #[test]
    fn shares_hold(puts in prop::collection::vec((0u64..6, 0usize..6, 0u8..2, 0u64..1_000), 1..60)) {
        let keys: Vec<_> = (0..6).map(|_| FindKey::random()).collect();
        let mut book = RecordBook::default();
        let mut now = NOW_MS;
        for (day, key, host, step) in puts {
            now += step * 60_000;
            book.expire(now);
            let day = whereabouts::day(now) + day - 3;
            let admitted = book.admit(&keys[key].name(day), &record(&keys[key], day, now), source(host), now);
            prop_assert!(admitted.is_ok());
            prop_assert!(book.held.values().all(|held| held.expires_at_ms > now));
        }
        book.expire(u64::MAX);
        prop_assert!(book.held.is_empty() && book.per_prefix.is_empty());
    }
}
