//! The line below a message of mine that was not sent, or given up: why, and what can be done about it.

use egui::{Align, Label, Layout, Rect, Ui, UiBuilder, WidgetText, pos2};
use kith_node::views::MessageState;

use super::{
    bubble::MARGIN,
    data::{Bubble, Progress},
};
use crate::{
    action::Action,
    cx::Cx,
    model::{Sheet, can_write_to},
    theme::Type,
    widgets::link_button,
};

/// Room for the line.
const HEIGHT: f32 = 30.0;
/// It is no longer than that.
const WIDTH: f32 = 420.0;
/// The node gives up after 30 days; a message this old has waited as long.
const LATE_MS: u64 = 29 * 86_400_000;

/// How much room it takes below a message.
pub(super) fn height(bubble: &Bubble) -> f32 {
    let there = matches!(bubble.progress, Progress::Refused(_) | Progress::State(MessageState::Failed));
    if there { HEIGHT } else { 0.0 }
}

/// Why a message was given up, as far as it is known.
pub(super) fn why(cx: &Cx<'_>, bubble: &Bubble) -> String {
    let known = cx.model.open_chat().is_some_and(|chat| cx.model.contact_of(chat).is_some());
    let late = cx.model.now.saturating_sub(bubble.at) >= LATE_MS;
    cx.t(match (known, late) {
        (false, _) => "failed-removed",
        (true, true) => "failed-late",
        (true, false) => "failed-other",
    })
}

/// Words alone can be sent anew, to somebody who can be written to.
fn can_go_again(cx: &Cx<'_>, bubble: &Bubble) -> bool {
    let words = bubble.text.is_some() && bubble.poll.is_none() && bubble.sticker.is_none();
    let contact = cx.model.open_chat().and_then(|chat| cx.model.contact_of(chat));
    words && bubble.introduction.is_none() && contact.is_some_and(can_write_to)
}

/// Below `rect`.
pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, bubble: &Bubble, rect: Rect) {
    let Some(chat) = cx.model.open_chat().map(|chat| chat.chat) else { return };
    let (row, rtl) = (ui.max_rect(), cx.lang.rtl());
    let (left, right) = if rtl {
        (rect.left(), (rect.left() + WIDTH).min(row.right() - MARGIN))
    } else {
        ((rect.right() - WIDTH).max(row.left() + MARGIN), rect.right())
    };
    let line = Rect::from_min_max(pos2(left, rect.bottom()), pos2(right, rect.bottom() + HEIGHT));
    let layout = if rtl { Layout::left_to_right(Align::Center) } else { Layout::right_to_left(Align::Center) };
    let mut child = ui.new_child(UiBuilder::new().max_rect(line).layout(layout));
    let says = match (&bubble.progress, bubble.id) {
        (Progress::Refused(error), _) => {
            if link_button(&mut child, cx, &cx.t("message-discard")).clicked() {
                cx.act(Action::Discard(chat, bubble.local));
            }
            if link_button(&mut child, cx, &cx.t("message-retry")).clicked() {
                cx.act(Action::Retry(chat, bubble.local));
            }
            cx.t(error)
        }
        (Progress::State(MessageState::Failed), Some(id)) => {
            if link_button(&mut child, cx, &cx.t("message-discard")).clicked() {
                cx.act(Action::OpenSheet(Sheet::DeleteMessage(id)));
            }
            if can_go_again(cx, bubble) && link_button(&mut child, cx, &cx.t("message-again")).clicked() {
                cx.act(Action::SendAgain(id));
            }
            why(cx, bubble)
        }
        _ => return,
    };
    let text = WidgetText::from(cx.theme.text(says, Type::CAPTION, cx.tokens().danger));
    child.add(Label::new(text).selectable(false).truncate());
}
