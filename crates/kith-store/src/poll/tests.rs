use kith_crypto::Key;
use kith_wire::{ChatId, MsgId};
use proptest::prelude::*;

use super::*;
use crate::{ChatKind, ChatRow, DeliveryState, Inserted, Marks, MessageRow};

const T0: u64 = 1_700_000_000_000;

fn account(n: u8) -> AccountId {
    AccountId::from_bytes([n; 32])
}

fn store() -> (Store, i64) {
    let store = Store::in_memory(&Key::from_bytes(&[4; 32])).unwrap();
    let chat = ChatId::from_bytes([2; 16]);
    let row = ChatRow {
        chat,
        kind: ChatKind::Direct,
        account: Some(account(3)),
        created_at_ms: T0,
        pinned: false,
        muted_until_ms: None,
        read_row: 0,
        draft: None,
        archived: false,
        notify: Default::default(),
        expires_s: None,
    };
    store.ensure_chat(&row).unwrap();
    let message = MessageRow {
        row: 0,
        msg: MsgId::from_bytes([1; 16]),
        chat,
        author: account(3),
        outgoing: false,
        hlc: Hlc::new(T0, 0),
        sent_at_ms: T0,
        received_at_ms: Some(T0),
        kind: 24,
        text: Some("When?".into()),
        reply_to: None,
        body: vec![1],
        state: DeliveryState::Received,
        marks: Marks::default(),
    };
    let Inserted::New(row) = store.insert_message(&message).unwrap() else { panic!("it is there") };
    (store, row)
}

fn stamp(ms: u64, n: u8) -> Stamp {
    Stamp { hlc: Hlc::new(T0 + ms, 0), event: MsgId::from_bytes([n; 16]) }
}

fn now(store: &Store) -> (Vec<(u8, u32)>, bool) {
    let marks = store.message(&MsgId::from_bytes([1; 16])).unwrap().unwrap().marks;
    let mut votes: Vec<_> = marks.votes.iter().map(|vote| (vote.author.to_bytes()[0], vote.choices)).collect();
    votes.sort_unstable();
    (votes, marks.closed)
}

#[test]
fn the_newest_choice_of_each_person_counts_until_the_end() {
    let (store, row) = store();
    assert!(store.vote(row, &account(1), 1, stamp(1, 1), None).unwrap());
    assert!(store.vote(row, &account(1), 2, stamp(5, 2), None).unwrap());
    assert!(!store.vote(row, &account(1), 4, stamp(3, 3), None).unwrap(), "an older one");
    assert!(!store.vote(row, &account(1), 2, stamp(5, 2), None).unwrap(), "again");
    assert!(store.vote(row, &account(2), 6, stamp(2, 4), None).unwrap());
    assert_eq!(now(&store), (vec![(1, 2), (2, 6)], false));
    assert!(store.vote(row, &account(2), 0, stamp(9, 5), None).unwrap());
    assert_eq!(now(&store), (vec![(1, 2)], false), "taken back");
    assert!(store.close_poll(row, Hlc::new(T0 + 4, 0), None).unwrap());
    assert_eq!(now(&store), (vec![(1, 4), (2, 6)], true), "what came later does not count");
    assert!(!store.close_poll(row, Hlc::new(T0 + 6, 0), None).unwrap(), "the first end counts");
    assert!(!store.vote(row, &account(7), 1, stamp(8, 6), None).unwrap());
    assert!(store.take_back(row).unwrap());
    assert_eq!(now(&store), (vec![], false));
    assert!(!store.vote(row, &account(7), 1, stamp(8, 7), None).unwrap(), "there is no poll any more");
    store.check().unwrap();
}

#[test]
fn what_is_chosen_after_its_time_does_not_count() {
    let (store, row) = store();
    assert!(store.vote(row, &account(1), 1, stamp(9, 1), Some(T0 + 10)).unwrap());
    assert!(!store.vote(row, &account(1), 2, stamp(10, 2), Some(T0 + 10)).unwrap());
    assert_eq!(now(&store).0, [(1, 1)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_gives_the_same(
        steps in prop::collection::vec((1..4_u8, 0..20_u64, 0..8_u32, prop::bool::weighted(0.1)), 1..40),
        shuffled in any::<prop::sample::Index>(),
    ) {
        let play = |order: &mut dyn Iterator<Item = (usize, &(u8, u64, u32, bool))>| {
            let (store, row) = store();
            for (at, (who, ms, choices, close)) in order {
                if *close {
                    store.close_poll(row, Hlc::new(T0 + ms, 0), Some(T0 + 15)).unwrap();
                } else {
                    let event = u8::try_from(at).unwrap();
                    store.vote(row, &account(*who), *choices, stamp(*ms, event), Some(T0 + 15)).unwrap();
                }
            }
            now(&store)
        };
        let pivot = shuffled.index(steps.len());
        let (head, tail): (Vec<_>, Vec<_>) = steps.iter().enumerate().partition(|(at, _)| *at < pivot);
        let straight = play(&mut steps.iter().enumerate());
        prop_assert_eq!(&straight, &play(&mut steps.iter().enumerate().rev()));
        prop_assert_eq!(&straight, &play(&mut tail.into_iter().chain(head)));
    }
}
