//! What follows from what a person does and the node says: the next model, and what has to be asked of the node and the
//! desktop. Pure: no egui, no node, no clock.

mod background;
mod backup;
mod calls;
mod chats;
mod contacts;
mod entry;
pub(crate) mod link_preview;
mod lock;
mod mailboxes;
mod messages;
mod network;
mod notify;
mod picture;
mod poll;
mod public_address;
mod reply;
mod schedule;
mod sound;
mod stickers;
mod typing;
mod video;

#[cfg(test)]
mod tests;

use std::time::Duration;

use kith_node::{
    AccountId, ChatId, Command, Event, MessageId,
    api::Password,
    params,
    views::{
        MAILBOXES_USE, NOTIFY_CONTENT, NOTIFY_QUIET, PORT_MAPPING, PRESENCE_SHARE, RELAY_ONLY, RENEW_KEY, STATUS_SHARE,
        TYPING_SHARE,
    },
};

use crate::{
    action::{Action, Copied},
    bridge::FromNode,
    model::{
        About, Drawn, Load, Model, Narrow, Notice, Palette, PictureOf, Restoring, Route, Section, Settings, Sheet,
        Stage, Toast, ToastKind,
    },
};

pub(crate) use backup::needs_password;
pub(crate) use mailboxes::AGAIN as MAILBOX_AGAIN;
pub(crate) use reply::error_key;

/// How long a toast stays.
const TOAST_MS: u64 = 5_000;
/// Toasts shown at once.
const TOASTS_MAX: usize = 4;
/// How long a secret stays on the clipboard.
pub const SECRET_ON_CLIPBOARD: Duration = Duration::from_secs(60);

/// What a call to the node was for.
#[derive(Debug, Clone, PartialEq)]
pub enum Then {
    /// Nothing follows.
    Nothing,
    /// Say that it was done.
    Say(&'static str),
    /// A message was stored.
    Sent(ChatId, u64),
    /// A message was stored in place of this one, which was given up.
    SentAgain(MessageId),
    /// A part of a history came.
    Page(ChatId, Load),
    /// What a message said before came.
    Edits(MessageId),
    /// A message was written ahead, with this text of the composer.
    Planned(ChatId, String),
    /// What is written ahead came.
    Scheduled(ChatId),
    /// A message that another one answers came.
    Quoted(ChatId, MessageId),
    /// The pictures of my own came.
    Stickers,
    /// A picture of my own was added.
    StickerAdded,
    /// Somebody is called.
    CallStarted,
    /// Something was done with a call; the event says what.
    CallChanged,
    /// How a call goes came.
    CallStats(MessageId),
    /// The microphones and speakers came.
    Devices,
    /// The check of microphone and speaker goes on.
    Checked,
    /// A conversation was opened.
    Opened,
    /// An invite was made, for the sheet or the welcome page.
    Invited,
    /// Words that lead to an invite were made.
    Spoken,
    /// The invites that are open came.
    Invites,
    /// One of them was revoked.
    Revoked,
    /// Who a link leads to, for this link, or these words.
    Previewed(String),
    /// A request was made.
    Added,
    /// A request was taken back, if it was not too late.
    CalledOff,
    /// The safety number of somebody.
    Safety(AccountId),
    /// Messages for this query.
    Found(String, Narrow),
    /// The pinned messages of a conversation came.
    Pinned(ChatId),
    /// The profile got a password, or has none any more.
    Locked {
        /// It has none any more.
        removed: bool,
    },
    /// My 24 words.
    Phrase,
    /// How it stands with the backups that make themselves.
    Rolling,
    /// A backup was made.
    BackedUp,
    /// The test of the network.
    Tested,
    /// A bootstrap node was taken into the list.
    BootstrapAdded,
    /// The mail for others on this computer.
    Served,
    /// The nodes that keep my mail.
    Mailboxes,
    /// One more of them was added.
    MailboxAdded,
    /// One of them was removed.
    MailboxRemoved,
    /// Everything is being deleted.
    Wiped,
    /// The page behind a link in a draft was seen.
    LinkSeen(ChatId, u64),
    /// A picture came.
    Picture(PictureOf),
    /// Whatever comes of it.
    Ignored,
}

/// What the world has to do.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Ask the node.
    Call(Command, Then),
    /// Make or open the profile.
    Start {
        /// The name of a new one.
        name: Option<String>,
        /// Its password.
        password: Option<Password>,
    },
    /// Open the profile there is.
    Open,
    /// Bring an account back.
    Restore(Box<Restoring>),
    /// Delete a profile that is not open.
    Wipe,
    /// Let a person choose where a file goes; this is offered.
    ChooseSave(String),
    /// Let a person choose a folder for backups.
    ChooseFolder,
    /// Let a person choose a backup.
    ChooseBackup,
    /// Let a person choose a picture.
    ChoosePicture,
    /// Take a picture from the clipboard.
    PastePicture,
    /// Start somebody to try things with.
    Echo,
    /// Put text on the clipboard; take it off again after a while if it is secret.
    Copy {
        /// What.
        text: String,
        /// Whether it is secret.
        secret: bool,
    },
    /// Open a link with the desktop's browser.
    Browse(String),
    /// Look for a QR code on the clipboard.
    ScanClipboard,
    /// Let a person choose a picture and look for a QR code in it.
    ScanFile,
    /// Look for a QR code on the screen.
    ScanScreen,
    /// Tell outside the window.
    Notify {
        /// About what.
        about: About,
        /// What.
        notice: Notice,
        /// With a sound.
        sound: bool,
    },
    /// Take back what was told.
    Unnotify(About),
    /// Put the keyboard somewhere.
    Focus(Target),
    /// Bring the window to the front.
    Show,
    /// Take the window away; the tray brings it back.
    Hide,
    /// Leave only its button on the desktop.
    Minimize,
    /// Make the desktop start the program, or not any more.
    Autostart(bool),
    /// End.
    Quit,
}

/// Where the keyboard can be put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The composer.
    Composer,
    /// One of the messages of the open conversation.
    Messages,
    /// The search field.
    Search,
    /// The field of the page being shown.
    Field,
}

/// Does one thing.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest belongs to the files below")]
pub fn update(model: &mut Model, action: Action) -> Vec<Effect> {
    let mut out = Vec::new();
    match action {
        Action::Node(news) => from_node(model, news, &mut out),
        Action::Show => out.push(Effect::Show),
        Action::Preferred(preferred) => model.preferred = preferred,
        Action::Problem(text) => toast(model, ToastKind::Problem, text),
        Action::Say(key) => toast(model, ToastKind::Problem, key),
        Action::Tick => tick(model, &mut out),
        Action::Focus(focused) => {
            model.view.focused = focused;
            chats::read_what_is_seen(model, &mut out);
            notify::requests_seen(model, &mut out);
        }
        Action::Clicked(about) => notify::clicked(model, about, &mut out),
        Action::Locked(locked) => notify::locked(model, locked, &mut out),
        Action::OpenLink(link) => entry::open_link(model, link, &mut out),
        Action::Copy(text, what) => copy(model, text, what, &mut out),
        Action::Set(settings) => set(model, *settings, &mut out),
        Action::Share(key, on) => {
            switch(&mut model.settings, key, on);
            keep(key, on.into(), &mut out);
        }
        Action::NotifySay(content) => {
            model.settings.notify_content = content;
            keep(NOTIFY_CONTENT, serde_json::to_value(content).unwrap_or_default(), &mut out);
        }
        Action::Quiet(hours) => {
            model.settings.quiet = hours;
            keep(NOTIFY_QUIET, serde_json::to_value(hours).unwrap_or_default(), &mut out);
        }
        Action::KeepMail(on) => {
            model.settings.mail = on;
            keep(MAILBOXES_USE, on.into(), &mut out);
            mailboxes::list(model, &mut out);
        }
        Action::DismissToast(id) => model.view.toasts.retain(|toast| toast.id != id),
        Action::Echo => {
            toast(model, ToastKind::Done, "toast-echo");
            out.push(Effect::Echo);
        }
        Action::Quit => out.push(Effect::Quit),
        Action::Follow(link) => contacts::follow(model, link, &mut out),
        Action::FollowAnyway(link) => {
            model.view.sheet = None;
            out.push(Effect::Browse(link));
        }
        other => {
            let handlers = [
                navigate,
                background::update,
                entry::update,
                lock::update,
                backup::update,
                chats::update,
                messages::update,
                schedule::update,
                poll::update,
                stickers::update,
                calls::update,
                sound::update,
                video::update,
                link_preview::update,
                picture::update,
                contacts::update,
                public_address::update,
                network::update,
                mailboxes::update,
            ];
            let _handled =
                handlers.into_iter().try_fold(other, |action, handle| match handle(model, action, &mut out) {
                    None => Err(()),
                    Some(action) => Ok(action),
                });
        }
    }
    sound::left(model, &mut out);
    out
}

fn from_node(model: &mut Model, news: FromNode, out: &mut Vec<Effect>) {
    match news {
        FromNode::Lock(lock) => model.lock = Some(lock),
        FromNode::Started { snapshot, lock } => {
            model.lock = lock;
            entry::started(model, *snapshot, out);
            stickers::ask(out);
        }
        FromNode::NoProfile | FromNode::NeedsPassword | FromNode::WrongPassword | FromNode::Failed { .. } => {
            entry::not_started(model, news, out);
        }
        FromNode::Events(events) => {
            for event in events {
                tell(model, &event, out);
                model.fold(event);
            }
            chats::read_what_is_seen(model, out);
            messages::ask_quotes(model, out);
        }
        FromNode::Snapshot(snapshot) => {
            model.load(*snapshot);
            chats::reload(model, out);
            stickers::ask(out);
            notify::reloaded(model, out);
        }
        FromNode::Picture(of, pixels) => model.pictures.put(of, pixels.map_or(Drawn::Broken, Drawn::Here)),
        FromNode::Reply(then, result) => reply::reply(model, then, result, out),
        FromNode::Echo(Ok(account)) => {
            let _handled = chats::update(model, Action::OpenChatWith(account), out);
        }
        FromNode::Echo(Err(why)) => toast(model, ToastKind::Problem, why),
        FromNode::NotWiped(error) => lock::not_wiped(model, error),
        FromNode::Sight { camera, screen } => (model.video.camera, model.video.screen) = (camera, screen),
        FromNode::Ended => entry::ended(model),
    }
}

/// What follows from an event beside what is shown.
fn tell(model: &mut Model, event: &Event, out: &mut Vec<Effect>) {
    notify::heard(model, event, out);
    mailboxes::heard(model, event, out);
    if let Event::BackupChanged { backups } = event {
        backup::heard(model, backups);
    }
    if let Event::ChatChanged { chat } = event
        && matches!(&model.view.sheet, Some(Sheet::Scheduled { chat: shown, .. }) if *shown == chat.chat)
    {
        schedule::ask(chat.chat, out);
    }
}

fn tick(model: &mut Model, out: &mut Vec<Effect>) {
    let now = model.now;
    model.view.toasts.retain(|toast| toast.until > now);
    chats::save_drafts(model, false, out);
    calls::tick(model);
    link_preview::tick(model, out);
    entry::first_invite(model, out);
    notify::tick(model, out);
    mailboxes::tick(model, out);
}

fn copy(model: &mut Model, text: String, what: Copied, out: &mut Vec<Effect>) {
    out.push(Effect::Copy { text, secret: what == Copied::Secret });
    toast(
        model,
        ToastKind::Done,
        match what {
            Copied::Invite => "toast-copied-invite",
            Copied::Secret => "toast-copied-secret",
            Copied::Message | Copied::Text => "toast-copied",
        },
    );
}

fn set(model: &mut Model, settings: Settings, out: &mut Vec<Effect>) {
    let Settings { receipts, mail, previews, typing, presence, status, notify_content, quiet, .. } = model.settings;
    let Settings { relay_only, port_mapping, metered, renew_key, .. } = model.settings;
    let sound = model.settings.sound.clone();
    model.settings = Settings {
        receipts,
        mail,
        relay_only,
        port_mapping,
        metered,
        renew_key,
        previews,
        typing,
        presence,
        status,
        notify_content,
        quiet,
        sound,
        ..settings.bounded()
    };
    let Ok(value) = serde_json::to_value(&model.settings) else { return };
    keep(Settings::KEY, value, out);
}

/// Moves the switch of a setting that the node keeps under this key.
fn switch(settings: &mut Settings, key: &str, on: bool) {
    match key {
        TYPING_SHARE => settings.typing = on,
        PRESENCE_SHARE => settings.presence = on,
        STATUS_SHARE => settings.status = on,
        RELAY_ONLY => settings.relay_only = on,
        PORT_MAPPING => settings.port_mapping = on,
        RENEW_KEY => settings.renew_key = on,
        _ => settings.receipts = on,
    }
}

/// Keeps a setting in the encrypted profile.
fn keep(key: &str, value: serde_json::Value, out: &mut Vec<Effect>) {
    let params = params::SettingsSetParams { key: key.to_owned(), value };
    out.push(Effect::Call(Command::SettingsSet(params), Then::Nothing));
}

/// A short message; `text` is the key of a text, or text for people that has no key.
pub(crate) fn toast(model: &mut Model, kind: ToastKind, text: impl Into<String>) {
    let (id, until) = (model.fresh(), model.now + TOAST_MS);
    let text = text.into();
    model.view.toasts.retain(|toast| toast.text != text);
    model.view.toasts.push_back(Toast { id, text, kind, until });
    while model.view.toasts.len() > TOASTS_MAX {
        model.view.toasts.pop_front();
    }
}

/// Pages, sheets, the palette. Gives back what is not its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not its own goes on to the next")]
fn navigate(model: &mut Model, action: Action, out: &mut Vec<Effect>) -> Option<Action> {
    match action {
        Action::Go(route) => go(model, route, out),
        Action::Section(section) => go(model, Route::Settings(section), out),
        Action::Back => match &mut model.view.route {
            Route::Chats { open } => *open = None,
            Route::Contacts { open } => *open = None,
            Route::Network | Route::Settings(_) => model.view.route = Route::Chats { open: None },
        },
        Action::Escape => escape(model),
        Action::ToggleInfo => model.view.info = !model.view.info,
        Action::TogglePalette => {
            let open = model.view.palette.is_none() && matches!(model.stage, Stage::Ready);
            model.view.palette = open.then(Palette::default);
        }
        Action::PaletteQuery(query) => model.view.palette = Some(Palette { query, row: 0 }),
        Action::PaletteRow(row) => {
            if let Some(palette) = &mut model.view.palette {
                palette.row = row;
            }
        }
        Action::OpenSheet(sheet) => {
            model.view.palette = None;
            model.view.sheet = Some(sheet);
            out.push(Effect::Focus(Target::Field));
        }
        Action::EditSheet(sheet) => model.view.sheet = Some(sheet),
        // What is being deleted cannot be left alone any more.
        Action::CloseSheet if matches!(&model.view.sheet, Some(Sheet::Wipe(wiping)) if wiping.busy) => {}
        Action::CloseSheet => model.view.sheet = None,
        Action::FocusSearch => {
            if !matches!(model.view.route, Route::Chats { .. } | Route::Contacts { .. }) {
                go(model, Route::Chats { open: None }, out);
            }
            out.push(Effect::Focus(Target::Search));
        }
        Action::FocusMessages => out.push(Effect::Focus(Target::Messages)),
        other => return Some(other),
    }
    None
}

fn go(model: &mut Model, route: Route, out: &mut Vec<Effect>) {
    chats::save_drafts(model, true, out);
    typing::stopped(model, out);
    model.view.palette = None;
    model.view.sheet = None;
    model.view.selected.clear();
    model.view.route = route;
    if let Route::Contacts { open: Some(account) } = route {
        contacts::ask_safety(model, account, out);
    }
    if matches!(route, Route::Contacts { open: Some(_) } | Route::Settings(Section::Privacy)) {
        mailboxes::ask(model, out);
    }
    if route == Route::Settings(Section::Storage) {
        out.push(Effect::Call(Command::BackupStatus(params::Nothing {}), Then::Rolling));
    }
    if let Route::Chats { open: Some(chat) } = route {
        chats::opened(model, chat, out);
    }
}

/// The topmost thing goes: palette, sheet, search, the panel.
fn escape(model: &mut Model) {
    let view = &mut model.view;
    if view.palette.take().is_some() || view.sheet.take().is_some() || !std::mem::take(&mut view.selected).is_empty() {
        return;
    }
    if messages::drop_aim(model) {
        return;
    }
    let view = &mut model.view;
    if !view.search.is_empty() || view.narrow != Narrow::default() {
        view.search.clear();
        view.narrow = Narrow::default();
    } else {
        view.info = false;
    }
}

/// Asks for a part of a history.
fn load(model: &mut Model, chat: ChatId, load: Load, out: &mut Vec<Effect>) {
    let talk = model.talk_mut(chat);
    if talk.loading.is_some() {
        return;
    }
    let (around, before, after) = match load {
        Load::First => (params::Around::Unread, 60, 60),
        Load::End => (params::Around::End, 60, 0),
        Load::Around(message) => (params::Around::Message(message), 40, 40),
        Load::Before => match talk.messages.first() {
            Some(first) => (params::Around::Message(first.id), 60, 0),
            None => return,
        },
        Load::After => match talk.messages.last() {
            Some(last) => (params::Around::Message(last.id), 0, 60),
            None => return,
        },
    };
    talk.loading = Some(load);
    let command = params::HistoryParams { chat, around, before: Some(before), after: Some(after) };
    out.push(Effect::Call(Command::ChatsHistory(command), Then::Page(chat, load)));
}

/// Shows a message in its conversation, wherever it is.
fn show_message(model: &mut Model, chat: ChatId, message: MessageId, out: &mut Vec<Effect>) {
    go(model, Route::Chats { open: Some(chat) }, out);
    let talk = model.talk_mut(chat);
    if talk.position(message).is_some() {
        talk.scroll_to(Some(message));
        return;
    }
    talk.loading = None;
    out.retain(|effect| !matches!(effect, Effect::Call(_, Then::Page(of, _)) if *of == chat));
    load(model, chat, Load::Around(message), out);
}
