//! A bot that answers calls with a recording: a node inside a program.
//!
//! `cargo run -p kith-examples --example answering_machine -- --profile DIR --wav FILE` prints a link; whoever adds it is
//! accepted, and hears the file when they call. When it was played, the bot hangs up.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, Result};
use clap::Parser;
use kith_node::{
    AudioIn, AudioOut, Event, Invite, MessageId, Node, local, standard,
    views::{Call, CallPhase, ContactState},
};
use tokio::time::{Instant, sleep_until};

/// After the last word: what is still on its way is heard as well.
const PAUSE: Duration = Duration::from_secs(1);

/// Answers calls with a recording
#[derive(Parser)]
struct Arguments {
    /// The profile folder; made if there is none
    #[arg(long)]
    profile: PathBuf,
    /// What callers hear
    #[arg(long)]
    wav: PathBuf,
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
    let recording = hound::WavReader::open(&arguments.wav).with_context(|| arguments.wav.display().to_string())?;
    let seconds = f64::from(recording.duration()) / f64::from(recording.spec().sample_rate);
    let preset = if arguments.local { local() } else { standard() };
    let builder = Node::builder(arguments.profile)
        .name("Answering machine")
        .preset(preset)
        .audio(AudioIn::Wav(arguments.wav), AudioOut::Null);
    let builder = arguments.bootstrap.into_iter().fold(builder, |builder, address| builder.bootstrap(address));
    let node = builder.spawn().await?;
    let result = run(&node, Duration::from_secs_f64(seconds) + PAUSE).await;
    node.shutdown().await;
    result
}

async fn run(node: &Node, length: Duration) -> Result<()> {
    // Without a bootstrap node, a link names the bot's own addresses.
    node.listening(Duration::from_secs(3)).await;
    println!("{}", node.contacts().invite(Invite::for_many()).await?.link);
    let (snapshot, mut events) = node.subscribe().await?;
    for contact in snapshot.contacts.iter().filter(|contact| contact.state == ContactState::Requested) {
        node.contacts().accept(contact.account).await?;
    }
    let mut playing: Option<(MessageId, Instant)> = None;
    loop {
        let over = async {
            match playing {
                Some((call, over)) => {
                    sleep_until(over).await;
                    call
                }
                None => std::future::pending().await,
            }
        };
        let event = tokio::select! {
            event = events.next() => event.context("the node has ended")?.event,
            call = over => {
                playing = None;
                // Who hung up first is gone already.
                node.calls().hang_up(call).await.ok();
                continue;
            }
            _ = tokio::signal::ctrl_c() => return Ok(()),
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "a bot acts on few kinds of event")]
        match event {
            Event::ContactRequested { contact } => node.contacts().accept(contact.account).await?,
            Event::CallIncoming { call } => node.calls().accept(call.call).await?,
            // It plays from when the other side hears it.
            Event::CallChanged { call: Call { call, phase: CallPhase::Connected, .. } } => {
                playing.get_or_insert((call, Instant::now() + length));
            }
            Event::CallChanged { call: Call { phase: CallPhase::Ended, .. } } => playing = None,
            _ => {}
        }
    }
}
