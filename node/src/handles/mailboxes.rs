//! Mail for people who are away: where mine waits, and what this node keeps for others.

use kith_api::{
    AccountId, ApiError, method,
    params::{MailboxOfferParams, MailboxParams, MailboxRef, MailboxesReply, Nothing, ServeParams, ServeReply},
};

use crate::Node;

/// Methods about mail: [`Node::mailboxes`].
#[derive(Debug, Clone, Copy)]
pub struct Mailboxes<'a>(&'a Node);

impl Node {
    /// Mail for people who are away.
    #[must_use]
    pub fn mailboxes(&self) -> Mailboxes<'_> {
        Mailboxes(self)
    }
}

impl Mailboxes<'_> {
    /// The nodes that keep mail for this account, and those that could.
    ///
    /// # Errors
    /// `storage`, `shutting_down`.
    pub async fn list(&self) -> Result<MailboxesReply, ApiError> {
        self.0.call::<method::MailboxesList>(Nothing {}).await
    }

    /// Lets a node keep mail for this account: its link, and the token its operator gave out, if any.
    ///
    /// # Errors
    /// `bad_link`, `invalid_argument`, `too_large`, `storage`, `shutting_down`.
    pub async fn add(&self, address: impl Into<String>, token: Option<String>) -> Result<(), ApiError> {
        self.0.call::<method::MailboxesAdd>(MailboxParams { address: address.into(), token }).await.map(drop)
    }

    /// Forgets a node that kept mail, named as it is listed.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn remove(&self, address: impl Into<String>) -> Result<(), ApiError> {
        self.0.call::<method::MailboxesRemove>(MailboxRef { address: address.into() }).await.map(drop)
    }

    /// The mail this node keeps for others; changes what is given.
    ///
    /// # Errors
    /// `invalid_argument`, `storage`, `shutting_down`.
    pub async fn serve(&self, params: ServeParams) -> Result<ServeReply, ApiError> {
        self.0.call::<method::MailboxesServe>(params).await
    }

    /// Keeps mail for a contact while they are away, or not any more.
    ///
    /// # Errors
    /// `not_found`, `not_a_contact`, `not_allowed` while this node keeps no mail, `too_large`, `storage`,
    /// `shutting_down`.
    pub async fn offer(&self, account: AccountId, on: bool) -> Result<(), ApiError> {
        self.0.call::<method::MailboxesOffer>(MailboxOfferParams { account, on }).await.map(drop)
    }
}
