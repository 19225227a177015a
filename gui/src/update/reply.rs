//! What follows from an answer of the node.

use kith_node::{
    ApiError, ChatId, ErrorCode, MessageId, Reply,
    api::Password,
    params::{EditedText, HistoryReply, PreviewReply},
    views::ContactState,
};

use super::{
    Effect, Then, backup, calls, contacts, link_preview, mailboxes, messages, public_address, schedule, sound,
    stickers, toast,
};
use crate::{
    model::{Hits, Load, Model, Preview, Route, Sheet, ToastKind, Words},
    text::links,
};

/// One answer, by what the call was for.
pub(super) fn reply(model: &mut Model, then: Then, result: Result<Reply, ApiError>, out: &mut Vec<Effect>) {
    match result {
        Ok(reply) => done(model, then, reply, out),
        Err(error) => failed(model, then, &error, out),
    }
}

fn done(model: &mut Model, then: Then, reply: Reply, out: &mut Vec<Effect>) {
    match (then, reply) {
        (Then::Say(key), _) => toast(model, ToastKind::Done, key),
        (Then::Locked { removed }, _) => {
            model.view.sheet = None;
            toast(model, ToastKind::Done, if removed { "toast-no-password" } else { "toast-password" });
        }
        (Then::Sent(chat, local), _) => {
            let talk = model.talk_mut(chat);
            talk.pending.retain(|pending| pending.local != local);
            talk.revision += 1;
        }
        (Then::SentAgain(message), _) => messages::sent_again(model, message, true, out),
        (Then::Page(chat, load), Reply::ChatsHistory(page)) => add_page(model, chat, load, page, out),
        (Then::Edits(of), Reply::ChatsEdits(found)) => edited(model, of, found.edits),
        (Then::Quoted(chat, id), Reply::ChatsHistory(page)) => {
            let found = page.messages.into_iter().find(|message| message.id == id);
            messages::quoted(model, chat, id, found);
        }
        (Then::LinkSeen(chat, number), Reply::ChatsPreviewLink(seen)) => {
            link_preview::seen(model, chat, number, Ok(seen));
        }
        (Then::Planned(chat, text), _) => schedule::planned(model, chat, &text, out),
        (Then::Scheduled(chat), Reply::ChatsScheduled(found)) => schedule::listed(model, chat, found.scheduled),
        (Then::Opened, Reply::ChatsOpen(opened)) => {
            super::go(model, Route::Chats { open: Some(opened.chat) }, out);
        }
        (Then::Invited, Reply::ContactsInvite(invite)) => contacts::edit_add(model, |add| add.link = Some(invite.link)),
        (Then::Spoken, Reply::ContactsInvite(invite)) => {
            let words = invite.words.unwrap_or_default().split(' ').map(str::to_owned).collect();
            contacts::edit_add(model, |add| add.words = Some(Words { words, until: invite.expires_at }));
        }
        (Then::Invites, Reply::ContactsInvites(found)) => contacts::invites_listed(model, found.invites),
        (Then::Revoked, _) => contacts::revoked(model, out),
        (Then::Previewed(link), Reply::ContactsPreview(person)) => previewed(model, &link, preview_of(person)),
        (Then::Added, Reply::ContactsAdd(added)) => contacts::added(model, added.account, out),
        (Then::Safety(account), Reply::ContactsSafetyNumber(safety)) => model.view.safety = Some((account, safety)),
        (Then::Found(query, narrow), Reply::ChatsSearch(found))
            if model.view.search.trim() == query && model.view.narrow == narrow =>
        {
            model.view.hits = Hits { query, narrow, hits: found.hits };
        }
        (Then::Pinned(chat), Reply::ChatsPinned(found)) => model.talk_mut(chat).pinned = found.messages,
        (Then::Phrase, Reply::ProfileRecoveryPhrase(phrase)) => {
            if let Some(Sheet::Phrase { words, .. }) = &mut model.view.sheet {
                *words = Some(phrase.words);
            }
        }
        (Then::Stickers, Reply::StickersList(found)) => model.stickers = found.stickers,
        (Then::StickerAdded, _) => stickers::added(model),
        (Then::CallStarted, _) => model.calls.asked = false,
        (Then::CallStats(call), Reply::CallsStats(stats)) => calls::told_stats(model, call, stats),
        (Then::Devices | Then::Checked, reply) => sound::done(model, reply, out),
        (Then::BackedUp, _) => backup::done(model),
        (Then::Rolling, Reply::BackupStatus(backups)) => model.backups = Some(backups),
        (Then::Rolling, Reply::BackupSet(_)) => backup::rolling_set(model),
        (Then::Tested, Reply::NetworkTest(test)) => model.view.network_test = Some(Some(test.steps)),
        (Then::Served, Reply::MailboxesServe(served)) => model.view.served = Some(served),
        (Then::Mailboxes, Reply::MailboxesList(found)) => model.view.mailboxes = Some(found.mailboxes),
        (Then::MailboxAdded, _) => mailboxes::added(model, out),
        (Then::MailboxRemoved, _) => mailboxes::removed(model, out),
        (Then::BootstrapAdded, _) => {
            model.view.bootstrap_input.clear();
            toast(model, ToastKind::Done, "toast-bootstrap-added");
        }
        _ => {}
    }
}

/// What a message said before, if that is still wanted.
fn edited(model: &mut Model, of: MessageId, found: Vec<EditedText>) {
    if let Some(Sheet::Edits { message, edits }) = &mut model.view.sheet
        && *message == of
    {
        *edits = Some(found);
    }
}

fn preview_of(person: PreviewReply) -> Preview {
    Preview::Person {
        account: person.account,
        link: person.link,
        name: person.name,
        known: person.state.is_some_and(|state| state != ContactState::Requested),
        mine: person.mine,
        works: person.work_bits.is_some(),
    }
}

fn add_page(model: &mut Model, chat: ChatId, load: Load, page: HistoryReply, out: &mut Vec<Effect>) {
    let unread = model.chats.get(&chat).map_or(0, |chat| chat.unread);
    let me = model.me.as_ref().map(|me| me.account);
    let talk = model.talk_mut(chat);
    talk.add_page(load, page.messages, page.more_before, page.more_after);
    match load {
        Load::First => {
            let theirs = talk.messages.iter().rev().filter(|message| Some(message.author) != me);
            let nth = usize::try_from(unread).unwrap_or(usize::MAX).checked_sub(1);
            talk.unread_from = nth.and_then(|nth| theirs.map(|message| message.id).nth(nth));
            talk.scroll_to(talk.unread_from);
        }
        Load::Around(message) => talk.scroll_to(Some(message)),
        Load::End => talk.scroll_to(None),
        Load::Before | Load::After => {}
    }
    super::chats::read_what_is_seen(model, out);
    messages::ask_quotes(model, out);
}

/// An answer to a link that has been changed since is not shown.
fn previewed(model: &mut Model, link: &str, preview: Preview) {
    contacts::edit_add(model, |add| {
        if contacts::is_typed(add, link) {
            add.preview = preview;
        }
    });
}

#[expect(clippy::wildcard_enum_match_arm, reason = "most calls fail with a toast")]
fn failed(model: &mut Model, then: Then, error: &ApiError, out: &mut Vec<Effect>) {
    let key = error_key(error.code);
    match then {
        Then::Sent(chat, local) => {
            let talk = model.talk_mut(chat);
            if let Some(pending) = talk.pending.iter_mut().find(|pending| pending.local == local) {
                pending.error = Some(key);
            }
            talk.revision += 1;
        }
        Then::Page(chat, load) => no_page(model, chat, load, key),
        Then::Checked => sound::failed(model, error),
        Then::SentAgain(message) => {
            messages::sent_again(model, message, false, out);
            toast(model, ToastKind::Problem, key);
        }
        Then::Previewed(asked) => {
            let key = preview_key(&asked, error.code, key);
            previewed(model, &asked, Preview::Bad(key));
        }
        Then::Spoken => {
            contacts::edit_add(model, |add| add.speaking = false);
            toast(model, ToastKind::Problem, key);
        }
        Then::Added => {
            contacts::edit_add(model, |add| add.busy = false);
            if error.code != ErrorCode::Cancelled {
                toast(model, ToastKind::Problem, key);
            }
        }
        // The request was answered, or refused, a moment before.
        Then::CalledOff if error.code == ErrorCode::NotFound => {}
        Then::Wiped => super::lock::not_wiped(model, error.message.clone()),
        Then::Tested => {
            model.view.network_test = None;
            toast(model, ToastKind::Problem, key);
        }
        Then::Served => {
            if let Some(served) = &mut model.view.served {
                served.on = false;
            }
            toast(model, ToastKind::Problem, key);
        }
        Then::MailboxAdded => mailboxes::not_added(model, error.code, key),
        Then::Phrase => match &mut model.view.sheet {
            Some(Sheet::Phrase { wrong, password, .. }) if error.code == ErrorCode::WrongPassword => {
                (*wrong, *password) = (true, Password::default());
            }
            _ => {
                model.view.sheet = None;
                toast(model, ToastKind::Problem, key);
            }
        },
        Then::Locked { .. } => {
            let wrong = error.code == ErrorCode::WrongPassword;
            if let Some(Sheet::Password(typed)) = &mut model.view.sheet {
                (typed.busy, typed.wrong) = (false, wrong);
            }
            if !wrong {
                toast(model, ToastKind::Problem, key);
            }
        }
        Then::StickerAdded => stickers::not_added(model, error),
        Then::CallStarted => calls::not_started(model, error.code, key),
        // The list comes with the next change.
        Then::Stickers => {}
        // It ended meanwhile, as the next event says.
        Then::CallStats(_) => {}
        Then::CallChanged if error.code == ErrorCode::NotFound => {}
        Then::BackedUp | Then::Rolling => backup::failed(model, error, key),
        Then::LinkSeen(chat, number) => link_preview::seen(model, chat, number, Err(error)),
        Then::Quoted(chat, id) => messages::quoted(model, chat, id, None),
        // A person types on; the next letter asks again.
        Then::Found(..) => {}
        // The picture is marked as broken.
        Then::Picture(_) | Then::Ignored => {}
        _ => toast(model, ToastKind::Problem, key),
    }
}

fn no_page(model: &mut Model, chat: ChatId, load: Load, key: String) {
    let talk = model.talk_mut(chat);
    talk.loading = None;
    // Else the timeline would ask again with every frame.
    match load {
        Load::Before => talk.more_before = false,
        Load::After => talk.more_after = false,
        Load::First | Load::Around(_) | Load::End => {}
    }
    toast(model, ToastKind::Problem, key);
}

/// Why there is no preview of what was typed.
fn preview_key(asked: &str, code: ErrorCode, key: String) -> String {
    let own = match asked {
        link if link.starts_with("kith:") => None,
        address if links::address_in(address).is_some() => public_address::error_key(code),
        _words => words_key(code),
    };
    own.map_or(key, str::to_owned)
}

/// The key of the text for what is special about words.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest is said as of links")]
fn words_key(code: ErrorCode) -> Option<&'static str> {
    match code {
        ErrorCode::NotFound => Some("error-words-unheard"),
        ErrorCode::UsedLink => Some("error-words-used"),
        ErrorCode::ExpiredLink => Some("error-words-over"),
        _ => None,
    }
}

/// The key of the text for an error.
pub(crate) fn error_key(code: ErrorCode) -> String {
    format!("error-{}", code.as_str().replace('_', "-"))
}
