//! Everything in one file, and everything back.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use kith_tests::{people::Person, process::Home};
use serde_json::json;

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?)
}

#[tokio::test]
async fn a_backup_is_one_whole_file_or_none() -> Result<()> {
    let root = tempfile::tempdir()?;
    let out = tempfile::tempdir()?;
    let alice = Person::at(Home::new(root.path(), "alice").password("correct horse")).await?;
    let memo = alice.write(&alice.account, "a note to myself").await?;
    let file = out.path().join("alice.kithbak");
    let path = file.to_str().context("a path")?;

    let params = json!({ "path": path, "password": "paper", "profile_password": "correct horse" });
    let made = alice.call("backup.export", params.clone()).await?;
    assert_eq!(made["bytes"].as_u64(), Some(fs::metadata(&file)?.len()), "{made}");
    assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
    assert_eq!(files(out.path())?, [file.clone()], "no half of it lies beside it");
    let first = fs::read(&file)?;
    assert!(first.starts_with(b"KITHBAK\0"));

    // Another one of that name takes its place; something else does not make way.
    alice.call("chats.delete", json!({ "message": memo, "for": "me" })).await?;
    alice.call("backup.export", params).await?;
    assert_ne!(fs::read(&file)?, first);
    let other = out.path().join("photo.png");
    fs::write(&other, "a picture")?;
    let inside = alice.home.profile.join("alice.kithbak");
    for (path, password, code) in [
        (other.as_path(), "correct horse", "already_exists"),
        (out.path(), "correct horse", "invalid_argument"),
        (Path::new("alice.kithbak"), "correct horse", "invalid_argument"),
        (&out.path().join("nowhere/alice.kithbak"), "correct horse", "invalid_argument"),
        (&inside, "correct horse", "invalid_argument"),
        (&out.path().join("new.kithbak"), "horse", "wrong_password"),
    ] {
        let params = json!({ "path": path, "password": "paper", "profile_password": password });
        assert_eq!(alice.node.api.error_of("backup.export", params).await?, code, "{}", path.display());
    }
    let without =
        json!({ "path": out.path().join("new.kithbak"), "password": "" , "profile_password": "correct horse" });
    assert_eq!(alice.node.api.error_of("backup.export", without).await?, "invalid_argument");
    assert_eq!(fs::read(&other)?, b"a picture");
    assert_eq!(files(out.path())?.len(), 2, "what failed leaves nothing");
    assert_eq!(alice.node.api.error_of("backup.cancel", json!({})).await?, "not_found");
    Ok(())
}
