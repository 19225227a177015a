//! Whom a public node serves: nobody on the list of the refused, nobody who misbehaved just now, and in a private community
//! only its members.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ipnet::IpNet;
use kith_wire::CommunityToken;
use libp2p::{Multiaddr, PeerId, relay};
use subtle::{Choice, ConstantTimeEq};

use super::source::{Exempt, Source, ip_of};
use crate::bans::{Bans, Misdeed};

/// Entries of one list; more belong into a firewall.
const ENTRIES_MAX: usize = 10_000;
/// Tokens in force at once.
const TOKENS_MAX: usize = 64;
/// Who is not let in is disconnected after this; it is enough to leave mail and to fetch an invite.
const STRANGER: Duration = Duration::from_secs(60);

/// What is wrong with a list of the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// Not something that can be listed.
    #[error("`{entry}` is neither a peer id nor an address nor a network such as 203.0.113.0/24")]
    Entry {
        /// The text.
        entry: String,
    },
    /// More than a list may have.
    #[error("a list has more than {max} entries")]
    TooMany {
        /// The bound.
        max: usize,
    },
    /// Nobody could use the node.
    #[error("a private node needs tokens or a list of those it allows")]
    Nobody,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct List {
    peers: BTreeSet<PeerId>,
    networks: Vec<IpNet>,
}

/// Whom the operator lets in. The default lets everybody in.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Access {
    deny: List,
    allow: List,
    private: bool,
    tokens: Vec<CommunityToken>,
}

impl List {
    fn parse(entries: &[String]) -> Result<Self, AccessError> {
        if entries.len() > ENTRIES_MAX {
            return Err(AccessError::TooMany { max: ENTRIES_MAX });
        }
        let mut list = Self::default();
        for entry in entries {
            if let Ok(peer) = entry.parse::<PeerId>() {
                list.peers.insert(peer);
            } else if let Some(network) = entry.parse().ok().or_else(|| entry.parse::<IpAddr>().ok().map(IpNet::from)) {
                list.networks.push(network);
            } else {
                return Err(AccessError::Entry { entry: entry.chars().take(80).collect() });
            }
        }
        Ok(list)
    }

    fn has_ip(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.networks.iter().any(|network| network.contains(&ip))
    }

    fn has(&self, peer: &PeerId, ip: Option<IpAddr>) -> bool {
        self.peers.contains(peer) || ip.is_some_and(|ip| self.has_ip(ip))
    }
}

impl Access {
    /// Reads the lists: peer ids, IP addresses and networks. With `private`, only those in `allow` and those who show one
    /// of `tokens` are served; without it, `allow` has no effect.
    ///
    /// # Errors
    /// An entry that is none of these, too many of them, or a private node without anybody who may use it.
    pub fn new(
        deny: &[String],
        allow: &[String],
        private: bool,
        tokens: Vec<CommunityToken>,
    ) -> Result<Self, AccessError> {
        if tokens.len() > TOKENS_MAX {
            return Err(AccessError::TooMany { max: TOKENS_MAX });
        }
        if private && tokens.is_empty() && allow.is_empty() {
            return Err(AccessError::Nobody);
        }
        Ok(Self { deny: List::parse(deny)?, allow: List::parse(allow)?, private, tokens })
    }

    /// Whether only members are served.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.private
    }

    /// The token to put into the link of a private node: the first of the list.
    pub(crate) fn link_token(&self) -> Option<CommunityToken> {
        self.tokens.first().copied().filter(|_| self.private)
    }

    fn knows(&self, token: &CommunityToken) -> bool {
        let same = |known: &CommunityToken| known.as_bytes().ct_eq(token.as_bytes());
        // All are looked at: how long it takes tells nothing.
        self.tokens.iter().fold(Choice::from(0), |found, known| found | same(known)).into()
    }
}

#[derive(Debug, Clone, Copy)]
struct Present {
    ip: Option<IpAddr>,
    since: Instant,
    /// With which token it joined, if it did.
    joined: Option<CommunityToken>,
}

#[derive(Debug, Default)]
struct Inside {
    access: Access,
    /// The other public nodes this one was told of.
    friends: BTreeSet<PeerId>,
    present: HashMap<PeerId, Present>,
    bans: Bans,
}

/// The door of a public node, shared between the parts that ask whether somebody may have something.
#[derive(Debug, Clone, Default)]
pub(crate) struct Door(Arc<Mutex<Inside>>);

impl Door {
    /// A door that lets `friends` in besides those of `access`.
    pub(crate) fn new(access: Access, friends: BTreeSet<PeerId>) -> Self {
        Self(Arc::new(Mutex::new(Inside { access, friends, ..Inside::default() })))
    }

    /// Whether nobody at `ip` is served.
    pub(crate) fn refuses_ip(&self, ip: IpAddr) -> bool {
        let inside = self.lock();
        inside.access.deny.has_ip(ip) || inside.bans.has_ip(ip, Instant::now())
    }

    /// Whether several who misbehaved came from `ip`.
    pub(crate) fn bans_ip(&self, ip: IpAddr) -> bool {
        self.lock().bans.has_ip(ip, Instant::now())
    }

    /// Whether a peer misbehaved.
    pub(crate) fn bans(&self, peer: &PeerId) -> bool {
        self.lock().bans.has(peer, Instant::now())
    }

    /// A connected peer did what only a broken or hostile program does; where it comes from counts unless that is `exempt`.
    /// Whether it is banned by that. The other public nodes never are.
    pub(crate) fn blame(&self, peer: &PeerId, misdeed: Misdeed, exempt: Exempt) -> bool {
        let mut inside = self.lock();
        if inside.friends.contains(peer) {
            return false;
        }
        let ip = inside.present.get(peer).and_then(|present| present.ip);
        let ip = ip.filter(|ip| Source::of_ip(*ip, exempt).prefix().is_some());
        inside.bans.blame(*peer, ip, misdeed, Instant::now())
    }

    /// Those with a misdeed that is not forgiven.
    pub(crate) fn suspects(&self) -> Vec<PeerId> {
        self.lock().bans.suspects(Instant::now())
    }

    /// Whether a peer is not served.
    pub(crate) fn refuses(&self, peer: &PeerId) -> bool {
        self.lock().refuses(peer)
    }

    /// Whether a connected peer may have what members have.
    pub(crate) fn serves(&self, peer: &PeerId) -> bool {
        self.lock().serves(peer)
    }

    /// The address of a connected peer that is served; `None` if it is not both.
    pub(crate) fn guest(&self, peer: &PeerId) -> Option<Option<IpAddr>> {
        let inside = self.lock();
        let present = inside.present.get(peer)?;
        (inside.serves(peer) && !inside.refuses(peer)).then_some(present.ip)
    }

    pub(crate) fn is_private(&self) -> bool {
        self.lock().access.private
    }

    pub(crate) fn connected(&self, peer: PeerId, address: &Multiaddr, now: Instant) {
        let ip = ip_of(address);
        self.lock().present.entry(peer).or_insert(Present { ip, since: now, joined: None });
    }

    pub(crate) fn disconnected(&self, peer: &PeerId) {
        self.lock().present.remove(peer);
    }

    /// Lets a peer in that shows a token; `false` if it is not the right one.
    pub(crate) fn join(&self, peer: &PeerId, token: CommunityToken) -> bool {
        let mut inside = self.lock();
        let good = !inside.access.private || inside.access.knows(&token);
        if good && let Some(present) = inside.present.get_mut(peer) {
            present.joined = Some(token);
        }
        good
    }

    /// Replaces the lists.
    pub(crate) fn change(&self, access: Access) {
        self.lock().access = access;
    }

    /// Who has to go: those on the list of the refused, and those who did not join in time.
    pub(crate) fn leaving(&self, now: Instant) -> Vec<PeerId> {
        let inside = self.lock();
        let leaves = |peer: &PeerId, present: &Present| {
            let waited = now.saturating_duration_since(present.since) > STRANGER;
            inside.access.deny.has(peer, present.ip) || inside.bans.has(peer, now) || (waited && !inside.serves(peer))
        };
        inside.present.iter().filter(|(peer, present)| leaves(peer, present)).map(|(peer, _)| *peer).collect()
    }

    /// The check to give to the relay.
    pub(crate) fn limiter(&self) -> Box<dyn relay::RateLimiter> {
        let door = self.clone();
        Box::new(move |peer: PeerId, _address: &Multiaddr, _now: Instant| door.serves(&peer))
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn refuses(&self, peer: &PeerId) -> bool {
        self.access.deny.peers.contains(peer) || self.bans.has(peer, Instant::now())
    }

    fn serves(&self, peer: &PeerId) -> bool {
        let Some(present) = self.present.get(peer) else { return !self.access.private };
        let access = &self.access;
        if access.deny.has(peer, present.ip) {
            return false;
        }
        // A token that is no longer in force lets nobody in any more.
        let joined = present.joined.is_some_and(|token| access.knows(&token));
        !access.private || joined || self.friends.contains(peer) || access.allow.has(peer, present.ip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "/ip4/9.9.9.9/tcp/1";

    fn token(byte: u8) -> CommunityToken {
        CommunityToken::from_bytes([byte; CommunityToken::LEN])
    }

    fn access(deny: &[&str], allow: &[&str], tokens: &[u8]) -> Access {
        let texts = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let private = !tokens.is_empty() || !allow.is_empty();
        Access::new(&texts(deny), &texts(allow), private, tokens.iter().copied().map(token).collect()).unwrap()
    }

    fn door(access: Access) -> Door {
        Door::new(access, BTreeSet::new())
    }

    fn enter(door: &Door, address: &str, now: Instant) -> PeerId {
        let peer = PeerId::random();
        door.connected(peer, &address.parse().unwrap(), now);
        peer
    }

    #[test]
    fn lists_take_peers_addresses_and_networks() {
        let bad = |entry: &str| Access::new(&[entry.to_owned()], &[], false, Vec::new()).unwrap_err();
        assert_eq!(bad("example.org"), AccessError::Entry { entry: "example.org".to_owned() });
        assert_eq!(bad("10.0.0.0/33"), AccessError::Entry { entry: "10.0.0.0/33".to_owned() });
        let many = vec!["9.9.9.9".to_owned(); ENTRIES_MAX + 1];
        assert!(matches!(Access::new(&many, &[], false, Vec::new()), Err(AccessError::TooMany { .. })));
        assert_eq!(Access::new(&[], &[], true, Vec::new()), Err(AccessError::Nobody));
        let door = door(access(&["9.9.8.0/24", "2a01:4f8::/32", "7.7.7.7"], &[], &[]));
        for (ip, refused) in
            [("9.9.8.1", true), ("9.9.9.9", false), ("2a01:4f8::1", true), ("7.7.7.7", true), ("::ffff:7.7.7.7", true)]
        {
            assert_eq!(door.refuses_ip(ip.parse().unwrap()), refused, "{ip}");
        }
    }

    #[test]
    fn who_is_refused_goes_and_everybody_else_stays() {
        let (door, now) = (Door::default(), Instant::now());
        let (bad, near_bad, good) =
            (enter(&door, HOME, now), enter(&door, "/ip4/8.8.8.8/tcp/1", now), enter(&door, HOME, now));
        assert!(door.leaving(now + STRANGER * 2).is_empty() && door.serves(&bad));
        door.change(access(&[&bad.to_string(), "8.8.8.0/24"], &[], &[]));
        let mut leaving = door.leaving(now);
        leaving.sort();
        let mut expected = vec![bad, near_bad];
        expected.sort();
        assert_eq!(leaving, expected);
        assert!(!door.serves(&bad) && !door.serves(&near_bad) && door.serves(&good) && door.refuses(&bad));
    }

    #[test]
    fn who_misbehaves_goes_and_friends_do_not() {
        let friend = PeerId::random();
        let (door, now) = (Door::new(Access::default(), BTreeSet::from([friend])), Instant::now());
        door.connected(friend, &HOME.parse().unwrap(), now);
        let good = enter(&door, HOME, now);
        for _ in 0..3 {
            let bad = enter(&door, HOME, now);
            assert!((0..4).any(|_| door.blame(&bad, Misdeed::Card, Exempt::Loopback)));
            assert!(door.refuses(&bad) && door.bans(&bad) && door.guest(&bad).is_none());
            assert!(door.leaving(Instant::now()).contains(&bad));
            assert!((0..9).all(|_| !door.blame(&friend, Misdeed::Graylisted, Exempt::Loopback)));
            door.disconnected(&bad);
        }
        assert!(door.bans_ip([9, 9, 9, 9].into()) && door.refuses_ip([9, 9, 9, 9].into()));
        assert!(door.guest(&good).is_some() && door.leaving(Instant::now()).is_empty(), "who is there stays");
        for _ in 0..3 {
            let local = enter(&door, "/ip4/127.0.0.1/tcp/1", now);
            assert!((0..4).filter(|_| door.blame(&local, Misdeed::Record, Exempt::Loopback)).count() == 1);
        }
        assert!(!door.refuses_ip([127, 0, 0, 1].into()));
    }

    #[test]
    fn a_private_node_serves_members_only() {
        let (door, now) = (door(access(&[], &["8.8.8.8"], &[1, 2])), Instant::now());
        let (member, listed, stranger) =
            (enter(&door, HOME, now), enter(&door, "/ip4/8.8.8.8/tcp/1", now), enter(&door, HOME, now));
        assert!(!door.serves(&member) && door.serves(&listed) && !door.serves(&stranger));
        assert!(door.join(&member, token(2)) && !door.join(&stranger, token(3)));
        assert!(door.serves(&member) && !door.serves(&stranger) && !door.serves(&PeerId::random()));
        assert_eq!((door.leaving(now + STRANGER), door.leaving(now + STRANGER * 2)), (vec![], vec![stranger]));
        assert_eq!(access(&[], &[], &[1, 2]).link_token(), Some(token(1)));
        door.change(access(&[], &[], &[1]));
        assert!(!door.serves(&member), "its token is not in force any more");
        door.disconnected(&member);
        door.connected(member, &HOME.parse().unwrap(), now);
        assert!(!door.serves(&member), "joining lasts as long as the connection");
        door.change(Access::default());
        assert!(door.serves(&stranger) && Access::default().link_token().is_none());
        let friend = PeerId::random();
        let door = Door::new(access(&[], &[], &[1]), BTreeSet::from([friend]));
        door.connected(friend, &HOME.parse().unwrap(), now);
        assert!(door.serves(&friend), "another node of the community");
    }
}
