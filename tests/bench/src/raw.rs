//! The database without Kith: SQLCipher with the same schema, key and settings.

use std::{fmt::Write as _, path::Path};

use anyhow::{Context as _, Result};
use kith_crypto::Key;
use kith_store::{DATABASE_FILE, Store};
use kith_wire::ChatId;
use rusqlite::{Connection, Row, params};

/// As `kith-store` opens its own.
const PRAGMAS: &str = "PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;
    PRAGMA cell_size_check = ON; PRAGMA cache_size = -16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    PRAGMA journal_size_limit = 16777216;";

/// A raw connection.
pub(crate) struct Raw {
    conn: Connection,
    /// Which chat and author, by their rows.
    place: (i64, i64),
    next: i64,
}

impl Raw {
    /// Makes a new database with one chat.
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        let key = Key::random();
        drop(Store::open(folder, &key, &Key::random())?);
        let raw = Self::open(folder, &key)?;
        raw.conn.execute_batch(
            "INSERT INTO chats (id, chat, kind, created_at_ms, pinned, read_row) VALUES (1, x'01', 0, 0, 0, 0);
             INSERT INTO authors (id, account) VALUES (1, x'01');",
        )?;
        Ok(raw)
    }

    /// Opens the database of a profile.
    pub(crate) fn open(folder: &Path, key: &Key) -> Result<Self> {
        let conn = Connection::open(folder.join(DATABASE_FILE))?;
        let mut hex = String::new();
        for byte in key.as_bytes() {
            write!(hex, "{byte:02x}")?;
        }
        conn.execute_batch("PRAGMA cipher_log_level = NONE")?;
        conn.execute_batch(&format!("PRAGMA key = \"x'{hex}'\""))?;
        conn.execute_batch(PRAGMAS).context("the raw database")?;
        Ok(Self { conn, place: (1, 1), next: 1 })
    }

    /// Inserts after the newest message of this chat from now on.
    pub(crate) fn goes_on(mut self, chat: &ChatId) -> Result<Self> {
        let sql = "SELECT chat_id, author_id, hlc FROM messages
            WHERE chat_id = (SELECT id FROM chats WHERE chat = ?1) ORDER BY hlc DESC LIMIT 1";
        let row = |row: &Row<'_>| Ok(((row.get(0)?, row.get(1)?), row.get::<_, i64>(2)?));
        let newest;
        (self.place, newest) = self.conn.query_row(sql, [chat.as_bytes()], row)?;
        self.next = newest + 1;
        Ok(self)
    }

    /// Inserts these messages in one durable transaction.
    pub(crate) fn insert(&mut self, texts: &[String]) -> Result<()> {
        let transaction = self.conn.transaction()?;
        {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO messages (chat_id, author_id, msg, hlc, outgoing, unread, state, sent_at_ms, kind, text, body)
                 VALUES (?4, ?5, ?1, ?2, 1, 0, 10, ?2, 1, ?3, x'')",
            )?;
            for text in texts {
                // Ids of real messages are random as well: the index is written all over.
                let msg: [u8; 16] = kith_crypto::random_bytes();
                statement.execute(params![msg.as_slice(), self.next, text, self.place.0, self.place.1])?;
                self.next += 1;
            }
        }
        Ok(transaction.commit()?)
    }

    /// The newest 50 messages that match, as FTS5 finds them.
    pub(crate) fn search(&self, query: &str) -> Result<usize> {
        let mut statement = self.conn.prepare_cached(
            "SELECT m.id, m.text FROM messages_fts CROSS JOIN messages m ON m.id = messages_fts.rowid
             WHERE messages_fts MATCH ?1 ORDER BY messages_fts.rowid DESC LIMIT 50",
        )?;
        let rows = statement.query_map([query], |row| row.get::<_, String>(1))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?.len())
    }
}
