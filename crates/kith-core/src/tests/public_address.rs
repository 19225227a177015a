//! Whoever knows the account asks, after work.

use kith_api::{
    ApiError, Command, ErrorCode, Event, Reply,
    params::{self, PublicAddressParams},
    views::{self, ContactState, Via},
};
use kith_wire::{InviteLink, RequestAnswer, RequestFrame, RequestWork, WorkTask, invite::WEEK_MS, invite::week_of};

use super::world::World;
use crate::{CommandId, Input, Output, contacts::flood::BURST};

const BITS: u8 = 16;
const DAY_MS: u64 = 24 * 3600 * 1000;

fn switch(world: &mut World, on: bool, bits: Option<u8>) -> Result<views::PublicAddress, ApiError> {
    let reply = world.call(0, Command::ContactsPublicAddress(PublicAddressParams { on, bits }))?;
    let Reply::ContactsPublicAddress(view) = reply else { panic!("{reply:?}") };
    Ok(view)
}

/// The first of them is to be found.
fn found(count: usize) -> World {
    let mut world = World::new(count);
    assert!(switch(&mut world, true, Some(BITS)).unwrap().on);
    world
}

fn address(world: &World) -> String {
    world.people[0].core.account().to_string()
}

fn preview(world: &mut World, who: usize) -> Result<params::PreviewReply, ApiError> {
    let link = address(world);
    let reply = world.call(who, Command::ContactsPreview(params::PreviewParams { link }))?;
    let Reply::ContactsPreview(person) = reply else { panic!("{reply:?}") };
    Ok(person)
}

fn add(world: &mut World, who: usize) -> Result<Reply, ApiError> {
    let address = address(world);
    world.add(who, &address)
}

fn ask(world: &mut World, who: usize) {
    let params = params::AddParams { link: address(world), message: Some("hi".into()) };
    world.give(who, Input::Command(CommandId(1), Command::ContactsAdd(params)));
}

/// The request somebody would send.
fn sealed(world: &mut World, who: usize) -> RequestFrame {
    world.people[who].hold = true;
    ask(world, who);
    let held = std::mem::take(&mut world.people[who].held);
    let frame = |output| if let Output::Request { bytes, .. } = output { Some(bytes) } else { None };
    RequestFrame::decode(&held.into_iter().find_map(frame).expect("a request")).unwrap()
}

fn judged(world: &mut World, who: usize, frame: &RequestFrame) -> RequestAnswer {
    let (from, now) = (world.transport(who), world.now);
    let outputs = world.people[0].run(Input::Request { from, request: 1, bytes: frame.encode() }, now);
    let mut answered = None;
    for output in outputs {
        if let Output::AnswerRequest { answer, .. } = output {
            answered = Some(answer);
        } else if let Output::Event(event) = output {
            world.people[0].events.push(event);
        }
    }
    answered.expect("an answer")
}

/// Lets days pass without looking at every second of them.
fn days(world: &mut World, count: u64) {
    for _ in 0..count {
        world.now += DAY_MS - 2_000;
        world.pass(2_000);
    }
}

fn requested(world: &mut World) -> usize {
    let events = std::mem::take(&mut world.people[0].events);
    events.iter().filter(|event| matches!(event, Event::ContactRequested { .. })).count()
}

fn state(world: &World, who: usize, other: usize) -> Option<ContactState> {
    world.people[who].contact(world.account(other)).map(|contact| contact.state)
}

#[test]
fn who_knows_the_account_asks_after_work() {
    let mut world = found(2);
    let person = preview(&mut world, 1).unwrap();
    assert_eq!((person.account, person.name.as_str(), person.link), (world.account(0), "Person 0", address(&world)));
    assert_eq!((person.work_bits, person.single_use, person.expires_at), (Some(BITS), false, None));
    assert!(world.worked.is_empty(), "looking costs nothing");
    add(&mut world, 1).unwrap();
    assert_eq!(world.worked.iter().map(|task| task.bits).collect::<Vec<_>>(), [BITS]);
    let request = world.people[0].contact(world.account(1)).unwrap();
    assert_eq!((request.state, request.via), (ContactState::Requested, Some(Via::PublicAddress)));
    assert_eq!(request.request_text, "hi");
    assert_eq!(world.people[1].contact(world.account(0)).unwrap().via, None, "it was theirs");
    world.accept(0, 1);
    let both = (Some(ContactState::Introduced), Some(ContactState::Introduced));
    assert_eq!((state(&world, 0, 1), state(&world, 1, 0)), both);
    world.send(1, 0, "there you are").unwrap();
    assert_eq!(world.texts(0, 1).len(), 1);
    assert!(world.people[1].core.store.request_work(&world.people[0].core.account()).unwrap().is_none());
    // Letter case and blanks around it do not matter; a link of one's own is one's own.
    let link = format!("  {}\n", address(&world).to_uppercase());
    let Ok(Reply::ContactsPreview(own)) = world.call(0, Command::ContactsPreview(params::PreviewParams { link }))
    else {
        panic!("another answer")
    };
    assert!(own.mine && own.work_bits.is_none());
    assert_eq!(add(&mut world, 0).unwrap_err().code, ErrorCode::InvalidArgument);
}

#[test]
fn it_is_off_until_it_is_switched_on_and_when_it_is_switched_off() {
    let mut world = World::new(4);
    let view = world.people[0].core.public_address_view().unwrap();
    assert_eq!(view, views::PublicAddress { on: false, bits: 20, stored: false });
    assert_eq!(preview(&mut world, 1).unwrap_err().code, ErrorCode::NotFound);
    assert!(switch(&mut world, true, Some(BITS)).unwrap().on);
    let told = |world: &World| {
        let told = world.people[0].events.iter().rev();
        told.filter_map(
            |event| if let Event::ProfileChanged { profile } = event { Some(profile.public_address) } else { None },
        )
        .next()
    };
    assert_eq!(told(&world), Some(views::PublicAddress { on: true, bits: BITS, stored: true }));
    add(&mut world, 1).unwrap();
    let late = sealed(&mut world, 2);
    assert!(!switch(&mut world, false, None).unwrap().on);
    assert_eq!(told(&world), Some(views::PublicAddress { on: false, bits: BITS, stored: false }));
    assert!(world.slots().values().flatten().all(Vec::is_empty), "something is left behind");
    assert_eq!(judged(&mut world, 2, &late), RequestAnswer::Expired);
    assert_eq!(preview(&mut world, 3).unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(add(&mut world, 3).unwrap_err().code, ErrorCode::NotFound);
    // The person who asked before is answered all the same.
    world.accept(0, 1);
    assert_eq!(state(&world, 1, 0), Some(ContactState::Introduced));
    // And it can be switched on again within the same week.
    switch(&mut world, true, None).unwrap();
    add(&mut world, 3).unwrap();
    assert_eq!(state(&world, 0, 3), Some(ContactState::Requested));
}

#[test]
fn too_little_work_is_refused_before_anything_is_opened() {
    let mut world = found(3);
    let frame = sealed(&mut world, 1);
    let RequestWork { session, .. } = frame.work.unwrap();
    let bundle = world.worked.last().unwrap().bundle;
    let task = WorkTask { bundle, session, bits: BITS };
    let lazy = (0..).find(|nonce| task.bits_of(*nonce) < BITS).unwrap();
    let wrong = |work| RequestFrame { work, ..frame.clone() };
    let broken = RequestFrame { envelope: Vec::new(), ..wrong(Some(RequestWork { session, nonce: lazy })) };
    let link = InviteLink::of_public_address(world.people[0].core.account(), week_of(world.now));
    let broken = RequestFrame { mac: link.request_mac(&broken.envelope), ..broken };
    for refused in [wrong(None), wrong(Some(RequestWork { session, nonce: lazy })), broken] {
        assert_eq!(judged(&mut world, 1, &refused), RequestAnswer::Work);
    }
    // Work of another request is worth nothing: neither its number nor all of it.
    let other = sealed(&mut world, 2);
    let stolen = RequestWork { session, nonce: other.work.unwrap().nonce };
    assert_eq!(judged(&mut world, 1, &wrong(Some(stolen))), RequestAnswer::Work);
    let carried = RequestFrame { work: frame.work, ..other };
    assert_eq!(judged(&mut world, 2, &carried), RequestAnswer::Unknown);
    assert_eq!(requested(&mut world), 0);
    assert_eq!(judged(&mut world, 1, &frame), RequestAnswer::Received);
    assert_eq!(requested(&mut world), 1);
}

/// The key in the bundle serves many, so the same first message opens again and again.
#[test]
fn a_replayed_request_is_shown_once_and_undoes_nothing() {
    let mut world = found(2);
    let frame = sealed(&mut world, 1);
    assert_eq!(judged(&mut world, 1, &frame), RequestAnswer::Received);
    assert_eq!(judged(&mut world, 1, &frame), RequestAnswer::Received);
    let by_mail = |world: &mut World| {
        let (bytes, now) = (frame.encode(), world.now);
        world.people[0].core.batch(now, |core, out| core.request_by_mail(&bytes, now, out)).unwrap()
    };
    by_mail(&mut world);
    by_mail(&mut world);
    assert_eq!(requested(&mut world), 1);
    world.people[1].hold = false;
    world.accept(0, 1);
    world.send(1, 0, "one").unwrap();
    world.send(0, 1, "two").unwrap();
    world.people[0].events.clear();
    assert_eq!(judged(&mut world, 1, &frame), RequestAnswer::Received);
    assert!(by_mail(&mut world).iter().all(|output| !matches!(output, Output::Event(_))), "it says something new");
    world.send(1, 0, "three").unwrap();
    world.send(0, 1, "four").unwrap();
    assert_eq!((world.texts(0, 1).len(), world.texts(1, 0).len()), (4, 4), "their session is as it was");
    // Who was declined does not come up again by the same bytes.
    let mut world = found(2);
    let frame = sealed(&mut world, 1);
    judged(&mut world, 1, &frame);
    let account = world.account(1);
    world.call(0, Command::ContactsDecline(params::AccountParams { account })).unwrap();
    world.people[0].events.clear();
    assert_eq!(judged(&mut world, 1, &frame), RequestAnswer::Received);
    assert_eq!(requested(&mut world), 0);
}

#[test]
fn what_others_put_into_the_place_is_passed_over() {
    let mut world = found(3);
    let good = world.slots();
    let junk = |byte: u8| vec![byte; 300];
    // A node has something else, another has the bundle.
    let mut bad = good.clone();
    for (slot, blob) in &mut bad {
        let bundle = blob.replace(junk(1)).unwrap();
        world.elsewhere.insert(*slot, bundle);
    }
    world.restore_slots(&bad);
    assert_eq!(preview(&mut world, 1).unwrap().name, "Person 0");
    add(&mut world, 1).unwrap();
    assert_eq!(state(&world, 0, 1), Some(ContactState::Requested));
    // Nobody has it.
    world.elsewhere.values_mut().for_each(|blob| *blob = junk(2));
    assert_eq!(preview(&mut world, 2).unwrap_err().code, ErrorCode::NotFound);
    // A bundle of somebody else, made for this place by who knows where it is, is not it either.
    let foreign = world.account(2);
    world.call(2, Command::ContactsPublicAddress(PublicAddressParams { on: true, bits: None })).unwrap();
    let theirs =
        world.slots().into_iter().find(|(slot, _)| !good.contains_key(slot)).and_then(|(_, blob)| blob).unwrap();
    world.elsewhere.values_mut().for_each(|blob| blob.clone_from(&theirs));
    assert_ne!(foreign, world.account(0));
    assert_eq!(preview(&mut world, 1).unwrap_err().code, ErrorCode::NotFound);
}

#[test]
fn each_week_has_a_place_of_its_own_and_late_requests_still_open() {
    let mut world = found(5);
    let keys = |world: &World| {
        world.people[0].core.store.address_weeks().unwrap().iter().filter(|row| row.one_time.is_some()).count()
    };
    assert_eq!((world.slots().len(), keys(&world)), (2, 2), "this week's and the next");
    let early = sealed(&mut world, 1);
    let late = sealed(&mut world, 2);
    let border = (week_of(world.now) + 1) * WEEK_MS;
    world.now = border - 60_000;
    assert!(preview(&mut world, 3).is_ok());
    days(&mut world, 2);
    assert_eq!((world.slots().len(), keys(&world)), (3, 3));
    assert_eq!(judged(&mut world, 1, &early), RequestAnswer::Received, "left in the week before");
    add(&mut world, 3).unwrap();
    assert_eq!(state(&world, 0, 3), Some(ContactState::Requested));
    days(&mut world, 7);
    assert_eq!(judged(&mut world, 2, &late), RequestAnswer::Expired);
    let weeks = world.people[0].core.store.address_weeks().unwrap();
    assert_eq!(weeks.iter().map(|row| row.one_time.is_some()).collect::<Vec<_>>(), [false, true, true, true]);
    add(&mut world, 4).unwrap();
    assert_eq!(state(&world, 0, 4), Some(ContactState::Requested));
}

/// Near the end of a week one clock is in it and the other is not.
#[test]
fn clocks_that_differ_find_it_all_the_same() {
    let mut world = World::new(2);
    world.now = (week_of(world.now) + 1) * WEEK_MS + 1000;
    switch(&mut world, true, Some(BITS)).unwrap();
    world.now -= 60_000;
    assert!(preview(&mut world, 1).is_ok(), "whose clock is slow looks into the next week");
    world.now += WEEK_MS - 3_600_000;
    assert!(preview(&mut world, 1).is_ok());
}

#[test]
fn a_request_that_is_refused_is_made_anew() {
    let mut world = found(3);
    // They look, then the bar is raised, and their request comes.
    let before = sealed(&mut world, 1);
    switch(&mut world, true, Some(BITS + 1)).unwrap();
    assert_eq!(judged(&mut world, 1, &before), RequestAnswer::Work);
    let worked = world.worked.len();
    world.people[1].hold = false;
    world.pass(20_000);
    world.pass(20_000);
    assert_eq!(world.worked[worked..].iter().map(|task| task.bits).collect::<Vec<_>>(), [BITS + 1]);
    assert_eq!(state(&world, 0, 1), Some(ContactState::Requested));
    assert_eq!(world.people[0].contact(world.account(1)).unwrap().request_text, "hi", "in the same words");
    // It is switched off meanwhile: the request is over, and its sender is told.
    world.people[2].hold = true;
    ask(&mut world, 2);
    switch(&mut world, false, None).unwrap();
    world.people[2].hold = false;
    world.people[2].held.clear();
    world.pass(60_000);
    assert_eq!(state(&world, 2, 0), None);
}

/// Left in a mailbox, nobody answers it: after a day it goes to what lies at the address then.
#[test]
fn a_request_that_nobody_answered_is_made_anew_for_another_bundle() {
    let mut world = found(2);
    world.people[1].hold = true;
    ask(&mut world, 1);
    switch(&mut world, false, None).unwrap();
    switch(&mut world, true, None).unwrap();
    world.people[1].held.clear();
    days(&mut world, 1);
    world.people[1].hold = false;
    days(&mut world, 1);
    assert_eq!(state(&world, 0, 1), Some(ContactState::Requested));
}

#[test]
fn work_can_be_called_off() {
    let mut world = found(3);
    world.people[1].idle = true;
    ask(&mut world, 1);
    assert!(world.people[1].replies.is_empty(), "they wait for the work");
    assert_eq!(state(&world, 1, 0), Some(ContactState::Waiting));
    let account = world.account(0);
    world.give(1, Input::Command(CommandId(2), Command::ContactsRemove(params::AccountParams { account })));
    let codes: Vec<_> = world.people[1].replies.drain(..).map(|reply| reply.err().map(|error| error.code)).collect();
    assert_eq!(codes, [Some(ErrorCode::Cancelled), None]);
    assert_eq!((world.stopped.len(), state(&world, 1, 0)), (1, None));
    days(&mut world, 1);
    assert_eq!((requested(&mut world), world.worked.len()), (0, 1));
    // Work that could not be done is begun again, and the caller does not wait for ever.
    world.people[2].idle = true;
    ask(&mut world, 2);
    world.pass(61_000);
    assert!(
        matches!(world.people[2].replies.as_slice(), [Ok(Reply::ContactsAdd(reply))] if reply.state == ContactState::Waiting)
    );
    world.people[2].idle = false;
    world.give(2, Input::Worked { id: world.people[2].core.next_id, nonce: None });
    let lost = world.people[2].core.store.request_work(&world.people[0].core.account()).unwrap().unwrap();
    assert_eq!(lost.nonce, None);
    days(&mut world, 1);
    assert_eq!(state(&world, 0, 2), Some(ContactState::Requested));
}

#[test]
fn a_crowd_at_the_address_shuts_nobody_out_who_has_a_link() {
    let crowd = BURST as usize + 2;
    let mut world = found(crowd + 2);
    for who in 1..=crowd {
        ask(&mut world, who);
    }
    assert_eq!(requested(&mut world) as u64, BURST);
    // The next week's place has no share of its own.
    world.now = (week_of(world.now) + 1) * WEEK_MS - 1000;
    world.pass(2_000);
    for share in 1..=2 {
        let link = world.invite(0, share == 1, None);
        world.add(crowd + 1, &link).unwrap();
        assert_eq!(state(&world, 0, crowd + 1), Some(ContactState::Requested));
    }
}

/// A key that serves many is used up by nobody, whichever way they begin with it.
#[test]
fn a_contact_cannot_use_the_key_of_the_address_up() {
    let mut world = found(3);
    add(&mut world, 1).unwrap();
    world.accept(0, 1);
    let key = world.people[0].core.store.address_weeks().unwrap()[0].one_time.unwrap();
    let me = world.people[0].core.account();
    let now = world.now + 60_000;
    let device = world.people[1].core.live_devices(me).unwrap().remove(0);
    world.people[1].core.batch(now, |core, _| core.start_session(&device, Some(key), now).map(drop)).unwrap();
    world.now = now;
    world.send(1, 0, "under another session").unwrap();
    assert_eq!(world.texts(0, 1).len(), 1);
    add(&mut world, 2).unwrap();
    assert_eq!(state(&world, 0, 2), Some(ContactState::Requested));
}

#[test]
fn it_is_no_invite_that_was_given_out() {
    let mut world = found(1);
    let Ok(Reply::ContactsInvites(reply)) = world.call(0, Command::ContactsInvites(params::Nothing {})) else {
        panic!("another answer")
    };
    assert!(reply.invites.is_empty());
    let invite = kith_api::InviteId::from_bytes(world.people[0].core.store.address_weeks().unwrap()[0].tag);
    let revoked = world.call(0, Command::ContactsRevokeInvite(params::InviteRef { invite }));
    assert_eq!(revoked.unwrap_err().code, ErrorCode::NotFound);
}

#[test]
fn what_is_wrong_is_said() {
    let mut world = World::new(2);
    for bits in [0, 15, 29, 255] {
        let error = switch(&mut world, true, Some(bits)).unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (ErrorCode::InvalidArgument, "bits is between 16 and 28"));
        assert!(!error.hint.is_empty());
    }
    assert!(!world.people[0].core.public_address_view().unwrap().on, "a mistake switches nothing on");
    let mut typed = address(&world);
    let last = typed.pop().unwrap();
    typed.push(if last == 'q' { 'p' } else { 'q' });
    let error = world.add(1, &typed).unwrap_err();
    assert_eq!(error.code, ErrorCode::BadLink);
    assert!(error.message.contains("damaged") && !error.hint.is_empty(), "{error:?}");
}
