//! A place for one thing: what comes takes the place of what waits.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// A place for one thing.
#[derive(Debug)]
pub struct Latest<T> {
    place: Mutex<Place<T>>,
    filled: Condvar,
}

#[derive(Debug)]
struct Place<T> {
    waits: Option<T>,
    closed: bool,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self { place: Mutex::new(Place { waits: None, closed: false }), filled: Condvar::new() }
    }
}

impl<T> Latest<T> {
    fn locked(&self) -> MutexGuard<'_, Place<T>> {
        // No code that can panic runs under the lock.
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts it there, and takes out what waited and is not wanted any more.
    pub fn put(&self, thing: T) -> Option<T> {
        let before = self.locked().waits.replace(thing);
        self.filled.notify_one();
        before
    }

    /// Waits for the next one; nothing once it is closed, or after `patience`.
    pub fn take(&self, patience: Duration) -> Option<T> {
        let wait =
            self.filled.wait_timeout_while(self.locked(), patience, |place| place.waits.is_none() && !place.closed);
        let (mut place, _) = wait.unwrap_or_else(PoisonError::into_inner);
        if place.closed { None } else { place.waits.take() }
    }

    /// Whoever waits, waits no more, and nothing is taken any more.
    pub fn close(&self) {
        self.locked().closed = true;
        self.filled.notify_all();
    }

    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        self.locked().closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_takes_the_place_of_what_waits() {
        let place = Latest::default();
        assert_eq!(place.put(1), None);
        assert_eq!(place.put(2), Some(1));
        assert_eq!(place.put(3), Some(2));
        assert_eq!(place.take(Duration::ZERO), Some(3));
        assert_eq!(place.take(Duration::ZERO), None);
    }

    #[test]
    fn who_waits_is_woken_by_a_thing_and_by_the_end() {
        let place = Latest::default();
        std::thread::scope(|threads| {
            let waits = threads.spawn(|| (place.take(Duration::from_secs(60)), place.take(Duration::from_secs(60))));
            place.put(1);
            while place.locked().waits.is_some() {
                std::thread::yield_now();
            }
            place.close();
            assert_eq!(waits.join().unwrap(), (Some(1), None));
        });
        place.put(2);
        assert_eq!(place.take(Duration::ZERO), None, "closed");
    }
}
