//! Polls: a question with answers to choose from.

use prost::Message;

use super::body::{check_seconds, read_seconds};
use crate::codec::Shape;
use crate::error::WireError;
use crate::limits::{BODY_MAX, OPTION_MAX_CHARS, OPTIONS_MAX, QUESTION_MAX_CHARS};
use crate::text::{check_chars, clean_line};

const POLL: Shape = Shape { what: "poll", version: 1, max: BODY_MAX, repeated: &[(2, OPTIONS_MAX)] };

/// A question that people answer by choosing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// The question.
    pub question: String,
    /// What can be chosen: 2 to [`OPTIONS_MAX`].
    pub options: Vec<String>,
    /// One person may choose several.
    pub multiple: bool,
    /// What is chosen after this does not count (Unix ms).
    pub closes_at_ms: Option<u64>,
    /// It disappears like a text.
    pub expires_s: Option<u32>,
}

#[derive(Clone, PartialEq, Message)]
struct PollProto {
    #[prost(string, tag = "1")]
    question: String,
    #[prost(string, repeated, tag = "2")]
    options: Vec<String>,
    #[prost(bool, tag = "3")]
    multiple: bool,
    #[prost(uint64, tag = "4")]
    closes_at_ms: u64,
    #[prost(uint32, tag = "5")]
    expires_s: u32,
}

impl Poll {
    pub(super) fn encode(&self) -> Vec<u8> {
        PollProto {
            question: self.question.clone(),
            options: self.options.clone(),
            multiple: self.multiple,
            closes_at_ms: self.closes_at_ms.unwrap_or(0),
            expires_s: self.expires_s.unwrap_or(0),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let proto: PollProto = POLL.decode_plain(bytes)?;
        check_chars("question", &proto.question, QUESTION_MAX_CHARS)?;
        let poll = Self {
            question: clean_line(&proto.question, QUESTION_MAX_CHARS),
            options: proto.options.iter().map(|option| option_of(option)).collect::<Result<_, _>>()?,
            multiple: proto.multiple,
            closes_at_ms: Some(proto.closes_at_ms).filter(|at| *at > 0),
            expires_s: read_seconds(proto.expires_s)?,
        };
        poll.check()?;
        Ok(poll)
    }

    /// Whether recipients will accept it.
    pub(super) fn check(&self) -> Result<(), WireError> {
        check_chars("question", &self.question, QUESTION_MAX_CHARS)?;
        self.options.iter().try_for_each(|option| check_chars("option", option, OPTION_MAX_CHARS))?;
        let empty = self.question.is_empty() || self.options.iter().any(String::is_empty);
        if empty || !(2..=OPTIONS_MAX).contains(&self.options.len()) || self.closes_at_ms == Some(0) {
            return Err(WireError::Malformed { what: "poll" });
        }
        check_seconds(self.expires_s)
    }

    /// Whether these answers (bit n is answer n) may be chosen in this poll. None at all takes a choice back.
    #[must_use]
    pub fn allows(&self, choices: u32) -> bool {
        let all = u32::try_from(self.options.len()).unwrap_or(0);
        choices.checked_shr(all).unwrap_or(0) == 0 && (self.multiple || choices.count_ones() <= 1)
    }
}

fn option_of(option: &str) -> Result<String, WireError> {
    check_chars("option", option, OPTION_MAX_CHARS)?;
    Ok(clean_line(option, OPTION_MAX_CHARS))
}

/// Whether a choice is one that some poll allows.
pub(super) fn check_choices(choices: u32) -> Result<(), WireError> {
    if choices >> OPTIONS_MAX == 0 { Ok(()) } else { Err(WireError::Malformed { what: "choice" }) }
}
