//! Following an invite link of somebody else to the sealed bundle it leads to.

use kith_api::{ApiError, ErrorCode, Reply};
use kith_wire::{
    AccountId, DeviceRecord, InviteBundle, InviteError, InviteLink, LinkError, SpokenInvite, UnverifiedBundle,
};

use crate::{
    CommandId, Output, SlotOutcome, Timestamp,
    contacts::public_address::{Seek, Sought, as_address},
    core::Core,
    error::{CoreError, refuse},
    recovery::Claim,
};

/// How long to look for a bundle.
const FIND_MS: u64 = 30_000;
/// How long a bundle that nobody has is looked for: it may be on its way to the bootstrap nodes.
const APPEAR_MS: u64 = 6_000;
/// How long a request waits for queues in which its answer can be left.
const QUEUES_MS: u64 = 3_000;
/// How long to wait before looking again, the first time; then twice as long each time, because nodes answer only a few
/// such questions a minute.
const LOOK_AGAIN_MS: u64 = 500;

/// A link being followed, while the caller waits.
#[derive(Debug)]
pub(crate) struct PendingLink {
    pub(crate) command: CommandId,
    pub(crate) deadline: Timestamp,
    pub(crate) step: Step,
}

#[derive(Debug)]
pub(crate) enum Step {
    /// Looking for the bundle.
    Finding(Box<Search>),
    /// Nobody had the bundle; it is looked for again at the deadline.
    Pausing(Box<Search>),
    /// Waiting for the inviter's node to say whether it knows this account.
    Claiming,
    /// Waiting for the inviter's node.
    Asking { account: AccountId },
}

#[derive(Debug)]
pub(crate) struct Search {
    target: Target,
    purpose: Purpose,
    since: Timestamp,
    /// How often nobody had it.
    missed: u32,
}

/// Where a search goes to.
#[derive(Debug)]
pub(crate) enum Target {
    /// The bundle behind a link.
    Link(InviteLink),
    /// The link behind somebody's words.
    Words(SpokenInvite),
    /// The bundle at somebody's public address.
    Address(Seek),
}

/// What the bundle is wanted for.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// To ask the person, with this text.
    Add { text: String },
    /// To say who it is.
    Preview,
}

impl Core {
    /// Looks for the bundle of a link, or for the link behind words, for a caller who waits.
    pub(crate) fn follow(
        &mut self,
        command: CommandId,
        target: Target,
        purpose: Purpose,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        self.look(command, Box::new(Search { target, purpose, since: now, missed: 0 }), now, out);
    }

    /// Stops looking for somebody by their account, and waiting for their answer. Whether something was looked for.
    pub(crate) fn stop_asking(&mut self, account: AccountId, out: &mut Vec<Output>) -> bool {
        let mut stopped = false;
        self.links.retain(|_, link| {
            let searched = match &link.step {
                Step::Finding(search) | Step::Pausing(search) => {
                    let adds = matches!(search.purpose, Purpose::Add { .. });
                    adds && matches!(&search.target, Target::Address(seek) if seek.account() == account)
                }
                Step::Asking { .. } | Step::Claiming => false,
            };
            stopped |= searched;
            if searched || matches!(link.step, Step::Asking { account: asked } if asked == account) {
                let error = ApiError::new(ErrorCode::Cancelled, "the request was taken back");
                out.push(Output::Reply(link.command, Err(error)));
                return false;
            }
            true
        });
        stopped
    }

    fn look(&mut self, command: CommandId, mut search: Box<Search>, now: Timestamp, out: &mut Vec<Output>) {
        let id = self.fresh_id();
        let (slot, hints, not) = match &mut search.target {
            Target::Link(link) => (link.slot(), link.hints().to_vec(), Vec::new()),
            Target::Words(place) => (place.slot(), Vec::new(), Vec::new()),
            Target::Address(seek) => (seek.aim(now).slot(), Vec::new(), seek.junk()),
        };
        out.push(Output::GetSlot { id, slot, hints, not });
        let deadline = now.saturating_add(FIND_MS);
        self.links.insert(id, PendingLink { command, deadline, step: Step::Finding(search) });
    }

    pub(crate) fn slot_got(
        &mut self,
        id: u64,
        outcome: SlotOutcome,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let Some(PendingLink { command, step, .. }) = self.links.remove(&id) else {
            return self.looked_anew(id, outcome, now, out);
        };
        let Step::Finding(mut search) = step else { return Ok(()) };
        // Whoever answered before and is silent now has nothing to take back.
        let outcome =
            if search.missed > 0 && outcome == SlotOutcome::Unreachable { SlotOutcome::Missing } else { outcome };
        let may_appear = !matches!(search.target, Target::Address(_));
        if may_appear && outcome == SlotOutcome::Missing && now < search.since.saturating_add(APPEAR_MS) {
            let deadline = now.saturating_add(LOOK_AGAIN_MS << search.missed.min(4));
            search.missed += 1;
            self.links.insert(id, PendingLink { command, deadline, step: Step::Pausing(search) });
            return Ok(());
        }
        let Search { target, purpose, since, missed } = *search;
        let mut address = None;
        let link = match target {
            Target::Link(link) => link,
            Target::Words(place) => return self.heard(command, &place, (outcome, purpose), now, out),
            Target::Address(mut seek) => match seek.judge(&outcome, now) {
                Sought::There(link) => {
                    address = Some(seek.account());
                    link
                }
                Sought::Further => {
                    let search = Search { target: Target::Address(seek), purpose, since, missed };
                    self.look(command, Box::new(search), now, out);
                    return Ok(());
                }
                Sought::Nowhere(error) => {
                    out.push(Output::Reply(command, Err(error)));
                    return Ok(());
                }
            },
        };
        let adding = matches!(purpose, Purpose::Add { .. });
        if adding && now < since.saturating_add(QUEUES_MS) && self.mail_is_on_its_way(now)? {
            // A request that says where its answer may be left is worth a moment.
            let deadline = now.saturating_add(LOOK_AGAIN_MS * 2);
            let target = address.map_or(Target::Link(link), |account| Target::Address(Seek::new(account)));
            let search = Box::new(Search { target, purpose, since, missed });
            self.links.insert(id, PendingLink { command, deadline, step: Step::Pausing(search) });
            return Ok(());
        }
        let alone = self.is_alone();
        let answer = match (outcome, purpose) {
            (SlotOutcome::Found(sealed), Purpose::Add { text }) if alone => {
                return self.claim(id, command, Claim { link, sealed, text }, now, out);
            }
            (SlotOutcome::Found(sealed), Purpose::Add { text }) => match self.ask(&link, &sealed, text, now, out)? {
                Ok(account) => return self.asked(id, command, account, now, out),
                Err(error) => Err(error),
            },
            (SlotOutcome::Found(sealed), Purpose::Preview) => {
                self.preview_of(&link, &sealed, now, out)?.map(|person| as_address(person, address))
            }
            (SlotOutcome::Gone { used: true }, Purpose::Preview) => self.preview_of_used(&link)?.ok_or_else(used),
            (SlotOutcome::Gone { used: true }, Purpose::Add { .. }) => Err(used()),
            (SlotOutcome::Gone { used: false }, _) => Err(expired()),
            (SlotOutcome::Missing, _) => Err(ApiError::new(ErrorCode::BadLink, "nobody knows this invite")
                .hint("it may be too old, or the person who made it is offline: ask for a new link")),
            (SlotOutcome::Unreachable, _) => Err(offline()),
        };
        out.push(Output::Reply(command, answer.map(Reply::ContactsPreview)));
        Ok(())
    }

    /// Answers the callers whose time is over.
    pub(crate) fn links_wake(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let over: Vec<u64> = self.links.iter().filter(|(_, link)| link.deadline <= now).map(|(id, _)| *id).collect();
        for id in over {
            let Some(link) = self.links.remove(&id) else { continue };
            match link.step {
                Step::Pausing(search) => self.look(link.command, search, now, out),
                Step::Finding(_) | Step::Claiming => out.push(Output::Reply(link.command, Err(offline()))),
                Step::Asking { account } => {
                    let step = Step::Asking { account };
                    self.links.insert(id, PendingLink { step, ..link });
                    self.answer_add(account, None, out)?;
                }
            }
        }
        Ok(())
    }
}

/// Opens what lay in the slot; the bundle, and the device in it that answers.
pub(crate) fn open_bundle(
    link: &InviteLink,
    sealed: &[u8],
    now: Timestamp,
) -> Result<(InviteBundle, DeviceRecord), CoreError> {
    let bundle = UnverifiedBundle::open(link, sealed)
        .and_then(|bundle| bundle.verify(link, now))
        .map_err(|error| bad_bundle(&error))?;
    let Some(record) = bundle.log.device(&bundle.device).cloned() else {
        return refuse("a bundle of a device that is not in its list");
    };
    Ok((bundle, record))
}

pub(crate) fn parse_link(text: &str) -> Result<InviteLink, CoreError> {
    Ok(InviteLink::parse(text.trim()).map_err(|error| bad_link(&error))?)
}

pub(crate) fn used() -> ApiError {
    ApiError::new(ErrorCode::UsedLink, "this invite was for one person and has been used").hint("ask for a new link")
}

pub(crate) fn expired() -> ApiError {
    ApiError::new(ErrorCode::ExpiredLink, "this invite is over").hint("ask for a new link")
}

/// The keys of somebody are in wrong hands, as was noticed before.
pub(crate) fn alarmed() -> ApiError {
    ApiError::new(ErrorCode::NotAllowed, "the keys of this person are in wrong hands")
}

/// The invite carries a device list from before one that is known.
pub(crate) fn outdated() -> ApiError {
    ApiError::new(ErrorCode::BadLink, "the invite carries an older device list than the one known")
}

/// The invite carries a device list that contradicts the one known.
pub(crate) fn forked() -> ApiError {
    let message = "this person's keys are in two hands: the invite contradicts the device list known";
    ApiError::new(ErrorCode::NotAllowed, message)
}

pub(crate) fn offline() -> ApiError {
    ApiError::new(ErrorCode::Offline, "nobody who could have this invite can be reached")
        .hint("check the network, or try again when the person who made it is online")
}

fn bad_link(error: &LinkError) -> ApiError {
    ApiError::new(ErrorCode::BadLink, error.to_string()).hint("copy the whole link, from kith: to its end")
}

fn bad_bundle(error: &InviteError) -> ApiError {
    if let InviteError::Expired { .. } = error {
        return expired();
    }
    ApiError::new(ErrorCode::BadLink, error.to_string()).hint("do not trust this link; ask for a new one")
}
