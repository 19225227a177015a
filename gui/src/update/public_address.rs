//! Being found by my account, and asking somebody by theirs.

use kith_node::{Command, ErrorCode, params};

use super::{Effect, Then, contacts::edit_add};
use crate::{
    action::Action,
    model::{Model, Preview},
};

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match action {
        Action::PublicAddress(on) => {
            let params = params::PublicAddressParams { on, bits: None };
            out.push(Effect::Call(Command::ContactsPublicAddress(params), Then::Nothing));
        }
        Action::AddCancel => cancel(model, out),
        other => return Some(other),
    }
    None
}

/// Takes a request back that this computer still works for.
fn cancel(model: &mut Model, out: &mut Vec<Effect>) {
    let mut asked = None;
    edit_add(model, |add| {
        if let Preview::Person { account, works: true, .. } = &add.preview
            && std::mem::take(&mut add.busy)
        {
            asked = Some(*account);
        }
    });
    if let Some(account) = asked {
        out.push(Effect::Call(Command::ContactsRemove(params::AccountParams { account }), Then::CalledOff));
    }
}

/// What is said when an address leads to nobody; other errors say it themselves.
pub(super) fn error_key(asked: &str, code: ErrorCode) -> Option<String> {
    (asked.starts_with("kith1") && code == ErrorCode::NotFound).then(|| "error-address-unknown".to_owned())
}
