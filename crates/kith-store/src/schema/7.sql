-- The number of the newest renewal of the transport key; 0 if it is the one of the device list.
ALTER TABLE devices ADD COLUMN renewed INTEGER NOT NULL DEFAULT 0;

-- What is no text can be found without words.
CREATE INDEX messages_of_kind ON messages (kind) WHERE kind <> 1;

-- Small pictures, each once, under the hash of its bytes. One goes with the last thing that shows it.
CREATE TABLE pictures (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    png BLOB NOT NULL
) STRICT;

-- What a message shows: a sticker its picture, a text those that its words name. `event` is the edit they came with, empty
-- for the message itself.
CREATE TABLE message_pictures (
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    event BLOB NOT NULL,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    picture_id INTEGER NOT NULL REFERENCES pictures (id),
    PRIMARY KEY (message_id, event, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_pictures_by_picture ON message_pictures (picture_id);
ALTER TABLE messages ADD COLUMN pictured INTEGER NOT NULL DEFAULT 0;

-- One's own: large for a message of its own, small for between words.
CREATE TABLE stickers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    picture_id INTEGER NOT NULL REFERENCES pictures (id),
    emoji_id INTEGER NOT NULL REFERENCES pictures (id),
    added_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX stickers_by_picture ON stickers (picture_id);
CREATE INDEX stickers_by_emoji ON stickers (emoji_id);

CREATE TRIGGER message_pictures_deleted AFTER DELETE ON message_pictures BEGIN
    DELETE FROM pictures WHERE id = old.picture_id
        AND NOT EXISTS (SELECT 1 FROM message_pictures WHERE picture_id = old.picture_id)
        AND NOT EXISTS (SELECT 1 FROM stickers WHERE old.picture_id IN (picture_id, emoji_id));
END;
CREATE TRIGGER stickers_deleted AFTER DELETE ON stickers BEGIN
    DELETE FROM pictures WHERE id IN (old.picture_id, old.emoji_id)
        AND NOT EXISTS (SELECT 1 FROM message_pictures WHERE picture_id = pictures.id)
        AND NOT EXISTS (SELECT 1 FROM stickers WHERE pictures.id IN (picture_id, emoji_id));
END;
CREATE TRIGGER versions_deleted AFTER DELETE ON versions WHEN old.event <> x'' BEGIN
    DELETE FROM message_pictures WHERE message_id = old.message_id AND event = old.event;
END;
