//! The machine and the tools a line was measured with.

use std::{fs, process::Command, thread};

use anyhow::{Context as _, Result};
use serde::Serialize;

/// Ticks per second in `/proc/self/stat`; Linux has no other value on any machine we build for.
const TICKS_PER_SECOND: f64 = 100.0;

/// The machine.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Host {
    cpu: String,
    cores: usize,
    kernel: String,
    /// How many processes wanted a core in the minute before; 0 where the system does not say.
    pub(crate) load1_before: f64,
    load1_after: f64,
}

/// A run: what was there before it.
pub(crate) struct Run {
    load1_before: f64,
}

impl Run {
    /// Starts a run.
    pub(crate) fn begin() -> Self {
        Self { load1_before: load1() }
    }

    /// The machine at the end of the run.
    pub(crate) fn host(&self) -> Host {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Host {
            cpu: model.map_or(std::env::consts::ARCH, |(_, name)| name).to_owned(),
            cores: thread::available_parallelism().map_or(0, usize::from),
            kernel: format!("{} {}", std::env::consts::OS, kernel.trim()),
            load1_before: self.load1_before,
            load1_after: load1(),
        }
    }
}

fn load1() -> f64 {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or_default()
}

/// What a process has used so far.
pub(crate) struct Process {
    /// Seconds of processor time.
    pub(crate) cpu_s: f64,
    /// How often one of its threads was given a core.
    pub(crate) switches: u64,
    /// Bytes of memory that are its own or loaded for it.
    pub(crate) resident_bytes: u64,
}

impl Process {
    /// That of a process with this id. Threads that have ended are not in it.
    pub(crate) fn of(pid: u32) -> Result<Self> {
        let (mut nanos, mut switches) = (0.0, 0);
        for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
            // Time on a core, time waiting for one, and how often it got one.
            let text = fs::read_to_string(thread?.path().join("schedstat"))?;
            let mut words = text.split_whitespace();
            nanos += words.next().context("schedstat")?.parse::<f64>()?;
            switches += words.nth(1).context("schedstat")?.parse::<u64>()?;
        }
        let resident_bytes = resident(&fs::read_to_string(format!("/proc/{pid}/status"))?)?;
        Ok(Self { cpu_s: nanos / 1e9, switches, resident_bytes })
    }
}

/// Seconds of processor time this process has used, in steps of 10 ms; 0 where the system does not say.
pub(crate) fn cpu_s() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in brackets may have blanks; what follows it begins with field 3.
    let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks = rest.split(' ').skip(11).take(2).filter_map(|word| word.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS_PER_SECOND
}

/// Bytes of memory this process has now that are its own or loaded for it.
pub(crate) fn resident_bytes() -> Result<u64> {
    resident(&fs::read_to_string("/proc/self/status")?)
}

fn resident(status: &str) -> Result<u64> {
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
    Ok(kilobytes.context("VmRSS")?.parse::<u64>()? * 1024)
}

/// The commit of the sources, with a `+` if they were changed since.
pub(crate) fn git() -> String {
    let folder = env!("CARGO_MANIFEST_DIR");
    let commit = output("git", &["-C", folder, "rev-parse", "--short", "HEAD"]);
    let changed = output("git", &["-C", folder, "status", "--porcelain", "--untracked-files=no"]);
    commit + if changed.is_empty() { "" } else { "+" }
}

/// The compiler on this machine.
pub(crate) fn rustc() -> String {
    output("rustc", &["--version"])
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
