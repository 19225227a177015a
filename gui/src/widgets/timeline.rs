//! An anchored virtual list: lays out only what is visible, outwards from one row. There is no absolute position, so
//! nothing is measured that is not shown, rows that come in above cannot move what is read, and a history of any length
//! costs the same.

use std::collections::HashMap;

use egui::{Rect, Sense, Ui, UiBuilder, pos2, vec2};

/// Names a row for ever, whatever its place.
pub(crate) type RowKey = u64;

/// Where a list is scrolled to, and the heights seen so far.
#[derive(Default)]
pub(crate) struct Timeline {
    /// The row whose lower edge is the fixed point, and how far below the viewport's lower edge that is.
    anchor: Option<(RowKey, f32)>,
    /// The list follows its end.
    at_end: bool,
    heights: HashMap<RowKey, f32>,
    /// What the heights were measured for.
    measured_for: (i32, u32, u64),
    /// A row that has to be wholly in the viewport in the next frame.
    reveal: Option<RowKey>,
    /// Rows laid out in the last frame.
    pub(crate) shown: usize,
}

/// A list to show.
pub(crate) trait Rows {
    /// How many there are.
    fn len(&self) -> usize;
    /// Names a row.
    fn key(&self, at: usize) -> RowKey;
    /// How high a row is; exact, because it is placed by it.
    fn height(&mut self, ui: &Ui, at: usize, width: f32) -> f32;
    /// Paints a row into `ui`, which has its size.
    fn show(&mut self, ui: &mut Ui, at: usize);
}

/// What a frame of a list has seen.
pub(crate) struct Seen {
    /// The last row is on the screen.
    pub(crate) end: bool,
    /// The first visible row.
    pub(crate) first: usize,
}

impl Timeline {
    /// A list that begins at its end.
    pub(crate) fn at_end() -> Self {
        Self { at_end: true, ..Self::default() }
    }

    /// Follows the end from now on.
    pub(crate) fn go_to_end(&mut self) {
        self.at_end = true;
        self.anchor = None;
    }

    /// Puts the lower edge of a row `above` points over the viewport's lower edge.
    pub(crate) fn go_to(&mut self, key: RowKey, above: f32) {
        self.at_end = false;
        self.anchor = Some((key, -above));
    }

    /// Scrolls no farther than it takes to see a row whole.
    pub(crate) fn reveal(&mut self, key: RowKey) {
        self.reveal = Some(key);
    }

    /// Heights of rows that changed are measured again.
    pub(crate) fn forget(&mut self, key: RowKey) {
        self.heights.remove(&key);
    }

    /// `version` changes when every height may have: another theme, text size or language.
    pub(crate) fn show(&mut self, ui: &mut Ui, rows: &mut impl Rows, label: &str, version: u64) -> Seen {
        let rect = ui.available_rect_before_wrap();
        let response = ui.allocate_rect(rect, Sense::hover());
        let measured_for = (rect.width() as i32, ui.ctx().pixels_per_point().to_bits(), version);
        if measured_for != self.measured_for {
            self.heights.clear();
            self.measured_for = measured_for;
        }
        let len = rows.len();
        self.shown = 0;
        let mut child = ui.new_child(
            UiBuilder::new()
                .max_rect(rect)
                .id_salt("timeline")
                .accessibility_role(egui::Role::Log)
                .accessibility_label(label),
        );
        if len == 0 {
            return Seen { end: true, first: 0 };
        }
        child.set_clip_rect(rect.intersect(ui.clip_rect()));
        let moved = scrolled(ui, &response, rect.height());
        let (mut first, mut top) = self.place(&child, rows, rect, moved);
        if let Some(key) = self.reveal.take()
            && let Some(above) = self.hidden(&child, rows, rect, (first, top), key)
        {
            self.go_to(key, above);
            (first, top) = self.place(&child, rows, rect, 0.0);
        }
        self.paint(&mut child, rows, rect, first, top, label)
    }

    /// How far over the viewport's lower edge a row's has to be, if it is not wholly seen.
    fn hidden(
        &mut self,
        ui: &Ui,
        rows: &mut impl Rows,
        rect: Rect,
        (first, top): (usize, f32),
        key: RowKey,
    ) -> Option<f32> {
        let wanted = (0..rows.len()).rev().find(|at| rows.key(*at) == key)?;
        let height = self.height(ui, rows, wanted, rect.width());
        let (mut at, mut y) = (first, top);
        while at < wanted && y < rect.bottom() {
            y += self.height(ui, rows, at, rect.width());
            at += 1;
        }
        if at < wanted || (y + height > rect.bottom() + 1.0 && height <= rect.height()) {
            return Some(0.0);
        }
        let above = wanted < first || y < rect.top() - 1.0;
        above.then_some((rect.height() - height).max(0.0))
    }

    fn height(&mut self, ui: &Ui, rows: &mut impl Rows, at: usize, width: f32) -> f32 {
        let key = rows.key(at);
        if let Some(height) = self.heights.get(&key) {
            return *height;
        }
        let height = rows.height(ui, at, width);
        self.heights.insert(key, height);
        height
    }

    /// Finds the first visible row and where it begins, and keeps the anchor inside the viewport.
    fn place(&mut self, ui: &Ui, rows: &mut impl Rows, rect: Rect, moved: f32) -> (usize, f32) {
        let len = rows.len();
        let found = self.anchor.and_then(|(key, offset)| {
            let at = (0..len).rev().find(|at| rows.key(*at) == key)?;
            Some((at, offset))
        });
        let (mut at, mut offset) = match found {
            Some(found) if !self.at_end => found,
            _ => (len - 1, 0.0),
        };
        if moved != 0.0 {
            offset += moved;
            self.at_end = false;
        }
        // The anchor is the lowest row whose lower edge is at or below the viewport's.
        while at > 0 {
            let height = self.height(ui, rows, at, rect.width());
            if offset < height {
                break;
            }
            offset -= height;
            at -= 1;
        }
        while offset < 0.0 {
            if at + 1 >= len {
                offset = 0.0;
                self.at_end = true;
                break;
            }
            at += 1;
            offset += self.height(ui, rows, at, rect.width());
        }
        let (first, top) = self.upwards(ui, rows, rect, at, offset);
        let short = top > rect.top() && first == 0;
        if !short {
            self.anchor = Some((rows.key(at), offset));
            return (first, top);
        }
        self.fill_from_top(ui, rows, rect, at, offset, top)
    }

    fn upwards(&mut self, ui: &Ui, rows: &mut impl Rows, rect: Rect, at: usize, offset: f32) -> (usize, f32) {
        let mut first = at;
        let mut top = rect.bottom() + offset - self.height(ui, rows, at, rect.width());
        while top > rect.top() && first > 0 {
            first -= 1;
            top -= self.height(ui, rows, first, rect.width());
        }
        (first, top)
    }

    /// The first row cannot leave the upper edge while there is more below; a list shorter than the viewport stands at
    /// its lower edge.
    fn fill_from_top(
        &mut self,
        ui: &Ui,
        rows: &mut impl Rows,
        rect: Rect,
        mut at: usize,
        mut offset: f32,
        top: f32,
    ) -> (usize, f32) {
        let gap = top - rect.top();
        offset -= gap;
        while offset < 0.0 && at + 1 < rows.len() {
            at += 1;
            offset += self.height(ui, rows, at, rect.width());
        }
        if offset < 0.0 {
            self.at_end = true;
            self.anchor = Some((rows.key(at), 0.0));
            return (0, rect.top() - offset);
        }
        self.anchor = Some((rows.key(at), offset));
        (0, rect.top())
    }

    fn paint(&mut self, ui: &mut Ui, rows: &mut impl Rows, rect: Rect, first: usize, top: f32, label: &str) -> Seen {
        let (len, width) = (rows.len(), rect.width());
        let (mut at, mut y) = (first, top);
        while at < len && y < rect.bottom() {
            let height = self.height(ui, rows, at, width);
            let row = Rect::from_min_size(pos2(rect.left(), y), vec2(width, height));
            let id = egui::Id::unique(("timeline row", label, rows.key(at)));
            let mut child = ui.new_child(UiBuilder::new().max_rect(row).scope_id(id));
            rows.show(&mut child, at);
            self.shown += 1;
            y += height;
            at += 1;
        }
        let end = at >= len && y <= rect.bottom() + 1.0;
        if end {
            self.at_end = true;
        }
        if self.shown < len {
            thumb(ui, rect, first, at, len);
        }
        Seen { end, first }
    }
}

fn scrolled(ui: &Ui, response: &egui::Response, page: f32) -> f32 {
    let mut moved = 0.0;
    if response.contains_pointer() {
        moved += ui.input(|input| input.smooth_scroll_delta().y);
    }
    // Text that is being written scrolls by itself.
    let keys = ui.input(|input| {
        f32::from(i8::from(input.key_pressed(egui::Key::PageUp)) - i8::from(input.key_pressed(egui::Key::PageDown)))
    });
    moved + keys * page * 0.9
}

/// Where in the list this is, by rows.
fn thumb(ui: &Ui, rect: Rect, first: usize, end: usize, len: usize) {
    let track = rect.height() - 8.0;
    let size = (track * (end - first) as f32 / len as f32).max(28.0);
    let hidden = (len - (end - first)).max(1) as f32;
    let top = rect.top() + 4.0 + (track - size) * (first as f32 / hidden).min(1.0);
    let bar = Rect::from_min_size(pos2(rect.right() - 7.0, top), vec2(4.0, size));
    ui.painter().rect_filled(bar, 2.0, ui.visuals().widgets.active.bg_fill);
}
