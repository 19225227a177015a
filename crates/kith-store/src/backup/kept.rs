//! Which rows a backup has. A new table must be put into one of the two lists: a test asks for it.

/// A table that is in a backup.
pub(super) struct Kept {
    pub(super) name: &'static str,
    /// Which of its rows.
    pub(super) only: &'static str,
    /// Columns that are written as something else.
    instead: &'static [(&'static str, &'static str)],
}

impl Kept {
    /// What is read for a column.
    pub(super) fn expression<'a>(&self, column: &'a str) -> &'a str {
        self.instead.iter().find(|(name, _)| *name == column).map_or(column, |(_, expression)| expression)
    }
}

const fn all(name: &'static str) -> Kept {
    Kept { name, only: "true", instead: &[] }
}

/// People who are contacts, or blocked. A request that waits for an answer hangs on keys that are not in a backup.
macro_rules! contacts {
    () => {
        "(state >= 2 OR blocked = 1)"
    };
}
macro_rules! of_contacts {
    ($column:literal) => {
        concat!($column, " IN (SELECT account FROM contacts WHERE ", contacts!(), ")")
    };
}

macro_rules! of_lasting {
    () => {
        "(message_id IN (SELECT id FROM messages WHERE expires_s IS NULL))"
    };
}

/// In an order in which every row finds those it refers to.
pub(super) const KEPT: &[Kept] = &[
    Kept {
        name: "meta",
        only: "name IN ('identity_log', 'name', 'status_text', 'status_until', 'presence', 'hlc', 'own_words')
            OR name LIKE 'profile_at:%' OR name LIKE 'mail_at:%' OR name LIKE 'past_from:%'",
        instead: &[],
    },
    all("settings"),
    // What makes its places mine, so that whoever comes back can lead to the new device from there.
    all("public_address"),
    Kept { name: "contacts", only: contacts!(), instead: &[("invite_tag", "NULL")] },
    Kept { name: "devices", only: of_contacts!("account"), instead: &[("last_reset_ms", "NULL")] },
    Kept {
        name: "addresses",
        only: concat!("transport IN (SELECT transport FROM devices WHERE ", of_contacts!("account"), ")"),
        instead: &[],
    },
    Kept { name: "contact_sharing", only: of_contacts!("account"), instead: &[] },
    // Where contacts find mail: the news that the account is back is left there.
    Kept {
        name: "contact_queues",
        only: of_contacts!("account"),
        instead: &[("check_at_ms", "NULL"), ("losses", "0")],
    },
    Kept {
        name: "mailboxes",
        only: "added = 1",
        instead: &[("answered_at_ms", "NULL"), ("refused_at_ms", "NULL"), ("kept_by", "NULL")],
    },
    // Counted anew by the triggers of the messages.
    Kept {
        name: "chats",
        only: "true",
        instead: &[("unread", "0"), ("mentions", "0"), ("draft", "CASE WHEN expires_s IS NULL THEN draft END")],
    },
    all("authors"),
    // What disappears here is not to stay in a file.
    Kept { name: "messages", only: "expires_s IS NULL", instead: &[] },
    Kept { name: "lineage", only: of_lasting!(), instead: &[] },
    Kept { name: "gaps", only: of_lasting!(), instead: &[] },
    // With the key of the same name in meta, what was lost since comes back from contacts.
    Kept { name: "proofs", only: of_lasting!(), instead: &[] },
    Kept { name: "versions", only: of_lasting!(), instead: &[] },
    Kept { name: "reactions", only: of_lasting!(), instead: &[] },
    Kept { name: "votes", only: of_lasting!(), instead: &[] },
    // Not what only something disappearing shows.
    Kept {
        name: "pictures",
        only: concat!(
            "id IN (SELECT picture_id FROM message_pictures WHERE ",
            of_lasting!(),
            ") OR id IN (SELECT picture_id FROM stickers) OR id IN (SELECT emoji_id FROM stickers)"
        ),
        instead: &[],
    },
    Kept { name: "message_pictures", only: of_lasting!(), instead: &[] },
    all("stickers"),
    Kept { name: "introductions", only: of_lasting!(), instead: &[("invite_tag", "NULL")] },
    // Not the texts of edits: nobody knows yet whether their messages are to disappear.
    Kept { name: "waiting_changes", only: "kind <> 20", instead: &[] },
    all("erased"),
    // The device that is left behind may send them too; under their ids they are shown once.
    Kept { name: "scheduled", only: "chat_id IN (SELECT id FROM chats WHERE expires_s IS NULL)", instead: &[] },
    all("deliveries"),
    // What was written and has not arrived. Not what hands out keys, addresses or queues of the device that is left
    // behind: requests, acceptances, receipts, complaints, one-time keys, device lists, mailboxes, where
    // that device is, invites.
    Kept {
        name: "outbox",
        only: concat!(
            "kind NOT IN (2, 3, 4, 6, 7, 9, 10, 11, 12, 13, 51) AND device IN (SELECT device FROM devices WHERE ",
            of_contacts!("account"),
            ") AND msg NOT IN (SELECT msg FROM messages WHERE expires_s IS NOT NULL)
                AND msg NOT IN (SELECT event FROM versions WHERE NOT ",
            of_lasting!(),
            ")"
        ),
        instead: &[("next_at_ms", "0"), ("attempts", "0"), ("sent", "0"), ("deposited_at_ms", "NULL")],
    },
];

/// Never in a backup: ratchets and what belongs to this device alone.
#[cfg(test)]
pub(super) const LEFT_OUT: &[&str] = &[
    "counters",
    "invites",
    "invite_hints",
    "public_address_weeks",
    "request_work",
    "prekeys",
    "envelopes",
    "ratchet_versions",
    "olm_account",
    "sessions",
    "outer_keys",
    "queues",
    "deposits",
    "deposit_targets",
    "mail_left",
    "custody",
    // Keeping mail for others was agreed to for the computer that is left behind.
    "own_mailbox",
    "mailbox_offers",
    // The new device gives contacts keys of its own.
    "find_keys",
];
