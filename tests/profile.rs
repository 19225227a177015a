//! What a profile folder goes through: two processes, wrong passwords, damage, an old copy, and the command line.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use anyhow::{Context as _, Result};
use kith_tests::{
    people::{Person, befriend},
    process::{BootstrapHome, Home, program},
    rpc::WAIT_LIMIT,
};
use serde_json::{Value, json};
use tokio::process::Command;

/// Every file of a folder, with its content.
fn contents(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let entries = fs::read_dir(folder)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    entries.filter(|path| path.is_file()).map(|path| Ok((path.clone(), fs::read(path)?))).collect()
}

/// What a program says that cannot start: one line, and nothing where programs look for the ready line.
fn complaint(output: &Output) -> Result<String> {
    assert!(output.stdout.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stderr.clone())?;
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 1, "{text}");
    Ok(text)
}

#[tokio::test]
async fn only_the_right_password_opens_a_profile() -> Result<()> {
    let root = tempfile::tempdir()?;
    let home = Home::new(root.path(), "alice").password("correct horse");
    let alice = Person::at(home.clone()).await?;
    alice.call("profile.set", json!({ "status_text": "here" })).await?;
    let phrase = alice.call("profile.recovery_phrase", json!({ "password": "correct horse" })).await?;
    assert_eq!(phrase["words"].as_array().map(Vec::len), Some(24));
    let denied = alice.node.api.error_of("profile.recovery_phrase", json!({ "password": "horse" })).await?;
    assert_eq!(denied, "wrong_password");
    assert!(alice.node.terminate().await?.success());

    let before = contents(&home.profile)?;
    assert!(!before.keys().any(|path| path.ends_with("identity.key")), "a password leaves no key file");
    for wrong in [home.clone().password("battery staple"), home.clone().password("")] {
        let said = complaint(&wrong.start_and_fail().await?)?;
        assert!(said.contains("password"), "{said}");
    }
    let said = complaint(&Home::new(root.path(), "alice").start_and_fail().await?)?;
    assert!(said.contains("--password-file"), "{said}");
    assert_eq!(contents(&home.profile)?, before, "nothing changed on disk");

    let alice = Person::at(home).await?;
    assert_eq!(alice.call("profile.get", json!({})).await?["status_text"], "here");
    Ok(())
}

#[tokio::test]
async fn a_password_can_come_later_and_go_again() -> Result<()> {
    let root = tempfile::tempdir()?;
    let home = Home::new(root.path(), "alice").with(&["--log", "debug"]);
    let key_file = home.profile.join("identity.key");
    let alice = Person::at(home.clone()).await?;
    assert!(key_file.exists());
    alice.call("profile.set_password", json!({ "new": "correct horse" })).await?;
    assert!(!key_file.exists(), "nothing opens it alone any more");
    alice.node.kill().await?;

    let said = complaint(&home.start_and_fail().await?)?;
    assert!(said.contains("--password-file"), "{said}");
    let alice = Person::at(home.clone().password("correct horse")).await?;
    let keystore = fs::read(home.profile.join("identity.kith"))?;
    for params in [json!({ "new": "x" }), json!({}), json!({ "current": "horse", "new": "x" })] {
        assert_eq!(alice.node.api.error_of("profile.set_password", params).await?, "wrong_password");
    }
    assert_eq!(fs::read(home.profile.join("identity.kith"))?, keystore, "nothing changed on disk");
    alice.call("profile.set_password", json!({ "current": "correct horse", "new": "battery staple" })).await?;
    alice.call("profile.set_password", json!({ "current": "battery staple" })).await?;
    assert!(alice.node.terminate().await?.success());
    let log = fs::read_to_string(&alice.home.log)?;
    assert!(!log.contains("horse") && !log.contains("staple"), "{log}");

    let alice = Person::at(home).await?;
    let phrase = alice.call("profile.recovery_phrase", json!({})).await?;
    assert_eq!(phrase["words"].as_array().map(Vec::len), Some(24));
    Ok(())
}

#[tokio::test]
async fn a_profile_is_open_in_one_process_at_a_time() -> Result<()> {
    let root = tempfile::tempdir()?;
    let alice = Person::new(root.path(), "alice", &[]).await?;
    let said = complaint(&alice.home.start_and_fail().await?)?;
    assert!(said.contains("open"), "{said}");
    alice.call("profile.set", json!({ "status_text": "undisturbed" })).await?;
    let alice = alice.crash_and_restart().await?;
    assert_eq!(alice.call("profile.get", json!({})).await?["status_text"], "undisturbed");
    Ok(())
}

#[tokio::test]
async fn a_reader_that_leaves_early_is_no_error() -> Result<()> {
    let root = tempfile::tempdir()?;
    let alice = Person::new(root.path(), "alice", &[]).await?;
    let mut call = Command::new(program("kithd")?);
    call.args(["call", "profile.get", "--profile"]).arg(&alice.home.profile).stderr(Stdio::piped());
    let (reader, writer) = std::io::pipe()?;
    drop(reader);
    let output = call.stdout(writer).output().await?;
    assert_eq!((output.status.success(), output.stderr.as_slice()), (true, b"".as_slice()));
    Ok(())
}

#[tokio::test]
async fn a_crash_writes_no_memory_to_disk() -> Result<()> {
    let root = tempfile::tempdir()?;
    let alice = Person::new(root.path(), "alice", &[]).await?;
    let pid = alice.node.pid().context("alice runs")?;
    let limits = fs::read_to_string(format!("/proc/{pid}/limits"))?;
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).context("a limit of core files")?;
    let limits: Vec<_> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(limits, ["0", "0"], "soft and hard, {core}");
    Ok(())
}

/// A small disk of its own, until dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: PathBuf) -> Result<Self> {
        fs::create_dir(&at)?;
        let mount =
            std::process::Command::new("mount").args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(&at).output()?;
        anyhow::ensure!(mount.status.success(), "{}", String::from_utf8_lossy(&mount.stderr));
        Ok(Self(at))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // What is left is a small mount in a folder that goes with the machine's next start.
        let _stays = std::process::Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_loses_nothing() -> Result<()> {
    if fs::metadata("/proc/self")?.uid() != 0 {
        eprintln!("making a small disk takes root; the database's own test of a full disk has to do");
        return Ok(());
    }
    let root = tempfile::tempdir()?;
    let disk = SmallDisk::mount(root.path().join("disk"))?;
    let alice = Person::new(&disk.0, "alice", &[]).await?;
    let set =
        async |alice: &Person, text: &str| alice.node.api.call("profile.set", json!({ "status_text": text })).await;
    let status = async |alice: &Person| {
        Ok::<_, anyhow::Error>(alice.call("profile.get", json!({})).await?["status_text"].clone())
    };
    set(&alice, "before").await?;
    let ballast = disk.0.join("ballast");
    let full = fs::write(&ballast, vec![0; 8 << 20]);
    assert_eq!(full.unwrap_err().kind(), std::io::ErrorKind::StorageFull);
    let error = alice.node.api.error_of("profile.set", json!({ "status_text": "too late" })).await?;
    assert_eq!((error.as_str(), status(&alice).await?), ("storage_full", json!("before")));
    let alice = alice.crash_and_restart().await;
    fs::remove_file(&ballast)?;
    let alice = match alice {
        Ok(alice) => alice,
        // Without room it need not start, only leave everything as it is.
        Err(_no_room) => Person::at(Home::new(&disk.0, "alice")).await?,
    };
    assert_eq!(status(&alice).await?, "before");
    set(&alice, "after").await?;
    assert!(alice.node.terminate().await?.success());
    let alice = Person::at(Home::new(&disk.0, "alice")).await?;
    assert_eq!(status(&alice).await?, "after");
    Ok(())
}

#[tokio::test]
async fn a_damaged_keystore_is_refused_and_left_alone() -> Result<()> {
    let root = tempfile::tempdir()?;
    let alice = Person::new(root.path(), "alice", &[]).await?;
    let (home, account) = (alice.home, alice.account);
    assert!(alice.node.terminate().await?.success());
    let file = home.profile.join("identity.kith");
    let good = fs::read(&file)?;
    for place in [0, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[place] ^= 0x10;
        fs::write(&file, &bad)?;
        complaint(&home.start_and_fail().await?)?;
        assert_eq!(fs::read(&file)?, bad);
    }
    fs::write(&file, &good[..good.len() / 3])?;
    complaint(&home.start_and_fail().await?)?;
    fs::write(&file, &good)?;
    assert_eq!(Person::at(home).await?.account, account);
    Ok(())
}

#[tokio::test]
async fn a_copied_back_database_goes_on_talking() -> Result<()> {
    copied_back(false).await
}

#[tokio::test]
async fn a_copied_back_folder_goes_on_talking() -> Result<()> {
    copied_back(true).await
}

/// An older copy of the database, or of the `whole` folder with its counter, is put back.
async fn copied_back(whole: bool) -> Result<()> {
    let root = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(root.path()).await?.start().await?;
    let arguments = ["--bootstrap", &bootstrap.link()];
    let mut alice = Person::new(root.path(), "alice", &arguments).await?;
    let mut bob = Person::new(root.path(), "bob", &arguments).await?;
    befriend(&mut alice, &mut bob, "it is me").await?;
    let first = alice.write(&bob.account, "before the copy").await?;
    alice.sees_state(&bob.account, &first, "delivered").await?;

    let home = alice.home.clone();
    let database = home.profile.join("kith.db");
    assert!(alice.node.terminate().await?.success());
    let mut copy = contents(&home.profile)?;
    copy.retain(|path, _| whole || *path == database);
    let mut alice = Person::at(home.clone()).await?;
    for (number, words) in ["one", "two", "three"].into_iter().enumerate() {
        let message = alice.write(&bob.account, words).await?;
        alice.sees_state(&bob.account, &message, "delivered").await?;
        let answer = bob.write(&alice.account, &format!("{words} heard")).await?;
        bob.sees_state(&alice.account, &answer, "delivered").await?;
        assert_eq!(bob.texts(&alice.account).await?.len(), 3 + 2 * number);
    }
    assert!(alice.node.terminate().await?.success());
    for leftover in ["kith.db-wal", "kith.db-shm"] {
        let path = home.profile.join(leftover);
        assert!(!path.exists() || fs::remove_file(path).is_ok());
    }
    for (path, bytes) in copy {
        fs::write(path, bytes)?;
    }

    let mut alice = Person::at(home).await?;
    let message = alice.write(&bob.account, "from the copy").await?;
    alice.sees_state(&bob.account, &message, "delivered").await?;
    let answer = bob.write(&alice.account, "and back").await?;
    bob.sees_state(&alice.account, &answer, "delivered").await?;
    let heard = bob.texts(&alice.account).await?;
    assert_eq!(heard.iter().filter(|text| *text == "from the copy").count(), 1, "{heard:?}");
    assert_eq!(heard.len(), 9, "{heard:?}");
    assert!(fs::read_to_string(&alice.home.log)?.contains("older copy"), "the log says what happened");
    Ok(())
}

#[tokio::test]
async fn the_command_line_speaks_to_the_running_node() -> Result<()> {
    let root = tempfile::tempdir()?;
    let alice = Person::new(root.path(), "alice", &[]).await?;
    let call = async |arguments: &[&str]| -> Result<Output> {
        let mut command = Command::new(program("kithd")?);
        Ok(command.arg("call").args(arguments).arg("--profile").arg(&alice.home.profile).output().await?)
    };
    let good = call(&["profile.get"]).await?;
    assert!(good.status.success());
    let profile: Value = serde_json::from_slice(&good.stdout)?;
    assert_eq!((&profile["account"], &profile["name"]), (&json!(alice.account), &json!("alice")));
    for arguments in [["no.such", "{}"], ["chats.get", "{}"], ["profile.get", "{"]] {
        let bad = call(&arguments).await?;
        assert_eq!(bad.status.code(), Some(1), "{arguments:?}");
        assert!(bad.stdout.is_empty() && !bad.stderr.is_empty(), "{bad:?}");
    }
    let nobody = Command::new(program("kithd")?).args(["call", "profile.get", "--profile"]).arg(root.path()).output();
    assert_eq!(nobody.await?.status.code(), Some(1), "no node runs there");
    Ok(())
}

#[tokio::test]
async fn a_wiped_profile_is_gone_at_once() -> Result<()> {
    let root = tempfile::tempdir()?;
    let home = Home::new(root.path(), "alice");
    let alice = Person::at(home.clone()).await?;
    alice.write(&alice.account, "a note").await?;
    assert_eq!(alice.node.api.error_of("profile.wipe", json!({ "confirm": "yes" })).await?, "invalid_argument");
    assert!(home.profile.join("identity.kith").exists());
    alice.call("profile.wipe", json!({ "confirm": "wipe" })).await?;
    assert!(alice.node.ends().await?.success(), "it ends by itself, and in order");
    let left = contents(&home.profile)?;
    assert!(left.is_empty(), "{left:?}");
    // A new one can be made there.
    let fresh = Person::at(home).await?;
    assert_ne!(fresh.account, alice.account);
    Ok(())
}

/// Killed a little further into it each time.
#[tokio::test]
async fn a_wipe_that_is_killed_is_finished_by_the_next_start() -> Result<()> {
    let root = tempfile::tempdir()?;
    let mut cut_short = 0;
    for round in 0..6 {
        let home = Home::new(root.path(), &format!("alice-{round}"));
        let alice = Person::at(home.clone()).await?;
        alice.write(&alice.account, "a note").await?;
        let begins = async {
            while home.profile.join("kith.db").exists() && !home.profile.join("wiping").exists() {
                tokio::task::yield_now().await;
            }
        };
        // Whether it is answered depends on when it is killed.
        let begun = tokio::time::timeout(WAIT_LIMIT, async {
            tokio::select! {
                () = begins => {}
                _answer = alice.call("profile.wipe", json!({ "confirm": "wipe" })) => {}
            }
        });
        begun.await.context("the wipe does not begin")?;
        for _file in 0..round * 4 {
            contents(&home.profile).ok();
        }
        // It may have got to its end before: then there is nothing left to finish.
        let killed = alice.node.kill().await;
        assert!(killed.is_ok() || !home.profile.join("kith.db").exists(), "{killed:?}");
        cut_short += usize::from(home.profile.join("kith.db").exists());

        let fresh = Person::at(home).await?;
        assert_ne!(fresh.account, alice.account, "round {round}");
        assert!(fresh.texts(&fresh.account).await?.is_empty());
        fresh.node.kill().await?;
    }
    assert!(cut_short > 0, "no round was killed in time to tell");
    Ok(())
}
