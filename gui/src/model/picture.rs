//! Small pictures out of messages, decoded and ready to be drawn.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use kith_node::{ChatId, MessageId};

/// How many pictures are kept; more than are ever on the screen at once.
const KEPT: usize = 32;

/// What a picture belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureOf {
    /// A message.
    Message(MessageId),
    /// What is being written in a conversation.
    Draft(ChatId),
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
pub struct Pictures(VecDeque<(PictureOf, Drawn)>);

impl Pictures {
    /// How far a picture has come, if it was wanted.
    #[must_use]
    pub fn get(&self, of: PictureOf) -> Option<&Drawn> {
        self.0.iter().find(|(other, _)| *other == of).map(|(_, drawn)| drawn)
    }

    /// Notes how far a picture has come.
    pub fn put(&mut self, of: PictureOf, drawn: Drawn) {
        self.drop(of);
        self.0.push_back((of, drawn));
        while self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    /// Forgets a picture.
    pub fn drop(&mut self, of: PictureOf) {
        self.0.retain(|(other, _)| *other != of);
    }
}
