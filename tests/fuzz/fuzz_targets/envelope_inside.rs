//! Fuzzes `kith_wire::fuzz::fuzz_envelope_inside`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kith_wire::fuzz::fuzz_envelope_inside(data));
