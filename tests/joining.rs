//! Getting in without knowing a bootstrap node: the first invite brings one.

use std::net::TcpListener;

use anyhow::{Result, ensure};
use kith_tests::{
    people::{Person, befriend},
    process::BootstrapHome,
    rpc::soon,
};
use kith_wire::BootstrapLink;
use serde_json::{Value, json};

async fn bootstraps(person: &Person) -> Result<Vec<String>> {
    let status = person.call("network.status", json!({})).await?;
    let all = status["bootstraps"].as_array().into_iter().flatten();
    Ok(all.filter_map(|node| node["address"].as_str()).map(str::to_owned).collect())
}

async fn is_joined(person: &mut Person) -> Result<Value> {
    let api = person.node.api.clone();
    let found = person.events.wait_until("a bootstrap node", async || {
        let status = api.call("network.status", json!({})).await?;
        Ok((status["bootstraps"][0]["ok"] == true).then(|| status["bootstraps"][0].clone()))
    });
    found.await
}

#[tokio::test]
async fn whoever_follows_an_invite_joins_where_its_maker_is() -> Result<()> {
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let (link, other) = (bootstrap.link(), BootstrapHome::called(root.path(), "other").await?.start().await?);
    let mut ada = Person::new(root.path(), "ada", &["--bootstrap", &link]).await?;
    let mut mara = Person::new(root.path(), "mara", &[]).await?;
    let mut robin = Person::new(root.path(), "robin", &["--bootstrap", &other.link()]).await?;
    ensure!(bootstraps(&mara).await?.is_empty(), "she knows none");
    befriend(&mut ada, &mut mara, "your link brought me here").await?;
    let joined = is_joined(&mut mara).await?;
    ensure!(joined["host"] == "127.0.0.1" && joined["transport"].is_string(), "{joined}");

    befriend(&mut ada, &mut robin, "I have my own").await?;
    ensure!(bootstraps(&robin).await? == [other.link()], "who has one gets no other");

    let mut mara = mara.crash_and_restart().await?;
    let kept = bootstraps(&mara).await?;
    ensure!(kept.len() == 1, "it is kept: {kept:?}");
    is_joined(&mut mara).await?;
    mara.call("network.remove_bootstrap", json!({ "address": kept[0] })).await?;
    ensure!(bootstraps(&mara).await?.is_empty());
    let sent = mara.write(&ada.account, "and I am still here").await?;
    mara.sees_state(&ada.account, &sent, "delivered").await
}

/// A volunteer may have a name and no address that stays.
#[tokio::test]
async fn an_invite_leads_to_a_node_that_has_only_a_name() -> Result<()> {
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let link = BootstrapLink::parse(&bootstrap.link())?;
    let named = link.addresses.iter().filter(|address| address.starts_with("/ip4/127.0.0.1/"));
    let named = named.map(|address| address.replace("/ip4/127.0.0.1/", "/dns4/localhost/")).collect();
    let link = BootstrapLink::new(link.transport, named, link.services).to_string();
    let mut ada = Person::new(root.path(), "ada", &["--bootstrap", &link]).await?;
    is_joined(&mut ada).await?;
    let mut mara = Person::new(root.path(), "mara", &[]).await?;
    let invite = ada.invite().await?;
    let seen = mara.call("contacts.preview", json!({ "link": invite })).await?;
    ensure!(seen["name"] == "ada", "{seen}");
    befriend(&mut ada, &mut mara, "your node has a name").await?;
    let joined = is_joined(&mut mara).await?;
    ensure!(joined["host"] == "localhost", "{joined}");
    Ok(())
}

/// The chosen node is gone, and so is everybody's last address: its neighbour, whom nobody chose, is enough to meet.
#[tokio::test]
async fn a_neighbour_steps_in_for_a_node_that_is_gone() -> Result<()> {
    let root = tempfile::tempdir()?;
    let neighbour = BootstrapHome::called(root.path(), "neighbour").await?.start().await?;
    let home = BootstrapHome::init(root.path()).await?;
    home.configure(&format!("bootstraps = [\"{}\"]\n", neighbour.link()))?;
    let chosen = home.start().await?;
    let named = async |person: &mut Person, fits: fn(&Value) -> bool| {
        let api = person.node.api.clone();
        let found = person.events.wait_until("bootstrap nodes", async || {
            let status = api.call("network.status", json!({})).await?;
            let all = status["bootstraps"].as_array().cloned().unwrap_or_default();
            Ok(all.iter().any(fits).then_some(()))
        });
        found.await
    };
    // What it names as its neighbours are those it is connected to.
    soon("the two bootstrap nodes meet", async || {
        ensure!(chosen.counted(None, "kith_bootstraps_connected").await? == 1);
        Ok(())
    })
    .await?;
    let arguments = ["--bootstrap", &chosen.link()];
    let mut ada = Person::new(root.path(), "ada", &arguments).await?;
    let mut mara = Person::new(root.path(), "mara", &arguments).await?;
    befriend(&mut ada, &mut mara, "we have one node").await?;
    for person in [&mut ada, &mut mara] {
        named(person, |node| node["offers"] != Value::Null && node["borrowed"] == false).await?;
    }
    chosen.kill().await?;
    named(&mut ada, |node| node["ok"] == true && node["borrowed"] == true).await?;

    // As if both had moved: nobody is where the other knew them.
    let elsewhere = async |person: Person| {
        let Person { home, node, .. } = person;
        ensure!(node.terminate().await?.success());
        // Any free port would be the one of before: a node comes back where it was.
        let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        Person::at(home.listen(&format!("/ip4/127.0.0.1/tcp/{free}"))).await
    };
    let (mut ada, mut mara) = (elsewhere(ada).await?, elsewhere(mara).await?);
    for person in [&mut ada, &mut mara] {
        named(person, |node| node["ok"] == true && node["borrowed"] == true).await?;
    }
    let sent = mara.write(&ada.account, "without our node").await?;
    mara.sees_state(&ada.account, &sent, "delivered").await?;

    // The one that was chosen is asked all the time, and one's own again.
    let status = ada.call("network.status", json!({})).await?;
    let first = &status["bootstraps"][0];
    ensure!(first["ok"] == false && first["borrowed"] == false, "{status}");
    let one = json!({ "address": status["bootstraps"][1]["address"] });
    ensure!(ada.node.api.error_of("network.remove_bootstrap", one).await? == "not_found", "nobody chose it");
    ada.reads(&mara.account, &["without our node".to_owned()]).await
}
