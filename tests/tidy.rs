//! Is the repository in order? What documents say about the code, checked against the code.

mod code;
mod docs;
mod metadata;
mod tree;
