//! Comparisons between a writer and a mailbox: what is missing is found, and what is no comparison is refused.

use std::collections::BTreeSet;

use kith_wire::limits::{CHECK_BYTES_MAX, CHECK_ITEMS_MAX, CHECK_ROUNDS_MAX};
use kith_wire::mailbox::{Comparison, check_key, check_name, envelope_hash};
use kith_wire::{DepositId, WireError};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

fn key() -> [u8; 32] {
    check_key(&DepositId::from_bytes([1; 32]), &[2; 32], &[3; 32])
}

fn name(n: u32) -> [u8; 32] {
    check_name(&key(), &envelope_hash(&n.to_be_bytes()))
}

fn names(all: &BTreeSet<u32>) -> Comparison {
    Comparison::new(all.iter().copied().map(name)).unwrap()
}

/// What the writer finds missing, how many frames it sent, and how many bytes went both ways.
fn compared(left: &BTreeSet<u32>, there: &BTreeSet<u32>) -> (BTreeSet<[u8; 32]>, u32, usize) {
    let (writer, mailbox) = (names(left), names(there));
    let (mut missing, mut rounds, mut bytes) = (BTreeSet::new(), 0, 0);
    let mut next = Some(writer.begin().unwrap());
    while let Some(frame) = next {
        let answer = mailbox.answer(&frame).unwrap();
        (rounds, bytes) = (rounds + 1, bytes + frame.len() + answer.len());
        next = writer.go_on(&answer, &mut missing).unwrap();
    }
    (missing, rounds, bytes)
}

#[test]
fn a_full_queue_that_is_still_there_takes_one_round() {
    let all: BTreeSet<u32> = (0..1_000).collect();
    let (missing, rounds, bytes) = compared(&all, &all);
    assert!(missing.is_empty() && rounds == 1 && bytes < 512, "{rounds} rounds, {bytes} bytes");
}

#[test]
fn a_full_queue_that_is_gone_is_found_within_the_rounds() {
    let all: BTreeSet<u32> = (0..u32::try_from(CHECK_ITEMS_MAX).unwrap()).collect();
    for there in [BTreeSet::new(), (0..4_096).step_by(2).collect(), (5_000..9_096).collect()] {
        let (missing, rounds, bytes) = compared(&all, &there);
        assert_eq!(missing, all.difference(&there).copied().map(name).collect());
        assert!(rounds <= CHECK_ROUNDS_MAX, "{rounds} rounds, {bytes} bytes");
    }
}

#[test]
fn names_of_another_queue_or_of_other_halves_are_others() {
    let hash = envelope_hash(b"sealed");
    let named = |queue, writer, mailbox| {
        check_name(&check_key(&DepositId::from_bytes([queue; 32]), &[writer; 32], &[mailbox; 32]), &hash)
    };
    let all = BTreeSet::from([named(1, 2, 3), named(9, 2, 3), named(1, 9, 3), named(1, 2, 9), named(1, 3, 2)]);
    assert_eq!(all.len(), 5);
}

#[test]
fn a_comparison_is_bounded() {
    let many = (0..).map(name).take(CHECK_ITEMS_MAX + 1);
    assert!(matches!(Comparison::new(many), Err(WireError::TooMany { .. })));
    let one = names(&BTreeSet::from([1]));
    let long = vec![0x61; CHECK_BYTES_MAX + 1];
    assert!(matches!(one.answer(&long), Err(WireError::TooLong { .. })));
    assert!(matches!(one.go_on(&long, &mut BTreeSet::new()), Err(WireError::TooLong { .. })));
}

/// A frame of negentropy: ranges that end at a time and a part of an id, with nothing, a fingerprint or ids in them, and
/// counts that need not be true.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let prefix = vec(any::<u8>(), 0..40).prop_map(|id| {
        let mut bytes = vec![u8::try_from(id.len()).unwrap()];
        bytes.extend(id);
        bytes
    });
    let content = prop_oneof![
        Just(vec![0]),
        any::<[u8; 16]>().prop_map(|print| [&[1], print.as_slice()].concat()),
        (0u8..128, vec(any::<[u8; 32]>(), 0..20))
            .prop_map(|(count, ids)| [&[2, count], ids.concat().as_slice()].concat()),
        Just(vec![2, 0xff, 0xff, 0xff, 0xff, 0x7f]),
        (3u8..128).prop_map(|mode| vec![mode]),
    ];
    let time = prop_oneof![Just(vec![0]), Just(vec![1]), vec(128u8.., 1..12), any::<u8>().prop_map(|n| vec![n & 127])];
    let range = (time, prefix, content).prop_map(|(time, prefix, content)| [time, prefix, content].concat());
    vec(range, 0..60).prop_map(|ranges| [vec![0x61], ranges.concat()].concat())
}

proptest! {
    #[test]
    fn what_is_missing_is_found_and_nothing_else(
        left in btree_set(0u32..600, 0..300),
        there in btree_set(0u32..600, 0..300),
    ) {
        let (missing, rounds, _) = compared(&left, &there);
        prop_assert_eq!(missing, left.difference(&there).copied().map(name).collect::<BTreeSet<_>>());
        prop_assert!(rounds <= CHECK_ROUNDS_MAX);
    }

    /// Either side can be sent anything: it is refused, or answered within bounds, and a mailbox that lies makes the writer
    /// miss only what the writer left.
    #[test]
    fn junk_and_hostile_frames_do_no_harm(
        frame in prop_oneof![vec(any::<u8>(), 0..600), hostile()],
        here in btree_set(0u32..2_000, 0..1_000),
    ) {
        let side = names(&here);
        if let Ok(answer) = side.answer(&frame) {
            prop_assert!(answer.len() <= CHECK_BYTES_MAX);
        }
        let mut missing = BTreeSet::new();
        if let Ok(Some(next)) = side.go_on(&frame, &mut missing) {
            prop_assert!(next.len() <= CHECK_BYTES_MAX);
        }
        let mine: BTreeSet<[u8; 32]> = here.iter().copied().map(name).collect();
        prop_assert!(missing.is_subset(&mine));
    }
}
