//! The names in a conversation, where they stand in a text.

use std::ops::Range;

use kith_node::mentions;

/// Who can be named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// With or without `@` before it.
    pub(crate) mine: Option<String>,
    /// Only with `@`: a name alone is mostly just a word.
    pub(crate) others: Vec<String>,
}

impl Names {
    /// Where somebody is named, in bytes, in order and without overlaps; I am only looked for if `me`.
    pub(crate) fn places(&self, text: &str, me: bool) -> Vec<Range<usize>> {
        let mine = self.mine.iter().filter(|_| me).flat_map(|name| mentions::find(text, name));
        let with_sign = |place: &Range<usize>| text.get(place.clone()).is_some_and(|found| found.starts_with('@'));
        let any_sign = text.contains('@');
        let others = self.others.iter().filter(|_| any_sign).flat_map(|name| mentions::find(text, name));
        let mut places: Vec<_> = mine.chain(others.filter(with_sign)).collect();
        // Of two that begin together the longer one is meant.
        places.sort_by_key(|place| (place.start, std::cmp::Reverse(place.end)));
        let mut end = 0;
        places.retain(|place| {
            let free = place.start >= end;
            if free {
                end = place.end;
            }
            free
        });
        places
    }

    /// Whom `@` and the beginning of a name mean.
    pub(crate) fn beginning(&self, typed: &str) -> Vec<&str> {
        let typed = typed.to_lowercase();
        let fits = |name: &&String| name.to_lowercase().starts_with(&typed);
        self.others.iter().filter(fits).map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &Names, text: &str) -> Vec<String> {
        names.places(text, true).into_iter().map(|place| text.get(place).unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn others_are_named_with_the_sign_and_i_am_either_way() {
        let names = Names { mine: Some("Ada".into()), others: vec!["Mara".into(), "Mara Lind".into()] };
        assert_eq!(found(&names, "Mara, ask Ada and @Mara Lind or @mara."), ["Ada", "@Mara Lind", "@mara"]);
        assert_eq!(names.places("Ada and @Mara", false).first(), Some(&(8..13)), "not me");
        assert!(found(&names, "amaranth@marastone Adam").is_empty());
        assert_eq!(names.beginning("ma"), ["Mara", "Mara Lind"]);
        assert_eq!(names.beginning("mara l"), ["Mara Lind"]);
        assert!(names.beginning("x").is_empty());
    }
}
