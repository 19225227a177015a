//! The shorter pages of the settings.

use std::collections::BTreeSet;

use egui::Ui;
use kith_node::params::ServeReply;
use kith_node::views::{
    Backups, PORT_MAPPING, PRESENCE_SHARE, RECEIPTS_SEEN, RELAY_ONLY, RENEW_KEY, STATUS_SHARE, TYPING_SHARE,
};

use super::{mailboxes, public_address, ui::set};
use crate::{
    action::{Action, Copied},
    cx::Cx,
    i18n::{Arg, Code},
    model::{Appearance, BubbleStyle, Clock, NewSticker, Sheet, Wiping},
    shortcuts,
    text::links::safe_name,
    theme::{Mode, Type, icons, space},
    views::network::bytes,
    widgets::{
        Kind, Tone, banner, button, card, dropdown, label, link_button, muted, section_title, segmented, setting_row,
        side_by_side, slider, switch_row, tag,
    },
};

/// How often backups make themselves, in seconds, to choose from.
const BACKUP_EVERY_S: [u64; 4] = [3_600, 86_400, 7 * 86_400, 30 * 86_400];
/// How many of them are kept.
const BACKUP_KEEP: [u32; 5] = [1, 3, 7, 14, 30];

pub(super) fn privacy(ui: &mut Ui, cx: &mut Cx<'_>) {
    card(ui, cx, |ui, cx| {
        let settings = &cx.model.settings;
        let switches = [
            (RECEIPTS_SEEN, "privacy-receipts", settings.receipts),
            (TYPING_SHARE, "privacy-typing", settings.typing),
            (PRESENCE_SHARE, "privacy-presence", settings.presence),
            (STATUS_SHARE, "privacy-status", settings.status),
        ];
        for (key, text, on) in switches {
            let (title, about) = (cx.t(text), cx.t(&format!("{text}-about")));
            if let Some(on) = switch_row(ui, cx, &title, &about, on) {
                cx.actions.push(Action::Share(key, on));
            }
        }
        muted(ui, cx, &cx.t("privacy-both-ways"));
    });
    ui.add_space(space::S);
    card(ui, cx, |ui, cx| {
        let (title, about) = (cx.t("privacy-relay"), cx.t("privacy-relay-about"));
        if let Some(on) = switch_row(ui, cx, &title, &about, cx.model.settings.relay_only) {
            cx.actions.push(Action::Share(RELAY_ONLY, on));
        }
        let alone = cx.model.network.as_ref().is_some_and(|network| network.bootstraps.is_empty());
        if cx.model.settings.relay_only && alone {
            banner(ui, cx, Tone::Warn, &cx.t("privacy-relay-none"), None);
        }
        if !cx.model.settings.relay_only {
            let (title, about) = (cx.t("privacy-mapping"), cx.t("privacy-mapping-about"));
            if let Some(on) = switch_row(ui, cx, &title, &about, cx.model.settings.port_mapping) {
                cx.actions.push(Action::Share(PORT_MAPPING, on));
            }
        }
        let (title, about) = (cx.t("privacy-renew"), cx.t("privacy-renew-about"));
        if let Some(on) = switch_row(ui, cx, &title, &about, cx.model.settings.renew_key) {
            cx.actions.push(Action::Share(RENEW_KEY, on));
        }
    });
    ui.add_space(space::S);
    card(ui, cx, |ui, cx| {
        let (title, about) = (cx.t("privacy-mail"), cx.t("privacy-mail-about"));
        if let Some(on) = switch_row(ui, cx, &title, &about, cx.model.settings.mail) {
            cx.actions.push(Action::KeepMail(on));
        }
        mailboxes::show(ui, cx);
    });
    ui.add_space(space::S);
    card(ui, cx, serve);
    ui.add_space(space::S);
    card(ui, cx, |ui, cx| {
        let (title, about) = (cx.t("privacy-previews"), cx.t("privacy-previews-about"));
        if let Some(on) = switch_row(ui, cx, &title, &about, cx.model.settings.previews) {
            cx.actions.push(Action::MakePreviews(on));
        }
    });
    ui.add_space(space::S);
    card(ui, cx, public_address::show);
    ui.add_space(space::S);
    muted(ui, cx, &cx.t("privacy-about"));
}

/// Rooms to choose from, MiB.
const ROOMS: [u32; 4] = [64, 256, 1_024, 4_096];

fn room(mib: u32) -> String {
    if mib.is_multiple_of(1_024) { format!("{} GB", mib / 1_024) } else { format!("{mib} MB") }
}

/// Mail for others on this computer.
fn serve(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (title, about) = (cx.t("privacy-serve"), cx.t("privacy-serve-about"));
    let served = cx.model.view.served.clone();
    let on = served.as_ref().is_some_and(|served| served.on);
    let known = served.is_some();
    if let Some(on) = ui.add_enabled_ui(known, |ui| switch_row(ui, cx, &title, &about, on)).inner {
        cx.actions.push(Action::ServeMail(on));
    }
    let Some(served) = served else { return };
    if served.on {
        if !served.reachable {
            banner(ui, cx, Tone::Warn, &cx.t("privacy-serve-unreachable"), None);
            ui.add_space(space::S);
        }
        let name = cx.t("privacy-serve-room");
        label(ui, cx.theme.text(&name, Type::BODY.weight(500.0), cx.tokens().text));
        let texts: Vec<String> = ROOMS.iter().map(|mib| room(*mib)).collect();
        let chosen = ROOMS.iter().position(|mib| *mib == served.quota_mb).unwrap_or(ROOMS.len());
        if let Some(at) = segmented(ui, cx, &name, &texts, chosen) {
            cx.actions.push(Action::MailQuota(ROOMS[at]));
        }
    }
    if served.on || served.queues > 0 {
        let (used, room) = (bytes(served.used_bytes), room(served.quota_mb));
        muted(ui, cx, &cx.with("privacy-serve-used", &[("used", Arg::Text(&used)), ("room", Arg::Text(&room))]));
    }
    if served.on {
        let names: Vec<String> =
            served.offered.iter().map(|account| safe_name(&cx.model.name_of(*account)).into_owned()).collect();
        let text = if names.is_empty() {
            cx.t("privacy-serve-nobody")
        } else {
            cx.with("privacy-serve-for", &[("names", Arg::Text(&names.join(", ")))])
        };
        muted(ui, cx, &text);
        second_computer(ui, cx, &served);
    } else if served.queues > 0 && button(ui, cx, Kind::Secondary, None, &cx.t("privacy-serve-erase")).clicked() {
        cx.actions.push(Action::EraseMail);
    }
}

/// What a second computer of the same person needs.
fn second_computer(ui: &mut Ui, cx: &mut Cx<'_>, served: &ServeReply) {
    let (Some(link), Some(token)) = (&served.link, &served.token) else { return };
    ui.add_space(space::S);
    muted(ui, cx, &cx.t("privacy-serve-second"));
    side_by_side(ui, cx, |ui, cx| {
        if link_button(ui, cx, &cx.t("privacy-serve-link")).clicked() {
            cx.actions.push(Action::Copy(link.clone(), Copied::Text));
        }
        if link_button(ui, cx, &cx.t("privacy-serve-token")).clicked() {
            cx.actions.push(Action::Copy(token.clone(), Copied::Secret));
        }
    });
}

pub(super) fn appearance(ui: &mut Ui, cx: &mut Cx<'_>) {
    let settings = cx.model.settings.clone();
    card(ui, cx, |ui, cx| {
        let mut choices = vec![
            (Appearance::System, cx.t("theme-system")),
            (Appearance::BuiltIn(Mode::Light), cx.t("theme-light")),
            (Appearance::BuiltIn(Mode::Dark), cx.t("theme-dark")),
            (Appearance::BuiltIn(Mode::HighContrast), cx.t("theme-high-contrast")),
        ];
        let own = cx.model.themes.iter().map(|(file, theme)| (Appearance::File(file.clone()), theme.name.clone()));
        choices.extend(own);
        let name = cx.t("theme-title");
        label(ui, cx.theme.text(&name, Type::BODY.weight(500.0), cx.tokens().text));
        let texts: Vec<_> = choices.iter().map(|(_, text)| text.clone()).collect();
        let chosen = choices.iter().position(|(choice, _)| *choice == settings.appearance).unwrap_or(choices.len());
        if let Some(at) = segmented(ui, cx, &name, &texts, chosen) {
            set(cx, |settings| settings.appearance = choices[at].0.clone());
        }
        muted(ui, cx, &cx.with("theme-own", &[("folder", Arg::Text(&cx.model.themes_folder))]));
    });
    ui.add_space(space::S);
    card(ui, cx, |ui, cx| {
        let title = cx.t("text-size");
        let about = format!("{:.0} %", settings.text_scale * 100.0);
        let mut chosen = None;
        setting_row(ui, cx, &title, &about, |ui| {
            chosen = slider(ui, cx, &title, settings.text_scale, (0.85, 1.4), 0.05);
        });
        if let Some(scale) = chosen {
            set(cx, |settings| settings.text_scale = scale);
        }
        let title = cx.t("zoom");
        let about = format!("{:.0} %", settings.zoom * 100.0);
        let mut chosen = None;
        setting_row(ui, cx, &title, &about, |ui| {
            chosen = slider(ui, cx, &title, settings.zoom, (0.7, 2.0), 0.1);
        });
        if let Some(zoom) = chosen {
            set(cx, |settings| settings.zoom = zoom);
        }
        let (title, about) = (cx.t("compact"), cx.t("compact-about"));
        if let Some(on) = switch_row(ui, cx, &title, &about, settings.bubbles == BubbleStyle::Compact) {
            set(cx, |settings| settings.bubbles = if on { BubbleStyle::Compact } else { BubbleStyle::Roomy });
        }
        let (title, about) = (cx.t("still"), cx.t("still-about"));
        if let Some(on) = switch_row(ui, cx, &title, &about, cx.theme.still) {
            set(cx, |settings| settings.still = Some(on));
        }
    });
    ui.add_space(space::S);
    card(ui, cx, |ui, cx| {
        let (title, count) = (cx.t("stickers-own"), cx.model.stickers.len() as u64);
        let about = cx.with("stickers-count", &[("count", Arg::Count(count))]);
        let mut pressed = false;
        let text = cx.t("stickers-manage");
        setting_row(ui, cx, &title, &about, |ui| pressed = button(ui, cx, Kind::Secondary, None, &text).clicked());
        if pressed {
            cx.act(Action::OpenSheet(Sheet::Stickers(NewSticker::default())));
        }
    });
}

pub(super) fn language(ui: &mut Ui, cx: &mut Cx<'_>) {
    let settings = cx.model.settings.clone();
    card(ui, cx, |ui, cx| {
        let mut names = vec![cx.t("language-system")];
        names.extend(Code::ALL.iter().map(|code| code.own_name().to_owned()));
        let chosen = settings.language.as_deref().and_then(Code::from_tag);
        let at = chosen.map_or(0, |chosen| Code::ALL.iter().position(|code| *code == chosen).map_or(0, |at| at + 1));
        let name = cx.t("settings-language");
        if let Some(at) = segmented(ui, cx, &name, &names, at) {
            let code = at.checked_sub(1).and_then(|at| Code::ALL.get(at));
            set(cx, |settings| settings.language = code.map(|code| code.tag().to_owned()));
        }
    });
    section_title(ui, cx, &cx.t("clock-title"));
    card(ui, cx, |ui, cx| {
        let choices = [(Clock::Language, "clock-language"), (Clock::Hours24, "clock-24"), (Clock::Hours12, "clock-12")];
        let texts: Vec<_> = choices.iter().map(|(_, key)| cx.t(key)).collect();
        let at = choices.iter().position(|(clock, _)| *clock == settings.clock).unwrap_or(0);
        let name = cx.t("clock-title");
        if let Some(at) = segmented(ui, cx, &name, &texts, at) {
            set(cx, |settings| settings.clock = choices[at].0);
        }
    });
}

/// With the notifications, because it is what brings them.
pub(super) fn background(ui: &mut Ui, cx: &mut Cx<'_>) {
    section_title(ui, cx, &cx.t("background-title"));
    card(ui, cx, |ui, cx| {
        let there = cx.model.background.tray == Some(true);
        let (title, about) =
            (cx.t("background-keep"), cx.t(if there { "background-keep-about" } else { "background-no-tray" }));
        let on = there && cx.model.settings.keep_running != Some(false);
        let changed = ui.add_enabled_ui(there, |ui| switch_row(ui, cx, &title, &about, on)).inner;
        if let Some(on) = changed {
            set(cx, |settings| settings.keep_running = Some(on));
        }
        let (title, about) = (cx.t("background-start"), cx.t("background-start-about"));
        if let Some(on) = switch_row(ui, cx, &title, &about, cx.model.background.autostart) {
            cx.actions.push(Action::Autostart(on));
        }
    });
}

pub(super) fn storage(ui: &mut Ui, cx: &mut Cx<'_>) {
    card(ui, cx, |ui, cx| {
        label(ui, cx.theme.text(cx.t("storage-folder"), Type::BODY.weight(500.0), cx.tokens().text));
        crate::widgets::selectable(ui, cx.theme.code(&cx.model.folder, 12.5, cx.tokens().text_2));
        muted(ui, cx, &cx.t("storage-about"));
    });
}

/// With the storage, because it is what outlives it.
pub(super) fn backup(ui: &mut Ui, cx: &mut Cx<'_>) {
    section_title(ui, cx, &cx.t("backup-title"));
    card(ui, cx, |ui, cx| {
        muted(ui, cx, &cx.t("backup-about"));
        ui.add_space(space::XS);
        if button(ui, cx, Kind::Secondary, Some(icons::FLOPPY_DISK), &cx.t("backup-make")).clicked() {
            cx.act(Action::OpenBackup);
        }
    });
    ui.add_space(space::S);
    card(ui, cx, |ui, cx| rolling(ui, cx));
}

/// Backups that make themselves, and how the last went.
fn rolling(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (title, about) = (cx.t("backup-auto"), cx.t("backup-auto-about"));
    let known = cx.model.backups.clone();
    let on = known.as_ref().is_some_and(|backups| backups.folder.is_some());
    if let Some(on) = ui.add_enabled_ui(known.is_some(), |ui| switch_row(ui, cx, &title, &about, on)).inner {
        cx.act(if on { Action::OpenRolling } else { Action::StopRolling });
    }
    let Some(backups @ Backups { folder: Some(_), .. }) = known else { return };
    let Backups { folder, last, error, .. } = &backups;
    crate::widgets::selectable(ui, cx.theme.code(folder.as_deref().unwrap_or_default(), 12.5, cx.tokens().text_2));
    how_often(ui, cx, &backups);
    if let Some(error) = error {
        banner(ui, cx, Tone::Danger, &cx.with("backup-auto-failed", &[("reason", Arg::Text(error))]), None);
        ui.add_space(space::S);
    }
    let last = match last {
        Some(made) => {
            let (when, size) = (cx.lang.full(made.at), bytes(made.bytes));
            cx.with("backup-auto-last", &[("when", Arg::Text(&when)), ("size", Arg::Text(&size))])
        }
        None => cx.t("backup-auto-none"),
    };
    muted(ui, cx, &last);
    ui.add_space(space::XS);
    if button(ui, cx, Kind::Secondary, Some(icons::FOLDER_OPEN), &cx.t("backup-auto-change")).clicked() {
        cx.act(Action::OpenRolling);
    }
}

/// How often they are made, and how many stay, to choose.
fn how_often(ui: &mut Ui, cx: &mut Cx<'_>, backups: &Backups) {
    let (every, at_every) = choices(&BACKUP_EVERY_S, backups.every_s);
    let (keep, at_keep) = choices(&BACKUP_KEEP, backups.keep);
    let spans: Vec<_> = every.iter().map(|seconds| cx.lang.span(*seconds)).collect();
    let counts: Vec<_> = keep.iter().map(u32::to_string).collect();
    side_by_side(ui, cx, |ui, cx| {
        if let Some(at) = named_choice(ui, cx, "backup-every", &spans, at_every) {
            cx.act(Action::SetRolling(every[at], backups.keep));
        }
        if let Some(at) = named_choice(ui, cx, "backup-keep", &counts, at_keep) {
            cx.act(Action::SetRolling(backups.every_s, keep[at]));
        }
    });
}

fn named_choice(ui: &mut Ui, cx: &Cx<'_>, key: &str, texts: &[String], at: usize) -> Option<usize> {
    let name = cx.t(key);
    muted(ui, cx, &name);
    dropdown(ui, cx, &name, texts, at, false)
}

/// What is usual, what was chosen elsewhere, and at which place stands what is chosen.
fn choices<T: Copy + Ord>(usual: &[T], now: T) -> (Vec<T>, usize) {
    let all: BTreeSet<T> = usual.iter().copied().chain([now]).collect();
    let at = all.iter().position(|one| *one == now).unwrap_or(0);
    (all.into_iter().collect(), at)
}

/// How often they are made and how many stay.
pub(crate) fn kept(cx: &Cx<'_>, backups: &Backups) -> String {
    let span = cx.lang.span(backups.every_s);
    cx.with("backup-auto-kept", &[("span", Arg::Text(&span)), ("keep", Arg::Count(u64::from(backups.keep)))])
}

pub(super) fn wipe(ui: &mut Ui, cx: &mut Cx<'_>) {
    section_title(ui, cx, &cx.t("wipe-title"));
    card(ui, cx, |ui, cx| {
        muted(ui, cx, &cx.t("wipe-about"));
        ui.add_space(space::XS);
        if button(ui, cx, Kind::Danger, Some(icons::TRASH), &cx.t("wipe-open")).clicked() {
            cx.act(Action::OpenSheet(Sheet::Wipe(Wiping::default())));
        }
    });
}

pub(super) fn shortcuts(ui: &mut Ui, cx: &mut Cx<'_>) {
    card(ui, cx, |ui, cx| {
        let (title, about) = (cx.t("enter-newline"), cx.t("enter-newline-about"));
        if let Some(on) = switch_row(ui, cx, &title, &about, cx.model.settings.enter_is_newline) {
            set(cx, |settings| settings.enter_is_newline = on);
        }
    });
    ui.add_space(space::S);
    card(ui, cx, |ui, cx| {
        for command in shortcuts::Shortcut::ALL {
            let title = cx.t(command.key());
            let keys = ui.ctx().format_shortcut(&command.keys());
            setting_row(ui, cx, &title, "", |ui| tag(ui, cx, &keys, cx.tokens().text));
        }
    });
}

pub(super) fn about(ui: &mut Ui, cx: &mut Cx<'_>) {
    card(ui, cx, |ui, cx| {
        let version = cx.with("about-version", &[("version", Arg::Text(env!("CARGO_PKG_VERSION")))]);
        label(ui, cx.theme.text(&version, Type::TITLE, cx.tokens().text));
        muted(ui, cx, &cx.t("about-licence"));
    });
    section_title(ui, cx, &cx.t("about-fonts"));
    card(ui, cx, |ui, cx| {
        for line in [
            "Inter 4.0 · The Inter Project Authors · SIL OFL 1.1",
            "Twemoji 15 · Twitter, Inc. and contributors · CC-BY 4.0; font: Matt Jones and others",
            "Phosphor Icons 2.1 · Phosphor Icons · MIT",
            "Hack, Ubuntu Light · with egui · MIT, Ubuntu Font Licence",
        ] {
            muted(ui, cx, line);
        }
    });
}
