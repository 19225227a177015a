//! One fixed example of everything, made from fixed seeds: the input of the frozen vectors and of the mutation tests.

use std::sync::LazyLock;

use kith_crypto::{CurveKey, DeviceSecrets, KEM_ENCAPSULATED_LEN, KemSecret, Key, OlmKind, OlmWire, SigningKey};
use kith_wire::mailbox::{Comparison, check_key, check_name, envelope_hash};
use kith_wire::recovery::{LogAsk, Recovery, Return};
use kith_wire::{
    AccountId, Admission, Body, BootstrapLink, BundleParts, Call, CallEnd, CallEnds, CallSignal, CallStep, ChatId,
    CommunityToken, DepositId, Description, DeviceRecord, Ends, Envelope, EnvelopeId, FindKey, Header, Hello, Hlc,
    IdentityLog, Inner, Introduction, IntroductionAnswer, InviteBundle, InviteLink, IrohRelay, Mail, MailboxDenial,
    MailboxOffer, MailboxOperation, MailboxRequest, MailboxResponse, MsgId, NewDevice, Overlay, Poll, QueueAddress,
    Receipt, ReceiveId, Renewal, RequestAnswer, RequestFrame, RequestWork, Revocation, ServiceDescriptor,
    ServicesDenial, ServicesRequest, ServicesResponse, SlotDenial, SlotId, SlotRequest, SlotResponse, SmallPicture,
    Sticker, Sync, TransportCard, TransportId, TurnCredentials, WorkTask, services, slot,
};
use kith_wire::{Availability, LinkPreview};
use zeroize::Zeroizing;

/// When everything in the samples happens.
pub(crate) const NOW_MS: u64 = 1_790_000_000_000;

pub(crate) fn account_key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

pub(crate) fn device_key(n: u8) -> SigningKey {
    SigningKey::from_seed(&[n.wrapping_add(10); 32])
}

pub(crate) fn transport_key(n: u8) -> SigningKey {
    SigningKey::from_seed(&[n.wrapping_add(110); 32])
}

pub(crate) fn kem(n: u8) -> KemSecret {
    KemSecret::from_seed(&[n.wrapping_add(60); 32])
}

/// A device of the sample account.
pub(crate) fn new_device(n: u8) -> NewDevice {
    device_of(AccountId::from(account_key().public()), n)
}

pub(crate) fn device_of(account: AccountId, n: u8) -> NewDevice {
    let keys = DeviceSecrets { sign: device_key(n), transport: transport_key(n), kem: kem(n) };
    NewDevice::new(account, &keys, CurveKey::from_bytes([n.wrapping_add(160); 32]), NOW_MS + u64::from(n))
}

pub(crate) fn device(n: u8) -> DeviceRecord {
    new_device(n).record().clone()
}

/// Three entries: one device, a second one, the first revoked.
pub(crate) fn log() -> IdentityLog {
    LOG.clone()
}

static LOG: LazyLock<IdentityLog> = LazyLock::new(make_log);
static BUNDLE: LazyLock<InviteBundle> = LazyLock::new(|| make_bundle(Vec::new()));

fn make_log() -> IdentityLog {
    let key = account_key();
    let mut log = IdentityLog::create(&key, vec![new_device(0)], NOW_MS).unwrap();
    log.append(&key, vec![new_device(1)], &[], NOW_MS + 1).unwrap();
    let revoked = Revocation { device: device(0).device, at_ms: NOW_MS + 2 };
    log.append(&key, vec![], &[revoked], NOW_MS + 2).unwrap();
    log
}

/// The last device of [`log`] with another transport key.
pub(crate) fn renewal() -> Renewal {
    Renewal::create(log().account(), &device_key(1), &transport_key(9), NOW_MS + 3)
}

pub(crate) fn renewed_log() -> IdentityLog {
    let mut log = log();
    assert!(log.take_renewal(renewal()).unwrap());
    log
}

pub(crate) fn link() -> InviteLink {
    InviteLink::from_secret(&[7; 32], log().account(), vec!["/ip4/192.0.2.1/udp/4001/quic-v1".to_owned()])
}

pub(crate) fn bundle() -> InviteBundle {
    BUNDLE.clone()
}

/// A bundle of somebody who may be away.
pub(crate) fn bundle_with_mail() -> InviteBundle {
    make_bundle(queues())
}

fn make_bundle(queues: Vec<QueueAddress>) -> InviteBundle {
    let parts = BundleParts {
        name: "Ada".to_owned(),
        log: log(),
        device: device(1).device,
        one_time: CurveKey::from_bytes([33; 32]),
        kem: kem(1).public(),
        addresses: addresses(),
        queues,
        created_at_ms: NOW_MS,
        expires_at_ms: Some(NOW_MS + 86_400_000),
        single_use: true,
        work_bits: 0,
    };
    InviteBundle::create(parts, &link()).unwrap()
}

pub(crate) fn addresses() -> Vec<String> {
    vec!["/ip4/192.0.2.7/tcp/4001".to_owned(), "/ip6/2001:db8::7/udp/4001/quic-v1".to_owned()]
}

/// Two queues at one mailbox.
pub(crate) fn queues() -> Vec<QueueAddress> {
    let mailbox = bootstrap_link().to_string();
    let queue = |n| QueueAddress { mailbox: mailbox.clone(), seed: Zeroizing::new([n; 32]), receive: None };
    [141, 142].map(queue).to_vec()
}

/// The same, told to the only one who writes to them.
fn named_queues() -> Vec<QueueAddress> {
    let named = |(n, queue)| QueueAddress { receive: Some(ReceiveId::from_bytes([n; 32])), ..queue };
    (143..).zip(queues()).map(named).collect()
}

pub(crate) fn ends() -> Ends {
    Ends {
        from_account: AccountId::from(account_key().public()),
        from_device: device(1).device,
        to_account: AccountId::from(SigningKey::from_seed(&[2; 32]).public()),
        to_device: device(2).device,
    }
}

/// A PNG of one pixel.
pub(crate) const PIXEL: [u8; 69] = [
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53, 0xde, 0x00, 0x00, 0x00, 0x0c, 0x49,
    0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x50, 0x68, 0xb8, 0x00, 0x00, 0x02, 0x34, 0x01, 0x71, 0x6a, 0x6e, 0x10, 0xda,
    0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

fn texts() -> [(&'static str, Body); 5] {
    let text = || "Hello from the other side".to_owned();
    let written = |reply_to, forwarded, expires_s| Body::Text {
        text: text(),
        reply_to,
        forwarded,
        expires_s,
        preview: None,
        pictures: Vec::new(),
    };
    let (url, title) = ("https://kith.example/about", "About Kith");
    let preview = LinkPreview::create(url, title, "A messenger without a server", Some(PIXEL.to_vec()));
    let with_link = format!("Look: {url}");
    [
        ("text", Body::text(text())),
        ("text-reply", written(Some(MsgId::from_bytes([50; 16])), false, None)),
        ("text-forwarded", written(None, true, None)),
        ("text-expiring", written(None, false, Some(86_400))),
        ("text-preview", text_of(with_link, preview, Vec::new())),
    ]
}

/// One body of each kind.
pub(crate) fn bodies() -> Vec<(&'static str, Body)> {
    let prekeys = vec![CurveKey::from_bytes([41; 32]), CurveKey::from_bytes([42; 32])];
    let messages = vec![MsgId::from_bytes([51; 16]), MsgId::from_bytes([52; 16])];
    let (log, kem) = (log().encode(), kem(1).public());
    let name = || "Ada".to_owned();
    let text = || "Hello from the other side".to_owned();
    let mut bodies = polls();
    bodies.extend(calls());
    bodies.extend(texts());
    bodies.extend(short());
    bodies.extend(pictured());
    bodies.extend(syncs());
    bodies.extend([
        (
            "request",
            Body::Request {
                name: name(),
                text: text(),
                log: log.clone(),
                kem: kem.clone(),
                prekeys: prekeys.clone(),
                addresses: addresses(),
                bundle_hash: [61; 32],
                queues: Vec::new(),
            },
        ),
        (
            "request-mail",
            Body::Request {
                name: name(),
                text: text(),
                log: log.clone(),
                kem: kem.clone(),
                prekeys: prekeys.clone(),
                addresses: Vec::new(),
                bundle_hash: [61; 32],
                queues: queues(),
            },
        ),
        (
            "accept",
            Body::Accept {
                name: name(),
                log: log.clone(),
                kem: kem.clone(),
                prekeys: prekeys.clone(),
                addresses: addresses(),
                queues: Vec::new(),
            },
        ),
        (
            "accept-mail",
            Body::Accept {
                name: name(),
                log: log.clone(),
                kem,
                prekeys: prekeys.clone(),
                addresses: addresses(),
                queues: queues(),
            },
        ),
        ("mailboxes", Body::Mailboxes { queues: queues() }),
        ("mailboxes-named", Body::Mailboxes { queues: named_queues() }),
        ("delivered", Body::Delivered { messages: messages.clone() }),
        ("seen", Body::Seen { messages }),
        ("nack", Body::Nack { envelopes: vec![EnvelopeId::from_bytes([71; 32])] }),
        ("prekeys", Body::Prekeys { keys: prekeys }),
        ("profile", Body::Profile { name: name(), status_text: "away".to_owned(), status_until_ms: None }),
        (
            "profile-until",
            Body::Profile { name: name(), status_text: "away".to_owned(), status_until_ms: Some(NOW_MS) },
        ),
        ("identity", Body::Identity { log }),
        ("unknown", Body::Unknown { kind: 4_000_000_000, bytes: vec![1, 2, 3, 255] }),
    ]);
    bodies
}

fn short() -> Vec<(&'static str, Body)> {
    vec![
        ("expiry", Body::Expiry { expires_s: Some(3600), number: 7 }),
        ("expiry-off", Body::Expiry { expires_s: None, number: 8 }),
        ("edit", edit(MsgId::from_bytes([50; 16]), "Hello from the other side".to_owned(), Vec::new())),
        ("delete", Body::Delete { target: MsgId::from_bytes([50; 16]) }),
        ("react-on", react("👩🏽‍🚀", true)),
        ("react-off", react("👍", false)),
        ("typing", Body::Typing { on: true }),
        ("typing-off", Body::Typing { on: false }),
        ("mailbox-offer", Body::MailboxOffer { offer: offer() }),
        ("mailbox-withdrawn", Body::MailboxWithdrawn),
        ("whereabouts", Body::Whereabouts { find: find_key(), addresses: addresses() }),
        ("presence", Body::Presence { availability: Availability::Busy, asks: false }),
        ("presence-asking", Body::Presence { availability: Availability::Online, asks: true }),
        ("presence-hidden", Body::Presence { availability: Availability::Hidden, asks: false }),
    ]
}

/// A text that answers nothing, and what it shows.
pub(crate) fn text_of(text: String, preview: Option<LinkPreview>, pictures: Vec<SmallPicture>) -> Body {
    Body::Text { text, reply_to: None, forwarded: false, expires_s: None, preview, pictures }
}

pub(crate) fn edit(target: MsgId, text: String, pictures: Vec<SmallPicture>) -> Body {
    Body::Edit { target, text, pictures }
}

/// A PNG of one red pixel.
pub(crate) fn picture(name: &str) -> SmallPicture {
    let png =
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\
        \0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";
    SmallPicture { name: name.to_owned(), png: png.to_vec() }
}

pub(crate) fn sticker() -> Sticker {
    Sticker { picture: picture("party"), reply_to: None, forwarded: false, expires_s: None }
}

fn pictured() -> Vec<(&'static str, Body)> {
    let (target, pictures) = (MsgId::from_bytes([50; 16]), vec![picture("party"), picture("größe_2")]);
    let answer = Sticker { reply_to: Some(target), forwarded: true, expires_s: Some(60), ..sticker() };
    let text = "How :party: is :größe_2: at 10:30:45?".to_owned();
    let written = text_of(text.clone(), None, pictures.clone());
    vec![
        ("sticker", Body::Sticker(sticker())),
        ("sticker-answer", Body::Sticker(answer)),
        ("text-pictures", written),
        ("edit-pictures", edit(target, text, pictures)),
    ]
}

fn syncs() -> Vec<(&'static str, Body)> {
    vec![
        ("sync-open", Body::Sync(Sync::Open { session: [1; 16], nonce: [2; 32], from_ms: 3, until_ms: u64::MAX })),
        ("sync-accept", Body::Sync(Sync::Accept { session: [1; 16], nonce: [4; 32], from_ms: 5 })),
        ("sync-round", Body::Sync(Sync::Round { session: [1; 16], bytes: vec![0x61, 0], wanted: vec![[6; 32]] })),
        ("sync-fetch", Body::Sync(sync_fetch())),
        ("sync-returned", Body::Sync(sync_returned())),
    ]
}

fn polls() -> Vec<(&'static str, Body)> {
    let target = MsgId::from_bytes([50; 16]);
    let closing = Poll { multiple: true, expires_s: Some(60), ..poll(Some(1_700_000_000_000)) };
    vec![
        ("poll", Body::Poll(poll(None))),
        ("poll-closing", Body::Poll(closing)),
        ("vote", Body::Vote { target, author: ends().to_account, choices: 5 }),
        ("close-poll", Body::ClosePoll { target }),
        ("introduction", Body::Introduction(Introduction { name: "Carol".to_owned(), expires_s: None })),
        ("introduction-expiring", Body::Introduction(Introduction { name: "Carol".to_owned(), expires_s: Some(60) })),
        ("introduction-answer", Body::IntroductionAnswer(introduction_answer())),
    ]
}

pub(crate) fn call_ends() -> CallEnds {
    CallEnds { call: MsgId::from_bytes([50; 16]), from: ends().from_device, to: ends().to_device }
}

/// A description by the first device, for the second.
pub(crate) fn description(offer: bool) -> Description {
    let binding = ([0xa1; 32], "uf/1".to_owned());
    let (sdp, key) = ("v=0\r\ns=-\r\n".to_owned(), device_key(1));
    Description::create(sdp, binding, offer, &call_ends(), &key).unwrap()
}

/// What the first device names to the second.
pub(crate) fn overlay() -> Overlay {
    let relays = [0xb2, 0xb3].map(|n| TransportId::from_bytes([n; 32])).to_vec();
    Overlay::create(TransportId::from_bytes([0xb1; 32]), relays, &call_ends(), &device_key(1)).unwrap()
}

pub(crate) fn signal(step: CallStep) -> Body {
    Body::CallSignal(CallSignal { call: call_ends().call, step })
}

fn calls() -> Vec<(&'static str, Body)> {
    let candidates = ["candidate:1 1 udp 2130706431 192.0.2.1 4100 typ host", ""].map(str::to_owned);
    vec![
        ("call", Body::Call(Call { video: false, expires_s: None })),
        ("call-video", Body::Call(Call { video: true, expires_s: Some(60) })),
        ("call-ringing", signal(CallStep::Ringing)),
        ("call-accept", signal(CallStep::Accept)),
        ("call-end", signal(CallStep::End(CallEnd::Busy))),
        ("call-offer", signal(CallStep::Offer(description(true)))),
        ("call-answer", signal(CallStep::Answer(description(false)))),
        ("call-candidates", signal(CallStep::Candidates(candidates.into()))),
        ("call-overlay", signal(CallStep::Overlay(overlay()))),
        ("call-media", signal(CallStep::Media { microphone: true, camera: false, screen: false })),
        ("call-media-screen", signal(CallStep::Media { microphone: false, camera: true, screen: true })),
    ]
}

pub(crate) fn find_key() -> FindKey {
    FindKey::from_bytes(&[0x93; 32])
}

pub(crate) fn introduction_answer() -> IntroductionAnswer {
    let link = InviteLink::from_secret(&[0x91; 32], ends().to_account, Vec::new()).to_string();
    IntroductionAnswer { target: MsgId::from_bytes([50; 16]), link, bundle: vec![0x92; 48] }
}

pub(crate) fn poll(closes_at_ms: Option<u64>) -> Poll {
    let options = ["Monday", "Tuesday", "Not at all"].map(str::to_owned).into();
    Poll { question: "When shall we meet?".to_owned(), options, multiple: false, closes_at_ms, expires_s: None }
}

fn offer() -> MailboxOffer {
    MailboxOffer { mailbox: bootstrap_link().to_string(), token: Zeroizing::new([0x8f; 32]), bytes: 128 << 20 }
}

fn sync_fetch() -> Sync {
    Sync::Fetch { wanted: vec![MsgId::from_bytes([7; 16])], gone: vec![MsgId::from_bytes([8; 16])], again: true }
}

fn sync_returned() -> Sync {
    Sync::Returned {
        kind: 1,
        msg: MsgId::from_bytes([9; 16]),
        hlc: Hlc::new(NOW_MS, 10),
        parents: vec![[11; 16]],
        body: vec![10, 2, 104, 105],
        proof: [12; 16],
    }
}

fn react(emoji: &str, on: bool) -> Body {
    let (target, author) = (MsgId::from_bytes([50; 16]), ends().to_account);
    Body::React { target, author, emoji: emoji.to_owned(), on }
}

/// A message that its author knows again.
pub(crate) fn inner_with_proof(body: Body) -> Inner {
    let mut inner = inner(body);
    inner.proof = Some([93; 16]);
    inner
}

pub(crate) fn inner(body: Body) -> Inner {
    let ends = ends();
    let chat = ChatId::direct(&ends.from_account, &ends.to_account);
    let msg = MsgId::from_bytes([81; 16]);
    Inner::create(&ends, msg, Hlc::new(NOW_MS, 3), chat, vec![[91; 16], [92; 16]], 5, body).unwrap()
}

pub(crate) fn envelope_key() -> Key {
    Key::from_bytes(&[101; 32])
}

pub(crate) fn olm_message() -> OlmWire {
    OlmWire { kind: OlmKind::Normal, bytes: (0..=255).collect() }
}

pub(crate) fn headers() -> [(&'static str, Header); 2] {
    let key_id = Envelope::key_id(&envelope_key());
    let encapsulated = vec![111; KEM_ENCAPSULATED_LEN];
    [("keyed", Header::Keyed { key_id }), ("first", Header::First { key_id, encapsulated })]
}

pub(crate) fn card() -> TransportCard {
    TransportCard::create(device(1).transport, addresses(), NOW_MS, 5)
}

pub(crate) fn hello() -> Hello {
    Hello { features: 9, card: card().sign(&transport_key(1)) }
}

pub(crate) fn slot_requests() -> [(&'static str, SlotRequest); 3] {
    let (slot, token) = (link().slot(), link().owner_token());
    let owner_hash = slot::owner_hash(&token);
    [
        ("put", SlotRequest::Put { slot, owner_hash, expires_at_ms: NOW_MS, blob: vec![1, 2, 3] }),
        ("get", SlotRequest::Get { slot: SlotId::from_bytes([121; 32]) }),
        ("delete", SlotRequest::Delete { slot, token }),
    ]
}

pub(crate) fn slot_responses() -> [(&'static str, SlotResponse); 6] {
    [
        ("stored", SlotResponse::Stored),
        ("found", SlotResponse::Found { blob: vec![4, 5, 6] }),
        ("missing", SlotResponse::Missing),
        ("gone", SlotResponse::Gone { used: true }),
        ("denied", SlotResponse::Denied { reason: SlotDenial::BadExpiry }),
        ("denied-other", SlotResponse::Denied { reason: SlotDenial::Other(77) }),
    ]
}

/// One request of each kind: its name, what is asked, and the key that signs it.
pub(crate) fn mailbox_requests() -> [(&'static str, MailboxOperation, SigningKey); 9] {
    let (owner, writer) = (|| SigningKey::from_seed(&[151; 32]), || SigningKey::from_seed(&[152; 32]));
    let (receive, deposit) = (ReceiveId::from(owner().public()), DepositId::from(writer().public()));
    let new = |admission| MailboxOperation::New { receive, deposit, admission };
    [
        ("new-open", new(Admission::Open), owner()),
        ("new-token", new(Admission::Token([153; 32])), owner()),
        ("new-work", new(Admission::Work(1_234_567)), owner()),
        ("put", MailboxOperation::Put { deposit, until_ms: NOW_MS, envelope: vec![7, 8, 9] }, writer()),
        ("fetch", MailboxOperation::Fetch { receive, after: 41 }, owner()),
        ("ack", MailboxOperation::Ack { receive, seqs: vec![42, 44, u64::MAX] }, owner()),
        ("drop", MailboxOperation::Drop { receive }, owner()),
        ("check", MailboxOperation::Check { receive, deposit, nonce: [154; 32], bytes: Vec::new() }, writer()),
        ("check-round", MailboxOperation::Check { receive, deposit, nonce: [154; 32], bytes: round() }, writer()),
    ]
}

/// The mailbox that is asked, and the key of the connection it is asked on.
pub(crate) fn mailbox_ends() -> (TransportId, TransportId) {
    (transport_key(3).public().into(), transport_key(4).public().into())
}

pub(crate) fn mailbox_request(operation: &MailboxOperation, key: &SigningKey) -> Vec<u8> {
    let (mailbox, client) = mailbox_ends();
    MailboxRequest::encode(operation, key, &mailbox, &client)
}

pub(crate) fn receipt() -> Receipt {
    let deposit = DepositId::from(SigningKey::from_seed(&[152; 32]).public());
    Receipt::sign(&transport_key(3), &deposit, &envelope_hash(&[7, 8, 9]), NOW_MS, NOW_MS + 1)
}

pub(crate) fn mailbox_responses() -> [(&'static str, MailboxResponse); 10] {
    let mail = vec![Mail { seq: 42, envelope: vec![7, 8, 9] }, Mail { seq: 44, envelope: vec![] }];
    [
        ("created", MailboxResponse::Created { bytes_max: 8 << 20, envelopes_max: 1_000, ttl_ms: 1_209_600_000 }),
        ("stored", MailboxResponse::Stored(receipt())),
        ("mail", MailboxResponse::Mail { mail, more: true }),
        ("mail-none", MailboxResponse::Mail { mail: Vec::new(), more: false }),
        ("done", MailboxResponse::Done),
        ("denied", MailboxResponse::Denied(MailboxDenial::QueueFull)),
        ("denied-admission", MailboxResponse::Denied(MailboxDenial::Admission { work_bits: 20 })),
        ("denied-other", MailboxResponse::Denied(MailboxDenial::Other(77))),
        ("compared", MailboxResponse::Compared { nonce: [155; 32], bytes: Vec::new() }),
        ("compared-round", MailboxResponse::Compared { nonce: [155; 32], bytes: compared() }),
    ]
}

/// What a writer left: three envelopes, of which the mailbox has the first.
fn left(count: u8) -> Comparison {
    let key = check_key(&DepositId::from(SigningKey::from_seed(&[152; 32]).public()), &[154; 32], &[155; 32]);
    let hashes = (1..=count).map(|n| envelope_hash(&[n]));
    Comparison::new(hashes.map(|hash| check_name(&key, &hash))).expect("few")
}

fn round() -> Vec<u8> {
    left(3).begin().expect("begun")
}

fn compared() -> Vec<u8> {
    left(1).answer(&round()).expect("answered")
}

/// What an account that comes back says to device 2 of somebody, each with who signs it.
pub(crate) fn recoveries() -> [(&'static str, Recovery, SigningKey); 2] {
    let (account, to) = (log().account(), device(2).device);
    let from = TransportId::from(transport_key(1).public());
    let accept = bodies().into_iter().find(|(name, _)| *name == "accept-mail");
    let body = accept.map(|(_, body)| body).unwrap();
    let back = Return { device: device(1).device, to, hlc: Hlc::new(NOW_MS, 3), body };
    [
        ("ask", Recovery::Ask(LogAsk { account, to, from, at_ms: NOW_MS }), account_key()),
        ("return", Recovery::Return(back), device_key(1)),
    ]
}

pub(crate) fn answers() -> [(&'static str, RequestAnswer); 7] {
    [
        ("received", RequestAnswer::Received),
        ("used", RequestAnswer::Used),
        ("expired", RequestAnswer::Expired),
        ("unknown", RequestAnswer::Unknown),
        ("busy", RequestAnswer::Busy),
        ("work", RequestAnswer::Work),
        ("log", RequestAnswer::Log(log().encode())),
    ]
}

pub(crate) fn bootstrap_link() -> BootstrapLink {
    BootstrapLink::new(device(3).transport, addresses(), services::RELAY | services::SLOTS | services::KAD)
}

pub(crate) fn private_link() -> BootstrapLink {
    bootstrap_link().with_token(CommunityToken::from_bytes([161; 16]))
}

pub(crate) fn descriptor() -> ServiceDescriptor {
    let at = |port| vec![format!("/ip4/192.0.2.1/udp/{port}"), format!("/ip6/2001:db8::1/udp/{port}")];
    let url = "https://192.0.2.1:4443".to_owned();
    ServiceDescriptor {
        transport: device(3).transport,
        issued_at_ms: NOW_MS,
        services: services::RELAY | services::STUN | services::TURN | services::IROH_RELAY,
        addresses: addresses(),
        stun: at(3478),
        turn: at(3479),
        iroh_relay: Some(IrohRelay { url, pin: [162; 32], quic_port: 7842 }),
        notice: "Down on Sunday from 3 to 4".to_owned(),
        neighbours: Vec::new(),
    }
}

pub(crate) fn descriptor_with_neighbours() -> ServiceDescriptor {
    let neighbours = addresses().into_iter().map(|address| format!("{address}/p2p/12D3KooWExample")).collect();
    ServiceDescriptor { neighbours, ..descriptor() }
}

pub(crate) fn services_requests() -> [(&'static str, ServicesRequest); 3] {
    [
        ("describe", ServicesRequest::Describe),
        ("join", ServicesRequest::Join { token: CommunityToken::from_bytes([161; 16]) }),
        ("turn", ServicesRequest::Turn),
    ]
}

pub(crate) fn services_responses() -> [(&'static str, ServicesResponse); 5] {
    let turn = TurnCredentials {
        username: "mFqXPY0bDVwQ".to_owned(),
        password: "sUy1zU6pWn5jYw".to_owned(),
        lifetime_s: 600,
        addresses: descriptor().turn,
    };
    [
        ("described", ServicesResponse::Described { descriptor: descriptor().sign(&transport_key(3)) }),
        ("joined", ServicesResponse::Joined),
        ("turn", ServicesResponse::Turn(turn)),
        ("denied", ServicesResponse::Denied { reason: ServicesDenial::NotMember }),
        ("denied-other", ServicesResponse::Denied { reason: ServicesDenial::Other(77) }),
    ]
}

pub(crate) fn request_frame() -> RequestFrame {
    let envelope = vec![131; 314];
    RequestFrame { tag: link().tag(), mac: link().request_mac(&envelope), work: None, envelope }
}

/// A week that says when it is: 2023-11-09 to 16.
pub(crate) const WEEK: u64 = 2_809;

pub(crate) fn public_address() -> InviteLink {
    InviteLink::of_public_address(log().account(), WEEK)
}

/// A bundle that lies at a public address, and asks for work.
pub(crate) fn public_bundle() -> InviteBundle {
    let parts = BundleParts {
        name: "Ada".to_owned(),
        log: log(),
        device: device(1).device,
        one_time: CurveKey::from_bytes([34; 32]),
        kem: kem(1).public(),
        addresses: addresses(),
        queues: Vec::new(),
        created_at_ms: NOW_MS,
        expires_at_ms: Some(NOW_MS + 86_400_000),
        single_use: false,
        work_bits: 20,
    };
    InviteBundle::create(parts, &public_address()).unwrap()
}

/// A request to it, and the work it shows.
pub(crate) fn public_request() -> (RequestFrame, WorkTask, u8) {
    let task = WorkTask { bundle: public_bundle().hash(), session: [77; 16], bits: 12 };
    let nonce = task.find(|| false).unwrap();
    let envelope = vec![131; 314];
    let link = public_address();
    let work = Some(RequestWork { session: task.session, nonce });
    (RequestFrame { tag: link.tag(), mac: link.request_mac(&envelope), work, envelope }, task, task.bits_of(nonce))
}
