use std::time::Duration;

use egui::{Align2, Area, CornerRadius, CursorIcon, Frame, Id, Margin, Order, Panel, Role, Sense, Stroke, StrokeKind};
use egui::{Ui, WidgetInfo, WidgetText, vec2};
use kith_node::views::{Call, CallPhase, Chat};

use super::{data, video};
use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{
        Sheet, calls, shown_name,
        sound::{self, SoundAction},
    },
    text::links,
    theme::{Type, icons, radius, space},
    widgets::{
        Face, Kind, avatar, button_wide, ends, focus_ring, hang_up_button, hold_button, icon_button, label, meter,
        microphone_button, one_line, paint_muted, start_align,
    },
};

/// The height of the bar.
const BAR: f32 = 56.0;
/// Of the card of a call that rings, where there is room for it.
const CARD: f32 = 360.0;
/// In a narrower window the bar says less.
const NARROW: f32 = 560.0;

/// The button that calls the person of a conversation, where they can be called.
pub(crate) fn start_button(ui: &mut Ui, cx: &mut Cx<'_>, chat: &Chat) {
    let Some(contact) = cx.model.contact_of(chat).filter(|_| calls::can_be_called(cx.model, chat)) else { return };
    let name = shown_name(contact);
    let name = links::safe_name(&name);
    let text = cx.with("call-start", &[("name", Arg::Text(&name))]);
    let why = calls::why_not(cx.model, chat.chat);
    let response = ui.add_enabled_ui(why.is_none(), |ui| icon_button(ui, cx, icons::PHONE, &text, false)).inner;
    if response.clicked() {
        cx.act(Action::CallStart(chat.chat));
    }
    if let Some(why) = why.map(|why| cx.t(why)) {
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(why.clone()));
        response.on_disabled_hover_text(cx.theme.text(why, Type::SMALL, cx.tokens().text));
    }
    video::start_button(ui, cx, chat);
}

/// What a person has to have in the bar; then come the key to talk, how good the call is, one's own voice.
const PERSON: f32 = 140.0;
const KEY: f32 = 100.0;
const QUALITY: f32 = 72.0;
const METER: f32 = 38.0;

/// The bar above every page while a call that does not ring here goes on, and a moment longer.
pub(crate) fn bar(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(call) = cx.model.calls.in_bar() else { return };
    let ground = cx.tokens().bg_raised;
    let frame = Frame::new().fill(ground).inner_margin(Margin::symmetric(16, 8));
    let panel = Panel::top("call").exact_size(BAR).resizable(false).show_separator_line(false).frame(frame);
    let shown = panel.show(ui, |ui| {
        let (_, end) = ends(cx);
        let room = vec2(ui.available_width(), BAR - 16.0);
        ui.allocate_ui_with_layout(room, end, |ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            if call.phase != CallPhase::Ended {
                buttons(ui, cx, call);
            }
            let (start, _) = ends(cx);
            ui.with_layout(start, |ui| person(ui, cx, call));
        });
    });
    let rect = shown.response.rect;
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, cx.tokens().border));
    let now = cx.model.now;
    if let Some(ms) = cx.model.calls.changes_in(now) {
        ui.ctx().request_repaint_after(Duration::from_millis(ms));
    }
    if cx.model.calls.wants_stats(now) {
        cx.act(Action::AskCallStats);
    }
}

/// What can be done, from where reading ends.
fn buttons(ui: &mut Ui, cx: &mut Cx<'_>, call: &Call) {
    if hang_up_button(ui, cx, &cx.t("call-hang-up")).clicked() {
        cx.act(Action::HangUp);
    }
    let microphone = cx.t(if call.mic { "call-mute" } else { "call-unmute" });
    if microphone_button(ui, cx, call.mic, &microphone).clicked() {
        cx.act(Action::Microphone);
    }
    video::buttons(ui, cx, call);
    if sound::is_talking(cx.model) {
        // What is in it can be set on the page about sound as well, the key to talk is needed here.
        let crowded = ui.available_width() < PERSON + KEY && sound::waits_for_key(cx.model);
        if !crowded && icon_button(ui, cx, icons::GEAR_SIX, &cx.t("call-sound"), false).clicked() {
            cx.act(Action::OpenSheet(Sheet::Sound));
        }
        talk_key(ui, cx);
    }
    if call.phase == CallPhase::Connected {
        let (mine, _) = cx.model.calls.levels;
        if ui.available_width() >= PERSON + METER + QUALITY {
            meter(ui, cx, if call.mic { mine } else { 0 }, &cx.t("call-my-voice"));
            ui.add_space(space::XS);
        }
        if ui.available_width() >= PERSON + QUALITY {
            quality(ui, cx);
        }
    }
}

/// Push to talk: the key while the window has the keyboard, and a button for those without one.
fn talk_key(ui: &mut Ui, cx: &mut Cx<'_>) {
    if !sound::waits_for_key(cx.model) {
        return;
    }
    let name = format!("F{}", cx.model.settings.talk_key);
    let says = cx.with("call-hold", &[("key", Arg::Text(&name))]);
    let on = cx.model.sound.held != (false, false);
    let narrow = ui.ctx().content_rect().width() < NARROW;
    let held = hold_button(ui, cx, on, if narrow { &name } else { &says }, &says).is_pointer_button_down_on();
    // The window hears of no key that is let go elsewhere.
    let pressed = egui::Key::from_name(&name).is_some_and(|key| ui.input(|input| input.focused && input.key_down(key)));
    if held != cx.model.sound.held.1 {
        cx.act(Action::Sound(SoundAction::HoldButton(held)));
    }
    if pressed != cx.model.sound.held.0 {
        cx.act(Action::Sound(SoundAction::HoldKey(pressed)));
    }
}

fn quality(ui: &mut Ui, cx: &Cx<'_>) {
    let Some(quality) = cx.model.calls.stats.as_ref().and_then(|stats| data::quality(cx.lang, stats)) else { return };
    let t = cx.tokens();
    let color = if quality.poor { t.warn } else { t.text_2 };
    let narrow = ui.ctx().content_rect().width() < NARROW;
    let short = quality.short.split(" · ").next().filter(|_| narrow).unwrap_or(&quality.short);
    let text = cx.theme.text(short, Type::CAPTION.weight(550.0), color);
    let galley = WidgetText::from(text).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Small);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(16.0, 8.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &quality.full));
    ui.painter().rect_filled(rect, CornerRadius::same(radius::CHIP), t.bg_hover);
    if cx.theme.edges {
        let stroke = Stroke::new(1.0, t.border);
        ui.painter().rect_stroke(rect, CornerRadius::same(radius::CHIP), stroke, StrokeKind::Inside);
    }
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, color);
    response.on_hover_text(cx.theme.text(quality.full, Type::SMALL, t.text));
}

/// Who it is, where the call stands, and how loud they are. The name leads to the conversation.
fn person(ui: &mut Ui, cx: &mut Cx<'_>, call: &Call) {
    let t = cx.tokens();
    let name = data::name(cx.model, call);
    let key = call.account.to_bytes();
    avatar(ui, cx.theme, &Face { name: &name, key: &key, online: None }, 36.0, t.bg_raised);
    let connected = call.phase == CallPhase::Connected;
    let beside = if connected { 40.0 } else { 0.0 };
    let room = (ui.available_width() - beside - 8.0).max(40.0);
    let line = data::line(cx.model, cx.lang, call);
    let color = if call.phase == CallPhase::Reconnecting { t.warn } else { t.text_2 };
    let cut = Some(egui::TextWrapMode::Truncate);
    let galley = |ui: &Ui, text| WidgetText::from(text).into_galley(ui, cut, room, egui::TextStyle::Body);
    let name_galley = galley(ui, cx.theme.cut(ui, &name, Type::BODY.weight(650.0), t.text, room));
    let line_galley = galley(ui, cx.theme.cut(ui, &line, Type::CAPTION, color, room));
    let size = vec2(name_galley.size().x.max(line_galley.size().x) + 8.0, 40.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let (spoken, to_chat) = (format!("{name}, {line}"), cx.with("call-to-chat", &[("name", Arg::Text(&name))]));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(to_chat.clone()));
    if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(radius::CONTROL), t.bg_hover);
    }
    let words = rect.shrink2(vec2(4.0, 0.0));
    for (galley, y) in [(name_galley, rect.top() + 1.0), (line_galley, rect.bottom() - 18.0)] {
        let x = if cx.lang.rtl() { words.right() - galley.size().x } else { words.left() };
        ui.painter().galley(egui::pos2(x, y), galley, t.text);
    }
    focus_ring(ui, cx.theme, &response, rect, radius::CONTROL);
    let hint = cx.theme.text(&to_chat, Type::SMALL, t.text);
    if response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(hint).clicked() {
        cx.act(Action::OpenChat(call.chat));
    }
    if connected {
        voice(ui, cx, call, &name);
    }
}

fn voice(ui: &mut Ui, cx: &Cx<'_>, call: &Call, name: &str) {
    let t = cx.tokens();
    if call.their_mic {
        let (_, theirs) = cx.model.calls.levels;
        meter(ui, cx, theirs, &cx.with("call-their-voice", &[("name", Arg::Text(name))]));
        return;
    }
    let (rect, response) = ui.allocate_exact_size(vec2(20.0, 20.0), Sense::hover());
    let says = cx.with("call-they-muted", &[("name", Arg::Text(name))]);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &says));
    paint_muted(ui, cx, rect.center(), 18.0, t.warn, t.bg_raised);
    response.on_hover_text(cx.theme.text(says, Type::SMALL, t.text));
}

/// The card of a call that rings here, over everything else.
pub(crate) fn incoming(ui: &Ui, cx: &mut Cx<'_>) {
    let Some(call) = cx.model.calls.incoming() else { return };
    let t = cx.tokens();
    let width = (ui.ctx().content_rect().width() - 24.0).min(CARD) - 32.0;
    let frame = Frame::new()
        .fill(t.bg_raised)
        .stroke(Stroke::new(if cx.theme.edges { 2.0 } else { 1.0 }, t.accent))
        .shadow(egui::Shadow { offset: [0, 6], blur: 24, spread: 0, color: t.shadow })
        .corner_radius(CornerRadius::same(radius::CARD))
        .inner_margin(Margin::same(16));
    // Above sheets, which would keep the pointer and the keyboard from it.
    let area = Area::new(Id::unique("incoming call")).order(Order::Tooltip).interactable(true);
    area.anchor(Align2::CENTER_TOP, vec2(0.0, 12.0)).show(ui.ctx(), |ui| {
        let shown = frame.show(ui, |ui| {
            ui.set_width(width);
            let name = data::name(cx.model, call);
            caller(ui, cx, call, &name);
            ui.add_space(space::M);
            answers(ui, cx, width);
            if call.their_camera && cx.model.video.camera {
                ui.add_space(space::S);
                let text = cx.t("call-answer-video");
                if button_wide(ui, cx, Kind::Secondary, Some(icons::VIDEO_CAMERA), &text).clicked() {
                    cx.act(Action::AnswerWithVideo);
                }
            }
            name
        });
        let says = cx.with("call-rings", &[("name", Arg::Text(&shown.inner))]);
        ui.ctx().accesskit_node_builder(shown.response.id, |node| {
            node.set_role(Role::Alert);
            node.set_live(egui::accesskit::Live::Assertive);
            node.set_label(says);
        });
    });
}

fn caller(ui: &mut Ui, cx: &Cx<'_>, call: &Call, name: &str) {
    let t = cx.tokens();
    let (start, _) = ends(cx);
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 48.0), start, |ui| {
        let key = call.account.to_bytes();
        avatar(ui, cx.theme, &Face { name, key: &key, online: None }, 48.0, t.bg_raised);
        ui.add_space(space::XS);
        ui.with_layout(egui::Layout::top_down(start_align(cx)), |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.add_space(2.0);
            let shown = cx.theme.cut(ui, name, Type::TITLE, t.text, ui.available_width());
            one_line(ui, shown);
            label(ui, cx.theme.text(cx.t(data::calls_you(call)), Type::SMALL, t.text_2));
        });
    });
}

fn answers(ui: &mut Ui, cx: &mut Cx<'_>, width: f32) {
    let (start, _) = ends(cx);
    let half = (width - space::S) / 2.0;
    ui.allocate_ui_with_layout(vec2(width, 38.0), start, |ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let (decline, answer) = (cx.t("call-decline"), cx.t("call-answer"));
        let sized = |ui: &mut Ui, cx: &Cx<'_>, kind, icon, text: &str| {
            let layout = egui::Layout::top_down(egui::Align::Min);
            ui.allocate_ui_with_layout(vec2(half, 38.0), layout, |ui| {
                ui.set_width(half);
                button_wide(ui, cx, kind, icon, text).clicked()
            })
        };
        if sized(ui, cx, Kind::Danger, Some(icons::X), &decline).inner {
            cx.act(Action::HangUp);
        }
        if sized(ui, cx, Kind::Primary, Some(icons::PHONE), &answer).inner {
            cx.act(Action::Answer);
        }
    });
}
