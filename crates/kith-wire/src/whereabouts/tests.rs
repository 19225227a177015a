use super::*;
use crate::ids::{AccountId, TransportId};
use crate::limits::ADDRESSES_MAX;
use proptest::prelude::*;

const NOW_MS: u64 = 20_000 * DAY_MS + DAY_MS / 2;
const DAY: u64 = 20_000;

fn card(addresses: &[String]) -> (SigningKey, TransportCard) {
    let key = SigningKey::generate();
    let transport = TransportId::from_bytes(key.public().to_bytes());
    let card = TransportCard::create(transport, addresses.to_vec(), NOW_MS, u64::MAX);
    (key, card)
}

fn record(find: &FindKey) -> (Vec<u8>, TransportCard) {
    let (key, card) = card(&["/ip4/9.9.9.9/tcp/4100".to_owned()]);
    (find.record(DAY, NOW_MS, &card, &key, None), card)
}

#[test]
fn only_the_key_and_its_day_open_a_record() {
    let (find, other) = (FindKey::random(), FindKey::random());
    let (bytes, card) = record(&find);
    assert_eq!(bytes.len(), WHEREABOUTS_LEN);
    assert_eq!(find.open(DAY, &bytes, NOW_MS), Ok(Found { card, renewal: None }));
    assert_eq!(check_record(&find.name(DAY), &bytes, NOW_MS), Ok(NOW_MS));
    assert_eq!(find.open(DAY + 1, &bytes, NOW_MS), Err(WhereaboutsError::Forged), "the name of another day");
    assert_eq!(other.open(DAY, &bytes, NOW_MS), Err(WhereaboutsError::Forged));
    let late = NOW_MS + CARD_AGE_MAX_MS + 1;
    assert_eq!(find.open(DAY, &bytes, late), Err(WhereaboutsError::Stale));
    assert_eq!(find.open(DAY, &bytes, NOW_MS - RECORD_CLOCK_MS - 1), Err(WhereaboutsError::Stale));
}

#[test]
fn names_and_lengths_tell_nothing() {
    let (find, other) = (FindKey::random(), FindKey::random());
    assert_ne!(find.name(DAY), find.name(DAY + 1));
    assert_ne!(find.name(DAY), other.name(DAY));
    let long = format!("/ip4/203.0.113.200/udp/41000/quic-v1/p2p/12D3KooW{}/p2p-circuit", "x".repeat(44));
    let many: Vec<String> = (0..ADDRESSES_MAX).map(|n| format!("{long}{n}")).collect();
    let short: Vec<String> = (0..ADDRESSES_MAX).map(|n| format!("/ip4/203.0.113.{n}/tcp/1")).collect();
    for addresses in [Vec::new(), many, short] {
        let (key, card) = card(&addresses);
        let device = SigningKey::generate();
        let account = AccountId::from(SigningKey::generate().public());
        let renewal = Renewal::create(account, &device, &key, u64::MAX);
        let bytes = find.record(DAY, NOW_MS, &card, &key, Some(&renewal));
        assert_eq!(bytes.len(), WHEREABOUTS_LEN);
        let Found { card: opened, renewal: told } = find.open(DAY, &bytes, NOW_MS).expect("it opens");
        assert_eq!(told.and_then(|told| told.verify(account).ok()), Some(renewal));
        let kept = &card.addresses[..opened.addresses.len()];
        assert_eq!(opened.addresses, kept, "the first ones");
        assert!(opened.addresses.len() >= addresses.len().min(3));
    }
}

#[test]
fn a_record_holds_a_card_that_its_device_signed() {
    let find = FindKey::random();
    let (_, card) = card(&[]);
    let forged = find.record(DAY, NOW_MS, &card, &SigningKey::generate(), None);
    assert_eq!(find.open(DAY, &forged, NOW_MS), Err(WhereaboutsError::Card));
    let bytes = find.record_of(DAY, NOW_MS, &vec![0xff; PLAIN_LEN]);
    assert!(matches!(find.open(DAY, &bytes, NOW_MS), Err(WhereaboutsError::Wire(_))), "a length beyond the end");
}

#[test]
fn near_midnight_two_days_are_asked() {
    assert_eq!(days(10 * DAY_MS + DAY_MS / 2), [10]);
    assert_eq!(days(10 * DAY_MS + 5), [10, 9]);
    assert_eq!(days(11 * DAY_MS - 5), [10, 11]);
    assert_eq!(days(5), [0]);
}

proptest! {
    /// Whoever stores a record takes it with no byte changed, or not at all; nothing makes either side panic.
    #[test]
    fn a_changed_record_belongs_nowhere(at in 0..WHEREABOUTS_LEN, flip in 1u8..) {
        let find = FindKey::from_bytes(&[7; 32]);
        let (mut bytes, _) = record(&find);
        bytes[at] ^= flip;
        prop_assert!(check_record(&find.name(DAY), &bytes, NOW_MS).is_err());
        prop_assert!(find.open(DAY, &bytes, NOW_MS).is_err());
    }

    #[test]
    fn garbage_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..1100), plain in prop::collection::vec(any::<u8>(), PLAIN_LEN)) {
        let find = FindKey::from_bytes(&[7; 32]);
        prop_assert!(check_record(&find.name(DAY), &bytes, NOW_MS).is_err());
        prop_assert!(find.open(DAY, &find.record_of(DAY, NOW_MS, &plain), NOW_MS).is_err());
    }
}
