//! The files of the repository.

use std::{
    fs,
    path::{Path, PathBuf},
};

use kith_tests::process::workspace;

/// Folders that are made, not written.
const MADE: [&str; 4] = ["target", ".git", "node_modules", "__pycache__"];

/// A file with its path from the root.
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
}

/// Every text file whose name ends in one of `endings`, in order of path.
pub(super) fn files(endings: &[&str]) -> Vec<Source> {
    let root = workspace();
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.sort();
    found
        .into_iter()
        .filter(|path| endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)))
        .filter_map(|path| {
            let text = String::from_utf8(fs::read(&path).expect("a file that was just listed")).ok()?;
            let path = path.strip_prefix(&root).expect("inside the root").to_string_lossy().into_owned();
            Some(Source { path, text })
        })
        .collect()
}

/// A file that has to be there.
pub(super) fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let entry = entry.expect("a readable entry");
        let kind = entry.file_type().expect("a known file type");
        if kind.is_dir() && !MADE.contains(&entry.file_name().to_string_lossy().as_ref()) {
            walk(&entry.path(), found);
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
}

/// Fails with every line of `problems`.
pub(super) fn none(what: &str, problems: &[String]) {
    assert!(problems.is_empty(), "{what}:\n  {}", problems.join("\n  "));
}
