//! Invites that are open.

use kith_node::{api::InviteId, params::InvitesReply, views::Invite};

use super::*;

#[test]
fn a_revoked_invite_leaves_the_list() {
    let invite = |n: u8| Invite {
        invite: InviteId::from_bytes([n; 16]),
        link: "kith:i/1/x".into(),
        note: String::new(),
        single_use: true,
        created_at: NOW,
        expires_at: None,
        used_by: None,
    };
    let mut model = ready();
    let listed = |model: &mut Model, invites| {
        let _effects = reply(model, Then::Invites, Ok(Reply::ContactsInvites(InvitesReply { invites })));
    };
    assert_eq!(calls(&update(&mut model, Action::ShowInvites)), ["contacts.invites"]);
    assert_eq!(model.view.sheet, Some(Sheet::Invites(None)));
    listed(&mut model, vec![invite(1), invite(2)]);
    let effects = update(&mut model, Action::RevokeInvite(invite(1).invite));
    let wanted = params::InviteRef { invite: invite(1).invite };
    assert_eq!(effects, [Effect::Call(Command::ContactsRevokeInvite(wanted), Then::Revoked)]);
    let effects = reply(&mut model, Then::Revoked, Ok(Reply::ContactsRevokeInvite(Done {})));
    assert_eq!(calls(&effects), ["contacts.invites"]);
    listed(&mut model, vec![invite(2)]);
    assert_eq!(model.view.sheet, Some(Sheet::Invites(Some(vec![invite(2)]))));
    let _effects = update(&mut model, Action::CloseSheet);
    listed(&mut model, vec![]);
    assert_eq!(model.view.sheet, None, "nobody looks any more");
}
