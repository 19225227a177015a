//! Nothing a person writes can be read by anybody who gets hold of the disk, the logs, the bootstrap node or the wire.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use data_encoding::{BASE64, HEXLOWER};
use kith_tests::{
    people::{Person, befriend},
    process::BootstrapHome,
    tap::{Capture, Tap},
};
use rand::RngExt;
use serde_json::json;

/// What multistream negotiation says in clear on every TCP connection: if this is not heard, nothing was.
const ALWAYS_HEARD: &[u8] = b"/multistream/1.0.0";

/// A request, an acceptance and some messages take more than this between two nodes.
const CONVERSATION_BYTES: usize = 8 * 1024;

/// Words nobody uses, one for each thing a person can write.
struct Markers {
    words: Vec<String>,
}

impl Markers {
    fn new() -> Self {
        let mut random = rand::rng();
        let mut word = || (0..14).map(|_| char::from(random.random_range(b'a'..=b'z'))).collect::<String>();
        Self { words: (0..9).map(|_| word()).collect() }
    }

    /// Every word as it is, in capitals, in hex, and in base64 wherever in the text it begins.
    fn forms(&self) -> Vec<Vec<u8>> {
        let forms = |word: &String| {
            let base64 = |from: usize| BASE64.encode(&word.as_bytes()[from..from + 12]);
            let hex = HEXLOWER.encode(word.as_bytes());
            let text = [word.clone(), word.to_uppercase(), hex, base64(0), base64(1), base64(2)];
            text.map(String::into_bytes)
        };
        self.words.iter().flat_map(forms).collect()
    }

    fn found_in(&self, bytes: &[u8]) -> Option<String> {
        let form = self.forms().into_iter().find(|form| contains(bytes, form))?;
        Some(String::from_utf8_lossy(&form).into_owned())
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_below(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// Looks into every file below `root`; answers with how many there were.
fn search_disk(root: &Path, markers: &Markers) -> Result<usize> {
    let files = files_below(root)?;
    for file in &files {
        let bytes = fs::read(file)?;
        if let Some(form) = markers.found_in(&bytes) {
            anyhow::bail!("{form} is in {}", file.display());
        }
    }
    Ok(files.len())
}

#[test]
fn a_marker_is_found_where_there_is_one() {
    let markers = Markers::new();
    for form in markers.forms() {
        assert!(markers.found_in(&[b"before ".as_slice(), &form, b" after"].concat()).is_some());
    }
    assert!(markers.found_in(&[7; 4096]).is_none());
}

/// A capture of the loopback interface takes root. CI has it; elsewhere the tap at the bootstrap node is what is heard.
async fn capture(folder: &Path, people: [&Person; 2]) -> Result<Option<Capture>> {
    let ports = [people[0].node.api.port()?, people[1].node.api.port()?];
    match Capture::start(folder, &ports).await {
        Ok(capture) => Ok(Some(capture)),
        Err(error) if std::env::var_os("KITH_CI").is_none() || fs::metadata("/proc/self")?.uid() != 0 => {
            eprintln!("the connection between the two is not listened to: {error:#}");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

#[tokio::test]
async fn a_marker_is_nowhere() -> Result<()> {
    let markers = Markers::new();
    let [first, second, name, status, request, note, setting, draft, memo] = markers.words.as_slice() else {
        unreachable!("nine words")
    };
    let disk = tempfile::tempdir()?;
    let heard = tempfile::tempdir()?;
    let bootstrap = BootstrapHome::init(disk.path()).await?;
    fs::write(bootstrap.folder.join("config.toml"), "log = \"debug\"\n[mailbox]\non = true\n")?;
    let mail = bootstrap.folder.join("mail/mailbox.redb");
    let bootstrap = bootstrap.start().await?;
    let listen = bootstrap.listen();
    let port = listen.first().and_then(|address| address.rsplit('/').next()).context("a port")?;
    let tap = Tap::to(format!("127.0.0.1:{port}").parse()?).await?;
    let through_tap = format!("/ip4/127.0.0.1/tcp/{}/p2p/{}", tap.address.port(), bootstrap.peer());
    let arguments = ["--bootstrap", &through_tap, "--log", "debug"];
    let mut alice = Person::new(disk.path(), "alice", &arguments).await?;
    let mut bob = Person::new(disk.path(), "bob", &arguments).await?;
    let capture = capture(heard.path(), [&alice, &bob]).await?;
    let ports = [alice.port(), bob.port()];

    alice.call("profile.set", json!({ "name": name, "status_text": status })).await?;
    alice.call("contacts.invite", json!({ "note": note })).await?;
    alice.call("settings.set", json!({ "key": format!("gui.{setting}"), "value": [setting] })).await?;
    alice.write(&alice.account, memo).await?;
    befriend(&mut alice, &mut bob, request).await?;
    let chat = alice.chat_with(&bob.account).await?;
    alice.call("chats.set_draft", json!({ "chat": chat, "text": draft })).await?;
    let message = alice.write(&bob.account, &format!("{first} {second}")).await?;
    alice.sees_state(&bob.account, &message, "delivered").await?;
    let answer = bob.write(&alice.account, &format!("{second}?")).await?;
    bob.sees_state(&alice.account, &answer, "delivered").await?;
    for person in [&alice, &bob] {
        let hits = person.call("chats.search", json!({ "query": second })).await?;
        ensure!(hits["hits"].as_array().map(Vec::len) == Some(2), "both messages are on both disks: {hits}");
    }
    assert!(bob.call("contacts.get", json!({ "account": alice.account })).await?["name"] == name.as_str());

    for (secret, name) in [(json!("paper"), "words"), (json!(null), "password")] {
        let file = disk.path().join(format!("{name}.kithbak"));
        let mut params = json!({ "path": file, "password": secret });
        params.as_object_mut().context("an object")?.retain(|_, value| !value.is_null());
        alice.call("backup.export", params).await?;
        assert!(fs::metadata(file)?.len() > 4096);
    }

    // Running, so with a write-ahead log; after a kill, which leaves it; and after a clean end.
    let running = search_disk(disk.path(), &markers)?;
    assert!(running >= 8, "keystores, databases, logs: {running} files");
    let mut alice = alice.crash_and_restart().await?;
    search_disk(disk.path(), &markers)?;
    alice.meets(&bob.account).await?;
    let new_api = alice.node.api.port()?.to_string();
    assert!(bob.node.terminate().await?.success());
    // In the mailbox it is no more readable than on the way there.
    let left = alice.write(&bob.account, &format!("{first} while you were away")).await?;
    alice.sees_state(&bob.account, &left, "stored").await?;
    search_disk(disk.path(), &markers)?;
    assert!(fs::metadata(mail)?.len() > 0, "the mailbox has a file");
    assert!(alice.node.terminate().await?.success());
    assert!(bootstrap.terminate().await?.success());
    search_disk(disk.path(), &markers)?;

    let at_bootstrap = tap.heard();
    assert!(contains(&at_bootstrap, ALWAYS_HEARD), "the tap hears the connections to the bootstrap node");
    assert_eq!(markers.found_in(&at_bootstrap), None, "to or from the bootstrap node");
    if let Some(capture) = capture {
        let flows = capture.stop().await?;
        let own = |name: &str| ports.iter().any(|port| name.split('-').any(|part| part == port));
        let between: usize = flows.iter().filter(|(name, _)| own(name)).map(|(_, bytes)| bytes.len()).sum();
        assert!(between > CONVERSATION_BYTES, "only {between} bytes were heard between the two");
        assert!(flows.iter().any(|(name, bytes)| own(name) && contains(bytes, ALWAYS_HEARD)));
        // The capture leaves out the local APIs it knew of.
        for (name, bytes) in flows.iter().filter(|(name, _)| name.split('-').all(|part| part != new_api)) {
            assert_eq!(markers.found_in(bytes), None, "on the wire, ports {name}");
        }
    }
    Ok(())
}
