//! Whether the desktop's screen is locked. On Linux its screen saver says so on the session bus; elsewhere it is not
//! known, and what is told is as if it were not.

use ashpd::zbus::{Connection, MatchRule, MessageStream, Proxy, Result, message::Type, proxy::MethodFlags};
use futures::{StreamExt as _, stream::select_all};

use crate::action::Action;

/// The names under which screen savers speak, each its own interface too, and where.
const SAVERS: [(&str, &str); 5] = [
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
    ("org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver"),
    ("org.mate.ScreenSaver", "/org/mate/ScreenSaver"),
    ("org.xfce.ScreenSaver", "/org/xfce/ScreenSaver"),
];

/// Asks the desktop, and goes on listening. Blocks, so on a thread of its own.
pub(crate) fn watch(tell: &(impl Fn(Action) + Send)) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    if let Err(error) = runtime.block_on(listen(tell)) {
        tracing::debug!(%error, "the desktop does not say whether it is locked");
    }
}

async fn listen(tell: &(impl Fn(Action) + Send)) -> Result<()> {
    let connection = Connection::session().await?;
    let mut signals = Vec::new();
    for (name, _) in SAVERS {
        let rule = MatchRule::builder().msg_type(Type::Signal).interface(name)?.member("ActiveChanged")?.build();
        signals.push(MessageStream::for_match_rule(rule, &connection, None).await?);
    }
    for (name, path) in SAVERS {
        let saver = Proxy::new(&connection, name, path, name).await?;
        // A desktop without this one says so; none is started by asking.
        let active = saver.call_with_flags::<_, _, bool>("GetActive", MethodFlags::NoAutoStart.into(), &()).await;
        if let Ok(Some(true)) = active {
            tell(Action::Locked(true));
        }
    }
    let mut signals = select_all(signals);
    while let Some(signal) = signals.next().await {
        if let Ok(active) = signal?.body().deserialize::<bool>() {
            tell(Action::Locked(active));
        }
    }
    Ok(())
}
