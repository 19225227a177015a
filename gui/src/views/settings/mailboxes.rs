//! The nodes that keep my mail, and a place for another.

use egui::{Ui, vec2};
use kith_node::views::Mailbox;

use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::NewMailbox,
    text::links,
    theme::{Type, icons, space},
    views::network::short,
    widgets::{Field, Kind, button, ends, field, glyph, icon_button, label, muted},
};

/// How long a link may be that is typed.
const LINK_MAX: usize = 4096;
/// How long a token may be, with blanks around it.
const TOKEN_MAX: usize = 80;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(known) = cx.model.view.mailboxes.as_deref() else { return };
    ui.add_space(space::XS);
    if known.is_empty() {
        muted(ui, cx, &cx.t("mailbox-none"));
    }
    for mailbox in known {
        row(ui, cx, mailbox);
    }
    if known.iter().any(|mailbox| !can_remove(cx, mailbox)) {
        muted(ui, cx, &cx.t("mailbox-stays"));
    }
    if known.iter().any(is_silent) {
        ui.ctx().request_repaint_after(crate::update::MAILBOX_AGAIN);
    }
    ui.add_space(space::S);
    add(ui, cx);
}

/// Whether it may answer at any moment.
fn is_silent(mailbox: &Mailbox) -> bool {
    mailbox.in_use && mailbox.answered_at.is_none() && mailbox.refused_at.is_none()
}

/// The name of the bootstrap node that it is.
fn bootstrap<'a>(cx: &Cx<'a>, mailbox: &Mailbox) -> Option<&'a str> {
    let start = links::transport_in(&mailbox.address)?;
    let nodes = cx.model.network.iter().flat_map(|status| &status.bootstraps);
    let is_it = |transport: &String| transport.starts_with(&start);
    nodes.filter(|node| node.transport.as_ref().is_some_and(is_it)).map(|node| node.host.as_str()).next()
}

/// Removed, a bootstrap node would be found again.
fn can_remove(cx: &Cx<'_>, mailbox: &Mailbox) -> bool {
    mailbox.added || mailbox.kept_by.is_some() || bootstrap(cx, mailbox).is_none()
}

/// What to call it: whose it is, its host, or as much of its link as there is room for.
fn name(cx: &Cx<'_>, mailbox: &Mailbox) -> String {
    if let Some(account) = mailbox.kept_by {
        let name = links::safe_name(&cx.model.name_of(account)).into_owned();
        return cx.with("mailbox-of", &[("name", Arg::Text(&name))]);
    }
    match bootstrap(cx, mailbox) {
        Some(host) if !host.is_empty() => cx.lang.apart(host),
        _ => short(&mailbox.address),
    }
}

/// Whose it is, whether it is used, and what it answered.
fn state(cx: &Cx<'_>, mailbox: &Mailbox) -> String {
    let whose = match mailbox {
        Mailbox { kept_by: Some(_), .. } => Some("mailbox-contact"),
        Mailbox { added: true, .. } => Some("mailbox-added"),
        _ => bootstrap(cx, mailbox).map(|_| "mailbox-bootstrap"),
    };
    let used = if mailbox.in_use { "mailbox-used" } else { "mailbox-spare" };
    let when = |key, at| cx.with(key, &[("when", Arg::Text(&cx.lang.ago(at, cx.model.now)))]);
    let said = match (mailbox.refused_at, mailbox.answered_at) {
        (Some(at), _) => when("mailbox-refused", at),
        (None, Some(at)) => when("mailbox-answered", at),
        (None, None) => cx.t("mailbox-silent"),
    };
    whose.map(|key| cx.t(key)).into_iter().chain([cx.t(used), said]).collect::<Vec<_>>().join(" ")
}

fn row(ui: &mut Ui, cx: &mut Cx<'_>, mailbox: &Mailbox) {
    let (t, (start, end)) = (cx.tokens(), ends(cx));
    let name = name(cx, mailbox);
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 36.0), end, |ui| {
        if can_remove(cx, mailbox) {
            let remove = cx.with("mailbox-remove", &[("name", Arg::Text(&name))]);
            if icon_button(ui, cx, icons::TRASH, &remove, false).clicked() {
                cx.act(Action::RemoveMailbox(mailbox.address.clone()));
            }
        }
        ui.with_layout(start, |ui| {
            let (icon, color) = match mailbox {
                Mailbox { refused_at: Some(_), .. } => (icons::WARNING_CIRCLE, t.warn),
                Mailbox { in_use: true, answered_at: Some(_), .. } => (icons::CHECK_CIRCLE, t.ok),
                _ => (icons::CIRCLE_DASHED, t.text_3),
            };
            glyph(ui, cx, icon, 18.0, color, false);
            if name == short(&mailbox.address) {
                let shown = cx.theme.code(&name, 12.5, t.text_2);
                ui.add(egui::Label::new(shown).truncate()).on_hover_text(&mailbox.address);
            } else {
                label(ui, cx.theme.text(&name, Type::BODY, t.text)).on_hover_text(&mailbox.address);
            }
        });
    });
    muted(ui, cx, &state(cx, mailbox));
    ui.add_space(space::XS);
}

fn add(ui: &mut Ui, cx: &mut Cx<'_>) {
    let typed = &cx.model.view.new_mailbox;
    let (name, hint) = (cx.t("mailbox-link"), cx.t("mailbox-link-hint"));
    let wrong = typed.wrong_link.map(|key| cx.t(key));
    let error = wrong.as_deref();
    let shown = Field { label: &name, hint: &hint, limit: LINK_MAX, code: true, error, ..Field::default() };
    let (link, entered) = field(ui, cx, "mailbox link", &typed.link, shown);
    if let Some(link) = link {
        cx.act(Action::EditMailbox(NewMailbox { link, wrong_link: None, ..typed.clone() }));
    }
    ui.add_space(space::XS);
    let (name, hint) = (cx.t("mailbox-token"), cx.t("mailbox-token-hint"));
    let wrong = typed.wrong_token.map(|key| cx.t(key));
    let error = wrong.as_deref();
    let shown = Field { label: &name, hint: &hint, limit: TOKEN_MAX, code: true, error, ..Field::default() };
    let (token, entered_too) = field(ui, cx, "mailbox token", typed.token.as_str(), shown);
    if let Some(token) = token {
        let token = token.into();
        cx.act(Action::EditMailbox(NewMailbox { token, wrong_token: None, ..typed.clone() }));
    }
    ui.add_space(space::XS);
    let can = !typed.link.trim().is_empty() && !typed.busy;
    let text = cx.t("mailbox-add");
    let pressed = ui.add_enabled_ui(can, |ui| button(ui, cx, Kind::Secondary, Some(icons::PLUS), &text).clicked());
    if pressed.inner || (can && (entered || entered_too)) {
        cx.act(Action::AddMailbox);
    }
}
