//! The screens. Each is a folder: `data.rs` says what is shown, from the model; `ui.rs` paints it.

pub(crate) mod add_contact;
pub(crate) mod calls;
pub(crate) mod chats;
pub(crate) mod contact;
pub(crate) mod contacts;
pub(crate) mod conversation;
pub mod gallery;
pub(crate) mod network;
pub(crate) mod onboarding;
pub(crate) mod palette;
pub(crate) mod settings;
pub(crate) mod sheets;
pub(crate) mod shell;
pub(crate) mod unlock;
pub(crate) mod welcome;

use egui::Ui;

use crate::{
    cx::Cx,
    model::{Model, Stage},
    widgets,
};

/// What screens remember that is nobody's business but theirs: scroll positions, uncovered spoilers.
#[derive(Default)]
pub(crate) struct Screens {
    pub(crate) conversation: conversation::State,
}

/// Whether a list stands over a field and takes the keys of this frame.
pub(crate) fn offers(ui: &Ui, model: &Model) -> bool {
    model.open_chat().is_some_and(|chat| conversation::completing(ui, chat.chat))
}

/// The whole window.
pub(crate) fn window(ui: &mut Ui, cx: &mut Cx<'_>, screens: &mut Screens) {
    match &cx.model.stage {
        Stage::Opening => {}
        Stage::Onboarding(page) => onboarding::show(ui, cx, page),
        Stage::Unlock(page) => unlock::show(ui, cx, page),
        Stage::Failed(page) => unlock::failed(ui, cx, page),
        Stage::Ready => {
            calls::bar(ui, cx);
            calls::video::show(ui, cx);
            match &cx.model.view.welcome {
                Some(add) => welcome::show(ui, cx, add),
                None => shell::show(ui, cx, screens),
            }
            palette::show(ui, cx);
        }
    }
    sheets::show(ui, cx);
    if matches!(cx.model.stage, Stage::Ready) {
        calls::incoming(ui, cx);
    }
    widgets::toasts(ui, cx);
}
