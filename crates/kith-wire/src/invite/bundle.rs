//! The keys behind an invite link, signed by the device that answers and sealed with the link's secret.

use kith_crypto::{CurveKey, KdfInfo, KemError, KemPublic, SignContext, Signature, SigningKey};
use prost::Message;

use super::InviteLink;
use crate::codec::{Shape, array};
use crate::error::WireError;
use crate::identity::{IdentityError, IdentityLog, UnverifiedIdentityLog};
use crate::ids::DeviceId;
use crate::limits::{ADDRESSES_MAX, BUNDLE_ADDRESSES_MAX_BYTES, CLOCK_SKEW_MAX_MS, QUEUES_MAX, SLOT_BLOB_MAX};
use crate::mailbox::{QueueAddress, QueueProto, check_queues, read_queues, write_queues};
use crate::text::{check_addresses, clean_name, fit_addresses};
use crate::work::WORK_BITS_MAX;

const SEALED_VERSION: u8 = 1;
const SIGNED: Shape = Shape { what: "invite bundle", version: 1, max: SLOT_BLOB_MAX, repeated: &[] };
const BODY: Shape =
    Shape { what: "invite bundle", version: 1, max: SLOT_BLOB_MAX, repeated: &[(6, ADDRESSES_MAX), (11, QUEUES_MAX)] };
const NAME_MAX_BYTES: usize = 256;

/// Why a bundle is not to be used, or cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InviteError {
    /// It does not open with this link: another invite's, or altered.
    #[error("the invitation does not open with this link: it was altered or belongs to another link")]
    Sealed,
    /// It does not decode.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The key-encapsulation key is not one.
    #[error("the invitation carries an invalid key")]
    BadKem(#[from] KemError),
    /// The identity log inside is not valid.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The account is not the one the link names.
    #[error("the invitation is of another person than the link says")]
    WrongAccount,
    /// The signing device is not in the account's device list.
    #[error("the invitation is of a device that does not belong to the person")]
    UnknownDevice,
    /// The signature is not the device's.
    #[error("the invitation is not signed by the person's device")]
    Forged,
    /// A bundle that was made for another link.
    #[error("the invitation was made for another link")]
    WrongInvite,
    /// The key-encapsulation key is not the one in the device list.
    #[error("the invitation carries a key that is not the device's")]
    WrongKem,
    /// It is over.
    #[error("the invitation expired")]
    Expired {
        /// When it ended, Unix milliseconds.
        expired_at_ms: u64,
    },
    /// It says it was made in the future; one of the two clocks is wrong.
    #[error("the invitation was made in the future: check the clock")]
    NotYetValid {
        /// When it says it was made, Unix milliseconds.
        created_at_ms: u64,
    },
}

/// What the author puts into a bundle.
#[derive(Debug, Clone)]
pub struct BundleParts {
    /// The author's display name; cleaned and cut when the bundle is made.
    pub name: String,
    /// The author's identity log.
    pub log: IdentityLog,
    /// The device that answers requests; must be in the log.
    pub device: DeviceId,
    /// An Olm one-time key for the first message.
    pub one_time: CurveKey,
    /// The device's X-Wing key; must be the one in the log.
    pub kem: KemPublic,
    /// Where the device can be reached; what does not fit is left out.
    pub addresses: Vec<String>,
    /// Where the device finds requests made while it is away.
    pub queues: Vec<QueueAddress>,
    /// Now, Unix milliseconds.
    pub created_at_ms: u64,
    /// When the invite ends, Unix milliseconds; `None` never.
    pub expires_at_ms: Option<u64>,
    /// Whether one answered request uses the invite up.
    pub single_use: bool,
    /// How much work a request has to show, in leading zero bits; zero: none.
    pub work_bits: u8,
}

/// A bundle that is what its link says: made here, or opened and verified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InviteBundle {
    /// The author's display name, cleaned.
    pub name: String,
    /// The author's identity log.
    pub log: IdentityLog,
    /// The device that answers requests.
    pub device: DeviceId,
    /// An Olm one-time key for the first message.
    pub one_time: CurveKey,
    /// The device's X-Wing key.
    pub kem: KemPublic,
    /// Where the device may be reached.
    pub addresses: Vec<String>,
    /// Where the device finds requests made while it is away.
    pub queues: Vec<QueueAddress>,
    /// When it was made, Unix milliseconds by the author's clock.
    pub created_at_ms: u64,
    /// When it ends, Unix milliseconds; `None` never.
    pub expires_at_ms: Option<u64>,
    /// Whether one answered request uses the invite up.
    pub single_use: bool,
    /// How much work a request has to show, in leading zero bits; zero: none.
    pub work_bits: u8,
    body: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct SignedProto {
    #[prost(bytes = "vec", tag = "1")]
    body: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    signature: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct BodyProto {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(bytes = "vec", tag = "2")]
    log: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    device: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    one_time: Vec<u8>,
    #[prost(bytes = "vec", tag = "5")]
    kem: Vec<u8>,
    #[prost(string, repeated, tag = "6")]
    addresses: Vec<String>,
    #[prost(uint64, tag = "7")]
    created_at_ms: u64,
    #[prost(uint64, optional, tag = "8")]
    expires_at_ms: Option<u64>,
    #[prost(bool, tag = "9")]
    single_use: bool,
    #[prost(bytes = "vec", tag = "10")]
    tag: Vec<u8>,
    #[prost(message, repeated, tag = "11")]
    queues: Vec<QueueProto>,
    #[prost(uint32, tag = "12")]
    work_bits: u32,
}

/// The `info` a first message to the author of a bundle is encapsulated with: it ties the message to that bundle.
#[must_use]
pub fn kem_info(bundle_hash: &[u8; 32]) -> Vec<u8> {
    [KdfInfo::ENVELOPE_KEM.as_str().as_bytes(), &[0], bundle_hash].concat()
}

impl InviteBundle {
    /// A bundle for one link. Fails if the link is of another account, the device is not in the log, or the KEM key is
    /// not that device's.
    pub fn create(parts: BundleParts, link: &InviteLink) -> Result<Self, InviteError> {
        check_queues(&parts.queues)?;
        let name = clean_name(&parts.name);
        let addresses = fit_addresses(parts.addresses, BUNDLE_ADDRESSES_MAX_BYTES);
        let proto = BodyProto {
            name: name.clone(),
            log: parts.log.encode(),
            device: parts.device.to_bytes().to_vec(),
            one_time: parts.one_time.to_bytes().to_vec(),
            kem: parts.kem.as_bytes().to_vec(),
            addresses: addresses.clone(),
            created_at_ms: parts.created_at_ms,
            expires_at_ms: parts.expires_at_ms,
            single_use: parts.single_use,
            tag: link.tag().to_vec(),
            queues: write_queues(&parts.queues),
            work_bits: u32::from(parts.work_bits),
        };
        let bundle = Self {
            name,
            log: parts.log,
            device: parts.device,
            one_time: parts.one_time,
            kem: parts.kem,
            addresses,
            queues: parts.queues,
            created_at_ms: parts.created_at_ms,
            expires_at_ms: parts.expires_at_ms,
            single_use: parts.single_use,
            work_bits: parts.work_bits,
            body: proto.encode_to_vec(),
        };
        bundle.check(link)?;
        Ok(bundle)
    }

    /// Signs with the device key and seals with the link's secret; gives the sealed bytes for the slot and the bundle
    /// hash. `link` must be the one the bundle was made for, else nobody will accept it.
    #[must_use]
    pub fn seal(&self, device: &SigningKey, link: &InviteLink) -> (Vec<u8>, [u8; 32]) {
        let signature = device.sign(SignContext::INVITE_BUNDLE, &self.body).to_bytes().to_vec();
        let signed = SignedProto { body: self.body.clone(), signature };
        (seal_plain(link, &signed.encode_to_vec()), self.hash())
    }

    /// Hash of the signed bytes; what a contact request answers to.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        *blake3::hash(&self.body).as_bytes()
    }

    fn check(&self, link: &InviteLink) -> Result<(), InviteError> {
        if self.log.account().fingerprint() != link.fingerprint() {
            return Err(InviteError::WrongAccount);
        }
        let record = self.log.device(&self.device).ok_or(InviteError::UnknownDevice)?;
        if record.kem_hash != self.kem.hash() {
            return Err(InviteError::WrongKem);
        }
        Ok(())
    }
}

/// A bundle that opened with the link's secret; not yet believed.
pub struct UnverifiedBundle {
    body: Vec<u8>,
    signature: Vec<u8>,
}

impl UnverifiedBundle {
    /// Opens what lay in the slot. Fails if it is too large, of an unknown version, or not sealed with this link.
    pub fn open(link: &InviteLink, sealed: &[u8]) -> Result<Self, InviteError> {
        if sealed.len() > SLOT_BLOB_MAX {
            return Err(WireError::TooLong { what: SIGNED.what, len: sealed.len(), max: SLOT_BLOB_MAX }.into());
        }
        let (version, rest) = sealed.split_first().ok_or(WireError::Truncated { what: SIGNED.what })?;
        if *version != SEALED_VERSION {
            let supported = SEALED_VERSION;
            return Err(WireError::UnknownVersion { what: SIGNED.what, found: *version, supported }.into());
        }
        let Ok(plain) = link.bundle_key().open(&seal_aad(link), rest) else {
            return Err(InviteError::Sealed);
        };
        let signed: SignedProto = SIGNED.decode_plain(&plain)?;
        Ok(Self { body: signed.body, signature: signed.signature })
    }

    /// Checks that the bundle is what the link promised: of that account, signed by one of its devices for this very
    /// link, with that device's key, and not expired at `now_ms`.
    pub fn verify(self, link: &InviteLink, now_ms: u64) -> Result<InviteBundle, InviteError> {
        let proto: BodyProto = BODY.decode_plain(&self.body)?;
        let bundle = bundle_from(&proto, self.body)?;
        bundle.check(link)?;
        let Ok(signature) = <[u8; 64]>::try_from(self.signature.as_slice()) else {
            return Err(InviteError::Forged);
        };
        let signature = Signature::from_bytes(signature);
        if bundle.device.public_key().verify(SignContext::INVITE_BUNDLE, &bundle.body, &signature).is_err() {
            return Err(InviteError::Forged);
        }
        if proto.tag != link.tag() {
            return Err(InviteError::WrongInvite);
        }
        if let Some(expired_at_ms) = bundle.expires_at_ms.filter(|at| *at <= now_ms) {
            return Err(InviteError::Expired { expired_at_ms });
        }
        if bundle.created_at_ms > now_ms.saturating_add(CLOCK_SKEW_MAX_MS) {
            return Err(InviteError::NotYetValid { created_at_ms: bundle.created_at_ms });
        }
        Ok(bundle)
    }
}

fn bundle_from(proto: &BodyProto, body: Vec<u8>) -> Result<InviteBundle, InviteError> {
    crate::text::check_bytes("name", proto.name.as_bytes(), NAME_MAX_BYTES)?;
    check_addresses("invite address", &proto.addresses, ADDRESSES_MAX)?;
    Ok(InviteBundle {
        name: clean_name(&proto.name),
        log: UnverifiedIdentityLog::decode(&proto.log)?.verify()?,
        device: DeviceId::from_slice(&proto.device)?,
        one_time: CurveKey::from_bytes(array("one-time key", &proto.one_time)?),
        kem: KemPublic::from_bytes(&proto.kem)?,
        addresses: proto.addresses.clone(),
        queues: read_queues(proto.queues.clone())?,
        created_at_ms: proto.created_at_ms,
        expires_at_ms: proto.expires_at_ms,
        single_use: proto.single_use,
        work_bits: u8::try_from(proto.work_bits)
            .ok()
            .filter(|bits| *bits <= WORK_BITS_MAX)
            .ok_or(WireError::Malformed { what: "work of a request" })?,
        body,
    })
}

/// Anybody who holds the link can do this; only the signature inside says who did.
pub(crate) fn seal_plain(link: &InviteLink, plain: &[u8]) -> Vec<u8> {
    let mut sealed = vec![SEALED_VERSION];
    sealed.extend(link.bundle_key().seal(&seal_aad(link), plain));
    sealed
}

fn seal_aad(link: &InviteLink) -> Vec<u8> {
    let mut aad = vec![SEALED_VERSION];
    aad.extend(link.slot().to_bytes());
    aad
}
