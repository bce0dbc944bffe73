-- One queue of what is done after the commit that asks for it, or again and again, by whichever node comes first.

CREATE TABLE jobs (
    -- As declared in the server. One that a node doesn't know is left to nodes that do.
    kind TEXT NOT NULL,
    -- What it is about; empty for what is done again and again.
    id TEXT NOT NULL,
    -- NULL for the server's own.
    account_id TEXT REFERENCES accounts (id),
    -- A lower one goes first.
    lane BIGINT NOT NULL,
    -- As its kind reads it; never a secret.
    body TEXT NOT NULL,
    -- One that is done is gone.
    status TEXT NOT NULL CHECK (status IN ('queued', 'failed')),
    attempts BIGINT NOT NULL,
    -- When due_at was set: tells what a clock noted that was ahead.
    waits_since BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    first_tried_at BIGINT,
    -- The try that has it in hand, and until when the others leave it alone.
    leased_by TEXT,
    leased_until BIGINT,
    last_error TEXT,
    PRIMARY KEY (kind, id)
);

-- What was sent to an account, without what the queue knows.
CREATE TABLE mails (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    language TEXT NOT NULL,
    -- What its link is for, by its kind: the address that it confirms, the session that it asks about.
    about TEXT,
    -- JSON; never a secret.
    parameters TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'bounced', 'failed', 'withdrawn')),
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    last_error TEXT,
    -- The mail that was sent again with this one.
    again_of TEXT,
    -- The id of the warning that its recipient, the owner of the address, got in its place.
    warning_id TEXT
);
INSERT INTO mails (id, account_id, kind, recipient, language, about, parameters, status, created_at, sent_at, last_error,
                   again_of, warning_id)
SELECT id, account_id, kind, recipient, language, about, parameters,
       CASE WHEN status = 'failed' AND last_error = 'withdrawn' THEN 'withdrawn' ELSE status END,
       created_at, sent_at, last_error, again_of, warning_id
FROM mail_queue;

INSERT INTO jobs (kind, id, account_id, lane, body, status, attempts, waits_since, due_at, first_tried_at, leased_by,
                  leased_until)
SELECT 'mail', id, account_id,
       CASE WHEN kind IN ('reset-password', 'password-reset-started', 'sign-in-alert') THEN 0
            WHEN kind IN ('confirm-email', 'confirm-email-change') THEN 2 ELSE 1 END,
       '', 'queued', attempts, created_at, next_attempt_at, first_tried_at, claimed_by, claimed_until
FROM mail_queue WHERE status = 'queued';
INSERT INTO jobs (kind, id, account_id, lane, body, status, attempts, waits_since, due_at)
SELECT 'mail-bounced', r.mail_id, m.account_id, 0, r.answer, 'queued', 0, r.received_at, r.received_at
FROM bounce_reports r JOIN mail_queue m ON m.id = r.mail_id;
INSERT INTO jobs (kind, id, account_id, lane, body, status, attempts, waits_since, due_at)
SELECT 'role-changed', account_id, account_id, 0, '', 'queued', 0, changed_at, changed_at FROM role_changes;
INSERT INTO jobs (kind, id, account_id, lane, body, status, attempts, waits_since, due_at)
SELECT 'freeze-lifted', account_id, account_id, 0, '', 'queued', 0, asked_at, asked_at FROM freezes_to_lift;

DROP TABLE bounce_reports;
DROP TABLE role_changes;
DROP TABLE freezes_to_lift;
DROP TABLE mail_queue;

CREATE INDEX queued_jobs ON jobs (kind, lane, due_at) WHERE status = 'queued';
CREATE INDEX queued_mails_by_about ON mails (about) WHERE status = 'queued';
CREATE INDEX mails_by_recipient ON mails (recipient, created_at);
CREATE INDEX mails_by_account ON mails (account_id, created_at);
CREATE INDEX mails_by_age ON mails (created_at);
