//! One WebSocket: requests and their answers, and events once subscribed.

use axum::extract::ws::{Message, WebSocket};
use futures::{SinkExt as _, StreamExt as _, stream::FuturesUnordered};
use kith_api::{ApiError, ErrorCode, SequencedEvent, views::Scope};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    auth::Grant,
    rpc::{self, Request},
    server::Api,
};
use crate::events::Events;

/// Requests of one connection at work at once; more wait in the socket.
const AT_WORK: usize = 32;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubscribeParams {
    from: Option<u64>,
}

/// Serves a connection until either side ends it, or its token is revoked.
pub(super) async fn serve(socket: WebSocket, api: &Api, grant: Grant) {
    let (mut sink, mut stream) = socket.split();
    let mut at_work = FuturesUnordered::new();
    let mut events: Option<Events> = None;
    loop {
        let message = tokio::select! {
            Some(answer) = at_work.next() => answer,
            message = stream.next(), if at_work.len() < AT_WORK => {
                let bytes = match message {
                    Some(Ok(Message::Text(text))) => axum::body::Bytes::from(text),
                    Some(Ok(Message::Binary(bytes))) => bytes,
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                };
                match rpc::parse(&bytes) {
                    Err(answer) => Some(answer),
                    Ok(request) if request.method == rpc::SUBSCRIBE => {
                        let result = subscribe(api, grant, request.params, &mut events);
                        rpc::answer(request.id, result)
                    }
                    Ok(request) => {
                        at_work.push(answered(api, grant, request));
                        continue;
                    }
                }
            }
            event = next(&mut events) => match event {
                Some(event) if api.shared().tokens().allows(grant, Scope::Read) => notification(&event),
                Some(_) | None => break,
            },
            () = api.closing() => break,
        };
        if let Some(message) = message
            && sink.send(Message::text(message.to_string())).await.is_err()
        {
            return;
        }
    }
    // The other side may be gone already.
    let _closed = sink.close().await;
}

async fn answered(api: &Api, grant: Grant, request: Request) -> Option<Value> {
    let result = rpc::run(api, grant, &request.method, request.params).await;
    rpc::answer(request.id, result)
}

fn subscribe(api: &Api, grant: Grant, params: Value, events: &mut Option<Events>) -> Result<Value, ApiError> {
    rpc::permit(api, grant, rpc::SUBSCRIBE, Scope::Read)?;
    let params = if params.is_null() { json!({}) } else { params };
    let params: SubscribeParams = serde_json::from_value(params)
        .map_err(|error| ApiError::new(ErrorCode::InvalidArgument, format!("{}: {error}", rpc::SUBSCRIBE)))?;
    let subscribed = api.shared().events_after(params.from)?;
    let seq = subscribed.seq();
    *events = Some(subscribed);
    Ok(json!({ "seq": seq }))
}

/// Waits for ever where nothing is subscribed.
async fn next(events: &mut Option<Events>) -> Option<SequencedEvent> {
    match events {
        Some(events) => events.next().await,
        None => std::future::pending().await,
    }
}

fn notification(event: &SequencedEvent) -> Option<Value> {
    match serde_json::to_value(event) {
        Ok(params) => Some(json!({ "jsonrpc": "2.0", "method": "event", "params": params })),
        Err(error) => {
            tracing::error!(%error, "an event cannot be written as JSON");
            None
        }
    }
}
