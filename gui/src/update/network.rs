//! The network page.

use kith_node::{Command, params};

use super::{Effect, Then};
use crate::{action::Action, model::Model};

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
        other => return Some(other),
    }
    None
}
