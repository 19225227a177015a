//! What is shown in a call: the other person large, I small in a corner, and the pages below.

use egui::{Align2, CornerRadius, Frame, Panel, Rect, Sense, Stroke, StrokeKind, Ui, vec2};
use kith_node::views::{Call, CallPhase, Chat};

use super::data;
use crate::{
    action::Action,
    cx::Cx,
    i18n::Arg,
    model::{
        calls, shown_name,
        video::{Side, is_on, shows},
    },
    text::links,
    theme::{icons, radius},
    widgets::{Face, avatar, icon_button, moving_picture, paint_note, switch_button},
};

/// Of the window's height, so much is for pictures.
const SHARE: f32 = 0.46;
/// The least of it.
const LEAST: f32 = 140.0;
/// My own picture, of the other's room.
const OWN: f32 = 0.24;
const OWN_LEAST: f32 = 96.0;
const EDGE: f32 = 12.0;

/// The button that calls the person of a conversation with video, where there is a camera.
pub(super) fn start_button(ui: &mut Ui, cx: &mut Cx<'_>, chat: &Chat) {
    let contact = cx.model.contact_of(chat).filter(|_| cx.model.video.camera);
    let Some(contact) = contact.filter(|_| calls::can_be_called(cx.model, chat)) else { return };
    let name = shown_name(contact);
    let text = cx.with("call-start-video", &[("name", Arg::Text(&links::safe_name(&name)))]);
    let why = calls::why_not(cx.model, chat.chat);
    let shown = ui.add_enabled_ui(why.is_none(), |ui| icon_button(ui, cx, icons::VIDEO_CAMERA, &text, false));
    if shown.inner.clicked() {
        cx.act(Action::CallVideo(chat.chat));
    }
}

/// The buttons of the bar that show something, where there is something to show.
pub(super) fn buttons(ui: &mut Ui, cx: &mut Cx<'_>, call: &Call) {
    if cx.model.video.screen && call.phase == CallPhase::Connected {
        let text = cx.t(if call.screen { "call-screen-off" } else { "call-screen-on" });
        if switch_button(ui, cx, icons::MONITOR, call.screen, &text).clicked() {
            cx.act(Action::Screen);
        }
    }
    if cx.model.video.camera {
        let text = cx.t(if call.camera { "call-camera-off" } else { "call-camera-on" });
        if switch_button(ui, cx, icons::VIDEO_CAMERA, call.camera, &text).clicked() {
            cx.act(Action::Camera);
        }
    }
}

/// The pictures, above every page; their lower edge can be moved.
pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(call) = cx.model.calls.in_bar().filter(|call| is_on(call)) else { return };
    let t = cx.tokens();
    let height = ui.ctx().content_rect().height();
    let most = (height - 240.0).max(LEAST);
    let panel = Panel::top("call pictures")
        .default_size((height * SHARE).clamp(LEAST, most))
        .size_range(LEAST..=most)
        .resizable(true)
        .show_separator_line(false)
        .frame(Frame::new().fill(t.bg_app));
    let shown = panel.show(ui, |ui| {
        let (room, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
        pictures(ui, cx, call, room);
    });
    let rect = shown.response.rect;
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.border));
}

fn pictures(ui: &mut Ui, cx: &Cx<'_>, call: &Call, room: Rect) {
    let t = cx.tokens();
    let name = data::name(cx.model, call);
    let theirs = cx.model.video.theirs.as_ref().filter(|_| shows(call, Side::Theirs));
    match theirs {
        Some(pixels) => {
            let key = if call.their_screen { "call-their-screen" } else { "call-their-picture" };
            let says = cx.with(key, &[("name", Arg::Text(&name))]);
            moving_picture(ui, "their picture", pixels, room.shrink(1.0), CornerRadius::ZERO, &says);
        }
        None => {
            let key = call.account.to_bytes();
            let face = Face { name: &name, key: &key, online: None };
            let side = 96.0_f32.min(room.height() - 2.0 * EDGE);
            let at = Rect::from_center_size(room.center(), vec2(side, side));
            let mut place = ui.new_child(egui::UiBuilder::new().max_rect(at));
            avatar(&mut place, cx.theme, &face, side, t.bg_app);
        }
    }
    if shows(call, Side::Mine) {
        own(ui, cx, room);
    }
    let paused = cx.model.calls.stats.as_ref().and_then(|stats| stats.video_out.as_ref());
    if paused.is_some_and(|video| video.paused) {
        paint_note(ui, cx, room.center_top() + vec2(0.0, EDGE), Align2::CENTER_TOP, &cx.t("call-video-rests"));
    }
}

/// My own picture, in the lower corner where reading ends.
fn own(ui: &mut Ui, cx: &Cx<'_>, room: Rect) {
    let t = cx.tokens();
    let size = |pixels: &crate::model::Pixels| {
        let shape = pixels.width as f32 / pixels.height.max(1) as f32;
        let height = (room.height() * OWN).max(OWN_LEAST / shape.max(1.0)).min(room.height() / 2.0);
        vec2(height * shape, height)
    };
    let Some(pixels) = &cx.model.video.mine else { return };
    let size = size(pixels);
    let corner = if cx.lang.rtl() { Align2::LEFT_BOTTOM } else { Align2::RIGHT_BOTTOM };
    let place = corner.align_size_within_rect(size, room.shrink(EDGE));
    let corners = CornerRadius::same(radius::CONTROL);
    moving_picture(ui, "my picture", pixels, place, corners, &cx.t("call-my-picture"));
    ui.painter().rect_stroke(place, corners, Stroke::new(1.0, t.border), StrokeKind::Outside);
}
