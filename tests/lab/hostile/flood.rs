//! Mail of somebody who wants to fill a node: over its bounds, said again, and in the name of others.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, Result, bail, ensure};
use data_encoding::HEXLOWER;
use kith_crypto::SigningKey;
use kith_tests::{
    lab::{Lab, Namespace, Nat},
    people::Person,
};
use kith_wire::{
    Admission, BootstrapLink, MailboxDenial, MailboxOperation, MailboxRequest, MailboxResponse, ReceiveId, TransportId,
};

use super::{Foreign, PUBLIC};
use crate::{
    interop::installed,
    lab::{Town, lab},
};

const TOKEN: [u8; 32] = [0xaa; 32];
/// What one queue holds, and what comes into it in a row.
const QUEUE: usize = 20;
const IN_A_ROW: usize = 40;
/// Requests of one address in a row.
const REQUESTS: usize = 200;
/// Length and version before what a frame holds.
const FRAME_HEAD: usize = 5;

/// Somebody who asks a mailbox through js-libp2p.
struct Asker {
    foreign: Foreign,
    me: TransportId,
    mailbox: TransportId,
}

impl Asker {
    async fn at(folder: &Path, host: &Namespace, link: &BootstrapLink, peer: &str) -> Result<Self> {
        let target = format!("/ip4/{PUBLIC}/tcp/4100/p2p/{peer}");
        let mut foreign = Foreign::start(folder, host, &["pipe", &target, "/kith/mailbox/1"]).await?;
        let said = foreign.asked("").await?;
        let key = HEXLOWER.decode(said["key"].as_str().context("a key")?.as_bytes())?;
        let me = TransportId::from_bytes(key.try_into().ok().context("32 bytes")?);
        Ok(Self { foreign, me, mailbox: link.transport })
    }

    fn signed(&self, operation: &MailboxOperation, key: &SigningKey) -> Vec<u8> {
        MailboxRequest::encode(operation, key, &self.mailbox, &self.me)
    }

    /// What the mailbox says to these bytes; it may say nothing.
    async fn send(&mut self, request: &[u8]) -> Result<Option<MailboxResponse>> {
        let said = self.foreign.asked(&HEXLOWER.encode(request)).await?;
        let frame = HEXLOWER.decode(said["answer"].as_str().context("an answer")?.as_bytes())?;
        Ok(frame.get(FRAME_HEAD..).map(MailboxResponse::decode).transpose()?)
    }

    async fn ask(&mut self, operation: &MailboxOperation, key: &SigningKey) -> Result<MailboxResponse> {
        let request = self.signed(operation, key);
        self.send(&request).await?.with_context(|| format!("silence after {operation:?}"))
    }

    async fn lies_in(&mut self, owner: &SigningKey) -> Result<usize> {
        let answer = self.ask(&MailboxOperation::Fetch { receive: owner.public().into(), after: 0 }, owner).await?;
        let MailboxResponse::Mail { mail, .. } = answer else { bail!("{answer:?}") };
        Ok(mail.len())
    }
}

fn put(writer: &SigningKey, words: &str) -> Result<MailboxOperation> {
    let until = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)? + Duration::from_secs(600);
    let envelope = words.repeat(100).into_bytes();
    Ok(MailboxOperation::Put { deposit: writer.public().into(), until_ms: u64::try_from(until.as_millis())?, envelope })
}

#[tokio::test]
async fn a_flood_of_mail_drowns_nobody() -> Result<()> {
    let Some(folder) = installed().await? else { return Ok(()) };
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    let settings = format!(
        "[mailbox]\non = true\nwork_bits = 8\ntokens = [\"{}\"]\nqueue_envelopes = {QUEUE}\nput_burst = {IN_A_ROW}
        put_interval_ms = 600000\nip_burst = {REQUESTS}\nip_interval_ms = 60000\n",
        HEXLOWER.encode(&TOKEN)
    );
    let Town { lab, mut alice, bob, publics: [public, _other], _root } = Town::with_settings(lab, &settings).await?;
    let b = bob.account.clone();
    let link = BootstrapLink::parse(&public.link()?)?;
    let peer = public.running.as_ref().context("it runs")?.peer();
    let host = lab.at("pub2");
    let (mut asker, mut other) =
        (Asker::at(&folder, host, &link, &peer).await?, Asker::at(&folder, host, &link, &peer).await?);
    let (owner, writer, nobody) = (SigningKey::generate(), SigningKey::generate(), SigningKey::generate());
    let (receive, deposit) = (owner.public().into(), writer.public().into());

    let new = MailboxOperation::New { receive, deposit, admission: Admission::Open };
    let unasked = asker.ask(&new, &owner).await?;
    ensure!(matches!(unasked, MailboxResponse::Denied(MailboxDenial::Admission { .. })), "{unasked:?}");
    let new = MailboxOperation::New { receive, deposit, admission: Admission::Token(TOKEN) };
    let created = asker.ask(&new, &owner).await?;
    ensure!(matches!(created, MailboxResponse::Created { .. }), "{created:?}");

    let first = asker.signed(&put(&writer, "first")?, &writer);
    for _ in 0..3 {
        let stored = asker.send(&first).await?;
        ensure!(matches!(stored, Some(MailboxResponse::Stored(_))), "{stored:?}");
    }
    let nothing = Some(MailboxResponse::Denied(MailboxDenial::NoQueue));
    let replayed = other.send(&first).await?;
    ensure!(replayed == nothing, "on another connection: {replayed:?}");
    let lies = asker.lies_in(&owner).await?;
    ensure!(lies == 1, "what was said again lies there {lies} times");

    let stolen = other.signed(&MailboxOperation::Fetch { receive, after: 0 }, &nobody);
    let stolen = other.send(&stolen).await?;
    ensure!(stolen == nothing, "read by who does not own it: {stolen:?}");
    let lost = other.ask(&put(&nobody, "lost")?, &nobody).await?;
    ensure!(Some(&lost) == nothing.as_ref(), "{lost:?}");

    let mut refused = Vec::new();
    for number in 1..IN_A_ROW + 5 {
        let answer = asker.ask(&put(&writer, &format!("{number} "))?, &writer).await?;
        if let MailboxResponse::Denied(denial) = answer {
            refused.push(denial);
        } else {
            ensure!(matches!(answer, MailboxResponse::Stored(_)) && number < QUEUE, "{number}: {answer:?}");
        }
    }
    ensure!(refused.first() == Some(&MailboxDenial::QueueFull), "{refused:?}");
    ensure!(refused.last() == Some(&MailboxDenial::Limited), "{refused:?}");
    let lies = asker.lies_in(&owner).await?;
    ensure!(lies == QUEUE, "{lies} lie there");

    limited(&mut asker, &owner.public().into(), &owner).await?;
    let answer = other.ask(&put(&writer, "from next door")?, &writer).await?;
    ensure!(answer == MailboxResponse::Denied(MailboxDenial::Limited), "the same address: {answer:?}");
    // Everybody else goes on as before.
    let Person { home, node, .. } = bob;
    node.kill().await?;
    let said = alice.write(&b, "read it when you are up").await?;
    alice.sees_state(&b, &said, "stored").await?;
    let _bob = Person::at(home).await?;
    alice.sees_state(&b, &said, "delivered").await
}

/// Asks until it is told that it asks too much.
async fn limited(asker: &mut Asker, queue: &ReceiveId, owner: &SigningKey) -> Result<()> {
    for _ in 0..REQUESTS {
        let fetch = MailboxOperation::Fetch { receive: *queue, after: u64::MAX };
        if asker.ask(&fetch, owner).await? == MailboxResponse::Denied(MailboxDenial::Limited) {
            return Ok(());
        }
    }
    bail!("it may ask as often as it likes")
}
