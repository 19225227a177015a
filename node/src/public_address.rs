//! The work that contact requests to public addresses show: done beside everything else, one after the other, so that it
//! takes one core at most.

use std::{
    collections::VecDeque,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use kith_core::Input;
use kith_wire::WorkTask;
use tokio::sync::mpsc;

use crate::{core_thread::ToCore, tasks::Tasks};

/// Orders that may wait. A person asks for few at a time.
pub(crate) const WORK_QUEUE: usize = 64;

/// What the core wants done.
#[derive(Debug)]
pub(crate) enum Labour {
    /// Work.
    Do {
        /// Names it for the answer.
        id: u64,
        /// What.
        task: WorkTask,
    },
    /// Work no more.
    Stop {
        /// At what.
        id: u64,
    },
}

/// Works until nobody orders or listens any more.
pub(crate) async fn work(mut orders: mpsc::Receiver<Labour>, core: mpsc::Sender<ToCore>, tasks: Tasks) {
    let mut waiting = VecDeque::new();
    loop {
        let Some((id, task)) = waiting.pop_front() else {
            let Some(order) = orders.recv().await else { return };
            take(order, &mut waiting);
            continue;
        };
        let stop = Arc::new(AtomicBool::new(false));
        let (seen, cancel) = (Arc::clone(&stop), tasks.cancel().clone());
        let find = move || task.find(|| seen.load(Ordering::Relaxed) || cancel.is_cancelled());
        let mut found = pin!(tasks.blocking(find));
        let nonce = loop {
            tokio::select! {
                found = &mut found => break found.ok().flatten(),
                order = orders.recv() => match order {
                    Some(Labour::Stop { id: stopped }) if stopped == id => stop.store(true, Ordering::Relaxed),
                    Some(order) => take(order, &mut waiting),
                    None => {
                        stop.store(true, Ordering::Relaxed);
                        return;
                    }
                },
            }
        };
        if core.send(ToCore::Input(Input::Worked { id, nonce })).await.is_err() {
            return;
        }
    }
}

fn take(order: Labour, waiting: &mut VecDeque<(u64, WorkTask)>) {
    match order {
        Labour::Do { id, task } => waiting.push_back((id, task)),
        Labour::Stop { id } => waiting.retain(|(other, _)| *other != id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDLESS: WorkTask = WorkTask { bundle: [1; 32], session: [2; 16], bits: 28 };
    const SHORT: WorkTask = WorkTask { bits: 8, ..ENDLESS };

    async fn answer(answers: &mut mpsc::Receiver<ToCore>) -> (u64, Option<u64>) {
        let limit = std::time::Duration::from_secs(20);
        match tokio::time::timeout(limit, answers.recv()).await {
            Ok(Some(ToCore::Input(Input::Worked { id, nonce }))) => (id, nonce),
            _ => panic!("no answer"),
        }
    }

    #[tokio::test]
    async fn work_is_done_in_turn_and_what_is_stopped_makes_room() {
        let tasks = Tasks::new();
        let (orders, queue) = mpsc::channel(WORK_QUEUE);
        let (core, mut answers) = mpsc::channel(8);
        tasks.spawn(work(queue, core, tasks.clone()));
        for (id, task) in [(1, ENDLESS), (2, ENDLESS), (3, SHORT)] {
            orders.send(Labour::Do { id, task }).await.unwrap();
        }
        orders.send(Labour::Stop { id: 2 }).await.unwrap();
        orders.send(Labour::Stop { id: 1 }).await.unwrap();
        assert_eq!(answer(&mut answers).await, (1, None));
        let (id, nonce) = answer(&mut answers).await;
        assert!(id == 3 && nonce.is_some_and(|nonce| SHORT.is_done_by(nonce)), "{id} {nonce:?}");
    }

    #[tokio::test]
    async fn a_node_that_stops_does_not_wait_for_work() {
        let tasks = Tasks::new();
        let (orders, queue) = mpsc::channel(WORK_QUEUE);
        let (core, _answers) = mpsc::channel(8);
        tasks.spawn(work(queue, core, tasks.clone()));
        orders.send(Labour::Do { id: 1, task: ENDLESS }).await.unwrap();
        assert!(tasks.stop(std::time::Duration::from_secs(5)).await);
    }
}
