//! What a core can ask for.

use std::fmt;

use kith_api::{ApiError, Event, Reply};
use kith_crypto::SigningKey;
use kith_wire::{
    FindKey, MailboxOperation, MsgId, Renewal, WorkTask,
    ids::{SlotId, TransportId},
    request::RequestAnswer,
};

use zeroize::Zeroizing;

use crate::input::{CommandId, SendId};

/// By what rules mail is kept for others.
#[derive(Debug)]
pub struct ServeMailbox {
    /// Bytes of all of it.
    pub bytes: u64,
    /// Queues of all of it.
    pub queues: u64,
    /// Who may open queues. The queues of everybody else go.
    pub holders: Vec<MailboxHolder>,
}

/// Somebody who may open queues. `Debug` does not show the token.
pub struct MailboxHolder {
    /// What shows it.
    pub token: Zeroizing<[u8; 32]>,
    /// Bytes of all their envelopes.
    pub bytes: u64,
    /// Queues.
    pub queues: u64,
}

impl fmt::Debug for MailboxHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailboxHolder").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

/// What this side shows in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// Nothing.
    Nothing,
    /// What the camera sees.
    Camera,
    /// The screen.
    Screen,
}

/// What the session of a call is to do. Commands of one call are carried out in their order.
#[derive(Clone, PartialEq, Eq)]
pub enum CallCommand {
    /// Begin one. Before this nothing is gathered or sent for a call.
    Open {
        /// The call.
        call: MsgId,
        /// It offers; otherwise it waits for an offer.
        offers: bool,
        /// Only through TURN servers: the other side learns no address.
        relay_only: bool,
        /// Whether the microphone is on.
        microphone: bool,
        /// What is shown once the two are connected.
        shows: Shows,
    },
    /// Take what the other side described. It counts only if it names this certificate and this user fragment, which the
    /// device of the other side has signed.
    Describe {
        /// The call.
        call: MsgId,
        /// It is an offer; otherwise an answer.
        offer: bool,
        /// The description.
        sdp: String,
        /// SHA-256 of the certificate.
        fingerprint: [u8; 32],
        /// The ICE user fragment.
        ufrag: String,
    },
    /// Take where the other side may be reached.
    Candidates {
        /// The call.
        call: MsgId,
        /// ICE candidates.
        candidates: Vec<String>,
    },
    /// Meet the other side over iroh: from the callee's side this is the answer.
    Overlay {
        /// The call.
        call: MsgId,
        /// The key of the other side's endpoint.
        endpoint: TransportId,
        /// The bootstrap nodes whose relays it can use, the best first.
        relays: Vec<TransportId>,
    },
    /// Look for another way to the other side.
    Restart {
        /// The call.
        call: MsgId,
    },
    /// Switch the microphone.
    Microphone {
        /// The call.
        call: MsgId,
        /// On or off.
        on: bool,
    },
    /// Hold the key of push to talk, or let it go.
    Talk {
        /// The call.
        call: MsgId,
        /// It is held.
        held: bool,
    },
    /// Play the other person so loud, which is 100 % unless said.
    Volume {
        /// The call.
        call: MsgId,
        /// In percent, from 0 to 200.
        percent: u16,
    },
    /// Show something, or nothing any more.
    Show {
        /// The call.
        call: MsgId,
        /// What.
        shows: Shows,
    },
    /// End it.
    Close {
        /// The call.
        call: MsgId,
    },
}

impl CallCommand {
    /// Which call it is about.
    #[must_use]
    pub fn call(&self) -> MsgId {
        match self {
            Self::Open { call, .. }
            | Self::Describe { call, .. }
            | Self::Candidates { call, .. }
            | Self::Overlay { call, .. }
            | Self::Restart { call }
            | Self::Microphone { call, .. }
            | Self::Talk { call, .. }
            | Self::Volume { call, .. }
            | Self::Show { call, .. }
            | Self::Close { call } => *call,
        }
    }
}

impl fmt::Debug for CallCommand {
    // Descriptions and candidates are addresses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open { .. } => "Open",
            Self::Describe { .. } => "Describe",
            Self::Candidates { .. } => "Candidates",
            Self::Overlay { .. } => "Overlay",
            Self::Restart { .. } => "Restart",
            Self::Microphone { .. } => "Microphone",
            Self::Talk { .. } => "Talk",
            Self::Volume { .. } => "Volume",
            Self::Show { .. } => "Show",
            Self::Close { .. } => "Close",
        })
    }
}

/// One thing to do, once the batch is committed.
#[derive(Debug)]
pub enum Output {
    /// Answer a client.
    Reply(CommandId, Result<Reply, ApiError>),
    /// Tell every client.
    Event(Event),
    /// Send an envelope to a tracked peer.
    Send {
        /// The peer.
        to: TransportId,
        /// Names it for [`SendResult`](crate::Input::SendResult); zero wants none.
        id: SendId,
        /// The envelope.
        bytes: Vec<u8>,
    },
    /// Ask somebody who may not know us yet.
    Request {
        /// The peer.
        to: TransportId,
        /// Where it may be.
        addresses: Vec<String>,
        /// By which it is found where it is now.
        find: Option<FindKey>,
        /// Names it for [`RequestAnswered`](crate::Input::RequestAnswered).
        id: SendId,
        /// The request frame.
        bytes: Vec<u8>,
    },
    /// Answer somebody who asked.
    AnswerRequest {
        /// The request.
        request: u64,
        /// The answer.
        answer: RequestAnswer,
    },
    /// Let a peer in, and keep a connection to it.
    Track {
        /// The peer.
        peer: TransportId,
        /// Where it may be, best first.
        addresses: Vec<String>,
        /// By which it is found where it is now.
        find: Option<FindKey>,
    },
    /// Keep a peer out.
    Untrack {
        /// The peer.
        peer: TransportId,
    },
    /// Leave a sealed bundle at bootstrap nodes.
    PutSlot {
        /// Names it for [`SlotPut`](crate::Input::SlotPut).
        id: u64,
        /// Where.
        slot: SlotId,
        /// BLAKE3 of the token that may delete it.
        owner_hash: [u8; 32],
        /// Until when, Unix milliseconds.
        expires_at_ms: u64,
        /// The sealed bundle.
        blob: Vec<u8>,
    },
    /// Fetch a sealed bundle.
    GetSlot {
        /// Names it for [`SlotGot`](crate::Input::SlotGot).
        id: u64,
        /// Where.
        slot: SlotId,
        /// Who may have it.
        hints: Vec<String>,
        /// What lies there at some node and is not it: BLAKE3 of each. Whoever has this has nothing.
        not: Vec<[u8; 32]>,
    },
    /// Do work for a contact request, beside everything else.
    Work {
        /// Names it for [`Worked`](crate::Input::Worked).
        id: u64,
        /// What.
        task: WorkTask,
    },
    /// Nobody needs that work any more.
    StopWork {
        /// Which.
        id: u64,
    },
    /// Delete a sealed bundle.
    DeleteSlot {
        /// Where.
        slot: SlotId,
        /// The owner's token.
        token: [u8; 32],
    },
    /// Ask a mailbox, on a connection under a key of its own.
    Mailbox {
        /// Names it for [`Input::Mailbox`](crate::Input::Mailbox).
        id: u64,
        /// Which: a bootstrap link.
        mailbox: String,
        /// What.
        operation: MailboxOperation,
        /// The seed of the key that signs.
        seed: Zeroizing<[u8; 32]>,
    },
    /// Keep mail for others, or answer nobody any more. Repeating it only asks what is kept.
    ServeMailbox {
        /// Names it for [`Input::MailboxServed`](crate::Input::MailboxServed).
        id: u64,
        /// The rules; what is kept stays until it expires without them.
        serve: Option<ServeMailbox>,
        /// Delete what is kept.
        erase: bool,
    },
    /// Meet people through relays alone, so that they do not learn this node's address, or not any more.
    RelayOnly(bool),
    /// Ask the router to let others in, or no longer.
    PortMapping(bool),
    /// Begin the network again as the endpoint with this transport key; what follows it tells it everything anew. What was
    /// under way is lost, and said to be.
    Renew {
        /// The key.
        key: SigningKey,
        /// What makes it this device's.
        renewal: Renewal,
    },
    /// Whether the connection costs by volume, if the person said so.
    Metered(Option<bool>),
    /// Keep records by which the holders of these keys find this device, and no others, from now on.
    Findable(Vec<FindKey>),
    /// Look at a page that the person here sends a link to, instead of the one before. `Debug` shows the link: log no output.
    FetchPage {
        /// Names it for [`PageFetched`](crate::Input::PageFetched).
        id: u64,
        /// Which.
        url: String,
    },
    /// Do something with the session of a call.
    Call(CallCommand),
    /// Look at no page any more.
    StopFetching,
    /// Answer for these slots, and no others, from now on.
    ServeSlots(Vec<(SlotId, Vec<u8>)>),
}
