//! People with a running node, told apart by name: what a story reads like.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{
    process::{Home, Node},
    rpc::Events,
};

/// Somebody whose node runs, with the events since it started.
pub struct Person {
    /// The profile.
    pub home: Home,
    /// The node.
    pub node: Node,
    /// What it told.
    pub events: Events,
    /// The account.
    pub account: String,
}

impl Person {
    /// Starts a new person's node.
    ///
    /// # Errors
    /// If it does not get ready.
    pub async fn new(root: &Path, name: &str, arguments: &[&str]) -> Result<Self> {
        Self::at(Home::new(root, name).with(arguments)).await
    }

    /// Starts the node of a profile.
    ///
    /// # Errors
    /// If it does not get ready.
    pub async fn at(mut home: Home) -> Result<Self> {
        let node = home.start().await?;
        home.keep_addresses(&node);
        let events = node.api.events().await?;
        let account = node.account();
        Ok(Self { home, node, events, account })
    }

    /// `kill -9`, and a new start.
    ///
    /// # Errors
    /// If it does not get ready again.
    pub async fn crash_and_restart(self) -> Result<Self> {
        self.node.kill().await?;
        Self::at(self.home).await
    }

    /// The TCP port the node listens on for others.
    #[must_use]
    pub fn port(&self) -> String {
        let listen = self.node.listen();
        listen.first().and_then(|address| address.rsplit('/').next()).unwrap_or_default().to_owned()
    }

    /// Calls a method.
    ///
    /// # Errors
    /// What the API answers.
    pub async fn call(&self, method: &str, params: Value) -> Result<Value> {
        self.node.api.call(method, params).await
    }

    /// A single-use invite.
    ///
    /// # Errors
    /// What the API answers.
    pub async fn invite(&self) -> Result<String> {
        text(&self.call("contacts.invite", json!({})).await?, "link")
    }

    /// Asks the maker of an invite to be a contact.
    ///
    /// # Errors
    /// What the API answers.
    pub async fn asks(&mut self, link: &str, message: &str) -> Result<Value> {
        self.call("contacts.add", json!({ "link": link, "message": message })).await
    }

    /// The chat with a contact.
    ///
    /// # Errors
    /// What the API answers.
    pub async fn chat_with(&self, other: &str) -> Result<String> {
        text(&self.call("chats.open", json!({ "account": other })).await?, "chat")
    }

    /// Writes to a contact.
    ///
    /// # Errors
    /// What the API answers.
    pub async fn write(&self, other: &str, words: &str) -> Result<String> {
        let chat = self.chat_with(other).await?;
        text(&self.call("chats.send", json!({ "chat": chat, "text": words })).await?, "message")
    }

    /// The newest 500 messages of the chat with a contact, oldest first.
    ///
    /// # Errors
    /// What the API answers.
    pub async fn history(&self, other: &str) -> Result<Vec<Value>> {
        let chat = self.chat_with(other).await?;
        let page = self.call("chats.history", json!({ "chat": chat, "before": 500, "after": 0 })).await?;
        Ok(page["messages"].as_array().cloned().unwrap_or_default())
    }

    /// The texts of [`Person::history`].
    ///
    /// # Errors
    /// What the API answers.
    pub async fn texts(&self, other: &str) -> Result<Vec<String>> {
        let history = self.history(other).await?;
        Ok(history.iter().filter_map(|message| message["text"].as_str()).map(str::to_owned).collect())
    }

    /// Waits until the chat with `other` has at least `count` messages.
    ///
    /// # Errors
    /// If that does not come true.
    pub async fn has_read(&mut self, other: &str, count: usize) -> Result<()> {
        let api = self.node.api.clone();
        let chat = self.chat_with(other).await?;
        let mut last = 0;
        let whole = self.events.wait_until("the whole conversation", async || {
            let page = api.call("chats.history", json!({ "chat": chat, "before": 500, "after": 0 })).await?;
            last = page["messages"].as_array().map_or(0, Vec::len);
            Ok((last >= count).then_some(()))
        });
        whole.await.with_context(|| format!("{last} of {count} messages"))
    }

    /// Waits until the chat with `other` has these texts, in this order and no others.
    ///
    /// # Errors
    /// If that does not come true.
    pub async fn reads(&mut self, other: &str, expected: &[String]) -> Result<()> {
        self.has_read(other, expected.len()).await?;
        let texts = self.texts(other).await?;
        ensure!(texts == expected, "read {texts:?}");
        Ok(())
    }

    /// Waits until a message of this person's has got at least as far as `state`.
    ///
    /// # Errors
    /// If it does not.
    pub async fn sees_state(&mut self, other: &str, message: &str, state: &str) -> Result<()> {
        let order = ["queued", "stored", "delivered", "seen"];
        let rank = |word: &str| order.iter().position(|known| *known == word);
        let wanted = rank(state).context("a known state")?;
        let api = self.node.api.clone();
        let chat = self.chat_with(other).await?;
        let what = format!("{state} of {message}");
        let reached = self.events.wait_until(&what, async || {
            let around = json!({ "chat": chat, "around": message, "before": 0, "after": 0 });
            let page = api.call("chats.history", around).await?;
            let found = page["messages"].as_array().into_iter().flatten().find(|found| found["id"] == message);
            let found = found.context("an own message is there")?["state"].as_str().and_then(rank);
            Ok((found >= Some(wanted)).then_some(()))
        });
        reached.await
    }

    /// Waits until every bootstrap node of this person's is connected.
    ///
    /// # Errors
    /// If that does not come true.
    pub async fn is_online(&mut self) -> Result<()> {
        let api = self.node.api.clone();
        let online = self.events.wait_until("the bootstrap nodes", async || {
            let status = api.call("network.status", json!({})).await?;
            let mut all = status["bootstraps"].as_array().into_iter().flatten();
            Ok(all.all(|bootstrap| bootstrap["ok"] == true).then_some(()))
        });
        online.await
    }

    /// Waits until the contact `other` is connected.
    ///
    /// # Errors
    /// If that does not come true.
    pub async fn meets(&mut self, other: &str) -> Result<()> {
        let api = self.node.api.clone();
        let account = other.to_owned();
        let met = self.events.wait_until("a connection", async || {
            let contact = api.call("contacts.get", json!({ "account": account })).await?;
            Ok((contact["presence"] == "online").then_some(()))
        });
        met.await
    }
}

/// Makes `first` invite `second`, who asks; `first` accepts; both know.
///
/// # Errors
/// If a step fails.
pub async fn befriend(first: &mut Person, second: &mut Person, saying: &str) -> Result<()> {
    let link = first.invite().await?;
    let added = second.asks(&link, saying).await?;
    ensure!(added["account"] == first.account.as_str(), "added {added}");
    let asked = |event: &Value| event["contact"]["account"] == second.account.as_str();
    let request = first.events.wait_for("contact.requested", asked).await?;
    ensure!(request["contact"]["request_text"] == saying, "the request says {request}");
    first.call("contacts.accept", json!({ "account": second.account })).await?;
    let (one, two) = (first.account.clone(), second.account.clone());
    for (person, other) in [(first, two), (second, one)] {
        let api = person.node.api.clone();
        let introduced = person.events.wait_until("the introduction", async || {
            let contact = api.call("contacts.get", json!({ "account": other })).await?;
            Ok((contact["state"] == "introduced").then_some(()))
        });
        introduced.await?;
    }
    Ok(())
}

/// A text field of an answer.
///
/// # Errors
/// If there is none.
pub fn text(value: &Value, field: &str) -> Result<String> {
    Ok(value[field].as_str().with_context(|| format!("no {field} in {value}"))?.to_owned())
}
