//! TLS 1.3 over TCP that hides what is inside and proves nothing: any certificate is taken, its signature is checked.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::BoxFuture;
use futures_rustls::{TlsAcceptor, TlsConnector, TlsStream};
use libp2p::core::transport::{DialOpts, ListenerId, TransportEvent};
use libp2p::{Multiaddr, Transport, TransportError, tcp};
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::{ClientConfig, DigitallySignedStruct, PeerIncompatible, ServerConfig, SignatureScheme};

use super::frames::Bounded;
use super::other;
use crate::addr;

/// What a browser offers for a WebSocket.
const ALPN: &[u8] = b"http/1.1";

type Tcp = tcp::tokio::Transport;
type Stream = Bounded<TlsStream<<Tcp as Transport>::Output>>;

/// A certificate that nobody but its owner vouches for, made anew at each start: nobody remembers it.
pub(crate) struct Certificate(Arc<ServerConfig>);

impl Certificate {
    /// A key and a certificate for it.
    ///
    /// # Errors
    /// There is no randomness, or the provider has no TLS 1.3.
    pub(crate) fn make() -> io::Result<Self> {
        let key = rcgen::KeyPair::generate().map_err(other)?;
        let names = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).map_err(other)?;
        let made = names.self_signed(&key).map_err(other)?;
        let secret = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(other)?
            .with_no_client_auth()
            .with_single_cert(vec![made.der().clone()], secret)
            .map_err(other)?;
        config.alpn_protocols = vec![ALPN.to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self(Arc::new(config)))
    }
}

/// Takes any certificate. Who is at the other end is for Noise to prove.
#[derive(Debug)]
struct Anybody(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

fn client() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let anybody = Arc::new(Anybody(provider.signature_verification_algorithms));
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(anybody)
        .with_no_client_auth();
    config.alpn_protocols = vec![ALPN.to_vec()];
    // A session that is taken up again would tell that two connections are of one device.
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// TCP with TLS on it, for addresses without names.
pub(super) struct Tls {
    tcp: Tcp,
    client: TlsConnector,
    server: Option<TlsAcceptor>,
}

impl Tls {
    /// # Errors
    /// The provider has no TLS 1.3.
    pub(super) fn over(tcp: Tcp, certificate: Option<&Certificate>) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let server = certificate.map(|certificate| TlsAcceptor::from(Arc::clone(&certificate.0)));
        Ok(Self { tcp, client: Arc::new(client()?).into(), server })
    }
}

impl Transport for Tls {
    type Output = Stream;
    type Error = io::Error;
    type ListenerUpgrade = BoxFuture<'static, io::Result<Stream>>;
    type Dial = BoxFuture<'static, io::Result<Stream>>;

    fn listen_on(&mut self, id: ListenerId, address: Multiaddr) -> Result<(), TransportError<io::Error>> {
        if self.server.is_none() {
            return Err(TransportError::MultiaddrNotSupported(address));
        }
        self.tcp.listen_on(id, address)
    }

    fn remove_listener(&mut self, id: ListenerId) -> bool {
        self.tcp.remove_listener(id)
    }

    fn dial(&mut self, address: Multiaddr, options: DialOpts) -> Result<Self::Dial, TransportError<io::Error>> {
        // Names were looked up above this. With an address for a name, none is told to whoever watches (RFC 6066 §3).
        let Some(ip) = addr::ip_of(&address) else { return Err(TransportError::MultiaddrNotSupported(address)) };
        let (dial, client) = (self.tcp.dial(address, options)?, self.client.clone());
        let secured = async move {
            let stream = client.connect(ServerName::IpAddress(ip.into()), dial.await?).await?;
            Ok(Bounded::new(TlsStream::Client(stream)))
        };
        Ok(secured.boxed())
    }

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<TransportEvent<Self::ListenerUpgrade, io::Error>> {
        let server = self.server.clone();
        Pin::new(&mut self.tcp).poll(cx).map(|event| {
            event.map_upgrade(|accepted| {
                let secured = async move {
                    let server = server.ok_or_else(|| other("no certificate"))?;
                    let stream = server.accept(accepted.await?).await?;
                    Ok(Bounded::new(TlsStream::Server(stream)))
                };
                secured.boxed()
            })
        })
    }
}
