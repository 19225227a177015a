//! A contact's node that keeps mail: three people and no bootstrap node.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use kith_tests::{
    people::{Person, befriend, text},
    process::Home,
    rpc::WAIT_LIMIT,
};
use serde_json::{Value, json};

/// A word nobody uses.
const MARKER: &str = "quillwort";

async fn until(what: &str, asked: impl AsyncFn() -> Result<bool>) -> Result<()> {
    let mut again = tokio::time::interval(Duration::from_millis(50));
    let answered = async {
        while !asked().await? {
            again.tick().await;
        }
        Ok(())
    };
    tokio::time::timeout(WAIT_LIMIT, answered).await.with_context(|| format!("never: {what}"))?
}

async fn contact(person: &Person, other: &str) -> Result<Value> {
    person.call("contacts.get", json!({ "account": other })).await
}

/// Waits until somebody has this many open queues at the mailboxes that `keeper` keeps.
async fn has_queues(person: &Person, keeper: &str, count: u64) -> Result<()> {
    let open = async || {
        let listed = person.call("mailboxes.list", json!({})).await?;
        let kept = listed["mailboxes"].as_array().into_iter().flatten().filter(|one| one["kept_by"] == keeper);
        let queues: u64 = kept.filter_map(|one| one["queues"].as_u64()).sum();
        Ok(if count == 0 { queues == 0 } else { queues >= count })
    };
    until("queues at the keeper's", open).await
}

async fn serve(person: &Person, params: Value) -> Result<Value> {
    person.call("mailboxes.serve", params).await
}

async fn keeps(person: &Person, field: &str, fits: impl Fn(u64) -> bool) -> Result<()> {
    let kept = async || Ok(serve(person, json!({})).await?[field].as_u64().is_some_and(&fits));
    until(field, kept).await
}

async fn leaves(person: Person) -> Result<Home> {
    let Person { home, node, .. } = person;
    ensure!(node.terminate().await?.success(), "it did not end in order");
    Ok(home)
}

/// Whether the marker is in any file below the folder.
fn is_readable(folder: &Path) -> Result<bool> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let found = if path.is_dir() {
            is_readable(&path)?
        } else {
            fs::read(&path)?.windows(MARKER.len()).any(|window| window.eq_ignore_ascii_case(MARKER.as_bytes()))
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Alice and Bob, and Carol who keeps mail for Alice. All are contacts of each other's but Bob and Carol.
async fn three(root: &Path) -> Result<[Person; 3]> {
    let mut alice = Person::new(root, "alice", &[]).await?;
    let mut bob = Person::new(root, "bob", &[]).await?;
    let mut carol = Person::new(root, "carol", &["--mailbox", "on", "--mailbox-quota-mb", "16"]).await?;
    befriend(&mut alice, &mut bob, "I am Bob").await?;
    befriend(&mut alice, &mut carol, "I am Carol").await?;
    alice.meets(&carol.account).await?;
    carol.meets(&alice.account).await?;
    carol.call("mailboxes.offer", json!({ "account": alice.account, "on": true })).await?;
    // One for each contact, and two to spare.
    has_queues(&alice, &carol.account, 4).await?;
    Ok([alice, bob, carol])
}

/// Waits until what `person` said to `other` so far is on their disk.
async fn is_heard(person: &mut Person, other: &str, words: &str) -> Result<()> {
    let message = person.write(other, words).await?;
    person.sees_state(other, &message, "delivered").await
}

#[tokio::test]
async fn a_contact_keeps_mail_for_somebody_who_is_away() -> Result<()> {
    let root = tempfile::tempdir()?;
    let [mut alice, mut bob, carol] = three(root.path()).await?;
    assert_eq!(contact(&carol, &alice.account).await?["mail_offered"], true);
    assert_eq!(contact(&alice, &carol.account).await?["keeps_mail"], true);
    assert_eq!(contact(&alice, &bob.account).await?.get("keeps_mail"), None);
    // What Alice says is in order: when this has come, Bob knows where she finds mail.
    is_heard(&mut alice, &bob.account.clone(), "I am off").await?;
    let (alice_account, bob_account) = (alice.account.clone(), bob.account.clone());
    let alice = leaves(alice).await?;

    let mut expected = vec!["I am off".to_owned()];
    let mut last = String::new();
    for number in 0..20 {
        expected.push(format!("{MARKER} {number}"));
        last = bob.write(&alice_account, &format!("{MARKER} {number}")).await?;
    }
    bob.sees_state(&alice_account, &last, "stored").await?;
    keeps(&carol, "envelopes", |count| count >= 20).await?;
    let bob = leaves(bob).await?;
    let kept = serve(&carol, json!({})).await?;
    assert_eq!(
        (&kept["on"], &kept["reachable"], &kept["quota_mb"]),
        (&json!(true), &json!(true), &json!(16)),
        "{kept}"
    );
    assert_eq!(kept["offered"], json!([alice_account]), "{kept}");
    assert!(kept["used_bytes"].as_u64() > Some(20 * 512) && kept["oldest_until"].is_u64(), "{kept}");
    assert!(!is_readable(&carol.home.profile)?, "the keeper's disk shows what Bob wrote");

    // The power goes out at Carol's.
    let carol = carol.crash_and_restart().await?;
    assert!(!is_readable(&carol.home.profile)?);
    let again = serve(&carol, json!({})).await?;
    for field in ["on", "envelopes", "used_bytes", "link", "token"] {
        assert_eq!(again[field], kept[field], "{field}");
    }

    let mut alice = Person::at(alice).await?;
    alice.reads(&bob_account, &expected).await?;
    keeps(&carol, "envelopes", |count| count == 0).await?;
    let mut bob = Person::at(bob).await?;
    bob.sees_state(&alice_account, &last, "delivered").await?;
    alice.reads(&bob_account, &expected).await?;

    // Carol takes it back: nothing of Alice's lies there, and nothing new comes.
    is_heard(&mut bob, &alice_account, "there you are").await?;
    carol.call("mailboxes.offer", json!({ "account": alice_account, "on": false })).await?;
    keeps(&carol, "queues", |count| count == 0).await?;
    has_queues(&alice, &carol.account, 0).await?;
    assert_eq!(contact(&alice, &carol.account).await?.get("keeps_mail"), None);
    is_heard(&mut alice, &bob_account, "off again").await?;
    leaves(alice).await?;
    let late = bob.write(&alice_account, "anybody?").await?;
    let asked = async || {
        let listed = bob.call("mailboxes.list", json!({})).await?;
        Ok(listed["waiting"] == 0)
    };
    until("Bob knows no mailbox of Alice's", asked).await?;
    let state = bob.history(&alice_account).await?.into_iter().find(|message| message["id"] == late.as_str());
    assert_eq!(state.context("it is there")?["state"], "queued");
    assert_eq!(serve(&carol, json!({})).await?["envelopes"], 0);
    Ok(())
}

#[tokio::test]
async fn a_full_mailbox_loses_nothing() -> Result<()> {
    let root = tempfile::tempdir()?;
    let [mut alice, mut bob, carol] = three(root.path()).await?;
    is_heard(&mut alice, &bob.account.clone(), "I am off").await?;
    let (alice_account, bob_account) = (alice.account.clone(), bob.account.clone());
    let alice = leaves(alice).await?;
    // A message of 16 KiB is padded to 64: of them, 8 MiB are fewer than 130.
    let long = "long words ".repeat(1_480);
    let mut expected = vec!["I am off".to_owned()];
    let mut ids = Vec::new();
    for number in 0..140 {
        expected.push(format!("{number} {long}").trim_end().to_owned());
        ids.push(bob.write(&alice_account, expected.last().context("one")?).await?);
    }
    keeps(&carol, "used_bytes", |bytes| bytes > (8 << 20) - (66 << 10)).await?;
    let kept = serve(&carol, json!({})).await?;
    assert!(kept["used_bytes"].as_u64() <= Some(8 << 20), "{kept}");
    let history = bob.history(&alice_account).await?;
    let state =
        |id: &String| history.iter().find(|message| message["id"] == id.as_str()).map(|one| one["state"].clone());
    assert_eq!(ids.first().and_then(state), Some(json!("stored")));
    assert_eq!(ids.last().and_then(state), Some(json!("queued")));

    let mut alice = Person::at(alice).await?;
    alice.reads(&bob_account, &expected).await?;
    bob.sees_state(&alice_account, ids.last().context("one")?, "delivered").await?;
    alice.reads(&bob_account, &expected).await
}

#[tokio::test]
async fn a_mailbox_of_ones_own_is_switched_on_offered_and_erased() -> Result<()> {
    let root = tempfile::tempdir()?;
    let [alice, _bob, mut carol] = three(root.path()).await?;
    let error = async |person: &Person, method: &str, params: Value| person.node.api.error_of(method, params).await;
    for bad in [json!({ "quota_mb": 15 }), json!({ "quota_mb": 65_537 }), json!({ "erase": true })] {
        assert_eq!(error(&carol, "mailboxes.serve", bad).await?, "invalid_argument");
    }
    let offer = json!({ "account": carol.account, "on": true });
    assert_eq!(error(&alice, "mailboxes.offer", offer).await?, "not_allowed", "she keeps none");
    let stranger = json!({ "account": carol.account, "on": true });
    assert_eq!(error(&carol, "mailboxes.offer", stranger).await?, "not_found");

    // A second node of Carol's own: the link and the token are all it takes.
    let shown = serve(&carol, json!({})).await?;
    let (link, token) = (text(&shown, "link")?, text(&shown, "token")?);
    let second = Person::new(root.path(), "second", &[]).await?;
    second.call("mailboxes.add", json!({ "address": link, "token": token })).await?;
    let opened = async || {
        let listed = second.call("mailboxes.list", json!({})).await?;
        Ok(listed["mailboxes"][0]["queues"].as_u64() >= Some(2))
    };
    until("queues of the second node", opened).await?;
    assert_eq!(error(&carol, "mailboxes.add", json!({ "address": link })).await?, "bad_link", "her own");

    // Alice does not want it, and is not asked again before it is offered anew.
    let listed = alice.call("mailboxes.list", json!({})).await?;
    let address = text(&listed["mailboxes"][0], "address")?;
    alice.call("mailboxes.remove", json!({ "address": address })).await?;
    assert_eq!(contact(&alice, &carol.account).await?.get("keeps_mail"), None);
    carol.call("mailboxes.offer", json!({ "account": alice.account, "on": false })).await?;
    carol.call("mailboxes.offer", json!({ "account": alice.account, "on": true })).await?;
    has_queues(&alice, &carol.account, 2).await?;

    // Off: Alice is told, and it is on again after a restart only if it was.
    let off = serve(&carol, json!({ "on": false })).await?;
    assert_eq!((&off["on"], off.get("link"), off.get("token")), (&json!(false), None, None), "{off}");
    assert!(off["queues"].as_u64() > Some(0), "{off}");
    let alone = async || {
        let listed = alice.call("mailboxes.list", json!({})).await?;
        Ok(listed["mailboxes"].as_array().is_some_and(Vec::is_empty))
    };
    until("Alice knows that it is off", alone).await?;
    carol.home = Home::new(root.path(), "carol");
    let mut carol = carol.crash_and_restart().await?;
    assert_eq!(serve(&carol, json!({})).await?["on"], false);
    carol.meets(&alice.account).await?;
    serve(&carol, json!({ "on": true })).await?;
    has_queues(&alice, &carol.account, 2).await?;

    let mail = carol.home.profile.join("mail");
    assert!(fs::read_dir(&mail)?.count() > 0);
    let erased = serve(&carol, json!({ "on": false, "erase": true })).await?;
    assert_eq!((&erased["queues"], &erased["used_bytes"]), (&json!(0), &json!(0)), "{erased}");
    assert_eq!(fs::read_dir(&mail)?.count(), 0, "nothing is left");

    // Who is blocked is kept nothing for.
    serve(&carol, json!({ "on": true })).await?;
    has_queues(&alice, &carol.account, 2).await?;
    carol.call("contacts.block", json!({ "account": alice.account })).await?;
    assert_eq!(serve(&carol, json!({})).await?["offered"], json!([]));
    keeps(&carol, "queues", |count| count <= 2).await?;
    alice.call("contacts.remove", json!({ "account": carol.account })).await?;
    until("Alice forgets her mailbox", async || {
        let listed = alice.call("mailboxes.list", json!({})).await?;
        Ok(listed["mailboxes"].as_array().is_some_and(Vec::is_empty))
    })
    .await
}
