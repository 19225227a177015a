//! TCP ports a process listens on, as the kernel says it.

use std::{collections::HashSet, fs};

/// A state of `/proc/net/tcp`: it listens.
const LISTEN: &str = "0A";

/// The ports of its listening sockets, over IPv4 and IPv6.
pub(crate) fn listening(pid: u32) -> Vec<u16> {
    let owned: HashSet<String> = fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        // One that was closed since has no target any more.
        .filter_map(|entry| fs::read_link(entry.unwrap().path()).ok())
        .filter_map(|target| Some(target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    ["tcp", "tcp6"]
        .iter()
        .flat_map(|table| {
            let rows = fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap();
            rows.lines().skip(1).filter_map(|row| port(row, &owned)).collect::<Vec<_>>()
        })
        .collect()
}

/// The port of a row, if it listens and is one of `owned`.
fn port(row: &str, owned: &HashSet<String>) -> Option<u16> {
    let fields: Vec<_> = row.split_whitespace().collect();
    let (address, state, inode) = (fields[1], fields[3], fields[9]);
    let number = address.rsplit(':').next()?;
    (state == LISTEN && owned.contains(inode)).then(|| u16::from_str_radix(number, 16).unwrap())
}
