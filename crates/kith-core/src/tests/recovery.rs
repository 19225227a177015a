//! An account comes back on another device, and those who know it learn that.

use kith_api::{Command, Reply, params, views::RecoveryState};
use kith_crypto::{DeviceSecrets, Key, RecoveryPhrase, SigningKey};
use kith_store::{ContactRow, DeliveryState, DeviceRow, PublicAddressRow, Store};
use kith_wire::{
    BootstrapLink, MailboxOperation, QueueAddress, RequestAnswer, TransportId,
    recovery::{LogAsk, Recovery, seal},
};

use zeroize::Zeroizing;

use super::world::{Person, World};
use crate::{Core, Identity, Input, Options, Output, setup};

/// What a backup has, as far as these stories need it.
struct Kept {
    log: Vec<u8>,
    contacts: Vec<(ContactRow, Vec<DeviceRow>)>,
    address: Option<PublicAddressRow>,
}

fn keep(world: &World, who: usize) -> Kept {
    let store = &world.people[who].core.store;
    let contacts = store.contacts().unwrap().into_iter();
    let contacts = contacts.map(|contact| (contact.clone(), store.devices_of(&contact.account).unwrap())).collect();
    let address = store.public_address().unwrap();
    Kept { log: store.meta(setup::META_LOG).unwrap().unwrap(), contacts, address }
}

/// The device of a person is lost, and their account comes back on a new one. Gives the old one.
fn come_back(world: &mut World, who: usize, kept: Option<&Kept>) -> Person {
    let lost = world.people.remove(who);
    let phrase = RecoveryPhrase::from_entropy(lost.phrase.entropy());
    let device = DeviceSecrets::generate();
    let mut store = Store::in_memory(&Key::random()).unwrap();
    if let Some(kept) = kept {
        store.set_meta(setup::META_LOG, &kept.log).unwrap();
        store.set_meta(setup::META_NAME, b"Back").unwrap();
        for (contact, devices) in &kept.contacts {
            store.put_contact(contact).unwrap();
            devices.iter().for_each(|device| store.put_device(device).unwrap());
        }
        kept.address.iter().for_each(|address| store.put_public_address(address).unwrap());
        setup::restore_profile(&mut store, &phrase).unwrap();
    } else {
        setup::create_from_words(&mut store, &phrase, &device, "Back", world.now).unwrap();
    }
    let recovering = setup::recovering(&store).unwrap().expect("the account is to be continued");
    let account = phrase.account_key().public().into();
    let mut core = Core::open(store, Identity { account, device }, [9; 32], Options::default(), world.now).unwrap();
    core.recover(phrase.account_key(), recovering, world.now);
    world.people.insert(
        who,
        Person {
            core,
            phrase,
            replies: vec![],
            events: vec![],
            answers: vec![],
            held: vec![],
            hold: false,
            findable: vec![],
            idle: false,
        },
    );
    lost
}

fn texts(world: &mut World, who: usize, other: usize) -> Vec<String> {
    world.texts(who, other).into_iter().filter_map(|row| row.text).collect()
}

fn profile(world: &mut World, who: usize) -> kith_api::views::Profile {
    match world.call(who, Command::ProfileGet(params::Nothing {})) {
        Ok(Reply::ProfileGet(profile)) => profile,
        other => panic!("{other:?}"),
    }
}

fn alarm(world: &World, who: usize, about: usize) -> bool {
    world.people[who].contact(world.account(about)).expect("a contact").alarm
}

/// The places at bootstrap nodes are the account's, not the device's.
#[test]
fn a_public_address_leads_to_the_new_device() {
    let mut world = World::new(3);
    world.introduce(0, 1);
    let on = params::PublicAddressParams { on: true, bits: Some(16) };
    world.call(1, Command::ContactsPublicAddress(on)).unwrap();
    let kept = keep(&world, 1);
    come_back(&mut world, 1, Some(&kept));
    let now = world.now;
    world.people[1].core.batch(now, |core, _| core.address_tend(now)).unwrap();
    world.give(1, Input::Wake);
    assert!(!profile(&mut world, 1).public_address.stored, "its list of devices does not have this one yet");
    world.pass(60_000);
    let mine = profile(&mut world, 1);
    assert!(mine.public_address.on && mine.public_address.stored && mine.recovery.is_none());
    let address = world.people[1].core.account().to_string();
    world.add(2, &address).unwrap();
    let asking = world.people[1].contact(world.account(2)).expect("the request");
    assert_eq!(asking.via, Some(kith_api::views::Via::PublicAddress));
}

#[test]
fn contacts_learn_it_and_what_waited_arrives() {
    let mut world = World::new(3);
    world.introduce(0, 1);
    world.introduce(2, 1);
    world.send(0, 1, "before").unwrap();
    let kept = keep(&world, 1);
    world.people[0].hold = true;
    world.send(0, 1, "meanwhile").unwrap();
    world.people[0].hold = false;
    let old = world.transport(1);
    let lost = come_back(&mut world, 1, Some(&kept));
    world.give(1, Input::Wake);
    world.pass(15_000);
    let words = ["before", "meanwhile"];
    assert_eq!(texts(&mut world, 1, 0), words, "encrypted anew for the new device or sent again, and once");
    world.send(1, 0, "here again").unwrap();
    world.send(0, 1, "good").unwrap();
    world.send(2, 1, "hello").unwrap();
    world.pass(15_000);
    assert_eq!(texts(&mut world, 1, 0), ["before", "meanwhile", "here again", "good"]);
    assert_eq!(texts(&mut world, 1, 2), ["hello"]);
    assert!(world.texts(0, 1).iter().filter(|row| row.outgoing).all(|row| row.state == DeliveryState::Delivered));
    let mine = profile(&mut world, 1);
    assert_eq!((mine.devices.len(), mine.devices[0].this, mine.recovery), (1, true, None));
    for who in [0, 2] {
        assert!(!alarm(&world, who, 1));
        let known = world.people[who].core.store.devices_of(&lost.core.account()).unwrap();
        let live: Vec<_> = known.iter().filter(|device| device.revoked_at_ms.is_none()).collect();
        assert_eq!((known.len(), live.len()), (2, 1), "the old device is shut out");
        assert_eq!(world.people[who].core.store.outbox_len().unwrap(), 0);
    }
    let before = world.texts(0, 1).len();
    world.give(0, Input::Peer { from: old, bytes: vec![1; 400] });
    assert_eq!(world.texts(0, 1).len(), before);
}

#[test]
fn an_old_backup_goes_on_from_the_newest_list_a_contact_knows() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let kept = keep(&world, 1);
    for times in 1..=3 {
        come_back(&mut world, 1, Some(&kept));
        world.give(1, Input::Wake);
        world.pass(10_000);
        assert!(!alarm(&world, 0, 1), "time {times}");
        let (mine, theirs) = (world.people[1].core.log.clone(), world.people[0].core.store.contacts().unwrap());
        assert_eq!((mine.seq(), theirs[0].log_seq), (times, times));
        world.send(0, 1, "hello").unwrap();
        world.pass(5_000);
        assert_eq!(texts(&mut world, 1, 0).last().map(String::as_str), Some("hello"));
    }
}

#[test]
fn without_an_answer_it_goes_on_and_says_so() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let kept = keep(&world, 1);
    let away = world.people.remove(0);
    come_back(&mut world, 0, Some(&kept));
    world.give(0, Input::Wake);
    let recovery = profile(&mut world, 0).recovery.expect("under way");
    assert_eq!(recovery.state, RecoveryState::Asking);
    world.pass(61_000);
    let recovery = profile(&mut world, 0).recovery.expect("under way");
    assert_eq!((recovery.state, recovery.untold, recovery.confirmed), (RecoveryState::Telling, 1, false));
    world.people.insert(1, away);
    world.pass(3_700_000);
    assert_eq!(profile(&mut world, 0).recovery, None);
    assert!(!alarm(&world, 1, 0));
    world.send(1, 0, "there you are").unwrap();
    world.pass(5_000);
    assert_eq!(texts(&mut world, 0, 1), ["there you are"]);
}

#[test]
fn for_somebody_away_the_news_is_left_where_they_find_mail() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let kept = keep(&world, 1);
    let mut away = world.people.remove(0);
    let friend = away.core.account();
    come_back(&mut world, 0, Some(&kept));
    let (transport, addresses) = (TransportId::from_bytes([5; 32]), vec!["/ip4/192.0.2.9/tcp/4001".to_owned()]);
    let mailbox = BootstrapLink { transport, addresses, services: 0, token: None }.to_string();
    let queue = QueueAddress { mailbox, seed: Zeroizing::new([6; 32]), receive: None };
    let now = world.now;
    world.people[0].core.batch(now, |core, _| core.keep_contact_queues(friend, &[queue])).unwrap();
    world.people[0].hold = true;
    world.give(0, Input::Wake);
    let mut left = Vec::new();
    while left.is_empty() && world.now < now + 120_000 {
        world.pass(1000);
        for held in std::mem::take(&mut world.people[0].held) {
            let Output::Request { id, .. } = held else { continue };
            let outputs = world.people[0].run(Input::RequestAnswered { id, answer: None }, world.now);
            left.extend(outputs.into_iter().filter_map(|output| {
                if let Output::Mailbox { operation: MailboxOperation::Put { envelope, .. }, .. } = output {
                    Some(envelope)
                } else {
                    None
                }
            }));
        }
    }
    let news = left.pop().expect("something was left");
    let now = world.now;
    let judged = away.core.batch(now, |core, out| core.judge_recovery(None, &news, now, out).map(drop));
    judged.unwrap();
    let devices = away.core.store.devices_of(&world.people[0].core.account()).unwrap();
    let live: Vec<_> = devices.iter().filter(|device| device.revoked_at_ms.is_none()).collect();
    assert_eq!((live.len(), live[0].device), (1, world.people[0].core.my_device));
}

#[test]
fn two_lists_signed_for_one_place_are_noticed() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let kept = keep(&world, 1);
    come_back(&mut world, 1, Some(&kept));
    world.give(1, Input::Wake);
    world.pass(10_000);
    assert!(!alarm(&world, 0, 1));
    // The same backup once more, where nobody can be asked.
    let away = world.people.remove(0);
    come_back(&mut world, 0, Some(&kept));
    world.give(0, Input::Wake);
    world.pass(61_000);
    world.people.insert(1, away);
    world.pass(3_700_000);
    assert!(alarm(&world, 1, 0));
}

#[test]
fn with_the_words_alone_somebody_who_knows_the_account_is_asked_first() {
    let mut world = World::new(3);
    world.introduce(0, 1);
    world.introduce(1, 2);
    world.send(0, 1, "before").unwrap();
    come_back(&mut world, 1, None);
    world.give(1, Input::Wake);
    assert_eq!(profile(&mut world, 1).recovery.map(|recovery| recovery.state), Some(RecoveryState::Alone));
    let link = world.invite(0, true, None);
    world.add(1, &link).unwrap();
    world.pass(10_000);
    assert!(!alarm(&world, 0, 1));
    assert_eq!(profile(&mut world, 1).recovery, None);
    assert_eq!(world.people[1].core.log.seq(), 1, "the list goes on");
    world.send(0, 1, "welcome back").unwrap();
    world.send(1, 0, "thank you").unwrap();
    world.pass(5_000);
    assert_eq!(texts(&mut world, 1, 0), ["welcome back", "thank you"]);
    assert_eq!(texts(&mut world, 0, 1), ["before", "welcome back", "thank you"]);
    // Another who knew it takes the same list for what it is.
    let link = world.invite(1, true, None);
    world.add(2, &link).unwrap();
    world.accept(1, 2);
    world.pass(10_000);
    assert!(!alarm(&world, 2, 1));
    world.send(2, 1, "you too").unwrap();
    world.pass(5_000);
    assert_eq!(texts(&mut world, 1, 2), ["you too"]);
}

#[test]
fn with_the_words_alone_a_stranger_can_be_met() {
    let mut world = World::new(2);
    come_back(&mut world, 1, None);
    world.give(1, Input::Wake);
    let link = world.invite(0, true, None);
    world.add(1, &link).unwrap();
    world.accept(0, 1);
    world.send(0, 1, "who are you").unwrap();
    assert_eq!(texts(&mut world, 1, 0), ["who are you"]);
    assert_eq!(profile(&mut world, 1).recovery, None);
}

/// A list tells which devices somebody has: only their own account is told, and only where it asks from.
#[test]
fn a_list_is_told_to_its_account_alone() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let (to, kem) = (world.people[0].core.my_device, world.people[0].core.device.kem.public());
    let (account, own) = (world.people[1].core.account(), world.people[1].phrase.account_key());
    let (here, elsewhere) = (TransportId::from_bytes([7; 32]), TransportId::from_bytes([8; 32]));
    let now = world.now;
    let ask = |at_ms, from| LogAsk { account, to, from, at_ms };
    let mut answer = |ask: LogAsk, signer: &SigningKey, from: TransportId| {
        let bytes = seal(&Recovery::Ask(ask), signer, &kem).unwrap();
        world.people[0].answers.clear();
        world.give(0, Input::Request { from, request: 1, bytes });
        world.people[0].answers.pop().unwrap()
    };
    assert!(matches!(answer(ask(now, here), &own, here), RequestAnswer::Log(_)));
    let day = 25 * 3600 * 1000;
    assert_eq!(answer(ask(now, here), &own, elsewhere), RequestAnswer::Unknown);
    assert_eq!(
        answer(ask(now - day, here), &own, here),
        RequestAnswer::Expired,
        "which says nothing about who is known"
    );
    assert_eq!(answer(ask(now, here), &SigningKey::generate(), here), RequestAnswer::Unknown);
    let stranger = SigningKey::generate();
    let theirs = LogAsk { account: stranger.public().into(), ..ask(now, here) };
    assert_eq!(answer(theirs, &stranger, here), RequestAnswer::Unknown);
}
