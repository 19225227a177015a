//! Symmetric keys: sealing, deriving and authenticating.
//!
//! | sealed box | bytes |
//! |---|---|
//! | nonce, random | 24 |
//! | XChaCha20-Poly1305 ciphertext | length of the plaintext |
//! | tag | 16 |
//!
//! Derivation is HKDF-SHA256 (RFC 5869) with salt `kith/1` and
//! `info = string ‖ 0x00 ‖ context`, one output block of 32 bytes.

use std::fmt;

use chacha20poly1305::{AeadInOut as _, KeyInit as _, Tag, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::domain::KdfInfo;

#[cfg(test)]
mod tests;

/// Bytes a sealed box is longer than its plaintext.
pub const SEAL_OVERHEAD: usize = NONCE_LEN + TAG_LEN;

const NONCE_LEN: usize = 24;
const TAG_LEN: usize = 16;
const SALT: &[u8] = b"kith/1";
const HMAC_BLOCK_LEN: usize = 64;

/// A 32-byte symmetric key; wiped when dropped, never printed, compared in constant time.
pub struct Key(Zeroizing<[u8; 32]>);

/// The box was not sealed with this key and associated data, or was changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed bytes do not open with this key")]
pub struct OpenError;

/// The authentication code does not belong to this key and message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the authentication code is not valid")]
pub struct BadMac;

/// `N` bytes from the operating system.
///
/// # Panics
/// When the operating system has no randomness to give: nothing made after that would be secret.
#[expect(clippy::panic, reason = "without randomness no key may be made, and no caller could do anything else")]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the operating system gives no randomness: {error}");
    }
    bytes
}

impl Key {
    /// A new random key.
    pub fn random() -> Self {
        Self(Zeroizing::new(random_bytes()))
    }

    /// The key made of these bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The bytes of the key.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A second copy; spelled out because every copy of a secret is one more to lose.
    pub fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    /// The key for one purpose, from this one.
    pub fn derive(&self, info: KdfInfo) -> Self {
        self.derive_with(info, &[])
    }

    /// The key for one purpose and one `context` (a name, a direction, a day), from this one.
    pub fn derive_with(&self, info: KdfInfo, context: &[u8]) -> Self {
        let pseudorandom = hmac_sha256(SALT, &[self.0.as_slice()]);
        let info = info.as_str().as_bytes();
        Self(hmac_sha256(pseudorandom.as_slice(), &[info, &[0], context, &[1]]))
    }

    /// Seals `plain` under a fresh nonce. `aad` is not stored but must be the same to open.
    pub fn seal(&self, aad: &[u8], plain: &[u8]) -> Vec<u8> {
        self.seal_with_nonce(random_bytes(), aad, plain)
    }

    fn seal_with_nonce(&self, nonce: [u8; NONCE_LEN], aad: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut text = plain.to_vec();
        let sealed = self.cipher().encrypt_inout_detached(&XNonce::from(nonce), aad, text.as_mut_slice().into());
        match sealed {
            Ok(tag) => [nonce.as_slice(), &text, &tag].concat(),
            // Only a plaintext over 256 GiB gets here. An empty box opens with no key.
            Err(chacha20poly1305::Error) => Vec::new(),
        }
    }

    /// Opens what [`seal`](Key::seal) made with the same key and `aad`.
    ///
    /// # Errors
    /// [`OpenError`] when anything about it is different.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(OpenError)?;
        let (text, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(OpenError)?;
        let mut plain = Zeroizing::new(text.to_vec());
        self.cipher()
            .decrypt_inout_detached(&XNonce::from(*nonce), aad, plain.as_mut_slice().into(), &Tag::from(*tag))
            .map_err(|chacha20poly1305::Error| OpenError)?;
        Ok(plain)
    }

    /// Seals under a nonce of the caller's, which is used once and not stored: ciphertext and tag.
    pub(crate) fn seal_detached(&self, nonce: [u8; NONCE_LEN], aad: &[u8], plain: &[u8]) -> Vec<u8> {
        self.seal_with_nonce(nonce, aad, plain).split_off(NONCE_LEN)
    }

    /// Opens what [`seal_detached`](Key::seal_detached) made.
    pub(crate) fn open_detached(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        self.open(aad, &[nonce.as_slice(), sealed].concat())
    }

    /// An authentication code over `bytes`: HMAC-SHA256 with the key derived for `info`.
    pub fn mac(&self, info: KdfInfo, bytes: &[u8]) -> [u8; 32] {
        *hmac_sha256(self.derive(info).as_bytes(), &[bytes])
    }

    /// Checks an authentication code in constant time.
    ///
    /// # Errors
    /// [`BadMac`] when [`mac`](Key::mac) would give another one.
    pub fn verify_mac(&self, info: KdfInfo, bytes: &[u8], mac: &[u8; 32]) -> Result<(), BadMac> {
        if bool::from(self.mac(info, bytes).ct_eq(mac)) { Ok(()) } else { Err(BadMac) }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(other.0.as_slice()).into()
    }
}

impl Eq for Key {}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(redacted)")
    }
}

/// HMAC-SHA256 with a key of at most one block; padding it with zeros, as HMAC itself does,
/// is what makes this call unable to fail.
fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    debug_assert!(key.len() <= HMAC_BLOCK_LEN);
    let mut block = Zeroizing::new([0; HMAC_BLOCK_LEN]);
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let mut hmac = Hmac::<Sha256>::new((&*block).into());
    for part in parts {
        hmac.update(part);
    }
    Zeroizing::new(hmac.finalize().into_bytes().into())
}
