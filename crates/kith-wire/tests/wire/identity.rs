//! I10: forks are detected, rollbacks refused, revoked devices speak no more, and nothing but the account extends a log.

use kith_crypto::{CurveKey, DeviceSecrets, KemSecret, SignContext, SigningKey};
use kith_wire::limits::{DEVICES_MAX, LOG_ENTRIES_MAX};
use kith_wire::{
    AccountId, IdentityError, IdentityLog, LogRelation, NewDevice, Renewal, Revocation, UnverifiedIdentityLog,
    WireError,
};
use proptest::prelude::*;

use crate::samples::{NOW_MS, account_key, device, device_key, device_of, log, new_device, renewed_log, transport_key};

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

/// What device `n` says about belonging to `account`, written by hand as `docs/PROTOCOL.md` describes it.
fn proof(account: &SigningKey, n: u8) -> Vec<u8> {
    let record = device(n);
    let text = [
        account.public().to_bytes().as_slice(),
        record.device.as_bytes(),
        record.olm.as_bytes(),
        record.transport.as_bytes(),
        &record.kem_hash,
        &9u64.to_be_bytes(),
    ]
    .concat();
    let sign = |key: SigningKey| key.sign(SignContext::DEVICE_RECORD, &text).to_bytes();
    [sign(device_key(n)), sign(transport_key(n))].concat()
}

fn body(account: &SigningKey, seq: u8, previous: &[u8; 32], rest: &[u8]) -> Vec<u8> {
    [field(1, &account.public().to_bytes()), varint(2, seq), field(3, previous), rest.to_vec(), varint(6, 1)].concat()
}

fn entry(signer: &SigningKey, context: SignContext, body: &[u8], proofs: &[u8]) -> Vec<u8> {
    let signature = signer.sign(context, body).to_bytes();
    field(1, &[field(1, body), field(2, &signature), field(3, proofs)].concat())
}

/// An entry that lists the devices `new` for the first time.
fn signed(signer: &SigningKey, body: &[u8], new: &[u8]) -> Vec<u8> {
    let proofs: Vec<u8> = new.iter().flat_map(|n| proof(signer, *n)).collect();
    entry(signer, SignContext::IDENTITY_LOG, body, &proofs)
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
    let log = verify(&[signed(&key, &first, &[0]), signed(&key, &second, &[1])]).unwrap();
    assert!(log.is_revoked(&device(0).device) && log.device(&device(0).device).is_none());
}

#[test]
fn the_wrong_key_is_refused() {
    let (key, other) = (account_key(), SigningKey::from_seed(&[99; 32]));
    let first = body(&key, 0, &[0; 32], &device_field(0));
    assert_eq!(verify(&[signed(&other, &first, &[0])]), Err(IdentityError::BadSignature { seq: 0 }));
    let elsewhere = entry(&key, SignContext::INVITE_BUNDLE, &first, &proof(&key, 0));
    assert_eq!(verify(&[elsewhere]), Err(IdentityError::BadSignature { seq: 0 }));
    let foreign = body(&other, 1, &hash(&first), &device_field(0));
    let two = [signed(&key, &first, &[0]), signed(&other, &foreign, &[])];
    assert_eq!(verify(&two), Err(IdentityError::WrongAccount { seq: 1 }));
    let mut log = log();
    assert_eq!(log.append(&other, vec![], &[], NOW_MS), Err(IdentityError::WrongAccount { seq: 3 }));
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
    let [a, b, c] = [(0, &[0][..]), (1, &[1]), (2, &[])].map(|(n, new): (usize, _)| signed(&key, &bodies[n], new));
    assert!(verify(&[a.clone(), b.clone()]).is_ok());
    for wrong in [vec![b.clone(), a.clone()], vec![a.clone(), a.clone()], vec![a.clone(), c.clone()], vec![b], vec![]] {
        assert!(verify(&wrong).is_err());
    }
    let unchained = body(&key, 1, &[1; 32], &device_field(0));
    assert_eq!(verify(&[a, signed(&key, &unchained, &[])]), Err(IdentityError::BrokenChain { seq: 1 }));
}

#[test]
fn revocations_are_for_ever() {
    let key = account_key();
    let first = body(&key, 0, &[0; 32], &[device_field(0), device_field(1)].concat());
    let silent = body(&key, 1, &hash(&first), &device_field(1));
    assert_eq!(
        verify(&[signed(&key, &first, &[0, 1]), signed(&key, &silent, &[])]),
        Err(IdentityError::BadRevocation { seq: 1 }),
        "a device vanished without a revocation"
    );
    let revoke = body(&key, 1, &hash(&first), &[device_field(1), revocation_field(0, 5)].concat());
    let prefix = [signed(&key, &first, &[0, 1]), signed(&key, &revoke, &[])];
    let cases = [
        ("forgotten", device_field(1)),
        ("back", [device_field(0), device_field(1), revocation_field(0, 5)].concat()),
        ("another time", [device_field(1), revocation_field(0, 6)].concat()),
        ("twice", [device_field(1), revocation_field(0, 5), revocation_field(0, 5)].concat()),
    ];
    for (case, rest) in cases {
        let next = signed(&key, &body(&key, 2, &hash(&revoke), &rest), &[]);
        let found = verify(&[prefix.as_slice(), &[next]].concat());
        assert_eq!(found, Err(IdentityError::BadRevocation { seq: 2 }), "{case}");
    }
    let mut honest = log();
    let back = honest.append(&key, vec![new_device(0)], &[], NOW_MS);
    assert_eq!(back, Err(IdentityError::BadRevocation { seq: 3 }));
}

#[test]
fn no_key_stands_in_two_places() {
    let key = account_key();
    let account = key.public();
    let bad = Err(IdentityError::BadDevices { seq: 0 });
    let create = |devices| IdentityLog::create(&key, devices, NOW_MS);
    assert_eq!(create(vec![]), bad);
    assert_eq!(create(vec![new_device(0), new_device(0)]), bad);
    let keys = |sign, transport| DeviceSecrets { sign, transport, kem: KemSecret::from_seed(&[1; 32]) };
    let with =
        |keys: &DeviceSecrets, olm| NewDevice::new(account.into(), keys, CurveKey::from_bytes([olm; 32]), NOW_MS);
    let as_transport = with(&keys(device_key(0), account_key()), 1);
    assert_eq!(create(vec![as_transport]), bad, "the account key as an endpoint");
    let as_device = with(&keys(account_key(), transport_key(0)), 1);
    assert_eq!(create(vec![as_device]), bad, "the account key as a device");
    let shared = [0, 1].map(|n| with(&keys(device_key(n), transport_key(n)), 1));
    assert_eq!(create(shared.to_vec()), bad, "one Olm key on two devices");
}

/// Else whoever lists a stranger's device first keeps its owner out.
#[test]
fn nobody_lists_a_device_that_did_not_agree() {
    let (key, other) = (account_key(), SigningKey::from_seed(&[99; 32]));
    let bad = |seq| Err(IdentityError::BadProof { seq });
    let first = body(&key, 0, &[0; 32], &device_field(0));
    let with = |proofs: &[u8]| verify(&[entry(&key, SignContext::IDENTITY_LOG, &first, proofs)]);
    let own = proof(&key, 0);
    assert!(with(&own).is_ok());
    let (by_device, by_transport) = own.split_at(64);
    let cases = [
        ("none", vec![]),
        ("that of the device alone", by_device.to_vec()),
        ("the device twice", [by_device, by_device].concat()),
        ("the transport twice", [by_transport, by_transport].concat()),
        ("in the wrong order", [by_transport, by_device].concat()),
        ("for another account", proof(&other, 0)),
        ("of another device", proof(&key, 1)),
        ("one too many", [own.clone(), proof(&key, 1)].concat()),
        ("a byte too many", [own.as_slice(), &[0]].concat()),
    ];
    for (case, proofs) in cases {
        assert_eq!(with(&proofs), bad(0), "{case}");
    }
    let stolen = IdentityLog::create(&key, vec![device_of(other.public().into(), 0)], NOW_MS);
    assert_eq!(stolen, bad(0), "what a device signed for one account is good for another");

    let start = signed(&key, &first, &[0]);
    let second = body(&key, 1, &hash(&first), &[device_field(0), device_field(1)].concat());
    assert_eq!(verify(&[start.clone(), signed(&key, &second, &[])]), bad(1), "a later device without its proof");
    assert_eq!(verify(&[start.clone(), signed(&key, &second, &[0, 1])]), bad(1), "a proof nobody needs");
    let changed = device_field(0).into_iter().map(|byte| if byte == 9 { 8 } else { byte }).collect::<Vec<_>>();
    let third = body(&key, 1, &hash(&first), &changed);
    assert_eq!(verify(&[start, signed(&key, &third, &[])]), bad(1), "a changed record with an old proof");
}

#[test]
fn caps_hold() {
    let key = account_key();
    let many: Vec<_> = (0..=DEVICES_MAX as u8).map(new_device).collect();
    assert!(matches!(
        IdentityLog::create(&key, many, NOW_MS),
        Err(IdentityError::Wire(WireError::TooMany { max: DEVICES_MAX, .. }))
    ));
    let mut bytes = vec![1];
    bytes.extend(vec![[0x0a, 0]; LOG_ENTRIES_MAX + 1].concat());
    assert!(matches!(UnverifiedIdentityLog::decode(&bytes), Err(WireError::TooMany { max: LOG_ENTRIES_MAX, .. })));
    let mut log = IdentityLog::create(&key, vec![new_device(0)], NOW_MS).unwrap();
    let full = std::iter::repeat_with(|| log.append(&key, vec![], &[], NOW_MS)).find(Result::is_err);
    assert_eq!(full, Some(Err(IdentityError::Full)));
    assert!(UnverifiedIdentityLog::decode(&log.encode()).unwrap().verify().is_ok(), "a full log is still valid");
    assert!(log.seq() > 20, "only {} changes fit into a log", log.seq());
}

#[test]
fn relations() {
    let key = account_key();
    let mut log = IdentityLog::create(&key, vec![new_device(0)], NOW_MS).unwrap();
    let old = log.clone();
    let pin = |log: &IdentityLog| (log.seq(), log.head_hash());
    log.append(&key, vec![new_device(1)], &[], NOW_MS).unwrap();
    let mut fork = old.clone();
    fork.append(&key, vec![new_device(2)], &[], NOW_MS).unwrap();
    let relation = |log: &IdentityLog, (seq, hash): (u64, [u8; 32])| log.relation_to(seq, &hash);
    assert_eq!(relation(&log, pin(&log)), LogRelation::Same);
    assert_eq!(relation(&log, pin(&old)), LogRelation::Newer);
    assert_eq!(relation(&old, pin(&log)), LogRelation::Older);
    assert_eq!(relation(&fork, pin(&log)), LogRelation::Fork);
    fork.append(&key, vec![], &[], NOW_MS).unwrap();
    assert_eq!(relation(&fork, pin(&log)), LogRelation::Fork, "a longer fork is still a fork");
    assert_eq!(relation(&old, (u64::MAX, [0; 32])), LogRelation::Older);
}

/// `log` with other bytes beside its entries.
fn with_renewals(log: &IdentityLog, renewals: &[Vec<u8>]) -> Result<IdentityLog, IdentityError> {
    let bytes = [log.encode(), field(2, &renewals.concat())].concat();
    UnverifiedIdentityLog::decode(&bytes)?.verify()
}

#[test]
fn a_device_has_the_key_of_its_newest_renewal() {
    let (mut renewed, first) = (log(), log());
    let device_id = device(1).device;
    let head = renewed.head_hash();
    renewed.renew(&device_key(1), &transport_key(8), 5).unwrap();
    assert_eq!(renewed.renew(&device_key(1), &transport_key(9), 5), Err(IdentityError::BadRenewal), "not newer");
    renewed.renew(&device_key(1), &transport_key(9), 6).unwrap();
    let record = renewed.device(&device_id).unwrap();
    assert_eq!((record.transport, record.renewed), (transport_key(9).public().into(), 6));
    assert_eq!(renewed.relation_to(first.seq(), &head), LogRelation::Same, "the list is the same");
    let again = UnverifiedIdentityLog::decode(&renewed.encode()).unwrap().verify().unwrap();
    assert_eq!(again, renewed);

    // An older one that comes late changes nothing.
    let late = Renewal::create(renewed.account(), &device_key(1), &transport_key(8), 5);
    assert_eq!(renewed.take_renewal(late), Ok(false));
    assert_eq!(again, renewed);

    // The next entry keeps it; one that revokes the device, or lists it with other keys, does not.
    let key = account_key();
    renewed.append(&key, vec![new_device(2)], &[], NOW_MS).unwrap();
    assert_eq!(renewed.device(&device_id).unwrap().renewed, 6);
    let mut anew = renewed.clone();
    let keys = DeviceSecrets { sign: device_key(1), transport: transport_key(7), kem: KemSecret::from_seed(&[1; 32]) };
    let other = NewDevice::new(anew.account(), &keys, CurveKey::from_bytes([7; 32]), NOW_MS);
    anew.append(&key, vec![other], &[], NOW_MS).unwrap();
    let record = anew.device(&device_id).unwrap();
    assert_eq!((record.transport, record.renewed), (transport_key(7).public().into(), 0));
    renewed.append(&key, vec![], &[Revocation { device: device_id, at_ms: NOW_MS }], NOW_MS).unwrap();
    assert!(renewed.renewal(&device_id).is_none());
    assert!(UnverifiedIdentityLog::decode(&renewed.encode()).unwrap().verify().is_ok());
}

/// Else a contact could be led to an endpoint of somebody else, or somebody's endpoint be taken from them.
#[test]
fn nobody_renews_a_key_that_is_not_theirs() {
    let (log, account) = (log(), log().account());
    let other = AccountId::from(SigningKey::from_seed(&[99; 32]).public());
    let of =
        |account, device, transport: &SigningKey| Renewal::create(account, &device_key(device), transport, 5).encode();
    let good = of(account, 1, &transport_key(9));
    assert!(with_renewals(&log, std::slice::from_ref(&good)).is_ok());
    let half = |signature: usize| {
        let from = good.len() - 128 + 64 * signature;
        let mut bytes = good.clone();
        bytes[from..from + 64].copy_from_slice(&of(other, 1, &transport_key(9))[from..from + 64]);
        bytes
    };
    let cases = [
        ("not signed by the device", half(0)),
        ("not signed by the key", half(1)),
        ("for another account", of(other, 1, &transport_key(9))),
        ("of a revoked device", of(account, 0, &transport_key(9))),
        ("of a device that is not listed", of(account, 5, &transport_key(9))),
        ("the account key", of(account, 1, &account_key())),
        ("the device key", of(account, 1, &device_key(1))),
        ("number zero", Renewal::create(account, &device_key(1), &transport_key(9), 0).encode()),
        ("twice", [good.clone(), good.clone()].concat()),
        ("cut off", good[..good.len() - 1].to_vec()),
        ("a byte too many", [good.as_slice(), &[0]].concat()),
    ];
    for (case, bytes) in cases {
        assert_eq!(with_renewals(&log, &[bytes]), Err(IdentityError::BadRenewal), "{case}");
    }
    let mut two = log.clone();
    two.append(&account_key(), vec![new_device(2)], &[], NOW_MS).unwrap();
    let taken = of(account, 1, &transport_key(2));
    assert_eq!(with_renewals(&two, &[taken]), Err(IdentityError::BadRenewal), "the key of another device");
    let mut newer = good.clone();
    newer[0] = 2;
    assert!(matches!(
        with_renewals(&log, &[newer]),
        Err(IdentityError::Wire(WireError::UnknownVersion { found: 2, .. }))
    ));
}

/// One random change of a random log.
#[derive(Debug, Clone)]
enum Change {
    Add,
    Revoke(usize),
    Renew(u8),
    Touch,
}

/// Few enough that even logs of five devices stay under the cap.
fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        Just(Change::Add),
        (0..5usize).prop_map(Change::Revoke),
        (1..9u8).prop_map(Change::Renew),
        Just(Change::Touch)
    ];
    proptest::collection::vec(change, 0..4)
}

/// Applies the changes an honest owner can make; `next` numbers new devices.
fn apply(log: &mut IdentityLog, changes: &[Change], next: &mut u8) {
    for change in changes {
        let (mut added, mut revoke) = (Vec::new(), Vec::new());
        match change {
            Change::Add if log.devices().len() < DEVICES_MAX => {
                added.push(new_device(*next));
                *next += 1;
            }
            Change::Revoke(which) if log.devices().len() > 1 => {
                let gone = &log.devices()[which % log.devices().len()];
                revoke.push(Revocation { device: gone.device, at_ms: NOW_MS });
            }
            Change::Renew(number) => {
                // Of the device that every log begins with, while it is there.
                let _older = log.renew(&device_key(0), &transport_key(100 + number), (*number).into());
            }
            Change::Add | Change::Revoke(_) | Change::Touch => {}
        }
        log.append(&account_key(), added, &revoke, NOW_MS).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_histories_verify_fork_and_never_roll_back(common in changes(), one in changes(), two in changes()) {
        let mut next = 1;
        let mut base = IdentityLog::create(&account_key(), vec![new_device(0)], NOW_MS).unwrap();
        apply(&mut base, &common, &mut next);
        let mut left = base.clone();
        apply(&mut left, &one, &mut next);
        let mut right = base.clone();
        right.append(&account_key(), vec![], &[], NOW_MS + 77).unwrap();
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
        let mut bytes = renewed_log().encode();
        let at = position.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(Ok(found)) = UnverifiedIdentityLog::decode(&bytes).map(UnverifiedIdentityLog::verify) {
            let same = found.head_hash() == log().head_hash();
            prop_assert!(!same || (found == log() || found == renewed_log()), "a changed renewal was taken");
            prop_assert!(same || found.head_hash() != log().head_hash() && found.relation_to(2, &log().head_hash()) == LogRelation::Older,
                "a changed log passed as the same");
        }
    }
}
