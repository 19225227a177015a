use super::*;
use std::collections::{HashMap, HashSet};
use std::path::Path;

const DAY_MS: u64 = TOUCH_EVERY_MS;
const LIMITS: MailboxLimits = MailboxLimits {
    bytes: 1 << 20,
    queues: 100,
    queue_bytes: 1 << 20,
    queue_envelopes: 1_000,
    ttl_ms: 14 * DAY_MS,
    idle_ms: 60 * DAY_MS,
    prefix_burst: 1,
    prefix_interval_ms: 1,
    total_burst: 1,
    total_interval_us: 1,
    deposit_burst: 1,
    deposit_interval_ms: 1,
};

fn receive(n: u8) -> ReceiveId {
    ReceiveId::from_bytes([n; 32])
}

fn deposit(n: u8) -> DepositId {
    DepositId::from_bytes([n | 0x80; 32])
}

fn open(dir: &tempfile::TempDir, limits: MailboxLimits) -> Store {
    Store::open(dir.path(), limits).unwrap()
}

/// A store with these queues.
fn with_queues(dir: &tempfile::TempDir, limits: MailboxLimits, queues: &[u8]) -> Store {
    let mut store = open(dir, limits);
    for n in queues {
        assert!(store.batch(|batch| batch.create(&receive(*n), &deposit(*n), 1)).unwrap().0);
    }
    store
}

fn put(store: &mut Store, n: u8, until_ms: u64, envelope: &[u8], now_ms: u64) -> Result<Kept, Refusal> {
    let work = |batch: &mut Batch<'_, '_>| {
        let queue = batch.queue_of(&deposit(n))?.unwrap();
        batch.put(queue, until_ms, envelope, now_ms)
    };
    store.batch(work).unwrap().0
}

fn fetch(store: &mut Store, n: u8, after: u64, now_ms: u64) -> (Vec<Mail>, bool) {
    store.batch(|batch| batch.fetch(&receive(n), after, now_ms)).unwrap().0.unwrap()
}

fn held(store: &mut Store, n: u8) -> Vec<u8> {
    let (mail, more) = fetch(store, n, 0, 2);
    assert!(!more);
    mail.iter().map(|mail| *mail.envelope.first().unwrap()).collect()
}

#[test]
fn an_envelope_is_kept_once_and_its_number_is_never_used_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = with_queues(&dir, LIMITS, &[1, 2]);
    let first = put(&mut store, 1, 9_000, b"one", 2).unwrap();
    assert_eq!(put(&mut store, 1, 5_000, b"one", 3).unwrap(), first);
    put(&mut store, 2, 9_000, b"one", 3).unwrap();
    assert_eq!(store.totals().envelopes, 2);
    assert!(store.batch(|batch| batch.ack(&receive(1), &[1, 77], 4)).unwrap().0);
    drop(store);
    let mut store = open(&dir, LIMITS);
    assert_eq!(store.totals(), Totals { queues: 2, envelopes: 1, bytes: 3 + ENVELOPE_OVERHEAD });
    put(&mut store, 1, 9_000, b"one", 5).unwrap();
    assert_eq!(fetch(&mut store, 1, 0, 6).0, [Mail { seq: 2, envelope: b"one".to_vec() }]);
    assert_eq!(fetch(&mut store, 1, 2, 6), (vec![], false));
    assert_eq!(fetch(&mut store, 1, u64::MAX, 6), (vec![], false));
}

#[test]
fn pages_are_bounded_in_number_and_in_bytes_and_miss_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let limits = MailboxLimits { bytes: 64 << 20, queue_bytes: 64 << 20, ..LIMITS };
    let mut store = with_queues(&dir, limits, &[1, 2]);
    let work = |batch: &mut Batch<'_, '_>| {
        let (small, large) = (batch.queue_of(&deposit(1))?.unwrap(), batch.queue_of(&deposit(2))?.unwrap());
        for n in 0..600u32 {
            batch.put(small, 9_000, &n.to_be_bytes(), 2)?.unwrap();
        }
        for n in 0..10u8 {
            batch.put(large, 9_000, &[n; 60_000], 2)?.unwrap();
        }
        Ok(())
    };
    store.batch(work).unwrap();
    let mut sizes = Vec::new();
    for n in [1, 2] {
        let mut after = 0;
        loop {
            let (mail, more) = fetch(&mut store, n, after, 3);
            assert!(mail.iter().all(|mail| mail.seq > after));
            after = mail.last().unwrap().seq;
            sizes.push(mail.len());
            if !more {
                break;
            }
        }
    }
    assert_eq!(sizes, [256, 256, 88, 4, 4, 2]);
}

#[test]
fn dates_are_checked_and_cut_to_what_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = with_queues(&dir, LIMITS, &[1]);
    let now = 100 * DAY_MS;
    let put = |store: &mut Store, until| put(store, 1, until, &until.to_be_bytes(), now);
    assert_eq!(put(&mut store, now), Err(Refusal::BadExpiry));
    assert_eq!(put(&mut store, u64::MAX), Err(Refusal::BadExpiry));
    assert_eq!(put(&mut store, now + 1).unwrap().until_ms, now + 1);
    assert_eq!(put(&mut store, now + 30 * DAY_MS).unwrap().until_ms, now + 14 * DAY_MS);
    let long = MailboxLimits { ttl_ms: 400 * DAY_MS, ..LIMITS };
    assert_eq!(long.kept_ms(), MAIL_TTL_MAX_MS);
}

#[test]
fn what_has_expired_is_gone_before_it_is_swept_and_counted_out_after() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = with_queues(&dir, LIMITS, &[1]);
    put(&mut store, 1, 100, b"short", 2).unwrap();
    put(&mut store, 1, 200, b"long", 2).unwrap();
    assert_eq!(fetch(&mut store, 1, 0, 99).0.len(), 2);
    assert_eq!(fetch(&mut store, 1, 0, 100).0, [Mail { seq: 2, envelope: b"long".to_vec() }]);
    let again = put(&mut store, 1, 300, b"short", 150).unwrap();
    assert_eq!((again.stored_at_ms, again.until_ms), (150, 300));
    assert_eq!(store.totals().envelopes, 2);
    let (more, gone) = store.batch(|batch| batch.expire(250, 1)).unwrap();
    assert_eq!((more, gone.expired), (true, 1));
    let (more, gone) = store.batch(|batch| batch.expire(250, 10)).unwrap();
    assert_eq!((more, gone.expired, store.totals().envelopes), (false, 0, 1));
}

#[test]
fn a_queue_is_dropped_when_its_owner_stays_away_and_not_because_nobody_writes() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = with_queues(&dir, LIMITS, &[1, 2]);
    put(&mut store, 1, 9_000, b"x", 2).unwrap();
    fetch(&mut store, 2, 0, 30 * DAY_MS);
    let idle = |store: &mut Store, now| store.batch(|batch| batch.forget_idle(now, 9)).unwrap().1.idle_queues;
    assert_eq!(idle(&mut store, 60 * DAY_MS), 0);
    assert_eq!(idle(&mut store, 60 * DAY_MS + 1), 1);
    assert_eq!(store.totals(), Totals { queues: 1, envelopes: 0, bytes: 0 });
    assert!(store.batch(|batch| batch.fetch(&receive(1), 0, 1)).unwrap().0.is_none());
    assert!(store.batch(|batch| batch.queue_of(&deposit(1))).unwrap().0.is_none());
    assert_eq!(idle(&mut store, 89 * DAY_MS), 0);
    assert_eq!(idle(&mut store, 90 * DAY_MS), 1);
}

#[test]
fn room_is_made_by_those_who_take_more_than_their_share() {
    let dir = tempfile::tempdir().unwrap();
    // Room for eight envelopes of 488 bytes: four for each of two queues.
    let mut store = with_queues(&dir, MailboxLimits { bytes: 8_000, ..LIMITS }, &[1, 2]);
    let envelope = |n: u8| [n; 488];
    put(&mut store, 2, 50, &envelope(20), 2).unwrap();
    for (n, until) in [(10, 300), (11, 100), (12, 400), (13, 200), (14, 500), (15, 600)] {
        put(&mut store, 1, until, &envelope(n), 2).unwrap();
    }
    assert_eq!(store.totals().bytes, 7_000);
    put(&mut store, 2, 70, &envelope(21), 2).unwrap();
    // Full now. The next of queue 2 costs queue 1 the one that expires soonest, though queue 2's expire sooner.
    put(&mut store, 2, 80, &envelope(22), 2).unwrap();
    assert_eq!((held(&mut store, 1), held(&mut store, 2)), (vec![10, 12, 13, 14, 15], vec![20, 21, 22]));
    // Whoever takes too much makes room itself.
    put(&mut store, 1, 900, &envelope(16), 2).unwrap();
    assert_eq!(held(&mut store, 1), [10, 12, 14, 15, 16]);
    put(&mut store, 2, 90, &envelope(23), 2).unwrap();
    assert_eq!((held(&mut store, 1).len(), held(&mut store, 2).len()), (4, 4));
    // Both have their share: nobody gets more, and nothing is lost over it.
    assert_eq!(put(&mut store, 2, 99, &envelope(24), 2), Err(Refusal::Full));
    assert_eq!((held(&mut store, 1), held(&mut store, 2)), (vec![12, 14, 15, 16], vec![20, 21, 22, 23]));
    assert_eq!(put(&mut store, 2, 99, &[0; 8_000], 2), Err(Refusal::Full));
}

#[test]
fn if_those_who_take_too_much_are_not_found_soon_the_next_to_expire_goes() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = with_queues(&dir, MailboxLimits { bytes: 10_000, ..LIMITS }, &[1, 2]);
    for n in 0..8 {
        put(&mut store, 1, 100 + u64::from(n), &[n; 8], 2).unwrap();
    }
    for n in 20..26 {
        put(&mut store, 2, 900, &[n; 452], 2).unwrap();
    }
    assert_eq!(put(&mut store, 2, 999, &[26; 452], 2), Err(Refusal::Full), "2 has its share");
    put(&mut store, 1, 999, &[8; 8], 2).unwrap();
    assert_eq!((held(&mut store, 1), held(&mut store, 2).len()), ((1..=8).collect(), 6));
}

#[test]
fn one_queue_and_the_number_of_queues_are_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let limits = MailboxLimits { queues: 1, queue_envelopes: 2, queue_bytes: 1_600, ..LIMITS };
    let mut store = with_queues(&dir, limits, &[1]);
    assert!(!store.batch(|batch| batch.create(&receive(2), &deposit(2), 1)).unwrap().0);
    put(&mut store, 1, 99, &[1; 100], 2).unwrap();
    assert_eq!(put(&mut store, 1, 99, &[2; 600], 2), Err(Refusal::QueueFull), "too many bytes");
    put(&mut store, 1, 99, &[3; 400], 2).unwrap();
    assert_eq!(put(&mut store, 1, 99, &[], 2), Err(Refusal::QueueFull), "too many envelopes");
    put(&mut store, 1, 99, &[3; 400], 2).unwrap();
}

#[test]
fn names_belong_to_one_queue() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = with_queues(&dir, LIMITS, &[1, 2]);
    let mut known = |r, d| store.batch(|batch| batch.known(&receive(r), &deposit(d))).unwrap().0;
    assert_eq!([known(1, 1), known(2, 2), known(3, 3)], [Known::Same, Known::Same, Known::No]);
    assert_eq!([known(1, 2), known(1, 3), known(3, 1)], [Known::Taken; 3]);
    assert!(store.batch(|batch| batch.close(&receive(1))).unwrap().0);
    assert!(!store.batch(|batch| batch.close(&receive(1))).unwrap().0);
}

#[test]
fn work_that_fails_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = with_queues(&dir, LIMITS, &[1]);
    let work = |batch: &mut Batch<'_, '_>| -> Db<()> {
        let queue = batch.queue_of(&deposit(1))?.unwrap();
        batch.put(queue, 99, b"half", 2)?.unwrap();
        Err(redb::Error::Corrupted("a test".to_owned()))
    };
    assert!(store.batch(work).is_err());
    assert_eq!(store.totals().envelopes, 0);
    assert_eq!(fetch(&mut store, 1, 0, 3), (vec![], false));
}

fn why(dir: &Path) -> MailboxError {
    Store::open(dir, LIMITS).err().unwrap()
}

#[test]
fn a_file_that_cannot_be_used_is_named_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mailbox.redb");
    drop(with_queues(&dir, LIMITS, &[1]));
    let good = std::fs::read(&path).unwrap();

    let database = redb::Database::open(&path).unwrap();
    let txn = database.begin_write().unwrap();
    txn.open_table(META).unwrap().insert("version", 2).unwrap();
    txn.commit().unwrap();
    drop(database);
    let newer = std::fs::read(&path).unwrap();
    assert!(matches!(why(dir.path()), MailboxError::Newer { found: 2 }));
    assert!(newer == std::fs::read(&path).unwrap(), "it was written to");

    for damaged in [&b"not one"[..], &[7; 9_000], good.get(..good.len() / 2).unwrap(), good.get(..200).unwrap()] {
        std::fs::write(&path, damaged).unwrap();
        assert!(matches!(why(dir.path()), MailboxError::Damaged { .. }), "{:?}", why(dir.path()));
        assert!(damaged == std::fs::read(&path).unwrap(), "it was written to");
    }
    std::fs::write(&path, &good).unwrap();
    let first = open(&dir, LIMITS);
    assert!(matches!(why(dir.path()), MailboxError::InUse));
    drop(first);
    assert_eq!(open(&dir, LIMITS).totals().queues, 1);
}

#[test]
fn a_flipped_bit_is_noticed_or_harmless() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mailbox.redb");
    let mut store = with_queues(&dir, LIMITS, &[1, 2, 3]);
    put(&mut store, 1, 99, &[5; 5_000], 2).unwrap();
    drop(store);
    let good = std::fs::read(&path).unwrap();
    for at in (0..good.len()).step_by(good.len() / 97 + 1) {
        let mut bytes = good.clone();
        *bytes.get_mut(at).unwrap() ^= 0x10;
        std::fs::write(&path, bytes).unwrap();
        if let Ok(store) = Store::open(dir.path(), LIMITS) {
            assert_eq!(store.totals(), Totals { queues: 3, envelopes: 1, bytes: 5_000 + ENVELOPE_OVERHEAD });
        }
    }
}

/// How many of the envelopes of [`marked`] can be found in the file.
fn found(path: &Path) -> usize {
    let bytes = std::fs::read(path).unwrap();
    let marks: Vec<Vec<u8>> = (0..MARKED).map(|n| envelope_hash(&n.to_be_bytes()).to_vec()).collect();
    let begins: HashMap<u8, Vec<usize>> = marks.iter().enumerate().fold(HashMap::new(), |mut all, (n, mark)| {
        all.entry(mark[0]).or_default().push(n);
        all
    });
    let mut found = HashSet::new();
    for (at, byte) in bytes.iter().enumerate() {
        for n in begins.get(byte).into_iter().flatten() {
            if bytes[at..].starts_with(&marks[*n]) {
                found.insert(*n);
            }
        }
    }
    found.len()
}

const MARKED: u16 = 60;

fn marked(n: u16) -> Vec<u8> {
    // Small ones share pages, large ones have several.
    envelope_hash(&n.to_be_bytes()).repeat(if n.is_multiple_of(2) { 10 } else { 1_500 })
}

#[test]
fn what_was_acknowledged_is_out_of_the_file_once_it_is_compacted() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mailbox.redb");
    let limits = MailboxLimits { bytes: 1 << 30, queue_bytes: 1 << 30, ..LIMITS };
    let mut store = with_queues(&dir, limits, &[1]);
    for n in 0..MARKED {
        put(&mut store, 1, 99, &marked(n), 2).unwrap();
    }
    let before = std::fs::metadata(&path).unwrap().len();
    let seqs: Vec<u64> = (1..=u64::from(MARKED)).filter(|seq| *seq != 30).collect();
    assert!(store.batch(|batch| batch.ack(&receive(1), &seqs, 3)).unwrap().0);
    println!("found {} of {MARKED} before", found(&path));
    store.compact().unwrap();
    println!("{before} -> {} bytes", std::fs::metadata(&path).unwrap().len());
    assert_eq!(found(&path), 1);
    assert_eq!(fetch(&mut store, 1, 0, 4).0, [Mail { seq: 30, envelope: marked(29) }]);
}
