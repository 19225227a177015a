-- What makes delivery whole and messages more than text.

-- Messages that name me, and how many unread ones a chat has.
ALTER TABLE messages ADD COLUMN mention INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chats ADD COLUMN mentions INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER messages_mention_added AFTER INSERT ON messages WHEN new.unread AND new.mention BEGIN
    UPDATE chats SET mentions = mentions + 1 WHERE id = new.chat_id;
END;
CREATE TRIGGER messages_mention_changed AFTER UPDATE OF unread, mention ON messages
WHEN (old.unread AND old.mention) <> (new.unread AND new.mention) BEGIN
    UPDATE chats SET mentions = mentions + (new.unread AND new.mention) - (old.unread AND old.mention)
    WHERE id = new.chat_id;
END;
CREATE TRIGGER messages_mention_deleted AFTER DELETE ON messages WHEN old.unread AND old.mention BEGIN
    UPDATE chats SET mentions = mentions - 1 WHERE id = old.chat_id;
END;

-- Messages that disappear: how long after they are sent or read, and when, once that is known.
ALTER TABLE messages ADD COLUMN expires_s INTEGER;
ALTER TABLE messages ADD COLUMN expires_at_ms INTEGER;
CREATE INDEX messages_expiring ON messages (expires_at_ms) WHERE expires_at_ms IS NOT NULL;
CREATE INDEX messages_not_timed ON messages (chat_id) WHERE expires_s IS NOT NULL AND expires_at_ms IS NULL;
-- What is sent to the chat disappears after this; the highest (number, event) among all who set it counts.
ALTER TABLE chats ADD COLUMN expires_s INTEGER;
ALTER TABLE chats ADD COLUMN expiry_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chats ADD COLUMN expiry_event BLOB NOT NULL DEFAULT x'';

-- What is written ahead, until it is sent; `msg` is the id it will have, `problem` why it could not be sent.
CREATE TABLE scheduled (
    id INTEGER PRIMARY KEY,
    msg BLOB NOT NULL UNIQUE,
    chat_id INTEGER NOT NULL REFERENCES chats (id),
    at_ms INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    reply_to BLOB,
    text TEXT NOT NULL,
    problem TEXT
) STRICT;
CREATE INDEX scheduled_due ON scheduled (at_ms) WHERE problem IS NULL;
CREATE INDEX scheduled_by_chat ON scheduled (chat_id, at_ms);
-- When a message that was written ahead was to be sent.
ALTER TABLE messages ADD COLUMN planned_ms INTEGER;

-- What people chose in polls, newest of each first to be counted if it came before the end.
CREATE TABLE votes (
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    author_id INTEGER NOT NULL REFERENCES authors (id),
    stamp INTEGER NOT NULL,
    event BLOB NOT NULL,
    choices INTEGER NOT NULL,
    counts INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (message_id, author_id, stamp, event)
) STRICT, WITHOUT ROWID;
ALTER TABLE messages ADD COLUMN voted INTEGER NOT NULL DEFAULT 0;
-- The first clock reading at which its author closed a poll.
ALTER TABLE messages ADD COLUMN closed_stamp INTEGER;
-- What is shared with a contact other than with everybody, and until when their status text counts.
ALTER TABLE contacts ADD COLUMN status_until_ms INTEGER;
CREATE TABLE contact_sharing (
    account BLOB PRIMARY KEY REFERENCES contacts (account) ON DELETE CASCADE,
    typing INTEGER,
    presence INTEGER,
    receipts INTEGER
) STRICT, WITHOUT ROWID;
-- Mail this node keeps for others: whether, how many bytes, and what opens queues for the person's own other nodes.
CREATE TABLE own_mailbox (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    serving INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    token BLOB NOT NULL
) STRICT;

-- The contacts it is for, what opens queues for each, and what they were told last.
CREATE TABLE mailbox_offers (
    account BLOB NOT NULL UNIQUE REFERENCES contacts (account) ON DELETE CASCADE,
    token BLOB NOT NULL,
    told BLOB
) STRICT;

-- The contact who keeps our mail there.
ALTER TABLE mailboxes ADD COLUMN kept_by BLOB;

-- Of what in a chat one is told: 0 everything, 1 what names me, 2 nothing.
ALTER TABLE chats ADD COLUMN notify INTEGER NOT NULL DEFAULT 0;
-- Reconciliation. Display order is `hlc`: what its author said, moved behind the messages it follows. `said` is what the
-- author said.
ALTER TABLE messages ADD COLUMN said INTEGER NOT NULL DEFAULT 0;
UPDATE messages SET said = hlc;
CREATE INDEX messages_by_said ON messages (chat_id, said);
ALTER TABLE erased ADD COLUMN said INTEGER;
ALTER TABLE erased ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;

ALTER TABLE waiting_changes ADD COLUMN proof BLOB;
-- When a change came here; `at_ms` is what its author says.
ALTER TABLE waiting_changes ADD COLUMN came_at_ms INTEGER NOT NULL DEFAULT 0;
UPDATE waiting_changes SET came_at_ms = at_ms;

-- Which messages a message follows, as its author said.
CREATE TABLE lineage (
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    parent BLOB NOT NULL,
    PRIMARY KEY (message_id, parent)
) STRICT, WITHOUT ROWID;
CREATE INDEX lineage_by_parent ON lineage (parent);

-- Messages that others follow and that have not come. `state`: 0 noticed, 1 shown, 2 they will not come.
CREATE TABLE gaps (
    chat_id INTEGER NOT NULL REFERENCES chats (id),
    parent BLOB NOT NULL,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    since_ms INTEGER NOT NULL,
    next_at_ms INTEGER,
    asked INTEGER NOT NULL DEFAULT 0,
    state INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chat_id, parent)
) STRICT, WITHOUT ROWID;
CREATE INDEX gaps_due ON gaps (next_at_ms) WHERE next_at_ms IS NOT NULL;
CREATE INDEX gaps_by_message ON gaps (message_id);

-- By which an author knows what they wrote, and nobody else can: see kith-core's sync.rs.
CREATE TABLE proofs (
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    event BLOB NOT NULL,
    hlc INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    proof BLOB NOT NULL,
    PRIMARY KEY (message_id, event)
) STRICT, WITHOUT ROWID;

-- Cards that suggest to get to know somebody: how far that has come, for mine which card went to the other person, and for
-- those I was sent which invite I answered with and who it turned out to be.
CREATE TABLE introductions (
    message_id INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    state INTEGER NOT NULL,
    other BLOB,
    invite_tag BLOB UNIQUE,
    met BLOB
) STRICT;
