//! Fuzzes `kith_wire::fuzz::fuzz_services_request`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kith_wire::fuzz::fuzz_services_request(data));
