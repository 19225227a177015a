//! Contacts who keep mail for each other: what an offer may do, and when it is told.

use kith_api::{Command, ErrorCode, Event, Reply, params};
use kith_store::{ContactRow, MailboxOfferRow};
use kith_wire::{
    AccountId, Body, BootstrapLink, DepositId, MailboxOffer, MailboxOperation, MailboxResponse, ReceiveId, TransportId,
    services,
};
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::world::{NOW, World};
use crate::{Input, MailboxUsage, Output};

const PUBLIC: &str = "/ip4/9.9.9.9/udp/4100/quic-v1";

/// Somebody and a keeper, who are contacts.
fn two() -> World {
    let mut world = World::new(2);
    world.introduce(0, 1);
    for who in 0..2 {
        world.give(who, Input::Addresses(vec![PUBLIC.to_owned()]));
    }
    world
}

fn offer_of(transport: TransportId, addresses: &[&str], token: u8) -> Body {
    let addresses = addresses.iter().map(|&address| address.to_owned()).collect();
    let mailbox = BootstrapLink::new(transport, addresses, services::MAILBOX).to_string();
    Body::MailboxOffer { offer: MailboxOffer { mailbox, token: Zeroizing::new([token; 32]), bytes: 1 << 20 } }
}

fn offer(world: &World, token: u8) -> Body {
    offer_of(world.transport(1), &[PUBLIC], token)
}

/// What the keeper says, not carried yet.
fn said(world: &mut World, body: &Body) -> Vec<u8> {
    let to = world.people[0].core.account();
    let now = world.now;
    let outputs = world.people[1].say(to, body, now);
    let mut sent = outputs
        .into_iter()
        .filter_map(|output| if let Output::Send { bytes, .. } = output { Some(bytes) } else { None });
    sent.next().expect("sent")
}

fn hear(world: &mut World, bytes: Vec<u8>) {
    let from = world.transport(1);
    world.give(0, Input::Peer { from, bytes });
}

fn say(world: &mut World, body: &Body) {
    let bytes = said(world, body);
    hear(world, bytes);
}

/// The token of the mailbox the keeper keeps for somebody.
fn kept(world: &World) -> Option<u8> {
    let rows = world.people[0].core.store.mailboxes().unwrap();
    assert!(rows.len() <= 1, "{rows:?}");
    let row = rows.into_iter().next()?;
    assert_eq!(row.kept_by, Some(world.people[1].core.account()));
    let view = world.people[0].contact(world.account(1)).unwrap();
    assert!(view.keeps_mail);
    row.token.map(|token| token[0])
}

#[test]
fn an_offer_that_leads_elsewhere_changes_nothing() {
    let mut world = two();
    let (theirs, mine) = (world.transport(1), world.transport(0));
    let stranger = TransportId::from_bytes([9; 32]);
    for body in [
        offer_of(stranger, &[PUBLIC], 1),
        offer_of(mine, &[PUBLIC], 1),
        offer_of(theirs, &[], 1),
        offer_of(theirs, &["/ip4/192.168.1.9/tcp/4100"], 1),
        offer_of(theirs, &["/ip4/127.0.0.1/tcp/4100", "/ip6/fe80::1/tcp/4100"], 1),
        offer_of(theirs, &["/dns4/intranet/tcp/4100"], 1),
        Body::MailboxWithdrawn,
    ] {
        say(&mut world, &body);
        assert_eq!(kept(&world), None);
    }
    say(&mut world, &offer_of(theirs, &["/ip4/10.0.0.1/tcp/4100", PUBLIC], 7));
    assert_eq!(kept(&world), Some(7));
    let address = world.people[0].core.store.mailboxes().unwrap().swap_remove(0).address;
    assert_eq!(
        BootstrapLink::parse(&address).unwrap().addresses,
        [PUBLIC],
        "of its addresses only what anybody may dial"
    );
    say(&mut world, &offer_of(stranger, &[PUBLIC], 8));
    assert_eq!(kept(&world), Some(7));
}

#[test]
fn what_was_removed_is_not_taken_again_before_it_is_offered_anew() {
    let mut world = two();
    let first = offer(&world, 7);
    say(&mut world, &first);
    let address = world.people[0].core.store.mailboxes().unwrap().swap_remove(0).address;
    world.call(0, Command::MailboxesRemove(params::MailboxRef { address })).unwrap();
    assert_eq!(kept(&world), None);
    assert!(!world.people[0].contact(world.account(1)).unwrap().keeps_mail);
    // The same again, with other addresses.
    let moved = offer_of(world.transport(1), &["/ip4/8.8.8.8/tcp/4100"], 7);
    say(&mut world, &moved);
    assert_eq!(kept(&world), None);
    let anew = offer(&world, 8);
    say(&mut world, &anew);
    assert_eq!(kept(&world), Some(8));
    // And it goes with the contact.
    let account = world.account(1);
    world.call(0, Command::ContactsRemove(params::AccountParams { account })).unwrap();
    assert!(world.people[0].core.store.mailboxes().unwrap().is_empty());
}

#[test]
fn a_contact_who_changes_their_mind_all_the_time_is_heard_now_and_then() {
    let mut world = two();
    let changes = |world: &World| {
        let changed = |event: &&Event| matches!(event, Event::ContactChanged { .. });
        world.people[0].events.iter().filter(changed).count()
    };
    let before = changes(&world);
    let mut refused = Vec::new();
    for n in 0..12 {
        let body = if n % 2 == 0 { offer(&world, 7) } else { Body::MailboxWithdrawn };
        let bytes = said(&mut world, &body);
        refused = bytes.clone();
        hear(&mut world, bytes);
    }
    let taken = changes(&world) - before;
    assert_eq!(taken, 8);
    world.now += 3_600_000;
    let body = offer(&world, 9);
    say(&mut world, &body);
    // What was refused was not acknowledged, and comes again.
    world.pass(60_000);
    assert_eq!(kept(&world), Some(9));
    hear(&mut world, refused);
    assert_eq!(kept(&world), Some(9), "what is older does not count any more");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// In whatever order offers come, and how often: the last that was said is what counts.
    #[test]
    fn the_newest_offer_counts(tokens in prop::collection::vec(0u8..4, 1..6), order in any::<[u8; 12]>()) {
        let mut world = two();
        let mut bytes = Vec::new();
        for token in &tokens {
            let body = if *token == 0 { Body::MailboxWithdrawn } else { offer(&world, *token) };
            bytes.push(said(&mut world, &body));
        }
        let mut left = bytes.clone();
        for at in order {
            if !left.is_empty() {
                let next = left.remove(usize::from(at) % left.len());
                hear(&mut world, next);
            }
            hear(&mut world, bytes[usize::from(at) % bytes.len()].clone());
        }
        let last = *tokens.last().unwrap();
        prop_assert_eq!(kept(&world), (last != 0).then_some(last));
    }
}

fn serve(world: &mut World, who: usize, on: bool) -> params::ServeReply {
    let params = params::ServeParams { on: Some(on), quota_mb: None, erase: None };
    match world.call(who, Command::MailboxesServe(params)) {
        Ok(Reply::MailboxesServe(reply)) => reply,
        other => panic!("{other:?}"),
    }
}

fn offers(world: &mut World, who: usize, to: usize, on: bool) -> Result<Reply, kith_api::ApiError> {
    let account = world.account(to);
    world.call(who, Command::MailboxesOffer(params::MailboxOfferParams { account, on }))
}

/// A world in which the second person keeps mail for the first.
fn keeping() -> World {
    let mut world = two();
    world.give(1, Input::Reachable(vec![PUBLIC.to_owned()]));
    serve(&mut world, 1, true);
    offers(&mut world, 1, 0, true).unwrap();
    world
}

fn token(world: &World) -> Option<[u8; 32]> {
    world.people[0].core.store.mailboxes().unwrap().first().and_then(|row| row.token)
}

#[test]
fn a_contact_is_told_where_and_that_it_is_over() {
    let mut world = keeping();
    let first = token(&world).expect("told");
    assert!(world.people[1].contact(world.account(0)).unwrap().mail_offered);
    // Elsewhere now: told when the addresses have settled.
    world.give(1, Input::Reachable(vec!["/ip4/8.8.8.8/tcp/4100".to_owned()]));
    let address = |world: &World| world.people[0].core.store.mailboxes().unwrap()[0].address.clone();
    let before = address(&world);
    world.pass(2_000);
    assert_ne!(address(&world), before);
    assert_eq!(token(&world), Some(first));
    // Nowhere for a moment is not worth telling.
    world.give(1, Input::Reachable(Vec::new()));
    world.pass(2_000);
    assert_eq!(token(&world), Some(first));
    world.give(1, Input::Reachable(vec![PUBLIC.to_owned()]));

    serve(&mut world, 1, false);
    assert_eq!(token(&world), None);
    serve(&mut world, 1, true);
    assert_eq!(token(&world), Some(first), "whoever was chosen stays chosen");
    offers(&mut world, 1, 0, false).unwrap();
    assert_eq!(token(&world), None);
    offers(&mut world, 1, 0, true).unwrap();
    assert!(token(&world).is_some_and(|token| token != first), "a new token for a new promise");
    // Removed, they are told if they are there.
    let account = world.account(0);
    world.call(1, Command::ContactsRemove(params::AccountParams { account })).unwrap();
    assert_eq!(token(&world), None);
}

#[test]
fn who_is_blocked_is_kept_nothing_for_and_told_nothing() {
    let mut world = keeping();
    let account = world.account(0);
    world.people[1].hold = true;
    world.call(1, Command::ContactsBlock(params::AccountParams { account })).unwrap();
    assert!(world.people[1].held.is_empty(), "{:?}", world.people[1].held);
    assert!(world.people[1].core.store.mailbox_offers().unwrap().is_empty());
    // And uses nothing of theirs.
    let mut world = keeping();
    let account = world.account(1);
    world.call(0, Command::ContactsBlock(params::AccountParams { account })).unwrap();
    assert_eq!(token(&world), None);
}

#[test]
fn mail_is_kept_for_contacts_and_for_so_many() {
    let mut world = two();
    assert_eq!(offers(&mut world, 1, 0, true).unwrap_err().code, ErrorCode::NotAllowed);
    let reply = serve(&mut world, 1, true);
    assert!(reply.on && !reply.reachable && reply.link.is_some() && reply.token.is_some(), "{reply:?}");
    let stranger = kith_api::AccountId::from_bytes([3; 32]);
    let params = params::MailboxOfferParams { account: stranger, on: true };
    assert_eq!(world.call(1, Command::MailboxesOffer(params)).unwrap_err().code, ErrorCode::NotFound);
    let store = &world.people[1].core.store;
    let known = store.contacts().unwrap().swap_remove(0);
    for n in 100..164 {
        let account = AccountId::from_bytes([n; 32]);
        store.put_contact(&ContactRow { account, ..known.clone() }).unwrap();
        store.put_mailbox_offer(&MailboxOfferRow { account, token: Zeroizing::new([n; 32]), told: None }).unwrap();
    }
    assert_eq!(offers(&mut world, 1, 0, true).unwrap_err().code, ErrorCode::TooLarge);
    assert_eq!(serve(&mut world, 1, true).offered.len(), 64);
}

#[test]
fn a_mailbox_that_does_not_open_is_not_switched_on() {
    let mut world = two();
    let params = params::ServeParams { on: Some(true), quota_mb: None, erase: None };
    let now = world.now;
    let outputs = world.people[1].run(Input::Command(crate::CommandId(5), Command::MailboxesServe(params)), now);
    let id = outputs.iter().find_map(|output| {
        if let Output::ServeMailbox { id, serve: Some(_), erase: false } = output { Some(*id) } else { None }
    });
    let failed = Input::MailboxServed { id: id.expect("asked"), outcome: Err("the disk is gone".to_owned()) };
    let answers = world.people[1].run(failed, now);
    let told = answers.iter().any(
        |output| matches!(output, Output::Reply(crate::CommandId(5), Err(error)) if error.code == ErrorCode::Storage),
    );
    assert!(told, "{answers:?}");
    assert!(!world.people[1].core.store.own_mailbox().unwrap().unwrap().serving);
    let usage = MailboxUsage { queues: 1, envelopes: 2, bytes: 3, oldest_until_ms: Some(NOW) };
    let params = params::ServeParams { on: None, quota_mb: None, erase: None };
    let outputs = world.people[1].run(Input::Command(crate::CommandId(6), Command::MailboxesServe(params)), now);
    let Some(Output::ServeMailbox { id, serve: None, erase: false }) = outputs.first() else { panic!("{outputs:?}") };
    let answers = world.people[1].run(Input::MailboxServed { id: *id, outcome: Ok(usage) }, now);
    let reply = answers.iter().find_map(|output| {
        if let Output::Reply(_, Ok(Reply::MailboxesServe(reply))) = output { Some(reply.clone()) } else { None }
    });
    let reply = reply.expect("told");
    assert_eq!((reply.on, reply.queues, reply.envelopes, reply.used_bytes), (false, 1, 2, 3));
    assert_eq!((reply.oldest_until, reply.link, reply.token), (Some(NOW), None, None));
}

/// What a person's queues are told by: at which mailbox, the key that reads and the one that writes.
type Opened = (TransportId, ReceiveId, DepositId);

/// Mailboxes at these addresses are seen by the first person, and open every queue; carries what follows.
fn mailboxes_open(world: &mut World, addresses: &[&str]) -> Vec<Opened> {
    let link = |(n, address): (u8, &&str)| {
        let transport = TransportId::from_bytes([n; 32]);
        BootstrapLink::new(transport, vec![(*address).to_owned()], services::MAILBOX).to_string()
    };
    let seen = Input::MailboxesSeen((50..).zip(addresses).map(link).collect());
    let (from, now) = (world.transport(0), world.now);
    let (mut opened, mut inputs) = (Vec::new(), vec![seen, Input::Wake]);
    while let Some(input) = inputs.pop() {
        for output in world.people[0].run(input, now) {
            if let Output::Mailbox { id, mailbox, operation: MailboxOperation::New { receive, deposit, .. }, .. } =
                output
            {
                opened.push((BootstrapLink::parse(&mailbox).unwrap().transport, receive, deposit));
                let response = MailboxResponse::Created { bytes_max: 1 << 20, envelopes_max: 9, ttl_ms: 86_400_000 };
                inputs.push(Input::Mailbox { id, response: Some(response) });
            } else if let Output::Send { to, bytes, .. } = output
                && let Some(to) = world.find(to)
            {
                world.give(to, Input::Peer { from, bytes });
            }
        }
    }
    opened
}

/// A mailbox that keeps the queues of two contacts, or two mailboxes that compare, learn nothing from their keys.
#[test]
fn no_two_queues_have_a_key_in_common_and_contacts_know_only_their_own() {
    let mut world = World::new(3);
    world.introduce(0, 1);
    world.introduce(0, 2);
    let opened = mailboxes_open(&mut world, &["/ip4/9.9.9.9/tcp/4100", "/ip4/8.8.8.8/tcp/4100"]);
    assert!(opened.len() >= 4, "{opened:?}");
    let mut keys: Vec<_> = opened.iter().flat_map(|(_, read, write)| [read.to_bytes(), write.to_bytes()]).collect();
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), all);
    let me = world.people[0].core.account();
    let told = [1, 2].map(|who| world.people[who].core.store.contact_queues(&me).unwrap());
    for (mine, others) in [(&told[0], &told[1]), (&told[1], &told[0])] {
        assert_eq!(mine.len(), 2);
        assert!(mine.iter().all(|queue| opened.iter().any(|(_, _, write)| *write == queue.deposit)));
        assert!(mine.iter().all(|queue| others.iter().all(|other| other.deposit != queue.deposit)));
        assert!(mine.iter().all(|queue| others.iter().all(|other| other.seed != queue.seed)));
    }
}

#[test]
fn the_second_mailbox_is_another_operators_if_there_is_one() {
    let used = |addresses: &[&str]| {
        let mut world = World::new(2);
        world.introduce(0, 1);
        let mut used: Vec<u8> =
            mailboxes_open(&mut world, addresses).iter().map(|(mailbox, ..)| mailbox.to_bytes()[0] - 50).collect();
        used.sort_unstable();
        used.dedup();
        used
    };
    let near = ["/ip4/9.9.1.1/tcp/4100", "/ip4/9.9.2.2/tcp/4100"];
    assert_eq!(used(&near), [0, 1], "better two there than one");
    assert_eq!(used(&[near[0], near[1], "/ip4/9.8.1.1/tcp/4100"]), [0, 2]);
    assert_eq!(used(&["/ip6/2a00:1:2::1/tcp/1", "/ip6/2a00:1:3::1/tcp/1", "/ip6/2a00:2::1/tcp/1"]), [0, 2]);
    assert_eq!(used(&["/dns/a.example.org/tcp/1", "/dns/b.example.org/tcp/1", "/dns4/example.net/tcp/1"]), [0, 2]);
}
