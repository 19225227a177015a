//! Which part of the core answers which method.

use kith_api::{Command, ErrorCode, Reply, params::SettingsReply};

use crate::{
    CommandId, Output, Timestamp,
    core::Core,
    error::{CoreError, deny},
};

impl Core {
    /// Runs a command. `None` means the reply comes later.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the methods of chats, and those of other places")]
    pub(crate) fn command(
        &mut self,
        id: CommandId,
        command: Command,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Option<Reply>, CoreError> {
        let reply = match command {
            Command::ProfileGet(_) => Reply::ProfileGet(self.profile()?),
            Command::ProfileSet(params) => Reply::ProfileSet(self.set_profile(params, now, out)?),
            Command::ContactsInvite(params) => {
                if !self.invite_must_wait(id, &params, now)? {
                    let reply = self.make_invite(params, now, out)?;
                    self.give_invite(id, reply, now, out);
                }
                return Ok(None);
            }
            Command::ContactsInvites(_) => Reply::ContactsInvites(self.list_invites(now)?),
            Command::ContactsRevokeInvite(params) => {
                Reply::ContactsRevokeInvite(self.revoke_invite(params.invite, now, out)?)
            }
            Command::ContactsPublicAddress(params) => Reply::ContactsPublicAddress(self.set_address(params, now, out)?),
            Command::ContactsAdd(params) => return self.add_contact(id, params, now, out),
            Command::ContactsPreview(params) => return self.preview(id, params, now, out),
            Command::CallsStart(params) => Reply::CallsStart(self.start_call(params, now, out)?),
            Command::CallsAccept(params) => Reply::CallsAccept(self.accept_call(params, now, out)?),
            Command::CallsDecline(params) => Reply::CallsDecline(self.decline_call(params, now, out)?),
            Command::CallsHangUp(params) => Reply::CallsHangUp(self.hang_up(params, now, out)?),
            Command::CallsSet(params) => Reply::CallsSet(self.set_call(params, now, out)?),
            Command::CallsList(_) => Reply::CallsList(self.list_calls()),
            Command::ContactsList(_) => Reply::ContactsList(self.list_contacts()?),
            Command::ContactsGet(params) => Reply::ContactsGet(self.get_contact(params.account)?),
            Command::ContactsAccept(params) => Reply::ContactsAccept(self.accept_request(params.account, now, out)?),
            Command::ContactsDecline(params) => Reply::ContactsDecline(self.decline(params.account, now, out)?),
            Command::ContactsBlock(params) => Reply::ContactsBlock(self.block(params.account, now, out)?),
            Command::ContactsUnblock(params) => Reply::ContactsUnblock(self.unblock(params.account, now, out)?),
            Command::ContactsRemove(params) => Reply::ContactsRemove(self.remove(params.account, now, out)?),
            Command::ContactsRename(params) => Reply::ContactsRename(self.rename(params, out)?),
            Command::ContactsSet(params) => Reply::ContactsSet(self.set_contact(params, now, out)?),
            Command::ContactsVerify(params) => Reply::ContactsVerify(self.verify(params, out)?),
            Command::ContactsIntroduce(params) => Reply::ContactsIntroduce(self.introduce(&params, now, out)?),
            Command::ContactsAnswerIntroduction(params) => {
                Reply::ContactsAnswerIntroduction(self.answer_introduction(&params, now, out)?)
            }
            Command::ContactsSafetyNumber(params) => Reply::ContactsSafetyNumber(self.safety_number(params.account)?),
            Command::StickersList(_) => Reply::StickersList(self.list_stickers()?),
            Command::StickersRemove(params) => Reply::StickersRemove(self.remove_sticker(&params, out)?),
            Command::MailboxesList(_) => Reply::MailboxesList(self.list_mailboxes(now)?),
            Command::MailboxesAdd(params) => Reply::MailboxesAdd(self.add_mailbox(params, now, out)?),
            Command::MailboxesRemove(params) => Reply::MailboxesRemove(self.remove_mailbox(&params, now, out)?),
            Command::MailboxesServe(params) => return self.serve_mailbox(id, params, out),
            Command::MailboxesOffer(params) => Reply::MailboxesOffer(self.offer_mailbox(&params, now, out)?),
            Command::SettingsGet(_) => Reply::SettingsGet(SettingsReply { settings: self.settings()? }),
            Command::SettingsSet(params) => Reply::SettingsSet(self.set_setting(params, now, out)?),
            other => return self.chat_command(id, other, now, out),
        };
        Ok(Some(reply))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the methods of other places")]
    fn chat_command(
        &mut self,
        id: CommandId,
        command: Command,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Option<Reply>, CoreError> {
        let reply = match command {
            Command::ChatsList(_) => Reply::ChatsList(self.list_chats()?),
            Command::ChatsGet(params) => Reply::ChatsGet(self.get_chat(params.chat)?),
            Command::ChatsOpen(params) => Reply::ChatsOpen(self.open_chat(params.account, now, out)?),
            Command::ChatsSend(params) => Reply::ChatsSend(self.send_text(params, now, out)?),
            Command::ChatsPreviewLink(params) => return self.preview_page(id, params, out),
            Command::ChatsCancelPreview(_) => Reply::ChatsCancelPreview(self.cancel_preview(out)),
            Command::ChatsEdit(params) => Reply::ChatsEdit(self.edit(params, now, out)?),
            Command::ChatsDelete(params) => Reply::ChatsDelete(self.delete(params, now, out)?),
            Command::ChatsReact(params) => Reply::ChatsReact(self.react(params, now, out)?),
            Command::ChatsForward(params) => Reply::ChatsForward(self.forward(params, now, out)?),
            Command::ChatsPinMessage(params) => Reply::ChatsPinMessage(self.pin_message(params, now, out)?),
            Command::ChatsPin(params) => Reply::ChatsPin(self.pin_chat(params, out)?),
            Command::ChatsArchive(params) => Reply::ChatsArchive(self.archive(params, out)?),
            Command::ChatsMute(params) => Reply::ChatsMute(self.mute(params, now, out)?),
            Command::ChatsNotify(params) => Reply::ChatsNotify(self.set_notify(params, out)?),
            Command::ChatsPoll(params) => Reply::ChatsPoll(self.ask_poll(params, now, out)?),
            Command::ChatsVote(params) => Reply::ChatsVote(self.vote(params, now, out)?),
            Command::ChatsClosePoll(params) => Reply::ChatsClosePoll(self.close_poll(params, now, out)?),
            Command::ChatsSendSticker(params) => Reply::ChatsSendSticker(self.send_sticker(&params, now, out)?),
            Command::ChatsSchedule(params) => Reply::ChatsSchedule(self.schedule(params, now, out)?),
            Command::ChatsReschedule(params) => Reply::ChatsReschedule(self.reschedule(params, now, out)?),
            Command::ChatsUnschedule(params) => Reply::ChatsUnschedule(self.unschedule(params, out)?),
            Command::ChatsSetExpiry(params) => Reply::ChatsSetExpiry(self.set_expiry(params, now, out)?),
            Command::ChatsTyping(params) => Reply::ChatsTyping(self.typing(params, now, out)?),
            Command::ChatsSetDraft(params) => Reply::ChatsSetDraft(self.set_draft(params, out)?),
            Command::ChatsMarkRead(params) => Reply::ChatsMarkRead(self.mark_read(params, now, out)?),
            other => {
                let message = format!("{} is not answered by the core", other.name());
                return deny(ErrorCode::Internal, &message);
            }
        };
        Ok(Some(reply))
    }
}
