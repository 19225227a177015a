//! What a call between two people is doing, and what follows from what happens to it.
//!
//! A call is a function: *(role, phase, what happened) → (phase, effects)*. It has no clock and no network: whoever keeps
//! it waits for [`Phase::patience`] and carries out the effects in their order.
//!
//! ```text
//! caller:  Calling → Ringing ──→ Connecting ⇄ Connected ⇄ Reconnecting → Over
//! callee:  Incoming ───────────→ Connecting ⇄ Connected ⇄ Reconnecting → Over
//! ```
//!
//! Nothing of a session exists before the callee accepted: no address is gathered, nothing is sent.

use std::time::Duration;

use kith_wire::CallEnd;

/// How long it rings. Android's dialler and Signal give up after about as long.
const RING: Duration = Duration::from_secs(45);
/// How long a session may take until something is heard: ICE over slow relays, once more after a failure.
const CONNECT: Duration = Duration::from_secs(30);
/// How long a session that was lost may take to come back. A router needs up to a minute to start anew; few people wait for
/// more than half of one in silence.
const RECONNECT: Duration = Duration::from_secs(30);

/// Who called whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// This side.
    Caller,
    /// The other one.
    Callee,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The caller's, before anything came back.
    Calling,
    /// The caller's: it rings on the other side.
    Ringing,
    /// The callee's: it rings here.
    Incoming,
    /// It was answered, and nothing is heard yet.
    Connecting,
    /// They hear each other.
    Connected,
    /// They did, and the way to each other is being looked for again.
    Reconnecting,
    /// It is over.
    Over(Outcome),
}

/// How a call ended, as the side sees it that keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// They talked, and one of them hung up.
    Talked,
    /// The caller gave up before it was answered: one who was called missed it.
    Cancelled,
    /// Who was called did not want it.
    Declined,
    /// Who was called was in another call.
    Busy,
    /// It rang for as long as it rings.
    NoAnswer,
    /// They could not be connected, or lost each other.
    Failed,
    /// Both called each other, and the other of the two calls went on.
    Replaced,
}

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// The person here answers.
    Accept,
    /// The person here hangs up, or does not want it.
    HangUp,
    /// The other side says that it rings there.
    TheyRing,
    /// The other side answered.
    TheyAccept,
    /// The other side says that it is over.
    TheyEnd(CallEnd),
    /// The other side offers a session, or wants to negotiate the one that is there anew.
    Offer,
    /// The other side answers the last offer.
    Answer,
    /// The session leads to the other side.
    Up,
    /// The session does not lead there at the moment.
    Down,
    /// The session has ended by itself.
    Broken,
    /// The patience with the phase is over.
    Late,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Tell the other side that it rings here.
    SayRinging,
    /// Tell the other side that it was answered.
    SayAccept,
    /// Tell the other side that it is over.
    SayEnd(CallEnd),
    /// Open a session and offer it.
    OpenAndOffer,
    /// Open a session that waits for an offer.
    Open,
    /// Give what the other side described to the session.
    Describe,
    /// Look for ways to the other side anew (ICE restart).
    Restart,
    /// Close the session.
    Close,
}

impl Phase {
    /// How a call begins, and what is said about it at once.
    #[must_use]
    pub fn begin(role: Role) -> (Self, &'static [Effect]) {
        match role {
            Role::Caller => (Self::Calling, &[]),
            Role::Callee => (Self::Incoming, &[Effect::SayRinging]),
        }
    }

    /// How long a call may stay like this; then comes [`Happened::Late`].
    #[must_use]
    pub fn patience(self) -> Option<Duration> {
        match self {
            // Together they are as long as it rings: the second begins when the first is not over.
            Self::Calling | Self::Ringing | Self::Incoming => Some(RING),
            Self::Connecting => Some(CONNECT),
            Self::Reconnecting => Some(RECONNECT),
            Self::Connected | Self::Over(_) => None,
        }
    }

    /// Whether there is a session.
    #[must_use]
    pub fn has_session(self) -> bool {
        match self {
            Self::Connecting | Self::Connected | Self::Reconnecting => true,
            Self::Calling | Self::Ringing | Self::Incoming | Self::Over(_) => false,
        }
    }

    /// What follows. What makes no sense in a phase, because it came late, twice or from somebody who breaks the rules,
    /// changes nothing.
    #[must_use]
    pub fn after(self, role: Role, happened: Happened) -> (Self, &'static [Effect]) {
        match self {
            Self::Calling | Self::Ringing => self.after_while_it_rings_there(happened),
            Self::Incoming => self.after_while_it_rings_here(happened),
            Self::Connecting | Self::Connected | Self::Reconnecting => self.after_with_a_session(role, happened),
            Self::Over(_) => (self, &[]),
        }
    }

    fn after_while_it_rings_there(self, happened: Happened) -> (Self, &'static [Effect]) {
        match happened {
            Happened::TheyRing => (Self::Ringing, &[]),
            Happened::TheyAccept => (Self::Connecting, &[Effect::OpenAndOffer]),
            Happened::HangUp => (Self::Over(Outcome::Cancelled), &[Effect::SayEnd(CallEnd::HungUp)]),
            Happened::Late => (Self::Over(Outcome::NoAnswer), &[Effect::SayEnd(CallEnd::NoAnswer)]),
            Happened::TheyEnd(end) => (Self::Over(unanswered(end)), &[]),
            Happened::Accept
            | Happened::Offer
            | Happened::Answer
            | Happened::Up
            | Happened::Down
            | Happened::Broken => (self, &[]),
        }
    }

    fn after_while_it_rings_here(self, happened: Happened) -> (Self, &'static [Effect]) {
        match happened {
            Happened::Accept => (Self::Connecting, &[Effect::SayAccept, Effect::Open]),
            Happened::HangUp => (Self::Over(Outcome::Declined), &[Effect::SayEnd(CallEnd::Declined)]),
            Happened::Late => (Self::Over(Outcome::NoAnswer), &[Effect::SayEnd(CallEnd::NoAnswer)]),
            // For who was called, it makes no difference in which words the caller gave up.
            Happened::TheyEnd(CallEnd::Replaced) => (Self::Over(Outcome::Replaced), &[]),
            Happened::TheyEnd(CallEnd::NoAnswer) => (Self::Over(Outcome::NoAnswer), &[]),
            Happened::TheyEnd(CallEnd::HungUp | CallEnd::Declined | CallEnd::Busy | CallEnd::Failed) => {
                (Self::Over(Outcome::Cancelled), &[])
            }
            Happened::TheyRing
            | Happened::TheyAccept
            | Happened::Offer
            | Happened::Answer
            | Happened::Up
            | Happened::Down
            | Happened::Broken => (self, &[]),
        }
    }

    fn after_with_a_session(self, role: Role, happened: Happened) -> (Self, &'static [Effect]) {
        match happened {
            Happened::Up => (Self::Connected, &[]),
            Happened::Down if self == Self::Connected => match role {
                // One of them looks for a new way, so that two offers do not meet.
                Role::Caller => (Self::Reconnecting, &[Effect::Restart]),
                Role::Callee => (Self::Reconnecting, &[]),
            },
            Happened::Offer | Happened::Answer => (self, &[Effect::Describe]),
            Happened::HangUp => (Self::Over(self.hung_up()), &[Effect::SayEnd(CallEnd::HungUp), Effect::Close]),
            Happened::TheyEnd(CallEnd::Failed) => (Self::Over(Outcome::Failed), &[Effect::Close]),
            Happened::TheyEnd(CallEnd::Replaced) => (Self::Over(Outcome::Replaced), &[Effect::Close]),
            Happened::TheyEnd(CallEnd::HungUp | CallEnd::Declined | CallEnd::Busy | CallEnd::NoAnswer) => {
                (Self::Over(self.hung_up()), &[Effect::Close])
            }
            Happened::Late | Happened::Broken if self == Self::Connected && happened == Happened::Late => (self, &[]),
            Happened::Late | Happened::Broken => {
                (Self::Over(Outcome::Failed), &[Effect::SayEnd(CallEnd::Failed), Effect::Close])
            }
            Happened::Down | Happened::Accept | Happened::TheyRing | Happened::TheyAccept => (self, &[]),
        }
    }

    /// Who hangs up before anything was heard did not talk.
    fn hung_up(self) -> Outcome {
        match self {
            Self::Connected | Self::Reconnecting => Outcome::Talked,
            Self::Calling | Self::Ringing | Self::Incoming | Self::Connecting | Self::Over(_) => Outcome::Cancelled,
        }
    }
}

/// What it means for the caller that who was called ended it before answering.
fn unanswered(end: CallEnd) -> Outcome {
    match end {
        CallEnd::HungUp | CallEnd::Declined => Outcome::Declined,
        CallEnd::Busy => Outcome::Busy,
        CallEnd::NoAnswer => Outcome::NoAnswer,
        CallEnd::Failed => Outcome::Failed,
        CallEnd::Replaced => Outcome::Replaced,
    }
}

#[cfg(test)]
mod tests;
