//! Invites: a link for somebody else, and the sealed bundle it leads to.

use kith_api::{
    ErrorCode, InviteId, Reply,
    params::{Done, InviteParams, InviteReply, InvitesReply},
    views,
};
use kith_crypto::CurveKey;
use kith_store::InviteRow;
use kith_wire::{BundleParts, InviteBundle, InviteLink, bootstrap::BootstrapLink};
use zeroize::Zeroizing;

use crate::{
    CommandId, Output, Timestamp,
    contacts::spoken::{SPOKEN_S, Spoken},
    convert,
    core::Core,
    error::{CoreError, deny},
};

/// How long an invite stays open unless said otherwise.
const DEFAULT_S: u64 = 7 * 24 * 3600;
/// The longest an invite may stay open.
const MAX_S: u64 = 366 * 24 * 3600;
/// How many invites may be open at once.
const OPEN_MAX: usize = 200;
/// How long a note may be, in characters.
const NOTE_MAX_CHARS: usize = 200;
/// How long to wait before a bundle that no bootstrap node took is offered again.
pub(crate) const STORE_AGAIN_MS: u64 = 30_000;
/// How long a new invite waits for its bundle to be at a bootstrap node.
const STORED_MS: u64 = 2_000;
/// Where the key of invites that serve many is.
pub(crate) const META_FALLBACK: &str = "fallback_key";

/// A bundle that should be at bootstrap nodes.
#[derive(Debug)]
pub(crate) struct Unstored {
    pub(crate) next_at: Timestamp,
    /// The offer under way, if any.
    pub(crate) id: Option<u64>,
}

/// An invite that is given out once its bundle is where people can find it.
#[derive(Debug)]
pub(crate) struct Ungiven {
    pub(crate) command: CommandId,
    pub(crate) reply: InviteReply,
    /// It is given out then in any case: this node has the bundle itself.
    pub(crate) deadline: Timestamp,
}

impl Core {
    /// Answers with an invite: at once, or when a bootstrap node has its bundle. Then it works even if this node is
    /// switched off the next moment.
    pub(crate) fn give_invite(
        &mut self,
        command: CommandId,
        reply: InviteReply,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        if self.bootstraps.is_empty() {
            out.push(Output::Reply(command, Ok(Reply::ContactsInvite(reply))));
        } else {
            self.ungiven.push(Ungiven { command, reply, deadline: now.saturating_add(STORED_MS) });
        }
    }

    fn give_invites(&mut self, ready: impl Fn(&Ungiven) -> bool, out: &mut Vec<Output>) {
        let (given, kept) = std::mem::take(&mut self.ungiven).into_iter().partition(ready);
        self.ungiven = kept;
        let given: Vec<Ungiven> = given;
        let replies = given.into_iter().map(|Ungiven { command, reply, .. }| (command, Reply::ContactsInvite(reply)));
        out.extend(replies.map(|(command, reply)| Output::Reply(command, Ok(reply))));
    }

    pub(crate) fn make_invite(
        &mut self,
        params: InviteParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<InviteReply, CoreError> {
        let expires_s = params.expires_s.unwrap_or(if params.spoken { SPOKEN_S } else { DEFAULT_S });
        if params.spoken && (!params.single_use || expires_s > SPOKEN_S) {
            return deny(ErrorCode::InvalidArgument, "spoken words serve one person, for at most 600 seconds");
        }
        if expires_s == 0 || expires_s > MAX_S {
            return deny(ErrorCode::InvalidArgument, "expires_s is between 1 and 31,622,400 (a year)");
        }
        let note = params.note.unwrap_or_default();
        if note.chars().count() > NOTE_MAX_CHARS {
            return deny(ErrorCode::TooLarge, "a note has at most 200 characters");
        }
        if self.open_links(now)?.len() >= OPEN_MAX {
            return deny(ErrorCode::RateLimited, "200 invites are open; revoke some first");
        }
        let link = InviteLink::new(self.me, self.hints());
        let end = now.saturating_add(expires_s.saturating_mul(1000));
        let one_time = self.invite_key(params.single_use)?;
        let queues = self.take_queues(None, Some(link.tag()), now)?;
        let parts = BundleParts {
            name: self.my_name()?,
            log: self.log.clone(),
            device: self.my_device,
            one_time,
            kem: self.device.kem.public(),
            addresses: self.addresses.clone(),
            queues,
            created_at_ms: now,
            expires_at_ms: Some(end),
            single_use: params.single_use,
            work_bits: 0,
        };
        let bundle = InviteBundle::create(parts, &link)
            .map_err(|_own_keys_disagree| CoreError::Damaged { what: "identity of this device" })?;
        let (sealed, bundle_hash) = bundle.seal(&self.device.sign, &link);
        self.store.put_invite(&InviteRow {
            tag: link.tag(),
            secret: Zeroizing::new(*link.secret()),
            one_time,
            sealed,
            bundle_hash,
            hints: link.hints().to_vec(),
            created_at_ms: now,
            expires_at_ms: Some(end),
            single_use: params.single_use,
            note,
            used_by: None,
            used_at_ms: None,
        })?;
        let words = if params.spoken { Some(self.speak(&link, end, now)?) } else { None };
        self.serve_invites(now, out)?;
        self.unstored.insert(link.tag(), Unstored { next_at: now, id: None });
        self.invites_wake(now, out)?;
        let invite = InviteId::from_bytes(link.tag());
        Ok(InviteReply { link: link.to_string(), invite, expires_at: end, words })
    }

    /// Bootstrap nodes if there are any, else this node itself, so that a link works in a network without one.
    fn hints(&self) -> Vec<String> {
        if !self.bootstraps.is_empty() {
            return self.bootstraps.clone();
        }
        let own = BootstrapLink::new(self.transport(), self.addresses.clone(), 0);
        if own.addresses.is_empty() { Vec::new() } else { vec![own.to_string()] }
    }

    /// A key that starts one session, or for invites that serve many the one that starts any number.
    fn invite_key(&mut self, single_use: bool) -> Result<CurveKey, CoreError> {
        if !single_use && let Some(key) = self.store.meta(META_FALLBACK)? {
            let key = key.try_into().map_err(|_other_length| CoreError::Damaged { what: "fallback key" })?;
            return Ok(CurveKey::from_bytes(key));
        }
        let olm = self.olm()?;
        let key = if single_use { olm.new_one_time_keys(1).into_iter().next() } else { olm.new_fallback_key() };
        let key = key.ok_or(CoreError::Damaged { what: "session account" })?;
        self.save_olm()?;
        if !single_use {
            self.store.set_meta(META_FALLBACK, key.as_bytes())?;
        }
        Ok(key)
    }

    pub(crate) fn invite_link(&self, row: &InviteRow) -> InviteLink {
        InviteLink::from_secret(&row.secret, self.me, row.hints.clone())
    }

    pub(crate) fn list_invites(&self, now: Timestamp) -> Result<InvitesReply, CoreError> {
        let mut rows = self.open_links(now)?;
        rows.sort_by_key(|row| std::cmp::Reverse(row.created_at_ms));
        let view = |row: &InviteRow| views::Invite {
            invite: InviteId::from_bytes(row.tag),
            link: self.invite_link(row).to_string(),
            note: row.note.clone(),
            single_use: row.single_use,
            created_at: row.created_at_ms,
            expires_at: row.expires_at_ms,
            used_by: row.used_by.map(convert::account_id),
        };
        Ok(InvitesReply { invites: rows.iter().map(view).collect() })
    }

    /// The invites that were given out as links and are open.
    pub(crate) fn open_links(&self, now: Timestamp) -> Result<Vec<InviteRow>, CoreError> {
        let mut rows = self.store.open_invites(now)?;
        let weeks = self.store.address_weeks()?;
        rows.retain(|row| weeks.iter().all(|week| week.tag != row.tag));
        Ok(rows)
    }

    pub(crate) fn revoke_invite(
        &mut self,
        invite: InviteId,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let tag = invite.to_bytes();
        let row = if self.store.address_week_of(&tag)?.is_some() { None } else { self.store.invite(&tag)? };
        let Some(mut row) = row else { return deny(ErrorCode::NotFound, "no such invite") };
        row.expires_at_ms = Some(now);
        self.store.put_invite(&row)?;
        self.close_slot(&row, now, out)?;
        Ok(Done {})
    }

    /// Takes the bundle of an invite that ended away from wherever it is.
    pub(crate) fn close_slot(
        &mut self,
        row: &InviteRow,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        self.unstored.remove(&row.tag);
        self.close_invite_queues(&row.tag, now)?;
        self.unspeak(&row.tag, out);
        let link = self.invite_link(row);
        out.push(Output::DeleteSlot { slot: link.slot(), token: link.owner_token() });
        self.serve_invites(now, out)
    }

    /// Tells the network which invites this node answers for itself.
    pub(crate) fn serve_invites(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        self.findable_changed();
        let open = self.store.open_invites(now)?;
        let bundles = open.into_iter().map(|row| (self.invite_link(&row).slot(), row.sealed));
        out.push(Output::ServeSlots(bundles.chain(self.spoken.iter().map(Spoken::serve)).collect()));
        Ok(())
    }

    /// After a start: offers every open bundle to the bootstrap nodes again.
    pub(crate) fn queue_invites_for_storing(&mut self, now: Timestamp) -> Result<(), CoreError> {
        for row in self.store.open_invites(now)? {
            self.unstored.insert(row.tag, Unstored { next_at: now, id: None });
        }
        Ok(())
    }

    /// Offers the bundles whose time has come.
    pub(crate) fn invites_wake(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        self.give_invites(|ungiven| ungiven.deadline <= now, out);
        self.spoken_wake(now, out)?;
        let due: Vec<[u8; 16]> =
            self.unstored.iter().filter(|(_, entry)| entry.next_at <= now).map(|(tag, _)| *tag).collect();
        for tag in due {
            let row = self.store.invite(&tag)?.filter(|row| row.expires_at_ms.is_none_or(|end| end > now));
            let Some(row) = row else {
                self.unstored.remove(&tag);
                continue;
            };
            let id = self.fresh_id();
            let next_at = now.saturating_add(self.jitter(STORE_AGAIN_MS));
            self.unstored.insert(tag, Unstored { next_at, id: Some(id) });
            let link = self.invite_link(&row);
            let token = self.address_token_of(&tag)?.unwrap_or_else(|| link.owner_token());
            out.push(Output::PutSlot {
                id,
                slot: link.slot(),
                owner_hash: *blake3::hash(&token).as_bytes(),
                expires_at_ms: row.expires_at_ms.unwrap_or_else(|| now.saturating_add(MAX_S * 1000)),
                blob: row.sealed,
            });
        }
        Ok(())
    }

    pub(crate) fn slot_put(&mut self, id: u64, stored: u32, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if stored == 0 || self.address_withdrawn(id, out)? {
            return Ok(());
        }
        let bundle = self.unstored.iter().find(|(_, entry)| entry.id == Some(id)).map(|(tag, _)| *tag);
        bundle.map(|tag| self.unstored.remove(&tag));
        if let Some(tag) = &bundle {
            self.address_stored(tag, out)?;
        }
        let Some(tag) = bundle.or_else(|| self.spoken_put(id)) else { return Ok(()) };
        if !self.unstored.contains_key(&tag) && !self.is_unheard(&tag) {
            self.give_invites(|ungiven| ungiven.reply.invite.to_bytes() == tag, out);
        }
        Ok(())
    }
}
