//! Between the core and the network: one match in each direction, and no decisions.

use std::sync::Arc;

use kith_api::{
    ApiError, Event, Reply,
    views::{Bootstrap, IceServer, NetworkState, NetworkStatus, PathOver, TestStep, Traffic},
};
use kith_core::{CallCommand, CommandId, Input, MailboxUsage, Output, PeerPath, SendId, ServeMailbox, SlotOutcome};
use kith_net::mailbox::{AdmissionRules, Grant, MailboxLimits, MailboxRules};
use kith_net::{Net, NetCommand, NetEvent, NetState, NetStatus, Over, Path};
use tokio::sync::{Mutex, mpsc, watch};

use crate::{
    bootstraps::Bootstraps, core_thread::ToCore, events::Hub, link_preview::Wanted, ports, public_address::Labour,
};

/// Where an output of the core goes.
pub(crate) enum Outgoing {
    /// To the client who asked.
    Reply(CommandId, Result<Reply, ApiError>),
    /// To every client.
    Event(Event),
    /// To the network.
    Net(NetCommand),
    /// To whoever looks at pages.
    Page(Wanted),
    /// To who works.
    Work(Labour),
    /// To the sessions of calls.
    Call(CallCommand),
}

/// Where an event of the network goes.
enum Incoming {
    /// To the core.
    Core(Input),
    /// To the core, and to whoever waits for this node to be reachable.
    Listening(Vec<String>),
    /// To every client.
    Status(NetworkStatus),
    /// To whoever keeps them.
    Spares(Vec<String>),
}

pub(crate) fn outgoing(output: Output) -> Outgoing {
    Outgoing::Net(match output {
        Output::Reply(id, reply) => return Outgoing::Reply(id, reply),
        Output::Event(event) => return Outgoing::Event(event),
        Output::FetchPage { id, url } => return Outgoing::Page(Some((id, url))),
        Output::StopFetching => return Outgoing::Page(None),
        Output::Call(command) => return Outgoing::Call(command),
        Output::Send { to, id, bytes } => NetCommand::Send { peer: to, id: id.0, bytes },
        Output::Request { to, addresses, find, id, bytes } => {
            NetCommand::Request { peer: to, addresses, find, id: id.0, bytes }
        }
        Output::AnswerRequest { request, answer } => NetCommand::AnswerRequest { request, answer },
        Output::Track { peer, addresses, find } => NetCommand::Track { peer, addresses, find },
        Output::Untrack { peer } => NetCommand::Untrack { peer },
        Output::PutSlot { id, slot, owner_hash, expires_at_ms, blob } => {
            NetCommand::PutSlot { id, slot, owner_hash, expires_at_ms, blob }
        }
        Output::GetSlot { id, slot, hints, not } => NetCommand::GetSlot { id, slot, hints, not },
        Output::Work { id, task } => return Outgoing::Work(Labour::Do { id, task }),
        Output::StopWork { id } => return Outgoing::Work(Labour::Stop { id }),
        Output::DeleteSlot { slot, token } => NetCommand::DeleteSlot { slot, token },
        Output::Mailbox { id, mailbox, operation, seed } => NetCommand::Mailbox { id, mailbox, operation, seed },
        Output::ServeMailbox { id, serve, erase } => {
            NetCommand::ServeMailbox { id, serve: serve.map(mailbox_rules), erase }
        }
        Output::RelayOnly(on) => NetCommand::RelayOnly(on),
        Output::PortMapping(on) => NetCommand::PortMapping(on),
        Output::Metered(set) => NetCommand::Metered(set),
        // Where it listens, `to_network` knows.
        Output::Renew { key, renewal } => {
            NetCommand::Renew { key: key.into(), renewal: renewal.into(), listen: Vec::new() }
        }
        Output::Findable(keys) => NetCommand::Findable(keys),
        Output::ServeSlots(slots) => NetCommand::ServeSlots(slots),
    })
}

/// What the core is told when a command finds no room on its way to the network, or the command itself if nothing
/// tells the core about it and it must wait.
pub(crate) fn refused(command: NetCommand) -> Result<Input, Box<NetCommand>> {
    match command {
        NetCommand::Send { id, .. } => Ok(Input::SendResult { id: SendId(id), ok: false }),
        NetCommand::Request { id, .. } => Ok(Input::RequestAnswered { id: SendId(id), answer: None }),
        NetCommand::PutSlot { id, .. } => Ok(Input::SlotPut { id, stored: 0 }),
        NetCommand::GetSlot { id, .. } => Ok(Input::SlotGot { id, outcome: SlotOutcome::Unreachable }),
        NetCommand::Mailbox { id, .. } => Ok(Input::Mailbox { id, response: None }),
        command @ (NetCommand::Track { .. }
        | NetCommand::Untrack { .. }
        | NetCommand::AnswerRequest { .. }
        | NetCommand::DeleteSlot { .. }
        | NetCommand::ServeMailbox { .. }
        | NetCommand::RelayOnly(_)
        | NetCommand::PortMapping(_)
        | NetCommand::Metered(_)
        | NetCommand::SeemsMetered(_)
        | NetCommand::Doubt
        | NetCommand::Renew { .. }
        | NetCommand::Findable(_)
        | NetCommand::ServeSlots(_)
        | NetCommand::AddBootstrap { .. }
        | NetCommand::RemoveBootstrap { .. }
        | NetCommand::Status(_)
        | NetCommand::Test(_)
        | NetCommand::IceServers(_)) => Err(Box::new(command)),
    }
}

fn incoming(event: NetEvent) -> Incoming {
    Incoming::Core(match event {
        NetEvent::Listening { addresses } => return Incoming::Listening(addresses),
        NetEvent::StatusChanged(status) => return Incoming::Status(network_status(status)),
        NetEvent::Spares(spares) => return Incoming::Spares(spares),
        NetEvent::PeerUp { peer, path } => Input::PeerUp { peer, path: peer_path(path) },
        NetEvent::PathChanged { peer, path } => Input::PeerPath { peer, path: peer_path(path) },
        NetEvent::PeerDown { peer } => Input::PeerDown { peer },
        NetEvent::Moved { renewal, addresses } => Input::Moved { renewal, addresses },
        NetEvent::PeerAddresses { peer, addresses } => Input::PeerAddresses { peer, addresses },
        NetEvent::Received { peer, bytes } => Input::Peer { from: peer, bytes },
        NetEvent::RequestReceived { peer, request, bytes } => Input::Request { from: peer, request, bytes },
        NetEvent::Sent { id, ok } => Input::SendResult { id: SendId(id), ok },
        NetEvent::RequestAnswered { id, answer } => {
            // The core treats every way of not getting an answer alike.
            Input::RequestAnswered { id: SendId(id), answer: answer.ok() }
        }
        NetEvent::Mailbox { id, response } => Input::Mailbox { id, response },
        NetEvent::MailboxServed { id, outcome } => {
            let outcome = outcome.map(mailbox_usage).map_err(|error| error.to_string());
            Input::MailboxServed { id, outcome }
        }
        NetEvent::Reachable { addresses } => Input::Reachable(addresses),
        NetEvent::MailboxesSeen { links } => Input::MailboxesSeen(links),
        NetEvent::SlotPut { id, stored } => Input::SlotPut { id, stored },
        NetEvent::SlotGot { id, outcome } => Input::SlotGot { id, outcome: slot_outcome(outcome) },
    })
}

/// Hands what the core asks for to the network, which listens on `listen`, until either is gone.
pub(crate) async fn to_network(
    mut queue: mpsc::Receiver<NetCommand>,
    net: Net,
    listen: Vec<String>,
    bootstraps: Arc<Mutex<Bootstraps>>,
) {
    while let Some(mut command) = queue.recv().await {
        if let NetCommand::Renew { key, listen: at, .. } = &mut command {
            *at = ports::steady(&listen, &key.public());
            bootstraps.lock().await.renewed(key.public().into());
        }
        if net.command(command).await.is_err() {
            return;
        }
    }
}

/// What the rest of the node is told of the network.
pub(crate) struct Told {
    /// Where this node can be reached.
    pub(crate) listening: watch::Sender<Vec<String>>,
    /// How many envelopes are under way.
    pub(crate) in_flight: watch::Sender<u64>,
    /// Bootstrap nodes for when none of one's own answers.
    pub(crate) spares: watch::Sender<Vec<String>>,
}

/// Hands what happens in the network to the core, until either is gone. Never waits for the network.
pub(crate) async fn from_network(
    mut events: mpsc::Receiver<NetEvent>,
    core: mpsc::Sender<ToCore>,
    hub: Arc<Hub>,
    told: Told,
) {
    let Told { listening, in_flight, spares } = told;
    while let Some(event) = events.recv().await {
        if matches!(event, NetEvent::Sent { .. }) {
            in_flight.send_modify(|count| *count = count.saturating_sub(1));
        }
        let (input, addresses) = match incoming(event) {
            Incoming::Core(input) => (input, None),
            Incoming::Listening(addresses) => (Input::Addresses(addresses.clone()), Some(addresses)),
            Incoming::Status(status) => {
                hub.network_changed(status);
                continue;
            }
            Incoming::Spares(named) => {
                spares.send_replace(named);
                continue;
            }
        };
        if core.send(ToCore::Input(input)).await.is_err() {
            return;
        }
        // After the core: an invite made by somebody who waited for the addresses names them.
        if let Some(addresses) = addresses {
            listening.send_replace(addresses);
        }
    }
}

fn mailbox_rules(serve: ServeMailbox) -> MailboxRules {
    let ServeMailbox { bytes, queues, holders } = serve;
    let grants =
        holders.into_iter().map(|holder| Grant { token: holder.token, bytes: holder.bytes, queues: holder.queues });
    MailboxRules {
        admission: AdmissionRules { grants: grants.collect(), ..AdmissionRules::default() },
        limits: MailboxLimits { bytes, queues, ..MailboxLimits::contact() },
    }
}

fn mailbox_usage(usage: kith_net::mailbox::MailboxUsage) -> MailboxUsage {
    let kith_net::mailbox::MailboxUsage { queues, envelopes, bytes, oldest_until_ms } = usage;
    MailboxUsage { queues, envelopes, bytes, oldest_until_ms }
}

fn peer_path(path: Path) -> PeerPath {
    match path {
        Path::Direct { rtt_ms, over } => {
            let over = match over {
                Over::Ipv4 => PathOver::Ipv4,
                Over::Ipv6 => PathOver::Ipv6,
                Over::Lan => PathOver::Lan,
            };
            PeerPath::Direct { rtt_ms, over }
        }
        Path::Relayed { via, rtt_ms } => PeerPath::Relayed { via, rtt_ms },
    }
}

fn slot_outcome(outcome: kith_net::SlotOutcome) -> SlotOutcome {
    match outcome {
        kith_net::SlotOutcome::Found(blob) => SlotOutcome::Found(blob),
        kith_net::SlotOutcome::Missing => SlotOutcome::Missing,
        kith_net::SlotOutcome::Gone { used } => SlotOutcome::Gone { used },
        kith_net::SlotOutcome::Unreachable => SlotOutcome::Unreachable,
    }
}

pub(crate) fn network_status(status: NetStatus) -> NetworkStatus {
    NetworkStatus {
        state: match status.state {
            NetState::Offline => NetworkState::Offline,
            NetState::Local => NetworkState::Local,
            NetState::Degraded => NetworkState::Degraded,
            NetState::Online => NetworkState::Online,
        },
        peer: status.peer,
        metered: status.metered,
        portal: status.portal,
        nat: status.nat,
        addresses: status.addresses,
        mapped: status.mapped,
        peers: status.peers,
        bootstraps: status
            .bootstraps
            .into_iter()
            .map(|bootstrap| Bootstrap {
                address: bootstrap.address,
                host: bootstrap.host,
                transport: bootstrap.transport.map(|transport| transport.to_string()),
                ok: bootstrap.ok,
                rtt_ms: bootstrap.rtt_ms,
                offers: bootstrap.offers.into_iter().map(str::to_owned).collect(),
                notice: bootstrap.notice,
                refused: bootstrap.refused,
                borrowed: bootstrap.borrowed,
            })
            .collect(),
        relays: status.relays,
        steps: status.steps.into_iter().map(test_step).collect(),
        traffic: Traffic { bytes_in: status.bytes_in, bytes_out: status.bytes_out },
    }
}

pub(crate) fn ice_server(server: kith_net::IceServer) -> IceServer {
    IceServer { urls: server.urls, username: server.username, credential: server.credential.map(|it| it.to_string()) }
}

pub(crate) fn test_step(step: kith_net::TestStep) -> TestStep {
    TestStep { name: step.name.to_owned(), ok: step.ok, detail: step.detail }
}
