use kith_api::{Command, ErrorCode, Event, Reply, params, views::ContactState};
use kith_crypto::DeviceSecrets;
use kith_wire::{Body, IdentityLog, NewDevice};

use super::world::{NOW, World};
use crate::{Input, Output};

fn code(result: Result<Reply, kith_api::ApiError>) -> ErrorCode {
    result.expect_err("an error").code
}

fn state(world: &World, who: usize, other: usize) -> Option<ContactState> {
    world.people[who].contact(world.account(other)).map(|contact| contact.state)
}

#[test]
fn invite_add_accept() {
    let mut world = World::new(2);
    let link = world.invite(0, true, None);
    let reply = world.add(1, &link).unwrap();
    let Reply::ContactsAdd(reply) = reply else { panic!() };
    assert_eq!((reply.account, reply.state), (world.account(0), ContactState::Waiting));
    assert_eq!(state(&world, 0, 1), Some(ContactState::Requested));
    let asked = world.people[0].events.iter().any(|event| {
        matches!(event, Event::ContactRequested { contact } if contact.request_text == "hi" && contact.name == "Person 1")
    });
    assert!(asked);
    world.accept(0, 1);
    assert_eq!(state(&world, 0, 1), Some(ContactState::Introduced));
    assert_eq!(state(&world, 1, 0), Some(ContactState::Introduced));
    world.send(0, 1, "hello").unwrap();
    world.send(1, 0, "hello yourself").unwrap();
    for (who, other) in [(0, 1), (1, 0)] {
        let texts: Vec<_> = world.texts(who, other).into_iter().filter_map(|row| row.text).collect();
        assert_eq!(texts, ["hello", "hello yourself"]);
    }
}

#[test]
fn a_single_use_invite_serves_one() {
    let mut world = World::new(3);
    let link = world.invite(0, true, None);
    let kept = world.slots();
    world.add(1, &link).unwrap();
    assert_eq!(code(world.add(2, &link)), ErrorCode::UsedLink, "the bundle is gone");
    world.restore_slots(&kept);
    assert_eq!(code(world.add(2, &link)), ErrorCode::UsedLink, "the inviter refuses it");
    assert_eq!(state(&world, 0, 2), None);
    assert_eq!(state(&world, 2, 0), None, "what failed leaves nothing behind");
    assert!(world.add(1, &link).is_ok(), "the one it served may ask again");
}

#[test]
fn an_invite_for_many_serves_many() {
    let mut world = World::new(4);
    let link = world.invite(0, false, None);
    for who in 1..4 {
        world.add(who, &link).unwrap();
        world.accept(0, who);
        world.send(who, 0, "here").unwrap();
        assert_eq!(world.texts(0, who).len(), 1);
    }
}

#[test]
fn invites_end() {
    let mut world = World::new(2);
    let link = world.invite(0, true, Some(60));
    world.now += 61_000;
    assert_eq!(code(world.add(1, &link)), ErrorCode::ExpiredLink);
    let link = world.invite(0, true, None);
    let Ok(Reply::ContactsInvites(open)) = world.call(0, Command::ContactsInvites(params::Nothing {})) else {
        panic!()
    };
    assert_eq!(open.invites.len(), 1);
    assert_eq!(open.invites[0].link, link);
    let invite = open.invites[0].invite;
    world.call(0, Command::ContactsRevokeInvite(params::InviteRef { invite })).unwrap();
    assert_eq!(code(world.add(1, &link)), ErrorCode::UsedLink);
}

#[test]
fn damaged_and_foreign_links_are_told_apart() {
    let mut world = World::new(2);
    let link = world.invite(0, true, None);
    assert_eq!(code(world.add(0, &link)), ErrorCode::InvalidArgument, "one's own");
    assert_eq!(code(world.add(1, "hello")), ErrorCode::BadLink);
    let cut: String = link.chars().take(link.chars().count() - 3).collect();
    assert_eq!(code(world.add(1, &cut)), ErrorCode::BadLink);
    let stranger = kith_wire::AccountId::from_bytes([3; 32]);
    let forged = kith_wire::InviteLink::new(stranger, Vec::new()).to_string();
    world.people[1].replies.clear();
    let add = Command::ContactsAdd(params::AddParams { link: forged, message: None });
    world.give(1, Input::Command(crate::CommandId(3), add));
    assert!(world.people[1].replies.is_empty(), "the bundle may still be on its way");
    world.pass(10_000);
    assert_eq!(code(world.people[1].replies.pop().unwrap()), ErrorCode::BadLink);
}

#[test]
fn a_request_that_was_declined_stays_away() {
    let mut world = World::new(2);
    let link = world.invite(0, true, None);
    world.add(1, &link).unwrap();
    let account = world.account(1);
    world.call(0, Command::ContactsDecline(params::AccountParams { account })).unwrap();
    assert_eq!(state(&world, 0, 1), None);
    world.pass(2 * 24 * 3600 * 1000);
    assert_eq!(state(&world, 0, 1), None, "the repeated request is not shown");
    assert_eq!(state(&world, 1, 0), Some(ContactState::Waiting), "and they are not told");
}

#[test]
fn blocking_reveals_nothing_and_stops_everything() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let account = world.account(1);
    world.call(0, Command::ContactsBlock(params::AccountParams { account })).unwrap();
    world.send(1, 0, "are you there?").unwrap();
    assert!(world.texts(0, 1).is_empty());
    assert_eq!(code(world.send(0, 1, "no")), ErrorCode::Blocked);
    world.call(0, Command::ContactsUnblock(params::AccountParams { account })).unwrap();
    world.pass(60_000);
    assert_eq!(world.texts(0, 1).len(), 1, "what was written meanwhile arrives");
}

#[test]
fn removing_forgets_the_keys_and_keeps_the_messages() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world.send(1, 0, "hello").unwrap();
    let account = world.account(1);
    world.call(0, Command::ContactsRemove(params::AccountParams { account })).unwrap();
    assert_eq!(state(&world, 0, 1), None);
    assert_eq!(world.texts(0, 1).len(), 1);
    assert_eq!(code(world.send(0, 1, "hello?")), ErrorCode::NotAContact);
    world.introduce(0, 1);
    world.send(0, 1, "back again").unwrap();
    assert_eq!(world.texts(1, 0).len(), 2);
}

#[test]
fn both_ask_at_once() {
    let mut world = World::new(2);
    let (mine, theirs) = (world.invite(0, true, None), world.invite(1, true, None));
    world.people[0].hold = true;
    world.people[0].replies.clear();
    let add = Command::ContactsAdd(params::AddParams { link: theirs, message: None });
    world.give(0, Input::Command(crate::CommandId(7), add));
    world.people[0].hold = false;
    world.add(1, &mine).unwrap();
    world.pass(60_000);
    assert_eq!(state(&world, 0, 1), Some(ContactState::Introduced), "nobody answers a question they asked");
    assert_eq!(state(&world, 1, 0), Some(ContactState::Introduced));
    for (from, to) in [(0, 1), (1, 0)] {
        world.send(from, to, "hello").unwrap();
    }
    world.pass(60_000);
    assert_eq!(world.texts(0, 1).len(), 2);
    assert_eq!(world.texts(1, 0).len(), 2);
}

#[test]
fn safety_numbers_agree_and_verifying_lasts() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let mut numbers = Vec::new();
    for (who, other) in [(0, 1), (1, 0)] {
        let account = world.account(other);
        let Ok(Reply::ContactsSafetyNumber(reply)) =
            world.call(who, Command::ContactsSafetyNumber(params::AccountParams { account }))
        else {
            panic!()
        };
        assert_eq!(reply.digits.len(), 60);
        numbers.push(reply);
    }
    assert_eq!(numbers[0], numbers[1]);
    let account = world.account(1);
    world.call(0, Command::ContactsVerify(params::VerifyParams { account, verified: true })).unwrap();
    assert_eq!(state(&world, 0, 1), Some(ContactState::Verified));
    let link = world.invite(0, true, None);
    let remove = params::AccountParams { account: world.account(0) };
    world.call(1, Command::ContactsRemove(remove)).unwrap();
    world.add(1, &link).unwrap();
    assert_eq!(state(&world, 0, 1), Some(ContactState::Verified), "it is the same account");
}

#[test]
fn a_new_name_reaches_contacts_and_an_older_one_does_not_undo_it() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let account = world.account(0);
    let set =
        |name: &str| Command::ProfileSet(params::ProfileSetParams { name: Some(name.into()), ..Default::default() });
    world.people[0].hold = true;
    world.call(0, set("First")).unwrap();
    let late = std::mem::take(&mut world.people[0].held);
    world.people[0].hold = false;
    world.call(0, set("Second")).unwrap();
    assert_eq!(world.people[1].contact(account).unwrap().name, "Second");
    let from = world.transport(0);
    for output in late {
        let Output::Send { bytes, .. } = output else { continue };
        world.give(1, Input::Peer { from, bytes });
    }
    assert_eq!(world.people[1].contact(account).unwrap().name, "Second");
    assert_eq!(code(world.call(0, set(" \u{200f} "))), ErrorCode::InvalidArgument);
    assert_eq!(code(world.call(0, set(&"x".repeat(65)))), ErrorCode::TooLarge);
}

#[test]
fn a_name_of_my_own_for_somebody_stays_mine() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let account = world.account(1);
    let rename = |petname: &str| Command::ContactsRename(params::RenameParams { account, petname: petname.into() });
    let title = |world: &mut World| match world.call(0, Command::ChatsList(params::Nothing {})) {
        Ok(Reply::ChatsList(reply)) => reply.chats[0].title.clone(),
        other => panic!("{other:?}"),
    };
    world.call(0, rename(" Bobby  ")).unwrap();
    assert_eq!(world.people[0].contact(account).unwrap().petname.as_deref(), Some("Bobby"));
    assert_eq!(title(&mut world), "Bobby");
    assert_eq!(world.people[1].contact(world.account(0)).unwrap().petname, None);
    assert_eq!(code(world.call(0, rename(&"x".repeat(65)))), ErrorCode::TooLarge);
    world.call(0, rename(" ")).unwrap();
    assert_eq!((world.people[0].contact(account).unwrap().petname, title(&mut world)), (None, "Person 1".into()));
}

/// Another device of Person 0.
fn other_device(world: &World) -> NewDevice {
    let olm = kith_crypto::OlmAccount::new().identity_key();
    NewDevice::new(world.people[0].core.account(), &DeviceSecrets::generate(), olm, NOW)
}

/// I10: a second device list of the same length, signed by the same account, means the key is in wrong hands.
#[test]
fn two_device_lists_raise_the_alarm() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let device = other_device(&world);
    let fork = IdentityLog::create(&world.people[0].phrase.account_key(), vec![device], NOW).unwrap();
    let to = world.people[1].core.account();
    let outputs = world.people[0].say(to, &Body::Identity { log: fork.encode() }, NOW);
    let from = world.transport(0);
    for output in outputs {
        let Output::Send { bytes, .. } = output else { continue };
        world.give(1, Input::Peer { from, bytes });
    }
    let account = world.account(0);
    assert!(world.people[1].contact(account).unwrap().alarm);
    world.send(0, 1, "believe me").unwrap();
    assert!(world.texts(1, 0).is_empty(), "messages are paused");
    assert_eq!(code(world.send(1, 0, "who are you?")), ErrorCode::NotAllowed);
}

/// I10: what a revoked device sends is refused, and an older list does not bring it back.
#[test]
fn revoked_devices_are_refused() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let old = world.people[0].core.log.clone();
    let revoked = kith_wire::Revocation { device: world.people[0].core.my_device, at_ms: NOW };
    let key = world.people[0].phrase.account_key();
    let mut new = old.clone();
    new.append(&key, vec![other_device(&world)], &[revoked], NOW).unwrap();
    let to = world.people[1].core.account();
    world.people[0].hold = true;
    world.send(0, 1, "before, but late").unwrap();
    let late = std::mem::take(&mut world.people[0].held);
    let from = world.transport(0);
    for log in [new.encode(), old.encode()] {
        for output in world.people[0].say(to, &Body::Identity { log }, NOW) {
            let Output::Send { bytes, .. } = output else { continue };
            world.give(1, Input::Peer { from, bytes });
        }
    }
    for output in late {
        let Output::Send { bytes, .. } = output else { continue };
        world.give(1, Input::Peer { from, bytes });
    }
    assert!(world.texts(1, 0).is_empty());
}

#[test]
fn limits_are_told() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    assert_eq!(code(world.send(0, 1, &"x".repeat(16 * 1024 + 1))), ErrorCode::TooLarge);
    assert_eq!(code(world.send(0, 1, "  \n")), ErrorCode::InvalidArgument);
    world.send(0, 1, &"x".repeat(16 * 1024)).unwrap();
    assert_eq!(world.texts(1, 0).len(), 1);
    let link = world.invite(0, true, None);
    let add = Command::ContactsAdd(params::AddParams { link, message: Some("x".repeat(501)) });
    assert_eq!(code(world.call(1, add)), ErrorCode::TooLarge);
}
