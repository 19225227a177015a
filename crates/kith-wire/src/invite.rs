//! How two people meet: a short secret link, and the sealed bundle of keys it opens.

mod bundle;
mod public_address;
mod spoken;

use std::fmt;

use kith_crypto::{KdfInfo, Key};
use zeroize::Zeroizing;

pub(crate) use bundle::seal_plain;
pub use bundle::{BundleParts, InviteBundle, InviteError, UnverifiedBundle, kem_info};
pub use public_address::{ADDRESS_BITS_MAX, ADDRESS_BITS_MIN, WEEK_MS, WorkTask, address_token, week_of};
pub use spoken::{SpokenInvite, SpokenLinkError};

use crate::address;
use crate::bootstrap::BootstrapLink;
use crate::ids::{AccountId, DeviceId, SlotId, truncated};
use crate::limits::{HINT_MAX_BYTES, HINTS_MAX};
use crate::link::{self, LinkError};
use crate::whereabouts::FindKey;

const LETTER: char = 'i';
const FINGERPRINT_LEN: usize = 16;

/// An invite: a secret, whose it is, and where to ask. Whoever holds it may send one contact request; it proves nothing
/// about them. `Display` writes the link and with it the secret; `Debug` does not.
pub struct InviteLink {
    secret: Key,
    fingerprint: [u8; FINGERPRINT_LEN],
    hints: Vec<String>,
}

impl InviteLink {
    /// A new invite of `account` with a random secret. The hints name nodes that hold the slot: bootstrap links, or
    /// multiaddrs that end in a peer id. The first [`HINTS_MAX`] well-formed ones are kept, and of each as many addresses
    /// as fit into [`HINT_MAX_BYTES`].
    #[must_use]
    pub fn new(account: AccountId, hints: Vec<String>) -> Self {
        Self::with_key(Key::random(), account, hints)
    }

    /// The invite with a known secret, as its author stored it.
    #[must_use]
    pub fn from_secret(secret: &[u8; 32], account: AccountId, hints: Vec<String>) -> Self {
        Self::with_key(Key::from_bytes(secret), account, hints)
    }

    fn with_key(secret: Key, account: AccountId, hints: Vec<String>) -> Self {
        let hints = hints.iter().filter_map(|hint| fit_hint(hint)).take(HINTS_MAX).collect();
        Self { secret, fingerprint: account.fingerprint(), hints }
    }

    /// Reads a link; says whether it is something else, of a newer version, or damaged.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let payload = Zeroizing::new(link::parse(LETTER, text)?);
        let (secret, rest) = payload.split_first_chunk::<32>().ok_or(LinkError::Damaged)?;
        let (fingerprint, rest) = rest.split_first_chunk::<FINGERPRINT_LEN>().ok_or(LinkError::Damaged)?;
        let hints = link::take_parts(rest, HINTS_MAX)?.into_iter().map(read_hint).collect::<Result<_, _>>()?;
        Ok(Self { secret: Key::from_bytes(secret), fingerprint: *fingerprint, hints })
    }

    /// The secret, for the author's own storage.
    #[must_use]
    pub fn secret(&self) -> &[u8; 32] {
        self.secret.as_bytes()
    }

    /// The fingerprint of the account that made the invite.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 16] {
        self.fingerprint
    }

    /// Nodes to ask for the bundle, each a bootstrap link or a multiaddr.
    #[must_use]
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// Where the sealed bundle lies.
    #[must_use]
    pub fn slot(&self) -> SlotId {
        SlotId::from_bytes(*self.secret.derive(KdfInfo::INVITE_SLOT).as_bytes())
    }

    /// The name of the invite in a contact request; does not reveal the secret or the slot.
    #[must_use]
    pub fn tag(&self) -> [u8; 16] {
        truncated(self.secret.derive(KdfInfo::INVITE_TAG).as_bytes())
    }

    /// What the slot's owner shows to delete it; the slot stores its hash.
    #[must_use]
    pub fn owner_token(&self) -> [u8; 32] {
        *self.secret.derive(KdfInfo::INVITE_OWNER).as_bytes()
    }

    /// Proof of holding the link, over the envelope of a contact request.
    #[must_use]
    pub fn request_mac(&self, envelope: &[u8]) -> [u8; 32] {
        self.secret.mac(KdfInfo::INVITE_MAC, envelope)
    }

    /// Whether `mac` is the [`InviteLink::request_mac`] of the envelope, in constant time.
    #[must_use]
    pub fn verify_request_mac(&self, envelope: &[u8], mac: &[u8; 32]) -> bool {
        self.secret.verify_mac(KdfInfo::INVITE_MAC, envelope, mac).is_ok()
    }

    /// By which either side finds a device of the other until that has given it a key of its own.
    #[must_use]
    pub fn find_key(&self, device: &DeviceId) -> FindKey {
        FindKey::from_bytes(self.secret.derive_with(KdfInfo::INVITE_FIND, &device.to_bytes()).as_bytes())
    }

    fn bundle_key(&self) -> Key {
        self.secret.derive(KdfInfo::INVITE_BUNDLE)
    }
}

/// A hint is one byte that says what follows, and that.
const HINT_MULTIADDR: u8 = 0;
const HINT_BOOTSTRAP: u8 = 1;

fn write_hint(hint: &str) -> Option<Vec<u8>> {
    let (kind, body) = match BootstrapLink::parse(hint) {
        Ok(link) => (HINT_BOOTSTRAP, link.payload()),
        Err(_not_a_link) => (HINT_MULTIADDR, address::to_bytes(hint)?),
    };
    Some([&[kind], body.as_slice()].concat())
}

fn read_hint(part: &[u8]) -> Result<String, LinkError> {
    if part.len() > HINT_MAX_BYTES {
        return Err(LinkError::Damaged);
    }
    match part.split_first() {
        Some((&HINT_MULTIADDR, body)) => address::from_bytes(body),
        Some((&HINT_BOOTSTRAP, body)) => Ok(BootstrapLink::from_payload(body)?.to_string()),
        _ => Err(LinkError::Damaged),
    }
}

/// The hint as it reads back, with as many addresses as fit.
fn fit_hint(hint: &str) -> Option<String> {
    let mut part = write_hint(hint)?;
    if part.len() > HINT_MAX_BYTES {
        let mut link = BootstrapLink::parse(hint).ok()?;
        while part.len() > HINT_MAX_BYTES && link.addresses.len() > 1 {
            link.addresses.pop();
            part = write_hint(&link.to_string())?;
        }
    }
    read_hint(&part).ok()
}

impl fmt::Display for InviteLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut payload = Zeroizing::new(Vec::new());
        payload.extend(self.secret.as_bytes());
        payload.extend(self.fingerprint);
        for part in self.hints.iter().filter_map(|hint| write_hint(hint)) {
            link::put_part(&mut payload, &part);
        }
        f.write_str(&link::format(LETTER, &payload))
    }
}

impl fmt::Debug for InviteLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InviteLink").field("hints", &self.hints).finish_non_exhaustive()
    }
}
