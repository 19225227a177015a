//! Calls: what rings, and what the two sides say to each other until it is over.
//!
//! What rings is a message of the chat. Descriptions of a session (SDP, RFC 8866) and its ICE candidates are text that is
//! handed on as it came; who answers for a description is said by a signature of the device beside it.

mod overlay;

use kith_crypto::{PublicKey, SignContext, Signature, SigningKey};
use prost::Message;

use super::body::{check_seconds, read_seconds};
use crate::codec::{Shape, array};
use crate::error::WireError;
use crate::ids::{DeviceId, MsgId};
use crate::limits::{
    BODY_MAX, CANDIDATE_MAX_BYTES, CANDIDATES_MAX, OVERLAY_RELAYS_MAX, SDP_MAX_BYTES, UFRAG_MAX_BYTES,
};
use crate::text::check_bytes;

pub use overlay::Overlay;

const CALL: Shape = Shape { what: "call", version: 1, max: BODY_MAX, repeated: &[] };
const SIGNAL: Shape = Shape {
    what: "call signal",
    version: 1,
    max: BODY_MAX,
    repeated: &[(8, CANDIDATES_MAX), (12, OVERLAY_RELAYS_MAX)],
};

/// A call: it rings where it is read in time, and is a missed one where it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// With pictures.
    pub video: bool,
    /// It disappears from the history like a text.
    pub expires_s: Option<u32>,
}

/// Something about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallSignal {
    /// The message that rang.
    pub call: MsgId,
    /// What.
    pub step: CallStep,
}

/// What one side of a call says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallStep {
    /// It rings here.
    Ringing,
    /// It was answered here: the caller may offer a session.
    Accept,
    /// It is over.
    End(CallEnd),
    /// A session is offered, or one that is there is to be negotiated anew.
    Offer(Description),
    /// The answer to the last offer.
    Answer(Description),
    /// Where the sender may be reached, as ICE candidates (RFC 8839); an empty one says that no more follow.
    Candidates(Vec<String>),
    /// What the sender sends and hears at the moment.
    Media {
        /// The microphone is on.
        microphone: bool,
        /// The camera is on.
        camera: bool,
        /// The screen is shown, in the place of the camera's picture.
        screen: bool,
    },
    /// Where the sender can be met over iroh; from the caller an offer, from the callee the answer.
    Overlay(Overlay),
    /// A step that this build does not know.
    Unknown,
}

/// Why a call is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallEnd {
    /// Somebody hung up, or the caller gave up.
    HungUp,
    /// Whom it was for does not want it.
    Declined,
    /// Whom it was for is in another call.
    Busy,
    /// Nobody answered in time.
    NoAnswer,
    /// The two could not be connected, or lost each other.
    Failed,
    /// Both called each other, and the other of the two calls goes on.
    Replaced,
}

impl CallEnd {
    const ALL: [Self; 6] = [Self::HungUp, Self::Declined, Self::Busy, Self::NoAnswer, Self::Failed, Self::Replaced];

    /// The number on the wire; frozen.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::HungUp => 1,
            Self::Declined => 2,
            Self::Busy => 3,
            Self::NoAnswer => 4,
            Self::Failed => 5,
            Self::Replaced => 6,
        }
    }

    /// The end of this number. Those of newer builds are an end as well.
    #[must_use]
    pub fn of(number: u32) -> Self {
        Self::ALL.into_iter().find(|end| end.number() == number).unwrap_or(Self::HungUp)
    }
}

/// Between which devices a description goes, and for which call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallEnds {
    /// The call.
    pub call: MsgId,
    /// Who describes.
    pub from: DeviceId,
    /// For whom.
    pub to: DeviceId,
}

/// A session as one side describes it. Its key is the one that the device answers for.
#[derive(Clone, PartialEq, Eq)]
pub struct Description {
    sdp: String,
    fingerprint: [u8; 32],
    ufrag: String,
    signature: Signature,
}

impl std::fmt::Debug for Description {
    // It names addresses and the password of ICE.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Description").field("bytes", &self.sdp.len()).finish_non_exhaustive()
    }
}

impl Description {
    /// A description whose DTLS certificate has this SHA-256 `fingerprint` (RFC 8122) and whose ICE user fragment is
    /// `ufrag`, signed by the device. `offer`: otherwise it answers one.
    ///
    /// # Errors
    /// [`WireError::TooLong`] above [`SDP_MAX_BYTES`] or [`UFRAG_MAX_BYTES`].
    pub fn create(
        sdp: String,
        binding: ([u8; 32], String),
        offer: bool,
        ends: &CallEnds,
        device: &SigningKey,
    ) -> Result<Self, WireError> {
        let (fingerprint, ufrag) = binding;
        let signature = device.sign(SignContext::CALL, &signed_text(&fingerprint, &ufrag, offer, ends));
        let description = Self { sdp, fingerprint, ufrag, signature };
        description.check()?;
        Ok(description)
    }

    /// The SDP and what it has to hold, if the device that wrote it signed it for this call and this recipient.
    #[must_use]
    pub fn verify(&self, offer: bool, ends: &CallEnds) -> Option<(&str, &[u8; 32], &str)> {
        let key = PublicKey::from_bytes(ends.from.to_bytes());
        let text = signed_text(&self.fingerprint, &self.ufrag, offer, ends);
        key.verify(SignContext::CALL, &text, &self.signature).ok()?;
        Some((&self.sdp, &self.fingerprint, &self.ufrag))
    }

    fn check(&self) -> Result<(), WireError> {
        check_bytes("session description", self.sdp.as_bytes(), SDP_MAX_BYTES)?;
        check_bytes("ICE user fragment", self.ufrag.as_bytes(), UFRAG_MAX_BYTES)
    }
}

/// `call ‖ from ‖ to ‖ 1 for an offer, else 0 ‖ fingerprint ‖ user fragment`
fn signed_text(fingerprint: &[u8; 32], ufrag: &str, offer: bool, ends: &CallEnds) -> Vec<u8> {
    let parts: [&[u8]; 6] = [
        &ends.call.to_bytes(),
        &ends.from.to_bytes(),
        &ends.to.to_bytes(),
        &[u8::from(offer)],
        fingerprint,
        ufrag.as_bytes(),
    ];
    parts.concat()
}

#[derive(Clone, PartialEq, Message)]
struct CallProto {
    #[prost(bool, tag = "1")]
    video: bool,
    #[prost(uint32, tag = "2")]
    expires_s: u32,
}

#[derive(Clone, PartialEq, Message)]
struct SignalProto {
    #[prost(bytes = "vec", tag = "1")]
    call: Vec<u8>,
    #[prost(uint32, tag = "2")]
    step: u32,
    #[prost(uint32, tag = "3")]
    end: u32,
    #[prost(string, tag = "4")]
    sdp: String,
    #[prost(bytes = "vec", tag = "5")]
    fingerprint: Vec<u8>,
    #[prost(string, tag = "6")]
    ufrag: String,
    #[prost(bytes = "vec", tag = "7")]
    signature: Vec<u8>,
    #[prost(string, repeated, tag = "8")]
    candidates: Vec<String>,
    #[prost(bool, tag = "9")]
    microphone: bool,
    #[prost(bool, tag = "10")]
    camera: bool,
    #[prost(bytes = "vec", tag = "11")]
    endpoint: Vec<u8>,
    #[prost(bytes = "vec", repeated, tag = "12")]
    relays: Vec<Vec<u8>>,
    #[prost(bool, tag = "13")]
    screen: bool,
}

const RINGING: u32 = 1;
const ACCEPT: u32 = 2;
const END: u32 = 3;
const OFFER: u32 = 4;
const ANSWER: u32 = 5;
const CANDIDATES: u32 = 6;
const MEDIA: u32 = 7;
const OVERLAY: u32 = 8;

impl Call {
    pub(super) fn encode(self) -> Vec<u8> {
        CallProto { video: self.video, expires_s: self.expires_s.unwrap_or(0) }.encode_to_vec()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let CallProto { video, expires_s } = CALL.decode_plain(bytes)?;
        Ok(Self { video, expires_s: read_seconds(expires_s)? })
    }

    pub(super) fn check(self) -> Result<(), WireError> {
        check_seconds(self.expires_s)
    }
}

impl CallSignal {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut proto = SignalProto { call: self.call.to_bytes().to_vec(), ..SignalProto::default() };
        match &self.step {
            CallStep::Ringing => proto.step = RINGING,
            CallStep::Accept => proto.step = ACCEPT,
            CallStep::End(end) => (proto.step, proto.end) = (END, end.number()),
            CallStep::Offer(description) => description.write(OFFER, &mut proto),
            CallStep::Answer(description) => description.write(ANSWER, &mut proto),
            CallStep::Candidates(candidates) => {
                (proto.step, proto.candidates) = (CANDIDATES, candidates.clone());
            }
            CallStep::Media { microphone, camera, screen } => {
                (proto.microphone, proto.camera, proto.screen) = (*microphone, *camera, *screen);
                proto.step = MEDIA;
            }
            CallStep::Overlay(overlay) => {
                proto.step = OVERLAY;
                overlay.write(&mut proto);
            }
            CallStep::Unknown => {}
        }
        proto.encode_to_vec()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let proto: SignalProto = SIGNAL.decode_plain(bytes)?;
        let call = MsgId::from_slice(&proto.call)?;
        let step = match proto.step {
            RINGING => CallStep::Ringing,
            ACCEPT => CallStep::Accept,
            END => CallStep::End(CallEnd::of(proto.end)),
            OFFER => CallStep::Offer(Description::read(proto)?),
            ANSWER => CallStep::Answer(Description::read(proto)?),
            CANDIDATES => CallStep::Candidates(proto.candidates),
            MEDIA => CallStep::Media { microphone: proto.microphone, camera: proto.camera, screen: proto.screen },
            OVERLAY => CallStep::Overlay(Overlay::read(&proto)?),
            _ => CallStep::Unknown,
        };
        let signal = Self { call, step };
        signal.check()?;
        Ok(signal)
    }

    /// Whether recipients will accept it.
    pub(super) fn check(&self) -> Result<(), WireError> {
        match &self.step {
            CallStep::Offer(description) | CallStep::Answer(description) => description.check(),
            CallStep::Candidates(candidates) => {
                if candidates.len() > CANDIDATES_MAX {
                    return Err(WireError::TooMany { what: "ICE candidates", max: CANDIDATES_MAX });
                }
                candidates.iter().try_for_each(|one| check_bytes("ICE candidate", one.as_bytes(), CANDIDATE_MAX_BYTES))
            }
            CallStep::Overlay(overlay) => overlay.check(),
            CallStep::Ringing | CallStep::Accept | CallStep::End(_) | CallStep::Media { .. } | CallStep::Unknown => {
                Ok(())
            }
        }
    }
}

impl Description {
    fn write(&self, step: u32, proto: &mut SignalProto) {
        proto.step = step;
        proto.sdp.clone_from(&self.sdp);
        proto.fingerprint = self.fingerprint.to_vec();
        proto.ufrag.clone_from(&self.ufrag);
        proto.signature = self.signature.to_bytes().to_vec();
    }

    fn read(proto: SignalProto) -> Result<Self, WireError> {
        let signature = Signature::from_bytes(array("signature", &proto.signature)?);
        let fingerprint = array("fingerprint", &proto.fingerprint)?;
        Ok(Self { sdp: proto.sdp, fingerprint, ufrag: proto.ufrag, signature })
    }
}
