//! Sessions where no UDP goes through, over a tunnel that loses and reorders.

#[path = "session/support.rs"]
#[allow(dead_code, reason = "shared with session.rs, which uses the rest")]
mod support;

use std::{net::UdpSocket, sync::Arc, time::Duration};

use bytes::Bytes;
use kith_rtc::{
    Candidate, Error, MAX_DATA, OVERLAY_DATAGRAM_MIN, Overlay, PathKind, Session, SessionConfig, SessionEvent, State,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use support::{Pair, config, speak};
use tokio::time::{Instant, sleep_until};
use tokio_util::task::TaskTracker;

/// One in so many datagrams is lost, …
const LOST: u32 = 20;
/// … and the others take so long: more than the time between two, so that they come in another order.
const WAY: std::ops::Range<u64> = 5..40;

fn overlaid(polite: bool) -> SessionConfig {
    SessionConfig { overlay: true, ..config(polite) }
}

/// One side hides and there is no relay: it neither tells an address nor sends anything over UDP.
fn hidden(polite: bool) -> SessionConfig {
    SessionConfig { relay_only: true, ..overlaid(polite) }
}

/// Carries datagrams one way until either end is gone.
fn carry(tracker: &TaskTracker, from: Arc<Overlay>, to: &Arc<Overlay>, seed: u64) {
    let (to, inner) = (Arc::downgrade(to), tracker.clone());
    tracker.spawn(async move {
        let mut random = StdRng::seed_from_u64(seed);
        while let Some(datagram) = from.next().await {
            assert!(datagram.len() <= OVERLAY_DATAGRAM_MIN);
            if random.random_ratio(1, LOST) {
                continue;
            }
            let (to, there) = (to.clone(), Instant::now() + Duration::from_millis(random.random_range(WAY)));
            inner.spawn(async move {
                sleep_until(there).await;
                if let Some(to) = to.upgrade() {
                    to.deliver(datagram);
                }
            });
        }
    });
}

async fn join(tracker: &TaskTracker, a: &Session, b: &Session) {
    let a = Arc::new(a.overlay(OVERLAY_DATAGRAM_MIN).await.unwrap());
    let b = Arc::new(b.overlay(OVERLAY_DATAGRAM_MIN).await.unwrap());
    carry(tracker, a.clone(), &b, 1);
    carry(tracker, b, &a, 2);
}

async fn path(session: &Session) -> PathKind {
    session.stats().await.unwrap().path.unwrap().kind
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_udp_goes_through_a_tunnel_does() {
    let mut pair = Pair::new(hidden(false), overlaid(true));
    // A candidate of the other side that hears everything the hidden side sends over UDP.
    let ear = UdpSocket::bind("127.0.0.1:0").unwrap();
    ear.set_nonblocking(true).unwrap();
    pair.a.session.start().await.unwrap();
    let line = format!("candidate:9 1 udp 2130706431 {} {} typ host", "127.0.0.1", ear.local_addr().unwrap().port());
    pair.a.session.remote_candidate(Candidate { line, mid: None, index: Some(0) }).await.unwrap();
    pair.a.state(State::Connecting).await;
    join(&pair.tracker, &pair.a.session, &pair.b.session).await;
    pair.connected().await;

    speak(&pair.a.session, 0, 100).await;
    for _ in 0..80 {
        pair.b.until("sound", |event| matches!(event, SessionEvent::Audio(_))).await;
    }
    let message = Bytes::from(vec![7; MAX_DATA]);
    pair.b.session.send_data(message.clone()).await.unwrap();
    pair.a.until("a message", |event| *event == SessionEvent::Data(message.clone())).await;
    for session in [&pair.a.session, &pair.b.session] {
        assert_eq!(path(session).await, PathKind::Overlay);
        assert_eq!(session.stats().await.unwrap().path.unwrap().remote, None);
    }

    // Another way is looked for, and there is none but the tunnel.
    pair.a.session.restart_ice().await.unwrap();
    pair.a.state(State::Connected).await;
    assert_eq!(path(&pair.a.session).await, PathKind::Overlay);
    assert!(ear.recv(&mut [0; 1500]).is_err(), "who hides sent something");
    while let Ok((who, said)) = pair.wire.try_recv() {
        let text = if let SessionEvent::LocalDescription(description) = said {
            description.sdp
        } else if let SessionEvent::LocalCandidate(candidate) = said {
            candidate.line
        } else {
            continue;
        };
        assert!(!text.contains("127.77."), "{text}");
        assert!(who == 'b' || !text.contains("127.0.0.1"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_way_over_udp_is_not_left_for_a_tunnel_that_comes_later() {
    let mut pair = Pair::new(overlaid(false), overlaid(true));
    pair.a.session.start().await.unwrap();
    pair.connected().await;
    join(&pair.tracker, &pair.a.session, &pair.b.session).await;
    speak(&pair.a.session, 0, 100).await;
    for session in [&pair.a.session, &pair.b.session] {
        assert_eq!(path(session).await, PathKind::Direct);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tunnel_is_for_sessions_that_were_opened_for_one() {
    let pair = Pair::new(config(false), overlaid(true));
    let refused = pair.a.session.overlay(OVERLAY_DATAGRAM_MIN).await;
    assert!(matches!(refused, Err(Error::NotNegotiated)));
    let tunnel = pair.b.session.overlay(OVERLAY_DATAGRAM_MIN).await.unwrap();
    pair.cancel.cancel();
    assert_eq!(tokio::time::timeout(support::PATIENCE, tunnel.next()).await, Ok(None), "it ends with the session");
}
