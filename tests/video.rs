//! Pictures in calls between real processes: what one side shows is what the other sees.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use kith_media::video::{Y4mSource, pattern};
use kith_tests::{
    people::{Person, befriend},
    rpc::soon,
};
use serde_json::{Value, json};

use crate::calls::{call_with, stands};

/// Of the pictures that were taken, so many have to be seen, in percent: two programs and two codecs share this machine.
const SEEN: usize = 75;
/// Three seconds of them.
const ENOUGH: u64 = 90;

/// Which pictures of the pattern were seen, each time it was shown from its beginning.
fn seen(path: &Path) -> Result<Vec<Vec<u32>>> {
    let mut all: Vec<Vec<u32>> = vec![Vec::new()];
    for picture in Y4mSource::open(path)? {
        // What is being written now is not whole yet.
        let Ok(picture) = picture else { break };
        let number = pattern::number(&picture).context("a picture without a number")?;
        let last = all.last_mut().context("a list")?;
        if last.last().is_some_and(|before| number < *before) {
            all.push(vec![number]);
        } else {
            last.push(number);
        }
    }
    Ok(all)
}

async fn stats(of: &Person, call: &str) -> Result<Value> {
    of.call("calls.stats", json!({ "call": call })).await
}

/// Waits until so many pictures more than `before` were seen.
async fn more(of: &Person, call: &str, before: u64, count: u64) -> Result<u64> {
    soon("pictures", async || {
        let stats = stats(of, call).await?;
        let frames = stats["video_in"]["frames"].as_u64().unwrap_or(0);
        ensure!(frames >= before + count, "{} of {count}: {stats}", frames.saturating_sub(before));
        Ok(frames)
    })
    .await
}

/// Waits until a call reads like this.
async fn reads(of: &mut Person, call: &str, field: &str, value: bool) -> Result<()> {
    let api = of.node.api.clone();
    let what = format!("{field} to be {value}");
    let found = of.events.wait_until(&what, async || {
        let calls = api.call("calls.list", json!({})).await?;
        Ok((calls["calls"][0]["call"] == call && calls["calls"][0][field] == value).then_some(()))
    });
    found.await
}

#[tokio::test]
async fn what_a_camera_shows_is_seen_until_it_is_switched_off_and_again_when_it_is_on() -> Result<()> {
    let root = tempfile::tempdir()?;
    let film = root.path().join("seen.y4m");
    let mut ada = Person::new(root.path(), "ada", &["--video-in", "pattern", "--audio-in", "tone"]).await?;
    let output = film.display().to_string();
    let mut mara = Person::new(root.path(), "mara", &["--video-out", &output]).await?;
    befriend(&mut ada, &mut mara, "may I see you?").await?;
    let id = call_with(&ada, &mara, json!({ "video": true })).await?;
    let rings = stands(&mut mara, &id, "incoming").await?;
    ensure!(rings["their_camera"] == true && rings["camera"] == false, "{rings}");
    ensure!(!film.exists(), "nothing is seen before it is answered");
    mara.call("calls.accept", json!({ "call": id })).await?;
    for person in [&mut ada, &mut mara] {
        stands(person, &id, "connected").await?;
    }
    let before = more(&mara, &id, 0, ENOUGH).await?;
    let (sends, sees) = (stats(&ada, &id).await?["video_out"].clone(), stats(&mara, &id).await?["video_in"].clone());
    println!("sent {sends}, seen {sees}");
    ensure!(sees["codec"] == "h264" && sees["width"].as_u64() >= Some(160), "{sees}");
    ensure!(sees["frames_per_second"].as_u64() >= Some(5) && sees["bitrate"].as_u64() > Some(10_000), "{sees}");
    ensure!(sends["paused"] == false, "{sends}");
    ensure!(stats(&mara, &id).await?["video_out"].is_null(), "Mara shows nothing");

    ada.call("calls.set", json!({ "call": id, "camera": false })).await?;
    reads(&mut mara, &id, "their_camera", false).await?;
    let off = stopped(&ada, &mara, &id).await?;
    ensure!(off >= before, "{off} {before}");

    ada.call("calls.set", json!({ "call": id, "camera": true })).await?;
    reads(&mut mara, &id, "their_camera", true).await?;
    more(&mara, &id, off, ENOUGH).await?;

    let shown = seen(&film)?;
    ensure!(shown.len() == 2, "shown twice, from the beginning: {}", shown.len());
    for numbers in shown {
        let (first, last) = (numbers.first().context("some")?, numbers.last().context("some")?);
        println!("{} pictures of {first} to {last}", numbers.len());
        ensure!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        ensure!(numbers.len() * 100 >= (last - first + 1) as usize * SEEN, "{} of {first}..{last}", numbers.len());
    }

    // Whoever has no camera cannot switch it on.
    mara.call("calls.set", json!({ "call": id, "camera": true })).await?;
    reads(&mut mara, &id, "camera", false).await?;
    reads(&mut ada, &id, "their_camera", false).await?;
    ada.call("calls.hang_up", json!({ "call": id })).await?;
    stands(&mut mara, &id, "over").await?;
    Ok(())
}

/// Waits until nothing is sent any more, and a second of sound longer; how many pictures were seen by then, and not one more.
async fn stopped(from: &Person, to: &Person, call: &str) -> Result<u64> {
    let packets = async || Ok::<_, anyhow::Error>(stats(to, call).await?["packets_in"].as_u64().unwrap_or(0));
    soon("nothing to be sent", async || {
        let stats = stats(from, call).await?;
        ensure!(stats["video_out"].is_null(), "{stats}");
        Ok(())
    })
    .await?;
    let heard = async |since: u64| {
        soon("a second of sound", async || {
            let now = packets().await?;
            ensure!(now >= since + 50, "{now} {since}");
            Ok(())
        })
        .await
    };
    // What was under way has arrived by then.
    heard(packets().await?).await?;
    let count = async || Ok::<_, anyhow::Error>(stats(to, call).await?["video_in"]["frames"].as_u64().unwrap_or(0));
    let seen = count().await?;
    heard(packets().await?).await?;
    ensure!(count().await? == seen, "pictures go on");
    Ok(seen)
}
