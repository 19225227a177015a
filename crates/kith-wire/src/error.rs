//! The one error of every decoder: which part was wrong and how.

/// Why bytes from outside could not be decoded, or why a local value is too large to be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// More bytes than the cap for this part.
    #[error("{what} has {len} bytes, at most {max} are allowed")]
    TooLong {
        /// The part.
        what: &'static str,
        /// Bytes found.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// More elements than the cap for this part.
    #[error("{what} has more than {max} elements")]
    TooMany {
        /// The part.
        what: &'static str,
        /// Elements allowed.
        max: usize,
    },
    /// A fixed-size part has another size.
    #[error("{what} has {len} bytes instead of {expected}")]
    Length {
        /// The part.
        what: &'static str,
        /// Bytes found.
        len: usize,
        /// Bytes required.
        expected: usize,
    },
    /// The bytes end before the part does.
    #[error("{what} is cut off")]
    Truncated {
        /// The part.
        what: &'static str,
    },
    /// A version byte this build does not know.
    #[error("{what} has version {found}, this program knows {supported}")]
    UnknownVersion {
        /// The part.
        what: &'static str,
        /// Version found.
        found: u8,
        /// Newest version known.
        supported: u8,
    },
    /// A kind, operation or code this build does not know, where unknown ones cannot be kept.
    #[error("{what} {found} is unknown")]
    UnknownKind {
        /// The part.
        what: &'static str,
        /// Value found.
        found: u32,
    },
    /// Well-formed protobuf framing was expected and not found.
    #[error("{what} is not well-formed")]
    Malformed {
        /// The part.
        what: &'static str,
    },
    /// The protobuf decoder refused the bytes.
    #[error("{what} is not well-formed: {source}")]
    Protobuf {
        /// The part.
        what: &'static str,
        /// What the decoder said.
        source: prost::DecodeError,
    },
    /// Text with characters that are not allowed in this part.
    #[error("{what} contains characters that are not allowed")]
    BadText {
        /// The part.
        what: &'static str,
    },
}
