//! Every decoder as a function of bytes, for the fuzzer and for the property test that walks the table. Each decodes; if
//! that works, what it gives must survive encoding and decoding unchanged.

use std::fmt::Debug;

use kith_crypto::{Key, SigningKey};

use crate::bootstrap::BootstrapLink;
use crate::card::UnverifiedCard;
use crate::envelope::{Envelope, unpad};
use crate::error::WireError;
use crate::frame::{self, FrameReader};
use crate::hello::Hello;
use crate::identity::UnverifiedIdentityLog;
use crate::ids::{AccountId, Hlc, MsgId, TransportId};
use crate::invite::{InviteLink, SpokenInvite, UnverifiedBundle, seal_plain};
use crate::limits::{ADDRESSES_MAX, CARD_MAX, FRAME_MAX, NAME_MAX_CHARS};
use crate::mailbox::{MailboxResponse, UnverifiedMailboxRequest};
use crate::message::{Body, UnverifiedInner};
use crate::recovery::{Recovery, UnverifiedRecovery};
use crate::request::{RequestAnswer, RequestFrame, read_moved};
use crate::services::{ServicesRequest, ServicesResponse, UnverifiedDescriptor};
use crate::slot::{SlotRequest, SlotResponse};
use crate::text::{clean_name, clean_status, clean_text};
use crate::whereabouts::{FindKey, check_record};

/// One decoder: its name and the function.
pub type Target = (&'static str, fn(&[u8]));

/// All decoders of this crate; `tests/fuzz` has one binary for each.
pub const TARGETS: &[Target] = &[
    ("frame", fuzz_frame),
    ("ids", fuzz_ids),
    ("text", fuzz_text),
    ("identity_log", fuzz_identity_log),
    ("invite_link", fuzz_invite_link),
    ("invite_bundle", fuzz_invite_bundle),
    ("bundle_inside", fuzz_bundle_inside),
    ("spoken_link", fuzz_spoken_link),
    ("renewal", fuzz_renewal),
    ("whereabouts", fuzz_whereabouts),
    ("request_frame", fuzz_request_frame),
    ("request_answer", fuzz_request_answer),
    ("recovery", fuzz_recovery),
    ("envelope", fuzz_envelope),
    ("envelope_inside", fuzz_envelope_inside),
    ("inner", fuzz_inner),
    ("body", fuzz_body),
    ("card", fuzz_card),
    ("hello", fuzz_hello),
    ("slot_request", fuzz_slot_request),
    ("slot_response", fuzz_slot_response),
    ("services_request", fuzz_services_request),
    ("services_response", fuzz_services_response),
    ("service_descriptor", fuzz_service_descriptor),
    ("bootstrap_link", fuzz_bootstrap_link),
    ("mailbox_request", fuzz_mailbox_request),
    ("mailbox_response", fuzz_mailbox_response),
];

/// The invite the bundle targets open with, so that a corpus of sealed bundles is of use.
#[must_use]
pub fn fuzz_link() -> InviteLink {
    let account = SigningKey::from_seed(&[1; 32]).public();
    InviteLink::from_secret(&[7; 32], AccountId::from(account), Vec::new())
}

fn stable<T: PartialEq + Debug>(
    decode: fn(&[u8]) -> Result<T, WireError>,
    encode: fn(&T) -> Vec<u8>,
    bytes: &[u8],
) -> Option<T> {
    let Ok(value) = decode(bytes) else { return None };
    let again = decode(&encode(&value));
    assert!(again.as_ref() == Ok(&value), "{value:?} became {again:?}");
    Some(value)
}

/// Frames: whole and in pieces, which must agree.
pub fn fuzz_frame(bytes: &[u8]) {
    let whole = frame::decode(bytes, FRAME_MAX);
    if let Ok(frame) = &whole {
        assert!(frame::encode(&frame.payload, FRAME_MAX).as_deref() == Ok(bytes), "a frame changed");
    }
    let mut reader = FrameReader::new(FRAME_MAX);
    let mut frames = Vec::new();
    for piece in bytes.chunks(61) {
        if reader.push(piece).is_err() {
            return;
        }
        while let Ok(Some(frame)) = reader.next_frame() {
            frames.push(frame);
        }
    }
    if let Ok(frame) = whole {
        assert!(frames == [frame] && reader.is_empty(), "pieces gave other frames than the whole");
    }
}

/// Text forms of ids.
pub fn fuzz_ids(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(id) = text.parse::<AccountId>() {
        assert!(id.to_string() == text.to_ascii_lowercase(), "an account address changed");
    }
    if let Ok(id) = text.parse::<MsgId>() {
        assert!(id.to_string() == text.to_ascii_lowercase(), "an id changed");
    }
    if let Ok(hlc) = text.parse::<Hlc>() {
        assert!(Hlc::new(hlc.millis(), hlc.counter()) == hlc, "a clock reading changed");
    }
}

/// The cleaning functions: idempotent and bounded.
pub fn fuzz_text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for clean in [clean_name, clean_status, clean_text] {
        let once = clean(&text);
        assert!(clean(&once) == once, "cleaning twice differs");
    }
    assert!(clean_name(&text).chars().count() <= NAME_MAX_CHARS, "a name is too long");
}

/// Identity logs, up to the signatures.
pub fn fuzz_identity_log(bytes: &[u8]) {
    let Ok(Ok(log)) = UnverifiedIdentityLog::decode(bytes).map(UnverifiedIdentityLog::verify) else { return };
    let again = UnverifiedIdentityLog::decode(&log.encode()).map(UnverifiedIdentityLog::verify);
    assert!(again == Ok(Ok(log)), "an identity log changed");
}

/// Invite links.
pub fn fuzz_invite_link(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(link) = InviteLink::parse(text) {
        assert!(link.to_string() == text.trim().to_ascii_lowercase(), "an invite link changed");
    }
}

/// Sealed bundles; nearly all fail to open.
pub fn fuzz_invite_bundle(bytes: &[u8]) {
    let link = fuzz_link();
    if let Ok(bundle) = UnverifiedBundle::open(&link, bytes) {
        accept_bundle(bundle, &link);
    }
}

/// What lies where spoken words lead, sealed and as somebody who knows the words could write it.
pub fn fuzz_spoken_link(bytes: &[u8]) {
    let place = SpokenInvite::from_key(Key::from_bytes(&[9; 32]));
    for sealed in [bytes, &place.seal_plain(bytes)] {
        if let Ok(link) = place.open(sealed) {
            let again = place.open(&place.seal(&link)).map(|link| link.to_string());
            assert!(again == Ok(link.to_string()), "a link changed");
        }
    }
}

/// Renewals of transport keys, beside a list of devices and alone.
pub fn fuzz_renewal(bytes: &[u8]) {
    if let Ok(Some(renewal)) = read_moved(bytes) {
        assert!(renewal.verify(AccountId::from_bytes([12; 32])).is_err(), "a signature out of nothing");
    }
}

/// Records that say where a device is, as whoever stores them and as whoever holds the key could write them.
pub fn fuzz_whereabouts(bytes: &[u8]) {
    let find = FindKey::from_bytes(&[11; 32]);
    for record in [bytes, &find.record_of(0, 0, bytes)] {
        let stored = check_record(&find.name(0), record, 0).is_ok();
        assert!(find.open(0, record, 0).is_err() || stored, "what nobody may store was opened");
    }
}

/// What is inside a sealed bundle, as somebody who holds the link could write it.
pub fn fuzz_bundle_inside(bytes: &[u8]) {
    let link = fuzz_link();
    if let Ok(bundle) = UnverifiedBundle::open(&link, &seal_plain(&link, bytes)) {
        accept_bundle(bundle, &link);
    }
}

fn accept_bundle(bundle: UnverifiedBundle, link: &InviteLink) {
    if let Ok(bundle) = bundle.verify(link, 0) {
        assert!(bundle.log.account().fingerprint() == link.fingerprint(), "a bundle of somebody else");
    }
}

/// Contact request frames.
pub fn fuzz_request_frame(bytes: &[u8]) {
    stable(RequestFrame::decode, RequestFrame::encode, bytes);
}

/// Answers to contact requests.
pub fn fuzz_request_answer(bytes: &[u8]) {
    stable(RequestAnswer::decode, RequestAnswer::encode, bytes);
}

/// What is inside a sealed recovery, as anybody who knows a device could write it.
pub fn fuzz_recovery(bytes: &[u8]) {
    let Ok(Ok(statement)) = UnverifiedRecovery::decode(bytes).map(UnverifiedRecovery::verify) else { return };
    if let Recovery::Return(back) = statement {
        assert!(back.body.check().is_ok(), "a return over its caps");
    }
}

/// Envelopes; opening them fails.
pub fn fuzz_envelope(bytes: &[u8]) {
    if let Some(envelope) = stable(Envelope::decode, |e| e.as_bytes().to_vec(), bytes) {
        assert!(envelope.as_bytes() == bytes, "an envelope changed");
        assert!(envelope.open(&Key::random()).is_err(), "an envelope opened with a new key");
    }
}

/// The padding inside an envelope, as somebody who holds its key could write it.
pub fn fuzz_envelope_inside(bytes: &[u8]) {
    if let Some(message) = unpad(bytes) {
        assert!(message.bytes.len() < bytes.len(), "padding made a message longer");
    }
}

/// Decrypted messages.
pub fn fuzz_inner(bytes: &[u8]) {
    let decode = |bytes: &[u8]| {
        let inner = UnverifiedInner::decode(bytes)?;
        let ends = inner.claims();
        Ok(inner.verify(&ends))
    };
    stable(decode, |inner| inner.as_ref().map_or_else(|_| Vec::new(), |inner| inner.encode().to_vec()), bytes);
}

/// Message bodies; the first byte is the kind.
pub fn fuzz_body(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else { return };
    let kind = u32::from(*kind % 12);
    let Ok(body) = Body::decode(kind, rest) else { return };
    assert!(body.check().is_ok(), "a decoded body is over its caps");
    assert!(body.kind() == kind && Body::decode(kind, &body.encode()) == Ok(body), "a body changed");
}

/// Transport cards.
pub fn fuzz_card(bytes: &[u8]) {
    if let Ok(Ok(card)) = UnverifiedCard::decode(bytes).map(|card| card.verify(0)) {
        assert!(bytes.len() <= CARD_MAX && card.addresses.len() <= ADDRESSES_MAX, "a card is too long");
    }
}

/// Hellos.
pub fn fuzz_hello(bytes: &[u8]) {
    stable(Hello::decode, Hello::encode, bytes);
}

/// Slot requests.
pub fn fuzz_slot_request(bytes: &[u8]) {
    stable(SlotRequest::decode, SlotRequest::encode, bytes);
}

/// Slot responses.
pub fn fuzz_slot_response(bytes: &[u8]) {
    stable(SlotResponse::decode, SlotResponse::encode, bytes);
}

/// What bootstrap nodes are asked about their services.
pub fn fuzz_services_request(bytes: &[u8]) {
    stable(ServicesRequest::decode, ServicesRequest::encode, bytes);
}

/// What they answer.
pub fn fuzz_services_response(bytes: &[u8]) {
    stable(ServicesResponse::decode, ServicesResponse::encode, bytes);
}

/// Service descriptors, up to the signature.
pub fn fuzz_service_descriptor(bytes: &[u8]) {
    if let Ok(descriptor) = UnverifiedDescriptor::decode(bytes) {
        let accepted = descriptor.verify(TransportId::from_bytes([1; 32]), 0);
        assert!(accepted.is_err(), "a descriptor of nobody was accepted");
    }
}

/// Mailbox requests. Whatever was not signed for a mailbox and a connection is nobody's.
pub fn fuzz_mailbox_request(bytes: &[u8]) {
    if let Some(request) = stable(UnverifiedMailboxRequest::decode, UnverifiedMailboxRequest::encode, bytes) {
        let stranger = TransportId::from_bytes([7; 32]);
        assert!(request.verify(&stranger, &stranger).is_none(), "a request nobody signed is taken");
    }
}

/// Mailbox responses.
pub fn fuzz_mailbox_response(bytes: &[u8]) {
    stable(MailboxResponse::decode, MailboxResponse::encode, bytes);
}

/// Bootstrap links.
pub fn fuzz_bootstrap_link(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(link) = BootstrapLink::parse(text) {
        assert!(BootstrapLink::parse(&link.to_string()) == Ok(link), "a bootstrap link changed");
    }
}
