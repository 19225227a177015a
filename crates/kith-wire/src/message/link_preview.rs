//! What a page says about itself, as whoever sent a link to it saw it. Receivers show it and look at nothing else.

use std::fmt;

use prost::Message;

use super::body_proto::plain;
use crate::codec::Shape;
use crate::error::WireError;
use crate::limits::{LINK_DESCRIPTION_MAX_CHARS, LINK_PREVIEW_MAX, LINK_TITLE_MAX_CHARS};
use crate::picture::Picture;
use crate::text::{check_bytes, check_chars, clean_line};
use crate::web::has_link;

const PREVIEW: Shape = plain("link preview", &[]);

/// The preview of a link that stands in a text. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkPreview {
    /// The link, as it stands in the text.
    pub url: String,
    /// The title; empty, if there is none.
    pub title: String,
    /// What it is about; empty, if that is not said.
    pub description: String,
    /// A picture.
    pub picture: Option<Picture>,
}

impl fmt::Debug for LinkPreview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkPreview").finish_non_exhaustive()
    }
}

#[derive(Clone, PartialEq, Message)]
struct PreviewProto {
    #[prost(string, tag = "1")]
    url: String,
    #[prost(string, tag = "2")]
    title: String,
    #[prost(string, tag = "3")]
    description: String,
    #[prost(bytes = "vec", optional, tag = "4")]
    picture: Option<Vec<u8>>,
}

impl LinkPreview {
    /// One to send: cleaned and shortened to what recipients accept. `None`: nothing is left of it, or the link is none.
    #[must_use]
    pub fn create(url: &str, title: &str, description: &str, picture: Option<Vec<u8>>) -> Option<Self> {
        let line = |text: &str, max| clean_line(&one_line(text), max);
        let title = line(title, LINK_TITLE_MAX_CHARS);
        let description = line(description, LINK_DESCRIPTION_MAX_CHARS);
        let preview = Self { url: url.to_owned(), title, description, picture: picture.and_then(Picture::read) };
        preview.is_of(url).then_some(preview)
    }

    /// The bytes to keep and to send.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        PreviewProto {
            url: self.url.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            picture: self.picture.as_ref().map(|picture| picture.bytes().to_vec()),
        }
        .encode_to_vec()
    }

    /// Reads the preview that came, or is kept, with a text. `None`: it is over a cap, says nothing, or its link does not
    /// stand in the text. A picture that is none is left out.
    #[must_use]
    pub fn decode(bytes: &[u8], text: &str) -> Option<Self> {
        if bytes.is_empty() {
            return None;
        }
        let preview = Self::read(bytes).ok()?;
        preview.is_of(text).then_some(preview)
    }

    fn read(bytes: &[u8]) -> Result<Self, WireError> {
        check_bytes("link preview", bytes, LINK_PREVIEW_MAX)?;
        let PreviewProto { url, title, description, picture } = PREVIEW.decode_plain(bytes)?;
        check_chars("link title", &title, LINK_TITLE_MAX_CHARS)?;
        check_chars("link description", &description, LINK_DESCRIPTION_MAX_CHARS)?;
        Ok(Self {
            url,
            title: clean_line(&title, LINK_TITLE_MAX_CHARS),
            description: clean_line(&description, LINK_DESCRIPTION_MAX_CHARS),
            picture: picture.and_then(Picture::read),
        })
    }

    /// Whether it says something about a link that stands in the text.
    fn is_of(&self, text: &str) -> bool {
        let says = !self.title.is_empty() || !self.description.is_empty() || self.picture.is_some();
        says && has_link(text, &self.url)
    }

    /// Whether recipients will read it with this text as it is.
    pub(super) fn check(&self, text: &str) -> Result<(), WireError> {
        match Self::decode(&self.encode(), text) {
            Some(read) if read == *self => Ok(()),
            Some(_) | None => Err(WireError::Malformed { what: "link preview" }),
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
