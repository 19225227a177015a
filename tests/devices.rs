//! Microphones and speakers of calls, on a sound server without hardware: what is chosen is what the other side hears.

use std::{
    f32::consts::TAU,
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use kith_media::{Channels, RATE, WavSink, sound};
use kith_tests::{
    people::{Person, befriend},
    process::Home,
    rpc::soon,
    sound::{Playing, SoundServer},
};
use serde_json::{Value, json};

use crate::calls::{call, stands};

/// The pitch of what is played into each of two sinks, in Hz.
const LOW: f32 = 440.0;
const HIGH: f32 = 880.0;
/// Microphone and speaker are those that are chosen in settings.
const DEVICES: [&str; 4] = ["--audio-in", "device", "--audio-out", "device"];
/// How loud that is.
const LEVEL: f32 = 0.25;
/// How much of a recording is looked at: its end.
const TAIL: f32 = 0.5;
/// What is quieter than this is silence.
const SILENT: f32 = 0.002;

/// A file of raw samples.
fn raw(path: &Path, samples: impl Iterator<Item = f32>) -> Result<()> {
    Ok(fs::write(path, samples.flat_map(f32::to_le_bytes).collect::<Vec<_>>())?)
}

/// A tone that goes on for longer than any story.
fn tone(root: &Path, hz: f32) -> Result<PathBuf> {
    let path = root.join(format!("{hz}.raw"));
    let samples = (0..300 * RATE).map(|n| LEVEL * (TAU * (n as f32 * hz / RATE as f32).fract()).sin());
    raw(&path, samples)?;
    Ok(path)
}

/// The last so many seconds of a recording that goes on; none if it is shorter.
fn tail(path: &Path, seconds: f32) -> Result<Vec<f32>> {
    let mut file = File::open(path)?;
    // A sample may be written in two parts.
    let whole = file.metadata()?.len() / 4;
    let wanted = (seconds * RATE as f32) as u64;
    ensure!(whole >= wanted, "{whole} samples are recorded");
    file.seek(SeekFrom::Start((whole - wanted) * 4))?;
    let mut bytes = Vec::new();
    file.take(wanted * 4).read_to_end(&mut bytes)?;
    Ok(bytes.as_chunks::<4>().0.iter().map(|sample| f32::from_le_bytes(*sample)).collect())
}

/// How loud a pitch is in one stretch, of which the edges count less (Hann): a pitch beside it is not heard.
fn loudness_of_block(samples: &[f32], hz: f32) -> f32 {
    let (mut sine, mut cosine) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let phase = TAU * (n as f32 * hz / RATE as f32).fract();
        let weight = 1.0 - (TAU * n as f32 / samples.len() as f32).cos();
        sine += weight * sample * phase.sin();
        cosine += weight * sample * phase.cos();
    }
    2.0 * sine.hypot(cosine) / samples.len() as f32
}

/// How loud a pitch is: the median of tenths of a second, so that one gap on a busy machine does not matter.
fn loudness(samples: &[f32], hz: f32) -> f32 {
    let mut blocks: Vec<f32> =
        samples.chunks_exact(RATE as usize / 10).map(|block| loudness_of_block(block, hz)).collect();
    blocks.sort_by(f32::total_cmp);
    blocks.get(blocks.len() / 2).copied().unwrap_or_default()
}

fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32).sqrt()
}

/// What is heard on a sink.
struct Ear {
    file: PathBuf,
    _recording: Playing,
}

impl Ear {
    fn at(server: &SoundServer, root: &Path, sink: &str) -> Result<Self> {
        let file = root.join(format!("{sink}-heard.raw"));
        let recording = server.record(sink, &file)?;
        Ok(Self { file, _recording: recording })
    }

    /// Waits until one pitch is heard and another one is not; how loud it is.
    async fn hears(&self, hz: f32, not: f32) -> Result<f32> {
        soon(&format!("{hz} Hz, and not {not} Hz"), async || {
            let heard = tail(&self.file, TAIL)?;
            let (wanted, other) = (loudness(&heard, hz), loudness(&heard, not));
            ensure!(wanted > 0.02 && wanted > 20.0 * other, "{wanted} of {hz} Hz, {other} of {not} Hz");
            Ok(wanted)
        })
        .await
    }

    async fn hears_nothing(&self) -> Result<()> {
        soon("silence", async || {
            let heard = rms(&tail(&self.file, TAIL)?);
            ensure!(heard < SILENT, "{heard}");
            Ok(())
        })
        .await
    }
}

async fn set(of: &Person, key: &str, value: impl Into<Value>) -> Result<()> {
    of.call("settings.set", json!({ "key": key, "value": value.into() })).await.map(drop)
}

/// Sounds leave as they are: what is meant for voices takes tones for noise.
async fn plain(of: &Person) -> Result<()> {
    set(of, "sound.noise", "off").await?;
    set(of, "sound.echo", false).await?;
    set(of, "sound.gain", false).await
}

/// A person with devices.
async fn person(root: &Path, server: &SoundServer, name: &str, arguments: &[&str]) -> Result<Person> {
    Person::at(Home::new(root, name).with(arguments).hears(server)).await
}

/// Two who talk: the first one with a microphone, the second one with a speaker that is the sink `far`.
async fn two(root: &Path, server: &SoundServer) -> Result<(Person, Person, String)> {
    let mut ada = person(root, server, "ada", &["--audio-in", "device"]).await?;
    let speaker = ["--audio-in", "silence", "--audio-out", "device:pulseaudio:far"];
    let mut mara = person(root, server, "mara", &speaker).await?;
    plain(&ada).await?;
    befriend(&mut ada, &mut mara, "may I call you?").await?;
    let id = call(&ada, &mara).await?;
    stands(&mut mara, &id, "incoming").await?;
    mara.call("calls.accept", json!({ "call": id })).await?;
    for person in [&mut ada, &mut mara] {
        stands(person, &id, "connected").await?;
    }
    Ok((ada, mara, id))
}

/// The device of this id in a list.
fn device<'a>(devices: &'a Value, which: &str, id: &str) -> Option<&'a Value> {
    devices[which].as_array()?.iter().find(|device| device["id"] == id)
}

#[tokio::test]
async fn another_microphone_is_heard_without_hanging_up() -> Result<()> {
    let root = tempfile::tempdir()?;
    let Some(server) = SoundServer::start(root.path(), &["low", "high", "far"]).await? else { return Ok(()) };
    let (low, high) = (tone(root.path(), LOW)?, tone(root.path(), HIGH)?);
    let (_low, playing) = (server.play("low", &low)?, server.play("high", &high)?);
    let ear = Ear::at(&server, root.path(), "far")?;
    let (mut ada, _mara, _id) = two(root.path(), &server).await?;
    ear.hears(LOW, HIGH).await?;

    let devices = ada.call("calls.devices", json!({})).await?;
    let first = &devices["inputs"][0];
    ensure!(
        first["id"] == "pulseaudio:low.monitor" && first["default"] == true && first["in_use"] == true,
        "{devices}"
    );
    ensure!(devices["output_given"] == true && devices.get("input_given").is_none(), "{devices}");
    ensure!(devices["outputs"].as_array().map(Vec::len) == Some(3), "{devices}");

    set(&ada, "sound.input", "pulseaudio:high.monitor").await?;
    ear.hears(HIGH, LOW).await?;
    let told = ada.events.wait_for("calls.devices", |event| {
        device(&event["devices"], "inputs", "pulseaudio:high.monitor").is_some_and(|high| high["in_use"] == true)
    });
    told.await?;

    // It is pulled out: the default one stands in, and it is said that it is not there.
    drop(playing);
    server.unplug("high").await?;
    ear.hears(LOW, HIGH).await?;
    let gone = ada.events.wait_for("calls.devices", |event| {
        let high = device(&event["devices"], "inputs", "pulseaudio:high.monitor");
        let low = device(&event["devices"], "inputs", "pulseaudio:low.monitor");
        high.is_some_and(|high| high["present"] == false) && low.is_some_and(|low| low["in_use"] == true)
    });
    let gone = gone.await?;
    ensure!(device(&gone["devices"], "inputs", "pulseaudio:high.monitor").context("it")?["name"] == "high.monitor");

    // And in again.
    server.plug_in("high").await?;
    let _playing = server.play("high", &high)?;
    ear.hears(HIGH, LOW).await?;
    set(&ada, "sound.input", Value::Null).await?;
    ear.hears(LOW, HIGH).await?;
    Ok(())
}

#[tokio::test]
async fn what_is_set_acts_on_a_call_that_goes_on() -> Result<()> {
    let root = tempfile::tempdir()?;
    let Some(server) = SoundServer::start(root.path(), &["low", "far"]).await? else { return Ok(()) };
    let low = tone(root.path(), LOW)?;
    let _low = server.play("low", &low)?;
    let ear = Ear::at(&server, root.path(), "far")?;
    let (ada, mara, id) = two(root.path(), &server).await?;
    let mut loud = 0.0;
    soon("the tone as it is played", async || {
        loud = loudness(&tail(&ear.file, TAIL)?, LOW);
        ensure!((LEVEL * 0.6..LEVEL * 1.2).contains(&loud), "{loud}");
        Ok(())
    })
    .await?;

    // Noise suppression takes a steady tone for noise.
    set(&ada, "sound.noise", "normal").await?;
    soon("less of the tone", async || {
        let now = loudness(&tail(&ear.file, TAIL)?, LOW);
        ensure!(now < loud / 4.0, "{now} of {loud}");
        Ok(())
    })
    .await?;
    set(&ada, "sound.noise", "off").await?;
    ear.hears(LOW, HIGH).await?;

    set(&ada, "sound.mode", "push_to_talk").await?;
    ear.hears_nothing().await?;
    ada.call("calls.set", json!({ "call": id, "talk": true })).await?;
    ear.hears(LOW, HIGH).await?;
    ada.call("calls.set", json!({ "call": id, "talk": false })).await?;
    ear.hears_nothing().await?;
    set(&ada, "sound.mode", "always").await?;
    ear.hears(LOW, HIGH).await?;

    mara.call("calls.set", json!({ "call": id, "volume": 40 })).await?;
    soon("two fifths", async || {
        let now = loudness(&tail(&ear.file, TAIL)?, LOW) / loud;
        ensure!((0.35..0.45).contains(&now), "{now}");
        Ok(())
    })
    .await?;
    let kept = mara.call("settings.get", json!({})).await?;
    ensure!(kept["settings"]["sound.volumes"][&ada.account] == 40, "{kept}");
    ensure!(mara.node.api.error_of("calls.set", json!({ "call": id, "volume": 201 })).await? == "invalid_argument");
    ensure!(
        ada.node.api.error_of("settings.set", json!({ "key": "sound.mode", "value": "loud" })).await?
            == "invalid_argument"
    );

    let devices = mara.call("calls.devices", json!({})).await?;
    ensure!(device(&devices, "outputs", "pulseaudio:far").is_some_and(|far| far["in_use"] == true), "{devices}");
    ensure!(mara.node.api.error_of("calls.check_start", json!({})).await? == "not_allowed", "it has the devices");
    Ok(())
}

#[tokio::test]
async fn microphone_and_speaker_are_checked_before_a_call() -> Result<()> {
    let root = tempfile::tempdir()?;
    let Some(server) = SoundServer::start(root.path(), &["low", "far"]).await? else { return Ok(()) };
    let low = tone(root.path(), LOW)?;
    let _low = server.play("low", &low)?;
    let ear = Ear::at(&server, root.path(), "far")?;
    let mut ada = person(root.path(), &server, "ada", &DEVICES).await?;
    plain(&ada).await?;
    set(&ada, "sound.output", "pulseaudio:far").await?;
    ensure!(ada.node.api.error_of("calls.check_record", json!({})).await? == "not_allowed", "there is no check");
    ensure!(ada.call("calls.check_start", json!({})).await?["phase"] == "listening");
    let level = ada.events.wait_for("calls.check", |event| event["check"]["level"].as_u64() > Some(50)).await?;
    ensure!(level["check"].get("input_problem").is_none(), "{level}");

    ada.call("calls.check_tone", json!({})).await?;
    ear.hears(523.25, LOW).await?;
    ear.hears_nothing().await?;
    ensure!(ada.call("calls.check_record", json!({})).await?["phase"] == "recording");
    ada.events.wait_for("calls.check", |event| event["check"]["phase"] == "playing").await?;
    ear.hears(LOW, 523.25).await?;
    ear.hears_nothing().await?;
    ada.call("calls.check_stop", json!({})).await?;
    ada.events.wait_for("calls.check", |event| event["check"]["phase"] == "over").await?;
    soon("the microphone is closed", async || {
        let streams = server.control(&["list", "short", "source-outputs"]).await?;
        // That of the ear.
        ensure!(streams.lines().count() == 1, "{streams}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn without_a_sound_system_that_is_said() -> Result<()> {
    let root = tempfile::tempdir()?;
    let Some(server) = SoundServer::start(root.path(), &["low"]).await? else { return Ok(()) };
    let mut ada = person(root.path(), &server, "ada", &DEVICES).await?;
    drop(server);
    soon("no sound system", async || {
        let devices = ada.call("calls.devices", json!({})).await?;
        ensure!(devices["problem"] == "no_sound_system" && devices["inputs"] == json!([]), "{devices}");
        Ok(())
    })
    .await?;
    ada.call("calls.check_start", json!({})).await?;
    let told = ada.events.wait_for("calls.check", |event| {
        event["check"]["input_problem"].is_string() && event["check"]["output_problem"].is_string()
    });
    println!("{}", told.await?);
    Ok(())
}

/// What the far side says, in seconds, and how much of that the canceller gets to learn.
const SAID: f32 = 40.0;
const LEARNT_MS: u64 = 9_000;
/// How much is measured, in seconds.
const MEASURED: f32 = 4.0;

/// How far below what was said that is what comes back, in dB, once a call goes on for so long.
async fn echo(of: &Person, ear: &Ear, said: &[f32], after_ms: u64) -> Result<f32> {
    soon("it is measured", async || {
        let calls = of.call("calls.list", json!({})).await?;
        let since = calls["calls"][0]["connected_at"].as_u64().context("it goes on")?;
        ensure!(now_ms() >= since + after_ms);
        Ok(())
    })
    .await?;
    Ok(20.0 * (rms(said) / rms(&tail(&ear.file, MEASURED)?).max(1e-9)).log10())
}

fn now_ms() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

/// Ada's speaker is heard by her microphone 80 ms later, as loud as it plays. As in air that delay stays as it is: a loopback
/// that follows two clocks changes its speed all the time.
#[tokio::test]
async fn the_far_side_does_not_hear_itself() -> Result<()> {
    let root = tempfile::tempdir()?;
    let Some(server) = SoundServer::start(root.path(), &["speaker", "microphone", "far"]).await? else { return Ok(()) };
    server
        .control(&[
            "load-module",
            "module-loopback",
            "source=speaker.monitor",
            "sink=microphone",
            "latency_msec=80",
            "adjust_time=0",
        ])
        .await?;
    let said = sound::speech(5, SAID);
    let words = root.path().join("words.wav");
    let mut file = WavSink::create(&words, Channels::Mono)?;
    file.write(&said)?;
    file.finish()?;
    let mut ada = person(root.path(), &server, "ada", &DEVICES).await?;
    set(&ada, "sound.input", "pulseaudio:microphone.monitor").await?;
    set(&ada, "sound.output", "pulseaudio:speaker").await?;
    set(&ada, "sound.echo", false).await?;
    let words = words.display().to_string();
    let arguments = ["--audio-in", &words, "--audio-out", "device:pulseaudio:far"];
    let mut mara = person(root.path(), &server, "mara", &arguments).await?;
    befriend(&mut ada, &mut mara, "may I call you?").await?;
    let id = call(&ada, &mara).await?;
    stands(&mut mara, &id, "incoming").await?;
    mara.call("calls.accept", json!({ "call": id })).await?;
    for person in [&mut ada, &mut mara] {
        stands(person, &id, "connected").await?;
    }
    let ear = Ear::at(&server, root.path(), "far")?;
    let without = echo(&ada, &ear, &said, LEARNT_MS).await?;
    set(&ada, "sound.echo", true).await?;
    let with = echo(&ada, &ear, &said, 2 * LEARNT_MS + 2_000).await?;
    println!("echo: {without:.1} dB below what was said without the canceller, {with:.1} dB with it");
    ensure!(without < 12.0, "there is an echo: {without:.1} dB");
    ensure!(with >= 20.0, "{with:.1} dB");
    Ok(())
}
