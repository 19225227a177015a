//! What people and programs see and change of their mailboxes.

use kith_api::{
    ErrorCode,
    params::{Done, MailboxParams, MailboxRef, MailboxesReply},
    views::{MAILBOXES_USE, Mailbox},
};
use kith_store::{MailboxRow, QueueState};
use kith_wire::BootstrapLink;

use super::{KNOWN_MAX, mailbox_link};
use crate::{
    Output, Timestamp, convert,
    core::Core,
    error::{CoreError, deny},
};

impl Core {
    /// Whether mail is kept for this account while it is away.
    pub(crate) fn keeps_mail(&self) -> Result<bool, CoreError> {
        Ok(self.store.setting(MAILBOXES_USE)?.is_none_or(|value| value != "false"))
    }

    /// The setting changed.
    pub(crate) fn keeps_mail_changed(&mut self, now: Timestamp) -> Result<(), CoreError> {
        if self.keeps_mail()? {
            return self.ensure_all_queues(now);
        }
        for contact in self.store.contacts()? {
            self.ensure_queues(contact.account, now)?;
        }
        for spare in self.store.spare_queues()? {
            self.store.put_queue(&kith_store::QueueRow { state: QueueState::Unwanted, next_at_ms: now, ..spare })?;
        }
        self.mail.due = true;
        Ok(())
    }

    pub(crate) fn list_mailboxes(&self, now: Timestamp) -> Result<MailboxesReply, CoreError> {
        let in_use = self.mailboxes_in_use(now)?;
        let queues = self.store.queues()?;
        let view = |row: MailboxRow| {
            let open = queues.iter().filter(|queue| queue.mailbox == row.transport && queue.state == QueueState::Open);
            Mailbox {
                in_use: in_use.iter().any(|used| used.transport == row.transport),
                queues: u32::try_from(open.count()).unwrap_or(u32::MAX),
                address: row.address,
                kept_by: row.kept_by.map(convert::account_id),
                added: row.added,
                answered_at: row.answered_at_ms,
                refused_at: row.refused_at_ms,
            }
        };
        let mailboxes = self.store.mailboxes()?.into_iter().map(view).collect();
        let unsealed = self.store.outbox_unsealed()?;
        Ok(MailboxesReply { mailboxes, unsealed, waiting: self.store.deposits_waiting()? })
    }

    pub(crate) fn add_mailbox(
        &mut self,
        params: MailboxParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let Ok(link) = BootstrapLink::parse(params.address.trim()) else {
            return deny(ErrorCode::BadLink, "a mailbox is named by its whole link, from kith:b to its end");
        };
        if link.addresses.is_empty() {
            return deny(ErrorCode::BadLink, "the link names no address");
        }
        if link.transport == self.device.transport.public().into() {
            return deny(ErrorCode::BadLink, "this is the node's own mailbox");
        }
        let token = match params.token.as_deref().map(str::trim).filter(|token| !token.is_empty()) {
            None => None,
            Some(token) => match token.parse::<kith_wire::SlotId>() {
                Ok(bytes) => Some(bytes.to_bytes()),
                Err(_not_hex) => return deny(ErrorCode::InvalidArgument, "a token has 64 hexadecimal digits"),
            },
        };
        let known = self.store.mailboxes()?;
        let before = known.iter().find(|row| row.transport == link.transport);
        if before.is_none() && known.len() >= KNOWN_MAX {
            return deny(ErrorCode::TooLarge, "32 mailboxes are known; remove one first");
        }
        self.store.put_mailbox(&MailboxRow {
            transport: link.transport,
            address: mailbox_link(&link),
            added: true,
            token,
            answered_at_ms: before.and_then(|row| row.answered_at_ms),
            refused_at_ms: None,
            kept_by: before.and_then(|row| row.kept_by),
        })?;
        self.mail.known = true;
        self.ensure_all_queues(now)?;
        self.make_waiting_invites(now, out)?;
        Ok(Done {})
    }

    pub(crate) fn remove_mailbox(
        &mut self,
        params: &MailboxRef,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let rows = self.store.mailboxes()?;
        let Some(row) = rows.into_iter().find(|row| row.address == params.address.trim()) else {
            return deny(ErrorCode::NotFound, "no such mailbox");
        };
        self.store.delete_mailbox(&row.transport)?;
        self.ensure_all_queues(now)?;
        self.decline_kept(&row, out)?;
        Ok(Done {})
    }
}
