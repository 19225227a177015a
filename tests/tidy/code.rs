//! Rules about the source files themselves.

use super::tree::{Source, files, none, read};

const FILE_LINES_MAX: usize = 800;
const FUNCTION_LINES_MAX: usize = 80;

/// The layers that have one file per feature, and the features they have.
const FEATURES: [(&str, &[&str]); 4] = [
    ("node/src/handles", &["backup", "chats", "contacts", "network", "profile", "settings"]),
    ("crates/kith-core/src", &["chats", "contacts", "profile", "settings"]),
    ("crates/kith-store/src", &["backup", "chats", "contacts", "settings"]),
    ("tests", &["backup", "chat"]),
];

#[test]
fn files_are_short() {
    let long: Vec<_> = files(&[".rs", ".py", ".mjs"])
        .iter()
        .filter(|file| file.text.lines().count() > FILE_LINES_MAX)
        .map(|file| format!("{}: {} lines", file.path, file.text.lines().count()))
        .collect();
    none("files over the limit", &long);
}

#[test]
fn functions_are_short() {
    let long: Vec<_> = files(&[".rs"]).iter().flat_map(long_functions).collect();
    none("functions over the limit", &long);
}

/// Reads code as rustfmt lays it out: a body ends at the first line that begins with `}` in the column of its `fn`.
fn long_functions(file: &Source) -> Vec<String> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut long = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let column = line.len() - line.trim_start().len();
        let body = lines[start..].iter().position(|line| closes(line, column) && !line.trim_start().starts_with(')'));
        let Some(length) = body else { continue };
        let code = lines[start..=start + length].iter().filter(|line| is_code(line)).count();
        if code > FUNCTION_LINES_MAX {
            long.push(format!("{}:{}: {name} has {code} lines of code", file.path, start + 1));
        }
    }
    long
}

fn function_name(line: &str) -> Option<&str> {
    let words = line.split_whitespace();
    let mut words = words.skip_while(|word| {
        matches!(*word, "pub" | "async" | "const" | "unsafe" | "extern") || word.starts_with("pub(")
    });
    (words.next()? == "fn" && !line.trim_end().ends_with([';', '}'])).then(|| words.next())?
}

fn closes(line: &str, column: usize) -> bool {
    let text = line.trim_start();
    line.len() - text.len() == column && (text.starts_with('}') || text.ends_with(';'))
}

fn is_code(line: &str) -> bool {
    let text = line.trim();
    !text.is_empty() && !text.starts_with("//")
}

#[test]
fn a_long_function_is_noticed() {
    let body = "    call();\n".repeat(FUNCTION_LINES_MAX);
    let file = |text: String| Source { path: "x.rs".to_owned(), text };
    let long = format!("impl X {{}}\npub(crate) async fn long(\n    a: u8,\n) -> u8 {{\n{body}}}\nfn short() {{\n}}\n");
    let found = long_functions(&file(long));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("x.rs:2: long("), "{found:?}");
    let short = format!("fn short() {{\n{}}}\n", "    call();\n    // why\n\n".repeat(FUNCTION_LINES_MAX / 2));
    assert!(long_functions(&file(short)).is_empty());
}

#[test]
fn crates_introduce_themselves() {
    let silent: Vec<_> = files(&["lib.rs", "main.rs"])
        .into_iter()
        .filter(|file| !file.text.starts_with("//!"))
        .map(|file| file.path)
        .collect();
    none("crate roots that do not begin with //!", &silent);
}

#[test]
fn modules_are_laid_out_one_way() {
    let old: Vec<_> = files(&["/mod.rs"]).into_iter().map(|file| file.path).collect();
    none("foo.rs beside foo/, never foo/mod.rs", &old);
}

#[test]
fn features_have_the_same_name_in_every_layer() {
    let paths: Vec<_> = files(&[".rs"]).into_iter().map(|file| file.path).collect();
    let missing: Vec<_> = FEATURES
        .iter()
        .flat_map(|(layer, words)| words.iter().map(move |word| format!("{layer}/{word}.rs")))
        .filter(|path| !paths.contains(path))
        .collect();
    none("feature files that are missing", &missing);
}

#[test]
fn colours_come_from_the_theme() {
    let word = concat!("Color", "32");
    let stray: Vec<_> = files(&[".rs"])
        .into_iter()
        .filter(|file| file.text.contains(word) && !file.path.starts_with("gui/src/theme"))
        .map(|file| file.path)
        .collect();
    none("colours outside theme/", &stray);
}

#[test]
fn the_window_keeps_its_layers_apart() {
    let within = |path: &str, layers: &[&str]| {
        layers.iter().any(|layer| {
            path.starts_with(&format!("gui/src/{layer}.rs")) || path.starts_with(&format!("gui/src/{layer}/"))
        })
    };
    let rules: [(&[&str], &[&str]); 2] = [
        (&["model", "update", "action"], &["use egui", "egui::"]),
        (&["views", "widgets", "model", "update"], &["kith_node::Node", "tokio::", "std::fs"]),
    ];
    let mut found = Vec::new();
    for file in files(&[".rs"]) {
        for (layers, words) in rules {
            if within(&file.path, layers) {
                found.extend(
                    words.iter().filter(|word| file.text.contains(**word)).map(|word| format!("{}: {word}", file.path)),
                );
            }
        }
    }
    none("layers of the window that reach into each other", &found);
}

#[test]
fn no_test_is_skipped() {
    let word = concat!("#[", "ignore");
    let skipped: Vec<_> =
        files(&[".rs"]).into_iter().filter(|file| file.text.contains(word)).map(|file| file.path).collect();
    none("tests that are skipped", &skipped);
}

#[test]
fn nothing_names_a_registry_or_a_machine() {
    let kinds = [".rs", ".toml", ".md", ".py", ".mjs", ".json", ".npmrc", ".ci/run", ".service", "Containerfile"];
    let hosts =
        [concat!("npm", "js.org"), concat!("crates", ".io/"), concat!("pypi", ".org"), concat!("registry", "=")];
    let folders = [concat!("/", "work/"), concat!("/", "root/"), concat!("/home", "/")];
    let mut found = Vec::new();
    for file in files(&kinds) {
        for (number, line) in file.text.lines().enumerate() {
            if hosts.iter().chain(&folders).any(|word| line.contains(word)) {
                found.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    none("names of registries or machines", &found);
}

#[test]
fn the_strict_crates_stay_strict() {
    let words = ["clippy::unwrap_used", "clippy::expect_used", "clippy::panic", "clippy::indexing_slicing"];
    let lax: Vec<_> = ["crypto", "wire", "core", "net"]
        .iter()
        .map(|name| format!("crates/kith-{name}/src/lib.rs"))
        .filter(|path| {
            let text = read(path);
            let deny = text.split("#![deny(").nth(1).and_then(|rest| rest.split(")]").next()).unwrap_or_default();
            !words.iter().all(|word| deny.contains(word))
        })
        .collect();
    none("crates that read what strangers send and do not deny panics", &lax);
}
