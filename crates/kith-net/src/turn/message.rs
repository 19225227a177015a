//! Reading and writing STUN messages (RFC 8489, RFC 8656) with the codec of the webrtc crates.

use std::net::{IpAddr, SocketAddr};

use rtc_crypto::providers::RingCrypto;
use rtc_stun::attributes::{
    ATTR_CHANNEL_NUMBER, ATTR_DATA, ATTR_ERROR_CODE, ATTR_EVEN_PORT, ATTR_FINGERPRINT, ATTR_LIFETIME,
    ATTR_MESSAGE_INTEGRITY, ATTR_NONCE, ATTR_REALM, ATTR_REQUESTED_ADDRESS_FAMILY, ATTR_REQUESTED_TRANSPORT,
    ATTR_RESERVATION_TOKEN, ATTR_USERNAME, ATTR_XOR_PEER_ADDRESS, ATTR_XOR_RELAYED_ADDRESS, ATTR_XORMAPPED_ADDRESS,
    AttrType, Attributes, RawAttribute,
};
use rtc_stun::error_code::ErrorCode;
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{
    CLASS_ERROR_RESPONSE, CLASS_SUCCESS_RESPONSE, Message, MessageClass, MessageType, Method, Setter, TransactionId,
};
use rtc_stun::uattrs::UnknownAttributes;
use zeroize::Zeroizing;

use super::REALM;
use super::credentials::AuthKey;

/// In every message (RFC 8489 §5).
const MAGIC_COOKIE: u32 = 0x2112_a442;
/// Bytes of the header.
const HEADER_LEN: usize = 20;
/// Attributes of one message that are looked at; no request of a client has half as many.
const ATTRIBUTES_MAX: usize = 64;
/// What a request may contain that has to be understood (RFC 8489 §14); the rest is named in an error.
const UNDERSTOOD: [AttrType; 13] = [
    ATTR_CHANNEL_NUMBER,
    ATTR_DATA,
    ATTR_ERROR_CODE,
    ATTR_EVEN_PORT,
    ATTR_LIFETIME,
    ATTR_MESSAGE_INTEGRITY,
    ATTR_NONCE,
    ATTR_REALM,
    ATTR_REQUESTED_ADDRESS_FAMILY,
    ATTR_REQUESTED_TRANSPORT,
    ATTR_RESERVATION_TOKEN,
    ATTR_USERNAME,
    ATTR_XOR_PEER_ADDRESS,
];
/// From here on attributes may be ignored.
const OPTIONAL_FROM: u16 = 0x8000;

/// The key of RFC 8489 §9.2.2.
pub(super) fn key(username: &str, password: &str) -> Option<AuthKey> {
    let (username, password) = (username.to_owned(), password.to_owned());
    MessageIntegrity::long_term_integrity_key(username, REALM.to_owned(), password, &RingCrypto)
        .ok()
        .map(Zeroizing::new)
}

/// A message that is whole and has the right fingerprint, if it has one.
pub(super) struct Incoming(Message);

impl Incoming {
    /// Reads a datagram; `None` if it is not exactly one STUN message.
    pub(super) fn parse(data: &[u8]) -> Option<Self> {
        let length = data.get(2..4).and_then(|bytes| bytes.try_into().ok()).map(u16::from_be_bytes)?;
        if usize::from(length).checked_add(HEADER_LEN)? != data.len() || length % 4 != 0 {
            return None;
        }
        let mut message = Message { raw: data.to_vec(), ..Message::default() };
        message.decode().ok()?;
        if message.attributes.0.len() > ATTRIBUTES_MAX {
            return None;
        }
        let fingerprint = message.contains(ATTR_FINGERPRINT);
        (!fingerprint || FINGERPRINT.check(&message).is_ok()).then_some(Self(message))
    }

    pub(super) fn method(&self) -> Method {
        self.0.typ.method
    }

    pub(super) fn class(&self) -> MessageClass {
        self.0.typ.class
    }

    pub(super) fn transaction(&self) -> TransactionId {
        self.0.transaction_id
    }

    pub(super) fn has(&self, attribute: AttrType) -> bool {
        self.0.contains(attribute)
    }

    /// The value of the first attribute of a kind.
    pub(super) fn value(&self, attribute: AttrType) -> Option<&[u8]> {
        self.values(attribute).next()
    }

    fn values(&self, attribute: AttrType) -> impl Iterator<Item = &[u8]> {
        let Attributes(all) = &self.0.attributes;
        all.iter().filter(move |found| found.typ == attribute).map(|found| found.value.as_slice())
    }

    /// A text of at most 128 bytes.
    pub(super) fn text(&self, attribute: AttrType) -> Option<&str> {
        self.value(attribute).filter(|bytes| bytes.len() <= 128).and_then(|bytes| str::from_utf8(bytes).ok())
    }

    /// A number of four bytes, such as LIFETIME.
    pub(super) fn number(&self, attribute: AttrType) -> Option<u32> {
        self.value(attribute)?.try_into().ok().map(u32::from_be_bytes)
    }

    /// The first byte of four, such as REQUESTED-TRANSPORT.
    pub(super) fn byte(&self, attribute: AttrType) -> Option<u8> {
        self.value(attribute)?.first().copied()
    }

    /// CHANNEL-NUMBER.
    pub(super) fn channel(&self) -> Option<u16> {
        self.value(ATTR_CHANNEL_NUMBER)?.first_chunk().copied().map(u16::from_be_bytes)
    }

    /// All XOR-PEER-ADDRESS; `None` if one is malformed.
    pub(super) fn peers(&self) -> Option<Vec<SocketAddr>> {
        self.values(ATTR_XOR_PEER_ADDRESS).map(|value| self.address(value)).collect()
    }

    /// An address, XORed with magic cookie and transaction id (RFC 8489 §14.2).
    fn address(&self, value: &[u8]) -> Option<SocketAddr> {
        let mask = self.0.raw.get(4..HEADER_LEN)?;
        let (&[_, family, port_high, port_low], ip) = value.split_first_chunk::<4>()?;
        let (&[mask_high, mask_low], _) = mask.split_first_chunk::<2>()?;
        let port = u16::from_be_bytes([port_high ^ mask_high, port_low ^ mask_low]);
        let ip: Vec<u8> = ip.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect();
        let ip = match (family, value.len()) {
            (1, 8) => IpAddr::from(<[u8; 4]>::try_from(ip).ok()?),
            (2, 20) => IpAddr::from(<[u8; 16]>::try_from(ip).ok()?),
            _ => return None,
        };
        Some(SocketAddr::new(ip.to_canonical(), port))
    }

    /// Whether it is signed with `key`. If so, what follows the signature is forgotten: it is nobody's word.
    pub(super) fn is_signed_with(&mut self, key: &AuthKey) -> bool {
        let signed = MessageIntegrity::check(&mut self.0, key, &RingCrypto).is_ok();
        let Attributes(all) = &mut self.0.attributes;
        if let Some(signature) = all.iter().position(|found| found.typ == ATTR_MESSAGE_INTEGRITY).filter(|_| signed) {
            all.truncate(signature.saturating_add(1));
        }
        signed
    }

    /// Attributes that would have to be understood and are not.
    pub(super) fn not_understood(&self) -> Vec<AttrType> {
        let unknown = |found: &&RawAttribute| found.typ.value() < OPTIONAL_FROM && !UNDERSTOOD.contains(&found.typ);
        self.0.attributes.0.iter().filter(unknown).map(|found| found.typ).collect()
    }

    /// XOR-MAPPED-ADDRESS of a response.
    pub(super) fn mapped(&self, address: SocketAddr) -> Box<dyn Setter> {
        Box::new(xored(ATTR_XORMAPPED_ADDRESS, address, self.transaction()))
    }

    /// XOR-RELAYED-ADDRESS of a response.
    pub(super) fn relayed(&self, address: SocketAddr) -> Box<dyn Setter> {
        Box::new(xored(ATTR_XOR_RELAYED_ADDRESS, address, self.transaction()))
    }

    /// A success response with `parts`, signed if there is a key.
    pub(super) fn success(&self, parts: Vec<Box<dyn Setter>>, key: Option<&AuthKey>) -> Option<Vec<u8>> {
        self.response(CLASS_SUCCESS_RESPONSE, parts, key)
    }

    /// An error response, signed if there is a key.
    pub(super) fn error(&self, code: ErrorCode, key: Option<&AuthKey>) -> Option<Vec<u8>> {
        self.error_with(code, Vec::new(), key)
    }

    /// An error response that says more.
    pub(super) fn error_with(
        &self,
        code: ErrorCode,
        mut parts: Vec<Box<dyn Setter>>,
        key: Option<&AuthKey>,
    ) -> Option<Vec<u8>> {
        parts.insert(0, Box::new(code));
        self.response(CLASS_ERROR_RESPONSE, parts, key)
    }

    /// The error that names what was not understood.
    pub(super) fn unknown(&self, attributes: Vec<AttrType>) -> Option<Vec<u8>> {
        self.error_with(
            rtc_stun::error_code::CODE_UNKNOWN_ATTRIBUTE,
            vec![Box::new(UnknownAttributes(attributes))],
            None,
        )
    }

    fn response(&self, class: MessageClass, parts: Vec<Box<dyn Setter>>, key: Option<&AuthKey>) -> Option<Vec<u8>> {
        let typ = MessageType::new(self.method(), class);
        let mut all: Vec<Box<dyn Setter + '_>> = vec![Box::new(typ), Box::new(self.transaction())];
        all.extend(parts.into_iter().map(|part| part as Box<dyn Setter + '_>));
        if let Some(key) = key {
            all.push(Box::new(MessageIntegrity::new_raw_integrity_with_provider(key.to_vec(), &RingCrypto)));
        }
        all.push(Box::new(FINGERPRINT));
        let mut message = Message::new();
        message.build(&all).ok()?;
        Some(message.raw)
    }
}

/// An address, XORed with magic cookie and transaction id (RFC 8489 §14.2).
fn xored(typ: AttrType, address: SocketAddr, transaction: TransactionId) -> RawAttribute {
    let cookie = MAGIC_COOKIE.to_be_bytes();
    let mask = cookie.iter().chain(&transaction.0);
    let (family, ip) = match address.ip() {
        IpAddr::V4(ip) => (1, ip.octets().to_vec()),
        IpAddr::V6(ip) => (2, ip.octets().to_vec()),
    };
    let mut value = vec![0, family];
    value.extend(address.port().to_be_bytes().iter().zip(&cookie).map(|(byte, mask)| byte ^ mask));
    value.extend(ip.iter().zip(mask).map(|(byte, mask)| byte ^ mask));
    RawAttribute { typ, length: 0, value }
}

/// LIFETIME.
pub(super) fn lifetime(seconds: u32) -> Box<dyn Setter> {
    Box::new(RawAttribute { typ: ATTR_LIFETIME, length: 4, value: seconds.to_be_bytes().to_vec() })
}

/// A Data indication: what `from` sent.
pub(super) fn data_indication(from: SocketAddr, data: &[u8]) -> Option<Vec<u8>> {
    let typ = MessageType::new(rtc_stun::message::METHOD_DATA, rtc_stun::message::CLASS_INDICATION);
    let data = RawAttribute { typ: ATTR_DATA, length: 0, value: data.to_vec() };
    let transaction = TransactionId::new();
    let mut message = Message::new();
    let parts: [Box<dyn Setter>; 4] = [
        Box::new(typ),
        Box::new(transaction),
        Box::new(xored(ATTR_XOR_PEER_ADDRESS, from, transaction)),
        Box::new(data),
    ];
    message.build(&parts).ok()?;
    Some(message.raw)
}
