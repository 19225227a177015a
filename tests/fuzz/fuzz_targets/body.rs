//! Fuzzes `kith_wire::fuzz::fuzz_body`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kith_wire::fuzz::fuzz_body(data));
