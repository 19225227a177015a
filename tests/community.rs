//! A private community: its bootstrap node serves those who have its token, and tells others so.

use anyhow::{Result, ensure};
use kith_tests::{
    people::{Person, befriend},
    process::BootstrapHome,
};
use serde_json::{Value, json};

fn settings(token: &str) -> String {
    let access = format!("private = true\ntokens = [\"{}\"]", token.repeat(32));
    format!("notice = \"For the chess club\"\n[access]\n{access}\n[mailbox]\non = true\n")
}

/// Waits until the only bootstrap node of somebody is as `wanted`.
async fn sees(person: &mut Person, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
    let api = person.node.api.clone();
    let seen = person.events.wait_until("the bootstrap node", async || {
        let status = api.call("network.status", json!({})).await?;
        Ok(Some(status["bootstraps"][0].clone()).filter(|node| wanted(node)))
    });
    seen.await
}

#[tokio::test]
async fn members_meet_at_their_own_node_and_others_are_told_why_not() -> Result<()> {
    let root = tempfile::tempdir()?;
    let home = BootstrapHome::init(root.path()).await?;
    home.configure(&settings("a"))?;
    let bootstrap = home.start().await?;
    let members = home.address().await?;
    ensure!(members != bootstrap.link(), "the token is in the link of members alone");

    let mut alice = Person::new(root.path(), "alice", &["--bootstrap", &members]).await?;
    let mut bob = Person::new(root.path(), "bob", &["--bootstrap", &members]).await?;
    let mut carol = Person::new(root.path(), "carol", &["--bootstrap", &bootstrap.link()]).await?;
    let node = sees(&mut alice, |node| node["ok"] == true && node["notice"] != Value::Null).await?;
    assert_eq!((&node["notice"], &node["refused"]), (&json!("For the chess club"), &json!(false)), "{node}");
    let offers: Vec<&str> = node["offers"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    ensure!(offers.contains(&"private") && offers.contains(&"mailbox") && offers.contains(&"stun"), "{offers:?}");
    let outside = sees(&mut carol, |node| node["refused"] == true).await?;
    assert_eq!(outside["ok"], false, "{outside}");
    let steps = carol.call("network.test", json!({})).await?;
    let step = |step: &&Value| step["name"] == "bootstrap";
    let step = steps["steps"].as_array().into_iter().flatten().find(step).cloned().unwrap_or_default();
    ensure!(step["ok"] == false && step["detail"].to_string().contains("members only"), "{step}");

    befriend(&mut alice, &mut bob, "from the club").await?;
    bob.write(&alice.account, "your move").await?;
    alice.reads(&bob.account, &["your move".to_owned()]).await?;

    home.configure(&settings("b"))?;
    bootstrap.reload()?;
    let renewed = home.address().await?;
    ensure!(renewed != members, "another token, another link");
    carol.call("network.add_bootstrap", json!({ "address": renewed })).await?;
    carol.is_online().await?;
    let node = sees(&mut carol, |node| node["ok"] == true).await?;
    assert_eq!(node["refused"], false, "who has the new token is let in: {node}");
    Ok(())
}
