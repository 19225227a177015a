use egui::Ui;
use kith_node::AccountId;

use super::{expiry, lock, message, poll, schedule};
use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::Sheet,
    text::links,
    theme::{Type, space},
    update::Target,
    views::add_contact,
    widgets::{Field, Kind, button, field, label, muted, paragraph, selectable, sheet, sheet_buttons},
};

pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(open) = cx.model.view.sheet.clone() else { return };
    match open {
        Sheet::AddContact(add) => add_contact::show(ui, cx, &add),
        Sheet::Profile { name, status } => profile(ui, cx, &name, &status),
        Sheet::Password(typed) => lock::password(ui, cx, &typed),
        Sheet::Phrase { words, password, wrong } => lock::phrase(ui, cx, words.as_deref(), &password, wrong),
        Sheet::Rename { account, name } => rename(ui, cx, account, &name),
        Sheet::Remove(account) => confirm(ui, cx, account, "remove", Action::Remove(account)),
        Sheet::Block(account) => confirm(ui, cx, account, "block", Action::Block(account)),
        Sheet::Closing => closing(ui, cx),
        Sheet::OpenLink(link) => open_link(ui, cx, &link),
        Sheet::DeleteMessage(of) => message::delete(ui, cx, of),
        Sheet::Forward { message: of, to } => message::forward(ui, cx, of, &to),
        Sheet::Edits { message: of, edits } => message::edits(ui, cx, of, edits.as_deref()),
        Sheet::Pinned(chat) => message::pinned(ui, cx, chat),
        Sheet::Poll(new) => poll::show(ui, cx, &new),
        Sheet::Later(of) => schedule::later(ui, cx, &of),
        Sheet::Scheduled { chat, rows } => schedule::list(ui, cx, chat, rows.as_deref()),
        Sheet::Expiry { chat, amount, unit } => expiry::show(ui, cx, chat, &amount, unit),
        Sheet::Emoji(what) => message::emoji(ui, cx, what),
    }
}

fn profile(ui: &mut Ui, cx: &mut Cx<'_>, name: &str, status: &str) {
    let title = cx.t("profile-edit");
    sheet(ui, cx, &title, 420.0, |ui, cx| {
        let (label, hint) = (cx.t("you-name"), cx.t("you-name-hint"));
        let shown = Field { label: &label, hint: &hint, limit: 64, target: Some(Target::Field), ..Field::default() };
        let (changed, entered) = field(ui, cx, "profile name", name, shown);
        let mut next = changed.map(|name| (name, status.to_owned()));
        ui.add_space(space::S);
        let (label, hint) = (cx.t("profile-status"), cx.t("profile-status-hint"));
        let shown = Field { label: &label, hint: &hint, limit: 140, ..Field::default() };
        let (changed, entered_status) = field(ui, cx, "profile status", status, shown);
        if let Some(status) = changed {
            next = Some((name.to_owned(), status));
        }
        if let Some((name, status)) = next {
            cx.act(Action::EditSheet(Sheet::Profile { name, status }));
        }
        muted(ui, cx, &cx.t("profile-about"));
        sheet_buttons(ui, cx, |ui, cx| {
            let can = !name.trim().is_empty();
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
