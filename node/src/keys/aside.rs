//! A profile that does not open makes room for another without being lost: its folder gets another name beside it, in
//! one step, with everything in it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::files::flush_folder;

/// What the names of such folders have behind that of the profile, before a number.
const MARK: &str = ".aside-";
/// So many may be there.
const MAX: u32 = 1000;

/// Gives the profile folder another name. The caller has its lock.
///
/// # Errors
/// What the disk says; everything is where it was then.
pub(crate) fn put(folder: &Path) -> io::Result<PathBuf> {
    let folder = fs::canonicalize(folder)?;
    let free = (1..=MAX).filter_map(|number| named(&folder, &number.to_string())).find(|name| !name.exists());
    let to = free.ok_or(io::ErrorKind::AlreadyExists)?;
    fs::rename(&folder, &to)?;
    flush_folder(&to)?;
    Ok(to)
}

/// Puts it back where it was; what is there now has to be empty.
///
/// # Errors
/// What the disk says; the profile is still aside then.
pub(crate) fn back(aside: &Path, folder: &Path) -> io::Result<()> {
    fs::remove_dir(folder)?;
    fs::rename(aside, folder)?;
    flush_folder(folder)
}

/// What was put aside of a profile folder, in order.
pub(crate) fn all(folder: &Path) -> Vec<PathBuf> {
    let Ok(folder) = fs::canonicalize(folder) else { return Vec::new() };
    let beside = folder.parent().and_then(|parent| fs::read_dir(parent).ok()).into_iter().flatten().flatten();
    let is_ours = |name: &str| {
        let number =
            named(&folder, "").and_then(|mark| Some(name.strip_prefix(mark.file_name()?.to_str()?)?.to_owned()));
        number.is_some_and(|number| number.parse::<u32>().is_ok())
    };
    let mut found: Vec<PathBuf> =
        beside.filter(|entry| entry.file_name().to_str().is_some_and(is_ours)).map(|entry| entry.path()).collect();
    found.sort();
    found
}

fn named(folder: &Path, number: &str) -> Option<PathBuf> {
    let mut name = folder.file_name()?.to_owned();
    name.push(MARK);
    name.push(number);
    Some(folder.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_aside_is_whole_found_and_put_back() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("kith");
        for round in ["first", "second"] {
            fs::create_dir_all(folder.join("mail")).unwrap();
            fs::write(folder.join("mail/box"), round).unwrap();
            put(&folder).unwrap();
            assert!(!folder.exists());
        }
        fs::create_dir_all(&folder).unwrap();
        for other in ["kith.aside-", "kith.aside-x", "kith2.aside-1", "kit"] {
            fs::create_dir(home.path().join(other)).unwrap();
        }
        let found = all(&folder);
        let names: Vec<_> = found.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["kith.aside-1", "kith.aside-2"]);
        assert_eq!(fs::read_to_string(found[1].join("mail/box")).unwrap(), "second");
        fs::write(folder.join("kith.db"), "").unwrap();
        assert!(back(&found[0], &folder).is_err(), "not over something");
        fs::remove_file(folder.join("kith.db")).unwrap();
        back(&found[0], &folder).unwrap();
        assert_eq!(fs::read_to_string(folder.join("mail/box")).unwrap(), "first");
        assert_eq!(all(&folder).len(), 1);
    }
}
