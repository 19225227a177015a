//! The bytes of the protocol: an unsigned varint with the length, and a protobuf message.

use std::io;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use libp2p::StreamProtocol;
use libp2p::request_response;
use prost::Message as _;

use super::proto::Message;
use super::{ASKED_FOR, NAMESPACE_MAX, RECORD_MAX, Request, Response};

/// Largest request: one registration, with room for fields of later versions.
pub(super) const REQUEST_MAX: u64 = 16 * 1024;
/// Largest answer that is read: as many registrations as are asked for.
pub(super) const RESPONSE_MAX: u64 = (RECORD_MAX + NAMESPACE_MAX + 64) as u64 * ASKED_FOR + 1024;

/// Reads and writes the messages of `/rendezvous/1.0.0`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RendezvousCodec;

impl request_response::Codec for RendezvousCodec {
    type Protocol = StreamProtocol;
    type Request = Request;
    type Response = Response;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Request>
    where
        T: AsyncRead + Unpin + Send,
    {
        read_message(io, REQUEST_MAX).await?.try_into().map_err(invalid)
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Response>
    where
        T: AsyncRead + Unpin + Send,
    {
        read_message(io, RESPONSE_MAX).await?.try_into().map_err(invalid)
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, request: Request) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&Message::from(request).encode_length_delimited_to_vec()).await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, response: Response) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&Message::from(response).encode_length_delimited_to_vec()).await
    }
}

async fn read_message<T: AsyncRead + Unpin + Send>(io: &mut T, max: u64) -> io::Result<Message> {
    let len = read_length(io, max).await?;
    // It grows with what arrives: a length that is only announced costs nothing.
    let mut body = Vec::new();
    io.take(len).read_to_end(&mut body).await?;
    if u64::try_from(body.len()).ok() != Some(len) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Message::decode(body.as_slice()).map_err(invalid)
}

async fn read_length<T: AsyncRead + Unpin + Send>(io: &mut T, max: u64) -> io::Result<u64> {
    let mut length = 0_u64;
    // Three bytes hold more than any message may have.
    for shift in [0, 7, 14] {
        let mut byte = [0_u8; 1];
        io.read_exact(&mut byte).await?;
        let [byte] = byte;
        length |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return if length <= max { Ok(length) } else { Err(invalid("the message is too long")) };
        }
    }
    Err(invalid("the message is too long"))
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests;
