//! `config.toml`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;

use anyhow::{Context, bail};
use kith_net::mailbox::{AdmissionRules, MailboxConfig, MailboxLimits};
use kith_net::server::{Access, Exempt, Limits, hosts_of};
use kith_net::turn::{TurnConfig, TurnLimits};
use kith_wire::CommunityToken;
use kith_wire::mailbox::WORK_BITS_MAX;
use serde::Deserialize;

use crate::iroh_relay::RelayConfig;

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
    pub(crate) notice: String,
    access: AccessTable,
    media: MediaTable,
    iroh_relay: IrohRelayTable,
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
            notice: String::new(),
            access: AccessTable::default(),
            media: MediaTable::default(),
            iroh_relay: IrohRelayTable::default(),
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

    /// Whom the node serves. Fails on an entry or a token that is none.
    pub(crate) fn access(&self) -> anyhow::Result<Access> {
        let table = &self.access;
        let tokens = table.tokens.iter().enumerate().map(|(n, text)| {
            let token = hex(text).map(CommunityToken::from_bytes);
            token.with_context(|| format!("token {} in [access] is not 32 hexadecimal digits", n + 1))
        });
        let tokens = tokens.collect::<anyhow::Result<_>>()?;
        Access::new(&table.deny, &table.allow, table.private, tokens).context("[access] cannot be used")
    }

    /// STUN and TURN, unless the file does not say that they are on, as those of the first versions. `listen` takes the place
    /// of what the file says.
    pub(crate) fn media(&self, listen: Option<Vec<SocketAddr>>) -> anyhow::Result<Option<TurnConfig>> {
        let table = &self.media;
        if !(table.stun || listen.is_some()) {
            return Ok(None);
        }
        let limits = TurnLimits::default();
        let relay = TurnLimits {
            allocations: table.allocations.unwrap_or(limits.allocations),
            per_owner: table.allocations_per_peer.unwrap_or(limits.per_owner),
            bytes_per_s: table.kbit_per_s.map_or(limits.bytes_per_s, bytes),
            ..limits
        };
        let [first, last] = table.ports.unwrap_or(RELAY_PORTS);
        if first == 0 || first > last {
            bail!("ports in [media] must be two numbers, the lower one first, such as [49152, 65535]");
        }
        Ok(Some(TurnConfig {
            listen: listen.or_else(|| table.listen.clone()).unwrap_or_else(|| STUN_LISTEN.to_vec()),
            external: hosts_of(&self.external),
            relay: table.turn.then_some(relay),
            ports: first..=last,
            exempt: self.limits().exempt,
        }))
    }

    /// The relay for iroh, unless the file does not say that it is on, as those of the first versions. `listen` takes the
    /// place of what the file says.
    pub(crate) fn iroh_relay(&self, listen: Option<Vec<SocketAddr>>) -> anyhow::Result<Option<RelayConfig>> {
        let table = &self.iroh_relay;
        if !(table.on || listen.is_some()) {
            return Ok(None);
        }
        let per_client = u32::try_from(bytes(table.kbit_per_s.unwrap_or(RELAY_KBIT_PER_S))).unwrap_or(u32::MAX);
        Ok(Some(RelayConfig {
            listen: listen.or_else(|| table.listen.clone()).unwrap_or_else(|| IROH_LISTEN.to_vec()),
            clients: table.clients.unwrap_or(RELAY_CLIENTS),
            clients_per_peer: table.clients_per_peer.unwrap_or(RELAY_CLIENTS_PER_PEER),
            bytes_per_s: NonZeroU32::new(per_client).context("kbit_per_s in [iroh_relay] must not be 0")?,
            total_bytes_per_s: bytes(table.total_kbit_per_s.unwrap_or(RELAY_TOTAL_KBIT_PER_S)),
        }))
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
            hex(text).with_context(|| format!("token {} in [mailbox] is not 64 hexadecimal digits", n + 1))
        });
        let tokens = tokens.collect::<anyhow::Result<_>>()?;
        let admission = AdmissionRules { open: table.open, tokens, work_bits, ..AdmissionRules::default() };
        Ok(MailboxConfig { dir, admission, limits: table.over(MailboxLimits::default()) })
    }
}

/// Bytes per second of kilobits per second.
fn bytes(kbit: u64) -> u64 {
    kbit.saturating_mul(1_000 / 8)
}

fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?.try_into().ok()
}

/// A second or less of one core: it keeps nobody out, and makes thousands of queues take hours.
const WORK_BITS: u8 = 20;
const DAY_MS: u64 = 24 * 3_600 * 1_000;
/// The ports of allocations: those nobody else has (RFC 6335 §6).
const RELAY_PORTS: [u16; 2] = [49_152, 65_535];
const STUN_PORT: u16 = 3_478;
const STUN_LISTEN: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), STUN_PORT),
    SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), STUN_PORT),
];

const IROH_PORT: u16 = 4_443;
const IROH_LISTEN: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), IROH_PORT),
    SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), IROH_PORT),
];
const RELAY_CLIENTS: usize = 256;
const RELAY_CLIENTS_PER_PEER: usize = 4;
const RELAY_KBIT_PER_S: u64 = 16_000;
const RELAY_TOTAL_KBIT_PER_S: u64 = 100_000;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct AccessTable {
    private: bool,
    tokens: Vec<String>,
    allow: Vec<String>,
    deny: Vec<String>,
}

impl fmt::Debug for AccessTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessTable").field("private", &self.private).finish_non_exhaustive()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct MediaTable {
    stun: bool,
    turn: bool,
    listen: Option<Vec<SocketAddr>>,
    ports: Option<[u16; 2]>,
    allocations: Option<usize>,
    allocations_per_peer: Option<usize>,
    kbit_per_s: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct IrohRelayTable {
    on: bool,
    listen: Option<Vec<SocketAddr>>,
    clients: Option<usize>,
    clients_per_peer: Option<usize>,
    kbit_per_s: Option<u64>,
    total_kbit_per_s: Option<u64>,
}

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
    circuits_per_ip: Option<u32>,
    circuit_bytes: Option<u64>,
    circuits_kbit_per_s: Option<u64>,
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
            circuits_per_ip: self.circuits_per_ip.unwrap_or(base.circuits_per_ip),
            circuit_bytes: self.circuit_bytes.unwrap_or(base.circuit_bytes),
            circuits_bytes_per_s: self.circuits_kbit_per_s.map_or(base.circuits_bytes_per_s, bytes),
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
            assert_eq!(config.access().unwrap(), Access::default());
            let media = config.media(None).unwrap().unwrap();
            assert_eq!(
                (media.listen, media.ports, media.relay),
                (STUN_LISTEN.to_vec(), 49_152..=65_535, Some(TurnLimits::default()))
            );
            assert!(Config::default().media(None).unwrap().is_none());
            assert_eq!(format!("{:?}", written.admission), format!("{:?}", default.admission));
        }
        for last in ["\nslot_interval_ms = ", "\nput_interval_ms = ", "\nkbit_per_s = ", "\ndeny = "] {
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
    fn who_is_served_is_as_configured() {
        let of = |settings: &str| Config::parse(&format!("[access]\n{settings}")).unwrap().access();
        assert!(of("private = true").unwrap_err().chain().any(|cause| cause.to_string().contains("tokens")));
        let token = "0a".repeat(16);
        assert!(of(&format!("private = true\ntokens = [\"{token}\"]")).is_ok());
        let error = of(&format!("tokens = [\"{token}\", \"secret\"]")).unwrap_err().to_string();
        assert!(error.contains("token 2") && !error.contains("secret"), "{error}");
        let error = format!("{:#}", of("deny = [\"9.9.9.9\", \"nobody\"]").unwrap_err());
        assert!(error.contains("nobody"), "{error}");
    }

    #[test]
    fn media_is_as_configured() {
        let of = |settings: &str, listen| {
            let text = format!("external = [\"/ip4/9.9.9.9/tcp/1\", \"/dns4/example.org/tcp/1\"]\n[media]\n{settings}");
            Config::parse(&text).unwrap().media(listen)
        };
        assert!(of("turn = true", None).unwrap().is_none(), "no TURN without STUN");
        let media = of("stun = true\nturn = true\nkbit_per_s = 8\nports = [5, 9]", None).unwrap().unwrap();
        assert_eq!((media.relay.unwrap().bytes_per_s, media.ports), (1_000, 5..=9));
        assert_eq!(media.external, ["9.9.9.9".parse::<IpAddr>().unwrap()]);
        let at = vec!["127.0.0.1:0".parse().unwrap()];
        assert_eq!(of("", Some(at.clone())).unwrap().unwrap().listen, at);
        assert!(of("stun = true\nports = [9, 5]", None).unwrap_err().to_string().contains("lower one first"));
    }

    #[test]
    fn the_relay_for_iroh_is_as_configured() {
        let of =
            |settings: &str, listen| Config::parse(&format!("[iroh_relay]\n{settings}")).unwrap().iroh_relay(listen);
        assert_eq!(of("clients = 5", None).unwrap(), None, "it is not on");
        let relay = of("on = true\nkbit_per_s = 8\ntotal_kbit_per_s = 16", None).unwrap().unwrap();
        assert_eq!((relay.bytes_per_s.get(), relay.total_bytes_per_s, relay.clients), (1_000, 2_000, RELAY_CLIENTS));
        let at = vec!["127.0.0.1:0".parse().unwrap()];
        assert_eq!(of("", Some(at.clone())).unwrap().unwrap().listen, at);
        assert!(of("on = true\nkbit_per_s = 0", None).unwrap_err().to_string().contains("must not be 0"));
    }

    #[test]
    fn a_misspelt_setting_is_an_error() {
        assert!(Config::parse("extrenal = []").unwrap_err().to_string().contains("extrenal"));
        assert!(Config::parse("[limits]\nslot = 1").is_err());
    }
}
