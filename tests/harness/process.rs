//! The real programs as child processes: `kithd` with a profile of its own, and `kith-bootstrap`.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    process::{ExitStatus, Output, Stdio},
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::{lab::Namespace, rpc::Api, sound::SoundServer};

/// How long a program may take until its ready line, with an unoptimised build on a loaded machine.
pub const READY_LIMIT: Duration = Duration::from_secs(60);
/// How long a clean shutdown may take.
pub const STOP_LIMIT: Duration = Duration::from_secs(30);
/// How much of a log is shown when something goes wrong.
const LOG_TAIL_BYTES: usize = 4_000;

/// The path of a program of this workspace, built first if it is missing or older than its sources.
///
/// # Errors
/// If it cannot be built.
pub fn program(name: &str) -> Result<PathBuf> {
    built(&target_folder()?, name, &["-p", "kith-node", "-p", "kith-bootstrap", "--bins"])
}

/// The path of an example of this workspace, built first if it is missing or older than its sources.
///
/// # Errors
/// If it cannot be built.
pub fn example(name: &str) -> Result<PathBuf> {
    built(&target_folder()?.join("examples"), name, &["-p", "kith-examples", "--example", name])
}

fn built(folder: &Path, name: &str, which: &[&str]) -> Result<PathBuf> {
    let path = folder.join(name);
    if !fresh(folder, name) {
        let status = std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--quiet"])
            .args(which)
            .current_dir(workspace())
            .status()?;
        ensure!(status.success(), "building the programs failed");
    }
    ensure!(path.exists(), "{} is not there after building", path.display());
    Ok(path)
}

/// The root of the workspace.
#[must_use]
pub fn workspace() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let root = PathBuf::from(package).join("..");
    root.canonicalize().unwrap_or(root)
}

/// Where cargo puts finished programs; with a build folder of its own (`build.build-dir`) that is not where tests lie.
fn target_folder() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let profile = test.parent().and_then(Path::parent).context("a test runs in FOLDER/PROFILE/deps")?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from).zip(profile.file_name());
    Ok(target.map_or_else(|| profile.to_owned(), |(target, name)| target.join(name)))
}

/// Whether cargo's own list of the program's sources (`NAME.d`) has nothing newer than the program.
fn fresh(folder: &Path, name: &str) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|data| data.modified());
    let Ok(built) = changed(&folder.join(name)) else { return false };
    let Ok(list) = fs::read_to_string(folder.join(name).with_extension("d")) else { return false };
    let Some((_, sources)) = list.split_once(": ") else { return false };
    sources.split_whitespace().all(|source| changed(Path::new(source)).is_ok_and(|time: SystemTime| time <= built))
}

/// A profile folder with the arguments its node is started with.
#[derive(Debug, Clone)]
pub struct Home {
    /// The profile folder.
    pub profile: PathBuf,
    /// Where everything the node writes to stderr goes, over all its starts.
    pub log: PathBuf,
    name: String,
    listen: Vec<String>,
    extra: Vec<String>,
    password: Option<String>,
    namespace: Option<Namespace>,
    environment: Vec<(String, String)>,
}

impl Home {
    /// A home called `name` in `root`, on loopback TCP only, without mDNS and without bootstrap nodes.
    #[must_use]
    pub fn new(root: &Path, name: &str) -> Self {
        Self {
            profile: root.join(name),
            log: root.join(format!("{name}.log")),
            name: name.to_owned(),
            listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
            extra: ["--no-mdns", "--no-default-bootstrap"].map(str::to_owned).to_vec(),
            password: None,
            namespace: None,
            environment: Vec::new(),
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.extra.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// Uses the devices of a sound server.
    #[must_use]
    pub fn hears(mut self, sound: &SoundServer) -> Self {
        self.environment = sound.environment();
        self
    }

    /// Looks around in the local network.
    #[must_use]
    pub fn looks_around(mut self) -> Self {
        self.extra.retain(|argument| argument != "--no-mdns");
        self
    }

    /// Protects the profile with a password.
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self
    }

    /// Listens elsewhere.
    #[must_use]
    pub fn listen(mut self, address: &str) -> Self {
        self.listen = vec![address.to_owned()];
        self
    }

    /// Runs on a host of a lab, on the ports everybody listens on.
    #[must_use]
    pub fn on(mut self, host: &Namespace) -> Self {
        self.namespace = Some(host.clone());
        self.listen.clear();
        self
    }

    /// Keeps the addresses `node` got, so that after a restart it is found where it was.
    pub fn keep_addresses(&mut self, node: &Node) {
        if self.namespace.is_none() {
            self.listen = node.listen();
        }
    }

    fn command(&self) -> Result<Command> {
        let mut command = quiet(&program("kithd")?, self.namespace.as_ref());
        command.arg("--profile").arg(&self.profile).args(["--name", &self.name, "--api", "127.0.0.1:0"]);
        for address in &self.listen {
            command.args(["--listen", address]);
        }
        command.args(&self.extra);
        if let Some(password) = &self.password {
            command.env("KITH_PASSWORD", password);
        }
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
        // What a person's machine remembers beside the profile is thrown away with it.
        command.env("XDG_STATE_HOME", self.profile.with_extension("state"));
        Ok(command)
    }

    /// Starts the node and waits until it is ready.
    ///
    /// # Errors
    /// If it does not get ready within [`READY_LIMIT`]; with the end of its log.
    pub async fn start(&self) -> Result<Node> {
        let process = Process::start(self.command()?, &self.log).await?;
        let token_file = process.ready["token_file"].as_str().context("no token_file in the ready line")?;
        let url = process.ready["api"].as_str().context("no api in the ready line")?;
        let api = Api::new(url, &fs::read_to_string(token_file)?)?.on(self.namespace.clone());
        Ok(Node { api, process })
    }

    /// Starts the node, which has to stop by itself.
    ///
    /// # Errors
    /// If it is still running after [`READY_LIMIT`].
    pub async fn start_and_fail(&self) -> Result<Output> {
        let mut command = self.command()?;
        let output =
            timeout(READY_LIMIT, command.stdin(Stdio::null()).output()).await.context("it keeps running")??;
        ensure!(!output.status.success(), "it exited with success");
        Ok(output)
    }
}

/// A running `kithd`.
pub struct Node {
    /// Its local API, with the token of its profile.
    pub api: Api,
    process: Process,
}

impl Node {
    /// The ready line.
    #[must_use]
    pub fn ready(&self) -> &Value {
        &self.process.ready
    }

    /// The id of the process, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.child.id()
    }

    /// The account in the ready line.
    #[must_use]
    pub fn account(&self) -> String {
        self.process.ready["account"].as_str().unwrap_or_default().to_owned()
    }

    /// The addresses in the ready line.
    #[must_use]
    pub fn listen(&self) -> Vec<String> {
        addresses(&self.process.ready)
    }

    /// Puts it to sleep, as a machine does that is closed (SIGSTOP), or wakes it up again.
    ///
    /// # Errors
    /// If it had ended before.
    pub fn sleep(&self, asleep: bool) -> Result<()> {
        self.process.signal(if asleep { Signal::STOP } else { Signal::CONT })
    }

    /// `kill -9`.
    ///
    /// # Errors
    /// If it had ended before.
    pub async fn kill(self) -> Result<()> {
        self.process.kill().await
    }

    /// SIGTERM, and waits for the end.
    ///
    /// # Errors
    /// If it has not ended within [`STOP_LIMIT`].
    pub async fn terminate(self) -> Result<ExitStatus> {
        self.process.terminate().await
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// If it has not ended within [`STOP_LIMIT`].
    pub async fn ends(mut self) -> Result<ExitStatus> {
        Ok(timeout(STOP_LIMIT, self.process.child.wait()).await.context("it did not end in time")??)
    }
}

/// The folder of a bootstrap node.
#[derive(Debug, Clone)]
pub struct BootstrapHome {
    /// Its folder.
    pub folder: PathBuf,
    /// Where everything it writes to stderr goes.
    pub log: PathBuf,
    listen: Vec<String>,
    namespace: Option<Namespace>,
}

impl BootstrapHome {
    /// Makes the folder of a bootstrap node on loopback TCP.
    ///
    /// # Errors
    /// If `kith-bootstrap init` fails.
    pub async fn init(root: &Path) -> Result<Self> {
        Self::called(root, "bootstrap").await
    }

    /// Makes the folder of one called `name`.
    ///
    /// # Errors
    /// As [`Self::init`].
    pub async fn called(root: &Path, name: &str) -> Result<Self> {
        let folder = root.join(name);
        let mut command = quiet(&program("kith-bootstrap")?, None);
        let output = command.arg("init").arg("--dir").arg(&folder).stdin(Stdio::null()).output().await?;
        ensure!(output.status.success(), "init failed: {}", String::from_utf8_lossy(&output.stderr));
        let listen = vec!["/ip4/127.0.0.1/tcp/0".to_owned()];
        Ok(Self { folder, log: root.join(format!("{name}.log")), listen, namespace: None })
    }

    /// Runs on a public host of a lab, which has these addresses.
    #[must_use]
    pub fn on(mut self, host: &Namespace, listen: &[&str]) -> Self {
        self.namespace = Some(host.clone());
        self.listen = listen.iter().map(|address| (*address).to_owned()).collect();
        self
    }

    /// Listens from now on where it listens now.
    pub fn keep_addresses(&mut self, running: &Bootstrap) {
        self.listen = running.listen();
    }

    /// What `kith-bootstrap address` prints: the link for members, once it has run.
    ///
    /// # Errors
    /// If it fails.
    pub async fn address(&self) -> Result<String> {
        let mut command = quiet(&program("kith-bootstrap")?, None);
        let output = command.arg("address").arg("--dir").arg(&self.folder).stdin(Stdio::null()).output().await?;
        ensure!(output.status.success(), "address failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Writes its configuration.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn configure(&self, settings: &str) -> Result<()> {
        Ok(fs::write(self.folder.join("config.toml"), settings)?)
    }

    /// Starts it and waits until it is ready.
    ///
    /// # Errors
    /// If it does not get ready within [`READY_LIMIT`]; with the end of its log.
    pub async fn start(&self) -> Result<Bootstrap> {
        let mut command = quiet(&program("kith-bootstrap")?, self.namespace.as_ref());
        command.arg("run").arg("--dir").arg(&self.folder).args(["--http", "127.0.0.1:0"]);
        for address in &self.listen {
            command.args(["--listen", address]);
        }
        // In a lab each host has its own ports; on loopback only one node could have that of the configuration.
        if self.namespace.is_none() {
            command.args(["--stun", "127.0.0.1:0", "--iroh-relay", "127.0.0.1:0"]);
        }
        Self::run_as(command, &self.log).await
    }

    /// Starts one with a command of one's own and waits until it is ready.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn run_as(mut command: Command, log: &Path) -> Result<Bootstrap> {
        command.kill_on_drop(true);
        Ok(Bootstrap { process: Process::start(command, log).await? })
    }
}

/// A running `kith-bootstrap`.
pub struct Bootstrap {
    process: Process,
}

impl Bootstrap {
    /// The ready line.
    #[must_use]
    pub fn ready(&self) -> &Value {
        &self.process.ready
    }

    /// Its link, `kith:b/1/…`.
    #[must_use]
    pub fn link(&self) -> String {
        self.process.ready["address"].as_str().unwrap_or_default().to_owned()
    }

    /// The id of the process, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.child.id()
    }

    /// SIGHUP: makes it read again whom it serves.
    ///
    /// # Errors
    /// If it had ended before.
    pub fn reload(&self) -> Result<()> {
        self.process.signal(Signal::HUP)
    }

    /// Its libp2p peer id.
    #[must_use]
    pub fn peer(&self) -> String {
        self.process.ready["peer"].as_str().unwrap_or_default().to_owned()
    }

    /// The addresses it listens on.
    #[must_use]
    pub fn listen(&self) -> Vec<String> {
        addresses(&self.process.ready)
    }

    /// What it shows under `/metrics`; asked from inside the namespace it runs in.
    ///
    /// # Errors
    /// If the page is not there.
    pub async fn metrics(&self, host: Option<&Namespace>) -> Result<String> {
        let url = self.ready()["http"].as_str().context("an http address")?;
        let reply = Api::new(url, "")?.on(host.cloned()).http("GET", "/metrics", &[], b"").await?;
        Ok(String::from_utf8(reply.body)?)
    }

    /// What it counts under a name, over all labels; with `{`, of one label.
    ///
    /// # Errors
    /// If the page is not there.
    pub async fn counted(&self, host: Option<&Namespace>, name: &str) -> Result<u64> {
        let page = self.metrics(host).await?;
        let counts = page.lines().filter_map(|line| line.strip_prefix(name)?.rsplit(' ').next()?.parse::<u64>().ok());
        Ok(counts.sum())
    }

    /// `kill -9`.
    ///
    /// # Errors
    /// If it had ended before.
    pub async fn kill(self) -> Result<()> {
        self.process.kill().await
    }

    /// SIGTERM, and waits for the end.
    ///
    /// # Errors
    /// If it has not ended within [`STOP_LIMIT`].
    pub async fn terminate(self) -> Result<ExitStatus> {
        self.process.terminate().await
    }
}

fn addresses(ready: &Value) -> Vec<String> {
    ready["listen"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A command that cannot reach a keyring of the machine and dies with the test.
fn quiet(program: &Path, namespace: Option<&Namespace>) -> Command {
    let mut command = namespace.map_or_else(|| Command::new(program), |namespace| namespace.command(program));
    command.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("XDG_RUNTIME_DIR").env_remove("KITH_PASSWORD");
    command.env("RUST_BACKTRACE", "1").kill_on_drop(true);
    command
}

struct Process {
    child: Child,
    ready: Value,
}

impl Process {
    async fn start(mut command: Command, log: &Path) -> Result<Self> {
        let errors: File = OpenOptions::new().create(true).append(true).open(log)?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors);
        let mut child = command.spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("stdout is piped")?).lines();
        let line = timeout(READY_LIMIT, lines.next_line()).await;
        let ready = match line {
            Ok(Ok(Some(line))) => serde_json::from_str(&line).with_context(|| format!("the first line is {line:?}"))?,
            Ok(Ok(None)) => bail!("it ended with {} before it was ready: {}", child.wait().await?, tail(log)),
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => bail!("not ready within {READY_LIMIT:?}: {}", tail(log)),
        };
        child.stdout = Some(lines.into_inner().into_inner());
        Ok(Self { child, ready })
    }

    async fn kill(mut self) -> Result<()> {
        ensure!(self.child.try_wait()?.is_none(), "it had ended before it was killed");
        self.child.kill().await?;
        Ok(())
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let id = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed())).context("it had ended before")?;
        Ok(kill_process(id, signal)?)
    }

    async fn terminate(mut self) -> Result<ExitStatus> {
        self.signal(Signal::TERM)?;
        Ok(timeout(STOP_LIMIT, self.child.wait()).await.context("it did not stop in time")??)
    }
}

fn tail(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let from = text.len().saturating_sub(LOG_TAIL_BYTES);
    String::from_utf8_lossy(&text[from..]).into_owned()
}
