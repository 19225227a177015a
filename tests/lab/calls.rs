//! Calls between homes: which way the sound takes, and that it goes on when that way is gone.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use kith_media::RATE;
use kith_tests::lab::{Lab, Nat, Side};
use serde_json::{Value, json};

use super::{Town, folder, lab};
use crate::calls::{INTACT, Sound, all_said, call, compared, stands};

const MEDIA: &str = "[media]\nstun = true\nturn = true\n";
/// With a relay for iroh, at a port that is reached from everywhere where any is.
const OVERLAY: &str = "[media]\nstun = true\nturn = true\n[iroh_relay]\non = true\nlisten = [\"0.0.0.0:80\"]\n";

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
        Self::begin_with(lab, MEDIA, &[]).await
    }

    /// With these settings for the public nodes, after everybody has set this.
    async fn begin_with(lab: Lab, media: &str, set: &[(&str, Value)]) -> Result<Self> {
        let root = folder()?;
        let sounds = [Sound::new(root.path(), "alice", 1)?, Sound::new(root.path(), "bob", 2)?];
        let arguments = sounds.each_ref().map(Sound::arguments);
        let arguments = arguments.each_ref().map(|all| all.each_ref().map(String::as_str));
        let [first, second] = &arguments;
        let mut town = Town::with_arguments(root, lab, media, &[first, second]).await?;
        for (method, params) in set {
            town.alice.call(method, params.clone()).await?;
            town.bob.call(method, params.clone()).await?;
        }
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
    heard(Talk::begin(lab).await?, kind).await
}

/// What two people say arrives this way, from the beginning.
async fn heard(mut talk: Talk, kind: &str) -> Result<()> {
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

/// Two people, of whom at least one is where no UDP gets through.
async fn without_udp(a: Nat, b: Nat, set: &[(&str, Value)]) -> Result<()> {
    let Some(lab) = lab(|| Lab::new(a, b))? else { return Ok(()) };
    let began = Instant::now();
    let talk = Talk::begin_with(lab, OVERLAY, set).await?;
    println!("in a call {:?} after the first program started", began.elapsed());
    let publics = [&talk.town.publics[0], &talk.town.publics[1]];
    let mut clients = 0;
    for public in publics {
        clients += public.counted("kith_iroh_relay_clients").await?;
    }
    ensure!(clients == 2, "{clients} clients of relays");
    heard(talk, "overlay").await
}

#[tokio::test]
async fn one_without_udp_is_heard_over_a_relay() -> Result<()> {
    without_udp(Nat::UdpBlocked, Nat::PortRestricted, &[]).await
}

#[tokio::test]
async fn two_without_udp_are_heard_over_a_relay() -> Result<()> {
    without_udp(Nat::UdpBlocked, Nat::UdpBlocked, &[]).await
}

/// Who hides tells no address, and the relay is none of theirs.
#[tokio::test]
async fn who_hides_without_udp_is_heard_over_a_relay() -> Result<()> {
    let hide = ("settings.set", json!({ "key": "network.relay_only", "value": true }));
    without_udp(Nat::UdpBlocked, Nat::PortRestricted, &[hide]).await
}

/// They reach nothing but the ports of the web.
#[tokio::test]
async fn two_with_nothing_but_the_web_are_heard_over_a_relay() -> Result<()> {
    without_udp(Nat::WebOnly, Nat::WebOnly, &[]).await
}

/// A network that lets UDP through no more in the middle of a call.
#[tokio::test]
async fn a_call_goes_on_where_udp_is_blocked_all_at_once() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    let mut talk = Talk::begin_with(lab, OVERLAY, &[]).await?;
    ensure!(talk.path().await? == "direct");
    talk.town.lab.set_nat(Side::A, Nat::UdpBlocked)?;
    let (gone, id) = (Instant::now(), talk.call.clone());
    for phase in ["reconnecting", "connected"] {
        for person in [&mut talk.town.alice, &mut talk.town.bob] {
            stands(person, &id, phase).await?;
        }
    }
    println!("back after {:?}", gone.elapsed());
    super::soon("the path over a relay", async || {
        ensure!(talk.path().await? == "overlay");
        Ok(())
    })
    .await?;
    talk.hang_up().await?;
    for public in &talk.town.publics {
        super::soon("the relay has nobody left", async || {
            ensure!(public.counted("kith_iroh_relay_clients").await? == 0);
            Ok(())
        })
        .await?;
    }
    Ok(())
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
