use proptest::prelude::*;

use super::*;

fn indices(query: &str, candidate: &str) -> Option<Vec<usize>> {
    Matcher::new(query).score(candidate).map(|(_, indices)| indices)
}

fn score(query: &str, candidate: &str) -> u32 {
    Matcher::new(query).score(candidate).unwrap().0
}

#[test]
fn letters_are_found_in_order() {
    assert_eq!(indices("nwc", "New chat"), Some(vec![0, 2, 4]));
    assert_eq!(indices("chat", "New chat"), Some(vec![4, 5, 6, 7]));
    assert_eq!(indices("tahc", "New chat"), None);
    assert_eq!(indices("new chats", "New chat"), None);
    assert_eq!(indices("a", ""), None);
}

#[test]
fn words_are_found_in_any_order() {
    assert_eq!(indices("chat new", "New chat"), Some(vec![0, 1, 2, 4, 5, 6, 7]));
    assert_eq!(indices("new nothing", "New chat"), None);
}

#[test]
fn an_empty_query_fits_everything() {
    for query in ["", "  ", "\u{200B}", "\u{301}"] {
        assert_eq!(Matcher::new(query).score("New chat"), Some((0, vec![])), "{query:?}");
        assert_eq!(Matcher::new(query).score(""), Some((0, vec![])));
    }
}

#[test]
fn case_and_accents_do_not_matter() {
    for (query, candidate) in [
        ("MARA", "mara"),
        ("mara", "MARA"),
        ("muller", "Müller"),
        ("müller", "Muller"),
        ("MÜLLER", "mu\u{308}ller"),
        ("mu\u{308}ller", "Müller"),
        ("Ольга", "ОЛЬГА"),
        ("елка", "Ёлка"),
        ("αθηνα", "Αθήνα"),
        ("soren", "Søren"),
        ("søren", "Soren"),
        ("viet", "Việt"),
        ("שלום", "שָׁלוֹם"),
        ("محمد", "مُحَمَّد"),
        ("istanbul", "İstanbul"),
    ] {
        assert!(indices(query, candidate).is_some(), "{query} in {candidate}");
    }
}

#[test]
fn indices_count_characters_of_the_candidate() {
    assert_eq!(indices("rs", "mu\u{308}\u{301}lle \u{200B}r e\u{301}s"), Some(vec![9, 13]));
    assert_eq!(indices("é", "cafe\u{301}"), Some(vec![3]));
    // A Hangul syllable is three letters and one character.
    assert_eq!(indices("한", "대한"), Some(vec![1]));
    assert_eq!(indices("하", "대한"), Some(vec![1]));
    assert_eq!(indices("b", "👨‍👩‍👧b"), Some(vec![5]));
}

#[test]
fn vowels_of_indic_scripts_matter() {
    assert_eq!(indices("कि", "कु"), None);
    assert_eq!(indices("कि", "कि"), Some(vec![0, 1]));
}

#[test]
fn special_characters_are_letters_like_others() {
    assert_eq!(indices("^a", "banana"), None);
    assert_eq!(indices("!x", "banana"), None);
    assert_eq!(indices("a$", "a$"), Some(vec![0, 1]));
    assert_eq!(indices("a\\", "a\\"), Some(vec![0, 1]));
}

#[test]
fn better_fits_score_more() {
    assert!(score("new", "New chat") > score("new", "Renew"));
    assert!(score("set", "Settings") > score("set", "Show every time"));
    assert!(score("cp", "Copy phrase") > score("cp", "accept"));
}

#[test]
fn every_letter_finds_itself_in_any_case() {
    for c in ('\0'..'\u{3000}').filter(|c| c.is_alphabetic() && folded(*c).count() > 0) {
        let small = chars::to_lower_case(c);
        for (query, letter) in [(c, small), (small, c)] {
            let mut matcher = Matcher::new(&format!("{query}x"));
            for candidate in [format!("{letter}x"), format!("-{letter}-x-")] {
                assert!(matcher.score(&candidate).is_some(), "{query}x in {candidate}");
            }
        }
    }
}

#[test]
fn long_queries_and_candidates_are_no_trouble() {
    let long = "ab ".repeat(6000);
    let word = "a".repeat(16384);
    assert!(Matcher::new(&word).score(&word).is_some());
    assert!(Matcher::new(&long).score(&long).is_some());
    assert!(Matcher::new(&word).score(&"a".repeat(63)).is_none());
    let hangul = "한".repeat(200);
    assert!(Matcher::new(&hangul).score(&hangul).is_some());
}

proptest! {
    #[test]
    fn a_part_of_the_candidate_is_found(candidate in "[a-cA-CäÖéß ĿИ한か̈😀_/-]{1,30}", seed: u64) {
        let chars: Vec<char> = candidate.chars().collect();
        let query = chars.iter().enumerate().filter(|(at, _)| seed >> at & 1 == 1).map(|(_, c)| *c);
        let query: String = query.filter(|c| !c.is_whitespace()).collect();
        let (_, indices) = Matcher::new(&query).score(&candidate).unwrap();
        prop_assert!(indices.windows(2).all(|pair| pair[0] < pair[1]));
        let fold = |text: String| text.chars().flat_map(folded).map(chars::to_lower_case).collect::<Vec<_>>();
        let found = fold(indices.into_iter().map(|at| chars[at]).collect());
        // More than the query may be marked, where a character is more than one letter.
        let mut rest = found.iter();
        prop_assert!(fold(query).iter().all(|letter| rest.any(|found| found == letter)));
    }

    #[test]
    fn no_query_and_no_candidate_panics(
        query in "\\PC{0,80}|.{0,20}|[aä ]{0,300}",
        candidate in "\\PC{0,80}|.{0,20}|[aäb ]{0,3000}",
    ) {
        if let Some((_, indices)) = Matcher::new(&query).score(&candidate) {
            prop_assert!(indices.iter().all(|at| *at < candidate.chars().count()));
        }
    }
}
