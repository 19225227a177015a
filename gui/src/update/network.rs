//! The network page.

use kith_node::{
    Command, params,
    views::{METERED, Metered},
};

use super::{Effect, Then, keep};
use crate::{
    action::Action,
    model::{Model, Stage},
};

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match action {
        Action::TestNetwork => {
            if model.view.network_test != Some(None) {
                model.view.network_test = Some(None);
                out.push(Effect::Call(Command::NetworkTest(params::Nothing {}), Then::Tested));
            }
        }
        Action::BootstrapInput(text) => model.view.bootstrap_input = text,
        Action::AddBootstrap => {
            let address = model.view.bootstrap_input.trim().to_owned();
            if !address.is_empty() {
                let params = params::BootstrapParams { address };
                out.push(Effect::Call(Command::NetworkAddBootstrap(params), Then::BootstrapAdded));
            }
        }
        Action::RemoveBootstrap(address) => {
            let params = params::BootstrapParams { address };
            out.push(Effect::Call(Command::NetworkRemoveBootstrap(params), Then::Say("toast-bootstrap-removed")));
        }
        Action::SeemsMetered(seems) => seems_metered(model, seems, out),
        Action::Metered(set) => {
            model.settings.metered = set;
            keep(METERED, set.into(), out);
        }
        other => return Some(other),
    }
    None
}

/// What the desktop says is told to the node, also to one that is opened later.
fn seems_metered(model: &mut Model, seems: bool, out: &mut Vec<Effect>) {
    model.seems_metered = seems;
    if matches!(model.stage, Stage::Ready) {
        tell_metered(model, out);
    }
}

pub(super) fn tell_metered(model: &Model, out: &mut Vec<Effect>) {
    let metered = Metered { metered: model.seems_metered };
    out.push(Effect::Call(Command::NetworkMetered(metered), Then::Nothing));
}
