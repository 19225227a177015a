//! Six words said on the telephone bring two people together.

use anyhow::{Result, ensure};
use kith_tests::{
    people::{Person, text},
    process::BootstrapHome,
};
use serde_json::json;

#[tokio::test]
async fn six_words_are_enough_even_while_who_said_them_is_away() -> Result<()> {
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let arguments = ["--bootstrap", &bootstrap.link()];
    let mut alice = Person::new(root.path(), "alice", &arguments).await?;
    let mut bob = Person::new(root.path(), "bob", &arguments).await?;
    let mut carol = Person::new(root.path(), "carol", &arguments).await?;
    alice.is_online().await?;
    let invite = alice.call("contacts.invite", json!({ "spoken": true })).await?;
    let said = text(&invite, "words")?;
    ensure!(said.split(' ').count() == 6, "{said}");
    let Person { home, node, .. } = alice;
    ensure!(node.terminate().await?.success(), "it did not end in order");

    let heard = said.replace(' ', ", ").to_uppercase();
    let person = bob.call("contacts.preview", json!({ "link": heard })).await?;
    assert_eq!((&person["name"], &person["single_use"]), (&json!("alice"), &json!(true)), "{person}");
    let asked = bob.asks(&heard, "it is me, from the telephone").await?;
    assert_eq!(asked["account"], person["account"]);

    let mut alice = Person::at(home).await?;
    let (api, account) = (alice.node.api.clone(), bob.account.clone());
    let request = alice.events.wait_until("the request", async || {
        let contacts = api.call("contacts.list", json!({})).await?;
        let contacts = contacts["contacts"].as_array().cloned().unwrap_or_default();
        Ok(contacts.into_iter().find(|contact| contact["account"] == account.as_str()))
    });
    assert_eq!(request.await?["request_text"], "it is me, from the telephone");
    alice.call("contacts.accept", json!({ "account": bob.account })).await?;
    bob.write(&alice.account, "there you are").await?;
    alice.reads(&bob.account, &["there you are".to_owned()]).await?;

    let again = carol.node.api.error_of("contacts.add", json!({ "link": said })).await?;
    assert_eq!(again, "used_link", "words for one person brought another");
    carol.is_online().await?;
    let mut wrong: Vec<&str> = said.split(' ').collect();
    wrong.rotate_left(1);
    for (words, code) in [(wrong.join(" "), "not_found"), (wrong[1..].join(" "), "bad_link")] {
        assert_eq!(carol.node.api.error_of("contacts.preview", json!({ "link": words })).await?, code);
    }
    Ok(())
}
