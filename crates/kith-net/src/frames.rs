//! One frame on a stream of a request-response protocol. Lengths are checked before anything is allocated.

use std::io;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use kith_wire::frame;

/// Reads the payload of one frame of at most `max` bytes.
pub(crate) async fn read<T: AsyncRead + Unpin + Send>(io: &mut T, max: usize) -> io::Result<Vec<u8>> {
    let mut header = [0; frame::HEADER_LEN];
    io.read_exact(&mut header).await?;
    let mut body = vec![0; frame::body_len(header, max).map_err(invalid)?];
    io.read_exact(&mut body).await?;
    Ok(frame::from_body(&body).map_err(invalid)?.payload)
}

/// Writes `payload`, which has at most `max` bytes, as one frame.
pub(crate) async fn write<T: AsyncWrite + Unpin + Send>(io: &mut T, payload: &[u8], max: usize) -> io::Result<()> {
    io.write_all(&frame::encode(payload, max).map_err(invalid)?).await
}

/// What cannot be decoded.
pub(crate) fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
