//! STUN and TURN, each side against coturn: its clients at our node, and our client at its server.

use std::{path::Path, process::Stdio};

use anyhow::{Context as _, Result, ensure};
use kith_net::server::probe::{try_stun, try_turn};
use kith_tests::{
    lab::{Lab, Namespace, Nat},
    people::Person,
    process::{Home, workspace},
    rpc::WAIT_LIMIT,
};
use kith_wire::TurnCredentials;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout},
};

use super::{Public, lab, soon};

const SERVER: &str = "11.0.0.10";
const ECHO: &str = "13.0.0.10";
/// As `init` writes it; a test that counts allocations must not wait for an hour.
const MEDIA: &str = "[media]\nstun = true\nturn = true\n";

fn start(host: &Namespace, program: &str, arguments: &[&str]) -> Result<Child> {
    let mut command = host.command(Path::new(program));
    command.args(arguments).kill_on_drop(true);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().with_context(|| format!("{program}, of the package coturn"))
}

fn text(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Somebody behind a symmetric NAT with one public node, and what its node says for calls.
async fn caller(lab: &Lab, root: &Path) -> Result<(Public, Person, Vec<Value>)> {
    let public = Public::new(root, lab.at("pub1"), "one", &[SERVER], MEDIA).await?;
    let (alice, servers) = member(lab.at("a1"), root, "alice", &public).await?;
    Ok((public, alice, servers))
}

/// Somebody who uses a public node, and what their node says for calls.
async fn member(host: &Namespace, root: &Path, name: &str, public: &Public) -> Result<(Person, Vec<Value>)> {
    let home = Home::new(root, name).with(&["--bootstrap", &public.link()?]).on(host);
    let mut person = Person::at(home).await?;
    person.is_online().await?;
    let api = person.node.api.clone();
    let servers = person.events.wait_until("what the node offers", async || {
        let reply = api.call("network.ice_servers", json!({})).await?;
        let servers = reply["servers"].as_array().cloned().unwrap_or_default();
        Ok(Some(servers).filter(|servers| servers.len() == 2))
    });
    let servers = servers.await?;
    Ok((person, servers))
}

/// A WebRTC peer that is not ours.
struct Foreign {
    _process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Foreign {
    fn start(host: &Namespace, role: &str, servers: &[Value]) -> Result<Self> {
        let mut command = host.command(Path::new("/usr/bin/python3"));
        command.arg(workspace().join("tests/interop/rtc_peer.py")).args([role, &json!(servers).to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().context("python3, with the package python3-aiortc")?;
        let (input, output) = (process.stdin.take().context("piped")?, process.stdout.take().context("piped")?);
        Ok(Self { _process: process, input, output: BufReader::new(output).lines() })
    }

    async fn says(&mut self) -> Result<Value> {
        let line = tokio::time::timeout(WAIT_LIMIT, self.output.next_line()).await.context("it says nothing")??;
        Ok(serde_json::from_str(&line.context("it ended")?)?)
    }

    async fn hears(&mut self, line: &Value) -> Result<()> {
        Ok(self.input.write_all(format!("{line}\n").as_bytes()).await?)
    }
}

/// Two symmetric NATs, which no candidate but a relayed one crosses.
#[tokio::test]
async fn webrtc_peers_of_others_meet_through_our_turn() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::Symmetric, Nat::Symmetric))? else { return Ok(()) };
    let root = tempfile::tempdir()?;
    let (public, _alice, hers) = caller(&lab, root.path()).await?;
    let (_bob, his) = member(lab.at("b1"), root.path(), "bob", &public).await?;
    ensure!(hers[1]["username"] != his[1]["username"], "everybody gets credentials of their own");
    let mut caller = Foreign::start(lab.at("a1"), "offer", &hers)?;
    let mut called = Foreign::start(lab.at("b1"), "answer", &his)?;
    let offer = caller.says().await?;
    ensure!(offer["sdp"].as_str().is_some_and(|sdp| sdp.contains("typ relay")), "{offer}");
    called.hears(&offer).await?;
    caller.hears(&called.says().await?).await?;
    assert_eq!(caller.says().await?, json!({ "answered": "hello yourself" }));
    Ok(())
}

#[tokio::test]
async fn coturns_clients_use_our_stun_and_turn() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::Symmetric, Nat::PortRestricted))? else { return Ok(()) };
    let root = tempfile::tempdir()?;
    let (_public, _alice, servers) = caller(&lab, root.path()).await?;
    assert_eq!(servers[0], json!({ "urls": [format!("stun:{SERVER}:3478")] }));
    assert_eq!(servers[1]["urls"], json!([format!("turn:{SERVER}:3478")]));
    let given = |field: &str| servers[1][field].as_str().map(str::to_owned).context("credentials");
    let (username, password) = (given("username")?, given("credential")?);

    let home = lab.at("a1");
    let seen = text(&home.run("turnutils_stunclient", &[SERVER])?);
    ensure!(seen.contains("reflexive addr: 11.0.0.101:"), "{seen}");
    let _echo = start(lab.at("pub2"), "turnutils_peer", &["-L", ECHO, "-p", "3480"])?;
    let client = async |password: &str, peer: &str| {
        let mut command = home.command(Path::new("turnutils_uclient"));
        command.args(["-v", "-e", peer, "-r", "3480", "-n", "50", "-m", "1", "-l", "160", "-c"]);
        command.args(["-u", &username, "-w", password, SERVER]).kill_on_drop(true);
        Ok::<String, anyhow::Error>(text(&command.output().await?))
    };
    // The first packets may come before the echo does.
    let mut said = String::new();
    for _ in 0..5 {
        said = client(&password, ECHO).await?;
        if said.contains("Total lost packets 0 (0.000000%)") {
            break;
        }
    }
    ensure!(said.contains("Total lost packets 0 (0.000000%)"), "{said}");
    let refused = client(&password, "10.2.0.2").await?;
    ensure!(refused.contains("403"), "a private network: {refused}");
    let refused = client("wrong", ECHO).await?;
    ensure!(refused.contains("Cannot complete Allocation"), "a wrong password: {refused}");
    Ok(())
}

#[tokio::test]
async fn our_client_uses_coturn() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::Symmetric, Nat::PortRestricted))? else { return Ok(()) };
    let _coturn = start(
        lab.at("pub1"),
        "turnserver",
        &[
            "-n",
            "--no-tls",
            "--no-dtls",
            "--no-cli",
            "--no-rfc5780",
            "-L",
            SERVER,
            "--lt-cred-mech",
            "--user=ann:secret",
            "--realm=kith.lab",
            "--min-port=50000",
            "--max-port=50100",
            "--log-file=/dev/null",
            "--simple-log",
            "--pidfile=/dev/null",
        ],
    )?;
    let addresses = vec![format!("/ip4/{SERVER}/udp/3478")];
    let credentials = |password: &str| TurnCredentials {
        username: "ann".to_owned(),
        password: password.to_owned(),
        lifetime_s: 600,
        addresses: addresses.clone(),
    };
    let home = lab.at("a1");
    let inside = |work: fn(TurnCredentials) -> Result<String, String>, credentials: TurnCredentials| {
        home.inside(move || work(credentials))?.map_err(anyhow::Error::msg)
    };
    let seen =
        soon("coturn's STUN", async || inside(|given| alone(try_stun(given.addresses)), credentials("secret"))).await?;
    ensure!(seen.contains("sees this machine at 11.0.0.101:"), "{seen}");
    let relayed = inside(|given| alone(try_turn(given)), credentials("secret"))?;
    ensure!(relayed.contains(&format!("{SERVER}:50")), "{relayed}");
    let refused = inside(|given| alone(try_turn(given)), credentials("wrong"));
    ensure!(refused.is_err_and(|error| error.to_string().contains("no allocation")), "a wrong password");
    Ok(())
}

/// Runs to its end on this thread, whose sockets are in its namespace.
fn alone<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(work)
}
