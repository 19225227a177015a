//! The pictures of calls, from the node to the window: the newest of each side, and none that the window is too slow for.

use std::sync::{Mutex, MutexGuard, PoisonError};

use kith_node::{CallPictures, Event, Events, MessageId, Node, video::Picture, views::Call};
use tokio::sync::Notify;

use super::Waker;
use crate::model::{
    Pixels,
    video::{Side, shows},
};

/// What waits for the window, one picture of each side; `None` in it: there is nothing to see any more.
#[derive(Default)]
pub(super) struct Places {
    waiting: Mutex<[Option<Option<Pixels>>; 2]>,
    taken: Notify,
}

fn place(side: Side) -> usize {
    match side {
        Side::Mine => 0,
        Side::Theirs => 1,
    }
}

impl Places {
    fn locked(&self) -> MutexGuard<'_, [Option<Option<Pixels>>; 2]> {
        // No code that can panic runs under the lock.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What waits.
    pub(super) fn take(&self) -> Vec<(Side, Option<Pixels>)> {
        let waiting = std::mem::take(&mut *self.locked());
        self.taken.notify_one();
        let sides = [Side::Mine, Side::Theirs].into_iter().zip(waiting);
        sides.filter_map(|(side, pixels)| Some((side, pixels?))).collect()
    }

    fn put(&self, side: Side, pixels: Option<Pixels>, waker: &Waker) {
        if let Some(place) = self.locked().get_mut(place(side)) {
            *place = Some(pixels);
        }
        waker.wake();
    }

    /// Waits until the window has taken what waits: pixels nobody looks at are not made.
    async fn room(&self) {
        loop {
            let taken = self.taken.notified();
            if self.locked().iter().all(Option::is_none) {
                return;
            }
            taken.await;
        }
    }
}

/// A call whose pictures are looked at.
struct Followed {
    call: MessageId,
    pictures: CallPictures,
    shown: [bool; 2],
}

/// Makes pixels of what calls show, as long as it is polled.
pub(super) async fn look(node: &Node, places: &Places, waker: &Waker) {
    let Ok((_, mut events)) = node.subscribe().await else { return };
    let mut now = None;
    while let Some(call) = next(&mut events, &mut now, places, waker).await {
        follow(node, &mut now, &call, places, waker);
    }
}

/// The next thing that is said about a call, while pictures go on; nothing once the node has ended.
async fn next(events: &mut Events, now: &mut Option<Followed>, places: &Places, waker: &Waker) -> Option<Call> {
    loop {
        tokio::select! {
            event = events.next() => if let Event::CallChanged { call } = event?.event {
                return Some(call);
            },
            alive = see(now, places, waker) => if !alive {
                *now = None;
                for side in [Side::Mine, Side::Theirs] {
                    places.put(side, None, waker);
                }
            },
        }
    }
}

/// Shows the next picture; `false`: there are no more. May be dropped at any time.
async fn see(now: &mut Option<Followed>, places: &Places, waker: &Waker) -> bool {
    let Some(Followed { pictures, .. }) = now else { return std::future::pending().await };
    places.room().await;
    let (side, changed) = tokio::select! {
        changed = pictures.mine.changed() => (Side::Mine, changed),
        changed = pictures.theirs.changed() => (Side::Theirs, changed),
    };
    let seen = match side {
        Side::Mine => &mut pictures.mine,
        Side::Theirs => &mut pictures.theirs,
    };
    if changed.is_ok() {
        let picture = seen.borrow_and_update().clone();
        places.put(side, picture.map(|picture| pixels(&picture)), waker);
    }
    changed.is_ok()
}

fn follow(node: &Node, now: &mut Option<Followed>, call: &Call, places: &Places, waker: &Waker) {
    if now.as_ref().is_none_or(|now| now.call != call.call)
        && let Some(pictures) = node.calls().pictures(call.call)
    {
        *now = Some(Followed { call: call.call, pictures, shown: [false; 2] });
    }
    let Some(now) = now.as_mut().filter(|now| now.call == call.call) else { return };
    let Followed { pictures, shown, .. } = now;
    let sides = [(Side::Mine, &mut pictures.mine), (Side::Theirs, &mut pictures.theirs)];
    for (before, (side, seen)) in shown.iter_mut().zip(sides) {
        // What was shown before it was switched off is not shown when it is on again.
        if std::mem::replace(before, shows(call, side)) && !*before {
            seen.mark_unchanged();
            places.put(side, None, waker);
        }
    }
}

fn pixels(picture: &Picture) -> Pixels {
    Pixels::new(picture.width() as usize, picture.height() as usize, picture.rgba())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey() -> Option<Pixels> {
        Some(Pixels::new(1, 1, vec![128; 4]))
    }

    #[test]
    fn the_newest_takes_the_place_of_what_waits_and_the_window_is_woken_once() {
        let (woken, waker) = {
            let woken = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
            let counts = woken.clone();
            let wake = move || {
                counts.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            };
            (woken, Waker::new(wake))
        };
        let places = Places::default();
        places.put(Side::Theirs, grey(), &waker);
        let newest = grey();
        let number = newest.as_ref().map(|pixels| pixels.number);
        places.put(Side::Theirs, newest, &waker);
        let taken = places.take();
        assert_eq!(taken.len(), 1);
        assert!(
            taken.iter().all(|(side, pixels)| {
                *side == Side::Theirs && pixels.as_ref().map(|pixels| pixels.number) == number
            })
        );
        assert!(places.take().is_empty());
        assert_eq!(woken.load(std::sync::atomic::Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn who_makes_pixels_waits_until_the_window_has_looked() {
        use futures::FutureExt as _;

        let (places, waker) = (Places::default(), Waker::new(|| {}));
        assert!(places.room().now_or_never().is_some());
        places.put(Side::Mine, None, &waker);
        let mut room = Box::pin(places.room());
        assert!(futures::poll!(&mut room).is_pending());
        assert_eq!(places.take().len(), 1);
        room.await;
    }
}
