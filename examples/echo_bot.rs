//! A bot that says back what it is told: a node inside a program.
//!
//! `cargo run -p kith-examples --example echo_bot -- --profile DIR` prints a link; whoever adds it is accepted and gets
//! every message back, also those sent while the bot was off. The same bot over the local API is in `http/`.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, Result};
use clap::Parser;
use kith_node::{
    ChatId, Event, Events, Invite, Node, local,
    params::{Around, HistoryParams},
    standard,
    views::ContactState,
};

/// Says back what it is told
#[derive(Parser)]
struct Arguments {
    /// The profile folder; made if there is none
    #[arg(long)]
    profile: PathBuf,
    /// Bootstrap nodes: kith:b/1/… or /…/p2p/PEER
    #[arg(long, num_args = 1..)]
    bootstrap: Vec<String>,
    /// Talks to nodes on this machine only
    #[arg(long)]
    local: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    let preset = if arguments.local { local() } else { standard() };
    let builder = Node::builder(arguments.profile).name("Echo").preset(preset);
    let builder = arguments.bootstrap.into_iter().fold(builder, |builder, address| builder.bootstrap(address));
    let node = builder.spawn().await?;
    let result = run(&node).await;
    node.shutdown().await;
    result
}

async fn run(node: &Node) -> Result<()> {
    // Without a bootstrap node, a link names the bot's own addresses.
    node.listening(Duration::from_secs(3)).await;
    println!("{}", node.contacts().invite(Invite::for_many()).await?.link);
    let mut events = catch_up(node).await?;
    loop {
        let event = tokio::select! {
            event = events.next() => event.context("the node has ended")?,
            _ = tokio::signal::ctrl_c() => return Ok(()),
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "a bot acts on few kinds of event")]
        match event.event {
            Event::ContactRequested { contact } => node.contacts().accept(contact.account).await?,
            Event::MessageUpserted { message } if message.author != node.account() => {
                answer(node, message.chat).await?
            }
            Event::Lagged { .. } => events = catch_up(node).await?,
            _ => {}
        }
    }
}

/// Does what there was to do before the events that come from now on.
async fn catch_up(node: &Node) -> Result<Events> {
    let (snapshot, events) = node.subscribe().await?;
    for contact in snapshot.contacts.iter().filter(|contact| contact.state == ContactState::Requested) {
        node.contacts().accept(contact.account).await?;
    }
    for chat in snapshot.chats {
        answer(node, chat.chat).await?;
    }
    Ok(events)
}

/// Says back what is unread in a chat, and marks it read.
async fn answer(node: &Node, chat: ChatId) -> Result<()> {
    while node.chats().get(chat).await?.unread > 0 {
        let part = HistoryParams { chat, around: Around::Unread, before: Some(0), after: Some(100) };
        let unread = node.chats().history(part).await?.messages;
        for message in unread.iter().filter(|message| message.author != node.account()) {
            if let Some(text) = &message.text {
                node.chats().reply(chat, message.id, text.as_str()).await?;
            }
            node.chats().mark_read(chat, Some(message.id)).await?;
        }
    }
    Ok(())
}
