//! Routers as they are, and as they should not be. All of them are on loopback.

mod fake;

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::num::NonZeroU16;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use tokio::task::JoinSet;

use super::*;
use fake::{Answer, Fake, answered, fault, found, igd};

const GATEWAY: Ipv4Addr = Ipv4Addr::LOCALHOST;
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const PORT: NonZeroU16 = NonZeroU16::new(4100).unwrap();

/// A port that is asked for at a router.
struct Asked {
    upnp: Upnp,
    work: JoinSet<()>,
}

impl Asked {
    fn at(network: Network) -> Self {
        Self::renewed(network, limits::UPNP_LEASE / 2)
    }

    fn renewed(network: Network, renew: Duration) -> Self {
        let (upnp, mut asking) = Upnp::new(Transport::Udp, PORT);
        asking.renew = renew;
        let mut work = JoinSet::new();
        work.spawn(asking.run(network));
        Self { upnp, work }
    }

    async fn granted(&mut self) -> Option<SocketAddrV4> {
        self.becomes(Option::is_some).await
    }

    /// What is granted then, or nothing if it ended before.
    async fn becomes(&mut self, expected: impl FnMut(&Option<SocketAddrV4>) -> bool) -> Option<SocketAddrV4> {
        let granted = timeout(Duration::from_secs(20), self.upnp.granted.wait_for(expected)).await.expect("it happens");
        granted.ok().and_then(|granted| *granted)
    }

    async fn end(mut self) {
        drop(self.upnp);
        while self.work.join_next().await.is_some() {}
    }
}

/// A router that grants every port.
fn good(question: &str) -> Answer {
    if question.starts_with("GET /rootDesc.xml ") {
        return answered(&igd("/ctl/IPConn"));
    }
    match fake::action(question) {
        Some("GetExternalIPAddress") => answered(&fake::address("9.9.9.9")),
        Some("AddPortMapping" | "DeletePortMapping") => answered(&fake::done()),
        _ => Answer::Bytes(b"HTTP/1.1 404 Not Found\r\n\r\n".to_vec()),
    }
}

/// What is found with a search.
async fn find(fake: &Fake) -> Result<Ipv4Addr, Error> {
    Router::find(&fake.network).await.map(|(_router, external)| external)
}

/// What is found without one.
async fn read(fake: &Fake) -> Result<Ipv4Addr, Error> {
    let location = place::Place::parse(&format!("http://{}/rootDesc.xml", fake.http), GATEWAY).expect("a place");
    Router::at(&location, GATEWAY).await.map(|(_router, external)| external)
}

#[tokio::test]
async fn a_port_is_asked_for_and_given_back() {
    let fake = Fake::start(good).await;
    let mut asked = Asked::at(fake.network);
    assert_eq!(asked.granted().await, Some(SocketAddrV4::new(Ipv4Addr::new(9, 9, 9, 9), 4100)));
    asked.end().await;
    assert_eq!(fake.actions(), ["GetExternalIPAddress", "AddPortMapping", "DeletePortMapping"]);
    let at = fake.http;
    let expected = format!(
        "POST /ctl/IPConn HTTP/1.1\r\nContent-Type: text/xml; charset=\"utf-8\"\r\n\
        Soapaction: \"urn:schemas-upnp-org:service:WANIPConnection:1#AddPortMapping\"\r\nHost: {at}\r\n\
        Connection: close\r\nContent-Length: 586\r\n\r\n<?xml version=\"1.0\"?>\r\n\
        <s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
        s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body>\
        <u:AddPortMapping xmlns:u=\"urn:schemas-upnp-org:service:WANIPConnection:1\"><NewRemoteHost></NewRemoteHost>\
        <NewExternalPort>4100</NewExternalPort><NewProtocol>UDP</NewProtocol><NewInternalPort>4100</NewInternalPort>\
        <NewInternalClient>127.0.0.1</NewInternalClient><NewEnabled>1</NewEnabled>\
        <NewPortMappingDescription>kith</NewPortMappingDescription><NewLeaseDuration>3600</NewLeaseDuration>\
        </u:AddPortMapping></s:Body></s:Envelope>\r\n"
    );
    assert_eq!(fake.questions("AddPortMapping"), [expected]);
    let [deleted] = &fake.questions("DeletePortMapping")[..] else { panic!("one") };
    assert!(deleted.contains(
        "<NewRemoteHost></NewRemoteHost><NewExternalPort>4100</NewExternalPort><NewProtocol>UDP</NewProtocol></u:Del"
    ));
}

#[tokio::test]
async fn a_router_may_keep_ports_only_without_an_end() {
    let fake = Fake::start(|question| match fake::action(question) {
        Some("AddPortMapping") if !question.contains("<NewLeaseDuration>0<") => fault("725"),
        _ => good(question),
    });
    let fake = fake.await;
    let mut asked = Asked::renewed(fake.network, Duration::from_millis(50));
    assert_eq!(asked.granted().await.map(|at| at.port()), Some(4100));
    fake.until(|| fake.questions("AddPortMapping").len() == 4).await;
    asked.end().await;
    let adds = fake.questions("AddPortMapping");
    let endless = adds.iter().map(|question| question.contains("<NewLeaseDuration>0<")).collect::<Vec<_>>();
    assert_eq!(endless[..4], [false, true, true, true], "it is remembered");
    assert_eq!(fake.questions("DeletePortMapping").len(), 1);
}

#[tokio::test]
async fn a_port_that_is_taken_is_replaced_by_another() {
    let fake = Fake::start(|question| match fake::action(question) {
        Some("AddPortMapping") if question.contains("<NewExternalPort>4100<") => fault("718"),
        _ => good(question),
    });
    let fake = fake.await;
    let mut asked = Asked::at(fake.network);
    let port = asked.granted().await.expect("another port").port();
    assert!(OTHER_PORTS.contains(&port));
    asked.end().await;
    let both = [&fake.questions("AddPortMapping")[1], &fake.questions("DeletePortMapping")[0]];
    for question in both {
        assert!(question.contains(&format!("<NewExternalPort>{port}<")), "{question}");
    }
    assert!(both[0].contains("<NewInternalPort>4100<"));
}

#[tokio::test]
async fn what_is_refused_is_not_given_back() {
    for (code, tries) in [("718", limits::UPNP_TRIES), ("725", 2), ("606", 1), ("501", 1), ("402", 1), ("65000", 1)] {
        let fake = Fake::start(move |question| match fake::action(question) {
            Some("AddPortMapping") => fault(code),
            _ => good(question),
        });
        let fake = fake.await;
        let mut asked = Asked::at(fake.network);
        assert_eq!(asked.granted().await, None);
        asked.end().await;
        assert_eq!(fake.questions("AddPortMapping").len(), tries, "{code}");
        assert_eq!(fake.questions("DeletePortMapping").len(), 0, "{code}");
    }
}

#[tokio::test]
async fn what_may_be_granted_is_given_back() {
    let fake = Fake::start(|question| match fake::action(question) {
        Some("AddPortMapping") => Answer::Silence,
        _ => good(question),
    });
    let fake = fake.await;
    let asked = Asked::at(fake.network);
    fake.until(|| fake.questions("AddPortMapping").len() == 1).await;
    let since = Instant::now();
    asked.end().await;
    assert!(since.elapsed() < limits::UPNP_EXCHANGE_TIMEOUT / 2, "it does not wait for the answer");
    assert_eq!(fake.questions("DeletePortMapping").len(), 1);
}

#[tokio::test]
async fn a_port_is_renewed_until_the_router_no_longer_does() {
    for (code, given_back) in [("501", 1), ("718", 0)] {
        let mut left = VecDeque::from([None, None, Some(code)]);
        let fake = Fake::start(move |question| match fake::action(question) {
            Some("AddPortMapping") => left.pop_front().flatten().map_or_else(|| good(question), fault),
            _ => good(question),
        });
        let fake = fake.await;
        let mut asked = Asked::renewed(fake.network, Duration::from_millis(200));
        assert!(asked.granted().await.is_some());
        assert_eq!(asked.becomes(Option::is_none).await, None);
        asked.end().await;
        let adds = fake.questions("AddPortMapping");
        assert!(adds.len() == 3 && adds.iter().all(|question| *question == adds[0]), "{adds:?}");
        assert_eq!(fake.questions("DeletePortMapping").len(), given_back, "{code}");
    }
}

#[tokio::test]
async fn an_address_outside_that_changes_is_noticed() {
    let mut addresses = VecDeque::from(["9.9.9.9", "9.9.9.8"]);
    let fake = Fake::start(move |question| match fake::action(question) {
        Some("GetExternalIPAddress") => {
            let address = addresses.pop_front().unwrap_or("9.9.9.8");
            answered(&fake::address(address))
        }
        _ => good(question),
    });
    let fake = fake.await;
    let mut asked = Asked::renewed(fake.network, Duration::from_millis(200));
    assert_eq!(asked.granted().await, Some(SocketAddrV4::new(Ipv4Addr::new(9, 9, 9, 9), 4100)));
    let other = Some(SocketAddrV4::new(Ipv4Addr::new(9, 9, 9, 8), 4100));
    assert_eq!(asked.becomes(|granted| *granted == other).await, other);
    asked.end().await;
}

#[tokio::test]
async fn the_service_with_an_address_is_asked() {
    let fake = Fake::start(|question| {
        let here = |path: &str| question.contains(&format!(" {path} "));
        match fake::action(question) {
            None => answered(&fake::described(&[fake::service("IP", "/off"), fake::service("PPP", "/on")].concat())),
            Some("GetExternalIPAddress") if here("/off") => answered(&fake::address("0.0.0.0")),
            Some(_) => good(question),
        }
    });
    let fake = fake.await;
    let mut asked = Asked::at(fake.network);
    assert!(asked.granted().await.is_some());
    asked.end().await;
    let [add] = &fake.questions("AddPortMapping")[..] else { panic!("one") };
    assert!(add.starts_with("POST /on ") && add.contains("\"urn:schemas-upnp-org:service:WANPPPConnection:1#Add"));
    for address in ["0.0.0.0", "", "router.lan", "::1", "9.9.9.9.9"] {
        let fake = Fake::start(move |question| match fake::action(question) {
            Some("GetExternalIPAddress") => answered(&fake::address(address)),
            _ => good(question),
        });
        assert!(matches!(read(&fake.await).await, Err(Error::NoService)), "{address:?}");
    }
}

#[tokio::test]
async fn answers_of_others_are_not_taken() {
    let router = Fake::start(good).await;
    // The answer is right, but for where it comes from.
    let fake = Fake::with(ELSEWHERE, good, |_http| vec![found(&format!("http://{}/rootDesc.xml", router.http))]).await;
    assert!(matches!(find(&fake).await, Err(Error::Silent)));
    assert!(fake.searched() >= 2, "it was asked");
    assert_eq!((fake.connections(), router.connections()), (0, 0));
}

#[tokio::test]
async fn the_group_is_asked_where_the_gateway_answers_nobody_alone() {
    let mut fake = Fake::start(good).await;
    // Nobody is there.
    fake.network.doors[0].set_port(9);
    assert_eq!(find(&fake).await.expect("a router"), Ipv4Addr::new(9, 9, 9, 9));
}

#[tokio::test]
async fn a_description_elsewhere_is_not_read() {
    let other = Fake::with(ELSEWHERE, good, |_http| Vec::new()).await;
    let port = other.http.port();
    let locations = [
        format!("http://{ELSEWHERE}:{port}/rootDesc.xml"),
        format!("http://localhost:{port}/rootDesc.xml"),
        format!("http://{GATEWAY}@{ELSEWHERE}:{port}/rootDesc.xml"),
        format!("https://{GATEWAY}:{port}/rootDesc.xml"),
        "/rootDesc.xml".to_owned(),
    ];
    let fake = Fake::with(GATEWAY, good, move |_http| locations.iter().map(|at| found(at)).collect()).await;
    assert!(matches!(find(&fake).await, Err(Error::Silent)));
    assert_eq!((fake.connections(), other.connections()), (0, 0));
}

#[tokio::test]
async fn a_service_elsewhere_is_not_asked() {
    let other = Fake::with(ELSEWHERE, good, |_http| Vec::new()).await;
    let there = format!("http://{}", other.http);
    let base = format!("<URLBase>{there}</URLBase><device>");
    for description in [igd(&format!("{there}/ctl")), igd("/ctl").replacen("<device>", &base, 1)] {
        let fake = Fake::start(move |_question| answered(&description)).await;
        assert!(matches!(read(&fake).await, Err(Error::Elsewhere)));
        assert_eq!(fake.actions(), [""; 0]);
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let other = Fake::with(ELSEWHERE, good, |_http| Vec::new()).await;
    for target in [format!("http://{}/rootDesc.xml", other.http), "/rootDesc.xml".to_owned()] {
        let redirect = format!("HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n");
        let fake = Fake::start(move |_question| Answer::Bytes(redirect.clone().into_bytes())).await;
        assert!(matches!(read(&fake).await, Err(Error::Status(302))));
        assert_eq!(fake.connections(), 1);
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn bodies_are_read_however_they_end() {
    let body = fake::address("9.9.9.9");
    let (first, rest) = body.split_at(40);
    for answer in [
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}and more", body.len()),
        format!("HTTP/1.0 200 OK\r\n\r\n{body}"),
        format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n28;a=b\r\n{first}\r\n{:x}\r\n{rest}\r\n0\r\n\r\n",
            rest.len()
        ),
        format!("HTTP/1.1 200 OK\r\nno header\r\nConnection : close\r\n\r\n{body}"),
    ] {
        let answer = answer.into_bytes();
        let fake = Fake::start(move |question| match fake::action(question) {
            Some("GetExternalIPAddress") => Answer::Bytes(answer.clone()),
            _ => good(question),
        });
        assert_eq!(read(&fake.await).await.expect("an address"), Ipv4Addr::new(9, 9, 9, 9));
    }
}

#[tokio::test]
async fn nothing_is_read_without_an_end() {
    let endless = |head: &str, more: &[u8]| Answer::Endless(head.as_bytes().to_vec(), more.repeat(100));
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    type Expected = fn(&Error) -> bool;
    let cases: [(Answer, Expected); 6] = [
        (endless("HTTP/1.1 200 OK\r\n\r\n", b"<a>"), |error| matches!(error, Error::TooLarge)),
        (endless("HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n", b"<a>"), |error| {
            matches!(error, Error::TooLarge)
        }),
        (endless(chunked, b"3\r\n<a>\r\n"), |error| matches!(error, Error::TooLarge)),
        (endless(&format!("{chunked}3;"), b"abc"), |error| matches!(error, Error::Http(_))),
        (endless("HTTP/1.1 200 OK\r\nA: ", b"abc"), |error| matches!(error, Error::Http(_))),
        (endless("HTTP/1.1 200 OK\r\n", b"A: b\r\n"), |error| matches!(error, Error::Http(_))),
    ];
    for (number, (answer, expected)) in cases.into_iter().enumerate() {
        let fake = Fake::start(move |_question| answer.clone()).await;
        let since = Instant::now();
        let error = read(&fake).await.expect_err("no router");
        assert!(expected(&error), "{number}: {error:?}");
        assert!(fake.written() < 8 << 20, "{number}: {}", fake.written());
        assert!(since.elapsed() < limits::UPNP_EXCHANGE_TIMEOUT);
    }
}

#[tokio::test]
async fn nothing_is_waited_for_without_an_end() {
    let drip = |head: &str| Answer::Drip(head.as_bytes().to_vec());
    let answers = [Answer::Silence, drip("HTTP/1.1 200 OK\r\nA: "), drip("HTTP/1.1 200 OK\r\n\r\n"), drip("")];
    let mut work = JoinSet::new();
    for answer in answers {
        work.spawn(async move {
            let fake = Fake::start(move |_question| answer.clone()).await;
            let since = Instant::now();
            let result = read(&fake).await;
            assert!(matches!(result, Err(Error::Late | Error::Http(_))), "{result:?}");
            assert!(since.elapsed() < limits::UPNP_EXCHANGE_TIMEOUT + Duration::from_secs(1), "{:?}", since.elapsed());
        });
    }
    work.join_all().await;
}

#[tokio::test]
async fn garbage_is_no_answer() {
    let bodies = ["", "x", "<a>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "\0\0\0"];
    for body in bodies.map(str::to_owned).into_iter().chain([igd("/ctl").replace("</root>", "")]) {
        let fake = Fake::start(move |_question| answered(&body)).await;
        assert!(matches!(read(&fake).await, Err(Error::Malformed | Error::NoService)));
    }
    let deep = "<a>".repeat(10_000);
    let fake = Fake::start(move |_question| answered(&deep)).await;
    assert!(matches!(read(&fake).await, Err(Error::TooLarge)));
    for raw in ["", "x", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "\0\0\0\0"] {
        let fake = Fake::start(move |_question| Answer::Bytes(raw.as_bytes().to_vec())).await;
        assert!(matches!(read(&fake).await, Err(Error::Http(_))), "{raw}");
    }
    // What is no answer does not hide one that is.
    let garbage = |http| {
        let mut all: Vec<Vec<u8>> = vec![Vec::new(), b"x".to_vec(), vec![0; 4000], found("http://127.0.0.2/")];
        all.push(found(&format!("http://{http}/nothing")));
        all.push(found(&format!("http://{http}/rootDesc.xml")));
        all
    };
    let fake = Fake::with(GATEWAY, good, garbage).await;
    assert_eq!(find(&fake).await.expect("a router"), Ipv4Addr::new(9, 9, 9, 9));
}

#[tokio::test]
async fn few_answers_are_looked_at() {
    let many = |http| (0..500).map(|number| found(&format!("http://{http}/{number}"))).collect();
    let fake = Fake::with(GATEWAY, good, many).await;
    assert!(matches!(find(&fake).await, Err(Error::Status(404))));
    assert_eq!(fake.connections(), limits::UPNP_ANSWERS_MAX);
}

#[test]
fn services_are_found_in_descriptions() {
    let location = place::Place::parse("http://127.0.0.1:5000/a/rootDesc.xml", GATEWAY).expect("a place");
    let read = |text: &str| -> Result<Vec<String>, Error> {
        let found = description::services(&location, text)?;
        Ok(found.iter().map(|(service, at)| format!("{service:?} {}{}", at.at(), at.target())).collect())
    };
    assert_eq!(read(&igd("/ctl/IPConn")).expect("a description"), ["Ip1 127.0.0.1:5000/ctl/IPConn"]);
    let second = igd("ctl?a=1&amp;b=2").replace("WANIPConnection:1", "WANIPConnection:2");
    assert_eq!(read(&second).expect("a description"), ["Ip2 127.0.0.1:5000/a/ctl?a=1&b=2"]);
    let based = igd("ctl").replacen("<device>", "<URLBase> http://127.0.0.1:80/b/ </URLBase><device>", 1);
    assert_eq!(read(&based).expect("a description"), ["Ip1 127.0.0.1:80/b/ctl"]);
    let many = fake::described(&fake::service("PPP", "/b").repeat(50));
    assert_eq!(read(&many).expect("a description").len(), limits::UPNP_SERVICES_MAX);
    // One without a type does not have that of the one before, nor its place.
    let halves = format!("<service><serviceType>{}</serviceType></service>", fake::urn("IP"));
    let halves = [halves.as_str(), "<service><controlURL>/ctl</controlURL></service>"];
    assert_eq!(read(&fake::described(&halves.concat())).expect("a description"), [""; 0]);
    assert_eq!(read(&fake::described(&[halves[1], halves[0]].concat())).expect("a description"), [""; 0]);
}

fn soup() -> impl Strategy<Value = String> {
    let words = [
        "<",
        ">",
        "</",
        "/>",
        "&",
        ";",
        "#x",
        "<a>",
        "</a>",
        "<service>",
        "</service>",
        "<serviceType>",
        "</serviceType>",
        "urn:schemas-upnp-org:service:WANIPConnection:1",
        "<controlURL>",
        "</controlURL>",
        "/ctl",
        "http://127.0.0.1:1/",
        "<URLBase>",
        "</URLBase>",
        "<errorCode>",
        "</errorCode>",
        "718",
        "<NewExternalIPAddress>",
        "9.9.9.9",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<?",
        "?>",
        "<!DOCTYPE a [",
        "]>",
        "a='b'",
        "é",
        "\0",
        " ",
        "x:",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..60).prop_map(|words| words.concat())
}

fn read_all(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let base = place::Place::parse("http://127.0.0.1:5000/a", GATEWAY).expect("a place");
    for place in [place::Place::parse(&text, GATEWAY), base.join(&text)].into_iter().flatten() {
        assert_eq!(*place.at().ip(), GATEWAY);
        assert!(!place.target().contains(char::is_whitespace) && place.target().starts_with('/'));
    }
    for (_service, place) in description::services(&base, &text).unwrap_or_default() {
        assert_eq!(*place.at().ip(), GATEWAY);
    }
    drop((soap::external(&text), soap::refusal(&text), search::location(bytes)));
}

proptest! {
    #[test]
    fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..2048)) {
        read_all(&bytes);
    }

    #[test]
    fn no_xml_is_too_much(text in soup()) {
        read_all(text.as_bytes());
    }

    #[test]
    fn no_answer_to_a_search_is_too_much(head in "HTTP/1.[01] 200( OK)?\r\n", rest in "((LOCATION|ST|\\PC{0,9}):? ?\\PC{0,99}\r\n){0,9}(\r\n)?") {
        read_all(format!("{head}{rest}").as_bytes());
    }
}
