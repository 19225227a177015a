//! The mail this node keeps for others: whether and how much, and the contacts it is for.

use std::fmt;

use kith_wire::AccountId;
use rusqlite::{Row, params};
use zeroize::Zeroizing;

use crate::codec::{collect, first, int};
use crate::error::StoreError;
use crate::store::Store;

/// What was decided about the mailbox of this node.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnMailboxRow {
    /// Whether anybody is answered.
    pub serving: bool,
    /// How many bytes may lie there.
    pub bytes: u64,
    /// What opens queues for the person's own other nodes.
    pub token: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for OwnMailboxRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnMailboxRow")
            .field("serving", &self.serving)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

/// A contact for whom mail is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct MailboxOfferRow {
    /// Who; the contact must be stored.
    pub account: AccountId,
    /// What opens queues for them.
    pub token: Zeroizing<[u8; 32]>,
    /// A hash of what they were told last.
    pub told: Option<[u8; 32]>,
}

impl fmt::Debug for MailboxOfferRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailboxOfferRow").field("account", &self.account).finish_non_exhaustive()
    }
}

fn own(row: &Row<'_>) -> Result<OwnMailboxRow, StoreError> {
    Ok(OwnMailboxRow { serving: row.get(0)?, bytes: row.get(1)?, token: Zeroizing::new(row.get(2)?) })
}

fn offer(row: &Row<'_>) -> Result<MailboxOfferRow, StoreError> {
    Ok(MailboxOfferRow {
        account: AccountId::from_bytes(row.get(0)?),
        token: Zeroizing::new(row.get(1)?),
        told: row.get(2)?,
    })
}

impl Store {
    /// What was decided about the mailbox of this node, if anything was.
    pub fn own_mailbox(&self) -> Result<Option<OwnMailboxRow>, StoreError> {
        first(self.conn.prepare_cached("SELECT serving, bytes, token FROM own_mailbox")?.query([])?, own)
    }

    /// Stores what was decided about it.
    pub fn put_own_mailbox(&self, row: &OwnMailboxRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO own_mailbox (only, serving, bytes, token) VALUES (1, ?1, ?2, ?3)
            ON CONFLICT (only) DO UPDATE SET serving = ?1, bytes = ?2, token = ?3";
        self.conn.prepare_cached(sql)?.execute(params![row.serving, int(row.bytes), row.token.as_slice()])?;
        Ok(())
    }

    /// The contacts for whom mail is kept, in the order they came.
    pub fn mailbox_offers(&self) -> Result<Vec<MailboxOfferRow>, StoreError> {
        let sql = "SELECT account, token, told FROM mailbox_offers ORDER BY rowid";
        collect(self.conn.prepare_cached(sql)?.query([])?, offer)
    }

    /// What is kept for a contact, if anything is.
    pub fn mailbox_offer(&self, account: &AccountId) -> Result<Option<MailboxOfferRow>, StoreError> {
        let sql = "SELECT account, token, told FROM mailbox_offers WHERE account = ?1";
        first(self.conn.prepare_cached(sql)?.query([account.as_bytes()])?, offer)
    }

    /// Stores for whom mail is kept, new or changed. Fails with [`StoreError::UnknownOwner`] without such a contact.
    pub fn put_mailbox_offer(&self, row: &MailboxOfferRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO mailbox_offers (account, token, told) VALUES (?1, ?2, ?3)
            ON CONFLICT (account) DO UPDATE SET token = ?2, told = ?3";
        let values = params![row.account.as_bytes(), row.token.as_slice(), row.told];
        self.conn.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Keeps no mail for a contact any more; `true` if some was.
    pub fn delete_mailbox_offer(&self, account: &AccountId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM mailbox_offers WHERE account = ?1";
        Ok(self.conn.prepare_cached(sql)?.execute([account.as_bytes()])? == 1)
    }
}
