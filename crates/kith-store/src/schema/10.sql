-- What its owner calls a queue of others, if we were told; when we ask next what is there, and how often in a row something
-- was not.
ALTER TABLE contact_queues ADD COLUMN receive BLOB;
ALTER TABLE contact_queues ADD COLUMN check_at_ms INTEGER;
ALTER TABLE contact_queues ADD COLUMN losses INTEGER NOT NULL DEFAULT 0;
CREATE INDEX contact_queues_to_check ON contact_queues (check_at_ms) WHERE check_at_ms IS NOT NULL;

-- What a mailbox has taken for a queue of others, by the hash of the envelope, and was not acknowledged.
CREATE TABLE mail_left (
    outbox INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    send BLOB NOT NULL REFERENCES contact_queues (send) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    until_ms INTEGER NOT NULL,
    missing INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (outbox, send)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_left_by_queue ON mail_left (send);
