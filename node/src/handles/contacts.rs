//! People I know, or who want to know me.

use kith_api::{
    AccountId, ApiError, InviteId, MessageId, method,
    params::{
        AccountParams, AddParams, AddReply, AnswerIntroductionParams, ContactSetParams, IntroduceParams, InviteParams,
        InviteRef, InviteReply, Nothing, PreviewParams, PreviewReply, PublicAddressParams, RenameParams, SafetyReply,
        VerifyParams,
    },
    views::{self, Contact},
};

use crate::Node;

/// Methods about contacts: [`Node::contacts`].
#[derive(Debug, Clone, Copy)]
pub struct Contacts<'a>(&'a Node);

/// An invite to make.
#[derive(Debug, Clone)]
pub struct Invite(InviteParams);

impl Invite {
    /// For one person; open for seven days.
    #[must_use]
    pub fn single_use() -> Self {
        Self(InviteParams { single_use: true, expires_s: None, note: None, spoken: false })
    }

    /// For everybody who has the link; open for seven days.
    #[must_use]
    pub fn for_many() -> Self {
        Self(InviteParams { single_use: false, expires_s: None, note: None, spoken: false })
    }

    /// For one person, who is told six words on the telephone; open for ten minutes.
    #[must_use]
    pub fn spoken() -> Self {
        Self(InviteParams { single_use: true, expires_s: None, note: None, spoken: true })
    }

    /// Keeps it open for so many seconds, at most a year.
    #[must_use]
    pub fn expires_s(mut self, seconds: u64) -> Self {
        self.0.expires_s = Some(seconds);
        self
    }

    /// Adds a note for myself.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.0.note = Some(note.into());
        self
    }
}

impl Node {
    /// Contacts and requests.
    #[must_use]
    pub fn contacts(&self) -> Contacts<'_> {
        Contacts(self)
    }
}

impl Contacts<'_> {
    /// Makes an invite link.
    ///
    /// # Errors
    /// `invalid_argument`, `storage`, `shutting_down`.
    pub async fn invite(&self, invite: Invite) -> Result<InviteReply, ApiError> {
        self.0.call::<method::ContactsInvite>(invite.0).await
    }

    /// The invites still open, newest first.
    ///
    /// # Errors
    /// `storage`, `shutting_down`.
    pub async fn invites(&self) -> Result<Vec<views::Invite>, ApiError> {
        Ok(self.0.call::<method::ContactsInvites>(Nothing {}).await?.invites)
    }

    /// Closes an invite.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn revoke_invite(&self, invite: InviteId) -> Result<(), ApiError> {
        self.0.call::<method::ContactsRevokeInvite>(InviteRef { invite }).await.map(drop)
    }

    /// Lets everybody who knows this account ask me to be a contact, after their computer worked for it, or not any more.
    /// `bits`: how much, 16 to 28 leading zero bits of a hash; `None`: as before, at first 20.
    ///
    /// # Errors
    /// `invalid_argument`, `storage`, `shutting_down`.
    pub async fn public_address(&self, on: bool, bits: Option<u8>) -> Result<views::PublicAddress, ApiError> {
        self.0.call::<method::ContactsPublicAddress>(PublicAddressParams { on, bits }).await
    }

    /// Asks the person behind an invite link, six words or a public address to be a contact, with a message of at most 500 characters.
    ///
    /// # Errors
    /// `bad_link`, `expired_link`, `used_link`, `offline`, `already_exists`, `too_large`, `storage`, `shutting_down`.
    pub async fn add(&self, link: impl Into<String>, message: Option<String>) -> Result<AddReply, ApiError> {
        self.0.call::<method::ContactsAdd>(AddParams { link: link.into(), message }).await
    }

    /// Says who is behind an invite link. Nothing is asked of them, and the link is as good as before; one of my own is
    /// no error.
    ///
    /// # Errors
    /// `bad_link`, `expired_link`, `used_link`, `offline`, `not_allowed`, `storage`, `shutting_down`.
    pub async fn preview(&self, link: impl Into<String>) -> Result<PreviewReply, ApiError> {
        self.0.call::<method::ContactsPreview>(PreviewParams { link: link.into() }).await
    }

    /// All contacts and requests, by name.
    ///
    /// # Errors
    /// `storage`, `shutting_down`.
    pub async fn list(&self) -> Result<Vec<Contact>, ApiError> {
        Ok(self.0.call::<method::ContactsList>(Nothing {}).await?.contacts)
    }

    /// One contact.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn get(&self, account: AccountId) -> Result<Contact, ApiError> {
        self.0.call::<method::ContactsGet>(AccountParams { account }).await
    }

    /// Says yes to a request.
    ///
    /// # Errors
    /// `not_found`, `not_allowed`, `storage`, `shutting_down`.
    pub async fn accept(&self, account: AccountId) -> Result<(), ApiError> {
        self.0.call::<method::ContactsAccept>(AccountParams { account }).await.map(drop)
    }

    /// Drops a request without a word.
    ///
    /// # Errors
    /// `not_found`, `not_allowed`, `storage`, `shutting_down`.
    pub async fn decline(&self, account: AccountId) -> Result<(), ApiError> {
        self.0.call::<method::ContactsDecline>(AccountParams { account }).await.map(drop)
    }

    /// Refuses everything from somebody from now on; nothing tells them.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn block(&self, account: AccountId) -> Result<(), ApiError> {
        self.0.call::<method::ContactsBlock>(AccountParams { account }).await.map(drop)
    }

    /// Takes a block back.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn unblock(&self, account: AccountId) -> Result<(), ApiError> {
        self.0.call::<method::ContactsUnblock>(AccountParams { account }).await.map(drop)
    }

    /// Forgets a contact and their keys; the messages stay.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn remove(&self, account: AccountId) -> Result<(), ApiError> {
        self.0.call::<method::ContactsRemove>(AccountParams { account }).await.map(drop)
    }

    /// Gives a contact a name of mine; an empty one goes back to theirs.
    ///
    /// # Errors
    /// `not_found`, `too_large`, `storage`, `shutting_down`.
    pub async fn rename(&self, account: AccountId, petname: impl Into<String>) -> Result<(), ApiError> {
        self.0.call::<method::ContactsRename>(RenameParams { account, petname: petname.into() }).await.map(drop)
    }

    /// Shares with a contact that I write, that I am there or that I read their messages, or does not, whatever the
    /// settings say.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn set(&self, sharing: ContactSetParams) -> Result<(), ApiError> {
        self.0.call::<method::ContactsSet>(sharing).await.map(drop)
    }

    /// Marks that the safety number was compared, or takes the mark away.
    ///
    /// # Errors
    /// `not_found`, `not_allowed`, `storage`, `shutting_down`.
    pub async fn verify(&self, account: AccountId, verified: bool) -> Result<(), ApiError> {
        self.0.call::<method::ContactsVerify>(VerifyParams { account, verified }).await.map(drop)
    }

    /// Suggests to two contacts that they get to know each other: the message to the one, and that to the other.
    ///
    /// # Errors
    /// `invalid_argument`, `not_found`, `not_a_contact`, `blocked`, `not_allowed`, `storage`, `shutting_down`.
    pub async fn introduce(&self, to: AccountId, about: AccountId) -> Result<Vec<MessageId>, ApiError> {
        Ok(self.0.call::<method::ContactsIntroduce>(IntroduceParams { to, about }).await?.messages)
    }

    /// Says whether I want to get to know who a contact suggested with a message.
    ///
    /// # Errors
    /// `not_found`, `not_allowed`, `not_a_contact`, `blocked`, `rate_limited`, `storage`, `shutting_down`.
    pub async fn answer_introduction(&self, message: MessageId, agree: bool) -> Result<(), ApiError> {
        let params = AnswerIntroductionParams { message, agree };
        self.0.call::<method::ContactsAnswerIntroduction>(params).await.map(drop)
    }

    /// The number two people compare.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn safety_number(&self, account: AccountId) -> Result<SafetyReply, ApiError> {
        self.0.call::<method::ContactsSafetyNumber>(AccountParams { account }).await
    }
}
