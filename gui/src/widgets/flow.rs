//! Lays things side by side in reading direction, so that one piece of code serves both directions.

use egui::{Align, InnerResponse, Layout, Rect, Ui, pos2};

use crate::cx::Cx;

/// Layouts of a line from where reading starts, and from where it ends.
pub(crate) fn ends(cx: &Cx<'_>) -> (Layout, Layout) {
    let (ltr, rtl) = (Layout::left_to_right(Align::Center), Layout::right_to_left(Align::Center));
    if cx.lang.rtl() { (rtl, ltr) } else { (ltr, rtl) }
}

/// Where a column begins.
pub(crate) fn start_align(cx: &Cx<'_>) -> Align {
    if cx.lang.rtl() { Align::Max } else { Align::Min }
}

/// Things side by side in reading direction, as high as the highest.
pub(crate) fn side_by_side<'a, R>(
    ui: &mut Ui,
    cx: &mut Cx<'a>,
    add: impl FnOnce(&mut Ui, &mut Cx<'a>) -> R,
) -> InnerResponse<R> {
    let (start, _) = ends(cx);
    let size = egui::vec2(ui.available_width(), ui.spacing().interact_size.y);
    ui.allocate_ui_with_layout(size, start.with_main_wrap(true), |ui| add(ui, cx))
}

/// A row that is used up from both ends.
#[derive(Clone, Copy)]
pub(crate) struct Flow {
    rect: Rect,
    rtl: bool,
}

impl Flow {
    pub(crate) fn new(rect: Rect, rtl: bool) -> Self {
        Self { rect, rtl }
    }

    /// Takes `width` from where reading starts.
    pub(crate) fn start(&mut self, width: f32) -> Rect {
        if self.rtl { self.take_right(width) } else { self.take_left(width) }
    }

    /// Takes `width` from where reading ends.
    pub(crate) fn end(&mut self, width: f32) -> Rect {
        if self.rtl { self.take_left(width) } else { self.take_right(width) }
    }

    /// What is left.
    pub(crate) fn rest(&self) -> Rect {
        self.rect
    }

    fn take_left(&mut self, width: f32) -> Rect {
        let at = (self.rect.left() + width).min(self.rect.right());
        let taken = Rect::from_min_max(self.rect.min, pos2(at, self.rect.bottom()));
        self.rect.set_left(at);
        taken
    }

    fn take_right(&mut self, width: f32) -> Rect {
        let at = (self.rect.right() - width).max(self.rect.left());
        let taken = Rect::from_min_max(pos2(at, self.rect.top()), self.rect.max);
        self.rect.set_right(at);
        taken
    }
}

#[cfg(test)]
mod tests {
    use egui::{Rect, pos2};

    use super::Flow;

    #[test]
    fn both_directions_are_mirror_images() {
        let rect = Rect::from_min_max(pos2(0.0, 0.0), pos2(100.0, 10.0));
        let (mut ltr, mut rtl) = (Flow::new(rect, false), Flow::new(rect, true));
        for width in [20.0, 30.0] {
            let (a, b) = (ltr.start(width), rtl.start(width));
            assert_eq!((a.left(), a.right()), (100.0 - b.right(), 100.0 - b.left()));
        }
        assert_eq!((ltr.end(10.0).left(), rtl.end(10.0).left()), (90.0, 0.0));
        assert_eq!((ltr.rest().width(), rtl.rest().width()), (40.0, 40.0));
    }
}
