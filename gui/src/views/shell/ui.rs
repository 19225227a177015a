use egui::{CentralPanel, Frame, Layout, Margin, Panel, Ui};
use kith_node::views::PathKind;

use crate::{
    action::Action,
    cx::Cx,
    model::{Filter, ProfileEdit, Route, Section, Sheet},
    theme::{icons, space},
    views::{Screens, chats, contact, contacts, conversation, network, settings},
    widgets::{Face, Health, Kind, Tone, avatar, banner, empty_state, health_dot, rail_button},
};

/// Below this width list and content alternate.
const ONE_COLUMN: f32 = 640.0;
/// Below this width the panel about a person covers the content.
const NO_PANEL: f32 = 960.0;

pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>, screens: &mut Screens) {
    let width = ui.ctx().content_rect().width();
    let narrow = width < ONE_COLUMN;
    let inside = narrow && has_content(cx);
    if !inside {
        side(cx, "rail", true)
            .exact_size(64.0)
            .resizable(false)
            .frame(Frame::new().fill(cx.tokens().bg_rail).inner_margin(Margin::symmetric(10, 12)))
            .show(ui, |ui| rail(ui, cx));
    }
    match cx.model.view.route {
        Route::Chats { .. } | Route::Contacts { .. } => {
            if !narrow {
                let frame = Frame::new().fill(cx.tokens().bg_panel);
                side(cx, "list", true)
                    .default_size(312.0)
                    .size_range(240.0..=420.0)
                    .frame(frame)
                    .show(ui, |ui| list(ui, cx));
            } else if !inside {
                let frame = Frame::new().fill(cx.tokens().bg_panel);
                CentralPanel::no_frame().frame(frame).show(ui, |ui| list(ui, cx));
                return;
            }
        }
        Route::Network | Route::Settings(_) => {}
    }
    if cx.model.view.info
        && width >= NO_PANEL
        && let Some(account) = open_account(cx)
    {
        let frame = Frame::new().fill(cx.tokens().bg_panel).inner_margin(Margin::same(16));
        side(cx, "info", false).exact_size(320.0).resizable(false).frame(frame).show(ui, |ui| {
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| contact::show(ui, cx, account));
        });
    }
    let frame = Frame::new().fill(cx.tokens().bg_app);
    CentralPanel::no_frame().frame(frame).show(ui, |ui| content(ui, cx, screens, narrow));
}

/// A panel at the side where reading starts, or at the other.
fn side(cx: &Cx<'_>, name: &str, start: bool) -> Panel {
    let panel = if start == cx.lang.rtl() { Panel::right(name) } else { Panel::left(name) };
    panel.show_separator_line(false)
}

fn has_content(cx: &Cx<'_>) -> bool {
    !matches!(cx.model.view.route, Route::Chats { open: None } | Route::Contacts { open: None })
}

fn open_account(cx: &Cx<'_>) -> Option<kith_node::AccountId> {
    let chat = cx.model.open_chat()?;
    cx.model.contact_of(chat).map(|contact| contact.account)
}

fn rail(ui: &mut Ui, cx: &mut Cx<'_>) {
    let route = cx.model.view.route;
    ui.vertical_centered(|ui| {
        if let Some(me) = &cx.model.me {
            let key = me.account.to_bytes();
            let face = Face { name: &me.name, key: &key, online: Some(me.presence) };
            let ground = cx.tokens().bg_rail;
            let seen = avatar(ui, cx.theme, &face, 40.0, ground);
            // Under an id of its own: what is only looked at gives the keyboard away again.
            let response = ui.interact(seen.rect, seen.id.with("button"), egui::Sense::click());
            let label = cx.t("nav-profile");
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &label));
            crate::widgets::focus_ring(ui, cx.theme, &response, response.rect, 20);
            if response.on_hover_text(&me.name).clicked() {
                cx.act(Action::OpenSheet(Sheet::Profile(ProfileEdit::of(me))));
            }
        }
        ui.add_space(space::L);
        ui.spacing_mut().item_spacing.y = 4.0;
        let in_chats = matches!(route, Route::Chats { .. });
        if rail_button(ui, cx, icons::CHATS, &cx.t("nav-chats"), in_chats, cx.model.unread()).clicked() {
            cx.act(Action::Filter(Filter::All));
            cx.act(Action::Go(Route::Chats { open: cx.model.open_chat().map(|chat| chat.chat) }));
        }
        let in_contacts = matches!(route, Route::Contacts { .. });
        let asking = cx.model.requests().len() as u64;
        if rail_button(ui, cx, icons::ADDRESS_BOOK, &cx.t("nav-contacts"), in_contacts, asking).clicked() {
            cx.act(Action::Go(Route::Contacts { open: None }));
        }
    });
    ui.with_layout(Layout::bottom_up(egui::Align::Center), |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let in_settings = matches!(route, Route::Settings(_));
        if rail_button(ui, cx, icons::GEAR_SIX, &cx.t("nav-settings"), in_settings, 0).clicked() {
            cx.act(Action::Section(Section::Account));
        }
        let health = Health::of(cx.model.network.as_ref());
        if health_dot(ui, cx, health, route == Route::Network).clicked() {
            cx.act(Action::Go(Route::Network));
        }
    });
}

fn list(ui: &mut Ui, cx: &mut Cx<'_>) {
    match cx.model.view.route {
        Route::Contacts { open } => contacts::show(ui, cx, open),
        Route::Chats { .. } | Route::Network | Route::Settings(_) => chats::show(ui, cx),
    }
}

fn content(ui: &mut Ui, cx: &mut Cx<'_>, screens: &mut Screens, narrow: bool) {
    match cx.model.view.route {
        Route::Chats { open: Some(chat) } if cx.model.chats.contains_key(&chat) => {
            conversation::show(ui, cx, &mut screens.conversation, chat, narrow);
        }
        Route::Chats { .. } => nothing_open(ui, cx),
        Route::Contacts { open: Some(account) } if cx.model.contacts.contains_key(&account) => {
            page(ui, cx, narrow, |ui, cx| contact::show(ui, cx, account));
        }
        Route::Contacts { .. } => nothing_open(ui, cx),
        Route::Network => page(ui, cx, narrow, network::show),
        Route::Settings(section) => settings::show(ui, cx, section, narrow),
    }
}

/// A page that scrolls, with a way back where it stands alone.
fn page(ui: &mut Ui, cx: &mut Cx<'_>, narrow: bool, add: impl FnOnce(&mut Ui, &mut Cx<'_>)) {
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(24, 20)).show(ui, |ui| {
            let room = ui.available_width();
            let width = room.min(680.0);
            ui.horizontal(|ui| {
                ui.add_space(((room - width) / 2.0).max(0.0));
                ui.vertical(|ui| {
                    ui.set_width(width);
                    if narrow {
                        back_button(ui, cx);
                    }
                    add(ui, cx);
                });
            });
        });
    });
}

pub(crate) fn back_button(ui: &mut Ui, cx: &mut Cx<'_>) {
    let icon = if cx.lang.rtl() { icons::ARROW_RIGHT } else { icons::ARROW_LEFT };
    if crate::widgets::icon_button(ui, cx, icon, &cx.t("back"), false).clicked() {
        cx.act(Action::Back);
    }
}

/// What there is to do while no conversation is open.
fn nothing_open(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.add_space((ui.available_height() * 0.26).max(24.0));
    if cx.model.contacts.is_empty() {
        let (title, about) = (cx.t("first-title"), cx.t("first-about"));
        let (invite, enter) = (cx.t("first-invite"), cx.t("first-enter"));
        let echo = cx.t("first-echo");
        let buttons =
            [(Kind::Primary, invite.as_str()), (Kind::Secondary, enter.as_str()), (Kind::Quiet, echo.as_str())];
        match empty_state(ui, cx, icons::HAND_WAVING, &title, &about, &buttons) {
            Some(0) => cx.act(Action::AddContact(crate::model::AddTab::Show)),
            Some(1) => cx.act(Action::AddContact(crate::model::AddTab::Enter)),
            Some(_) => cx.act(Action::Echo),
            None => {}
        }
    } else {
        let (title, about) = (cx.t("nothing-open-title"), cx.t("nothing-open-about"));
        empty_state(ui, cx, icons::CHAT_CIRCLE_DOTS, &title, &about, &[]);
    }
}

/// What is the matter with the network or a person, above a conversation.
pub(crate) fn notices(ui: &mut Ui, cx: &mut Cx<'_>, chat: kith_node::ChatId) {
    let Some(chat) = cx.model.chats.get(&chat) else { return };
    let Some(contact) = cx.model.contact_of(chat) else { return };
    if contact.alarm {
        banner(ui, cx, Tone::Danger, &cx.t("contact-alarm"), None);
    } else if Health::of(cx.model.network.as_ref()) == Health::Offline && contact.path.kind == PathKind::None {
        let more = cx.t("notice-offline-more");
        if banner(ui, cx, Tone::Info, &cx.t("notice-offline"), Some(&more)) {
            cx.act(Action::Go(Route::Network));
        }
    }
}
