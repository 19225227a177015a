//! Inserting once, states that only rise, pages, the read mark.

use kith_store::{Anchor, DeliveryState, Inserted, MessageRow, PAGE_MAX, Store, StoreError};
use kith_wire::{Hlc, MsgId};
use proptest::prelude::*;

use crate::kit::*;

#[test]
fn a_message_is_stored_once() {
    let store = memory();
    befriend(&store, 1);
    befriend(&store, 2);
    let row = incoming(1, 1, "hello");
    assert_eq!(store.insert_message(&row).unwrap(), Inserted::New(1));
    assert_eq!(store.insert_message(&row).unwrap(), Inserted::Duplicate);
    let again = MessageRow { row: 55, received_at_ms: Some(T0 + 999), ..row.clone() };
    assert_eq!(store.insert_message(&again).unwrap(), Inserted::Duplicate, "it arrived twice");
    for other in [
        MessageRow { text: Some("hullo".into()), ..row.clone() },
        MessageRow { body: b"x".to_vec(), ..row.clone() },
        MessageRow { kind: 2, ..row.clone() },
        MessageRow { hlc: Hlc::new(T0, 9), ..row.clone() },
        MessageRow { reply_to: Some(msg(5)), ..row.clone() },
        MessageRow { outgoing: true, ..row.clone() },
    ] {
        assert_eq!(store.insert_message(&other).unwrap(), Inserted::Conflict);
    }
    assert_eq!(store.message(&msg(1)).unwrap().unwrap().text.as_deref(), Some("hello"));
    assert_eq!(store.chat_summary(&chat_id(1)).unwrap().unwrap().unread, 1);
    // The id belongs to the author and the chat: others may use it, and ours is found first.
    assert_eq!(store.insert_message(&incoming(2, 1, "another's")).unwrap(), Inserted::New(2));
    assert_eq!(store.message(&msg(1)).unwrap().unwrap().author, account(1));
    assert_eq!(store.insert_message(&outgoing(2, 1, "ours")).unwrap(), Inserted::New(3));
    assert_eq!(store.message(&msg(1)).unwrap().unwrap().author, account(0));
}

#[test]
fn states_of_incoming_messages_stay() {
    let store = memory();
    befriend(&store, 1);
    store.insert_message(&incoming(1, 1, "x")).unwrap();
    assert!(!store.raise_state(&msg(1), DeliveryState::Seen, T0).unwrap());
    assert!(!store.raise_state(&msg(9), DeliveryState::Seen, T0).unwrap());
    assert_eq!(store.message(&msg(1)).unwrap().unwrap().state, DeliveryState::Received);
}

const STATES: [DeliveryState; 6] = [
    DeliveryState::Received,
    DeliveryState::Queued,
    DeliveryState::Stored,
    DeliveryState::Failed,
    DeliveryState::Delivered,
    DeliveryState::Seen,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_state_never_falls(steps in prop::collection::vec(0_usize..6, 0..20)) {
        let store = memory();
        befriend(&store, 1);
        store.insert_message(&outgoing(1, 1, "x")).unwrap();
        let (mut state, mut since) = (DeliveryState::Queued, None);
        let (mut delivery, mut delivered_at) = (None, 0);
        for (at, step) in (T0..).zip(steps) {
            let to = STATES[step];
            prop_assert_eq!(store.raise_state(&msg(1), to, at).unwrap(), to > state);
            if to > state { (state, since) = (to, Some(at)); }
            prop_assert_eq!(store.message(&msg(1)).unwrap().unwrap().state, state);
            prop_assert_eq!(store.state_changed_at(&msg(1)).unwrap(), since);

            store.set_delivery(&msg(1), &device(1), to, at).unwrap();
            if delivery.is_none_or(|old| to > old) { (delivery, delivered_at) = (Some(to), at); }
            prop_assert_eq!(store.deliveries(&msg(1)).unwrap(), vec![(device(1), delivery.unwrap(), delivered_at)]);
        }
    }
}

/// What the store must show: the same messages in a vector.
#[derive(Default)]
struct Model(Vec<(MessageRow, bool)>);

impl Model {
    fn insert(&mut self, row: MessageRow) {
        let unread = !row.outgoing;
        self.0.push((row, unread));
        self.0.sort_by_key(|(row, _)| (row.hlc, row.msg, row.row));
    }

    fn find(&self, wanted: &MsgId) -> Option<usize> {
        let found = self.0.iter().enumerate().filter(|(_, (row, _))| row.msg == *wanted);
        found.min_by_key(|(_, (row, _))| row.row).map(|(index, _)| index)
    }

    fn page(&self, anchor: &Anchor, before: usize, after: usize) -> Option<(Vec<MessageRow>, bool, bool)> {
        let len = self.0.len();
        let (at, own) = match anchor {
            Anchor::End => (len, 0),
            Anchor::Unread => (self.0.iter().position(|(_, unread)| *unread).unwrap_or(len), 0),
            Anchor::Message(id) => (self.find(id)?, 1),
            Anchor::At(ms) => (self.0.iter().position(|(row, _)| row.hlc.millis() >= *ms).unwrap_or(len), 0),
        };
        let (from, to) = (at.saturating_sub(before), (at + after + own).min(len));
        let rows = self.0[from..to].iter().map(|(row, _)| row.clone()).collect();
        Some((rows, from > 0, to < len))
    }

    fn mark_read(&mut self, up_to: usize) -> Vec<(MsgId, kith_wire::AccountId)> {
        let unread = self.0[..=up_to].iter_mut().filter(|(_, unread)| *unread);
        unread
            .map(|(row, unread)| {
                *unread = false;
                (row.msg, row.author)
            })
            .collect()
    }
}

fn check_page(store: &Store, model: &Model, anchor: &Anchor, before: u32, after: u32) -> Result<(), TestCaseError> {
    match (store.history(&chat_id(1), anchor, before, after), model.page(anchor, before as usize, after as usize)) {
        (Ok(page), Some((rows, more_before, more_after))) => {
            prop_assert_eq!(page.messages, rows);
            prop_assert_eq!((page.more_before, page.more_after), (more_before, more_after));
        }
        (Err(StoreError::UnknownMessage), None) => {}
        (page, model) => prop_assert!(false, "{page:?} is not {model:?}"),
    }
    Ok(())
}

#[derive(Debug, Clone)]
enum Step {
    Insert { id: u32, ms: u64, counter: u16, outgoing: bool },
    Page { anchor: Anchor, before: u32, after: u32 },
    Read { up_to: Option<u32> },
}

fn step() -> impl Strategy<Value = Step> {
    let anchor = prop_oneof![
        Just(Anchor::End),
        Just(Anchor::Unread),
        (0_u32..40).prop_map(|id| Anchor::Message(msg(id))),
        (0_u64..12).prop_map(|ms| Anchor::At(T0 + ms)),
    ];
    prop_oneof![
        6 => (0_u32..40, 0_u64..10, 0_u16..3, any::<bool>())
            .prop_map(|(id, ms, counter, outgoing)| Step::Insert { id, ms: T0 + ms, counter, outgoing }),
        3 => (anchor, 0_u32..12, 0_u32..12).prop_map(|(anchor, before, after)| Step::Page { anchor, before, after }),
        1 => prop::option::of(0_u32..40).prop_map(|up_to| Step::Read { up_to }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Messages arrive in any order; pages, unread counts, last messages and read marks are those of a sorted vector.
    #[test]
    fn history_follows_a_vector(steps in prop::collection::vec(step(), 1..80)) {
        let store = memory();
        befriend(&store, 1);
        befriend(&store, 2);
        store.insert_message(&incoming(2, 1, "of another chat")).unwrap();
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Insert { id, ms, counter, outgoing: ours } => {
                    let mut row = if ours { outgoing(1, id, "text") } else { incoming(1, id, "text") };
                    (row.hlc, row.sent_at_ms) = (Hlc::new(ms, counter), ms);
                    if let Inserted::New(number) = store.insert_message(&row).unwrap() {
                        row.row = number;
                        model.insert(row);
                    }
                }
                Step::Page { anchor, before, after } => check_page(&store, &model, &anchor, before, after)?,
                Step::Read { up_to } => {
                    let end = match up_to {
                        Some(id) => model.find(&msg(id)),
                        None => model.0.len().checked_sub(1),
                    };
                    match (store.mark_read(&chat_id(1), up_to.map(msg)), end) {
                        (Ok(read), Some(end)) => prop_assert_eq!(read, model.mark_read(end)),
                        (Ok(read), None) => prop_assert!(read.is_empty() && up_to.is_none()),
                        (Err(StoreError::UnknownMessage), None) => {}
                        (other, end) => prop_assert!(false, "{other:?} but {end:?}"),
                    }
                }
            }
            let summary = store.chat_summary(&chat_id(1)).unwrap().unwrap();
            prop_assert_eq!(summary.unread as usize, model.0.iter().filter(|(_, unread)| *unread).count());
            prop_assert_eq!(summary.last.as_ref(), model.0.last().map(|(row, _)| row));
            prop_assert_eq!(&store.chats().unwrap()[0], &summary);
            prop_assert_eq!(store.chats().unwrap()[1].unread, 1);
        }
        check_page(&store, &model, &Anchor::End, 1000, 1000)?;
        store.check().unwrap();
    }
}

#[test]
fn the_read_mark_does_not_go_back() {
    let store = memory();
    befriend(&store, 1);
    for n in 1..=3 {
        store.insert_message(&incoming(1, n, "x")).unwrap();
    }
    assert_eq!(store.mark_read(&chat_id(1), Some(msg(2))).unwrap(), [(msg(1), account(1)), (msg(2), account(1))]);
    assert_eq!(store.mark_read(&chat_id(1), Some(msg(1))).unwrap(), []);
    assert_eq!(store.chat(&chat_id(1)).unwrap().unwrap().read_row, 2);
    assert_eq!(store.mark_read(&chat_id(1), None).unwrap(), [(msg(3), account(1))]);
    assert_eq!(store.chat(&chat_id(1)).unwrap().unwrap().read_row, 3);
    // One that comes late and belongs before the mark is unread all the same.
    let mut late = incoming(1, 9, "late");
    late.hlc = Hlc::new(T0, 0);
    store.insert_message(&late).unwrap();
    assert_eq!(store.chat_summary(&chat_id(1)).unwrap().unwrap().unread, 1);
    let page = store.history(&chat_id(1), &Anchor::Unread, 0, 1).unwrap();
    assert_eq!(page.messages[0].msg, msg(9));
    assert!(matches!(store.mark_read(&chat_id(9), None), Err(StoreError::UnknownChat)));
}

#[test]
fn pages_are_capped() {
    let store = memory();
    befriend(&store, 1);
    store.begin().unwrap();
    for n in 0..1201 {
        store.insert_message(&outgoing(1, n, "x")).unwrap();
    }
    store.commit().unwrap();
    let page = store.history(&chat_id(1), &Anchor::Message(msg(600)), u32::MAX, u32::MAX).unwrap();
    assert_eq!(page.messages.len(), 2 * PAGE_MAX as usize + 1);
    assert!(page.more_before && page.more_after);
    assert_eq!(page.messages[PAGE_MAX as usize].msg, msg(600));
    assert!(matches!(store.history(&chat_id(9), &Anchor::End, 1, 1), Err(StoreError::UnknownChat)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn unread_mentions_are_counted_whatever_happens(steps in prop::collection::vec((0u8..5, 1u32..9, any::<bool>()), 1..60)) {
        let store = memory();
        befriend(&store, 1);
        let mut unread = std::collections::BTreeMap::new();
        for (what, n, mention) in steps {
            let row = store.message(&msg(n)).unwrap().map(|row| row.row);
            match (what, row) {
                (0, None) => {
                    let mut row = incoming(1, n, "a text");
                    row.marks.mention = mention;
                    if let Inserted::New(_) = store.insert_message(&row).unwrap() {
                        unread.insert(n, mention);
                    }
                }
                (1, Some(row)) => {
                    store.set_mention(row, mention).unwrap();
                    unread.entry(n).and_modify(|known| *known = mention);
                }
                (2, Some(_)) => {
                    for (read, _) in store.mark_read(&chat_id(1), Some(msg(n))).unwrap() {
                        unread.retain(|n, _| msg(*n) != read);
                    }
                }
                (3, Some(row)) => {
                    store.take_back(row).unwrap();
                    unread.remove(&n);
                }
                (4, Some(row)) => {
                    store.erase(row).unwrap();
                    unread.remove(&n);
                }
                _ => {}
            }
            let summary = store.chat_summary(&chat_id(1)).unwrap().unwrap();
            prop_assert_eq!(summary.unread, unread.len() as u64);
            prop_assert_eq!(summary.mentions, unread.values().filter(|mention| **mention).count() as u64);
        }
    }
}
