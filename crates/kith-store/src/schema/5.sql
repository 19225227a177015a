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
