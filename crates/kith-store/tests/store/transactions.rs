//! Transactions, savepoints, misuse, a full disk, the generation counter, the lock.

use std::process::Command;

use kith_store::{ProfileLock, ReadStore, Store, StoreError};
use proptest::prelude::*;

use crate::kit::*;

#[test]
fn a_rolled_back_savepoint_drops_only_that_input() {
    let profile = Profile::new();
    {
        let store = profile.open();
        store.begin().unwrap();
        assert!(store.in_transaction());
        for (name, keep) in [("first", true), ("second", false), ("third", true)] {
            store.savepoint().unwrap();
            store.set_meta(name, b"x").unwrap();
            // Methods of several statements use a savepoint of their own.
            store.set_addresses(&transport(1), &[format!("/{name}")], T0).unwrap();
            if keep { store.release().unwrap() } else { store.rollback_to_savepoint().unwrap() }
        }
        store.commit().unwrap();
        assert!(!store.in_transaction());
        store.begin().unwrap();
        store.set_meta("fourth", b"x").unwrap();
        store.savepoint().unwrap();
        store.rollback().unwrap();
        store.begin().unwrap();
        store.set_meta("fifth", b"x").unwrap();
        // Dropped with an open transaction, as in a crash.
    }
    let store = profile.open();
    let there = ["first", "second", "third", "fourth", "fifth"].map(|name| store.meta(name).unwrap().is_some());
    assert_eq!(there, [true, false, true, false, false]);
    assert_eq!(store.addresses(&transport(1)).unwrap(), ["/third", "/first"]);
}

#[test]
fn misuse_is_an_error_and_changes_nothing() {
    let store = memory();
    assert!(matches!(store.commit(), Err(StoreError::NoTransaction)));
    assert!(matches!(store.rollback(), Err(StoreError::NoTransaction)));
    assert!(matches!(store.savepoint(), Err(StoreError::NoTransaction)));
    assert!(matches!(store.release(), Err(StoreError::NoSavepoint)));
    assert!(matches!(store.rollback_to_savepoint(), Err(StoreError::NoSavepoint)));
    store.begin().unwrap();
    assert!(matches!(store.begin(), Err(StoreError::TransactionOpen)));
    assert!(matches!(store.checkpoint(), Err(StoreError::TransactionOpen)));
    store.savepoint().unwrap();
    assert!(matches!(store.savepoint(), Err(StoreError::SavepointOpen)));
    assert!(matches!(store.commit(), Err(StoreError::SavepointOpen)));
    store.set_meta("kept", b"x").unwrap();
    store.release().unwrap();
    store.commit().unwrap();
    assert!(store.meta("kept").unwrap().is_some());
}

#[test]
fn a_reader_sees_what_is_committed_and_nothing_else() {
    let profile = Profile::new();
    let store = profile.open();
    befriend(&store, 1);
    let reader = ReadStore::open(profile.path(), &key()).unwrap();
    store.begin().unwrap();
    store.insert_message(&incoming(1, 1, "hello")).unwrap();
    assert_eq!(reader.message(&msg(1)).unwrap(), None);
    store.commit().unwrap();
    assert_eq!(reader.message(&msg(1)).unwrap(), store.message(&msg(1)).unwrap());
    let end = kith_store::Anchor::End;
    assert_eq!(reader.history(&chat_id(1), &end, 5, 5).unwrap(), store.history(&chat_id(1), &end, 5, 5).unwrap());
    let search = kith_store::Search { query: "hel", limit: 5, ..Default::default() };
    assert_eq!(reader.search(&search).unwrap(), store.search(&search).unwrap());
    assert_eq!(reader.search(&search).unwrap().len(), 1);
    store.checkpoint().unwrap();
    assert!(reader.message(&msg(1)).unwrap().is_some());
    drop(store);
    assert!(reader.message(&msg(1)).unwrap().is_some());
}

#[test]
fn the_generation_counter_only_rises() {
    let profile = Profile::new();
    for expected in 1..=5 {
        let store = profile.open();
        assert_eq!(store.generation().unwrap(), expected - 1);
        assert_eq!(store.bump_generation().unwrap(), expected);
        store.begin().unwrap();
        assert_eq!(store.bump_generation().unwrap(), expected + 1);
        store.rollback().unwrap();
    }
}

#[test]
fn a_second_handle_finds_the_profile_locked() {
    let profile = Profile::new();
    let lock = ProfileLock::acquire(profile.path()).unwrap();
    let Err(StoreError::Locked { pid }) = ProfileLock::acquire(profile.path()) else {
        panic!("locked twice");
    };
    assert_eq!(pid, Some(std::process::id()));
    assert!(StoreError::Locked { pid }.to_string().ends_with(&format!("({})", std::process::id())));
    drop(lock);
    ProfileLock::acquire(profile.path()).unwrap();
    assert!(matches!(ProfileLock::acquire(&profile.path().join("missing")), Err(StoreError::Io(_))));
}

const LOCKED_FOLDER: &str = "KITH_TEST_LOCKED_FOLDER";

/// Runs as a second process of the next test; by itself it has nothing to try.
#[test]
fn second_process() {
    if let Some(folder) = std::env::var_os(LOCKED_FOLDER) {
        assert!(matches!(ProfileLock::acquire(folder.as_ref()), Err(StoreError::Locked { pid: Some(_) })));
    }
}

#[test]
fn a_second_process_finds_the_profile_locked() {
    let profile = Profile::new();
    let _lock = ProfileLock::acquire(profile.path()).unwrap();
    let this = std::env::current_exe().unwrap();
    let second = Command::new(this)
        .args(["--exact", "transactions::second_process"])
        .env(LOCKED_FOLDER, profile.path())
        .output()
        .unwrap();
    assert!(second.status.success(), "{}", String::from_utf8_lossy(&second.stdout));
    assert!(String::from_utf8_lossy(&second.stdout).contains("1 passed"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any sequence of calls: what a model with two undo levels holds is what the store holds.
    #[test]
    fn transactions_follow_a_model(calls in prop::collection::vec(0_u8..7, 0..60)) {
        let store = memory();
        let (mut now, mut begun, mut saved) = (0_u8, None, None);
        for call in calls {
            match call {
                0 => {
                    prop_assert_eq!(store.begin().is_ok(), begun.is_none());
                    begun = begun.or(Some(now));
                }
                1 => {
                    let possible = begun.is_some() && saved.is_none();
                    prop_assert_eq!(store.commit().is_ok(), possible);
                    if possible { begun = None; }
                }
                2 => {
                    prop_assert_eq!(store.rollback().is_ok(), begun.is_some());
                    if let Some(before) = begun.take() { now = before; saved = None; }
                }
                3 => {
                    let possible = begun.is_some() && saved.is_none();
                    prop_assert_eq!(store.savepoint().is_ok(), possible);
                    if possible { saved = Some(now); }
                }
                4 => {
                    prop_assert_eq!(store.release().is_ok(), saved.is_some());
                    saved = None;
                }
                5 => {
                    prop_assert_eq!(store.rollback_to_savepoint().is_ok(), saved.is_some());
                    if let Some(before) = saved.take() { now = before; }
                }
                _ => {
                    now = now.wrapping_add(1);
                    store.set_meta("now", &[now]).unwrap();
                }
            }
            prop_assert_eq!(store.in_transaction(), begun.is_some());
            prop_assert_eq!(store.meta("now").unwrap().unwrap_or(vec![0]), vec![now]);
        }
    }
}

#[test]
fn opening_twice_in_one_folder_is_for_the_lock_to_prevent() {
    let profile = Profile::new();
    let first = profile.open();
    first.begin().unwrap();
    // Without the lock, SQLite still lets only one of them write.
    let second = Store::open(profile.path(), &key(), &ratchet_key()).unwrap();
    assert!(matches!(second.begin(), Err(StoreError::Busy)));
}
