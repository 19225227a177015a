//! A screen nobody looks at: an X server, a window manager and a session bus of its own, ended with their owner.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use super::atspi::Reader;

/// How long a program may take to put its things away.
const ENDING: Duration = Duration::from_secs(5);

/// Two windows fit beside each other.
const SIZE: &str = "1900x860x24";

/// A bus without services: the windows find no portal and no notifications, whatever is installed here.
const BUS: &str = r#"<busconfig><type>session</type><listen>unix:path=SOCKET</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>"#;

/// The programs of a screen, and the Debian packages they come from.
const PROGRAMS: [(&str, &str); 6] = [
    ("Xvfb", "xvfb"),
    ("openbox", "openbox"),
    ("xdotool", "xdotool"),
    ("dbus-daemon", "dbus-daemon"),
    ("/usr/libexec/at-spi-bus-launcher", "at-spi2-core"),
    ("/usr/bin/python3", "python3"),
];

/// A program that ends with its owner.
pub(crate) struct Process {
    child: Child,
    /// Open as long as the program: who writes to nobody is ended.
    said: Option<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts it; what it complains about goes to a file.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Self {
        let log = fs::File::create(log).unwrap();
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let said = child.stdout.take().map(BufReader::new);
        Self { child, said }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Asks as a desktop does when somebody logs out.
    pub(crate) fn ask_to_end(&self) {
        let status = Command::new("/bin/sh").args(["-c", &format!("kill -TERM {}", self.id())]).status();
        assert!(status.is_ok_and(|status| status.success()), "it cannot be asked");
    }

    /// Ends it its own way, so that it can end what it has started; if it takes too long, at once.
    fn end(&mut self) {
        self.ask_to_end();
        let start = Instant::now();
        while !self.has_ended() && start.elapsed() < ENDING {
            std::thread::park_timeout(Duration::from_millis(2));
        }
    }

    /// The line it says when it is ready.
    fn line(&mut self, is: impl Fn(&str) -> bool) -> Option<String> {
        let lines = self.said.as_mut().expect("a pipe").lines();
        lines.map_while(Result::ok).find(|line| is(line))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _ended_before = self.child.wait();
    }
}

/// Has started a bus, which would stay behind if it were ended like the others.
struct Launcher(Process);

impl Drop for Launcher {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Programs end in the order of the fields: the server last.
pub(crate) struct Screen {
    pub(crate) reader: Reader,
    _accessibility: Launcher,
    _manager: Process,
    _bus: Process,
    _server: Process,
    display: String,
    bus: String,
    folder: tempfile::TempDir,
}

impl Screen {
    /// # Panics
    /// If a program is missing, with the package it is in.
    pub(crate) fn start() -> Self {
        let missing: Vec<_> = PROGRAMS.iter().filter(|(program, _)| !is_there(program)).collect();
        for (program, package) in &missing {
            eprintln!("{program} is missing: apt-get install {package}");
        }
        assert!(missing.is_empty(), "programs are missing: {missing:?}");
        let folder = tempfile::tempdir().unwrap();
        let log = |name: &str| folder.path().join(format!("{name}.log"));
        let start = |name: &str, command: &mut Command, is: fn(&str) -> bool| {
            let mut process = Process::start(command, &log(name));
            let Some(line) = process.line(is) else { panic!("{}", fs::read_to_string(log(name)).unwrap()) };
            (process, line)
        };
        let any = |_: &str| true;

        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", SIZE]);
        let (server, number) = start("server", &mut xvfb, any);
        let display = format!(":{number}");

        let rules = folder.path().join("bus.conf");
        fs::write(&rules, BUS.replace("SOCKET", &folder.path().join("bus").display().to_string())).unwrap();
        let mut daemon = Command::new("dbus-daemon");
        daemon.args(["--nofork", "--print-address=1", "--config-file"]).arg(&rules);
        let (bus, address) = start("bus", &mut daemon, any);

        let home = home(folder.path(), "screen");
        let at_home = |program: &str| {
            let mut command = Command::new(program);
            dress(&mut command, &display, &address, &home);
            command
        };
        let mut openbox = at_home("openbox");
        openbox.args(["--sm-disable", "--startup", "echo ready"]);
        // A window that is there before it is not given the keyboard.
        let (manager, _ready) = start("manager", &mut openbox, |line| line == "ready");
        let mut launcher = at_home("/usr/libexec/at-spi-bus-launcher");
        launcher.args(["--launch-immediately", "--a11y=1"]);
        let accessibility = Launcher(Process::start(&mut launcher, &log("accessibility")));
        let reader = Reader::start(&mut at_home("/usr/bin/python3"), &log("reader"));
        Self {
            reader,
            _accessibility: accessibility,
            _manager: manager,
            _bus: bus,
            _server: server,
            display,
            bus: address,
            folder,
        }
    }

    /// A program on this screen, with folders of its own.
    pub(crate) fn command(&self, program: &str, name: &str) -> Command {
        let mut command = Command::new(program);
        dress(&mut command, &self.display, &self.bus, &home(self.folder.path(), name));
        command
    }

    /// Where a program of this name keeps everything.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        home(self.folder.path(), name)
    }

    /// Moves the mouse, presses keys, or says something about windows.
    pub(crate) fn xdotool(&self, arguments: &[&str]) -> String {
        let output = Command::new("xdotool").args(arguments).env("DISPLAY", &self.display).output().unwrap();
        // A search fails if nothing is found, or if a window goes while it looks: those who search look again.
        assert!(arguments[0] == "search" || output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Keeps a picture of a window, if somebody wants pictures.
    pub(crate) fn picture(&self, window: &str, name: &str) {
        let Some(folder) = std::env::var_os("KITH_PICTURES").map(PathBuf::from) else { return };
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.png"));
        let status = Command::new("import")
            .args(["-window", window])
            .arg(file)
            .env("DISPLAY", &self.display)
            .status()
            .expect("import, of the package imagemagick");
        assert!(status.success(), "no picture of {window}");
    }
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // An absolute path stays as it is.
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn home(root: &Path, name: &str) -> PathBuf {
    let home = root.join(name);
    for folder in ["run", "state", "config", "data", "cache"] {
        fs::create_dir_all(home.join(folder)).unwrap();
    }
    fs::set_permissions(home.join("run"), fs::Permissions::from_mode(0o700)).unwrap();
    home
}

/// Nothing of the person who runs the tests gets in, and nothing of the tests gets out.
fn dress(command: &mut Command, display: &str, bus: &str, home: &Path) {
    command
        .env("DISPLAY", display)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("XAUTHORITY")
        .env_remove("XMODIFIERS")
        .env_remove("AT_SPI_BUS_ADDRESS")
        .env_remove("NO_AT_BRIDGE")
        .env("DBUS_SESSION_BUS_ADDRESS", bus)
        .env("GSETTINGS_BACKEND", "memory")
        .env("LC_ALL", "C.UTF-8")
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home.join("run"))
        .env("XDG_STATE_HOME", home.join("state"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"));
}
