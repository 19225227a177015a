//! Real nodes in a small internet with NATs. `cargo nextest run --profile lab`, as root.
//!
//! With `KITH_LAB_LOG=warn,kith_net=debug` the nodes say that much, and their logs are kept.

mod calls;
mod changes;
mod hostile;
mod idle;
mod lines;
mod mapping;
mod matrix;
mod media;
mod near;
mod relays;
mod v6;
mod volunteer;
mod web;

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context as _, Result, ensure};
use kith_tests::{
    lab::{Lab, Namespace},
    people::{Person, befriend},
    process::{Bootstrap, BootstrapHome, Home},
    rpc::soon,
};
use serde_json::{Value, json};

/// Two people in two homes, and two public nodes of different operators that both know.
struct Town {
    lab: Lab,
    alice: Person,
    bob: Person,
    publics: [Public; 2],
    _root: tempfile::TempDir,
}

/// A public node.
struct Public {
    home: BootstrapHome,
    running: Option<Bootstrap>,
    host: Namespace,
}

impl Public {
    async fn new(root: &Path, host: &Namespace, name: &str, ips: &[&str], settings: &str) -> Result<Self> {
        let on = |ip: &str| {
            let family = if ip.contains(':') { "ip6" } else { "ip4" };
            ["udp/4100/quic-v1", "tcp/4100", "tcp/443"].map(|rest| format!("/{family}/{ip}/{rest}"))
        };
        let listen: Vec<String> = ips.iter().flat_map(|ip| on(ip)).collect();
        let listen: Vec<&str> = listen.iter().map(String::as_str).collect();
        Self::listening(root, host, name, &listen, settings).await
    }

    /// At these addresses and no others.
    async fn listening(root: &Path, host: &Namespace, name: &str, listen: &[&str], settings: &str) -> Result<Self> {
        let home = BootstrapHome::called(root, name).await?.on(host, listen);
        if !settings.is_empty() {
            home.configure(settings)?;
        }
        let running = Some(home.start().await?);
        Ok(Self { home, running, host: host.clone() })
    }

    fn link(&self) -> Result<String> {
        Ok(self.running.as_ref().context("it runs")?.link())
    }

    /// What it counts under a name, over all labels; with `{`, of one label.
    async fn counted(&self, name: &str) -> Result<u64> {
        self.running.as_ref().context("it runs")?.counted(Some(&self.host), name).await
    }

    async fn kill(&mut self) -> Result<()> {
        self.running.take().context("it runs")?.kill().await
    }

    async fn start(&mut self) -> Result<()> {
        self.running = Some(self.home.start().await?);
        Ok(())
    }
}

/// A lab, or `None` after saying why there is none.
///
/// # Errors
/// In CI there has to be one.
fn lab(make: impl FnOnce() -> Result<Lab>) -> Result<Option<Lab>> {
    match Lab::missing() {
        None => make().map(Some),
        Some(reason) => {
            ensure!(std::env::var_os("KITH_CI").is_none(), "{reason}");
            println!("skipped: {reason}");
            Ok(None)
        }
    }
}

impl Town {
    /// Both are contacts; what leads from one to the other is not settled yet.
    async fn build(lab: Lab) -> Result<Self> {
        Self::with_settings(lab, "").await
    }

    /// With these settings for the public nodes.
    async fn with_settings(lab: Lab, settings: &str) -> Result<Self> {
        Self::with_arguments(folder()?, lab, settings, &[&[], &[]]).await
    }

    /// And with these arguments for the two.
    async fn with_arguments(
        root: tempfile::TempDir,
        lab: Lab,
        settings: &str,
        arguments: &[&[&str]; 2],
    ) -> Result<Self> {
        let (one_at, two_at): (&[&str], &[&str]) = if lab.has_v6() {
            (&["11.0.0.10", "2a11::11"], &["13.0.0.10", "2a11::12"])
        } else {
            (&["11.0.0.10"], &["13.0.0.10"])
        };
        let one = Public::new(root.path(), lab.at("pub1"), "one", one_at, settings).await?;
        let two = Public::new(root.path(), lab.at("pub2"), "two", two_at, settings).await?;
        let links = [one.link()?, two.link()?];
        let links = links.each_ref().map(String::as_str);
        let live = async |host: &str, name: &str, arguments: &[&str]| {
            person_with(root.path(), lab.at(host), name, &links, arguments).await
        };
        let [first, second] = arguments;
        let (mut alice, mut bob) = tokio::try_join!(live("a1", "alice", first), live("b1", "bob", second))?;
        befriend(&mut alice, &mut bob, "it is me").await?;
        Ok(Self { lab, alice, bob, publics: [one, two], _root: root })
    }

    /// Waits until both have a way of this kind to the other.
    async fn go(&mut self, kind: &str) -> Result<()> {
        let (alice, bob) = (self.alice.account.clone(), self.bob.account.clone());
        goes(&mut self.alice, &bob, kind).await.context("from Alice")?;
        goes(&mut self.bob, &alice, kind).await.context("from Bob")
    }

    /// A message each way arrives.
    async fn talk(&mut self, words: &str) -> Result<()> {
        let (a, b) = (self.alice.account.clone(), self.bob.account.clone());
        let sent = self.alice.write(&b, &format!("{words}?")).await?;
        self.alice.sees_state(&b, &sent, "delivered").await?;
        let sent = self.bob.write(&a, &format!("{words}!")).await?;
        self.bob.sees_state(&a, &sent, "delivered").await
    }
}

/// A folder for all of a test, and for its logs if they are wanted.
fn folder() -> Result<tempfile::TempDir> {
    let mut root = tempfile::tempdir()?;
    if log().is_some() {
        println!("logs are kept in {}", root.path().display());
        root.disable_cleanup(true);
    }
    Ok(root)
}

fn log() -> Option<String> {
    std::env::var("KITH_LAB_LOG").ok()
}

/// Somebody on a host who knows these public nodes.
async fn person(root: &Path, host: &Namespace, name: &str, links: &[&str]) -> Result<Person> {
    person_with(root, host, name, links, &[]).await
}

async fn person_with(root: &Path, host: &Namespace, name: &str, links: &[&str], arguments: &[&str]) -> Result<Person> {
    let mut home = Home::new(root, name).on(host).with(arguments);
    if !links.is_empty() {
        home = home.with(&[&["--bootstrap"], links].concat());
    }
    if let Some(filter) = log() {
        home = home.with(&["--log", &filter]);
    }
    Person::at(home).await
}

/// Waits until the way from one person to another is of this kind.
async fn goes(from: &mut Person, to: &str, kind: &str) -> Result<()> {
    let api = from.node.api.clone();
    let what = format!("a {kind} path");
    let found = from.events.wait_until(&what, async || {
        let contact = api.call("contacts.get", json!({ "account": to })).await?;
        Ok((contact["path"]["kind"] == kind).then_some(()))
    });
    match found.await {
        Ok(()) => Ok(()),
        Err(error) => {
            let contact = from.call("contacts.get", json!({ "account": to })).await?;
            let status = from.call("network.status", json!({})).await?;
            Err(error).with_context(|| format!("{status:#}, {}", contact["path"]))
        }
    }
}

/// Waits until the status of somebody's network `fits`.
async fn status(of: &mut Person, what: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
    let api = of.node.api.clone();
    let found = of.events.wait_until(what, async || {
        let status = api.call("network.status", json!({})).await?;
        Ok(fits(&status).then_some(status))
    });
    found.await
}

/// The public nodes that hold a place for somebody.
fn relays(status: &Value) -> BTreeSet<String> {
    let all = status["relays"].as_array().into_iter().flatten().filter_map(Value::as_str);
    all.filter_map(|address| address.split("/p2p/").nth(1)?.split('/').next()).map(str::to_owned).collect()
}
