//! Key encapsulation with X-Wing (X25519 and ML-KEM-768 combined).
//!
//! HPKE in base mode with the suite X-Wing / HKDF-SHA256 / export-only: each encapsulation
//! yields one 32-byte key and encrypts nothing. It authenticates nobody; who sent an
//! encapsulation is settled by what is found inside the envelope it protects.

use std::fmt;

use hpke::aead::ExportOnlyAead;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _};
use zeroize::Zeroizing;

use crate::domain::{HashLabel, KdfInfo};
use crate::seal::{Key, random_bytes};
use crate::sign::short_hex;

#[cfg(test)]
mod tests;

/// Bytes of a public key.
pub const KEM_PUBLIC_LEN: usize = 1216;

/// Bytes of an encapsulation.
pub const KEM_ENCAPSULATED_LEN: usize = 1120;

/// Longest `info` a caller may bind an encapsulation to, in bytes.
pub const KEM_INFO_MAX: usize = 1024;

type Private = <XWing as Kem>::PrivateKey;
type Public = <XWing as Kem>::PublicKey;
type Encapsulated = <XWing as Kem>::EncappedKey;

/// A private encapsulation key; wiped when dropped, never printed.
pub struct KemSecret {
    seed: Zeroizing<[u8; 32]>,
    private: Private,
    public: KemPublic,
}

/// A public encapsulation key, checked to be well formed.
#[derive(Clone, PartialEq, Eq)]
pub struct KemPublic(Box<[u8; KEM_PUBLIC_LEN]>);

/// Why an encapsulation or its key was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KemError {
    /// Wrong number of bytes.
    #[error("expected {expected} bytes, found {found}")]
    WrongLength {
        /// Bytes there should be.
        expected: usize,
        /// Bytes there are.
        found: usize,
    },
    /// The bytes are not a public key.
    #[error("the public key is malformed")]
    BadPublicKey,
    /// The `info` is longer than [`KEM_INFO_MAX`].
    #[error("the info is longer than {KEM_INFO_MAX} bytes")]
    InfoTooLong,
    /// The encapsulation could not be made or opened.
    #[error("the encapsulation failed")]
    Failed,
}

impl KemSecret {
    /// A new random key.
    pub fn generate() -> Self {
        Self::from_seed(&Zeroizing::new(random_bytes()))
    }

    /// The key that belongs to a 32-byte seed (the HPKE `DeriveKeyPair` of it).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let (private, public) = XWing::derive_keypair(seed);
        Self { seed: Zeroizing::new(*seed), private, public: KemPublic::from_parsed(&public) }
    }

    /// The seed, for sealing it.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        self.seed.clone()
    }

    /// The public half.
    pub fn public(&self) -> KemPublic {
        self.public.clone()
    }

    /// The key inside `enc`, when `enc` was made for this key and the same `info`.
    ///
    /// A changed `enc` or `info` is not noticed here: it gives another key, which opens nothing.
    ///
    /// # Errors
    /// [`KemError::WrongLength`], [`KemError::InfoTooLong`] or [`KemError::Failed`].
    pub fn decapsulate(&self, enc: &[u8], info: &[u8]) -> Result<Key, KemError> {
        check_info(info)?;
        check_length(enc, KEM_ENCAPSULATED_LEN)?;
        let enc = Encapsulated::from_bytes(enc).map_err(failed)?;
        let context =
            hpke::setup_receiver::<ExportOnlyAead, HkdfSha256, XWing>(&OpModeR::Base, &self.private, &enc, info)
                .map_err(failed)?;
        exported(|label, out| context.export(label, out))
    }
}

impl fmt::Debug for KemSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KemSecret(redacted)")
    }
}

impl KemPublic {
    /// Reads and checks a public key.
    ///
    /// # Errors
    /// [`KemError::WrongLength`] or [`KemError::BadPublicKey`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KemError> {
        check_length(bytes, KEM_PUBLIC_LEN)?;
        let parsed = Public::from_bytes(bytes).map_err(bad_public_key)?;
        Ok(Self::from_parsed(&parsed))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; KEM_PUBLIC_LEN] {
        &self.0
    }

    /// The 32 bytes that stand for this key in a device list.
    pub fn hash(&self) -> [u8; 32] {
        HashLabel::KEM_PUBLIC.hash(self.0.as_slice())
    }

    /// Makes a fresh key for the owner of this public key, bound to `info`. Returns what to
    /// send ([`KEM_ENCAPSULATED_LEN`] bytes) and the key.
    ///
    /// # Errors
    /// [`KemError::InfoTooLong`] or [`KemError::Failed`].
    pub fn encapsulate(&self, info: &[u8]) -> Result<(Vec<u8>, Key), KemError> {
        check_info(info)?;
        let public = Public::from_bytes(self.0.as_slice()).map_err(bad_public_key)?;
        let (enc, context) =
            hpke::setup_sender::<ExportOnlyAead, HkdfSha256, XWing>(&OpModeS::Base, &public, info).map_err(failed)?;
        let key = exported(|label, out| context.export(label, out))?;
        Ok((enc.to_bytes().to_vec(), key))
    }

    fn from_parsed(public: &Public) -> Self {
        let mut bytes = Box::new([0; KEM_PUBLIC_LEN]);
        public.write_exact(bytes.as_mut_slice());
        Self(bytes)
    }
}

impl fmt::Debug for KemPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KemPublic(")?;
        short_hex(f, &self.hash())?;
        f.write_str(")")
    }
}

fn exported(export: impl FnOnce(&[u8], &mut [u8]) -> Result<(), hpke::HpkeError>) -> Result<Key, KemError> {
    let mut bytes = Zeroizing::new([0; 32]);
    export(KdfInfo::KEM_EXPORT.as_str().as_bytes(), bytes.as_mut_slice()).map_err(failed)?;
    Ok(Key::from_bytes(&bytes))
}

fn check_info(info: &[u8]) -> Result<(), KemError> {
    // The library panics on an info of 64 KiB.
    if info.len() > KEM_INFO_MAX {
        return Err(KemError::InfoTooLong);
    }
    Ok(())
}

fn check_length(bytes: &[u8], expected: usize) -> Result<(), KemError> {
    if bytes.len() != expected {
        return Err(KemError::WrongLength { expected, found: bytes.len() });
    }
    Ok(())
}

fn failed(_: hpke::HpkeError) -> KemError {
    KemError::Failed
}

fn bad_public_key(_: hpke::HpkeError) -> KemError {
    KemError::BadPublicKey
}
