//! Which markers belong together.

use super::step;

/// What a run consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Star,
    Underscore,
    Tildes,
    Bars,
}

impl Mark {
    /// How many bytes a unit of it has.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Star | Self::Underscore => 1,
            Self::Tildes | Self::Bars => 2,
        }
    }
}

/// Markers next to each other, a token each: one to three stars, or one of another kind.
pub(super) struct Run {
    pub(super) mark: Mark,
    /// The first of its tokens.
    pub(super) first: usize,
    pub(super) units: usize,
    /// Whether it may begin something.
    pub(super) opens: bool,
    /// Whether it may end something.
    pub(super) closes: bool,
}

/// What a pair does to what it encloses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Bold,
    Italic,
    Strike,
    Spoiler,
}

/// What a token does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// Nothing; it is text.
    None,
    /// It is the second character of a marker.
    Inner,
    /// An effect begins in front of it.
    Open(Effect),
    /// An effect ends behind it.
    Close(Effect),
}

/// A run that waits for its partner. Units are used up from the last one on.
struct Opener {
    mark: Mark,
    first: usize,
    units: usize,
}

struct Pairing {
    waiting: Vec<Opener>,
    /// How many of them there are of one, two and three stars, underscores, tildes and bars, so that nobody looks for
    /// one that is not there.
    counts: [usize; 6],
    edges: Vec<Edge>,
}

/// Pairs runs, the innermost first; one that would cross a pair is text. Returns what each of the tokens does.
pub(super) fn pair(runs: &[Run], tokens: usize) -> Vec<Edge> {
    let mut pairing = Pairing { waiting: Vec::new(), counts: [0; 6], edges: vec![Edge::None; tokens] };
    for run in runs {
        let used = if run.closes { pairing.close(run) } else { 0 };
        if run.opens && used < run.units {
            let (first, units) = (run.first.saturating_add(used), run.units.saturating_sub(used));
            pairing.wait(Opener { mark: run.mark, first, units });
        }
    }
    pairing.edges
}

impl Pairing {
    /// Ends what the run can end, and tells how many of its units it took.
    fn close(&mut self, run: &Run) -> usize {
        let mut used: usize = 0;
        while used < run.units {
            let left = run.units.saturating_sub(used);
            if !self.has_partner(run.mark, left) {
                break;
            }
            let Some(opener) = self.pop() else { break };
            if !fits(opener.mark, opener.units, run.mark, left) {
                continue;
            }
            let units = opener.units.min(left);
            let rest = opener.units.saturating_sub(units);
            self.join(run.mark, opener.first.saturating_add(rest), run.first.saturating_add(used), units);
            used = used.saturating_add(units);
            if rest > 0 {
                self.wait(Opener { units: rest, ..opener });
            }
        }
        used
    }

    fn has_partner(&self, mark: Mark, units: usize) -> bool {
        let count = |of: usize| slot(mark, of).and_then(|slot| self.counts.get(slot)).is_some_and(|count| *count > 0);
        (1..=3).any(|of| fits(mark, of, mark, units) && count(of))
    }

    fn wait(&mut self, opener: Opener) {
        if let Some(count) = slot(opener.mark, opener.units).and_then(|slot| self.counts.get_mut(slot)) {
            *count = count.saturating_add(1);
        }
        self.waiting.push(opener);
    }

    fn pop(&mut self) -> Option<Opener> {
        step(1);
        let opener = self.waiting.pop()?;
        if let Some(count) = slot(opener.mark, opener.units).and_then(|slot| self.counts.get_mut(slot)) {
            *count = count.saturating_sub(1);
        }
        Some(opener)
    }

    fn join(&mut self, mark: Mark, open: usize, close: usize, units: usize) {
        let (outer, inner) = match (mark, units) {
            (Mark::Star, 2) => (Effect::Bold, None),
            (Mark::Star, 3) => (Effect::Italic, Some(Effect::Bold)),
            (Mark::Star | Mark::Underscore, _) => (Effect::Italic, None),
            (Mark::Tildes, _) => (Effect::Strike, None),
            (Mark::Bars, _) => (Effect::Spoiler, None),
        };
        let edges = [Some(outer), inner];
        for unit in 0..units {
            let effect = edges.get(unit).copied().flatten();
            self.set(open.saturating_add(unit), effect.map_or(Edge::Inner, Edge::Open));
            let mirrored = close.saturating_add(units).saturating_sub(unit).saturating_sub(1);
            self.set(mirrored, effect.map_or(Edge::Inner, Edge::Close));
        }
    }

    fn set(&mut self, token: usize, edge: Edge) {
        if let Some(place) = self.edges.get_mut(token) {
            *place = edge;
        }
    }
}

/// Whether an opener and what is left of a closer make a pair: as many of the same, or three stars and any.
fn fits(open: Mark, open_units: usize, close: Mark, close_units: usize) -> bool {
    open == close && (open_units == close_units || open_units == 3 || close_units == 3)
}

fn slot(mark: Mark, units: usize) -> Option<usize> {
    match mark {
        Mark::Star => units.checked_sub(1).filter(|slot| *slot < 3),
        Mark::Underscore => (units == 1).then_some(3),
        Mark::Tildes => (units == 1).then_some(4),
        Mark::Bars => (units == 1).then_some(5),
    }
}
