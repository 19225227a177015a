//! Against a real PulseAudio with null sinks, one for each test.
//!
//! cpal finds the server by the environment of the process, so each test runs itself again in an environment of its own.
#![cfg(target_os = "linux")]
#![expect(clippy::wildcard_enum_match_arm, reason = "an event that is not expected is a failure, whichever it is")]

use std::{
    env,
    f32::consts::TAU,
    fs::File,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use kith_media::{
    AudioIn, AudioOut, DeviceInfo, Direction, Endpoint, Engine, EngineEvent, Frame, Handlers, LossReason, Process,
};

/// Set in the second run of a test: the folder of its sound server.
const FOLDER: &str = "KITH_TEST_SOUND";

/// Longer than anything here takes on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// Of the tone that is played.
const LEVEL: f32 = 0.25;

/// Samples looked at: half a second, which is 500 periods of the tone and some 50 callbacks.
const STRETCH: usize = 24_000;

/// Of a ramp that is played instead: longer than any gap, so that every one is seen.
const RAMP: u32 = 44_100;

/// Runs `story` in a process that knows no sound system but a private one that is not started yet.
fn alone(test: &str, story: fn()) {
    if env::var_os(FOLDER).is_some() {
        return story();
    }
    if Command::new("pulseaudio").arg("--version").stdout(Stdio::null()).status().is_err() {
        assert!(env::var_os("KITH_CI").is_none(), "pulseaudio is missing");
        eprintln!("skipped: pulseaudio is missing");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new(env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(FOLDER, folder.path())
        .env("XDG_RUNTIME_DIR", folder.path())
        .env("HOME", folder.path())
        .env("PULSE_SERVER", format!("unix:{}", folder.path().join("native").display()))
        .env("ALSA_CONFIG_PATH", "/dev/null")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .status()
        .unwrap();
    assert!(status.success(), "see above");
}

/// Ends with its handle.
struct Program(Child);

impl Program {
    fn start(command: &mut Command) -> Self {
        Self(command.stdout(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A PulseAudio with the sinks `kith_a`, which is the default one, and `kith_b`.
struct Server {
    // The server last: the others are its clients.
    _zeros: Vec<Program>,
    _server: Program,
}

fn pactl(arguments: &[&str]) -> Option<String> {
    let output = Command::new("pactl").args(arguments).stderr(Stdio::null()).output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

impl Server {
    fn start() -> Self {
        let socket = PathBuf::from(env::var_os(FOLDER).unwrap()).join("native");
        let mut command = Command::new("pulseaudio");
        command.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=error"]);
        command.arg("-L").arg(format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket.display()));
        for sink in ["kith_a", "kith_b"] {
            command.arg("-L").arg(format!("module-null-sink sink_name={sink} rate=48000 format=float32le channels=2"));
        }
        let server = Program::start(command.env_remove("PULSE_SERVER"));
        let since = Instant::now();
        while pactl(&["info"]).is_none() {
            assert!(since.elapsed() < LONG, "pulseaudio does not start");
            thread::sleep(Duration::from_millis(20));
        }
        pactl(&["set-default-sink", "kith_a"]).unwrap();
        pactl(&["set-default-source", "kith_a.monitor"]).unwrap();
        // An idle null sink takes two seconds to start otherwise.
        let zeros = ["kith_a", "kith_b"].into_iter().map(|sink| {
            let mut command = Command::new("pacat");
            command.args([
                "--playback",
                "--raw",
                "--latency-msec=10",
                "--rate=48000",
                "--format=float32le",
                "--device",
            ]);
            Program::start(command.arg(sink).stdin(File::open("/dev/zero").unwrap()))
        });
        Self { _zeros: zeros.collect(), _server: server }
    }

    /// Plugs a sink in, or in again.
    fn load(&self, sink: &str) {
        let name = format!("sink_name={sink}");
        pactl(&["load-module", "module-null-sink", &name, "rate=48000", "format=float32le", "channels=2"]).unwrap();
    }

    /// Unplugs a sink and its monitor.
    fn unload(&self, sink: &str) {
        let modules = pactl(&["list", "short", "modules"]).unwrap();
        let module = modules.lines().find(|line| line.contains(&format!("sink_name={sink}"))).unwrap();
        pactl(&["unload-module", module.split('\t').next().unwrap()]).unwrap();
    }
}

struct Untouched;

impl Process for Untouched {
    fn process(&mut self, _frame: &mut Frame) {}
    fn render(&mut self, _frame: &Frame) {}
}

struct Running {
    engine: Engine,
    ramp: Arc<AtomicBool>,
    captured: Receiver<Frame>,
    events: Receiver<EngineEvent>,
}

/// Plays a tone of 1 kHz, or a ramp.
fn start(input: &str, output: &str) -> Running {
    let (frames, captured) = sync_channel(1_000);
    let (told, events) = sync_channel(100);
    let ramp = Arc::new(AtomicBool::new(false));
    let (mut index, ramped) = (0_u32, ramp.clone());
    let handlers = Handlers {
        chain: Box::new(Untouched),
        captured: Box::new(move |frame| {
            frames.try_send(*frame).ok();
        }),
        play: Box::new(move |sound| {
            for frame in sound.as_chunks_mut::<2>().0 {
                *frame = if ramped.load(Ordering::Relaxed) {
                    [(index % RAMP) as f32 / RAMP as f32; 2]
                } else {
                    [LEVEL * (TAU * (index % 48) as f32 / 48.0).sin(); 2]
                };
                index = (index + 1) % (48 * RAMP);
            }
        }),
        event: Box::new(move |event| told.try_send(event).unwrap()),
    };
    let engine = Engine::start(input.parse().unwrap(), output.parse().unwrap(), handlers).unwrap();
    Running { engine, ramp, captured, events }
}

impl Running {
    fn event(&self) -> EngineEvent {
        let event = self.events.recv_timeout(LONG).unwrap();
        eprintln!("{event:?}");
        event
    }

    fn switched(&self) -> (Endpoint, DeviceInfo) {
        match self.event() {
            EngineEvent::Switched { to, device: Some(device) } => (to, device),
            other => panic!("{other:?}"),
        }
    }

    /// The first half of a second in which `good` holds for each sample and the 48 before it, after what waits has been
    /// thrown away. Not at once: on a busy machine PulseAudio itself has gaps.
    fn stretch(&self, good: impl Fn(&[f32; 49]) -> bool) -> Vec<f32> {
        while self.captured.try_recv().is_ok() {}
        let (since, mut run, mut broken) = (Instant::now(), Vec::new(), 0);
        while run.len() < STRETCH {
            assert!(since.elapsed() < LONG, "broken {broken} times: {:?}", self.engine.statistics());
            for sample in self.captured.recv_timeout(LONG).unwrap() {
                run.push(sample);
                if run.last_chunk().is_some_and(|window| !good(window)) {
                    broken += 1;
                    run.clear();
                }
            }
        }
        eprintln!("a good stretch after {:?}, broken {broken} times before", since.elapsed());
        run
    }

    /// Waits for half a second of the tone without a gap, with its level and pitch.
    fn hears_the_tone(&self) {
        let run = self.stretch(|w| (w[48] - w[0]).abs() < 1e-4 && (w[48] + w[24]).abs() < 1e-4 && loud(w));
        let (mut sine, mut cosine) = (0.0, 0.0);
        for (index, sample) in run[..STRETCH].iter().enumerate() {
            let phase = TAU * (index % 48) as f32 / 48.0;
            sine += f64::from(sample * phase.sin()) / (STRETCH / 2) as f64;
            cosine += f64::from(sample * phase.cos()) / (STRETCH / 2) as f64;
        }
        let level = sine.hypot(cosine);
        assert!((level - f64::from(LEVEL)).abs() < 1e-3, "{level}");
    }

    fn hears_nothing(&self) {
        self.stretch(|window| window[48] == 0.0);
    }
}

fn loud(window: &[f32; 49]) -> bool {
    window.iter().any(|sample| sample.abs() > LEVEL * 0.9)
}

#[test]
fn what_is_played_is_heard_sample_by_sample() {
    alone("what_is_played_is_heard_sample_by_sample", || {
        let _server = Server::start();
        let running = start("device:kith_a.monitor", "device:pulseaudio:kith_a");
        assert_eq!(running.switched().0, Endpoint::In(AudioIn::Device(Some("kith_a.monitor".into()))));
        let (to, device) = running.switched();
        assert_eq!(to, Endpoint::Out(AudioOut::Device(Some("pulseaudio:kith_a".into()))));
        assert_eq!((&*device.id, device.direction, device.default), ("pulseaudio:kith_a", Direction::Output, true));
        running.hears_the_tone();
        // Ten milliseconds of a tone of 1 kHz may be missing unseen, of a ramp not one sample.
        running.ramp.store(true, Ordering::Relaxed);
        running.stretch(|w| ((w[48] - w[47]).rem_euclid(1.0) * RAMP as f32 - 1.0).abs() < 0.1 && w[24] != w[0]);
        eprintln!("{:?}", running.engine.statistics());
        let statistics = running.engine.statistics();
        assert!(statistics.input.callbacks > 0 && statistics.input.frames > STRETCH as u64);
        assert!(statistics.output.callbacks > 0 && statistics.output.frames > STRETCH as u64);
    });
}

#[test]
fn the_list_says_what_there_is_and_what_is_default() {
    alone("the_list_says_what_there_is_and_what_is_default", || {
        let _server = Server::start();
        let running = start("silence", "null");
        running.event();
        running.event();
        running.engine.list_devices().unwrap();
        let EngineEvent::Devices(Ok(devices)) = running.event() else { panic!("no list") };
        let brief: Vec<_> = devices.iter().map(|info| (&*info.id, info.direction, info.default)).collect();
        let (input, output) = (Direction::Input, Direction::Output);
        assert_eq!(brief[..1], [("pulseaudio:kith_a.monitor", input, true)]);
        assert_eq!(brief[1..2], [("pulseaudio:kith_b.monitor", input, false)]);
        assert_eq!(brief[2..], [("pulseaudio:kith_a", output, true), ("pulseaudio:kith_b", output, false)]);
        assert!(devices.iter().all(|info| info.name.contains("Null Output")), "{devices:?}");
        let threads = stream_threads();
        for _ in 0..10 {
            running.engine.list_devices().unwrap();
            assert!(matches!(running.event(), EngineEvent::Devices(Ok(again)) if again == devices));
        }
        // One of the first list may have been ending still.
        assert!(stream_threads() <= threads);
        running.engine.set_output(AudioOut::Device(Some("kith_c".into()))).unwrap();
        let EngineEvent::Failed { error, .. } = running.event() else { panic!("there is no kith_c") };
        assert_eq!(error.to_string(), r#"there is no output "kith_c""#);
        assert_eq!(running.switched().1.id, "pulseaudio:kith_a", "and until there is");
    });
}

#[test]
fn devices_are_switched_while_they_run() {
    alone("devices_are_switched_while_they_run", || {
        let _server = Server::start();
        let running = start("device:kith_a.monitor", "device:kith_a");
        running.switched();
        running.switched();
        running.hears_the_tone();
        let threads = stream_threads();
        for _ in 0..3 {
            for (sink, other) in [("kith_b", "kith_a"), ("kith_a", "kith_b")] {
                running.engine.set_output(AudioOut::Device(Some(sink.into()))).unwrap();
                assert_eq!(running.switched().1.id, format!("pulseaudio:{sink}"));
                // Still listening to the other.
                running.hears_nothing();
                let input = format!("{sink}.monitor");
                running.engine.set_input(AudioIn::Device(Some(input.clone()))).unwrap();
                assert_eq!(running.switched().1.id, format!("pulseaudio:{input}"), "away from {other}");
                running.hears_the_tone();
            }
        }
        // Of a connection that is kept for the next switch.
        threads_end(threads + 1);
    });
}

/// Threads of streams: ours, and those of cpal, which have the same name because ours start them.
fn stream_threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).ok());
    names.filter(|name| ["kith audio dev", "kith audio list"].contains(&name.trim())).count()
}

/// Waits until there are no more of them than that.
fn threads_end(count: usize) {
    let since = Instant::now();
    while stream_threads() > count {
        assert!(since.elapsed() < LONG, "{} threads, not {count}", stream_threads());
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_lost_device_is_reported_and_the_default_one_taken() {
    alone("a_lost_device_is_reported_and_the_default_one_taken", || {
        let server = Server::start();
        let running = start("device:kith_b.monitor", "device:kith_b");
        running.switched();
        running.switched();
        running.hears_the_tone();
        server.unload("kith_b");
        let (mut lost, mut taken) = (Vec::new(), Vec::new());
        while lost.len() < 2 || taken.len() < 2 {
            match running.event() {
                EngineEvent::Lost { device, reason: LossReason::Gone } => lost.push(device.id),
                EngineEvent::Switched { to, device: Some(device) } => taken.push((to, device.id)),
                other => panic!("{other:?}"),
            }
        }
        lost.sort();
        assert_eq!(lost, ["pulseaudio:kith_b", "pulseaudio:kith_b.monitor"]);
        let input = (Endpoint::In(AudioIn::Device(None)), "pulseaudio:kith_a.monitor".to_owned());
        let output = (Endpoint::Out(AudioOut::Device(None)), "pulseaudio:kith_a".to_owned());
        assert!(taken.contains(&input) && taken.contains(&output), "{taken:?}");
        running.hears_the_tone();
        // The last one: nothing is left to take, and its streams are killed instead of moved.
        server.unload("kith_a");
        let mut idle = Vec::new();
        while idle.len() < 2 {
            match running.event() {
                EngineEvent::Lost { reason: LossReason::Gone, .. } | EngineEvent::Failed { .. } => {}
                EngineEvent::Switched { to, device: None } => idle.push(to),
                other => panic!("{other:?}"),
            }
        }
        running.hears_nothing();
        // Of three connections that are kept, one of which looked for the lost device, and what cpal leaves of a killed
        // stream.
        threads_end(4);
    });
}

#[test]
fn sound_comes_back_with_the_sound_system() {
    alone("sound_comes_back_with_the_sound_system", || {
        let server = Server::start();
        let running = start("device", "device");
        running.switched();
        running.switched();
        running.hears_the_tone();
        drop(server);
        let mut idle = Vec::new();
        while idle.len() < 2 {
            match running.event() {
                EngineEvent::Lost { reason: LossReason::Gone, .. } | EngineEvent::Failed { .. } => {}
                EngineEvent::Switched { to, device: None } => idle.push(to),
                other => panic!("{other:?}"),
            }
        }
        assert!(idle.contains(&Endpoint::In(AudioIn::Silence)) && idle.contains(&Endpoint::Out(AudioOut::Null)));
        running.hears_nothing();
        let _server = Server::start();
        running.switched();
        running.switched();
        running.hears_the_tone();
    });
}

#[test]
fn a_device_that_comes_back_is_taken_again() {
    alone("a_device_that_comes_back_is_taken_again", || {
        let server = Server::start();
        let running = start("device:kith_b.monitor", "null");
        assert_eq!(running.switched().1.id, "pulseaudio:kith_b.monitor");
        running.event();
        server.unload("kith_b");
        let lost = running.event();
        assert!(matches!(lost, EngineEvent::Lost { reason: LossReason::Gone, .. }), "{lost:?}");
        assert_eq!(running.switched().1.id, "pulseaudio:kith_a.monitor");
        server.load("kith_b");
        let (to, device) = running.switched();
        assert_eq!(to, Endpoint::In(AudioIn::Device(Some("kith_b.monitor".into()))));
        assert_eq!(device.id, "pulseaudio:kith_b.monitor");
        // One that was never there: the default one, until it comes.
        running.engine.set_input(AudioIn::Device(Some("kith_c.monitor".into()))).unwrap();
        assert!(matches!(running.event(), EngineEvent::Failed { .. }));
        assert_eq!(running.switched().1.id, "pulseaudio:kith_a.monitor");
        server.load("kith_c");
        assert_eq!(running.switched().1.id, "pulseaudio:kith_c.monitor");
    });
}
