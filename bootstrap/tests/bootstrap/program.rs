//! Commands, files, signals, errors.

use std::io::Read;
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use kith_wire::BootstrapLink;
use serde_json::Value;

use crate::node::{Node, PATIENCE, call, failure, folder, text, wait_until};

const LOOPBACK: &str = "listen = [\"/ip4/127.0.0.1/tcp/0\"]\n";

#[test]
fn init_writes_a_private_key_once_and_prints_the_address() {
    let dir = tempfile::tempdir().unwrap();
    let node = dir.path().join("node");
    let made = call(&["init", "--dir", text(&node)]);
    let printed = String::from_utf8(made.stdout).unwrap();
    let link = BootstrapLink::parse(printed.trim()).unwrap();
    assert!(!link.addresses.is_empty());
    let mode = std::fs::metadata(node.join("key")).unwrap().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let before = std::fs::read(node.join("key")).unwrap();
    assert!(failure(&["init", "--dir", text(&node)]).contains("exists already"));
    assert_eq!(std::fs::read(node.join("key")).unwrap(), before);
    let address = call(&["address", "--dir", text(&node)]);
    assert_eq!(String::from_utf8(address.stdout).unwrap(), printed);
}

#[test]
fn run_creates_its_folder_serves_every_service_and_ends_cleanly() {
    let dir = tempfile::tempdir().unwrap();
    let node = Node::start(&dir);
    assert_eq!(node.ready.get("ready"), Some(&Value::Bool(true)));
    let link = node.text("address").to_owned();
    for address in [link.clone(), node.tcp()] {
        let services = Node::probe(&address);
        assert_eq!(services.len(), 13);
        // It listens to no WebSocket, which is not counted as a fault.
        assert!(services.iter().all(|(service, (works, _))| *works == (service != "wss")), "{services:?}");
    }
    let lines = String::from_utf8(call(&["probe", &link]).stdout).unwrap();
    assert_eq!(lines.lines().count(), 14, "{lines}");
    assert_eq!(node.page("/healthz"), (200, "ok\n".to_owned()));
    assert_eq!(node.page("/readyz").0, 200);
    assert_eq!(node.page("/other").0, 404);
    assert_eq!(node.metric("kith_slot_requests_total{operation=\"put\",outcome=\"done\"}"), 3);
    assert_eq!(node.metric("kith_mailbox_requests_total{operation=\"drop\",outcome=\"done\"}"), 3);
    assert_eq!((node.metric("kith_mailbox_queues"), node.metric("kith_mailbox_bytes")), (0, 0));
    assert_eq!(node.metric("kith_relay_requests_total{operation=\"reservation\",outcome=\"accepted\"}"), 3);
    wait_until("the probes are gone", || node.metric("kith_connections{direction=\"in\",transport=\"tcp\"}") == 0);
    let printed = call(&["address", "--dir", text(&dir.path().join("node"))]);
    assert_eq!(String::from_utf8(printed.stdout).unwrap().trim(), link);
    let tcp = node.tcp();
    let (status, rest) = node.stop();
    assert_eq!((status.code(), rest.as_str()), (Some(0), ""));
    assert!(failure(&["probe", &tcp]).contains("nobody listens"));
    let probe = call(&["probe", "--json", &tcp]);
    assert_eq!(probe.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&probe.stdout).unwrap();
    assert_eq!(report.get("reachable"), Some(&Value::Bool(false)));
}

/// STUN is said to be where nobody listens.
#[test]
fn probe_tells_a_service_that_fails_from_a_node_that_is_gone() {
    let dir = folder("external = [\"/ip4/127.0.0.2/tcp/4100\"]\n[media]\nstun = true\n");
    let node = Node::with(&dir, &["--listen", "/ip4/127.0.0.1/tcp/0", "--iroh-relay", "off"]);
    let probe = call(&["probe", &node.tcp()]);
    assert_eq!(probe.status.code(), Some(2), "{probe:?}");
    let printed = String::from_utf8(probe.stdout).unwrap();
    let fails: Vec<_> = printed.lines().filter(|line| line.contains(" FAILS ")).collect();
    assert!(fails.len() == 1 && fails[0].starts_with("stun "), "{printed}");
}

#[test]
fn a_configuration_elsewhere_is_read_and_the_folder_keeps_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let (node, etc) = (dir.path().join("node"), dir.path().join("etc.toml"));
    let run = |extra: &[&str]| failure(&[&["run", "--dir", text(&node), "--config", text(&etc)], extra].concat());
    assert!(run(&[]).contains("cannot read") && !node.exists());
    std::fs::write(&etc, "extrenal = []").unwrap();
    assert!(run(&[]).contains("extrenal") && !node.exists(), "a mistake leaves nothing behind");
    let external = "/dns4/node.example.org/tcp/4100";
    std::fs::write(&etc, format!("{LOOPBACK}external = [\"{external}\"]\n")).unwrap();
    let with = ["--config", text(&etc), "--listen", "/ip4/127.0.0.1/tcp/0", "--stun", "off", "--iroh-relay", "off"];
    let running = Node::with(&dir, &with);
    let (link, peer) = (running.text("address").to_owned(), running.text("peer").to_owned());
    assert_eq!(BootstrapLink::parse(&link).unwrap().addresses, [external]);
    assert!(node.join("key").exists() && !node.join("config.toml").exists());
    let printed = call(&["address", "--dir", text(&node), "--config", text(&etc)]).stdout;
    assert_eq!(String::from_utf8(printed).unwrap().trim(), link);
    assert!(failure(&["address", "--dir", text(&node)]).contains("not the folder of a node"));

    // It is read again there, too.
    let private = format!("external = [\"{external}\"]\n[access]\nprivate = true\ntokens = [\"{}\"]\n", "a".repeat(32));
    std::fs::write(&etc, private).unwrap();
    running.signal(rustix::process::Signal::HUP);
    wait_until("it is private", || running.page("/status.json").1.contains("\"private\":true"));
    running.stop();
    let again = Node::with(&dir, &with);
    assert_eq!(again.text("peer"), peer);
}

#[test]
fn the_metrics_name_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let node = Node::start(&dir);
    assert!(call(&["probe", node.text("address")]).status.success());
    let (_, metrics) = node.page("/metrics");
    assert!(metrics.ends_with("# EOF\n"));
    for secret in ["12D3Koo", "127.0.0.1", "kith-probe", "kith/probe"] {
        assert!(!metrics.contains(secret), "{secret} in {metrics}");
    }
}

#[test]
fn configured_external_addresses_are_what_is_shared() {
    let external = "/dns4/node.example.org/tcp/4100";
    let dir = folder(&format!("external = [\"{external}\"]\n"));
    let node = Node::with(&dir, &["--listen", "/ip4/127.0.0.1/tcp/0", "--stun", "off", "--iroh-relay", "off"]);
    let link = BootstrapLink::parse(node.text("address")).unwrap();
    assert_eq!(link.addresses, [external]);
    let printed = call(&["address", "--dir", text(&dir.path().join("node"))]).stdout;
    assert_eq!(String::from_utf8(printed).unwrap().trim(), node.text("address"));
}

#[test]
fn wildcards_are_resolved_and_ctrl_c_ends_cleanly() {
    let dir = folder("");
    let mut node = Node::listening(&dir, &["/ip4/0.0.0.0/tcp/0", "/ip6/::/tcp/0"]);
    let link = BootstrapLink::parse(node.text("address")).unwrap();
    assert!(!link.addresses.is_empty());
    assert!(
        link.addresses.iter().all(|address| !address.contains("/0.0.0.0/") && !address.contains("/::/")),
        "{link:?}"
    );
    node.signal(rustix::process::Signal::INT);
    assert_eq!(node.wait().code(), Some(0));
}

#[test]
fn health_fails_when_the_disk_takes_no_writes() {
    let dir = folder(LOOPBACK);
    let node = Node::start(&dir);
    assert_eq!(node.page("/healthz").0, 200);
    // A folder in the way stops root too, which file modes do not.
    std::fs::remove_file(dir.path().join("node/.healthz")).unwrap();
    std::fs::create_dir(dir.path().join("node/.healthz")).unwrap();
    assert_eq!(node.page("/healthz").0, 503);
}

#[test]
fn mistakes_get_one_clear_line() {
    let dir = folder(LOOPBACK);
    let node = dir.path().join("node");
    let run = |extra: &[&str]| failure(&[&["run", "--dir", text(&node)], extra].concat());
    assert!(run(&["--http", "0.0.0.0:0"]).contains("not a loopback address"));
    assert!(run(&["--http", "127.0.0.1:0", "--listen", "nonsense"]).contains("nonsense"));
    assert!(failure(&["address", "--dir", text(&dir.path().join("none"))]).contains("not the folder of a node"));
    assert!(failure(&["probe", "nonsense"]).contains("neither a multiaddr nor a bootstrap link"));
    assert!(failure(&["probe", "/ip4/127.0.0.1/tcp/1"]).contains("/p2p/"));
    assert!(failure(&["probe", "kith:b/1/aaaa"]).contains("undamaged"));

    let running = Node::start(&dir);
    assert!(run(&["--http", "127.0.0.1:0"]).contains("another kith-bootstrap runs"));
    let taken = running.tcp().rsplit_once("/p2p/").unwrap().0.to_owned();
    let other = folder("");
    let other_dir = other.path().join("node");
    let clash = failure(&["run", "--dir", text(&other_dir), "--http", "127.0.0.1:0", "--listen", &taken]);
    assert!(clash.contains("cannot listen on") && clash.contains("in use"), "{clash}");
    let http = running.text("http").strip_prefix("http://").unwrap();
    let clash = failure(&["run", "--dir", text(&other_dir), "--http", http]);
    assert!(clash.contains("cannot serve http"), "{clash}");
    drop(running);

    std::fs::write(node.join("config.toml"), "[mailbox]\non = true\ntokens = [\"secret\"]").unwrap();
    let wrong = run(&["--http", "127.0.0.1:0"]);
    assert!(wrong.contains("token 1 in [mailbox]") && !wrong.contains("secret"), "{wrong}");
    std::fs::create_dir_all(node.join("mail")).unwrap();
    std::fs::write(node.join("mail/mailbox.redb"), "not one").unwrap();
    std::fs::write(node.join("config.toml"), LOOPBACK).unwrap();
    assert!(run(&["--http", "127.0.0.1:0", "--mailbox", "on"]).contains("the mailbox file is damaged"));
    std::fs::write(node.join("config.toml"), "extrenal = []").unwrap();
    assert!(run(&[]).contains("extrenal"));
    std::fs::write(node.join("config.toml"), LOOPBACK).unwrap();
    let key = std::fs::read_to_string(node.join("key")).unwrap();
    std::fs::write(node.join("key"), &key[..40]).unwrap();
    assert!(run(&[]).contains("not an undamaged key file"));
    std::fs::write(node.join("key"), &key).unwrap();
    std::fs::set_permissions(node.join("key"), PermissionsExt::from_mode(0o644)).unwrap();
    assert!(run(&[]).contains("chmod 600"));
    std::fs::remove_file(node.join("key")).unwrap();
    assert!(run(&[]).contains("restore it from a backup"));
    assert!(!node.join("key").exists(), "a lost key is not replaced silently");
}

#[test]
fn one_address_cannot_hold_many_unfinished_connections() {
    let dir = folder("[limits]\nexempt = \"none\"\npending_per_ip = 2\n");
    let node = Node::start(&dir);
    let mut sockets: Vec<TcpStream> = (0..5).map(|_| TcpStream::connect(node.socket()).unwrap()).collect();
    let refused = "kith_connections_refused_total{reason=\"address_pending\"}";
    wait_until("three are refused", || node.metric(refused) == 3);
    let closed = |socket: &mut TcpStream| {
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.read_to_end(&mut Vec::new()).is_ok_and(|_| true)
    };
    assert!(sockets.iter_mut().skip(2).all(closed));
}
