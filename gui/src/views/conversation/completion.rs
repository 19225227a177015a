//! What the field offers for the word that is being written: emoji after a colon, people after `@`.

use egui::{CompletionPopup, Id, Suggestion, TextEdit, Ui, WidgetText};

use crate::{
    cx::Cx,
    text::{emoji, names::Names},
    theme::Type,
};

/// Suggestions for one word.
const OFFERED: usize = 7;
/// A colon and one letter means too many emoji.
const LETTERS_MIN: usize = 2;

/// Shows the field; its response, which is also changed when a suggestion was taken.
pub(super) fn show(ui: &mut Ui, cx: &Cx<'_>, id: Id, field: TextEdit<'_>, names: &Names) -> egui::Response {
    let output = CompletionPopup::new(id).show(ui, field, |query| suggestions(cx, query.word, names));
    ui.data_mut(|data| data.insert_temp(id.with("completing"), output.is_open));
    let mut response = output.text_edit.response.response;
    if output.accepted.is_some() {
        response.mark_changed();
    }
    response
}

/// Whether the keys of this frame go to the suggestions.
pub(super) fn is_open(ui: &Ui, id: Id) -> bool {
    ui.data(|data| data.get_temp(id.with("completing"))).unwrap_or(false)
}

fn suggestions(cx: &Cx<'_>, word: &str, names: &Names) -> Vec<Suggestion> {
    let text = |text: String| WidgetText::from(cx.theme.text(text, Type::BODY, cx.tokens().text));
    if let Some(name) = word.strip_prefix('@') {
        let fits = names.beginning(name).into_iter().take(OFFERED);
        return fits.map(|name| Suggestion::new(format!("@{name} ")).content(text(name.to_owned()))).collect();
    }
    let Some(name) = word.strip_prefix(':') else { return Vec::new() };
    // With its second colon it is a whole name.
    if let Some(whole) = name.strip_suffix(':') {
        if cx.model.stickers.iter().any(|own| own.name == whole) {
            return Vec::new();
        }
        let found = emoji::shortcode_matches(whole, 1).into_iter().filter(|(name, _)| *name == whole);
        return found.map(|(_, emoji)| offer(emoji, whole, &text)).collect();
    }
    if name.chars().count() < LETTERS_MIN {
        return Vec::new();
    }
    // Of one's own first: they were given their names to be found by them.
    let own = cx.model.stickers.iter().filter(|own| own.name.starts_with(&name.to_lowercase()));
    let own = own.map(|own| Suggestion::new(format!(":{}: ", own.name)).content(text(format!(":{}:", own.name))));
    let known = emoji::shortcode_matches(name, OFFERED).into_iter().map(|(name, emoji)| offer(emoji, name, &text));
    own.chain(known).take(OFFERED).collect()
}

fn offer(emoji: &str, name: &str, text: &impl Fn(String) -> WidgetText) -> Suggestion {
    Suggestion::new(format!("{emoji} ")).content(text(format!("{emoji}  :{name}:")))
}
