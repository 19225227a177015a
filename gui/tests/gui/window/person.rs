//! A person before a screen: the real program in a window, used with mouse and keys.

use std::{
    cell::Cell,
    path::Path,
    time::{Duration, Instant},
};

use super::{
    atspi::{Seen, Shown},
    screen::{Process, Screen},
};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);
/// Between two looks.
const GLANCE: Duration = Duration::from_millis(15);
/// What has not moved for so long is not about to: pages are complete after some frames.
const STILL: Duration = Duration::from_millis(120);

/// Waits until there is something, with a limit. What is there instead is said by `else_there_is`.
pub(crate) fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>, else_there_is: impl Fn() -> String) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "no {what} in\n{}", else_there_is());
        std::thread::park_timeout(GLANCE);
    }
}

pub(crate) struct Person<'a> {
    screen: &'a Screen,
    name: &'static str,
    process: Process,
    window: String,
}

impl<'a> Person<'a> {
    /// Starts the program; `environment` is for it alone. Returns when its window is there.
    pub(crate) fn start(screen: &'a Screen, name: &'static str, environment: &[(&str, &str)]) -> Self {
        let folder = screen.folder(name);
        let mut command = screen.command(env!("CARGO_BIN_EXE_kith"), name);
        command
            .arg("--profile")
            .arg(folder.join("profile"))
            .args(["--language", "en", "--theme", "dark", "--listen", "/ip4/127.0.0.1/udp/0/quic-v1"])
            .args(["--no-mdns", "--no-default-bootstrap"])
            .envs(environment.iter().copied());
        let mut process = Process::start(&mut command, &folder.join("log"));
        let pid = process.id().to_string();
        let found = || {
            assert!(!process.has_ended(), "{name} has ended:\n{}", log(&folder));
            let windows = screen.xdotool(&["search", "--all", "--onlyvisible", "--pid", &pid, "--name", "^Kith$"]);
            windows.lines().next().map(str::to_owned)
        };
        let window = wait(&format!("window of {name}"), found, || log(&folder));
        let person = Self { screen, name, process, window };
        person.wait_until_active();
        person
    }

    fn wait_until_active(&self) {
        self.until("active window", |seen| seen.nodes.first().is_some_and(|frame| frame.is("active")));
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Puts the window somewhere.
    pub(crate) fn place(&self, left: i32, width: i32, height: i32) {
        let [x, wide, high] = [left, width, height].map(|number| number.to_string());
        let window = self.window.as_str();
        let placed = || {
            let frame = self.look(&[]).nodes.first().and_then(|frame| frame.place);
            let geometry = self.screen.xdotool(&["getwindowgeometry", "--shell", window]);
            let at = geometry.lines().find_map(|line| line.strip_prefix("X=")?.parse::<i32>().ok());
            // The window manager may put an edge around it.
            if frame.is_some_and(|place| place[2..] == [width, height]) && at.is_some_and(|at| (at - left).abs() < 20) {
                return Some(());
            }
            // Said before the window manager knows the window, it is forgotten.
            self.screen.xdotool(&["windowsize", window, &wide, &high, "windowmove", window, &x, "30"]);
            None
        };
        wait("window of that size", placed, || self.state());
    }

    pub(crate) fn look(&self, about: &[&str]) -> Seen {
        self.screen.reader.look(self.pid(), about)
    }

    /// Waits until `done` is seen.
    pub(crate) fn until(&self, label: &str, done: impl Fn(&Seen) -> bool) {
        self.find(label, |seen| done(seen).then_some(()));
    }

    /// Waits until something is found, by its name.
    fn find<T>(&self, label: &str, found: impl Fn(&Seen) -> Option<T>) -> T {
        wait(&format!("{label} for {}", self.name), || found(&self.look(&[label])), || self.state())
    }

    fn state(&self) -> String {
        let line = |shown: &Shown| format!("{} {:?} {}", shown.role, shown.name, shown.states.join(" "));
        let lines: Vec<_> = self.look(&[]).nodes.iter().map(line).collect();
        format!("{}\n{}", lines.join("\n"), log(&self.screen.folder(self.name)))
    }

    pub(crate) fn wait(&self, label: &str) {
        self.until(label, |seen| seen.has(label));
    }

    pub(crate) fn wait_part(&self, label: &str) {
        self.until(label, |seen| seen.has_part(label));
    }

    pub(crate) fn wait_without(&self, label: &str) {
        self.until(&format!("end of {label}"), |seen| !seen.nodes.is_empty() && !seen.has(label));
    }

    /// Presses what has this name with the mouse, as soon as it is there and keeps still.
    pub(crate) fn click(&self, label: &str) {
        self.click_on(label, |seen| seen.control(label));
    }

    fn click_on(&self, label: &str, find: impl Fn(&Seen) -> Option<&Shown>) {
        let since = Cell::new((None, Instant::now()));
        let at = self.find(label, |seen| {
            let place = find(seen).filter(|shown| shown.is("enabled"))?.place;
            if since.get().0 != place {
                since.set((place, Instant::now()));
            }
            place.filter(|_| since.get().1.elapsed() > STILL)
        });
        let frame = self.look(&[]).nodes.first().and_then(|frame| frame.place).expect("a window");
        let (x, y) = (at[0] + at[2] / 2, at[1] + at[3] / 2);
        assert!(x < frame[2] && y < frame[3], "{label} is outside the window, at {at:?}");
        let [x, y] = [x, y].map(|number| number.to_string());
        self.screen.xdotool(&["mousemove", "--window", &self.window, &x, &y, "click", "1"]);
    }

    /// Clicks into a field, so that it has the keyboard.
    pub(crate) fn click_into(&self, label: &str) {
        self.click_on(label, |seen| seen.field(label));
        self.wait_for_keyboard(label);
    }

    fn wait_for_keyboard(&self, label: &str) {
        self.until(label, |seen| seen.field(label).is_some_and(|shown| shown.is("focused")));
    }

    /// Types into a field, and sees it there.
    pub(crate) fn type_into(&self, label: &str, text: &str) {
        self.click_into(label);
        self.write_into(label, text);
    }

    /// Types into the field that has the keyboard, and sees it there.
    pub(crate) fn write_into(&self, label: &str, text: &str) {
        self.screen.xdotool(&["type", "--delay", "4", "--", text]);
        self.until(label, |seen| seen.field(label).is_some_and(|shown| shown.text.as_deref() == Some(text)));
    }

    /// Presses keys: `Return`, `ctrl+v`.
    pub(crate) fn key(&self, keys: &str) {
        self.screen.xdotool(&["key", keys]);
    }

    /// Uses it as a screen reader does, without mouse and keys.
    pub(crate) fn press(&self, label: &str) {
        let shown = self.find(label, |seen| seen.control(label).cloned());
        assert!(self.screen.reader.press(self.pid(), &shown), "{label} cannot be pressed");
    }

    /// Gives it the keyboard as a screen reader does.
    pub(crate) fn focus(&self, label: &str) {
        let shown = self.find(label, |seen| seen.field(label).cloned());
        assert!(self.screen.reader.focus(self.pid(), &shown), "{label} does not take the keyboard");
        self.wait_for_keyboard(label);
    }

    /// A page is there: what is on it has names, and somebody may want a picture of it.
    pub(crate) fn page(&self, name: &str) {
        self.screen.picture(&self.window, name);
        let problems: Vec<_> = self.look(&[]).nodes.iter().filter_map(Shown::problem).collect();
        assert!(problems.is_empty(), "{name}:\n{}", problems.join("\n"));
    }

    /// Presses the keys that close a window.
    pub(crate) fn ask_to_close(&self) {
        self.screen.xdotool(&["windowactivate", &self.window]);
        self.wait_until_active();
        self.key("alt+F4");
    }

    /// Closes the window; the program ends by itself.
    pub(crate) fn close(mut self) {
        self.ask_to_close();
        let folder = self.screen.folder(self.name);
        wait("end", || self.process.has_ended().then_some(()), || log(&folder));
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.process.has_ended()
    }

    /// Whether its window is on the screen.
    pub(crate) fn is_shown(&self) -> bool {
        let pid = self.pid().to_string();
        !self.screen.xdotool(&["search", "--all", "--onlyvisible", "--pid", &pid, "--name", "Kith"]).is_empty()
    }
}

fn log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap_or_default()
}
