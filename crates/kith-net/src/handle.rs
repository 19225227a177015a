//! The handle the node keeps.

use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    api::{NetCommand, NetConfig, NetError, NetEvent, Tuning},
    limits,
    task::{self, Kept, Task},
};

/// A running overlay. Clones share the same swarm task.
#[derive(Clone, Debug)]
pub struct Net {
    commands: mpsc::Sender<NetCommand>,
}

impl Net {
    /// Binds the listen addresses and spawns the swarm task on `tracker`. The task ends when `cancel` is cancelled.
    /// Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// The key or a listen address is malformed, or no listen address can be bound.
    pub fn start(
        config: NetConfig,
        tracker: &TaskTracker,
        cancel: CancellationToken,
    ) -> Result<(Net, mpsc::Receiver<NetEvent>), NetError> {
        Self::start_tuned(config, Tuning::default(), tracker, cancel)
    }

    /// [`Net::start`] with other time limits, for tests.
    ///
    /// # Errors
    /// As [`Net::start`].
    pub fn start_tuned(
        config: NetConfig,
        tuning: Tuning,
        tracker: &TaskTracker,
        cancel: CancellationToken,
    ) -> Result<(Net, mpsc::Receiver<NetEvent>), NetError> {
        let (commands, inbox) = mpsc::channel(limits::COMMAND_QUEUE);
        let (events, receiver) = mpsc::channel(tuning.event_queue.max(1));
        let kept = Kept { tracker: tracker.clone(), agent: config.agent.clone(), mail_dir: config.mail_dir.clone() };
        let task = Task::new(config, tuning, tracker, events)?;
        tracker.spawn(task::run(task, kept, inbox, cancel));
        Ok((Net { commands }, receiver))
    }

    /// Queues a command, waiting for room.
    ///
    /// # Errors
    /// [`NetError::Stopped`] once the swarm task has ended.
    pub async fn command(&self, command: NetCommand) -> Result<(), NetError> {
        self.commands.send(command).await.map_err(|_closed| NetError::Stopped)
    }

    /// Queues a command if there is room now.
    ///
    /// # Errors
    /// [`NetError::Busy`] when the queue is full, [`NetError::Stopped`] once the swarm task has ended.
    pub fn try_command(&self, command: NetCommand) -> Result<(), NetError> {
        self.commands.try_send(command).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NetError::Busy,
            mpsc::error::TrySendError::Closed(_) => NetError::Stopped,
        })
    }

    /// Waits until the swarm task has ended, for whatever reason. Before its token was cancelled that is a failure (a
    /// defect in it or in libp2p made it panic): nothing is sent or received any more, and only a new
    /// [`Net::start`] helps.
    pub async fn stopped(&self) {
        self.commands.closed().await;
    }
}
