use egui::Ui;
use kith_node::{AccountId, views::Presence};

use super::{backup, expiry, introduce, invites, lock, message, poll, schedule, stickers, wipe};
use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{Lasts, ProfileEdit, Sheet},
    text::links,
    theme::{Type, space},
    update::Target,
    views::{add_contact, settings},
    widgets::{Field, Kind, button, field, label, muted, paragraph, segmented, selectable, sheet, sheet_buttons},
};

pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(open) = cx.model.view.sheet.clone() else { return };
    match open {
        Sheet::Sound => settings::in_call(ui, cx),
        Sheet::AddContact(add) => add_contact::show(ui, cx, &add),
        Sheet::Invites(invites) => invites::show(ui, cx, invites.as_deref()),
        Sheet::Profile(edit) => profile(ui, cx, &edit),
        Sheet::Password(typed) => lock::password(ui, cx, &typed),
        Sheet::Phrase { words: Some(words), check, .. } => lock::phrase(ui, cx, &words, check.as_ref()),
        Sheet::Phrase { words: None, password, wrong, .. } => lock::open_phrase(ui, cx, &password, wrong),
        Sheet::Backup(typed) => backup::show(ui, cx, &typed),
        Sheet::Wipe(wiping) => wipe::show(ui, cx, &wiping),
        Sheet::Rename { account, name } => rename(ui, cx, account, &name),
        Sheet::Remove(account) => confirm(ui, cx, account, "remove", Action::Remove(account)),
        Sheet::Block(account) => confirm(ui, cx, account, "block", Action::Block(account)),
        Sheet::Closing => closing(ui, cx),
        Sheet::OpenLink(link) => open_link(ui, cx, &link),
        Sheet::DeleteMessage(of) => message::delete(ui, cx, of),
        Sheet::Forward { message: of, to } => message::forward(ui, cx, of, &to),
        Sheet::Edits { message: of, edits } => message::edits(ui, cx, of, edits.as_deref()),
        Sheet::Pinned(chat) => message::pinned(ui, cx, chat),
        Sheet::Introduce { to, about } => introduce::show(ui, cx, to, about),
        Sheet::Poll(new) => poll::show(ui, cx, &new),
        Sheet::Later(of) => schedule::later(ui, cx, &of),
        Sheet::Scheduled { chat, rows } => schedule::list(ui, cx, chat, rows.as_deref()),
        Sheet::Expiry { chat, amount, unit } => expiry::show(ui, cx, chat, &amount, unit),
        Sheet::Emoji(what) => message::emoji(ui, cx, what),
        Sheet::Stickers(new) => stickers::show(ui, cx, &new),
    }
}

fn profile(ui: &mut Ui, cx: &mut Cx<'_>, edit: &ProfileEdit) {
    let title = cx.t("profile-edit");
    sheet(ui, cx, &title, 440.0, |ui, cx| {
        let mut next = edit.clone();
        let (label, hint) = (cx.t("you-name"), cx.t("you-name-hint"));
        let shown = Field { label: &label, hint: &hint, limit: 64, target: Some(Target::Field), ..Field::default() };
        let (changed, entered) = field(ui, cx, "profile name", &edit.name, shown);
        next.name = changed.unwrap_or(next.name);
        ui.add_space(space::S);
        let (label, hint) = (cx.t("profile-status"), cx.t("profile-status-hint"));
        let shown = Field { label: &label, hint: &hint, limit: 140, ..Field::default() };
        let (changed, entered_status) = field(ui, cx, "profile status", &edit.status, shown);
        next.status = changed.unwrap_or(next.status);
        if !edit.status.trim().is_empty() {
            let name = cx.t("profile-lasts");
            let texts = Lasts::ALL.map(|lasts| match lasts {
                Lasts::Kept => cx.t("profile-lasts-kept"),
                Lasts::Hours(hours) => cx.with("profile-lasts-hours", &[("count", Arg::Count(hours))]),
            });
            let at = Lasts::ALL.iter().position(|lasts| *lasts == edit.lasts).unwrap_or(0);
            if let Some(at) = segmented(ui, cx, &name, &texts, at) {
                next.lasts = Lasts::ALL[at];
            }
        }
        muted(ui, cx, &cx.t("profile-about"));
        presence(ui, cx, &mut next.presence);
        if next != *edit {
            cx.act(Action::EditSheet(Sheet::Profile(next)));
        }
        sheet_buttons(ui, cx, |ui, cx| {
            let can = !edit.name.trim().is_empty();
            let text = cx.t("save");
            let pressed = ui.add_enabled_ui(can, |ui| button(ui, cx, Kind::Primary, None, &text).clicked()).inner;
            if pressed || (can && (entered || entered_status)) {
                cx.act(Action::SaveProfile);
            }
            if button(ui, cx, Kind::Secondary, None, &cx.t("cancel")).clicked() {
                cx.act(Action::CloseSheet);
            }
        });
    });
}

/// How I want to be seen, and what that costs.
fn presence(ui: &mut Ui, cx: &mut Cx<'_>, chosen: &mut Presence) {
    ui.add_space(space::S);
    let choices = [
        (Presence::Online, "presence-online"),
        (Presence::Away, "presence-away"),
        (Presence::Dnd, "presence-dnd"),
        (Presence::Invisible, "presence-invisible"),
    ];
    let name = cx.t("presence-title");
    label(ui, cx.theme.text(&name, Type::BODY.weight(500.0), cx.tokens().text));
    let texts = choices.map(|(_, key)| cx.t(key));
    let at = choices.iter().position(|(presence, _)| presence == chosen).unwrap_or(0);
    if let Some(at) = segmented(ui, cx, &name, &texts, at) {
        *chosen = choices[at].0;
    }
    let about = choices.iter().find(|(presence, _)| presence == chosen).map_or("presence-online", |(_, key)| *key);
    muted(ui, cx, &cx.t(&format!("{about}-about")));
}

fn rename(ui: &mut Ui, cx: &mut Cx<'_>, account: AccountId, name: &str) {
    let title = cx.t("contact-rename");
    sheet(ui, cx, &title, 380.0, |ui, cx| {
        muted(ui, cx, &cx.t("rename-about"));
        let label = cx.t("rename-name");
        let own = cx.model.contacts.get(&account).map_or("", |contact| &contact.name);
        let shown = Field { label: &label, hint: own, limit: 64, target: Some(Target::Field), ..Field::default() };
        let (changed, entered) = field(ui, cx, "rename", name, shown);
        if let Some(name) = changed {
            cx.act(Action::EditSheet(Sheet::Rename { account, name }));
        }
        sheet_buttons(ui, cx, |ui, cx| {
            if button(ui, cx, Kind::Primary, None, &cx.t("save")).clicked() || entered {
                cx.act(Action::Rename(account, name.trim().to_owned()));
            }
            if button(ui, cx, Kind::Secondary, None, &cx.t("cancel")).clicked() {
                cx.act(Action::CloseSheet);
            }
        });
    });
}

/// Asks before something that changes how two people stand. The texts are `confirm-WHAT-title`, `-about` and `-do`.
fn confirm(ui: &mut Ui, cx: &mut Cx<'_>, account: AccountId, what: &str, action: Action) {
    let name = links::safe_name(&cx.model.name_of(account)).into_owned();
    let title = cx.with(&format!("confirm-{what}-title"), &[("name", Arg::Text(&name))]);
    sheet(ui, cx, &title, 400.0, |ui, cx| {
        paragraph(ui, cx, &cx.with(&format!("confirm-{what}-about"), &[("name", Arg::Text(&name))]));
        sheet_buttons(ui, cx, |ui, cx| {
            if button(ui, cx, Kind::Danger, None, &cx.t(&format!("confirm-{what}-do"))).clicked() {
                cx.act(action);
            }
            if button(ui, cx, Kind::Secondary, None, &cx.t("cancel")).clicked() {
                cx.act(Action::CloseSheet);
            }
        });
    });
}

fn closing(ui: &mut Ui, cx: &mut Cx<'_>) {
    let title = cx.t("closing-title");
    sheet(ui, cx, &title, 420.0, |ui, cx| {
        paragraph(ui, cx, &cx.t("closing-about"));
        sheet_buttons(ui, cx, |ui, cx| {
            if button(ui, cx, Kind::Primary, None, &cx.t("closing-keep")).clicked() {
                cx.act(Action::KeepRunning(true));
            }
            if button(ui, cx, Kind::Secondary, None, &cx.t("quit")).clicked() {
                cx.act(Action::KeepRunning(false));
            }
        });
    });
}

fn open_link(ui: &mut Ui, cx: &mut Cx<'_>, link: &str) {
    let title = cx.t("link-title");
    sheet(ui, cx, &title, 440.0, |ui, cx| {
        paragraph(ui, cx, &cx.t("link-about"));
        let shown = links::safe_name(link).into_owned();
        selectable(ui, cx.theme.code(shown, 13.0, cx.tokens().text));
        if let Some(host) = links::host(link) {
            let host = cx.with("link-host", &[("host", Arg::Text(host))]);
            label(ui, cx.theme.text(host, Type::BODY.weight(600.0), cx.tokens().warn));
        }
        sheet_buttons(ui, cx, |ui, cx| {
            if button(ui, cx, Kind::Primary, None, &cx.t("cancel")).clicked() {
                cx.act(Action::CloseSheet);
            }
            if button(ui, cx, Kind::Secondary, None, &cx.t("link-open")).clicked() {
                cx.act(Action::FollowAnyway(link.to_owned()));
            }
        });
    });
}
