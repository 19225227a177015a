//! The encrypted database of a profile: rows in, rows out.
//!
//! **What it is.** One SQLCipher file, `kith.db`, with contacts, devices, invites, ratchets, chats, messages, the search
//! index, the outbox, mail on its way and settings. [`Store`] is its only writer; [`ReadStore`] reads history and searches beside it;
//! [`ProfileLock`] keeps a second process out; [`BackupReader`] makes a database of a backup.
//!
//! **What it never does.** It decides nothing: who may write, what is retried and when is the business of `kith-core`.
//! It reads no clock, opens no socket and writes no plaintext file. Ratchet material is sealed a second time, bound to
//! its place and its version, before it reaches the database.
//!
//! **Threads.** None. Every call is synchronous; a [`Store`] or [`ReadStore`] belongs to one thread at a time.
//!
//! **Where to start.** the numbered files in `schema/` show every table; [`Store`] the transactions; then one file per kind of row.

mod backup;
mod calls;
mod changes;
mod chats;
mod codec;
mod contacts;
mod error;
mod expiry;
mod introductions;
mod invites;
mod lock;
mod mail_check;
mod mailboxes;
mod messages;
mod open;
mod outbox;
mod own_mailbox;
mod poll;
mod public_address;
mod ratchets;
mod read;
mod schedule;
mod schema;
mod search;
mod settings;
mod stickers;
mod store;
mod sync;
mod whereabouts;

pub use backup::{BackupFailure, BackupReader, Content, Look, has_database};
pub use calls::CallOutcome;
pub use changes::{PINNED_MAX, REACTIONS_MAX, Reaction, Stamp, VERSIONS_MAX, Version, WaitingChange};
pub use chats::{ChatKind, ChatRow, ChatSummary, NotifyRule};
pub use contacts::{ContactRow, ContactState, DeviceRow, InviteShare, SharingRow};
pub use error::StoreError;
pub use introductions::{Introduced, IntroductionRow, IntroductionState};
pub use invites::InviteRow;
pub use lock::ProfileLock;
pub use mail_check::LeftRow;
pub use mailboxes::{ContactQueueRow, DepositRow, MailboxRow, QueueRow, QueueState};
pub use messages::{Anchor, DeliveryState, Inserted, Marks, MessageRow, PAGE_MAX, Page};
pub use open::DATABASE_FILE;
pub use outbox::{NewOutbox, OutboxRow};
pub use own_mailbox::{MailboxOfferRow, OwnMailboxRow};
pub use poll::{VOTES_MAX, Vote};
pub use public_address::{AddressWeekRow, PublicAddressRow, RequestWorkRow};
pub use ratchets::{Direction, OuterKeyRow, SessionRow};
pub use read::ReadStore;
pub use schedule::ScheduledRow;
pub use schema::SCHEMA;
pub use search::{Hit, SEARCH_MAX, SNIPPET_CLOSE, SNIPPET_OPEN, Search};
pub use stickers::{Pictured, StickerRow};
pub use store::{Image, Store};
pub use sync::{Change, Entry, GAPS_MAX, Gap, Proof, What};
