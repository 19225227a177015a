//! What the stack tells, brought to the session's task. It is called on the stack's own task, which must not wait.

use crate::api::State;
use std::sync::Arc;
use tokio::sync::mpsc;
use webrtc::{
    media_stream::track_remote::TrackRemote,
    peer_connection::{
        PeerConnectionEventHandler, RTCIceGatheringState, RTCPeerConnectionIceEvent, RTCPeerConnectionState,
    },
};

pub(crate) enum Told {
    Candidate { line: String, mid: Option<String>, index: Option<u16> },
    Gathered,
    State(State),
    Track(Arc<dyn TrackRemote>),
}

pub(crate) struct Handler {
    told: mpsc::Sender<Told>,
}

impl Handler {
    pub(crate) fn new(told: mpsc::Sender<Told>) -> Self {
        Self { told }
    }

    fn tell(&self, told: Told) {
        if self.told.try_send(told).is_err() {
            tracing::debug!("a session does not keep up with its connection");
        }
    }
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_candidate(&self, event: RTCPeerConnectionIceEvent) {
        if let Ok(init) = event.candidate.to_json()
            && !init.candidate.is_empty()
        {
            self.tell(Told::Candidate { line: init.candidate, mid: init.sdp_mid, index: init.sdp_mline_index });
        }
    }

    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.tell(Told::Gathered);
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        let state = match state {
            RTCPeerConnectionState::New => State::New,
            RTCPeerConnectionState::Connecting => State::Connecting,
            RTCPeerConnectionState::Connected => State::Connected,
            RTCPeerConnectionState::Disconnected => State::Disconnected,
            RTCPeerConnectionState::Failed => State::Failed,
            RTCPeerConnectionState::Closed => State::Closed,
            RTCPeerConnectionState::Unspecified | _ => return,
        };
        self.tell(Told::State(state));
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        self.tell(Told::Track(track));
    }
}
