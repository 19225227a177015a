//! Sessions with WebRTC peers that are not ours: aiortc and Chromium. Without the tool a test says so and passes; under
//! `KITH_CI` it fails.

use bytes::Bytes;
use kith_rtc::{
    AudioPacket, Candidate, Description, DescriptionKind, Error, RtpPacket, Session, SessionConfig, SessionEvent,
    State, VideoCodec, VideoFrame,
};
use serde_json::{Value, json};
use std::{path::Path, process::Stdio, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    sync::{Mutex, mpsc},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Longer than a browser takes to begin on a machine with work to do.
const PATIENCE: Duration = Duration::from_secs(90);
/// 20 ms of silence in Opus.
const SILENCE: &[u8] = &[0xf8, 0xff, 0xfe];

fn beside(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop").join(name)
}

fn missing(tool: &str) {
    assert!(std::env::var_os("KITH_CI").is_none(), "no {tool}");
    eprintln!("there is no {tool}: nothing was checked");
}

/// Lines of JSON to and from the other side.
struct Bridge {
    to: mpsc::Sender<Value>,
    from: mpsc::Receiver<Value>,
}

struct Call {
    session: Arc<Session>,
    events: mpsc::Receiver<SessionEvent>,
    from: mpsc::Receiver<Value>,
}

impl Call {
    /// Brings signalling across until the session ends.
    async fn begin(mut bridge: Bridge, we_offer: bool) -> Self {
        let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
        let config =
            SessionConfig { loopback: true, audio: true, video: true, polite: true, ..SessionConfig::default() };
        let (session, mut events) = Session::open(config, &tracker, &cancel).unwrap();
        let session = Arc::new(session);
        if we_offer {
            session.start().await.unwrap();
        }
        let (tell, told) = mpsc::channel(16_384);
        let (rest_in, rest) = mpsc::channel(256);
        let weak = Arc::downgrade(&session);
        tracker.spawn(async move {
            while let Some(event) = events.next().await {
                let line = if let SessionEvent::LocalDescription(Description { kind, sdp }) = event {
                    json!({ "type": if kind == DescriptionKind::Offer { "offer" } else { "answer" }, "sdp": sdp })
                } else if let SessionEvent::LocalCandidate(Candidate { line, mid, index }) = event {
                    json!({ "candidate": line, "sdpMid": mid, "sdpMLineIndex": index })
                } else {
                    tell.try_send(event).ok();
                    continue;
                };
                bridge.to.send(line).await.ok();
            }
        });
        tracker.spawn(async move {
            while let Some(line) = bridge.from.recv().await {
                let Some(session) = weak.upgrade() else { return };
                if let Some(sdp) = line["sdp"].as_str() {
                    let kind = if line["type"] == "offer" { DescriptionKind::Offer } else { DescriptionKind::Answer };
                    session.remote_description(Description { kind, sdp: sdp.to_owned() }).await.unwrap();
                } else if let Some(candidate) = line["candidate"].as_str() {
                    let mid = line["sdpMid"].as_str().map(str::to_owned);
                    let index = line["sdpMLineIndex"].as_u64().map(|index| index as u16);
                    session.remote_candidate(Candidate { line: candidate.to_owned(), mid, index }).await.unwrap();
                } else {
                    rest_in.try_send(line).ok();
                }
            }
        });
        Self { session, events: told, from: rest }
    }

    async fn until(&mut self, what: &str, wanted: impl Fn(&SessionEvent) -> bool) -> SessionEvent {
        let found = async {
            loop {
                let event = self.events.recv().await.unwrap_or_else(|| panic!("it ended before {what}"));
                if wanted(&event) {
                    return event;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("no {what}"))
    }

    /// Sends back the pictures that come, and the sound if it is not its own, until so much of both came.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest does not matter")]
    async fn send_back(&mut self, sounds: u64, pictures: u64, echo: bool) -> Sent {
        let mut sent = Sent::default();
        while sent.sounds < sounds || sent.pictures < pictures {
            let what = format!("more than {sent:?}");
            match self.until(&what, |_| true).await {
                SessionEvent::Audio(packet) => {
                    if echo {
                        self.send_sound(packet, sent.sounds == 0).await;
                    }
                    sent.sounds += 1;
                }
                SessionEvent::Video(frame) if sent.pictures > 0 || stands_alone(&frame) => {
                    while matches!(self.session.send_video(frame.clone()), Err(Error::Full)) {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                    sent.pictures += 1;
                }
                // Those it builds on came while messages were exchanged, and are gone.
                SessionEvent::Video(_) | SessionEvent::KeyframeWanted => self.session.want_keyframe(),
                _ => {}
            }
        }
        sent
    }

    async fn send_sound(&self, packet: RtpPacket, onset: bool) {
        let echo = AudioPacket { timestamp: packet.timestamp, payload: packet.payload, onset };
        // What came while messages were exchanged comes at once.
        while matches!(self.session.send_audio(echo.clone()), Err(Error::Full)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until the other side says that it got nearly as much of something.
    async fn arrived(&mut self, what: &str, sent: u64) -> Value {
        let counted = async {
            loop {
                let line = self.from.recv().await.expect("the other side goes on");
                assert!(line["error"].is_null(), "{line}");
                if line[what].as_u64().is_some_and(|arrived| arrived >= sent * 95 / 100) {
                    return line;
                }
            }
        };
        tokio::time::timeout(PATIENCE, counted).await.expect("the other side gets what was sent back")
    }

    async fn connected_and_talking(&mut self) {
        let (connected, open) = (SessionEvent::State(State::Connected), SessionEvent::DataOpen);
        let first = self.until("a connection", |event| *event == connected || *event == open).await;
        let second = if first == open { connected } else { open };
        self.until("the rest of a connection", |event| *event == second).await;
        for message in [Bytes::from_static(b"hello"), vec![9; 4000].into()] {
            self.session.send_data(message.clone()).await.unwrap();
            let back = self.until("the message back", |event| matches!(event, SessionEvent::Data(_))).await;
            assert_eq!(back, SessionEvent::Data(message));
        }
    }

    async fn end(self) {
        // A candidate of the other side may just be taken.
        while Arc::strong_count(&self.session) > 1 {
            tokio::task::yield_now().await;
        }
        Arc::into_inner(self.session).unwrap().close().await;
        drop(self.from);
    }
}

/// What was sent back.
#[derive(Debug, Default)]
struct Sent {
    sounds: u64,
    pictures: u64,
}

/// Whether decoding can begin with it.
fn stands_alone(frame: &VideoFrame) -> bool {
    match frame.codec {
        // Parameters of a sequence come before such a picture.
        VideoCodec::H264 => frame.payload.windows(4).any(|unit| unit[..3] == [0, 0, 1] && unit[3] & 0x1f == 7),
        VideoCodec::Vp8 => frame.payload[0] & 1 == 0,
    }
}

fn aiortc() -> Option<(Child, Bridge, TaskTracker)> {
    let python = "/usr/bin/python3";
    let found = std::process::Command::new(python).args(["-c", "import aiortc"]).stderr(Stdio::null()).status();
    if !found.is_ok_and(|status| status.success()) {
        missing("aiortc");
        return None;
    }
    let mut command = Command::new(python);
    command.arg(beside("aiortc_peer.py")).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut process = command.spawn().unwrap();
    let (mut input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
    let (to, mut lines) = mpsc::channel::<Value>(64);
    let (heard, from) = mpsc::channel(64);
    let tracker = TaskTracker::new();
    tracker.spawn(async move {
        while let Some(line) = lines.recv().await {
            if input.write_all(format!("{line}\n").as_bytes()).await.is_err() {
                return;
            }
        }
    });
    tracker.spawn(async move {
        let mut output = BufReader::new(output).lines();
        while let Ok(Some(line)) = output.next_line().await {
            heard.send(serde_json::from_str(&line).unwrap()).await.ok();
        }
    });
    Some((process, Bridge { to, from }, tracker))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aiortc_offers_and_talks_shows_and_writes() {
    let Some((process, bridge, _tasks)) = aiortc() else { return };
    let mut call = Call::begin(bridge, false).await;
    call.connected_and_talking().await;
    let session = call.session.clone();
    let speaking = async {
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        for number in 0..250 {
            tick.tick().await;
            let payload = Bytes::from_static(SILENCE);
            session.send_audio(AudioPacket { timestamp: number * 960, payload, onset: number == 0 }).unwrap();
        }
    };
    let hearing = async {
        // The sound is its echo already.
        let sent = call.send_back(150, 90, false).await;
        let seen = call.arrived("seen", sent.pictures).await;
        (sent, seen)
    };
    let ((), (sent, seen)) = tokio::join!(speaking, hearing);
    assert_eq!((&seen["width"], &seen["height"]), (&json!(640), &json!(480)));
    drop(session);
    let stats = call.session.stats().await.unwrap();
    println!("aiortc: {sent:?}, it saw {seen}; {stats:?}");
    assert!(!stats.arrivals_reported, "aiortc reports no arrivals: the estimate goes by receiver reports");
    assert!(stats.audio_out.loss.is_some_and(|loss| loss < 0.05), "it reported what it received");
    assert_eq!(stats.duplicates, 0);
    call.end().await;
    drop(process);
}

/// One request of the page.
async fn serve(
    mut stream: TcpStream,
    lines: Arc<Mutex<mpsc::Receiver<Value>>>,
    heard: mpsc::Sender<Value>,
) -> Option<()> {
    let mut request = Vec::new();
    let end = loop {
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        stream.read_buf(&mut request).await.ok().filter(|read| *read > 0)?;
    };
    let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
    let (kind, body) = if head.starts_with("get / ") || head.starts_with("get /?offer ") {
        ("text/html", std::fs::read_to_string(beside("browser_peer.html")).ok()?)
    } else if head.starts_with("post /say ") {
        let length: usize = head.split("content-length:").nth(1)?.split("\r\n").next()?.trim().parse().ok()?;
        while request.len() < end + length {
            stream.read_buf(&mut request).await.ok().filter(|read| *read > 0)?;
        }
        heard.send(serde_json::from_slice(&request[end..end + length]).ok()?).await.ok()?;
        ("application/json", "{}".to_owned())
    } else if head.starts_with("get /hear ") {
        let line = lines.lock().await.recv().await.unwrap_or_default();
        ("application/json", line.to_string())
    } else {
        ("text/plain", String::new())
    };
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await.ok()
}

async fn with_chromium(we_offer: bool) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (to, lines) = mpsc::channel::<Value>(64);
    let (heard, mut from) = mpsc::channel(64);
    let (tracker, token) = (TaskTracker::new(), CancellationToken::new());
    let (serving, stop) = (tracker.clone(), token.clone());
    let lines = Arc::new(Mutex::new(lines));
    tracker.spawn(token.clone().run_until_cancelled_owned(async move {
        while let Ok((stream, _)) = listener.accept().await {
            serving.spawn(stop.clone().run_until_cancelled_owned(serve(stream, lines.clone(), heard.clone())));
        }
    }));
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new("chromium");
    command
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-quic"])
        .args(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"])
        .args(["--allow-loopback-in-peer-connection", "--disable-features=WebRtcHideLocalIpsWithMdns"])
        .args(["--autoplay-policy=no-user-gesture-required"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("http://{address}/{}", if we_offer { "" } else { "?offer" }))
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let Ok(mut browser) = command.spawn() else { return missing("chromium") };
    if we_offer {
        let ready = tokio::time::timeout(PATIENCE, from.recv()).await.expect("the browser begins");
        assert_eq!(ready, Some(json!({ "ready": true })));
    }
    let mut call = Call::begin(Bridge { to, from }, we_offer).await;
    call.connected_and_talking().await;
    let sent = call.send_back(250, 120, true).await;
    let heard = call.arrived("heard", sent.sounds).await;
    let seen = call.arrived("seen", sent.pictures).await;
    assert_eq!((&seen["width"], &seen["height"]), (&json!(640), &json!(360)));
    let stats = call.session.stats().await.unwrap();
    println!("chromium, we_offer={we_offer}: {sent:?}, the page {heard} {seen}; {stats:?}");
    assert!(stats.arrivals_reported, "a browser reports arrivals");
    assert!(stats.rtt.is_some() && stats.path.is_some());
    call.end().await;
    browser.start_kill().unwrap();
    browser.wait().await.unwrap();
    token.cancel();
    tracker.close();
    tracker.wait().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_answers_and_talks_shows_and_writes() {
    with_chromium(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_offers_and_talks_shows_and_writes() {
    with_chromium(false).await;
}
