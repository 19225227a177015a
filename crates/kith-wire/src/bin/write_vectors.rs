//! Writes the frozen vectors of the wire formats: `write_vectors [FOLDER]`, by default the `vectors` folder of this crate.
//! A vector that exists is never changed: if what this build would write differs, nothing is written and the program
//! fails. A new format gets a new file.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kith_crypto::SpokenCode;
use kith_wire::{
    AccountId, BootstrapLink, ChatId, Envelope, EnvelopeId, InviteBundle, ServicesRequest, ServicesResponse,
    SpokenInvite,
};

#[path = "../../tests/wire/samples.rs"]
mod samples;
#[path = "../../tests/wire/vector_format.rs"]
mod vector_format;

use vector_format::{Fields, bytes, field, inner_fields, with_queues};

fn main() -> ExitCode {
    let folder =
        std::env::args_os().nth(1).map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors"), PathBuf::from);
    match write_all(&folder) {
        Ok(written) => {
            println!("{written} new vectors");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn write_all(folder: &Path) -> Result<usize, Box<dyn Error>> {
    let mut new = Vec::new();
    for (name, fields) in vectors()? {
        let path = folder.join(format!("{name}.json"));
        let text = render(&fields);
        if !path.exists() {
            new.push((path, text));
        } else if fixed_lines(&fs::read_to_string(&path)?) != fixed_lines(&text) {
            return Err(format!("{name} is frozen and this build writes something else; nothing was written").into());
        }
    }
    fs::create_dir_all(folder)?;
    for (path, text) in &new {
        fs::write(path, text)?;
    }
    Ok(new.len())
}

fn fixed_lines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.trim_start().starts_with("\"sealed_")).collect()
}

fn render(fields: &Fields) -> String {
    let lines: Vec<String> =
        fields.iter().map(|(name, value)| format!("  {}: {}", quoted(name), quoted(value))).collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_ascii_graphic() || c == ' ' => quoted.push(c),
            c => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| push_escape(&mut quoted, *unit)),
        }
    }
    quoted.push('"');
    quoted
}

fn push_escape(text: &mut String, unit: u16) {
    let written = write!(text, "\\u{unit:04x}");
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
}

fn vectors() -> Result<Vec<(String, Fields)>, Box<dyn Error>> {
    let mut all = vec![
        ("ids".to_owned(), ids()),
        ("identity-log".to_owned(), identity_log()),
        ("invite".to_owned(), invite(&samples::bundle())),
        ("invite-mail".to_owned(), invite(&samples::bundle_with_mail())),
        ("spoken".to_owned(), spoken()?),
        ("whereabouts".to_owned(), whereabouts()),
        ("transport-renewal".to_owned(), transport_renewal()),
        ("card".to_owned(), card()),
        (
            "hello".to_owned(),
            vec![field("features", samples::hello().features), bytes("hello", &samples::hello().encode())],
        ),
        ("bootstrap-link".to_owned(), bootstrap_link(&samples::bootstrap_link())),
        ("bootstrap-link-private".to_owned(), bootstrap_link(&samples::private_link())),
        ("service-descriptor".to_owned(), service_descriptor()),
        ("service-descriptor-neighbours".to_owned(), service_descriptor_neighbours()),
        ("request-frame".to_owned(), request_frame()),
        ("public-address".to_owned(), public_address()),
        ("public-request".to_owned(), public_request()),
    ];
    for (name, header) in samples::headers() {
        let message = samples::olm_message();
        let sealed = Envelope::seal(&header, &samples::envelope_key(), &message)?;
        let fields = vec![
            bytes("key", samples::envelope_key().as_bytes()),
            bytes("key_id", header.key_id()),
            field("olm_kind", "normal"),
            bytes("olm", &message.bytes),
            bytes("sealed_envelope", &sealed),
        ];
        all.push((format!("envelope-{name}"), fields));
    }
    for (name, body) in samples::bodies() {
        all.push((format!("inner-{name}"), inner_fields(&samples::inner(body))));
    }
    if let Some((_, text)) = samples::bodies().into_iter().find(|(name, _)| *name == "text") {
        all.push(("inner-proof".to_owned(), inner_fields(&samples::inner_with_proof(text))));
    }
    for (name, request) in samples::slot_requests() {
        all.push((format!("slot-request-{name}"), vec![field("operation", name), bytes("request", &request.encode())]));
    }
    for (name, response) in samples::slot_responses() {
        all.push((
            format!("slot-response-{name}"),
            vec![field("outcome", name), bytes("response", &response.encode())],
        ));
    }
    all.extend(about_services());
    let (mailbox, client) = samples::mailbox_ends();
    for (name, operation, key) in samples::mailbox_requests() {
        let fields = vec![
            field("operation", name),
            field("mailbox", mailbox),
            field("client", client),
            bytes("request", &samples::mailbox_request(&operation, &key)),
        ];
        all.push((format!("mailbox-request-{name}"), fields));
    }
    for (name, response) in samples::mailbox_responses() {
        let fields = vec![field("outcome", name), bytes("response", &response.encode())];
        all.push((format!("mailbox-response-{name}"), fields));
    }
    for (name, recovery, signer) in samples::recoveries() {
        let fields = vec![
            field("statement", name),
            bytes("kem_seed", samples::kem(2).seed().as_slice()),
            field("to", samples::device(2).device),
            bytes("sealed_frame", &kith_wire::recovery::seal(&recovery, &signer, &samples::kem(2).public())?),
        ];
        all.push((format!("recovery-{name}"), fields));
    }
    for (name, answer) in samples::answers() {
        all.push((format!("request-answer-{name}"), vec![field("answer", name), bytes("bytes", &answer.encode())]));
    }
    Ok(all)
}

fn ids() -> Fields {
    let ends = samples::ends();
    let account: AccountId = ends.from_account;
    vec![
        bytes("account_bytes", account.as_bytes()),
        field("account", account),
        bytes("fingerprint", &account.fingerprint()),
        field("other_account", ends.to_account),
        field("direct_chat", ChatId::direct(&account, &ends.to_account)),
        bytes("envelope", b"kith"),
        field("envelope_id", EnvelopeId::of(b"kith")),
    ]
}

fn identity_log() -> Fields {
    let log = samples::log();
    let devices: Vec<String> = log.devices().iter().map(|record| record.device.to_string()).collect();
    let revoked: Vec<String> = log.revoked().iter().map(|revocation| revocation.device.to_string()).collect();
    vec![
        field("account", log.account()),
        field("seq", log.seq()),
        bytes("head_hash", &log.head_hash()),
        field("devices", devices.join(" ")),
        field("revoked", revoked.join(" ")),
        bytes("log", &log.encode()),
    ]
}

fn invite(bundle: &InviteBundle) -> Fields {
    let link = samples::link();
    let (sealed, hash) = bundle.seal(&samples::device_key(1), &link);
    let fields = vec![
        field("link", &link),
        bytes("secret", link.secret()),
        bytes("fingerprint", &link.fingerprint()),
        field("hints", link.hints().join(" ")),
        field("slot", link.slot()),
        bytes("tag", &link.tag()),
        bytes("owner_token", &link.owner_token()),
        bytes("request_mac_of_kith", &link.request_mac(b"kith")),
        bytes("bundle_hash", &hash),
        field("name", &bundle.name),
        field("device", bundle.device),
        bytes("one_time", bundle.one_time.as_bytes()),
        field("addresses", bundle.addresses.join(" ")),
        field("created_at_ms", bundle.created_at_ms),
        field("single_use", bundle.single_use),
        bytes("sealed_bundle", &sealed),
    ];
    with_queues(fields, &bundle.queues)
}

fn spoken() -> Result<Fields, Box<dyn Error>> {
    let words = "zoo able about above absent abandon";
    let place = SpokenInvite::new(&SpokenCode::parse(words)?)?;
    Ok(vec![
        field("words", words),
        field("slot", place.slot()),
        field("link", samples::link()),
        bytes("sealed_link", &place.seal(&samples::link())),
    ])
}

fn transport_renewal() -> Fields {
    let (log, renewal) = (samples::renewed_log(), samples::renewal());
    vec![
        field("account", log.account()),
        field("device", renewal.device()),
        field("transport", renewal.transport()),
        field("number", renewal.number()),
        bytes("renewal", &renewal.encode()),
        bytes("request_frame", &kith_wire::request::moved_frame(&renewal)),
        bytes("log", &log.encode()),
    ]
}

fn whereabouts() -> Fields {
    let (find, card) = (samples::find_key(), samples::card());
    let (made_at_ms, device) = (card.issued_at_ms, samples::ends().from_device);
    let day = kith_wire::whereabouts::day(made_at_ms);
    vec![
        bytes("find", find.as_bytes()),
        field("day", day),
        bytes("name", &find.name(day)),
        field("made_at_ms", made_at_ms),
        field("transport", card.transport),
        field("addresses", card.addresses.join(" ")),
        bytes("sealed_record", &find.record(day, made_at_ms, &card, &samples::transport_key(1), None)),
        field("link", samples::link()),
        field("device", device),
        bytes("find_of_invite", samples::link().find_key(&device).as_bytes()),
    ]
}

fn card() -> Fields {
    let card = samples::card();
    vec![
        field("transport", card.transport),
        field("addresses", card.addresses.join(" ")),
        field("issued_at_ms", card.issued_at_ms),
        field("features", card.features),
        bytes("card", &card.sign(&samples::transport_key(1))),
    ]
}

/// `/kith/services/1`.
fn about_services() -> Vec<(String, Fields)> {
    let request = |(name, request): (&str, ServicesRequest)| {
        let fields = vec![field("operation", name), bytes("request", &request.encode())];
        (format!("services-request-{name}"), fields)
    };
    let response = |(name, response): (&str, ServicesResponse)| {
        let fields = vec![field("outcome", name), bytes("response", &response.encode())];
        (format!("services-response-{name}"), fields)
    };
    let requests = samples::services_requests().into_iter().map(request);
    requests.chain(samples::services_responses().into_iter().map(response)).collect()
}

fn service_descriptor_neighbours() -> Fields {
    let descriptor = samples::descriptor_with_neighbours();
    vec![
        field("transport", descriptor.transport),
        field("issued_at_ms", descriptor.issued_at_ms),
        field("neighbours", descriptor.neighbours.join(" ")),
        bytes("descriptor", &descriptor.sign(&samples::transport_key(3))),
    ]
}

fn service_descriptor() -> Fields {
    let descriptor = samples::descriptor();
    let relay = descriptor.iroh_relay.as_ref();
    vec![
        field("transport", descriptor.transport),
        field("issued_at_ms", descriptor.issued_at_ms),
        field("services", descriptor.services),
        field("addresses", descriptor.addresses.join(" ")),
        field("stun", descriptor.stun.join(" ")),
        field("turn", descriptor.turn.join(" ")),
        field("iroh_relay", relay.map(|relay| relay.url.clone()).unwrap_or_default()),
        field("notice", &descriptor.notice),
        bytes("descriptor", &descriptor.sign(&samples::transport_key(3))),
    ]
}

fn bootstrap_link(link: &BootstrapLink) -> Fields {
    vec![
        field("transport", link.transport),
        field("addresses", link.addresses.join(" ")),
        field("services", link.services),
        field("link", link),
    ]
}

fn request_frame() -> Fields {
    let frame = samples::request_frame();
    vec![
        bytes("tag", &frame.tag),
        bytes("mac", &frame.mac),
        bytes("envelope", &frame.envelope),
        bytes("frame", &frame.encode()),
    ]
}

fn public_address() -> Fields {
    let (link, bundle) = (samples::public_address(), samples::public_bundle());
    let (sealed, hash) = bundle.seal(&samples::device_key(1), &link);
    vec![
        field("account", bundle.log.account()),
        field("week", samples::WEEK),
        bytes("secret", link.secret()),
        field("slot", link.slot()),
        bytes("tag", &link.tag()),
        bytes("owner_secret", &[5; 32]),
        bytes("owner_token", &kith_wire::invite::address_token(&[5; 32], samples::WEEK)),
        field("work_bits", bundle.work_bits),
        field("created_at_ms", bundle.created_at_ms),
        bytes("bundle_hash", &hash),
        bytes("sealed_bundle", &sealed),
    ]
}

fn public_request() -> Fields {
    let (frame, task, found) = samples::public_request();
    let nonce = frame.work.map_or(0, |work| work.nonce);
    vec![
        bytes("bundle_hash", &task.bundle),
        bytes("session", &task.session),
        field("nonce", nonce),
        field("work_bits", found),
        bytes("frame", &frame.encode()),
    ]
}
