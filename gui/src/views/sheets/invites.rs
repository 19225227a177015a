//! Invites that were given out and still lead here.

use egui::{Ui, vec2};
use kith_node::views::Invite;

use crate::{
    action::{Action, Copied},
    cx::Cx,
    i18n::Arg,
    text::links,
    theme::{Type, icons, space},
    widgets::{card, ends, icon_button, label, muted, sheet},
};

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, invites: Option<&[Invite]>) {
    let title = cx.t("invites-open");
    sheet(ui, cx, &title, 460.0, |ui, cx| {
        let Some(invites) = invites else {
            muted(ui, cx, "…");
            return;
        };
        muted(ui, cx, &cx.t(if invites.is_empty() { "invites-none" } else { "invites-about" }));
        for invite in invites {
            ui.add_space(space::S);
            card(ui, cx, |ui, cx| row(ui, cx, invite));
        }
    });
}

/// The note on it, else for whom it is.
fn name(cx: &Cx<'_>, invite: &Invite) -> String {
    match (invite.note.trim(), invite.single_use) {
        ("", true) => cx.t("add-single-use"),
        ("", false) => cx.t("invite-many"),
        (note, _) => note.to_owned(),
    }
}

fn row(ui: &mut Ui, cx: &mut Cx<'_>, invite: &Invite) {
    let (start, end) = ends(cx);
    let when = cx.lang.ago(invite.created_at, cx.model.now);
    let made = [("when", Arg::Text(&when))];
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 36.0), end, |ui| {
        if icon_button(ui, cx, icons::TRASH, &cx.with("invite-revoke", &made), false).clicked() {
            cx.act(Action::RevokeInvite(invite.invite));
        }
        if icon_button(ui, cx, icons::COPY, &cx.with("invite-copy", &made), false).clicked() {
            cx.act(Action::Copy(invite.link.clone(), Copied::Invite));
        }
        ui.with_layout(start, |ui| {
            let name = cx.theme.text(name(cx, invite), Type::BODY.weight(550.0), cx.tokens().text);
            ui.add(egui::Label::new(name).truncate());
        });
    });
    let until = invite.expires_at.map(|at| cx.with("invite-until", &[("time", Arg::Text(&cx.lang.full(at)))]));
    let used = invite.used_by.map(|account| {
        let name = links::safe_name(&cx.model.name_of(account)).into_owned();
        cx.with("invite-used", &[("name", Arg::Text(&name))])
    });
    let said: Vec<_> = [cx.with("invite-made", &made)].into_iter().chain(until).chain(used).collect();
    muted(ui, cx, &said.join(" "));
    // Its end tells it from others.
    let shown = crate::views::network::short(&invite.link);
    label(ui, cx.theme.code(shown, 12.0, cx.tokens().text_3));
}
