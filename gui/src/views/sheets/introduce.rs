//! Whom a contact is introduced to.

use egui::Ui;
use kith_node::{
    AccountId,
    views::{Contact, ContactState},
};

use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{Sheet, can_write_to, shown_name},
    text::links,
    theme::{icons, space},
    widgets::{Face, Kind, Row, button, list_row, muted, sheet, sheet_buttons},
};

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, to: AccountId, about: Option<AccountId>) {
    let name = links::safe_name(&cx.model.name_of(to)).into_owned();
    let title = cx.with("introduce-title", &[("name", Arg::Text(&name))]);
    let friend = |contact: &&Contact| {
        let open = matches!(contact.state, ContactState::Introduced | ContactState::Verified);
        open && contact.account != to && can_write_to(contact)
    };
    let mut others: Vec<&Contact> = cx.model.contacts.values().filter(friend).collect();
    others.sort_by_key(|contact| (shown_name(contact).to_lowercase(), contact.account));
    sheet(ui, cx, &title, 420.0, |ui, cx| {
        muted(ui, cx, &cx.t(if others.is_empty() { "introduce-nobody" } else { "introduce-about" }));
        ui.add_space(space::S);
        ui.spacing_mut().item_spacing.y = 1.0;
        for contact in &others {
            let (name, key) = (shown_name(contact), contact.account.to_bytes());
            let chosen = about == Some(contact.account);
            let row = Row {
                face: Face { name: &name, key: &key, online: None },
                title: &name,
                line: "",
                line_words: &[],
                line_color: cx.tokens().text_2,
                time: "",
                badge: None,
                mark: chosen.then_some((icons::CHECK_CIRCLE, cx.tokens().accent)),
                unread: 0,
                mention: false,
                verified: false,
                selected: chosen,
                spoken: &name,
            };
            if list_row(ui, cx, &row).clicked() {
                cx.actions.push(Action::EditSheet(Sheet::Introduce { to, about: Some(contact.account) }));
            }
        }
        sheet_buttons(ui, cx, |ui, cx| {
            let text = cx.t("introduce-do");
            let can = about.is_some();
            let pressed = ui.add_enabled_ui(can, |ui| button(ui, cx, Kind::Primary, None, &text).clicked()).inner;
            if let Some(about) = about.filter(|_| pressed) {
                cx.act(Action::Introduce(to, about));
            }
            if button(ui, cx, Kind::Secondary, None, &cx.t("cancel")).clicked() {
                cx.act(Action::CloseSheet);
            }
        });
    });
}
