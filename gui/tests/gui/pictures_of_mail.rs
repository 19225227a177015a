//! Where messages wait, and what is said when they were given up: drawn, and what screen readers are told.

use egui_kittest::{Harness, kittest::Queryable as _};
use kith_gui::{
    i18n::{Code, Lang},
    model::{Model, NewMailbox, Route, Section, Sheet},
    preview::Preview,
    theme::{Mode, Theme},
    update::{Effect, Then},
};
use kith_node::{Command, api::InviteId, views::Invite};

use crate::{
    pictures::{NARROW, WIDE, draw, modes, with},
    sample,
};

const TALL: [f32; 2] = [1180.0, 1300.0];

#[test]
fn messages_that_wait_at_mailboxes_or_were_given_up() {
    for (name, mode) in modes() {
        draw(&format!("kept-{name}"), sample::kept(), mode, Code::En, TALL);
    }
    draw("kept-narrow", sample::kept(), Mode::Light, Code::De, [420.0, 1700.0]);
    draw("kept-ar", sample::kept(), Mode::Dark, Code::Ar, TALL);
    let mut removed = sample::kept();
    removed.contacts.remove(&sample::account(1));
    draw("kept-removed-narrow", removed, Mode::Dark, Code::En, [420.0, 1700.0]);
}

#[test]
fn mailboxes() {
    let page = |model: &mut Model| {
        model.view.route = Route::Settings(Section::Privacy);
        model.view.mailboxes = Some(sample::mailboxes());
        model.view.new_mailbox = NewMailbox {
            link: "kith:b/1/lnof2xs7".into(),
            token: "5c5c".to_owned().into(),
            wrong_link: Some("mailbox-bad-link"),
            wrong_token: Some("mailbox-bad-token"),
            busy: false,
        };
    };
    for (name, mode) in modes() {
        draw(&format!("mailboxes-{name}"), with(page), mode, Code::En, TALL);
    }
    draw("mailboxes-narrow", with(page), Mode::Light, Code::De, [420.0, 1700.0]);
    draw("mailboxes-ar", with(page), Mode::Dark, Code::Ar, [420.0, 1700.0]);
    let none = |model: &mut Model| {
        page(model);
        (model.view.mailboxes, model.view.new_mailbox) = (Some(Vec::new()), NewMailbox::default());
    };
    draw("mailboxes-none", with(none), Mode::Light, Code::En, TALL);
    let contact = |model: &mut Model| {
        page(model);
        model.view.route = Route::Contacts { open: Some(sample::account(1)) };
        model.view.served = Some(sample::served());
    };
    draw("mailboxes-contact", with(contact), Mode::Dark, Code::En, [1180.0, 1700.0]);
    let away = |model: &mut Model| model.view.route = Route::Contacts { open: Some(sample::account(3)) };
    draw("mailboxes-away", with(away), Mode::Light, Code::En, TALL);
}

#[test]
fn hidden_without_a_bootstrap_node() {
    let hidden = |model: &mut Model| {
        model.view.route = Route::Settings(Section::Privacy);
        model.settings.relay_only = true;
        if let Some(network) = &mut model.network {
            network.bootstraps.clear();
        }
    };
    for (name, mode) in modes() {
        draw(&format!("relay-none-{name}"), with(hidden), mode, Code::En, WIDE);
    }
    draw("relay-none-narrow", with(hidden), Mode::Light, Code::De, NARROW);
    draw("relay-none-ar", with(hidden), Mode::Dark, Code::Ar, NARROW);
}

#[test]
fn open_invites() {
    let invites = |model: &mut Model| {
        let one = |n: u8, note: &str, single_use, used_by| Invite {
            invite: InviteId::from_bytes([n; 16]),
            link: format!("kith:i/1/{}", "abcdefgh234567ij".repeat(10 + usize::from(n))),
            note: note.into(),
            single_use,
            created_at: sample::NOW - u64::from(n) * 26 * 60_000,
            expires_at: Some(sample::NOW + u64::from(n) * 26 * 3_600_000),
            used_by,
        };
        let all = vec![
            one(1, "", true, None),
            one(2, "", false, Some(sample::account(2))),
            one(3, "For the choir, on the notice board beside the door", false, None),
        ];
        model.view.sheet = Some(Sheet::Invites(Some(all)));
    };
    for (name, mode) in modes() {
        draw(&format!("invites-{name}"), with(invites), mode, Code::En, WIDE);
    }
    draw("invites-narrow", with(invites), Mode::Light, Code::De, NARROW);
    draw("invites-ar", with(invites), Mode::Dark, Code::Ar, NARROW);
    draw(
        "invites-none",
        with(|model| model.view.sheet = Some(Sheet::Invites(Some(vec![])))),
        Mode::Dark,
        Code::En,
        WIDE,
    );
}

fn open(model: Model) -> Harness<'static, Preview> {
    let preview = Preview::new(model, Theme::new(Mode::Light), Lang::new(Code::En, Some(true)).in_utc());
    let builder = Harness::builder().with_size(TALL).allow_missing_glyphs();
    let mut window = builder.build_ui_state(|ui, preview: &mut Preview| preview.show(ui), preview);
    window.run_steps(6);
    window
}

#[test]
fn a_message_says_where_it_waits_and_until_when() {
    let window = open(sample::kept());
    let says = |part: &str| window.query_all_by_label_contains(part).next().is_some();
    assert!(says("at seven (kept by 2 mailboxes until Saturday, 5 December)"));
    assert!(says("(kept by a mailbox until Sunday, 22 November)"));
}

#[test]
fn a_message_that_was_given_up_says_why_and_is_sent_again() {
    let mut window = open(sample::kept());
    let says = |window: &Harness<'_, Preview>, part: &str| window.query_all_by_label_contains(part).next().is_some();
    assert!(says(&window, "ok (not sent: It could not be delivered.)"));
    assert!(says(&window, "lease expired 🙃 (not sent: It could not be delivered in 30 days.)"));
    window.get_all_by_label("Send again").last().unwrap().click();
    window.run_steps(3);
    let sent: Vec<_> = window.state().asked.iter().filter_map(again).collect();
    assert_eq!(sent, [("ok", sample::message_id(10))]);

    let mut removed = sample::kept();
    removed.contacts.remove(&sample::account(1));
    let window = open(removed);
    assert!(says(&window, "ok (not sent: This person was removed before it arrived.)"));
    assert!(!says(&window, "Send again"), "to nobody");
}

/// What is sent in place of which message.
fn again(effect: &Effect) -> Option<(&str, kith_node::MessageId)> {
    if let Effect::Call(Command::ChatsSend(params), Then::SentAgain(message)) = effect {
        Some((&params.text, *message))
    } else {
        None
    }
}
