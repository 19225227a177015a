//! How a probe tries a mailbox: with a queue of its own that is gone afterwards.

use std::time::{Duration, Instant};

use kith_crypto::SigningKey;
use kith_wire::mailbox::find_work;
use kith_wire::{
    Admission, DepositId, MailboxDenial, MailboxOperation, MailboxRequest, MailboxResponse, ReceiveId, TransportId,
};

const ENVELOPE: &[u8] = b"kith-bootstrap probe";
const LIFETIME_MS: u64 = 10 * 60 * 1_000;
/// The services have twenty seconds together.
const WORK_TIME: Duration = Duration::from_secs(15);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Open,
    Put,
    Fetch,
    Ack,
    FetchAgain,
    Drop,
}

/// What to do after an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Send the next request.
    Ask,
    /// Do this much work first.
    Work(u8),
    /// It works or not, and how.
    Done(bool, String),
}

/// A queue on trial.
pub(super) struct MailProbe {
    owner: SigningKey,
    writer: SigningKey,
    step: Step,
    nonce: Option<u64>,
    seqs: Vec<u64>,
}

impl MailProbe {
    pub(super) fn new() -> Self {
        let (owner, writer) = (SigningKey::generate(), SigningKey::generate());
        Self { owner, writer, step: Step::Open, nonce: None, seqs: Vec::new() }
    }

    /// The next request, signed.
    pub(super) fn request(&self, mailbox: &TransportId, client: &TransportId, now_ms: u64) -> Vec<u8> {
        let receive = self.receive();
        let deposit = DepositId::from(self.writer.public());
        let admission = self.nonce.map_or(Admission::Open, Admission::Work);
        let until_ms = now_ms.saturating_add(LIFETIME_MS);
        let (operation, key) = match self.step {
            Step::Open => (MailboxOperation::New { receive, deposit, admission }, &self.owner),
            Step::Put => (MailboxOperation::Put { deposit, until_ms, envelope: ENVELOPE.to_vec() }, &self.writer),
            Step::Fetch | Step::FetchAgain => (MailboxOperation::Fetch { receive, after: 0 }, &self.owner),
            Step::Ack => (MailboxOperation::Ack { receive, seqs: self.seqs.clone() }, &self.owner),
            Step::Drop => (MailboxOperation::Drop { receive }, &self.owner),
        };
        MailboxRequest::encode(&operation, key, mailbox, client)
    }

    /// Work that finds a nonce; to be done where it holds up nobody.
    pub(super) fn search(&self, mailbox: TransportId, bits: u8) -> impl FnOnce() -> Option<u64> + Send + use<> {
        let (receive, until) = (self.receive(), Instant::now() + WORK_TIME);
        move || find_work(&mailbox, &receive, bits, || Instant::now() > until)
    }

    /// The nonce that was found.
    pub(super) fn work_is(&mut self, nonce: u64) {
        self.nonce = Some(nonce);
    }

    fn receive(&self) -> ReceiveId {
        self.owner.public().into()
    }

    /// Takes in an answer.
    pub(super) fn answered(&mut self, mailbox: &TransportId, response: MailboxResponse) -> Next {
        self.step = match (self.step, response) {
            (Step::Open, MailboxResponse::Created { .. }) => Step::Put,
            (Step::Open, MailboxResponse::Denied(MailboxDenial::Admission { work_bits: 0 })) => {
                return Next::Done(true, "opens queues for tokens only; not tried further".to_owned());
            }
            (Step::Open, MailboxResponse::Denied(MailboxDenial::Admission { work_bits })) if self.nonce.is_none() => {
                return Next::Work(work_bits);
            }
            (Step::Put, MailboxResponse::Stored(receipt))
                if receipt.verify(mailbox, &self.writer.public().into(), ENVELOPE) =>
            {
                Step::Fetch
            }
            (Step::Fetch, MailboxResponse::Mail { mail, more: false })
                if mail.iter().map(|mail| mail.envelope.as_slice()).eq([ENVELOPE]) =>
            {
                self.seqs = mail.iter().map(|mail| mail.seq).collect();
                Step::Ack
            }
            (Step::Ack, MailboxResponse::Done) => Step::FetchAgain,
            (Step::FetchAgain, MailboxResponse::Mail { mail, more: false }) if mail.is_empty() => Step::Drop,
            (Step::Drop, MailboxResponse::Done) => {
                let how = if self.nonce.is_some() { "work" } else { "nothing" };
                return Next::Done(true, format!("stored, fetched and acknowledged; a queue takes {how}"));
            }
            (step, MailboxResponse::Denied(denial)) => {
                return Next::Done(false, format!("{step:?} denied: {denial:?}"));
            }
            (step, _) => return Next::Done(false, format!("{step:?} got a wrong answer")),
        };
        Next::Ask
    }
}
