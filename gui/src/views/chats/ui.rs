use egui::{Frame, Margin, ScrollArea, Ui, vec2};
use kith_node::views::{MessageState, Via};

use super::{
    data::{self, ChatRow},
    mute, narrow,
};
use crate::{
    action::{Action, Copied, Mute},
    cx::Cx,
    model::{AddTab, Filter, Narrow, Sheet},
    theme::{Color, icons, icons::Icon, space},
    update::Target,
    widgets::{
        Face, Field, Kind, Row, button, context_menu, empty_state, field, heading, icon_button, label, list_row,
        menu_item, muted, section_title, segmented, side_by_side,
    },
};

pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    Frame::new().inner_margin(Margin { left: 16, right: 14, top: 12, bottom: 6 }).show(ui, |ui| {
        head(ui, cx);
        search_field(ui, cx, &cx.t("search"));
        if cx.model.view.search.trim().is_empty() && cx.model.view.narrow == Narrow::default() {
            filters(ui, cx);
        } else {
            narrow::show(ui, cx);
        }
        crate::views::settings::returning(ui, cx);
    });
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        if cx.model.view.filter == Filter::Requests {
            requests(ui, cx);
        } else {
            rows(ui, cx);
        }
        ui.add_space(space::L);
    });
}

fn head(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (start, end) = crate::widgets::ends(cx);
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 36.0), end, |ui| {
        if icon_button(ui, cx, icons::USER_PLUS, &cx.t("add-contact"), false).clicked() {
            cx.act(Action::AddContact(AddTab::Show));
        }
        if icon_button(ui, cx, icons::NOTE_PENCIL, &cx.t("notes-open"), false).clicked()
            && let Some(me) = &cx.model.me
        {
            cx.act(Action::OpenChatWith(me.account));
        }
        ui.with_layout(start, |ui| heading(ui, cx, &cx.t("nav-chats")));
    });
}

pub(crate) fn search_field(ui: &mut Ui, cx: &mut Cx<'_>, name: &str) {
    let hint = cx.t("search-hint");
    let shown = Field {
        label: name,
        hint: &hint,
        icon: Some(icons::MAGNIFYING_GLASS),
        quiet: true,
        limit: 200,
        target: Some(Target::Search),
        ..Field::default()
    };
    let (changed, _) = field(ui, cx, "search", &cx.model.view.search, shown);
    if let Some(query) = changed {
        cx.act(Action::Search(query));
    }
}

fn filters(ui: &mut Ui, cx: &mut Cx<'_>) {
    let asking = cx.model.requests().len();
    let any_unread = cx.model.unread() > 0 || cx.model.view.filter == Filter::Unread;
    if !any_unread && asking == 0 && cx.model.view.filter == Filter::All {
        return;
    }
    let archived = cx.model.view.filter == Filter::Archived;
    let mut choices = vec![(Filter::All, cx.t("filter-all"))];
    // There is room for three.
    choices.push(if archived {
        (Filter::Archived, cx.t("filter-archived"))
    } else {
        (Filter::Unread, cx.t("filter-unread"))
    });
    if asking > 0 || cx.model.view.filter == Filter::Requests {
        let count = [("count", crate::i18n::Arg::Count(asking as u64))];
        choices.push((Filter::Requests, cx.with("filter-requests", &count)));
    }
    let texts: Vec<_> = choices.iter().map(|(_, text)| text.clone()).collect();
    let chosen = choices.iter().position(|(filter, _)| *filter == cx.model.view.filter).unwrap_or(0);
    let name = cx.t("filter-name");
    if let Some(at) = segmented(ui, cx, &name, &texts, chosen) {
        cx.act(Action::Filter(choices[at].0));
    }
}

fn rows(ui: &mut Ui, cx: &mut Cx<'_>) {
    let rows = data::chats(cx.model, cx.lang);
    let hits = data::hits(cx.model, cx.lang);
    if rows.is_empty() && hits.is_empty() {
        nothing(ui, cx);
        archive(ui, cx);
        return;
    }
    for row in &rows {
        chat_row(ui, cx, row);
    }
    archive(ui, cx);
    if !hits.is_empty() {
        Frame::new()
            .inner_margin(Margin::symmetric(18, 2))
            .show(ui, |ui| section_title(ui, cx, &cx.t("search-messages")));
    }
    for hit in &hits {
        let face = Face { name: &hit.title, key: &hit.key, online: None };
        let row = Row {
            face,
            title: &hit.title,
            line: &hit.line.text,
            line_words: &hit.line.words,
            line_color: cx.tokens().text_2,
            time: &hit.time,
            badge: None,
            mark: None,
            unread: 0,
            mention: false,
            verified: false,
            selected: false,
            spoken: &format!("{}: {}", hit.title, hit.line.text),
        };
        if list_row(ui, cx, &row).clicked() {
            cx.act(Action::ShowMessage(hit.chat, hit.message));
        }
    }
}

/// Where the conversations are that were put away.
fn archive(ui: &mut Ui, cx: &mut Cx<'_>) {
    let any = cx.model.chats.values().any(|chat| chat.archived);
    if !any || cx.model.view.filter != Filter::All || cx.model.view.searches() {
        return;
    }
    Frame::new().inner_margin(Margin::symmetric(12, 6)).show(ui, |ui| {
        let text = cx.t("filter-archived");
        if button(ui, cx, Kind::Quiet, Some(icons::ARCHIVE), &text).clicked() {
            cx.act(Action::Filter(Filter::Archived));
        }
    });
}

fn nothing(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.add_space(space::XXL);
    let searching = cx.model.view.searches();
    if searching {
        empty_state(ui, cx, icons::MAGNIFYING_GLASS, &cx.t("search-nothing"), &cx.t("search-nothing-about"), &[]);
    } else if cx.model.view.filter == Filter::Archived {
        empty_state(ui, cx, icons::ARCHIVE, &cx.t("archived-nothing"), &cx.t("archived-nothing-about"), &[]);
    } else if cx.model.view.filter == Filter::Unread {
        empty_state(ui, cx, icons::CHECKS, &cx.t("unread-nothing"), &cx.t("unread-nothing-about"), &[]);
    } else {
        let add = cx.t("add-contact");
        let buttons = [(Kind::Secondary, add.as_str())];
        let pressed = empty_state(ui, cx, icons::CHATS, &cx.t("chats-empty"), &cx.t("chats-empty-about"), &buttons);
        if pressed.is_some() {
            cx.act(Action::AddContact(AddTab::Show));
        }
    }
}

/// The mark for how far a message of mine got.
fn state_mark(cx: &Cx<'_>, state: MessageState) -> (Icon, Color) {
    let t = cx.tokens();
    match state {
        MessageState::Queued => (icons::CLOCK, t.text_3),
        MessageState::Stored => (icons::CHECK, t.text_3),
        MessageState::Delivered => (icons::CHECKS, t.text_3),
        MessageState::Seen => (icons::CHECKS, t.accent),
        MessageState::Failed => (icons::WARNING_CIRCLE, t.danger),
    }
}

fn chat_row(ui: &mut Ui, cx: &mut Cx<'_>, row: &ChatRow) {
    let quiet = row.silent.then_some(icons::BELL_SLASH).or(row.pinned.then_some(icons::PUSH_PIN));
    let mark =
        if row.blocked { Some((icons::PROHIBIT, cx.tokens().text_3)) } else { row.state.map(|s| state_mark(cx, s)) };
    let badge = quiet.map(|icon| (icon, cx.tokens().text_3));
    let shown = Row {
        face: Face { name: &row.title, key: &row.key, online: row.online },
        title: &row.title,
        line: &row.line,
        line_words: &[],
        line_color: match row {
            ChatRow { typing: true, .. } => cx.tokens().accent,
            ChatRow { draft: true, .. } => cx.tokens().danger,
            _ => cx.tokens().text_2,
        },
        time: &row.time,
        badge,
        mark,
        unread: row.unread,
        mention: row.mention,
        verified: row.verified,
        selected: row.selected,
        spoken: &row.spoken,
    };
    let response = list_row(ui, cx, &shown);
    if response.clicked() {
        cx.act(Action::OpenChat(row.chat));
    }
    let (account, person) = (row.account, row.online.is_some());
    context_menu(&response, cx, |ui, cx| {
        place(ui, cx, row);
        let Some(account) = account.filter(|_| person) else {
            if menu_item(ui, cx, icons::CHAT_CIRCLE, &cx.t("open"), false) {
                cx.act(Action::OpenChat(row.chat));
            }
            return;
        };
        if menu_item(ui, cx, icons::IDENTIFICATION_CARD, &cx.t("contact-open"), false) {
            cx.act(Action::Go(crate::model::Route::Contacts { open: Some(account) }));
        }
        if menu_item(ui, cx, icons::COPY, &cx.t("copy-id"), false) {
            cx.act(Action::Copy(account.to_string(), Copied::Text));
        }
        if menu_item(ui, cx, icons::PROHIBIT, &cx.t("contact-block"), true) {
            cx.act(Action::OpenSheet(Sheet::Block(account)));
        }
    });
}

/// Where a conversation stands, and how loud it is.
fn place(ui: &mut Ui, cx: &mut Cx<'_>, row: &ChatRow) {
    let chat = row.chat;
    let (icon, key) = if row.pinned { (icons::PUSH_PIN_SLASH, "chat-unpin") } else { (icons::PUSH_PIN, "chat-pin") };
    if menu_item(ui, cx, icon, &cx.t(key), false) {
        cx.act(Action::PinChat(chat, !row.pinned));
    }
    if row.muted {
        if menu_item(ui, cx, icons::BELL, &cx.t("chat-unmute"), false) {
            cx.act(Action::Mute(chat, Mute::Off));
        }
    } else {
        for (text, how) in mute::choices(cx) {
            if menu_item(ui, cx, icons::BELL_SLASH, &text, false) {
                cx.act(Action::Mute(chat, how));
            }
        }
    }
    if menu_item(ui, cx, icons::TIMER, &cx.t("expiry-menu"), false) {
        let expires_s = cx.model.chats.get(&chat).and_then(|chat| chat.expires_s);
        cx.act(Action::OpenSheet(crate::views::sheets::expiry::sheet_for(chat, expires_s)));
    }
    let key = if row.archived { "chat-unarchive" } else { "chat-archive" };
    if menu_item(ui, cx, icons::ARCHIVE, &cx.t(key), false) {
        cx.act(Action::Archive(chat, !row.archived));
    }
}

/// People who want to be contacts, each with an answer beside.
fn requests(ui: &mut Ui, cx: &mut Cx<'_>) {
    let requests = cx.model.requests();
    if requests.is_empty() {
        ui.add_space(space::XXL);
        empty_state(ui, cx, icons::TRAY, &cx.t("requests-empty"), &cx.t("requests-empty-about"), &[]);
        return;
    }
    for contact in requests {
        Frame::new().inner_margin(Margin::symmetric(16, 8)).show(ui, |ui| {
            crate::widgets::card(ui, cx, |ui, cx| {
                let (start, _) = crate::widgets::ends(cx);
                // As high as it has to be: the rest of the page is not part of the card.
                ui.allocate_ui_with_layout(egui::vec2(ui.available_width(), 44.0), start, |ui| {
                    let key = contact.account.to_bytes();
                    let face = Face { name: &contact.name, key: &key, online: None };
                    crate::widgets::avatar(ui, cx.theme, &face, 44.0, cx.tokens().bg_raised);
                    ui.vertical(|ui| {
                        let name = crate::text::links::safe_name(&contact.name);
                        label(ui, cx.theme.text(name, crate::theme::Type::TITLE, cx.tokens().text));
                        let text = if contact.request_text.is_empty() {
                            cx.t("request-no-text")
                        } else {
                            contact.request_text.clone()
                        };
                        muted(ui, cx, &text);
                        if contact.via == Some(Via::PublicAddress) {
                            muted(ui, cx, &cx.t("request-by-address"));
                        }
                    });
                });
                side_by_side(ui, cx, |ui, cx| {
                    if button(ui, cx, Kind::Primary, None, &cx.t("accept")).clicked() {
                        cx.actions.push(Action::Accept(contact.account));
                    }
                    if button(ui, cx, Kind::Secondary, None, &cx.t("decline")).clicked() {
                        cx.actions.push(Action::Decline(contact.account));
                    }
                    if button(ui, cx, Kind::Quiet, None, &cx.t("contact-block")).clicked() {
                        cx.actions.push(Action::OpenSheet(Sheet::Block(contact.account)));
                    }
                });
            });
        });
    }
    Frame::new().inner_margin(Margin::symmetric(18, 2)).show(ui, |ui| muted(ui, cx, &cx.t("requests-about")));
}
