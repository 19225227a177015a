//! Six words to say on the telephone: a place that both sides find from the words alone, with the link of an invite in it.
//!
//! The words and their place are kept in memory only. After a restart the place is still there, at the bootstrap nodes,
//! until its few minutes are over.

use kith_api::{ApiError, ErrorCode};
use kith_crypto::{Key, KeystoreError, SpokenCode, SpokenError};
use kith_wire::{InviteLink, SpokenInvite, SpokenLinkError};

use crate::{
    CommandId, Output, SlotOutcome, Timestamp,
    contacts::{
        invite::{STORE_AGAIN_MS, Unstored},
        link::{Purpose, Target, parse_link},
        public_address::{Seek, parse_address},
    },
    core::Core,
    error::CoreError,
};

/// How long six words stand for an invite: as long as a call takes in which they are said. All could be tried by whoever
/// keeps the place, so there should be nothing to gain soon.
pub(crate) const SPOKEN_S: u64 = 600;

/// A link that words of mine lead to.
#[derive(Debug)]
pub(crate) struct Spoken {
    /// Of the invite.
    tag: [u8; 16],
    place: SpokenInvite,
    /// What allows to replace or delete it. Not from the words, or whoever overhears them could lead to somebody else.
    token: Key,
    sealed: Vec<u8>,
    expires_at_ms: Timestamp,
    /// `None` once a bootstrap node has it.
    unstored: Option<Unstored>,
}

impl Spoken {
    pub(crate) fn serve(&self) -> (kith_wire::SlotId, Vec<u8>) {
        (self.place.slot(), self.sealed.clone())
    }
}

impl Core {
    /// New words that lead to this link.
    pub(crate) fn speak(
        &mut self,
        link: &InviteLink,
        expires_at_ms: Timestamp,
        now: Timestamp,
    ) -> Result<String, CoreError> {
        let code = SpokenCode::generate();
        let place = SpokenInvite::new(&code).map_err(no_memory)?;
        let unstored = Some(Unstored { next_at: now, id: None });
        self.spoken.push(Spoken {
            tag: link.tag(),
            sealed: place.seal(link),
            place,
            token: Key::random(),
            expires_at_ms,
            unstored,
        });
        Ok(code.words().to_owned())
    }

    pub(crate) fn spoken_next_wake(&self) -> Option<Timestamp> {
        let times = self
            .spoken
            .iter()
            .flat_map(|spoken| [Some(spoken.expires_at_ms), spoken.unstored.as_ref().map(|unstored| unstored.next_at)]);
        times.flatten().min()
    }

    /// Forgets words that are over, and offers those to the bootstrap nodes that none has.
    pub(crate) fn spoken_wake(&mut self, now: Timestamp, out: &mut Vec<Output>) -> Result<(), CoreError> {
        let before = self.spoken.len();
        for spoken in std::mem::take(&mut self.spoken) {
            // A batch that failed took the invite away again.
            if spoken.expires_at_ms > now && self.store.invite(&spoken.tag)?.is_some() {
                self.spoken.push(spoken);
            }
        }
        if self.spoken.len() < before {
            self.serve_invites(now, out)?;
        }
        for at in 0..self.spoken.len() {
            let (id, wait) = (self.fresh_id(), self.jitter(STORE_AGAIN_MS));
            let Some(spoken) = self.spoken.get_mut(at) else { continue };
            if spoken.unstored.as_ref().is_none_or(|unstored| unstored.next_at > now) {
                continue;
            }
            spoken.unstored = Some(Unstored { next_at: now.saturating_add(wait), id: Some(id) });
            out.push(Output::PutSlot {
                id,
                slot: spoken.place.slot(),
                owner_hash: *blake3::hash(spoken.token.as_bytes()).as_bytes(),
                expires_at_ms: spoken.expires_at_ms,
                blob: spoken.sealed.clone(),
            });
        }
        Ok(())
    }

    /// A bootstrap node has the link; gives whose words those are.
    pub(crate) fn spoken_put(&mut self, id: u64) -> Option<[u8; 16]> {
        let is_it = |spoken: &&mut Spoken| spoken.unstored.as_ref().is_some_and(|unstored| unstored.id == Some(id));
        let spoken = self.spoken.iter_mut().find(is_it)?;
        spoken.unstored = None;
        Some(spoken.tag)
    }

    /// Whether words lead to this invite which no bootstrap node knows yet.
    pub(crate) fn is_unheard(&self, tag: &[u8; 16]) -> bool {
        self.spoken.iter().any(|spoken| spoken.tag == *tag && spoken.unstored.is_some())
    }

    /// What somebody pasted or typed: a link, a public address, or words they heard. Of words of mine the link is known.
    pub(crate) fn target(&self, text: &str) -> Result<Target, CoreError> {
        if let Some(account) = parse_address(text)? {
            return Ok(Target::Address(Seek::new(account)));
        }
        let Some(place) = parse_words(text)? else { return Ok(Target::Link(parse_link(text)?)) };
        let mine = self.spoken.iter().find(|spoken| spoken.place.slot() == place.slot());
        let row = mine.map(|spoken| self.store.invite(&spoken.tag)).transpose()?.flatten();
        Ok(row.map_or(Target::Words(place), |row| Target::Link(self.invite_link(&row))))
    }

    /// The invite is over, and so are the words for it.
    pub(crate) fn unspeak(&mut self, tag: &[u8; 16], out: &mut Vec<Output>) {
        self.spoken.retain(|spoken| {
            if spoken.tag == *tag {
                out.push(Output::DeleteSlot { slot: spoken.place.slot(), token: *spoken.token.as_bytes() });
            }
            spoken.tag != *tag
        });
    }

    /// What became of the search for the link behind somebody's words: it is followed as if it had been pasted.
    pub(crate) fn heard(
        &mut self,
        command: CommandId,
        place: &SpokenInvite,
        (outcome, purpose): (SlotOutcome, Purpose),
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<(), CoreError> {
        let link = match outcome {
            SlotOutcome::Found(sealed) => place.open(&sealed).map_err(|error| altered(&error))?,
            SlotOutcome::Gone { used: true } => return Err(used().into()),
            SlotOutcome::Gone { used: false } => return Err(over().into()),
            SlotOutcome::Missing => return Err(unheard().into()),
            SlotOutcome::Unreachable => return Err(super::link::offline().into()),
        };
        let reply = match purpose {
            Purpose::Add { text } => self.add_by_link(command, link, text, now, out)?,
            Purpose::Preview => self.preview_link(command, link, now, out)?,
        };
        out.extend(reply.map(|reply| Output::Reply(command, Ok(reply))));
        Ok(())
    }
}

/// Reads words that somebody heard. `None`: the text is something else, a link perhaps.
fn parse_words(text: &str) -> Result<Option<SpokenInvite>, CoreError> {
    match SpokenCode::parse(text) {
        Ok(code) => Ok(Some(SpokenInvite::new(&code).map_err(no_memory)?)),
        Err(error @ (SpokenError::WordCount { found: 2.. } | SpokenError::UnknownWord { .. }))
            if !text.contains(':') =>
        {
            Err(ApiError::new(ErrorCode::BadLink, error.to_string()).hint("ask for the words again").into())
        }
        Err(_something_else) => Ok(None),
    }
}

fn no_memory(error: KeystoreError) -> CoreError {
    ApiError::new(ErrorCode::Internal, error.to_string()).hint("close other programs and try again").into()
}

fn altered(error: &SpokenLinkError) -> ApiError {
    ApiError::new(ErrorCode::NotAllowed, error.to_string()).hint("do not trust these words; ask for new ones")
}

fn used() -> ApiError {
    ApiError::new(ErrorCode::UsedLink, "these words were for one person and have been used").hint("ask for new ones")
}

fn over() -> ApiError {
    ApiError::new(ErrorCode::ExpiredLink, "these words are over").hint("ask for new ones")
}

fn unheard() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "these words lead nowhere")
        .hint("check every word, or ask for new ones: they work for ten minutes, through a bootstrap node of both")
}
