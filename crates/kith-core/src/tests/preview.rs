//! Looking at who is behind a link.

use kith_api::{Command, ErrorCode, Reply, params, params::PreviewReply, views::ContactState};
use kith_crypto::{DeviceSecrets, OlmAccount};
use kith_wire::{BundleParts, IdentityLog, InviteBundle, InviteLink, NewDevice};

use super::world::{NOW, World};
use crate::{CommandId, Input, Output, SlotOutcome};

const WEEK_MS: u64 = 7 * 24 * 3600 * 1000;

fn look(world: &mut World, who: usize, link: &str) -> Result<PreviewReply, ErrorCode> {
    let params = params::PreviewParams { link: link.to_owned() };
    match world.call(who, Command::ContactsPreview(params)) {
        Ok(Reply::ContactsPreview(reply)) => Ok(reply),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.code),
    }
}

/// Looks, and answers the search for the bundle with `outcome`.
fn look_at(world: &mut World, who: usize, link: &str, outcome: SlotOutcome) -> Result<PreviewReply, ErrorCode> {
    let now = world.now;
    let person = &mut world.people[who];
    let command = Command::ContactsPreview(params::PreviewParams { link: link.to_owned() });
    let out = person.run(Input::Command(CommandId(1), command), now);
    let [Output::GetSlot { id, .. }] = out.as_slice() else { panic!("{out:?}") };
    let out = person.run(Input::SlotGot { id: *id, outcome }, now);
    let reply =
        out.into_iter().find_map(|output| if let Output::Reply(_, reply) = output { Some(reply) } else { None });
    match reply.expect("answered") {
        Ok(Reply::ContactsPreview(reply)) => Ok(reply),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.code),
    }
}

/// A link of `who`, and what lies in its slot: a bundle of a device with these keys, in this list.
fn made(world: &World, who: usize, log: &IdentityLog, device: &DeviceSecrets) -> (String, SlotOutcome) {
    let link = InviteLink::new(world.people[who].core.account(), Vec::new());
    let parts = BundleParts {
        name: "Made".into(),
        log: log.clone(),
        device: kith_wire::DeviceId::from_bytes(device.sign.public().to_bytes()),
        one_time: OlmAccount::new().new_one_time_keys(1)[0],
        kem: device.kem.public(),
        addresses: Vec::new(),
        queues: Vec::new(),
        created_at_ms: NOW,
        expires_at_ms: None,
        single_use: false,
        work_bits: 0,
    };
    let (sealed, _) = InviteBundle::create(parts, &link).unwrap().seal(&device.sign, &link);
    (link.to_string(), SlotOutcome::Found(sealed))
}

/// Another first list of `who`, with a device whose keys are these.
fn other_list(world: &World, who: usize, device: &DeviceSecrets) -> IdentityLog {
    let person = &world.people[who];
    let record = NewDevice::new(person.core.account(), device, OlmAccount::new().identity_key(), NOW);
    IdentityLog::create(&person.phrase.account_key(), vec![record], NOW).unwrap()
}

#[test]
fn a_look_says_who_it_is_and_leaves_everything_as_it_was() {
    let mut world = World::new(2);
    let link = world.invite(0, true, None);
    let slots = world.slots();
    world.people[1].events.clear();
    let expected = PreviewReply {
        account: world.account(0),
        link: link.clone(),
        name: "Person 0".into(),
        state: None,
        mine: false,
        single_use: true,
        expires_at: Some(NOW + WEEK_MS),
        work_bits: None,
    };
    for _ in 0..2 {
        assert_eq!(look(&mut world, 1, &format!(" {link}\n")), Ok(expected.clone()));
    }
    assert!(world.people[1].contact(world.account(0)).is_none());
    assert!(world.people[0].contact(world.account(1)).is_none());
    assert!(world.people[1].events.is_empty());
    assert_eq!(world.slots(), slots);
    assert!(world.people[1].core.links.is_empty());
    world.add(1, &link).unwrap();
    world.accept(0, 1);
    world.send(1, 0, "hello").unwrap();
    assert_eq!(world.texts(0, 1).len(), 1);
    let many = world.invite(0, false, Some(60));
    let seen = look(&mut world, 1, &many).unwrap();
    assert_eq!((seen.single_use, seen.expires_at), (false, Some(NOW + 60_000)));
    assert_eq!(seen.state, Some(ContactState::Introduced));
}

#[test]
fn a_look_fails_as_adding_would() {
    let mut world = World::new(3);
    assert_eq!(look(&mut world, 1, "hello"), Err(ErrorCode::BadLink));
    let link = world.invite(0, true, Some(60));
    assert_eq!(look_at(&mut world, 1, &link, SlotOutcome::Unreachable), Err(ErrorCode::Offline));
    assert_eq!(look_at(&mut world, 1, &link, SlotOutcome::Gone { used: false }), Err(ErrorCode::ExpiredLink));
    assert_eq!(look_at(&mut world, 1, &link, SlotOutcome::Found(vec![1; 300])), Err(ErrorCode::BadLink));
    world.now += 61_000;
    assert_eq!(look(&mut world, 1, &link), Err(ErrorCode::ExpiredLink));
    let link = world.invite(0, true, None);
    world.add(1, &link).unwrap();
    assert_eq!(look(&mut world, 2, &link), Err(ErrorCode::UsedLink));

    let nowhere = InviteLink::new(kith_wire::AccountId::from_bytes([3; 32]), Vec::new()).to_string();
    world.people[1].replies.clear();
    let command = Command::ContactsPreview(params::PreviewParams { link: nowhere });
    world.give(1, Input::Command(CommandId(3), command));
    assert!(world.people[1].replies.is_empty(), "the bundle may still be on its way");
    world.pass(10_000);
    let reply = world.people[1].replies.pop().unwrap();
    assert_eq!(reply.unwrap_err().code, ErrorCode::BadLink);
}

#[test]
fn what_nobody_knows_is_asked_for_a_few_times_and_stays_unknown() {
    let mut world = World::new(1);
    let link = InviteLink::new(kith_wire::AccountId::from_bytes([3; 32]), Vec::new()).to_string();
    let (mut now, mut asked, person) = (world.now, 0, &mut world.people[0]);
    let mut out =
        person.run(Input::Command(CommandId(1), Command::ContactsPreview(params::PreviewParams { link })), now);
    let error = loop {
        out = match out.as_slice() {
            [] => {
                now = person.core.next_wake().unwrap().unwrap();
                person.run(Input::Wake, now)
            }
            [Output::GetSlot { id, .. }] => {
                asked += 1;
                // Who was asked too often says nothing any more.
                let outcome = if asked < 3 { SlotOutcome::Missing } else { SlotOutcome::Unreachable };
                person.run(Input::SlotGot { id: *id, outcome }, now)
            }
            [Output::Reply(_, reply)] => break reply.as_ref().unwrap_err().code,
            other => panic!("{other:?}"),
        };
    };
    assert_eq!(error, ErrorCode::BadLink);
    assert!(asked <= 6, "{asked} questions: nodes answer a dozen a minute");
}

#[test]
fn a_link_of_my_own_is_mine() {
    let mut world = World::new(1);
    let link = world.invite(0, true, None);
    let mine = look(&mut world, 0, &link).unwrap();
    assert_eq!((mine.account, mine.name.as_str(), mine.mine), (world.account(0), "Person 0", true));
    assert_eq!((mine.state, mine.single_use, mine.expires_at), (None, true, Some(NOW + WEEK_MS)));
    let invite = kith_api::InviteId::from_bytes(InviteLink::parse(&link).unwrap().tag());
    world.call(0, Command::ContactsRevokeInvite(params::InviteRef { invite })).unwrap();
    let over = look(&mut world, 0, &link).unwrap();
    assert_eq!((over.mine, over.expires_at), (true, Some(NOW)), "also when it is over");
    // One that another database of this account made.
    let device = DeviceSecrets {
        sign: world.people[0].core.device.sign.duplicate(),
        transport: world.people[0].core.device.transport.duplicate(),
        kem: kith_crypto::KemSecret::from_seed(&world.people[0].core.device.kem.seed()),
    };
    let (link, bundle) = made(&world, 0, &world.people[0].core.log.clone(), &device);
    let elsewhere = look_at(&mut world, 0, &link, bundle).unwrap();
    assert_eq!((elsewhere.mine, elsewhere.name.as_str(), elsewhere.state), (true, "Made", None));
}

#[test]
fn a_link_that_i_used_still_says_whose_it_was() {
    let mut world = World::new(3);
    let link = world.invite(0, true, None);
    let theirs = world.invite(1, true, None);
    world.add(1, &link).unwrap();
    let seen = look(&mut world, 1, &link).unwrap();
    assert_eq!((seen.account, seen.state), (world.account(0), Some(ContactState::Waiting)));
    assert_eq!((seen.name.as_str(), seen.single_use, seen.mine), ("Person 0", true, false));
    assert_eq!(look(&mut world, 0, &theirs).unwrap().state, Some(ContactState::Requested), "they asked me");
    world.accept(0, 1);
    assert_eq!(look(&mut world, 1, &link).unwrap().state, Some(ContactState::Introduced));
    let account = world.account(0);
    world.call(1, Command::ContactsBlock(params::AccountParams { account })).unwrap();
    assert_eq!(look(&mut world, 1, &link).unwrap().state, Some(ContactState::Blocked));
}

/// I10: whoever brings a second device list, it raises the alarm.
#[test]
fn a_look_at_a_second_device_list_raises_the_alarm() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let device = DeviceSecrets::generate();
    let (link, bundle) = made(&world, 0, &other_list(&world, 0, &device), &device);
    assert_eq!(look_at(&mut world, 1, &link, bundle.clone()), Err(ErrorCode::NotAllowed));
    let contact = world.people[1].contact(world.account(0)).unwrap();
    assert!(contact.alarm);
    assert_eq!(look(&mut world, 1, &link), Err(ErrorCode::NotAllowed), "from then on without a search");
}

#[test]
fn a_look_at_an_older_device_list_says_so() {
    let mut world = World::new(2);
    let old = world.people[0].core.log.clone();
    let device = DeviceSecrets {
        sign: world.people[0].core.device.sign.duplicate(),
        transport: world.people[0].core.device.transport.duplicate(),
        kem: kith_crypto::KemSecret::from_seed(&world.people[0].core.device.kem.seed()),
    };
    let (link, bundle) = made(&world, 0, &old, &device);
    world.introduce(0, 1);
    let person = &mut world.people[0];
    let more = NewDevice::new(person.core.account(), &DeviceSecrets::generate(), OlmAccount::new().identity_key(), NOW);
    person.core.log.append(&person.phrase.account_key(), vec![more], &[], NOW).unwrap();
    let newer = world.invite(0, true, None);
    assert_eq!(look(&mut world, 1, &newer).unwrap().state, Some(ContactState::Introduced));
    world.add(1, &newer).unwrap();
    assert_eq!(look_at(&mut world, 1, &link, bundle), Err(ErrorCode::BadLink));
}

#[test]
fn a_look_does_not_believe_a_list_with_the_device_of_another() {
    let mut world = World::new(3);
    world.introduce(0, 1);
    let link = world.invite(2, true, None);
    let sign = world.people[1].core.device.sign.duplicate();
    let device = DeviceSecrets { sign, ..DeviceSecrets::generate() };
    let (link_of_thief, bundle) = made(&world, 2, &other_list(&world, 2, &device), &device);
    let looked = look_at(&mut world, 0, &link_of_thief, bundle.clone());
    assert_eq!(looked.unwrap_err(), ErrorCode::Internal, "as adding answers it");
    let command = Command::ContactsAdd(params::AddParams { link: link_of_thief, message: None });
    let now = world.now;
    let out = world.people[0].run(Input::Command(CommandId(1), command), now);
    let [Output::GetSlot { id, .. }] = out.as_slice() else { panic!("{out:?}") };
    let out = world.people[0].run(Input::SlotGot { id: *id, outcome: bundle }, now);
    let refused = |output: &Output| matches!(output, Output::Reply(_, Err(error)) if error.code == ErrorCode::Internal);
    assert!(out.iter().any(refused), "{out:?}");
    assert!(look(&mut world, 0, &link).is_ok());
}
