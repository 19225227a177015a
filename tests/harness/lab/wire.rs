//! A line that delays, loses, reorders and queues, in user space: not every kernel has netem.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdout, Command, Stdio},
};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::Namespace;
use crate::process::workspace;

/// The same chances each time; what is sent when is another matter.
const SEED: &str = "1";

/// What a line does to packets, in each direction.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Line {
    /// How long they take.
    pub delay_ms: u32,
    /// By how much of that they differ at most; that alone reorders nothing.
    pub jitter_ms: u32,
    /// So many of a hundred are lost.
    pub loss_percent: u32,
    /// So many of a hundred take no time at all and overtake the others.
    pub reorder_percent: u32,
    /// What it carries; 0: whatever comes.
    pub kbit_per_s: u32,
    /// How long something may wait for its turn; what would wait longer is dropped.
    pub queue_ms: u32,
}

/// What a line did in a while, both directions together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Passage {
    /// Packets that arrived or are on their way.
    pub passed: u64,
    /// Lost by chance.
    pub lost: u64,
    /// Arrived before one that was sent earlier.
    pub overtook: u64,
    /// Dropped because too much was waiting.
    pub full: u64,
    /// How long one of them took.
    pub longest_ms: u64,
}

/// The program in the middle of a line. It ends when this is dropped, or with its namespace.
#[derive(Debug)]
pub(super) struct Wire {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Wire {
    /// Joins two TAP devices of a namespace.
    pub(super) fn between(namespace: &Namespace, near: &str, far: &str) -> Result<Self> {
        let script = workspace().join("tests/harness/lab/wire.py");
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &namespace.name, "python3"]).arg(script).args([near, far, SEED]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("python3 is needed for the line")?;
        let answers = BufReader::new(child.stdout.take().context("stdout is piped")?);
        Ok(Self { child, answers })
    }

    /// From now on it is like this. What happened on the line before.
    pub(super) fn set(&mut self, line: &Line) -> Result<Passage> {
        let stdin = self.child.stdin.as_mut().context("stdin is piped")?;
        writeln!(stdin, "{}", serde_json::to_string(line)?)?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        serde_json::from_str(&answer).with_context(|| format!("the line said {answer:?}"))
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        let _tried = self.child.kill().and_then(|()| self.child.wait());
    }
}
