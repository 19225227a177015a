//! `msg`: messages between two nodes.

use std::time::Instant;

use anyhow::Result;

use crate::{
    Options,
    disk::Disk,
    line::{Better, Line, Metric, Value},
    machine::{self, Run},
    network::UdpEcho,
    people::Pair,
    raw::Raw,
    samples::{Rounds, ms, timed},
    words::Words,
};

/// Rounds of ours and the anchor's.
const ROUNDS: usize = 10;
/// Messages before anything is measured: sessions, caches and the path settle.
const WARM_UP: usize = 20;

/// Measures.
pub(crate) async fn run(options: &Options) -> Result<Vec<Line>> {
    let folder = options.folder()?;
    let mut words = Words::new(options.seed);
    let mut pair = Pair::start(folder.path()).await?;
    for _ in 0..WARM_UP {
        pair.deliver(words.text()).await?;
    }
    let one = one_at_a_time(options, folder.path(), &mut pair, &mut words).await?;
    let burst = burst(options, folder.path(), &mut pair, &mut words).await?;
    pair.end().await?;
    Ok(vec![one, burst])
}

/// From the call until the sender knows that the message is on the other disk, against the same two flushes and round
/// trip alone.
async fn one_at_a_time(
    options: &Options,
    folder: &std::path::Path,
    pair: &mut Pair,
    words: &mut Words,
) -> Result<Line> {
    let each = options.n.unwrap_or(1000).div_ceil(ROUNDS);
    let run = Run::begin();
    let mut near = Disk::new(folder, "near")?;
    let mut far = Disk::new(folder, "far")?;
    let echo = UdpEcho::start(move || far.write())?;
    let (mut ours, mut floor, mut cpu_s) = (Rounds::default(), Rounds::default(), 0.0);
    for _ in 0..ROUNDS {
        let cpu = machine::cpu_s();
        let mut round = Vec::with_capacity(each);
        for _ in 0..each {
            let text = words.text();
            let start = Instant::now();
            pair.deliver(text).await?;
            round.push(ms(start.elapsed()));
        }
        cpu_s += machine::cpu_s() - cpu;
        ours.push(round);
        let mut round = Vec::with_capacity(each);
        for _ in 0..each {
            let (took, done) = timed(|| near.write().and_then(|()| echo.there_and_back()));
            done?;
            round.push(ms(took));
        }
        floor.push(round);
    }
    let metric = Metric::new("msg.delivered", "ms", Better::Less, ours)
        .anchor("two fdatasync of 4 KiB and a loopback round trip", floor)
        .cpu_s(cpu_s)
        .goal(Value::Ratio, 2.0)
        .goal(Value::RatioP99, 4.0);
    Ok(metric.line(&run, options.seed))
}

/// Messages per second from the first call until all are known to be on the other disk, against inserting them.
async fn burst(options: &Options, folder: &std::path::Path, pair: &mut Pair, words: &mut Words) -> Result<Line> {
    let each = options.n.unwrap_or(1000);
    let run = Run::begin();
    let place = folder.join("raw");
    std::fs::create_dir(&place)?;
    let mut raw = Raw::new(&place)?;
    let (mut ours, mut inserted, mut cpu_s) = (Rounds::default(), Rounds::default(), 0.0);
    for _ in 0..ROUNDS {
        let texts: Vec<String> = (0..each).map(|_| words.text()).collect();
        let (took, done) = timed(|| raw.insert(&texts));
        done?;
        inserted.push(vec![each as f64 / took.as_secs_f64()]);
        let (cpu, start) = (machine::cpu_s(), Instant::now());
        pair.deliver_all(texts).await?;
        ours.push(vec![each as f64 / start.elapsed().as_secs_f64()]);
        cpu_s += machine::cpu_s() - cpu;
    }
    let metric = Metric::new("msg.burst", "msg/s", Better::More, ours)
        .anchor("SQLCipher bulk insert, same schema", inserted)
        .cpu_s(cpu_s)
        .goal(Value::Ratio, 0.5);
    Ok(metric.line(&run, options.seed))
}
