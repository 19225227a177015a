//! A model with people and messages, for screens that are looked at by themselves.

use kith_gui::model::{Aim, Drawn, Hits, LinkDraft, Load, Model, Narrow, PictureOf, Pixels, Route, Seen, Stage};
use kith_node::{
    AccountId, ChatId, ErrorCode, MessageId, PreviewId,
    params::{Emoji, Hit, PreviewLinkReply, SafetyReply, ServeReply},
    views::{
        Bootstrap, Chat, ChatKind, Contact, ContactState, Introduction, IntroductionState, LinkPreview, Mailbox,
        Message, MessageKind, MessageState, NetworkState, NetworkStatus, Path, PathKind, PathOver, Picture,
        PictureBytes, PictureFormat, PictureSize, Poll, PollOption, Presence, Profile, Reaction, Scheduled, System,
        TestStep, Traffic,
    },
};

/// 21 November 2026, 09:41 UTC.
pub(crate) const NOW: u64 = 1_795_254_060_000;
const MINUTE: u64 = 60_000;

pub(crate) fn account(n: u8) -> AccountId {
    let mut bytes = [n; 32];
    bytes[0] = n.wrapping_mul(37);
    AccountId::from_bytes(bytes)
}

pub(crate) fn chat_id(n: u8) -> ChatId {
    let mut bytes = ChatId::from_bytes(Default::default()).to_bytes();
    bytes[0] = n;
    ChatId::from_bytes(bytes)
}

pub(crate) fn message_id(n: u32) -> MessageId {
    let mut bytes = MessageId::from_bytes(Default::default()).to_bytes();
    bytes[..4].copy_from_slice(&n.wrapping_mul(0x9e37_79b9).to_be_bytes());
    MessageId::from_bytes(bytes)
}

fn message(n: u32, chat: u8, author: u8, minutes_ago: u64, text: &str) -> Message {
    let mine = author == 0;
    Message {
        id: message_id(n),
        chat: chat_id(chat),
        author: account(author),
        sent_at: NOW - minutes_ago * MINUTE,
        received_at: None,
        kind: MessageKind::Text,
        text: Some(text.to_owned()),
        reply_to: None,
        state: mine.then_some(MessageState::Seen),
        edited_at: None,
        deleted: false,
        forwarded: false,
        mention: false,
        pinned: false,
        reactions: vec![],
        stored_at: vec![],
        stored_until: None,
        system: None,
        expires_s: None,
        expires_at: None,
        planned_at: None,
        poll: None,
        gap: false,
        order: String::new(),
        introduction: None,
        sticker: None,
        emoji: Vec::new(),
        preview: None,
        call: None,
    }
}

struct Person {
    name: &'static str,
    state: ContactState,
    online: bool,
    last: &'static str,
    minutes: u64,
    unread: u64,
    mine: bool,
}

const fn person(name: &'static str, state: ContactState, online: bool, last: &'static str, minutes: u64) -> Person {
    Person { name, state, online, last, minutes, unread: 0, mine: false }
}

fn people() -> Vec<Person> {
    use ContactState::{Blocked, Introduced, Requested, Verified, Waiting};
    vec![
        Person { mine: true, ..person("Mara Okafor", Verified, true, "See you at the *rehearsal* at seven", 3) },
        Person { unread: 3, ..person("Jun Watanabe", Introduced, true, "日本語も大丈夫ですか？", 31) },
        person("Leïla Haddad", Introduced, false, "😂😂 that photo", 26 * 60),
        Person { unread: 12, ..person("Tomás Silva", Verified, true, "Did the relay come back up?", 50 * 60) },
        Person {
            mine: true, ..person("نور الهدى", Introduced, false, "صباح الخير، كيف حالك؟", 75 * 60)
        },
        person(
            "Ingrid Þorsteinsdóttir-Hálfdánardóttir",
            Introduced,
            false,
            "Bring the long cable, the short one does not reach the mixer",
            5 * 24 * 60,
        ),
        person("Sam", Waiting, false, "", 0),
        person("Robin Fell", Requested, false, "", 0),
        person("Spam Person", Blocked, false, "", 0),
    ]
}

/// Everything there, nothing open.
pub(crate) fn model() -> Model {
    let mut model = Model::of("~/.local/share/kith/profile".into());
    model.stage = Stage::Ready;
    model.now = NOW;
    model.me = Some(Profile {
        account: account(0),
        name: "Ada Lindqvist".into(),
        status_text: "In the workshop".into(),
        presence: Presence::Online,
        status_until: None,
        idle: false,
        quiet_until: None,
        devices: vec![],
        public_address: Default::default(),
        recovery: None,
        restored: false,
    });
    model.network = Some(network());
    for (at, person) in people().into_iter().enumerate() {
        let n = at as u8 + 1;
        model.contacts.insert(account(n), contact(n, &person));
        if matches!(person.state, ContactState::Introduced | ContactState::Verified) {
            model.chats.insert(chat_id(n), chat(n, &person));
        }
    }
    model.view.safety = Some((account(1), safety()));
    model
}

/// The conversation with Mara open.
pub(crate) fn talking() -> Model {
    let mut model = model();
    model.view.route = Route::Chats { open: Some(chat_id(1)) };
    let talk = model.talk_mut(chat_id(1));
    talk.add_page(Load::End, conversation(), true, false);
    talk.unread_from = Some(message_id(14));
    talk.draft = "I'll bring the ".into();
    model
}

/// The conversation with Mara after a lot was done with it: answers, emoji, edits, a deletion, one passed on.
pub(crate) fn changed() -> Model {
    let mut model = talking();
    let talk = model.talk_mut(chat_id(1));
    change(&mut talk.messages);
    talk.aim = Some(Aim::Reply(message_id(12)));
    talk.pinned = talk.messages.iter().filter(|message| message.pinned).cloned().collect();
    talk.draft = "Then at six".into();
    model
}

/// Something that came before one of Mara's messages has been missing for a day.
pub(crate) fn missing() -> Model {
    let mut model = talking();
    model.talk_mut(chat_id(1)).messages[15].gap = true;
    model
}

/// Somebody looks for a word in what Mara wrote.
pub(crate) fn found() -> Model {
    let mut model = talking();
    let hits = |message: &Message| {
        let text = message.text.as_deref()?;
        text.contains("the ").then(|| Hit { message: message.clone(), snippet: text.replace("the ", "[the] ") })
    };
    let narrow = Narrow { from: Some(account(1)), ..Narrow::default() };
    let hits = model.talks[&chat_id(1)].messages.iter().rev().filter_map(hits).collect();
    (model.view.search, model.view.narrow) = ("the".into(), narrow);
    model.view.hits = Hits { query: "the".into(), narrow, hits };
    model
}

/// A picture of something like hills at dusk.
fn pixels(width: usize, height: usize) -> Pixels {
    let mut rgba = Vec::with_capacity(width * height * 4);
    for y in 0..height {
        for x in 0..width {
            let hill = (x as f32 / 40.0).sin() * 12.0 + height as f32 * 0.6;
            let sky = (y * 160 / height) as u8;
            let color = if y as f32 > hill { [52, 78, 66, 255] } else { [240 - sky / 2, 150 + sky / 4, 90 + sky, 255] };
            rgba.extend(color);
        }
    }
    Pixels::new(width, height, rgba)
}

fn preview(url: &str, title: &str, description: &str, picture: Option<(u32, u32)>) -> LinkPreview {
    LinkPreview {
        url: url.into(),
        host: String::new(),
        title: title.into(),
        description: description.into(),
        picture: picture.map(|(width, height)| PictureSize { width, height }),
    }
}

/// The conversation with Mara with links in it, of some of which the sender has seen what is behind; `seen` is how far the
/// one being written has come.
pub(crate) fn previews(found: bool) -> Model {
    let mut model = talking();
    let long = "A hall with a wooden ceiling, built for the fair of 1928 and never taken down. Rehearsals are open to \
        everybody; the bar is not. Bring warm clothes in winter, because the heating is as old as the hall.";
    let said = [
        (
            11,
            "https://hall.example/visit",
            "Here it is: https://hall.example/visit",
            Some((480, 252)),
            "The old hall – visit us",
        ),
        (
            12,
            "https://shop.example/cable",
            "And the cable: https://shop.example/cable",
            Some((120, 120)),
            "Cable, 12 m, two ends",
        ),
        (15, "https://words.example/ab", "https://words.example/ab", None, "ما معنى هذه الكلمة؟"),
    ];
    for (at, url, text, picture, title) in said {
        let message = &mut model.talk_mut(chat_id(1)).messages[at];
        message.text = Some(text.into());
        message.preview = Some(preview(url, title, if at == 15 { "" } else { long }, picture));
        let id = message.id;
        if let Some((width, height)) = picture {
            let pixels = pixels(width as usize, height as usize);
            model.pictures.put(PictureOf::Message(id), Drawn::Here(pixels));
        }
    }
    let url = "https://train.example/night";
    let picture = Picture {
        format: PictureFormat::Jpeg,
        size: PictureSize { width: 96, height: 64 },
        data: PictureBytes(Vec::new()),
    };
    let seen = PreviewLinkReply {
        id: PreviewId::from_bytes([1; 16]),
        preview: preview(url, "Night trains in 2026", "Where they go, and what a bed costs", Some((96, 64))),
        picture: Some(picture),
    };
    model.pictures.put(PictureOf::Draft(chat_id(1)), Drawn::Here(pixels(96, 64)));
    let seen = if found { Seen::Found(Box::new(seen)) } else { Seen::Asked };
    let talk = model.talk_mut(chat_id(1));
    talk.draft = format!("We could take this one: {url}");
    talk.link = Some(LinkDraft { url: url.into(), number: 0, since: NOW, seen });
    talk.link_read = talk.draft.clone();
    model.settings.previews = true;
    model
}

/// The conversation with Mara with polls in it: an open one of hers, one of mine that is closed.
pub(crate) fn polls() -> Model {
    let mut model = talking();
    let option = |text: &str, voters: &[u8]| PollOption {
        text: text.into(),
        voters: voters.iter().map(|voter| account(*voter)).collect(),
    };
    let ask = |message: &mut Message, poll: Poll| {
        (message.kind, message.text) = (MessageKind::Poll, Some(poll.question.clone()));
        message.poll = Some(poll);
    };
    let messages = &mut model.talk_mut(chat_id(1)).messages;
    let takes = vec![
        option("The first, with the slow beginning", &[0]),
        option("The second", &[0, 1]),
        option("Neither: I would rather play all three movements once more before anybody travels", &[]),
    ];
    ask(
        &mut messages[12],
        Poll {
            question: "Which takes do we send?".into(),
            options: takes,
            multiple: true,
            closes_at: Some(NOW + 26 * 60 * MINUTE),
            closed: false,
        },
    );
    let days = vec![option("Monday", &[]), option("Tuesday", &[1]), option("שלישי", &[0])];
    let question = "When shall we meet?".into();
    ask(&mut messages[15], Poll { question, options: days, multiple: false, closes_at: None, closed: true });
    model
}

/// The conversation with Mara with people in it whom one of both suggests to the other.
pub(crate) fn introductions() -> Model {
    let mut model = talking();
    let me = account(0);
    let messages = &mut model.talk_mut(chat_id(1)).messages;
    let states = [
        (10, false, IntroductionState::Dismissed, None),
        (11, false, IntroductionState::Agreed, None),
        (12, false, IntroductionState::Met, Some(account(2))),
        (13, true, IntroductionState::Agreed, None),
        (15, false, IntroductionState::Open, None),
    ];
    for (at, mine, state, account) in states {
        let message = &mut messages[at];
        let name = "Noor Haddad".to_owned();
        (message.kind, message.text) = (MessageKind::Introduction, Some(name.clone()));
        (message.author, message.state) = if mine { (me, message.state) } else { (self::account(1), None) };
        message.introduction = Some(Introduction { name, state, account });
    }
    model
}

/// The conversation with Mara where something is written ahead, and something was.
pub(crate) fn planned() -> Model {
    let mut model = talking();
    model.chats.get_mut(&chat_id(1)).expect("Mara's").scheduled = 2;
    let messages = &mut model.talk_mut(chat_id(1)).messages;
    messages[10].planned_at = Some(messages[10].sent_at);
    messages[15].planned_at = Some(messages[15].sent_at - 90 * MINUTE);
    model
}

/// What is written ahead to Mara.
pub(crate) fn scheduled() -> Vec<Scheduled> {
    let one = |n: u32, hours: u64, text: &str| Scheduled {
        message: message_id(2_000 + n),
        chat: chat_id(1),
        text: text.into(),
        reply_to: None,
        at: NOW + hours * 60 * MINUTE,
        created_at: NOW,
        error: None,
    };
    let stuck = Scheduled { error: Some(ErrorCode::Blocked), ..one(1, 0, "Happy birthday! 🎉") };
    vec![stuck, one(2, 11, "Do not forget the long cable; the short one does not reach the **mixer**.")]
}

/// The conversation with Mara where messages disappear.
pub(crate) fn expiring() -> Model {
    let mut model = talking();
    let day = 24 * 3600;
    model.chats.get_mut(&chat_id(1)).expect("Mara's").expires_s = Some(day);
    let messages = &mut model.talk_mut(chat_id(1)).messages;
    let line = |message: &mut Message, expires_s| {
        (message.kind, message.text, message.state) = (MessageKind::System, None, None);
        message.system = Some(System::Expiry { expires_s });
    };
    line(&mut messages[7], Some(3600));
    line(&mut messages[8], None);
    line(&mut messages[12], Some(day));
    for (at, seconds) in [(10, 45), (13, day - 60), (14, 2 * day), (15, 3 * 7 * day), (16, 59 * 60)] {
        (messages[at].expires_s, messages[at].expires_at) = (Some(day), Some(NOW + seconds * 1000));
    }
    messages[11].expires_s = Some(7 * day);
    model
}

/// The same in Arabic.
pub(crate) fn changed_arabic() -> Model {
    let mut model = talking_arabic();
    let talk = model.talk_mut(chat_id(5));
    let reaction = |emoji: &str, authors: &[u8]| Reaction {
        emoji: emoji.into(),
        authors: authors.iter().map(|author| account(*author)).collect(),
    };
    talk.messages[2].reactions = vec![reaction("👍", &[0, 5]), reaction("🎉", &[5])];
    talk.messages[4].reply_to = Some(message_id(3));
    talk.messages[4].edited_at = Some(NOW);
    talk.messages[7].reply_to = Some(message_id(5));
    (talk.messages[6].text, talk.messages[6].deleted, talk.messages[6].state) = (None, true, None);
    talk.messages[8].forwarded = true;
    talk.aim = Some(Aim::Reply(message_id(8)));
    model
}

fn change(messages: &mut [Message]) {
    let reaction = |emoji: &str, authors: &[u8]| Reaction {
        emoji: emoji.into(),
        authors: authors.iter().map(|author| account(*author)).collect(),
    };
    messages[6].reactions = vec![reaction("👍", &[0, 1]), reaction("🎉", &[1]), reaction("❤️", &[0])];
    messages[7].reply_to = Some(message_id(7));
    messages[8].edited_at = Some(NOW);
    messages[8].pinned = true;
    (messages[9].text, messages[9].deleted, messages[9].state) = (None, true, None);
    messages[10].edited_at = Some(NOW);
    messages[10].reactions = vec![reaction("😂", &[1])];
    messages[11].reply_to = Some(message_id(11));
    messages[13].forwarded = true;
    messages[14].reply_to = Some(message_id(900));
    messages[15].reply_to = Some(message_id(13));
    let many = ["👍", "👎", "❤️", "😂", "😮", "😢", "🎉", "🙏", "🔥", "✨", "🦀", "🚀"];
    messages[16].reactions = many.iter().map(|emoji| reaction(emoji, &[1])).collect();
}

/// The conversation with Nour open, in Arabic.
pub(crate) fn talking_arabic() -> Model {
    let mut model = model();
    let lines: [(u8, u64, &str); 9] = [
        (5, 300, "صباح الخير! كيف حالك اليوم؟"),
        (0, 298, "بخير، شكرًا. هل وصلت الحزمة؟"),
        (5, 290, "نعم، وصلت **هذا الصباح**؛ كل شيء بداخلها (حتى الكتاب)."),
        (5, 289, "العنوان الجديد: https://example.org/maps بجانب محطة القطار، الطابق 3."),
        (0, 120, "ممتاز! سأرسل لك الملف `rehearsal.pdf` غدًا في الساعة 9:30، إن شاء الله."),
        (5, 118, "- خبز\n- حليب\n- قهوة (2 كغ)"),
        (0, 30, "OK, see you there!"),
        (
            5,
            12,
            "> في الساعة 9:30\nهل يناسبك أن نلتقي قبل ذلك بساعة؟ أم أن الوقت مبكر جدًا بعد الحفل الطويل مساء اليوم؟",
        ),
        (0, 3, "لا بأس، \"إلى اللقاء\"…"),
    ];
    model.view.route = Route::Chats { open: Some(chat_id(5)) };
    let messages = lines.into_iter().enumerate();
    let messages = messages.map(|(at, (author, ago, text))| message(at as u32 + 1, 5, author, ago, text)).collect();
    let talk = model.talk_mut(chat_id(5));
    talk.add_page(Load::End, messages, false, false);
    talk.draft = "أراك غدًا في المحطة".into();
    model
}

fn conversation() -> Vec<Message> {
    let day = 24 * 60;
    let lines: [(u8, u64, &str); 17] = [
        (1, day + 300, "Morning! Did the relay come back up?"),
        (0, day + 298, "Yes, it was the router. **UPnP** lease expired 🙃"),
        (
            1,
            day + 297,
            "Can you share the folder again? The link in the old thread points to a device I no longer use, and the transfer stops at 40 percent.",
        ),
        (0, day + 280, "Done."),
        (0, day + 280, "It is 2.4 GB, so leave it running overnight. `sha256` is in the read-me."),
        (1, day + 100, "👍"),
        (1, 200, "Here's the plan:\n- record two takes\n- send **both** to Ada\n- vote tomorrow"),
        (0, 190, "Sounds good. Which room?"),
        (1, 189, "The small one. https://example.org/rooms/small has the times."),
        (0, 188, "ok"),
        (
            0,
            60,
            "Long one: the third movement needs another pass, and I would rather do it before Jun travels on Thursday. Can we meet an hour earlier, or is that too much after the concert?",
        ),
        (1, 45, "No, that works. ||I already told them.||"),
        (1, 44, "> an hour earlier\nSo six?"),
        (1, 12, "😂😂"),
        (1, 11, "And שלום לכולם from the whole table"),
        (0, 4, "Six."),
        (0, 3, "See you at the *rehearsal* at seven"),
    ];
    let mut messages: Vec<_> = lines
        .into_iter()
        .enumerate()
        .map(|(at, (author, ago, text))| message(at as u32 + 1, 1, author, ago, text))
        .collect();
    messages[15].state = Some(MessageState::Delivered);
    messages[16].state = Some(MessageState::Queued);
    messages
}

fn contact(n: u8, person: &Person) -> Contact {
    Contact {
        account: account(n),
        name: person.name.into(),
        petname: None,
        state: person.state,
        presence: match (person.online, n) {
            (false, _) => Presence::Offline,
            (true, 2) => Presence::Away,
            (true, 4) => Presence::Dnd,
            (true, _) => Presence::Online,
        },
        last_seen: (!person.online).then_some(NOW - 26 * 60 * MINUTE),
        path: Path {
            kind: match (person.online, n) {
                (false, _) => PathKind::None,
                (true, 2) => PathKind::Relayed,
                (true, _) => PathKind::Direct,
            },
            rtt_ms: person.online.then_some(24),
            over: (person.online && n != 2).then_some(PathOver::Ipv6),
            via: (person.online && n == 2).then(|| RELAY.into()),
        },
        status_text: if n == 4 { "Away until Monday".into() } else { String::new() },
        status_until: None,
        sharing: Default::default(),
        via: None,
        request_text: if n == 8 { "It is Robin, we met at the workshop.".into() } else { String::new() },
        alarm: false,
        mail_offered: n == 1,
        keeps_mail: n == 1,
        mailboxes: 1,
    }
}

fn chat(n: u8, person: &Person) -> Chat {
    let author = if person.mine { 0 } else { n };
    Chat {
        chat: chat_id(n),
        kind: ChatKind::Direct,
        account: Some(account(n)),
        title: person.name.into(),
        unread: person.unread,
        mentions: if n == 4 { 1 } else { 0 },
        last: Some(message(1_000 + u32::from(n), n, author, person.minutes, person.last)),
        pinned: false,
        archived: false,
        muted_until: None,
        notify: Default::default(),
        draft: (n == 3).then(|| "I could come on".into()),
        expires_s: None,
        scheduled: 0,
    }
}

/// Whose the first bootstrap node is.
const RELAY: &str = "6b1f0c5e9d7a4b2c8e3f1a0d5c6b7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d";

/// On the way to being reachable, through the neighbour of a node that does not answer.
pub(crate) fn joining() -> NetworkStatus {
    let step = |name: &str, ok| TestStep { name: name.into(), ok, detail: String::new() };
    let mut status = network();
    let [chosen, neighbour] = status.bootstraps.as_mut_slice() else { return status };
    (chosen.ok, chosen.rtt_ms, chosen.notice) = (false, None, String::new());
    (neighbour.ok, neighbour.refused, neighbour.borrowed) = (true, false, true);
    status.steps = vec![
        step("listen_udp", true),
        step("listen_tcp", true),
        step("bootstrap", true),
        step("relay", false),
        step("records", false),
        step("public_address", false),
        step("mdns", true),
    ];
    NetworkStatus {
        state: NetworkState::Degraded,
        metered: true,
        nat: "unknown".into(),
        peers: 0,
        mapped: vec![],
        ..status
    }
}

fn network() -> NetworkStatus {
    NetworkStatus {
        peer: "12D3KooWGjMCqoZzYYJSUJ3JYKGSHL7Ky4jRRGMPyn8ZwsxLGm8Y".into(),
        state: NetworkState::Online,
        metered: false,
        portal: false,
        nat: "mapped".into(),
        addresses: vec!["/ip4/192.0.2.7/udp/4100/quic-v1".into(), "/ip6/2001:db8::7/udp/4100/quic-v1".into()],
        mapped: vec!["/ip4/203.0.113.9/udp/4100/quic-v1".into()],
        peers: 5,
        bootstraps: vec![
            Bootstrap {
                host: "198.51.100.4".into(),
                transport: Some(RELAY.into()),
                address: "/ip4/198.51.100.4/udp/4200/quic-v1/p2p/12D3KooWJ2yq7mJ".into(),
                ok: true,
                rtt_ms: Some(18),
                offers: vec!["relay".into(), "mailbox".into(), "stun".into(), "turn".into()],
                notice: "Sunday from 3 to 4 this node gets a new disk.".into(),
                refused: false,
                borrowed: false,
            },
            Bootstrap {
                host: "kith.example".into(),
                transport: None,
                address: "/dns/kith.example/udp/4200/quic-v1/p2p/12D3KooWH9aA".into(),
                ok: false,
                rtt_ms: None,
                offers: vec![],
                notice: String::new(),
                refused: true,
                borrowed: false,
            },
        ],
        relays: vec![],
        steps: vec![],
        traffic: Traffic { bytes_in: 12_400_000, bytes_out: 3_100_000 },
    }
}

fn safety() -> SafetyReply {
    let emoji = [
        ("⚓", "anchor"),
        ("🐧", "penguin"),
        ("🍀", "clover"),
        ("🌻", "sunflower"),
        ("🔨", "hammer"),
        ("🎸", "guitar"),
        ("🚀", "rocket"),
    ];
    SafetyReply {
        digits: "262964780212191270531849936060667845883841715450167751308059".into(),
        emoji: emoji.map(|(emoji, name)| Emoji { emoji: emoji.into(), name: name.into() }).to_vec(),
    }
}

/// The nodes that keep my mail: a bootstrap node, Mara's, and two that were typed.
pub(crate) fn mailboxes() -> Vec<Mailbox> {
    let of = |address: &str, kept_by, added| Mailbox {
        address: address.into(),
        added,
        kept_by,
        in_use: !added,
        queues: 0,
        answered_at: None,
        refused_at: None,
    };
    let (first, second) = (
        "kith:b/1/ljnvyxk6l5qgcytdmrswmz3infvgw3dnnzxxa4lson2hk5txpb4uacyeyyzwiberaiigrtidmfrggza",
        "kith:b/1/pf4ho5tvorzxe4lqn5xg23dlnjuwqz3gmvsggytbmbpv4xk4lnneacyeyyzwiberaiigrtidmfrggza",
    );
    let bootstrap = "kith:b/1/nmpqyxu5pjfszdr7digvy236r6nawhbnhzhvu234rwpa6grlhrguacyeyyzwiberaiigrtidmfrggza";
    vec![
        Mailbox { refused_at: Some(NOW - 12 * MINUTE), ..of(first, None, true) },
        of(second, None, true),
        Mailbox { answered_at: Some(NOW - 3 * MINUTE), ..of(second, Some(account(1)), false) },
        Mailbox { answered_at: Some(NOW - 26 * 60 * MINUTE), ..of(bootstrap, None, false) },
    ]
}

/// The conversation with Mara with messages in it that mailboxes keep, and with two that were given up.
pub(crate) fn kept() -> Model {
    let mut model = talking();
    let talk = model.talk_mut(chat_id(1));
    for at in [0, 1] {
        talk.messages[at].sent_at = NOW - (31 * 24 * 60 - at as u64) * MINUTE;
    }
    talk.messages[1].state = Some(MessageState::Failed);
    talk.messages[9].state = Some(MessageState::Failed);
    for (at, boxes, days) in [(10, 1, 1), (15, 2, 14), (16, 2, 14)] {
        let message = &mut talk.messages[at];
        message.state = Some(MessageState::Stored);
        message.stored_at = (0..boxes).map(|n| format!("{n:064x}")).collect();
        message.stored_until = Some(NOW + days * 24 * 60 * MINUTE);
    }
    for (n, state) in [(1, MessageState::Stored), (5, MessageState::Failed)] {
        let last = model.chats.get_mut(&chat_id(n)).and_then(|chat| chat.last.as_mut());
        last.expect("the last").state = Some(state);
    }
    model
}

/// Mail for two people on this computer.
pub(crate) fn served() -> ServeReply {
    ServeReply {
        on: true,
        quota_mb: 256,
        reachable: true,
        link: Some("kith:b/1/sample".into()),
        token: Some("5c".repeat(32)),
        used_bytes: 38_400_000,
        queues: 41,
        envelopes: 212,
        oldest_until: Some(NOW + 24 * 60 * MINUTE),
        offered: vec![account(1), account(4)],
    }
}
