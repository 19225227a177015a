//! I14: what a decoder takes from memory is bounded by what it was given, not by what the bytes claim.

use kith_wire::fuzz::TARGETS;

use crate::decoders::examples;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// What a decoder may use beside copies of its input: keys, hash states, tables.
const FIXED: usize = 64 * 1024;
/// How many copies of its input: the bytes, the decoded value, and the value encoded again by the target.
const COPIES: usize = 6;

fn peak(work: impl FnOnce()) -> usize {
    let _profiler = dhat::Profiler::builder().testing().build();
    work();
    dhat::HeapStats::get().max_bytes
}

/// Examples with length fields that claim everything, and large input of no sense.
fn greedy() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for bytes in examples() {
        for at in (0..bytes.len()).step_by(bytes.len() / 60 + 1) {
            let mut claims = bytes.clone();
            claims.splice(at..(at + 5).min(bytes.len()), [0xff, 0xff, 0xff, 0xff, 0x7f]);
            all.push(claims);
        }
    }
    for first in [0_u8, 1, 0x0a, 0x7f, b'k'] {
        all.push([&[first, 0x0a, 0xff, 0xff, 0xff, 0x7f], vec![first; 1 << 20].as_slice()].concat());
    }
    all
}

#[test]
fn decoders_take_no_more_than_they_were_given() {
    let inputs = greedy();
    for (name, target) in TARGETS {
        for bytes in &inputs {
            let used = peak(|| target(bytes));
            let allowed = COPIES * bytes.len() + FIXED;
            assert!(used <= allowed, "{name} took {used} bytes for {} bytes: {:02x?}", bytes.len(), &bytes[..32]);
        }
    }
}
