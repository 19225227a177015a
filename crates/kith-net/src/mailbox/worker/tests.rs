mod check;

use super::*;
use kith_wire::limits::{CLOCK_SKEW_MAX_MS, MAIL_TTL_MAX_MS};
use kith_wire::mailbox::{envelope_hash, find_work};
use kith_wire::{Admission, Mail, MailboxRequest, ReceiveId};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use zeroize::Zeroizing;

use crate::mailbox::ENVELOPE_OVERHEAD;

const DAY_MS: u64 = 24 * 3_600 * 1_000;
const CLIENT: TransportId = TransportId::from_bytes([9; 32]);

fn keys(n: u8) -> (SigningKey, SigningKey) {
    (SigningKey::from_seed(&[n; 32]), SigningKey::from_seed(&[n | 0x80; 32]))
}

fn names(n: u8) -> (ReceiveId, DepositId) {
    let (receive, deposit) = keys(n);
    (receive.public().into(), deposit.public().into())
}

fn open_to_all() -> AdmissionRules {
    AdmissionRules { open: true, ..AdmissionRules::default() }
}

/// A mailbox without its thread, so that the time is ours.
struct Desk {
    keeper: Keeper,
    shelf: Shelf,
    dir: tempfile::TempDir,
    limits: MailboxLimits,
    admission: AdmissionRules,
}

impl Desk {
    fn new(limits: MailboxLimits, admission: AdmissionRules) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (keeper, shelf) = Self::parts(&dir, &limits, &admission);
        Self { keeper, shelf, dir, limits, admission }
    }

    fn parts(dir: &tempfile::TempDir, limits: &MailboxLimits, admission: &AdmissionRules) -> (Keeper, Shelf) {
        let key = SigningKey::from_seed(&[0xee; 32]);
        let keeper = Keeper::new(key, admission, limits.clone(), MailboxStats::default());
        let grants = admission.grants.clone();
        let store = Some(open(dir.path(), limits, &grants).unwrap());
        let path = dir.path().to_owned();
        (keeper, Shelf { dir: path, limits: limits.clone(), grants, store, retry_at: Instant::now() })
    }

    fn reopen(&mut self) {
        self.shelf.store = None;
        (self.keeper, self.shelf) = Self::parts(&self.dir, &self.limits, &self.admission);
    }

    fn ask(&mut self, operation: &MailboxOperation, key: &SigningKey, now_ms: u64) -> MailboxResponse {
        let frame = MailboxFrame(MailboxRequest::encode(operation, key, &self.keeper.me, &CLIENT));
        let checked = self.keeper.checked(&frame, &CLIENT);
        self.keeper.answer_all(&mut self.shelf, vec![checked], now_ms).pop().unwrap()
    }

    fn create(&mut self, n: u8, admission: Admission, now_ms: u64) -> MailboxResponse {
        let (receive, deposit) = names(n);
        self.ask(&MailboxOperation::New { receive, deposit, admission }, &keys(n).0, now_ms)
    }

    fn put(&mut self, n: u8, until_ms: u64, envelope: &[u8], now_ms: u64) -> MailboxResponse {
        let operation = MailboxOperation::Put { deposit: names(n).1, until_ms, envelope: envelope.to_vec() };
        self.ask(&operation, &keys(n).1, now_ms)
    }

    fn fetch(&mut self, n: u8, now_ms: u64) -> MailboxResponse {
        self.ask(&MailboxOperation::Fetch { receive: names(n).0, after: 0 }, &keys(n).0, now_ms)
    }

    fn totals(&self) -> (u64, u64, u64) {
        let totals = self.shelf.store.as_ref().unwrap().totals();
        (totals.queues, totals.envelopes, totals.bytes)
    }
}

fn refused(denial: MailboxDenial) -> MailboxResponse {
    MailboxResponse::Denied(denial)
}

#[test]
fn only_the_keys_of_a_queue_open_it() {
    let mut desk = Desk::new(MailboxLimits::default(), open_to_all());
    let ((receive, deposit), (owner, writer), (stranger, _)) = (names(1), keys(1), keys(2));
    assert!(matches!(desk.create(1, Admission::Open, 1), MailboxResponse::Created { .. }));
    assert!(matches!(desk.put(1, 99, b"sealed", 2), MailboxResponse::Stored(_)));
    let new = MailboxOperation::New { receive, deposit, admission: Admission::Open };
    let put = MailboxOperation::Put { deposit, until_ms: 99, envelope: vec![1] };
    let fetch = MailboxOperation::Fetch { receive, after: 0 };
    let ack = MailboxOperation::Ack { receive, seqs: vec![1] };
    let close = MailboxOperation::Drop { receive };
    for (operation, wrong) in [(&new, &writer), (&put, &owner), (&fetch, &writer), (&ack, &writer), (&close, &writer)] {
        for key in [wrong, &stranger] {
            assert_eq!(desk.ask(operation, key, 3), refused(MailboxDenial::NoQueue), "{operation:?}");
        }
    }
    // A good request, at another mailbox or on another's connection.
    for (mailbox, client) in [(CLIENT, CLIENT), (desk.keeper.me, desk.keeper.me)] {
        let frame = MailboxFrame(MailboxRequest::encode(&close, &owner, &mailbox, &client));
        assert_eq!(desk.keeper.checked(&frame, &CLIENT), Err(MailboxDenial::NoQueue));
    }
    assert_eq!(desk.keeper.checked(&MailboxFrame(vec![7; 99]), &CLIENT), Err(MailboxDenial::NotServed));
    let mail = vec![Mail { seq: 1, envelope: b"sealed".to_vec() }];
    assert_eq!(desk.fetch(1, 3), MailboxResponse::Mail { mail, more: false });
    assert_eq!(desk.fetch(2, 3), refused(MailboxDenial::NoQueue));
}

#[test]
fn a_receipt_is_about_what_was_stored_where() {
    let mut desk = Desk::new(MailboxLimits::default(), open_to_all());
    desk.create(1, Admission::Open, 1);
    let MailboxResponse::Stored(receipt) = desk.put(1, 99, b"sealed", 2) else { panic!("not stored") };
    let (mailbox, deposit) = (desk.keeper.me, names(1).1);
    assert_eq!((receipt.stored_at_ms, receipt.until_ms), (2, 99));
    assert!(receipt.verify(&mailbox, &deposit, b"sealed"));
    assert!(!receipt.verify(&mailbox, &deposit, b"seal"));
    assert!(!receipt.verify(&mailbox, &names(2).1, b"sealed") && !receipt.verify(&CLIENT, &deposit, b"sealed"));
}

#[test]
fn a_queue_needs_a_reason_once() {
    let rules = AdmissionRules { open: false, tokens: vec![[5; 32]], work_bits: 6, grants: vec![] };
    let mut desk = Desk::new(MailboxLimits::default(), rules);
    assert_eq!(desk.create(1, Admission::Open, 1), refused(MailboxDenial::Admission { work_bits: 6 }));
    assert_eq!(desk.create(1, Admission::Token([6; 32]), 1), refused(MailboxDenial::Admission { work_bits: 6 }));
    assert!(matches!(desk.create(1, Admission::Token([5; 32]), 1), MailboxResponse::Created { .. }));
    assert!(matches!(desk.create(1, Admission::Open, 1), MailboxResponse::Created { .. }), "it is there");
    let nonce = find_work(&desk.keeper.me, &names(2).0, 6, || false).unwrap();
    assert!(matches!(desk.create(2, Admission::Work(nonce), 1), MailboxResponse::Created { .. }));
    let (receive, deposit) = (names(1).0, names(2).1);
    let mixed = MailboxOperation::New { receive, deposit, admission: Admission::Token([5; 32]) };
    assert_eq!(desk.ask(&mixed, &keys(1).0, 1), refused(MailboxDenial::NoQueue));
    assert_eq!(desk.totals().0, 2);
}

#[test]
fn one_writer_does_not_flood_its_queue() {
    let mut desk = Desk::new(MailboxLimits { deposit_burst: 3, ..MailboxLimits::default() }, open_to_all());
    desk.create(1, Admission::Open, 1);
    desk.create(2, Admission::Open, 1);
    for n in 0..3 {
        assert!(matches!(desk.put(1, 99, &[n], 2), MailboxResponse::Stored(_)));
    }
    assert_eq!(desk.put(1, 99, &[3], 2), refused(MailboxDenial::Limited));
    assert!(matches!(desk.put(2, 99, &[3], 2), MailboxResponse::Stored(_)));
}

#[test]
fn the_thread_answers_every_ticket_and_sweeps() {
    let dir = tempfile::tempdir().unwrap();
    let config =
        MailboxConfig { dir: dir.path().to_owned(), admission: open_to_all(), limits: MailboxLimits::default() };
    let key = SigningKey::generate();
    let me = TransportId::from_bytes(key.public().to_bytes());
    let (worker, mut answers) = Worker::start(config, key, MailboxStats::default()).unwrap();
    let (receive, deposit) = names(1);
    let new = MailboxOperation::New { receive, deposit, admission: Admission::Open };
    let frame = |operation: &MailboxOperation, key: &SigningKey| {
        MailboxFrame(MailboxRequest::encode(operation, key, &me, &CLIENT))
    };
    assert_eq!(worker.submit(0u8, frame(&new, &keys(1).0), CLIENT), Ok(()));
    for ticket in 1..=100u8 {
        let put = MailboxOperation::Put { deposit, until_ms: now_ms() + DAY_MS, envelope: vec![ticket] };
        assert_eq!(worker.submit(ticket, frame(&put, &keys(1).1), CLIENT), Ok(()));
    }
    for ticket in 0..=100 {
        let (found, response) = answers.blocking_recv().unwrap();
        assert_eq!((found, outcome(&response)), (ticket, "done"));
    }
    drop(worker);
    assert!(answers.blocking_recv().is_none());
}

/// What a killed process promised.
fn promise(line: &str) -> Option<u64> {
    line.strip_prefix("receipt ")?.parse().ok()
}

fn envelope(n: u64) -> Vec<u8> {
    n.to_be_bytes().repeat(1 + usize::try_from(n % 700).unwrap())
}

/// Puts envelopes until it is killed, and prints a line for each receipt.
fn put_for_ever(config: MailboxConfig, from: u64) {
    let key = SigningKey::from_seed(&[0xee; 32]);
    let me = TransportId::from_bytes(key.public().to_bytes());
    let (worker, mut answers) = Worker::start(config, key, MailboxStats::default()).unwrap();
    let ((receive, deposit), (owner, writer)) = (names(1), keys(1));
    let new = MailboxOperation::New { receive, deposit, admission: Admission::Open };
    let frame = MailboxFrame(MailboxRequest::encode(&new, &owner, &me, &CLIENT));
    assert_eq!(worker.submit(0, frame, CLIENT), Ok(()));
    let mut next = from;
    while let Some((n, response)) = answers.blocking_recv() {
        if n == 0 {
            assert_eq!(outcome(&response), "done");
        } else {
            // Whoever waits for receipts waits no longer when this process ends.
            let MailboxResponse::Stored(receipt) = response else { panic!("{response:?}") };
            assert!(receipt.verify(&me, &deposit, &envelope(n)));
            println!("receipt {n}");
        }
        while next < from + 1_000_000 {
            let put = MailboxOperation::Put { deposit, until_ms: now_ms() + DAY_MS, envelope: envelope(next) };
            let frame = MailboxFrame(MailboxRequest::encode(&put, &writer, &me, &CLIENT));
            if worker.submit(next, frame, CLIENT).is_err() {
                break;
            }
            next += 1;
        }
    }
}

#[test]
fn every_receipt_of_a_killed_process_is_kept() {
    const NAME: &str = "mailbox::worker::tests::every_receipt_of_a_killed_process_is_kept";
    let roomy = |dir| MailboxConfig {
        dir,
        admission: open_to_all(),
        limits: MailboxLimits {
            queue_bytes: 1 << 30,
            queue_envelopes: 1_000_000,
            deposit_burst: 1_000_000,
            ..MailboxLimits::default()
        },
    };
    if let (Ok(dir), Ok(from)) = (std::env::var("KITH_TEST_CRASH_DIR"), std::env::var("KITH_TEST_CRASH_FROM")) {
        put_for_ever(roomy(dir.into()), from.parse().unwrap());
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut promised = Vec::new();
    for (round, lines) in [150usize, 1, 400, 33].into_iter().enumerate() {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env("KITH_TEST_CRASH_DIR", dir.path())
            .env("KITH_TEST_CRASH_FROM", (round * 10_000_000 + 1).to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        promised.extend(output.by_ref().filter_map(|line| promise(&line)).take(lines));
        child.kill().unwrap();
        // What was printed before the kill was promised too.
        promised.extend(output.filter_map(|line| promise(&line)));
        child.wait().unwrap();

        let mut store = Store::open(dir.path(), roomy(dir.path().to_owned()).limits).unwrap();
        let (mut kept, mut after) = (std::collections::HashSet::new(), 0);
        loop {
            let (mail, more) = store.batch(|batch| batch.fetch(&names(1).0, after, 1)).unwrap().0.unwrap();
            after = mail.last().map_or(after, |mail| mail.seq);
            kept.extend(mail.iter().map(|mail| envelope_hash(&mail.envelope)));
            if !more {
                break;
            }
        }
        for n in &promised {
            assert!(kept.contains(&envelope_hash(&envelope(*n))), "{n} of {} is lost", promised.len());
        }
    }
    assert!(promised.len() >= 584);
}

#[derive(Debug, Clone)]
enum Step {
    New(u8),
    Put { queue: u8, content: u8, len: usize, for_ms: i64 },
    Fetch(u8),
    Ack(u8, Vec<u64>),
    Drop(u8),
    Stranger(u8, u8),
    Pass(u64),
    Sweep,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let days = |n: i64| n * i64::try_from(DAY_MS).unwrap();
    let put = (0u8..5, 0u8..6, 0usize..3, -1i64..32).prop_map(move |(queue, content, len, n)| Step::Put {
        queue,
        content,
        len: len * 350,
        for_ms: days(n),
    });
    prop_oneof![
        3 => (0u8..5).prop_map(Step::New),
        14 => put,
        3 => (0u8..5).prop_map(Step::Fetch),
        2 => (0u8..5, prop::collection::vec(1u64..9, 0..4)).prop_map(|(queue, seqs)| Step::Ack(queue, seqs)),
        1 => (0u8..5).prop_map(Step::Drop),
        1 => (0u8..5, 0u8..5).prop_map(|(queue, what)| Step::Stranger(queue, what)),
        2 => (1u64..9).prop_map(|days| Step::Pass(days * DAY_MS)),
        1 => Just(Step::Pass(61 * DAY_MS)),
        2 => Just(Step::Sweep),
        1 => Just(Step::Reopen),
    ]
}

#[derive(Debug, Default)]
struct ModelQueue {
    seen_ms: u64,
    next_seq: u64,
    /// Number → envelope, stored at, until.
    mail: BTreeMap<u64, (Vec<u8>, u64, u64)>,
}

/// What the mailbox should hold, in the simplest words; who has to make room it learns by looking.
#[derive(Debug, Default)]
struct Model {
    now_ms: u64,
    queues: BTreeMap<u8, ModelQueue>,
}

fn cost(envelope: &[u8]) -> u64 {
    u64::try_from(envelope.len()).unwrap() + ENVELOPE_OVERHEAD
}

impl ModelQueue {
    fn bytes(&self) -> u64 {
        self.mail.values().map(|(envelope, ..)| cost(envelope)).sum()
    }

    fn live(&self, now_ms: u64) -> Vec<Mail> {
        let live = self.mail.iter().filter(|(_, (_, _, until))| *until > now_ms);
        live.map(|(seq, (envelope, ..))| Mail { seq: *seq, envelope: envelope.clone() }).collect()
    }
}

impl Model {
    fn bytes(&self) -> u64 {
        self.queues.values().map(ModelQueue::bytes).sum()
    }

    fn seen(&mut self, n: u8) -> Option<&mut ModelQueue> {
        let now = self.now_ms;
        let queue = self.queues.get_mut(&n)?;
        if now - queue.seen_ms >= DAY_MS {
            queue.seen_ms = now;
        }
        Some(queue)
    }

    fn put(&mut self, desk: &mut Desk, n: u8, envelope: Vec<u8>, until_ms: u64) {
        let (now, limits) = (self.now_ms, desk.limits.clone());
        let (all, evicted, fair) =
            (self.bytes(), desk.keeper.stats.evicted(), limits.bytes / self.queues.len().max(1) as u64);
        let response = desk.put(n, until_ms, &envelope, now);
        let Some(queue) = self.queues.get_mut(&n) else {
            return assert_eq!(response, refused(MailboxDenial::NoQueue));
        };
        if until_ms <= now || until_ms > now + MAIL_TTL_MAX_MS + CLOCK_SKEW_MAX_MS {
            return assert_eq!(response, refused(MailboxDenial::BadExpiry));
        }
        // Of an envelope that is there only the first copy counts, unless it has expired.
        let same = queue
            .mail
            .iter()
            .find(|(_, (have, ..))| *have == envelope)
            .map(|(seq, (_, at, until))| (*seq, *at, *until));
        match same {
            Some((_, stored, until)) if until > now => {
                let MailboxResponse::Stored(receipt) = response else { panic!("{response:?}") };
                return assert_eq!((receipt.stored_at_ms, receipt.until_ms), (stored, until));
            }
            Some((seq, ..)) => drop(queue.mail.remove(&seq)),
            None => {}
        }
        let (would_hold, all) = (queue.bytes() + cost(&envelope), all.min(self.bytes()) + cost(&envelope));
        let queue = self.queues.get_mut(&n).unwrap();
        let full =
            would_hold > limits.queue_bytes || queue.mail.len() >= usize::try_from(limits.queue_envelopes).unwrap();
        match &response {
            MailboxResponse::Stored(receipt) => {
                assert!(!full);
                assert_eq!(receipt.stored_at_ms, now);
                assert_eq!(receipt.until_ms, until_ms.min(now + limits.kept_ms()));
                queue.mail.insert(queue.next_seq, (envelope, now, receipt.until_ms));
                queue.next_seq += 1;
                let gone = self.missing(desk);
                assert_eq!(gone, desk.keeper.stats.evicted() - evicted);
                assert!(gone == 0 || all > limits.bytes, "evicted though there was room");
            }
            MailboxResponse::Denied(MailboxDenial::QueueFull) => assert!(full),
            MailboxResponse::Denied(MailboxDenial::Full) => {
                assert!(!full && all > limits.bytes && would_hold > fair, "a queue within its share gets in");
            }
            MailboxResponse::Created { .. }
            | MailboxResponse::Mail { .. }
            | MailboxResponse::Done
            | MailboxResponse::Compared { .. }
            | MailboxResponse::Denied(_) => panic!("{response:?}"),
        }
    }

    /// Strikes out what the mailbox no longer has, and says how much.
    fn missing(&mut self, desk: &mut Desk) -> u64 {
        let mut gone = 0;
        for (n, queue) in &mut self.queues {
            // A fetch at the beginning of time shows what has expired too, and is no visit of the owner.
            let MailboxResponse::Mail { mail, .. } = desk.fetch(*n, 0) else { panic!("no queue {n}") };
            let before = queue.mail.len();
            queue.mail.retain(|seq, _| mail.iter().any(|mail| mail.seq == *seq));
            gone += before - queue.mail.len();
            assert_eq!(mail.len(), queue.mail.len(), "something nobody put is in queue {n}");
        }
        u64::try_from(gone).unwrap()
    }

    fn take(&mut self, desk: &mut Desk, step: Step) {
        let now = self.now_ms;
        let no_queue = refused(MailboxDenial::NoQueue);
        match step {
            Step::New(n) => {
                let response = desk.create(n, Admission::Open, now);
                let full = self.queues.len() as u64 >= desk.limits.queues;
                match self.seen(n) {
                    None if full => assert_eq!(response, refused(MailboxDenial::Full)),
                    None => {
                        assert!(matches!(response, MailboxResponse::Created { .. }));
                        self.queues.insert(n, ModelQueue { seen_ms: now, next_seq: 1, mail: BTreeMap::new() });
                    }
                    Some(_) => assert!(matches!(response, MailboxResponse::Created { .. })),
                }
            }
            Step::Put { queue, content, len, for_ms } => {
                self.put(desk, queue, vec![content; len + 1], now.saturating_add_signed(for_ms));
            }
            Step::Fetch(n) => {
                let expected = match self.seen(n) {
                    Some(queue) => MailboxResponse::Mail { mail: queue.live(now), more: false },
                    None => no_queue,
                };
                assert_eq!(desk.fetch(n, now), expected);
            }
            Step::Ack(n, seqs) => {
                let ack = MailboxOperation::Ack { receive: names(n).0, seqs: seqs.clone() };
                let response = desk.ask(&ack, &keys(n).0, now);
                let Some(queue) = self.seen(n) else { return assert_eq!(response, no_queue) };
                assert_eq!(response, MailboxResponse::Done);
                queue.mail.retain(|seq, _| !seqs.contains(seq));
            }
            Step::Drop(n) => {
                let response = desk.ask(&MailboxOperation::Drop { receive: names(n).0 }, &keys(n).0, now);
                let expected = self.queues.remove(&n).map_or(no_queue, |_| MailboxResponse::Done);
                assert_eq!(response, expected);
            }
            Step::Stranger(n, what) => {
                let receive = names(n).0;
                let operation = match what {
                    0 => MailboxOperation::Fetch { receive, after: 0 },
                    1 => MailboxOperation::Ack { receive, seqs: (1..9).collect() },
                    2 => MailboxOperation::Drop { receive },
                    3 => MailboxOperation::New { receive, deposit: names(n).1, admission: Admission::Open },
                    _ => MailboxOperation::Put { deposit: names(n).1, until_ms: now + 9, envelope: vec![1] },
                };
                assert_eq!(desk.ask(&operation, &keys(77).0, now), no_queue);
            }
            Step::Pass(ms) => self.now_ms += ms,
            Step::Sweep => {
                assert!(!desk.keeper.sweep(&mut desk.shelf, now));
                let idle_ms = desk.limits.idle_ms;
                self.queues.retain(|_, queue| queue.seen_ms > now.saturating_sub(idle_ms));
                for queue in self.queues.values_mut() {
                    queue.mail.retain(|_, (.., until)| *until > now);
                }
            }
            Step::Reopen => desk.reopen(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// I11: whatever is asked in whatever order, quotas hold, what expired is gone, strangers get nothing, and nothing
    /// that has a receipt is lost but by its owner, its date, or to make room.
    #[test]
    fn a_mailbox_keeps_what_it_signed_for(steps in prop::collection::vec(step(), 1..70)) {
        let limits = MailboxLimits {
            bytes: 6_000,
            queues: 4,
            queue_bytes: 4_000,
            queue_envelopes: 5,
            deposit_burst: 1_000_000,
            ..MailboxLimits::default()
        };
        let mut desk = Desk::new(limits.clone(), open_to_all());
        let mut model = Model { now_ms: 100 * DAY_MS, ..Model::default() };
        for step in steps {
            model.take(&mut desk, step);
            prop_assert_eq!(model.missing(&mut desk), 0);
            let envelopes: usize = model.queues.values().map(|queue| queue.mail.len()).sum();
            prop_assert_eq!(desk.totals(), (model.queues.len() as u64, envelopes as u64, model.bytes()));
            prop_assert!(model.bytes() <= limits.bytes);
            prop_assert!(model.queues.values().all(|queue| queue.bytes() <= limits.queue_bytes));
            prop_assert!(model.queues.values().all(|queue| queue.mail.len() <= 5));
        }
    }
}

fn grants(all: &[(u8, u64)]) -> AdmissionRules {
    let grant = |(token, bytes): &(u8, u64)| Grant { token: Zeroizing::new([*token; 32]), bytes: *bytes, queues: 2 };
    AdmissionRules { grants: all.iter().map(grant).collect(), ..AdmissionRules::default() }
}

#[test]
fn whoever_holds_a_token_has_so_much_room_and_no_more() {
    let mut desk = Desk::new(MailboxLimits::contact(), grants(&[(0xa5, 1_500), (0xa6, 10_000)]));
    let token = |n: u8| Admission::Token([n; 32]);
    let created = |response| matches!(response, MailboxResponse::Created { .. });
    let stored = |response| matches!(response, MailboxResponse::Stored(_));
    assert!(created(desk.create(1, token(0xa5), 1)) && created(desk.create(2, token(0xa5), 1)));
    assert_eq!(desk.create(3, token(0xa5), 1), refused(MailboxDenial::Full), "two queues each");
    assert!(created(desk.create(3, token(0xa6), 1)));
    assert_eq!(desk.create(4, token(0xa7), 1), refused(MailboxDenial::Admission { work_bits: 0 }));
    // 612 bytes each, and two queues of one holder share.
    assert!(stored(desk.put(1, 99, &[1; 100], 1)) && stored(desk.put(2, 99, &[2; 100], 1)));
    assert_eq!(desk.put(2, 99, &[3; 100], 1), refused(MailboxDenial::QueueFull));
    assert!(stored(desk.put(2, 99, &[2; 100], 1)), "it is there already");
    assert!(stored(desk.put(3, 99, &[3; 100], 1)), "another holder has room");
    desk.reopen();
    assert_eq!(desk.put(2, 99, &[3; 100], 1), refused(MailboxDenial::QueueFull), "what is used is known after a start");
    let ack = MailboxOperation::Ack { receive: names(1).0, seqs: vec![1] };
    assert_eq!(desk.ask(&ack, &keys(1).0, 1), MailboxResponse::Done);
    assert!(stored(desk.put(2, 99, &[3; 100], 1)));
    assert_eq!(desk.put(2, 99, &[4; 100], 1), refused(MailboxDenial::QueueFull));
    desk.keeper.sweep(&mut desk.shelf, 200);
    assert!(stored(desk.put(2, 299, &[4; 100], 200)), "what expired makes room");
    assert_eq!(desk.ask(&MailboxOperation::Drop { receive: names(1).0 }, &keys(1).0, 200), MailboxResponse::Done);
    assert!(created(desk.create(4, token(0xa5), 200)), "so does a closed queue");
}

#[test]
fn what_a_token_opened_goes_with_it() {
    let mut desk = Desk::new(MailboxLimits::contact(), grants(&[(0xa5, 9_000), (0xa6, 9_000)]));
    for (n, token) in [(1, 0xa5), (2, 0xa5), (3, 0xa6)] {
        desk.create(n, Admission::Token([token; 32]), 1);
        assert!(matches!(desk.put(n, 9_999, &[n; 100], 1), MailboxResponse::Stored(_)));
    }
    let rules = |admission| Some(Box::new(MailboxRules { admission, limits: MailboxLimits::contact() }));
    let kept = desk.keeper.obey(&mut desk.shelf, rules(grants(&[(0xa6, 9_000)]))).unwrap();
    assert_eq!((kept.queues, kept.envelopes, kept.bytes, kept.oldest_until_ms), (1, 1, 612, Some(9_999)));
    assert_eq!(desk.fetch(1, 2), refused(MailboxDenial::NoQueue));
    assert!(matches!(desk.fetch(3, 2), MailboxResponse::Mail { .. }));
    desk.shelf.store = None;
    let file = std::fs::read(desk.dir.path().join("mailbox.redb")).unwrap();
    assert!(!file.windows(8).any(|part| part == [0xa5; 8] || part == [0xa6; 8]), "no token is on the disk");
}

#[test]
fn a_full_mailbox_throws_nothing_of_a_holder_away() {
    let limits = MailboxLimits { bytes: 2_000, ..MailboxLimits::contact() };
    let mut desk = Desk::new(limits, grants(&[(0xa5, 9_000), (0xa6, 9_000)]));
    for (n, token) in [(1, 0xa5), (2, 0xa6)] {
        desk.create(n, Admission::Token([token; 32]), 1);
    }
    for n in 0..3 {
        assert!(matches!(desk.put(1, 99, &[n; 100], 1), MailboxResponse::Stored(_)));
    }
    assert_eq!(desk.put(2, 99, &[9; 100], 1), refused(MailboxDenial::Full));
    assert_eq!(desk.totals(), (2, 3, 1_836));
}
