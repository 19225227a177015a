//! The icon among the desktop's small ones (StatusNotifierItem), where there is a place for such: it shows that something
//! waits, and keeps the node within reach while the window is closed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use ksni::{
    Icon, MenuItem, OfflineReason, Status, ToolTip, TrayMethods as _,
    menu::{StandardItem, TextDirection},
};
use tokio::sync::watch;

use crate::{action::Action, theme::mark};

/// Sides of the picture, in pixels; desktops take the one that fits.
const SIZES: [usize; 3] = [22, 32, 64];

/// What the icon says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The line under the pointer.
    pub(crate) title: String,
    /// Shows the window.
    pub(crate) open: String,
    /// Ends the program.
    pub(crate) quit: String,
    /// Something waits to be read.
    pub(crate) unread: bool,
    /// The menu is read from right to left.
    pub(crate) rtl: bool,
}

/// The end that the window keeps.
pub(crate) struct Tray {
    shown: watch::Sender<Shown>,
}

impl Tray {
    /// The window's end, and what has to run on a thread of its own until the window ends.
    pub(crate) fn new(tell: impl Fn(Action) + Send + Sync + 'static) -> (Self, impl FnOnce() + Send + 'static) {
        let (shown, changes) = watch::channel(Shown::default());
        (Self { shown }, move || run(changes, Arc::new(tell)))
    }

    /// Changes what it says.
    pub(crate) fn show(&self, shown: Shown) {
        self.shown.send_if_modified(|now| {
            let changed = *now != shown;
            *now = shown;
            changed
        });
    }
}

fn run(mut changes: watch::Receiver<Shown>, tell: Teller) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        // Texts come with the first frame.
        if changes.changed().await.is_err() {
            return;
        }
        let shown = changes.borrow_and_update().clone();
        let there = Arc::new(AtomicBool::new(true));
        let item = Item { shown, tell: tell.clone(), there: there.clone() };
        // A desktop may start its tray after the programs that start with it.
        let made = item.assume_sni_available(true).spawn().await;
        let handle = match made {
            Ok(handle) => handle,
            Err(error) => {
                tracing::debug!(%error, "there is no tray");
                tell(Action::TrayThere(false));
                return;
            }
        };
        tell(Action::TrayThere(there.load(Ordering::Acquire)));
        while changes.changed().await.is_ok() {
            let shown = changes.borrow_and_update().clone();
            handle.update(|item| item.shown = shown).await;
        }
        handle.shutdown().await;
    });
}

type Teller = Arc<dyn Fn(Action) + Send + Sync>;

struct Item {
    shown: Shown,
    tell: Teller,
    there: Arc<AtomicBool>,
}

impl Item {
    fn is_there(&self, there: bool) {
        self.there.store(there, Ordering::Release);
        (self.tell)(Action::TrayThere(there));
    }

    fn entry(label: &str, action: fn() -> Action) -> MenuItem<Self> {
        let activate = Box::new(move |item: &mut Self| (item.tell)(action()));
        // An underscore would mark a key.
        MenuItem::Standard(StandardItem { label: label.replace('_', "__"), activate, ..StandardItem::default() })
    }
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "org.kith.Kith".into()
    }

    fn title(&self) -> String {
        self.shown.title.clone()
    }

    fn status(&self) -> Status {
        if self.shown.unread { Status::NeedsAttention } else { Status::Active }
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        SIZES.map(|size| icon(size, self.shown.unread)).into()
    }

    fn attention_icon_pixmap(&self) -> Vec<Icon> {
        self.icon_pixmap()
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip { title: self.shown.title.clone(), ..ToolTip::default() }
    }

    fn text_direction(&self) -> TextDirection {
        if self.shown.rtl { TextDirection::RightToLeft } else { TextDirection::LeftToRight }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        (self.tell)(Action::Show);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        vec![Self::entry(&self.shown.open, || Action::Show), Self::entry(&self.shown.quit, || Action::Quit)]
    }

    fn watcher_online(&self) {
        self.is_there(true);
    }

    fn watcher_offline(&self, _reason: OfflineReason) -> bool {
        self.is_there(false);
        true
    }
}

/// In the order of the protocol: ARGB, the highest byte first.
fn icon(size: usize, unread: bool) -> Icon {
    let mut data = mark::pixels(size, unread);
    for pixel in data.chunks_exact_mut(4) {
        pixel.rotate_right(1);
    }
    let side = i32::try_from(size).unwrap_or_default();
    Icon { width: side, height: side, data }
}
