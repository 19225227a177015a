//! A message becomes an envelope, and an envelope a message.
//!
//! Inside, an Olm session per pair of devices. Around it, an XChaCha20-Poly1305 envelope under an outer key that one
//! side encapsulated to the other's X-Wing key. The encapsulation travels with every envelope until the other side
//! acknowledged one, so a lost first envelope costs nothing.
//!
//! Two devices may have several sessions: both may start one at once, and a broken one is replaced. Both sides use the
//! one with the highest generation, and of those the one with the lowest id, so they agree without talking about it.

use kith_crypto::{
    KdfInfo,
    kem::KemPublic,
    olm::{CurveKey, OlmAccount, OlmError, OlmKind, OlmSession, OlmWire},
    seal::Key,
};
use kith_store::{DeviceRow, Direction, OuterKeyRow, SessionRow};
use kith_wire::{
    envelope::{Envelope, Header},
    ids::{AccountId, DeviceId},
    message::{Body, Ends, Inner, UnverifiedInner},
};
use zeroize::Zeroizing;

use crate::{
    Timestamp,
    contacts::invite::META_FALLBACK,
    core::Core,
    error::{CoreError, refuse},
    reorder::Positions,
};

/// How long an outer key is used before a new one is encapsulated.
const OUTER_KEY_MS: u64 = 7 * 24 * 3600 * 1000;
/// How many sessions of one pair are kept.
const SESSIONS_MAX: usize = 4;
/// How many inbound outer keys of one device are kept.
const INBOUND_KEYS_MAX: usize = 4;

/// A session that somebody began, and what their first message says.
type Begun = (OlmSession, Zeroizing<Vec<u8>>);

/// What an envelope held.
pub(crate) struct Opened {
    pub(crate) inner: Inner,
    /// It began a session with a one-time key, which should be replaced. Keys that serve many are not spent.
    pub(crate) spent_prekey: bool,
    /// The place of the message in its chain.
    pub(crate) session: [u8; 32],
}

/// Why an envelope from a known device did not open.
pub(crate) enum OpenFailure {
    /// It came before, or too late: say nothing.
    Duplicate,
    /// We lack the outer key: the sender should send its encapsulation again.
    NoOuterKey,
    /// No session of ours fits: the sender should use another.
    NoSession,
    /// It breaks the rules.
    Refused(CoreError),
}

impl From<CoreError> for OpenFailure {
    fn from(error: CoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<kith_store::StoreError> for OpenFailure {
    fn from(error: kith_store::StoreError) -> Self {
        Self::Refused(error.into())
    }
}

/// What binds an outer key to the pair of devices: the `info` of its encapsulation.
#[must_use]
pub fn outer_key_info(from: DeviceId, to: DeviceId) -> Vec<u8> {
    [KdfInfo::ENVELOPE_KEM.as_str().as_bytes(), &[1], &from.to_bytes(), &to.to_bytes()].concat()
}

impl Core {
    pub(crate) fn olm(&mut self) -> Result<&mut OlmAccount, CoreError> {
        if self.olm.is_none() {
            let pickle = self.store.olm_account()?.ok_or(CoreError::Damaged { what: "session account" })?;
            self.olm = Some(OlmAccount::unpickle(&pickle)?);
        }
        self.olm.as_mut().ok_or(CoreError::Damaged { what: "session account" })
    }

    pub(crate) fn save_olm(&mut self) -> Result<(), CoreError> {
        let pickle = self.olm()?.pickle();
        Ok(self.store.put_olm_account(&pickle)?)
    }

    /// Opens the session a first message starts. The key is used up by it, unless it serves many.
    pub(crate) fn begin_inbound(
        &mut self,
        their_identity: CurveKey,
        first: &OlmWire,
    ) -> Result<Result<Begun, OlmError>, CoreError> {
        let key = first.prekey_one_time_key();
        let serves_many = key.map(|key| self.store.is_address_key(&key)).transpose()?.unwrap_or_default();
        let opened = self.olm()?.inbound(their_identity, first);
        if serves_many {
            // The account as it is stored still has the key.
            self.olm = None;
        } else if opened.is_ok() {
            self.save_olm()?;
        }
        Ok(opened)
    }

    /// Encrypts `body` for a device and seals it, starting a session if there is none.
    pub(crate) fn seal(
        &mut self,
        device: &DeviceRow,
        template: &Template<'_>,
        now: Timestamp,
    ) -> Result<Vec<u8>, CoreError> {
        let (row, wire) = self.encrypt(device, template, now)?;
        self.store.put_session(&row)?;
        let outer = self.outbound_key(device, now)?;
        if !outer.confirmed && template.acked {
            self.sent_under.insert((device.device, template.msg), outer.key_id);
        }
        let header = match (&outer.encapsulated, outer.confirmed) {
            (Some(encapsulated), false) => Header::First { key_id: outer.key_id, encapsulated: encapsulated.clone() },
            _ => Header::Keyed { key_id: outer.key_id },
        };
        Ok(Envelope::seal(&header, &outer.key, &wire)?)
    }

    /// Encrypts under the session in use. The session row returned is not stored yet.
    pub(crate) fn encrypt(
        &mut self,
        device: &DeviceRow,
        template: &Template<'_>,
        now: Timestamp,
    ) -> Result<(SessionRow, OlmWire), CoreError> {
        let mut row = match self.current_session(device.device)? {
            Some(row) => row,
            None => self.start_session(device, None, now)?,
        };
        let mut session = OlmSession::unpickle(&row.pickle)?;
        let inner = template.inner(self, device, row.generation)?;
        let wire = session.encrypt(&inner.encode())?;
        row.pickle = session.pickle();
        Ok((row, wire))
    }

    pub(crate) fn current_session(&self, device: DeviceId) -> Result<Option<SessionRow>, CoreError> {
        Ok(self.store.sessions(&device)?.into_iter().find(|row| !row.dead))
    }

    /// Starts a session towards a device, with `one_time` or else with a prekey it gave us.
    pub(crate) fn start_session(
        &mut self,
        device: &DeviceRow,
        one_time: Option<kith_crypto::olm::CurveKey>,
        now: Timestamp,
    ) -> Result<SessionRow, CoreError> {
        let prekey = match one_time {
            Some(key) => key,
            None => self.store.take_prekey(&device.device)?.ok_or(CoreError::NoPrekey)?,
        };
        let session = self.olm()?.outbound(device.olm, prekey)?;
        // Wall-clock seconds keep generations growing even where an old copy of the database forgot the last ones.
        let newest = self.store.sessions(&device.device)?.iter().map(|row| row.generation).max().unwrap_or(0);
        let seconds = u32::try_from(now / 1000).unwrap_or(u32::MAX);
        let row = SessionRow {
            device: device.device,
            session: session.id(),
            generation: newest.saturating_add(1).max(seconds),
            created_at_ms: now,
            last_received_at_ms: None,
            dead: false,
            positions: Vec::new(),
            pickle: session.pickle(),
        };
        self.keep_session(&row)?;
        Ok(row)
    }

    pub(crate) fn keep_session(&mut self, row: &SessionRow) -> Result<(), CoreError> {
        self.store.put_session(row)?;
        for old in self.store.sessions(&row.device)?.into_iter().skip(SESSIONS_MAX) {
            if old.session != row.session {
                self.store.delete_session(&row.device, &old.session)?;
            }
        }
        Ok(())
    }

    pub(crate) fn outbound_key(&mut self, device: &DeviceRow, now: Timestamp) -> Result<OuterKeyRow, CoreError> {
        let newest = self.store.outer_keys(&device.device, Direction::Outbound)?.into_iter().next();
        if let Some(row) = newest
            && now < row.created_at_ms.saturating_add(OUTER_KEY_MS)
        {
            return Ok(row);
        }
        let Some(kem) = &device.kem else { return refuse("no KEM key of the device is known") };
        let (encapsulated, key) =
            KemPublic::from_bytes(kem)?.encapsulate(&outer_key_info(self.my_device, device.device))?;
        let row = OuterKeyRow {
            key_id: Envelope::key_id(&key),
            device: device.device,
            direction: Direction::Outbound,
            key,
            encapsulated: Some(encapsulated),
            confirmed: false,
            created_at_ms: now,
        };
        self.store.put_outer_key(&row)?;
        for old in self.store.outer_keys(&device.device, Direction::Outbound)?.into_iter().skip(2) {
            self.store.delete_outer_key(&old.key_id)?;
        }
        Ok(row)
    }

    /// The other side acknowledged `msg`: the outer key it went under needs no encapsulation any more.
    pub(crate) fn confirm_outer_key(&mut self, device: DeviceId, msg: kith_wire::ids::MsgId) -> Result<(), CoreError> {
        let Some(key_id) = self.sent_under.remove(&(device, msg)) else { return Ok(()) };
        if let Some(mut row) = self.store.outer_key(&key_id)?
            && !row.confirmed
            && row.direction == Direction::Outbound
        {
            row.confirmed = true;
            self.store.put_outer_key(&row)?;
        }
        Ok(())
    }

    /// The other side lacks our outer key: send the encapsulation again.
    pub(crate) fn unconfirm_outer_keys(&mut self, device: DeviceId) -> Result<(), CoreError> {
        for mut row in self.store.outer_keys(&device, Direction::Outbound)? {
            row.confirmed = false;
            self.store.put_outer_key(&row)?;
        }
        Ok(())
    }

    /// The key an envelope is sealed under, and the row to keep once its content proves genuine.
    fn inbound_key(
        &self,
        device: &DeviceRow,
        header: &Header,
        now: Timestamp,
    ) -> Result<(Key, Option<OuterKeyRow>), OpenFailure> {
        let (key_id, encapsulated) = match header {
            Header::First { key_id, encapsulated } => (key_id, Some(encapsulated)),
            Header::Keyed { key_id } => (key_id, None),
        };
        if let Some(row) = self.store.outer_key(key_id)?
            && row.device == device.device
            && row.direction == Direction::Inbound
        {
            return Ok((row.key, None));
        }
        let Some(encapsulated) = encapsulated else { return Err(OpenFailure::NoOuterKey) };
        let key = self
            .device
            .kem
            .decapsulate(encapsulated, &outer_key_info(device.device, self.my_device))
            .map_err(CoreError::from)?;
        if Envelope::key_id(&key) != *key_id {
            return Err(OpenFailure::Refused(CoreError::Refused { reason: "the outer key does not match its id" }));
        }
        let row = OuterKeyRow {
            key_id: *key_id,
            device: device.device,
            direction: Direction::Inbound,
            key: key.duplicate(),
            encapsulated: None,
            confirmed: true,
            created_at_ms: now,
        };
        Ok((key, Some(row)))
    }

    /// Takes the envelope off. The Olm message inside is not decrypted yet.
    pub(crate) fn unwrap_envelope(
        &mut self,
        device: &DeviceRow,
        envelope: &Envelope,
        now: Timestamp,
    ) -> Result<(OlmWire, Option<OuterKeyRow>), OpenFailure> {
        let (key, fresh) = self.inbound_key(device, envelope.header(), now)?;
        let wire = envelope.open(&key).map_err(CoreError::from)?;
        Ok((wire, fresh))
    }

    /// Decrypts an Olm message of a known device and checks that it is from and for whom it says.
    pub(crate) fn open_message(
        &mut self,
        device: &DeviceRow,
        sessions: Vec<SessionRow>,
        wire: &OlmWire,
        fresh_key: Option<&OuterKeyRow>,
        waited: bool,
        now: Timestamp,
    ) -> Result<Opened, OpenFailure> {
        let (mut row, plain, new_session) = self.decrypt(device, sessions, wire, now)?;
        let ends = Ends {
            from_account: device.account,
            from_device: device.device,
            to_account: self.me,
            to_device: self.my_device,
        };
        let inner = UnverifiedInner::decode(&plain).map_err(CoreError::from)?.verify(&ends).map_err(CoreError::from)?;
        if new_session {
            row.generation = inner.generation;
        }
        row.last_received_at_ms = Some(now);
        // A complaint can overtake what was written after it. Who goes on writing on a session has it.
        if row.dead && self.given_up.remove(&row.session) {
            row.dead = false;
        }
        if let Some(position) = wire.position() {
            let mut positions = Positions::decode(&row.positions);
            positions.advance(&position, waited);
            row.positions = positions.encode();
        }
        self.keep_session(&row)?;
        if let Some(key) = fresh_key {
            self.store.put_outer_key(key)?;
            for old in self.store.outer_keys(&device.device, Direction::Inbound)?.into_iter().skip(INBOUND_KEYS_MAX) {
                self.store.delete_outer_key(&old.key_id)?;
            }
        }
        let fallback = self.store.meta(META_FALLBACK)?;
        let one_time = wire.prekey_one_time_key().map(|key| key.as_bytes().to_vec());
        let serves_many = match wire.prekey_one_time_key() {
            Some(key) => self.store.is_address_key(&key)?,
            None => false,
        };
        let spent_prekey = new_session && one_time.is_some() && one_time != fallback && !serves_many;
        Ok(Opened { inner, spent_prekey, session: row.session })
    }

    fn decrypt(
        &mut self,
        device: &DeviceRow,
        sessions: Vec<SessionRow>,
        wire: &OlmWire,
        now: Timestamp,
    ) -> Result<(SessionRow, Zeroizing<Vec<u8>>, bool), OpenFailure> {
        let own = wire.prekey_session_id();
        let mut spent = false;
        for mut row in sessions {
            if own.is_some_and(|id| id != row.session) {
                continue;
            }
            let mut session = OlmSession::unpickle(&row.pickle).map_err(CoreError::from)?;
            match session.decrypt(wire) {
                Ok(plain) => {
                    row.pickle = session.pickle();
                    return Ok((row, plain, false));
                }
                Err(OlmError::AlreadyUsed) => spent = true,
                Err(_other_session) => {}
            }
        }
        match wire.kind {
            _ if spent => Err(OpenFailure::Duplicate),
            OlmKind::Normal => Err(OpenFailure::NoSession),
            OlmKind::PreKey => {
                let their_key = device.olm;
                let opened = self.begin_inbound(their_key, wire)?;
                let Ok((session, plain)) = opened else { return Err(OpenFailure::NoSession) };
                let row = SessionRow {
                    device: device.device,
                    session: session.id(),
                    generation: 0,
                    created_at_ms: now,
                    last_received_at_ms: Some(now),
                    dead: false,
                    positions: Vec::new(),
                    pickle: session.pickle(),
                };
                Ok((row, plain, true))
            }
        }
    }
}

/// A message before it is addressed to a device.
pub(crate) struct Template<'a> {
    pub(crate) msg: kith_wire::ids::MsgId,
    pub(crate) account: AccountId,
    pub(crate) chat: kith_wire::ids::ChatId,
    pub(crate) hlc: kith_wire::ids::Hlc,
    pub(crate) body: &'a Body,
    /// Whether the other side acknowledges it.
    pub(crate) acked: bool,
    /// The messages it follows.
    pub(crate) parents: Vec<[u8; 16]>,
    /// By which we know it as ours.
    pub(crate) proof: Option<[u8; 16]>,
}

impl Template<'_> {
    fn inner(&self, core: &Core, device: &DeviceRow, generation: u32) -> Result<Inner, CoreError> {
        let ends = Ends {
            from_account: core.me,
            from_device: core.my_device,
            to_account: self.account,
            to_device: device.device,
        };
        let (parents, body) = (self.parents.clone(), self.body.clone());
        let mut inner = Inner::create(&ends, self.msg, self.hlc, self.chat, parents, generation, body)?;
        inner.proof = self.proof;
        Ok(inner)
    }
}
