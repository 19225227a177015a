//! Fuzzes `kith_wire::fuzz::fuzz_service_descriptor`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kith_wire::fuzz::fuzz_service_descriptor(data));
