-- How a call ended, if it has, and for how long it was talked.
ALTER TABLE messages ADD COLUMN call_outcome INTEGER;
ALTER TABLE messages ADD COLUMN call_ms INTEGER NOT NULL DEFAULT 0;
CREATE INDEX messages_calls ON messages (id) WHERE kind = 28 AND call_outcome IS NULL;
