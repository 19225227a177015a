//! Links as they stand in a text.

use super::step;

const WEB: [&str; 2] = ["https://", "http://"];
const MAIL: &str = "mailto:";
const KITH: [&str; 2] = ["kith:i/", "kith:b/"];

/// How long the link is that a text begins with, if it does.
///
/// Left out are punctuation at its end, markers of emphasis, and closing brackets that were opened in front of it.
pub(super) fn len(text: &str) -> Option<usize> {
    let rest = |scheme: &&str| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some((scheme.len(), rest))
    };
    if let Some((scheme, rest)) = WEB.iter().find_map(rest) {
        return Some(scheme.saturating_add(web_len(rest)?));
    }
    if let Some((scheme, rest)) = rest(&MAIL) {
        return Some(scheme.saturating_add(mail_len(rest)?));
    }
    let (scheme, rest) = KITH.iter().find_map(rest)?;
    Some(scheme.saturating_add(kith_len(rest)?))
}

fn web_len(rest: &str) -> Option<usize> {
    let mut chars = rest.chars();
    let is_host = match chars.next()? {
        '[' => chars.next().is_some_and(|c| c.is_ascii_hexdigit() || c == ':'),
        c => c.is_alphanumeric(),
    };
    is_host.then(|| trimmed(extent(rest)))
}

fn mail_len(rest: &str) -> Option<usize> {
    let is_local = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_{}~-".contains(c);
    let local = rest.find(|c| !is_local(c))?;
    step(local);
    let domain = rest.get(local..)?.strip_prefix('@')?;
    if local == 0 || !domain.starts_with(char::is_alphanumeric) {
        return None;
    }
    let end = domain.find(|c: char| !c.is_alphanumeric() && !"-.".contains(c)).unwrap_or(domain.len());
    step(end);
    let query = domain.get(end..).filter(|query| query.starts_with('?')).map_or("", extent);
    let whole = rest.get(..local.saturating_add(1).saturating_add(end).saturating_add(query.len()))?;
    Some(trimmed(whole))
}

fn kith_len(rest: &str) -> Option<usize> {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '/').unwrap_or(rest.len());
    step(end);
    rest.starts_with(|c: char| c.is_ascii_alphanumeric()).then_some(end)
}

/// Up to what cannot be in a link, or ends emphasis or a sentence without spaces.
fn extent(rest: &str) -> &str {
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        step(1);
        let doubled = matches!(c, '*' | '~') && chars.peek().is_some_and(|(_, next)| *next == c);
        let ends =
            c.is_whitespace() || c.is_control() || "<>\"`|\\、。〈〉《》「」『』【】〔〕！（），：；？“”«»".contains(c);
        if ends || doubled {
            return rest.get(..at).unwrap_or_default();
        }
    }
    rest
}

/// Controls of direction and width, with which some writers enclose a link.
fn is_control(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// The length without what rather belongs to the sentence.
fn trimmed(mut link: &str) -> usize {
    let count = |bracket: char| link.chars().filter(|c| *c == bracket).count();
    let mut unopened =
        [('(', ')'), ('[', ']'), ('{', '}')].map(|(open, close)| (close, count(close).saturating_sub(count(open))));
    step(link.len());
    while let Some(last) = link.chars().next_back() {
        step(1);
        let bracket = unopened.iter_mut().find(|(close, many)| *close == last && *many > 0);
        if let Some((_, many)) = bracket {
            *many = many.saturating_sub(1);
        } else if !".,:;!?'*_~…’".contains(last) && !is_control(last) {
            break;
        }
        link = link.get(..link.len().saturating_sub(last.len_utf8())).unwrap_or_default();
    }
    link.len()
}
