//! The program itself on an X server that draws into memory.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::samples::ms;

/// A start that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(60);
/// A window that drew nothing for so long has settled.
const SETTLED: Duration = Duration::from_secs(2);
/// Frames told before the program waits for us.
const FRAMES: usize = 4096;
/// How long a window is watched that has nothing to do.
const IDLE: Duration = Duration::from_secs(10);

/// An X server.
pub(super) struct Display {
    server: Child,
    name: String,
    folder: tempfile::TempDir,
}

impl Display {
    pub(super) fn start() -> Result<Self> {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"]);
        let mut server = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("Xvfb does not start: install xvfb")?;
        let mut name = String::new();
        BufReader::new(server.stdout.take().context("its output")?).read_line(&mut name)?;
        ensure!(!name.trim().is_empty(), "Xvfb gives no display");
        Ok(Self { server, name: format!(":{}", name.trim()), folder: tempfile::tempdir()? })
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ended = self.server.kill();
        let _status = self.server.wait();
    }
}

/// The program with its window.
pub(super) struct Window {
    program: Child,
    /// When each frame began, and whether it shows conversations.
    frames: mpsc::Receiver<(Instant, bool)>,
    /// From the start of the process until its first frame is on the screen.
    pub(super) first_frame_ms: f64,
    /// And until the list of conversations is.
    pub(super) list_ms: f64,
}

impl Window {
    pub(super) fn start(program: &Path, display: &Display, profile: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        command.arg("--profile").arg(profile).args(["--no-mdns", "--no-default-bootstrap", "--language", "en"]);
        command.args(["--listen", "/ip4/127.0.0.1/udp/0/quic-v1", "--log", "off,kith_gui::frames=trace"]);
        command.env("DISPLAY", &display.name).env("XDG_STATE_HOME", display.folder.path());
        command.env("XDG_RUNTIME_DIR", display.folder.path()).env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        command.env_remove("WAYLAND_DISPLAY").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let start = Instant::now();
        let mut program = command.spawn().with_context(|| program.display().to_string())?;
        let lines = BufReader::new(program.stderr.take().context("its output")?).lines();
        let (tell, frames) = mpsc::sync_channel(FRAMES);
        thread::Builder::new().name("frames".into()).spawn(move || {
            let mut told = lines.map_while(Result::ok).map(|line| (Instant::now(), line.contains("ready=true")));
            let _gone = told.try_for_each(|frame| tell.send(frame));
        })?;
        let mut seen: Vec<(Instant, bool)> = Vec::new();
        // A frame is on the screen when the next one begins.
        let list = loop {
            ensure!(start.elapsed() < LIMIT, "the window does not open");
            let Ok((at, ready)) = frames.recv_timeout(LIMIT) else { bail!("the program ended") };
            let after_ready = seen.last().is_some_and(|(_, ready)| *ready);
            seen.push((at, ready));
            if after_ready {
                break at;
            }
        };
        let first = seen.get(1).map_or(list, |(at, _)| *at);
        let (first_frame_ms, list_ms) = (ms(first - start), ms(list - start));
        Ok(Self { program, frames, first_frame_ms, list_ms })
    }

    /// Megabytes of memory it has now that are its own or loaded for it.
    pub(super) fn memory_mb(&self) -> Result<f64> {
        self.settle();
        let path = PathBuf::from(format!("/proc/{}/status", self.program.id()));
        let status = fs::read_to_string(path)?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
        Ok(kilobytes.context("VmRSS")?.parse::<f64>()? / 1000.0)
    }

    fn settle(&self) {
        while self.frames.recv_timeout(SETTLED).is_ok() {}
    }

    /// Frames drawn in [`IDLE`], with nobody there.
    pub(super) fn frames_when_idle(&self) -> Result<f64> {
        self.settle();
        let end = Instant::now() + IDLE;
        let mut count: f64 = 0.0;
        loop {
            match self.frames.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(_) => count += 1.0,
                Err(mpsc::RecvTimeoutError::Timeout) => return Ok(count),
                Err(mpsc::RecvTimeoutError::Disconnected) => bail!("the program ended"),
            }
        }
    }

    /// Ends it; a window has no better way to be told without a window manager.
    pub(super) fn end(mut self) -> Result<()> {
        let id = Pid::from_raw(self.program.id().cast_signed()).context("it ended")?;
        kill_process(id, Signal::TERM)?;
        self.program.wait()?;
        Ok(())
    }
}
