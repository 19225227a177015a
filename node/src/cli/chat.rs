//! `kithd chat CONTACT`: a terminal chat, line by line.

use std::{collections::BTreeMap, path::Path, time::Duration};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines, Stdin},
    time::Instant,
};

use super::{
    client::{Client, Place, Refusal, Said},
    text,
};

/// Messages shown at the start.
const SHOWN: u32 = 20;
/// How long to wait at the end of a pipe for the states of what was just sent.
const LAST_STATES: Duration = Duration::from_secs(2);

struct Chat {
    client: Client,
    me: String,
    chat: String,
    title: String,
    /// Calls that send a line, by number.
    sending: BTreeMap<u64, String>,
    /// What I wrote here that was not seen yet, by message id.
    pending: BTreeMap<String, Pending>,
}

struct Pending {
    text: String,
    delivered: bool,
}

/// Runs the chat until `/quit`, the end of the input, or the end of the node.
pub(crate) async fn run(folder: &Path, contact: &str) -> Result<()> {
    let mut client = Place::find(folder)?.connect().await?;
    client.call("events.subscribe", json!({})).await?;
    let me = client.call("profile.get", json!({})).await?;
    let contacts = client.call("contacts.list", json!({})).await?;
    let found = choose(&contacts, contact)?;
    let opened = client.call("chats.open", json!({ "account": found["account"] })).await?;
    let mut chat = Chat {
        client,
        me: word(&me["account"]),
        chat: word(&opened["chat"]),
        title: text::safe(name_of(found)),
        sending: BTreeMap::new(),
        pending: BTreeMap::new(),
    };
    chat.show_history().await?;
    let presence = word(&found["presence"]);
    text::print(&format!("-- {} ({presence}); times are UTC; /quit or Ctrl-D ends", chat.title))?;
    let ended = chat.talk(BufReader::new(tokio::io::stdin()).lines()).await;
    chat.client.close().await;
    ended
}

/// The contact meant by an account, a name of mine or their name.
fn choose<'a>(contacts: &'a Value, wanted: &str) -> Result<&'a Value> {
    let all: Vec<&Value> = contacts["contacts"].as_array().into_iter().flatten().collect();
    let same = |value: &Value| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(wanted));
    for field in ["account", "petname", "name"] {
        let found: Vec<_> = all.iter().filter(|contact| same(&contact[field])).copied().collect();
        match found.as_slice() {
            [] => {}
            [one] => return Ok(one),
            many => bail!("{wanted} may be any of these; give the account instead:\n{}", list(many)),
        }
    }
    if all.is_empty() {
        bail!(
            "no contact is called {wanted}; there are none yet: kithd call contacts.invite makes a link for somebody"
        );
    }
    bail!("no contact is called {wanted}; there are:\n{}", list(&all))
}

fn list(contacts: &[&Value]) -> String {
    let line = |contact: &&Value| {
        format!("  {}  {} ({})", word(&contact["account"]), text::safe(name_of(contact)), word(&contact["state"]))
    };
    contacts.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn name_of(contact: &Value) -> &str {
    contact["petname"].as_str().or_else(|| contact["name"].as_str()).unwrap_or_default()
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Chat {
    async fn show_history(&mut self) -> Result<()> {
        let params = json!({ "chat": self.chat, "around": "end", "before": SHOWN, "after": 0 });
        let page = self.client.call("chats.history", params).await?;
        for message in page["messages"].as_array().into_iter().flatten() {
            text::print(&text::message(message, self.author(message)))?;
        }
        self.mark_read().await
    }

    fn author(&self, message: &Value) -> &str {
        if message["author"] == self.me.as_str() { "you" } else { &self.title }
    }

    async fn mark_read(&mut self) -> Result<()> {
        // Its answer says nothing; an error would be told by the next call too.
        self.client.ask("chats.mark_read", json!({ "chat": self.chat })).await.map(drop)
    }

    async fn talk(&mut self, mut input: Lines<BufReader<Stdin>>) -> Result<()> {
        // After the input has ended: until when to wait for the last states.
        let mut until: Option<Instant> = None;
        loop {
            if until.is_some() && self.sending.is_empty() && self.pending.values().all(|message| message.delivered) {
                return Ok(());
            }
            tokio::select! {
                line = input.next_line(), if until.is_none() => match line.context("reading the input")? {
                    Some(line) if line.trim() == "/quit" => until = Some(Instant::now()),
                    Some(line) => self.send(line).await?,
                    None => until = Some(Instant::now() + LAST_STATES),
                },
                said = self.client.next() => match said? {
                    Said::Answer(id, answer) => self.answered(id, answer)?,
                    Said::Event(event) => self.happened(&event).await?,
                },
                () = deadline(until), if self.sending.is_empty() => return Ok(()),
            }
        }
    }

    async fn send(&mut self, line: String) -> Result<()> {
        if line.trim().is_empty() {
            return Ok(());
        }
        let id = self.client.ask("chats.send", json!({ "chat": self.chat, "text": line })).await?;
        self.sending.insert(id, line);
        Ok(())
    }

    fn answered(&mut self, id: u64, answer: std::result::Result<Value, Refusal>) -> Result<()> {
        let Some(line) = self.sending.remove(&id) else { return Ok(()) };
        match answer {
            Ok(sent) => {
                self.wait_for(word(&sent["message"]), line);
                Ok(())
            }
            Err(refusal) => text::print(&format!("!! not sent: {refusal}")),
        }
    }

    fn wait_for(&mut self, message: String, text: String) {
        self.pending.entry(message).or_insert(Pending { text, delivered: false });
    }

    async fn happened(&mut self, event: &Value) -> Result<()> {
        match event["kind"].as_str() {
            Some("message.upserted") if event["message"]["chat"] == self.chat.as_str() => {
                let message = &event["message"];
                if message["author"] != self.me.as_str() {
                    text::print(&text::message(message, &self.title))?;
                    self.mark_read().await?;
                } else if message["state"] == "queued" {
                    // Comes before any change of its state, other than the answer to the call that sent it.
                    self.wait_for(word(&message["id"]), word(&message["text"]));
                }
            }
            Some("message.state") if event["chat"] == self.chat.as_str() => self.state(event)?,
            Some("lagged") => text::print("-- too much happened at once; what was missed is in the history")?,
            Some(_) | None => {}
        }
        Ok(())
    }

    fn state(&mut self, event: &Value) -> Result<()> {
        let (id, state) = (word(&event["message"]), word(&event["state"]));
        let Some(message) = self.pending.get_mut(&id) else { return Ok(()) };
        message.delivered |= state == "delivered";
        let line = format!("   ({state}: {})", excerpt(&message.text));
        if matches!(state.as_str(), "seen" | "failed") {
            self.pending.remove(&id);
        }
        text::print(&line)
    }
}

async fn deadline(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

/// The beginning of a line, to tell which message a state is about.
fn excerpt(line: &str) -> String {
    const CHARACTERS: usize = 24;
    let mut start: String = line.chars().take(CHARACTERS).collect();
    if line.chars().nth(CHARACTERS).is_some() {
        start.push('…');
    }
    text::safe(&start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_found_by_account_petname_or_name() {
        let contacts = json!({ "contacts": [
            { "account": "kith1a", "name": "Bob", "state": "introduced" },
            { "account": "kith1b", "name": "bob", "petname": "Robert", "state": "introduced" },
            { "account": "kith1c", "name": "Carol", "petname": "Bob the builder", "state": "waiting" },
        ] });
        let account = |wanted: &str| choose(&contacts, wanted).map(|found| word(&found["account"]));
        assert_eq!(account("kith1a").unwrap(), "kith1a");
        assert_eq!(account("robert").unwrap(), "kith1b");
        assert_eq!(account("Carol").unwrap(), "kith1c");
        let ambiguous = account("BOB").unwrap_err().to_string();
        assert!(ambiguous.contains("kith1a") && ambiguous.contains("kith1b") && !ambiguous.contains("kith1c"));
        assert!(account("dave").unwrap_err().to_string().contains("kith1c"));
    }

    #[test]
    fn excerpts_are_short_and_safe() {
        assert_eq!(excerpt("short"), "short");
        assert_eq!(excerpt(&"x".repeat(30)), format!("{}…", "x".repeat(24)));
        assert_eq!(excerpt("\u{1b}[0m"), "\\u{1b}[0m");
    }
}
