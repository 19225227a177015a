use std::sync::LazyLock;

use proptest::prelude::*;

use super::format::{KEYSTORE_MAX_BYTES, SLOT_LEN};
use super::{DeviceSecrets, Keystore, KeystoreError, NewSlot, Secret, SlotKind, Stretch, Unlocked};
use crate::domain::HashLabel;
use crate::kem::KemSecret;
use crate::phrase::RecoveryPhrase;
use crate::seal::Key;
use crate::sign::SigningKey;
use crate::tests::{CHEAP, counting, hex, unhex};

const PASSWORD: &str = "correct horse battery";
/// Where the first slot begins, and its parts.
const SLOTS_AT: usize = 58;
const COSTS_AT: usize = SLOTS_AT + 1;

/// Made once by this version of the program.
const VECTOR: &str = include_str!("vector.hex");

struct Made {
    phrase: RecoveryPhrase,
    device: DeviceSecrets,
    keyring: Key,
    keystore: Keystore,
}

impl Made {
    /// Opened by a password and by the keyring.
    fn new() -> Self {
        let phrase = RecoveryPhrase::from_entropy(&counting());
        let device = device();
        let keyring = Key::from_bytes(&[9; 32]);
        let slots = [password(PASSWORD), NewSlot::Key(SlotKind::Keyring, &keyring)];
        let keystore = Keystore::create(&phrase, &device, &slots).unwrap();
        Self { phrase, device, keyring, keystore }
    }

    fn secrets(&self) -> [Secret<'_>; 2] {
        [Secret::Password(PASSWORD), Secret::Key(SlotKind::Keyring, &self.keyring)]
    }
}

/// Shared by the cases of a property; two keystores that differ in their randomness only.
static ONE: LazyLock<Made> = LazyLock::new(Made::new);
static OTHER: LazyLock<Made> = LazyLock::new(Made::new);

fn device() -> DeviceSecrets {
    DeviceSecrets {
        sign: SigningKey::from_seed(&[1; 32]),
        transport: SigningKey::from_seed(&[2; 32]),
        kem: KemSecret::from_seed(&[3; 32]),
    }
}

fn password(password: &str) -> NewSlot<'_> {
    NewSlot::Password { password, stretch: CHEAP }
}

fn assert_same_device(one: &DeviceSecrets, other: &DeviceSecrets) {
    assert_eq!(one.sign.seed(), other.sign.seed());
    assert_eq!(one.transport.seed(), other.transport.seed());
    assert_eq!(one.kem.seed(), other.kem.seed());
}

/// Makes the checksum right again, as somebody who changes the file on purpose would.
fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
    let body = bytes.len() - 16;
    let sum = HashLabel::KEYSTORE_CHECKSUM.hash(&bytes[..body]);
    bytes[body..].copy_from_slice(&sum[..16]);
    bytes
}

fn unlock(bytes: &[u8], secret: Secret<'_>) -> Result<Unlocked, KeystoreError> {
    Keystore::from_bytes(bytes)?.unlock(secret)
}

#[test]
fn every_slot_opens_the_same_secrets() {
    let made = Made::new();
    let bytes = made.keystore.to_bytes();
    let read = Keystore::from_bytes(&bytes).unwrap();
    assert_eq!(read.to_bytes(), bytes);
    assert_eq!(read.account(), made.phrase.account_key().public());
    assert_eq!(read.slots(), [SlotKind::Password, SlotKind::Keyring]);

    let [one, other] = made.secrets().map(|secret| read.unlock(secret).unwrap());
    assert_same_device(&one.device, &made.device);
    assert_same_device(&other.device, &made.device);
    assert!(one.master.database() == other.master.database());
    let keys = [one.master.database(), one.master.ratchet(), one.master.misc()];
    for (index, key) in keys.iter().enumerate() {
        assert!(keys[index + 1..].iter().all(|later| later != key));
    }
}

#[test]
fn known_file() {
    let keystore = Keystore::from_bytes(&unhex(VECTOR)).unwrap();
    assert_eq!(hex(&keystore.to_bytes()), VECTOR.trim());
    let unlocked = keystore.unlock(Secret::Password(PASSWORD)).unwrap();
    assert_same_device(&unlocked.device, &device());
    insta::assert_snapshot!(hex(unlocked.master.database().as_bytes()), @"c82200876cb46a2d5996255f92606f8509359df8d3d2769e9ec478e86062ca17");
    let keyring = Key::from_bytes(&[9; 32]);
    assert!(keystore.unlock(Secret::Key(SlotKind::Keyring, &keyring)).is_ok());
    assert_eq!(keystore.phrase(Secret::Password(PASSWORD)).unwrap().entropy(), &counting());
}

#[test]
fn a_wrong_secret_is_named() {
    let made = Made::new();
    let unlock = |secret: Secret<'_>| made.keystore.unlock(secret).unwrap_err();
    assert_eq!(unlock(Secret::Password("wrong")), KeystoreError::WrongPassword);
    assert_eq!(unlock(Secret::Password("")), KeystoreError::EmptyPassword);
    let long = "x".repeat(2000);
    assert_eq!(unlock(Secret::Password(&long)), KeystoreError::PasswordTooLong { limit_bytes: 1024 });
    let kind = SlotKind::Keyring;
    assert_eq!(unlock(Secret::Key(kind, &Key::random())), KeystoreError::WrongKey { kind });
    let kind = SlotKind::KeyFile;
    assert_eq!(unlock(Secret::Key(kind, &made.keyring)), KeystoreError::NoSuchSlot { kind });
    assert_eq!(unlock(Secret::Key(SlotKind::Password, &made.keyring)), KeystoreError::PasswordRequired);
}

#[test]
fn the_same_password_typed_differently_opens() {
    let phrase = RecoveryPhrase::generate();
    let keystore = Keystore::create(&phrase, &device(), &[password("caf\u{e9}")]).unwrap();
    assert!(keystore.unlock(Secret::Password("cafe\u{301}")).is_ok());
    assert!(keystore.unlock(Secret::Password("cafe")).is_err());
}

#[test]
fn a_password_guards_the_phrase() {
    let mut made = Made::new();
    let by_keyring = |keystore: &Keystore, key: &Key| keystore.phrase(Secret::Key(SlotKind::Keyring, key));
    assert_eq!(by_keyring(&made.keystore, &made.keyring).unwrap_err(), KeystoreError::PasswordRequired);
    assert_eq!(made.keystore.phrase(Secret::Password("wrong")).unwrap_err(), KeystoreError::WrongPassword);
    assert_eq!(made.keystore.phrase(Secret::Password(PASSWORD)).unwrap().entropy(), made.phrase.entropy());

    // Not a rule of the program only: the master key does not open the section.
    let unlocked = made.keystore.unlock(Secret::Key(SlotKind::Keyring, &made.keyring)).unwrap();
    for guarded in [false, true] {
        assert!(made.keystore.open_phrase(&unlocked.master.0, guarded).is_err());
    }

    made.keystore.remove_password(&unlocked, PASSWORD).unwrap();
    assert_eq!(by_keyring(&made.keystore, &made.keyring).unwrap().entropy(), made.phrase.entropy());

    made.keystore.add_slot(&unlocked, &password("another")).unwrap();
    assert_eq!(by_keyring(&made.keystore, &made.keyring).unwrap_err(), KeystoreError::PasswordRequired);
    let read = Keystore::from_bytes(&made.keystore.to_bytes()).unwrap();
    assert_eq!(read.phrase(Secret::Password("another")).unwrap().entropy(), made.phrase.entropy());
}

#[test]
fn the_password_changes() {
    let mut made = Made::new();
    let before = made.keystore.to_bytes();
    let unlocked = made.keystore.unlock(Secret::Password(PASSWORD)).unwrap();
    let keyring = Secret::Key(SlotKind::Keyring, &made.keyring);
    let keystore = &mut made.keystore;
    for (old, new, error) in [
        (Secret::Password("wrong"), "new", KeystoreError::WrongPassword),
        (keyring, "new", KeystoreError::PasswordRequired),
        (Secret::Password(PASSWORD), "", KeystoreError::EmptyPassword),
    ] {
        assert_eq!(keystore.change_password(&unlocked, old, new), Err(error));
        assert_eq!(keystore.to_bytes(), before);
    }
    keystore.change_password(&unlocked, Secret::Password(PASSWORD), "new").unwrap();
    let read = Keystore::from_bytes(&keystore.to_bytes()).unwrap();
    assert_eq!(read.unlock(Secret::Password(PASSWORD)).unwrap_err(), KeystoreError::WrongPassword);
    assert!(read.unlock(keyring).is_ok());
    let reopened = read.unlock(Secret::Password("new")).unwrap();
    assert!(reopened.master.database() == unlocked.master.database());
    assert_eq!(read.phrase(Secret::Password("new")).unwrap().entropy(), made.phrase.entropy());
}

#[test]
fn slots_come_and_go() {
    let mut made = Made::new();
    let unlocked = made.keystore.unlock(Secret::Password(PASSWORD)).unwrap();
    let (file, words) = (Key::random(), made.phrase.slot_key());
    let keystore = &mut made.keystore;
    keystore.add_slot(&unlocked, &NewSlot::Key(SlotKind::KeyFile, &file)).unwrap();
    keystore.add_slot(&unlocked, &NewSlot::Key(SlotKind::Phrase, &words)).unwrap();
    let kind = SlotKind::KeyFile;
    let again = keystore.add_slot(&unlocked, &NewSlot::Key(kind, &file));
    assert_eq!(again, Err(KeystoreError::DuplicateSlot { kind }));
    let again = keystore.add_slot(&unlocked, &password("second"));
    assert_eq!(again, Err(KeystoreError::DuplicateSlot { kind: SlotKind::Password }));

    let read = Keystore::from_bytes(&keystore.to_bytes()).unwrap();
    assert!(read.unlock(Secret::Key(SlotKind::KeyFile, &file)).is_ok());
    assert!(read.unlock(Secret::Key(SlotKind::Phrase, &words)).is_ok());

    assert_eq!(keystore.remove_slot(&unlocked, SlotKind::Password), Err(KeystoreError::PasswordRequired));
    for kind in [SlotKind::KeyFile, SlotKind::Phrase, SlotKind::Keyring] {
        keystore.remove_slot(&unlocked, kind).unwrap();
        assert_eq!(keystore.remove_slot(&unlocked, kind), Err(KeystoreError::NoSuchSlot { kind }));
    }
    assert_eq!(keystore.remove_password(&unlocked, PASSWORD), Err(KeystoreError::NoSlots));
    assert!(Keystore::from_bytes(&keystore.to_bytes()).unwrap().unlock(Secret::Password(PASSWORD)).is_ok());
}

#[test]
fn another_keystores_secrets_change_nothing() {
    let (mut made, other) = (Made::new(), Made::new());
    let unlocked = other.keystore.unlock(Secret::Password(PASSWORD)).unwrap();
    let file = NewSlot::Key(SlotKind::KeyFile, &other.keyring);
    assert_eq!(made.keystore.add_slot(&unlocked, &file), Err(KeystoreError::OtherKeystore));
    assert_eq!(made.keystore.remove_slot(&unlocked, SlotKind::Keyring), Err(KeystoreError::OtherKeystore));
    assert_eq!(made.keystore.remove_password(&unlocked, PASSWORD), Err(KeystoreError::OtherKeystore));
}

#[test]
fn nonsense_is_not_created() {
    let (phrase, device, key) = (RecoveryPhrase::generate(), device(), Key::random());
    let create = |slots: &[NewSlot<'_>]| Keystore::create(&phrase, &device, slots).unwrap_err();
    assert_eq!(create(&[]), KeystoreError::NoSlots);
    assert_eq!(create(&[password("")]), KeystoreError::EmptyPassword);
    assert_eq!(create(&[NewSlot::Key(SlotKind::Password, &key)]), KeystoreError::PasswordRequired);
    let kind = SlotKind::KeyFile;
    assert_eq!(create(&[NewSlot::Key(kind, &key), NewSlot::Key(kind, &key)]), KeystoreError::DuplicateSlot { kind });
    for (memory_kib, passes, lanes) in [(1 << 21, 1, 1), (8, 11, 1), (1024, 1, 17), (0, 0, 0), (15, 1, 2)] {
        let stretch = Stretch::Custom { memory_kib, passes, lanes };
        let slot = NewSlot::Password { password: PASSWORD, stretch };
        assert_eq!(create(&[slot]), KeystoreError::TooCostly { memory_kib, passes, lanes });
    }
}

#[test]
fn other_files_are_named() {
    let bytes = ONE.keystore.to_bytes();
    let read = |bytes: &[u8]| Keystore::from_bytes(bytes).unwrap_err();
    assert_eq!(read(&vec![0; KEYSTORE_MAX_BYTES + 1]), KeystoreError::TooLarge { limit: KEYSTORE_MAX_BYTES });
    assert_eq!(read(b"something else"), KeystoreError::NotAKeystore);
    let mut newer = bytes.clone();
    newer[8] = 2;
    assert_eq!(read(&newer), KeystoreError::UnknownVersion { found: 2, supported: 1 });
    let mut crowded = bytes.clone();
    crowded[57] = 9;
    assert_eq!(read(&with_checksum(crowded)), KeystoreError::TooManySlots { found: 9, limit: 8 });
    let mut empty = bytes.clone();
    empty[57] = 0;
    empty.drain(SLOTS_AT..SLOTS_AT + 2 * SLOT_LEN);
    assert_eq!(read(&with_checksum(empty)), KeystoreError::Damaged);
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(read(&with_checksum(longer)), KeystoreError::Damaged);
    let mut twice = bytes.clone();
    twice[SLOTS_AT + SLOT_LEN] = 1;
    twice[SLOTS_AT + SLOT_LEN + 1..][..12].copy_from_slice(&bytes[COSTS_AT..][..12]);
    assert_eq!(read(&with_checksum(twice)), KeystoreError::Damaged);
}

#[test]
fn every_truncation_is_named() {
    let bytes = ONE.keystore.to_bytes();
    for length in 0..bytes.len() {
        let error = Keystore::from_bytes(&bytes[..length]).unwrap_err();
        let KeystoreError::Truncated { found, needed } = error else { panic!("cut to {length}: {error:?}") };
        assert!(found == length && needed > length);
    }
}

#[test]
fn every_accidental_flip_is_noticed_before_asking_for_a_password() {
    let bytes = ONE.keystore.to_bytes();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1_u8 << bit;
            assert!(Keystore::from_bytes(&flipped).is_err(), "byte {at} bit {bit}");
        }
    }
}

#[test]
fn parts_of_two_keystores_do_not_mix() {
    let (one, other) = (ONE.keystore.to_bytes(), OTHER.keystore.to_bytes());
    let phrase_at = SLOTS_AT + 2 * SLOT_LEN;
    let device_at = phrase_at + 72;
    let mac_at = device_at + 136;
    for (from, to) in [
        (9, 25),
        (SLOTS_AT, SLOTS_AT + SLOT_LEN),
        (SLOTS_AT + SLOT_LEN, phrase_at),
        (SLOTS_AT, phrase_at),
        (phrase_at, device_at),
        (device_at, mac_at),
        (mac_at, mac_at + 32),
    ] {
        let mut mixed = one.clone();
        mixed[from..to].copy_from_slice(&other[from..to]);
        let mixed = with_checksum(mixed);
        for secret in ONE.secrets().into_iter().chain(OTHER.secrets()) {
            assert!(unlock(&mixed, secret).is_err(), "{from}..{to} with {secret:?}");
        }
    }
    let mut turned = one.clone();
    turned[SLOTS_AT..phrase_at].rotate_left(SLOT_LEN);
    assert_eq!(unlock(&with_checksum(turned), Secret::Password(PASSWORD)).unwrap_err(), KeystoreError::Damaged);
}

#[test]
fn an_old_password_slot_put_back_does_not_open() {
    let mut made = Made::new();
    let old = made.keystore.to_bytes();
    let unlocked = made.keystore.unlock(Secret::Password(PASSWORD)).unwrap();
    made.keystore.change_password(&unlocked, Secret::Password(PASSWORD), "new").unwrap();
    let mut mixed = made.keystore.to_bytes();
    // After the change the password slot is the last one.
    mixed[SLOTS_AT + SLOT_LEN..][..SLOT_LEN].copy_from_slice(&old[SLOTS_AT..][..SLOT_LEN]);
    assert_eq!(unlock(&with_checksum(mixed), Secret::Password(PASSWORD)).unwrap_err(), KeystoreError::Damaged);
}

/// The most address space this process ever had, in KiB.
#[cfg(target_os = "linux")]
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmPeak:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn a_parameter_bomb_is_refused_before_any_memory_is_taken() {
    let bytes = ONE.keystore.to_bytes();
    let before = peak_kib();
    for (memory_kib, passes, lanes) in
        [(u32::MAX, 3, 4), ((1 << 20) + 1, 3, 4), (64, 11, 1), (64, u32::MAX, 1), (1 << 20, 1, 17), (8, 1, u32::MAX)]
    {
        let mut bomb = bytes.clone();
        for (index, cost) in [memory_kib, passes, lanes].into_iter().enumerate() {
            bomb[COSTS_AT + 4 * index..][..4].copy_from_slice(&cost.to_be_bytes());
        }
        let error = Keystore::from_bytes(&with_checksum(bomb)).unwrap_err();
        assert_eq!(error, KeystoreError::TooCostly { memory_kib, passes, lanes });
    }
    assert!(peak_kib() - before < 64 * 1024, "{before} KiB grew to {} KiB", peak_kib());
}

#[test]
fn key_slots_carry_no_stretching() {
    let mut bytes = ONE.keystore.to_bytes();
    bytes[COSTS_AT + SLOT_LEN + 3] = 8;
    assert_eq!(Keystore::from_bytes(&with_checksum(bytes)).unwrap_err(), KeystoreError::Damaged);
}

proptest! {
    #[test]
    fn wrong_passwords_do_not_open(wrong in "\\PC{1,40}") {
        prop_assume!(wrong != PASSWORD);
        prop_assert_eq!(ONE.keystore.unlock(Secret::Password(&wrong)).unwrap_err(), KeystoreError::WrongPassword);
        prop_assert!(ONE.keystore.phrase(Secret::Password(&wrong)).is_err());
    }

    /// The checksum is made right, so what refuses is the seals.
    #[test]
    fn deliberate_flips_do_not_open(at in any::<prop::sample::Index>(), bit in 0..8) {
        let mut bytes = ONE.keystore.to_bytes();
        let body = bytes.len() - 16;
        bytes[at.index(body)] ^= 1_u8 << bit;
        // A flip may ask for much memory within the bounds: that is allowed, and slow.
        let cost = u32::from_be_bytes(bytes[COSTS_AT..][..4].try_into().unwrap());
        prop_assume!(cost <= 4096);
        let bytes = with_checksum(bytes);
        for secret in ONE.secrets() {
            prop_assert!(unlock(&bytes, secret).is_err());
        }
    }

    #[test]
    fn random_files_are_refused(tail in prop::collection::vec(any::<u8>(), 0..1000), whole in any::<bool>()) {
        let head: &[u8] = if whole { b"" } else { b"kith-key\x01" };
        let bytes = [head, &tail].concat();
        prop_assert!(Keystore::from_bytes(&bytes).is_err());
        let padded = [bytes.as_slice(), &[0; 16]].concat();
        prop_assert!(Keystore::from_bytes(&with_checksum(padded)).is_err());
    }
}
