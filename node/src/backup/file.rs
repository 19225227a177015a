//! A stream of bytes as a sealed file, and back. Both hold two chunks in memory, whatever the length.

use std::io::{self, ErrorKind, Read, Write};

use kith_crypto::{
    BackupError, BackupOpener, BackupSealer,
    backup::{BACKUP_CHUNK, BACKUP_SEALED_CHUNK},
};
use zeroize::Zeroizing;

/// Seals what is written into it. Without [`finish`](Self::finish) the file is cut off, and says so when it is read.
pub(super) struct SealedWriter<W> {
    to: W,
    sealer: BackupSealer,
    chunk: Zeroizing<Vec<u8>>,
}

impl<W: Write> SealedWriter<W> {
    pub(super) fn new(to: W, sealer: BackupSealer) -> Self {
        Self { to, sealer, chunk: Zeroizing::new(Vec::with_capacity(BACKUP_CHUNK)) }
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let sealed = self.sealer.seal(&self.chunk, last).map_err(io::Error::other)?;
        self.chunk.clear();
        self.to.write_all(&sealed)
    }

    /// Writes what is left and marks the end; gives back where it was written to.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        self.to.flush()?;
        Ok(self.to)
    }
}

impl<W: Write> Write for SealedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits for what follows it, because only then it is not the last.
        if self.chunk.len() == BACKUP_CHUNK && !bytes.is_empty() {
            self.seal(false)?;
        }
        let room = BACKUP_CHUNK - self.chunk.len();
        let taken = room.min(bytes.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        // Chunks have one length: there is nothing that could be written earlier.
        Ok(())
    }
}

/// Opens what a [`SealedWriter`] sealed. Its errors carry a [`BackupError`] where the seal is what failed.
pub(super) struct SealedReader<R> {
    from: R,
    opener: BackupOpener,
    /// The sealed chunk after the one being read.
    ahead: Vec<u8>,
    chunk: Zeroizing<Vec<u8>>,
    read: usize,
    ended: bool,
}

impl<R: Read> SealedReader<R> {
    /// Reads from the first chunk on; `from` is behind the header.
    pub(super) fn new(from: R, opener: BackupOpener) -> io::Result<Self> {
        let mut reader = Self { from, opener, ahead: Vec::new(), chunk: Zeroizing::default(), read: 0, ended: false };
        reader.ahead = reader.next_sealed()?;
        Ok(reader)
    }

    fn next_sealed(&mut self) -> io::Result<Vec<u8>> {
        let mut sealed = Vec::with_capacity(BACKUP_SEALED_CHUNK);
        self.from.by_ref().take(BACKUP_SEALED_CHUNK as u64).read_to_end(&mut sealed)?;
        Ok(sealed)
    }

    fn advance(&mut self) -> io::Result<()> {
        let next = self.next_sealed()?;
        let sealed = std::mem::replace(&mut self.ahead, next);
        let last = self.ahead.is_empty();
        self.chunk = self.opener.open(&sealed, last).map_err(io::Error::other)?;
        (self.read, self.ended) = (0, last);
        Ok(())
    }

    /// Reads to the end, for nothing but to see that every chunk opens.
    pub(super) fn check(mut self) -> io::Result<()> {
        while !self.ended {
            self.advance()?;
        }
        Ok(())
    }
}

impl<R: Read> Read for SealedReader<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.read == self.chunk.len() && !self.ended {
            self.advance()?;
        }
        let rest = &self.chunk[self.read..];
        let taken = rest.len().min(to.len());
        to[..taken].copy_from_slice(&rest[..taken]);
        self.read += taken;
        Ok(taken)
    }
}

/// What a seal said, if that is what an error of a stream is about.
pub(super) fn seal_error(error: &io::Error) -> Option<BackupError> {
    let said = error.get_ref().and_then(|inner| inner.downcast_ref::<BackupError>()).copied();
    // A record that goes on after the last chunk is a file that was cut before it was sealed.
    said.or((error.kind() == ErrorKind::UnexpectedEof).then_some(BackupError::Truncated))
}

#[cfg(test)]
mod tests {
    use kith_crypto::{BackupHeader, BackupSecret, Key, Stretch};

    use super::*;

    fn opener(header: &[u8], key: &Key) -> BackupOpener {
        BackupHeader::parse(header).unwrap().open(BackupSecret::Phrase(key)).unwrap()
    }

    #[test]
    fn every_length_comes_back_in_any_pieces() {
        let key = Key::random();
        for length in [0, 1, BACKUP_CHUNK - 1, BACKUP_CHUNK, BACKUP_CHUNK + 1, 3 * BACKUP_CHUNK] {
            let plain: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let (header, sealer) = BackupSealer::new(BackupSecret::Phrase(&key), Stretch::Light).unwrap();
            let mut writer = SealedWriter::new(Vec::new(), sealer);
            for piece in plain.chunks(7_001) {
                writer.write_all(piece).unwrap();
            }
            let sealed = writer.finish().unwrap();
            let mut back = Vec::new();
            let mut reader = SealedReader::new(sealed.as_slice(), opener(&header, &key)).unwrap();
            reader.read_to_end(&mut back).unwrap();
            assert!(back == plain, "{length}");
            SealedReader::new(sealed.as_slice(), opener(&header, &key)).unwrap().check().unwrap();
            let cut = &sealed[..sealed.len() - 1];
            let error = SealedReader::new(cut, opener(&header, &key)).unwrap().check().unwrap_err();
            assert!(seal_error(&error).is_some(), "{error:?}");
        }
    }

    #[test]
    fn without_its_end_a_file_is_cut_off() {
        let key = Key::random();
        let (header, sealer) = BackupSealer::new(BackupSecret::Phrase(&key), Stretch::Light).unwrap();
        let mut file = Vec::new();
        let mut writer = SealedWriter::new(&mut file, sealer);
        writer.write_all(&vec![7; 2 * BACKUP_CHUNK + 1]).unwrap();
        drop(writer);
        assert_eq!(file.len(), 2 * BACKUP_SEALED_CHUNK);
        let error = SealedReader::new(file.as_slice(), opener(&header, &key)).unwrap().check().unwrap_err();
        assert_eq!(seal_error(&error), Some(BackupError::Truncated));
    }
}
