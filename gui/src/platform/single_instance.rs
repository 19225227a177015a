//! A second start shows the first window instead, and hands its link over.

use std::{
    io::{self, BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
};

use crate::action::Action;

/// Longer lines are not read: a link has at most 4 KiB.
const LINE_MAX: u64 = 8 * 1024;

/// What a start finds.
pub enum Found {
    /// This is the first; it has to listen.
    First(Listener),
    /// There is one, and it was told.
    Told,
}

#[cfg(unix)]
pub use unix::Listener;

#[cfg(unix)]
mod unix {
    use std::{
        os::unix::{
            fs::PermissionsExt as _,
            net::{UnixListener, UnixStream},
        },
        time::Duration,
    };

    use super::*;

    /// Hears of further starts on the same profile.
    pub struct Listener {
        listener: UnixListener,
        path: PathBuf,
    }

    /// Looks for a window on `profile` and tells it about `link`.
    ///
    /// # Errors
    /// If there is none and none can be announced either.
    pub fn find(profile: &Path, link: Option<&str>) -> io::Result<Found> {
        let path = socket(profile)?;
        if let Ok(mut stream) = UnixStream::connect(&path) {
            stream.set_write_timeout(Some(Duration::from_secs(2)))?;
            writeln!(stream, "{}", link.unwrap_or("show"))?;
            return Ok(Found::Told);
        }
        // Left behind by a window that did not end in order.
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        Ok(Found::First(Listener { listener, path }))
    }

    /// In the folder of the session, which only its owner can enter.
    fn socket(profile: &Path) -> io::Result<PathBuf> {
        let folders = directories::ProjectDirs::from("", "", "kith")
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no home folder"))?;
        let folder = folders.runtime_dir().unwrap_or_else(|| folders.cache_dir()).to_owned();
        std::fs::create_dir_all(&folder)?;
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))?;
        Ok(folder.join(format!("window-{:016x}.sock", crate::platform::window_state::name_of(profile))))
    }

    impl Listener {
        /// Hears until the window ends. Blocks.
        pub(crate) fn listen(&self, tell: &impl Fn(Action)) {
            for stream in self.listener.incoming() {
                let Ok(stream) = stream else { continue };
                let _no_limit = stream.set_read_timeout(Some(Duration::from_secs(2)));
                let mut line = String::new();
                let mut reader = BufReader::new(io::Read::take(stream, LINE_MAX));
                if reader.read_line(&mut line).is_ok() {
                    tell(super::asked(line.trim()));
                }
            }
        }
    }

    impl Drop for Listener {
        fn drop(&mut self) {
            let _gone = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(unix)]
pub use unix::find;

/// What a line of another start asks for.
fn asked(line: &str) -> Action {
    if line.starts_with("kith:") { Action::OpenLink(line.to_owned()) } else { Action::Show }
}
