//! What a person chose. Kept in the encrypted profile, under `gui`.

use kith_node::views::{
    LINK_PREVIEWS, MAILBOXES_USE, METERED, NOTIFY_CONTENT, NOTIFY_QUIET, NotifyContent, PORT_MAPPING, PRESENCE_SHARE,
    QuietHours, RECEIPTS_SEEN, RELAY_ONLY, RENEW_KEY, STATUS_SHARE, SoundSettings, TYPING_SHARE,
};
use serde::{Deserialize, Serialize};

use super::sound::TALK_KEYS;
use crate::theme::Mode;

/// Which theme to use.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Appearance {
    /// As the desktop has it.
    #[default]
    System,
    /// This one.
    BuiltIn(Mode),
    /// A file in the themes folder, by name.
    File(String),
}

/// How messages look.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BubbleStyle {
    /// In bubbles with room around.
    #[default]
    Roomy,
    /// In bubbles close together.
    Compact,
}

/// How times are written.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// As the language has it.
    #[default]
    Language,
    /// 0 to 24.
    Hours24,
    /// 1 to 12.
    Hours12,
}

/// Everything that can be chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The theme.
    pub appearance: Appearance,
    /// The language, as a tag; the desktop's if none.
    pub language: Option<String>,
    /// Multiplies text sizes: 0.85 to 1.4.
    pub text_scale: f32,
    /// Multiplies everything: 0.7 to 2.0.
    pub zoom: f32,
    /// How messages look.
    pub bubbles: BubbleStyle,
    /// Nothing moves by itself; the desktop decides if none.
    pub still: Option<bool>,
    /// How times are written.
    pub clock: Clock,
    /// Enter makes a new line and Ctrl+Enter sends.
    pub enter_is_newline: bool,
    /// Native notifications of messages.
    pub notify: bool,
    /// With a sound.
    pub notify_sound: bool,
    /// Closing the window leaves the node running, where there is a tray; asked when it happens first.
    pub keep_running: Option<bool>,
    /// The 24 words were written down: two of them were asked for.
    pub phrase_saved: bool,
    /// The key of push to talk: F1 to F12, by number.
    pub talk_key: u8,
    /// Others learn that I have read what they wrote; kept by the node under a key of its own.
    #[serde(skip)]
    pub receipts: bool,
    /// Others see that I write, and I of them; kept by the node under a key of its own.
    #[serde(skip)]
    pub typing: bool,
    /// Others see that I am there, and I of them; kept by the node under a key of its own.
    #[serde(skip)]
    pub presence: bool,
    /// Others see what I say of myself, and I of them; kept by the node under a key of its own.
    #[serde(skip)]
    pub status: bool,
    /// Mailboxes keep messages for me while I am away; kept by the node under a key of its own.
    #[serde(skip)]
    pub mail: bool,
    /// Contacts do not learn the address of this computer; kept by the node under a key of its own.
    #[serde(skip)]
    pub relay_only: bool,
    /// The router is asked to let others in; kept by the node under a key of its own.
    #[serde(skip)]
    pub port_mapping: bool,
    /// The connection costs by volume; the desktop decides if none. Kept by the node under a key of its own.
    #[serde(skip)]
    pub metered: Option<bool>,
    /// This computer goes by a new transport key from the next start on; kept by the node under a key of its own.
    #[serde(skip)]
    pub renew_key: bool,
    /// This computer looks at pages behind links that I send; kept by the node under a key of its own.
    #[serde(skip)]
    pub previews: bool,
    /// How much notifications say; kept by the node under a key of its own.
    #[serde(skip)]
    pub notify_content: NotifyContent,
    /// When nothing is told; kept by the node under a key of its own.
    #[serde(skip)]
    pub quiet: QuietHours,
    /// Microphone and speaker; kept by the node under keys of their own.
    #[serde(skip)]
    pub sound: SoundSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            appearance: Appearance::System,
            language: None,
            text_scale: 1.0,
            zoom: 1.0,
            bubbles: BubbleStyle::Roomy,
            still: None,
            clock: Clock::Language,
            enter_is_newline: false,
            notify: true,
            notify_sound: true,
            keep_running: None,
            phrase_saved: false,
            talk_key: 8,
            receipts: true,
            typing: true,
            presence: true,
            status: true,
            mail: true,
            relay_only: false,
            port_mapping: true,
            metered: None,
            renew_key: false,
            previews: false,
            notify_content: NotifyContent::Text,
            quiet: QuietHours::default(),
            sound: SoundSettings::default(),
        }
    }
}

fn known<T: Default + serde::de::DeserializeOwned>(kept: &kith_node::views::Settings, key: &str) -> T {
    kept.get(key).and_then(|value| serde_json::from_value(value.clone()).ok()).unwrap_or_default()
}

impl Settings {
    /// The name of these settings among those the node keeps.
    pub const KEY: &str = "gui.settings";

    /// What the node keeps; what is missing or from another version has its default.
    #[must_use]
    pub fn read(kept: &kith_node::views::Settings) -> Self {
        let own = kept.get(Self::KEY).and_then(|value| serde_json::from_value(value.clone()).ok());
        let on = |key| kept.get(key).and_then(serde_json::Value::as_bool).unwrap_or(true);
        let (receipts, mail) = (on(RECEIPTS_SEEN), on(MAILBOXES_USE));
        let (typing, presence, status) = (on(TYPING_SHARE), on(PRESENCE_SHARE), on(STATUS_SHARE));
        let relay_only = known(kept, RELAY_ONLY);
        let port_mapping = on(PORT_MAPPING);
        let metered = known(kept, METERED);
        let renew_key = known(kept, RENEW_KEY);
        let notify_content = known(kept, NOTIFY_CONTENT);
        let quiet = known(kept, NOTIFY_QUIET);
        let previews = known(kept, LINK_PREVIEWS);
        Self {
            receipts,
            mail,
            relay_only,
            port_mapping,
            metered,
            renew_key,
            previews,
            typing,
            presence,
            status,
            notify_content,
            quiet,
            sound: SoundSettings::read(kept),
            ..own.unwrap_or_default()
        }
        .bounded()
    }

    /// The sizes brought into their ranges, whoever wrote the file.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        let within = |value: f32, low: f32, high: f32| if value.is_finite() { value.clamp(low, high) } else { 1.0 };
        self.text_scale = within(self.text_scale, 0.85, 1.4);
        self.zoom = within(self.zoom, 0.7, 2.0);
        self.talk_key = self.talk_key.clamp(*TALK_KEYS.start(), *TALK_KEYS.end());
        self
    }
}
