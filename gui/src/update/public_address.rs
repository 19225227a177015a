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
pub(super) fn error_key(code: ErrorCode) -> Option<&'static str> {
    (code == ErrorCode::NotFound).then_some("error-address-unknown")
}

#[cfg(test)]
mod tests {
    use kith_node::{ApiError, Reply, params::PreviewReply};

    use super::*;
    use crate::{
        bridge::FromNode,
        model::{
            AddTab, Sheet,
            samples::{account, profile},
        },
        update::update,
    };

    fn answer(model: &mut Model, then: Then, result: Result<Reply, ErrorCode>) {
        let result = result.map_err(|code| ApiError::new(code, "no"));
        let _effects = update(model, Action::Node(FromNode::Reply(then, result)));
    }

    fn calls(effects: &[Effect]) -> Vec<&'static str> {
        let name = |effect: &Effect| if let Effect::Call(command, _) = effect { Some(command.name()) } else { None };
        effects.iter().filter_map(name).collect()
    }

    /// The sheet with somebody's address typed, as part of a sentence.
    fn typed(model: &mut Model) -> String {
        model.me = Some(profile());
        let address = account(2).to_string();
        let _effects = update(model, Action::AddContact(AddTab::Enter));
        let asked = update(model, Action::AddInput(format!("ask {address}, please")));
        assert_eq!(calls(&asked), ["contacts.preview"]);
        address
    }

    fn add(model: &Model) -> &crate::model::AddContact {
        match &model.view.sheet {
            Some(Sheet::AddContact(add)) => add,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_request_that_takes_work_can_be_taken_back() {
        let mut model = Model::default();
        let address = typed(&mut model);
        let person = PreviewReply {
            account: account(2),
            link: address.clone(),
            name: "Mara".into(),
            state: None,
            mine: false,
            single_use: false,
            expires_at: None,
            work_bits: Some(20),
        };
        answer(&mut model, Then::Previewed(address.clone()), Ok(Reply::ContactsPreview(person)));
        assert!(matches!(&add(&model).preview, Preview::Person { works: true, .. }));
        assert!(calls(&update(&mut model, Action::AddCancel)).is_empty(), "nothing to take back yet");
        let asked = update(&mut model, Action::AddConfirm);
        assert_eq!(calls(&asked), ["contacts.add"]);
        assert_eq!(calls(&update(&mut model, Action::AddCancel)), ["contacts.remove"]);
        assert!(!add(&model).busy);
        answer(&mut model, Then::Added, Err(ErrorCode::Cancelled));
        answer(&mut model, Then::CalledOff, Err(ErrorCode::NotFound));
        assert!(model.view.toasts.is_empty(), "they know that they took it back");
        assert!(matches!(model.view.sheet, Some(Sheet::AddContact(_))), "they can change their mind again");
    }

    #[test]
    fn an_address_that_leads_to_nobody_says_so() {
        let mut model = Model::default();
        let address = typed(&mut model);
        answer(&mut model, Then::Previewed(address), Err(ErrorCode::NotFound));
        assert_eq!(add(&model).preview, Preview::Bad("error-address-unknown".into()));
        let mistyped = account(2).to_string().replace("kith1", "kith1q");
        let _effects = update(&mut model, Action::AddInput(mistyped));
        assert_eq!(add(&model).preview, Preview::Nothing);
    }

    #[test]
    fn the_switch_is_the_nodes() {
        let mut model = Model::default();
        let effects = update(&mut model, Action::PublicAddress(true));
        let params = params::PublicAddressParams { on: true, bits: None };
        assert_eq!(effects, [Effect::Call(Command::ContactsPublicAddress(params), Then::Nothing)]);
    }
}
