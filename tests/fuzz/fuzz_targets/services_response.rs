//! Fuzzes `kith_wire::fuzz::fuzz_services_response`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kith_wire::fuzz::fuzz_services_response(data));
