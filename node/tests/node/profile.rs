//! Bad luck with a profile: a clear error, and nothing changed on disk.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use kith_node::{ErrorCode, KeyError, Node, ProfileState, StartError, local, profile_state};

use crate::people::builder;

/// Every file under `folder` with its bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

fn open(folder: &Path) -> kith_node::NodeBuilder {
    Node::builder(folder.join("alice")).preset(local())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_name_no_profile_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let error = open(folder.path()).spawn().await.unwrap_err();
    assert!(matches!(error, StartError::Keys(KeyError::NoProfile { .. })), "{error:?}");
    assert!(error.to_string().contains("--name"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let node = builder(folder.path(), "alice").password("correct horse").spawn().await.unwrap();
    let account = node.account();
    let asked = node.profile().recovery_phrase(None).await.unwrap_err();
    assert_eq!(asked.code, ErrorCode::WrongPassword);
    let asked = node.profile().recovery_phrase(Some("wrong".to_owned())).await.unwrap_err();
    assert_eq!(asked.code, ErrorCode::WrongPassword);
    assert_eq!(node.profile().recovery_phrase(Some("correct horse".to_owned())).await.unwrap().len(), 24);
    node.shutdown().await;

    let before = contents(folder.path());
    assert!(!before.contains_key(&folder.path().join("alice/identity.key")));
    let error = open(folder.path()).password("battery staple").spawn().await.unwrap_err();
    assert_eq!(error.to_string(), "the password is wrong");
    let error = open(folder.path()).spawn().await.unwrap_err();
    assert!(matches!(error, StartError::Keys(KeyError::PasswordNeeded)), "{error:?}");
    assert_eq!(contents(folder.path()), before);

    let node = open(folder.path()).password("correct horse").spawn().await.unwrap();
    assert_eq!(node.account(), account);
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_in_the_keystore_is_noticed_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let node = builder(folder.path(), "alice").spawn().await.unwrap();
    assert_eq!(node.profile().recovery_phrase(None).await.unwrap().len(), 24);
    node.shutdown().await;
    let file = folder.path().join("alice/identity.kith");
    let whole = fs::read(&file).unwrap();
    for at in (0..whole.len()).step_by(whole.len() / 20) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x10;
        fs::write(&file, &flipped).unwrap();
        let before = contents(folder.path());
        let error = open(folder.path()).name("mallory").spawn().await.unwrap_err();
        assert!(matches!(error, StartError::Keys(KeyError::Keystore(_))), "byte {at}: {error:?}");
        assert_eq!(contents(folder.path()), before, "byte {at}");
    }
    fs::write(&file, &whole).unwrap();
    open(folder.path()).spawn().await.unwrap().shutdown().await;

    fs::remove_file(&file).unwrap();
    let before = contents(folder.path());
    let error = open(folder.path()).name("mallory").spawn().await.unwrap_err();
    assert!(matches!(error, StartError::Keys(KeyError::KeystoreMissing { .. })), "{error:?}");
    assert_eq!(contents(folder.path()), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_will_not_do_leaves_no_profile() {
    let folder = tempfile::tempdir().unwrap();
    let error = open(folder.path()).name("x".repeat(1000)).spawn().await.unwrap_err();
    assert!(matches!(error, StartError::Core(_)), "{error:?}");
    let left = contents(folder.path());
    assert!(!left.keys().any(|file| file.ends_with("identity.kith") || file.ends_with("kith.db")), "{:?}", left.keys());
    builder(folder.path(), "alice").spawn().await.unwrap().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_in_use_is_not_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let node = builder(folder.path(), "alice").spawn().await.unwrap();
    let error = open(folder.path()).spawn().await.unwrap_err();
    assert!(matches!(error, StartError::Store(kith_store::StoreError::Locked { .. })), "{error:?}");
    assert!(node.profile().get().await.is_ok_and(|profile| profile.name == "alice"));
    node.shutdown().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_can_read_a_profile() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let node = builder(folder.path(), "alice").api("127.0.0.1:0".parse().unwrap()).spawn().await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("alice")), 0o700);
    let files = ["identity.kith", "identity.key", "api-token", "api-address", "generation"];
    for name in files {
        assert_eq!(mode(&folder.path().join("alice").join(name)), 0o600, "{name}");
    }
    node.profile().set_password(None, Some("one".to_owned())).await.unwrap();
    node.profile().set_password(Some("one".to_owned()), None).await.unwrap();
    for name in files {
        assert_eq!(mode(&folder.path().join("alice").join(name)), 0o600, "{name}, written again");
    }
    node.shutdown().await;
    assert!(!folder.path().join("alice/api-address").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_comes_changes_and_goes() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("alice");
    let (keystore, key_file) = (profile.join("identity.kith"), profile.join("identity.key"));
    let text = |password: &str| Some(password.to_owned());
    let node = builder(folder.path(), "alice").spawn().await.unwrap();
    let words = node.profile().recovery_phrase(None).await.unwrap();
    assert!(key_file.exists());
    node.profile().set_password(None, text("one")).await.unwrap();
    assert!(!key_file.exists(), "the key that opened it alone is gone");
    let asked = node.profile().recovery_phrase(None).await.unwrap_err();
    assert_eq!((asked.code, asked.hint.as_str()), (ErrorCode::WrongPassword, "give the parameter password"));
    assert_eq!(node.profile().recovery_phrase(text("one")).await.unwrap(), words);
    node.shutdown().await;

    assert_eq!(profile_state(&profile).unwrap(), ProfileState::Password);
    let error = open(folder.path()).spawn().await.unwrap_err();
    assert!(matches!(error, StartError::Keys(KeyError::PasswordNeeded)), "{error:?}");
    let node = open(folder.path()).password("one").spawn().await.unwrap();
    let before = fs::read(&keystore).unwrap();
    for (current, new, code) in [
        (None, text("two"), ErrorCode::WrongPassword),
        (text("two"), text("two"), ErrorCode::WrongPassword),
        (None, None, ErrorCode::WrongPassword),
        (text("two"), None, ErrorCode::WrongPassword),
        (text("one"), text(""), ErrorCode::InvalidArgument),
        (text("one"), Some("x".repeat(1025)), ErrorCode::TooLarge),
    ] {
        let refused = node.profile().set_password(current.clone(), new).await.unwrap_err();
        assert_eq!(refused.code, code, "{refused:?}");
        if current.is_none() {
            assert_eq!(refused.hint, "give the parameter current");
        }
    }
    assert_eq!(fs::read(&keystore).unwrap(), before);
    assert!(!key_file.exists());
    node.profile().set_password(text("one"), text("two")).await.unwrap();
    node.shutdown().await;

    let error = open(folder.path()).password("one").spawn().await.unwrap_err();
    assert_eq!(error.to_string(), "the password is wrong");
    let node = open(folder.path()).password("two").spawn().await.unwrap();
    assert_eq!(node.profile().recovery_phrase(text("two")).await.unwrap(), words);
    node.profile().set_password(text("two"), None).await.unwrap();
    let refused = node.profile().set_password(text("two"), None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidArgument, "there is none any more");
    let refused = node.profile().set_password(None, None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidArgument);
    node.shutdown().await;

    assert_eq!(profile_state(&profile).unwrap(), ProfileState::KeyFile);
    let node = open(folder.path()).spawn().await.unwrap();
    assert!(!node.found_older_database());
    assert_eq!(node.profile().recovery_phrase(None).await.unwrap(), words);
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_folder_holds_is_told_without_opening_it() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("alice");
    assert_eq!(profile_state(&profile).unwrap(), ProfileState::Missing);
    fs::create_dir(&profile).unwrap();
    assert_eq!(profile_state(&profile).unwrap(), ProfileState::Missing);
    let node = builder(folder.path(), "alice").spawn().await.unwrap();
    assert_eq!(profile_state(&profile).unwrap(), ProfileState::KeyFile, "also while it is in use");
    node.shutdown().await;
    let before = contents(folder.path());
    assert_eq!(profile_state(&profile).unwrap(), ProfileState::KeyFile);
    assert_eq!(contents(folder.path()), before);

    let keystore = profile.join("identity.kith");
    fs::write(&keystore, b"something else").unwrap();
    assert!(matches!(profile_state(&profile), Err(KeyError::Keystore(_))));
    fs::remove_file(&keystore).unwrap();
    assert!(matches!(profile_state(&profile), Err(KeyError::KeystoreMissing { .. })));
}
