//! Text that stands somewhere.

use egui::{Align, Label, Layout, Response, RichText, Ui};

use crate::{
    cx::Cx,
    text::shown,
    theme::{Color, Type, icons::Icon},
};

/// One line or paragraph of a style and colour.
pub(crate) fn label(ui: &mut Ui, text: impl Into<RichText>) -> Response {
    ui.add(Label::new(text.into()).selectable(false))
}

/// The title of a page.
pub(crate) fn heading(ui: &mut Ui, cx: &Cx<'_>, text: &str) -> Response {
    let shown = cx.theme.text(shown::line(text), Type::HEADING, cx.tokens().text);
    aligned(ui, cx, |ui| {
        let response = ui.add(Label::new(shown).selectable(false).wrap());
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(egui::Role::Heading);
            node.set_label(text.to_owned());
        });
        response
    })
}

/// Text as it stands in the room there is: left alone unless it has to be put in order, which takes knowing its lines.
pub(crate) fn fitted(ui: &Ui, cx: &Cx<'_>, text: &str, style: Type) -> String {
    let (font, color) = (cx.theme.font(style), cx.tokens().text);
    let mut measure =
        |part: &str| ui.fonts_mut(|fonts| fonts.layout_no_wrap(part.to_owned(), font.clone(), color).size().x);
    shown::wrapped(text, ui.available_width(), &mut measure).into_owned()
}

/// A paragraph of ordinary text.
pub(crate) fn paragraph(ui: &mut Ui, cx: &Cx<'_>, text: &str) -> Response {
    let text = cx.theme.text(fitted(ui, cx, text, Type::BODY), Type::BODY, cx.tokens().text);
    aligned(ui, cx, |ui| ui.add(Label::new(text).selectable(false).wrap()))
}

/// A paragraph that explains.
pub(crate) fn muted(ui: &mut Ui, cx: &Cx<'_>, text: &str) -> Response {
    let text = cx.theme.text(fitted(ui, cx, text, Type::SMALL), Type::SMALL, cx.tokens().text_2);
    aligned(ui, cx, |ui| ui.add(Label::new(text).selectable(false).wrap()))
}

/// Text that can be selected: addresses, ids, words.
pub(crate) fn selectable(ui: &mut Ui, text: RichText) -> Response {
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
