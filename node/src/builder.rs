//! How a node is put together.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
};

use kith_api::AccountId;
use kith_core::{Core, CoreError, Identity, Input, Options, setup};
use kith_crypto::{Key, KeystoreError, random_bytes};
use kith_media::{
    AudioIn, AudioOut,
    video::{VideoIn, VideoOut},
};
use kith_net::{Net, NetConfig, NetError};
use kith_store::{ProfileLock, Store, StoreError};
use kith_wire::ids::TransportId;
use tokio::sync::{Mutex, mpsc, watch};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use crate::{
    backup::{
        Opened, Restore, RestoreError,
        rolling::{self, Rolling},
    },
    bootstraps::{self, BadBootstrap, Bootstraps, DEFAULT_BOOTSTRAPS},
    calls::{
        self,
        check::Check,
        sound::{Given, Sound},
        video::Sight,
    },
    clock::now_ms,
    core_thread::{self, CORE_QUEUE, CoreThread, NET_QUEUE, Released, ToCore},
    events::Hub,
    keys::{self, Access, Counter, KeyError, Keys, Sealed, SealedError, Unlocked},
    link_preview::{self, Reach},
    local_api::{self, Api, Bound, auth::Tokens},
    node::{Node, Shared},
    ports, public_address,
    readers::Readers,
    router,
    tasks::{self, Tasks},
};

/// Where mail for others lies, in the profile folder.
/// What every peer sees of this version.
const AGENT: &str = concat!("kith/", env!("CARGO_PKG_VERSION"));

/// A set of choices that belong together.
#[derive(Debug, Clone)]
pub struct Preset {
    listen: Vec<String>,
    mdns: bool,
    keyring: bool,
    bootstraps: bool,
    state: bool,
    sound: Given,
    sight: Sight,
}

impl Preset {
    /// Where the sound of calls comes from and goes to; see [`NodeBuilder::audio`].
    #[must_use]
    pub fn audio(mut self, input: AudioIn, output: AudioOut) -> Self {
        self.sound = Given { input, output };
        self
    }
}

/// For people: port 4100 on every interface or any other if that is taken, the built-in bootstrap nodes, multicast DNS,
/// the keyring of the desktop session, the default microphone and speaker.
#[must_use]
pub fn standard() -> Preset {
    let sound = Given { input: AudioIn::Device(None), output: AudioOut::Device(None) };
    Preset {
        listen: NetConfig::default_listen(),
        mdns: true,
        keyring: true,
        bootstraps: true,
        state: true,
        sound,
        sight: Sight::default(),
    }
}

/// For a network without the internet: as [`standard`], but without bootstrap nodes.
#[must_use]
pub fn lan_only() -> Preset {
    Preset { bootstraps: false, ..standard() }
}

/// For tests: loopback only, any port, no multicast DNS, no bootstrap nodes, no keyring, no sound.
#[must_use]
pub fn local() -> Preset {
    let listen = ["/ip4/127.0.0.1/udp/0/quic-v1", "/ip4/127.0.0.1/tcp/0"].map(str::to_owned).to_vec();
    let sound = Given { input: AudioIn::Silence, output: AudioOut::Null };
    Preset { listen, mdns: false, keyring: false, bootstraps: false, state: false, sound, sight: Sight::default() }
}

/// Why a node did not start. The profile is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The keys are not to be had: no profile, a wrong password, a damaged keystore.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The database does not open, or the profile is open in another process.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database is not this profile's, or the name will not do.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// A file of the profile is damaged.
    #[error(transparent)]
    File(#[from] SealedError),
    /// The network does not start.
    #[error(transparent)]
    Net(#[from] NetError),
    /// An address given for a bootstrap node is none.
    #[error(transparent)]
    Bootstrap(#[from] BadBootstrap),
    /// The account does not come back.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// The local API does not start.
    #[error(transparent)]
    Api(#[from] local_api::StartError),
    /// The system gives no thread.
    #[error("no thread for the core")]
    Thread(#[source] std::io::Error),
    /// The runtime is shutting down.
    #[error("the runtime is shutting down")]
    Runtime,
}

impl StartError {
    /// Whether another password may open the profile.
    #[must_use]
    pub fn is_wrong_password(&self) -> bool {
        matches!(self, Self::Keys(KeyError::Keystore(KeystoreError::WrongPassword)))
    }

    /// Whether it is the profile itself that does not open: its key is gone, or it is damaged. Unless its key or a copy of
    /// it comes back, only [`Restore::replacing`] and [`wipe_profile`](crate::wipe_profile) help.
    #[must_use]
    #[expect(clippy::wildcard_enum_match_arm, reason = "what is new is not known to be lasting")]
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::Keys(KeyError::Keystore(error)) => {
                !matches!(error, KeystoreError::UnknownVersion { .. } | KeystoreError::OutOfMemory { .. })
            }
            Self::Keys(error) => matches!(
                error,
                KeyError::KeystoreMissing { .. } | KeyError::BadKeyFile { .. } | KeyError::Keyring { .. }
            ),
            Self::Store(error) | Self::Core(CoreError::Store(error)) => matches!(
                error,
                StoreError::WrongKey | StoreError::Damaged(_) | StoreError::Emptied | StoreError::Inconsistent { .. }
            ),
            Self::Core(error) => !matches!(error, CoreError::Api(_) | CoreError::Refused { .. } | CoreError::NoPrekey),
            Self::File(error) => !matches!(error, SealedError::Io { .. }),
            _ => false,
        }
    }
}

/// What a node is started with. Begin at [`Node::builder`].
#[derive(Clone)]
pub struct NodeBuilder {
    folder: PathBuf,
    name: Option<String>,
    password: Option<Zeroizing<String>>,
    preset: Preset,
    bootstraps: Vec<String>,
    api: Option<SocketAddr>,
    restore: Option<Restore>,
}

impl std::fmt::Debug for NodeBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NodeBuilder")
            .field("folder", &self.folder)
            .field("preset", &self.preset)
            .finish_non_exhaustive()
    }
}

impl NodeBuilder {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            name: None,
            password: None,
            preset: standard(),
            bootstraps: Vec::new(),
            api: None,
            restore: None,
        }
    }

    /// Where the sound of calls comes from and goes to. A device is opened when a call was answered, and closed with it.
    /// The default one, `AudioIn::Device(None)` or `AudioOut::Device(None)`, is the one that is chosen in settings.
    #[must_use]
    pub fn audio(mut self, input: AudioIn, output: AudioOut) -> Self {
        self.preset.sound = Given { input, output };
        self
    }

    /// Where the pictures of a camera come from, and where those of the other side go beside
    /// [`Calls::pictures`](crate::Calls::pictures). A source is opened when a camera is switched on in a call that was
    /// answered, and closed with either.
    #[must_use]
    pub fn video(mut self, input: VideoIn, output: VideoOut) -> Self {
        self.preset.sight = Sight { input, output };
        self
    }

    /// Makes a profile with this name if there is none yet; an existing one keeps its name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The password of the profile, or the one a new profile gets.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(Zeroizing::new(password.into()));
        self
    }

    /// Replaces the choices made so far by those of a preset; [`standard`] is the default.
    #[must_use]
    pub fn preset(mut self, preset: Preset) -> Self {
        self.preset = preset;
        self
    }

    /// Listens on these multiaddrs instead of the preset's. A port that is taken is replaced by a free one.
    #[must_use]
    pub fn listen(mut self, addresses: Vec<String>) -> Self {
        self.preset.listen = addresses;
        self
    }

    /// Switches multicast DNS on or off.
    #[must_use]
    pub fn mdns(mut self, on: bool) -> Self {
        self.preset.mdns = on;
        self
    }

    /// Uses the built-in bootstrap nodes or not.
    #[must_use]
    pub fn default_bootstraps(mut self, on: bool) -> Self {
        self.preset.bootstraps = on;
        self
    }

    /// Adds a bootstrap node for this run: a link `kith:b/1/…`, or a multiaddr that ends in `/p2p/PEER`.
    #[must_use]
    pub fn bootstrap(mut self, address: impl Into<String>) -> Self {
        self.bootstraps.push(address.into());
        self
    }

    /// Brings an account back, into a folder that has no profile: from a backup, or with a name from its words alone. It
    /// is on this device from now on; the one it was on is shut out. What the folder has already is not replaced.
    #[must_use]
    pub fn restore(mut self, restore: Restore) -> Self {
        self.restore = Some(restore);
        self
    }

    /// Serves the local API on a loopback address; port 0 takes any.
    #[must_use]
    pub fn api(mut self, address: SocketAddr) -> Self {
        self.api = Some(address);
        self
    }

    /// Starts the node on the current tokio runtime.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn spawn(self) -> Result<Node, StartError> {
        for address in &self.bootstraps {
            // Whether it is the node itself shows when its keys are open; then it is left out.
            bootstraps::check(address, TransportId::from_bytes([0; 32]))?;
        }
        let bound = match self.api {
            Some(address) => Some(Bound::bind(address).await?),
            None => None,
        };
        let tasks = Tasks::new();
        let profile = {
            let (folder, name) = (self.folder.clone(), self.name.clone());
            let state = if self.preset.state { keys::state_folder() } else { None };
            let access = Access { password: self.password.clone(), keyring: self.preset.keyring, state };
            let restore = self.restore.clone();
            let open = move || match restore {
                Some(restore) => Profile::restore(&folder, name.as_deref(), &access, &restore),
                None => Profile::open(&folder, name.as_deref(), &access),
            };
            tasks.blocking(open).await
        };
        let profile = profile.map_err(|_stopped| StartError::Runtime)??;
        let (fresh, aside) = (profile.fresh, profile.aside.clone());
        let started = self.start(profile, &tasks, bound);
        if started.is_err() {
            tasks.cancel().cancel();
            match aside {
                Some(aside) => keys::discard_replacing(&self.folder, &aside),
                None if fresh => keys::discard_new(&self.folder),
                None => {}
            }
        }
        started
    }

    fn start(&self, profile: Profile, tasks: &Tasks, bound: Option<Bound>) -> Result<Node, StartError> {
        let Profile { mut core, keys, misc, database, counter, lock, fresh: _, aside: _, restored } = profile;
        let own = core.transport_key().public().into();
        let files = Files::load(&self.folder, &misc, self.given_bootstraps(), own, bound.as_ref())?;
        core.renew_transport_if_due(!files.bootstraps.all().is_empty(), restored, now_ms())?;
        let chosen = core.sound()?;
        let config = self.net_config(&mut core, &files.bootstraps)?;
        let (net, net_events) = Net::start(config, tasks.tracker(), tasks.cancel().clone())?;
        let hub = Hub::new(now_ms());
        let (to_core, inbox) = mpsc::channel(CORE_QUEUE);
        let (to_net, net_queue) = mpsc::channel(NET_QUEUE);
        let (to_work, orders) = mpsc::channel(public_address::WORK_QUEUE);
        let (listening, listening_seen) = watch::channel(Vec::new());
        let (in_flight, in_flight_seen) = watch::channel(0);
        let (wake, wake_seen) = watch::channel(None);
        let readers = Readers::new(self.folder.clone(), database);
        let (pages, page_wanted) = watch::channel(None);
        let (to_calls, call_orders) = mpsc::channel(calls::CALL_QUEUE);
        let outgoing = Released::new((to_net, pages, to_work), to_calls, Arc::clone(&hub), in_flight.clone());
        let first = Input::Bootstraps(files.bootstraps.all());
        let thread = CoreThread { core, inbox, outgoing, wake, counter, zone: None, lock };
        let ended = CancellationToken::new();
        let core_ended = ended.clone().drop_guard();
        let thread = tasks::thread("kith-core", move || {
            let _tells_also_if_it_panics = core_ended;
            thread.run(first);
        })
        .map_err(StartError::Thread)?;
        tasks.spawn(core_thread::timer(wake_seen, to_core.clone()));
        let bootstraps = Arc::new(Mutex::new(files.bootstraps));
        let listen = self.preset.listen.clone();
        tasks.spawn(router::to_network(net_queue, net.clone(), listen, Arc::clone(&bootstraps)));
        tasks.spawn(link_preview::run(self.reach(), page_wanted, to_core.clone(), tasks.clone()));
        tasks.spawn(public_address::work(orders, to_core.clone(), tasks.clone()));
        let sound = Sound::new(self.preset.sound.clone(), chosen, (&hub, &to_core, tasks));
        let shell = self.call_shell(&net, &to_core, &hub, sound.clone(), tasks);
        let (numbers, pictures) = (shell.numbers.clone(), shell.pictures.clone());
        tasks.spawn(calls::run(shell, call_orders));
        let network_ended = ended.clone().drop_guard();
        let (spares, spares_seen) = watch::channel(Vec::new());
        let told = router::Told { listening, in_flight, spares };
        let from_network = router::from_network(net_events, to_core.clone(), Arc::clone(&hub), told);
        tasks.spawn(async move {
            let _tells_also_if_it_panics = network_ended;
            from_network.await;
        });
        let shared = Arc::new(Shared {
            core: to_core,
            net,
            tasks: tasks.clone(),
            account: AccountId::from_bytes(keys.account().to_bytes()),
            keys: Arc::new(Mutex::new(keys)),
            readers,
            tokens: Arc::new(files.tokens),
            bootstraps,
            backups: Arc::default(),
            calls: numbers,
            check: Check::new(sound.clone(), &hub, tasks),
            sound,
            pictures,
            hub,
            has_camera: self.preset.sight.input != VideoIn::None,
            rolling: Arc::new(Mutex::new(files.rolling)),
            wiped: AtomicBool::new(false),
            restored,
            listening: listening_seen,
            in_flight: in_flight_seen,
            closing: AtomicBool::new(false),
            ended,
            clients: CancellationToken::new(),
            api: bound.as_ref().map(Bound::address),
            address_file: self.folder.join(local_api::ADDRESS_FILE),
            thread: Mutex::new(Some(thread)),
        });
        tasks.spawn(rolling::run(Arc::clone(&shared)));
        tasks.spawn(bootstraps::keep_spares(Arc::clone(&shared), spares_seen));
        serve(bound.zip(files.owner_token), &shared, tasks);
        Ok(Node::new(shared))
    }

    fn net_config(&self, core: &mut Core, bootstraps: &Bootstraps) -> Result<NetConfig, StartError> {
        let key = core.transport_key();
        Ok(NetConfig {
            listen: ports::steady(&self.preset.listen, &key.public()),
            key,
            renewal: core.renewal(),
            bootstraps: bootstraps.all(),
            spares: bootstraps.spares().to_vec(),
            mdns: self.preset.mdns,
            relay_only: core.relay_only()?,
            port_mapping: core.port_mapping()?,
            metered: core.metered()?,
            agent: AGENT.to_owned(),
            mail_dir: Some(self.folder.join(keys::MAIL_FOLDER)),
        })
    }

    fn call_shell(
        &self,
        net: &Net,
        core: &mpsc::Sender<ToCore>,
        hub: &Arc<Hub>,
        sound: Sound,
        tasks: &Tasks,
    ) -> calls::Shell {
        calls::Shell {
            net: net.clone(),
            core: core.clone(),
            hub: Arc::clone(hub),
            tasks: tasks.clone(),
            sound,
            sight: self.preset.sight.clone(),
            loopback: kith_net::is_loopback_only(&self.preset.listen),
            numbers: calls::Numbers::default(),
            pictures: calls::video::Pictures::default(),
        }
    }

    /// Where pages are looked for. A node that was told to listen on loopback only knows nothing else.
    fn reach(&self) -> Reach {
        if kith_net::is_loopback_only(&self.preset.listen) { Reach::ThisMachine } else { Reach::Internet }
    }

    fn given_bootstraps(&self) -> Vec<String> {
        let built_in = if self.preset.bootstraps { DEFAULT_BOOTSTRAPS } else { &[] };
        let mut given: Vec<String> = Vec::new();
        for address in built_in.iter().map(|address| (*address).to_owned()).chain(self.bootstraps.iter().cloned()) {
            if !given.contains(&address) {
                given.push(address);
            }
        }
        given
    }
}

/// Serves the local API, where one is wanted.
fn serve(api: Option<(Bound, Zeroizing<String>)>, shared: &Arc<Shared>, tasks: &Tasks) {
    if let Some((bound, owner)) = api {
        let api = Api::new(Arc::clone(shared), &owner, bound.address(), shared.clients.clone());
        tasks.spawn(api.serve(bound));
    }
}

/// What lies beside keystore and database.
struct Files {
    bootstraps: Bootstraps,
    tokens: Tokens,
    rolling: Rolling,
    owner_token: Option<Zeroizing<String>>,
}

impl Files {
    fn load(
        folder: &Path,
        misc: &Key,
        given: Vec<String>,
        own: TransportId,
        bound: Option<&Bound>,
    ) -> Result<Self, StartError> {
        let bootstraps = Bootstraps::load(Sealed::new(folder, bootstraps::FILE, misc), given, own)?;
        let tokens = Tokens::load(Sealed::new(folder, "tokens", misc))?;
        let rolling = Rolling::load(Sealed::new(folder, rolling::FILE, misc))?;
        let owner_token = match bound {
            Some(bound) => {
                let token = local_api::new_owner_token(folder)?;
                local_api::write_address(folder, bound.address())?;
                Some(token)
            }
            None => None,
        };
        Ok(Self { bootstraps, tokens, rolling, owner_token })
    }
}

/// An open profile: keys, database, core.
struct Profile {
    core: Core,
    keys: Keys,
    misc: Key,
    database: Key,
    counter: Counter,
    lock: ProfileLock,
    /// Whether it was made just now.
    fresh: bool,
    /// What was there before.
    aside: Option<PathBuf>,
    /// Whether the database is an older copy put back.
    restored: bool,
}

impl Profile {
    /// Opens the profile in `folder`, or makes one called `name`. Blocks: with a password for about a second.
    fn open(folder: &Path, name: Option<&str>, access: &Access) -> Result<Self, StartError> {
        Self::finish_wipe(folder)?;
        if let Some(unlocked) = Keys::open(folder, access)? {
            let lock = ProfileLock::acquire(folder)?;
            return Self::open_database(folder, name, access, unlocked, lock);
        }
        if name.is_none() {
            return Err(KeyError::NoProfile { folder: folder.to_owned() }.into());
        }
        keys::make_folder(folder)?;
        let lock = ProfileLock::acquire(folder)?;
        keys::discard_interrupted(folder)?;
        let made = Keys::create(folder, access)
            .map_err(StartError::from)
            .and_then(|unlocked| Self::open_database(folder, name, access, unlocked, lock));
        if made.is_err() {
            keys::discard_new(folder);
        }
        made.map(|profile| Self { fresh: true, ..profile })
    }

    /// A wipe that was interrupted goes on before anything else: whoever began it was told that all is gone.
    fn finish_wipe(folder: &Path) -> Result<(), StartError> {
        if keys::wipe::begun(folder) {
            let _lock = ProfileLock::acquire(folder)?;
            keys::finish_wipe(folder)?;
        }
        Ok(())
    }

    /// Makes a profile of what brings its account back. Blocks: as long as a backup takes to read.
    fn restore(folder: &Path, name: Option<&str>, access: &Access, from: &Restore) -> Result<Self, StartError> {
        Self::finish_wipe(folder)?;
        let there = keys::anything_there(folder);
        if there && !from.replaces {
            return Err(RestoreError::ProfileExists { folder: folder.to_owned() }.into());
        }
        // What does not open leaves no trace.
        let opened = from.open()?;
        if opened.is_words_alone() && name.is_none() {
            return Err(KeyError::NoProfile { folder: folder.to_owned() }.into());
        }
        let aside = if there { Some(Self::put_aside(folder)?) } else { None };
        let made = Self::restore_into(folder, name, access, from, opened);
        match (made, aside) {
            (Ok(profile), aside) => Ok(Self { aside, ..profile }),
            (Err(error), aside) => {
                if let Some(aside) = aside {
                    keys::discard_replacing(folder, &aside);
                }
                Err(error)
            }
        }
    }

    fn put_aside(folder: &Path) -> Result<PathBuf, StartError> {
        let _nobody_has_it_open = ProfileLock::acquire(folder)?;
        keys::aside::put(folder).map_err(|source| RestoreError::NotAside { folder: folder.to_owned(), source }.into())
    }

    fn restore_into(
        folder: &Path,
        name: Option<&str>,
        access: &Access,
        from: &Restore,
        opened: Opened,
    ) -> Result<Self, StartError> {
        keys::make_folder(folder)?;
        let lock = ProfileLock::acquire(folder)?;
        keys::discard_interrupted(folder)?;
        keys::restoring(folder)?;
        let made = Keys::create_of(folder, access, &opened.phrase).map_err(StartError::from).and_then(|unlocked| {
            let phrase = Arc::clone(&opened.phrase);
            let (alone, nodes) = (opened.is_words_alone(), opened.bootstraps());
            from.fill(opened, folder, &unlocked.master.database())?;
            Bootstraps::restore(&Sealed::new(folder, bootstraps::FILE, &unlocked.master.misc()), nodes)?;
            let name = name.filter(|_| alone);
            if let Some(name) = name {
                let mut store = Store::open(folder, &unlocked.master.database(), &unlocked.master.ratchet())?;
                setup::create_from_words(&mut store, &phrase, &unlocked.device, name, now_ms())?;
            }
            Self::open_database(folder, None, access, unlocked, lock)
        });
        if made.is_err() {
            keys::discard_new(folder);
        }
        keys::restored(folder)?;
        made.map(|profile| Self { fresh: true, ..profile })
    }

    fn open_database(
        folder: &Path,
        name: Option<&str>,
        access: &Access,
        unlocked: Unlocked,
        lock: ProfileLock,
    ) -> Result<Self, StartError> {
        let Unlocked { keys, master, device } = unlocked;
        if let Some(file) = keys.key_file() {
            let file = file.display();
            tracing::warn!(%file, "no password and no keyring: whoever reads this file opens the profile");
        }
        let (database, misc) = (master.database(), master.misc());
        let mut store = Store::open(folder, &database, &master.ratchet())?;
        let now = now_ms();
        let empty = store.olm_account()?.is_none();
        if empty {
            // The profile is new, or its making was interrupted after the keystore was written.
            let phrase = keys.phrase(access.password.as_deref().map(String::as_str))?;
            if setup::has_account(&store)? {
                setup::restore_profile(&mut store, &phrase)?;
            } else {
                let name = name.ok_or_else(|| KeyError::NoProfile { folder: folder.to_owned() })?;
                setup::create_profile(&mut store, &phrase, &device, name, now)?;
            }
        }
        let mut counter = Counter::new(folder, access.state.as_deref(), &misc, keys.keyring());
        let last = counter.last();
        let restored = !empty && last.is_none_or(|last| store.generation().is_ok_and(|generation| generation < last));
        if restored {
            tracing::warn!("the database is an older copy: new sessions are started with every contact");
        }
        let identity = Identity { account: keys.account(), device };
        let recovering = setup::recovering(&store)?;
        let mut core = Core::open(store, identity, random_bytes(), Options { restored }, now)?;
        if let Some(recovering) = recovering {
            let phrase = keys.phrase(access.password.as_deref().map(String::as_str))?;
            core.recover(phrase.account_key(), recovering, now);
        }
        let mut generation = core.bump_generation()?;
        while last.is_some_and(|last| generation <= last) {
            generation = core.bump_generation()?;
        }
        counter.write(generation)?;
        Ok(Self { core, keys, misc, database, counter, lock, fresh: false, aside: None, restored })
    }
}
