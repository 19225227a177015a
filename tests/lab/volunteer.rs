//! A volunteer does what docs/OPERATING.md says, and people behind NATs use the node.

use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Context as _, Result, ensure};
use kith_tests::{
    lab::{Lab, Namespace, Nat},
    people::{Person, befriend},
    process::{Bootstrap, BootstrapHome, Home, program, workspace},
    rpc::Api,
};
use kith_wire::BootstrapLink;
use serde_json::Value;

use super::{goes, lab, soon};

/// The document, and a folder in which its commands are run.
struct Document {
    text: String,
    folder: PathBuf,
}

impl Document {
    fn open(folder: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(workspace().join("docs/OPERATING.md"))?;
        Ok(Self { text, folder: folder.to_owned() })
    }

    /// The lines of the block that follows a line.
    fn block(&self, after: &str) -> Result<Vec<&str>> {
        let (_, rest) = self.text.split_once(&format!("{after}\n\n```\n")).with_context(|| format!("no “{after}”"))?;
        Ok(rest.split_once("\n```").context("the block has no end")?.0.lines().collect())
    }

    /// The command of the first block that begins like this, without its comment.
    fn command(&self, begins: &str) -> Result<Vec<&str>> {
        let lines = self.block("By hand, to try it:")?;
        let line = lines.iter().find(|line| line.starts_with(begins)).with_context(|| format!("no “{begins}”"))?;
        let command = line.split('#').next().unwrap_or_default();
        Ok(command.split_whitespace().skip(1).collect())
    }

    /// The line that begins like this for networks with web ports alone.
    fn web_ports(&self, begins: &str) -> Result<&str> {
        let (_, rest) = self.text.split_once("\n## Networks that let only web ports through\n").context("a section")?;
        let section = rest.split("\n## ").next().unwrap_or_default();
        section.lines().find(|line| line.starts_with(begins)).with_context(|| format!("no “{begins}” for web ports"))
    }

    /// Runs a command of the document on a host to its end.
    async fn run(&self, host: &Namespace, arguments: &[&str]) -> Result<Output> {
        let mut command = host.command(&program("kith-bootstrap")?);
        Ok(command.args(arguments).current_dir(&self.folder).output().await?)
    }

    async fn says(&self, host: &Namespace, begins: &str) -> Result<String> {
        let output = self.run(host, &self.command(begins)?).await?;
        ensure!(output.status.success(), "{begins}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// `run` as it stands there: every port is the one of the configuration.
    async fn start(&self, host: &Namespace) -> Result<Bootstrap> {
        let mut command = host.command(&program("kith-bootstrap")?);
        command.args(self.command("kith-bootstrap run")?).current_dir(&self.folder);
        BootstrapHome::run_as(command, &self.folder.join("node.log")).await
    }
}

/// What the status page shows last.
async fn page(node: &Bootstrap, host: &Namespace) -> Result<Value> {
    let url = node.ready()["http"].as_str().context("an http address")?;
    let api = Api::new(url, "")?.on(Some(host.clone()));
    let status: Value = serde_json::from_slice(&api.http("GET", "/status.json", &[], b"").await?.body)?;
    Ok(status["history"]["hour"].as_array().and_then(|samples| samples.last()).context("a sample")?.clone())
}

/// Waits until the page shows two people and what they have at the node.
async fn page_shows_both(node: &Bootstrap, host: &Namespace) -> Result<()> {
    soon("the page shows it", async || {
        let shown = page(node, host).await?;
        for (name, least) in [("peers", 2.0), ("reservations", 2.0), ("relayed", 1.0)] {
            ensure!(shown[name].as_f64().is_some_and(|number| number >= least), "{name} in {shown}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_the_document_says_makes_a_node_for_people_behind_nats() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::Symmetric, Nat::PortRestricted))? else { return Ok(()) };
    let root = tempfile::tempdir()?;
    let document = Document::open(root.path())?;
    let host = lab.at("pub1");
    let link = document.says(host, "kith-bootstrap init").await?;
    let running = document.start(host).await?;
    ensure!(running.link() == link, "{link} became {}", running.link());
    ensure!(document.says(host, "kith-bootstrap address").await? == link);

    let mut probe = document.command("kith-bootstrap probe")?;
    let place = probe.iter_mut().find(|word| word.starts_with("kith:")).context("no link")?;
    *place = &link;
    let output = document.run(lab.at("a1"), &probe).await?;
    let printed = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let shown = document.block(
        "`probe` prints a line per service (`--json`: one object), and exits with 1 if the node cannot be reached, with 2 if a\nservice it offers does not work:",
    )?;
    let begins = |line: &str| line.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
    let (shown, seen): (Vec<_>, Vec<_>) =
        (shown.into_iter().skip(1).map(begins).collect(), printed.lines().skip(1).map(begins).collect());
    ensure!(shown == seen, "{printed}");

    let live = async |host: &str, name: &str| {
        Person::at(Home::new(root.path(), name).with(&["--bootstrap", &link]).on(lab.at(host))).await
    };
    let (mut alice, mut bob) = tokio::try_join!(live("a1", "alice"), live("b1", "bob"))?;
    befriend(&mut alice, &mut bob, "the link of the volunteer").await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    goes(&mut alice, &b, "relayed").await?;
    let before = alice.write(&b, "hello?").await?;
    alice.sees_state(&b, &before, "delivered").await?;
    page_shows_both(&running, host).await?;
    let said = alice.write(&b, "are you there?").await?;
    running.kill().await?;
    let meant = bob.write(&a, "and you?").await?;
    let running = document.start(host).await?;
    alice.sees_state(&b, &said, "delivered").await?;
    bob.sees_state(&a, &meant, "delivered").await?;
    let (mine, theirs) = (alice.texts(&b).await?, bob.texts(&a).await?);
    ensure!(mine.len() == theirs.len() && mine.len() >= 3, "{mine:?} and {theirs:?}");
    page_shows_both(&running, host).await
}

/// As [`Nat::WebOnly`] has it: nothing leaves but TCP to 80 and 443.
#[tokio::test]
async fn what_the_document_says_of_web_ports_reaches_people_who_have_nothing_else() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::WebOnly, Nat::PortRestricted))? else { return Ok(()) };
    let root = tempfile::tempdir()?;
    let document = Document::open(root.path())?;
    let host = lab.at("pub1");
    document.says(host, "kith-bootstrap init").await?;
    let settings = root.path().join("node/config.toml");
    let written = std::fs::read_to_string(&settings)?;
    let line = document.web_ports("listen = ")?;
    let listen = written.lines().find(|line| line.starts_with("listen = ")).context("where it listens")?;
    std::fs::write(&settings, written.replacen(&format!("\n{listen}\n"), &format!("\n{line}\n"), 1))?;
    let running = document.start(host).await?;
    let link = running.link();
    let live = async |host: &str, name: &str| {
        Person::at(Home::new(root.path(), name).with(&["--bootstrap", &link]).on(lab.at(host))).await
    };
    let (mut alice, mut bob) = tokio::try_join!(live("a1", "alice"), live("b1", "bob"))?;
    alice.is_online().await?;
    befriend(&mut alice, &mut bob, "from a hotel").await?;
    let b = bob.account.clone();
    let said = alice.write(&b, "at last").await?;
    alice.sees_state(&b, &said, "delivered").await?;
    // With `external` others are told what stands there alone.
    let external = document.web_ports("external = ")?;
    ensure!(external.contains("/tcp/443/tls/ws"), "{external}");
    running.kill().await?;
    std::fs::write(
        &settings,
        std::fs::read_to_string(&settings)?.replacen("\nexternal = []\n", &format!("\n{external}\n"), 1),
    )?;
    let running = document.start(host).await?;
    let link = BootstrapLink::parse(&running.link())?;
    ensure!(link.addresses.iter().any(|address| address.ends_with("/tcp/443/tls/ws")), "{:?}", link.addresses);
    Ok(())
}
