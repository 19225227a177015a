//! Another transport key while the node runs: everything is closed in order, and a new task begins where the old one was.

use std::time::{Duration, Instant};

use kith_crypto::SigningKey;
use kith_wire::Renewal;
use libp2p::PeerId;
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::Task;
use crate::api::{NetCommand, NetConfig, NetEvent};

/// Connections that are not closed within this are left behind.
const FAREWELL: Duration = Duration::from_secs(3);
/// A network that cannot be begun again now is tried again after this.
const AGAIN: Duration = Duration::from_secs(5);

/// As whom it goes on.
pub(super) struct Fresh {
    pub(super) key: SigningKey,
    pub(super) renewal: Renewal,
    pub(super) listen: Vec<String>,
}

/// How it ends.
pub(super) struct Leaving {
    fresh: Fresh,
    until: Instant,
}

/// What a task does not keep of what it was made with.
pub(crate) struct Kept {
    pub(crate) tracker: TaskTracker,
    pub(crate) agent: String,
    pub(crate) mail_dir: Option<std::path::PathBuf>,
}

/// Runs the task, and those that follow it, until the token is cancelled or every handle is dropped.
pub(crate) async fn run(mut task: Task, kept: Kept, mut inbox: mpsc::Receiver<NetCommand>, cancel: CancellationToken) {
    while let Some(fresh) = task.run(&mut inbox, &cancel).await {
        let again = task.again(&kept, fresh, &cancel).await;
        let Some(next) = again else { return };
        task = next;
    }
    task.mapping.end().await;
}

impl Task {
    /// Closes everything, to begin again as `fresh`.
    pub(super) fn leave(&mut self, fresh: Fresh) {
        tracing::info!("this node takes another transport key");
        self.leaving = Some(Leaving { fresh, until: Instant::now() + FAREWELL });
        self.close_all();
    }

    pub(super) fn close_all(&mut self) {
        let connected: Vec<PeerId> = self.swarm.connected_peers().copied().collect();
        for peer in connected {
            self.disconnect(peer);
        }
    }

    /// As whom to go on, when nobody is connected any more.
    pub(super) fn left(&mut self, now: Instant) -> Option<Fresh> {
        let Leaving { fresh, .. } = self.leaving.take_if(|leaving| self.links.is_empty() || leaving.until <= now)?;
        self.give_up_requests();
        self.give_up_slots();
        let up: Vec<_> = self.peers.values().filter(|peer| peer.up).map(|peer| peer.id).collect();
        for peer in up {
            self.emit(NetEvent::PeerDown { peer });
        }
        Some(fresh)
    }

    /// The task that follows; nothing if the token is cancelled meanwhile. It keeps no contacts: the node says them again.
    async fn again(self, kept: &Kept, fresh: Fresh, cancel: &CancellationToken) -> Option<Self> {
        let Fresh { key, renewal, listen } = fresh;
        let chosen = self.bootstraps.iter().filter(|known| known.borrowed.is_none());
        let bootstraps: Vec<String> = chosen.flat_map(|known| &known.lines).map(|(line, _)| line.clone()).collect();
        let (spares, metered) = (self.spares.texts(), self.metered.set());
        let seems_metered = self.metered.seems();
        let (mdns, relay_only, port_mapping) = (self.exchange.mdns, self.own.relay_only, self.mapping.is_on());
        let number = self.swarm.behaviour().streams.last_number();
        let Self { swarm, tuning, events, outbox, mail, mapping, keeping, .. } = self;
        // Its sockets go with it, and the ports can be taken again.
        drop(swarm);
        drop(keeping);
        mapping.end().await;
        loop {
            let config = NetConfig {
                key: key.duplicate(),
                renewal: Some(renewal.clone()),
                listen: listen.clone(),
                bootstraps: bootstraps.clone(),
                spares: spares.clone(),
                mdns,
                relay_only,
                port_mapping,
                metered,
                agent: kept.agent.clone(),
                mail_dir: kept.mail_dir.clone(),
            };
            match Self::new(config, tuning, &kept.tracker, events.clone()) {
                Ok(mut task) => {
                    // An answer to a question of before is no answer to one of now.
                    task.swarm.behaviour_mut().streams.count_from(number);
                    task.seems_metered(seems_metered);
                    (task.outbox, task.mail) = (outbox, mail);
                    return Some(task);
                }
                Err(error) => tracing::error!(%error, "the network cannot be begun again; trying on"),
            }
            tokio::select! {
                () = cancel.cancelled() => return None,
                () = tokio::time::sleep(AGAIN) => {}
            }
        }
    }
}
