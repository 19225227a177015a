//! The only file that knows the node and tokio. Passes calls in and what the node says out, in order, bounded, with at
//! most one request to draw between two frames.

mod echo;
#[cfg(test)]
mod tests;
mod video;

use std::{
    collections::BTreeSet,
    path::PathBuf,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use futures::{
    FutureExt as _, StreamExt as _,
    future::{BoxFuture, FusedFuture as _},
    stream::FuturesUnordered,
};
use kith_node::{
    AccountId, ApiError, Command, Event, Events, KeyError, MessageId, Node, NodeBuilder, Preset, ProfileState, Reply,
    Restore, RestoreError, RestoreKey, Snapshot, StartError,
    api::Password,
    profile_state,
    video::{VideoIn, VideoOut, screens_can_be_shown},
    wipe_profile,
};
use tokio::{runtime::Runtime, sync::mpsc};

use self::{echo::Echo, video::Places};
use crate::{
    model::{PictureOf, Pixels, Restoring, calls::step, video::Side},
    platform::picture,
    update::Then,
};

/// Calls waiting for the node: more than a person can make, so that a frame never waits.
const CALLS: usize = 1024;
/// Batches waiting for the window; when it is full the bridge waits and the node's own ring keeps the events.
const BATCHES: usize = 64;
/// Events in one batch, so that one frame folds a bounded number.
const BATCH_MAX: usize = 256;
/// How much later than others the node's threads get the processor, on the scale of nice(1).
#[cfg(target_os = "linux")]
const NODE_NICENESS: i32 = 5;
/// How long the node may take to end before the window closes anyway.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(10);

/// How the node is started; what the command line gave.
#[derive(Debug, Clone)]
pub struct NodeOptions {
    /// The profile folder.
    pub folder: PathBuf,
    /// Choices that belong together.
    pub preset: Preset,
    /// What takes the place of a camera.
    pub camera: VideoIn,
    /// Bootstrap nodes for this run.
    pub bootstraps: Vec<String>,
    /// Listens on these multiaddrs instead of the preset's.
    pub listen: Vec<String>,
    /// Whether to use multicast DNS.
    pub mdns: bool,
    /// Whether to use the built-in bootstrap nodes.
    pub default_bootstraps: bool,
}

impl NodeOptions {
    /// A node that talks to this machine only.
    #[must_use]
    pub fn local(folder: PathBuf) -> Self {
        let (bootstraps, listen) = (Vec::new(), Vec::new());
        let (preset, camera) = (kith_node::local(), VideoIn::None);
        Self { folder, preset, camera, bootstraps, listen, mdns: false, default_bootstraps: false }
    }
}

/// What the window asks of the node.
#[derive(Debug)]
pub enum ToNode {
    /// Look whether there is a profile and open it if nobody has to be asked.
    Open,
    /// Make or open the profile.
    Start {
        /// The name of a new one.
        name: Option<String>,
        /// Its password.
        password: Option<Password>,
    },
    /// Bring an account back.
    Restore(Box<Restoring>),
    /// Delete the profile, which is not open.
    Wipe,
    /// Start somebody to try things with.
    Echo,
    /// Call a method.
    Call(Box<Command>, Then),
    /// End by yourself.
    #[cfg(test)]
    Fault,
}

/// What the window is told.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a few at a time, moved once")]
pub enum FromNode {
    /// The node runs.
    Started {
        /// Everything there is.
        snapshot: Box<Snapshot>,
        /// What opens the profile.
        lock: Option<ProfileState>,
    },
    /// Something else opens the profile now.
    Lock(ProfileState),
    /// There is no profile yet.
    NoProfile,
    /// The profile wants a password.
    NeedsPassword,
    /// The password is wrong.
    WrongPassword,
    /// It does not start.
    Failed {
        /// For people.
        reason: String,
        /// It is the profile itself: trying again is not likely to help.
        lasting: bool,
    },
    /// The profile, which is not open, was not deleted; the reason for people.
    NotWiped(String),
    /// Events, oldest first.
    Events(Vec<Event>),
    /// Events were missed; this is how everything is now.
    Snapshot(Box<Snapshot>),
    /// The one to try things with is a contact now, or why not.
    Echo(Result<AccountId, String>),
    /// The answer to a call.
    Reply(Then, Result<Reply, ApiError>),
    /// A picture, decoded; `None`: it is broken.
    Picture(PictureOf, Option<Pixels>),
    /// What could be shown in calls.
    Sight {
        /// There is a camera.
        camera: bool,
        /// The screen can be shown.
        screen: bool,
    },
    /// The node has ended by itself.
    Ended,
}

/// Wakes the window, at most once until it has looked.
#[derive(Clone)]
pub struct Waker {
    pending: Arc<AtomicBool>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Waker {
    /// `wake` asks for a frame; it is called from other threads.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self { pending: Arc::default(), wake: Arc::new(wake) }
    }

    fn wake(&self) {
        if !self.pending.swap(true, Ordering::AcqRel) {
            (self.wake)();
        }
    }

    fn looked(&self) {
        self.pending.store(false, Ordering::Release);
    }
}

/// The window's end.
pub struct Bridge {
    calls: mpsc::Sender<ToNode>,
    news: mpsc::Receiver<FromNode>,
    places: Arc<Places>,
    waker: Waker,
    runtime: Option<Runtime>,
    worker: Option<tokio::task::JoinHandle<()>>,
}

/// The threads of the node, and those they start, get the processor after the one that draws: a burst of messages may
/// take longer, a frame may not.
fn yield_to_window() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NODE_NICENESS) {
        tracing::debug!(%error, "the node's threads are as urgent as the window's");
    }
}

impl Bridge {
    /// Starts the runtime; the node starts when it is asked to.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub fn new(options: NodeOptions, waker: Waker) -> std::io::Result<Self> {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.enable_all().thread_name("kith-node").on_thread_start(yield_to_window).build()?;
        let (calls, call_rx) = mpsc::channel(CALLS);
        let (news_tx, news) = mpsc::channel(BATCHES);
        let places = Arc::<Places>::default();
        let out = Out { news: news_tx, places: places.clone(), waker: waker.clone() };
        let worker = runtime.spawn(run(options, call_rx, out));
        Ok(Self { calls, news, places, waker, runtime: Some(runtime), worker: Some(worker) })
    }

    /// Hands something to the node. `false`: it has too much to do; nothing was handed over.
    #[must_use]
    pub fn send(&self, message: ToNode) -> bool {
        self.calls.try_send(message).is_ok()
    }

    /// What has come since the last look.
    pub fn receive(&mut self) -> Option<FromNode> {
        self.news.try_recv().ok()
    }

    /// The newest picture of each side of a call, if it is another one.
    pub fn seen(&self) -> Vec<(Side, Option<Pixels>)> {
        self.places.take()
    }

    /// Says that the window has looked: the next news may wake it again. Call it before [`Bridge::receive`].
    pub fn looked(&self) {
        self.waker.looked();
    }

    /// Ends the node in order: what was sent leaves, the database is closed.
    pub fn shut_down(&mut self) {
        let (Some(runtime), Some(worker)) = (self.runtime.take(), self.worker.take()) else { return };
        let (closed, _) = mpsc::channel(1);
        self.calls = closed;
        self.news.close();
        if runtime.block_on(async { tokio::time::timeout(SHUTDOWN_LIMIT, worker).await }).is_err() {
            tracing::warn!("the node did not end in time");
        }
        runtime.shutdown_background();
    }
}

/// The worker's end towards the window.
#[derive(Clone)]
struct Out {
    news: mpsc::Sender<FromNode>,
    places: Arc<Places>,
    waker: Waker,
}

impl Out {
    /// Waits while the window is behind; `false` once it is gone.
    async fn tell(&self, news: FromNode) -> bool {
        let told = self.news.send(news).await.is_ok();
        self.waker.wake();
        told
    }

    /// Tells if there is room for it.
    fn try_tell(&self, news: FromNode) {
        if self.news.try_send(news).is_ok() {
            self.waker.wake();
        }
    }
}

async fn run(options: NodeOptions, mut calls: mpsc::Receiver<ToNode>, out: Out) {
    loop {
        let Some(node) = start(&options, &mut calls, &out).await else { return };
        let Ok((snapshot, mut events)) = node.subscribe().await else {
            let _gone = out.tell(FromNode::Ended).await;
            return;
        };
        let lock = profile_state(&options.folder).ok();
        let sight = FromNode::Sight { camera: node.calls().has_camera(), screen: screens_can_be_shown() };
        if out.tell(FromNode::Started { snapshot: Box::new(snapshot), lock }).await && out.tell(sight).await {
            serve(&options, &node, &mut calls, &mut events, &out).await;
        }
        node.shutdown().await;
        // Of one that ended by itself the window knows; it may be started again.
        if node.is_wiped() && !out.tell(FromNode::NoProfile).await {
            return;
        }
    }
}

/// Tries until the profile is open; `None` if the window went away before.
async fn start(options: &NodeOptions, calls: &mut mpsc::Receiver<ToNode>, out: &Out) -> Option<Node> {
    loop {
        let builder = match calls.recv().await? {
            ToNode::Open => builder(options, None, None),
            ToNode::Start { name, password } => builder(options, name, password),
            ToNode::Restore(typed) => match restoring(options, &typed, out) {
                Ok(builder) => builder,
                Err(error) => {
                    if !out.tell(problem(error.into())).await {
                        return None;
                    }
                    continue;
                }
            },
            ToNode::Echo => continue,
            #[cfg(test)]
            ToNode::Fault => continue,
            ToNode::Wipe => {
                let folder = options.folder.clone();
                let news = match tokio::task::spawn_blocking(move || wipe_profile(folder)).await {
                    Ok(Ok(())) => FromNode::NoProfile,
                    Ok(Err(error)) => FromNode::NotWiped(error.to_string()),
                    Err(error) => FromNode::NotWiped(error.to_string()),
                };
                if !out.tell(news).await {
                    return None;
                }
                continue;
            }
            ToNode::Call(_, then) => {
                let _gone = out.tell(FromNode::Reply(then, Err(not_running()))).await;
                continue;
            }
        };
        match builder.spawn().await {
            Ok(node) => return Some(node),
            Err(error) => {
                if !out.tell(problem(error)).await {
                    return None;
                }
            }
        }
    }
}

fn builder(options: &NodeOptions, name: Option<String>, password: Option<Password>) -> NodeBuilder {
    let mut builder = Node::builder(&options.folder)
        .preset(options.preset.clone())
        .video(options.camera.clone(), VideoOut::Null)
        .mdns(options.mdns)
        .default_bootstraps(options.default_bootstraps);
    if !options.listen.is_empty() {
        builder = builder.listen(options.listen.clone());
    }
    for address in &options.bootstraps {
        builder = builder.bootstrap(address.clone());
    }
    if let Some(name) = name {
        builder = builder.name(name);
    }
    if let Some(password) = password {
        builder = builder.password(password.as_str());
    }
    builder
}

/// A builder that brings an account back.
fn restoring(options: &NodeOptions, typed: &Restoring, out: &Out) -> Result<NodeBuilder, RestoreError> {
    let password = (!typed.password.as_str().is_empty()).then(|| typed.password.clone());
    if typed.words_only {
        let name = Some(typed.name.trim().to_owned());
        return Ok(builder(options, name, password).restore(replacing(typed, Restore::words(typed.secret.as_str())?)));
    }
    let key = if typed.by_words {
        RestoreKey::words(typed.secret.as_str())?
    } else {
        RestoreKey::password(typed.secret.as_str())
    };
    let out = out.clone();
    let tell = move |done, total| out.try_tell(FromNode::Events(vec![Event::BackupProgress { done, total }]));
    let from = Restore::file(typed.file.trim(), key).progress(tell);
    Ok(builder(options, None, password).restore(replacing(typed, from)))
}

fn replacing(typed: &Restoring, from: Restore) -> Restore {
    if typed.replaces { from.replacing() } else { from }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only these are answered with another page")]
fn problem(error: StartError) -> FromNode {
    match error {
        StartError::Keys(KeyError::NoProfile { .. }) => FromNode::NoProfile,
        StartError::Keys(KeyError::PasswordNeeded) => FromNode::NeedsPassword,
        error if error.is_wrong_password() => FromNode::WrongPassword,
        other => FromNode::Failed { lasting: other.is_lasting(), reason: other.to_string() },
    }
}

fn not_running() -> ApiError {
    ApiError::new(kith_node::ErrorCode::ShuttingDown, "the node does not run")
}

type Answer = (Then, Result<Reply, ApiError>);

/// Calls and events until the window is gone or the node ends.
async fn serve(options: &NodeOptions, node: &Node, calls: &mut mpsc::Receiver<ToNode>, events: &mut Events, out: &Out) {
    let found = echo::is_there(&options.folder);
    let mut echo = found.then(|| Echo::new(node.clone(), &options.folder, out.clone(), false));
    talk(options, node, calls, events, out, &mut echo).await;
    if let Some(echo) = echo {
        echo.stop().await;
    }
}

/// [`serve`] without what follows.
async fn talk(
    options: &NodeOptions,
    node: &Node,
    calls: &mut mpsc::Receiver<ToNode>,
    events: &mut Events,
    out: &Out,
    echo: &mut Option<Echo>,
) {
    let mut running: FuturesUnordered<BoxFuture<'_, Answer>> = FuturesUnordered::new();
    let mut shown = None;
    let mut look = pin!(video::look(node, &out.places, &out.waker).fuse());
    loop {
        let alive = tokio::select! {
            call = calls.recv() => match call {
                Some(ToNode::Call(command, then)) => begin(node, *command, then, &mut running, out).await,
                Some(ToNode::Echo) => {
                    // One that runs opens its conversation when it is started again.
                    if let Some(before) = echo.take() {
                        before.stop().await;
                    }
                    *echo = Some(Echo::new(node.clone(), &options.folder, out.clone(), true));
                    true
                }
                Some(ToNode::Open | ToNode::Start { .. } | ToNode::Restore(_) | ToNode::Wipe) => true,
                #[cfg(test)]
                Some(ToNode::Fault) => {
                    node.shutdown().await;
                    true
                }
                None => false,
            },
            Some((then, result)) = running.next() => {
                let relocked = result.is_ok() && matches!(then, Then::Locked { .. });
                let lock = if relocked { profile_state(&options.folder).ok() } else { None };
                let told = match lock {
                    Some(lock) => out.tell(FromNode::Lock(lock)).await,
                    None => true,
                };
                told && answer(then, result, out).await
            }
            () = Echo::go_on(echo) => true,
            () = &mut look, if !look.is_terminated() => true,
            event = events.next() => match event {
                Some(event) => pass_on(node, event.event, events, &mut shown, out).await,
                None => {
                    let _gone = out.tell(FromNode::Ended).await;
                    return;
                }
            },
            () = node.ended() => {
                if node.is_wiped() {
                    return;
                }
                let _gone = out.tell(FromNode::Ended).await;
                return;
            }
        };
        if !alive {
            break;
        }
    }
    // What a person did last is not lost because they closed the window right after it.
    while let Ok(last) = calls.try_recv() {
        if let ToNode::Call(command, then) = last {
            let _nobody_asks_any_more = begin(node, *command, then, &mut running, out).await;
        }
    }
    while running.next().await.is_some() {}
}

/// Polls the call once before the next is looked at: the node takes calls in the order of their first poll, and two
/// messages must not change places.
async fn begin<'a>(
    node: &'a Node,
    command: Command,
    then: Then,
    running: &mut FuturesUnordered<BoxFuture<'a, Answer>>,
    out: &Out,
) -> bool {
    let mut call = async move { (then, node.call_command(command).await) }.boxed();
    match futures::poll!(&mut call) {
        Poll::Ready((then, result)) => answer(then, result, out).await,
        Poll::Pending => {
            running.push(call);
            true
        }
    }
}

/// Tells an answer, and before it the picture in it.
async fn answer(then: Then, result: Result<Reply, ApiError>, out: &Out) -> bool {
    let told = match picture::in_reply(&then, &result) {
        Some((of, pixels)) => out.tell(FromNode::Picture(of, pixels)).await,
        None => true,
    };
    told && out.tell(FromNode::Reply(then, result)).await
}

/// Hands on what is there already in one batch, only the last of what replaces itself.
async fn pass_on(node: &Node, first: Event, events: &mut Events, shown: &mut Option<Levels>, out: &Out) -> bool {
    let mut batch = vec![first];
    while batch.len() < BATCH_MAX
        && let Some(Some(event)) = events.next().now_or_never()
    {
        batch.push(event.event);
    }
    if !batch.iter().any(|event| matches!(event, Event::Lagged { .. })) {
        let batch = coalesce(batch, shown);
        return batch.is_empty() || out.tell(FromNode::Events(batch)).await;
    }
    match node.subscribe().await {
        Ok((snapshot, fresh)) => {
            *events = fresh;
            out.tell(FromNode::Snapshot(Box::new(snapshot))).await
        }
        Err(_ending) => false,
    }
}

/// The levels of a call as they are drawn.
type Levels = (MessageId, u8, u8);

/// Of the network's status, of each person's presence and of their writing, and of the levels of a call, only the last in a
/// batch is worth drawing; and of levels not even that, if they look like those that are shown.
#[expect(clippy::wildcard_enum_match_arm, reason = "everything else is kept")]
fn coalesce(batch: Vec<Event>, shown: &mut Option<Levels>) -> Vec<Event> {
    let mut network = false;
    let mut heard = BTreeSet::new();
    let mut present = BTreeSet::new();
    let mut typing = BTreeSet::new();
    let mut kept: Vec<Event> = batch
        .into_iter()
        .rev()
        .filter(|event| match event {
            Event::NetworkChanged { .. } => !std::mem::replace(&mut network, true),
            Event::Presence { account, .. } => present.insert(*account),
            Event::Typing { chat, account, .. } => typing.insert((*chat, *account)),
            Event::CallLevel { call, mine, theirs } => {
                let looks = (*call, step(*mine), step(*theirs));
                heard.insert(*call) && shown.replace(looks) != Some(looks)
            }
            _ => true,
        })
        .collect();
    kept.reverse();
    kept
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.shut_down();
    }
}
