//! One question over HTTP, within bounds.

use std::future::poll_fn;
use std::pin::{Pin, pin};

use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Error;
use super::description::Service;
use super::place::Place;
use super::soap::{self, Action};
use crate::limits;

const HEADERS_MAX: usize = 64;

/// What is at a place.
pub(super) async fn get(place: &Place) -> Result<String, Error> {
    let request = Request::get(place.target()).body(String::new());
    let (status, body) = exchange(place, request).await?;
    if status == StatusCode::OK { Ok(body) } else { Err(Error::Status(status.as_u16())) }
}

/// What a service answers.
pub(super) async fn call(place: &Place, service: Service, action: Action) -> Result<String, Error> {
    let request = Request::post(place.target())
        .header(header::CONTENT_TYPE, "text/xml; charset=\"utf-8\"")
        .header("SOAPAction", format!("\"{}#{}\"", service.urn(), action.name()))
        .body(action.envelope(service));
    match exchange(place, request).await? {
        (StatusCode::OK, body) => Ok(body),
        (StatusCode::INTERNAL_SERVER_ERROR, body) => Err(Error::Refused(soap::refusal(&body)?)),
        (status, _) => Err(Error::Status(status.as_u16())),
    }
}

async fn exchange(place: &Place, request: hyper::http::Result<Request<String>>) -> Result<(StatusCode, String), Error> {
    let mut request = request.map_err(|_malformed| Error::Malformed)?;
    let host = place.at().to_string().parse().map_err(|_malformed| Error::Malformed)?;
    request.headers_mut().insert(header::HOST, host);
    request.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    timeout(limits::UPNP_EXCHANGE_TIMEOUT, async {
        let stream = timeout(limits::UPNP_CONNECT_TIMEOUT, TcpStream::connect(place.at())).await??;
        let mut http = http1::Builder::new();
        http.max_buf_size(limits::UPNP_HEAD_MAX).max_headers(HEADERS_MAX);
        // Routers are old.
        http.title_case_headers(true);
        http.ignore_invalid_headers_in_responses(true).allow_spaces_after_header_name_in_responses(true);
        let (mut sender, connection) = http.handshake(TokioIo::new(stream)).await?;
        let mut answer = pin!(async {
            let response: Response<Incoming> = sender.send_request(request).await?;
            Ok((response.status(), read(response.into_body()).await?))
        });
        tokio::select! {
            biased;
            done = &mut answer => done,
            // What came before the end is still there.
            _ended = connection => answer.await,
        }
    })
    .await?
}

async fn read(mut body: Incoming) -> Result<String, Error> {
    let mut read = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(more) = frame?.into_data() else { continue };
        if read.len() + more.len() > limits::UPNP_BODY_MAX {
            return Err(Error::TooLarge);
        }
        read.extend_from_slice(&more);
    }
    // Names of devices are in whatever their makers wrote.
    Ok(String::from_utf8_lossy(&read).into_owned())
}
