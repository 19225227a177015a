//! I10: forks are detected, rollbacks refused, revoked devices speak no more, and nothing but the account extends a log.

use kith_crypto::{SignContext, SigningKey};
use kith_wire::limits::{DEVICES_MAX, LOG_ENTRIES_MAX};
use kith_wire::{IdentityError, IdentityLog, LogRelation, Revocation, UnverifiedIdentityLog, WireError};
use proptest::prelude::*;

use crate::samples::{NOW_MS, account_key, device, log};

/// Protobuf field `number` with `bytes`; the tests write entries by hand to get past the honest writer.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![(number << 3) | 2];
    let mut len = bytes.len();
    while len >= 0x80 {
        out.push((len & 0x7f) as u8 | 0x80);
        len >>= 7;
    }
    out.push(len as u8);
    out.extend(bytes);
    out
}

fn varint(number: u8, value: u8) -> Vec<u8> {
    vec![number << 3, value]
}

fn device_field(n: u8) -> Vec<u8> {
    let record = device(n);
    let inside = [
        field(1, record.device.as_bytes()),
        field(2, record.olm.as_bytes()),
        field(3, record.transport.as_bytes()),
        field(4, &record.kem_hash),
        varint(5, 9),
    ];
    field(4, &inside.concat())
}

fn body(account: &SigningKey, seq: u8, previous: &[u8; 32], rest: &[u8]) -> Vec<u8> {
    [field(1, &account.public().to_bytes()), varint(2, seq), field(3, previous), rest.to_vec(), varint(6, 1)].concat()
}

fn entry(signer: &SigningKey, context: SignContext, body: &[u8]) -> Vec<u8> {
    let signature = signer.sign(context, body).to_bytes();
    field(1, &[field(1, body), field(2, &signature)].concat())
}

fn signed(signer: &SigningKey, body: &[u8]) -> Vec<u8> {
    entry(signer, SignContext::IDENTITY_LOG, body)
}

fn verify(entries: &[Vec<u8>]) -> Result<IdentityLog, IdentityError> {
    let bytes = [vec![1], entries.concat()].concat();
    UnverifiedIdentityLog::decode(&bytes)?.verify()
}

fn hash(body: &[u8]) -> [u8; 32] {
    *blake3::hash(body).as_bytes()
}

fn revocation_field(n: u8, at: u8) -> Vec<u8> {
    field(5, &[field(1, device(n).device.as_bytes()), varint(2, at)].concat())
}

#[test]
fn a_log_survives_the_wire() {
    let log = log();
    let again = UnverifiedIdentityLog::decode(&log.encode()).unwrap().verify().unwrap();
    assert_eq!(again, log);
    assert_eq!((again.seq(), again.devices().len(), again.revoked().len()), (2, 1, 1));
}

#[test]
fn handwritten_entries_verify_so_the_attacks_below_fail_for_their_own_reason() {
    let key = account_key();
    let first = body(&key, 0, &[0; 32], &device_field(0));
    let second = body(&key, 1, &hash(&first), &[device_field(1), revocation_field(0, 5)].concat());
    let log = verify(&[signed(&key, &first), signed(&key, &second)]).unwrap();
    assert!(log.is_revoked(&device(0).device) && log.device(&device(0).device).is_none());
}

#[test]
fn the_wrong_key_is_refused() {
    let (key, other) = (account_key(), SigningKey::from_seed(&[99; 32]));
    let first = body(&key, 0, &[0; 32], &device_field(0));
    assert_eq!(verify(&[signed(&other, &first)]), Err(IdentityError::BadSignature { seq: 0 }));
    let elsewhere = entry(&key, SignContext::INVITE_BUNDLE, &first);
    assert_eq!(verify(&[elsewhere]), Err(IdentityError::BadSignature { seq: 0 }));
    let foreign = body(&other, 1, &hash(&first), &device_field(0));
    assert_eq!(verify(&[signed(&key, &first), signed(&other, &foreign)]), Err(IdentityError::WrongAccount { seq: 1 }));
    let mut log = log();
    assert_eq!(log.append(&other, vec![device(1)], &[], NOW_MS), Err(IdentityError::WrongAccount { seq: 3 }));
    assert_eq!(log, crate::samples::log(), "a refused entry changed the log");
}

#[test]
fn reordered_repeated_and_missing_entries_are_refused() {
    let key = account_key();
    let bodies = {
        let first = body(&key, 0, &[0; 32], &device_field(0));
        let second = body(&key, 1, &hash(&first), &[device_field(0), device_field(1)].concat());
        let third = body(&key, 2, &hash(&second), &device_field(0));
        [first, second, third]
    };
    let [a, b, c] = bodies.each_ref().map(|body| signed(&key, body));
    assert!(verify(&[a.clone(), b.clone()]).is_ok());
    for wrong in [vec![b.clone(), a.clone()], vec![a.clone(), a.clone()], vec![a.clone(), c.clone()], vec![b], vec![]] {
        assert!(verify(&wrong).is_err());
    }
    let unchained = body(&key, 1, &[1; 32], &device_field(0));
    assert_eq!(verify(&[a, signed(&key, &unchained)]), Err(IdentityError::BrokenChain { seq: 1 }));
}

#[test]
fn revocations_are_for_ever() {
    let key = account_key();
    let first = body(&key, 0, &[0; 32], &[device_field(0), device_field(1)].concat());
    let silent = body(&key, 1, &hash(&first), &device_field(1));
    assert_eq!(
        verify(&[signed(&key, &first), signed(&key, &silent)]),
        Err(IdentityError::BadRevocation { seq: 1 }),
        "a device vanished without a revocation"
    );
    let revoke = body(&key, 1, &hash(&first), &[device_field(1), revocation_field(0, 5)].concat());
    let prefix = [signed(&key, &first), signed(&key, &revoke)];
    let cases = [
        ("forgotten", device_field(1)),
        ("back", [device_field(0), device_field(1), revocation_field(0, 5)].concat()),
        ("another time", [device_field(1), revocation_field(0, 6)].concat()),
        ("twice", [device_field(1), revocation_field(0, 5), revocation_field(0, 5)].concat()),
    ];
    for (case, rest) in cases {
        let next = signed(&key, &body(&key, 2, &hash(&revoke), &rest));
        let found = verify(&[prefix.as_slice(), &[next]].concat());
        assert_eq!(found, Err(IdentityError::BadRevocation { seq: 2 }), "{case}");
    }
    let mut honest = log();
    let back = honest.append(&key, vec![device(0), device(1)], &[], NOW_MS);
    assert_eq!(back, Err(IdentityError::BadRevocation { seq: 3 }));
}

#[test]
fn no_key_stands_in_two_places() {
    let key = account_key();
    let account = key.public();
    let bad = Err(IdentityError::BadDevices { seq: 0 });
    let create = |devices| IdentityLog::create(&key, devices, NOW_MS);
    assert_eq!(create(vec![]), bad);
    assert_eq!(create(vec![device(0), device(0)]), bad);
    let mut as_transport = device(0);
    as_transport.transport = kith_wire::TransportId::from(account);
    assert_eq!(create(vec![as_transport]), bad, "the account key as an endpoint");
    let mut as_device = device(0);
    as_device.device = kith_wire::DeviceId::from(account);
    assert_eq!(create(vec![as_device]), bad, "the account key as a device");
    let mut shared = device(1);
    shared.olm = device(0).olm;
    assert_eq!(create(vec![device(0), shared]), bad, "one Olm key on two devices");
}

#[test]
fn caps_hold() {
    let key = account_key();
    let many: Vec<_> = (0..=DEVICES_MAX as u8).map(device).collect();
    assert!(matches!(
        IdentityLog::create(&key, many, NOW_MS),
        Err(IdentityError::Wire(WireError::TooMany { max: DEVICES_MAX, .. }))
    ));
    let mut bytes = vec![1];
    bytes.extend(vec![[0x0a, 0]; LOG_ENTRIES_MAX + 1].concat());
    assert!(matches!(UnverifiedIdentityLog::decode(&bytes), Err(WireError::TooMany { max: LOG_ENTRIES_MAX, .. })));
    let mut log = IdentityLog::create(&key, vec![device(0)], NOW_MS).unwrap();
    let full = std::iter::repeat_with(|| log.append(&key, vec![device(0)], &[], NOW_MS)).find(Result::is_err);
    assert_eq!(full, Some(Err(IdentityError::Full)));
    assert!(UnverifiedIdentityLog::decode(&log.encode()).unwrap().verify().is_ok(), "a full log is still valid");
    assert!(log.seq() > 20, "only {} changes fit into a log", log.seq());
}

#[test]
fn relations() {
    let key = account_key();
    let mut log = IdentityLog::create(&key, vec![device(0)], NOW_MS).unwrap();
    let old = log.clone();
    let pin = |log: &IdentityLog| (log.seq(), log.head_hash());
    log.append(&key, vec![device(0), device(1)], &[], NOW_MS).unwrap();
    let mut fork = old.clone();
    fork.append(&key, vec![device(0), device(2)], &[], NOW_MS).unwrap();
    let relation = |log: &IdentityLog, (seq, hash): (u64, [u8; 32])| log.relation_to(seq, &hash);
    assert_eq!(relation(&log, pin(&log)), LogRelation::Same);
    assert_eq!(relation(&log, pin(&old)), LogRelation::Newer);
    assert_eq!(relation(&old, pin(&log)), LogRelation::Older);
    assert_eq!(relation(&fork, pin(&log)), LogRelation::Fork);
    fork.append(&key, vec![device(0), device(2)], &[], NOW_MS).unwrap();
    assert_eq!(relation(&fork, pin(&log)), LogRelation::Fork, "a longer fork is still a fork");
    assert_eq!(relation(&old, (u64::MAX, [0; 32])), LogRelation::Older);
}

/// One random change of a random log.
#[derive(Debug, Clone)]
enum Change {
    Add,
    Revoke(usize),
    Touch,
}

/// Few enough that even logs of five devices stay under the cap.
fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![Just(Change::Add), (0..5usize).prop_map(Change::Revoke), Just(Change::Touch)];
    proptest::collection::vec(change, 0..4)
}

/// Applies the changes an honest owner can make; `next` numbers new devices.
fn apply(log: &mut IdentityLog, changes: &[Change], next: &mut u8) {
    for change in changes {
        let mut devices = log.devices().to_vec();
        let mut revoke = Vec::new();
        match change {
            Change::Add if devices.len() < DEVICES_MAX => {
                devices.push(device(*next));
                *next += 1;
            }
            Change::Revoke(which) if devices.len() > 1 => {
                let gone = devices.remove(which % devices.len());
                revoke.push(Revocation { device: gone.device, at_ms: NOW_MS });
            }
            Change::Add | Change::Revoke(_) | Change::Touch => {}
        }
        log.append(&account_key(), devices, &revoke, NOW_MS).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_histories_verify_fork_and_never_roll_back(common in changes(), one in changes(), two in changes()) {
        let mut next = 1;
        let mut base = IdentityLog::create(&account_key(), vec![device(0)], NOW_MS).unwrap();
        apply(&mut base, &common, &mut next);
        let mut left = base.clone();
        apply(&mut left, &one, &mut next);
        let mut right = base.clone();
        right.append(&account_key(), base.devices().to_vec(), &[], NOW_MS + 77).unwrap();
        apply(&mut right, &two, &mut next);
        for log in [&base, &left, &right] {
            let again = UnverifiedIdentityLog::decode(&log.encode()).unwrap().verify().unwrap();
            prop_assert_eq!(&again, log);
            for revoked in log.revoked() {
                prop_assert!(log.device(&revoked.device).is_none());
            }
        }
        let expected = if one.is_empty() { LogRelation::Same } else { LogRelation::Newer };
        prop_assert_eq!(left.relation_to(base.seq(), &base.head_hash()), expected);
        if !one.is_empty() {
            prop_assert_eq!(base.relation_to(left.seq(), &left.head_hash()), LogRelation::Older);
            let relation = right.relation_to(left.seq(), &left.head_hash());
            let longer = right.seq() >= left.seq();
            prop_assert_eq!(relation, if longer { LogRelation::Fork } else { LogRelation::Older });
        }
    }

    #[test]
    fn no_changed_byte_goes_unnoticed(position in any::<prop::sample::Index>(), flip in 1..=255u8) {
        let mut bytes = log().encode();
        let at = position.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(Ok(found)) = UnverifiedIdentityLog::decode(&bytes).map(UnverifiedIdentityLog::verify) {
            prop_assert!(found.head_hash() != log().head_hash() && found.relation_to(2, &log().head_hash()) == LogRelation::Older,
                "a changed log passed as the same");
        }
    }
}
