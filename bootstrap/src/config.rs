//! `config.toml`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use kith_net::server::{Exempt, Limits};
use serde::Deserialize;

/// What `init` writes. Limits are shown with their defaults, commented out.
pub(crate) const TEMPLATE: &str = include_str!("config_template.toml");

/// The configuration of a public node.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) listen: Vec<String>,
    pub(crate) external: Vec<String>,
    pub(crate) bootstraps: Vec<String>,
    pub(crate) http: SocketAddr,
    pub(crate) log: LogLevel,
    limits: LimitsTable,
}

/// How much is logged. Peers appear only as salted hashes that change daily, addresses never.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
}

impl LogLevel {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        let listen =
            ["/ip4/0.0.0.0/udp/4100/quic-v1", "/ip4/0.0.0.0/tcp/4100", "/ip6/::/udp/4100/quic-v1", "/ip6/::/tcp/4100"];
        Self {
            listen: listen.map(str::to_owned).to_vec(),
            external: Vec::new(),
            bootstraps: Vec::new(),
            http: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9477),
            log: LogLevel::Info,
            limits: LimitsTable::default(),
        }
    }
}

impl Config {
    /// Reads the text of a configuration file.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The limits with defaults for what is not set.
    pub(crate) fn limits(&self) -> Limits {
        self.limits.over(Limits::default())
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ExemptName {
    None,
    Loopback,
    Private,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LimitsTable {
    connections: Option<u32>,
    pending: Option<u32>,
    connections_per_peer: Option<u32>,
    connections_per_ip: Option<u32>,
    pending_per_ip: Option<u32>,
    accepts_per_ip_per_minute: Option<u32>,
    exempt: Option<ExemptName>,
    memory_bytes: Option<u64>,
    idle_s: Option<u64>,
    reservations: Option<u32>,
    reservations_per_ip: Option<u32>,
    circuits: Option<u32>,
    circuits_per_peer: Option<u32>,
    circuit_bytes: Option<u64>,
    circuit_s: Option<u32>,
    registrations: Option<u32>,
    slots: Option<u32>,
    slots_per_ip: Option<u32>,
    slot_bytes: Option<u64>,
    slot_burst: Option<u32>,
    slot_interval_ms: Option<u64>,
}

impl LimitsTable {
    fn over(&self, base: Limits) -> Limits {
        Limits {
            connections: self.connections.unwrap_or(base.connections),
            pending: self.pending.unwrap_or(base.pending),
            connections_per_peer: self.connections_per_peer.unwrap_or(base.connections_per_peer),
            connections_per_ip: self.connections_per_ip.unwrap_or(base.connections_per_ip),
            pending_per_ip: self.pending_per_ip.unwrap_or(base.pending_per_ip),
            accepts_per_ip_per_minute: self.accepts_per_ip_per_minute.unwrap_or(base.accepts_per_ip_per_minute),
            exempt: self.exempt.map_or(base.exempt, |exempt| match exempt {
                ExemptName::None => Exempt::None,
                ExemptName::Loopback => Exempt::Loopback,
                ExemptName::Private => Exempt::Private,
            }),
            memory_bytes: self.memory_bytes.or(base.memory_bytes),
            idle_s: self.idle_s.unwrap_or(base.idle_s),
            reservations: self.reservations.unwrap_or(base.reservations),
            reservations_per_ip: self.reservations_per_ip.unwrap_or(base.reservations_per_ip),
            circuits: self.circuits.unwrap_or(base.circuits),
            circuits_per_peer: self.circuits_per_peer.unwrap_or(base.circuits_per_peer),
            circuit_bytes: self.circuit_bytes.unwrap_or(base.circuit_bytes),
            circuit_s: self.circuit_s.unwrap_or(base.circuit_s),
            registrations: self.registrations.unwrap_or(base.registrations),
            slots: self.slots.unwrap_or(base.slots),
            slots_per_ip: self.slots_per_ip.unwrap_or(base.slots_per_ip),
            slot_bytes: self.slot_bytes.unwrap_or(base.slot_bytes),
            slot_burst: self.slot_burst.unwrap_or(base.slot_burst),
            slot_interval_ms: self.slot_interval_ms.unwrap_or(base.slot_interval_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_says_what_the_defaults_are() {
        let written = Config::parse(TEMPLATE).unwrap();
        let uncommented: String = TEMPLATE
            .lines()
            .map(|line| match line.strip_prefix("# ").filter(|rest| rest.contains(" = ") && !rest.contains("  ")) {
                Some(setting) => format!("{setting}\n"),
                None => format!("{line}\n"),
            })
            .collect();
        let spelled_out = Config::parse(&uncommented).unwrap();
        let default = Config::default();
        for config in [written, spelled_out] {
            assert_eq!(config.listen, default.listen);
            assert_eq!(config.http, default.http);
            assert_eq!(format!("{:?}", config.limits()), format!("{:?}", Limits::default()));
        }
        assert!(uncommented.contains("\nslot_interval_ms = "), "every limit is in the template");
    }

    #[test]
    fn a_limit_that_is_set_counts() {
        let limits = Config::parse("[limits]\nmemory_bytes = 123\nslots_per_ip = 7").unwrap().limits();
        assert_eq!((limits.memory_bytes, limits.slots_per_ip), (Some(123), 7));
    }

    #[test]
    fn a_misspelt_setting_is_an_error() {
        assert!(Config::parse("extrenal = []").unwrap_err().to_string().contains("extrenal"));
        assert!(Config::parse("[limits]\nslot = 1").is_err());
    }
}
