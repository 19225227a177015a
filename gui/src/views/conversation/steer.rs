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
        let rows = || items.iter().filter(|(_, item)| matches!(item, Item::Message(_))).map(|(key, _)| *key);
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
