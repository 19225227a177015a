//! Threads with names that end with their handle: the only file of this crate that starts any.

use std::{
    io,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread::{self, JoinHandle},
    time::Duration,
};

/// A running thread. Dropping waits for its end, but not for ever: one that hangs in a sound system is left behind.
///
/// What makes the thread end has to be dropped or set before.
#[derive(Debug)]
pub(crate) struct Worker {
    name: &'static str,
    ended: Receiver<()>,
    patience: Duration,
    handle: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts `work` on a thread called `name`, for whose end a drop waits up to `patience`.
    ///
    /// # Errors
    ///
    /// When the system grants no further thread.
    pub(crate) fn start(
        name: &'static str,
        patience: Duration,
        work: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        // Nothing is ever sent: that the sender is gone, even by a panic, says that the thread has ended.
        let (running, ended): (SyncSender<()>, _) = sync_channel(0);
        let handle = thread::Builder::new().name(name.to_owned()).spawn(move || {
            let _running = running;
            work();
        })?;
        Ok(Self { name, ended, patience, handle: Some(handle) })
    }

    /// Whether the thread has ended within `patience`.
    fn wait(&self) -> bool {
        matches!(self.ended.recv_timeout(self.patience), Err(RecvTimeoutError::Disconnected))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let Some(handle) = self.handle.take() else { return };
        if handle.thread().id() == thread::current().id() {
            // Dropped from a callback that runs on it.
            return;
        }
        if !self.wait() {
            tracing::warn!(thread = self.name, "it does not end and is left behind");
        } else if handle.join().is_err() {
            tracing::error!(thread = self.name, "it panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };

    use super::*;

    #[test]
    fn a_drop_waits_for_the_end() {
        let ended = Arc::new(AtomicBool::new(false));
        let (stop, stopped): (SyncSender<()>, _) = sync_channel(0);
        let flag = ended.clone();
        let worker = Worker::start("kith test", Duration::from_secs(60), move || {
            stopped.recv().unwrap_err();
            thread::yield_now();
            flag.store(true, Ordering::SeqCst);
        });
        drop(stop);
        drop(worker.unwrap());
        assert!(ended.load(Ordering::SeqCst));
    }

    #[test]
    fn a_thread_that_hangs_is_left_behind() {
        let (stop, stopped): (SyncSender<()>, _) = sync_channel(0);
        let worker = Worker::start("kith test", Duration::from_millis(1), move || {
            stopped.recv().unwrap_err();
        });
        drop(worker.unwrap());
        drop(stop);
    }
}
