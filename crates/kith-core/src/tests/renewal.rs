//! Transport keys that change.

use kith_api::{Command, Event, params, views::RENEW_KEY};
use kith_crypto::SigningKey;
use kith_store::DeviceRow;
use kith_wire::{Body, RequestAnswer, TransportId, identity::Renewal, request::moved_frame};

use super::world::World;
use crate::{CommandId, Core, Identity, Input, Options, Output};

const DAY_MS: u64 = 24 * 3600 * 1000;

/// How the first knows the device of the second.
fn known(world: &World, who: usize, other: usize) -> DeviceRow {
    let device = world.people[other].core.my_device;
    world.people[who].core.store.device(&device).unwrap().unwrap()
}

fn set(world: &mut World, who: usize, on: bool) {
    let set = params::SettingsSetParams { key: RENEW_KEY.into(), value: on.into() };
    world.call(who, Command::SettingsSet(set)).unwrap();
}

/// Takes a new key, as a start would. Its owner wanted it.
fn renew(world: &mut World, who: usize) -> Renewal {
    set(world, who, true);
    let before = world.transport(who);
    let now = world.now;
    world.people[who].core.renew_transport_if_due(true, false, now).unwrap();
    assert_ne!(world.transport(who), before);
    world.people[who].core.renewal().unwrap()
}

/// Asks by a link, and waits for nothing.
fn ask(world: &mut World, who: usize, link: String) {
    let add = Command::ContactsAdd(params::AddParams { link, message: None });
    world.give(who, Input::Command(CommandId(9), add));
}

/// What somebody at this endpoint says at the door.
fn knock(world: &mut World, who: usize, from: TransportId, renewal: &Renewal) -> (Option<RequestAnswer>, Vec<Output>) {
    let now = world.now;
    let mut out = world.people[who].run(Input::Request { from, request: 7, bytes: moved_frame(renewal) }, now);
    let at = out.iter().position(|output| matches!(output, Output::AnswerRequest { .. }));
    let answer = at.map(|at| out.remove(at));
    let Some(Output::AnswerRequest { answer, .. }) = answer else { return (None, out) };
    (Some(answer), out)
}

fn let_in(out: &[Output], transport: TransportId) -> bool {
    out.iter().any(|output| matches!(output, Output::Track { peer, .. } if *peer == transport))
}

fn let_go(out: &[Output], transport: TransportId) -> bool {
    out.iter().any(|output| matches!(output, Output::Untrack { peer } if *peer == transport))
}

#[test]
fn a_contact_at_the_door_says_who_they_are() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let old = world.transport(1);
    world.people[0].core.store.set_addresses(&old, &["/ip4/192.0.2.1/tcp/1".to_owned()], world.now).unwrap();
    let renewal = renew(&mut world, 1);
    let new = world.transport(1);

    let (answer, out) = knock(&mut world, 0, old, &renewal);
    assert_eq!(answer, Some(RequestAnswer::Unknown), "said by another endpoint");
    assert!(out.is_empty() && known(&world, 0, 1).transport == old);

    let (answer, out) = knock(&mut world, 0, new, &renewal);
    assert_eq!(answer, Some(RequestAnswer::Received));
    assert!(let_go(&out, old) && let_in(&out, new));
    let row = known(&world, 0, 1);
    assert_eq!((row.transport, row.renewed), (new, renewal.number()));
    assert!(world.people[0].core.store.addresses(&old).unwrap().is_empty(), "nobody is there any more");

    // Again, as after a lost answer: they are let in, and nothing changes.
    let (answer, out) = knock(&mut world, 0, new, &renewal);
    assert_eq!((answer, let_in(&out, new)), (Some(RequestAnswer::Received), true));
    // An older one that comes late does not take it back.
    let account = world.people[1].core.account();
    let key = SigningKey::generate();
    let late = Renewal::create(account, &world.people[1].core.device.sign, &key, renewal.number() - 1);
    knock(&mut world, 0, key.public().into(), &late);
    assert_eq!(known(&world, 0, 1), row);

    world.send(0, 1, "still you").unwrap();
    world.send(1, 0, "still me").unwrap();
    for who in [0, 1] {
        assert_eq!(world.texts(who, 1 - who).len(), 2, "{who}");
    }
}

#[test]
fn nobody_else_moves_a_device() {
    let mut world = World::new(3);
    world.introduce(0, 1);
    world.introduce(0, 2);
    let before = known(&world, 0, 1);
    let (account, key) = (world.people[1].core.account(), SigningKey::generate());
    let (sign, stranger) = (world.people[1].core.device.sign.duplicate(), SigningKey::generate());
    let theirs = world.people[2].core.device.transport.duplicate();
    let number = world.now;
    for (what, renewal) in [
        ("of a device nobody knows", Renewal::create(account, &stranger, &key, number)),
        ("for another account", Renewal::create(world.people[2].core.account(), &sign, &key, number)),
    ] {
        let from = renewal.transport();
        assert_eq!(knock(&mut world, 0, from, &renewal).0, Some(RequestAnswer::Unknown), "{what}");
    }
    // Not even with their help can one contact take the place of another.
    let taken = Renewal::create(account, &sign, &theirs, number);
    knock(&mut world, 0, theirs.public().into(), &taken);
    assert_eq!(known(&world, 0, 1), before);
    assert_eq!(known(&world, 0, 2).transport, theirs.public().into());
}

#[test]
fn who_is_blocked_is_not_let_in_but_not_lost_either() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let there = params::AccountParams { account: world.account(1) };
    world.call(0, Command::ContactsBlock(there.clone())).unwrap();
    let renewal = renew(&mut world, 1);
    let new = world.transport(1);
    let (answer, out) = knock(&mut world, 0, new, &renewal);
    assert_eq!(answer, Some(RequestAnswer::Received), "nothing tells them");
    assert!(!let_in(&out, new));
    world.call(0, Command::ContactsUnblock(there)).unwrap();
    assert_eq!(known(&world, 0, 1).transport, new);

    // And who changed meanwhile tells those who could not hear it.
    world.call(1, Command::ContactsBlock(params::AccountParams { account: world.account(0) })).unwrap();
    renew(&mut world, 1);
    world.people[1].hold = true;
    world.call(1, Command::ContactsUnblock(params::AccountParams { account: world.account(0) })).unwrap();
    let (device, core) = (world.people[0].core.my_device, &world.people[1].core);
    assert_eq!(core.store.outbox_of_kind(&device, Body::IDENTITY).unwrap().len(), 1);
}

#[test]
fn a_record_and_a_message_tell_it_too() {
    let mut world = World::new(3);
    world.introduce(0, 1);
    world.introduce(0, 2);
    let old = world.transport(0);
    world.people[0].hold = true;
    let renewal = renew(&mut world, 0);
    let new = world.transport(0);

    let addresses = vec!["/ip4/192.0.2.9/tcp/9".to_owned()];
    let now = world.now;
    let unverified = kith_wire::UnverifiedRenewal::decode(&renewal.encode()).unwrap();
    let out = world.people[1].run(Input::Moved { renewal: unverified, addresses: addresses.clone() }, now);
    assert!(let_go(&out, old));
    assert!(
        out.iter().any(
            |output| matches!(output, Output::Track { peer, addresses: at, .. } if *peer == new && *at == addresses)
        )
    );
    assert_eq!(known(&world, 1, 0).transport, new);

    // The message waits in the outbox; here it comes by the old way, as out of a mailbox.
    let device = world.people[2].core.my_device;
    assert_eq!(world.people[0].core.store.outbox_of_kind(&device, Body::IDENTITY).unwrap().len(), 1);
    let out = world.people[0].run(Input::Wake, now);
    let sent = std::mem::take(&mut world.people[0].held).into_iter().chain(out);
    let to = world.transport(2);
    for output in sent {
        if let Output::Send { to: at, bytes, .. } = output
            && at == to
        {
            world.people[2].run(Input::Peer { from: old, bytes }, now);
        }
    }
    assert_eq!(known(&world, 2, 0).transport, new);
}

#[test]
fn a_key_changes_when_it_is_a_month_old_and_nobody_is_lost_by_it() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let first = world.transport(0);
    let due = |world: &mut World, meet, restored, after_days: u64| {
        let (before, now) = (world.transport(0), world.now + after_days * DAY_MS);
        world.people[0].core.renew_transport_if_due(meet, restored, now).unwrap();
        world.transport(0) != before
    };
    assert!(!due(&mut world, true, false, 29));
    assert!(!due(&mut world, false, false, 31), "nobody would find it");
    assert!(due(&mut world, true, true, 0), "an older copy was put back: contacts may know another key");
    set(&mut world, 0, false);
    assert!(!due(&mut world, true, false, 0));
    assert!(due(&mut world, true, false, 31));
    assert!(!due(&mut world, true, false, 60), "a month later at the earliest");
    assert!(due(&mut world, true, false, 62));
    assert!(due(&mut world, true, true, 0), "an older copy was put back, and the clock too");
    assert_ne!(world.transport(0), first);

    let serve = |on| Command::MailboxesServe(params::ServeParams { on: Some(on), quota_mb: None, erase: None });
    world.call(0, serve(true)).unwrap();
    set(&mut world, 0, true);
    assert!(!due(&mut world, true, false, 100), "contacts reach their mail by this key");
    world.call(0, serve(false)).unwrap();

    world.give(0, Input::Addresses(vec!["/ip4/192.0.2.1/tcp/1".to_owned()]));
    world.invite(0, true, Some(3600));
    assert!(!due(&mut world, true, false, 0), "a link leads here and nowhere else");
    assert!(due(&mut world, true, false, 1), "it is over");
    assert_eq!(world.people[0].core.store.setting(RENEW_KEY).unwrap(), None, "it is done");
}

#[test]
fn a_new_key_is_there_after_a_start_and_its_list_goes_to_nobody_without_it() {
    let mut world = World::new(1);
    let renewal = renew(&mut world, 0);
    let transport = world.transport(0);
    let person = world.people.remove(0);
    let (account, keys) = (person.core.account(), &person.core.device);
    let device = || kith_crypto::DeviceSecrets {
        sign: keys.sign.duplicate(),
        transport: SigningKey::generate(),
        kem: kith_crypto::KemSecret::from_seed(&keys.kem.seed()),
    };
    let image = person.core.store.image().unwrap();
    let open =
        |store| Core::open(store, Identity { account, device: device() }, [1; 32], Options::default(), world.now);
    let core = open(kith_store::Store::from_image(&image).unwrap()).unwrap();
    assert_eq!((core.transport(), core.renewal()), (transport, Some(renewal)));

    let store = kith_store::Store::from_image(&image).unwrap();
    store.set_meta("transport_key", &[1; 32]).unwrap();
    assert!(open(store).is_err(), "a key that nobody was told");
}

#[test]
fn a_request_of_before_is_sent_with_the_key_of_now() {
    let mut world = World::new(2);
    let link = world.invite(0, true, None);
    world.people[1].hold = true;
    ask(&mut world, 1, link);
    world.people[1].held.clear();
    renew(&mut world, 1);
    world.people[1].hold = false;
    world.pass(120_000);
    world.accept(0, 1);
    assert_eq!(known(&world, 0, 1).transport, world.transport(1));
    world.send(1, 0, "hello").unwrap();
    assert_eq!(world.texts(0, 1).len(), 1);
}

#[test]
fn an_invite_of_before_leads_to_the_key_of_now() {
    let mut world = World::new(2);
    let link = world.invite(0, true, None);
    let renewal = renew(&mut world, 0);
    world.people[1].hold = true;
    ask(&mut world, 1, link);
    // The endpoint in the invite is gone; the record by which it is looked for says where it went.
    let unverified = kith_wire::UnverifiedRenewal::decode(&renewal.encode()).unwrap();
    world.people[1].held.clear();
    world.people[1].hold = false;
    world.give(1, Input::Moved { renewal: unverified, addresses: Vec::new() });
    world.accept(0, 1);
    world.send(1, 0, "hello").unwrap();
    assert_eq!(world.texts(0, 1).len(), 1);
}

/// While the node runs, and not before it may: the network begins again as the new endpoint, and knows what it has to.
#[test]
fn a_running_node_changes_its_key_too() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world.people[0].run(Input::Bootstraps(vec!["/ip4/192.0.2.1/udp/4001/quic-v1".into()]), world.now);
    let (first, other) = (world.transport(0), world.transport(1));
    let looks = |world: &mut World, days: u64| {
        let now = world.now + days * DAY_MS;
        world.people[0].run(Input::Wake, now);
        world.people[0].core.renew_transport_while_running(now).unwrap()
    };
    assert!(looks(&mut world, 29).is_empty() && world.transport(0) == first);
    let wake = world.people[0].core.next_wake().unwrap().unwrap();
    assert!(wake <= world.now + 29 * DAY_MS + 6 * 3600 * 1000, "it looks again within hours");
    let out = looks(&mut world, 31);
    let new = world.transport(0);
    assert_ne!(new, first);
    let Some(Output::Renew { key, renewal }) = out.first() else { panic!("the network is not told first: {out:?}") };
    assert_eq!((TransportId::from(key.public()), renewal.transport()), (new, new));
    let tracked = |output: &Output| matches!(output, Output::Track { peer, .. } if *peer == other);
    assert!(out.iter().any(tracked) && out.iter().any(|output| matches!(output, Output::Findable(_))));
    assert!(out.iter().any(|output| matches!(output, Output::Event(Event::SettingsChanged { .. }))));
    assert!(looks(&mut world, 60).is_empty() && world.transport(0) == new, "a month later at the earliest");

    // A wish is heard at once, and waits for the end of a call.
    let now = world.now + 60 * DAY_MS;
    let chat = kith_api::ChatId::from_bytes(world.chat(0, 1).to_bytes());
    let start = params::CallStartParams { chat, video: false };
    world.people[0].run(Input::Command(CommandId(70), Command::CallsStart(start)), now);
    set(&mut world, 0, true);
    assert!(looks(&mut world, 60).is_empty() && world.transport(0) == new, "not during a call");
    let call = world.people[0].core.calls.any();
    assert!(call, "it rings");
    world.people[0].run(Input::Wake, now + 3600 * 1000);
    assert!(!world.people[0].core.calls.any(), "nobody answered");
    assert!(!looks(&mut world, 61).is_empty() && world.transport(0) != new);
}

#[test]
fn a_key_that_cannot_be_committed_is_not_taken() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    world.people[0].run(Input::Bootstraps(vec!["/ip4/192.0.2.1/udp/4001/quic-v1".into()]), world.now);
    let (first, now) = (world.transport(0), world.now + 31 * DAY_MS);
    world.people[0].run(Input::Wake, now);
    // The database takes no second transaction.
    world.people[0].core.store.begin().unwrap();
    assert!(world.people[0].core.renew_transport_while_running(now).is_err());
    assert_eq!((world.transport(0), world.people[0].core.renewal()), (first, None));
    world.people[0].run(Input::Wake, now + 60 * 1000);
    let again = world.people[0].core.renew_transport_while_running(now + 60 * 1000).unwrap();
    assert!(matches!(again.first(), Some(Output::Renew { .. })) && world.transport(0) != first);
}

/// A key that has to stay is not looked at again and again, nor is anything written for it.
#[test]
fn a_key_that_has_to_stay_costs_nothing() {
    let mut world = World::new(2);
    world.introduce(0, 1);
    let (first, now) = (world.transport(0), world.now + 31 * DAY_MS);
    world.people[0].run(Input::Wake, now);
    // The database takes no second transaction, and none is begun.
    world.people[0].core.store.begin().unwrap();
    assert!(world.people[0].core.renew_transport_while_running(now).unwrap().is_empty(), "there is no bootstrap node");
    world.people[0].core.store.rollback().unwrap();
    assert_eq!(world.transport(0), first);
    assert!(world.people[0].core.renewal_look_at > now + 3600 * 1000);
    world.people[0].run(Input::Bootstraps(vec!["/ip4/192.0.2.1/udp/4001/quic-v1".into()]), now);
    world.people[0].run(Input::Wake, now);
    assert!(
        !world.people[0].core.renew_transport_while_running(now).unwrap().is_empty() && world.transport(0) != first
    );
}
