//! Messages: inserting them once, their delivery states, pages of history, the read mark.

use kith_wire::{AccountId, ChatId, DeviceId, Hlc, MsgId, TransportId};
use rusqlite::{Connection, Row, params};

use crate::calls::CallOutcome;
use crate::changes::{self, Reaction};
use crate::chats::chat_id;
use crate::codec::{collect, first, hlc_from_sql, hlc_to_sql, int, maybe_int, unknown};
use crate::error::StoreError;
use crate::introductions::{self, Introduced};
use crate::mailboxes;
use crate::poll::{self, Vote};
use crate::stickers::{self, Pictured};
use crate::store::Store;

/// The most messages that a page has on either side of its anchor.
pub const PAGE_MAX: u32 = 500;

/// How far a message has come. Orders by progress: a later state never gives way to an earlier one. A message that was
/// given up may still turn out to have been delivered, so `Failed` stands before `Delivered`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryState {
    /// Incoming: it is here.
    Received,
    /// Outgoing: it waits.
    Queued,
    /// Outgoing: a mailbox holds it.
    Stored,
    /// Outgoing: given up.
    Failed,
    /// Outgoing: the other side has it.
    Delivered,
    /// Outgoing: the other side has shown it.
    Seen,
}

impl DeliveryState {
    /// Gaps leave room for states to come; the order of the codes is the order of the states.
    fn code(self) -> i64 {
        match self {
            Self::Received => 0,
            Self::Queued => 10,
            Self::Stored => 20,
            Self::Failed => 30,
            Self::Delivered => 40,
            Self::Seen => 50,
        }
    }

    fn of(code: i64) -> Result<Self, StoreError> {
        match code {
            0 => Ok(Self::Received),
            10 => Ok(Self::Queued),
            20 => Ok(Self::Stored),
            30 => Ok(Self::Failed),
            40 => Ok(Self::Delivered),
            50 => Ok(Self::Seen),
            _ => unknown("messages.state", code),
        }
    }
}

/// A message of a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// Its row, in order of arrival; 0 for one not yet stored.
    pub row: i64,
    /// The id its author gave it.
    pub msg: MsgId,
    /// The chat; it must be stored.
    pub chat: ChatId,
    /// Who wrote it.
    pub author: AccountId,
    /// It is ours.
    pub outgoing: bool,
    /// Its place: when it was written, as the author's hybrid clock said, but behind what it follows. Display order is
    /// this, then `msg`.
    pub hlc: Hlc,
    /// When it was written (Unix ms).
    pub sent_at_ms: u64,
    /// When it arrived (Unix ms).
    pub received_at_ms: Option<u64>,
    /// The kind of its body.
    pub kind: u32,
    /// What it says, if it says anything; this is what search finds.
    pub text: Option<String>,
    /// The message it answers.
    pub reply_to: Option<MsgId>,
    /// Its encoded body.
    pub body: Vec<u8>,
    /// How far it has come.
    pub state: DeliveryState,
    /// What became of it since.
    pub marks: Marks,
}

/// What became of a message after it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Since when it has the text it has (Unix ms), if that is not the first one.
    pub edited_at_ms: Option<u64>,
    /// Its author took it back: of what it said nothing is left.
    pub deleted: bool,
    /// Since when it is pinned here (Unix ms).
    pub pinned_at_ms: Option<u64>,
    /// It was written somewhere else and passed on.
    pub forwarded: bool,
    /// It names the person this store belongs to.
    pub mention: bool,
    /// A message it follows has been missing for long.
    pub gap: bool,
    /// The emoji on it, in the order in which each was first put there.
    pub reactions: Vec<Reaction>,
    /// It disappears so many seconds after it was sent at its author's, and after it was read at its reader's.
    pub expires_s: Option<u32>,
    /// When that is (Unix ms), once it is known.
    pub expires_at_ms: Option<u64>,
    /// When it was to be sent (Unix ms), if it was written ahead.
    pub planned_ms: Option<u64>,
    /// Its author closed it, if it is a poll.
    pub closed: bool,
    /// What people chose in it, if it is a poll, each one once.
    pub votes: Vec<Vote>,
    /// What became of it, if it is a suggestion to get to know somebody that somebody answered.
    pub introduction: Option<Introduced>,
    /// What it shows: its picture, if it is a sticker, else those that its words name.
    pub pictures: Vec<Pictured>,
    /// How it ended, if it is a call that has.
    pub call: Option<CallOutcome>,
    /// For how long they talked, if it is a call.
    pub talked_ms: u64,
    /// Which mailboxes said they keep it, and until when (Unix ms), while it is on its way through them.
    pub custody: Vec<(TransportId, u64)>,
}

/// What became of an insertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// It is stored, in this row.
    New(i64),
    /// The same message was there already.
    Duplicate,
    /// A message of the same chat, author and id was there with other content; the old one stays.
    Conflict,
}

/// The point of a chat that a page is around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// After the last message.
    End,
    /// Before the first unread message; the end, if there is none.
    Unread,
    /// At a message. The page has it besides those before and after it.
    Message(MsgId),
    /// Before the first message written at or after this time (Unix ms).
    At(u64),
}

/// A part of a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// In display order.
    pub messages: Vec<MessageRow>,
    /// There are messages before the first.
    pub more_before: bool,
    /// There are messages after the last.
    pub more_after: bool,
}

/// The columns that [`read`] takes, in its order.
pub(crate) const COLUMNS: &str = "m.id, m.msg, c.chat, a.account, m.outgoing, m.hlc, m.sent_at_ms, m.received_at_ms,
    m.kind, m.text, m.reply_to, m.body, m.state, m.edited_at_ms, m.deleted, m.pinned_at_ms, m.forwarded,
    m.mention,
    CASE WHEN m.reacted THEN (
        SELECT group_concat(r.emoji || ' ' || hex(w.account), char(10) ORDER BY r.stamp, r.event)
        FROM reactions r JOIN authors w ON w.id = r.author_id WHERE r.message_id = m.id AND r.shown = 1) END,
    EXISTS (SELECT 1 FROM gaps g WHERE g.message_id = m.id AND g.state = 1),
    CASE WHEN m.state = 20 THEN (
        SELECT group_concat(hex(k.mailbox) || ' ' || k.until_ms, char(10) ORDER BY k.mailbox)
        FROM custody k WHERE k.msg = m.msg) END,
    m.expires_s, m.expires_at_ms, m.planned_ms, m.closed_stamp IS NOT NULL,
    CASE WHEN m.voted THEN (
        SELECT group_concat(hex(w.account) || ' ' || v.choices, char(10) ORDER BY v.stamp, v.event)
        FROM votes v JOIN authors w ON w.id = v.author_id
        WHERE v.message_id = m.id AND v.counts = 1 AND v.choices <> 0) END,
    CASE WHEN m.kind = 50 THEN (
        SELECT i.state || ' ' || coalesce(hex(i.met), '') FROM introductions i WHERE i.message_id = m.id) END,
    CASE WHEN m.pictured THEN (
        SELECT group_concat(p.name || ' ' || hex(k.hash), char(10) ORDER BY p.place)
        FROM message_pictures p JOIN pictures k ON k.id = p.picture_id
        WHERE p.message_id = m.id AND p.event = coalesce((SELECT v.event FROM versions v
            WHERE v.message_id = m.id ORDER BY v.stamp DESC, v.event DESC LIMIT 1), x'')) END,
    m.call_outcome, m.call_ms";
/// How many columns that is.
pub(crate) const COLUMN_COUNT: usize = 30;
/// The tables they come from; the planner may not start with another one.
pub(crate) const TABLES: &str =
    "messages m CROSS JOIN chats c ON c.id = m.chat_id CROSS JOIN authors a ON a.id = m.author_id";

pub(crate) fn read(row: &Row<'_>) -> Result<MessageRow, StoreError> {
    Ok(MessageRow {
        row: row.get(0)?,
        msg: MsgId::from_bytes(row.get(1)?),
        chat: ChatId::from_bytes(row.get(2)?),
        author: AccountId::from_bytes(row.get(3)?),
        outgoing: row.get(4)?,
        hlc: hlc_from_sql(row.get(5)?),
        sent_at_ms: row.get(6)?,
        received_at_ms: row.get(7)?,
        kind: row.get(8)?,
        text: row.get(9)?,
        reply_to: row.get::<_, Option<[u8; 16]>>(10)?.map(MsgId::from_bytes),
        body: row.get(11)?,
        state: DeliveryState::of(row.get(12)?)?,
        marks: Marks {
            edited_at_ms: row.get(13)?,
            deleted: row.get(14)?,
            pinned_at_ms: row.get(15)?,
            forwarded: row.get(16)?,
            mention: row.get(17)?,
            reactions: changes::unpack(row.get(18)?),
            gap: row.get(19)?,
            custody: mailboxes::unpack(row.get(20)?),
            expires_s: row.get(21)?,
            expires_at_ms: row.get(22)?,
            planned_ms: row.get(23)?,
            closed: row.get(24)?,
            votes: poll::unpack(row.get(25)?),
            introduction: introductions::unpack(row.get(26)?)?,
            pictures: stickers::unpack(row.get(27)?),
            call: row.get::<_, Option<i64>>(28)?.map(CallOutcome::of).transpose()?,
            talked_ms: row.get(29)?,
        },
    })
}

/// A place in display order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    hlc: i64,
    msg: [u8; 16],
    row: i64,
}

impl Position {
    const END: Self = Self { hlc: i64::MAX, msg: [u8::MAX; 16], row: i64::MAX };

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { hlc: row.get(0)?, msg: row.get(1)?, row: row.get(2)? })
    }
}

pub(crate) fn author_id(conn: &Connection, account: &AccountId) -> Result<Option<i64>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id FROM authors WHERE account = ?1")?;
    first(statement.query([account.as_bytes()])?, |row| Ok(row.get(0)?))
}

pub(crate) fn message(conn: &Connection, msg: &MsgId) -> Result<Option<MessageRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE m.msg = ?1 ORDER BY m.outgoing DESC, m.id LIMIT 1");
    first(conn.prepare_cached(&sql)?.query([msg.as_bytes()])?, read)
}

pub(crate) fn in_row(conn: &Connection, row: i64) -> Result<Option<MessageRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE m.id = ?1");
    first(conn.prepare_cached(&sql)?.query([row])?, read)
}

pub(crate) fn last(conn: &Connection, chat_id: i64) -> Result<Option<MessageRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {TABLES} WHERE m.chat_id = ?1 ORDER BY m.hlc DESC, m.msg DESC, m.id DESC LIMIT 1"
    );
    first(conn.prepare_cached(&sql)?.query([chat_id])?, read)
}

fn position_of(conn: &Connection, chat_id: i64, msg: &MsgId) -> Result<Option<Position>, StoreError> {
    let sql = "SELECT hlc, msg, id FROM messages WHERE msg = ?1 AND chat_id = ?2 ORDER BY id LIMIT 1";
    first(conn.prepare_cached(sql)?.query(params![msg.as_bytes(), chat_id])?, Position::read)
}

pub(crate) fn history(
    conn: &Connection,
    chat: &ChatId,
    anchor: &Anchor,
    before: u32,
    after: u32,
) -> Result<Page, StoreError> {
    let Some(chat_id) = chat_id(conn, chat)? else {
        return Err(StoreError::UnknownChat);
    };
    let mut after = after.min(PAGE_MAX);
    let at = match anchor {
        Anchor::End => Position::END,
        Anchor::Unread => {
            let sql =
                "SELECT hlc, msg, id FROM messages WHERE chat_id = ?1 AND unread = 1 ORDER BY hlc, msg, id LIMIT 1";
            first(conn.prepare_cached(sql)?.query([chat_id])?, Position::read)?.unwrap_or(Position::END)
        }
        Anchor::Message(msg) => {
            after += 1;
            position_of(conn, chat_id, msg)?.ok_or(StoreError::UnknownMessage)?
        }
        Anchor::At(at_ms) => Position { hlc: hlc_to_sql(Hlc::new(*at_ms, 0)), msg: [0; 16], row: i64::MIN },
    };
    let side = |compare: &str, order: &str, wanted: u32| -> Result<(Vec<MessageRow>, bool), StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE m.chat_id = ?1 AND (m.hlc, m.msg, m.id) {compare} (?2, ?3, ?4)
                ORDER BY m.hlc {order}, m.msg {order}, m.id {order} LIMIT ?5"
        );
        let mut statement = conn.prepare_cached(&sql)?;
        let rows = statement.query(params![chat_id, at.hlc, at.msg, at.row, i64::from(wanted) + 1])?;
        let mut found = collect(rows, read)?;
        let more = found.len() > wanted as usize;
        found.truncate(wanted as usize);
        Ok((found, more))
    };
    let (mut messages, more_before) = side("<", "DESC", before.min(PAGE_MAX))?;
    messages.reverse();
    let (following, more_after) = side(">=", "ASC", after)?;
    messages.extend(following);
    Ok(Page { messages, more_before, more_after })
}

impl Store {
    /// Stores a message once. `row.row` is ignored, and of the marks all but `forwarded`, `mention`, when it disappears and when it was planned;
    /// an incoming message counts as unread. One that was erased counts as stored. Fails with
    /// [`StoreError::UnknownChat`] if its chat is not stored.
    pub fn insert_message(&self, row: &MessageRow) -> Result<Inserted, StoreError> {
        let Some(chat_id) = chat_id(&self.conn, &row.chat)? else {
            return Err(StoreError::UnknownChat);
        };
        let author_id = self.ensure_author(&row.author)?;
        if changes::is_erased(&self.conn, chat_id, author_id, &row.msg)? {
            return Ok(Inserted::Duplicate);
        }
        let sql = "INSERT INTO messages (chat_id, author_id, msg, hlc, outgoing, unread, state, sent_at_ms,
                received_at_ms, kind, reply_to, text, body, forwarded, mention, expires_s, expires_at_ms, planned_ms, said)
            VALUES (?1, ?2, ?3, ?4, ?5, NOT ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?4)
            ON CONFLICT (msg, author_id, chat_id) DO NOTHING";
        let inserted = self.conn.prepare_cached(sql)?.execute(params![
            chat_id,
            author_id,
            row.msg.as_bytes(),
            hlc_to_sql(row.hlc),
            row.outgoing,
            row.state.code(),
            int(row.sent_at_ms),
            maybe_int(row.received_at_ms),
            row.kind,
            row.reply_to.map(MsgId::to_bytes),
            row.text,
            row.body,
            row.marks.forwarded,
            row.marks.mention,
            row.marks.expires_s,
            maybe_int(row.marks.expires_at_ms),
            maybe_int(row.marks.planned_ms),
        ])?;
        if inserted == 1 {
            return Ok(Inserted::New(self.conn.last_insert_rowid()));
        }
        let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE m.msg = ?1 AND m.author_id = ?2 AND m.chat_id = ?3");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let stored = first(statement.query(params![row.msg.as_bytes(), author_id, chat_id])?, read)?;
        let said = match &stored {
            Some(stored) => self.said(stored.row)?,
            None => None,
        };
        let same = stored.is_some_and(|stored| {
            // What it said at first is not there to compare with any more.
            if stored.marks.deleted || stored.marks.edited_at_ms.is_some() {
                return stored.outgoing == row.outgoing;
            }
            stored.outgoing == row.outgoing
                && said == Some(row.hlc)
                && stored.kind == row.kind
                && stored.text == row.text
                && stored.reply_to == row.reply_to
                && stored.body == row.body
        });
        Ok(if same { Inserted::Duplicate } else { Inserted::Conflict })
    }

    pub(crate) fn ensure_author(&self, account: &AccountId) -> Result<i64, StoreError> {
        if let Some(id) = author_id(&self.conn, account)? {
            return Ok(id);
        }
        self.conn.prepare_cached("INSERT INTO authors (account) VALUES (?1)")?.execute([account.as_bytes()])?;
        Ok(self.conn.last_insert_rowid())
    }

    /// The message with this id. If authors used the same id: ours first, then the one stored first.
    pub fn message(&self, msg: &MsgId) -> Result<Option<MessageRow>, StoreError> {
        message(&self.conn, msg)
    }

    /// Raises the state of an outgoing message; `true` if it rose. It never falls, and incoming messages keep theirs.
    pub fn raise_state(&self, msg: &MsgId, state: DeliveryState, at_ms: u64) -> Result<bool, StoreError> {
        let sql = "UPDATE messages SET state = ?2, state_at_ms = ?3 WHERE msg = ?1 AND outgoing = 1 AND state < ?2";
        let raised = self.conn.prepare_cached(sql)?.execute(params![msg.as_bytes(), state.code(), int(at_ms)])?;
        Ok(raised > 0)
    }

    /// When the state of an outgoing message last rose (Unix ms).
    pub fn state_changed_at(&self, msg: &MsgId) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT state_at_ms FROM messages WHERE msg = ?1 AND outgoing = 1 ORDER BY id LIMIT 1";
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(first(statement.query([msg.as_bytes()])?, |row| Ok(row.get::<_, Option<u64>>(0)?))?.flatten())
    }

    /// A part of a chat: at most `before` messages before the anchor and `after` from it on, each capped at
    /// [`PAGE_MAX`]. Fails with [`StoreError::UnknownChat`] or [`StoreError::UnknownMessage`].
    pub fn history(&self, chat: &ChatId, anchor: &Anchor, before: u32, after: u32) -> Result<Page, StoreError> {
        history(&self.conn, chat, anchor, before, after)
    }

    /// Marks the incoming messages up to `up_to` in display order as read (`None`: all) and returns those that were
    /// unread, in display order, with their authors. Fails with [`StoreError::UnknownChat`] or
    /// [`StoreError::UnknownMessage`].
    pub fn mark_read(&self, chat: &ChatId, up_to: Option<MsgId>) -> Result<Vec<(MsgId, AccountId)>, StoreError> {
        self.atomically(|conn| {
            let Some(chat_id) = chat_id(conn, chat)? else {
                return Err(StoreError::UnknownChat);
            };
            let until = match up_to {
                Some(msg) => position_of(conn, chat_id, &msg)?.ok_or(StoreError::UnknownMessage)?,
                None => match end(conn, chat_id)? {
                    Some(end) => end,
                    None => return Ok(Vec::new()),
                },
            };
            let sql = "UPDATE messages SET unread = 0
                WHERE chat_id = ?1 AND unread = 1 AND (hlc, msg, id) <= (?2, ?3, ?4)
                RETURNING hlc, msg, id, (SELECT account FROM authors WHERE authors.id = author_id)";
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement.query(params![chat_id, until.hlc, until.msg, until.row])?;
            let mut read = collect(rows, |row| Ok((Position::read(row)?, AccountId::from_bytes(row.get(3)?))))?;
            read.sort_unstable_by_key(|(position, _)| *position);
            raise_read_row(conn, chat_id, until)?;
            Ok(read.into_iter().map(|(position, author)| (MsgId::from_bytes(position.msg), author)).collect())
        })
    }

    /// Notes how far a message has come at one device; like [`raise_state`](Self::raise_state), it never falls.
    pub fn set_delivery(
        &self,
        msg: &MsgId,
        device: &DeviceId,
        state: DeliveryState,
        at_ms: u64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO deliveries (msg, device, state, at_ms) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (msg, device) DO UPDATE SET state = excluded.state, at_ms = excluded.at_ms
            WHERE excluded.state > deliveries.state";
        let values = params![msg.as_bytes(), device.as_bytes(), state.code(), int(at_ms)];
        self.conn.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// How far a message has come at each device, and since when (Unix ms); in the order of the device ids.
    pub fn deliveries(&self, msg: &MsgId) -> Result<Vec<(DeviceId, DeliveryState, u64)>, StoreError> {
        let sql = "SELECT device, state, at_ms FROM deliveries WHERE msg = ?1 ORDER BY device";
        let mut statement = self.conn.prepare_cached(sql)?;
        collect(statement.query([msg.as_bytes()])?, |row| {
            Ok((DeviceId::from_bytes(row.get(0)?), DeliveryState::of(row.get(1)?)?, row.get(2)?))
        })
    }
}

fn end(conn: &Connection, chat_id: i64) -> Result<Option<Position>, StoreError> {
    let sql = "SELECT hlc, msg, id FROM messages WHERE chat_id = ?1 ORDER BY hlc DESC, msg DESC, id DESC LIMIT 1";
    first(conn.prepare_cached(sql)?.query([chat_id])?, Position::read)
}

fn raise_read_row(conn: &Connection, chat_id: i64, until: Position) -> Result<(), StoreError> {
    let sql = "SELECT m.hlc, m.msg, m.id FROM chats c JOIN messages m ON m.id = c.read_row WHERE c.id = ?1";
    let current = first(conn.prepare_cached(sql)?.query([chat_id])?, Position::read)?;
    if current.is_none_or(|current| current < until) {
        let sql = "UPDATE chats SET read_row = ?2 WHERE id = ?1";
        conn.prepare_cached(sql)?.execute(params![chat_id, until.row])?;
    }
    Ok(())
}
