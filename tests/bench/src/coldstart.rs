//! `coldstart`: starting with a long history, against the same profile without messages.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use kith_node::{
    Node,
    params::{Around, HistoryParams, SearchParams},
};

use crate::{
    Options,
    line::{Better, Line, Metric, Value},
    machine::Run,
    profile::{Profile, Spread},
    program::Program,
    raw::Raw,
    samples::{Rounds, ms, timed},
    words::{Words, word},
};

/// How often each profile is started.
const STARTS: usize = 11;
/// How often the searches are run.
const SEARCHES: usize = 10;
/// A start that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(60);
/// A page as a client asks for it.
const PAGE: u32 = 50;
const READY_MS: f64 = 1000.0;
/// One picture of a window that shows 60 in a second.
const FRAME_MS: f64 = 16.0;
const NO_MESSAGES: &str = "the same without messages";

/// Measures.
pub(crate) async fn run(options: &Options, messages: usize, kithd: Option<&Path>) -> Result<Vec<Line>> {
    let folder = options.folder()?;
    let starts = options.n.unwrap_or(STARTS);
    let mut words = Words::new(options.seed);
    let full = Profile::make(folder.path().join("full"), messages, Spread::Many, &mut words).await?;
    let empty = Profile::make(folder.path().join("empty"), 0, Spread::Many, &mut words).await?;
    let mut lines = in_process(options, starts, &full, &empty).await?;
    let program = match kithd {
        Some(program) => program.to_owned(),
        None => crate::beside_us("kithd")?,
    };
    lines.push(as_a_program(options, starts, &program, &full, &empty).await?);
    lines.push(searching(options, "coldstart.search", &full).await?);
    Ok(lines)
}

/// What one start took.
struct Start {
    ready_ms: f64,
    page_ms: f64,
}

async fn in_process(options: &Options, starts: usize, full: &Profile, empty: &Profile) -> Result<Vec<Line>> {
    let run = Run::begin();
    let [mut ready, mut ready_empty, mut page, mut page_empty] = [(); 4].map(|()| Rounds::default());
    for _ in 0..starts {
        let start = start(full, true).await?;
        ready.push(vec![start.ready_ms]);
        page.push(vec![start.page_ms]);
        let start = self::start(empty, false).await?;
        ready_empty.push(vec![start.ready_ms]);
        page_empty.push(vec![start.page_ms]);
    }
    let ready = Metric::new("coldstart.ready", "ms", Better::Less, ready)
        .anchor(NO_MESSAGES, ready_empty)
        .goal(Value::P50, READY_MS);
    let page = Metric::new("coldstart.first_page", "ms", Better::Less, page)
        .anchor(NO_MESSAGES, page_empty)
        .goal(Value::Ratio, 1.1);
    Ok(vec![ready.line(&run, options.seed), page.line(&run, options.seed)])
}

/// To ready, which is when the node can be reached; and to what a window shows first: all chats, and a page of one.
async fn start(profile: &Profile, has_messages: bool) -> Result<Start> {
    let start = Instant::now();
    let node = profile.builder().spawn().await?;
    ensure!(!node.listening(LIMIT).await.is_empty(), "the node listens nowhere");
    let ready_ms = ms(start.elapsed());
    let (snapshot, _events) = node.subscribe().await?;
    let chat = kith_node::ChatId::from_bytes(profile.busiest.to_bytes());
    let part = HistoryParams { chat, around: Around::End, before: Some(PAGE), after: None };
    let page = node.chats().history(part).await?;
    let page_ms = ms(start.elapsed());
    ensure!(snapshot.chats.len() == crate::profile::CONTACTS, "{} chats", snapshot.chats.len());
    ensure!(page.messages.is_empty() != has_messages, "{} messages on the page", page.messages.len());
    node.shutdown().await;
    Ok(Start { ready_ms, page_ms })
}

/// From the start of the process to its ready line.
async fn as_a_program(
    options: &Options,
    starts: usize,
    program: &Path,
    full: &Profile,
    empty: &Profile,
) -> Result<Line> {
    let run = Run::begin();
    let (mut ready, mut ready_empty) = (Rounds::default(), Rounds::default());
    for _ in 0..starts {
        ready.push(vec![start_program(program, full).await?]);
        ready_empty.push(vec![start_program(program, empty).await?]);
    }
    let metric = Metric::new("coldstart.kithd", "ms", Better::Less, ready)
        .anchor(NO_MESSAGES, ready_empty)
        .goal(Value::P50, READY_MS);
    Ok(metric.line(&run, options.seed))
}

async fn start_program(program: &Path, profile: &Profile) -> Result<f64> {
    let start = Instant::now();
    let running = Program::start(program, |command| {
        command.arg("--profile").arg(&profile.folder).args(["--no-mdns", "--no-default-bootstrap"]);
        command.args(["--listen", "/ip4/127.0.0.1/udp/0/quic-v1"]);
    })
    .await?;
    let took = ms(start.elapsed());
    // In order, so that the next start finds what a start usually finds.
    running.end().await?;
    Ok(took)
}

/// Searches as people do, in a node that runs, against FTS5 on the same file.
pub(crate) async fn searching(options: &Options, name: &'static str, profile: &Profile) -> Result<Line> {
    let run = Run::begin();
    let node = profile.builder().spawn().await?;
    let raw = Raw::open(&profile.folder, &profile.database)?;
    let (mut ours, mut bare) = (Rounds::default(), Rounds::default());
    let (common, rare) = (word(0), word(5_000));
    let queries = [
        (format!("{common} {}", word(3)), format!("\"{common}\" \"{}\"*", word(3))),
        (format!("{rare} {common}"), format!("\"{rare}\" \"{common}\"*")),
        (rare.clone(), format!("\"{rare}\"*")),
        (common.clone(), format!("\"{common}\"*")),
        (word(40), format!("\"{}\"*", word(40))),
        ("ka".to_owned(), "\"ka\"*".to_owned()),
    ];
    for _ in 0..SEARCHES {
        let (mut round, mut round_bare) = (Vec::new(), Vec::new());
        for (typed, query) in &queries {
            round.push(search(&node, typed).await?);
            let (took, found) = timed(|| raw.search(query));
            found?;
            round_bare.push(ms(took));
        }
        ours.push(round);
        bare.push(round_bare);
    }
    node.shutdown().await;
    let metric = Metric::new(name, "ms", Better::Less, ours)
        .anchor("bare FTS5 on the same file", bare)
        .goal(Value::P95, FRAME_MS);
    Ok(metric.line(&run, options.seed))
}

async fn search(node: &Node, query: &str) -> Result<f64> {
    let search = SearchParams {
        query: query.to_owned(),
        chat: None,
        from: None,
        kind: None,
        since: None,
        until: None,
        limit: Some(PAGE),
    };
    let start = Instant::now();
    node.chats().search(search).await?;
    Ok(ms(start.elapsed()))
}
