//! What is in a backup and what is not, and that nothing else than a backup becomes a database.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::PathBuf;

use proptest::prelude::*;
use rusqlite::types::Value;
use tempfile::TempDir;

use super::*;
use crate::{DATABASE_FILE, SCHEMA, Store};

const SECRET: [u8; 32] = [0x77; 32];

fn key() -> Key {
    Key::from_bytes(&[0x31; 32])
}

/// The stored database of the newest schema, which has a row of everything.
fn full() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("fixtures");
    fs::copy(fixture.join(format!("schema-{SCHEMA}.db")), folder.path().join(DATABASE_FILE)).unwrap();
    drop(Store::open(folder.path(), &key(), &Key::from_bytes(&[0x32; 32])).unwrap());
    folder
}

fn account() -> AccountId {
    AccountId::from_bytes([5; 32])
}

fn go_on(_done: u64, _total: u64) -> bool {
    true
}

fn back_up(folder: &Path) -> Vec<u8> {
    let reader = ReadStore::open(folder, &key()).unwrap();
    let mut stream = Vec::new();
    reader.back_up(account(), Some(&SECRET), &["a node".to_owned()], 1_700, &mut stream, &mut go_on).unwrap();
    stream
}

fn restore(stream: &[u8]) -> Result<TempDir, BackupFailure> {
    let folder = tempfile::tempdir().unwrap();
    let done = BackupReader::new(stream).and_then(|reader| reader.restore(folder.path(), &key(), &mut go_on));
    let left: Vec<PathBuf> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left.is_empty(), done.is_err(), "{left:?}");
    done.map(|_rest| folder)
}

fn raw(folder: &Path) -> Connection {
    ReadStore::open(folder, &key()).unwrap().into_conn()
}

fn rows(conn: &Connection, table: &Kept, wanted: &dyn Fn(&str) -> String, only: &str) -> Vec<Vec<Value>> {
    let columns: Vec<String> = columns(conn, table.name).unwrap();
    let list = columns.iter().map(|column| wanted(column)).collect::<Vec<_>>().join(", ");
    let mut statement = conn.prepare(&format!("SELECT {list} FROM {} WHERE {only} ORDER BY 1, 2", table.name)).unwrap();
    let rows = statement.query_map([], |row| (0..columns.len()).map(|at| row.get(at)).collect());
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

use super::kept::{Kept, LEFT_OUT};

#[test]
fn every_table_is_kept_or_left_out() {
    let folder = full();
    let conn = raw(folder.path());
    let sql =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_fts%'";
    let mut statement = conn.prepare(sql).unwrap();
    let found: BTreeSet<String> = statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let listed: Vec<&str> = KEPT.iter().map(|kept| kept.name).chain(LEFT_OUT.iter().copied()).collect();
    let once: BTreeSet<String> = listed.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(once.len(), listed.len(), "a table is in both lists");
    assert_eq!(once, found, "say in backup/kept.rs whether a backup has the table");
}

#[test]
fn what_is_kept_comes_back_as_it_was() {
    let before = full();
    let stream = back_up(before.path());
    let reader = BackupReader::new(stream.as_slice()).unwrap();
    let content = reader.content();
    assert_eq!((content.account, content.schema, content.created_at_ms), (account(), SCHEMA, 1_700));
    assert_eq!(content.entropy.as_deref(), Some(&SECRET));
    assert_eq!(content.bootstraps, ["a node"]);
    let after = restore(&stream).unwrap();
    // Among others: that the search index has what the messages have.
    Store::open(after.path(), &key(), &Key::from_bytes(&[0x32; 32])).unwrap().check().unwrap();
    let (before, after) = (raw(before.path()), raw(after.path()));
    let mut together = 0;
    for table in KEPT {
        // What triggers count comes back by counting.
        let counted = ["unread", "mentions"];
        let wanted =
            |column: &str| if counted.contains(&column) { column } else { table.expression(column) }.to_owned();
        let kept = rows(&before, table, &wanted, table.only);
        let come = rows(&after, table, &str::to_owned, "true");
        together += kept.len();
        assert_eq!(come, kept, "{}", table.name);
    }
    assert!(together > 10, "the stored database has rows");
    for table in LEFT_OUT.iter().filter(|table| **table != "counters") {
        let count: i64 = after.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(count, 0, "{table}");
    }
}

/// By literals, and not by the filters themselves.
#[test]
fn what_belongs_to_this_device_or_disappears_is_not_in_it() {
    let folder = full();
    let marker = b"xmarker-of-what-must-not-leavex";
    {
        let store = Store::open(folder.path(), &key(), &Key::from_bytes(&[0x32; 32])).unwrap();
        let conn = &store.conn;
        let insert = "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2";
        for name in ["fallback_key", "return:somebody", "synced:a-device", "told:somebody"] {
            conn.execute(insert, (name, marker.as_slice())).unwrap();
        }
        for kind in [2, 3, 4, 6, 7, 9, 10, 11, 12, 13] {
            let sql = "INSERT INTO outbox (device, msg, kind, chat, hlc, body, created_at_ms, expires_at_ms,
                next_at_ms) SELECT device, randomblob(16), ?1, randomblob(16), 1, ?2, 1, 2, 3 FROM devices LIMIT 1";
            assert_eq!(conn.execute(sql, (kind, marker.as_slice())).unwrap(), 1);
        }
        let sql = "INSERT INTO addresses (transport, position, address, seen_at_ms) VALUES (randomblob(32), 0, ?1, 1)";
        conn.execute(sql, [std::str::from_utf8(marker).unwrap()]).unwrap();
        let sql = "INSERT INTO waiting_changes (chat_id, author_id, target, event, kind, stamp, at_ms, body)
            SELECT c.id, a.id, randomblob(16), randomblob(16), 20, 1, 1, ?1 FROM chats c, authors a LIMIT 1";
        assert_eq!(conn.execute(sql, [marker.as_slice()]).unwrap(), 1);
        conn.execute("UPDATE chats SET expires_s = 60, draft = ?1", [std::str::from_utf8(marker).unwrap()]).unwrap();
        let sql = "UPDATE scheduled SET text = ?1";
        assert!(conn.execute(sql, [std::str::from_utf8(marker).unwrap()]).unwrap() > 0);
        let sql = "UPDATE messages SET text = ?1, expires_s = 60 WHERE id = (SELECT max(id) FROM messages)";
        assert_eq!(conn.execute(sql, [std::str::from_utf8(marker).unwrap()]).unwrap(), 1);
        store.set_meta("own_words", b"xmarker-of-what-must-come-alongx").unwrap();
    }
    let stream = back_up(folder.path());
    let has = |marker: &[u8]| stream.windows(marker.len()).any(|part| part == marker);
    assert!(has(b"xmarker-of-what-must-come-alongx"));
    assert!(!has(marker));
}

fn stream(records: Vec<Kind>) -> Vec<u8> {
    let mut stream = vec![VERSION];
    for record in records {
        write(&mut stream, record).unwrap();
    }
    stream
}

fn begin(schema: u32) -> Kind {
    let account = account().to_bytes().to_vec();
    Kind::Begin(BeginProto { account, entropy: None, created_at_ms: 1, schema, rows: 1, bootstraps: vec![] })
}

fn table(name: &str, columns: &[&str]) -> Kind {
    Kind::Table(TableProto { name: name.to_owned(), columns: columns.iter().map(|c| (*c).to_owned()).collect() })
}

fn row(values: &[&str]) -> Kind {
    let value = |text: &&str| ValueProto { value: Some(value::Value::Text((*text).to_owned())) };
    Kind::Row(RowProto { values: values.iter().map(value).collect() })
}

#[test]
fn a_backup_of_an_older_schema_is_migrated() {
    let settings = table("settings", &["name", "value"]);
    let old = stream(vec![begin(2), settings, row(&["theme", "dark"]), Kind::End(EndProto { rows: 1 })]);
    let folder = restore(&old).unwrap();
    let store = Store::open(folder.path(), &key(), &Key::from_bytes(&[0x32; 32])).unwrap();
    assert_eq!(store.setting("theme").unwrap().as_deref(), Some("dark"));
    assert_eq!(schema::version(&store.conn).unwrap(), SCHEMA);
    store.check().unwrap();
}

#[test]
fn what_is_no_backup_is_refused_and_leaves_nothing() {
    let settings = || table("settings", &["name", "value"]);
    let end = |rows| Kind::End(EndProto { rows });
    let newer = restore(&stream(vec![begin(SCHEMA + 1)])).unwrap_err();
    assert!(matches!(newer, BackupFailure::NewerSchema { .. }), "{newer:?}");
    assert!(matches!(restore(&[9]).unwrap_err(), BackupFailure::UnknownVersion { found: 9 }));
    for (what, records) in [
        ("ratchets", vec![begin(SCHEMA), table("sessions", &["device"]), end(0)]),
        ("a statement for a name", vec![begin(SCHEMA), table("settings", &["name); DROP TABLE meta; --"]), end(0)]),
        ("a column twice", vec![begin(SCHEMA), table("settings", &["name", "name"]), end(0)]),
        ("a short row", vec![begin(SCHEMA), settings(), row(&["theme"]), end(1)]),
        ("a row of nothing", vec![begin(SCHEMA), row(&["theme", "dark"]), end(1)]),
        ("a missing row", vec![begin(SCHEMA), settings(), row(&["theme", "dark"]), end(2)]),
        ("two beginnings", vec![begin(SCHEMA), begin(SCHEMA), end(0)]),
        ("no schema", vec![begin(0), end(0)]),
    ] {
        let refused = restore(&stream(records)).unwrap_err();
        assert!(matches!(refused, BackupFailure::Damaged { .. }), "{what}: {refused:?}");
    }
    // No contact has this device.
    let orphan = vec![begin(SCHEMA), table("outbox", &["device"]), row(&["x"]), end(1)];
    assert!(matches!(restore(&stream(orphan)).unwrap_err(), BackupFailure::Store(_)));
    let mut long = stream(vec![begin(SCHEMA), settings(), end(0)]);
    assert!(restore(&long).is_ok());
    long.push(0);
    assert!(matches!(restore(&long).unwrap_err(), BackupFailure::Damaged { what: "something follows its end" }));
    let bomb = [&[VERSION][..], &u32::MAX.to_be_bytes()].concat();
    assert!(matches!(restore(&bomb).unwrap_err(), BackupFailure::Damaged { what: "a record over the limit" }));
}

#[test]
fn both_ways_can_be_stopped() {
    let folder = full();
    let looked = Cell::new(0);
    let stream = back_up(folder.path());
    let reader = ReadStore::open(folder.path(), &key()).unwrap();
    let mut rows = 0;
    let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
        INSERT INTO settings SELECT 'n' || i, 'x' FROM n";
    let store = Store::open(folder.path(), &key(), &Key::from_bytes(&[0x32; 32])).unwrap();
    store.conn.execute(sql, []).unwrap();
    let stopped = reader.back_up(account(), None, &[], 1, &mut Vec::new(), &mut |done, total| {
        looked.set(looked.get() + 1);
        rows = total;
        done < 512
    });
    assert!(matches!(stopped, Err(BackupFailure::Stopped)), "{stopped:?}");
    assert_eq!(looked.get(), 2);
    assert!(rows > 1000);
    drop(stream);
    let stream = back_up(folder.path());
    let empty = tempfile::tempdir().unwrap();
    let reader = BackupReader::new(stream.as_slice()).unwrap();
    let stopped = reader.restore(empty.path(), &key(), &mut |done, _total| done < 512);
    assert!(matches!(stopped, Err(BackupFailure::Stopped)));
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_are_a_backup_or_an_error(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        cut in any::<prop::sample::Index>(),
    ) {
        let _refused = restore(&bytes).is_ok();
        let whole = stream(vec![begin(SCHEMA), table("settings", &["name", "value"]), row(&["a", "b"]), Kind::End(EndProto { rows: 1 })]);
        let cut = cut.index(whole.len());
        prop_assert!(restore(&whole[..cut]).is_err());
        let _either = restore(&[&whole[..cut], &bytes].concat()).is_ok();
    }
}

#[test]
fn what_disappears_is_in_no_backup() {
    let stream = back_up(full().path());
    let holds = |part: &str| stream.windows(part.len()).any(|bytes| bytes == part.as_bytes());
    assert!(holds("other words"), "messages are in it");
    assert!(!holds("soon gone"));
}
