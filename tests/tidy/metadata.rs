//! Rules about packages: who may depend on whom, licences, sources.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
    sync::OnceLock,
};

use kith_tests::process::workspace;
use serde_json::Value;

use super::tree::{none, read};

/// Who may depend on whom. `*` is anything. `docs/ARCHITECTURE.md` shows the same table.
pub(super) const EDGES: [(&str, &[&str]); 14] = [
    ("kith-crypto", &[]),
    ("kith-wire", &["kith-crypto"]),
    ("kith-api", &[]),
    ("kith-store", &["kith-crypto", "kith-wire"]),
    ("kith-core", &["kith-api", "kith-crypto", "kith-store", "kith-wire"]),
    ("kith-net", &["kith-crypto", "kith-wire"]),
    ("kith-bootstrap", &["kith-crypto", "kith-net", "kith-wire"]),
    ("kith-media", &[]),
    ("kith-rtc", &[]),
    (
        "kith-node",
        &["kith-api", "kith-core", "kith-crypto", "kith-media", "kith-net", "kith-rtc", "kith-store", "kith-wire"],
    ),
    ("kith-gui", &["kith-node"]),
    ("kith-examples", &["kith-api", "kith-node"]),
    ("kith-tests", &["*"]),
    ("kith-bench", &["*"]),
];

/// Licences that may be linked into a program under MIT or Apache-2.0. `deny.toml` has the same list.
const LICENCES: [&str; 16] = [
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OFL-1.1",
    "Ubuntu-font-1.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// What `cargo metadata` says about this workspace.
pub(super) fn metadata() -> &'static Value {
    static METADATA: OnceLock<Value> = OnceLock::new();
    METADATA.get_or_init(|| {
        let text = cargo(&["metadata", "--format-version", "1", "--offline", "--no-deps"]);
        serde_json::from_str(&text).expect("JSON")
    })
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn all<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    value[field].as_array().into_iter().flatten()
}

/// The packages of this workspace.
pub(super) fn members() -> impl Iterator<Item = &'static Value> {
    all(metadata(), "packages")
}

/// Every package that is compiled here, as `NAME VERSION` with its licence expression.
fn compiled() -> BTreeMap<String, String> {
    let arguments = ["tree", "--offline", "--workspace", "-e", "normal,build,dev", "--prefix", "none", "-f", "{p};{l}"];
    let list = cargo(&arguments);
    let rows = list.lines().filter_map(|row| row.trim_end_matches(" (*)").split_once(';'));
    rows.map(|(package, licence)| (package.to_owned(), licence.to_owned())).collect()
}

fn cargo(arguments: &[&str]) -> String {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program).args(arguments).current_dir(workspace()).output().expect("cargo is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn dependencies_are_the_ones_in_the_table() {
    let table: BTreeMap<&str, &[&str]> = EDGES.into_iter().collect();
    let names: BTreeSet<_> = members().map(|package| text(package, "name")).collect();
    assert_eq!(names, table.keys().copied().collect(), "packages, and the rows of the table");
    let mut wrong = Vec::new();
    for package in members() {
        let name = text(package, "name");
        let allowed: BTreeSet<_> = table[name].iter().copied().collect();
        let used: BTreeSet<_> =
            all(package, "dependencies").map(|used| text(used, "name")).filter(|used| names.contains(used)).collect();
        if !allowed.contains("*") && !used.is_subset(&allowed) {
            wrong.push(format!("{name} uses {used:?}, the table says {allowed:?}"));
        }
    }
    none("dependencies that are not the ones in the table", &wrong);
}

#[test]
fn licences_allow_what_we_do() {
    let compiled = compiled();
    assert!(compiled.len() > 100, "cargo tree lists the packages");
    let wrong: Vec<_> = compiled
        .iter()
        .filter(|(_, licence)| !permitted(licence))
        .map(|(package, licence)| format!("{package}: {licence:?}"))
        .collect();
    none("licences that are not in the list", &wrong);
    let deny = read("deny.toml");
    let missing: Vec<_> =
        LICENCES.iter().filter(|name| !deny.contains(&format!("\"{name}\""))).map(|name| (*name).to_owned()).collect();
    none("licences that deny.toml does not have", &missing);
}

/// Evaluates an SPDX expression: `OR` needs one side, `AND` both; `/` is an old way to write `OR`.
fn permitted(expression: &str) -> bool {
    let text = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words: Vec<&str> = text.split_whitespace().rev().collect();
    either(&mut words) && words.is_empty()
}

fn either(words: &mut Vec<&str>) -> bool {
    let mut good = both(words);
    while words.last() == Some(&"OR") {
        words.pop();
        good |= both(words);
    }
    good
}

fn both(words: &mut Vec<&str>) -> bool {
    let mut good = single(words);
    while words.last() == Some(&"AND") {
        words.pop();
        good &= single(words);
    }
    good
}

fn single(words: &mut Vec<&str>) -> bool {
    match words.pop() {
        Some("(") => {
            let good = either(words);
            words.pop() == Some(")") && good
        }
        Some(name) if words.last() == Some(&"WITH") => {
            words.pop();
            words.pop().is_some_and(|exception| LICENCES.contains(&format!("{name} WITH {exception}").as_str()))
        }
        Some(name) => LICENCES.contains(&name),
        None => false,
    }
}

#[test]
fn licence_expressions_are_understood() {
    for good in
        ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(GPL-3.0 OR MIT) AND ISC", "Apache-2.0 WITH LLVM-exception"]
    {
        assert!(permitted(good), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT AND AGPL-3.0) OR GPL-2.0", "ISC WITH LLVM-exception"] {
        assert!(!permitted(bad), "{bad}");
    }
}

#[test]
fn everything_comes_from_the_registry_or_from_here() {
    let stray: Vec<_> = read("Cargo.lock")
        .lines()
        .filter(|line| line.starts_with("source = "))
        .filter(|line| !line.starts_with("source = \"registry+"))
        .map(str::to_owned)
        .collect();
    none("sources that are not a registry", &stray);
}
