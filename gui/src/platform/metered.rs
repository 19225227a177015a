//! Whether the connection in use costs by volume. On Linux NetworkManager says so on the system bus; elsewhere it is not known.

use ashpd::zbus::{Connection, Proxy, Result};
use futures::StreamExt as _;

use crate::action::Action;

const NAME: &str = "org.freedesktop.NetworkManager";
const PATH: &str = "/org/freedesktop/NetworkManager";
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
    let manager = Proxy::new(bus, NAME, PATH, NAME).await?;
    let mut changes = manager.receive_property_changed::<u32>("Metered").await;
    let mut before = false;
    while let Some(change) = changes.next().await {
        let metered = change.get().await.is_ok_and(|kind| METERED.contains(&kind));
        if metered != before {
            before = metered;
            tell(Action::SeemsMetered(metered));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{
        collections::HashMap,
        io::{BufRead as _, BufReader},
        process::{Child, Command, Stdio},
        sync::mpsc,
        time::Duration,
    };

    use ashpd::zbus::{MessageStream, connection::Builder, message::Type, zvariant::Value};

    use super::*;

    const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

    /// Speaks as NetworkManager: answers who asks for its properties, and then tells of changes to one of `kinds` after the other.
    async fn manage(bus: Connection, kinds: &[u32]) -> Result<()> {
        let mut asked = MessageStream::from(&bus);
        bus.request_name(NAME).await?;
        while let Some(message) = asked.next().await {
            let message = message?;
            let header = message.header();
            if header.message_type() != Type::MethodCall || header.member().is_none_or(|member| member != "GetAll") {
                continue;
            }
            bus.reply(&header, &HashMap::from([("Metered", Value::from(2_u32))])).await?;
            for kind in kinds.iter().cycle() {
                let changed = HashMap::from([("Metered", Value::from(*kind))]);
                let body = (NAME, changed, Vec::<&str>::new());
                bus.emit_signal(None::<&str>, PATH, PROPERTIES, "PropertiesChanged", &body).await?;
                // A reader may skip what is old already.
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
        Ok(())
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
        let (manager, listener) = (connect().await, connect().await);
        let (tell, told) = mpsc::sync_channel(8);
        let tell = move |action| tell.send(action).unwrap();
        let heard = async {
            let mut heard = Vec::new();
            while heard.len() < 3 {
                heard.extend(told.try_iter());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            heard
        };
        let heard = tokio::time::timeout(Duration::from_secs(20), async {
            tokio::select! {
                ended = manage(manager, &[1, 3, 4]) => panic!("{ended:?}"),
                ended = listen(&listener, &tell) => panic!("{ended:?}"),
                heard = heard => heard,
            }
        });
        let heard = heard.await.expect("it is told");
        let expected = [true, false, true];
        assert!(
            heard
                .iter()
                .zip(expected)
                .all(|(action, expected)| matches!(action, Action::SeemsMetered(seems) if *seems == expected)),
            "{heard:?}"
        );
    }
}
