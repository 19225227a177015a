//! Small pictures, decoded and ready to be drawn: those out of messages, and those of one's own.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use kith_node::{ChatId, MessageId, PictureId};

/// Bytes of pixels that are kept; what was wanted longest ago goes first, and is asked for again when it is seen again.
const KEPT_MAX: usize = 24 << 20;
/// How many pictures it is known how far they have come.
const KNOWN_MAX: usize = 4096;

/// What a picture belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PictureOf {
    /// What is behind a link in a message.
    Message(MessageId),
    /// What is behind a link in what is being written in a conversation.
    Draft(ChatId),
    /// A sticker, or one between words.
    Small(PictureId),
}

/// A picture as it is drawn. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Pixels {
    /// Names it: no other picture ever has the same.
    pub number: u64,
    /// How wide.
    pub width: usize,
    /// How high.
    pub height: usize,
    /// Four bytes each, line by line.
    pub rgba: Arc<[u8]>,
}

impl Pixels {
    /// A picture with a number of its own.
    #[must_use]
    pub fn new(width: usize, height: usize, rgba: Vec<u8>) -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        Self { number: NUMBERS.fetch_add(1, Ordering::Relaxed), width, height, rgba: rgba.into() }
    }
}

impl fmt::Debug for Pixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pixels").field("width", &self.width).field("height", &self.height).finish_non_exhaustive()
    }
}

/// How far a picture has come.
#[derive(Debug, Clone)]
pub enum Drawn {
    /// The node was asked for it.
    Asked,
    /// It is none, or not there any more.
    Broken,
    /// It.
    Here(Pixels),
}

/// The pictures that were wanted last.
#[derive(Debug, Default)]
pub struct Pictures {
    /// With the count of changes at which that was noted.
    known: BTreeMap<PictureOf, (u64, Drawn)>,
    changes: u64,
    bytes: usize,
}

impl Pictures {
    /// How far a picture has come, if it was wanted.
    #[must_use]
    pub fn get(&self, of: PictureOf) -> Option<&Drawn> {
        self.known.get(&of).map(|(_, drawn)| drawn)
    }

    /// Whether it cannot be shown, as far as is known.
    #[must_use]
    pub fn is_broken(&self, of: PictureOf) -> bool {
        matches!(self.get(of), Some(Drawn::Broken))
    }

    /// Notes how far a picture has come.
    pub fn put(&mut self, of: PictureOf, drawn: Drawn) {
        self.drop(of);
        self.bytes += bytes(&drawn);
        self.changes += 1;
        self.known.insert(of, (self.changes, drawn));
        while self.bytes > KEPT_MAX && self.drop_oldest(|drawn| matches!(drawn, Drawn::Here(_))) {}
        while self.known.len() > KNOWN_MAX && self.drop_oldest(|_| true) {}
    }

    /// Forgets a picture.
    pub fn drop(&mut self, of: PictureOf) {
        if let Some((_, drawn)) = self.known.remove(&of) {
            self.bytes -= bytes(&drawn);
        }
    }

    /// Forgets the one of these that was noted first. `false`: there is none.
    fn drop_oldest(&mut self, which: impl Fn(&Drawn) -> bool) -> bool {
        let these = self.known.iter().filter(|(_, (_, drawn))| which(drawn));
        let Some(oldest) = these.min_by_key(|(_, (since, _))| *since).map(|(of, _)| *of) else { return false };
        self.drop(oldest);
        true
    }
}

fn bytes(drawn: &Drawn) -> usize {
    if let Drawn::Here(pixels) = drawn { pixels.rgba.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(n: u16) -> PictureOf {
        let mut id = [0; 32];
        id[..2].copy_from_slice(&n.to_be_bytes());
        PictureOf::Small(PictureId::from_bytes(id))
    }

    #[test]
    fn what_was_wanted_longest_ago_makes_room() {
        let mut pictures = Pictures::default();
        for n in 0..8 {
            pictures.put(of(n), Drawn::Asked);
            pictures.put(of(n), Drawn::Here(Pixels::new(1024, 1024, vec![0; 4 << 20])));
        }
        assert!(pictures.get(of(1)).is_none() && pictures.bytes == KEPT_MAX);
        assert!(matches!(pictures.get(of(7)), Some(Drawn::Here(_))));
        pictures.put(of(9), Drawn::Broken);
        assert!(pictures.is_broken(of(9)), "a broken one is not asked for again");
        pictures.drop(of(7));
        assert!(pictures.get(of(7)).is_none() && pictures.bytes == KEPT_MAX - (4 << 20));
    }

    #[test]
    fn of_broken_ones_only_so_many_are_remembered() {
        let mut pictures = Pictures::default();
        for n in 0..5_000 {
            pictures.put(of(n), Drawn::Broken);
        }
        assert_eq!(pictures.known.len(), KNOWN_MAX);
        assert!(pictures.get(of(0)).is_none() && pictures.is_broken(of(4_999)));
    }
}
