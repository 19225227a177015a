//! Wrong keys, flipped bits, missing bytes, a full disk: a clear error, nothing crashed, nothing else lost.

use std::fs;
use std::path::Path;

use kith_crypto::Key;
use kith_store::{Anchor, ReadStore, Search, Store, StoreError};

use crate::kit::*;

const PAGE: usize = 4096;

/// A closed profile with a few hundred messages, and the bytes of its database.
fn closed() -> (Profile, Vec<u8>) {
    let profile = Profile::new();
    let store = profile.open();
    befriend(&store, 1);
    store.put_olm_account(b"account").unwrap();
    store.put_session(&session(1, 1, 0, b"pickle")).unwrap();
    store.begin().unwrap();
    for n in 0..300 {
        store.insert_message(&incoming(1, n, &format!("message number {n} with some words"))).unwrap();
    }
    store.commit().unwrap();
    store.checkpoint().unwrap();
    drop(store);
    let bytes = fs::read(profile.path().join("kith.db")).unwrap();
    assert!(bytes.len() / PAGE > 30);
    (profile, bytes)
}

/// Puts `bytes` in the place of the database, without a log.
fn replace(dir: &Path, bytes: &[u8]) {
    for leftover in ["kith.db-wal", "kith.db-shm"] {
        if dir.join(leftover).exists() {
            fs::remove_file(dir.join(leftover)).unwrap();
        }
    }
    fs::write(dir.join("kith.db"), bytes).unwrap();
}

/// Opens the store and reads everything in it.
fn read_all(profile: &Profile) -> Result<usize, StoreError> {
    let store = Store::open(profile.path(), &key(), &ratchet_key())?;
    store.contacts()?;
    store.devices_of(&account(1))?;
    store.sessions(&device(1))?;
    store.olm_account()?;
    store.chats()?;
    let page = store.history(&chat_id(1), &Anchor::End, 500, 0)?;
    store.search(&Search { query: "message num", limit: 100, ..Default::default() })?;
    store.check()?;
    Ok(page.messages.len())
}

fn is_damage(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::WrongKey | StoreError::Damaged(_) | StoreError::Inconsistent { .. } | StoreError::Emptied
    )
}

#[test]
fn a_wrong_key_is_refused_and_changes_nothing() {
    let (profile, bytes) = closed();
    let wrong = Key::from_bytes(&[0x12; 32]);
    assert!(matches!(Store::open(profile.path(), &wrong, &ratchet_key()), Err(StoreError::WrongKey)));
    assert!(matches!(ReadStore::open(profile.path(), &wrong), Err(StoreError::WrongKey)));
    assert_eq!(fs::read(profile.path().join("kith.db")).unwrap(), bytes);
    assert_eq!(read_all(&profile).unwrap(), 300);
    let missing = Profile::new();
    assert!(matches!(ReadStore::open(missing.path(), &key()), Err(StoreError::Io(_))));
    assert!(matches!(Store::open(&missing.path().join("nowhere"), &key(), &ratchet_key()), Err(StoreError::Io(_))));
}

#[test]
fn a_flipped_bit_anywhere_is_noticed() {
    let (profile, bytes) = closed();
    for page in 0..bytes.len() / PAGE {
        // The salt and the first bytes, somewhere in the middle, the checksum at the end.
        for (offset, bit) in [(3, 1), (PAGE / 2 + page, 0x80), (PAGE - 20, 4)] {
            let mut damaged = bytes.clone();
            damaged[page * PAGE + offset] ^= bit;
            replace(profile.path(), &damaged);
            let error = read_all(&profile).expect_err("a flipped bit");
            assert!(is_damage(&error), "page {page} offset {offset}: {error:?}");
            assert!(page > 0 || matches!(error, StoreError::WrongKey), "{error:?}");
        }
    }
    replace(profile.path(), &bytes);
    assert_eq!(read_all(&profile).unwrap(), 300);
}

#[test]
fn a_truncated_file_is_noticed() {
    let (profile, bytes) = closed();
    let pages = bytes.len() / PAGE;
    let lengths = [0, 1, 15, 16, 100, 511, 512, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, bytes.len() / 2];
    for length in lengths.into_iter().chain([(pages - 1) * PAGE, bytes.len() - 1]) {
        replace(profile.path(), &bytes[..length]);
        let error = read_all(&profile).expect_err("a truncated file");
        assert!(is_damage(&error), "{length} bytes: {error:?}");
        assert_eq!(length < PAGE, matches!(error, StoreError::Emptied), "{length} bytes: {error:?}");
        assert!(!matches!(error, StoreError::WrongKey), "{length} bytes: {error:?}");
        assert_eq!(fs::read(profile.path().join("kith.db")).unwrap(), bytes[..length], "left as it was found");
    }
}

#[test]
fn random_bytes_and_foreign_files_are_refused() {
    let profile = Profile::new();
    for bytes in [vec![b'x'; PAGE], vec![0; 3 * PAGE], (0..9000_u32).map(|n| (n * n) as u8).collect()] {
        replace(profile.path(), &bytes);
        let error = read_all(&profile).expect_err("not a database");
        assert!(matches!(error, StoreError::WrongKey), "{error:?}");
    }
    fs::remove_file(profile.path().join("kith.db")).unwrap();
    rusqlite::Connection::open(profile.path().join("kith.db")).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(matches!(read_all(&profile), Err(StoreError::WrongKey)), "a plain database");
}

#[test]
fn a_missing_file_with_a_log_is_not_a_new_profile() {
    let profile = Profile::new();
    let store = profile.open();
    befriend(&store, 1);
    let log = fs::read(profile.path().join("kith.db-wal")).unwrap();
    drop(store);
    fs::remove_file(profile.path().join("kith.db")).unwrap();
    fs::write(profile.path().join("kith.db-wal"), log).unwrap();
    assert!(matches!(Store::open(profile.path(), &key(), &ratchet_key()), Err(StoreError::Emptied)));
    assert!(!profile.path().join("kith.db").exists());
}

#[test]
fn an_interrupted_creation_is_started_again() {
    let profile = Profile::new();
    fs::write(profile.path().join("kith.db.new"), b"half of a database").unwrap();
    fs::write(profile.path().join("kith.db.new-journal"), b"and its journal").unwrap();
    befriend(&profile.open(), 1);
    assert_eq!(profile.open().contacts().unwrap().len(), 1);
    let names: Vec<_> = fs::read_dir(profile.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["kith.db"], "a clean close leaves one file");
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let profile = Profile::new();
    let store = profile.open();
    befriend(&store, 1);
    for name in ["kith.db", "kith.db-wal"] {
        let mode = fs::metadata(profile.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_copied_back_database_shows_in_its_generation() {
    let (profile, bytes) = closed();
    let store = profile.open();
    let remembered = store.bump_generation().unwrap();
    drop(store);
    replace(profile.path(), &bytes);
    assert!(profile.open().generation().unwrap() < remembered);
}
