//! What the stories share: the real programs as child processes, clients that speak JSON only, and ears on the wire.
//!
//! Never part of the product. [`process`] starts `kithd` and `kith-bootstrap`, [`rpc`] talks to them as a stranger's
//! program would, [`tap`] records what they say to each other, [`sim`] runs cores in a world of its own, [`lab`] is an internet with
//! NATs, [`sound`] a sound server without hardware. Threads: each test owns its runtime; nothing here
//! outlives a test. Start reading at [`process::Home`].

pub mod lab;
pub mod people;
pub mod process;
pub mod rpc;
pub mod seeds;
pub mod sim;
pub mod sound;
pub mod tap;
