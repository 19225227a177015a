//! Distances, radii and type sizes, in points.

/// The 4-point grid.
pub(crate) mod space {
    pub(crate) const XS: f32 = 4.0;
    pub(crate) const S: f32 = 8.0;
    pub(crate) const M: f32 = 12.0;
    pub(crate) const L: f32 = 16.0;
    pub(crate) const XL: f32 = 24.0;
    pub(crate) const XXL: f32 = 32.0;
}

/// How round things are.
pub(crate) mod radius {
    pub(crate) const CHIP: u8 = 6;
    pub(crate) const CONTROL: u8 = 8;
    pub(crate) const ROW: u8 = 10;
    pub(crate) const CARD: u8 = 12;
    pub(crate) const BUBBLE: u8 = 16;
    pub(crate) const BUBBLE_JOINED: u8 = 5;
}

/// A text style: size, line height, weight on Inter's `wght` axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Type {
    pub(crate) size: f32,
    pub(crate) line: f32,
    pub(crate) weight: f32,
}

impl Type {
    pub(crate) const CAPTION: Self = Self { size: 12.0, line: 16.0, weight: 450.0 };
    pub(crate) const SMALL: Self = Self { size: 13.0, line: 18.0, weight: 400.0 };
    pub(crate) const BODY: Self = Self { size: 14.5, line: 20.5, weight: 400.0 };
    pub(crate) const TITLE: Self = Self { size: 15.5, line: 22.0, weight: 650.0 };
    pub(crate) const HEADING: Self = Self { size: 20.0, line: 26.0, weight: 650.0 };
    pub(crate) const DISPLAY: Self = Self { size: 28.0, line: 34.0, weight: 700.0 };

    pub(crate) const fn size(self, size: f32) -> Self {
        Self { size, ..self }
    }

    pub(crate) const fn weight(self, weight: f32) -> Self {
        Self { weight, ..self }
    }
}
