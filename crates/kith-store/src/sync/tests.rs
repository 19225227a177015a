use kith_crypto::Key;

use super::*;
use crate::{Anchor, ChatKind, ChatRow, DeliveryState, Inserted, Marks, Stamp};

const T0: u64 = 1_800_000_000_000;

fn chat() -> ChatId {
    ChatId::from_bytes([9; 16])
}

fn id(n: u8) -> MsgId {
    MsgId::from_bytes([n; 16])
}

fn store() -> Store {
    let store = Store::in_memory(&Key::from_bytes(&[1; 32])).unwrap();
    let row = ChatRow {
        chat: chat(),
        kind: ChatKind::Direct,
        account: None,
        created_at_ms: 0,
        pinned: false,
        muted_until_ms: None,
        read_row: 0,
        draft: None,
        archived: false,
        notify: crate::NotifyRule::All,
        expires_s: None,
    };
    store.ensure_chat(&row).unwrap();
    store
}

fn put(store: &Store, n: u8, at: u64, parents: &[u8]) -> (i64, Vec<i64>) {
    let parents: Vec<MsgId> = parents.iter().map(|n| id(*n)).collect();
    put_as(store, id(n), n, at, &parents)
}

fn put_as(store: &Store, msg: MsgId, n: u8, at: u64, parents: &[MsgId]) -> (i64, Vec<i64>) {
    let row = MessageRow {
        row: 0,
        msg,
        chat: chat(),
        author: AccountId::from_bytes([n % 2; 32]),
        outgoing: n % 2 == 1,
        hlc: Hlc::new(T0 + at, 0),
        sent_at_ms: T0 + at,
        received_at_ms: None,
        kind: 1,
        text: Some(n.to_string()),
        reply_to: None,
        body: Vec::new(),
        state: if n % 2 == 1 { DeliveryState::Queued } else { DeliveryState::Received },
        marks: Marks::default(),
    };
    let Inserted::New(at) = store.insert_message(&row).unwrap() else { panic!("new") };
    (at, store.link(at, row.hlc, parents, T0, T0 + 30).unwrap())
}

fn order(store: &Store) -> Vec<u8> {
    let page = store.history(&chat(), &Anchor::End, 500, 0).unwrap();
    page.messages.iter().map(|row| row.msg.to_bytes()[0]).collect()
}

/// Whatever the clocks said and in whatever order they come: first what is answered, then the answer.
#[test]
fn what_follows_stands_behind() {
    let said = [(1, 900, vec![]), (2, 10, vec![1]), (3, 5, vec![2]), (4, 950, vec![])];
    for turn in 0..24 {
        let mut left = said.to_vec();
        let mut coming = Vec::new();
        for (place, below) in [(turn % 4, 4), (turn / 4 % 3, 3), (turn / 12, 2), (0, 1)] {
            assert!(place < below);
            coming.push(left.remove(place));
        }
        let store = store();
        for (n, at, parents) in &coming {
            put(&store, *n, *at, parents);
        }
        assert_eq!(order(&store), [1, 2, 3, 4], "came as {coming:?}");
        assert_eq!(store.gap_count(&chat()).unwrap(), 0);
    }
}

#[test]
fn what_does_not_come_is_missed_until_it_does() {
    let store = store();
    let (row, _) = put(&store, 3, 3, &[1, 2]);
    assert_eq!(store.gaps_next_at().unwrap(), Some(T0 + 30));
    let due = store.gaps_due(T0 + 30, 10).unwrap();
    assert_eq!(due.iter().map(|gap| gap.parent).collect::<Vec<_>>(), [id(1), id(2)]);
    let shows = || store.message(&id(3)).unwrap().unwrap().marks.gap;
    store.gap_asked(&chat(), &id(1), Some(T0 + 99), false).unwrap();
    assert!(!shows());
    store.gap_asked(&chat(), &id(1), Some(T0 + 999), true).unwrap();
    assert!(shows());
    let (_, changed) = put(&store, 1, 1, &[]);
    assert_eq!(changed, [row]);
    assert!(!shows());
    // The other one its author has no more: it is not missed again.
    assert_eq!(store.gap_given_up(&chat(), &id(2)).unwrap(), Some(row));
    put(&store, 4, 4, &[2]);
    assert_eq!((store.gap_count(&chat()).unwrap(), store.gaps_next_at().unwrap()), (0, None));
}

#[test]
fn what_was_erased_is_not_missed_and_stays_among_what_is_there() {
    let store = store();
    let (row, _) = put(&store, 1, 1, &[]);
    let before = store.entries(&chat(), 0, u64::MAX, 9).unwrap();
    store.erase(row).unwrap();
    let after = store.entries(&chat(), 0, u64::MAX, 9).unwrap();
    assert_eq!((after[0].what, after[0].id, after[0].row), (before[0].what, before[0].id, 0));
    put(&store, 2, 2, &[1]);
    assert_eq!(store.gap_count(&chat()).unwrap(), 0);
}

#[test]
fn no_more_than_a_bounded_number_is_missed_or_moved() {
    let store = store();
    for n in 0..=255u8 {
        let (row, _) = put(&store, n, 100, &[]);
        let strangers: Vec<MsgId> =
            (0..8u8).map(|m| MsgId::from_bytes([[n, m, 1, 1]; 4].concat().try_into().unwrap())).collect();
        store.link(row, Hlc::new(T0, 0), &strangers, T0, T0).unwrap();
    }
    assert_eq!(store.gap_count(&chat()).unwrap(), GAPS_MAX);
    let store = self::store();
    for n in (1..=200u8).rev() {
        put(&store, n, 1, &[n - 1]);
    }
    let (_, moved) = put(&store, 0, 900, &[]);
    assert_eq!(moved.len(), MOVED_MAX);
}

#[test]
fn heads_are_what_nothing_follows() {
    let store = store();
    put(&store, 1, 1, &[]);
    put(&store, 2, 2, &[1]);
    put(&store, 3, 3, &[1]);
    assert_eq!(store.heads(&chat(), 4).unwrap(), [id(3), id(2)]);
    put(&store, 4, 4, &[2, 3]);
    assert_eq!(store.heads(&chat(), 4).unwrap(), [id(4)]);
}

#[test]
fn entries_are_of_their_time_and_proofs_of_what_is_there() {
    let store = store();
    let (first, _) = put(&store, 1, 1, &[]);
    put(&store, 2, 2, &[1]);
    let stamp = |n: u8, at: u64| Stamp { hlc: Hlc::new(T0 + at, 0), event: id(n) };
    let proof = |n: u8, kind: u32| Proof { event: id(n), hlc: Hlc::new(T0, 0), kind, proof: [n; 16] };
    store.add_version(first, stamp(11, 5), T0, "other").unwrap();
    store.react(first, &AccountId::from_bytes([0; 32]), "👍", true, stamp(12, 6)).unwrap();
    let whats = |from: u64, until: u64| {
        let mut found: Vec<_> =
            store.entries(&chat(), from, until, 99).unwrap().iter().map(|entry| (entry.what, entry.id)).collect();
        found.sort_unstable_by_key(|(what, id)| (*what, id.to_bytes()));
        found
    };
    assert_eq!(
        whats(0, u64::MAX),
        [(What::Message, id(1)), (What::Message, id(2)), (What::Edit, id(11)), (What::Reaction, id(12))]
    );
    assert_eq!(whats(T0 + 2, T0 + 6), [(What::Message, id(2)), (What::Edit, id(11))]);
    assert_eq!(store.first_text(first).unwrap().as_deref(), Some("1"));
    assert_eq!(store.edit_of(first, &id(11)).unwrap().unwrap().text, "other");
    for (n, kind) in [(1, 1), (11, 20), (12, 22)] {
        store.keep_proof(first, &proof(n, kind)).unwrap();
    }
    assert!([1, 11, 12].iter().all(|n| store.proof(first, &id(*n)).unwrap().is_some()));
    store.react(first, &AccountId::from_bytes([0; 32]), "👍", false, stamp(13, 7)).unwrap();
    store.keep_proof(first, &proof(13, 22)).unwrap();
    assert!(store.proof(first, &id(12)).unwrap().is_none(), "the reaction that does not count any more");
    store.take_back(first).unwrap();
    store.keep_proof(first, &proof(14, 21)).unwrap();
    assert!([1, 11, 13].iter().all(|n| store.proof(first, &id(*n)).unwrap().is_none()));
    assert!(store.proof_of_kind(first, 21).unwrap().is_some());
    assert_eq!(whats(0, u64::MAX), [(What::Message, id(2)), (What::Deleted, id(1))]);
}

/// The steps of the database for a message that follows a new one, an old one and one that has not come.
#[test]
fn a_message_costs_the_same_in_a_long_chat() {
    let steps = |length: u16| {
        let store = store();
        let msg = |n: u16| MsgId::from_bytes([n.to_be_bytes(); 8].concat().try_into().unwrap());
        for n in 1..=length {
            put_as(&store, msg(n), 1, u64::from(n), &[msg(n - 1)][usize::from(n == 1)..]);
        }
        let count = || {
            let steps = |sql| store.conn.prepare_cached(sql).unwrap().get_status(rusqlite::StatementStatus::VmStep);
            steps(PLACE) + steps(FOLLOWERS)
        };
        let before = count();
        put_as(&store, msg(u16::MAX), 1, 1 << 20, &[msg(length), msg(2), msg(u16::MAX - 1)]);
        count() - before
    };
    let (short, long) = (steps(50), steps(1000));
    assert!(long <= short + short / 4, "{short} steps in a short chat, {long} in a long one");
}
