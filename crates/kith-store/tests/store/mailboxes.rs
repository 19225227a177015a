//! Queues of ours, queues of others, and envelopes on their way.

use kith_store::{
    ContactQueueRow, LeftRow, MailboxOfferRow, MailboxRow, NewOutbox, OwnMailboxRow, QueueRow, QueueState, StoreError,
};
use kith_wire::{AccountId, DepositId, MsgId, ReceiveId};
use zeroize::Zeroizing;

use crate::kit::*;

const NOW: u64 = 1_000_000;

fn mailbox(n: u8, added: bool) -> MailboxRow {
    let address = format!("kith:b/1/{n}");
    MailboxRow {
        transport: transport(n),
        address,
        added,
        token: None,
        answered_at_ms: None,
        refused_at_ms: None,
        kept_by: None,
    }
}

fn queue(n: u8, at: u8) -> QueueRow {
    QueueRow {
        receive: ReceiveId::from_bytes([n; 32]),
        receive_seed: Zeroizing::new([n; 32]),
        send_seed: Zeroizing::new([n + 1; 32]),
        mailbox: transport(at),
        account: None,
        invite_tag: None,
        state: QueueState::Open,
        after_seq: 0,
        next_at_ms: NOW,
        attempts: 0,
    }
}

fn theirs(n: u8, account: AccountId) -> ContactQueueRow {
    ContactQueueRow {
        deposit: DepositId::from_bytes([n; 32]),
        seed: Zeroizing::new([n; 32]),
        account,
        mailbox: transport(n),
        address: format!("kith:b/1/{n}"),
        receive: None,
        check_at_ms: None,
        losses: 0,
    }
}

#[test]
fn mailboxes_the_person_added_come_first() {
    let store = memory();
    for row in [mailbox(1, false), mailbox(2, true), mailbox(3, false)] {
        store.put_mailbox(&row).unwrap();
    }
    let order: Vec<_> = store.mailboxes().unwrap().into_iter().map(|row| row.transport).collect();
    assert_eq!(order, [2, 1, 3].map(transport));
    let changed =
        MailboxRow { token: Some([9; 32]), refused_at_ms: Some(NOW), kept_by: Some(account(7)), ..mailbox(1, false) };
    store.put_mailbox(&changed).unwrap();
    assert_eq!(store.mailbox(&transport(1)).unwrap(), Some(changed));
    assert!(!format!("{:?}", store.mailbox(&transport(1)).unwrap()).contains('9'), "a token is shown");
}

#[test]
fn a_queue_goes_with_its_mailbox_and_waits_for_its_time() {
    let store = memory();
    store.put_mailbox(&mailbox(1, false)).unwrap();
    assert!(store.put_queue(&queue(7, 2)).is_err(), "a queue at a mailbox nobody knows");
    let account = AccountId::from_bytes([4; 32]);
    let spare = queue(5, 1);
    let told = QueueRow { account: Some(account), next_at_ms: NOW + 500, ..queue(6, 1) };
    store.put_queue(&spare).unwrap();
    store.put_queue(&told).unwrap();
    assert_eq!(store.spare_queues().unwrap(), std::slice::from_ref(&spare));
    assert_eq!(store.queues_of(&account).unwrap(), std::slice::from_ref(&told));
    assert_eq!(store.queues_due(NOW, 10).unwrap(), [spare]);
    assert_eq!(store.mail_next_at().unwrap(), Some(NOW));
    store.queues_wake(Some(&account), NOW - 1).unwrap();
    let due = store.queues_due(NOW, 1).unwrap();
    assert_eq!(due.first().map(|row| row.receive), Some(told.receive), "the one that is longest due");
    assert!(store.delete_mailbox(&transport(1)).unwrap());
    assert_eq!(store.queues().unwrap(), []);
}

#[test]
fn what_is_on_its_way_is_left_once_in_each_queue() {
    let store = memory();
    befriend(&store, 1);
    let (account, device) = (account(1), device(1));
    store.set_contact_queues(&account, &[theirs(11, account), theirs(12, account)]).unwrap();
    let (msg, targets) = (MsgId::from_bytes([1; 16]), [11, 12].map(|n| DepositId::from_bytes([n; 32])));
    store.add_deposit(&device, Some(&msg), b"sealed", &targets, NOW).unwrap();
    let due = store.deposits_due(NOW, 10).unwrap();
    assert_eq!(due.iter().map(|row| row.deposit).collect::<Vec<_>>(), targets);
    let id = due.first().unwrap().id;
    store.deposit_tried(id, &targets[0], NOW + 10).unwrap();
    assert_eq!(store.deposit(id, &targets[0]).unwrap().unwrap().attempts, 1);
    assert_eq!(store.deposits_due(NOW, 10).unwrap().len(), 1, "the other is still due");
    store.deposit_done(id, &targets[0]).unwrap();
    assert_eq!(store.deposits_waiting().unwrap(), 1, "one queue still lacks it");
    store.deposit_done(id, &targets[1]).unwrap();
    assert_eq!(store.deposits_waiting().unwrap(), 0);

    store.add_deposit(&device, Some(&msg), b"again", &targets, NOW).unwrap();
    store.delete_deposits_of(&device, &msg).unwrap();
    assert_eq!((store.deposits_waiting().unwrap(), store.mail_next_at().unwrap()), (0, None));
}

#[test]
fn a_queue_that_is_gone_takes_what_was_on_its_way_there() {
    let store = memory();
    befriend(&store, 1);
    let (account, device) = (account(1), device(1));
    store.set_contact_queues(&account, &[theirs(11, account), theirs(12, account)]).unwrap();
    let targets = [11, 12].map(|n| DepositId::from_bytes([n; 32]));
    store.add_deposit(&device, None, b"sealed", &targets, NOW).unwrap();
    store.delete_contact_queue(&targets[0]).unwrap();
    assert_eq!(store.deposits_due(NOW, 10).unwrap().len(), 1);
    // What the contact says later replaces what they said before.
    store.set_contact_queues(&account, &[theirs(13, account)]).unwrap();
    assert_eq!(store.contact_queues(&account).unwrap(), [theirs(13, account)]);
    assert_eq!(store.deposits_due(NOW, 10).unwrap(), []);
    // Somebody else cannot take a queue over by naming it.
    befriend(&store, 2);
    let other = crate::kit::account(2);
    store.set_contact_queues(&other, &[theirs(13, other)]).unwrap();
    assert_eq!(store.contact_queue(&DepositId::from_bytes([13; 32])).unwrap().unwrap().account, account);
}

#[test]
fn what_was_sealed_for_mailboxes_is_not_sealed_again_at_once() {
    let store = memory();
    befriend(&store, 1);
    let (account, device) = (account(1), device(1));
    let new = NewOutbox { created_at_ms: NOW, ..queued(1, 1, NOW) };
    let id = store.enqueue(&new).unwrap();
    assert_eq!(store.outbox_unsealed().unwrap(), 0, "a contact who finds no mail");
    store.set_contact_queues(&account, &[theirs(11, account)]).unwrap();
    assert_eq!(store.outbox_unsealed().unwrap(), 1);
    assert_eq!(store.outbox_to_deposit(&device, 0, NOW - 1, 10).unwrap(), [], "the direct way comes first");
    assert_eq!(store.outbox_to_deposit(&device, 0, NOW, 10).unwrap().len(), 1);
    store.outbox_deposited(id, NOW + 5, NOW + 100).unwrap();
    assert_eq!(store.outbox_to_deposit(&device, 0, NOW, 10).unwrap(), []);
    assert_eq!(store.outbox_to_deposit(&device, NOW + 6, NOW, 10).unwrap().len(), 1, "it was long ago");
    store.outbox_undeposit(&device).unwrap();
    assert_eq!(store.outbox_unsealed().unwrap(), 1);
}

#[test]
fn what_was_decided_about_the_own_mailbox_is_kept() {
    let store = memory();
    assert_eq!(store.own_mailbox().unwrap(), None);
    let row = OwnMailboxRow { serving: true, bytes: 256 << 20, token: Zeroizing::new([5; 32]) };
    store.put_own_mailbox(&row).unwrap();
    let off = OwnMailboxRow { serving: false, bytes: 16 << 20, ..row };
    store.put_own_mailbox(&off).unwrap();
    assert_eq!(store.own_mailbox().unwrap(), Some(off.clone()));
    assert!(!format!("{off:?}").contains("5, 5"));
}

#[test]
fn mail_is_kept_for_contacts_only_and_not_when_they_are_gone() {
    let store = memory();
    let offer = |n: u8| MailboxOfferRow { account: account(n), token: Zeroizing::new([n; 32]), told: None };
    assert!(matches!(store.put_mailbox_offer(&offer(1)), Err(StoreError::UnknownOwner)));
    for n in [2, 1] {
        store.put_contact(&contact(n)).unwrap();
        store.put_mailbox_offer(&offer(n)).unwrap();
    }
    let told = MailboxOfferRow { told: Some([9; 32]), ..offer(2) };
    store.put_mailbox_offer(&told).unwrap();
    assert_eq!(store.mailbox_offers().unwrap(), [told, offer(1)]);
    assert!(store.delete_mailbox_offer(&account(2)).unwrap() && !store.delete_mailbox_offer(&account(2)).unwrap());
    store.delete_contact(&account(1)).unwrap();
    assert_eq!(store.mailbox_offer(&account(1)).unwrap(), None);
}

#[test]
fn what_a_mailbox_has_taken_is_known_until_it_is_acknowledged() {
    let store = memory();
    befriend(&store, 1);
    let (account, device, msg) = (account(1), device(1), msg(1));
    let named = ContactQueueRow { receive: Some(ReceiveId::from_bytes([9; 32])), ..theirs(11, account) };
    store.set_contact_queues(&account, &[named.clone(), theirs(12, account)]).unwrap();
    assert_eq!(store.contact_queues(&account).unwrap(), [named.clone(), theirs(12, account)]);
    store.left(&device, &msg, &named.deposit, &[1; 32], NOW + 9).unwrap();
    assert_eq!(store.left_in(&named.deposit, NOW, 9).unwrap(), [], "nothing waits to be acknowledged");

    let id = store.enqueue(&NewOutbox { created_at_ms: NOW, ..queued(1, 1, NOW) }).unwrap();
    store.left(&device, &msg, &named.deposit, &[1; 32], NOW + 9).unwrap();
    assert_eq!(store.left_in(&named.deposit, NOW, 9).unwrap(), [], "it is to be sealed anew");
    store.outbox_deposited(id, NOW, NOW).unwrap();
    let row = LeftRow { outbox: id, hash: [1; 32], missing: false };
    assert_eq!(store.left_in(&named.deposit, NOW, 9).unwrap(), [row]);
    assert_eq!(store.left_in(&named.deposit, NOW + 9, 9).unwrap(), [], "its time is over");
    assert_eq!(store.left_in(&theirs(12, account).deposit, NOW, 9).unwrap(), []);
    store.left_missing(id, &named.deposit, true).unwrap();
    assert!(store.left_in(&named.deposit, NOW, 9).unwrap()[0].missing);

    store.add_deposit(&device, Some(&msg), b"again", &[named.deposit], NOW).unwrap();
    assert_eq!(store.left_in(&named.deposit, NOW, 9).unwrap(), [], "it is on its way there");
    store.delete_deposits_of(&device, &msg).unwrap();
    store.left(&device, &msg, &named.deposit, &[2; 32], NOW + 20).unwrap();
    assert_eq!(store.left_in(&named.deposit, NOW, 9).unwrap(), [LeftRow { hash: [2; 32], ..row }], "the last counts");

    store.add_custody(&msg, &named.mailbox, NOW + 20).unwrap();
    store.left_lost(id, &named.deposit, &msg, &named.mailbox).unwrap();
    assert_eq!(store.left_in(&named.deposit, NOW, 9).unwrap(), []);
    store.left(&device, &msg, &named.deposit, &[3; 32], NOW + 20).unwrap();
    assert!(store.outbox_acked(&device, &msg).unwrap());
    assert_eq!(store.left_in(&named.deposit, NOW, 9).unwrap(), [], "acknowledged");
}

#[test]
fn a_mailbox_is_asked_when_it_is_time() {
    let store = memory();
    befriend(&store, 1);
    let account = account(1);
    store.set_contact_queues(&account, &[theirs(11, account), theirs(12, account)]).unwrap();
    let [first, second] = [11, 12].map(|n| theirs(n, account).deposit);
    assert_eq!((store.checks_due(NOW, 9).unwrap(), store.mail_next_at().unwrap()), (vec![], None));
    store.set_check(&second, Some(NOW - 1), 0).unwrap();
    store.set_check(&first, Some(NOW), 3).unwrap();
    let due = |limit| store.checks_due(NOW, limit).unwrap().into_iter().map(|row| (row.deposit, row.losses));
    assert_eq!(due(9).collect::<Vec<_>>(), [(second, 0), (first, 3)]);
    assert_eq!((due(1).count(), store.mail_next_at().unwrap()), (1, Some(NOW - 1)));
    // Told of again, the queues are the same.
    store.set_contact_queues(&account, &[theirs(12, account), theirs(11, account)]).unwrap();
    assert_eq!(due(9).count(), 2);
    store.set_check(&second, None, 0).unwrap();
    assert_eq!(due(9).count(), 1);
}
