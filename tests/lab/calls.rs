//! Calls between homes: which way the sound takes, and that it goes on when that way is gone.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use kith_media::RATE;
use kith_tests::lab::{Lab, Nat, Side};
use serde_json::json;

use super::{Town, folder, lab};
use crate::calls::{INTACT, Sound, all_said, call, compared, stands};

const MEDIA: &str = "[media]\nstun = true\nturn = true\n";

/// How long a call may be without a way.
const BACK: Duration = Duration::from_secs(8);

/// Two homes whose people say different things.
struct Talk {
    town: Town,
    sounds: [Sound; 2],
    call: String,
}

impl Talk {
    /// They are in a call.
    async fn begin(lab: Lab) -> Result<Self> {
        let root = folder()?;
        let sounds = [Sound::new(root.path(), "alice", 1)?, Sound::new(root.path(), "bob", 2)?];
        let arguments = sounds.each_ref().map(Sound::arguments);
        let arguments = arguments.each_ref().map(|all| all.each_ref().map(String::as_str));
        let [first, second] = &arguments;
        let mut town = Town::with_arguments(root, lab, MEDIA, &[first, second]).await?;
        let call = call(&town.alice, &town.bob).await?;
        stands(&mut town.bob, &call, "incoming").await?;
        town.bob.call("calls.accept", json!({ "call": call })).await?;
        for person in [&mut town.alice, &mut town.bob] {
            stands(person, &call, "connected").await?;
        }
        Ok(Self { town, sounds, call })
    }

    /// Which way the sound takes.
    async fn path(&self) -> Result<String> {
        super::soon("numbers of the call", async || {
            let stats = self.town.alice.call("calls.stats", json!({ "call": self.call })).await?;
            Ok(stats["path"].as_str().context("no path yet")?.to_owned())
        })
        .await
    }

    async fn hang_up(&mut self) -> Result<()> {
        self.town.alice.call("calls.hang_up", json!({ "call": self.call })).await?;
        for person in [&mut self.town.alice, &mut self.town.bob] {
            stands(person, &self.call, "over").await?;
        }
        Ok(())
    }
}

/// Two people behind these NATs call each other, and what they say arrives this way.
async fn cell(a: Nat, b: Nat, kind: &str) -> Result<()> {
    let Some(lab) = lab(|| Lab::new(a, b))? else { return Ok(()) };
    let mut talk = Talk::begin(lab).await?;
    all_said(&talk.town.alice).await?;
    let path = talk.path().await?;
    ensure!(path == kind, "the sound is {path}");
    talk.hang_up().await?;
    let [alice, bob] = &talk.sounds;
    for (said, heard) in [(&alice.said, &bob.heard), (&bob.said, &alice.heard)] {
        let score = compared(said, heard)?;
        println!(
            "similarity {:.3}, {} ms after the session began",
            score.similarity,
            score.delay * 1000 / RATE as usize
        );
        ensure!(score.similarity > INTACT, "{score:?}");
    }
    Ok(())
}

macro_rules! cells {
    ($($name:ident: $a:ident $b:ident $kind:literal;)*) => {$(
        #[tokio::test]
        async fn $name() -> Result<()> {
            cell(Nat::$a, Nat::$b, $kind).await
        }
    )*};
}

cells! {
    full_cone_and_restricted_are_heard: FullCone Restricted "direct";
    port_restricted_and_port_restricted_are_heard: PortRestricted PortRestricted "direct";
    port_restricted_and_symmetric_are_heard: PortRestricted Symmetric "relayed";
    symmetric_and_symmetric_are_heard: Symmetric Symmetric "relayed";
}

#[tokio::test]
async fn a_router_that_starts_anew_interrupts_a_call_for_a_moment() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    let mut talk = Talk::begin(lab).await?;
    talk.town.lab.reboot(Side::A)?;
    let (gone, id) = (Instant::now(), talk.call.clone());
    for person in [&mut talk.town.alice, &mut talk.town.bob] {
        stands(person, &id, "reconnecting").await?;
    }
    for person in [&mut talk.town.alice, &mut talk.town.bob] {
        stands(person, &id, "connected").await?;
    }
    println!("back after {:?}", gone.elapsed());
    ensure!(gone.elapsed() < BACK, "{:?}", gone.elapsed());
    talk.hang_up().await
}
