//! Tests of kith-wire through its public interface.

mod calls;
mod caps;
mod check;
mod decoders;
mod envelope;
mod identity;
mod inner;
mod invite;
mod link_preview;
mod memory;
mod recovery;
mod samples;
mod services;
mod stickers;
mod vector_format;
mod vectors;
