//! A router of which everything can be had.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;

use super::super::Network;
use super::GATEWAY;

/// What comes back to a question over HTTP.
#[derive(Clone)]
pub(super) enum Answer {
    Bytes(Vec<u8>),
    /// These bytes, then those again and again.
    Endless(Vec<u8>, Vec<u8>),
    /// These bytes, then one after another, slowly.
    Drip(Vec<u8>),
    Silence,
}

#[derive(Default)]
struct Seen {
    questions: Mutex<Vec<String>>,
    connections: AtomicUsize,
    searched: AtomicUsize,
    written: AtomicUsize,
}

pub(super) struct Fake {
    pub(super) network: Network,
    pub(super) http: SocketAddrV4,
    seen: Arc<Seen>,
    _work: JoinSet<()>,
}

type Answers = Arc<Mutex<dyn FnMut(&str) -> Answer + Send>>;

impl Fake {
    /// The gateway, described where it says.
    pub(super) async fn start(answers: impl FnMut(&str) -> Answer + Send + 'static) -> Self {
        Self::with(GATEWAY, answers, |http| vec![found(&format!("http://{http}/rootDesc.xml"))]).await
    }

    /// At `ip`, where it answers the first search with `datagrams`. The network's gateway is another.
    pub(super) async fn with(
        ip: Ipv4Addr,
        answers: impl FnMut(&str) -> Answer + Send + 'static,
        datagrams: impl FnOnce(SocketAddrV4) -> Vec<Vec<u8>>,
    ) -> Self {
        let (listener, ssdp) = (TcpListener::bind((ip, 0)).await.unwrap(), UdpSocket::bind((ip, 0)).await.unwrap());
        let v4 = |at: std::net::SocketAddr| SocketAddrV4::new(ip, at.port());
        let (http, door) = (v4(listener.local_addr().unwrap()), v4(ssdp.local_addr().unwrap()));
        let seen = Arc::new(Seen::default());
        let mut work = JoinSet::new();
        let mut datagrams = VecDeque::from(datagrams(http));
        let searches = Arc::clone(&seen);
        work.spawn(async move {
            let mut buffer = [0; 2000];
            loop {
                let (length, from) = ssdp.recv_from(&mut buffer).await.unwrap();
                let question = String::from_utf8_lossy(&buffer[..length]).into_owned();
                assert!(
                    question.starts_with("M-SEARCH * HTTP/1.1\r\n") && question.ends_with("\r\n\r\n"),
                    "{question}"
                );
                searches.searched.fetch_add(1, Ordering::Relaxed);
                for datagram in datagrams.drain(..) {
                    ssdp.send_to(&datagram, from).await.unwrap();
                }
            }
        });
        let (heard, answers): (_, Answers) = (Arc::clone(&seen), Arc::new(Mutex::new(answers)));
        work.spawn(async move {
            let mut streams = JoinSet::new();
            loop {
                let (stream, _from) = listener.accept().await.unwrap();
                heard.connections.fetch_add(1, Ordering::Relaxed);
                streams.spawn(serve(stream, Arc::clone(&heard), Arc::clone(&answers)));
            }
        });
        Self { network: Network { gateway: GATEWAY, doors: [door, door] }, http, seen, _work: work }
    }

    pub(super) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::Relaxed)
    }

    pub(super) fn searched(&self) -> usize {
        self.seen.searched.load(Ordering::Relaxed)
    }

    pub(super) fn written(&self) -> usize {
        self.seen.written.load(Ordering::Relaxed)
    }

    /// The names of what was asked for.
    pub(super) fn actions(&self) -> Vec<String> {
        self.seen.questions.lock().unwrap().iter().filter_map(|question| action(question)).map(str::to_owned).collect()
    }

    /// What was asked, whole.
    pub(super) fn questions(&self, name: &str) -> Vec<String> {
        let all = self.seen.questions.lock().unwrap();
        all.iter().filter(|question| action(question) == Some(name)).cloned().collect()
    }

    pub(super) async fn until(&self, condition: impl Fn() -> bool) {
        let wait = async {
            while !condition() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.expect("it happens");
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Seen>, answers: Answers) {
    let mut question = String::new();
    let mut buffer = [0; 4096];
    while !is_whole(&question) {
        match stream.read(&mut buffer).await {
            Ok(read @ 1..) => question.push_str(&String::from_utf8_lossy(&buffer[..read])),
            Ok(0) | Err(_) => return,
        }
    }
    seen.questions.lock().unwrap().push(question.clone());
    let answer = answers.lock().unwrap()(&question);
    let (head, more, pause) = match answer {
        Answer::Bytes(bytes) => (bytes, None, Duration::ZERO),
        Answer::Endless(head, more) => (head, Some(more), Duration::ZERO),
        Answer::Drip(head) => (head, Some(b"a".to_vec()), Duration::from_millis(100)),
        Answer::Silence => (Vec::new(), Some(Vec::new()), Duration::from_millis(100)),
    };
    let mut result = stream.write_all(&head).await;
    while let Some(more) = &more
        && result.is_ok()
    {
        tokio::time::sleep(pause).await;
        result = stream.write_all(more).await;
        seen.written.fetch_add(more.len(), Ordering::Relaxed);
    }
}

fn is_whole(question: &str) -> bool {
    let Some((head, body)) = question.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

/// What a question asks for, as its header says.
pub(super) fn action(question: &str) -> Option<&str> {
    let line = question.lines().find_map(|line| line.strip_prefix("Soapaction: "))?;
    line.trim_matches('"').split_once('#').map(|(_urn, name)| name)
}

/// An answer to a search.
pub(super) fn found(location: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n\
        USN: uuid:0::urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nEXT:\r\nSERVER: a UPnP/1.1 b/1\r\n\
        LOCATION: {location}\r\nOPT: \"http://schemas.upnp.org/upnp/1/0/\"; ns=01\r\n01-NLS: 1\r\n\r\n"
    )
    .into_bytes()
}

pub(super) fn answered(body: &str) -> Answer {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=\"utf-8\"\r\nConnection: close\r\nExt:\r\n";
    Answer::Bytes(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

pub(super) fn fault(code: &str) -> Answer {
    let body = envelope(&format!(
        "<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>\
        <UPnPError xmlns=\"urn:schemas-upnp-org:control-1-0\"><errorCode>{code}</errorCode>\
        <errorDescription>No</errorDescription></UPnPError></detail></s:Fault>"
    ));
    let head = "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/xml\r\n";
    Answer::Bytes(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

fn envelope(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\r\n<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
        s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body>{body}</s:Body></s:Envelope>"
    )
}

pub(super) fn done() -> String {
    envelope("<u:DoneResponse xmlns:u=\"urn:schemas-upnp-org:service:WANIPConnection:1\"/>")
}

pub(super) fn address(address: &str) -> String {
    envelope(&format!(
        "<u:GetExternalIPAddressResponse xmlns:u=\"{}\"><NewExternalIPAddress>{address}</NewExternalIPAddress>\
        </u:GetExternalIPAddressResponse>",
        urn("IP")
    ))
}

pub(super) fn urn(kind: &str) -> String {
    format!("urn:schemas-upnp-org:service:WAN{kind}Connection:1")
}

pub(super) fn service(kind: &str, control: &str) -> String {
    format!(
        "<service><serviceType>{}</serviceType><serviceId>urn:upnp-org:serviceId:WAN{kind}Conn1</serviceId>\
        <SCPDURL>/WAN{kind}Cn.xml</SCPDURL><controlURL>{control}</controlURL><eventSubURL>/evt</eventSubURL></service>",
        urn(kind)
    )
}

/// The description of a router with one service that opens ports.
pub(super) fn igd(control: &str) -> String {
    described(&service("IP", control))
}

/// A description in the shape of miniupnpd's: devices in devices, each with services, of which `services` are the innermost.
pub(super) fn described(services: &str) -> String {
    let device = |kind: &str, rest: &str| {
        format!(
            "<device><deviceType>urn:schemas-upnp-org:device:{kind}:1</deviceType>\
            <friendlyName>{kind} & Söhne</friendlyName><manufacturer>somebody</manufacturer>\
            <UDN>uuid:00000000-0000-0000-0000-000000000000</UDN>{rest}</device>\r\n"
        )
    };
    let other = |kind: &str| {
        format!(
            "<service><serviceType>urn:schemas-upnp-org:service:{kind}:1</serviceType>\
            <controlURL>/ctl/{kind}</controlURL></service>"
        )
    };
    let connection = device("WANConnectionDevice", &format!("<serviceList>{services}</serviceList>"));
    let common = format!(
        "<serviceList>{}</serviceList><deviceList>{connection}</deviceList>",
        other("WANCommonInterfaceConfig")
    );
    let wan = device("WANDevice", &common);
    let root = format!("<serviceList>{}</serviceList><deviceList>{wan}</deviceList>", other("Layer3Forwarding"));
    format!(
        "<?xml version=\"1.0\"?>\n<root xmlns=\"urn:schemas-upnp-org:device-1-0\">\
        <specVersion><major>1</major><minor>1</minor></specVersion>{}</root>\r\n",
        device("InternetGatewayDevice", &format!("{root}<presentationURL>http://127.0.0.1/</presentationURL>"))
    )
}
