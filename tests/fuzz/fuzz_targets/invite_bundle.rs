//! Fuzzes `kith_wire::fuzz::fuzz_invite_bundle`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kith_wire::fuzz::fuzz_invite_bundle(data));
