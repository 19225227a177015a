//! The same program without an X server.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use super::{person::wait, screen::Process};

const SOCKET: &str = "kith-test";

#[test]
fn a_window_opens_on_wayland_and_ends_when_the_session_does() {
    let folder = tempfile::tempdir().unwrap();
    let (home, log) = (folder.path().join("home"), |name: &str| folder.path().join(name));
    fs::create_dir(&home).unwrap();
    fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).unwrap();
    let dress = |program: &str| {
        let mut command = Command::new(program);
        command.env("HOME", &home).env("XDG_RUNTIME_DIR", &home).env("WAYLAND_DISPLAY", SOCKET).env_remove("DISPLAY");
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent").stdout(Stdio::null());
        command
    };
    let mut weston = dress("weston");
    weston.args(["--backend=headless-backend.so", "--idle-time=0", "--width=1300", "--height=900"]);
    weston.arg(format!("--socket={SOCKET}")).env_remove("WAYLAND_DISPLAY");
    let _desktop = Process::start(&mut weston, &log("desktop"));
    let read = |name: &str| fs::read_to_string(log(name)).unwrap_or_default();
    wait("desktop, of the package weston", || home.join(SOCKET).exists().then_some(()), || read("desktop"));

    let mut kith = dress(env!("CARGO_BIN_EXE_kith"));
    kith.arg("--profile").arg(home.join("profile")).args(["--language", "en", "--no-mdns", "--no-default-bootstrap"]);
    kith.args(["--listen", "/ip4/127.0.0.1/udp/0/quic-v1", "--log", "warn,kith_gui::frames=trace"]);
    let mut kith = Process::start(&mut kith, &log("kith"));
    // A frame is on the screen when the next one begins.
    let drawn = || (read("kith").matches("frame ready").count() > 1).then_some(());
    wait("second frame", drawn, || read("kith"));
    assert!(!kith.has_ended(), "{}", read("kith"));
    kith.ask_to_end();
    wait("end", || kith.has_ended().then_some(()), || read("kith"));
}
