//! Every cap of the protocol. A decoder compares against these before it allocates.

/// Bytes of an envelope, and of the payload of a frame that carries one.
pub const FRAME_MAX: usize = 64 * 1024;
/// Bytes of the encoded inner plaintext; leaves room for Olm and the envelope in [`FRAME_MAX`].
pub const INNER_MAX: usize = 63 * 1024 - 512;
/// Bytes of the body inside an inner plaintext.
pub const BODY_MAX: usize = 60 * 1024;
/// Bytes of a body that becomes part of a conversation: what gives it back is a body as well, and takes 128 bytes more.
pub const KEPT_BODY_MAX: usize = BODY_MAX - 128;
/// Bytes of UTF-8 in one text message.
pub const TEXT_MAX_BYTES: usize = 16 * 1024;
/// Bytes of UTF-8 in the emoji of a reaction; the longest in Unicode, a family of four with skin colours, has 41.
pub const EMOJI_MAX_BYTES: usize = 64;
/// Bytes of a description of a session of a call: one for two tracks has about 3 KiB.
pub const SDP_MAX_BYTES: usize = 32 * 1024;
/// Bytes of an ICE user fragment (RFC 8839 section 5.4).
pub const UFRAG_MAX_BYTES: usize = 256;
/// ICE candidates that are told at once.
pub const CANDIDATES_MAX: usize = 32;
/// Bytes of one of them.
pub const CANDIDATE_MAX_BYTES: usize = 512;
/// Relays for iroh over which a call may go.
pub const OVERLAY_RELAYS_MAX: usize = 8;
/// Characters of the question of a poll.
pub const QUESTION_MAX_CHARS: usize = 300;
/// Answers one can choose in a poll.
pub const OPTIONS_MAX: usize = 12;
/// Characters of one of them.
pub const OPTION_MAX_CHARS: usize = 100;
/// Pixels of the longer side of a small picture: a sticker, or one between the words of a text.
pub const SMALL_PICTURE_MAX_SIDE: u32 = 256;
/// Characters of its name.
pub const SMALL_PICTURE_NAME_MAX_CHARS: usize = 32;
/// Bytes of the picture of a sticker.
pub const STICKER_MAX_BYTES: usize = 32 * 1024;
/// Pictures that come with one text.
pub const EMOJI_PICTURES_MAX: usize = 8;
/// Bytes of one of them: with the longest text all of them fit into [`BODY_MAX`], and into what gives them back.
pub const EMOJI_PICTURE_MAX_BYTES: usize = 4 * 1024 + 512;
/// Bytes of a web link that has a preview.
pub const WEB_LINK_MAX_BYTES: usize = 2 * 1024;
/// Characters of the title of a page.
pub const LINK_TITLE_MAX_CHARS: usize = 200;
/// Characters of what a page says that it is about.
pub const LINK_DESCRIPTION_MAX_CHARS: usize = 500;
/// Bytes of a picture in a link preview.
pub const PICTURE_MAX_BYTES: usize = 24 * 1024;
/// Pixels of a side of a picture in a link preview.
pub const PICTURE_MAX_SIDE: u32 = 480;
/// Bytes of an encoded link preview: a picture, the link, its texts and what stands around them.
pub const LINK_PREVIEW_MAX: usize = 32 * 1024;
/// Seconds after which a message may disappear: a year.
pub const EXPIRES_MAX_S: u32 = 366 * 24 * 3600;
/// Characters of the text in a contact request.
pub const REQUEST_TEXT_MAX_CHARS: usize = 500;
/// Characters of a display name.
pub const NAME_MAX_CHARS: usize = 64;
/// Characters of a status text.
pub const STATUS_MAX_CHARS: usize = 140;
/// Devices of one account.
pub const DEVICES_MAX: usize = 5;
/// Revoked devices one identity log remembers.
pub const REVOCATIONS_MAX: usize = 32;
/// Entries of one identity log.
pub const LOG_ENTRIES_MAX: usize = 256;
/// Bytes of one encoded identity log; it must fit into an invite bundle. That is about 30 changes of an account with one
/// device, about 10 with five.
pub const LOG_MAX: usize = 10 * 1024;
/// Network addresses in one list.
pub const ADDRESSES_MAX: usize = 16;
/// Bytes of one network address.
pub const ADDRESS_MAX_BYTES: usize = 256;
/// Bytes of all addresses of one invite bundle together.
pub const BUNDLE_ADDRESSES_MAX_BYTES: usize = 2 * 1024;
/// Causal parents of one message.
pub const PARENTS_MAX: usize = 4;
/// Bytes of one message of a reconciliation.
pub const SYNC_BYTES_MAX: usize = 56 * 1024;
/// Messages one reconciliation frame asks for.
pub const SYNC_WANTED_MAX: usize = 1024;
/// Messages asked for by their ids at once.
pub const SYNC_FETCH_MAX: usize = 64;
/// One-time keys in one pack.
pub const PREKEYS_MAX: usize = 32;
/// Message ids in one receipt.
pub const RECEIPTS_MAX: usize = 512;
/// Envelope ids in one nack.
pub const NACKS_MAX: usize = 64;
/// Bytes of one invite slot.
pub const SLOT_BLOB_MAX: usize = 16 * 1024;
/// Bytes of an encoded slot request or response.
pub const SLOT_MESSAGE_MAX: usize = SLOT_BLOB_MAX + 512;
/// Bytes of one envelope in a mailbox: an envelope, or a contact request around one.
pub const MAIL_MAX: usize = REQUEST_FRAME_MAX;
/// Bytes of all envelopes in one answer of a mailbox.
pub const MAIL_PAGE_BYTES: usize = 256 * 1024;
/// Envelopes in one answer of a mailbox, and in one acknowledgement to it.
pub const MAIL_PAGE_MAX: usize = 256;
/// Bytes of an encoded mailbox request.
pub const MAILBOX_REQUEST_MAX: usize = MAIL_MAX + 1024;
/// Bytes of an encoded mailbox response: a page and what stands around its envelopes.
pub const MAILBOX_RESPONSE_MAX: usize = MAIL_PAGE_BYTES + MAIL_PAGE_MAX * 64 + 1024;
/// Bytes of one comparison frame between a writer and a mailbox; the frame around it stays below that of a request.
pub const CHECK_BYTES_MAX: usize = 56 * 1024;
/// Envelopes of one queue that are compared.
pub const CHECK_ITEMS_MAX: usize = 4096;
/// Frames a writer sends in one comparison with a mailbox.
pub const CHECK_ROUNDS_MAX: u32 = 16;
/// Queues one device tells somebody to write to.
pub const QUEUES_MAX: usize = 3;
/// Characters of the address of a mailbox.
pub const MAILBOX_ADDRESS_MAX_CHARS: usize = 512;
/// How long a mailbox may be asked to keep an envelope, in milliseconds: 30 days.
pub const MAIL_TTL_MAX_MS: u64 = 30 * 24 * 60 * 60 * 1000;
/// Bytes of a signed transport card.
pub const CARD_MAX: usize = 4 * 1024;
/// Bytes of all addresses of one transport card together.
pub const CARD_ADDRESSES_MAX_BYTES: usize = 3 * 1024;
/// How old a transport card may be, in milliseconds.
pub const CARD_AGE_MAX_MS: u64 = 26 * 60 * 60 * 1000;
/// How far in the future the clock of an author may be, in milliseconds.
pub const CLOCK_SKEW_MAX_MS: u64 = 5 * 60 * 1000;
/// Bytes of a record that says where a device is: every one has so many.
pub const WHEREABOUTS_LEN: usize = 1024;
/// Bytes of all addresses in one; the rest is keys and signatures.
pub const WHEREABOUTS_ADDRESSES_MAX_BYTES: usize = 448;
/// How far in the future the clock of who made such a record may be, in milliseconds: it is looked for under neighbouring
/// days by the same measure.
pub const RECORD_CLOCK_MS: u64 = 2 * 60 * 60 * 1000;
/// Bytes of an encoded hello.
pub const HELLO_MAX: usize = CARD_MAX + 64;
/// Bytes of an encoded contact request frame: tag, MAC, version and one envelope.
pub const REQUEST_FRAME_MAX: usize = FRAME_MAX + 64;
/// Bytes inside a recovery statement, all of which have this length: an identity log, keys, addresses and queues.
pub const RECOVERY_PLAIN: usize = 24 * 1024;
/// Bytes of an encoded recovery frame.
pub const RECOVERY_FRAME_MAX: usize = RECOVERY_PLAIN + 2 * 1024;
/// Bytes of an answer to a request: an identity log, if it has one.
pub const REQUEST_ANSWER_MAX: usize = LOG_MAX + 64;
/// Bootstrap hints in one invite link.
pub const HINTS_MAX: usize = 3;
/// Bytes of one hint in an invite link, in its binary form: a key and four addresses, two of them IPv6.
pub const HINT_MAX_BYTES: usize = 128;
/// Characters of a link of any kind.
pub const LINK_MAX_CHARS: usize = 4 * 1024;
/// Addresses in one bootstrap link.
pub const BOOTSTRAP_ADDRESSES_MAX: usize = 8;
/// Bytes of a signed service descriptor.
pub const DESCRIPTOR_MAX: usize = 8 * 1024;
/// Bytes of the addresses of one kind in it.
pub const DESCRIPTOR_ADDRESSES_MAX_BYTES: usize = 2 * 1024;
/// Bytes of the addresses of other nodes in it.
pub const NEIGHBOURS_MAX_BYTES: usize = 1024;
/// How old a service descriptor may be, in milliseconds.
pub const DESCRIPTOR_AGE_MAX_MS: u64 = 24 * 60 * 60 * 1000;
/// Characters of what an operator has to say.
pub const NOTICE_MAX_CHARS: usize = 200;
/// Bytes of the address of a relay for iroh.
pub const RELAY_URL_MAX_BYTES: usize = 256;
/// Bytes of the user name and of the password for a TURN server.
pub const TURN_SECRET_MAX_BYTES: usize = 128;
/// Bytes of an encoded answer about services.
pub const SERVICES_MESSAGE_MAX: usize = DESCRIPTOR_MAX + 512;
