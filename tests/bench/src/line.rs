//! One line of output: a metric, its anchor, their ratio, and whether the goal was met.

use serde::{Deserialize, Serialize};

use crate::{
    machine::{self, Host, Run},
    samples::Rounds,
};

/// The version of this format.
const SCHEMA: &str = "kith-bench/1";
/// A machine that was busier than this at the start measures nothing that counts.
const LOAD_MAX: f64 = 0.5;
/// Halves of a run that differ by more than this share measure nothing that counts.
const DRIFT_MAX: f64 = 0.1;

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Better {
    /// A time.
    Less,
    /// A rate.
    More,
}

/// A value of a line that a goal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Value {
    /// The median, in the unit of the line.
    P50,
    /// The 95th percentile, in the unit of the line.
    P95,
    /// The largest, in the unit of the line.
    Max,
    /// The median over the anchor's.
    Ratio,
    /// The 99th percentile over the anchor's.
    RatioP99,
}

/// A limit that a value must keep: at most it for times, at least it for rates.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Goal {
    of: Value,
    limit: f64,
}

impl Goal {
    /// This value keeps this limit.
    pub(crate) fn new(of: Value, limit: f64) -> Self {
        Self { of, limit }
    }
}

/// What a metric is compared with, measured in the same run.
#[derive(Debug, Serialize)]
struct Anchor {
    name: &'static str,
    p50: f64,
    p99: f64,
}

/// A line.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    schema: &'static str,
    metric: &'static str,
    unit: &'static str,
    better: Better,
    n: usize,
    p50: f64,
    p95: f64,
    p99: f64,
    max: f64,
    mean: f64,
    /// Processor seconds of this process while it was measured, without the anchor's; absent for other processes.
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_s: Option<f64>,
    anchor: Option<Anchor>,
    ratio: Option<f64>,
    ratio_p99: Option<f64>,
    goal: Vec<Goal>,
    /// Absent without a goal, and if the line is noisy.
    pass: Option<bool>,
    noisy: bool,
    seed: u64,
    host: Host,
    git: String,
    rustc: String,
}

/// A metric on its way to a line.
pub(crate) struct Metric {
    metric: &'static str,
    unit: &'static str,
    better: Better,
    ours: Rounds,
    anchor: Option<(&'static str, Rounds)>,
    cpu_s: Option<f64>,
    goal: Vec<Goal>,
}

impl Metric {
    /// What was measured.
    pub(crate) fn new(metric: &'static str, unit: &'static str, better: Better, ours: Rounds) -> Self {
        Self { metric, unit, better, ours, anchor: None, cpu_s: None, goal: Vec::new() }
    }

    /// What it is compared with.
    pub(crate) fn anchor(mut self, name: &'static str, rounds: Rounds) -> Self {
        self.anchor = Some((name, rounds));
        self
    }

    /// The processor time it took.
    pub(crate) fn cpu_s(mut self, seconds: f64) -> Self {
        self.cpu_s = Some(seconds);
        self
    }

    /// What it should be; several goals must all be met.
    pub(crate) fn goal(mut self, of: Value, limit: f64) -> Self {
        self.goal.push(Goal::new(of, limit));
        self
    }

    /// The line.
    pub(crate) fn line(self, run: &Run, seed: u64) -> Line {
        let Self { metric, unit, better, ours, anchor, cpu_s, goal } = self;
        let host = run.host();
        let noisy = host.load1_before > LOAD_MAX || ours.drift() > DRIFT_MAX;
        let max = ours.percentile(1.0);
        let (p50, p95, p99) = (ours.percentile(0.5), ours.percentile(0.95), ours.percentile(0.99));
        let ratio = anchor.as_ref().map(|(_, rounds)| ours.median() / rounds.median());
        let ratio_p99 = anchor.as_ref().map(|(_, rounds)| p99 / rounds.percentile(0.99));
        let met = |goal: &Goal| {
            let value = match goal.of {
                Value::P50 => Some(p50),
                Value::P95 => Some(p95),
                Value::Max => Some(max),
                Value::Ratio => ratio,
                Value::RatioP99 => ratio_p99,
            };
            value.is_some_and(|value| match better {
                Better::Less => value <= goal.limit,
                Better::More => value >= goal.limit,
            })
        };
        Line {
            schema: SCHEMA,
            metric,
            unit,
            better,
            n: ours.count(),
            p50,
            p95,
            p99,
            max,
            mean: ours.mean(),
            cpu_s,
            anchor: anchor.map(|(name, rounds)| Anchor {
                name,
                p50: rounds.percentile(0.5),
                p99: rounds.percentile(0.99),
            }),
            ratio,
            ratio_p99,
            pass: (!goal.is_empty() && !noisy).then(|| goal.iter().all(met)),
            goal,
            noisy,
            seed,
            host,
            git: machine::git(),
            rustc: machine::rustc(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(value: f64) -> Rounds {
        let mut rounds = Rounds::default();
        for _ in 0..8 {
            rounds.push(vec![value; 4]);
        }
        rounds
    }

    #[test]
    fn a_line_has_every_field_and_judges_only_a_quiet_machine() {
        let run = Run::begin();
        let quiet = run.host().load1_before <= LOAD_MAX;
        for (better, limit, met) in [
            (Better::Less, 2.0, true),
            (Better::Less, 1.9, false),
            (Better::More, 2.0, true),
            (Better::More, 2.1, false),
        ] {
            let metric = Metric::new("test", "ms", better, rounds(6.0)).anchor("floor", rounds(3.0));
            let line = serde_json::to_value(metric.goal(Value::Ratio, limit).line(&run, 7)).unwrap();
            for field in ["schema", "metric", "unit", "n", "p50", "p95", "p99", "mean", "anchor", "ratio", "goal"] {
                assert!(!line[field].is_null(), "{field} in {line}");
            }
            for field in ["pass", "noisy", "seed", "host", "git", "rustc"] {
                assert!(line.get(field).is_some(), "{field} in {line}");
            }
            assert_eq!((&line["ratio"], &line["n"]), (&2.0.into(), &32.into()));
            assert_eq!(line["pass"].as_bool(), quiet.then_some(met), "{line}");
        }
    }

    #[test]
    fn a_drifting_run_is_noisy() {
        let mut drifting = Rounds::default();
        for round in 0..8 {
            drifting.push(vec![f64::from(round + 10)]);
        }
        let line = Metric::new("test", "ms", Better::Less, drifting).goal(Value::P50, 100.0).line(&Run::begin(), 1);
        assert!(line.noisy && line.pass.is_none());
    }
}
