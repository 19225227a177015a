use egui::{Align, Layout, Ui, vec2};

use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{AddContact, AddTab},
    theme::{Type, icons, space},
    views::{add_contact, onboarding::centered},
    widgets::{Kind, button_wide, glyph, heading, link_button, muted, wrapped},
};

pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>, add: &AddContact) {
    centered(ui, cx, 420.0, |ui, cx| {
        let name = cx.model.me.as_ref().map_or("", |me| &me.name);
        heading(ui, cx, &cx.with("ready-title", &[("name", Arg::Text(name))]));
        ui.add_space(space::S);
        checklist(ui, cx);
        ui.add_space(space::L);
        muted(ui, cx, &cx.t("ready-invite"));
        ui.add_space(space::S);
        add_contact::invite(ui, cx, add.link.as_deref(), 176.0);
        ui.add_space(space::L);
        if button_wide(ui, cx, Kind::Secondary, None, &cx.t("ready-start")).clicked() {
            cx.act(Action::StartChatting);
        }
        if button_wide(ui, cx, Kind::Quiet, None, &cx.t("first-enter")).clicked() {
            cx.act(Action::StartChatting);
            cx.act(Action::AddContact(AddTab::Enter));
        }
    });
}

/// Lines that turn to ticks as the node gets going.
fn checklist(ui: &mut Ui, cx: &mut Cx<'_>) {
    let network = cx.model.network.as_ref();
    let peers = network.map_or(0, |network| network.peers);
    line(ui, cx, true, &cx.t("ready-identity"));
    let exposed = cx.model.exposed();
    line(ui, cx, !exposed, &cx.t(if exposed { "exposed" } else { "ready-encrypted" }));
    let listening = network.is_some_and(|network| !network.addresses.is_empty());
    line(ui, cx, listening, &cx.t("ready-listening"));
    let text = if peers > 0 {
        cx.with("ready-peers", &[("count", Arg::Count(u64::from(peers)))])
    } else {
        cx.t("ready-no-peers")
    };
    line(ui, cx, peers > 0, &text);
    if cx.model.settings.phrase_saved {
        line(ui, cx, true, &cx.t("ready-phrase"));
    } else if row(ui, cx, false, |ui| link_button(ui, cx, &cx.t("ready-no-phrase")).clicked()) {
        cx.act(Action::ShowPhrase);
    }
}

fn line(ui: &mut Ui, cx: &Cx<'_>, done: bool, text: &str) {
    row(ui, cx, done, |ui| {
        let t = cx.tokens();
        let text = cx.theme.paragraph(ui, text, Type::BODY, if done { t.text } else { t.text_2 });
        wrapped(ui, text);
    });
}

/// A tick, or a place for one, and what it stands for.
fn row<R>(ui: &mut Ui, cx: &Cx<'_>, done: bool, add: impl FnOnce(&mut Ui) -> R) -> R {
    let layout =
        if cx.lang.rtl() { Layout::right_to_left(Align::Center) } else { Layout::left_to_right(Align::Center) };
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 26.0), layout, |ui| {
        let t = cx.tokens();
        if done {
            glyph(ui, cx, icons::CHECK_CIRCLE, 20.0, t.ok, true);
        } else {
            glyph(ui, cx, icons::CIRCLE_DASHED, 20.0, t.text_3, false);
        }
        add(ui)
    })
    .inner
}
