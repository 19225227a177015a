//! Folds what the node tells into the model.

use kith_node::{
    Event,
    views::{Message, Path, Presence},
};

use super::{Model, Talk};

impl Model {
    /// One event. Painting, notifying and asking for more are for `update`.
    pub fn fold(&mut self, event: Event) {
        match event {
            Event::MessageUpserted { message } => self.fold_message(message),
            Event::MessageRemoved { message, chat } => {
                self.view.selected.remove(&message);
                if let Some(talk) = self.talks.get_mut(&chat) {
                    talk.pinned.retain(|pinned| pinned.id != message);
                    talk.remove(message);
                }
            }
            Event::MessageState { message, chat, state, .. } => {
                if let Some(talk) = self.talks.get_mut(&chat) {
                    talk.set_state(message, state);
                }
                let last = self.chats.get_mut(&chat).and_then(|chat| chat.last.as_mut());
                if let Some(last) = last.filter(|last| last.id == message && last.state < Some(state)) {
                    last.state = Some(state);
                }
            }
            Event::ChatChanged { chat } => {
                self.chats.insert(chat.chat, chat);
            }
            Event::ContactChanged { contact } | Event::ContactRequested { contact } => {
                self.contacts.insert(contact.account, contact);
            }
            Event::ContactRemoved { account } => {
                self.contacts.remove(&account);
            }
            Event::Presence { account, presence, last_seen, path } => {
                self.fold_presence(account, presence, last_seen, path);
            }
            Event::Typing { chat, account, on } => {
                let writers = self.typing.entry(chat).or_default();
                if on {
                    writers.insert(account);
                } else {
                    writers.remove(&account);
                }
            }
            Event::CallIncoming { call } | Event::CallChanged { call } => self.calls.fold(call, self.now),
            Event::CallLevel { call, mine, theirs } => self.calls.level(call, mine, theirs),
            Event::CallsDevices { devices } => self.sound.devices = Some(devices),
            Event::CallsCheck { check } => self.sound.told(check),
            Event::ProfileChanged { profile } => self.me = Some(profile),
            Event::NetworkChanged { status } => self.network = Some(status),
            Event::SettingsChanged { settings } => self.settings = super::Settings::read(&settings),
            Event::BackupProgress { done, total } => self.backup = Some((done, total)),
            Event::BackupChanged { backups } => self.backups = Some(backups),
            Event::StickersChanged { stickers } => self.stickers = stickers,
            Event::Notify { .. } | Event::Lagged { .. } => {}
            // The enum may grow in a newer node; what is unknown is not shown.
            _ => {}
        }
    }

    fn fold_presence(&mut self, account: kith_node::AccountId, presence: Presence, last_seen: Option<u64>, path: Path) {
        if let Some(contact) = self.contacts.get_mut(&account) {
            contact.presence = presence;
            contact.last_seen = last_seen.or(contact.last_seen);
            contact.path = path;
        }
    }

    fn fold_message(&mut self, message: Message) {
        if self.is_me(message.author)
            && let Some(talk) = self.talks.get_mut(&message.chat)
            && talk.position(message.id).is_none()
        {
            drop_pending(talk, message.text.as_deref());
        }
        if let Some(talk) = self.talks.get_mut(&message.chat) {
            talk.pin(&message);
            talk.upsert(message);
        }
    }
}

/// The event of an own message may come before the reply to the call that wrote it: its bubble is the pending one.
fn drop_pending(talk: &mut Talk, text: Option<&str>) {
    let same = |text: &str| text.trim().to_owned();
    let Some(text) = text.map(same) else { return };
    if let Some(at) = talk.pending.iter().position(|pending| pending.error.is_none() && same(&pending.text) == text) {
        talk.pending.remove(at);
    }
}
