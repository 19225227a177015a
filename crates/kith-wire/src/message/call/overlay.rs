//! How the two sides of a call meet over iroh, where no UDP goes through.

use kith_crypto::{PublicKey, SignContext, Signature, SigningKey};

use super::{CallEnds, SignalProto};
use crate::codec::array;
use crate::error::WireError;
use crate::ids::TransportId;
use crate::limits::OVERLAY_RELAYS_MAX;

/// Stands where descriptions say whether they are an offer or an answer: the three cannot be taken for each other.
const OVERLAY_MARK: u8 = 2;

/// Where one side waits for the other on iroh. Its device answers for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Overlay {
    endpoint: TransportId,
    relays: Vec<TransportId>,
    signature: Signature,
}

impl std::fmt::Debug for Overlay {
    // It says which community somebody belongs to.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Overlay").field("relays", &self.relays.len()).finish_non_exhaustive()
    }
}

impl Overlay {
    /// The endpoint of this key, at the relays of these bootstrap nodes, signed by the device. Who offers names all it could
    /// use, the best first; who answers names the one that it has chosen of them, or none.
    ///
    /// # Errors
    /// [`WireError::TooMany`] above [`OVERLAY_RELAYS_MAX`].
    pub fn create(
        endpoint: TransportId,
        relays: Vec<TransportId>,
        ends: &CallEnds,
        device: &SigningKey,
    ) -> Result<Self, WireError> {
        let signature = device.sign(SignContext::CALL, &signed_text(&endpoint, &relays, ends));
        let overlay = Self { endpoint, relays, signature };
        overlay.check()?;
        Ok(overlay)
    }

    /// The endpoint and the relays, if the device that names them signed them for this call and this recipient.
    #[must_use]
    pub fn verify(&self, ends: &CallEnds) -> Option<(TransportId, &[TransportId])> {
        let key = PublicKey::from_bytes(ends.from.to_bytes());
        key.verify(SignContext::CALL, &signed_text(&self.endpoint, &self.relays, ends), &self.signature).ok()?;
        Some((self.endpoint, &self.relays))
    }

    pub(super) fn check(&self) -> Result<(), WireError> {
        if self.relays.len() > OVERLAY_RELAYS_MAX {
            return Err(WireError::TooMany { what: "relays of a call", max: OVERLAY_RELAYS_MAX });
        }
        Ok(())
    }

    pub(super) fn write(&self, proto: &mut SignalProto) {
        proto.endpoint = self.endpoint.to_bytes().to_vec();
        proto.relays = self.relays.iter().map(|relay| relay.to_bytes().to_vec()).collect();
        proto.signature = self.signature.to_bytes().to_vec();
    }

    pub(super) fn read(proto: &SignalProto) -> Result<Self, WireError> {
        let signature = Signature::from_bytes(array("signature", &proto.signature)?);
        let relays = proto.relays.iter().map(|relay| TransportId::from_slice(relay));
        Ok(Self {
            endpoint: TransportId::from_slice(&proto.endpoint)?,
            relays: relays.collect::<Result<_, _>>()?,
            signature,
        })
    }
}

/// `call ‖ from ‖ to ‖ 2 ‖ endpoint ‖ relays`
fn signed_text(endpoint: &TransportId, relays: &[TransportId], ends: &CallEnds) -> Vec<u8> {
    let relays: Vec<u8> = relays.iter().flat_map(|relay| relay.to_bytes()).collect();
    let parts: [&[u8]; 6] = [
        &ends.call.to_bytes(),
        &ends.from.to_bytes(),
        &ends.to.to_bytes(),
        &[OVERLAY_MARK],
        &endpoint.to_bytes(),
        &relays,
    ];
    parts.concat()
}
