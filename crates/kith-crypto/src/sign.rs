//! Ed25519 signatures with a purpose.
//!
//! | signed message | bytes |
//! |---|---|
//! | length of the context | 1 |
//! | context ([`SignContext`]) | up to 255 |
//! | the caller's bytes, verbatim | any |
//!
//! The length in front makes the split between context and bytes unambiguous. Verification is
//! always the strict kind: keys and signatures with small-order points are refused.

use std::fmt;

use ed25519_dalek::Signer as _;
use zeroize::Zeroizing;

use crate::domain::SignContext;
use crate::seal::random_bytes;

#[cfg(test)]
mod tests;

/// A private Ed25519 key; wiped when dropped, never printed.
pub struct SigningKey(ed25519_dalek::SigningKey);

/// A public Ed25519 key as it travels: 32 bytes, checked when a signature is verified.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

/// The signature does not belong to this key, context and message, or the key is unusable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature is not valid")]
pub struct BadSignature;

impl SigningKey {
    /// A new random key.
    pub fn generate() -> Self {
        Self::from_seed(&Zeroizing::new(random_bytes()))
    }

    /// The key that belongs to a 32-byte seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The seed, for sealing it or handing it to the transport.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(*self.0.as_bytes())
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `bytes` for the purpose `context`.
    pub fn sign(&self, context: SignContext, bytes: &[u8]) -> Signature {
        Signature(self.0.sign(&framed(context, bytes)).to_bytes())
    }

    /// A second copy; spelled out because every copy of a secret is one more to lose.
    pub fn duplicate(&self) -> Self {
        Self::from_seed(self.0.as_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(redacted)")
    }
}

impl PublicKey {
    /// Takes the 32 bytes as they are; a key that is not a usable point fails in [`verify`].
    ///
    /// [`verify`]: PublicKey::verify
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// The 32 bytes, borrowed.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Checks that this key signed `bytes` for the purpose `context`.
    ///
    /// # Errors
    /// [`BadSignature`] when it did not, or when the key or the signature is malformed, weak
    /// or not in its only accepted encoding.
    pub fn verify(&self, context: SignContext, bytes: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(&self.0).map_err(|_detail| BadSignature)?;
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        key.verify_strict(&framed(context, bytes), &signature).map_err(|_detail| BadSignature)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey(")?;
        short_hex(f, &self.0)?;
        f.write_str(")")
    }
}

impl Signature {
    /// Takes the 64 bytes as they are.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    pub const fn to_bytes(self) -> [u8; 64] {
        self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(")?;
        short_hex(f, &self.0)?;
        f.write_str(")")
    }
}

/// Writes the first four bytes as hexadecimal and an ellipsis: enough to tell two values apart.
pub(crate) fn short_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    for byte in bytes.iter().take(4) {
        write!(f, "{byte:02x}")?;
    }
    f.write_str("…")
}

fn framed(context: SignContext, bytes: &[u8]) -> Vec<u8> {
    let context = context.as_str().as_bytes();
    let mut message = Vec::with_capacity(1 + context.len() + bytes.len());
    // A test holds that every registered string is shorter than 256 bytes.
    message.push(u8::try_from(context.len()).unwrap_or(u8::MAX));
    message.extend_from_slice(context);
    message.extend_from_slice(bytes);
    message
}
