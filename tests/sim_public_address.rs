//! Simulated people who know nothing of somebody but the account, in a world that loses, repeats and crashes.

use kith_api::{
    Command, ErrorCode, Reply,
    params::{AccountParams, AddParams, PublicAddressParams},
    views::{ContactState, Via},
};
use kith_tests::{
    seeds::for_seeds,
    sim::{Faults, Sim, mailbox::Malice},
};

/// Each of them works for requests, so there are few.
const SEEDS: u64 = 40;
const BUDGET_S: u64 = 120;

/// Calls until the node does not crash over it.
fn insist(sim: &mut Sim, who: usize, command: &Command) -> Reply {
    loop {
        match sim.call(who, command.clone()) {
            Ok(reply) => return reply,
            Err(error) if error.code == ErrorCode::ShuttingDown => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

fn switch(sim: &mut Sim, on: bool, bits: u8) {
    let params = PublicAddressParams { on, bits: Some(bits) };
    insist(sim, 0, &Command::ContactsPublicAddress(params));
}

fn state(sim: &mut Sim, who: usize, other: usize) -> Option<ContactState> {
    let account = sim.people[other].account();
    sim.people[who].contact(account).map(|contact| contact.state)
}

/// Two ask while the owner comes and goes and raises the bar; both are there once, and talk to them.
fn two_ask(seed: u64, faults: Faults, malice: &[Malice]) {
    let mut sim = Sim::new(seed, 3, faults).with_mailboxes(malice);
    switch(&mut sim, true, 16);
    let pause = u64::from(sim.chance(20_000));
    sim.run_for(pause);
    let address = sim.people[0].account().to_string();
    for who in [1, 2] {
        let add = AddParams { link: address.clone(), message: Some(format!("number {who}")) };
        // Whether the answer comes or their node crashed over it: they ask until the person is there.
        while state(&mut sim, who, 0).is_none() {
            let _answer = sim.call(who, Command::ContactsAdd(add.clone()));
        }
        if who == 1 && sim.chance(2) == 0 {
            switch(&mut sim, true, 17);
        }
        let pause = u64::from(sim.chance(60_000));
        sim.run_for(pause);
    }
    sim.faults = Faults::NONE;
    for who in [1, 2] {
        let account = sim.people[who].account();
        let end = sim.now + 2 * 24 * 3_600_000;
        while !sim.people[0].knows(account) && sim.now < end {
            sim.run_for(60_000);
        }
        let asking = sim.people[0].contact(account).expect("the request came");
        assert_eq!((asking.state, asking.via), (ContactState::Requested, Some(Via::PublicAddress)));
        assert_eq!(asking.request_text, format!("number {who}"));
        insist(&mut sim, 0, &Command::ContactsAccept(AccountParams { account }));
        let owner = sim.people[0].account();
        sim.run_until("the acceptance arrives", |sim| sim.people[who].is_open(owner));
        sim.send(who, 0, "there you are").expect("written");
    }
    sim.settle();
    for who in [1, 2] {
        let chat = sim.people[0].chat_with(&sim.people[who]);
        assert_eq!(sim.people[0].history(&chat).len(), 1, "it stands there once");
    }
}

#[test]
fn a_kind_world() {
    two_ask(1, Faults::NONE, &[]);
    two_ask(2, Faults::NONE, &[Malice::default(); 2]);
}

#[test]
fn who_asks_by_the_account_gets_there_once_whatever_happens() {
    let rough = Faults { partition: 0, ..Faults::ROUGH };
    for_seeds(SEEDS, BUDGET_S, |seed| two_ask(seed, rough, &[Malice::ROUGH, Malice::default()]));
}
