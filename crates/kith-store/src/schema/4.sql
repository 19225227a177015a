-- What became of messages after they were written.
ALTER TABLE messages ADD COLUMN edited_at_ms INTEGER;
ALTER TABLE messages ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN pinned_at_ms INTEGER;
ALTER TABLE messages ADD COLUMN forwarded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN reacted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX messages_pinned ON messages (chat_id, pinned_at_ms) WHERE pinned_at_ms IS NOT NULL;

ALTER TABLE chats ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;

-- Every text of a message that was edited, the first one too: its stamp is below all others, its event empty.
CREATE TABLE versions (
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    stamp INTEGER NOT NULL,
    event BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (message_id, stamp, event)
) STRICT, WITHOUT ROWID;

-- An emoji that was taken off again stays as a row, so that an older "put on" cannot bring it back.
CREATE TABLE reactions (
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    author_id INTEGER NOT NULL REFERENCES authors (id),
    emoji TEXT NOT NULL,
    stamp INTEGER NOT NULL,
    event BLOB NOT NULL,
    shown INTEGER NOT NULL,
    PRIMARY KEY (message_id, author_id, emoji)
) STRICT, WITHOUT ROWID;

-- Changes of messages that have not come yet.
CREATE TABLE waiting_changes (
    id INTEGER PRIMARY KEY,
    chat_id INTEGER NOT NULL REFERENCES chats (id),
    author_id INTEGER NOT NULL REFERENCES authors (id),
    target BLOB NOT NULL,
    event BLOB NOT NULL,
    kind INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (chat_id, author_id, event)
) STRICT;
CREATE INDEX waiting_changes_by_target ON waiting_changes (chat_id, target);
CREATE INDEX waiting_changes_by_author ON waiting_changes (author_id, id);

-- Messages deleted here, which must not come back when they are sent again.
CREATE TABLE erased (
    chat_id INTEGER NOT NULL REFERENCES chats (id),
    author_id INTEGER NOT NULL REFERENCES authors (id),
    msg BLOB NOT NULL,
    PRIMARY KEY (chat_id, author_id, msg)
) STRICT, WITHOUT ROWID;
