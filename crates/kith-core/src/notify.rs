//! Whether one is told outside the window of what has happened, and what of it may be said. One function decides, for the
//! node and for whoever shows it.

use kith_api::views::{NotifyContent, NotifyRule};

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// Somebody wrote.
    Message,
    /// Somebody wrote what names me.
    Mention,
    /// A stranger asks to be a contact.
    Request,
}

/// Whether nothing is to be told for a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Quiet {
    /// It is not.
    #[default]
    No,
    /// Quiet hours, which mentions may break.
    ButMentions,
    /// Not to be disturbed, or quiet hours that nothing breaks.
    Yes,
}

/// Where a person looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Looking {
    /// Not at Kith, as far as is known.
    #[default]
    Elsewhere,
    /// At Kith, but not at this.
    Near,
    /// At it.
    There,
}

/// What the decision rests on. A node does not know where a person looks and whether the screen is locked, and leaves that
/// at its default: who shows it decides again with all of it, and never tells more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// What has happened.
    pub what: Happened,
    /// Notifications are wanted here at all.
    pub on: bool,
    /// With a sound.
    pub sound: bool,
    /// The rule of the chat; it says nothing about requests.
    pub rule: NotifyRule,
    /// The chat is muted.
    pub muted: bool,
    /// Whether it is to be quiet.
    pub quiet: Quiet,
    /// Where the person looks.
    pub looking: Looking,
    /// The screen is locked.
    pub locked: bool,
    /// How much may be said.
    pub content: NotifyContent,
    /// It is one of several that were written while nobody was here.
    pub late: bool,
}

impl Facts {
    /// The usual of everything.
    #[must_use]
    pub fn of(what: Happened) -> Self {
        Self {
            what,
            on: true,
            sound: true,
            rule: NotifyRule::All,
            muted: false,
            quiet: Quiet::No,
            looking: Looking::Elsewhere,
            locked: false,
            content: NotifyContent::Text,
            late: false,
        }
    }
}

/// How something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// With a sound.
    pub sound: bool,
    /// What may be said.
    pub content: NotifyContent,
    /// Together with others that come now.
    pub together: bool,
}

/// How one is told, if at all.
#[must_use]
pub fn decide(facts: &Facts) -> Option<Told> {
    let Facts { what, on, sound, rule, muted, quiet, looking, locked, content, late } = *facts;
    // Nobody looks at a locked screen.
    let looking = if locked { Looking::Elsewhere } else { looking };
    let of_chat = what != Happened::Request;
    let wanted = match rule {
        NotifyRule::All => true,
        NotifyRule::Mentions => what == Happened::Mention,
        NotifyRule::Nothing => false,
    };
    let disturbs = match quiet {
        Quiet::No => true,
        Quiet::ButMentions => what == Happened::Mention,
        Quiet::Yes => false,
    };
    if !on || looking == Looking::There || !disturbs || of_chat && (muted || !wanted) {
        return None;
    }
    let allowed = match what {
        _ if locked => NotifyContent::Nothing,
        // What strangers write is not put before anybody's eyes.
        Happened::Request => NotifyContent::Name,
        Happened::Message | Happened::Mention => NotifyContent::Text,
    };
    Some(Told {
        sound: sound && of_chat && looking == Looking::Elsewhere,
        content: content.min(allowed),
        together: late && of_chat,
    })
}
