//! Keeping what the process has in memory out of files and away from other programs.

use std::io;

/// Forbids core dumps of this process, which would have keys and messages in them; on Linux, also reading its memory by
/// other programs of the same user. Call it first in `main`: it counts for the whole process, so the node leaves it to
/// the program.
///
/// # Errors
/// The system refused. The process can go on; its memory is then as open as any other's.
pub fn forbid_core_dumps() -> io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    }
    Ok(())
}
