//! `config.toml`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Context, bail};
use kith_net::mailbox::{AdmissionRules, MailboxConfig, MailboxLimits};
use kith_net::server::{Exempt, Limits};
use kith_wire::mailbox::WORK_BITS_MAX;
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
    mailbox: MailboxTable,
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
            mailbox: MailboxTable::default(),
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

    /// Whether mail is kept. A file that does not say so, as those of the first version, keeps none.
    pub(crate) fn keeps_mail(&self) -> bool {
        self.mailbox.on
    }

    /// The mailbox, with defaults for what is not set, as if it were on. Fails on a token that is none.
    pub(crate) fn mailbox(&self, dir: PathBuf) -> anyhow::Result<MailboxConfig> {
        let table = &self.mailbox;
        let work_bits = table.work_bits.unwrap_or(WORK_BITS);
        if work_bits > WORK_BITS_MAX {
            bail!("work_bits in [mailbox] is {work_bits}; more than {WORK_BITS_MAX} would take people too long");
        }
        let tokens = table.tokens.iter().enumerate();
        let tokens = tokens.map(|(n, text)| {
            // The text is a secret: it is not repeated.
            token(text).with_context(|| format!("token {} in [mailbox] is not 64 hexadecimal digits", n + 1))
        });
        let tokens = tokens.collect::<anyhow::Result<_>>()?;
        let admission = AdmissionRules { open: table.open, tokens, work_bits, ..AdmissionRules::default() };
        Ok(MailboxConfig { dir, admission, limits: table.over(MailboxLimits::default()) })
    }
}

fn token(text: &str) -> Option<[u8; 32]> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?.try_into().ok()
}

/// A second or less of one core: it keeps nobody out, and makes thousands of queues take hours.
const WORK_BITS: u8 = 20;
const DAY_MS: u64 = 24 * 3_600 * 1_000;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct MailboxTable {
    on: bool,
    open: bool,
    tokens: Vec<String>,
    work_bits: Option<u8>,
    bytes: Option<u64>,
    queues: Option<u64>,
    queue_bytes: Option<u64>,
    queue_envelopes: Option<u32>,
    ttl_days: Option<u64>,
    idle_days: Option<u64>,
    ip_burst: Option<u32>,
    ip_interval_ms: Option<u64>,
    put_burst: Option<u32>,
    put_interval_ms: Option<u64>,
}

impl fmt::Debug for MailboxTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailboxTable").field("on", &self.on).field("open", &self.open).finish_non_exhaustive()
    }
}

impl MailboxTable {
    fn over(&self, base: MailboxLimits) -> MailboxLimits {
        let days = |days: Option<u64>, base_ms: u64| days.map_or(base_ms, |days| days.saturating_mul(DAY_MS));
        MailboxLimits {
            bytes: self.bytes.unwrap_or(base.bytes),
            queues: self.queues.unwrap_or(base.queues),
            queue_bytes: self.queue_bytes.unwrap_or(base.queue_bytes),
            queue_envelopes: self.queue_envelopes.unwrap_or(base.queue_envelopes),
            ttl_ms: days(self.ttl_days, base.ttl_ms),
            idle_ms: days(self.idle_days, base.idle_ms),
            prefix_burst: self.ip_burst.unwrap_or(base.prefix_burst),
            prefix_interval_ms: self.ip_interval_ms.unwrap_or(base.prefix_interval_ms),
            deposit_burst: self.put_burst.unwrap_or(base.deposit_burst),
            deposit_interval_ms: self.put_interval_ms.unwrap_or(base.deposit_interval_ms),
            ..base
        }
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
            assert!(config.keeps_mail() && !default.keeps_mail());
            let [written, default] = [&config, &default].map(|config| config.mailbox(PathBuf::new()).unwrap());
            assert_eq!(written.limits, default.limits);
            assert_eq!(format!("{:?}", written.admission), format!("{:?}", default.admission));
        }
        for last in ["\nslot_interval_ms = ", "\nput_interval_ms = "] {
            assert!(uncommented.contains(last), "every limit is in the template");
        }
    }

    #[test]
    fn a_limit_that_is_set_counts() {
        let limits = Config::parse("[limits]\nmemory_bytes = 123\nslots_per_ip = 7").unwrap().limits();
        assert_eq!((limits.memory_bytes, limits.slots_per_ip), (Some(123), 7));
    }

    #[test]
    fn a_mailbox_is_as_configured_and_a_wrong_token_is_not_repeated() {
        let (token, wrong) = ("0a".repeat(32), "secret".repeat(9));
        let of = |settings: &str| Config::parse(&format!("[mailbox]\n{settings}")).unwrap().mailbox(PathBuf::new());
        let config = of(&format!("tokens = [\"{token}\"]\nttl_days = 3\nbytes = 9\nwork_bits = 0")).unwrap();
        assert_eq!((config.admission.tokens, config.admission.work_bits), (vec![[10; 32]], 0));
        assert_eq!((config.limits.ttl_ms, config.limits.bytes), (3 * DAY_MS, 9));
        let error = of(&format!("tokens = [\"{token}\", \"{wrong}\"]")).unwrap_err().to_string();
        assert!(error.contains("token 2") && !error.contains("secret"), "{error}");
        assert!(of("work_bits = 29").unwrap_err().to_string().contains("28"));
    }

    #[test]
    fn a_misspelt_setting_is_an_error() {
        assert!(Config::parse("extrenal = []").unwrap_err().to_string().contains("extrenal"));
        assert!(Config::parse("[limits]\nslot = 1").is_err());
    }
}
