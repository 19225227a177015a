use egui::Ui;

use crate::{
    action::{Action, Copied},
    cx::Cx,
    i18n::Arg,
    model::{AddContact, AddTab, Preview},
    text::links,
    theme::{Type, icons, space},
    update::Target,
    widgets::{
        Face, Field, Kind, Tone, avatar, banner, button, card, field, label, link_button, muted, qr, segmented, sheet,
        sheet_buttons, side_by_side, switch_row, word_grid,
    },
};

pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>, add: &AddContact) {
    let title = cx.t("add-contact");
    sheet(ui, cx, &title, 440.0, |ui, cx| {
        let tabs = [cx.t("add-tab-show"), cx.t("add-tab-enter")];
        let tab_name = cx.t("add-tabs");
        if let Some(at) = segmented(ui, cx, &tab_name, &tabs, usize::from(add.tab == AddTab::Enter)) {
            cx.act(Action::AddTab(if at == 0 { AddTab::Show } else { AddTab::Enter }));
        }
        ui.add_space(space::M);
        match add.tab {
            AddTab::Show if add.speaking => spoken(ui, cx, add),
            AddTab::Show => {
                muted(ui, cx, &cx.t("add-show-about"));
                ui.add_space(space::S);
                invite(ui, cx, add.link.as_deref(), 232.0);
                ui.add_space(space::S);
                let (title, about) = (cx.t("add-single-use"), cx.t("add-single-use-about"));
                if let Some(single_use) = switch_row(ui, cx, &title, &about, add.single_use) {
                    cx.act(Action::AddSingleUse(single_use));
                }
                side_by_side(ui, cx, |ui, cx| {
                    if link_button(ui, cx, &cx.t("add-speak")).clicked() {
                        cx.act(Action::AddSpeak(true));
                    }
                    if link_button(ui, cx, &cx.t("invites-open")).clicked() {
                        cx.act(Action::ShowInvites);
                    }
                });
            }
            AddTab::Enter => enter(ui, cx, add),
        }
    });
}

/// An invite of mine as a code and as a link.
pub(crate) fn invite(ui: &mut Ui, cx: &mut Cx<'_>, link: Option<&str>, size: f32) {
    ui.vertical_centered(|ui| match link {
        Some(link) => {
            let name = cx.t("add-qr");
            qr(ui, link, size, &name);
            ui.add_space(space::S);
            let text = cx.t("add-copy");
            if button(ui, cx, Kind::Primary, Some(icons::COPY), &text).clicked() {
                cx.act(Action::Copy(link.to_owned(), Copied::Invite));
            }
        }
        None => {
            // As much room as the code will take: what is below stays where it is.
            ui.allocate_space(egui::vec2(size, size));
            ui.add_space(space::S);
            let text = cx.t("add-making");
            ui.add_enabled_ui(false, |ui| button(ui, cx, Kind::Secondary, None, &text));
        }
    });
}

/// The words to say, or what becomes of them.
fn spoken(ui: &mut Ui, cx: &mut Cx<'_>, add: &AddContact) {
    muted(ui, cx, &cx.t("add-spoken-about"));
    ui.add_space(space::S);
    match &add.words {
        Some(words) if words.until > cx.model.now => {
            card(ui, cx, |ui, cx| {
                let columns = if ui.available_width() > 360.0 { 3 } else { 2 };
                word_grid(ui, cx, &words.words, (columns, 17.0));
            });
            let until = cx.lang.clock(words.until);
            muted(ui, cx, &cx.with("add-spoken-until", &[("time", Arg::Text(&until))]));
            ui.ctx().request_repaint_after(std::time::Duration::from_millis(words.until - cx.model.now));
        }
        Some(_) => {
            banner(ui, cx, Tone::Info, &cx.t("add-spoken-over"), None);
            ui.add_space(space::S);
            if button(ui, cx, Kind::Primary, None, &cx.t("add-spoken-again")).clicked() {
                cx.act(Action::AddSpeak(true));
            }
        }
        None => {
            muted(ui, cx, &cx.t("add-making"));
        }
    }
    ui.add_space(space::S);
    side_by_side(ui, cx, |ui, cx| {
        if link_button(ui, cx, &cx.t("add-speak-not")).clicked() {
            cx.act(Action::AddSpeak(false));
        }
    });
}

fn enter(ui: &mut Ui, cx: &mut Cx<'_>, add: &AddContact) {
    let (name, hint) = (cx.t("add-link"), cx.t("add-link-hint"));
    let bad = match &add.preview {
        Preview::Bad(key) => Some(cx.t(key)),
        Preview::WrongWord(position) => {
            Some(cx.with("error-words-wrong", &[("position", Arg::Count(*position as u64))]))
        }
        Preview::Nothing if !add.input.trim().is_empty() => Some(cx.t("error-bad-link")),
        Preview::Nothing | Preview::Looking | Preview::Words(_) | Preview::Person { .. } => None,
    };
    let shown = Field {
        label: &name,
        hint: &hint,
        rows: 3,
        code: true,
        limit: 4096,
        error: bad.as_deref(),
        target: Some(Target::Field),
        ..Field::default()
    };
    let (changed, _) = field(ui, cx, "invite link", &add.input, shown);
    if let Some(text) = changed {
        cx.act(Action::AddInput(text));
    }
    side_by_side(ui, cx, |ui, cx| {
        if link_button(ui, cx, &cx.t("add-scan-clipboard")).clicked() {
            cx.act(Action::ScanClipboard);
        }
        if link_button(ui, cx, &cx.t("add-scan-file")).clicked() {
            cx.act(Action::ScanFile);
        }
        if link_button(ui, cx, &cx.t("add-scan-screen")).clicked() {
            cx.act(Action::ScanScreen);
        }
    });
    ui.add_space(space::S);
    preview(ui, cx, add);
}

fn preview(ui: &mut Ui, cx: &mut Cx<'_>, add: &AddContact) {
    match &add.preview {
        Preview::Nothing | Preview::Bad(_) | Preview::WrongWord(_) => {}
        Preview::Words(count) => {
            muted(ui, cx, &cx.with("add-words-typed", &[("count", Arg::Count(*count as u64))]));
        }
        Preview::Looking => {
            muted(ui, cx, &cx.t("add-looking"));
        }
        Preview::Person { mine: true, .. } => {
            banner(ui, cx, Tone::Info, &cx.t("add-mine"), None);
        }
        Preview::Person { account, name, known, works, .. } => {
            card(ui, cx, |ui, cx| {
                side_by_side(ui, cx, |ui, cx| {
                    let key = account.to_bytes();
                    avatar(ui, cx.theme, &Face { name, key: &key, online: None }, 48.0, cx.tokens().bg_raised);
                    ui.vertical(|ui| {
                        let name = links::safe_name(name);
                        label(ui, cx.theme.text(name, Type::TITLE, cx.tokens().text));
                        let account = account.to_string();
                        let short: String = account.chars().take(18).collect();
                        label(ui, cx.theme.code(format!("{short}…"), 12.0, cx.tokens().text_3));
                    });
                });
                muted(ui, cx, &cx.t(if *known { "add-known" } else { "add-preview-about" }));
            });
            ui.add_space(space::S);
            if !known {
                ask(ui, cx, add, name, *works);
            }
        }
    }
}

fn ask(ui: &mut Ui, cx: &mut Cx<'_>, add: &AddContact, name: &str, works: bool) {
    if works && add.busy {
        return working(ui, cx);
    }
    let (title, hint) = (cx.t("add-message"), cx.t("add-message-hint"));
    let shown = Field { label: &title, hint: &hint, limit: 500, ..Field::default() };
    let (changed, entered) = field(ui, cx, "request text", &add.message, shown);
    if let Some(text) = changed {
        cx.act(Action::AddMessage(text));
    }
    if works {
        muted(ui, cx, &cx.t("add-work-about"));
    }
    sheet_buttons(ui, cx, |ui, cx| {
        let text = cx.with("add-ask", &[("name", Arg::Text(name))]);
        let text = if add.busy { cx.t("add-asking") } else { text };
        let pressed =
            ui.add_enabled_ui(!add.busy, |ui| button(ui, cx, Kind::Primary, Some(icons::USER_PLUS), &text).clicked());
        if pressed.inner || entered {
            cx.act(Action::AddConfirm);
        }
    });
}

/// This computer works for the request. How far it is nobody knows: it is luck.
fn working(ui: &mut Ui, cx: &mut Cx<'_>) {
    side_by_side(ui, cx, |ui, cx| {
        // Where little motion is wanted, the words are enough.
        if ui.style().animation_time > 0.0 {
            ui.add(egui::Spinner::new().size(18.0).color(cx.tokens().accent));
        }
        muted(ui, cx, &cx.t("add-working"));
    });
    sheet_buttons(ui, cx, |ui, cx| {
        if button(ui, cx, Kind::Secondary, None, &cx.t("cancel")).clicked() {
            cx.act(Action::AddCancel);
        }
    });
}
