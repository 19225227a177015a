//! Text from others on a terminal: times, states, and nothing that moves the cursor.

use std::io::Write as _;

use anyhow::Context as _;
use serde_json::Value;

const DAY_MS: u64 = 24 * 3600 * 1000;

/// Prints a line.
///
/// # Errors
/// If nobody reads it any more.
pub(super) fn print(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("writing the output")
}

/// A time as `YYYY-MM-DD HH:MM`, UTC.
pub(super) fn time(unix_ms: u64) -> String {
    let (year, month, day) = date(unix_ms / DAY_MS);
    let minutes = unix_ms % DAY_MS / 60_000;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minutes / 60, minutes % 60)
}

/// The Gregorian date so many days after 1970-01-01.
fn date(days: u64) -> (u64, u64, u64) {
    // Years that begin in March put the leap day last; 400 of them are a whole number of days.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let in_year = day - (365 * year + year / 4 - year / 100);
    let march_month = (5 * in_year + 2) / 153;
    let day_of_month = in_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day_of_month)
}

/// What others wrote, safe to print: control characters and what turns the writing direction are shown as escapes,
/// further lines are indented.
pub(super) fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\n    "),
            '\t' => out.push(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => push_escape(&mut out, character),
            character if character.is_control() => push_escape(&mut out, character),
            character => out.push(character),
        }
    }
    out
}

fn push_escape(out: &mut String, character: char) {
    // Writing to a string cannot fail.
    let _infallible = std::fmt::Write::write_fmt(out, format_args!("{}", character.escape_unicode()));
}

/// A message on one line: time, author, text, state.
pub(super) fn message(message: &Value, author: &str) -> String {
    let text = match message["text"].as_str() {
        Some(text) if message["kind"] == "sticker" => format!("[sticker {}]", safe(text)),
        Some(text) => safe(text),
        None => "(needs a newer version of Kith)".to_owned(),
    };
    let time = time(message["sent_at"].as_u64().unwrap_or_default());
    match message["state"].as_str() {
        Some(state) => format!("{time} {author}: {text}  ({state})"),
        None => format!("{time} {author}: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_gregorian() {
        assert_eq!(time(0), "1970-01-01 00:00");
        assert_eq!(time(951_782_399_000), "2000-02-28 23:59");
        assert_eq!(time(951_782_400_000), "2000-02-29 00:00");
        assert_eq!(time(951_868_800_000), "2000-03-01 00:00");
        assert_eq!(time(1_704_067_199_999), "2023-12-31 23:59");
        assert_eq!(time(4_107_542_400_000), "2100-03-01 00:00");
    }

    #[test]
    fn nothing_others_write_moves_the_cursor() {
        assert_eq!(safe("a\u{1b}[2Jb\rc\u{202e}d"), "a\\u{1b}[2Jb\\u{d}c\\u{202e}d");
        assert_eq!(safe("one\ntwo"), "one\n    two");
        let said = json!({ "sent_at": 0, "text": "hi\u{7}", "state": "seen" });
        assert_eq!(message(&said, "you"), "1970-01-01 00:00 you: hi\\u{7}  (seen)");
        let sticker = json!({ "sent_at": 0, "kind": "sticker", "text": ":party:" });
        assert_eq!(message(&sticker, "Ada"), "1970-01-01 00:00 Ada: [sticker :party:]");
    }
}
