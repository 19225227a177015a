//! A Kith node: the library that developers embed, and the daemon `kithd`.
//!
//! **What it is.** A [`Node`] is a person's own end of Kith: it keeps an encrypted history on its own disk, finds the
//! nodes of contacts, and talks to them end-to-end encrypted. There is no account server.
//!
//! ```no_run
//! use kith_node::{Event, Invite, Node, standard};
//!
//! # async fn story() -> Result<(), Box<dyn std::error::Error>> {
//! let node = Node::builder("./alice").name("Alice").preset(standard()).spawn().await?;
//! println!("give this to a friend: {}", node.contacts().invite(Invite::single_use()).await?.link);
//!
//! let (snapshot, mut events) = node.subscribe().await?;
//! println!("{} chats so far", snapshot.chats.len());
//! while let Some(event) = events.next().await {
//!     match event.event {
//!         Event::ContactRequested { contact } => node.contacts().accept(contact.account).await?,
//!         Event::MessageUpserted { message } if message.author != node.account() => {
//!             node.chats().send(message.chat, "hello").await?;
//!         }
//!         _ => {}
//!     }
//! }
//! node.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! **Concepts.**
//!
//! - A *profile* is a folder. It is made with the first start that gives a name, and one process has it at a time.
//! - A *command* asks for something and is answered by a *reply* of the same name: [`Node::call`], or the typed methods
//!   of [`Node::profile`], [`Node::backup`], [`Node::contacts`], [`Node::chats`], [`Node::stickers`], [`Node::settings`],
//!   [`Node::network`] and [`Node::tokens`]. What is answered is on disk.
//! - An *event* tells what happened. [`Node::subscribe`] gives everything there is and every event after it, without a
//!   gap; a reader that falls too far behind is told so with [`Event::Lagged`] and subscribes again.
//! - The *local API* ([`NodeBuilder::api`]) says the same in JSON to programs in other languages.
//!
//! **What it never does.** It decides nothing: that is `kith-core`, which it runs. It writes nothing readable to disk but
//! the address and token of the local API and, with neither password nor keyring, the key file; it sends nothing readable.
//!
//! **Threads.** `kith-core` owns the database and the machine. Everything else runs as tasks on the caller's tokio
//! runtime, all started in `tasks.rs` and all gone when [`Node::shutdown`] returns.
//!
//! **Where to start reading.** `builder.rs` puts a node together; `core_thread.rs` is its heart; `router.rs` shows what
//! goes in and out.

mod backup;
mod bootstraps;
mod builder;
mod calls;
mod clock;
mod core_thread;
mod events;
mod handles;
mod keys;
mod link_preview;
mod local_api;
mod memory;
mod node;
mod picture;
mod ports;
mod public_address;
mod readers;
mod router;
mod stickers;
mod tasks;

pub use kith_api::{
    self as api, AccountId, ApiError, ChatId, Command, ErrorCode, Event, MessageId, Method, Password, PictureId,
    PreviewId, Reply, SequencedEvent, Snapshot, method, params, views,
};

pub use kith_core::{mentions, notify};
pub use kith_crypto::spoken::{SPOKEN_WORDS, SpokenCode, SpokenError};
pub use kith_media::{AudioIn, AudioOut, ParseAudioError, video};
pub use kith_wire::text::is_picture_name;

pub use crate::{
    backup::{BackupProblem, Restore, RestoreError, RestoreKey},
    bootstraps::{BadBootstrap, DEFAULT_BOOTSTRAPS},
    builder::{NodeBuilder, Preset, StartError, lan_only, local, standard},
    calls::video::CallPictures,
    events::{EVENTS_KEPT, Events},
    handles::{
        backup::BackupHandle,
        calls::Calls,
        chats::Chats,
        contacts::{Contacts, Invite},
        mailboxes::Mailboxes,
        network::Network,
        profile::ProfileHandle,
        settings::SettingsHandle,
        stickers::Stickers,
        tokens::TokensHandle,
    },
    keys::{KeyError, KeyringError, ProfileState, SealedError, WipeError, profile_state, wipe_profile},
    local_api::{ADDRESS_FILE, StartError as ApiStartError, TOKEN_FILE},
    memory::forbid_core_dumps,
    node::Node,
};
