//! Going through messages with the keyboard: Tab leads to one message, the arrows to the others.

use egui::{EventFilter, Id, Key, Modifiers, Popup, Ui};

use super::data::Item;
use crate::widgets::timeline::{RowKey, Timeline};

/// Where the keyboard is among the messages.
#[derive(Default)]
pub(super) struct Steer {
    current: Option<RowKey>,
    /// The focus goes to `current` as soon as it is laid out.
    wanted: bool,
    /// `current` was laid out in this frame and in the one before.
    seen: (bool, bool),
    /// The lowest message laid out in this frame, and in the one before.
    lowest: (Option<RowKey>, Option<RowKey>),
}

/// What a key did.
#[derive(PartialEq)]
pub(super) enum Went {
    Nowhere,
    /// Below the newest message.
    Below,
}

/// What names the message of a row.
pub(super) fn id(key: RowKey) -> Id {
    Id::unique(("message", key))
}

fn messages(items: &[(RowKey, Item)]) -> impl DoubleEndedIterator<Item = RowKey> {
    items.iter().filter(|(_, item)| matches!(item, Item::Message(_))).map(|(key, _)| *key)
}

/// The message after the last one before `gone` that stays, or that one if it is the newest.
fn in_place_of(gone: RowKey, before: &[RowKey], after: &[RowKey]) -> Option<RowKey> {
    let mut earlier = before.iter().rev().skip_while(|key| **key != gone);
    let place = earlier.find_map(|key| after.iter().position(|stays| stays == key));
    after.get(place.map_or(0, |place| place + 1)).or(after.last()).copied()
}

impl Steer {
    /// Whether the Tab key leads to this message.
    pub(super) fn is_current(&self, key: RowKey) -> bool {
        self.target() == Some(key)
    }

    fn target(&self) -> Option<RowKey> {
        if self.seen.1 || self.wanted { self.current } else { self.lowest.1 }
    }

    /// To be called for every message that was laid out.
    pub(super) fn shown(&mut self, ui: &Ui, key: RowKey, pressed: bool) {
        self.lowest.0 = Some(key);
        if pressed {
            self.current = Some(key);
        }
        if self.current != Some(key) {
            return;
        }
        self.seen.0 = true;
        if std::mem::take(&mut self.wanted) {
            ui.memory_mut(|memory| memory.request_focus(id(key)));
        }
    }

    /// To be called before rows change: where the message the keyboard is at goes away, because it was deleted or
    /// because it has its lasting name now, the keyboard goes on with what stands in its place.
    pub(super) fn follow(&mut self, ui: &Ui, before: &[(RowKey, Item)], after: &[(RowKey, Item)]) {
        let at = if self.seen.0 || self.wanted { self.current } else { self.lowest.0 };
        let Some(gone) = at.filter(|at| !after.iter().any(|(key, _)| key == at)) else { return };
        let (before, after): (Vec<_>, Vec<_>) = (messages(before).collect(), messages(after).collect());
        let next = in_place_of(gone, &before, &after);
        if self.current == at {
            self.current = next;
        }
        if self.lowest.0 == at {
            self.lowest.0 = next;
        }
        if let Some(next) = next.filter(|_| ui.memory(|memory| memory.has_focus(id(gone)))) {
            // At once: a key pressed in this frame is for it.
            ui.memory_mut(|memory| memory.request_focus(id(next)));
        }
    }

    /// Takes the arrows, if a message has the focus, before the messages are laid out.
    /// `wanted`: one of them is to get it.
    pub(super) fn keys(&mut self, ui: &Ui, items: &[(RowKey, Item)], timeline: &mut Timeline, wanted: bool) -> Went {
        self.seen = (false, self.seen.0);
        self.lowest = (None, self.lowest.0);
        let Some(current) = self.target() else { return Went::Nowhere };
        if !ui.memory(|memory| memory.has_focus(id(current))) {
            if wanted {
                self.go(ui, current, timeline);
            }
            return Went::Nowhere;
        }
        self.current = Some(current);
        self.seen.1 = true;
        if Popup::is_any_open(ui.ctx()) {
            return Went::Nowhere;
        }
        let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id(current), filter));
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let rows = || messages(items);
        let next = if pressed(Key::ArrowUp) {
            rows().take_while(|key| *key != current).last()
        } else if pressed(Key::ArrowDown) {
            let next = rows().skip_while(|key| *key != current).nth(1);
            if next.is_none() {
                return Went::Below;
            }
            next
        } else if pressed(Key::Home) {
            rows().next()
        } else if pressed(Key::End) {
            rows().next_back()
        } else {
            None
        };
        if let Some(next) = next {
            self.go(ui, next, timeline);
        }
        Went::Nowhere
    }

    fn go(&mut self, ui: &Ui, key: RowKey, timeline: &mut Timeline) {
        (self.current, self.wanted) = (Some(key), true);
        timeline.reveal(key);
        ui.ctx().request_repaint();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_away_leaves_the_keyboard_to_what_stands_there() {
        for (before, after, gone, next) in [
            (&[1, 2, 3][..], &[1, 2, 30][..], 3, Some(30)),
            (&[1, 2, 3], &[1, 2, 30, 4], 3, Some(30)),
            (&[1, 2, 3], &[1, 3], 2, Some(3)),
            (&[1, 2, 3], &[1, 2], 3, Some(2)),
            (&[1, 2, 3], &[2, 3], 1, Some(2)),
            (&[1, 2, 3], &[0, 1], 3, Some(1)),
            (&[1, 2, 3], &[8, 9], 2, Some(8)),
            (&[1], &[], 1, None),
        ] {
            assert_eq!(in_place_of(gone, before, after), next, "{before:?} {after:?}");
        }
    }
}
