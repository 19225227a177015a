//! Themes of a person's own: files in the form of `theme/tokens/dark.ron`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::theme::Tokens;

/// A theme is a page of colours; larger files are something else.
const FILE_MAX: u64 = 64 * 1024;
/// More are not offered.
const THEMES_MAX: usize = 24;

/// Where they are looked for.
pub(crate) fn folder() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "kith").map(|folders| folders.config_dir().join("themes"))
}

/// Those that can be read, by file name, and why others cannot.
pub(crate) fn load(folder: &Path) -> (BTreeMap<String, Tokens>, Vec<String>) {
    let (mut themes, mut problems) = (BTreeMap::new(), Vec::new());
    let Ok(entries) = fs::read_dir(folder) else { return (themes, problems) };
    for entry in entries.flatten().take(THEMES_MAX) {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "ron") {
            continue;
        }
        let name = entry.file_name().to_string_lossy().into_owned();
        if !entry.metadata().is_ok_and(|data| data.len() <= FILE_MAX) {
            problems.push(format!("{name}: too large"));
            continue;
        }
        match fs::read_to_string(&path)
            .map_err(|error| error.to_string())
            .and_then(|text| Tokens::parse(&text).map_err(|error| error.to_string()))
        {
            Ok(tokens) => {
                themes.insert(name, tokens);
            }
            Err(error) => problems.push(format!("{name}: {error}")),
        }
    }
    (themes, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_themes_are_offered_and_bad_ones_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let dark = include_str!("../theme/tokens/dark.ron");
        fs::write(folder.path().join("mine.ron"), dark.replace("\"Dark\"", "\"Mine\"")).unwrap();
        fs::write(folder.path().join("faint.ron"), dark.replace("#e9ecf1", "#303030")).unwrap();
        fs::write(folder.path().join("broken.ron"), "(name: 3").unwrap();
        fs::write(folder.path().join("readme.txt"), "no theme").unwrap();
        let (themes, mut problems) = load(folder.path());
        problems.sort();
        assert_eq!(
            themes.iter().map(|(file, theme)| (file.as_str(), theme.name.as_str())).collect::<Vec<_>>(),
            [("mine.ron", "Mine")]
        );
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].starts_with("broken.ron: this is not a theme file"), "{problems:?}");
        assert!(problems[1].contains("contrast"), "{problems:?}");
    }
}
