//! Fuzzes `kith_wire::fuzz::fuzz_card`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kith_wire::fuzz::fuzz_card(data));
