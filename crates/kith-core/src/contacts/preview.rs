//! Who is behind an invite link, before anything is asked of them.

use kith_api::{
    ApiError, Reply,
    params::{PreviewParams, PreviewReply},
};
use kith_store::{ContactRow, ContactState, InviteRow};
use kith_wire::{InviteBundle, InviteLink, LogRelation};

use crate::{
    CommandId, Output, Timestamp,
    contacts::link::{Purpose, Target, alarmed, forked, open_bundle, outdated},
    convert,
    core::Core,
    error::CoreError,
};

impl Core {
    pub(crate) fn preview(
        &mut self,
        command: CommandId,
        params: PreviewParams,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Option<Reply>, CoreError> {
        match self.target(&params.link)? {
            Target::Link(link) => self.preview_link(command, link, now, out),
            Target::Address(seek) => self.preview_address(command, seek, now, out),
            words @ Target::Words(_) => {
                self.follow(command, words, Purpose::Preview, now, out);
                Ok(None)
            }
        }
    }

    /// Who made the link. `None`: the answer comes later.
    pub(crate) fn preview_link(
        &mut self,
        command: CommandId,
        link: InviteLink,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Option<Reply>, CoreError> {
        if let Some(invite) = self.store.invite(&link.tag())? {
            return Ok(Some(Reply::ContactsPreview(self.preview_of_own(&invite)?)));
        }
        for contact in self.store.contacts()? {
            if contact.account.fingerprint() == link.fingerprint() && contact.alarm {
                return Err(alarmed().into());
            }
        }
        self.follow(command, Target::Link(link), Purpose::Preview, now, out);
        Ok(None)
    }

    fn preview_of_own(&self, invite: &InviteRow) -> Result<PreviewReply, CoreError> {
        Ok(PreviewReply {
            account: convert::account_id(self.me),
            link: self.invite_link(invite).to_string(),
            name: self.my_name()?,
            state: None,
            mine: true,
            single_use: invite.single_use,
            expires_at: invite.expires_at_ms,
            work_bits: None,
        })
    }

    /// What the bundle of a link says. The inner error is for the caller, and what was noted before it stays: that the
    /// bundle contradicts a device list known is not for the caller alone.
    pub(crate) fn preview_of(
        &mut self,
        link: &InviteLink,
        sealed: &[u8],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Result<Result<PreviewReply, ApiError>, CoreError> {
        let (bundle, _) = open_bundle(link, sealed, now)?;
        let account = bundle.log.account();
        let known = self.store.contact(&account)?;
        let asked_me = known.as_ref().is_some_and(|contact| contact.state == ContactState::Requested);
        // To add somebody who asked is to accept what they sent: the bundle changes nothing then.
        if account != self.me && !asked_me {
            if let Some(contact) = &known {
                match bundle.log.relation_to(contact.log_seq, &contact.log_hash) {
                    LogRelation::Same | LogRelation::Newer => {}
                    LogRelation::Older => return Ok(Err(outdated())),
                    LogRelation::Fork => {
                        self.raise_alarm(contact, out)?;
                        return Ok(Err(forked()));
                    }
                }
            }
            for record in bundle.log.devices() {
                self.check_claim(account, record)?;
            }
        }
        Ok(Ok(self.preview_of_bundle(link, bundle, known.as_ref())))
    }

    fn preview_of_bundle(&self, link: &InviteLink, bundle: InviteBundle, known: Option<&ContactRow>) -> PreviewReply {
        let account = bundle.log.account();
        PreviewReply {
            account: convert::account_id(account),
            link: link.to_string(),
            name: bundle.name,
            state: known.map(convert::contact_state),
            mine: account == self.me,
            single_use: bundle.single_use,
            expires_at: bundle.expires_at_ms,
            work_bits: Some(bundle.work_bits).filter(|bits| *bits > 0),
        }
    }

    /// Who was behind a link that I used myself.
    pub(crate) fn preview_of_used(&self, link: &InviteLink) -> Result<Option<PreviewReply>, CoreError> {
        let mut contacts = self.store.contacts()?.into_iter();
        let asked = |contact: &ContactRow| {
            contact.account.fingerprint() == link.fingerprint() && contact.invite_tag == Some(link.tag())
        };
        Ok(contacts.find(asked).map(|contact| PreviewReply {
            account: convert::account_id(contact.account),
            link: link.to_string(),
            state: Some(convert::contact_state(&contact)),
            name: contact.name,
            mine: false,
            single_use: true,
            expires_at: None,
            work_bits: None,
        }))
    }
}
