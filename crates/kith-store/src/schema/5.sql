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
