//! Every widget in every state: `kith --gallery`. For looking at, and for pictures that tests compare.

use egui::{CentralPanel, Frame, Margin, ScrollArea, Ui};

use kith_node::views::Presence;

use crate::{
    cx::Cx,
    i18n::Lang,
    model::Model,
    theme::{Theme, Type, icons},
    widgets::{
        Face, Field, Health, Kind, Row, Tone, avatar, banner, button, card, dropdown, empty_state, field, heading,
        icon_button, label, link_button, list_row, muted, paint_health, paragraph, progress, qr, rail_button,
        section_title, segmented, switch_row, tag, typing,
    },
};

/// Shows the gallery.
pub fn show(ui: &mut Ui, theme: &Theme, lang: &Lang) {
    let model = Model::default();
    let mut cx = Cx::new(&model, theme, lang);
    let frame = Frame::new().fill(theme.tokens.bg_app).inner_margin(Margin::same(24));
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(640.0);
            types(ui, &cx);
            buttons(ui, &cx);
            fields(ui, &mut cx);
            rows(ui, &cx);
            others(ui, &mut cx);
        });
    });
}

fn types(ui: &mut Ui, cx: &Cx<'_>) {
    let t = cx.tokens();
    heading(ui, cx, &t.name);
    let styles = [("Display", Type::DISPLAY), ("Heading", Type::HEADING), ("Title", Type::TITLE), ("Body", Type::BODY)];
    for (name, style) in styles {
        label(ui, cx.theme.text(name, style, t.text));
    }
    paragraph(ui, cx, "Paragraph 0123456789 😂🇸🇪👨‍👩‍👧❤️👍🏽 © #");
    muted(ui, cx, "Muted text that explains.");
    ui.horizontal(|ui| {
        tag(ui, cx, "Ctrl+K", t.text);
        tag(ui, cx, "ok", t.ok);
        tag(ui, cx, "warn", t.warn);
        tag(ui, cx, "danger", t.danger);
    });
}

fn buttons(ui: &mut Ui, cx: &Cx<'_>) {
    section_title(ui, cx, "Buttons");
    for enabled in [true, false] {
        ui.add_enabled_ui(enabled, |ui| {
            ui.horizontal_wrapped(|ui| {
                for kind in [Kind::Primary, Kind::Secondary, Kind::Quiet, Kind::Danger] {
                    let name = format!("{kind:?}{}", if enabled { "" } else { " off" });
                    button(ui, cx, kind, Some(icons::PLUS), &name);
                }
                icon_button(ui, cx, icons::GEAR_SIX, if enabled { "Icon" } else { "Icon off" }, false);
                icon_button(ui, cx, icons::GEAR_SIX, if enabled { "Icon on" } else { "Icon on off" }, true);
            });
        });
    }
    ui.horizontal(|ui| {
        link_button(ui, cx, "A link");
        rail_button(ui, cx, icons::CHATS, "Rail", false, 0);
        rail_button(ui, cx, icons::CHATS, "Rail on", true, 120);
    });
}

fn fields(ui: &mut Ui, cx: &mut Cx<'_>) {
    section_title(ui, cx, "Fields");
    field(ui, cx, "gallery empty", "", Field { label: "Empty", hint: "Hint", ..Field::default() });
    field(ui, cx, "gallery wrong", "text", Field { label: "Wrong", error: Some("What is wrong"), ..Field::default() });
    field(ui, cx, "gallery secret", "secret", Field { label: "Secret", secret: true, ..Field::default() });
    switch_row(ui, cx, "Switch on", "What it does", true);
    switch_row(ui, cx, "Switch off", "", false);
    let choices = ["One".to_owned(), "Two".to_owned(), "Three".to_owned()];
    segmented(ui, cx, "Segmented", &choices, 1);
    ui.horizontal(|ui| {
        dropdown(ui, cx, "Dropdown", &choices, 0, false);
        dropdown(ui, cx, "Dropdown changed", &choices, 2, true);
    });
    progress(ui, cx, "Progress", 0.4);
    typing(ui, cx, "Mara");
}

fn rows(ui: &mut Ui, cx: &Cx<'_>) {
    section_title(ui, cx, "Rows");
    let t = cx.tokens();
    let cases = [
        ("Mara Okafor", "See you at seven", 3, false, Some(Presence::Online), true),
        ("Selected Person", "You: yes", 0, true, Some(Presence::Offline), false),
        (
            "A person with a very long name that does not fit in the line",
            "And a very long line below it too, cut",
            0,
            false,
            None,
            false,
        ),
    ];
    for (title, line, unread, selected, online, verified) in cases {
        let row = Row {
            face: Face { name: title, key: title.as_bytes(), online },
            title,
            line,
            line_words: &[],
            line_color: t.text_2,
            time: "09:41",
            badge: None,
            mark: Some((icons::CHECKS, t.accent)),
            unread,
            mention: unread > 9,
            verified,
            selected,
            spoken: title,
        };
        list_row(ui, cx, &row);
    }
}

fn others(ui: &mut Ui, cx: &mut Cx<'_>) {
    section_title(ui, cx, "Others");
    for tone in [Tone::Info, Tone::Warn, Tone::Danger] {
        banner(ui, cx, tone, &format!("{tone:?}: what is the matter."), Some(&format!("Do {tone:?}")));
    }
    card(ui, cx, |ui, cx| {
        ui.horizontal(|ui| {
            for n in 0..12u8 {
                let face = Face { name: "A B", key: &[n], online: None };
                avatar(ui, cx.theme, &face, 40.0, cx.tokens().bg_raised);
            }
        });
        ui.horizontal(|ui| {
            for health in [Health::Good, Health::Relayed, Health::Nearby, Health::Offline] {
                let (rect, _) = ui.allocate_exact_size(egui::vec2(28.0, 28.0), egui::Sense::hover());
                paint_health(ui.painter(), cx.theme, rect.center(), 8.0, health);
            }
        });
    });
    qr(ui, "kith:i/1/example", 120.0, "A code");
    empty_state(ui, cx, icons::CHATS, "Nothing here yet", "What to do about it.", &[(Kind::Secondary, "Do it")]);
    ui.horizontal_wrapped(|ui| {
        for (name, icon) in icons::ALL {
            icon_button(ui, cx, *icon, name, false);
        }
    });
}
