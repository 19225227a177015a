//! The protobuf messages of the protocol, and what they mean.

use super::{Found, Registration, Request, Response, Status, UnverifiedRecord};

const REGISTER: i32 = 0;
const REGISTER_RESPONSE: i32 = 1;
const UNREGISTER: i32 = 2;
const DISCOVER: i32 = 3;
const DISCOVER_RESPONSE: i32 = 4;

const OK: i32 = 0;
/// The statuses with their numbers.
const STATUSES: [(Status, i32); 7] = [
    (Status::InvalidNamespace, 100),
    (Status::InvalidRecord, 101),
    (Status::InvalidTtl, 102),
    (Status::InvalidCookie, 103),
    (Status::NotAuthorized, 200),
    (Status::Internal, 300),
    (Status::Unavailable, 400),
];

/// A message of another kind than the place wants, or without its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the message is of the wrong kind")]
pub(super) struct WrongKind;

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Message {
    #[prost(int32, optional, tag = "1")]
    kind: Option<i32>,
    #[prost(message, optional, tag = "2")]
    register: Option<Register>,
    #[prost(message, optional, tag = "3")]
    register_response: Option<RegisterResponse>,
    #[prost(message, optional, tag = "4")]
    unregister: Option<Unregister>,
    #[prost(message, optional, tag = "5")]
    discover: Option<Discover>,
    #[prost(message, optional, tag = "6")]
    discover_response: Option<DiscoverResponse>,
}

#[derive(Clone, PartialEq, Eq, prost::Message)]
struct Register {
    #[prost(string, optional, tag = "1")]
    namespace: Option<String>,
    #[prost(bytes = "vec", optional, tag = "2")]
    record: Option<Vec<u8>>,
    #[prost(uint64, optional, tag = "3")]
    ttl_s: Option<u64>,
}

#[derive(Clone, PartialEq, Eq, prost::Message)]
struct RegisterResponse {
    #[prost(int32, optional, tag = "1")]
    status: Option<i32>,
    #[prost(uint64, optional, tag = "3")]
    ttl_s: Option<u64>,
}

#[derive(Clone, PartialEq, Eq, prost::Message)]
struct Unregister {
    #[prost(string, optional, tag = "1")]
    namespace: Option<String>,
}

#[derive(Clone, PartialEq, Eq, prost::Message)]
struct Discover {
    #[prost(string, optional, tag = "1")]
    namespace: Option<String>,
    #[prost(uint64, optional, tag = "2")]
    limit: Option<u64>,
    #[prost(bytes = "vec", optional, tag = "3")]
    cookie: Option<Vec<u8>>,
}

#[derive(Clone, PartialEq, Eq, prost::Message)]
struct DiscoverResponse {
    #[prost(message, repeated, tag = "1")]
    registrations: Vec<Register>,
    #[prost(bytes = "vec", optional, tag = "2")]
    cookie: Option<Vec<u8>>,
    #[prost(int32, optional, tag = "3")]
    status: Option<i32>,
}

impl From<Request> for Message {
    fn from(request: Request) -> Self {
        match request {
            Request::Register { namespace, record, ttl_s } => Self {
                kind: Some(REGISTER),
                register: Some(Register { namespace: Some(namespace), record: Some(record.0), ttl_s }),
                ..Self::default()
            },
            Request::Unregister { namespace } => Self {
                kind: Some(UNREGISTER),
                unregister: Some(Unregister { namespace: Some(namespace) }),
                ..Self::default()
            },
            Request::Discover { namespace, limit, cookie } => Self {
                kind: Some(DISCOVER),
                discover: Some(Discover { namespace: Some(namespace), limit, cookie }),
                ..Self::default()
            },
        }
    }
}

impl TryFrom<Message> for Request {
    type Error = WrongKind;

    fn try_from(message: Message) -> Result<Self, WrongKind> {
        // Who writes messages without optional fields leaves a zero out.
        match message.kind.unwrap_or(REGISTER) {
            REGISTER => {
                let Register { namespace, record, ttl_s } = message.register.ok_or(WrongKind)?;
                let record = UnverifiedRecord(record.unwrap_or_default());
                Ok(Self::Register { namespace: namespace.unwrap_or_default(), record, ttl_s })
            }
            UNREGISTER => {
                let Unregister { namespace } = message.unregister.ok_or(WrongKind)?;
                Ok(Self::Unregister { namespace: namespace.unwrap_or_default() })
            }
            DISCOVER => {
                let Discover { namespace, limit, cookie } = message.discover.ok_or(WrongKind)?;
                Ok(Self::Discover { namespace: namespace.unwrap_or_default(), limit, cookie })
            }
            _ => Err(WrongKind),
        }
    }
}

impl From<Response> for Message {
    fn from(response: Response) -> Self {
        match response {
            Response::Register(answer) => Self {
                kind: Some(REGISTER_RESPONSE),
                register_response: Some(RegisterResponse {
                    status: Some(answer.err().map_or(OK, number)),
                    ttl_s: answer.ok(),
                }),
                ..Self::default()
            },
            Response::Discover(answer) => Self {
                kind: Some(DISCOVER_RESPONSE),
                discover_response: Some(match answer {
                    Ok(found) => DiscoverResponse {
                        registrations: found.registrations.into_iter().map(Register::from).collect(),
                        cookie: Some(found.cookie),
                        status: Some(OK),
                    },
                    Err(status) => DiscoverResponse { status: Some(number(status)), ..DiscoverResponse::default() },
                }),
                ..Self::default()
            },
        }
    }
}

impl From<Registration> for Register {
    fn from(registration: Registration) -> Self {
        let Registration { namespace, record, ttl_s } = registration;
        Self { namespace: Some(namespace), record: Some(record.0), ttl_s: Some(ttl_s) }
    }
}

impl TryFrom<Message> for Response {
    type Error = WrongKind;

    fn try_from(message: Message) -> Result<Self, WrongKind> {
        match message.kind {
            Some(REGISTER_RESPONSE) => {
                let RegisterResponse { status, ttl_s } = message.register_response.ok_or(WrongKind)?;
                Ok(Self::Register(check(status).map(|()| ttl_s.unwrap_or(super::TTL_DEFAULT_S))))
            }
            Some(DISCOVER_RESPONSE) => {
                let DiscoverResponse { registrations, cookie, status } = message.discover_response.ok_or(WrongKind)?;
                let registrations = registrations.into_iter().map(|told| Registration {
                    namespace: told.namespace.unwrap_or_default(),
                    record: UnverifiedRecord(told.record.unwrap_or_default()),
                    ttl_s: told.ttl_s.unwrap_or(super::TTL_DEFAULT_S),
                });
                let found = Found { registrations: registrations.collect(), cookie: cookie.unwrap_or_default() };
                Ok(Self::Discover(check(status).map(|()| found)))
            }
            None | Some(_) => Err(WrongKind),
        }
    }
}

fn number(status: Status) -> i32 {
    STATUSES.iter().find(|(known, _)| *known == status).map_or(300, |(_, number)| *number)
}

fn check(status: Option<i32>) -> Result<(), Status> {
    match status.unwrap_or(OK) {
        OK => Ok(()),
        number => {
            let known = STATUSES.iter().find(|(_, known)| *known == number);
            Err(known.map_or(Status::Internal, |(status, _)| *status))
        }
    }
}
