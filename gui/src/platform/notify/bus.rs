//! Notifications on the session bus (Desktop Notifications Specification 1.2), on one connection: desktops say of a click
//! only to whoever showed what was clicked on, and let nobody else take it back.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use ashpd::zbus::{Connection, Error, MatchRule, MessageStream, Proxy, Result, message::Type, zvariant::Value};
use futures::StreamExt as _;
use tokio::{sync::mpsc::Receiver, time::timeout};

use super::{APP_ICON, Tell, plain};
use crate::{action::Action, model::About};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// What is invoked by a click on the notification itself.
const DEFAULT: &str = "default";
/// The desktop decides how long it stays.
const AS_LONG_AS_USUAL: i32 = -1;
/// A desktop that takes longer than this for an answer is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Shows and takes back what it is told to, and tells of clicks. Blocks, so on a thread of its own.
pub(super) fn run(mut waiting: Receiver<Tell>, tell: &(impl Fn(Action) + Send)) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        // The bus is looked for when there is something to say, and again if it was lost.
        while let Some(first) = waiting.recv().await {
            if let Err(error) = serve(first, &mut waiting, tell).await {
                tracing::debug!(%error, "notifications are not shown");
            }
        }
    });
}

/// Until nothing more will be told, or the bus is lost.
async fn serve(first: Tell, waiting: &mut Receiver<Tell>, tell: &(impl Fn(Action) + Send)) -> Result<()> {
    let connection = Connection::session().await?;
    let server = Proxy::new(&connection, NAME, PATH, NAME).await?;
    let rule = MatchRule::builder().msg_type(Type::Signal).interface(NAME)?.path(PATH)?.build();
    let mut signals = MessageStream::for_match_rule(rule, &connection, None).await?;
    let mut shown = BTreeMap::new();
    carry_out(&server, first, &mut shown).await?;
    loop {
        tokio::select! {
            told = waiting.recv() => match told {
                Some(told) => carry_out(&server, told, &mut shown).await?,
                None => return Ok(()),
            },
            signal = signals.next() => {
                let signal = signal.ok_or_else(|| Error::Failure("the bus is gone".to_owned()))??;
                let header = signal.header();
                let member = header.member().map(|member| member.as_str());
                if member == Some("ActionInvoked")
                    && let Ok((id, action)) = signal.body().deserialize::<(u32, String)>()
                    && action == DEFAULT
                    && let Some(about) = about(&shown, id)
                {
                    tell(Action::Clicked(about));
                } else if member == Some("NotificationClosed")
                    && let Ok((id, _why)) = signal.body().deserialize::<(u32, u32)>()
                    && let Some(about) = about(&shown, id)
                {
                    shown.remove(&about);
                }
            }
        }
    }
}

fn about(shown: &BTreeMap<About, u32>, id: u32) -> Option<About> {
    shown.iter().find(|(_, other)| **other == id).map(|(about, _)| *about)
}

async fn carry_out(server: &Proxy<'_>, told: Tell, shown: &mut BTreeMap<About, u32>) -> Result<()> {
    match told {
        Tell::Close(about) => close(server, shown.remove(&about)).await,
        Tell::Show { about, title, body, open, sound } => {
            // Anew, and not in the place of the one before: that would not be seen on some desktops.
            close(server, shown.remove(&about)).await?;
            let hint = if sound {
                // The names by which sound themes know them.
                let call = matches!(about, About::Call(_));
                ("sound-name", Value::from(if call { "phone-incoming-call" } else { "message-new-instant" }))
            } else {
                ("suppress-sound", Value::from(true))
            };
            let hints = HashMap::from([hint, ("desktop-entry", Value::from(APP_ICON))]);
            let actions = [DEFAULT, open.as_str()];
            let body = plain(&body);
            let all = ("Kith", 0_u32, APP_ICON, title.as_str(), body.as_str(), &actions[..], hints, AS_LONG_AS_USUAL);
            if let Ok(id) = timeout(PATIENCE, server.call("Notify", &all)).await {
                shown.insert(about, id?);
            }
            Ok(())
        }
    }
}

async fn close(server: &Proxy<'_>, id: Option<u32>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    match timeout(PATIENCE, server.call_method("CloseNotification", &(id,))).await {
        // It was gone already, as some desktops say.
        Ok(Err(Error::MethodError(..))) | Ok(Ok(_)) | Err(_) => Ok(()),
        Ok(Err(error)) => Err(error),
    }
}
