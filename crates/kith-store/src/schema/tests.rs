//! A database that an older schema wrote must open for ever, and its migration must stay as it was released.

use std::fs;
use std::path::{Path, PathBuf};

use kith_crypto::{CurveKey, Key};
use kith_wire::{
    AccountId, ChatId, DepositId, DeviceId, EnvelopeId, FindKey, Hlc, MsgId, PictureId, ReceiveId, SmallPicture,
    TransportId,
};
use zeroize::Zeroizing;

use super::*;
use crate::{
    AddressWeekRow, Anchor, CallOutcome, ChatKind, ChatRow, ContactQueueRow, ContactRow, ContactState, DATABASE_FILE,
    DeliveryState, DeviceRow, Direction, Introduced, IntroductionRow, IntroductionState, InviteRow, MailboxOfferRow,
    MailboxRow, Marks, MessageRow, NewOutbox, NotifyRule, OuterKeyRow, OwnMailboxRow, Pictured, Proof,
    PublicAddressRow, Reaction, RequestWorkRow, ScheduledRow, Search, SessionRow, SharingRow, Stamp, StickerRow, Store,
    Version, Vote, WaitingChange,
};

const T0: u64 = 1_700_000_000_000;

fn key() -> Key {
    Key::from_bytes(&[0x31; 32])
}

fn ratchet_key() -> Key {
    Key::from_bytes(&[0x32; 32])
}

fn fixture(schema: u32) -> PathBuf {
    let folder = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("fixtures");
    folder.join(format!("schema-{schema}.db"))
}

fn contact() -> ContactRow {
    contact_of(SCHEMA)
}

/// The contact as a database keeps it that `schema` wrote.
fn contact_of(schema: u32) -> ContactRow {
    ContactRow {
        account: AccountId::from_bytes([1; 32]),
        state: ContactState::Verified,
        blocked: true,
        name: "Mara".into(),
        petname: Some("M.".into()),
        status_text: "here".into(),
        log: vec![1, 2, 3],
        log_seq: 4,
        log_hash: [5; 32],
        alarm: true,
        request_text: "hello".into(),
        invite_tag: Some([6; 16]),
        created_at_ms: T0,
        last_seen_ms: Some(T0 + 1),
        status_until_ms: (schema >= 5).then_some(T0 + 12),
    }
}

fn device() -> DeviceRow {
    device_of(SCHEMA)
}

/// The device as a database keeps it that `schema` wrote.
fn device_of(schema: u32) -> DeviceRow {
    DeviceRow {
        device: DeviceId::from_bytes([2; 32]),
        account: AccountId::from_bytes([1; 32]),
        transport: TransportId::from_bytes([3; 32]),
        renewed: if schema >= 7 { T0 + 13 } else { 0 },
        olm: CurveKey::from_bytes([4; 32]),
        kem_hash: [5; 32],
        kem: Some(vec![6; 1216]),
        revoked_at_ms: Some(T0 + 2),
        last_reset_ms: Some(T0 + 3),
    }
}

fn invite() -> InviteRow {
    InviteRow {
        tag: [6; 16],
        secret: Zeroizing::new([7; 32]),
        one_time: CurveKey::from_bytes([8; 32]),
        sealed: vec![9; 100],
        bundle_hash: [10; 32],
        hints: vec!["/ip4/192.0.2.1/tcp/1".into(), "/dns4/example.org/tcp/2".into()],
        created_at_ms: T0,
        expires_at_ms: Some(T0 + 100),
        single_use: true,
        note: "a note".into(),
        used_by: Some(AccountId::from_bytes([1; 32])),
        used_at_ms: Some(T0 + 4),
    }
}

fn session() -> SessionRow {
    SessionRow {
        device: DeviceId::from_bytes([2; 32]),
        session: [11; 32],
        generation: 3,
        created_at_ms: T0,
        last_received_at_ms: Some(T0 + 5),
        dead: true,
        positions: vec![12, 13],
        pickle: Zeroizing::new(b"a pickled session".to_vec()),
    }
}

fn outer_key() -> OuterKeyRow {
    OuterKeyRow {
        key_id: [14; 16],
        device: DeviceId::from_bytes([2; 32]),
        direction: Direction::Outbound,
        key: Key::from_bytes(&[15; 32]),
        encapsulated: Some(vec![16; 1120]),
        confirmed: true,
        created_at_ms: T0,
    }
}

/// The chat as a database keeps it that `schema` wrote.
fn chat(schema: u32) -> ChatRow {
    ChatRow {
        chat: ChatId::from_bytes([17; 16]),
        kind: ChatKind::Direct,
        account: Some(AccountId::from_bytes([1; 32])),
        created_at_ms: T0,
        pinned: true,
        muted_until_ms: Some(T0 + 6),
        read_row: 0,
        draft: (schema >= 2).then(|| "a draft".into()),
        archived: schema >= 4,
        expires_s: None,
        notify: if schema >= 5 { NotifyRule::Mentions } else { NotifyRule::All },
    }
}

fn notes() -> ChatRow {
    ChatRow {
        chat: ChatId::from_bytes([21; 16]),
        kind: ChatKind::Notes,
        pinned: false,
        draft: None,
        archived: false,
        expires_s: None,
        notify: NotifyRule::All,
        ..chat(SCHEMA)
    }
}

fn message(n: u8, state: DeliveryState) -> MessageRow {
    MessageRow {
        row: i64::from(n),
        msg: MsgId::from_bytes([n; 16]),
        chat: ChatId::from_bytes([17; 16]),
        author: AccountId::from_bytes([n; 32]),
        outgoing: state != DeliveryState::Received,
        hlc: Hlc::new(T0 + u64::from(n), u16::from(n)),
        sent_at_ms: T0 + u64::from(n),
        received_at_ms: Some(T0 + 7),
        kind: 1,
        text: Some(format!("un café number {n}")),
        reply_to: Some(MsgId::from_bytes([18; 16])),
        body: vec![n; 20],
        state,
        marks: Marks::default(),
    }
}

fn queued() -> NewOutbox {
    NewOutbox {
        device: DeviceId::from_bytes([2; 32]),
        msg: MsgId::from_bytes([2; 16]),
        kind: 1,
        chat: ChatId::from_bytes([17; 16]),
        hlc: Hlc::new(T0, 1),
        body: b"body".to_vec(),
        created_at_ms: T0,
        expires_at_ms: T0 + 8,
        next_at_ms: T0 + 9,
    }
}

/// Puts something into every table.
fn fill(store: &Store) {
    store.set_meta("profile", b"settings").unwrap();
    store.bump_generation().unwrap();
    store.put_contact(&contact()).unwrap();
    store.put_device(&device()).unwrap();
    store.set_addresses(&device().transport, &["/ip4/192.0.2.2/tcp/3".into()], T0).unwrap();
    store.put_invite(&invite()).unwrap();
    store.add_prekeys(&device().device, &[CurveKey::from_bytes([19; 32])], T0).unwrap();
    store.remember_envelope(&EnvelopeId::from_bytes([20; 32]), T0).unwrap();
    store.put_olm_account(b"a pickled account").unwrap();
    store.put_session(&session()).unwrap();
    store.put_outer_key(&outer_key()).unwrap();
    store.ensure_chat(&chat(SCHEMA)).unwrap();
    store.insert_message(&message(1, DeliveryState::Received)).unwrap();
    store.insert_message(&message(2, DeliveryState::Delivered)).unwrap();
    store.enqueue(&queued()).unwrap();
    store.set_delivery(&MsgId::from_bytes([2; 16]), &device().device, DeliveryState::Delivered, T0).unwrap();
    store.ensure_chat(&notes()).unwrap();
    store.put_setting("one", "[1]").unwrap();
    fill_changes(store);
    fill_mentions(store);
    fill_own_mailbox(store);
    fill_sync(store);
    fill_stickers(store);
    fill_calls(store);
    fill_left(store);
    store.set_find_key(&device().device, &FindKey::from_bytes(&[47; 32]), 7).unwrap();
    store.add_own_find_key(&contact().account, &FindKey::from_bytes(&[48; 32]), T0).unwrap();
}

fn holds_find_keys(store: &Store) {
    assert_eq!(store.find_key(&device().device).unwrap(), Some(FindKey::from_bytes(&[47; 32])));
    assert!(!store.set_find_key(&device().device, &FindKey::from_bytes(&[49; 32]), 7).unwrap());
    assert_eq!(store.own_find_keys(&contact().account).unwrap(), [FindKey::from_bytes(&[48; 32])]);
    fill_public_address(store);
}

/// Something in the tables of the public address.
fn fill_public_address(store: &Store) {
    store.put_public_address(&public_address()).unwrap();
    store.put_address_week(&address_week()).unwrap();
    store.put_request_work(&request_work()).unwrap();
}

fn public_address() -> PublicAddressRow {
    PublicAddressRow { shown: true, work_bits: 20, secret: Zeroizing::new([51; 32]) }
}

fn address_week() -> AddressWeekRow {
    let one_time = Some(CurveKey::from_bytes([52; 32]));
    AddressWeekRow { week: 2_810, tag: [53; 16], one_time, work_bits: 20, until_ms: T0 + 13, withdrawn: true }
}

fn request_work() -> RequestWorkRow {
    let account = contact().account;
    RequestWorkRow { account, session: session().session, work_bits: 18, nonce: Some(54), looked_at_ms: T0 + 14 }
}

fn holds_public_address(store: &Store) {
    assert_eq!(store.public_address().unwrap(), Some(public_address()));
    assert_eq!(store.address_weeks().unwrap(), [address_week()]);
    assert_eq!(store.address_week_of(&[53; 16]).unwrap(), Some(address_week()));
    assert!(store.is_address_key(&CurveKey::from_bytes([52; 32])).unwrap());
    assert!(!store.is_address_key(&invite().one_time).unwrap());
    assert_eq!(store.request_work(&contact().account).unwrap(), Some(request_work()));
    assert_eq!(store.device_of_session(&session().session).unwrap(), Some(session().device));
}

/// Something in the columns of schema 5.
fn fill_mentions(store: &Store) {
    let marks = Marks { mention: true, ..Marks::default() };
    let named =
        MessageRow { chat: named_in().chat, marks, text: Some("Mara?".into()), ..message(40, DeliveryState::Received) };
    store.ensure_chat(&named_in()).unwrap();
    store.insert_message(&named).unwrap();
    store.set_sharing(&contact().account, sharing(SCHEMA)).unwrap();
}

fn sharing(schema: u32) -> SharingRow {
    SharingRow { typing: Some(true), presence: Some(false), receipts: None, status: (schema >= 8).then_some(false) }
}

/// The rows of the mailbox of schema 5.
fn fill_own_mailbox(store: &Store) {
    store.put_own_mailbox(&own_mailbox()).unwrap();
    store.put_mailbox_offer(&offer()).unwrap();
    store.put_mailbox(&kept()).unwrap();
}

fn own_mailbox() -> OwnMailboxRow {
    OwnMailboxRow { serving: true, bytes: 256 << 20, token: Zeroizing::new([42; 32]) }
}

fn offer() -> MailboxOfferRow {
    MailboxOfferRow { account: contact().account, token: Zeroizing::new([43; 32]), told: Some([44; 32]) }
}

fn kept() -> MailboxRow {
    MailboxRow {
        transport: TransportId::from_bytes([45; 32]),
        address: "kith:b/1/a".into(),
        added: false,
        token: Some([46; 32]),
        answered_at_ms: Some(T0),
        refused_at_ms: None,
        kept_by: Some(contact().account),
    }
}

fn holds_own_mailbox(store: &Store) {
    assert_eq!(store.own_mailbox().unwrap(), Some(own_mailbox()));
    assert_eq!(store.mailbox_offers().unwrap(), [offer()]);
    assert_eq!(store.mailboxes().unwrap(), [kept()]);
}

fn named_in() -> ChatRow {
    ChatRow { chat: ChatId::from_bytes([41; 16]), ..notes() }
}

fn holds_mentions(store: &Store, schema: u32) {
    let summary = store.chat_summary(&named_in().chat).unwrap().unwrap();
    assert_eq!((summary.unread, summary.mentions), (1, 1));
    assert!(summary.last.is_some_and(|last| last.marks.mention));
    assert_eq!(store.sharing(&contact().account).unwrap(), sharing(schema));
}

/// Something in every table of reconciliation.
fn fill_sync(store: &Store) {
    let row = |n: u8| store.message(&MsgId::from_bytes([n; 16])).unwrap().unwrap().row;
    let parents = [MsgId::from_bytes([1; 16]), MsgId::from_bytes([40; 16])];
    store.link(row(2), Hlc::new(T0 + 2, 2), &parents, T0, T0 + 12).unwrap();
    store.keep_proof(row(2), &proof()).unwrap();
}

fn pictured_in() -> ChatRow {
    ChatRow { chat: ChatId::from_bytes([47; 16]), ..notes() }
}

fn picture() -> SmallPicture {
    SmallPicture { name: "party".into(), png: vec![48; 300] }
}

/// Something in every table of schema 7.
fn fill_stickers(store: &Store) {
    store.ensure_chat(&pictured_in()).unwrap();
    let sticker = MessageRow { chat: pictured_in().chat, kind: 27, text: None, ..message(10, DeliveryState::Seen) };
    store.insert_message(&sticker).unwrap();
    let row = store.message(&sticker.msg).unwrap().unwrap().row;
    store.show_pictures(row, None, &[picture()]).unwrap();
    assert!(store.add_sticker("party", &picture().png, &[49; 30], T0).unwrap());
}

fn holds_stickers(store: &Store) {
    let row = store.message(&MsgId::from_bytes([10; 16])).unwrap().unwrap();
    assert_eq!(row.marks.pictures, [Pictured { name: "party".into(), picture: picture().id() }]);
    assert_eq!(store.shown_pictures(row.row, None).unwrap(), [picture()]);
    let emoji = PictureId::of(&[49; 30]);
    let sticker = StickerRow { name: "party".into(), picture: picture().id(), emoji, added_at_ms: T0 };
    assert_eq!(store.stickers().unwrap(), [sticker]);
    assert_eq!(store.picture(&emoji).unwrap(), Some(vec![49; 30]));
}

fn called_in() -> ChatRow {
    ChatRow { chat: ChatId::from_bytes([50; 16]), ..notes() }
}

fn call() -> MessageRow {
    let marks = Marks { call: Some(CallOutcome::Talked), talked_ms: 61_000, ..Marks::default() };
    MessageRow { chat: called_in().chat, kind: 28, text: None, marks, ..message(11, DeliveryState::Seen) }
}

/// What schema 9 added.
fn fill_calls(store: &Store) {
    store.ensure_chat(&called_in()).unwrap();
    store.insert_message(&MessageRow { marks: Marks::default(), ..call() }).unwrap();
    let row = store.message(&call().msg).unwrap().unwrap().row;
    assert!(store.end_call(row, CallOutcome::Talked, 61_000).unwrap());
}

fn holds_calls(store: &Store) {
    let stored = store.message(&call().msg).unwrap().unwrap();
    assert_eq!(stored, MessageRow { row: stored.row, ..call() });
}

fn contact_queue() -> ContactQueueRow {
    ContactQueueRow {
        deposit: DepositId::from_bytes([61; 32]),
        seed: Zeroizing::new([62; 32]),
        account: contact().account,
        mailbox: TransportId::from_bytes([63; 32]),
        address: "kith:b/1/where".into(),
        receive: Some(ReceiveId::from_bytes([64; 32])),
        check_at_ms: Some(T0 + 14),
        losses: 2,
    }
}

/// What schema 10 added.
fn fill_left(store: &Store) {
    let queue = contact_queue();
    store.set_contact_queues(&queue.account, std::slice::from_ref(&queue)).unwrap();
    store.set_check(&queue.deposit, queue.check_at_ms, queue.losses).unwrap();
    let id = store.enqueue(&queued()).unwrap();
    store.outbox_deposited(id, T0, queued().next_at_ms).unwrap();
    store.left(&queued().device, &queued().msg, &queue.deposit, &[65; 32], T0 + 15).unwrap();
}

fn holds_left(store: &Store) {
    let queue = contact_queue();
    assert_eq!(store.contact_queues(&queue.account).unwrap(), std::slice::from_ref(&queue));
    let left = store.left_in(&queue.deposit, T0, 9).unwrap();
    assert_eq!(left.iter().map(|row| (row.hash, row.missing)).collect::<Vec<_>>(), [([65; 32], false)]);
}

fn proof() -> Proof {
    Proof { event: MsgId::from_bytes([2; 16]), hlc: Hlc::new(T0 + 2, 2), kind: 1, proof: [41; 16] }
}

fn holds_sync(store: &Store) {
    let row = store.message(&MsgId::from_bytes([2; 16])).unwrap().unwrap().row;
    assert_eq!(store.parents(row).unwrap(), [MsgId::from_bytes([1; 16]), MsgId::from_bytes([40; 16])]);
    assert_eq!(store.said(row).unwrap(), Some(Hlc::new(T0 + 2, 2)));
    let gaps: Vec<_> = store.gaps_due(T0 + 12, 9).unwrap().into_iter().map(|gap| (gap.parent, gap.row)).collect();
    assert_eq!(gaps, [(MsgId::from_bytes([40; 16]), row)]);
    assert_eq!(store.proof(row, &proof().event).unwrap(), Some(proof()));
}

/// Something in every table of schema 4.
fn fill_changes(store: &Store) {
    let chat = notes().chat;
    for n in [5, 6] {
        store.insert_message(&MessageRow { chat, ..message(n, DeliveryState::Seen) }).unwrap();
    }
    let row = |n: u8| store.message(&MsgId::from_bytes([n; 16])).unwrap().unwrap().row;
    let stamp = |n: u8| Stamp { hlc: Hlc::new(T0, u16::from(n)), event: MsgId::from_bytes([n; 16]) };
    store.add_version(row(5), stamp(7), T0 + 10, "other words").unwrap();
    store.react(row(5), &contact().account, "👍", true, stamp(8)).unwrap();
    store.set_message_pinned(row(5), Some(T0 + 11)).unwrap();
    store.erase(row(6)).unwrap();
    store.keep_change(&waiting(), T0, 9).unwrap();
    store.set_archived(&self::chat(SCHEMA).chat, true).unwrap();
    store.set_notify(&self::chat(SCHEMA).chat, NotifyRule::Mentions).unwrap();
    fill_more(store);
}

/// A chat with what messages can be since schema 5.
fn more() -> ChatRow {
    ChatRow { chat: ChatId::from_bytes([22; 16]), expires_s: Some(3600), ..notes() }
}

fn expiring() -> MessageRow {
    let (expires_at_ms, planned_ms) = (Some(T0 + 60_000), Some(T0 - 5));
    let marks = Marks { expires_s: Some(60), expires_at_ms, planned_ms, ..Marks::default() };
    MessageRow { chat: more().chat, text: Some("soon gone".into()), marks, ..message(7, DeliveryState::Seen) }
}

fn fill_more(store: &Store) {
    store.ensure_chat(&ChatRow { expires_s: None, ..more() }).unwrap();
    assert!(store.set_expiry(&more().chat, Some(3600), 4, &MsgId::from_bytes([40; 16])).unwrap());
    store.insert_message(&expiring()).unwrap();
    store.put_scheduled(&scheduled()).unwrap();
    store.insert_message(&MessageRow { marks: Marks::default(), ..poll() }).unwrap();
    let row = store.message(&poll().msg).unwrap().unwrap().row;
    let stamp = |n: u16| Stamp { hlc: Hlc::new(T0, n), event: MsgId::from_bytes([43; 16]) };
    store.vote(row, &contact().account, 5, stamp(1), None).unwrap();
    store.close_poll(row, stamp(2).hlc, None).unwrap();
    store.insert_message(&MessageRow { marks: Marks::default(), ..suggestion() }).unwrap();
    store.put_introduction(&introduction(store)).unwrap();
}

fn suggestion() -> MessageRow {
    let introduction = Some(Introduced { state: IntroductionState::Met, met: Some(contact().account) });
    let marks = Marks { introduction, ..Marks::default() };
    MessageRow { chat: more().chat, text: Some("Carol".into()), kind: 50, marks, ..message(9, DeliveryState::Seen) }
}

fn introduction(store: &Store) -> IntroductionRow {
    IntroductionRow {
        row: store.message(&suggestion().msg).unwrap().unwrap().row,
        state: IntroductionState::Met,
        other: Some(MsgId::from_bytes([44; 16])),
        invite_tag: Some([45; 16]),
        met: Some(contact().account),
    }
}

fn poll() -> MessageRow {
    let votes = vec![Vote { author: contact().account, choices: 5 }];
    let marks = Marks { closed: true, votes, ..Marks::default() };
    MessageRow { chat: more().chat, text: Some("which day".into()), kind: 24, marks, ..message(8, DeliveryState::Seen) }
}

fn scheduled() -> ScheduledRow {
    ScheduledRow {
        msg: MsgId::from_bytes([42; 16]),
        chat: more().chat,
        at_ms: T0 + 12,
        created_at_ms: T0,
        reply_to: Some(expiring().msg),
        text: "later".into(),
        problem: Some("blocked".into()),
    }
}

fn holds_more(store: &Store) {
    assert_eq!(store.chat(&more().chat).unwrap(), Some(more()));
    assert_eq!(store.expiry_number(&more().chat).unwrap(), 4);
    let expected = [expiring(), poll(), suggestion()].map(|message| {
        let row = store.message(&message.msg).unwrap().unwrap().row;
        MessageRow { row, ..message }
    });
    assert_eq!(store.history(&more().chat, &Anchor::End, 10, 10).unwrap().messages, expected);
    assert_eq!(store.next_expiry().unwrap(), Some(T0 + 60_000));
    assert_eq!(store.scheduled(None).unwrap(), [scheduled()]);
    let introduction = introduction(store);
    assert_eq!(store.introduction(introduction.row).unwrap(), Some(introduction.clone()));
    assert_eq!(store.introduction_of_invite(&[45; 16]).unwrap(), Some(introduction));
}

fn waiting() -> WaitingChange {
    WaitingChange {
        chat: notes().chat,
        author: contact().account,
        target: MsgId::from_bytes([30; 16]),
        stamp: Stamp { hlc: Hlc::new(T0, 9), event: MsgId::from_bytes([31; 16]) },
        kind: 21,
        at_ms: T0,
        body: vec![32],
        proof: None,
    }
}

fn holds_changes(store: &Store) {
    let chat = notes().chat;
    let kept = store.history(&chat, &Anchor::End, 10, 10).unwrap().messages;
    let reactions = vec![Reaction { emoji: "👍".into(), authors: vec![contact().account] }];
    let marks = Marks { edited_at_ms: Some(T0 + 10), pinned_at_ms: Some(T0 + 11), reactions, ..Marks::default() };
    let expected = MessageRow {
        chat,
        row: kept[0].row,
        text: Some("other words".into()),
        marks,
        ..message(5, DeliveryState::Seen)
    };
    assert_eq!(kept, [expected]);
    let texts = [("un café number 5", T0 + 5), ("other words", T0 + 10)];
    let texts = texts.map(|(text, at_ms)| Version { text: text.into(), at_ms });
    assert_eq!(store.versions(kept[0].row).unwrap(), texts);
    assert!(store.is_erased(&chat, &AccountId::from_bytes([6; 32]), &MsgId::from_bytes([6; 16])).unwrap());
    assert_eq!(store.take_changes(&chat, &waiting().target).unwrap(), [waiting()]);
}

/// A fixture is what this wrote when the schema was new: `KITH_WRITE_FIXTURE=1` writes one for a new schema, once.
#[test]
fn a_new_database_keeps_everything_too() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &key(), &ratchet_key()).unwrap();
    fill(&store);
    store.conn.execute_batch("VACUUM").unwrap();
    store.checkpoint().unwrap();
    if std::env::var_os("KITH_WRITE_FIXTURE").is_some() {
        assert!(!fixture(SCHEMA).exists(), "a released fixture is never written again");
        fs::copy(folder.path().join(DATABASE_FILE), fixture(SCHEMA)).unwrap();
    }
    holds_everything(&store, SCHEMA);
}

fn opened(schema: u32) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(fixture(schema), folder.path().join(DATABASE_FILE)).unwrap();
    let store = Store::open(folder.path(), &key(), &ratchet_key()).unwrap();
    (folder, store)
}

#[test]
fn databases_of_every_schema_open_with_everything_in_them() {
    for schema in 1..=SCHEMA {
        let (_folder, store) = opened(schema);
        holds_everything(&store, schema);
    }
}

fn holds_everything(store: &Store, schema: u32) {
    let device_id = device().device;
    assert_eq!(store.meta("profile").unwrap().as_deref(), Some(b"settings".as_slice()));
    assert_eq!(store.generation().unwrap(), 1);
    assert_eq!(store.contacts().unwrap(), [contact_of(schema)]);
    assert_eq!(store.devices_of(&contact().account).unwrap(), [device_of(schema)]);
    assert_eq!(store.addresses(&device().transport).unwrap(), ["/ip4/192.0.2.2/tcp/3"]);
    assert_eq!(store.invite(&[6; 16]).unwrap(), Some(invite()));
    assert!(!store.remember_envelope(&EnvelopeId::from_bytes([20; 32]), T0).unwrap());
    assert_eq!(store.olm_account().unwrap().unwrap().as_slice(), b"a pickled account");
    assert_eq!(store.sessions(&device_id).unwrap(), [session()]);
    let stored = store.outer_key(&[14; 16]).unwrap().unwrap();
    let expected = outer_key();
    assert_eq!(
        (stored.key.as_bytes(), stored.direction, stored.encapsulated, stored.confirmed, stored.created_at_ms),
        (expected.key.as_bytes(), expected.direction, expected.encapsulated, true, T0)
    );
    let messages = [message(1, DeliveryState::Received), message(2, DeliveryState::Delivered)];
    assert_eq!(store.history(&chat(schema).chat, &Anchor::End, 10, 10).unwrap().messages, messages);
    let summary = store.chat_summary(&chat(schema).chat).unwrap().unwrap();
    assert_eq!((summary.row, summary.unread, summary.last), (chat(schema), 1, Some(messages[1].clone())));
    let hits = store.search(&Search { query: "cafe", limit: 10, ..Default::default() }).unwrap();
    assert_eq!(hits.len(), 2);
    assert_eq!(store.outbox_due(T0 + 9, 10).unwrap()[0].body, b"body");
    assert_eq!(store.deliveries(&messages[1].msg).unwrap(), [(device_id, DeliveryState::Delivered, T0)]);
    assert_eq!(store.take_prekey(&device_id).unwrap(), Some(CurveKey::from_bytes([19; 32])));
    let settings: Vec<_> = store.settings().unwrap().into_iter().collect();
    if schema >= 2 {
        assert_eq!(store.chat(&notes().chat).unwrap(), Some(notes()));
        assert_eq!(settings, [("one".to_owned(), "[1]".to_owned())]);
    } else {
        assert!(settings.is_empty());
    }
    if schema >= 4 {
        holds_changes(store);
    }
    if schema >= 5 {
        holds_mentions(store, schema);
        holds_more(store);
        holds_own_mailbox(store);
        holds_sync(store);
    }
    if schema >= 7 {
        holds_stickers(store);
    }
    if schema >= 9 {
        holds_calls(store);
    }
    if schema >= 10 {
        holds_left(store);
    }
    if schema >= 6 {
        holds_find_keys(store);
        holds_public_address(store);
    }
    assert_eq!(version(&store.conn).unwrap(), SCHEMA);
    store.check().unwrap();
}

#[test]
fn the_migrated_schema_is_the_new_one() {
    let schema = |store: &Store| {
        let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";
        let mut statement = store.conn.prepare(sql).unwrap();
        let row = |row: &rusqlite::Row<'_>| Ok([0, 1, 2, 3].map(|n| row.get::<_, Option<String>>(n).unwrap()));
        statement.query_map([], row).unwrap().map(Result::unwrap).collect::<Vec<_>>()
    };
    let new = schema(&Store::in_memory(&key()).unwrap());
    for older in 1..=SCHEMA {
        let (_folder, old) = opened(older);
        assert_eq!(schema(&old), new);
    }
}
