//! Everything in one file, and everything back.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use kith_node::{Node, NodeBuilder, Restore, RestoreKey, local};
use kith_tests::{
    people::{Person, befriend},
    process::Home,
};
use serde_json::{Value, json};

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
    assert_eq!(files(out.path())?, std::slice::from_ref(&file), "no half of it lies beside it");
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

/// Alice and Bob, who wrote to each other.
async fn two(root: &Path) -> Result<(Person, Person)> {
    let mut alice = Person::at(Home::new(root, "alice").password("correct horse")).await?;
    let mut bob = Person::new(root, "bob", &[]).await?;
    befriend(&mut alice, &mut bob, "hello").await?;
    let first = alice.write(&bob.account, "before the backup").await?;
    alice.sees_state(&bob.account, &first, "delivered").await?;
    let answer = bob.write(&alice.account, "and the answer").await?;
    bob.sees_state(&alice.account, &answer, "delivered").await?;
    Ok((alice, bob))
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// Waits until everybody knows that this person's account is back.
async fn is_back(person: &mut Person) -> Result<()> {
    let api = person.node.api.clone();
    let told = person.events.wait_until("everybody told", async || {
        let profile = api.call("profile.get", json!({})).await?;
        Ok(profile["recovery"].is_null().then_some(profile))
    });
    let profile = told.await?;
    assert_eq!(profile["devices"].as_array().map(Vec::len), Some(1), "{profile}");
    Ok(())
}

#[tokio::test]
async fn a_lost_machine_is_made_good() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (alice, mut bob) = two(root.path()).await?;
    alice.call("contacts.verify", json!({ "account": bob.account, "verified": true })).await?;
    alice.call("contacts.rename", json!({ "account": bob.account, "petname": "Bobby" })).await?;
    let deleted = alice.write(&alice.account, "a thought better of").await?;
    alice.call("chats.delete", json!({ "message": deleted, "for": "me" })).await?;
    alice.write(&alice.account, "a note to myself").await?;
    alice.call("settings.set", json!({ "key": "gui.theme", "value": "dark" })).await?;
    let chat = alice.chat_with(&bob.account).await?;
    alice.call("chats.set_draft", json!({ "chat": chat, "text": "half a senten" })).await?;
    let file = root.path().join("alice.kithbak");
    let params = json!({ "path": file, "password": "paper", "profile_password": "correct horse" });
    alice.call("backup.export", params).await?;
    let account = alice.account.clone();
    assert!(alice.node.terminate().await?.success());
    fs::remove_dir_all(&alice.home.profile)?;
    let meanwhile = bob.write(&account, "where are you").await?;

    let wrong = root.path().join("wrong");
    fs::write(&wrong, "pencil\n")?;
    let right = root.path().join("right");
    fs::write(&right, "paper\n")?;
    let path = file.to_str().context("a path")?;
    let elsewhere = Home::new(root.path(), "elsewhere").password("battery staple");
    let with = |secret: &Path| {
        elsewhere.clone().with(&["--restore", path, "--restore-password-file", secret.to_str().unwrap_or_default()])
    };
    let refused = with(&wrong).start_and_fail().await?;
    let said = String::from_utf8(refused.stderr)?;
    assert!(said.contains("does not open this backup") && said.lines().count() == 1, "{said}");
    assert!(!elsewhere.profile.exists(), "nothing was made");
    let damaged = root.path().join("damaged.kithbak");
    let mut bytes = fs::read(&file)?;
    let middle = bytes.len() - 100;
    bytes[middle] ^= 1;
    fs::write(&damaged, bytes)?;
    let arguments = [
        "--restore",
        damaged.to_str().context("a path")?,
        "--restore-password-file",
        right.to_str().context("a path")?,
    ];
    let refused = elsewhere.clone().with(&arguments).start_and_fail().await?;
    let said = String::from_utf8(refused.stderr)?;
    assert!(said.contains("damaged"), "{said}");
    assert!(!elsewhere.profile.join("kith.db").exists() && !elsewhere.profile.join("identity.kith").exists());

    let mut alice = Person::at(with(&right)).await?;
    assert_eq!(alice.account, account);
    is_back(&mut alice).await?;
    let contact = alice.call("contacts.get", json!({ "account": bob.account })).await?;
    assert_eq!((&contact["state"], &contact["petname"]), (&json!("verified"), &json!("Bobby")));
    alice.reads(&bob.account, &lines(&["before the backup", "and the answer", "where are you"])).await?;
    bob.sees_state(&account, &meanwhile, "delivered").await?;
    let back = alice.write(&bob.account, "here again").await?;
    alice.sees_state(&bob.account, &back, "delivered").await?;
    let answer = bob.write(&account, "welcome").await?;
    bob.sees_state(&account, &answer, "delivered").await?;
    let whole = lines(&["before the backup", "and the answer", "where are you", "here again", "welcome"]);
    alice.reads(&bob.account, &whole).await?;
    bob.reads(&account, &whole).await?;
    assert_eq!(alice.texts(&account).await?, ["a note to myself"], "what was deleted does not come back");
    assert_eq!(alice.call("settings.get", json!({})).await?["settings"]["gui.theme"], "dark");
    let chat = alice.call("chats.get", json!({ "chat": chat })).await?;
    assert_eq!(chat["draft"], "half a senten");
    let hits = alice.call("chats.search", json!({ "query": "answer" })).await?;
    assert_eq!(hits["hits"].as_array().map(Vec::len), Some(1));
    assert!(bob.call("contacts.get", json!({ "account": account })).await?["alarm"].is_null());

    // A profile like any other from now on, which is not replaced.
    let said = String::from_utf8(with(&right).start_and_fail().await?.stderr)?;
    assert!(said.contains("in another process") || said.contains("already"), "{said}");
    alice.node.kill().await?;
    let said = String::from_utf8(with(&right).start_and_fail().await?.stderr)?;
    assert!(said.contains("there is a profile"), "{said}");
    let mut alice = Person::at(elsewhere).await?;
    alice.meets(&bob.account).await?;
    let last = alice.write(&bob.account, "still here").await?;
    alice.sees_state(&bob.account, &last, "delivered").await?;
    Ok(())
}

/// Waits until a backup made itself after this time; how things stand then.
async fn made_itself(person: &mut Person, after: u64) -> Result<Value> {
    let api = person.node.api.clone();
    let made = person.events.wait_until("a backup", async || {
        let status = api.call("backup.status", json!({})).await?;
        Ok((status["last"]["at"].as_u64() > Some(after)).then_some(status))
    });
    made.await
}

#[tokio::test]
async fn backups_make_themselves_and_the_newest_are_kept() -> Result<()> {
    let root = tempfile::tempdir()?;
    let out = root.path().join("other disk");
    fs::create_dir(&out)?;
    let mut alice = Person::at(Home::new(root.path(), "alice").password("correct horse")).await?;
    let none = alice.call("backup.status", json!({})).await?;
    assert_eq!(none, json!({ "every_s": 86_400, "keep": 3 }));
    for (params, code) in [
        (json!({ "folder": &out, "profile_password": "horse" }), "wrong_password"),
        (json!({ "folder": "other disk", "profile_password": "correct horse" }), "invalid_argument"),
        (json!({ "folder": out.join("nowhere"), "profile_password": "correct horse" }), "invalid_argument"),
        (json!({ "folder": alice.home.profile, "profile_password": "correct horse" }), "invalid_argument"),
        (json!({ "folder": &out, "every_s": 3599, "profile_password": "correct horse" }), "invalid_argument"),
        (json!({ "folder": &out, "keep": 0, "profile_password": "correct horse" }), "invalid_argument"),
    ] {
        assert_eq!(alice.node.api.error_of("backup.set", params.clone()).await?, code, "{params}");
    }
    assert_eq!(alice.call("backup.status", json!({})).await?, none, "what was refused changed something");

    alice.write(&alice.account, "a note to myself").await?;
    let params = json!({ "folder": &out, "keep": 1, "profile_password": "correct horse" });
    let set = alice.call("backup.set", params).await?;
    assert_eq!((&set["folder"], &set["keep"]), (&json!(&out), &json!(1)), "{set}");
    let first = made_itself(&mut alice, 0).await?;
    let at = first["last"]["at"].as_u64().context("a time")?;
    assert_eq!(first["next_at"].as_u64(), Some(at + 86_400_000), "{first}");
    assert!(first["error"].is_null(), "{first}");
    let made = files(&out)?;
    let [file] = made.as_slice() else { anyhow::bail!("{made:?}") };
    assert_eq!(first["last"]["path"].as_str(), file.to_str());
    assert_eq!(first["last"]["bytes"].as_u64(), Some(fs::metadata(file)?.len()));
    assert_eq!(fs::metadata(file)?.permissions().mode() & 0o777, 0o600);

    // The password is asked for once; another one takes the place of the first.
    alice.write(&alice.account, "and another").await?;
    alice.call("backup.set", json!({ "folder": &out, "keep": 1 })).await?;
    let second = made_itself(&mut alice, at).await?;
    let file = PathBuf::from(second["last"]["path"].as_str().context("a path")?);
    assert_eq!(files(&out)?, std::slice::from_ref(&file));
    let phrase = alice.call("profile.recovery_phrase", json!({ "password": "correct horse" })).await?;
    let mut alice = alice.crash_and_restart().await?;
    assert_eq!(alice.call("backup.status", json!({})).await?, second, "a restart forgot it");

    let off = alice.call("backup.set", json!({})).await?;
    assert!(off["folder"].is_null() && off["next_at"].is_null(), "{off}");
    assert_eq!(files(&out)?.len(), 1, "what was made stays");
    let account = alice.account.clone();
    alice.node.kill().await?;
    let words: Vec<&str> =
        phrase["words"].as_array().context("words")?.iter().filter_map(|word| word.as_str()).collect();
    let paper = root.path().join("words");
    fs::write(&paper, words.join(" "))?;
    let (path, paper) = (file.to_str().context("a path")?, paper.to_str().context("a path")?);
    alice = Person::at(Home::new(root.path(), "second").with(&["--restore", path, "--words-file", paper])).await?;
    assert_eq!(alice.texts(&account).await?, ["a note to myself", "and another"]);
    assert_eq!(alice.call("backup.status", json!({})).await?, none, "another computer has another disk");
    Ok(())
}

#[tokio::test]
async fn the_words_open_a_backup_and_bring_an_account_back_alone() -> Result<()> {
    let root = tempfile::tempdir()?;
    let (alice, mut bob) = two(root.path()).await?;
    let phrase = alice.call("profile.recovery_phrase", json!({ "password": "correct horse" })).await?;
    let words: Vec<&str> =
        phrase["words"].as_array().context("words")?.iter().filter_map(|word| word.as_str()).collect();
    let file = root.path().join("alice.kithbak");
    alice.call("backup.export", json!({ "path": file, "profile_password": "correct horse" })).await?;
    let account = alice.account.clone();
    alice.node.kill().await?;
    let (path, paper) = (file.to_str().context("a path")?, root.path().join("words"));
    let other = "abandon ".repeat(23) + "art";
    fs::write(&paper, other)?;
    let paper_path = paper.to_str().context("a path")?;
    let second = Home::new(root.path(), "second");
    let from_file = second.clone().with(&["--restore", path, "--words-file", paper_path]);
    let said = String::from_utf8(from_file.start_and_fail().await?.stderr)?;
    assert!(said.contains("24 words do not open this backup"), "{said}");
    fs::write(&paper, words.join(" "))?;
    let mut alice = Person::at(from_file).await?;
    is_back(&mut alice).await?;
    alice.reads(&bob.account, &lines(&["before the backup", "and the answer"])).await?;
    alice.node.kill().await?;

    // And once more with nothing but the words: Bob, whose link it is, knows the account.
    let third = Home::new(root.path(), "third").with(&["--words-file", paper_path]);
    let mut alice = Person::at(third).await?;
    assert_eq!(alice.account, account);
    let profile = alice.call("profile.get", json!({})).await?;
    assert_eq!(profile["recovery"]["state"], "alone", "{profile}");
    assert_eq!(alice.call("contacts.list", json!({})).await?["contacts"], json!([]));
    let link = bob.invite().await?;
    alice.asks(&link, "it is me").await?;
    is_back(&mut alice).await?;
    alice.meets(&bob.account).await?;
    let hello = bob.write(&account, "I know you").await?;
    bob.sees_state(&account, &hello, "delivered").await?;
    let back = alice.write(&bob.account, "thank you").await?;
    alice.sees_state(&bob.account, &back, "delivered").await?;
    assert_eq!(alice.texts(&bob.account).await?, ["I know you", "thank you"]);
    assert!(bob.call("contacts.get", json!({ "account": account })).await?["alarm"].is_null());
    Ok(())
}

/// In the folder of a profile that does not open: half-way through it shows that the backup is damaged.
#[tokio::test]
async fn a_damaged_backup_gives_the_folder_back() -> Result<()> {
    let root = tempfile::tempdir()?;
    let out = tempfile::tempdir()?;
    let (folder, file) = (root.path().join("ada"), out.path().join("ada.kithbak"));
    let builder = || -> NodeBuilder { Node::builder(&folder).preset(local()) };
    let node = builder().name("Ada").spawn().await?;
    let chat = node.chats().open(node.account()).await?;
    for n in 0..40_u64 {
        // More than one chunk of the file, also if it were packed.
        let words = (0..1500_u64).map(|word| format!("{:07x} ", (n * 1500 + word) * 2_654_435_761 % (1 << 28)));
        node.chats().send(chat, words.collect::<String>()).await?;
    }
    node.backup().export(&file, Some("paper".to_owned()), None).await?;
    node.shutdown().await;
    fs::write(folder.join("identity.key"), [7; 32])?;
    let error = builder().spawn().await.err().context("another key opened it")?;
    assert!(error.is_lasting(), "{error}");

    let whole = fs::read(&file)?;
    let mut damaged = whole.clone();
    *damaged.last_mut().context("a backup")? ^= 1;
    fs::write(&file, damaged)?;
    let from = || Restore::file(&file, RestoreKey::password("paper"));
    let error = builder().restore(from()).spawn().await.err().context("restored over a profile")?;
    assert!(error.to_string().contains("there is a profile"), "{error}");
    let error = builder().restore(from().replacing()).spawn().await.err().context("a damaged backup")?;
    assert!(!error.is_lasting(), "{error}");
    assert_eq!(files(root.path())?, std::slice::from_ref(&folder), "{error}");
    assert_eq!(fs::read(folder.join("identity.key"))?, [7; 32]);
    assert!(folder.join("kith.db").exists());

    fs::write(&file, whole)?;
    let node = builder().restore(from().replacing()).spawn().await?;
    assert_eq!(node.chats().list().await?.len(), 1);
    node.shutdown().await;
    assert_eq!(files(root.path())?.len(), 2, "the one that did not open is kept");
    Ok(())
}
