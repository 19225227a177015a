//! How the numbers of a node went in the last hours, for the status page.

use std::collections::VecDeque;

use serde::Serialize;

/// Seconds between two samples of the last hour, and of the last day.
pub(crate) const FINE_S: u64 = 10;
const COARSE_S: u64 = 240;
/// Samples of each: an hour and a day.
const SAMPLES: usize = 360;

/// Outcomes that mean that somebody did not get what they asked for.
const DENIALS: [&str; 7] = ["denied", "limited", "forbidden", "quota", "full", "queue_full", "refused"];

/// The numbers at one time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Sample {
    /// Unix milliseconds.
    pub(crate) at_ms: u64,
    /// Open connections.
    pub(crate) peers: f64,
    /// Bytes in and out since the start: libp2p, which includes circuits, TURN, and what was relayed for iroh.
    pub(crate) bytes: f64,
    /// Those of them that TURN and the relay for iroh passed on, each counted once. Of circuits nobody tells.
    pub(crate) relayed_bytes: f64,
    /// Places at the relay.
    pub(crate) reservations: f64,
    /// Circuits and TURN allocations open.
    pub(crate) relayed: f64,
    /// Requests and connections refused since the start.
    pub(crate) denials: f64,
    /// Envelopes kept, and their bytes.
    pub(crate) envelopes: f64,
    pub(crate) mail_bytes: f64,
    /// Memory of the process, bytes.
    pub(crate) memory: f64,
}

impl Sample {
    /// Reads the numbers from OpenMetrics text.
    pub(crate) fn read(metrics: &str, at_ms: u64) -> Self {
        let mut sample = Self {
            at_ms,
            peers: 0.0,
            bytes: 0.0,
            relayed_bytes: 0.0,
            reservations: 0.0,
            relayed: 0.0,
            denials: 0.0,
            envelopes: 0.0,
            mail_bytes: 0.0,
            memory: 0.0,
        };
        for line in metrics.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, value)) = line.rsplit_once(' ') else { continue };
            let Ok(value) = value.parse::<f64>() else { continue };
            let (name, labels) = name.split_once('{').unwrap_or((name, ""));
            let denied = DENIALS.iter().any(|outcome| labels.contains(&format!("outcome=\"{outcome}\"")));
            match name {
                "kith_connections" => sample.peers += value,
                "libp2p_bandwidth_bytes_total" | "kith_iroh_relay_received_bytes_total" => sample.bytes += value,
                "kith_turn_bytes_total" | "kith_iroh_relay_sent_bytes_total" => {
                    sample.bytes += value;
                    sample.relayed_bytes += value;
                }
                "kith_relay_reservations" => sample.reservations += value,
                "kith_relay_circuits" | "kith_turn_allocations" => sample.relayed += value,
                "kith_connections_refused_total" | "kith_iroh_relay_refused_total" => sample.denials += value,
                "kith_mailbox_envelopes" => sample.envelopes += value,
                "kith_mailbox_bytes" => sample.mail_bytes += value,
                "process_resident_memory_bytes" => sample.memory += value,
                _ if denied && name.starts_with("kith_") => sample.denials += value,
                _ => {}
            }
        }
        sample
    }
}

/// Samples of the last hour and the last day.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct History {
    hour: VecDeque<Sample>,
    day: VecDeque<Sample>,
}

impl History {
    /// Keeps a sample; the oldest give way.
    pub(crate) fn push(&mut self, sample: Sample) {
        let due = self.day.back().is_none_or(|last| sample.at_ms.saturating_sub(last.at_ms) >= COARSE_S * 1_000);
        keep(&mut self.hour, sample);
        if due {
            keep(&mut self.day, sample);
        }
    }

    /// What to show now: what was kept, and how it is at this moment.
    pub(crate) fn with_now(&self, now: Sample) -> Self {
        let mut shown = self.clone();
        shown.hour.push_back(now);
        shown.day.push_back(now);
        shown
    }
}

fn keep(samples: &mut VecDeque<Sample>, sample: Sample) {
    if samples.len() >= SAMPLES {
        samples.pop_front();
    }
    samples.push_back(sample);
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRICS: &str = "# HELP kith_connections Open connections.\n\
        kith_connections{direction=\"in\",transport=\"quic\"} 3\n\
        kith_connections{direction=\"out\",transport=\"tcp\"} 1\n\
        kith_connections_refused_total{reason=\"total\"} 2\n\
        kith_slot_requests_total{operation=\"put\",outcome=\"denied\"} 5\n\
        kith_slot_requests_total{operation=\"put\",outcome=\"done\"} 50\n\
        kith_turn_requests_total{operation=\"allocate\",outcome=\"quota\"} 1\n\
        kith_turn_bytes_total{direction=\"in\"} 100\n\
        kith_iroh_relay_received_bytes_total 30\nkith_iroh_relay_sent_bytes_total 20\n\
        kith_iroh_relay_refused_total 1\n\
        libp2p_bandwidth_bytes_total{protocols=\"/ip4/tcp\",direction=\"Inbound\"} 900\n\
        kith_mailbox_envelopes 7\nkith_mailbox_bytes 4096\nkith_relay_reservations 4\nkith_relay_circuits 1\n\
        kith_turn_allocations 2\nprocess_resident_memory_bytes 5\n# EOF\n";

    #[test]
    fn the_numbers_are_those_of_the_metrics() {
        let sample = Sample::read(METRICS, 1);
        let numbers =
            [sample.peers, sample.bytes, sample.relayed_bytes, sample.reservations, sample.relayed, sample.denials];
        assert_eq!(numbers, [4.0, 1_050.0, 120.0, 4.0, 3.0, 9.0]);
        assert_eq!([sample.envelopes, sample.mail_bytes, sample.memory], [7.0, 4_096.0, 5.0]);
    }

    #[test]
    fn an_hour_and_a_day_are_kept() {
        let mut history = History::default();
        for n in 0..20_000u64 {
            history.push(Sample::read("", n * FINE_S * 1_000));
        }
        assert_eq!((history.hour.len(), history.day.len()), (SAMPLES, SAMPLES));
        let span = |samples: &VecDeque<Sample>| samples.back().unwrap().at_ms - samples.front().unwrap().at_ms;
        assert_eq!(span(&history.hour), 359 * 10_000);
        assert_eq!(span(&history.day), 359 * 240_000);
        assert_eq!(history.with_now(Sample::read("", 9)).hour.back().unwrap().at_ms, 9);
    }
}
