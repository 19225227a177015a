//! Looking at a page for a preview.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ids::PreviewId,
    views::{LinkPreview, Picture},
};

params! {
    /// A link to look at.
    PreviewLinkParams {
        /// It: `https`, at most 2 KiB, without a user name.
        url: String,
    }
}

/// What was seen behind a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PreviewLinkReply {
    /// Names it for `chats.send`; good until the node ends or some more were made.
    pub id: PreviewId,
    /// It.
    pub preview: LinkPreview,
    /// Its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}
