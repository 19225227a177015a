use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{emoji::EMOJI, safety_emoji, safety_number};
use crate::sign::PublicKey;

const A: PublicKey = PublicKey::from_bytes([1; 32]);
const B: PublicKey = PublicKey::from_bytes([2; 32]);

#[test]
fn known_number_and_pictures() {
    // The digits were computed with Python's hashlib.
    assert_eq!(safety_number(&A, &B), "223510556636098756966297563018907149205583344600993669200146");
    let names: Vec<_> = safety_emoji(&A, &B).into_iter().map(|(_, name)| name).collect();
    insta::assert_snapshot!(names.join(" "), @"frog bread leaf snail bell hammer rainbow");
}

#[test]
fn pictures_and_names_are_distinct() {
    let pictures: BTreeSet<_> = EMOJI.iter().map(|(picture, _)| picture).collect();
    let names: BTreeSet<_> = EMOJI.iter().map(|(_, name)| name).collect();
    assert_eq!((pictures.len(), names.len()), (64, 64));
    assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase())));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn both_people_see_the_same(a in any::<[u8; 32]>(), b in any::<[u8; 32]>(), c in any::<[u8; 32]>()) {
        let [a, b, c] = [a, b, c].map(PublicKey::from_bytes);
        let number = safety_number(&a, &b);
        prop_assert_eq!(number.len(), 60);
        prop_assert!(number.bytes().all(|byte| byte.is_ascii_digit()));
        prop_assert_eq!(&number, &safety_number(&b, &a));
        prop_assert_ne!(&number, &safety_number(&a, &c));
        let pictures = safety_emoji(&a, &b);
        prop_assert_eq!(pictures.len(), 7);
        prop_assert_eq!(&pictures, &safety_emoji(&b, &a));
        prop_assert_ne!(&pictures, &safety_emoji(&a, &c));
    }
}
