//! The least a round trip over loopback costs.

use std::{
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket},
    thread::{Builder, JoinHandle},
};

/// About as long as a sealed chat message.
const PACKET: usize = 256;
/// Tells the echo to end.
const STOP: &[u8] = b"stop";

/// A datagram and its echo from another thread.
pub(crate) struct UdpEcho {
    socket: UdpSocket,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl UdpEcho {
    /// Starts the echo, which does `first` before each answer.
    pub(crate) fn start(mut first: impl FnMut() -> io::Result<()> + Send + 'static) -> io::Result<Self> {
        let far = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.connect(far.local_addr()?)?;
        far.connect(socket.local_addr()?)?;
        let thread = Builder::new().name("udp-echo".to_owned()).spawn(move || {
            let mut packet = [0; PACKET];
            loop {
                let length = far.recv(&mut packet)?;
                if &packet[..length] == STOP {
                    return Ok(());
                }
                first()?;
                far.send(&packet[..length])?;
            }
        })?;
        Ok(Self { socket, thread: Some(thread) })
    }

    /// One round trip.
    pub(crate) fn there_and_back(&self) -> io::Result<()> {
        self.socket.send(&[7; PACKET])?;
        self.socket.recv(&mut [0; PACKET]).map(drop)
    }
}

impl Drop for UdpEcho {
    fn drop(&mut self) {
        // A thread that cannot be told ends with the process.
        if self.socket.send(STOP).is_ok()
            && let Some(thread) = self.thread.take()
        {
            drop(thread.join());
        }
    }
}

/// Bytes and their echo on a TCP connection.
pub(crate) struct TcpEcho {
    near: TcpStream,
}

impl TcpEcho {
    /// Starts the echo; it ends with the connection.
    pub(crate) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let near = TcpStream::connect(listener.local_addr()?)?;
        let (mut far, _) = listener.accept()?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        Builder::new().name("tcp-echo".to_owned()).spawn(move || {
            let mut packet = [0; PACKET];
            while far.read_exact(&mut packet).and_then(|()| far.write_all(&packet)).is_ok() {}
        })?;
        Ok(Self { near })
    }

    /// One round trip.
    pub(crate) fn there_and_back(&mut self) -> io::Result<()> {
        self.near.write_all(&[7; PACKET])?;
        self.near.read_exact(&mut [0; PACKET])
    }
}
