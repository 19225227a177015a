//! Fuzzes `kith_wire::fuzz::fuzz_request_answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kith_wire::fuzz::fuzz_request_answer(data));
