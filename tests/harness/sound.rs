//! A sound server without hardware: a PulseAudio of its own with null sinks, which play to nobody and can be listened to.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, ensure};
use tokio::process::{Child, Command};

use crate::rpc::soon;

/// How a sink plays and is listened to.
const FORMAT: [&str; 4] = ["--raw", "--rate=48000", "--format=float32le", "--latency-msec=10"];

/// A running sound server. It ends with this.
#[derive(Debug)]
pub struct SoundServer {
    folder: PathBuf,
    // The server last: the others are its clients.
    _zeros: Vec<Child>,
    _server: Child,
}

/// What plays into a sink until it is dropped.
#[derive(Debug)]
pub struct Playing(#[expect(dead_code, reason = "it ends with this")] Child);

impl SoundServer {
    /// Starts one with these sinks, of which the first is the default one, and what plays on it the default microphone. None
    /// where there is no PulseAudio, which only CI does not forgive.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn start(root: &Path, sinks: &[&str]) -> Result<Option<Self>> {
        let asked = Command::new("pulseaudio").arg("--version").stdout(Stdio::null()).status().await;
        if asked.is_err() {
            ensure!(std::env::var_os("KITH_CI").is_none(), "pulseaudio is missing");
            println!("skipped: pulseaudio is missing");
            return Ok(None);
        }
        let folder = root.join("sound");
        std::fs::create_dir_all(&folder)?;
        let mut command = Command::new("pulseaudio");
        command.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=error"]);
        let socket = folder.join("native");
        command.arg("-L").arg(format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket.display()));
        for sink in sinks {
            command.arg("-L").arg(null_sink(sink));
        }
        command.env("XDG_RUNTIME_DIR", &folder).env("HOME", &folder).env_remove("DBUS_SESSION_BUS_ADDRESS");
        command.env_remove("PULSE_SERVER").stdout(Stdio::null()).kill_on_drop(true);
        let server = command.spawn()?;
        let mut this = Self { folder, _zeros: Vec::new(), _server: server };
        soon("pulseaudio answers", async || this.control(&["info"]).await.map(drop)).await?;
        let first = sinks.first().context("a sink")?;
        this.control(&["set-default-sink", first]).await?;
        this.control(&["set-default-source", &format!("{first}.monitor")]).await?;
        for sink in sinks {
            // An idle null sink takes two seconds to start otherwise.
            this._zeros.push(this.pacat(sink).stdin(File::open("/dev/zero")?).spawn()?);
        }
        Ok(Some(this))
    }

    /// Where it is found, as variables of the environment of a program.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let folder = self.folder.display().to_string();
        let server = format!("unix:{}", self.folder.join("native").display());
        let variables =
            [("XDG_RUNTIME_DIR", folder), ("PULSE_SERVER", server), ("ALSA_CONFIG_PATH", "/dev/null".into())];
        variables.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    /// Runs `pactl`, and gives what it says.
    ///
    /// # Errors
    /// If it fails.
    pub async fn control(&self, arguments: &[&str]) -> Result<String> {
        let output = self.client("pactl").args(arguments).output().await?;
        ensure!(output.status.success(), "pactl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Plugs a sink in, or in again.
    ///
    /// # Errors
    /// If the server refuses.
    pub async fn plug_in(&self, sink: &str) -> Result<()> {
        let module = null_sink(sink);
        let arguments: Vec<_> = ["load-module"].into_iter().chain(module.split(' ')).collect();
        self.control(&arguments).await.map(drop)
    }

    /// Unplugs a sink and what listens to it.
    ///
    /// # Errors
    /// If there is none.
    pub async fn unplug(&self, sink: &str) -> Result<()> {
        let modules = self.control(&["list", "short", "modules"]).await?;
        let line = modules.lines().find(|line| line.contains(&format!("sink_name={sink} "))).context("no such sink")?;
        let module = line.split('\t').next().context("a number")?;
        self.control(&["unload-module", module]).await.map(drop)
    }

    /// Plays a file of raw samples into a sink: mono, 32 bits, floating point, 48 kHz.
    ///
    /// # Errors
    /// If the file or the program is missing.
    pub fn play(&self, sink: &str, samples: &Path) -> Result<Playing> {
        let mut command = self.pacat(sink);
        Ok(Playing(command.arg("--channels=1").stdin(File::open(samples)?).spawn()?))
    }

    /// Keeps what plays on a sink in a file of raw samples, as [`SoundServer::play`] takes it, until it is dropped.
    ///
    /// # Errors
    /// If the file cannot be made or the program is missing.
    pub fn record(&self, sink: &str, samples: &Path) -> Result<Playing> {
        let mut command = self.client("pacat");
        command.arg("--record").args(FORMAT).arg("--channels=1").arg("--device").arg(format!("{sink}.monitor"));
        Ok(Playing(command.stdin(Stdio::null()).stdout(File::create(samples)?).spawn()?))
    }

    fn pacat(&self, sink: &str) -> Command {
        let mut command = self.client("pacat");
        command.arg("--playback").args(FORMAT).args(["--device", sink]).stdout(Stdio::null());
        command
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.envs(self.environment()).env("HOME", &self.folder).env_remove("DBUS_SESSION_BUS_ADDRESS");
        command.stderr(Stdio::piped()).kill_on_drop(true);
        command
    }
}

/// The module that is a sink.
fn null_sink(name: &str) -> String {
    format!("module-null-sink sink_name={name} rate=48000 format=float32le channels=2")
}
