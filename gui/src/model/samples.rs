//! Made-up people and messages for tests.

use kith_node::{
    AccountId, ChatId, MessageId,
    views::{
        Call, CallPhase, Chat, ChatKind, Contact, ContactState, Message, MessageKind, MessageState, NetworkState,
        NetworkStatus, Path, PathKind, PathOver, Presence, Profile, Traffic,
    },
};

/// A call with person 1 that I made.
pub(crate) fn call(n: u32, phase: CallPhase) -> Call {
    Call {
        call: message_id(n),
        chat: chat_id(1),
        account: account(1),
        outgoing: true,
        phase,
        outcome: None,
        started_at: NOW,
        connected_at: None,
        until: None,
        mic: true,
        their_mic: true,
        camera: false,
        screen: false,
        their_camera: false,
        their_screen: false,
        silent: false,
    }
}

/// When everything happens: 21 November 2026, 09:41 UTC.
pub(crate) const NOW: u64 = 1_795_254_060_000;

pub(crate) fn account(n: u8) -> AccountId {
    AccountId::from_bytes([n; 32])
}

pub(crate) fn message_id(n: u32) -> MessageId {
    let mut bytes = MessageId::from_bytes(Default::default()).to_bytes();
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    MessageId::from_bytes(bytes)
}

pub(crate) fn chat_id(n: u8) -> ChatId {
    let mut bytes = ChatId::from_bytes(Default::default()).to_bytes();
    bytes[0] = n;
    ChatId::from_bytes(bytes)
}

/// A message of mine in the chat with person 1.
pub(crate) fn message(n: u32) -> Message {
    Message {
        id: message_id(n),
        chat: chat_id(1),
        author: account(0),
        sent_at: NOW - 60_000 + u64::from(n),
        received_at: None,
        kind: MessageKind::Text,
        text: Some(format!("Message {n}")),
        reply_to: None,
        state: Some(MessageState::Queued),
        edited_at: None,
        deleted: false,
        forwarded: false,
        mention: false,
        pinned: false,
        reactions: vec![],
        stored_at: vec![],
        stored_until: None,
        system: None,
        expires_s: None,
        expires_at: None,
        planned_at: None,
        poll: None,
        gap: false,
        order: format!("{n:048x}"),
        introduction: None,
        sticker: None,
        emoji: Vec::new(),
        preview: None,
        call: None,
    }
}

pub(crate) fn contact(n: u8, name: &str) -> Contact {
    Contact {
        account: account(n),
        name: name.to_owned(),
        petname: None,
        state: ContactState::Introduced,
        presence: Presence::Online,
        last_seen: None,
        path: Path { kind: PathKind::Direct, rtt_ms: Some(12), over: Some(PathOver::Ipv4), via: None },
        status_text: String::new(),
        status_until: None,
        sharing: Default::default(),
        request_text: String::new(),
        via: None,
        alarm: false,
        mail_offered: false,
        keeps_mail: false,
        mailboxes: 2,
    }
}

pub(crate) fn chat(n: u8, title: &str) -> Chat {
    Chat {
        chat: chat_id(n),
        kind: ChatKind::Direct,
        account: Some(account(n)),
        title: title.to_owned(),
        unread: 0,
        mentions: 0,
        last: None,
        pinned: false,
        archived: false,
        muted_until: None,
        notify: Default::default(),
        draft: None,
        expires_s: None,
        scheduled: 0,
    }
}

pub(crate) fn profile() -> Profile {
    Profile {
        account: account(0),
        name: "Ada Lindqvist".to_owned(),
        status_text: String::new(),
        presence: Presence::Online,
        status_until: None,
        idle: false,
        quiet_until: None,
        devices: Vec::new(),
        public_address: Default::default(),
        recovery: None,
        restored: false,
    }
}

pub(crate) fn network() -> NetworkStatus {
    NetworkStatus {
        peer: "12D3KooWGjMCqoZzYYJSUJ3JYKGSHL7Ky4jRRGMPyn8ZwsxLGm8Y".into(),
        state: NetworkState::Online,
        nat: "none".to_owned(),
        addresses: vec!["/ip4/192.0.2.7/udp/4100/quic-v1".to_owned()],
        mapped: vec!["/ip4/192.0.2.9/udp/4100/quic-v1".to_owned()],
        peers: 5,
        bootstraps: Vec::new(),
        relays: Vec::new(),
        steps: Vec::new(),
        metered: false,
        portal: false,
        traffic: Traffic { bytes_in: 120_000, bytes_out: 34_000 },
    }
}
