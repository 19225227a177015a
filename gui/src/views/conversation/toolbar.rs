//! What is done most with a message, beside it while the pointer is there.

use egui::{CornerRadius, Rect, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};
use kith_node::MessageId;

use crate::{
    action::Action,
    cx::Cx,
    model::{EmojiFor, Sheet},
    theme::{icons, radius},
    widgets::icon_button,
};

const BUTTON: f32 = 36.0;

/// Shows it beside a bubble; `true`: everything that can be done is asked for.
pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, id: MessageId, bubble: Rect, right: bool) -> bool {
    let size = vec2(3.0 * BUTTON, BUTTON);
    let x = if right { bubble.left() - size.x - 8.0 } else { bubble.right() + 8.0 };
    let rect = Rect::from_min_size(pos2(x, bubble.center().y - size.y / 2.0), size);
    let t = cx.tokens();
    ui.painter().rect_filled(rect, CornerRadius::same(radius::ROW), t.bg_raised);
    ui.painter().rect_stroke(rect, CornerRadius::same(radius::ROW), Stroke::new(1.0, t.border), StrokeKind::Inside);
    let (start, _) = crate::widgets::ends(cx);
    let mut bar = ui.new_child(UiBuilder::new().max_rect(rect).layout(start).id_salt("message toolbar"));
    bar.spacing_mut().item_spacing.x = 0.0;
    if icon_button(&mut bar, cx, icons::SMILEY, &cx.t("toolbar-react"), false).clicked() {
        cx.act(Action::OpenSheet(Sheet::Emoji(EmojiFor::Reaction(id))));
    }
    if icon_button(&mut bar, cx, icons::ARROW_BEND_UP_LEFT, &cx.t("toolbar-reply"), false).clicked() {
        cx.act(Action::Reply(id));
    }
    icon_button(&mut bar, cx, icons::DOTS_THREE, &cx.t("toolbar-more"), false).clicked()
}
