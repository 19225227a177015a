-- By which contacts find this device: for each the newest, and those from before as long as somebody may still use them.
CREATE TABLE find_keys (
    account BLOB NOT NULL REFERENCES contacts (account) ON DELETE CASCADE,
    key BLOB NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
-- By which I find a device of a contact, and the clock reading at which that was said.
ALTER TABLE devices ADD COLUMN find_key BLOB;
ALTER TABLE devices ADD COLUMN find_stamp INTEGER NOT NULL DEFAULT 0;
