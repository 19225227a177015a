//! The program `kithd`.

use std::{path::Path, process::Stdio};

use kith_node::views::MessageState;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use crate::people::{LIMIT, Person, introduce};

fn kithd(profile: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kithd"));
    command.arg("--profile").arg(profile).stdin(Stdio::null()).kill_on_drop(true);
    command.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("XDG_RUNTIME_DIR").env_remove("KITH_PASSWORD");
    command
}

fn node(profile: &Path) -> Command {
    let mut command = kithd(profile);
    command.args(["--no-mdns", "--no-default-bootstrap", "--listen", "/ip4/127.0.0.1/tcp/0"]);
    command
}

async fn start(command: &mut Command) -> (Child, Value) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = next(&mut lines).await.expect("a ready line");
    (child, serde_json::from_str(&ready).unwrap())
}

async fn next(lines: &mut Lines<BufReader<ChildStdout>>) -> Option<String> {
    tokio::time::timeout(LIMIT, lines.next_line()).await.unwrap().unwrap()
}

async fn call(profile: &Path, method: &str, params: &Value) -> (bool, String, String) {
    let output = kithd(profile).args(["call", method, &params.to_string()]).output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

async fn result(profile: &Path, method: &str, params: Value) -> Value {
    let (ok, out, err) = call(profile, method, &params).await;
    assert!(ok, "{method}: {err}");
    serde_json::from_str(&out).unwrap()
}

async fn terminate(mut child: Child) {
    let id = Pid::from_raw(child.id().unwrap().cast_signed()).unwrap();
    kill_process(id, Signal::TERM).unwrap();
    let status = tokio::time::timeout(LIMIT, child.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn kithd_says_when_it_is_ready_answers_calls_and_ends_on_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("alice");
    let refused = node(&profile).output().await.unwrap();
    assert!(!refused.status.success() && !profile.exists());
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.lines().count() == 1 && told.contains("--name"), "{told}");

    let (child, ready) = start(node(&profile).args(["--name", "Alice"])).await;
    assert_eq!(ready["ready"], true);
    assert!(ready["api"].as_str().is_some_and(|api| api.starts_with("http://127.0.0.1:")), "{ready}");
    assert_eq!(ready["token_file"], json!(profile.join("api-token")));
    assert!(ready["listen"][0].as_str().is_some_and(|at| at.starts_with("/ip4/127.0.0.1/tcp/")), "{ready}");
    let account = result(&profile, "profile.get", json!({})).await["account"].clone();
    assert_eq!(ready["account"], account);
    let (ok, out, err) = call(&profile, "contacts.add", &json!({ "link": "nonsense" })).await;
    assert!(!ok && out.is_empty() && err.contains("bad_link"), "{out} {err}");

    let second = node(&profile).output().await.unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(second.stdout.is_empty());
    let told = String::from_utf8(second.stderr).unwrap();
    let id = child.id().unwrap().to_string();
    assert!(told.contains(&id) || told.contains("open"), "{told}");
    terminate(child).await;

    let (ok, _, err) = call(&profile, "profile.get", &json!({})).await;
    assert!(!ok && err.contains("no node is running"), "{err}");
    let (child, again) = start(&mut node(&profile)).await;
    assert_eq!(again["account"], account);
    terminate(child).await;
}

#[tokio::test]
async fn a_password_comes_from_a_file_or_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let (profile, file) = (folder.path().join("alice"), folder.path().join("password"));
    std::fs::write(&file, "correct horse\n").unwrap();
    let (child, _) = start(node(&profile).args(["--name", "Alice", "--password-file"]).arg(&file)).await;
    terminate(child).await;
    let refused = node(&profile).env("KITH_PASSWORD", "wrong").output().await.unwrap();
    assert_eq!(String::from_utf8(refused.stderr).unwrap(), "kithd: the password is wrong\n");
    let (child, _) = start(node(&profile).env("KITH_PASSWORD", "correct horse")).await;
    terminate(child).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_chat_shows_history_and_what_happens() {
    let folder = tempfile::tempdir().unwrap();
    let mut alice = Person::start(folder.path(), "alice").await;
    let mut bob = Person::of(
        crate::people::builder(folder.path(), "bob").api("127.0.0.1:0".parse().unwrap()).spawn().await.unwrap(),
    )
    .await;
    let chat = introduce(&mut alice, &mut bob).await;
    crate::people::tell(&mut alice, &mut bob, chat, "from before").await;

    let profile = folder.path().join("bob");
    let unknown = kithd(&profile).args(["chat", "nobody"]).output().await.unwrap();
    let told = String::from_utf8(unknown.stderr).unwrap();
    assert!(unknown.status.code() == Some(1) && told.contains("alice"), "{told}");

    let mut terminal =
        kithd(&profile).args(["chat", "Alice"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut typed = terminal.stdin.take().unwrap();
    let mut shown = BufReader::new(terminal.stdout.take().unwrap()).lines();
    assert!(next(&mut shown).await.unwrap().ends_with(" alice: from before"));
    assert!(next(&mut shown).await.unwrap().starts_with("-- alice (online)"));

    typed.write_all(b"typed by hand\n").await.unwrap();
    let id = alice.wait_text("typed by hand").await;
    assert_eq!(next(&mut shown).await.unwrap(), "   (delivered: typed by hand)");
    alice.node.chats().mark_read(chat, None).await.unwrap();
    assert_eq!(next(&mut shown).await.unwrap(), "   (seen: typed by hand)");
    let live = alice.node.chats().send(chat, "live\u{1b}[2J").await.unwrap();
    let line = next(&mut shown).await.unwrap();
    assert!(line.ends_with(" alice: live[2J"), "{line}");
    alice.wait_state(live, MessageState::Seen).await;

    drop(typed);
    assert_eq!(next(&mut shown).await, None);
    let status = tokio::time::timeout(LIMIT, terminal.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0));
    let last = bob.node.chats().get(chat).await.unwrap().last.unwrap();
    assert_eq!(last.id, live);
    assert_ne!(last.id, id);
    alice.shutdown().await;
    bob.shutdown().await;
}
