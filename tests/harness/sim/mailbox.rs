//! A mailbox of the simulated world: honest, or not.

use std::collections::{BTreeMap, VecDeque};

use kith_crypto::SigningKey;
use kith_wire::{
    BootstrapLink, DepositId, Mail, MailboxDenial, MailboxOperation, MailboxResponse, Receipt, ReceiveId, TransportId,
    mailbox::{Comparison, check_key, check_name, envelope_hash},
    services,
};
use rand::{RngExt as _, rngs::StdRng};

/// What a hostile mailbox does, each of a hundred times.
#[derive(Debug, Clone, Copy, Default)]
pub struct Malice {
    /// Says nothing.
    pub silent: u32,
    /// Gives a receipt for what it throws away.
    pub drop: u32,
    /// Gives a receipt that is not its own.
    pub forge: u32,
    /// Gives again what was acknowledged.
    pub replay: u32,
    /// Holds back what it has.
    pub hold: u32,
    /// Forgets a queue with everything in it.
    pub forget: u32,
    /// Forgets something it gave a receipt for.
    pub lose: u32,
    /// Answers the question what is there with nonsense.
    pub garble: u32,
    /// Is older than the question what is there.
    pub old: bool,
}

impl Malice {
    /// All of it, often.
    pub const ROUGH: Self =
        Self { silent: 15, drop: 10, forge: 5, replay: 20, hold: 20, forget: 1, lose: 3, garble: 20, old: false };
}

#[derive(Default, Clone)]
struct Queue {
    receive: Option<ReceiveId>,
    next: u64,
    mail: BTreeMap<u64, Vec<u8>>,
    old: VecDeque<Vec<u8>>,
}

/// A mailbox.
pub struct Mailbox {
    key: SigningKey,
    /// What it does to people.
    pub malice: Malice,
    queues: BTreeMap<DepositId, Queue>,
    kept: BTreeMap<DepositId, Queue>,
    /// How often it was asked what is there.
    pub checks: u32,
    /// How often something was put into it.
    pub puts: u32,
}

const PAGE: usize = 16;
const TTL_MS: u64 = 14 * 24 * 3_600_000;

impl Mailbox {
    /// A mailbox whose key comes from a number.
    #[must_use]
    pub fn new(at: u8, malice: Malice) -> Self {
        let key = SigningKey::from_seed(&[at.wrapping_add(200); 32]);
        Self { key, malice, queues: BTreeMap::new(), kept: BTreeMap::new(), checks: 0, puts: 0 }
    }

    /// Its key.
    #[must_use]
    pub fn transport(&self) -> TransportId {
        TransportId::from(self.key.public())
    }

    /// A copy, for a world that goes on from here.
    #[must_use]
    pub fn copy(&self, malice: Malice) -> Self {
        Self {
            key: self.key.duplicate(),
            malice,
            queues: self.queues.clone(),
            kept: BTreeMap::new(),
            checks: 0,
            puts: 0,
        }
    }

    /// It forgets all queues with everything in them.
    pub fn wipe(&mut self) {
        self.queues.clear();
    }

    /// Keeps a copy of its disk.
    pub fn keep_disk(&mut self) {
        self.kept.clone_from(&self.queues);
    }

    /// Puts its disk back as it was when it was last kept.
    pub fn put_disk_back(&mut self) {
        self.queues.clone_from(&self.kept);
    }

    /// How many envelopes it holds.
    #[must_use]
    pub fn holds(&self) -> usize {
        self.queues.values().map(|queue| queue.mail.len()).sum()
    }

    /// Where people find it.
    #[must_use]
    pub fn link(&self) -> String {
        BootstrapLink::new(self.transport(), vec!["/ip4/127.0.0.1/tcp/4100".into()], services::MAILBOX).to_string()
    }

    /// Answers, or says nothing.
    pub fn ask(&mut self, operation: MailboxOperation, now: u64, rng: &mut StdRng) -> Option<MailboxResponse> {
        let mut does = |of_a_hundred: u32| of_a_hundred > 0 && rng.random_range(0..100) < of_a_hundred;
        let malice = self.malice;
        if does(malice.silent) {
            return None;
        }
        let denied = Some(MailboxResponse::Denied(MailboxDenial::NoQueue));
        if does(malice.lose) {
            for queue in self.queues.values_mut() {
                queue.mail.pop_first();
            }
        }
        Some(match operation {
            MailboxOperation::New { receive, deposit, .. } => {
                self.queues.entry(deposit).or_default().receive = Some(receive);
                MailboxResponse::Created { bytes_max: 8 << 20, envelopes_max: 1000, ttl_ms: TTL_MS }
            }
            MailboxOperation::Put { deposit, until_ms, envelope } => {
                self.puts += 1;
                if does(malice.forget) {
                    self.queues.remove(&deposit);
                }
                let Some(queue) = self.queues.get_mut(&deposit) else { return denied };
                let hash = envelope_hash(&envelope);
                if !does(malice.drop) && !queue.mail.values().any(|kept| *kept == envelope) {
                    queue.next += 1;
                    queue.mail.insert(queue.next, envelope);
                }
                let key = if does(malice.forge) { SigningKey::from_seed(&[1; 32]) } else { self.key.duplicate() };
                let until_ms = until_ms.min(now + TTL_MS);
                MailboxResponse::Stored(Receipt::sign(&key, &deposit, &hash, now, until_ms))
            }
            MailboxOperation::Fetch { receive, after } => {
                let Some(queue) = self.of(receive) else { return denied };
                if does(malice.replay)
                    && let Some(old) = queue.old.pop_front()
                {
                    queue.next += 1;
                    queue.mail.insert(queue.next, old);
                }
                if does(malice.hold) {
                    return Some(MailboxResponse::Mail { mail: Vec::new(), more: true });
                }
                let mut mail =
                    queue.mail.range(after + 1..).map(|(seq, envelope)| Mail { seq: *seq, envelope: envelope.clone() });
                let page: Vec<Mail> = mail.by_ref().take(PAGE).collect();
                let more = mail.next().is_some();
                MailboxResponse::Mail { mail: page, more }
            }
            MailboxOperation::Ack { receive, seqs } => {
                let Some(queue) = self.of(receive) else { return denied };
                for seq in seqs {
                    queue.old.extend(queue.mail.remove(&seq));
                }
                MailboxResponse::Done
            }
            MailboxOperation::Drop { receive } => {
                self.queues.retain(|_, queue| queue.receive != Some(receive));
                MailboxResponse::Done
            }
            MailboxOperation::Check { receive, deposit, nonce, bytes } => {
                let junk = does(malice.garble).then(|| rng.random::<[u8; 32]>().to_vec());
                self.check(receive, deposit, &nonce, bytes, junk)
            }
        })
    }

    fn check(
        &mut self,
        receive: ReceiveId,
        deposit: DepositId,
        theirs: &[u8; 32],
        bytes: Vec<u8>,
        junk: Option<Vec<u8>>,
    ) -> MailboxResponse {
        self.checks += 1;
        let nonce = *self.key.seed();
        let Some(queue) = self.queues.get(&deposit).filter(|queue| queue.receive == Some(receive)) else {
            return MailboxResponse::Denied(MailboxDenial::NoQueue);
        };
        if self.malice.old {
            return MailboxResponse::Denied(MailboxDenial::NotServed);
        }
        if let Some(junk) = junk {
            return MailboxResponse::Compared { nonce, bytes: [vec![0x61], junk].concat() };
        }
        if bytes.is_empty() {
            return MailboxResponse::Compared { nonce, bytes };
        }
        let key = check_key(&deposit, theirs, &nonce);
        let names = queue.mail.values().map(|envelope| check_name(&key, &envelope_hash(envelope)));
        match Comparison::new(names).and_then(|comparison| comparison.answer(&bytes)) {
            Ok(bytes) => MailboxResponse::Compared { nonce, bytes },
            Err(_none) => MailboxResponse::Denied(MailboxDenial::NotServed),
        }
    }

    fn of(&mut self, receive: ReceiveId) -> Option<&mut Queue> {
        self.queues.values_mut().find(|queue| queue.receive == Some(receive))
    }

    /// Everything it holds or held.
    #[must_use]
    pub fn everything(&self) -> Vec<Vec<u8>> {
        let all = self.queues.values().flat_map(|queue| queue.mail.values().chain(&queue.old));
        all.cloned().collect()
    }
}
