//! Choosing and checking microphone and speaker: with clicks on a sound server without hardware, and what it looks like.

use std::{
    cell::RefCell,
    env,
    f32::consts::TAU,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    rc::Rc,
    thread,
    time::{Duration, Instant},
};

use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use kith_gui::{
    bridge::NodeOptions,
    i18n::{Code, Lang},
    model::{Model, Route, Section, Sheet},
    preview::Preview,
    theme::{Mode, Theme},
    update::Effect,
};
use kith_node::{
    AudioIn, AudioOut, Command as Call, local,
    params::CallSetParams,
    views::{CallPhase, CheckPhase, SoundCheck, SoundDevice, SoundDevices, SoundMode, SoundNoise, SoundProblem},
};

use crate::{
    calls::{connected, hears},
    device::Device,
    meeting::{NARROW, WIDE, meet},
    pictures::{NARROW as NARROW_PICTURE, draw, draw_after, modes},
    sample,
};

/// Set in the second run of the story: the folder of its sound server.
const FOLDER: &str = "KITH_TEST_SOUND";
const RATE: u32 = 48_000;
/// How the sinks are named for programs and for people, and what plays there, in Hz.
const SINKS: [(&str, &str, Option<f32>); 3] =
    [("low", "Low", Some(440.0)), ("high", "High", Some(880.0)), ("far", "Far", None)];

/// Ends with its handle.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A sound server where a tone of its own plays on each of two sinks, and what plays on the third one is recorded.
struct Server {
    recording: PathBuf,
    // The server last: the others are its clients.
    _clients: Vec<Program>,
    _server: Program,
}

fn pacat(direction: &str, device: &str) -> Command {
    let mut command = Command::new("pacat");
    command.args([direction, "--raw", "--latency-msec=10", "--rate=48000", "--format=float32le", "--channels=1"]);
    command.args(["--device", device]);
    command
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut command = Command::new("pulseaudio");
        command.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=error"]);
        let socket = folder.join("native");
        command.arg("-L").arg(format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket.display()));
        for (sink, name, _) in SINKS {
            let described = format!("sink_properties=device.description={name}");
            let sink = format!("module-null-sink sink_name={sink} rate=48000 format=float32le channels=2 {described}");
            command.arg("-L").arg(sink);
        }
        let server = Program(command.env_remove("PULSE_SERVER").stdout(Stdio::null()).spawn().unwrap());
        let pactl = |arguments: &[&str]| {
            let status = Command::new("pactl").args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
            status.unwrap().success()
        };
        let since = Instant::now();
        while !pactl(&["info"]) {
            assert!(since.elapsed() < Duration::from_secs(60), "pulseaudio does not start");
            thread::park_timeout(Duration::from_millis(20));
        }
        assert!(pactl(&["set-default-sink", "low"]) && pactl(&["set-default-source", "low.monitor"]));
        let plays = SINKS.into_iter().map(|(sink, _, hz)| {
            let file = folder.join(format!("{sink}.raw"));
            let sample = |n: u32| hz.map_or(0.0, |hz| 0.25 * (TAU * (n as f32 * hz / RATE as f32).fract()).sin());
            let samples: Vec<u8> = (0..300 * RATE).flat_map(|n| sample(n).to_le_bytes()).collect();
            std::fs::write(&file, samples).unwrap();
            Program(pacat("--playback", sink).stdin(File::open(file).unwrap()).spawn().unwrap())
        });
        let mut clients: Vec<_> = plays.collect();
        let recording = folder.join("heard.raw");
        let heard = File::create(&recording).unwrap();
        clients.push(Program(pacat("--record", "far.monitor").stdout(heard).spawn().unwrap()));
        Self { recording, _clients: clients, _server: server }
    }

    /// Whether this pitch is heard at the end of the recording, and the other one is not.
    fn hears(&self, hz: f32, not: f32) -> bool {
        let wanted = u64::from(RATE) * 4 / 10;
        let mut file = File::open(&self.recording).unwrap();
        let whole = file.metadata().unwrap().len() / 4;
        if whole < wanted {
            return false;
        }
        file.seek(SeekFrom::Start((whole - wanted) * 4)).unwrap();
        let mut bytes = Vec::new();
        file.take(wanted * 4).read_to_end(&mut bytes).unwrap();
        let heard: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|sample| f32::from_le_bytes(*sample)).collect();
        let loudness = |hz: f32| {
            let (mut sine, mut cosine) = (0.0, 0.0);
            for (n, sample) in heard.iter().enumerate() {
                let phase = TAU * (n as f32 * hz / RATE as f32).fract();
                sine += sample * phase.sin();
                cosine += sample * phase.cos();
            }
            2.0 * f32::hypot(sine, cosine) / heard.len() as f32
        };
        loudness(hz) > 0.02 && loudness(hz) > 20.0 * loudness(not)
    }
}

/// Runs `story` in a process that knows no sound system but a private one: it is found by the environment.
fn alone(test: &str, story: fn(&Path)) {
    if let Some(folder) = env::var_os(FOLDER) {
        return story(Path::new(&folder));
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
        .env("PULSE_SERVER", format!("unix:{}", folder.path().join("native").display()))
        .env("ALSA_CONFIG_PATH", "/dev/null")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .status()
        .unwrap();
    assert!(status.success(), "see above");
}

/// A person whose node has this sound.
fn person(folder: &Path, name: &str, size: (f32, f32), input: AudioIn, output: AudioOut) -> Device {
    let node = NodeOptions { preset: local().audio(input, output), ..NodeOptions::local(folder.join(name)) };
    Device::with(node, size)
}

/// Chooses one of several behind a dropdown.
fn choose(device: &mut Device, other: &mut Device, what: &str, which: &str) {
    device.until(&mut [other], what, |device| device.sees(what));
    device.press_nth(egui::accesskit::Role::ComboBox, what, 0);
    device.until(&mut [other], which, |device| device.sees(which));
    device.press(which);
}

#[test]
fn another_microphone_is_chosen_in_a_call_and_heard_at_once() {
    alone("sound::another_microphone_is_chosen_in_a_call_and_heard_at_once", |folder| {
        let server = Server::start(folder);
        let mut ada = person(folder, "ada", WIDE, AudioIn::Device(None), AudioOut::Null);
        let far = AudioOut::Device(Some("pulseaudio:far".into()));
        let mut mara = person(folder, "mara", NARROW, AudioIn::Silence, far);
        meet(&mut ada, &mut mara);

        // Before the call: the check. A tone is no voice, and leaves as it is.
        ada.press("Settings");
        ada.press("Sound");
        for switch in ["Cancel echo", "Even out loudness"] {
            ada.press(switch);
        }
        ada.press("Leave it");
        ada.press("Check microphone and speaker");
        ada.until(&mut [&mut mara], "level", |ada| ada.sees("The microphone hears you."));
        ada.press("Record and play back");
        ada.until(&mut [&mut mara], "recording", |ada| ada.sees_part("Say something…"));
        ada.until(&mut [&mut mara], "playing", |ada| ada.sees("This is what others hear."));
        ada.press("Stop");
        ada.wait("Check microphone and speaker");

        ada.press("Chats");
        ada.press("Chat with Mara");
        ada.press("Call Mara");
        mara.until(&mut [&mut ada], "ringing", |mara| mara.sees("Answer"));
        mara.press("Answer");
        ada.until(&mut [&mut mara], "call", hears);
        ada.until(&mut [&mut mara], "440 Hz", |_| server.hears(440.0, 880.0));

        ada.press("Microphone, speaker and volume");
        choose(&mut ada, &mut mara, "Microphone", "Monitor of High");
        ada.until(&mut [&mut mara], "880 Hz", |_| server.hears(880.0, 440.0));
        assert!(hears(&ada), "without hanging up");
        ada.press("All about sound");
        ada.until(&mut [&mut mara], "page", |ada| ada.sees("When others hear you"));
        assert!(ada.sees_part("You are in a call, which has the microphone"));

        ada.press("While I hold a key");
        ada.until(&mut [&mut mara], "silence", |_| !server.hears(880.0, 440.0));
        ada.window.key_down(egui::Key::F8);
        ada.until(&mut [&mut mara], "talk", |_| server.hears(880.0, 440.0));
        ada.window.key_up(egui::Key::F8);
        ada.until(&mut [&mut mara], "silence", |_| !server.hears(880.0, 440.0));
        ada.press("Hang up");
        ada.until(&mut [&mut mara], "end", |ada| !hears(ada));
    });
}

fn device(id: &str, name: &str) -> SoundDevice {
    SoundDevice { id: id.into(), name: name.into(), default: false, present: true, in_use: false }
}

fn devices() -> SoundDevices {
    let inputs = vec![
        SoundDevice { default: true, ..device("a", "Built-in Audio Analog Stereo") },
        device("b", "Blue Yeti USB Microphone with a very long name that does not fit anywhere"),
    ];
    let outputs =
        vec![SoundDevice { default: true, ..device("c", "Built-in Audio Analog Stereo") }, device("d", "Headphones")];
    SoundDevices { inputs, outputs, ..SoundDevices::default() }
}

/// The page about sound.
fn page(change: impl FnOnce(&mut Model)) -> Model {
    let mut model = sample::talking();
    model.view.route = Route::Settings(Section::Sound);
    model.sound.devices = Some(devices());
    model.sound.devices_at = sample::NOW;
    change(&mut model);
    model
}

fn checking(phase: CheckPhase, level: u8) -> SoundCheck {
    SoundCheck { phase, level, left_ms: Some(2_300), input_problem: None, output_problem: None }
}

#[test]
fn pictures_of_the_page_about_sound() {
    const TALL: [f32; 2] = [1180.0, 1180.0];
    const TALL_NARROW: [f32; 2] = [NARROW_PICTURE[0], 1500.0];
    for (name, mode) in modes() {
        draw(&format!("sound-{name}"), page(|_| {}), mode, Code::En, TALL);
        let chosen = page(|model| {
            model.settings.sound.input = Some("b".into());
            model.settings.sound.mode = SoundMode::PushToTalk;
            model.settings.sound.noise = SoundNoise::Strong;
            model.sound.check = Some(checking(CheckPhase::Recording, 64));
        });
        draw(&format!("sound-check-narrow-{name}"), chosen, mode, Code::De, TALL_NARROW);
    }
    let away = page(|model| {
        model.settings.sound.output = Some("alsa:usb".into());
        let gone = SoundDevice { present: false, ..device("alsa:usb", "usb-headset") };
        model.sound.devices.as_mut().unwrap().outputs.push(gone);
        model.sound.check = Some(checking(CheckPhase::Listening, 0));
    });
    draw("sound-away", away, Mode::Light, Code::Fr, TALL);
    let nothing = page(|model| {
        let problem = Some(SoundProblem::NoSoundSystem);
        model.sound.devices = Some(SoundDevices { problem, ..SoundDevices::default() });
        let problems = SoundCheck { input_problem: problem, output_problem: problem, ..checking(CheckPhase::Tone, 0) };
        model.sound.check = Some(problems);
    });
    draw("sound-no-system", nothing, Mode::Dark, Code::Es, TALL);
    let deaf = page(|model| model.sound.devices.as_mut().unwrap().inputs.clear());
    draw("sound-no-microphone", deaf, Mode::Light, Code::Ja, TALL_NARROW);
    let denied = page(|model| {
        let denied = Some(SoundProblem::NotAllowed);
        model.sound.check = Some(SoundCheck { input_problem: denied, ..checking(CheckPhase::Listening, 0) });
    });
    draw("sound-not-allowed", denied, Mode::Dark, Code::En, TALL);
    draw("sound-looking", page(|model| model.sound.devices = None), Mode::Dark, Code::En, TALL);
    draw("sound-arabic", page(|_| {}), Mode::Dark, Code::Ar, TALL_NARROW);
    let open = |window: &mut Harness<'_>| {
        let found = window
            .get_all_by_label("Microphone")
            .find(|node| node.accesskit_node().role() == egui::accesskit::Role::ComboBox);
        found.expect("a list").click();
        window.run_steps(3);
    };
    draw_after("sound-list", page(|_| {}), Mode::Dark, Code::En, TALL, open);
}

/// A call with the devices, and a key to talk.
fn talking() -> Model {
    let mut model = connected();
    model.sound.devices = Some(devices());
    model.sound.devices_at = sample::NOW;
    model.settings.sound.mode = SoundMode::PushToTalk;
    model
}

#[test]
fn pictures_of_sound_in_a_call() {
    for (name, mode) in modes() {
        let sheet = || {
            let mut model = talking();
            model.view.sheet = Some(Sheet::Sound);
            model.settings.sound.volumes.insert(sample::account(1), 140);
            model
        };
        draw(&format!("call-sound-{name}"), sheet(), mode, Code::En, [1180.0, 760.0]);
        draw(&format!("call-sound-narrow-{name}"), sheet(), mode, Code::De, NARROW_PICTURE);
        draw(&format!("call-hold-{name}"), talking(), mode, Code::En, [1180.0, 760.0]);
        draw(&format!("call-hold-narrow-{name}"), talking(), mode, Code::De, NARROW_PICTURE);
    }
}

/// A window without a node, and what it would have asked one.
fn window(model: Model) -> (Harness<'static>, Rc<RefCell<Preview>>) {
    let language = Lang::new(Code::En, Some(true)).in_utc();
    let preview = Rc::new(RefCell::new(Preview::new(model, Theme::new(Mode::Dark), language)));
    let shown = Rc::clone(&preview);
    let builder = Harness::builder().with_size([1180.0, 760.0]).allow_missing_glyphs();
    let mut window = builder.build_ui(move |ui| shown.borrow_mut().show(ui));
    window.run_steps(6);
    (window, preview)
}

#[test]
fn a_key_is_held_to_talk_wherever_the_keyboard_is() {
    let talks = |preview: &Rc<RefCell<Preview>>| -> Vec<bool> {
        let asked = std::mem::take(&mut preview.borrow_mut().asked);
        let talk = |effect| {
            if let Effect::Call(Call::CallsSet(CallSetParams { talk, .. }), _) = effect { talk } else { None }
        };
        asked.into_iter().filter_map(talk).collect()
    };
    let (mut window, preview) = window(talking());
    let button = window.get_by_label("Hold F8 to talk").rect().center();
    assert_eq!(talks(&preview), [true; 0]);
    window.key_down(egui::Key::F8);
    window.run_steps(3);
    assert_eq!(talks(&preview), [true], "once, however long it is held");
    window.key_up(egui::Key::F8);
    window.run_steps(3);
    assert_eq!(talks(&preview), [false]);

    window.key_down(egui::Key::F8);
    window.run_steps(2);
    window.event(egui::Event::WindowFocused(false));
    window.run_steps(3);
    assert_eq!(talks(&preview), [true, false], "a key that is let go elsewhere is not heard");
    window.event(egui::Event::WindowFocused(true));
    window.event(egui::Event::PointerMoved(button));
    window.event(egui::Event::PointerButton {
        pos: button,
        button: egui::PointerButton::Primary,
        pressed: true,
        modifiers: egui::Modifiers::NONE,
    });
    window.run_steps(3);
    assert_eq!(talks(&preview), [true]);
    preview.borrow_mut().model.calls.live.as_mut().unwrap().phase = CallPhase::Ended;
    preview.borrow_mut().act(kith_gui::action::Action::Tick);
    assert_eq!(preview.borrow().model.sound.held, (false, false));
}
