//! What the other side of a WebSocket may make us keep, looked at before the library that would keep it.
//!
//! As a client that library (soketto) reads a response of any length, and takes a frame that claims 256 MiB at its word and
//! makes room for it. So the head of the HTTP exchange and the head of every frame are read along here, and what is too large ends
//! the connection.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::{AsyncRead, AsyncWrite, ready};

/// Longest head of the HTTP request or response, in bytes.
const HEAD_MAX: usize = 4096;
/// Longest payload of a frame that is taken: the longest message of Noise with its length, which is what others may send in one.
pub(super) const FRAME_MAX: usize = 65_537;
/// Longest payload of a frame we send, as long as a record of TLS.
const WRITE_MAX: usize = 16_384;

/// Where in the stream the next byte is.
#[derive(Clone, Copy, Debug)]
enum At {
    /// In the HTTP head: bytes so far, and how much of the empty line at its end was seen.
    Head { bytes: usize, end: usize },
    /// In the head of a frame.
    Frame(Head),
    /// In a payload, with this many bytes to come.
    Payload(u64),
}

/// A frame's head as far as it was read (RFC 6455 §5.2).
#[derive(Clone, Copy, Debug, Default)]
struct Head {
    /// Bytes read.
    bytes: usize,
    /// Whether a mask of four bytes follows the length.
    masked: bool,
    /// Bytes of the length after the second byte: 0, 2 or 8.
    extended: usize,
    length: u64,
}

#[derive(Debug, thiserror::Error)]
enum TooMuch {
    #[error("the head of the HTTP message is too long")]
    Head,
    #[error("a frame is too long")]
    Frame,
    #[error("a message in several frames")]
    Fragment,
}

impl At {
    const START: Self = Self::Head { bytes: 0, end: 0 };

    /// Takes the next bytes; fails on the first that leads to something too large.
    fn read(&mut self, mut bytes: &[u8]) -> Result<(), TooMuch> {
        while let Some((&byte, rest)) = bytes.split_first() {
            bytes = rest;
            *self = match *self {
                Self::Head { bytes: before, end } => in_head(before.saturating_add(1), end, byte)?,
                Self::Frame(head) => head.read(byte)?,
                Self::Payload(left) => {
                    let skipped = rest.len().min(usize::try_from(left.saturating_sub(1)).unwrap_or(usize::MAX));
                    bytes = rest.get(skipped..).unwrap_or_default();
                    payload(left.saturating_sub(1).saturating_sub(skipped as u64))
                }
            };
        }
        Ok(())
    }
}

fn in_head(bytes: usize, end: usize, byte: u8) -> Result<At, TooMuch> {
    let end = match (end, byte) {
        (3, b'\n') => return Ok(At::Frame(Head::default())),
        (0 | 2, b'\r') | (1, b'\n') => end.saturating_add(1),
        (_, b'\r') => 1,
        (_, _) => 0,
    };
    if bytes >= HEAD_MAX { Err(TooMuch::Head) } else { Ok(At::Head { bytes, end }) }
}

fn payload(left: u64) -> At {
    if left == 0 { At::Frame(Head::default()) } else { At::Payload(left) }
}

impl Head {
    fn read(mut self, byte: u8) -> Result<At, TooMuch> {
        match self.bytes {
            // The last frame of a message, and not one that goes on with an earlier one: neither side sends others.
            0 if byte & 0x80 == 0 || byte & 0x0f == 0 => return Err(TooMuch::Fragment),
            0 => {}
            1 => {
                self.masked = byte & 0x80 != 0;
                (self.extended, self.length) = match byte & 0x7f {
                    126 => (2, 0),
                    127 => (8, 0),
                    short => (0, u64::from(short)),
                };
            }
            at if at < self.extended.saturating_add(2) => self.length = self.length << 8 | u64::from(byte),
            _ => {}
        }
        self.bytes = self.bytes.saturating_add(1);
        let known = self.bytes >= self.extended.saturating_add(2);
        if known && self.length > FRAME_MAX as u64 {
            return Err(TooMuch::Frame);
        }
        let all = self.extended.saturating_add(if self.masked { 6 } else { 2 });
        Ok(if self.bytes < all { At::Frame(self) } else { payload(self.length) })
    }
}

/// A stream below a WebSocket that fails before too much is asked of this side.
#[derive(Debug)]
pub(super) struct Bounded<S> {
    stream: S,
    at: At,
}

impl<S> Bounded<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, at: At::START }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let read = ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let checked = self.at.read(buffer.get(..read).unwrap_or_default());
        Poll::Ready(checked.map(|()| read).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error)))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}

/// A stream above a WebSocket, where one write becomes one frame.
#[derive(Debug)]
pub(super) struct Short<S>(pub(super) S);

impl<S: AsyncRead + Unpin> AsyncRead for Short<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Short<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes.get(..WRITE_MAX).unwrap_or(bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEAD: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

    fn frame(first: u8, masked: bool, length: u64) -> Vec<u8> {
        let mask = if masked { 0x80 } else { 0 };
        let mut frame = match length {
            0..126 => vec![first, mask | length as u8],
            126..65_536 => [&[first, mask | 126], &(length as u16).to_be_bytes()[..]].concat(),
            65_536.. => [&[first, mask | 127], &length.to_be_bytes()[..]].concat(),
        };
        frame.extend(if masked { [1, 2, 3, 4].as_slice() } else { &[] });
        frame
    }

    fn with_payload(first: u8, masked: bool, length: usize) -> Vec<u8> {
        // A payload of what could be heads of endless frames.
        [frame(first, masked, length as u64), vec![0xff; length]].concat()
    }

    fn reads(bytes: &[u8], at_once: usize) -> bool {
        let mut at = At::START;
        bytes.chunks(at_once).all(|chunk| at.read(chunk).is_ok())
    }

    #[test]
    fn a_head_without_end_and_a_frame_that_claims_too_much_are_refused_before_they_come() {
        let after = |frame: &[u8]| reads(&[HEAD, frame].concat(), 7);
        assert!(after(&with_payload(0x82, false, FRAME_MAX)) && after(&with_payload(0x82, true, FRAME_MAX)));
        for claimed in [FRAME_MAX as u64 + 1, 256 << 20, u64::MAX >> 1, u64::MAX] {
            assert!(!after(&frame(0x82, false, claimed)) && !after(&frame(0x82, true, claimed)), "{claimed}");
        }
        assert!(!after(&frame(0x02, false, 1)) && !after(&frame(0x80, false, 1)) && !after(&frame(0x00, false, 1)));
        let padded = |bytes: usize| [&HEAD[..HEAD.len() - 2], &vec![b'a'; bytes - HEAD.len() + 2]].concat();
        assert!(reads(&padded(HEAD_MAX - 1), 100) && !reads(&padded(HEAD_MAX), 100));
        // Ends of lines that are not the empty one.
        assert!(reads(b"GET / HTTP/1.1\r\n\r\r\n\r\n\x82\x00", 1) && !reads(b"A\r\n\r\n\x02", 1));
    }

    proptest! {
        /// However the bytes arrive, frames are found where they are.
        #[test]
        fn frames_are_found_however_they_are_cut(
            lengths in prop::collection::vec((any::<bool>(), 0usize..2_000), 1..8),
            at_once in 1usize..300,
        ) {
            let mut bytes = HEAD.to_vec();
            for (masked, length) in lengths {
                bytes.extend(with_payload(0x82, masked, length));
            }
            prop_assert!(reads(&bytes, at_once));
            bytes.extend(frame(0x82, true, FRAME_MAX as u64 + 1));
            prop_assert!(!reads(&bytes, at_once));
        }
    }
}
