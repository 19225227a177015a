//! What the palette offers.

use crate::{
    action::Action,
    i18n::Lang,
    model::{AddTab, Appearance, Model, Section, Settings, can_write_to, shown_name},
    shortcuts::Shortcut,
    text::fuzzy::Matcher,
    theme::{Mode, icons, icons::Icon},
    views::settings,
};

/// Lines shown at once.
const SHOWN: usize = 9;

/// A line of the palette.
pub(crate) struct Entry {
    pub(crate) icon: Icon,
    pub(crate) text: String,
    pub(crate) shortcut: Option<Shortcut>,
    pub(crate) action: Action,
}

/// The lines that fit what was typed, the best first.
pub(crate) fn entries(model: &Model, lang: &Lang, query: &str) -> Vec<Entry> {
    let mut all = people(model);
    all.extend(commands(model, lang));
    let query = query.trim();
    if query.is_empty() {
        all.truncate(SHOWN);
        return all;
    }
    let mut matcher = Matcher::new(query);
    let mut scored: Vec<_> =
        all.into_iter().filter_map(|entry| matcher.score(&entry.text).map(|(score, _)| (score, entry))).collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, entry)| entry).take(SHOWN).collect()
}

fn people(model: &Model) -> Vec<Entry> {
    let mut people: Vec<_> = model.contacts.values().filter(|contact| can_write_to(contact)).collect();
    people.sort_by_key(|contact| shown_name(contact).to_lowercase());
    let entry = |contact: &kith_node::views::Contact| Entry {
        icon: icons::CHAT_CIRCLE,
        text: shown_name(contact),
        shortcut: None,
        action: Action::OpenChatWith(contact.account),
    };
    people.into_iter().map(entry).collect()
}

fn commands(model: &Model, lang: &Lang) -> Vec<Entry> {
    let plain = |icon, key: &str, shortcut, action| Entry { icon, text: lang.t(key), shortcut, action };
    let with = |icon, shortcut: Shortcut| plain(icon, shortcut.key(), Some(shortcut), shortcut.action());
    let mut list = vec![
        with(icons::USER_PLUS, Shortcut::AddContact),
        plain(icons::SCAN, "first-enter", None, Action::AddContact(AddTab::Enter)),
        with(icons::MAGNIFYING_GLASS, Shortcut::Search),
        with(icons::CHATS, Shortcut::Chats),
        with(icons::ADDRESS_BOOK, Shortcut::Contacts),
        with(icons::NETWORK, Shortcut::Network),
        plain(icons::WIFI_HIGH, "network-test", None, Action::TestNetwork),
    ];
    if let Some(me) = &model.me {
        list.push(plain(icons::NOTEBOOK, "notes-open", None, Action::OpenChatWith(me.account)));
        list.push(plain(icons::ARROW_U_UP_LEFT, "first-echo", None, Action::Echo));
    }
    let theme = |icon, key, mode| {
        let settings = Settings { appearance: Appearance::BuiltIn(mode), ..model.settings.clone() };
        plain(icon, key, None, Action::Set(Box::new(settings)))
    };
    list.push(theme(icons::SUN, "palette-light", Mode::Light));
    list.push(theme(icons::MOON, "palette-dark", Mode::Dark));
    list.push(theme(icons::CIRCLE_HALF, "palette-high-contrast", Mode::HighContrast));
    for section in Section::ALL {
        let text = format!("{}: {}", lang.t("nav-settings"), lang.t(settings::key(section)));
        list.push(Entry { icon: settings::icon(section), text, shortcut: None, action: Action::Section(section) });
    }
    list.push(with(icons::POWER, Shortcut::Quit));
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        i18n::Code,
        model::samples::{account, contact, profile},
    };

    #[test]
    fn people_come_first_and_typing_finds_commands() {
        let mut model = Model { me: Some(profile()), ..Model::default() };
        model.contacts.insert(account(1), contact(1, "Mara Okafor"));
        let lang = Lang::new(Code::En, None);
        assert_eq!(entries(&model, &lang, "").first().map(|entry| entry.text.clone()), Some("Mara Okafor".into()));
        let found = entries(&model, &lang, "dark");
        assert!(found[0].text.to_lowercase().contains("dark"), "{}", found[0].text);
        assert!(entries(&model, &lang, "zzzz").is_empty());
    }
}
