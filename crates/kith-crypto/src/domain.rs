//! The registry of every string that separates one use of a key from another.
//!
//! A signature made for one purpose must never verify for another, and two purposes must never
//! derive the same key. So each purpose has its own string, all of them are listed in [`ALL`],
//! and a test holds that they are unique and that none is a prefix of another. The strings are
//! frozen: changing one changes every signature or key made with it.

#[cfg(test)]
mod tests;

/// What a signature is about. Only the constants exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignContext(&'static str);

/// What a derived key is for. Only the constants exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KdfInfo(&'static str);

/// What a plain hash is about. Only the constants exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashLabel(&'static str);

impl SignContext {
    /// The string itself; always shorter than 256 bytes.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl KdfInfo {
    /// The string itself, for callers that build the `info` of a key encapsulation.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl HashLabel {
    /// The string itself.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// BLAKE3 in key-derivation mode, with this label as the context, over `bytes`.
    pub fn hash(self, bytes: &[u8]) -> [u8; 32] {
        blake3::derive_key(self.0, bytes)
    }
}

macro_rules! registry {
    ($($type:ident { $($(#[$doc:meta])* $name:ident = $text:literal;)* })*) => {
        $(impl $type {
            $($(#[$doc])* pub const $name: Self = Self($text);)*
        })*

        /// Every domain-separation string of the project.
        pub const ALL: &[&str] = &[$($($text,)*)*];
    };
}

registry! {
    SignContext {
        /// An entry of an account's device list, signed by the account key.
        IDENTITY_LOG = "kith/v1/identity-log";
        /// A device's word that it belongs to an account, signed by its device key and its transport key.
        DEVICE_RECORD = "kith/v1/device-record";
        /// A device's word that it has another transport key, signed by its device key and by the new one.
        TRANSPORT_RENEWAL = "kith/v1/transport-renewal";
        /// A question which device list of an account is known, signed by the account key.
        LOG_ASK = "kith/v1/log-ask";
        /// A device's word that its account is on it from now on, signed by the device key.
        DEVICE_RETURN = "kith/v1/return";
        /// An invite bundle, signed by the device key.
        INVITE_BUNDLE = "kith/v1/invite-bundle";
        /// A transport card, signed by the transport key.
        TRANSPORT_CARD = "kith/v1/transport-card";
        /// What a bootstrap node offers, signed by its transport key.
        SERVICE_DESCRIPTOR = "kith/v1/service-descriptor";
        /// Where a device is on a day, signed by the key of its name.
        WHEREABOUTS = "kith/v1/whereabouts";
        /// A request to a mailbox, signed by the key of the queue it is about.
        MAILBOX_REQUEST = "kith/v1/mailbox-request";
        /// A session of a call as a device describes it, signed by the device key.
        CALL = "kith/v1/call";
        /// A mailbox's word that it keeps an envelope, signed by its transport key.
        MAILBOX_RECEIPT = "kith/v1/mailbox-receipt";
    }
    KdfInfo {
        /// Recovery phrase to the seed of the account signing key.
        ACCOUNT_SIGN = "account-sign";
        /// Recovery phrase to the key of the keystore's phrase slot.
        PHRASE_SLOT = "phrase-slot";
        /// Recovery phrase to the key of backups.
        BACKUP = "backup";
        /// Stretched password, or the phrase's backup key, to the key of one backup file.
        BACKUP_FILE = "file-of-backup";
        /// Key of a backup file to the key of the authentication code over its header.
        BACKUP_CHECK = "check-of-backup";
        /// Master key to the raw database key.
        DATABASE = "database";
        /// Master key to the key that seals ratchet rows a second time.
        RATCHET = "ratchet";
        /// Master key to the key of everything small.
        MISC = "misc";
        /// Slot secret to the key that wraps the master key.
        KEYSTORE_WRAP = "keystore-wrap";
        /// A 32-byte slot secret to the slot's key, with the slot's header as context.
        KEYSTORE_SLOT = "keystore-slot";
        /// Master key or password key to the key of the phrase section.
        KEYSTORE_PHRASE = "keystore-phrase";
        /// Master key to the key of the device section.
        KEYSTORE_DEVICE = "keystore-device";
        /// Master key to the key of the authentication code over the whole keystore file.
        KEYSTORE_MAC = "keystore-mac";
        /// Invite secret to the key that seals the bundle.
        INVITE_BUNDLE = "invite-bundle";
        /// Invite secret to the slot the bundle is stored under.
        INVITE_SLOT = "invite-slot";
        /// Invite secret to the tag that names the invite in a request.
        INVITE_TAG = "invite-tag";
        /// Invite secret to the key of the authentication code over a request.
        INVITE_MAC = "invite-mac";
        /// Invite secret to the token that allows deleting the slot.
        INVITE_OWNER = "invite-owner";
        /// Invite secret to the key by which one side of the invite finds a device of the other.
        INVITE_FIND = "invite-find";
        /// Stretched words to the slot that the link is stored under.
        SPOKEN_SLOT = "spoken-slot";
        /// Stretched words to the key that seals the link.
        SPOKEN_LINK = "spoken-link";
        /// Encapsulated secret to the key of an outer envelope.
        ENVELOPE_KEY = "envelope-seal";
        /// Envelope key to the public identifier of that key.
        ENVELOPE_KEY_ID = "envelope-name";
        /// The `info` of a key encapsulation, before the caller's own binding.
        ENVELOPE_KEM = "envelope-kem";
        /// What an encapsulation exports its 32 bytes for.
        KEM_EXPORT = "kem-export";
        /// Find key to the key that signs where a device is on a day.
        RENDEZVOUS = "rendezvous";
        /// Find key to the key that seals where a device is on a day.
        CARD_SEAL = "card-seal";
    }
    HashLabel {
        /// Identifier of a key-encapsulation public key, as listed in the device list.
        KEM_PUBLIC = "kith/hash/kem-public";
        /// Checksum of a keystore file.
        KEYSTORE_CHECKSUM = "kith/hash/keystore-checksum";
        /// The hash chain of a safety number.
        SAFETY_NUMBER = "kith/hash/safety-number";
        /// The short picture form of a safety number.
        SAFETY_EMOJI = "kith/hash/safety-emoji";
        /// The short name of an account in an invite link.
        ACCOUNT_FINGERPRINT = "kith/hash/account-fingerprint";
        /// The id of the conversation of two accounts.
        DIRECT_CHAT = "kith/hash/direct-chat";
        /// The mark that a message which is not kept has been handled.
        HANDLED = "kith/hash/handled";
        /// The name under which a profile's counter is kept away from it.
        COUNTER_NAME = "kith/hash/counter-name";
        /// The port a device listens on unless told which.
        LISTEN_PORT = "kith/hash/listen-port";
        /// An account and a week to the secret of the account's public address of that week.
        PUBLIC_ADDRESS = "kith/hash/public-address";
        /// The owner's secret and a week to the token that may replace what lies at the public address.
        ADDRESS_OWNER = "kith/hash/address-owner";
        /// The work that goes with a contact request to a public address.
        REQUEST_WORK = "kith/hash/request-work";
        /// The work that opens a queue at a mailbox.
        MAILBOX_WORK = "kith/hash/mailbox-work";
        /// The key under which a writer and a mailbox name what they compare.
        MAILBOX_CHECK = "kith/hash/mailbox-check";
        /// The key under which two devices name what they compare.
        SYNC_SESSION = "kith/hash/sync-session";
        /// The salt with which spoken words are stretched.
        SPOKEN_SALT = "kith/hash/spoken-salt";
        /// The name of the record that says where a device is.
        WHEREABOUTS = "kith/hash/whereabouts";
    }
}
