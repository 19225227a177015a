//! The way to a running node.

use kith_node::api::Password;

/// How far the start has got.
#[derive(Debug, Default)]
pub enum Stage {
    /// Looking at the profile folder.
    #[default]
    Opening,
    /// There is no profile yet.
    Onboarding(Onboarding),
    /// The profile has a password.
    Unlock(Unlock),
    /// The node runs.
    Ready,
    /// The profile does not open, or the node has stopped.
    Failed(Failed),
}

/// Why there is nothing to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failed {
    /// What it says, for people.
    pub reason: String,
    /// It is the profile itself: trying again is not likely to help.
    pub lasting: bool,
    /// It is being tried again.
    pub busy: bool,
}

/// Making a profile.
#[derive(Debug, Default)]
pub struct Onboarding {
    /// The page.
    pub step: Step,
    /// The name typed so far.
    pub name: String,
    /// The password typed so far; may stay empty.
    pub password: Password,
    /// What brings an account back.
    pub restoring: Restoring,
    /// The profile is being made.
    pub busy: bool,
    /// Why it was not.
    pub error: Option<String>,
    /// The profile that does not open, which what is brought back replaces.
    pub instead_of: Option<Failed>,
}

/// What brings an account back, as typed so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Restoring {
    /// The 24 words alone, without a backup.
    pub words_only: bool,
    /// The backup.
    pub file: String,
    /// The 24 words open it, not a password.
    pub by_words: bool,
    /// The words, or the password of the backup.
    pub secret: Password,
    /// The name, with the words alone.
    pub name: String,
    /// The password the profile gets here; may stay empty.
    pub password: Password,
    /// A profile is there, and is put aside.
    pub replaces: bool,
}

impl Restoring {
    /// Whether enough was typed to try.
    pub fn is_complete(&self) -> bool {
        let first = if self.words_only { &self.name } else { &self.file };
        !first.trim().is_empty() && !self.secret.as_str().trim().is_empty()
    }
}

/// Pages of [`Onboarding`].
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// What Kith is.
    #[default]
    Welcome,
    /// Name and password.
    You,
    /// What can be brought along from another device.
    Restore,
}

/// Opening a profile that has a password.
#[derive(Debug, Default)]
pub struct Unlock {
    /// Typed so far.
    pub password: Password,
    /// The password is being tried.
    pub busy: bool,
    /// It was wrong, this many times.
    pub wrong: u32,
    /// What else went wrong.
    pub error: Option<String>,
}
