//! Tells egui about a theme. What makes egui look like a debug tool is switched off here.

use egui::{CornerRadius, FontId, Margin, Shadow, Stroke, TextStyle, style::ScrollStyle, vec2};

use super::{Theme, radius};

pub(super) fn apply(theme: &Theme, ctx: &egui::Context) {
    ctx.set_theme(if theme.tokens.light { egui::Theme::Light } else { egui::Theme::Dark });
    ctx.all_styles_mut(|style| {
        texts(theme, style);
        spacing(style);
        visuals(theme, &mut style.visuals);
        style.animation_time = if theme.still { 0.0 } else { 0.12 };
        if theme.still {
            style.scroll_animation = egui::style::ScrollAnimation::none();
        }
        style.interaction.tooltip_delay = 0.4;
        style.url_in_tooltip = false;
    });
}

fn texts(theme: &Theme, style: &mut egui::Style) {
    let size = |points: f32| points * theme.text_scale;
    style.text_styles = [
        (TextStyle::Heading, FontId::proportional(size(20.0))),
        (TextStyle::Body, FontId::proportional(size(14.5))),
        (TextStyle::Button, FontId::proportional(size(14.0))),
        (TextStyle::Small, FontId::proportional(size(12.0))),
        (TextStyle::Monospace, FontId::monospace(size(13.5))),
    ]
    .into();
}

fn spacing(style: &mut egui::Style) {
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(8.0, 6.0);
    spacing.button_padding = vec2(12.0, 7.0);
    spacing.interact_size.y = 32.0;
    spacing.menu_margin = Margin::same(6);
    spacing.indent = 16.0;
    spacing.scroll = ScrollStyle { bar_width: 8.0, ..ScrollStyle::floating() };
}

fn visuals(theme: &Theme, visuals: &mut egui::Visuals) {
    let t = &theme.tokens;
    visuals.dark_mode = !t.light;
    visuals.panel_fill = t.bg_app;
    visuals.window_fill = t.bg_raised;
    visuals.extreme_bg_color = t.bg_panel;
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(t.text_2);
    visuals.hyperlink_color = t.link;
    visuals.warn_fg_color = t.warn;
    visuals.error_fg_color = t.danger;
    visuals.window_corner_radius = CornerRadius::same(radius::CARD);
    visuals.menu_corner_radius = CornerRadius::same(radius::CARD);
    visuals.window_stroke = Stroke::new(1.0, t.border);
    visuals.window_shadow = Shadow { offset: [0, 6], blur: 24, spread: 0, color: t.shadow };
    visuals.popup_shadow = visuals.window_shadow;
    visuals.selection.bg_fill = t.accent.gamma_multiply(0.35);
    visuals.selection.stroke = Stroke::new(1.0, t.text);
    visuals.striped = false;
    visuals.indent_has_left_vline = false;
    visuals.image_loading_spinners = false;
    visuals.interact_cursor = Some(egui::CursorIcon::PointingHand);
    // A cursor that blinks for ever is a window that draws for ever.
    visuals.text_cursor.blink = !theme.still;
    let widgets = &mut visuals.widgets;
    for (widget, fill) in [
        (&mut widgets.noninteractive, t.bg_panel),
        (&mut widgets.inactive, t.bg_raised),
        (&mut widgets.hovered, t.bg_hover),
        (&mut widgets.active, t.bg_selected),
        (&mut widgets.open, t.bg_hover),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.fg_stroke = Stroke::new(1.0, t.text);
        widget.bg_stroke = Stroke::NONE;
        widget.corner_radius = CornerRadius::same(radius::CONTROL);
        widget.expansion = 0.0;
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, t.border);
    if theme.edges {
        widgets.inactive.bg_stroke = Stroke::new(1.0, t.border);
        widgets.hovered.bg_stroke = Stroke::new(2.0, t.focus);
    }
}
