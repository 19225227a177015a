//! Simulated people who are hardly ever online together, and mailboxes that are not all honest.

use kith_store::DeliveryState;
use kith_tests::{
    seeds::for_seeds,
    sim::{Faults, Sim, mailbox::Malice, person::Crash, pool::acquainted},
};

/// Seeds run in CI, of worlds that take days of virtual time each; `KITH_SIM_SEEDS` asks for more.
const SEEDS: u64 = 2_000;
/// What CI spends on each of these worlds at most.
const BUDGET_S: u64 = 150;

/// Two contacts, then nobody is connected to anybody: everything they write goes through mailboxes.
fn by_mail_alone(seed: u64, faults: Faults, malice: &[Malice], messages: u32) {
    let mut sim = acquainted(seed, faults, malice);
    sim.cut_everybody();
    let mut written = Vec::new();
    for n in 0..messages {
        let from = sim.chance(2) as usize;
        if let Some(id) = sim.send(from, 1 - from, &format!("number {n}")) {
            written.push((from, id));
        }
        let pause = u64::from(sim.chance(200_000));
        sim.run_for(pause);
    }
    sim.settle_by_mail();
    came_once(&mut sim, &written);
}

fn came_once(sim: &mut Sim, written: &[(usize, kith_api::MessageId)]) {
    let chat = sim.people[0].chat_with(&sim.people[1]);
    for (from, id) in written {
        for person in &mut sim.people {
            let copies = person.history(&chat).iter().filter(|row| row.msg.to_bytes() == id.to_bytes()).count();
            assert_eq!(copies, 1, "a message stands {copies} times in a history (I2, I3)");
        }
        let row = sim.people[*from].history(&chat).into_iter().find(|row| row.msg.to_bytes() == id.to_bytes());
        assert_eq!(row.expect("written").state, DeliveryState::Delivered, "arrived, but the writer does not know");
    }
}

#[test]
fn a_kind_world_without_connections() {
    by_mail_alone(1, Faults::NONE, &[Malice::default()], 20);
    by_mail_alone(2, Faults::NONE, &[Malice::default(); 2], 20);
}

#[test]
fn nothing_is_lost_or_doubled_by_mail() {
    let rough = Faults { partition: 0, ..Faults::ROUGH };
    for_seeds(SEEDS, BUDGET_S, |seed| by_mail_alone(seed, rough, &[Malice::ROUGH, Malice::default()], 5));
}

/// Their transport keys change meanwhile, which nobody has to know for mail.
#[test]
fn mail_arrives_while_transport_keys_change() {
    let rough = Faults { partition: 0, renew: 40, ..Faults::ROUGH };
    for_seeds(SEEDS / 10, BUDGET_S, |seed| by_mail_alone(seed, rough, &[Malice::ROUGH, Malice::default()], 5));
}

/// One mailbox, and it lies: what it swallows comes when the two meet.
#[test]
fn a_mailbox_that_lies_only_delays() {
    for_seeds(SEEDS / 2, BUDGET_S, |seed| {
        let rough = Faults { partition: 0, ..Faults::ROUGH };
        let mut sim = acquainted(seed, Faults { partition: 60, ..rough }, &[Malice::ROUGH; 2]);
        let mut written = Vec::new();
        for n in 0..5 {
            let from = sim.chance(2) as usize;
            written.extend(sim.send(from, 1 - from, &format!("number {n}")).map(|id| (from, id)));
            let pause = u64::from(sim.chance(100_000));
            sim.run_for(pause);
        }
        sim.settle();
        came_once(&mut sim, &written);
    });
}

/// More than a chain keeps keys for, left in one go, while the other is away; then both come online at once.
#[test]
fn a_long_absence_and_then_both_at_once() {
    for_seeds(12, BUDGET_S, |seed| {
        let mut sim = Sim::new(seed, 2, Faults::NONE).with_mailboxes(&[Malice::default(); 2]);
        sim.introduce(0, 1);
        sim.run_for(60_000);
        sim.cut_everybody();
        let chat = sim.people[0].chat_with(&sim.people[1]);
        for n in 0..300 {
            sim.people[0].write(chat, &format!("number {n}"));
        }
        let pending = std::mem::take(&mut sim.people[0].pending);
        sim.give(0, pending);
        let pause = u64::from(sim.chance(20_000));
        sim.run_for(pause);
        sim.settle();
        let texts: Vec<_> = sim.people[1].history(&chat).into_iter().filter_map(|row| row.text).collect();
        let expected: Vec<String> = (0..300).map(|n| format!("number {n}")).collect();
        assert_eq!(texts, expected, "all of them, once, in order");
    });
}

/// Who comes back does not send again what lies in mailboxes: the other finds it there.
#[test]
fn what_mailboxes_keep_is_not_sent_as_well() {
    for_seeds(12, BUDGET_S, |seed| {
        let mut sim = acquainted(seed, Faults::NONE, &[Malice::default(); 2]);
        sim.cut_everybody();
        sim.run_for(60_000);
        let written: Vec<_> = (0..20).filter_map(|n| sim.send(0, 1, &format!("number {n}"))).collect();
        sim.run_until("everything is left", |sim| {
            let store = sim.people[0].store();
            store.outbox_unsealed().expect("read") == 0 && store.deposits_waiting().expect("read") == 0
        });
        let before = sim.sent.0;
        sim.set_cut(0, 1, false);
        sim.run_until("it is found", |sim| written.iter().all(|id| sim.people[1].has(*id)));
        sim.run_until("and acknowledged", |sim| sim.people.iter_mut().all(|person| person.is_done()));
        let sent = sim.sent.0 - before;
        assert!(sent < 10, "{sent} envelopes for twenty messages that were in mailboxes");
    });
}

/// Nobody asks mailboxes much for mail of somebody who is connected.
#[test]
fn mailboxes_are_asked_less_while_the_writer_is_connected() {
    let asked = |cut: bool| {
        let mut sim = acquainted(1, Faults::NONE, &[Malice::default(); 2]);
        sim.set_cut(0, 1, cut);
        sim.run_for(1_800_000);
        let before = sim.sent.1;
        sim.run_for(3_600_000);
        sim.sent.1 - before
    };
    let (apart, together) = (asked(true), asked(false));
    println!("an hour of two people with two mailboxes: {apart} requests apart, {together} connected");
    assert!(apart > 80 && together < 20, "{apart} requests apart, {together} connected");
}

/// A stranger finds an invite of somebody who is away, and is accepted while away.
#[test]
fn a_request_reaches_somebody_who_is_away() {
    let rough = Faults { partition: 0, ..Faults::ROUGH };
    for faults in [Faults::NONE, rough] {
        for_seeds(200, BUDGET_S, |seed| {
            let mut sim = Sim::new(seed, 2, faults).with_mailboxes(&[Malice::default(); 2]);
            sim.run_for(30_000);
            sim.cut_everybody();
            let kind = sim.faults;
            sim.faults = Faults { crash: 0, ..kind };
            let link = sim.invite(0, true);
            let add = kith_api::params::AddParams { link, message: Some("hello".into()) };
            sim.call(1, kith_api::Command::ContactsAdd(add)).expect("added");
            sim.faults = kind;
            let accounts = [sim.people[0].account(), sim.people[1].account()];
            sim.run_until("the request arrives", |sim| sim.people[0].knows(accounts[1]));
            let accept = kith_api::params::AccountParams { account: accounts[1] };
            while !sim.people[0].is_open(accounts[1]) {
                // A crash may take the answer with it.
                drop(sim.call(0, kith_api::Command::ContactsAccept(accept.clone())));
            }
            sim.run_until("the acceptance arrives", |sim| sim.people[1].is_open(accounts[0]));
            let mut written = Vec::new();
            for (from, to) in [(0, 1), (1, 0)] {
                written.extend(sim.send(from, to, "by mail").map(|id| (from, id)));
            }
            sim.settle_by_mail();
            came_once(&mut sim, &written);
        });
    }
}

/// What is left in a queue arrives there in another order, within what a chain keeps keys for.
#[test]
fn a_queue_filled_out_of_order_is_read_whole() {
    for_seeds(12, BUDGET_S, |seed| {
        let mut sim = Sim::new(seed, 2, Faults::NONE).with_mailboxes(&[Malice::default(); 2]);
        sim.introduce(0, 1);
        sim.run_for(60_000);
        sim.cut_everybody();
        sim.faults = Faults { delay_ms: 4_000, loss: 10, ..Faults::NONE };
        let mut written = Vec::new();
        for n in 0..120 {
            written.extend(sim.send(0, 1, &format!("number {n}")).map(|id| (0, id)));
        }
        // The writer goes away as soon as everything is left: nobody is there to ask again.
        sim.run_until("everything is left", |sim| {
            let store = sim.people[0].store();
            store.outbox_unsealed().expect("read") == 0 && store.deposits_waiting().expect("read") == 0
        });
        let chat = sim.people[0].chat_with(&sim.people[1]);
        sim.run_until("everything is read", |sim| sim.people[1].history(&chat).len() == written.len());
    });
}

/// Everything somebody has for mailboxes is taken.
fn all_left(sim: &mut Sim, who: usize) {
    sim.run_until("everything is left", |sim| {
        let store = sim.people[who].store();
        store.outbox_unsealed().expect("read") == 0 && store.deposits_waiting().expect("read") == 0
    });
}

const HOUR_MS: u64 = 3_600_000;

/// The mailboxes give their word and lose everything; the recipient is away for a day, and then the two are never there
/// together.
#[test]
fn what_mailboxes_lose_after_giving_their_word_is_left_again() {
    for_seeds(40, BUDGET_S, |seed| {
        let mut sim = acquainted(seed, Faults::NONE, &[Malice::default(); 2]);
        sim.cut_everybody();
        sim.run_for(60_000);
        sim.away.insert(1);
        for mailbox in &mut sim.mailboxes {
            mailbox.keep_disk();
        }
        let written: Vec<_> = (0..60).filter_map(|n| sim.send(0, 1, &format!("number {n}"))).collect();
        all_left(&mut sim, 0);
        let kept_by = |sim: &mut Sim, id: kith_api::MessageId| {
            let chat = sim.people[0].chat_with(&sim.people[1]);
            let row = sim.people[0].history(&chat).into_iter().find(|row| row.msg.to_bytes() == id.to_bytes());
            let row = row.expect("written");
            assert_eq!(row.state, DeliveryState::Stored, "a state went down");
            row.marks.custody.len()
        };
        assert!(written.iter().all(|id| kept_by(&mut sim, *id) == 2));
        for mailbox in &mut sim.mailboxes {
            mailbox.put_disk_back();
            assert_eq!(mailbox.holds(), 0);
        }
        sim.run_for(9 * HOUR_MS);
        all_left(&mut sim, 0);
        assert!(sim.mailboxes.iter().all(|mailbox| mailbox.holds() == 60), "the loss was not noticed");
        assert!(written.iter().all(|id| kept_by(&mut sim, *id) == 2), "shown somewhere else than it is");
        // The writer goes, and the recipient comes.
        sim.away = [0].into();
        sim.run_for(2 * HOUR_MS);
        assert!(written.iter().all(|id| sim.people[1].has(*id)), "it never arrived");
        sim.away.clear();
        sim.settle_by_mail();
        let written: Vec<_> = written.into_iter().map(|id| (0, id)).collect();
        came_once(&mut sim, &written);
    });
}

/// What a mailbox does not have because it was read is not left again, and nothing is asked about it any more.
#[test]
fn what_was_read_is_not_left_again() {
    for_seeds(12, BUDGET_S, |seed| {
        let mut sim = acquainted(seed, Faults::NONE, &[Malice::default(); 2]);
        sim.cut_everybody();
        sim.run_for(60_000);
        let written: Vec<_> = (0..20).filter_map(|n| sim.send(0, 1, &format!("number {n}"))).collect();
        all_left(&mut sim, 0);
        sim.run_until("it is read", |sim| written.iter().all(|id| sim.people[1].has(*id)));
        sim.run_for(48 * HOUR_MS);
        assert_eq!(
            sim.mailboxes.iter().map(|mailbox| (mailbox.holds(), mailbox.checks)).collect::<Vec<_>>(),
            [(0, 0); 2]
        );
    });
}

/// While the recipient is away for two weeks, an honest mailbox is asked a few times, and one that does not know the question
/// hardly ever.
#[test]
fn mailboxes_are_seldom_asked_what_they_have() {
    for (old, least, most) in [(false, 16, 40), (true, 2, 4)] {
        let mut sim = acquainted(1, Faults::NONE, &[Malice { old, ..Malice::default() }]);
        sim.cut_everybody();
        sim.run_for(60_000);
        sim.away.insert(1);
        sim.send(0, 1, "hello").expect("written");
        all_left(&mut sim, 0);
        sim.run_for(14 * 24 * HOUR_MS);
        let (asked, holds) = (sim.mailboxes[0].checks, sim.mailboxes[0].holds());
        println!("two weeks, old {old}: {asked} questions, {holds} envelopes");
        assert!((least..=most).contains(&asked), "{asked} questions in two weeks");
        assert!(holds <= 3, "{holds} envelopes of one message");
    }
}

/// A mailbox that loses everything each time is given it again less and less often.
#[test]
fn a_mailbox_that_always_loses_is_not_filled_for_ever() {
    let mut sim = acquainted(1, Faults::NONE, &[Malice::default()]);
    sim.cut_everybody();
    sim.run_for(60_000);
    sim.away.insert(1);
    sim.mailboxes[0].keep_disk();
    sim.send(0, 1, "hello").expect("written");
    all_left(&mut sim, 0);
    let mut left = 0;
    for _ in 0..14 * 24 {
        if sim.mailboxes[0].holds() > 0 {
            left += 1;
            sim.mailboxes[0].put_disk_back();
        }
        sim.run_for(HOUR_MS);
    }
    println!("two weeks with a mailbox that loses everything: left {left} times");
    assert!((4..=10).contains(&left), "left {left} times");
    sim.away.clear();
    sim.settle_by_mail();
}

/// A mailbox whose disk was put back gives out numbers again that were read before.
#[test]
fn what_gets_a_number_that_was_read_before_is_read_too() {
    for_seeds(12, BUDGET_S, |seed| {
        let mut sim = acquainted(seed, Faults::NONE, &[Malice::default()]);
        sim.cut_everybody();
        sim.run_for(60_000);
        sim.mailboxes[0].keep_disk();
        let mut written: Vec<_> = (0..10).filter_map(|n| sim.send(0, 1, &format!("number {n}"))).collect();
        sim.run_until("it is read", |sim| written.iter().all(|id| sim.people[1].has(*id)));
        sim.run_for(60_000);
        sim.mailboxes[0].put_disk_back();
        written.extend((10..13).filter_map(|n| sim.send(0, 1, &format!("number {n}"))));
        sim.run_for(2 * HOUR_MS);
        assert!(written.iter().all(|id| sim.people[1].has(*id)), "passed over");
        sim.settle_by_mail();
        let written: Vec<_> = written.into_iter().map(|id| (0, id)).collect();
        came_once(&mut sim, &written);
    });
}

/// What was read is missing in the mailbox before its writer knows that it was read.
#[test]
fn what_is_missing_gets_time_to_be_acknowledged() {
    for_seeds(12, BUDGET_S, |seed| {
        let mut sim = acquainted(seed, Faults::NONE, &[Malice::default()]);
        sim.cut_everybody();
        sim.run_for(60_000);
        let id = sim.send(0, 1, "hello").expect("written");
        all_left(&mut sim, 0);
        // The writer hears nothing while the other reads and answers, nor of it before the mailbox was asked.
        sim.away.insert(0);
        sim.run_until("it is read", |sim| sim.people[1].has(id));
        all_left(&mut sim, 1);
        sim.mailboxes[0].malice.hold = 100;
        sim.away.clear();
        let (mut minutes, puts) = (0, sim.mailboxes[0].puts);
        while sim.mailboxes[0].checks == 0 {
            minutes += 1;
            assert!(minutes < 12 * 60, "never asked");
            sim.run_for(60_000);
        }
        // Started anew, they look into their queues at once.
        sim.mailboxes[0].malice.hold = 0;
        sim.crash_at = Some((sim.batches + 1, Crash::AfterCommit));
        sim.give(0, vec![kith_core::Input::Wake]);
        sim.run_for(HOUR_MS);
        assert_eq!(sim.mailboxes[0].puts, puts, "left again though it was read");
        came_once(&mut sim, &[(0, id)]);
    });
}
