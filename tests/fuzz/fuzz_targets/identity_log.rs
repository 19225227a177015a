//! Fuzzes `kith_wire::fuzz::fuzz_identity_log`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kith_wire::fuzz::fuzz_identity_log(data));
