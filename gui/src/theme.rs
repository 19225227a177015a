//! How Kith looks. The only place with colours; everything else names what a colour is for.

pub(crate) mod avatars;
pub mod contrast;
pub(crate) mod fonts;
pub(crate) mod icons;
pub(crate) mod mark;
pub(crate) mod sizes;
mod style;
mod tokens;

use std::sync::OnceLock;

use egui::{Align, FontId, RichText, TextFormat, Ui};

use crate::text::shown::Text;

/// A colour, for signatures outside this module; values come from [`Tokens`].
pub(crate) type Color = egui::Color32;

pub(crate) use sizes::{Type, radius, space};
pub use tokens::{ThemeError, Tokens};

/// The built-in themes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Light text on dark ground.
    Dark,
    /// Dark text on light ground.
    Light,
    /// Nothing faint, every edge drawn.
    HighContrast,
}

impl Mode {
    /// Every built-in theme.
    pub const ALL: [Self; 3] = [Self::Dark, Self::Light, Self::HighContrast];

    /// Its colours.
    #[must_use]
    pub fn tokens(self) -> Tokens {
        // Every frame asks.
        static READ: [OnceLock<Tokens>; 3] = [const { OnceLock::new() }; 3];
        let (place, text) = match self {
            Self::Dark => (0, include_str!("theme/tokens/dark.ron")),
            Self::Light => (1, include_str!("theme/tokens/light.ron")),
            Self::HighContrast => (2, include_str!("theme/tokens/high_contrast.ron")),
        };
        READ[place].get_or_init(|| tokens::built_in(text)).clone()
    }
}

/// What widgets draw with: colours, and the sizes a person chose.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// The colours.
    pub tokens: Tokens,
    /// Draw edges where other themes rely on shades.
    pub edges: bool,
    /// Multiplies every text size.
    pub text_scale: f32,
    /// Nothing moves by itself.
    pub still: bool,
}

impl Theme {
    /// A built-in theme with ordinary sizes.
    #[must_use]
    pub fn new(mode: Mode) -> Self {
        Self { tokens: mode.tokens(), edges: mode == Mode::HighContrast, text_scale: 1.0, still: false }
    }

    /// Makes egui draw like this. Fonts are set separately, once.
    pub fn apply(&self, ctx: &egui::Context) {
        style::apply(self, ctx);
    }

    /// Makes egui use the bundled fonts; rebuilds its atlas, so once per window.
    pub fn install_fonts(ctx: &egui::Context) {
        ctx.set_fonts(fonts::definitions());
    }

    pub(crate) fn font(&self, style: Type) -> FontId {
        FontId::proportional(style.size * self.text_scale)
    }

    /// Text of a style in a colour of [`Theme::tokens`], as one line; [`Theme::paragraph`] is for more.
    pub(crate) fn text(&self, text: impl Into<String>, style: Type, color: egui::Color32) -> Text {
        Text::line(text.into(), self.format(style, color))
    }

    /// Text as it stands in the room there is.
    pub(crate) fn paragraph(&self, ui: &Ui, text: impl Into<String>, style: Type, color: egui::Color32) -> Text {
        self.paragraph_in(ui, text, style, color, ui.available_width())
    }

    /// Text as it stands in so much room.
    pub(crate) fn paragraph_in(
        &self,
        ui: &Ui,
        text: impl Into<String>,
        style: Type,
        color: egui::Color32,
        width: f32,
    ) -> Text {
        ui.fonts_mut(|fonts| Text::paragraph(fonts, text.into(), self.format(style, color), width))
    }

    /// Text of one line that ends with an ellipsis where it is too long.
    pub(crate) fn cut(&self, ui: &Ui, text: impl Into<String>, style: Type, color: egui::Color32, width: f32) -> Text {
        ui.fonts_mut(|fonts| Text::cut(fonts, text.into(), self.format(style, color), width))
    }

    /// The same for a piece of a layout job.
    pub(crate) fn format(&self, style: Type, color: egui::Color32) -> TextFormat {
        let mut format = TextFormat {
            font_id: self.font(style),
            line_height: Some(style.line * self.text_scale),
            color,
            // In the middle of its line, as what stands beside it.
            valign: Align::Center,
            ..TextFormat::default()
        };
        format.coords.push(b"wght", style.weight);
        format
    }

    /// Text whose characters are told apart one by one: ids, addresses, numbers to compare.
    pub(crate) fn code(&self, text: impl Into<String>, size: f32, color: egui::Color32) -> Text {
        let font_id = FontId::monospace(size * self.text_scale);
        Text::line(text.into(), TextFormat { font_id, color, valign: Align::Center, ..TextFormat::default() })
    }

    /// An icon of a size in points, as text.
    pub(crate) fn icon(&self, icon: icons::Icon, size: f32, color: egui::Color32) -> RichText {
        RichText::new(icon.0).family(fonts::icons()).size(size).color(color)
    }

    /// The filled form of an icon.
    pub(crate) fn icon_fill(&self, icon: icons::Icon, size: f32, color: egui::Color32) -> RichText {
        RichText::new(icon.0).family(fonts::icons_fill()).size(size).color(color)
    }
}
