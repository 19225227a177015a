use kith_crypto::Key;

use super::*;
use crate::{ChatKind, ChatRow};

const T0: u64 = 1_700_000_000_000;

fn chat(n: u8) -> ChatId {
    ChatId::from_bytes([n; 16])
}

fn row(n: u8, at_ms: u64) -> ScheduledRow {
    ScheduledRow {
        msg: MsgId::from_bytes([n; 16]),
        chat: chat(1 + n % 2),
        at_ms,
        created_at_ms: T0,
        reply_to: (n == 1).then(|| MsgId::from_bytes([9; 16])),
        text: format!("number {n}"),
        problem: None,
    }
}

#[test]
fn what_is_written_ahead_comes_in_its_order_once() {
    let store = Store::in_memory(&Key::from_bytes(&[4; 32])).unwrap();
    for n in [1, 2] {
        let chat = ChatRow {
            chat: chat(n),
            kind: ChatKind::Notes,
            account: None,
            created_at_ms: T0,
            pinned: false,
            muted_until_ms: None,
            read_row: 0,
            draft: None,
            archived: false,
            notify: Default::default(),
            expires_s: None,
        };
        store.ensure_chat(&chat).unwrap();
    }
    let [late, early, soon] = [row(1, T0 + 30), row(2, T0 + 10), row(3, T0 + 20)];
    assert_eq!(store.next_scheduled().unwrap(), None);
    for row in [&late, &early, &soon] {
        store.put_scheduled(row).unwrap();
    }
    assert_eq!(store.scheduled(None).unwrap(), [early.clone(), soon.clone(), late.clone()]);
    assert_eq!(store.scheduled(Some(&chat(2))).unwrap(), [soon.clone(), late.clone()]);
    assert_eq!(store.chat_summary(&chat(2)).unwrap().unwrap().scheduled, 2);
    assert_eq!(store.next_scheduled().unwrap(), Some(T0 + 10));
    assert_eq!(store.scheduled_due(T0 + 20, 9).unwrap(), [early.clone(), soon.clone()]);
    assert_eq!(store.scheduled_due(T0 + 20, 1).unwrap(), std::slice::from_ref(&early));

    let stuck = ScheduledRow { problem: Some("blocked".into()), ..early.clone() };
    store.put_scheduled(&stuck).unwrap();
    assert_eq!(store.next_scheduled().unwrap(), Some(T0 + 20), "it does not come again by itself");
    assert_eq!(store.scheduled_as(&early.msg).unwrap(), Some(stuck));
    assert!(store.remove_scheduled(&soon.msg).unwrap());
    assert!(!store.remove_scheduled(&soon.msg).unwrap());
    assert_eq!(store.scheduled_due(T0 + 99, 9).unwrap(), [late]);
    assert!(matches!(store.put_scheduled(&ScheduledRow { chat: chat(9), ..row(4, T0) }), Err(StoreError::UnknownChat)));
}
