//! Every story in one binary. A story is a file beside this one and a `mod` line here.

mod tidy;
