//! What a router says about itself.

use super::place::Place;
use super::xml::{self, Seen};
use super::{Error, limits};

/// A service that opens ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    Ip1,
    Ip2,
    Ppp1,
}

impl Service {
    const ALL: [Self; 3] = [Self::Ip1, Self::Ip2, Self::Ppp1];

    pub(super) fn urn(self) -> &'static str {
        match self {
            Self::Ip1 => "urn:schemas-upnp-org:service:WANIPConnection:1",
            Self::Ip2 => "urn:schemas-upnp-org:service:WANIPConnection:2",
            Self::Ppp1 => "urn:schemas-upnp-org:service:WANPPPConnection:1",
        }
    }

    fn named(urn: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.urn() == urn)
    }
}

/// The services of a description that is at `location`, with where to ask them. What leads elsewhere is left out.
pub(super) fn services(location: &Place, text: &str) -> Result<Vec<(Service, Place)>, Error> {
    let (mut found, mut base) = (Vec::new(), String::new());
    let (mut service, mut control) = (None, String::new());
    xml::walk(text, |seen| match seen {
        Seen::Opens("service") => (service, control) = (None, String::new()),
        Seen::Closes("serviceType", text) => service = Service::named(text),
        Seen::Closes("controlURL", text) => text.clone_into(&mut control),
        Seen::Closes("URLBase", text) => text.clone_into(&mut base),
        Seen::Closes("service", _) => {
            if let Some(service) = service.take()
                && !control.is_empty()
                && found.len() < limits::UPNP_SERVICES_MAX
            {
                found.push((service, std::mem::take(&mut control)));
            }
        }
        Seen::Opens(_) | Seen::Closes(..) => {}
    })?;
    let base = if base.is_empty() { location.clone() } else { location.join(&base)? };
    let placed = found.into_iter().map(|(service, control)| Ok((service, base.join(&control)?)));
    placed.collect()
}
