//! Names of pictures that stand between colons in a text.

use std::ops::Range;

use kith_node::{PictureId, views::Pictured};

/// More pictures alone than that are drawn as in a text.
const ALONE_MAX: usize = 3;

/// Where pictures stand in a text, with their colons, from its beginning.
pub(crate) fn places(text: &str, pictures: &[Pictured]) -> Vec<(Range<usize>, PictureId)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(colon) = text.get(at..).and_then(|rest| rest.find(':')).map(|colon| at + colon) {
        at = colon + 1;
        let rest = text.get(at..).unwrap_or_default();
        let named = |picture: &&Pictured| {
            !picture.name.is_empty()
                && rest.strip_prefix(picture.name.as_str()).is_some_and(|rest| rest.starts_with(':'))
        };
        if let Some(picture) = pictures.iter().find(named) {
            at += picture.name.len() + 1;
            found.push((colon..at, picture.picture));
        }
    }
    found
}

/// How many pictures a text is, if it is nothing but one to three of them.
pub(crate) fn alone(text: &str, pictures: &[Pictured]) -> Option<usize> {
    let places = places(text, pictures);
    let mut at = 0;
    for (range, _) in &places {
        if !text.get(at..range.start)?.trim().is_empty() {
            return None;
        }
        at = range.end;
    }
    (text.get(at..)?.trim().is_empty() && (1..=ALONE_MAX).contains(&places.len())).then_some(places.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pictures() -> Vec<Pictured> {
        let of = |(n, name): (u8, &str)| Pictured { name: name.into(), picture: PictureId::from_bytes([n; 32]) };
        [(1, "party"), (2, "par"), (3, "größe")].map(of).into()
    }

    fn found(text: &str) -> Vec<(&str, u8)> {
        let places = places(text, &pictures());
        places
            .into_iter()
            .map(|(range, id)| (text.get(range).unwrap_or_default(), id.to_bytes().first().copied().unwrap_or(0)))
            .collect()
    }

    #[test]
    fn a_name_is_whole_and_uses_its_colons_up() {
        assert_eq!(found("a :party: :par::größe:"), [(":party:", 1), (":par:", 2), (":größe:", 3)]);
        assert_eq!(found("::par:par:"), [(":par:", 2)]);
        assert_eq!(found("12:par:30"), [(":par:", 2)]);
        for none in ["", ":", ":party", "party:", ": party :", ":Party:", ":parity:"] {
            assert!(found(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn one_to_three_alone_are_large() {
        for (text, count) in [(":party:", Some(1)), (" :par: :par:\n:größe: ", Some(3)), ("", None)] {
            assert_eq!(alone(text, &pictures()), count, "{text}");
        }
        for none in [":par: :par: :par: :par:", ":par: and", "and :par:", ":none:"] {
            assert_eq!(alone(none, &pictures()), None, "{none}");
        }
    }
}
