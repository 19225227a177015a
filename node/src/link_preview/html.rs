//! What a page says about itself in its head: read in one pass, without building anything of it.

use super::entities;

/// Bytes in which a page may say how it is written.
const CHARSET_WITHIN: usize = 1024;
/// Attributes of one element that are looked at.
const ATTRIBUTES_MAX: usize = 32;
/// Bytes of a title or an attribute that are looked at.
const VALUE_MAX: usize = 8 * 1024;

/// What a page says about itself; what it does not say is empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) title: String,
    pub(super) description: String,
    /// Where a picture is, relative to the page.
    pub(super) picture: Option<String>,
}

/// The charset named in a content type.
pub(super) fn charset_in(content_type: &str) -> Option<&str> {
    let (at, _) = content_type.char_indices().find(|(at, _)| {
        content_type.get(*at..).and_then(|rest| rest.get(..8)).is_some_and(|word| word.eq_ignore_ascii_case("charset="))
    })?;
    let value = content_type.get(at.saturating_add(8)..)?.trim_start_matches(['"', '\'', ' ']);
    let end = value.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:".contains(c)).unwrap_or(value.len());
    value.get(..end).filter(|name| !name.is_empty())
}

/// The text of a page: in UTF-8, or in Latin-1, which in the web is Windows-1252. `None`: in something else.
pub(super) fn decode(bytes: &[u8], said: Option<&str>) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start = bytes.get(..bytes.len().min(CHARSET_WITHIN)).unwrap_or_default();
    let start = String::from_utf8_lossy(start);
    let charset = said.or_else(|| charset_in(&start)).unwrap_or("utf-8").to_ascii_lowercase();
    match charset.as_str() {
        "utf-8" | "utf8" | "us-ascii" | "ascii" => Some(String::from_utf8_lossy(bytes).into_owned()),
        "iso-8859-1" | "iso8859-1" | "latin1" | "latin-1" | "windows-1252" | "cp1252" | "iso-8859-15" => {
            Some(bytes.iter().map(|byte| entities::windows_1252(*byte)).collect())
        }
        // Often it is not true.
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

/// Whether the head of a page ends in what came after `before` bytes of it.
pub(super) fn head_ends(bytes: &[u8], before: usize) -> bool {
    let fresh = bytes.get(before.saturating_sub(6)..).unwrap_or_default();
    ["</head", "<body"].iter().any(|end| find(fresh, end).is_some())
}

/// Reads the head of a page. What is not as it should be is skipped; everything is looked at once.
pub(super) fn head(html: &str) -> Head {
    let mut found = Found::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = rest.get(at.saturating_add(1)..).unwrap_or_default();
        if let Some(comment) = rest.strip_prefix("!--") {
            let Some(end) = comment.find("-->") else { break };
            rest = comment.get(end..).unwrap_or_default();
            continue;
        }
        let name = tag_name(rest);
        if matches!(name.as_str(), "/head" | "body") {
            break;
        }
        let tag = Tag::read(rest.get(name.len()..).unwrap_or_default());
        rest = tag.rest;
        match name.as_str() {
            "meta" => found.meta(&tag),
            // What stands in these is no markup of the page.
            "title" | "script" | "style" | "noscript" | "template" | "svg" | "iframe" | "textarea" => {
                let Some(end) = find(rest.as_bytes(), &format!("</{name}")) else { break };
                let (inside, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
                if name == "title" && found.title.is_none() {
                    found.title = Some(text(inside));
                }
                rest = after;
            }
            _ => {}
        }
    }
    found.head()
}

/// Where `word`, in lower-case ASCII, stands first, whatever its case there.
fn find(bytes: &[u8], word: &str) -> Option<usize> {
    bytes.windows(word.len()).position(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

/// The name of the element that begins here, in lower case, with the slash of one that ends.
fn tag_name(rest: &str) -> String {
    let is_name = |(at, c): &(usize, char)| c.is_ascii_alphanumeric() || *c == '-' || (*at == 0 && *c == '/');
    rest.char_indices().take_while(is_name).take(32).map(|(_, c)| c.to_ascii_lowercase()).collect()
}

struct Tag<'html> {
    /// Names in lower case, and values as they stand.
    attributes: Vec<(String, &'html str)>,
    /// What follows the element.
    rest: &'html str,
}

impl<'html> Tag<'html> {
    /// Reads from behind the name to behind the `>`.
    fn read(mut rest: &'html str) -> Self {
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if rest.is_empty() {
                return Self { attributes, rest };
            }
            if let Some(after) = rest.strip_prefix('>') {
                return Self { attributes, rest: after };
            }
            let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/');
            // One that begins with an equals sign is no name; it is skipped.
            let first = rest.chars().next().map_or(0, char::len_utf8);
            let after = rest.get(first..).unwrap_or_default();
            let end = after.find(ends).unwrap_or(after.len()).saturating_add(first);
            let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            let (value, after) = value(after);
            rest = after;
            if attributes.len() < ATTRIBUTES_MAX && name.len() <= 32 {
                attributes.push((name.to_ascii_lowercase(), value));
            }
        }
    }

    fn get(&self, name: &str) -> Option<&'html str> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
    }
}

/// The value behind the name of an attribute, and what follows it.
fn value(rest: &str) -> (&str, &str) {
    let Some(value) = rest.trim_ascii_start().strip_prefix('=') else { return ("", rest) };
    let value = value.trim_ascii_start();
    for quote in ['"', '\''] {
        if let Some(quoted) = value.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    let end = value.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(value.len());
    value.split_at_checked(end).unwrap_or((value, ""))
}

/// What was found so far; the first of each counts.
#[derive(Default)]
struct Found {
    title: Option<String>,
    og_title: Option<String>,
    other_title: Option<String>,
    description: Option<String>,
    og_description: Option<String>,
    other_description: Option<String>,
    picture: Option<String>,
    other_picture: Option<String>,
}

impl Found {
    fn meta(&mut self, tag: &Tag<'_>) {
        let Some(content) = tag.get("content") else { return };
        // Some pages have one where the other belongs.
        for name in [tag.get("property"), tag.get("name")].into_iter().flatten() {
            let place = match name.trim().to_ascii_lowercase().as_str() {
                "og:title" => &mut self.og_title,
                "twitter:title" => &mut self.other_title,
                "og:description" => &mut self.og_description,
                "description" => &mut self.description,
                "twitter:description" => &mut self.other_description,
                "og:image" | "og:image:url" | "og:image:secure_url" => &mut self.picture,
                "twitter:image" | "twitter:image:src" => &mut self.other_picture,
                _ => continue,
            };
            let content = text(content);
            if place.is_none() && !content.is_empty() {
                *place = Some(content);
            }
        }
    }

    fn head(self) -> Head {
        let first = |all: [Option<String>; 3]| all.into_iter().flatten().find(|one| !one.is_empty());
        Head {
            title: first([self.og_title, self.title, self.other_title]).unwrap_or_default(),
            description: first([self.og_description, self.description, self.other_description]).unwrap_or_default(),
            picture: self.picture.or(self.other_picture),
        }
    }
}

/// Text as it is read: without entities, on one line.
fn text(raw: &str) -> String {
    let end = raw.char_indices().map(|(at, _)| at).take_while(|at| *at <= VALUE_MAX).last().unwrap_or(0);
    let raw = if raw.len() <= VALUE_MAX { raw } else { raw.get(..end).unwrap_or_default() };
    entities::decode(raw).split_whitespace().collect::<Vec<_>>().join(" ")
}
