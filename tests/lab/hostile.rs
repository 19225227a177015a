//! Hosts and peers that mean no good, against a real public node and real people.

mod flood;
mod foreign;
mod siege;

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use kith_tests::{
    lab::{Lab, Nat},
    people::{Person, befriend},
};

use self::{
    foreign::Foreign,
    siege::{Siege, UNFINISHED, UNFINISHED_TLS},
};
use super::{Public, folder, goes, lab, person, soon, status};
use crate::interop::installed;

const PUBLIC: &str = "11.0.0.10";
/// Where somebody lives who has no router, and listens on the port everybody listens on.
const ALONE: &str = "13.0.0.10";
/// More than anybody gets.
const MANY: usize = 150;
/// What one address may have in a handshake: at a public node, and at somebody's.
const PENDING_AT_PUBLIC: usize = 16;
const PENDING_AT_HOME: usize = 8;
/// A handshake takes this long at most; on a busy machine its end is seen a little later.
const HANDSHAKE: Duration = Duration::from_secs(10 + 5);
/// Sockets of a node that have nothing to do with the siege: its files, those who ask for numbers, an honest guest.
const OWN_DESCRIPTORS: u64 = 16;
const OWN_MEMORY: u64 = 32 << 20;

/// Half-open, silent, and slow in every stage, from one host.
#[tokio::test]
async fn connections_that_never_finish_keep_nobody_out_of_a_public_node() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    let root = folder()?;
    let at = |rest| format!("/ip4/{PUBLIC}/{rest}");
    let listen = ["udp/4100/quic-v1", "tcp/4100", "tcp/80", "tcp/443/tls/ws"].map(at);
    let listen = listen.each_ref().map(String::as_str);
    let public = Public::listening(root.path(), lab.at("pub1"), "one", &listen, "").await?;
    let link = public.link()?;
    let mut alice = person(root.path(), lab.at("a1"), "alice", &[]).await?;
    let before = public.counted("process_open_fds").await?;
    let memory = public.counted("process_resident_memory_bytes").await?;
    let refused = ["kith_connections_refused_total{reason=\"address_pending\"}", "kith_iroh_relay_refused_total"];

    let host = lab.at("pub2");
    let mut sieges = [
        Siege::lay(host, &format!("{PUBLIC}:4100"), &UNFINISHED, MANY)?,
        Siege::lay(host, &format!("{PUBLIC}:80"), &UNFINISHED, MANY)?,
        Siege::lay(host, &format!("{PUBLIC}:443"), &UNFINISHED_TLS, MANY)?,
        Siege::lay(host, &format!("{PUBLIC}:4443"), &UNFINISHED_TLS, MANY)?,
    ];
    soon("few of them are let in", async || {
        // The ports of libp2p together.
        let [one, other, web, relay] = sieges.each_mut().map(Siege::open);
        ensure!((1..=PENDING_AT_PUBLIC).contains(&(one + other + web)), "{one}, {other} and {web}");
        ensure!((1..=PENDING_AT_PUBLIC).contains(&relay), "{relay} at the relay for iroh");
        Ok(())
    })
    .await?;
    for reason in refused {
        ensure!(public.counted(reason).await? >= MANY as u64 / 2, "{reason}");
    }
    alice.call("network.add_bootstrap", serde_json::json!({ "address": link })).await?;
    alice.is_online().await?;
    let room = 2 * PENDING_AT_PUBLIC as u64 + OWN_DESCRIPTORS;
    let open = public.counted("process_open_fds").await?;
    ensure!(open <= before + room, "{before} descriptors became {open}");

    soon("all are closed", async || {
        let left: usize = sieges.each_mut().map(Siege::open).into_iter().sum();
        ensure!(left == 0, "{left} are left");
        Ok(())
    })
    .await?;
    for siege in &sieges {
        ensure!(siege.lasted() <= HANDSHAKE, "{:?}", siege.lasted());
    }
    soon("its descriptors are free again", async || {
        let open = public.counted("process_open_fds").await?;
        ensure!(open <= before + OWN_DESCRIPTORS, "{before} descriptors became {open}");
        Ok(())
    })
    .await?;
    let now = public.counted("process_resident_memory_bytes").await?;
    ensure!(now <= memory + OWN_MEMORY, "{memory} bytes became {now}");
    Ok(())
}

/// The same at a person's node that can be reached by everybody; who comes back meanwhile is a contact.
#[tokio::test]
async fn connections_that_never_finish_keep_no_contact_out() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    let root = folder()?;
    let Couple { mut alice, bob, public: _public } = Couple::new(&lab, root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let pid = alice.node.pid().context("it runs")?;
    let descriptors = || Ok::<_, std::io::Error>(std::fs::read_dir(format!("/proc/{pid}/fd"))?.count() as u64);
    let Person { home, node, .. } = bob;
    node.kill().await?;
    let before = descriptors()?;
    let mut siege = Siege::lay(lab.at("a1"), &format!("{ALONE}:4100"), &UNFINISHED, MANY)?;
    soon("few of them are let in", async || {
        let open = siege.open();
        ensure!((1..=PENDING_AT_HOME).contains(&open), "{open}");
        let open = descriptors()?;
        ensure!(open <= before + PENDING_AT_HOME as u64 + OWN_DESCRIPTORS, "{before} descriptors became {open}");
        Ok(())
    })
    .await?;
    let mut bob = Person::at(home).await?;
    goes(&mut bob, &a, "direct").await?;
    let said = alice.write(&b, "somebody knocks all the time").await?;
    alice.sees_state(&b, &said, "delivered").await?;
    soon("all are closed", async || {
        let left = siege.open();
        ensure!(left == 0, "{left} are left");
        Ok(())
    })
    .await?;
    ensure!(siege.lasted() <= HANDSHAKE, "{:?}", siege.lasted());
    Ok(())
}

/// What strangers may hold at somebody's node: of one address, of a /24, and all of them.
const STRANGERS_FROM_ONE: u64 = 8;
const STRANGERS_FROM_24: u64 = 16;
const STRANGERS: u64 = 64;
/// After this one address may knock as often as before.
const KNOCKS_AGAIN: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_crowd_of_strangers_comes_between_nobody() -> Result<()> {
    let Some(folder_of_js) = installed().await? else { return Ok(()) };
    let Some(mut lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    let quarter: Vec<String> = (150..153).map(|host| format!("11.0.0.{host}")).collect();
    let city: Vec<String> = (1..6).flat_map(|net| [5, 6].map(|host| format!("11.0.{net}.{host}"))).collect();
    lab.settle("crowd", &[quarter.as_slice(), &city].concat())?;
    let root = folder()?;
    let Couple { mut alice, bob, public: _public } = Couple::new(&lab, root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    let Person { home, node, .. } = bob;
    node.kill().await?;

    let target = format!("/ip4/{ALONE}/tcp/4100/p2p/{}", peer_of(&alice).await?);
    let crowd = async |count: &str, from: &[String]| {
        let from: Vec<&str> = from.iter().map(String::as_str).collect();
        Foreign::start(&folder_of_js, lab.at("crowd"), &[&["crowd", &target, count], from.as_slice()].concat()).await
    };
    let (one, neighbours) = quarter.split_first().context("there are some")?;
    let mut few = crowd("16", std::slice::from_ref(one)).await?;
    let began = std::time::Instant::now();
    let mut street = crowd("20", neighbours).await?;
    let mut many = crowd("90", &city).await?;
    inside("one address", &mut [&mut few], STRANGERS_FROM_ONE).await?;
    inside("a /24", &mut [&mut few, &mut street], STRANGERS_FROM_24).await?;
    let all = inside("the city", &mut [&mut few, &mut street, &mut many], STRANGERS).await?;
    ensure!(all >= STRANGERS / 2, "hardly a crowd: {all}");
    let held = status(&mut alice, "it knows its node", |status| status["bootstraps"][0]["ok"] == true).await?;
    let peers = held["peers"].as_u64().context("a number")?;
    ensure!(peers <= STRANGERS + 1, "{peers} peers");

    let mut bob = Person::at(home).await?;
    goes(&mut bob, &a, "direct").await?;
    for (from, to) in [(&mut alice, &b), (&mut bob, &a)] {
        let said = from.write(to, "through the crowd").await?;
        from.sees_state(to, &said, "delivered").await?;
    }
    tokio::time::sleep(KNOCKS_AGAIN.saturating_sub(began.elapsed())).await;
    let mut again = crowd("16", std::slice::from_ref(one)).await?;
    inside("one address that comes again", &mut [&mut few, &mut again], STRANGERS_FROM_ONE).await?;
    inside("a /24", &mut [&mut few, &mut again, &mut street], STRANGERS_FROM_24).await?;
    inside("everywhere", &mut [&mut few, &mut again, &mut street, &mut many], STRANGERS).await?;
    status(&mut alice, "it keeps its node", |status| status["bootstraps"][0]["ok"] == true).await.map(drop)
}

/// How many of these are inside together once those not let in have noticed: some, and at most so many.
async fn inside(from: &str, crowds: &mut [&mut Foreign], most: u64) -> Result<u64> {
    let crowds = &mut *crowds;
    soon(from, async || {
        let mut inside = 0;
        for crowd in &mut *crowds {
            inside += crowd.says("inside").await?;
        }
        ensure!((1..=most).contains(&inside), "{inside} from {from}");
        Ok(inside)
    })
    .await
}

/// Whoever it talks to says that it, and they, are where somebody else is.
#[tokio::test]
async fn nobody_is_sent_to_the_victim_of_a_lie() -> Result<()> {
    const VICTIM: &str = "11.0.0.77";
    const LIAR: &str = "11.0.0.66";
    let Some(folder_of_js) = installed().await? else { return Ok(()) };
    let Some(mut lab) = lab(|| Lab::new(Nat::Forwarded, Nat::PortRestricted))? else { return Ok(()) };
    lab.settle("victim", &[VICTIM.to_owned()])?;
    lab.settle("liar", &[LIAR.to_owned()])?;
    let root = folder()?;
    let public = Public::new(root.path(), lab.at("pub1"), "one", &[PUBLIC], "").await?;
    let link = public.link()?;
    let mut alice = person(root.path(), lab.at("a1"), "alice", &[&link]).await?;
    let at_home = |status: &serde_json::Value| addresses(status).iter().any(|at| at.contains("11.0.0.101"));
    status(&mut alice, "its own address", at_home).await?;
    for victim in ["victim", "a2"] {
        lab.listen_at(victim)?;
    }

    let target = format!("/ip4/11.0.0.101/tcp/4100/p2p/{}", peer_of(&alice).await?);
    let elsewhere = format!("/ip4/{PUBLIC}/tcp/4100/p2p/{}", public.running.as_ref().context("it runs")?.peer());
    let observed = format!("/ip4/{VICTIM}/tcp/4100");
    let claims = ["/ip4/10.1.0.3/tcp/4100", "/ip4/10.1.0.3/tcp/80", "/ip4/11.0.0.77/tcp/22", "/ip4/11.0.0.77/tcp/443"];
    let words = [&["liar", &target, &elsewhere, &observed, LIAR], claims.as_slice()].concat();
    let mut liar = Foreign::start(&folder_of_js, lab.at("liar"), &words).await?;
    ensure!(liar.says("told").await? > 0, "it listens to lies");
    // Each was told the address by a card among the lies, half a minute apart. Enough for whatever else the lies lead to.
    liar.says_at_least("visited", 2).await?;
    for victim in ["victim", "a2"] {
        let heard = lab.heard_at(victim)?;
        ensure!(heard == 0, "{victim} heard {heard} packets");
    }
    let status = alice.call("network.status", serde_json::json!({})).await?;
    ensure!(at_home(&status) && !addresses(&status).iter().any(|at| at.contains(VICTIM)), "{status:#}");
    Ok(())
}

fn addresses(status: &serde_json::Value) -> Vec<&str> {
    status["addresses"].as_array().into_iter().flatten().filter_map(serde_json::Value::as_str).collect()
}

async fn peer_of(person: &Person) -> Result<String> {
    let status = person.call("network.status", serde_json::json!({})).await?;
    Ok(status["peer"].as_str().context("a peer id")?.to_owned())
}

/// Alice, whom everybody can reach, and Bob, who reaches her.
struct Couple {
    alice: Person,
    bob: Person,
    public: Public,
}

impl Couple {
    async fn new(lab: &Lab, root: &std::path::Path) -> Result<Self> {
        let public = Public::new(root, lab.at("pub1"), "one", &[PUBLIC], "").await?;
        let link = public.link()?;
        let live = async |host: &str, name: &str| person(root, lab.at(host), name, &[&link]).await;
        let (mut alice, mut bob) = tokio::try_join!(live("pub2", "alice"), live("b1", "bob"))?;
        befriend(&mut alice, &mut bob, "it is me").await?;
        let a = alice.account.clone();
        goes(&mut bob, &a, "direct").await?;
        Ok(Self { alice, bob, public })
    }
}
