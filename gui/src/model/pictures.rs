//! Small pictures as pixels: what messages show, and those of one's own.

use std::{collections::BTreeMap, fmt, sync::Arc};

use kith_node::{PictureId, is_picture_name};

/// Bytes of pixels that are kept; what is not on the screen any more goes first, and is asked for again.
const KEPT_MAX: usize = 24 << 20;

/// A decoded picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Its width.
    pub width: usize,
    /// Its height.
    pub height: usize,
    /// Red, green, blue and how opaque, for each from the upper left.
    pub rgba: Vec<u8>,
}

impl fmt::Debug for Pixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pixels").field("width", &self.width).field("height", &self.height).finish_non_exhaustive()
    }
}

/// How it stands with a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picture {
    /// The node was asked for it.
    Asked,
    /// It is here.
    Ready(Arc<Pixels>),
    /// It cannot be shown.
    Broken,
}

/// The pictures that were asked for.
#[derive(Debug, Default)]
pub struct Pictures {
    known: BTreeMap<PictureId, (u64, Picture)>,
    asked: u64,
}

impl Pictures {
    /// One of them; none if nobody asked for it yet.
    pub fn get(&self, id: PictureId) -> Option<&Picture> {
        self.known.get(&id).map(|(_, picture)| picture)
    }

    /// Whether it cannot be shown, as far as is known.
    pub fn is_broken(&self, id: PictureId) -> bool {
        self.get(id) == Some(&Picture::Broken)
    }

    /// Notes that it was asked for; `false`: it was before.
    pub fn ask(&mut self, id: PictureId) -> bool {
        let new = !self.known.contains_key(&id);
        if new {
            self.note(id, Picture::Asked);
        }
        new
    }

    /// It came, or cannot be shown.
    pub fn came(&mut self, id: PictureId, pixels: Option<Pixels>) {
        self.note(id, pixels.map_or(Picture::Broken, |pixels| Picture::Ready(Arc::new(pixels))));
        while self.bytes() > KEPT_MAX {
            let ready = self.known.iter().filter(|(_, (_, picture))| matches!(picture, Picture::Ready(_)));
            let Some(oldest) = ready.min_by_key(|(_, (since, _))| *since).map(|(id, _)| *id) else { return };
            self.known.remove(&oldest);
        }
    }

    fn note(&mut self, id: PictureId, picture: Picture) {
        self.asked += 1;
        self.known.insert(id, (self.asked, picture));
    }

    fn bytes(&self) -> usize {
        let of =
            |(_, picture): &(u64, Picture)| if let Picture::Ready(pixels) = picture { pixels.rgba.len() } else { 0 };
        self.known.values().map(of).sum()
    }
}

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

    fn id(n: u8) -> PictureId {
        PictureId::from_bytes([n; 32])
    }

    #[test]
    fn what_was_asked_for_longest_ago_makes_room() {
        let mut pictures = Pictures::default();
        let pixels = || Some(Pixels { width: 1024, height: 1024, rgba: vec![0; 4 << 20] });
        for n in 0..8 {
            assert!(pictures.ask(id(n)) && !pictures.ask(id(n)));
            pictures.came(id(n), pixels());
        }
        assert_eq!((pictures.get(id(1)), pictures.bytes()), (None, KEPT_MAX));
        assert!(matches!(pictures.get(id(7)), Some(Picture::Ready(_))));
        pictures.came(id(9), None);
        assert!(pictures.is_broken(id(9)) && !pictures.ask(id(9)), "a broken one is not asked for again");
    }

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
