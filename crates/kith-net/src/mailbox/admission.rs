//! Who may open a queue.

use kith_wire::mailbox::{WORK_BITS_MAX, work_bits};
use kith_wire::{Admission, ReceiveId, TransportId};

use super::config::AdmissionRules;

/// Queues opened with work that do not make it harder: one more every [`EASE_MS`].
const UNHURRIED: u64 = 60;
const EASE_MS: u64 = 1_000;

/// The rules, and how much work they ask for now.
pub(super) struct Gate {
    open: bool,
    /// Hashes, which are compared in constant time.
    tokens: Vec<blake3::Hash>,
    grants: Vec<blake3::Hash>,
    base_bits: u8,
    /// Queues opened with work lately, less one for every [`EASE_MS`] that passed.
    hurry: u64,
    eased_ms: u64,
}

impl Gate {
    pub(super) fn new(rules: &AdmissionRules) -> Self {
        Self {
            open: rules.open,
            tokens: rules.tokens.iter().map(|token| blake3::hash(token)).collect(),
            grants: rules.grants.iter().map(|grant| blake3::hash(grant.token.as_slice())).collect(),
            base_bits: rules.work_bits.min(WORK_BITS_MAX),
            hurry: 0,
            eased_ms: 0,
        }
    }

    /// The place of the grant whose token this is.
    pub(super) fn grant(&self, admission: &Admission) -> Option<usize> {
        let Admission::Token(token) = admission else { return None };
        let hash = blake3::hash(token);
        let known = self.grants.iter().enumerate();
        known.fold(None, |found, (at, known)| if *known == hash { Some(at) } else { found })
    }

    /// Whether this opens a queue at `mailbox`.
    pub(super) fn admits(
        &mut self,
        mailbox: &TransportId,
        receive: &ReceiveId,
        admission: &Admission,
        now_ms: u64,
    ) -> bool {
        if self.open {
            return true;
        }
        match admission {
            Admission::Open => false,
            Admission::Token(token) => {
                let hash = blake3::hash(token);
                // All of them are compared, so that the time does not tell which one fits.
                self.tokens.iter().fold(false, |found, known| found | (*known == hash))
            }
            Admission::Work(nonce) => {
                let bits = self.bits(now_ms);
                let admitted = bits > 0 && work_bits(mailbox, receive, *nonce) >= bits;
                if admitted {
                    self.hurry = self.hurry.saturating_add(1);
                }
                admitted
            }
        }
    }

    /// The work asked for now; 0 if none helps. One bit more for every doubling of what is unhurried.
    pub(super) fn bits(&mut self, now_ms: u64) -> u8 {
        if self.base_bits == 0 {
            return 0;
        }
        let steps = now_ms.saturating_sub(self.eased_ms) / EASE_MS;
        self.hurry = self.hurry.saturating_sub(steps);
        // The clock may go backwards; waiting for it to catch up would keep the work hard.
        self.eased_ms = if self.hurry == 0 || now_ms < self.eased_ms {
            now_ms
        } else {
            self.eased_ms.saturating_add(steps.saturating_mul(EASE_MS))
        };
        let doublings = (self.hurry / UNHURRIED).checked_ilog2().map_or(0, |log| log.saturating_add(1));
        self.base_bits.saturating_add(u8::try_from(doublings).unwrap_or(u8::MAX)).min(WORK_BITS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kith_wire::mailbox::find_work;

    const MAILBOX: TransportId = TransportId::from_bytes([1; 32]);

    fn receive(n: u16) -> ReceiveId {
        let mut bytes = [7; 32];
        bytes[..2].copy_from_slice(&n.to_be_bytes());
        ReceiveId::from_bytes(bytes)
    }

    fn gate(rules: AdmissionRules) -> Gate {
        Gate::new(&rules)
    }

    #[test]
    fn a_closed_mailbox_lets_in_only_its_tokens() {
        let mut gate = gate(AdmissionRules { tokens: vec![[5; 32], [6; 32]], ..AdmissionRules::default() });
        let mut admits = |admission| gate.admits(&MAILBOX, &receive(0), &admission, 0);
        assert!(admits(Admission::Token([5; 32])) && admits(Admission::Token([6; 32])));
        assert!(!admits(Admission::Token([7; 32])) && !admits(Admission::Open));
        let nonce = find_work(&MAILBOX, &receive(0), 8, || false).unwrap();
        assert!(!admits(Admission::Work(nonce)), "no work helps");
        assert_eq!(gate.bits(0), 0);
    }

    #[test]
    fn an_open_mailbox_lets_in_everybody() {
        let mut gate = gate(AdmissionRules { open: true, ..AdmissionRules::default() });
        assert!(gate.admits(&MAILBOX, &receive(0), &Admission::Open, 0));
    }

    #[test]
    fn work_is_for_one_queue_at_one_mailbox() {
        let mut gate = gate(AdmissionRules { work_bits: 10, ..AdmissionRules::default() });
        let nonce = find_work(&MAILBOX, &receive(0), 10, || false).unwrap();
        assert!(gate.admits(&MAILBOX, &receive(0), &Admission::Work(nonce), 0));
        assert!(!gate.admits(&MAILBOX, &receive(1), &Admission::Work(nonce), 0));
        assert!(!gate.admits(&TransportId::from_bytes([2; 32]), &receive(0), &Admission::Work(nonce), 0));
        assert!(!gate.admits(&MAILBOX, &receive(0), &Admission::Open, 0));
    }

    #[test]
    fn work_gets_harder_while_queues_are_opened_quickly_and_easier_again() {
        let mut gate = gate(AdmissionRules { work_bits: 4, ..AdmissionRules::default() });
        let mut opened = 0;
        let mut asked = vec![gate.bits(1_000)];
        while opened < 500 {
            let bits = gate.bits(1_000);
            if asked.last() != Some(&bits) {
                asked.push(bits);
            }
            let nonce = find_work(&MAILBOX, &receive(opened), bits, || false).unwrap();
            assert!(gate.admits(&MAILBOX, &receive(opened), &Admission::Work(nonce), 1_000));
            opened += 1;
        }
        assert_eq!(asked, [4, 5, 6, 7, 8]);
        assert_eq!(gate.bits(1_000 + 300_000), 6);
        assert_eq!(gate.bits(1_000 + 500_000), 4);
        assert_eq!(gate.bits(0), 4, "a clock that goes backwards does no harm");
    }
}
