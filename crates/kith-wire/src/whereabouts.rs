//! Where a device is, for one contact and one day: a record that whoever stores it can check and cannot read.
//!
//! A device gives every contact a key of their own. From the key and the day come a name, a key that signs what lies
//! under it, and a key that seals it. So nobody else can find it, put something in its place, or tell that two records are
//! of one device; and all records have one length.

use std::fmt;

use kith_crypto::domain::HashLabel;
use kith_crypto::{KdfInfo, Key, PublicKey, SignContext, Signature, SigningKey, random_bytes};
use prost::Message;
use zeroize::Zeroizing;

use crate::card::{TransportCard, UnverifiedCard};
use crate::codec::{Shape, array, split};
use crate::error::WireError;
use crate::identity::{Renewal, UnverifiedRenewal};
use crate::limits::{CARD_AGE_MAX_MS, RECORD_CLOCK_MS, WHEREABOUTS_ADDRESSES_MAX_BYTES, WHEREABOUTS_LEN};

const WHAT: &str = "whereabouts";
const VERSION: u8 = 1;
/// Version, public key, time and signature.
const HEAD_LEN: usize = 1 + 32 + 8 + 64;
/// Nonce and tag.
const SEAL_LEN: usize = 24 + 16;
const PLAIN_LEN: usize = WHEREABOUTS_LEN - HEAD_LEN - SEAL_LEN;
const PLAIN: Shape = Shape { what: WHAT, version: 1, max: PLAIN_LEN, repeated: &[] };
const DAY_MS: u64 = 24 * 3600 * 1000;
/// Around midnight clocks may disagree about the day by this much.
const MARGIN_MS: u64 = 2 * 3600 * 1000;

/// The day a time belongs to.
#[must_use]
pub fn day(now_ms: u64) -> u64 {
    now_ms / DAY_MS
}

/// The days to look under: today, and a neighbour when it is near.
#[must_use]
pub fn days(now_ms: u64) -> Vec<u64> {
    let (today, into) = (day(now_ms), now_ms % DAY_MS);
    let neighbour = if into < MARGIN_MS {
        today.checked_sub(1)
    } else if into > DAY_MS - MARGIN_MS {
        today.checked_add(1)
    } else {
        None
    };
    std::iter::once(today).chain(neighbour).collect()
}

/// Why a record is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WhereaboutsError {
    /// It does not decode.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// It is not signed by the key that its name stands for.
    #[error("the record is not its owner's")]
    Forged,
    /// It is of another time.
    #[error("the record is too old or from the future")]
    Stale,
    /// It is sealed for somebody else, or for another day.
    #[error("the record does not open with this key")]
    Sealed,
    /// The card in it is no valid card.
    #[error("the record holds no valid card")]
    Card,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// Where the device is. Whose device that is, is for the caller to say.
    pub card: TransportCard,
    /// Why its transport key is another one than it was listed with.
    pub renewal: Option<UnverifiedRenewal>,
}

/// By which one contact finds one device. Whoever holds it can find the device, so it travels only sealed; `Debug` does
/// not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct FindKey(Zeroizing<[u8; 32]>);

impl FindKey {
    /// A key for somebody new.
    #[must_use]
    pub fn random() -> Self {
        Self(Zeroizing::new(random_bytes()))
    }

    /// A key as it was kept, or told.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// As [`FindKey::from_bytes`], from bytes that may have another length.
    ///
    /// # Errors
    /// If they have.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, WireError> {
        let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(array("find key", bytes)?);
        Ok(Self(bytes))
    }

    /// The bytes, for keeping or telling it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn derive(&self, info: KdfInfo, day: u64) -> Key {
        Key::from_bytes(&self.0).derive_with(info, &day.to_be_bytes())
    }

    fn signer(&self, day: u64) -> SigningKey {
        SigningKey::from_seed(self.derive(KdfInfo::RENDEZVOUS, day).as_bytes())
    }

    /// Under which name the record of a day lies.
    #[must_use]
    pub fn name(&self, day: u64) -> [u8; 32] {
        name_of(&self.signer(day).public())
    }

    /// The record of a day, always [`WHEREABOUTS_LEN`] bytes. Of the card's addresses as many are kept as fit; `key` must be
    /// the transport key that the card names, and `renewal` what made it the device's, if it is not the first.
    #[must_use]
    pub fn record(
        &self,
        day: u64,
        now_ms: u64,
        card: &TransportCard,
        key: &SigningKey,
        renewal: Option<&Renewal>,
    ) -> Vec<u8> {
        let fitted = card.fitted(WHEREABOUTS_ADDRESSES_MAX_BYTES);
        let message = PLAIN.encode(&PlainProto { card: fitted.sign(key), renewal: renewal.map(Renewal::encode) });
        let mut plain = u16::try_from(message.len()).unwrap_or(u16::MAX).to_be_bytes().to_vec();
        plain.extend(message);
        plain.resize(PLAIN_LEN, 0);
        self.record_of(day, now_ms, &plain)
    }

    /// Whoever holds the key can do this.
    pub(crate) fn record_of(&self, day: u64, now_ms: u64, plain: &[u8]) -> Vec<u8> {
        let signer = self.signer(day);
        let name = name_of(&signer.public());
        let sealed = self.derive(KdfInfo::CARD_SEAL, day).seal(&name, plain);
        let signature = signer.sign(SignContext::WHEREABOUTS, &signed_text(now_ms, &sealed));
        let mut record = vec![VERSION];
        record.extend(signer.public().to_bytes());
        record.extend(now_ms.to_be_bytes());
        record.extend(signature.to_bytes());
        record.extend(sealed);
        record
    }

    /// Opens what lay under the name of a day: whole, of its owner, of these days, sealed for us, and with a card that is
    /// signed by its own endpoint.
    ///
    /// # Errors
    /// Why it is not used.
    pub fn open(&self, day: u64, record: &[u8], now_ms: u64) -> Result<Found, WhereaboutsError> {
        let name = self.name(day);
        check_record(&name, record, now_ms)?;
        let sealed = record.get(HEAD_LEN..).unwrap_or_default();
        let opened = self.derive(KdfInfo::CARD_SEAL, day).open(&name, sealed);
        let plain = opened.map_err(|_other_key| WhereaboutsError::Sealed)?;
        let (len, rest) = split::<2>(WHAT, &plain)?;
        let message = rest.get(..usize::from(u16::from_be_bytes(len))).ok_or(WireError::Truncated { what: WHAT })?;
        let PlainProto { card, renewal } = PLAIN.decode(message)?;
        let card = UnverifiedCard::decode(&card)?.verify(now_ms).map_err(|_no_card| WhereaboutsError::Card)?;
        let renewal = renewal.map(|bytes| UnverifiedRenewal::decode(&bytes)).transpose()?;
        Ok(Found { card, renewal })
    }
}

impl fmt::Debug for FindKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FindKey(redacted)")
    }
}

#[derive(Clone, PartialEq, Message)]
struct PlainProto {
    #[prost(bytes = "vec", tag = "1")]
    card: Vec<u8>,
    #[prost(bytes = "vec", optional, tag = "2")]
    renewal: Option<Vec<u8>>,
}

fn name_of(public: &PublicKey) -> [u8; 32] {
    HashLabel::WHEREABOUTS.hash(&public.to_bytes())
}

fn signed_text(now_ms: u64, sealed: &[u8]) -> Vec<u8> {
    [&now_ms.to_be_bytes(), sealed].concat()
}

/// What whoever stores a record can tell of it: that it belongs under this name. Gives when it was made, Unix
/// milliseconds; an older one must not take the place of a newer one.
///
/// # Errors
/// Why it does not belong there.
pub fn check_record(name: &[u8; 32], record: &[u8], now_ms: u64) -> Result<u64, WhereaboutsError> {
    if record.len() != WHEREABOUTS_LEN {
        return Err(WireError::Length { what: WHAT, len: record.len(), expected: WHEREABOUTS_LEN }.into());
    }
    let ([version], rest) = split::<1>(WHAT, record)?;
    if version != VERSION {
        return Err(WireError::UnknownVersion { what: WHAT, found: version, supported: VERSION }.into());
    }
    let (public, rest) = split::<32>(WHAT, rest)?;
    let (made_at, rest) = split::<8>(WHAT, rest)?;
    let (signature, sealed) = split::<64>(WHAT, rest)?;
    let public = PublicKey::from_bytes(public);
    let made_at_ms = u64::from_be_bytes(made_at);
    if name_of(&public) != *name {
        return Err(WhereaboutsError::Forged);
    }
    if now_ms.saturating_sub(made_at_ms) > CARD_AGE_MAX_MS || made_at_ms > now_ms.saturating_add(RECORD_CLOCK_MS) {
        return Err(WhereaboutsError::Stale);
    }
    public
        .verify(SignContext::WHEREABOUTS, &signed_text(made_at_ms, sealed), &Signature::from_bytes(signature))
        .map_err(|_bad| WhereaboutsError::Forged)?;
    Ok(made_at_ms)
}

#[cfg(test)]
mod tests;
