//! The plaintext inside: four identity ends, bodies of every kind, unknown kinds kept.

use kith_crypto::{CurveKey, SigningKey};
use kith_wire::Availability;
use kith_wire::limits::{
    EMOJI_MAX_BYTES, EMOJI_PICTURES_MAX, EXPIRES_MAX_S, INNER_MAX, LOG_MAX, PREKEYS_MAX, QUEUES_MAX, RECEIPTS_MAX,
    TEXT_MAX_BYTES,
};
use kith_wire::text::{clean_name, clean_text};
use kith_wire::{
    AccountId, Body, ChatId, DeviceId, Ends, EnvelopeId, FindKey, Hlc, Inner, InnerError, Introduction,
    IntroductionAnswer, LinkPreview, MailboxOffer, MsgId, Poll, QueueAddress, ReceiveId, SmallPicture, Sticker, Sync,
    UnverifiedInner, WireError,
};
use proptest::collection::vec;
use proptest::prelude::*;

use zeroize::Zeroizing;

use crate::samples::{addresses, bodies, bootstrap_link, edit, ends, inner, introduction_answer, kem, poll};

#[test]
fn each_of_the_four_ends_is_checked() {
    let account = AccountId::from(SigningKey::from_seed(&[210; 32]).public());
    let device = DeviceId::from_bytes([211; 32]);
    let cases = [
        (Ends { from_account: account, ..ends() }, InnerError::FromAccount),
        (Ends { from_device: device, ..ends() }, InnerError::FromDevice),
        (Ends { to_account: account, ..ends() }, InnerError::ToAccount),
        (Ends { to_device: device, ..ends() }, InnerError::ToDevice),
    ];
    for (name, body) in bodies() {
        let bytes = inner(body.clone()).encode();
        for (expected, error) in cases {
            let unverified = UnverifiedInner::decode(&bytes).unwrap();
            assert_eq!(unverified.claims(), ends());
            assert_eq!(unverified.verify(&expected), Err(error), "{name}");
        }
        let found = UnverifiedInner::decode(&bytes).unwrap().verify(&ends()).unwrap();
        assert_eq!(found, inner(body), "{name}");
    }
}

#[test]
fn unknown_kinds_are_kept_and_sent_on_unchanged() {
    for kind in [0, 999, u32::MAX] {
        let body = Body::decode(kind, &[9, 8, 7]).unwrap();
        assert_eq!(body, Body::Unknown { kind, bytes: vec![9, 8, 7] });
        assert_eq!((body.kind(), body.encode()), (kind, vec![9, 8, 7]));
    }
    for kind in (1..=13).chain(20..=27).chain(30..=34).chain(40..=41) {
        let disguised = Body::Unknown { kind, bytes: Vec::new() };
        assert_eq!(disguised.check(), Err(WireError::UnknownKind { what: "body kind", found: kind }));
    }
}

#[test]
fn nothing_over_its_cap_is_made_or_taken() {
    let ids = vec![MsgId::from_bytes([1; 16]); RECEIPTS_MAX + 1];
    let keys = vec![CurveKey::from_bytes([1; 32]); PREKEYS_MAX + 1];
    let name = "n".repeat(65);
    let accept = |name: &str, prekeys: &[CurveKey], addresses: Vec<String>, log: usize| Body::Accept {
        name: name.to_owned(),
        log: vec![0; log],
        kem: kem(1).public(),
        prekeys: prekeys.to_vec(),
        addresses,
        queues: Vec::new(),
    };
    let cases = [
        Body::text("x".repeat(TEXT_MAX_BYTES + 1)),
        Body::Text {
            text: "x".into(),
            reply_to: None,
            forwarded: false,
            expires_s: Some(EXPIRES_MAX_S + 1),
            preview: None,
            pictures: Vec::new(),
        },
        Body::Expiry { expires_s: Some(EXPIRES_MAX_S + 1), number: 1 },
        Body::Delivered { messages: ids.clone() },
        Body::Seen { messages: ids },
        Body::Nack { envelopes: vec![EnvelopeId::from_bytes([1; 32]); 65] },
        Body::Prekeys { keys: keys.clone() },
        Body::Profile { name: name.clone(), status_text: String::new(), status_until_ms: None },
        Body::Profile { name: String::new(), status_text: "s".repeat(141), status_until_ms: None },
        Body::Identity { log: vec![0; LOG_MAX + 1] },
        accept(&name, &[], addresses(), 0),
        accept("n", &keys, addresses(), 0),
        accept("n", &[], vec!["a".to_owned(); 17], 0),
        accept("n", &[], vec!["a".repeat(257)], 0),
        accept("n", &[], vec!["two words".to_owned()], 0),
        accept("n", &[], addresses(), LOG_MAX + 1),
        Body::Request {
            name: String::new(),
            text: "é".repeat(501),
            log: Vec::new(),
            kem: kem(1).public(),
            prekeys: Vec::new(),
            addresses: Vec::new(),
            bundle_hash: [0; 32],
            queues: Vec::new(),
        },
        edit(MsgId::from_bytes([1; 16]), "x".repeat(TEXT_MAX_BYTES + 1), Vec::new()),
        react(&"👍".repeat(EMOJI_MAX_BYTES / 4 + 1)),
        react(""),
        react("ok"),
        react("👍 👍"),
        react("👍\u{202e}"),
        Body::Poll(Poll { question: "é".repeat(301), ..poll(None) }),
        Body::Poll(Poll { question: String::new(), ..poll(None) }),
        Body::Poll(Poll { options: vec!["one".into()], ..poll(None) }),
        Body::Poll(Poll { options: vec!["one".into(); 13], ..poll(None) }),
        Body::Poll(Poll { options: vec!["one".into(), String::new()], ..poll(None) }),
        Body::Poll(Poll { options: vec!["one".into(), "é".repeat(101)], ..poll(None) }),
        Body::Vote { target: MsgId::from_bytes([1; 16]), author: ends().to_account, choices: 1 << 12 },
        Body::Introduction(Introduction { name: String::new(), expires_s: None }),
        Body::Introduction(Introduction { name: "é".repeat(65), expires_s: None }),
        Body::IntroductionAnswer(IntroductionAnswer { link: "kith:i/1/a".into(), ..introduction_answer() }),
        Body::IntroductionAnswer(IntroductionAnswer { bundle: Vec::new(), ..introduction_answer() }),
        Body::IntroductionAnswer(IntroductionAnswer { bundle: vec![0; 16 * 1024 + 1], ..introduction_answer() }),
        Body::Unknown { kind: 99, bytes: vec![0; 61 * 1024] },
    ];
    for (index, body) in cases.into_iter().enumerate() {
        assert!(body.check().is_err(), "case {index} is sent");
        assert!(Body::decode(body.kind(), &body.encode()).is_err(), "case {index} is taken");
    }
    let parents = vec![[0; 16]; 5];
    let chat = ChatId::from_bytes([0; 16]);
    let body = Body::text("");
    let made = Inner::create(&ends(), MsgId::random(), Hlc::new(1, 0), chat, parents, 0, body);
    assert_eq!(made, Err(WireError::TooMany { what: "parents", max: 4 }));
    assert!(matches!(UnverifiedInner::decode(&vec![1; INNER_MAX + 1]), Err(WireError::TooLong { .. })));
}

#[test]
fn names_and_texts_from_peers_are_cleaned() {
    let hostile = "\u{202e}ada\u{0}\u{1b}[2J\u{200b}\n";
    let profile = Body::Profile { name: hostile.to_owned(), status_text: hostile.to_owned(), status_until_ms: None };
    let Ok(Body::Profile { name, status_text, .. }) = Body::decode(8, &profile.encode()) else { panic!() };
    assert_eq!((name.as_str(), status_text.as_str()), ("ada[2J", "ada[2J"));
    let text = Body::text(format!("a\tb{hostile}c"));
    let Ok(Body::Text { text, .. }) = Body::decode(1, &text.encode()) else { panic!() };
    assert_eq!(text, "a\tbada[2J\u{200b}\nc");
    assert_eq!(clean_name("👩\u{200d}🔬 سلام"), "👩\u{200d}🔬 سلام", "joiners and right-to-left scripts stay");
}

#[test]
fn debug_shows_no_text() {
    for (name, body) in bodies() {
        let shown = format!("{:?} {:?}", body, inner(body.clone()));
        assert!(!shown.contains("Hello") && !shown.contains("Ada") && !shown.contains("away"), "{name}: {shown}");
    }
}

fn react(emoji: &str) -> Body {
    let (target, author) = (MsgId::from_bytes([1; 16]), ends().to_account);
    Body::React { target, author, emoji: emoji.to_owned(), on: true }
}

#[test]
fn every_shape_of_emoji_can_be_a_reaction() {
    for emoji in
        ["👍", "1\u{fe0f}\u{20e3}", "ℹ\u{fe0f}", "🇺🇳", "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}", "👨🏿‍👩🏿‍👧🏿‍👦🏿"]
    {
        assert_eq!(react(emoji).check(), Ok(()), "{emoji}");
        assert_eq!(Body::decode(Body::REACT, &react(emoji).encode()), Ok(react(emoji)));
    }
}

#[test]
fn changes_name_a_message() {
    for kind in [Body::EDIT, Body::DELETE, Body::REACT] {
        assert!(Body::decode(kind, &[]).is_err(), "kind {kind}");
        assert!(Body::decode(kind, &[0x0a, 3, 1, 2, 3]).is_err(), "kind {kind}: a short id");
    }
}

fn address() -> impl Strategy<Value = String> {
    "[!-~]{1,256}"
}

fn curve_key() -> impl Strategy<Value = CurveKey> {
    any::<[u8; 32]>().prop_map(CurveKey::from_bytes)
}

fn queues() -> impl Strategy<Value = Vec<QueueAddress>> {
    let queue = (any::<[u8; 32]>(), proptest::option::of(any::<[u8; 32]>().prop_map(ReceiveId::from_bytes))).prop_map(
        |(seed, receive)| QueueAddress { mailbox: bootstrap_link().to_string(), seed: Zeroizing::new(seed), receive },
    );
    vec(queue, 0..=QUEUES_MAX)
}

/// One line that cleaning leaves as it is.
fn line(min: usize, max: usize) -> impl Strategy<Value = String> {
    vec("[a-z0-9é日🙂]", min..=max).prop_map(|parts| parts.concat())
}

fn seconds() -> impl Strategy<Value = Option<u32>> {
    proptest::option::of(1..=EXPIRES_MAX_S)
}

fn fetch_ids() -> impl Strategy<Value = Vec<MsgId>> {
    vec(any::<[u8; 16]>().prop_map(MsgId::from_bytes), 0..=64)
}

/// Cards that introduce somebody, and what answers them.
fn introductions() -> impl Strategy<Value = Body> {
    prop_oneof![
        (line(1, 64), seconds()).prop_map(|(name, expires_s)| Body::Introduction(Introduction { name, expires_s })),
        (any::<[u8; 16]>(), vec(any::<u8>(), 1..500)).prop_map(|(id, bundle)| {
            let target = MsgId::from_bytes(id);
            Body::IntroductionAnswer(IntroductionAnswer { target, bundle, ..introduction_answer() })
        }),
    ]
}

/// Polls, and what is done with them.
fn about_polls() -> impl Strategy<Value = Body> {
    prop_oneof![
        (line(1, 300), vec(line(1, 100), 2..=12), any::<bool>(), any::<Option<u64>>(), seconds()).prop_map(
            |(question, options, multiple, closes, expires_s)| {
                let closes_at_ms = closes.filter(|at| *at > 0);
                Body::Poll(Poll { question, options, multiple, closes_at_ms, expires_s })
            }
        ),
        (any::<[u8; 16]>(), any::<[u8; 32]>(), 0..1_u32 << 12).prop_map(|(id, author, choices)| Body::Vote {
            target: MsgId::from_bytes(id),
            author: AccountId::from_bytes(author),
            choices
        }),
        any::<[u8; 16]>().prop_map(|id| Body::ClosePoll { target: MsgId::from_bytes(id) }),
    ]
}

fn picture() -> impl Strategy<Value = SmallPicture> {
    ("[a-zé愛_+-][a-z0-9]{0,31}", vec(any::<u8>(), 1..300)).prop_map(|(name, png)| SmallPicture { name, png })
}

fn pictures() -> impl Strategy<Value = Vec<SmallPicture>> {
    vec(picture(), 0..=EMOJI_PICTURES_MAX)
}

fn stickers() -> impl Strategy<Value = Body> {
    (picture(), any::<Option<[u8; 16]>>(), any::<bool>(), seconds()).prop_map(
        |(picture, reply, forwarded, expires_s)| {
            let reply_to = reply.map(MsgId::from_bytes);
            Body::Sticker(Sticker { picture, reply_to, forwarded, expires_s })
        },
    )
}

fn sync() -> impl Strategy<Value = Body> {
    let log = || vec(any::<u8>(), 0..300);
    prop_oneof![
        (any::<[u8; 16]>(), any::<[u8; 32]>(), any::<u64>(), any::<u64>()).prop_map(
            |(session, nonce, from_ms, until_ms)| Body::Sync(Sync::Open { session, nonce, from_ms, until_ms })
        ),
        (any::<[u8; 16]>(), any::<[u8; 32]>(), any::<u64>())
            .prop_map(|(session, nonce, from_ms)| Body::Sync(Sync::Accept { session, nonce, from_ms })),
        (any::<[u8; 16]>(), log(), vec(any::<[u8; 32]>(), 0..=1024))
            .prop_map(|(session, bytes, wanted)| Body::Sync(Sync::Round { session, bytes, wanted })),
        (fetch_ids(), fetch_ids(), any::<bool>()).prop_map(|(wanted, gone, again)| Body::Sync(Sync::Fetch {
            wanted,
            gone,
            again
        })),
        (any::<u32>(), any::<[u8; 16]>(), any::<u64>(), vec(any::<[u8; 16]>(), 0..=4), log(), any::<[u8; 16]>())
            .prop_map(|(kind, msg, hlc, parents, body, proof)| {
                let (msg, hlc) = (MsgId::from_bytes(msg), Hlc::from_u64(hlc));
                Body::Sync(Sync::Returned { kind, msg, hlc, parents, body, proof })
            }),
    ]
}

fn texts() -> impl Strategy<Value = Body> {
    let text = ".{0,500}".prop_map(|text| clean_text(&text));
    let seen = proptest::option::of((line(1, 200), line(0, 500)));
    (text, any::<Option<[u8; 16]>>(), any::<bool>(), seconds(), seen, pictures()).prop_map(
        |(text, reply, forwarded, expires_s, seen, pictures)| {
            let link = "https://kith.example/about";
            let preview = seen.and_then(|(title, about)| LinkPreview::create(link, &title, &about, None));
            let text = if preview.is_some() { format!("{text} {link}") } else { text };
            Body::Text { text, reply_to: reply.map(MsgId::from_bytes), forwarded, expires_s, preview, pictures }
        },
    )
}

fn body() -> impl Strategy<Value = Body> {
    let name = || ".{0,64}".prop_map(|name| clean_name(&name));
    let text = || ".{0,500}".prop_map(|text| clean_text(&text));
    let log = || vec(any::<u8>(), 0..300);
    let ids = || vec(any::<[u8; 16]>().prop_map(MsgId::from_bytes), 0..40);
    let keys = || vec(curve_key(), 0..=PREKEYS_MAX);
    let places = || vec(address(), 0..=16);
    prop_oneof![
        texts(),
        stickers(),
        about_polls(),
        introductions(),
        (seconds(), any::<u32>()).prop_map(|(expires_s, number)| Body::Expiry { expires_s, number }),
        (name(), text(), log(), keys(), places(), any::<[u8; 32]>(), queues()).prop_map(
            |(name, text, log, prekeys, addresses, bundle_hash, queues)| Body::Request {
                name,
                text,
                log,
                kem: kem(1).public(),
                prekeys,
                addresses,
                bundle_hash,
                queues,
            }
        ),
        (name(), log(), keys(), places(), queues()).prop_map(|(name, log, prekeys, addresses, queues)| Body::Accept {
            name,
            log,
            kem: kem(1).public(),
            prekeys,
            addresses,
            queues,
        }),
        queues().prop_map(|queues| Body::Mailboxes { queues }),
        (any::<[u8; 32]>(), any::<u64>()).prop_map(|(token, bytes)| Body::MailboxOffer {
            offer: MailboxOffer { mailbox: bootstrap_link().to_string(), token: Zeroizing::new(token), bytes }
        }),
        Just(Body::MailboxWithdrawn),
        (any::<[u8; 32]>(), places())
            .prop_map(|(find, addresses)| Body::Whereabouts { find: FindKey::from_bytes(&find), addresses }),
        ids().prop_map(|messages| Body::Delivered { messages }),
        ids().prop_map(|messages| Body::Seen { messages }),
        vec(any::<[u8; 32]>().prop_map(EnvelopeId::from_bytes), 0..=64).prop_map(|envelopes| Body::Nack { envelopes }),
        keys().prop_map(|keys| Body::Prekeys { keys }),
        (name(), name(), any::<Option<u64>>()).prop_map(|(name, status_text, status_until_ms)| Body::Profile {
            name,
            status_text,
            status_until_ms
        }),
        (
            prop_oneof![
                Just(Availability::Hidden),
                Just(Availability::Online),
                Just(Availability::Away),
                Just(Availability::Busy)
            ],
            any::<bool>()
        )
            .prop_map(|(availability, asks)| Body::Presence { availability, asks }),
        log().prop_map(|log| Body::Identity { log }),
        (any::<[u8; 16]>(), text(), pictures()).prop_map(|(id, text, pictures)| edit(
            MsgId::from_bytes(id),
            text,
            pictures
        )),
        any::<[u8; 16]>().prop_map(|id| Body::Delete { target: MsgId::from_bytes(id) }),
        (any::<[u8; 16]>(), any::<[u8; 32]>(), "[😀-🙏]{1,16}", any::<bool>()).prop_map(|(id, author, emoji, on)| {
            Body::React { target: MsgId::from_bytes(id), author: AccountId::from_bytes(author), emoji, on }
        }),
        any::<bool>().prop_map(|on| Body::Typing { on }),
        sync(),
        (1000..u32::MAX, log()).prop_map(|(kind, bytes)| Body::Unknown { kind, bytes }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn messages_survive(
        body in body(), hlc: u64, generation: u32, msg: [u8; 16], parents in vec(any::<[u8; 16]>(), 0..=4),
        proof: Option<[u8; 16]>,
    ) {
        let chat = ChatId::direct(&ends().from_account, &ends().to_account);
        let hlc = Hlc::from_u64(hlc);
        let mut inner = Inner::create(&ends(), MsgId::from_bytes(msg), hlc, chat, parents, generation, body).unwrap();
        inner.proof = proof;
        let again = UnverifiedInner::decode(&inner.encode()).unwrap().verify(&ends()).unwrap();
        prop_assert_eq!(&*again.encode(), &*inner.encode());
        prop_assert_eq!(again, inner);
    }
}

/// Older versions wrote none, and skip it.
#[test]
fn a_proof_is_optional_and_of_one_length() {
    let inner = crate::samples::inner_with_proof(Body::Delete { target: MsgId::from_bytes([1; 16]) });
    let bytes = inner.encode();
    let again = UnverifiedInner::decode(&bytes).unwrap().verify(&inner.ends()).unwrap();
    assert_eq!(again.proof, Some([93; 16]));
    let mut short = bytes[..bytes.len() - 18].to_vec();
    assert_eq!(UnverifiedInner::decode(&short).unwrap().verify(&inner.ends()).unwrap().proof, None);
    short.extend([0x62, 3, 1, 2, 3]);
    assert!(UnverifiedInner::decode(&short).is_err());
}
