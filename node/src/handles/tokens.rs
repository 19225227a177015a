//! Tokens of the local API.

use kith_api::{
    ApiError, TokenId, method,
    params::{Nothing, TokenParams, TokenRef, TokenReply},
    views::{Scope, Token},
};

use crate::Node;

/// Methods about tokens of the local API: [`Node::tokens`].
#[derive(Debug, Clone, Copy)]
pub struct TokensHandle<'a>(&'a Node);

impl Node {
    /// Tokens of the local API.
    #[must_use]
    pub fn tokens(&self) -> TokensHandle<'_> {
        TokensHandle(self)
    }
}

impl TokensHandle<'_> {
    /// Makes a token. Its secret is told this once.
    ///
    /// # Errors
    /// `invalid_argument`, `too_large`, `storage`, `shutting_down`.
    pub async fn create(&self, name: impl Into<String>, scopes: Vec<Scope>) -> Result<TokenReply, ApiError> {
        self.0.call::<method::TokensCreate>(TokenParams { name: name.into(), scopes }).await
    }

    /// All tokens, oldest first, without their secrets.
    ///
    /// # Errors
    /// `shutting_down`.
    pub async fn list(&self) -> Result<Vec<Token>, ApiError> {
        Ok(self.0.call::<method::TokensList>(Nothing {}).await?.tokens)
    }

    /// Takes a token back, on open connections too.
    ///
    /// # Errors
    /// `not_found`, `storage`, `shutting_down`.
    pub async fn revoke(&self, token: TokenId) -> Result<(), ApiError> {
        self.0.call::<method::TokensRevoke>(TokenRef { token }).await.map(drop)
    }
}
