//! Pairwise ratchets: one Olm session per pair of devices.
//!
//! A thin layer over `vodozemac` that pins the session version, keeps its types private and
//! gives each refusal a meaning the core can act on. Olm authenticates two Curve25519 keys and
//! nothing else: who they belong to is written inside the plaintext and checked by the core.
//!
//! A saved state (`pickle`) is the secret state itself. The store seals it before writing, and
//! a state must never be restored from a backup: the ratchet would use a key twice.
//!
//! | saved account or session | bytes |
//! |---|---|
//! | version, 1 | 1 |
//! | the state as JSON | rest |

use std::fmt;
use std::io;

use sha2::{Digest as _, Sha256};
use vodozemac::Curve25519PublicKey;
use vodozemac::olm::{
    Account, AccountPickle, DecryptionError, EncryptionError, Message, OlmMessage, PreKeyMessage, Session,
    SessionConfig, SessionCreationError, SessionKeys, SessionPickle,
};
use zeroize::{Zeroize as _, Zeroizing};

use crate::sign::short_hex;

#[cfg(test)]
mod tests;

/// One-time keys made by a single call; the account remembers 5000 in all, oldest dropped first.
pub const ONE_TIME_KEYS_MAX: usize = 100;

/// Longest ratchet message that is looked at, in bytes.
pub const OLM_WIRE_MAX: usize = 128 * 1024;

/// Longest saved state that is looked at, in bytes: 5000 one-time keys and then some.
pub const OLM_PICKLE_MAX: usize = 4 * 1024 * 1024;

/// The session version both ends must use: version 2 carries the full 32-byte MAC.
const SESSION_CONFIG: SessionConfig = SessionConfig::version_2();
/// The version byte of a ratchet message made by [`SESSION_CONFIG`].
const MESSAGE_VERSION: u8 = 4;
const PICKLE_VERSION: u8 = 1;
const PREKEY_TYPE: usize = 0;

/// A public Curve25519 key: an identity key or a one-time key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CurveKey([u8; 32]);

/// Which of the two forms a ratchet message has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OlmKind {
    /// Also carries what the receiver needs to create the session.
    PreKey,
    /// For a session both ends have.
    Normal,
}

/// A ratchet message as it travels inside an envelope.
#[derive(Clone, PartialEq, Eq)]
pub struct OlmWire {
    /// Its form.
    pub kind: OlmKind,
    /// Its bytes, header included.
    pub bytes: Vec<u8>,
}

/// The long-term Curve25519 key of a device and its unused one-time keys.
pub struct OlmAccount(Account);

/// One end of a ratchet between two devices.
pub struct OlmSession(Session);

/// Why a ratchet message or a saved state was refused. The state is unchanged after each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OlmError {
    /// The bytes are not a ratchet message.
    #[error("the ratchet message is malformed")]
    Malformed,
    /// The message was made by a session version this program does not accept.
    #[error("the ratchet message has a version that is not accepted")]
    UnsupportedVersion,
    /// The message asks for a one-time key that does not exist, or was used already.
    #[error("the one-time key of the first message is unknown or used up")]
    UnknownOneTimeKey,
    /// The first message was made by another identity key than the expected one.
    #[error("the first message belongs to another identity key")]
    WrongIdentity,
    /// The key of this message is gone: it was read before, or is too old.
    #[error("the message was read before or is too old")]
    AlreadyUsed,
    /// The message does not belong to this session, or was changed on the way.
    #[error("the message does not belong to this session")]
    WrongSession,
    /// The message is too many messages ahead of the last one read.
    #[error("the message skips {gap} others, more than {limit}")]
    TooFarAhead {
        /// Messages between it and the last one read.
        gap: u64,
        /// What is accepted.
        limit: u64,
    },
    /// A public key of the other side is degenerate and would give a known secret.
    #[error("a public key of the other side is not safe to use")]
    WeakKey,
    /// The saved state cannot be read.
    #[error("the saved ratchet state is damaged")]
    DamagedState,
}

impl CurveKey {
    /// Takes the 32 bytes as they are; a degenerate key fails when it is used.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// The 32 bytes, borrowed.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn from_vodozemac(key: &Curve25519PublicKey) -> Self {
        Self(key.to_bytes())
    }

    fn to_vodozemac(self) -> Curve25519PublicKey {
        Curve25519PublicKey::from_bytes(self.0)
    }
}

impl fmt::Debug for CurveKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CurveKey(")?;
        short_hex(f, &self.0)?;
        f.write_str(")")
    }
}

impl OlmWire {
    /// The ratchet key and the number in its chain, to sort messages by before reading them;
    /// `None` when the message is malformed or of a version that is not accepted.
    pub fn position(&self) -> Option<([u8; 32], u64)> {
        let parsed = self.parse().ok()?;
        let message = inner(&parsed);
        Some((message.ratchet_key().to_bytes(), message.chain_index()))
    }

    /// The identity key the sender of a first message claims; `None` when this is not a
    /// well-formed first message.
    pub fn prekey_identity(&self) -> Option<CurveKey> {
        let keys = self.prekey_keys()?;
        Some(CurveKey::from_vodozemac(&keys.identity_key))
    }

    /// The one-time key a first message asks for; `None` when this is not a well-formed first
    /// message.
    pub fn prekey_one_time_key(&self) -> Option<CurveKey> {
        let keys = self.prekey_keys()?;
        Some(CurveKey::from_vodozemac(&keys.one_time_key))
    }

    /// The id of the session a first message belongs to, equal to [`OlmSession::id`] on both
    /// ends; `None` when this is not a well-formed first message.
    pub fn prekey_session_id(&self) -> Option<[u8; 32]> {
        Some(session_id(&self.prekey_keys()?))
    }

    fn prekey_keys(&self) -> Option<SessionKeys> {
        match self.parse().ok()? {
            OlmMessage::PreKey(message) => Some(message.session_keys()),
            OlmMessage::Normal(_) => None,
        }
    }

    fn parse(&self) -> Result<OlmMessage, OlmError> {
        if self.bytes.len() > OLM_WIRE_MAX {
            return Err(OlmError::Malformed);
        }
        let parsed = match self.kind {
            OlmKind::PreKey => PreKeyMessage::from_bytes(&self.bytes).map(OlmMessage::PreKey),
            OlmKind::Normal => Message::from_bytes(&self.bytes).map(OlmMessage::Normal),
        }
        .map_err(|_decode_error| OlmError::Malformed)?;
        if inner(&parsed).version() != MESSAGE_VERSION {
            return Err(OlmError::UnsupportedVersion);
        }
        Ok(parsed)
    }
}

impl fmt::Debug for OlmWire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OlmWire({:?}, {} bytes)", self.kind, self.bytes.len())
    }
}

impl OlmAccount {
    /// A new account with a random identity key and no one-time keys.
    #[expect(clippy::new_without_default, reason = "a default value that is random would surprise")]
    pub fn new() -> Self {
        Self(Account::new())
    }

    /// The public identity key.
    pub fn identity_key(&self) -> CurveKey {
        CurveKey::from_vodozemac(&self.0.curve25519_key())
    }

    /// Makes `n` one-time keys, at most [`ONE_TIME_KEYS_MAX`], and returns their public halves.
    ///
    /// The account keeps 5000 of them; beyond that the oldest unused ones stop working.
    pub fn new_one_time_keys(&mut self, n: usize) -> Vec<CurveKey> {
        let made = self.0.generate_one_time_keys(n.min(ONE_TIME_KEYS_MAX));
        self.0.mark_keys_as_published();
        made.created.iter().map(CurveKey::from_vodozemac).collect()
    }

    /// Makes a fallback key: a prekey that is not used up, for invites that serve many. Messages that start a session
    /// with it can be replayed, so their handling must be idempotent. The account keeps the newest two.
    pub fn new_fallback_key(&mut self) -> Option<CurveKey> {
        self.0.generate_fallback_key();
        let key = self.0.fallback_key().into_values().next().map(|key| CurveKey::from_vodozemac(&key));
        self.0.mark_keys_as_published();
        key
    }

    /// Uses a one-time key up without anybody asking: messages that start a session with it open no more. What gave a
    /// key to many calls it when its time is over.
    ///
    /// # Errors
    /// [`OlmError::UnknownOneTimeKey`] if it is gone already.
    pub fn forget_one_time_key(&mut self, key: CurveKey) -> Result<(), OlmError> {
        // The library lets go of a key only when a session begins with it.
        let nobody = Self::new();
        let first = nobody.outbound(self.identity_key(), key)?.encrypt(&[])?;
        self.inbound(nobody.identity_key(), &first).map(drop)
    }

    /// Number of one-time keys that are still unused.
    pub fn one_time_key_count(&self) -> usize {
        self.0.stored_one_time_key_count()
    }

    /// The secret state as bytes, to be sealed by the store.
    pub fn pickle(&self) -> Zeroizing<Vec<u8>> {
        pickled(&self.0.pickle())
    }

    /// Restores what [`pickle`](OlmAccount::pickle) gave.
    ///
    /// # Errors
    /// [`OlmError::DamagedState`].
    pub fn unpickle(bytes: &[u8]) -> Result<Self, OlmError> {
        let pickle: AccountPickle =
            serde_json::from_slice(pickle_body(bytes)?).map_err(|_quotes_the_secret| OlmError::DamagedState)?;
        Ok(Self(Account::from_pickle(pickle)))
    }

    /// Opens a session towards a device, using up one of its one-time keys.
    ///
    /// # Errors
    /// [`OlmError::WeakKey`].
    pub fn outbound(&self, their_identity: CurveKey, their_one_time: CurveKey) -> Result<OlmSession, OlmError> {
        self.0
            .create_outbound_session(SESSION_CONFIG, their_identity.to_vodozemac(), their_one_time.to_vodozemac())
            .map(OlmSession)
            .map_err(creation_error)
    }

    /// Opens the session a first message starts, reads the message and uses up the one-time key.
    ///
    /// # Errors
    /// Any of [`OlmError`] except [`OlmError::DamagedState`]; the one-time key is kept then, so
    /// a forged message cannot burn it. A repeated first message is
    /// [`OlmError::UnknownOneTimeKey`] for a one-time key; for a fallback key it is accepted
    /// again, so look for [`OlmWire::prekey_session_id`] among the known sessions first.
    pub fn inbound(
        &mut self,
        their_identity: CurveKey,
        first: &OlmWire,
    ) -> Result<(OlmSession, Zeroizing<Vec<u8>>), OlmError> {
        let OlmMessage::PreKey(message) = first.parse()? else {
            return Err(OlmError::Malformed);
        };
        let created = self
            .0
            .create_inbound_session(SESSION_CONFIG, their_identity.to_vodozemac(), &message)
            .map_err(creation_error)?;
        Ok((OlmSession(created.session), Zeroizing::new(created.plaintext)))
    }
}

impl fmt::Debug for OlmAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OlmAccount(redacted)")
    }
}

impl OlmSession {
    /// The id of the session, the same on both ends: SHA-256 over the initiator's identity key,
    /// its base key and the one-time key.
    pub fn id(&self) -> [u8; 32] {
        session_id(&self.0.session_keys())
    }

    /// Whether the other side has answered; until then every message is a first message.
    pub fn has_received(&self) -> bool {
        self.0.has_received_message()
    }

    /// Encrypts one message and advances the ratchet. Save the new state before sending.
    ///
    /// # Errors
    /// [`OlmError::WeakKey`].
    pub fn encrypt(&mut self, plain: &[u8]) -> Result<OlmWire, OlmError> {
        let message = self.0.encrypt(plain).map_err(|error| match error {
            EncryptionError::NonContributoryKey => OlmError::WeakKey,
        })?;
        let (form, bytes) = message.to_parts();
        let kind = if form == PREKEY_TYPE { OlmKind::PreKey } else { OlmKind::Normal };
        Ok(OlmWire { kind, bytes })
    }

    /// Decrypts one message and forgets its key. Save the new state before acting on it.
    ///
    /// Messages may come in any order, but of those overtaken only the last 40 of each chain
    /// can still be read.
    ///
    /// # Errors
    /// Any of [`OlmError`] except [`OlmError::DamagedState`]; the session is unchanged then.
    pub fn decrypt(&mut self, wire: &OlmWire) -> Result<Zeroizing<Vec<u8>>, OlmError> {
        let message = wire.parse()?;
        if let OlmMessage::PreKey(first) = &message
            && session_id(&first.session_keys()) != self.id()
        {
            return Err(OlmError::WrongSession);
        }
        self.0.decrypt(&message).map(Zeroizing::new).map_err(decryption_error)
    }

    /// The secret state as bytes, to be sealed by the store.
    pub fn pickle(&self) -> Zeroizing<Vec<u8>> {
        pickled(&self.0.pickle())
    }

    /// Restores what [`pickle`](OlmSession::pickle) gave.
    ///
    /// # Errors
    /// [`OlmError::DamagedState`], [`OlmError::UnsupportedVersion`] for a session of another
    /// version.
    pub fn unpickle(bytes: &[u8]) -> Result<Self, OlmError> {
        let pickle: SessionPickle =
            serde_json::from_slice(pickle_body(bytes)?).map_err(|_quotes_the_secret| OlmError::DamagedState)?;
        let session = Session::from_pickle(pickle);
        if session.session_config() != SESSION_CONFIG {
            return Err(OlmError::UnsupportedVersion);
        }
        Ok(Self(session))
    }
}

impl fmt::Debug for OlmSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OlmSession(redacted)")
    }
}

fn inner(message: &OlmMessage) -> &Message {
    match message {
        OlmMessage::Normal(message) => message,
        OlmMessage::PreKey(message) => message.message(),
    }
}

fn session_id(keys: &SessionKeys) -> [u8; 32] {
    Sha256::new()
        .chain_update(keys.identity_key.as_bytes())
        .chain_update(keys.base_key.as_bytes())
        .chain_update(keys.one_time_key.as_bytes())
        .finalize()
        .into()
}

fn creation_error(error: SessionCreationError) -> OlmError {
    match error {
        SessionCreationError::MissingOneTimeKey(_) => OlmError::UnknownOneTimeKey,
        SessionCreationError::MismatchedIdentityKey(..) => OlmError::WrongIdentity,
        SessionCreationError::MismatchedSessionConfig { .. } => OlmError::UnsupportedVersion,
        SessionCreationError::Decryption(error) => decryption_error(error),
        SessionCreationError::NonContributoryKey => OlmError::WeakKey,
    }
}

fn decryption_error(error: DecryptionError) -> OlmError {
    match error {
        DecryptionError::InvalidMAC(_) | DecryptionError::InvalidMACLength(..) | DecryptionError::InvalidPadding(_) => {
            OlmError::WrongSession
        }
        DecryptionError::NonContributoryKey => OlmError::WeakKey,
        DecryptionError::MissingMessageKey(_) => OlmError::AlreadyUsed,
        DecryptionError::TooBigMessageGap(gap, limit) => OlmError::TooFarAhead { gap, limit },
    }
}

fn pickled(state: &impl serde::Serialize) -> Zeroizing<Vec<u8>> {
    let mut writer = WipingWriter(Zeroizing::new(Vec::with_capacity(8 * 1024)));
    writer.append(&[PICKLE_VERSION]);
    match serde_json::to_writer(&mut writer, state) {
        Ok(()) => writer.0,
        // The states have nothing JSON cannot hold and the writer cannot fail. An empty state
        // is refused by `unpickle`, so a mistake here would be loud.
        Err(_) => Zeroizing::new(Vec::new()),
    }
}

fn pickle_body(bytes: &[u8]) -> Result<&[u8], OlmError> {
    match bytes.split_first() {
        Some((&PICKLE_VERSION, body)) if body.len() < OLM_PICKLE_MAX => Ok(body),
        _ => Err(OlmError::DamagedState),
    }
}

/// A growing buffer that wipes the memory it grows out of; `Vec` would leave it behind.
struct WipingWriter(Zeroizing<Vec<u8>>);

impl WipingWriter {
    fn append(&mut self, bytes: &[u8]) {
        let needed = self.0.len().saturating_add(bytes.len());
        if needed > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.saturating_mul(2)));
            larger.extend_from_slice(&self.0);
            self.0.zeroize();
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
    }
}

impl io::Write for WipingWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.append(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
