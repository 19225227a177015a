//! A NAT between a node and one server: the node leaves it at another port than the one it listens on, the same for all
//! destinations, and who knocks at that port is let through to the node.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{net::UdpSocket, task::JoinSet};

/// The NAT; it ends when dropped.
pub(crate) struct Nat {
    /// Where the node finds the server.
    pub(crate) inside: SocketAddr,
    /// Where others find the node.
    pub(crate) outside: SocketAddr,
    _running: JoinSet<()>,
}

impl Nat {
    /// A NAT in front of this server.
    pub(crate) async fn start(server: SocketAddr) -> Self {
        let (inside, outside) = (Arc::new(socket().await), Arc::new(socket().await));
        let addresses = (inside.local_addr().expect("bound"), outside.local_addr().expect("bound"));
        let node = Arc::new(Mutex::new(None));
        let mut running = JoinSet::new();
        running.spawn(outwards(Arc::clone(&inside), Arc::clone(&outside), server, Arc::clone(&node)));
        running.spawn(inwards(outside, HashMap::from([(server, inside)]), node));
        Self { inside: addresses.0, outside: addresses.1, _running: running }
    }
}

async fn socket() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").await.expect("a port")
}

/// What the node says at `inside` leaves at `outside` for `remote`.
async fn outwards(
    inside: Arc<UdpSocket>,
    outside: Arc<UdpSocket>,
    remote: SocketAddr,
    node: Arc<Mutex<Option<SocketAddr>>>,
) {
    let mut packet = vec![0; 65536];
    loop {
        let Ok((length, from)) = inside.recv_from(&mut packet).await else { continue };
        node.lock().expect("not poisoned").get_or_insert(from);
        // Whoever it was for may be gone.
        drop(outside.send_to(&packet[..length], remote).await);
    }
}

/// What comes to `outside` reaches the node from a socket of its own per sender.
async fn inwards(
    outside: Arc<UdpSocket>,
    mut senders: HashMap<SocketAddr, Arc<UdpSocket>>,
    node: Arc<Mutex<Option<SocketAddr>>>,
) {
    let mut packet = vec![0; 65536];
    let mut running = JoinSet::new();
    loop {
        let Ok((length, from)) = outside.recv_from(&mut packet).await else { continue };
        let Some(to) = *node.lock().expect("not poisoned") else { continue };
        let inside = match senders.get(&from) {
            Some(inside) => Arc::clone(inside),
            None => {
                let inside = Arc::new(socket().await);
                running.spawn(outwards(Arc::clone(&inside), Arc::clone(&outside), from, Arc::clone(&node)));
                senders.insert(from, Arc::clone(&inside));
                inside
            }
        };
        drop(inside.send_to(&packet[..length], to).await);
    }
}
