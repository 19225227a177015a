use kith_api::{
    ApiError, Command, ErrorCode, Event, Reply, params,
    views::{MessageKind, Poll},
};
use kith_store::Search;
use kith_wire::Body;

use super::world::World;
use crate::convert;

fn two() -> World {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world
}

fn chat(world: &World) -> kith_api::ChatId {
    kith_api::ChatId::from_bytes(world.chat(0, 1).to_bytes())
}

fn asked(world: &World) -> params::PollParams {
    params::PollParams {
        chat: chat(world),
        question: "Which day, xylophone?".into(),
        options: ["Monday", "Tuesday", "Never"].map(str::to_owned).into(),
        multiple: false,
        closes_at: None,
    }
}

fn ask(world: &mut World, params: params::PollParams) -> Result<kith_api::MessageId, ApiError> {
    let Reply::ChatsPoll(reply) = world.call(0, Command::ChatsPoll(params))? else { panic!("another answer") };
    Ok(reply.message)
}

fn vote(world: &mut World, who: usize, message: kith_api::MessageId, options: &[u64]) -> Result<Reply, ApiError> {
    world.call(who, Command::ChatsVote(params::VoteParams { message, options: options.to_vec() }))
}

fn close(world: &mut World, who: usize, message: kith_api::MessageId) -> Result<Reply, ApiError> {
    world.call(who, Command::ChatsClosePoll(params::MessageParams { message }))
}

fn poll(world: &World, who: usize, message: kith_api::MessageId) -> Poll {
    let row = world.people[who].core.store.message(&convert::message(message)).unwrap().unwrap();
    convert::message_view(&row).poll.unwrap()
}

/// Who chose each answer.
fn voters(world: &World, message: kith_api::MessageId) -> Vec<Vec<usize>> {
    let both = [0, 1].map(|who| poll(world, who, message));
    assert_eq!(both[0], both[1], "both see the same");
    let number = |account: &kith_api::AccountId| usize::from(*account != world.account(0));
    both[0].options.iter().map(|option| option.voters.iter().map(number).collect()).collect()
}

#[test]
fn both_choose_and_see_who_chose_what() {
    let mut world = two();
    world.people[1].events.clear();
    let params = asked(&world);
    let message = ask(&mut world, params).unwrap();
    let told = |event: &Event| matches!(event, Event::Notify { body, .. } if body == "Which day, xylophone?");
    assert!(world.people[1].events.iter().any(told));
    let row = world.people[1].core.store.message(&convert::message(message)).unwrap().unwrap();
    assert_eq!(convert::message_view(&row).kind, MessageKind::Poll);
    let search = Search { query: "xylophone", kind: Some(Body::POLL), limit: 9, ..Search::default() };
    assert_eq!(world.people[1].core.store.search(&search).unwrap().len(), 1, "its question is found");

    vote(&mut world, 1, message, &[1]).unwrap();
    vote(&mut world, 0, message, &[1]).unwrap();
    assert_eq!(voters(&world, message), [vec![], vec![1, 0], vec![]]);
    vote(&mut world, 1, message, &[2]).unwrap();
    assert_eq!(voters(&world, message), [vec![], vec![0], vec![1]]);
    vote(&mut world, 1, message, &[]).unwrap();
    assert_eq!(voters(&world, message), [vec![], vec![0], vec![]]);
    for wrong in [&[0, 1][..], &[3], &[64], &[u64::MAX]] {
        assert_eq!(vote(&mut world, 1, message, wrong).unwrap_err().code, ErrorCode::InvalidArgument, "{wrong:?}");
    }
    assert_eq!(close(&mut world, 1, message).unwrap_err().code, ErrorCode::NotAllowed);
    close(&mut world, 0, message).unwrap();
    assert!(poll(&world, 1, message).closed);
    assert_eq!(vote(&mut world, 1, message, &[0]).unwrap_err().code, ErrorCode::NotAllowed);
    assert_eq!(close(&mut world, 0, message).unwrap_err().code, ErrorCode::NotAllowed);
    assert_eq!(voters(&world, message), [vec![], vec![0], vec![]]);
}

#[test]
fn several_answers_where_several_are_allowed() {
    let mut world = two();
    let params = params::PollParams { multiple: true, ..asked(&world) };
    let message = ask(&mut world, params).unwrap();
    vote(&mut world, 1, message, &[0, 2]).unwrap();
    assert_eq!(voters(&world, message), [vec![1], vec![], vec![1]]);
}

#[test]
fn a_poll_closes_by_itself() {
    let mut world = two();
    let params = params::PollParams { closes_at: Some(world.now + 60_000), ..asked(&world) };
    let message = ask(&mut world, params).unwrap();
    vote(&mut world, 1, message, &[0]).unwrap();
    world.pass(60_000);
    assert_eq!(vote(&mut world, 1, message, &[1]).unwrap_err().code, ErrorCode::NotAllowed);
    // Whoever does not keep to it is not counted.
    let (to, now) = (world.people[0].core.account(), world.now);
    let target = convert::message(message);
    let body = Body::Vote { target, author: world.people[0].core.account(), choices: 2 };
    let from = world.transport(1);
    for output in world.people[1].say(to, &body, now) {
        let crate::Output::Send { bytes, .. } = output else { continue };
        world.give(0, crate::Input::Peer { from, bytes });
    }
    assert_eq!(poll(&world, 0, message).options[0].voters.len(), 1);
    assert_eq!(poll(&world, 0, message).options[1].voters.len(), 0);
}

#[test]
fn what_is_no_poll_is_not_asked() {
    let mut world = two();
    let good = asked(&world);
    let many = (0..13).map(|n| n.to_string()).collect();
    let wrong = [
        params::PollParams { question: " ".into(), ..good.clone() },
        params::PollParams { question: "x".repeat(301), ..good.clone() },
        params::PollParams { options: vec!["one".into()], ..good.clone() },
        params::PollParams { options: many, ..good.clone() },
        params::PollParams { options: vec!["one".into(), " one ".into()], ..good.clone() },
        params::PollParams { options: vec!["one".into(), "".into()], ..good.clone() },
        params::PollParams { options: vec!["one".into(), "x".repeat(101)], ..good.clone() },
        params::PollParams { closes_at: Some(world.now), ..good.clone() },
    ];
    for params in wrong {
        let shown = format!("{params:?}");
        assert_eq!(ask(&mut world, params).unwrap_err().code, ErrorCode::InvalidArgument, "{shown}");
    }
    let message = ask(&mut world, good).unwrap();
    let edit = params::EditParams { message, text: "another question".into() };
    assert_eq!(world.call(0, Command::ChatsEdit(edit)).unwrap_err().code, ErrorCode::NotAllowed);
    let forward = params::ForwardParams { message, to: vec![chat(&world)] };
    assert_eq!(world.call(0, Command::ChatsForward(forward)).unwrap_err().code, ErrorCode::NotAllowed);
    let Ok(Reply::ChatsSend(text)) = world.send(0, 1, "a text") else { panic!("not sent") };
    assert_eq!(vote(&mut world, 0, text.message, &[0]).unwrap_err().code, ErrorCode::NotAllowed);
    let delete = params::DeleteParams { message, scope: params::DeleteFor::Everyone };
    vote(&mut world, 1, message, &[0]).unwrap();
    world.call(0, Command::ChatsDelete(delete)).unwrap();
    for who in [0, 1] {
        assert_eq!(vote(&mut world, who, message, &[0]).unwrap_err().code, ErrorCode::NotAllowed);
        let row = world.people[who].core.store.message(&convert::message(message)).unwrap().unwrap();
        assert!(row.text.is_none() && row.body.is_empty() && row.marks.votes.is_empty(), "{row:?}");
    }
}

#[test]
fn a_poll_for_myself() {
    let mut world = World::new(1);
    let account = world.account(0);
    let Ok(Reply::ChatsOpen(opened)) = world.call(0, Command::ChatsOpen(params::AccountParams { account })) else {
        panic!("no notes")
    };
    let options = ["tea", "coffee"].map(str::to_owned).into();
    let params = params::PollParams {
        chat: opened.chat,
        question: "What now?".into(),
        options,
        multiple: false,
        closes_at: None,
    };
    let message = ask(&mut world, params).unwrap();
    vote(&mut world, 0, message, &[1]).unwrap();
    close(&mut world, 0, message).unwrap();
    let poll = poll(&world, 0, message);
    assert_eq!((poll.options[1].voters.clone(), poll.closed), (vec![account], true));
}
