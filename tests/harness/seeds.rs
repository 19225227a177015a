//! The same world with many seeds.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Fewer than this in the time say too little, however slow the machine.
const SEEDS_MIN: u64 = 1_000;

/// Runs `world` for `count` seeds on two threads, for at most `budget_s` seconds, and says which seed failed.
/// `KITH_SIM_SEEDS` asks for another number without a limit, `KITH_SIM_SEED` for one seed. A machine too slow for all
/// says how many it ran.
///
/// # Panics
/// If a seed fails, or if fewer than a thousand of more than that were run.
pub fn for_seeds(count: u64, budget_s: u64, world: impl Fn(u64) + Sync) {
    let asked = std::env::var("KITH_SIM_SEEDS").ok().and_then(|text| text.parse().ok());
    let only: Option<u64> = std::env::var("KITH_SIM_SEED").ok().and_then(|text| text.parse().ok());
    let (count, budget) = asked.map_or((count, Duration::from_secs(budget_s)), |asked| (asked, Duration::MAX));
    let started = Instant::now();
    let ran = AtomicU64::new(0);
    let run = |seed: u64| {
        let failed = catch_unwind(AssertUnwindSafe(|| world(seed))).is_err();
        assert!(!failed, "seed {seed} failed: run it again with KITH_SIM_SEED={seed}");
        ran.fetch_add(1, Ordering::Relaxed);
    };
    if let Some(seed) = only {
        return run(seed);
    }
    thread::scope(|scope| {
        for half in 0..2 {
            scope.spawn(move || {
                for seed in (half..count).step_by(2) {
                    if started.elapsed() > budget {
                        break;
                    }
                    run(seed);
                }
            });
        }
    });
    let ran = ran.into_inner();
    println!("{ran} of {count} seeds in {:?}", started.elapsed());
    assert!(ran >= SEEDS_MIN.min(count), "only {ran} of {count} seeds in {budget:?}");
}
