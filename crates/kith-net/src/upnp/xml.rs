//! XML of strangers, read once from beginning to end.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};

use super::Error;
use crate::limits;

/// What is come across. Names are without their namespace.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seen<'a> {
    Opens(&'a str),
    /// With the text behind the last tag before it: all of it if there is no element inside.
    Closes(&'a str, &'a str),
}

/// Tells `see` about every element.
///
/// # Errors
/// If it is no XML, has a DTD, or goes deeper or on longer than it may.
pub(super) fn walk(text: &str, mut see: impl FnMut(Seen<'_>)) -> Result<(), Error> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    // Names of devices have it.
    config.allow_dangling_amp = true;
    let mut depth = 0_usize;
    let mut inside = String::new();
    loop {
        match reader.read_event().map_err(|_malformed| Error::Malformed)? {
            Event::Start(tag) => {
                depth += 1;
                if depth > limits::UPNP_XML_DEPTH_MAX {
                    return Err(Error::TooLarge);
                }
                inside.clear();
                see(Seen::Opens(tag.local_name().as_ref()));
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                see(Seen::Closes(tag.local_name().as_ref(), inside.trim()));
                inside.clear();
            }
            Event::Text(more) => inside.push_str(&more.xml10_content()),
            Event::CData(more) => inside.push_str(&more.xml10_content()),
            Event::GeneralRef(named) => inside.push_str(&resolve(&named)),
            Event::DocType(_) => return Err(Error::Malformed),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof if depth == 0 => return Ok(()),
            Event::Eof => return Err(Error::Malformed),
        }
        if inside.len() > limits::UPNP_XML_TEXT_MAX {
            return Err(Error::TooLarge);
        }
    }
}

/// A character, or one of XML's own five entities: without a DTD there are no others.
fn resolve(named: &BytesRef<'_>) -> String {
    match named.resolve_char_ref() {
        Ok(Some(character)) => character.to_string(),
        Ok(None) => resolve_predefined_entity(&named.xml10_content()).unwrap_or("\u{fffd}").to_owned(),
        Err(_) => "\u{fffd}".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, Error> {
        let mut all = Vec::new();
        walk(text, |seen| {
            all.push(match seen {
                Seen::Opens(name) => format!("<{name}>"),
                Seen::Closes(name, text) => format!("{text}</{name}>"),
            });
        })?;
        Ok(all)
    }

    #[test]
    fn elements_are_read_with_their_text() {
        let text = "\u{feff}<?xml version=\"1.0\"?><!-- a --><a:root xmlns:a=\"b\"><name> A &amp; B &#x41;&lt;&nbsp; \
                    C & D </name><![CDATA[<x>]]><empty a='b'/> <c><![CDATA[<&]]></c></a:root>";
        let expected =
            ["<root>", "<name>", "A & B A<\u{fffd} C & D</name>", "<empty>", "</empty>", "<c>", "<&</c>", "</root>"];
        assert_eq!(read(text).expect("XML"), expected);
    }

    #[test]
    fn nothing_is_defined_and_nothing_is_deep() {
        let bomb = "<!DOCTYPE a [<!ENTITY x \"xxxx\"><!ENTITY y \"&x;&x;\">]><a>&y;</a>";
        assert!(matches!(read(bomb), Err(Error::Malformed)));
        assert!(matches!(read("<!DOCTYPE a SYSTEM \"http://evil.example/a.dtd\"><a/>"), Err(Error::Malformed)));
        let deep = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
        assert_eq!(read(&deep(limits::UPNP_XML_DEPTH_MAX)).expect("deep").len(), 2 * limits::UPNP_XML_DEPTH_MAX);
        assert!(matches!(read(&deep(limits::UPNP_XML_DEPTH_MAX + 1)), Err(Error::TooLarge)));
        assert!(matches!(read(&"<a>".repeat(100_000)), Err(Error::TooLarge)));
        let long = |length: usize| format!("<a>{}</a>", "a".repeat(length));
        assert_eq!(read(&long(limits::UPNP_XML_TEXT_MAX)).expect("long").len(), 2);
        assert!(matches!(read(&long(limits::UPNP_XML_TEXT_MAX + 1)), Err(Error::TooLarge)));
        for text in ["<a>", "<a></b>", "</a>", "<a", "<a><b></a></b>", "<a>&#xffffffff;", "<![CDATA["] {
            assert!(matches!(read(text), Err(Error::Malformed)), "{text}");
        }
    }
}
