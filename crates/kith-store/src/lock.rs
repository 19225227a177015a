//! One process per profile: two would fork the ratchets.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::error::StoreError;

const LOCK_FILE: &str = "kith.lock";
/// Longer than any process number; the rest of a strange file is not read.
const PID_TEXT_MAX: u64 = 20;

/// Proof that this process is the only one that uses the profile; released on drop, and by the system on a crash.
#[derive(Debug)]
pub struct ProfileLock {
    _file: File,
}

impl ProfileLock {
    /// Locks the profile folder `dir`. Fails with [`StoreError::Locked`] if another process, or another handle of this
    /// one, holds it, and with [`StoreError::Io`] if the lock file cannot be made.
    pub fn acquire(dir: &Path) -> Result<Self, StoreError> {
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(dir.join(LOCK_FILE))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked { pid: holder(&mut file) }),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(std::process::id().to_string().as_bytes())?;
        Ok(Self { _file: file })
    }
}

/// The number is only a hint for people: unreadable means unknown (some systems lock reading as well).
fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    match file.take(PID_TEXT_MAX).read_to_string(&mut text) {
        Ok(_) => text.trim().parse().ok(),
        Err(_) => None,
    }
}
