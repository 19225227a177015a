//! The same world with many seeds.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Fewer than this in the time say too little, however slow the machine.
const SEEDS_MIN: u64 = 100;
/// How often a long run says how far it is.
const SAY_EVERY: u64 = 10_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Runs `world` for `count` seeds on two threads, for at most `budget_s` seconds, and says which seed failed first.
///
/// `KITH_SIM_SEEDS` asks for another number without a limit, from the seed `KITH_SIM_FROM` on, on `KITH_SIM_THREADS`
/// threads; `KITH_SIM_SEED` for one seed. With `KITH_CI` all are run, however long that takes; else a machine too slow for all
/// says how many it ran.
///
/// # Panics
/// If a seed fails, or if fewer than a hundred of more than that were run.
pub fn for_seeds(count: u64, budget_s: u64, world: impl Fn(u64) + Sync) {
    let asked = number("KITH_SIM_SEEDS");
    let whole = asked.is_some() || std::env::var_os("KITH_CI").is_some();
    let budget = if whole { Duration::MAX } else { Duration::from_secs(budget_s) };
    let count = asked.unwrap_or(count);
    let from = asked.and_then(|_| number("KITH_SIM_FROM")).unwrap_or(0);
    let threads = number("KITH_SIM_THREADS").unwrap_or(2).max(1);
    let started = Instant::now();
    let (ran, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let run = |seed: u64| {
        if catch_unwind(AssertUnwindSafe(|| world(seed))).is_err() {
            failed.store(true, Ordering::Relaxed);
            panic!("seed {seed} failed: run it again with KITH_SIM_SEED={seed}");
        }
        let ran = ran.fetch_add(1, Ordering::Relaxed) + 1;
        if ran.is_multiple_of(SAY_EVERY) && count > SAY_EVERY {
            println!("{ran} of {count} seeds in {:?}", started.elapsed());
        }
    };
    if let Some(seed) = number("KITH_SIM_SEED") {
        return run(seed);
    }
    thread::scope(|scope| {
        for part in 0..threads {
            let (run, failed) = (&run, &failed);
            scope.spawn(move || {
                for seed in (from + part..from + count).step_by(threads as usize) {
                    if started.elapsed() > budget || failed.load(Ordering::Relaxed) {
                        break;
                    }
                    run(seed);
                }
            });
        }
    });
    let (ran, took) = (ran.into_inner(), started.elapsed());
    println!("{ran} of {count} seeds in {took:?}: {:.1} a second", ran as f64 / took.as_secs_f64().max(0.001));
    assert!(ran >= SEEDS_MIN.min(count), "only {ran} of {count} seeds in {budget:?}");
}
