//! A small internet in network namespaces: two public hosts of different operators, two homes behind routers, and a
//! different NAT on each.
//!
//! ```text
//!   pub1 11.0.0.10      pub2 13.0.0.10         the internet: one bridge in a namespace of its own, no way out
//!          \             /
//!   inet 11.0.0.1  13.0.0.1  2a11::1
//!          /             \
//!   rA 11.0.0.101     rB 11.0.0.102            NAT ([`Nat`])
//!    | 10.1.0.1        | 10.2.0.1
//!   a1 10.1.0.2       b1 10.2.0.2              and a2, b2 at .3
//! ```
//!
//! The addresses look like the internet's (11/8, 13/8, 2a11::/16), because programs treat documentation ranges as such. With
//! IPv6 the homes have addresses of their own behind a firewall that lets nothing in unasked. Needs root. A lab is
//! taken down when it is dropped, with every process in it; what a killed test left is taken down by the next.

mod nat;
mod wire;

use std::{
    collections::BTreeSet,
    fs::File,
    io::Write as _,
    net::{SocketAddr, TcpStream},
    os::fd::AsFd as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Arc,
};

use anyhow::{Context, Result, bail, ensure};
pub use nat::Nat;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use wire::Wire;
pub use wire::{Line, Passage};

const PREFIX: &str = "kith-lab-";
/// Where miniupnpd puts the ports it grants.
const MINIUPNPD_TABLES: &str = "
    table inet filter {
        chain miniupnpd { }
        chain forward { type filter hook forward priority -1; policy accept; jump miniupnpd
        }
        chain prerouting_miniupnpd { type nat hook prerouting priority dstnat; }
        chain postrouting_miniupnpd { type nat hook postrouting priority srcnat; }
    }
";
/// Where a captive portal has its page.
const PORTAL_PORT: &str = "8080";
const NAMES: [&str; 9] = ["inet", "pub1", "pub2", "rA", "rB", "a1", "a2", "b1", "b2"];

/// A network namespace.
#[derive(Debug, Clone)]
pub struct Namespace {
    name: String,
    file: Arc<File>,
}

impl Namespace {
    fn make(name: String) -> Result<Self> {
        ip(&["netns", "add", &name])?;
        let file = File::open(Path::new("/run/netns").join(&name)).context("the namespace that was made")?;
        let made = Self { name, file: Arc::new(file) };
        made.ip(&["link", "set", "lo", "up"])?;
        Ok(made)
    }

    /// A command that runs inside.
    #[must_use]
    pub fn command(&self, program: &Path) -> tokio::process::Command {
        let mut command = tokio::process::Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(program);
        command
    }

    /// Runs a command inside to its end.
    ///
    /// # Errors
    /// If it cannot be run, or fails.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Result<Output> {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name, program]).args(arguments);
        checked(&mut command)
    }

    /// A TCP connection made inside; it stays there, whoever uses it.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn connect(&self, to: SocketAddr) -> Result<TcpStream> {
        Ok(self.inside(move || TcpStream::connect(to))??)
    }

    /// Runs `work` inside, on a thread of its own; sockets it makes stay there.
    ///
    /// # Errors
    /// If the namespace cannot be entered, or `work` panics.
    pub fn inside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let file = Arc::clone(&self.file);
        // A thread belongs to a namespace; this one ends with its stay.
        let stay = std::thread::Builder::new().name("kith-lab".to_owned()).spawn(move || {
            move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))?;
            Ok::<T, rustix::io::Errno>(work())
        })?;
        Ok(stay.join().map_err(|_panic| anyhow::anyhow!("the thread inside panicked"))??)
    }

    /// What is here takes the place of files in /etc for programs inside.
    fn settings(&self) -> PathBuf {
        Path::new("/etc/netns").join(&self.name)
    }

    fn ip(&self, arguments: &[&str]) -> Result<()> {
        ip(&[&["-n", &self.name], arguments].concat())
    }

    fn lines(&self, lines: &str) -> Result<()> {
        fed(Command::new("ip").args(["-n", &self.name, "-batch", "-"]), lines)
    }

    fn processes(&self) -> Vec<String> {
        let listed = Command::new("ip").args(["netns", "pids", &self.name]).output();
        let text = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        text.split_whitespace().map(str::to_owned).collect()
    }
}

/// A home of the lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The left one.
    A,
    /// The right one.
    B,
}

impl Side {
    fn router(self) -> &'static str {
        match self {
            Self::A => "rA",
            Self::B => "rB",
        }
    }

    fn number(self) -> u8 {
        match self {
            Self::A => 1,
            Self::B => 2,
        }
    }
}

/// What a router that grants ports speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken {
    /// NAT-PMP and PCP.
    Pcp,
    /// UPnP's internet gateway device.
    Upnp,
}

impl Spoken {
    fn settings(self) -> &'static str {
        match self {
            Self::Pcp => "enable_natpmp=yes\nenable_upnp=no\n",
            Self::Upnp => "enable_natpmp=no\nenable_upnp=yes\n",
        }
    }
}

/// The lab. See the module documentation.
#[derive(Debug)]
pub struct Lab {
    all: Vec<(&'static str, Namespace)>,
    /// The last byte of a router's address in the internet.
    wan: [u8; 2],
    nat: [Nat; 2],
    v6: bool,
    wires: [Option<Wire>; 2],
}

impl Lab {
    /// Why no lab can be had here, if so: a test that needs one says this and ends.
    #[must_use]
    pub fn missing() -> Option<String> {
        let works = checked(Command::new("unshare").args(["-n", "nft", "list", "ruleset"]));
        let problem = works.err().map(|error| format!("no namespaces with nftables can be made here: {error:#}"))?;
        Some(problem)
    }

    /// Two homes behind these NATs, with IPv4 only.
    ///
    /// # Errors
    /// If a part of it cannot be made.
    pub fn new(a: Nat, b: Nat) -> Result<Self> {
        Self::build([a, b], false)
    }

    /// The same with IPv6 too.
    ///
    /// # Errors
    /// If a part of it cannot be made.
    pub fn with_v6(a: Nat, b: Nat) -> Result<Self> {
        Self::build([a, b], true)
    }

    fn build(nat: [Nat; 2], v6: bool) -> Result<Self> {
        sweep();
        let mut lab = Self { all: Vec::new(), wan: [101, 102], nat, v6, wires: [None, None] };
        for name in NAMES {
            let namespace = Namespace::make(format!("{PREFIX}{}-{name}", std::process::id()))?;
            lab.all.push((name, namespace));
        }
        let inet = lab.at("inet");
        inet.lines(
            "link add br0 type bridge\naddr add 11.0.0.1/24 dev br0\naddr add 13.0.0.1/24 dev br0\nlink set br0 up\n",
        )?;
        forwards(inet)?;
        if v6 {
            inet.ip(&["addr", "add", "2a11::1/64", "dev", "br0", "nodad"])?;
        }
        for (number, name) in [(1_u8, "pub1"), (2, "pub2")] {
            lab.wire(name, "eth0", "inet", name, "br0")?;
            let net = if number == 1 { "11" } else { "13" };
            lab.at(name).lines(&format!("addr add {net}.0.0.10/24 dev eth0\nroute add default via {net}.0.0.1\n"))?;
            if v6 {
                let lines = format!("addr add 2a11::1{number}/64 dev eth0 nodad\nroute add default via 2a11::1\n");
                lab.at(name).lines(&lines)?;
            }
        }
        for side in [Side::A, Side::B] {
            lab.home(side)?;
        }
        Ok(lab)
    }

    fn home(&self, side: Side) -> Result<()> {
        let (router, number) = (self.at(side.router()), side.number());
        self.wire(side.router(), "wan", "inet", side.router(), "br0")?;
        forwards(router)?;
        router.lines(&format!("link add lan type bridge\naddr add 10.{number}.0.1/24 dev lan\nlink set lan up\n"))?;
        self.lease(side)?;
        if self.v6 {
            router.lines(&format!("addr add 2a11:{number}::1/64 dev lan nodad\n"))?;
            let (home, via) = (format!("2a11:{number}::/64"), format!("2a11::10{number}"));
            self.at("inet").ip(&["route", "add", &home, "via", &via])?;
        }
        let hosts = match side {
            Side::A => [("a1", 2), ("a2", 3)],
            Side::B => [("b1", 2), ("b2", 3)],
        };
        for (host, at) in hosts {
            self.join(host, side, at)?;
        }
        self.set_rules(side)
    }

    /// Puts a host into a home.
    fn join(&self, host: &'static str, side: Side, at: u8) -> Result<()> {
        let number = side.number();
        self.wire(host, "eth0", side.router(), host, "lan")?;
        self.at(host)
            .lines(&format!("addr add 10.{number}.0.{at}/24 dev eth0\nroute add default via 10.{number}.0.1\n"))?;
        if self.v6 {
            let lines =
                format!("addr add 2a11:{number}::{at}/64 dev eth0 nodad\nroute add default via 2a11:{number}::1\n");
            self.at(host).lines(&lines)?;
        }
        Ok(())
    }

    /// Gives a router its address in the internet.
    fn lease(&self, side: Side) -> Result<()> {
        let (router, wan) = (self.at(side.router()), self.wan[usize::from(side.number() - 1)]);
        router.ip(&["addr", "flush", "dev", "wan", "scope", "global"])?;
        router.lines(&format!("addr add 11.0.0.{wan}/24 dev wan\nroute replace default via 11.0.0.1\n"))?;
        if self.v6 {
            let lines =
                format!("addr add 2a11::10{}/64 dev wan nodad\nroute replace default via 2a11::1\n", side.number());
            router.lines(&lines)?;
        }
        Ok(())
    }

    fn set_rules(&self, side: Side) -> Result<()> {
        let at = usize::from(side.number() - 1);
        let router = self.at(side.router());
        let (wan, first) = (format!("11.0.0.{}", self.wan[at]), format!("10.{}.0.2", side.number()));
        let rules = self.nat[at].rules(&wan, &first);
        self.feed(router, &rules)?;
        // What was agreed under the old rules is forgotten.
        router.run("conntrack", &["-F"])?;
        Ok(())
    }

    /// A cable from `interface` of one namespace to a port of a bridge in another.
    fn wire(&self, from: &str, interface: &str, to: &str, port: &str, bridge: &str) -> Result<()> {
        let (from, to) = (self.at(from), self.at(to));
        from.ip(&["link", "add", interface, "type", "veth", "peer", "name", port, "netns", &to.name])?;
        from.ip(&["link", "set", interface, "up"])?;
        to.ip(&["link", "set", port, "master", bridge, "up"])
    }

    /// The namespace of a host: `pub1`, `pub2`, `a1`, `a2`, `b1`, `b2`, or a router, `rA`, `rB`.
    ///
    /// # Panics
    /// If there is no such host.
    #[must_use]
    pub fn at(&self, name: &str) -> &Namespace {
        let found = self.all.iter().find(|(have, _)| *have == name);
        let (_, namespace) = found.unwrap_or_else(|| panic!("the lab has no {name}"));
        namespace
    }

    /// Whether there is IPv6.
    #[must_use]
    pub fn has_v6(&self) -> bool {
        self.v6
    }

    /// A further host in the internet, with these addresses, each in a /24 whose first address is the internet's.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn settle(&mut self, name: &'static str, addresses: &[String]) -> Result<()> {
        let namespace = Namespace::make(format!("{PREFIX}{}-{name}", std::process::id()))?;
        self.all.push((name, namespace));
        self.wire(name, "eth0", "inet", name, "br0")?;
        let all: String = addresses.iter().map(|address| format!("addr add {address}/24 dev eth0\n")).collect();
        self.at(name).lines(&format!("{all}route add default via 11.0.0.1\n"))?;
        let networks: BTreeSet<&str> =
            addresses.iter().filter_map(|address| Some(address.rsplit_once('.')?.0)).collect();
        let gateways: String =
            networks.iter().map(|network| format!("addr replace {network}.1/24 dev br0\n")).collect();
        self.at("inet").lines(&gateways)
    }

    /// Counts from now on what a host hears.
    ///
    /// # Errors
    /// If it cannot be done.
    pub fn listen_at(&self, host: &str) -> Result<()> {
        let rules = "table inet ear {
            chain in { type filter hook input priority -10
            meta l4proto { tcp, udp } counter
            }
        }";
        self.feed(self.at(host), rules)
    }

    /// How many packets of TCP and UDP a host has heard since.
    ///
    /// # Errors
    /// If it does not listen.
    pub fn heard_at(&self, host: &str) -> Result<u64> {
        let listed = self.at(host).run("nft", &["list", "table", "inet", "ear"])?;
        let text = String::from_utf8_lossy(&listed.stdout).into_owned();
        let count = text.split_once("counter packets ").and_then(|(_, rest)| rest.split(' ').next());
        count.and_then(|count| count.parse().ok()).with_context(|| format!("no counter in {text}"))
    }

    /// From now on everything a home sends over IPv6 vanishes.
    ///
    /// # Errors
    /// If it cannot be done.
    pub fn swallow_v6(&self, side: Side) -> Result<()> {
        self.at(side.router())
            .run("nft", &["insert", "rule", "ip6", "filter", "forward", "oif", "wan", "drop"])
            .map(drop)
    }

    /// The homes have no IPv4 any more, only their routers.
    ///
    /// # Errors
    /// If it cannot be done.
    pub fn leave_v6_alone(&self) -> Result<()> {
        ["a1", "a2", "b1", "b2"].iter().try_for_each(|host| self.at(host).ip(&["-4", "addr", "flush", "dev", "eth0"]))
    }

    /// A host asks this address for names, whoever is there. To be called before a program is started.
    ///
    /// # Errors
    /// If it cannot be written down.
    pub fn ask_for_names(&self, host: &str, address: &str) -> Result<()> {
        let folder = self.at(host).settings();
        std::fs::create_dir_all(&folder)?;
        Ok(std::fs::write(folder.join("resolv.conf"), format!("nameserver {address}\n"))?)
    }

    /// A router forgets every mapping and keeps its address.
    ///
    /// # Errors
    /// If it cannot be done.
    pub fn forget(&self, side: Side) -> Result<()> {
        self.at(side.router()).run("conntrack", &["-F"]).map(drop)
    }

    /// A router forgets a mapping of UDP that was not used for so many seconds, and says so to nobody.
    ///
    /// # Errors
    /// If it cannot be done.
    pub fn forget_after(&self, side: Side, seconds: u32) -> Result<()> {
        let settings =
            ["udp_timeout", "udp_timeout_stream"].map(|name| format!("net.netfilter.nf_conntrack_{name}={seconds}"));
        self.at(side.router()).run("sysctl", &["-qw", &settings[0], &settings[1]]).map(drop)
    }

    /// The line of a home is like this from now on. What it did to packets before, both directions together.
    ///
    /// # Errors
    /// If it cannot be done.
    pub fn line(&mut self, side: Side, line: Line) -> Result<Passage> {
        let at = usize::from(side.number() - 1);
        if self.wires[at].is_none() {
            self.wires[at] = Some(self.cut(side)?);
        }
        self.wires[at].as_mut().context("it was cut")?.set(&line)
    }

    /// Puts a program between the cable of a home and the internet's bridge. The router notices nothing.
    fn cut(&self, side: Side) -> Result<Wire> {
        let (inet, cable) = (self.at("inet"), side.router());
        let [bridge, near, far] = ["line", "near", "far"].map(|part| format!("{part}-{cable}"));
        let wire = format!(
            "tuntap add {near} mode tap\ntuntap add {far} mode tap\nlink add {bridge} type bridge\nlink set {bridge} up
            link set {cable} master {bridge}\nlink set {near} master {bridge} up\nlink set {far} master br0 up\n"
        );
        inet.lines(&wire)?;
        Wire::between(inet, &near, &far)
    }

    /// A captive portal: whatever hosts of a home say over TCP is answered by a page, and nothing else leaves.
    ///
    /// # Errors
    /// If it cannot be done.
    pub fn portal(&self, side: Side, on: bool) -> Result<()> {
        if !on {
            return self.at(side.router()).run("nft", &["delete", "table", "inet", "portal"]).map(drop);
        }
        let mut page = Command::new("ip");
        page.args(["netns", "exec", &self.at(side.router()).name, "python3", "-m", "http.server", PORTAL_PORT]);
        // It ends with the namespace.
        let folder = std::env::temp_dir();
        drop(page.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
        let rules = format!(
            "table inet portal {{
                chain page {{ type nat hook prerouting priority -110
                    iif lan meta l4proto tcp redirect to :{PORTAL_PORT}
                }}
                chain forward {{ type filter hook forward priority -10
                    drop
                }}
            }}"
        );
        self.feed(self.at(side.router()), &rules)?;
        self.forget(side)
    }

    fn feed(&self, to: &Namespace, rules: &str) -> Result<()> {
        fed(Command::new("ip").args(["netns", "exec", &to.name, "nft", "-f", "-"]), rules)
    }

    /// The flows of UDP a router has mappings for: source, destination and their ports, as the host inside sees them.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn mappings(&self, side: Side) -> Result<BTreeSet<String>> {
        let listed = self.at(side.router()).run("conntrack", &["-L", "-p", "udp"])?;
        let flow = |line: &str| {
            let ends = line.split_whitespace().filter(|word| word.contains('=')).take(4);
            ends.collect::<Vec<_>>().join(" ")
        };
        Ok(String::from_utf8_lossy(&listed.stdout).lines().map(flow).collect())
    }

    /// Another NAT on a router; every mapping is forgotten.
    ///
    /// # Errors
    /// If the rules are refused.
    pub fn set_nat(&mut self, side: Side, nat: Nat) -> Result<()> {
        self.nat[usize::from(side.number() - 1)] = nat;
        self.set_rules(side)
    }

    /// A router starts anew: another address, no mapping left.
    ///
    /// # Errors
    /// If it cannot be done.
    pub fn reboot(&mut self, side: Side) -> Result<()> {
        self.wan[usize::from(side.number() - 1)] += 10;
        self.lease(side)?;
        self.set_rules(side)
    }

    /// A router lets its hosts ask for ports. To be called after the last change of its NAT.
    ///
    /// # Errors
    /// If miniupnpd cannot be started.
    pub fn grant_ports(&self, side: Side, spoken: Spoken) -> Result<()> {
        let router = self.at(side.router());
        self.feed(router, MINIUPNPD_TABLES)?;
        let (outside, uuid) = (
            format!("11.0.0.{}", self.wan[usize::from(side.number() - 1)]),
            format!("00000000-0000-0000-0000-00000000000{}", side.number()),
        );
        // Without a file that says who runs: the one of a lab before, killed and not reaped, would count as another.
        let options = "-d -P /dev/null/none -f /dev/stdin -i wan -a lan -S".split(' ');
        let options = options.chain(["-o", &outside, "-u", &uuid]);
        let rule = "allow 1024-65535 0.0.0.0/0 1024-65535";
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &router.name, "miniupnpd"]).args(options).args(["-A", rule]);
        // It ends with the namespace.
        let mut started = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        started.stdin.take().context("stdin is piped")?.write_all(spoken.settings().as_bytes())?;
        Ok(())
    }

    /// The ports a router has granted, as rules.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn granted(&self, side: Side) -> Result<usize> {
        let listed = self.at(side.router()).run("nft", &["list", "chain", "inet", "filter", "prerouting_miniupnpd"])?;
        Ok(String::from_utf8_lossy(&listed.stdout).matches("dnat").count())
    }

    /// Pulls the cable of a host; the addresses go with it, as where something manages them.
    ///
    /// # Errors
    /// If it cannot be done.
    pub fn unplug(&self, host: &str) -> Result<()> {
        self.at(host).ip(&["link", "del", "eth0"])
    }

    /// Plugs it in again.
    ///
    /// # Errors
    /// If it cannot be done.
    pub fn plug(&self, host: &'static str, side: Side) -> Result<()> {
        self.join(host, side, 2)
    }

    /// Carries a host of one home over to the other, where it gets another address.
    ///
    /// # Errors
    /// If it cannot be done.
    pub fn roam(&self, host: &'static str, to: Side) -> Result<()> {
        self.at(host).ip(&["link", "del", "eth0"])?;
        self.join(host, to, 9)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for (_, namespace) in &self.all {
            demolish(namespace);
        }
    }
}

fn demolish(namespace: &Namespace) {
    let left = namespace.processes();
    if !left.is_empty() {
        let _tried = Command::new("kill").arg("-9").args(left).stderr(Stdio::null()).status();
    }
    let _tried = ip(&["netns", "del", &namespace.name]);
    let _there = std::fs::remove_dir_all(namespace.settings());
}

/// Takes down what tests left behind that were killed.
fn sweep() {
    for entry in std::fs::read_dir("/run/netns").into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        if owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists())
            && let Ok(file) = File::open(entry.path())
        {
            demolish(&Namespace { name, file: Arc::new(file) });
        }
    }
}

fn forwards(namespace: &Namespace) -> Result<()> {
    let switches = ["-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"];
    namespace.run("sysctl", &switches).map(drop)
}

fn ip(arguments: &[&str]) -> Result<()> {
    checked(Command::new("ip").args(arguments)).map(drop)
}

fn checked(command: &mut Command) -> Result<Output> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{command:?}"))?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output)
}

/// Runs a command that reads `input`.
fn fed(command: &mut Command, input: &str) -> Result<()> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().context("stdin is piped")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{command:?}: {} in\n{input}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
