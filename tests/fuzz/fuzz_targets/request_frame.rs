//! Fuzzes `kith_wire::fuzz::fuzz_request_frame`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kith_wire::fuzz::fuzz_request_frame(data));
