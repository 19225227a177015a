//! libp2p in a WebSocket over TLS: what a network that lets nothing out but the web lets out.
//!
//! **Who it is with** is proved by Noise inside the WebSocket, as over TCP. TLS proves nothing here: a bootstrap node is an
//! address and a key, without a name, so its certificate is its own and any certificate is taken. Whoever sits in between and
//! ends the TLS sees what a listener to plain TCP sees.
//!
//! **Layers.** TCP, TLS ([`tls`]), bounds on what the other side may make us keep ([`frames`]), the WebSocket of libp2p, Noise,
//! Yamux. libp2p's own TLS would ask for a certificate of an authority, so its WebSocket is told that there is none below it:
//! outside an address says `/tls/ws` (`/wss` is understood too), inside `/ws`.

mod frames;
mod tls;

use std::error::Error;
use std::io;
use std::iter::Peekable;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::{Boxed, DialOpts, ListenerId, TransportEvent};
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId, Transport, TransportError, noise, tcp, websocket, yamux};

use frames::{FRAME_MAX, Short};
use tls::Tls;

pub(crate) use tls::Certificate;

/// How long after its turn an address of this kind is tried. Dials are ranked by port among those over TCP, so 443 would come
/// before 4100; every plain TCP address has had its turn for a quarter of a second after this.
const BEHIND_TCP: Duration = Duration::from_millis(750);

/// The transport, which listens only if it has a certificate to show.
///
/// # Errors
/// TLS or Noise cannot be set up.
pub(crate) fn transport(
    key: &Keypair,
    certificate: Option<&Certificate>,
) -> Result<Boxed<(PeerId, StreamMuxerBox)>, Box<dyn Error + Send + Sync>> {
    let tcp = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true));
    let mut sockets = websocket::Config::new(Tls::over(tcp, certificate)?);
    sockets.set_max_data_size(FRAME_MAX).set_max_redirects(0);
    Ok(Wss(sockets)
        .map(|stream, _| Short(stream))
        .upgrade(Version::V1Lazy)
        .authenticate(noise::Config::new(key)?)
        .multiplex(yamux::Config::default())
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)))
        .boxed())
}

/// Whether `parts`, what follows `/tcp/PORT`, begin with TLS and a WebSocket at the root, which are taken then; `None` if it is TLS
/// with something else in it.
pub(crate) fn follows<'a>(parts: &mut Peekable<impl Iterator<Item = Protocol<'a>>>) -> Option<bool> {
    let root = |part: &Protocol<'a>| matches!(part, Protocol::Ws(path) | Protocol::Wss(path) if path == "/");
    if matches!(parts.peek(), Some(Protocol::Tls)) {
        parts.next();
        return parts.next_if(|part| matches!(part, Protocol::Ws(_)) && root(part)).map(|_| true);
    }
    Some(parts.next_if(|part| matches!(part, Protocol::Wss(_)) && root(part)).is_some())
}

/// Whether `address` begins with `/HOST/tcp/PORT/tls/ws`.
pub(crate) fn is_wss(address: &Multiaddr) -> bool {
    let mut parts = address.iter().skip(1).peekable();
    matches!(parts.next(), Some(Protocol::Tcp(_))) && follows(&mut parts) == Some(true)
}

/// What the WebSocket is told: `/HOST/tcp/PORT/ws`, without TLS.
fn inner(address: &Multiaddr) -> Option<Multiaddr> {
    let mut parts = address.iter().peekable();
    let (host, port) = (parts.next()?, parts.next().filter(|part| matches!(part, Protocol::Tcp(_)))?);
    follows(&mut parts).filter(|follows| *follows)?;
    let inner = Multiaddr::empty().with(host).with(port).with(Protocol::Ws("/".into()));
    match (parts.next(), parts.next()) {
        (None, _) => Some(inner),
        (Some(peer @ Protocol::P2p(_)), None) => Some(inner.with(peer)),
        (Some(_), _) => None,
    }
}

/// What others are told: `/HOST/tcp/PORT/tls/ws`.
fn outer(address: &Multiaddr) -> Multiaddr {
    let mut outer = Multiaddr::empty();
    for part in address {
        if matches!(part, Protocol::Ws(_)) {
            outer.push(Protocol::Tls);
        }
        outer.push(part);
    }
    outer
}

type Sockets = websocket::Config<Tls>;
type SocketsError = <Sockets as Transport>::Error;

/// The WebSocket transport under its outer addresses.
struct Wss(Sockets);

impl Transport for Wss {
    type Output = <Sockets as Transport>::Output;
    type Error = SocketsError;
    type ListenerUpgrade = <Sockets as Transport>::ListenerUpgrade;
    type Dial = BoxFuture<'static, Result<Self::Output, Self::Error>>;

    fn listen_on(&mut self, id: ListenerId, address: Multiaddr) -> Result<(), TransportError<SocketsError>> {
        let Some(inner) = inner(&address) else { return Err(TransportError::MultiaddrNotSupported(address)) };
        self.0.listen_on(id, inner)
    }

    fn remove_listener(&mut self, id: ListenerId) -> bool {
        self.0.remove_listener(id)
    }

    fn dial(&mut self, address: Multiaddr, options: DialOpts) -> Result<Self::Dial, TransportError<SocketsError>> {
        let Some(inner) = inner(&address) else { return Err(TransportError::MultiaddrNotSupported(address)) };
        let dial = self.0.dial(inner, options)?;
        Ok(tokio::time::sleep(BEHIND_TCP).then(|()| dial).boxed())
    }

    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<TransportEvent<Self::ListenerUpgrade, SocketsError>> {
        Pin::new(&mut self.0).poll(cx).map(|event| match event {
            TransportEvent::NewAddress { listener_id, listen_addr } => {
                TransportEvent::NewAddress { listener_id, listen_addr: outer(&listen_addr) }
            }
            TransportEvent::AddressExpired { listener_id, listen_addr } => {
                TransportEvent::AddressExpired { listener_id, listen_addr: outer(&listen_addr) }
            }
            TransportEvent::Incoming { listener_id, upgrade, local_addr, send_back_addr } => TransportEvent::Incoming {
                listener_id,
                upgrade,
                local_addr: outer(&local_addr),
                send_back_addr: outer(&send_back_addr),
            },
            other @ (TransportEvent::ListenerClosed { .. } | TransportEvent::ListenerError { .. }) => other,
        })
    }
}

fn other(error: impl Into<Box<dyn Error + Send + Sync>>) -> io::Error {
    io::Error::other(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_an_address_has_tls_and_inside_none() {
        let peer = Keypair::generate_ed25519().public().to_peer_id();
        let address = |text: &str| text.parse::<Multiaddr>().unwrap();
        let inside = |text: &str| inner(&address(text)).map(|inner| inner.to_string());
        for (text, expected) in [
            ("/ip4/9.9.9.9/tcp/443/tls/ws".to_owned(), Some("/ip4/9.9.9.9/tcp/443/ws".to_owned())),
            ("/ip6/2a01::1/tcp/443/wss".to_owned(), Some("/ip6/2a01::1/tcp/443/ws".to_owned())),
            (format!("/ip4/9.9.9.9/tcp/443/tls/ws/p2p/{peer}"), Some(format!("/ip4/9.9.9.9/tcp/443/ws/p2p/{peer}"))),
            ("/ip4/9.9.9.9/tcp/443/ws".to_owned(), None),
            ("/ip4/9.9.9.9/tcp/443/tls".to_owned(), None),
            ("/ip4/9.9.9.9/tcp/443".to_owned(), None),
            ("/ip4/9.9.9.9/udp/443/tls/ws".to_owned(), None),
            ("/ip4/9.9.9.9/tcp/443/tls/sni/example.org/ws".to_owned(), None),
            ("/ip4/9.9.9.9/tcp/443/tls/x-parity-ws/%2Fadmin".to_owned(), None),
            ("/ip4/9.9.9.9/tcp/443/tls/ws/tcp/25".to_owned(), None),
            (format!("/ip4/9.9.9.9/tcp/443/tls/ws/p2p/{peer}/p2p-circuit"), None),
        ] {
            assert_eq!(inside(&text), expected, "{text}");
        }
        assert_eq!(outer(&address("/ip4/9.9.9.9/tcp/443/ws")), address("/ip4/9.9.9.9/tcp/443/tls/ws"));
        assert!(is_wss(&address("/ip4/9.9.9.9/tcp/443/tls/ws")) && !is_wss(&address("/ip4/9.9.9.9/tcp/443")));
    }
}
