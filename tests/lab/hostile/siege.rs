//! Connections that never finish.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use anyhow::Result;
use kith_tests::lab::Namespace;

/// What is said to libp2p by who never finishes: nothing, the first word, half of a handshake.
pub(super) const UNFINISHED: [&[u8]; 3] =
    [b"", b"\x13/multistream/1.0.0\n", b"\x13/multistream/1.0.0\n\x07/noise\n\x00\x20half of a key"];
/// And where TLS is spoken: nothing, half of a record.
pub(super) const UNFINISHED_TLS: [&[u8]; 2] = [b"", b"\x16\x03\x01\x02\x00\x01\x00\x01"];

/// Many connections of one host to one port.
pub(super) struct Siege {
    held: Vec<TcpStream>,
    began: Instant,
    ended: Option<Instant>,
}

impl Siege {
    /// Connects so many times; each says one of these and falls silent.
    pub(super) fn lay(from: &Namespace, to: &str, words: &'static [&'static [u8]], count: usize) -> Result<Self> {
        let to: SocketAddr = to.parse()?;
        let connect = move |number: usize| {
            let mut stream = TcpStream::connect(to)?;
            stream.set_nonblocking(true)?;
            // Some are closed before they can say anything.
            let _said = stream.write(words[number % words.len()]);
            Ok(stream)
        };
        let began = Instant::now();
        let held = from.inside(move || (0..count).map(connect).collect::<std::io::Result<Vec<_>>>())??;
        Ok(Self { held, began, ended: None })
    }

    /// How many are not closed by the other side yet.
    pub(super) fn open(&mut self) -> usize {
        self.held.retain_mut(is_open);
        if self.held.is_empty() {
            self.ended.get_or_insert_with(Instant::now);
        }
        self.held.len()
    }

    /// How long the last of them lasted, if all are closed; else, until now.
    pub(super) fn lasted(&self) -> Duration {
        self.ended.unwrap_or_else(Instant::now).duration_since(self.began)
    }
}

fn is_open(stream: &mut TcpStream) -> bool {
    let mut heard = [0; 1024];
    loop {
        match stream.read(&mut heard) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
    }
}
