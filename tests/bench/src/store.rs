//! `store`: a database with a very long history, against bare SQLCipher and against a short one.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use kith_store::{Anchor, ReadStore, Store};

use crate::{
    Options, coldstart,
    line::{Better, Line, Metric, Value},
    machine::Run,
    profile::{self, Profile, Spread},
    raw::Raw,
    samples::{Rounds, ms, timed},
    words::Words,
};

/// Messages of the long history, unless told.
const MESSAGES: usize = 1_000_000;
/// Messages of the short one: more than a page.
const FEW: usize = 100;
const ROUNDS: usize = 10;
/// Messages inserted in one transaction.
const BATCH: usize = 1_000;
/// Pages read in a round.
const PAGES: usize = 50;
/// A page as a client asks for it.
const PAGE: u32 = 50;

/// Measures.
pub(crate) async fn run(options: &Options) -> Result<Vec<Line>> {
    let folder = options.folder()?;
    let messages = options.n.unwrap_or(MESSAGES);
    let mut words = Words::new(options.seed);
    let long = Profile::make(folder.path().join("long"), messages, Spread::One, &mut words).await?;
    let short = Profile::make(folder.path().join("short"), FEW, Spread::One, &mut words).await?;
    Ok(vec![
        first_page(options, &long, &short)?,
        coldstart::searching(options, "store.search", &long).await?,
        export(options, &long, folder.path(), messages).await?,
        insert(options, &long, &mut words)?,
    ])
}

/// The newest messages of a chat, as whoever opens it waits for them.
fn first_page(options: &Options, long: &Profile, short: &Profile) -> Result<Line> {
    let run = Run::begin();
    let open = |profile: &Profile| ReadStore::open(&profile.folder, &profile.database);
    let (long_store, short_store) = (open(long)?, open(short)?);
    let page = |store: &ReadStore, profile: &Profile| -> Result<Vec<f64>> {
        let mut round = Vec::with_capacity(PAGES);
        for _ in 0..PAGES {
            let (took, page) = timed(|| store.history(&profile.busiest, &Anchor::End, PAGE, 0));
            ensure!(page?.messages.len() == PAGE as usize, "a whole page");
            round.push(ms(took));
        }
        Ok(round)
    };
    let (mut ours, mut few) = (Rounds::default(), Rounds::default());
    for _ in 0..ROUNDS {
        ours.push(page(&long_store, long)?);
        few.push(page(&short_store, short)?);
    }
    let metric = Metric::new("store.first_page", "ms", Better::Less, ours)
        .anchor("the same page of a history of 100", few)
        .goal(Value::Ratio, 1.1);
    Ok(metric.line(&run, options.seed))
}

/// Messages per second into the long history, a thousand in a durable transaction.
fn insert(options: &Options, profile: &Profile, words: &mut Words) -> Result<Line> {
    let run = Run::begin();
    let (database, ratchet) = profile::keys(&profile.folder)?;
    let store = Store::open(&profile.folder, &database, &ratchet)?;
    let mut raw = Raw::open(&profile.folder, &database)?.goes_on(&profile.busiest)?;
    let person = profile.people.first().context("a person")?;
    let (mut ours, mut bare) = (Rounds::default(), Rounds::default());
    for _ in 0..ROUNDS {
        let rows: Vec<_> = (0..BATCH).map(|_| person.message(profile.me, profile::now_ms(), words)).collect();
        let start = Instant::now();
        store.begin()?;
        for row in &rows {
            store.insert_message(row)?;
        }
        store.commit()?;
        ours.push(vec![BATCH as f64 / start.elapsed().as_secs_f64()]);
        let texts: Vec<String> = (0..BATCH).map(|_| words.text()).collect();
        let (took, done) = timed(|| raw.insert(&texts));
        done?;
        bare.push(vec![BATCH as f64 / took.as_secs_f64()]);
    }
    let metric = Metric::new("store.insert", "msg/s", Better::More, ours)
        .anchor("SQLCipher bulk insert, same file", bare)
        .goal(Value::Ratio, 0.7);
    Ok(metric.line(&run, options.seed))
}

/// Messages per second into a backup, which is read back before it counts.
async fn export(options: &Options, profile: &Profile, folder: &std::path::Path, messages: usize) -> Result<Line> {
    let run = Run::begin();
    let node = profile.builder().spawn().await?;
    let start = Instant::now();
    node.backup().export(folder.join("all.kithbackup"), Some("a password for this".to_owned()), None).await?;
    let mut rounds = Rounds::default();
    rounds.push(vec![messages as f64 / start.elapsed().as_secs_f64()]);
    node.shutdown().await;
    Ok(Metric::new("store.export", "msg/s", Better::More, rounds).line(&run, options.seed))
}
