//! Calls between real processes: what rings, what is heard, what the history says.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use kith_media::{
    Channels, FRAME, RATE, WavSink, WavSource,
    score::{self, Score},
    sound,
};
use kith_tests::{
    people::{Person, befriend},
    process::example,
    rpc::soon,
};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::local_api::bot;

/// What is said, in seconds.
const SPEECH: f32 = 5.0;
/// How long a call has to go on for that.
const SPOKEN_MS: u64 = 5_500;
/// How much of it has to arrive.
pub(crate) const INTACT: f32 = 0.8;
/// A recording begins with the session, up to so many seconds before anything is heard.
const LEAD: u32 = 10;

/// A voice that nobody else has, as a file and as it is.
fn voice(root: &Path, name: &str, seed: u64) -> Result<(PathBuf, Vec<f32>)> {
    let (path, sound) = (root.join(format!("{name}-says.wav")), sound::speech(seed, SPEECH));
    let mut file = WavSink::create(&path, Channels::Mono)?;
    file.write(&sound)?;
    file.finish()?;
    Ok((path, sound))
}

/// What a recording holds.
fn recorded(path: &Path) -> Result<Vec<f32>> {
    let frames: Vec<_> = WavSource::open(path, false)?.collect::<Result<_, _>>()?;
    Ok(frames.into_iter().flatten().collect())
}

/// How much of what was said is in a recording.
pub(crate) fn compared(said: &[f32], path: &Path) -> Result<Score> {
    let heard = recorded(path)?;
    ensure!(heard.len() > said.len() / FRAME * FRAME, "{} samples were recorded", heard.len());
    score::compare(said, &heard, (LEAD * RATE) as usize).context("nothing was heard")
}

/// What somebody says, and where it is recorded what they hear.
pub(crate) struct Sound {
    pub(crate) said: Vec<f32>,
    pub(crate) heard: PathBuf,
    says: PathBuf,
}

impl Sound {
    pub(crate) fn new(root: &Path, name: &str, seed: u64) -> Result<Self> {
        let (says, said) = voice(root, name, seed)?;
        Ok(Self { said, heard: root.join(format!("{name}-heard.wav")), says })
    }

    /// What the program is started with.
    pub(crate) fn arguments(&self) -> [String; 4] {
        let [says, hears] = [&self.says, &self.heard].map(|path| path.display().to_string());
        ["--audio-in".to_owned(), says, "--audio-out".to_owned(), hears]
    }
}

/// Waits until all is said in a call that `of` takes part in.
pub(crate) async fn all_said(of: &Person) -> Result<()> {
    soon("all is said", async || {
        let calls = of.call("calls.list", json!({})).await?;
        let since = calls["calls"][0]["connected_at"].as_u64().context("it goes on")?;
        ensure!(now_ms() >= since + SPOKEN_MS);
        Ok(())
    })
    .await
}

pub(crate) async fn call(from: &Person, to: &Person) -> Result<String> {
    call_with(from, to, json!({})).await
}

/// Calls somebody in a certain way.
pub(crate) async fn call_with(from: &Person, to: &Person, mut how: Value) -> Result<String> {
    how["chat"] = from.chat_with(&to.account).await?.into();
    let call = from.call("calls.start", how).await?;
    ensure!(call["phase"] == "calling" && call["outgoing"] == true, "{call}");
    Ok(call["call"].as_str().context("an id")?.to_owned())
}

/// Waits until a call is in a phase.
pub(crate) async fn stands(of: &mut Person, call: &str, phase: &str) -> Result<Value> {
    let api = of.node.api.clone();
    let what = format!("a call that is {phase}");
    let found = of.events.wait_until(&what, async || {
        let calls = api.call("calls.list", json!({})).await?;
        let calls = calls["calls"].as_array().cloned().unwrap_or_default();
        if phase == "over" {
            return Ok(calls.is_empty().then_some(Value::Null));
        }
        Ok(calls.into_iter().find(|one| one["call"] == call && one["phase"] == phase))
    });
    found.await
}

/// What the history of somebody says of a call.
async fn record(of: &Person, other: &str, call: &str) -> Result<Value> {
    let page = json!({ "chat": of.chat_with(other).await?, "around": call, "before": 0, "after": 0 });
    let page = of.call("chats.history", page).await?;
    ensure!(page["messages"][0]["kind"] == "call", "{page}");
    Ok(page["messages"][0]["call"].clone())
}

#[tokio::test]
async fn two_people_call_each_other_and_hear_what_is_said() -> Result<()> {
    let root = tempfile::tempdir()?;
    let sounds = [Sound::new(root.path(), "ada", 1)?, Sound::new(root.path(), "mara", 2)?];
    let [adas, maras] = sounds.each_ref().map(Sound::arguments);
    let mut ada = Person::new(root.path(), "ada", &adas.each_ref().map(String::as_str)).await?;
    let mut mara = Person::new(root.path(), "mara", &maras.each_ref().map(String::as_str)).await?;
    befriend(&mut ada, &mut mara, "may I call you?").await?;
    let id = call(&ada, &mara).await?;
    stands(&mut ada, &id, "ringing").await?;
    let rings = stands(&mut mara, &id, "incoming").await?;
    ensure!(rings["outgoing"] == false && rings["account"] == ada.account, "{rings}");
    let answered = json!({ "call": id });
    ensure!(ada.node.api.error_of("calls.stats", answered.clone()).await? == "not_found", "nothing goes yet");
    mara.call("calls.accept", answered.clone()).await?;
    for person in [&mut ada, &mut mara] {
        stands(person, &id, "connected").await?;
    }
    mara.call("calls.set", json!({ "call": id, "mic": true })).await?;
    all_said(&ada).await?;
    let stats = ada.call("calls.stats", answered.clone()).await?;
    ensure!(
        stats["path"] == "direct" && stats["codec"] == "opus" && stats["packets_in"].as_u64() > Some(50),
        "{stats}"
    );

    ada.call("calls.hang_up", answered).await?;
    for person in [&mut ada, &mut mara] {
        stands(person, &id, "over").await?;
    }
    for (person, other) in [(&ada, &mara.account), (&mara, &ada.account)] {
        let record = record(person, other, &id).await?;
        ensure!(record["outcome"] == "talked" && record["talked_ms"].as_u64() >= Some(SPOKEN_MS), "{record}");
    }
    let [ada, mara] = sounds;
    for (said, heard) in [(&ada.said, &mara.heard), (&mara.said, &ada.heard)] {
        let score = compared(said, heard)?;
        println!(
            "similarity {:.3}, {} ms after the session began",
            score.similarity,
            score.delay * 1000 / RATE as usize
        );
        ensure!(score.similarity > INTACT, "{score:?}");
    }
    ensure!(compared(&ada.said, &ada.heard)?.similarity < 0.6, "nobody hears themselves");
    Ok(())
}

#[tokio::test]
async fn a_call_is_declined_missed_or_given_up_and_both_know() -> Result<()> {
    let root = tempfile::tempdir()?;
    let mut ada = Person::new(root.path(), "ada", &[]).await?;
    let mut mara = Person::new(root.path(), "mara", &[]).await?;
    befriend(&mut ada, &mut mara, "may I call you?").await?;

    let declined = call(&ada, &mara).await?;
    stands(&mut mara, &declined, "incoming").await?;
    mara.call("calls.decline", json!({ "call": declined })).await?;
    stands(&mut ada, &declined, "over").await?;
    for (person, other) in [(&ada, &mara.account), (&mara, &ada.account)] {
        ensure!(record(person, other, &declined).await?["outcome"] == "declined");
    }

    let missed = call(&ada, &mara).await?;
    stands(&mut mara, &missed, "incoming").await?;
    ada.call("calls.hang_up", json!({ "call": missed })).await?;
    stands(&mut mara, &missed, "over").await?;
    ensure!(record(&mara, &ada.account, &missed).await?["outcome"] == "cancelled");
    ensure!(mara.node.api.error_of("calls.accept", json!({ "call": missed })).await? == "not_found", "it is over");

    // It rings into nothing; what is found later is that there was a call.
    let Person { home, node, account, .. } = mara;
    node.kill().await?;
    let chat = ada.chat_with(&account).await?;
    let unheard = ada.call("calls.start", json!({ "chat": chat })).await?["call"].clone();
    ada.call("calls.hang_up", json!({ "call": unheard })).await?;
    let mut mara = Person::at(home).await?;
    let api = mara.node.api.clone();
    let found = mara.events.wait_until("the call that was missed", async || {
        let page = api.call("chats.history", json!({ "chat": chat, "around": "end", "before": 1 })).await?;
        let last = &page["messages"][0];
        Ok((last["id"] == unheard && last["call"]["outcome"] == "cancelled").then_some(()))
    });
    found.await
}

#[tokio::test]
async fn the_answering_machine_plays_its_recording_and_hangs_up() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (recording, said) = voice(root.path(), "machine", 3)?;
    let sound = Sound::new(root.path(), "ada", 1)?;
    let mut ada = Person::new(root.path(), "ada", &sound.arguments().each_ref().map(String::as_str)).await?;
    let mut machine = Command::new(example("answering_machine")?);
    machine.arg("--local").arg("--profile").arg(root.path().join("machine")).arg("--wav").arg(recording);
    let (_child, link) = bot(machine).await?;
    let account = ada.asks(&link, "").await?["account"].as_str().context("an account")?.to_owned();
    ada.meets(&account).await?;
    let contact = json!({ "account": account });
    let api = ada.node.api.clone();
    ada.events
        .wait_until("to be a contact", async || {
            let contact = api.call("contacts.get", contact.clone()).await?;
            Ok((contact["state"] == "introduced").then_some(()))
        })
        .await?;
    let chat = ada.chat_with(&account).await?;
    let id = ada.call("calls.start", json!({ "chat": chat })).await?["call"].as_str().context("an id")?.to_owned();
    stands(&mut ada, &id, "connected").await?;
    stands(&mut ada, &id, "over").await?;
    ensure!(record(&ada, &account, &id).await?["outcome"] == "talked");
    let score = compared(&said, &sound.heard)?;
    ensure!(score.similarity > INTACT, "{score:?}");
    Ok(())
}

/// Ada has called Mara, who answered.
async fn in_a_call(root: &Path) -> Result<(Person, Person, String)> {
    let mut ada = Person::new(root, "ada", &[]).await?;
    let mut mara = Person::new(root, "mara", &[]).await?;
    befriend(&mut ada, &mut mara, "may I call you?").await?;
    let id = call(&ada, &mara).await?;
    stands(&mut mara, &id, "incoming").await?;
    mara.call("calls.accept", json!({ "call": id })).await?;
    for person in [&mut ada, &mut mara] {
        stands(person, &id, "connected").await?;
    }
    Ok((ada, mara, id))
}

#[tokio::test]
async fn a_program_that_dies_ends_its_call() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (mut ada, mara, id) = in_a_call(root.path()).await?;
    let mara = mara.crash_and_restart().await?;
    ensure!(mara.call("calls.list", json!({})).await?["calls"] == json!([]));
    ensure!(record(&mara, &ada.account, &id).await?["outcome"] == "cancelled");
    stands(&mut ada, &id, "reconnecting").await?;
    ada.call("calls.hang_up", json!({ "call": id })).await?;
    ensure!(record(&ada, &mara.account, &id).await?["outcome"] == "talked");
    Ok(())
}

#[tokio::test]
async fn a_program_that_ends_hangs_up() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (mut ada, mara, id) = in_a_call(root.path()).await?;
    let account = mara.account.clone();
    ensure!(mara.node.terminate().await?.success());
    stands(&mut ada, &id, "over").await?;
    ensure!(record(&ada, &account, &id).await?["outcome"] == "talked");
    Ok(())
}

fn now_ms() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| now.as_millis() as u64)
}
