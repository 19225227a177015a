//! What is asked of a router, and what it answers.

use std::net::Ipv4Addr;

use super::Error;
use super::description::Service;
use super::xml::{self, Seen};

/// What a port belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Udp,
    Tcp,
}

impl Transport {
    fn name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
        }
    }
}

/// A port of the router that leads to one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mapping {
    pub(super) transport: Transport,
    pub(super) outside: u16,
    pub(super) inside: u16,
    pub(super) client: Ipv4Addr,
    /// 0 for one without an end.
    pub(super) lease_s: u32,
}

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    ExternalAddress,
    Add(Mapping),
    Delete(Mapping),
}

impl Action {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ExternalAddress => "GetExternalIPAddress",
            Self::Add(_) => "AddPortMapping",
            Self::Delete(_) => "DeletePortMapping",
        }
    }

    pub(super) fn envelope(self, service: Service) -> String {
        let (name, urn) = (self.name(), service.urn());
        // Some routers go by the order.
        let arguments = match self {
            Self::ExternalAddress => String::new(),
            Self::Add(Mapping { transport, outside, inside, client, lease_s }) => format!(
                "<NewRemoteHost></NewRemoteHost><NewExternalPort>{outside}</NewExternalPort>\
                <NewProtocol>{}</NewProtocol><NewInternalPort>{inside}</NewInternalPort>\
                <NewInternalClient>{client}</NewInternalClient><NewEnabled>1</NewEnabled>\
                <NewPortMappingDescription>kith</NewPortMappingDescription>\
                <NewLeaseDuration>{lease_s}</NewLeaseDuration>",
                transport.name(),
            ),
            Self::Delete(Mapping { transport, outside, .. }) => format!(
                "<NewRemoteHost></NewRemoteHost><NewExternalPort>{outside}</NewExternalPort>\
                <NewProtocol>{}</NewProtocol>",
                transport.name(),
            ),
        };
        format!(
            "<?xml version=\"1.0\"?>\r\n<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
            s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body>\
            <u:{name} xmlns:u=\"{urn}\">{arguments}</u:{name}></s:Body></s:Envelope>\r\n"
        )
    }
}

/// Why a router refuses, as it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("invalid arguments")]
    InvalidArguments,
    #[error("it failed")]
    Failed,
    #[error("not authorized")]
    NotAuthorized,
    #[error("no such port")]
    NoSuchEntry,
    #[error("the port is somebody else's")]
    Conflict,
    #[error("the port outside must be the one inside")]
    SamePort,
    #[error("only without an end")]
    OnlyPermanent,
    #[error("no ports left")]
    NoPorts,
    #[error("error {0}")]
    Other(u16),
}

impl From<u16> for Refusal {
    fn from(code: u16) -> Self {
        match code {
            402 => Self::InvalidArguments,
            501 => Self::Failed,
            606 => Self::NotAuthorized,
            714 => Self::NoSuchEntry,
            // 729: with one that was not made by UPnP.
            718 | 729 => Self::Conflict,
            724 => Self::SamePort,
            725 => Self::OnlyPermanent,
            728 => Self::NoPorts,
            other => Self::Other(other),
        }
    }
}

/// The router's address outside. Without a connection it has none, and some say so with zeros.
pub(super) fn external(body: &str) -> Result<Ipv4Addr, Error> {
    let text = first(body, "NewExternalIPAddress")?.ok_or(Error::Malformed)?;
    let ip: Ipv4Addr = text.parse().map_err(|_malformed| Error::NoService)?;
    if ip.is_unspecified() { Err(Error::NoService) } else { Ok(ip) }
}

/// Why it refused, if it says that.
pub(super) fn refusal(body: &str) -> Result<Refusal, Error> {
    let code = first(body, "errorCode")?.ok_or(Error::Malformed)?;
    let code: u16 = code.parse().map_err(|_malformed| Error::Malformed)?;
    Ok(code.into())
}

/// The text of the first element of this name.
fn first(body: &str, name: &str) -> Result<Option<String>, Error> {
    let mut found = None;
    xml::walk(body, |seen| {
        if let Seen::Closes(closed, text) = seen
            && closed == name
            && found.is_none()
        {
            found = Some(text.to_owned());
        }
    })?;
    Ok(found)
}
