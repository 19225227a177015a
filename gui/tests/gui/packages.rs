//! The packages, made by the same scripts as a release, of the programs the tests were built with.

use std::{
    collections::BTreeSet,
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// What the scripts and these tests run, and the Debian package it is in.
const PROGRAMS: [(&str, &str); 6] = [
    ("appstreamcli", "appstream"),
    ("desktop-file-validate", "desktop-file-utils"),
    ("dpkg-deb", "dpkg"),
    ("mksquashfs", "squashfs-tools"),
    ("readelf", "binutils"),
    ("strip", "binutils"),
];

/// What the programs may be linked to; the rest of the system is looked for while they run.
const LINKED: [&str; 6] =
    ["ld-linux-x86-64.so.2", "libasound.so.2", "libc.so.6", "libgcc_s.so.1", "libm.so.6", "libstdc++.so.6"];

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("gui is in a folder").to_owned()
}

fn packaging() -> PathBuf {
    repository().join("gui/packaging")
}

/// The folder with both programs.
fn built() -> PathBuf {
    let folder = Path::new(env!("CARGO_BIN_EXE_kith")).parent().expect("a program is in a folder").to_owned();
    assert!(folder.join("kithd").exists(), "kithd is not beside kith: cargo build -p kith-node --bins");
    folder
}

fn nothing_is_missing() {
    let path = env::var_os("PATH").expect("a PATH");
    let missing: BTreeSet<_> = PROGRAMS
        .into_iter()
        .filter(|(program, _)| !env::split_paths(&path).any(|folder| folder.join(program).exists()))
        .map(|(program, package)| format!("{program} is in the Debian package {package}"))
        .collect();
    assert!(missing.is_empty(), "programs that are missing: {missing:?}");
}

/// Runs in `folder`, where temporary files go too, and without what could change the packages.
fn command(folder: &Path, program: impl AsRef<Path>, arguments: &[&str]) -> Output {
    let mut command = Command::new(program.as_ref());
    command.args(arguments).current_dir(folder).env("TMPDIR", folder).env("KITH_PACKAGE_FAST", "1");
    for variable in ["RUNTIME", "APPIMAGE_EXTRACT_AND_RUN", "NO_CLEANUP", "TARGET_APPIMAGE"] {
        command.env_remove(variable);
    }
    command.output().unwrap_or_else(|error| panic!("{}: {error}", program.as_ref().display()))
}

/// What it wrote, if it went well.
fn run(folder: &Path, program: impl AsRef<Path>, arguments: &[&str]) -> String {
    let output = command(folder, program.as_ref(), arguments);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{} {arguments:?}: {out}{err}", program.as_ref().display());
    out.into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary folder has a plain name")
}

/// The files and links below `folder`.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                found.insert(text(entry.path().strip_prefix(folder).unwrap()).to_owned());
            }
        }
    }
    found
}

/// What every package holds.
fn expected() -> BTreeSet<String> {
    let mut files: BTreeSet<String> = [
        "usr/bin/kith",
        "usr/bin/kithd",
        "usr/share/applications/org.kith.Kith.desktop",
        "usr/share/doc/kith/LICENSE-APACHE",
        "usr/share/doc/kith/LICENSE-MIT",
        "usr/share/icons/hicolor/scalable/apps/org.kith.Kith.svg",
        "usr/share/metainfo/org.kith.Kith.metainfo.xml",
    ]
    .map(str::to_owned)
    .into();
    for licence in fs::read_dir(repository().join("gui/assets/licences")).unwrap() {
        files.insert(format!("usr/share/doc/kith/{}", licence.unwrap().file_name().to_string_lossy()));
    }
    files
}

/// What is under `root` starts, stands alone and is described well.
fn check_tree(folder: &Path, root: &Path) {
    for program in ["kith", "kithd"] {
        let path = root.join("usr/bin").join(program);
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o755, "anybody can run {program}");
        assert_eq!(run(folder, &path, &["--version"]), format!("{program} {VERSION}\n"));
        let header = run(folder, "readelf", &["--wide", "--dynamic", "--sections", text(&path)]);
        assert!(!header.contains(".symtab"), "{program} is stripped");
        let linked = header.lines().filter(|line| line.contains("(NEEDED)"));
        let linked: BTreeSet<_> = linked.filter_map(|line| line.split(['[', ']']).nth(1)).collect();
        assert!(linked.is_subset(&LINKED.into()), "{program} is linked to {linked:?}: deb.sh and docs/packaging.md");
    }

    let desktop = root.join("usr/share/applications/org.kith.Kith.desktop");
    run(folder, "desktop-file-validate", &["--no-hints", text(&desktop)]);
    let desktop = fs::read_to_string(desktop).unwrap();
    let value = |key: &str| {
        let line = desktop.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.and_then(|value| value.split(' ').next()).unwrap_or_else(|| panic!("no {key} in the desktop file"))
    };
    assert!(root.join("usr/bin").join(value("Exec")).exists(), "Exec is a program of the package");
    let icon = root.join(format!("usr/share/icons/hicolor/scalable/apps/{}.svg", value("Icon")));
    assert!(icon.exists(), "Icon is an icon of the package");

    let metainfo = root.join("usr/share/metainfo/org.kith.Kith.metainfo.xml");
    run(folder, "appstreamcli", &["validate", "--no-net", text(&metainfo)]);
    let metainfo = fs::read_to_string(metainfo).unwrap();
    assert!(metainfo.contains(&format!("<release version=\"{VERSION}\"")), "AppStream data knows release {VERSION}");
}

#[test]
fn the_debian_package_is_whole() {
    nothing_is_missing();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run(folder, packaging().join("deb.sh"), &[text(&built()), "kith.deb"]);

    assert_eq!(run(folder, "dpkg-deb", &["--field", "kith.deb", "Package"]), "kith\n");
    assert_eq!(run(folder, "dpkg-deb", &["--field", "kith.deb", "Version"]), format!("{VERSION}\n"));
    let list = run(folder, "dpkg-deb", &["--contents", "kith.deb"]);
    let strange: Vec<_> = list.lines().filter(|line| line.split_whitespace().nth(1) != Some("root/root")).collect();
    assert!(strange.is_empty(), "everything belongs to root: {strange:?}");

    run(folder, "dpkg-deb", &["--extract", "kith.deb", "root"]);
    let root = folder.join("root");
    assert_eq!(files(&root), expected());
    check_tree(folder, &root);
}

#[test]
fn the_appimage_is_whole_and_starts() {
    nothing_is_missing();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run(folder, packaging().join("appimage.sh"), &[text(&built()), "Kith.AppImage"]);

    let image = folder.join("Kith.AppImage");
    let start = fs::read(&image).unwrap();
    assert_eq!(
        (start.get(..4), start.get(8..11)),
        (Some(&b"\x7fELF"[..]), Some(&b"AI\x02"[..])),
        "an AppImage, type 2"
    );
    // There may be no FUSE where this runs.
    let unpacked = "--appimage-extract-and-run";
    assert_eq!(run(folder, &image, &[unpacked, "--version"]), format!("kith {VERSION}\n"));
    assert_eq!(run(folder, &image, &[unpacked, "kithd", "--version"]), format!("kithd {VERSION}\n"));
    assert!(!command(folder, &image, &[unpacked, "--no-such-option"]).status.success(), "a failure is passed on");

    run(folder, &image, &["--appimage-extract"]);
    let root = folder.join("squashfs-root");
    let mut all = expected();
    let own =
        [".DirIcon", "AppRun", "org.kith.Kith.desktop", "org.kith.Kith.svg", "usr/share/doc/kith/AppImage-runtime.txt"];
    all.extend(own.map(str::to_owned));
    assert_eq!(files(&root), all);
    for name in own {
        let target = root.join(name).canonicalize().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(target.starts_with(root.canonicalize().unwrap()), "{name} leads out of the AppImage");
    }
    check_tree(folder, &root);
}

#[test]
fn an_appimage_begins_with_a_runtime() {
    nothing_is_missing();
    let folder = tempfile::tempdir().unwrap();
    let script = packaging().join("appimage.sh");
    let arguments = [text(&built()).to_owned(), "Kith.AppImage".to_owned()];
    let output = Command::new(script).args(arguments).current_dir(folder.path()).env("RUNTIME", "/bin/sh").output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("/bin/sh is no type-2 runtime"), "{said}");
    assert!(files(folder.path()).is_empty(), "nothing is left behind");
}

#[test]
fn recipes_nobody_ran_say_so() {
    let mut seen = 0;
    for recipe in fs::read_dir(packaging().join("untested")).unwrap() {
        let recipe = recipe.unwrap().path();
        let content = fs::read_to_string(&recipe).unwrap();
        let head: Vec<_> = content.lines().take(2).collect();
        assert!(head.iter().any(|line| line.contains("UNTESTED: never run")), "{}: {head:?}", recipe.display());
        for key in ["pkgver=", "Version: ", "AppVersion="] {
            for version in content.lines().filter_map(|line| line.strip_prefix(key)) {
                assert_eq!(version.trim(), VERSION, "{}: {key}", recipe.display());
            }
        }
        seen += 1;
    }
    assert!(seen > 1, "there are recipes");
}
