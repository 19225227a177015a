//! `/kith/request/1`: a contact request to somebody who does not know us, and its answer.

use crate::codec::split;
use crate::error::WireError;
use crate::identity::{Renewal, UnverifiedRenewal};
use crate::limits::{FRAME_MAX, LOG_MAX, REQUEST_ANSWER_MAX, REQUEST_FRAME_MAX};
use crate::text::check_bytes;

const WHAT: &str = "contact request";
const ANSWER: &str = "request answer";
const VERSION: u8 = 1;
/// Of a request that shows work; 2 is a recovery statement.
const VERSION_WORK: u8 = 3;
/// Of a renewal of a transport key.
const VERSION_MOVED: u8 = 4;

/// A contact request as it travels: which invite, proof of holding it, and the envelope with the first message.
/// Cheap to refuse: the tag is looked up and the MAC compared before anything is decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestFrame {
    /// The tag of the invite.
    pub tag: [u8; 16],
    /// [`crate::InviteLink::request_mac`] of the envelope.
    pub mac: [u8; 32],
    /// The work it shows, where the bundle asks for some.
    pub work: Option<RequestWork>,
    /// The envelope.
    pub envelope: Vec<u8>,
}

/// Work as a request shows it: the rest of the [`WorkTask`](crate::WorkTask) is the receiver's to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestWork {
    /// The first half of the id of the session inside the envelope.
    pub session: [u8; 16],
    /// What was found.
    pub nonce: u64,
}

impl RequestFrame {
    /// The payload of the frame: `1 ‖ tag ‖ mac ‖ envelope`, or `3 ‖ tag ‖ mac ‖ session ‖ nonce ‖ envelope`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self.work {
            None => [&[VERSION], self.tag.as_slice(), &self.mac, &self.envelope].concat(),
            Some(RequestWork { session, nonce }) => {
                let nonce = nonce.to_be_bytes();
                [&[VERSION_WORK], self.tag.as_slice(), &self.mac, &session, &nonce, &self.envelope].concat()
            }
        }
    }

    /// Decodes a frame payload; fails if it is cut off, too long or of an unknown version.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        check_bytes(WHAT, bytes, REQUEST_FRAME_MAX)?;
        let (shows_work, rest) = match bytes.split_first() {
            Some((&VERSION_WORK, rest)) => (true, rest),
            _ => (false, versioned(WHAT, bytes)?),
        };
        let (tag, rest) = split(WHAT, rest)?;
        let (mac, rest) = split(WHAT, rest)?;
        let (work, envelope) = if shows_work {
            let (session, rest) = split(WHAT, rest)?;
            let (nonce, envelope) = split(WHAT, rest)?;
            (Some(RequestWork { session, nonce: u64::from_be_bytes(nonce) }), envelope)
        } else {
            (None, rest)
        };
        check_bytes(WHAT, envelope, FRAME_MAX)?;
        Ok(Self { tag, mac, work, envelope: envelope.to_vec() })
    }
}

/// The payload of the frame by which a device says to a contact that does not know its new transport key, and so does not let
/// it in, whose it is: `4 ‖ renewal`.
#[must_use]
pub fn moved_frame(renewal: &Renewal) -> Vec<u8> {
    [&[VERSION_MOVED], renewal.encode().as_slice()].concat()
}

/// Reads what [`moved_frame`] makes; `None` if the payload is something else.
///
/// # Errors
/// If it says it is one, and is not.
pub fn read_moved(bytes: &[u8]) -> Result<Option<UnverifiedRenewal>, WireError> {
    match bytes.split_first() {
        Some((&VERSION_MOVED, rest)) => UnverifiedRenewal::decode(rest).map(Some),
        _ => Ok(None),
    }
}

fn versioned<'a>(what: &'static str, bytes: &'a [u8]) -> Result<&'a [u8], WireError> {
    let (found, rest) = bytes.split_first().ok_or(WireError::Truncated { what })?;
    if *found != VERSION {
        return Err(WireError::UnknownVersion { what, found: *found, supported: VERSION });
    }
    Ok(rest)
}

/// What the inviter's node says to a request at once. Whether the person accepts comes later, inside the channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestAnswer {
    /// It is stored; the person will see it.
    Received,
    /// The invite was for one use and is used.
    Used,
    /// The invite ended.
    Expired,
    /// No such invite, or the proof is wrong.
    Unknown,
    /// Too many requests; try later.
    Busy,
    /// It does not show the work that the bundle asks for, or for another bundle than the one of now.
    Work,
    /// The newest identity log of the asker that is known: the answer to a [`LogAsk`](crate::recovery::LogAsk), and to a
    /// [`Return`](crate::recovery::Return) with an older one.
    Log(Vec<u8>),
}

impl RequestAnswer {
    /// The payload of the answer frame: version and code.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let code = match self {
            Self::Received => 1,
            Self::Used => 2,
            Self::Expired => 3,
            Self::Unknown => 4,
            Self::Busy => 5,
            Self::Work => 7,
            Self::Log(log) => return [&[VERSION, 6], log.as_slice()].concat(),
        };
        vec![VERSION, code]
    }

    /// Decodes a frame payload.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        check_bytes(ANSWER, bytes, REQUEST_ANSWER_MAX)?;
        let rest = versioned(ANSWER, bytes)?;
        let (code, rest) = rest.split_first().ok_or(WireError::Truncated { what: ANSWER })?;
        if *code == 6 {
            check_bytes(ANSWER, rest, LOG_MAX)?;
            return Ok(Self::Log(rest.to_vec()));
        }
        check_bytes(ANSWER, rest, 0)?;
        match code {
            1 => Ok(Self::Received),
            2 => Ok(Self::Used),
            3 => Ok(Self::Expired),
            4 => Ok(Self::Unknown),
            5 => Ok(Self::Busy),
            7 => Ok(Self::Work),
            other => Err(WireError::UnknownKind { what: ANSWER, found: u32::from(*other) }),
        }
    }
}
