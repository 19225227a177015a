//! An account that comes back on a new device: what the device says to those who knew the account, over
//! `/kith/request/1` or left in their queues. They do not know the device, so nothing of this is inside a session.
//!
//! Two statements, each sealed to the key-encapsulation key of one device of the other person. [`LogAsk`], signed by the
//! account's own key: which device list of mine do you know? [`Return`], signed by the new device: this is my list now, and
//! these keys start a session with me.

use kith_crypto::{KdfInfo, KemPublic, KemSecret, Key, SignContext, Signature, SigningKey};
use prost::Message;

use crate::codec::{Shape, split};
use crate::error::WireError;
use crate::ids::{AccountId, DeviceId, Hlc, TransportId};
use crate::limits::{BODY_MAX, RECOVERY_FRAME_MAX, RECOVERY_PLAIN};
use crate::message::Body;
use crate::text::check_bytes;

const WHAT: &str = "recovery";
const VERSION: u8 = 2;
const ENCAPSULATED: usize = kith_crypto::KEM_ENCAPSULATED_LEN;
const KIND_ASK: u8 = 1;
const KIND_RETURN: u8 = 2;

const SIGNED: Shape = Shape { what: WHAT, version: 1, max: RECOVERY_PLAIN, repeated: &[] };

/// Which device list of the account do you know? Only the account may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogAsk {
    /// Who asks.
    pub account: AccountId,
    /// Which device is asked: the question is worth nothing to another.
    pub to: DeviceId,
    /// From which endpoint: the answer goes there.
    pub from: TransportId,
    /// When, Unix milliseconds by the asker's clock.
    pub at_ms: u64,
}

/// The account is on this device from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// The new device; it must be in the list in `body`.
    pub device: DeviceId,
    /// Whom this is for: its one-time keys are theirs alone.
    pub to: DeviceId,
    /// When, by the sender's hybrid clock.
    pub hlc: Hlc,
    /// A [`Body::Accept`]: name, device list, keys, addresses, queues.
    pub body: Body,
}

/// A statement as it came out of its seal: decoded, not believed.
#[derive(Debug)]
pub struct UnverifiedRecovery {
    kind: u8,
    body: Vec<u8>,
    signature: Vec<u8>,
}

/// A statement whose signature held. Whether the signer may say it is for the receiver to check: the account of a
/// [`LogAsk`] signed it, the device of a [`Return`] did.
#[derive(Debug, PartialEq, Eq)]
pub enum Recovery {
    /// A question.
    Ask(LogAsk),
    /// An announcement.
    Return(Return),
}

#[derive(Clone, PartialEq, Message)]
struct SignedProto {
    #[prost(bytes = "vec", tag = "1")]
    body: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    signature: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct AskProto {
    #[prost(bytes = "vec", tag = "1")]
    account: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    to: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    from: Vec<u8>,
    #[prost(uint64, tag = "4")]
    at_ms: u64,
}

#[derive(Clone, PartialEq, Message)]
struct ReturnProto {
    #[prost(bytes = "vec", tag = "1")]
    device: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    to: Vec<u8>,
    #[prost(fixed64, tag = "3")]
    hlc: u64,
    #[prost(bytes = "vec", tag = "4")]
    accept: Vec<u8>,
}

/// Whether the payload of a request frame, or an envelope in a queue, is one of these.
#[must_use]
pub fn is_recovery(bytes: &[u8]) -> bool {
    bytes.first() == Some(&VERSION)
}

/// The payload of the frame: `2 ‖ encapsulated ‖ sealed`. All have one length.
///
/// # Errors
/// [`WireError`] if the statement is over a cap, or the key cannot be used.
pub fn seal(recovery: &Recovery, signer: &SigningKey, kem: &KemPublic) -> Result<Vec<u8>, WireError> {
    let (kind, body, context, to) = match recovery {
        Recovery::Ask(ask) => (KIND_ASK, ask.encode(), SignContext::LOG_ASK, ask.to),
        Recovery::Return(back) => {
            back.body.check()?;
            (KIND_RETURN, back.encode(), SignContext::DEVICE_RETURN, back.to)
        }
    };
    let signature = signer.sign(context, &body).to_bytes().to_vec();
    let signed = SignedProto { body, signature }.encode_to_vec();
    seal_plain(kind, &signed, to, kem)
}

fn seal_plain(kind: u8, signed: &[u8], to: DeviceId, kem: &KemPublic) -> Result<Vec<u8>, WireError> {
    let room = RECOVERY_PLAIN.saturating_sub(5);
    check_bytes(WHAT, signed, room)?;
    let length = u32::try_from(signed.len()).map_err(|_over| WireError::Malformed { what: WHAT })?;
    let padding = vec![0; room.saturating_sub(signed.len())];
    let plain = [&[kind][..], &length.to_be_bytes(), signed, &padding].concat();
    let (encapsulated, key) =
        kem.encapsulate(&kem_info(to)).map_err(|_key| WireError::Malformed { what: "KEM key" })?;
    Ok([&[VERSION][..], &encapsulated, &key.seal(&[VERSION], &plain)].concat())
}

/// What ties the key to the device it is for.
fn kem_info(to: DeviceId) -> Vec<u8> {
    [KdfInfo::ENVELOPE_KEM.as_str().as_bytes(), &[2], &to.to_bytes()].concat()
}

impl UnverifiedRecovery {
    /// Opens a frame that was sealed to this device.
    ///
    /// # Errors
    /// [`WireError`] if it is cut off, too long, of another version, or not for this device.
    pub fn open(bytes: &[u8], kem: &KemSecret, me: DeviceId) -> Result<Self, WireError> {
        check_bytes(WHAT, bytes, RECOVERY_FRAME_MAX)?;
        let (found, rest) = bytes.split_first().ok_or(WireError::Truncated { what: WHAT })?;
        if *found != VERSION {
            return Err(WireError::UnknownVersion { what: WHAT, found: *found, supported: VERSION });
        }
        let (encapsulated, sealed) = split::<ENCAPSULATED>(WHAT, rest)?;
        let refused = WireError::Malformed { what: WHAT };
        let key: Key = kem.decapsulate(&encapsulated, &kem_info(me)).map_err(|_key| refused.clone())?;
        let plain = key.open(&[VERSION], sealed).map_err(|_other| refused)?;
        Self::decode(&plain)
    }

    /// Reads what was sealed.
    pub(crate) fn decode(plain: &[u8]) -> Result<Self, WireError> {
        let ([kind], rest) = split(WHAT, plain)?;
        let (length, rest) = split(WHAT, rest)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        let signed = rest.get(..length).ok_or(WireError::Truncated { what: WHAT })?;
        let SignedProto { body, signature } = SIGNED.decode_plain(signed)?;
        Ok(Self { kind, body, signature })
    }

    /// Checks who signed.
    ///
    /// # Errors
    /// [`WireError`] if the statement is malformed, over a cap, of an unknown kind, or not signed by who it says.
    pub fn verify(self) -> Result<Recovery, WireError> {
        let forged = WireError::Malformed { what: "signature of a recovery" };
        let signature = <[u8; 64]>::try_from(self.signature.as_slice()).map_err(|_length| forged.clone())?;
        let signature = Signature::from_bytes(signature);
        let (recovery, key, context) = match self.kind {
            KIND_ASK => {
                let ask = LogAsk::decode(&self.body)?;
                let key = ask.account.public_key();
                (Recovery::Ask(ask), key, SignContext::LOG_ASK)
            }
            KIND_RETURN => {
                let back = Return::decode(&self.body)?;
                let key = back.device.public_key();
                (Recovery::Return(back), key, SignContext::DEVICE_RETURN)
            }
            other => return Err(WireError::UnknownKind { what: WHAT, found: u32::from(other) }),
        };
        key.verify(context, &self.body, &signature).map_err(|_bad| forged)?;
        Ok(recovery)
    }
}

impl LogAsk {
    fn encode(&self) -> Vec<u8> {
        let (account, to) = (self.account.to_bytes().to_vec(), self.to.to_bytes().to_vec());
        AskProto { account, to, from: self.from.to_bytes().to_vec(), at_ms: self.at_ms }.encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let proto: AskProto = SIGNED.decode_plain(bytes)?;
        Ok(Self {
            account: AccountId::from_slice(&proto.account)?,
            to: DeviceId::from_slice(&proto.to)?,
            from: TransportId::from_slice(&proto.from)?,
            at_ms: proto.at_ms,
        })
    }
}

impl Return {
    fn encode(&self) -> Vec<u8> {
        let (device, to) = (self.device.to_bytes().to_vec(), self.to.to_bytes().to_vec());
        ReturnProto { device, to, hlc: self.hlc.to_u64(), accept: self.body.encode() }.encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let proto: ReturnProto = SIGNED.decode_plain(bytes)?;
        check_bytes(WHAT, &proto.accept, BODY_MAX)?;
        Ok(Self {
            device: DeviceId::from_slice(&proto.device)?,
            to: DeviceId::from_slice(&proto.to)?,
            hlc: Hlc::from_u64(proto.hlc),
            body: Body::decode(Body::ACCEPT, &proto.accept)?,
        })
    }
}
