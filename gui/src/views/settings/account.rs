//! Who I am, and what brings me back.

use egui::Ui;
use kith_node::{ProfileState, views::RecoveryState};

use crate::{
    action::{Action, Copied},
    cx::Cx,
    i18n::Arg,
    model::{NewPassword, ProfileEdit, Sheet},
    theme::{Type, icons, space},
    widgets::{
        Face, Kind, Tone, avatar, banner, button, card, icon_button, label, muted, section_title, selectable,
        side_by_side,
    },
};

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(me) = &cx.model.me else { return };
    returning(ui, cx);
    if cx.model.exposed() {
        if banner(ui, cx, Tone::Warn, &cx.t("exposed"), Some(&cx.t("password-title"))) {
            cx.act(Action::OpenSheet(Sheet::Password(NewPassword::default())));
        }
        ui.add_space(space::S);
    }
    card(ui, cx, |ui, cx| {
        side_by_side(ui, cx, |ui, cx| {
            let key = me.account.to_bytes();
            avatar(ui, cx.theme, &Face { name: &me.name, key: &key, online: None }, 64.0, cx.tokens().bg_panel);
            ui.vertical(|ui| {
                label(ui, cx.theme.text(&me.name, Type::TITLE, cx.tokens().text));
                let status = if me.status_text.is_empty() { cx.t("profile-no-status") } else { me.status_text.clone() };
                muted(ui, cx, &status);
            });
        });
        if button(ui, cx, Kind::Secondary, Some(icons::PENCIL_SIMPLE), &cx.t("profile-edit")).clicked() {
            let sheet = Sheet::Profile(ProfileEdit::of(me));
            cx.actions.push(Action::OpenSheet(sheet));
        }
    });
    section_title(ui, cx, &cx.t("contact-id"));
    card(ui, cx, |ui, cx| {
        let account = me.account.to_string();
        selectable(ui, cx.theme.code(&account, 12.5, cx.tokens().text_2));
        if icon_button(ui, cx, icons::COPY, &cx.t("copy-id"), false).clicked() {
            cx.actions.push(Action::Copy(account.clone(), Copied::Text));
        }
        muted(ui, cx, &cx.t("account-id-about"));
    });
    password(ui, cx);
    section_title(ui, cx, &cx.t("phrase-title"));
    card(ui, cx, |ui, cx| {
        muted(ui, cx, &cx.t("phrase-about"));
        ui.add_space(space::XS);
        if !cx.model.settings.phrase_saved {
            banner(ui, cx, Tone::Warn, &cx.t("phrase-unsaved"), None);
            ui.add_space(space::S);
        }
        if button(ui, cx, Kind::Secondary, Some(icons::KEY), &cx.t("phrase-show")).clicked() {
            cx.actions.push(Action::ShowPhrase);
        }
    });
}

/// That the profile is an older copy, and how far the return is after the account was brought back here.
pub(crate) fn returning(ui: &mut Ui, cx: &mut Cx<'_>) {
    if cx.model.me.as_ref().is_some_and(|me| me.restored) {
        banner(ui, cx, Tone::Warn, &cx.t("restored-copy"), None);
        ui.add_space(space::S);
    }
    let Some(recovery) = cx.model.me.as_ref().and_then(|me| me.recovery) else { return };
    let (tone, text) = match recovery.state {
        RecoveryState::Asking => (Tone::Info, cx.t("recovery-asking")),
        RecoveryState::Alone => (Tone::Warn, cx.t("recovery-alone")),
        RecoveryState::Telling => (Tone::Info, cx.with("recovery-telling", &[("count", Arg::Count(recovery.untold))])),
    };
    banner(ui, cx, tone, &text, None);
    ui.add_space(space::S);
    if recovery.state == RecoveryState::Telling && !recovery.confirmed {
        banner(ui, cx, Tone::Warn, &cx.t("recovery-unconfirmed"), None);
        ui.add_space(space::S);
    }
}

/// A password at the start, or not.
fn password(ui: &mut Ui, cx: &mut Cx<'_>) {
    section_title(ui, cx, &cx.t("unlock-password"));
    card(ui, cx, |ui, cx| {
        let has_one = cx.model.lock == Some(ProfileState::Password);
        muted(ui, cx, &cx.t(if has_one { "password-is-set" } else { "password-is-not-set" }));
        ui.add_space(space::XS);
        side_by_side(ui, cx, |ui, cx| {
            let text = cx.t(if has_one { "password-change" } else { "password-title" });
            if button(ui, cx, Kind::Secondary, Some(icons::LOCK_KEY), &text).clicked() {
                cx.act(Action::OpenSheet(Sheet::Password(NewPassword::default())));
            }
            if has_one && button(ui, cx, Kind::Quiet, None, &cx.t("password-remove")).clicked() {
                cx.act(Action::OpenSheet(Sheet::Password(NewPassword { remove: true, ..NewPassword::default() })));
            }
        });
    });
}
