//! Dialogs of the desktop for files.

use std::path::Path;

use crate::{action::Action, model::PictureFrom};

const ENDING: &str = "kithbak";

/// Lets a person choose where a backup goes; `offered` is where it would go else.
pub(crate) fn save(offered: &str) -> Option<Action> {
    let offered = Path::new(offered);
    let mut dialog = rfd::FileDialog::new().add_filter("Kith", &[ENDING]);
    if let Some(folder) = offered.parent().filter(|folder| folder.is_dir()) {
        dialog = dialog.set_directory(folder);
    }
    if let Some(name) = offered.file_name().and_then(|name| name.to_str()) {
        dialog = dialog.set_file_name(name);
    }
    chosen(&dialog.save_file()?)
}

/// Lets a person choose where backups go.
pub(crate) fn folder() -> Option<Action> {
    chosen(&rfd::FileDialog::new().pick_folder()?)
}

/// Lets a person choose a backup.
pub(crate) fn backup() -> Option<Action> {
    chosen(&rfd::FileDialog::new().add_filter("Kith", &[ENDING]).pick_file()?)
}

/// Lets a person choose a picture for one of their own.
pub(crate) fn picture() -> Option<Action> {
    let path = rfd::FileDialog::new().add_filter("", &["png", "jpg", "jpeg", "webp"]).pick_file()?;
    Some(Action::TakePicture(PictureFrom::File(path.to_str()?.to_owned())))
}

fn chosen(path: &Path) -> Option<Action> {
    Some(Action::BackupTo(path.to_str()?.to_owned()))
}
