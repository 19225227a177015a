//! Small pictures: which messages show them, and those of one's own. Each is kept once, and goes with the last thing that
//! shows it: triggers of the schema see to that, whatever removes the rows.

use kith_wire::{MsgId, PictureId, SmallPicture};
use rusqlite::{Connection, params};

use crate::codec::{collect, first, int};
use crate::error::StoreError;
use crate::store::Store;

/// A picture that a message shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictured {
    /// What it is called there.
    pub name: String,
    /// It.
    pub picture: PictureId,
}

/// A picture of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StickerRow {
    /// What it is called; no two have the same.
    pub name: String,
    /// It, for a message of its own.
    pub picture: PictureId,
    /// The same, small, for between words.
    pub emoji: PictureId,
    /// Since when it is there (Unix ms).
    pub added_at_ms: u64,
}

/// Reads what the columns of messages pack into one text: lines of a name, which has no space in it, and a picture.
pub(crate) fn unpack(packed: Option<String>) -> Vec<Pictured> {
    let read = |line: &str| {
        let (name, picture) = line.split_once(' ')?;
        Some(Pictured { name: name.to_owned(), picture: picture.parse().ok()? })
    };
    packed.iter().flat_map(|text| text.lines()).filter_map(read).collect()
}

pub(crate) fn picture(conn: &Connection, id: &PictureId) -> Result<Option<Vec<u8>>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT png FROM pictures WHERE hash = ?1")?;
    first(statement.query([id.as_bytes()])?, |row| Ok(row.get(0)?))
}

/// The row of a picture, which is added if it is not there.
fn keep(conn: &Connection, png: &[u8]) -> Result<i64, StoreError> {
    let hash = PictureId::of(png);
    let sql = "INSERT INTO pictures (hash, png) VALUES (?1, ?2) ON CONFLICT (hash) DO NOTHING";
    conn.prepare_cached(sql)?.execute(params![hash.as_bytes(), png])?;
    let sql = "SELECT id FROM pictures WHERE hash = ?1";
    Ok(conn.prepare_cached(sql)?.query_row([hash.as_bytes()], |row| row.get(0))?)
}

fn event_bytes(event: Option<&MsgId>) -> &[u8] {
    event.map_or(&[], |event| event.as_bytes())
}

impl Store {
    /// Keeps what the message in row `row` shows, or its edit `event`, once. Nothing is kept for one that was taken back.
    pub fn show_pictures(&self, row: i64, event: Option<&MsgId>, pictures: &[SmallPicture]) -> Result<(), StoreError> {
        if pictures.is_empty() {
            return Ok(());
        }
        self.atomically(|conn| {
            let sql = "UPDATE messages SET pictured = 1 WHERE id = ?1 AND deleted = 0";
            if conn.prepare_cached(sql)?.execute([row])? == 0 {
                return Ok(());
            }
            for (place, picture) in pictures.iter().enumerate() {
                let id = keep(conn, &picture.png)?;
                let sql = "INSERT INTO message_pictures (message_id, event, place, name, picture_id)
                    VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
                let place = i64::try_from(place).unwrap_or(i64::MAX);
                conn.prepare_cached(sql)?.execute(params![row, event_bytes(event), place, picture.name, id])?;
            }
            Ok(())
        })
    }

    /// The pictures that came with the message in row `row`, or with its edit `event`, in their order.
    pub fn shown_pictures(&self, row: i64, event: Option<&MsgId>) -> Result<Vec<SmallPicture>, StoreError> {
        let sql = "SELECT p.name, c.png FROM message_pictures p JOIN pictures c ON c.id = p.picture_id
            WHERE p.message_id = ?1 AND p.event = ?2 ORDER BY p.place";
        let mut statement = self.conn.prepare_cached(sql)?;
        collect(statement.query(params![row, event_bytes(event)])?, |row| {
            Ok(SmallPicture { name: row.get(0)?, png: row.get(1)? })
        })
    }

    /// The bytes of a picture that something shows.
    pub fn picture(&self, id: &PictureId) -> Result<Option<Vec<u8>>, StoreError> {
        picture(&self.conn, id)
    }

    /// Adds a picture of one's own: large, and small for between words. `false`: another one has this name.
    pub fn add_sticker(&self, name: &str, large: &[u8], small: &[u8], now_ms: u64) -> Result<bool, StoreError> {
        self.atomically(|conn| {
            if conn.prepare_cached("SELECT 1 FROM stickers WHERE name = ?1")?.exists([name])? {
                return Ok(false);
            }
            let (large, small) = (keep(conn, large)?, keep(conn, small)?);
            let sql = "INSERT INTO stickers (name, picture_id, emoji_id, added_at_ms) VALUES (?1, ?2, ?3, ?4)";
            conn.prepare_cached(sql)?.execute(params![name, large, small, int(now_ms)])?;
            Ok(true)
        })
    }

    /// Removes a picture of one's own; messages that show it keep it. `false`: there is none of this name.
    pub fn remove_sticker(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.conn.prepare_cached("DELETE FROM stickers WHERE name = ?1")?.execute([name])? == 1)
    }

    /// The picture of one's own with this name.
    pub fn sticker(&self, name: &str) -> Result<Option<StickerRow>, StoreError> {
        Ok(self.find_stickers("WHERE s.name = ?1", params![name])?.pop())
    }

    /// All pictures of one's own, in the order in which they were added.
    pub fn stickers(&self) -> Result<Vec<StickerRow>, StoreError> {
        self.find_stickers("ORDER BY s.id", params![])
    }

    fn find_stickers(&self, which: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Vec<StickerRow>, StoreError> {
        let sql = format!(
            "SELECT s.name, l.hash, e.hash, s.added_at_ms FROM stickers s
                JOIN pictures l ON l.id = s.picture_id JOIN pictures e ON e.id = s.emoji_id {which}"
        );
        collect(self.conn.prepare_cached(&sql)?.query(values)?, |row| {
            Ok(StickerRow {
                name: row.get(0)?,
                picture: PictureId::from_bytes(row.get(1)?),
                emoji: PictureId::from_bytes(row.get(2)?),
                added_at_ms: row.get(3)?,
            })
        })
    }
}

#[cfg(test)]
mod tests;
