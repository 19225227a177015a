//! Mail for people who are away: where ours waits for us, and where we leave what is for others.
//!
//! A queue per contact and mailbox, and each contact is told only of theirs. What waits for a device that is not
//! connected is sealed once and left in two of its owner's queues; it stays in the outbox until the device itself
//! acknowledges it. What a mailbox says is never more than its word: it can drop, delay and repeat, and all that is healed
//! by the acknowledgements inside the channel.

mod check;
mod deposit;
mod fetch;
mod kept;
mod manage;
mod queues;
mod serve;

use std::{
    collections::{BTreeMap, VecDeque},
    net::{Ipv4Addr, Ipv6Addr},
};

use kith_api::params::InviteParams;
use kith_store::MailboxRow;
use kith_wire::{
    AccountId, BootstrapLink, DepositId, MailboxOperation, MailboxResponse, ReceiveId, TransportId, services,
};
use zeroize::Zeroizing;

use crate::{CommandId, Output, Timestamp, core::Core, error::CoreError};

/// Mailboxes in which each contact may leave something: one may fail, and each is asked now and then.
pub(crate) const MAILBOXES: usize = 2;
/// Mailboxes that are remembered.
const KNOWN_MAX: usize = 32;
/// A mailbox that refused to open a queue is not asked again sooner than this.
const REFUSED_MS: u64 = 24 * 3600 * 1000;
/// How long an answer of a mailbox is waited for: the network needs less.
const ANSWER_MS: u64 = 90_000;
/// Operations under way at once.
const UNDER_WAY_MAX: usize = 64;
/// How long to wait before a mailbox that did not answer is asked again, by attempt.
const BACKOFF_MS: [u64; 5] = [10_000, 30_000, 120_000, 600_000, 3_600_000];
/// How long a new invite waits for its queues.
const INVITE_MS: u64 = 3_000;

/// What was asked of a mailbox.
#[derive(Debug, Clone, Copy)]
enum Asked {
    Open(ReceiveId),
    Fetch(ReceiveId),
    Close(ReceiveId),
    Put {
        deposit: i64,
        queue: DepositId,
    },
    Check(DepositId),
    /// Nobody waits for the answer.
    Ack,
}

/// An invite that is made as soon as its queues are there.
#[derive(Debug)]
struct WaitingInvite {
    command: CommandId,
    params: InviteParams,
    deadline: Timestamp,
}

/// What is not in the database.
#[derive(Debug)]
pub(crate) struct Mail {
    asked: BTreeMap<u64, (Asked, Timestamp)>,
    /// The network said which nodes keep mail.
    known: bool,
    /// When each queue was last found empty.
    drained: BTreeMap<ReceiveId, Timestamp>,
    /// When each connected peer came.
    up_since: BTreeMap<TransportId, Timestamp>,
    started: Timestamp,
    invites: VecDeque<WaitingInvite>,
    /// Something is due now.
    due: bool,
    /// The network keeps mail for others.
    serving: bool,
    serve_calls: BTreeMap<u64, serve::ServeCall>,
    /// Addresses at which anybody can reach this node.
    reachable: Vec<String>,
    /// When the contacts it keeps mail for are told where.
    tell_at: Option<Timestamp>,
    /// How often contacts changed what they offer.
    changes: BTreeMap<AccountId, kept::Changes>,
    /// What is being compared with mailboxes.
    checks: BTreeMap<DepositId, check::Check>,
}

impl Mail {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            asked: BTreeMap::new(),
            known: false,
            drained: BTreeMap::new(),
            up_since: BTreeMap::new(),
            started: now,
            invites: VecDeque::new(),
            due: true,
            serving: false,
            serve_calls: BTreeMap::new(),
            reachable: Vec::new(),
            tell_at: None,
            changes: BTreeMap::new(),
            checks: BTreeMap::new(),
        }
    }

    /// Commands whose answers were under way.
    pub(crate) fn take_commands(&mut self) -> Vec<CommandId> {
        let serve = std::mem::take(&mut self.serve_calls).into_values().map(serve::ServeCall::command);
        self.invites.drain(..).map(|waiting| waiting.command).chain(serve).collect()
    }
}

fn backoff(attempts: u32) -> u64 {
    let at = usize::try_from(attempts).unwrap_or(usize::MAX).min(BACKOFF_MS.len() - 1);
    BACKOFF_MS.get(at).copied().unwrap_or(3_600_000)
}

impl Core {
    /// The network sees these nodes, and they keep mail.
    pub(crate) fn mailboxes_seen(
        &mut self,
        links: &[String],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        self.mail.known = true;
        let known = self.store.mailboxes()?;
        let mut room = KNOWN_MAX.saturating_sub(known.len());
        for link in links.iter().filter_map(|text| BootstrapLink::parse(text).ok()) {
            let before = known.iter().find(|row| row.transport == link.transport);
            if before.is_none() && room == 0 {
                continue;
            }
            room = room.saturating_sub(usize::from(before.is_none()));
            let row = match before {
                // What the person typed, or a contact offered, stays as it is.
                Some(row) if row.added || row.kept_by.is_some() => row.clone(),
                Some(row) => MailboxRow { address: link.to_string(), ..row.clone() },
                None => MailboxRow {
                    transport: link.transport,
                    address: link.to_string(),
                    added: false,
                    token: None,
                    answered_at_ms: None,
                    refused_at_ms: None,
                    kept_by: None,
                },
            };
            if before != Some(&row) {
                self.store.put_mailbox(&row)?;
            }
        }
        if !links.is_empty() {
            self.store.queues_wake(None, now)?;
            self.store.deposits_wake(now)?;
        }
        self.ensure_all_queues(now)?;
        self.mail.due = true;
        self.make_waiting_invites(now, out)
    }

    /// The mailboxes in use, best first.
    pub(crate) fn mailboxes_in_use(&self, now: Timestamp) -> Result<Vec<MailboxRow>, CoreError> {
        if !self.keeps_mail()? {
            return Ok(Vec::new());
        }
        let usable = |row: &MailboxRow| row.refused_at_ms.is_none_or(|at| now >= at.saturating_add(REFUSED_MS));
        let mut rows: Vec<MailboxRow> = self.store.mailboxes()?.into_iter().filter(usable).collect();
        // One that a contact keeps is not always there: beside it one that is, if there is any.
        let first_kept = rows.iter().find(|row| row.kept_by.is_some()).map(|row| row.transport);
        rows.sort_by_key(|row| match row.kept_by {
            _ if row.added => 0,
            Some(_) if first_kept == Some(row.transport) => 1,
            None => 2,
            Some(_) => 3,
        });
        // Two of one operator are away at once: the second is one elsewhere, unless the person chose otherwise.
        if let Some(first) = rows.first().and_then(operator)
            && rows.get(1).is_some_and(|second| !second.added && operator(second).as_ref() == Some(&first))
            && let Some(at) = rows.iter().position(|row| operator(row).is_some_and(|other| other != first))
        {
            let elsewhere = rows.remove(at);
            rows.insert(1, elsewhere);
        }
        rows.truncate(MAILBOXES);
        Ok(rows)
    }

    /// When something about mail is due.
    pub(crate) fn mail_next_wake(&self) -> Result<Option<Timestamp>, CoreError> {
        let invites = self.mail.invites.iter().map(|waiting| waiting.deadline).min();
        let due = if self.mail_room() == 0 {
            // Nothing more is asked before something was answered.
            self.mail.asked.values().map(|(_, deadline)| *deadline).min()
        } else {
            self.store.mail_next_at()?
        };
        Ok(invites.into_iter().chain(due).chain(self.mail.tell_at).min())
    }

    /// Does what is due, at the end of a batch or when the time has come.
    pub(crate) fn flush_mail(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if !std::mem::take(&mut self.mail.due) {
            return Ok(());
        }
        self.mail.asked.retain(|_, (_, deadline)| *deadline > now);
        self.send_deposits(now, out)?;
        self.tend_queues(now, out)?;
        self.begin_checks(now, out)
    }

    /// The time given by `next_wake` came.
    pub(crate) fn mail_wake(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        self.mail.due = true;
        if self.mail.tell_at.is_some_and(|at| at <= now) {
            self.tell_offers(now)?;
        }
        self.make_waiting_invites(now, out)
    }

    fn mail_room(&self) -> usize {
        UNDER_WAY_MAX.saturating_sub(self.mail.asked.len())
    }

    /// Whether a question about a queue of ours is under way.
    fn is_asked(&self, receive: ReceiveId) -> bool {
        let about = |asked: &Asked| match asked {
            Asked::Open(other) | Asked::Fetch(other) | Asked::Close(other) => *other == receive,
            Asked::Put { .. } | Asked::Check(_) | Asked::Ack => false,
        };
        self.mail.asked.values().any(|(asked, _)| about(asked))
    }

    fn ask_mailbox(
        &mut self,
        asked: Asked,
        mailbox: String,
        operation: MailboxOperation,
        seed: &Zeroizing<[u8; 32]>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let id = self.fresh_id();
        self.mail.asked.insert(id, (asked, now.saturating_add(ANSWER_MS)));
        out.push(Output::Mailbox { id, mailbox, operation, seed: seed.clone() });
    }

    /// A mailbox answered, or `None`: it could not be asked.
    pub(crate) fn mailbox_answered(
        &mut self,
        id: u64,
        response: Option<MailboxResponse>,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some((asked, _)) = self.mail.asked.remove(&id) else { return Ok(()) };
        self.mail.due = true;
        if response.is_none() || matches!(response, Some(MailboxResponse::Denied(_))) {
            tracing::debug!(?asked, ?response, "a mailbox did not do it");
        }
        match asked {
            Asked::Ack => Ok(()),
            Asked::Put { deposit, queue } => self.put_answered(deposit, queue, response, now, out),
            Asked::Open(receive) => self.open_answered(receive, response.as_ref(), now, out),
            Asked::Fetch(receive) => self.fetch_answered(receive, response, now, out),
            Asked::Close(receive) => self.close_answered(receive, response.as_ref(), now),
            Asked::Check(queue) => self.check_answered(queue, response, now, out),
        }
    }

    /// A contact's device is connected: what it left in mailboxes before belongs before what it says now.
    pub(crate) fn mail_peer_up(
        &mut self,
        peer: TransportId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<(), CoreError> {
        self.mail.up_since.insert(peer, now);
        self.mail.due = true;
        Ok(self.store.queues_wake(Some(&account), now)?)
    }

    pub(crate) fn mail_peer_down(&mut self, peer: TransportId) {
        self.mail.up_since.remove(&peer);
        self.mail.due = true;
    }
}

/// By which mailboxes of one operator are known, as far as an address tells: the network of 16 bits of its first IPv4 address,
/// that of 32 bits of an IPv6 address, the last two words of a name.
fn operator(row: &MailboxRow) -> Option<String> {
    let link = BootstrapLink::parse(&row.address).ok()?;
    link.addresses.iter().find_map(|address| {
        let mut parts = address.split('/').skip(1);
        let (kind, host) = (parts.next()?, parts.next()?);
        match kind {
            "ip4" => host
                .parse::<Ipv4Addr>()
                .ok()
                .map(|ip| ip.octets().iter().take(2).map(|byte| format!("{byte}.")).collect()),
            "ip6" => host
                .parse::<Ipv6Addr>()
                .ok()
                .map(|ip| ip.segments().iter().take(2).map(|word| format!("{word:x}:")).collect()),
            "dns" | "dns4" | "dns6" => {
                let words: Vec<&str> = host.rsplit('.').take(2).collect();
                Some(words.join("."))
            }
            _ => None,
        }
    })
}

/// A link to a mailbox as it is shown and kept: only what it takes to find it.
fn mailbox_link(link: &BootstrapLink) -> String {
    BootstrapLink::new(link.transport, link.addresses.clone(), services::MAILBOX).to_string()
}
