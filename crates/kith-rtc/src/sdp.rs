//! Descriptions: what is checked before the WebRTC stack sees one, what is taken out, and what a signature binds.

use std::fmt::Write as _;

/// The longest description that is read, in bytes.
pub const MAX_SDP: usize = 64 * 1024;
/// The longest candidate line that is read, in bytes.
pub(crate) const MAX_CANDIDATE: usize = 512;
/// Media sections in a description: audio, camera, screen, data, and room for old ones that were stopped.
const MAX_SECTIONS: usize = 16;

/// Why a description is refused. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SdpError {
    /// Longer than [`MAX_SDP`].
    #[error("{bytes} bytes, and {MAX_SDP} are allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A line is not `letter=text`, has a control character, or an attribute that is read here is not well formed.
    #[error("line {line} is malformed")]
    Malformed {
        /// Which.
        line: usize,
    },
    /// More media sections than a call has.
    #[error("more than {MAX_SECTIONS} media sections")]
    TooManySections,
    /// A media section has no `mid`, or none is there.
    #[error("a media section without an id")]
    NoMid,
    /// No SHA-256 fingerprint.
    #[error("no SHA-256 fingerprint")]
    NoFingerprint,
    /// No `ice-ufrag` or no `ice-pwd`.
    #[error("no ICE credentials")]
    NoCredentials,
    /// Two values of what there has to be one of.
    #[error("line {line} contradicts an earlier line")]
    Contradiction {
        /// The later one.
        line: usize,
    },
    /// The WebRTC stack does not understand it.
    #[error("not understood: {reason}")]
    Refused {
        /// What the stack said. For a log, not for a person.
        reason: String,
    },
}

/// The side of the DTLS handshake a description asks for (RFC 8842).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setup {
    /// Either: the one who answers decides.
    Actpass,
    /// It opens the handshake.
    Active,
    /// It waits for the handshake.
    Passive,
}

/// What ties a description to whoever signs it: sign this with the session's id and both devices' ids, inside the encrypted
/// channel, and compare it with what the description that came says.
///
/// There is one of each in a description that is accepted, so nothing in it can stand for another certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// SHA-256 of the DTLS certificate.
    pub fingerprint: [u8; 32],
    /// The ICE user name fragment: 4 to 256 characters. It changes with an ICE restart; the fingerprint never does.
    pub ufrag: String,
    /// The side of the DTLS handshake, if the description names one.
    pub setup: Option<Setup>,
}

impl Binding {
    /// Reads the binding of a description.
    ///
    /// # Errors
    ///
    /// Any [`SdpError`] but [`SdpError::Refused`].
    pub fn of(sdp: &str) -> Result<Self, SdpError> {
        Checked::of(sdp).map(|checked| checked.binding)
    }
}

/// A description that may go to the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checked {
    /// The same lines, each ended by CR LF, with one spelling of the fingerprint, no other hash and no candidates.
    pub(crate) text: String,
    pub(crate) binding: Binding,
    /// The candidates that were in it, as `candidate:…`.
    pub(crate) candidates: Vec<String>,
}

#[derive(Default)]
struct Found<'a> {
    fingerprint: Option<[u8; 32]>,
    ufrag: Option<&'a str>,
    pwd: Option<&'a str>,
    setup: Option<Setup>,
    sections: usize,
    mids: usize,
    mid_here: bool,
    /// Ids in the bundle group.
    bundled: usize,
}

impl Checked {
    pub(crate) fn of(sdp: &str) -> Result<Self, SdpError> {
        if sdp.len() > MAX_SDP {
            return Err(SdpError::TooLong { bytes: sdp.len() });
        }
        let mut found = Found { bundled: bundled(sdp), ..Found::default() };
        let mut text = String::with_capacity(sdp.len() + 64);
        let mut candidates = Vec::new();
        for (index, line) in sdp.strip_suffix('\n').unwrap_or(sdp).split('\n').enumerate() {
            let number = index + 1;
            let line = line.strip_suffix('\r').unwrap_or(line);
            if !well_formed(line) {
                return Err(SdpError::Malformed { line: number });
            }
            if let Some(candidate) = line.strip_prefix("a=").filter(|rest| rest.starts_with("candidate:")) {
                if !found.rides_along() {
                    candidates.push(candidate.to_owned());
                }
                continue;
            }
            if let Some(kept) = found.read(line, number)? {
                text.push_str(&kept);
                text.push_str("\r\n");
            }
        }
        if found.sections == 0 || found.mids != found.sections {
            return Err(SdpError::NoMid);
        }
        let fingerprint = found.fingerprint.ok_or(SdpError::NoFingerprint)?;
        let (Some(ufrag), Some(_)) = (found.ufrag, found.pwd) else { return Err(SdpError::NoCredentials) };
        Ok(Self { text, binding: Binding { fingerprint, ufrag: ufrag.to_owned(), setup: found.setup }, candidates })
    }
}

/// How many sections share one transport, if the description is of a peer that would begin with one for each.
fn bundled(sdp: &str) -> usize {
    let sections = sdp.lines().filter(|line| line.starts_with("m=")).count();
    let group = sdp.lines().find_map(|line| line.strip_prefix("a=group:BUNDLE "));
    let ids = group.map_or(0, |ids| ids.split_ascii_whitespace().count());
    // All or none: with a section beside the bundle there would be two transports, which the stack has no use for.
    if ids == sections { ids } else { 0 }
}

impl<'a> Found<'a> {
    /// Whether the section goes over the transport of the first one: what it says of a transport is not used (RFC 9143),
    /// so nothing of it may reach the stack.
    fn rides_along(&self) -> bool {
        self.bundled > 1 && self.sections > 1
    }

    /// What is handed on of a line, if anything.
    fn read(&mut self, line: &'a str, number: usize) -> Result<Option<std::borrow::Cow<'a, str>>, SdpError> {
        if line.starts_with("m=") {
            self.sections += 1;
            self.mid_here = false;
            if self.sections > MAX_SECTIONS {
                return Err(SdpError::TooManySections);
            }
        }
        let Some(attribute) = line.strip_prefix("a=") else { return Ok(Some(line.into())) };
        let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
        let malformed = SdpError::Malformed { line: number };
        if self.rides_along() && matches!(name, "fingerprint" | "ice-ufrag" | "ice-pwd" | "setup") {
            return Ok(None);
        }
        match name {
            "fingerprint" => {
                let (hash, hex) = value.split_once(' ').ok_or_else(|| malformed.clone())?;
                // The stack verifies whichever hash it finds first; only the one that is signed may reach it.
                if !hash.eq_ignore_ascii_case("sha-256") {
                    return Ok(None);
                }
                let fingerprint = unhex(hex).ok_or(malformed)?;
                once(&mut self.fingerprint, fingerprint, number)?;
                return Ok(Some(fingerprint_line(&fingerprint).into()));
            }
            "ice-ufrag" | "ice-pwd" => {
                if !(4..=256).contains(&value.len()) || !value.bytes().all(is_ice_char) {
                    return Err(malformed);
                }
                once(if name == "ice-ufrag" { &mut self.ufrag } else { &mut self.pwd }, value, number)?;
            }
            "setup" => {
                let setup = match value {
                    "actpass" => Setup::Actpass,
                    "active" => Setup::Active,
                    "passive" => Setup::Passive,
                    _ => return Err(malformed),
                };
                once(&mut self.setup, setup, number)?;
            }
            "mid" if self.sections > 0 => {
                if value.is_empty() || value.len() > 32 || self.mid_here {
                    return Err(malformed);
                }
                self.mid_here = true;
                self.mids += 1;
            }
            _ => {}
        }
        Ok(Some(line.into()))
    }
}

fn once<T: PartialEq>(slot: &mut Option<T>, value: T, line: usize) -> Result<(), SdpError> {
    match slot {
        Some(first) if *first != value => Err(SdpError::Contradiction { line }),
        Some(_) => Ok(()),
        None => {
            *slot = Some(value);
            Ok(())
        }
    }
}

/// `letter=text` without control characters: a line feed or carriage return inside would be a line of its own to another
/// parser.
fn well_formed(line: &str) -> bool {
    let mut bytes = line.bytes();
    bytes.next().is_some_and(|letter| letter.is_ascii_lowercase())
        && bytes.next() == Some(b'=')
        && !line.chars().any(char::is_control)
}

fn is_ice_char(byte: u8) -> bool {
    // aiortc and browsers keep to ice-char (RFC 8839); `-` and `_` are seen from libraries that use URL-safe alphabets.
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    let mut pairs = text.split(':');
    for byte in &mut out {
        let pair = pairs.next().filter(|pair| pair.len() == 2 && pair.bytes().all(|c| c.is_ascii_hexdigit()))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    pairs.next().is_none().then_some(out)
}

fn fingerprint_line(fingerprint: &[u8; 32]) -> String {
    let mut line = "a=fingerprint:sha-256 ".to_owned();
    for (index, byte) in fingerprint.iter().enumerate() {
        let colon = if index == 0 { "" } else { ":" };
        // Writing to a String cannot fail.
        write!(line, "{colon}{byte:02X}").ok();
    }
    line
}

/// A description of ours with no candidate but relayed ones.
pub(crate) fn relayed_only(sdp: &str) -> String {
    let mut out = String::with_capacity(sdp.len());
    for line in sdp.lines() {
        match line.strip_prefix("a=").filter(|rest| rest.starts_with("candidate:")) {
            None => out.push_str(line),
            Some(candidate) => match relayed(candidate) {
                Some(relayed) => {
                    out.push_str("a=");
                    out.push_str(&relayed);
                }
                None => continue,
            },
        }
        out.push_str("\r\n");
    }
    out
}

/// A candidate of ours as it may be told when only relayed paths are allowed: nothing if it is not a relayed one, and
/// without the address the relay sees us at.
pub(crate) fn relayed(candidate: &str) -> Option<String> {
    let words: Vec<&str> = candidate.split_ascii_whitespace().collect();
    if words.get(6..8)? != ["typ", "relay"] {
        return None;
    }
    Some(format!("{} raddr 0.0.0.0 rport 0", words.get(..8)?.join(" ")))
}

/// Whether a candidate line of the other side is bounded and looks like one.
pub(crate) fn is_candidate(line: &str) -> bool {
    line.len() <= MAX_CANDIDATE
        && line.starts_with("candidate:")
        && !line.chars().any(char::is_control)
        && line.split_ascii_whitespace().nth(6) == Some("typ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PRINT: &str =
        "01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F:20";

    fn sdp(extra: &str) -> String {
        format!(
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 {PRINT}\r\na=setup:actpass\r\n\
             m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n{extra}"
        )
    }

    #[test]
    fn the_binding_of_a_description_is_its_fingerprint_ufrag_and_setup() {
        let binding = Binding::of(&sdp("")).unwrap();
        assert_eq!(binding.fingerprint, std::array::from_fn(|index| index as u8 + 1));
        assert_eq!(binding.ufrag, "abcd");
        assert_eq!(binding.setup, Some(Setup::Actpass));
    }

    #[test]
    fn another_fingerprint_in_the_same_description_is_refused_wherever_it_stands() {
        let other = PRINT.replace("01:02", "FF:02");
        for line in [format!("a=fingerprint:sha-256 {other}\r\n"), format!("a=fingerprint:SHA-256 {other}")] {
            assert_eq!(Binding::of(&sdp(&line)), Err(SdpError::Contradiction { line: 11 }));
        }
        // A carriage return that ends a line for the next parser.
        let smuggled = format!("a=x:1\ra=fingerprint:sha-256 {other}\r\n");
        assert_eq!(Binding::of(&sdp(&smuggled)), Err(SdpError::Malformed { line: 11 }));
    }

    #[test]
    fn a_section_that_rides_along_in_a_bundle_adds_no_transport() {
        let other = PRINT.replace("01:02", "FF:02");
        let second = format!(
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\na=ice-ufrag:other\r\na=ice-pwd:{PRINT}\r\n\
             a=fingerprint:sha-256 {other}\r\na=setup:active\r\na=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n"
        );
        assert!(matches!(Binding::of(&sdp(&second)), Err(SdpError::Malformed { .. } | SdpError::Contradiction { .. })));
        let bundle = sdp(&second).replace("a=setup:actpass", "a=group:BUNDLE 0 1\r\na=setup:actpass");
        let checked = Checked::of(&bundle).unwrap();
        assert_eq!(checked.binding, Binding::of(&sdp("")).unwrap());
        assert!(!checked.text.contains("other") && !checked.text.contains("FF:02") && checked.candidates.is_empty());
    }

    #[test]
    fn the_stack_sees_one_spelling_of_one_hash() {
        let extra = format!("a=fingerprint:sha-512 AA:BB\r\na=fingerprint:SHA-256 {}\r\n", PRINT.to_lowercase());
        let checked = Checked::of(&sdp(&extra)).unwrap();
        assert!(!checked.text.contains("sha-512"));
        assert_eq!(checked.text.matches(&format!("a=fingerprint:sha-256 {PRINT}\r\n")).count(), 2);
    }

    #[test]
    fn what_is_missing_is_named() {
        let whole = sdp("");
        for (line, error) in [
            ("a=fingerprint:", SdpError::NoFingerprint),
            ("a=ice-ufrag:", SdpError::NoCredentials),
            ("a=ice-pwd:", SdpError::NoCredentials),
            ("a=mid:", SdpError::NoMid),
        ] {
            let without: String = whole.split_inclusive("\r\n").filter(|have| !have.starts_with(line)).collect();
            assert_eq!(Binding::of(&without), Err(error), "{line}");
        }
        assert_eq!(Binding::of(&"v".repeat(MAX_SDP + 1)), Err(SdpError::TooLong { bytes: MAX_SDP + 1 }));
        let many = "m=audio 9 X 1\r\na=mid:1\r\n".repeat(MAX_SECTIONS);
        assert_eq!(Binding::of(&sdp(&many)), Err(SdpError::TooManySections));
    }

    #[test]
    fn candidates_are_taken_out_of_a_description() {
        let checked = Checked::of(&sdp("a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n")).unwrap();
        assert_eq!(checked.candidates, ["candidate:1 1 udp 1 10.0.0.1 9 typ host"]);
        assert!(!checked.text.contains("candidate"));
    }

    #[test]
    fn no_address_of_ours_is_left_when_only_relayed_paths_are_allowed() {
        let ours = sdp("a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n\
             a=candidate:2 1 udp 1 198.51.100.7 9 typ srflx raddr 10.0.0.1 rport 9\r\n\
             a=candidate:3 1 udp 1 203.0.113.5 9 typ relay raddr 198.51.100.7 rport 4444\r\n");
        let told = relayed_only(&ours);
        assert!(told.contains("a=candidate:3 1 udp 1 203.0.113.5 9 typ relay raddr 0.0.0.0 rport 0\r\n"));
        for address in ["10.0.0.1", "198.51.100.7", "4444"] {
            assert!(!told.contains(address), "{address}");
        }
        assert_eq!(relayed("candidate:1 1 udp 1 typ 9 typ host relay"), None);
    }

    proptest! {
        #[test]
        fn garbage_is_refused_without_harm(text in "\\PC{0,400}", bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(Binding::of(&text).is_err());
            prop_assert!(Binding::of(&String::from_utf8_lossy(&bytes)).is_err());
        }

        #[test]
        fn a_description_with_garbage_lines_keeps_its_binding_or_is_refused(
            lines in proptest::collection::vec("[a-z]=[ -~]{0,60}", 0..20),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut text = sdp("");
            let places: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
            text.insert_str(*cut.get(&places), &lines.iter().map(|line| format!("{line}\r\n")).collect::<String>());
            if let Ok(checked) = Checked::of(&text) {
                prop_assert_eq!(&checked.binding, &Binding::of(&sdp("")).unwrap());
                // What goes to the stack reads the same again.
                prop_assert_eq!(Checked::of(&checked.text).unwrap().binding, checked.binding);
            }
        }

        #[test]
        fn any_candidate_line_is_bounded(text in "\\PC{0,700}") {
            if is_candidate(&text) {
                prop_assert!(text.len() <= MAX_CANDIDATE);
            }
            if let Some(told) = relayed(&text) {
                prop_assert!(told.ends_with("typ relay raddr 0.0.0.0 rport 0"));
            }
        }
    }
}
