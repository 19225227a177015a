//! The call that rings or goes on, and the one that has just ended.

use kith_node::{
    ChatId, MessageId,
    views::{Call, CallOutcome, CallPhase, CallRecord, CallStats, Chat, Presence},
};

use super::{Model, can_write_to};

/// How long it is said how a call ended.
pub const OVER_MS: u64 = 3_000;
/// How often it is asked how a call goes.
pub const STATS_MS: u64 = 2_000;
/// The bar is drawn with the seconds of the call, some of which come a little early.
const EARLY_MS: u64 = 200;
/// A level is shown in so many steps.
pub const STEPS: u8 = 5;

/// The call that rings or goes on, and the one that has just ended.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Calls {
    /// The one that rings or goes on.
    pub live: Option<Call>,
    /// The one that has just ended, and until when that is said, Unix milliseconds.
    pub over: Option<(Call, u64)>,
    /// The node was asked to call somebody and has not answered.
    pub asked: bool,
    /// How loud I am and the other side is, in [`STEPS`].
    pub levels: (u8, u8),
    /// How it goes, once the node has told.
    pub stats: Option<CallStats>,
    /// When it was last asked how it goes, Unix milliseconds.
    pub stats_at: u64,
}

impl Calls {
    /// A call is in another phase.
    pub fn fold(&mut self, call: Call, now: u64) {
        let known = self.live.as_ref().is_some_and(|live| live.call == call.call);
        if call.phase == CallPhase::Ended {
            // What was called here and on the way there at once goes on as the other call, about which more is said.
            if call.outcome != Some(CallOutcome::Replaced) {
                self.over = Some((call, now + OVER_MS));
            }
            if known {
                self.live = None;
            }
            return;
        }
        if !known {
            (self.levels, self.stats, self.stats_at) = ((0, 0), None, 0);
        }
        (self.over, self.asked) = (None, false);
        self.live = Some(call);
    }

    /// All there are, after events were missed.
    pub fn load(&mut self, calls: Vec<Call>) {
        *self = Self { live: calls.into_iter().find(|call| call.phase != CallPhase::Ended), ..Self::default() };
    }

    /// How loud the two are, from 0 to 100.
    pub fn level(&mut self, call: MessageId, mine: u8, theirs: u8) {
        if self.live.as_ref().is_some_and(|live| live.call == call) {
            self.levels = (step(mine), step(theirs));
        }
    }

    /// The one that rings here.
    #[must_use]
    pub fn incoming(&self) -> Option<&Call> {
        self.live.as_ref().filter(|call| call.phase == CallPhase::Incoming)
    }

    /// The one of the bar: what I called or answered, or what has just ended.
    #[must_use]
    pub fn in_bar(&self) -> Option<&Call> {
        match &self.live {
            Some(call) => Some(call).filter(|call| call.phase != CallPhase::Incoming),
            None => self.over.as_ref().map(|(call, _)| call),
        }
    }

    /// Whether it is time to ask how the call goes.
    #[must_use]
    pub fn wants_stats(&self, now: u64) -> bool {
        let connected = self.live.as_ref().is_some_and(|call| call.phase == CallPhase::Connected);
        connected && now + EARLY_MS >= self.stats_at.saturating_add(STATS_MS)
    }

    /// In how many milliseconds the bar reads differently by itself.
    #[must_use]
    pub fn changes_in(&self, now: u64) -> Option<u64> {
        let Some(call) = &self.live else {
            return self.over.as_ref().map(|(_, until)| until.saturating_sub(now));
        };
        match (call.phase, call.connected_at, call.until) {
            (CallPhase::Connected, Some(since), _) => Some(1000 - now.saturating_sub(since) % 1000),
            (CallPhase::Reconnecting, _, Some(until)) => match until.saturating_sub(now) {
                0 => None,
                left => Some((left - 1) % 1000 + 1),
            },
            _ => None,
        }
    }
}

/// The step in which a level from 0 to 100 is shown: only silence is none.
#[must_use]
pub fn step(level: u8) -> u8 {
    level.min(100).div_ceil(100 / STEPS)
}

/// Whether I was called and it was not me who did not want to talk.
#[must_use]
pub fn is_missed(record: &CallRecord, mine: bool) -> bool {
    let missed = matches!(record.outcome, Some(CallOutcome::Cancelled | CallOutcome::NoAnswer | CallOutcome::Busy));
    missed && !mine
}

/// Whether somebody can be called in a chat at all.
#[must_use]
pub fn can_be_called(model: &Model, chat: &Chat) -> bool {
    model.contact_of(chat).is_some_and(can_write_to)
}

/// Why nobody can be called now, by the key of the text.
#[must_use]
pub fn why_not(model: &Model, chat: ChatId) -> Option<&'static str> {
    if model.calls.live.is_some() || model.calls.asked {
        return Some("call-another");
    }
    if model.me.as_ref().is_some_and(|me| me.presence == Presence::Invisible) {
        return Some("call-invisible");
    }
    let there = model.chats.get(&chat).is_some_and(|chat| can_be_called(model, chat));
    (!there).then_some("call-nobody")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_have_steps_and_only_silence_is_none() {
        let steps: Vec<u8> = [0, 1, 20, 21, 40, 41, 60, 80, 81, 100, 255].into_iter().map(step).collect();
        assert_eq!(steps, [0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 5]);
    }
}
