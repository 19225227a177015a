//! Design tokens: what a colour is for. The values stand in `tokens/*.ron`; a user's theme is a file of the same form.

use egui::Color32;
use serde::{Deserialize, Deserializer, de::Error as _};

/// A colour in a theme file: `#rrggbb` or `#rrggbbaa`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hex(Color32);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Color32::from_hex(&text).map(Self).map_err(|_error| D::Error::custom(format!("{text:?} is not #rrggbb")))
    }
}

macro_rules! tokens {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File { name: String, light: bool, $($name: Hex,)* }

        /// The colours of a theme.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Tokens {
            /// What people call it.
            pub name: String,
            /// Dark text on light ground.
            pub light: bool,
            $($(#[$doc])* pub $name: Color32,)*
        }

        impl From<File> for Tokens {
            fn from(file: File) -> Self {
                Self { name: file.name, light: file.light, $($name: file.$name.0,)* }
            }
        }
    };
}

tokens! {
    /// Ground of the rail.
    bg_rail,
    /// Ground of the content.
    bg_app,
    /// Ground of lists.
    bg_panel,
    /// Ground of cards, fields, menus.
    bg_raised,
    /// Ground under the pointer.
    bg_hover,
    /// Ground of what is selected.
    bg_selected,
    /// A message of somebody else.
    bubble_in,
    /// Text on it.
    on_bubble_in,
    /// Time on it.
    meta_in,
    /// A message of mine.
    bubble_out,
    /// Text on it.
    on_bubble_out,
    /// Time and state on it.
    meta_out,
    /// The state "seen" on it.
    seen,
    /// Text.
    text,
    /// Text of less weight.
    text_2,
    /// Text of least weight.
    text_3,
    /// Decorative lines.
    border,
    /// The line around what can be filled in; at least 3 : 1.
    border_input,
    /// What to do next; what is active.
    accent,
    /// The same under the pointer.
    accent_hover,
    /// Text on accent.
    on_accent,
    /// Good.
    ok,
    /// Careful.
    warn,
    /// Bad.
    danger,
    /// Ground of a button that destroys.
    danger_fill,
    /// Text on it.
    on_danger,
    /// A link.
    link,
    /// A link in a message of mine.
    link_out,
    /// The ring around what has the keyboard.
    focus,
    /// Below what floats.
    shadow,
    /// Over what a dialog covers.
    backdrop,
}

/// Why a theme file is not used.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// It is not a theme.
    #[error("this is not a theme file: {0}")]
    Format(#[from] ron::error::SpannedError),
    /// Text would be hard to read.
    #[error("{0}")]
    Contrast(#[from] super::contrast::TooFaint),
}

impl Tokens {
    /// Reads a theme file and refuses one whose text would be hard to read.
    ///
    /// # Errors
    /// See [`ThemeError`].
    pub fn parse(text: &str) -> Result<Self, ThemeError> {
        let tokens: Self = ron::from_str::<File>(text)?.into();
        super::contrast::check(&tokens)?;
        Ok(tokens)
    }
}

/// One of the built-in themes; their files are checked by a test.
pub(super) fn built_in(text: &str) -> Tokens {
    #[expect(clippy::expect_used, reason = "the files are part of the program and read by a test")]
    ron::from_str::<File>(text).expect("a built-in theme").into()
}
