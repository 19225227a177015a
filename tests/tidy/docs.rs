//! Rules about documents: they list what there is, and what they say to type works.

use std::{collections::BTreeMap, fs};

use kith_tests::process::workspace;
use serde_json::Value;

use super::{
    metadata::{EDGES, members},
    tree::{files, none, read},
};

/// Everything after this line of `docs/API.md` is generated.
const GENERATED: &str = "<!-- From here on generated: UPDATE=1 cargo nextest run -p kith-tests api_page -->\n\n";

#[test]
fn the_api_page_is_the_api() {
    let path = workspace().join("docs/API.md");
    let page = read("docs/API.md");
    let (head, shown) = page.split_once(GENERATED).expect("docs/API.md has the line before its generated part");
    let generated = kith_api::openrpc::markdown();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, format!("{head}{GENERATED}{generated}")).expect("docs/API.md can be written");
    } else {
        assert!(shown == generated, "docs/API.md is out of date: UPDATE=1 cargo nextest run -p kith-tests api_page");
    }
}

#[test]
fn the_api_page_lists_every_error_code() {
    let page = read("docs/API.md");
    let missing: Vec<_> = read("crates/kith-api/src/error.rs")
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Self::")?.split_once(" => \""))
        .map(|(_, word)| format!("`{}`", word.trim_end_matches("\",")))
        .filter(|word| !page.contains(word.as_str()))
        .collect();
    none("error codes that docs/API.md does not explain", &missing);
}

#[test]
fn the_api_page_lists_every_setting() {
    let page = read("docs/API.md");
    let (_, settings) = page.split_once("## Settings").expect("a section about settings");
    let files = ["views.rs", "views/link_preview.rs", "views/sound.rs"];
    let source = files.map(|file| read(&format!("crates/kith-api/src/{file}"))).concat();
    let constants = source.lines().filter_map(|line| line.strip_prefix("pub const ")?.split_once(": &str = \""));
    let names: Vec<_> = constants.map(|(_, name)| format!("| `{}` |", name.trim_end_matches("\";"))).collect();
    assert!(names.len() >= 20, "{names:?}");
    let missing: Vec<_> = names.into_iter().filter(|name| !settings.contains(name.as_str())).collect();
    none("settings that docs/API.md does not explain", &missing);
}

#[test]
fn the_architecture_page_shows_every_package() {
    let page = read("docs/ARCHITECTURE.md");
    let missing: Vec<_> = EDGES
        .iter()
        .map(|(name, uses)| {
            let uses = match *uses {
                [] => "–".to_owned(),
                ["*"] => "anything".to_owned(),
                uses => uses.join(", "),
            };
            format!("| {name} | {uses} |")
        })
        .filter(|row| !page.contains(row.as_str()))
        .collect();
    none("rows that docs/ARCHITECTURE.md does not have", &missing);
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut dead = Vec::new();
    for page in files(&[".md"]) {
        let folder = workspace().join(&page.path).parent().expect("a page is in a folder").to_owned();
        for link in page.text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if !link.is_empty() && !link.contains("://") && !folder.join(link).exists() {
                dead.push(format!("{}: {link}", page.path));
            }
        }
    }
    none("links that lead nowhere", &dead);
}

#[test]
fn decisions_are_numbered_once() {
    let mut numbers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files(&[".md"]) {
        if let Some(name) = file.path.strip_prefix("docs/decisions/") {
            let number: String = name.chars().take_while(char::is_ascii_digit).collect();
            assert_eq!(number.len(), 4, "{name} begins with four digits");
            numbers.entry(number).or_default().push(name.to_owned());
        }
    }
    let expected: Vec<_> = (1..=numbers.len()).map(|number| format!("{number:04}")).collect();
    assert_eq!(numbers.keys().cloned().collect::<Vec<_>>(), expected, "no number is left out");
    let twice: Vec<_> = numbers.values().filter(|names| names.len() > 1).map(|names| names.join(" and ")).collect();
    none("decisions with the same number", &twice);
}

/// The lines of the `sh` blocks of a page, continuation lines joined.
fn commands(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for block in page.split("```sh\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default().replace("\\\n", " ");
        found.extend(block.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()));
    }
    found
}

fn has_target(package: &str, kind: &str, name: &str) -> bool {
    members().filter(|member| member["name"] == package).any(|member| {
        let targets = member["targets"].as_array().into_iter().flatten();
        targets.into_iter().any(|target| {
            let kinds: Vec<_> = target["kind"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            target["name"] == name && kinds.contains(&kind)
        })
    })
}

#[test]
fn the_commands_in_the_readme_exist() {
    let all = commands(&read("README.md"));
    let cargo_run: Vec<_> = all.iter().filter(|line| line.contains("cargo run")).collect();
    assert!(!cargo_run.is_empty(), "README.md says how to run it");
    for line in cargo_run {
        let words: Vec<_> = line.split_whitespace().take_while(|word| *word != "--").collect();
        let after = |flag: &str| words.iter().position(|word| *word == flag).and_then(|at| words.get(at + 1)).copied();
        let package = after("-p").unwrap_or_else(|| panic!("{line}: no -p"));
        let kind = if words.contains(&"--example") { "example" } else { "bin" };
        let name = after("--bin").or_else(|| after("--example")).unwrap_or(package);
        assert!(has_target(package, kind, name), "{line}: there is no {kind} {name} in {package}");
    }
    for line in all.iter().filter(|line| line.contains("kithd call ")) {
        let method = line.split("kithd call ").nth(1).and_then(|rest| rest.split_whitespace().next());
        let method = method.unwrap_or_default();
        assert!(kith_api::method_info(method).is_some(), "{line}: there is no method {method:?}");
    }
}

#[test]
fn ci_runs_what_the_readme_says() {
    let readme = commands(&read("README.md"));
    let ci = read(".ci/run");
    let test = readme.iter().find(|line| line.starts_with("cargo nextest run")).expect("README.md says how to test");
    assert!(ci.lines().any(|line| line.trim() == test), ".ci/run does not run `{test}`");
    let install = readme.iter().find_map(|line| line.split("apt-get install -y ").nth(1)).expect("an apt-get line");
    let packages = ci.lines().find_map(|line| line.strip_prefix("packages=\"")).expect(".ci/run has packages=\"…\"");
    assert_eq!(packages.trim_end_matches('"'), install, "packages in .ci/run, and in README.md");
}

#[test]
fn the_changelog_knows_this_version() {
    let version = members().find_map(|member| member["version"].as_str()).expect("a version").to_owned();
    let page = read("CHANGELOG.md");
    assert!(page.contains(&format!("## {version}")) || page.contains("## Unreleased"), "no entry for {version}");
}
