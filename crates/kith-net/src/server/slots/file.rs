//! One slot in one file: a header with a checksum, then the sealed bytes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use kith_wire::SlotId;
use kith_wire::limits::SLOT_BLOB_MAX;

const MAGIC: &[u8; 4] = b"KSL1";
const SUM_LEN: usize = 16;
const HEADER_LEN: usize = 4 + 1 + 32 + 8 + SUM_LEN;
const SUFFIX: &str = "slot";
const TEMPORARY: &str = "writing";

/// What a slot file says about its slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It holds sealed bytes.
    Live,
    /// Its owner took it back.
    Used,
    /// It expired.
    Expired,
}

/// The part of a slot file that is kept in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) state: State,
    pub(super) owner_hash: [u8; 32],
    /// When a live slot expires; when a tombstone is forgotten. Unix milliseconds.
    pub(super) at_ms: u64,
}

impl Header {
    fn bytes(&self) -> [u8; HEADER_LEN - SUM_LEN] {
        let mut out = [0; HEADER_LEN - SUM_LEN];
        let state = match self.state {
            State::Live => 0u8,
            State::Used => 1,
            State::Expired => 2,
        };
        let parts = MAGIC.iter().copied().chain([state]).chain(self.owner_hash).chain(self.at_ms.to_be_bytes());
        for (place, byte) in out.iter_mut().zip(parts) {
            *place = byte;
        }
        out
    }

    fn parse(bytes: &[u8; HEADER_LEN]) -> io::Result<(Self, [u8; SUM_LEN])> {
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(damaged)?;
        let (state, rest) = rest.split_first().ok_or_else(damaged)?;
        let (owner_hash, rest) = rest.split_first_chunk::<32>().ok_or_else(damaged)?;
        let (at_ms, rest) = rest.split_first_chunk::<8>().ok_or_else(damaged)?;
        let (sum, _) = rest.split_first_chunk::<SUM_LEN>().ok_or_else(damaged)?;
        let state = match state {
            0 => State::Live,
            1 => State::Used,
            2 => State::Expired,
            _ => return Err(damaged()),
        };
        Ok((Self { state, owner_hash: *owner_hash, at_ms: u64::from_be_bytes(*at_ms) }, *sum))
    }
}

fn checksum(slot: SlotId, header: &Header, blob: &[u8]) -> [u8; SUM_LEN] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&slot.to_bytes()).update(&header.bytes()).update(blob);
    let mut sum = [0; SUM_LEN];
    hasher.finalize_xof().fill(&mut sum);
    sum
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "damaged slot file")
}

fn path_of(dir: &Path, slot: SlotId) -> PathBuf {
    dir.join(format!("{}.{SUFFIX}", data_encoding::HEXLOWER.encode(&slot.to_bytes())))
}

/// The slot a file belongs to, or `None` if it is not a slot file.
pub(super) fn slot_of(path: &Path) -> Option<SlotId> {
    if path.extension()?.to_str()? != SUFFIX {
        return None;
    }
    let bytes = data_encoding::HEXLOWER.decode(path.file_stem()?.to_str()?.as_bytes()).ok()?;
    Some(SlotId::from_bytes(bytes.try_into().ok()?))
}

/// Creates the folder, readable by its owner only.
pub(super) fn create_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// The header of a slot file and the length of its blob. Fails on anything that is not a slot file of legal size.
pub(super) fn read_header(path: &Path) -> io::Result<(Header, u64)> {
    let mut file = File::open(path)?;
    let mut bytes = [0; HEADER_LEN];
    file.read_exact(&mut bytes)?;
    let (header, _) = Header::parse(&bytes)?;
    let len = file.metadata()?.len().checked_sub(HEADER_LEN as u64).ok_or_else(damaged)?;
    let legal = match header.state {
        State::Live => len <= SLOT_BLOB_MAX as u64,
        State::Used | State::Expired => len == 0,
    };
    if legal { Ok((header, len)) } else { Err(damaged()) }
}

/// The sealed bytes of a live slot, checked. `InvalidData` if the file was changed or cut.
pub(super) fn read_blob(dir: &Path, slot: SlotId) -> io::Result<Vec<u8>> {
    let path = path_of(dir, slot);
    let mut file = File::open(&path)?;
    let mut bytes = [0; HEADER_LEN];
    file.read_exact(&mut bytes)
        .map_err(|error| if error.kind() == io::ErrorKind::UnexpectedEof { damaged() } else { error })?;
    let (header, sum) = Header::parse(&bytes)?;
    let mut blob = Vec::new();
    file.take(SLOT_BLOB_MAX as u64 + 1).read_to_end(&mut blob)?;
    if blob.len() > SLOT_BLOB_MAX || header.state != State::Live || checksum(slot, &header, &blob) != sum {
        return Err(damaged());
    }
    Ok(blob)
}

/// Writes a slot file so that after a crash either the old or the new one is there, whole.
pub(super) fn write(dir: &Path, slot: SlotId, header: &Header, blob: &[u8]) -> io::Result<()> {
    let path = path_of(dir, slot);
    let temporary = path.with_extension(TEMPORARY);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&temporary).and_then(|mut file| {
        file.write_all(&header.bytes())?;
        file.write_all(&checksum(slot, header, blob))?;
        file.write_all(blob)?;
        file.sync_data()?;
        fs::rename(&temporary, &path)?;
        sync_dir(dir)
    });
    if written.is_err()
        && let Err(error) = fs::remove_file(&temporary)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(kind = %error.kind(), "a half-written slot file could not be removed");
    }
    written
}

/// Removes a slot file; not an error if there is none.
pub(super) fn remove(dir: &Path, slot: SlotId) -> io::Result<()> {
    match fs::remove_file(path_of(dir, slot)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => sync_dir(dir),
    }
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_data()
}
