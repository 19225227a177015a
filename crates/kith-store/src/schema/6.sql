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
-- The public address: whether it is on, how much work a request has to show, and what makes its places mine.
CREATE TABLE public_address (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    shown INTEGER NOT NULL,
    work_bits INTEGER NOT NULL,
    secret BLOB NOT NULL
) STRICT;

-- Its invites, one for each week. `one_time`: what starts sessions with it, until nothing may any more. `withdrawn`: what
-- lies in its place is not to be found any more.
CREATE TABLE public_address_weeks (
    week INTEGER PRIMARY KEY,
    tag BLOB NOT NULL UNIQUE,
    one_time BLOB UNIQUE,
    work_bits INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL
) STRICT;

-- The work my requests to public addresses have to show: for which session of whom, what was found, and when the address
-- was looked up last.
CREATE TABLE request_work (
    account BLOB PRIMARY KEY REFERENCES contacts (account) ON DELETE CASCADE,
    session BLOB NOT NULL,
    work_bits INTEGER NOT NULL,
    nonce INTEGER,
    looked_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
