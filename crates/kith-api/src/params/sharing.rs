//! What contacts learn of me.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ids::AccountId, views::Share};

params! {
    /// What is shared with a contact; what is absent stays.
    ContactSetParams {
        /// The account.
        account: AccountId,
        /// That I am writing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        typing: Option<Share>,
        /// Whether I am there, and when I last was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        presence: Option<Share>,
        /// That I read what they wrote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receipts: Option<Share>,
        /// What I say of myself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<Share>,
    }
}
