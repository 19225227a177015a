//! Every key of Kith and everything done with one.
//!
//! **What it is.** Signing and verifying ([`sign`]), symmetric sealing and key derivation
//! ([`seal`]), the 24-word recovery phrase ([`phrase`]), codes of six spoken words ([`spoken`]), the hybrid key encapsulation of the
//! outer layer ([`kem`]), pairwise Olm sessions ([`olm`]), the encrypted keystore
//! ([`keystore`]), the container of backups ([`backup`]) and safety numbers ([`safety`]). Every domain-separation string of the
//! project is listed in [`domain`].
//!
//! **What it never does.** No files, no network, no clock, no logging. Its only contact with
//! the outside is the randomness of the operating system. No type of a third-party crate
//! appears in its public interface, and no secret is ever printed by `Debug`.
//!
//! **Threads.** None; every call runs to its end on the caller's thread. Unlocking a keystore
//! with a password takes the time and memory the file asks for, about a second and 256 MiB by default and at most 1 GiB, so do it off the main thread.
//!
//! **Where to start.** [`domain`] for the vocabulary, then [`seal::Key`] and
//! [`keystore::Keystore`].
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

pub mod backup;
pub mod domain;
pub mod kem;
pub mod keystore;
pub mod olm;
pub mod phrase;
pub mod safety;
pub mod seal;
pub mod sign;
pub mod spoken;
#[cfg(test)]
mod tests;

pub use backup::{BackupError, BackupHeader, BackupLock, BackupOpener, BackupSealer, BackupSecret};
pub use domain::{KdfInfo, SignContext};
pub use kem::{KEM_ENCAPSULATED_LEN, KEM_PUBLIC_LEN, KemError, KemPublic, KemSecret};
pub use keystore::{DeviceSecrets, Keystore, KeystoreError, MasterKey, NewSlot, Secret, SlotKind, Stretch, Unlocked};
pub use olm::{CurveKey, OlmAccount, OlmError, OlmKind, OlmSession, OlmWire};
pub use phrase::{PhraseError, RecoveryPhrase};
pub use safety::{safety_emoji, safety_number};
pub use seal::{BadMac, Key, OpenError, random_bytes};
pub use sign::{BadSignature, PublicKey, Signature, SigningKey};
pub use spoken::{SpokenCode, SpokenError};
