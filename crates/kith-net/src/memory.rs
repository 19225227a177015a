//! How much memory this process may have: the machine's, or less in a service or container with a limit.

use std::path::Path;

use libp2p::memory_connection_limits;

const MEMBERSHIP: &str = "/proc/self/cgroup";
const CGROUPS: &str = "/sys/fs/cgroup";

/// This share of what the process may have, in bytes.
pub(crate) fn share(percent: usize) -> usize {
    let physical = memory_connection_limits::Behaviour::with_max_percentage(1.0).max_allowed_bytes();
    // Where there are no control groups, nothing but the machine limits us.
    let allowed = std::fs::read_to_string(MEMBERSHIP).ok().and_then(|text| allowed(Path::new(CGROUPS), &text));
    let total = allowed.map_or(physical, |allowed| allowed.min(physical));
    total / 100 * percent
}

/// The tightest `memory.max` from the control group (version 2) that `membership` names up to `root`. In a container the
/// name may be the one outside, and `root` itself is the container's group.
fn allowed(root: &Path, membership: &str) -> Option<usize> {
    let name = membership.lines().find_map(|line| line.strip_prefix("0::"))?;
    let own = root.join(name.trim_start_matches('/'));
    let groups = own.ancestors().take_while(|group| group.starts_with(root));
    // `max` is no number: no limit.
    groups.filter_map(|group| std::fs::read_to_string(group.join("memory.max")).ok()?.trim().parse().ok()).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tightest_group_counts() {
        let root = tempfile::tempdir().unwrap();
        let group = root.path().join("system.slice/kith.service");
        std::fs::create_dir_all(&group).unwrap();
        let write = |path: &Path, text: &str| std::fs::write(path.join("memory.max"), text).unwrap();
        let membership = "1:name=systemd:/elsewhere\n0::/system.slice/kith.service\n";
        assert_eq!(allowed(root.path(), membership), None);
        write(&group, "2147483648\n");
        assert_eq!(allowed(root.path(), membership), Some(2 << 30));
        write(&root.path().join("system.slice"), "1073741824\n");
        assert_eq!(allowed(root.path(), membership), Some(1 << 30), "a group above");
        write(&group, "max\n");
        assert_eq!(allowed(root.path(), membership), Some(1 << 30));
        assert_eq!(allowed(root.path(), "4:memory:/x\n"), None, "not version 2");
        write(root.path(), "536870912\n");
        for name in ["0::/\n", "0::/outside/the/container\n"] {
            assert_eq!(allowed(root.path(), name), Some(512 << 20), "{name}");
        }
    }

    #[test]
    fn a_share_of_something_is_something() {
        let (all, part) = (share(100), share(70));
        assert!(all > 16 << 20 && part < all && part > all / 2, "{all} {part}");
    }
}
