//! The rules of STUN and TURN without a socket: what a datagram of a client or of a peer leads to.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::time::{Duration, Instant};

use rtc_stun::attributes::{
    ATTR_DATA, ATTR_EVEN_PORT, ATTR_LIFETIME, ATTR_MESSAGE_INTEGRITY, ATTR_NONCE, ATTR_REALM,
    ATTR_REQUESTED_ADDRESS_FAMILY, ATTR_REQUESTED_TRANSPORT, ATTR_RESERVATION_TOKEN, ATTR_USERNAME,
};
use rtc_stun::error_code::{
    CODE_ADDR_FAMILY_NOT_SUPPORTED, CODE_ALLOC_MISMATCH, CODE_ALLOC_QUOTA_REACHED, CODE_BAD_REQUEST, CODE_FORBIDDEN,
    CODE_INSUFFICIENT_CAPACITY, CODE_PEER_ADDR_FAMILY_MISMATCH, CODE_STALE_NONCE, CODE_UNAUTHORIZED,
    CODE_UNSUPPORTED_TRANS_PROTO, CODE_WRONG_CREDENTIALS, ErrorCode,
};
use rtc_stun::message::{
    CLASS_INDICATION, CLASS_REQUEST, METHOD_ALLOCATE, METHOD_BINDING, METHOD_CHANNEL_BIND, METHOD_CREATE_PERMISSION,
    METHOD_REFRESH, METHOD_SEND, Setter,
};
use rtc_stun::textattrs::TextAttribute;

use super::allocation::{Allocation, Grant};
use super::credentials::{AuthKey, Credentials, Owner};
use super::message::{self, Incoming};
use super::nonce::Nonces;
use super::stats::{TurnStats, Way};
use super::{AllocationId, Path, REALM, TurnConfig};
use crate::server::source::{Exempt, Prefix, RateLimiter, Source, is_global};

/// An allocation lasts so long if its client does not say (RFC 8656 §3.2), and at most.
const LIFETIME: u32 = 600;
const LIFETIME_MAX: u32 = 3_600;
/// However often it is refreshed, an allocation ends after this: credentials are for minutes.
const AGE_MAX: Duration = Duration::from_secs(12 * 3_600);
/// Credentials in force per owner and per allocation there may be.
const CREDENTIALS_PER_OWNER: usize = 8;
const CREDENTIALS_PER_ALLOCATION: usize = 16;
/// Answers to somebody who has not shown that the address is theirs: per address or /56 at once, and one more every.
const ANSWERS: u32 = 100;
const ANSWER_EVERY: Duration = Duration::from_millis(50);
const PREFIXES_MAX: usize = 16_384;
/// The channels a client may bind (RFC 8656 §12 and, above 0x4FFF, RFC 5766).
const CHANNELS: Range<u16> = 0x4000..0x8000;
const CHANNEL_HEADER: usize = 4;
const UDP: u8 = 17;
const IPV4: u8 = 1;
const IPV6: u8 = 2;
/// The bit of EVEN-PORT that asks for the next port as well.
const NEXT_PORT_TOO: u8 = 0x80;

/// Sockets of allocations.
pub(super) trait Ports {
    /// Binds a socket at `ip` and reads it for the allocation; gives its port, an even one if asked for.
    fn open(&mut self, id: AllocationId, ip: IpAddr, even: bool) -> Option<u16>;
    /// Closes the socket of an allocation.
    fn close(&mut self, id: AllocationId);
    /// Whether an address is this machine's.
    fn is_local(&self, ip: IpAddr) -> bool;
}

/// What to do about a datagram of a client.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing.
    Ignore,
    /// Send this back.
    Reply(Vec<u8>),
    /// Send a part of the datagram to a peer, from the socket of the allocation.
    Relay {
        /// Whose socket.
        id: AllocationId,
        /// To whom.
        to: SocketAddr,
        /// Which part.
        part: Range<usize>,
    },
    /// Send bytes to a peer, from the socket of the allocation.
    Send {
        /// Whose socket.
        id: AllocationId,
        /// To whom.
        to: SocketAddr,
        /// The bytes.
        data: Vec<u8>,
    },
}

/// Who signed a request.
struct User {
    username: String,
    key: AuthKey,
    owner: Owner,
}

/// All allocations and what they are allowed.
pub(super) struct Relay {
    config: TurnConfig,
    stats: TurnStats,
    nonces: Nonces,
    credentials: Credentials,
    answers: RateLimiter<Prefix>,
    by_path: HashMap<Path, AllocationId>,
    allocations: HashMap<AllocationId, Allocation>,
    /// Where relay sockets are bound: on this machine, only they are peers.
    sockets: BTreeSet<SocketAddr>,
    next: u64,
}

impl Relay {
    pub(super) fn new(config: TurnConfig, stats: TurnStats, now: Instant) -> Self {
        let limits = config.limits();
        let total = limits.allocations.saturating_mul(CREDENTIALS_PER_ALLOCATION);
        Self {
            credentials: Credentials::new(limits.credentials, CREDENTIALS_PER_OWNER, total),
            config,
            stats,
            nonces: Nonces::new(now),
            answers: RateLimiter::new(ANSWERS, ANSWER_EVERY, PREFIXES_MAX),
            by_path: HashMap::new(),
            allocations: HashMap::new(),
            sockets: BTreeSet::new(),
            next: 0,
        }
    }

    /// Credentials for a peer; see [`Credentials::issue`].
    pub(super) fn issue(&mut self, owner: Owner, now: Instant) -> Option<(String, zeroize::Zeroizing<String>)> {
        self.credentials.issue(owner, now)
    }

    /// Ends what has run out, and what belongs to somebody who is no longer served.
    pub(super) fn expire(
        &mut self,
        now: Instant,
        refuses: &dyn Fn(IpAddr, Option<&Owner>) -> bool,
        ports: &mut dyn Ports,
    ) {
        self.credentials.expire(now);
        let refused = |grant: &Grant| refuses(grant.path.client.ip(), Some(&grant.owner));
        self.end(ports, |allocation| allocation.until <= now || refused(&allocation.grant));
    }

    fn end(&mut self, ports: &mut dyn Ports, which: impl Fn(&Allocation) -> bool) {
        let over: Vec<AllocationId> =
            self.allocations.iter().filter(|(_, allocation)| which(allocation)).map(|(id, _)| *id).collect();
        for id in over {
            if let Some(allocation) = self.allocations.remove(&id) {
                self.by_path.remove(&allocation.grant.path);
                self.sockets.remove(&allocation.grant.local);
                ports.close(id);
            }
        }
        self.stats.allocations(self.allocations.len());
    }

    /// Takes a datagram that came along `path`.
    pub(super) fn on_client(&mut self, path: Path, data: &[u8], now: Instant, ports: &mut dyn Ports) -> Step {
        // The two highest bits tell channel data (01) from STUN (00), RFC 8656 §12.
        match data.first().map(|byte| byte >> 6) {
            Some(1) => self.on_channel_data(path, data, now),
            Some(0) => Incoming::parse(data).map_or(Step::Ignore, |message| self.on_stun(path, message, now, ports)),
            Some(_) | None => Step::Ignore,
        }
    }

    fn on_channel_data(&mut self, path: Path, data: &[u8], now: Instant) -> Step {
        let Some((&[a, b, c, d], rest)) = data.split_first_chunk::<CHANNEL_HEADER>() else { return Step::Ignore };
        let (channel, len) = (u16::from_be_bytes([a, b]), usize::from(u16::from_be_bytes([c, d])));
        let end = CHANNEL_HEADER.saturating_add(len);
        let Some((id, allocation)) = self.at(path).filter(|_| rest.len() >= len) else { return Step::Ignore };
        let Some(to) = allocation.peer_of(channel, now) else { return Step::Ignore };
        match self.outbound(id, to, len, now) {
            Some(to) => Step::Relay { id, to, part: CHANNEL_HEADER..end },
            None => Step::Ignore,
        }
    }

    fn on_stun(&mut self, path: Path, message: Incoming, now: Instant, ports: &mut dyn Ports) -> Step {
        if message.class() == CLASS_INDICATION && message.method() == METHOD_SEND {
            return self.on_send(path, &message, now);
        }
        let turn = [METHOD_ALLOCATE, METHOD_REFRESH, METHOD_CREATE_PERMISSION, METHOD_CHANNEL_BIND];
        let binding = message.method() == METHOD_BINDING;
        if message.class() != CLASS_REQUEST
            || !(binding || self.config.relay.is_some() && turn.contains(&message.method()))
        {
            return Step::Ignore;
        }
        // Whoever has an allocation has shown that answers reach who asks.
        if !self.by_path.contains_key(&path) && !self.may_answer(path.client.ip(), now) {
            self.stats.request(operation(&message), "limited");
            return Step::Ignore;
        }
        let unknown = message.not_understood();
        if !unknown.is_empty() {
            return reply(message.unknown(unknown));
        }
        if binding {
            self.stats.request("binding", "done");
            return reply(message.success(vec![message.mapped(path.client)], None));
        }
        self.on_request(path, message, now, ports)
    }

    fn may_answer(&mut self, client: IpAddr, now: Instant) -> bool {
        Source::of_ip(client, self.config.exempt).prefix().is_none_or(|prefix| self.answers.allow(prefix, now))
    }

    fn on_request(&mut self, path: Path, mut message: Incoming, now: Instant, ports: &mut dyn Ports) -> Step {
        let user = match self.authenticate(path, &mut message, now) {
            Ok(user) => user,
            Err((code, answer)) => {
                self.stats.request(operation(&message), outcome(code));
                return reply(answer);
            }
        };
        let result = match message.method() {
            METHOD_ALLOCATE => self.allocate(path, &message, &user, now, ports),
            METHOD_REFRESH => self.refresh(path, &message, &user, now, ports),
            METHOD_CREATE_PERMISSION => self.create_permission(path, &message, now, ports),
            _ => self.channel_bind(path, &message, now, ports),
        };
        match result {
            Ok(parts) => {
                self.stats.request(operation(&message), "done");
                reply(message.success(parts, Some(&user.key)))
            }
            Err(code) => {
                self.stats.request(operation(&message), outcome(code));
                reply(message.error(code, Some(&user.key)))
            }
        }
    }

    /// Finds out who signed a request (RFC 8489 §9.2.4), or what to answer instead.
    fn authenticate(
        &self,
        path: Path,
        message: &mut Incoming,
        now: Instant,
    ) -> Result<User, (ErrorCode, Option<Vec<u8>>)> {
        let challenge = |message: &Incoming, code| {
            let nonce = self.nonces.make(path.client, now);
            let parts: Vec<Box<dyn Setter>> = vec![
                Box::new(TextAttribute::new(ATTR_REALM, REALM.to_owned())),
                Box::new(TextAttribute::new(ATTR_NONCE, nonce)),
            ];
            (code, message.error_with(code, parts, None))
        };
        if !message.has(ATTR_MESSAGE_INTEGRITY) {
            return Err(challenge(message, CODE_UNAUTHORIZED));
        }
        let texts = [ATTR_USERNAME, ATTR_REALM, ATTR_NONCE].map(|attribute| message.text(attribute));
        let [Some(username), Some(_), Some(nonce)] = texts else {
            return Err((CODE_BAD_REQUEST, message.error(CODE_BAD_REQUEST, None)));
        };
        if !self.nonces.is_good(nonce, path.client, now) {
            return Err(challenge(message, CODE_STALE_NONCE));
        }
        let username = username.to_owned();
        let allocation = self.at(path).map(|(_, allocation)| allocation);
        // What exists may be refreshed after its credentials have run out, and with newer ones of the same owner.
        let own = allocation.filter(|allocation| allocation.grant.username == username);
        let found = match own {
            Some(allocation) => Some((allocation.grant.key.clone(), allocation.grant.owner)),
            None => self.credentials.find(&username, now),
        };
        let Some((key, owner)) = found.filter(|(key, _)| message.is_signed_with(key)) else {
            return Err(challenge(message, CODE_UNAUTHORIZED));
        };
        if allocation.is_some_and(|allocation| allocation.grant.owner != owner) {
            return Err((CODE_WRONG_CREDENTIALS, message.error(CODE_WRONG_CREDENTIALS, Some(&key))));
        }
        Ok(User { username, key, owner })
    }

    fn allocate(
        &mut self,
        path: Path,
        message: &Incoming,
        user: &User,
        now: Instant,
        ports: &mut dyn Ports,
    ) -> Result<Vec<Box<dyn Setter>>, ErrorCode> {
        if let Some((_, allocation)) = self.at(path) {
            let again = allocation.grant.transaction == message.transaction();
            return if again { Ok(allocated(message, allocation, now)) } else { Err(CODE_ALLOC_MISMATCH) };
        }
        match message.byte(ATTR_REQUESTED_TRANSPORT) {
            Some(UDP) => {}
            Some(_) => return Err(CODE_UNSUPPORTED_TRANS_PROTO),
            None => return Err(CODE_BAD_REQUEST),
        }
        let family = if path.server.is_ipv4() { IPV4 } else { IPV6 };
        // Who asks for no family wants IPv4 (RFC 8656 §7.2); a server seen over IPv6 alone gives what it has.
        if message.byte(ATTR_REQUESTED_ADDRESS_FAMILY).is_some_and(|asked| asked != family) {
            return Err(CODE_ADDR_FAMILY_NOT_SUPPORTED);
        }
        let even = message.byte(ATTR_EVEN_PORT);
        if message.has(ATTR_RESERVATION_TOKEN) || even.is_some_and(|bits| bits & NEXT_PORT_TOO != 0) {
            return Err(CODE_INSUFFICIENT_CAPACITY);
        }
        let limits = self.config.limits();
        let of_owner = self.allocations.values().filter(|allocation| allocation.grant.owner == user.owner).count();
        if of_owner >= limits.per_owner {
            return Err(CODE_ALLOC_QUOTA_REACHED);
        }
        if self.allocations.len() >= limits.allocations {
            return Err(CODE_INSUFFICIENT_CAPACITY);
        }
        let bytes_per_s = limits.bytes_per_s;
        let id = AllocationId(self.next);
        self.next = self.next.wrapping_add(1);
        let port = ports.open(id, path.server, even.is_some()).ok_or(CODE_INSUFFICIENT_CAPACITY)?;
        let local = SocketAddr::new(path.server, port);
        let grant = Grant {
            path,
            owner: user.owner,
            username: user.username.clone(),
            key: user.key.clone(),
            transaction: message.transaction(),
            relayed: SocketAddr::new(self.config.seen_as(path.server), port),
            local,
        };
        let allocation = Allocation::new(grant, now + lifetime(message), bytes_per_s, now);
        let answer = allocated(message, &allocation, now);
        self.sockets.insert(local);
        self.by_path.insert(path, id);
        self.allocations.insert(id, allocation);
        self.stats.allocations(self.allocations.len());
        Ok(answer)
    }

    fn refresh(
        &mut self,
        path: Path,
        message: &Incoming,
        user: &User,
        now: Instant,
        ports: &mut dyn Ports,
    ) -> Result<Vec<Box<dyn Setter>>, ErrorCode> {
        let (id, allocation) = self.at_mut(path).ok_or(CODE_ALLOC_MISMATCH)?;
        if message.number(ATTR_LIFETIME) == Some(0) {
            self.end(ports, |allocation| allocation.grant.path == path);
            tracing::trace!(?id, "an allocation was given back");
            return Ok(vec![message::lifetime(0)]);
        }
        allocation.until = (now + lifetime(message)).min(allocation.made + AGE_MAX);
        allocation.grant.username.clone_from(&user.username);
        allocation.grant.key = user.key.clone();
        Ok(vec![message::lifetime(seconds_left(allocation, now))])
    }

    fn create_permission(
        &mut self,
        path: Path,
        message: &Incoming,
        now: Instant,
        ports: &dyn Ports,
    ) -> Result<Vec<Box<dyn Setter>>, ErrorCode> {
        let peers = message.peers().filter(|peers| !peers.is_empty()).ok_or(CODE_BAD_REQUEST)?;
        self.permit(path, &peers, now, ports)
    }

    fn channel_bind(
        &mut self,
        path: Path,
        message: &Incoming,
        now: Instant,
        ports: &dyn Ports,
    ) -> Result<Vec<Box<dyn Setter>>, ErrorCode> {
        let channel = message.channel().filter(|channel| CHANNELS.contains(channel)).ok_or(CODE_BAD_REQUEST)?;
        let peers = message.peers().ok_or(CODE_BAD_REQUEST)?;
        let [peer] = peers.as_slice() else { return Err(CODE_BAD_REQUEST) };
        self.permit(path, &peers, now, ports)?;
        let (_, allocation) = self.at_mut(path).ok_or(CODE_ALLOC_MISMATCH)?;
        if allocation.bind(channel, *peer, now) { Ok(Vec::new()) } else { Err(CODE_BAD_REQUEST) }
    }

    /// Lets packets pass to and from all of `peers`, or none.
    fn permit(
        &mut self,
        path: Path,
        peers: &[SocketAddr],
        now: Instant,
        ports: &dyn Ports,
    ) -> Result<Vec<Box<dyn Setter>>, ErrorCode> {
        let private = self.config.exempt == Exempt::Private;
        let own = |ip: IpAddr| self.config.external.contains(&ip) || ports.is_local(ip);
        let peers: Vec<(SocketAddr, bool)> = peers.iter().map(|peer| (*peer, own(peer.ip()))).collect();
        let (_, allocation) = self.at_mut(path).ok_or(CODE_ALLOC_MISMATCH)?;
        if peers.iter().any(|(peer, _)| peer.is_ipv4() != allocation.grant.relayed.is_ipv4()) {
            return Err(CODE_PEER_ADDR_FAMILY_MISMATCH);
        }
        // A server that relays into its own network is a hole in it. On its own machine only sockets of allocations are
        // peers, which the packets are checked for.
        let may = |(peer, own): &(SocketAddr, bool)| *own || is_global(peer.ip()) || (private && is_private(peer.ip()));
        if !peers.iter().all(may) {
            return Err(CODE_FORBIDDEN);
        }
        let all = peers.iter().all(|(peer, own)| allocation.permit(peer.ip(), *own, now));
        if all { Ok(Vec::new()) } else { Err(CODE_INSUFFICIENT_CAPACITY) }
    }

    fn on_send(&mut self, path: Path, message: &Incoming, now: Instant) -> Step {
        let (Some(peers), Some(data)) = (message.peers(), message.value(ATTR_DATA)) else { return Step::Ignore };
        let ([to], Some((id, _))) = (peers.as_slice(), self.at(path)) else { return Step::Ignore };
        match self.outbound(id, *to, data.len(), now) {
            Some(to) => Step::Send { id, to, data: data.to_vec() },
            None => Step::Ignore,
        }
    }

    /// Where a packet for `peer` has to be sent, if it may be.
    fn outbound(&mut self, id: AllocationId, peer: SocketAddr, bytes: usize, now: Instant) -> Option<SocketAddr> {
        let own = self.allocations.get(&id)?.permits(peer.ip(), now)?;
        let to = if own {
            // What is seen as a public address may be bound to another.
            let local = |socket: &&SocketAddr| {
                socket.port() == peer.port()
                    && (socket.ip() == peer.ip() || self.config.seen_as(socket.ip()) == peer.ip())
            };
            *self.sockets.get(&peer).or_else(|| self.sockets.iter().find(local))?
        } else {
            peer
        };
        let allocation = self.allocations.get_mut(&id)?;
        let passes = allocation.takes(bytes, now);
        self.stats.relayed(Way::Out, bytes, passes);
        passes.then_some(to)
    }

    /// What to send to the client of an allocation whose socket received `data` from `from`, and along which path.
    pub(super) fn on_peer(
        &mut self,
        id: AllocationId,
        from: SocketAddr,
        data: &[u8],
        now: Instant,
    ) -> Option<(Path, Vec<u8>)> {
        let from = SocketAddr::new(from.ip().to_canonical(), from.port());
        // Another allocation of this server is known by what its peers see.
        let from = if self.sockets.contains(&from) {
            SocketAddr::new(self.config.seen_as(from.ip()), from.port())
        } else {
            from
        };
        let allocation =
            self.allocations.get_mut(&id).filter(|allocation| allocation.permits(from.ip(), now).is_some())?;
        let passes = allocation.takes(data.len(), now);
        let answer = match allocation.channel_of(from, now) {
            _ if !passes => None,
            Some(channel) => channel_data(channel, data),
            None => message::data_indication(from, data),
        };
        let path = allocation.grant.path;
        self.stats.relayed(Way::In, data.len(), passes);
        Some((path, answer?))
    }

    fn at(&self, path: Path) -> Option<(AllocationId, &Allocation)> {
        let id = self.by_path.get(&path)?;
        self.allocations.get(id).map(|allocation| (*id, allocation))
    }

    fn at_mut(&mut self, path: Path) -> Option<(AllocationId, &mut Allocation)> {
        let id = self.by_path.get(&path)?;
        self.allocations.get_mut(id).map(|allocation| (*id, allocation))
    }
}

fn allocated(message: &Incoming, allocation: &Allocation, now: Instant) -> Vec<Box<dyn Setter>> {
    vec![
        message.relayed(allocation.grant.relayed),
        message.mapped(allocation.grant.path.client),
        message::lifetime(seconds_left(allocation, now)),
    ]
}

fn seconds_left(allocation: &Allocation, now: Instant) -> u32 {
    u32::try_from(allocation.until.saturating_duration_since(now).as_secs()).unwrap_or(LIFETIME_MAX)
}

fn lifetime(message: &Incoming) -> Duration {
    let seconds = message.number(ATTR_LIFETIME).unwrap_or(LIFETIME);
    Duration::from_secs(u64::from(seconds.clamp(LIFETIME, LIFETIME_MAX)))
}

fn channel_data(channel: u16, data: &[u8]) -> Option<Vec<u8>> {
    let len = u16::try_from(data.len()).ok()?;
    let mut bytes = Vec::with_capacity(data.len().saturating_add(CHANNEL_HEADER));
    bytes.extend(channel.to_be_bytes());
    bytes.extend(len.to_be_bytes());
    bytes.extend(data);
    Some(bytes)
}

fn reply(answer: Option<Vec<u8>>) -> Step {
    answer.map_or(Step::Ignore, Step::Reply)
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_private(),
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

fn operation(message: &Incoming) -> &'static str {
    match message.method() {
        METHOD_BINDING => "binding",
        METHOD_ALLOCATE => "allocate",
        METHOD_REFRESH => "refresh",
        METHOD_CREATE_PERMISSION => "permission",
        _ => "channel",
    }
}

fn outcome(code: ErrorCode) -> &'static str {
    match code {
        CODE_UNAUTHORIZED | CODE_STALE_NONCE => "challenged",
        CODE_FORBIDDEN => "forbidden",
        CODE_ALLOC_QUOTA_REACHED => "quota",
        CODE_INSUFFICIENT_CAPACITY => "full",
        _ => "bad",
    }
}
