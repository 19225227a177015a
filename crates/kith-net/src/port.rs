//! Whether a port is free.

use std::io;
use std::net::SocketAddr;

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use socket2::{Domain, Socket, Type};

/// Fails if another program listens on the TCP port of this address. Listening would succeed all the same, because libp2p
/// shares ports (it dials from the port it listens on), and each of the two would get some of the connections meant for
/// the other. What else may be wrong with the address is for the listening to find out.
pub(crate) fn check_free(address: &Multiaddr) -> io::Result<()> {
    match try_bind(address) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn try_bind(address: &Multiaddr) -> io::Result<()> {
    let mut parts = address.iter();
    let ip = match parts.next() {
        Some(Protocol::Ip4(ip)) => ip.into(),
        Some(Protocol::Ip6(ip)) => ip.into(),
        _ => return Ok(()),
    };
    let Some(Protocol::Tcp(port @ 1..)) = parts.next() else { return Ok(()) };
    let address = SocketAddr::new(ip, port);
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if ip.is_ipv6() {
        // As libp2p does: a wildcard for both would clash with our own IPv4 one.
        socket.set_only_v6(true)?;
    }
    #[cfg(unix)] // Elsewhere it means that the port may be shared.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_port_is_taken_per_family() {
        let held = TcpListener::bind("0.0.0.0:0").expect("a free port");
        let port = held.local_addr().expect("a bound socket").port();
        let check = |address: String| check_free(&address.parse().expect("an address")).map_err(|error| error.kind());
        for taken in [format!("/ip4/0.0.0.0/tcp/{port}"), format!("/ip4/127.0.0.1/tcp/{port}")] {
            assert_eq!(check(taken), Err(ErrorKind::AddrInUse));
        }
        for free in
            [format!("/ip6/::/tcp/{port}"), format!("/ip4/0.0.0.0/udp/{port}/quic-v1"), "/ip4/0.0.0.0/tcp/0".into()]
        {
            assert_eq!(check(free), Ok(()));
        }
        drop(held);
        assert_eq!(check(format!("/ip4/0.0.0.0/tcp/{port}")), Ok(()));
    }
}
