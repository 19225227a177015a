//! Messages between simulated people: none lost, none doubled, whatever the world does.

use std::sync::atomic::{AtomicUsize, Ordering};

use kith_tests::{
    seeds::for_seeds,
    sim::{Faults, Sim, person::Crash, pool::acquainted},
};

/// Seeds run in CI; `KITH_SIM_SEEDS` asks for more.
const SEEDS: u64 = 3_000;
/// Messages of a burst: more than twice the 40 skipped keys a chain keeps.
const BURST: usize = 100;
/// What CI spends on it at most. A machine too slow for all seeds says how many it ran.
const BUDGET_S: u64 = 150;

/// Two people write to each other; afterwards both have everything once, and everything was delivered.
fn conversation(seed: u64, faults: Faults, messages: u32) {
    let mut sim = Sim::new(seed, 2, faults);
    sim.introduce(0, 1);
    talk(&mut sim, messages);
}

/// The same, of people who know each other already.
fn between_friends(seed: u64, faults: Faults, messages: u32) {
    talk(&mut acquainted(seed, faults, &[]), messages);
}

fn talk(sim: &mut Sim, messages: u32) {
    let mut written = Vec::new();
    for n in 0..messages {
        let from = sim.chance(2) as usize;
        if let Some(id) = sim.send(from, 1 - from, &format!("number {n}")) {
            written.push((from, id));
        }
        let pause = u64::from(sim.chance(20_000));
        sim.run_for(pause);
    }
    sim.settle();
    for (from, id) in written {
        assert!(sim.people[1 - from].has(id), "a message was lost (I3)");
        let chat = sim.people[0].chat_with(&sim.people[1]);
        for person in &mut sim.people {
            let copies = person.history(&chat).iter().filter(|row| row.msg.to_bytes() == id.to_bytes()).count();
            assert_eq!(copies, 1, "a message stands {copies} times in a history (I2)");
        }
        let row = sim.people[from].history(&chat).into_iter().find(|row| row.msg.to_bytes() == id.to_bytes());
        let state = row.expect("written").state;
        assert_eq!(state, kith_store::DeliveryState::Delivered, "arrived, but the writer does not know");
    }
}

#[test]
fn a_kind_world() {
    conversation(1, Faults::NONE, 20);
}

/// I1: everybody dies once before and once after every single commit of a conversation.
#[test]
fn a_crash_at_any_commit_loses_nothing() {
    let batches = |crash_at: Option<(u64, Crash)>| {
        let mut sim = Sim::new(1, 2, Faults::NONE);
        sim.introduce(0, 1);
        let before = sim.batches;
        sim.crash_at = crash_at.map(|(at, crash)| (before + at, crash));
        talk(&mut sim, 6);
        sim.batches - before
    };
    let all = batches(None);
    assert!(all > 20, "{all} batches are no conversation");
    for at in 1..=all {
        batches(Some((at, Crash::BeforeCommit)));
        batches(Some((at, Crash::AfterCommit)));
    }
}

#[test]
fn nothing_is_lost_or_doubled_in_a_rough_world() {
    for_seeds(SEEDS, BUDGET_S, |seed| between_friends(seed, Faults::ROUGH, 6));
}

/// Also while they change their transport keys, and each has to find out about the other's.
#[test]
fn nothing_is_lost_while_transport_keys_change() {
    for_seeds(SEEDS / 5, BUDGET_S, |seed| {
        let mut sim = acquainted(seed, Faults { renew: 40, ..Faults::ROUGH }, &[]);
        let before = [0, 1].map(|who: usize| sim.people[who].transport());
        talk(&mut sim, 6);
        sim.run_until("they find each other", |sim| sim.people[0].lets_in(&sim.people[1]));
        sim.run_until("both ways", |sim| sim.people[1].lets_in(&sim.people[0]));
        let changed = (0..2).filter(|who| sim.people[*who].transport() != before[*who]).count();
        CHANGED.fetch_add(changed, Ordering::Relaxed);
    });
    assert!(CHANGED.load(Ordering::Relaxed) > 20, "hardly anybody changed their key");
}

static CHANGED: AtomicUsize = AtomicUsize::new(0);

/// The same of strangers: the invite names the key of before.
#[test]
fn strangers_meet_while_transport_keys_change() {
    for_seeds(SEEDS / 20, BUDGET_S, |seed| conversation(seed, Faults { renew: 40, ..Faults::ROUGH }, 3));
}

#[test]
fn strangers_meet_in_a_rough_world() {
    for_seeds(SEEDS / 10, BUDGET_S, |seed| conversation(seed, Faults::ROUGH, 3));
}

/// I8 over the whole core: more messages at once than a chain keeps keys for, in any order, in both directions.
#[test]
fn a_burst_in_any_order_arrives_whole() {
    for_seeds(6, BUDGET_S, |seed| {
        let mut sim = Sim::new(seed, 2, Faults::NONE);
        sim.introduce(0, 1);
        sim.faults = Faults { delay_ms: 4_000, ..Faults::NONE };
        let chat = sim.people[0].chat_with(&sim.people[1]);
        for n in 0..BURST {
            sim.people[n % 2].write(chat, &format!("number {n}"));
        }
        let pending = std::mem::take(&mut sim.people[0].pending);
        sim.give(0, pending);
        let pending = std::mem::take(&mut sim.people[1].pending);
        sim.give(1, pending);
        sim.run_for(600_000);
        sim.settle();
        for person in &mut sim.people {
            assert_eq!(person.history(&chat).len(), BURST);
        }
    });
}

/// Everybody writes to everybody, and the links between them come and go.
#[test]
fn four_people_in_a_network_that_comes_and_goes() {
    for_seeds(200, BUDGET_S, |seed| {
        let faults = Faults { partition: 60, ..Faults::ROUGH };
        let mut sim = Sim::new(seed, 4, faults);
        for (a, b) in [(0, 1), (1, 2), (2, 3), (3, 0)] {
            sim.introduce(a, b);
        }
        let mut written = Vec::new();
        for n in 0..12 {
            let from = sim.chance(4) as usize;
            let to = if sim.chance(2) == 0 { (from + 1) % 4 } else { (from + 3) % 4 };
            written.extend(sim.send(from, to, &format!("number {n}")).map(|id| (to, id)));
        }
        sim.settle();
        assert!(written.iter().all(|(to, id)| sim.people[*to].has(*id)), "a message was lost (I3)");
    });
}

/// I9: whatever happened before, after a message each way both use one session, and it is the same one.
#[test]
fn both_sides_end_up_on_one_session() {
    for_seeds(300, BUDGET_S, |seed| {
        let mut sim = Sim::new(seed, 2, Faults { crash: 0, partition: 0, ..Faults::ROUGH });
        let (mine, theirs) = (sim.invite(0, true), sim.invite(1, true));
        for (who, link) in [(0, theirs), (1, mine)] {
            sim.people[who].add(link);
            let pending = std::mem::take(&mut sim.people[who].pending);
            sim.give(who, pending);
        }
        let accounts = [sim.people[0].account(), sim.people[1].account()];
        sim.run_until("they are contacts", |sim| {
            sim.people[0].is_open(accounts[1]) && sim.people[1].is_open(accounts[0])
        });
        sim.settle();
        for (from, to) in [(0, 1), (1, 0)] {
            sim.send(from, to, "hello").expect("nobody crashes");
            sim.settle();
        }
        let current = [0, 1].map(|who: usize| {
            let other = sim.people[1 - who].device_id();
            sim.people[who].current_session(&other)
        });
        assert_eq!(current[0], current[1]);
    });
}
