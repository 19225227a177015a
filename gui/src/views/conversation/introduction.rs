//! A suggestion to get to know somebody, in its bubble: what can be said to it, or how far it has come.

use std::sync::Arc;

use egui::{CornerRadius, CursorIcon, Galley, Rect, Role, Sense, Ui, WidgetText, pos2, vec2};
use kith_node::{
    AccountId,
    views::{Introduction, IntroductionState},
};

use super::poll::Ink;
use crate::{
    cx::Cx,
    i18n::{Arg, Lang},
    text::links,
    theme::Type,
    widgets::{focus_ring, tell_choice},
};

const GAP: f32 = 6.0;
const PAD: egui::Vec2 = vec2(12.0, 6.0);

/// A suggestion as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    name: String,
    mine: bool,
    state: IntroductionState,
    account: Option<AccountId>,
}

/// What can be done with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Choice {
    /// Get to know them, or not.
    Answer(bool),
    /// Look at who it was.
    Show(AccountId),
}

/// Laid out for a width.
pub(super) struct Laid {
    choices: Vec<(Choice, String, Arc<Galley>)>,
    foot: Option<Arc<Galley>>,
    size: egui::Vec2,
}

impl Laid {
    pub(super) fn size(&self) -> egui::Vec2 {
        self.size
    }
}

impl Shown {
    pub(crate) fn of(introduction: &Introduction, mine: bool) -> Self {
        Self {
            name: links::safe_name(&introduction.name).into_owned(),
            mine,
            state: introduction.state,
            account: introduction.account,
        }
    }

    /// What stands in the bubble in place of a text.
    pub(crate) fn words(&self, lang: &Lang) -> String {
        let key = if self.mine { "introduction-mine" } else { "introduction-card" };
        lang.with(key, &[("name", Arg::Text(&self.name))])
    }

    fn choices(&self) -> Vec<(Choice, &'static str)> {
        match (self.state, self.account) {
            _ if self.mine => Vec::new(),
            (IntroductionState::Open, _) => {
                vec![(Choice::Answer(true), "introduction-ask"), (Choice::Answer(false), "introduction-dismiss")]
            }
            (IntroductionState::Dismissed, _) => vec![(Choice::Answer(true), "introduction-ask")],
            (IntroductionState::Met, Some(account)) => vec![(Choice::Show(account), "introduction-show")],
            (IntroductionState::Agreed | IntroductionState::Met, _) => Vec::new(),
        }
    }

    /// How far it has come, in words.
    pub(super) fn foot(&self, cx: &Cx<'_>) -> Option<String> {
        let key = match (self.state, self.mine) {
            (IntroductionState::Open, false) => return None,
            (IntroductionState::Open | IntroductionState::Dismissed, true) => "introduction-open-mine",
            (IntroductionState::Dismissed, false) => "introduction-dismissed",
            (IntroductionState::Agreed, true) => "introduction-agreed-mine",
            (IntroductionState::Agreed, false) => "introduction-agreed",
            (IntroductionState::Met, true) => "introduction-met-mine",
            (IntroductionState::Met, false) => "introduction-met",
        };
        Some(cx.with(key, &[("name", Arg::Text(&self.name))]))
    }
}

pub(super) fn lay(ui: &Ui, cx: &Cx<'_>, shown: &Shown, ink: Ink, room: f32) -> Laid {
    let words = |text: &str, style, color, room| {
        let text = cx.theme.paragraph_in(ui, text, style, color, room);
        WidgetText::from(text).into_galley(ui, Some(egui::TextWrapMode::Wrap), room, egui::TextStyle::Body)
    };
    let choice = |(choice, key): (Choice, &str)| {
        let text = cx.with(key, &[("name", Arg::Text(&shown.name))]);
        let galley = words(&text, Type::BODY.weight(600.0), ink.on_bar, room - 2.0 * PAD.x);
        (choice, text, galley)
    };
    let choices: Vec<_> = shown.choices().into_iter().map(choice).collect();
    let foot = shown.foot(cx).map(|text| words(&text, Type::CAPTION, ink.muted, room));
    let mut size = vec2(0.0, 0.0);
    for (_, _, galley) in &choices {
        size = vec2(size.x.max(galley.size().x + 2.0 * PAD.x), size.y + galley.size().y + 2.0 * PAD.y + GAP);
    }
    if let Some(foot) = &foot {
        size = vec2(size.x.max(foot.size().x), size.y + foot.size().y + GAP);
    }
    Laid { choices, foot, size }
}

/// Paints it; what was pressed.
pub(super) fn show(ui: &Ui, cx: &Cx<'_>, laid: &Laid, ink: Ink, at: Rect, sense: Sense) -> Option<Choice> {
    let mut pressed = None;
    let mut y = at.top() + GAP;
    for (n, (choice, text, galley)) in laid.choices.iter().enumerate() {
        let rect = Rect::from_min_size(pos2(at.left(), y), vec2(laid.size.x, galley.size().y + 2.0 * PAD.y));
        y = rect.bottom() + GAP;
        let response = ui.interact(rect, ui.unique_id().with(("choice", n)), sense);
        tell_choice(ui, &response, Role::Button, false, text);
        // The first is what most will want; the other stands back.
        let (fill, color) = if n == 0 { (ink.bar, ink.on_bar) } else { (ink.track, ink.text) };
        let fill = if response.hovered() { fill.gamma_multiply(0.85) } else { fill };
        ui.painter().rect_filled(rect, CornerRadius::same(8), fill);
        ui.painter().galley_with_override_text_color(rect.center() - galley.size() / 2.0, galley.clone(), color);
        focus_ring(ui, cx.theme, &response, rect, 8);
        if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
            pressed = Some(*choice);
        }
    }
    if let Some(foot) = &laid.foot {
        let x = if cx.lang.rtl() { at.left() + laid.size.x - foot.size().x } else { at.left() };
        ui.painter().galley(pos2(x, y), foot.clone(), ink.muted);
    }
    pressed
}
