//! What a writer is told of what it left, and nobody else.

use std::collections::BTreeSet;

use kith_wire::limits::CHECK_BYTES_MAX;
use kith_wire::mailbox::{Comparison, check_key, check_name};

use super::*;

/// As the one who writes to queue 1 and knows its owner's name of it.
struct Writer {
    desk: Desk,
    nonce: [u8; 32],
}

impl Writer {
    fn new(limits: MailboxLimits) -> Self {
        let mut desk = Desk::new(limits, open_to_all());
        for n in [1, 2] {
            desk.create(n, Admission::Open, 1);
        }
        Self { desk, nonce: [7; 32] }
    }

    fn operation(&self, receive: ReceiveId, bytes: &[u8]) -> MailboxOperation {
        MailboxOperation::Check { receive, deposit: names(1).1, nonce: self.nonce, bytes: bytes.to_vec() }
    }

    fn ask(&mut self, bytes: &[u8]) -> MailboxResponse {
        let operation = self.operation(names(1).0, bytes);
        self.desk.ask(&operation, &keys(1).1, 3)
    }

    fn half(&mut self) -> [u8; 32] {
        let MailboxResponse::Compared { nonce, bytes } = self.ask(&[]) else { panic!("not told") };
        assert!(bytes.is_empty());
        nonce
    }

    /// Which of these the mailbox does not have, by their place.
    fn missing(&mut self, left: &[Vec<u8>]) -> Vec<usize> {
        let half = self.half();
        let key = check_key(&names(1).1, &self.nonce, &half);
        let named: Vec<[u8; 32]> = left.iter().map(|envelope| check_name(&key, &envelope_hash(envelope))).collect();
        let comparison = Comparison::new(named.iter().copied()).unwrap();
        let (mut missing, mut next) = (BTreeSet::new(), Some(comparison.begin().unwrap()));
        while let Some(frame) = next {
            let MailboxResponse::Compared { nonce, bytes } = self.ask(&frame) else { panic!("not compared") };
            assert_eq!(nonce, half);
            next = comparison.go_on(&bytes, &mut missing).unwrap();
        }
        (0..left.len()).filter(|at| missing.contains(&named[*at])).collect()
    }
}

fn envelopes(count: u8) -> Vec<Vec<u8>> {
    (0..count).map(|n| vec![n; 9]).collect()
}

#[test]
fn a_writer_is_told_what_is_not_there_any_more() {
    let mut writer = Writer::new(MailboxLimits::default());
    let left = envelopes(120);
    for envelope in &left {
        assert!(matches!(writer.desk.put(1, 99, envelope, 2), MailboxResponse::Stored(_)));
    }
    assert_eq!(writer.missing(&left), Vec::<usize>::new());
    let ack = MailboxOperation::Ack { receive: names(1).0, seqs: (31..=40).collect() };
    assert_eq!(writer.desk.ask(&ack, &keys(1).0, 3), MailboxResponse::Done);
    assert_eq!(writer.missing(&left), (30..40).collect::<Vec<_>>());
}

/// The disk is put back as it was before an envelope came, for which there is a receipt.
#[test]
fn a_store_put_back_from_a_copy_is_noticed() {
    let mut writer = Writer::new(MailboxLimits::default());
    writer.desk.put(1, 99, b"before", 2);
    writer.desk.shelf.store = None;
    let copy = tempfile::tempdir().unwrap();
    let file = |dir: &tempfile::TempDir| dir.path().join("mailbox.redb");
    std::fs::copy(file(&writer.desk.dir), file(&copy)).unwrap();
    writer.desk.reopen();
    let left = [b"before".to_vec(), b"after".to_vec()];
    assert!(matches!(writer.desk.put(1, 99, &left[1], 2), MailboxResponse::Stored(_)));
    assert_eq!(writer.missing(&left), Vec::<usize>::new());
    let half = writer.half();
    writer.desk.shelf.store = None;
    std::fs::copy(file(&copy), file(&writer.desk.dir)).unwrap();
    writer.desk.reopen();
    assert_eq!(writer.missing(&left), [1]);
    assert_ne!(writer.half(), half, "another start, another half of the key");
}

#[test]
fn whoever_does_not_know_both_names_is_told_nothing() {
    let mut writer = Writer::new(MailboxLimits::default());
    writer.desk.put(1, 99, b"sealed", 2);
    for (receive, key) in [
        (names(1).0, keys(1).0),
        (names(1).0, keys(2).1),
        // Who was only told where to write, as everybody is who has an invite.
        (names(2).0, keys(1).1),
        (names(9).0, keys(1).1),
    ] {
        let operation = writer.operation(receive, &[]);
        assert_eq!(writer.desk.ask(&operation, &key, 3), refused(MailboxDenial::NoQueue));
    }
    // Both names are known, but not of one queue.
    let other = MailboxOperation::Check { receive: names(1).0, deposit: names(2).1, nonce: [7; 32], bytes: vec![] };
    assert_eq!(writer.desk.ask(&other, &keys(2).1, 3), refused(MailboxDenial::NoQueue));
}

#[test]
fn a_writer_who_asks_all_the_time_waits() {
    let mut writer = Writer::new(MailboxLimits::default());
    let answered = (0..100).filter(|_| matches!(writer.ask(&[]), MailboxResponse::Compared { .. })).count();
    assert_eq!(answered, 34, "two comparisons of sixteen frames and the question before each");
    assert_eq!(writer.ask(&[]), refused(MailboxDenial::Limited));
    let other = MailboxOperation::Check { receive: names(2).0, deposit: names(2).1, nonce: [7; 32], bytes: vec![] };
    assert!(matches!(writer.desk.ask(&other, &keys(2).1, 3), MailboxResponse::Compared { .. }));
}

#[test]
fn a_queue_with_too_much_in_it_is_not_compared() {
    let limits = MailboxLimits { queue_envelopes: 5_000, deposit_burst: 5_000, ..MailboxLimits::default() };
    let mut writer = Writer::new(limits);
    let puts = (0..4_097u32).map(|n| {
        let put = MailboxOperation::Put { deposit: names(1).1, until_ms: 99, envelope: n.to_be_bytes().to_vec() };
        Ok(put)
    });
    writer.desk.keeper.answer_all(&mut writer.desk.shelf, puts.collect(), 2);
    assert_eq!(writer.desk.totals().1, 4_097);
    writer.half();
    assert_eq!(writer.ask(&[0x61]), refused(MailboxDenial::NotServed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever a writer sends, the answer is a refusal or a frame within bounds, and the queue is as it was.
    #[test]
    fn hostile_frames_are_answered_within_bounds(
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..20),
        compared in any::<bool>(),
        held in 0u8..100,
    ) {
        let mut writer = Writer::new(MailboxLimits::default());
        for envelope in envelopes(held) {
            writer.desk.put(1, 99, &envelope, 2);
        }
        let before = writer.desk.totals();
        for mut frame in frames {
            if compared {
                frame.insert(0, 0x61);
            }
            let response = writer.ask(&frame);
            if let MailboxResponse::Compared { bytes, .. } = &response {
                prop_assert!(bytes.len() <= CHECK_BYTES_MAX);
            } else {
                prop_assert_eq!(response, refused(MailboxDenial::NotServed));
            }
        }
        prop_assert_eq!(writer.desk.totals(), before);
        prop_assert_eq!(writer.missing(&envelopes(held)), Vec::<usize>::new());
    }
}
