use egui::{Ui, vec2};
use kith_node::{
    AccountId,
    views::{Contact, ContactState, PathKind, PathOver, Share, Sharing, Via},
};

use crate::{
    action::{Action, Copied},
    cx::Cx,
    i18n::Arg,
    model::{Section, Sheet, can_write_to, shown_name, status},
    text::links,
    theme::{Type, icons, space},
    views::{
        chats::mute,
        contact::because::{about_way, why_relayed},
        contacts::standing,
        sheets::expiry::choices,
    },
    widgets::{
        Face, Kind, Tone, avatar, banner, button, card, glyph, icon_button, label, link_button, muted, paragraph,
        section_title, segmented, selectable, side_by_side, switch_row,
    },
};

pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>, account: AccountId) {
    let Some(contact) = cx.model.contacts.get(&account) else { return };
    head(ui, cx, contact);
    ui.add_space(space::M);
    if contact.alarm {
        banner(ui, cx, Tone::Danger, &cx.t("contact-alarm"), None);
        ui.add_space(space::M);
    }
    actions(ui, cx, contact);
    if matches!(contact.state, ContactState::Introduced | ContactState::Verified) {
        trust(ui, cx, contact);
        if let Some(chat) = cx.model.chat_with(contact.account).map(|chat| chat.chat) {
            mute::show(ui, cx, chat);
        }
        expiry(ui, cx, contact);
        path(ui, cx, contact);
        sharing(ui, cx, contact);
        mail(ui, cx, contact);
    }
    id(ui, cx, contact);
    danger(ui, cx, contact);
}

fn head(ui: &mut Ui, cx: &mut Cx<'_>, contact: &Contact) {
    let (name, key) = (shown_name(contact), contact.account.to_bytes());
    ui.vertical_centered(|ui| {
        let friend = matches!(contact.state, ContactState::Introduced | ContactState::Verified);
        let face = Face { name: &name, key: &key, online: friend.then_some(contact.presence) };
        avatar(ui, cx.theme, &face, 88.0, cx.tokens().bg_app);
        ui.add_space(space::XS);
        let name = links::safe_name(&name);
        label(ui, cx.theme.text(name, Type::HEADING, cx.tokens().text));
        if contact.petname.is_some() {
            let own = cx.with("contact-own-name", &[("name", Arg::Text(&links::safe_name(&contact.name)))]);
            label(ui, cx.theme.text(&own, Type::SMALL, cx.tokens().text_2));
        }
        label(ui, cx.theme.text(standing(cx, contact), Type::SMALL, cx.tokens().text_2));
        let status = status(cx.model, contact);
        if !status.is_empty() {
            paragraph(ui, cx, status);
        }
    });
}

fn actions(ui: &mut Ui, cx: &mut Cx<'_>, contact: &Contact) {
    let account = contact.account;
    match contact.state {
        ContactState::Requested => {
            card(ui, cx, |ui, cx| {
                let text = if contact.request_text.is_empty() {
                    cx.t("request-no-text")
                } else {
                    contact.request_text.clone()
                };
                paragraph(ui, cx, &text);
                if contact.via == Some(Via::PublicAddress) {
                    muted(ui, cx, &cx.t("request-by-address"));
                }
                muted(ui, cx, &cx.t("request-about"));
                side_by_side(ui, cx, |ui, cx| {
                    if button(ui, cx, Kind::Primary, None, &cx.t("accept")).clicked() {
                        cx.actions.push(Action::Accept(account));
                    }
                    if button(ui, cx, Kind::Secondary, None, &cx.t("decline")).clicked() {
                        cx.actions.push(Action::Decline(account));
                    }
                });
            });
        }
        ContactState::Waiting => {
            muted(ui, cx, &cx.t("waiting-about"));
        }
        ContactState::Blocked => {
            muted(ui, cx, &cx.t("blocked-about"));
            if button(ui, cx, Kind::Secondary, None, &cx.t("contact-unblock")).clicked() {
                cx.act(Action::Unblock(account));
            }
        }
        ContactState::Introduced | ContactState::Verified => {
            ui.vertical_centered(|ui| {
                let can = can_write_to(contact);
                let text = cx.t("contact-write");
                let pressed = ui
                    .add_enabled_ui(can, |ui| button(ui, cx, Kind::Primary, Some(icons::CHAT_CIRCLE), &text).clicked())
                    .inner;
                if pressed {
                    cx.act(Action::OpenChatWith(account));
                }
            });
        }
    }
    ui.add_space(space::S);
}

fn trust(ui: &mut Ui, cx: &mut Cx<'_>, contact: &Contact) {
    section_title(ui, cx, &cx.t("trust-title"));
    let verified = contact.state == ContactState::Verified;
    let safety = cx.model.view.safety.as_ref().filter(|(of, _)| *of == contact.account).map(|(_, safety)| safety);
    card(ui, cx, |ui, cx| {
        let (icon, color, key) = if verified {
            (icons::SEAL_CHECK, cx.tokens().ok, "trust-verified")
        } else {
            (icons::SEAL_QUESTION, cx.tokens().text_2, "trust-introduced")
        };
        side_by_side(ui, cx, |ui, cx| {
            glyph(ui, cx, icon, 20.0, color, true);
            label(ui, cx.theme.text(cx.t(key), Type::BODY.weight(600.0), color));
        });
        muted(ui, cx, &cx.t(if verified { "trust-verified-about" } else { "trust-introduced-about" }));
        ui.add_space(space::S);
        let Some(safety) = safety else { return };
        emoji(ui, cx, &safety.emoji);
        ui.add_space(space::S);
        digits(ui, cx, &safety.digits);
        side_by_side(ui, cx, |ui, cx| {
            let (kind, text) = if verified { (Kind::Quiet, "trust-take-back") } else { (Kind::Primary, "trust-match") };
            if button(ui, cx, kind, None, &cx.t(text)).clicked() {
                cx.actions.push(Action::Verify(contact.account, !verified));
            }
            if link_button(ui, cx, &cx.t("trust-copy")).clicked() {
                cx.actions.push(Action::Copy(safety.digits.clone(), Copied::Text));
            }
        });
    });
}

fn emoji(ui: &mut Ui, cx: &mut Cx<'_>, emoji: &[kith_node::params::Emoji]) {
    side_by_side(ui, cx, |ui, cx| {
        ui.spacing_mut().item_spacing = vec2(4.0, 6.0);
        for one in emoji {
            ui.allocate_ui_with_layout(vec2(68.0, 54.0), egui::Layout::top_down(egui::Align::Center), |ui| {
                ui.set_width(68.0);
                label(ui, cx.theme.text(&one.emoji, Type::DISPLAY.size(26.0), cx.tokens().text));
                let name = cx.t(&format!("safety-emoji-{}", one.name));
                label(ui, cx.theme.text(name, Type::CAPTION.size(11.0), cx.tokens().text_2));
            });
        }
    });
}

/// Twelve groups of five, as both people read them to each other.
fn digits(ui: &mut Ui, cx: &Cx<'_>, digits: &str) {
    let groups: Vec<String> = digits
        .chars()
        .filter(char::is_ascii_digit)
        .collect::<Vec<_>>()
        .chunks(5)
        .map(|part| part.iter().collect())
        .collect();
    let per_line = if ui.available_width() > 320.0 { 4 } else { 3 };
    let lines: Vec<_> = groups.chunks(per_line).map(|line| line.join("   ")).collect();
    for line in lines {
        selectable(ui, cx.theme.code(line, 15.0, cx.tokens().text));
    }
}

fn expiry(ui: &mut Ui, cx: &mut Cx<'_>, contact: &Contact) {
    let Some(chat) = cx.model.chat_with(contact.account).map(|chat| chat.chat) else { return };
    section_title(ui, cx, &cx.t("expiry-title"));
    card(ui, cx, |ui, cx| {
        choices(ui, cx, chat);
        ui.add_space(space::S);
        muted(ui, cx, &cx.t("expiry-about"));
    });
}

fn path(ui: &mut Ui, cx: &mut Cx<'_>, contact: &Contact) {
    section_title(ui, cx, &cx.t("path-title"));
    card(ui, cx, |ui, cx| {
        let icon = match contact.path.kind {
            PathKind::Direct => icons::PLUGS_CONNECTED,
            PathKind::Relayed => icons::BROADCAST,
            PathKind::None => icons::CLOUD_SLASH,
        };
        side_by_side(ui, cx, |ui, cx| {
            glyph(ui, cx, icon, 20.0, cx.tokens().text_2, false);
            let text = way(cx, contact);
            let text = match contact.path.rtt_ms {
                Some(rtt) => format!("{text} · {}", cx.lang.apart(&format!("{rtt} ms"))),
                None => text,
            };
            label(ui, cx.theme.text(&text, Type::BODY, cx.tokens().text));
        });
        muted(ui, cx, &cx.t(about_way(contact)));
        if contact.path.kind == PathKind::Relayed {
            let why = why_relayed(cx.model.network.as_ref(), cx.model.settings.relay_only);
            muted(ui, cx, &cx.t(why));
        }
    });
}

/// The way to a contact, in a few words.
fn way(cx: &Cx<'_>, contact: &Contact) -> String {
    let path = &contact.path;
    match (path.kind, path.over) {
        (PathKind::Direct, Some(PathOver::Ipv4)) => cx.t("path-direct-ipv4"),
        (PathKind::Direct, Some(PathOver::Ipv6)) => cx.t("path-direct-ipv6"),
        (PathKind::Direct, Some(PathOver::Lan)) => cx.t("path-direct-lan"),
        (PathKind::Direct, None) => cx.t("path-direct"),
        (PathKind::Relayed, _) => {
            let nodes = cx.model.network.iter().flat_map(|status| &status.bootstraps);
            let host = nodes.filter(|node| node.transport == path.via).map(|node| node.host.as_str());
            match host.into_iter().find(|host| !host.is_empty()) {
                Some(host) => cx.with("path-relayed-by", &[("relay", Arg::Text(&cx.lang.apart(host)))]),
                None => cx.t("path-relayed"),
            }
        }
        (PathKind::None, _) => cx.t("path-none"),
    }
}

type SetShare = fn(&mut Sharing, Share);

/// What they learn of me, and I of them.
fn sharing(ui: &mut Ui, cx: &mut Cx<'_>, contact: &Contact) {
    section_title(ui, cx, &cx.t("sharing-title"));
    card(ui, cx, |ui, cx| {
        let Sharing { typing, presence, receipts, status } = contact.sharing;
        let rows: [(&str, Share, SetShare); 4] = [
            ("privacy-typing", typing, |sharing, share| sharing.typing = share),
            ("privacy-presence", presence, |sharing, share| sharing.presence = share),
            ("privacy-receipts", receipts, |sharing, share| sharing.receipts = share),
            ("privacy-status", status, |sharing, share| sharing.status = share),
        ];
        for (key, now, set) in rows {
            let name = cx.t(key);
            label(ui, cx.theme.text(&name, Type::BODY.weight(500.0), cx.tokens().text));
            let choices = [(Share::Default, "share-default"), (Share::On, "share-on"), (Share::Off, "share-off")];
            let texts: Vec<_> = choices.iter().map(|(_, key)| cx.t(key)).collect();
            let at = choices.iter().position(|(share, _)| *share == now).unwrap_or(0);
            if let Some(at) = segmented(ui, cx, &name, &texts, at) {
                let mut sharing = contact.sharing;
                set(&mut sharing, choices[at].0);
                cx.actions.push(Action::ShareWith(contact.account, sharing));
            }
        }
        muted(ui, cx, &cx.t("sharing-about"));
    });
}

/// Who keeps whose mail.
fn mail(ui: &mut Ui, cx: &mut Cx<'_>, contact: &Contact) {
    section_title(ui, cx, &cx.t("contact-mail"));
    let name = links::safe_name(&shown_name(contact)).into_owned();
    card(ui, cx, |ui, cx| {
        let serves = cx.model.view.served.as_ref().is_some_and(|served| served.on);
        if serves || contact.mail_offered {
            let title = cx.with("contact-mail-keep", &[("name", Arg::Text(&name))]);
            let about = cx.with("contact-mail-keep-about", &[("name", Arg::Text(&name))]);
            if let Some(on) = switch_row(ui, cx, &title, &about, contact.mail_offered) {
                cx.actions.push(Action::OfferMail(contact.account, on));
            }
        } else {
            muted(ui, cx, &cx.with("contact-mail-off", &[("name", Arg::Text(&name))]));
            if link_button(ui, cx, &cx.t("contact-mail-settings")).clicked() {
                cx.actions.push(Action::Section(Section::Privacy));
            }
        }
        ui.add_space(space::S);
        let waits = match contact.mailboxes {
            0 => cx.with("contact-mail-nowhere", &[("name", Arg::Text(&name))]),
            count => {
                let count = Arg::Count(count.into());
                cx.with("contact-mail-waits", &[("name", Arg::Text(&name)), ("count", count)])
            }
        };
        muted(ui, cx, &waits);
        if contact.keeps_mail {
            ui.add_space(space::S);
            side_by_side(ui, cx, |ui, cx| {
                glyph(ui, cx, icons::CHECK_CIRCLE, 20.0, cx.tokens().ok, false);
                let text = cx.with("contact-mail-theirs", &[("name", Arg::Text(&name))]);
                label(ui, cx.theme.text(&text, Type::BODY, cx.tokens().text));
            });
            muted(ui, cx, &cx.with("contact-mail-theirs-about", &[("name", Arg::Text(&name))]));
            let theirs = cx.model.view.mailboxes.iter().flatten().find(|known| known.kept_by == Some(contact.account));
            let text = cx.with("contact-mail-refuse", &[("name", Arg::Text(&name))]);
            if let Some(theirs) = theirs
                && link_button(ui, cx, &text).clicked()
            {
                cx.actions.push(Action::RemoveMailbox(theirs.address.clone()));
            }
        }
    });
}

fn id(ui: &mut Ui, cx: &mut Cx<'_>, contact: &Contact) {
    section_title(ui, cx, &cx.t("contact-id"));
    let account = contact.account.to_string();
    card(ui, cx, |ui, cx| {
        selectable(ui, cx.theme.code(&account, 12.5, cx.tokens().text_2));
        if icon_button(ui, cx, icons::COPY, &cx.t("copy-id"), false).clicked() {
            cx.actions.push(Action::Copy(account.clone(), Copied::Text));
        }
    });
}

fn danger(ui: &mut Ui, cx: &mut Cx<'_>, contact: &Contact) {
    ui.add_space(space::L);
    side_by_side(ui, cx, |ui, cx| {
        if can_write_to(contact)
            && matches!(contact.state, ContactState::Introduced | ContactState::Verified)
            && button(ui, cx, Kind::Secondary, Some(icons::USERS), &cx.t("introduce-to")).clicked()
        {
            cx.actions.push(Action::OpenSheet(Sheet::Introduce { to: contact.account, about: None }));
        }
        if button(ui, cx, Kind::Secondary, Some(icons::PENCIL_SIMPLE), &cx.t("contact-rename")).clicked() {
            let name = shown_name(contact);
            cx.actions.push(Action::OpenSheet(Sheet::Rename { account: contact.account, name }));
        }
        if contact.state != ContactState::Blocked
            && button(ui, cx, Kind::Secondary, Some(icons::PROHIBIT), &cx.t("contact-block")).clicked()
        {
            cx.actions.push(Action::OpenSheet(Sheet::Block(contact.account)));
        }
        if button(ui, cx, Kind::Secondary, Some(icons::TRASH), &cx.t("contact-remove")).clicked() {
            cx.actions.push(Action::OpenSheet(Sheet::Remove(contact.account)));
        }
    });
}
