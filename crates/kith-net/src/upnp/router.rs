//! The router: where it is asked, and what.

use std::net::{IpAddr, Ipv4Addr};

use tokio::net::UdpSocket;

use super::description::{self, Service};
use super::place::Place;
use super::search::{PORT, Search};
use super::soap::{self, Action, Mapping};
use super::{Error, Network, http};

/// Who opens ports in this network.
#[derive(Debug, Clone)]
pub(super) struct Router {
    service: Service,
    control: Place,
    /// Our address towards it.
    pub(super) local: Ipv4Addr,
}

/// What it granted, or may have granted.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) router: Router,
    pub(super) mapping: Mapping,
}

impl Router {
    /// Looks for the first service at the gateway that has an address outside, and says which.
    pub(super) async fn find(network: &Network) -> Result<(Self, Ipv4Addr), Error> {
        let local = towards(network.gateway).await?;
        let mut search = Search::start(network, local).await?;
        let (mut asked, mut last) = (Vec::new(), Error::Silent);
        while let Some(location) = search.next().await {
            if asked.contains(&location) {
                continue;
            }
            match Self::at(&location, local).await {
                Ok(found) => return Ok(found),
                Err(error) => last = error,
            }
            asked.push(location);
        }
        Err(last)
    }

    pub(super) async fn at(location: &Place, local: Ipv4Addr) -> Result<(Self, Ipv4Addr), Error> {
        let text = http::get(location).await?;
        let mut last = Error::NoService;
        for (service, control) in description::services(location, &text)? {
            let router = Self { service, control, local };
            match router.external().await {
                Ok(external) => return Ok((router, external)),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    pub(super) async fn external(&self) -> Result<Ipv4Addr, Error> {
        soap::external(&self.call(Action::ExternalAddress).await?)
    }

    pub(super) async fn add(&self, mapping: &Mapping) -> Result<(), Error> {
        self.call(Action::Add(*mapping)).await.map(drop)
    }

    pub(super) async fn delete(&self, mapping: &Mapping) -> Result<(), Error> {
        self.call(Action::Delete(*mapping)).await.map(drop)
    }

    async fn call(&self, action: Action) -> Result<String, Error> {
        http::call(&self.control, self.service, action).await
    }
}

/// The address this machine has where the gateway is. Sends nothing.
async fn towards(gateway: Ipv4Addr) -> Result<Ipv4Addr, Error> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await?;
    socket.connect((gateway, PORT)).await?;
    match socket.local_addr()?.ip() {
        IpAddr::V4(ip) => Ok(ip),
        IpAddr::V6(_) => Err(Error::Elsewhere),
    }
}
