//! Whether the connection in use costs by volume. On Linux NetworkManager says so on the system bus; elsewhere it is not known.

use ashpd::zbus::{
    Connection, Error, Proxy, Result,
    proxy::{self, CacheProperties, MethodFlags},
    zvariant::OwnedValue,
};
use futures::StreamExt as _;

use crate::action::Action;

const NAME: &str = "org.freedesktop.NetworkManager";
const PATH: &str = "/org/freedesktop/NetworkManager";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
/// Of `NMMetered`: it is, and it is as far as NetworkManager can guess.
const METERED: [u32; 2] = [1, 3];

/// Asks NetworkManager, and goes on listening. Blocks, so on a thread of its own.
pub(crate) fn watch(tell: &(impl Fn(Action) + Send)) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let listening = async { listen(&Connection::system().await?, tell).await };
    if let Err(error) = runtime.block_on(listening) {
        tracing::debug!(%error, "nobody says whether the connection costs by volume");
    }
}

async fn listen(bus: &Connection, tell: &(impl Fn(Action) + Send)) -> Result<()> {
    // The cache of zbus gives up for good where NetworkManager starts later than this.
    let manager = proxy::Builder::<Proxy>::new(bus).destination(NAME)?.path(PATH)?.interface(PROPERTIES)?;
    let manager = manager.cache_properties(CacheProperties::No).build().await?;
    let mut owners = manager.receive_owner_changed().await?;
    let mut changes = manager.receive_signal("PropertiesChanged").await?;
    let mut before = false;
    loop {
        let metered = kind(&manager).await.is_ok_and(|kind| METERED.contains(&kind));
        if metered != before {
            before = metered;
            tell(Action::SeemsMetered(metered));
        }
        tokio::select! {
            Some(_) = owners.next() => {}
            Some(_) = changes.next() => {}
            else => return Ok(()),
        }
    }
}

/// What NetworkManager says now. It is not started for the question.
async fn kind(manager: &Proxy<'_>) -> Result<u32> {
    let answer = manager.call_with_flags("Get", MethodFlags::NoAutoStart.into(), &(NAME, "Metered")).await?;
    let answer: Option<OwnedValue> = answer;
    Ok(u32::try_from(answer.ok_or(Error::InvalidReply)?)?)
}

#[cfg(test)]
mod tests {
    use std::{
        collections::HashMap,
        io::{BufRead as _, BufReader},
        process::{Child, Command, Stdio},
        time::Duration,
    };

    use ashpd::zbus::{MessageStream, connection::Builder, message::Type, zvariant::Value};
    use tokio::sync::mpsc;

    use super::*;

    /// Speaks as NetworkManager: answers who asks for its property, says when it becomes another of `kinds`, and leaves the bus
    /// after the last, as a program that ends: whatever it was still asked fails.
    async fn manage(bus: Connection, mut kinds: mpsc::Receiver<u32>) -> Result<()> {
        let mut asked = MessageStream::from(&bus);
        let mut now = kinds.recv().await.expect("what it says first");
        bus.request_name(NAME).await?;
        loop {
            tokio::select! {
                Some(message) = asked.next() => {
                    let message = message?;
                    let header = message.header();
                    if header.message_type() == Type::MethodCall && header.member().is_some_and(|member| member == "Get") {
                        bus.reply(&header, &Value::from(now)).await?;
                    }
                }
                kind = kinds.recv() => {
                    let Some(kind) = kind else { break };
                    now = kind;
                    let changed = HashMap::from([("Metered", Value::from(now))]);
                    let body = (NAME, changed, Vec::<&str>::new());
                    bus.emit_signal(None::<&str>, PATH, PROPERTIES, "PropertiesChanged", &body).await?;
                }
            }
        }
        drop(asked);
        bus.close().await
    }

    /// A program that ends with the test.
    struct Ended(Child);

    impl Drop for Ended {
        fn drop(&mut self) {
            self.0.kill().expect("it runs");
            self.0.wait().expect("it ends");
        }
    }

    #[tokio::test]
    async fn what_network_manager_says_is_told_when_it_changes() {
        let arguments = ["--session", "--nofork", "--print-address"];
        let bus = Command::new("dbus-daemon").args(arguments).stdout(Stdio::piped()).spawn();
        let Ok(bus) = bus else {
            assert!(std::env::var_os("KITH_CI").is_none(), "dbus-daemon is missing");
            return println!("skipped: dbus-daemon is missing");
        };
        let mut bus = Ended(bus);
        let mut address = String::new();
        BufReader::new(bus.0.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let connect = async || Builder::address(address.trim()).unwrap().build().await.unwrap();
        let listener = connect().await;
        let (tell, mut told) = mpsc::channel(8);
        let tell = move |action| tell.try_send(action).unwrap();
        let mut hear = async || match tokio::time::timeout(Duration::from_secs(20), told.recv()).await {
            Ok(Some(Action::SeemsMetered(metered))) => metered,
            other => panic!("{other:?}"),
        };
        let story = async {
            // NetworkManager starts later than whoever listens to it, and once more.
            for first in [1, 3] {
                let (say, kinds) = mpsc::channel(8);
                say.send(first).await.unwrap();
                let say_and_hear = async {
                    assert!(hear().await);
                    say.send(4).await.unwrap();
                    assert!(!hear().await);
                    say.send(3).await.unwrap();
                    assert!(hear().await);
                    drop(say);
                    assert!(!hear().await, "who is gone says nothing");
                };
                let (managed, ()) = tokio::join!(manage(connect().await, kinds), say_and_hear);
                managed.unwrap();
            }
        };
        tokio::select! {
            biased;
            ended = listen(&listener, &tell) => panic!("{ended:?}"),
            () = story => {}
        }
    }
}
