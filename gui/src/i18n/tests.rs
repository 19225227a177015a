use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use super::{Arg, Code, Lang};

/// The texts of a locale with the names of what is filled in.
fn texts(code: Code) -> BTreeMap<String, BTreeSet<String>> {
    let file = root().join("locales").join(code.tag()).join("kith.ftl");
    let source = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut last = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        if !line.starts_with([' ', '}', '[', '*']) {
            let (key, _) = line.split_once(" =").unwrap_or_else(|| panic!("{}: {line}", file.display()));
            last = key.to_owned();
            assert!(texts.insert(last.clone(), BTreeSet::new()).is_none(), "{last} stands twice in {}", file.display());
        }
        let args = line.split('$').skip(1).map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap());
        texts.get_mut(&last).unwrap().extend(args.map(str::to_owned));
    }
    texts
}

fn root() -> std::path::PathBuf {
    // Not `env!`: the tests may run elsewhere than where they were compiled.
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).to_owned()
}

fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("i18n/tests.rs") {
            into.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_locale_has_every_text_with_the_same_gaps() {
    let english = texts(Code::En);
    for code in Code::ALL {
        let other = texts(code);
        let missing: Vec<_> = english.keys().filter(|key| !other.contains_key(*key)).collect();
        let strange: Vec<_> = other.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(missing.is_empty() && strange.is_empty(), "{}: missing {missing:?}, unknown {strange:?}", code.tag());
        for (key, args) in &english {
            // A language may do without a number where it says "one".
            assert!(other[key].is_subset(args), "{}: {key} fills in {:?}, not {args:?}", code.tag(), other[key]);
            assert!(args.is_empty() == other[key].is_empty(), "{}: {key} loses {args:?}", code.tag());
        }
    }
}

#[test]
fn every_text_is_used_and_every_used_text_is_there() {
    let english = texts(Code::En);
    let mut code = String::new();
    sources(&root().join("src"), &mut code);
    let made = ["error-", "confirm-", "weekday-", "month-", "safety-emoji-"];
    let unused: Vec<_> = english
        .keys()
        .filter(|key| !made.iter().any(|prefix| key.starts_with(prefix)))
        .filter(|key| {
            let pairs = |key: &&str| ["health-", "presence-", "privacy-"].iter().any(|prefix| key.starts_with(prefix));
            let whole = key.strip_suffix("-about").filter(pairs).unwrap_or(key);
            !code.contains(&format!("\"{whole}\""))
        })
        .collect();
    assert!(unused.is_empty(), "texts nobody shows: {unused:?}");
    let used =
        code.split("t(\"").skip(1).chain(code.split("with(\"").skip(1)).filter_map(|rest| rest.split('"').next());
    let absent: BTreeSet<_> = used
        .filter(|key| {
            key.contains('-') && key.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit())
        })
        .filter(|key| !english.contains_key(*key))
        .collect();
    assert!(absent.is_empty(), "texts that are missing: {absent:?}");
}

#[test]
fn every_error_of_the_node_has_a_text() {
    let english = texts(Code::En);
    let source = fs::read_to_string(root().join("../crates/kith-api/src/error.rs")).unwrap();
    let words = source.lines().filter_map(|line| line.trim().strip_prefix("Self::")?.split_once(" => \""));
    let keys: Vec<_> =
        words.map(|(_, word)| format!("error-{}", word.trim_end_matches("\",").replace('_', "-"))).collect();
    assert!(keys.len() > 15, "{keys:?}");
    for key in keys {
        assert!(english.contains_key(&key), "{key}");
    }
}

#[test]
fn every_picture_of_a_safety_number_has_a_name_of_its_own() {
    let source = fs::read_to_string(root().join("../crates/kith-crypto/src/safety/emoji.rs")).unwrap();
    let words: Vec<_> = source.lines().filter_map(|line| line.split('"').nth(3)).collect();
    assert_eq!(words.len(), 64);
    for code in Code::ALL {
        let lang = Lang::new(code, None);
        let names: BTreeSet<_> = words.iter().map(|word| lang.t(&format!("safety-emoji-{word}"))).collect();
        assert_eq!(names.len(), 64, "{}", code.tag());
        assert!(names.iter().all(|name| !name.contains("safety-emoji")), "{}: {names:?}", code.tag());
    }
}

#[test]
fn plurals_and_names_are_filled_in() {
    let lang = Lang::new(Code::En, None).in_utc();
    assert_eq!(lang.with("network-peers", &[("count", Arg::Count(1))]), "One peer");
    assert_eq!(lang.with("network-peers", &[("count", Arg::Count(7))]), "7 peers");
    assert_eq!(lang.with("add-ask", &[("name", Arg::Text("Mara"))]), "Ask Mara");
}

#[test]
fn the_made_up_language_is_longer_and_whole() {
    let (en, pseudo) = (Lang::new(Code::En, None), Lang::new(Code::Pseudo, None));
    let (plain, made) = (en.t("welcome-line"), pseudo.t("welcome-line"));
    assert!(
        made.starts_with('[') && made.ends_with(']') && made.chars().count() > plain.chars().count() * 5 / 4,
        "{made}"
    );
}

#[test]
fn times_are_as_people_say_them() {
    const NOW: u64 = crate::model::samples::NOW;
    const HOUR: u64 = 3_600_000;
    let day = Lang::new(Code::En, Some(true)).in_utc();
    assert_eq!(day.clock(NOW), "09:41");
    assert_eq!(Lang::new(Code::En, Some(false)).in_utc().clock(NOW + 12 * HOUR), "9:41 pm");
    assert_eq!(day.short(NOW - HOUR, NOW), "08:41");
    assert_eq!(day.short(NOW - 24 * HOUR, NOW), "Yesterday");
    assert_eq!(day.short(NOW - 3 * 24 * HOUR, NOW), "Wednesday");
    assert_eq!(day.short(NOW - 20 * 24 * HOUR, NOW), "1 November");
    assert_eq!(day.day(NOW - 400 * 24 * HOUR, NOW), "Friday, 17 October 2025");
    assert_eq!(day.ago(NOW - 30_000, NOW), "just now");
    assert_eq!(day.ago(NOW - 5 * 60_000, NOW), "5 minutes ago");
    assert_eq!(day.full(0), "Thursday, 1 January 1970, 00:00");
}
