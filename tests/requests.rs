//! Strangers who come in numbers, through a link that went round.

use anyhow::Result;
use kith_tests::people::Person;
use serde_json::json;

/// How many may ask at once through one link.
const BURST: usize = 10;

#[tokio::test]
async fn a_crowd_at_a_public_link_shuts_nobody_else_out() -> Result<()> {
    let root = tempfile::tempdir()?;
    let mut alice = Person::new(root.path(), "alice", &[]).await?;
    let public = alice.call("contacts.invite", json!({ "single_use": false })).await?;
    let public = public["link"].as_str().unwrap_or_default().to_owned();
    let mut crowd = Vec::new();
    for number in 0..=BURST {
        let asker = Person::new(root.path(), &format!("asker{number}"), &[]).await?;
        // Who is one too many is told what they would be told of somebody who is away.
        let asked = asker.call("contacts.add", json!({ "link": public })).await?;
        assert_eq!((&asked["account"], &asked["state"]), (&json!(alice.account), &json!("waiting")), "{number}");
        crowd.push(asker);
    }
    let requests = |contacts: &serde_json::Value| -> Vec<String> {
        let contacts = contacts["contacts"].as_array().cloned().unwrap_or_default();
        let asking = contacts.iter().filter(|contact| contact["state"] == "requested");
        asking.filter_map(|contact| Some(contact["account"].as_str()?.to_owned())).collect()
    };
    let waiting = requests(&alice.call("contacts.list", json!({})).await?);
    assert_eq!(waiting.len(), BURST);
    let late = crowd.pop().map(|asker| asker.account).unwrap_or_default();
    assert!(!waiting.contains(&late), "the last of the crowd is not let in yet");

    // A friend with a link of their own comes through at once.
    let own = alice.invite().await?;
    let friend = Person::new(root.path(), "friend", &[]).await?;
    friend.call("contacts.add", json!({ "link": own, "message": "it is me" })).await?;
    let wanted = friend.account.clone();
    alice.events.wait_for("contact.requested", |event| event["contact"]["account"] == json!(wanted)).await?;
    // And whoever got in before the limit is answered like anybody.
    alice.call("contacts.accept", json!({ "account": waiting[0] })).await?;
    alice.meets(&waiting[0]).await
}
