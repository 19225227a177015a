//! A device's word that it has another transport key from now on.
//!
//! The key names the endpoint to everybody it connects to, so one that never changes follows a person through networks and
//! years. The list of devices stays as the account signed it: a renewal stands beside it, and the account's key, which may
//! be on paper in a drawer, is not needed for it.

use kith_crypto::{PublicKey, SignContext, Signature, SigningKey};

use super::IdentityError;
use crate::codec::{array, split};
use crate::error::WireError;
use crate::ids::{AccountId, DeviceId, TransportId};

const WHAT: &str = "renewal of a transport key";
const VERSION: u8 = 1;
/// Version, device, key, number and two signatures.
pub(crate) const RENEWAL_LEN: usize = 1 + 32 + 32 + 8 + 64 + 64;

/// What a device signed, and its new key too. Only [`Renewal::create`] and [`UnverifiedRenewal::verify`] make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    device: DeviceId,
    transport: TransportId,
    number: u64,
    bytes: [u8; RENEWAL_LEN],
}

impl Renewal {
    /// The device signs that its transport key is this one from now on, and the key that it is the device's. Of two
    /// renewals the one with the higher number counts; use the time, Unix milliseconds.
    #[must_use]
    pub fn create(account: AccountId, device: &SigningKey, transport: &SigningKey, number: u64) -> Self {
        let (device_id, transport_id) = (DeviceId::from(device.public()), TransportId::from(transport.public()));
        let text = signed_text(account, device_id, transport_id, number);
        let sign = |key: &SigningKey| key.sign(SignContext::TRANSPORT_RENEWAL, &text).to_bytes();
        let parts: [&[u8]; 6] = [
            &[VERSION],
            &device_id.to_bytes(),
            &transport_id.to_bytes(),
            &number.to_be_bytes(),
            &sign(device),
            &sign(transport),
        ];
        let mut bytes = [0; RENEWAL_LEN];
        for (to, from) in bytes.iter_mut().zip(parts.concat()) {
            *to = from;
        }
        Self { device: device_id, transport: transport_id, number, bytes }
    }

    /// Whose it is.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// The new key.
    #[must_use]
    pub fn transport(&self) -> TransportId {
        self.transport
    }

    /// Which of several counts: the one with the highest.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// As it travels: `1 ‖ device ‖ transport key ‖ number ‖ signature of the device ‖ signature of the key`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.bytes.to_vec()
    }
}

/// A renewal as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedRenewal(Renewal);

impl UnverifiedRenewal {
    /// Decodes one.
    ///
    /// # Errors
    /// If it has another length or version.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let bytes: [u8; RENEWAL_LEN] = array(WHAT, bytes)?;
        let ([version], rest) = split::<1>(WHAT, &bytes)?;
        if version != VERSION {
            return Err(WireError::UnknownVersion { what: WHAT, found: version, supported: VERSION });
        }
        let (device, rest) = split(WHAT, rest)?;
        let (transport, rest) = split(WHAT, rest)?;
        let (number, _signatures) = split(WHAT, rest)?;
        Ok(Self(Renewal {
            device: DeviceId::from_bytes(device),
            transport: TransportId::from_bytes(transport),
            number: u64::from_be_bytes(number),
            bytes,
        }))
    }

    /// Which device it says it is of: whose account that is, is for the caller to know.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.0.device
    }

    /// Which key it names.
    #[must_use]
    pub fn transport(&self) -> TransportId {
        self.0.transport
    }

    /// Which of several counts.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.0.number
    }

    /// Checks both signatures, for a device of this account.
    ///
    /// # Errors
    /// [`IdentityError::BadRenewal`] if one of them does not hold.
    pub fn verify(self, account: AccountId) -> Result<Renewal, IdentityError> {
        let Renewal { device, transport, number, bytes } = &self.0;
        let text = signed_text(account, *device, *transport, *number);
        let signatures = bytes.get(RENEWAL_LEN - 128..).unwrap_or_default();
        let (by_device, rest) = split(WHAT, signatures)?;
        let by_transport = array(WHAT, rest)?;
        let holds = |key: PublicKey, signature| {
            key.verify(SignContext::TRANSPORT_RENEWAL, &text, &Signature::from_bytes(signature)).is_ok()
        };
        if !holds(device.public_key(), by_device) || !holds(transport.public_key(), by_transport) {
            return Err(IdentityError::BadRenewal);
        }
        Ok(self.0)
    }
}

fn signed_text(account: AccountId, device: DeviceId, transport: TransportId, number: u64) -> Vec<u8> {
    [&account.to_bytes()[..], &device.to_bytes(), &transport.to_bytes(), &number.to_be_bytes()].concat()
}
