//! `gui`: the window, drawn by the processor alone, against the same window with a short history.

use std::path::Path;

use anyhow::{Context as _, Result};
use futures::{StreamExt as _, stream};
use kith_gui::{
    action::Action,
    model::{Appearance, Model, Settings},
    theme::Mode,
};
use kith_node::ChatId;

use self::{
    screen::Screen,
    window::{Display, Window},
};
use crate::{
    Options,
    line::{Better, Line, Metric, Value},
    machine::Run,
    people,
    profile::{Profile, Spread},
    samples::Rounds,
    words::Words,
};

mod screen;
mod window;

/// How often the program is started, and how often each conversation is opened.
const STARTS: usize = 11;
/// Rounds of scrolling, ours and the short history's.
const ROUNDS: usize = 8;
/// Frames of a round.
const FRAMES: usize = 240;
/// The short history.
const FEW: usize = 100;
/// Messages somebody writes at once.
const BURST: usize = 10_000;
/// How many of them are handed over without waiting for the answer.
const AT_ONCE: usize = 256;

/// On the scale of nice(1): as the node of the window.
const ELSEWHERE_NICENESS: i32 = 5;

const FIRST_FRAME_MS: f64 = 700.0;
const OPEN_MS: f64 = 50.0;
const SCROLL_MS: f64 = 6.0;
const RESTYLE_MS: f64 = 30.0;
const BLOCKED_MS: f64 = 16.0;
const MEMORY_MB: f64 = 250.0;
const SHORT: &str = "the same with 100 messages";

/// Measures.
pub(crate) fn run(options: &Options, messages: usize, program: &Path) -> Result<Vec<Line>> {
    let folder = options.folder()?;
    let runtime = crate::runtime()?;
    let mut words = Words::new(options.seed);
    let long = Profile::make(folder.path().join("long"), messages, Spread::One, &mut words);
    let long = runtime.block_on(long)?;
    let short = runtime.block_on(Profile::make(folder.path().join("short"), FEW, Spread::One, &mut words))?;
    let mut lines = program_lines(options, program, &long, &short)?;
    lines.push(opening(options, &long, &short)?);
    lines.extend(scrolling(options, &long, &short)?);
    lines.push(burst(options, &elsewhere()?, folder.path(), &mut words)?);
    Ok(lines)
}

/// Runs somebody else's node, which in the world is on another machine: as far as that goes on one, it does not take the
/// processor from the window.
fn elsewhere() -> Result<tokio::runtime::Runtime> {
    let give_way = || {
        if let Err(error) = rustix::process::setpriority_process(None, ELSEWHERE_NICENESS) {
            eprintln!("the other node is as urgent as the window: {error}");
        }
    };
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().on_thread_start(give_way).build()?)
}

/// The program on a display of its own: until somebody sees it, what it draws when nothing happens, what memory it has.
fn program_lines(options: &Options, program: &Path, long: &Profile, short: &Profile) -> Result<Vec<Line>> {
    let display = Display::start()?;
    let starts = options.n.unwrap_or(STARTS);
    let run = Run::begin();
    let [mut first, mut first_short, mut list, mut memory, mut memory_short] = [(); 5].map(|()| Rounds::default());
    for _ in 0..starts {
        let window = Window::start(program, &display, &long.folder)?;
        first.push(vec![window.first_frame_ms]);
        list.push(vec![window.list_ms]);
        memory.push(vec![window.memory_mb()?]);
        window.end()?;
        let window = Window::start(program, &display, &short.folder)?;
        first_short.push(vec![window.first_frame_ms]);
        memory_short.push(vec![window.memory_mb()?]);
        window.end()?;
    }
    let window = Window::start(program, &display, &long.folder)?;
    let mut idle = Rounds::default();
    idle.push(vec![window.frames_when_idle()?]);
    window.end()?;
    let first = Metric::new("gui.first_frame", "ms", Better::Less, first)
        .anchor(SHORT, first_short)
        .goal(Value::P50, FIRST_FRAME_MS);
    let list = Metric::new("gui.list", "ms", Better::Less, list);
    let memory =
        Metric::new("gui.memory", "MB", Better::Less, memory).anchor(SHORT, memory_short).goal(Value::P95, MEMORY_MB);
    let idle = Metric::new("gui.idle", "frames in 10 s", Better::Less, idle).goal(Value::Max, 0.0);
    Ok([first, list, memory, idle].map(|metric| metric.line(&run, options.seed)).into())
}

fn chat_of(profile: &Profile) -> ChatId {
    ChatId::from_bytes(profile.busiest.to_bytes())
}

fn loaded(model: &Model, chat: ChatId) -> bool {
    model.talks.get(&chat).is_some_and(|talk| talk.loaded)
}

/// From the click on a conversation until it is drawn.
fn opening(options: &Options, long: &Profile, short: &Profile) -> Result<Line> {
    let run = Run::begin();
    let (mut ours, mut anchor) = (Rounds::default(), Rounds::default());
    for _ in 0..options.n.unwrap_or(STARTS) {
        for (profile, rounds) in [(long, &mut ours), (short, &mut anchor)] {
            let mut screen = Screen::open(&profile.folder)?;
            rounds.push(vec![open(&mut screen, chat_of(profile))?]);
        }
    }
    let metric = Metric::new("gui.open", "ms", Better::Less, ours).anchor(SHORT, anchor).goal(Value::P50, OPEN_MS);
    Ok(metric.line(&run, options.seed))
}

fn open(screen: &mut Screen, chat: ChatId) -> Result<f64> {
    let start = std::time::Instant::now();
    screen.act(Action::OpenChat(chat));
    screen.until("the conversation", |model| loaded(model, chat))?;
    screen.frame(vec![]);
    Ok(crate::samples::ms(start.elapsed()))
}

/// Frames while a conversation is scrolled, and those in which the window changes its size or theme.
fn scrolling(options: &Options, long: &Profile, short: &Profile) -> Result<Vec<Line>> {
    let mut screens = [(long, 0), (short, FRAMES / 8)]
        .into_iter()
        .map(|(profile, turn)| {
            let mut screen = Screen::open(&profile.folder)?;
            open(&mut screen, chat_of(profile))?;
            Ok((screen, chat_of(profile), turn))
        })
        .collect::<Result<Vec<_>>>()?;
    let run = Run::begin();
    let mut scrolled = [Rounds::default(), Rounds::default()];
    for _ in 0..ROUNDS {
        for ((screen, chat, turn), rounds) in screens.iter_mut().zip(&mut scrolled) {
            rounds.push(scroll(screen, *chat, *turn)?);
        }
    }
    let [ours, anchor] = scrolled;
    let scroll = Metric::new("gui.scroll", "ms", Better::Less, ours)
        .anchor(SHORT, anchor)
        .goal(Value::P95, SCROLL_MS)
        .goal(Value::Ratio, 1.1);
    let scroll = scroll.line(&run, options.seed);
    let run = Run::begin();
    let mut restyled = [Rounds::default(), Rounds::default()];
    for round in 0..ROUNDS {
        for ((screen, ..), rounds) in screens.iter_mut().zip(&mut restyled) {
            rounds.push(restyle(screen, round % 2 == 0));
        }
    }
    let [ours, anchor] = restyled;
    let restyle =
        Metric::new("gui.restyle", "ms", Better::Less, ours).anchor(SHORT, anchor).goal(Value::Max, RESTYLE_MS);
    Ok(vec![scroll, restyle.line(&run, options.seed)])
}

/// Upwards; back and forth if `turn` is not zero, each way a point wider or narrower, so that every row is measured anew
/// as it is on the way up a long history. A frame that waits for the node's next page does not count, the one that takes
/// it does.
fn scroll(screen: &mut Screen, chat: ChatId, turn: usize) -> Result<Vec<f64>> {
    let waits = |model: &Model| model.talks.get(&chat).is_some_and(|talk| talk.loading.is_some());
    let mut frames = Vec::with_capacity(FRAMES);
    for number in 0..FRAMES {
        let down = number.checked_div(turn).is_some_and(|way| way % 2 == 1);
        if turn > 0 {
            screen.width = if down { 1179.0 } else { 1180.0 };
        }
        frames.push(screen.scroll(if down { -120.0 } else { 120.0 }));
        if waits(screen.model()) {
            frames.push(screen.until("the next page", |model| !waits(model))?);
        }
    }
    Ok(frames)
}

fn restyle(screen: &mut Screen, odd: bool) -> Vec<f64> {
    let mode = if odd { Mode::Light } else { Mode::Dark };
    let settings = Settings { appearance: Appearance::BuiltIn(mode), ..screen.model().settings.clone() };
    screen.act(Action::Set(Box::new(settings)));
    let theme = screen.frame(vec![]);
    screen.width = if odd { 900.0 } else { 1180.0 };
    vec![theme, screen.frame(vec![])]
}

/// The longest frame while somebody else's ten thousand messages come in: drawn as they come, and all at once after the
/// window was not drawn for that long.
fn burst(options: &Options, runtime: &tokio::runtime::Runtime, folder: &Path, words: &mut Words) -> Result<Line> {
    let mara = runtime.block_on(people::start(folder, "mara"))?;
    let mut screen = Screen::open(&folder.join("window"))?;
    let link = screen.onboard()?;
    runtime.block_on(mara.contacts().add(link, None))?;
    screen.until("the request", |model| model.contacts.contains_key(&mara.account()))?;
    screen.act(Action::Accept(mara.account()));
    let me = screen.model().me.as_ref().context("a profile")?.account;
    runtime.block_on(people::introduced(&mara, me))?;
    let chat = runtime.block_on(mara.chats().open(me))?;
    screen.act(Action::OpenChat(chat));
    let run = Run::begin();
    let mut ours = Rounds::default();
    for drawn in [true, false] {
        let texts: Vec<String> = (0..BURST).map(|_| words.text()).collect();
        let last = texts.last().cloned();
        let writer = mara.clone();
        let sends = runtime.spawn(async move {
            let all = stream::iter(texts).map(|text| {
                let writer = &writer;
                async move { writer.chats().send(chat, text).await }
            });
            let all = all.buffered(AT_ONCE);
            all.collect::<Vec<_>>().await.into_iter().collect::<Result<Vec<_>, _>>().map(drop)
        });
        let mut frames = Vec::new();
        if drawn {
            frames = screen.frames_until(last.as_deref(), chat)?;
        }
        runtime.block_on(sends)??;
        frames.extend(screen.frames_until(last.as_deref(), chat)?);
        ours.push(frames);
    }
    runtime.block_on(mara.shutdown());
    let metric = Metric::new("gui.burst", "ms", Better::Less, ours).goal(Value::Max, BLOCKED_MS);
    Ok(metric.line(&run, options.seed))
}
