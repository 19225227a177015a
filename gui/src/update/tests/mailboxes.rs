//! The nodes that keep my mail.

use kith_node::{params::MailboxesReply, views::Mailbox};

use super::*;
use crate::model::NewMailbox;

const LINK: &str = "kith:b/1/nnvg2234mmqwy3c4nrvw2zlonuxwk3thobswg5drnqzdgnbvgy3tqojqmfrggzdfmy";

fn mailbox() -> Mailbox {
    let (kept_by, answered_at, refused_at) = (None, None, None);
    Mailbox { address: LINK.into(), added: true, kept_by, in_use: true, queues: 0, answered_at, refused_at }
}

fn listed(model: &mut Model, mailboxes: Vec<Mailbox>) {
    let found = MailboxesReply { mailboxes, unsealed: 0, waiting: 0 };
    let _effects = reply(model, Then::Mailboxes, Ok(Reply::MailboxesList(found)));
}

fn typed(link: &str, token: &str) -> Action {
    let token = token.to_owned().into();
    Action::EditMailbox(NewMailbox { link: link.into(), token, ..NewMailbox::default() })
}

#[test]
fn a_mailbox_is_added_once_and_listed() {
    let mut model = ready();
    let _effects = update(&mut model, Action::Section(Section::Privacy));
    assert_eq!(calls(&update(&mut model, Action::AddMailbox)), [""; 0], "nothing is typed");
    let _effects = update(&mut model, typed(&format!(" {LINK}\n"), " "));
    assert!(!format!("{:?}", typed(LINK, "5c5c")).contains("5c5c"), "a token in what is logged");
    let wanted = params::MailboxParams { address: LINK.into(), token: None };
    let added = update(&mut model, Action::AddMailbox);
    assert_eq!(added, [Effect::Call(Command::MailboxesAdd(wanted), Then::MailboxAdded)]);
    assert_eq!(calls(&update(&mut model, Action::AddMailbox)), [""; 0], "a second click");
    let effects = reply(&mut model, Then::MailboxAdded, Ok(Reply::MailboxesAdd(Done {})));
    assert_eq!((calls(&effects), model.view.new_mailbox.link.as_str()), (vec!["mailboxes.list"], ""));

    let effects = update(&mut model, Action::RemoveMailbox(LINK.into()));
    let wanted = params::MailboxRef { address: LINK.into() };
    assert_eq!(effects, [Effect::Call(Command::MailboxesRemove(wanted), Then::MailboxRemoved)]);
    let effects = reply(&mut model, Then::MailboxRemoved, Ok(Reply::MailboxesRemove(Done {})));
    assert_eq!(calls(&effects), ["mailboxes.list"]);
}

#[test]
fn what_is_wrong_with_a_mailbox_is_said_where_it_is() {
    let mut model = ready();
    let mut refused = |code| {
        let _effects = update(&mut model, typed(LINK, "5c"));
        let _effects = update(&mut model, Action::AddMailbox);
        let _effects = reply(&mut model, Then::MailboxAdded, Err(code));
        let NewMailbox { link, wrong_link, wrong_token, busy, .. } = model.view.new_mailbox.clone();
        assert!(!busy && link == LINK, "typed in vain");
        (wrong_link, wrong_token, model.view.toasts.len())
    };
    assert_eq!(refused(ErrorCode::BadLink), (Some("mailbox-bad-link"), None, 0));
    assert_eq!(refused(ErrorCode::InvalidArgument), (None, Some("mailbox-bad-token"), 0));
    assert_eq!(refused(ErrorCode::TooLarge), (Some("mailbox-too-many"), None, 0));
    assert_eq!(refused(ErrorCode::Storage), (None, None, 1));

    model.view.served = Some(ServeReply { link: Some(LINK.into()), ..served(true) });
    let _effects = update(&mut model, typed(LINK, ""));
    assert_eq!(calls(&update(&mut model, Action::AddMailbox)), [""; 0]);
    assert_eq!(model.view.new_mailbox.wrong_link, Some("mailbox-own-link"));
}

#[test]
fn a_mailbox_that_is_silent_is_asked_about_until_it_answers() {
    let mut model = ready();
    let _effects = update(&mut model, Action::Section(Section::Privacy));
    listed(&mut model, vec![mailbox()]);
    assert_eq!(calls(&update(&mut model, Action::Tick)), [""; 0], "at once");
    model.now += 2_000;
    assert_eq!(calls(&update(&mut model, Action::Tick)), ["mailboxes.list"]);
    assert_eq!(calls(&update(&mut model, Action::Tick)), [""; 0], "with every frame");
    model.now += 2_000;
    for (answered_at, refused_at) in [(Some(NOW), None), (None, Some(NOW))] {
        listed(&mut model, vec![Mailbox { answered_at, refused_at, ..mailbox() }]);
        assert_eq!(calls(&update(&mut model, Action::Tick)), [""; 0], "it has answered");
    }
    let offered = || Action::Node(FromNode::Events(vec![Event::ContactChanged { contact: contact(1, "Mara") }]));
    assert_eq!(calls(&update(&mut model, offered())), ["mailboxes.list"]);
    listed(&mut model, vec![mailbox()]);
    let _effects = update(&mut model, Action::Section(Section::About));
    model.now += 2_000;
    assert_eq!(calls(&update(&mut model, Action::Tick)), [""; 0], "nobody looks");
    assert_eq!(calls(&update(&mut model, offered())), [""; 0]);
}
