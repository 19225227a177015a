//! The container, made and run by the lines of the document, in a network and a store of images of its own.
//!
//! There is no registry here, so the images it is made from are stand-ins under their names: a shell, what the recipe calls, and
//! the libraries these need, from this machine. The compiler is one that was told the right words and hands out the program of
//! these tests. So this shows that the recipe is read, that its steps do what they are for, and that the node in it runs as a
//! user, keeps its state and is reached at its ports; not that the real images have a compiler new enough.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::node::text;

const DOCUMENT: &str = include_str!("../../../docs/OPERATING.md");
const RECIPE: &str = include_str!("../../Containerfile");
const NODE: &str = env!("CARGO_BIN_EXE_kith-bootstrap");
/// What the recipe calls, and what the compiler's stand-in does.
const CALLED: [&str; 5] = ["sh", "useradd", "install", "mkdir", "cp"];
const COMPILER: &str = "#!/bin/sh\n[ \"$*\" = \"build --locked --release -p kith-bootstrap\" ] || exit 1\n\
    mkdir -p target/release && cp /built target/release/kith-bootstrap\n";

/// A folder with images, networks and containers of its own, which end with it.
struct Podman {
    folder: tempfile::TempDir,
}

impl Podman {
    /// Runs lines of a shell where the recipe is, without a way to any network but its own.
    fn run(&self, lines: &str) -> Output {
        let set = "set -eu; ip link set lo up\n";
        Command::new("unshare")
            .args(["--net", "--mount", "bash", "-c", &format!("{set}{lines}")])
            .env("CONTAINERS_STORAGE_CONF", self.folder.path().join("storage.conf"))
            .current_dir(self.folder.path().join("source"))
            .output()
            .expect("bash runs")
    }

    fn new() -> Result<Self, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path();
        let storage =
            format!("[storage]\ndriver = \"vfs\"\ngraphroot = \"{0}/store\"\nrunroot = \"{0}/run\"\n", text(at));
        fs::write(at.join("storage.conf"), storage).expect("written");
        fs::create_dir_all(at.join("source/bootstrap")).expect("a folder");
        fs::write(at.join("source/bootstrap/Containerfile"), RECIPE).expect("written");
        let system = at.join("system");
        lay_out(&system);
        let podman = Self { folder };
        for name in RECIPE.lines().filter_map(|line| line.strip_prefix("FROM ")) {
            let name = name.split(' ').next().unwrap_or_default();
            if name.contains("/rust:") {
                stand_in_for_a_compiler(&system);
            } else {
                fs::remove_file(system.join("built")).ok();
                fs::remove_file(system.join("bin/cargo")).ok();
            }
            let made = podman.run(&format!("tar c -C '{}' . | podman import - {name}", text(&system)));
            if !made.status.success() {
                return Err(String::from_utf8_lossy(&made.stderr).into_owned());
            }
        }
        Ok(podman)
    }
}

/// The programs and what they are linked to, at the places where they are looked for.
fn lay_out(system: &Path) {
    for folder in ["bin", "etc", "tmp", "root"] {
        fs::create_dir_all(system.join(folder)).expect("a folder");
    }
    fs::write(system.join("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n").expect("written");
    fs::write(system.join("etc/group"), "root:x:0:\n").expect("written");
    for name in ["shadow", "login.defs"] {
        fs::write(system.join("etc").join(name), "").expect("written");
    }
    let mut libraries = linked_to(Path::new(NODE));
    for name in CALLED {
        let places = ["/bin", "/usr/bin", "/sbin", "/usr/sbin"].map(|folder| Path::new(folder).join(name));
        let program = places.into_iter().find(|path| path.exists()).unwrap_or_else(|| panic!("no {name}"));
        libraries.extend(linked_to(&program));
        fs::copy(&program, system.join("bin").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    for library in libraries {
        let place = system.join(library.strip_prefix("/").expect("an absolute path"));
        fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
        fs::copy(&library, place).expect("a library");
    }
}

fn linked_to(program: &Path) -> BTreeSet<PathBuf> {
    let said = Command::new("ldd").arg(program).output().expect("ldd runs").stdout;
    let said = String::from_utf8(said).expect("text");
    said.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from).collect()
}

fn stand_in_for_a_compiler(system: &Path) {
    let compiler = system.join("bin/cargo");
    fs::write(&compiler, COMPILER).expect("written");
    fs::set_permissions(&compiler, fs::Permissions::from_mode(0o755)).expect("may be run");
    // Each layer is a copy of all before it.
    let stripped = Command::new("strip").arg("-o").arg(system.join("built")).arg(NODE).status().expect("strip runs");
    assert!(stripped.success());
}

#[test]
fn the_container_of_the_document_runs_a_node() {
    let may = Command::new("unshare").args(["--net", "--mount", "podman", "--version"]).output();
    let missing = match may {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Some(error.to_string()),
    };
    if let Some(reason) = missing {
        return eprintln!("skipped, podman cannot run here: {reason}");
    }
    let podman = match Podman::new() {
        Ok(podman) => podman,
        Err(reason) => return eprintln!("skipped, podman makes no images here: {reason}"),
    };
    let (_, section) = DOCUMENT.split_once("\n## Container\n").unwrap();
    let (_, block) = section.split_once("```\n").unwrap();
    let (block, _) = block.split_once("\n```").unwrap();
    let (makes, asks) = block.rsplit_once('\n').unwrap();
    assert!(asks.starts_with("podman exec ") && makes.starts_with("podman build "), "{block}");
    // Who follows the document is not as quick as this. The ports are tried at an address of the machine.
    let asks =
        |word| format!("for _ in $(seq 300); do link=$({asks}) && break; sleep 0.1; done; echo \"{word} $link\"\n");
    let lines = [
        &format!("trap 'podman rm --force --time 2 kith >/dev/null' EXIT\n{makes}\n"),
        &asks("LINK"),
        &format!("'{NODE}' probe \"$link\"\n"),
        "machine=$(ip -4 -o addr show scope global | awk '{ print $4 }' | cut -d/ -f1)\n\
         for port in 4100 4443; do timeout 10 bash -c \": > /dev/tcp/$machine/$port\"; echo \"PORT $port\"; done\n\
         echo \"OWNER $(stat -c %u \"$(podman volume inspect kith-data --format '{{.Mountpoint}}')/key\")\"\n\
         podman restart --time 2 kith >/dev/null\n",
        &asks("AGAIN"),
    ]
    .concat();
    let output = podman.run(&lines);
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{errors}");
    let line =
        |begins: &str| said.lines().find_map(|line| line.strip_prefix(begins)).unwrap_or_else(|| panic!("{said}"));
    assert!(line("LINK ").starts_with("kith:b/1/"), "{said}");
    // The key is in the volume: it is the same node. Its address may be another.
    assert_eq!(line("LINK ").get(..50), line("AGAIN ").get(..50));
    assert_eq!(line("OWNER "), "10001");
    assert!(line("connected in ").contains("ms to "), "{said}");
    assert!(said.contains("PORT 4100\n") && said.contains("PORT 4443\n"), "{said}{errors}");
}
