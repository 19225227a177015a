//! What others could say about calls, and what must not come of it.

use kith_store::{ContactRow, DeviceRow};
use kith_wire::{CallEnd, CallEnds, Description, DeviceId, Hlc, MsgId, Overlay, TransportId};

use super::*;

/// As whom the first person is known to the second.
fn known(world: &World) -> (ContactRow, DeviceRow) {
    let store = &world.people[1].core.store;
    let contact = store.contact(&world.people[0].core.account()).unwrap().unwrap();
    let device = store.device(&world.people[0].core.my_device).unwrap().unwrap();
    (contact, device)
}

fn ends(world: &World, call: MessageId) -> CallEnds {
    let [from, to] = [0, 1].map(|who| world.people[who].core.my_device);
    CallEnds { call: convert::message(call), from, to }
}

fn description(world: &World, offer: bool, ends: &CallEnds) -> Description {
    let sign = &world.people[0].core.device.sign;
    Description::create("v=0 1".into(), ([1; 32], "u1".into()), offer, ends, sign).unwrap()
}

/// The words about calls that wait for `to` at `who`.
fn waiting(world: &World, who: usize, to: DeviceId) -> Vec<CallSignal> {
    let rows = world.people[who].core.store.outbox_of_kind(&to, 42).unwrap();
    let signal = |body| if let Body::CallSignal(signal) = body { Some(signal) } else { None };
    rows.iter().filter_map(|row| signal(Body::decode(row.kind, &row.body).unwrap())).collect()
}

#[test]
fn a_description_counts_if_its_device_signed_it_for_this_call() {
    let mut world = world_of(3);
    let call = start(&mut world, 0, 1);
    let right = ends(&world, call);
    let early = [CallStep::Offer(description(&world, true, &right)), CallStep::Candidates(vec!["here".into()])];
    for step in early {
        signal(&mut world, 0, 1, call, step);
        assert_eq!(world.sessions, [], "before it is answered there is nothing to describe");
    }
    accept(&mut world, 1, call);
    world.sessions.clear();
    let third = world.people[2].core.my_device;
    let stolen = world.people[2].core.device.sign.duplicate();
    let wrong = [
        CallStep::Offer(Description::create("v=0 1".into(), ([1; 32], "u1".into()), true, &right, &stolen).unwrap()),
        CallStep::Offer(description(&world, true, &CallEnds { call: MsgId::from_bytes([9; 16]), ..right })),
        CallStep::Offer(description(&world, true, &CallEnds { to: third, ..right })),
        CallStep::Offer(description(&world, true, &CallEnds { from: third, ..right })),
        CallStep::Offer(description(&world, false, &right)),
        CallStep::Answer(description(&world, true, &right)),
    ];
    for step in wrong {
        signal(&mut world, 0, 1, call, step);
        assert_eq!(world.sessions, []);
    }
    assert_eq!(phase(&mut world, 1), Some(CallPhase::Connecting));
    let step = CallStep::Offer(description(&world, true, &right));
    signal(&mut world, 0, 1, call, step);
    assert_eq!(told(&mut world, 1), [describe(call, true, 1)]);
}

#[test]
fn where_to_meet_counts_if_its_device_signed_it_for_this_call() {
    let mut world = world_of(3);
    let call = start(&mut world, 0, 1);
    let right = ends(&world, call);
    let [endpoint, relay] = [7, 8].map(|n| TransportId::from_bytes([n; 32]));
    let meet = |world: &World, who: usize, ends: &CallEnds| {
        CallStep::Overlay(Overlay::create(endpoint, vec![relay], ends, &world.people[who].core.device.sign).unwrap())
    };
    let step = meet(&world, 0, &right);
    signal(&mut world, 0, 1, call, step);
    assert_eq!(world.sessions, [], "before it is answered nobody is met");
    accept(&mut world, 1, call);
    world.sessions.clear();
    let third = world.people[2].core.my_device;
    for (who, ends) in [
        (2, right),
        (0, CallEnds { call: MsgId::from_bytes([9; 16]), ..right }),
        (0, CallEnds { to: third, ..right }),
        (0, CallEnds { from: third, ..right }),
    ] {
        let step = meet(&world, who, &ends);
        signal(&mut world, 0, 1, call, step);
        assert_eq!(world.sessions, []);
    }
    news(&mut world, 0, call, CallNews::Overlay { endpoint, relays: vec![relay] });
    let call = convert::message(call);
    assert_eq!(told(&mut world, 1), [CallCommand::Overlay { call, endpoint, relays: vec![relay] }]);
}

#[test]
fn nobody_else_has_a_say_in_a_call() {
    let mut world = world_of(3);
    let call = start(&mut world, 0, 1);
    let all = |world: &World| {
        let ends = CallEnds {
            call: convert::message(call),
            from: world.people[2].core.my_device,
            to: world.people[0].core.my_device,
        };
        let sign = &world.people[2].core.device.sign;
        let describe = |offer| Description::create("v=0 1".into(), ([1; 32], "u1".into()), offer, &ends, sign).unwrap();
        [
            CallStep::Ringing,
            CallStep::Accept,
            CallStep::Offer(describe(true)),
            CallStep::Answer(describe(false)),
            CallStep::Candidates(vec!["here".into()]),
            CallStep::Overlay(Overlay::create(TransportId::from_bytes([7; 32]), Vec::new(), &ends, sign).unwrap()),
            CallStep::Media { microphone: false, camera: true, screen: true },
            CallStep::End(CallEnd::HungUp),
            CallStep::Unknown,
        ]
    };
    for expected in [CallPhase::Ringing, CallPhase::Connecting] {
        world.people[0].events.clear();
        for step in all(&world) {
            signal(&mut world, 2, 0, call, step);
        }
        assert_eq!((phases(&mut world, 0), world.sessions.len()), (vec![], 0));
        assert_eq!((phase(&mut world, 0), calls(&mut world, 0)[0].their_mic), (Some(expected), true));
        if expected == CallPhase::Ringing {
            accept(&mut world, 1, call);
            world.sessions.clear();
        }
    }

    // Nor another device of theirs than the one that is talked to.
    let (contact, mut device) = known(&world);
    device.device = DeviceId::from_bytes([8; 32]);
    let now = world.now;
    for step in [CallStep::End(CallEnd::HungUp), CallStep::Candidates(vec!["here".into()])] {
        let signal = CallSignal { call: convert::message(call), step };
        let out = world.people[1]
            .core
            .batch(now, |core, out| core.call_signalled(&contact, &device, (&signal, Hlc::new(now + 9, 0)), now, out));
        assert!(!out.unwrap().iter().any(|output| matches!(output, Output::Call(_) | Output::Event(_))));
    }
    assert_eq!(phase(&mut world, 1), Some(CallPhase::Connecting));
}

#[test]
fn the_first_device_that_answers_is_talked_to_and_the_others_stop_ringing() {
    let mut world = two();
    let first = world.people[1].core.my_device;
    let mut second = world.people[0].core.store.device(&first).unwrap().unwrap();
    second.device = DeviceId::from_bytes([8; 32]);
    second.transport = kith_wire::TransportId::from_bytes([8; 32]);
    world.people[0].core.store.put_device(&second).unwrap();
    for (declines, end) in [(false, CallEnd::Replaced), (true, CallEnd::HungUp)] {
        let call = start(&mut world, 0, 1);
        let params = params::CallRef { call };
        world.call(1, if declines { Command::CallsDecline(params) } else { Command::CallsAccept(params) }).unwrap();
        let step = CallStep::End(end);
        assert_eq!(waiting(&world, 0, second.device).pop(), Some(CallSignal { call: convert::message(call), step }));
        if !declines {
            let before = waiting(&world, 0, second.device).len();
            news(&mut world, 0, call, described(true, 1));
            hang_up(&mut world, 0, call);
            assert_eq!(waiting(&world, 0, second.device).len(), before, "they hear no more of it");
        }
    }
    nothing_goes_on(&mut world);
}

#[test]
fn what_is_said_of_a_call_that_is_over_here_is_answered() {
    let mut world = two();
    let call = start(&mut world, 0, 1);
    // It ended here without a word.
    let now = world.now;
    world.people[0].core.calls.put_back(Default::default());
    assert_eq!(phase(&mut world, 1), Some(CallPhase::Incoming));
    accept(&mut world, 1, call);
    assert_eq!((phase(&mut world, 1), outcome(&world, 1, call)), (None, Some(CallOutcome::Cancelled)));
    assert_eq!(told(&mut world, 1).pop(), Some(CallCommand::Close { call: convert::message(call) }));
    assert_eq!(told(&mut world, 0), []);
    // Of what asks for nothing, nothing comes: two who do not know it would never stop.
    world.people[0].hold = true;
    let device = world.people[1].core.my_device;
    for step in [CallStep::End(CallEnd::Failed), CallStep::Candidates(Vec::new()), CallStep::Unknown] {
        signal(&mut world, 1, 0, call, step);
    }
    assert_eq!((waiting(&world, 0, device).len(), world.now), (0, now));
}

#[test]
fn nobody_makes_others_answer_without_end() {
    let mut world = two();
    let device = world.people[0].core.my_device;
    world.people[1].hold = true;
    for n in 0..100u8 {
        let call = MessageId::from_bytes([n; 16]);
        let step = if n % 2 == 0 { CallStep::Ringing } else { CallStep::Accept };
        signal(&mut world, 0, 1, call, step);
    }
    assert_eq!(waiting(&world, 1, device).len(), 16);
    world.now += 10_000;
    signal(&mut world, 0, 1, MessageId::from_bytes([200; 16]), CallStep::Ringing);
    assert_eq!(waiting(&world, 1, device).len(), 17, "later they are answered again");
    // What nobody takes does not stay.
    world.pass(200_000);
    assert_eq!(waiting(&world, 1, device).len(), 0);
}

#[test]
fn calls_without_end_ring_a_few_times_and_are_missed() {
    let mut world = two();
    let device = world.people[0].core.my_device;
    world.people[1].hold = true;
    let rings = Body::Call(kith_wire::Call { video: false, expires_s: None });
    for _ in 0..60 {
        say(&mut world, 0, 1, &rings);
    }
    assert_eq!(
        waiting(&world, 1, device).len(),
        16,
        "one rings, the others are told that it is busy here, and then nothing"
    );
    assert_eq!(world.people[1].core.store.open_calls().unwrap().len(), 1);
    assert_eq!(calls(&mut world, 1).len(), 1);
}

#[test]
fn descriptions_without_end_are_not_all_looked_at() {
    let mut world = two();
    let call = talk(&mut world, 0, 1);
    world.pass(10_000);
    let right = ends(&world, call);
    for _ in 0..60 {
        let step = CallStep::Offer(description(&world, true, &right));
        signal(&mut world, 0, 1, call, step);
    }
    assert_eq!(told(&mut world, 1).len(), 16);
    world.pass(10_000);
    let step = CallStep::Offer(description(&world, true, &right));
    signal(&mut world, 0, 1, call, step);
    assert_eq!(told(&mut world, 1).len(), 1);
}

#[test]
fn what_is_no_call_does_not_ring() {
    let mut world = two();
    let (to, now, msg) = (world.people[1].core.account(), world.now, MsgId::from_bytes([6; 16]));
    let rings = Body::Call(kith_wire::Call { video: false, expires_s: None });
    let text = Body::Text {
        text: "not a call".into(),
        reply_to: None,
        forwarded: false,
        expires_s: None,
        preview: None,
        pictures: Vec::new(),
    };
    phases(&mut world, 1);
    for body in [&text, &rings] {
        let out =
            world.people[0].core.batch(now, |core, _| core.enqueue(to, msg, Hlc::new(now, 0), body, now)).unwrap();
        out.into_iter().for_each(|output| deliver(&mut world, 0, 1, output));
    }
    assert_eq!((phases(&mut world, 1), calls(&mut world, 1)), (vec![], vec![]));

    // Nor the id of a call of ours, by which they could not be told apart.
    let call = start(&mut world, 1, 0);
    let (msg, hlc) = (convert::message(call), Hlc::new(now, 1));
    let out = world.people[0].core.batch(now, |core, _| core.enqueue(to, msg, hlc, &rings, now)).unwrap();
    out.into_iter().for_each(|output| deliver(&mut world, 0, 1, output));
    assert!(world.people[1].core.store.open_calls().unwrap().iter().all(|row| row.outgoing));
    hang_up(&mut world, 1, call);
    assert_eq!(world.people[1].core.store.open_calls().unwrap(), []);
}

#[test]
fn a_device_that_is_lost_or_an_alarm_ends_the_call() {
    for alarm in [true, false] {
        let mut world = two();
        let call = talk(&mut world, 0, 1);
        let (contact, mut device) = known(&world);
        let now = world.now;
        let out = world.people[1].core.batch(now, |core, out| {
            if alarm {
                return core.raise_alarm(&contact, out);
            }
            device.revoked_at_ms = Some(now);
            Ok(core.store.put_device(&device)?)
        });
        let close = CallCommand::Close { call: convert::message(call) };
        let closes = |output: &Output| matches!(output, Output::Call(command) if *command == close);
        assert!(out.unwrap().iter().any(closes));
        assert_eq!((calls(&mut world, 1), outcome(&world, 1, call)), (vec![], Some(CallOutcome::Talked)));
    }
}
