//! Frames over one libp2p stream. Every length is checked before a byte of the frame is allocated, every started frame
//! has a deadline.

use std::{future::Future, io, time::Duration};

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use kith_wire::frame;
use tokio::time::timeout;

/// Why a stream is of no further use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum StreamError {
    /// The transport failed or the other side went away inside a frame.
    #[error("the stream failed")]
    Io(#[from] io::Error),
    /// The other side broke the framing.
    #[error("the stream broke the framing")]
    Frame(#[from] frame::FrameError),
    /// The other side is too slow.
    #[error("the stream was too slow")]
    Slow,
}

/// Runs `work`, at most for `limit`.
pub(crate) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, StreamError>>,
) -> Result<T, StreamError> {
    timeout(limit, work).await.unwrap_or(Err(StreamError::Slow))
}

/// The next frame's payload, or `None` when the other side ended the stream between frames. Waits for the first byte
/// without a limit; the rest must come within `limit`.
pub(crate) async fn read_frame<S: AsyncRead + Unpin>(
    stream: &mut S,
    cap: usize,
    limit: Duration,
) -> Result<Option<Vec<u8>>, StreamError> {
    let mut first = [0_u8; 1];
    if stream.read(&mut first).await? == 0 {
        return Ok(None);
    }
    let [a] = first;
    let payload = within(limit, async {
        let mut rest = [0_u8; frame::HEADER_LEN - 1];
        stream.read_exact(&mut rest).await?;
        let [b, c, d] = rest;
        let len = frame::body_len([a, b, c, d], cap)?;
        read_body(stream, len).await
    })
    .await?;
    Ok(Some(payload))
}

/// The only frame of a stream, its first byte included in the time limit.
pub(crate) async fn read_one<S: AsyncRead + Unpin>(
    stream: &mut S,
    cap: usize,
    limit: Duration,
) -> Result<Vec<u8>, StreamError> {
    within(limit, async {
        let mut header = [0_u8; frame::HEADER_LEN];
        stream.read_exact(&mut header).await?;
        let len = frame::body_len(header, cap)?;
        read_body(stream, len).await
    })
    .await
}

async fn read_body<S: AsyncRead + Unpin>(stream: &mut S, len: usize) -> Result<Vec<u8>, StreamError> {
    // Grows with what arrives, so that announcing much costs the announcer the bandwidth.
    let mut body = Vec::new();
    let wanted = u64::try_from(len).unwrap_or(u64::MAX);
    stream.take(wanted).read_to_end(&mut body).await?;
    if body.len() != len {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    Ok(frame::from_body(&body)?.payload)
}

/// Writes `bytes`, which are whole frames, and flushes.
pub(crate) async fn write<S: AsyncWrite + Unpin>(
    stream: &mut S,
    bytes: &[u8],
    limit: Duration,
) -> Result<(), StreamError> {
    within(limit, async {
        stream.write_all(bytes).await?;
        stream.flush().await?;
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::io::Cursor;
    use proptest::prelude::*;

    fn block<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("runtime").block_on(work)
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_within_bounds(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            block(async {
                let mut stream = Cursor::new(bytes);
                while let Ok(Some(payload)) = read_frame(&mut stream, 256, Duration::from_secs(1)).await {
                    assert!(payload.len() <= 256);
                }
            });
        }

        #[test]
        fn frames_come_out_as_they_went_in(payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..8)) {
            block(async {
                let mut bytes = Vec::new();
                for payload in &payloads {
                    bytes.extend(frame::encode(payload, 256).expect("within the cap"));
                }
                let mut stream = Cursor::new(bytes);
                for payload in &payloads {
                    let read = read_frame(&mut stream, 256, Duration::from_secs(1)).await.expect("frame").expect("more");
                    assert_eq!(&read, payload);
                }
                assert!(read_frame(&mut stream, 256, Duration::from_secs(1)).await.expect("end").is_none());
            });
        }
    }

    #[test]
    fn an_announced_giant_is_refused_before_its_bytes() {
        block(async {
            let mut stream = Cursor::new(u32::MAX.to_be_bytes().to_vec());
            let error = read_one(&mut stream, 256, Duration::from_secs(1)).await.expect_err("too long");
            assert!(matches!(error, StreamError::Frame(frame::FrameError::TooLong { .. })), "{error}");
        });
    }

    #[test]
    fn a_frame_that_stops_half_way_times_out() {
        block(async {
            let (read, _write) = futures_duplex();
            let mut read = read;
            let error = read_one(&mut read, 256, Duration::from_millis(20)).await.expect_err("never complete");
            assert!(matches!(error, StreamError::Slow), "{error}");
        });
    }

    /// A stream that has given two bytes and gives no more.
    fn futures_duplex() -> (impl AsyncRead + Unpin, ()) {
        struct Stuck(bool);
        impl AsyncRead for Stuck {
            fn poll_read(
                mut self: std::pin::Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
                buffer: &mut [u8],
            ) -> std::task::Poll<io::Result<usize>> {
                if std::mem::replace(&mut self.0, true) {
                    return std::task::Poll::Pending;
                }
                buffer[0] = 0;
                std::task::Poll::Ready(Ok(1))
            }
        }
        (Stuck(false), ())
    }
}
