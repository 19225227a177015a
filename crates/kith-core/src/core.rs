//! The core itself: what it holds, how a batch runs, and the one match over everything that can happen.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use kith_api::Reply;
use kith_crypto::{keystore::DeviceSecrets, olm::OlmAccount};
use kith_store::Store;
use kith_wire::{
    identity::{IdentityLog, UnverifiedIdentityLog},
    ids::{AccountId, DeviceId, Hlc, MsgId, ReceiveId, TransportId},
    message::IntroductionAnswer,
    request::RequestAnswer,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use crate::{
    CommandId, Input, Output, PeerPath, Timestamp,
    calls::Calls,
    chats::{link_preview::LinkPreviews, typing::Typing},
    contacts::{
        flood::Arrivals,
        invite::{Ungiven, Unstored},
        link::PendingLink,
        public_address::PublicAddress,
        spoken::Spoken,
    },
    error::CoreError,
    hlc::Clock,
    mailboxes::Mail,
    presence::Presence,
    quiet::QuietTime,
    recovery::{Recovery, Returns},
    renewal,
    reorder::Reorder,
    setup,
    sync::{self, Syncing},
    whereabouts::Whereabouts,
};

/// Who this node is.
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// The keys of this device.
    pub device: DeviceSecrets,
}

/// How to open a core.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The database is an older copy put back: its sessions must not be used again, new ones are started.
    pub restored: bool,
}

/// The machine. See the crate's front page.
pub struct Core {
    pub(crate) store: Store,
    pub(crate) me: AccountId,
    pub(crate) device: DeviceSecrets,
    pub(crate) my_device: DeviceId,
    pub(crate) log: IdentityLog,
    /// Read from the database when first needed after an open or a rollback.
    pub(crate) olm: Option<OlmAccount>,
    pub(crate) clock: Clock,
    pub(crate) rng: StdRng,
    /// Tracked peers that are connected.
    pub(crate) up: BTreeMap<TransportId, PeerPath>,
    /// Own addresses, best first.
    pub(crate) addresses: Vec<String>,
    /// Bootstrap nodes to name in links.
    pub(crate) bootstraps: Vec<String>,
    /// Receipts to send when the batch ends.
    pub(crate) acks: Vec<(DeviceId, MsgId)>,
    /// Devices with something new in the outbox, flushed when the batch ends.
    pub(crate) dirty: BTreeSet<DeviceId>,
    /// Which outer key an unacknowledged message went under, to learn that the other side has the key.
    pub(crate) sent_under: BTreeMap<(DeviceId, MsgId), [u8; 16]>,
    pub(crate) reorder: Reorder,
    /// Peers the batch let go, for the case that it fails.
    pub(crate) let_go: Vec<(TransportId, PeerPath)>,
    /// A batch failed: what it would have made due is due.
    catch_up: bool,
    /// Peers that connected anew and sent nothing yet: what went before is not under way any more, so a gap before
    /// their first envelope is not waited for.
    pub(crate) leap: BTreeSet<TransportId>,
    /// What is handled right after the input that brought or freed it.
    pub(crate) ready: VecDeque<Ready>,
    pub(crate) mail: Mail,
    pub(crate) typing: Typing,
    pub(crate) calls: Calls,
    pub(crate) presence: Presence,
    /// The account comes back, and its list is not continued yet.
    pub(crate) recovery: Option<Recovery>,
    pub(crate) returns: Returns,
    pub(crate) sync: Syncing,
    pub(crate) whereabouts: Whereabouts,
    pub(crate) links: BTreeMap<u64, PendingLink>,
    pub(crate) unstored: BTreeMap<[u8; 16], Unstored>,
    pub(crate) address: PublicAddress,
    /// Links that words of mine lead to.
    pub(crate) spoken: Vec<Spoken>,
    /// Invites that are given out once a bootstrap node has their bundle.
    pub(crate) ungiven: Vec<Ungiven>,
    pub(crate) arrivals: Arrivals,
    pub(crate) last_nack: BTreeMap<DeviceId, Timestamp>,
    /// Sessions given up because of a complaint since the start. Never those of an older copy of the disk.
    pub(crate) given_up: BTreeSet<[u8; 32]>,
    pub(crate) next_id: u64,
    pub(crate) last_prune: Timestamp,
    /// When the age of the transport key is looked at again.
    pub(crate) renewal_look_at: Timestamp,
    /// It was found old enough, or another one is wanted.
    pub(crate) renewal_due: bool,
    /// Something was deleted: when to empty the write-ahead log, which may still have it.
    pub(crate) scrub_at: Option<Timestamp>,
    pub(crate) quiet: QuietTime,
    /// When it was opened.
    pub(crate) opened_at: Timestamp,
    /// What is handled came out of a mailbox.
    pub(crate) by_mail: bool,
    pub(crate) previews: LinkPreviews,
    /// It was opened over an older copy put back.
    pub(crate) restored: bool,
}

/// A batch that did not happen.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct FailedBatch {
    /// Why.
    pub error: CoreError,
    /// The commands whose answers do not count.
    pub answered: Vec<CommandId>,
}

/// Something to handle by itself, after the input that brought it.
pub(crate) enum Ready {
    /// An envelope that need not wait for others any longer.
    Held { from: TransportId, bytes: Vec<u8> },
    /// An envelope out of a mailbox.
    Mail { queue: ReceiveId, bytes: Vec<u8> },
    /// Both agreed to an introduction, and this leads to the other.
    Meet { card: i64, answer: IntroductionAnswer },
    /// A mailbox has no more for us.
    Drained { queue: ReceiveId },
}

/// Who waits for what becomes of an input.
enum Waiting {
    /// A client, for a reply; `link` is the link whose way ends with the input.
    Client { command: CommandId, link: Option<u64> },
    /// A stranger, for the answer to a contact request.
    Stranger { request: u64 },
}

/// How long the ids of envelopes are remembered.
const ENVELOPE_MEMORY_MS: u64 = 30 * 24 * 3600 * 1000;
/// How long to wait for readers before the write-ahead log is emptied.
const SCRUB_AGAIN_MS: u64 = 1000;
/// How often old ones are forgotten.
const PRUNE_EVERY_MS: u64 = 3600 * 1000;

impl Core {
    /// Opens the machine over a database that [`setup::create_profile`] prepared.
    ///
    /// # Errors
    /// [`CoreError::Damaged`] if the database belongs to somebody else or lacks its identity; [`CoreError::Store`].
    pub fn open(
        mut store: Store,
        identity: Identity,
        seed: [u8; 32],
        options: Options,
        now: Timestamp,
    ) -> Result<Self, CoreError> {
        let log = store.meta(setup::META_LOG)?.ok_or(CoreError::Damaged { what: "identity log" })?;
        let log = UnverifiedIdentityLog::decode(&log)?
            .verify()
            .map_err(|_damaged| CoreError::Damaged { what: "identity log" })?;
        if log.account() != identity.account {
            return Err(CoreError::Damaged { what: "identity log (another account's)" });
        }
        let last = store.meta(META_HLC)?.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes);
        let mut rng = StdRng::from_seed(seed);
        sync::make_key(&store, &mut rng)?;
        if options.restored {
            retire_sessions(&mut store)?;
            sync::forget(&store)?;
        }
        let mut device = identity.device;
        if let Some(key) = renewal::renewed_key(&store, &device.sign, &log)? {
            device.transport = key;
        }
        Ok(Self {
            store,
            me: identity.account,
            my_device: DeviceId::from_bytes(device.sign.public().to_bytes()),
            device,
            log,
            olm: None,
            clock: Clock::new(Hlc::from_u64(last)),
            rng,
            up: BTreeMap::new(),
            addresses: Vec::new(),
            bootstraps: Vec::new(),
            acks: Vec::new(),
            dirty: BTreeSet::new(),
            sent_under: BTreeMap::new(),
            reorder: Reorder::default(),
            let_go: Vec::new(),
            catch_up: false,
            leap: BTreeSet::new(),
            ready: VecDeque::new(),
            mail: Mail::new(now),
            typing: Typing::default(),
            calls: Calls::default(),
            presence: Presence::default(),
            recovery: None,
            returns: Returns::default(),
            sync: Syncing::default(),
            whereabouts: Whereabouts::default(),
            links: BTreeMap::new(),
            unstored: BTreeMap::new(),
            address: PublicAddress::default(),
            spoken: Vec::new(),
            ungiven: Vec::new(),
            arrivals: Arrivals::default(),
            last_nack: BTreeMap::new(),
            given_up: BTreeSet::new(),
            next_id: 1,
            last_prune: now,
            // A start looks by itself.
            renewal_look_at: now.saturating_add(crate::renewal::LOOK_EVERY_MS),
            renewal_due: false,
            // The last run may have ended between a deletion and its traces.
            scrub_at: Some(0),
            quiet: QuietTime::default(),
            opened_at: now,
            by_mail: false,
            previews: LinkPreviews::default(),
            restored: options.restored,
        })
    }

    /// The account this core is.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.me
    }

    /// Asks the shells for what a fresh start needs: peers to let in, invites to answer for.
    ///
    /// # Errors
    /// [`CoreError::Store`].
    pub fn startup(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        self.quiet_changed(now, out)?;
        self.calls_startup()?;
        self.expire(now, out)?;
        self.send_scheduled(now, out)?;
        self.say_to_network(now, out)?;
        self.recovery_startup(now)?;
        self.sync_startup()?;
        self.address_startup(now)
    }

    /// Everything a network that begins has to know.
    pub(crate) fn say_to_network(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        self.track_all(out)?;
        self.serve_invites(now, out)?;
        self.store.queues_wake(None, now)?;
        self.store.queues_from_beginning()?;
        self.checks_startup(now)?;
        if self.store.own_mailbox()?.is_some() {
            self.push_serve(false, out)?;
        }
        self.whereabouts_startup(now)?;
        self.queue_invites_for_storing(now)?;
        self.address_tend(now)
    }

    /// Runs `work`, which hands inputs to [`handle`](Self::handle), in one transaction. What it gives may leave, because
    /// by then it is committed.
    ///
    /// # Errors
    /// Nothing of the batch happened, and nothing of it may leave. The failure names the commands that had an answer.
    pub fn batch(
        &mut self,
        now: Timestamp,
        work: impl FnOnce(&mut Self, &mut Vec<Output>) -> Result<(), CoreError>,
    ) -> Result<Vec<Output>, FailedBatch> {
        let mut out = Vec::new();
        let calls = self.calls.kept();
        let done = self
            .store
            .begin()
            .map_err(CoreError::from)
            .and_then(|()| work(self, &mut out))
            .and_then(|()| self.commit(now, &mut out));
        let Err(error) = done else { return Ok(out) };
        let reply = |output: Output| if let Output::Reply(id, _) = output { Some(id) } else { None };
        let mut answered: Vec<CommandId> = out.into_iter().filter_map(reply).collect();
        // What these wait for may not have happened either.
        answered.extend(std::mem::take(&mut self.links).into_values().map(|link| link.command));
        answered.extend(self.mail.take_commands());
        answered.extend(self.previews.take_command());
        answered.extend(self.ungiven.drain(..).map(|ungiven| ungiven.command));
        self.calls.put_back(calls);
        if let Err(error) = self.rollback() {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
        Err(FailedBatch { error, answered })
    }

    /// Seals what the batch made ready to go, and commits.
    fn commit(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if self.catch_up {
            self.queue_invites_for_storing(now)?;
            for peer in self.up.keys().copied().collect::<Vec<_>>() {
                if let Some(device) = self.store.device_by_transport(&peer)? {
                    self.say_presence(device.account);
                    self.wake_device(device.device, now)?;
                }
            }
        }
        self.flush_calls(now, out)?;
        self.flush_dirty(now, out)?;
        self.flush_work(out);
        self.flush_acks(now, out)?;
        self.flush_presence(now, out)?;
        self.flush_mail(now, out)?;
        self.flush_whereabouts(now, out)?;
        self.store.set_meta(META_HLC, &self.clock.last().to_u64().to_be_bytes())?;
        self.store.commit()?;
        self.scrub_now(now);
        self.let_go.clear();
        self.catch_up = false;
        Ok(())
    }

    /// What was deleted in this batch is to leave no trace behind.
    pub(crate) fn scrub(&mut self) {
        self.scrub_at = Some(0);
    }

    /// Empties the write-ahead log if something was deleted; later, if a reader needs it.
    fn scrub_now(&mut self, now: Timestamp) {
        if self.scrub_at.is_none_or(|at| at > now) {
            return;
        }
        self.scrub_at = match self.store.checkpoint() {
            Ok(()) => None,
            Err(error) => {
                tracing::debug!(%error, "the write-ahead log is emptied later");
                Some(now.saturating_add(SCRUB_AGAIN_MS))
            }
        };
    }

    pub(crate) fn rollback(&mut self) -> Result<(), CoreError> {
        self.acks.clear();
        self.dirty.clear();
        self.olm = None;
        self.quiet.doubt();
        self.whereabouts_rolled_back();
        self.address.doubt();
        let told: Vec<TransportId> = self.up.keys().copied().collect();
        for peer in told {
            self.presence.unsaid(&peer);
        }
        self.up.extend(self.let_go.drain(..));
        self.catch_up = true;
        Ok(self.store.rollback()?)
    }

    /// Counts the database's generation up, for noticing an older copy put back. Call it outside a batch.
    ///
    /// # Errors
    /// [`CoreError::Store`].
    pub fn bump_generation(&mut self) -> Result<u64, CoreError> {
        Ok(self.store.bump_generation()?)
    }

    /// Gives the database back.
    #[must_use]
    pub fn into_store(self) -> Store {
        self.store
    }

    /// The database, for shutting down in order.
    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// Handles one input inside the batch. If it fails nothing of it remains, neither in the database nor in `out`,
    /// but the answer to whoever waits for one.
    ///
    /// # Errors
    /// Why an input that nobody waits for was refused.
    pub fn handle(&mut self, input: Input, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let waiting = self.who_waits(&input);
        let handled = self.apart(out, |core, out| core.dispatch(input, now, out));
        while let Some(ready) = self.ready.pop_front() {
            if let Err(error) = self.apart(out, |core, out| core.handle_ready(ready, now, out)) {
                tracing::debug!(%error, "a message that waited was refused");
            }
        }
        let Err(error) = handled else { return Ok(()) };
        match waiting {
            Some(Waiting::Client { command, link }) => {
                if let Some(link) = link {
                    self.links.remove(&link);
                }
                out.push(Output::Reply(command, Err(error.to_api())));
                Ok(())
            }
            // A database that refuses says nothing about the request: unanswered, it comes again.
            Some(Waiting::Stranger { request }) if !matches!(error, CoreError::Store(_)) => {
                tracing::debug!(%error, "a contact request was refused");
                out.push(Output::AnswerRequest { request, answer: RequestAnswer::Unknown });
                Ok(())
            }
            Some(Waiting::Stranger { .. }) | None => Err(error),
        }
    }

    fn handle_ready(&mut self, ready: Ready, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        match ready {
            Ready::Held { from, bytes } => self.receive_held(from, &bytes, now, out),
            Ready::Mail { queue, bytes } => {
                self.by_mail = true;
                let received = self.receive_mail(queue, &bytes, now, out);
                self.by_mail = false;
                received
            }
            Ready::Meet { card, answer } => self.meet(card, answer, now, out),
            Ready::Drained { queue } => self.queue_drained(queue, now),
        }
    }

    /// Who has to be told if this input fails.
    fn who_waits(&self, input: &Input) -> Option<Waiting> {
        if let Input::Command(command, _) | Input::AddSticker(command, _) = input {
            return Some(Waiting::Client { command: *command, link: None });
        }
        if let Input::SlotGot { id, .. } = input {
            return self.links.get(id).map(|link| Waiting::Client { command: link.command, link: Some(*id) });
        }
        if let Input::Request { request, .. } = input { Some(Waiting::Stranger { request: *request }) } else { None }
    }

    /// Runs `work` so that nothing of it remains if it fails.
    pub(crate) fn apart(
        &mut self,
        out: &mut Vec<Output>,
        work: impl FnOnce(&mut Self, &mut Vec<Output>) -> Result<(), CoreError>,
    ) -> Result<(), CoreError> {
        let (mark, acks, let_go) = (out.len(), self.acks.len(), self.let_go.len());
        let calls = self.calls.kept();
        self.store.savepoint()?;
        let Err(error) = work(self, out) else { return Ok(self.store.release()?) };
        out.truncate(mark);
        self.acks.truncate(acks);
        self.up.extend(self.let_go.drain(let_go..));
        self.calls.put_back(calls);
        self.olm = None;
        self.store.rollback_to_savepoint()?;
        Err(error)
    }

    /// When [`Input::Wake`] is wanted.
    ///
    /// # Errors
    /// [`CoreError::Store`].
    pub fn next_wake(&self) -> Result<Option<Timestamp>, CoreError> {
        let times = [
            self.store.outbox_next_at()?,
            self.store.next_expiry()?,
            self.store.next_scheduled()?,
            self.reorder.next_wake(),
            self.scrub_at,
            self.links.values().map(|link| link.deadline).min(),
            self.unstored.values().map(|entry| entry.next_at).min(),
            self.spoken_next_wake(),
            self.address.next_wake(),
            self.ungiven.iter().map(|ungiven| ungiven.deadline).min(),
            self.mail_next_wake()?,
            self.typing.next_wake(),
            self.calls.next_wake(),
            self.status_until()?,
            self.recovery_next_wake(),
            self.quiet.next_wake(),
            self.sync_next_wake(),
            Some(self.renewal_look_at),
        ];
        Ok(times.into_iter().flatten().min())
    }

    fn dispatch(&mut self, input: Input, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        match input {
            Input::Command(id, command) => {
                if let Some(reply) = self.command(id, command, now, out)? {
                    out.push(Output::Reply(id, Ok(reply)));
                }
                Ok(())
            }
            Input::AddSticker(id, new) => {
                let added = self.add_sticker(&new, now, out)?;
                out.push(Output::Reply(id, Ok(Reply::StickersAdd(added))));
                Ok(())
            }
            Input::Peer { from, bytes } => self.receive(from, &bytes, now, out),
            Input::Request { from, request, bytes } => self.receive_request(from, request, &bytes, now, out),
            Input::PeerUp { peer, path } => self.peer_up(peer, path, now, out),
            Input::PeerPath { peer, path } => self.peer_path(peer, path, now, out),
            Input::PeerDown { peer } => self.peer_down(peer, now, out),
            Input::Moved { renewal, addresses } => self.moved(renewal, &addresses, now, out).map(drop),
            Input::PeerAddresses { peer, addresses } => self.peer_addresses(peer, &addresses, now),
            Input::SendResult { id, ok } => self.send_result(id, ok, now),
            Input::RequestAnswered { id, answer } => self.request_answered(id, answer, now, out),
            Input::SlotPut { id, stored } => self.slot_put(id, stored, out),
            Input::SlotGot { id, outcome } => self.slot_got(id, outcome, now, out),
            Input::PageFetched { id, outcome } => {
                self.page_fetched(id, outcome, out);
                Ok(())
            }
            Input::Call { call, news } => self.call_news(call, news, now, out),
            Input::Worked { id, nonce } => self.worked(id, nonce, now),
            Input::MailboxesSeen(links) => self.mailboxes_seen(&links, now, out),
            Input::Mailbox { id, response } => self.mailbox_answered(id, response, now, out),
            Input::MailboxServed { id, outcome } => self.mailbox_served(id, outcome, now, out),
            Input::Reachable(addresses) => {
                self.reachable_at(addresses, now);
                Ok(())
            }
            Input::Addresses(addresses) => {
                self.addresses = addresses;
                Ok(())
            }
            Input::Bootstraps(bootstraps) => {
                self.bootstraps = bootstraps;
                self.renewal_wanted(now);
                Ok(())
            }
            Input::Wake => self.wake(now, out),
            Input::Zone(zone) => self.set_zone(zone, now, out),
        }
    }

    fn wake(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let expired = self.reorder.expired(now).into_iter();
        self.ready.extend(expired.map(|(from, held)| Ready::Held { from, bytes: held.bytes }));
        self.expire(now, out)?;
        self.send_scheduled(now, out)?;
        self.mail_wake(now, out)?;
        self.typing_wake(now, out);
        self.calls_wake(now, out)?;
        self.status_wake(now, out)?;
        self.quiet_wake(now, out)?;
        self.recovery_wake(now, out)?;
        self.links_wake(now, out)?;
        self.address_wake(now, out)?;
        self.invites_wake(now, out)?;
        self.sync_wake(now, out)?;
        self.outbox_wake_due(now, out)?;
        self.renewal_wake(now)?;
        if now >= self.last_prune.saturating_add(PRUNE_EVERY_MS) {
            self.last_prune = now;
            self.store.prune_envelopes(now.saturating_sub(ENVELOPE_MEMORY_MS))?;
            self.store.expire_deposits(now.saturating_sub(ENVELOPE_MEMORY_MS))?;
            self.prune_invite_queues(now)?;
            self.store.queues_from_beginning()?;
            self.prune_whereabouts(now)?;
            self.hint(now)?;
            self.store.prune_changes(now.saturating_sub(crate::outbox::KEEP_MS))?;
        }
        Ok(())
    }

    pub(crate) fn fresh_id(&mut self) -> u64 {
        self.next_id = self.next_id.saturating_add(1);
        self.next_id
    }

    pub(crate) fn random_msg(&mut self) -> MsgId {
        let mut bytes = [0; 16];
        self.rng.fill_bytes(&mut bytes);
        MsgId::from_bytes(bytes)
    }

    /// A time up to a fifth longer, so that many nodes do not act at once.
    pub(crate) fn jitter(&mut self, ms: u64) -> u64 {
        ms.saturating_add(u64::from(self.rng.next_u32()) % (ms / 5).max(1))
    }
}

pub(crate) const META_HLC: &str = "hlc";

/// An older copy of a ratchet must never encrypt again: its keys were used. The rows stay, so that new sessions get a
/// higher generation than these.
fn retire_sessions(store: &mut Store) -> Result<(), CoreError> {
    store.begin()?;
    for contact in store.contacts()? {
        for device in store.devices_of(&contact.account)? {
            for mut row in store.sessions(&device.device)? {
                row.dead = true;
                store.put_session(&row)?;
            }
        }
    }
    Ok(store.commit()?)
}
