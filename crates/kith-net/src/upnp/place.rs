//! URLs that lead to the router.

use std::net::{Ipv4Addr, SocketAddrV4};

use url::{Host, Url};

use super::Error;
use crate::limits;

/// A URL that was looked at: HTTP to the gateway's address, written as an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    url: Url,
    at: SocketAddrV4,
}

impl Place {
    pub(super) fn parse(text: &str, gateway: Ipv4Addr) -> Result<Self, Error> {
        check_length(text)?;
        Self::check(Url::parse(text).map_err(|_malformed| Error::Malformed)?, gateway)
    }

    /// Where `text` leads from here.
    pub(super) fn join(&self, text: &str) -> Result<Self, Error> {
        check_length(text)?;
        Self::check(self.url.join(text).map_err(|_malformed| Error::Malformed)?, *self.at.ip())
    }

    fn check(url: Url, gateway: Ipv4Addr) -> Result<Self, Error> {
        let named = !url.username().is_empty() || url.password().is_some();
        match (url.scheme(), url.host(), url.port_or_known_default()) {
            ("http", Some(Host::Ipv4(ip)), Some(port @ 1..)) if ip == gateway && !named => {
                Ok(Self { url, at: SocketAddrV4::new(ip, port) })
            }
            _ => Err(Error::Elsewhere),
        }
    }

    pub(super) fn at(&self) -> SocketAddrV4 {
        self.at
    }

    /// Path and query, as they are asked for.
    pub(super) fn target(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }
}

fn check_length(text: &str) -> Result<(), Error> {
    if text.len() > limits::UPNP_URL_MAX { Err(Error::TooLarge) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATEWAY: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);

    #[test]
    fn only_the_gateway_is_a_place() {
        for (text, expected) in [
            ("http://192.168.1.1/", "192.168.1.1:80/"),
            ("http://192.168.1.1:5000/root.xml?a=b#c", "192.168.1.1:5000/root.xml?a=b"),
            ("HTTP://192.168.1.1:5000", "192.168.1.1:5000/"),
        ] {
            let place = Place::parse(text, GATEWAY).expect(text);
            assert_eq!(format!("{}{}", place.at(), place.target()), expected);
        }
        for text in [
            "http://192.168.1.2/",
            "http://router.lan/",
            "http://192.168.1.1.example.org/",
            "http://localhost/",
            "http://[::ffff:192.168.1.1]/",
            "http://192.168.1.1@evil.example/",
            "http://user@192.168.1.1/",
            "http://user:word@192.168.1.1/",
            "http://192.168.1.1:0/",
            "https://192.168.1.1/",
            "ftp://192.168.1.1/",
            "file:///etc/passwd",
        ] {
            assert!(matches!(Place::parse(text, GATEWAY), Err(Error::Elsewhere)), "{text}");
        }
        for text in ["", "/root.xml", "192.168.1.1", "http://192.168.1.1:99999/", "http://"] {
            assert!(matches!(Place::parse(text, GATEWAY), Err(Error::Malformed)), "{text}");
        }
        let long = format!("http://192.168.1.1/{}", "a".repeat(limits::UPNP_URL_MAX));
        assert!(matches!(Place::parse(&long, GATEWAY), Err(Error::TooLarge)));
    }

    #[test]
    fn what_a_place_names_stays_there() {
        let place = Place::parse("http://192.168.1.1:5000/a/root.xml", GATEWAY).expect("a place");
        for (text, expected) in [
            ("/ctl/IPConn", "192.168.1.1:5000/ctl/IPConn"),
            ("ctl", "192.168.1.1:5000/a/ctl"),
            ("http://192.168.1.1:5001/ctl", "192.168.1.1:5001/ctl"),
            // No second request hides in one.
            ("/a\r\nHost: b\r\n\r\nGET /", "192.168.1.1:5000/aHost:%20bGET%20/"),
        ] {
            let place = place.join(text).expect(text);
            assert_eq!(format!("{}{}", place.at(), place.target()), expected);
        }
        for text in ["http://192.168.1.2/ctl", "//192.168.1.2/ctl", "//evil.example/ctl", "https:/ctl", "\\\\evil\\ctl"]
        {
            assert!(matches!(place.join(text), Err(Error::Elsewhere)), "{text}");
        }
        assert!(matches!(place.join(&"a".repeat(limits::UPNP_URL_MAX + 1)), Err(Error::TooLarge)));
    }
}
