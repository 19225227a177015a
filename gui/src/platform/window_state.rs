//! Where the window was: a small file that says nothing about a person, away from the profile, because it has to be
//! known before the profile is open.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// Size and place, in points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct WindowState {
    pub(crate) width: f32,
    pub(crate) height: f32,
    pub(crate) maximized: bool,
}

impl Default for WindowState {
    fn default() -> Self {
        Self { width: 1180.0, height: 760.0, maximized: false }
    }
}

impl WindowState {
    /// What was kept, brought into a sensible range; the default if nothing was.
    pub(crate) fn load(file: Option<&Path>) -> Self {
        let text = file.and_then(|file| fs::read_to_string(file).ok());
        let state: Self = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let within = |value: f32, low: f32, high: f32, other: f32| {
            if value.is_finite() { value.clamp(low, high) } else { other }
        };
        Self {
            width: within(state.width, 360.0, 8000.0, 1180.0),
            height: within(state.height, 480.0, 8000.0, 760.0),
            ..state
        }
    }

    /// Keeps it; the next start does without if that fails.
    pub(crate) fn save(&self, file: Option<&Path>) {
        let Some(file) = file else { return };
        let done = file
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(file, serde_json::to_vec(self).unwrap_or_default()));
        if let Err(error) = done {
            tracing::debug!(%error, "the window's place is not kept");
        }
    }
}

/// The file for windows on this profile.
pub(crate) fn file(profile: &Path) -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "kith")?;
    let state = folders.state_dir().unwrap_or_else(|| folders.cache_dir());
    Some(state.join(format!("window-{:016x}.json", name_of(profile))))
}

/// A number for a path, the same at every start.
pub(crate) fn name_of(path: &Path) -> u64 {
    // FNV-1a, 64 bit: the standard library's hashers promise no stability.
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_comes_back_and_a_broken_file_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep").join("window.json");
        let state = WindowState { width: 900.0, height: 700.0, maximized: true };
        state.save(Some(&file));
        assert_eq!(WindowState::load(Some(&file)), state);
        for broken in ["", "{", r#"{"width":1e39,"height":-4,"maximized":false}"#] {
            fs::write(&file, broken).unwrap();
            let state = WindowState::load(Some(&file));
            assert!(state.width >= 360.0 && state.height >= 480.0, "{broken}: {state:?}");
        }
    }
}
