//! `/kith/slot/1`: one [`SlotRequest`] frame, one [`SlotResponse`] frame, on a fresh stream.
//!
//! Used by both sides: the client asks bootstraps and neighbours, the server ([`crate::server`]) and a node's own
//! invites answer. Lengths are checked before anything is allocated, and streams have a deadline and a number.

use std::io;
use std::time::Duration;

use futures::{AsyncRead, AsyncWrite};
use kith_wire::limits::SLOT_MESSAGE_MAX;
use kith_wire::{SlotRequest, SlotResponse};
use libp2p::StreamProtocol;
use libp2p::request_response::{self, ProtocolSupport};

use crate::frames::{self, invalid};

/// The protocol id.
pub const SLOT_PROTOCOL: StreamProtocol = StreamProtocol::new("/kith/slot/1");

/// Request and response together must be done in this time; it also ends streams that trickle bytes.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Streams one connection may have open at once; a client asks for one slot at a time.
const STREAMS_MAX: usize = 4;

/// The request-response behaviour of `/kith/slot/1`.
pub type SlotBehaviour = request_response::Behaviour<SlotCodec>;

/// The events of [`SlotBehaviour`].
pub type SlotEvent = request_response::Event<SlotRequest, SlotResponse>;

/// A behaviour for `/kith/slot/1` that asks, answers, or both, as `support` says.
#[must_use]
pub fn behaviour(support: ProtocolSupport) -> SlotBehaviour {
    let config =
        request_response::Config::default().with_request_timeout(TIMEOUT).with_max_concurrent_streams(STREAMS_MAX);
    request_response::Behaviour::with_codec(SlotCodec, [(SLOT_PROTOCOL, support)], config)
}

/// Reads and writes the frames of `/kith/slot/1`.
#[derive(Debug, Clone, Copy, Default)]
pub struct SlotCodec;

impl request_response::Codec for SlotCodec {
    type Protocol = StreamProtocol;
    type Request = SlotRequest;
    type Response = SlotResponse;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<SlotRequest>
    where
        T: AsyncRead + Unpin + Send,
    {
        SlotRequest::decode(&frames::read(io, SLOT_MESSAGE_MAX).await?).map_err(invalid)
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<SlotResponse>
    where
        T: AsyncRead + Unpin + Send,
    {
        SlotResponse::decode(&frames::read(io, SLOT_MESSAGE_MAX).await?).map_err(invalid)
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, request: SlotRequest) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        frames::write(io, &request.encode(), SLOT_MESSAGE_MAX).await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, response: SlotResponse) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        frames::write(io, &response.encode(), SLOT_MESSAGE_MAX).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use futures::io::Cursor;
    use kith_wire::SlotId;
    use libp2p::request_response::Codec;
    use proptest::prelude::*;

    fn read(bytes: Vec<u8>) -> io::Result<SlotRequest> {
        block_on(SlotCodec.read_request(&SLOT_PROTOCOL, &mut Cursor::new(bytes)))
    }

    fn written(request: SlotRequest) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        block_on(SlotCodec.write_request(&SLOT_PROTOCOL, &mut out, request)).unwrap();
        out.into_inner()
    }

    #[test]
    fn an_announced_length_over_the_cap_is_refused_before_the_body_is_read() {
        let mut bytes = u32::MAX.to_be_bytes().to_vec();
        bytes.push(1);
        assert_eq!(read(bytes).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(read(vec![0, 0, 0, 9, 1]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    proptest! {
        #[test]
        fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _either_way = read(bytes);
        }

        #[test]
        fn requests_survive_the_trip(slot: [u8; 32], owner_hash: [u8; 32], expires_at_ms: u64, blob in prop::collection::vec(any::<u8>(), 1..4_000)) {
            let request = SlotRequest::Put { slot: SlotId::from_bytes(slot), owner_hash, expires_at_ms, blob };
            let bytes = written(request.clone());
            prop_assert!(read(bytes.get(..bytes.len() - 1).unwrap().to_vec()).is_err());
            prop_assert_eq!(read(bytes).unwrap(), request);
        }
    }
}
