use egui::{Frame, Margin, ScrollArea, Ui, vec2};
use kith_node::{
    AccountId,
    views::{Contact, ContactState, Presence},
};

use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{AddTab, Route, shown_name, status},
    theme::{icons, space},
    views::chats,
    widgets::{Face, Kind, Row, empty_state, heading, icon_button, list_row, section_title},
};

pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>, open: Option<AccountId>) {
    Frame::new().inner_margin(Margin { left: 16, right: 14, top: 12, bottom: 6 }).show(ui, |ui| {
        let (start, end) = crate::widgets::ends(cx);
        ui.allocate_ui_with_layout(vec2(ui.available_width(), 36.0), end, |ui| {
            if icon_button(ui, cx, icons::USER_PLUS, &cx.t("add-contact"), false).clicked() {
                cx.act(Action::AddContact(AddTab::Show));
            }
            ui.with_layout(start, |ui| heading(ui, cx, &cx.t("nav-contacts")));
        });
        chats::search_field(ui, cx, &cx.t("search-people"));
    });
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        people(ui, cx, open);
        ui.add_space(space::L);
    });
}

fn people(ui: &mut Ui, cx: &mut Cx<'_>, open: Option<AccountId>) {
    let wanted = cx.model.view.search.trim().to_lowercase();
    let mut people: Vec<&Contact> =
        cx.model.contacts.values().filter(|contact| shown_name(contact).to_lowercase().contains(&wanted)).collect();
    people.sort_by_key(|contact| (group(contact), shown_name(contact).to_lowercase(), contact.account));
    if people.is_empty() {
        ui.add_space(space::XXL);
        let add = cx.t("add-contact");
        let buttons = [(Kind::Secondary, add.as_str())];
        let pressed =
            empty_state(ui, cx, icons::USERS, &cx.t("contacts-empty"), &cx.t("contacts-empty-about"), &buttons);
        if pressed.is_some() {
            cx.act(Action::AddContact(AddTab::Show));
        }
        return;
    }
    let mut last = None;
    for contact in people {
        let group = group(contact);
        if last != Some(group) {
            last = Some(group);
            let key = ["contacts-requests", "contacts-people", "contacts-waiting", "contacts-blocked"][group];
            Frame::new().inner_margin(Margin::symmetric(18, 2)).show(ui, |ui| section_title(ui, cx, &cx.t(key)));
        }
        person(ui, cx, contact, open == Some(contact.account));
    }
}

fn group(contact: &Contact) -> usize {
    match contact.state {
        ContactState::Requested => 0,
        ContactState::Introduced | ContactState::Verified => 1,
        ContactState::Waiting => 2,
        ContactState::Blocked => 3,
    }
}

/// One line about how things stand with somebody.
pub(crate) fn standing(cx: &Cx<'_>, contact: &Contact) -> String {
    match (contact.state, contact.last_seen) {
        (ContactState::Requested, _) => cx.t("standing-requested"),
        (ContactState::Waiting, _) => cx.t("standing-waiting"),
        (ContactState::Blocked, _) => cx.t("standing-blocked"),
        _ if contact.presence == Presence::Online => cx.t("standing-online"),
        _ if contact.presence == Presence::Away => cx.t("standing-away"),
        _ if contact.presence == Presence::Dnd => cx.t("standing-dnd"),
        (_, Some(seen)) => {
            let when = cx.lang.ago(seen, cx.model.now);
            cx.with("standing-seen", &[("when", Arg::Text(&when))])
        }
        (_, None) => cx.t("standing-offline"),
    }
}

fn person(ui: &mut Ui, cx: &mut Cx<'_>, contact: &Contact, selected: bool) {
    let (name, key) = (shown_name(contact), contact.account.to_bytes());
    let friend = matches!(contact.state, ContactState::Introduced | ContactState::Verified);
    let line = if friend && !status(cx.model, contact).is_empty() {
        status(cx.model, contact).to_owned()
    } else {
        standing(cx, contact)
    };
    let spoken = format!("{name}, {}", standing(cx, contact));
    let row = Row {
        face: Face { name: &name, key: &key, online: friend.then_some(contact.presence) },
        title: &name,
        line: &line,
        line_words: &[],
        line_color: cx.tokens().text_2,
        time: "",
        badge: None,
        mark: contact.alarm.then(|| (icons::SHIELD_WARNING, cx.tokens().danger)),
        unread: 0,
        mention: false,
        verified: contact.state == ContactState::Verified,
        selected,
        spoken: &spoken,
    };
    if list_row(ui, cx, &row).clicked() {
        cx.act(Action::Go(Route::Contacts { open: Some(contact.account) }));
    }
}
