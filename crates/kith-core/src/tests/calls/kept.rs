//! What is in memory about calls, and what is in the history, when something goes wrong.

use super::*;
use crate::{
    Core, CoreError, Identity, Options,
    error::refuse,
    tests::{sync, world::NOW},
};

/// The process ends, and another one begins over what is on the disk.
fn crash(world: &mut World, who: usize) {
    let now = world.now;
    let core = &world.people[who].core;
    let device = kith_crypto::DeviceSecrets {
        sign: core.device.sign.duplicate(),
        transport: core.device.transport.duplicate(),
        kem: kith_crypto::KemSecret::from_seed(&core.device.kem.seed()),
    };
    let identity = Identity { account: core.account(), device };
    let store = kith_store::Store::from_image(&core.store.image().unwrap()).unwrap();
    let mut core = Core::open(store, identity, [9; 32], Options::default(), now).unwrap();
    core.batch(now, |core, out| core.startup(now, out)).unwrap();
    world.people[who].core = core;
}

#[test]
fn what_a_crash_ended_is_over_in_the_history() {
    let mut world = two();
    for (who, expected) in [(0, CallOutcome::Failed), (1, CallOutcome::Cancelled)] {
        let call = start(&mut world, 0, 1);
        assert_eq!(outcome(&world, who, call), None);
        crash(&mut world, who);
        connect(&mut world, false);
        assert_eq!((calls(&mut world, who), outcome(&world, who, call)), (vec![], Some(expected)));
        connect(&mut world, true);
        world.pass(RING_MS);
        assert_eq!(outcome(&world, 1 - who, call), Some(CallOutcome::NoAnswer));
        assert_eq!(outcome(&world, who, call), Some(expected), "what comes later changes nothing");
        nothing_goes_on(&mut world);
    }
    assert_eq!(unread(&world, 1, 0), 2);
    talk(&mut world, 1, 0);
}

/// Who lost the session is told as soon as they say something about it.
#[test]
fn the_other_side_of_a_crash_hears_of_it() {
    let mut world = two();
    let call = talk(&mut world, 0, 1);
    crash(&mut world, 1);
    connect(&mut world, false);
    connect(&mut world, true);
    news(&mut world, 0, call, CallNews::Down);
    news(&mut world, 0, call, described(true, 7));
    assert_eq!(outcome(&world, 0, call), Some(CallOutcome::Talked));
    nothing_goes_on(&mut world);
}

/// Runs `work` in an input that fails after it, and in a batch that does.
fn in_vain(world: &mut World, who: usize, work: impl Fn(&mut Core, u64, &mut Vec<Output>) -> Result<(), CoreError>) {
    let now = world.now;
    let core = &mut world.people[who].core;
    let out = core.batch(now, |core, out| {
        let failed = core.apart(out, |core, out| {
            work(core, now, out)?;
            refuse("in vain")
        });
        assert!(failed.is_err());
        Ok(())
    });
    assert!(!out.unwrap().iter().any(|output| matches!(output, Output::Call(_))));
    let failed = core.batch(now, |core, out| {
        core.apart(out, |core, out| work(core, now, out))?;
        refuse("in vain")
    });
    assert!(failed.is_err());
}

#[test]
fn what_is_rolled_back_did_not_happen_in_memory_either() {
    let mut world = two();
    let to = chat(&world, 0, 1);
    in_vain(&mut world, 0, |core, now, out| {
        core.start_call(params::CallStartParams { chat: to, video: false }, now, out)?;
        assert!(!core.list_calls().calls.is_empty());
        Ok(())
    });
    nothing_goes_on(&mut world);

    let call = start(&mut world, 0, 1);
    assert_eq!(phase(&mut world, 0), Some(CallPhase::Ringing));
    in_vain(&mut world, 1, |core, now, out| core.accept_call(params::CallRef { call }, now, out).map(drop));
    assert_eq!((phase(&mut world, 1), unread(&world, 1, 0)), (Some(CallPhase::Incoming), 1));
    accept(&mut world, 1, call);
    assert_eq!(told(&mut world, 1), [open(call, false, true)]);
    for who in [0, 1] {
        in_vain(&mut world, who, |core, now, out| core.call_news(convert::message(call), CallNews::Up, now, out));
        assert_eq!(phase(&mut world, who), Some(CallPhase::Connecting), "or it would wait for ever");
        news(&mut world, who, call, CallNews::Up);
    }
    world.sessions.clear();
    in_vain(&mut world, 0, |core, now, out| core.hang_up(params::CallRef { call }, now, out).map(drop));
    assert_eq!((phase(&mut world, 0), outcome(&world, 0, call)), (Some(CallPhase::Connected), None));
    assert_eq!(world.people[0].core.store.open_calls().unwrap().len(), 1);
    hang_up(&mut world, 0, call);
    let close = CallCommand::Close { call: convert::message(call) };
    assert_eq!(world.sessions, [(0, close.clone()), (1, close)]);
    nothing_goes_on(&mut world);
    assert_eq!(world.texts(0, 1).iter().filter(|row| row.kind == Body::CALL).count(), 1);
}

/// The other side says again what was not acknowledged.
#[test]
fn what_a_contact_said_in_a_batch_that_failed_comes_again() {
    let mut world = two();
    world.people[0].hold = true;
    let call = start(&mut world, 0, 1);
    let (from, now) = (world.transport(0), world.now);
    let Some(Output::Send { bytes, .. }) = std::mem::take(&mut world.people[0].held).pop() else { panic!() };
    let failed = world.people[1].core.batch(now, |core, out| {
        core.handle(Input::Peer { from, bytes: bytes.clone() }, now, out)?;
        assert_eq!(core.list_calls().calls.len(), 1);
        refuse("in vain")
    });
    assert!(failed.is_err());
    assert_eq!(calls(&mut world, 1), []);
    world.people[0].hold = false;
    world.pass(10_000);
    assert_eq!((phase(&mut world, 1), phase(&mut world, 0)), (Some(CallPhase::Incoming), Some(CallPhase::Ringing)));
    assert_eq!(world.texts(1, 0).iter().filter(|row| row.kind == Body::CALL).count(), 1);
    hang_up(&mut world, 1, call);
    nothing_goes_on(&mut world);
    assert!(world.now > NOW);
}

/// Whoever has the history gives it back; it does not ring again, and its end is not undone.
#[test]
fn a_call_that_comes_twice_rings_once() {
    let mut world = two();
    let call = start(&mut world, 0, 1);
    let again = |world: &mut World| {
        let (to, now) = (world.people[1].core.account(), world.now);
        let row = row(world, 0, call);
        let body = Body::decode(row.kind, &row.body).unwrap();
        let out = world.people[0].core.batch(now, |core, _| core.enqueue(to, row.msg, row.hlc, &body, now)).unwrap();
        out.into_iter().for_each(|output| deliver(world, 0, 1, output));
    };
    phases(&mut world, 1);
    again(&mut world);
    assert_eq!((phases(&mut world, 1), phase(&mut world, 1)), (vec![], Some(CallPhase::Incoming)));
    hang_up(&mut world, 0, call);
    phases(&mut world, 1);
    again(&mut world);
    assert_eq!(phases(&mut world, 1), []);
    assert_eq!(outcomes(&world, call), (CallOutcome::Cancelled, CallOutcome::Cancelled));
    let delete = params::DeleteParams { message: call, scope: params::DeleteFor::Everyone };
    let sent = row(&world, 0, call);
    world.call(0, Command::ChatsDelete(delete)).unwrap();
    assert!(row(&world, 1, call).marks.deleted);
    let (to, now) = (world.people[1].core.account(), world.now);
    let body = Body::decode(sent.kind, &sent.body).unwrap();
    let out = world.people[0].core.batch(now, |core, _| core.enqueue(to, sent.msg, sent.hlc, &body, now)).unwrap();
    out.into_iter().for_each(|output| deliver(&mut world, 0, 1, output));
    assert_eq!((phases(&mut world, 1), outcome(&world, 1, call)), (vec![], None), "what was taken back does not ring");
    nothing_goes_on(&mut world);
}

/// A disk that is put back gets the calls from the other side as well. How they ended is not among what is given.
#[test]
fn calls_that_a_disk_lost_come_back_over() {
    for who in [0, 1] {
        let mut world = two();
        world.pass(120_000);
        let before = sync::image(&world, who);
        let call = talk(&mut world, 0, 1);
        hang_up(&mut world, 1, call);
        sync::restore(&mut world, who, &before);
        assert_eq!(world.texts(who, 1 - who).len(), 0);
        world.pass(300_000);
        assert_eq!(outcome(&world, 1 - who, call), Some(CallOutcome::Talked));
        assert!(outcome(&world, who, call).is_some());
        assert_eq!(world.sessions.len(), 2, "the two that were closed");
        nothing_goes_on(&mut world);
    }
}
