//! What a link leads to, and what a name hides.

mod invisible;
mod script;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use invisible::{is_invisible, safe_name};

/// So many bytes of a transport id stand in the first characters of a bootstrap link, which is base32.
const TRANSPORT_BYTES: usize = 31;
const TRANSPORT_CHARS: usize = 50;

/// The invite link in a text: alone, or in the middle of what somebody pasted with it.
pub fn invite_in(text: &str) -> Option<&str> {
    let (_, after) = text.split_once("kith:i/")?;
    let body = |c: char| c.is_ascii_alphanumeric() || c == '/';
    let rest = after.trim_start_matches(body);
    let start = text.len() - after.len() - "kith:i/".len();
    let link = text.get(start..text.len() - rest.len())?;
    // The version, the secret, the fingerprint and the checksum alone are longer than this.
    (link.len() > 60).then_some(link)
}

/// The public address in a text, `kith1…`: alone, or in the middle of what somebody pasted with it. As it was typed.
pub fn address_in(text: &str) -> Option<&str> {
    let apart = |c: char| !c.is_ascii_alphanumeric();
    text.split(apart).find(|word| {
        let word = word.to_ascii_lowercase();
        word.starts_with("kith1") && word.parse::<kith_node::AccountId>().is_ok()
    })
}

/// The beginning of the transport id, in hexadecimal, of the node that a bootstrap link leads to: all but its last byte. As
/// it was typed; whether the rest of the link is whole is the node's to say.
pub fn transport_in(link: &str) -> Option<String> {
    let link = link.trim().to_ascii_lowercase();
    let start = link.strip_prefix("kith:b/1/")?.get(..TRANSPORT_CHARS)?;
    let (mut bits, mut held, mut hex) = (0_u32, 0_u32, String::with_capacity(2 * TRANSPORT_BYTES));
    for c in start.chars() {
        let five = match c {
            'a'..='z' => u32::from(c) - u32::from('a'),
            '2'..='7' => u32::from(c) - u32::from('2') + 26,
            _ => return None,
        };
        (bits, held) = (bits << 5 | five, held + 5);
        while held >= 4 && hex.len() < 2 * TRANSPORT_BYTES {
            held -= 4;
            hex.push(char::from_digit(bits >> held & 15, 16)?);
        }
        bits &= 15;
    }
    Some(hex)
}

/// Where a web link leads, for showing: the host without user, password and port. None for links of other kinds.
///
/// Written as in the link: neither case nor percent signs nor punycode are decoded.
pub fn host(url: &str) -> Option<&str> {
    let authority = authority(url)?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = if host.starts_with('[') {
        host.split_inclusive(']').next().unwrap_or_default()
    } else {
        host.split_once(':').map_or(host, |(host, _)| host)
    };
    (!host.is_empty()).then_some(host)
}

/// Whether a link may lead somewhere else than it seems: something invisible in it, a user name before the host, or a
/// host that is encoded or of more than one script.
///
/// Scripts may not mix within a part of a host, but Latin, Chinese, Japanese and Korean do; and none that has letters
/// like Latin ones (Cyrillic, Greek, Armenian…) stands beside Latin anywhere in it. A whole web link without a host is
/// suspicious too. Addresses of mail are judged by their domains.
pub fn is_suspicious(url: &str) -> bool {
    if matches!(safe_name(url), Cow::Owned(_)) {
        return true;
    }
    if let Some(address) = after_scheme(url, "mailto:") {
        let address = address.split(['?', '#']).next().unwrap_or_default();
        return address.split(',').filter_map(|one| one.rsplit_once('@')).any(|(_, domain)| is_odd_host(domain));
    }
    if !is_web(url) {
        return false;
    }
    let has_user = authority(url).is_some_and(|authority| authority.contains('@'));
    has_user || host(url).is_none_or(is_odd_host)
}

fn is_web(url: &str) -> bool {
    after_scheme(url, "https:").or_else(|| after_scheme(url, "http:")).is_some()
}

/// Up to the path. A browser takes a backslash for a slash.
fn authority(url: &str) -> Option<&str> {
    let rest = after_scheme(url, "https://").or_else(|| after_scheme(url, "http://"))?;
    rest.split(['/', '\\', '?', '#']).next()
}

fn after_scheme<'url>(url: &'url str, scheme: &str) -> Option<&'url str> {
    let (start, rest) = url.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn is_odd_host(host: &str) -> bool {
    if host.starts_with('[') {
        return !host.chars().all(|c| c.is_ascii_hexdigit() || "[]:.".contains(c));
    }
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '·' | '・' | '\u{200C}' | '\u{200D}');
    let is_encoded = |label: &str| label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
    !host.chars().all(|c| is_plain(c) || script::is_mark(c))
        || host.split('.').any(is_encoded)
        || script::is_mixed(host)
}
