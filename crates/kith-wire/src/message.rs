//! The plaintext inside Olm: who says what to whom in which conversation. Both ends are named inside and checked, which
//! Olm by itself does not do.

mod body;
mod body_proto;
mod call;
mod introduction;
mod link_preview;
mod poll;
mod stickers;
mod sync;

use std::fmt;

use prost::Message;
use zeroize::{Zeroize, Zeroizing};

pub use body::{Availability, Body};
pub use call::{Call, CallEnd, CallEnds, CallSignal, CallStep, Description, Overlay};
pub use introduction::{Introduction, IntroductionAnswer};
pub use link_preview::LinkPreview;
pub use poll::Poll;
pub use stickers::{SmallPicture, Sticker, png_size};
pub use sync::Sync;

use crate::codec::{Shape, array, arrays, check_count};
use crate::error::WireError;
use crate::ids::{AccountId, ChatId, DeviceId, Hlc, MsgId};
use crate::limits::{INNER_MAX, PARENTS_MAX};

const INNER: Shape = Shape { what: "message", version: 1, max: INNER_MAX, repeated: &[(8, PARENTS_MAX)] };

/// The two ends of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// Who wrote it.
    pub from_account: AccountId,
    /// On which device.
    pub from_device: DeviceId,
    /// For whom.
    pub to_account: AccountId,
    /// For which device.
    pub to_device: DeviceId,
}

/// Why a decrypted message is not for us or not from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InnerError {
    /// The message names another author than the session belongs to.
    #[error("the message claims another author than its session")]
    FromAccount,
    /// The message names another sending device than the session belongs to.
    #[error("the message claims another sending device than its session")]
    FromDevice,
    /// The message was written for somebody else.
    #[error("the message was written for another account")]
    ToAccount,
    /// The message was written for another device.
    #[error("the message was written for another device")]
    ToDevice,
}

/// A message whose two ends are what they must be: made here, or decrypted and verified.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inner {
    /// Who wrote it.
    pub from_account: AccountId,
    /// On which device.
    pub from_device: DeviceId,
    /// For whom.
    pub to_account: AccountId,
    /// For which device.
    pub to_device: DeviceId,
    /// Its id, chosen by the author.
    pub msg: MsgId,
    /// When, by the author's hybrid clock.
    pub hlc: Hlc,
    /// In which conversation.
    pub chat: ChatId,
    /// The ids of the messages it follows.
    pub parents: Vec<[u8; 16]>,
    /// The session generation of the sender.
    pub generation: u32,
    /// What it says.
    pub body: Body,
    /// By which its author, and nobody else, knows it if somebody gives it back.
    pub proof: Option<[u8; 16]>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner").field("msg", &self.msg).field("kind", &self.body.kind()).finish_non_exhaustive()
    }
}

#[derive(Clone, PartialEq, Message)]
struct InnerProto {
    #[prost(bytes = "vec", tag = "1")]
    from_account: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    from_device: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    to_account: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    to_device: Vec<u8>,
    #[prost(bytes = "vec", tag = "5")]
    msg: Vec<u8>,
    #[prost(fixed64, tag = "6")]
    hlc: u64,
    #[prost(bytes = "vec", tag = "7")]
    chat: Vec<u8>,
    #[prost(bytes = "vec", repeated, tag = "8")]
    parents: Vec<Vec<u8>>,
    #[prost(uint32, tag = "9")]
    generation: u32,
    #[prost(uint32, tag = "10")]
    kind: u32,
    #[prost(bytes = "vec", tag = "11")]
    body: Vec<u8>,
    #[prost(bytes = "vec", optional, tag = "12")]
    proof: Option<Vec<u8>>,
}

impl Inner {
    /// A message to send. Fails if the body or the list of parents is larger than recipients accept.
    pub fn create(
        ends: &Ends,
        msg: MsgId,
        hlc: Hlc,
        chat: ChatId,
        parents: Vec<[u8; 16]>,
        generation: u32,
        body: Body,
    ) -> Result<Self, WireError> {
        check_count("parents", parents.len(), PARENTS_MAX)?;
        body.check()?;
        Ok(Self::assemble(ends, msg, hlc, chat, parents, generation, body))
    }

    fn assemble(
        ends: &Ends,
        msg: MsgId,
        hlc: Hlc,
        chat: ChatId,
        parents: Vec<[u8; 16]>,
        generation: u32,
        body: Body,
    ) -> Self {
        let Ends { from_account, from_device, to_account, to_device } = *ends;
        Self {
            from_account,
            from_device,
            to_account,
            to_device,
            msg,
            hlc,
            chat,
            parents,
            generation,
            body,
            proof: None,
        }
    }

    /// The two ends.
    #[must_use]
    pub fn ends(&self) -> Ends {
        let Self { from_account, from_device, to_account, to_device, .. } = *self;
        Ends { from_account, from_device, to_account, to_device }
    }

    /// The plaintext to encrypt.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut proto = InnerProto {
            from_account: self.from_account.to_bytes().to_vec(),
            from_device: self.from_device.to_bytes().to_vec(),
            to_account: self.to_account.to_bytes().to_vec(),
            to_device: self.to_device.to_bytes().to_vec(),
            msg: self.msg.to_bytes().to_vec(),
            hlc: self.hlc.to_u64(),
            chat: self.chat.to_bytes().to_vec(),
            parents: self.parents.iter().map(|parent| parent.to_vec()).collect(),
            generation: self.generation,
            kind: self.body.kind(),
            body: self.body.encode(),
            proof: self.proof.map(|proof| proof.to_vec()),
        };
        let mut bytes = Zeroizing::new(Vec::with_capacity(proto.encoded_len().saturating_add(1)));
        bytes.push(INNER.version);
        // A vector grows as needed, so prost cannot run out of room in it.
        proto.encode_raw(&mut *bytes);
        proto.body.zeroize();
        bytes
    }
}

/// A decrypted message whose two ends were not compared with its session yet.
pub struct UnverifiedInner(Inner);

impl UnverifiedInner {
    /// Decodes a plaintext; fails if any part is malformed or larger than its cap. Bodies of unknown kinds are kept.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let proto: InnerProto = INNER.decode(bytes)?;
        let secret = Zeroizing::new(proto.body);
        let ends = Ends {
            from_account: AccountId::from_slice(&proto.from_account)?,
            from_device: DeviceId::from_slice(&proto.from_device)?,
            to_account: AccountId::from_slice(&proto.to_account)?,
            to_device: DeviceId::from_slice(&proto.to_device)?,
        };
        let proof = proto.proof.map(|proof| array("proof", &proof)).transpose()?;
        let inner = Inner::assemble(
            &ends,
            MsgId::from_bytes(array("message id", &proto.msg)?),
            Hlc::from_u64(proto.hlc),
            ChatId::from_bytes(array("chat id", &proto.chat)?),
            arrays("parents", &proto.parents, PARENTS_MAX)?,
            proto.generation,
            Body::decode(proto.kind, &secret)?,
        );
        Ok(Self(Inner { proof, ..inner }))
    }

    /// What the message says about its ends. For first contact, where the sender is learned from the message: check
    /// these against the identity log inside and the session, then call [`UnverifiedInner::verify`] with the result.
    #[must_use]
    pub fn claims(&self) -> Ends {
        self.0.ends()
    }

    /// The body, for first contact; believe nothing in it before [`UnverifiedInner::verify`].
    #[must_use]
    pub fn unverified_body(&self) -> &Body {
        &self.0.body
    }

    /// Compares all four ends with what the session and this device are; all must match.
    pub fn verify(self, expected: &Ends) -> Result<Inner, InnerError> {
        let found = self.0.ends();
        if found.from_account != expected.from_account {
            return Err(InnerError::FromAccount);
        }
        if found.from_device != expected.from_device {
            return Err(InnerError::FromDevice);
        }
        if found.to_account != expected.to_account {
            return Err(InnerError::ToAccount);
        }
        if found.to_device != expected.to_device {
            return Err(InnerError::ToDevice);
        }
        Ok(self.0)
    }
}
