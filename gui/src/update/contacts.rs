//! People: invites, requests, names, trust.

use kith_node::{
    AccountId, Command, SPOKEN_WORDS, SpokenCode, SpokenError, params,
    views::{Invite, Share, Sharing},
};

use super::{Effect, Target, Then, toast};
use crate::{
    action::Action,
    model::{AddContact, AddTab, Lasts, Model, Preview, Route, Sheet, ToastKind},
    text::links,
};

/// Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
pub(super) fn update(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    let account = |account| params::AccountParams { account };
    let call = |command, then| Effect::Call(command, then);
    match action {
        Action::AddContact(tab) => open_add(model, tab, out),
        Action::AddTab(tab) => {
            edit_add(model, |add| add.tab = tab);
            invite(model, out);
        }
        Action::AddInput(text) => add_input(model, text, out),
        Action::AddMessage(text) => edit_add(model, |add| add.message = text),
        Action::AddSingleUse(single_use) => {
            edit_add(model, |add| (add.single_use, add.link) = (single_use, None));
            invite(model, out);
        }
        Action::AddSpeak(speaking) => speak(model, speaking, out),
        Action::AddConfirm => confirm(model, out),
        Action::ShowInvites => show_invites(model, out),
        Action::RevokeInvite(invite) => {
            out.push(call(Command::ContactsRevokeInvite(params::InviteRef { invite }), Then::Revoked));
        }
        Action::ScanClipboard => out.push(Effect::ScanClipboard),
        Action::ScanFile => out.push(Effect::ScanFile),
        Action::ScanScreen => out.push(Effect::ScanScreen),
        Action::Accept(who) => {
            out.push(call(Command::ContactsAccept(account(who)), Then::Nothing));
            out.push(call(Command::ChatsOpen(account(who)), Then::Opened));
        }
        Action::Decline(who) => out.push(call(Command::ContactsDecline(account(who)), Then::Say("toast-declined"))),
        Action::Block(who) => {
            model.view.sheet = None;
            out.push(call(Command::ContactsBlock(account(who)), Then::Say("toast-blocked")));
        }
        Action::Unblock(who) => out.push(call(Command::ContactsUnblock(account(who)), Then::Say("toast-unblocked"))),
        Action::Remove(who) => {
            model.view.sheet = None;
            if model.view.route == (Route::Contacts { open: Some(who) }) {
                model.view.route = Route::Contacts { open: None };
            }
            out.push(call(Command::ContactsRemove(account(who)), Then::Say("toast-removed")));
        }
        Action::Rename(account, petname) => {
            model.view.sheet = None;
            out.push(call(Command::ContactsRename(params::RenameParams { account, petname }), Then::Nothing));
        }
        Action::Verify(account, verified) => {
            let said = if verified { "toast-verified" } else { "toast-unverified" };
            let params = params::VerifyParams { account, verified };
            out.push(call(Command::ContactsVerify(params), Then::Say(said)));
        }
        Action::Introduce(to, about) => {
            model.view.sheet = None;
            let params = params::IntroduceParams { to, about };
            out.push(call(Command::ContactsIntroduce(params), Then::Say("toast-introduced")));
        }
        Action::AnswerIntroduction(message, agree) => {
            let params = params::AnswerIntroductionParams { message, agree };
            out.push(call(Command::ContactsAnswerIntroduction(params), Then::Nothing));
        }
        Action::SaveProfile => save_profile(model, out),
        Action::ShareWith(account, sharing) => share_with(model, account, sharing, out),
        Action::Idle(idle) if model.me.is_some() => {
            let params = params::ProfileSetParams { idle: Some(idle), ..Default::default() };
            out.push(call(Command::ProfileSet(params), Then::Nothing));
        }
        Action::Idle(_) => {}
        other => return Some(other),
    }
    None
}

/// Only what was changed: who chooses twice before the node has answered changes both.
fn share_with(model: &Model, account: AccountId, sharing: Sharing, out: &mut Vec<Effect>) {
    let before = model.contacts.get(&account).map(|contact| contact.sharing).unwrap_or_default();
    let changed = |before: Share, now: Share| (before != now).then_some(now);
    let params = params::ContactSetParams {
        account,
        typing: changed(before.typing, sharing.typing),
        presence: changed(before.presence, sharing.presence),
        receipts: changed(before.receipts, sharing.receipts),
        status: changed(before.status, sharing.status),
    };
    out.push(Effect::Call(Command::ContactsSet(params), Then::Nothing));
}

/// The sheet, or the page shown once at the beginning.
pub(super) fn edit_add(model: &mut Model, edit: impl FnOnce(&mut AddContact)) {
    match (&mut model.view.sheet, &mut model.view.welcome) {
        (Some(Sheet::AddContact(add)), _) | (_, Some(add)) => edit(add),
        _ => {}
    }
}

pub(super) fn open_add(model: &mut Model, tab: AddTab, out: &mut Vec<Effect>) {
    model.view.palette = None;
    model.view.sheet = Some(Sheet::AddContact(AddContact { tab, single_use: true, ..AddContact::default() }));
    invite(model, out);
    out.push(Effect::Focus(Target::Field));
}

/// Makes an invite if the page that shows one has none.
fn invite(model: &mut Model, out: &mut Vec<Effect>) {
    let mut wanted = None;
    edit_add(model, |add| {
        if add.tab == AddTab::Show && add.link.is_none() {
            wanted = Some(add.single_use);
        }
    });
    if let Some(single_use) = wanted {
        let params = params::InviteParams { single_use, expires_s: None, note: None, spoken: false };
        out.push(Effect::Call(Command::ContactsInvite(params), Then::Invited));
    }
}

fn show_invites(model: &mut Model, out: &mut Vec<Effect>) {
    model.view.sheet = Some(Sheet::Invites(None));
    list_invites(out);
}

fn list_invites(out: &mut Vec<Effect>) {
    out.push(Effect::Call(Command::ContactsInvites(params::Nothing {}), Then::Invites));
}

/// The open ones came, if somebody still looks.
pub(super) fn invites_listed(model: &mut Model, invites: Vec<Invite>) {
    if let Some(Sheet::Invites(shown)) = &mut model.view.sheet {
        *shown = Some(invites);
    }
}

/// One of them leads nowhere any more.
pub(super) fn revoked(model: &mut Model, out: &mut Vec<Effect>) {
    toast(model, ToastKind::Done, "toast-revoked");
    list_invites(out);
}

/// Makes words unless there are some that still lead somewhere.
fn speak(model: &mut Model, speaking: bool, out: &mut Vec<Effect>) {
    let now = model.now;
    edit_add(model, |add| {
        let asked = std::mem::replace(&mut add.speaking, speaking) && add.words.is_none();
        add.words.take_if(|words| words.until <= now);
        if speaking && !asked && add.words.is_none() {
            let params = params::InviteParams { single_use: true, expires_s: None, note: None, spoken: true };
            out.push(Effect::Call(Command::ContactsInvite(params), Then::Spoken));
        }
    });
}

/// What is in the field of the page that uses an invite.
enum Typed {
    /// A link, or all six words.
    Whole(String),
    /// Some words.
    Words(usize),
    /// A word that nobody says.
    Wrong(usize),
    Nothing,
}

fn typed(text: &str) -> Typed {
    if let Some(link) = links::invite_in(text).or_else(|| links::address_in(text)) {
        return Typed::Whole(link.to_owned());
    }
    match SpokenCode::parse(text) {
        Ok(code) => Typed::Whole(code.words().to_owned()),
        // The last one may not be typed to its end yet.
        Err(SpokenError::UnknownWord { position: last @ SPOKEN_WORDS })
            if text.ends_with(|c: char| c.is_ascii_alphabetic()) =>
        {
            Typed::Words(last - 1)
        }
        Err(SpokenError::UnknownWord { position }) => Typed::Wrong(position),
        Err(SpokenError::WordCount { found: found @ 1..SPOKEN_WORDS })
            if text.chars().all(|c| c.is_ascii_alphabetic() || c.is_whitespace() || ",.-".contains(c)) =>
        {
            Typed::Words(found)
        }
        Err(_something_else) => Typed::Nothing,
    }
}

/// Whether this is what the field has now.
pub(super) fn is_typed(add: &AddContact, asked: &str) -> bool {
    matches!(typed(&add.input), Typed::Whole(whole) if whole == asked)
}

/// Something was pasted, typed or scanned; the link in it, or the words, are looked up at once.
pub(super) fn add_input(model: &mut Model, text: String, out: &mut Vec<Effect>) {
    let (shown, wanted) = match typed(&text) {
        Typed::Whole(whole) => (Preview::Looking, Some(whole)),
        Typed::Words(count) => (Preview::Words(count), None),
        Typed::Wrong(position) => (Preview::WrongWord(position), None),
        Typed::Nothing => (Preview::Nothing, None),
    };
    edit_add(model, |add| (add.input, add.preview) = (text, shown));
    out.extend(wanted.map(preview));
}

fn preview(link: String) -> Effect {
    let params = params::PreviewParams { link: link.clone() };
    Effect::Call(Command::ContactsPreview(params), Then::Previewed(link))
}

fn confirm(model: &mut Model, out: &mut Vec<Effect>) {
    let mut wanted = None;
    edit_add(model, |add| {
        // Who is asked is who was shown, whatever words lead to by now.
        if let Preview::Person { mine: false, link, .. } = &add.preview
            && !std::mem::replace(&mut add.busy, true)
        {
            wanted = Some((link.clone(), add.message.trim().to_owned()));
        }
    });
    if let Some((link, message)) = wanted {
        let message = (!message.is_empty()).then_some(message);
        out.push(Effect::Call(Command::ContactsAdd(params::AddParams { link, message }), Then::Added));
    }
}

fn save_profile(model: &mut Model, out: &mut Vec<Effect>) {
    let Some(Sheet::Profile(edit)) = &model.view.sheet else { return };
    if edit.name.trim().is_empty() {
        return;
    }
    let unchanged = model.me.as_ref().is_some_and(|me| me.status_text == edit.status) && edit.lasts == Lasts::Kept;
    let params = params::ProfileSetParams {
        name: Some(edit.name.clone()),
        // Saying it again would take away its end.
        status_text: (!unchanged).then(|| edit.status.clone()),
        status_expires_s: if edit.status.is_empty() { None } else { edit.lasts.seconds() },
        presence: Some(edit.presence),
        idle: None,
    };
    model.view.sheet = None;
    out.push(Effect::Call(Command::ProfileSet(params), Then::Say("toast-profile-saved")));
}

/// The safety number of the contact that came on the screen.
pub(super) fn ask_safety(model: &Model, account: AccountId, out: &mut Vec<Effect>) {
    if model.view.safety.as_ref().is_none_or(|(of, _)| *of != account) {
        let params = params::AccountParams { account };
        out.push(Effect::Call(Command::ContactsSafetyNumber(params), Then::Safety(account)));
    }
}

/// A link in a message: invites stay inside, odd ones are asked about, the rest is the browser's.
pub(super) fn follow(model: &mut Model, link: String, out: &mut Vec<Effect>) {
    if links::invite_in(&link).is_some() {
        open_add(model, AddTab::Enter, out);
        add_input(model, link, out);
    } else if links::is_suspicious(&link) {
        model.view.sheet = Some(Sheet::OpenLink(link));
    } else {
        out.push(Effect::Browse(link));
    }
}

/// Somebody was asked.
pub(super) fn added(model: &mut Model, account: AccountId, out: &mut Vec<Effect>) {
    model.view.sheet = None;
    model.view.welcome = None;
    toast(model, ToastKind::Done, "toast-asked");
    super::go(model, Route::Contacts { open: Some(account) }, out);
}
