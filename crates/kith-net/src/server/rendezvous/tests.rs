use super::*;
use crate::server::source::Exempt;
use libp2p::Multiaddr;
use libp2p::identity::Keypair;
use proptest::prelude::*;

struct Device {
    key: Keypair,
    peer: PeerId,
    source: Source,
}

impl Device {
    fn at(host: u8) -> Self {
        let key = Keypair::generate_ed25519();
        let address: Multiaddr = format!("/ip4/9.9.9.{host}/tcp/1").parse().unwrap();
        Self { peer: key.public().to_peer_id(), key, source: Source::of(&address, Exempt::Loopback) }
    }

    fn record(&self) -> UnverifiedRecord {
        UnverifiedRecord::sign(&self.key, vec!["/ip4/9.9.9.9/tcp/4100".parse().unwrap()]).unwrap()
    }

    fn register(&self, point: &mut Registrar, namespace: &str, now: Instant) -> Result<u64, Status> {
        self.register_as(point, namespace, self.record(), None, now)
    }

    fn register_as(
        &self,
        point: &mut Registrar,
        namespace: &str,
        record: UnverifiedRecord,
        ttl_s: Option<u64>,
        now: Instant,
    ) -> Result<u64, Status> {
        let request = Request::Register { namespace: namespace.to_owned(), record, ttl_s };
        match point.answer(self.peer, self.source, request, now) {
            Some(Response::Register(answer)) => answer,
            other => panic!("{other:?}"),
        }
    }

    fn unregister(&self, point: &mut Registrar, namespace: &str, now: Instant) {
        let request = Request::Unregister { namespace: namespace.to_owned() };
        assert_eq!(point.answer(self.peer, self.source, request, now), None);
    }

    fn discover(&self, point: &mut Registrar, namespace: &str, now: Instant) -> Result<Found, Status> {
        self.discover_after(point, namespace, None, None, now)
    }

    fn discover_after(
        &self,
        point: &mut Registrar,
        namespace: &str,
        limit: Option<u64>,
        cookie: Option<Vec<u8>>,
        now: Instant,
    ) -> Result<Found, Status> {
        let request = Request::Discover { namespace: namespace.to_owned(), limit, cookie };
        match point.answer(self.peer, self.source, request, now) {
            Some(Response::Discover(answer)) => answer,
            other => panic!("{other:?}"),
        }
    }
}

fn peers(found: &Found) -> Vec<PeerId> {
    found.registrations.iter().map(|told| told.record.verify().unwrap()).collect()
}

fn after(now: Instant, seconds: u64) -> Instant {
    now + Duration::from_secs(seconds)
}

#[test]
fn a_thousand_renewals_are_one_row() {
    let (mut point, device, mut now) = (Registrar::new(10), Device::at(1), Instant::now());
    for _ in 0..1_000 {
        now = after(now, 1);
        assert_eq!(device.register(&mut point, "chess", now), Ok(TTL_DEFAULT_S));
    }
    assert_eq!((point.rows.len(), point.of_peer.len()), (1, 1));
    let found = device.discover(&mut point, "chess", after(now, 600)).unwrap();
    assert_eq!(peers(&found), [device.peer]);
    assert_eq!(found.registrations[0].ttl_s, TTL_DEFAULT_S - 600);
    assert!(device.discover(&mut point, "chess", after(now, TTL_DEFAULT_S)).unwrap().registrations.is_empty());
    point.expire(after(now, TTL_DEFAULT_S));
    assert!(point.rows.is_empty() && point.of_peer.is_empty() && point.per_prefix.is_empty());
}

#[test]
fn a_peer_an_address_and_the_node_have_a_limit_and_rows_taken_back_make_room() {
    let (mut point, device, now) = (Registrar::new(PER_PREFIX + 1), Device::at(1), Instant::now());
    for n in 0..PER_PEER {
        assert!(device.register(&mut point, &format!("game {n}"), now).is_ok());
    }
    assert_eq!(device.register(&mut point, "one more", now), Err(Status::Unavailable));
    assert!(device.register(&mut point, "game 0", now).is_ok(), "a renewal is not one more");
    device.unregister(&mut point, "game 1", now);
    assert!(device.register(&mut point, "one more", now).is_ok());
    for _ in PER_PEER as u32..PER_PREFIX {
        assert!(Device::at(1).register(&mut point, "chess", now).is_ok());
    }
    assert_eq!(Device::at(1).register(&mut point, "chess", now), Err(Status::Unavailable));
    let moved = Device::at(2);
    assert!(moved.register(&mut point, "chess", now).is_ok());
    assert_eq!(Device::at(3).register(&mut point, "chess", now), Err(Status::Unavailable), "the node is full");
    let crowded = Device { key: moved.key.clone(), ..Device::at(1) };
    assert_eq!(moved.peer, crowded.key.public().to_peer_id());
    let crowded = Device { peer: moved.peer, ..crowded };
    assert_eq!(crowded.register(&mut point, "chess", now), Err(Status::Unavailable), "not into a full address");
    assert_eq!(peers(&moved.discover(&mut point, "chess", now).unwrap()).len(), DISCOVER_MAX);
    assert!(moved.register(&mut point, "chess", now).is_ok(), "its row is still there");
}

#[test]
fn a_lookup_names_its_namespace_and_gets_a_bounded_answer() {
    let (mut point, now) = (Registrar::new(1_000), Instant::now());
    let devices: Vec<Device> = (0..40).map(|_| Device::at(1)).collect();
    for device in &devices {
        device.register(&mut point, "chess", now).unwrap();
    }
    let asker = Device::at(2);
    assert_eq!(asker.discover(&mut point, "", now), Err(Status::InvalidNamespace));
    assert_eq!(asker.discover(&mut point, &"x".repeat(256), now), Err(Status::InvalidNamespace));
    assert!(asker.discover(&mut point, "ches", now).unwrap().registrations.is_empty());
    for limit in [None, Some(0), Some(u64::MAX)] {
        let found = asker.discover_after(&mut point, "chess", limit, None, now).unwrap();
        assert_eq!(found.registrations.len(), DISCOVER_MAX, "{limit:?}");
    }
    let (mut all, mut cookie) = (Vec::new(), None);
    for expected in [16, 16, 8, 0] {
        let found = asker.discover_after(&mut point, "chess", None, cookie.take(), now).unwrap();
        assert_eq!(found.registrations.len(), expected);
        all.extend(peers(&found));
        cookie = Some(found.cookie);
    }
    assert_eq!(all, devices.iter().map(|device| device.peer).collect::<Vec<_>>());
    let foreign = asker.discover_after(&mut point, "draughts", None, cookie, now);
    assert_eq!(foreign, Err(Status::InvalidCookie));
    let short = asker.discover_after(&mut point, "chess", None, Some(vec![1, 2]), now);
    assert_eq!(short, Err(Status::InvalidCookie));
}

#[test]
fn only_ones_own_well_signed_record_is_registered_for_a_sensible_time() {
    let (mut point, device, other, now) = (Registrar::new(10), Device::at(1), Device::at(1), Instant::now());
    let mut register = |record, ttl_s| device.register_as(&mut point, "chess", record, ttl_s, now);
    assert_eq!(register(other.record(), None), Err(Status::NotAuthorized));
    let long = vec!["/ip4/9.9.9.9/tcp/4100".parse().unwrap(); 1_000];
    let long = UnverifiedRecord::sign(&device.key, long).unwrap();
    assert_eq!(register(long, None), Err(Status::InvalidRecord));
    for ttl_s in [0, TTL_MIN_S - 1, TTL_MAX_S + 1, u64::MAX] {
        assert_eq!(register(device.record(), Some(ttl_s)), Err(Status::InvalidTtl), "{ttl_s}");
    }
    assert_eq!(register(device.record(), Some(TTL_MAX_S)), Ok(TTL_MAX_S));
    assert_eq!(device.register(&mut point, "", now), Err(Status::InvalidNamespace));
    assert_eq!(device.register(&mut point, &"x".repeat(256), now), Err(Status::InvalidNamespace));
    other.unregister(&mut point, "chess", now);
    assert_eq!(point.len(), 1, "nobody takes back what is another's");
}

#[test]
fn who_asks_too_often_is_told_so() {
    let (mut point, device, now) = (Registrar::new(10), Device::at(1), Instant::now());
    let served = (0..2 * BURST).filter(|_| device.discover(&mut point, "chess", now).is_ok()).count();
    assert_eq!(served, BURST as usize);
    assert_eq!(device.discover(&mut point, "chess", now), Err(Status::Unavailable));
    assert_eq!(device.register(&mut point, "chess", now), Err(Status::Unavailable));
    assert!(device.discover(&mut point, "chess", after(now, 1)).is_ok());
    let (all, many) = (BURST * PEERS_PER_PREFIX, 4 * BURST * PEERS_PER_PREFIX);
    let served = (0..many)
        .filter(|_| Device { peer: PeerId::random(), ..Device::at(7) }.discover(&mut point, "chess", now).is_ok());
    assert_eq!(u32::try_from(served.count()).unwrap(), all, "new identities behind one address do not help");
}

proptest! {
    /// Whatever is asked in whatever order, the indices agree, nobody has more than a share, and all of it goes.
    #[test]
    fn the_tables_agree(steps in prop::collection::vec((0u8..3, 0usize..4, 0u8..12, 0u64..4_000), 1..120)) {
        let devices: Vec<Device> = (0..4).map(|n| Device::at(n % 2)).collect();
        let records: Vec<UnverifiedRecord> = devices.iter().map(Device::record).collect();
        let (mut point, mut now) = (Registrar::new(20), Instant::now());
        for (action, who, name, step) in steps {
            now = after(now, step);
            let (device, name) = (&devices[who], format!("game {name}"));
            match action {
                0 | 1 => drop(device.register_as(&mut point, &name, records[who].clone(), None, now)),
                _ => device.unregister(&mut point, &name, now),
            }
            if step % 3 == 0 {
                point.expire(now);
            }
            prop_assert!(point.rows.len() <= 20 && point.of_peer.values().all(|known| known.len() <= PER_PEER));
            prop_assert_eq!(point.rows.len(), point.of_peer.values().map(BTreeMap::len).sum::<usize>());
        }
        point.expire(after(now, TTL_MAX_S));
        prop_assert!(point.rows.is_empty() && point.of_peer.is_empty() && point.per_prefix.is_empty());
    }
}
