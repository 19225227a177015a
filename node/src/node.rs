//! The node: a cheap handle on everything that runs.

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use kith_api::{
    AccountId, ApiError, Command, ErrorCode, Event, Method, Password, Place, Reply, Snapshot,
    params::{
        BackupExportParams, BackupExportReply, BackupSetParams, BootstrapParams, CallRef, Done, Nothing, PhraseParams,
        PhraseReply, SetPasswordParams, SmallPictureParams, StickersAddParams, TestReply, WipeParams,
    },
    views::{Backups, IceServersReply},
};
use kith_core::Input;
use kith_crypto::KeystoreError;
use kith_net::{Net, NetCommand};
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    backup::{
        self, Running,
        rolling::{self, Rolling},
    },
    bootstraps::{self, Bootstraps},
    builder::NodeBuilder,
    calls::{
        Numbers,
        check::{Check, Wish},
        sound::Sound,
        video::Pictures,
    },
    core_thread::ToCore,
    events::{Events, Hub},
    keys::{KeyError, Keys, wipe},
    local_api::auth::Tokens,
    readers::Readers,
    router, stickers,
    tasks::Tasks,
};

/// How long the last envelopes may take to leave.
const FLUSH_LIMIT: Duration = Duration::from_secs(3);
/// How long the tasks may take to end.
const TASKS_LIMIT: Duration = Duration::from_secs(5);

/// A running node. Clones are handles on the same one.
///
/// [`shutdown`](Self::shutdown) ends it in order. Dropping the last handle only aborts: everything committed is on disk,
/// but what was about to be sent waits for the next start.
#[derive(Clone)]
pub struct Node {
    shared: Arc<Shared>,
    _abort: Arc<DropGuard>,
}

/// What the tasks of a node share. Holding it does not keep the node running.
pub(crate) struct Shared {
    pub(crate) core: mpsc::Sender<ToCore>,
    pub(crate) net: Net,
    pub(crate) hub: Arc<Hub>,
    pub(crate) tasks: Tasks,
    pub(crate) account: AccountId,
    pub(crate) keys: Arc<Mutex<Keys>>,
    pub(crate) readers: Readers,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) bootstraps: Arc<Mutex<Bootstraps>>,
    pub(crate) backups: Arc<Running>,
    pub(crate) calls: Numbers,
    pub(crate) check: Check,
    pub(crate) sound: Sound,
    pub(crate) pictures: Pictures,
    pub(crate) has_camera: bool,
    pub(crate) rolling: Arc<Mutex<Rolling>>,
    /// The profile is to be deleted once nothing has it open.
    pub(crate) wiped: AtomicBool,
    pub(crate) restored: bool,
    pub(crate) listening: watch::Receiver<Vec<String>>,
    pub(crate) in_flight: watch::Receiver<u64>,
    pub(crate) closing: AtomicBool,
    /// Cancelled when a part without which nothing works has ended, whatever ended it.
    pub(crate) ended: CancellationToken,
    /// Cancelled when clients are sent away.
    pub(crate) clients: CancellationToken,
    pub(crate) api: Option<SocketAddr>,
    /// Tells other programs where the local API is; removed with it.
    pub(crate) address_file: PathBuf,
    /// The core's thread, until it was waited for.
    pub(crate) thread: Mutex<Option<JoinHandle<()>>>,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node").field("account", &self.account()).field("api", &self.shared.api).finish_non_exhaustive()
    }
}

impl Node {
    /// A node whose profile is in `folder`. See [`NodeBuilder`].
    pub fn builder(folder: impl Into<PathBuf>) -> NodeBuilder {
        NodeBuilder::new(folder.into())
    }

    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let abort = Arc::new(shared.tasks.abort_guard());
        Self { shared, _abort: abort }
    }

    pub(crate) fn pictures(&self) -> &Pictures {
        &self.shared.pictures
    }

    pub(crate) fn has_camera(&self) -> bool {
        self.shared.has_camera
    }

    /// Whose node this is.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.shared.account
    }

    /// Where the local API listens, if it is on.
    #[must_use]
    pub fn api_address(&self) -> Option<SocketAddr> {
        self.shared.api
    }

    /// Whether this start found the database to be an older copy put back: then new sessions are started with every
    /// contact, because keys that were used must not be used again.
    #[must_use]
    pub fn found_older_database(&self) -> bool {
        self.shared.restored
    }

    /// Addresses under which others can reach this node; waits at most `limit` for the first.
    pub async fn listening(&self, limit: Duration) -> Vec<String> {
        let mut listening = self.shared.listening.clone();
        let first = tokio::time::timeout(limit, listening.wait_for(|addresses| !addresses.is_empty())).await;
        first.ok().and_then(Result::ok).map(|addresses| addresses.clone()).unwrap_or_default()
    }

    /// Calls a method.
    ///
    /// # Errors
    /// What the method says, or `shutting_down`.
    pub async fn call<M: Method>(&self, params: M::Params) -> Result<M::Reply, ApiError> {
        let reply = self.call_command(M::command(params)).await?;
        M::reply(reply).ok_or_else(|| ApiError::new(ErrorCode::Internal, "the reply is another method's"))
    }

    /// Runs a command and awaits its reply, which is of the same name.
    ///
    /// # Errors
    /// What the command says, or `shutting_down`.
    pub async fn call_command(&self, command: Command) -> Result<Reply, ApiError> {
        self.shared.call(command).await
    }

    /// Everything a client shows first, and a stream of all events after it, without a gap between.
    ///
    /// # Errors
    /// `storage` if the database refuses, or `shutting_down`.
    pub async fn subscribe(&self) -> Result<(Snapshot, Events), ApiError> {
        self.shared.subscribe().await
    }

    /// Waits until the node does not work any more: because it was shut down, or because the core's thread or the network
    /// ended by itself, which is a fault and in the log. Then shut it down and start another.
    pub async fn ended(&self) {
        self.shared.ended.cancelled().await;
    }

    /// Whether the profile was wiped: what is left of it goes with [`shutdown`](Self::shutdown).
    #[must_use]
    pub fn is_wiped(&self) -> bool {
        self.shared.wiped.load(Ordering::Acquire)
    }

    /// Ends the node in order: refuses new calls, lets committed envelopes leave, ends every task, closes the database
    /// and gives the profile back. When it returns the same profile can be opened again.
    pub async fn shutdown(&self) {
        self.shared.shutdown().await;
    }
}

impl Shared {
    pub(crate) fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    pub(crate) async fn call(self: &Arc<Self>, command: Command) -> Result<Reply, ApiError> {
        if self.closing.load(Ordering::Acquire) {
            return Err(stopping());
        }
        match command.place() {
            Place::Core => {
                let named = bootstraps::named_by(&command);
                let answered = self.told_core(command).await?;
                if named.is_empty() { answered.await } else { self.join_with(named, answered).await }
            }
            Place::Query => self.readers.ask(&self.tasks, command).await,
            Place::Node => self.own(command).await,
        }
    }

    /// Events after number `from`; after the newest without one.
    pub(crate) fn events_after(&self, from: Option<u64>) -> Result<Events, ApiError> {
        match from {
            None => Ok(self.hub.read_new()),
            Some(from) => self.hub.read_after(from).map_err(|too_old| {
                ApiError::new(ErrorCode::SnapshotNeeded, too_old.to_string())
                    .hint("subscribe without from, then read contacts and chats anew")
            }),
        }
    }

    async fn subscribe(&self) -> Result<(Snapshot, Events), ApiError> {
        let (answer, answered) = oneshot::channel();
        self.tell_core(ToCore::Snapshot(answer)).await?;
        answered.await.unwrap_or_else(|_dropped| Err(stopping()))
    }

    async fn tell_core(&self, message: ToCore) -> Result<(), ApiError> {
        self.core.send(message).await.map_err(|_stopped| stopping())
    }

    /// What the node answers itself.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the list of methods says which are the node's, and only grows")]
    async fn own(&self, command: Command) -> Result<Reply, ApiError> {
        Ok(match command {
            Command::ProfileRecoveryPhrase(params) => {
                Reply::ProfileRecoveryPhrase(PhraseReply { words: self.recovery_phrase(params).await? })
            }
            Command::ProfileSetPassword(params) => Reply::ProfileSetPassword(self.set_password(params).await?),
            Command::BackupExport(params) => Reply::BackupExport(self.export_backup(params).await?),
            Command::BackupCancel(_) => Reply::BackupCancel(backup::cancel(&self.backups)?),
            Command::BackupStatus(_) => Reply::BackupStatus(self.rolling.lock().await.status()),
            Command::BackupSet(params) => Reply::BackupSet(self.set_backups(params).await?),
            Command::StickersAdd(params) => return self.add_sticker(params).await,
            Command::ProfileWipe(params) => Reply::ProfileWipe(self.wipe(&params).await?),
            Command::CallsStats(params) => Reply::CallsStats(self.calls.of(params.call)?),
            Command::CallsDevices(_) => Reply::CallsDevices(self.sound.devices().await),
            Command::CallsCheckStart(_) => Reply::CallsCheckStart(self.check.wish(Wish::Start).await?),
            Command::CallsCheckRecord(_) => Reply::CallsCheckRecord(self.check.wish(Wish::Record).await?),
            Command::CallsCheckTone(_) => Reply::CallsCheckTone(self.check.wish(Wish::Tone).await?),
            Command::CallsCheckStop(_) => {
                self.check.wish(Wish::Stop).await?;
                Reply::CallsCheckStop(Done {})
            }
            Command::NetworkGet(_) => {
                let status = self.ask_net(NetCommand::Status).await?;
                Reply::NetworkGet(router::network_status(status))
            }
            Command::NetworkTest(_) => {
                let steps = self.ask_net(NetCommand::Test).await?;
                Reply::NetworkTest(TestReply { steps: steps.into_iter().map(router::test_step).collect() })
            }
            Command::NetworkMetered(params) => {
                self.tell_net(NetCommand::SeemsMetered(params.metered)).await?;
                Reply::NetworkMetered(Done {})
            }
            Command::NetworkIceServers(_) => {
                let servers = self.ask_net(NetCommand::IceServers).await?;
                Reply::NetworkIceServers(IceServersReply {
                    servers: servers.into_iter().map(router::ice_server).collect(),
                })
            }
            Command::NetworkAddBootstrap(params) => Reply::NetworkAddBootstrap(self.add_bootstrap(params).await?),
            Command::NetworkRemoveBootstrap(params) => {
                Reply::NetworkRemoveBootstrap(self.remove_bootstrap(params).await?)
            }
            Command::TokensCreate(params) => {
                let tokens = Arc::clone(&self.tokens);
                Reply::TokensCreate(self.on_disk(move || tokens.create(params)).await?)
            }
            Command::TokensList(_) => Reply::TokensList(self.tokens.list()),
            Command::TokensRevoke(params) => {
                let tokens = Arc::clone(&self.tokens);
                Reply::TokensRevoke(self.on_disk(move || tokens.revoke(&params)).await?)
            }
            other => {
                let message = format!("{} is not answered by the node", other.name());
                return Err(ApiError::new(ErrorCode::Internal, message));
            }
        })
    }

    async fn recovery_phrase(&self, params: PhraseParams) -> Result<Vec<String>, ApiError> {
        let keys = Arc::clone(&self.keys).lock_owned().await;
        self.on_disk(move || {
            let password = params.password.as_ref().map(Password::as_str);
            let phrase = keys.phrase(password).map_err(|error| key_error(&error, "password"))?;
            Ok(phrase.words().into_iter().map(str::to_owned).collect())
        })
        .await
    }

    async fn set_password(&self, params: SetPasswordParams) -> Result<Done, ApiError> {
        let mut keys = Arc::clone(&self.keys).lock_owned().await;
        self.on_disk(move || {
            let [current, new] = [&params.current, &params.new].map(|given| given.as_ref().map(Password::as_str));
            keys.set_password(current, new).map_err(|error| key_error(&error, "current"))?;
            Ok(Done {})
        })
        .await
    }

    async fn export_backup(&self, params: BackupExportParams) -> Result<BackupExportReply, ApiError> {
        let turn = self.backups.begin().ok_or_else(backup::busy)?;
        let keys = Arc::clone(&self.keys).lock_owned().await;
        let source = self.backup_source().await?;
        self.on_disk(move || backup::export(&source, keys, &params, &turn)).await
    }

    async fn set_backups(&self, params: BackupSetParams) -> Result<Backups, ApiError> {
        let (profile, wanted) = (self.readers.folder(), params.clone());
        // A disk that does not answer keeps nobody else waiting.
        self.on_disk(move || rolling::check(&profile, &wanted)).await?;
        let mut rolling = Arc::clone(&self.rolling).lock_owned().await;
        let keys = if rolling.is_on() { None } else { Some(Arc::clone(&self.keys).lock_owned().await) };
        if self.backups.is_closed() {
            return Err(stopping());
        }
        let hub = Arc::clone(&self.hub);
        self.on_disk(move || {
            rolling.set(&params, || {
                let keys = keys.ok_or_else(stopping)?;
                let password = params.profile_password.as_ref().map(Password::as_str);
                let phrase = keys.phrase(password).map_err(|error| key_error(&error, "profile_password"))?;
                Ok(phrase.backup_key())
            })?;
            let backups = rolling.status();
            // Before anything that comes of it.
            hub.publish(Event::BackupChanged { backups: backups.clone() });
            Ok(backups)
        })
        .await
    }

    /// Makes a small picture of what was given, away from the core, which then keeps it.
    async fn add_sticker(&self, params: StickersAddParams) -> Result<Reply, ApiError> {
        let StickersAddParams { name, path, data, picture } = params;
        let data = match (&path, data, picture) {
            (None, None, Some(picture)) => {
                let command = Command::StickersImage(SmallPictureParams { picture });
                let Reply::StickersImage(image) = self.readers.ask(&self.tasks, command).await? else {
                    return Err(ApiError::new(ErrorCode::Internal, "the reply is another method's"));
                };
                Some(image.data)
            }
            (None, Some(data), None) => Some(data),
            (Some(_), None, None) => None,
            _ => {
                let message = "give exactly one of path, data and picture";
                return Err(ApiError::new(ErrorCode::InvalidArgument, message));
            }
        };
        let new = self.on_disk(move || stickers::prepare_from(name, path.as_deref(), data.as_deref())).await?;
        let (answer, answered) = oneshot::channel();
        self.tell_core(ToCore::AddSticker(new, answer)).await?;
        answered.await.unwrap_or_else(|_dropped| Err(stopping()))
    }

    pub(crate) async fn backup_source(&self) -> Result<backup::Source, ApiError> {
        let account = kith_wire::AccountId::from_bytes(self.account.to_bytes());
        let (reader, folder) = (self.readers.open()?, self.readers.folder());
        let bootstraps = self.bootstraps.lock().await.all();
        Ok(backup::Source { folder, reader, account, bootstraps, hub: Some(Arc::clone(&self.hub)) })
    }

    /// Takes the keys away from under the running node, and sees to its end. What they opened is closed with it.
    async fn wipe(&self, params: &WipeParams) -> Result<Done, ApiError> {
        if params.confirm != "wipe" {
            return Err(ApiError::new(ErrorCode::InvalidArgument, "confirm: give the word wipe to delete everything"));
        }
        self.backups.close();
        let folder = self.readers.folder();
        // Nobody writes a keystore anew meanwhile.
        let keys = Arc::clone(&self.keys).lock_owned().await;
        self.on_disk(move || {
            let _held = keys;
            wipe::begin(&folder).map_err(|error| ApiError::new(ErrorCode::Storage, error.to_string()))
        })
        .await
        .inspect_err(|_it_stays| self.backups.reopen())?;
        self.wiped.store(true, Ordering::Release);
        let ended = self.ended.clone();
        self.tasks.spawn(async move {
            // The answer goes out before the end begins.
            tokio::task::yield_now().await;
            ended.cancel();
        });
        Ok(Done {})
    }

    async fn add_bootstrap(&self, params: BootstrapParams) -> Result<Done, ApiError> {
        let address = params.address.clone();
        self.change_bootstraps(move |bootstraps| bootstraps.add(&address)).await?;
        self.tell_net(NetCommand::AddBootstrap { address: params.address }).await?;
        Ok(Done {})
    }

    /// Waits for the answer to a call that names bootstrap nodes, and uses them if it succeeded: also when whoever called does
    /// not wait any more.
    async fn join_with(
        self: &Arc<Self>,
        named: Vec<String>,
        answered: impl Future<Output = Result<Reply, ApiError>> + Send + 'static,
    ) -> Result<Reply, ApiError> {
        let (tell, told) = oneshot::channel();
        let shared = Arc::clone(self);
        self.tasks.spawn(async move {
            let reply = answered.await;
            if reply.is_ok() {
                shared.join(named).await;
            }
            drop(tell.send(reply));
        });
        told.await.unwrap_or_else(|_dropped| Err(stopping()))
    }

    /// Uses the bootstrap nodes of whoever invited this person, if there are no others: without one nobody would find this
    /// node.
    async fn join(&self, named: Vec<String>) {
        if named.is_empty() || !self.bootstraps.lock().await.all().is_empty() {
            return;
        }
        for address in named {
            if let Err(error) = self.add_bootstrap(BootstrapParams { address }).await {
                // What is wrong with an address would name it, and with it the token of a community.
                tracing::warn!(code = ?error.code, "a bootstrap node of an invite is not used");
            }
        }
    }

    async fn remove_bootstrap(&self, params: BootstrapParams) -> Result<Done, ApiError> {
        let address = params.address.clone();
        self.change_bootstraps(move |bootstraps| bootstraps.remove(&address)).await?;
        self.tell_net(NetCommand::RemoveBootstrap { address: params.address }).await?;
        Ok(Done {})
    }

    /// Changes the list on disk, and tells the core which nodes invite links may name.
    async fn change_bootstraps(
        &self,
        change: impl FnOnce(&mut Bootstraps) -> Result<(), ApiError> + Send + 'static,
    ) -> Result<(), ApiError> {
        let mut bootstraps = Arc::clone(&self.bootstraps).lock_owned().await;
        let all = self
            .on_disk(move || {
                change(&mut bootstraps)?;
                Ok(bootstraps.all())
            })
            .await?;
        self.tell_core(ToCore::Input(Input::Bootstraps(all))).await
    }

    pub(crate) async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.tasks.blocking(work).await.unwrap_or_else(|_stopped| Err(stopping()))
    }

    async fn tell_net(&self, command: NetCommand) -> Result<(), ApiError> {
        self.net.command(command).await.map_err(|_stopped| stopping())
    }

    async fn ask_net<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> NetCommand) -> Result<T, ApiError> {
        let (answer, answered) = oneshot::channel();
        self.tell_net(command(answer)).await?;
        answered.await.map_err(|_dropped| stopping())
    }

    /// Hangs up, so that nobody waits for this node to come back.
    async fn end_calls(&self) {
        let calls = match self.ask_core(Command::CallsList(Nothing {})).await {
            Ok(Reply::CallsList(reply)) => reply.calls,
            Ok(_) | Err(_) => return,
        };
        for call in calls {
            if let Err(error) = self.ask_core(Command::CallsHangUp(CallRef { call: call.call })).await {
                tracing::info!(%error, "a call was not ended");
            }
        }
    }

    async fn ask_core(&self, command: Command) -> Result<Reply, ApiError> {
        self.told_core(command).await?.await
    }

    /// Tells the core a command; what it gives is the answer, once it is there.
    async fn told_core(
        &self,
        command: Command,
    ) -> Result<impl Future<Output = Result<Reply, ApiError>> + Send + use<>, ApiError> {
        let (answer, answered) = oneshot::channel();
        self.tell_core(ToCore::Call(command, answer)).await?;
        Ok(async { answered.await.unwrap_or_else(|_dropped| Err(stopping())) })
    }

    async fn shutdown(&self) {
        let mut thread = self.thread.lock().await;
        let Some(thread) = thread.take() else { return };
        self.closing.store(true, Ordering::Release);
        self.backups.close();
        if tokio::time::timeout(FLUSH_LIMIT, self.end_calls()).await.is_err() {
            tracing::info!("calls were not ended in time");
        }
        self.flush().await;
        self.clients.cancel();
        if self.api.is_some()
            && let Err(error) = std::fs::remove_file(&self.address_file)
        {
            tracing::debug!(%error, "the address of the local API stays behind");
        }
        self.hub.close();
        self.readers.close().await;
        if !self.tasks.stop(TASKS_LIMIT).await {
            tracing::warn!("some tasks did not end in time");
        }
        // The thread is gone if it cannot be told, and then there is nothing to stop.
        let _stopped = self.core.send(ToCore::Stop).await;
        match self.tasks.blocking(move || thread.join()).await {
            Ok(Ok(())) => {}
            Ok(Err(_panic)) => tracing::error!("the core's thread panicked"),
            Err(error) => tracing::error!(%error, "the core's thread was not waited for"),
        }
        if self.wiped.load(Ordering::Acquire)
            && let Err(error) = wipe::finish(&self.readers.folder())
        {
            tracing::error!(%error, "a wiped profile is unreadable but not deleted; the next start does it");
        }
    }

    /// Lets the core handle what waits, and what it sends leave.
    async fn flush(&self) {
        let flushed = async {
            let (answer, answered) = oneshot::channel();
            if self.tell_core(ToCore::Flush(answer)).await.is_ok() && answered.await.is_ok() {
                let mut in_flight = self.in_flight.clone();
                // An error means that the network has ended, and nothing is in flight any more.
                let _none = in_flight.wait_for(|count| *count == 0).await;
            }
        };
        if tokio::time::timeout(FLUSH_LIMIT, flushed).await.is_err() {
            tracing::info!("some envelopes did not leave; they are sent after the next start");
        }
    }
}

fn stopping() -> ApiError {
    ApiError::new(ErrorCode::ShuttingDown, "the node is stopping")
}

/// `parameter` is where the caller gives the profile's password.
pub(crate) fn key_error(error: &KeyError, parameter: &str) -> ApiError {
    let code = match error {
        KeyError::PasswordNeeded | KeyError::Keystore(KeystoreError::WrongPassword) => ErrorCode::WrongPassword,
        KeyError::NoPassword | KeyError::NothingToChange | KeyError::Keystore(KeystoreError::EmptyPassword) => {
            ErrorCode::InvalidArgument
        }
        KeyError::Keystore(KeystoreError::PasswordTooLong { .. }) => ErrorCode::TooLarge,
        KeyError::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => ErrorCode::StorageFull,
        KeyError::NoProfile { .. }
        | KeyError::KeystoreMissing { .. }
        | KeyError::Keystore(_)
        | KeyError::BadKeyFile { .. }
        | KeyError::Keyring { .. }
        | KeyError::Io { .. } => ErrorCode::Storage,
    };
    if matches!(error, KeyError::PasswordNeeded) {
        return ApiError::new(code, "this profile has a password").hint(format!("give the parameter {parameter}"));
    }
    ApiError::new(code, error.to_string())
}

#[cfg(test)]
mod tests {
    use kith_api::{method, params::Nothing};

    use super::*;
    use crate::local;

    #[tokio::test]
    async fn a_core_that_ends_ends_the_node() {
        let folder = tempfile::tempdir().unwrap();
        let node = Node::builder(folder.path().join("ann")).name("Ann").preset(local()).spawn().await.unwrap();
        node.call::<method::ProfileGet>(Nothing {}).await.unwrap();
        node.shared.core.send(ToCore::Stop).await.unwrap();
        tokio::time::timeout(Duration::from_secs(30), node.ended()).await.unwrap();
        let answer = node.call::<method::ProfileGet>(Nothing {}).await;
        assert_eq!(answer.unwrap_err().code, ErrorCode::ShuttingDown);
        node.shutdown().await;
    }
}
