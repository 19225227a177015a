use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::keystore::{STRETCH_MAX_MEMORY_KIB, STRETCH_MAX_PASSES};
use crate::phrase::RecoveryPhrase;
use crate::tests::{CHEAP, counting, hex, unhex};

const PASSWORD: &str = "correct horse battery";
/// Made once by this version of the program: a password, then the phrase.
const VECTORS: [&str; 2] = [include_str!("password.hex"), include_str!("phrase.hex")];
const SHORT: &[u8] = b"what two people wrote";

fn phrase_key() -> Key {
    RecoveryPhrase::from_entropy(&counting()).backup_key()
}

fn file(secret: BackupSecret<'_>, plain: &[u8]) -> Vec<u8> {
    let (header, mut sealer) = BackupSealer::with(secret, CHEAP, [7; SALT_LEN], [9; PREFIX_LEN]).unwrap();
    let mut file = header.to_vec();
    let mut chunks = plain.chunks(BACKUP_CHUNK).peekable();
    while let Some(chunk) = chunks.next() {
        file.extend(sealer.seal(chunk, chunks.peek().is_none()).unwrap());
    }
    file
}

fn open(secret: BackupSecret<'_>, file: &[u8]) -> Result<Vec<u8>, BackupError> {
    let mut opener = BackupHeader::parse(file)?.open(secret)?;
    let mut chunks = file[BACKUP_HEADER_LEN..].chunks(BACKUP_SEALED_CHUNK).peekable();
    let mut plain = Vec::new();
    if chunks.peek().is_none() {
        return opener.open(&[], true).map(|_nothing| plain);
    }
    while let Some(chunk) = chunks.next() {
        plain.extend_from_slice(&opener.open(chunk, chunks.peek().is_none())?);
    }
    Ok(plain)
}

#[test]
fn frozen_files_open_for_ever() {
    let key = phrase_key();
    for (vector, secret) in VECTORS.iter().zip([BackupSecret::Password(PASSWORD), BackupSecret::Phrase(&key)]) {
        assert_eq!(hex(&file(secret, SHORT)), vector.trim());
        assert_eq!(open(secret, &unhex(vector)).unwrap(), SHORT);
    }
}

/// Three chunks, the last one whole: the length at which a cut is hardest to see.
static PLAIN: LazyLock<Vec<u8>> = LazyLock::new(|| (0..3 * BACKUP_CHUNK).map(|at| (at / 251) as u8).collect());
static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| file(BackupSecret::Password(PASSWORD), &PLAIN));

#[test]
fn chunks_of_every_length_come_back() {
    for length in [1, BACKUP_CHUNK - 1, BACKUP_CHUNK, BACKUP_CHUNK + 1, 3 * BACKUP_CHUNK] {
        let file = file(BackupSecret::Password(PASSWORD), &PLAIN[..length]);
        assert_eq!(open(BackupSecret::Password(PASSWORD), &file).unwrap(), PLAIN[..length]);
    }
}

#[test]
fn the_wrong_secret_is_named() {
    let key = phrase_key();
    let other = Key::random();
    let (by_password, by_phrase) = (&*FILE, file(BackupSecret::Phrase(&key), SHORT));
    let wrong = |secret, file: &[u8]| open(secret, file).unwrap_err();
    let lock = BackupLock::Password;
    assert_eq!(wrong(BackupSecret::Password("wrong"), by_password), BackupError::WrongSecret { lock });
    assert_eq!(
        wrong(BackupSecret::Password(PASSWORD), &by_phrase),
        BackupError::OtherLock { lock: BackupLock::Phrase }
    );
    assert_eq!(wrong(BackupSecret::Phrase(&key), by_password), BackupError::OtherLock { lock });
    let lock = BackupLock::Phrase;
    assert_eq!(wrong(BackupSecret::Phrase(&other), &by_phrase), BackupError::WrongSecret { lock });
    assert!(matches!(
        wrong(BackupSecret::Password(""), by_password),
        BackupError::Stretch(KeystoreError::EmptyPassword)
    ));
}

#[test]
fn a_file_that_asks_for_too_much_is_refused_before_it_gets_it() {
    for (at, value) in [(10, STRETCH_MAX_MEMORY_KIB + 1), (14, STRETCH_MAX_PASSES + 1), (18, 17), (10, 0)] {
        let mut bomb = FILE.clone();
        bomb[at..at + 4].copy_from_slice(&value.to_be_bytes());
        let refused = BackupHeader::parse(&bomb).unwrap_err();
        assert!(matches!(refused, BackupError::Stretch(KeystoreError::TooCostly { .. })), "{refused:?}");
    }
}

#[test]
fn moved_swapped_and_missing_chunks_are_noticed() {
    let secret = BackupSecret::Password(PASSWORD);
    let chunk =
        |at: usize| BACKUP_HEADER_LEN + at * BACKUP_SEALED_CHUNK..BACKUP_HEADER_LEN + (at + 1) * BACKUP_SEALED_CHUNK;
    let head = &FILE[..BACKUP_HEADER_LEN];
    let with = |order: &[usize]| {
        let chunks = order.iter().map(|at| &FILE[chunk(*at)]);
        [vec![head], chunks.collect()].concat().concat()
    };
    assert_eq!(open(secret, &with(&[0, 1, 2])).unwrap(), *PLAIN);
    assert_eq!(open(secret, &with(&[0, 1])).unwrap_err(), BackupError::Truncated);
    assert_eq!(open(secret, &with(&[])).unwrap_err(), BackupError::Truncated);
    for order in [&[1, 0, 2][..], &[0, 2], &[0, 0, 1, 2], &[0, 1, 2, 2], &[1, 2], &[2]] {
        assert_eq!(open(secret, &with(order)).unwrap_err(), BackupError::Damaged, "{order:?}");
    }
    // A chunk of another file of the same password, with the same number and length.
    let (header, mut other) = BackupSealer::new(secret, CHEAP).unwrap();
    let foreign = other.seal(&PLAIN[..BACKUP_CHUNK], false).unwrap();
    assert_ne!(header.as_slice(), head);
    let spliced = [head, &foreign, &FILE[chunk(1)], &FILE[chunk(2)]].concat();
    assert_eq!(open(secret, &spliced).unwrap_err(), BackupError::Damaged);
}

#[test]
fn nothing_follows_the_last_chunk() {
    let secret = BackupSecret::Password(PASSWORD);
    let (header, mut sealer) = BackupSealer::new(secret, CHEAP).unwrap();
    assert_eq!(sealer.seal(b"too short to go on", false), Err(BackupError::BadChunk));
    assert_eq!(sealer.seal(&PLAIN[..=BACKUP_CHUNK], true), Err(BackupError::BadChunk));
    let last = sealer.seal(b"the end", true).unwrap();
    assert_eq!(sealer.seal(b"more", true), Err(BackupError::BadChunk));
    let mut opener = BackupHeader::parse(&header).unwrap().open(secret).unwrap();
    assert_eq!(opener.open(&last, true).unwrap().as_slice(), b"the end");
    assert_eq!(opener.open(&last, true).unwrap_err(), BackupError::BadChunk);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_flipped_bit_is_noticed(at in 0..FILE.len(), bit in 0..8_u32) {
        let mut flipped = FILE.clone();
        flipped[at] ^= 1 << bit;
        // Costs that are still within bounds are paid: they are kept small here.
        prop_assume!(!(10..22).contains(&at) || BackupHeader::parse(&flipped).is_err());
        prop_assert!(open(BackupSecret::Password(PASSWORD), &flipped).is_err());
    }

    #[test]
    fn a_cut_is_noticed(length in 0..FILE.len()) {
        let opened = open(BackupSecret::Password(PASSWORD), &FILE[..length]);
        prop_assert!(opened.is_err());
    }

    #[test]
    fn any_bytes_are_a_header_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _either = BackupHeader::parse(&bytes);
        let _either = BackupHeader::parse(&[MAGIC.as_slice(), &[VERSION], &bytes].concat());
    }
}
