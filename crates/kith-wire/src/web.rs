//! Web links as they stand in texts: which there are, and where one leads.

use crate::limits::WEB_LINK_MAX_BYTES;
use crate::text::is_hidden;

const SCHEMES: [&str; 2] = ["https://", "http://"];

/// Whether a text is a whole web link of at most [`WEB_LINK_MAX_BYTES`]: it begins with `https://` or `http://`, names a
/// host, no user, and has nothing in it that ends a link, is invisible or moves other characters.
#[must_use]
pub fn is_web_link(url: &str) -> bool {
    url.len() <= WEB_LINK_MAX_BYTES && !url.chars().any(|c| ends_link(c) || is_hidden(c)) && host(url).is_some()
}

/// The host that a web link names, without the port. `None`: it names a user, too, or no host.
#[must_use]
pub fn host(url: &str) -> Option<&str> {
    let rest = SCHEMES.iter().find_map(|scheme| {
        let (start, rest) = url.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    })?;
    let authority = rest.split(['/', '?', '#']).next()?;
    if authority.contains('@') {
        return None;
    }
    let host = if authority.starts_with('[') {
        authority.split_inclusive(']').next()?
    } else {
        authority.split(':').next()?
    };
    let begins = host.starts_with(|c: char| c.is_alphanumeric()) || host.starts_with('[') && host.ends_with(']');
    begins.then_some(host)
}

/// Whether the web link stands in the text: as a link of its own, not as a part of another one.
#[must_use]
pub fn has_link(text: &str, url: &str) -> bool {
    is_web_link(url) && text.match_indices(url).any(|(at, _)| stands_alone(text, at, at.saturating_add(url.len())))
}

fn stands_alone(text: &str, from: usize, to: usize) -> bool {
    let before = text.get(..from).and_then(|before| before.chars().next_back());
    let mut rest = text.get(to..).unwrap_or_default().chars();
    before.is_none_or(|c| !c.is_ascii_alphanumeric())
        && rest.find(|c| !closes_sentence(*c)).is_none_or(|c| ends_link(c) || is_hidden(c))
}

/// What cannot be in a link.
fn ends_link(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "<>\"`|\\、。〈〉《》「」『』【】〔〕！（），：；？“”«»".contains(c)
}

/// What belongs to the sentence if it stands at the end of a link.
fn closes_sentence(c: char) -> bool {
    ".,:;!?'*_~…’)]}".contains(c)
}
