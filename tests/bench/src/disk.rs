//! The least a durable write costs: 4 KiB and a flush.

use std::{
    fs::File,
    io::{self, Seek as _, SeekFrom, Write as _},
    path::Path,
};

/// One page of the database.
const BLOCK: usize = 4096;
/// The file is as long as a write-ahead log before it starts over, so that it does not grow while it is measured.
const BLOCKS: u64 = 1000;

/// A file that is written block by block.
pub(crate) struct Disk {
    file: File,
    block: [u8; BLOCK],
    next: u64,
}

impl Disk {
    /// Makes the file in full length.
    pub(crate) fn new(folder: &Path, name: &str) -> io::Result<Self> {
        let mut file = File::create(folder.join(name))?;
        let block = [0x5a; BLOCK];
        for _ in 0..BLOCKS {
            file.write_all(&block)?;
        }
        file.sync_all()?;
        Ok(Self { file, block, next: 0 })
    }

    /// Writes a block so that it survives a power cut.
    pub(crate) fn write(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.next * BLOCK as u64))?;
        self.file.write_all(&self.block)?;
        self.next = (self.next + 1) % BLOCKS;
        self.file.sync_data()
    }
}
