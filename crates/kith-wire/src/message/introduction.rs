//! Introductions: a contact suggests that two others get to know each other.

use prost::Message;

use super::body::{check_seconds, read_seconds};
use crate::codec::Shape;
use crate::error::WireError;
use crate::ids::MsgId;
use crate::invite::InviteLink;
use crate::limits::{BODY_MAX, LINK_MAX_CHARS, NAME_MAX_CHARS, SLOT_BLOB_MAX};
use crate::text::{check_bytes, check_chars, clean_name};

const INTRODUCTION: Shape = Shape { what: "introduction", version: 1, max: BODY_MAX, repeated: &[] };
const ANSWER: Shape = Shape { what: "answer to an introduction", version: 1, max: BODY_MAX, repeated: &[] };

/// A suggestion to get to know somebody. It names neither their account nor where they are: they have not agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduction {
    /// The name they chose for themselves.
    pub name: String,
    /// It disappears like a text.
    pub expires_s: Option<u32>,
}

/// A way to somebody who agreed to a suggestion. From whom it was made to: to themselves. From who made it: to the other.
#[derive(Clone, PartialEq, Eq)]
pub struct IntroductionAnswer {
    /// The suggestion, as the one of both has it who gets or sends this.
    pub target: MsgId,
    /// A single-use invite link.
    pub link: String,
    /// The sealed bundle that it opens.
    pub bundle: Vec<u8>,
}

impl std::fmt::Debug for IntroductionAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IntroductionAnswer").field("target", &self.target).finish_non_exhaustive()
    }
}

#[derive(Clone, PartialEq, Message)]
struct IntroductionProto {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(uint32, tag = "2")]
    expires_s: u32,
}

#[derive(Clone, PartialEq, Message)]
struct AnswerProto {
    #[prost(bytes = "vec", tag = "1")]
    target: Vec<u8>,
    #[prost(string, tag = "2")]
    link: String,
    #[prost(bytes = "vec", tag = "3")]
    bundle: Vec<u8>,
}

impl Introduction {
    pub(super) fn encode(&self) -> Vec<u8> {
        IntroductionProto { name: self.name.clone(), expires_s: self.expires_s.unwrap_or(0) }.encode_to_vec()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let IntroductionProto { name, expires_s } = INTRODUCTION.decode_plain(bytes)?;
        check_chars("name", &name, NAME_MAX_CHARS)?;
        let introduction = Self { name: clean_name(&name), expires_s: read_seconds(expires_s)? };
        introduction.check()?;
        Ok(introduction)
    }

    /// Whether recipients will accept it.
    pub(super) fn check(&self) -> Result<(), WireError> {
        check_chars("name", &self.name, NAME_MAX_CHARS)?;
        if self.name.is_empty() {
            return Err(WireError::Malformed { what: "introduction" });
        }
        check_seconds(self.expires_s)
    }
}

impl IntroductionAnswer {
    pub(super) fn encode(&self) -> Vec<u8> {
        let target = self.target.to_bytes().to_vec();
        AnswerProto { target, link: self.link.clone(), bundle: self.bundle.clone() }.encode_to_vec()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let AnswerProto { target, link, bundle } = ANSWER.decode_plain(bytes)?;
        let answer = Self { target: MsgId::from_slice(&target)?, link, bundle };
        answer.check()?;
        Ok(answer)
    }

    /// Whether recipients will accept it.
    pub(super) fn check(&self) -> Result<(), WireError> {
        check_bytes("invite link", self.link.as_bytes(), LINK_MAX_CHARS)?;
        check_bytes("invite bundle", &self.bundle, SLOT_BLOB_MAX)?;
        match InviteLink::parse(&self.link) {
            Ok(_) if !self.bundle.is_empty() => Ok(()),
            _ => Err(WireError::Malformed { what: "answer to an introduction" }),
        }
    }
}
