//! Multiaddrs in their binary form, for links that people copy and scan.

use multiaddr::Multiaddr;

use crate::link::LinkError;
use crate::text::is_address;

/// The binary form of an address, if it is a multiaddr of at most 255 bytes.
pub(crate) fn to_bytes(text: &str) -> Option<Vec<u8>> {
    if !is_address(text) {
        return None;
    }
    let address: Multiaddr = text.parse().ok()?;
    (address.len() <= usize::from(u8::MAX)).then(|| address.to_vec())
}

/// An address in the one text form that its binary form reads back as.
pub(crate) fn normal(text: &str) -> Option<String> {
    from_bytes(&to_bytes(text)?).ok()
}

/// The text of an address in binary form. Bytes that [`to_bytes`] would not write are refused, so that there is one link
/// for what it says.
pub(crate) fn from_bytes(bytes: &[u8]) -> Result<String, LinkError> {
    let address = Multiaddr::try_from(bytes.to_vec()).map_err(|_malformed| LinkError::Damaged)?.to_string();
    if to_bytes(&address).as_deref() == Some(bytes) { Ok(address) } else { Err(LinkError::Damaged) }
}
