//! Every kind of row comes back as it was stored, also after closing and opening the file.

use kith_crypto::CurveKey;
use kith_store::{ChatRow, ChatSummary, ContactState, InviteRow, NotifyRule, StoreError};
use kith_wire::{EnvelopeId, FindKey, Hlc};
use zeroize::Zeroizing;

use crate::kit::*;

#[test]
fn contacts_and_devices_come_back() {
    let profile = Profile::new();
    let mut changed = contact(1);
    {
        let store = profile.open();
        befriend(&store, 1);
        befriend(&store, 2);
        changed.state = ContactState::Verified;
        changed.petname = None;
        changed.alarm = true;
        changed.blocked = true;
        changed.last_seen_ms = Some(T0 + 9);
        store.put_contact(&changed).unwrap();
    }
    let store = profile.open();
    assert_eq!(store.contact(&account(1)).unwrap(), Some(changed.clone()));
    assert_eq!(store.contacts().unwrap(), [changed, contact(2)]);
    assert_eq!(store.contact(&account(3)).unwrap(), None);
    assert_eq!(store.device(&device(2)).unwrap(), Some(device_row(2)));
    assert_eq!(store.devices_of(&account(2)).unwrap(), [device_row(2)]);
    assert_eq!(store.device_by_transport(&transport(2)).unwrap(), Some(device_row(2)));
    assert_eq!(store.device_by_transport(&transport(9)).unwrap(), None);
}

#[test]
fn by_which_devices_are_found_the_newest_word_counts_and_own_keys_stay_for_a_while() {
    let store = memory();
    befriend(&store, 1);
    let keys: Vec<FindKey> = (1..=3).map(|n| FindKey::from_bytes(&[n; 32])).collect();
    assert_eq!(store.find_key(&device(1)).unwrap(), None);
    assert!(store.set_find_key(&device(1), &keys[0], 0).unwrap(), "the first, whenever it was said");
    assert!(store.set_find_key(&device(1), &keys[1], 5).unwrap());
    assert!(!store.set_find_key(&device(1), &keys[2], 5).unwrap());
    store.put_device(&device_row(1)).unwrap();
    assert_eq!(store.find_key(&device(1)).unwrap().as_ref(), Some(&keys[1]), "a changed device keeps it");

    for (key, at) in keys.iter().zip([0, 10, 20]) {
        store.add_own_find_key(&account(1), key, at).unwrap();
    }
    assert!(!store.prune_find_keys(0).unwrap());
    assert!(store.prune_find_keys(15).unwrap());
    assert_eq!(store.own_find_keys(&account(1)).unwrap(), [keys[2].clone()]);
    assert!(!store.prune_find_keys(1000).unwrap(), "never the newest");
    store.delete_contact(&account(1)).unwrap();
    assert_eq!(store.own_find_keys(&account(1)).unwrap(), []);
}

#[test]
fn a_later_claim_does_not_take_over_a_transport() {
    let store = memory();
    befriend(&store, 1);
    befriend(&store, 2);
    let mut thief = device_row(2);
    thief.transport = transport(1);
    store.put_device(&thief).unwrap();
    assert_eq!(store.device_by_transport(&transport(1)).unwrap().unwrap().device, device(1));
    let mut revoked = device_row(1);
    revoked.revoked_at_ms = Some(T0);
    store.put_device(&revoked).unwrap();
    assert_eq!(store.device_by_transport(&transport(1)).unwrap().unwrap().device, device(2));
}

#[test]
fn a_device_needs_its_contact_and_a_session_its_device() {
    let store = memory();
    assert!(matches!(store.put_device(&device_row(1)), Err(StoreError::UnknownOwner)));
    assert!(matches!(store.put_session(&session(1, 1, 0, b"p")), Err(StoreError::UnknownOwner)));
    assert!(matches!(store.enqueue(&queued(1, 1, T0)), Err(StoreError::UnknownOwner)));
    assert!(matches!(
        store.add_prekeys(&device(1), &[CurveKey::from_bytes([1; 32])], T0),
        Err(StoreError::UnknownOwner)
    ));
    assert!(matches!(store.insert_message(&incoming(1, 1, "x")), Err(StoreError::UnknownChat)));
    assert!(!store.in_transaction());
}

#[test]
fn deleting_a_contact_takes_everything_but_the_chat() {
    let store = memory();
    for n in [1, 2] {
        befriend(&store, n);
        store.set_addresses(&transport(n), &["/ip4/10.0.0.1/tcp/1".into()], T0).unwrap();
        store.put_session(&session(n, n, 0, b"p")).unwrap();
        store.put_outer_key(&outer_key(n, n, kith_store::Direction::Inbound, T0)).unwrap();
        store.add_prekeys(&device(n), &[CurveKey::from_bytes([n; 32])], T0).unwrap();
        store.enqueue(&queued(n, u32::from(n), T0)).unwrap();
        store.insert_message(&incoming(n, u32::from(n), "stays")).unwrap();
    }
    store.delete_contact(&account(1)).unwrap();
    assert_eq!(store.contacts().unwrap(), [contact(2)]);
    assert_eq!(store.device(&device(1)).unwrap(), None);
    assert!(store.addresses(&transport(1)).unwrap().is_empty());
    assert!(store.sessions(&device(1)).unwrap().is_empty());
    assert!(store.outer_key(&[1; 16]).unwrap().is_none());
    assert_eq!(store.prekey_count(&device(1)).unwrap(), 0);
    assert!(store.outbox_of(&device(1), 10).unwrap().is_empty());
    assert_eq!(store.chat_of(&account(1)).unwrap(), Some(chat(1)));
    assert!(store.message(&msg(1)).unwrap().is_some());
    assert_eq!(store.addresses(&transport(2)).unwrap().len(), 1);
    assert_eq!(store.sessions(&device(2)).unwrap().len(), 1);
    assert_eq!(store.prekey_count(&device(2)).unwrap(), 1);
    assert_eq!(store.outbox_len().unwrap(), 1);
    store.delete_contact(&account(1)).unwrap();
}

#[test]
fn addresses_are_merged_newest_first_and_sixteen_are_kept() {
    let store = memory();
    let list = |from: u32, to: u32| (from..to).map(|n| format!("/ip4/10.0.0.1/tcp/{n}")).collect::<Vec<_>>();
    store.set_addresses(&transport(1), &list(0, 10), T0).unwrap();
    store.set_addresses(&transport(1), &[list(12, 14), list(3, 4), list(12, 13)].concat(), T0 - 50).unwrap();
    let expected = [list(12, 14), list(3, 4), list(0, 3), list(4, 10)].concat();
    assert_eq!(store.addresses(&transport(1)).unwrap(), expected);
    store.set_addresses(&transport(1), &list(100, 130), T0).unwrap();
    assert_eq!(store.addresses(&transport(1)).unwrap(), list(100, 116));
    assert!(store.addresses(&transport(2)).unwrap().is_empty());
}

fn invite(n: u8, expires_at_ms: Option<u64>, single_use: bool) -> InviteRow {
    InviteRow {
        tag: [n; 16],
        secret: Zeroizing::new([n; 32]),
        one_time: CurveKey::from_bytes([n; 32]),
        sealed: vec![n; 2000],
        bundle_hash: [n; 32],
        hints: vec!["/ip4/1.2.3.4/udp/1/quic-v1".into(), "/dns4/example.org/tcp/2".into()],
        created_at_ms: T0,
        expires_at_ms,
        single_use,
        note: "for Mara".into(),
        used_by: None,
        used_at_ms: None,
    }
}

#[test]
fn invites_come_back_and_the_open_ones_are_listed() {
    let store = memory();
    for row in [invite(1, None, true), invite(2, Some(T0 + 10), false), invite(3, Some(T0 + 20), true)] {
        store.put_invite(&row).unwrap();
    }
    assert_eq!(store.invite(&[2; 16]).unwrap(), Some(invite(2, Some(T0 + 10), false)));
    assert_eq!(store.invite(&[9; 16]).unwrap(), None);
    let open = |now| store.open_invites(now).unwrap().iter().map(|row| row.tag[0]).collect::<Vec<_>>();
    assert_eq!(open(T0), [1, 2, 3]);
    assert_eq!(open(T0 + 10), [1, 3]);
    let mut used = invite(3, Some(T0 + 20), true);
    used.used_by = Some(account(4));
    used.used_at_ms = Some(T0 + 1);
    used.hints.clear();
    store.put_invite(&used).unwrap();
    assert_eq!(store.invite(&[3; 16]).unwrap(), Some(used));
    assert_eq!(open(T0), [1, 2]);
    let mut shared = invite(2, Some(T0 + 10), false);
    shared.used_by = Some(account(4));
    store.put_invite(&shared).unwrap();
    assert_eq!(open(T0), [1, 2], "an invite for many stays open");
    assert!(store.delete_invite(&[1; 16]).unwrap());
    assert!(!store.delete_invite(&[1; 16]).unwrap());
    assert_eq!(open(T0), [2]);
    assert!(!format!("{:?}", invite(7, None, true)).contains("secret"));
}

#[test]
fn prekeys_are_taken_once_oldest_first() {
    let store = memory();
    befriend(&store, 1);
    let keys = |range: std::ops::Range<u8>| range.map(|n| CurveKey::from_bytes([n; 32])).collect::<Vec<_>>();
    store.add_prekeys(&device(1), &keys(5..8), T0).unwrap();
    store.add_prekeys(&device(1), &keys(1..7), T0).unwrap();
    assert_eq!(store.prekey_count(&device(1)).unwrap(), 7);
    let taken = std::iter::from_fn(|| store.take_prekey(&device(1)).unwrap()).collect::<Vec<_>>();
    assert_eq!(taken, [keys(5..8), keys(1..5)].concat());
    assert_eq!(store.prekey_count(&device(1)).unwrap(), 0);
}

#[test]
fn envelopes_are_remembered_until_pruned() {
    let store = memory();
    let envelope = |n| EnvelopeId::from_bytes([n; 32]);
    assert!(store.remember_envelope(&envelope(1), T0).unwrap());
    assert!(!store.remember_envelope(&envelope(1), T0 + 5).unwrap());
    assert!(store.remember_envelope(&envelope(2), T0 + 5).unwrap());
    store.prune_envelopes(T0 + 5).unwrap();
    assert!(!store.remember_envelope(&envelope(2), T0 + 6).unwrap());
    assert!(store.remember_envelope(&envelope(1), T0 + 6).unwrap());
}

#[test]
fn small_values_settings_and_chats_come_back() {
    let profile = Profile::new();
    let store = profile.open();
    assert_eq!(store.meta("name").unwrap(), None);
    store.set_meta("name", b"alice").unwrap();
    store.set_meta("name", b"bob").unwrap();
    store.set_meta("other", b"").unwrap();
    store.delete_meta("other").unwrap();
    store.delete_meta("other").unwrap();
    assert_eq!((store.meta("name").unwrap(), store.meta("other").unwrap()), (Some(b"bob".to_vec()), None));

    store.put_setting("b", "1").unwrap();
    store.put_setting("a", "[]").unwrap();
    store.put_setting("b", "2").unwrap();
    assert_eq!((store.setting("b").unwrap().as_deref(), store.setting("c").unwrap()), (Some("2"), None));
    let settings: Vec<_> = store.settings().unwrap().into_iter().collect();
    assert_eq!(settings, [("a".to_owned(), "[]".to_owned()), ("b".to_owned(), "2".to_owned())]);
    assert!(store.delete_setting("a").unwrap());
    assert!(!store.delete_setting("a").unwrap());

    assert!(store.ensure_chat(&chat(1)).unwrap());
    assert!(!store.ensure_chat(&ChatRow { pinned: true, ..chat(1) }).unwrap());
    assert_eq!(store.chat(&chat_id(1)).unwrap(), Some(chat(1)));
    store.set_pinned(&chat_id(1), true).unwrap();
    store.set_muted(&chat_id(1), Some(u64::MAX)).unwrap();
    store.set_draft(&chat_id(1), Some("not yet")).unwrap();
    for rule in [NotifyRule::Mentions, NotifyRule::All, NotifyRule::Nothing] {
        store.set_notify(&chat_id(1), rule).unwrap();
        assert_eq!(store.chat(&chat_id(1)).unwrap().unwrap().notify, rule);
    }
    assert!(matches!(store.set_notify(&chat_id(9), NotifyRule::All), Err(StoreError::UnknownChat)));
    let row = store.chat(&chat_id(1)).unwrap().unwrap();
    assert_eq!((row.pinned, row.draft.as_deref()), (true, Some("not yet")));
    assert_eq!(row.muted_until_ms, Some(i64::MAX.cast_unsigned()), "far-off times are capped");
    assert!(matches!(store.set_pinned(&chat_id(9), true), Err(StoreError::UnknownChat)));
    assert!(matches!(store.set_draft(&chat_id(9), None), Err(StoreError::UnknownChat)));
    assert_eq!(
        store.chats().unwrap(),
        [ChatSummary { row: row.clone(), unread: 0, mentions: 0, scheduled: 0, last: None }]
    );
    store.set_draft(&chat_id(1), None).unwrap();
    assert_eq!(store.chat(&chat_id(1)).unwrap(), Some(ChatRow { draft: None, ..row }));
    assert_eq!(store.chat(&chat_id(9)).unwrap(), None);
    assert_eq!(store.chat_summary(&chat_id(9)).unwrap(), None);
}

#[test]
fn a_message_comes_back_with_every_column() {
    let profile = Profile::new();
    let mut row = incoming(1, 1, "text");
    row.hlc = Hlc::from_u64(u64::MAX - 3);
    row.reply_to = Some(msg(77));
    row.kind = u32::MAX;
    row.body = vec![0xff; 20_000];
    {
        let store = profile.open();
        befriend(&store, 1);
        store.insert_message(&row).unwrap();
    }
    let store = profile.open();
    row.row = 1;
    assert_eq!(store.message(&row.msg).unwrap(), Some(row.clone()));
    assert_eq!(store.chats().unwrap()[0].last, Some(row));
    assert_eq!(store.chat_summary(&chat_id(1)).unwrap().unwrap().unread, 1);
}
