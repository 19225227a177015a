//! What a link leads to, and what a name hides.

mod invisible;
mod script;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use invisible::{is_invisible, safe_name};

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
