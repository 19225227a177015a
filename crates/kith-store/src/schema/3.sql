-- Nodes that keep mail.
CREATE TABLE mailboxes (
    transport BLOB NOT NULL UNIQUE,
    address TEXT NOT NULL,
    added INTEGER NOT NULL,
    token BLOB,
    answered_at_ms INTEGER,
    refused_at_ms INTEGER
) STRICT;

-- Queues of ours: somebody else writes, we read.
CREATE TABLE queues (
    receive BLOB NOT NULL UNIQUE,
    receive_seed BLOB NOT NULL,
    send_seed BLOB NOT NULL,
    mailbox BLOB NOT NULL REFERENCES mailboxes (transport) ON DELETE CASCADE,
    account BLOB,
    invite_tag BLOB,
    state INTEGER NOT NULL,
    after_seq INTEGER NOT NULL DEFAULT 0,
    next_at_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX queues_by_account ON queues (account);
CREATE INDEX queues_due ON queues (next_at_ms);

-- Queues of others: we write.
CREATE TABLE contact_queues (
    send BLOB NOT NULL UNIQUE,
    send_seed BLOB NOT NULL,
    account BLOB NOT NULL REFERENCES contacts (account) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    mailbox BLOB NOT NULL,
    address TEXT NOT NULL
) STRICT;
CREATE INDEX contact_queues_by_account ON contact_queues (account, position);

-- Sealed envelopes on their way to queues of others, and how far each has come at each queue.
CREATE TABLE deposits (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device BLOB NOT NULL REFERENCES devices (device) ON DELETE CASCADE,
    msg BLOB,
    created_at_ms INTEGER NOT NULL,
    envelope BLOB NOT NULL
) STRICT;
CREATE INDEX deposits_by_message ON deposits (device, msg);
CREATE TABLE deposit_targets (
    deposit INTEGER NOT NULL REFERENCES deposits (id) ON DELETE CASCADE,
    send BLOB NOT NULL REFERENCES contact_queues (send) ON DELETE CASCADE,
    next_at_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (deposit, send)
) STRICT, WITHOUT ROWID;
CREATE INDEX deposit_targets_due ON deposit_targets (next_at_ms);
CREATE INDEX deposit_targets_by_queue ON deposit_targets (send);

-- Which mailbox says, until when, that it holds a message of ours.
CREATE TABLE custody (
    msg BLOB NOT NULL,
    mailbox BLOB NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (msg, mailbox)
) STRICT, WITHOUT ROWID;

-- When a waiting message was last sealed for mailboxes.
ALTER TABLE outbox ADD COLUMN deposited_at_ms INTEGER;
CREATE INDEX outbox_to_deposit ON outbox (device, id) WHERE deposited_at_ms IS NULL;
