//! Can it be read? Contrast as WCAG 2.2 defines it: (L1 + 0.05) / (L2 + 0.05) of the relative luminances.

use egui::Color32;

use super::Tokens;

/// The least contrast of text: WCAG 2.2, level AA.
pub const TEXT_MIN: f32 = 4.5;
/// The least contrast of what is not text but has to be seen: WCAG 2.2, 1.4.11.
pub const SHAPE_MIN: f32 = 3.0;

/// A pair of colours that is too hard to tell apart.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{what} has a contrast of {found:.1} : 1 and needs {needed:.1} : 1")]
pub struct TooFaint {
    /// Which pair.
    pub what: &'static str,
    /// Its contrast.
    pub found: f32,
    /// What it needs.
    pub needed: f32,
}

/// From 1 (the same) to 21 (black on white).
#[must_use]
pub fn ratio(a: Color32, b: Color32) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(color: Color32) -> f32 {
    let linear = |channel: u8| {
        let value = f32::from(channel) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
}

macro_rules! on {
    ($t:ident, $min:expr, $($front:ident on $($back:ident),+;)*) => {
        [$($((concat!(stringify!($front), " on ", stringify!($back)), $t.$front, $t.$back, $min),)+)*]
    };
}

/// Checks every pair that stands on another somewhere in the window.
///
/// # Errors
/// The first that is too faint.
pub fn check(t: &Tokens) -> Result<(), TooFaint> {
    let text = on!(t, TEXT_MIN,
        text on bg_rail, bg_app, bg_panel, bg_raised, bg_hover, bg_selected;
        text_2 on bg_rail, bg_app, bg_panel, bg_raised, bg_hover, bg_selected;
        text_3 on bg_rail, bg_app, bg_panel, bg_raised, bg_hover, bg_selected;
        accent on bg_rail, bg_app, bg_panel, bg_raised, bg_hover, bg_selected;
        ok on bg_rail, bg_app, bg_panel, bg_raised, bg_hover;
        warn on bg_rail, bg_app, bg_panel, bg_raised, bg_hover;
        danger on bg_rail, bg_app, bg_panel, bg_raised, bg_hover, bubble_in;
        link on bg_app, bg_raised, bubble_in;
        link_out on bubble_out;
        on_bubble_in on bubble_in;
        meta_in on bubble_in;
        on_bubble_out on bubble_out;
        meta_out on bubble_out;
        seen on bubble_out;
        on_accent on accent, accent_hover;
        on_danger on danger_fill;
    );
    let shapes = on!(t, SHAPE_MIN,
        border_input on bg_app, bg_panel, bg_raised;
        focus on bg_rail, bg_app, bg_panel, bg_raised, bg_hover, bg_selected;
    );
    for (what, front, back, needed) in text.into_iter().chain(shapes) {
        let found = ratio(front, back);
        if found < needed {
            return Err(TooFaint { what, found, needed });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::{Mode, avatars};

    #[test]
    fn the_measure_is_the_standards() {
        assert!((ratio(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 0.01);
        assert!((ratio(Color32::from_rgb(0x77, 0x77, 0x77), Color32::WHITE) - 4.48).abs() < 0.01);
    }

    #[test]
    fn every_built_in_theme_can_be_read() {
        for mode in Mode::ALL {
            assert_eq!(check(&mode.tokens()), Ok(()), "{mode:?}");
        }
    }

    #[test]
    fn a_faint_theme_is_refused() {
        let faint = include_str!("tokens/dark.ron").replace("text_3: \"#959db1\"", "text_3: \"#5a6070\"");
        let error = Tokens::parse(&faint).unwrap_err().to_string();
        assert!(error.contains("text_3 on bg_rail") && error.contains("4.5 : 1"), "{error}");
    }

    #[test]
    fn initials_can_be_read_on_every_avatar() {
        for pair in avatars::PAIRS {
            for color in [pair.dark, pair.bright] {
                assert!(ratio(color, Color32::WHITE) >= SHAPE_MIN, "{color:?}: {}", ratio(color, Color32::WHITE));
            }
        }
    }
}
