//! Met through relays alone: contacts talk as ever, and do not learn where somebody is.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::messages::two;
use kith_tests::people::Person;

/// Waits until the way from one person to another is of this kind.
async fn goes(from: &mut Person, to: &str, kind: &str) -> Result<Value> {
    let api = from.node.api.clone();
    let what = format!("a {kind} path");
    let found = async || {
        let contact = api.call("contacts.get", json!({ "account": to })).await?;
        Ok((contact["path"]["kind"] == kind).then(|| contact["path"].clone()))
    };
    from.events.wait_until(&what, found).await
}

#[tokio::test]
async fn who_hides_behind_relays_talks_as_ever_until_they_show_themselves() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (mut alice, mut bob, _bootstrap) = two(root.path()).await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    goes(&mut bob, &a, "direct").await?;
    let hide = |on: bool| json!({ "key": "network.relay_only", "value": on });
    assert_eq!(
        alice.node.api.error_of("settings.set", json!({ "key": "network.relay_only", "value": 1 })).await?,
        "invalid_argument"
    );

    alice.call("settings.set", hide(true)).await?;
    for (person, other) in [(&mut alice, &b), (&mut bob, &a)] {
        let path = goes(person, other, "relayed").await?;
        ensure!(path["via"].is_string(), "{path}");
    }
    let said = alice.write(&b, "from behind the relay").await?;
    alice.sees_state(&b, &said, "delivered").await?;
    let status = alice.call("network.status", json!({})).await?;
    let told = status["addresses"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let open: Vec<&str> = told.filter(|address| !address.contains("/p2p-circuit")).collect();
    ensure!(open.is_empty(), "others are told {open:?}");

    // It is kept: after a crash nobody is met directly either.
    let mut alice = alice.crash_and_restart().await?;
    goes(&mut alice, &b, "relayed").await?;
    let said = bob.write(&a, "are you still hiding?").await?;
    bob.sees_state(&a, &said, "delivered").await?;

    alice.call("settings.set", hide(false)).await?;
    goes(&mut alice, &b, "direct").await?;
    goes(&mut bob, &a, "direct").await?;
    bob.reads(&a, &["from behind the relay".to_owned(), "are you still hiding?".to_owned()]).await
}
