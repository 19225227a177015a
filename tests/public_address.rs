//! Whoever knows nothing of somebody but their account asks them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use kith_api::{Command, params::AddParams};
use kith_core::{CommandId, Core, Identity, Input, Options, Output, setup};
use kith_crypto::{DeviceSecrets, Key, RecoveryPhrase};
use kith_net::{Net, NetCommand, NetConfig, NetEvent, SlotOutcome};
use kith_store::Store;
use kith_tests::{
    people::Person,
    process::{Bootstrap, BootstrapHome},
};
use kith_wire::{RequestAnswer, RequestFrame, TransportId};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

const PATIENCE: Duration = Duration::from_secs(60);

/// A network with a node to meet at, and somebody whose address is there.
async fn public(root: &std::path::Path, bits: u8) -> Result<(Bootstrap, Person)> {
    let bootstrap = BootstrapHome::init(root).await?.start().await?;
    let mut alice = Person::new(root, "alice", &["--bootstrap", &bootstrap.link()]).await?;
    alice.is_online().await?;
    let off = alice.call("profile.get", json!({})).await?;
    assert_eq!(off["public_address"]["on"], false, "it is nobody's wish yet");
    let on = alice.call("contacts.public_address", json!({ "on": true, "bits": bits })).await?;
    assert_eq!((&on["on"], &on["bits"]), (&json!(true), &json!(bits)));
    stored(&mut alice, true).await?;
    Ok((bootstrap, alice))
}

/// Waits until the bootstrap node has the address, or has it no longer.
async fn stored(person: &mut Person, wanted: bool) -> Result<()> {
    let api = person.node.api.clone();
    let stored = person.events.wait_until("what the bootstrap node has", async || {
        let profile = api.call("profile.get", json!({})).await?;
        Ok((profile["public_address"]["stored"] == wanted).then_some(()))
    });
    stored.await
}

/// The request of an account, once it is there.
async fn request(person: &mut Person, account: &str) -> Result<Value> {
    let api = person.node.api.clone();
    let account = account.to_owned();
    let request = person.events.wait_until("the request", async || {
        let contacts = api.call("contacts.list", json!({})).await?;
        let contacts = contacts["contacts"].as_array().cloned().unwrap_or_default();
        Ok(contacts.into_iter().find(|contact| contact["account"] == account.as_str()))
    });
    request.await
}

#[tokio::test]
async fn who_knows_the_account_alone_reaches_somebody_away_until_it_is_switched_off() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (bootstrap, alice) = public(root.path(), 18).await?;
    let arguments = ["--bootstrap", &bootstrap.link()];
    let mut bob = Person::new(root.path(), "bob", &arguments).await?;
    let mut carol = Person::new(root.path(), "carol", &arguments).await?;
    let address = alice.account.clone();
    let Person { home, node, .. } = alice;
    ensure!(node.terminate().await?.success(), "it did not end in order");

    bob.is_online().await?;
    let person = bob.call("contacts.preview", json!({ "link": address.to_uppercase() })).await?;
    assert_eq!((&person["name"], &person["account"]), (&json!("alice"), &json!(address)), "{person}");
    assert_eq!((&person["link"], &person["work_bits"]), (&json!(address), &json!(18)), "{person}");
    let asked = bob.asks(&address, "we met at the fair").await?;
    assert_eq!(asked, json!({ "account": address, "state": "waiting" }));
    let bob_account = bob.account.clone();
    let bob = bob.crash_and_restart().await?;

    let mut alice = Person::at(home).await?;
    let asking = request(&mut alice, &bob_account).await?;
    assert_eq!((&asking["request_text"], &asking["via"]), (&json!("we met at the fair"), &json!("public_address")));
    alice.call("contacts.accept", json!({ "account": bob_account })).await?;
    bob.write(&address, "there you are").await?;
    alice.reads(&bob_account, &["there you are".to_owned()]).await?;

    alice.is_online().await?;
    alice.call("contacts.public_address", json!({ "on": false })).await?;
    stored(&mut alice, false).await?;
    carol.is_online().await?;
    for method in ["contacts.preview", "contacts.add"] {
        assert_eq!(carol.node.api.error_of(method, json!({ "link": address })).await?, "not_found");
    }
    let again = alice.call("contacts.public_address", json!({ "on": true, "bits": 16 })).await?;
    assert_eq!((&again["on"], &again["bits"]), (&json!(true), &json!(16)));
    stored(&mut alice, true).await?;
    let there = carol.call("contacts.preview", json!({ "link": address })).await?;
    assert_eq!(there["work_bits"], 16);
    bootstrap.terminate().await?;
    Ok(())
}

/// A stranger who does not play by the rules: a core of their own, and every byte in their hands.
struct Stranger {
    core: Core,
    net: Net,
    events: mpsc::Receiver<NetEvent>,
    account: String,
    cancel: CancellationToken,
}

fn now_ms() -> Result<u64> {
    Ok(u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}

impl Stranger {
    fn new(bootstrap: &str) -> Result<Self> {
        let (phrase, device) = (RecoveryPhrase::generate(), DeviceSecrets::generate());
        let mut store = Store::in_memory(&Key::random())?;
        let key = device.transport.duplicate();
        let account = setup::create_profile(&mut store, &phrase, &device, "mallory", now_ms()?)?;
        let identity = Identity { account, device };
        let core = Core::open(store, identity, account.to_bytes(), Options::default(), now_ms()?)?;
        let cancel = CancellationToken::new();
        let listen = vec!["/ip4/127.0.0.1/udp/0/quic-v1".to_owned()];
        let bootstraps = vec![bootstrap.to_owned()];
        let agent = "kith-test".to_owned();
        let config = NetConfig {
            key,
            renewal: None,
            listen,
            bootstraps,
            spares: Vec::new(),
            mdns: false,
            relay_only: false,
            port_mapping: false,
            metered: None,
            agent,
            mail_dir: None,
        };
        let (net, events) = Net::start(config, &TaskTracker::new(), cancel.clone())?;
        Ok(Self { core, net, events, account: account.to_string(), cancel })
    }

    fn feed(&mut self, input: Input) -> Result<Vec<Output>> {
        let now = now_ms()?;
        let done = self.core.batch(now, |core, out| core.handle(input, now, out));
        done.map_err(|failed| anyhow::anyhow!("{failed}"))
    }

    async fn heard<T>(&mut self, mut wanted: impl FnMut(NetEvent) -> Option<T>) -> Result<T> {
        let hearing = async {
            loop {
                match self.events.recv().await {
                    Some(event) => {
                        if let Some(found) = wanted(event) {
                            return Ok(found);
                        }
                    }
                    None => bail!("the network ended"),
                }
            }
        };
        tokio::time::timeout(PATIENCE, hearing).await.context("the answer in time")?
    }

    /// The request of an honest node to this address, and to whom it goes.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is not needed to ask")]
    async fn request(&mut self, address: &str) -> Result<(TransportId, Vec<String>, RequestFrame)> {
        let params = AddParams { link: address.to_owned(), message: Some("hello".to_owned()) };
        let mut outputs = self.feed(Input::Command(CommandId(1), Command::ContactsAdd(params)))?;
        while let Some(output) = outputs.pop() {
            match output {
                Output::GetSlot { id, slot, hints, not } => {
                    self.net.command(NetCommand::GetSlot { id, slot, hints, not }).await?;
                    let got = |event| if let NetEvent::SlotGot { outcome, .. } = event { Some(outcome) } else { None };
                    let SlotOutcome::Found(sealed) = self.heard(got).await? else { bail!("nothing is there") };
                    let outcome = kith_core::SlotOutcome::Found(sealed);
                    outputs.extend(self.feed(Input::SlotGot { id, outcome })?);
                }
                Output::Work { id, task } => {
                    outputs.extend(self.feed(Input::Worked { id, nonce: task.find(|| false) })?)
                }
                Output::Request { to, addresses, bytes, .. } => {
                    return Ok((to, addresses, RequestFrame::decode(&bytes)?));
                }
                _ => {}
            }
        }
        bail!("no request was made")
    }

    async fn ask(&mut self, to: TransportId, addresses: &[String], frame: &RequestFrame) -> Result<RequestAnswer> {
        let (addresses, bytes) = (addresses.to_vec(), frame.encode());
        self.net.command(NetCommand::Request { peer: to, addresses, find: None, id: 1, bytes }).await?;
        let answer = |event| if let NetEvent::RequestAnswered { answer, .. } = event { Some(answer) } else { None };
        Ok(self.heard(answer).await??)
    }
}

#[tokio::test]
async fn too_little_work_is_refused_and_a_replayed_request_shown_once() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (bootstrap, mut alice) = public(root.path(), 16).await?;
    let mut mallory = Stranger::new(&bootstrap.link())?;
    let (to, addresses, frame) = mallory.request(&alice.account).await?;
    let mut lazy = frame.clone();
    lazy.work = None;
    assert_eq!(mallory.ask(to, &addresses, &lazy).await?, RequestAnswer::Work);
    lazy.work = frame.work.map(|work| kith_wire::RequestWork { nonce: work.nonce.wrapping_add(1), ..work });
    assert_eq!(mallory.ask(to, &addresses, &lazy).await?, RequestAnswer::Work);
    let contacts = alice.call("contacts.list", json!({})).await?;
    assert_eq!(contacts["contacts"], json!([]), "it was not looked at");

    for _ in 0..3 {
        assert_eq!(mallory.ask(to, &addresses, &frame).await?, RequestAnswer::Received);
    }
    let asking = request(&mut alice, &mallory.account).await?;
    assert_eq!((&asking["state"], &asking["request_text"]), (&json!("requested"), &json!("hello")));
    let contacts = alice.call("contacts.list", json!({})).await?;
    assert_eq!(contacts["contacts"].as_array().map(Vec::len), Some(1));
    alice.call("contacts.decline", json!({ "account": mallory.account })).await?;
    assert_eq!(mallory.ask(to, &addresses, &frame).await?, RequestAnswer::Received);
    let contacts = alice.call("contacts.list", json!({})).await?;
    assert_eq!(contacts["contacts"], json!([]), "what was declined came up again");
    mallory.cancel.cancel();
    bootstrap.terminate().await?;
    Ok(())
}
