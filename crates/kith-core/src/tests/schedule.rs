use kith_api::{
    ApiError, Command, ErrorCode, Reply, params,
    views::{Message, Scheduled},
};
use kith_store::Anchor;

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

fn schedule(world: &mut World, text: &str, at_ms: u64) -> Result<kith_api::MessageId, ApiError> {
    let params = params::ScheduleParams { chat: chat(world), text: text.into(), at_ms, reply_to: None };
    let Reply::ChatsSchedule(reply) = world.call(0, Command::ChatsSchedule(params))? else { panic!("another answer") };
    Ok(reply.message)
}

fn change(
    world: &mut World,
    message: kith_api::MessageId,
    text: Option<&str>,
    at_ms: Option<u64>,
) -> Result<Reply, ApiError> {
    let params = params::RescheduleParams { message, text: text.map(str::to_owned), at_ms };
    world.call(0, Command::ChatsReschedule(params))
}

fn waiting(world: &World) -> Vec<Scheduled> {
    let rows = world.people[0].core.store.scheduled(None).unwrap();
    rows.into_iter().map(convert::scheduled_view).collect()
}

fn shown(world: &World, who: usize) -> Vec<Message> {
    let page = world.people[who].core.store.history(&world.chat(0, 1), &Anchor::End, 500, 0).unwrap();
    page.messages.iter().map(convert::message_view).collect()
}

fn texts(world: &World, who: usize) -> Vec<String> {
    shown(world, who).into_iter().filter_map(|message| message.text).collect()
}

fn count(world: &World) -> u64 {
    world.people[0].core.get_chat(chat(world)).unwrap().scheduled
}

#[test]
fn what_is_written_ahead_is_sent_at_its_time_once() {
    let mut world = two();
    let at = world.now + 60_000;
    let second = schedule(&mut world, "second", at + 1_000).unwrap();
    let first = schedule(&mut world, "first", at).unwrap();
    assert_eq!(waiting(&world).iter().map(|row| row.message).collect::<Vec<_>>(), [first, second]);
    assert_eq!((count(&world), texts(&world, 0).len()), (2, 0));
    world.pass(59_000);
    assert!(texts(&world, 1).is_empty());
    world.pass(5_000);
    for who in [0, 1] {
        assert_eq!(texts(&world, who), ["first", "second"]);
    }
    let sent = shown(&world, 0).remove(0);
    assert_eq!((sent.id, sent.planned_at, sent.sent_at), (first, Some(at), at));
    assert_eq!(shown(&world, 1)[0].planned_at, None, "that it was written ahead is nobody else's affair");
    assert_eq!((waiting(&world), count(&world)), (vec![], 0));
    world.pass(60_000);
    assert_eq!(texts(&world, 1).len(), 2);
}

#[test]
fn a_start_sends_what_was_missed_with_the_time_it_was_meant_for() {
    let mut world = two();
    let at = world.now + 1_000;
    schedule(&mut world, "late", at).unwrap();
    let now = world.now + 3_600_000;
    let core = &mut world.people[0].core;
    core.batch(now, |core, out| core.startup(now, out)).unwrap();
    core.batch(now, |core, out| core.startup(now, out)).unwrap();
    let sent = shown(&world, 0);
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].planned_at, sent[0].sent_at), (Some(at), now));
}

#[test]
fn what_waits_can_be_changed_sent_now_and_forgotten() {
    let mut world = two();
    let at = world.now + 60_000;
    let [first, second, third] = ["a", "b", "c"].map(|text| schedule(&mut world, text, at).unwrap());
    change(&mut world, first, Some("other words"), Some(at + 500_000)).unwrap();
    let row = waiting(&world).pop().unwrap();
    assert_eq!((row.message, row.text.as_str(), row.at), (first, "other words", at + 500_000));
    let now = world.now;
    change(&mut world, second, None, Some(now)).unwrap();
    assert_eq!(texts(&world, 1), ["b"]);
    world.call(0, Command::ChatsUnschedule(params::MessageParams { message: third })).unwrap();
    world.pass(100_000);
    assert_eq!((texts(&world, 1), count(&world)), (vec!["b".to_owned()], 1));
    for gone in [second, third] {
        assert_eq!(change(&mut world, gone, None, Some(0)).unwrap_err().code, ErrorCode::NotFound);
        let forget = Command::ChatsUnschedule(params::MessageParams { message: gone });
        assert_eq!(world.call(0, forget).unwrap_err().code, ErrorCode::NotFound);
    }
}

#[test]
fn what_cannot_be_sent_stays_with_the_reason() {
    let mut world = two();
    let at = world.now + 1_000;
    let message = schedule(&mut world, "hello", at).unwrap();
    let account = world.account(1);
    world.call(0, Command::ContactsBlock(params::AccountParams { account })).unwrap();
    world.pass(10_000);
    assert_eq!(waiting(&world)[0].error, Some(ErrorCode::Blocked));
    assert!(texts(&world, 0).is_empty());
    let now = world.now;
    assert_eq!(change(&mut world, message, None, Some(now)).unwrap_err().code, ErrorCode::Blocked);
    world.call(0, Command::ContactsUnblock(params::AccountParams { account })).unwrap();
    assert_eq!(waiting(&world).len(), 1, "it does not go by itself");
    change(&mut world, message, None, Some(now)).unwrap();
    assert_eq!((texts(&world, 0).len(), waiting(&world).len()), (1, 0));
}

#[test]
fn an_answer_to_what_is_gone_is_sent_all_the_same() {
    let mut world = two();
    let Ok(Reply::ChatsSend(question)) = world.send(0, 1, "question") else { panic!("not sent") };
    let at_ms = world.now + 1_000;
    let params =
        params::ScheduleParams { chat: chat(&world), text: "answer".into(), at_ms, reply_to: Some(question.message) };
    world.call(0, Command::ChatsSchedule(params)).unwrap();
    let delete = params::DeleteParams { message: question.message, scope: params::DeleteFor::Me };
    world.call(0, Command::ChatsDelete(delete)).unwrap();
    world.pass(5_000);
    assert_eq!(shown(&world, 0).pop().map(|sent| (sent.text, sent.reply_to)), Some((Some("answer".into()), None)));
}

#[test]
fn bounds_are_kept() {
    let mut world = two();
    let now = world.now;
    let year = 366 * 24 * 3_600_000;
    for at in [0, now, now + year + 1, u64::MAX] {
        assert_eq!(schedule(&mut world, "x", at).unwrap_err().code, ErrorCode::InvalidArgument, "{at}");
    }
    assert_eq!(schedule(&mut world, " ", now + 1).unwrap_err().code, ErrorCode::InvalidArgument);
    assert_eq!(schedule(&mut world, &"x".repeat(16 * 1024 + 1), now + 1).unwrap_err().code, ErrorCode::TooLarge);
    for _ in 0..100 {
        schedule(&mut world, "x", now + year).unwrap();
    }
    assert_eq!(schedule(&mut world, "x", now + 1).unwrap_err().code, ErrorCode::NotAllowed);
}
