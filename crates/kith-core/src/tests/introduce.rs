//! A contact brings two others together, and nobody is told of who did not agree.

use kith_api::{
    ApiError, Command, ErrorCode, Event, MessageId, Reply, params,
    views::{ContactState, IntroductionState},
};
use kith_store::MessageRow;
use kith_wire::{Body, Introduction, IntroductionAnswer};

use super::world::World;
use crate::convert;

/// The first knows the two others, who do not know each other; and somebody more.
fn three() -> World {
    let mut world = World::new(4);
    world.introduce(0, 1);
    world.introduce(0, 2);
    world
}

fn suggest(world: &mut World, to: usize, about: usize) -> Result<[MessageId; 2], ApiError> {
    let params = params::IntroduceParams { to: world.account(to), about: world.account(about) };
    let Reply::ContactsIntroduce(reply) = world.call(0, Command::ContactsIntroduce(params))? else {
        panic!("another answer")
    };
    Ok(reply.messages.try_into().unwrap())
}

fn answer(world: &mut World, who: usize, message: MessageId, agree: bool) -> Result<Reply, ApiError> {
    let params = params::AnswerIntroductionParams { message, agree };
    world.call(who, Command::ContactsAnswerIntroduction(params))
}

fn card(world: &World, who: usize, message: MessageId) -> MessageRow {
    world.people[who].core.store.message(&convert::message(message)).unwrap().expect("the card")
}

fn state(world: &World, who: usize, message: MessageId) -> IntroductionState {
    convert::message_view(&card(world, who, message)).introduction.expect("a suggestion").state
}

fn knows(world: &World, who: usize, other: usize) -> Option<ContactState> {
    world.people[who].contact(world.account(other)).map(|contact| contact.state)
}

#[test]
fn both_agree_and_meet() {
    let mut world = three();
    let account = world.account(2);
    world.call(0, Command::ContactsRename(params::RenameParams { account, petname: "my dentist".into() })).unwrap();
    let [to_one, to_two] = suggest(&mut world, 1, 2).unwrap();
    let told = |event: &Event| matches!(event, Event::Notify { body, .. } if body == "suggests that you meet Person 2");
    assert!(world.people[1].events.iter().any(told));
    // The name they chose, and nothing else.
    let row = card(&world, 1, to_one);
    let said = Body::Introduction(Introduction { name: "Person 2".into(), expires_s: None });
    assert_eq!((row.text.as_deref(), &row.body), (Some("Person 2"), &said.encode()));

    answer(&mut world, 1, to_one, true).unwrap();
    assert_eq!((knows(&world, 1, 2), knows(&world, 2, 1)), (None, None), "the other has not agreed");
    assert_eq!(
        (state(&world, 0, to_one), state(&world, 0, to_two)),
        (IntroductionState::Agreed, IntroductionState::Open)
    );
    answer(&mut world, 2, to_two, true).unwrap();
    for (who, other, message) in [(1, 2, to_one), (2, 1, to_two)] {
        assert_eq!(knows(&world, who, other), Some(ContactState::Introduced));
        let view = convert::message_view(&card(&world, who, message)).introduction.unwrap();
        assert_eq!((view.state, view.account), (IntroductionState::Met, Some(world.account(other))));
        assert_eq!(state(&world, 0, message), IntroductionState::Met);
        let open = world.people[who].core.store.open_invites(world.now).unwrap();
        assert!(open.is_empty(), "no way in is left open: {open:?}");
    }
    let asked = |event: &Event| matches!(event, Event::ContactRequested { .. });
    assert!(!world.people[1].events.iter().chain(&world.people[2].events).any(asked), "nobody is asked twice");
    world.send(1, 2, "so you are the dentist").unwrap();
    assert_eq!(world.texts(2, 1).len(), 1);
    // Once is enough.
    answer(&mut world, 1, to_one, true).unwrap();
    assert_eq!(answer(&mut world, 1, to_one, false).unwrap_err().code, ErrorCode::NotAllowed);
}

#[test]
fn who_does_not_want_to_tells_nobody() {
    let mut world = three();
    let [to_one, to_two] = suggest(&mut world, 1, 2).unwrap();
    answer(&mut world, 1, to_one, true).unwrap();
    world.people[0].events.clear();
    answer(&mut world, 2, to_two, false).unwrap();
    assert_eq!(state(&world, 2, to_two), IntroductionState::Dismissed);
    assert_eq!(state(&world, 0, to_two), IntroductionState::Open, "as if nothing was said");
    assert!(world.people[0].events.iter().all(|event| !matches!(event, Event::MessageUpserted { .. })));
    world.pass(60_000);
    assert_eq!((knows(&world, 1, 2), knows(&world, 2, 1)), (None, None));
    // They may think better of it.
    answer(&mut world, 2, to_two, true).unwrap();
    assert_eq!(knows(&world, 2, 1), Some(ContactState::Introduced));
}

#[test]
fn nobody_has_to_be_there_at_the_same_time() {
    let mut world = three();
    world.people.iter_mut().for_each(|person| person.hold = true);
    let [to_one, to_two] = suggest(&mut world, 1, 2).unwrap();
    let alone = |world: &mut World, who: usize| {
        world.people.iter_mut().for_each(|person| person.hold = true);
        world.people[who].hold = false;
        world.pass(700_000);
    };
    alone(&mut world, 0);
    for (who, message) in [(1, to_one), (2, to_two)] {
        answer(&mut world, who, message, true).unwrap();
        assert_eq!(state(&world, 0, message), IntroductionState::Open, "it has not left");
        alone(&mut world, who);
    }
    assert_eq!(knows(&world, 1, 2), None);
    for who in [0, 1, 2, 1] {
        alone(&mut world, who);
    }
    assert_eq!(knows(&world, 1, 2), Some(ContactState::Introduced));
    assert_eq!(knows(&world, 2, 1), Some(ContactState::Introduced));
}

#[test]
fn only_contacts_are_introduced_and_only_once_to_each_other() {
    let mut world = three();
    assert_eq!(suggest(&mut world, 1, 1).unwrap_err().code, ErrorCode::InvalidArgument);
    assert_eq!(suggest(&mut world, 1, 3).unwrap_err().code, ErrorCode::NotFound);
    let link = world.invite(0, true, None);
    world.add(3, &link).unwrap();
    assert_eq!(suggest(&mut world, 1, 3).unwrap_err().code, ErrorCode::NotAContact, "a request is not enough");
    let account = world.account(2);
    world.call(0, Command::ContactsBlock(params::AccountParams { account })).unwrap();
    assert_eq!(suggest(&mut world, 1, 2).unwrap_err().code, ErrorCode::Blocked);
    world.call(0, Command::ContactsUnblock(params::AccountParams { account })).unwrap();
    let [to_one, to_two] = suggest(&mut world, 1, 2).unwrap();
    assert_eq!(answer(&mut world, 0, to_one, true).unwrap_err().code, ErrorCode::NotAllowed, "who suggested it");
    let text = world.send(0, 1, "a text").unwrap();
    let Reply::ChatsSend(text) = text else { panic!() };
    assert_eq!(answer(&mut world, 1, text.message, true).unwrap_err().code, ErrorCode::NotAllowed);
    // Taken back: what comes afterwards leads nowhere.
    answer(&mut world, 1, to_one, true).unwrap();
    let delete = params::DeleteParams { message: to_one, scope: params::DeleteFor::Everyone };
    world.call(0, Command::ChatsDelete(delete)).unwrap();
    answer(&mut world, 2, to_two, true).unwrap();
    assert_eq!((knows(&world, 1, 2), knows(&world, 2, 1)), (None, None));
    assert_eq!(answer(&mut world, 1, to_one, true).unwrap_err().code, ErrorCode::NotAllowed);
}

/// An invite of somebody, as it goes into an answer.
fn invite_of(world: &mut World, who: usize, target: MessageId) -> IntroductionAnswer {
    let link = world.invite(who, true, None);
    let bundle = world.people[who].core.store.open_invites(world.now).unwrap().pop().unwrap().sealed;
    IntroductionAnswer { target: convert::message(target), link, bundle }
}

fn say(world: &mut World, from: usize, to: usize, answer: IntroductionAnswer) {
    let (account, transport, now) = (world.people[to].core.account(), world.transport(from), world.now);
    for output in world.people[from].say(account, &Body::IntroductionAnswer(answer), now) {
        if let crate::Output::Send { bytes, .. } = output {
            world.give(to, crate::Input::Peer { from: transport, bytes });
        }
    }
}

#[test]
fn an_answer_that_does_not_fit_leads_nowhere() {
    let mut world = three();
    let [to_one, to_two] = suggest(&mut world, 1, 2).unwrap();
    answer(&mut world, 2, to_two, true).unwrap();
    // One of both answers with the invite of a third.
    let foreign = invite_of(&mut world, 3, to_one);
    say(&mut world, 1, 0, foreign);
    assert_eq!(state(&world, 0, to_one), IntroductionState::Open);
    // One answers for the other.
    let for_other = invite_of(&mut world, 1, to_two);
    say(&mut world, 1, 0, for_other);
    assert_eq!(state(&world, 0, to_one), IntroductionState::Open);
    // Who made the suggestion passes something on that nobody agreed to, or twice.
    let unasked = invite_of(&mut world, 3, to_one);
    say(&mut world, 0, 1, unasked);
    assert_eq!(knows(&world, 1, 3), None);
    answer(&mut world, 1, to_one, true).unwrap();
    assert_eq!(knows(&world, 1, 2), Some(ContactState::Introduced));
    let second = invite_of(&mut world, 3, to_two);
    say(&mut world, 0, 2, second);
    assert_eq!(knows(&world, 2, 3), None);
    // Damaged: nothing comes of it, and the conversation goes on.
    let [again, _] = suggest(&mut world, 1, 2).unwrap();
    answer(&mut world, 1, again, true).unwrap();
    let mut damaged = invite_of(&mut world, 3, again);
    damaged.bundle[40] ^= 1;
    say(&mut world, 0, 1, damaged);
    assert_eq!(knows(&world, 1, 3), None);
    world.send(0, 1, "still here").unwrap();
    assert!(world.texts(1, 0).iter().any(|row| row.text.as_deref() == Some("still here")));
}
