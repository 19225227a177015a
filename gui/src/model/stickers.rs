//! A new picture of one's own, as far as it was chosen.

use std::fmt;

use kith_node::{PictureId, is_picture_name};

/// Where a new picture of one's own comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum PictureFrom {
    /// A file.
    File(String),
    /// A file in base64, from the clipboard.
    Clipboard(String),
    /// A message.
    Message(PictureId),
}

impl fmt::Debug for PictureFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PictureFrom")
    }
}

/// A new picture of one's own, as far as it was chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewSticker {
    /// What to call it.
    pub name: String,
    /// Where it comes from.
    pub from: Option<PictureFrom>,
    /// It is being added.
    pub busy: bool,
}

impl NewSticker {
    /// Characters of a name.
    pub const NAME_MAX: usize = 32;

    /// The name as it will be.
    #[must_use]
    pub fn name(&self) -> String {
        self.name.trim().trim_matches(':').to_lowercase()
    }

    /// Whether it may be called so.
    #[must_use]
    pub fn is_named(&self) -> bool {
        is_picture_name(&self.name())
    }

    /// Takes a picture from somewhere; a file has a name already, which is offered.
    pub fn take(&mut self, from: PictureFrom) {
        if self.name.is_empty()
            && let PictureFrom::File(path) = &from
        {
            let stem = std::path::Path::new(path).file_stem().map(|stem| stem.to_string_lossy().to_lowercase());
            let fits = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '+') { c } else { '_' };
            let name: String = stem.unwrap_or_default().chars().map(fits).take(Self::NAME_MAX).collect();
            name.trim_matches('_').clone_into(&mut self.name);
        }
        self.from = Some(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_offers_its_name() {
        let named = |path: &str| {
            let mut new = NewSticker::default();
            new.take(PictureFrom::File(path.into()));
            new.name
        };
        assert_eq!(named("/pictures/My Cat (2).PNG"), "my_cat__2");
        assert_eq!(named("/x/größe.webp"), "größe");
        let mut new = NewSticker { name: ":Cat:".into(), ..NewSticker::default() };
        new.take(PictureFrom::File("/x/dog.png".into()));
        assert_eq!((new.name(), new.is_named()), ("cat".to_owned(), true));
        assert!(!NewSticker { name: "two words".into(), ..NewSticker::default() }.is_named());
    }
}
