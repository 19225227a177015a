use super::*;
use crate::rendezvous::{Found, Registration, Status, UnverifiedRecord};
use data_encoding::HEXLOWER;
use futures::executor::block_on;
use futures::io::Cursor;
use libp2p::identity::Keypair;
use libp2p::request_response::Codec;
use proptest::prelude::*;

const PROTOCOL: StreamProtocol = crate::rendezvous::PROTOCOL;

// What libp2p-rendezvous 0.18 wrote, without the length.
/// As a device.
const REGISTER: &str = concat!(
    "080012cc010a05636865737312c2010a2408011220640a645198e3365b762463b2ef40f701d805d913f7d520e43c9ea37290",
    "628c35121c2f6c69627032702f726f7574696e672d73746174652d7265636f72641a3a0a26002408011220640a645198e336",
    "5b762463b2ef40f701d805d913f7d520e43c9ea37290628c3510d79a85d8061a0a0a0804090909090610042a40db4515e11c",
    "8de6fb8ef0ba2f478ec55322b50adcdc26062b8794dd927fab93f29c171cc00e026218f5bbc319a3ab1b4c536e382ce5847f",
    "27687f07eff3da4604",
);
const DISCOVER: &str = "08032a090a0563686573731004";
const DISCOVER_ALL: &str = "08032a00";
const UNREGISTER: &str = "080222070a056368657373";
/// As a point.
const REFUSED: &str = "08011a020866";
const REGISTERED: &str = "08011a05080018a038";
/// One registration.
const FOUND: &str = concat!(
    "080432e3010acf010a05636865737312c2010a2408011220315811ab7c86c73ae77e3330333bc28bec170eb125c1825e4440",
    "2d36c3171e08121c2f6c69627032702f726f7574696e672d73746174652d7265636f72641a3a0a26002408011220315811ab",
    "7c86c73ae77e3330333bc28bec170eb125c1825e44402d36c3171e0810d79a85d8061a0a0a0804090909090610042a4060f2",
    "c0ccdbb4acadf2b061216e1580072e64bd877359ff4152c1c959e1eb5b584322f44c512d975024d18e991b1a90f79f70bf09",
    "0bf4db5b768693bd9905380218a038120d64e7ec07c2520ab563686573731800",
);

fn request(bytes: Vec<u8>) -> io::Result<Request> {
    block_on(RendezvousCodec.read_request(&PROTOCOL, &mut Cursor::new(bytes)))
}

fn response(bytes: Vec<u8>) -> io::Result<Response> {
    block_on(RendezvousCodec.read_response(&PROTOCOL, &mut Cursor::new(bytes)))
}

fn written(message: impl Into<Message>) -> Vec<u8> {
    message.into().encode_length_delimited_to_vec()
}

fn record() -> UnverifiedRecord {
    UnverifiedRecord::sign(&Keypair::generate_ed25519(), vec!["/ip4/9.9.9.9/tcp/4100".parse().unwrap()]).unwrap()
}

fn framed(hex: &str) -> Vec<u8> {
    let body = HEXLOWER.decode(hex.as_bytes()).unwrap();
    let mut framed = Vec::new();
    prost::encoding::encode_varint(u64::try_from(body.len()).unwrap(), &mut framed);
    [framed, body].concat()
}

#[test]
fn the_bytes_of_another_implementation_are_understood_and_ours_are_the_same() {
    let asked = request(framed(REGISTER)).unwrap();
    let Request::Register { namespace, record, ttl_s: None } = &asked else { panic!("{asked:?}") };
    assert_eq!(namespace, "chess");
    assert!(record.verify().is_some(), "signed in rust-libp2p's old way");
    assert_eq!(written(asked), framed(REGISTER));
    let chess = || "chess".to_owned();
    for (bytes, expected) in [
        (DISCOVER, Request::Discover { namespace: chess(), limit: Some(4), cookie: None }),
        (UNREGISTER, Request::Unregister { namespace: chess() }),
    ] {
        assert_eq!(request(framed(bytes)).unwrap(), expected);
        assert_eq!(written(expected), framed(bytes));
    }
    let everybody = Request::Discover { namespace: String::new(), limit: None, cookie: None };
    assert_eq!(request(framed(DISCOVER_ALL)).unwrap(), everybody);
    for (bytes, expected) in
        [(REFUSED, Response::Register(Err(Status::InvalidTtl))), (REGISTERED, Response::Register(Ok(7200)))]
    {
        assert_eq!(response(framed(bytes)).unwrap(), expected);
        assert_eq!(written(expected), framed(bytes));
    }
    let answer = response(framed(FOUND)).unwrap();
    assert_eq!(written(answer.clone()), framed(FOUND));
    let Response::Discover(Ok(found)) = answer else { panic!("{answer:?}") };
    assert_eq!(found.registrations.iter().filter(|told| told.record.verify().is_some()).count(), 1);
    assert_eq!((found.registrations[0].ttl_s, &found.cookie[8..]), (7200, b"chess".as_slice()));
}

#[test]
fn a_record_that_was_changed_is_nobodys() {
    let UnverifiedRecord(bytes) = record();
    assert!(UnverifiedRecord(bytes.clone()).verify().is_some());
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(UnverifiedRecord(changed).verify().is_none(), "{at}");
    }
}

#[test]
fn an_announced_length_over_the_cap_is_refused_before_the_body_is_read() {
    let kind = |bytes: &[u8]| request(bytes.to_vec()).unwrap_err().kind();
    // 16 KiB is 80 80 01; one more is too long, and so is a length of more than three bytes.
    assert_eq!(kind(&[0x80, 0x80, 0x01, 1]), io::ErrorKind::UnexpectedEof);
    assert_eq!(kind(&[0x81, 0x80, 0x01, 1]), io::ErrorKind::InvalidData);
    assert_eq!(kind(&[0x80, 0x80, 0x80, 0x01]), io::ErrorKind::InvalidData);
}

proptest! {
    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let framed = [vec![u8::try_from(bytes.len() % 128).unwrap()], bytes].concat();
        let _either_way = (request(framed.clone()), response(framed));
    }

    #[test]
    fn messages_survive_the_trip(namespace in ".{0,40}", ttl_s: Option<u64>, limit: Option<u64>, cookie: Option<Vec<u8>>) {
        for asked in [
            Request::Register { namespace: namespace.clone(), record: record(), ttl_s },
            Request::Unregister { namespace: namespace.clone() },
            Request::Discover { namespace: namespace.clone(), limit, cookie },
        ] {
            let bytes = written(asked.clone());
            prop_assert!(request(bytes[..bytes.len() - 1].to_vec()).is_err());
            prop_assert_eq!(request(bytes).unwrap(), asked);
        }
        let registration = Registration { namespace, record: record(), ttl_s: ttl_s.unwrap_or(7) };
        for answer in [
            Response::Register(Ok(ttl_s.unwrap_or(0))),
            Response::Discover(Ok(Found { registrations: vec![registration; 4], cookie: vec![1] })),
        ] {
            prop_assert_eq!(response(written(answer.clone())).unwrap(), answer);
        }
    }
}

#[test]
fn every_refusal_has_its_number() {
    for (status, number) in [
        (Status::InvalidNamespace, 100),
        (Status::InvalidRecord, 101),
        (Status::InvalidTtl, 102),
        (Status::InvalidCookie, 103),
        (Status::NotAuthorized, 200),
        (Status::Internal, 300),
        (Status::Unavailable, 400),
    ] {
        // {1: 4, 6: {3: status}}
        let [low, high] =
            if number < 128 { [number as u8, 0] } else { [(number % 128) as u8 | 0x80, (number / 128) as u8] };
        let varint = if high == 0 { vec![low] } else { vec![low, high] };
        let inner = [vec![0x18], varint].concat();
        let body = [vec![0x08, 4, 0x32, inner.len() as u8], inner].concat();
        let bytes = [vec![body.len() as u8], body].concat();
        assert_eq!(written(Response::Discover(Err(status))), bytes);
        assert_eq!(response(bytes).unwrap(), Response::Discover(Err(status)));
    }
}

#[test]
fn a_full_answer_is_read() {
    let mut registrations = Vec::new();
    for _ in 0..ASKED_FOR {
        let record = UnverifiedRecord(vec![7; RECORD_MAX]);
        registrations.push(Registration { namespace: "x".repeat(NAMESPACE_MAX), record, ttl_s: u64::MAX });
    }
    let cookie = vec![1; NAMESPACE_MAX + 8];
    let full = Response::Discover(Ok(Found { registrations, cookie }));
    assert_eq!(response(written(full.clone())).unwrap(), full);
}
