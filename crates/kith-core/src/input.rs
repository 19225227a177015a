//! What a core can be told.

use kith_api::{Command, views};
use kith_wire::{MailboxResponse, MsgId, UnverifiedRenewal, ids::TransportId, request::RequestAnswer};

/// Names a command so that its reply can be handed to whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub u64);

/// Names something sent, so that its result can be told. Zero is a send nobody waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SendId(pub u64);

/// How a peer is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerPath {
    /// By a connection of our own.
    Direct {
        /// Round-trip time in milliseconds.
        rtt_ms: Option<u32>,
        /// Over which network.
        over: views::PathOver,
    },
    /// Through a relay.
    Relayed {
        /// The relay.
        via: TransportId,
        /// Round-trip time in milliseconds.
        rtt_ms: Option<u32>,
    },
}

/// What asking for an invite slot gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotOutcome {
    /// The sealed bundle.
    Found(Vec<u8>),
    /// Nobody asked has it.
    Missing,
    /// It was there and is gone.
    Gone {
        /// Whether it was used up; otherwise its time was over.
        used: bool,
    },
    /// Nobody could be asked.
    Unreachable,
}

/// What is kept for others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MailboxUsage {
    /// Queues.
    pub queues: u64,
    /// Envelopes.
    pub envelopes: u64,
    /// Their bytes, with what each takes besides.
    pub bytes: u64,
    /// When the first of them expires, Unix milliseconds.
    pub oldest_until_ms: Option<u64>,
}

/// A picture to keep as one's own: PNG files made here, of nothing but pixels.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSticker {
    /// What to call it.
    pub name: String,
    /// For a message of its own.
    pub large: Vec<u8>,
    /// For between words.
    pub small: Vec<u8>,
}

impl std::fmt::Debug for NewSticker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSticker").field("bytes", &self.large.len()).finish_non_exhaustive()
    }
}

/// What a page says about itself, as it says it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// A picture that recipients take.
    pub picture: Option<Vec<u8>>,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page").finish_non_exhaustive()
    }
}

/// What looking at a page gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageOutcome {
    /// It was seen.
    Page(Page),
    /// It is no page, or says nothing about itself.
    Nothing,
    /// It cannot be reached, or not in time.
    Unreachable,
    /// It is not looked at: its address or the way to it is not one for that.
    Refused,
}

/// What the session of a call says.
#[derive(Clone, PartialEq, Eq)]
pub enum CallNews {
    /// It is to be described to the other side.
    Described {
        /// It offers; otherwise it answers.
        offer: bool,
        /// The description.
        sdp: String,
        /// SHA-256 of the DTLS certificate that it names.
        fingerprint: [u8; 32],
        /// The ICE user fragment that it names.
        ufrag: String,
    },
    /// Where it may be reached, as ICE candidates.
    Candidates(Vec<String>),
    /// Where it can be met over iroh.
    Overlay {
        /// The key of its endpoint.
        endpoint: TransportId,
        /// The bootstrap nodes whose relays it can use.
        relays: Vec<TransportId>,
    },
    /// It leads to the other side.
    Up,
    /// It does not at the moment.
    Down,
    /// What was to be shown cannot be: there is no camera, or it is gone.
    Blind,
    /// It has ended, or could not begin.
    Broken,
}

impl std::fmt::Debug for CallNews {
    // Descriptions and candidates are addresses.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Described { .. } => "Described",
            Self::Candidates(_) => "Candidates",
            Self::Overlay { .. } => "Overlay",
            Self::Up => "Up",
            Self::Down => "Down",
            Self::Blind => "Blind",
            Self::Broken => "Broken",
        })
    }
}

/// One thing that happened.
#[derive(Debug)]
pub enum Input {
    /// A client calls.
    Command(CommandId, Command),
    /// A client adds a picture of its own, which is ready to be kept.
    AddSticker(CommandId, NewSticker),
    /// An envelope came from a tracked peer.
    Peer {
        /// The peer, as the transport authenticated it.
        from: TransportId,
        /// The envelope.
        bytes: Vec<u8>,
    },
    /// A contact request came from a stranger.
    Request {
        /// The peer, as the transport authenticated it.
        from: TransportId,
        /// Names the request for the answer.
        request: u64,
        /// The request frame.
        bytes: Vec<u8>,
    },
    /// A tracked peer is connected.
    PeerUp {
        /// The peer.
        peer: TransportId,
        /// How.
        path: PeerPath,
    },
    /// A tracked peer is reached by another connection, of the same kind or not.
    PeerPath {
        /// The peer.
        peer: TransportId,
        /// How.
        path: PeerPath,
    },
    /// A tracked peer is gone.
    PeerDown {
        /// The peer.
        peer: TransportId,
    },
    /// A record of a contact's device says that it has another transport key.
    Moved {
        /// What the device signed.
        renewal: UnverifiedRenewal,
        /// Multiaddrs at which it is reached with that key, best first.
        addresses: Vec<String>,
    },
    /// Addresses of a tracked peer worth keeping.
    PeerAddresses {
        /// The peer.
        peer: TransportId,
        /// Multiaddrs, best first.
        addresses: Vec<String>,
    },
    /// A [`Send`](crate::Output::Send) left, or could not.
    SendResult {
        /// Which.
        id: SendId,
        /// Whether it left.
        ok: bool,
    },
    /// A [`Request`](crate::Output::Request) was answered, or `None` if nobody could be asked.
    RequestAnswered {
        /// Which.
        id: SendId,
        /// The answer.
        answer: Option<RequestAnswer>,
    },
    /// A [`PutSlot`](crate::Output::PutSlot) is done.
    SlotPut {
        /// Which.
        id: u64,
        /// At how many nodes.
        stored: u32,
    },
    /// A [`GetSlot`](crate::Output::GetSlot) is done.
    SlotGot {
        /// Which.
        id: u64,
        /// What it gave.
        outcome: SlotOutcome,
    },
    /// A [`FetchPage`](crate::Output::FetchPage) is done.
    PageFetched {
        /// Which.
        id: u64,
        /// What it gave.
        outcome: PageOutcome,
    },
    /// The session of a call says something.
    Call {
        /// Which call.
        call: MsgId,
        /// What.
        news: CallNews,
    },
    /// An [`Output::Work`](crate::Output::Work) is done, or `None` if it was not.
    Worked {
        /// Which.
        id: u64,
        /// What was found.
        nonce: Option<u64>,
    },
    /// These nodes, as bootstrap links, keep mail and are in reach.
    MailboxesSeen(Vec<String>),
    /// An [`Output::Mailbox`](crate::Output::Mailbox) was answered, or `None` if the mailbox could not be asked.
    Mailbox {
        /// Which.
        id: u64,
        /// The answer.
        response: Option<MailboxResponse>,
    },
    /// An [`Output::ServeMailbox`](crate::Output::ServeMailbox) was done, or why it could not be.
    MailboxServed {
        /// Which.
        id: u64,
        /// What is kept.
        outcome: Result<MailboxUsage, String>,
    },
    /// The addresses at which anybody can reach this node without a relay.
    Reachable(Vec<String>),
    /// The addresses under which this node can be reached, best first.
    Addresses(Vec<String>),
    /// The bootstrap nodes to name in invite links, at most three are used.
    Bootstraps(Vec<String>),
    /// The time given by [`Core::next_wake`](crate::Core::next_wake) has come.
    Wake,
    /// The clock that people here go by.
    Zone(jiff::tz::TimeZone),
}
