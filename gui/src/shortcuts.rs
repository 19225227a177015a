//! Keys that work everywhere; the settings show this list and the palette names the same actions.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::{
    action::Action,
    model::{AddTab, Route, Section},
};

/// A key that does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shortcut {
    Palette,
    Search,
    AddContact,
    NextChat,
    PreviousChat,
    Chats,
    Contacts,
    Network,
    Settings,
    Info,
    Messages,
    Later,
    Answer,
    Microphone,
    HangUp,
    Quit,
}

impl Shortcut {
    pub(crate) const ALL: [Self; 16] = [
        Self::Palette,
        Self::Search,
        Self::AddContact,
        Self::NextChat,
        Self::PreviousChat,
        Self::Chats,
        Self::Contacts,
        Self::Network,
        Self::Settings,
        Self::Info,
        Self::Messages,
        Self::Later,
        Self::Answer,
        Self::Microphone,
        Self::HangUp,
        Self::Quit,
    ];

    pub(crate) fn keys(self) -> KeyboardShortcut {
        let (modifiers, key) = match self {
            Self::Palette => (Modifiers::COMMAND, Key::K),
            Self::Search => (Modifiers::COMMAND, Key::F),
            Self::AddContact => (Modifiers::COMMAND, Key::N),
            Self::NextChat => (Modifiers::ALT, Key::ArrowDown),
            Self::PreviousChat => (Modifiers::ALT, Key::ArrowUp),
            Self::Chats => (Modifiers::COMMAND, Key::Num1),
            Self::Contacts => (Modifiers::COMMAND, Key::Num2),
            Self::Network => (Modifiers::COMMAND, Key::Num3),
            Self::Settings => (Modifiers::COMMAND, Key::Comma),
            Self::Info => (Modifiers::COMMAND, Key::I),
            Self::Messages => (Modifiers::COMMAND, Key::ArrowUp),
            Self::Later => (Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Enter),
            Self::Answer => (Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::A),
            Self::Microphone => (Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::M),
            Self::HangUp => (Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::H),
            Self::Quit => (Modifiers::COMMAND, Key::Q),
        };
        KeyboardShortcut::new(modifiers, key)
    }

    /// The key of its name.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Palette => "palette",
            Self::Search => "search",
            Self::AddContact => "add-contact",
            Self::NextChat => "chat-next",
            Self::PreviousChat => "chat-previous",
            Self::Chats => "nav-chats",
            Self::Contacts => "nav-contacts",
            Self::Network => "nav-network",
            Self::Settings => "nav-settings",
            Self::Info => "conversation-info",
            Self::Messages => "to-messages",
            Self::Later => "later-open",
            Self::Answer => "call-answer",
            Self::Microphone => "call-microphone",
            Self::HangUp => "call-hang-up",
            Self::Quit => "quit",
        }
    }

    pub(crate) fn action(self) -> Action {
        match self {
            Self::Palette => Action::TogglePalette,
            Self::Search => Action::FocusSearch,
            Self::AddContact => Action::AddContact(AddTab::Show),
            Self::NextChat => Action::StepChat(1),
            Self::PreviousChat => Action::StepChat(-1),
            Self::Chats => Action::Go(Route::Chats { open: None }),
            Self::Contacts => Action::Go(Route::Contacts { open: None }),
            Self::Network => Action::Go(Route::Network),
            Self::Settings => Action::Section(Section::Account),
            Self::Info => Action::ToggleInfo,
            Self::Messages => Action::FocusMessages,
            Self::Later => Action::ChooseLater,
            Self::Answer => Action::Answer,
            Self::Microphone => Action::Microphone,
            Self::HangUp => Action::HangUp,
            Self::Quit => Action::Quit,
        }
    }
}

/// What the keys of this frame ask for.
pub(crate) fn pressed(ctx: &egui::Context) -> Vec<Action> {
    let mut actions = Vec::new();
    ctx.input_mut(|input| {
        for shortcut in Shortcut::ALL {
            if input.consume_shortcut(&shortcut.keys()) {
                actions.push(shortcut.action());
            }
        }
    });
    actions
}
