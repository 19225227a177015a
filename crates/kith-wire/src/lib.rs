//! What two Kith nodes say to each other: ids, frames, identity logs, invites, envelopes and the messages inside them.
//!
//! Everything that arrives is first an `Unverified…` value: decoded under a size cap, but not yet believed. `verify`
//! checks signatures, chains, expiry and both identities and gives the verified type, which has no other constructor
//! than that and the one its author uses. Signed bytes are carried verbatim and never re-encoded.
//!
//! This crate never does I/O, never reads a clock (callers pass `now_ms`), keeps no state and trusts no length it reads.
//! It starts no threads; all types are plain values.
//!
//! Start reading at [`limits`] (every cap), then [`identity`] (who somebody is), [`invite`] (how two people meet),
//! [`envelope`] (what travels) and [`message`] (what is inside).
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod address;
mod codec;

pub mod bootstrap;
pub mod card;
pub mod envelope;
pub mod error;
pub mod frame;
#[doc(hidden)]
pub mod fuzz;
pub mod hello;
pub mod identity;
pub mod ids;
pub mod invite;
pub mod limits;
pub mod link;
pub mod mailbox;
pub mod message;
pub mod picture;
pub mod recovery;
pub mod request;
pub mod services;
pub mod slot;
pub mod text;
pub mod web;
pub mod whereabouts;
mod work;

pub use bootstrap::BootstrapLink;
pub use card::{CardError, TransportCard, UnverifiedCard};
pub use envelope::{Envelope, EnvelopeError, Header};
pub use error::WireError;
pub use frame::{Frame, FrameError, FrameReader};
pub use hello::Hello;
pub use identity::{
    DeviceRecord, IdentityError, IdentityLog, LogRelation, NewDevice, Renewal, Revocation, UnverifiedIdentityLog,
    UnverifiedRenewal,
};
pub use ids::{
    AccountId, ChatId, DepositId, DeviceId, EnvelopeId, Hlc, IdError, MsgId, PictureId, ReceiveId, SlotId, TransportId,
};
pub use invite::{
    BundleParts, InviteBundle, InviteError, InviteLink, SpokenInvite, SpokenLinkError, UnverifiedBundle, WorkTask,
};
pub use link::LinkError;
pub use mailbox::{
    Admission, Mail, MailboxDenial, MailboxOffer, MailboxOperation, MailboxRequest, MailboxResponse, QueueAddress,
    Receipt, UnverifiedMailboxRequest,
};
pub use message::{
    Availability, Body, Call, CallEnd, CallEnds, CallSignal, CallStep, Description, Ends, Inner, InnerError,
    Introduction, IntroductionAnswer, LinkPreview, Overlay, Poll, SmallPicture, Sticker, Sync, UnverifiedInner,
};
pub use picture::{Picture, PictureFormat};
pub use request::{RequestAnswer, RequestFrame, RequestWork};
pub use services::{
    CommunityToken, DescriptorError, IrohRelay, ServiceDescriptor, ServicesDenial, ServicesRequest, ServicesResponse,
    TurnCredentials, UnverifiedDescriptor,
};
pub use slot::{SlotDenial, SlotRequest, SlotResponse};
pub use whereabouts::{FindKey, Found, WhereaboutsError};
