//! Where the router describes itself: SSDP, answered by UDP.

use std::array;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use socket2::SockRef;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

use super::place::Place;
use super::{Network, limits};

pub(super) const PORT: u16 = 1900;
pub(super) const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);

const HEADERS_MAX: usize = 32;

/// A search under way.
pub(super) struct Search {
    socket: UdpSocket,
    gateway: Ipv4Addr,
    /// Where it is sent next, and how long answers are waited for then.
    doors: array::IntoIter<(SocketAddrV4, Duration), 2>,
    until: Instant,
    left: usize,
}

impl Search {
    pub(super) async fn start(network: &Network, local: Ipv4Addr) -> io::Result<Self> {
        let socket = UdpSocket::bind((local, 0)).await?;
        SockRef::from(&socket).set_multicast_if_v4(&local)?;
        let [alone, group] = network.doors;
        let doors = [(alone, limits::UPNP_SEARCH), (group, limits::UPNP_SEARCH_GROUP)].into_iter();
        let (gateway, until) = (network.gateway, Instant::now());
        Ok(Self { socket, gateway, doors, until, left: limits::UPNP_ANSWERS_MAX })
    }

    /// Another place where the gateway says that it describes itself.
    pub(super) async fn next(&mut self) -> Option<Place> {
        loop {
            if let Ok(found) = timeout_at(self.until, self.receive()).await {
                return found;
            }
            let (door, wait) = self.doors.next()?;
            self.send(door).await;
            self.until = Instant::now() + wait;
        }
    }

    async fn send(&self, door: SocketAddrV4) {
        // Those of the second version answer as one of the first, too. Not all do.
        for version in [1, 2] {
            let question = format!(
                "M-SEARCH * HTTP/1.1\r\nHOST: {door}\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\n\
                ST: urn:schemas-upnp-org:device:InternetGatewayDevice:{version}\r\n\r\n"
            );
            if let Err(error) = self.socket.send_to(question.as_bytes(), door).await {
                tracing::debug!(%error, "no search over UPnP");
            }
        }
    }

    /// `None` after too many answers.
    async fn receive(&mut self) -> Option<Place> {
        let mut buffer = [0; limits::UPNP_DATAGRAM_MAX];
        loop {
            let received = self.socket.recv_from(&mut buffer).await;
            if let Ok((_, SocketAddr::V4(from))) = &received
                && *from.ip() != self.gateway
            {
                continue;
            }
            self.left = self.left.checked_sub(1)?;
            if let Ok((length, _)) = received
                && let Some(text) = buffer.get(..length).and_then(location)
                && let Ok(place) = Place::parse(&text, self.gateway)
            {
                return Some(place);
            }
        }
    }
}

/// What an answer says where the description is.
pub(super) fn location(datagram: &[u8]) -> Option<String> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut response = httparse::Response::new(&mut headers);
    if !response.parse(datagram).ok()?.is_complete() || response.code != Some(200) {
        return None;
    }
    let found = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("location"))?;
    Some(str::from_utf8(found.value).ok()?.trim().to_owned())
}
