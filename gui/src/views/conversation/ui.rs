use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use egui::{Align2, CornerRadius, Frame, Margin, Panel, Sense, Stroke, Ui, WidgetText, pos2, vec2};
use kith_node::{
    ChatId,
    views::{Chat, ContactState, PathKind},
};

use super::{
    bubble::{self, Look},
    composer,
    data::{self, Item},
    pins,
    steer::{self, Steer, Went},
    system,
};
use crate::{
    action::{Action, Copied},
    cx::Cx,
    i18n::Arg,
    model::{BubbleStyle, Route, status},
    text::{links, names::Names},
    theme::{Type, icons},
    update::Target,
    views::{calls, chats, contacts::standing, shell},
    widgets::{
        Face, Kind, avatar, button, empty_state, glyph, icon_button, icon_toggle, label, one_line,
        timeline::{RowKey, Rows, Timeline},
        typing,
    },
};

/// Room under the last message.
const LAST: f32 = 8.0;
/// How long a message that was jumped to stays marked, in seconds.
const FLASH: f64 = 1.6;

/// What the conversation on the screen remembers.
#[derive(Default)]
pub(crate) struct State {
    chat: Option<ChatId>,
    timeline: Timeline,
    items: Vec<(RowKey, Item)>,
    /// What `items` was made from.
    made_of: u64,
    /// The last wish to scroll that was obeyed.
    obeyed: u64,
    revealed: BTreeSet<RowKey>,
    flash: Option<(RowKey, f64)>,
    told_at_end: Option<bool>,
    /// The message the keyboard is at.
    steer: Steer,
}

pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State, chat: ChatId, narrow: bool) {
    let Some(shown) = cx.model.chats.get(&chat) else { return };
    if state.chat != Some(chat) {
        *state = State { chat: Some(chat), timeline: Timeline::at_end(), ..State::default() };
    }
    let ground = cx.tokens().bg_app;
    Panel::top("conversation head")
        .exact_size(60.0)
        .resizable(false)
        .show_separator_line(false)
        .frame(Frame::new().fill(ground).inner_margin(Margin::symmetric(16, 8)))
        .show(ui, |ui| head(ui, cx, shown, narrow));
    Panel::bottom("composer").resizable(false).show_separator_line(false).frame(Frame::new().fill(ground)).show(
        ui,
        |ui| {
            if cx.model.view.selected.is_empty() {
                composer::show(ui, cx, chat);
            } else {
                selection(ui, cx, chat);
            }
        },
    );
    egui::CentralPanel::no_frame().frame(Frame::new().fill(ground)).show(ui, |ui| {
        let top = ui.max_rect();
        let line = [pos2(top.left(), top.top()), pos2(top.right(), top.top())];
        ui.painter().line_segment(line, Stroke::new(1.0, cx.tokens().border));
        Frame::new().inner_margin(Margin::symmetric(16, 4)).show(ui, |ui| {
            shell::notices(ui, cx, chat);
            pins::show(ui, cx, chat);
        });
        messages(ui, cx, state, chat);
    });
}

/// What can be done with the messages that were chosen, in place of the composer.
fn selection(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId) {
    let count = cx.model.view.selected.len() as u64;
    Frame::new().inner_margin(Margin::symmetric(20, 10)).show(ui, |ui| {
        let (start, end) = crate::widgets::ends(cx);
        ui.allocate_ui_with_layout(vec2(ui.available_width(), 40.0), end, |ui| {
            let copy = cx.t("selection-copy");
            let pressed = button(ui, cx, Kind::Primary, Some(icons::COPY), &copy).clicked();
            let asked = ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Copy)));
            if pressed || asked {
                cx.act(Action::Copy(data::selected_text(cx.model, cx.lang, chat), Copied::Text));
                cx.act(Action::SelectNone);
            }
            if button(ui, cx, Kind::Secondary, None, &cx.t("cancel")).clicked() {
                cx.act(Action::SelectNone);
            }
            ui.with_layout(start, |ui| {
                let text = cx.with("selection-count", &[("count", Arg::Count(count))]);
                label(ui, cx.theme.text(text, Type::BODY.weight(550.0), cx.tokens().text));
            });
        });
    });
}

fn head(ui: &mut Ui, cx: &mut Cx<'_>, chat: &Chat, narrow: bool) {
    let (start, end) = crate::widgets::ends(cx);
    let title = chats::data::title(cx.model, cx.lang, chat);
    let contact = cx.model.contact_of(chat);
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 44.0), end, |ui| {
        if contact.is_some() {
            let label = cx.t("conversation-info");
            if icon_toggle(ui, cx, icons::SIDEBAR_SIMPLE, &label, cx.model.view.info).clicked() {
                info(ui, cx, chat);
            }
        }
        calls::start_button(ui, cx, chat);
        if let Some(seconds) = chat.expires_s {
            let after = cx.lang.span(seconds);
            let label = cx.with("expiry-on", &[("span", Arg::Text(&after))]);
            if icon_toggle(ui, cx, icons::TIMER, &label, true).clicked() {
                cx.act(Action::OpenSheet(crate::views::sheets::expiry::sheet_for(chat.chat, chat.expires_s)));
            }
        }
        if icon_button(ui, cx, icons::MAGNIFYING_GLASS, &cx.t("search"), false).clicked() {
            if narrow {
                cx.act(Action::Go(Route::Chats { open: None }));
            }
            cx.act(Action::SearchIn(chat.chat));
        }
        ui.with_layout(start, |ui| {
            if narrow {
                shell::back_button(ui, cx);
            }
            let key = chat.account.map_or_else(|| chat.chat.to_bytes().to_vec(), |account| account.to_bytes().to_vec());
            let face = Face { name: &title, key: &key, online: contact.map(|contact| contact.presence) };
            avatar(ui, cx.theme, &face, 40.0, cx.tokens().bg_app);
            ui.with_layout(egui::Layout::top_down(crate::widgets::start_align(cx)), |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.allocate_ui_with_layout(vec2(ui.available_width(), 22.0), start, |ui| {
                    ui.spacing_mut().item_spacing.x = 4.0;
                    let name = links::safe_name(&title);
                    let room = (ui.available_width() - 20.0).max(40.0);
                    let name = cx.theme.cut(ui, name, Type::TITLE, cx.tokens().text, room);
                    ui.scope(|ui| {
                        ui.set_max_width(room);
                        one_line(ui, name);
                    });
                    if contact.is_some_and(|contact| contact.state == ContactState::Verified) {
                        let seal = glyph(ui, cx, icons::SEAL_CHECK, 16.0, cx.tokens().ok, true);
                        seal.on_hover_text(cx.t("trust-verified"));
                    }
                });
                match cx.model.typing_in(chat.chat) {
                    Some(account) => typing(ui, cx, &cx.model.name_of(account)),
                    None => {
                        let room = ui.available_width();
                        one_line(ui, cx.theme.cut(ui, subtitle(cx, chat), Type::CAPTION, cx.tokens().text_2, room));
                    }
                }
            });
        });
    });
}

/// The panel about the person; where there is no room for one, their page.
fn info(ui: &Ui, cx: &mut Cx<'_>, chat: &Chat) {
    let Some(account) = chat.account else { return };
    if ui.ctx().content_rect().width() < 960.0 {
        cx.act(Action::Go(Route::Contacts { open: Some(account) }));
    } else {
        cx.act(Action::ToggleInfo);
    }
}

fn subtitle(cx: &Cx<'_>, chat: &Chat) -> String {
    let Some(contact) = cx.model.contact_of(chat) else { return cx.t("notes-about") };
    let (standing, status) = (standing(cx, contact), status(cx.model, contact));
    let standing = if status.is_empty() { standing } else { format!("{standing} · {status}") };
    match contact.path.kind {
        PathKind::Direct => format!("{standing} · {}", cx.t("path-direct-short")),
        PathKind::Relayed => format!("{standing} · {}", cx.t("path-relayed-short")),
        PathKind::None => standing,
    }
}

fn messages(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State, chat: ChatId) {
    let Some(talk) = cx.model.talks.get(&chat) else { return };
    refresh(ui, cx, state, chat);
    if state.items.is_empty() {
        if talk.loaded {
            ui.add_space(ui.available_height() * 0.28);
            empty(ui, cx, chat);
        }
        return;
    }
    obey(ui, state, talk);
    let wanted = cx.take_focus(Target::Messages);
    if state.steer.keys(ui, &state.items, &mut state.timeline, wanted) == Went::Below {
        ui.memory_mut(|memory| memory.request_focus(composer::composer_id(chat)));
    }
    let now = ui.input(|input| input.time);
    let version = version(cx);
    let name = cx.t("messages");
    let compact = cx.model.settings.bubbles == BubbleStyle::Compact;
    let State { timeline, items, revealed, flash, steer, .. } = state;
    let flash = *flash;
    let names = data::names(cx.model, chat);
    let mut list = List { cx, items, revealed, flash, now, compact, uncover: None, grown: Vec::new(), steer, names };
    let seen = timeline.show(ui, &mut list, &name, version);
    let (uncover, grown) = (list.uncover, std::mem::take(&mut list.grown));
    if !grown.is_empty() {
        ui.ctx().request_repaint();
    }
    for key in grown {
        state.timeline.forget(key);
    }
    count_down(ui, cx, &state.items);
    if let Some(key) = uncover {
        state.revealed.insert(key);
        state.timeline.forget(key);
    }
    if state.flash.is_some_and(|(_, since)| now - since > FLASH) {
        state.flash = None;
    } else if state.flash.is_some() {
        ui.ctx().request_repaint();
    }
    if state.told_at_end != Some(seen.end) {
        state.told_at_end = Some(seen.end);
        cx.act(Action::AtEnd(chat, seen.end && !talk.more_after));
    }
    if talk.loading.is_none() && talk.loaded {
        if talk.more_before && seen.first < 20 {
            cx.act(Action::LoadBefore(chat));
        } else if talk.more_after && seen.first + 60 > state.items.len() {
            cx.act(Action::LoadAfter(chat));
        }
    }
    if !seen.end || talk.more_after {
        sticky_day(ui, cx, &state.items, seen.first);
        jump(ui, cx, chat);
    }
}

fn empty(ui: &mut Ui, cx: &Cx<'_>, chat: ChatId) {
    let notes = cx.model.chats.get(&chat).is_some_and(|chat| cx.model.contact_of(chat).is_none());
    let (icon, title, about) = if notes {
        (icons::NOTEBOOK, "notes-title", "notes-empty-about")
    } else {
        (icons::LOCK_KEY, "conversation-empty", "conversation-empty-about")
    };
    empty_state(ui, cx, icon, &cx.t(title), &cx.t(about), &[]);
}

/// Paints again when the time that is left of a message reads differently.
fn count_down(ui: &Ui, cx: &Cx<'_>, items: &[(RowKey, Item)]) {
    let at = |(_, item): &(RowKey, Item)| if let Item::Message(bubble) = item { bubble.expires?.0 } else { None };
    if let Some(next) = items.iter().filter_map(at).min() {
        let seconds = if bubble::left(next, cx.model.now) <= 60 { 1 } else { 30 };
        ui.ctx().request_repaint_after(std::time::Duration::from_secs(seconds));
    }
}

/// Makes the rows again if anything they are made of has changed.
fn refresh(ui: &Ui, cx: &Cx<'_>, state: &mut State, chat: ChatId) {
    let Some(talk) = cx.model.talks.get(&chat) else { return };
    let mut made_of = DefaultHasher::new();
    (talk.revision, cx.lang.code().tag(), cx.lang.day_number(cx.model.now), talk.unread_from).hash(&mut made_of);
    (cx.model.settings.clock as u8).hash(&mut made_of);
    let made_of = made_of.finish();
    if state.made_of == made_of {
        return;
    }
    let fresh = data::items(cx.model, cx.lang, chat);
    // A row whose text stays keeps its height; one that has changed is measured again.
    let before: std::collections::HashMap<RowKey, &Item> = state.items.iter().map(|(key, item)| (*key, item)).collect();
    let changed: Vec<RowKey> = fresh
        .iter()
        .filter(|(key, item)| before.get(key).is_some_and(|before| *before != item))
        .map(|(key, _)| *key)
        .collect();
    for key in changed {
        state.timeline.forget(key);
    }
    state.steer.follow(ui, &state.items, &fresh);
    (state.items, state.made_of) = (fresh, made_of);
}

/// Goes where the model wants the timeline to be.
fn obey(ui: &Ui, state: &mut State, talk: &crate::model::Talk) {
    if state.obeyed == talk.scroll.count {
        return;
    }
    state.obeyed = talk.scroll.count;
    match talk.scroll.to {
        None => state.timeline.go_to_end(),
        Some(message) => {
            let key = data::message_key(message);
            state.timeline.go_to(key, ui.available_height() * 0.4);
            if talk.unread_from != Some(message) {
                state.flash = Some((key, ui.input(|input| input.time)));
            }
        }
    }
}

/// Heights depend on these.
fn version(cx: &Cx<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (cx.theme.text_scale.to_bits(), cx.lang.code().tag(), cx.model.settings.bubbles as u8).hash(&mut hasher);
    hasher.finish()
}

struct List<'a, 'c> {
    cx: &'a mut Cx<'c>,
    items: &'a [(RowKey, Item)],
    revealed: &'a BTreeSet<RowKey>,
    flash: Option<(RowKey, f64)>,
    now: f64,
    compact: bool,
    uncover: Option<RowKey>,
    /// Rows whose height is not the one they were placed by.
    grown: Vec<RowKey>,
    steer: &'a mut Steer,
    names: Names,
}

impl List<'_, '_> {
    fn manner(&self, width: f32) -> bubble::Manner<'_> {
        bubble::Manner { width, compact: self.compact, names: &self.names }
    }
}

impl Rows for List<'_, '_> {
    fn len(&self) -> usize {
        self.items.len()
    }

    fn key(&self, at: usize) -> RowKey {
        self.items[at].0
    }

    fn height(&mut self, ui: &Ui, at: usize, width: f32) -> f32 {
        let last = if at + 1 == self.items.len() { LAST } else { 0.0 };
        match &self.items[at] {
            (_, Item::Day(_)) => 40.0,
            (_, Item::Unread | Item::Gap) => 34.0,
            (_, Item::System(line)) => system::height(ui, self.cx, line, width) + last,
            (key, Item::Message(message)) => {
                let laid = bubble::lay(ui, self.cx, message, self.manner(width), self.revealed.contains(key));
                laid.height(message) + last
            }
        }
    }

    fn show(&mut self, ui: &mut Ui, at: usize) {
        match &self.items[at] {
            (_, Item::Day(day)) => chip(ui, self.cx, day, ui.max_rect().center() + vec2(0.0, 3.0)),
            (_, Item::Unread) => line(ui, self.cx, "unread-line", true),
            (_, Item::Gap) => line(ui, self.cx, "gap-line", false),
            (_, Item::System(line)) => system::show(ui, self.cx, line),
            (key, Item::Message(message)) => {
                let revealed = self.revealed.contains(key);
                let laid = bubble::lay(ui, self.cx, message, self.manner(ui.max_rect().width()), revealed);
                // Fonts of other scripts come later than the first layout.
                let last = if at + 1 == self.items.len() { LAST } else { 0.0 };
                if (laid.height(message) + last - ui.max_rect().height()).abs() > 0.5 {
                    self.grown.push(*key);
                }
                let flash = match self.flash {
                    Some((flashed, since)) if flashed == *key => {
                        (1.0 - (self.now - since) / FLASH).clamp(0.0, 1.0) as f32
                    }
                    _ => 0.0,
                };
                let look = Look { id: steer::id(*key), current: self.steer.is_current(*key), flash };
                let done = bubble::show(ui, self.cx, message, laid, look);
                self.steer.shown(ui, *key, done.pressed);
                if done.uncover && !revealed {
                    self.uncover = Some(*key);
                }
            }
        }
    }
}

/// The day of what is at the upper edge, unless its own row is there.
fn sticky_day(ui: &Ui, cx: &Cx<'_>, items: &[(RowKey, Item)], first: usize) {
    let day = |(_, item): &(RowKey, Item)| if let Item::Day(day) = item { Some(day.clone()) } else { None };
    let (above, below) = items.split_at(first.min(items.len()));
    if below.iter().take(2).any(|item| day(item).is_some()) {
        return;
    }
    if let Some(day) = above.iter().rev().find_map(day) {
        let area = ui.clip_rect();
        chip(ui, cx, &day, pos2(area.center().x, area.top() + 24.0));
    }
}

fn chip(ui: &Ui, cx: &Cx<'_>, day: &str, at: egui::Pos2) {
    let t = cx.tokens();
    let text = cx.theme.text(day, Type::CAPTION.weight(550.0), t.text_2);
    let galley = WidgetText::from(text).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Small);
    let rect = Align2::CENTER_CENTER.anchor_size(at, galley.size() + vec2(20.0, 8.0));
    ui.painter().rect_filled(rect, CornerRadius::same(12), t.bg_hover);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, t.text_2);
}

/// A line across the timeline that says something.
fn line(ui: &mut Ui, cx: &Cx<'_>, says: &str, good: bool) {
    let color = if good { cx.tokens().accent } else { cx.tokens().text_2 };
    let said = cx.t(says);
    let text = cx.theme.text(&said, Type::CAPTION.weight(600.0), color);
    let galley = WidgetText::from(text).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Small);
    let (row, size) = (ui.max_rect().shrink2(vec2(20.0, 0.0)), galley.size());
    let half = size.x / 2.0 + 12.0;
    let stroke = Stroke::new(1.0, color.gamma_multiply(0.6));
    let y = row.center().y;
    ui.painter().hline(row.left()..=row.center().x - half, y, stroke);
    ui.painter().hline(row.center().x + half..=row.right(), y, stroke);
    ui.painter().galley(row.center() - size / 2.0, galley, color);
    let response = ui.interact(row, ui.unique_id().with(says), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &said));
}

/// The button that leads to the newest message.
fn jump(ui: &mut Ui, cx: &mut Cx<'_>, chat: ChatId) {
    let t = cx.tokens();
    let area = ui.clip_rect();
    let x = if cx.lang.rtl() { area.left() + 38.0 } else { area.right() - 38.0 };
    let rect = egui::Rect::from_center_size(pos2(x, area.bottom() - 34.0), vec2(40.0, 40.0));
    let response = ui.interact(rect, ui.unique_id().with("to the end"), Sense::click());
    let label = cx.t("conversation-to-end");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &label));
    let fill = if response.hovered() { t.bg_hover } else { t.bg_raised };
    ui.painter().circle(rect.center(), 19.0, fill, Stroke::new(1.0, t.border));
    let icon = cx.theme.icon(icons::ARROW_DOWN, 19.0, t.text);
    let galley = WidgetText::from(icon).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Body);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, t.text);
    let unread = cx.model.chats.get(&chat).map_or(0, |chat| chat.unread);
    if unread > 0 {
        crate::widgets::paint_badge(ui, cx, pos2(rect.center().x, rect.top()), unread);
    }
    crate::widgets::focus_ring(ui, cx.theme, &response, rect, 20);
    if response.on_hover_text(label).clicked() {
        cx.act(Action::JumpToEnd(chat));
    }
}
