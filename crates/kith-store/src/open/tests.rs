//! A deleted token is gone (I15), schemas are checked, and no query reads a whole chat. An encrypted file that does not
//! contain a word proves nothing, so these look into plain files of the same schema.

use kith_wire::{AccountId, ChatId, Hlc, MsgId};

use super::*;
use crate::{ChatKind, ChatRow, DeliveryState, Marks, MessageRow, Store, StoreError};

const MARKER: &str = "xylophonemarker";

fn key() -> Key {
    Key::from_bytes(&[1; 32])
}

fn plain_store(dir: &Path) -> Store {
    let file = dir.join(DATABASE_FILE);
    let conn = open_file(&file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE).unwrap();
    conn.execute_batch(PRAGMAS).unwrap();
    conn.execute_batch(WRITER_PRAGMAS).unwrap();
    schema::migrate(&conn).unwrap();
    Store::over(conn, &key())
}

fn message(n: u8, text: String) -> MessageRow {
    MessageRow {
        row: 0,
        msg: MsgId::from_bytes([n; 16]),
        chat: ChatId::from_bytes([1; 16]),
        author: AccountId::from_bytes([1; 32]),
        outgoing: false,
        hlc: Hlc::new(u64::from(n), 0),
        sent_at_ms: u64::from(n),
        received_at_ms: None,
        kind: 1,
        body: text.clone().into_bytes(),
        text: Some(text),
        reply_to: None,
        state: DeliveryState::Received,
        marks: Marks::default(),
    }
}

fn fill(store: &Store) {
    let row = ChatRow {
        chat: ChatId::from_bytes([1; 16]),
        kind: ChatKind::Direct,
        account: None,
        created_at_ms: 0,
        pinned: false,
        muted_until_ms: None,
        read_row: 0,
        draft: None,
        archived: false,
        notify: Default::default(),
        expires_s: None,
    };
    store.ensure_chat(&row).unwrap();
    for n in 0..50 {
        let word = if n % 7 == 0 { MARKER } else { "ordinary" };
        store.insert_message(&message(n, format!("some {word} words number {n}"))).unwrap();
    }
    store.set_meta("note", MARKER.as_bytes()).unwrap();
}

/// How often `needle` occurs in the files of a folder, whatever the case.
fn occurrences(dir: &Path, needle: &str) -> usize {
    let files = fs::read_dir(dir).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    files
        .map(|bytes| {
            let window = needle.len();
            bytes.windows(window).filter(|part| part.eq_ignore_ascii_case(needle.as_bytes())).count()
        })
        .sum()
}

#[test]
fn a_deleted_token_is_absent_from_database_and_log() {
    let folder = tempfile::tempdir().unwrap();
    let store = plain_store(folder.path());
    fill(&store);
    assert!(occurrences(folder.path(), MARKER) > 8, "the log has it, the table and the index");
    store.conn.execute("DELETE FROM messages WHERE text LIKE ?1", [format!("%{MARKER}%")]).unwrap();
    store.delete_meta("note").unwrap();
    assert!(occurrences(folder.path(), MARKER) > 0, "the log still has it");
    store.checkpoint().unwrap();
    assert_eq!(occurrences(folder.path(), MARKER), 0);
    // Its beginnings are in the prefix index: those go as well.
    assert_eq!(occurrences(folder.path(), "xyl"), 0);
    assert!(occurrences(folder.path(), "ordinary") > 0);
    store.check().unwrap();
}

#[test]
fn an_edited_text_leaves_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = plain_store(folder.path());
    fill(&store);
    store.delete_meta("note").unwrap();
    store
        .conn
        .execute("UPDATE messages SET text = CASE id % 2 WHEN 0 THEN NULL ELSE 'edited' END, body = x''", [])
        .unwrap();
    store.checkpoint().unwrap();
    assert_eq!(occurrences(folder.path(), MARKER), 0);
    let count =
        |word: &str| store.search(&crate::Search { query: word, limit: 100, ..Default::default() }).unwrap().len();
    assert_eq!((count("edited"), count(MARKER), count("words")), (25, 0, 0));
    store.conn.execute_batch("INSERT INTO messages_fts (messages_fts, rank) VALUES ('integrity-check', 1)").unwrap();
}

#[test]
fn the_encrypted_files_never_have_the_marker() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &key(), &key()).unwrap();
    fill(&store);
    let log = fs::metadata(folder.path().join("kith.db-wal")).unwrap().len();
    assert!(log > 10_000, "the messages are in the log");
    for needle in [MARKER, "ordinary", "SQLite format", "CREATE TABLE"] {
        assert_eq!(occurrences(folder.path(), needle), 0, "{needle}");
    }
    store.checkpoint().unwrap();
    drop(store);
    assert_eq!(occurrences(folder.path(), MARKER) + occurrences(folder.path(), "ordinary"), 0);
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &key(), &key()).unwrap();
    store.conn.execute_batch(&format!("PRAGMA user_version = {}", schema::SCHEMA + 3)).unwrap();
    store.checkpoint().unwrap();
    drop(store);
    let before = fs::read(folder.path().join(DATABASE_FILE)).unwrap();
    for outcome in [
        Store::open(folder.path(), &key(), &key()).map(|_| ()),
        crate::ReadStore::open(folder.path(), &key()).map(|_| ()),
    ] {
        let Err(StoreError::NewerSchema { found, supported }) = outcome else { panic!("{outcome:?}") };
        assert_eq!((found, supported), (schema::SCHEMA + 3, schema::SCHEMA));
    }
    assert_eq!(fs::read(folder.path().join(DATABASE_FILE)).unwrap(), before);
}

#[test]
fn a_reader_waits_for_the_migration() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &key(), &key()).unwrap();
    store.conn.execute_batch("PRAGMA user_version = 0").unwrap();
    let outcome = crate::ReadStore::open(folder.path(), &key());
    assert!(matches!(outcome, Err(StoreError::OlderSchema { found: 0, .. })), "{outcome:?}");
}

#[test]
fn a_failed_migration_changes_nothing() {
    let conn = open_file(Path::new(":memory:"), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    conn.execute_batch("CREATE TABLE outbox (x)").unwrap();
    assert!(schema::migrate(&conn).is_err());
    assert!(conn.is_autocommit());
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!((tables, schema::version(&conn).unwrap()), (1, 0));
}

#[test]
fn every_pragma_is_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &key(), &key()).unwrap();
    for (pragma, expected) in [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("secure_delete", "1"),
        ("temp_store", "2"),
        ("foreign_keys", "1"),
    ] {
        let value = store.conn.query_row(&format!("PRAGMA {pragma}"), [], |row| {
            Ok(row.get::<_, String>(0).or_else(|_| row.get::<_, i64>(0).map(|number| number.to_string())))
        });
        assert_eq!(value.unwrap().unwrap(), expected, "{pragma}");
    }
    let secure: i64 = store
        .conn
        .query_row("SELECT v FROM messages_fts_config WHERE k = 'secure-delete'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(secure, 1);
    let loose: i64 = store
        .conn
        .query_row(
            "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(loose, 0, "all tables are STRICT");
}

#[test]
fn no_query_of_a_chat_reads_it_whole() {
    let store = Store::in_memory(&key()).unwrap();
    let order = "ORDER BY hlc DESC, msg DESC, id DESC LIMIT 50";
    for sql in [
        format!("SELECT * FROM messages WHERE chat_id = 1 AND (hlc, msg, id) < (1, x'00', 1) {order}"),
        format!("SELECT * FROM messages WHERE chat_id = 1 {order}"),
        "SELECT hlc, msg, id FROM messages WHERE chat_id = 1 AND unread = 1 ORDER BY hlc, msg, id LIMIT 1".into(),
        "SELECT id FROM messages WHERE msg = x'00' AND outgoing = 1".into(),
        "SELECT min(next_at_ms) FROM outbox".into(),
        "SELECT id FROM outbox WHERE next_at_ms <= 5 ORDER BY +id LIMIT 50".into(),
    ] {
        let mut statement = store.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let plan: Vec<String> = statement.query_map([], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        // `min` of an index is a search that SQLite does not name its limits for.
        let first = plan.first().unwrap();
        assert!(first.contains("USING") && first.contains("INDEX") && first.starts_with("SEARCH"), "{sql}: {plan:?}");
        let in_order =
            !sql.contains("ORDER BY hlc") || plan.iter().all(|step| !step.contains("TEMP B-TREE FOR ORDER BY"));
        assert!(in_order, "{sql}: {plan:?}");
    }
}
