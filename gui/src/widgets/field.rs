//! Places to type.

use egui::{CornerRadius, Frame, Id, Margin, Response, Role, Stroke, TextEdit, Ui, WidgetInfo};

use super::{glyph, label, wrapped};
use crate::{
    cx::Cx,
    theme::{Type, icons::Icon, radius},
    update::Target,
};

/// How a field looks and behaves.
#[derive(Clone, Copy, Default)]
pub(crate) struct Field<'a> {
    /// Its name for screen readers; shown above unless `quiet`.
    pub(crate) label: &'a str,
    /// Shown while it is empty.
    pub(crate) hint: &'a str,
    /// Stands in front.
    pub(crate) icon: Option<Icon>,
    /// The label is not shown.
    pub(crate) quiet: bool,
    /// What is typed is not shown.
    pub(crate) secret: bool,
    /// Links and addresses, whose characters are told apart one by one; Inter makes 2x3 a 2×3.
    pub(crate) code: bool,
    /// Lines; one if zero.
    pub(crate) rows: usize,
    /// What is wrong with what was typed.
    pub(crate) error: Option<&'a str>,
    /// Characters that fit.
    pub(crate) limit: usize,
    /// Gets the keyboard when this target is asked for.
    pub(crate) target: Option<Target>,
}

/// A field; gives the new text if it was changed, and whether Enter was pressed in it.
pub(crate) fn field(ui: &mut Ui, cx: &mut Cx<'_>, id: &str, text: &str, field: Field<'_>) -> (Option<String>, bool) {
    let t = cx.tokens();
    if !field.quiet {
        label(ui, cx.theme.text(field.label, Type::SMALL.weight(550.0), t.text_2));
    }
    let id = Id::unique(("field", id));
    let focused = cx.model.view.focused && ui.memory(|memory| memory.has_focus(id));
    let edge = match (field.error.is_some(), focused) {
        (true, _) => t.danger,
        (false, true) => t.focus,
        (false, false) => t.border_input,
    };
    let mut value = text.to_owned();
    let frame = Frame::new()
        .fill(if t.light { t.bg_app } else { t.bg_raised })
        .stroke(Stroke::new(if focused { 2.0 } else { 1.0 }, edge))
        .corner_radius(CornerRadius::same(radius::CONTROL))
        .inner_margin(Margin::symmetric(10, 7));
    let response = frame
        .show(ui, |ui| {
            let size = egui::vec2(ui.available_width(), ui.spacing().interact_size.y);
            ui.allocate_ui_with_layout(size, super::ends(cx).0, |ui| {
                if let Some(icon) = field.icon {
                    glyph(ui, cx, icon, 17.0, t.text_3, false);
                }
                edit(ui, cx, id, &mut value, &field)
            })
            .inner
        })
        .inner;
    if let Some(error) = field.error {
        let error = cx.theme.paragraph(ui, error, Type::SMALL, t.danger);
        wrapped(ui, error);
    }
    if field.target.is_some_and(|target| cx.take_focus(target)) {
        response.request_focus();
    }
    let entered = field.rows < 2 && response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let changed = response.changed().then_some(value);
    (changed, entered)
}

fn edit(ui: &mut Ui, cx: &Cx<'_>, id: Id, value: &mut String, field: &Field<'_>) -> Response {
    let edit =
        if field.rows > 1 { TextEdit::multiline(value).desired_rows(field.rows) } else { TextEdit::singleline(value) };
    let hint = cx.theme.text(field.hint, Type::BODY, cx.tokens().text_3);
    let align = match (cx.lang.rtl(), field.rows > 1) {
        (true, true) => egui::Align2::RIGHT_TOP,
        (true, false) => egui::Align2::RIGHT_CENTER,
        (false, true) => egui::Align2::LEFT_TOP,
        (false, false) => egui::Align2::LEFT_CENTER,
    };
    let edit = if field.code { edit.font(egui::TextStyle::Monospace) } else { edit };
    let edit = edit
        .id(id)
        .hint_text(hint)
        .password(field.secret)
        .align(align)
        .text_color(cx.tokens().text)
        .frame(Frame::NONE)
        .char_limit(if field.limit == 0 { usize::MAX } else { field.limit })
        .desired_width(ui.available_width());
    let response = ui.add(edit);
    let (role, name) =
        (if field.rows > 1 { Role::MultilineTextInput } else { Role::TextInput }, field.label.to_owned());
    let secret = field.secret;
    response.widget_info(|| {
        let role = if secret { Role::PasswordInput } else { role };
        WidgetInfo::labeled(role, true, &name)
    });
    response
}
