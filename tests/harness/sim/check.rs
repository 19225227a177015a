//! What must hold at every moment of a simulated world.

use std::collections::{BTreeMap, BTreeSet};

use kith_api::{MessageId, views};
use kith_crypto::Key;
use kith_wire::{Envelope, EnvelopeId, Header};

use super::person::Person;

/// The world's memory of what it saw.
#[derive(Default)]
pub struct Checks {
    states: BTreeMap<(usize, MessageId), views::MessageState>,
    shown: BTreeSet<(usize, MessageId)>,
    outer_keys: BTreeMap<[u8; 16], Key>,
    places: BTreeMap<([u8; 32], u64), EnvelopeId>,
}

impl Checks {
    /// A copy, for a world that goes on from here.
    #[must_use]
    pub fn copy(&self) -> Self {
        let keys = self.outer_keys.iter().map(|(id, key)| (*id, key.duplicate()));
        Self {
            states: self.states.clone(),
            shown: self.shown.clone(),
            outer_keys: keys.collect(),
            places: self.places.clone(),
        }
    }

    /// Somebody's disk went back in time: what they saw since then they see again.
    pub fn forget(&mut self, who: usize) {
        self.states.retain(|(whose, _), _| *whose != who);
        self.shown.retain(|(whose, _)| *whose != who);
    }

    /// I2: a message is shown once.
    pub fn shown(&mut self, who: usize, message: MessageId) {
        assert!(self.shown.insert((who, message)), "a message was shown twice (I2)");
    }

    /// I4: a state never falls.
    pub fn state(&mut self, who: usize, message: MessageId, state: views::MessageState) {
        let before = self.states.insert((who, message), state);
        assert!(before.is_none_or(|before| before < state), "the state fell from {before:?} to {state:?} (I4)");
    }

    /// I1: no place in a sending chain is used for two messages. The world can look because it has everybody's keys.
    pub fn sent(&mut self, from: &Person, to: &Person, bytes: &[u8]) {
        let envelope = Envelope::decode(bytes).expect("what a core sends is an envelope");
        if let Header::First { key_id, encapsulated } = envelope.header() {
            let info = kith_core::outer_key_info(from.device_id(), to.device_id());
            let key = to.device().kem.decapsulate(encapsulated, &info).expect("for the recipient");
            self.outer_keys.insert(*key_id, key);
        }
        let Some(key) = self.outer_keys.get(envelope.header().key_id()) else { return };
        let wire = envelope.open(key).expect("sealed under the key it names");
        let place = wire.position().expect("an Olm message");
        let id = EnvelopeId::of(bytes);
        let before = self.places.insert(place, id);
        assert!(before.is_none_or(|before| before == id), "a message key was used twice (I1)");
    }
}
