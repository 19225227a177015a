//! Fuzzes `kith_wire::fuzz::fuzz_bootstrap_link`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kith_wire::fuzz::fuzz_bootstrap_link(data));
