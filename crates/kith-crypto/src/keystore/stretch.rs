//! Argon2id: making a password costly to guess.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::{Zeroize as _, Zeroizing};

use super::KeystoreError;
use super::slot::SALT_LEN;
use crate::seal::Key;

/// Most memory a keystore may ask for, in KiB: 1 GiB.
pub const STRETCH_MAX_MEMORY_KIB: u32 = 1024 * 1024;
/// Most passes over the memory a keystore may ask for.
pub const STRETCH_MAX_PASSES: u32 = 10;
/// Most lanes a keystore may ask for.
pub const STRETCH_MAX_LANES: u32 = 16;
/// Longest password, in bytes of UTF-8.
pub const PASSWORD_MAX_BYTES: usize = 1024;

/// How costly guessing a password is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// 256 MiB, 3 passes, 4 lanes: about a second on an ordinary machine.
    Strong,
    /// 64 MiB, 3 passes, 4 lanes: for machines with little memory.
    Light,
    /// Anything within the bounds of this module; also what is found in a file.
    Custom {
        /// Memory in KiB, at least 8 for each lane, at most [`STRETCH_MAX_MEMORY_KIB`].
        memory_kib: u32,
        /// Passes over the memory, 1 to [`STRETCH_MAX_PASSES`].
        passes: u32,
        /// Lanes, 1 to [`STRETCH_MAX_LANES`].
        lanes: u32,
    },
}

impl Stretch {
    /// What a slot that is opened by a key has in the file.
    pub(super) const NONE: Self = Self::Custom { memory_kib: 0, passes: 0, lanes: 0 };

    /// Memory in KiB, passes, lanes.
    pub(crate) fn costs(self) -> (u32, u32, u32) {
        match self {
            Self::Strong => (256 * 1024, 3, 4),
            Self::Light => (64 * 1024, 3, 4),
            Self::Custom { memory_kib, passes, lanes } => (memory_kib, passes, lanes),
        }
    }

    /// The parameters, when they are within bounds; nothing is allocated.
    pub(super) fn params(self) -> Result<Params, KeystoreError> {
        let (memory_kib, passes, lanes) = self.costs();
        let refused = KeystoreError::TooCostly { memory_kib, passes, lanes };
        if memory_kib > STRETCH_MAX_MEMORY_KIB || passes > STRETCH_MAX_PASSES || lanes > STRETCH_MAX_LANES {
            return Err(refused);
        }
        Params::new(memory_kib, passes, lanes, Some(32)).map_err(|_out_of_bounds| refused)
    }

    /// Whether the parameters are within bounds.
    pub(crate) fn check(self) -> Result<(), KeystoreError> {
        self.params().map(drop)
    }

    /// Stretches a password into a key. The password is put into Unicode form NFC first, so the
    /// same letters typed on another system give the same key.
    pub(crate) fn apply(self, password: &str, salt: &[u8; SALT_LEN]) -> Result<Key, KeystoreError> {
        if password.is_empty() {
            return Err(KeystoreError::EmptyPassword);
        }
        if password.len() > PASSWORD_MAX_BYTES {
            return Err(KeystoreError::PasswordTooLong { limit_bytes: PASSWORD_MAX_BYTES });
        }
        let params = self.params()?;
        let out_of_memory = KeystoreError::OutOfMemory { memory_kib: params.m_cost() };
        // NFC can be up to three times as long; reserving keeps the text in one allocation.
        let mut normal = Zeroizing::new(String::with_capacity(password.len().saturating_mul(3)));
        normal.extend(password.nfc());
        let mut memory: Vec<Block> = Vec::new();
        memory.try_reserve_exact(params.block_count()).map_err(|_reserve_error| out_of_memory)?;
        memory.resize(params.block_count(), Block::new());
        let mut key = Zeroizing::new([0; 32]);
        let result = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
            normal.as_bytes(),
            salt,
            key.as_mut_slice(),
            memory.as_mut_slice(),
        );
        memory.zeroize();
        result.map_err(|_argon2_error| KeystoreError::Damaged)?;
        Ok(Key::from_bytes(&key))
    }
}
