//! Strangers who ask all at once: what they can use up, and what not.

use std::collections::BTreeMap;

use kith_api::{AccountId, Command, Event, params, views::ContactState};
use kith_wire::{Body, Mail, MailboxOperation, MailboxResponse, RequestAnswer};
use proptest::prelude::*;

use super::world::World;
use crate::{
    CommandId, Input, Output,
    contacts::flood::{Arrivals, BURST, EACH_MS, OPEN_MAX, Share},
};

const FOREVER: Option<u64> = Some(365 * 24 * 3600);

/// Asks without waiting for an answer.
fn ask(world: &mut World, who: usize, link: &str) {
    let params = params::AddParams { link: link.to_owned(), message: Some("hi".into()) };
    world.give(who, Input::Command(CommandId(1), Command::ContactsAdd(params)));
}

/// Who waits for the first person's answer.
fn waiting(world: &World) -> Vec<AccountId> {
    let contacts = world.people[0].core.list_contacts().unwrap().contacts;
    contacts.iter().filter(|one| one.state == ContactState::Requested).map(|one| one.account).collect()
}

fn told(world: &mut World) -> u64 {
    let events = std::mem::take(&mut world.people[0].events);
    events.iter().filter(|event| matches!(event, Event::ContactRequested { .. })).count() as u64
}

/// The request somebody would send, and which.
fn sealed(world: &mut World, who: usize, link: &str) -> (crate::SendId, Vec<u8>) {
    world.people[who].hold = true;
    ask(world, who, link);
    let held = std::mem::take(&mut world.people[who].held);
    let frame = |output| if let Output::Request { id, bytes, .. } = output { Some((id, bytes)) } else { None };
    held.into_iter().find_map(frame).expect("a request")
}

#[test]
fn a_burst_through_one_link_leaves_nothing_behind() {
    let mut world = World::new(16);
    let public = world.invite(0, false, FOREVER);
    for who in 1..=14 {
        ask(&mut world, who, &public);
    }
    assert_eq!((waiting(&world).len() as u64, told(&mut world)), (BURST, BURST));
    for who in 11..=14 {
        let account = world.account(0);
        let state = world.people[who].contact(account).map(|contact| contact.state);
        assert_eq!(state, Some(ContactState::Waiting), "they know no more than that nobody answered");
    }
    // One more is turned away without a look.
    let (_, frame) = sealed(&mut world, 15, &public);
    let from = world.transport(15);
    let now = world.now;
    let answered = world.people[0].run(Input::Request { from, request: 1, bytes: frame.clone() }, now);
    assert!(matches!(&answered[..], [Output::AnswerRequest { answer: RequestAnswer::Busy, .. }]), "{answered:?}");
    // Another link has a share of its own.
    let own = world.invite(0, true, None);
    world.people[15].hold = false;
    ask(&mut world, 15, &own);
    assert_eq!(told(&mut world), 1);
    // And who was turned away gets in by and by, because their node comes again.
    world.pass(6 * EACH_MS);
    assert_eq!(waiting(&world).len(), 15);
}

/// The first person's queue for an invite at a mailbox, open.
fn queue_of_invite(world: &mut World) -> kith_store::QueueRow {
    let queues = world.people[0].core.store.queues().unwrap();
    queues.into_iter().find(|queue| queue.invite_tag.is_some()).expect("a queue for the invite")
}

#[test]
fn what_is_too_much_waits_in_the_mailbox() {
    let askers = 14;
    let mut world = World::new(1 + askers);
    with_mailbox(&mut world);
    let public = world.invite(0, false, FOREVER);
    let queue = queue_of_invite(&mut world);
    let frames: Vec<Vec<u8>> = (1..=askers).map(|who| sealed(&mut world, who, &public).1).collect();
    let mail = |after: u64| -> Vec<Mail> {
        let numbered = (1..).zip(&frames).filter(|(seq, _)| *seq > after);
        numbered.map(|(seq, frame)| Mail { seq, envelope: frame.clone() }).collect()
    };
    let mut acked = Vec::new();
    for round in 0..6 {
        world.now += EACH_MS;
        let (id, after) = fetch(&mut world, &queue);
        let response = Some(MailboxResponse::Mail { mail: mail(after), more: false });
        let outputs = world.people[0].run(Input::Mailbox { id, response }, world.now);
        for output in outputs {
            if let Output::Mailbox { operation: MailboxOperation::Ack { seqs, .. }, .. } = output {
                acked.push(seqs);
            }
        }
        let expected = (BURST as usize + round).min(askers);
        assert_eq!(waiting(&world).len(), expected, "round {round}");
        assert_eq!(acked.concat().len(), expected, "only what was looked at is taken from the mailbox");
    }
}

/// Lets the first person have open queues at a mailbox.
fn with_mailbox(world: &mut World) {
    let mailbox = kith_wire::BootstrapLink::new(
        kith_wire::TransportId::from_bytes([7; 32]),
        vec!["/ip4/127.0.0.1/tcp/4100".to_owned()],
        kith_wire::services::MAILBOX,
    );
    let now = world.now;
    let person = &mut world.people[0];
    let mut outputs = person.run(Input::MailboxesSeen(vec![mailbox.to_string()]), now);
    outputs.extend(person.run(Input::Wake, now));
    for output in outputs {
        if let Output::Mailbox { id, operation: MailboxOperation::New { .. }, .. } = output {
            let response =
                Some(MailboxResponse::Created { bytes_max: 1 << 20, envelopes_max: 1000, ttl_ms: 86_400_000 });
            person.run(Input::Mailbox { id, response }, now);
        }
    }
}

/// The question that looks into a queue next, and after which number.
fn fetch(world: &mut World, queue: &kith_store::QueueRow) -> (u64, u64) {
    for _ in 0..60 {
        let outputs = world.people[0].run(Input::Wake, world.now);
        for output in outputs {
            if let Output::Mailbox { id, operation: MailboxOperation::Fetch { receive, after }, .. } = output
                && receive == queue.receive
            {
                return (id, after);
            }
        }
        world.now += 1000;
    }
    panic!("nobody looks into the queue");
}

#[test]
fn a_full_list_makes_room_at_the_cost_of_the_flood() {
    let open = usize::try_from(OPEN_MAX).unwrap();
    let (flood, honest) = (open + 20, 4);
    let mut world = World::new(1 + flood + honest);
    let public = world.invite(0, false, FOREVER);
    for who in 1..=flood {
        world.now += EACH_MS;
        ask(&mut world, who, &public);
    }
    assert_eq!(waiting(&world).len(), open);
    let first: Vec<AccountId> = (1..=open - honest).map(|who| world.account(who)).collect();
    told(&mut world);
    for who in flood + 1..=flood + honest {
        let link = world.invite(0, true, None);
        ask(&mut world, who, &link);
        assert!(waiting(&world).contains(&world.account(who)), "who has a link of their own gets in");
    }
    let now = waiting(&world);
    assert_eq!((now.len(), told(&mut world)), (open, honest as u64));
    assert!(first.iter().all(|account| now.contains(account)), "who came before stays");
    // Who had to give way finds that nobody answered yet, and gets in when there is room.
    let last = open;
    let (me, account) = (world.account(0), world.account(last));
    assert!(!now.contains(&account));
    assert_eq!(world.people[last].contact(me).unwrap().state, ContactState::Waiting);
    for account in first.iter().take(30) {
        world.call(0, Command::ContactsDecline(params::AccountParams { account: *account })).unwrap();
    }
    world.people.iter_mut().enumerate().for_each(|(who, person)| person.hold = who != last && who != 0);
    world.now += 24 * 3600 * 1000 + 2 * EACH_MS;
    world.pass(30_000);
    assert!(waiting(&world).contains(&account), "their node came again");
}

/// Who asked has no free way around, and uses up nobody else's share.
#[test]
fn who_asks_again_and_again_uses_up_their_own_share() {
    let mut world = World::new(1 + BURST as usize);
    let public = world.invite(0, false, FOREVER);
    ask(&mut world, 1, &public);
    let from = world.transport(1);
    let (me, now) = (world.people[0].core.account(), world.now);
    let mut answers = BTreeMap::<String, u64>::new();
    for _ in 0..2 * BURST {
        let row = world.people[1].core.live_devices(me).unwrap().remove(0);
        let requests = world.people[1].core.store.outbox_of_kind(&row.device, Body::REQUEST).unwrap();
        assert_eq!(requests.len(), 1);
        let outputs =
            world.people[1].core.batch(now, |core, out| core.send_request(&row, &requests[0], now, out).map(drop));
        for output in outputs.unwrap() {
            let Output::Request { bytes, .. } = output else { continue };
            for output in world.people[0].run(Input::Request { from, request: 1, bytes }, now) {
                let Output::AnswerRequest { answer, .. } = output else { continue };
                *answers.entry(format!("{answer:?}")).or_default() += 1;
            }
        }
    }
    assert!(answers["Received"] <= BURST && answers["Busy"] >= BURST, "{answers:?}");
    for who in 2..=BURST as usize {
        ask(&mut world, who, &public);
    }
    assert_eq!(waiting(&world).len() as u64, BURST);
}

proptest! {
    #[test]
    fn no_more_are_looked_at_than_the_rate_allows(
        steps in prop::collection::vec((0u8..3, prop_oneof![Just(0), 0u64..2 * EACH_MS]), 1..300)
    ) {
        let (mut arrivals, mut now) = (Arrivals::default(), 1_800_000_000_000);
        let mut looked_at = BTreeMap::<u8, Vec<u64>>::new();
        let mut refused = BTreeMap::<u8, u64>::new();
        for (invite, wait) in steps {
            now += wait;
            let room = arrivals.room(Share::Invite([invite; 16]), now);
            prop_assert!(room <= BURST);
            if room > 0 {
                arrivals.take(Share::Invite([invite; 16]), now);
                prop_assert_eq!(arrivals.room(Share::Invite([invite; 16]), now), room - 1, "one is one");
                looked_at.entry(invite).or_default().push(now);
                refused.remove(&invite);
            } else {
                let since = *refused.entry(invite).or_insert(now);
                prop_assert!(now - since < EACH_MS, "who waits long enough is looked at");
            }
        }
        for times in looked_at.values() {
            for (at, start) in times.iter().enumerate() {
                for (count, end) in times[at..].iter().enumerate() {
                    let allowed = BURST + (end - start) / EACH_MS;
                    prop_assert!(count as u64 <= allowed, "{} within {} ms", count + 1, end - start);
                }
            }
        }
    }
}
