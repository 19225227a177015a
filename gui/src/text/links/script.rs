//! The scripts of a host.

/// The scripts that are told apart. What is in none of these blocks is of a script of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    /// Digits, hyphens.
    Common,
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Hebrew,
    Arabic,
    /// Devanagari to Sinhala: the block of 128 characters.
    Indic(u32),
    Thai,
    Lao,
    Georgian,
    Ethiopic,
    Cherokee,
    /// Chinese characters.
    Han,
    Kana,
    Bopomofo,
    Hangul,
    /// Everything else, and forms of letters that are not for hosts: wide, mathematical, in circles.
    Other,
}

const BLOCKS: &[(char, char, Script)] = &[
    ('0', '9', Script::Common),
    ('a', 'z', Script::Latin),
    ('A', 'Z', Script::Latin),
    ('\u{C0}', '\u{24F}', Script::Latin),
    ('\u{1E00}', '\u{1EFF}', Script::Latin),
    ('\u{370}', '\u{3FF}', Script::Greek),
    ('\u{1F00}', '\u{1FFF}', Script::Greek),
    ('\u{400}', '\u{52F}', Script::Cyrillic),
    ('\u{1C80}', '\u{1C8F}', Script::Cyrillic),
    ('\u{531}', '\u{58F}', Script::Armenian),
    ('\u{590}', '\u{5FF}', Script::Hebrew),
    ('\u{600}', '\u{6FF}', Script::Arabic),
    ('\u{750}', '\u{77F}', Script::Arabic),
    ('\u{870}', '\u{8FF}', Script::Arabic),
    ('\u{E00}', '\u{E7F}', Script::Thai),
    ('\u{E80}', '\u{EFF}', Script::Lao),
    ('\u{10A0}', '\u{10FF}', Script::Georgian),
    ('\u{1100}', '\u{11FF}', Script::Hangul),
    ('\u{1200}', '\u{139F}', Script::Ethiopic),
    ('\u{13A0}', '\u{13FF}', Script::Cherokee),
    ('\u{3005}', '\u{3007}', Script::Han),
    ('\u{3041}', '\u{30FF}', Script::Kana),
    ('\u{3105}', '\u{312F}', Script::Bopomofo),
    ('\u{3400}', '\u{4DBF}', Script::Han),
    ('\u{4E00}', '\u{9FFF}', Script::Han),
    ('\u{AB70}', '\u{ABBF}', Script::Cherokee),
    ('\u{AC00}', '\u{D7A3}', Script::Hangul),
    ('\u{20000}', '\u{323AF}', Script::Han),
];

fn script(c: char) -> Script {
    if matches!(c, '\u{900}'..='\u{DFF}') {
        return Script::Indic(u32::from(c) >> 7);
    }
    if matches!(c, '-' | '_' | '·' | '・' | '\u{200C}' | '\u{200D}') {
        return Script::Common;
    }
    BLOCKS.iter().find(|(from, to, _)| (*from..=*to).contains(&c)).map_or(Script::Other, |(.., script)| *script)
}

/// Whether a character is a mark of a script whose words do not go without.
pub(super) fn is_mark(c: char) -> bool {
    matches!(script(c), Script::Hebrew | Script::Arabic | Script::Indic(_) | Script::Thai | Script::Lao)
}

/// Whether a host is of scripts that do not go together.
pub(super) fn is_mixed(host: &str) -> bool {
    let all = || host.chars().filter(|c| *c != '.').map(script).filter(|script| *script != Script::Common);
    if all().any(|script| script == Script::Other) {
        return true;
    }
    let has_latin = all().any(|script| script == Script::Latin);
    (has_latin && all().any(looks_latin)) || host.split('.').any(is_mixed_label)
}

/// Whether a script has letters that look like Latin ones.
fn looks_latin(script: Script) -> bool {
    matches!(script, Script::Greek | Script::Cyrillic | Script::Armenian | Script::Georgian | Script::Cherokee)
}

fn is_mixed_label(label: &str) -> bool {
    let mut scripts: Vec<Script> = Vec::new();
    for script in label.chars().map(script) {
        if script != Script::Common && !scripts.contains(&script) {
            scripts.push(script);
        }
    }
    let of = |allowed: &[Script]| scripts.iter().all(|script| allowed.contains(script));
    scripts.len() > 1
        && !of(&[Script::Latin, Script::Han, Script::Kana])
        && !of(&[Script::Latin, Script::Han, Script::Hangul])
        && !of(&[Script::Latin, Script::Han, Script::Bopomofo])
}
