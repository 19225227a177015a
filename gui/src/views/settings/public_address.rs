//! Being found by everybody who knows the account.

use egui::Ui;

use crate::{
    action::{Action, Copied},
    cx::Cx,
    theme::{icons, space},
    widgets::{Kind, Tone, banner, button, label, muted, qr, switch_row},
};

/// How large the code is.
const CODE: f32 = 176.0;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(me) = &cx.model.me else { return };
    let (address, shown) = (me.account.to_string(), me.public_address);
    let (title, about) = (cx.t("privacy-address"), cx.t("privacy-address-about"));
    if let Some(on) = switch_row(ui, cx, &title, &about, shown.on) {
        cx.act(Action::PublicAddress(on));
    }
    if !shown.on {
        return;
    }
    if !shown.stored {
        banner(ui, cx, Tone::Info, &cx.t("privacy-address-waits"), None);
        ui.add_space(space::S);
    }
    ui.add_space(space::XS);
    ui.vertical_centered(|ui| {
        qr(ui, &address, CODE, &cx.t("privacy-address-code"));
        ui.add_space(space::S);
        label(ui, cx.theme.code(&address, 12.5, cx.tokens().text_2));
        ui.add_space(space::S);
        let text = cx.t("privacy-address-copy");
        if button(ui, cx, Kind::Secondary, Some(icons::COPY), &text).clicked() {
            cx.act(Action::Copy(address.clone(), Copied::Text));
        }
    });
    ui.add_space(space::XS);
    muted(ui, cx, &cx.t("privacy-address-often"));
}
