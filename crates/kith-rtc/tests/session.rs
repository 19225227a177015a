//! Sessions with each other, over the loopback interface.

#[path = "session/support.rs"]
mod support;

use bytes::Bytes;
use kith_rtc::{
    Binding, Candidate, Description, DescriptionKind, Error, IceServer, MAX_DATA, MAX_SDP, PathKind, SdpError, Session,
    SessionConfig, SessionEvent, State, VideoCodec, VideoFrame,
};
use std::{sync::Arc, time::Duration};
use support::{PATIENCE, Pair, config, packet, speak};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

fn is_audio(event: &SessionEvent) -> bool {
    matches!(event, SessionEvent::Audio(_))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_packets_arrive_in_order_and_messages_come_back() {
    let mut pair = Pair::new(config(true), config(false));
    pair.a.session.start().await.unwrap();
    pair.connected().await;
    let ((), first) = tokio::join!(speak(&pair.a.session, 0, 200), async {
        let mut sequence = None;
        for number in 0..200 {
            let SessionEvent::Audio(got) = pair.b.until("sound", is_audio).await else { unreachable!() };
            let sent = packet(number);
            assert_eq!((got.timestamp, &got.payload), (sent.timestamp, &sent.payload), "packet {number}");
            assert!(sequence.is_none_or(|last: u16| last.wrapping_add(1) == got.sequence));
            sequence = Some(got.sequence);
        }
    });
    let () = first;

    let message = Bytes::from(vec![7; MAX_DATA]);
    pair.a.session.send_data(message.clone()).await.unwrap();
    let SessionEvent::Data(got) = pair.b.until("a message", |e| matches!(e, SessionEvent::Data(_))).await else {
        unreachable!()
    };
    pair.b.session.send_data(got).await.unwrap();
    let back = pair.a.until("the message back", |e| matches!(e, SessionEvent::Data(_))).await;
    assert_eq!(back, SessionEvent::Data(message));
    let long = pair.a.session.send_data(vec![0; MAX_DATA + 1].into()).await;
    assert!(matches!(long, Err(Error::TooLong { bytes: 16_385, limit: MAX_DATA })));

    let stats = pair.a.session.stats().await.unwrap();
    assert_eq!(stats.audio_out.packets, 200);
    assert_eq!(stats.audio_out.bytes, 200 * 80);
    let path = stats.path.unwrap();
    assert_eq!(path.kind, PathKind::Direct);
    assert!(path.remote.unwrap().ip().is_loopback());
    assert!(stats.rtt.unwrap() < Duration::from_secs(1));
    assert!(stats.arrivals_reported);
    let theirs = pair.b.session.stats().await.unwrap();
    assert_eq!((theirs.audio_in.packets, theirs.duplicates, theirs.audio_dropped), (200, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offers_that_cross_end_in_one_connection() {
    for a_is_polite in [true, false] {
        let mut pair = Pair::new(config(a_is_polite), config(!a_is_polite));
        pair.open.send_replace(false);
        pair.a.session.start().await.unwrap();
        pair.b.session.start().await.unwrap();
        pair.open.send_replace(true);
        pair.connected().await;
        for (from, to) in [(&pair.a.session, &mut pair.b.told), (&pair.b.session, &mut pair.a.told)] {
            let heard = async {
                while let Some(event) = to.recv().await {
                    if is_audio(&event) {
                        return;
                    }
                }
            };
            tokio::time::timeout(PATIENCE, async { tokio::join!(speak(from, 0, 20), heard) }).await.unwrap();
        }
        let mut answers = Vec::new();
        let mut offers = Vec::new();
        while let Ok((who, event)) = pair.wire.try_recv() {
            if let SessionEvent::LocalDescription(description) = event {
                if support::is_offer(&description) { offers.push(who) } else { answers.push(who) }
            }
        }
        offers.sort_unstable();
        assert_eq!(offers, ['a', 'b'], "they crossed");
        assert_eq!(answers, [if a_is_polite { 'a' } else { 'b' }], "the polite side answers, once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sound_goes_on_over_an_ice_restart() {
    let mut pair = Pair::new(config(true), config(false));
    pair.a.session.start().await.unwrap();
    pair.connected().await;
    speak(&pair.a.session, 0, 10).await;
    let before = pair.a.session.stats().await.unwrap().path.unwrap().remote;
    while pair.wire.try_recv().is_ok() {}
    pair.b.session.restart_ice().await.unwrap();
    // For three seconds of speech, so that it goes on after the new path is found.
    let ((), last) = tokio::join!(speak(&pair.a.session, 10, 150), async {
        loop {
            let SessionEvent::Audio(got) = pair.b.until("sound", is_audio).await else { unreachable!() };
            if got.timestamp >= 155 * 960 {
                return got;
            }
        }
    });
    assert_eq!(last.payload, packet(last.timestamp / 960).payload);
    let after = pair.a.session.stats().await.unwrap().path.unwrap().remote;
    assert_ne!(before, after, "new sockets");
    let heard = pair.b.session.stats().await.unwrap().audio_in.packets;
    println!("{heard} of 160 packets over an ICE restart");
    let mut bindings = Vec::new();
    while let Ok((_, event)) = pair.wire.try_recv() {
        if let SessionEvent::LocalDescription(description) = event {
            bindings.push((description.kind, Binding::of(&description.sdp).unwrap()));
        }
    }
    assert_eq!(bindings.len(), 2);
    assert_eq!(bindings[0].0, DescriptionKind::Offer);
    // And back again from the other side.
    pair.a.session.restart_ice().await.unwrap();
    let ((), _) = tokio::join!(speak(&pair.b.session, 0, 100), async {
        loop {
            let SessionEvent::Audio(got) = pair.a.until("sound", is_audio).await else { unreachable!() };
            if got.timestamp >= 95 * 960 {
                return;
            }
        }
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_side_notices_a_close_and_nothing_is_left_running() {
    let Pair { tracker, a, mut b, .. } = {
        let mut pair = Pair::new(config(true), config(false));
        pair.a.session.start().await.unwrap();
        pair.connected().await;
        pair
    };
    let began = std::time::Instant::now();
    Arc::into_inner(a.session).unwrap().close().await;
    b.state(State::Closed).await;
    println!("noticed after {:?}", began.elapsed());
    assert!(matches!(b.session.stats().await, Err(Error::Closed)));
    assert!(matches!(b.session.send_audio(packet(0)), Err(Error::Closed)));
    drop(b);
    tracker.close();
    tokio::time::timeout(PATIENCE, tracker.wait()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropping_the_handle_or_cancelling_ends_a_session_in_any_state() {
    for connected in [false, true] {
        let mut pair = Pair::new(config(true), config(false));
        if connected {
            pair.a.session.start().await.unwrap();
            pair.connected().await;
        }
        let Pair { tracker, cancel, a, mut b, .. } = pair;
        drop(a);
        cancel.cancel();
        b.state(State::Closed).await;
        tracker.close();
        tokio::time::timeout(PATIENCE, tracker.wait()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_relayed_paths_without_a_relay_fail_and_tell_no_address() {
    let mut pair = Pair::new(SessionConfig { relay_only: true, ..config(true) }, config(false));
    assert!(matches!(pair.a.session.start().await, Err(Error::NoRelay)));
    pair.a.state(State::Failed).await;
    assert!(pair.wire.try_recv().is_err(), "nothing was told");

    // A relay that does not answer.
    let relay = IceServer {
        urls: vec!["turn:127.0.0.1:9?transport=udp".to_owned()],
        username: "u".to_owned(),
        credential: "c".to_owned(),
    };
    let config_a = SessionConfig { relay_only: true, ice_servers: vec![relay], ..config(true) };
    let mut pair = Pair::new(config_a, config(false));
    pair.a.session.start().await.unwrap();
    pair.a.state(State::Failed).await;
    while let Ok((who, event)) = pair.wire.try_recv() {
        if let SessionEvent::LocalDescription(description) = event {
            assert!(who == 'b' || !description.sdp.contains("candidate:") && !description.sdp.contains("127.0.0.1"));
        } else {
            assert!(who == 'b' || event == SessionEvent::LocalCandidatesEnd, "{event:?}");
        }
    }
    // The session is there still, and can be closed.
    assert!(pair.a.session.stats().await.unwrap().path.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_descriptions_are_refused_and_harm_nothing() {
    let offer = |sdp: &str| Description { kind: DescriptionKind::Offer, sdp: sdp.to_owned() };
    let mut pair = Pair::new(config(true), config(false));
    let b = pair.b.session.clone();
    let refused = b.remote_description(offer(&"x".repeat(MAX_SDP + 1))).await;
    assert!(matches!(refused, Err(Error::Sdp(SdpError::TooLong { bytes: 65_537 }))));
    assert!(matches!(b.remote_description(offer("garbage")).await, Err(Error::Sdp(SdpError::Malformed { line: 1 }))));
    let answer = Description { kind: DescriptionKind::Answer, ..offer("") };
    assert!(matches!(b.remote_description(answer).await, Err(Error::Sdp(_))));
    assert!(pair.wire.try_recv().is_err(), "nothing was sent");

    pair.a.session.start().await.unwrap();
    pair.connected().await;
    let (_, SessionEvent::LocalDescription(real)) = pair.wire.recv().await.unwrap() else { panic!("no offer") };
    let without: String = real.sdp.split_inclusive("\r\n").filter(|line| !line.starts_with("a=fingerprint:")).collect();
    assert!(matches!(b.remote_description(offer(&without)).await, Err(Error::Sdp(SdpError::NoFingerprint))));
    let mine = Binding::of(&real.sdp).unwrap().fingerprint;
    let other = real.sdp.replace(&format!("sha-256 {:02X}:", mine[0]), &format!("sha-256 {:02X}:", mine[0] ^ 1));
    assert!(matches!(b.remote_description(offer(&other)).await, Err(Error::FingerprintChanged { .. })));
    let answer = Description { kind: DescriptionKind::Answer, ..real };
    assert!(matches!(b.remote_description(answer).await, Err(Error::UnexpectedAnswer)));
    for line in
        ["candidate:", "candidate:1 1 udp 1 10.0.0.1 9 typ host\r\na=x", &format!("candidate:{}", "1 ".repeat(400))]
    {
        let candidate = Candidate { line: line.to_owned(), mid: None, index: None };
        assert!(matches!(b.remote_candidate(candidate).await, Err(Error::Candidate)), "{line:?}");
    }
    // It still speaks.
    let ((), _) = tokio::join!(speak(&pair.a.session, 0, 50), pair.b.until("sound", is_audio));
    let ((), _) = tokio::join!(speak(&pair.b.session, 0, 50), pair.a.until("sound", is_audio));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_that_is_bent_anywhere_leaves_a_session_that_answers() {
    let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
    let (other, mut events) = Session::open(SessionConfig { video: true, ..config(true) }, &tracker, &cancel).unwrap();
    other.start().await.unwrap();
    let Some(SessionEvent::LocalDescription(real)) = events.next().await else { panic!("no offer") };
    let lines: Vec<&str> = real.sdp.lines().collect();
    let mut bent: Vec<String> = (0..lines.len())
        .map(|cut| {
            lines.iter().enumerate().filter(|(at, _)| *at != cut).map(|(_, line)| format!("{line}\r\n")).collect()
        })
        .collect();
    bent.extend(lines.iter().map(|line| real.sdp.replace(line, &line.replace(['0', '1', '/', ':'], "9"))));
    bent.push(real.sdp.replace("a=sctp-port:5000", "a=sctp-port:x"));
    bent.push(real.sdp.replace("a=mid:1", "a=mid:0"));
    let (mut taken, mut refused) = (0, 0);
    for sdp in bent {
        let (session, _events) = Session::open(config(true), &tracker, &cancel).unwrap();
        match session.remote_description(Description { sdp, ..real.clone() }).await {
            Ok(()) => taken += 1,
            Err(Error::Sdp(_) | Error::Stack { .. }) => refused += 1,
            Err(error) => panic!("{error}"),
        }
        // A good offer is taken after a bad one.
        if let Err(error) = session.remote_description(real.clone()).await {
            assert!(matches!(error, Error::FingerprintChanged { .. } | Error::Sdp(_) | Error::Stack { .. }), "{error}");
        }
        session.stats().await.unwrap();
        session.close().await;
    }
    println!("{taken} taken, {refused} refused");
    assert!(refused > 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn media_before_negotiation_is_refused_and_the_candidates_of_a_stranger_are_bounded() {
    let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
    let (session, _events) = Session::open(config(true), &tracker, &cancel).unwrap();
    assert!(matches!(session.send_audio(packet(0)), Err(Error::NotNegotiated)));
    assert!(matches!(session.send_data(Bytes::from_static(b"x")).await, Err(Error::NotNegotiated)));
    let candidate = |number: usize| Candidate {
        line: format!("candidate:{number} 1 udp 1 192.0.2.1 {} typ host", number + 1),
        mid: None,
        index: None,
    };
    for number in 0..kith_rtc::MAX_CANDIDATES {
        session.remote_candidate(candidate(number)).await.unwrap();
    }
    assert!(matches!(session.remote_candidate(candidate(0)).await, Err(Error::TooManyCandidates { .. })));
    session.close().await;
    tracker.close();
    tracker.wait().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_arrive_whole_and_a_key_frame_can_be_asked_for() {
    let video = |polite| SessionConfig { video: true, ..config(polite) };
    let mut pair = Pair::new(video(true), video(false));
    pair.a.session.start().await.unwrap();
    pair.connected().await;
    assert_eq!(pair.a.session.stats().await.unwrap().video_codec, Some(VideoCodec::H264));
    let frame = |number: u32| {
        let mut payload = vec![0, 0, 0, 1, if number == 0 { 0x65 } else { 0x41 }];
        payload.extend((0..9000_u32).map(|index| (index ^ number) as u8 | 1));
        VideoFrame { codec: VideoCodec::H264, timestamp: number * 3000, payload: payload.into() }
    };
    let wrong = VideoFrame { codec: VideoCodec::Vp8, ..frame(0) };
    assert!(matches!(pair.a.session.send_video(wrong), Err(Error::NotNegotiated)));
    let a = pair.a.session.clone();
    let sent = async {
        let mut tick = tokio::time::interval(Duration::from_millis(33));
        for number in 0..60 {
            tick.tick().await;
            while let Err(error) = a.send_video(frame(number)) {
                assert!(matches!(error, Error::Full), "{error}");
                tick.tick().await;
            }
        }
    };
    let ((), ()) = tokio::join!(sent, async {
        for number in 0..60 {
            let got = pair.b.until("a picture", |event| matches!(event, SessionEvent::Video(_))).await;
            assert_eq!(got, SessionEvent::Video(frame(number)), "picture {number}");
        }
    });
    pair.b.session.want_keyframe();
    pair.a.until("a wish for a key frame", |event| *event == SessionEvent::KeyframeWanted).await;
    println!("bandwidth {} bit/s", pair.a.session.bandwidth());
}

/// Run where there is no route for multicast (`unshare -n`), it is the second attempt that begins.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_begins_with_and_without_a_network() {
    let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
    let config = SessionConfig { loopback: false, ..config(true) };
    let (session, mut events) = Session::open(config, &tracker, &cancel).unwrap();
    session.start().await.unwrap();
    let Some(SessionEvent::LocalDescription(offer)) = events.next().await else { panic!("no offer") };
    Binding::of(&offer.sdp).unwrap();
    session.close().await;
}
