//! `/kith/services/1`: one [`ServicesRequest`] frame, one [`ServicesResponse`] frame, on a fresh stream. Public nodes
//! answer ([`crate::server`]); nodes ask each bootstrap node they are connected with.

use std::io;
use std::time::Duration;

use futures::{AsyncRead, AsyncWrite};
use kith_wire::limits::SERVICES_MESSAGE_MAX;
use kith_wire::{ServicesRequest, ServicesResponse};
use libp2p::StreamProtocol;
use libp2p::request_response::{self, ProtocolSupport};

use crate::frames::{self, invalid};

/// The protocol id.
pub const SERVICES_PROTOCOL: StreamProtocol = StreamProtocol::new("/kith/services/1");

/// Request and response together must be done in this time; it also ends streams that trickle bytes.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Streams one connection may have open at once.
const STREAMS_MAX: usize = 4;
/// Bytes of a request.
const REQUEST_MAX: usize = 64;

/// The request-response behaviour of `/kith/services/1`.
pub type ServicesBehaviour = request_response::Behaviour<ServicesCodec>;

/// The events of [`ServicesBehaviour`].
pub type ServicesEvent = request_response::Event<ServicesRequest, ServicesResponse>;

/// A behaviour for `/kith/services/1` that asks or answers, as `support` says.
#[must_use]
pub fn behaviour(support: ProtocolSupport) -> ServicesBehaviour {
    let config =
        request_response::Config::default().with_request_timeout(TIMEOUT).with_max_concurrent_streams(STREAMS_MAX);
    request_response::Behaviour::with_codec(ServicesCodec, [(SERVICES_PROTOCOL, support)], config)
}

/// Reads and writes the frames of `/kith/services/1`.
#[derive(Debug, Clone, Copy, Default)]
pub struct ServicesCodec;

impl request_response::Codec for ServicesCodec {
    type Protocol = StreamProtocol;
    type Request = ServicesRequest;
    type Response = ServicesResponse;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<ServicesRequest>
    where
        T: AsyncRead + Unpin + Send,
    {
        ServicesRequest::decode(&frames::read(io, REQUEST_MAX).await?).map_err(invalid)
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<ServicesResponse>
    where
        T: AsyncRead + Unpin + Send,
    {
        ServicesResponse::decode(&frames::read(io, SERVICES_MESSAGE_MAX).await?).map_err(invalid)
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, request: ServicesRequest) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        frames::write(io, &request.encode(), REQUEST_MAX).await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, response: ServicesResponse) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        frames::write(io, &response.encode(), SERVICES_MESSAGE_MAX).await
    }
}
