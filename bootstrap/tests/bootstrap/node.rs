//! Real `kith-bootstrap` processes.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// Long enough for a slow machine; nothing waits this long when all is well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_kith-bootstrap"))
}

/// Runs the program, which must end in time by itself.
pub(crate) fn call(args: &[&str]) -> Output {
    let mut child =
        program().args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{args:?} did not end: {:?}", child.wait_with_output());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().unwrap()
}

/// Runs the program, which must fail with one line on stderr and nothing on stdout; gives the line.
pub(crate) fn failure(args: &[&str]) -> String {
    let output = call(args);
    assert_eq!(output.status.code(), Some(1), "{args:?}: {output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

/// Tries `condition` until it holds.
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A folder for a node, with `settings` as its configuration.
pub(crate) fn folder(settings: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let made = call(&["init", "--dir", text(&dir.path().join("node"))]);
    assert!(made.status.success(), "{made:?}");
    std::fs::write(dir.path().join("node/config.toml"), settings).unwrap();
    dir
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A running node.
pub(crate) struct Node {
    child: Child,
    pub(crate) ready: Value,
    stdout: BufReader<std::process::ChildStdout>,
    log: PathBuf,
}

impl Node {
    /// Starts a node in `dir/node` on free loopback ports and waits until it is ready.
    pub(crate) fn start(dir: &tempfile::TempDir) -> Self {
        Self::listening(dir, &["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"])
    }

    /// Starts a node on these addresses.
    pub(crate) fn listening(dir: &tempfile::TempDir, listen: &[&str]) -> Self {
        Self::with(dir, &[&["--listen"], listen].concat())
    }

    /// Starts a node with these arguments.
    pub(crate) fn with(dir: &tempfile::TempDir, args: &[&str]) -> Self {
        let log = dir.path().join("log");
        let stderr = std::fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut child = program()
            .args(["run", "--dir", text(&dir.path().join("node")), "--http", "127.0.0.1:0"])
            .args(["--stun", "127.0.0.1:0", "--iroh-relay", "127.0.0.1:0"])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{error}: {line:?}, {}", std::fs::read_to_string(&log).unwrap()));
        Self { child, ready, stdout, log }
    }

    /// What `probe` says of this node under `address`: for each service whether it works, and how or why not.
    pub(crate) fn probe(address: &str) -> BTreeMap<String, (bool, String)> {
        let probe = call(&["probe", address, "--json"]);
        let report: Value = serde_json::from_slice(&probe.stdout).unwrap();
        let services = report.get("services").and_then(Value::as_object).unwrap();
        let fails = services.values().any(|service| service["offered"] == true && service["works"] == false);
        assert_eq!(probe.status.code(), Some(if fails { 2 } else { 0 }), "{probe:?}");
        let result = |(name, result): (&String, &Value)| {
            let works = result.get("works").and_then(Value::as_bool).unwrap();
            (name.clone(), (works, result.get("detail").and_then(Value::as_str).unwrap().to_owned()))
        };
        services.iter().map(result).collect()
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.ready.get(field).and_then(Value::as_str).unwrap()
    }

    /// The multiaddr of the TCP listener, with the peer id.
    pub(crate) fn tcp(&self) -> String {
        let listen = self.ready.get("listen").and_then(Value::as_array).unwrap();
        let tcp = listen.iter().filter_map(Value::as_str).find(|address| address.contains("/tcp/")).unwrap();
        format!("{tcp}/p2p/{}", self.text("peer"))
    }

    /// `host:port` of the TCP listener.
    pub(crate) fn socket(&self) -> String {
        let address = self.tcp();
        let parts: Vec<&str> = address.split('/').collect();
        format!("{}:{}", parts[2], parts[4])
    }

    /// Status code and body of a page.
    pub(crate) fn page(&self, path: &str) -> (u16, String) {
        let host = self.text("http").strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// The value of a metric; 0 if it has not been counted yet.
    pub(crate) fn metric(&self, name: &str) -> u64 {
        let (status, body) = self.page("/metrics");
        assert_eq!(status, 200);
        let line = body.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0, |value| value.parse::<f64>().unwrap() as u64)
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Stops the node with SIGTERM. Gives its exit status and what it printed after the ready line.
    pub(crate) fn stop(mut self) -> (ExitStatus, String) {
        self.signal(Signal::TERM);
        let status = self.wait();
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (status, rest)
    }

    /// Waits for the end of the process.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        wait_until("the node has ended", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            self.child.kill().unwrap();
            self.child.wait().unwrap();
        }
    }
}
