//! Stands in for a crate that only WebAssembly builds use, so that libp2p and eframe resolve together.
