//! The languages. Texts stand in `locales/*/kith.ftl` (Fluent); a test holds that every locale has every text.

mod notices;
mod pseudo;
pub(crate) mod times;

#[cfg(test)]
mod tests;

use std::{borrow::Cow, collections::HashMap};

use fluent_templates::{LanguageIdentifier, Loader as _, fluent_bundle::FluentValue, static_loader};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// A language of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// English.
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// Arabic; right to left.
    Ar,
    /// Japanese.
    Ja,
    /// English with accents, longer: shows what is not translated and what does not fit.
    Pseudo,
}

impl Code {
    /// Every language people choose from.
    pub const ALL: [Self; 6] = [Self::En, Self::De, Self::Fr, Self::Es, Self::Ar, Self::Ja];

    /// Its tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::Ar => "ar",
            Self::Ja => "ja",
            Self::Pseudo => "en-XA",
        }
    }

    /// What it calls itself.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Fr => "Français",
            Self::Es => "Español",
            Self::Ar => "العربية",
            Self::Ja => "日本語",
            Self::Pseudo => "Pseudo",
        }
    }

    /// The language of a tag such as `de-AT`, if Kith speaks it.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        if tag.eq_ignore_ascii_case("en-XA") {
            return Some(Self::Pseudo);
        }
        let first = tag.split(['-', '_', '.']).next()?;
        Self::ALL.into_iter().find(|code| code.tag().eq_ignore_ascii_case(first))
    }

    /// The desktop's language, else English.
    #[must_use]
    pub fn of_system() -> Self {
        sys_locale::get_locales().find_map(|tag| Self::from_tag(&tag)).unwrap_or(Self::En)
    }
}

/// Speaks one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Lang {
    code: Code,
    id: LanguageIdentifier,
    hours24: bool,
    zone: jiff::tz::TimeZone,
}

impl Lang {
    /// `hours24`: as the language has it, if none.
    #[must_use]
    pub fn new(code: Code, hours24: Option<bool>) -> Self {
        let spoken = if code == Code::Pseudo { Code::En } else { code };
        // The tags are ours and parse; English is what they would fall back to anyway.
        let id = spoken.tag().parse().unwrap_or_default();
        Self {
            code,
            id,
            hours24: hours24.unwrap_or(!matches!(code, Code::En | Code::Ar)),
            zone: jiff::tz::TimeZone::system(),
        }
    }

    /// The same with times in UTC, for pictures that must not depend on where they are made.
    #[must_use]
    pub fn in_utc(mut self) -> Self {
        self.zone = jiff::tz::TimeZone::UTC;
        self
    }

    /// Which language.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// Whether the window is laid out from right to left.
    #[must_use]
    pub fn rtl(&self) -> bool {
        self.code == Code::Ar
    }

    /// A number with its unit inside a text, whose order the words around it must not change: isolated (UAX #9).
    #[must_use]
    pub(crate) fn apart(&self, text: &str) -> String {
        if self.rtl() { format!("\u{2066}{text}\u{2069}") } else { text.to_owned() }
    }

    /// A text.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.finish(LOCALES.try_lookup(&self.id, key).unwrap_or_else(|| key.to_owned()))
    }

    /// A text with something filled in.
    #[must_use]
    pub fn with(&self, key: &str, args: &[(&'static str, Arg<'_>)]) -> String {
        let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
            args.iter().map(|(name, value)| (Cow::Borrowed(*name), value.into())).collect();
        self.finish(LOCALES.try_lookup_with_args(&self.id, key, &args).unwrap_or_else(|| key.to_owned()))
    }

    fn finish(&self, text: String) -> String {
        if self.code == Code::Pseudo { pseudo::pseudo(&text) } else { text }
    }
}

/// What is filled into a text.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'a> {
    /// Text.
    Text(&'a str),
    /// A number, with the plural it asks for.
    Count(u64),
}

impl<'a> From<&Arg<'a>> for FluentValue<'a> {
    fn from(arg: &Arg<'a>) -> Self {
        match arg {
            Arg::Text(text) => FluentValue::from(*text),
            Arg::Count(count) => FluentValue::from(*count),
        }
    }
}
