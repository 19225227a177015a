//! What becomes of the node when its window is closed.

use super::{Effect, set};
use crate::{
    action::Action,
    model::{Model, Settings, Sheet, Stage},
};

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match action {
        Action::TrayThere(there) => {
            model.background.tray = Some(there);
            // Without a tray nobody could bring it back.
            if model.background.hidden && !there {
                out.push(Effect::Minimize);
            }
        }
        Action::CloseWindow => close(model, out),
        Action::KeepRunning(keep) => {
            model.view.sheet = None;
            set(model, Settings { keep_running: Some(keep), ..model.settings.clone() }, out);
            out.push(if keep { Effect::Hide } else { Effect::Quit });
        }
        Action::Hidden(hidden) => model.background.hidden = hidden,
        Action::Autostart(on) => out.push(Effect::Autostart(on)),
        Action::AutostartIs(on) => model.background.autostart = on,
        other => return Some(other),
    }
    None
}

/// Asks once, where there is a choice.
fn close(model: &mut Model, out: &mut Vec<Effect>) {
    let runs = matches!(model.stage, Stage::Ready) && model.background.tray == Some(true);
    match model.settings.keep_running {
        _ if !runs => out.push(Effect::Quit),
        Some(true) => out.push(Effect::Hide),
        Some(false) => out.push(Effect::Quit),
        None if model.view.sheet == Some(Sheet::Closing) => out.push(Effect::Quit),
        None => model.view.sheet = Some(Sheet::Closing),
    }
}
