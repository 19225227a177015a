//! Texts that look like chat: few words often, many words seldom; the same for the same seed.

/// So many different words.
const VOCABULARY: usize = 8_000;
const SYLLABLES: [&str; 20] = [
    "ka", "lo", "mi", "ne", "ru", "sa", "te", "vo", "wi", "ya", "bel", "dor", "fin", "gar", "hul", "jen", "kor", "lum",
    "pas", "tir",
];

/// Gives texts.
pub(crate) struct Words(u64);

impl Words {
    /// The texts of this seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A text of 4 to 16 words.
    pub(crate) fn text(&mut self) -> String {
        let count = 4 + self.below(13);
        let words: Vec<String> = (0..count).map(|_| self.often()).collect();
        words.join(" ")
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let number = usize::try_from(self.next() >> 33).unwrap_or_default();
        number.checked_rem(end).unwrap_or_default()
    }

    /// A word, the common ones more often: the rank is a uniform number cubed.
    fn often(&mut self) -> String {
        let mut rank = self.below(VOCABULARY);
        for _ in 0..2 {
            rank = rank * self.below(VOCABULARY) / VOCABULARY;
        }
        word(rank)
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// The word of a rank; 0 is the most common one.
pub(crate) fn word(rank: usize) -> String {
    let mut left = rank + SYLLABLES.len();
    let mut word = String::new();
    while left > 0 {
        word.push_str(SYLLABLES[left % SYLLABLES.len()]);
        left /= SYLLABLES.len();
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_differ_and_texts_repeat_with_the_seed() {
        let all: std::collections::BTreeSet<_> = (0..VOCABULARY).map(word).collect();
        assert_eq!(all.len(), VOCABULARY);
        let texts = |seed| {
            let mut words = Words::new(seed);
            (0..50).map(|_| words.text()).collect::<Vec<_>>()
        };
        assert_eq!(texts(3), texts(3));
        assert_ne!(texts(3), texts(4));
        let mut words = Words::new(1);
        for _ in 0..200 {
            let count = words.text().split(' ').count();
            assert!((4..=16).contains(&count), "{count}");
        }
    }
}
