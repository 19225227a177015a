//! Calls between two cores: what rings, what each side is told, and what stays in the chat.

mod hostile;
mod kept;
mod sound;
mod video;

use kith_api::{
    Command, ErrorCode, Event, MessageId, Reply, params,
    views::{self, CallPhase, Presence},
};
use kith_store::{CallOutcome, MessageRow};
use kith_wire::{Body, CallSignal, CallStep};

use super::world::{DIRECT, World};
use crate::{CallCommand, CallNews, Input, Output, Shows, convert};

const HOUR_MS: u64 = 3600 * 1000;
const RING_MS: u64 = 45_000;

fn two() -> World {
    world_of(2)
}

/// The first person and their contacts.
fn world_of(count: usize) -> World {
    let mut world = World::new(count);
    (1..count).for_each(|other| world.introduce(0, other));
    world.pass(20_000);
    world
}

fn chat(world: &World, a: usize, b: usize) -> kith_api::ChatId {
    kith_api::ChatId::from_bytes(world.chat(a, b).to_bytes())
}

fn try_start(world: &mut World, who: usize, to: usize) -> Result<views::Call, ErrorCode> {
    let chat = chat(world, who, to);
    match world.call(who, Command::CallsStart(params::CallStartParams { chat, video: false })) {
        Ok(Reply::CallsStart(call)) => Ok(call),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.code),
    }
}

fn start(world: &mut World, who: usize, to: usize) -> MessageId {
    try_start(world, who, to).unwrap().call
}

fn accept(world: &mut World, who: usize, call: MessageId) {
    world.call(who, Command::CallsAccept(params::CallRef { call })).unwrap();
}

fn hang_up(world: &mut World, who: usize, call: MessageId) {
    world.call(who, Command::CallsHangUp(params::CallRef { call })).unwrap();
}

fn mic(world: &mut World, who: usize, call: MessageId, on: bool) {
    world
        .call(who, Command::CallsSet(params::CallSetParams { mic: Some(on), ..params::CallSetParams::nothing(call) }))
        .unwrap();
}

fn news(world: &mut World, who: usize, call: MessageId, news: CallNews) {
    world.give(who, Input::Call { call: convert::message(call), news });
}

fn described(offer: bool, n: u8) -> CallNews {
    CallNews::Described { offer, sdp: format!("v=0 {n}"), fingerprint: [n; 32], ufrag: format!("u{n}") }
}

fn describe(call: MessageId, offer: bool, n: u8) -> CallCommand {
    let call = convert::message(call);
    CallCommand::Describe { call, offer, sdp: format!("v=0 {n}"), fingerprint: [n; 32], ufrag: format!("u{n}") }
}

fn open(call: MessageId, offers: bool, microphone: bool) -> CallCommand {
    CallCommand::Open { call: convert::message(call), offers, relay_only: false, microphone, shows: Shows::Nothing }
}

/// Somebody calls, the other answers, and both hear each other.
fn talk(world: &mut World, caller: usize, callee: usize) -> MessageId {
    let call = start(world, caller, callee);
    accept(world, callee, call);
    for who in [caller, callee] {
        news(world, who, call, CallNews::Up);
    }
    assert_eq!((phase(world, caller), phase(world, callee)), (Some(CallPhase::Connected), Some(CallPhase::Connected)));
    world.sessions.clear();
    call
}

fn calls(world: &mut World, who: usize) -> Vec<views::Call> {
    match world.call(who, Command::CallsList(params::Nothing {})) {
        Ok(Reply::CallsList(reply)) => reply.calls,
        other => panic!("{other:?}"),
    }
}

fn phase(world: &mut World, who: usize) -> Option<CallPhase> {
    let calls = calls(world, who);
    assert!(calls.len() <= 1, "{calls:?}");
    calls.first().map(|call| call.phase)
}

/// What the sessions of somebody were told since the last look.
fn told(world: &mut World, who: usize) -> Vec<CallCommand> {
    let (mine, others) = std::mem::take(&mut world.sessions).into_iter().partition(|(whose, _)| *whose == who);
    world.sessions = others;
    let mine: Vec<(usize, CallCommand)> = mine;
    mine.into_iter().map(|(_, command)| command).collect()
}

/// What somebody was told about calls since the last look: of a call that came nothing but its phase.
fn phases(world: &mut World, who: usize) -> Vec<CallPhase> {
    let events = std::mem::take(&mut world.people[who].events);
    let phase = |event| {
        if let Event::CallIncoming { call } | Event::CallChanged { call } = event { Some(call.phase) } else { None }
    };
    events.into_iter().filter_map(phase).collect()
}

fn row(world: &World, who: usize, call: MessageId) -> MessageRow {
    world.people[who].core.store.message(&convert::message(call)).unwrap().expect("it is in the history")
}

fn outcome(world: &World, who: usize, call: MessageId) -> Option<CallOutcome> {
    row(world, who, call).marks.call
}

/// How it ended for the first two.
fn outcomes(world: &World, call: MessageId) -> (CallOutcome, CallOutcome) {
    (outcome(world, 0, call).expect("over"), outcome(world, 1, call).expect("over"))
}

fn unread(world: &World, who: usize, other: usize) -> u32 {
    let unread = world.people[who].core.get_chat(chat(world, who, other)).unwrap().unread;
    u32::try_from(unread).unwrap()
}

/// Nothing of a call is left in memory, and nothing of it waits for its end in the history.
fn nothing_goes_on(world: &mut World) {
    for who in 0..world.people.len() {
        assert_eq!(calls(world, who), [], "{who}");
        assert!(world.people[who].core.store.open_calls().unwrap().is_empty(), "{who}");
    }
}

fn connect(world: &mut World, on: bool) {
    for who in [0, 1] {
        let peer = world.transport(1 - who);
        world.give(who, if on { Input::PeerUp { peer, path: DIRECT } } else { Input::PeerDown { peer } });
    }
}

/// Carries what was kept back, all of one side before all of the other, as if both had left at once.
fn cross(world: &mut World) {
    loop {
        let held = [0, 1].map(|who| std::mem::take(&mut world.people[who].held));
        if held.iter().all(Vec::is_empty) {
            return;
        }
        for (from, held) in held.into_iter().enumerate() {
            for output in held {
                deliver(world, from, 1 - from, output);
            }
        }
    }
}

fn deliver(world: &mut World, from: usize, to: usize, output: Output) {
    let from = world.transport(from);
    if let Output::Send { bytes, .. } = output {
        world.give(to, Input::Peer { from, bytes });
    }
}

/// Says something to the other side that their program would not.
fn say(world: &mut World, from: usize, to: usize, body: &Body) {
    let (account, now) = (world.people[to].core.account(), world.now);
    for output in world.people[from].say(account, body, now) {
        deliver(world, from, to, output);
    }
    // It does not wait for receipts.
    let store = &world.people[from].core.store;
    for row in store.outbox_of(&world.people[to].core.my_device, u32::MAX).unwrap() {
        store.outbox_remove(row.id).unwrap();
    }
}

fn signal(world: &mut World, from: usize, to: usize, call: MessageId, step: CallStep) {
    let call = convert::message(call);
    say(world, from, to, &Body::CallSignal(CallSignal { call, step }));
}

/// They talked so long, and that is what is in the history, was told, and cannot be undone.
fn was_told_of_the_end(world: &mut World, who: usize, call: MessageId, talked_ms: u64) {
    assert_eq!(row(world, who, call).marks.talked_ms, talked_ms);
    let upserted = |event: &Event| if let Event::MessageUpserted { message } = event { message.call } else { None };
    let record = views::CallRecord { outcome: Some(views::CallOutcome::Talked), talked_ms };
    let events = &world.people[who].events;
    assert_eq!(events.iter().find_map(upserted), Some(record));
    let last =
        |event: &Event| if let Event::CallChanged { call } = event { Some((call.phase, call.outcome)) } else { None };
    let ended = Some((CallPhase::Ended, Some(views::CallOutcome::Talked)));
    assert_eq!(events.iter().find_map(last), ended);
    let code = world.call(who, Command::CallsHangUp(params::CallRef { call })).unwrap_err().code;
    assert_eq!(code, ErrorCode::NotFound);
}

#[test]
fn a_call_rings_is_answered_and_ends() {
    let mut world = two();
    let (me, them, chat) = (world.account(0), world.account(1), chat(&world, 0, 1));
    world.people.iter_mut().for_each(|person| person.events.clear());
    let began = world.now;
    let call = start(&mut world, 0, 1);
    let rings = |account, outgoing, phase| views::Call {
        call,
        chat,
        account,
        outgoing,
        phase,
        outcome: None,
        started_at: began,
        connected_at: None,
        until: Some(began + RING_MS),
        mic: true,
        their_mic: true,
        camera: false,
        screen: false,
        their_camera: false,
        their_screen: false,
        silent: false,
    };
    assert_eq!(calls(&mut world, 0), [rings(them, true, CallPhase::Ringing)]);
    assert_eq!(calls(&mut world, 1), [rings(me, false, CallPhase::Incoming)]);
    let incoming = Event::CallIncoming { call: rings(me, false, CallPhase::Incoming) };
    assert!(world.people[1].events.contains(&incoming));
    assert_eq!(phases(&mut world, 0), [CallPhase::Calling, CallPhase::Ringing]);
    assert_eq!(phases(&mut world, 1), [CallPhase::Incoming]);
    assert_eq!((outcome(&world, 0, call), outcome(&world, 1, call)), (None, None));
    assert_eq!(unread(&world, 1, 0), 1);
    world.pass(5_000);
    assert_eq!(world.sessions, [], "before it is answered nothing is gathered");

    accept(&mut world, 1, call);
    let badge = |event: &Event| if let Event::ChatChanged { chat } = event { Some(chat.unread) } else { None };
    assert_eq!(world.people[1].events.iter().rev().find_map(badge), Some(0), "the badge is gone");
    assert_eq!(unread(&world, 1, 0), 0);
    assert_eq!(world.sessions, [(1, open(call, false, true)), (0, open(call, true, true))]);
    assert_eq!(
        (phases(&mut world, 0), phases(&mut world, 1)),
        (vec![CallPhase::Connecting], vec![CallPhase::Connecting])
    );
    world.sessions.clear();

    news(&mut world, 0, call, described(true, 3));
    assert_eq!(world.sessions, [(1, describe(call, true, 3))]);
    news(&mut world, 1, call, described(false, 4));
    news(&mut world, 0, call, CallNews::Candidates(vec!["one".into(), "two".into()]));
    news(&mut world, 1, call, CallNews::Candidates(vec![String::new()]));
    let candidates = |all: &[&str]| CallCommand::Candidates {
        call: convert::message(call),
        candidates: all.iter().map(|&one| one.to_owned()).collect(),
    };
    assert_eq!(told(&mut world, 0), [describe(call, false, 4), candidates(&[""])]);
    assert_eq!(told(&mut world, 1), [describe(call, true, 3), candidates(&["one", "two"])]);

    world.pass(2_000);
    let heard = world.now;
    news(&mut world, 1, call, CallNews::Up);
    assert_eq!((phase(&mut world, 0), phase(&mut world, 1)), (Some(CallPhase::Connecting), Some(CallPhase::Connected)));
    news(&mut world, 0, call, CallNews::Up);
    let talking = calls(&mut world, 0).remove(0);
    assert_eq!((talking.phase, talking.connected_at, talking.until), (CallPhase::Connected, Some(heard), None));

    world.pass(HOUR_MS / 10);
    world.people.iter_mut().for_each(|person| person.events.clear());
    hang_up(&mut world, 0, call);
    let close = CallCommand::Close { call: convert::message(call) };
    assert_eq!(world.sessions, [(0, close.clone()), (1, close)]);
    assert_eq!(outcomes(&world, call), (CallOutcome::Talked, CallOutcome::Talked));
    for who in [0, 1] {
        was_told_of_the_end(&mut world, who, call, HOUR_MS / 10);
    }
    nothing_goes_on(&mut world);
    assert_eq!(world.people[0].core.calls.next_wake(), None);
    talk(&mut world, 1, 0);
}

#[test]
fn who_does_not_want_to_talk_declines() {
    let mut world = two();
    let call = start(&mut world, 0, 1);
    world.call(1, Command::CallsDecline(params::CallRef { call })).unwrap();
    assert_eq!(outcomes(&world, call), (CallOutcome::Declined, CallOutcome::Declined));
    assert_eq!((unread(&world, 1, 0), world.sessions.len()), (0, 0));
    nothing_goes_on(&mut world);
}

#[test]
fn a_caller_who_gives_up_was_missed() {
    let mut world = two();
    let call = start(&mut world, 0, 1);
    world.pass(10_000);
    hang_up(&mut world, 0, call);
    assert_eq!(outcomes(&world, call), (CallOutcome::Cancelled, CallOutcome::Cancelled));
    assert_eq!((unread(&world, 1, 0), world.sessions.len()), (1, 0));
    assert_eq!(phases(&mut world, 1), [CallPhase::Incoming, CallPhase::Ended]);
    nothing_goes_on(&mut world);
}

#[test]
fn nobody_answers_for_ever() {
    // With words between them, and where none of them arrives: each has patience of its own.
    for cut in [false, true] {
        let mut world = two();
        let call = start(&mut world, 0, 1);
        world.people.iter_mut().for_each(|person| person.hold = cut);
        world.pass(RING_MS - 1_000);
        assert_eq!((phase(&mut world, 0), phase(&mut world, 1)), (Some(CallPhase::Ringing), Some(CallPhase::Incoming)));
        world.pass(1_000);
        assert_eq!(outcomes(&world, call), (CallOutcome::NoAnswer, CallOutcome::NoAnswer));
        assert_eq!(unread(&world, 1, 0), 1);
        assert_eq!(world.sessions, []);
        nothing_goes_on(&mut world);
    }
}

#[test]
fn who_is_in_a_call_is_busy() {
    let mut world = world_of(3);
    for rings in [true, false] {
        let first = if rings { start(&mut world, 0, 1) } else { talk(&mut world, 0, 1) };
        let call = start(&mut world, 2, 0);
        assert_eq!(
            (outcome(&world, 2, call), outcome(&world, 0, call)),
            (Some(CallOutcome::Busy), Some(CallOutcome::Busy))
        );
        assert_eq!((calls(&mut world, 0).len(), calls(&mut world, 0)[0].call), (1, first));
        assert_eq!((outcome(&world, 0, first), phase(&mut world, 2)), (None, None));
        hang_up(&mut world, 0, first);
    }
    assert_eq!(unread(&world, 0, 2), 2, "they were missed");
    nothing_goes_on(&mut world);
}

#[test]
fn of_two_calls_that_meet_one_goes_on() {
    for _ in 0..6 {
        let mut world = two();
        world.people.iter_mut().for_each(|person| person.hold = true);
        let (mine, theirs) = (start(&mut world, 0, 1), start(&mut world, 1, 0));
        cross(&mut world);
        world.people.iter_mut().for_each(|person| person.hold = false);
        let (stays, goes) =
            if convert::message(mine) < convert::message(theirs) { (mine, theirs) } else { (theirs, mine) };
        let caller = usize::from(stays == theirs);
        for who in [0, 1] {
            let call = calls(&mut world, who).remove(0);
            assert_eq!((call.call, call.phase), (stays, CallPhase::Connecting), "nobody has to answer");
            assert_eq!(told(&mut world, who), [open(stays, who == caller, true)]);
            assert_eq!(outcome(&world, who, goes), Some(CallOutcome::Replaced));
            assert_eq!(unread(&world, who, 1 - who), 0, "neither was missed");
        }
        news(&mut world, caller, stays, described(true, 1));
        assert_eq!(told(&mut world, 1 - caller), [describe(stays, true, 1)]);
        news(&mut world, 1 - caller, stays, described(false, 2));
        assert_eq!(told(&mut world, caller), [describe(stays, false, 2)]);
        for who in [0, 1] {
            news(&mut world, who, stays, CallNews::Up);
        }
        hang_up(&mut world, 1 - caller, stays);
        assert_eq!(outcomes(&world, stays), (CallOutcome::Talked, CallOutcome::Talked));
        nothing_goes_on(&mut world);
    }
}

#[test]
fn a_call_that_comes_late_was_missed() {
    let mut world = two();
    connect(&mut world, false);
    let call = start(&mut world, 0, 1);
    assert_eq!(phase(&mut world, 0), Some(CallPhase::Calling));
    world.pass(RING_MS);
    assert_eq!(outcome(&world, 0, call), Some(CallOutcome::NoAnswer));
    world.now += HOUR_MS;
    for who in [0, 1] {
        world.give(who, Input::Wake);
    }
    world.people[1].events.clear();
    connect(&mut world, true);
    world.pass(2_000);
    assert_eq!(phases(&mut world, 1), [], "it does not ring");
    assert_eq!((outcome(&world, 1, call), unread(&world, 1, 0)), (Some(CallOutcome::NoAnswer), 1));
    assert_eq!(outcome(&world, 0, call), Some(CallOutcome::NoAnswer));
    nothing_goes_on(&mut world);
}

/// Clocks differ by minutes: whether it still rings, who called knows.
#[test]
fn a_call_that_was_given_up_meanwhile_rings_for_a_moment_only() {
    let mut world = two();
    connect(&mut world, false);
    let call = start(&mut world, 0, 1);
    hang_up(&mut world, 0, call);
    world.pass(120_000);
    world.people[1].events.clear();
    connect(&mut world, true);
    assert_eq!(phases(&mut world, 1), [CallPhase::Incoming, CallPhase::Ended]);
    assert_eq!(outcomes(&world, call), (CallOutcome::Cancelled, CallOutcome::Cancelled));
    assert_eq!(unread(&world, 1, 0), 1);
    nothing_goes_on(&mut world);
}

/// In a mailbox it may have lain, and nobody is there to say that it is over.
#[test]
fn by_mail_a_call_rings_if_it_is_fresh() {
    for (ms, rings) in [(40_000, true), (50_000, false)] {
        let mut world = two();
        world.people[0].hold = true;
        let call = start(&mut world, 0, 1);
        world.now += ms;
        world.people[1].core.by_mail = true;
        for output in std::mem::take(&mut world.people[0].held) {
            deliver(&mut world, 0, 1, output);
        }
        assert_eq!(phase(&mut world, 1), rings.then_some(CallPhase::Incoming));
        assert_eq!(outcome(&world, 1, call), (!rings).then_some(CallOutcome::NoAnswer));
    }
}

#[test]
fn a_microphone_that_is_off_is_seen_there() {
    let mut world = two();
    let call = start(&mut world, 0, 1);
    mic(&mut world, 0, call, false);
    mic(&mut world, 1, call, false);
    mic(&mut world, 1, call, true);
    mic(&mut world, 1, call, false);
    assert_eq!(world.sessions, [], "there is nothing that could be switched");
    assert!(!calls(&mut world, 0)[0].mic && calls(&mut world, 1)[0].their_mic);
    accept(&mut world, 1, call);
    assert_eq!(world.sessions, [(1, open(call, false, false)), (0, open(call, true, false))]);
    news(&mut world, 0, call, described(true, 1));
    news(&mut world, 1, call, described(false, 2));
    for who in [0, 1] {
        news(&mut world, who, call, CallNews::Up);
    }
    assert_eq!([0, 1].map(|who| calls(&mut world, who)[0].their_mic), [false, false]);

    world.sessions.clear();
    for who in [0, 1] {
        for on in [true, false, true] {
            world.people[1 - who].events.clear();
            mic(&mut world, who, call, on);
            mic(&mut world, who, call, on);
            assert_eq!(told(&mut world, who), [CallCommand::Microphone { call: convert::message(call), on }]);
            let (mine, theirs) = (calls(&mut world, who).remove(0), calls(&mut world, 1 - who).remove(0));
            assert_eq!((mine.mic, theirs.their_mic), (on, on));
            assert_eq!(phases(&mut world, 1 - who), [CallPhase::Connected], "told once");
        }
    }
}

#[test]
fn words_about_a_microphone_may_overtake_each_other() {
    let mut world = two();
    let call = talk(&mut world, 0, 1);
    world.people[0].hold = true;
    mic(&mut world, 0, call, false);
    mic(&mut world, 0, call, true);
    mic(&mut world, 0, call, false);
    let mut held = std::mem::take(&mut world.people[0].held);
    held.rotate_right(1);
    assert_eq!(held.len(), 3);
    for output in held {
        deliver(&mut world, 0, 1, output);
    }
    assert!(!calls(&mut world, 1)[0].their_mic);
}

#[test]
fn what_is_said_about_a_call_means_nothing_later() {
    for (ms, arrives) in [(50_000, true), (60_000, false)] {
        let mut world = two();
        let call = talk(&mut world, 0, 1);
        connect(&mut world, false);
        news(&mut world, 0, call, CallNews::Candidates(vec!["here".into()]));
        world.now += ms;
        connect(&mut world, true);
        assert_eq!(!told(&mut world, 1).is_empty(), arrives);
    }
}

/// Nor does it stand in the way of what does.
#[test]
fn what_means_nothing_any_more_leaves_its_room_to_the_rest() {
    let mut world = two();
    let call = talk(&mut world, 0, 1);
    connect(&mut world, false);
    for _ in 0..40 {
        news(&mut world, 0, call, CallNews::Candidates(vec!["here".into()]));
    }
    world.send(0, 1, "still here").unwrap();
    world.now += 61_000;
    connect(&mut world, true);
    world.pass(1_000);
    assert_eq!((told(&mut world, 1), world.texts(1, 0).pop().unwrap().text.as_deref()), (vec![], Some("still here")));
}

#[test]
fn in_a_chat_whose_messages_disappear_a_call_does_once_it_is_over() {
    let mut world = two();
    let chat = chat(&world, 0, 1);
    let expiry = params::ExpiryParams { chat, expires_s: Some(60) };
    world.call(1, Command::ChatsSetExpiry(expiry)).unwrap();
    let call = talk(&mut world, 0, 1);
    world.pass(90_000);
    assert_eq!(row(&world, 1, call).marks.expires_at_ms, None, "not while they talk");
    hang_up(&mut world, 0, call);
    assert_eq!(phase(&mut world, 0), None);
    assert_eq!(outcome(&world, 1, call), Some(CallOutcome::Talked));
    world.pass(61_000);
    for who in [0, 1] {
        assert_eq!(world.people[who].core.store.message(&convert::message(call)).unwrap(), None);
    }
    nothing_goes_on(&mut world);
}

#[test]
fn a_way_that_breaks_is_looked_for_again() {
    let mut world = two();
    let call = talk(&mut world, 0, 1);
    world.pass(10_000);
    for who in [1, 0] {
        news(&mut world, who, call, CallNews::Down);
        let call = calls(&mut world, who).remove(0);
        assert_eq!((call.phase, call.until), (CallPhase::Reconnecting, Some(world.now + 30_000)));
    }
    assert_eq!(world.sessions, [(0, CallCommand::Restart { call: convert::message(call) })], "one of them looks");
    news(&mut world, 0, call, described(true, 5));
    news(&mut world, 1, call, described(false, 6));
    assert_eq!(
        (told(&mut world, 0).pop(), told(&mut world, 1)),
        (Some(describe(call, false, 6)), vec![describe(call, true, 5)])
    );
    world.pass(20_000);
    for who in [0, 1] {
        news(&mut world, who, call, CallNews::Up);
    }
    assert_eq!((phase(&mut world, 0), phase(&mut world, 1)), (Some(CallPhase::Connected), Some(CallPhase::Connected)));
    world.pass(60_000);
    hang_up(&mut world, 1, call);
    assert_eq!(outcomes(&world, call), (CallOutcome::Talked, CallOutcome::Talked));
    assert_eq!([0, 1].map(|who| row(&world, who, call).marks.talked_ms), [90_000; 2]);
}

#[test]
fn a_way_that_is_not_found_again_fails_the_call() {
    for cut in [false, true] {
        let mut world = two();
        let call = talk(&mut world, 0, 1);
        world.people.iter_mut().for_each(|person| person.hold = cut);
        for who in [0, 1] {
            news(&mut world, who, call, CallNews::Down);
        }
        world.pass(29_000);
        assert_eq!(phase(&mut world, 1), Some(CallPhase::Reconnecting));
        world.sessions.clear();
        world.pass(1_000);
        assert_eq!(outcomes(&world, call), (CallOutcome::Failed, CallOutcome::Failed));
        let close = CallCommand::Close { call: convert::message(call) };
        assert_eq!([0, 1].map(|who| told(&mut world, who)), [vec![close.clone()], vec![close]]);
        nothing_goes_on(&mut world);
    }
}

#[test]
fn a_session_that_does_not_come_up_or_breaks_fails_the_call() {
    for breaks in [false, true] {
        let mut world = two();
        let call = start(&mut world, 0, 1);
        accept(&mut world, 1, call);
        if breaks {
            news(&mut world, 1, call, CallNews::Broken);
        } else {
            world.pass(30_000);
        }
        assert_eq!(outcomes(&world, call), (CallOutcome::Failed, CallOutcome::Failed));
        nothing_goes_on(&mut world);
    }
}

#[test]
fn what_cannot_be_a_call_is_refused_clearly() {
    let mut world = world_of(3);
    let me = world.account(0);
    let Ok(Reply::ChatsOpen(notes)) = world.call(0, Command::ChatsOpen(params::AccountParams { account: me })) else {
        panic!()
    };
    let notes = Command::CallsStart(params::CallStartParams { chat: notes.chat, video: false });
    assert_eq!(world.call(0, notes).unwrap_err().code, ErrorCode::NotAllowed);
    let nobody = params::CallStartParams { chat: kith_api::ChatId::from_bytes([7; 16]), video: false };
    assert_eq!(world.call(0, Command::CallsStart(nobody)).unwrap_err().code, ErrorCode::NotFound);

    let call = start(&mut world, 0, 1);
    assert_eq!(try_start(&mut world, 0, 1), Err(ErrorCode::NotAllowed));
    assert_eq!(try_start(&mut world, 0, 2), Err(ErrorCode::NotAllowed));
    assert_eq!(try_start(&mut world, 1, 0), Err(ErrorCode::NotAllowed), "it rings there");
    let other = MessageId::from_bytes([9; 16]);
    for (who, command, code) in [
        (0, Command::CallsAccept(params::CallRef { call }), ErrorCode::NotAllowed),
        (0, Command::CallsDecline(params::CallRef { call }), ErrorCode::NotAllowed),
        (1, Command::CallsAccept(params::CallRef { call: other }), ErrorCode::NotFound),
        (1, Command::CallsHangUp(params::CallRef { call: other }), ErrorCode::NotFound),
        (1, Command::CallsSet(params::CallSetParams::nothing(other)), ErrorCode::NotFound),
    ] {
        assert_eq!(world.call(who, command).unwrap_err().code, code);
    }
    accept(&mut world, 1, call);
    for command in [Command::CallsAccept(params::CallRef { call }), Command::CallsDecline(params::CallRef { call })] {
        assert_eq!(world.call(1, command).unwrap_err().code, ErrorCode::NotAllowed);
    }
    hang_up(&mut world, 1, call);
    assert_eq!(outcomes(&world, call), (CallOutcome::Cancelled, CallOutcome::Cancelled), "nothing was heard");

    let account = world.account(1);
    world.call(0, Command::ContactsBlock(params::AccountParams { account })).unwrap();
    assert_eq!(try_start(&mut world, 0, 1), Err(ErrorCode::Blocked));
    let before = world.texts(0, 2).len();
    presence(&mut world, 0, Presence::Invisible);
    assert_eq!(try_start(&mut world, 0, 2), Err(ErrorCode::NotAllowed));
    assert_eq!(world.texts(0, 2).len(), before, "what is refused is not in the history");
    nothing_goes_on(&mut world);
}

fn presence(world: &mut World, who: usize, presence: Presence) {
    let change = params::ProfileSetParams { presence: Some(presence), ..Default::default() };
    world.call(who, Command::ProfileSet(change)).unwrap();
}

#[test]
fn who_has_not_accepted_is_not_called() {
    let mut world = World::new(2);
    let link = world.invite(0, true, None);
    world.add(1, &link).unwrap();
    let account = world.account(0);
    world.call(1, Command::ChatsOpen(params::AccountParams { account })).unwrap();
    assert_eq!(try_start(&mut world, 1, 0), Err(ErrorCode::NotAllowed));
    nothing_goes_on(&mut world);
}

/// A connection may not have ended yet, and mail is looked for all the same.
#[test]
fn at_somebody_invisible_it_does_not_ring() {
    let mut world = two();
    world.people[0].hold = true;
    let call = start(&mut world, 0, 1);
    world.people[0].hold = false;
    presence(&mut world, 1, Presence::Invisible);
    for output in std::mem::take(&mut world.people[0].held) {
        deliver(&mut world, 0, 1, output);
    }
    assert_eq!((phases(&mut world, 1), phase(&mut world, 0)), (vec![], Some(CallPhase::Calling)));
    assert_eq!((outcome(&world, 1, call), unread(&world, 1, 0)), (Some(CallOutcome::NoAnswer), 1));
}

#[test]
fn who_is_not_to_be_disturbed_is_not_by_a_sound() {
    let mut world = two();
    let silent = |world: &mut World| {
        let call = start(world, 0, 1);
        let silent = calls(world, 1)[0].silent;
        hang_up(world, 0, call);
        silent
    };
    assert!(!silent(&mut world));
    let chat = chat(&world, 0, 1);
    world.call(1, Command::ChatsMute(params::MuteParams { chat, until_ms: None })).unwrap();
    assert!(silent(&mut world));
    world.call(1, Command::ChatsMute(params::MuteParams { chat, until_ms: Some(0) })).unwrap();
    presence(&mut world, 1, Presence::Dnd);
    assert!(silent(&mut world));
    presence(&mut world, 1, Presence::Online);
    assert!(!silent(&mut world));
}

#[test]
fn who_blocks_or_removes_somebody_ends_the_call_with_them() {
    for (who, talks, removes) in [0, 1]
        .into_iter()
        .flat_map(|who| [(who, false, false), (who, false, true), (who, true, false), (who, true, true)])
    {
        let mut world = two();
        let call = if talks { talk(&mut world, 0, 1) } else { start(&mut world, 0, 1) };
        world.pass(1_000);
        let params = params::AccountParams { account: world.account(1 - who) };
        let command = if removes { Command::ContactsRemove(params) } else { Command::ContactsBlock(params) };
        world.call(who, command).unwrap();
        assert!([0, 1].iter().all(|who| outcome(&world, *who, call).is_some()), "{who} {talks} {removes}");
        if talks {
            let close = CallCommand::Close { call: convert::message(call) };
            assert_eq!(world.sessions, [(who, close.clone()), (1 - who, close)]);
            assert_eq!(outcomes(&world, call), (CallOutcome::Talked, CallOutcome::Talked));
        }
        nothing_goes_on(&mut world);
    }
}
