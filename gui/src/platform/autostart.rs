//! Starting along with the desktop: a file in the folder the XDG autostart specification names.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// Whether the desktop starts this program.
pub(crate) fn is_on() -> bool {
    file().is_some_and(|file| file.exists())
}

/// Makes the desktop start this program in the background, or not any more.
pub(crate) fn set(on: bool) -> io::Result<()> {
    let file = file().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no home folder"))?;
    if !on {
        return match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    // Inside an AppImage the program's own path is gone when it ends.
    let program = env::var_os("APPIMAGE").map_or_else(env::current_exe, |path| Ok(path.into()))?;
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    // Without FUSE an AppImage unpacks itself, if it is told to.
    let unpacks = env::var_os("APPIMAGE_EXTRACT_AND_RUN").is_some();
    fs::write(file, entry(&program, unpacks))
}

fn file() -> Option<PathBuf> {
    Some(directories::BaseDirs::new()?.config_dir().join("autostart/org.kith.Kith.desktop"))
}

fn entry(program: &Path, unpacks: bool) -> String {
    let mut quoted = String::new();
    for c in program.to_string_lossy().chars() {
        // As the Desktop Entry specification wants it in quotes, and a percent sign doubled; a value as a whole doubles
        // backslashes once more.
        match c {
            '"' | '`' | '$' => quoted.extend(["\\\\", &c.to_string()]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            c => quoted.push(c),
        }
    }
    let with = if unpacks { "env APPIMAGE_EXTRACT_AND_RUN=1 " } else { "" };
    format!(
        "[Desktop Entry]\nType=Application\nName=Kith\nIcon=org.kith.Kith\nExec={with}\"{quoted}\" --background\n\
         X-GNOME-Autostart-enabled=true\n"
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn odd_paths_are_quoted() {
        let entry = super::entry(Path::new("/opt/my apps/100%/ki\"t$h"), false);
        assert!(entry.contains("\nExec=\"/opt/my apps/100%%/ki\\\\\"t\\\\$h\" --background\n"), "{entry}");
        let entry = super::entry(Path::new("/opt/Kith.AppImage"), true);
        assert!(
            entry.contains("\nExec=env APPIMAGE_EXTRACT_AND_RUN=1 \"/opt/Kith.AppImage\" --background\n"),
            "{entry}"
        );
    }
}
