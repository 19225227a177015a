//! One row per device and message, due in order, gone when acknowledged.

use std::collections::BTreeMap;

use kith_store::{NewOutbox, OutboxRow};
use proptest::prelude::*;

use crate::kit::*;

fn row(id: i64, new: NewOutbox) -> OutboxRow {
    let NewOutbox { device, msg, kind, chat, hlc, body, created_at_ms, expires_at_ms, next_at_ms } = new;
    let (attempts, sent) = (0, false);
    OutboxRow {
        id,
        device,
        msg,
        kind,
        chat,
        hlc,
        body,
        created_at_ms,
        expires_at_ms,
        next_at_ms,
        attempts,
        sent,
        deposited_at_ms: None,
    }
}

#[test]
fn a_row_is_queued_once_per_device() {
    let store = memory();
    befriend(&store, 1);
    befriend(&store, 2);
    let first = store.enqueue(&queued(1, 5, T0)).unwrap();
    assert_eq!(store.enqueue(&NewOutbox { body: b"other".to_vec(), ..queued(1, 5, T0 + 9) }).unwrap(), first);
    let other = store.enqueue(&queued(2, 5, T0)).unwrap();
    assert!(other > first);
    assert_eq!(store.outbox(first).unwrap(), Some(row(first, queued(1, 5, T0))));
    assert_eq!(store.outbox_of_message(&msg(5)).unwrap().len(), 2);
    assert_eq!(store.outbox_len().unwrap(), 2);
    assert!(store.outbox_acked(&device(1), &msg(5)).unwrap());
    assert!(!store.outbox_acked(&device(1), &msg(5)).unwrap());
    assert_eq!(store.outbox(first).unwrap(), None);
    store.outbox_remove(other).unwrap();
    assert_eq!(store.outbox_len().unwrap(), 0);
    assert!(store.enqueue(&queued(1, 5, T0)).unwrap() > other, "numbers are not used twice");
}

#[test]
fn attempts_are_counted_and_waking_makes_due() {
    let store = memory();
    befriend(&store, 1);
    befriend(&store, 2);
    let id = store.enqueue(&queued(1, 1, T0)).unwrap();
    let other = store.enqueue(&queued(2, 2, T0 + 500)).unwrap();
    store.outbox_attempted(id, T0 + 100).unwrap();
    store.outbox_attempted(id, T0 + 200).unwrap();
    let expected = OutboxRow { attempts: 2, sent: true, next_at_ms: T0 + 200, ..row(id, queued(1, 1, T0)) };
    assert_eq!(store.outbox(id).unwrap(), Some(expected));
    assert_eq!(store.outbox_next_at().unwrap(), Some(T0 + 200));
    store.outbox_postpone(id, T0 + 900).unwrap();
    assert_eq!(store.outbox_next_at().unwrap(), Some(T0 + 500));
    store.outbox_wake(&device(1), T0 + 3).unwrap();
    assert_eq!(store.outbox_due(T0 + 3, 10).unwrap().iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
    assert_eq!(store.outbox(other).unwrap().unwrap().next_at_ms, T0 + 500);
    assert_eq!(store.outbox(id).unwrap().unwrap().attempts, 2);
    assert_eq!(store.outbox_next_expiry().unwrap(), Some(T0 + 1_000_000));
    assert!(store.outbox_expired(T0 + 999_999).unwrap().is_empty());
    assert_eq!(store.outbox_expired(T0 + 1_000_000).unwrap().len(), 2);
}

#[test]
fn an_empty_outbox_has_no_next_time() {
    let store = memory();
    assert_eq!(store.outbox_next_at().unwrap(), None);
    assert_eq!(store.outbox_next_expiry().unwrap(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_outbox_follows_a_map(steps in prop::collection::vec((0_u8..6, 1_u8..4, 0_u32..8, 0_u64..50), 0..60)) {
        let store = memory();
        for n in 1..4 {
            befriend(&store, n);
        }
        // By number, which is the order of queueing: device, message, when it is due.
        let mut model: BTreeMap<i64, (u8, u32, u64)> = BTreeMap::new();
        for (step, to, n, at) in steps {
            let at = T0 + at;
            let known = model.iter().find(|(_, row)| (row.0, row.1) == (to, n)).map(|(id, _)| *id);
            match step {
                0 | 1 => {
                    let id = store.enqueue(&queued(to, n, at)).unwrap();
                    match known {
                        Some(first) => prop_assert_eq!(id, first),
                        None => prop_assert_eq!(model.insert(id, (to, n, at)), None),
                    }
                }
                2 => {
                    prop_assert_eq!(store.outbox_acked(&device(to), &msg(n)).unwrap(), known.is_some());
                    if let Some(id) = known { model.remove(&id); }
                }
                3 => {
                    store.outbox_wake(&device(to), at).unwrap();
                    model.values_mut().filter(|row| row.0 == to).for_each(|row| row.2 = at);
                }
                4 => if let Some(id) = known {
                    store.outbox_postpone(id, at).unwrap();
                    model.entry(id).and_modify(|row| row.2 = at);
                },
                _ => {
                    let due: Vec<i64> = store.outbox_due(at, 3).unwrap().iter().map(|row| row.id).collect();
                    let expected = model.iter().filter(|(_, row)| row.2 <= at).map(|(id, _)| *id).take(3);
                    prop_assert_eq!(due, expected.collect::<Vec<_>>());
                }
            }
            prop_assert_eq!(store.outbox_len().unwrap() as usize, model.len());
            prop_assert_eq!(store.outbox_next_at().unwrap(), model.values().map(|row| row.2).min());
            let of_one: Vec<i64> = store.outbox_of(&device(to), 100).unwrap().iter().map(|row| row.id).collect();
            prop_assert_eq!(of_one, model.iter().filter(|(_, row)| row.0 == to).map(|(id, _)| *id).collect::<Vec<_>>());
        }
    }
}
