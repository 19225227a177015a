//! Helpers of the tests, and the rule that no secret prints itself.

use insta::assert_debug_snapshot;

use crate::{
    BackupHeader, BackupSealer, BackupSecret, DeviceSecrets, KemSecret, Key, Keystore, NewSlot, OlmAccount, OlmKind,
    OlmWire, PublicKey, RecoveryPhrase, Secret, Signature, SigningKey, SlotKind, Stretch,
};

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|d| d as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

pub(crate) fn unhex_array<const N: usize>(text: &str) -> [u8; N] {
    unhex(text).try_into().expect("the right number of digits")
}

/// 0, 1, 2, … 31.
pub(crate) fn counting() -> [u8; 32] {
    std::array::from_fn(|index| index as u8)
}

/// The cheapest stretching there is.
pub(crate) const CHEAP: Stretch = Stretch::Custom { memory_kib: 8, passes: 1, lanes: 1 };

#[test]
fn no_secret_prints_itself() {
    let device = || DeviceSecrets {
        sign: SigningKey::from_seed(&[1; 32]),
        transport: SigningKey::from_seed(&[2; 32]),
        kem: KemSecret::from_seed(&[3; 32]),
    };
    let key = Key::from_bytes(&[7; 32]);
    let password = NewSlot::Password { password: "correct horse", stretch: CHEAP };
    let phrase = RecoveryPhrase::from_entropy(&counting());
    let backup = BackupSecret::Password("correct horse");
    let (header, sealer) = BackupSealer::new(backup, CHEAP).expect("stretch");
    let opener = BackupHeader::parse(&header).expect("header").open(backup).expect("open");
    let keystore =
        Keystore::create(&phrase, &device(), &[password, NewSlot::Key(SlotKind::Keyring, &key)]).expect("create");
    let unlocked = keystore.unlock(Secret::Password("correct horse")).expect("unlock");

    assert_debug_snapshot!(key, @"Key(redacted)");
    assert_debug_snapshot!(phrase, @"RecoveryPhrase(redacted)");
    assert_debug_snapshot!(device().sign, @"SigningKey(redacted)");
    assert_debug_snapshot!(device().kem, @"KemSecret(redacted)");
    assert_debug_snapshot!(unlocked, @r"
    Unlocked {
        master: MasterKey(redacted),
        device: DeviceSecrets {
            sign: SigningKey(redacted),
            transport: SigningKey(redacted),
            kem: KemSecret(redacted),
        },
    }
    ");
    assert_debug_snapshot!((backup, sealer, opener), @r"
    (
        BackupSecret(Password, redacted),
        BackupSealer(redacted),
        BackupOpener(redacted),
    )
    ");
    assert_debug_snapshot!(keystore, @r"
    Keystore {
        account: PublicKey(a716fce0…),
        slots: [
            Password,
            Keyring,
        ],
    }
    ");
    assert_debug_snapshot!(password, @"NewSlot(Password, redacted)");
    assert_debug_snapshot!(NewSlot::Key(SlotKind::KeyFile, &key), @"NewSlot(KeyFile, redacted)");
    assert_debug_snapshot!(Secret::Password("correct horse"), @"Secret(Password, redacted)");
    assert_debug_snapshot!(Secret::Key(SlotKind::Keyring, &key), @"Secret(Keyring, redacted)");

    let mut bob = OlmAccount::new();
    let one_time = bob.new_one_time_keys(1)[0];
    let session = OlmAccount::new().outbound(bob.identity_key(), one_time).expect("session");
    assert_debug_snapshot!(bob, @"OlmAccount(redacted)");
    assert_debug_snapshot!(session, @"OlmSession(redacted)");
}

#[test]
fn public_values_print_enough_to_tell_them_apart() {
    assert_debug_snapshot!(PublicKey::from_bytes([0xab; 32]), @"PublicKey(abababab…)");
    assert_debug_snapshot!(Signature::from_bytes([0xcd; 64]), @"Signature(cdcdcdcd…)");
    assert_debug_snapshot!(crate::CurveKey::from_bytes([0x12; 32]), @"CurveKey(12121212…)");
    assert_debug_snapshot!(OlmWire { kind: OlmKind::Normal, bytes: vec![1, 2, 3] }, @"OlmWire(Normal, 3 bytes)");
}
