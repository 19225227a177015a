//! `floor`: what the machine can do.

use std::{hint::black_box, io, time::Duration};

use anyhow::Result;
use kith_crypto::Key;

use crate::{
    Options,
    disk::Disk,
    line::{Better, Line, Metric},
    machine::Run,
    network::{TcpEcho, UdpEcho},
    samples::{Rounds, timed, us},
};

/// Rounds of each measurement, interleaved.
const ROUNDS: usize = 10;
/// What is sealed and hashed at once.
const BULK: usize = 16 * 1024;
/// Pieces of [`BULK`] per measurement, so that one takes about a millisecond.
const PIECES: usize = 64;

/// Measures.
pub(crate) fn run(options: &Options) -> Result<Vec<Line>> {
    let each = options.n.unwrap_or(1000).div_ceil(ROUNDS);
    let folder = options.folder()?;
    let run = Run::begin();
    let mut disk = Disk::new(folder.path(), "floor")?;
    let udp = UdpEcho::start(|| Ok(()))?;
    let mut tcp = TcpEcho::start()?;
    let (key, bulk) = (Key::random(), vec![0x5a; BULK]);
    let [mut flush, mut datagram, mut stream, mut seal, mut hash] = [(); 5].map(|()| Rounds::default());
    for _ in 0..ROUNDS {
        flush.push(times(each, || disk.write())?);
        datagram.push(times(each, || udp.there_and_back())?);
        stream.push(times(each, || tcp.there_and_back())?);
        seal.push(rates(each, || drop(black_box(key.seal(b"", black_box(&bulk))))));
        hash.push(rates(each, || {
            black_box(blake3::hash(black_box(&bulk)));
        }));
    }
    let metrics = [
        Metric::new("floor.fdatasync_4k", "us", Better::Less, flush),
        Metric::new("floor.udp_round_trip", "us", Better::Less, datagram),
        Metric::new("floor.tcp_round_trip", "us", Better::Less, stream),
        Metric::new("floor.seal_16k", "GB/s", Better::More, seal),
        Metric::new("floor.blake3_16k", "GB/s", Better::More, hash),
    ];
    Ok(metrics.into_iter().map(|metric| metric.line(&run, options.seed)).collect())
}

fn times(count: usize, mut work: impl FnMut() -> io::Result<()>) -> io::Result<Vec<f64>> {
    let one = |_| {
        let (took, done) = timed(&mut work);
        done.map(|()| us(took))
    };
    (0..count).map(one).collect()
}

/// A tenth as many measurements, because each is of many pieces.
fn rates(count: usize, mut work: impl FnMut()) -> Vec<f64> {
    let rate = |took: Duration| (BULK * PIECES) as f64 / 1e9 / took.as_secs_f64();
    (0..count.div_ceil(10)).map(|_| rate(timed(|| (0..PIECES).for_each(|_| work())).0)).collect()
}
