use egui::{CentralPanel, CornerRadius, Frame, Margin, Panel, Role, ScrollArea, Sense, Ui, WidgetText, vec2};

use super::{account, notifications, pages, sound};
use crate::{
    action::Action,
    cx::Cx,
    model::{Section, Settings},
    theme::{Color, Type, icons, icons::Icon, radius, space},
    views::shell,
    widgets::{Flow, focus_ring, heading, icon_button, tell_choice},
};

/// Below this width the list of pages stands above the page.
const NARROW: f32 = 760.0;

pub(crate) fn show(ui: &mut Ui, cx: &mut Cx<'_>, section: Section, narrow: bool) {
    if ui.ctx().content_rect().width() >= NARROW {
        let panel = if cx.lang.rtl() { Panel::right("sections") } else { Panel::left("sections") };
        let frame = Frame::new().fill(cx.tokens().bg_panel).inner_margin(Margin::symmetric(10, 14));
        panel.exact_size(220.0).resizable(false).show_separator_line(false).frame(frame).show(ui, |ui| {
            Frame::new().inner_margin(Margin::symmetric(8, 0)).show(ui, |ui| heading(ui, cx, &cx.t("nav-settings")));
            ui.add_space(space::S);
            ui.spacing_mut().item_spacing.y = 2.0;
            for one in Section::ALL {
                section_row(ui, cx, one, one == section);
            }
        });
        page(ui, cx, section, false);
    } else {
        page(ui, cx, section, narrow);
    }
}

fn page(ui: &mut Ui, cx: &mut Cx<'_>, section: Section, narrow: bool) {
    CentralPanel::no_frame().frame(Frame::new().fill(cx.tokens().bg_app)).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            Frame::new().inner_margin(Margin::symmetric(24, 18)).show(ui, |ui| {
                let room = ui.available_width();
                ui.set_max_width(room.min(640.0));
                if narrow {
                    shell::back_button(ui, cx);
                }
                if ui.ctx().content_rect().width() < NARROW {
                    chooser(ui, cx, section);
                }
                heading(ui, cx, &cx.t(key(section)));
                ui.add_space(space::S);
                body(ui, cx, section);
                ui.add_space(space::XL);
            });
        });
    });
}

/// The pages as a row of icons, where there is no room for a list.
fn chooser(ui: &mut Ui, cx: &mut Cx<'_>, section: Section) {
    ui.horizontal_wrapped(|ui| {
        for one in Section::ALL {
            let (name, on) = (cx.t(key(one)), one == section);
            let response = icon_button(ui, cx, icon(one), &name, on);
            tell_choice(ui, &response, Role::Tab, on, &name);
            if response.clicked() {
                cx.act(Action::Section(one));
            }
        }
    });
}

fn body(ui: &mut Ui, cx: &mut Cx<'_>, section: Section) {
    match section {
        Section::Account => account::show(ui, cx),
        Section::Privacy => pages::privacy(ui, cx),
        Section::Appearance => pages::appearance(ui, cx),
        Section::Language => pages::language(ui, cx),
        Section::Notifications => {
            notifications::show(ui, cx);
            pages::background(ui, cx);
        }
        Section::Sound => sound::show(ui, cx),
        Section::Network => crate::views::network::bootstraps(ui, cx),
        Section::Storage => {
            pages::storage(ui, cx);
            pages::backup(ui, cx);
            pages::wipe(ui, cx);
        }
        Section::Shortcuts => pages::shortcuts(ui, cx),
        Section::About => pages::about(ui, cx),
    }
}

/// The key of a page's name.
pub(crate) fn key(section: Section) -> &'static str {
    match section {
        Section::Account => "settings-account",
        Section::Privacy => "settings-privacy",
        Section::Appearance => "settings-appearance",
        Section::Language => "settings-language",
        Section::Notifications => "settings-notifications",
        Section::Sound => "settings-sound",
        Section::Network => "settings-network",
        Section::Storage => "settings-storage",
        Section::Shortcuts => "settings-shortcuts",
        Section::About => "settings-about",
    }
}

pub(crate) fn icon(section: Section) -> Icon {
    match section {
        Section::Account => icons::USER_CIRCLE,
        Section::Privacy => icons::SHIELD_CHECK,
        Section::Appearance => icons::PALETTE,
        Section::Language => icons::TRANSLATE,
        Section::Notifications => icons::BELL,
        Section::Sound => icons::MICROPHONE,
        Section::Network => icons::NETWORK,
        Section::Storage => icons::HARD_DRIVES,
        Section::Shortcuts => icons::KEYBOARD,
        Section::About => icons::INFO,
    }
}

fn section_row(ui: &mut Ui, cx: &mut Cx<'_>, section: Section, on: bool) {
    let t = cx.tokens();
    let name = cx.t(key(section));
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::click());
    tell_choice(ui, &response, Role::Tab, on, &name);
    let fill = match (on, response.hovered()) {
        (true, _) => t.bg_selected,
        (false, true) => t.bg_hover,
        (false, false) => Color::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, CornerRadius::same(radius::CONTROL), fill);
    let mut flow = Flow::new(rect.shrink2(vec2(10.0, 0.0)), cx.lang.rtl());
    let color = if on { t.accent } else { t.text_2 };
    let icon = cx.theme.icon(icon(section), 18.0, color);
    let galley = WidgetText::from(icon).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Body);
    ui.painter().galley(flow.start(18.0).center() - galley.size() / 2.0, galley, color);
    flow.start(10.0);
    let style = Type::BODY.weight(if on { 600.0 } else { 450.0 });
    let text = cx.theme.text(&name, style, t.text);
    let room = flow.rest();
    let galley =
        WidgetText::from(text).into_galley(ui, Some(egui::TextWrapMode::Truncate), room.width(), egui::TextStyle::Body);
    let x = if cx.lang.rtl() { room.right() - galley.size().x } else { room.left() };
    ui.painter().galley(egui::pos2(x, room.center().y - galley.size().y / 2.0), galley, t.text);
    focus_ring(ui, cx.theme, &response, rect, radius::CONTROL);
    if response.clicked() {
        cx.act(Action::Section(section));
    }
}

/// Changes the settings.
pub(super) fn set(cx: &mut Cx<'_>, change: impl FnOnce(&mut Settings)) {
    let mut settings = cx.model.settings.clone();
    change(&mut settings);
    cx.actions.push(Action::Set(Box::new(settings)));
}
