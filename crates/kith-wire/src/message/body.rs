//! What a message says.

use std::fmt;

use kith_crypto::{CurveKey, KemPublic};
use prost::Message;

use super::body_proto::{
    CLOSE_POLL, ChangeProto, ContactProto, DELETE, EDIT, EXPIRY, EditProto, ExpiryProto, IdentityProto, KeysProto,
    MAILBOX_OFFER, MAILBOX_WITHDRAWN, MailboxesProto, NACK, PREKEYS, PRESENCE, PresenceProto, ProfileProto, REACT,
    RECEIPT, ReactProto, TEXT, TYPING, TextProto, TypingProto, VOTE, VoteProto, WHEREABOUTS, WhereaboutsProto,
    WithdrawnProto, contact_shape,
};
use super::call::{Call, CallSignal};
use super::introduction::{Introduction, IntroductionAnswer};
use super::link_preview::LinkPreview;
use super::poll::{Poll, check_choices};
use super::stickers::{SmallPicture, Sticker, check_pictures, read_pictures, write_pictures};
use super::sync::Sync;
use crate::codec::{array, arrays, check_count};
use crate::error::WireError;
use crate::ids::{AccountId, EnvelopeId, MsgId};
use crate::limits::{
    ADDRESSES_MAX, BODY_MAX, EMOJI_MAX_BYTES, EXPIRES_MAX_S, KEPT_BODY_MAX, LOG_MAX, NACKS_MAX, NAME_MAX_CHARS,
    PREKEYS_MAX, RECEIPTS_MAX, REQUEST_TEXT_MAX_CHARS, STATUS_MAX_CHARS, TEXT_MAX_BYTES,
};
use crate::mailbox::{MailboxOffer, QueueAddress, check_queues, read_queues, write_queues};
use crate::text::{check_addresses, check_bytes, check_chars, clean_name, clean_status, clean_text, is_emoji};
use crate::whereabouts::FindKey;

/// What a message says. Text from a peer is cleaned when it is decoded; identity logs stay bytes until they are verified.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// Something a person wrote.
    Text {
        /// The text.
        text: String,
        /// The message it answers.
        reply_to: Option<MsgId>,
        /// It was written somewhere else and passed on from there.
        forwarded: bool,
        /// It disappears so many seconds after it was sent at its author's, and after it was shown at its reader's.
        expires_s: Option<u32>,
        /// What its author saw behind a link in it.
        preview: Option<LinkPreview>,
        /// What the names in it that stand between colons look like.
        pictures: Vec<SmallPicture>,
    },
    /// A contact request, the first message to somebody.
    Request {
        /// The sender's display name.
        name: String,
        /// A few words from the sender.
        text: String,
        /// The sender's identity log, encoded.
        log: Vec<u8>,
        /// The X-Wing key of the sending device.
        kem: KemPublic,
        /// One-time keys of the sending device for the recipient alone.
        prekeys: Vec<CurveKey>,
        /// Where the sending device can be reached.
        addresses: Vec<String>,
        /// The bundle this answers.
        bundle_hash: [u8; 32],
        /// Where the sending device finds mail.
        queues: Vec<QueueAddress>,
    },
    /// The answer to a request: we are contacts.
    Accept {
        /// The sender's display name.
        name: String,
        /// The sender's identity log, encoded.
        log: Vec<u8>,
        /// The X-Wing key of the sending device.
        kem: KemPublic,
        /// One-time keys of the sending device for the recipient alone.
        prekeys: Vec<CurveKey>,
        /// Where the sending device can be reached.
        addresses: Vec<String>,
        /// Where the sending device finds mail.
        queues: Vec<QueueAddress>,
    },
    /// These messages are stored on the sending device.
    Delivered {
        /// The messages.
        messages: Vec<MsgId>,
    },
    /// A person saw these messages.
    Seen {
        /// The messages.
        messages: Vec<MsgId>,
    },
    /// These envelopes could not be decrypted; send their messages again.
    Nack {
        /// The envelopes.
        envelopes: Vec<EnvelopeId>,
    },
    /// More one-time keys of the sending device.
    Prekeys {
        /// The keys.
        keys: Vec<CurveKey>,
    },
    /// The sender's name and status text.
    Profile {
        /// The display name.
        name: String,
        /// The status text.
        status_text: String,
        /// Until when that counts (Unix ms); otherwise until another one comes.
        status_until_ms: Option<u64>,
    },
    /// A new identity log of the sender.
    Identity {
        /// The log, encoded.
        log: Vec<u8>,
    },
    /// Where the sending device finds mail from now on, instead of what it said before.
    Mailboxes {
        /// The queues, the best first.
        queues: Vec<QueueAddress>,
    },
    /// The sender keeps mail for the recipient, instead of where the sender said before.
    MailboxOffer {
        /// Where, and what opens queues there.
        offer: MailboxOffer,
    },
    /// The sender keeps no mail for the recipient any longer.
    MailboxWithdrawn,
    /// By which the recipient finds the sending device from now on, and where it is.
    Whereabouts {
        /// The key that its records of every day come from.
        find: FindKey,
        /// Where it could be reached when it said this.
        addresses: Vec<String>,
    },
    /// Another text for a message of the sender's.
    Edit {
        /// The message.
        target: MsgId,
        /// What it says from now on.
        text: String,
        /// What the names in it that stand between colons look like.
        pictures: Vec<SmallPicture>,
    },
    /// The sender takes a message of theirs back. A request: nobody can be made to forget.
    Delete {
        /// The message.
        target: MsgId,
    },
    /// The sender puts an emoji on a message, or takes it off.
    React {
        /// The message.
        target: MsgId,
        /// Who wrote that message.
        author: AccountId,
        /// The emoji.
        emoji: String,
        /// Put on; otherwise taken off.
        on: bool,
    },
    /// After how long what is written in the chat disappears from now on.
    Expiry {
        /// In seconds; `None`: it stays.
        expires_s: Option<u32>,
        /// One more than the highest that the sender knew: the highest counts, whatever the clocks say.
        number: u32,
    },
    /// A question with answers to choose from.
    Poll(Poll),
    /// The sender chooses answers in a poll, instead of what they chose before.
    Vote {
        /// The poll.
        target: MsgId,
        /// Who asked.
        author: AccountId,
        /// Bit n is answer n; none takes the choice back.
        choices: u32,
    },
    /// What is chosen after this does not count in a poll of the sender's.
    ClosePoll {
        /// The poll.
        target: MsgId,
    },
    /// A picture and nothing else.
    Sticker(Sticker),
    /// The sender is writing in the chat, or stopped. Only said on a live connection, and over by itself soon.
    Typing {
        /// Whether they are.
        on: bool,
    },
    /// Whether the person at the sending device is there. Only said on a live connection, and good as long as that is.
    Presence {
        /// How.
        availability: Availability,
        /// The sender does not know it of the recipient, who may have said so on a connection that is no more.
        asks: bool,
    },
    /// It rings.
    Call(Call),
    /// What is said about a call while it rings and goes on.
    CallSignal(CallSignal),
    /// A step of finding out what one of the two lacks.
    Sync(Sync),
    /// The sender suggests that the recipient gets to know somebody.
    Introduction(Introduction),
    /// What leads on from there: an invite of who wants it, or of whom they are introduced to.
    IntroductionAnswer(IntroductionAnswer),
    /// A kind this build does not know; kept as it came.
    Unknown {
        /// The kind.
        kind: u32,
        /// The bytes.
        bytes: Vec<u8>,
    },
}

/// Whether a person is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Availability {
    /// Not to be told.
    #[default]
    Hidden,
    /// There, and somewhere else.
    Away,
    /// There, and not to be disturbed.
    Busy,
    /// There.
    Online,
}

impl Availability {
    /// The number on the wire; frozen.
    fn number(self) -> u32 {
        match self {
            Self::Hidden => 0,
            Self::Online => 1,
            Self::Away => 2,
            Self::Busy => 3,
        }
    }

    /// Whoever says something new is there at least.
    fn of(number: u32) -> Self {
        match number {
            0 => Self::Hidden,
            2 => Self::Away,
            3 => Self::Busy,
            _ => Self::Online,
        }
    }
}

const KIND_TEXT: u32 = 1;
const KIND_REQUEST: u32 = 2;
const KIND_ACCEPT: u32 = 3;
const KIND_DELIVERED: u32 = 4;
const KIND_SEEN: u32 = 5;
const KIND_NACK: u32 = 6;
const KIND_PREKEYS: u32 = 7;
const KIND_PROFILE: u32 = 8;
const KIND_IDENTITY: u32 = 9;
const KIND_EDIT: u32 = 20;
const KIND_DELETE: u32 = 21;
const KIND_REACT: u32 = 22;
const KIND_EXPIRY: u32 = 23;
const KIND_POLL: u32 = 24;
const KIND_VOTE: u32 = 25;
const KIND_CLOSE_POLL: u32 = 26;
const KIND_STICKER: u32 = 27;
const KIND_CALL: u32 = 28;
const KIND_MAILBOXES: u32 = 10;
const KIND_MAILBOX_OFFER: u32 = 11;
const KIND_MAILBOX_WITHDRAWN: u32 = 12;
const KIND_WHEREABOUTS: u32 = 13;
const KIND_TYPING: u32 = 40;
const KIND_PRESENCE: u32 = 41;
const KIND_CALL_SIGNAL: u32 = 42;
const KIND_INTRODUCTION: u32 = 50;
const KIND_INTRODUCTION_ANSWER: u32 = 51;

/// Whether [`Body::decode`] understands a kind.
fn is_known(kind: u32) -> bool {
    matches!(
        kind,
        KIND_TEXT..=KIND_WHEREABOUTS
            | KIND_EDIT..=KIND_CALL
            | KIND_TYPING..=KIND_CALL_SIGNAL
            | KIND_INTRODUCTION..=KIND_INTRODUCTION_ANSWER
    ) || Sync::is_known(kind)
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("kind", &self.kind()).finish_non_exhaustive()
    }
}

impl Body {
    /// The kind of [`Body::Text`].
    pub const TEXT: u32 = KIND_TEXT;
    /// The kind of [`Body::Request`].
    pub const REQUEST: u32 = KIND_REQUEST;
    /// The kind of [`Body::Accept`].
    pub const ACCEPT: u32 = KIND_ACCEPT;
    /// The kind of [`Body::Edit`].
    pub const EDIT: u32 = KIND_EDIT;
    /// The kind of [`Body::Delete`].
    pub const DELETE: u32 = KIND_DELETE;
    /// The kind of [`Body::ClosePoll`].
    pub const CLOSE_POLL: u32 = KIND_CLOSE_POLL;
    /// The kind of [`Body::React`].
    pub const REACT: u32 = KIND_REACT;
    /// The kind of [`Body::Expiry`].
    pub const EXPIRY: u32 = KIND_EXPIRY;
    /// The kind of [`Body::Poll`].
    pub const POLL: u32 = KIND_POLL;
    /// The kind of [`Body::Sticker`].
    pub const STICKER: u32 = KIND_STICKER;
    /// The kind of [`Body::Call`].
    pub const CALL: u32 = KIND_CALL;
    /// The kind of [`Body::Introduction`].
    pub const INTRODUCTION: u32 = KIND_INTRODUCTION;
    /// The kind of [`Body::Mailboxes`].
    pub const MAILBOXES: u32 = KIND_MAILBOXES;
    /// Its kind on the wire, as [`Body::kind`] gives it.
    pub const DELIVERED: u32 = KIND_DELIVERED;
    /// Its kind on the wire, as [`Body::kind`] gives it.
    pub const NACK: u32 = KIND_NACK;
    /// Its kind on the wire, as [`Body::kind`] gives it.
    pub const PREKEYS: u32 = KIND_PREKEYS;
    /// Its kind on the wire, as [`Body::kind`] gives it.
    pub const IDENTITY: u32 = KIND_IDENTITY;

    /// A text and nothing else.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let pictures = Vec::new();
        Self::Text { text: text.into(), reply_to: None, forwarded: false, expires_s: None, preview: None, pictures }
    }
    /// The kind of [`Body::MailboxOffer`].
    pub const MAILBOX_OFFER: u32 = KIND_MAILBOX_OFFER;
    /// The kind of [`Body::Whereabouts`].
    pub const WHEREABOUTS: u32 = KIND_WHEREABOUTS;
    /// The kind of [`Body::MailboxWithdrawn`].
    pub const MAILBOX_WITHDRAWN: u32 = KIND_MAILBOX_WITHDRAWN;

    /// The number of the kind on the wire; frozen.
    #[must_use]
    pub fn kind(&self) -> u32 {
        match self {
            Self::Text { .. } => KIND_TEXT,
            Self::Request { .. } => KIND_REQUEST,
            Self::Accept { .. } => KIND_ACCEPT,
            Self::Delivered { .. } => KIND_DELIVERED,
            Self::Seen { .. } => KIND_SEEN,
            Self::Nack { .. } => KIND_NACK,
            Self::Prekeys { .. } => KIND_PREKEYS,
            Self::Profile { .. } => KIND_PROFILE,
            Self::Identity { .. } => KIND_IDENTITY,
            Self::Mailboxes { .. } => KIND_MAILBOXES,
            Self::MailboxOffer { .. } => KIND_MAILBOX_OFFER,
            Self::MailboxWithdrawn => KIND_MAILBOX_WITHDRAWN,
            Self::Whereabouts { .. } => KIND_WHEREABOUTS,
            Self::Edit { .. } => KIND_EDIT,
            Self::Delete { .. } => KIND_DELETE,
            Self::React { .. } => KIND_REACT,
            Self::Expiry { .. } => KIND_EXPIRY,
            Self::Poll(_) => KIND_POLL,
            Self::Vote { .. } => KIND_VOTE,
            Self::ClosePoll { .. } => KIND_CLOSE_POLL,
            Self::Sticker(_) => KIND_STICKER,
            Self::Typing { .. } => KIND_TYPING,
            Self::Presence { .. } => KIND_PRESENCE,
            Self::Call(_) => KIND_CALL,
            Self::CallSignal(_) => KIND_CALL_SIGNAL,
            Self::Sync(sync) => sync.kind(),
            Self::Introduction(_) => KIND_INTRODUCTION,
            Self::IntroductionAnswer(_) => KIND_INTRODUCTION_ANSWER,
            Self::Unknown { kind, .. } => *kind,
        }
    }

    /// Whether it becomes part of the conversation, which both sides keep.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        match self {
            Self::Text { .. }
            | Self::Edit { .. }
            | Self::Delete { .. }
            | Self::React { .. }
            | Self::Expiry { .. }
            | Self::Poll(_)
            | Self::Vote { .. }
            | Self::ClosePoll { .. }
            | Self::Sticker(_)
            | Self::Introduction(_)
            | Self::Call(_)
            | Self::Unknown { .. } => true,
            Self::Request { .. }
            | Self::Accept { .. }
            | Self::Delivered { .. }
            | Self::Seen { .. }
            | Self::Nack { .. }
            | Self::Prekeys { .. }
            | Self::Profile { .. }
            | Self::Identity { .. }
            | Self::Mailboxes { .. }
            | Self::MailboxOffer { .. }
            | Self::MailboxWithdrawn
            | Self::Whereabouts { .. }
            | Self::Typing { .. }
            | Self::Presence { .. }
            | Self::CallSignal(_)
            | Self::IntroductionAnswer(_)
            | Self::Sync(_) => false,
        }
    }

    /// The pictures that come with it.
    #[must_use]
    pub fn pictures(&self) -> &[SmallPicture] {
        if let Self::Text { pictures, .. } | Self::Edit { pictures, .. } = self {
            return pictures;
        }
        if let Self::Sticker(sticker) = self { std::slice::from_ref(&sticker.picture) } else { &[] }
    }

    /// It, without the preview of a text whose pictures leave no room for that. What a text says and shows comes before what
    /// is behind a link in it.
    #[must_use]
    pub fn without_excess(mut self) -> Self {
        let excess = self.has_excess();
        if let Self::Text { preview, .. } = &mut self
            && excess
        {
            *preview = None;
        }
        self
    }

    fn has_excess(&self) -> bool {
        let Self::Text { preview: Some(_), pictures, .. } = self else { return false };
        !pictures.is_empty() && self.encode().len() > KEPT_BODY_MAX
    }

    /// The bytes beside the kind.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Text { text, reply_to, forwarded, expires_s, preview, pictures } => {
                write_text(text, *reply_to, *forwarded, *expires_s, preview.as_ref(), pictures).encode_to_vec()
            }
            Self::Request { name, text, log, kem, prekeys, addresses, bundle_hash, queues } => ContactProto {
                name: name.clone(),
                text: text.clone(),
                log: log.clone(),
                kem: kem.as_bytes().to_vec(),
                prekeys: curve_bytes(prekeys),
                addresses: addresses.clone(),
                bundle_hash: bundle_hash.to_vec(),
                queues: write_queues(queues),
            }
            .encode_to_vec(),
            Self::Accept { name, log, kem, prekeys, addresses, queues } => ContactProto {
                name: name.clone(),
                text: String::new(),
                log: log.clone(),
                kem: kem.as_bytes().to_vec(),
                prekeys: curve_bytes(prekeys),
                addresses: addresses.clone(),
                bundle_hash: Vec::new(),
                queues: write_queues(queues),
            }
            .encode_to_vec(),
            Self::Delivered { messages } | Self::Seen { messages } => {
                KeysProto { keys: messages.iter().map(|id| id.to_bytes().to_vec()).collect() }.encode_to_vec()
            }
            Self::Nack { envelopes } => {
                KeysProto { keys: envelopes.iter().map(|id| id.to_bytes().to_vec()).collect() }.encode_to_vec()
            }
            Self::Prekeys { keys } => KeysProto { keys: curve_bytes(keys) }.encode_to_vec(),
            Self::Profile { name, status_text, status_until_ms } => {
                ProfileProto { name: name.clone(), status_text: status_text.clone(), status_until_ms: *status_until_ms }
                    .encode_to_vec()
            }
            Self::Identity { log } => IdentityProto { log: log.clone() }.encode_to_vec(),
            Self::Mailboxes { queues } => MailboxesProto { queues: write_queues(queues) }.encode_to_vec(),
            Self::MailboxOffer { offer } => offer.proto().encode_to_vec(),
            Self::MailboxWithdrawn => Vec::new(),
            Self::Whereabouts { find, addresses } => {
                WhereaboutsProto { find: find.as_bytes().to_vec(), addresses: addresses.clone() }.encode_to_vec()
            }
            Self::Edit { target, text, pictures } => {
                EditProto { target: target.to_bytes().to_vec(), text: text.clone(), pictures: write_pictures(pictures) }
                    .encode_to_vec()
            }
            Self::Sticker(sticker) => sticker.encode(),
            Self::Poll(poll) => poll.encode(),
            Self::Vote { target, author, choices } => {
                VoteProto { target: target.to_bytes().to_vec(), author: author.to_bytes().to_vec(), choices: *choices }
                    .encode_to_vec()
            }
            Self::Delete { target } | Self::ClosePoll { target } => {
                ChangeProto { target: target.to_bytes().to_vec() }.encode_to_vec()
            }
            Self::React { target, author, emoji, on } => ReactProto {
                target: target.to_bytes().to_vec(),
                author: author.to_bytes().to_vec(),
                emoji: emoji.clone(),
                on: *on,
            }
            .encode_to_vec(),
            Self::Expiry { expires_s, number } => {
                ExpiryProto { expires_s: expires_s.unwrap_or(0), number: *number }.encode_to_vec()
            }
            Self::Typing { on } => TypingProto { on: *on }.encode_to_vec(),
            Self::Presence { availability, asks } => {
                PresenceProto { availability: availability.number(), asks: *asks }.encode_to_vec()
            }
            Self::Call(call) => call.encode(),
            Self::CallSignal(signal) => signal.encode(),
            Self::Sync(sync) => sync.encode(),
            Self::Introduction(introduction) => introduction.encode(),
            Self::IntroductionAnswer(answer) => answer.encode(),
            Self::Unknown { bytes, .. } => bytes.clone(),
        }
    }

    /// Decodes a body of this kind. Fails if a known kind is malformed or over a cap; an unknown kind is kept.
    pub fn decode(kind: u32, bytes: &[u8]) -> Result<Self, WireError> {
        check_bytes("body", bytes, BODY_MAX)?;
        let body = match kind {
            KIND_TEXT => Self::read_text(TEXT.decode_plain(bytes)?)?,
            KIND_REQUEST => Self::request(contact_shape("contact request").decode_plain(bytes)?)?,
            KIND_ACCEPT => Self::accept(contact_shape("contact answer").decode_plain(bytes)?)?,
            KIND_DELIVERED => Self::Delivered { messages: messages(bytes)? },
            KIND_SEEN => Self::Seen { messages: messages(bytes)? },
            KIND_NACK => {
                let proto: KeysProto = NACK.decode_plain(bytes)?;
                let ids = arrays("envelope id", &proto.keys, NACKS_MAX)?;
                Self::Nack { envelopes: ids.into_iter().map(EnvelopeId::from_bytes).collect() }
            }
            KIND_PREKEYS => {
                let proto: KeysProto = PREKEYS.decode_plain(bytes)?;
                Self::Prekeys { keys: curve_keys(&proto.keys)? }
            }
            KIND_PROFILE => Self::profile(super::body_proto::PROFILE.decode_plain(bytes)?)?,
            KIND_IDENTITY => {
                let IdentityProto { log } = super::body_proto::IDENTITY.decode_plain(bytes)?;
                check_bytes("identity log", &log, LOG_MAX)?;
                Self::Identity { log }
            }
            KIND_MAILBOXES => {
                let MailboxesProto { queues } = super::body_proto::MAILBOXES.decode_plain(bytes)?;
                Self::Mailboxes { queues: read_queues(queues)? }
            }
            KIND_MAILBOX_OFFER => Self::MailboxOffer { offer: MailboxOffer::read(MAILBOX_OFFER.decode_plain(bytes)?)? },
            KIND_MAILBOX_WITHDRAWN => {
                let WithdrawnProto {} = MAILBOX_WITHDRAWN.decode_plain(bytes)?;
                Self::MailboxWithdrawn
            }
            KIND_WHEREABOUTS => Self::whereabouts(WHEREABOUTS.decode_plain(bytes)?)?,
            KIND_EDIT => Self::edited(EDIT.decode_plain(bytes)?)?,
            KIND_DELETE => {
                let ChangeProto { target } = DELETE.decode_plain(bytes)?;
                Self::Delete { target: MsgId::from_slice(&target)? }
            }
            KIND_REACT => Self::react(REACT.decode_plain(bytes)?)?,
            KIND_POLL => Self::Poll(Poll::decode(bytes)?),
            KIND_STICKER => Self::Sticker(Sticker::decode(bytes)?),
            KIND_VOTE => Self::vote(VOTE.decode_plain(bytes)?)?,
            KIND_CLOSE_POLL => {
                let ChangeProto { target } = CLOSE_POLL.decode_plain(bytes)?;
                Self::ClosePoll { target: MsgId::from_slice(&target)? }
            }
            KIND_EXPIRY => {
                let ExpiryProto { expires_s, number } = EXPIRY.decode_plain(bytes)?;
                Self::Expiry { expires_s: read_seconds(expires_s)?, number }
            }
            KIND_TYPING => {
                let TypingProto { on } = TYPING.decode_plain(bytes)?;
                Self::Typing { on }
            }
            KIND_PRESENCE => {
                let PresenceProto { availability, asks } = PRESENCE.decode_plain(bytes)?;
                Self::Presence { availability: Availability::of(availability), asks }
            }
            KIND_CALL => Self::Call(Call::decode(bytes)?),
            KIND_CALL_SIGNAL => Self::CallSignal(CallSignal::decode(bytes)?),
            KIND_INTRODUCTION => Self::Introduction(Introduction::decode(bytes)?),
            KIND_INTRODUCTION_ANSWER => Self::IntroductionAnswer(IntroductionAnswer::decode(bytes)?),
            _ => match Sync::decode(kind, bytes)? {
                Some(sync) => Self::Sync(sync),
                None => Self::Unknown { kind, bytes: bytes.to_vec() },
            },
        };
        Ok(body)
    }

    fn profile(proto: ProfileProto) -> Result<Self, WireError> {
        let ProfileProto { name, status_text, status_until_ms } = proto;
        check_chars("name", &name, NAME_MAX_CHARS)?;
        check_chars("status text", &status_text, STATUS_MAX_CHARS)?;
        Ok(Self::Profile { name: clean_name(&name), status_text: clean_status(&status_text), status_until_ms })
    }

    fn whereabouts(proto: WhereaboutsProto) -> Result<Self, WireError> {
        check_addresses("address", &proto.addresses, ADDRESSES_MAX)?;
        Ok(Self::Whereabouts { find: FindKey::from_slice(&proto.find)?, addresses: proto.addresses })
    }

    fn read_text(proto: TextProto) -> Result<Self, WireError> {
        let TextProto { text, reply_to, forwarded, expires_s, preview, pictures } = proto;
        let reply_to = reply_to.map(|id| MsgId::from_slice(&id)).transpose()?;
        check_bytes("text", text.as_bytes(), TEXT_MAX_BYTES)?;
        let text = clean_text(&text);
        let preview = preview.and_then(|preview| LinkPreview::decode(&preview, &text));
        let (expires_s, pictures) = (read_seconds(expires_s)?, read_pictures(pictures)?);
        Ok(Self::Text { text, reply_to, forwarded, expires_s, preview, pictures }.without_excess())
    }

    fn edited(proto: EditProto) -> Result<Self, WireError> {
        check_bytes("text", proto.text.as_bytes(), TEXT_MAX_BYTES)?;
        Ok(Self::Edit {
            target: MsgId::from_slice(&proto.target)?,
            text: clean_text(&proto.text),
            pictures: read_pictures(proto.pictures)?,
        })
    }

    fn react(proto: ReactProto) -> Result<Self, WireError> {
        check_emoji(&proto.emoji)?;
        Ok(Self::React {
            target: MsgId::from_slice(&proto.target)?,
            author: AccountId::from_slice(&proto.author)?,
            emoji: proto.emoji,
            on: proto.on,
        })
    }

    fn vote(proto: VoteProto) -> Result<Self, WireError> {
        check_choices(proto.choices)?;
        Ok(Self::Vote {
            target: MsgId::from_slice(&proto.target)?,
            author: AccountId::from_slice(&proto.author)?,
            choices: proto.choices,
        })
    }

    fn request(proto: ContactProto) -> Result<Self, WireError> {
        check_chars("request text", &proto.text, REQUEST_TEXT_MAX_CHARS)?;
        let text = clean_text(&proto.text);
        let bundle_hash = array("bundle hash", &proto.bundle_hash)?;
        let (name, log, kem, prekeys, addresses, queues) = contact(proto)?;
        Ok(Self::Request { name, text, log, kem, prekeys, addresses, bundle_hash, queues })
    }

    fn accept(proto: ContactProto) -> Result<Self, WireError> {
        let (name, log, kem, prekeys, addresses, queues) = contact(proto)?;
        Ok(Self::Accept { name, log, kem, prekeys, addresses, queues })
    }

    /// Whether recipients will accept this body: its lists, texts and bytes are within their caps.
    pub fn check(&self) -> Result<(), WireError> {
        match self {
            Self::Text { text, expires_s, preview, pictures, .. } => {
                check_bytes("text", text.as_bytes(), TEXT_MAX_BYTES)?;
                check_pictures(pictures)?;
                check_seconds(*expires_s)?;
                preview.as_ref().map_or(Ok(()), |preview| preview.check(text))?;
                if self.has_excess() {
                    return Err(WireError::Malformed { what: "link preview" });
                }
            }
            Self::Request { name, text, log, prekeys, addresses, queues, .. } => {
                check_chars("request text", text, REQUEST_TEXT_MAX_CHARS)?;
                check_queues(queues)?;
                check_contact(name, log, prekeys.len(), addresses)?;
            }
            Self::Accept { name, log, prekeys, addresses, queues, .. } => {
                check_queues(queues)?;
                check_contact(name, log, prekeys.len(), addresses)?;
            }
            Self::Delivered { messages } | Self::Seen { messages } => {
                check_count("receipt", messages.len(), RECEIPTS_MAX)?;
            }
            Self::Nack { envelopes } => check_count("nack", envelopes.len(), NACKS_MAX)?,
            Self::Prekeys { keys } => check_count("one-time keys", keys.len(), PREKEYS_MAX)?,
            Self::Profile { name, status_text, .. } => {
                check_chars("name", name, NAME_MAX_CHARS)?;
                check_chars("status text", status_text, STATUS_MAX_CHARS)?;
            }
            Self::Identity { log } => check_bytes("identity log", log, LOG_MAX)?,
            Self::Mailboxes { queues } => check_queues(queues)?,
            Self::MailboxOffer { offer } => offer.check()?,
            Self::MailboxWithdrawn => {}
            Self::Whereabouts { addresses, .. } => check_addresses("address", addresses, ADDRESSES_MAX)?,
            Self::Edit { text, pictures, .. } => {
                check_bytes("text", text.as_bytes(), TEXT_MAX_BYTES)?;
                check_pictures(pictures)?;
            }
            Self::Sticker(sticker) => sticker.check()?,
            Self::Poll(poll) => poll.check()?,
            Self::Vote { choices, .. } => check_choices(*choices)?,
            Self::Delete { .. } | Self::ClosePoll { .. } | Self::Typing { .. } | Self::Presence { .. } => {}
            Self::React { emoji, .. } => check_emoji(emoji)?,
            Self::Expiry { expires_s, .. } => check_seconds(*expires_s)?,
            Self::Call(call) => call.check()?,
            Self::CallSignal(signal) => signal.check()?,
            Self::Sync(sync) => sync.check()?,
            Self::Introduction(introduction) => introduction.check()?,
            Self::IntroductionAnswer(answer) => answer.check()?,
            Self::Unknown { kind, .. } if is_known(*kind) => {
                return Err(WireError::UnknownKind { what: "body kind", found: *kind });
            }
            Self::Unknown { bytes, .. } => check_bytes("body", bytes, BODY_MAX)?,
        }
        Ok(())
    }
}

type Contact = (String, Vec<u8>, KemPublic, Vec<CurveKey>, Vec<String>, Vec<QueueAddress>);

fn contact(proto: ContactProto) -> Result<Contact, WireError> {
    check_contact(&proto.name, &proto.log, proto.prekeys.len(), &proto.addresses)?;
    let Ok(kem) = KemPublic::from_bytes(&proto.kem) else {
        return Err(WireError::Malformed { what: "KEM key" });
    };
    let (prekeys, queues) = (curve_keys(&proto.prekeys)?, read_queues(proto.queues)?);
    Ok((clean_name(&proto.name), proto.log, kem, prekeys, proto.addresses, queues))
}

fn write_text(
    text: &str,
    reply_to: Option<MsgId>,
    forwarded: bool,
    expires_s: Option<u32>,
    preview: Option<&LinkPreview>,
    pictures: &[SmallPicture],
) -> TextProto {
    TextProto {
        text: text.to_owned(),
        reply_to: reply_to.map(|id| id.to_bytes().to_vec()),
        forwarded,
        expires_s: expires_s.unwrap_or(0),
        preview: preview.map(LinkPreview::encode),
        pictures: write_pictures(pictures),
    }
}

fn check_contact(name: &str, log: &[u8], prekeys: usize, addresses: &[String]) -> Result<(), WireError> {
    check_chars("name", name, NAME_MAX_CHARS)?;
    check_bytes("identity log", log, LOG_MAX)?;
    check_count("one-time keys", prekeys, PREKEYS_MAX)?;
    check_addresses("address", addresses, ADDRESSES_MAX)
}

pub(super) fn read_seconds(seconds: u32) -> Result<Option<u32>, WireError> {
    let seconds = Some(seconds).filter(|seconds| *seconds > 0);
    check_seconds(seconds)?;
    Ok(seconds)
}

pub(super) fn check_seconds(seconds: Option<u32>) -> Result<(), WireError> {
    if seconds.is_none_or(|seconds| (1..=EXPIRES_MAX_S).contains(&seconds)) {
        Ok(())
    } else {
        Err(WireError::Malformed { what: "expiry" })
    }
}

fn check_emoji(emoji: &str) -> Result<(), WireError> {
    check_bytes("emoji", emoji.as_bytes(), EMOJI_MAX_BYTES)?;
    if is_emoji(emoji) { Ok(()) } else { Err(WireError::BadText { what: "emoji" }) }
}

fn messages(bytes: &[u8]) -> Result<Vec<MsgId>, WireError> {
    let proto: KeysProto = RECEIPT.decode_plain(bytes)?;
    let ids = arrays("message id", &proto.keys, RECEIPTS_MAX)?;
    Ok(ids.into_iter().map(MsgId::from_bytes).collect())
}

fn curve_bytes(keys: &[CurveKey]) -> Vec<Vec<u8>> {
    keys.iter().map(|key| key.to_bytes().to_vec()).collect()
}

fn curve_keys(keys: &[Vec<u8>]) -> Result<Vec<CurveKey>, WireError> {
    Ok(arrays("one-time key", keys, PREKEYS_MAX)?.into_iter().map(CurveKey::from_bytes).collect())
}
