//! Tests that need a network of their own: the same test again, in a network namespace with one cable.

use std::process::Command;

/// Set in the copy of a test that runs in a network namespace of its own.
const INSIDE: &str = "KITH_TEST_NAMESPACE";
/// The address of the cable.
pub(crate) const ADDRESS: &str = "10.99.0.1/24";
const CABLE: &str = "ip link set lo up && ip link add v0 type veth peer name v1 && ip addr add $0 dev v0 \
                     && ip link set v0 up && ip link set v1 up && ip route add default dev v0 || exit 77; exec \"$@\"";

/// Where a test finds itself.
pub(crate) enum Place {
    /// Alone on a network: here it does its work.
    Inside,
    /// Outside, after its copy inside has passed.
    Done,
    /// Outside, on a machine without network namespaces.
    Nowhere,
}

/// Runs the test of this name again in a namespace. Panics if it fails there, and in CI if there is none.
pub(crate) fn enter(test: &str) -> Place {
    if std::env::var_os(INSIDE).is_some() {
        return Place::Inside;
    }
    let program = std::env::current_exe().expect("this program");
    // Root needs no user namespace, and may have a namespace where nobody may have that one.
    let as_root = rustix::process::geteuid().is_root();
    let outcome = Command::new("unshare")
        .args(if as_root { &["--net"][..] } else { &["--map-root-user", "--net"] })
        .args(["sh", "-c", CABLE, ADDRESS])
        .arg(program)
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .output();
    let why = match outcome {
        Ok(done) if String::from_utf8_lossy(&done.stdout).contains("running 1 test") => {
            let passed = String::from_utf8_lossy(&done.stdout).contains("1 passed");
            assert!(done.status.success() && passed, "{done:?}");
            return Place::Done;
        }
        Ok(done) => format!("{}: {}", done.status, String::from_utf8_lossy(&done.stderr)),
        Err(error) => format!("unshare: {error}"),
    };
    assert!(std::env::var_os("KITH_CI").is_none(), "{test} needs a network namespace: {why}");
    println!("{test} checks less than it should, there is no network namespace: {why}");
    Place::Nowhere
}

/// Changes this namespace: `ip` with these arguments.
pub(crate) fn ip(arguments: &str) {
    let done = Command::new("ip").args(arguments.split(' ')).output().expect("ip");
    assert!(done.status.success(), "ip {arguments}: {done:?}");
}
