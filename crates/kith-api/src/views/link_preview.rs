//! What the sender of a link saw behind it.

use std::fmt;

use data_encoding::BASE64;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Boolean, false unless set: whether this node looks at pages that I send links to, for previews. Then each site learns
/// the address of this computer. Nothing is ever looked at for links that others send.
pub const LINK_PREVIEWS: &str = "previews.make";

/// What a page says about itself, as whoever sent the link saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkPreview {
    /// The link, as it stands in the text.
    pub url: String,
    /// The host it leads to, as it stands in the link.
    pub host: String,
    /// The title, at most 200 characters; may be empty.
    pub title: String,
    /// What the page is about, at most 500 characters; may be empty.
    pub description: String,
    /// The size of its picture, if it has one; `chats.preview_picture` has the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<PictureSize>,
}

/// The size of a picture in pixels, as its header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PictureSize {
    /// How wide, 1 to 480.
    pub width: u32,
    /// How high, 1 to 480.
    pub height: u32,
}

/// A picture of at most 24 KiB and 480 pixels a side. It comes from another person's program: decode it with limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Picture {
    /// How it is written.
    pub format: PictureFormat,
    /// Its size, as its header says.
    pub size: PictureSize,
    /// It.
    pub data: PictureBytes,
}

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PictureFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
}

/// The bytes of a picture: base64 in JSON. `Debug` shows none of them.
#[derive(Clone, PartialEq, Eq)]
pub struct PictureBytes(pub Vec<u8>);

impl fmt::Debug for PictureBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PictureBytes({})", self.0.len())
    }
}

impl Serialize for PictureBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for PictureBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        BASE64.decode(text.as_bytes()).map(Self).map_err(de::Error::custom)
    }
}

impl JsonSchema for PictureBytes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PictureBytes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "contentEncoding": "base64" })
    }
}
