//! docs/OPERATING.md says what the program has: every setting, every metric, every switch.

use std::collections::{BTreeMap, BTreeSet};

use crate::node::{Node, call, wait_until};

const DOCUMENT: &str = include_str!("../../../docs/OPERATING.md");
const TEMPLATE: &str = include_str!("../../src/config_template.toml");

/// What stands in backticks in a text.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Names alone: no values, no other kinds of text.
fn names(text: &str) -> BTreeSet<&str> {
    let is_name = |word: &&str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
    };
    quoted(text).into_iter().filter(is_name).collect()
}

/// The rows of all tables whose header ends with this word, each as its last cell.
fn column(header: &str) -> Vec<&str> {
    let mut cells = Vec::new();
    let mut inside = false;
    for line in DOCUMENT.lines() {
        let last = || line.trim_end_matches(" |").rsplit_once("| ").map_or("", |(_, last)| last);
        match line.starts_with('|') {
            false => inside = false,
            true if last() == header => inside = true,
            true if inside => cells.push(last()),
            true => {}
        }
    }
    cells
}

/// The settings of the configuration, whatever section they are in.
fn settings() -> BTreeSet<&'static str> {
    let lines = TEMPLATE.lines().map(|line| line.trim_start_matches("# "));
    let named = lines.filter_map(|line| Some(line.split_once(" = ")?.0.trim()));
    named.filter(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')).collect()
}

#[test]
fn every_setting_is_explained_and_exists() {
    let settings = settings();
    assert!(settings.len() > 40, "{settings:?}");
    let explained: BTreeSet<&str> = quoted(DOCUMENT).into_iter().filter_map(|text| text.split(' ').next()).collect();
    let blocks: String = DOCUMENT.split("```").skip(1).step_by(2).collect();
    let missing: Vec<_> =
        settings.iter().filter(|name| !explained.contains(*name) && !blocks.contains(&format!("{name} = "))).collect();
    assert!(missing.is_empty(), "not in OPERATING.md: {missing:?}");
    let told: BTreeSet<&str> = column("settings").into_iter().flat_map(names).collect();
    let made_up: Vec<_> = told.difference(&settings).collect();
    assert!(!told.is_empty() && made_up.is_empty(), "no such settings: {made_up:?}");
}

/// The settings of the sections of the template, in the file or commented out, with their values.
fn defaults() -> BTreeMap<(&'static str, &'static str), &'static str> {
    let (mut section, mut found) = ("", BTreeMap::new());
    for line in TEMPLATE.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        } else if let Some((name, value)) = line.strip_prefix("# ").unwrap_or(line).split_once(" = ")
            && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        {
            found.insert((section, name), value.trim_matches('"'));
        }
    }
    found
}

/// What the document may write for a value.
fn written(name: &str, value: &str) -> Vec<String> {
    let Ok(number) = value.parse::<u64>() else { return vec![value.to_owned()] };
    let mut texts = vec![number.to_string()];
    let exact =
        |unit: u64, shown: &str| (number > 0 && number % unit == 0).then(|| format!("{} {shown}", number / unit));
    if name.ends_with("bytes") {
        texts.extend([(1 << 30, "GiB"), (1 << 20, "MiB")].into_iter().filter_map(|(unit, shown)| exact(unit, shown)));
    } else if name.ends_with("_interval_ms") {
        texts = vec![format!("{} per second", 1_000 / number.max(1)), format!("1 per {} s", number / 1_000)];
    } else if name.ends_with("kbit_per_s") {
        texts = vec![format!("{number} kbit/s")];
    } else if name.ends_with("_days") {
        texts = vec![format!("{number} days")];
    } else if name.ends_with("_s") {
        texts = [format!("{number} s")].into_iter().chain(exact(60, "min")).collect();
    }
    texts
}

/// A number with its thousands written together, between spaces.
fn spaced(cell: &str) -> String {
    let mut text = String::from(" ");
    let characters: Vec<char> = cell.chars().collect();
    for (at, c) in characters.iter().enumerate() {
        let digit = |at: usize| characters.get(at).is_some_and(char::is_ascii_digit);
        let thousands = *c == ' ' && at > 0 && digit(at - 1) && (1..=3).all(|next| digit(at + next)) && !digit(at + 4);
        if !thousands {
            text.push(if matches!(c, ',' | ';' | '`' | '(' | ')') { ' ' } else { *c });
        }
    }
    text.push(' ');
    text
}

#[test]
fn the_defaults_in_the_tables_are_those_of_the_program() {
    let (defaults, mut seen) = (defaults(), 0);
    let sections =
        [("Limits", "limits"), ("Calls", "media"), ("The relay for iroh", "iroh_relay"), ("Mail", "mailbox")];
    for (title, section) in sections {
        let (_, text) = DOCUMENT.split_once(&format!("\n## {title}\n")).unwrap();
        for row in text.split("\n## ").next().unwrap().lines().filter(|line| line.starts_with("| ")) {
            let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
            let [_, default, settings] = cells.as_slice() else { panic!("{row}") };
            let section = if settings.contains("`[limits]`") { "limits" } else { section };
            let mut rest = spaced(default);
            // Each stands in the order of its setting.
            for name in settings.split('`').skip(1).step_by(2).filter(|name| !name.starts_with('[')) {
                let Some(value) = defaults.get(&(section, name)) else {
                    assert_eq!(name, "memory_bytes", "no default of {name} in the template");
                    continue;
                };
                let texts = written(name, value);
                let found = texts.iter().find_map(|text| rest.split_once(&format!(" {text} ")));
                let (_, after) = found.unwrap_or_else(|| panic!("{name} is {texts:?}, the document says {default}"));
                rest = format!(" {after}");
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn the_template_listens_for_those_with_web_ports_alone_as_the_document_does() {
    let (_, section) = DOCUMENT.split_once("\n## Networks that let only web ports through\n").unwrap();
    let line = section.lines().find(|line| line.starts_with("listen = ")).unwrap();
    assert!(line.matches("/tcp/443/tls/ws\"").count() == 2 && TEMPLATE.contains(&format!("\n#   {line}\n")), "{line}");
}

#[test]
fn every_metric_is_explained_and_exists() {
    let dir = tempfile::tempdir().unwrap();
    let node = Node::with(&dir, &["--listen", "/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"]);
    assert!(call(&["probe", node.text("address")]).status.success());
    let told: BTreeSet<&str> = quoted(DOCUMENT).into_iter().filter(|text| text.starts_with("kith_")).collect();
    let told: BTreeSet<&str> = told.into_iter().map(|text| text.split('{').next().unwrap_or(text)).collect();
    let shown = || {
        let (_, page) = node.page("/metrics");
        let lines = page.lines().filter(|line| line.starts_with("kith_"));
        lines.map(|line| line.split(['{', ' ']).next().unwrap_or(line).to_owned()).collect::<BTreeSet<_>>()
    };
    wait_until("the mailbox has counted", || shown().contains("kith_mailbox_requests_total"));
    let shown = shown();
    let unexplained: Vec<_> = shown.iter().filter(|name| !told.contains(name.as_str())).collect();
    assert!(unexplained.is_empty(), "not in OPERATING.md: {unexplained:?}");
    // What is counted by label shows only once it happened.
    let quiet = [
        "kith_bans_total",
        "kith_connections_refused_total",
        "kith_gossip_cards_total",
        "kith_kad_puts_total",
        "kith_turn_dropped_total",
    ];
    let made_up: Vec<_> = told.iter().filter(|name| !shown.contains(**name) && !quiet.contains(*name)).collect();
    assert!(made_up.is_empty(), "no such metrics: {made_up:?}");
}

#[test]
fn every_switch_is_one() {
    let help = call(&["run", "--help"]);
    let help = text_of(&help.stdout);
    let switches: BTreeSet<&str> = help.split_whitespace().filter(|word| word.starts_with("--")).collect();
    let own = switches
        .iter()
        .map(|word| word.trim_end_matches(|c: char| !c.is_ascii_lowercase()))
        .filter(|word| *word != "--help");
    for switch in own {
        assert!(DOCUMENT.contains(switch), "{switch} is not in OPERATING.md");
    }
    for command in ["init", "run", "probe", "address"] {
        assert!(DOCUMENT.contains(&format!("kith-bootstrap {command} ")), "{command} is not in OPERATING.md");
        assert!(call(&[command, "--help"]).status.success());
    }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
