//! The WebRTC stack, set up as a call needs it: codecs, interceptors, sockets.

use crate::{
    api::{IceServer, SessionConfig},
    error::{Error, stack},
    overlay::{OverlayRuntime, Port},
    tap::{Estimate, Link, Tap},
};
use rtc::{
    ice::mdns::MulticastDnsMode,
    interceptor::{CongestionControlBuilder, NackGeneratorBuilder, NackResponderBuilder, Slot},
    media_stream::MediaStreamTrack,
    peer_connection::{configuration::setting_engine::SctpMaxMessageSize, transport::RTCDtlsRole},
    rtp_transceiver::rtp_sender::{
        RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
        RtpCodecKind,
    },
};
use std::{sync::Arc, time::Duration};
use webrtc::{
    media_stream::track_local::static_rtp::TrackLocalStaticRTP,
    peer_connection::{
        MediaEngine, PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCConfigurationBuilder,
        RTCIceServer, RTCIceTransportPolicy, Registry, SettingEngineBuilder, configure_rtcp_reports, configure_twcc,
    },
    runtime::{Runtime, TokioRuntime},
};

pub(crate) const OPUS: &str = "audio/opus";
pub(crate) const H264: &str = "video/H264";
pub(crate) const VP8: &str = "video/VP8";

/// What waits in the data channel for the other side's acknowledgement, in bytes; more is refused.
const DATA_BUFFER: usize = 256 * 1024;
/// Fits an overlay path, whose datagrams are smaller than Ethernet's.
const SCTP_MTU: u32 = 1100;
/// A lost path is told after so long without an answer, …
const DISCONNECTED_AFTER: Duration = Duration::from_secs(3);
/// … given up after so long, …
const FAILED_AFTER: Duration = Duration::from_secs(15);
/// … and asked this often.
const KEEPALIVE: Duration = Duration::from_secs(1);
/// How often missing packets are asked for, how many of the newest are left to come by themselves, and how often one is
/// asked for: without a limit a narrow link carries nothing but repetitions.
const NACK_INTERVAL: Duration = Duration::from_millis(30);
const NACK_SKIP: u16 = 1;
const NACK_MAX: u16 = 3;
/// "No such device": there is no route for multicast.
const ENODEV: i32 = 19;

fn codec(kind: RtpCodecKind, mime: &str, fmtp: &str, payload_type: u8) -> RTCRtpCodecParameters {
    let (clock_rate, channels) = if kind == RtpCodecKind::Audio { (48_000, 2) } else { (90_000, 0) };
    RTCRtpCodecParameters {
        rtp_codec: RTCRtpCodec {
            mime_type: mime.to_owned(),
            clock_rate,
            channels,
            sdp_fmtp_line: fmtp.to_owned(),
            rtcp_feedback: Vec::new(),
        },
        payload_type,
    }
}

fn opus() -> RTCRtpCodecParameters {
    codec(RtpCodecKind::Audio, OPUS, "minptime=10;useinbandfec=1", 111)
}

/// The first is what we would rather have.
fn video_codecs() -> [RTCRtpCodecParameters; 2] {
    let h264 = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";
    [codec(RtpCodecKind::Video, H264, h264, 102), codec(RtpCodecKind::Video, VP8, "", 96)]
}

fn media_engine() -> Result<MediaEngine, Error> {
    let mut engine = MediaEngine::default();
    engine.register_codec(opus(), RtpCodecKind::Audio).map_err(stack("register Opus"))?;
    for video in video_codecs() {
        engine.register_codec(video, RtpCodecKind::Video).map_err(stack("register a video codec"))?;
    }
    for (typ, parameter) in [("nack", ""), ("nack", "pli"), ("ccm", "fir")] {
        let feedback = RTCPFeedback { typ: typ.to_owned(), parameter: parameter.to_owned() };
        engine.register_feedback(feedback, RtpCodecKind::Video);
    }
    Ok(engine)
}

/// The chain, wire first: tap, estimate, TWCC, retransmission with limits, reports. No pacer: the built-in one sends at
/// exactly the estimate, so what once waits never drains, and sound waits behind pictures.
fn interceptors(engine: &mut MediaEngine, link: &Arc<Link>) -> Result<Registry, Error> {
    let registry = Registry::new()
        .with(Slot::from(500), Tap::new(link.clone()))
        .with(Slot::CongestionControl, CongestionControlBuilder::new(Estimate(link.clone())).build())
        .with(Slot::NackResponder, NackResponderBuilder::new().build())
        .with(
            Slot::NackGenerator,
            NackGeneratorBuilder::new()
                .with_interval(NACK_INTERVAL)
                .with_skip_last_n(NACK_SKIP)
                .with_max_nacks_per_packet(NACK_MAX)
                .build(),
        );
    let registry = configure_twcc(registry, engine).map_err(stack("register TWCC"))?;
    Ok(configure_rtcp_reports(registry))
}

/// Whether any of the servers is a relay.
pub(crate) fn has_relay(servers: &[IceServer]) -> bool {
    servers.iter().flat_map(|server| &server.urls).any(|url| is_relay(url))
}

fn is_relay(url: &str) -> bool {
    url.starts_with("turn:") || url.starts_with("turns:")
}

/// Refuses what is not the address of an ICE server.
pub(crate) fn check_servers(servers: &[IceServer]) -> Result<(), Error> {
    let bad = servers.iter().flat_map(|server| &server.urls).find(|url| {
        let host = url.split_once(':').filter(|(scheme, _)| matches!(*scheme, "stun" | "stuns" | "turn" | "turns"));
        url.len() > 256 || host.is_none_or(|(_, host)| host.is_empty() || host.starts_with('/'))
    });
    bad.map_or(Ok(()), |url| Err(Error::IceServer { url: url.clone() }))
}

/// A connection that has bound its sockets and gathers nothing yet.
pub(crate) async fn build(
    config: &SessionConfig,
    (link, port): (&Arc<Link>, &Arc<Port>),
    handler: Arc<dyn PeerConnectionEventHandler>,
) -> Result<Arc<dyn PeerConnection>, Error> {
    // A name another device gives us is asked for on the local network: not where we hide.
    if config.relay_only || config.loopback {
        return build_with(config, (link, port), handler, MulticastDnsMode::Disabled).await.map_err(stack("begin"));
    }
    match build_with(config, (link, port), handler.clone(), MulticastDnsMode::QueryOnly).await {
        Ok(connection) => Ok(connection),
        Err(error) => {
            let missing = std::io::Error::from_raw_os_error(ENODEV).to_string();
            if !error.to_string().contains(&missing) {
                return Err(stack("begin")(error));
            }
            tracing::debug!("no route for multicast: names of the local network are not looked up");
            build_with(config, (link, port), handler, MulticastDnsMode::Disabled).await.map_err(stack("begin"))
        }
    }
}

async fn build_with(
    config: &SessionConfig,
    (link, port): (&Arc<Link>, &Arc<Port>),
    handler: Arc<dyn PeerConnectionEventHandler>,
    mdns: MulticastDnsMode,
) -> Result<Arc<dyn PeerConnection>, Box<dyn std::error::Error + Send + Sync>> {
    let mut engine = media_engine()?;
    let registry = interceptors(&mut engine, link)?;
    let settings = SettingEngineBuilder::new()
        .with_include_loopback_candidate(config.loopback)
        .with_multicast_dns_mode(mdns)
        .with_ice_timeouts(Some(DISCONNECTED_AFTER), Some(FAILED_AFTER), Some(KEEPALIVE))
        // The stack begins SCTP on the active side of DTLS, aiortc on the side that offers: an answer that is passive
        // makes them one side.
        .with_answering_dtls_role(RTCDtlsRole::Server)
        // A restart is for a network that changed: the sockets of the old one are of no use.
        .with_discard_local_candidates_during_ice_restart(true)
        .with_sctp_max_message_size(SctpMaxMessageSize::Bounded(crate::MAX_DATA as u32))
        .with_sctp_mtu(SCTP_MTU)
        .build();
    // A tunnel takes a host candidate, and the stack has none where its own rule is "relays only": then the sockets see to
    // it, and reach nobody but relays.
    let (only_servers, only_relays) = (config.relay_only && config.overlay, config.relay_only && !config.overlay);
    let servers = config
        .ice_servers
        .iter()
        .map(|server| RTCIceServer {
            urls: server.urls.iter().filter(|url| !only_servers || is_relay(url)).cloned().collect(),
            username: server.username.clone(),
            credential: server.credential.clone(),
        })
        .collect();
    let policy = if only_relays { RTCIceTransportPolicy::Relay } else { RTCIceTransportPolicy::All };
    let addresses = if config.loopback { vec!["127.0.0.1:0"] } else { vec!["0.0.0.0:0", "[::]:0"] };
    let runtime: Arc<dyn Runtime> = if config.overlay {
        Arc::new(OverlayRuntime::new(Arc::clone(port), only_servers))
    } else {
        Arc::new(TokioRuntime)
    };
    let connection = PeerConnectionBuilder::new()
        .with_configuration(
            RTCConfigurationBuilder::new().with_ice_servers(servers).with_ice_transport_policy(policy).build(),
        )
        .with_media_engine(engine)
        .with_interceptor_registry(registry)
        .with_setting_engine(settings)
        .with_handler(handler)
        .with_runtime(runtime)
        .with_udp_addrs(addresses)
        .with_data_channel_send_buffer_limit(DATA_BUFFER)
        .build()
        .await?;
    Ok(Arc::new(connection))
}

/// A track of ours, with the number its packets carry.
pub(crate) fn local_track(kind: RtpCodecKind) -> (Arc<TrackLocalStaticRTP>, u32) {
    let ssrc = rand::random_range(1..u32::MAX);
    let name = if kind == RtpCodecKind::Audio { "audio" } else { "video" };
    let codec = if kind == RtpCodecKind::Audio { opus() } else { video_codecs()[0].clone() };
    let encoding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
        codec: codec.rtp_codec,
        ..Default::default()
    };
    let track = MediaStreamTrack::new("kith".to_owned(), name.to_owned(), name.to_owned(), kind, vec![encoding]);
    (Arc::new(TrackLocalStaticRTP::new(track)), ssrc)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(url: &str) -> [IceServer; 1] {
        [IceServer { urls: vec![url.to_owned()], username: String::new(), credential: String::new() }]
    }

    #[test]
    fn only_stun_and_turn_addresses_are_servers() {
        for good in ["stun:192.0.2.1:3478", "turn:relay.example:3478?transport=udp", "turns:relay.example"] {
            assert!(check_servers(&servers(good)).is_ok(), "{good}");
        }
        for bad in ["", "stun:", "http://relay.example", "turn://relay.example", "relay.example:3478"] {
            assert!(matches!(check_servers(&servers(bad)), Err(Error::IceServer { .. })), "{bad}");
        }
        assert!(has_relay(&servers("turn:a")) && !has_relay(&servers("stun:a")));
    }
}
