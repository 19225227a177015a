//! A full disk, as SQLite reports it.

use kith_wire::{DeviceId, TransportId};

use super::*;

fn key() -> Key {
    Key::from_bytes(&[1; 32])
}

fn limit_pages(store: &Store, more: i64) {
    let now: i64 = store.conn.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    let set: i64 =
        store.conn.query_row(&format!("PRAGMA max_page_count = {}", now + more), [], |row| row.get(0)).unwrap();
    assert_eq!(set, now + more);
}

fn lift_limit(store: &Store) {
    store.conn.query_row("PRAGMA max_page_count = 1073741823", [], |row| row.get::<_, i64>(0)).unwrap();
}

#[test]
fn a_full_disk_loses_nothing_that_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &key(), &key()).unwrap();
    store.set_meta("before", b"kept").unwrap();
    limit_pages(&store, 10);

    // Of a batch of inputs, SQLite drops all with the one that does not fit, and says so at every step.
    store.begin().unwrap();
    store.savepoint().unwrap();
    store.set_meta("small", b"lost").unwrap();
    store.release().unwrap();
    store.savepoint().unwrap();
    assert!(matches!(store.set_meta("large", &[7; 200_000]), Err(StoreError::Full)));
    assert!(matches!(store.rollback_to_savepoint(), Err(StoreError::TransactionLost)));
    assert!(matches!(store.commit(), Err(StoreError::TransactionLost)));
    store.rollback().unwrap();
    assert_eq!(store.meta("small").unwrap(), None);
    for name in ["small", "after"] {
        store.begin().unwrap();
        store.savepoint().unwrap();
        store.set_meta(name, b"kept").unwrap();
        store.release().unwrap();
        store.commit().unwrap();
    }

    // Several statements in one method, outside a transaction: all or nothing.
    let many = vec!["x".repeat(8000); 16].iter().zip(0..).map(|(text, n)| format!("{text}{n}")).collect::<Vec<_>>();
    let transport = TransportId::from_bytes([1; 32]);
    store.set_addresses(&transport, &["/first".into()], 1).unwrap();
    assert!(matches!(store.set_addresses(&transport, &many, 2), Err(StoreError::Full)));
    assert!(store.conn.is_autocommit());
    assert_eq!(store.addresses(&transport).unwrap(), ["/first"]);

    let check = |store: &Store| {
        let found = ["before", "small", "large", "after"].map(|name| store.meta(name).unwrap().is_some());
        assert_eq!(found, [true, true, false, true]);
        store.check().unwrap();
    };
    check(&store);
    drop(store);
    let store = Store::open(folder.path(), &key(), &key()).unwrap();
    check(&store);
    limit_pages(&store, 0);
    assert!(matches!(store.set_meta("large", &[7; 200_000]), Err(StoreError::Full)));
    lift_limit(&store);
    store.set_meta("large", &[7; 200_000]).unwrap();
    assert_eq!(store.meta("large").unwrap().unwrap().len(), 200_000);
    store.check().unwrap();
}

#[test]
fn a_transaction_that_sqlite_ended_is_reported() {
    let store = Store::in_memory(&key()).unwrap();
    store.begin().unwrap();
    store.savepoint().unwrap();
    store.set_meta("lost", b"x").unwrap();
    // What SQLite does by itself after some errors.
    store.conn.execute_batch("ROLLBACK").unwrap();
    assert!(matches!(store.release(), Err(StoreError::TransactionLost)));
    assert!(matches!(store.rollback_to_savepoint(), Err(StoreError::TransactionLost)));
    assert!(matches!(store.begin(), Err(StoreError::TransactionOpen)));
    store.rollback().unwrap();
    store.begin().unwrap();
    store.set_meta("kept", b"x").unwrap();
    store.commit().unwrap();
    assert_eq!((store.meta("lost").unwrap(), store.meta("kept").unwrap()), (None, Some(b"x".to_vec())));

    store.begin().unwrap();
    store.conn.execute_batch("ROLLBACK").unwrap();
    assert!(matches!(store.commit(), Err(StoreError::TransactionLost)));
    assert!(matches!(store.savepoint(), Err(StoreError::TransactionLost)));
    store.rollback().unwrap();
}

#[test]
fn an_unknown_code_is_not_guessed() {
    let store = Store::in_memory(&key()).unwrap();
    store.conn.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    let sql = "INSERT INTO outer_keys (key_id, device, direction, confirmed, created_at_ms, sealed)
        VALUES (zeroblob(16), zeroblob(32), 7, 0, 0, x'')";
    store.conn.execute_batch(sql).unwrap();
    let outcome = store.outer_key(&[0; 16]);
    assert!(matches!(outcome, Err(StoreError::UnknownCode { column: "outer_keys.direction", code: 7 })), "{outcome:?}");
    store.conn.execute_batch("UPDATE outer_keys SET device = x'00', direction = 0").unwrap();
    assert!(matches!(store.outer_key(&[0; 16]), Err(StoreError::Damaged(_))), "an id that is too short");
    assert!(store.outer_keys(&DeviceId::from_bytes([0; 32]), crate::Direction::Inbound).unwrap().is_empty());
}
