//! The public address: everybody who knows the account finds an invite of it, and pays with work.
//!
//! Mine is an invite for each week, found under a name that comes from the account and the week. It is put ahead and
//! again every day; switched off, it is replaced by nothing. A session with it begins from a one-time key that is not
//! used up before the week's time is over.
//!
//! A request to somebody else's shows work, which the shell does beside everything else; the request waits for it in the
//! outbox. What their node refuses, or did not answer for a day, is made anew with what lies at the address then.

use std::{collections::BTreeMap, fmt};

use kith_api::{
    ApiError, ErrorCode, Event, Reply,
    params::{PreviewReply, PublicAddressParams},
    views::{self, Via},
};
use kith_crypto::OlmWire;
use kith_store::{
    AddressWeekRow, ContactRow, ContactState, DeviceRow, InviteRow, OutboxRow, PublicAddressRow, RequestWorkRow,
};
use kith_wire::{
    AccountId, Body, BundleParts, InviteBundle, InviteLink, RequestFrame, RequestWork, UnverifiedBundle, WorkTask,
    invite::{ADDRESS_BITS_MAX, ADDRESS_BITS_MIN, WEEK_MS, address_token, week_of},
};
use rand::Rng as _;
use zeroize::Zeroizing;

use crate::{
    CommandId, Output, SlotOutcome, Timestamp,
    contacts::{
        add::{ANSWER_MS, meta_bundle},
        invite::{STORE_AGAIN_MS, Unstored},
        link::{Purpose, Step, Target, alarmed, offline, open_bundle},
    },
    convert,
    core::Core,
    error::{CoreError, deny},
};

/// The work a request has to show unless said otherwise: a second or a few of one core.
const BITS: u8 = 20;
/// How long after its week an address is still answered: what was left for somebody away has time to be found.
const LATE_MS: u64 = WEEK_MS;
/// How often the places are looked after.
const TEND_MS: u64 = 24 * 3600 * 1000;
/// How soon again while queues for the bundle are being opened.
const TEND_SOON_MS: u64 = 1_000;
/// How near to the end of a week the neighbouring one is looked at too: clocks differ.
const BORDER_MS: u64 = 12 * 3600 * 1000;
/// How many answers that are something else are passed over in one place.
const JUNK_MAX: usize = 6;
/// How long a caller waits for work before it is told that the request goes when it is done.
const WORK_ANSWER_MS: u64 = 60_000;
/// When somebody looks after work that takes long.
const WORK_MS: u64 = 10 * 60 * 1000;
/// When work that gave no answer at all is begun again.
const WORK_LOST_MS: u64 = 3600 * 1000;
/// When work that was not done is begun again.
const WORK_AGAIN_MS: u64 = 30_000;
/// When a request that nobody answered is made anew, if the address has another bundle by then: before it is repeated.
const ANEW_MS: u64 = 20 * 3600 * 1000;
/// How often a refusal is followed by a look at the address.
const REFUSED_MS: u64 = 3600 * 1000;

/// What of it is in memory only.
#[derive(Debug, Default)]
pub(crate) struct PublicAddress {
    /// When to look after my places.
    tend_at: Option<Timestamp>,
    /// Weeks whose places are to be emptied.
    withdrawing: BTreeMap<u64, Unstored>,
    /// A bootstrap node has one of them.
    stored: bool,
    /// It was switched off, and no bootstrap node heard of it yet.
    lingers: bool,
    /// Work the shell does.
    works: BTreeMap<u64, Working>,
    /// Addresses that are looked up for a request that is there.
    anew: BTreeMap<u64, Anew>,
    /// When that was last done because of a refusal.
    refused: BTreeMap<AccountId, Timestamp>,
}

#[derive(Debug)]
struct Working {
    account: AccountId,
    task: WorkTask,
    lost_at: Timestamp,
    /// The shell knows.
    told: bool,
}

#[derive(Debug)]
struct Anew {
    seek: Seek,
    refused: bool,
}

/// Looking for somebody by their account.
#[derive(Debug)]
pub(crate) struct Seek {
    account: AccountId,
    /// The weeks to look at, the present one first. Empty before the first look.
    weeks: Vec<u64>,
    /// What lies in the first of them and is not it.
    junk: Vec<[u8; 32]>,
    /// Somebody could be asked.
    answered: bool,
}

/// What came of a look.
pub(crate) enum Sought {
    /// It was the bundle, and opens with this.
    There(InviteLink),
    /// Look again.
    Further,
    /// It is not found.
    Nowhere(ApiError),
}

impl fmt::Debug for Sought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::There(_) => f.write_str("There"),
            Self::Further => f.write_str("Further"),
            Self::Nowhere(error) => f.debug_tuple("Nowhere").field(error).finish(),
        }
    }
}

impl Seek {
    pub(crate) fn new(account: AccountId) -> Self {
        Self { account, weeks: Vec::new(), junk: Vec::new(), answered: false }
    }

    pub(crate) fn account(&self) -> AccountId {
        self.account
    }

    /// Where to look next.
    pub(crate) fn aim(&mut self, now: Timestamp) -> InviteLink {
        if self.weeks.is_empty() {
            self.weeks = weeks_at(now);
        }
        self.link(now)
    }

    fn link(&self, now: Timestamp) -> InviteLink {
        let week = self.weeks.first().copied().unwrap_or_else(|| week_of(now));
        InviteLink::of_public_address(self.account, week)
    }

    /// What is not to be brought again.
    pub(crate) fn junk(&self) -> Vec<[u8; 32]> {
        self.junk.clone()
    }

    /// Everybody who knows the account can put something there, also before its owner: only what the account's own list
    /// of devices vouches for is it.
    pub(crate) fn judge(&mut self, outcome: &SlotOutcome, now: Timestamp) -> Sought {
        match outcome {
            SlotOutcome::Found(sealed) => {
                let link = self.link(now);
                let opened = UnverifiedBundle::open(&link, sealed).and_then(|bundle| bundle.verify(&link, now));
                if opened.is_ok_and(|bundle| bundle.log.account() == self.account) {
                    return Sought::There(link);
                }
                self.answered = true;
                if self.junk.len() < JUNK_MAX {
                    self.junk.push(*blake3::hash(sealed).as_bytes());
                    return Sought::Further;
                }
            }
            SlotOutcome::Missing | SlotOutcome::Gone { .. } => self.answered = true,
            SlotOutcome::Unreachable if !self.answered => return Sought::Nowhere(offline()),
            SlotOutcome::Unreachable => {}
        }
        self.junk.clear();
        if self.weeks.len() > 1 {
            self.weeks.remove(0);
            return Sought::Further;
        }
        Sought::Nowhere(unknown())
    }
}

/// The week of now, and near its ends the neighbour.
fn weeks_at(now: Timestamp) -> Vec<u64> {
    let week = week_of(now);
    let others = [week_of(now.saturating_sub(BORDER_MS)), week_of(now.saturating_add(BORDER_MS))];
    std::iter::once(week).chain(others.into_iter().filter(|other| *other != week)).collect()
}

/// Reads a public address. `None`: the text is something else.
pub(crate) fn parse_address(text: &str) -> Result<Option<AccountId>, CoreError> {
    let text = text.trim().to_ascii_lowercase();
    if !text.starts_with("kith1") || text.contains(char::is_whitespace) {
        return Ok(None);
    }
    match text.parse() {
        Ok(account) => Ok(Some(account)),
        Err(error) => {
            let error = ApiError::new(ErrorCode::BadLink, format!("this address is damaged: {error}"));
            Err(error.hint("copy the whole address, from kith1 to its end").into())
        }
    }
}

/// The preview of a bundle that was found at a public address: the address is what leads there next week, too.
pub(crate) fn as_address(person: PreviewReply, address: Option<AccountId>) -> PreviewReply {
    match address {
        Some(account) => PreviewReply { link: account.to_string(), expires_at: None, ..person },
        None => person,
    }
}

/// Whether a request shows the work that the bundle asks for.
pub(crate) fn shows_work(week: &AddressWeekRow, invite: &InviteRow, frame: &RequestFrame) -> bool {
    frame.work.is_some_and(|RequestWork { session, nonce }| {
        WorkTask { bundle: invite.bundle_hash, session, bits: week.work_bits }.is_done_by(nonce)
    })
}

/// Whether work was done for the session that a request starts.
pub(crate) fn is_for_session(work: &RequestWork, wire: &OlmWire) -> bool {
    wire.prekey_session_id().is_some_and(|session| half(&session) == work.session)
}

fn half(session: &[u8; 32]) -> [u8; 16] {
    session.first_chunk().copied().unwrap_or_default()
}

fn unknown() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "nobody is found under this address")
        .hint("check it, or ask the person whether their public address is on and their node ran this week")
}

impl PublicAddress {
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        self.withdrawing.values().map(|place| place.next_at).chain(self.tend_at).min()
    }

    /// What a batch that failed asked for was not begun.
    pub(crate) fn doubt(&mut self) {
        self.works.clear();
        self.anew.clear();
        self.tend_at = self.tend_at.map(|_| 0);
    }
}

/// My own address.
impl Core {
    pub(crate) fn set_address(
        &mut self,
        params: PublicAddressParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<views::PublicAddress, CoreError> {
        if params.bits.is_some_and(|bits| !(ADDRESS_BITS_MIN..=ADDRESS_BITS_MAX).contains(&bits)) {
            let message = format!("bits is between {ADDRESS_BITS_MIN} and {ADDRESS_BITS_MAX}");
            return Err(ApiError::new(ErrorCode::InvalidArgument, message)
                .hint("each one doubles the work of whoever asks; 20 is a second or a few")
                .into());
        }
        let before = match self.store.public_address()? {
            Some(row) => row,
            None => {
                let mut secret = Zeroizing::new([0; 32]);
                self.rng.fill_bytes(secret.as_mut_slice());
                PublicAddressRow { shown: false, work_bits: BITS, secret }
            }
        };
        let work_bits = params.bits.unwrap_or(before.work_bits);
        let changed = before.shown != params.on || before.work_bits != work_bits;
        self.store.put_public_address(&PublicAddressRow { shown: params.on, work_bits, ..before })?;
        if changed {
            (self.address.stored, self.address.lingers) = (false, false);
            if params.on {
                self.tend_address(now, out)?;
            } else {
                self.withdraw_address(now, out)?;
            }
            self.address_wake(now, out)?;
            self.invites_wake(now, out)?;
            out.push(Output::Event(Event::ProfileChanged { profile: self.profile()? }));
        }
        self.public_address_view()
    }

    pub(crate) fn public_address_view(&self) -> Result<views::PublicAddress, CoreError> {
        let row = self.store.public_address()?;
        let (on, bits) = row.map_or((false, BITS), |row| (row.shown, row.work_bits));
        Ok(views::PublicAddress { on, bits, stored: if on { self.address.stored } else { self.address.lingers } })
    }

    /// How a contact's request came.
    pub(crate) fn via_of(&self, contact: &ContactRow) -> Result<Option<Via>, CoreError> {
        let Some(tag) = &contact.invite_tag else { return Ok(None) };
        Ok(self.store.address_week_of(tag)?.map(|_| Via::PublicAddress))
    }

    /// What strangers find is looked after now.
    pub(crate) fn address_tend(&mut self, now: Timestamp) -> Result<(), CoreError> {
        if self.store.public_address()?.is_some() {
            self.address.tend_at = Some(now);
        }
        Ok(())
    }

    pub(crate) fn address_startup(&mut self, now: Timestamp) -> Result<(), CoreError> {
        for contact in self.store.contacts()? {
            // Work ended with the last run.
            if self.store.request_work(&contact.account)?.is_some_and(|work| work.nonce.is_none()) {
                self.postpone_requests(contact.account, now)?;
            }
        }
        Ok(())
    }

    pub(crate) fn address_wake(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if self.address.tend_at.is_some_and(|at| at <= now) {
            self.tend_address(now, out)?;
        }
        let Some(row) = self.store.public_address()? else { return Ok(()) };
        for AddressWeekRow { week, until_ms, .. } in self.store.address_weeks()? {
            let due = self.address.withdrawing.get(&week).is_some_and(|place| place.next_at <= now);
            if !due || until_ms <= now {
                continue;
            }
            let (id, next_at) = (self.fresh_id(), now.saturating_add(self.jitter(STORE_AGAIN_MS)));
            self.address.withdrawing.insert(week, Unstored { next_at, id: Some(id) });
            // Not deleted: a place that was deleted is nobody's any more, also not mine.
            out.push(Output::PutSlot {
                id,
                slot: InviteLink::of_public_address(self.me, week).slot(),
                owner_hash: *blake3::hash(&address_token(&row.secret, week)).as_bytes(),
                expires_at_ms: until_ms,
                blob: Vec::new(),
            });
        }
        Ok(())
    }

    /// A place is empty at a bootstrap node. `false`: it was about something else.
    pub(crate) fn address_withdrawn(&mut self, id: u64, out: &mut Vec<Output>) -> Result<bool, CoreError> {
        let before = self.address.withdrawing.len();
        self.address.withdrawing.retain(|_, place| place.id != Some(id));
        if self.address.withdrawing.is_empty() && std::mem::take(&mut self.address.lingers) {
            out.push(Output::Event(Event::ProfileChanged { profile: self.profile()? }));
        }
        Ok(self.address.withdrawing.len() < before)
    }

    /// A bootstrap node has the bundle of this invite.
    pub(crate) fn address_stored(&mut self, tag: &[u8; 16], out: &mut Vec<Output>) -> Result<(), CoreError> {
        if !self.address.stored && self.store.address_week_of(tag)?.is_some() {
            self.address.stored = true;
            out.push(Output::Event(Event::ProfileChanged { profile: self.profile()? }));
        }
        Ok(())
    }

    /// What allows to replace the bundle of this invite, if it is that of a public address.
    pub(crate) fn address_token_of(&self, tag: &[u8; 16]) -> Result<Option<[u8; 32]>, CoreError> {
        let Some(week) = self.store.address_week_of(tag)? else { return Ok(None) };
        Ok(self.store.public_address()?.map(|row| address_token(&row.secret, week.week)))
    }

    /// Makes what is missing of this week and the next, offers all of it again, and lets go of what is over.
    fn tend_address(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        // First, so that what fails is not tried at once again.
        self.address.tend_at = Some(now.saturating_add(self.jitter(TEND_MS)));
        let weeks = self.store.address_weeks()?;
        for week in &weeks {
            if week.until_ms <= now {
                self.address.withdrawing.remove(&week.week);
                self.let_go_of_key(week.clone())?;
            } else if week.withdrawn {
                self.address.withdrawing.entry(week.week).or_insert(Unstored { next_at: now, id: None });
            } else {
                self.unstored.entry(week.tag).or_insert(Unstored { next_at: now, id: None });
            }
        }
        let Some(row) = self.store.public_address()?.filter(|row| row.shown) else { return Ok(()) };
        if self.log.device(&self.my_device).is_none() {
            // The account is coming back, and its list does not have this device yet.
            self.address.tend_at = Some(now.saturating_add(self.jitter(TEND_SOON_MS * 10)));
            return Ok(());
        }
        if self.mail_is_on_its_way(now)? {
            self.address.tend_at = Some(now.saturating_add(TEND_SOON_MS));
            return Ok(());
        }
        let this = week_of(now);
        for week in [this, this.saturating_add(1)] {
            let made = weeks.iter().find(|made| made.week == week);
            let good = match made {
                Some(made) => !made.withdrawn && made.work_bits == row.work_bits && self.has_queues(made)?,
                None => false,
            };
            if !good {
                self.make_address(week, row.work_bits, now)?;
            }
        }
        self.serve_invites(now, out)
    }

    /// Whether requests can be left for a bundle, or could not for a new one either.
    fn has_queues(&self, week: &AddressWeekRow) -> Result<bool, CoreError> {
        let has = self.store.queues()?.iter().any(|queue| queue.invite_tag == Some(week.tag));
        Ok(has || self.store.spare_queues()?.iter().all(|queue| queue.state != kith_store::QueueState::Open))
    }

    /// A new bundle for a week, instead of one that may be there.
    fn make_address(&mut self, week: u64, work_bits: u8, now: Timestamp) -> Result<(), CoreError> {
        let link = InviteLink::of_public_address(self.me, week);
        let tag = link.tag();
        if let Some(before) = self.store.address_week_of(&tag)? {
            self.let_go_of_key(before)?;
            self.close_invite_queues(&tag, now)?;
        }
        let one_time = self.olm()?.new_one_time_keys(1).into_iter().next();
        let one_time = one_time.ok_or(CoreError::Damaged { what: "session account" })?;
        self.save_olm()?;
        let until_ms = week.saturating_add(1).saturating_mul(WEEK_MS).saturating_add(LATE_MS);
        let parts = BundleParts {
            name: self.my_name()?,
            log: self.log.clone(),
            device: self.my_device,
            one_time,
            kem: self.device.kem.public(),
            addresses: self.addresses.clone(),
            queues: self.take_queues(None, Some(tag), now)?,
            created_at_ms: now,
            expires_at_ms: Some(until_ms),
            single_use: false,
            work_bits,
        };
        let bundle = InviteBundle::create(parts, &link)
            .map_err(|_own_keys_disagree| CoreError::Damaged { what: "identity of this device" })?;
        let (sealed, bundle_hash) = bundle.seal(&self.device.sign, &link);
        self.store.put_invite(&InviteRow {
            tag,
            secret: Zeroizing::new(*link.secret()),
            one_time,
            sealed,
            bundle_hash,
            hints: Vec::new(),
            created_at_ms: now,
            expires_at_ms: Some(until_ms),
            single_use: false,
            note: String::new(),
            used_by: None,
            used_at_ms: None,
        })?;
        let one_time = Some(one_time);
        self.store.put_address_week(&AddressWeekRow { week, tag, one_time, work_bits, until_ms, withdrawn: false })?;
        self.address.withdrawing.remove(&week);
        self.unstored.insert(tag, Unstored { next_at: now, id: None });
        Ok(())
    }

    /// From now on nobody finds it, and who found it is refused.
    fn withdraw_address(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        for week in self.store.address_weeks()? {
            if week.withdrawn || week.until_ms <= now {
                continue;
            }
            let (tag, number) = (week.tag, week.week);
            if let Some(row) = self.store.invite(&tag)? {
                self.store.put_invite(&InviteRow { expires_at_ms: Some(now), ..row })?;
            }
            self.close_invite_queues(&tag, now)?;
            self.unstored.remove(&tag);
            self.let_go_of_key(AddressWeekRow { withdrawn: true, ..week })?;
            self.address.withdrawing.insert(number, Unstored { next_at: now, id: None });
            self.address.lingers = true;
        }
        self.serve_invites(now, out)
    }

    /// The key of a week opens nothing any more.
    fn let_go_of_key(&mut self, week: AddressWeekRow) -> Result<(), CoreError> {
        if let Some(key) = week.one_time {
            match self.olm()?.forget_one_time_key(key) {
                Ok(()) => self.save_olm()?,
                Err(error) => tracing::debug!(%error, "the key of a public address was gone already"),
            }
        }
        Ok(self.store.put_address_week(&AddressWeekRow { one_time: None, ..week })?)
    }
}

/// The address of somebody else.
impl Core {
    /// Who is behind an address. `None`: the answer comes later.
    pub(crate) fn preview_address(
        &mut self,
        command: CommandId,
        seek: Seek,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Option<Reply>, CoreError> {
        if seek.account == self.me {
            return Ok(Some(Reply::ContactsPreview(PreviewReply {
                account: convert::account_id(self.me),
                link: self.me.to_string(),
                name: self.my_name()?,
                state: None,
                mine: true,
                single_use: false,
                expires_at: None,
                work_bits: None,
            })));
        }
        if self.store.contact(&seek.account)?.is_some_and(|contact| contact.alarm) {
            return Err(alarmed().into());
        }
        self.follow(command, Target::Address(seek), Purpose::Preview, now, out);
        Ok(None)
    }

    /// Asks whoever has this account. `None`: the answer comes later.
    pub(crate) fn add_by_address(
        &mut self,
        command: CommandId,
        seek: Seek,
        text: String,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Option<Reply>, CoreError> {
        if seek.account == self.me {
            return deny(ErrorCode::InvalidArgument, "this is your own address");
        }
        if let Some(contact) = self.store.contact(&seek.account)? {
            if let Some(reply) = self.add_known(&contact, now, out)? {
                return Ok(Some(Reply::ContactsAdd(reply)));
            }
            if self.store.request_work(&seek.account)?.is_some() && self.can_ask_again(&contact)? {
                return self.ask_again(command, &contact, now);
            }
        }
        self.follow(command, Target::Address(seek), Purpose::Add { text }, now, out);
        Ok(None)
    }

    /// The request to an account has to show work, if its bundle asks for some.
    pub(super) fn ask_for_work(
        &mut self,
        account: AccountId,
        session: [u8; 32],
        work_bits: u8,
        now: Timestamp,
    ) -> Result<(), CoreError> {
        if work_bits == 0 {
            return Ok(());
        }
        let row = RequestWorkRow { account, session, work_bits, nonce: None, looked_at_ms: now };
        Ok(self.store.put_request_work(&row)?)
    }

    /// How long a caller waits for the answer to a request.
    pub(super) fn answer_after(&self, account: AccountId) -> Result<u64, CoreError> {
        let works = self.store.request_work(&account)?.is_some_and(|work| work.nonce.is_none());
        Ok(if works { WORK_ANSWER_MS } else { ANSWER_MS })
    }

    /// Whether a request can go now. If its work is not done, or what it answers to may be over, it waits for that.
    pub(super) fn ready_to_ask(
        &mut self,
        device: &DeviceRow,
        row: &OutboxRow,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<bool, CoreError> {
        let account = device.account;
        let Some(work) = self.store.request_work(&account)? else { return Ok(true) };
        if now >= work.looked_at_ms.saturating_add(ANEW_MS) {
            self.store.outbox_postpone(row.id, now.saturating_add(WORK_MS))?;
            self.seek_anew(account, false, now, out);
            return Ok(false);
        }
        let Some(session) = self.current_session(device.device)? else { return Ok(true) };
        if work.nonce.is_some() && work.session == session.session {
            return Ok(true);
        }
        let work = RequestWorkRow { session: session.session, nonce: None, ..work };
        self.store.put_request_work(&work)?;
        self.store.outbox_postpone(row.id, now.saturating_add(WORK_MS))?;
        self.begin_work(&work, now, out)?;
        Ok(false)
    }

    fn begin_work(&mut self, work: &RequestWorkRow, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let bundle = self.store.meta(&meta_bundle(work.account))?.and_then(|bytes| bytes.try_into().ok());
        let Some(bundle) = bundle else { return Ok(()) };
        let task = WorkTask { bundle, session: half(&work.session), bits: work.work_bits };
        let same = |one: &&Working| one.account == work.account && one.task == task && now < one.lost_at;
        if self.address.works.values().any(|one| same(&one)) {
            return Ok(());
        }
        self.stop_work(work.account, out);
        let (id, lost_at) = (self.fresh_id(), now.saturating_add(WORK_LOST_MS));
        self.address.works.insert(id, Working { account: work.account, task, lost_at, told: false });
        Ok(())
    }

    /// Tells the shell of new work when the batch ends: whatever else was taken back meanwhile, it is not forgotten.
    pub(crate) fn flush_work(&mut self, out: &mut Vec<Output>) {
        for (id, work) in self.address.works.iter_mut().filter(|(_, work)| !work.told) {
            work.told = true;
            out.push(Output::Work { id: *id, task: work.task });
        }
    }

    /// The shell did work, or could not.
    pub(crate) fn worked(&mut self, id: u64, nonce: Option<u64>, now: Timestamp) -> Result<(), CoreError> {
        let Some(Working { account, task, .. }) = self.address.works.remove(&id) else { return Ok(()) };
        let Some(row) = self.store.request_work(&account)? else { return Ok(()) };
        let nonce = nonce.filter(|nonce| task.is_done_by(*nonce) && half(&row.session) == task.session);
        for link in self.links.values_mut() {
            if matches!(link.step, Step::Asking { account: asked } if asked == account) {
                link.deadline = now.saturating_add(ANSWER_MS);
            }
        }
        let at = if nonce.is_some() { now } else { now.saturating_add(WORK_AGAIN_MS) };
        self.store.put_request_work(&RequestWorkRow { nonce, ..row })?;
        self.postpone_requests(account, at)
    }

    /// What is asked of this account goes then.
    fn postpone_requests(&mut self, account: AccountId, at: Timestamp) -> Result<(), CoreError> {
        for device in self.live_devices(account)? {
            for row in self.store.outbox_of_kind(&device.device, Body::REQUEST)? {
                self.store.outbox_postpone(row.id, at)?;
            }
            self.dirty.insert(device.device);
        }
        Ok(())
    }

    /// The work that a request under this session shows.
    pub(super) fn work_shown(&self, account: AccountId, session: &[u8; 32]) -> Result<Option<RequestWork>, CoreError> {
        let work = self.store.request_work(&account)?.filter(|work| work.session == *session);
        Ok(work.and_then(|work| work.nonce).map(|nonce| RequestWork { session: half(session), nonce }))
    }

    /// Nothing is worked or looked up for this account any more.
    pub(crate) fn stop_work(&mut self, account: AccountId, out: &mut Vec<Output>) {
        self.address.works.retain(|id, work| {
            if work.account == account {
                out.push(Output::StopWork { id: *id });
            }
            work.account != account
        });
        self.address.anew.retain(|_, anew| anew.seek.account != account);
    }

    /// Their node refuses a request to a public address: what lies there is looked at again. `false`: the request is to
    /// something else.
    pub(super) fn look_anew(
        &mut self,
        device: &DeviceRow,
        row: &OutboxRow,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<bool, CoreError> {
        let account = device.account;
        if self.store.request_work(&account)?.is_none() {
            return Ok(false);
        }
        let again = now.saturating_add(REFUSED_MS);
        self.store.outbox_postpone(row.id, again)?;
        self.address.refused.retain(|_, until| *until > now);
        if self.address.refused.insert(account, again).is_none() {
            self.seek_anew(account, true, now, out);
        }
        Ok(true)
    }

    fn seek_anew(&mut self, account: AccountId, refused: bool, now: Timestamp, out: &mut Vec<Output>) {
        self.address.anew.retain(|_, anew| anew.seek.account != account);
        self.look_further(Anew { seek: Seek::new(account), refused }, now, out);
    }

    fn look_further(&mut self, mut anew: Anew, now: Timestamp, out: &mut Vec<Output>) {
        let id = self.fresh_id();
        let slot = anew.seek.aim(now).slot();
        out.push(Output::GetSlot { id, slot, hints: Vec::new(), not: anew.seek.junk() });
        self.address.anew.insert(id, anew);
    }

    /// What lies at an address by now that a request went to.
    pub(super) fn looked_anew(
        &mut self,
        id: u64,
        outcome: SlotOutcome,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(mut anew) = self.address.anew.remove(&id) else { return Ok(()) };
        let account = anew.seek.account;
        let Some(work) = self.store.request_work(&account)? else { return Ok(()) };
        match (anew.seek.judge(&outcome, now), outcome) {
            (Sought::Further, _) => {
                self.look_further(anew, now, out);
                return Ok(());
            }
            (Sought::There(link), SlotOutcome::Found(sealed)) => {
                let (bundle, _) = open_bundle(&link, &sealed, now)?;
                if self.store.meta(&meta_bundle(account))?.as_deref() != Some(bundle.hash().as_slice()) {
                    return self.ask_anew(account, &link, &sealed, now, out);
                }
            }
            (Sought::Nowhere(error), _) if anew.refused && error.code == ErrorCode::NotFound => {
                return self.request_failed(account, error, now, out);
            }
            (Sought::Nowhere(_) | Sought::There(_), _) => {}
        }
        self.store.put_request_work(&RequestWorkRow { looked_at_ms: now, ..work })?;
        if !anew.refused {
            for device in self.live_devices(account)? {
                self.wake_device(device.device, now)?;
            }
        }
        Ok(())
    }

    /// The request that waits, in the words it had, to another bundle.
    fn ask_anew(
        &mut self,
        account: AccountId,
        link: &InviteLink,
        sealed: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let mut said = None;
        for device in self.live_devices(account)? {
            for row in self.store.outbox_of_kind(&device.device, Body::REQUEST)? {
                if let Body::Request { text, .. } = Body::decode(row.kind, &row.body)? {
                    said = Some(text);
                }
            }
        }
        let waits = self.store.contact(&account)?.is_some_and(|contact| contact.state == ContactState::Waiting);
        let Some(text) = said.filter(|_| waits) else { return Ok(()) };
        self.stop_work(account, out);
        match self.ask(link, sealed, text, now, out)? {
            Ok(account) => self.contact_changed(account, out),
            Err(error) => self.request_failed(account, error, now, out),
        }
    }
}
