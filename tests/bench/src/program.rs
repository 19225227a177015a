//! A program that was built along with this one, running.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// A start or an end that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(60);

/// It is killed if it is dropped.
pub(crate) struct Program {
    child: Child,
    /// What it printed when it was ready.
    pub(crate) ready: Value,
}

impl Program {
    /// Starts it and waits until it is ready.
    pub(crate) async fn start(program: &Path, arguments: impl FnOnce(&mut Command)) -> Result<Self> {
        let mut command = Command::new(program);
        arguments(&mut command);
        command.env_remove("KITH_PASSWORD").env_remove("DBUS_SESSION_BUS_ADDRESS");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| program.display().to_string())?;
        let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
        let line = timeout(LIMIT, lines.next_line()).await.context("it does not get ready")??;
        let ready: Value = serde_json::from_str(&line.context("it ended before it was ready")?)?;
        ensure!(ready["ready"] == true, "it is not ready: {ready}");
        Ok(Self { child, ready })
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> Result<u32> {
        self.child.id().context("it ended")
    }

    /// Ends it in order.
    pub(crate) async fn end(mut self) -> Result<()> {
        let id = Pid::from_raw(self.pid()?.cast_signed()).context("it ended")?;
        kill_process(id, Signal::TERM)?;
        timeout(LIMIT, self.child.wait()).await.context("it does not end")??;
        Ok(())
    }
}
