//! Every path through the machine, as far as it goes.

use std::collections::BTreeSet;

use super::*;

const ENDS: [CallEnd; 6] =
    [CallEnd::HungUp, CallEnd::Declined, CallEnd::Busy, CallEnd::NoAnswer, CallEnd::Failed, CallEnd::Replaced];

fn all_that_can_happen() -> Vec<Happened> {
    let mut all = vec![
        Happened::Accept,
        Happened::HangUp,
        Happened::TheyRing,
        Happened::TheyAccept,
        Happened::Offer,
        Happened::Answer,
        Happened::Up,
        Happened::Down,
        Happened::Broken,
        Happened::Late,
    ];
    all.extend(ENDS.map(Happened::TheyEnd));
    all
}

/// What somebody who looks on knows of a call.
#[derive(Clone, Copy)]
struct Seen {
    role: Role,
    phase: Phase,
    session: bool,
    accepted: bool,
    heard: bool,
}

fn name(seen: &Seen) -> String {
    format!("{:?} {:?} {} {} {}", seen.role, seen.phase, seen.session, seen.accepted, seen.heard)
}

/// Every state that can be reached, with all that can happen in each.
fn walk(mut each: impl FnMut(Seen, Happened, &[Effect], Seen)) -> usize {
    let begin = |role| Seen { role, phase: Phase::begin(role).0, session: false, accepted: false, heard: false };
    let mut todo = vec![begin(Role::Caller), begin(Role::Callee)];
    let mut known: BTreeSet<String> = todo.iter().map(name).collect();
    while let Some(before) = todo.pop() {
        for happened in all_that_can_happen() {
            let (phase, effects) = before.phase.after(before.role, happened);
            let accepts = match before.role {
                Role::Caller => happened == Happened::TheyAccept,
                Role::Callee => happened == Happened::Accept,
            };
            let mut after = Seen { phase, ..before };
            after.accepted |= accepts && !matches!(before.phase, Phase::Over(_));
            after.heard |= phase == Phase::Connected;
            for effect in effects {
                match effect {
                    Effect::Open | Effect::OpenAndOffer => {
                        assert!(!after.session, "a second session: {} {happened:?}", name(&before));
                        after.session = true;
                    }
                    Effect::Close => {
                        assert!(after.session, "no session to close: {} {happened:?}", name(&before));
                        after.session = false;
                    }
                    Effect::Describe | Effect::Restart => {
                        assert!(after.session, "no session: {} {happened:?}", name(&before));
                    }
                    Effect::SayRinging | Effect::SayAccept | Effect::SayEnd(_) => {}
                }
            }
            each(before, happened, effects, after);
            if known.insert(name(&after)) {
                todo.push(after);
            }
        }
    }
    known.len()
}

#[test]
fn a_session_exists_from_the_answer_to_the_end_and_at_no_other_time() {
    let states = walk(|before, happened, effects, after| {
        let what = format!("{} {happened:?} {effects:?}", name(&before));
        assert_eq!(after.session, after.phase.has_session(), "{what}");
        assert!(after.accepted || !after.session, "nothing is gathered before the answer: {what}");
        assert!(!matches!(after.phase, Phase::Connected) || after.session, "{what}");
    });
    assert!(states > 20, "{states}");
}

#[test]
fn what_is_over_stays_over_and_whatever_else_ends_by_itself() {
    walk(|before, happened, effects, after| {
        let what = format!("{} {happened:?} {effects:?}", name(&before));
        let over = |phase| matches!(phase, Phase::Over(_));
        if over(before.phase) {
            assert!(before.phase == after.phase && effects.is_empty(), "{what}");
            return;
        }
        if matches!(happened, Happened::HangUp | Happened::TheyEnd(_)) {
            assert!(over(after.phase), "{what}");
        }
        if happened == Happened::Late && before.phase.patience().is_some() {
            assert!(over(after.phase), "{what}");
        }
        assert!(before.phase.patience().is_some() || before.phase == Phase::Connected, "nobody waits for ever: {what}");
        // Whoever ends it says so, and nobody repeats what was said to them.
        let said = effects.iter().any(|effect| matches!(effect, Effect::SayEnd(_)));
        let told = matches!(happened, Happened::TheyEnd(_));
        assert_eq!(said, over(after.phase) && !told, "{what}");
    });
}

#[test]
fn only_those_who_heard_each_other_talked() {
    walk(|before, happened, effects, after| {
        let what = format!("{} {happened:?} {effects:?}", name(&before));
        if after.phase == Phase::Over(Outcome::Talked) {
            assert!(after.heard, "{what}");
        }
        if after.heard && matches!(after.phase, Phase::Over(_)) {
            let fits = [Outcome::Talked, Outcome::Failed, Outcome::Replaced].map(Phase::Over);
            assert!(fits.contains(&after.phase), "{what}");
        }
    });
}

/// Both sides of one call, and the words that are on their way between them.
#[derive(Clone)]
struct Both {
    phases: [Phase; 2],
    /// What each side will hear, first word first.
    on_the_way: [Vec<Happened>; 2],
}

impl Both {
    fn begin() -> Self {
        let (caller, _) = Phase::begin(Role::Caller);
        let (callee, said) = Phase::begin(Role::Callee);
        let mut both = Self { phases: [caller, callee], on_the_way: [Vec::new(), Vec::new()] };
        both.say(1, said);
        both
    }

    fn say(&mut self, side: usize, effects: &[Effect]) {
        for effect in effects {
            let heard = match effect {
                Effect::SayRinging => Happened::TheyRing,
                Effect::SayAccept => Happened::TheyAccept,
                Effect::SayEnd(end) => Happened::TheyEnd(*end),
                Effect::OpenAndOffer => Happened::Offer,
                Effect::Describe if self.phases[side] == Phase::Connecting && side == 1 => Happened::Answer,
                Effect::Open | Effect::Describe | Effect::Restart | Effect::Close => continue,
            };
            self.on_the_way[1 - side].push(heard);
        }
    }

    fn happens(&mut self, side: usize, happened: Happened) {
        let role = if side == 0 { Role::Caller } else { Role::Callee };
        let (phase, effects) = self.phases[side].after(role, happened);
        self.phases[side] = phase;
        self.say(side, effects);
    }

    /// It takes two.
    fn is_up(&mut self, side: usize) {
        if self.phases.iter().all(|phase| phase.has_session()) {
            self.happens(side, Happened::Up);
        }
    }

    fn hears(&mut self, side: usize) {
        if !self.on_the_way[side].is_empty() {
            let heard = self.on_the_way[side].remove(0);
            self.happens(side, heard);
        }
    }
}

/// Whatever the two do, in whatever order words arrive: in the end both have it behind them, and agree whether they talked
/// unless they were cut off.
#[test]
fn both_sides_come_to_an_end() {
    const LENGTH: u32 = 6;
    let moves: [fn(&mut Both); 8] = [
        |both| both.happens(1, Happened::Accept),
        |both| both.happens(0, Happened::HangUp),
        |both| both.happens(1, Happened::HangUp),
        |both| both.hears(0),
        |both| both.hears(1),
        |both| both.is_up(0),
        |both| both.is_up(1),
        |both| both.happens(0, Happened::Late),
    ];
    for path in 0..8_usize.pow(LENGTH) {
        let mut both = Both::begin();
        let mut rest = path;
        for _ in 0..LENGTH {
            moves[rest % 8](&mut both);
            rest /= 8;
        }
        for _ in 0..10 {
            both.hears(0);
            both.hears(1);
        }
        for side in [0, 1] {
            both.happens(side, Happened::HangUp);
            both.hears(1 - side);
        }
        let [Phase::Over(caller), Phase::Over(callee)] = both.phases else { panic!("{path}: {:?}", both.phases) };
        let refused = |outcome| matches!(outcome, Outcome::Declined | Outcome::NoAnswer);
        assert!(!(caller == Outcome::Talked && refused(callee)), "{path}: {:?}", both.phases);
        assert!(!(callee == Outcome::Talked && refused(caller)), "{path}: {:?}", both.phases);
    }
}
