//! The life of each kind of stream, as futures the handler polls.

use std::{sync::Arc, time::Duration};

use futures::{AsyncReadExt, AsyncWriteExt, future};
use kith_wire::{RequestAnswer, frame};
use libp2p::{PeerId, Stream};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::{
    handler::Done,
    io::{self, StreamError},
    silence::{Heard, Line},
};
use crate::{
    api::{NetEvent, RequestError},
    ids, limits,
};

/// Writes frames as they come, several in one flush when several wait.
pub(super) async fn write_dm(
    stream: Stream,
    mut frames: mpsc::Receiver<(u64, Vec<u8>)>,
    flushed: mpsc::Sender<(u64, bool)>,
    limit: Duration,
    line: Arc<Line>,
) -> Done {
    let (mut from_peer, mut to_peer) = stream.split();
    let mut nothing = [0_u8; 1];
    // The other side never writes here; its end of the stream ending is how a closed gate is noticed early.
    let mut ended = from_peer.read(&mut nothing);
    loop {
        let next = Box::pin(frames.recv());
        let first = match future::select(next, &mut ended).await {
            future::Either::Left((Some(first), _)) => first,
            future::Either::Left((None, _)) => {
                // All frames are flushed: how the close goes does not matter.
                drop(io::within(limit, async { Ok(to_peer.close().await?) }).await);
                return Done::DmOut;
            }
            future::Either::Right(_) => break,
        };
        let mut tickets = Vec::new();
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some((ticket, bytes)) = next {
            match frame::encode(&bytes, limits::DM_FRAME_MAX) {
                Ok(bytes) => {
                    batch.extend(bytes);
                    tickets.push(ticket);
                }
                Err(_too_long) => report(&flushed, ticket, false).await,
            }
            next = if batch.len() < limits::DM_BATCH_BYTES { frames.try_recv().ok() } else { None };
        }
        let ok = io::write(&mut to_peer, &batch, limit).await.is_ok();
        for ticket in tickets {
            report(&flushed, ticket, ok).await;
        }
        if !ok {
            break;
        }
        line.sent(batch.len());
    }
    frames.close();
    while let Some((ticket, _)) = frames.recv().await {
        report(&flushed, ticket, false).await;
    }
    Done::DmOut
}

async fn report(flushed: &mpsc::Sender<(u64, bool)>, ticket: u64, ok: bool) {
    // The receiver lives in the handler that polls this: it is gone only when the connection is, and the behaviour
    // fails every ticket of a closed connection.
    if flushed.send((ticket, ok)).await.is_err() {
        tracing::trace!("the connection is gone");
    }
}

/// Reads frames until the stream ends, breaks the rules or is stopped. The next frame is not read before the node has
/// taken the last one.
pub(super) async fn read_dm(
    mut stream: Stream,
    peer: PeerId,
    events: mpsc::Sender<NetEvent>,
    limit: Duration,
    heard: Heard,
    stopped: oneshot::Receiver<()>,
) -> Done {
    let Some(peer) = ids::transport_id(&peer) else { return Done::DmIn };
    let reading = async {
        while let Ok(Some(bytes)) = io::read_frame(&mut stream, limits::DM_FRAME_MAX, limit).await {
            heard.bytes(bytes.len());
            if events.send(NetEvent::Received { peer, bytes }).await.is_err() {
                break;
            }
        }
    };
    future::select(Box::pin(reading), stopped).await;
    Done::DmIn
}

/// Writes our hello.
pub(super) async fn write_hello(mut stream: Stream, bytes: Vec<u8>) -> Done {
    let ok = send_one(&mut stream, &bytes, limits::HELLO_FRAME_MAX, limits::HELLO_TIMEOUT).await.is_ok();
    Done::HelloOut { ok }
}

/// Reads the other side's hello.
pub(super) async fn read_hello(mut stream: Stream) -> Done {
    let bytes = io::read_one(&mut stream, limits::HELLO_FRAME_MAX, limits::HELLO_TIMEOUT).await.ok();
    Done::HelloIn { bytes }
}

/// Asks and waits for the answer.
pub(super) async fn ask(mut stream: Stream, ticket: u64, bytes: Vec<u8>, limit: Duration) -> Done {
    let answer = async {
        send_one(&mut stream, &bytes, limits::REQUEST_FRAME_MAX, limit).await?;
        io::read_one(&mut stream, limits::ANSWER_FRAME_MAX, limit).await
    };
    let answer = match io::within(limit, answer).await {
        Ok(answer) => Ok(answer),
        Err(StreamError::Slow) => Err(RequestError::Timeout),
        Err(StreamError::Io(_) | StreamError::Frame(_)) => Err(RequestError::Refused),
    };
    Done::RequestOut { ticket, answer }
}

/// Reads a request.
pub(super) async fn read_request(mut stream: Stream, permit: OwnedSemaphorePermit, limit: Duration) -> Done {
    let asked = io::read_one(&mut stream, limits::REQUEST_FRAME_MAX, limit).await.ok();
    Done::RequestRead { asked: asked.map(|bytes| (stream, bytes)), permit }
}

/// Waits for the node's answer and writes it.
pub(super) async fn answer_request(
    mut stream: Stream,
    number: u64,
    answer: oneshot::Receiver<Vec<u8>>,
    permit: OwnedSemaphorePermit,
    limit: Duration,
) -> Done {
    if let Ok(Ok(bytes)) = tokio::time::timeout(limit, answer).await {
        // If the asker is gone it asks again.
        drop(send_one(&mut stream, &bytes, limits::ANSWER_FRAME_MAX, limit).await);
    }
    drop(permit);
    Done::RequestAnswered { stream: number }
}

/// Tells a peer that knocks too often so. What it sends is thrown away unread: without that, QUIC would tell it to stop
/// sending and it would never look at the answer.
pub(super) async fn turn_away(mut stream: Stream, limit: Duration) -> Done {
    let turned = async {
        send_one(&mut stream, &RequestAnswer::Busy.encode(), limits::ANSWER_FRAME_MAX, limit).await?;
        let most = u64::try_from(limits::REQUEST_FRAME_MAX).unwrap_or_default();
        futures::io::copy(stream.take(most), &mut futures::io::sink()).await?;
        Ok(())
    };
    if let Err(error) = io::within(limit, turned).await {
        tracing::trace!(%error, "turned away without a word");
    }
    Done::Turned
}

async fn send_one(stream: &mut Stream, payload: &[u8], cap: usize, limit: Duration) -> Result<(), StreamError> {
    let bytes = frame::encode(payload, cap)?;
    io::write(stream, &bytes, limit).await?;
    io::within(limit, async { Ok(stream.close().await?) }).await
}
