//! Calls: who answers for a description, what is refused, and what of newer builds is passed over.

use kith_wire::limits::{
    BODY_MAX, CANDIDATE_MAX_BYTES, CANDIDATES_MAX, OVERLAY_RELAYS_MAX, SDP_MAX_BYTES, UFRAG_MAX_BYTES,
};
use kith_wire::{
    Body, Call, CallEnd, CallEnds, CallSignal, CallStep, Description, MsgId, Overlay, TransportId, WireError,
};
use proptest::prelude::*;

use crate::samples::{call_ends, description, device_key, overlay, signal};

fn create(sdp: usize, ufrag: usize) -> Result<Description, WireError> {
    Description::create("x".repeat(sdp), ([1; 32], "u".repeat(ufrag)), true, &call_ends(), &device_key(1))
}

#[test]
fn a_description_is_good_for_one_call_one_recipient_and_one_direction() {
    let (ends, offer) = (call_ends(), description(true));
    let (sdp, fingerprint, ufrag) = offer.verify(true, &ends).unwrap();
    assert_eq!((sdp, fingerprint, ufrag), ("v=0\r\ns=-\r\n", &[0xa1; 32], "uf/1"));
    assert!(offer.verify(false, &ends).is_none(), "as an answer");
    assert!(offer.verify(true, &CallEnds { call: MsgId::from_bytes([51; 16]), ..ends }).is_none(), "of another call");
    assert!(offer.verify(true, &CallEnds { to: ends.from, ..ends }).is_none(), "for another device");
    assert!(offer.verify(true, &CallEnds { from: ends.to, ..ends }).is_none(), "of another device");
    let other = Description::create(String::new(), ([1; 32], "u".into()), true, &ends, &device_key(2)).unwrap();
    assert!(other.verify(true, &ends).is_none(), "signed by somebody else");
}

#[test]
fn what_was_signed_cannot_be_exchanged() {
    let Body::CallSignal(CallSignal { call, .. }) = signal(CallStep::Ringing) else { panic!() };
    let whole = signal(CallStep::Offer(description(true))).encode();
    let mut refused = 0;
    for (from, to) in [(&[0xa1_u8; 32][..], &[0xa2_u8; 32][..]), (&b"uf/1"[..], &b"uf/2"[..])] {
        let at = whole.windows(from.len()).position(|window| window == from).unwrap();
        let mut changed = whole.clone();
        changed[at..at + to.len()].copy_from_slice(to);
        let Ok(Body::CallSignal(signal)) = Body::decode(signal(CallStep::Ringing).kind(), &changed) else { panic!() };
        assert_eq!(signal.call, call);
        let CallStep::Offer(offer) = signal.step else { panic!() };
        refused += usize::from(offer.verify(true, &call_ends()).is_none());
    }
    assert_eq!(refused, 2);
}

#[test]
fn where_to_meet_over_iroh_is_good_for_one_call_and_one_recipient() {
    let (ends, overlay) = (call_ends(), overlay());
    let (endpoint, relays) = overlay.verify(&ends).unwrap();
    assert_eq!((endpoint, relays.len()), (TransportId::from_bytes([0xb1; 32]), 2));
    assert!(overlay.verify(&CallEnds { call: MsgId::from_bytes([51; 16]), ..ends }).is_none(), "of another call");
    assert!(overlay.verify(&CallEnds { to: ends.from, ..ends }).is_none(), "for another device");
    assert!(overlay.verify(&CallEnds { from: ends.to, ..ends }).is_none(), "of another device");
    let whole = signal(CallStep::Overlay(overlay)).encode();
    for byte in [0xb1, 0xb2, 0xb3] {
        let at = whole.windows(32).position(|window| window == [byte; 32]).unwrap();
        let mut changed = whole.clone();
        changed[at] ^= 1;
        let Ok(Body::CallSignal(signal)) = Body::decode(signal(CallStep::Ringing).kind(), &changed) else { panic!() };
        let CallStep::Overlay(overlay) = signal.step else { panic!() };
        assert!(overlay.verify(&ends).is_none(), "{byte:x} exchanged");
    }
}

#[test]
fn more_relays_than_a_call_may_name_are_neither_sent_nor_taken() {
    let many = |count| vec![TransportId::from_bytes([1; 32]); count];
    let make = |count| Overlay::create(TransportId::from_bytes([1; 32]), many(count), &call_ends(), &device_key(1));
    let largest = signal(CallStep::Overlay(make(OVERLAY_RELAYS_MAX).unwrap()));
    assert_eq!(Body::decode(largest.kind(), &largest.encode()).unwrap(), largest);
    assert!(make(OVERLAY_RELAYS_MAX + 1).is_err());
    // Field 12, 32 bytes.
    let another = [&[0x62, 32][..], &[1; 32]].concat();
    assert!(Body::decode(largest.kind(), &[largest.encode(), another].concat()).is_err());
}

#[test]
fn a_description_over_a_cap_is_not_made_and_the_largest_fits() {
    assert!(create(SDP_MAX_BYTES + 1, 4).is_err() && create(10, UFRAG_MAX_BYTES + 1).is_err());
    let largest = signal(CallStep::Offer(create(SDP_MAX_BYTES, UFRAG_MAX_BYTES).unwrap()));
    assert!(largest.encode().len() <= BODY_MAX);
    assert_eq!(Body::decode(largest.kind(), &largest.encode()).unwrap(), largest);
}

#[test]
fn what_is_over_a_cap_is_neither_sent_nor_taken() {
    let candidates = |count, bytes| signal(CallStep::Candidates(vec!["c".repeat(bytes); count]));
    let largest = candidates(CANDIDATES_MAX, CANDIDATE_MAX_BYTES);
    assert!(largest.check().is_ok() && Body::decode(largest.kind(), &largest.encode()).is_ok());
    let cases = [
        candidates(CANDIDATES_MAX + 1, 1),
        candidates(1, CANDIDATE_MAX_BYTES + 1),
        Body::Call(Call { video: false, expires_s: Some(u32::MAX) }),
    ];
    for (index, body) in cases.into_iter().enumerate() {
        assert!(body.check().is_err(), "case {index} is sent");
        assert!(Body::decode(body.kind(), &body.encode()).is_err(), "case {index} is taken");
    }
}

#[test]
fn nothing_that_leads_to_anybody_is_printed() {
    let printed = format!("{:?}", signal(CallStep::Offer(description(true))));
    assert!(!printed.contains("v=0") && !printed.contains("uf/1"), "{printed}");
    let printed = format!("{:?}", signal(CallStep::Overlay(overlay())));
    assert!(!printed.contains("b2b2") && !printed.contains("178"), "{printed}");
}

proptest! {
    /// Protobuf: field 2 is the step, field 3 the end.
    #[test]
    fn steps_and_ends_of_newer_builds_are_passed_over(step in 9_u8..127, end in 7_u8..127) {
        let kind = signal(CallStep::Ringing).kind();
        let head = signal(CallStep::Unknown).encode();
        let known = |tail: [u8; 4]| Body::decode(kind, &[head.as_slice(), &tail].concat()).unwrap();
        prop_assert_eq!(known([0x10, step, 0x18, end]), signal(CallStep::Unknown));
        prop_assert_eq!(known([0x10, 3, 0x18, end]), signal(CallStep::End(CallEnd::HungUp)));
    }
}
