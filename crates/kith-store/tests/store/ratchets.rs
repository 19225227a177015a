//! Sealed rows open only at their place and only in their newest state.

use kith_crypto::Key;
use kith_store::{Direction, Store, StoreError};
use rusqlite::params;

use crate::kit::*;

fn refused<T: std::fmt::Debug>(outcome: Result<T, StoreError>, expected: &str) {
    match outcome {
        Err(StoreError::RatchetRefused { table }) => assert_eq!(table, expected),
        other => panic!("{other:?}"),
    }
}

fn filled() -> (Profile, Store) {
    let profile = Profile::new();
    let store = profile.open();
    befriend(&store, 1);
    befriend(&store, 2);
    store.put_olm_account(b"account one").unwrap();
    for to in [1, 2] {
        store.put_session(&session(to, 1, 0, &[b"pickle one ".as_slice(), &[to]].concat())).unwrap();
        store.put_session(&session(to, 2, 1, &[b"pickle two ".as_slice(), &[to]].concat())).unwrap();
        store.put_outer_key(&outer_key(to, to, Direction::Inbound, T0)).unwrap();
    }
    (profile, store)
}

#[test]
fn sessions_and_keys_come_back_in_order() {
    let (profile, store) = filled();
    let mut advanced = session(1, 1, 0, b"advanced");
    advanced.dead = true;
    advanced.last_received_at_ms = Some(T0 + 3);
    advanced.positions = vec![9; 100];
    store.put_session(&advanced).unwrap();
    store.put_session(&session(1, 0, 1, b"lowest id")).unwrap();
    store.put_outer_key(&outer_key(1, 8, Direction::Inbound, T0 + 2)).unwrap();
    store.put_outer_key(&outer_key(1, 9, Direction::Inbound, T0 + 1)).unwrap();
    store.put_outer_key(&outer_key(1, 7, Direction::Outbound, T0 + 1)).unwrap();
    store.put_olm_account(b"account two").unwrap();
    drop(store);
    let store = profile.open();
    let expected = [session(1, 0, 1, b"lowest id"), session(1, 2, 1, b"pickle two \x01"), advanced];
    assert_eq!(store.sessions(&device(1)).unwrap(), expected);
    assert_eq!(store.olm_account().unwrap().unwrap().as_slice(), b"account two");
    let inbound = store.outer_keys(&device(1), Direction::Inbound).unwrap();
    assert_eq!(inbound.iter().map(|row| row.key_id[0]).collect::<Vec<_>>(), [8, 9, 1]);
    let row = store.outer_key(&[7; 16]).unwrap().unwrap();
    assert_eq!(
        (row.key.as_bytes(), row.direction, row.encapsulated),
        (&[7; 32], Direction::Outbound, Some(vec![7; 1120]))
    );
    store.delete_outer_key(&[7; 16]).unwrap();
    assert!(store.outer_key(&[7; 16]).unwrap().is_none());
    store.delete_session(&device(1), &[2; 32]).unwrap();
    assert_eq!(store.sessions(&device(1)).unwrap().len(), 2);
    store.delete_all_sessions().unwrap();
    assert!(store.sessions(&device(1)).unwrap().is_empty() && store.sessions(&device(2)).unwrap().is_empty());
    assert!(store.olm_account().unwrap().is_some());
}

#[test]
fn another_ratchet_key_opens_nothing() {
    let (profile, store) = filled();
    drop(store);
    let store = Store::open(profile.path(), &key(), &Key::from_bytes(&[9; 32])).unwrap();
    refused(store.olm_account(), "olm_account");
    refused(store.sessions(&device(1)), "sessions");
    refused(store.outer_key(&[1; 16]), "outer_keys");
}

#[test]
fn swapped_rows_are_refused() {
    let (profile, store) = filled();
    let raw = profile.raw();
    // The sealed halves of two sessions of one device, with and without their versions.
    let swap = "UPDATE sessions SET sealed = (SELECT s.sealed FROM sessions s WHERE s.device = sessions.device
        AND s.session <> sessions.session) WHERE device = ?1";
    raw.execute(swap, params![[1_u8; 32]]).unwrap();
    refused(store.sessions(&device(1)), "sessions");
    assert_eq!(store.sessions(&device(2)).unwrap().len(), 2, "the others are untouched");
    let versions =
        "UPDATE ratchet_versions SET version = (SELECT max(v.version) + min(v.version) FROM ratchet_versions v
        WHERE v.kind = 2 AND v.owner = ?1) - version WHERE kind = 2 AND owner = ?1";
    raw.execute(versions, params![[1_u8; 32]]).unwrap();
    refused(store.sessions(&device(1)), "sessions");
    // Whole rows between devices, versions included.
    for table in ["sessions SET device", "ratchet_versions SET owner"] {
        let column = table.rsplit(' ').next().unwrap();
        for (from, to) in [([2_u8; 32], [3_u8; 32]), ([1; 32], [2; 32]), ([3; 32], [1; 32])] {
            raw.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
            raw.execute(&format!("UPDATE {table} = ?2 WHERE {column} = ?1"), params![from, to]).unwrap();
        }
    }
    refused(store.sessions(&device(2)), "sessions");
    // A key handed to another device, or turned around.
    raw.execute("UPDATE outer_keys SET device = ?1 WHERE key_id = ?2", params![[2_u8; 32], [1_u8; 16]]).unwrap();
    refused(store.outer_key(&[1; 16]), "outer_keys");
    assert!(store.outer_key(&[2; 16]).unwrap().is_some());
    raw.execute("UPDATE outer_keys SET direction = 1 WHERE key_id = ?1", params![[2_u8; 16]]).unwrap();
    refused(store.outer_keys(&device(2), Direction::Outbound), "outer_keys");
}

#[test]
fn open_columns_cannot_be_changed_under_a_session() {
    for change in ["generation = generation + 1", "dead = 1", "positions = x'00'"] {
        let (profile, store) = filled();
        profile
            .raw()
            .execute(&format!("UPDATE sessions SET {change} WHERE session = ?1"), params![[1_u8; 32]])
            .unwrap();
        refused(store.sessions(&device(1)), "sessions");
    }
}

#[test]
fn an_older_state_put_back_is_refused() {
    let (profile, store) = filled();
    let raw = profile.raw();
    raw.execute_batch(
        "CREATE TEMP TABLE old_sessions AS SELECT * FROM sessions; CREATE TEMP TABLE old_account AS SELECT * FROM olm_account;
        CREATE TEMP TABLE old_keys AS SELECT * FROM outer_keys",
    )
    .unwrap();
    store.put_session(&session(1, 1, 0, b"advanced")).unwrap();
    store.put_olm_account(b"account two").unwrap();
    store.put_outer_key(&outer_key(1, 1, Direction::Inbound, T0)).unwrap();
    raw.execute_batch(
        "REPLACE INTO sessions SELECT * FROM old_sessions WHERE device = x'0101010101010101010101010101010101010101010101010101010101010101';
        REPLACE INTO olm_account SELECT * FROM old_account; REPLACE INTO outer_keys SELECT * FROM old_keys",
    )
    .unwrap();
    refused(store.sessions(&device(1)), "sessions");
    refused(store.olm_account(), "olm_account");
    refused(store.outer_key(&[1; 16]), "outer_keys");
    assert_eq!(store.sessions(&device(2)).unwrap().len(), 2, "the same state put back is the same state");
}

#[test]
fn a_deleted_session_cannot_be_put_back() {
    let (profile, store) = filled();
    let raw = profile.raw();
    raw.execute_batch("CREATE TEMP TABLE old AS SELECT * FROM sessions").unwrap();
    store.delete_session(&device(1), &[1; 32]).unwrap();
    raw.execute(
        "INSERT INTO sessions SELECT * FROM old WHERE device = ?1 AND session = ?2",
        params![[1_u8; 32], [1_u8; 32]],
    )
    .unwrap();
    refused(store.sessions(&device(1)), "sessions");
    // Not even after a new session with the same id was stored: versions are never used twice.
    store.put_session(&session(1, 1, 0, b"new")).unwrap();
    raw.execute_batch("REPLACE INTO sessions SELECT * FROM old").unwrap();
    refused(store.sessions(&device(1)), "sessions");
    // A restored copy: all sessions go, and the store works again.
    store.delete_all_sessions().unwrap();
    store.put_session(&session(1, 1, 0, b"new")).unwrap();
    assert_eq!(store.sessions(&device(1)).unwrap(), [session(1, 1, 0, b"new")]);
}

#[test]
fn debug_shows_no_secret() {
    let row = session(1, 1, 0, b"SECRET PICKLE");
    assert!(!format!("{row:?}").contains("83, 69, 67"));
    let row = outer_key(1, 0xab, Direction::Inbound, T0);
    assert!(!format!("{:?}", row.key).contains("171"));
}
