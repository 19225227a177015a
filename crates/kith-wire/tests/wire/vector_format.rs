//! The form of a frozen vector: a flat JSON object of strings, one per line. Byte strings are hexadecimal. A field whose
//! name begins with `sealed_` was made with a random nonce; the others follow from fixed inputs.

use data_encoding::HEXLOWER;
use kith_wire::{
    Body, CallSignal, CallStep, Description, FindKey, Inner, Introduction, LinkPreview, MailboxOffer, Picture, Poll,
    QueueAddress, ReceiveId, SmallPicture, Sticker, Sync,
};

use crate::samples::call_ends;

/// The fields of one vector in the order they are written.
pub(crate) type Fields = Vec<(String, String)>;

pub(crate) fn field(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

pub(crate) fn bytes(name: &str, value: &[u8]) -> (String, String) {
    field(name, HEXLOWER.encode(value))
}

fn list(name: &str, values: impl IntoIterator<Item = impl AsRef<[u8]>>) -> (String, String) {
    let all: Vec<String> = values.into_iter().map(|value| HEXLOWER.encode(value.as_ref())).collect();
    field(name, all.join(" "))
}

/// What an inner plaintext says, field by field, computed from the decoded value.
pub(crate) fn inner_fields(inner: &Inner) -> Fields {
    let mut fields = vec![
        field("from_account", inner.from_account),
        field("from_device", inner.from_device),
        field("to_account", inner.to_account),
        field("to_device", inner.to_device),
        field("msg", inner.msg),
        field("hlc", inner.hlc),
        field("chat", inner.chat),
        list("parents", &inner.parents),
        field("generation", inner.generation),
        field("kind", inner.body.kind()),
    ];
    fields.extend(body_fields(&inner.body));
    // Not in the vectors that are older than it.
    if let Some(proof) = &inner.proof {
        fields.push(bytes("proof", proof));
    }
    fields.push(bytes("inner", &inner.encode()));
    fields
}

/// Queues are not in the vectors that are older than they are.
pub(crate) fn with_queues(mut fields: Fields, queues: &[QueueAddress]) -> Fields {
    if !queues.is_empty() {
        let mailboxes: Vec<&str> = queues.iter().map(|queue| queue.mailbox.as_str()).collect();
        fields.push(field("mailboxes", mailboxes.join(" ")));
        fields.push(list("queue_keys", queues.iter().map(|queue| *queue.seed)));
        // Nor is by whose name they are asked about.
        if queues.iter().any(|queue| queue.receive.is_some()) {
            fields.push(list("queue_names", queues.iter().filter_map(|queue| queue.receive).map(ReceiveId::to_bytes)));
        }
    }
    fields
}

/// Pictures are not in the vectors that are older than they are.
fn with_pictures(mut fields: Fields, pictures: &[SmallPicture]) -> Fields {
    if !pictures.is_empty() {
        let names: Vec<&str> = pictures.iter().map(|picture| picture.name.as_str()).collect();
        fields.push(field("names", names.join(" ")));
        fields.push(list("pngs", pictures.iter().map(|picture| &picture.png)));
    }
    fields
}

fn text_fields(body: &Body) -> Fields {
    let Body::Text { text, reply_to, forwarded, expires_s, preview, pictures } = body else { return Vec::new() };
    let mut fields =
        vec![field("text", text), field("reply_to", reply_to.map_or_else(String::new, |id| id.to_string()))];
    // Not in the vectors that are older than it.
    if *forwarded {
        fields.push(field("forwarded", forwarded));
    }
    if let Some(seconds) = expires_s {
        fields.push(field("expires_s", seconds));
    }
    fields.extend(preview.iter().flat_map(preview_fields));
    with_pictures(fields, pictures)
}

fn sticker_fields(sticker: &Sticker) -> Fields {
    let Sticker { picture, reply_to, forwarded, expires_s } = sticker;
    vec![
        field("name", &picture.name),
        field("picture", picture.id()),
        bytes("png", &picture.png),
        field("reply_to", reply_to.map_or_else(String::new, |id| id.to_string())),
        field("forwarded", forwarded),
        field("expires_s", expires_s.unwrap_or(0)),
    ]
}

fn preview_fields(preview: &LinkPreview) -> Fields {
    let picture = preview.picture.as_ref().map_or(&[][..], Picture::bytes);
    vec![
        field("preview_url", &preview.url),
        field("preview_title", &preview.title),
        field("preview_description", &preview.description),
        bytes("preview_picture", picture),
    ]
}

fn body_fields(body: &Body) -> Fields {
    match body {
        Body::Text { .. } => text_fields(body),
        Body::Request { name, text, log, kem, prekeys, addresses, bundle_hash, queues } => with_queues(
            vec![
                field("name", name),
                field("text", text),
                bytes("log", log),
                bytes("kem", kem.as_bytes()),
                list("prekeys", prekeys.iter().map(|key| key.to_bytes())),
                field("addresses", addresses.join(" ")),
                bytes("bundle_hash", bundle_hash),
            ],
            queues,
        ),
        Body::Accept { name, log, kem, prekeys, addresses, queues } => with_queues(
            vec![
                field("name", name),
                bytes("log", log),
                bytes("kem", kem.as_bytes()),
                list("prekeys", prekeys.iter().map(|key| key.to_bytes())),
                field("addresses", addresses.join(" ")),
            ],
            queues,
        ),
        Body::Delivered { messages } | Body::Seen { messages } => {
            vec![list("messages", messages.iter().map(|id| id.to_bytes()))]
        }
        Body::Nack { envelopes } => vec![list("envelopes", envelopes.iter().map(|id| id.to_bytes()))],
        Body::Prekeys { keys } => vec![list("keys", keys.iter().map(|key| key.to_bytes()))],
        Body::Profile { name, status_text, status_until_ms } => {
            let mut fields = vec![field("name", name), field("status_text", status_text)];
            // Not in the vectors that are older than it.
            fields.extend(status_until_ms.map(|until| field("status_until_ms", until)));
            fields
        }
        Body::Presence { availability, asks } => {
            // Frozen without it.
            let asks = asks.then(|| field("asks", asks));
            [field("availability", format!("{availability:?}"))].into_iter().chain(asks).collect()
        }
        Body::Identity { log } => vec![bytes("log", log)],
        Body::Mailboxes { queues } => with_queues(Vec::new(), queues),
        Body::MailboxOffer { offer } => {
            let MailboxOffer { mailbox, token, bytes: room } = offer;
            vec![field("mailbox", mailbox), bytes("token", token.as_slice()), field("bytes", room)]
        }
        Body::MailboxWithdrawn => Vec::new(),
        Body::Whereabouts { find, addresses } => whereabouts_fields(find, addresses),
        Body::Edit { target, text, pictures } => {
            with_pictures(vec![field("target", target), field("text", text)], pictures)
        }
        Body::Sticker(sticker) => sticker_fields(sticker),
        Body::Delete { target } | Body::ClosePoll { target } => vec![field("target", target)],
        Body::React { target, author, emoji, on } => {
            vec![field("target", target), field("author", author), field("emoji", emoji), field("on", on)]
        }
        Body::Expiry { expires_s, number } => {
            vec![field("expires_s", expires_s.unwrap_or(0)), field("number", number)]
        }
        Body::Poll(poll) => poll_fields(poll),
        Body::Vote { target, author, choices } => {
            vec![field("target", target), field("author", author), field("choices", choices)]
        }
        Body::Typing { on } => vec![field("on", on)],
        Body::Call(call) => {
            vec![field("video", call.video), field("expires_s", call.expires_s.unwrap_or(0))]
        }
        Body::CallSignal(signal) => signal_fields(signal),
        Body::Sync(sync) => sync_fields(sync),
        Body::Introduction(introduction) => introduction_fields(introduction),
        Body::IntroductionAnswer(answer) => {
            vec![field("target", answer.target), field("link", &answer.link), bytes("bundle", &answer.bundle)]
        }
        Body::Unknown { bytes: unknown, .. } => vec![bytes("bytes", unknown)],
    }
}

fn signal_fields(signal: &CallSignal) -> Fields {
    let mut fields = vec![field("call", signal.call)];
    match &signal.step {
        CallStep::Ringing => fields.push(field("step", "ringing")),
        CallStep::Accept => fields.push(field("step", "accept")),
        CallStep::End(end) => fields.extend([field("step", "end"), field("end", end.number())]),
        CallStep::Offer(description) => fields.extend(description_fields("offer", true, description)),
        CallStep::Answer(description) => fields.extend(description_fields("answer", false, description)),
        CallStep::Candidates(candidates) => {
            fields.extend([field("step", "candidates"), field("candidates", candidates.join("|"))]);
        }
        CallStep::Media { microphone, camera, screen } => {
            fields.extend([field("step", "media"), field("microphone", microphone), field("camera", camera)]);
            // Vectors from before there were screens do not name it.
            fields.extend(screen.then(|| field("screen", screen)));
        }
        CallStep::Overlay(overlay) => {
            let (endpoint, relays) = overlay.verify(&call_ends()).expect("its own signature");
            let relays: Vec<String> = relays.iter().map(ToString::to_string).collect();
            fields.extend([field("step", "overlay"), field("endpoint", endpoint), field("relays", relays.join("|"))]);
        }
        CallStep::Unknown => panic!("it has no form of its own"),
    }
    fields
}

fn description_fields(step: &'static str, offer: bool, description: &Description) -> Fields {
    let (sdp, fingerprint, ufrag) = description.verify(offer, &call_ends()).expect("its own signature");
    vec![
        field("step", step),
        field("sdp", sdp.trim_end().replace("\r\n", "|")),
        bytes("fingerprint", fingerprint),
        field("ufrag", ufrag),
    ]
}

fn whereabouts_fields(find: &FindKey, addresses: &[String]) -> Fields {
    vec![bytes("find", find.as_bytes()), field("addresses", addresses.join(" "))]
}

fn poll_fields(poll: &Poll) -> Fields {
    vec![
        field("question", &poll.question),
        field("options", poll.options.join("|")),
        field("multiple", poll.multiple),
        field("closes_at_ms", poll.closes_at_ms.unwrap_or(0)),
        field("expires_s", poll.expires_s.unwrap_or(0)),
    ]
}

fn sync_fields(sync: &Sync) -> Fields {
    match sync {
        Sync::Open { session, nonce, from_ms, until_ms } => vec![
            bytes("session", session),
            bytes("nonce", nonce),
            field("from_ms", from_ms),
            field("until_ms", until_ms),
        ],
        Sync::Accept { session, nonce, from_ms } => {
            vec![bytes("session", session), bytes("nonce", nonce), field("from_ms", from_ms)]
        }
        Sync::Round { session, bytes: round, wanted } => {
            vec![bytes("session", session), bytes("round", round), list("wanted", wanted)]
        }
        Sync::Fetch { wanted, gone, again } => vec![
            list("wanted", wanted.iter().map(|id| id.to_bytes())),
            list("gone", gone.iter().map(|id| id.to_bytes())),
            field("again", again),
        ],
        Sync::Returned { kind, msg, hlc, parents, body, proof } => vec![
            field("returned_kind", kind),
            field("returned_msg", msg),
            field("returned_hlc", hlc),
            list("returned_parents", parents),
            bytes("returned_body", body),
            bytes("returned_proof", proof),
        ],
    }
}

fn introduction_fields(introduction: &Introduction) -> Fields {
    vec![field("name", &introduction.name), field("expires_s", introduction.expires_s.unwrap_or(0))]
}
