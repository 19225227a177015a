CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counters VALUES ('generation', 0), ('ratchet', 0);

CREATE TABLE contacts (
    account BLOB NOT NULL UNIQUE,
    state INTEGER NOT NULL,
    blocked INTEGER NOT NULL,
    name TEXT NOT NULL,
    petname TEXT,
    status_text TEXT NOT NULL,
    log_seq INTEGER NOT NULL,
    log_hash BLOB NOT NULL,
    alarm INTEGER NOT NULL,
    request_text TEXT NOT NULL,
    invite_tag BLOB,
    created_at_ms INTEGER NOT NULL,
    last_seen_ms INTEGER,
    log BLOB NOT NULL
) STRICT;

CREATE TABLE devices (
    device BLOB NOT NULL UNIQUE,
    account BLOB NOT NULL REFERENCES contacts (account) ON DELETE CASCADE,
    transport BLOB NOT NULL,
    olm BLOB NOT NULL,
    kem_hash BLOB NOT NULL,
    revoked_at_ms INTEGER,
    last_reset_ms INTEGER,
    kem BLOB
) STRICT;
CREATE INDEX devices_by_account ON devices (account);
CREATE INDEX devices_by_transport ON devices (transport);

CREATE TABLE addresses (
    transport BLOB NOT NULL,
    position INTEGER NOT NULL,
    address TEXT NOT NULL,
    seen_at_ms INTEGER NOT NULL,
    PRIMARY KEY (transport, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE invites (
    tag BLOB NOT NULL UNIQUE,
    secret BLOB NOT NULL,
    one_time BLOB NOT NULL,
    bundle_hash BLOB NOT NULL,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER,
    single_use INTEGER NOT NULL,
    note TEXT NOT NULL,
    used_by BLOB,
    used_at_ms INTEGER,
    sealed BLOB NOT NULL
) STRICT;
CREATE TABLE invite_hints (
    tag BLOB NOT NULL REFERENCES invites (tag) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (tag, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE prekeys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device BLOB NOT NULL REFERENCES devices (device) ON DELETE CASCADE,
    key BLOB NOT NULL,
    added_at_ms INTEGER NOT NULL,
    UNIQUE (device, key)
) STRICT;
CREATE INDEX prekeys_oldest ON prekeys (device, id);

CREATE TABLE envelopes (envelope BLOB PRIMARY KEY, seen_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX envelopes_by_time ON envelopes (seen_at_ms);

-- The newest version of every sealed row, away from the row itself: an old row put back does not open.
CREATE TABLE ratchet_versions (
    kind INTEGER NOT NULL,
    owner BLOB NOT NULL,
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (kind, owner, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE olm_account (id INTEGER PRIMARY KEY CHECK (id = 1), sealed BLOB NOT NULL) STRICT;

CREATE TABLE sessions (
    device BLOB NOT NULL REFERENCES devices (device) ON DELETE CASCADE,
    session BLOB NOT NULL,
    generation INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    last_received_at_ms INTEGER,
    dead INTEGER NOT NULL,
    positions BLOB NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (device, session)
) STRICT;
CREATE TRIGGER sessions_deleted AFTER DELETE ON sessions BEGIN
    DELETE FROM ratchet_versions WHERE kind = 2 AND owner = old.device AND id = old.session;
END;

CREATE TABLE outer_keys (
    key_id BLOB NOT NULL UNIQUE,
    device BLOB NOT NULL REFERENCES devices (device) ON DELETE CASCADE,
    direction INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    encapsulated BLOB
) STRICT;
CREATE INDEX outer_keys_by_device ON outer_keys (device, direction, created_at_ms);
CREATE TRIGGER outer_keys_deleted AFTER DELETE ON outer_keys BEGIN
    DELETE FROM ratchet_versions WHERE kind = 3 AND owner = x'' AND id = old.key_id;
END;

CREATE TABLE chats (
    id INTEGER PRIMARY KEY,
    chat BLOB NOT NULL UNIQUE,
    kind INTEGER NOT NULL,
    account BLOB,
    created_at_ms INTEGER NOT NULL,
    pinned INTEGER NOT NULL,
    muted_until_ms INTEGER,
    read_row INTEGER NOT NULL,
    unread INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX chats_by_account ON chats (account);

CREATE TABLE authors (id INTEGER PRIMARY KEY, account BLOB NOT NULL UNIQUE) STRICT;

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    chat_id INTEGER NOT NULL REFERENCES chats (id),
    author_id INTEGER NOT NULL REFERENCES authors (id),
    msg BLOB NOT NULL,
    hlc INTEGER NOT NULL,
    outgoing INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    state INTEGER NOT NULL,
    state_at_ms INTEGER,
    sent_at_ms INTEGER NOT NULL,
    received_at_ms INTEGER,
    kind INTEGER NOT NULL,
    reply_to BLOB,
    text TEXT,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX messages_identity ON messages (msg, author_id, chat_id);
CREATE INDEX messages_in_order ON messages (chat_id, hlc, msg);
CREATE INDEX messages_unread ON messages (chat_id, hlc, msg) WHERE unread = 1;

CREATE TRIGGER messages_unread_added AFTER INSERT ON messages WHEN new.unread = 1 BEGIN
    UPDATE chats SET unread = unread + 1 WHERE id = new.chat_id;
END;
CREATE TRIGGER messages_unread_changed AFTER UPDATE OF unread ON messages WHEN old.unread <> new.unread BEGIN
    UPDATE chats SET unread = unread + new.unread - old.unread WHERE id = new.chat_id;
END;
CREATE TRIGGER messages_unread_deleted AFTER DELETE ON messages WHEN old.unread = 1 BEGIN
    UPDATE chats SET unread = unread - 1 WHERE id = old.chat_id;
END;

CREATE VIRTUAL TABLE messages_fts USING fts5 (
    text, content = 'messages', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
INSERT INTO messages_fts (messages_fts, rank) VALUES ('secure-delete', 1);
-- Messages without text are in the index as well (as nothing), so that it can be checked against the table.
CREATE TRIGGER messages_text_added AFTER INSERT ON messages BEGIN
    INSERT INTO messages_fts (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER messages_text_deleted AFTER DELETE ON messages BEGIN
    INSERT INTO messages_fts (messages_fts, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER messages_text_changed AFTER UPDATE OF text ON messages BEGIN
    INSERT INTO messages_fts (messages_fts, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO messages_fts (rowid, text) VALUES (new.id, new.text);
END;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device BLOB NOT NULL REFERENCES devices (device) ON DELETE CASCADE,
    msg BLOB NOT NULL,
    kind INTEGER NOT NULL,
    chat BLOB NOT NULL,
    hlc INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    next_at_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    sent INTEGER NOT NULL DEFAULT 0,
    body BLOB NOT NULL,
    UNIQUE (device, msg)
) STRICT;
CREATE INDEX outbox_due ON outbox (next_at_ms);
CREATE INDEX outbox_expiring ON outbox (expires_at_ms);
CREATE INDEX outbox_by_device ON outbox (device, id);
CREATE INDEX outbox_by_message ON outbox (msg);

CREATE TABLE deliveries (
    msg BLOB NOT NULL,
    device BLOB NOT NULL,
    state INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (msg, device)
) STRICT, WITHOUT ROWID;
