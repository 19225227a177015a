//! Who may use the local API: tokens and their scopes.
//!
//! The admin token lies in the profile folder, for programs of the same user. Scoped tokens are known only by their
//! hash; a secret is shown once, when it is made.

use std::sync::{Mutex, MutexGuard, PoisonError};

use data_encoding::HEXLOWER;
use kith_api::{
    ApiError, ErrorCode, TokenId,
    params::{Done, TokenParams, TokenRef, TokenReply, TokensReply},
    views::{Scope, Token},
};
use kith_crypto::random_bytes;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::{
    clock::now_ms,
    keys::{Sealed, SealedError},
};

/// Tokens kept: more than anybody hands out by hand, few enough to compare with all.
const TOKENS_MAX: usize = 64;
/// Characters of a token's name.
const NAME_MAX_CHARS: usize = 64;

/// What a presented token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grant {
    /// The token of the profile folder: everything.
    Owner,
    /// A token made with `tokens.create`.
    Token(TokenId),
}

/// The scoped tokens of a profile.
pub(crate) struct Tokens {
    file: Sealed,
    rows: Mutex<Vec<Row>>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Row {
    #[serde(flatten)]
    token: Token,
    hash: String,
}

/// A new secret: 32 random bytes in hex.
pub(crate) fn new_secret() -> String {
    HEXLOWER.encode(&random_bytes::<32>())
}

/// The hash a secret is recognised by.
pub(crate) fn hash(secret: &str) -> blake3::Hash {
    blake3::hash(secret.as_bytes())
}

impl Tokens {
    pub(crate) fn load(file: Sealed) -> Result<Self, SealedError> {
        let rows = file.read()?.unwrap_or_default();
        Ok(Self { file, rows: Mutex::new(rows) })
    }

    /// Whose token `secret` is. Compares with every token in constant time.
    pub(crate) fn grant(&self, owner: &blake3::Hash, secret: &str) -> Option<Grant> {
        let presented = hash(secret);
        let mut found = None;
        for row in self.rows().iter() {
            if bool::from(row.hash.as_bytes().ct_eq(presented.to_hex().as_bytes())) {
                found = Some(Grant::Token(row.token.token));
            }
        }
        if bool::from(owner.as_bytes().ct_eq(presented.as_bytes())) {
            found = Some(Grant::Owner);
        }
        found
    }

    /// Whether a grant still holds and covers `scope`.
    pub(crate) fn allows(&self, grant: Grant, scope: Scope) -> bool {
        match grant {
            Grant::Owner => true,
            Grant::Token(id) => self.rows().iter().any(|row| {
                row.token.token == id && row.token.scopes.iter().any(|held| *held == scope || *held == Scope::Admin)
            }),
        }
    }

    /// `tokens.create`. Writes to disk.
    pub(crate) fn create(&self, params: TokenParams) -> Result<TokenReply, ApiError> {
        let name = params.name.trim();
        if name.is_empty() || params.scopes.is_empty() {
            return Err(ApiError::new(ErrorCode::InvalidArgument, "a token needs a name and at least one scope"));
        }
        if name.chars().count() > NAME_MAX_CHARS {
            return Err(ApiError::new(ErrorCode::TooLarge, format!("a name has at most {NAME_MAX_CHARS} characters")));
        }
        let mut scopes = params.scopes;
        scopes.sort_unstable();
        scopes.dedup();
        let secret = new_secret();
        let token = TokenId::from_bytes(random_bytes());
        let made = Token { token, name: name.to_owned(), scopes, created_at: now_ms() };
        self.change(|rows| {
            if rows.len() >= TOKENS_MAX {
                return Err(ApiError::new(ErrorCode::TooLarge, format!("there are {TOKENS_MAX} tokens already"))
                    .hint("revoke one with tokens.revoke"));
            }
            rows.push(Row { token: made, hash: hash(&secret).to_hex().to_string() });
            Ok(())
        })?;
        Ok(TokenReply { token, secret })
    }

    /// `tokens.list`.
    pub(crate) fn list(&self) -> TokensReply {
        TokensReply { tokens: self.rows().iter().map(|row| row.token.clone()).collect() }
    }

    /// `tokens.revoke`. Writes to disk.
    pub(crate) fn revoke(&self, params: &TokenRef) -> Result<Done, ApiError> {
        self.change(|rows| {
            let before = rows.len();
            rows.retain(|row| row.token.token != params.token);
            if rows.len() == before {
                return Err(ApiError::new(ErrorCode::NotFound, "no such token"));
            }
            Ok(())
        })?;
        Ok(Done {})
    }

    /// Changes the list on disk, then in memory.
    fn change(&self, work: impl FnOnce(&mut Vec<Row>) -> Result<(), ApiError>) -> Result<(), ApiError> {
        let mut rows = self.rows();
        let mut changed = rows.clone();
        work(&mut changed)?;
        self.file.write(&changed).map_err(|error| error.to_api())?;
        *rows = changed;
        Ok(())
    }

    fn rows(&self) -> MutexGuard<'_, Vec<Row>> {
        // A change replaces the list as its last step, so it is whole even after a panic.
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use kith_crypto::Key;

    use super::*;

    fn params(scopes: &[Scope]) -> TokenParams {
        TokenParams { name: "bot".to_owned(), scopes: scopes.to_vec() }
    }

    #[test]
    fn tokens_survive_a_restart_as_hashes_and_end_when_revoked() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::random();
        let owner = hash("the owner's");
        let tokens = Tokens::load(Sealed::new(folder.path(), "tokens", &key)).unwrap();
        let made = tokens.create(params(&[Scope::Send, Scope::Read, Scope::Read])).unwrap();
        let grant = tokens.grant(&owner, &made.secret).unwrap();
        assert_eq!(grant, Grant::Token(made.token));
        drop(tokens);

        let tokens = Tokens::load(Sealed::new(folder.path(), "tokens", &key)).unwrap();
        assert_eq!(tokens.list().tokens[0].scopes, [Scope::Read, Scope::Send]);
        assert_eq!(tokens.grant(&owner, &made.secret), Some(grant));
        assert_eq!(tokens.grant(&owner, "the owner's"), Some(Grant::Owner));
        assert_eq!(tokens.grant(&owner, &hash(&made.secret).to_hex()), None);
        assert_eq!(tokens.grant(&owner, ""), None);
        assert!(tokens.allows(grant, Scope::Read) && tokens.allows(grant, Scope::Send));
        assert!(!tokens.allows(grant, Scope::Admin) && !tokens.allows(grant, Scope::Call));
        assert!(tokens.allows(Grant::Owner, Scope::Admin));

        tokens.revoke(&TokenRef { token: made.token }).unwrap();
        assert!(!tokens.allows(grant, Scope::Read));
        assert_eq!(tokens.grant(&owner, &made.secret), None);
        assert_eq!(tokens.revoke(&TokenRef { token: made.token }).unwrap_err().code, ErrorCode::NotFound);
    }

    #[test]
    fn an_admin_token_may_do_everything() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::load(Sealed::new(folder.path(), "tokens", &Key::random())).unwrap();
        let made = tokens.create(params(&[Scope::Admin])).unwrap();
        let grant = tokens.grant(&hash("x"), &made.secret).unwrap();
        assert!(tokens.allows(grant, Scope::Read) && tokens.allows(grant, Scope::Admin));
        assert_eq!(tokens.create(params(&[])).unwrap_err().code, ErrorCode::InvalidArgument);
    }
}
