//! `/kith/mailbox/1`: one request frame, one [`MailboxResponse`] frame, on a fresh stream.
//!
//! A request travels as the bytes its asker signed, and is decoded by whoever serves it, who alone knows whose connection
//! it came on. Lengths are checked before anything is allocated, and streams have a deadline and a number.
//!
//! A node that keeps mail: `service` (who may ask how often) hands requests to the one thread of `worker` (signatures,
//! group commit), which owns the `store`. A public node and any other node use the same.

mod admission;
mod check;
pub(crate) mod client;
mod config;
mod service;
mod stats;
mod store;
mod switch;
mod worker;

use std::{fmt, io, time::Duration};

use futures::{AsyncRead, AsyncWrite};
use kith_wire::MailboxResponse;
use kith_wire::limits::{MAILBOX_REQUEST_MAX, MAILBOX_RESPONSE_MAX};
use libp2p::StreamProtocol;
use libp2p::request_response::{self, ProtocolSupport};

use crate::frames::{self, invalid};

pub use config::{AdmissionRules, Grant, MailboxConfig, MailboxLimits, MailboxRules, MailboxUsage};
pub(crate) use service::{Channel, Mailbox, connection_of};
pub(crate) use stats::MailboxStats;
pub use store::{ENVELOPE_OVERHEAD, MailboxError};
pub(crate) use store::{erase, is_there};
pub(crate) use switch::Switch;

/// The protocol id.
pub const MAILBOX_PROTOCOL: StreamProtocol = StreamProtocol::new("/kith/mailbox/1");

/// Request and response together must be done in this time; it also ends streams that trickle bytes.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Streams one connection may have open at once: enough to fill a server's group commit from one client, and at most
/// 1 MiB of requests that wait.
const STREAMS_MAX: usize = 16;

/// The request-response behaviour of `/kith/mailbox/1`.
pub type MailboxBehaviour = request_response::Behaviour<MailboxCodec>;

/// The events of [`MailboxBehaviour`].
pub type MailboxEvent = request_response::Event<MailboxFrame, MailboxResponse>;

/// A behaviour for `/kith/mailbox/1` that asks, answers, or both, as `support` says.
#[must_use]
pub fn behaviour(support: ProtocolSupport) -> MailboxBehaviour {
    let config =
        request_response::Config::default().with_request_timeout(TIMEOUT).with_max_concurrent_streams(STREAMS_MAX);
    request_response::Behaviour::with_codec(MailboxCodec, [(MAILBOX_PROTOCOL, support)], config)
}

/// The payload of a request frame, at most [`MAILBOX_REQUEST_MAX`] bytes: what
/// [`kith_wire::MailboxRequest::encode`] makes and [`kith_wire::UnverifiedMailboxRequest::decode`] reads. `Debug` shows
/// only its length.
#[derive(Clone, PartialEq, Eq)]
pub struct MailboxFrame(pub Vec<u8>);

impl fmt::Debug for MailboxFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailboxFrame({} bytes)", self.0.len())
    }
}

/// Reads and writes the frames of `/kith/mailbox/1`.
#[derive(Debug, Clone, Copy, Default)]
pub struct MailboxCodec;

impl request_response::Codec for MailboxCodec {
    type Protocol = StreamProtocol;
    type Request = MailboxFrame;
    type Response = MailboxResponse;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<MailboxFrame>
    where
        T: AsyncRead + Unpin + Send,
    {
        Ok(MailboxFrame(frames::read(io, MAILBOX_REQUEST_MAX).await?))
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<MailboxResponse>
    where
        T: AsyncRead + Unpin + Send,
    {
        MailboxResponse::decode(&frames::read(io, MAILBOX_RESPONSE_MAX).await?).map_err(invalid)
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, request: MailboxFrame) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        frames::write(io, &request.0, MAILBOX_REQUEST_MAX).await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, response: MailboxResponse) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        frames::write(io, &response.encode(), MAILBOX_RESPONSE_MAX).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use futures::io::Cursor;
    use kith_wire::Mail;
    use kith_wire::frame;
    use libp2p::request_response::Codec;
    use proptest::prelude::*;

    fn request(bytes: &[u8]) -> io::Result<MailboxFrame> {
        block_on(MailboxCodec.read_request(&MAILBOX_PROTOCOL, &mut Cursor::new(bytes.to_vec())))
    }

    fn response(bytes: &[u8]) -> io::Result<MailboxResponse> {
        block_on(MailboxCodec.read_response(&MAILBOX_PROTOCOL, &mut Cursor::new(bytes.to_vec())))
    }

    fn written(request: MailboxFrame) -> io::Result<Vec<u8>> {
        let mut out = Cursor::new(Vec::new());
        block_on(MailboxCodec.write_request(&MAILBOX_PROTOCOL, &mut out, request))?;
        Ok(out.into_inner())
    }

    fn announced(payload: usize) -> Vec<u8> {
        let mut bytes = u32::try_from(payload + 1).unwrap().to_be_bytes().to_vec();
        bytes.push(frame::FRAME_VERSION);
        bytes
    }

    #[test]
    fn an_announced_length_over_the_cap_is_refused_before_the_body_is_read() {
        let kind = |bytes: &[u8]| request(bytes).unwrap_err().kind();
        assert_eq!(kind(&announced(MAILBOX_REQUEST_MAX + 1)), io::ErrorKind::InvalidData);
        assert_eq!(kind(&announced(MAILBOX_REQUEST_MAX)), io::ErrorKind::UnexpectedEof);
        let kind = |bytes: &[u8]| response(bytes).unwrap_err().kind();
        assert_eq!(kind(&announced(MAILBOX_RESPONSE_MAX + 1)), io::ErrorKind::InvalidData);
        assert_eq!(kind(&announced(MAILBOX_RESPONSE_MAX)), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_request_over_the_cap_is_not_written() {
        assert!(written(MailboxFrame(vec![0; MAILBOX_REQUEST_MAX])).is_ok());
        assert_eq!(
            written(MailboxFrame(vec![0; MAILBOX_REQUEST_MAX + 1])).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
    }

    #[test]
    fn the_largest_page_fits() {
        use kith_wire::limits::{MAIL_PAGE_BYTES, MAIL_PAGE_MAX};
        let envelope = vec![7; MAIL_PAGE_BYTES / MAIL_PAGE_MAX];
        let seqs = u64::MAX - u64::try_from(MAIL_PAGE_MAX).unwrap()..u64::MAX;
        let mail = seqs.map(|seq| Mail { seq, envelope: envelope.clone() }).collect();
        let page = MailboxResponse::Mail { mail, more: true };
        let mut out = Cursor::new(Vec::new());
        block_on(MailboxCodec.write_response(&MAILBOX_PROTOCOL, &mut out, page.clone())).unwrap();
        assert_eq!(response(&out.into_inner()).unwrap(), page);
    }

    proptest! {
        #[test]
        fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _either_way = (request(&bytes), response(&bytes));
        }

        #[test]
        fn requests_survive_the_trip(payload in prop::collection::vec(any::<u8>(), 0..4_000)) {
            let bytes = written(MailboxFrame(payload.clone())).unwrap();
            prop_assert!(request(bytes.get(..bytes.len() - 1).unwrap()).is_err());
            prop_assert_eq!(request(&bytes).unwrap(), MailboxFrame(payload));
        }
    }
}
