//! Worlds in which two people know each other already. Getting there is most of the work of a short conversation, so it is
//! done a few times and copied: everybody starts from a copy of a disk, as after a restart.

use std::sync::{Mutex, OnceLock};

use kith_wire::SlotId;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{
    Faults, Sim, Slot,
    check::Checks,
    mailbox::{Mailbox, Malice},
    person::{Frozen, Person},
};

/// Ways in which two people came to know each other, each with other clocks and other accidents.
const WORLDS: u64 = 16;

/// A world at one moment.
struct Moment {
    now: u64,
    people: Vec<Frozen>,
    mailboxes: Vec<Mailbox>,
    slots: Vec<(SlotId, Slot)>,
    checks: Checks,
}

impl Moment {
    fn make(seed: u64, faults: Faults, mailboxes: usize) -> Self {
        let faults = Faults { rollback: 0, ..faults };
        let mut sim = Sim::new(seed, 2, faults);
        if mailboxes > 0 {
            sim = sim.with_mailboxes(&vec![Malice::default(); mailboxes]);
        }
        sim.introduce(0, 1);
        sim.settle();
        // Each knows where the other finds mail, and they have compared what they have.
        sim.run_for(90_000);
        sim.settle();
        Self {
            now: sim.now,
            people: sim.people.iter_mut().map(Person::freeze).collect(),
            slots: sim.slots.iter().map(|(id, slot)| (*id, slot.clone())).collect(),
            checks: sim.checks.copy(),
            mailboxes: sim.mailboxes,
        }
    }
}

type Pool = Mutex<Vec<((u64, usize), &'static Moment)>>;

/// One of a few worlds of two people who know each other, going on from there in a way that `seed` decides.
///
/// # Panics
/// If they do not get to know each other.
#[must_use]
pub fn acquainted(seed: u64, faults: Faults, malice: &[Malice]) -> Sim {
    static POOL: OnceLock<Pool> = OnceLock::new();
    let pool = POOL.get_or_init(Pool::default);
    let name = (seed % WORLDS, malice.len());
    let found = |pool: &Pool| {
        let pool = pool.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        pool.iter().find(|(other, _)| *other == name).map(|(_, moment)| *moment)
    };
    let moment = found(pool).unwrap_or_else(|| {
        let made: &'static Moment = Box::leak(Box::new(Moment::make(name.0, Faults::ROUGH, malice.len())));
        pool.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((name, made));
        made
    });
    go_on(moment, seed, faults, malice)
}

fn go_on(moment: &Moment, seed: u64, faults: Faults, malice: &[Malice]) -> Sim {
    let mut rng = StdRng::seed_from_u64(seed);
    let people = moment.people.iter();
    let mut sim = Sim {
        now: moment.now,
        people: people.map(|frozen| Person::thaw(frozen, rng.random(), moment.now)).collect(),
        faults,
        sent: (0, 0),
        batches: 0,
        crash_at: None,
        rng,
        under_way: std::collections::BTreeMap::new(),
        order: 0,
        slots: moment.slots.iter().cloned().collect(),
        cut: std::collections::BTreeMap::new(),
        linked: std::collections::BTreeMap::new(),
        requests: std::collections::BTreeMap::new(),
        looks: std::collections::BTreeMap::new(),
        renewals: crate::sim::RENEWALS,
        checks: moment.checks.copy(),
        mailboxes: moment.mailboxes.iter().zip(malice).map(|(mailbox, malice)| mailbox.copy(*malice)).collect(),
        away: std::collections::BTreeSet::new(),
    };
    for who in 0..sim.people.len() {
        sim.give(who, vec![kith_core::Input::Addresses(vec![format!("/memory/{who}")])]);
        sim.sees_mailboxes(who);
    }
    sim
}
