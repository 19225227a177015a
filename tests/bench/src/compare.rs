//! `compare`: did a ratio get worse?

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::Path,
};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::line::Better;

/// A ratio may get worse by this factor.
const WORSE_MAX: f64 = 1.1;

/// What of a line is compared.
#[derive(Deserialize)]
struct Measured {
    metric: String,
    better: Better,
    ratio: Option<f64>,
    noisy: bool,
}

/// The ratios of a metric, one per repeat.
struct Ratios {
    better: Better,
    noisy: bool,
    all: Vec<f64>,
}

/// A metric in both files.
#[derive(Debug, PartialEq)]
struct Verdict {
    metric: String,
    /// The median before.
    before: f64,
    /// The repeats now.
    after: Vec<f64>,
    noisy: bool,
    worse: bool,
}

/// Compares two files of lines, says what became of each ratio, and fails if one got worse in most of its repeats.
pub(crate) fn run(before: &Path, after: &Path) -> Result<()> {
    let text = |file: &Path| fs::read_to_string(file).with_context(|| file.display().to_string());
    let verdicts = compare(&text(before)?, &text(after)?)?;
    ensure!(!verdicts.is_empty(), "the files have no ratio of the same metric");
    let mut out = io::stdout().lock();
    for Verdict { metric, before, after, noisy, worse } in &verdicts {
        let after: Vec<String> = after.iter().map(|ratio| format!("{ratio:.3}")).collect();
        let words = match (worse, noisy) {
            (true, true) => " worse, noisy",
            (true, false) => " worse",
            (false, true) => " noisy",
            (false, false) => "",
        };
        writeln!(out, "{metric}: {before:.3} -> {}{words}", after.join(" "))?;
    }
    let worse: Vec<&str> = verdicts.iter().filter(|verdict| verdict.worse).map(|verdict| &*verdict.metric).collect();
    ensure!(worse.is_empty(), "more than 10 % worse: {}", worse.join(", "));
    Ok(())
}

fn compare(before: &str, after: &str) -> Result<Vec<Verdict>> {
    let (before, after) = (read(before)?, read(after)?);
    let both = before.into_iter().filter_map(|(metric, old)| {
        let new = after.get(&metric)?;
        let reference = median(&old.all)?;
        let is_worse = |ratio: &&f64| match new.better {
            Better::Less => **ratio > reference * WORSE_MAX,
            Better::More => **ratio < reference / WORSE_MAX,
        };
        let worse = new.all.iter().filter(is_worse).count() * 2 > new.all.len();
        Some(Verdict { metric, before: reference, after: new.all.clone(), noisy: old.noisy || new.noisy, worse })
    });
    Ok(both.collect())
}

fn read(text: &str) -> Result<BTreeMap<String, Ratios>> {
    let mut found = BTreeMap::new();
    for line in text.lines() {
        let Measured { metric, better, ratio, noisy } = serde_json::from_str(line).context("not a line of ours")?;
        let Some(ratio) = ratio else { continue };
        let ratios = found.entry(metric).or_insert_with(|| Ratios { better, noisy: false, all: Vec::new() });
        ratios.noisy |= noisy;
        ratios.all.push(ratio);
    }
    Ok(found)
}

fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(metric: &str, better: &str, ratios: &[f64]) -> String {
        let line =
            |ratio| format!("{{\"metric\":\"{metric}\",\"better\":\"{better}\",\"ratio\":{ratio},\"noisy\":false}}\n");
        ratios.iter().map(line).collect()
    }

    fn worse(better: &str, before: &[f64], after: &[f64]) -> bool {
        let found = compare(&lines("a", better, before), &lines("a", better, after)).unwrap();
        assert_eq!(found.len(), 1);
        found[0].worse
    }

    #[test]
    fn only_more_than_a_tenth_in_most_repeats_is_worse() {
        assert!(!worse("less", &[2.0], &[2.19]));
        assert!(worse("less", &[2.0], &[2.21]));
        assert!(!worse("less", &[2.0], &[1.0]));
        assert!(worse("more", &[0.5], &[0.45]));
        assert!(!worse("more", &[0.5], &[0.46]));
        assert!(!worse("more", &[0.5], &[0.9]));
        assert!(!worse("less", &[2.0, 2.1, 1.9], &[3.0, 3.0, 2.0, 2.0, 2.0]));
        assert!(worse("less", &[2.0, 2.1, 1.9], &[3.0, 3.0, 2.0, 2.0, 3.0]));
    }

    #[test]
    fn only_ratios_in_both_files_count() {
        let before = lines("a", "less", &[1.0]) + &lines("b", "less", &[1.0]);
        let floor = "{\"metric\":\"b\",\"better\":\"less\",\"ratio\":null,\"noisy\":true}\n";
        let found = compare(&before, &(lines("a", "less", &[1.0]) + &lines("c", "less", &[9.0]) + floor)).unwrap();
        assert_eq!(found.iter().map(|verdict| verdict.metric.as_str()).collect::<Vec<_>>(), ["a"]);
        assert!(compare("x", "").is_err());
    }
}
