//! Text that stands somewhere.

use egui::{Align, Label, Layout, Response, Ui};

use crate::{
    cx::Cx,
    text::shown::Text,
    theme::{Color, Type, icons::Icon},
};

/// Text of a style and colour.
pub(crate) fn label(ui: &mut Ui, text: Text) -> Response {
    spoken(ui, text, |label| label)
}

/// The title of a page.
pub(crate) fn heading(ui: &mut Ui, cx: &Cx<'_>, text: &str) -> Response {
    let shown = cx.theme.paragraph(ui, text, Type::HEADING, cx.tokens().text);
    aligned(ui, cx, |ui| {
        let response = spoken(ui, shown, Label::wrap);
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(egui::Role::Heading);
            node.set_label(text.to_owned());
        });
        response
    })
}

/// A paragraph of ordinary text.
pub(crate) fn paragraph(ui: &mut Ui, cx: &Cx<'_>, text: &str) -> Response {
    let text = cx.theme.paragraph(ui, text, Type::BODY, cx.tokens().text);
    aligned(ui, cx, |ui| wrapped(ui, text))
}

/// A paragraph that explains.
pub(crate) fn muted(ui: &mut Ui, cx: &Cx<'_>, text: &str) -> Response {
    let text = cx.theme.paragraph(ui, text, Type::SMALL, cx.tokens().text_2);
    aligned(ui, cx, |ui| wrapped(ui, text))
}

/// Text of [`Theme::cut`](crate::theme::Theme::cut), in one line whatever room there is.
pub(crate) fn one_line(ui: &mut Ui, text: Text) -> Response {
    spoken(ui, text, Label::truncate)
}

/// Text that takes as many lines as it needs.
pub(crate) fn wrapped(ui: &mut Ui, text: Text) -> Response {
    spoken(ui, text, Label::wrap)
}

/// A label that says what was written, in whatever order it is shown.
fn spoken(ui: &mut Ui, text: Text, how: impl FnOnce(Label) -> Label) -> Response {
    let said = text.spoken().map(str::to_owned);
    let response = ui.add(how(Label::new(text)).selectable(false));
    if let Some(said) = said {
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(said));
    }
    response
}

/// Text that can be selected: addresses, ids, words.
pub(crate) fn selectable(ui: &mut Ui, text: Text) -> Response {
    ui.add(Label::new(text).selectable(true).wrap())
}

/// An icon beside words that say the same: screen readers pass it over.
pub(crate) fn glyph(ui: &mut Ui, cx: &Cx<'_>, icon: Icon, size: f32, color: Color, fill: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(egui::vec2(size, size), egui::Sense::hover());
    super::button::paint_icon(ui, cx, rect.center(), icon, size, color, fill);
    response
}

/// Where reading starts, unless the layout centres already.
fn aligned<R>(ui: &mut Ui, cx: &Cx<'_>, add: impl FnOnce(&mut Ui) -> R) -> R {
    if cx.lang.rtl() && ui.layout().horizontal_align() == Align::Min {
        return ui.with_layout(Layout::top_down(Align::Max), add).inner;
    }
    add(ui)
}
