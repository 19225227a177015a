//! The bundled fonts and the order in which they are asked for a character.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontTweak};

/// Family of the icons.
pub(crate) fn icons() -> FontFamily {
    FontFamily::Name("icons".into())
}

/// Family of the filled icons: what is active.
pub(crate) fn icons_fill() -> FontFamily {
    FontFamily::Name("icons-fill".into())
}

/// Twemoji comes first so that ❤️ is red rather than Inter's black heart; digits and signs were taken out of it for that.
/// What none of the bundled fonts has comes from the system.
pub(crate) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, bytes: &'static [u8], tweak: FontTweak| {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes).tweak(tweak)));
    };
    let lowered = FontTweak { y_offset_factor: 0.06, ..FontTweak::default() };
    // egui sets the hinter up anew whenever two weights take turns: that made a change of the width take 40 ms.
    let unhinted = FontTweak { hinting: Some(false), ..FontTweak::default() };
    add("Inter", include_bytes!("../../assets/fonts/Inter.ttf"), unhinted);
    add("Emoji", include_bytes!("../../assets/fonts/Emoji.ttf"), FontTweak::default());
    add("Icons", include_bytes!("../../assets/fonts/Icons.ttf"), lowered.clone());
    add("IconsFill", include_bytes!("../../assets/fonts/IconsFill.ttf"), lowered);
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        let order = fonts.families.entry(family.clone()).or_default();
        order.insert(0, "Emoji".to_owned());
        if family == FontFamily::Proportional {
            order.insert(1, "Inter".to_owned());
        }
    }
    for (family, font) in [(icons(), "Icons"), (icons_fill(), "IconsFill")] {
        fonts.families.insert(family, vec![font.to_owned()]);
    }
    fonts
}
