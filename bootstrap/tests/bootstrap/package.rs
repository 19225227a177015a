//! The Debian package, made by cargo-deb as for a release, of the program of these tests.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::node::text;

fn run(folder: &Path, program: impl AsRef<Path>, arguments: &[&str]) -> String {
    let mut command = Command::new(program.as_ref());
    let output = command.args(arguments).current_dir(folder).env("TMPDIR", folder).output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.as_ref().display()));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{} {arguments:?}: {out}{err}", program.as_ref().display());
    out.into_owned()
}

/// What the unit leaves open is 1.6 of 10: it talks to the network, and to a process of its own over a socket.
const EXPOSURE: &str = "20";

/// As it stands in the repository, for the program of these tests, and with what the document adds for ports below 1024.
#[test]
fn the_systemd_unit_is_one_and_gives_little_away() {
    if let Err(error) = Command::new("systemd-analyze").arg("--version").output() {
        assert!(std::env::var_os("KITH_CI").is_none(), "no systemd-analyze: {error}");
        return eprintln!("there is no systemd-analyze, nothing was checked: {error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let unit = include_str!("../../kith-bootstrap.service");
    let program = env!("CARGO_BIN_EXE_kith-bootstrap");
    assert_eq!(unit.matches("=kith-bootstrap ").count(), 1);
    let document = include_str!("../../../docs/OPERATING.md");
    let (_, more) = document.split_once("```\n[Service]\n").unwrap();
    let (more, _) = more.split_once("```").unwrap();
    assert!(more.contains("CAP_NET_BIND_SERVICE"), "{more}");
    for (name, dropin) in [("plain", None), ("web", Some(more))] {
        let name = format!("{name}.service");
        let mut text = unit.replace("=kith-bootstrap ", &format!("={program} "));
        if let Some(lines) = dropin {
            text.push_str(&format!("\n[Service]\n{lines}"));
        }
        fs::write(folder.join(&name), text).unwrap();
        // What it does not know it only complains of.
        let mut verify = Command::new("systemd-analyze");
        let verified =
            verify.args(["verify", "--man=no"]).arg(format!("./{name}")).current_dir(folder).output().unwrap();
        assert!(verified.status.success() && verified.stderr.is_empty(), "{verified:?}");
        let threshold = format!("--threshold={EXPOSURE}");
        run(folder, "systemd-analyze", &["security", "--offline=true", "--no-pager", &threshold, &format!("./{name}")]);
    }
}

#[test]
fn the_debian_package_is_whole() {
    if !Command::new("cargo").args(["deb", "--version"]).output().is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("KITH_CI").is_none(), "no cargo-deb");
        return eprintln!("there is no cargo-deb, no package was made: cargo install --locked cargo-deb");
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    // The program of these tests, where that of a release would be.
    let target = folder.join("target");
    fs::create_dir_all(target.join("release")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kith-bootstrap"), target.join("release/kith-bootstrap")).unwrap();
    let package = folder.join("node.deb");
    let made = Command::new("cargo")
        .args(["deb", "--manifest-path", text(&manifest), "--output", text(&package)])
        .args(["--no-build", "--fast", "--locked", "--offline"])
        .env("CARGO_TARGET_DIR", target)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    // Nothing it had to guess.
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(!said.contains("warning"), "{said}");

    let field = |name| run(folder, "dpkg-deb", &["--field", "node.deb", name]).trim().to_owned();
    assert_eq!((field("Package"), field("Version")), ("kith-bootstrap".into(), env!("CARGO_PKG_VERSION").into()));
    assert_eq!((field("Depends"), field("Section")), ("libc6 (>= 2.36), libgcc-s1".into(), "net".into()));
    let about = field("Description");
    assert!(about.starts_with("A public node for a community\n") && about.contains("reads nothing."), "{about}");
    let list = run(folder, "dpkg-deb", &["--contents", "node.deb"]);
    assert!(list.lines().all(|line| line.split_whitespace().nth(1) == Some("0/0")), "{list}");
    run(folder, "dpkg-deb", &["--raw-extract", "node.deb", "root"]);
    let root = folder.join("root");
    let unit = fs::read_to_string(root.join("usr/lib/systemd/system/kith-bootstrap.service")).unwrap();
    let command = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let program = root.join("usr/bin").join(command.split(' ').next().unwrap());
    assert_eq!(run(folder, &program, &["--version"]), format!("kith-bootstrap {}\n", env!("CARGO_PKG_VERSION")));
    for script in ["postinst", "prerm", "postrm"] {
        let script = root.join("DEBIAN").join(script);
        run(folder, "sh", &["-n", text(&script)]);
        // Without systemd, as in a container, they do nothing and do not fail.
        if !Path::new("/run/systemd/system").exists() {
            run(folder, &script, &["configure"]);
            run(folder, &script, &["remove"]);
        }
    }
    for name in ["LICENSE-MIT", "LICENSE-APACHE", "OPERATING.md", "copyright"] {
        assert!(root.join("usr/share/doc/kith-bootstrap").join(name).exists(), "{name}");
    }
}
