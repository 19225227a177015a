//! The mail this node keeps for others: whether it does, for which contacts, and what they are told.
//!
//! Every contact it is for has a token of their own, which opens queues and is all that connects these with them. It is
//! made when the person agrees, and is worth nothing when they take that back.

use kith_api::{
    ApiError, ErrorCode, Reply,
    params::{Done, MailboxOfferParams, ServeParams, ServeReply},
};
use kith_crypto::domain::HashLabel;
use kith_store::{ContactRow, MailboxOfferRow, OwnMailboxRow};
use kith_wire::{AccountId, Body, BootstrapLink, MailboxOffer, services};
use rand::Rng as _;
use zeroize::Zeroizing;

use crate::{
    CommandId, MailboxUsage, Output, Timestamp, convert,
    core::Core,
    error::{CoreError, deny},
    output::{MailboxHolder, ServeMailbox},
};

const MIB: u64 = 1 << 20;
const QUOTA_MB: u32 = 256;
const QUOTA_MIN_MB: u32 = 16;
const QUOTA_MAX_MB: u32 = 64 * 1024;
/// Contacts for whom mail is kept.
const OFFERS_MAX: usize = 64;
/// What one contact may use is this part of everything, and at least so much. It does not depend on how many there are:
/// they would learn that from it.
const SHARE: u64 = 8;
const SHARE_MIN: u64 = 8 * MIB;
/// Queues of all, and of one contact: one per contact of theirs, and some to spare.
const QUEUES_MAX: u64 = 4_096;
const QUEUES_SHARE: u64 = 512;
/// Addresses come one by one when a node starts: contacts are told when nothing changed for so long.
const SETTLE_MS: u64 = 2_000;

/// Who waits to be told what is kept.
#[derive(Debug)]
pub(super) struct ServeCall {
    command: CommandId,
    /// The command switched it on.
    switched_on: bool,
}

impl ServeCall {
    pub(super) fn command(self) -> CommandId {
        self.command
    }
}

impl Core {
    /// Whether and how much mail is kept for others; changes it if asked to. The answer comes with what is kept.
    pub(crate) fn serve_mailbox(
        &mut self,
        id: CommandId,
        params: ServeParams,
        out: &mut Vec<Output>,
    ) -> Result<Option<Reply>, CoreError> {
        let ServeParams { on, quota_mb, erase } = params;
        let erase = erase.unwrap_or(false);
        if erase && on != Some(false) {
            return deny(ErrorCode::InvalidArgument, "erase goes with on: false");
        }
        if quota_mb.is_some_and(|quota| !(QUOTA_MIN_MB..=QUOTA_MAX_MB).contains(&quota)) {
            return deny(ErrorCode::InvalidArgument, "quota_mb is 16 to 65536");
        }
        let before = self.store.own_mailbox()?;
        let asks_only = on.is_none() && quota_mb.is_none();
        let row = match before.clone() {
            Some(row) => row,
            None if asks_only => {
                return Ok(Some(Reply::MailboxesServe(self.serve_reply(None, MailboxUsage::default())?)));
            }
            None => OwnMailboxRow { serving: false, bytes: u64::from(QUOTA_MB) * MIB, token: self.new_token() },
        };
        let bytes = quota_mb.map_or(row.bytes, |quota| u64::from(quota) * MIB);
        let row = OwnMailboxRow { serving: on.unwrap_or(row.serving), bytes, ..row };
        if before.as_ref() != Some(&row) {
            self.store.put_own_mailbox(&row)?;
        }
        let switched_on = row.serving && !before.is_some_and(|before| before.serving);
        let asked = self.push_serve(erase, out)?;
        self.mail.serve_calls.insert(asked, ServeCall { command: id, switched_on });
        Ok(None)
    }

    /// Tells the network what was decided, at the start and after every change.
    pub(crate) fn push_serve(&mut self, erase: bool, out: &mut Vec<Output>) -> Result<u64, CoreError> {
        let id = self.fresh_id();
        let row = self.store.own_mailbox()?.filter(|row| row.serving);
        let serve = match row {
            Some(row) => {
                let mut holders = vec![MailboxHolder { token: row.token, bytes: row.bytes, queues: QUEUES_MAX }];
                let share = share(row.bytes);
                holders.extend(self.store.mailbox_offers()?.into_iter().map(|offer| MailboxHolder {
                    token: offer.token,
                    bytes: share,
                    queues: QUEUES_SHARE,
                }));
                Some(ServeMailbox { bytes: row.bytes, queues: QUEUES_MAX, holders })
            }
            None => None,
        };
        out.push(Output::ServeMailbox { id, serve, erase });
        Ok(id)
    }

    /// The network did what was decided, or could not.
    pub(crate) fn mailbox_served(
        &mut self,
        id: u64,
        outcome: Result<MailboxUsage, String>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let call = self.mail.serve_calls.remove(&id);
        let row = self.store.own_mailbox()?;
        let reply = match outcome {
            Ok(usage) => {
                self.mail.serving = row.as_ref().is_some_and(|row| row.serving);
                // Not before the network knows the tokens: whoever came sooner would be sent away.
                self.tell_offers(now)?;
                Ok(Reply::MailboxesServe(self.serve_reply(row.as_ref(), usage)?))
            }
            Err(reason) => {
                self.mail.serving = false;
                if let Some(row) = row
                    && call.as_ref().is_some_and(|call| call.switched_on)
                {
                    self.store.put_own_mailbox(&OwnMailboxRow { serving: false, ..row })?;
                }
                Err(ApiError::new(ErrorCode::Storage, reason)
                    .hint("free some room or move the folder `mail` of the profile away"))
            }
        };
        if let Some(call) = call {
            out.push(Output::Reply(call.command, reply));
        }
        Ok(())
    }

    fn serve_reply(&self, row: Option<&OwnMailboxRow>, usage: MailboxUsage) -> Result<ServeReply, CoreError> {
        let serving = row.filter(|row| row.serving);
        let offers = self.store.mailbox_offers()?;
        Ok(ServeReply {
            on: serving.is_some(),
            quota_mb: row.map_or(QUOTA_MB, |row| u32::try_from(row.bytes / MIB).unwrap_or(u32::MAX)),
            reachable: !self.mail.reachable.is_empty(),
            link: serving.and_then(|_| self.own_link(true)),
            token: serving.map(|row| kith_wire::SlotId::from_bytes(*row.token).to_string()),
            used_bytes: usage.bytes,
            queues: usage.queues,
            envelopes: usage.envelopes,
            oldest_until: usage.oldest_until_ms,
            offered: offers.iter().map(|offer| convert::account_id(offer.account)).collect(),
        })
    }

    /// Where this node is found: by anybody first and, for its own people, `nearby`.
    fn own_link(&self, nearby: bool) -> Option<String> {
        let transport = self.transport();
        let mut addresses = self.mail.reachable.clone();
        if nearby {
            let others = self.addresses.iter().filter(|address| !address.contains("/p2p-circuit"));
            let others: Vec<String> = others.filter(|address| !addresses.contains(address)).cloned().collect();
            addresses.extend(others);
        }
        let link = BootstrapLink::new(transport, addresses, services::MAILBOX);
        (!link.addresses.is_empty()).then(|| link.to_string())
    }

    /// Keeps mail for a contact from now on, or not any more.
    pub(crate) fn offer_mailbox(
        &mut self,
        params: &MailboxOfferParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Done, CoreError> {
        let contact = self.known(params.account)?;
        let before = self.store.mailbox_offer(&contact.account)?;
        if before.is_some() == params.on {
            return Ok(Done {});
        }
        if params.on {
            if !convert::is_open(&contact) {
                return deny(ErrorCode::NotAContact, "mail is kept for contacts who are accepted and not blocked");
            }
            if !self.store.own_mailbox()?.is_some_and(|row| row.serving) {
                return deny(
                    ErrorCode::NotAllowed,
                    "this node keeps no mail; switch that on with mailboxes.serve first",
                );
            }
            if self.store.mailbox_offers()?.len() >= OFFERS_MAX {
                return deny(ErrorCode::TooLarge, "mail is kept for 64 contacts; end one of these first");
            }
            let token = self.new_token();
            self.store.put_mailbox_offer(&MailboxOfferRow { account: contact.account, token, told: None })?;
            self.push_serve(false, out)?;
        } else {
            self.withdraw_offer(contact.account, true, now, out)?;
        }
        self.contact_changed(contact.account, out)?;
        Ok(Done {})
    }

    /// Keeps no mail for a contact any more, if some was. What lies there goes.
    pub(crate) fn withdraw_offer(
        &mut self,
        account: AccountId,
        tell: bool,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(offer) = self.store.mailbox_offer(&account)? else { return Ok(()) };
        self.drop_waiting_offers(account)?;
        if tell && offer.told.is_some_and(|told| told != hash(b"")) {
            self.enqueue_control(account, &Body::MailboxWithdrawn, now)?;
        }
        self.store.delete_mailbox_offer(&account)?;
        self.push_serve(false, out)?;
        Ok(())
    }

    /// Tells a contact who is being removed that nothing is kept for them, if they are there to hear it.
    pub(crate) fn say_withdrawn(
        &mut self,
        contact: &ContactRow,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        if !convert::is_open(contact) || self.store.mailbox_offer(&contact.account)?.is_none() {
            return Ok(());
        }
        for device in self.live_devices(contact.account)? {
            if self.up.contains_key(&device.transport) {
                self.send_ephemeral(device.device, &Body::MailboxWithdrawn, now, out)?;
            }
        }
        Ok(())
    }

    /// This node can be reached at these addresses.
    pub(crate) fn reachable_at(&mut self, addresses: Vec<String>, now: Timestamp) {
        self.mail.reachable = addresses;
        self.mail.tell_at = Some(now.saturating_add(SETTLE_MS));
    }

    /// A contact came back and knows nothing of what they were offered.
    pub(crate) fn offer_again(&mut self, account: AccountId, now: Timestamp) -> Result<(), CoreError> {
        if let Some(offer) = self.store.mailbox_offer(&account)? {
            self.store.put_mailbox_offer(&MailboxOfferRow { told: None, ..offer })?;
            self.mail.tell_at = Some(now.saturating_add(SETTLE_MS));
        }
        Ok(())
    }

    /// Tells the contacts for whom mail is kept where, if that is not what they know.
    pub(super) fn tell_offers(&mut self, now: Timestamp) -> Result<(), CoreError> {
        self.mail.tell_at = None;
        let Some(row) = self.store.own_mailbox()? else { return Ok(()) };
        let link = if row.serving && self.mail.serving {
            let Some(link) = (!self.mail.reachable.is_empty()).then(|| self.own_link(false)).flatten() else {
                return Ok(());
            };
            Some(link)
        } else if row.serving {
            return Ok(());
        } else {
            None
        };
        for offer in self.store.mailbox_offers()? {
            let body = match &link {
                Some(link) => Body::MailboxOffer {
                    offer: MailboxOffer { mailbox: link.clone(), token: offer.token.clone(), bytes: share(row.bytes) },
                },
                None if offer.told.is_none() => continue,
                None => Body::MailboxWithdrawn,
            };
            let says = hash(&Zeroizing::new(body.encode()));
            let open = self.store.contact(&offer.account)?.is_some_and(|contact| convert::is_open(&contact));
            if offer.told == Some(says) || !open {
                continue;
            }
            self.drop_waiting_offers(offer.account)?;
            self.enqueue_control(offer.account, &body, now)?;
            self.store.put_mailbox_offer(&MailboxOfferRow { told: Some(says), ..offer })?;
        }
        Ok(())
    }

    /// What a contact was not told yet need not be told any more.
    fn drop_waiting_offers(&mut self, account: AccountId) -> Result<(), CoreError> {
        for device in self.store.devices_of(&account)? {
            for kind in [Body::MAILBOX_OFFER, Body::MAILBOX_WITHDRAWN] {
                for row in self.store.outbox_of_kind(&device.device, kind)? {
                    self.store.outbox_remove(row.id)?;
                }
            }
        }
        Ok(())
    }

    fn new_token(&mut self) -> Zeroizing<[u8; 32]> {
        let mut token = Zeroizing::new([0; 32]);
        self.rng.fill_bytes(token.as_mut_slice());
        token
    }
}

fn share(bytes: u64) -> u64 {
    (bytes / SHARE).max(SHARE_MIN)
}

fn hash(body: &[u8]) -> [u8; 32] {
    HashLabel::HANDLED.hash(body)
}
