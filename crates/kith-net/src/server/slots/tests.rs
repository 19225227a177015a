use super::*;
use crate::server::source::{Exempt, Source};
use proptest::prelude::*;
use std::collections::HashMap;

const LIMITS: SlotLimits = SlotLimits { slots_max: 4, bytes_max: 64, per_prefix: 100 };
const TOKEN: [u8; 32] = [7; 32];

fn slot(n: u8) -> SlotId {
    SlotId::from_bytes([n; 32])
}

fn owner(token: [u8; 32]) -> [u8; 32] {
    *blake3::hash(&token).as_bytes()
}

fn open(dir: &tempfile::TempDir, now_ms: u64) -> SlotStore {
    SlotStore::open(dir.path(), LIMITS, now_ms).unwrap()
}

#[test]
fn a_deleted_slot_says_used_and_an_expired_one_does_not_also_after_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir, 0);
    store.put(slot(1), owner(TOKEN), 1_000, b"one", None, 0).unwrap().unwrap();
    store.put(slot(2), owner(TOKEN), 500, b"two", None, 0).unwrap().unwrap();
    assert_eq!(store.get(slot(1), 10).unwrap(), Lookup::Found(b"one".to_vec()));
    assert_eq!(store.delete(slot(1), &[8; 32], 10).unwrap(), Removal::NotOwner);
    assert_eq!(store.delete(slot(1), &TOKEN, 10).unwrap(), Removal::Deleted);
    assert_eq!(store.delete(slot(1), &TOKEN, 11).unwrap(), Removal::Gone { used: true });
    for mut store in [store, open(&dir, 20)] {
        assert_eq!(store.get(slot(1), 600).unwrap(), Lookup::Gone { used: true });
        assert_eq!(store.get(slot(2), 600).unwrap(), Lookup::Gone { used: false });
        assert_eq!(store.get(slot(3), 600).unwrap(), Lookup::Missing);
        assert_eq!(store.put(slot(1), owner(TOKEN), 900, b"again", None, 600).unwrap(), Err(PutRefusal::Taken));
    }
    let mut store = open(&dir, 600);
    store.put(slot(2), owner(TOKEN), 9_000, b"renewed", None, 700).unwrap().unwrap();
    assert_eq!(store.get(slot(2), 800).unwrap(), Lookup::Found(b"renewed".to_vec()));
    assert_eq!(open(&dir, 10 + TOMBSTONE_MS).get(slot(1), 10 + TOMBSTONE_MS).unwrap(), Lookup::Missing);
}

#[test]
fn a_stranger_cannot_replace_a_slot_and_a_full_store_refuses_politely() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir, 0);
    store.put(slot(0), owner(TOKEN), 1_000, &[0; 50], None, 0).unwrap().unwrap();
    assert_eq!(store.put(slot(0), owner([9; 32]), 1_000, b"x", None, 0).unwrap(), Err(PutRefusal::Taken));
    assert_eq!(store.put(slot(1), owner(TOKEN), 1_000, &[0; 15], None, 0).unwrap(), Err(PutRefusal::Full));
    for n in 1..4 {
        store.put(slot(n), owner(TOKEN), 1_000, b"x", None, 0).unwrap().unwrap();
    }
    assert_eq!(store.put(slot(4), owner(TOKEN), 1_000, b"x", None, 0).unwrap(), Err(PutRefusal::Full));
    store.put(slot(3), owner(TOKEN), 1_000, b"y", None, 0).unwrap().unwrap();
    assert_eq!(store.put(slot(5), owner(TOKEN), 0, b"x", None, 0).unwrap(), Err(PutRefusal::Expired));
    assert_eq!(
        store.put(slot(5), owner(TOKEN), 1, &vec![0; SLOT_BLOB_MAX + 1], None, 0).unwrap(),
        Err(PutRefusal::Size)
    );
}

#[test]
fn damage_and_leftovers_cost_one_slot_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir, 0);
    store.put(slot(1), owner(TOKEN), 1_000, b"kept", None, 0).unwrap().unwrap();
    store.put(slot(2), owner(TOKEN), 1_000, b"flipped", None, 0).unwrap().unwrap();
    store.put(slot(3), owner(TOKEN), 1_000, b"cut", None, 0).unwrap().unwrap();
    let path = |n: u8| dir.path().join(format!("{}.slot", data_encoding::HEXLOWER.encode(&[n; 32])));
    let mut bytes = std::fs::read(path(2)).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(path(2), bytes).unwrap();
    std::fs::write(path(3), b"KSL1").unwrap();
    std::fs::write(path(4).with_extension("writing"), b"half").unwrap();
    std::fs::copy(path(1), path(5)).unwrap();
    let mut store = open(&dir, 1);
    assert_eq!(store.get(slot(1), 1).unwrap(), Lookup::Found(b"kept".to_vec()));
    for n in 2..6 {
        assert_eq!(store.get(slot(n), 1).unwrap(), Lookup::Missing, "slot {n}");
    }
    assert_eq!((store.len(), store.bytes()), (1, 4));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_slot_nobody_renews_is_gone_after_its_longest_lifetime() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir, 0);
    store.put(slot(1), owner(TOKEN), u64::MAX, b"x", None, 0).unwrap().unwrap();
    assert_eq!(store.get(slot(1), LIFETIME_MAX_MS - 1).unwrap(), Lookup::Found(b"x".to_vec()));
    assert_eq!(store.get(slot(1), LIFETIME_MAX_MS).unwrap(), Lookup::Gone { used: false });
}

#[test]
fn one_address_gets_its_share_of_slots_and_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let limits = SlotLimits { slots_max: 9, bytes_max: 64, per_prefix: 2 };
    let mut store = SlotStore::open(dir.path(), limits, 0).unwrap();
    let at = |host: u8| Source::of(&format!("/ip4/9.9.9.{host}/tcp/1").parse().unwrap(), Exempt::Loopback).prefix();
    let put =
        |store: &mut SlotStore, n, prefix, now| store.put(slot(n), owner(TOKEN), 1_000, b"x", prefix, now).unwrap();
    assert_eq!([put(&mut store, 1, at(1), 0), put(&mut store, 2, at(1), 0)], [Ok(()), Ok(())]);
    assert_eq!(put(&mut store, 3, at(1), 0), Err(PutRefusal::Full));
    assert_eq!(put(&mut store, 2, at(1), 0), Ok(()), "a renewal is not one more");
    assert_eq!([put(&mut store, 3, at(2), 0), put(&mut store, 4, None, 0)], [Ok(()), Ok(())]);
    assert_eq!(put(&mut store, 3, at(1), 0), Ok(()), "it stays where it was counted");
    store.delete(slot(1), &TOKEN, 0).unwrap();
    assert_eq!([put(&mut store, 5, at(1), 0), put(&mut store, 6, at(1), 0)], [Ok(()), Err(PutRefusal::Full)]);
    store.expire(1_000).unwrap();
    assert!(store.len() == 0 && store.per_prefix.is_empty());
}

#[derive(Debug, Clone)]
enum Step {
    Put(u8, u8, u16, usize),
    Get(u8),
    Delete(u8, u8),
    Pass(u16),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0u8..8, 0u8..2, 1u16..500, 1usize..24).prop_map(|(n, o, t, l)| Step::Put(n, o, t, l)),
        3 => (0u8..8).prop_map(Step::Get),
        2 => (0u8..8, 0u8..2).prop_map(|(n, o)| Step::Delete(n, o)),
        1 => (1u16..300).prop_map(Step::Pass),
        1 => Just(Step::Restart),
    ]
}

/// What the store should say, in the simplest words.
#[derive(Default)]
struct Model {
    slots: HashMap<u8, (u8, u64, usize)>,
    gone: HashMap<u8, (u8, bool)>,
}

impl Model {
    fn pass(&mut self, now: u64) {
        for n in 0..8 {
            if let Some((who, until, _)) = self.slots.get(&n).copied()
                && until <= now
            {
                self.slots.remove(&n);
                self.gone.insert(n, (who, false));
            }
        }
    }

    fn lookup(&self, n: u8) -> Lookup {
        if let Some((_, _, len)) = self.slots.get(&n) {
            return Lookup::Found(vec![n; *len]);
        }
        self.gone.get(&n).map_or(Lookup::Missing, |(_, used)| Lookup::Gone { used: *used })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// I11 for slots: limits hold, expired and deleted ones are gone, only owners change anything, restarts change nothing.
    #[test]
    fn behaves_like_the_model(steps in prop::collection::vec(step(), 1..60)) {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, mut model, mut now) = (open(&dir, 0), Model::default(), 0u64);
        for step in steps {
            match step {
                Step::Put(n, who, ttl, len) => {
                    let until = now + u64::from(ttl);
                    let done = store.put(slot(n), owner([who; 32]), until, &vec![n; len], None, now).unwrap();
                    model.pass(now);
                    if done.is_ok() {
                        prop_assert!(model.slots.get(&n).is_none_or(|(owner, ..)| *owner == who));
                        prop_assert!(model.gone.get(&n).is_none_or(|(owner, used)| *owner == who && !used));
                        model.gone.remove(&n);
                        model.slots.insert(n, (who, until, len));
                    }
                }
                Step::Get(n) => prop_assert_eq!(store.get(slot(n), now).unwrap(), model.lookup(n)),
                Step::Delete(n, who) => {
                    let removal = store.delete(slot(n), &[who; 32], now).unwrap();
                    let (live, gone) = (model.slots.get(&n).copied(), model.gone.get(&n).copied());
                    let expected = match (live, gone) {
                        (Some((owner, ..)), _) if owner == who => Removal::Deleted,
                        (None, Some((owner, used))) if owner == who => Removal::Gone { used },
                        (None, None) => Removal::Missing,
                        _ => Removal::NotOwner,
                    };
                    prop_assert_eq!(removal, expected);
                    if live.is_some_and(|(owner, ..)| owner == who) {
                        model.slots.remove(&n);
                        model.gone.insert(n, (who, true));
                    }
                }
                Step::Pass(ms) => {
                    now += u64::from(ms);
                    store.expire(now).unwrap();
                    model.pass(now);
                }
                Step::Restart => store = open(&dir, now),
            }
            prop_assert!(store.len() <= LIMITS.slots_max && store.bytes() <= LIMITS.bytes_max);
        }
    }
}
