//! Simulated people who forget: disks go back in time and mailboxes lose what they hold, and both sides of a conversation
//! end with the same of it.

use kith_api::{Command, MessageId, params};
use kith_store::MessageRow;
use kith_tests::{
    seeds::for_seeds,
    sim::{Faults, Sim, mailbox::Malice, pool::acquainted},
};

/// Seeds run in CI; `KITH_SIM_SEEDS` asks for more.
const SEEDS: u64 = 3_500;
/// What CI spends on each of these worlds at most.
const BUDGET_S: u64 = 150;
const DAY_MS: u64 = 24 * 3_600_000;

/// What is compared: everything that both sides see, but for the traces of messages that were deleted. Who lost such a
/// message has no trace of it.
fn seen(rows: Vec<MessageRow>) -> Vec<(MessageId, Option<String>, Vec<String>)> {
    let reactions = |row: &MessageRow| {
        row.marks.reactions.iter().map(|reaction| format!("{} {:?}", reaction.emoji, reaction.authors)).collect()
    };
    let row = |row: MessageRow| {
        let reactions = reactions(&row);
        (MessageId::from_bytes(row.msg.to_bytes()), row.text, reactions)
    };
    rows.into_iter().filter(|row| !row.marks.deleted).map(row).collect()
}

fn agree(sim: &mut Sim) -> bool {
    let chat = sim.people[0].chat_with(&sim.people[1]);
    let [mine, theirs] = [0, 1].map(|who: usize| seen(sim.people[who].history(&chat)));
    mine == theirs
}

/// Everything is mended; in a day both have the same, in the same order.
fn come_to_agree(sim: &mut Sim) {
    sim.settle();
    let end = sim.now + DAY_MS;
    while !agree(sim) {
        let chat = sim.people[0].chat_with(&sim.people[1]);
        let both = [0, 1].map(|who: usize| seen(sim.people[who].history(&chat)).len());
        assert!(sim.step() && sim.now < end, "they have {both:?} messages and do not agree");
    }
    sim.settle();
    assert!(agree(sim), "they agreed, and then not any more");
}

/// Somebody does something with a message of the chat.
fn meddle(sim: &mut Sim, message: MessageId) {
    let who = sim.chance(2) as usize;
    let (command, number) = (sim.chance(3), sim.chance(100));
    let command = match command {
        0 => Command::ChatsEdit(params::EditParams { message, text: format!("edited {number}") }),
        1 => Command::ChatsReact(params::ReactParams { message, emoji: "👍".into(), on: number < 60 }),
        _ => Command::ChatsDelete(params::DeleteParams { message, scope: params::DeleteFor::Everyone }),
    };
    // Not theirs, not there any more, or a crash took it: all the same here.
    drop(sim.call(who, command));
}

/// Messages between people of whom now and then one puts an older disk back.
fn forgetful(seed: u64, faults: Faults, malice: &[Malice]) {
    let mut sim = acquainted(seed, faults, malice);
    let mut written = Vec::new();
    for n in 0..6 {
        let from = sim.chance(2) as usize;
        written.extend(sim.send(from, 1 - from, &format!("number {n}")).map(|id| (from, id)));
        if sim.chance(3) == 0
            && let Some((_, message)) = written.last()
        {
            meddle(&mut sim, *message);
        }
        let pause = u64::from(sim.chance(30_000));
        sim.run_for(pause);
    }
    come_to_agree(&mut sim);
    let chat = sim.people[0].chat_with(&sim.people[1]);
    for (from, id) in written {
        let copies = |sim: &mut Sim, who: usize| {
            sim.people[who].history(&chat).iter().filter(|row| row.msg.to_bytes() == id.to_bytes()).count()
        };
        let counts = [0, 1].map(|who| copies(&mut sim, who));
        assert!(counts.iter().all(|count| *count <= 1), "a message stands {counts:?} times in the histories (I2)");
        let author_forgot = sim.people[from].lost.contains(&id);
        assert!(counts.contains(&1) || author_forgot, "a message was lost that its author did not lose (I3)");
    }
}

#[test]
fn disks_that_go_back_in_time_lose_nothing_the_other_has() {
    for_seeds(SEEDS, BUDGET_S, |seed| forgetful(seed, Faults::FORGETFUL, &[]));
}

#[test]
fn nor_when_mailboxes_lie_as_well() {
    for_seeds(SEEDS / 5, BUDGET_S, |seed| forgetful(seed, Faults::FORGETFUL, &[Malice::ROUGH, Malice::default()]));
}

/// Nobody has anything on the way, and one has forgotten a long part: only comparing finds it.
#[test]
fn a_long_history_comes_back_from_the_other_side() {
    for_seeds(4, BUDGET_S, |seed| {
        let mut sim = acquainted(seed, Faults::NONE, &[]);
        sim.people[0].keep_disk();
        let chat = sim.people[0].chat_with(&sim.people[1]);
        for n in 0..300 {
            let from = sim.chance(2) as usize;
            sim.people[from].write(chat, &format!("number {n}"));
            if n % 10 == 9 {
                for who in [0, 1] {
                    let pending = std::mem::take(&mut sim.people[who].pending);
                    sim.give(who, pending);
                }
                sim.settle();
            }
        }
        let before = seen(sim.people[1].history(&chat));
        assert_eq!(before.len(), 300);
        sim.roll_back(0);
        assert_eq!(sim.people[0].history(&chat).len(), 0);
        come_to_agree(&mut sim);
        assert_eq!(seen(sim.people[0].history(&chat)), before, "all of it, once, in order");
    });
}

fn is_left(sim: &mut Sim) -> bool {
    let store = sim.people[0].store();
    store.outbox_unsealed().expect("read") == 0 && store.deposits_waiting().expect("read") == 0
}

/// Nobody ever meets, and a mailbox loses everything before it is fetched: it is left again.
#[test]
fn what_a_mailbox_lost_is_left_again() {
    for_seeds(60, BUDGET_S, |seed| {
        let mut sim = acquainted(seed, Faults::NONE, &[Malice::default()]);
        sim.cut_everybody();
        sim.run_for(10_000);
        let first = sim.send(0, 1, "first").expect("nobody crashes");
        sim.run_until("it is left", is_left);
        sim.mailboxes[0].wipe();
        let start = sim.now;
        sim.run_until("it comes all the same", |sim| sim.people[1].has(first));
        assert!(sim.now < start + DAY_MS, "not only when everything is left anew after a week");
    });
}

/// One mailbox swallowed a message that its receipt was for; the next one names it, and it is asked for by mail.
#[test]
fn a_message_that_others_follow_is_asked_for_by_mail() {
    for_seeds(60, BUDGET_S, |seed| {
        let mut sim = acquainted(seed, Faults::NONE, &[Malice { drop: 100, ..Malice::default() }]);
        sim.cut_everybody();
        sim.run_for(10_000);
        let first = sim.send(0, 1, "first").expect("nobody crashes");
        sim.run_until("it is left", is_left);
        sim.mailboxes[0].malice = Malice::default();
        sim.run_for(60_000);
        assert!(!sim.people[1].has(first));
        let second = sim.send(0, 1, "second").expect("nobody crashes");
        let start = sim.now;
        sim.run_until("the second comes", |sim| sim.people[1].has(second));
        sim.run_until("and then the first", |sim| sim.people[1].has(first));
        assert!(sim.now < start + DAY_MS, "not only when everything is left anew after a week");
        let chat = sim.people[0].chat_with(&sim.people[1]);
        assert!(agree(&mut sim));
        assert_eq!(sim.people[1].history(&chat).len(), 2);
    });
}

/// Nobody ever meets, and the reader's old disk cannot open what is in the mailbox: they complain, and it is sealed anew.
#[test]
fn what_an_old_disk_cannot_open_comes_again_by_mail() {
    for_seeds(60, BUDGET_S, |seed| {
        let mut sim = acquainted(seed, Faults::NONE, &[Malice::default()]);
        sim.cut_everybody();
        sim.run_for(10_000);
        sim.people[1].keep_disk();
        for n in 0..4 {
            let from = n % 2;
            let id = sim.send(from, 1 - from, &format!("number {n}")).expect("nobody crashes");
            sim.run_until("it comes", |sim| sim.people[1 - from].has(id));
        }
        sim.run_for(600_000);
        sim.roll_back(1);
        let last = sim.send(0, 1, "the last").expect("nobody crashes");
        let start = sim.now;
        sim.run_until("it comes all the same", |sim| sim.people[1].has(last));
        assert!(sim.now < start + DAY_MS, "not only when everything is left anew after a week");
    });
}
