//! The frozen vectors decode for ever, to what they decoded to when they were written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use data_encoding::HEXLOWER;
use kith_crypto::{Key, OlmKind, SpokenCode};
use kith_wire::{
    AccountId, BootstrapLink, ChatId, Envelope, EnvelopeId, FindKey, Hello, InviteBundle, InviteLink, MailboxResponse,
    RequestAnswer, RequestFrame, SlotDenial, SlotRequest, SlotResponse, SpokenInvite, TransportId, UnverifiedBundle,
    UnverifiedCard, UnverifiedIdentityLog, UnverifiedInner, UnverifiedMailboxRequest, UnverifiedRenewal, WorkTask,
};

use kith_wire::recovery::UnverifiedRecovery;
use kith_wire::request::moved_frame;
use kith_wire::whereabouts::check_record;

use crate::vector_format::{inner_fields, with_queues};

pub(crate) struct Vector(BTreeMap<String, String>);

impl Vector {
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_else(|| panic!("no field {name}"))
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        HEXLOWER.decode(self.text(name).as_bytes()).unwrap()
    }

    pub(crate) fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap()
    }
}

fn folder() -> PathBuf {
    Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("vectors")
}

pub(crate) fn load(name: &str) -> Vector {
    let text = std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap();
    Vector(serde_json::from_str(&text).unwrap())
}

/// The vectors whose names begin with `prefix`, by the rest of their names.
pub(crate) fn load_all(prefix: &str) -> Vec<(String, Vector)> {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| Some(name.strip_suffix(".json")?.strip_prefix(prefix)?.to_owned()))
        .collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), load(&format!("{prefix}{name}")))).collect()
}

#[test]
fn ids() {
    let vector = load("ids");
    let account: AccountId = vector.text("account").parse().unwrap();
    assert_eq!(account.to_bytes().to_vec(), vector.bytes("account_bytes"));
    assert_eq!(account.fingerprint().to_vec(), vector.bytes("fingerprint"));
    let other: AccountId = vector.text("other_account").parse().unwrap();
    assert_eq!(ChatId::direct(&account, &other).to_string(), vector.text("direct_chat"));
    assert_eq!(ChatId::direct(&other, &account).to_string(), vector.text("direct_chat"));
    assert_eq!(EnvelopeId::of(&vector.bytes("envelope")).to_string(), vector.text("envelope_id"));
}

#[test]
fn identity_log() {
    let vector = load("identity-log");
    let log = UnverifiedIdentityLog::decode(&vector.bytes("log")).unwrap().verify().unwrap();
    assert_eq!(log.account().to_string(), vector.text("account"));
    assert_eq!(log.seq(), vector.number("seq"));
    assert_eq!(log.head_hash().to_vec(), vector.bytes("head_hash"));
    let devices: Vec<String> = log.devices().iter().map(|record| record.device.to_string()).collect();
    assert_eq!(devices.join(" "), vector.text("devices"));
    let revoked: Vec<String> = log.revoked().iter().map(|revocation| revocation.device.to_string()).collect();
    assert_eq!(revoked.join(" "), vector.text("revoked"));
    assert_eq!(log.encode(), vector.bytes("log"));
}

#[test]
fn invite() {
    let queues = |name: &str| check_invite(&load(name)).queues;
    assert_eq!(queues("invite"), []);
    let queues = queues("invite-mail");
    assert_eq!(queues, crate::samples::bundle_with_mail().queues);
    let fields: BTreeMap<String, String> = with_queues(Vec::new(), &queues).into_iter().collect();
    assert!(fields.iter().all(|(name, value)| load("invite-mail").text(name) == value) && fields.len() == 2);
}

#[test]
fn spoken() {
    let vector = load("spoken");
    let place = SpokenInvite::new(&SpokenCode::parse(vector.text("words")).unwrap()).unwrap();
    assert_eq!(place.slot().to_string(), vector.text("slot"));
    assert_eq!(place.open(&vector.bytes("sealed_link")).unwrap().to_string(), vector.text("link"));
}

#[test]
fn transport_renewal() {
    let vector = load("transport-renewal");
    let account = vector.text("account").parse().unwrap();
    let renewal = UnverifiedRenewal::decode(&vector.bytes("renewal")).unwrap().verify(account).unwrap();
    assert_eq!(renewal.device().to_string(), vector.text("device"));
    assert_eq!(renewal.transport().to_string(), vector.text("transport"));
    assert_eq!(renewal.number(), vector.number("number"));
    assert_eq!(moved_frame(&renewal), vector.bytes("request_frame"));
    let log = UnverifiedIdentityLog::decode(&vector.bytes("log")).unwrap().verify().unwrap();
    assert_eq!(log.renewal(&renewal.device()), Some(&renewal));
    assert_eq!(log.device(&renewal.device()).unwrap().transport, renewal.transport());
    assert_eq!(log.encode(), vector.bytes("log"));
}

#[test]
fn whereabouts() {
    let vector = load("whereabouts");
    let find = FindKey::from_slice(&vector.bytes("find")).unwrap();
    let (day, now_ms) = (vector.number("day"), vector.number("made_at_ms"));
    let (name, record) = (vector.bytes("name"), vector.bytes("sealed_record"));
    assert_eq!(find.name(day).to_vec(), name);
    assert_eq!(check_record(&name.try_into().unwrap(), &record, now_ms), Ok(now_ms));
    let card = find.open(day, &record, now_ms).unwrap().card;
    assert_eq!(card.transport.to_string(), vector.text("transport"));
    assert_eq!(card.addresses.join(" "), vector.text("addresses"));
    let (link, device) = (InviteLink::parse(vector.text("link")).unwrap(), vector.text("device").parse().unwrap());
    assert_eq!(link.find_key(&device).as_bytes().to_vec(), vector.bytes("find_of_invite"));
}

fn check_invite(vector: &Vector) -> InviteBundle {
    let link = InviteLink::parse(vector.text("link")).unwrap();
    assert_eq!(link.to_string(), vector.text("link"));
    assert_eq!(link.secret().to_vec(), vector.bytes("secret"));
    assert_eq!(link.fingerprint().to_vec(), vector.bytes("fingerprint"));
    assert_eq!(link.hints().join(" "), vector.text("hints"));
    assert_eq!(link.slot().to_string(), vector.text("slot"));
    assert_eq!(link.tag().to_vec(), vector.bytes("tag"));
    assert_eq!(link.owner_token().to_vec(), vector.bytes("owner_token"));
    assert_eq!(link.request_mac(b"kith").to_vec(), vector.bytes("request_mac_of_kith"));
    let unverified = UnverifiedBundle::open(&link, &vector.bytes("sealed_bundle")).unwrap();
    let bundle = unverified.verify(&link, vector.number("created_at_ms")).unwrap();
    assert_eq!(bundle.hash().to_vec(), vector.bytes("bundle_hash"));
    assert_eq!(bundle.name, vector.text("name"));
    assert_eq!(bundle.device.to_string(), vector.text("device"));
    assert_eq!(bundle.one_time.to_bytes().to_vec(), vector.bytes("one_time"));
    assert_eq!(bundle.addresses.join(" "), vector.text("addresses"));
    assert_eq!(bundle.single_use.to_string(), vector.text("single_use"));
    bundle
}

#[test]
fn envelopes() {
    let all = load_all("envelope-");
    assert_eq!(all.len(), 2);
    for (name, vector) in all {
        let key = Key::from_bytes(&vector.bytes("key").try_into().unwrap());
        assert_eq!(Envelope::key_id(&key).to_vec(), vector.bytes("key_id"), "{name}");
        let envelope = Envelope::decode(&vector.bytes("sealed_envelope")).unwrap();
        assert_eq!(envelope.header().key_id().to_vec(), vector.bytes("key_id"), "{name}");
        let message = envelope.open(&key).unwrap();
        assert!(message.kind == OlmKind::Normal && message.bytes == vector.bytes("olm"), "{name}");
    }
}

#[test]
fn inner() {
    let all = load_all("inner-");
    assert_eq!(all.len(), 61);
    for (name, vector) in all {
        let unverified = UnverifiedInner::decode(&vector.bytes("inner")).unwrap();
        let ends = unverified.claims();
        let inner = unverified.verify(&ends).unwrap();
        let found: BTreeMap<String, String> = inner_fields(&inner).into_iter().collect();
        assert_eq!(found, vector.0, "{name}");
    }
}

#[test]
fn card_and_hello() {
    let vector = load("card");
    let card = UnverifiedCard::decode(&vector.bytes("card")).unwrap().verify(vector.number("issued_at_ms")).unwrap();
    assert_eq!(card.transport.to_string(), vector.text("transport"));
    assert_eq!(card.addresses.join(" "), vector.text("addresses"));
    assert_eq!(card.issued_at_ms, vector.number("issued_at_ms"));
    assert_eq!(card.features, vector.number("features"));
    let hello = load("hello");
    let decoded = Hello::decode(&hello.bytes("hello")).unwrap();
    assert_eq!(decoded.features, hello.number("features"));
    assert_eq!(decoded.card, vector.bytes("card"));
    assert_eq!(decoded.encode(), hello.bytes("hello"));
}

#[test]
fn slots() {
    let requests = load_all("slot-request-");
    assert_eq!(requests.len(), 3);
    for (name, vector) in requests {
        let request = SlotRequest::decode(&vector.bytes("request")).unwrap();
        let operation = match &request {
            SlotRequest::Put { .. } => "put",
            SlotRequest::Get { .. } => "get",
            SlotRequest::Delete { .. } => "delete",
        };
        assert_eq!(operation, vector.text("operation"));
        assert_eq!(request.encode(), vector.bytes("request"), "{name}");
    }
    let responses = load_all("slot-response-");
    assert_eq!(responses.len(), 6);
    for (name, vector) in responses {
        let response = SlotResponse::decode(&vector.bytes("response")).unwrap();
        let outcome = match &response {
            SlotResponse::Stored => "stored",
            SlotResponse::Found { .. } => "found",
            SlotResponse::Missing => "missing",
            SlotResponse::Gone { .. } => "gone",
            SlotResponse::Denied { reason: SlotDenial::Other(_) } => "denied-other",
            SlotResponse::Denied { .. } => "denied",
        };
        assert_eq!(outcome, vector.text("outcome"));
        assert_eq!(response.encode(), vector.bytes("response"), "{name}");
    }
}

#[test]
fn mailboxes() {
    let requests = load_all("mailbox-request-");
    assert_eq!(requests.len(), 9);
    let samples = crate::samples::mailbox_requests();
    for (name, vector) in requests {
        let id = |field: &str| vector.text(field).parse::<TransportId>().unwrap();
        let unverified = UnverifiedMailboxRequest::decode(&vector.bytes("request")).unwrap();
        assert_eq!(unverified.encode(), vector.bytes("request"), "{name}");
        assert!(unverified.clone().verify(&id("client"), &id("mailbox")).is_none(), "{name}");
        let request = unverified.verify(&id("mailbox"), &id("client")).unwrap();
        let (_, operation, _) = samples.iter().find(|(known, ..)| *known == name).unwrap();
        assert_eq!((&request.operation, name.as_str()), (operation, vector.text("operation")));
    }
    let responses = load_all("mailbox-response-");
    assert_eq!(responses.len(), 10);
    let samples = crate::samples::mailbox_responses();
    for (name, vector) in responses {
        let response = MailboxResponse::decode(&vector.bytes("response")).unwrap();
        assert_eq!(response.encode(), vector.bytes("response"), "{name}");
        let (_, expected) = samples.iter().find(|(known, _)| *known == name).unwrap();
        assert_eq!((&response, name.as_str()), (expected, vector.text("outcome")));
    }
}

#[test]
fn bootstrap_link() {
    let vector = load("bootstrap-link");
    let link = BootstrapLink::parse(vector.text("link")).unwrap();
    assert_eq!(link.transport.to_string(), vector.text("transport"));
    assert_eq!(link.addresses.join(" "), vector.text("addresses"));
    assert_eq!(link.services, vector.number("services"));
    assert_eq!(link.to_string(), vector.text("link"));
}

#[test]
fn requests() {
    let vector = load("request-frame");
    let frame = RequestFrame::decode(&vector.bytes("frame")).unwrap();
    assert_eq!(frame.tag.to_vec(), vector.bytes("tag"));
    assert_eq!(frame.mac.to_vec(), vector.bytes("mac"));
    assert_eq!(frame.envelope, vector.bytes("envelope"));
    assert_eq!(frame.encode(), vector.bytes("frame"));
    let answers = load_all("request-answer-");
    assert_eq!(answers.len(), 7);
    for (name, vector) in answers {
        let answer = RequestAnswer::decode(&vector.bytes("bytes")).unwrap();
        assert!(format!("{answer:?}").to_lowercase().starts_with(&name));
        assert_eq!(answer.encode(), vector.bytes("bytes"));
    }
}

#[test]
fn recoveries() {
    let all = load_all("recovery-");
    let samples = crate::samples::recoveries();
    assert_eq!(all.len(), samples.len());
    for (name, vector) in all {
        let kem = kith_crypto::KemSecret::from_seed(&vector.bytes("kem_seed").try_into().unwrap());
        let to = vector.text("to").parse().unwrap();
        let opened = UnverifiedRecovery::open(&vector.bytes("sealed_frame"), &kem, to).unwrap().verify().unwrap();
        let (_, expected, _) = samples.iter().find(|(known, ..)| *known == name).unwrap();
        assert_eq!(&opened, expected, "{name}");
    }
}

#[test]
fn the_writer_agrees_and_never_changes_a_vector() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("vectors-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let run = || Command::new(env!("CARGO_BIN_EXE_write_vectors")).arg(&folder).output().unwrap().status.success();
    for entry in std::fs::read_dir(self::folder()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    assert!(run(), "this build writes other bytes than the frozen vectors");
    let path = folder.join("identity-log.json");
    let other = std::fs::read_to_string(&path).unwrap().replace("\"seq\": \"2\"", "\"seq\": \"3\"");
    std::fs::write(&path, &other).unwrap();
    std::fs::remove_file(folder.join("ids.json")).unwrap();
    assert!(!run(), "a changed vector was accepted");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), other);
    assert!(!folder.join("ids.json").exists(), "something was written beside the refusal");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn public_addresses() {
    let vector = load("public-address");
    let account: AccountId = vector.text("account").parse().unwrap();
    let link = InviteLink::of_public_address(account, vector.number("week"));
    assert_eq!(link.secret().to_vec(), vector.bytes("secret"));
    assert_eq!(link.slot().to_string(), vector.text("slot"));
    assert_eq!(link.tag().to_vec(), vector.bytes("tag"));
    let secret = vector.bytes("owner_secret").try_into().unwrap();
    let token = kith_wire::invite::address_token(&secret, vector.number("week"));
    assert_eq!(token.to_vec(), vector.bytes("owner_token"));
    let unverified = UnverifiedBundle::open(&link, &vector.bytes("sealed_bundle")).unwrap();
    let bundle = unverified.verify(&link, vector.number("created_at_ms")).unwrap();
    assert_eq!(
        (bundle.hash().to_vec(), u64::from(bundle.work_bits)),
        (vector.bytes("bundle_hash"), vector.number("work_bits"))
    );

    let vector = load("public-request");
    let frame = RequestFrame::decode(&vector.bytes("frame")).unwrap();
    let work = frame.work.unwrap();
    assert_eq!((work.session.to_vec(), work.nonce), (vector.bytes("session"), vector.number("nonce")));
    let bundle = vector.bytes("bundle_hash").try_into().unwrap();
    let task = WorkTask { bundle, session: work.session, bits: 0 };
    assert_eq!(u64::from(task.bits_of(work.nonce)), vector.number("work_bits"));
    assert_eq!(frame.encode(), vector.bytes("frame"));
}
