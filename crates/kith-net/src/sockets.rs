//! Sockets of services beside libp2p.

use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

/// Connections the system finishes before they are accepted.
const BACKLOG: i32 = 128;

/// A nonblocking UDP socket at `address`. `None` if it is IPv6's wildcard and this machine has no IPv6, so that a
/// configuration for both families serves everywhere.
///
/// # Errors
/// What the system says: the port is taken, or not ours to take.
pub fn udp(address: SocketAddr) -> io::Result<Option<UdpSocket>> {
    Ok(bind(address, Type::DGRAM, Protocol::UDP)?.map(Into::into))
}

/// A nonblocking TCP listener at `address`; see [`udp`].
///
/// # Errors
/// As [`udp`].
pub fn tcp(address: SocketAddr) -> io::Result<Option<TcpListener>> {
    let Some(socket) = bind(address, Type::STREAM, Protocol::TCP)? else { return Ok(None) };
    socket.listen(BACKLOG)?;
    Ok(Some(socket.into()))
}

fn bind(address: SocketAddr, kind: Type, protocol: Protocol) -> io::Result<Option<Socket>> {
    match try_bind(address, kind, protocol) {
        Ok(socket) => Ok(Some(socket)),
        Err(error) if address.is_ipv6() && address.ip().is_unspecified() && is_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn try_bind(address: SocketAddr, kind: Type, protocol: Protocol) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), kind, Some(protocol))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // A listener that was closed a moment ago does not keep its port. For UDP the option would let two programs share one.
    #[cfg(unix)]
    if kind == Type::STREAM {
        socket.set_reuse_address(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Whether an error means that the machine does not speak the family: EAFNOSUPPORT has no kind of its own.
fn is_missing(error: &io::Error) -> bool {
    const EAFNOSUPPORT: i32 = if cfg!(target_os = "macos") { 47 } else { 97 };
    error.kind() == io::ErrorKind::AddrNotAvailable || error.raw_os_error() == Some(EAFNOSUPPORT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_taken_once_per_family() {
        let first = udp("127.0.0.1:0".parse().unwrap()).unwrap().unwrap().local_addr().unwrap();
        let held = udp(first).unwrap().unwrap();
        assert_eq!(udp(first).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(held);
        let listener = tcp("127.0.0.1:0".parse().unwrap()).unwrap().unwrap();
        assert_eq!(tcp(listener.local_addr().unwrap()).unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn only_the_wildcard_may_be_missing() {
        // An address of documentation is on no machine, whether it has IPv6 or not.
        assert!(udp("[2001:db8::1]:0".parse().unwrap()).is_err());
        assert!(tcp("192.0.2.1:0".parse().unwrap()).is_err());
        assert!(is_missing(&io::Error::from_raw_os_error(if cfg!(target_os = "macos") { 47 } else { 97 })));
        assert!(!is_missing(&io::Error::from(io::ErrorKind::PermissionDenied)));
    }
}
