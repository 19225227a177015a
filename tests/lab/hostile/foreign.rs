//! js-libp2p peers on a host of the lab: `tests/interop/hostile.mjs`.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context as _, Result, ensure};
use kith_tests::lab::Namespace;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout},
    time::{Instant, timeout},
};

/// A hundred handshakes in JavaScript, most of which fail, on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// A running program of hostile peers; they go when this is dropped.
pub(super) struct Foreign {
    _child: Child,
    asks: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Foreign {
    /// Starts it and waits until it has done what it is there for.
    pub(super) async fn start(folder: &Path, host: &Namespace, arguments: &[&str]) -> Result<Self> {
        let mut command = host.command(&folder.join("node_modules/.bin/node"));
        command.arg("hostile.mjs").args(arguments).current_dir(folder).kill_on_drop(true);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let asks = child.stdin.take().context("stdin is piped")?;
        let answers = BufReader::new(child.stdout.take().context("stdout is piped")?).lines();
        let mut started = Self { _child: child, asks, answers };
        started.answer().await?;
        Ok(started)
    }

    /// A line, and the line that answers it.
    pub(super) async fn asked(&mut self, line: &str) -> Result<Value> {
        self.asks.write_all(format!("{line}\n").as_bytes()).await?;
        self.answer().await
    }

    /// What it has come to by one of its names.
    pub(super) async fn says(&mut self, name: &str) -> Result<u64> {
        let said = self.asked("").await?;
        said[name].as_u64().with_context(|| format!("no {name} in {said}"))
    }

    /// Waits until it has come to that.
    pub(super) async fn says_at_least(&mut self, name: &str, least: u64) -> Result<()> {
        let end = Instant::now() + LIMIT;
        loop {
            let said = self.says(name).await?;
            if said >= least {
                return Ok(());
            }
            ensure!(Instant::now() < end, "{name} is {said}");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn answer(&mut self) -> Result<Value> {
        let line = timeout(LIMIT, self.answers.next_line()).await.context("no answer")??;
        Ok(serde_json::from_str(&line.context("it ended")?)?)
    }
}
