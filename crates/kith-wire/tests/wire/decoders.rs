//! I14: whatever bytes come, no decoder panics, and what it takes survives encoding. Walks the table the fuzzer uses.

use kith_wire::fuzz::{TARGETS, fuzz_link};
use kith_wire::limits::FRAME_MAX;
use kith_wire::{Envelope, InviteBundle, frame};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::samples;

/// A valid example of everything any target decodes; each target gets all of them, changed.
pub(crate) fn examples() -> Vec<Vec<u8>> {
    let mut all = vec![
        samples::log().encode(),
        samples::link().to_string().into_bytes(),
        samples::bootstrap_link().to_string().into_bytes(),
        samples::log().account().to_string().into_bytes(),
        samples::link().slot().to_string().into_bytes(),
        samples::private_link().to_string().into_bytes(),
        samples::descriptor().sign(&samples::transport_key(3)),
        samples::card().sign(&samples::transport_key(1)),
        samples::hello().encode(),
        samples::request_frame().encode(),
        samples::public_request().0.encode(),
        frame::encode(&samples::hello().encode(), FRAME_MAX).unwrap(),
        sealed_for_the_fuzzer(),
    ];
    for (_, body) in samples::bodies() {
        all.push([&[body.kind() as u8], body.encode().as_slice()].concat());
        all.push(samples::inner(body).encode().to_vec());
    }
    for (_, header) in samples::headers() {
        all.push(Envelope::seal(&header, &samples::envelope_key(), &samples::olm_message()).unwrap());
    }
    all.extend(samples::slot_requests().map(|(_, request)| request.encode()));
    all.extend(samples::slot_responses().map(|(_, response)| response.encode()));
    all.extend(samples::services_requests().map(|(_, request)| request.encode()));
    all.extend(samples::services_responses().map(|(_, response)| response.encode()));
    all.extend(samples::mailbox_requests().map(|(_, operation, key)| samples::mailbox_request(&operation, &key)));
    all.extend(samples::mailbox_responses().map(|(_, response)| response.encode()));
    all.extend(samples::answers().map(|(_, answer)| answer.encode()));
    all
}

fn sealed_for_the_fuzzer() -> Vec<u8> {
    let parts = kith_wire::BundleParts {
        name: "Ada".to_owned(),
        log: samples::log(),
        device: samples::device(1).device,
        one_time: samples::device(1).olm,
        kem: samples::kem(1).public(),
        addresses: samples::addresses(),
        queues: samples::queues(),
        created_at_ms: 0,
        expires_at_ms: None,
        single_use: true,
        work_bits: 0,
    };
    InviteBundle::create(parts, &fuzz_link()).unwrap().seal(&samples::device_key(1), &fuzz_link()).0
}

fn run_all(bytes: &[u8]) {
    for (_, target) in TARGETS {
        target(bytes);
    }
}

#[test]
fn the_examples_themselves() {
    examples().iter().for_each(|bytes| run_all(bytes));
}

#[test]
fn every_truncation() {
    for bytes in examples() {
        let step = bytes.len() / 100 + 1;
        (0..bytes.len()).step_by(step).for_each(|len| run_all(&bytes[..len]));
    }
}

#[test]
fn oversize() {
    for first in [0, 1, b'k', b'a', 0x0a] {
        let mut bytes = vec![first; 300 * 1024];
        run_all(&bytes);
        bytes.splice(..9, *b"kith:i/1/");
        run_all(&bytes);
        bytes.splice(..9, [1, 0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        run_all(&bytes);
    }
}

#[test]
fn the_fuzzer_has_a_binary_for_each_target() {
    let folder = std::path::Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("../../tests/fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        let binary = std::fs::read_to_string(folder.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(binary.contains(&format!("kith_wire::fuzz::fuzz_{name}(")), "{name} fuzzes something else");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in the manifest");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn arbitrary_bytes(bytes in vec(any::<u8>(), 0..600), version: bool) {
        run_all(&bytes);
        run_all(&[&[u8::from(version)], bytes.as_slice()].concat());
    }

    #[test]
    fn changed_examples(
        which in any::<prop::sample::Index>(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        insert in any::<Option<(prop::sample::Index, u8)>>(),
    ) {
        let examples = EXAMPLES.get_or_init(examples);
        let mut bytes = examples[which.index(examples.len())].clone();
        for (position, value) in changes {
            let at = position.index(bytes.len());
            bytes[at] = value;
        }
        if let Some((position, value)) = insert {
            bytes.insert(position.index(bytes.len()), value);
        }
        run_all(&bytes);
    }
}

static EXAMPLES: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
