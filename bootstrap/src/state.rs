//! The folder of a node: `config.toml` (unless it is kept elsewhere), `key`, `slots/`, `mail/`, `iroh-relay.pem` (the key of that relay's certificate), and
//! `address` (what `address` prints while no external address is configured).

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use kith_crypto::SigningKey;
use kith_net::server;
use kith_wire::BootstrapLink;

use crate::config::{Config, TEMPLATE};

const CONFIG: &str = "config.toml";
const KEY: &str = "key";
const KEY_PREFIX: &str = "kith-bootstrap-key-1 ";
const ADDRESS: &str = "address";
const LOCK: &str = "lock";
/// Longest configuration and key file that is read.
const FILE_MAX_BYTES: u64 = 256 * 1024;

/// An opened folder.
#[derive(Debug)]
pub(crate) struct State {
    dir: PathBuf,
    pub(crate) config: Config,
    pub(crate) key: SigningKey,
}

impl State {
    /// Creates the folder with a new key. Fails if it holds a configuration or a key already.
    pub(crate) fn create(dir: &Path) -> anyhow::Result<Self> {
        for name in [CONFIG, KEY] {
            if dir.join(name).exists() {
                bail!("{} exists already; nothing was changed", dir.join(name).display());
            }
        }
        let key = create_key(dir)?;
        // Tokens will be written into it.
        write_new(&dir.join(CONFIG), TEMPLATE.as_bytes(), 0o600).context("cannot write the configuration")?;
        let config = Config::parse(TEMPLATE).context("the configuration that was written is wrong")?;
        Ok(Self { dir: dir.to_owned(), config, key })
    }

    /// Opens the folder of a node, whose configuration may be elsewhere.
    pub(crate) fn open(dir: &Path, config: Option<&Path>) -> anyhow::Result<Self> {
        let config = read_config(dir, config)?;
        let key = read_key(&dir.join(KEY))?;
        Ok(Self { dir: dir.to_owned(), config, key })
    }

    /// Opens the folder, or creates it if it does not exist or is empty; a configuration elsewhere has to be there.
    pub(crate) fn open_or_create(dir: &Path, config: Option<&Path>) -> anyhow::Result<Self> {
        let untouched = match fs::read_dir(dir) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", dir.display())),
        };
        if !untouched {
            return Self::open(dir, config);
        }
        if config.is_none() {
            return Self::create(dir);
        }
        let config = read_config(dir, config)?;
        Ok(Self { dir: dir.to_owned(), config, key: create_key(dir)? })
    }

    /// Keeps other processes from running with this folder until the file is dropped.
    pub(crate) fn lock(&self) -> anyhow::Result<File> {
        let file = File::create(self.dir.join(LOCK)).context("cannot create the lock file")?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => bail!("another kith-bootstrap runs with {}", self.dir.display()),
            Err(TryLockError::Error(error)) => Err(error).context("cannot lock the folder"),
        }
    }

    /// Where the slots are.
    pub(crate) fn slots_dir(&self) -> PathBuf {
        self.dir.join("slots")
    }

    /// Where the mail is.
    pub(crate) fn mail_dir(&self) -> PathBuf {
        self.dir.join("mail")
    }

    /// The key of the certificate of the relay for iroh.
    pub(crate) fn tls_key_file(&self) -> PathBuf {
        self.dir.join("iroh-relay.pem")
    }

    /// A file to try whether the disk takes writes.
    pub(crate) fn trial_file(&self) -> PathBuf {
        self.dir.join(".healthz")
    }

    /// Remembers the address of the running node, for `address`.
    pub(crate) fn save_link(&self, link: &BootstrapLink) -> io::Result<()> {
        let path = self.dir.join(ADDRESS);
        let temporary = path.with_extension("writing");
        fs::write(&temporary, format!("{link}\n"))?;
        fs::rename(temporary, path)
    }

    /// The address to share, with the token of a private community: configured external addresses, else what the node listened on when it last ran, else the
    /// address this machine uses to reach the internet.
    pub(crate) fn link(&self) -> anyhow::Result<BootstrapLink> {
        let config = &self.config;
        let listen = resolved(&config.listen);
        let media = config.media(None)?;
        let iroh_relay = config.iroh_relay(None)?.is_some();
        let own = server::offline_link(
            &self.key,
            &config.external,
            &listen,
            config.keeps_mail(),
            media.as_ref(),
            iroh_relay,
        )?;
        let access = config.access()?;
        if !self.config.external.is_empty() {
            return Ok(server::member_link(own, &access));
        }
        let saved = read(&self.dir.join(ADDRESS)).ok().and_then(|text| BootstrapLink::parse(text.trim()).ok());
        let link = saved.filter(|link| link.transport == own.transport && !link.addresses.is_empty()).unwrap_or(own);
        Ok(server::member_link(link, &access))
    }
}

fn read_config(dir: &Path, elsewhere: Option<&Path>) -> anyhow::Result<Config> {
    let path = elsewhere.map_or_else(|| dir.join(CONFIG), Path::to_owned);
    let text = match read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && elsewhere.is_none() => {
            bail!("{} is not the folder of a node: it has no {CONFIG}; create one with `init`", dir.display())
        }
        other => other.with_context(|| format!("cannot read {}", path.display()))?,
    };
    Config::parse(&text).with_context(|| format!("{} is wrong", path.display()))
}

/// Makes the folder with a new key in it.
fn create_key(dir: &Path) -> anyhow::Result<SigningKey> {
    create_dir(dir).with_context(|| format!("cannot create {}", dir.display()))?;
    let key = SigningKey::generate();
    let line = format!("{KEY_PREFIX}{}\n", data_encoding::HEXLOWER.encode(key.seed().as_slice()));
    write_new(&dir.join(KEY), line.as_bytes(), 0o600).context("cannot write the key")?;
    Ok(key)
}

/// Replaces wildcards by the address packets to the internet would leave from; nothing is sent to find out.
fn resolved(listen: &[String]) -> Vec<String> {
    let v4 = outgoing("0.0.0.0:0", "192.0.2.1:9").map_or("127.0.0.1".to_owned(), |ip| ip.to_string());
    let v6 = outgoing("[::]:0", "[2001:db8::1]:9").map(|ip| ip.to_string());
    listen
        .iter()
        .filter_map(|address| match (address.strip_prefix("/ip4/0.0.0.0/"), address.strip_prefix("/ip6/::/")) {
            (Some(rest), _) => Some(format!("/ip4/{v4}/{rest}")),
            (_, Some(rest)) => v6.as_ref().map(|v6| format!("/ip6/{v6}/{rest}")),
            (None, None) => Some(address.clone()),
        })
        .collect()
}

fn outgoing(from: &str, to: &str) -> Option<IpAddr> {
    let socket = UdpSocket::bind(from).ok()?;
    socket.connect(to.parse::<SocketAddr>().ok()?).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

fn read_key(path: &Path) -> anyhow::Result<SigningKey> {
    let shown = path.display();
    let text = read(path).with_context(|| format!("cannot read the key {shown}; restore it from a backup"))?;
    check_secret(path)?;
    let seed = text
        .trim_end()
        .strip_prefix(KEY_PREFIX)
        .and_then(|hex| data_encoding::HEXLOWER.decode(hex.as_bytes()).ok())
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    match seed {
        Some(seed) => Ok(SigningKey::from_seed(&seed)),
        None => bail!("{shown} is not an undamaged key file; restore it from a backup"),
    }
}

/// Reads the key of a certificate, or makes one if the file is missing.
pub(crate) fn read_or_make_tls_key(path: &Path) -> anyhow::Result<rcgen::KeyPair> {
    let shown = path.display();
    match read(path) {
        Ok(text) => {
            check_secret(path)?;
            let key = rcgen::KeyPair::from_pem(&text);
            key.with_context(|| format!("{shown} is not an undamaged key file; without it a new one is made"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = rcgen::KeyPair::generate()?;
            write_new(path, key.serialize_pem().as_bytes(), 0o600).with_context(|| format!("cannot write {shown}"))?;
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {shown}")),
    }
}

/// Fails if others can read a file.
fn check_secret(path: &Path) -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        let shown = path.display();
        let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(path)?) & 0o777;
        if mode & 0o077 != 0 {
            bail!("{shown} can be read by others (mode {mode:o}); run `chmod 600 {shown}`");
        }
    }
    Ok(())
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(FILE_MAX_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

fn create_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

fn write_new(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _unused_here = mode;
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
