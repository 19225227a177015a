//! Ears on the wire: a TCP forwarder that keeps every byte, and a capture of the loopback interface.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    process::{Child, Command},
    task::JoinSet,
    time::timeout,
};

use crate::process::workspace;

/// How long the capture may take to open its socket, and to write out what it has.
const CAPTURE_LIMIT: Duration = Duration::from_secs(20);
/// How much is forwarded at once.
const CHUNK_BYTES: usize = 16 * 1024;

/// A TCP forwarder that records both directions. Dropping it closes every connection.
pub struct Tap {
    /// Where to connect instead of the target.
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
    tasks: JoinSet<()>,
}

impl Tap {
    /// Starts forwarding to `target`.
    ///
    /// # Errors
    /// If no port can be had.
    pub async fn to(target: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(listener, target, Arc::clone(&heard)));
        Ok(Self { address, heard, tasks })
    }

    /// Every byte so far: each direction's chunks in the order they passed.
    #[must_use]
    pub fn heard(&self) -> Vec<u8> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops forwarding.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

async fn serve(listener: TcpListener, target: SocketAddr, heard: Arc<Mutex<Vec<u8>>>) {
    let mut pairs = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        let heard = Arc::clone(&heard);
        pairs.spawn(async move {
            let Ok(far) = TcpStream::connect(target).await else { return };
            let (near_read, near_write) = near.into_split();
            let (far_read, far_write) = far.into_split();
            tokio::join!(forward(near_read, far_write, &heard), forward(far_read, near_write, &heard));
        });
    }
}

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, heard: &Mutex<Vec<u8>>) {
    let mut chunk = vec![0; CHUNK_BYTES];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        let bytes = &chunk[..length];
        heard.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
    // The other side may have closed already; either way nothing more is sent.
    to.shutdown().await.unwrap_or_default();
}

/// A capture of TCP and UDP on the loopback interface, one file of payload per direction of each connection.
pub struct Capture {
    child: Child,
    folder: PathBuf,
}

impl Capture {
    /// Starts capturing into `folder`, leaving out the ports of local APIs, which carry plain JSON on purpose.
    ///
    /// # Errors
    /// If Python is missing or the system does not allow a packet socket (that takes root).
    pub async fn start(folder: &Path, without_ports: &[u16]) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let script = workspace().join("tests/harness/capture.py");
        let mut child = Command::new("python3")
            .arg(script)
            .arg(folder)
            .args(without_ports.iter().map(u16::to_string))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("python3 is needed for the capture")?;
        let mut lines = BufReader::new(child.stdout.take().context("stdout is piped")?).lines();
        match timeout(CAPTURE_LIMIT, lines.next_line()).await?? {
            Some(line) if line == "capturing" => Ok(Self { child, folder: folder.to_owned() }),
            other => bail!("no capture: {}", other.unwrap_or_default()),
        }
    }

    /// Stops and answers with what was heard: for each direction of each connection its name,
    /// `SOURCE_PORT-TARGET_PORT`, and its bytes.
    ///
    /// # Errors
    /// If the capture fails to write.
    pub async fn stop(mut self) -> Result<Vec<(String, Vec<u8>)>> {
        drop(self.child.stdin.take());
        let status = timeout(CAPTURE_LIMIT, self.child.wait()).await??;
        anyhow::ensure!(status.success(), "the capture ended with {status}");
        let flow = |entry: std::fs::DirEntry| {
            Ok((entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path())?))
        };
        std::fs::read_dir(&self.folder)?.map(|entry| flow(entry?)).collect()
    }
}
