use kith_api::{
    ApiError, Command, ErrorCode, Event, Reply, params,
    views::{self, MessageKind, System},
};
use kith_store::Anchor;
use proptest::prelude::*;

use super::world::World;
use crate::{Input, Output, convert};

fn two() -> World {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world
}

fn chat(world: &World) -> kith_api::ChatId {
    kith_api::ChatId::from_bytes(world.chat(0, 1).to_bytes())
}

fn set(world: &mut World, who: usize, expires_s: Option<u64>) -> Result<Reply, ApiError> {
    let chat = chat(world);
    world.call(who, Command::ChatsSetExpiry(params::ExpiryParams { chat, expires_s }))
}

fn write(world: &mut World, who: usize, text: &str, expires_s: Option<u64>) -> Result<Reply, ApiError> {
    let chat = chat(world);
    let params = params::SendParams { chat, text: text.into(), reply_to: None, expires_s, preview: None };
    world.call(who, Command::ChatsSend(params))
}

fn read(world: &mut World, who: usize) {
    let chat = chat(world);
    world.call(who, Command::ChatsMarkRead(params::ReadParams { chat, up_to: None })).unwrap();
}

fn shown(world: &World, who: usize) -> Vec<views::Message> {
    let page = world.people[who].core.store.history(&world.chat(0, 1), &Anchor::End, 500, 0).unwrap();
    page.messages.iter().map(convert::message_view).collect()
}

fn texts(world: &World, who: usize) -> Vec<String> {
    shown(world, who).into_iter().filter_map(|message| message.text).collect()
}

fn view(world: &World, who: usize) -> views::Chat {
    world.people[who].core.get_chat(chat(world)).unwrap()
}

#[test]
fn both_see_who_set_it_and_what_is_written_then_goes_away_on_both_sides() {
    let mut world = two();
    world.people[1].events.clear();
    set(&mut world, 0, Some(60)).unwrap();
    for who in [0, 1] {
        assert_eq!(view(&world, who).expires_s, Some(60));
        let line = shown(&world, who).pop().unwrap();
        let said = Some(System::Expiry { expires_s: Some(60) });
        assert_eq!((line.kind, line.system, line.author), (MessageKind::System, said, world.account(0)));
    }
    assert_eq!(view(&world, 1).unread, 0, "there is nothing to read");
    assert!(!world.people[1].events.iter().any(|event| matches!(event, Event::Notify { .. })));
    set(&mut world, 1, Some(60)).unwrap();
    assert_eq!(shown(&world, 0).len(), 1, "it was like this already");

    write(&mut world, 1, "xylophone", None).unwrap();
    let sent = world.now;
    assert_eq!(shown(&world, 1)[1].expires_at, Some(sent + 60_000));
    assert_eq!((shown(&world, 0)[1].expires_s, shown(&world, 0)[1].expires_at), (Some(60), None), "not read yet");
    world.pass(61_000);
    assert_eq!((texts(&world, 0).len(), texts(&world, 1).len()), (1, 0));

    world.people[0].events.clear();
    read(&mut world, 0);
    let timed = |event: &Event| matches!(event, Event::MessageUpserted { message } if message.expires_at == Some(world.now + 60_000));
    assert!(world.people[0].events.iter().any(timed), "{:?}", world.people[0].events);
    world.pass(59_000);
    assert_eq!(texts(&world, 0).len(), 1);
    world.people[0].events.clear();
    world.pass(2_000);
    assert_eq!(texts(&world, 0).len(), 0);
    let gone = |event: &Event| matches!(event, Event::MessageRemoved { .. });
    assert!(world.people[0].events.iter().any(gone));
    assert!(matches!(view(&world, 0).last.unwrap().kind, MessageKind::System), "the lines stay");

    set(&mut world, 1, None).unwrap();
    write(&mut world, 1, "stays", None).unwrap();
    read(&mut world, 0);
    world.pass(100_000);
    assert_eq!((texts(&world, 0), texts(&world, 1)), (vec!["stays".to_owned()], vec!["stays".to_owned()]));
}

#[test]
fn one_message_can_be_another_than_the_chat() {
    let mut world = two();
    set(&mut world, 0, Some(3600)).unwrap();
    write(&mut world, 0, "soon", Some(5)).unwrap();
    write(&mut world, 0, "later", None).unwrap();
    write(&mut world, 0, "never", Some(0)).unwrap();
    read(&mut world, 1);
    world.pass(6_000);
    for who in [0, 1] {
        assert_eq!(texts(&world, who), ["later", "never"]);
    }
    world.pass(3_600_000);
    for who in [0, 1] {
        assert_eq!(texts(&world, who), ["never"]);
    }
    let year = 366 * 24 * 3600;
    for wrong in [year + 1, u64::MAX, u64::from(u32::MAX) + 2] {
        assert_eq!(write(&mut world, 0, "x", Some(wrong)).unwrap_err().code, ErrorCode::InvalidArgument);
        assert_eq!(set(&mut world, 0, Some(wrong)).unwrap_err().code, ErrorCode::InvalidArgument);
    }
    assert_eq!(set(&mut world, 0, Some(0)).unwrap_err().code, ErrorCode::InvalidArgument);
    set(&mut world, 0, Some(year)).unwrap();
}

#[test]
fn what_waits_when_its_time_is_over_is_not_delivered_later() {
    let mut world = two();
    world.people[0].hold = true;
    write(&mut world, 0, "xylophonemarker", Some(30)).unwrap();
    let message = shown(&world, 0)[0].id;
    let text = "xylophonemarker again".to_owned();
    world.call(0, Command::ChatsEdit(params::EditParams { message, text })).unwrap();
    world.pass(31_000);
    assert!(texts(&world, 0).is_empty());
    let core = &world.people[0].core;
    assert_eq!((core.store.outbox_len().unwrap(), core.store.deposits_waiting().unwrap()), (0, 0));
    world.people[0].held.clear();
    world.people[0].hold = false;
    world.pass(60_000);
    assert!(shown(&world, 1).is_empty());
    assert_eq!(world.people[1].core.store.waiting_changes().unwrap(), 0, "nor a change of it");
}

#[test]
fn what_went_away_does_not_come_back_when_it_is_sent_again() {
    let mut world = two();
    world.people[0].hold = true;
    write(&mut world, 0, "twice", Some(30)).unwrap();
    let row = world.texts(0, 1).remove(0);
    let (to, from, now) = (world.people[1].core.account(), world.transport(0), world.now);
    let first: Vec<_> = world.people[0].held.drain(..).collect();
    for output in first {
        let Output::Send { bytes, .. } = output else { continue };
        world.give(1, Input::Peer { from, bytes });
    }
    world.people[0].hold = false;
    read(&mut world, 1);
    world.pass(31_000);
    assert!(shown(&world, 1).is_empty());
    let body = kith_wire::Body::Text {
        text: "twice".into(),
        reply_to: None,
        forwarded: false,
        expires_s: Some(30),
        preview: None,
        pictures: Vec::new(),
    };
    let out = world.people[0].core.batch(now, |core, _| core.enqueue(to, row.msg, row.hlc, &body, now)).unwrap();
    for output in out {
        let Output::Send { bytes, .. } = output else { continue };
        world.give(1, Input::Peer { from, bytes });
    }
    assert!(shown(&world, 1).is_empty());
    assert_eq!(world.people[0].core.store.outbox_len().unwrap(), 0, "and it is acknowledged");
}

#[test]
fn notes_disappear_too_and_a_start_sweeps_what_is_over() {
    let mut world = World::new(1);
    let account = world.account(0);
    let Ok(Reply::ChatsOpen(opened)) = world.call(0, Command::ChatsOpen(params::AccountParams { account })) else {
        panic!("no notes")
    };
    let chat = opened.chat;
    world.call(0, Command::ChatsSetExpiry(params::ExpiryParams { chat, expires_s: Some(10) })).unwrap();
    let params = params::SendParams { chat, text: "milk".into(), reply_to: None, expires_s: None, preview: None };
    world.call(0, Command::ChatsSend(params)).unwrap();
    let later = world.now + 11_000;
    let core = &mut world.people[0].core;
    assert_eq!(core.next_wake().unwrap(), Some(world.now + 10_000));
    let out = core.batch(later, |core, out| core.startup(later, out)).unwrap();
    assert!(out.iter().any(|output| matches!(output, Output::Event(Event::MessageRemoved { .. }))));
    assert_eq!(core.store.history(&convert::chat(chat), &Anchor::End, 9, 0).unwrap().messages.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whoever sets what, and however wrong the clocks are: both sides end with the same.
    #[test]
    fn both_agree_in_the_end(steps in prop::collection::vec((0..2_usize, prop::option::of(1..5_u64), any::<bool>(), 0..9_000_000_u64), 1..8)) {
        let mut world = two();
        let start = world.now;
        for (who, expires_s, hold, clock) in steps {
            world.people[who].hold = hold;
            // Everybody's clock is another; it may even go back.
            world.now = start + clock;
            set(&mut world, who, expires_s.map(|days| days * 86_400)).unwrap();
        }
        world.now = start + 10_000_000;
        for who in [0, 1] {
            world.people[who].hold = false;
        }
        for (who, from) in [(0, 1), (1, 0)] {
            let from = world.transport(from);
            let held: Vec<_> = world.people[1 - who].held.drain(..).collect();
            for output in held {
                let Output::Send { bytes, .. } = output else { continue };
                world.give(who, Input::Peer { from, bytes });
            }
        }
        world.pass(1_300_000);
        prop_assert_eq!(view(&world, 0).expires_s, view(&world, 1).expires_s);
        let lines = |who| shown(&world, who).into_iter().map(|line| (line.id, line.system)).collect::<std::collections::BTreeMap<_, _>>().len();
        prop_assert_eq!(lines(0), lines(1));
    }
}
